/* SPDX-License-Identifier: MIT */
/*
 * A status and an asynchronous event in words.
 *
 * Base, section 4.2.3 "Status Field Definition" and section 5.1.2 "Asynchronous Event Request command".
 */
#include "engine.h"

static const char lwnvme_describe_status_layout[] =
    "0- status;&2x@7:0 sc;&2u@10:8 sct:=0 generic|=1 command specific|=2 media or data integrity|"
    "=3 path related|=7 vendor specific;&2u@12:11 crd:=1 wait CRDT1|=2 wait CRDT2|=3 wait CRDT3;"
    "&2u@13:13 m:=1 more in the error log;2u@14:14 dnr:=1 do not retry;";

static const char lwnvme_describe_event_layout[] =
    "0- event;&4u@2:0 aet:=0 error|=1 SMART / health|=2 notice|=3 immediate|=4 one-shot|"
    "=6 I/O command set specific|=7 vendor;";

static const char lwnvme_describe_event_rest[] = "0- event;1-;1x aei;1x lid;";

/* By event type and information, as aet * 256 + aei. */
static const char lwnvme_describe_event_words[] =
    "2x event:=0 a doorbell register that does not exist was written|"
    "=1 an invalid value was written to a doorbell|=2 diagnostic failure|=3 persistent internal error|"
    "=4 transient internal error|=5 firmware image load error|=256 reliability|"
    "=257 temperature threshold|=258 spare below threshold|=512 attached namespace attribute changed|"
    "=513 firmware activation starting|=514 telemetry log changed|"
    "=515 asymmetric namespace access changed|=516 predictable latency event aggregate log changed|"
    "=517 LBA status information alert|=518 endurance group event aggregate log changed|"
    "=519 reachability group changed|=520 reachability association changed|"
    "=521 allocated namespace attribute changed|=751 zone descriptor changed|=752 discovery log changed|"
    "=768 normal NVM subsystem shutdown|=769 temperature threshold hysteresis recovery|"
    "=1024 controller data queue tail pointer|=1025 controller data queue full|"
    "=1536 reservation log page available|=1537 sanitize operation completed|"
    "=1538 sanitize operation completed, with unexpected deallocation|"
    "=1539 sanitize operation entered media verification;";

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
