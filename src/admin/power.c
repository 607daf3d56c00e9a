/* SPDX-License-Identifier: MIT */
/*
 * Power states; suspend and resume.
 *
 *     suspend  shutdown:     the core's shutdown --> off
 *              power state:  services said good-bye --> I/O queues held and still --> power state n
 *     resume   registers answer? --> shut down: the core's resume
 *                                --> registers lost: the core's reset, which brings everything up
 *                                --> else power state 0, services welcome, queues let go
 *
 * A suspension is not a long operation of operation.c, because these take their steps only while the controller is
 * ready, and this one also while it is off, or not to be touched: it has its own step function, which its owner calls.
 * While registers may read all ones the controller is not polled, or it would be taken for gone. It is a service all the
 * same, to be told when somebody else brings the controller up, which undoes what has been done so far, or closes it.
 *
 * Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

enum lwnvme_suspension_stage {
    LWNVME_SUSPENSION_IDLE = 0,
    LWNVME_SUSPENSION_SHUTDOWN,
    LWNVME_SUSPENSION_FAREWELL,
    LWNVME_SUSPENSION_STILL,
    LWNVME_SUSPENSION_STATE,
    LWNVME_SUSPENSION_ASLEEP,
    LWNVME_SUSPENSION_ANSWER,
    LWNVME_SUSPENSION_BRING_UP,
    LWNVME_SUSPENSION_WAKE
};

uint32_t lwnvme_power_state_count(const struct lwnvme_controller *controller)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(controller);

    if (info == NULL)
        return 0;
    return info->npss < LWNVME_POWER_STATES_MAX ? info->npss + 1u : LWNVME_POWER_STATES_MAX;
}

int lwnvme_power_state_info_get(const struct lwnvme_controller *controller, uint32_t state,
                                struct lwnvme_power_state_info *info)
{
    const struct lwnvme_power_state *descriptor;
    uint32_t scale;

    if (controller == NULL || info == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (lwnvme_power_state_count(controller) == 0)
        return LWNVME_ERR_WRONG_STATE;
    if (state >= lwnvme_power_state_count(controller))
        return LWNVME_ERR_POWER_STATE;
    descriptor = &lwnvme_identify_copy(controller)->psd[state];
    info->operational = (descriptor->flags & LWNVME_PSD_NOPS) == 0;
    scale = (descriptor->flags & LWNVME_PSD_MXPS) != 0 ? LWNVME_PSD_SCALE_100_UW : LWNVME_PSD_SCALE_10_MW;
    info->max_power_uw = lwnvme_power_scaled_uw(lwnvme_le16_get(&descriptor->mp), scale);
    info->idle_power_uw = lwnvme_power_scaled_uw(lwnvme_le16_get(&descriptor->idlp),
                                                 lwnvme_field_get(descriptor->ips, LWNVME_PSD_IPS));
    info->active_power_uw = lwnvme_power_scaled_uw(lwnvme_le16_get(&descriptor->actp),
                                                   lwnvme_field_get(descriptor->apw_aps, LWNVME_PSD_APS));
    info->active_workload = (uint8_t)lwnvme_field_get(descriptor->apw_aps, LWNVME_PSD_APW);
    info->entry_latency_us = lwnvme_le32_get(&descriptor->enlat);
    info->exit_latency_us = lwnvme_le32_get(&descriptor->exlat);
    info->read_throughput_rank = (uint8_t)lwnvme_field_get(descriptor->rrt, LWNVME_PSD_RANK);
    info->read_latency_rank = (uint8_t)lwnvme_field_get(descriptor->rrl, LWNVME_PSD_RANK);
    info->write_throughput_rank = (uint8_t)lwnvme_field_get(descriptor->rwt, LWNVME_PSD_RANK);
    info->write_latency_rank = (uint8_t)lwnvme_field_get(descriptor->rwl, LWNVME_PSD_RANK);
    return LWNVME_OK;
}

/* A state that reports no exit latency may take as long as it likes. */
static bool lwnvme_power_is_quick(const struct lwnvme_power_state_info *info, uint32_t latency_limit_us)
{
    if (info->exit_latency_us == 0)
        return latency_limit_us >= LWNVME_APST_LATENCY_MAX_US;
    return info->entry_latency_us <= latency_limit_us &&
           info->exit_latency_us <= latency_limit_us - info->entry_latency_us;
}

