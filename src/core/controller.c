/* SPDX-License-Identifier: MIT */
/*
 * A controller's life, as a table.
 *
 *     open --> probe --> settle --> disable --> reclaim --> admin_queue --> enable --> identify
 *                           ^          ^                                                  |
 *                   resume  |          +-- quiesce <--+ reset                             v
 *              off -------->+                         +-- ready <-- io_queues <-- queue_count
 *               ^                                     |
 *               +-- shutdown <-- delete_queues <-- drain
 *
 *     any of these, on an error, a deadline, a lost device, or close:
 *         stop --> stop_reclaim --> failed (a reset may lead on to settle; close frees)
 *
 * The table below is the truth; the drawing in the docs is made from it. Each row says what is done once on
 * entry, what is polled, how long that may take, and where it leads. Only lwnvme_controller_enter changes the
 * state; it also stamps the deadline and logs the step. Nothing here blocks.
 *
 * Owner: one context at a time calls in. A queue of another owner that finds a command late only notes that
 * (lwnvme_controller_fail); the controller's owner acts on it at its next poll.
 *
 * Memory: the controller may write its rings, pages and buffers from enable on until CSTS.RDY has been seen
 * to be 0, the device has been fenced off, or it has left the bus: device_stopped. Requests are given back
 * and memory is freed only then; if it never comes, requests are told (LWNVME_ERR_BUFFER_HELD) and memory is
 * kept.
 */
#include "core.h"

#define LWNVME_DELAY_BEFORE_INIT_US   2000000u
#define LWNVME_DELAY_AFTER_DISABLE_US 2300000u
#define LWNVME_DELAY_AFTER_NSSR_US    1000000u

enum lwnvme_limit {
    LWNVME_LIMIT_NONE = 0,
    LWNVME_LIMIT_READY,
    LWNVME_LIMIT_SHUTDOWN,
    LWNVME_LIMIT_DRAIN
};

/* The last four are small numbers in bytes, for the size of the table. */
struct lwnvme_state_row {
    int (*enter)(struct lwnvme_controller *controller); /* once; NULL: nothing */
    /* Again and again: LWNVME_OK leads to next, LWNVME_PENDING stays, others lead to on_failure. */
    int (*poll)(struct lwnvme_controller *controller, bool late);
    uint8_t limit;       /* how long it may stay pending: LWNVME_LIMIT_... */
    int16_t late_status; /* what lateness means; poll may decide otherwise */
    uint8_t next;        /* LWNVME_STATE_..., as is on_failure */
    uint8_t on_failure;
};

static struct lwnvme_controller *lwnvme_open_controllers;
static uint32_t lwnvme_incarnations; /* openings so far: what tells an old handle from a new one */

/* Gates: what the queues may do in which state. */

static void lwnvme_gates_set(struct lwnvme_controller *controller, uint16_t set, uint16_t clear)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_lock(queue);
        queue->slow |= set;
        if (queue->state == LWNVME_QUEUE_LIVE)
            queue->slow &= (uint16_t)~clear;
        lwnvme_queue_unlock(queue);
    }
}

void lwnvme_event_send(struct lwnvme_controller *controller, enum lwnvme_event event)
{
    uint32_t polling = controller->polling;

    if (controller->config.event == NULL)
        return;
    controller->polling = 1; /* the callback must not change the state under its caller */
    controller->config.event(controller, event, controller->config.event_context);
    controller->polling = polling;
}

/* Tells everything that lives with the controller. Who is told may remove itself or others, and add more. */
void lwnvme_services_tell(struct lwnvme_controller *controller, enum lwnvme_occasion occasion)
{
    struct lwnvme_service *service = controller->services;

    while (service != NULL) {
        controller->service_next = service->next;
        service->tell(service, occasion);
        service = controller->service_next;
    }
}

/* The same after a poll, when there may be work to do. */
static void lwnvme_services_work(struct lwnvme_controller *controller)
{
    struct lwnvme_service *service = controller->services;

    while (service != NULL) {
        controller->service_next = service->next;
        service->work(service);
        service = controller->service_next;
    }
}

/*
 * Why the controller takes no new work, or LWNVME_OK when it does.
 */
int lwnvme_controller_refusal(const struct lwnvme_controller *controller)
{
    if (controller->opened == 0)
        return LWNVME_ERR_NOT_OPEN;
    if (controller->fail_status != LWNVME_OK)
        return controller->fail_status == LWNVME_ERR_GONE ? LWNVME_ERR_GONE : LWNVME_ERR_FAILED;
    return controller->state == LWNVME_STATE_READY ? LWNVME_OK : LWNVME_ERR_WRONG_STATE;
}

/* Notes that the controller cannot go on. Called from wherever that is found out; acted on by the owner. */
void lwnvme_controller_fail(struct lwnvme_controller *controller, int status)
{
    if (controller->fail_status == LWNVME_OK)
        controller->fail_status = status;
}

/* From here on no doorbell is rung and no completion taken. */
static void lwnvme_queues_stop(struct lwnvme_controller *controller)
{
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED, 0);
    controller->admin.slow |= LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
}

/*
 * Gives requests back and forgets the rings, since the controller has too. A queue in one of whose callbacks
 * this runs is left for later. LWNVME_PENDING: there is such a queue.
 */
static int lwnvme_reclaim_poll(struct lwnvme_controller *controller, bool late)
{
    struct lwnvme_queue *queue;
    struct lwnvme_queue *next;
    int status = LWNVME_OK;

    (void)late;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if ((queue->hold & LWNVME_HOLD_POLL) != 0) {
            status = LWNVME_PENDING;
            continue;
        }
        if (queue->state != LWNVME_QUEUE_PARKED)
            lwnvme_queue_reap(queue);
        lwnvme_queue_give_back(queue);
    }
    if (controller->admin.cq != NULL) {
        lwnvme_queue_reap(&controller->admin);
        lwnvme_queue_give_back(&controller->admin);
    }
    lwnvme_pages_give_back(controller);
    for (queue = controller->queues; queue != NULL && controller->device_stopped != 0; queue = next) {
        next = queue->next;
        if (lwnvme_queue_is_calling(queue))
            status = LWNVME_PENDING;
        else
            lwnvme_queue_park(queue);
    }
    return status;
}

