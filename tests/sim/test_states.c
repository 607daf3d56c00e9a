/* SPDX-License-Identifier: MIT */
/*
 * Every public call in every state: what it answers is the table in docs/states.md, which is made by this program (--write)
 * and compared here. A call that is refused leaves no trace; one that is not is carried on to its end, and nothing leaks.
 * The calls themselves are made by tools/state-calls from the headers.
 */
#include "scenario.h"

#include <lwnvme/panic.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_identify.h>
#include <lwnvme/sync_io.h>
#include <lwnvme/sync_log.h>
#include <lwnvme/sync_maintenance.h>
#include <lwnvme/sync_namespace.h>
#include <lwnvme/sync_power.h>
#include <lwnvme/sync_zoned.h>

#define DOCUMENT "docs/states.md"
#define BEGIN    "<!-- made by tests/sim/test_states: begin -->\n"
#define END      "<!-- made by tests/sim/test_states: end -->\n"

#define STATE_NOTHING INT64_MAX   /* the call returns nothing */
#define STATE_VALUE   (1ll << 40) /* and more: it returns something that is no status */
#define AREAS         4u
#define AREA_BYTES    (128u * 1024u)

struct state_call {
    const char *name;
    int64_t (*call)(void);
};

enum state {
    CLOSED,
    OPENING,
    RESETTING,
    RECOVERING,
    LEAVING,
    OFF,
    ASLEEP,
    FAILED,
    GONE,
    PANIC,
    CLOSED_AGAIN,
    CALLBACK, /* from here on the state is ready */
    EVENT,
    STATES
};
static const char *const state_names[STATES] = {"never opened",
                                                "being opened",
                                                "being reset",
                                                "being recovered",
                                                "being shut down",
                                                "off",
                                                "asleep",
                                                "failed",
                                                "gone",
                                                "after a panic",
                                                "closed",
                                                "in a callback",
                                                "in an event's callback"};

static struct scenario s;
static struct lwnvme_suspension suspension;
static struct lwnvme_recovery recovery;
static struct lwnvme_recovery_namespace watched;
static enum lwnvme_state recover_to; /* how far the recovery has come */
static struct lwnvme_panic panic;
static struct lwnvme_panic_config panic_config;
static struct lwnvme_queue fresh_queue;
static struct lwnvme_request request;
static struct lwnvme_buffer state_buffer;
static uint8_t areas[AREAS][AREA_BYTES] __attribute__((aligned(4096)));
static uint32_t areas_used;
static uint8_t data[4096] __attribute__((aligned(4096)));
static bool living;

static struct lwnvme_controller *state_controller(void)
{
    return s.controller;
}

static struct lwnvme_queue *state_queue(void)
{
    return s.queue;
}

static struct lwnvme_queue *state_fresh_queue(void)
{
    return &fresh_queue;
}

static struct lwnvme_namespace *state_ns(void)
{
    return s.ns;
}

static struct lwnvme_request *state_request(void)
{
    return &request;
}

static const struct lwnvme_controller_config *state_config(void)
{
    return &s.config;
}

static const struct lwnvme_panic_config *state_panic_config(void)
{
    return &panic_config;
}

static void *state_memory(void)
{
    assert_in_range(areas_used, 0, AREAS - 1);
    return areas[areas_used++];
}

static int64_t state_value(uint64_t value)
{
    return STATE_VALUE + (value != 0);
}

#include "state_calls.h"

#define CALLS (sizeof(state_calls) / sizeof(state_calls[0]))

static int64_t answers[CALLS][STATES];

static void settle_suspension(void)
{
    while (lwnvme_suspension_step(&suspension) == LWNVME_PENDING)
        lwnvme_sim_advance(s.sim, 50);
    assert_true(suspension.asleep);
}

