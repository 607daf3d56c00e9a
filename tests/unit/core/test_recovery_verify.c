/* SPDX-License-Identifier: MIT */
/* The state `verify`: namespaces that are looked after, settings that are sent again. */
#include "../support.h"

#include <lwnvme/feature.h>
#include <lwnvme/kv.h>
#include <lwnvme/sync_feature.h>

static struct bench bench;
static struct lwnvme_recovery recovery;
static struct lwnvme_recovery_namespace watches[3];
static struct lwnvme_recovery_setting settings[3];
static struct lwnvme_namespace handles[3];
static uint8_t opcodes[256];
static uint32_t cdw11s[256];
static uint32_t seen;
static uint32_t prps; /* of settings without data */
static int identify_status;

#define BEFORE_NAMESPACES 2u /* Identify commands of a reset before those of handles */

static void watch(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && seen < 256) {
        if ((command[0] & 0xffu) == 0x09 && command[10] == 0x01) {
            prps |= command[6] | command[7] | command[8] | command[9];
        }
        opcodes[seen] = (uint8_t)command[0];
        cdw11s[seen++] = command[11];
    }
}

static void start(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.namespace_count = 2;
    bench.settings.ns[1] = bench.settings.ns[0];
    bench.settings.ns[1].nguid[15] ^= 0xff;
    bench.settings.admin_latency_us = 100;
    bench_start(&bench);
    memset(&recovery, 0, sizeof(recovery));
    memset(watches, 0, sizeof(watches));
    memset(settings, 0, sizeof(settings));
    memset(handles, 0, sizeof(handles));
    assert_int_equal(lwnvme_recovery_start(bench.controller, &recovery, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, &handles[i]), 0);
        assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[i], &handles[i]), 0);
        settings[i].command = (struct lwnvme_command){.opcode = 0x09, .cdw10 = 0x01, .cdw11 = i + 1};
        assert_int_equal(lwnvme_recovery_restore(&recovery, &settings[i]), 0);
    }
    lwnvme_sim_settings(bench.sim)->on_command = watch;
    seen = 0;
    prps = 0;
    identify_status = 0;
}

/* To the moment when so many admin commands have been sent in `verify`. */
static void reset_until(uint32_t sent)
{
    uint32_t before = UINT32_MAX;
    assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
    while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
        if (lwnvme_controller_state(bench.controller) == LWNVME_STATE_VERIFY && before == UINT32_MAX) {
            before = seen;
        }
        if (before != UINT32_MAX && seen - before >= sent) {
            return;
        }
        lwnvme_sim_advance(bench.sim, 20);
    }
}

/* In their order, before the controller is ready; the caller's own resets are not excepted. */
static void everything_is_sent_in_order(void **state)
{
    uint32_t at = 0;
    (void)state;
    start();
    settings[1].command.cdw10 = 0x7f; /* no such feature */
    reset_until(UINT32_MAX);
    assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
    for (uint32_t i = 0; i < seen; i++) {
        if (opcodes[i] == 0x09 && at == 0 && cdw11s[i] == 1) {
            at = i;
        }
    }
    assert_true(at >= 6);
    assert_int_equal(prps, 0);
    assert_int_equal(cdw11s[at + 1], 2);
    assert_int_equal(cdw11s[at + 2], 3);
    assert_int_equal(opcodes[at - 1], 0x06); /* Identify of the third handle: namespace, descriptors */
    assert_int_equal(opcodes[at - 6], 0x06);
    assert_int_equal(settings[0].status, 0);
    assert_int_equal(lwnvme_status_code(settings[1].status), 0x002);
    assert_int_equal(settings[2].status, 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(handles[i].status, 0);
    }
    bench_end(&bench);
}

