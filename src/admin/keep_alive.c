/* SPDX-License-Identifier: MIT */
/*
 * Keep Alive as a service: one request, used in turn for Set Features (KATO) and for Keep Alive commands.
 *
 *     start: KATO = t --> poll: half of t after the last one was sent, the next --> farewell: KATO = 0
 *
 * The timer is off in a farewell, since a shutdown may wait for I/O for longer than the timer runs, and polls tell
 * services nothing then. A controller reset sets KATO back, so it is set anew when the controller is ready.
 * Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

/* Between looks whether processing is still paused, and after what was not sent. */
#define LWNVME_KEEP_ALIVE_PAUSE_MS 100u

static void lwnvme_keep_alive_set_done(struct lwnvme_request *request);
static void lwnvme_keep_alive_sent(struct lwnvme_request *request);

static uint32_t lwnvme_keep_alive_step_ms(const struct lwnvme_controller *controller)
{
    return lwnvme_le16_get(&lwnvme_identify_copy(controller)->kas) * 100u;
}

/* Up to the granularity; 0: there is no such timeout. */
static uint32_t lwnvme_keep_alive_round(const struct lwnvme_controller *controller, uint32_t timeout_ms)
{
    uint32_t step_ms = lwnvme_keep_alive_step_ms(controller);
    uint32_t steps = lwnvme_divide(timeout_ms, step_ms);

    if (steps * step_ms != timeout_ms)
        steps++;
    return (uint64_t)steps * step_ms <= UINT32_MAX ? steps * step_ms : 0;
}

int lwnvme_keep_alive_send(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (lwnvme_keep_alive_step_ms(controller) == 0)
        return LWNVME_ERR_NO_KEEP_ALIVE;
    return lwnvme_admin_plain(controller, request, LWNVME_ADMIN_KEEP_ALIVE, 0, 0, 0);
}

/* Sets the timer, to 0 for off. */
static int lwnvme_keep_alive_set(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive,
                                 uint32_t timeout_ms)
{
    int status;

    keep_alive->setting_ms = timeout_ms;
    keep_alive->sent_us = lwnvme_now_us(controller);
    keep_alive->service.due_us = UINT64_MAX;
    keep_alive->request.done = lwnvme_keep_alive_set_done;
    keep_alive->request.context = keep_alive;
    status = lwnvme_admin_plain(
        controller, &keep_alive->request, LWNVME_ADMIN_SET_FEATURES, 0,
        lwnvme_field_put(LWNVME_FEATURE_KEEP_ALIVE_TIMER, LWNVME_SET_FEATURES_CDW10_FID), timeout_ms);
    keep_alive->status = status == LWNVME_OK ? LWNVME_PENDING : status;
    return status;
}

/* Half of the timeout after the last command was sent, which is when the controller's timer began to run at the
 * earliest. */
static void lwnvme_keep_alive_schedule(struct lwnvme_keep_alive *keep_alive)
{
    keep_alive->service.due_us =
        keep_alive->granted_ms == 0 ? UINT64_MAX : keep_alive->sent_us + keep_alive->granted_ms * 500ull;
}

static void lwnvme_keep_alive_left(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive)
{
    if (keep_alive->leaving) {
        keep_alive->leaving = false;
        controller->farewells--;
    }
}

/* What remains to be said before a farewell is over: that the timer is off. True: that has been sent. */
static bool lwnvme_keep_alive_leaves(struct lwnvme_controller *controller,
                                     struct lwnvme_keep_alive *keep_alive, int status)
{
    return keep_alive->leaving && status >= 0 && keep_alive->granted_ms != 0 &&
           lwnvme_keep_alive_set(controller, keep_alive, 0) == LWNVME_OK;
}

static void lwnvme_keep_alive_set_done(struct lwnvme_request *request)
{
    struct lwnvme_keep_alive *keep_alive = (struct lwnvme_keep_alive *)request->context;
    struct lwnvme_controller *controller = keep_alive->service.controller;

    keep_alive->status = request->status;
    if (request->status == LWNVME_OK)
        keep_alive->granted_ms = keep_alive->setting_ms;
    if (request->status < 0 && keep_alive->stopping && controller->device_stopped != 0) {
        keep_alive->granted_ms = 0; /* stopped by a reset, before it was by the command */
        keep_alive->status = LWNVME_OK;
    }
    if (keep_alive->setting_ms != 0 && lwnvme_keep_alive_leaves(controller, keep_alive, request->status))
        return;
    lwnvme_keep_alive_left(controller, keep_alive);
    if (keep_alive->granted_ms == 0 && (keep_alive->stopping || request->status > 0))
        lwnvme_service_remove(&keep_alive->service); /* off as asked, or never on */
    else if (keep_alive->granted_ms != 0 && request->status >= 0)
        lwnvme_keep_alive_schedule(keep_alive);
    keep_alive->stopping = false;
}

static void lwnvme_keep_alive_sent(struct lwnvme_request *request)
{
    struct lwnvme_keep_alive *keep_alive = (struct lwnvme_keep_alive *)request->context;
    struct lwnvme_controller *controller = keep_alive->service.controller;

    keep_alive->status = request->status;
    if (request->status == LWNVME_OK)
        keep_alive->sent++;
    else
        keep_alive->failed++;
    if (lwnvme_keep_alive_leaves(controller, keep_alive, request->status))
        return;
    lwnvme_keep_alive_left(controller, keep_alive);
    lwnvme_keep_alive_schedule(keep_alive);
}

