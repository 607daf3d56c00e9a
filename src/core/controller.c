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
 * A controller with a recovery (recovery.c) goes from stop_reclaim back to disable, or by rescue to settle, and before it
 * is ready again through verify.
 *
 * The table is the truth; the drawing in the docs is made from it. Each row says what is done once on entry, what is
 * polled, how long that may take, and where it leads. The rows of bring-up and of the end are below; those of what may
 * be asked of a controller in between (reset, shutdown, resume) are in journey.c with the calls that begin them, so that
 * a program without these calls does not carry them. Only lwnvme_controller_enter changes the state; it also stamps the
 * time and logs the step. Nothing here blocks.
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

static struct lwnvme_controller *lwnvme_open_controllers;
static uint32_t lwnvme_incarnations; /* openings so far: what tells an old handle from a new one */

/* Gates: what the queues may do in which state. */

#if !LWNVME_CONFIG_BOOT
void lwnvme_gates_set(struct lwnvme_controller *controller, uint32_t set, uint32_t clear)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_lock(queue);
        queue->slow |= set;
        if (queue->state == LWNVME_QUEUE_LIVE)
            queue->slow &= ~clear;
        lwnvme_queue_unlock(queue);
    }
}

void lwnvme_event_send(struct lwnvme_controller *controller, enum lwnvme_event event)
{
    const uint8_t polling = controller->polling;

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
#endif

/*
 * Why the controller takes no new work, or LWNVME_OK when it does.
 */
int lwnvme_controller_refusal(const struct lwnvme_controller *controller)
{
    int fail_status = LWNVME_GLANCE(controller->fail_status);

    if (LWNVME_GLANCE(controller->opened) == 0)
        return LWNVME_ERR_NOT_OPEN;
    if (fail_status == LWNVME_ERR_GONE)
        return LWNVME_ERR_GONE;
    if (LWNVME_GLANCE(controller->recovering) != 0)
        return LWNVME_ERR_RECOVERING;
    if (fail_status != LWNVME_OK)
        return LWNVME_ERR_FAILED;
    return LWNVME_GLANCE(controller->state) == LWNVME_STATE_READY ? LWNVME_OK : LWNVME_ERR_WRONG_STATE;
}

/* Notes that the controller cannot go on. Called from wherever that is found out; acted on by the owner. */
void lwnvme_controller_fail(struct lwnvme_controller *controller, int status)
{
    if (LWNVME_GLANCE(controller->fail_status) == LWNVME_OK)
        LWNVME_SHOW(controller->fail_status, status);
}

/* What is measured against the clock goes back with it. A state may so have begun before 0, by the clock as it is now: no part
 * of the time that it has lasted is lost. */
static void lwnvme_clock_set_back(struct lwnvme_controller *controller, uint64_t back_us)
{
    controller->state_since_us -= back_us;
    if (controller->not_before_us != 0)
        controller->not_before_us =
            controller->not_before_us > back_us ? controller->not_before_us - back_us : 0;
}

/* The clock, for what will be measured against it: a step back is found at once, so that nothing is set back twice. */
uint64_t lwnvme_clock_read(struct lwnvme_controller *controller)
{
    uint64_t now_us = lwnvme_now_us(controller);

    if (now_us < controller->last_now_us)
        lwnvme_clock_set_back(controller, controller->last_now_us - now_us);
    if (now_us != controller->last_now_us)
        controller->stuck_polls = 0;
    controller->last_now_us = now_us;
    return now_us;
}

/* From here on no doorbell is rung and no completion taken. */
#if LWNVME_CONFIG_BOOT
void lwnvme_queues_stop(struct lwnvme_controller *controller)
{
    controller->admin.slow = LWNVME_SLOW_NO_SUBMIT;
    if (controller->queues != NULL)
        controller->queues->slow = LWNVME_SLOW_NO_SUBMIT;
}

static int lwnvme_reclaim_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    int status = LWNVME_OK;

    (void)csts;
    (void)late;
    if (controller->queues != NULL)
        status = lwnvme_single_reclaim(controller->queues);
    return status != LWNVME_OK ? status : lwnvme_single_reclaim(&controller->admin);
}
#else
void lwnvme_queues_stop(struct lwnvme_controller *controller)
{
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED, 0);
    controller->admin.slow |= LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_STOPPED;
}

/* What the owner of a shared queue is at, in whose stead the lock is taken. */
static bool lwnvme_queue_is_polled(const struct lwnvme_queue *queue)
{
    bool polled;

    lwnvme_queue_lock(queue);
    polled = (queue->hold & LWNVME_HOLD_POLL) != 0;
    lwnvme_queue_unlock(queue);
    return polled;
}

static bool lwnvme_queue_calls(const struct lwnvme_queue *queue)
{
    bool calls;

    lwnvme_queue_lock(queue);
    calls = lwnvme_queue_is_calling(queue);
    lwnvme_queue_unlock(queue);
    return calls;
}

/*
 * Gives requests back and forgets the rings, since the controller has too. A queue in one of whose callbacks
 * this runs is left for later. LWNVME_PENDING: there is such a queue.
 */
