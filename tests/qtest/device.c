/* SPDX-License-Identifier: MIT */
/* The life of the controller, and what is done to it from outside. */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PCI_COMMAND      0x04u
#define PCI_BAR0         0x10u
#define PCI_BAR2         0x18u
#define PCI_CAPABILITIES 0x34u
#define PCI_MSIX         0x11u

static struct lwnvme_sim *all;

const bool scenario_on_software = false;
struct device_extra device_extra;

/* ---- the medium ---- */

static const uint32_t metadata_bytes[] = {0, 8, 16, 64};

static uint32_t data_bytes_of(uint8_t format)
{
    return format < 4 ? 512 : 4096;
}

/* Where blocks are in the file; NULL: there are no such blocks. */
static uint8_t *blocks_at(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count, size_t *bytes)
{
    const uint32_t index = nsid - 1;
    uint32_t data;
    uint64_t blocks;

    if (index >= LWNVME_SIM_NAMESPACES || sim->machine->disk[index] == NULL)
        return NULL;
    data = data_bytes_of(sim->format[index]);
    blocks = sim->machine->disk_bytes[index] / (data + metadata_bytes[sim->format[index] % 4]);
    if (lba > blocks || count > blocks - lba)
        return NULL;
    *bytes = (size_t)count * data;
    return sim->machine->disk[index] + lba * data;
}

bool lwnvme_sim_read_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count, void *buffer)
{
    size_t bytes;
    const uint8_t *at = blocks_at(sim, nsid, lba, count, &bytes);

    if (at != NULL)
        memcpy(buffer, at, bytes);
    return at != NULL;
}

bool lwnvme_sim_write_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count,
                             const void *buffer)
{
    size_t bytes;
    uint8_t *at = blocks_at(sim, nsid, lba, count, &bytes);

    if (at != NULL)
        memcpy(at, buffer, bytes);
    return at != NULL;
}

/* One block with its metadata: they lie behind all data. */
bool lwnvme_sim_read_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, void *unit)
{
    size_t data;
    const uint8_t *at = blocks_at(sim, nsid, lba, 1, &data);
    uint32_t metadata;
    uint64_t blocks;

    if (at == NULL)
        return false;
    metadata = metadata_bytes[sim->format[nsid - 1] % 4];
    blocks = sim->machine->disk_bytes[nsid - 1] / (data + metadata);
    memcpy(unit, at, data);
    memcpy((uint8_t *)unit + data, sim->machine->disk[nsid - 1] + blocks * data + lba * metadata, metadata);
    return true;
}

/* ---- the PCI device ---- */

static uint64_t bar_size(struct lwnvme_sim *sim)
{
    uint32_t mask;

    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_BAR0, 0xffffffffu);
    mask = qemu_config_read(sim->qemu, DEVICE_SLOT, PCI_BAR0) & ~15u;
    return UINT64_C(0x100000000) - mask;
}

/* All vectors write to words of their own, and are on. */
static void msix_on(struct lwnvme_sim *sim)
{
    unsigned at = qemu_config_read(sim->qemu, DEVICE_SLOT, PCI_CAPABILITIES) & 0xff;
    uint64_t table;

    while (at != 0 && (qemu_config_read(sim->qemu, DEVICE_SLOT, at) & 0xff) != PCI_MSIX)
        at = qemu_config_read(sim->qemu, DEVICE_SLOT, at) >> 8 & 0xff;
    assert_int_not_equal(at, 0);
    table = qemu_config_read(sim->qemu, DEVICE_SLOT, at + 4);
    assert_int_equal(table & 7, 0); /* in the registers' own region */
    table += QEMU_MMIO_WINDOW;
    sim->msix_table = table;
    sim->msix_pending = (qemu_config_read(sim->qemu, DEVICE_SLOT, at + 8) & ~7u) + QEMU_MMIO_WINDOW;
    if (sim->vector_words == 0)
        sim->vector_words = memory_take(sim, 4096, 4096);
    for (uint32_t vector = 0; vector < sim->config.msix_vectors; vector++) {
        const uint64_t word = sim->vector_words + vector * 4u;

        qemu_write32(sim->qemu, table + vector * 16u, (uint32_t)word);
        qemu_write32(sim->qemu, table + vector * 16u + 4, (uint32_t)(word >> 32));
        qemu_write32(sim->qemu, table + vector * 16u + 8, vector + 1);
        qemu_write32(sim->qemu, table + vector * 16u + 12, 0);
    }
    qemu_config_write(sim->qemu, DEVICE_SLOT, at,
                      (qemu_config_read(sim->qemu, DEVICE_SLOT, at) & 0x3fffffffu) | 0x80000000u);
}

void device_configure(struct lwnvme_sim *sim)
{
    sim->bar_bytes = (size_t)bar_size(sim);
    if (sim->config.bar_bytes != 0 && sim->config.bar_bytes < sim->bar_bytes)
        sim->bar_bytes = (size_t)sim->config.bar_bytes;
    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_BAR0, (uint32_t)QEMU_MMIO_WINDOW);
    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_BAR0 + 4, 0);
    if (sim->buffer_bytes != 0) {
        qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_BAR2, (uint32_t)QEMU_CMB_WINDOW);
        qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_BAR2 + 4, 0);
    }
    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_COMMAND, 6);
    if (sim->config.msix_vectors != 0)
        msix_on(sim);
}

