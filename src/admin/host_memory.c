/* SPDX-License-Identifier: MIT */
/*
 * The host memory buffer as a service.
 *
 * Memory comes in chunks, the largest first: when the host has no chunk of a size, the size is halved, down to what
 * the controller takes (HMMINDS) or a memory page. There are at most HMMAXD chunks, and as many as one page of
 * descriptors holds. The chunks as they were allocated are kept apart from the descriptors, which the controller could
 * write: memory is freed by the former.
 *
 *     enable:   Set Features EHM=1, with MR once the controller has had the memory before; refused: EHM=0
 *     farewell: EHM=0; the core waits for its answer before it goes on (controller->farewells)
 *     ready:    enable again, since a reset disables the feature
 *
 * The controller may write the memory from the enable command on until a disable has succeeded or it has stopped. Only
 * lwnvme_host_memory_release frees, and its callers have made sure of one of these.
 *
 * Controller owner's context.
 */
#include <lwnvme/admin.h>

#include "../core/core.h"

#define LWNVME_HOST_MEMORY_UNIT 4096u /* of HMPRE, HMMIN and HMMINDS */

/* What is looked for, in bytes: multiples of the memory page. */
struct lwnvme_host_memory_plan {
    uint64_t target_bytes;
    uint64_t minimum_bytes;
    uint64_t floor_bytes; /* of a chunk */
    uint64_t chunk_bytes; /* of the next chunk */
    uint32_t chunks_max;
};

int lwnvme_host_memory_wish_get(const struct lwnvme_controller *controller,
                                struct lwnvme_host_memory_wish *wish)
{
    const struct lwnvme_identify_controller *identify;

    if (controller == NULL || wish == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    identify = lwnvme_controller_get_identify(controller);
    if (identify == NULL)
        return LWNVME_ERR_WRONG_STATE;
    wish->preferred_bytes = (uint64_t)lwnvme_le32_get(&identify->hmpre) * LWNVME_HOST_MEMORY_UNIT;
    wish->minimum_bytes = (uint64_t)lwnvme_le32_get(&identify->hmmin) * LWNVME_HOST_MEMORY_UNIT;
    wish->minimum_chunk_bytes = (uint64_t)lwnvme_le32_get(&identify->hmminds) * LWNVME_HOST_MEMORY_UNIT;
    wish->chunks_max = lwnvme_le16_get(&identify->hmmaxd);
    return wish->preferred_bytes == 0 ? LWNVME_ERR_NO_HOST_MEMORY_BUFFER : LWNVME_OK;
}

static uint64_t lwnvme_host_memory_up(uint64_t bytes, uint32_t page_bytes)
{
    return (bytes + (page_bytes - 1u)) & ~(uint64_t)(page_bytes - 1u);
}

static uint64_t lwnvme_host_memory_larger(uint64_t left, uint64_t right)
{
    return left > right ? left : right;
}

/* Sizes are below 2^45, so nothing here overflows but the budget, which is only cut. */
static int lwnvme_host_memory_plan_make(const struct lwnvme_controller *controller,
                                        const struct lwnvme_host_memory *memory,
                                        struct lwnvme_host_memory_plan *plan)
{
    uint32_t page_bytes = controller->page_bytes;
    uint64_t budget_bytes = memory->budget_bytes & ~(uint64_t)(page_bytes - 1u);
    struct lwnvme_host_memory_wish wish;
    int status = lwnvme_host_memory_wish_get(controller, &wish);

