/* SPDX-License-Identifier: MIT */
/* The shell's commands for what lives with the controller: power, host memory, Keep Alive, events, features to be set. */
#include "shell_private.h"

#define SERVICE_HMB_KIB          16384u
#define SERVICE_EVENT_WAIT_S     1u
#define SERVICE_EVENT_WAIT_S_MAX 3600u

static struct lwnvme_host_memory service_memory;
static struct lwnvme_keep_alive service_keep_alive;
static struct lwnvme_events service_events;
static struct lwnvme_suspension service_suspension;
static struct lwnvme_apst service_apst;
static struct shell_show service_show;

static bool service_word(const struct shell *shell, uint32_t n, const char *word)
{
    return n < shell->word_count && text_equal(shell->words[n], word);
}

/* feature-set FID VALUE [nsid=N] [save=1] */
static void service_feature_set(struct shell *shell)
{
    uint32_t fid;
    uint32_t value;
    uint32_t nsid;
    uint32_t save;

    if (shell_number_up_to(shell, 1, 0, 255, &fid) && shell_number_32(shell, 2, 0, &value) &&
        shell_option_number(shell, "nsid", 0, UINT32_MAX, &nsid) &&
        shell_option_number(shell, "save", 0, 1, &save)) {
        shell_result(
            shell, "feature-set",
            lwnvme_sync_feature_set(&shell->drive->controller, (uint8_t)fid, value, nsid, save != 0));
    }
}

static void service_print_states(const struct lwnvme_controller *controller)
{
    for (uint32_t i = 0; i < lwnvme_power_state_count(controller); i++) {
        struct lwnvme_power_state_info info;

        if (lwnvme_power_state_info_get(controller, i, &info) == 0) {
            text_print("  %2u: %s, up to %u mW, in %u us, out %u us\n", i,
                       info.operational ? "operational" : "resting", info.max_power_uw / 1000u,
                       info.entry_latency_us, info.exit_latency_us);
        }
    }
}

/* power [STATE] */
static void service_power(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    struct lwnvme_power power = {0};
    uint32_t state;
    int status;

    if (shell->word_count > 1) {
        if (!shell_number_32(shell, 1, 0, &state) || state > 31u) {
            text_print("states are 0 to 31\n");
            shell_refuse();
            return;
        }
        power.state = (uint8_t)state;
        shell_result(shell, "power", lwnvme_sync_power_set(controller, &power, false));
        return;
    }
    service_print_states(controller);
    status = lwnvme_sync_power_get(controller, LWNVME_SEL_CURRENT, &power);
    if (status == 0) {
        text_print("  in state %u\n", power.state);
    } else {
        shell_result(shell, "power", status);
    }
}

/* apst LATENCY_US|off */
static void service_apst_set(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    uint32_t latency_us;
    uint32_t transitions = 0;
    int status;

    service_apst = (struct lwnvme_apst){0};
    if (!service_word(shell, 1, "off")) {
        if (!shell_number_32(shell, 1, 0, &latency_us)) {
            return;
        }
        status = lwnvme_apst_make(controller, latency_us, &service_apst, &transitions);
        if (status != 0) {
            shell_result(shell, "apst", status);
            return;
        }
        for (uint32_t i = 0; i < lwnvme_power_state_count(controller); i++) {
            const struct lwnvme_apst_entry *const entry = &service_apst.table.entry[i];

            if (lwnvme_apst_entry_idle_ms(entry) != 0) {
                text_print("  from state %u after %u ms to state %u\n", i, lwnvme_apst_entry_idle_ms(entry),
                           lwnvme_apst_entry_target(entry));
            }
        }
        text_print("  %u transitions\n", transitions);
    }
    shell_result(shell, "apst", lwnvme_sync_apst_set(controller, &service_apst, false));
}