/* One with data. */
static void a_setting_with_data(void **state)
{
    static const uint8_t identifier[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct lwnvme_host_identifier got = {.extended = true};
    (void)state;
    start();
    lwnvme_recovery_forget(&recovery, &settings[1]);
    memset(&settings[1], 0, sizeof(settings[1]));
    settings[1].command = (struct lwnvme_command){.opcode = 0x09, .cdw10 = 0x81, .cdw11 = 1};
    settings[1].data = identifier;
    settings[1].data_bytes = sizeof(identifier);
    assert_int_equal(lwnvme_recovery_restore(&recovery, &settings[1]), 0);
    reset_until(UINT32_MAX);
    assert_int_equal(settings[1].status, 0);
    assert_int_equal(lwnvme_sync_host_identifier_get(bench.controller, &got), 0);
    assert_memory_equal(got.bytes, identifier, 16);
    bench_end(&bench);
}

/* What is taken from the lists in the middle is left alone from then on, and the others are not. */
static void taken_away_in_the_middle(void **state)
{
    (void)state;
    for (uint32_t sent = 0; sent < 8; sent++) {
        start();
        reset_until(sent);
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_VERIFY);
        for (uint32_t i = 0; i < 2; i++) {
            lwnvme_recovery_unwatch(&recovery, &watches[i]);
            lwnvme_recovery_forget(&recovery, &settings[i]);
            memset(&handles[i], 0x55, sizeof(handles[i]));
        }
        settings[2].status = 1;
        while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 20);
        }
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
        for (size_t i = 0; i < 2 * sizeof(handles[0]); i++) {
            assert_int_equal(((const uint8_t *)handles)[i], 0x55);
        }
        assert_int_equal(handles[2].status, 0);
        assert_int_equal(settings[2].status, 0);
        bench_end(&bench);
    }
}

/* The answer to a setting that has been forgotten meanwhile is none to the next: each of the others is sent, once. */
static void forgotten_in_the_middle(void **state)
{
    bool been[2] = {false};
    (void)state;
    for (uint32_t sent = 0; sent < 9; sent++) {
        uint32_t times[4] = {0};
        start();
        reset_until(sent);
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_VERIFY);
        lwnvme_recovery_forget(&recovery, &settings[0]);
        while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 20);
        }
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
        for (uint32_t i = 0; i < seen; i++) {
            if (opcodes[i] == 0x09 && cdw11s[i] < 4) {
                times[cdw11s[i]]++;
            }
        }
        assert_in_range(times[1], 0, 1);
        been[times[1]] = true;
        assert_int_equal(times[2], 1);
        assert_int_equal(times[3], 1);
        bench_end(&bench);
    }
    assert_true(been[0] && been[1]); /* forgotten before it was sent, and after */
}

/* What has been asked for one that is taken away is no answer for the next, which is another namespace. */
static void taken_away_before_another_namespace(void **state)
{
    (void)state;
    for (uint32_t sent = 0; sent < 4; sent++) {
        start();
        assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 2, &handles[1]), 0);
        assert_memory_not_equal(handles[0].nguid, handles[1].nguid, 16);
        reset_until(sent);
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_VERIFY);
        lwnvme_recovery_unwatch(&recovery, &watches[0]);
        while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 20);
        }
        assert_int_equal(lwnvme_controller_state(bench.controller), LWNVME_STATE_READY);
        assert_int_equal(handles[1].status, 0);
        assert_int_equal(handles[2].status, 0);
        bench_end(&bench);
    }
}

static void identify(void *context, uint8_t cns, uint32_t nsid, uint8_t *bytes)
{
    (void)context;
    (void)nsid;
    if (cns == 0 && identify_status == 1) {
        bytes[26] = 0xf; /* FLBAS: no such format */
    } else if (cns == 0 && identify_status == 2) {
        bytes[25] = 0; /* NLBAF */
        bytes[128 + 2] = 13;
    } else if (cns == 0 && identify_status == 3) {
        memset(bytes, 0, 4096);
    } else if (cns == 0 && identify_status == 4) {
        bytes[46] = 8; /* NOIOB */
    } else if (cns == 0 && identify_status == 5) {
        memset(&bytes[8], 0, 8); /* NCAP */
    }
}