/* States are in order of falling power, so the last one is the deepest. */
int lwnvme_power_deepest(const struct lwnvme_controller *controller, uint32_t latency_limit_us,
                         uint8_t *state)
{
    struct lwnvme_power_state_info info;
    uint32_t index;

    if (controller == NULL || state == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    index = lwnvme_power_state_count(controller);
    if (index != 0 && (controller->quirks & LWNVME_QUIRK_NO_DEEPEST_STATE) != 0)
        index--;
    while (index-- > 0) {
        if (lwnvme_power_state_info_get(controller, index, &info) == LWNVME_OK && !info.operational &&
            lwnvme_power_is_quick(&info, latency_limit_us)) {
            *state = (uint8_t)index;
            return LWNVME_OK;
        }
    }
    return LWNVME_ERR_POWER_STATE;
}

static bool lwnvme_power_decode(struct lwnvme_request *request)
{
    struct lwnvme_power *value = (struct lwnvme_power *)lwnvme_feature_value(request);
    uint32_t state = lwnvme_field_get(request->result_dw0, LWNVME_POWER_MANAGEMENT_PS);

    if (value == NULL)
        return false;
    if (state >= lwnvme_power_state_count(request->queue->controller))
        return lwnvme_feature_judge(request, false);
    value->state = (uint8_t)state;
    value->workload = (uint8_t)lwnvme_field_get(request->result_dw0, LWNVME_POWER_MANAGEMENT_WH);
    return lwnvme_feature_judge(request, true);
}

int lwnvme_power_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                     struct lwnvme_power *value)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_POWER_MANAGEMENT, .select = select};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status != LWNVME_OK)
        return status;
    return lwnvme_feature_word_get(controller, request, &chosen, value, lwnvme_power_decode);
}

int lwnvme_power_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                     const struct lwnvme_power *value, bool save)
{
    struct lwnvme_feature_select chosen = {.fid = LWNVME_FEATURE_POWER_MANAGEMENT, .save = save};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status != LWNVME_OK)
        return status;
    if (value->state >= lwnvme_power_state_count(controller))
        return LWNVME_ERR_POWER_STATE;
    if (value->workload > 7u || (value->workload > LWNVME_WORKLOAD_SEQUENTIAL_WRITES && value->workload < 6u))
        return LWNVME_ERR_INVALID_ARGUMENT;
    chosen.cdw11 = lwnvme_field_put(value->state, LWNVME_POWER_MANAGEMENT_PS) |
                   lwnvme_field_put(value->workload, LWNVME_POWER_MANAGEMENT_WH);
    return lwnvme_feature_word_set(controller, request, &chosen);
}

int lwnvme_power_idle(struct lwnvme_controller *controller, struct lwnvme_request *request,
                      uint32_t latency_limit_us)
{
    struct lwnvme_power value = {0, 0};
    int status = lwnvme_admin_check(controller, request);

    if (status == LWNVME_OK)
        status = lwnvme_power_deepest(controller, latency_limit_us, &value.state);
    return status != LWNVME_OK ? status : lwnvme_power_set(controller, request, &value, false);
}

/* Suspend and resume. */

/* While the power state command is to be the last one, operations and events send nothing: they do not between a
 * farewell and its end. */
static void lwnvme_suspension_hush(struct lwnvme_suspension *suspension, bool hush)
{
    if (hush && !suspension->hushed)
        suspension->controller->farewells++;
    else if (!hush && suspension->hushed)
        suspension->controller->farewells--;
    suspension->hushed = hush;
}

