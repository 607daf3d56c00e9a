/* SPDX-License-Identifier: MIT */
/* The blocking forms of the smaller admin capabilities: each sends its own command, waits for it, hands its result on,
 * and is refused where it may not wait. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_events events;
static struct counted victim;
static uint32_t sent[16];
static uint32_t commands;
static uint32_t answer_status;
static bool answers;

static uint8_t memory[4096] __attribute__((aligned(4096)));
static struct lwnvme_buffer buffer;
static struct lwnvme_security_select security = {.protocol = 2};
static struct lwnvme_directive_parameters directives;
static struct lwnvme_stream_parameters streams;
static struct lwnvme_stream_status stream_status;
static struct lwnvme_lockdown_select lockdown = {.scope = LWNVME_LOCKDOWN_SCP_FEATURE, .identifier = 4};
static struct lwnvme_lba_status lba_status;
static uint32_t number;
static uint16_t identifier;

/* X(name, (arguments after the controller), opcode, dword 10, dword 11). */
#define CALLS(X)                                                                                             \
    X(security_send, (&security, &buffer, 512), 0x81, 0x02000000, 512)                                       \
    X(security_receive, (&security, &buffer, 512), 0x82, 0x02000000, 512)                                    \
    X(directive_identify, (1, &directives), 0x1a, 1023, 0x0001)                                              \
    X(directive_enable, (1, 1, true), 0x19, 0, 0x0001)                                                       \
    X(stream_identify, (1, &streams), 0x1a, 7, 0x0101)                                                       \
    X(stream_get_status, (1, &stream_status), 0x1a, 1023, 0x0102)                                            \
    X(stream_allocate, (1, 3, &number), 0x1a, 0, 0x0103)                                                     \
    X(stream_release, (1, 3), 0x19, 0, 0x00030101)                                                           \
    X(stream_release_all, (1), 0x19, 0, 0x0102)                                                              \
    X(virtualization_allocate_primary, (1, LWNVME_VIRTUAL_QUEUES, 4, &number), 0x1c, 0x00010001, 4)          \
    X(virtualization_assign_secondary, (2, LWNVME_VIRTUAL_INTERRUPTS, 4, &number), 0x1c, 0x00020108, 4)      \
    X(virtualization_set_online, (2, true), 0x1c, 0x00020009, 0)                                             \
    X(lockdown, (&lockdown), 0x24, 0x0402, 0)                                                                \
    X(lba_status_get, (&lba_status), 0x86, 0, 0)                                                             \
    X(capacity_select, (3), 0x20, 0x00030000, 0)                                                             \
    X(capacity_create_group, (4096, &identifier), 0x20, 1, 4096)                                             \
    X(capacity_create_set, (2, 4096, &identifier), 0x20, 0x00020003, 4096)                                   \
    X(capacity_delete_group, (2), 0x20, 0x00020002, 0)                                                       \
    X(capacity_delete_set, (2), 0x20, 0x00020004, 0)                                                         \
    X(boot_partition_activate, (1), 0x10, 0x80000038, 0)

#define UNWRAP(...) __VA_ARGS__

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0) {
        memcpy(sent, command, sizeof(sent));
        commands++;
    }
}

/* Whatever the model knows of these commands: they end as the test says. */
static void put_answer(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    if (sqid == 0 && answers) {
        completion[0] = 0xffff0007;
        completion[3] = (completion[3] & 0xffff) | answer_status << 17;
    }
}

static void tell(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    (void)from;
    (void)event;
}

static void start(void)
{
    bench_prepare(&bench);
    bench.settings.oacs = 0xffff;
    bench.settings.ctratt = 0x7800;
    bench.settings.cap_bps = true;
    bench.settings.boot_partition_units = 1;
    bench.settings.strict_reserved = false;
    bench_start(&bench);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    lwnvme_sim_settings(bench.sim)->on_completion = put_answer;
    buffer = lwnvme_buffer_cpu(memory, sizeof(memory));
    memset(&events, 0, sizeof(events));
    events.event = tell;
    events.enable = LWNVME_EVENTS_ALL;
    lba_status.nsid = 1;
    lba_status.action = LWNVME_LBA_STATUS_ATYPE_TRACKED;
    counted_init(&victim, NULL);
    commands = 0;
    answer_status = 0;
    answers = false;
}