/* What is found decides on the handle; one that is refused already stays as it is. */
static void verdicts(void **state)
{
    static const int expected[] = {0, LWNVME_ERR_NS_CHANGED, LWNVME_ERR_NS_CHANGED, LWNVME_ERR_NS_REMOVED,
                                   0, LWNVME_ERR_NS_CHANGED};
    static const struct lwnvme_dress dress; /* of a handle that knows metadata */
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        start();
        if (kind == 5) {
            handles[2].dress = &dress;
        }
        handles[1].status = LWNVME_ERR_NS_BUSY;
        handles[2].straight_blocks = 0; /* kept off the straight path by somebody */
        lwnvme_sim_settings(bench.sim)->on_identify = identify;
        identify_status = kind;
        reset_until(UINT32_MAX);
        assert_int_equal(lwnvme_controller_status(bench.controller), 0);
        assert_int_equal(handles[0].status, expected[kind]);
        assert_int_equal(handles[1].status, LWNVME_ERR_NS_BUSY);
        assert_int_equal(handles[2].status, expected[kind]);
        assert_int_equal(handles[2].straight_blocks, 0);
        if (kind == 4) {
            assert_int_equal(handles[0].boundary_blocks, 8);
            assert_int_equal(handles[0].straight_blocks, 0);
        }
        bench_end(&bench);
    }
}

/* Where the controller says that there is no such namespace, the handle has none; what else it may say is a change. */
static void statuses_of_identify(void **state)
{
    static const uint16_t statuses[] = {0x400b, 0x000b, 0x4002};
    (void)state;
    for (uint32_t kind = 0; kind < 3; kind++) {
        start();
        lwnvme_sim_settings(bench.sim)->on_command = NULL;
        const struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                               .queue = LWNVME_SIM_ADMIN_QUEUE,
                                               .opcode = 0x06,
                                               .skip = BEFORE_NAMESPACES,
                                               .status = statuses[kind]};
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        reset_until(UINT32_MAX);
        assert_int_equal(lwnvme_controller_status(bench.controller), 0);
        assert_int_equal(handles[0].status, kind < 2 ? LWNVME_ERR_NS_REMOVED : LWNVME_ERR_NS_CHANGED);
        assert_int_equal(handles[1].status, 0);
        assert_int_equal(handles[2].status, 0);
        bench_end(&bench);
    }
}

/* Each thing that tells one namespace from another counts alone; so does each that says how its blocks are to be read. */
static const struct lwnvme_dress knows_more;

static void alter(struct lwnvme_namespace *ns, uint32_t what)
{
    switch (what) {
    case 0:
        ns->nguid[15] ^= 1;
        break;
    case 1:
        ns->eui64[7] ^= 1;
        break;
    case 2:
        ns->uuid[15] ^= 1;
        break;
    case 3:
        ns->has_nguid = !ns->has_nguid;
        break;
    case 4:
        ns->has_eui64 = !ns->has_eui64;
        break;
    case 5:
        ns->has_uuid = !ns->has_uuid;
        break;
    case 6:
        ns->csi ^= 2;
        break;
    case 7:
        ns->block_shift++;
        break;
    case 8:
        ns->metadata_bytes += 8;
        break;
    case 9:
        ns->metadata_interleaved = !ns->metadata_interleaved;
        break;
    case 10:
        ns->protection_type++;
        break;
    case 11: /* its handle knows more of the format than what is compared one by one */
        ns->dress = &knows_more;
        ns->format_index ^= 1;
        break;
    default:
        ns->protection_first = !ns->protection_first;
        break;
    }
}

static void each_difference_counts(void **state)
{
    (void)state;
    for (uint32_t what = 0; what < 13; what++) {
        start();
        assert_true(handles[0].has_nguid && handles[0].has_eui64 && handles[0].has_uuid);
        alter(&handles[1], what);
        reset_until(UINT32_MAX);
        assert_int_equal(lwnvme_controller_status(bench.controller), 0);
        assert_int_equal(handles[0].status, 0);
        assert_int_equal(handles[1].status, LWNVME_ERR_NS_CHANGED);
        assert_int_equal(handles[1].straight_blocks, 0);
        bench_end(&bench);
    }
}

