/* SPDX-License-Identifier: MIT */
/* Requests that a reset finds under way or waiting, where the controller or the namespace says other things after it: what
 * they were cut by, checked by and made for when they were submitted is no longer so. */
#include "recovery_bench.h"

#include <lwnvme/copy.h>
#include <lwnvme/sync_zoned.h>

#define BLOCK 512u

static uint8_t changed_flbas;
static uint8_t changed_nguid;
static bool one_range;

static void changed_namespace(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 0)
        data[26] |= changed_flbas;
    if (cns == 0 && one_range)
        data[80] = 0; /* MSRC */
    if (cns == 0)
        data[104] ^= changed_nguid;
    if (cns == 3 && changed_nguid != 0)
        memset(data, 0, 4096); /* where it is, too */
}

static void prepare_changing(struct bench *b)
{
    prepare(b);
    changed_flbas = 0;
    changed_nguid = 0;
    one_range = false;
    b->policy.no_abort = true;
    b->s.settings.on_identify = changed_namespace;
    memset(b->s.settings.ns[0].nguid, 0x5a, 16);
}

/* Eight zones of 64 blocks. */
static void prepare_zones(struct bench *b)
{
    b->s.settings.cap_css = 0x41;
    b->s.settings.command_sets = 7;
    b->s.settings.ns[0].csi = 2;
    b->s.settings.ns[0].nsze = b->s.settings.ns[0].ncap = 512;
    b->s.settings.zoned.zsze = 64;
    b->s.settings.zoned.mor = b->s.settings.zoned.mar = 7;
}

/* Write Zeroes, Verify and Write Uncorrectable are cut by the limits of now, whether they had been sent or not. */
static void limits_of_now_cut(void **state)
{
    struct bench b;
    uint32_t round;
    uint32_t index;

    (void)state;
    for (round = 0; round < 3; round++) {
        static const uint8_t opcodes[] = {0x08, 0x0c, 0x04};
        const struct lwnvme_sim_counts *counts;
        struct lwnvme_sim_config *settings;
        struct tracked *io[5];

        prepare_changing(&b);
        b.s.settings.oncs |= LWNVME_ONCS_WRITE_ZEROES | LWNVME_ONCS_VERIFY | LWNVME_ONCS_WRITE_UNCORRECTABLE;
        begin_bare(&b, 4);
        scenario_namespace(&b.s);
        counts = lwnvme_sim_counters(b.s.sim);
        lose(&b, LWNVME_SIM_IO_QUEUES, opcodes[round], 3);
        for (index = 0; index < 5; index++) {
            struct lwnvme_request *request = &(io[index] = scenario_request(&b.s))->request;

            assert_int_equal(
                scenario_accept(io[index],
                                round == 0 ? lwnvme_write_zeroes(b.s.queue, b.s.ns, request, index * 64, 64)
                                : round == 1
                                    ? lwnvme_verify(b.s.queue, b.s.ns, request, index * 64, 64)
                                    : lwnvme_write_uncorrectable(b.s.queue, b.s.ns, request, index * 64, 64)),
                LWNVME_OK);
        }
        settings = lwnvme_sim_settings(b.s.sim);
        settings->wzsl = settings->vsl = settings->wusl = 1; /* 16 blocks */
        settle(&b);
        for (index = 0; index < 5; index++)
            assert_int_equal(io[index]->request.status, LWNVME_OK);
        assert_int_equal(counts->failures, 0);
        assert_int_equal(b.recovery.counts.resets, 1);
        finish(&b);
    }
}