/* Rows: probe, settle, disable, reclaim. */

static int lwnvme_probe_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    int status;

    (void)late;
    if (csts == 0xffffffffu)
        return LWNVME_ERR_GONE;
    status = lwnvme_capabilities_read(controller);
    return status != LWNVME_OK ? status : lwnvme_capabilities_check(controller);
}

/*
 * CC.EN must not be changed while CSTS.RDY does not agree with it, nor during a shutdown: firmware may have
 * left the controller in the middle of either. One that never agrees is disabled all the same.
 */
static int lwnvme_settle_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    uint32_t cc;

    if (!lwnvme_device_present(controller, csts))
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(csts, LWNVME_CSTS_CFS) != 0)
        return LWNVME_OK;
    if (lwnvme_field_get(csts, LWNVME_CSTS_SHST) == LWNVME_CSTS_SHST_OCCURRING)
        return late ? LWNVME_ERR_SETTLE_TIMEOUT : LWNVME_PENDING;
    cc = lwnvme_register_read(controller, LWNVME_REG_CC);
    if (lwnvme_field_get(cc, LWNVME_CC_EN) == lwnvme_field_get(csts, LWNVME_CSTS_RDY) || late)
        return LWNVME_OK;
    return LWNVME_PENDING;
}

/* CC.EN to 0, the rest of CC as it is but for SHN: whoever ran it before may still need its settings. */
static int lwnvme_disable_enter(struct lwnvme_controller *controller)
{
    uint32_t cc = lwnvme_register_read(controller, LWNVME_REG_CC);

    lwnvme_queues_stop(controller);
    if (cc == 0xffffffffu)
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(cc, LWNVME_CC_EN) == 0)
        return LWNVME_OK;
    cc &= ~(lwnvme_field_put(1, LWNVME_CC_EN) | lwnvme_field_put(3, LWNVME_CC_SHN));
    lwnvme_register_write(controller, LWNVME_REG_CC, cc);
    if ((controller->quirks & LWNVME_QUIRK_DELAY_AFTER_DISABLE) != 0)
        controller->not_before_us = lwnvme_now_us(controller) + LWNVME_DELAY_AFTER_DISABLE_US;
    return LWNVME_OK;
}

static int lwnvme_disable_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);

    (void)late;
    if (!lwnvme_device_present(controller, csts))
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) != 0)
        return LWNVME_PENDING;
    controller->device_stopped = 1;
    return LWNVME_OK;
}

static int lwnvme_reclaim_enter(struct lwnvme_controller *controller)
{
    lwnvme_queues_stop(controller);
    return LWNVME_OK;
}

static int lwnvme_done_poll(struct lwnvme_controller *controller, bool late)
{
    (void)controller;
    (void)late;
    return LWNVME_OK;
}

static int lwnvme_rest_poll(struct lwnvme_controller *controller, bool late)
{
    (void)controller;
    (void)late;
    return LWNVME_PENDING;
}

/* Rows: admin_queue, enable, identify, queue_count, io_queues. */

static int lwnvme_admin_queue_enter(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *admin = &controller->admin;
    uint32_t csts;
    int status;

    if (admin->sq == NULL) {
        admin->id = 0;
        admin->timeout_ms = lwnvme_timeout_turns(controller->config.admin_timeout_ms);
        status = lwnvme_queue_allocate(controller, admin, LWNVME_CONFIG_ADMIN_ENTRIES);
        if (status == LWNVME_OK)
            status = lwnvme_pages_allocate(controller);
        if (status != LWNVME_OK)
            return status;
        admin->state = LWNVME_QUEUE_LIVE;
    }
    lwnvme_ring_reset(admin);
    csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    if (csts != 0xffffffffu && lwnvme_field_get(csts, LWNVME_CSTS_NSSRO) != 0)
        lwnvme_register_write(controller, LWNVME_REG_CSTS, lwnvme_field_put(1, LWNVME_CSTS_NSSRO));
    lwnvme_register_write(controller, LWNVME_REG_AQA,
                          lwnvme_field_put(LWNVME_CONFIG_ADMIN_ENTRIES - 1u, LWNVME_AQA_ASQS) |
                              lwnvme_field_put(LWNVME_CONFIG_ADMIN_ENTRIES - 1u, LWNVME_AQA_ACQS));
    lwnvme_register_write64(controller, LWNVME_REG_ASQ, admin->sq_dma);
    lwnvme_register_write64(controller, LWNVME_REG_ACQ, admin->cq_dma);
    return LWNVME_OK;
}

/* CC is written once without EN, since a controller may change CAP by what it finds there. */
static int lwnvme_enable_enter(struct lwnvme_controller *controller)
{
    lwnvme_register_write(controller, LWNVME_REG_CC, controller->cc);
    lwnvme_ready_timeout_update(controller);
    controller->device_stopped = 0;
    lwnvme_register_write(controller, LWNVME_REG_CC, controller->cc | lwnvme_field_put(1, LWNVME_CC_EN));
    return LWNVME_OK;
}

static int lwnvme_enable_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);

    (void)late;
    if (!lwnvme_device_present(controller, csts))
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(csts, LWNVME_CSTS_CFS) != 0)
        return LWNVME_ERR_FATAL;
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) == 0)
        return LWNVME_PENDING;
    controller->admin.slow &= (uint16_t) ~(LWNVME_SLOW_STOPPED | LWNVME_SLOW_NO_SUBMIT);
    return LWNVME_OK;
}

/* What every state looks at while the controller is enabled. */
static int lwnvme_running_check(struct lwnvme_controller *controller)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);

    if (!lwnvme_device_present(controller, csts))
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(csts, LWNVME_CSTS_CFS) != 0)
        return LWNVME_ERR_FATAL;
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) != 0)
        return LWNVME_OK;
    /* Bring-up cleared it, so it is news. */
    return lwnvme_field_get(csts, LWNVME_CSTS_NSSRO) != 0 ? LWNVME_ERR_SUBSYSTEM_RESET
                                                          : LWNVME_ERR_LOST_READY;
}