/* hmb [on [KIB]|off] */
static void service_hmb(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    struct lwnvme_host_memory_wish wish;
    uint32_t kib;
    int status = 0;

    if (service_word(shell, 1, "on")) {
        if (!shell_number_32(shell, 2, SERVICE_HMB_KIB, &kib)) {
            return;
        }
        service_memory.budget_bytes = (uint64_t)kib * 1024u;
        status = lwnvme_sync_host_memory_start(controller, &service_memory);
    } else if (service_word(shell, 1, "off")) {
        status = lwnvme_sync_host_memory_stop(&service_memory);
    } else {
        status = lwnvme_host_memory_wish_get(controller, &wish);
        if (status == 0) {
            text_print("  wants %" TEXT_64 "u KiB, at least %" TEXT_64 "u KiB\n",
                       wish.preferred_bytes / 1024u, wish.minimum_bytes / 1024u);
        }
    }
    if (status == 0) {
        text_print("  has %" TEXT_64 "u KiB in %u pieces, %s\n", service_memory.size_bytes / 1024u,
                   service_memory.chunk_count, service_memory.enabled ? "in use" : "not in use");
    }
    shell_result(shell, "hmb", status);
}

/* keep-alive [MS|off] */
static void service_keep_alive_set(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    int status = 0;

    if (service_word(shell, 1, "off")) {
        status = lwnvme_sync_keep_alive_stop(&service_keep_alive);
    } else if (shell->word_count > 1) {
        if (!shell_number_32(shell, 1, 0, &service_keep_alive.timeout_ms)) {
            return;
        }
        status = lwnvme_sync_keep_alive_start(controller, &service_keep_alive);
    }
    if (status == 0) {
        text_print("  timer %u ms, %u sent, %u failed\n", service_keep_alive.granted_ms,
                   service_keep_alive.sent, service_keep_alive.failed);
    }
    shell_result(shell, "keep-alive", status);
}

/* recovery [on|off]: the drive is the shell's alone, so anything may be tried. */
static void service_recovery_set(struct shell *shell)
{
    static struct lwnvme_recovery recovery;
    const struct lwnvme_recovery_counts *const counts = &recovery.counts;
    struct lwnvme_recovery_policy policy = {.subsystem_reset = true, .admin_only = true, .poll_queues = true};
    int status = 0;

    if (service_word(shell, 1, "off")) {
        status = lwnvme_recovery_stop(&recovery);
    } else if (service_word(shell, 1, "on")) {
        status = lwnvme_recovery_start(&shell->drive->controller, &recovery, &policy);
    }
    text_print(
        "  %s; %u late, %u of them answered; %u aborts, %u took; %u resets, %u failures; %u again, %u given "
        "back\n",
        lwnvme_recovery_get_state(&recovery) == LWNVME_RECOVERY_OFF ? "off" : "on", counts->late,
        counts->late_answers, counts->aborts, counts->aborted, counts->resets, counts->failures,
        counts->again, counts->given_back);
    shell_result(shell, "recovery", status);
}

static void service_timestamp(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    static struct lwnvme_timestamp timestamp;
    int status;

    if (shell->word_count > 1) {
        if (shell_number(shell, 1, 0, &timestamp.milliseconds)) {
            shell_result(shell, "timestamp", lwnvme_sync_timestamp_set(controller, &timestamp, false));
        }
        return;
    }
    status = lwnvme_sync_timestamp_get(controller, LWNVME_SEL_CURRENT, &timestamp);
    if (status == 0) {
        text_print("  %" TEXT_64 "u ms since 1970, or since the controller was reset\n",
                   timestamp.milliseconds);
    }
    shell_result(shell, "timestamp", status);
}

static void service_event(struct lwnvme_events *events, const struct lwnvme_async_event *event)
{
    const struct shell *const shell = events->context;

    lwnvme_describe_event(shell_show_start(shell, &service_show), event->dword0);
    if (event->smart != NULL) {
        text_print("  critical_warning : 0x%02x, temperature %u K, spare %u %%\n", event->smart->cw,
                   lwnvme_le16_get(&event->smart->ctemp), event->smart->avsp);
    }
    for (uint32_t i = 0; i < event->nsid_count; i++) {
        text_print("  namespace %u has changed\n", event->nsids[i]);
    }
    shell_show_end(&service_show);
}

