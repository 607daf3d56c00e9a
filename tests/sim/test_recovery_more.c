/* SPDX-License-Identifier: MIT */
/*
 * Recovery, of what is not an ordinary read or write on a controller that is ready: requests on zoned and key value
 * namespaces, admin commands, what is submitted while a recovery is under way, and queues whose interrupts are lost.
 */
#include "recovery_bench.h"

#include <lwnvme/identify.h>
#include <lwnvme/kv.h>
#include <lwnvme/sync_zoned.h>
#include <lwnvme/zns.h>

#define ZONE 64u

/* ---- zoned and key value namespaces ---- */

/* Reads and reports of zones are issued again; a write, which moves the write pointer, comes back. */
static void zones(void **state)
{
    static struct lwnvme_zoned zoned;
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 3; round++) { /* aborted; reset; reset, and the handle is looked after */
        struct lwnvme_recovery_namespace watch = {0};
        struct lwnvme_zone_report report = {.zoned = &zoned, .memory_bytes = 4096};
        struct lwnvme_buffer buffer;
        struct tracked *read;
        struct tracked *list;
        struct tracked *write;
        uint8_t *model;

        prepare(&b);
        b.policy.no_abort = round != 0;
        b.s.settings.cap_css = 0x41;
        b.s.settings.command_sets = 7;
        b.s.settings.ns[0].csi = 2;
        b.s.settings.ns[0].noiob = 8;
        b.s.settings.ns[0].nsze = b.s.settings.ns[0].ncap = 8 * ZONE;
        b.s.settings.zoned.zsze = ZONE;
        b.s.settings.zoned.mor = b.s.settings.zoned.mar = 7;
        begin_bare(&b, 16);
        assert_int_equal(lwnvme_sync_zoned_open(b.s.controller, 1, &zoned), LWNVME_OK);
        if (round == 2)
            assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &zoned.ns), LWNVME_OK);
        scenario_fill(b.data, 8192, round + 1);
        assert_int_equal(lwnvme_sync_write(b.s.queue, &zoned.ns, 0, 16, b.data, 0), LWNVME_OK);
        model = scenario_memory(8192, 4096);
        memcpy(model, b.data, 8192);
        memset(b.data, 0, 8192);
        report.memory = b.data + 16384;
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x7a, 1);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 1);
        buffer = lwnvme_buffer_cpu(b.data, 8192);
        read = scenario_request(&b.s);
        assert_int_equal(
            scenario_accept(read, lwnvme_read(b.s.queue, &zoned.ns, &read->request, 0, 16, &buffer)),
            LWNVME_OK);
        list = scenario_request(&b.s);
        assert_int_equal(scenario_accept(list, lwnvme_zone_report_next(b.s.queue, &report, &list->request)),
                         LWNVME_OK);
        write = scenario_request(&b.s);
        buffer = lwnvme_buffer_cpu(b.data + 32768, 8192);
        assert_int_equal(
            scenario_accept(write, lwnvme_write(b.s.queue, &zoned.ns, &write->request, 16, 16, &buffer)),
            LWNVME_OK);
        settle(&b);
        assert_int_equal(read->request.status, LWNVME_OK);
        assert_memory_equal(b.data, model, 8192);
        assert_int_equal(list->request.status, LWNVME_OK);
        assert_int_equal(report.count, 8);
        assert_int_equal(lwnvme_request_outcome(&write->request), LWNVME_OUTCOME_UNKNOWN);
        assert_int_equal(b.recovery.counts.again, 2);
        assert_int_equal(b.recovery.counts.resets, round == 0 ? 0 : 1);
        assert_int_equal(zoned.ns.status, LWNVME_OK);
        assert_int_equal(zoned.ns.boundary_blocks, 0);
        free(model);
        finish(&b);
    }
}

static size_t other_keys; /* which byte of what identifies them; 0: none */
static bool no_keys;

static void changed_keys(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 5 && other_keys != 0)
        data[other_keys] ^= 1;
    if (cns == 5 && no_keys)
        memset(data, 0, 8); /* NSZE */
}

/* Retrieve, exist and list are issued again; store and delete come back. What waited is sent; another namespace gets
 * nothing. */