static int lwnvme_reclaim_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    struct lwnvme_queue *queue;
    struct lwnvme_queue *next;
    int status = LWNVME_OK;

    (void)csts;
    (void)late;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_queue_is_polled(queue)) {
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
        if (lwnvme_queue_calls(queue))
            status = LWNVME_PENDING;
        else
            lwnvme_queue_park(queue);
    }
    return status;
}

#endif

/* Rows: probe, settle, disable, reclaim. */

static int lwnvme_probe_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
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
static int lwnvme_settle_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    if (lwnvme_field_get(csts, LWNVME_CSTS_CFS) != 0)
        return LWNVME_OK;
    if (lwnvme_field_get(csts, LWNVME_CSTS_SHST) == LWNVME_CSTS_SHST_OCCURRING)
        return late ? LWNVME_ERR_SETTLE_TIMEOUT : LWNVME_PENDING;
    if (late)
        return LWNVME_OK;
    /* EN and RDY are the same bit of their registers. */
    csts ^= lwnvme_register_read(controller, LWNVME_REG_CC);
    return lwnvme_field_get(csts, LWNVME_CSTS_RDY) == 0 ? LWNVME_OK : LWNVME_PENDING;
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
        controller->not_before_us = lwnvme_clock_read(controller) + LWNVME_DELAY_AFTER_DISABLE_US;
    return LWNVME_OK;
}

static int lwnvme_disable_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)late;
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) != 0)
        return LWNVME_PENDING;
    controller->device_stopped = 1;
#if !LWNVME_CONFIG_BOOT
    if (controller->identified != 0)
        return lwnvme_capabilities_renew(controller);
#endif
    return LWNVME_OK;
}

#if !LWNVME_CONFIG_BOOT
static int lwnvme_reclaim_enter(struct lwnvme_controller *controller)
{
    lwnvme_queues_stop(controller);
    return LWNVME_OK;
}
#endif

static int lwnvme_done_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)controller;
    (void)csts;
    (void)late;
    return LWNVME_OK;
}

/* What rests, or has been looked at already. */
int lwnvme_rest_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)controller;
    (void)csts;
    (void)late;
    return LWNVME_PENDING;
}

/* Rows: admin_queue, enable, identify, queue_count, ready. */

/* Memory for the admin queue, and for the data of its commands. */
#if LWNVME_CONFIG_BOOT
static int lwnvme_admin_queue_make(struct lwnvme_controller *controller)
{
    int status = lwnvme_single_allocate(controller);

    if (status == LWNVME_OK)
        lwnvme_single_begin(controller, &controller->admin, LWNVME_CONFIG_ADMIN_ENTRIES,
                            controller->config.admin_timeout_ms);
    return status;
}

static uint64_t lwnvme_admin_ring(const struct lwnvme_controller *controller, uint32_t is_cq)
{
    return lwnvme_single_ring(&controller->admin, is_cq);
}
#else
/* Whoever ran it before may have given its own memory some of the addresses that are the host's. */
static void lwnvme_own_memory_off(const struct lwnvme_controller *controller)
{
    if (lwnvme_cap(controller, LWNVME_CAP_CMBS) != 0)
        lwnvme_register_write(controller, LWNVME_REG_CMBMSC, 0);
    if (lwnvme_cap(controller, LWNVME_CAP_PMRS) != 0)
        lwnvme_register_write(controller, LWNVME_REG_PMRMSCL, 0);
}

static int lwnvme_admin_queue_make(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *admin = &controller->admin;
    int status;

    if (admin->sq == NULL) {
        lwnvme_own_memory_off(controller);
        admin->id = 0;
        admin->timeout_ms = lwnvme_timeout_turns(controller->config.admin_timeout_ms);
        status = lwnvme_queue_allocate(controller, admin, LWNVME_CONFIG_ADMIN_ENTRIES);
        if (status == LWNVME_OK && controller->pages == NULL)
            status = lwnvme_pages_allocate(controller);
        if (status != LWNVME_OK)
            return status;
        admin->state = LWNVME_QUEUE_LIVE;
    }
    lwnvme_ring_reset(admin);
    return LWNVME_OK;
}

static uint64_t lwnvme_admin_ring(const struct lwnvme_controller *controller, uint32_t is_cq)
{
    return controller->admin.pieces[is_cq != 0 ? LWNVME_PIECE_CQ : LWNVME_PIECE_SQ].dma_address;
}
#endif

static int lwnvme_admin_queue_enter(struct lwnvme_controller *controller)
{
    uint32_t csts;
    int status = lwnvme_admin_queue_make(controller);

    if (status != LWNVME_OK)
        return status;
    csts = lwnvme_register_read(controller, LWNVME_REG_CSTS);
    if (csts != 0xffffffffu && lwnvme_field_get(csts, LWNVME_CSTS_NSSRO) != 0)
        lwnvme_register_write(controller, LWNVME_REG_CSTS, lwnvme_field_put(1, LWNVME_CSTS_NSSRO));
    /* Without EN at first, since a controller may change CAP by what it finds there; a reset from outside clears it. */
    lwnvme_register_write(controller, LWNVME_REG_CC, controller->cc);
    lwnvme_register_write(controller, LWNVME_REG_AQA,
                          lwnvme_field_put(LWNVME_CONFIG_ADMIN_ENTRIES - 1u, LWNVME_AQA_ASQS) |
                              lwnvme_field_put(LWNVME_CONFIG_ADMIN_ENTRIES - 1u, LWNVME_AQA_ACQS));
    lwnvme_register_write64(controller, LWNVME_REG_ASQ, lwnvme_admin_ring(controller, 0));
    lwnvme_register_write64(controller, LWNVME_REG_ACQ, lwnvme_admin_ring(controller, 1));
    return LWNVME_OK;
}