static int lwnvme_identify_enter(struct lwnvme_controller *controller)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_IDENTIFY};
    uint8_t *copy = controller->pages + (size_t)LWNVME_CONFIG_ADMIN_PAGES * LWNVME_PAGE_MIN;

    command.cdw10 = lwnvme_field_put(LWNVME_CNS_CONTROLLER, LWNVME_IDENTIFY_CDW10_CNS);
    controller->request.done = NULL;
    return lwnvme_page_command(controller, &controller->request, &command, copy, LWNVME_PAGE_MIN);
}

static int lwnvme_identify_poll(struct lwnvme_controller *controller, bool late)
{
    (void)late;
    if (lwnvme_request_active(&controller->request)) {
        int status = lwnvme_running_check(controller);
        return status != LWNVME_OK ? status : LWNVME_PENDING;
    }
    if (controller->request.status != LWNVME_OK)
        return controller->request.status;
    return lwnvme_identify_decode(controller);
}

static uint32_t lwnvme_queue_count_wanted(const struct lwnvme_controller *controller)
{
    uint32_t room = lwnvme_doorbell_queues(controller);

    if (lwnvme_field_get(controller->cc, LWNVME_CC_CSS) == LWNVME_CC_CSS_ADMIN_ONLY)
        return 0;
    if ((controller->quirks & LWNVME_QUIRK_ONE_COMMAND) != 0 && room > 1u)
        room = 1;
    return controller->config.io_queues < room ? controller->config.io_queues : room;
}

static int lwnvme_queue_count_enter(struct lwnvme_controller *controller)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SET_FEATURES};
    uint32_t wanted = lwnvme_queue_count_wanted(controller);

    controller->info.io_queues = 0;
    if (wanted == 0)
        return LWNVME_OK;
    command.cdw10 = lwnvme_field_put(LWNVME_FEATURE_NUMBER_OF_QUEUES, LWNVME_SET_FEATURES_CDW10_FID);
    command.cdw11 = (wanted - 1u) << 16 | (wanted - 1u);
    controller->request.internal_done = NULL;
    controller->request.done = NULL;
    return lwnvme_submit_raw(&controller->admin, &controller->request, &command, NULL);
}

/* A controller that refuses is good for admin commands only; that is no failure. */
static int lwnvme_queue_count_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t wanted = lwnvme_queue_count_wanted(controller);
    uint32_t granted;
    uint32_t completion_queues;

    (void)late;
    if (wanted == 0)
        return LWNVME_OK;
    if (lwnvme_request_active(&controller->request)) {
        int status = lwnvme_running_check(controller);
        return status != LWNVME_OK ? status : LWNVME_PENDING;
    }
    if (controller->request.status < 0)
        return controller->request.status;
    if (controller->request.status > 0) {
        lwnvme_log_value(controller, LWNVME_LEVEL_WARNING, "no I/O queues granted, status ",
                         (uint32_t)controller->request.status);
        return LWNVME_OK;
    }
    granted = (controller->request.result_dw0 & 0xffffu) + 1u;
    completion_queues = (controller->request.result_dw0 >> 16) + 1u;
    if (granted > completion_queues)
        granted = completion_queues;
    controller->info.io_queues = granted < wanted ? granted : wanted;
    return LWNVME_OK;
}

/* Queues that were there before a reset or shutdown are made again, one after the other. */
static int lwnvme_io_queues_poll(struct lwnvme_controller *controller, bool late)
{
    struct lwnvme_queue *queue = controller->queues;
    int status = lwnvme_running_check(controller);

    (void)late;
    if (status != LWNVME_OK)
        return status;
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

/* Rows: ready, drain, delete_queues, shutdown, off. */

static int lwnvme_ready_enter(struct lwnvme_controller *controller)
{
    controller->status = LWNVME_OK;
    lwnvme_gates_set(controller, 0, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_HELD); /* who held them is told */
    lwnvme_services_tell(controller, LWNVME_OCCASION_READY);
    lwnvme_event_send(controller, LWNVME_EVENT_READY);
    return LWNVME_OK;
}

static int lwnvme_ready_poll(struct lwnvme_controller *controller, bool late)
{
    int status = lwnvme_running_check(controller);

    (void)late;
    return status != LWNVME_OK ? status : LWNVME_PENDING;
}

/* Nothing new from outside; what the services still have to say may be sent. Queues that are held are let go, since
 * whoever holds them takes no step any more. Also the entry to drain. */
static int lwnvme_quiesce_enter(struct lwnvme_controller *controller)
{
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, LWNVME_SLOW_HELD);
    lwnvme_services_tell(controller, LWNVME_OCCASION_FAREWELL);
    return LWNVME_OK;
}

/* A controller that does not answer is reset all the same. */
static int lwnvme_quiesce_poll(struct lwnvme_controller *controller, bool late)
{
    return !late && controller->farewells != 0 && lwnvme_running_check(controller) == LWNVME_OK
               ? LWNVME_PENDING
               : LWNVME_OK;
}

static bool lwnvme_queue_is_idle(const struct lwnvme_queue *queue)
{
    return queue->in_flight == 0 && queue->waiting_first == NULL;
}

static int lwnvme_drain_poll(struct lwnvme_controller *controller, bool late)
{
    struct lwnvme_queue *queue;
    bool idle = controller->admin.in_flight == controller->event_requests &&
                controller->admin.waiting_first == NULL && controller->page_waiting_first == NULL;
    int status = lwnvme_running_check(controller);

    (void)late;
    if (status != LWNVME_OK)
        return status;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        (void)lwnvme_queue_poll(queue, 0);
        idle = idle && lwnvme_queue_is_idle(queue);
    }
    return idle ? LWNVME_OK : LWNVME_PENDING;
}

/* A queue that the controller will not delete does not keep it from being shut down. */
static int lwnvme_delete_queues_poll(struct lwnvme_controller *controller, bool late)
{
    struct lwnvme_queue *queue;
    int status = lwnvme_running_check(controller);

    (void)late;
    if (status != LWNVME_OK)
        return status;
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

static int lwnvme_shutdown_enter(struct lwnvme_controller *controller)
{
    uint32_t cc = lwnvme_register_read(controller, LWNVME_REG_CC);

    if (cc == 0xffffffffu)
        return LWNVME_ERR_GONE;
    lwnvme_queues_stop(controller); /* what an abrupt shutdown finds in flight is given back afterwards */
    cc &= ~lwnvme_field_put(3, LWNVME_CC_SHN);
    lwnvme_register_write(controller, LWNVME_REG_CC,
                          cc | lwnvme_field_put(controller->shutdown_kind, LWNVME_CC_SHN));
    return LWNVME_OK;
}

static int lwnvme_shutdown_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);

    (void)late;
    if (!lwnvme_device_present(controller, csts))
        return LWNVME_ERR_GONE;
    if (lwnvme_field_get(csts, LWNVME_CSTS_SHST) != LWNVME_CSTS_SHST_COMPLETE)
        return LWNVME_PENDING;
    return LWNVME_OK;
}