    if (status != LWNVME_OK)
        return status;
    plan->minimum_bytes = lwnvme_host_memory_up(wish.minimum_bytes, page_bytes);
    plan->floor_bytes =
        lwnvme_host_memory_larger(lwnvme_host_memory_up(wish.minimum_chunk_bytes, page_bytes), page_bytes);
    plan->target_bytes = lwnvme_host_memory_larger(lwnvme_host_memory_up(wish.preferred_bytes, page_bytes),
                                                   plan->minimum_bytes);
    if (plan->target_bytes > budget_bytes)
        plan->target_bytes = budget_bytes;
    if (plan->target_bytes < plan->minimum_bytes || budget_bytes < plan->floor_bytes)
        return LWNVME_ERR_HOST_MEMORY_LIMIT;
    plan->chunk_bytes = memory->chunk_bytes != 0 ? memory->chunk_bytes : LWNVME_HOST_MEMORY_CHUNK_DEFAULT;
    plan->chunk_bytes =
        lwnvme_host_memory_larger(lwnvme_host_memory_up(plan->chunk_bytes, page_bytes), plan->floor_bytes);
    plan->chunks_max = LWNVME_HOST_MEMORY_CHUNKS_MAX;
    if (wish.chunks_max != 0 && wish.chunks_max < plan->chunks_max)
        plan->chunks_max = wish.chunks_max;
    /* Larger chunks where there are too few of them; bounded by the bits of a size. */
    while (plan->chunk_bytes * plan->chunks_max < plan->target_bytes)
        plan->chunk_bytes *= 2u;
    return LWNVME_OK;
}

/* Frees all there is: the controller does not use it. */
static void lwnvme_host_memory_release(struct lwnvme_host_memory *memory,
                                       const struct lwnvme_controller *controller)
{
    uint32_t index;

    for (index = 0; index < memory->chunk_count; index++)
        lwnvme_dma_put(controller, memory->chunks[index].memory, memory->chunks[index].length_bytes,
                       memory->chunks[index].dma_address);
    lwnvme_dma_put(controller, memory->list, LWNVME_PAGE_MIN, memory->list_dma);
    lwnvme_memory_put(controller, memory->chunks, memory->chunks_bytes, memory->chunks_dma);
    memory->chunks = NULL;
    memory->list = NULL;
    memory->chunk_count = 0;
    memory->size_bytes = 0;
    memory->enabled = false;
    memory->was_enabled = false;
    memory->stopping = false;
    lwnvme_service_remove(&memory->service);
}

/* One more chunk. */
static int lwnvme_host_memory_take(const struct lwnvme_controller *controller,
                                   struct lwnvme_host_memory *memory, uint64_t length_bytes)
{
    struct lwnvme_host_memory_chunk *chunk = &memory->chunks[memory->chunk_count];
    int status;

    if (length_bytes > SIZE_MAX)
        return LWNVME_ERR_NO_MEMORY;
    status = lwnvme_dma_get(controller, (size_t)length_bytes, &chunk->memory, &chunk->dma_address);
    if (status != LWNVME_OK)
        return status;
    chunk->length_bytes = (size_t)length_bytes;
    memory->chunk_count++;
    memory->size_bytes += length_bytes;
    return LWNVME_OK;
}

/* The length of the next chunk, 0 when there is enough. A rest that is too small for a chunk is left out, unless the
 * minimum needs it; then a whole chunk is taken if the budget has room for it. */
static uint64_t lwnvme_host_memory_next_bytes(const struct lwnvme_host_memory *memory,
                                              const struct lwnvme_host_memory_plan *plan)
{
    uint64_t left_bytes =
        plan->target_bytes > memory->size_bytes ? plan->target_bytes - memory->size_bytes : 0;
    uint64_t room_bytes = memory->budget_bytes - memory->size_bytes;

    if (left_bytes >= plan->floor_bytes)
        return left_bytes < plan->chunk_bytes ? left_bytes : plan->chunk_bytes;
    if (memory->size_bytes >= plan->minimum_bytes && memory->chunk_count != 0)
        return 0;
    return room_bytes >= plan->floor_bytes ? plan->floor_bytes : 0;
}

/* Bounded by the number of chunks and by the halvings of a 64-bit size. */
static int lwnvme_host_memory_gather(const struct lwnvme_controller *controller,
                                     struct lwnvme_host_memory *memory, struct lwnvme_host_memory_plan *plan)
{
    uint32_t page_bytes = controller->page_bytes;
    int status = LWNVME_OK;
    uint64_t length_bytes;

