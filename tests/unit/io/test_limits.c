/* SPDX-License-Identifier: MIT */
/* Limits beside that of transfers: that they are known without being asked for, what they mean, and that they are kept. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_limits limits;

static void read_limits(void)
{
    assert_int_equal(lwnvme_limits_get(bench.ns, &limits), 0);
}

static void each_limit_is_decoded(void **state)
{
    (void)state;
    bench_prepare(&bench);
    struct lwnvme_sim_namespace *ns = &bench.settings.ns[0];
    bench.settings.vsl = 2;
    bench.settings.wzsl = 1;
    bench.settings.wusl = 3;
    bench.settings.dmrl = 5;
    bench.settings.dmrsl = 1000;
    bench.settings.dmsl = 3000;
    bench.settings.cdfs = 5;
    bench.settings.awun = 63;
    bench.settings.awupf = 7;
    bench.settings.acwu = 3;
    ns->mssrl = 100;
    ns->mcl = 200;
    ns->msrc = 4;
    ns->nsfeat = 0x42;
    ns->nawun = 31;
    ns->nabsn = 15;
    ns->nabo = 4;
    ns->nabspf = 7;
    bench_start(&bench);
    read_limits();
    assert_int_equal(limits.verify_blocks, 32);
    assert_int_equal(limits.write_zeroes_blocks, 16);
    assert_int_equal(limits.write_uncorrectable_blocks, 64);
    assert_int_equal(limits.trim_ranges, 5);
    assert_int_equal(limits.trim_range_blocks, 1000);
    assert_int_equal(limits.trim_blocks, 3000);
    assert_int_equal(limits.copy_formats, 5);
    assert_int_equal(limits.copy_ranges, 5);
    assert_int_equal(limits.copy_range_blocks, 100);
    assert_int_equal(limits.copy_blocks, 200);
    assert_true(limits.multiple_atomicity);
    assert_int_equal(limits.atomic.blocks, 32);
    assert_int_equal(limits.atomic.boundary, 16);
    assert_int_equal(limits.atomic.offset, 4);
    assert_int_equal(limits.atomic_power_fail.blocks, 8);
    assert_int_equal(limits.atomic_power_fail.boundary, 8);
    assert_int_equal(limits.compare_and_write.blocks, 4);
    bench_end(&bench);
}

/* Limits that are other ones after a reset: nobody has to open the namespace again for those of the controller. */
static void limits_are_read_again_at_each_bring_up(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.wzsl = 1;
    bench_start(&bench);
    read_limits();
    assert_int_equal(limits.write_zeroes_blocks, 16);
    lwnvme_sim_settings(bench.sim)->wzsl = 0;
    read_limits();
    assert_int_equal(limits.write_zeroes_blocks, 16);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    read_limits();
    assert_int_equal(limits.write_zeroes_blocks, UINT32_MAX);
    bench_end(&bench);
}

static void no_limit_is_none(void **state)
{
    (void)state;
    for (uint32_t old = 0; old < 2; old++) {
        bench_prepare(&bench);
        bench.settings.vsl = bench.settings.wzsl = bench.settings.wusl = old != 0 ? 1 : 0;
        bench.settings.dmrl = 0;
        bench.settings.dmrsl = 0;
        bench.settings.dmsl = 0;
        bench.settings.ns[0].nawun = 3; /* means nothing without NSABP */
        bench.settings.ns[0].nabsn = 3;
        bench.settings.awun = 0xffff;
        bench.settings.ns[0].mssrl = old != 0 ? 0 : 128; /* a limit of nothing is one, wherever it is */
        bench.settings.ns[0].mcl = old != 0 ? 128 : 0;
        if (old != 0) {
            bench.settings.vs = LWNVME_VERSION(1, 4, 0);
        }
        bench_start(&bench);
        read_limits();
        assert_int_equal(limits.verify_blocks, UINT32_MAX);
        assert_int_equal(limits.write_zeroes_blocks, UINT32_MAX);
        assert_int_equal(limits.write_uncorrectable_blocks, UINT32_MAX);
        assert_int_equal(limits.trim_ranges, 256);
        assert_int_equal(limits.trim_range_blocks, UINT32_MAX);
        assert_true(limits.trim_blocks == UINT64_MAX);
        assert_int_equal(limits.atomic.blocks, 65536);
        assert_int_equal(limits.atomic.boundary, 0);
        assert_int_equal(limits.copy_ranges, 0);
        assert_int_equal(limits.copy_range_blocks, 0);
        assert_int_equal(lwnvme_atomic_check(bench.ns, 5, 1000, false), 0);
        bench_end(&bench);
    }
}

