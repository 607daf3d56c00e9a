/* SPDX-License-Identifier: MIT */
/*
 * Registers as plain memory, for drivers that store to them without hooks: what has been written is found when time passes,
 * by comparison, and what can be read is put there. Doorbells hold a value between that nobody writes.
 */
#include "sim_internal.h"

#include <sys/mman.h>

#define SHOWN_BYTES 0x70u
#define DOORBELLS   0x1000u
#define NO_VALUE    0xffffffffu

/* In the order in which they are looked at: CC tells that the others are right. INTMS and INTMC are not there. */
struct plain_register {
    uint16_t offset;
    uint16_t bytes;
};
static const struct plain_register writable[] = {{0x24, 4}, {0x28, 8}, {0x30, 8}, {0x48, 8},
                                                 {0x44, 4}, {0x20, 4}, {0x1c, 4}, {0x14, 4}};

static uint32_t *word(uint8_t *bytes, size_t offset)
{
    return (uint32_t *)(void *)(bytes + offset);
}

bool lwsim_plain_create(struct lwnvme_sim *sim)
{
    if (!sim->config.plain_registers) {
        return true;
    }
    sim->registers = malloc(SHOWN_BYTES);
    if (sim->registers == NULL || mprotect(sim->bar, sim->bar_bytes, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    memset((uint8_t *)sim->bar + DOORBELLS, 0xff, sim->bar_bytes - DOORBELLS);
    return true;
}

static void look_at_doorbell(struct lwnvme_sim *sim, uint32_t index)
{
    size_t offset = (size_t)index * ((size_t)4 << (sim->config.cap_dstrd & 15));
    uint8_t bytes[4];
    memcpy(bytes, word(sim->bar, DOORBELLS + offset), 4);
    uint32_t value = (uint32_t)lwsim_get(bytes, 4);
    if (value != NO_VALUE) {
        *word(sim->bar, DOORBELLS + offset) = NO_VALUE;
        lwsim_register_write(sim, DOORBELLS + offset, value);
    }
}

void lwsim_plain_look(struct lwnvme_sim *sim)
{
    if (sim->registers == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(writable) / sizeof(writable[0]); i++) {
        uint8_t *now = (uint8_t *)sim->bar + writable[i].offset;
        uint8_t *known = sim->registers + writable[i].offset;
        bool written = memcmp(now, known, writable[i].bytes) != 0;
        memcpy(known, now, writable[i].bytes);
        for (uint32_t half = 0; half < writable[i].bytes && written; half += 4) {
            lwsim_register_write(sim, writable[i].offset + half, (uint32_t)lwsim_get(known + half, 4));
        }
    }
    for (uint32_t i = 0; i <= sim->config.io_queue_pairs; i++) { /* places given back before they are taken */
        look_at_doorbell(sim, 2 * i + 1);
        look_at_doorbell(sim, 2 * i);
    }
}

void lwsim_plain_show(struct lwnvme_sim *sim)
{
    for (size_t offset = 0; sim->registers != NULL && offset < SHOWN_BYTES; offset += 4) {
        bool there = !sim->removed && !sim->dead;
        lwsim_put(sim->registers + offset, there ? lwsim_register_value(sim, offset) : 0xffffffffu, 4);
        *word(sim->bar, offset) = *word(sim->registers, offset);
    }
}