static void keys(void **state)
{
    static struct lwnvme_kv kv;
    static const uint8_t opcodes[] = {0x02, 0x14, 0x06, 0x01, 0x10};
    struct bench b;
    uint32_t round;

    (void)state;
    for (
        round = 0; round < 9;
        round++) { /* aborted; reset; the same, watched; twice another one; twice none; another one, twice more */
        const bool another = round == 3 || round == 4 || round > 6;
        const bool none = round == 5 || round == 6;
        const struct lwnvme_key key = {.length = 3, .bytes = "abc"};
        struct lwnvme_recovery_namespace watch = {0};
        struct lwnvme_buffer buffer;
        struct tracked *io[8];
        uint32_t index;

        prepare(&b);
        other_keys = 0;
        no_keys = false;
        b.policy.no_abort = round != 0;
        b.s.settings.on_identify = changed_keys;
        b.s.settings.cap_css = 0x41;
        b.s.settings.command_sets = 3;
        b.s.settings.ns[0].csi = 1;
        b.s.settings.kv.kvkml = 12;
        b.s.settings.kv.kvvml = 50000;
        begin_bare(&b, 6);
        assert_int_equal(lwnvme_sync_kv_open(b.s.controller, 1, &kv), LWNVME_OK);
        if (round % 2 == 0)
            assert_int_equal(lwnvme_recovery_watch(&b.recovery, &watch, &kv.ns), LWNVME_OK);
        scenario_fill(b.data, 512, round);
        assert_int_equal(lwnvme_sync_kv_store(b.s.queue, &kv, &key, b.data, 512, 0), LWNVME_OK);
        for (index = 0; index < 5; index++)
            lose(&b, LWNVME_SIM_IO_QUEUES, opcodes[index], 1);
        for (index = 0; index < 8; index++) {
            struct lwnvme_request *request = &(io[index] = scenario_request(&b.s))->request;
            int status;

            buffer = lwnvme_buffer_cpu(b.data + (size_t)index * 4096u, 4096);
            if (index == 0 || index > 4)
                status = lwnvme_kv_retrieve(b.s.queue, &kv, request, &key, &buffer, 0);
            else if (index == 1)
                status = lwnvme_kv_exist(b.s.queue, &kv, request, &key);
            else if (index == 2)
                status = lwnvme_kv_list(b.s.queue, &kv, request, NULL, &buffer);
            else if (index == 3)
                status = lwnvme_kv_store(b.s.queue, &kv, request, &key, &buffer, 0);
            else
                status = lwnvme_kv_delete(b.s.queue, &kv, request, &key);
            assert_int_equal(scenario_accept(io[index], status), LWNVME_OK);
        }
        if (another)
            other_keys = round == 7   ? offsetof(struct lwnvme_identify_kv_namespace, kvfc)
                         : round == 8 ? offsetof(struct lwnvme_identify_kv_namespace, eui64)
                                      : offsetof(struct lwnvme_identify_kv_namespace, nguid);
        no_keys = none;
        settle(&b);
        for (index = 0; index < 8; index++) {
            if (index == 3 || index == 4)
                assert_int_equal(lwnvme_request_outcome(&io[index]->request), LWNVME_OUTCOME_UNKNOWN);
            else
                assert_int_equal(io[index]->request.status, none      ? LWNVME_ERR_NS_REMOVED
                                                            : another ? LWNVME_ERR_NS_CHANGED
                                                                      : LWNVME_OK);
        }
        assert_int_equal(b.recovery.counts.again, round > 2 ? 0 : 3);
        assert_int_equal(kv.ns.status, round == 6                 ? LWNVME_ERR_NS_REMOVED
                                       : round == 4 || round == 8 ? LWNVME_ERR_NS_CHANGED
                                                                  : LWNVME_OK);
        if (round < 3)
            assert_int_equal(io[0]->request.bytes_done, 512);
        finish(&b);
    }
}

/* ---- admin commands ---- */

/* Those that only read are issued again, once unless the policy says otherwise, and more of them than there are pages; the
 * others come back. Whatever they were waiting for: nothing is done twice. */
static void admin_commands_without_effects(void **state)
{
    enum {
        READS = 12
    };
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 5; round++) { /* once; the policy: not, twice; too often; the drive changes */
        const struct lwnvme_command get = {.opcode = 0x0a, .cdw10 = 7};
        const struct lwnvme_command set = {.opcode = 0x09, .cdw10 = 0x01, .cdw11 = 3};
        const struct lwnvme_command log = {
            .opcode = 0x02, .nsid = UINT32_MAX, .cdw10 = 2 | 1u << 15 | 127u << 16};
        const struct lwnvme_command clears = {.opcode = 0x02, .nsid = UINT32_MAX, .cdw10 = 2 | 127u << 16};
        struct tracked *io[READS + 4];
        uint32_t lost = round < 2 ? 1 : round == 2 ? 2 : 3;
        uint32_t index;

        prepare(&b);
        b.s.settings.admin_latency_us = 100;
        b.policy.classes[LWNVME_REQUEST_CLASS_ADMIN].action =
            round == 1 ? LWNVME_RECOVERY_GIVE_BACK : LWNVME_RECOVERY_DEFAULT;
        b.policy.classes[LWNVME_REQUEST_CLASS_ADMIN].tries = round == 2 ? 2 : 0;
        begin_bare(&b, 8);
        lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x0a, lost);
        for (index = 0; index < READS + 4; index++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b.data + index * 4096u % 65536u, 512);
            struct lwnvme_request *request = &(io[index] = scenario_request(&b.s))->request;
            int status;

            if (index == 0)
                status = lwnvme_admin_raw(b.s.controller, request, &get, NULL);
            else if (index == 1)
                status = lwnvme_admin_raw(b.s.controller, request, &set, NULL);
            else if (index == 2)
                status = lwnvme_admin_raw(b.s.controller, request, &log, &buffer);
            else if (index == 3)
                status = lwnvme_admin_raw(b.s.controller, request, &clears, &buffer);
            else
                status = lwnvme_identify_get_controller(b.s.controller, request,
                                                        (struct lwnvme_identify_controller *)(void *)b.data);
            assert_int_equal(scenario_accept(io[index], status), LWNVME_OK);
        }
        lwnvme_sim_fatal(b.s.sim); /* before any of them is answered */
        settle(&b);
        for (index = 0; index < READS + 4; index++) {
            const struct lwnvme_request *request = &io[index]->request;
            const bool sent = index < 4 + LWNVME_CONFIG_ADMIN_PAGES;

            assert_int_equal(io[index]->called, 1);
            if (!sent) /* it waited for a page */
                assert_int_equal(lwnvme_request_outcome(request), LWNVME_OUTCOME_NEVER_STARTED);
            else if (round == 1 || index == 1 || index == 3 || (round > 2 && index == 0))
                assert_int_equal(lwnvme_request_outcome(request), LWNVME_OUTCOME_UNKNOWN);
            else if (round < 3)
                assert_int_equal(request->status, LWNVME_OK);
        }
        assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
        assert_int_equal(b.s.controller->pages_free, (1u << LWNVME_CONFIG_ADMIN_PAGES) - 1u);
        finish(&b);
    }
}