static void lwnvme_suspension_end(struct lwnvme_suspension *suspension, int status,
                                  enum lwnvme_suspension_stage stage)
{
    lwnvme_suspension_hush(suspension, false);
    suspension->status = status;
    suspension->stage = (uint32_t)stage;
    suspension->asleep = stage == LWNVME_SUSPENSION_ASLEEP;
    if (stage == LWNVME_SUSPENSION_IDLE)
        lwnvme_service_remove(&suspension->service);
}

static void lwnvme_suspension_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_suspension *suspension =
        (struct lwnvme_suspension *)(void *)((uint8_t *)service -
                                             offsetof(struct lwnvme_suspension, service));

    if (occasion == LWNVME_OCCASION_FAREWELL)
        lwnvme_suspension_hush(suspension,
                               false); /* somebody resets it: that is not to wait for the suspension */
    else if (occasion == LWNVME_OCCASION_READY) {
        suspension->brought_up = true;
        service->holding = false;
    } else if (occasion == LWNVME_OCCASION_CLOSE)
        lwnvme_suspension_end(suspension, LWNVME_ERR_ABORTED, LWNVME_SUSPENSION_IDLE);
}

/* Everything goes on: the controller sleeps no more, or never did. */
static void lwnvme_suspension_undo(struct lwnvme_suspension *suspension, int status)
{
    struct lwnvme_controller *controller = suspension->controller;

    if (lwnvme_controller_refusal(controller) == LWNVME_OK) {
        lwnvme_service_let_go(&suspension->service);
        lwnvme_services_tell(controller, LWNVME_OCCASION_WAKE);
    }
    lwnvme_suspension_end(suspension, status, LWNVME_SUSPENSION_IDLE);
}

static int lwnvme_suspension_state_send(struct lwnvme_suspension *suspension, uint8_t state)
{
    struct lwnvme_power value = {state, LWNVME_WORKLOAD_NONE};

    suspension->request.done = NULL;
    return lwnvme_power_set(suspension->controller, &suspension->request, &value, false);
}

/* Event requests apart, which have no end. */
static bool lwnvme_admin_is_still(const struct lwnvme_controller *controller)
{
    return lwnvme_in_flight(&controller->admin) == controller->event_requests &&
           controller->admin.waiting_first == NULL && controller->page_waiting_first == NULL;
}

/* The answers to what the services have sent are awaited, then the end of what is in flight, for as long as an admin
 * command may take: a format under way is not waited for. */
static void lwnvme_suspension_settle(struct lwnvme_suspension *suspension)
{
    struct lwnvme_controller *controller = suspension->controller;
    struct lwnvme_queue *queue;
    int status;

    if (suspension->stage == LWNVME_SUSPENSION_FAREWELL) {
        if (controller->farewells != 0)
            return;
        lwnvme_suspension_hush(suspension, true);
        suspension->stage = LWNVME_SUSPENSION_STILL;
    }
    lwnvme_service_hold(&suspension->service); /* each time, for queues that are new */
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        (void)lwnvme_queue_poll(queue, 0);
    if (!lwnvme_queues_are_still(controller) || !lwnvme_admin_is_still(controller)) {
        if (lwnvme_now_us(controller) > suspension->deadline_us)
            lwnvme_suspension_undo(suspension, LWNVME_ERR_BUSY);
        return;
    }
    status = lwnvme_suspension_state_send(suspension, suspension->power_state);
    if (status != LWNVME_OK)
        lwnvme_suspension_undo(suspension, status);
    else
        suspension->stage = LWNVME_SUSPENSION_STATE;
}

