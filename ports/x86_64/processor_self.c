/* SPDX-License-Identifier: MIT */
/* x86-64 port: what belongs to a processor is found through the base of its segment GS, which is a register of its own. */
#include "io.h"
#include "machine.h"

#define PROCESSOR_MSR_GS_BASE 0xc0000101u

void processor_set_self(struct processor *self)
{
    cpu_write_msr(PROCESSOR_MSR_GS_BASE, (uintptr_t)self);
}