static int lwnvme_enable_enter(struct lwnvme_controller *controller)
{
    lwnvme_ready_timeout_update(controller);
    if (lwnvme_register_read(controller, LWNVME_REG_CC) == 0)
        return LWNVME_ERR_SUBSYSTEM_RESET; /* meanwhile: it knows nothing of our rings, and must not be enabled */
    controller->device_stopped = 0;
    lwnvme_register_write(controller, LWNVME_REG_CC, controller->cc | lwnvme_field_put(1, LWNVME_CC_EN));
    return LWNVME_OK;
}

static int lwnvme_enable_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    (void)late;
    if (lwnvme_field_get(csts, LWNVME_CSTS_RDY) == 0)
        return LWNVME_PENDING;
    if (LWNVME_CONFIG_BOOT == 0)
        lwnvme_version_read(controller); /* of new firmware, perhaps */
    controller->admin.slow &= ~(LWNVME_SLOW_STOPPED | LWNVME_SLOW_NO_SUBMIT);
    return LWNVME_OK;
}

/* Reads CSTS, and finds in it what every state must look at, and what its row says. */
int lwnvme_csts_check(const struct lwnvme_controller *controller, uint32_t checks, uint32_t *csts)
{
    uint32_t read = lwnvme_register_read(controller, LWNVME_REG_CSTS);

    *csts = read;
    if ((checks & LWNVME_CHECK_PRESENT) != 0 && !lwnvme_device_present(controller, read))
        return LWNVME_ERR_GONE;
    if ((checks & LWNVME_CHECK_FATAL) != 0 && lwnvme_field_get(read, LWNVME_CSTS_CFS) != 0)
        return LWNVME_ERR_FATAL;
    if ((checks & LWNVME_CHECK_READY) == 0 || lwnvme_field_get(read, LWNVME_CSTS_RDY) != 0)
        return LWNVME_OK;
    /* Bring-up cleared it, so it is news. */
    return lwnvme_field_get(read, LWNVME_CSTS_NSSRO) != 0 ? LWNVME_ERR_SUBSYSTEM_RESET
                                                          : LWNVME_ERR_LOST_READY;
}

static int lwnvme_identify_enter(struct lwnvme_controller *controller)
{
    controller->request.done = NULL;
    if (LWNVME_CONFIG_BOOT == 0)
        memset(controller->command_limits, 0, sizeof(controller->command_limits));
    return lwnvme_identify_send(controller, &controller->request, LWNVME_CNS_CONTROLLER, 0,
                                controller->pages + (size_t)LWNVME_CONFIG_ADMIN_PAGES * LWNVME_PAGE_MIN);
}

/* Then the limits of the NVM command set. A controller that does not tell them has none that anybody could keep to. */
static int lwnvme_identify_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    struct lwnvme_request *request = &controller->request;
    int status = request->status;

    (void)csts;
    (void)late;
    if (lwnvme_request_active(request))
        return LWNVME_PENDING;
    if (request->command.cdw10 != LWNVME_CNS_CONTROLLER)
        return status < 0 ? status : LWNVME_OK;
    if (status == LWNVME_OK)
        status = lwnvme_identify_decode(controller);
    if (LWNVME_CONFIG_BOOT != 0 || status != LWNVME_OK ||
        controller->info.version < LWNVME_VERSION(2, 0, 0) ||
        (controller->quirks & LWNVME_QUIRK_IDENTIFY_CNS_1) != 0)
        return status;
    lwnvme_command_begin(request, LWNVME_ADMIN_IDENTIFY)->cdw10 = LWNVME_CNS_COMMAND_SET_CONTROLLER;
    status =
        lwnvme_page_send(controller, request, controller->command_limits, sizeof(controller->command_limits));
    return status != LWNVME_OK ? status : LWNVME_PENDING;
}

static uint32_t lwnvme_queue_count_wanted(const struct lwnvme_controller *controller)
{
    uint32_t room;

    if (LWNVME_CONFIG_BOOT != 0)
        return 1;
    room = lwnvme_doorbell_queues(controller);
    if (lwnvme_field_get(controller->cc, LWNVME_CC_CSS) == LWNVME_CC_CSS_ADMIN_ONLY)
        return 0;
    if ((controller->quirks & LWNVME_QUIRK_ONE_COMMAND) != 0 && room > 1u)
        room = 1;
    return controller->config.io_queues < room ? controller->config.io_queues : room;
}

