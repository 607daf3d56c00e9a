/* SPDX-License-Identifier: MIT */
/* The shell's commands that look at the controller and change nothing: Identify and the logs that everybody wants. */
#include "shell_private.h"

#define SHELL_ERRORS_MAX 64u

/* One for all commands: the shell carries out one at a time. */
static struct shell_show look_show;
static union {
    struct lwnvme_identify_controller controller;
    struct lwnvme_identify_namespace ns;
    struct lwnvme_identify_namespace_list namespaces;
    struct lwnvme_smart_log smart;
    struct lwnvme_firmware_slot_log firmware;
    struct lwnvme_error_log_entry errors[SHELL_ERRORS_MAX];
    uint8_t bytes[4096];
} look_data;

static struct lwnvme_controller *look_controller(struct shell *shell)
{
    return &shell->drive->controller;
}

static void look_id_ctrl(struct shell *shell)
{
    const int status = lwnvme_sync_identify(look_controller(shell), LWNVME_CNS_CONTROLLER, 0, &look_data);

    if (status != 0) {
        shell_result("id-ctrl", status);
        return;
    }
    lwnvme_describe_identify_controller(shell_show_start(shell, &look_show), &look_data.controller);
    shell_show_end(&look_show);
}

/* The namespace that commands go to, or 1, when none is named. */
static uint32_t look_namespace(const struct shell *shell)
{
    return shell->drive->current != NULL ? shell->drive->current->nsid : 1u;
}

static void look_id_ns(struct shell *shell)
{
    uint32_t nsid;
    int status;

    if (!shell_number_32(shell, 1, look_namespace(shell), &nsid)) {
        return;
    }
    status = lwnvme_sync_identify(look_controller(shell), LWNVME_CNS_NAMESPACE, nsid, &look_data);
    if (status != 0) {
        shell_result("id-ns", status);
        return;
    }
    lwnvme_describe_identify_namespace(shell_show_start(shell, &look_show), &look_data.ns);
    shell_show_end(&look_show);
}

static void look_list_ns(struct shell *shell)
{
    const bool all = shell->word_count > 1 && text_equal(shell->words[1], "all");
    const int status = lwnvme_sync_identify(
        look_controller(shell), all ? LWNVME_CNS_ALLOCATED_NAMESPACES : LWNVME_CNS_ACTIVE_NAMESPACES, 0,
        &look_data);

    if (status != 0) {
        shell_result("list-ns", status);
        return;
    }
    lwnvme_describe_namespace_list(shell_show_start(shell, &look_show), &look_data.namespaces);
    shell_show_end(&look_show);
}

static void look_smart(struct shell *shell)
{
    uint32_t nsid;
    int status;

    if (!shell_number_32(shell, 1, LWNVME_NSID_ALL, &nsid)) {
        return;
    }
    status = lwnvme_sync_log_smart(look_controller(shell), nsid, &look_data.smart);
    if (status != 0) {
        shell_result("smart", status);
        return;
    }
    lwnvme_describe_smart_log(shell_show_start(shell, &look_show), &look_data.smart);
    shell_show_end(&look_show);
}

static void look_errors(struct shell *shell)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(look_controller(shell));
    const uint32_t most = info != NULL && info->elpe < SHELL_ERRORS_MAX ? info->elpe : SHELL_ERRORS_MAX;
    uint32_t count;
    uint32_t used = 0;
    int status;

    if (!shell_number_32(shell, 1, most, &count)) {
        return;
    }
    if (count > most) {
        count = most;
    }
    status = lwnvme_sync_log_error(look_controller(shell), 0, count, look_data.errors);
    if (status != 0) {
        shell_result("errors", status);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        used += lwnvme_le64_get(&look_data.errors[i].ecnt) != 0 ? 1u : 0u;
    }
    if (!shell->json) {
        text_print("error log: %u of %u entries in use\n", used, count);
        count = used; /* the newest come first */
    }
    lwnvme_describe_error_log(shell_show_start(shell, &look_show), look_data.errors, count);
    shell_show_end(&look_show);
}

static void look_fw_log(struct shell *shell)
{
    const struct lwnvme_log_select select = {.lid = LWNVME_LOG_FIRMWARE_SLOT, .nsid = LWNVME_NSID_ALL};
    const int status =
        lwnvme_sync_log_read(look_controller(shell), &select, &look_data, sizeof(look_data.firmware));

    if (status != 0) {
        shell_result("fw-log", status);
        return;
    }
    lwnvme_describe_firmware_slot_log(shell_show_start(shell, &look_show), &look_data.firmware);
    shell_show_end(&look_show);
}

const struct shell_command shell_look_commands[] = {
    {"id-ctrl", "[--json]", "all that the controller says about itself", false, look_id_ctrl},
    {"id-ns", "[NSID] [--json]", "all that it says about a namespace", false, look_id_ns},
    {"list-ns", "[all] [--json]", "the active namespaces, or all that are allocated", false, look_list_ns},
    {"smart", "[NSID] [--json]", "health: temperature, spare, wear, hours, errors", false, look_smart},
    {"errors", "[COUNT] [--json]", "the error log, newest first", false, look_errors},
    {"fw-log", "[--json]", "the firmware slots, and which one runs", false, look_fw_log},
    {NULL, NULL, NULL, false, NULL},
};
