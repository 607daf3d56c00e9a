/* SPDX-License-Identifier: MIT */
/*
 * Identify Controller and power states in words. Reads the caller's copy of the structure; nothing of it is used as an
 * index, a count or a length but NPSS, whose 5 bits cannot lead beyond the 32 descriptors.
 *
 * Base, section 5.1.13.2.1 "Identify Controller Data Structure".
 */
#include "engine.h"

#define LWNVME_DESCRIBE_POWER_STATES 32u

#define LWNVME_DESCRIBE_WATT_DECIMALS 6u

/* Says microwatts as watts; nothing, if there are none. */
static void lwnvme_describe_watts(struct lwnvme_describe *describe, uint32_t power_uw)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    char text[LWNVME_DESCRIBE_DECIMAL_BYTES];
    const char *from = lwnvme_describe_decimal(digits, power_uw, 0);
    const uint32_t count = (uint32_t)(&digits[LWNVME_DESCRIBE_DECIMAL_BYTES - 1u] - from);
    uint32_t place = count > LWNVME_DESCRIBE_WATT_DECIMALS ? count : LWNVME_DESCRIBE_WATT_DECIMALS + 1u;
    uint32_t length = 0;

    if (power_uw == 0) {
        return;
    }
    for (; place > 0; place--) { /* from the highest digit down; a point stands before the last six */
        if (place == LWNVME_DESCRIBE_WATT_DECIMALS) {
            text[length++] = '.';
        }
        text[length++] = place > count ? '0' : from[count - place];
    }
    while (text[length - 1u] == '0') {
        length--;
    }
    if (text[length - 1u] == '.') {
        length--;
    }
    text[length] = '\0';
    lwnvme_describe_remark(describe, text);
    lwnvme_describe_note_more(describe, " W");
}

void lwnvme_describe_power_state(struct lwnvme_describe *describe, const struct lwnvme_power_state *state)
{
    lwnvme_describe_watts(describe, lwnvme_power_state_maximum_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_power_layout, state, sizeof(*state));
    lwnvme_describe_watts(describe, lwnvme_power_state_idle_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_idle_power_layout, &state->idlp,
                           sizeof(*state) - offsetof(struct lwnvme_power_state, idlp));
    lwnvme_describe_watts(describe, lwnvme_power_state_active_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_active_power_layout, &state->actp,
                           sizeof(*state) - offsetof(struct lwnvme_power_state, actp));
}

void lwnvme_describe_identify_controller(struct lwnvme_describe *describe,
                                         const struct lwnvme_identify_controller *identify)
{
    uint32_t state;

    lwnvme_describe_layout(describe, lwnvme_describe_controller_layout, identify, sizeof(*identify));
    lwnvme_describe_list(describe, "psds");
    for (state = 0; state <= identify->npss && state < LWNVME_DESCRIBE_POWER_STATES; state++) {
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_power_state(describe, &identify->psd[state]);
        lwnvme_describe_end(describe);
    }
    lwnvme_describe_end(describe);
}