static int lwnvme_queue_count_enter(struct lwnvme_controller *controller)
{
    struct lwnvme_command *command = lwnvme_command_begin(&controller->request, LWNVME_ADMIN_SET_FEATURES);
    uint32_t wanted = lwnvme_queue_count_wanted(controller);

    controller->info.io_queues = 0;
    if (wanted == 0)
        return LWNVME_OK;
    command->cdw10 = lwnvme_field_put(LWNVME_FEATURE_NUMBER_OF_QUEUES, LWNVME_SET_FEATURES_CDW10_FID);
    wanted--;
    command->cdw11 = wanted << 16 | wanted;
    controller->request.internal_done = NULL;
    controller->request.done = NULL;
    return lwnvme_admin_send(controller, &controller->request, 0, 0);
}

/* A controller that refuses is good for admin commands only; that is no failure, unless a recovery has queues to make again and
 * other rungs to try. */
static int lwnvme_queue_count_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    uint32_t wanted = lwnvme_queue_count_wanted(controller);
    uint32_t granted;

    (void)csts;
    (void)late;
    if (wanted == 0)
        return LWNVME_OK;
    if (lwnvme_request_active(&controller->request))
        return LWNVME_PENDING;
    if (controller->request.status < 0)
        return controller->request.status;
    if (controller->request.status > 0) {
        lwnvme_tell(controller, LWNVME_TOPIC_NO_IO_QUEUES, (uint32_t)controller->request.status);
        return LWNVME_CONFIG_BOOT == 0 && controller->recovering != 0 && controller->queues != NULL &&
                       !controller->recovery->without_queues
                   ? controller->request.status
                   : LWNVME_OK;
    }
    if (LWNVME_CONFIG_BOOT != 0) { /* none is fewer than one */
        controller->info.io_queues = 1;
        return LWNVME_OK;
    }
    granted = (controller->request.result_dw0 & 0xffffu) + 1u;
    if (granted < wanted)
        wanted = granted;
    granted = (controller->request.result_dw0 >> 16) + 1u; /* completion queues */
    controller->info.io_queues = granted < wanted ? granted : wanted;
    return LWNVME_OK;
}

static int lwnvme_ready_enter(struct lwnvme_controller *controller)
{
    controller->status = LWNVME_OK;
#if !LWNVME_CONFIG_BOOT
    /* who still needs them held is told, and holds them again */
    lwnvme_gates_set(controller, 0, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_HELD | LWNVME_SLOW_AWAITING);
    lwnvme_services_tell(controller, LWNVME_OCCASION_READY);
    lwnvme_event_send(controller, LWNVME_EVENT_READY);
#endif
    return LWNVME_OK;
}

/* Rows: stop, stop_reclaim, failed. */

/* The time that the state may take begins. */
static void lwnvme_state_stamp(struct lwnvme_controller *controller)
{
    controller->state_since_us = lwnvme_clock_read(controller);
    controller->stuck_polls = 0;
}