static void what_cannot_be_asked_is_refused(void **state)
{
    static struct lwnvme_namespace closed;
    (void)state;
    bench_prepare(&bench);
    bench_start(&bench);
    limits.copy_ranges = 77;
    assert_int_equal(lwnvme_limits_get(bench.ns, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_limits_get(NULL, &limits), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_limits_get(&closed, &limits), LWNVME_ERR_NAMESPACE_CLOSED);
    closed.status = LWNVME_PENDING;
    assert_int_equal(lwnvme_limits_get(&closed, &limits), LWNVME_ERR_NAMESPACE_CLOSED);
    closed.status = LWNVME_ERR_NS_CAPACITY;
    assert_int_equal(lwnvme_limits_get(&closed, &limits), LWNVME_ERR_NS_CAPACITY);
    assert_int_equal(lwnvme_atomic_check(NULL, 0, 1, false), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_atomic_check(&closed, 0, 1, false), LWNVME_ERR_NS_CAPACITY);
    assert_int_equal(lwnvme_atomic_check(bench.ns, 0, 0, false), LWNVME_ERR_ZERO_BLOCKS);
    assert_int_equal(lwnvme_atomic_check(bench.ns, bench.ns->block_count, 1, false), LWNVME_ERR_LBA_RANGE);
    bench.ns->incarnation++;
    assert_int_equal(lwnvme_limits_get(bench.ns, &limits), LWNVME_ERR_NAMESPACE_CLOSED);
    bench.ns->incarnation--;
    assert_int_equal(limits.copy_ranges, 77);
    read_limits();
    assert_int_not_equal(limits.copy_ranges, 77);
    bench_end(&bench);
}

/* Without the command set's structure there are no limits, and all the same a controller. */
static void a_controller_that_does_not_tell(void **state)
{
    (void)state;
    for (uint32_t which = 0; which < 3; which++) {
        bench_prepare(&bench);
        bench.settings.wzsl = 1;
        bench.settings.dmrl = 1;
        if (which == 0) {
            bench.settings.identify_cns_max = 5;
        } else if (which == 1) {
            bench.settings.vs = LWNVME_VERSION(1, 4, 0);
        } else {
            bench.config.quirks_add = LWNVME_QUIRK_IDENTIFY_CNS_1;
        }
        bench_start(&bench);
        read_limits();
        assert_int_equal(limits.write_zeroes_blocks, UINT32_MAX);
        assert_int_equal(limits.trim_ranges, 256);
        bench_end(&bench);
    }
}

/* An order of magnitude more than one command may take, of whoever has asked for nothing. */
static void a_whole_disk_is_trimmed(void **state)
{
    static const uint64_t sizes[] = {1, 99, 100, 4096};
    (void)state;
    for (uint32_t index = 0; index < 4; index++) {
        const struct lwnvme_sim_counts *counts;
        uint64_t wanted = (sizes[index] + 99) / 100;
        bench_prepare(&bench);
        bench.settings.dmrl = 1;
        bench.settings.dmrsl = 100;
        bench.settings.dmsl = 100;
        bench.settings.wzsl = 1;
        bench.settings.ns[0].nsze = bench.settings.ns[0].ncap = sizes[index];
        bench_start(&bench);
        counts = lwnvme_sim_counters(bench.sim);
        assert_int_equal(lwnvme_sync_trim(bench.queue, bench.ns, 0, (uint32_t)sizes[index]), 0);
        assert_int_equal(counts->io_commands[9], wanted);
        assert_int_equal(lwnvme_sync_write_zeroes(bench.queue, bench.ns, 0, (uint32_t)sizes[index], 0), 0);
        assert_int_equal(counts->io_commands[8], (sizes[index] + 15) / 16);
        assert_int_equal(counts->failures, 0);
        bench_end(&bench);
    }
}

/* Every write of up to 40 blocks at every place, against boundaries counted one block after the other. */
static void what_is_atomic(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.ns[0].nsfeat = 2;
    bench.settings.ns[0].nawun = 19;
    bench.settings.ns[0].nawupf = 9;
    bench.settings.ns[0].nabsn = 23; /* 24 blocks */
    bench.settings.ns[0].nabspf = 15;
    bench.settings.ns[0].nabo = 5;
    bench_start(&bench);
    read_limits();
    for (uint32_t lba = 0; lba < 100; lba++) {
        for (uint32_t count = 1; count <= 40; count++) {
            bool crosses[2] = {false, false};
            for (uint32_t at = lba + 1; at < lba + count; at++) {
                crosses[0] = crosses[0] || (at >= 5 && (at - 5) % 24 == 0);
                crosses[1] = crosses[1] || (at >= 5 && (at - 5) % 16 == 0);
            }
            assert_int_equal(lwnvme_atomic_check(bench.ns, lba, count, false),
                             count > 20 || crosses[0] ? LWNVME_ERR_NOT_ATOMIC : 0);
            assert_int_equal(lwnvme_atomic_check(bench.ns, lba, count, true),
                             count > 10 || crosses[1] ? LWNVME_ERR_NOT_ATOMIC : 0);
        }
    }
    bench_end(&bench);
}

static void atomic_writes_are_one_command_or_refused(void **state)
{
    static uint8_t data[64 * 512] __attribute__((aligned(4096)));
    struct lwnvme_request request = {.flags = LWNVME_REQUEST_ATOMIC};
    struct lwnvme_segment odd[2] = {{(uintptr_t)data, 516}, {(uintptr_t)data + 8192, 8192}};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct lwnvme_buffer holes = lwnvme_buffer_segments(odd, 2, 0);
    const struct lwnvme_sim_counts *counts;
    (void)state;
    bench_prepare(&bench);
    bench.settings.awun = 31;
    bench.settings.awupf = 0;
    bench.settings.mdts = 2; /* 32 blocks */
    bench.settings.ns[0].noiob = 8;
    bench_start(&bench);
    counts = lwnvme_sim_counters(bench.sim);
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 0, 33, &buffer), LWNVME_ERR_NOT_ATOMIC);
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 0, 8, &holes), LWNVME_ERR_BUFFER_LAYOUT);
    assert_int_equal(counts->io_commands[1], 0);
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 4, 32, &buffer), 0);
    bench_wait(&bench, &request);
    assert_int_equal(request.status, 0);
    assert_int_equal(counts->io_commands[1], 1); /* whatever the preferred boundary is */
    request.flags = LWNVME_REQUEST_ATOMIC_POWER_FAIL;
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 0, 2, &buffer), LWNVME_ERR_NOT_ATOMIC);
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 0, 1, &buffer), 0);
    bench_wait(&bench, &request);
    bench_end(&bench);
    bench_prepare(&bench);
    bench.settings.awun = 63; /* more than one transfer */
    bench.settings.mdts = 2;
    bench_start(&bench);
    request = (struct lwnvme_request){.flags = LWNVME_REQUEST_ATOMIC};
    assert_int_equal(lwnvme_write(bench.queue, bench.ns, &request, 0, 64, &buffer), LWNVME_ERR_NOT_ATOMIC);
    bench_end(&bench);
}