    while (memory->chunk_count < plan->chunks_max) {
        length_bytes = lwnvme_host_memory_next_bytes(memory, plan);
        if (length_bytes == 0)
            break;
        status = lwnvme_host_memory_take(controller, memory, length_bytes);
        if (status == LWNVME_OK)
            continue;
        if (length_bytes <= plan->floor_bytes)
            break;
        plan->chunk_bytes = lwnvme_host_memory_larger(lwnvme_host_memory_up(length_bytes / 2u, page_bytes),
                                                      plan->floor_bytes);
    }
    if (memory->chunk_count != 0 && memory->size_bytes >= plan->minimum_bytes)
        return LWNVME_OK;
    return status != LWNVME_OK ? status : LWNVME_ERR_HOST_MEMORY_LIMIT;
}

/* In memory pages: without a 64-bit division, or a 64-bit shift by a variable, which some CPUs lack as well. */
static uint32_t lwnvme_host_memory_pages(const struct lwnvme_controller *controller, uint64_t bytes)
{
    uint32_t pages = (uint32_t)(bytes >> 12); /* of 4 KiB, the smallest */
    uint32_t page_bytes;

    for (page_bytes = LWNVME_PAGE_MIN; page_bytes < controller->page_bytes; page_bytes <<= 1)
        pages >>= 1;
    return pages;
}

static void lwnvme_host_memory_list_fill(const struct lwnvme_controller *controller,
                                         struct lwnvme_host_memory *memory)
{
    struct lwnvme_host_memory_descriptor *list = (struct lwnvme_host_memory_descriptor *)(void *)memory->list;
    uint32_t index;

    for (index = 0; index < memory->chunk_count; index++) {
        memset(&list[index], 0, sizeof(list[index]));
        lwnvme_le64_set(&list[index].badd, memory->chunks[index].dma_address);
        lwnvme_le32_set(&list[index].bsize,
                        lwnvme_host_memory_pages(controller, memory->chunks[index].length_bytes));
    }
    lwnvme_memory_sync(controller, memory->list, LWNVME_PAGE_MIN, LWNVME_TO_DEVICE, true);
}

/* Everything that is allocated, or nothing. */
static int lwnvme_host_memory_allocate(const struct lwnvme_controller *controller,
                                       struct lwnvme_host_memory *memory,
                                       struct lwnvme_host_memory_plan *plan)
{
    void *got = NULL;
    int status;

    memory->chunks_bytes = plan->chunks_max * sizeof(struct lwnvme_host_memory_chunk);
    status = lwnvme_memory_get(controller, memory->chunks_bytes, &got, &memory->chunks_dma);
    memory->chunks = (struct lwnvme_host_memory_chunk *)got;
    got = NULL;
    if (status == LWNVME_OK)
        status = lwnvme_dma_get(controller, LWNVME_PAGE_MIN, &got, &memory->list_dma);
    memory->list = (uint8_t *)got;
    if (status == LWNVME_OK)
        status = lwnvme_host_memory_gather(controller, memory, plan);
    if (status == LWNVME_OK)
        lwnvme_host_memory_list_fill(controller, memory);
    else
        lwnvme_host_memory_release(memory, controller);
    return status;
}

static void lwnvme_host_memory_enabled(struct lwnvme_request *request);
static void lwnvme_host_memory_disabled(struct lwnvme_request *request);

static struct lwnvme_command lwnvme_host_memory_command(void)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_SET_FEATURES};

    command.cdw10 = lwnvme_field_put(LWNVME_FEATURE_HOST_MEMORY_BUFFER, LWNVME_SET_FEATURES_CDW10_FID);
    return command;
}

static int lwnvme_host_memory_enable(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory)
{
    struct lwnvme_command command = lwnvme_host_memory_command();

    command.cdw11 =
        lwnvme_field_put(1, LWNVME_HOST_MEMORY_BUFFER_EHM) |
        lwnvme_field_put(memory->was_enabled ? 1u : 0u, LWNVME_HOST_MEMORY_BUFFER_MR) |
        lwnvme_field_put(memory->restrict_non_operational ? 1u : 0u, LWNVME_HOST_MEMORY_BUFFER_HMNARE);
    command.cdw12 = lwnvme_host_memory_pages(controller, memory->size_bytes);
    command.cdw13 = (uint32_t)memory->list_dma;
    command.cdw14 = (uint32_t)(memory->list_dma >> 32);
    command.cdw15 = memory->chunk_count;
    memory->request.done = lwnvme_host_memory_enabled;
    memory->request.context = memory;
    memory->status = lwnvme_admin_submit(controller, &memory->request, &command, NULL);
    if (memory->status != LWNVME_OK)
        return memory->status;
    memory->status = LWNVME_PENDING;
    memory->enabled = true; /* it may use the memory as soon as it has the command */
    return LWNVME_OK;
}

