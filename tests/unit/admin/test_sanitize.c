/* SPDX-License-Identifier: MIT */
/* Sanitize: what is refused, what is sent, and what the log page says about it. */
#include "player.h"

static struct {
    uint32_t sanicap;
    uint32_t status; /* of the command */
    uint32_t log_status;
    uint8_t log[40];
    uint32_t busy_reads; /* so many readings of the log after the command show it under way */
    bool started;        /* one is */
    uint16_t done;       /* SPROG */
    uint8_t ends_as;     /* SOS */
    uint8_t verifies;    /* SANS while it is under way */
} device;

static struct player player;
static struct lwnvme_sanitize sanitize;
static struct lwnvme_namespace *handles[1];
static uint8_t memory[4096];

static void identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)p;
    (void)nsid;
    if (cns == LWNVME_CNS_CONTROLLER) {
        data[328] = (uint8_t)device.sanicap;
    }
}

static void log_estimate(uint32_t index, uint32_t seconds)
{
    lwnvme_le32_set((struct lwnvme_le32 *)(void *)&device.log[8 + 4 * index], seconds);
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)p;
    (void)dw0;
    if ((command[0] & 0xffu) == LWNVME_ADMIN_SANITIZE) {
        device.started = device.status == 0 && (command[10] & 7) != 1;
        lwnvme_le32_set((struct lwnvme_le32 *)(void *)&device.log[4], command[10]);
        return device.status;
    }
    assert_int_equal(command[10] & 0x80ff, 0x8081); /* the event stays */
    memset(page, 0, 4096);
    memcpy(page, device.log, sizeof(device.log));
    if (device.started && device.busy_reads != 0) {
        device.busy_reads--;
        page[0] = (uint8_t)device.done;
        page[1] = (uint8_t)(device.done >> 8);
        page[2] = 2;
        page[36] = device.verifies;
    } else if (device.started) {
        device.started = false;
        device.log[2] = device.ends_as;
        page[2] = device.ends_as;
    }
    return device.log_status;
}

static void start(uint32_t sanicap)
{
    player_prepare(&player);
    memset(&device, 0, sizeof(device));
    memset(&sanitize, 0, sizeof(sanitize));
    device.sanicap = sanicap;
    device.ends_as = 1;
    player.bench.settings.sanicap = 0;
    player.identify = identify;
    player.answer = answer;
    player.plays[LWNVME_ADMIN_SANITIZE] = true;
    player.plays_log[LWNVME_LOG_SANITIZE_STATUS] = true;
    player_start(&player);
    handles[0] = player.bench.ns;
    sanitize.handles = handles;
    sanitize.handle_count = 1;
    sanitize.action = LWNVME_SANACT_BLOCK_ERASE;
}

static int begin(void)
{
    return lwnvme_sanitize_begin(player.bench.controller, &sanitize);
}

static int follow(void)
{
    int status = lwnvme_sanitize_follow(player.bench.controller, &sanitize);

    return status != 0 ? status : player_finish(&player, &sanitize.operation);
}

static int run(void)
{
    int status = begin();

    return status != 0 ? status : player_finish(&player, &sanitize.operation);
}

