/* SPDX-License-Identifier: MIT */
/* What an operation does to namespaces in use: who is refused, who waits, who is failed, and that nothing stays so. */
#include "../../../src/admin/namespace_guard.h"
#include "player.h"

/* An operation that enters, waits to be told, and leaves. */
struct guarded {
    struct lwnvme_operation operation; /* first */
    struct lwnvme_namespace_guard guard;
    int entered;
    bool go;
};

static struct player player;
static struct guarded guarded;
static struct lwnvme_namespace second;
static struct lwnvme_namespace *handles[3];
static struct counted reads[8];
static _Alignas(4096) uint8_t memory[8][4096]; /* one page each, whatever the device takes a block for */

static void guarded_step(struct lwnvme_operation *operation)
{
    struct guarded *g = (struct guarded *)(void *)operation;

    if (g->entered == LWNVME_PENDING) {
        g->entered = lwnvme_guard_enter(&g->guard, operation);
        return;
    }
    if (g->go && lwnvme_guard_leave(&g->guard, operation) != LWNVME_PENDING) {
        lwnvme_operation_end(operation, g->entered);
    }
}

static void guarded_left(struct lwnvme_operation *operation)
{
    lwnvme_guard_abandon(&((struct guarded *)(void *)operation)->guard);
}

static int begin(uint32_t nsid, bool busy, uint32_t handle_count)
{
    int status = lwnvme_guard_check(player.bench.controller, handles, handle_count);

    if (status != LWNVME_OK) {
        return status;
    }
    guarded.go = false;
    guarded.entered = LWNVME_PENDING;
    guarded.guard.handles = handles;
    guarded.guard.handle_count = handle_count;
    guarded.guard.nsid = nsid;
    guarded.guard.opcode = LWNVME_ADMIN_FORMAT_NVM;
    guarded.guard.busy = busy;
    lwnvme_operation_start(player.bench.controller, &guarded.operation, guarded_step, 0);
    guarded.operation.leave = guarded_left;
    lwnvme_guard_start(&guarded.guard, player.bench.controller);
    return LWNVME_OK;
}

/* What the device says of namespace 1: bit 0 of state set, other blocks; of namespace 2: bit 1 set, metadata; and the scope of Format NVM in bits 7:4. */
static void identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    if (cns == 0 && nsid == 1 && (p->state & 1u) != 0) {
        memset(data, 0, 16);
        data[0] = 100;
        data[8] = 100;
        data[128 + 2] = 12;
    }
    if (cns == 0 && nsid == 2 && (p->state & 2u) != 0) {
        data[128] = 8;
    }
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)dw0;
    if ((command[10] & 0xffu) == 5) {
        memset(page, 0, 4096);
        page[0x06 * 4] = 1;
        page[0x80 * 4] = 1;
        page[0x80 * 4 + 2] = (uint8_t)(p->state >> 4);
    }
    return 0;
}

static void start(uint32_t state, uint64_t latency_us)
{
    player_prepare(&player);
    memset(&guarded, 0, sizeof(guarded));
    player.state = state;
    player.identify = identify;
    player.answer = answer;
    player.plays_log[5] = true;
    player.bench.settings.namespace_count = 2;
    player.bench.settings.ns[1] = player.bench.settings.ns[0];
    player_start(&player);
    assert_int_equal(lwnvme_sync_namespace_open(player.bench.controller, 2, &second), 0);
    player_settings(&player)->latency_us = latency_us;
    handles[0] = player.bench.ns;
    handles[1] = &second;
    for (uint32_t i = 0; i < 8; i++) {
        counted_init(&reads[i], NULL);
    }
}

static int read_one(uint32_t index, const struct lwnvme_namespace *ns)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory[index], sizeof(memory[index]));

    return lwnvme_read(player.bench.queue, ns, &reads[index].request, index, 1, &buffer);
}

static void until_entered(void)
{
    for (uint32_t turn = 0; turn < 20000 && guarded.entered == LWNVME_PENDING; turn++) {
        player_turns(&player, 1);
    }
    assert_int_equal(guarded.entered, 0);
}

static int finish(void)
{
    guarded.go = true;
    return player_finish(&player, &guarded.operation);
}