static int lwnvme_host_memory_disable(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory)
{
    struct lwnvme_command command = lwnvme_host_memory_command();
    int status;

    memory->request.done = lwnvme_host_memory_disabled;
    memory->request.context = memory;
    status = lwnvme_admin_submit(controller, &memory->request, &command, NULL);
    memory->status = status == LWNVME_OK ? LWNVME_PENDING : status;
    return status;
}

/* The farewell is over, well or not. */
static void lwnvme_host_memory_left(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory)
{
    if (memory->leaving) {
        memory->leaving = false;
        controller->farewells--;
    }
}

static void lwnvme_host_memory_enabled(struct lwnvme_request *request)
{
    struct lwnvme_host_memory *memory = (struct lwnvme_host_memory *)request->context;
    struct lwnvme_controller *controller = memory->service.controller;

    memory->status = request->status;
    if (request->status == LWNVME_OK) {
        memory->was_enabled = true;
        /* Somebody said good-bye meanwhile. */
        if (memory->leaving && lwnvme_host_memory_disable(controller, memory) == LWNVME_OK)
            return;
    } else if (request->status > 0) {
        /* The controller will not have it; it is made sure of that before the memory is freed, since an error may come
         * after the fact. It may be asked again after the next bring-up if it ever had it. */
        memory->refusal = request->status;
        if (lwnvme_host_memory_disable(controller, memory) == LWNVME_OK)
            return;
        memory->status = memory->refusal;
        memory->refusal = LWNVME_OK;
    }
    lwnvme_host_memory_left(controller, memory);
}

/* A disable has ended that follows a refusal: what is told is why. */
static void lwnvme_host_memory_withdrawn(struct lwnvme_controller *controller,
                                         struct lwnvme_host_memory *memory)
{
    memory->status = memory->refusal;
    memory->refusal = LWNVME_OK;
    if (!memory->enabled && !memory->was_enabled)
        lwnvme_host_memory_release(memory, controller);
}

static void lwnvme_host_memory_disabled(struct lwnvme_request *request)
{
    struct lwnvme_host_memory *memory = (struct lwnvme_host_memory *)request->context;
    struct lwnvme_controller *controller = memory->service.controller;

    memory->status = request->status;
    if (request->status == LWNVME_OK || controller->device_stopped != 0)
        memory->enabled = false;
    lwnvme_host_memory_left(controller, memory);
    if (memory->refusal != LWNVME_OK) {
        lwnvme_host_memory_withdrawn(controller, memory);
        return;
    }
    if (memory->stopping && !memory->enabled) {
        lwnvme_host_memory_release(memory, controller);
        memory->status = LWNVME_OK;
    }
    memory->stopping = false;
}

/* A shutdown, a reset or sleep is coming. What has not been answered yet is followed by the farewell. */
static void lwnvme_host_memory_farewell(struct lwnvme_controller *controller,
                                        struct lwnvme_host_memory *memory)
{
    bool is_active = lwnvme_request_active(&memory->request);

    if (memory->leaving || (!is_active && !memory->enabled))
        return;
    if (!is_active && lwnvme_host_memory_disable(controller, memory) != LWNVME_OK)
        return;
    memory->leaving = true;
    controller->farewells++;
}

/* The controller is up again, or awake: it gets the memory back, if that is still enough for it. What was under way has
 * been given back, or was awaited. */
static void lwnvme_host_memory_welcome(struct lwnvme_controller *controller,
                                       struct lwnvme_host_memory *memory)
{
    struct lwnvme_host_memory_wish wish;

    memory->enabled = false;
    if (lwnvme_host_memory_wish_get(controller, &wish) != LWNVME_OK)
        memory->status = LWNVME_ERR_NO_HOST_MEMORY_BUFFER;
    else if (memory->size_bytes < wish.minimum_bytes)
        memory->status = LWNVME_ERR_HOST_MEMORY_LIMIT;
    else
        (void)lwnvme_host_memory_enable(controller, memory);
}

