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

#if !LWNVME_CONFIG_BOOT
#define LWNVME_PAGES_ALL (0xffffffffu >> (32u - LWNVME_CONFIG_ADMIN_PAGES))

/* All of them are free already: the controller had been stopped before (lwnvme_pages_give_back). */
int lwnvme_pages_allocate(struct lwnvme_controller *controller)
{
    void *memory = NULL;
    int status;

    controller->pages_bytes = (LWNVME_CONFIG_ADMIN_PAGES + 1u) * LWNVME_PAGE_MIN;
    status = lwnvme_dma_get(controller, controller->pages_bytes, &memory, &controller->pages_dma);
    if (status != LWNVME_OK)
        return status;
    controller->pages = (uint8_t *)memory;
    return LWNVME_OK;
}

#endif

/* What every public admin call asks first: its request is the caller's, or of an object that has said something else. */
int lwnvme_admin_check(const struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    if (controller == NULL || request == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (request->state != LWNVME_REQUEST_IDLE)
        return LWNVME_ERR_REQUEST_ACTIVE;
    if (request->repeat != LWNVME_REPEAT_NEVER)
        request->repeat = LWNVME_REPEAT_MAY;
    return lwnvme_controller_refusal(controller);
}

static void lwnvme_page_done(struct lwnvme_request *request);

/* Begins the command of an idle request of the library's own. */
struct lwnvme_command *lwnvme_command_begin(struct lwnvme_request *request, uint32_t opcode)
{
    memset(&request->command, 0, sizeof(request->command));
    request->command.opcode = opcode;
    return &request->command;
}

/* Sends the command in a request with memory of the library's own, or without (length_bytes is 0). */
int lwnvme_admin_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                      uint64_t dma_address, uint32_t length_bytes)
{
    request->buffer = lwnvme_buffer_device(dma_address, length_bytes);
    request->data_bytes = length_bytes;
    request->block_count = 0;
    request->ns = NULL;
    return lwnvme_submit(&controller->admin, request);
}

#if LWNVME_CONFIG_BOOT
static void lwnvme_page_done(struct lwnvme_request *request)
{
    struct lwnvme_controller *controller = request->queue->controller;

    if (request->status == LWNVME_OK) {
        lwnvme_memory_sync(controller, controller->pages, LWNVME_PAGE_MIN, LWNVME_FROM_DEVICE, false);
        memcpy(request->copy, controller->pages, LWNVME_PAGE_MIN);
    }
    if (request->done != NULL)
        request->done(request);
}

/* Sends a command that delivers a page; there is one for all of them. */
int lwnvme_page_send(struct lwnvme_controller *controller, struct lwnvme_request *request, void *copy,
                     uint32_t copy_bytes)
{
    (void)copy_bytes;
    if (controller->admin.waiting_first != NULL)
        return LWNVME_ERR_BUSY;
    memset(controller->pages, 0, LWNVME_PAGE_MIN);
    lwnvme_memory_sync(controller, controller->pages, LWNVME_PAGE_MIN, LWNVME_BIDIRECTIONAL, true);
    request->copy = copy;
    request->internal_done = lwnvme_page_done;
    return lwnvme_admin_send(controller, request, controller->pages_dma, LWNVME_PAGE_MIN);
}
#else
/* The end of a request that waited for a page and was never sent. */
static LWNVME_NOINLINE void lwnvme_page_unsent(struct lwnvme_request *request, int status)
{
    request->status = status == LWNVME_ERR_NOT_STARTED && request->tries != 0 ? LWNVME_ERR_ABORTED : status;
    request->bytes_done = 0;
    request->state = LWNVME_REQUEST_IDLE;
    if (request->done != NULL)
        request->done(request);
}

/* A free page, as its bit, or 0. */
static uint32_t lwnvme_page_take(struct lwnvme_controller *controller)
{
    uint32_t page = controller->pages_free & (0u - controller->pages_free);

    controller->pages_free ^= page;
    return page;
}

static uint32_t lwnvme_page_offset(uint32_t page)
{
    uint32_t offset = 0;

    while ((page >>= 1) != 0)
        offset += LWNVME_PAGE_MIN;
    return offset;
}

static int lwnvme_page_start(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t page)
{
    uint32_t offset = lwnvme_page_offset(page);
    uint8_t *memory = controller->pages + offset;
    int status;

    memset(memory, 0, LWNVME_PAGE_MIN);
    if ((request->command.opcode & LWNVME_TO_DEVICE) != 0 && request->copy_bytes != 0)
        memcpy(memory, request->copy, request->copy_bytes);
    lwnvme_memory_sync(controller, memory, LWNVME_PAGE_MIN, LWNVME_BIDIRECTIONAL, true);
    request->page = page;
    request->internal_done = lwnvme_page_done;
    status = lwnvme_admin_send(controller, request, controller->pages_dma + offset, LWNVME_PAGE_MIN);
    if (status != LWNVME_OK)
        controller->pages_free |= page;
    return status;
}

