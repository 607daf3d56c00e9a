/* SPDX-License-Identifier: MIT */
/* Commands that scenarios leave to the software controller, because they want more of it: copy, protection, placement. */
#include "sim/scenario.h"

#include <lwnvme/copy.h>
#include <lwnvme/mapper.h>
#include <lwnvme/metadata.h>
#include <lwnvme/placement.h>
#include <lwnvme/protection.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_io.h>
#include <lwnvme/sync_zoned.h>

#include "device.h"

#define BLOCKS 1024u
#define BLOCK  512u

static uint8_t data[BLOCKS * BLOCK] __attribute__((aligned(4096)));
static uint8_t back[BLOCKS * BLOCK] __attribute__((aligned(4096)));

static void start(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 16);
    scenario_namespace(s);
    scenario_fill(data, sizeof(data), 5);
    assert_int_equal(lwnvme_sync_write(s->queue, s->ns, 0, BLOCKS, data, 0), LWNVME_OK);
}

/* Ranges from anywhere, copied to one place; more than a command takes. */
static void copies_arrive_whole(void **state)
{
    static uint8_t memory[256 * 40] __attribute__((aligned(4096)));
    struct scenario s;
    uint32_t random = 7;

    (void)state;
    scenario_prepare(&s);
    s.settings.oncs |= LWNVME_ONCS_COPY;
    start(&s);
    for (uint32_t round = 0; round < 12; round++) {
        struct lwnvme_copy_request copy = {.format = 0, .memory = memory, .memory_bytes = sizeof(memory)};
        const uint32_t ranges = 1 + round * 3;
        uint32_t at = 0;

        for (uint32_t index = 0; index < ranges; index++) {
            const uint32_t count = 1 + scenario_random(&random) % 25;
            const uint32_t lba = scenario_random(&random) % (BLOCKS - count);

            assert_int_equal(lwnvme_copy_add(s.ns, &copy, s.ns, lba, count), LWNVME_OK);
            memcpy(back + at * BLOCK, data + lba * BLOCK, count * BLOCK);
            at += count;
        }
        assert_int_equal(lwnvme_sync_copy(s.queue, s.ns, 5000 + round * 1000, &copy, 0), LWNVME_OK);
        assert_memory_equal(s.sim->machine->disk[0] + (5000 + round * 1000) * BLOCK, back, at * BLOCK);
    }
    scenario_end(&s);
}

/* From one namespace to another, which hosts have to ask for first. */
static void copies_between_namespaces(void **state)
{
    static uint8_t memory[4096] __attribute__((aligned(4096)));
    struct lwnvme_copy_request copy = {.format = 2, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_host_behavior behavior = {.copy_formats = 0xc};
    static struct lwnvme_namespace other;
    struct scenario s;

    (void)state;
    if (qemu_version() < 10)
        device_cannot("no copies between namespaces in QEMU %u", qemu_version());
    scenario_prepare(&s);
    s.settings.oncs |= LWNVME_ONCS_COPY;
    s.settings.namespace_count = 2;
    start(&s);
    assert_int_equal(lwnvme_sync_host_behavior_set(s.controller, &behavior), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 2, &other), LWNVME_OK);
    assert_int_equal(lwnvme_copy_add(&other, &copy, s.ns, 10, 20), LWNVME_OK);
    assert_int_equal(lwnvme_copy_add(&other, &copy, s.ns, 500, 7), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, &other, 77, &copy, 0), LWNVME_OK);
    assert_memory_equal(s.sim->machine->disk[1] + 77 * BLOCK, data + 10 * BLOCK, 20 * BLOCK);
    assert_memory_equal(s.sim->machine->disk[1] + 97 * BLOCK, data + 500 * BLOCK, 7 * BLOCK);
    scenario_end(&s);
}

/* Metadata of a block, in the image: behind all data. */
static uint8_t *metadata_at(const struct scenario *s, uint64_t lba, uint32_t bytes)
{
    const struct device_machine *machine = s->sim->machine;

    return machine->disk[0] + machine->disk_bytes[0] / (BLOCK + bytes) * BLOCK + lba * bytes;
}

