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
};

/* Stores up to `room` of them in the order found; returns how many there are. */
uint32_t platform_drives(struct platform_drive *drives, uint32_t room);

/* The demo, or its shell: what is on the command line decides. true: all went well. */
bool demo_main(const char *command_line);

#endif
