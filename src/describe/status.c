/* SPDX-License-Identifier: MIT */
/*
 * A status and an asynchronous event in words.
 *
 * Base, section 4.2.3 "Status Field Definition" and section 5.1.2 "Asynchronous Event Request command".
 */
#include "engine.h"

void lwnvme_describe_status(struct lwnvme_describe *describe, int status)
{
    describe->name_width = 6;
    lwnvme_describe_words(describe, "status", lwnvme_status_string(status));
    if (status >= 0) {
        lwnvme_describe_dword(describe, lwnvme_describe_status_layout, (uint32_t)status);
    } else {
        lwnvme_describe_number(describe, "library_error", 0u - (uint32_t)status);
    }
}

void lwnvme_describe_event(struct lwnvme_describe *describe, uint32_t dword0)
{
    const uint32_t type = lwnvme_field_get(dword0, LWNVME_ASYNC_EVENT_AET);
    const uint32_t information = lwnvme_field_get(dword0, LWNVME_ASYNC_EVENT_AEI);

    lwnvme_describe_dword(describe, lwnvme_describe_event_layout, dword0);
    lwnvme_describe_dword(describe, lwnvme_describe_event_rest, dword0);
    lwnvme_describe_dword(describe, lwnvme_describe_event_words, type << 8 | information);
}
