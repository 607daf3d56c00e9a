/* SPDX-License-Identifier: MIT */
/*
 * Sanitize: all user data of all namespaces is destroyed, step by step over virtual time.
 *
 *     idle --command--> in progress --last step--------------------------------------> done (idle)
 *                          |  ^    `--if EMVS--> verification --exit--> deallocation --^
 *            sanitize_fail_at  another Sanitize command
 *                          v  |
 *                        failed --Exit Failure Mode, if AUSE was 1--> idle, the log still says "failed"
 *
 * A step destroys the same fraction of each namespace. Nothing stops it: a reset does not, and after a power
 * cycle it goes on where it was; but NSSR and a power cycle cancel the verification. What the cache held is gone when it begins. Afterwards blocks are deallocated,
 * that is they read as zeroes, or keep what was written over them when that was asked for (NDAS).
 *
 * NVM Express Base Specification 2.1, section 5.1.22 "Sanitize command", section 5.1.12.1.33 "Sanitize Status",
 * section 8.1.24 "Sanitize Operations".
 */
#include "sim_internal.h"

#define STEPS        64u
#define LOG_SANITIZE 0x81u
#define RECORD_START 0x09u
#define RECORD_END   0x0au
#define FID_SANITIZE 0x17u /* Sanitize Config; bit 0: NODRM */

#define SANICAP_CRYPTO    0x1u
#define SANICAP_BLOCK     0x2u
#define SANICAP_OVERWRITE 0x4u
#define SANICAP_NDI       0x20000000u /* No-Deallocate is inhibited */
#define AUSE              0x008u
#define OIPBP             0x100u
#define NDAS              0x200u
#define EMVS              0x400u
#define SANICAP_VERS      0x8u /* media verification */

enum {
    EXIT_FAILED = 1,
    BLOCK_ERASE = 2,
    OVERWRITE = 3,
    CRYPTO_ERASE = 4,
    EXIT_VERIFICATION = 5
};
enum { /* SANS and FAILS of the log */
    SANS_IDLE = 0,
    SANS_RESTRICTED_PROCESSING = 1,
    SANS_RESTRICTED_FAILURE = 2,
    SANS_UNRESTRICTED_PROCESSING = 3,
    SANS_UNRESTRICTED_FAILURE = 4,
    SANS_VERIFICATION = 5,
    SANS_DEALLOCATION = 6
};
enum {
    EVENT_DONE = 1,
    EVENT_DEALLOCATED = 2,
    EVENT_VERIFICATION = 3
};
enum {
    STATE_NEVER = 0,
    STATE_DONE = 1,
    STATE_ACTIVE = 2,
    STATE_FAILED = 3,
    STATE_DONE_DEALLOCATED = 4
};

/* ---- the work ---- */

/* Media verification comes after the processing. */
static bool verifies(const struct sim_sanitize *sanitize)
{
    return (sanitize->dword10 & EMVS) != 0 && !sanitize->cancelled;
}

static bool keeps_allocation(const struct lwnvme_sim *sim)
{
    return (sim->sanitize.dword10 & NDAS) != 0 && (sim->config.sanicap & SANICAP_NDI) == 0;
}

/* What this pass writes. Inversion is such that the last pass writes the pattern as it is. */
static uint32_t pass_pattern(const struct sim_sanitize *sanitize)
{
    bool first_inverted = sanitize->passes % 2 == 0;
    bool odd = sanitize->passes_done % 2 != 0;
    if (sanitize->action == BLOCK_ERASE) {
        return 0xffffffffu;
    }
    if (sanitize->action == CRYPTO_ERASE) {
        return 0x6b43a9b5u; /* the old content under another key: nothing that means anything */
    }
    return (sanitize->dword10 & OIPBP) != 0 && odd != first_inverted ? ~sanitize->pattern : sanitize->pattern;
}

static void destroy_step(struct lwnvme_sim *sim, uint32_t step)
{
    bool deallocates = !keeps_allocation(sim) && !verifies(&sim->sanitize);
    bool to_zero = deallocates && sim->sanitize.action != OVERWRITE;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        struct sim_namespace *ns = &sim->ns[i];
        if (!ns->allocated) {
            continue;
        }
        uint64_t chunks = ns->is.nsze / (SIM_CHUNK / ns->block_bytes) + 1;
        if (ns->metadata_bytes != 0) {
            chunks = ns->is.nsze * ns->unit_bytes / SIM_CHUNK + 1;
        }
        uint64_t first = chunks * step / STEPS;
        uint64_t end = chunks * (step + 1) / STEPS;
        lwsim_medium_destroy_range(ns, first * SIM_CHUNK, (end - first) * SIM_CHUNK, to_zero,
                                   pass_pattern(&sim->sanitize));
    }
}