/* All else is taken over. */
static void what_may_differ_is_taken_over(void **state)
{
    struct lwnvme_namespace was;
    (void)state;
    start();
    was = handles[0];
    handles[0].block_count = 1;
    handles[0].capacity_blocks = 1;
    handles[0].used_blocks = was.used_blocks + 1;
    handles[0].read_only = !was.read_only;
    handles[0].boundary_blocks = was.boundary_blocks + 8;
    handles[0].oncs = (uint16_t)~was.oncs;
    handles[0].straight_blocks = 1;
    handles[0].straight_last = 0;
    memset(handles[0].told, 0xa5, sizeof(handles[0].told));
    reset_until(UINT32_MAX);
    assert_int_equal(handles[0].status, 0);
    assert_true(handles[0].block_count == was.block_count);
    assert_true(handles[0].capacity_blocks == was.capacity_blocks);
    assert_true(handles[0].used_blocks == was.used_blocks);
    assert_int_equal(handles[0].read_only, was.read_only);
    assert_int_equal(handles[0].boundary_blocks, was.boundary_blocks);
    assert_int_equal(handles[0].oncs, was.oncs);
    assert_int_equal(handles[0].straight_blocks, was.straight_blocks);
    assert_true(handles[0].straight_last == was.straight_last);
    assert_memory_equal(handles[0].told, was.told, sizeof(was.told));
    bench_end(&bench);
}

/* A key value namespace: whether it may be written is looked at again, what it can do stays, and identifiers that are not to be
 * trusted are not compared. */
static bool write_protected;

static void protect(void *context, uint8_t cns, uint32_t nsid, uint8_t *bytes)
{
    (void)context;
    (void)nsid;
    if (cns == 5) {
        bytes[offsetof(struct lwnvme_identify_kv_namespace, nsattr)] = write_protected ? 0xff : 0xfe;
    }
}

static void a_key_value_handle_is_taken_over(void **state)
{
    static struct lwnvme_kv kv;
    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        memset(watches, 0, sizeof(watches));
        memset(&recovery, 0, sizeof(recovery));
        bench_prepare(&bench);
        bench.settings.oncs |= LWNVME_ONCS_RESERVATIONS;
        bench.settings.cap_css = 0x41;
        bench.settings.command_sets = 3;
        bench.settings.ns[0].csi = LWNVME_CSI_KEY_VALUE;
        bench.settings.kv.kvkml = 16;
        bench.settings.kv.kvvml = 4096;
        bench.settings.on_identify = protect;
        bench.config.quirks_add = round < 2 ? 0 : LWNVME_QUIRK_ODD_IDENTIFIERS;
        bench_power(&bench);
        assert_int_equal(bench_open(&bench), 0);
        assert_int_equal(lwnvme_recovery_start(bench.controller, &recovery, NULL), 0);
        write_protected = round % 2 == 0;
        assert_int_equal(lwnvme_sync_kv_open(bench.controller, 1, &kv), 0);
        assert_int_equal(kv.ns.read_only, write_protected);
        assert_int_equal(kv.ns.oncs, LWNVME_ONCS_RESERVATIONS);
        assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[0], &kv.ns), 0);
        write_protected = !write_protected;
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        assert_int_equal(kv.ns.status, 0);
        assert_int_equal(kv.ns.read_only, write_protected);
        assert_int_equal(kv.ns.oncs, LWNVME_ONCS_RESERVATIONS);
        bench_end(&bench);
    }
}

/* The answer is lost: the bring-up fails, and is tried again. */
static void fault_111_an_answer_that_is_lost(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 0x06};
    (void)state;
    for (uint32_t skip = 1; skip < 9; skip++) {
        start();
        fault.skip = skip;
        assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
        assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
        while (lwnvme_controller_poll(bench.controller) == LWNVME_PENDING) {
            lwnvme_sim_advance(bench.sim, 1000);
        }
        assert_int_equal(lwnvme_controller_status(bench.controller), 0);
        assert_int_equal(recovery.counts.resets, skip < 8 ? 1 : 0);
        assert_int_equal(handles[2].status, 0);
        bench_end(&bench);
    }
}

/* The list is searched beyond its first entry, from both of its ends. */
static void one_in_the_middle_is_taken_away(void **state)
{
    (void)state;
    start();
    lwnvme_recovery_unwatch(&recovery, &watches[1]);
    lwnvme_recovery_forget(&recovery, &settings[1]);
    handles[1].status = LWNVME_OK;
    handles[1].block_count = 1;
    settings[1].status = 77;
    handles[0].block_count = handles[2].block_count = 1;
    reset_until(UINT32_MAX);
    assert_int_equal(handles[1].block_count, 1); /* not looked at */
    assert_int_equal(settings[1].status, 77);
    assert_true(handles[0].block_count > 1);
    assert_true(handles[2].block_count > 1);
    assert_int_equal(settings[2].status, 0);
    assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[1], &handles[1]), 0);
    assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[1], &handles[1]), LWNVME_ERR_BUSY);
    bench_end(&bench);
}