/* ---- submitted while a recovery is under way ---- */

static struct tracked *submit_timed(struct bench *b, uint32_t index, bool write, uint32_t flags,
                                    uint32_t timeout_ms, int expected)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b->data + (size_t)index * 4096u, 4096);
    struct tracked *io = scenario_request(&b->s);
    uint64_t lba = (uint64_t)index * 8u;

    io->request.flags = flags;
    io->request.timeout_ms = timeout_ms;
    assert_int_equal(
        scenario_accept(io, write ? lwnvme_write(b->s.queue, b->s.ns, &io->request, lba, 8, &buffer)
                                  : lwnvme_read(b->s.queue, b->s.ns, &io->request, lba, 8, &buffer)),
        expected);
    return io;
}

static struct tracked *submit(struct bench *b, uint32_t index, bool write, uint32_t flags, int expected)
{
    return submit_timed(b, index, write, flags, 0, expected);
}

static void begin_with_namespace(struct bench *b, uint32_t entries)
{
    begin_bare(b, entries);
    scenario_namespace(&b->s);
}

/* In every state between the failure and the next ready one: accepted, not sent before, and done. What must not wait is
 * refused by name. */
static void fault_112_what_is_submitted_meanwhile_waits(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 3; round++) { /* a plain queue; a shared one; one that is full already */
        struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_SHARED};
        bool seen[LWNVME_STATE_COUNT] = {false};
        struct tracked *io[16];
        struct tracked *flush;
        uint32_t count = 0;
        uint32_t index;

        prepare(&b);
        b.s.settings.cap_to = 2;
        b.s.settings.ready_delay_us = 300;
        b.s.settings.admin_latency_us = 200;
        b.policy.subsystem_reset = true;
        begin_with_namespace(&b, 4);
        if (round == 1) {
            assert_int_equal(lwnvme_sync_queue_delete(b.s.queue), LWNVME_OK);
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, b.s.queue, &config), LWNVME_OK);
        }
        for (index = 0; index < 16; index++)
            scenario_fill(b.data + index * 4096u, 4096, round * 100 + index);
        if (round == 2) {
            lose(&b, LWNVME_SIM_IO_QUEUES, 0x01, 3);
            while (count < 5)
                io[count] = submit(&b, count, true, 0, LWNVME_OK), count++;
        }
        lwnvme_sim_fatal(b.s.sim);
        turn(&b);
        while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_READY) {
            const enum lwnvme_state at = lwnvme_controller_state(b.s.controller);

            assert_int_equal(lwnvme_recovery_get_state(&b.recovery), LWNVME_RECOVERY_RESETTING);
            if (!seen[at] && count < 16) {
                seen[at] = true;
                io[count] = submit(&b, count, true, 0, LWNVME_OK);
                count++;
                (void)submit(&b, 0, true, LWNVME_REQUEST_NO_WAIT, LWNVME_ERR_RECOVERING);
                flush = scenario_request(&b.s);
                assert_int_equal(lwnvme_flush(b.s.queue, b.s.ns, &flush->request), LWNVME_ERR_RECOVERING);
            }
            for (index = 0; index < count; index++)
                assert_int_equal(io[index]->called, 0);
            turn(&b);
        }
        assert_true(seen[LWNVME_STATE_STOP] || seen[LWNVME_STATE_DISABLE]);
        assert_true(seen[LWNVME_STATE_ENABLE] && seen[LWNVME_STATE_IDENTIFY] && seen[LWNVME_STATE_IO_QUEUES]);
        assert_true(count > 5);
        settle(&b);
        for (index = 0; index < count; index++) {
            uint8_t block[4096];

            assert_int_equal(io[index]->request.status, LWNVME_OK);
            assert_int_equal(lwnvme_request_outcome(&io[index]->request), LWNVME_OUTCOME_DONE);
            assert_true(lwnvme_sim_read_blocks(b.s.sim, 1, index * 8u, 8, block));
            assert_memory_equal(block, b.data + index * 4096u, 4096);
        }
        assert_int_equal(b.recovery.counts.awaited, count - (round == 2 ? 5 : 0));
        assert_int_equal(b.recovery.counts.waited, count - (round == 2 ? 3 : 0));
        assert_int_equal(b.recovery.counts.expired, 0);
        assert_int_equal(b.s.queue->slow & 8192u, 0);
        finish(&b);
    }
}

static struct bench *again_bench;
static uint32_t again_refused;

static void submit_again(struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(again_bench->data, 4096);
    int status = lwnvme_read(again_bench->s.queue, again_bench->s.ns, &io->request, 0, 8, &buffer);

    io->data = NULL;
    if (scenario_accept(io, status) != LWNVME_OK)
        again_refused++;
}

/* The recovery fails, or the drive is removed, or the controller is closed: all come back as never started, and callbacks
 * that submit again do so once each, in vain. */