/* In zones nothing is split: what waited and is too long now is not sent. */
static void what_is_too_long_for_a_zone_now(void **state)
{
    static struct lwnvme_zoned zoned;
    struct tracked *io[3];
    struct bench b;
    uint32_t index;

    (void)state;
    prepare_changing(&b);
    b.s.settings.oncs |= LWNVME_ONCS_WRITE_ZEROES;
    prepare_zones(&b);
    begin_bare(&b, 2);
    assert_int_equal(lwnvme_sync_zoned_open(b.s.controller, 1, &zoned), LWNVME_OK);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x08, 1);
    for (index = 0; index < 3; index++) {
        io[index] = scenario_request(&b.s);
        assert_int_equal(
            scenario_accept(io[index], lwnvme_write_zeroes(b.s.queue, &zoned.ns, &io[index]->request,
                                                           index * 64, index == 2 ? 16 : 17)),
            LWNVME_OK);
    }
    lwnvme_sim_settings(b.s.sim)->wzsl = 1; /* 16 blocks */
    settle(&b);
    assert_int_equal(lwnvme_request_outcome(&io[0]->request), LWNVME_OUTCOME_UNKNOWN);
    assert_int_equal(io[1]->request.status, LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(io[2]->request.status, LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(b.s.sim)->failures, 0);
    finish(&b);
}

/* The same of a copy, of which the namespace takes fewer ranges now. */
static void copies_into_zones_are_not_split(void **state)
{
    static struct lwnvme_zoned zoned;
    struct lwnvme_copy_range ranges[3][2];
    struct lwnvme_copy_request copies[3];
    struct lwnvme_recovery_namespace watch = {0};
    struct tracked *io[3];
    struct bench b;
    uint32_t index;

    (void)state;
    prepare_changing(&b);
    b.s.settings.oncs |= LWNVME_ONCS_COPY;
    b.s.settings.cdfs = 1;
    prepare_zones(&b);
    b.s.settings.ns[0].msrc = 1;
    b.s.settings.ns[0].mssrl = b.s.settings.ns[0].mcl = 8;
    begin_bare(&b, 2);
    assert_int_equal(lwnvme_sync_zoned_open(b.s.controller, 1, &zoned), LWNVME_OK);
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &zoned.ns), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write(b.s.queue, &zoned.ns, 0, 8, b.data, 0), LWNVME_OK);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x19, 1);
    for (index = 0; index < 3; index++) {
        copies[index] =
            (struct lwnvme_copy_request){.memory = ranges[index], .memory_bytes = sizeof(ranges[index])};
        assert_int_equal(lwnvme_copy_add(&zoned.ns, &copies[index], &zoned.ns, 0, 4), LWNVME_OK);
        if (index != 2)
            assert_int_equal(lwnvme_copy_add(&zoned.ns, &copies[index], &zoned.ns, 4, 4), LWNVME_OK);
        io[index] = scenario_request(&b.s);
        assert_int_equal(scenario_accept(io[index], lwnvme_copy(b.s.queue, &zoned.ns, &io[index]->request,
                                                                64 + index * 64, &copies[index])),
                         LWNVME_OK);
    }
    one_range = true;
    settle(&b);
    assert_int_equal(lwnvme_request_outcome(&io[0]->request), LWNVME_OUTCOME_UNKNOWN);
    assert_int_equal(io[1]->request.status, LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(io[1]->request.bytes_done, 0);
    assert_int_equal(io[2]->request.status, LWNVME_OK);
    finish(&b);
}

/* A write that was to be one atomic operation is not written as one that is not. */
static void what_was_atomic_is_looked_at_again(void **state)
{
    struct bench b;
    uint32_t index;
    struct tracked *io[5];
    struct lwnvme_buffer buffer;

    (void)state;
    prepare_changing(&b);
    b.s.settings.awun = 15;
    begin_bare(&b, 4);
    scenario_namespace(&b.s);
    buffer = lwnvme_buffer_cpu(b.data, 16 * BLOCK);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 3);
    for (index = 0; index < 5; index++) {
        io[index] = scenario_request(&b.s);
        io[index]->request.flags = LWNVME_REQUEST_ATOMIC;
        assert_int_equal(
            scenario_accept(io[index], lwnvme_write(b.s.queue, b.s.ns, &io[index]->request, index * 16,
                                                    index == 1 || index == 4 ? 8 : 16, &buffer)),
            LWNVME_OK);
    }
    lwnvme_sim_settings(b.s.sim)->awun = 7;
    settle(&b);
    for (index = 0; index < 5; index++) {
        assert_int_equal(io[index]->request.status,
                         index == 1 || index == 4 ? LWNVME_OK : LWNVME_ERR_NOT_ATOMIC);
    }
    finish(&b);
}

