/* SPDX-License-Identifier: MIT */
/*
 * What commands and features do: the commands supported and effects log page, made from the tables, and the
 * feature identifiers one. NVM Express Base Specification 2.1, sections 5.1.12.1.6 "Commands Supported and
 * Effects", 5.1.12.1.18 "Feature Identifiers Supported and Effects".
 */
#include "sim_internal.h"

enum {
    LID_EFFECTS = 0x05,
    LID_FEATURES = 0x12
};
#define EFFECT_SUPPORTED 0x1u
#define EFFECT_UUID      0x80000u /* the UUID index has a meaning */
#define EFFECT_CONTENT   0x2u     /* logical block content changes */

static bool has_effects(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & 2) != 0;
}

static bool has_feature_effects(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & 0x20) != 0;
}

static void fill_nvm(const struct lwnvme_sim *sim, uint8_t *data)
{
    uint16_t oncs = sim->config.oncs;
    const unsigned changes = EFFECT_SUPPORTED | EFFECT_CONTENT;
    data[4 * SIM_FLUSH] = EFFECT_SUPPORTED;
    data[4 * SIM_READ] = EFFECT_SUPPORTED;
    data[4 * SIM_WRITE] = changes;
    data[4 * SIM_COMPARE] = (oncs & SIM_ONCS_COMPARE) != 0 ? EFFECT_SUPPORTED : 0;
    data[4 * SIM_WRITE_ZEROES] = lwsim_command_set_has(sim, SIM_WRITE_ZEROES) ? changes : 0;
    data[4 * SIM_DATASET] = lwsim_command_set_has(sim, SIM_DATASET) ? changes : 0;
    for (unsigned opcode = SIM_WRITE_UNCORRECTABLE; opcode <= SIM_MANAGEMENT_SEND; opcode++) {
        bool more = opcode == SIM_WRITE_UNCORRECTABLE || opcode == SIM_RESERVATION_REGISTER ||
                    opcode == SIM_RESERVATION_REPORT || opcode == SIM_RESERVATION_ACQUIRE ||
                    opcode == SIM_RESERVATION_RELEASE || opcode == SIM_COPY ||
                    opcode == SIM_MANAGEMENT_RECEIVE || opcode == SIM_MANAGEMENT_SEND;
        bool writes = opcode == SIM_WRITE_UNCORRECTABLE || opcode == SIM_COPY;
        if (more && lwsim_command_set_has(sim, (uint8_t)opcode)) {
            lwsim_put(data + 4 * (size_t)opcode, writes ? changes : EFFECT_SUPPORTED, 4);
        }
    }
    data[4 * SIM_VERIFY] = lwsim_command_set_has(sim, SIM_VERIFY) ? EFFECT_SUPPORTED : 0;
}

static uint16_t fill_effects(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 4096);
    uint32_t csi = task->sqe[14] >> 24;
    for (unsigned opcode = 0; data != NULL && opcode < 256; opcode++) {
        const struct sim_command *command = lwsim_command_of(sim, (uint8_t)opcode);
        if (command != NULL) {
            uint32_t uuid = lwsim_takes_uuid(sim, (uint8_t)opcode) ? EFFECT_UUID : 0;
            lwsim_put(data + 4 * (size_t)opcode, command->effects | uuid | EFFECT_SUPPORTED, 4);
        }
    }
    if (data != NULL && csi == 0) {
        fill_nvm(sim, data + 1024);
    }
    return csi == 0 || (sim->config.cap_css & 0x40) != 0 ? SIM_OK : SIM_INVALID_FIELD;
}

static uint16_t fill_features(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 1024);
    (void)task;
    for (unsigned fid = 0; data != NULL && fid < 256; fid++) {
        const struct sim_feature *feature = lwsim_feature_of(sim, (uint8_t)fid);
        if (feature != NULL) {
            uint32_t scope = feature->of_namespace ? 1u << 20 : 1u << 21; /* else the controller */
            lwsim_put(data + 4 * (size_t)fid, feature->effects | scope | EFFECT_SUPPORTED, 4);
        }
    }
    return SIM_OK;
}

static const struct sim_log logs[] = {
    {.lid = LID_EFFECTS,
     .scope = SIM_LOG_OF_CONTROLLER,
     .csi = true,
     .gate = has_effects,
     .fill = fill_effects},
    {.lid = LID_FEATURES,
     .scope = SIM_LOG_OF_CONTROLLER,
     .csi = true,
     .gate = has_feature_effects,
     .fill = fill_features},
};

const struct sim_part lwsim_effects_part = {
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
};
