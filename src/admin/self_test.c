/* SPDX-License-Identifier: MIT */
/*
 * Device self-test: the command starts a test that the controller carries on beside everything else; the log page says
 * how far it is and, in its newest result, how it ended.
 *
 *     begin --> command --> log, log, ... nothing under way --> the newest result --> end
 *     follow -------------> log, ...
 *     cancel: the abort command, as soon as nothing else is with the controller; then on with the log
 *
 * A reset costs one more reading of the log. Controller owner's context.
 */
#include <lwnvme/identify.h>
#include <lwnvme/log.h>
#include <lwnvme/self_test.h>

#include "../core/core.h"

#define LWNVME_SELF_TEST_SHORT_MS  600000u
#define LWNVME_SELF_TEST_LIMIT_MS  86400000u
#define LWNVME_SELF_TEST_MINUTE_MS 60000u
#define LWNVME_SELF_TEST_RETRY_MS  500u

/* The log page is read as far as the newest result. */
#define LWNVME_SELF_TEST_LOG_RESULT   4u
#define LWNVME_SELF_TEST_VALID_STATUS (LWNVME_SELF_TEST_VDI_SCT | LWNVME_SELF_TEST_VDI_SC)

enum lwnvme_self_test_stage {
    LWNVME_SELF_TEST_SEND = 0,
    LWNVME_SELF_TEST_SENT,
    LWNVME_SELF_TEST_FOLLOW,
    LWNVME_SELF_TEST_FOLLOWED,
    LWNVME_SELF_TEST_ABORT_SENT
};

static struct lwnvme_self_test *lwnvme_self_test_of(struct lwnvme_operation *operation)
{
    return (struct lwnvme_self_test *)(void *)operation; /* its first member */
}

static void lwnvme_self_test_send(struct lwnvme_self_test *test, uint32_t code,
                                  enum lwnvme_self_test_stage stage)
{
    struct lwnvme_operation *operation = &test->operation;
    bool vendor = code == LWNVME_SELF_TEST_CODE_VENDOR;
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_DEVICE_SELF_TEST, .nsid = test->nsid};
    int status;

    command.cdw10 = lwnvme_field_put(code, LWNVME_SELF_TEST_STC);
    command.cdw15 = lwnvme_field_put(vendor ? test->parameter : 0u, LWNVME_SELF_TEST_DSTP);
    operation->request.timeout_ms = 0;
    status = lwnvme_admin_submit(operation->controller, &operation->request, &command, NULL);
    if (status == LWNVME_OK)
        operation->stage = (uint32_t)stage;
    else
        lwnvme_operation_end(operation, status);
}

/* The log. */

static void lwnvme_self_test_decode(struct lwnvme_self_test *test)
{
    const struct lwnvme_self_test_log_result *result =
        (const struct lwnvme_self_test_log_result *)(const void *)&test->log[LWNVME_SELF_TEST_LOG_RESULT];

    test->result = (enum lwnvme_self_test_result)lwnvme_field_get(result->dsts, LWNVME_SELF_TEST_DSTS_RESULT);
    test->code_run = (uint8_t)lwnvme_field_get(result->dsts, LWNVME_SELF_TEST_DSTS_CODE);
    if (test->result == LWNVME_SELF_TEST_NO_RESULT)
        return;
    if (test->result == LWNVME_SELF_TEST_SEGMENT)
        test->segment = result->segn;
    test->power_on_hours = lwnvme_le64_get(&result->poh);
    test->has_nsid = (result->vdi & LWNVME_SELF_TEST_VDI_NSID) != 0;
    test->has_lba = (result->vdi & LWNVME_SELF_TEST_VDI_FLBA) != 0;
    test->has_status = (result->vdi & LWNVME_SELF_TEST_VALID_STATUS) == LWNVME_SELF_TEST_VALID_STATUS;
    if (test->has_nsid)
        test->failing_nsid = lwnvme_le32_get(&result->nsid);
    if (test->has_lba)
        test->failing_lba = lwnvme_le64_get(&result->flba);
    if (test->has_status)
        test->failing_status = (int)(lwnvme_field_put(result->sct & 7u, LWNVME_STATUS_SCT) | result->sc);
}

