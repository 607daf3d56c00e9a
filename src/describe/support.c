/* SPDX-License-Identifier: MIT */
/*
 * The log pages that say what a controller supports, in words: log pages, commands, features, NVMe-MI commands,
 * lockdown. With the names of opcodes and log pages.
 *
 * Base, sections 5.1.12.1.1, 5.1.12.1.6, 5.1.12.1.19 to 5.1.12.1.21.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_CODES 256u

/* The entries with bit 0, "supported", of one table. */
static void lwnvme_describe_codes(struct lwnvme_describe *describe, const char *name,
                                  const struct lwnvme_le32 table[LWNVME_DESCRIBE_CODES],
                                  struct lwnvme_describe_code *code)
{
    lwnvme_describe_section(describe, name);
    for (code->index = 0; code->index < LWNVME_DESCRIBE_CODES; code->index++) {
        code->value = lwnvme_le32_get(&table[code->index]);
        if ((code->value & 1u) != 0) {
            lwnvme_describe_code(describe, code);
        }
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_supported_log_pages(struct lwnvme_describe *describe,
                                         const struct lwnvme_supported_log_pages *log)
{
    struct lwnvme_describe_code code = {
        "lid_", 0, true, false, lwnvme_describe_log_names, "1 takes an index as offset", 0};

    describe->name_width = 8;
    lwnvme_describe_codes(describe, "supported_logs", log->lid, &code);
}

void lwnvme_describe_effects_log(struct lwnvme_describe *describe, const struct lwnvme_effects_log *log,
                                 uint8_t csi)
{
    struct lwnvme_describe_code code = {
        "ACS_", 0, false, true, lwnvme_describe_admin_names, lwnvme_describe_command_effects, 0};

    lwnvme_describe_number(describe, "command_set_identifier", csi);
    describe->name_width = 36;
    lwnvme_describe_codes(describe, "admin_cmd_set", log->acs, &code);
    code.prefix = "IOCS_";
    code.words = lwnvme_describe_io_names;
    lwnvme_describe_codes(describe, "io_cmd_set", log->iocs, &code);
}

void lwnvme_describe_feature_effects_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_feature_effects_log *log)
{
    struct lwnvme_describe_code code = {
        "fid_", 0, false, false, lwnvme_describe_feature_names, lwnvme_describe_other_effects, 0};

    describe->name_width = 7;
    lwnvme_describe_codes(describe, "fid_support", log->fid, &code);
}

void lwnvme_describe_mi_effects_log(struct lwnvme_describe *describe, const struct lwnvme_mi_effects_log *log)
{
    struct lwnvme_describe_code code = {
        "mi_cmd_", 0, false, false, lwnvme_describe_mi_names, lwnvme_describe_other_effects, 0};

    describe->name_width = 10;
    lwnvme_describe_codes(describe, "mi_command_support", log->micmd, &code);
}

void lwnvme_describe_lockdown_log(struct lwnvme_describe *describe, const struct lwnvme_lockdown_log *log)
{
    const uint32_t scope = lwnvme_field_get(log->cfila, LWNVME_LOCKDOWN_LOG_SCOPE);
    struct lwnvme_describe_code code = {"entry_", 0, true, false, lwnvme_describe_admin_names, "=4096 ", 0};
    uint32_t i;

    lwnvme_describe_layout(describe, lwnvme_describe_lockdown_layout, log, sizeof(*log));
    if (scope == LWNVME_LOCKDOWN_LOG_SCOPE_FEATURES) {
        code.words = lwnvme_describe_feature_names;
    } else if (scope != LWNVME_LOCKDOWN_LOG_SCOPE_ADMIN) {
        code.words = "=4096 ";
    }
    lwnvme_describe_section(describe, "cfil");
    for (i = 0; i < log->lngth && i < sizeof(log->cfil); i++) {
        /* Ascending, or it would be named twice. */
        if (i == 0 || log->cfil[i] > code.value) {
            code.index = log->cfil[i];
            code.value = log->cfil[i];
            lwnvme_describe_code(describe, &code);
        }
    }
    lwnvme_describe_end(describe);
}
