/* SPDX-License-Identifier: MIT */
/*
 * Device Self-test: one at a time, over virtual time. The short one is a test of the controller and of the
 * namespaces' existence, and ends with a reset; the extended one reads the medium, meets the blocks that
 * lwnvme_sim_spoil_blocks made unreadable, and goes on after any reset and after a power cycle. A format or a
 * sanitize ends both.
 *
 * NVM Express Base Specification 2.1, section 5.1.5 "Device Self-test command", section 5.1.12.1.7 "Device
 * Self-test", section 8.1.7 "Device Self-test Operations".
 */
#include "sim_internal.h"

#define RESULTS       20u
#define LOG_SELF_TEST 0x06u
#define US_IN_HOUR    3600000000u

enum {
    SHORT = 1,
    EXTENDED = 2,
    VENDOR = 0xe,
    ABORT = 0xf
};
enum {
    RESULT_GOOD = 0,
    RESULT_ABORTED = 1,
    RESULT_RESET = 2,
    RESULT_SEGMENT = 7,
    RESULT_UNUSED = 15
};
enum {
    VALID_NSID = 1,
    VALID_LBA = 2,
    VALID_SCT = 4,
    VALID_SC = 8
};
#define SEGMENT_MEDIUM 6u /* of the extended test: media integrity */

static struct sim_self_test_result *result_new(struct lwnvme_sim *sim, uint8_t code)
{
    struct sim_self_test *test = &sim->self_test;
    struct sim_self_test_result *newest = &test->results[0];
    memmove(test->results + 1, test->results, (RESULTS - 1) * sizeof(test->results[0]));
    memset(newest, 0, sizeof(*newest));
    test->count = test->count < RESULTS ? test->count + 1 : RESULTS;
    newest->status = (uint8_t)(test->code << 4 | code);
    newest->power_on_hours = (sim->now - sim->powered_at) / US_IN_HOUR;
    test->code = 0;
    test->due = LWNVME_SIM_NEVER;
    return newest;
}

/* The first block of the namespace that cannot be read; false: all can. */
static bool bad_block(const struct sim_namespace *ns, uint64_t *lba)
{
    bool found = false;
    for (size_t i = 0; i < ns->bad.slots; i++) {
        if (ns->bad.values[i] != 0 && (!found || ns->bad.keys[i] - 1 < *lba)) {
            *lba = ns->bad.keys[i] - 1;
            found = true;
        }
    }
    return found;
}

static void result_at_block(struct sim_self_test_result *result, uint32_t nsid, uint64_t lba)
{
    result->valid |= VALID_NSID | VALID_LBA;
    result->nsid = nsid;
    result->lba = lba;
}

/* What the test of the medium finds. */
static bool find_bad(struct lwnvme_sim *sim, uint8_t code, uint32_t tested)
{
    uint64_t lba = 0;
    for (uint32_t nsid = 1; code == EXTENDED && nsid <= sim->ns_slots; nsid++) {
        bool included = tested == UINT32_MAX || tested == nsid;
        if (!included || lwsim_namespace(sim, nsid) == NULL || !bad_block(&sim->ns[nsid - 1], &lba)) {
            continue;
        }
        struct sim_self_test_result *result = result_new(sim, RESULT_SEGMENT);
        result->segment = SEGMENT_MEDIUM;
        result_at_block(result, nsid, lba);
        result->valid |= VALID_SCT | VALID_SC;
        result->sct = SIM_READ_ERROR >> 8 & 7;
        result->sc = SIM_READ_ERROR & 0xff;
        return true;
    }
    return false;
}

static void fail_as_told(struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    struct sim_self_test_result *result = result_new(sim, c->self_test_fail_result);
    result->segment = c->self_test_fail_result == RESULT_SEGMENT ? c->self_test_fail_segment : 0;
    if (c->self_test_fail_nsid != 0) {
        result_at_block(result, c->self_test_fail_nsid, c->self_test_fail_lba);
    }
    if (c->self_test_fail_status != 0) {
        result->valid |= VALID_SCT | VALID_SC;
        result->sct = c->self_test_fail_status >> 8 & 7;
        result->sc = c->self_test_fail_status & 0xff;
    }
}

static void run(struct lwnvme_sim *sim)
{
    struct sim_self_test *test = &sim->self_test;
    uint32_t nsid = test->nsid;
    if (sim->config.self_test_fail_result != 0) {
        fail_as_told(sim);
    } else if (!find_bad(sim, test->code, nsid)) {
        struct sim_self_test_result *result = result_new(sim, RESULT_GOOD);
        bool one = nsid != 0 && nsid != UINT32_MAX;
        result->valid = one ? VALID_NSID : 0;
        result->nsid = one ? nsid : 0;
    }
}

