/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: device self-test. The blocking form is begin or follow, then lwnvme_sync_operation(&test.operation).
 * Controller owner's context. I/O goes on meanwhile; the controller may be slower.
 */
#ifndef LWNVME_SELF_TEST_H
#define LWNVME_SELF_TEST_H

#include "controller.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a self-test ended: Device Self-test Status, bits 3:0. */
enum lwnvme_self_test_result {
    LWNVME_SELF_TEST_PASSED = 0,
    LWNVME_SELF_TEST_ABORTED_BY_COMMAND,
    LWNVME_SELF_TEST_ABORTED_BY_RESET,
    LWNVME_SELF_TEST_ABORTED_BY_NAMESPACE_REMOVAL,
    LWNVME_SELF_TEST_ABORTED_BY_FORMAT,
    LWNVME_SELF_TEST_FATAL,           /* a fatal or unknown error: the test did not end */
    LWNVME_SELF_TEST_SEGMENT_UNKNOWN, /* a segment failed, it is not known which */
    LWNVME_SELF_TEST_SEGMENT,         /* `segment` failed */
    LWNVME_SELF_TEST_ABORTED,         /* for an unknown reason */
    LWNVME_SELF_TEST_ABORTED_BY_SANITIZE,
    LWNVME_SELF_TEST_NO_RESULT = 15 /* the controller has none */
};

struct lwnvme_self_test {
    struct lwnvme_operation operation; /* timeout_ms 0: by EDSTT, with room; 10 minutes for the short test */

    /* In. */
    uint8_t code;       /* LWNVME_SELF_TEST_CODE_SHORT, _EXTENDED, _HOST_INITIATED_REFRESH or _VENDOR */
    uint16_t parameter; /* of a vendor's test (DSTP) */
    uint32_t nsid; /* 0: the controller alone; LWNVME_NSID_ALL: and all its namespaces; else and this one */

    /* Out: as far as the controller tells. */
    enum lwnvme_self_test_result result;
    uint8_t code_run; /* of the test that the result is about */
    uint8_t segment;  /* the first that failed; 0: not known */
    bool has_nsid;
    bool has_lba;
    bool has_status;
    uint32_t failing_nsid;
    uint64_t failing_lba;
    int failing_status; /* SCT and SC, as in the completion of a command */
    uint64_t power_on_hours;
    bool found; /* follow: one was under way */

    /* Private. */
    bool cancelling;
    bool follow;
    uint8_t log[32]; /* what is under way, and the newest result */
};

/*
 * Begins a self-test and follows it by its log page. 0: begun; else refused by name, and no command was sent:
 * LWNVME_ERR_NO_SELF_TEST, LWNVME_ERR_INVALID_ARGUMENT (code), LWNVME_ERR_NS_INVALID_ID.
 *
 * At the end: 0: passed. LWNVME_ERR_SELF_TEST_FAILED: see `result`, `segment` and what follows.
 * LWNVME_ERR_CANCELLED: by lwnvme_self_test_cancel, or somebody else's abort. LWNVME_ERR_ABORTED: by a reset, a format,
 * a sanitize or the controller: see `result`. The device's status whole, 11Dh: one is under way already.
 * A reset aborts the short test; the extended one goes on after it, and is followed on.
 * NVM Express Base Specification 2.1, section 5.1.5 "Device Self-test command", section 8.1.7 "Device Self-test
 * Operations", section 5.1.12.1.7 "Device Self-test".
 */
int lwnvme_self_test_begin(struct lwnvme_controller *controller, struct lwnvme_self_test *test);

/* Attaches to a self-test that is under way, and follows it. If none is: ends at once, with the newest result and its
 * status as above, LWNVME_SELF_TEST_NO_RESULT and 0 if there never was one. In: operation. */
int lwnvme_self_test_follow(struct lwnvme_controller *controller, struct lwnvme_self_test *test);

/* Aborts the self-test that is under way; the operation ends when the controller says so. 0: will be done.
 * LWNVME_ERR_WRONG_STATE: it is not under way. */
int lwnvme_self_test_cancel(struct lwnvme_self_test *test);

/* Aborts whatever self-test is under way, by its own: nothing is followed. nsid as in struct
 * lwnvme_self_test. The callback comes from lwnvme_controller_poll. 0: accepted. LWNVME_ERR_NO_SELF_TEST,
 * LWNVME_ERR_NS_INVALID_ID. */
int lwnvme_self_test_abort(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid);

#ifdef __cplusplus
}
#endif

#endif