static void lwnvme_keep_alive_work(struct lwnvme_service *service)
{
    struct lwnvme_keep_alive *keep_alive =
        (struct lwnvme_keep_alive *)(void *)((uint8_t *)service -
                                             offsetof(struct lwnvme_keep_alive, service));
    struct lwnvme_controller *controller = service->controller;
    uint64_t now_us = lwnvme_now_us(controller);

    /* Due too when the clock has been set back: the controller's runs on. */
    if (lwnvme_request_active(&keep_alive->request) || keep_alive->granted_ms == 0 ||
        (now_us < keep_alive->service.due_us && now_us >= keep_alive->sent_us))
        return;
    /* Nothing is carried out while new firmware is activated, and its command would end by its deadline. */
    if (lwnvme_field_get(lwnvme_register_read(controller, LWNVME_REG_CSTS), LWNVME_CSTS_PP) != 0) {
        keep_alive->service.due_us = now_us + LWNVME_KEEP_ALIVE_PAUSE_MS * 1000u;
        return;
    }
    keep_alive->request.done = lwnvme_keep_alive_sent;
    keep_alive->request.context = keep_alive;
    keep_alive->service.due_us = now_us + LWNVME_KEEP_ALIVE_PAUSE_MS * 1000u;
    if (lwnvme_keep_alive_send(controller, &keep_alive->request) != LWNVME_OK)
        return; /* again soon: half of the timeout has passed already */
    keep_alive->sent_us = now_us;
    keep_alive->service.due_us = UINT64_MAX;
    keep_alive->status = LWNVME_PENDING;
}

static void lwnvme_keep_alive_farewell(struct lwnvme_controller *controller,
                                       struct lwnvme_keep_alive *keep_alive)
{
    bool is_active = lwnvme_request_active(&keep_alive->request);

    if (keep_alive->leaving || (!is_active && keep_alive->granted_ms == 0))
        return;
    if (!is_active && lwnvme_keep_alive_set(controller, keep_alive, 0) != LWNVME_OK)
        return;
    keep_alive->leaving = true;
    controller->farewells++;
}

/* Whether or not the controller has forgotten it. What was under way has been given back, or was awaited. */
static void lwnvme_keep_alive_welcome(struct lwnvme_controller *controller,
                                      struct lwnvme_keep_alive *keep_alive)
{
    keep_alive->granted_ms = 0;
    if (lwnvme_keep_alive_step_ms(controller) == 0)
        keep_alive->status = LWNVME_ERR_NO_KEEP_ALIVE;
    else
        (void)lwnvme_keep_alive_set(controller, keep_alive,
                                    lwnvme_keep_alive_round(controller, keep_alive->timeout_ms));
}

static void lwnvme_keep_alive_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_keep_alive *keep_alive =
        (struct lwnvme_keep_alive *)(void *)((uint8_t *)service -
                                             offsetof(struct lwnvme_keep_alive, service));
    struct lwnvme_controller *controller = service->controller;

    if (occasion == LWNVME_OCCASION_READY || occasion == LWNVME_OCCASION_WAKE)
        lwnvme_keep_alive_welcome(controller, keep_alive);
    else if (occasion == LWNVME_OCCASION_FAREWELL || occasion == LWNVME_OCCASION_SLEEP)
        lwnvme_keep_alive_farewell(controller, keep_alive);
    else if (occasion == LWNVME_OCCASION_CLOSE)
        lwnvme_service_remove(service);
}

int lwnvme_keep_alive_start(struct lwnvme_controller *controller, struct lwnvme_keep_alive *keep_alive)
{
    uint32_t timeout_ms;
    int status;

    if (keep_alive == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (keep_alive->service.controller != NULL)
        return LWNVME_ERR_BUSY;
    status = lwnvme_admin_check(controller, &keep_alive->request);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_keep_alive_step_ms(controller) == 0)
        return LWNVME_ERR_NO_KEEP_ALIVE;
    timeout_ms = lwnvme_keep_alive_round(controller, keep_alive->timeout_ms);
    if (timeout_ms == 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    status = lwnvme_keep_alive_set(controller, keep_alive, timeout_ms);
    if (status != LWNVME_OK)
        return status;
    keep_alive->granted_ms = 0;
    keep_alive->sent = 0;
    keep_alive->failed = 0;
    keep_alive->leaving = false;
    keep_alive->stopping = false;
    keep_alive->service.work = lwnvme_keep_alive_work;
    keep_alive->service.tell = lwnvme_keep_alive_told;
    lwnvme_service_add(controller, &keep_alive->service);
    return LWNVME_OK;
}

int lwnvme_keep_alive_stop(struct lwnvme_keep_alive *keep_alive)
{
    struct lwnvme_controller *controller;
    int status;

    if (keep_alive == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = keep_alive->service.controller;
    if (controller == NULL)
        return LWNVME_ERR_NOT_OPEN;
    if (lwnvme_request_active(&keep_alive->request))
        return LWNVME_ERR_BUSY;
    if (keep_alive->granted_ms == 0 || controller->device_stopped != 0) {
        lwnvme_service_remove(&keep_alive->service);
        keep_alive->granted_ms = 0;
        keep_alive->status = LWNVME_OK;
        return LWNVME_OK;
    }
    status = lwnvme_admin_check(controller, &keep_alive->request);
    if (status == LWNVME_OK)
        status = lwnvme_keep_alive_set(controller, keep_alive, 0);
    keep_alive->stopping = status == LWNVME_OK;
    return status;
}
