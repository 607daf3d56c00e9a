/* SPDX-License-Identifier: MIT */
/*
 * What may be asked of a controller that has been brought up: reset, shutdown, resume, sleep. Each call begins a journey
 * through the states of controller.c; the rows of the states that only journeys lead to are here, and are linked with
 * the calls.
 *
 *     reset     quiesce --> disable --> ... --> queue_count --> io_queues --> ready
 *     shutdown  drain --> delete_queues --> shutdown --> off
 *     resume    settle --> disable --> ... --> queue_count --> io_queues --> ready
 *     recovery  stop_reclaim --> disable, or rescue --> settle; ... --> io_queues --> verify --> ready
 *
 * Controller owner's context.
 */
#include "core.h"

#define LWNVME_DELAY_AFTER_NSSR_US 1000000u

#if !LWNVME_CONFIG_BOOT
/* Queues that were there before a reset or shutdown are made again, one after the other. */
static int lwnvme_io_queues_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    struct lwnvme_queue *queue = controller->queues;
    int status;

    (void)csts;
    (void)late;
    while (queue != NULL) {
        if (queue->state == LWNVME_QUEUE_PARKED) {
            status = lwnvme_queue_revive(queue);
            return status != LWNVME_OK ? status : LWNVME_PENDING;
        }
        if (queue->state != LWNVME_QUEUE_LIVE && queue->state != LWNVME_QUEUE_BROKEN)
            return LWNVME_PENDING;
        queue = queue->next;
    }
    return LWNVME_OK;
}

/* Nothing new from outside; what the services still have to say may be sent. Queues that are held are let go, since
 * whoever holds them takes no step any more. Also the entry to drain. */
static int lwnvme_quiesce_enter(struct lwnvme_controller *controller)
{
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, LWNVME_SLOW_HELD);
    lwnvme_services_tell(controller, LWNVME_OCCASION_FAREWELL);
    return LWNVME_OK;
}

/* A controller that does not answer is reset all the same, and one whose command's deadline passes here: that is what it is reset
 * for. Whatever else has been found is looked at in the next state. */
static int lwnvme_quiesce_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    int fail_status = LWNVME_GLANCE(controller->fail_status);

    if (fail_status == LWNVME_ERR_TIMEOUT)
        LWNVME_SHOW(controller->fail_status, LWNVME_OK);
    return fail_status == LWNVME_OK && !late && controller->farewells != 0 &&
                   lwnvme_csts_check(controller, LWNVME_CHECK_RUNS, &csts) == LWNVME_OK
               ? LWNVME_PENDING
               : LWNVME_OK;
}

static bool lwnvme_queue_is_idle(const struct lwnvme_queue *queue)
{
    return lwnvme_in_flight(queue) == 0 && queue->waiting_first == NULL && queue->resting == NULL;
}

static int lwnvme_drain_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    struct lwnvme_queue *queue;
    bool idle = lwnvme_in_flight(&controller->admin) == controller->event_requests &&
                controller->admin.waiting_first == NULL && controller->page_waiting_first == NULL;

    (void)csts;
    (void)late;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        (void)lwnvme_queue_poll(queue, 0);
        idle = idle && lwnvme_queue_is_idle(queue);
    }
    return idle ? LWNVME_OK : LWNVME_PENDING;
}

/* A queue that the controller will not delete does not keep it from being shut down. */
static int lwnvme_delete_queues_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    struct lwnvme_queue *queue;
    int status;

    (void)csts;
    (void)late;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (queue->state == LWNVME_QUEUE_LIVE) {
            status = lwnvme_queue_take_down(queue);
            return status != LWNVME_OK ? status : LWNVME_PENDING;
        }
        if (queue->state != LWNVME_QUEUE_PARKED && queue->state != LWNVME_QUEUE_BROKEN)
            return LWNVME_PENDING;
    }
    return LWNVME_OK;
}

#endif