static uint32_t sstat(const struct sim_sanitize *sanitize)
{
    uint32_t passes = sanitize->action == OVERWRITE ? sanitize->passes_done : 0;
    return sanitize->state | (passes & 31u) << 3 | (sanitize->data_written ? 0 : 0x100u) |
           (sanitize->cancelled ? 0x200u : 0);
}

/* Records of the persistent event log. */
static void note_start(struct lwnvme_sim *sim)
{
    uint8_t record[12];
    lwsim_put(record, sim->config.sanicap, 4);
    lwsim_put(record + 4, sim->sanitize.dword10, 4);
    lwsim_put(record + 8, sim->sanitize.pattern, 4);
    lwsim_persistent_event(sim, RECORD_START, record, sizeof(record));
}

static void note_end(struct lwnvme_sim *sim)
{
    uint8_t record[8] = {0xff, 0xff};
    lwsim_put(record + 2, sstat(&sim->sanitize), 2);
    lwsim_persistent_event(sim, RECORD_END, record, sizeof(record));
}

static void blank_all(struct lwnvme_sim *sim, bool to_zero, uint32_t pattern)
{
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].allocated) {
            lwsim_medium_set_blank(&sim->ns[i], to_zero, pattern);
        }
    }
    sim->sanitize.data_written = false;
}

static void end(struct lwnvme_sim *sim, uint8_t state, uint8_t event)
{
    sim->sanitize.active = false;
    sim->sanitize.due = LWNVME_SIM_NEVER;
    sim->sanitize.state = state;
    lwsim_event_raise(sim, 6, event, LOG_SANITIZE);
    note_end(sim);
}

static void fail(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    bool unrestricted = (sanitize->dword10 & AUSE) != 0;
    sanitize->failed = true;
    sanitize->failed_state = sanitize->phase == SIM_SANITIZE_DEALLOCATION ? SANS_DEALLOCATION
                             : unrestricted                               ? SANS_UNRESTRICTED_PROCESSING
                                                                          : SANS_RESTRICTED_PROCESSING;
    end(sim, STATE_FAILED, EVENT_DONE);
}

/* All passes are done. */
static void finish_processing(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    bool asked = (sanitize->dword10 & NDAS) != 0;
    bool kept = keeps_allocation(sim);
    sanitize->passes_done--; /* the pattern is that of the last pass */
    uint32_t pattern = pass_pattern(sanitize);
    sanitize->passes_done++;
    blank_all(sim, !kept && !verifies(sanitize), pattern);
    if (verifies(sanitize)) {
        sanitize->phase = SIM_SANITIZE_VERIFICATION;
        sanitize->due = LWNVME_SIM_NEVER;
        lwsim_event_raise(sim, 6, EVENT_VERIFICATION, LOG_SANITIZE);
    } else if (asked && !kept) {
        end(sim, STATE_DONE_DEALLOCATED, EVENT_DEALLOCATED);
    } else {
        end(sim, STATE_DONE, EVENT_DONE);
    }
}

static void start_deallocation(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    sanitize->phase = SIM_SANITIZE_DEALLOCATION;
    sanitize->step = 0;
    sanitize->step_us = sim->config.sanitize_deallocate_us / STEPS;
    sanitize->due = sim->now + sanitize->step_us;
}

static void deallocation_step(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    sanitize->step++;
    sanitize->due = sim->now + sanitize->step_us;
    if (sanitize->step < STEPS) {
        return;
    }
    if (sim->config.sanitize_deallocate_fails) {
        fail(sim);
        return;
    }
    blank_all(sim, true, 0);
    end(sim, STATE_DONE, EVENT_DONE);
}

static bool fails_now(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    uint32_t done = (sanitize->passes_done * STEPS + sanitize->step) * 100 / (STEPS * sanitize->passes);
    if (sim->config.sanitize_fail_at == 0 || done < sim->config.sanitize_fail_at) {
        return false;
    }
    uint32_t left = sim->config.sanitize_fail_count;
    if (left != UINT32_MAX) {
        sim->config.sanitize_fail_count = left == 0 ? 0 : left - 1;
        sim->config.sanitize_fail_at = left <= 1 ? 0 : sim->config.sanitize_fail_at;
    }
    return true;
}

static void processing_step(struct lwnvme_sim *sim)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    destroy_step(sim, sanitize->step);
    sanitize->step++;
    if (fails_now(sim)) {
        fail(sim);
        return;
    }
    sanitize->due = sim->now + sanitize->step_us;
    if (sanitize->step == STEPS) {
        sanitize->step = 0;
        sanitize->passes_done++;
    }
    if (sanitize->passes_done == sanitize->passes) {
        finish_processing(sim);
    }
}