static void what_waits_comes_back_when_the_recovery_fails(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 8;
         round++) { /* fails; removed; closed; another drive; each on a shared queue too */
        struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_SHARED};
        struct tracked *io[10];
        uint32_t index;

        prepare(&b);
        again_bench = &b;
        again_refused = 0;
        b.s.settings.cap_to = 1;
        b.s.config.io_timeout_ms = 600 * IO_TIMEOUT; /* longer than all of it */
        b.policy.resets = 2;
        begin_with_namespace(&b, 4);
        if (round > 3) {
            assert_int_equal(lwnvme_sync_queue_delete(b.s.queue), LWNVME_OK);
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, b.s.queue, &config), LWNVME_OK);
        }
        for (index = 0; index < 5; index++)
            io[index] = submit(&b, index, false, 0, LWNVME_OK);
        lwnvme_sim_settings(b.s.sim)->never_ready = true;
        lwnvme_sim_fatal(b.s.sim);
        while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_ENABLE)
            turn(&b);
        for (; index < 10; index++) {
            io[index] = submit(&b, index, false, 0, LWNVME_OK);
            io[index]->request.timeout_ms = 0;
        }
        for (index = 0; index < 10; index++)
            io[index]->then = submit_again;
        if (round % 4 == 1)
            lwnvme_sim_remove(b.s.sim);
        if (round % 4 == 2)
            assert_int_equal(scenario_close(&b.s), LWNVME_OK);
        else
            settle(&b);
        for (index = 0; index < 10; index++) {
            const enum lwnvme_outcome outcome = lwnvme_request_outcome(&io[index]->request);

            assert_int_equal(io[index]->called, 1);
            assert_int_equal(outcome, index < 3 ? LWNVME_OUTCOME_UNKNOWN : LWNVME_OUTCOME_NEVER_STARTED);
        }
        assert_int_equal(again_refused, 10);
        if (round % 4 != 2)
            assert_int_equal(lwnvme_controller_status(b.s.controller),
                             round % 4 == 1 ? LWNVME_ERR_GONE : LWNVME_ERR_ENABLE_TIMEOUT);
        finish(&b);
    }
}

static void submit_once_more(struct tracked *io)
{
    io->then = NULL;
    submit_again(io);
}

/* A controller that does not stop is given up in the poll in which its requests come back. What a callback submits then, on a
 * shared queue, waits in vain, and comes back too. */
static void what_is_submitted_last_comes_back(void **state)
{
    struct lwnvme_queue_config config = {.entries = 4, .flags = LWNVME_QUEUE_SHARED};
    struct tracked *flush;
    struct bench b;

    (void)state;
    prepare(&b);
    again_bench = &b;
    again_refused = 0;
    b.s.settings.cap_to = 1;
    begin_with_namespace(&b, 4);
    assert_int_equal(lwnvme_sync_queue_delete(b.s.queue), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(b.s.controller, b.s.queue, &config), LWNVME_OK);
    lose(&b, LWNVME_SIM_IO_QUEUES, LWNVME_NVM_FLUSH, 1);
    flush = scenario_request(&b.s);
    flush->then = submit_once_more;
    assert_int_equal(scenario_accept(flush, lwnvme_flush(b.s.queue, b.s.ns, &flush->request)), LWNVME_OK);
    lwnvme_sim_settings(b.s.sim)->never_disabled = true;
    lwnvme_sim_fatal(b.s.sim);
    settle(&b);
    assert_int_equal(lwnvme_controller_state(b.s.controller), LWNVME_STATE_FAILED);
    assert_int_equal(again_refused, 0);
    assert_int_equal(b.recovery.counts.awaited, 1);
    assert_int_equal(flush->called, 2);
    assert_int_equal(flush->request.status, LWNVME_ERR_NOT_STARTED);
    finish(&b);
}

/* Each waits for as long as a command of it may take, by its own deadline or the controller's; then it comes back, and
 * the others go on. */
static void what_waits_waits_no_longer_than_its_deadline(void **state)
{
    static const uint32_t timeouts[] = {0, 20, 60, 3000, 40};
    struct bench b;
    struct tracked *io[5];
    uint64_t begun[5];
    uint32_t index;

    (void)state;
    prepare(&b);
    b.s.settings.cap_to = 10;
    begin_with_namespace(&b, 8);
    lwnvme_sim_settings(b.s.sim)->never_ready = true;
    lwnvme_sim_fatal(b.s.sim);
    while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_ENABLE)
        turn(&b);
    for (index = 0; index < 5; index++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(b.data, 4096);

        io[index] = scenario_request(&b.s);
        io[index]->request.timeout_ms = timeouts[index];
        begun[index] = scenario_now(&b.s);
        assert_int_equal(
            scenario_accept(io[index], lwnvme_read(b.s.queue, b.s.ns, &io[index]->request, 0, 8, &buffer)),
            LWNVME_OK);
    }
    while (scenario_in_flight(&b.s) != 1)
        turn(&b);
    for (index = 0; index < 5; index++) {
        uint64_t timeout_us = (timeouts[index] == 0 ? IO_TIMEOUT : timeouts[index]) * UINT64_C(1000);

        if (index == 3)
            continue;
        assert_int_equal(io[index]->request.status, LWNVME_ERR_RECOVERING);
        assert_int_equal(lwnvme_request_outcome(&io[index]->request), LWNVME_OUTCOME_NEVER_STARTED);
        assert_true(lwnvme_status_retryable(io[index]->request.status));
        assert_in_range(io[index]->called_at_us - begun[index], timeout_us, timeout_us + 32000);
    }
    assert_int_equal(b.recovery.counts.expired, 4);
    lwnvme_sim_settings(b.s.sim)->never_ready = false;
    settle(&b);
    assert_int_equal(io[3]->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.expired, 4);
    finish(&b);
}

static uint8_t other_nguid;

static void changed_namespace(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 0)
        data[104] ^= other_nguid;
    if (cns == 3 && other_nguid != 0)
        memset(data, 0, 4096); /* where it is, too */
}

/* What waits is checked like what was in flight: another namespace gets nothing, a queue that does not come back sends
 * nothing, a policy that lets nothing wait refuses. */