static int lwnvme_shutdown_enter(struct lwnvme_controller *controller)
{
    uint32_t cc = lwnvme_register_read(controller, LWNVME_REG_CC);

    if (cc == 0xffffffffu)
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(cc, LWNVME_CC_EN) == 0)
        return LWNVME_ERR_LOST_READY; /* it has lost power, say, and nobody has looked since */
    lwnvme_queues_stop(controller);   /* what an abrupt shutdown finds in flight is given back afterwards */
    cc &= ~lwnvme_field_put(3, LWNVME_CC_SHN);
    lwnvme_register_write(controller, LWNVME_REG_CC,
                          cc | lwnvme_field_put(controller->shutdown_kind == LWNVME_SHUTDOWN_ABRUPT
                                                    ? LWNVME_CC_SHN_ABRUPT
                                                    : LWNVME_CC_SHN_NORMAL,
                                                LWNVME_CC_SHN));
    return LWNVME_OK;
}

static int lwnvme_shutdown_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)controller;
    (void)late;
    return lwnvme_field_get(csts, LWNVME_CSTS_SHST) == LWNVME_CSTS_SHST_COMPLETE ? LWNVME_OK : LWNVME_PENDING;
}

#if LWNVME_CONFIG_BOOT
static int lwnvme_off_enter(struct lwnvme_controller *controller)
{
    controller->status = LWNVME_OK;
    return LWNVME_OK;
}

/* clang-format off */
static const struct lwnvme_state_row lwnvme_journey_states[] = {
    [LWNVME_STATE_SHUTDOWN - LWNVME_STATE_IO_QUEUES] = {lwnvme_shutdown_enter, lwnvme_shutdown_poll, LWNVME_CHECK_PRESENT,
        LWNVME_LIMIT_SHUTDOWN, LWNVME_ERR_SHUTDOWN_TIMEOUT, LWNVME_STATE_STOP, LWNVME_STATE_STOP},
    [LWNVME_STATE_OFF - LWNVME_STATE_IO_QUEUES] = {lwnvme_off_enter, lwnvme_rest_poll, 0,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_OFF, LWNVME_STATE_STOP},
};
/* clang-format on */
#else
/*
 * After a normal shutdown nothing is outstanding, the I/O queues are deleted, and the controller carries nothing
 * out until it is reset: it has stopped, without CC.EN having been cleared. Clearing it would be a reset, after
 * which the controller is no longer ready to be powered off. One that still has rings, because it would not delete them, is
 * not believed that much: a close clears CC.EN before it frees them.
 */
static int lwnvme_off_enter(struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    controller->status = LWNVME_OK;
    lwnvme_queues_stop(controller);
    controller->device_stopped = 1;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (queue->state == LWNVME_QUEUE_BROKEN)
            controller->device_stopped = 0;
    }
    lwnvme_event_send(controller, LWNVME_EVENT_OFF);
    return LWNVME_OK;
}

/* What these states do is the recovery's; it may have been stopped meanwhile. */
static int lwnvme_rescue_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)csts;
    (void)late;
    return controller->recovery == NULL ? LWNVME_ERR_FAILED : controller->recovery->hooks->rescue(controller);
}

static int lwnvme_verify_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)csts;
    (void)late;
    return controller->recovery == NULL ? LWNVME_OK : controller->recovery->hooks->verify(controller);
}