static struct counted ios[2];
static uint8_t data[2][512];

/* Two requests that a reset has given back, for two handles of which the last one on the list is watched. */
static void lose_two(struct lwnvme_namespace *first, struct lwnvme_namespace *then)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x02, .count = 2};
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    for (uint32_t i = 0; i < 2; i++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], sizeof(data[i]));
        counted_init(&ios[i], NULL);
        assert_int_equal(lwnvme_read(bench.queue, i == 0 ? first : then, &ios[i].request, i, 1, &buffer), 0);
    }
    lwnvme_sim_advance(bench.sim, 1000);
    lwnvme_sim_fatal(bench.sim);
}

/* Kept requests of a handle that is watched need no look of their own, wherever it stands on the list. */
static void kept_requests_of_watched_handles(void **state)
{
    (void)state;
    start();
    lose_two(&handles[2], &handles[1]);
    for (uint32_t i = 0; i < 100000 && (ios[0].called == 0 || ios[1].called == 0); i++) {
        lwnvme_sim_advance(bench.sim, 20);
        (void)lwnvme_queue_poll(bench.queue, 0);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(ios[0].request.status, 0);
    assert_int_equal(ios[1].request.status, 0);
    assert_int_equal(recovery.counts.again, 2);
    bench_end(&bench);
}

/* Closed when one request has been found to fit and the namespace of the other one is being asked for: both come back. */
static void closed_between_two_namespaces(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < 3; i++) {
        lwnvme_recovery_forget(&recovery, &settings[i]);
    }
    lose_two(&handles[0], bench.ns); /* which is not watched */
    for (uint32_t i = 0; i < 100000 && recovery.fit_first == NULL; i++) {
        lwnvme_sim_advance(bench.sim, 20);
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_ptr_equal(recovery.fit_first, &ios[0].request);
    assert_ptr_equal(recovery.kept_first, &ios[1].request);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(ios[i].called, 1);
        assert_int_equal(ios[i].request.status, LWNVME_ERR_ABORTED);
    }
    bench_end(&bench);
}

/* What has been let go of may be taken in again, at the end of its list. */
static void taken_in_again(void **state)
{
    (void)state;
    start();
    lwnvme_recovery_unwatch(&recovery, &watches[0]);
    assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[0], &handles[0]), 0);
    assert_int_equal(lwnvme_recovery_watch(&recovery, &watches[0], &handles[0]), LWNVME_ERR_BUSY);
    lwnvme_recovery_forget(&recovery, &settings[0]);
    assert_int_equal(lwnvme_recovery_restore(&recovery, &settings[0]), 0);
    assert_int_equal(lwnvme_recovery_restore(&recovery, &settings[0]), LWNVME_ERR_BUSY);
    assert_ptr_equal(recovery.namespaces, &watches[1]);
    assert_ptr_equal(watches[2].next, &watches[0]);
    assert_null(watches[0].next);
    assert_ptr_equal(recovery.settings, &settings[1]);
    assert_ptr_equal(settings[2].next, &settings[0]);
    assert_null(settings[0].next);
    settings[0].status = 1;
    reset_until(UINT32_MAX);
    assert_int_equal(lwnvme_controller_status(bench.controller), 0);
    assert_int_equal(handles[0].status, 0);
    assert_int_equal(settings[0].status, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_in_again),
        cmocka_unit_test(one_in_the_middle_is_taken_away),
        cmocka_unit_test(kept_requests_of_watched_handles),
        cmocka_unit_test(closed_between_two_namespaces),
        cmocka_unit_test(everything_is_sent_in_order),
        cmocka_unit_test(a_setting_with_data),
        cmocka_unit_test(taken_away_in_the_middle),
        cmocka_unit_test(taken_away_before_another_namespace),
        cmocka_unit_test(forgotten_in_the_middle),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(fault_111_an_answer_that_is_lost),
        cmocka_unit_test(statuses_of_identify),
        cmocka_unit_test(each_difference_counts),
        cmocka_unit_test(what_may_differ_is_taken_over),
        cmocka_unit_test(a_key_value_handle_is_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