int lwnvme_suspend(struct lwnvme_controller *controller, struct lwnvme_suspension *suspension)
{
    uint32_t limit_us;
    int status;

    if (suspension == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_admin_check(controller, &suspension->request);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_is_in_callback(controller))
        return LWNVME_ERR_IN_CALLBACK;
    if (suspension->stage != LWNVME_SUSPENSION_IDLE || controller->farewells != 0)
        return LWNVME_ERR_BUSY;
    limit_us = suspension->latency_limit_us == 0 ? LWNVME_APST_LATENCY_MAX_US : suspension->latency_limit_us;
    if (suspension->kind == LWNVME_SUSPEND_SHUTDOWN)
        status = lwnvme_controller_shutdown(controller, LWNVME_SHUTDOWN_NORMAL);
    else if (suspension->kind == LWNVME_SUSPEND_POWER_STATE)
        status = lwnvme_power_deepest(controller, limit_us, &suspension->power_state);
    else
        status = LWNVME_ERR_INVALID_ARGUMENT;
    if (status != LWNVME_OK)
        return status;
    suspension->controller = controller;
    suspension->status = LWNVME_PENDING;
    suspension->registers_lost = false;
    suspension->brought_up = false;
    suspension->service.work = NULL;
    suspension->service.tell = lwnvme_suspension_told;
    suspension->service.due_us = UINT64_MAX;
    lwnvme_service_add(controller, &suspension->service);
    suspension->stage = LWNVME_SUSPENSION_SHUTDOWN;
    if (suspension->kind == LWNVME_SUSPEND_POWER_STATE) {
        suspension->stage = LWNVME_SUSPENSION_FAREWELL;
        suspension->deadline_us =
            lwnvme_now_us(controller) + controller->config.admin_timeout_ms * UINT64_C(1000);
        lwnvme_services_tell(controller, LWNVME_OCCASION_SLEEP);
    }
    return LWNVME_OK;
}

int lwnvme_resume(struct lwnvme_suspension *suspension)
{
    uint32_t limit_ms;

    if (suspension == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (suspension->stage != LWNVME_SUSPENSION_ASLEEP)
        return LWNVME_ERR_WRONG_STATE;
    limit_ms = suspension->wake_limit_ms == 0 ? LWNVME_WAKE_LIMIT_DEFAULT_MS : suspension->wake_limit_ms;
    suspension->deadline_us = lwnvme_now_us(suspension->controller) + (uint64_t)limit_ms * 1000u;
    suspension->seen_us = 0;
    suspension->polls = 0;
    suspension->registers_lost = false;
    suspension->brought_up = false;
    lwnvme_suspension_end(suspension, LWNVME_PENDING, LWNVME_SUSPENSION_ANSWER);
    return LWNVME_OK;
}

/* Whether the controller is no longer as it was left: disabled, or with other admin queues. */
static bool lwnvme_registers_are_lost(const struct lwnvme_controller *controller)
{
    uint32_t entries = LWNVME_CONFIG_ADMIN_ENTRIES - 1u;
    uint32_t aqa = lwnvme_field_put(entries, LWNVME_AQA_ASQS) | lwnvme_field_put(entries, LWNVME_AQA_ACQS);

    return lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_CC), LWNVME_CC_EN) == 0 ||
           lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_CSTS), LWNVME_CSTS_RDY) == 0 ||
           lwnvme_register_read(controller, LWNVME_REG_AQA) != aqa ||
           lwnvme_register_read(controller, LWNVME_REG_ASQ) !=
               (uint32_t)controller->admin.pieces[LWNVME_PIECE_SQ].dma_address;
}

static void lwnvme_suspension_answered(struct lwnvme_suspension *suspension)
{
    struct lwnvme_controller *controller = suspension->controller;
    int status;

    suspension->registers_lost = lwnvme_registers_are_lost(controller);
    if (suspension->kind == LWNVME_SUSPEND_SHUTDOWN) {
        status = lwnvme_controller_resume(controller);
        suspension->stage = LWNVME_SUSPENSION_BRING_UP;
    } else if (suspension->registers_lost) {
        lwnvme_event_send(controller, LWNVME_EVENT_RESET);
        status = lwnvme_controller_resume(controller);
        suspension->stage = LWNVME_SUSPENSION_BRING_UP;
    } else {
        lwnvme_controller_sleep(controller, false);
        status = lwnvme_suspension_state_send(suspension, 0);
        suspension->stage = LWNVME_SUSPENSION_WAKE;
    }
    if (status != LWNVME_OK)
        lwnvme_suspension_end(suspension, status, LWNVME_SUSPENSION_IDLE);
}

