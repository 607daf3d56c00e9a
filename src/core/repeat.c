/* SPDX-License-Identifier: MIT */
/*
 * What may be done again, how soon, and what is known of what was done: for retry.h and recovery.h. No state; callable
 * anywhere.
 *
 * NVM Express Base Specification 2.1, section 4.2.3 "Status Field Definition" (DNR, CRD), section 5.1.13.2.1 "Identify
 * Controller Data Structure" (CRDT1 to CRDT3).
 */
#include "core.h"

#define LWNVME_REPEAT_PAUSE_MS  10u
#define LWNVME_REPEAT_DOUBLINGS 6u

/* Of each command set, by opcode. */
struct lwnvme_repeat_set {
    uint32_t reads;
    uint32_t writes;
};

#define LWNVME_REPEAT_ALL_SETS (1u << LWNVME_NVM_FLUSH | 1u << LWNVME_NVM_RESERVATION_REPORT)
#define LWNVME_REPEAT_BLOCKS                                                                                 \
    (1u << LWNVME_NVM_READ | 1u << LWNVME_NVM_VERIFY | 1u << LWNVME_NVM_IO_MANAGEMENT_RECEIVE)
#define LWNVME_REPEAT_SETS 3u

/* A write to a zone moves its write pointer, and a key that is deleted again is not there: these are done once. */
static const struct lwnvme_repeat_set lwnvme_repeat_sets[LWNVME_REPEAT_SETS] = {
    [LWNVME_CSI_NVM] = {LWNVME_REPEAT_ALL_SETS | LWNVME_REPEAT_BLOCKS,
                        1u << LWNVME_NVM_WRITE | 1u << LWNVME_NVM_WRITE_UNCORRECTABLE |
                            1u << LWNVME_NVM_WRITE_ZEROES | 1u << LWNVME_NVM_DATASET_MANAGEMENT},
    [LWNVME_CSI_KEY_VALUE] = {LWNVME_REPEAT_ALL_SETS | 1u << LWNVME_KV_RETRIEVE | 1u << LWNVME_KV_LIST |
                                  1u << LWNVME_KV_EXIST,
                              0},
    [LWNVME_CSI_ZONED] = {LWNVME_REPEAT_ALL_SETS | LWNVME_REPEAT_BLOCKS, 0},
};

/* What may be carried out twice is a READ or a WRITE. Opcodes of fused commands have a bit above these. */
enum lwnvme_request_class lwnvme_repeat_class(const struct lwnvme_request *request)
{
    const struct lwnvme_namespace *ns = request->ns;
    uint32_t opcode = request->command.opcode;

    if (request->queue->id == 0)
        return LWNVME_REQUEST_CLASS_ADMIN;
    if (ns == NULL || ns->csi >= LWNVME_REPEAT_SETS)
        return LWNVME_REQUEST_CLASS_ONCE;
    if (opcode >= 32u)
        return ns->csi == LWNVME_CSI_ZONED && opcode == LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE
                   ? LWNVME_REQUEST_CLASS_READ
                   : LWNVME_REQUEST_CLASS_ONCE;
    if ((lwnvme_repeat_sets[ns->csi].reads >> opcode & 1u) != 0)
        return LWNVME_REQUEST_CLASS_READ;
    return (lwnvme_repeat_sets[ns->csi].writes >> opcode & 1u) != 0 ? LWNVME_REQUEST_CLASS_WRITE
                                                                    : LWNVME_REQUEST_CLASS_ONCE;
}

/* Log pages that are the same for being read with RAE. Not among them: the persistent event log, which has contexts, the
 * reservation log, which loses what has been read, measurements, discovery, and what vendors have. */
static const uint8_t lwnvme_repeat_logs[] = {
    LWNVME_LOG_SUPPORTED_LOG_PAGES,
    LWNVME_LOG_ERROR_INFORMATION,
    LWNVME_LOG_SMART,
    LWNVME_LOG_FIRMWARE_SLOT,
    LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES,
    LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS,
    LWNVME_LOG_DEVICE_SELF_TEST,
    LWNVME_LOG_TELEMETRY_CONTROLLER,
    LWNVME_LOG_ENDURANCE_GROUP,
    LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET,
    LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE,
    LWNVME_LOG_ANA,
    LWNVME_LOG_LBA_STATUS,
    LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE,
    LWNVME_LOG_MEDIA_UNIT_STATUS,
    LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS,
    LWNVME_LOG_FEATURE_IDENTIFIERS,
    LWNVME_LOG_NVME_MI_COMMANDS,
    LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN,
    LWNVME_LOG_BOOT_PARTITION,
    LWNVME_LOG_ROTATIONAL_MEDIA,
    LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES,
    LWNVME_LOG_FDP_CONFIGURATIONS,
    LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE,
    LWNVME_LOG_FDP_STATISTICS,
    LWNVME_LOG_FDP_EVENTS,
    LWNVME_LOG_SANITIZE_STATUS,
    LWNVME_LOG_ZNS_CHANGED_ZONES,
};

