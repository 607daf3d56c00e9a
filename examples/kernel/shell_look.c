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
        shell_result(shell, "id-ctrl", status);
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
        shell_result(shell, "id-ns", status);
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
        shell_result(shell, "list-ns", status);
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
        shell_result(shell, "smart", status);
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
        shell_result(shell, "errors", status);
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
        shell_result(shell, "fw-log", status);
        return;
    }
    lwnvme_describe_firmware_slot_log(shell_show_start(shell, &look_show), &look_data.firmware);
    shell_show_end(&look_show);
}

/* A structure or page that has no words of its own is shown as it came. */
static void look_dump(const struct shell *shell, uint32_t length_bytes)
{
    if (shell->json) {
        text_print("{\n}\n");
    } else {
        text_dump(look_data.bytes, length_bytes, 0);
    }
}

/* id CNS [nsid=N] [csi=N] [cntid=N] [cnssid=N] */
static void look_id(struct shell *shell)
{
    struct lwnvme_identify_query select = {0};
    uint32_t cns;
    uint32_t csi;
    uint32_t cntid;
    uint32_t cnssid;
    int status;

    if (!shell_number_up_to(shell, 1, 0, 255, &cns) ||
        !shell_option_number(shell, "nsid", 0, UINT32_MAX, &select.nsid) ||
        !shell_option_number(shell, "csi", 0, 255, &csi) ||
        !shell_option_number(shell, "cntid", 0, 65535, &cntid) ||
        !shell_option_number(shell, "cnssid", 0, 65535, &cnssid)) {
        return;
    }
    select.cns = (uint8_t)cns;
    select.csi = (uint8_t)csi;
    select.cntid = (uint16_t)cntid;
    select.cnssid = (uint16_t)cnssid;
    status = lwnvme_sync_identify_select(look_controller(shell), &select, &look_data);
    if (status != 0) {
        shell_result(shell, "id", status);
        return;
    }
    if (!lwnvme_describe_identify(shell_show_start(shell, &look_show), select.cns, select.csi, &look_data)) {
        look_dump(shell, sizeof(look_data.bytes));
        return;
    }
    shell_show_end(&look_show);
}

/* log LID [bytes=N] [offset=N] [nsid=N] [lsp=N] [lsi=N] [csi=N] */
static void look_log(struct shell *shell)
{
    struct lwnvme_log_select select = {0};
    uint32_t lid;
    uint32_t bytes;
    uint32_t offset;
    uint32_t lsp;
    uint32_t lsi;
    uint32_t csi;
    int status;

    if (!shell_number_up_to(shell, 1, 0, 255, &lid) ||
        !shell_option_number(shell, "bytes", 4096, 4096, &bytes) ||
        !shell_option_number(shell, "offset", 0, UINT32_MAX, &offset) ||
        !shell_option_number(shell, "nsid", LWNVME_NSID_ALL, UINT32_MAX, &select.nsid) ||
        !shell_option_number(shell, "lsp", 0, 127, &lsp) ||
        !shell_option_number(shell, "lsi", 0, 65535, &lsi) ||
        !shell_option_number(shell, "csi", 0, 255, &csi)) {
        return;
    }
    select.lid = (uint8_t)lid;
    select.lsp = (uint8_t)lsp;
    select.lsi = (uint16_t)lsi;
    select.csi = (uint8_t)csi;
    select.offset_bytes = offset;
    status = lwnvme_log_support(look_controller(shell), select.lid, NULL);
    if (status == 0) {
        status = lwnvme_sync_log_read(look_controller(shell), &select, &look_data, bytes);
    }
    if (status != 0) {
        shell_result(shell, "log", status);
        return;
    }
    if (offset != 0 || !lwnvme_describe_log(shell_show_start(shell, &look_show), select.lid, select.csi,
                                            &look_data, bytes)) {
        look_dump(shell, bytes);
        return;
    }
    shell_show_end(&look_show);
}