/*
 * After a normal shutdown nothing is outstanding, the I/O queues are deleted, and the controller carries nothing
 * out until it is reset: it has stopped, without CC.EN having been cleared. Clearing it would be a reset, after
 * which the controller is no longer ready to be powered off.
 */
static int lwnvme_off_enter(struct lwnvme_controller *controller)
{
    controller->status = LWNVME_OK;
    lwnvme_queues_stop(controller);
    controller->device_stopped = 1;
    lwnvme_event_send(controller, LWNVME_EVENT_OFF);
    return LWNVME_OK;
}

/* Rows: stop, stop_reclaim, failed. */

static int lwnvme_stop_enter(struct lwnvme_controller *controller)
{
    lwnvme_queues_stop(controller);
    /* It was told so a moment ago and must not be touched until it has stopped. */
    controller->stop_told = controller->not_before_us > lwnvme_now_us(controller) ? 1 : 0;
    return LWNVME_OK;
}

/* Whether CC.EN may not be cleared yet: CSTS.RDY has not followed it, or a shutdown is under way. */
static bool lwnvme_stop_must_wait(const struct lwnvme_controller *controller, uint32_t csts)
{
    uint32_t cc = lwnvme_register_read(controller, LWNVME_REG_CC);

    if (controller->fail_status == LWNVME_ERR_ENABLE_TIMEOUT || lwnvme_field_get(csts, LWNVME_CSTS_CFS) != 0)
        return false;
    if (lwnvme_field_get(csts, LWNVME_CSTS_SHST) == LWNVME_CSTS_SHST_OCCURRING)
        return controller->fail_status != LWNVME_ERR_SHUTDOWN_TIMEOUT;
    return lwnvme_field_get(cc, LWNVME_CC_EN) != 0 && lwnvme_field_get(csts, LWNVME_CSTS_RDY) == 0;
}

/* Tells the controller to stop, as soon as it may be told, then waits until it has; both for a limited time. */
static int lwnvme_stop_poll(struct lwnvme_controller *controller, bool late)
{
    uint32_t csts;

    if (controller->device_stopped != 0 || controller->fail_status == LWNVME_ERR_GONE)
        return LWNVME_OK;
    csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    if (!lwnvme_device_present(controller, csts)) {
        controller->fail_status = LWNVME_ERR_GONE;
        return LWNVME_OK;
    }
    if (controller->stop_told == 0) {
        if (!late && lwnvme_stop_must_wait(controller, csts))
            return LWNVME_PENDING;
        controller->stop_told = 1;
        controller->state_since_us = lwnvme_now_us(controller);
        controller->stuck_polls = 0;
        if (lwnvme_disable_enter(controller) == LWNVME_OK)
            return LWNVME_PENDING;
        controller->fail_status = LWNVME_ERR_GONE;
        return LWNVME_OK;
    }
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) == 0)
        controller->device_stopped = 1;
    return controller->device_stopped != 0 || late ? LWNVME_OK : LWNVME_PENDING;
}

/* The device has stopped, is gone, or will not stop: then it is fenced off, if the host can. */
static int lwnvme_stop_reclaim_enter(struct lwnvme_controller *controller)
{
    bool gone = controller->fail_status == LWNVME_ERR_GONE;

    lwnvme_queues_stop(controller);
    if (controller->device_stopped == 0) {
        if (controller->ops->fence_device != NULL && controller->ops->fence_device(controller->host))
            controller->device_stopped = 1;
        else if (gone)
            controller->device_stopped = 1;
        else
            lwnvme_log_text(controller, LWNVME_LEVEL_ERROR, "the controller does not stop; memory is kept");
    }
    if (controller->device_stopped == 0 && controller->goal != LWNVME_GOAL_CLOSED)
        lwnvme_controller_fail(controller, LWNVME_ERR_DISABLE_TIMEOUT);
    return LWNVME_OK;
}

static int lwnvme_failed_enter(struct lwnvme_controller *controller)
{
    controller->status = controller->fail_status;
    if (controller->goal == LWNVME_GOAL_CLOSED)
        return LWNVME_OK;
    lwnvme_event_send(controller,
                      controller->fail_status == LWNVME_ERR_GONE ? LWNVME_EVENT_GONE : LWNVME_EVENT_FAILED);
    return LWNVME_OK;
}

