/* SPDX-License-Identifier: MIT */
/*
 * Which log pages a controller has, by what it says of itself. One table: a row for each thing that must be there;
 * of several rows for a log page all must hold. Looks at Identify Controller as it came at the last bring-up.
 * Controller owner's context.
 */
#include "log_private.h"

struct lwnvme_log_gate {
    uint8_t lid;
    uint8_t bits; /* one of them is enough */
    uint16_t at;  /* in this byte of Identify Controller, or another source */
    int16_t error;
};

#define LWNVME_LOG_BYTE(mask) ((mask) > 0xffffffu ? 3u : (mask) > 0xffffu ? 2u : (mask) > 0xffu ? 1u : 0u)
#define LWNVME_LOG_NEEDS(member, mask)                                                                       \
    (uint8_t)((mask) >> (8u * LWNVME_LOG_BYTE(mask))),                                                       \
        (uint16_t)(offsetof(struct lwnvme_identify_controller, member) + LWNVME_LOG_BYTE(mask))

/* Other sources. */
#define LWNVME_LOG_BY_CAP_BPS    0xffffu
#define LWNVME_LOG_BY_LBA_STATUS 0xfffeu /* Get LBA Status, or the event that sends its readers to it */

static const struct lwnvme_log_gate lwnvme_log_gates[] = {
    {LWNVME_LOG_SUPPORTED_LOG_PAGES, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_MISCELLANEOUS_LOG_PAGES),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES, LWNVME_LOG_NEEDS(oaes, LWNVME_OAES_ATTACHED_NAMESPACE),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS,
     LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_COMMANDS_SUPPORTED_AND_EFFECTS), LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_DEVICE_SELF_TEST, LWNVME_LOG_NEEDS(oacs, LWNVME_OACS_DEVICE_SELF_TEST),
     LWNVME_ERR_NO_SELF_TEST},
    {LWNVME_LOG_TELEMETRY_HOST, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_TELEMETRY), LWNVME_ERR_NO_TELEMETRY},
    {LWNVME_LOG_TELEMETRY_CONTROLLER, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_TELEMETRY), LWNVME_ERR_NO_TELEMETRY},
    {LWNVME_LOG_ENDURANCE_GROUP, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_ENDURANCE_GROUPS),
     LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_PREDICTABLE_LATENCY),
     LWNVME_ERR_NO_PREDICTABLE_LATENCY},
    {LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_PREDICTABLE_LATENCY),
     LWNVME_ERR_NO_PREDICTABLE_LATENCY},
    {LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE, LWNVME_LOG_NEEDS(oaes, LWNVME_OAES_PREDICTABLE_LATENCY),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_ANA, LWNVME_LOG_NEEDS(cmic, LWNVME_CMIC_ANA_REPORTING), LWNVME_ERR_NO_ANA},
    {LWNVME_LOG_PERSISTENT_EVENT, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_PERSISTENT_EVENT),
     LWNVME_ERR_NO_PERSISTENT_EVENT},
    {LWNVME_LOG_LBA_STATUS, 0, LWNVME_LOG_BY_LBA_STATUS, LWNVME_ERR_NO_LBA_STATUS},
    {LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_ENDURANCE_GROUPS),
     LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE, LWNVME_LOG_NEEDS(oaes, LWNVME_OAES_ENDURANCE_GROUP),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_MEDIA_UNIT_STATUS,
     LWNVME_LOG_NEEDS(ctratt,
                      LWNVME_CTRATT_FIXED_CAPACITY_MANAGEMENT | LWNVME_CTRATT_VARIABLE_CAPACITY_MANAGEMENT),
     LWNVME_ERR_NO_CAPACITY_MANAGEMENT},
    {LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS,
     LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_FIXED_CAPACITY_MANAGEMENT), LWNVME_ERR_NO_CAPACITY_MANAGEMENT},
    {LWNVME_LOG_FEATURE_IDENTIFIERS, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_MISCELLANEOUS_LOG_PAGES),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_NVME_MI_COMMANDS, LWNVME_LOG_NEEDS(lpa, LWNVME_LPA_MISCELLANEOUS_LOG_PAGES),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_NVME_MI_COMMANDS, LWNVME_LOG_NEEDS(oacs, LWNVME_OACS_NVME_MI), LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN, LWNVME_LOG_NEEDS(oacs, LWNVME_OACS_LOCKDOWN),
     LWNVME_ERR_NO_LOCKDOWN},
    {LWNVME_LOG_BOOT_PARTITION, 0, LWNVME_LOG_BY_CAP_BPS, LWNVME_ERR_NO_BOOT_PARTITION},
    {LWNVME_LOG_ROTATIONAL_MEDIA, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_ENDURANCE_GROUPS),
     LWNVME_ERR_NO_ENDURANCE_GROUPS},
    {LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES, LWNVME_LOG_NEEDS(oaes, LWNVME_OAES_ALLOCATED_NAMESPACE),
     LWNVME_ERR_NO_LOG_PAGE},
    {LWNVME_LOG_FDP_CONFIGURATIONS, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT),
     LWNVME_ERR_NO_FDP},
    {LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE,
     LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT), LWNVME_ERR_NO_FDP},
    {LWNVME_LOG_FDP_STATISTICS, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT),
     LWNVME_ERR_NO_FDP},
    {LWNVME_LOG_FDP_EVENTS, LWNVME_LOG_NEEDS(ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT),
     LWNVME_ERR_NO_FDP},
    {LWNVME_LOG_RESERVATION_NOTIFICATION, LWNVME_LOG_NEEDS(oncs, LWNVME_ONCS_RESERVATIONS),
     LWNVME_ERR_NO_RESERVATIONS},
    {LWNVME_LOG_SANITIZE_STATUS,
     LWNVME_LOG_NEEDS(sanicap,
                      LWNVME_SANICAP_CRYPTO_ERASE | LWNVME_SANICAP_BLOCK_ERASE | LWNVME_SANICAP_OVERWRITE),
     LWNVME_ERR_NO_SANITIZE},
    {LWNVME_LOG_ZNS_CHANGED_ZONES, LWNVME_LOG_NEEDS(oaes, LWNVME_OAES_ZONE_DESCRIPTOR),
     LWNVME_ERR_NO_LOG_PAGE},
};

