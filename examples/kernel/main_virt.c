/* SPDX-License-Identifier: MIT */
/* The demo on bare metal with a device tree: the platform's functions over ports/virt and the port of the machine. */
#include "platform.h"

#include "io.h"
#include "lwnvme_host.h"
#include "machine.h"
#include "slot.h"
#include "text.h"

#define MAIN_DRIVES_MAX  8u
#define MAIN_CLASS_NVME  0x010802u
#define MAIN_REGISTER_CC 0x14u

static struct lwnvme_virt main_ports[MAIN_DRIVES_MAX];

/* Whether somebody has used the drive and left it running; only to be told. */
static bool main_left_enabled(const struct pci_device *device)
{
    return device->bar_address != 0 && paging_map(device->bar_address, MACHINE_PAGE_BYTES, PAGING_DEVICE) &&
           (io_read32(device->bar_address + MAIN_REGISTER_CC) & 1u) != 0;
}

static const char *main_slot_power(const struct platform_drive *drive, bool on)
{
    const struct lwnvme_virt *port = drive->config.host;
    const char *reason = slot_power(&port->device, on);

    return reason == NULL && on ? lwnvme_virt_interrupts_again(port) : reason;
}

static void main_describe(struct lwnvme_virt *port, struct platform_drive *drive)
{
    const struct pci_device *device = &port->device;

    *drive = (struct platform_drive){.slot_power = main_slot_power};
    lwnvme_virt_config(port, &drive->config);
    text_format(drive->where, sizeof(drive->where),
                "PCI %02x:%02x.%u, %04x:%04x, registers at 0x%" TEXT_64 "x, %u KiB%s", device->bus,
                device->device, device->function, device->vendor_id, device->device_id, device->bar_address,
                (unsigned)(device->bar_bytes >> 10), main_left_enabled(device) ? ", left enabled" : "");
}

uint32_t platform_drives(struct platform_drive *drives, uint32_t room)
{
    struct pci_device devices[MAIN_DRIVES_MAX];
    const uint32_t found = pci_find(MAIN_CLASS_NVME, devices, MAIN_DRIVES_MAX);
    const uint32_t count = found < MAIN_DRIVES_MAX ? found : MAIN_DRIVES_MAX;

    for (uint32_t i = 0; i < count && i < room; i++) {
        main_ports[i].device = devices[i];
        main_describe(&main_ports[i], &drives[i]);
    }
    return count;
}

static bool main_interrupts_ready(void)
{
    static bool ready;

    ready = ready || interrupt_init();
    return ready;
}

const char *platform_interrupts(const struct platform_drive *drive, struct lwnvme_controller *controller,
                                enum platform_irq kind, uint32_t processors)
{
    if (kind == PLATFORM_POLL) {
        return NULL;
    }
    return main_interrupts_ready() ? lwnvme_virt_interrupts(drive->config.host, controller,
                                                            (enum lwnvme_virt_irq)kind, processors)
                                   : "the machine's interrupt controller is not known";
}

uint32_t platform_interrupt_count(const struct platform_drive *drive, uint32_t processor)
{
    return ((const struct lwnvme_virt *)drive->config.host)->interrupts[processor];
}

uint32_t platform_processors(uint32_t wanted)
{
    return wanted > 1 && main_interrupts_ready() ? processor_start(wanted) : 1u;
}

void platform_run(uint32_t processors, void (*work)(void *context, uint32_t processor), void *context)
{
    processor_run(processors, work, context);
}

uint16_t platform_vector(const struct platform_drive *drive, uint32_t processor)
{
    return lwnvme_virt_vector(drive->config.host, processor);
}

bool platform_bar(const struct platform_drive *drive, uint32_t bar, struct lwnvme_cmb_bar *where)
{
    const struct lwnvme_virt *port = drive->config.host;

    *where = (struct lwnvme_cmb_bar){0};
    if (!pci_bar(&port->device, bar, &where->physical, &where->length_bytes)) {
        return false;
    }
    where->bus = where->physical;
    return true;
}

/* So that it can be seen from outside that dma_sync was called, and for what. */
static void main_print_caches(void)
{
    for (uint32_t i = 0; i < MAIN_DRIVES_MAX && !machine_is_coherent(); i++) {
        const struct lwnvme_virt *port = &main_ports[i];

        if (port->cleaned + port->flushed + port->invalidated != 0) {
            text_print("drive %u, caches%s, lines of %u bytes: cleaned %" TEXT_64 "u, flushed %" TEXT_64
                       "u, invalidated %" TEXT_64 "u times\n",
                       i, shadow_offset() != 0 ? " and shadow" : "", cache_line_bytes(), port->cleaned,
                       port->flushed, port->invalidated);
        }
    }
}

void kernel_main(const char *command_line)
{
    const bool passed = demo_main(command_line);

    main_print_caches();
    machine_exit(passed ? MACHINE_PASSED : MACHINE_FAILED);
}