/* The library makes what the controller checks, the controller makes what the library checks, and both find what is bad. */
static void protection(struct scenario *s, struct lwnvme_protection *options, uint32_t bytes)
{
    static uint8_t metadata[64 * 16] __attribute__((aligned(4096)));
    struct lwnvme_buffer apart;
    struct tracked *io = scenario_request(s);
    uint32_t bad = 99;

    scenario_fill(data, 64 * BLOCK, bytes);
    assert_int_equal(lwnvme_sync_write(s->queue, s->ns, 100, 64, data, 0), LWNVME_OK); /* PRACT */
    apart = lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(data, 64 * BLOCK), (uintptr_t)metadata, 64 * bytes);
    memcpy(metadata, metadata_at(s, 100, bytes), 64 * bytes);
    assert_int_equal(lwnvme_protection_check(s->ns, NULL, 100, 64, &apart, &bad), LWNVME_OK);
    options->flags &= ~LWNVME_PROTECTION_CONTROLLER;
    options->flags |= LWNVME_PROTECTION_LIBRARY;
    for (uint32_t round = 0; round < 2; round++) {
        assert_int_equal(scenario_accept(io, lwnvme_write(s->queue, s->ns, &io->request, 300, 64, &apart)),
                         LWNVME_OK);
        scenario_wait_all(s, s->queue);
        assert_int_equal(io->request.status, LWNVME_OK); /* the controller has checked it on its way */
        memset(data, 0, 64 * BLOCK);
        assert_int_equal(scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, 300, 64, &apart)),
                         LWNVME_OK);
        scenario_wait_all(s, s->queue);
        assert_int_equal(io->request.status, LWNVME_OK);
    }
    assert_memory_equal(metadata, metadata_at(s, 300, bytes), 64 * bytes);
    s->sim->machine->disk[0][310 * BLOCK + 77] ^= 4;
    assert_int_equal(scenario_accept(io, lwnvme_read(s->queue, s->ns, &io->request, 300, 64, &apart)),
                     LWNVME_OK);
    scenario_wait_all(s, s->queue);
    assert_int_equal(io->request.status & 0x7ff, LWNVME_SC_GUARD_CHECK_ERROR);
    options->flags &= ~LWNVME_PROTECTION_LIBRARY;
    options->flags |= LWNVME_PROTECTION_CONTROLLER;
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 300, 64, data, 0) & 0x7ff,
                     LWNVME_SC_GUARD_CHECK_ERROR);
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 311, 53, data, 0), LWNVME_OK);
    if (options->type == 3)
        return; /* its reference tags are the host's own */
    metadata_at(s, 120, bytes)[bytes - 1] ^= 1;
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 100, 64, data, 0) & 0x7ff,
                     LWNVME_SC_REFERENCE_TAG_CHECK_ERROR);
}

static void protection_of_every_type(void **state)
{
    static const struct {
        uint16_t bytes;
        const char *words;
    } guards[] = {{8, ""}, {16, ",pif=2"}};

    (void)state;
    for (uint32_t variant = 0; variant < 6; variant++) {
        struct lwnvme_protection options;
        struct scenario s;

        scenario_prepare(&s);
        device_extra.ns = guards[variant / 3].words;
        s.settings.ns[0].formats[0].ms = guards[variant / 3].bytes;
        s.settings.ns[0].dps = (uint8_t)(1 + variant % 3);
        scenario_start(&s);
        scenario_queue(&s, 16);
        s.ns = calloc(1, sizeof(*s.ns));
        assert_int_equal(lwnvme_sync_protection_open(s.controller, 1, s.ns, &options), LWNVME_OK);
        assert_int_equal(options.type, 1 + variant % 3);
        assert_int_equal(options.guard_bits, variant < 3 ? 16 : 64);
        protection(&s, &options, guards[variant / 3].bytes);
        scenario_end(&s);
    }
}