/* From io_queues on. */
/* clang-format off */
static const struct lwnvme_state_row lwnvme_journey_states[] = {
    /* NOLINTNEXTLINE(misc-redundant-expression): as the other rows are */
    [LWNVME_STATE_IO_QUEUES - LWNVME_STATE_IO_QUEUES] = {NULL, lwnvme_io_queues_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
    [LWNVME_STATE_QUIESCE - LWNVME_STATE_IO_QUEUES] = {lwnvme_quiesce_enter, lwnvme_quiesce_poll, 0,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_DISABLE, LWNVME_STATE_STOP},
    [LWNVME_STATE_DRAIN - LWNVME_STATE_IO_QUEUES] = {lwnvme_quiesce_enter, lwnvme_drain_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_DRAIN, LWNVME_ERR_SHUTDOWN_TIMEOUT, LWNVME_STATE_DELETE_QUEUES, LWNVME_STATE_STOP},
    [LWNVME_STATE_DELETE_QUEUES - LWNVME_STATE_IO_QUEUES] = {NULL, lwnvme_delete_queues_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_SHUTDOWN, LWNVME_STATE_STOP},
    [LWNVME_STATE_SHUTDOWN - LWNVME_STATE_IO_QUEUES] = {lwnvme_shutdown_enter, lwnvme_shutdown_poll, LWNVME_CHECK_PRESENT,
        LWNVME_LIMIT_SHUTDOWN, LWNVME_ERR_SHUTDOWN_TIMEOUT, LWNVME_STATE_OFF, LWNVME_STATE_STOP},
    [LWNVME_STATE_OFF - LWNVME_STATE_IO_QUEUES] = {lwnvme_off_enter, lwnvme_rest_poll, 0,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_OFF, LWNVME_STATE_STOP},
    [LWNVME_STATE_RESCUE - LWNVME_STATE_IO_QUEUES] = {NULL, lwnvme_rescue_poll, 0,
        LWNVME_LIMIT_DRAIN, LWNVME_ERR_DISABLE_TIMEOUT, LWNVME_STATE_SETTLE, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_VERIFY - LWNVME_STATE_IO_QUEUES] = {NULL, lwnvme_verify_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
};
/* clang-format on */

#endif

/* RTD3E, within bounds. */
uint32_t lwnvme_shutdown_limit_us(const struct lwnvme_controller *controller)
{
    uint32_t limit_us = controller->info.rtd3e_us;

    if (limit_us < LWNVME_CONFIG_SHUTDOWN_FLOOR_MS * 1000u)
        return LWNVME_CONFIG_SHUTDOWN_FLOOR_MS * 1000u;
    return limit_us > LWNVME_CONFIG_SHUTDOWN_CAP_MS * 1000u ? LWNVME_CONFIG_SHUTDOWN_CAP_MS * 1000u
                                                            : limit_us;
}

/* There are rows for journeys from now on. */
void lwnvme_journey_prepare(struct lwnvme_controller *controller)
{
    uint32_t io_ms = controller->config.io_timeout_ms;
    uint32_t admin_ms = controller->config.admin_timeout_ms;

    controller->limits_us[LWNVME_LIMIT_DRAIN] = (uint64_t)(io_ms < admin_ms ? admin_ms : io_ms) * 1000u;
    controller->limits_us[LWNVME_LIMIT_SHUTDOWN] = lwnvme_shutdown_limit_us(controller);
    controller->journey_states = lwnvme_journey_states;
}

#if LWNVME_CONFIG_BOOT
/* What the next kernel finds: a controller that has been shut down and has stopped. */
int lwnvme_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind)
{
    int status = lwnvme_begin_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (kind != LWNVME_SHUTDOWN_HAND_OFF)
        return LWNVME_ERR_LEFT_OUT;
    if (controller->admin.waiting_first != NULL || lwnvme_queue_in_flight(controller->queues) != 0)
        return LWNVME_ERR_BUSY;
    controller->shutdown_kind = (uint8_t)kind;
    controller->info.rtd3e_us = lwnvme_le32_get(&lwnvme_identify_copy(controller)->rtd3e);
    lwnvme_journey_prepare(controller);
    return lwnvme_controller_begin(controller, LWNVME_GOAL_OFF, LWNVME_STATE_SHUTDOWN);
}
#else
static int lwnvme_journey_begin(struct lwnvme_controller *controller, enum lwnvme_goal goal,
                                enum lwnvme_state state)
{
    lwnvme_journey_prepare(controller);
    return lwnvme_controller_begin(controller, goal, state);
}

int lwnvme_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind)
{
    int status = lwnvme_begin_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (kind < LWNVME_SHUTDOWN_NORMAL || kind > LWNVME_SHUTDOWN_HAND_OFF)
        return LWNVME_ERR_INVALID_ARGUMENT;
    controller->shutdown_kind = (uint8_t)kind;
    return lwnvme_journey_begin(controller, LWNVME_GOAL_OFF,
                                kind == LWNVME_SHUTDOWN_ABRUPT ? LWNVME_STATE_SHUTDOWN : LWNVME_STATE_DRAIN);
}