static void fault_114_what_waits_is_checked(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 4; round++) { /* another namespace; fewer queues; no queues; the policy */
        struct lwnvme_queue second = {0};
        struct tracked *io[4];
        uint32_t index;

        prepare(&b);
        other_nguid = 0;
        memset(b.s.settings.ns[0].nguid, 0x5a, 16);
        b.s.settings.on_identify = changed_namespace;
        b.policy.give_back_waiting = round == 3;
        b.policy.admin_only = round == 2;
        b.policy.resets = 1;
        begin_with_namespace(&b, 8);
        if (round == 1) {
            assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &second, NULL), LWNVME_OK);
            lwnvme_sim_settings(b.s.sim)->number_of_queues_override = true;
            lwnvme_sim_settings(b.s.sim)->number_of_queues = 0;
        }
        other_nguid = round == 0;
        if (round == 2)
            lose(&b, LWNVME_SIM_ADMIN_QUEUE, 0x05, UINT32_MAX);
        lwnvme_sim_fatal(b.s.sim);
        while (lwnvme_controller_state(b.s.controller) != LWNVME_STATE_ENABLE)
            turn(&b);
        for (index = 0; index < 4; index++) {
            struct lwnvme_queue *first = b.s.queue;

            if (round == 1 && index % 2 != 0)
                b.s.queue = &second;
            io[index] = submit(&b, index, true, 0, round == 3 ? LWNVME_ERR_RECOVERING : LWNVME_OK);
            io[index]->request.timeout_ms = 0;
            b.s.queue = first;
        }
        settle(&b);
        for (index = 0; index < 4; index++) {
            const int expected = round == 0                     ? LWNVME_ERR_NS_CHANGED
                                 : round == 1 && index % 2 == 0 ? LWNVME_OK
                                 : round == 2                   ? LWNVME_ERR_RECOVERING
                                                                : LWNVME_ERR_NOT_STARTED;

            if (round == 3)
                continue;
            assert_int_equal(io[index]->request.status, expected);
            assert_int_equal(lwnvme_request_outcome(&io[index]->request),
                             expected == LWNVME_OK ? LWNVME_OUTCOME_DONE : LWNVME_OUTCOME_NEVER_STARTED);
        }
        assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
        finish(&b);
    }
}

struct nested {
    struct bench *b;
    struct lwnvme_queue *other;
    uint32_t kind;
    int status;
    uint32_t calls;
};

static struct nested nested;

/* A blocking call in a callback of another queue, which does not answer: a recovery comes. */
static void block_in_a_callback(struct tracked *io)
{
    struct bench *b = nested.b;
    static struct lwnvme_queue made;

    (void)io;
    nested.calls++;
    if (nested.kind == 0) {
        lose(b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
        nested.status = lwnvme_sync_read(nested.other, b->s.ns, 0, 8, b->data + 8192, 0);
    } else if (nested.kind == 1) {
        lwnvme_sim_fatal(b->s.sim);
        (void)lwnvme_controller_poll(b->s.controller);
        nested.status = lwnvme_sync_write(nested.other, b->s.ns, 0, 8, b->data + 8192, 0);
    } else if (nested.kind == 2) {
        lose(b, LWNVME_SIM_ADMIN_QUEUE, 0x06, 1);
        nested.status = lwnvme_sync_identify(b->s.controller, 1, 0, b->data + 8192);
    } else {
        memset(&made, 0, sizeof(made));
        lose(b, LWNVME_SIM_ADMIN_QUEUE, 0x05, 1);
        nested.status = lwnvme_sync_queue_create(b->s.controller, &made, NULL);
    }
}

/* Blocking calls wait for the end of a recovery. In a callback of another queue, which must return before that can come,
 * they come back instead. */
static void blocking_calls_do_not_wait_for_themselves(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    prepare(&b);
    b.s.settings.relax_step_us = 100;
    begin_with_namespace(&b, 8);
    lwnvme_sim_fatal(b.s.sim);
    (void)lwnvme_controller_poll(b.s.controller);
    assert_int_equal(lwnvme_recovery_get_state(&b.recovery), LWNVME_RECOVERY_RESETTING);
    assert_int_equal(lwnvme_sync_write(b.s.queue, b.s.ns, 0, 8, b.data, 0), LWNVME_OK);
    assert_int_equal(b.recovery.counts.awaited, 1);
    finish(&b);
    for (round = 0; round < 4; round++) {
        struct lwnvme_queue other = {0};

        prepare(&b);
        b.s.settings.relax_step_us = 100;
        b.policy.no_abort = true;
        begin_with_namespace(&b, 8);
        assert_int_equal(lwnvme_sync_queue_create(b.s.controller, &other, NULL), LWNVME_OK);
        nested = (struct nested){.b = &b, .other = &other, .kind = round, .status = 1};
        submit(&b, 0, true, 0, LWNVME_OK)->then = block_in_a_callback;
        settle(&b);
        assert_int_equal(nested.calls, 1);
        assert_int_equal(nested.status,
                         round == 0 || round == 2 ? LWNVME_ERR_TIMEOUT : LWNVME_ERR_RECOVERING);
        assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(b.s.queue, b.s.ns, 0, 8, b.data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(&other, b.s.ns, 0, 8, b.data, 0), LWNVME_OK);
        finish(&b);
    }
}

/* ---- interrupts that are lost ---- */

static struct lwnvme_queue *asked_for;
static uint32_t asked;

static void note_poll_wanted(struct lwnvme_controller *controller, struct lwnvme_queue *queue, void *context)
{
    assert_ptr_equal(controller, ((struct bench *)context)->s.controller);
    asked_for = queue;
    asked++;
}

/* Time passes for the controller's owner alone. */
static void pass(struct bench *b, uint32_t ms)
{
    while (ms-- != 0) {
        (void)scenario_poll(&b->s);
        lwnvme_sim_advance(b->s.sim, 1000);
    }
}

/* The owner of a queue sleeps until an interrupt comes that does not: it is asked to poll, and nobody else polls. One who
 * polls is not asked. */
static void fault_095_the_owner_of_a_queue_is_asked_to_poll(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 4;
         round++) { /* an answer; none; no interrupt to be had; two queues on one ring */
        struct lwnvme_queue_config config = {.entries = 8,
                                             .flags = round == 2 ? 0 : LWNVME_QUEUE_INTERRUPT,
                                             .cq_entries = round == 3 ? 32 : 0};
        struct lwnvme_queue_config second_config = {.entries = 8};
        struct lwnvme_queue second = {0};
        struct lwnvme_queue *first;
        struct tracked *io;
        uint32_t index;

        prepare(&b);
        asked = 0;
        asked_for = NULL;
        b.policy.poll_wanted = note_poll_wanted;
        b.policy.context = &b;
        b.policy.nudge_ms = 20;
        begin_with_namespace(&b, 8);
        first = b.s.queue;
        assert_int_equal(lwnvme_sync_queue_delete(first), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_create(b.s.controller, first, &config), LWNVME_OK);
        if (round == 3)
            assert_int_equal(lwnvme_sync_queue_create_on(first, &second, &second_config), LWNVME_OK);
        /* As long as it is polled, nobody is asked; the host may sleep in between. */
        for (index = 0; index < 100; index++) {
            (void)submit(&b, 0, false, 0, LWNVME_OK);
            pass(&b, 3);
            assert_int_equal(lwnvme_queue_poll(first, 0), 1);
            assert_true(lwnvme_next_deadline(b.s.controller) <=
                        lwnvme_sim_time(b.s.sim) + (round == 2 ? UINT32_MAX : 21000));
        }
        assert_int_equal(asked, 0);
        if (round == 1)
            lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
        if (round == 3)
            b.s.queue = &second;
        io = submit(&b, 0, false, 0, LWNVME_OK);
        b.s.queue = first;
        pass(&b, 90);
        assert_int_equal(io->called, 0);
        if (round ==
            1) /* nothing to be heard; that a deadline has passed may be said too early, never too late */
            pass(&b, 80);
        assert_int_equal(io->called, 0);
        if (round == 2) {
            assert_int_equal(asked, 0);
            (void)lwnvme_queue_poll(first, 0);
            assert_int_equal(io->called, 1);
            finish(&b);
            continue;
        }
        assert_in_range(asked, 2, round == 1 ? 9 : 4); /* and again */
        assert_int_equal(b.recovery.counts.nudges, asked);
        assert_int_equal(b.recovery.counts.healed, 0);
        assert_ptr_equal(asked_for, first);
        (void)lwnvme_queue_poll(asked_for, 0);
        assert_int_equal(io->called, round == 1 ? 0 : 1);
        pass(&b, 30);
        assert_int_equal(b.recovery.counts.healed, 1);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.late, round == 1 ? 1 : 0);
        assert_int_equal(b.recovery.counts.resets, 0);
        finish(&b);
    }
}