/* Placement handles: where their reclaim units stand before and after writes that name them, and an update. */
static void data_placement(void **state)
{
    static uint8_t memory[1024] __attribute__((aligned(4096)));
    static struct lwnvme_le16 identifiers[2];
    struct lwnvme_placement_status status = {.memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_placement_handle before, after;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 64 * BLOCK);
    struct scenario s;
    struct tracked *io;

    (void)state;
    if (qemu_version() < 10)
        device_cannot("no flexible data placement in QEMU %u", qemu_version());
    device_extra.subsystem = ",fdp=on,fdp.runs=1M,fdp.nruh=4";
    device_extra.ns = ",fdp.ruhs=0;1;2";
    scenario_prepare(&s);
    s.settings.oacs |= LWNVME_OACS_DIRECTIVES;
    start(&s);
    io = scenario_request(&s);
    assert_int_equal(lwnvme_sync_placement_get_status(s.queue, s.ns, &status), LWNVME_OK);
    assert_int_equal(status.handles, 3);
    assert_true(lwnvme_placement_handle_get(&status, 1, &before));
    io->request.directive = lwnvme_directive_placement(before.placement_identifier);
    assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 9, 64, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(lwnvme_sync_placement_get_status(s.queue, s.ns, &status), LWNVME_OK);
    assert_true(lwnvme_placement_handle_get(&status, 1, &after));
    assert_int_equal(before.blocks_left - after.blocks_left, 64);
    lwnvme_le16_set(&identifiers[0], after.placement_identifier);
    assert_int_equal(lwnvme_sync_placement_update(s.queue, s.ns, identifiers, 1), LWNVME_OK);
    assert_int_equal(lwnvme_sync_placement_get_status(s.queue, s.ns, &status), LWNVME_OK);
    assert_true(lwnvme_placement_handle_get(&status, 1, &after));
    assert_int_equal(after.blocks_left, (1u << 20) / BLOCK);
    io->request.directive = lwnvme_directive_placement(77);
    assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 9, 64, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    scenario_end(&s);
}

static struct lwnvme_zone zone_at(struct scenario *s, struct lwnvme_zoned *zoned, uint64_t lba)
{
    static uint8_t memory[128] __attribute__((aligned(4096)));
    struct lwnvme_zone_report report = {
        .zoned = zoned, .first_lba = lba, .end_lba = lba + 1, .memory = memory, .memory_bytes = 128};
    struct lwnvme_zone zone = {0};

    assert_int_equal(lwnvme_sync_zone_report_next(s->queue, &report), LWNVME_OK);
    assert_int_equal(lwnvme_zone_report_get(&report, 0, &zone), LWNVME_OK);
    return zone;
}

/* A zone's random write area: in any order, again and again, then committed; by the report and by the image. */
static void random_write_areas(void **state)
{
    static struct lwnvme_zoned zoned;
    struct scenario s;
    uint32_t random = 3;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_css = 0x41;
    s.settings.command_sets = 7;
    s.settings.ns[0].csi = 2;
    s.settings.ns[0].flbas = 1; /* 4096 */
    s.settings.ns[0].nsze = s.settings.ns[0].ncap = 8 * 64;
    s.settings.zoned.zsze = 64;
    s.settings.zoned.zcap = 48;
    s.settings.zoned.mor = s.settings.zoned.mar = 3;
    s.settings.zoned.ozcs = 2;
    s.settings.zoned.numzrwa = 1;
    s.settings.zoned.zrwasz = 16;
    s.settings.zoned.zrwafg = 4;
    s.settings.zoned.zrwacap = 1;
    scenario_start(&s);
    scenario_queue(&s, 16);
    assert_int_equal(lwnvme_sync_zoned_open(s.controller, 1, &zoned), LWNVME_OK);
    assert_int_equal(zoned.zrwa_blocks, 16);
    assert_int_equal(zoned.zrwa_flush_blocks, 4);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_OPEN, 64, LWNVME_ZONE_ZRWA),
                     LWNVME_OK);
    for (uint32_t base = 64; base < 64 + 48; base += 16) {
        for (uint32_t round = 0; round < 60; round++) {
            const uint32_t block = scenario_random(&random) % 16;

            scenario_fill(data + block * 4096, 4096, base + round);
            assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, base + block, 1, data + block * 4096, 0),
                             LWNVME_OK);
        }
        for (uint32_t block = 0; block < 16; block++)
            assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, base + block, 1, data + block * 4096, 0),
                             LWNVME_OK);
        assert_int_equal(zone_at(&s, &zoned, 64).write_pointer, base);
        assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_FLUSH_ZRWA, base + 15, 0),
                         LWNVME_OK);
        assert_memory_equal(s.sim->machine->disk[0] + base * 4096, data, 16 * 4096);
        if (base < 64 + 32)
            assert_int_equal(zone_at(&s, &zoned, 64).write_pointer, base + 16);
    }
    assert_int_equal(zone_at(&s, &zoned, 64).state, LWNVME_ZONE_STATE_FULL);
    scenario_end(&s);
}

