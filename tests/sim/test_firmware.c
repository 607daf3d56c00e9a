/* SPDX-License-Identifier: MIT */
/* Firmware update on a controller that checks its images, keeps slots, and activates with and without a reset. */
#include "scenario.h"

#define IMAGE_BYTES (6u * 4096u)

static uint8_t image[IMAGE_BYTES];
static struct lwnvme_firmware_update update;
static struct lwnvme_namespace *handles[1];

static void build(const char *revision, uint32_t flags)
{
    struct lwnvme_sim_image what = {.revision = revision, .flags = flags, .mdts = 2, .oncs = 0x0c};

    assert_true(lwnvme_sim_image_build(&what, image, sizeof(image)));
}

/* Three slots, the first one read-only, activation without a reset. */
static void start(struct scenario *s)
{
    s->settings.oacs |= 4;
    s->settings.frmw = 0x10 | 3u << 1 | 1;
    s->settings.cap_nssrs = true;
    s->time_limit_us = 1200 * SECOND_US;
    scenario_start(s);
    scenario_queue(s, 16);
    scenario_namespace(s);
    handles[0] = s->ns;
    memset(&update, 0, sizeof(update));
    update.image = image;
    update.image_bytes = IMAGE_BYTES;
    update.handles = handles;
    update.handle_count = 1;
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
}

static int run(struct scenario *s)
{
    int status = lwnvme_firmware_update_begin(s->controller, &update);

    return status != LWNVME_OK ? status : scenario_operation(s, &update.operation);
}

static void assert_runs(struct scenario *s, const char *revision)
{
    assert_string_equal(lwnvme_controller_get_info(s->controller)->firmware, revision);
}

static void try_io(struct scenario *s)
{
    uint8_t *data = scenario_memory(4096, 4096);

    assert_int_equal(lwnvme_sync_write(s->queue, s->ns, 8, 4096 >> s->ns->block_shift, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 8, 4096 >> s->ns->block_shift, data, 0), LWNVME_OK);
    free(data);
}

static void an_image_replaces_a_slot_and_runs_after_the_reset(void **state)
{
    struct scenario s;
    int asked;

    (void)state;
    for (asked = 0; asked < 2; asked++) {
        scenario_prepare(&s);
        start(&s);
        build("FW2", 0);
        update.reset = asked != 0;
        assert_int_equal(run(&s), LWNVME_OK);
        assert_int_equal(update.slot_used, 2);
        assert_int_equal(s.events[LWNVME_EVENT_RESET], asked);
        if (asked == 0) {
            assert_int_equal(update.outcome, LWNVME_FIRMWARE_AT_CONTROLLER_RESET);
            assert_int_equal(update.next_slot, 2);
            assert_int_equal(lwnvme_sim_firmware_next(s.sim), 2);
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        } else {
            assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
            assert_int_equal(update.active_slot, 2);
            assert_string_equal(update.revision, "FW2");
        }
        assert_runs(&s, "FW2");
        assert_int_equal(lwnvme_sim_firmware_active(s.sim), 2);
        try_io(&s);
        /* Back to the one that came with it, by its slot. */
        memset(&update, 0, sizeof(update));
        update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET;
        update.slot = 1;
        update.reset = true;
        assert_int_equal(run(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sim_firmware_active(s.sim), 1);
        scenario_end(&s);
    }
}

static void pieces_of_every_granularity_arrive_whole(void **state)
{
    static const struct {
        uint8_t fwug;
        uint32_t image_bytes;
        uint32_t piece_bytes;
    } cases[] = {{1, IMAGE_BYTES, 0},     {0, 4096 + 64, 0},      {255, 8192 + 4, 0}, {2, IMAGE_BYTES, 0},
                 {3, IMAGE_BYTES, 24576}, {1, IMAGE_BYTES, 8192}, {255, 20000, 6000}};
    struct lwnvme_sim_image what = {.revision = "PIECES"};
    struct scenario s;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        scenario_prepare(&s);
        s.settings.fwug = cases[i].fwug;
        start(&s);
        assert_true(lwnvme_sim_image_build(&what, image, cases[i].image_bytes));
        update.image_bytes = cases[i].image_bytes;
        update.piece_bytes = cases[i].piece_bytes;
        update.reset = true;
        assert_int_equal(run(&s), LWNVME_OK);
        assert_runs(&s, "PIECES");
        scenario_end(&s);
    }
}