static int lwnvme_self_test_verdict(const struct lwnvme_self_test *test)
{
    static const int16_t verdicts[] = {
        [LWNVME_SELF_TEST_PASSED] = LWNVME_OK,
        [LWNVME_SELF_TEST_ABORTED_BY_COMMAND] = LWNVME_ERR_CANCELLED,
        [LWNVME_SELF_TEST_ABORTED_BY_RESET] = LWNVME_ERR_ABORTED,
        [LWNVME_SELF_TEST_ABORTED_BY_NAMESPACE_REMOVAL] = LWNVME_ERR_ABORTED,
        [LWNVME_SELF_TEST_ABORTED_BY_FORMAT] = LWNVME_ERR_ABORTED,
        [LWNVME_SELF_TEST_FATAL] = LWNVME_ERR_SELF_TEST_FAILED,
        [LWNVME_SELF_TEST_SEGMENT_UNKNOWN] = LWNVME_ERR_SELF_TEST_FAILED,
        [LWNVME_SELF_TEST_SEGMENT] = LWNVME_ERR_SELF_TEST_FAILED,
        [LWNVME_SELF_TEST_ABORTED] = LWNVME_ERR_ABORTED,
        [LWNVME_SELF_TEST_ABORTED_BY_SANITIZE] = LWNVME_ERR_ABORTED,
    };

    /* One that was begun here must have left something. */
    if (test->result == LWNVME_SELF_TEST_NO_RESULT && test->follow && !test->found)
        return LWNVME_OK;
    return (uint32_t)test->result < sizeof(verdicts) / sizeof(verdicts[0]) ? verdicts[test->result]
                                                                           : LWNVME_ERR_LOG_DATA;
}

/* Steps. */

static void lwnvme_self_test_send_step(struct lwnvme_self_test *test)
{
    if (test->cancelling)
        lwnvme_operation_end(&test->operation, LWNVME_ERR_CANCELLED);
    else
        lwnvme_self_test_send(test, test->code, LWNVME_SELF_TEST_SENT);
}

/* Given back by a reset, it may have been started all the same; the reset will then have aborted it, or not. */
static void lwnvme_self_test_sent_step(struct lwnvme_self_test *test)
{
    struct lwnvme_operation *operation = &test->operation;

    if (operation->request.status != LWNVME_OK)
        lwnvme_operation_end(operation, operation->request.status);
    else
        operation->stage = LWNVME_SELF_TEST_FOLLOW;
}

static void lwnvme_self_test_follow_step(struct lwnvme_self_test *test)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_DEVICE_SELF_TEST, .nsid = LWNVME_NSID_ALL};
    struct lwnvme_operation *operation = &test->operation;
    int status;

    if (test->cancelling) {
        test->cancelling = false;
        lwnvme_self_test_send(test, LWNVME_SELF_TEST_CODE_ABORT, LWNVME_SELF_TEST_ABORT_SENT);
        return;
    }
    operation->request.timeout_ms = 0;
    status = lwnvme_log_read(operation->controller, &operation->request, &select, test->log,
                             (uint32_t)sizeof(test->log));
    if (status == LWNVME_OK)
        operation->stage = LWNVME_SELF_TEST_FOLLOWED;
    else
        lwnvme_operation_end(operation, status);
}

/* Whatever the answer: the log knows. */
static void lwnvme_self_test_abort_sent_step(struct lwnvme_self_test *test)
{
    test->operation.stage = LWNVME_SELF_TEST_FOLLOW;
}

static void lwnvme_self_test_followed_step(struct lwnvme_self_test *test)
{
    struct lwnvme_operation *operation = &test->operation;
    int status = operation->request.status;

    /* A sanitize that came in between has ended the test, but the log cannot be read before it is done. */
    if (status > 0 && lwnvme_status_code(status) != LWNVME_SC_SANITIZE_IN_PROGRESS) {
        lwnvme_operation_end(operation, status);
        return;
    }
    operation->stage = LWNVME_SELF_TEST_FOLLOW;
    if (status != LWNVME_OK) {
        lwnvme_operation_pause(operation, LWNVME_SELF_TEST_RETRY_MS);
        return;
    }
    if (lwnvme_field_get(test->log[0], LWNVME_SELF_TEST_CDSTO) == 0) {
        lwnvme_self_test_decode(test);
        lwnvme_operation_end(operation, lwnvme_self_test_verdict(test));
        return;
    }
    test->found = test->follow;
    lwnvme_operation_progress(operation, lwnvme_field_get(test->log[1], LWNVME_SELF_TEST_CDSTC));
    if (!test->cancelling)
        lwnvme_operation_pause_growing(operation);
}

static void lwnvme_self_test_step(struct lwnvme_operation *operation)
{
    static void (*const steps[])(struct lwnvme_self_test *) = {
        [LWNVME_SELF_TEST_SEND] = lwnvme_self_test_send_step,
        [LWNVME_SELF_TEST_SENT] = lwnvme_self_test_sent_step,
        [LWNVME_SELF_TEST_FOLLOW] = lwnvme_self_test_follow_step,
        [LWNVME_SELF_TEST_FOLLOWED] = lwnvme_self_test_followed_step,
        [LWNVME_SELF_TEST_ABORT_SENT] = lwnvme_self_test_abort_sent_step,
    };

    steps[operation->stage](lwnvme_self_test_of(operation));
}

