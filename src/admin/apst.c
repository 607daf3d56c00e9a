/* SPDX-License-Identifier: MIT */
/*
 * Autonomous power state transitions: the feature, and the making of its table.
 *
 * The table has an entry for each power state: after so long without work, go there. A target must be a
 * non-operational state, from which the controller comes back by itself when there is work, at the price of EXLAT. The
 * table is made from the deepest state upwards, so that each state leads to the next deeper one that is good enough:
 *
 *     PS0 --60 ms--> PS3 --500 ms--> PS4        (50 times what entering and leaving costs)
 *
 * Nothing here is done unless the owner asks for it. Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

#define LWNVME_APST_IDLE_FACTOR 50u

uint32_t lwnvme_apst_entry_idle_ms(const struct lwnvme_apst_entry *entry)
{
    return lwnvme_field_get(lwnvme_le32_get(&entry->transition), LWNVME_APST_ITPT);
}

uint8_t lwnvme_apst_entry_target(const struct lwnvme_apst_entry *entry)
{
    return (uint8_t)lwnvme_field_get(lwnvme_le32_get(&entry->transition), LWNVME_APST_ITPS);
}

/* Too long a time is cut off at the longest that there is, never to 0. */
void lwnvme_apst_entry_put(struct lwnvme_apst_entry *entry, uint32_t idle_ms, uint8_t target)
{
    if (idle_ms > LWNVME_APST_ITPT_MAX_MS)
        idle_ms = LWNVME_APST_ITPT_MAX_MS;
    memset(entry, 0, sizeof(*entry));
    lwnvme_le32_set(&entry->transition,
                    lwnvme_field_put(idle_ms, LWNVME_APST_ITPT) | lwnvme_field_put(target, LWNVME_APST_ITPS));
}

/* Power states there are: NPSS is 0's based and may be garbage. */
static uint32_t lwnvme_apst_states(const struct lwnvme_controller *controller)
{
    return controller->info.npss < LWNVME_POWER_STATES_MAX ? controller->info.npss + 1u
                                                           : LWNVME_POWER_STATES_MAX;
}

static bool lwnvme_apst_is_target(const struct lwnvme_controller *controller, uint32_t state)
{
    return state < lwnvme_apst_states(controller) &&
           (lwnvme_identify_copy(controller)->psd[state].flags & LWNVME_PSD_NOPS) != 0;
}

/* Entries without an idle time mean nothing, whatever their target. */
static bool lwnvme_apst_table_is_valid(const struct lwnvme_controller *controller,
                                       const struct lwnvme_apst_table *table)
{
    uint32_t state;

    for (state = 0; state < LWNVME_POWER_STATES_MAX; state++) {
        if (lwnvme_apst_entry_idle_ms(&table->entry[state]) == 0)
            continue;
        if (state >= lwnvme_apst_states(controller) ||
            !lwnvme_apst_is_target(controller, lwnvme_apst_entry_target(&table->entry[state])))
            return false;
    }
    return true;
}

static int lwnvme_apst_judge(const struct lwnvme_controller *controller, const void *value, uint32_t dword,
                             enum lwnvme_feature_phase phase)
{
    (void)dword;
    return phase != LWNVME_PHASE_GET &&
                   !lwnvme_apst_table_is_valid(controller, &((const struct lwnvme_apst *)value)->table)
               ? LWNVME_ERR_POWER_STATE
               : LWNVME_OK;
}

static const struct lwnvme_feature_row lwnvme_apst_row = {
    .fid = LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION,
    LWNVME_FEATURE_NEEDS(apsta, LWNVME_APSTA_APST, LWNVME_ERR_NO_APST),
    .data_at = offsetof(struct lwnvme_apst, table),
    .data_bytes = sizeof(struct lwnvme_apst_table),
    .judge = lwnvme_apst_judge,
    .member =
        {
            LWNVME_FEATURE_MEMBER(lwnvme_apst, enabled, 0u, LWNVME_APST_APSTE),
        },
};

int lwnvme_apst_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                    struct lwnvme_apst *value)
{
    return lwnvme_feature_row_get(controller, request, select, value, &lwnvme_apst_row);
}

int lwnvme_apst_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_apst *value, bool save)
{
    return lwnvme_feature_row_set(controller, request, value, save, &lwnvme_apst_row);
}

/* What entering and leaving a state costs; 0: not reported, or beyond all reason. */
static uint32_t lwnvme_apst_cost_us(const struct lwnvme_power_state *descriptor)
{
    uint32_t enter_us = lwnvme_le32_get(&descriptor->enlat);
    uint32_t leave_us = lwnvme_le32_get(&descriptor->exlat);

    if (enter_us > LWNVME_APST_LATENCY_MAX_US || leave_us > LWNVME_APST_LATENCY_MAX_US - enter_us)
        return 0;
    return leave_us == 0 ? 0 : enter_us + leave_us;
}

int lwnvme_apst_make(const struct lwnvme_controller *controller, uint32_t latency_limit_us,
                     struct lwnvme_apst *value, uint32_t *transitions)
{
    uint32_t state;
    uint32_t cost_us;
    uint32_t idle_ms = 0;
    uint32_t target = 0;
    uint32_t made = 0;

    if (controller == NULL || value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (lwnvme_controller_get_info(controller) == NULL)
        return LWNVME_ERR_WRONG_STATE;
    if ((lwnvme_identify_copy(controller)->apsta & LWNVME_APSTA_APST) == 0)
        return LWNVME_ERR_NO_APST;
    memset(value, 0, sizeof(*value));
    for (state = lwnvme_apst_states(controller); state-- > 0;) {
        if (idle_ms != 0) {
            lwnvme_apst_entry_put(&value->table.entry[state], idle_ms, (uint8_t)target);
            made++;
        }
        cost_us = lwnvme_apst_cost_us(&lwnvme_identify_copy(controller)->psd[state]);
        if (lwnvme_apst_is_target(controller, state) && cost_us != 0 && cost_us <= latency_limit_us &&
            ((controller->quirks & LWNVME_QUIRK_NO_DEEPEST_STATE) == 0 ||
             state + 1u != lwnvme_apst_states(controller))) {
            target = state;
            /* In milliseconds, upwards: at most 500,000. */
            idle_ms = lwnvme_divide(cost_us + (1000u / LWNVME_APST_IDLE_FACTOR) - 1u,
                                    1000u / LWNVME_APST_IDLE_FACTOR);
        }
    }
    value->enabled = made != 0;
    if (transitions != NULL)
        *transitions = made;
    return LWNVME_OK;
}