static void enter(enum state state)
{
    struct lwnvme_controller *controller = s.controller;

    switch (state) {
    case RESETTING:
        assert_int_equal(lwnvme_controller_reset(controller), LWNVME_OK);
        break;
    case RECOVERING:
        lwnvme_sim_fatal(s.sim);
        do {
            assert_int_equal(lwnvme_controller_poll(controller), LWNVME_PENDING);
            lwnvme_sim_advance(s.sim, 1);
        } while (lwnvme_controller_state(controller) != recover_to);
        assert_int_equal(lwnvme_recovery_get_state(&recovery), LWNVME_RECOVERY_RESETTING);
        break;
    case LEAVING:
        assert_int_equal(lwnvme_controller_shutdown(controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        break;
    case OFF:
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        break;
    case ASLEEP:
        suspension.kind = LWNVME_SUSPEND_POWER_STATE;
        assert_int_equal(lwnvme_suspend(controller, &suspension), LWNVME_OK);
        settle_suspension();
        break;
    case FAILED:
        lwnvme_sim_fatal(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
        break;
    case GONE:
        lwnvme_sim_remove(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_GONE);
        break;
    case PANIC:
        assert_int_equal(lwnvme_panic_prepare(controller, &panic, &panic_config), LWNVME_OK);
        assert_int_equal(lwnvme_panic_begin(&panic), LWNVME_OK);
        assert_int_equal(lwnvme_panic_end(&panic), LWNVME_OK);
        break;
    case CLOSED_AGAIN:
        assert_int_equal(scenario_close(&s), LWNVME_OK);
        break;
    default:
        break;
    }
}

static void event_told(struct lwnvme_controller *controller, enum lwnvme_event event, void *context);

static void begin(enum state state)
{
    memset(&suspension, 0, sizeof(suspension));
    memset(&recovery, 0, sizeof(recovery));
    memset(&panic, 0, sizeof(panic));
    memset(areas, 0, sizeof(areas));
    memset(&fresh_queue, 0, sizeof(fresh_queue));
    scenario_prepare(&s);
    s.time_limit_us = 100000 * SECOND_US;
    s.violations_allowed = state >= CALLBACK; /* commands with senseless arguments are the caller's affair */
    s.config.io_timeout_ms = 500;
    s.config.admin_timeout_ms = 500;
    s.settings.relax_step_us = 100; /* what waits for the end of a recovery gets there */
    s.settings.npss = 1;
    s.settings.psd[1].nops = true;
    s.settings.psd[1].enlat = 100;
    s.settings.psd[1].exlat = 100;
    scenario_power(&s);
    s.config.event = event_told;
    if (state == CLOSED || state == OPENING) {
        s.queue = calloc(1, sizeof(*s.queue));
        s.ns = calloc(1, sizeof(*s.ns));
        if (state == OPENING)
            assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_OK);
    } else {
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        scenario_queue(&s, 4);
        scenario_namespace(&s);
    }
    if (state == RECOVERING) {
        assert_int_equal(lwnvme_recovery_start(s.controller, &recovery, NULL), LWNVME_OK);
        assert_int_equal(lwnvme_recovery_watch(&recovery, &watched, s.ns), LWNVME_OK);
    }
    panic_config.ns = s.ns;
    enter(state);
    living = true;
}

/* What was not refused is carried on for a while; then all is closed, and looked at. */
static void end(enum state state)
{
    living = false;
    for (uint32_t turn = 0; turn < 100; turn++) {
        (void)lwnvme_controller_poll(s.controller);
        (void)lwnvme_queue_poll(s.queue, 0);
        lwnvme_sim_advance(s.sim, 1000);
    }
    if (state != PANIC) {
        scenario_end(&s);
        return;
    }
    assert_int_equal(lwnvme_panic_release(&panic), LWNVME_OK);
    assert_int_equal(lwnvme_sim_violations(s.sim), 0);
    lwnvme_sim_destroy(s.sim);
    free(s.controller);
    free(s.queue);
    free(s.ns);
}

static bool is_refusal(int64_t answer)
{
    return answer < 0 && answer != LWNVME_PENDING;
}

static int64_t make_call(const struct state_call *call)
{
    int64_t answer;

    memset(&request, 0, sizeof(request));
    areas_used = 0;
    state_buffer = lwnvme_buffer_cpu(data, sizeof(data));
    answer = call->call();
    if (answer < STATE_VALUE && strcmp(lwnvme_status_string((int)answer), "unknown status") == 0)
        fail_msg("%s: unknown status %d", call->name, (int)answer);
    if (is_refusal(answer) && lwnvme_request_active(&request))
        fail_msg("%s: refused, but the request is active", call->name);
    return answer;
}

/* A refusal leaves everything as it was, so the next call finds the same state. */
static void refused_without_a_trace(const struct state_call *call, const struct lwnvme_sim_counts *before,
                                    enum lwnvme_state state)
{
    const struct lwnvme_sim_counts *now = lwnvme_sim_counters(s.sim);

    if (now->mmio_writes != before->mmio_writes || now->commands != before->commands ||
        now->dma_allocs - now->dma_frees != before->dma_allocs - before->dma_frees ||
        now->allocs - now->frees != before->allocs - before->frees ||
        now->dma_maps - now->dma_unmaps != before->dma_maps - before->dma_unmaps)
        fail_msg("%s: refused, but it did something", call->name);
    assert_int_equal(lwnvme_controller_state(s.controller), state);
}

static void ask(uint32_t index, enum state state)
{
    struct lwnvme_sim_counts before;
    enum lwnvme_state was;
    int64_t answer;

    if (!living)
        begin(state);
    else
        memset(areas, 0, sizeof(areas));
    before = *lwnvme_sim_counters(s.sim);
    was = lwnvme_controller_state(s.controller);
    answer = make_call(&state_calls[index]);
    answers[index][state] = answer;
    if (is_refusal(answer))
        refused_without_a_trace(&state_calls[index], &before, was);
    else if (answer < STATE_VALUE || answer == STATE_NOTHING)
        end(state);
}

static void asked_in_the_callback(struct tracked *io)
{
    uint32_t index = *(const uint32_t *)io->data;

    answers[index][CALLBACK] = make_call(&state_calls[index]);
}

/* One life for each call, since it may be accepted. */
static void ask_in_a_callback(uint32_t index)
{
    struct tracked *io;

    begin(CALLBACK);
    io = scenario_request(&s);
    io->then = asked_in_the_callback;
    io->data = &index;
    assert_int_equal(scenario_accept(io, lwnvme_flush(s.queue, s.ns, &io->request)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    end(CALLBACK);
    assert_false(lwnvme_request_active(&request));
}

static uint32_t ask_at_reset; /* what is called when a reset is told of, and 1 more; 0: nothing */

static void event_told(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    uint32_t index = ask_at_reset;

    (void)controller;
    (void)context;
    if (event != LWNVME_EVENT_RESET || index == 0)
        return;
    ask_at_reset = 0;
    answers[index - 1][EVENT] = make_call(&state_calls[index - 1]);
}

static void ask_in_an_event(uint32_t index)
{
    begin(EVENT);
    ask_at_reset = index + 1;
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_OK);
    assert_int_equal(ask_at_reset, 0);
    end(EVENT);
    assert_false(lwnvme_request_active(&request));
}

static void ask_in(enum state state)
{
    for (uint32_t index = 0; index < CALLS; index++)
        ask(index, state);
    if (living)
        end(state);
}

/* The answers are the same however far a recovery has come. */
static void ask_in_a_recovery(void)
{
    static const enum lwnvme_state further[] = {LWNVME_STATE_ENABLE, LWNVME_STATE_IDENTIFY,
                                                LWNVME_STATE_IO_QUEUES, LWNVME_STATE_VERIFY};
    static int64_t first[CALLS];

    recover_to = LWNVME_STATE_STOP;
    ask_in(RECOVERING);
    for (uint32_t index = 0; index < CALLS; index++)
        first[index] = answers[index][RECOVERING];
    for (uint32_t i = 0; i < sizeof(further) / sizeof(further[0]); i++) {
        recover_to = further[i];
        ask_in(RECOVERING);
        for (uint32_t index = 0; index < CALLS; index++)
            if (answers[index][RECOVERING] != first[index])
                fail_msg("%s: another answer in %s", state_calls[index].name, lwnvme_state_name(recover_to));
    }
}

static void ask_all(void)
{
    for (uint32_t state = 0; state < CALLBACK; state++) {
        if (state == RECOVERING)
            ask_in_a_recovery();
        else
            ask_in((enum state)state);
    }
    for (uint32_t index = 0; index < CALLS; index++)
        ask_in_a_callback(index);
    for (uint32_t index = 0; index < CALLS; index++)
        ask_in_an_event(index);
}

/* The table. */

static char *text;
static size_t text_length;

static void add(const char *more)
{
    size_t length = strlen(more);

    text = realloc(text, text_length + length + 1);
    assert_non_null(text);
    memcpy(text + text_length, more, length + 1);
    text_length += length;
}

static const char *error_name(int status)
{
    switch (status) {
#define NAME(name, value, words)                                                                             \
    case value:                                                                                              \
        return #name;
        LWNVME_ERROR_LIST(NAME)
#undef NAME
    default:
        return "a device's status";
    }
}

static const char *cell(int64_t answer, uint32_t state)
{
    const char *name;

    if (state >= CALLBACK && answer != LWNVME_ERR_IN_CALLBACK)
        return "as ever";
    if (answer == STATE_NOTHING)
        return "-";
    if (answer >= STATE_VALUE)
        return answer == STATE_VALUE ? "0" : "a value";
    if (answer == LWNVME_OK)
        return "0";
    name = error_name((int)answer);
    return strncmp(name, "ERR_", 4) == 0 ? name + 4 : name;
}

static bool same(uint32_t left, uint32_t right)
{
    for (uint32_t state = 0; state < STATES; state++)
        if (strcmp(cell(answers[left][state], state), cell(answers[right][state], state)) != 0)
            return false;
    return true;
}

static uint32_t group_of(uint32_t index)
{
    uint32_t first = 0;

    while (!same(first, index))
        first++;
    return first;
}

static void rows_add(void)
{
    char number[16];
    uint32_t row = 0;

    add("\n| |");
    for (uint32_t state = 0; state < STATES; state++) {
        add(" ");
        add(state_names[state]);
        add(" |");
    }
    add("\n|---|");
    for (uint32_t state = 0; state < STATES; state++)
        add("---|");
    for (uint32_t index = 0; index < CALLS; index++) {
        if (group_of(index) != index)
            continue;
        snprintf(number, sizeof(number), "\n| %u |", ++row);
        add(number);
        for (uint32_t state = 0; state < STATES; state++) {
            add(" ");
            add(cell(answers[index][state], state));
            add(" |");
        }
    }
    add("\n\nThe calls of each row:\n\n");
}

static void members_add(void)
{
    char number[16];
    uint32_t row = 0;

    for (uint32_t index = 0; index < CALLS; index++) {
        size_t column = 0;

        if (group_of(index) != index)
            continue;
        snprintf(number, sizeof(number), "%u. ", ++row);
        add(number);
        for (uint32_t other = index; other < CALLS; other++) {
            if (group_of(other) != index)
                continue;
            column += strlen(state_calls[other].name) + 4;
            if (other != index)
                add(column > 110 ? ",\n   " : ", ");
            if (column > 110)
                column = strlen(state_calls[other].name) + 4;
            add("`");
            add(state_calls[other].name);
            add("`");
        }
        add("\n");
    }
    add("\n");
}

static char *document_read(void)
{
    FILE *file = fopen(DOCUMENT, "r");
    char *all = calloc(1, 1u << 20);

    if (file == NULL)
        fail_msg("%s: not here; run from the top of the tree", DOCUMENT);
    assert_non_null(all);
    assert_true(fread(all, 1, (1u << 20) - 1, file) != 0);
    fclose(file);
    return all;
}

static void table_make(void)
{
    ask_all();
    text_length = 0;
    rows_add();
    members_add();
}

static void every_call_in_every_state_answers_as_the_table_says(void **state)
{
    char *document = document_read();
    char *from = strstr(document, BEGIN);
    char *to = strstr(document, END);

    (void)state;
    assert_true(from != NULL && to != NULL);
    *to = '\0';
    table_make();
    if (strcmp(from + strlen(BEGIN), text) != 0)
        fail_msg("%s does not say what is: run this program with --write and look at what has changed",
                 DOCUMENT);
    free(document);
    free(text);
}

static int write_document(void)
{
    char *document = document_read();
    char *from = strstr(document, BEGIN) + strlen(BEGIN);
    char *to = strstr(document, END);
    FILE *file;

    table_make();
    file = fopen(DOCUMENT, "w");
    if (file == NULL)
        return 1;
    fwrite(document, 1, (size_t)(from - document), file);
    fputs(text, file);
    fputs(to, file);
    free(document);
    free(text);
    return fclose(file);
}

static void writes_the_document(void **state)
{
    (void)state;
    assert_int_equal(write_document(), 0);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_in_every_state_answers_as_the_table_says),
    };
    const struct CMUnitTest writing[] = {
        cmocka_unit_test(writes_the_document),
    };

    if (count > 1 && strcmp(arguments[1], "--write") == 0)
        return cmocka_run_group_tests(writing, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
