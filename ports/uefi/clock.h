/* SPDX-License-Identifier: MIT */
/* UEFI port: a clock that needs no firmware once it runs, so that it works in every event and after
 * ExitBootServices. */
#ifndef LWNVME_PORT_UEFI_CLOCK_H
#define LWNVME_PORT_UEFI_CLOCK_H

#include <stdint.h>

/* Once, before anything else here; takes some milliseconds on x86-64. */
void clock_init(void);
/* Microseconds since clock_init. */
uint64_t clock_now_us(void);
/* One turn of a spin loop. */
void clock_relax(void);

#endif
