/* SPDX-License-Identifier: MIT */
/* aarch64 port: what its files say to each other about interrupts. machine.h has what others call. */
#ifndef LWNVME_PORT_AARCH64_IRQCHIP_H
#define LWNVME_PORT_AARCH64_IRQCHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "tree.h"

#define GIC_WAKE            0u    /* sent by one processor to another */
#define GIC_TIMER           27u   /* of the processor's virtual timer */
#define GIC_PRIVATE         32u   /* below: each processor has its own */
#define GIC_LINES           35u   /* QEMU's virt machine has the PCI pins from here on */
#define GIC_NOTHING         1020u /* to 1023: nothing is there to be taken */
#define GIC_SPECIAL         1023u
#define GIC_PRIORITY_MIDDLE 0xa0u

/* A kind of generic interrupt controller. An interrupt is a number; what acknowledge gives has it in its lower bits. */
struct gic {
    uint32_t number_mask;
    uint32_t first_message; /* messages have numbers from here on, so many: */
    uint32_t message_count;
    void (*init_processor)(void);
    void (*let_in)(uint32_t number, bool edge); /* a line's, which goes to the first processor */
    void (*keep_out)(uint32_t number);
    uint32_t (*acknowledge)(void);
    void (*end)(uint32_t taken);
    /* The number is one of a message. false: it cannot be had. */
    bool (*message)(uint32_t number, const struct processor *target, const struct pci_device *device,
                    struct interrupt_message *message);
    void (*wake)(const struct processor *target);
};

/* gic2.c, gic3.c. NULL: the machine has none of this kind. */
const struct gic *gic2_init(void);
const struct gic *gic3_init(void);

/* its.c: for GICv3, messages that are translated. false: there is none that can be used. */
bool its_init(void);
/* The processor has this collection from now on: its redistributor's registers are at `frame`, and it has this number. */
bool its_collect(uint32_t collection, uint64_t frame, uint32_t number);
/* What a device has to write where to interrupt a collection's processor; events are numbers of its own, below 32. */
bool its_message(const struct pci_device *device, uint32_t event, uint32_t interrupt, uint32_t collection,
                 struct interrupt_message *message);

/* Registers of 64 bits, little-endian; memory of whole pages, zeros, that devices see. NULL: none left. */
uint64_t gic_read64(uint64_t address);
void gic_write64(uint64_t address, uint64_t value);
uint64_t gic_swap64(uint64_t value);
void *gic_table(size_t size_bytes, size_t align_bytes);

#endif