static void what_cannot_be_is_refused_before_any_command(void **state)
{
    static struct lwnvme_controller closed;
    /* SANICAP, action, verification afterwards. */
    static const uint8_t lacking[][3] = {{1, 2, 0}, {1, 3, 0}, {2, 4, 0}, {6, 4, 0},
                                         {2, 2, 1}, {7, 5, 0}, {8, 5, 0}, {8, 1, 0}};
    static const uint8_t odd[] = {0, 6, 7, 8, 255};
    (void)state;
    start(0);
    assert_int_equal(lwnvme_sanitize_begin(player.bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sanitize_begin(NULL, &sanitize), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sanitize_begin(&closed, &sanitize), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_sanitize_follow(player.bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(begin(), LWNVME_ERR_NO_SANITIZE);
    assert_int_equal(follow(), LWNVME_ERR_NO_SANITIZE);
    player_end(&player);
    for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
        start(lacking[i][0]);
        sanitize.action = lacking[i][1];
        sanitize.verify = lacking[i][2] != 0;
        assert_int_equal(begin(), LWNVME_ERR_NO_SANITIZE);
        assert_int_equal(player.bench.ns->status, 0);
        player_end(&player);
    }
    start(15);
    for (size_t i = 0; i < sizeof(odd); i++) {
        sanitize.action = odd[i];
        assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    }
    sanitize.action = LWNVME_SANACT_OVERWRITE;
    sanitize.pass_count = 17;
    assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    sanitize.pass_count = 16;
    sanitize.handles = NULL;
    assert_int_equal(begin(), LWNVME_ERR_NULL_ARGUMENT);
    player_turns(&player, 20);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

static void every_field_has_its_place(void **state)
{
    static const struct {
        struct lwnvme_sanitize in;
        uint32_t dw10;
        uint32_t dw11;
    } cases[] = {
        {{.action = 1, .unrestricted = true, .no_deallocate = true, .pattern = 5}, 1, 0},
        {{.action = 2}, 2, 0},
        {{.action = 2, .unrestricted = true, .pattern = 5, .pass_count = 3, .invert = true}, 2 | 1u << 3, 0},
        {{.action = 4, .no_deallocate = true}, 4 | 1u << 9, 0},
        {{.action = 4, .verify = true}, 4 | 1u << 10, 0},
        {{.action = 5}, 5, 0},
        {{.action = 3, .pattern = 0xdeadbeef}, 3 | 1u << 4, 0xdeadbeef},
        {{.action = 3, .pass_count = 15}, 3 | 15u << 4, 0},
        {{.action = 3, .pass_count = 16, .invert = true}, 3 | 1u << 8, 0},
    };
    (void)state;
    start(15);
    device.log[2] = 1;
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sanitize = cases[i].in;
        assert_int_equal(run(), 0);
        assert_int_equal(player_sent(&player, 0x84, i)[10], cases[i].dw10);
        assert_int_equal(player_sent(&player, 0x84, i)[11], cases[i].dw11);
        assert_int_equal(player_sent(&player, 0x84, i)[1], 0);
    }
    player_end(&player);
}

static void the_log_says_how_far_it_is_and_how_it_ended(void **state)
{
    (void)state;
    start(7);
    log_estimate(0, 11);
    log_estimate(1, 100);
    log_estimate(2, 33);
    log_estimate(4, 200);
    device.busy_reads = UINT32_MAX;
    device.done = 0x4000;
    assert_int_equal(begin(), 0);
    assert_int_equal(lwnvme_sync_read(player.bench.queue, player.bench.ns, 0, 1, memory, 0),
                     LWNVME_ERR_NS_BUSY);
    player_turns(&player, 100000); /* 10 s */
    assert_int_equal(sanitize.operation.progress_percent, 25);
    assert_int_equal(sanitize.operation.left_s, 75);
    assert_int_equal(sanitize.estimate_s, 100);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_IN_PROGRESS);
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    assert_int_equal(player.bench.queue->slow & LWNVME_SLOW_HELD, 0);
    assert_true(player.of[2] > 30 && player.of[2] < 55);
    device.done = 0xffff;
    player_turns(&player, 20000);
    assert_int_equal(sanitize.operation.progress_percent, 99);
    device.busy_reads = 0;
    device.log[3] = 1; /* GDE */
    device.log[36] = 0;
    assert_int_equal(player_finish(&player, &sanitize.operation), 0);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
    assert_true(sanitize.data_erased);
    assert_int_equal(sanitize.operation.progress_percent, 100);
    player_try_io(&player);
    /* Without deallocation another estimate counts. */
    sanitize.no_deallocate = true;
    device.ends_as = 4;
    assert_int_equal(run(), 0);
    assert_int_equal(sanitize.estimate_s, 200);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED_DEALLOCATED);
    player_end(&player);
}

static void a_failure_is_typed(void **state)
{
    (void)state;
    start(7);
    sanitize.action = LWNVME_SANACT_OVERWRITE;
    sanitize.pass_count = 3;
    device.ends_as = 3 | 2 << 3; /* failed after two passes */
    device.log[36] = 4 | 3 << 4;
    assert_int_equal(run(), LWNVME_ERR_SANITIZE_FAILED);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_FAILED);
    assert_int_equal(sanitize.passes_done, 2);
    assert_int_equal(sanitize.state, LWNVME_SANITIZE_STATE_UNRESTRICTED_FAILURE);
    assert_int_equal(sanitize.failed_state, LWNVME_SANITIZE_STATE_UNRESTRICTED_PROCESSING);
    assert_int_not_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    /* Which the next open is told. */
    assert_int_equal(follow(), LWNVME_ERR_SANITIZE_FAILED);
    assert_false(sanitize.found);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_FAILED);
    /* And left; the log goes on saying it. */
    sanitize.action = LWNVME_SANACT_EXIT_FAILURE_MODE;
    assert_int_equal(run(), 0);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_FAILED);
    device.status = 0x401c;
    assert_int_equal(run(), 0x401c);
    player_end(&player);
}