/* As firmware leaves a controller that it has used. */
static void start_state(struct lwnvme_sim *sim)
{
    const uint64_t registers = QEMU_MMIO_WINDOW;
    uint64_t rings;

    if (!sim->config.start_enabled && !sim->config.start_shutdown)
        return;
    rings = memory_take(sim, 8192, 4096);
    qemu_write32(sim->qemu, registers + 0x24, 0x001f001f);
    qemu_write32(sim->qemu, registers + 0x28, (uint32_t)rings);
    qemu_write32(sim->qemu, registers + 0x2c, (uint32_t)(rings >> 32));
    qemu_write32(sim->qemu, registers + 0x30, (uint32_t)rings + 4096);
    qemu_write32(sim->qemu, registers + 0x34, (uint32_t)(rings >> 32));
    sim->cc = 0x00460001;
    qemu_write32(sim->qemu, registers + 0x14, sim->cc);
    if (sim->config.start_shutdown)
        qemu_write32(sim->qemu, registers + 0x14, sim->cc |= 1u << 14);
    assert_int_equal(qemu_read32(sim->qemu, registers + 0x1c), sim->config.start_shutdown ? 9 : 1);
}

void lwnvme_sim_power_cut(struct lwnvme_sim *sim)
{
    qemu_reset(sim->qemu);
    watch_forget(sim);
    sim->cc = 0;
    sim->removed = false;
    device_configure(sim);
}

void lwnvme_sim_remove(struct lwnvme_sim *sim)
{
    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_COMMAND, 0);
    watch_forget(sim);
    sim->removed = true;
    sim->removed_reads = 0xffffffffu;
}

void lwnvme_sim_insert(struct lwnvme_sim *sim)
{
    sim->config.mmio_ones_at = 0;
    sim->config.mmio_zeros_at = 0;
    lwnvme_sim_power_cut(sim);
}

/* A controller that cannot fetch a command any more says so, and stops. */
void lwnvme_sim_fatal(struct lwnvme_sim *sim)
{
    const uint32_t tail = (sim->sq[0].at + 1) % ((sim->aqa & 0xfff) + 1);

    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_COMMAND, 2);
    qemu_write32(sim->qemu, QEMU_MMIO_WINDOW + 0x1000, tail);
    for (unsigned turn = 0; (qemu_read32(sim->qemu, QEMU_MMIO_WINDOW + 0x1c) & 2) == 0; turn++)
        assert_in_range(turn, 0, 10000);
    qemu_config_write(sim->qemu, DEVICE_SLOT, PCI_COMMAND, 6);
}

/* ---- life ---- */

/* A driver that goes past the hooks stops at once. */
static void *nothing_there(size_t bytes)
{
    void *place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    assert_true(place != MAP_FAILED);
    return place;
}

struct lwnvme_sim *lwnvme_sim_create(const struct lwnvme_sim_config *config)
{
    struct lwnvme_sim *sim = calloc(1, sizeof(*sim));

    assert_non_null(sim);
    memcpy(&sim->config, config, sizeof(*config));
    sim->random = (uint32_t)config->seed * 2654435761u | 1u;
    sim->next = all;
    all = sim;
    device_settings_check(config);
    machine_get(sim);
    memory_create(sim);
    memory_hooks(&sim->ops);
    host_hooks(&sim->ops);
    sim->buffer_bytes = (size_t)device_extra.cmb_mb << 20;
    device_configure(sim);
    sim->bar = nothing_there(sim->bar_bytes);
    if (sim->buffer_bytes != 0) {
        sim->buffer = nothing_there(sim->buffer_bytes);
        sim->buffer_copy = calloc(1, sim->buffer_bytes);
        assert_non_null(sim->buffer_copy);
    }
    start_state(sim);
    return sim;
}

void lwnvme_sim_destroy(struct lwnvme_sim *sim)
{
    struct lwnvme_sim **link = &all;

    while (*link != sim)
        link = &(*link)->next;
    *link = sim->next;
    memory_destroy(sim);
    if (sim->machine != NULL)
        machine_put(sim->machine);
    if (sim->bar != NULL)
        (void)munmap((void *)sim->bar, sim->bar_bytes);
    if (sim->buffer != NULL)
        (void)munmap((void *)sim->buffer, sim->buffer_bytes);
    free(sim->buffer_copy);
    free(sim);
}

void device_forget_all(void)
{
    while (all != NULL)
        lwnvme_sim_destroy(all);
}

struct lwnvme_host_ops *lwnvme_sim_host_ops(struct lwnvme_sim *sim)
{
    return &sim->ops;
}

uint64_t lwnvme_sim_bar_physical(const struct lwnvme_sim *sim)
{
    return sim->config.bar_physical;
}

uint64_t lwnvme_sim_bar_bytes(const struct lwnvme_sim *sim)
{
    return sim->bar_bytes;
}

volatile void *lwnvme_sim_bar_mapped(struct lwnvme_sim *sim)
{
    return sim->bar;
}

struct lwnvme_sim_config *lwnvme_sim_settings(struct lwnvme_sim *sim)
{
    return &sim->config;
}

size_t lwnvme_sim_outstanding_mmio_maps(const struct lwnvme_sim *sim)
{
    return sim->mmio_maps;
}

const struct lwnvme_sim_counts *lwnvme_sim_counters(const struct lwnvme_sim *sim)
{
    return &sim->counts;
}

/* What QEMU calls undefined behaviour of the driver, and what the hooks held against it. */
uint64_t lwnvme_sim_violations(const struct lwnvme_sim *sim)
{
    return sim->violations + qemu_logged(sim->qemu, "pci_nvme_ub_");
}

void lwnvme_sim_violations_print(const struct lwnvme_sim *sim)
{
    qemu_log_print(sim->qemu);
}