/* Metadata that lie across pages, in one command by an SGL of their own: what is in the image is what was there. */
static void metadata_in_several_pieces(void **state)
{
    const struct lwnvme_queue_config config = {.entries = 8, .mapper = &lwnvme_mapper_full};
    const uint32_t blocks = 8;
    uint8_t *metadata = scenario_memory(4 * 4096, 4096);
    struct scenario s;
    struct tracked *io;

    (void)state;
    scenario_prepare(&s);
    s.settings.ns[0].formats[0].ms = 64;
    s.settings.sgls = 1u | LWNVME_SGLS_METADATA_SGL;
    s.settings.scattered = true;
    scenario_start(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
    s.ns = calloc(1, sizeof(*s.ns));
    assert_int_equal(lwnvme_sync_metadata_open(s.controller, 1, s.ns), LWNVME_OK);
    assert_true((s.controller->info.sgls & LWNVME_SGLS_METADATA_SGL) != 0);
    io = scenario_request(&s);
    scenario_fill(data, sizeof(data), 5);
    for (uint32_t at = 4064; at < 4 * 4096; at += 4096 - 16) {
        struct lwnvme_buffer buffer = lwnvme_buffer_with_metadata(
            lwnvme_buffer_cpu(data, (size_t)blocks * BLOCK), (uintptr_t)metadata + at, blocks * 64);
        const uint64_t before = lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE];

        if (at + blocks * 64 > 4 * 4096)
            break;
        scenario_fill(metadata, 4 * 4096, at);
        memcpy(back, metadata + at, (size_t)blocks * 64);
        assert_int_equal(scenario_accept(io, lwnvme_write(s.queue, s.ns, &io->request, 8, blocks, &buffer)),
                         LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_WRITE], before + 1);
        memset(metadata, 0, (size_t)4 * 4096);
        assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 8, blocks, &buffer)),
                         LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_memory_equal(metadata + at, back, blocks * 64);
    }
    scenario_end(&s);
    free(metadata);
}

/* Blocks that were trimmed are an error when a host wants them to be, until they are written. */
static void fault_080_deallocated_blocks(void **state)
{
    struct lwnvme_error_recovery recovery = {.deallocated_is_error = true};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_int_equal(lwnvme_sync_error_recovery_set(s.controller, 1, &recovery, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, BLOCKS, back, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_trim(s.queue, s.ns, 0, BLOCKS / 2), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, s.ns, 16, 8, back, 0)),
                     LWNVME_SC_DEALLOCATED_OR_UNWRITTEN);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, BLOCKS / 2, 8, back, 0), LWNVME_OK);
    assert_memory_equal(back, data + BLOCKS / 2 * BLOCK, 8 * BLOCK);
    assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 16, 8, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 16, 8, back, 0), LWNVME_OK);
    assert_memory_equal(back, data, 8 * BLOCK);
    recovery.deallocated_is_error = false;
    assert_int_equal(lwnvme_sync_error_recovery_set(s.controller, 1, &recovery, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 64, 8, back, 0), LWNVME_OK);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_arrive_whole),          cmocka_unit_test(copies_between_namespaces),
        cmocka_unit_test(protection_of_every_type),     cmocka_unit_test(data_placement),
        cmocka_unit_test(random_write_areas),           cmocka_unit_test(metadata_in_several_pieces),
        cmocka_unit_test(fault_080_deallocated_blocks),
    };

    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