/* Powers of two that are beyond all reason, and such that are less than a block. */
static void powers_at_both_ends(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){16, 0, 0};
    bench.settings.ns[0].nsze = bench.settings.ns[0].ncap = bench.settings.ns[0].nuse = 64;
    bench.settings.vsl = 255;
    bench.settings.wzsl = 1;
    bench.settings.wusl = 4;
    bench_start(&bench);
    read_limits();
    assert_int_equal(limits.verify_blocks, UINT32_MAX);
    assert_int_equal(limits.write_zeroes_blocks, 1);
    assert_int_equal(limits.write_uncorrectable_blocks, 1);
    bench_end(&bench);
}

/* What a command says it writes. */
struct written {
    uint64_t next;
    uint32_t commands;
    uint32_t boundary;
    uint32_t most;
};
static struct written written;

static void note_write(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint64_t lba = command[10] | (uint64_t)command[11] << 32;
    uint32_t blocks = (command[12] & 0xffffu) + 1u;

    (void)context;
    if (sqid == 0 || (command[0] & 0xffu) != LWNVME_NVM_WRITE)
        return;
    assert_int_equal(lba, written.next);
    assert_true(blocks <= written.most);
    for (uint64_t at = lba + 1; at < lba + blocks; at++)
        assert_true(at < 5 || (at - 5) % written.boundary != 0);
    written.next = lba + blocks;
    written.commands++;
}