/* clang-format off */
static const struct lwnvme_state_row lwnvme_states[LWNVME_STATE_COUNT] = {
    [LWNVME_STATE_CLOSED] = {NULL, lwnvme_rest_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_CLOSED, LWNVME_STATE_CLOSED},
    [LWNVME_STATE_PROBE] = {NULL, lwnvme_probe_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_SETTLE, LWNVME_STATE_FAILED},
    [LWNVME_STATE_SETTLE] = {NULL, lwnvme_settle_poll,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_DISABLE, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_DISABLE] = {lwnvme_disable_enter, lwnvme_disable_poll,
        LWNVME_LIMIT_READY, LWNVME_ERR_DISABLE_TIMEOUT, LWNVME_STATE_RECLAIM, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_RECLAIM] = {lwnvme_reclaim_enter, lwnvme_reclaim_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_ADMIN_QUEUE, LWNVME_STATE_STOP},
    [LWNVME_STATE_ADMIN_QUEUE] = {lwnvme_admin_queue_enter, lwnvme_done_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_ENABLE, LWNVME_STATE_STOP},
    [LWNVME_STATE_ENABLE] = {lwnvme_enable_enter, lwnvme_enable_poll,
        LWNVME_LIMIT_READY, LWNVME_ERR_ENABLE_TIMEOUT, LWNVME_STATE_IDENTIFY, LWNVME_STATE_STOP},
    [LWNVME_STATE_IDENTIFY] = {lwnvme_identify_enter, lwnvme_identify_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_QUEUE_COUNT, LWNVME_STATE_STOP},
    [LWNVME_STATE_QUEUE_COUNT] = {lwnvme_queue_count_enter, lwnvme_queue_count_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_IO_QUEUES, LWNVME_STATE_STOP},
    [LWNVME_STATE_IO_QUEUES] = {NULL, lwnvme_io_queues_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
    [LWNVME_STATE_READY] = {lwnvme_ready_enter, lwnvme_ready_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
    [LWNVME_STATE_QUIESCE] = {lwnvme_quiesce_enter, lwnvme_quiesce_poll,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_DISABLE, LWNVME_STATE_STOP},
    [LWNVME_STATE_DRAIN] = {lwnvme_quiesce_enter, lwnvme_drain_poll,
        LWNVME_LIMIT_DRAIN, LWNVME_ERR_SHUTDOWN_TIMEOUT, LWNVME_STATE_DELETE_QUEUES, LWNVME_STATE_STOP},
    [LWNVME_STATE_DELETE_QUEUES] = {NULL, lwnvme_delete_queues_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_SHUTDOWN, LWNVME_STATE_STOP},
    [LWNVME_STATE_SHUTDOWN] = {lwnvme_shutdown_enter, lwnvme_shutdown_poll,
        LWNVME_LIMIT_SHUTDOWN, LWNVME_ERR_SHUTDOWN_TIMEOUT, LWNVME_STATE_OFF, LWNVME_STATE_STOP},
    [LWNVME_STATE_OFF] = {lwnvme_off_enter, lwnvme_rest_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_OFF, LWNVME_STATE_STOP},
    [LWNVME_STATE_STOP] = {lwnvme_stop_enter, lwnvme_stop_poll,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_STOP_RECLAIM, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_STOP_RECLAIM] = {lwnvme_stop_reclaim_enter, lwnvme_reclaim_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_FAILED, LWNVME_STATE_FAILED},
    [LWNVME_STATE_FAILED] = {lwnvme_failed_enter, lwnvme_rest_poll,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_FAILED, LWNVME_STATE_FAILED},
};
/* clang-format on */

/* In the order of enum lwnvme_state; one string, since pointers to them would take more than they do. */
static const char lwnvme_state_names[] = "closed\0"
                                         "probe\0"
                                         "settle\0"
                                         "disable\0"
                                         "reclaim\0"
                                         "admin_queue\0"
                                         "enable\0"
                                         "identify\0"
                                         "queue_count\0"
                                         "io_queues\0"
                                         "ready\0"
                                         "quiesce\0"
                                         "drain\0"
                                         "delete_queues\0"
                                         "shutdown\0"
                                         "off\0"
                                         "stop\0"
                                         "stop_reclaim\0"
                                         "failed\0"
                                         "unknown";

const char *lwnvme_state_name(enum lwnvme_state state)
{
    uint32_t left = (uint32_t)state < LWNVME_STATE_COUNT ? (uint32_t)state : LWNVME_STATE_COUNT;
    const char *name = lwnvme_state_names;

    while (left != 0) {
        if (*name++ == '\0')
            left--;
    }
    return name;
}

static uint64_t lwnvme_limit_us(const struct lwnvme_controller *controller, enum lwnvme_limit limit)
{
    uint32_t io_ms = controller->config.io_timeout_ms;
    uint32_t admin_ms = controller->config.admin_timeout_ms;

    switch (limit) {
    case LWNVME_LIMIT_READY:
        return (uint64_t)controller->ready_timeout_ms * 1000u;
    case LWNVME_LIMIT_SHUTDOWN:
        return controller->shutdown_timeout_us;
    case LWNVME_LIMIT_DRAIN:
        return (uint64_t)(io_ms < admin_ms ? admin_ms : io_ms) * 1000u;
    default:
        return 0;
    }
}

/* The one function that changes the state. */
static int lwnvme_controller_enter(struct lwnvme_controller *controller, enum lwnvme_state state)
{
    const struct lwnvme_state_row *row = &lwnvme_states[state];
    int status = LWNVME_OK;

    controller->state = (uint32_t)state;
    controller->state_since_us = lwnvme_now_us(controller);
    controller->stuck_polls = 0;
    controller->status = LWNVME_PENDING;
    lwnvme_log_state(controller, lwnvme_state_name(state));
    if (row->enter != NULL)
        status = row->enter(controller);
    /* After the entry, which may have learnt how long the controller takes. */
    controller->state_limit_us = lwnvme_limit_us(controller, row->limit);
    return status;
}

static enum lwnvme_state lwnvme_state_after(const struct lwnvme_controller *controller, int status)
{
    const struct lwnvme_state_row *row = &lwnvme_states[controller->state];

    if (status != LWNVME_OK)
        return row->on_failure;
    if (controller->state == LWNVME_STATE_SHUTDOWN && controller->shutdown_kind == LWNVME_SHUTDOWN_ABRUPT)
        return LWNVME_STATE_STOP; /* requests may be in flight: it must be seen to have stopped */
    if (controller->state == LWNVME_STATE_STOP_RECLAIM && controller->goal == LWNVME_GOAL_OFF &&
        controller->fail_status == LWNVME_OK && controller->device_stopped != 0)
        return LWNVME_STATE_OFF;
    return row->next;
}

static void lwnvme_failure_note(struct lwnvme_controller *controller, int status)
{
    lwnvme_controller_fail(controller, status);
    lwnvme_log_failure(controller, lwnvme_state_name((enum lwnvme_state)controller->state),
                       controller->fail_status);
    if (controller->fail_status == LWNVME_ERR_TIMEOUT && controller->identified == 0)
        lwnvme_log_checklist(controller);
}

/* Leaves the present state with `status`, through states whose entry fails, to one that holds. */
static void lwnvme_controller_leave(struct lwnvme_controller *controller, int status)
{
    uint32_t bound;

    for (bound = 0; bound < LWNVME_STATE_COUNT; bound++) {
        if (status != LWNVME_OK)
            lwnvme_failure_note(controller, status);
        status = lwnvme_controller_enter(controller, lwnvme_state_after(controller, status));
        if (status == LWNVME_OK)
            return;
    }
}

/* Whether the state has lasted too long, by the clock or, if that stands still, by count. */
static bool lwnvme_state_is_late(struct lwnvme_controller *controller, uint64_t now_us)
{
    if (controller->stuck_polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        return true;
    return controller->state_limit_us != 0 && now_us >= controller->state_since_us &&
           now_us - controller->state_since_us > controller->state_limit_us;
}

/* One look at the present state. True: it changed, look again. */
static bool lwnvme_controller_step(struct lwnvme_controller *controller)
{
    const struct lwnvme_state_row *row = &lwnvme_states[controller->state];
    uint64_t now_us = lwnvme_now_us(controller);
    bool late;
    int status;

    if (now_us < controller->not_before_us && controller->stuck_polls < LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        return false;
    controller->not_before_us = 0;
    late = lwnvme_state_is_late(controller, now_us);
    status = row->poll(controller, late);
    if (status == LWNVME_PENDING) {
        late = lwnvme_state_is_late(controller, now_us);
        if (!late || row->limit == LWNVME_LIMIT_NONE)
            return false;
        status = row->late_status;
    }
    lwnvme_controller_leave(controller, status);
    return true;
}

static bool lwnvme_work_is_pending(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    if (controller->status == LWNVME_PENDING || controller->admin.in_flight != controller->event_requests)
        return true;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (queue->in_flight != 0)
            return true;
    }
    return false;
}

/* What is measured against the clock goes back with it. */
static void lwnvme_clock_set_back(struct lwnvme_controller *controller, uint64_t back_us)
{
    controller->state_since_us =
        controller->state_since_us > back_us ? controller->state_since_us - back_us : 0;
    if (controller->not_before_us != 0)
        controller->not_before_us =
            controller->not_before_us > back_us ? controller->not_before_us - back_us : 0;
}

/* A clock that stands still would make every deadline endless. */
static void lwnvme_clock_watch(struct lwnvme_controller *controller)
{
    uint64_t now_us = lwnvme_now_us(controller);

    if (now_us < controller->last_now_us)
        lwnvme_clock_set_back(controller, controller->last_now_us - now_us);
    if (now_us != controller->last_now_us || !lwnvme_work_is_pending(controller)) {
        controller->last_now_us = now_us;
        controller->stuck_polls = 0;
        return;
    }
    if (controller->stuck_polls < LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        controller->stuck_polls++;
    if (controller->stuck_polls == LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        lwnvme_controller_fail(controller, LWNVME_ERR_CLOCK_STOPPED);
}

/* Whether it cannot go on and has not begun to stop. */
static bool lwnvme_failure_is_new(const struct lwnvme_controller *controller)
{
    return controller->fail_status != LWNVME_OK && controller->state != LWNVME_STATE_STOP &&
           controller->state != LWNVME_STATE_STOP_RECLAIM && controller->state != LWNVME_STATE_FAILED;
}

/* Whether a callback is under way, of a request or of an event, in which the state must not be changed. */
bool lwnvme_is_in_callback(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    if (controller->polling != 0 || (controller->admin.hold & LWNVME_HOLD_POLL) != 0)
        return true;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_queue_is_calling(queue))
            return true;
    }
    return false;
}

int lwnvme_controller_poll(struct lwnvme_controller *controller)
{
    uint32_t bound;

    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (controller->opened == 0)
        return LWNVME_ERR_NOT_OPEN;
    if (controller->polling != 0 || (controller->admin.hold & LWNVME_HOLD_POLL) != 0)
        return controller->status;
    controller->polling = 1;
    lwnvme_clock_watch(controller);
    (void)lwnvme_queue_poll(&controller->admin, 0);
    if (lwnvme_failure_is_new(controller)) {
        lwnvme_failure_note(controller, controller->fail_status);
        (void)lwnvme_controller_enter(controller, LWNVME_STATE_STOP);
    }
    for (bound = 0; bound < LWNVME_STATE_COUNT; bound++) {
        if (!lwnvme_controller_step(controller))
            break;
    }
    controller->polling = 0;
    if (lwnvme_controller_refusal(controller) == LWNVME_OK)
        lwnvme_services_work(controller);
    return controller->status;
}

int lwnvme_controller_status(const struct lwnvme_controller *controller)
{
    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return controller->opened == 0 ? LWNVME_ERR_NOT_OPEN : controller->status;
}

enum lwnvme_state lwnvme_controller_state(const struct lwnvme_controller *controller)
{
    if (controller == NULL || controller->opened == 0)
        return LWNVME_STATE_CLOSED;
    return (enum lwnvme_state)controller->state;
}

const struct lwnvme_controller_info *lwnvme_controller_get_info(const struct lwnvme_controller *controller)
{
    if (controller == NULL || controller->opened == 0 || controller->identified == 0)
        return NULL;
    return &controller->info;
}

const struct lwnvme_identify_controller *
lwnvme_controller_get_identify(const struct lwnvme_controller *controller)
{
    return lwnvme_controller_get_info(controller) == NULL ? NULL : lwnvme_identify_copy(controller);
}

/* Begins a journey that starts with `state`; the steps are taken by polls. */
static int lwnvme_controller_begin(struct lwnvme_controller *controller, enum lwnvme_goal goal,
                                   enum lwnvme_state state)
{
    int status;

    controller->goal = (uint32_t)goal;
    status = lwnvme_controller_enter(controller, state);
    if (status != LWNVME_OK)
        lwnvme_controller_leave(controller, status);
    return LWNVME_OK;
}

static int lwnvme_begin_check(const struct lwnvme_controller *controller)
{
    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (controller->opened == 0)
        return LWNVME_ERR_NOT_OPEN;
    return lwnvme_is_in_callback(controller) ? LWNVME_ERR_IN_CALLBACK : LWNVME_OK;
}

int lwnvme_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind)
{
    int status = lwnvme_begin_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_controller_refusal(controller);
    if (status != LWNVME_OK)
        return status;
    if (kind != LWNVME_SHUTDOWN_NORMAL && kind != LWNVME_SHUTDOWN_ABRUPT)
        return LWNVME_ERR_INVALID_ARGUMENT;
    controller->shutdown_kind = (uint32_t)kind;
    return lwnvme_controller_begin(controller, LWNVME_GOAL_OFF,
                                   kind == LWNVME_SHUTDOWN_NORMAL ? LWNVME_STATE_DRAIN
                                                                  : LWNVME_STATE_SHUTDOWN);
}

int lwnvme_controller_resume(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if (controller->state != LWNVME_STATE_OFF)
        return LWNVME_ERR_WRONG_STATE;
    return lwnvme_controller_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_SETTLE);
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
    controller->fail_status = LWNVME_OK;
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, 0);
    lwnvme_event_send(controller, LWNVME_EVENT_RESET);
    return lwnvme_controller_begin(controller, LWNVME_GOAL_READY,
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
    controller->state = asleep ? LWNVME_STATE_OFF : LWNVME_STATE_READY;
    if (asleep)
        lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT, 0);
    else
        lwnvme_gates_set(controller, 0, LWNVME_SLOW_NO_SUBMIT);
}