/* A trim that never reached the controller has trimmed nothing, however it comes back. */
static void trims_that_never_started(void **state)
{
    static struct lwnvme_dsm_range ranges[4];
    struct bench b;
    uint32_t round;
    uint32_t index;

    (void)state;
    for (index = 0; index < 4; index++)
        lwnvme_dsm_range_set(&ranges[index], index * 64, 8);
    for (round = 0; round < 2; round++) { /* another namespace; the deadline */
        struct tracked *io;

        prepare_changing(&b);
        b.s.settings.cap_to = 10;
        b.s.settings.oncs |= LWNVME_ONCS_DATASET_MANAGEMENT;
        begin_bare(&b, 8);
        scenario_namespace(&b.s);
        lwnvme_sim_settings(b.s.sim)->never_ready = round == 1;
        lwnvme_sim_fatal(b.s.sim);
        while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_ENABLE)
            turn(&b);
        changed_nguid = round == 0;
        io = scenario_request(&b.s);
        assert_int_equal(scenario_accept(io, lwnvme_dataset_management(b.s.queue, b.s.ns, &io->request,
                                                                       ranges, 4, LWNVME_DSM_DEALLOCATE)),
                         LWNVME_OK);
        if (round == 1) {
            while (!io->called)
                turn(&b);
            lwnvme_sim_settings(b.s.sim)->never_ready = false;
        }
        settle(&b);
        assert_int_equal(io->request.status, round == 0 ? LWNVME_ERR_NS_CHANGED : LWNVME_ERR_RECOVERING);
        assert_int_equal(io->request.bytes_done, 0);
        assert_int_equal(lwnvme_request_outcome(&io->request), LWNVME_OUTCOME_NEVER_STARTED);
        finish(&b);
    }
}

/* Two formats whose blocks and metadata are alike, but not the guard that they ask for. */
static void another_format_of_the_same_shape(void **state)
{
    static struct lwnvme_protection protection;
    static struct lwnvme_namespace ns;
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) { /* the same format or another; the handle is looked after, or not */
        const int expected = (round & 1) != 0 ? LWNVME_ERR_NS_CHANGED : LWNVME_OK;
        struct lwnvme_recovery_namespace watch = {0};
        struct lwnvme_buffer buffer;
        struct tracked *io;

        prepare_changing(&b);
        b.s.settings.ctratt |= LWNVME_CTRATT_EXTENDED_LBA_FORMATS;
        b.s.settings.ns[0].nlbaf = 1;
        b.s.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){.lbads = 9, .ms = 16};
        b.s.settings.ns[0].formats[1] = b.s.settings.ns[0].formats[0];
        b.s.settings.ns[0].elbaf[0] = (uint32_t)LWNVME_PIF_64B_GUARD << 7;
        b.s.settings.ns[0].flbas = 0x10;
        b.s.settings.ns[0].mc = 3;
        b.s.settings.ns[0].dpc = 0x1f;
        b.s.settings.ns[0].dps = 1;
        begin_bare(&b, 8);
        assert_int_equal(lwnvme_sync_protection_open(b.s.controller, 1, &ns, &protection), LWNVME_OK);
        protection.flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
        if ((round & 2) != 0)
            assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &ns), LWNVME_OK);
        buffer = lwnvme_buffer_cpu(b.data, 4 * (BLOCK + 16u));
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 1);
        io = scenario_request(&b.s);
        assert_int_equal(scenario_accept(io, lwnvme_write(b.s.queue, &ns, &io->request, 0, 4, &buffer)),
                         LWNVME_OK);
        changed_flbas = (round & 1) != 0;
        settle(&b);
        assert_int_equal(io->request.status, expected);
        assert_int_equal(ns.status, (round & 2) != 0 ? expected : LWNVME_OK);
        finish(&b);
    }
}