static void fault_155_what_each_image_needs_is_told_and_then_it_runs(void **state)
{
    static const struct {
        uint32_t flags;
        enum lwnvme_firmware_outcome at_reset; /* committed for the next reset */
        enum lwnvme_firmware_outcome now;      /* to be activated at once */
        int now_status;
    } cases[] = {{0, LWNVME_FIRMWARE_AT_CONTROLLER_RESET, LWNVME_FIRMWARE_ACTIVE, 0},
                 {LWNVME_SIM_IMAGE_CONTROLLER_RESET, LWNVME_FIRMWARE_AT_CONTROLLER_RESET,
                  LWNVME_FIRMWARE_AT_CONTROLLER_RESET, 0},
                 {LWNVME_SIM_IMAGE_SUBSYSTEM_RESET, LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET,
                  LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET, 0},
                 {LWNVME_SIM_IMAGE_CONVENTIONAL_RESET, LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET,
                  LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET, 0},
                 {LWNVME_SIM_IMAGE_TOO_SLOW, LWNVME_FIRMWARE_AT_CONTROLLER_RESET,
                  LWNVME_FIRMWARE_TIME_EXCEEDED, LWNVME_SC_FIRMWARE_NEEDS_MAXIMUM_TIME}};
    struct scenario s;
    size_t i;
    int now;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]) * 2; i++) {
        now = i % 2 != 0;
        scenario_prepare(&s);
        start(&s);
        build("NEEDS", cases[i / 2].flags);
        if (now)
            update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
        assert_int_equal(lwnvme_status_code(run(&s)), now ? cases[i / 2].now_status : 0);
        assert_int_equal(update.outcome, now ? cases[i / 2].now : cases[i / 2].at_reset);
        try_io(&s);
        if (update.outcome == LWNVME_FIRMWARE_AT_CONTROLLER_RESET)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        if (update.outcome == LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET) {
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
            assert_int_equal(lwnvme_sim_firmware_active(s.sim), 1); /* that was not enough */
            assert_int_equal(lwnvme_controller_subsystem_reset(s.controller), LWNVME_OK);
            assert_int_equal(scenario_settle(&s), LWNVME_OK);
        }
        if (update.outcome == LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET) {
            lwnvme_sim_power_cut(s.sim);
            assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        }
        if (update.outcome != LWNVME_FIRMWARE_TIME_EXCEEDED)
            assert_runs(&s, "NEEDS");
        try_io(&s);
        scenario_end(&s);
    }
}

static void fault_155_images_that_cannot_be_are_refused_whole(void **state)
{
    struct lwnvme_firmware_commit_select select = {.action = 1, .slot = 2};
    struct tracked *io;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    build("SPOILED", LWNVME_SIM_IMAGE_SPOILED);
    assert_int_equal(lwnvme_status_code(run(&s)), LWNVME_SC_INVALID_FIRMWARE_IMAGE);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_NONE);
    build("PROHIBIT", LWNVME_SIM_IMAGE_PROHIBITED);
    assert_int_equal(lwnvme_status_code(run(&s)), LWNVME_SC_FIRMWARE_ACTIVATION_PROHIBITED);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_PROHIBITED);
    /* It is there; it was not the image that was bad. */
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE;
    assert_int_equal(run(&s), LWNVME_OK);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_STORED);
    /* An overlap, by hand. */
    io = scenario_request(&s);
    assert_int_equal(
        scenario_accept(io, lwnvme_firmware_download(s.controller, &io->request, 0, image, 4096)), 0);
    scenario_wait_all(&s, NULL);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(
        scenario_accept(io, lwnvme_firmware_download(s.controller, &io->request, 0, image, 4096)), 0);
    scenario_wait_all(&s, NULL);
    assert_int_equal(lwnvme_status_code(io->request.status), LWNVME_SC_OVERLAPPING_RANGE);
    /* What is there already makes a whole update overlap, too; a reset makes the controller forget. */
    build("AFTER", 0);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
    assert_int_equal(lwnvme_status_code(run(&s)), LWNVME_SC_OVERLAPPING_RANGE);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(scenario_accept(io, lwnvme_firmware_commit(s.controller, &io->request, &select)), 0);
    scenario_wait_all(&s, NULL);
    assert_int_equal(lwnvme_status_code(io->request.status), LWNVME_SC_INVALID_FIRMWARE_IMAGE);
    update.reset = true;
    assert_int_equal(run(&s), LWNVME_OK);
    assert_runs(&s, "AFTER");
    scenario_end(&s);
}