/* A queue with interrupts, whose owner polls when it is asked to and else not at all. */
static void begin_asked(struct bench *b)
{
    struct lwnvme_queue_config config = {.entries = 8, .flags = LWNVME_QUEUE_INTERRUPT};

    prepare(b);
    asked = 0;
    asked_for = NULL;
    b->s.config.io_timeout_ms = 800;
    b->policy.poll_wanted = note_poll_wanted;
    b->policy.context = b;
    b->policy.nudge_ms = 20;
    begin_with_namespace(b, 8);
    assert_int_equal(lwnvme_sync_queue_delete(b->s.queue), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(b->s.controller, b->s.queue, &config), LWNVME_OK);
}

/* Until the owner is asked, or so many milliseconds have passed; how many did. */
static uint32_t pass_until_asked(struct bench *b, uint32_t ms)
{
    uint32_t before = asked;
    uint32_t passed = 0;

    while (asked == before && passed < ms) {
        pass(b, 1);
        passed++;
    }
    return passed;
}

/* What is sent to a queue that was idle for a while has a deadline from then on, whenever its owner looked at the clock last:
 * nobody is asked at once, but in time, and seldom. */
static void fault_095_nobody_is_asked_too_early(void **state)
{
    static const struct {
        uint32_t timeout_ms;            /* of the request; 0: 800 */
        uint32_t delay_ms;              /* 0: lost */
        uint32_t from_ms, to_ms, asked; /* when it is found, and how often it is asked for */
    } rows[] = {{0, 1, 20, 45, 1}, {0, 50, 70, 95, 1}, {0, 0, 800, 1000, 2}, {60, 0, 60, 140, 3}};
    struct bench b;
    uint32_t row;

    (void)state;
    for (row = 0; row < 4; row++) {
        uint32_t passed = 0;
        struct tracked *io;

        begin_asked(&b);
        pass(&b, 2000);
        scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = rows[row].delay_ms == 0 ? LWNVME_SIM_LOSE
                                                                                       : LWNVME_SIM_DELAY,
                                                       .queue = LWNVME_SIM_IO_QUEUES,
                                                       .opcode = 0x02,
                                                       .value = rows[row].delay_ms * 1000u});
        io = submit_timed(&b, 0, false, 0, rows[row].timeout_ms, LWNVME_OK);
        while (io->called == 0 && b.s.queue->late == 0) {
            passed += pass_until_asked(&b, 2000);
            (void)lwnvme_queue_poll(b.s.queue, 0);
        }
        assert_in_range(passed, rows[row].from_ms, rows[row].to_ms);
        assert_in_range(asked, 1, rows[row].asked);
        assert_int_equal(io->called, rows[row].delay_ms == 0 ? 0 : 1);
        settle(&b);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(b.recovery.counts.resets, 0);
        finish(&b);
    }
}