/* Pages are free again: whoever waits goes on. */
static void lwnvme_page_waiting_pump(struct lwnvme_controller *controller)
{
    struct lwnvme_request *request;
    uint32_t flags;
    uint8_t tries;
    uint32_t page;
    int status;

    while ((request = controller->page_waiting_first) != NULL) {
        page = lwnvme_page_take(controller);
        if (page == 0)
            return;
        controller->page_waiting_first = request->next;
        tries = request->tries; /* of one that is issued again */
        flags = request->flags;
        request->flags &= ~LWNVME_REQUEST_NO_WAIT;
        status = lwnvme_page_start(controller, request, page);
        request->flags = flags;
        request->tries = tries;
        if (status != LWNVME_OK)
            lwnvme_page_unsent(request, status);
    }
}

/* Whether a request goes on with a further page, for which it waits, whatever it did for the first. */
static bool lwnvme_page_goes_on(struct lwnvme_request *request)
{
    const uint32_t flags = request->flags;
    bool more;

    if (request->page_next == NULL)
        return false;
    request->flags &= ~LWNVME_REQUEST_NO_WAIT;
    more = request->page_next(request);
    request->flags = flags;
    return more;
}

static void lwnvme_page_done(struct lwnvme_request *request)
{
    struct lwnvme_controller *controller = request->queue->controller;
    const uint8_t *page = controller->pages + lwnvme_page_offset(request->page);

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
        controller->pages_free |= request->page;
    if (!lwnvme_page_goes_on(request) && request->done != NULL)
        request->done(request);
    if ((controller->admin.slow & LWNVME_SLOW_NO_SUBMIT) == 0)
        lwnvme_page_waiting_pump(controller);
}

static void lwnvme_page_wait(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    request->state = LWNVME_REQUEST_QUEUED;
    lwnvme_list_append(&controller->page_waiting_first, &controller->page_waiting_last, request);
}

/* Abort commands in the admin ring or waiting for room there. */
uint32_t lwnvme_aborts_under_way(const struct lwnvme_queue *admin)
{
    const struct lwnvme_request *request;
    uint32_t count = 0;
    uint32_t index;

    for (index = 0; index + 1u < admin->entries; index++) {
        request = admin->slots[index].request;
        count += request != NULL && request->command.opcode == LWNVME_ADMIN_ABORT ? 1u : 0u;
    }
    for (request = admin->waiting_first; request != NULL; request = request->next)
        count += request->command.opcode == LWNVME_ADMIN_ABORT ? 1u : 0u;
    return count;
}

/* It is issued again, as the next poll of the admin queue or the pages allow. */
void lwnvme_admin_again(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    if (request->internal_done == lwnvme_page_done) {
        lwnvme_page_wait(controller, request);
        lwnvme_page_waiting_pump(controller);
    } else {
        lwnvme_request_restart(request);
        lwnvme_waiting_append(&controller->admin, request);
    }
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
    request->command = *command;
    return lwnvme_page_send(controller, request, copy, copy_bytes);
}

/* The same for a command that is in the request already. */
int lwnvme_page_send(struct lwnvme_controller *controller, struct lwnvme_request *request, void *copy,
                     uint32_t copy_bytes)
{
    uint32_t page;

    request->queue = &controller->admin;
    request->copy = copy;
    request->copy_bytes = copy_bytes;
    request->page_next = NULL;
    page = controller->page_waiting_first == NULL ? lwnvme_page_take(controller) : 0;
    if (page != 0)
        return lwnvme_page_start(controller, request, page);
    if ((request->flags & LWNVME_REQUEST_NO_WAIT) != 0)
        return LWNVME_ERR_BUSY;
    request->tries = 0; /* not sooner: one that is refused leaves what is known of the last result */
    lwnvme_page_wait(controller, request);
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

#endif

/* An admin command whose end is nobody's but the caller's. */
int lwnvme_admin_submit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                        const struct lwnvme_command *command, const struct lwnvme_buffer *buffer)
{
    request->internal_done = NULL;
    return lwnvme_submit_raw(&controller->admin, request, command, buffer);
}

/* A command without data that two dwords say. The caller has checked what there is to check. */
int lwnvme_admin_plain(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t opcode,
                       uint32_t nsid, uint32_t cdw10, uint32_t cdw11)
{
    struct lwnvme_command command = {.opcode = opcode, .nsid = nsid, .cdw10 = cdw10, .cdw11 = cdw11};

    return lwnvme_admin_submit(controller, request, &command, NULL);
}