static void an_image_that_does_not_start_is_told(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    build("BROKEN", LWNVME_SIM_IMAGE_WILL_NOT_START);
    update.reset = true;
    assert_int_equal(run(&s), LWNVME_OK);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_STORED);
    assert_int_equal(update.active_slot, 1);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    assert_int_equal(lwnvme_status_code(run(&s)), LWNVME_SC_INVALID_FIRMWARE_IMAGE);
    assert_int_equal(lwnvme_sim_firmware_active(s.sim), 1);
    try_io(&s);
    scenario_end(&s);
}

/* Reads without a pause, in all phases of the activation. */
static struct tracked *busy[8];
static uint8_t *busy_data;
static bool busy_stops;
static struct scenario *busy_scenario;

static void busy_next(struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(io->data, 4096);

    assert_int_equal(io->request.status, LWNVME_OK);
    if (!busy_stops)
        assert_int_equal(
            scenario_accept(io, lwnvme_read(busy_scenario->queue, busy_scenario->ns, &io->request, 8,
                                            4096 >> busy_scenario->ns->block_shift, &buffer)),
            LWNVME_OK);
}

static void busy_start(struct scenario *s)
{
    size_t i;

    busy_scenario = s;
    busy_stops = false;
    busy_data = scenario_memory(8 * 4096, 4096);
    for (i = 0; i < 8; i++) {
        busy[i] = scenario_request(s);
        busy[i]->data = busy_data + i * 4096;
        busy[i]->then = busy_next;
        busy_next(busy[i]);
    }
}

static void busy_end(struct scenario *s)
{
    busy_stops = true;
    scenario_wait_all(s, s->queue);
    free(busy_data);
}

static void fault_156_io_waits_for_an_activation_and_none_is_lost(void **state)
{
    struct scenario s;
    uint64_t before;

    (void)state;
    scenario_prepare(&s);
    s.settings.latency_us = 300;
    s.settings.firmware_activation_us = 1500000;
    start(&s);
    build("AT_ONCE", 0);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    busy_start(&s);
    assert_int_equal(lwnvme_firmware_update_begin(s.controller, &update), LWNVME_OK);
    before = scenario_now(&s);
    while (lwnvme_operation_active(&update.operation)) {
        (void)lwnvme_controller_poll(s.controller);
        (void)lwnvme_queue_poll(s.queue, 0);
        lwnvme_sim_advance(s.sim, 100);
    }
    assert_int_equal(update.operation.status, LWNVME_OK);
    assert_true(scenario_now(&s) - before >= 1500000);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    assert_int_equal(update.active_slot, 2);
    assert_runs(&s, "AT_ONCE");
    busy_end(&s);
    assert_int_equal(s.events[LWNVME_EVENT_RESET], 0);
    scenario_end(&s);
}

static void fault_156_an_activation_that_never_ends_gives_the_controller_up(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.mtfa = 0;
    s.settings.firmware_activation_never_ends = true;
    start(&s);
    build("NEVER", 0);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    assert_int_equal(run(&s), LWNVME_ERR_TIMEOUT);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_NO_END);
    assert_int_equal(s.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
    assert_true(scenario_now(&s) < 300 * SECOND_US);
    lwnvme_sim_settings(s.sim)->firmware_activation_never_ends = false;
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    scenario_namespace(&s);
    try_io(&s);
    scenario_end(&s);
}

static void fault_157_smaller_transfers_after_an_activation(void **state)
{
    struct lwnvme_namespace *unlisted = calloc(1, sizeof(*unlisted));
    uint8_t *data = scenario_memory(65536, 4096);
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 1, unlisted), LWNVME_OK);
    build("SMALLER", LWNVME_SIM_IMAGE_SETS_MDTS | LWNVME_SIM_IMAGE_SETS_ONCS);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    assert_int_equal(run(&s), LWNVME_OK);
    assert_true(update.limits_changed);
    assert_int_equal(s.ns->max_blocks, 32);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 128, data, 0), LWNVME_OK); /* in four */
    assert_int_equal(lwnvme_sync_read(s.queue, unlisted, 0, 128, data, 0), LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_compare(s.queue, s.ns, 0, 1, data, 0), LWNVME_ERR_NO_COMPARE);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 128, data, 0), LWNVME_OK);
    scenario_end(&s);
    free(data);
    free(unlisted);
}

/* Firmware of a later version of the specification: VS is another one after the reset that activates it, be that asked
 * for, or begun because a command was lost. It is the same controller, which has not left. */