/* A device that comes back from a low power state reads all ones for a while. Bounded by the clock and, if that stands
 * still, by the number of looks. */
static void lwnvme_suspension_answer_await(struct lwnvme_suspension *suspension)
{
    struct lwnvme_controller *controller = suspension->controller;
    uint64_t now_us = lwnvme_now_us(controller);
    bool is_late;

    if (now_us != suspension->seen_us)
        suspension->polls = 0;
    suspension->seen_us = now_us;
    is_late = now_us > suspension->deadline_us || ++suspension->polls >= LWNVME_CONFIG_STUCK_CLOCK_POLLS;
    if (lwnvme_device_present(controller, lwnvme_register_read(controller, LWNVME_REG_CSTS))) {
        lwnvme_suspension_answered(suspension);
        return;
    }
    if (!is_late)
        return;
    if (suspension->kind == LWNVME_SUSPEND_POWER_STATE) {
        lwnvme_controller_sleep(controller, false);
        (void)lwnvme_controller_poll(controller); /* finds out for itself that the device is gone */
    }
    lwnvme_suspension_end(suspension, LWNVME_ERR_GONE, LWNVME_SUSPENSION_IDLE);
}

static void lwnvme_suspension_fall_asleep(struct lwnvme_suspension *suspension)
{
    lwnvme_controller_sleep(suspension->controller, true);
    lwnvme_suspension_end(suspension, LWNVME_OK, LWNVME_SUSPENSION_ASLEEP);
}

/* After a poll: what the controller has come to. */
static void lwnvme_suspension_polled(struct lwnvme_suspension *suspension, int status)
{
    if (status == LWNVME_PENDING)
        return;
    if (status != LWNVME_OK)
        lwnvme_suspension_end(suspension, status, LWNVME_SUSPENSION_IDLE);
    else if (suspension->brought_up && suspension->stage < LWNVME_SUSPENSION_ASLEEP)
        lwnvme_suspension_end(suspension, LWNVME_ERR_ABORTED, LWNVME_SUSPENSION_IDLE);
    else if (suspension->brought_up)
        lwnvme_suspension_end(suspension, LWNVME_OK, LWNVME_SUSPENSION_IDLE);
    else if (suspension->stage == LWNVME_SUSPENSION_SHUTDOWN)
        lwnvme_suspension_end(suspension, LWNVME_OK, LWNVME_SUSPENSION_ASLEEP);
    else if (suspension->stage == LWNVME_SUSPENSION_FAREWELL || suspension->stage == LWNVME_SUSPENSION_STILL)
        lwnvme_suspension_settle(suspension);
    else if (lwnvme_request_active(&suspension->request))
        return;
    else if (suspension->stage == LWNVME_SUSPENSION_STATE && suspension->request.status == LWNVME_OK)
        lwnvme_suspension_fall_asleep(suspension);
    else
        lwnvme_suspension_undo(suspension, suspension->request.status);
}

int lwnvme_suspension_step(struct lwnvme_suspension *suspension)
{
    if (suspension == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (suspension->status != LWNVME_PENDING)
        return suspension->status;
    if (lwnvme_is_in_callback(suspension->controller))
        return LWNVME_ERR_IN_CALLBACK;
    if (suspension->stage == LWNVME_SUSPENSION_ANSWER)
        lwnvme_suspension_answer_await(suspension);
    else
        lwnvme_suspension_polled(suspension, lwnvme_controller_poll(suspension->controller));
    return suspension->status;
}