#define LWNVME_LOG_GATES (sizeof(lwnvme_log_gates) / sizeof(lwnvme_log_gates[0]))

static bool lwnvme_log_gate_is_open(const struct lwnvme_controller *controller,
                                    const struct lwnvme_log_gate *gate)
{
    const struct lwnvme_identify_controller *data = lwnvme_identify_copy(controller);

    if (gate->at == LWNVME_LOG_BY_CAP_BPS)
        return lwnvme_cap(controller, LWNVME_CAP_BPS) != 0;
    if (gate->at == LWNVME_LOG_BY_LBA_STATUS)
        return (controller->info.oacs & LWNVME_OACS_GET_LBA_STATUS) != 0 ||
               (lwnvme_le32_get(&data->oaes) & LWNVME_OAES_LBA_STATUS) != 0;
    return (((const uint8_t *)data)[gate->at] & gate->bits) != 0;
}

int lwnvme_log_support(const struct lwnvme_controller *controller, uint8_t lid,
                       const struct lwnvme_supported_log_pages *pages)
{
    size_t index;
    int status;

    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    for (index = 0; index < LWNVME_LOG_GATES; index++) {
        const struct lwnvme_log_gate *gate = &lwnvme_log_gates[index];

        if (gate->lid == lid && !lwnvme_log_gate_is_open(controller, gate))
            return gate->error;
    }
    if (pages != NULL && (lwnvme_le32_get(&pages->lid[lid]) & LWNVME_LIDS_LSUPP) == 0)
        return LWNVME_ERR_NO_LOG_PAGE;
    return LWNVME_OK;
}