/* That a late command has ended, and that one has rested, is found by its owner alone: who is asked until that is so. */
static void fault_095_the_owner_is_asked_for_what_no_answer_brings(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 2; round++) { /* a late command that is aborted; one that rests */
        struct tracked *io;
        uint32_t turns;

        begin_asked(&b);
        if (round == 0)
            lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
        else
            scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                           .queue = LWNVME_SIM_IO_QUEUES,
                                                           .opcode = 0x02,
                                                           .status = 0x82});
        io = submit(&b, 0, false, 0, LWNVME_OK);
        for (turns = 0; turns < 20 && (io->called == 0 || b.s.queue->late != 0); turns++) {
            assert_true(pass_until_asked(&b, 2000) < 2000);
            (void)lwnvme_queue_poll(b.s.queue, 0); /* just once */
        }
        assert_int_equal(io->called, 1);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(b.s.queue->late, 0);
        pass(&b, 300);
        assert_int_equal(b.recovery.counts.again, 1);
        assert_int_equal(b.recovery.counts.resets, 0);
        assert_int_equal(b.recovery.counts.nudges, asked);
        finish(&b);
    }
}

/* A clock that is set back has nobody asked early, nor late. */
static void fault_121_owners_are_asked_in_time_when_the_clock_is_set_back(void **state)
{
    struct bench b;
    struct tracked *io;
    uint32_t passed;

    (void)state;
    begin_asked(&b);
    lwnvme_sim_advance(b.s.sim, 100000000);
    pass(&b, 50);
    b.recovery.nudge_us += 3600000000u; /* as if the clock had gone back by an hour */
    io = submit(&b, 0, false, 0, LWNVME_OK);
    passed = pass_until_asked(&b, 1000);
    assert_in_range(passed, 21, 60);
    (void)lwnvme_queue_poll(b.s.queue, 0);
    assert_int_equal(io->called, 1);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = submit(&b, 0, false, 0, LWNVME_OK);
    b.s.queue->clock_ms += 3600000;
    b.s.queue->earliest_ms += 3600000;
    b.s.queue->slots[0].deadline_ms += 3600000;
    passed = pass_until_asked(&b, 1000);
    assert_in_range(passed, 1, 40);
    (void)lwnvme_queue_poll(b.s.queue, 0);
    settle(&b);
    assert_int_equal(io->request.status, LWNVME_OK);
    finish(&b);
}

/* The owner is just about to go on to the beginning of the ring: nothing beyond its end is looked at. */
static void the_end_of_another_owners_ring(void **state)
{
    struct bench b;
    volatile uint32_t *next;

    (void)state;
    begin_asked(&b);
    (void)submit(&b, 0, false, 0, LWNVME_OK);
    next = b.s.queue->cq_next;
    b.s.queue->cq_next = b.s.queue->cq_end;
    pass(&b, 30);
    b.s.queue->cq_next = next;
    settle(&b);
    finish(&b);
}

static int in_hook[4];

static void do_what_is_forbidden(struct lwnvme_controller *controller, struct lwnvme_queue *queue,
                                 void *context)
{
    note_poll_wanted(controller, queue, context);
    in_hook[0] = lwnvme_controller_close(controller);
    in_hook[1] = lwnvme_controller_reset(controller);
    in_hook[2] = lwnvme_recovery_stop(&((struct bench *)context)->recovery);
    in_hook[3] = lwnvme_controller_poll(controller);
    if (asked == 1) { /* what its owner may do about it */
        (void)lwnvme_queue_poll(queue, 0);
        assert_int_equal(lwnvme_queue_delete(queue), LWNVME_OK);
    }
}