/* The reset may take the link down and with it the PCI configuration, which the host restores when it is told. */
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
    controller->fail_status = LWNVME_OK;
    lwnvme_queues_stop(controller);
    lwnvme_event_send(controller, LWNVME_EVENT_RESET);
    lwnvme_register_write(controller, LWNVME_REG_NSSR, LWNVME_NSSR_NSSRC_RESET);
    controller->not_before_us = lwnvme_now_us(controller) + LWNVME_DELAY_AFTER_NSSR_US;
    lwnvme_event_send(controller, LWNVME_EVENT_SUBSYSTEM_RESET);
    return lwnvme_controller_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_SETTLE);
}

/* Opening and closing. */

static int lwnvme_hooks_check(const struct lwnvme_host_ops *ops)
{
    if (ops->dma_alloc == NULL || ops->dma_free == NULL)
        return LWNVME_ERR_HOOK_DMA_ALLOC;
    if (ops->now_us == NULL)
        return LWNVME_ERR_HOOK_NOW_US;
    if ((ops->mmio_map == NULL) != (ops->mmio_unmap == NULL) ||
        (ops->mmio_read32 == NULL) != (ops->mmio_write32 == NULL) ||
        (ops->alloc == NULL) != (ops->free == NULL) || (ops->lock == NULL) != (ops->unlock == NULL) ||
        (ops->wait == NULL) != (ops->wake == NULL))
        return LWNVME_ERR_HOOK_PAIR;
    return LWNVME_OK;
}