static void run(struct lwnvme_sim *sim)
{
    if (sim->sanitize.phase == SIM_SANITIZE_DEALLOCATION) {
        deallocation_step(sim);
    } else {
        processing_step(sim);
    }
}

/* ---- the command ---- */

static uint16_t pending_firmware(const struct lwnvme_sim *sim)
{
    if (sim->firmware.next == 0) {
        return SIM_OK;
    }
    return sim->firmware.needed == SIM_RESET_POWER       ? SIM_NEEDS_CONVENTIONAL_RESET
           : sim->firmware.needed == SIM_RESET_SUBSYSTEM ? SIM_NEEDS_SUBSYSTEM_RESET
                                                         : SIM_NEEDS_CONTROLLER_RESET;
}

static bool write_protected(const struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].allocated && lwsim_write_protected(&sim->ns[i])) {
            return true;
        }
    }
    return false;
}

static bool action_known(const struct lwnvme_sim *sim, uint8_t action)
{
    uint32_t sanicap = sim->config.sanicap;
    return action == EXIT_FAILED || (action == EXIT_VERIFICATION && (sanicap & SANICAP_VERS) != 0) ||
           (action == BLOCK_ERASE && (sanicap & SANICAP_BLOCK) != 0) ||
           (action == OVERWRITE && (sanicap & SANICAP_OVERWRITE) != 0) ||
           (action == CRYPTO_ERASE && (sanicap & SANICAP_CRYPTO) != 0);
}

static uint16_t check_start(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint32_t dword10 = task->sqe[10];
    bool refuses_ndas =
        (sim->config.sanicap & SANICAP_NDI) != 0 && (lwsim_feature_value(sim, FID_SANITIZE) & 1) == 0;
    bool cannot_verify =
        (sim->config.sanicap & SANICAP_VERS) == 0 || (dword10 & 7u) == OVERWRITE || (dword10 & NDAS) != 0;
    if (((dword10 & NDAS) != 0 && refuses_ndas) || ((dword10 & EMVS) != 0 && cannot_verify)) {
        return SIM_INVALID_FIELD;
    }
    if (write_protected(sim)) {
        return SIM_WRITE_PROTECTED;
    }
    /* Out of the restricted failure state only a restricted operation leads. */
    if (sim->sanitize.failed && (sim->sanitize.dword10 & AUSE) == 0 && (dword10 & AUSE) != 0) {
        return SIM_SANITIZE_FAILED;
    }
    return pending_firmware(sim);
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint8_t action = task->sqe[10] & 7u;
    (void)bytes;
    if (!action_known(sim, action)) {
        return SIM_INVALID_FIELD;
    }
    if (action == EXIT_VERIFICATION) {
        bool verification = sim->sanitize.active && sim->sanitize.phase == SIM_SANITIZE_VERIFICATION;
        return verification ? SIM_OK : SIM_INVALID_FIELD;
    }
    return action == EXIT_FAILED ? SIM_OK : check_start(sim, task);
}

static uint16_t exit_failure(struct sim_sanitize *sanitize)
{
    if (sanitize->failed && (sanitize->dword10 & AUSE) == 0) {
        return SIM_SANITIZE_FAILED;
    }
    sanitize->failed = false;
    return SIM_OK;
}

static void start(struct lwnvme_sim *sim, const struct sim_task *task)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    uint8_t action = task->sqe[10] & 7u;
    uint8_t passes = task->sqe[10] >> 4 & 15u;
    uint64_t time = action == BLOCK_ERASE ? sim->config.sanitize_block_us
                    : action == OVERWRITE ? sim->config.sanitize_pass_us
                                          : sim->config.sanitize_crypto_us;
    passes = passes == 0 ? 16 : passes;
    *sanitize = (struct sim_sanitize){.active = true,
                                      .state = STATE_ACTIVE,
                                      .action = action,
                                      .dword10 = task->sqe[10],
                                      .pattern = task->sqe[11],
                                      .passes = action == OVERWRITE ? passes : 1,
                                      .step_us = time / STEPS,
                                      .due = sim->now + time / STEPS,
                                      .data_written = sanitize->data_written};
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t action = task->sqe[10] & 7u;
    if (action == EXIT_VERIFICATION) {
        start_deallocation(sim);
        return SIM_OK;
    }
    if (sim->sanitize.active) {
        return SIM_SANITIZE_IN_PROGRESS;
    }
    if (action == EXIT_FAILED) {
        return exit_failure(&sim->sanitize);
    }
    start(sim, task);
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        lwsim_cache_flush(&sim->ns[i]); /* no power cut brings old content back */
    }
    lwsim_event_clear(sim, LOG_SANITIZE); /* that of the one before, if nobody took it */
    lwsim_self_test_stop(sim, 0, 9);
    lwsim_streams_release(sim);
    note_start(sim);
    return SIM_OK;
}

