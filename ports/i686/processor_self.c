/* SPDX-License-Identifier: MIT */
/* i686 port: what belongs to a processor is found through its segment GS; each has a descriptor of its own in the table. */
#include "machine.h"

#define DESCRIPTOR_SELF  3u                  /* the first processor's, behind code and data (boot.S) */
#define DESCRIPTOR_DATA  0x00cf92000000ffffu /* as boot.S has it, at base 0 */
#define DESCRIPTOR_BYTES 8u

extern uint64_t boot_gdt[DESCRIPTOR_SELF + PROCESSORS_MAX];

void processor_set_self(struct processor *self)
{
    const uint64_t base = (uintptr_t)self;
    const uint32_t place = DESCRIPTOR_SELF + self->index;

    boot_gdt[place] = DESCRIPTOR_DATA | (base & 0xffffffu) << 16 | (base >> 24) << 56;
    __asm__ volatile("movl %0, %%gs" : : "r"(place * DESCRIPTOR_BYTES) : "memory");
}
