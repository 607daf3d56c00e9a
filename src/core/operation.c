/* SPDX-License-Identifier: MIT */
/*
 * What long operations have in common: a service that takes the operation's next step when its command has
 * ended and its time has come, and the one way out.
 *
 *     begin --> step: send a command --> ended, and due --> step: send the next, or wait --> ... --> end
 *
 * A step is only taken while the controller is ready, in lwnvme_controller_poll and outside of its callbacks,
 * so it may do all that the controller's owner may. What a step finds in request.status is the answer to the
 * command that the step before sent; given back by a reset it is negative, and the step decides what to do.
 */
#include <lwnvme/operation.h>

#include "core.h"

#define LWNVME_OPERATION_PAUSE_LEAST_MS 200u
#define LWNVME_OPERATION_PAUSE_MOST_MS  10000u

/* How an operation ends with its controller: one whose command's buffer may still be written says so. */
static int lwnvme_operation_fate(const struct lwnvme_operation *operation, int status)
{
    return operation->request.status == LWNVME_ERR_BUFFER_HELD ? LWNVME_ERR_BUFFER_HELD : status;
}

/* The owner may begin nothing and change nothing from this last callback: the controller is being taken apart. */
static void lwnvme_operation_closed(struct lwnvme_operation *operation)
{
    struct lwnvme_controller *controller = operation->controller;

    controller->polling++;
    lwnvme_operation_end(operation, lwnvme_operation_fate(operation, LWNVME_ERR_ABORTED));
    controller->polling--;
}

static void lwnvme_operation_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    if (occasion == LWNVME_OCCASION_CLOSE)
        lwnvme_operation_closed(
            (struct lwnvme_operation *)(void *)((uint8_t *)service -
                                                offsetof(struct lwnvme_operation, service)));
}

/* A pause is never longer than the longest, also when the clock has been set back, and over when it stands still: the
 * core looks for that only while commands are under way. */