/* ---- the log ---- */

static uint32_t progress(const struct sim_sanitize *sanitize)
{
    bool processing = sanitize->phase == SIM_SANITIZE_PROCESSING;
    uint32_t all = STEPS * (processing ? sanitize->passes : 1u);
    uint32_t done = (processing ? sanitize->passes_done * STEPS : 0) + sanitize->step;
    return sanitize->active && sanitize->phase != SIM_SANITIZE_VERIFICATION ? done * 65536u / all : 0xffff;
}

static uint8_t state_now(const struct sim_sanitize *sanitize)
{
    bool unrestricted = (sanitize->dword10 & AUSE) != 0;
    if (sanitize->failed) {
        return unrestricted ? SANS_UNRESTRICTED_FAILURE : SANS_RESTRICTED_FAILURE;
    }
    if (!sanitize->active) {
        return SANS_IDLE;
    }
    if (sanitize->phase != SIM_SANITIZE_PROCESSING) {
        return sanitize->phase == SIM_SANITIZE_VERIFICATION ? SANS_VERIFICATION : SANS_DEALLOCATION;
    }
    return unrestricted ? SANS_UNRESTRICTED_PROCESSING : SANS_RESTRICTED_PROCESSING;
}

static uint16_t fill_log(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    const struct sim_sanitize *sanitize = &sim->sanitize;
    uint8_t *data = lwsim_page_make(page, 512);
    (void)task;
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    lwsim_put(data + 0, progress(sanitize), 2);
    lwsim_put(data + 2, sstat(sanitize), 2);
    lwsim_put(data + 4, sanitize->dword10, 4);
    for (unsigned i = 0; i < 6; i++) {
        lwsim_put(data + 8 + 4 * i, sim->config.sanitize_estimates_s[i], 4);
    }
    if ((sim->config.sanicap & SANICAP_VERS) != 0) {
        lwsim_put(data + 32, (sim->config.sanitize_deallocate_us + 999999) / 1000000, 4);
        data[36] = (uint8_t)(state_now(sanitize) | sanitize->failed_state << 4);
    }
    return SIM_OK;
}

uint16_t lwsim_verification_read(const struct lwnvme_sim *sim, const struct sim_task *task, uint16_t status)
{
    bool verification = sim->sanitize.active && sim->sanitize.phase == SIM_SANITIZE_VERIFICATION;
    bool read = task->sqid != 0 && lwsim_opcode(task) == SIM_READ;
    return verification && read && status == SIM_OK ? SIM_VERIFICATION_READ : status;
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    sim->sanitize.due = LWNVME_SIM_NEVER;
    return true;
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    struct sim_sanitize *sanitize = &sim->sanitize;
    bool wants = (sanitize->dword10 & EMVS) != 0 && sanitize->phase != SIM_SANITIZE_DEALLOCATION;
    if (!sanitize->active || kind == SIM_RESET_CONTROLLER) {
        return;
    }
    sanitize->cancelled = sanitize->cancelled || wants;
    if (sanitize->phase == SIM_SANITIZE_VERIFICATION) {
        start_deallocation(sim);
    } else if (kind == SIM_RESET_POWER) {
        sanitize->due = sim->now + sanitize->step_us; /* no time passed for it without power */
    }
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->removed ? LWNVME_SIM_NEVER : sim->sanitize.due;
}

bool lwnvme_sim_sanitizing(const struct lwnvme_sim *sim)
{
    return sim->sanitize.active;
}

static bool has_sanitize(const struct lwnvme_sim *sim)
{
    return (sim->config.sanicap & (SANICAP_CRYPTO | SANICAP_BLOCK | SANICAP_OVERWRITE)) != 0;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_SANITIZE, false, SIM_POINTER_NONE, {0, 0, 0x000007ff, 0xffffffff, 0, 0, 0, 0}},
     .effects = SIM_EFFECT_CONTENT | SIM_EFFECT_ALONE,
     .gate = has_sanitize,
     .prepare = prepare,
     .execute = execute},
};
static const struct sim_log logs[] = {
    {.lid = LOG_SANITIZE, .scope = SIM_LOG_OF_CONTROLLER, .gate = has_sanitize, .fill = fill_log},
};
static const struct sim_feature features[] = {
    {.fid = FID_SANITIZE, .saveable = true, .set_bits = {1}, .gate = has_sanitize},
};

const struct sim_part lwsim_sanitize_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .create = create,
    .reset = reset,
    .next = next,
    .run = run,
};