#define EXPECT_SENT(name, arguments, opcode, cdw10, cdw11)                                                   \
    number = 0;                                                                                              \
    identifier = 0;                                                                                          \
    assert_int_equal(lwnvme_sync_##name(bench.controller, UNWRAP arguments), 0);                             \
    assert_int_equal(sent[0] & 0xff, opcode);                                                                \
    assert_int_equal(sent[10], cdw10);                                                                       \
    assert_int_equal(sent[11], cdw11);                                                                       \
    assert_true(number == 0 || number == 7);                                                                 \
    results += number != 0 || identifier == 7;                                                               \
    assert_int_equal(commands, ++expected);

static void each_sends_its_command_and_waits(void **state)
{
    uint32_t expected = 0;
    uint32_t results = 0;
    (void)state;
    start();
    answers = true;
    CALLS(EXPECT_SENT)
    assert_int_equal(results, 5);
    /* Who does not want the result does not get one. */
    assert_int_equal(lwnvme_sync_stream_allocate(bench.controller, 1, 3, NULL), 0);
    assert_int_equal(lwnvme_sync_capacity_create_group(bench.controller, 4096, NULL), 0);
    bench_end(&bench);
}

#define EXPECT_STATUS(name, arguments, opcode, cdw10, cdw11)                                                 \
    number = 55;                                                                                             \
    identifier = 55;                                                                                         \
    assert_int_equal(lwnvme_sync_##name(bench.controller, UNWRAP arguments), 0x4002);                        \
    assert_int_equal(number, 55);                                                                            \
    assert_int_equal(identifier, 55);

static void the_controllers_no_is_the_result(void **state)
{
    (void)state;
    start();
    answers = true;
    answer_status = 0x4002;
    CALLS(EXPECT_STATUS)
    bench_end(&bench);
}

#define EXPECT_NULL(name, arguments, opcode, cdw10, cdw11)                                                   \
    assert_int_equal(lwnvme_sync_##name(NULL, UNWRAP arguments), LWNVME_ERR_NULL_ARGUMENT);

#define EXPECT_REFUSED(name, arguments, opcode, cdw10, cdw11)                                                \
    assert_int_equal(lwnvme_sync_##name(bench.controller, UNWRAP arguments), LWNVME_ERR_IN_CALLBACK);

static void from_inside(struct counted *io)
{
    (void)io;
    CALLS(EXPECT_REFUSED)
    assert_int_equal(lwnvme_sync_abort(bench.controller, NULL, &victim.request, NULL),
                     LWNVME_ERR_IN_CALLBACK);
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), LWNVME_ERR_IN_CALLBACK);
}

static void none_waits_without_a_controller_or_inside_a_callback(void **state)
{
    static struct counted io;
    static uint8_t data[4096];
    (void)state;
    start();
    CALLS(EXPECT_NULL)
    assert_int_equal(lwnvme_sync_abort(NULL, NULL, &victim.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_events_start(NULL, &events), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_events_stop(NULL), LWNVME_ERR_NULL_ARGUMENT);
    counted_init(&io, NULL);
    io.then = from_inside;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(commands, 1);
    bench_end(&bench);
}

static void an_abort_says_whether_it_took_effect(void **state)
{
    struct lwnvme_buffer data = lwnvme_buffer_cpu(memory, sizeof(memory));
    bool took_effect = false;
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->latency_us = 1000000;
    for (int round = 0; round < 2; round++) {
        lwnvme_sim_settings(bench.sim)->abort_does_nothing = round != 0;
        assert_int_equal(lwnvme_read(bench.queue, bench.ns, &victim.request, 0, 1, &data), 0);
        assert_int_equal(lwnvme_sync_abort(bench.controller, bench.queue, &victim.request, &took_effect), 0);
        assert_int_equal(took_effect, round == 0);
        bench_wait(&bench, &victim.request);
        assert_int_equal(lwnvme_sync_abort(bench.controller, bench.queue, &victim.request, NULL),
                         LWNVME_ERR_NOT_IN_FLIGHT);
    }
    bench_end(&bench);
}

static void events_start_and_stop_and_wait_no_longer_than_there_is_hope(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_events_stop(&events), LWNVME_ERR_NO_EVENT_REQUESTS); /* never started */
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    assert_int_equal(events.armed, 4);
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    assert_int_equal(events.armed, 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), LWNVME_ERR_NO_EVENT_REQUESTS);
    /* A controller that keeps them. */
    lwnvme_sim_settings(bench.sim)->abort_does_nothing = true;
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    /* One that is off: not before it is resumed or closed. */
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    assert_int_equal(lwnvme_sync_controller_shutdown(bench.controller, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(lwnvme_sync_events_stop(&events), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_sync_controller_resume(bench.controller), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    /* One that has failed has given them back. */
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    lwnvme_sim_fatal(bench.sim);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_sync_events_stop(&events), 0);
    bench_end(&bench);
    /* One that fails while they are being started. */
    start();
    lwnvme_sim_fatal(bench.sim);
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), LWNVME_ERR_FATAL);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(events.status, LWNVME_ERR_NO_EVENT_REQUESTS);
    bench_end(&bench);
}

/* fault 121: the clock stands still, and the controller keeps the requests. */
static void fault_121_a_clock_that_stands_still_ends_the_wait(void **state)
{
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->abort_does_nothing = true;
    assert_int_equal(lwnvme_sync_events_start(bench.controller, &events), 0);
    lwnvme_sim_settings(bench.sim)->clock_stop_at = lwnvme_sim_counters(bench.sim)->now_calls + 1;
    assert_int_equal(lwnvme_sync_events_stop(&events), LWNVME_ERR_CLOCK_STOPPED);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sends_its_command_and_waits),
        cmocka_unit_test(the_controllers_no_is_the_result),
        cmocka_unit_test(none_waits_without_a_controller_or_inside_a_callback),
        cmocka_unit_test(an_abort_says_whether_it_took_effect),
        cmocka_unit_test(events_start_and_stop_and_wait_no_longer_than_there_is_hope),
        cmocka_unit_test(fault_121_a_clock_that_stands_still_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