/* Cut up instead: by size and at boundaries, and by whatever else there is. */
static void pieces_of_a_write_are_atomic(void **state)
{
    static uint8_t data[256 * 512] __attribute__((aligned(4096)));
    static uint8_t seen[256 * 512];

    (void)state;
    for (uint32_t round = 0; round < 8; round++) {
        const bool power_fail = (round & 1) != 0;
        struct lwnvme_queue_config config = {.entries = 4,
                                             .mapper = (round & 4) != 0 ? &lwnvme_mapper_full : NULL};
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
        struct lwnvme_queue queue = {0};

        bench_prepare(&bench);
        bench.settings.ns[0].nsfeat |= LWNVME_NSFEAT_NSABP;
        bench.settings.ns[0].nawun = 19;
        bench.settings.ns[0].nawupf = 9;
        bench.settings.ns[0].nabsn = 23;
        bench.settings.ns[0].nabspf = 15;
        bench.settings.ns[0].nabo = 5;
        bench.settings.ns[0].noiob = (round & 2) != 0 ? 7 : 0;
        bench.settings.on_command = note_write;
        config.bounce_bytes = config.mapper != NULL ? 4096 : 0;
        bench_start(&bench);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, &config), 0);
        written.boundary = power_fail ? 16 : 24;
        written.most = power_fail ? 10 : 20;
        for (uint32_t lba = 0; lba < 60; lba += 3) {
            struct lwnvme_request request = {
                .flags = LWNVME_REQUEST_ATOMIC_PIECES |
                         (power_fail ? LWNVME_REQUEST_ATOMIC_POWER_FAIL : LWNVME_REQUEST_ATOMIC)};

            for (size_t i = 0; i < sizeof(data); i++)
                data[i] = (uint8_t)(i * 7 + i / 512 + lba + round);
            buffer.address = (uintptr_t)data + (config.mapper != NULL ? 1 : 0);
            buffer.length_bytes = sizeof(data) - 512;
            written.next = lba;
            written.commands = 0;
            assert_int_equal(lwnvme_write(&queue, bench.ns, &request, lba, 255, &buffer), 0);
            assert_int_equal(lwnvme_sync_wait(&queue, &request), 0);
            assert_int_equal(written.next, lba + 255);
            assert_int_equal(request.bytes_done, 255 * 512);
            assert_true(written.commands >= 13);
            assert_true(lwnvme_sim_read_blocks(bench.sim, 1, lba, 255, seen));
            assert_memory_equal(seen, (const void *)(uintptr_t)buffer.address, 255 * 512);
        }
        assert_int_equal(lwnvme_sync_queue_delete(&queue), 0);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_is_decoded),
        cmocka_unit_test(no_limit_is_none),
        cmocka_unit_test(limits_are_read_again_at_each_bring_up),
        cmocka_unit_test(a_whole_disk_is_trimmed),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
        cmocka_unit_test(a_controller_that_does_not_tell),
        cmocka_unit_test(what_is_atomic),
        cmocka_unit_test(atomic_writes_are_one_command_or_refused),
        cmocka_unit_test(powers_at_both_ends),
        cmocka_unit_test(pieces_of_a_write_are_atomic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
