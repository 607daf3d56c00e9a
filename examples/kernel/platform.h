/* SPDX-License-Identifier: MIT */
/*
 * What the demo needs of the machine it runs on, beside the library's own hooks. One file per platform
 * implements it (main_x86_64.c, main_sim.c) and calls demo_main.
 */
#ifndef DEMO_PLATFORM_H
#define DEMO_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lwnvme/lwnvme.h>

#define PLATFORM_NO_KEY (-1) /* nothing was typed in time */
#define PLATFORM_CLOSED (-2) /* nothing will ever be typed again */

void platform_put(char c);
int platform_get(uint32_t timeout_ms);
uint64_t platform_now_us(void);

/* Page-aligned memory that the controller can reach through the dma_map hook. NULL: none left. */
void *platform_alloc(size_t size_bytes);
void platform_free(void *memory, size_t size_bytes);

/* An NVMe controller that was found. config is complete but for the demo's own wishes. */
struct platform_drive {
    char where[128];
    struct lwnvme_controller_config config;
    /* Switches the power of the slot that it sits in; what firmware and platform had told it, it is told again: NULL, or why
     * not. A NULL function: this platform cannot. */
    const char *(*slot_power)(const struct platform_drive *drive, bool on);
};

/* Stores up to `room` of them in the order found; returns how many there are. */
uint32_t platform_drives(struct platform_drive *drives, uint32_t room);

/* How a drive tells that commands have ended. */
enum platform_irq {
    PLATFORM_POLL, /* it does not: it is looked at */
    PLATFORM_INTX,
    PLATFORM_MSI,
    PLATFORM_MSIX
};

/* Has a drive interrupt `processors` processors, before its controller is opened. NULL, or why not. */
const char *platform_interrupts(const struct platform_drive *drive, struct lwnvme_controller *controller,
                                enum platform_irq kind, uint32_t processors);
/* How many a processor has taken so far, and the vector of its queue. */
uint32_t platform_interrupt_count(const struct platform_drive *drive, uint32_t processor);
uint16_t platform_vector(const struct platform_drive *drive, uint32_t processor);

/* Another BAR of the drive, as the CPU sees it and its bus does. false: it has none there. */
bool platform_bar(const struct platform_drive *drive, uint32_t bar, struct lwnvme_cmb_bar *where);

#define PLATFORM_PROCESSORS_MAX 4u

/* Starts processors, so that there are up to `wanted`; once, before platform_interrupts. Returns how many there are. */
uint32_t platform_processors(uint32_t wanted);
/* Has `work` run on the first `processors` of them at once, and waits until all have ended. */
void platform_run(uint32_t processors, void (*work)(void *context, uint32_t processor), void *context);

/* The demo, or its shell: what is on the command line decides. true: all went well. */
bool demo_main(const char *command_line);

#endif