/* Polls for so long; events that come meanwhile are printed. */
static void service_events_wait(struct shell *shell, uint32_t seconds)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    const uint64_t end_us = platform_now_us() + (uint64_t)seconds * 1000000u;

    while (platform_now_us() < end_us && lwnvme_controller_poll(controller) == 0) {
        if (controller->ops->relax != NULL) {
            controller->ops->relax(controller->host);
        }
    }
}

/* events [SECONDS|off] */
static void service_events_listen(struct shell *shell)
{
    uint32_t seconds;
    int status = 0;

    if (service_word(shell, 1, "off")) {
        status = lwnvme_events_stop(&service_events);
        while (status == 0 && service_events.status == LWNVME_PENDING) {
            (void)lwnvme_controller_poll(&shell->drive->controller);
        }
        shell_result(shell, "events off", status);
        return;
    }
    if (!shell_number_32(shell, 1, SERVICE_EVENT_WAIT_S, &seconds) || seconds > SERVICE_EVENT_WAIT_S_MAX) {
        text_print("how many seconds, up to %u, or off\n", SERVICE_EVENT_WAIT_S_MAX);
        shell_refuse();
        return;
    }
    if (service_events.status != LWNVME_OK || service_events.controller == NULL) {
        service_events.event = service_event;
        service_events.context = shell;
        service_events.enable = LWNVME_EVENTS_ALL;
        status = lwnvme_events_start(&shell->drive->controller, &service_events);
    }
    if (status != 0) {
        shell_result(shell, "events", status);
        return;
    }
    service_events_wait(shell, seconds);
    text_print("  %u requests armed, %u events so far, %u of them not known\n", service_events.armed,
               service_events.counts.events, service_events.counts.unknown);
    shell_result(shell, "events", service_events.status == LWNVME_PENDING ? 0 : service_events.status);
}

/* suspend [state]: and resume at once */
static void service_suspend(struct shell *shell)
{
    int status;

    service_suspension = (struct lwnvme_suspension){0};
    service_suspension.kind =
        service_word(shell, 1, "state") ? LWNVME_SUSPEND_POWER_STATE : LWNVME_SUSPEND_SHUTDOWN;
    status = lwnvme_sync_suspend(&shell->drive->controller, &service_suspension);
    shell_result(shell, "suspend", status);
    if (status == 0) {
        status = lwnvme_sync_resume(&service_suspension);
        text_print("  registers were %s\n", service_suspension.registers_lost ? "lost" : "kept");
        shell_result(shell, "resume", status);
    }
}

static void service_subsystem_reset(struct shell *shell)
{
    struct lwnvme_controller *const controller = &shell->drive->controller;
    int status = lwnvme_controller_subsystem_reset(controller);

    while (status == 0 && lwnvme_controller_poll(controller) == LWNVME_PENDING) {
        if (controller->ops->relax != NULL) {
            controller->ops->relax(controller->host);
        }
    }
    shell_result(shell, "subsystem-reset", status != 0 ? status : lwnvme_controller_status(controller));
}

const struct shell_command shell_service_commands[] = {
    {"feature-set", "FID VALUE [nsid=] [save=1] [--yes]", "sets a feature without a data structure", true,
     service_feature_set},
    {"power", "[STATE]", "the power states, or goes to one", false, service_power},
    {"apst", "LATENCY_US|off", "has the drive go to rest by itself, in states that it wakes from in time",
     false, service_apst_set},
    {"hmb", "[on [KIB]|off]", "lends the drive host memory, or takes it back", false, service_hmb},
    {"keep-alive", "[MS|off]", "the Keep Alive timer", false, service_keep_alive_set},
    {"timestamp", "[MS]", "the drive's clock, or sets it", false, service_timestamp},
    {"events", "[SECONDS|off]", "arms event requests and prints what comes", false, service_events_listen},
    {"recovery", "[on|off]", "recovers by itself from what the drive does not answer, or counts it", false,
     service_recovery_set},
    {"suspend", "[state]", "suspends, by a shutdown or a power state, and resumes", false, service_suspend},
    {"subsystem-reset", "[--yes]", "resets the whole NVM subsystem", true, service_subsystem_reset},
    {NULL, NULL, NULL, false, NULL},
};