static void what_the_log_cannot_say_is_no_success(void **state)
{
    (void)state;
    start(7);
    for (uint8_t sos = 5; sos < 8; sos++) {
        device.ends_as = sos;
        assert_int_equal(run(), LWNVME_ERR_LOG_DATA);
        assert_int_equal(sanitize.result, LWNVME_SANITIZE_UNKNOWN);
        assert_int_equal(follow(), LWNVME_ERR_LOG_DATA);
        device.log[2] = 0;
    }
    device.ends_as = 0; /* never sanitized, says one that was just told to */
    assert_int_equal(run(), LWNVME_ERR_LOG_DATA);
    assert_int_equal(follow(), 0);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_NEVER);
    device.log_status = 0x4109;
    assert_int_equal(run(), 0x4109);
    assert_int_equal(follow(), 0x4109);
    player_try_io(&player);
    player_end(&player);
}

static void fault_159_one_that_somebody_started_is_found_and_followed(void **state)
{
    (void)state;
    start(7);
    device.log[2] = 2;
    device.log[4] = 2;
    device.done = 0x8000;
    device.started = true;
    device.busy_reads = 3;
    assert_int_equal(run(), LWNVME_ERR_SANITIZE_IN_PROGRESS);
    assert_int_equal(player.of[0x84], 0);
    assert_int_equal(player.bench.ns->status, 0);
    device.started = true;
    device.busy_reads = 1000;
    assert_int_equal(lwnvme_sanitize_follow(player.bench.controller, &sanitize), 0);
    player_turns(&player, 5000);
    assert_true(sanitize.found);
    assert_int_equal(sanitize.operation.progress_percent, 50);
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    device.busy_reads = 0;
    assert_int_equal(player_finish(&player, &sanitize.operation), 0);
    assert_int_equal(player.of[0x84], 0);
    player_try_io(&player);
    player_end(&player);
}

static void fault_159_it_is_followed_over_a_reset(void **state)
{
    (void)state;
    start(7);
    device.busy_reads = UINT32_MAX;
    assert_int_equal(begin(), 0);
    player_turns(&player, 3000);
    /* Once between the readings, once in one. */
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    player_settings(&player)->admin_latency_us = 1000000;
    player_turns(&player, 5000);
    assert_true(lwnvme_request_active(&sanitize.operation.request));
    player_settings(&player)->admin_latency_us = 0;
    assert_int_equal(lwnvme_controller_reset(player.bench.controller), 0);
    assert_int_equal(bench_settle(&player.bench), 0);
    player_turns(&player, 3000);
    assert_true(lwnvme_operation_active(&sanitize.operation));
    device.busy_reads = 0;
    assert_int_equal(player_finish(&player, &sanitize.operation), 0);
    assert_int_equal(player.of[0x84], 1);
    player_try_io(&player);
    player_end(&player);
}

static void a_command_given_back_by_a_reset_is_looked_for_in_the_log(void **state)
{
    (void)state;
    for (int started = 0; started < 2; started++) {
        start(7);
        assert_true(lwnvme_sim_fault_add(player.bench.sim,
                                         &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_LOSE,
                                                                    .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                                    .opcode = LWNVME_ADMIN_SANITIZE}));
        assert_int_equal(begin(), 0);
        player_turns(&player, 100);
        assert_true(lwnvme_request_active(&sanitize.operation.request));
        assert_int_equal(sanitize.operation.request.command.opcode, LWNVME_ADMIN_SANITIZE);
        assert_int_equal(lwnvme_controller_reset(player.bench.controller), 0);
        assert_int_equal(bench_settle(&player.bench), 0);
        device.started = started != 0;
        device.busy_reads = 2;
        assert_int_equal(player_finish(&player, &sanitize.operation), started != 0 ? 0 : LWNVME_ERR_ABORTED);
        player_try_io(&player);
        player_end(&player);
    }
}