static bool lwnvme_log_has_no_effect(uint32_t cdw10)
{
    const uint32_t lid = lwnvme_field_get(cdw10, LWNVME_GET_LOG_CDW10_LID);
    size_t index;

    if (lwnvme_field_get(cdw10, LWNVME_GET_LOG_CDW10_RAE) == 0)
        return false;
    if (lid == LWNVME_LOG_TELEMETRY_HOST) /* unless it is to be made anew */
        return (lwnvme_field_get(cdw10, LWNVME_GET_LOG_CDW10_LSP) & 1u) == 0;
    for (index = 0; index < sizeof(lwnvme_repeat_logs); index++) {
        if (lwnvme_repeat_logs[index] == lid)
            return true;
    }
    return false;
}

/* Whether an admin command only reads, and reads the same twice. */
bool lwnvme_repeat_has_no_effect(const struct lwnvme_command *command)
{
    switch (command->opcode) {
    case LWNVME_ADMIN_IDENTIFY:
        return true;
    case LWNVME_ADMIN_GET_FEATURES:
        return lwnvme_field_get(command->cdw10, LWNVME_GET_FEATURES_CDW10_FID) < LWNVME_FEATURE_FIRST_VENDOR;
    case LWNVME_ADMIN_GET_LOG_PAGE:
        return lwnvme_log_has_no_effect(command->cdw10);
    default:
        return false;
    }
}

/* Whether a request means the same after a reset. What a flush was to make safe may be gone by then: a reset may come of
 * power that was lost, and nobody says so. */
bool lwnvme_repeat_outlives_reset(const struct lwnvme_request *request)
{
    return request->command.opcode != LWNVME_NVM_FLUSH;
}

/* Whether a controller's status may be another one next time. What was aborted on request was so for a reason. */
bool lwnvme_repeat_is_worth_it(int status)
{
    return status > 0 && lwnvme_status_retryable(status) &&
           lwnvme_status_code(status) != LWNVME_SC_COMMAND_ABORT_REQUESTED;
}

/* Until the next try: what the controller asks for in `status`, or a pause that grows with `repeated`. */
uint32_t lwnvme_repeat_delay_ms(const struct lwnvme_controller *controller, int status, uint32_t repeated,
                                uint32_t cap_ms)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(controller);
    const struct lwnvme_le16 *crdt[3] = {&identify->crdt1, &identify->crdt2, &identify->crdt3};
    uint32_t crd = 0;
    uint32_t delay_ms;

    if (status > 0)
        crd = lwnvme_field_get((uint32_t)status, LWNVME_STATUS_CRD);
    if (crd != 0)
        delay_ms = lwnvme_le16_get(crdt[crd - 1u]) * 100u;
    else if (repeated < LWNVME_REPEAT_DOUBLINGS)
        delay_ms = LWNVME_REPEAT_PAUSE_MS << repeated;
    else
        delay_ms = LWNVME_REPEAT_PAUSE_MS << LWNVME_REPEAT_DOUBLINGS;
    return delay_ms < cap_ms ? delay_ms : cap_ms;
}

uint32_t lwnvme_or_default(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

/* Whether a controller that answers so has carried out a part of the command, and says nothing about the rest. */
static bool lwnvme_outcome_is_open(int code)
{
    return code == LWNVME_SC_COMMAND_ABORT_REQUESTED || code == LWNVME_SC_ABORTED_SQ_DELETION ||
           code == LWNVME_SC_ABORTED_POWER_LOSS_NOTIFICATION;
}

enum lwnvme_outcome lwnvme_request_outcome(const struct lwnvme_request *request)
{
    if (request == NULL || lwnvme_request_active(request))
        return LWNVME_OUTCOME_UNKNOWN;
    if (request->status >= 0)
        return lwnvme_outcome_is_open(lwnvme_status_code(request->status)) ? LWNVME_OUTCOME_UNKNOWN
                                                                           : LWNVME_OUTCOME_DONE;
    if (request->tries == 0 && (request->status == LWNVME_ERR_NOT_STARTED ||
                                request->status == LWNVME_ERR_RECOVERING || request->unsent != 0))
        return LWNVME_OUTCOME_NEVER_STARTED;
    return LWNVME_OUTCOME_UNKNOWN;
}