static int lwnvme_stop_enter(struct lwnvme_controller *controller)
{
    lwnvme_queues_stop(controller);
    controller->stop_told = 0;
    if (controller->device_stopped != 0)
        controller->not_before_us = 0; /* a pause before something that will not be done */
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

static int lwnvme_stop_found_gone(struct lwnvme_controller *controller)
{
    LWNVME_SHOW(controller->fail_status, LWNVME_ERR_GONE);
    return LWNVME_OK;
}

/* Tells the controller to stop, as soon as it may be told, then waits until it has; both for a limited time. */
static int lwnvme_stop_poll(struct lwnvme_controller *controller, uint32_t csts, bool late)
{
    if (controller->device_stopped != 0 || controller->fail_status == LWNVME_ERR_GONE)
        return LWNVME_OK;
    if (lwnvme_csts_check(controller, LWNVME_CHECK_PRESENT, &csts) != LWNVME_OK)
        return lwnvme_stop_found_gone(controller);
    if (controller->stop_told == 0) {
        if (!late && lwnvme_stop_must_wait(controller, csts))
            return LWNVME_PENDING;
        controller->stop_told = 1;
        lwnvme_state_stamp(controller);
        if (lwnvme_disable_enter(controller) == LWNVME_OK)
            return LWNVME_PENDING;
        return lwnvme_stop_found_gone(controller);
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
            lwnvme_tell(controller, LWNVME_TOPIC_MEMORY_KEPT, (uint32_t)controller->fail_status);
    }
    if (controller->device_stopped == 0 && controller->goal != LWNVME_GOAL_CLOSED)
        lwnvme_controller_fail(controller, LWNVME_ERR_DISABLE_TIMEOUT);
    return LWNVME_OK;
}

static int lwnvme_failed_enter(struct lwnvme_controller *controller)
{
    controller->status = controller->fail_status;
#if !LWNVME_CONFIG_BOOT
    if (controller->goal == LWNVME_GOAL_CLOSED)
        return LWNVME_OK;
    lwnvme_event_send(controller,
                      controller->fail_status == LWNVME_ERR_GONE ? LWNVME_EVENT_GONE : LWNVME_EVENT_FAILED);
#endif
    return LWNVME_OK;
}

/* From probe on; the rows after failed are in journey.c. */
/* clang-format off */
static const struct lwnvme_state_row lwnvme_states[] = {
    /* NOLINTNEXTLINE(misc-redundant-expression): as the other rows are */
    [LWNVME_STATE_PROBE - LWNVME_STATE_PROBE] = {NULL, lwnvme_probe_poll, LWNVME_CHECK_CSTS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_SETTLE, LWNVME_STATE_FAILED},
    [LWNVME_STATE_SETTLE - LWNVME_STATE_PROBE] = {NULL, lwnvme_settle_poll, LWNVME_CHECK_PRESENT,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_DISABLE, LWNVME_STATE_STOP_RECLAIM},
#if LWNVME_CONFIG_BOOT /* there is nothing to reclaim in a bring-up */
    [LWNVME_STATE_DISABLE - LWNVME_STATE_PROBE] = {lwnvme_disable_enter, lwnvme_disable_poll, LWNVME_CHECK_PRESENT,
        LWNVME_LIMIT_READY, LWNVME_ERR_DISABLE_TIMEOUT, LWNVME_STATE_ADMIN_QUEUE, LWNVME_STATE_STOP_RECLAIM},
#else
    [LWNVME_STATE_DISABLE - LWNVME_STATE_PROBE] = {lwnvme_disable_enter, lwnvme_disable_poll, LWNVME_CHECK_PRESENT,
        LWNVME_LIMIT_READY, LWNVME_ERR_DISABLE_TIMEOUT, LWNVME_STATE_RECLAIM, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_RECLAIM - LWNVME_STATE_PROBE] = {lwnvme_reclaim_enter, lwnvme_reclaim_poll, 0,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_ADMIN_QUEUE, LWNVME_STATE_STOP},
#endif
    [LWNVME_STATE_ADMIN_QUEUE - LWNVME_STATE_PROBE] = {lwnvme_admin_queue_enter, lwnvme_done_poll, 0,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_ENABLE, LWNVME_STATE_STOP},
    [LWNVME_STATE_ENABLE - LWNVME_STATE_PROBE] = {lwnvme_enable_enter, lwnvme_enable_poll, LWNVME_CHECK_WORKS,
        LWNVME_LIMIT_READY, LWNVME_ERR_ENABLE_TIMEOUT, LWNVME_STATE_IDENTIFY, LWNVME_STATE_STOP},
    [LWNVME_STATE_IDENTIFY - LWNVME_STATE_PROBE] = {lwnvme_identify_enter, lwnvme_identify_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_QUEUE_COUNT, LWNVME_STATE_STOP},
    [LWNVME_STATE_QUEUE_COUNT - LWNVME_STATE_PROBE] = {lwnvme_queue_count_enter, lwnvme_queue_count_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
    [LWNVME_STATE_READY - LWNVME_STATE_PROBE] = {lwnvme_ready_enter, lwnvme_rest_poll, LWNVME_CHECK_RUNS,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_READY, LWNVME_STATE_STOP},
    [LWNVME_STATE_STOP - LWNVME_STATE_PROBE] = {lwnvme_stop_enter, lwnvme_stop_poll, 0,
        LWNVME_LIMIT_READY, LWNVME_OK, LWNVME_STATE_STOP_RECLAIM, LWNVME_STATE_STOP_RECLAIM},
    [LWNVME_STATE_STOP_RECLAIM - LWNVME_STATE_PROBE] = {lwnvme_stop_reclaim_enter, lwnvme_reclaim_poll, 0,
        LWNVME_LIMIT_NONE, LWNVME_OK, LWNVME_STATE_FAILED, LWNVME_STATE_FAILED},
    [LWNVME_STATE_FAILED - LWNVME_STATE_PROBE] = {lwnvme_failed_enter, lwnvme_rest_poll, 0,
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
                                         "ready\0"
                                         "stop\0"
                                         "stop_reclaim\0"
                                         "failed\0"
                                         "io_queues\0"
                                         "quiesce\0"
                                         "drain\0"
                                         "delete_queues\0"
                                         "shutdown\0"
                                         "off\0"
                                         "rescue\0"
                                         "verify\0"
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

const struct lwnvme_state_row *lwnvme_row(const struct lwnvme_controller *controller, uint32_t state)
{
    if (state <= LWNVME_STATE_FAILED)
        return &lwnvme_states[state - LWNVME_STATE_PROBE];
    return &controller->journey_states[state - LWNVME_STATE_IO_QUEUES];
}

/* The one function that changes the state. */
static int lwnvme_controller_enter(struct lwnvme_controller *controller, uint32_t state)
{
    const struct lwnvme_state_row *row = lwnvme_row(controller, state);
    int status = LWNVME_OK;

    LWNVME_SHOW(controller->state, (uint8_t)state);
    controller->row = row;
    lwnvme_state_stamp(controller);
    controller->status = LWNVME_PENDING;
    lwnvme_tell(controller, LWNVME_TOPIC_STATE, state);
    if (row->enter != NULL)
        status = row->enter(controller);
    return status;
}

static uint32_t lwnvme_state_after_row(const struct lwnvme_controller *controller, int status)
{
    if (status != LWNVME_OK)
        return controller->row->on_failure;
    if (LWNVME_CONFIG_BOOT == 0 && controller->state == LWNVME_STATE_QUEUE_COUNT &&
        controller->queues != NULL)
        return LWNVME_STATE_IO_QUEUES; /* those from before a reset or shutdown; only journeys lead here then */
    if (LWNVME_CONFIG_BOOT == 0 && controller->state == LWNVME_STATE_SHUTDOWN &&
        (controller->shutdown_kind & LWNVME_SHUTDOWN_ABRUPT) != 0)
        return LWNVME_STATE_STOP; /* requests may be in flight, or it goes to others: it must be seen to stop */
    if (controller->state == LWNVME_STATE_STOP_RECLAIM && controller->goal == LWNVME_GOAL_OFF &&
        controller->fail_status == LWNVME_OK && controller->device_stopped != 0)
        return LWNVME_STATE_OFF;
    return controller->row->next;
}

static uint32_t lwnvme_state_after(struct lwnvme_controller *controller, int status)
{
    uint32_t next = lwnvme_state_after_row(controller, status);

    return LWNVME_EXTENSION(controller->recovery) != NULL
               ? controller->recovery->hooks->turn(controller, next)
               : next;
}

static void lwnvme_failure_note(struct lwnvme_controller *controller, int status)
{
    lwnvme_controller_fail(controller, status);
#if !LWNVME_CONFIG_BOOT
    /* Queues are in use: their owners stop before they are touched. */
    if (controller->state == LWNVME_STATE_READY)
        lwnvme_event_send(controller, LWNVME_EVENT_STOPPING);
    if (LWNVME_EXTENSION(controller->recovery) != NULL)
        controller->recovery->hooks->failing(controller);
#endif
    lwnvme_tell(controller, LWNVME_TOPIC_FAILURE, (uint32_t)LWNVME_GLANCE(controller->fail_status));
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

/* Whether the state has lasted too long, by the clock or, if that stands still, by count. The limit is looked up
 * anew, since the controller may say meanwhile how long it takes. */
static LWNVME_NOINLINE bool lwnvme_state_is_late(const struct lwnvme_controller *controller, uint64_t now_us)
{
    uint64_t limit_us = controller->limits_us[controller->row->limit];
    uint64_t lasted_us = now_us - controller->state_since_us; /* negative: since the clock was read */

    if (controller->stuck_polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        return true;
    return limit_us != 0 && lasted_us > limit_us && lasted_us >> 63 == 0;
}

/* One look at the present state. True: it changed, look again. */
static bool lwnvme_controller_step(struct lwnvme_controller *controller)
{
    const struct lwnvme_state_row *row = controller->row;
    uint64_t now_us = lwnvme_clock_read(controller);
    uint32_t csts = 0;
    int status = LWNVME_OK;

    if (now_us < controller->not_before_us && controller->stuck_polls < LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        return false;
    controller->not_before_us = 0;
    if (row->checks != 0)
        status = lwnvme_csts_check(controller, row->checks, &csts);
    if (status == LWNVME_OK)
        status = row->poll(controller, csts, lwnvme_state_is_late(controller, now_us));
    if (status == LWNVME_PENDING) {
        if (row->limit == LWNVME_LIMIT_NONE || !lwnvme_state_is_late(controller, now_us))
            return false;
        status = row->late_status;
    }
    lwnvme_controller_leave(controller, status);
    return true;
}

#if LWNVME_CONFIG_BOOT
static bool lwnvme_work_is_pending(const struct lwnvme_controller *controller)
{
    return controller->status == LWNVME_PENDING || controller->admin.waiting_first != NULL ||
           (controller->queues != NULL && controller->queues->waiting_first != NULL);
}
#else
static bool lwnvme_work_is_pending(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    if (controller->status == LWNVME_PENDING ||
        lwnvme_in_flight(&controller->admin) != controller->event_requests)
        return true;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_in_flight(queue) != 0 || LWNVME_EXTENSION(queue->resting) != NULL)
            return true;
    }
    return false;
}

#endif

/* A clock that stands still would make every deadline endless. */
static void lwnvme_clock_watch(struct lwnvme_controller *controller)
{
    uint64_t last_us = controller->last_now_us;

    if (lwnvme_clock_read(controller) != last_us)
        return;
    if (!lwnvme_work_is_pending(controller)) {
        controller->stuck_polls = 0;
        return;
    }
    if (controller->stuck_polls < LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        controller->stuck_polls++;
    if (controller->stuck_polls == LWNVME_CONFIG_STUCK_CLOCK_POLLS)
        lwnvme_controller_fail(controller, LWNVME_ERR_CLOCK_STOPPED);
}

/* Whether it cannot go on and has not begun to stop. In quiesce it is about to be stopped, and reset, in any case. */
static bool lwnvme_failure_is_new(const struct lwnvme_controller *controller)
{
    return LWNVME_GLANCE(controller->fail_status) != LWNVME_OK && controller->state != LWNVME_STATE_STOP &&
           controller->state != LWNVME_STATE_STOP_RECLAIM && controller->state != LWNVME_STATE_FAILED &&
           (LWNVME_CONFIG_BOOT != 0 || controller->state != LWNVME_STATE_QUIESCE);
}

/* Whether a callback is under way, of a request or of an event, in which the state must not be changed. */
bool lwnvme_is_in_callback(const struct lwnvme_controller *controller)
{
    const struct lwnvme_queue *queue;

    if (controller->polling != 0 || (controller->admin.hold & LWNVME_HOLD_POLL) != 0)
        return true;
#if LWNVME_CONFIG_BOOT
    queue = controller->queues;
    return queue != NULL && (queue->hold & LWNVME_HOLD_POLL) != 0;
#else
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_queue_calls(queue))
            return true;
    }
    return false;
#endif
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
        lwnvme_failure_note(controller, LWNVME_GLANCE(controller->fail_status));
        (void)lwnvme_controller_enter(controller, LWNVME_STATE_STOP);
    }
    for (bound = 0; bound < LWNVME_STATE_COUNT; bound++) {
        if (!lwnvme_controller_step(controller))
            break;
    }
    if (LWNVME_CONFIG_BOOT == 0 && controller->recovering != 0)
        controller->recovery->hooks->look(controller);
    controller->polling = 0;
    if (LWNVME_CONFIG_BOOT == 0 && controller->serve != NULL &&
        lwnvme_controller_refusal(controller) == LWNVME_OK)
        controller->serve(controller);
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
int lwnvme_controller_begin(struct lwnvme_controller *controller, enum lwnvme_goal goal,
                            enum lwnvme_state state)
{
    int status;

    LWNVME_SHOW(controller->goal, (uint8_t)goal);
    status = lwnvme_controller_enter(controller, state);
    if (status != LWNVME_OK)
        lwnvme_controller_leave(controller, status);
    return LWNVME_OK;
}

int lwnvme_begin_check(const struct lwnvme_controller *controller)
{
    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (controller->opened == 0)
        return LWNVME_ERR_NOT_OPEN;
    return lwnvme_is_in_callback(controller) ? LWNVME_ERR_IN_CALLBACK : LWNVME_OK;
}

/* Opening and closing. */

static int lwnvme_hooks_check(const struct lwnvme_host_ops *ops)
{
    uint64_t (*pair[2])(void *host);
    size_t at;

    LWNVME_STATIC_ASSERT(offsetof(struct lwnvme_host_ops, log_words) ==
                             offsetof(struct lwnvme_host_ops, mmio_map) + 11u * sizeof(ops->now_us),
                         "six pairs of hooks come last");
    if (ops->dma_alloc == NULL || ops->dma_free == NULL)
        return LWNVME_ERR_HOOK_DMA_ALLOC;
    if (ops->now_us == NULL)
        return LWNVME_ERR_HOOK_NOW_US;
    if ((LWNVME_CONFIG_DMA_SYNC == 0 && ops->dma_sync != NULL) ||
        (LWNVME_CONFIG_DMA_UNMAP == 0 && ops->dma_unmap != NULL) ||
        (LWNVME_CONFIG_MMIO_HOOKS == 0 && ops->mmio_read32 != NULL))
        return LWNVME_ERR_LEFT_OUT;
    /* From mmio_map to log_words each two go together. */
    for (at = offsetof(struct lwnvme_host_ops, mmio_map); at < sizeof(*ops); at += 2u * sizeof(ops->now_us)) {
        memcpy(pair, (const uint8_t *)ops + at, sizeof(pair));
        if ((pair[0] == NULL) != (pair[1] == NULL))
            return LWNVME_ERR_HOOK_PAIR;
    }
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
    if (LWNVME_CONFIG_BOOT != 0 && (config->event != NULL || config->interrupts != NULL))
        return LWNVME_ERR_LEFT_OUT;
    if (config->bar_mapped == NULL && config->ops->mmio_map == NULL)
        return LWNVME_ERR_HOOK_MMIO_MAP;
    if (config->bar_mapped == NULL && config->bar_physical == 0)
        return LWNVME_ERR_BAR_ADDRESS;
    if (config->bar_bytes < LWNVME_REGISTER_BYTES + 8u || config->bar_bytes > SIZE_MAX)
        return LWNVME_ERR_BAR_SIZE;
    if (config->max_transfer_bytes != 0 &&
        !lwnvme_is_power_of_two(config->max_transfer_bytes, LWNVME_PAGE_MIN, 1u << 24))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (config->io_queues > 65534u || (config->io_timeout_ms | config->admin_timeout_ms) > 0x7fffffffu)
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
        if (config->bar_mapped != NULL
                ? other->registers == config->bar_mapped
                : other->config.bar_mapped == NULL && other->config.bar_physical == config->bar_physical)
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

/* 0 is that of handles that were never opened. */
void lwnvme_incarnation_next(struct lwnvme_controller *controller)
{
    if (++lwnvme_incarnations == 0)
        lwnvme_incarnations = 1;
    controller->incarnation = lwnvme_incarnations;
}

/* An object that is open and in no state yet. The configuration has been checked; the list of what is open is not
 * touched. */
void lwnvme_controller_start(struct lwnvme_controller *controller,
                             const struct lwnvme_controller_config *config, volatile void *registers)
{
    memset(controller, 0, sizeof(*controller));
    controller->ops = config->ops;
    controller->host = config->host;
    controller->config = *config;
    lwnvme_config_default(&controller->config);
    controller->registers = registers;
    controller->quirks = lwnvme_quirks_for(config);
    controller->info.max_transfer_bytes = controller->config.max_transfer_bytes;
    controller->limits_us[LWNVME_LIMIT_READY] = LWNVME_CONFIG_READY_FLOOR_MS * 1000u;
    controller->device_stopped = 1; /* it knows no memory of ours yet */
    controller->opened = 1;
    lwnvme_incarnation_next(controller);
    controller->last_now_us = lwnvme_now_us(controller);
    if ((controller->quirks & LWNVME_QUIRK_DELAY_BEFORE_INIT) != 0)
        controller->not_before_us = lwnvme_clock_read(controller) + LWNVME_DELAY_BEFORE_INIT_US;
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
    lwnvme_controller_start(controller, config, registers);
    controller->next_open = lwnvme_open_controllers;
    lwnvme_open_controllers = controller;
    return lwnvme_controller_begin(controller, LWNVME_GOAL_READY, LWNVME_STATE_PROBE);
}

void lwnvme_open_forget(const struct lwnvme_controller *controller)
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
#if LWNVME_CONFIG_BOOT
    if (controller->queues != NULL)
        memset(controller->queues, 0, sizeof(*controller->queues));
#else
    struct lwnvme_queue *queue;

    lwnvme_services_tell(controller, LWNVME_OCCASION_CLOSE);
    while ((queue = controller->queues) != NULL) {
        controller->queues = queue->next;
        queue->status = LWNVME_ERR_QUEUE_CLOSED;
        lwnvme_queue_release(queue, keep_dma);
    }
#endif
    if (!keep_dma)
        lwnvme_dma_put(controller, controller->pages, controller->pages_bytes, controller->pages_dma);
    if (LWNVME_CONFIG_BOOT == 0)
        lwnvme_queue_release(&controller->admin, keep_dma);
    if (controller->config.bar_mapped == NULL)
        controller->ops->mmio_unmap(controller->host, controller->registers,
                                    (size_t)controller->config.bar_bytes);
    lwnvme_open_forget(controller);
    LWNVME_SHOW(controller->opened, 0);
    LWNVME_SHOW(controller->state, LWNVME_STATE_CLOSED);
    return keep_dma ? LWNVME_ERR_MEMORY_KEPT : LWNVME_OK;
}

int lwnvme_controller_close(struct lwnvme_controller *controller)
{
    int status = lwnvme_begin_check(controller);

    if (status != LWNVME_OK)
        return status;
    if (controller->goal != LWNVME_GOAL_CLOSED && controller->state != LWNVME_STATE_FAILED)
        (void)lwnvme_controller_begin(controller, LWNVME_GOAL_CLOSED, LWNVME_STATE_STOP);
    LWNVME_SHOW(controller->goal, LWNVME_GOAL_CLOSED);
    if (controller->state != LWNVME_STATE_FAILED)
        (void)lwnvme_controller_poll(controller);
    if (controller->state != LWNVME_STATE_FAILED)
        return LWNVME_PENDING;
    return lwnvme_controller_release(controller);
}

#if !LWNVME_CONFIG_BOOT
/* The nearer of a moment so far and one of the queues' clock. */
uint64_t lwnvme_moment_nearer(uint32_t moment_ms, uint64_t now_us, uint64_t nearest_us)
{
    uint32_t left_ms = moment_ms - (uint32_t)(now_us >> 10);
    uint64_t moment_us = now_us;

    if ((int32_t)left_ms > 0)
        moment_us += (uint64_t)left_ms << 10;
    return moment_us < nearest_us ? moment_us : nearest_us;
}

/* The nearer of a moment so far and when a queue wants to be polled. */
uint64_t lwnvme_deadline_nearer(const struct lwnvme_queue *queue, uint64_t now_us, uint64_t nearest_us)
{
    if (LWNVME_EXTENSION(queue->resting) != NULL && (queue->slow & LWNVME_SLOW_STOPPED) == 0)
        nearest_us = lwnvme_moment_nearer(queue->resting_due_ms, now_us, nearest_us);
    if (lwnvme_in_flight(queue) == 0 || (queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return queue->waiting_first != NULL ? now_us : nearest_us;
    /* A clock that has gone back since the queue has looked at it, or on by so many days that it seems so: a poll mends that. */
    if (!LWNVME_TIME_AFTER((uint32_t)(now_us >> 10) + LWNVME_CLOCK_SLACK_MS, LWNVME_GLANCE(queue->clock_ms)))
        return now_us;
    return lwnvme_moment_nearer(queue->earliest_ms, now_us, nearest_us);
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
        return controller->recovering == 0
                   ? controller->not_before_us
                   : controller->recovery->hooks->due(controller, now_us, controller->not_before_us);
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
#endif