static void fault_157_another_version_after_the_reset(void **state)
{
    static struct lwnvme_recovery recovery;
    struct lwnvme_sim_image what = {.revision = "NEWER", .flags = LWNVME_SIM_IMAGE_SETS_VS, .vs = 0x20100};
    struct scenario s;
    int way;

    (void)state;
    for (way = 0; way < 3; way++) {
        scenario_prepare(&s);
        s.settings.disable_delay_us = 20000;
        start(&s);
        assert_true(lwnvme_sim_image_build(&what, image, sizeof(image)));
        memset(&recovery, 0, sizeof(recovery));
        if (way == 2)
            assert_int_equal(lwnvme_recovery_start(s.controller, &recovery, NULL), LWNVME_OK);
        update.reset = way == 0;
        assert_int_equal(run(&s), LWNVME_OK);
        if (way == 1)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        if (way == 2)
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STUCK,
                                                         .queue = LWNVME_SIM_IO_QUEUES,
                                                         .any_opcode = true});
        try_io(&s);
        assert_runs(&s, "NEWER");
        assert_int_equal(lwnvme_controller_get_info(s.controller)->version, 0x20100);
        assert_int_equal(recovery.counts.resets, way == 2);
        assert_int_equal(s.events[LWNVME_EVENT_GONE], 0);
        scenario_end(&s);
    }
}

/* Power is cut, or the controller reset, before each command of the update. The next begin succeeds, and what runs is
 * the old image or the new one, as the controller says. */
static void fault_158_a_power_cut_or_a_reset_at_each_command(void **state)
{
    struct scenario s;
    uint32_t at;
    int how;

    (void)state;
    for (how = 0; how < 2; how++) {
        for (at = 0; at < IMAGE_BYTES / 4096 + 1; at++) {
            bool commit = at == IMAGE_BYTES / 4096;

            scenario_prepare(&s);
            start(&s);
            build("SWEEP", 0);
            scenario_fault(
                &s, (struct lwnvme_sim_fault){.kind = how == 0 ? LWNVME_SIM_POWER_CUT : LWNVME_SIM_LOSE,
                                              .queue = LWNVME_SIM_ADMIN_QUEUE,
                                              .opcode = commit ? LWNVME_ADMIN_FIRMWARE_COMMIT
                                                               : LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD,
                                              .skip = commit ? 0 : at});
            assert_int_equal(lwnvme_firmware_update_begin(s.controller, &update), LWNVME_OK);
            while (how == 1 && !(update.operation.stage != 0 || update.bytes_done == at * 4096)) {
                (void)scenario_poll(&s);
                lwnvme_sim_advance(s.sim, 50);
            }
            if (how == 1) {
                lwnvme_sim_advance(s.sim, 1000);
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            }
            assert_int_not_equal(scenario_operation(&s, &update.operation), LWNVME_OK);
            if (how == 0)
                assert_int_equal(scenario_reset(&s), LWNVME_OK);
            assert_int_equal(lwnvme_sim_firmware_active(s.sim), 1);
            lwnvme_sim_faults_clear(s.sim);
            update.reset = true;
            assert_int_equal(run(&s), LWNVME_OK);
            assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
            assert_runs(&s, "SWEEP");
            try_io(&s);
            scenario_end(&s);
        }
    }
}

static void the_blocking_form_is_begin_and_wait(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    start(&s);
    build("BLOCKING", 0);
    update.reset = true;
    assert_int_equal(lwnvme_firmware_update_begin(s.controller, &update), LWNVME_OK);
    assert_int_equal(lwnvme_sync_operation(&update.operation), LWNVME_OK);
    assert_runs(&s, "BLOCKING");
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_replaces_a_slot_and_runs_after_the_reset),
        cmocka_unit_test(pieces_of_every_granularity_arrive_whole),
        cmocka_unit_test(fault_155_what_each_image_needs_is_told_and_then_it_runs),
        cmocka_unit_test(fault_155_images_that_cannot_be_are_refused_whole),
        cmocka_unit_test(an_image_that_does_not_start_is_told),
        cmocka_unit_test(fault_156_io_waits_for_an_activation_and_none_is_lost),
        cmocka_unit_test(fault_156_an_activation_that_never_ends_gives_the_controller_up),
        cmocka_unit_test(fault_157_smaller_transfers_after_an_activation),
        cmocka_unit_test(fault_157_another_version_after_the_reset),
        cmocka_unit_test(fault_158_a_power_cut_or_a_reset_at_each_command),
        cmocka_unit_test(the_blocking_form_is_begin_and_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