void lwsim_self_test_stop(struct lwnvme_sim *sim, uint32_t nsid, uint8_t result)
{
    const struct sim_self_test *test = &sim->self_test;
    bool concerned = nsid == 0 || test->nsid == UINT32_MAX || test->nsid == nsid;
    if (test->code != 0 && concerned) {
        (void)result_new(sim, result);
    }
}

/* ---- the command ---- */

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint8_t code = task->sqe[10] & 15u;
    uint32_t nsid = task->sqe[1];
    (void)bytes;
    if (code == ABORT) {
        return SIM_OK;
    }
    if (code != SHORT && code != EXTENDED && code != VENDOR) {
        return SIM_INVALID_FIELD;
    }
    if (nsid != 0 && nsid != UINT32_MAX && lwsim_namespace(sim, nsid) == NULL) {
        return nsid > lwsim_nn(sim) ? SIM_INVALID_NAMESPACE : SIM_INVALID_FIELD;
    }
    return SIM_OK;
}

static uint64_t duration_us(const struct lwnvme_sim *sim, uint8_t code)
{
    const struct lwnvme_sim_config *c = &sim->config;
    if (code == SHORT) {
        return c->self_test_short_us;
    }
    if (code == VENDOR) {
        return c->self_test_vendor_us;
    }
    return c->self_test_extended_us != 0 ? c->self_test_extended_us : (uint64_t)c->edstt * 60000000u;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_self_test *test = &sim->self_test;
    uint8_t code = task->sqe[10] & 15u;
    if (code == ABORT) {
        lwsim_self_test_stop(sim, 0, RESULT_ABORTED);
        return SIM_OK;
    }
    if (test->code != 0) {
        return SIM_SELF_TEST_IN_PROGRESS;
    }
    test->code = code;
    test->nsid = task->sqe[1];
    test->total_us = duration_us(sim, code);
    test->due = sim->now + test->total_us;
    return SIM_OK;
}

/* ---- the log ---- */

static uint8_t percent(const struct lwnvme_sim *sim)
{
    const struct sim_self_test *test = &sim->self_test;
    uint64_t left = test->due > sim->now ? test->due - sim->now : 0;
    uint64_t part = test->total_us / 100;
    return (uint8_t)(part == 0 || left > test->total_us ? 0 : (test->total_us - left) / part);
}

static uint16_t fill_log(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    const struct sim_self_test *test = &sim->self_test;
    uint8_t *data = lwsim_page_make(page, 564);
    (void)task;
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    data[0] = test->code;
    if (test->code != 0) {
        uint8_t done = percent(sim);
        data[1] = done > 99 ? 99 : done;
    }
    for (size_t i = 0; i < RESULTS; i++) {
        const struct sim_self_test_result *result = &test->results[i];
        uint8_t *at = data + 4 + 28 * i;
        if (i >= test->count) {
            at[0] = RESULT_UNUSED;
            continue;
        }
        at[0] = result->status;
        at[1] = result->segment;
        at[2] = result->valid;
        lwsim_put(at + 4, result->power_on_hours, 8);
        lwsim_put(at + 12, result->nsid, 4);
        lwsim_put(at + 16, result->lba, 8);
        at[24] = result->sct;
        at[25] = result->sc;
    }
    return SIM_OK;
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    sim->self_test.due = LWNVME_SIM_NEVER;
    return true;
}

void lwsim_self_test_power_off(struct lwnvme_sim *sim)
{
    struct sim_self_test *test = &sim->self_test;
    if (test->code == EXTENDED) {
        test->left_us = test->due > sim->now ? test->due - sim->now : 1;
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    struct sim_self_test *test = &sim->self_test;
    (void)kind;
    if (test->code == EXTENDED && test->left_us != 0) {
        test->due = sim->now + test->left_us;
    }
    test->left_us = 0;
    if (test->code != EXTENDED) {
        lwsim_self_test_stop(sim, 0, RESULT_RESET);
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->removed ? LWNVME_SIM_NEVER : sim->self_test.due;
}

static bool has_self_test(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & SIM_OACS_SELF_TEST) != 0;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_SELF_TEST, true, SIM_POINTER_NONE, {0, 0, 0x0000000f, 0, 0, 0, 0, 0xffff}},
     .gate = has_self_test,
     .prepare = prepare,
     .execute = execute},
};
static const struct sim_log logs[] = {
    {.lid = LOG_SELF_TEST, .scope = SIM_LOG_OF_CONTROLLER, .gate = has_self_test, .fill = fill_log},
};

const struct sim_part lwsim_self_test_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .create = create,
    .reset = reset,
    .next = next,
    .run = run,
};
