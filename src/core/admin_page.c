/* SPDX-License-Identifier: MIT */
/*
 * Admin commands whose data go through a page of the controller's own: Identify, Get Log Page, features with
 * data, and whatever else is small.
 *
 * The pages are 4 KiB each, because controllers are known to write that much whatever was asked for. A page
 * is cleared before its command and copied out once after it, so the caller's memory never holds anything
 * but what the controller delivered, and nothing reads what the controller could change meanwhile. Data for the
 * controller are copied in when the command is sent. Commands beyond the number of pages wait in order.
 *
 * Controller owner's context. The last page of the allocation is never given to the controller: bring-up
 * copies identify data there.
 */
#include "core.h"

#define LWNVME_PAGES_ALL (0xffffffffu >> (32u - LWNVME_CONFIG_ADMIN_PAGES))

int lwnvme_pages_allocate(struct lwnvme_controller *controller)
{
    void *memory = NULL;
    int status;

    controller->pages_bytes = (LWNVME_CONFIG_ADMIN_PAGES + 1u) * LWNVME_PAGE_MIN;
    status = lwnvme_dma_get(controller, controller->pages_bytes, &memory, &controller->pages_dma);
    if (status != LWNVME_OK)
        return status;
    controller->pages = (uint8_t *)memory;
    controller->pages_free = LWNVME_PAGES_ALL;
    return LWNVME_OK;
}

/* What every public admin call asks first. */
int lwnvme_admin_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request)
{
    if (controller == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    return lwnvme_controller_refusal(controller);
}

static void lwnvme_page_done(struct lwnvme_request *request);

/* The end of a request that waited for a page and was never sent. */
static void lwnvme_page_unsent(struct lwnvme_request *request, int status)
{
    request->status = status;
    request->bytes_done = 0;
    request->state = LWNVME_REQUEST_IDLE;
    if (request->done != NULL)
        request->done(request);
}

static uint32_t lwnvme_page_take(struct lwnvme_controller *controller)
{
    uint32_t index;

    for (index = 0; index < LWNVME_CONFIG_ADMIN_PAGES; index++) {
        if ((controller->pages_free >> index & 1u) != 0) {
            controller->pages_free &= ~(1u << index);
            return index + 1u;
        }
    }
    return 0;
}

static int lwnvme_page_start(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t page)
{
    size_t offset = (size_t)(page - 1u) * LWNVME_PAGE_MIN;
    struct lwnvme_buffer buffer = lwnvme_buffer_device(controller->pages_dma + offset, LWNVME_PAGE_MIN);
    int status;

    memset(controller->pages + offset, 0, LWNVME_PAGE_MIN);
    if ((request->command.opcode & LWNVME_TO_DEVICE) != 0 && request->copy_bytes != 0)
        memcpy(controller->pages + offset, request->copy, request->copy_bytes);
    lwnvme_memory_sync(controller, controller->pages + offset, LWNVME_PAGE_MIN, LWNVME_BIDIRECTIONAL, true);
    request->page = page;
    request->internal_done = lwnvme_page_done;
    status = lwnvme_submit_raw(&controller->admin, request, &request->command, &buffer);
    if (status != LWNVME_OK)
        controller->pages_free |= 1u << (page - 1u);
    return status;
}

/* Pages are free again: whoever waits goes on. */
static void lwnvme_page_waiting_pump(struct lwnvme_controller *controller)
{
    struct lwnvme_request *request;
    uint32_t page;
    int status;

    while ((request = controller->page_waiting_first) != NULL) {
        page = lwnvme_page_take(controller);
        if (page == 0)
            return;
        controller->page_waiting_first = request->next;
        status = lwnvme_page_start(controller, request, page);
        if (status != LWNVME_OK)
            lwnvme_page_unsent(request, status);
    }
}

static void lwnvme_page_done(struct lwnvme_request *request)
{
    struct lwnvme_controller *controller = request->queue->controller;
    const uint8_t *page = controller->pages + (size_t)(request->page - 1u) * LWNVME_PAGE_MIN;

    request->bytes_done = 0;
    if (request->status == LWNVME_OK) {
        if ((request->command.opcode & LWNVME_TO_DEVICE) == 0) {
            lwnvme_memory_sync(controller, page, LWNVME_PAGE_MIN, LWNVME_FROM_DEVICE, false);
            if (request->copy_bytes != 0)
                memcpy(request->copy, page, request->copy_bytes);
        }
        request->bytes_done = request->copy_bytes;
    }
    /* A page that the controller may still write is not used again. */
    if (request->status != LWNVME_ERR_BUFFER_HELD)
        controller->pages_free |= 1u << (request->page - 1u);
    if ((request->page_next == NULL || !request->page_next(request)) && request->done != NULL)
        request->done(request);
    if ((controller->admin.slow & LWNVME_SLOW_NO_SUBMIT) == 0)
        lwnvme_page_waiting_pump(controller);
}

/*
 * Sends a command with up to one page of data: copied to `copy` when it succeeds, or from there when it is
 * sent, as its opcode says. The caller has checked that the request is idle and the controller takes commands.
 * Who needs several pages sets page_next after this call: it is asked when a page has ended, whatever the
 * status, and may send the next one with the same request.
 */
int lwnvme_page_command(struct lwnvme_controller *controller, struct lwnvme_request *request,
                        const struct lwnvme_command *command, void *copy, uint32_t copy_bytes)
{
    uint32_t page;
    request->command = *command;
    request->queue = &controller->admin;
    request->copy = copy;
    request->copy_bytes = copy_bytes;
    request->page_next = NULL;
    page = controller->page_waiting_first == NULL ? lwnvme_page_take(controller) : 0;
    if (page != 0)
        return lwnvme_page_start(controller, request, page);
    if ((request->flags & LWNVME_REQUEST_NO_WAIT) != 0)
        return LWNVME_ERR_BUSY;
    request->state = LWNVME_REQUEST_QUEUED;
    request->next = NULL;
    if (controller->page_waiting_first == NULL)
        controller->page_waiting_first = request;
    else
        controller->page_waiting_last->next = request;
    controller->page_waiting_last = request;
    return LWNVME_OK;
}

/* The controller has been told to stop: those that wait for a page will not get one. Once it has stopped it
 * uses none. */
void lwnvme_pages_give_back(struct lwnvme_controller *controller)
{
    struct lwnvme_request *request;

    while ((request = controller->page_waiting_first) != NULL) {
        controller->page_waiting_first = request->next;
        lwnvme_page_unsent(request, LWNVME_ERR_NOT_STARTED);
    }
    if (controller->device_stopped != 0)
        controller->pages_free = LWNVME_PAGES_ALL;
}
