/* SPDX-License-Identifier: MIT */
/* riscv64 port: what its files say to each other about interrupts. machine.h has what others call. */
#ifndef LWNVME_PORT_RISCV64_IRQCHIP_H
#define LWNVME_PORT_RISCV64_IRQCHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "tree.h"

/* machine.c: false, there is no timer that the port knows. */
bool timer_init(void);

/* irqchip.c: an external interrupt has come. */
void irqchip_take(void);

/* plic.c: wires alone. */
bool plic_init(void);
void plic_line(uint32_t line, bool open);
void plic_take(void);

/* imsic.c: messages. An identity is the number that is written; 0 is none. */
bool imsic_init(void);
uint32_t imsic_identities(void);
/* On each hart: the identities from 1 on to this one are let in. */
void imsic_init_processor(uint32_t identities);
struct interrupt_message imsic_message(uint32_t identity, uint64_t hart);
/* The next that has come, taken from those that wait. */
uint32_t imsic_next(void);

/* aplic.c: wires, as messages of an IMSIC, or by themselves. */
bool aplic_init(bool by_messages);
void aplic_line(uint32_t line, bool open, uint32_t identity);
/* After a line has been served: what is still active on it is told again. */
void aplic_again(uint32_t line);
/* By themselves. */
void aplic_take(void);

/* Where a line of the PCI pins goes: the number of the source at the controller that the tree's map names, each of whose
 * sources takes `cells` numbers there. 0: nowhere. */
uint32_t irqchip_source(uint32_t line, uint32_t cells);

#endif