static bool is_held(void)
{
    return (player.bench.queue->slow & LWNVME_SLOW_HELD) != 0;
}

static void assert_all_is_as_before(void)
{
    assert_false(is_held());
    assert_null(guarded.guard.service.controller);
    assert_int_equal(player.bench.ns->status, 0);
    assert_int_equal(second.status, 0);
    player_try_io(&player);
    assert_int_equal(read_one(7, &second), 0);
    bench_wait(&player.bench, &reads[7].request);
    assert_int_equal(reads[7].request.status, 0);
}

static void handles_that_do_not_fit_are_refused(void **state)
{
    static struct lwnvme_namespace strange;
    (void)state;
    start(0x20, 0);
    assert_int_equal(lwnvme_guard_check(player.bench.controller, NULL, 1), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_guard_check(player.bench.controller, NULL, 0), 0);
    handles[1] = NULL;
    assert_int_equal(begin(1, true, 2), LWNVME_ERR_NULL_ARGUMENT);
    handles[1] = &strange; /* never opened */
    assert_int_equal(begin(1, true, 2), LWNVME_ERR_NAMESPACE_CLOSED);
    handles[1] = &second;
    second.incarnation += 7; /* of another opening */
    assert_int_equal(begin(1, true, 2), LWNVME_ERR_NAMESPACE_CLOSED);
    second.incarnation -= 7;
    assert_int_equal(lwnvme_namespace_open(player.bench.controller, 2, &second), 0);
    assert_int_equal(begin(1, true, 2), LWNVME_ERR_NS_BUSY); /* being opened */
    player_turns(&player, 50);
    assert_int_equal(begin(1, true, 2), 0);
    assert_int_equal(lwnvme_guard_check(player.bench.controller, NULL, 0),
                     LWNVME_ERR_BUSY); /* one at a time */
    until_entered();
    assert_int_equal(finish(), 0);
    assert_all_is_as_before();
    player_end(&player);
}

/* A zoned namespace that was usable, and one whose protection information nobody understands. */
static void handles_are_what_they_were_if_nothing_was_done(void **state)
{
    static struct lwnvme_namespace zoned;
    (void)state;
    start(0x20, 0);
    zoned = second;
    zoned.csi = LWNVME_CSI_ZONED;
    zoned.wanted_csi = LWNVME_CSI_ZONED;
    second.status = LWNVME_ERR_NS_PROTECTION;
    handles[0] = &zoned; /* listed twice */
    handles[2] = &zoned;
    for (uint32_t turn = 0; turn < 2; turn++) {
        assert_int_equal(begin(LWNVME_NSID_ALL, true, 3), 0);
        assert_int_equal(zoned.status, LWNVME_ERR_NS_BUSY);
        assert_int_equal(second.status, LWNVME_ERR_NS_BUSY);
        lwnvme_operation_end(&guarded.operation, LWNVME_ERR_CANCELLED);
        assert_int_equal(zoned.status, 0);
        assert_int_equal(second.status, LWNVME_ERR_NS_PROTECTION);
        assert_int_equal(second.straight_blocks, 0);
    }
    second.status = 0;
    second.straight_blocks = 0;
    assert_all_is_as_before();
    player_end(&player);
}

/* What metadata.h adds to a handle is not read again with it: such a handle is refused by name until it is opened. */
static void a_handle_with_more_than_blocks_is_to_be_opened_again(void **state)
{
    (void)state;
    start(0x20, 0);
    player.state |= 2u;
    assert_int_equal(lwnvme_sync_metadata_open(player.bench.controller, 2, &second), 0);
    assert_int_equal(begin(2, true, 2), 0);
    until_entered();
    assert_int_equal(finish(), 0);
    assert_int_equal(second.status, LWNVME_ERR_NS_METADATA);
    assert_int_equal(read_one(0, &second), LWNVME_ERR_NS_METADATA);
    assert_int_equal(lwnvme_sync_metadata_open(player.bench.controller, 2, &second), 0);
    assert_int_equal(player.bench.ns->status, 0);
    player_end(&player);
}