static bool lwnvme_is_power_of_two(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most && (value & (value - 1u)) == 0;
}

static int lwnvme_config_check(const struct lwnvme_controller_config *config)
{
    int status;

    if (config->ops == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_hooks_check(config->ops);
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_is_power_of_two(config->page_bytes, LWNVME_PAGE_MIN, LWNVME_PAGE_MAX))
        return LWNVME_ERR_HOST_PAGE_SIZE;
    if (config->bar_mapped == NULL && config->ops->mmio_map == NULL)
        return LWNVME_ERR_HOOK_MMIO_MAP;
    if (config->bar_mapped == NULL && config->bar_physical == 0)
        return LWNVME_ERR_BAR_ADDRESS;
    if (config->bar_bytes < LWNVME_REGISTER_BYTES + 8u || config->bar_bytes > SIZE_MAX)
        return LWNVME_ERR_BAR_SIZE;
    if (config->max_transfer_bytes != 0 &&
        !lwnvme_is_power_of_two(config->max_transfer_bytes, LWNVME_PAGE_MIN, 1u << 24))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (config->io_queues > 65534u || config->io_timeout_ms > 0x7fffffffu ||
        config->admin_timeout_ms > 0x7fffffffu)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return LWNVME_OK;
}

static bool lwnvme_is_open(const struct lwnvme_controller *controller,
                           const struct lwnvme_controller_config *config)
{
    const struct lwnvme_controller *other;

    for (other = lwnvme_open_controllers; other != NULL; other = other->next_open) {
        if (other == controller)
            return true;
        if (config->bar_mapped != NULL && other->registers == config->bar_mapped)
            return true;
        if (config->bar_mapped == NULL && other->config.bar_mapped == NULL &&
            other->config.bar_physical == config->bar_physical)
            return true;
    }
    return false;
}

static void lwnvme_config_default(struct lwnvme_controller_config *config)
{
    if (config->max_transfer_bytes == 0)
        config->max_transfer_bytes = LWNVME_CONFIG_MAX_TRANSFER_BYTES;
    if (config->io_queues == 0)
        config->io_queues = LWNVME_CONFIG_IO_QUEUES;
    if (config->io_timeout_ms == 0)
        config->io_timeout_ms = LWNVME_CONFIG_IO_TIMEOUT_MS;
    if (config->admin_timeout_ms == 0)
        config->admin_timeout_ms = LWNVME_CONFIG_ADMIN_TIMEOUT_MS;
}

/* Handles of namespaces that are open are refused from now on, as after a close: what they know no longer holds. The
 * queues hold still. */
void lwnvme_incarnation_renew(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    if (++lwnvme_incarnations == 0)
        lwnvme_incarnations = 1;
    controller->incarnation = lwnvme_incarnations;
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        queue->incarnation = controller->incarnation;
}

int lwnvme_controller_open(struct lwnvme_controller *controller,
                           const struct lwnvme_controller_config *config)
{
    volatile void *registers;
    int status;

    if (controller == NULL || config == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_config_check(config);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_is_open(controller, config))
        return LWNVME_ERR_ALREADY_OPEN;
    registers = config->bar_mapped;
    if (registers == NULL)
        registers = config->ops->mmio_map(config->host, config->bar_physical, (size_t)config->bar_bytes);
    if (registers == NULL)
        return LWNVME_ERR_MMIO_MAP;
    memset(controller, 0, sizeof(*controller));
    controller->ops = config->ops;
    controller->host = config->host;
    controller->config = *config;
    lwnvme_config_default(&controller->config);
    controller->registers = registers;
    controller->quirks = lwnvme_quirks_for(config);
    controller->info.max_transfer_bytes = controller->config.max_transfer_bytes;
    controller->ready_timeout_ms = LWNVME_CONFIG_READY_FLOOR_MS;
    controller->shutdown_timeout_us = LWNVME_CONFIG_SHUTDOWN_FLOOR_MS * 1000u;
    controller->device_stopped = 1; /* it knows no memory of ours yet */
    controller->opened = 1;
    if (++lwnvme_incarnations == 0)
        lwnvme_incarnations = 1; /* 0 is that of handles that were never opened */
    controller->incarnation = lwnvme_incarnations;
    controller->last_now_us = lwnvme_now_us(controller);
    controller->next_open = lwnvme_open_controllers;
    lwnvme_open_controllers = controller;
    if ((controller->quirks & LWNVME_QUIRK_DELAY_BEFORE_INIT) != 0)
        controller->not_before_us = lwnvme_now_us(controller) + LWNVME_DELAY_BEFORE_INIT_US;
    return lwnvme_controller_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_PROBE);
}

