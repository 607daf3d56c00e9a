/* SPDX-License-Identifier: MIT */
/*
 * riscv64 port: which interrupt controllers this machine has. Either an IMSIC, to which devices write their messages and
 * the APLIC those for the wires; or a PLIC, which has wires alone: no MSI-X then. The four lines have the first identities
 * of the IMSIC, messages those behind; a message goes to the file of its hart. Lines go to the first hart. One hart wakes another
 * by its software interrupt.
 */
#include "irqchip.h"

#include "cpu.h"

#define IRQCHIP_FIRST_MESSAGE (INTERRUPT_LINES + 1u)
#define IRQCHIP_TAKE_MAX      256u /* at once; what is left interrupts again */
#define IRQCHIP_MAP_CELLS                                                                                    \
    5u /* of an entry of the map, in front of what is the controller's: device (3), pin, controller */

static bool irqchip_has_imsic;
static bool irqchip_has_plic;
static bool irqchip_has_aplic;

bool irqchip_init(void)
{
    if (!timer_init()) {
        return false;
    }
    irqchip_has_imsic = imsic_init();
    irqchip_has_aplic = aplic_init(irqchip_has_imsic);
    irqchip_has_plic = !irqchip_has_imsic && !irqchip_has_aplic && plic_init();
    return irqchip_has_imsic || irqchip_has_aplic || irqchip_has_plic;
}

void irqchip_init_processor(void)
{
    timer_off();
    if (irqchip_has_imsic) {
        imsic_init_processor(INTERRUPT_LINES + INTERRUPT_MESSAGES);
    }
    if (cpu_mode_m) {
        CPU_CSR_WRITE(CPU_MIE, UINT64_C(1) << CPU_IRQ_SOFTWARE_M | UINT64_C(1) << CPU_IRQ_TIMER_M |
                                   UINT64_C(1) << CPU_IRQ_EXTERNAL_M);
    } else {
        CPU_CSR_WRITE(CPU_SIE, UINT64_C(1) << CPU_IRQ_SOFTWARE_S | UINT64_C(1) << CPU_IRQ_TIMER_S |
                                   UINT64_C(1) << CPU_IRQ_EXTERNAL_S);
    }
}

uint32_t irqchip_source(uint32_t line, uint32_t cells)
{
    const struct tree_value map = tree_property(tree_compatible("pci-host-ecam-generic"), "interrupt-map");

    /* The first four entries are the pins of device 0, whose lines have the same numbers. */
    return tree_cell(map, line * (IRQCHIP_MAP_CELLS + cells) + IRQCHIP_MAP_CELLS);
}

bool irqchip_message(uint32_t index, const struct processor *target, const struct pci_device *device,
                     struct interrupt_message *message)
{
    const uint32_t identity = IRQCHIP_FIRST_MESSAGE + index;

    (void)device;
    if (!irqchip_has_imsic || identity > imsic_identities()) {
        return false;
    }
    *message = imsic_message(identity, target->name);
    return true;
}

void irqchip_line(uint32_t line, bool open)
{
    if (irqchip_has_plic) {
        plic_line(line, open);
    } else if (irqchip_has_aplic) {
        aplic_line(line, open, line + 1u);
    }
}

static void irqchip_take_messages(void)
{
    for (uint32_t i = 0; i < IRQCHIP_TAKE_MAX; i++) {
        const uint32_t identity = imsic_next();

        if (identity == 0) {
            return;
        }
        if (identity >= IRQCHIP_FIRST_MESSAGE) {
            interrupt_on_message(identity - IRQCHIP_FIRST_MESSAGE);
        } else {
            interrupt_on_line(identity - 1u);
            aplic_again(identity - 1u);
        }
    }
}

void irqchip_take(void)
{
    if (irqchip_has_imsic) {
        irqchip_take_messages();
    } else if (irqchip_has_aplic) {
        aplic_take();
    } else {
        plic_take();
    }
}
