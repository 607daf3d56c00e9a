/* SPDX-License-Identifier: MIT */
/* The machine of the consumers: one software controller, and a count of the memory that it lent. */
#include "machine.h"

#include <stdlib.h>

#include "lwnvme_sim.h"

#define BLOCKS      8u
#define BLOCK_BYTES 512u

struct machine {
    struct lwnvme_sim *sim;
    const struct lwnvme_host_ops *ops;
    size_t lent_bytes;
};

uint8_t machine_byte(uint64_t lba, size_t index)
{
    return (uint8_t)(lba * 31u + index * 7u + (index >> 8));
}

struct machine *machine_create(void)
{
    struct machine *machine = (struct machine *)calloc(1, sizeof(*machine));
    struct lwnvme_sim_config config;
    uint8_t block[BLOCK_BYTES];

    if (machine == NULL)
        return NULL;
    lwnvme_sim_config_default(&config);
    config.track_maps = false; /* these ports have no dma_unmap */
    machine->sim = lwnvme_sim_create(&config);
    if (machine->sim == NULL)
        goto fail;
    machine->ops = lwnvme_sim_host_ops(machine->sim);
    for (uint64_t lba = 0; lba < BLOCKS; lba++) {
        for (size_t index = 0; index < BLOCK_BYTES; index++)
            block[index] = machine_byte(lba, index);
        if (!lwnvme_sim_write_blocks(machine->sim, 1, lba, 1, block))
            goto fail;
    }
    return machine;
fail:
    lwnvme_sim_destroy(machine->sim);
    free(machine);
    return NULL;
}

bool machine_destroy(struct machine *machine)
{
    bool good = lwnvme_sim_counters(machine->sim)->shutdowns == 1 &&
                lwnvme_sim_violations(machine->sim) == 0 && machine->lent_bytes == 0;

    if (lwnvme_sim_violations(machine->sim) != 0)
        lwnvme_sim_violations_print(machine->sim);
    lwnvme_sim_destroy(machine->sim);
    free(machine);
    return good;
}

void *machine_pages(struct machine *machine, size_t size_bytes, size_t align_bytes, uint64_t *physical)
{
    void *memory = machine->ops->dma_alloc(machine->sim, size_bytes, align_bytes, physical);

    if (memory != NULL)
        machine->lent_bytes += size_bytes;
    return memory;
}

void machine_pages_free(struct machine *machine, void *memory, size_t size_bytes, uint64_t physical)
{
    machine->lent_bytes -= size_bytes;
    machine->ops->dma_free(machine->sim, memory, size_bytes, physical);
}

bool machine_translate(struct machine *machine, const void *address, size_t length_bytes, uint64_t *physical,
                       size_t *contiguous_bytes)
{
    return machine->ops->dma_map(machine->sim, address, length_bytes, LWNVME_BIDIRECTIONAL, physical,
                                 contiguous_bytes);
}

uint64_t machine_now_us(struct machine *machine)
{
    return machine->ops->now_us(machine->sim);
}

volatile void *machine_registers(struct machine *machine)
{
    return lwnvme_sim_bar_mapped(machine->sim);
}

uint64_t machine_register_bytes(struct machine *machine)
{
    return lwnvme_sim_bar_bytes(machine->sim);
}

uint32_t machine_read32(struct machine *machine, volatile void *registers, size_t offset_bytes)
{
    return machine->ops->mmio_read32(machine->sim, registers, offset_bytes);
}

void machine_write32(struct machine *machine, volatile void *registers, size_t offset_bytes, uint32_t value)
{
    machine->ops->mmio_write32(machine->sim, registers, offset_bytes, value);
}