static void what_is_in_flight_ends_what_waits_fails_and_the_new_is_refused(void **state)
{
    (void)state;
    start(0x20, 5000);
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(begin(1, true, 1), 0);
    /* From this moment on, not only from the first step. */
    assert_int_equal(read_one(1, player.bench.ns), LWNVME_ERR_NS_BUSY);
    assert_int_equal(reads[1].called, 0);
    lwnvme_queues_hold(player.bench.controller);
    assert_int_equal(read_one(2, &second), 0); /* another namespace's waits */
    until_entered();
    assert_int_equal(reads[0].called, 1);
    assert_int_equal(reads[0].request.status, 0);
    assert_int_equal(reads[2].called, 0);
    assert_true(is_held()); /* the log says: all namespaces */
    player_turns(&player, 300);
    assert_int_equal(reads[2].called, 0);
    assert_int_equal(finish(), 0);
    bench_wait(&player.bench, &reads[2].request);
    assert_int_equal(reads[2].request.status, 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void what_waited_before_the_operation_is_failed(void **state)
{
    (void)state;
    start(0x20, 0);
    lwnvme_queues_hold(player.bench.controller);
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(read_one(1, &second), 0);
    assert_int_equal(begin(1, true, 1), 0);
    until_entered();
    assert_int_equal(reads[0].called, 1);
    assert_int_equal(reads[0].request.status, LWNVME_ERR_NS_BUSY);
    assert_int_equal(reads[1].called, 0);
    assert_int_equal(finish(), 0);
    bench_wait(&player.bench, &reads[1].request);
    assert_int_equal(reads[1].request.status, 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void the_effects_log_decides_whether_others_wait(void **state)
{
    static const struct {
        uint32_t scope;
        uint32_t handles;
        bool held;
    } cases[] = {{0, 1, false}, {1, 1, false}, {2, 1, true}, {1, 0, true} /* nothing else protects it */,
                 {0, 0, false}, {7, 1, true}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(cases[i].scope << 4, 0);
        assert_int_equal(begin(1, true, cases[i].handles), 0);
        until_entered();
        assert_int_equal(is_held(), cases[i].held);
        assert_int_equal(finish(), 0);
        assert_all_is_as_before();
        player_end(&player);
    }
}

static void fault_058_without_a_log_all_wait(void **state)
{
    (void)state;
    start(0, 0);
    player.bench.controller->info.lpa = 4;
    assert_int_equal(begin(1, true, 1), 0);
    until_entered();
    assert_int_equal(player.of[2], 0);
    assert_true(is_held());
    assert_int_equal(finish(), 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void fault_154_stale_geometry_is_never_used(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(player.bench.ns->block_bytes, 512);
    assert_int_equal(begin(1, true, 2), 0);
    until_entered();
    player.state |=
        1; /* the command has been carried out: 4096-byte blocks, 100 of them, the same identifier */
    assert_int_equal(read_one(0, player.bench.ns), LWNVME_ERR_NS_BUSY);
    assert_int_equal(finish(), 0);
    assert_int_equal(player.bench.ns->block_bytes, 4096);
    assert_int_equal(player.bench.ns->block_count, 100);
    assert_int_equal(player.bench.ns->straight_blocks, player.bench.ns->max_blocks);
    assert_int_equal(read_one(0, player.bench.ns), 0);
    bench_wait(&player.bench, &reads[0].request);
    assert_int_equal(second.block_bytes, 512);
    assert_int_equal(second.status, 0);
    assert_false(is_held());
    player_end(&player);
}

static void a_guard_that_is_not_busy_lets_requests_wait(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(LWNVME_NSID_ALL, false, 2), 0);
    until_entered();
    assert_true(is_held());
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(read_one(1, &second), 0);
    player_turns(&player, 100);
    assert_int_equal(reads[0].called, 0);
    assert_int_equal(finish(), 0);
    bench_wait(&player.bench, &reads[0].request);
    bench_wait(&player.bench, &reads[1].request);
    assert_int_equal(reads[0].request.status, 0);
    assert_int_equal(reads[1].request.status, 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void requests_that_waited_for_other_blocks_are_failed(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(LWNVME_NSID_ALL, false, 2), 0);
    until_entered();
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(read_one(1, &second), 0);
    player.state |= 1;
    assert_int_equal(finish(), 0);
    bench_wait(&player.bench, &reads[1].request);
    assert_int_equal(reads[0].called, 1);
    assert_int_equal(reads[0].request.status, LWNVME_ERR_NS_BUSY);
    assert_int_equal(reads[1].request.status, 0);
    assert_int_equal(player.bench.ns->block_bytes, 4096);
    player_end(&player);
}

static void an_end_before_the_command_gives_the_handles_back_as_they_were(void **state)
{
    (void)state;
    start(0x20, 1000000);
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(begin(1, true, 2), 0);
    player_turns(&player, 50);
    assert_int_equal(guarded.entered, LWNVME_PENDING);
    assert_true(is_held());
    lwnvme_operation_end(&guarded.operation, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_false(is_held());
    assert_int_equal(player.bench.ns->status, 0);
    assert_true(player.bench.ns->straight_blocks != 0);
    bench_wait(&player.bench, &reads[0].request);
    assert_int_equal(reads[0].request.status, 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void an_end_after_the_command_reads_the_handles_again(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(1, true, 2), 0);
    until_entered();
    player.state |= 1;
    lwnvme_operation_end(&guarded.operation, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_false(is_held());
    assert_int_equal(player.bench.ns->status, LWNVME_PENDING);
    assert_int_equal(read_one(0, player.bench.ns), LWNVME_ERR_NAMESPACE_CLOSED); /* being opened */
    player_turns(&player, 100);
    assert_int_equal(player.bench.ns->status, 0);
    assert_int_equal(player.bench.ns->block_bytes, 4096);
    player_end(&player);
}

static void a_guard_that_forsakes_sends_nothing_and_closes_the_handles(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(LWNVME_NSID_ALL, true, 2), 0);
    until_entered();
    lwnvme_guard_forsake(&guarded.guard);
    assert_false(is_held());
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(second.status, LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(read_one(0, player.bench.ns), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(finish(), 0); /* what is down stays down */
    assert_int_equal(second.status, LWNVME_ERR_NAMESPACE_CLOSED);
    player_end(&player);
}

static void closing_the_controller_leaves_nothing_busy(void **state)
{
    (void)state;
    for (int entered = 0; entered < 2; entered++) {
        start(0x20, 0);
        assert_int_equal(begin(1, true, 2), 0);
        if (entered != 0) {
            until_entered();
        }
        assert_int_equal(lwnvme_sync_controller_close(player.bench.controller), 0);
        assert_false(lwnvme_operation_active(&guarded.operation));
        assert_int_equal(guarded.operation.status, LWNVME_ERR_ABORTED);
        assert_int_not_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
        assert_null(guarded.guard.service.controller);
        player_end(&player);
    }
}

static void a_reset_holds_the_queues_again_and_the_handles_are_read(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(1, true, 2), 0);
    until_entered();
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    assert_int_equal(guarded.guard.resets, 1);
    assert_true(is_held());
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    /* Once more while a handle is being read: that reading does not count. */
    player_settings(&player)->admin_latency_us = 100000;
    guarded.go = true;
    player_turns(&player, 20);
    assert_int_equal(guarded.guard.shadow.status, LWNVME_PENDING);
    player_settings(&player)->admin_latency_us = 0;
    assert_int_equal(lwnvme_controller_reset(player.bench.controller), 0);
    assert_int_equal(bench_settle(&player.bench), 0);
    assert_int_equal(finish(), 0);
    assert_all_is_as_before();
    player_end(&player);
}

static void a_queue_that_is_made_meanwhile_is_held_too(void **state)
{
    static struct lwnvme_queue late;
    (void)state;
    memset(&late, 0, sizeof(late));
    start(0x20, 0);
    assert_int_equal(begin(1, true, 2), 0);
    until_entered();
    assert_int_equal(lwnvme_sync_queue_create(player.bench.controller, &late, NULL), 0);
    assert_true((late.slow & LWNVME_SLOW_HELD) != 0);
    assert_int_equal(finish(), 0);
    assert_true((late.slow & LWNVME_SLOW_HELD) == 0);
    assert_all_is_as_before();
    assert_int_equal(lwnvme_sync_queue_delete(&late), 0);
    player_end(&player);
}

static void a_failed_controller_leaves_nothing_busy_or_held(void **state)
{
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(1, true, 2), 0);
    until_entered();
    lwnvme_sim_fatal(player.bench.sim);
    guarded.go = true;
    assert_int_equal(player_finish(&player, &guarded.operation), LWNVME_ERR_FATAL);
    assert_false(is_held());
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(second.status, 0); /* not concerned */
    player_end(&player);
}

static void what_never_ends_in_time_ends_the_wait(void **state)
{
    struct lwnvme_sim_fault lost = {
        .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true};
    (void)state;
    start(0x20, 0);
    assert_true(lwnvme_sim_fault_add(player.bench.sim, &lost));
    reads[0].request.timeout_ms = 600000;
    assert_int_equal(read_one(0, player.bench.ns), 0);
    assert_int_equal(begin(1, true, 2), 0);
    for (uint32_t turn = 0; turn < 2000000 && guarded.entered == LWNVME_PENDING; turn++) {
        (void)lwnvme_controller_poll(player.bench.controller);
        lwnvme_sim_advance(player.bench.sim, 1000);
    }
    assert_int_equal(guarded.entered, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(finish(), LWNVME_ERR_OPERATION_TIMEOUT);
    assert_false(is_held());
    assert_int_equal(player.bench.ns->status, 0);
    player_end(&player);
}

static void a_removed_namespace_stays_removed(void **state)
{
    (void)state;
    start(0x20, 0);
    second.status = LWNVME_ERR_NS_REMOVED;
    assert_int_equal(begin(LWNVME_NSID_ALL, true, 2), 0);
    assert_int_equal(second.status, LWNVME_ERR_NS_REMOVED);
    until_entered();
    assert_int_equal(finish(), 0);
    assert_int_equal(second.status, LWNVME_ERR_NS_REMOVED);
    assert_int_equal(player.bench.ns->status, 0);
    player_end(&player);
}

static void one_that_cannot_be_read_again_says_why(void **state)
{
    struct lwnvme_sim_fault refused = {.kind = LWNVME_SIM_STATUS,
                                       .queue = LWNVME_SIM_ADMIN_QUEUE,
                                       .opcode = LWNVME_ADMIN_IDENTIFY,
                                       .status = 0x400b};
    (void)state;
    start(0x20, 0);
    assert_int_equal(begin(LWNVME_NSID_ALL, true, 2), 0);
    until_entered();
    assert_true(lwnvme_sim_fault_add(player.bench.sim, &refused));
    assert_int_equal(finish(), 0);
    assert_int_equal(player.bench.ns->status, 0x400b);
    assert_int_equal(read_one(0, player.bench.ns), 0x400b);
    assert_int_equal(second.status, 0);
    assert_false(is_held());
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_that_do_not_fit_are_refused),
        cmocka_unit_test(handles_are_what_they_were_if_nothing_was_done),
        cmocka_unit_test(a_handle_with_more_than_blocks_is_to_be_opened_again),
        cmocka_unit_test(what_is_in_flight_ends_what_waits_fails_and_the_new_is_refused),
        cmocka_unit_test(what_waited_before_the_operation_is_failed),
        cmocka_unit_test(the_effects_log_decides_whether_others_wait),
        cmocka_unit_test(fault_058_without_a_log_all_wait),
        cmocka_unit_test(fault_154_stale_geometry_is_never_used),
        cmocka_unit_test(a_guard_that_is_not_busy_lets_requests_wait),
        cmocka_unit_test(requests_that_waited_for_other_blocks_are_failed),
        cmocka_unit_test(an_end_before_the_command_gives_the_handles_back_as_they_were),
        cmocka_unit_test(an_end_after_the_command_reads_the_handles_again),
        cmocka_unit_test(a_guard_that_forsakes_sends_nothing_and_closes_the_handles),
        cmocka_unit_test(closing_the_controller_leaves_nothing_busy),
        cmocka_unit_test(a_reset_holds_the_queues_again_and_the_handles_are_read),
        cmocka_unit_test(a_queue_that_is_made_meanwhile_is_held_too),
        cmocka_unit_test(a_failed_controller_leaves_nothing_busy_or_held),
        cmocka_unit_test(what_never_ends_in_time_ends_the_wait),
        cmocka_unit_test(a_removed_namespace_stays_removed),
        cmocka_unit_test(one_that_cannot_be_read_again_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