/* It is asked from inside a poll of the controller, and so the state stays; a queue may go meanwhile. */
static void what_an_owner_does_when_it_is_asked(void **state)
{
    struct bench b;

    (void)state;
    begin_asked(&b);
    b.recovery.policy.poll_wanted = do_what_is_forbidden;
    (void)submit(&b, 0, false, 0, LWNVME_OK);
    (void)pass_until_asked(&b, 1000);
    assert_int_equal(asked, 1);
    assert_int_equal(in_hook[0], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(in_hook[1], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(in_hook[2], LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(in_hook[3], LWNVME_OK);
    assert_int_equal(scenario_in_flight(&b.s), 0);
    pass(&b, 100);
    assert_int_equal(lwnvme_queue_status(b.s.queue), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(asked, 1);
    assert_int_equal(lwnvme_controller_state(b.s.controller), LWNVME_STATE_READY);
    finish(&b);
}

/* A queue whose late command has been answered after all is deleted, and its memory is somebody else's, while the Abort
 * is still under way. */
static void fault_107_the_queue_is_gone_before_the_abort_is_answered(void **state)
{
    struct bench b;
    struct lwnvme_queue *gone = calloc(1, sizeof(*gone));
    struct lwnvme_queue *first;
    struct tracked *io;

    (void)state;
    prepare(&b);
    b.policy.abort_ms = 2000;
    begin_with_namespace(&b, 8);
    assert_int_equal(lwnvme_sync_queue_create(b.s.controller, gone, NULL), LWNVME_OK);
    scenario_fault(
        &b.s, (struct lwnvme_sim_fault){
                  .kind = LWNVME_SIM_DELAY, .queue = LWNVME_SIM_IO_QUEUES, .opcode = 0x02, .value = 200000});
    scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                   .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                   .opcode = 0x08,
                                                   .value = 190000});
    first = b.s.queue;
    lwnvme_sim_settings(b.s.sim)->abort_does_nothing = true;
    b.s.queue = gone;
    io = submit(&b, 0, false, 0, LWNVME_OK);
    while (io->called == 0)
        turn(&b);
    b.s.queue = first;
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(b.recovery.counts.aborts, 1);
    assert_true(lwnvme_request_active(&b.recovery.cases[0].request));
    assert_int_equal(lwnvme_queue_delete(gone), LWNVME_OK);
    while (lwnvme_queue_status(gone) == LWNVME_PENDING)
        turn(&b);
    assert_true(lwnvme_request_active(&b.recovery.cases[0].request));
    free(gone);
    settle(&b);
    assert_int_equal(b.recovery.counts.late_answers, 1);
    assert_int_equal(b.recovery.counts.resets, 0);
    finish(&b);
}

/* A queue does not come back, and its memory is somebody else's from the moment that it says so. What was kept for it, and what
 * waited in it, comes back all the same. */
static void fault_116_the_memory_of_a_queue_that_does_not_come_back(void **state)
{
    struct bench b;
    uint32_t round;

    (void)state;
    for (round = 0; round < 3; round++) { /* the recovery goes well; fails; the controller is closed */
        struct lwnvme_queue *gone = calloc(1, sizeof(*gone));
        struct lwnvme_queue_config config = {.entries = 4};
        struct lwnvme_queue *first;
        struct tracked *io[6];
        uint32_t index;

        prepare(&b);
        begin_with_namespace(&b, 8);
        first = b.s.queue;
        assert_int_equal(lwnvme_sync_queue_create(b.s.controller, gone, &config), LWNVME_OK);
        lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 6);
        for (index = 0; index < 6; index++) {
            b.s.queue = index < 5 ? gone : first;
            io[index] = submit(&b, index, false, 0, LWNVME_OK);
        }
        b.s.queue = first;
        lwnvme_sim_settings(b.s.sim)->number_of_queues_override = true;
        lwnvme_sim_settings(b.s.sim)->number_of_queues = 0; /* one pair */
        lwnvme_sim_fatal(b.s.sim);
        while (lwnvme_queue_status(gone) != LWNVME_ERR_QUEUE_LIMIT)
            turn(&b);
        free(gone);
        if (round == 1)
            lwnvme_sim_remove(b.s.sim);
        if (round == 2)
            (void)lwnvme_controller_close(b.s.controller);
        settle(&b);
        for (index = 0; index < 6; index++) {
            assert_int_equal(io[index]->called, 1);
            if (round == 0 && index == 5)
                assert_int_equal(io[index]->request.status, LWNVME_OK);
            else
                assert_int_equal(lwnvme_request_outcome(&io[index]->request),
                                 index == 3 || index == 4 ? LWNVME_OUTCOME_NEVER_STARTED
                                                          : LWNVME_OUTCOME_UNKNOWN);
        }
        finish(&b);
    }
}

/* A queue that could not be made again nor undone sends nothing: what was kept for it comes back. */
static void fault_052_what_is_kept_for_a_queue_that_is_broken(void **state)
{
    struct bench b;
    struct tracked *io;

    (void)state;
    prepare(&b);
    begin_with_namespace(&b, 8);
    lose(&b, LWNVME_SIM_IO_QUEUES, 0x02, 1);
    io = submit(&b, 0, false, 0, LWNVME_OK);
    scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                   .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                   .opcode = 0x01,
                                                   .status = 0x06});
    scenario_fault(&b.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                   .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                   .opcode = 0x04,
                                                   .status = 0x06});
    lwnvme_sim_fatal(b.s.sim);
    settle(&b);
    assert_int_equal(io->called, 1);
    assert_int_equal(io->request.status, LWNVME_ERR_ABORTED);
    assert_int_equal(lwnvme_controller_status(b.s.controller), LWNVME_OK);
    assert_true(lwnvme_queue_status(b.s.queue) > 0);
    finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones),
        cmocka_unit_test(keys),
        cmocka_unit_test(admin_commands_without_effects),
        cmocka_unit_test(fault_112_what_is_submitted_meanwhile_waits),
        cmocka_unit_test(what_waits_comes_back_when_the_recovery_fails),
        cmocka_unit_test(what_is_submitted_last_comes_back),
        cmocka_unit_test(what_waits_waits_no_longer_than_its_deadline),
        cmocka_unit_test(fault_114_what_waits_is_checked),
        cmocka_unit_test(blocking_calls_do_not_wait_for_themselves),
        cmocka_unit_test(fault_095_the_owner_of_a_queue_is_asked_to_poll),
        cmocka_unit_test(fault_095_nobody_is_asked_too_early),
        cmocka_unit_test(fault_095_the_owner_is_asked_for_what_no_answer_brings),
        cmocka_unit_test(fault_121_owners_are_asked_in_time_when_the_clock_is_set_back),
        cmocka_unit_test(the_end_of_another_owners_ring),
        cmocka_unit_test(what_an_owner_does_when_it_is_asked),
        cmocka_unit_test(fault_052_what_is_kept_for_a_queue_that_is_broken),
        cmocka_unit_test(fault_116_the_memory_of_a_queue_that_does_not_come_back),
        cmocka_unit_test(fault_107_the_queue_is_gone_before_the_abort_is_answered),
    };

    return cmocka_run_group_tests_name("recovery, further", tests, NULL, NULL) +
           cmocka_run_group_tests_name("recovery, further, plain host", tests, scenario_plain_host, NULL);
}