/* Reads a feature; its data, if it has any, are in look_data, *length_bytes of them. */
static int look_feature_read(struct shell *shell, const struct lwnvme_feature_select *select, uint32_t *value,
                             uint32_t *length_bytes)
{
    *length_bytes =
        select->select == LWNVME_SEL_SUPPORTED_CAPABILITIES ? 0 : lwnvme_feature_data_bytes(select->fid);
    return lwnvme_sync_feature_get_data(look_controller(shell), select,
                                        *length_bytes != 0 ? &look_data : NULL, *length_bytes, value);
}

static void look_feature_show(struct lwnvme_describe *describe, const struct lwnvme_feature_select *select,
                              uint32_t value, uint32_t length_bytes)
{
    if (select->select == LWNVME_SEL_SUPPORTED_CAPABILITIES) {
        lwnvme_describe_feature_capabilities(describe, select->fid, value);
    } else {
        lwnvme_describe_feature(describe, select->fid, value, length_bytes != 0 ? &look_data : NULL,
                                length_bytes);
    }
}

/* All that the controller has; those it has not are passed over in silence. */
static void look_all_features(struct shell *shell, struct lwnvme_feature_select *select)
{
    struct lwnvme_describe *const describe = shell_show_start(shell, &look_show);
    uint32_t value;
    uint32_t length_bytes;

    lwnvme_describe_list(describe, "features");
    for (uint32_t fid = 1; fid <= LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION; fid++) {
        select->fid = (uint8_t)fid;
        if (look_feature_read(shell, select, &value, &length_bytes) == 0) {
            lwnvme_describe_section(describe, NULL);
            look_feature_show(describe, select, value, length_bytes);
            lwnvme_describe_end(describe);
        }
    }
    lwnvme_describe_end(describe);
    shell_show_end(&look_show);
}

/* features [FID] [sel=current|default|saved|supported] [nsid=N] [cdw11=N] */
static void look_features(struct shell *shell)
{
    static const char *const selects[] = {"current", "default", "saved", "supported"};
    struct lwnvme_feature_select how = {0};
    const char *word = shell_option(shell, "sel");
    uint32_t fid;
    uint32_t value;
    uint32_t length_bytes;
    int status;

    if (!shell_option_number(shell, "nsid", 0, UINT32_MAX, &how.nsid) ||
        !shell_option_number(shell, "cdw11", 0, UINT32_MAX, &how.cdw11)) {
        return;
    }
    while (word != NULL && how.select < 4u && !text_equal(selects[how.select], word)) {
        how.select++;
    }
    if (how.select == 4u) {
        text_print("sel is current, default, saved or supported\n");
        shell_refuse();
        return;
    }
    if (shell->word_count < 2) {
        look_all_features(shell, &how);
        return;
    }
    if (!shell_number_up_to(shell, 1, 0, 255, &fid)) {
        return;
    }
    how.fid = (uint8_t)fid;
    status = look_feature_read(shell, &how, &value, &length_bytes);
    if (status != 0) {
        shell_result(shell, "features", status);
        return;
    }
    look_feature_show(shell_show_start(shell, &look_show), &how, value, length_bytes);
    shell_show_end(&look_show);
}

const struct shell_command shell_look_commands[] = {
    {"id-ctrl", "[--json]", "all that the controller says about itself", false, look_id_ctrl},
    {"id-ns", "[NSID] [--json]", "all that it says about a namespace", false, look_id_ns},
    {"list-ns", "[all] [--json]", "the active namespaces, or all that are allocated", false, look_list_ns},
    {"id", "CNS [nsid=] [csi=] [cntid=] [cnssid=] [--json]", "any Identify structure by its number", false,
     look_id},
    {"log", "LID [bytes=] [offset=] [nsid=] [lsp=] [lsi=] [csi=] [--json]",
     "any log page by its number; log 0 lists them", false, look_log},
    {"features", "[FID] [sel=] [nsid=] [cdw11=] [--json]", "one feature, or all that there are", false,
     look_features},
    {"smart", "[NSID] [--json]", "health: temperature, spare, wear, hours, errors", false, look_smart},
    {"errors", "[COUNT] [--json]", "the error log, newest first", false, look_errors},
    {"fw-log", "[--json]", "the firmware slots, and which one runs", false, look_fw_log},
    {NULL, NULL, NULL, false, NULL},
};