static void media_to_be_verified_end_the_operation(void **state)
{
    (void)state;
    start(15);
    sanitize.verify = true;
    device.busy_reads = UINT32_MAX;
    device.verifies = LWNVME_SANITIZE_STATE_RESTRICTED_PROCESSING;
    assert_int_equal(begin(), 0);
    player_turns(&player, 5000);
    assert_true(lwnvme_operation_active(&sanitize.operation));
    device.verifies = LWNVME_SANITIZE_STATE_MEDIA_VERIFICATION;
    assert_int_equal(player_finish(&player, &sanitize.operation), 0);
    assert_int_equal(sanitize.state, LWNVME_SANITIZE_STATE_MEDIA_VERIFICATION);
    player_try_io(&player);
    /* Leaving that state deallocates, which takes its time. */
    sanitize.verify = false;
    sanitize.action = LWNVME_SANACT_EXIT_MEDIA_VERIFICATION;
    device.verifies = LWNVME_SANITIZE_STATE_POST_VERIFICATION_DEALLOCATION;
    assert_int_equal(begin(), 0);
    player_turns(&player, 5000);
    assert_true(lwnvme_operation_active(&sanitize.operation));
    device.busy_reads = 0;
    assert_int_equal(player_finish(&player, &sanitize.operation), 0);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
    player_end(&player);
}

static void a_device_that_refuses_is_told_whole(void **state)
{
    static const uint32_t answers[] = {0x4002, 0x001d, 0x4123, 0x0111};
    (void)state;
    start(7);
    for (size_t i = 0; i < 4; i++) {
        device.status = answers[i];
        assert_int_equal(run(), (int)answers[i]);
        player_try_io(&player);
    }
    player_end(&player);
}

static void the_deadline_follows_the_estimate(void **state)
{
    static const struct {
        uint32_t estimate_s;
        uint32_t timeout_ms;
        uint64_t limit_s;
    } cases[] = {{100, 0, 86400}, {0xffffffff, 0, 86400}, {400000, 0, 800000}, {400000, 5000, 5}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(7);
        log_estimate(1, cases[i].estimate_s);
        device.busy_reads = UINT32_MAX;
        sanitize.operation.timeout_ms = cases[i].timeout_ms;
        assert_int_equal(begin(), 0);
        player_turns(&player, 1000);
        assert_int_equal(sanitize.operation.deadline_us - sanitize.operation.begun_us,
                         cases[i].limit_s * 1000000);
        assert_int_equal(sanitize.operation.left_s == LWNVME_OPERATION_UNKNOWN,
                         cases[i].estimate_s == 0xffffffff);
        lwnvme_sim_advance(player.bench.sim, cases[i].limit_s * 1000000);
        (void)lwnvme_controller_poll(player.bench.controller);
        assert_int_equal(sanitize.operation.status, LWNVME_ERR_OPERATION_TIMEOUT);
        player_turns(&player, 50);
        assert_int_equal(player.bench.ns->status, 0); /* the device refuses for itself */
        player_end(&player);
    }
}

/* A look at the log that cannot be sent ends it before anything is erased, and nobody's handle stays refused. */
static void what_cannot_be_sent_ends_it(void **state)
{
    (void)state;
    start(7);
    sanitize.action = LWNVME_SANACT_BLOCK_ERASE;
    sanitize.operation.request.flags = 0x4000; /* no such flag */
    assert_int_equal(run(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    assert_int_equal(player.bench.ns->status, 0);
    player_try_io(&player);
    sanitize.operation.request.flags = 0;
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused_before_any_command),
        cmocka_unit_test(every_field_has_its_place),
        cmocka_unit_test(the_log_says_how_far_it_is_and_how_it_ended),
        cmocka_unit_test(a_failure_is_typed),
        cmocka_unit_test(what_the_log_cannot_say_is_no_success),
        cmocka_unit_test(fault_159_one_that_somebody_started_is_found_and_followed),
        cmocka_unit_test(fault_159_it_is_followed_over_a_reset),
        cmocka_unit_test(a_command_given_back_by_a_reset_is_looked_for_in_the_log),
        cmocka_unit_test(media_to_be_verified_end_the_operation),
        cmocka_unit_test(a_device_that_refuses_is_told_whole),
        cmocka_unit_test(the_deadline_follows_the_estimate),
        cmocka_unit_test(what_cannot_be_sent_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