/* Begin. */

static int lwnvme_self_test_check(const struct lwnvme_controller *controller,
                                  const struct lwnvme_self_test *test)
{
    int status;

    if (test == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_operation_check(controller, &test->operation);
    if (status != LWNVME_OK)
        return status;
    return (controller->info.oacs & LWNVME_OACS_DEVICE_SELF_TEST) == 0 ? LWNVME_ERR_NO_SELF_TEST : LWNVME_OK;
}

static bool lwnvme_self_test_nsid_fits(const struct lwnvme_controller *controller, uint32_t nsid)
{
    return nsid == 0 || nsid == LWNVME_NSID_ALL || nsid <= controller->info.nn;
}

static int lwnvme_self_test_fields_check(const struct lwnvme_controller *controller,
                                         const struct lwnvme_self_test *test)
{
    bool refreshes = test->code == LWNVME_SELF_TEST_CODE_HOST_INITIATED_REFRESH;

    if (test->code != LWNVME_SELF_TEST_CODE_SHORT && test->code != LWNVME_SELF_TEST_CODE_EXTENDED &&
        test->code != LWNVME_SELF_TEST_CODE_VENDOR && !refreshes)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (!lwnvme_self_test_nsid_fits(controller, test->nsid))
        return LWNVME_ERR_NS_INVALID_ID;
    if (refreshes && (lwnvme_identify_copy(controller)->dsto & LWNVME_DSTO_HOST_INITIATED_REFRESH) == 0)
        return LWNVME_ERR_NO_SELF_TEST;
    return LWNVME_OK;
}

/* Twice what the controller says that the extended test takes, and room; a day where it does not say. */
static uint32_t lwnvme_self_test_limit_ms(const struct lwnvme_controller *controller,
                                          const struct lwnvme_self_test *test)
{
    uint32_t edstt = lwnvme_le16_get(&lwnvme_identify_copy(controller)->edstt);

    if (!test->follow && test->code == LWNVME_SELF_TEST_CODE_SHORT)
        return LWNVME_SELF_TEST_SHORT_MS;
    if (edstt == 0 || edstt > 0x7fffu || (!test->follow && test->code != LWNVME_SELF_TEST_CODE_EXTENDED))
        return LWNVME_SELF_TEST_LIMIT_MS;
    return 2u * edstt * LWNVME_SELF_TEST_MINUTE_MS + LWNVME_SELF_TEST_SHORT_MS;
}

static void lwnvme_self_test_start(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    test->result = LWNVME_SELF_TEST_NO_RESULT;
    test->code_run = 0;
    test->segment = 0;
    test->has_nsid = false;
    test->has_lba = false;
    test->has_status = false;
    test->failing_nsid = 0;
    test->failing_lba = 0;
    test->failing_status = 0;
    test->power_on_hours = 0;
    test->found = false;
    test->cancelling = false;
    lwnvme_operation_start(controller, &test->operation, lwnvme_self_test_step,
                           lwnvme_self_test_limit_ms(controller, test));
}

int lwnvme_self_test_begin(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    int status = lwnvme_self_test_check(controller, test);

    if (status == LWNVME_OK)
        status = lwnvme_self_test_fields_check(controller, test);
    if (status != LWNVME_OK)
        return status;
    test->follow = false;
    lwnvme_self_test_start(controller, test);
    return LWNVME_OK;
}

int lwnvme_self_test_follow(struct lwnvme_controller *controller, struct lwnvme_self_test *test)
{
    int status = lwnvme_self_test_check(controller, test);

    if (status != LWNVME_OK)
        return status;
    test->follow = true;
    lwnvme_self_test_start(controller, test);
    test->operation.stage = LWNVME_SELF_TEST_FOLLOW;
    return LWNVME_OK;
}

/* Due at once, whatever pause has been set. */
int lwnvme_self_test_cancel(struct lwnvme_self_test *test)
{
    if (test == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (!lwnvme_operation_active(&test->operation))
        return LWNVME_ERR_WRONG_STATE;
    test->cancelling = true;
    test->operation.not_before_us = 0;
    test->operation.service.due_us = 0;
    return LWNVME_OK;
}

int lwnvme_self_test_abort(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.oacs & LWNVME_OACS_DEVICE_SELF_TEST) == 0)
        return LWNVME_ERR_NO_SELF_TEST;
    if (!lwnvme_self_test_nsid_fits(controller, nsid))
        return LWNVME_ERR_NS_INVALID_ID;
    return lwnvme_admin_plain(controller, request, LWNVME_ADMIN_DEVICE_SELF_TEST, nsid,
                              lwnvme_field_put(LWNVME_SELF_TEST_CODE_ABORT, LWNVME_SELF_TEST_STC), 0);
}