int lwnvme_controller_resume(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if (controller->state != LWNVME_STATE_OFF)
        return LWNVME_ERR_WRONG_STATE;
    return lwnvme_journey_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_SETTLE);
}

int lwnvme_controller_reset(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if (controller->state != LWNVME_STATE_READY && controller->state != LWNVME_STATE_FAILED)
        return LWNVME_ERR_WRONG_STATE;
    if (controller->fail_status == LWNVME_ERR_GONE)
        return LWNVME_ERR_GONE;
    if (controller->goal == LWNVME_GOAL_CLOSED || controller->identified == 0)
        return LWNVME_ERR_WRONG_STATE;
    LWNVME_SHOW(controller->fail_status, LWNVME_OK);
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, 0);
    lwnvme_event_send(controller, LWNVME_EVENT_RESET);
    return lwnvme_journey_begin(controller, LWNVME_GOAL_READY,
                                controller->state == LWNVME_STATE_READY ? LWNVME_STATE_QUIESCE
                                                                        : LWNVME_STATE_DISABLE);
}

/*
 * Asleep in a power state, or awake again. No journey: the controller remembers everything. As in the state off it is
 * not touched and takes nothing, and a resume brings it up if it has forgotten after all; what waits in the queues
 * stays there.
 */
void lwnvme_controller_sleep(struct lwnvme_controller *controller, bool asleep)
{
    controller->journey_states = lwnvme_journey_states;
    LWNVME_SHOW(controller->state, asleep ? LWNVME_STATE_OFF : LWNVME_STATE_READY);
    controller->row = lwnvme_row(controller, controller->state);
    if (asleep)
        lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, 0);
    else
        lwnvme_gates_set(controller, 0, LWNVME_SLOW_NO_SUBMIT);
}

/* The reset may take the link down and with it the PCI configuration, which the host restores when it is told. */
void lwnvme_subsystem_reset_now(struct lwnvme_controller *controller)
{
    lwnvme_register_write(controller, LWNVME_REG_NSSR, LWNVME_NSSR_NSSRC_RESET);
    controller->not_before_us = lwnvme_clock_read(controller) + LWNVME_DELAY_AFTER_NSSR_US;
    lwnvme_event_send(controller, LWNVME_EVENT_SUBSYSTEM_RESET);
}

int lwnvme_controller_subsystem_reset(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if ((controller->state != LWNVME_STATE_READY && controller->state != LWNVME_STATE_FAILED) ||
        controller->identified == 0)
        return LWNVME_ERR_WRONG_STATE;
    if (controller->fail_status == LWNVME_ERR_GONE)
        return LWNVME_ERR_GONE;
    if (lwnvme_cap(controller, LWNVME_CAP_NSSRS) == 0)
        return LWNVME_ERR_NO_SUBSYSTEM_RESET;
    LWNVME_SHOW(controller->fail_status, LWNVME_OK);
    lwnvme_queues_stop(controller);
    lwnvme_event_send(controller, LWNVME_EVENT_RESET);
    lwnvme_subsystem_reset_now(controller);
    return lwnvme_journey_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_SETTLE);
}

/* Handles of namespaces that are open are refused from now on, as after a close: what they know no longer holds. The
 * queues hold still. */
void lwnvme_incarnation_renew(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    lwnvme_incarnation_next(controller);
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        queue->incarnation = controller->incarnation;
}
#endif