/* A read whose guards are the library's to check comes back with the reason for which it is not issued again. */
static void a_checked_read_of_another_namespace(void **state)
{
    static struct lwnvme_protection protection;
    static struct lwnvme_namespace ns;
    struct lwnvme_recovery_namespace watch = {0};
    struct lwnvme_buffer buffer;
    struct tracked *io;
    struct bench b;

    (void)state;
    prepare_changing(&b);
    b.s.settings.mdts = 1; /* 8 KiB: 12 blocks with metadata */
    b.s.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){.lbads = 9, .ms = 8};
    b.s.settings.ns[0].flbas = 0x10;
    b.s.settings.ns[0].mc = 3;
    b.s.settings.ns[0].dpc = 0x1f;
    b.s.settings.ns[0].dps = 1;
    begin_bare(&b, 8);
    assert_int_equal(lwnvme_sync_protection_open(b.s.controller, 1, &ns, &protection), LWNVME_OK);
    protection.flags ^= LWNVME_PROTECTION_CONTROLLER | LWNVME_PROTECTION_LIBRARY;
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &ns), LWNVME_OK);
    buffer = lwnvme_buffer_cpu(b.data, 40 * (BLOCK + 8u));
    assert_int_equal(lwnvme_sync_write(b.s.queue, &ns, 0, 40, b.data, 0), LWNVME_OK);
    scenario_fault(
        &b.s,
        (struct lwnvme_sim_fault){
            .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x02, .skip = 1, .count = 1});
    io = scenario_request(&b.s);
    assert_int_equal(scenario_accept(io, lwnvme_read(b.s.queue, &ns, &io->request, 0, 40, &buffer)),
                     LWNVME_OK);
    changed_nguid = 1;
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_ERR_NS_CHANGED);
    assert_int_equal(io->request.bytes_done, 0);
    finish(&b);
}

/* The boundary that requests are split at stays, on namespaces with metadata, too. */
static void the_boundary_stays(void **state)
{
    static struct lwnvme_namespace ns;
    struct lwnvme_recovery_namespace watch = {0};
    struct bench b;

    (void)state;
    prepare_changing(&b);
    b.s.settings.ns[0].formats[0] = (struct lwnvme_sim_lba_format){.lbads = 9, .ms = 8};
    b.s.settings.ns[0].flbas = 0x10;
    b.s.settings.ns[0].noiob = 8;
    begin_bare(&b, 8);
    assert_int_equal(lwnvme_metadata_open(b.s.controller, 1, &ns), LWNVME_OK);
    while (ns.status == LWNVME_PENDING)
        turn(&b);
    assert_int_equal(ns.status, LWNVME_OK);
    assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &ns), LWNVME_OK);
    lwnvme_sim_fatal(b.s.sim);
    while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_ENABLE)
        turn(&b);
    settle(&b);
    assert_int_equal(ns.status, LWNVME_OK);
    assert_int_equal(ns.boundary_blocks, 8);
    assert_int_equal(b.recovery.counts.resets, 1);
    finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_now_cut),
        cmocka_unit_test(what_is_too_long_for_a_zone_now),
        cmocka_unit_test(copies_into_zones_are_not_split),
        cmocka_unit_test(what_was_atomic_is_looked_at_again),
        cmocka_unit_test(trims_that_never_started),
        cmocka_unit_test(another_format_of_the_same_shape),
        cmocka_unit_test(a_checked_read_of_another_namespace),
        cmocka_unit_test(the_boundary_stays),
    };

    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