static void lwnvme_open_forget(const struct lwnvme_controller *controller)
{
    struct lwnvme_controller **link = &lwnvme_open_controllers;

    while (*link != NULL && *link != controller)
        link = &(*link)->next_open;
    if (*link == controller)
        *link = controller->next_open;
}

/* Frees everything; what a controller that does not stop may write is kept. */
static int lwnvme_controller_release(struct lwnvme_controller *controller)
{
    bool keep_dma = controller->device_stopped == 0;
    struct lwnvme_queue *queue;

    lwnvme_services_tell(controller, LWNVME_OCCASION_CLOSE);
    while ((queue = controller->queues) != NULL) {
        controller->queues = queue->next;
        queue->status = LWNVME_ERR_QUEUE_CLOSED;
        lwnvme_queue_release(queue, keep_dma);
    }
    if (!keep_dma)
        lwnvme_dma_put(controller, controller->pages, controller->pages_bytes, controller->pages_dma);
    lwnvme_queue_release(&controller->admin, keep_dma);
    if (controller->config.bar_mapped == NULL)
        controller->ops->mmio_unmap(controller->host, controller->registers,
                                    (size_t)controller->config.bar_bytes);
    lwnvme_open_forget(controller);
    controller->opened = 0;
    controller->state = LWNVME_STATE_CLOSED;
    return keep_dma ? LWNVME_ERR_MEMORY_KEPT : LWNVME_OK;
}

int lwnvme_controller_close(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if (controller->goal != LWNVME_GOAL_CLOSED && controller->state != LWNVME_STATE_FAILED)
        (void)lwnvme_controller_begin(controller, LWNVME_GOAL_CLOSED, LWNVME_STATE_STOP);
    controller->goal = LWNVME_GOAL_CLOSED;
    if (controller->state != LWNVME_STATE_FAILED)
        (void)lwnvme_controller_poll(controller);
    if (controller->state != LWNVME_STATE_FAILED)
        return LWNVME_PENDING;
    return lwnvme_controller_release(controller);
}

void lwnvme_interrupt(struct lwnvme_controller *controller, uint16_t vector)
{
    (void)vector;
    if (controller != NULL && controller->opened != 0 && controller->ops->wake != NULL)
        controller->ops->wake(controller->host);
}

/* The nearer of a moment so far and a queue's next deadline. */
static uint64_t lwnvme_deadline_nearer(const struct lwnvme_queue *queue, uint64_t now_us, uint64_t nearest_us)
{
    uint32_t left_ms = queue->earliest_ms - (uint32_t)(now_us >> 10);
    uint64_t deadline_us = now_us;
    if (queue->in_flight == 0 || (queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return queue->waiting_first != NULL ? now_us : nearest_us;
    if ((int32_t)left_ms > 0)
        deadline_us += (uint64_t)left_ms << 10;
    return deadline_us < nearest_us ? deadline_us : nearest_us;
}

uint64_t lwnvme_next_deadline(const struct lwnvme_controller *controller)
{
    uint64_t nearest_us = UINT64_MAX;
    const struct lwnvme_service *service;
    const struct lwnvme_queue *queue;
    uint64_t now_us;

    if (controller == NULL || controller->opened == 0)
        return UINT64_MAX;
    now_us = lwnvme_now_us(controller);
    if (controller->not_before_us > now_us)
        return controller->not_before_us;
    /* A state that is not one of rest goes on by polls alone. */
    if (controller->status == LWNVME_PENDING || lwnvme_failure_is_new(controller))
        return now_us;
    for (service = controller->services; service != NULL; service = service->next) {
        if (service->due_us < nearest_us && controller->state == LWNVME_STATE_READY)
            nearest_us = service->due_us;
    }
    nearest_us = lwnvme_deadline_nearer(&controller->admin, now_us, nearest_us);
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        nearest_us = lwnvme_deadline_nearer(queue, now_us, nearest_us);
    return nearest_us;
}

/* Admin commands by their dwords. */

static bool lwnvme_opcode_is_ours(uint32_t opcode, uint32_t cdw10)
{
    if (opcode == LWNVME_ADMIN_SET_FEATURES)
        return lwnvme_field_get(cdw10, LWNVME_SET_FEATURES_CDW10_FID) == LWNVME_FEATURE_NUMBER_OF_QUEUES;
    return opcode == LWNVME_ADMIN_CREATE_IOSQ || opcode == LWNVME_ADMIN_CREATE_IOCQ ||
           opcode == LWNVME_ADMIN_DELETE_IOSQ || opcode == LWNVME_ADMIN_DELETE_IOCQ ||
           opcode == LWNVME_ADMIN_ASYNC_EVENT_REQUEST;
}

/* Those that always move data; for many others that depends on their dwords. */
static bool lwnvme_opcode_needs_buffer(uint32_t opcode)
{
    return opcode == LWNVME_ADMIN_IDENTIFY || opcode == LWNVME_ADMIN_GET_LOG_PAGE ||
           opcode == LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD;
}

int lwnvme_admin_raw(struct lwnvme_controller *controller, struct lwnvme_request *request,
                     const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (command == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (lwnvme_opcode_is_ours(command->opcode, command->cdw10))
        return LWNVME_ERR_OPCODE_REFUSED;
    if (buffer == NULL && lwnvme_opcode_needs_buffer(command->opcode))
        return LWNVME_ERR_NULL_ARGUMENT;
    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, command, buffer);
}