static void lwnvme_operation_wait(struct lwnvme_operation *operation, uint64_t now_us)
{
    if (operation->not_before_us - now_us > LWNVME_OPERATION_PAUSE_MOST_MS * 1000u)
        lwnvme_operation_pause(operation, LWNVME_OPERATION_PAUSE_MOST_MS);
    if (now_us != operation->seen_us) {
        operation->seen_us = now_us;
        operation->stuck_polls = 0;
        return;
    }
    if (++operation->stuck_polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        lwnvme_controller_fail(operation->controller, LWNVME_ERR_CLOCK_STOPPED);
}

/* What is called back in a step may wait for something else, which polls: no step is taken within a step. The operation
 * may end in it, and its memory be gone. */
static void lwnvme_operation_take_step(struct lwnvme_operation *operation)
{
    bool ended = false;

    /* cppcheck-suppress autoVariables ; taken back before this returns, unless the operation has ended */
    operation->ended = &ended;
    operation->step(operation);
    if (!ended)
        operation->ended = NULL;
}

/* While a command is under way nothing is due but that; the poll that takes its answer steps on. Another service may
 * have begun a reset in this very turn: then nothing is sent any more. */
static void lwnvme_operation_work(struct lwnvme_service *service)
{
    struct lwnvme_operation *operation =
        (struct lwnvme_operation *)(void *)((uint8_t *)service - offsetof(struct lwnvme_operation, service));
    uint64_t now_us;

    if (operation->ended != NULL || operation->controller->farewells != 0 ||
        lwnvme_controller_refusal(operation->controller) != LWNVME_OK)
        return;
    service->due_us = UINT64_MAX;
    if (lwnvme_request_active(&operation->request))
        return;
    service->due_us = operation->not_before_us;
    now_us = lwnvme_now_us(operation->controller);
    if (now_us > operation->deadline_us)
        lwnvme_operation_end(operation, LWNVME_ERR_OPERATION_TIMEOUT);
    else if (now_us >= operation->not_before_us)
        lwnvme_operation_take_step(operation);
    else
        lwnvme_operation_wait(operation, now_us);
}

/*
 * Takes an operation under way; the first step is taken by the next poll. The caller has checked everything.
 * limit_ms: how long the whole may take unless the operation names a time; 0: for ever. A kind that has something to
 * tidy up sets operation->leave after this call.
 */
void lwnvme_operation_start(struct lwnvme_controller *controller, struct lwnvme_operation *operation,
                            void (*step)(struct lwnvme_operation *operation), uint64_t limit_ms)
{
    uint64_t now_us = lwnvme_now_us(controller);

    if (operation->timeout_ms != 0)
        limit_ms = operation->timeout_ms;
    operation->status = LWNVME_PENDING;
    operation->progress_percent = 0;
    operation->left_s = LWNVME_OPERATION_UNKNOWN;
    operation->controller = controller;
    operation->step = step;
    operation->leave = NULL;
    operation->ended = NULL;
    operation->begun_us = now_us;
    operation->seen_us = now_us;
    operation->stuck_polls = 0;
    operation->deadline_us = limit_ms == 0 ? UINT64_MAX : now_us + limit_ms * 1000u;
    operation->stage = 0;
    operation->service.work = lwnvme_operation_work;
    operation->service.tell = lwnvme_operation_told;
    operation->not_before_us = now_us;
    operation->service.due_us = now_us;
    operation->request.done = NULL;
    operation->request.timeout_ms = 0;
    operation->request.repeat = LWNVME_REPEAT_NEVER; /* steps decide what a reset means */
    operation->request.status = LWNVME_OK;
    lwnvme_service_add(controller, &operation->service);
}

/* Why no operation can be begun with this object now, or LWNVME_OK. */
int lwnvme_operation_check(const struct lwnvme_controller *controller,
                           const struct lwnvme_operation *operation)
{
    if (controller == NULL || operation == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (operation->step != NULL || lwnvme_request_active(&operation->request))
        return LWNVME_ERR_BUSY;
    return lwnvme_controller_refusal(controller);
}

/* The next step is not taken before so much time has passed. */
void lwnvme_operation_pause(struct lwnvme_operation *operation, uint32_t pause_ms)
{
    operation->not_before_us = lwnvme_now_us(operation->controller) + (uint64_t)pause_ms * 1000u;
    operation->service.due_us = operation->not_before_us;
}

/* For asking how far the controller is: often at first, then less, from 5 times a second to once in 10 s. */
void lwnvme_operation_pause_growing(struct lwnvme_operation *operation)
{
    uint64_t age_ms = (lwnvme_now_us(operation->controller) - operation->begun_us) >> 10;

    if (age_ms >> 5 < LWNVME_OPERATION_PAUSE_LEAST_MS)
        lwnvme_operation_pause(operation, LWNVME_OPERATION_PAUSE_LEAST_MS);
    else if (age_ms >> 5 > LWNVME_OPERATION_PAUSE_MOST_MS)
        lwnvme_operation_pause(operation, LWNVME_OPERATION_PAUSE_MOST_MS);
    else
        lwnvme_operation_pause(operation, (uint32_t)(age_ms >> 5));
}

/* The end: nothing of the operation is with the library any more but, perhaps, a command that is late. */
void lwnvme_operation_end(struct lwnvme_operation *operation, int status)
{
    if (operation->step == NULL)
        return; /* the controller has been closed within a step */
    if (operation->ended != NULL)
        *operation->ended = true;
    operation->ended = NULL;
    lwnvme_service_remove(&operation->service);
    operation->step = NULL;
    operation->status = status;
    if (operation->leave != NULL)
        operation->leave(operation);
    operation->left_s = 0;
    if (status == LWNVME_OK)
        operation->progress_percent = 100;
    if (operation->done != NULL)
        operation->done(operation);
}

/* Notes how far it is, and estimates the rest from the time so far. */
void lwnvme_operation_progress(struct lwnvme_operation *operation, uint32_t percent)
{
    uint64_t passed_us = lwnvme_now_us(operation->controller) - operation->begun_us;
    uint32_t passed_s = 0;

    if (percent > 100u)
        percent = 100;
    operation->progress_percent = percent;
    operation->left_s = LWNVME_OPERATION_UNKNOWN;
    if (percent == 0 || passed_us >> 52 != 0)
        return;
    /* Turns of 2^20 us for seconds: no 64-bit division, and the 5 percent are within what an estimate is. */
    passed_s = (uint32_t)(passed_us >> 20);
    if (passed_s < UINT32_MAX / 100u)
        operation->left_s = lwnvme_divide(passed_s * (100u - percent), percent);
    if (operation->left_s == 0 && percent < 100u)
        operation->left_s = 1;
}

int lwnvme_operation_step(struct lwnvme_operation *operation)
{
    struct lwnvme_controller *controller;
    int status;

    if (operation == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = operation->controller;
    if (operation->step == NULL)
        return operation->status;
    if (operation->ended != NULL)
        return LWNVME_ERR_IN_CALLBACK;
    status = lwnvme_controller_poll(controller);
    if (operation->step != NULL && controller->state == LWNVME_STATE_FAILED)
        lwnvme_operation_end(operation, lwnvme_operation_fate(operation, status));
    return operation->status;
}