/* The end: what the controller may still write is kept. */
static void lwnvme_host_memory_forget(const struct lwnvme_controller *controller,
                                      struct lwnvme_host_memory *memory)
{
    uint32_t index;

    if (controller->device_stopped != 0 || !memory->enabled) {
        lwnvme_host_memory_release(memory, controller);
        memory->status = LWNVME_OK;
        return;
    }
    for (index = 0; index < memory->chunk_count; index++)
        lwnvme_keep(controller, memory->chunks[index].memory, memory->chunks[index].length_bytes,
                    memory->chunks[index].dma_address);
    lwnvme_keep(controller, memory->list, LWNVME_PAGE_MIN, memory->list_dma);
    lwnvme_memory_put(controller, memory->chunks, memory->chunks_bytes, memory->chunks_dma);
    memory->chunks = NULL;
    memory->list = NULL;
    memory->chunk_count = 0;
    memory->status = LWNVME_ERR_MEMORY_KEPT;
    lwnvme_service_remove(&memory->service);
}

static void lwnvme_host_memory_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_host_memory *memory =
        (struct lwnvme_host_memory *)(void *)((uint8_t *)service -
                                              offsetof(struct lwnvme_host_memory, service));
    struct lwnvme_controller *controller = service->controller;

    /* A reset has disabled the feature; sleep has not, if the controller would not let go before. */
    if (occasion == LWNVME_OCCASION_READY || (occasion == LWNVME_OCCASION_WAKE && !memory->enabled))
        lwnvme_host_memory_welcome(controller, memory);
    else if (occasion == LWNVME_OCCASION_FAREWELL || occasion == LWNVME_OCCASION_SLEEP)
        lwnvme_host_memory_farewell(controller, memory);
    else if (occasion == LWNVME_OCCASION_CLOSE)
        lwnvme_host_memory_forget(controller, memory);
}

int lwnvme_host_memory_start(struct lwnvme_controller *controller, struct lwnvme_host_memory *memory)
{
    struct lwnvme_host_memory_plan plan;
    int status;

    if (memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (memory->service.controller != NULL)
        return LWNVME_ERR_BUSY;
    status = lwnvme_admin_check(controller, &memory->request);
    if (status == LWNVME_OK)
        status = lwnvme_host_memory_plan_make(controller, memory, &plan);
    if (status != LWNVME_OK)
        return status;
    if (memory->restrict_non_operational && (lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt) &
                                             LWNVME_CTRATT_HMB_RESTRICT_NON_OPERATIONAL) == 0)
        return LWNVME_ERR_NO_FEATURE;
    memory->chunk_count = 0;
    memory->size_bytes = 0;
    memory->enabled = false;
    memory->was_enabled = false;
    memory->leaving = false;
    memory->stopping = false;
    memory->refusal = LWNVME_OK;
    status = lwnvme_host_memory_allocate(controller, memory, &plan);
    if (status != LWNVME_OK)
        return status;
    memory->service.work = NULL;
    memory->service.tell = lwnvme_host_memory_told;
    memory->service.due_us = UINT64_MAX;
    lwnvme_service_add(controller, &memory->service);
    status = lwnvme_host_memory_enable(controller, memory);
    if (status != LWNVME_OK)
        lwnvme_host_memory_release(memory, controller);
    return status;
}

int lwnvme_host_memory_stop(struct lwnvme_host_memory *memory)
{
    struct lwnvme_controller *controller;
    int status;

    if (memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    controller = memory->service.controller;
    if (controller == NULL)
        return LWNVME_ERR_NOT_OPEN;
    if (lwnvme_request_active(&memory->request))
        return LWNVME_ERR_BUSY;
    if (controller->device_stopped != 0 || !memory->enabled) {
        lwnvme_host_memory_release(memory, controller);
        memory->status = LWNVME_OK;
        return LWNVME_OK;
    }
    status = lwnvme_admin_check(controller, &memory->request);
    if (status == LWNVME_OK)
        status = lwnvme_host_memory_disable(controller, memory);
    memory->stopping = status == LWNVME_OK;
    return status;
}
