/* SPDX-License-Identifier: MIT */
/*
 * Log pages whose length is found by reading them: a header with a count, then entries, of one length or of their own.
 *
 *     header --> more, as long as header and entries call for more --> the header once more --> done
 *        ^                                                                 | it has changed
 *        +-----------------------------------------------------------------+
 *
 * All but the last reading retain the event, so it is cleared when everything has arrived. The second look at the header
 * tells whether the log page changed in between, as far as its header shows that.
 *
 * What a kind of log page looks like stands in a table, struct lwnvme_log_shape. The walk over the entries goes on
 * where it stopped when more has arrived; it never looks beyond what has. All that is state lives in the caller's struct
 * lwnvme_log_memory, which the request points at. Controller owner's context.
 */
#include "log_private.h"

#define LWNVME_LOG_RESTARTS     3u
#define LWNVME_LOG_COUNT_NEVER  0xffffffffu /* a count that cannot be */
#define LWNVME_LOG_LENGTH_NEVER 0xffffffffu
#define LWNVME_LOG_ROOM_MAX     0x40000000u /* more room is not used, so that sums of 32 bits do */

struct lwnvme_log_shape {
    uint8_t lid;
    uint8_t header_bytes; /* up to 64; a multiple of 4 */
    uint8_t entry_bytes;  /* of an entry, or of what an entry begins with */
    bool of_group;        /* LSI is an endurance group */
    bool of_all;          /* NSID is that of all namespaces */
    bool is_0_based;      /* the count */
    uint8_t count_at;     /* in the header */
    uint8_t count_bytes;
    bool has_limit; /* the header says the length of it all, in a dword */
    uint8_t limit_at;
    /* NULL: entry_bytes. Else of the entry here, as far as its first have_bytes (at least entry_bytes) tell: more
     * than have_bytes if they do not tell all. 0: it makes no sense. */
    uint32_t (*length)(const uint8_t *entry, uint32_t have_bytes);
};

/* ---- Reading it ---------------------------------------------------------------------------------------- */

static int lwnvme_log_length_set(struct lwnvme_log_memory *memory, uint64_t length_bytes)
{
    memory->length_bytes =
        length_bytes < LWNVME_LOG_LENGTH_NEVER ? (uint32_t)length_bytes : LWNVME_LOG_LENGTH_NEVER;
    return LWNVME_OK;
}

/* How many entries the header says that there are. */
static uint32_t lwnvme_log_count(const struct lwnvme_log_shape *shape, const uint8_t *header)
{
    uint64_t count = 0;
    uint32_t at = shape->count_bytes;

    while (at > 0)
        count = count << 8 | header[shape->count_at + --at];
    count += shape->is_0_based ? 1u : 0u;
    /* Of those of 64 bits each stands for an identifier of 16 bits, so there are no more than so many. */
    return shape->count_bytes <= 4u || count <= 0xffffu ? (uint32_t)count : LWNVME_LOG_COUNT_NEVER;
}

/* The length by the header, `otherwise` if it tells none. */
static uint32_t lwnvme_log_limit(const struct lwnvme_log_memory *memory, uint32_t otherwise)
{
    const uint32_t at = memory->shape->limit_at;

    return !memory->shape->has_limit
               ? otherwise
               : lwnvme_le32_get(
                     (const struct lwnvme_le32 *)(const void *)((const uint8_t *)memory->data + at));
}

/* Goes on over the entries that are there. Bounded by what has arrived: each entry has a length of its own. */
static int lwnvme_log_walk(struct lwnvme_log_memory *memory)
{
    const struct lwnvme_log_shape *shape = memory->shape;
    const uint8_t *data = (const uint8_t *)memory->data;
    uint64_t needed_bytes;
    uint32_t there_bytes;
    uint32_t entry_bytes;

    if (memory->walked_bytes == 0) {
        memory->entries_left = lwnvme_log_count(shape, data);
        if (memory->entries_left == LWNVME_LOG_COUNT_NEVER)
            return LWNVME_ERR_LOG_DATA;
        memory->walked_bytes = shape->header_bytes;
    }
    while (memory->entries_left != 0) {
        there_bytes =
            memory->have_bytes > memory->walked_bytes ? memory->have_bytes - memory->walked_bytes : 0;
        if (there_bytes < shape->entry_bytes)
            break;
        entry_bytes = shape->entry_bytes;
        if (shape->length != NULL)
            entry_bytes = shape->length(data + memory->walked_bytes, there_bytes);
        if (entry_bytes == 0)
            return LWNVME_ERR_LOG_DATA;
        if (entry_bytes > there_bytes) {
            needed_bytes = (uint64_t)memory->walked_bytes + entry_bytes;
            needed_bytes += (uint64_t)(memory->entries_left - 1u) * shape->entry_bytes;
            return lwnvme_log_length_set(memory, needed_bytes);
        }
        memory->walked_bytes += entry_bytes;
        memory->entries_left--;
    }
    needed_bytes = memory->walked_bytes + (uint64_t)memory->entries_left * shape->entry_bytes;
    return lwnvme_log_length_set(memory, needed_bytes);
}

static uint32_t lwnvme_log_room(const struct lwnvme_log_memory *memory)
{
    return memory->room_bytes < LWNVME_LOG_ROOM_MAX ? memory->room_bytes : LWNVME_LOG_ROOM_MAX;
}

static bool lwnvme_log_sized_next(struct lwnvme_request *request);

/* Sends the next command; piece_bytes of what it brings go to `to`. */
static int lwnvme_log_sized_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 struct lwnvme_command *command, uint32_t from_bytes, void *to,
                                 uint32_t piece_bytes)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;
    int status;

    lwnvme_log_place(command, from_bytes, (piece_bytes + 3u) & ~3u,
                     memory->closing == 0 || memory->retain_event);
    status = lwnvme_page_command(controller, request, command, to, piece_bytes);
    if (status == LWNVME_OK)
        request->page_next = lwnvme_log_sized_next;
    return status;
}

/* From the beginning: the header. */
static int lwnvme_log_sized_begin(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  struct lwnvme_command *command)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;

    memory->length_bytes = 0;
    memory->have_bytes = 0;
    memory->walked_bytes = 0;
    memory->closing = 0;
    memory->piece_bytes = memory->shape->header_bytes;
    return lwnvme_log_sized_send(controller, request, command, 0, memory->data, memory->piece_bytes);
}

/* It ends here; what the header says about its length is better than what the entries so far do. */
static int lwnvme_log_too_long(struct lwnvme_log_memory *memory)
{
    const uint32_t limit_bytes = lwnvme_log_limit(memory, 0);

    if (limit_bytes > memory->length_bytes)
        memory->length_bytes = limit_bytes;
    return LWNVME_ERR_LOG_LENGTH;
}

/* The header once more, to where it is compared. */
static int lwnvme_log_sized_close(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  struct lwnvme_command *command)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;

    if (lwnvme_log_limit(memory, UINT32_MAX) < memory->length_bytes)
        return LWNVME_ERR_LOG_DATA;
    memory->closing = 1;
    return lwnvme_log_sized_send(controller, request, command, 0, memory->header,
                                 memory->shape->header_bytes);
}

/*
 * More of it: as much as is known to be needed. Where entries have lengths of their own a whole page, since what
 * they call for shows only then; what lies behind the end means nothing. Without offsets all comes from the
 * start in one page.
 */
static int lwnvme_log_sized_more(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 struct lwnvme_command *command)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;
    uint32_t from_bytes = memory->have_bytes; /* a multiple of 4 unless it is all there is, or room for */
    uint32_t left_bytes;

    if (!lwnvme_log_has_offsets(controller)) {
        if (memory->have_bytes >= LWNVME_PAGE_MIN)
            return LWNVME_ERR_NO_LOG_OFFSET;
        from_bytes = 0;
        memory->walked_bytes = 0;
    }
    left_bytes = lwnvme_log_room(memory) - from_bytes;
    if (memory->shape->length == NULL && memory->length_bytes < lwnvme_log_room(memory))
        left_bytes = memory->length_bytes - from_bytes;
    memory->piece_bytes = left_bytes < LWNVME_PAGE_MIN ? left_bytes : LWNVME_PAGE_MIN;
    memory->have_bytes = from_bytes;
    return lwnvme_log_sized_send(controller, request, command, from_bytes,
                                 (uint8_t *)memory->data + from_bytes, memory->piece_bytes);
}

/* Something has arrived: what is next, or why there is nothing to send (LWNVME_PENDING: sent). */
static int lwnvme_log_sized_step(struct lwnvme_controller *controller, struct lwnvme_request *request)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;
    struct lwnvme_command command = request->command;
    int status;

    if (memory->closing != 0) {
        if (memcmp(memory->header, memory->data, memory->shape->header_bytes) == 0)
            return LWNVME_OK;
        if (memory->restarts++ == LWNVME_LOG_RESTARTS)
            return LWNVME_ERR_LOG_CHANGED;
        status = lwnvme_log_sized_begin(controller, request, &command);
        return status == LWNVME_OK ? LWNVME_PENDING : status;
    }
    memory->have_bytes += memory->piece_bytes;
    status = lwnvme_log_walk(memory);
    if (status != LWNVME_OK)
        return status;
    if (memory->have_bytes >= memory->length_bytes)
        status = lwnvme_log_sized_close(controller, request, &command);
    else if (memory->have_bytes >= lwnvme_log_room(memory))
        status = lwnvme_log_too_long(memory);
    else
        status = lwnvme_log_sized_more(controller, request, &command);
    return status == LWNVME_OK ? LWNVME_PENDING : status;
}

static bool lwnvme_log_sized_next(struct lwnvme_request *request)
{
    struct lwnvme_log_memory *memory = (struct lwnvme_log_memory *)request->internal_context;
    int status = request->status;

    if (status == LWNVME_OK)
        status = lwnvme_log_sized_step(request->queue->controller, request);
    if (status == LWNVME_PENDING)
        return true;
    request->status = status;
    request->bytes_done =
        memory->have_bytes < memory->length_bytes ? memory->have_bytes : memory->length_bytes;
    return false;
}

/* which: LSI, and LSP << 16. */
static int lwnvme_log_sized(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t which, struct lwnvme_log_memory *memory,
                            const struct lwnvme_log_shape *shape)
{
    struct lwnvme_log_select select = {.lsi = (uint16_t)which, .lsp = (uint8_t)(which >> 16)};
    struct lwnvme_command command = {.opcode = 0};
    int status = lwnvme_admin_check(controller, request);

    if (shape->of_all)
        select.nsid = LWNVME_NSID_ALL;
    select.lid = shape->lid;
    if (status == LWNVME_OK)
        status = lwnvme_log_support(controller, shape->lid, NULL);
    if (status != LWNVME_OK)
        return status;
    if (memory == NULL || memory->data == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (memory->room_bytes < shape->header_bytes ||
        memory->room_bytes > UINTPTR_MAX - (uintptr_t)memory->data ||
        (shape->of_group && !lwnvme_log_is_endurance_group(controller, select.lsi)))
        return LWNVME_ERR_INVALID_ARGUMENT;
    memory->shape = shape;
    memory->restarts = 0;
    request->internal_context = memory;
    lwnvme_log_command(&command, &select);
    return lwnvme_log_sized_begin(controller, request, &command);
}

/* An entry has its length only if all of it is there. */
static uint32_t lwnvme_log_entry_bytes(const struct lwnvme_log_memory *memory, uint32_t offset_bytes,
                                       uint32_t there_bytes)
{
    const struct lwnvme_log_shape *shape = memory->shape;
    uint32_t entry_bytes = shape->entry_bytes;

    if (offset_bytes > there_bytes || there_bytes - offset_bytes < entry_bytes)
        return 0;
    if (shape->length != NULL)
        entry_bytes = shape->length((const uint8_t *)memory->data + offset_bytes, there_bytes - offset_bytes);
    return entry_bytes <= there_bytes - offset_bytes ? entry_bytes : 0;
}

uint32_t lwnvme_log_entry_next(const struct lwnvme_log_memory *memory, uint32_t offset_bytes)
{
    uint32_t there_bytes;
    uint32_t next_bytes;

    if (memory == NULL || memory->shape == NULL || memory->data == NULL)
        return 0;
    there_bytes = memory->have_bytes < memory->length_bytes ? memory->have_bytes : memory->length_bytes;
    next_bytes = memory->shape->header_bytes;
    if (offset_bytes != 0) {
        next_bytes = lwnvme_log_entry_bytes(memory, offset_bytes, there_bytes);
        if (next_bytes == 0)
            return 0;
        next_bytes += offset_bytes;
    }
    return lwnvme_log_entry_bytes(memory, next_bytes, there_bytes) != 0 ? next_bytes : 0;
}

/* .count_at and .count_bytes */
#define LWNVME_LOG_COUNT(header, member)                                                                     \
    .count_at = offsetof(struct lwnvme_##header, member),                                                    \
    .count_bytes = sizeof(((struct lwnvme_##header *)0)->member)

/* ---- What each kind looks like ------------------------------------------------------------------------- */

static const struct lwnvme_log_shape lwnvme_endurance_aggregate_shape = {
    .lid = LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE,
    .header_bytes = sizeof(struct lwnvme_aggregate_header),
    .entry_bytes = 2,
    LWNVME_LOG_COUNT(aggregate_header, nument),
};

static const struct lwnvme_log_shape lwnvme_latency_aggregate_shape = {
    .lid = LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE,
    .header_bytes = sizeof(struct lwnvme_aggregate_header),
    .entry_bytes = 2,
    LWNVME_LOG_COUNT(aggregate_header, nument),
};

int lwnvme_log_endurance_group_aggregate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                         struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, 0, memory, &lwnvme_endurance_aggregate_shape);
}

int lwnvme_log_predictable_latency_aggregate(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, 0, memory, &lwnvme_latency_aggregate_shape);
}

/* Entries of `each` bytes behind what is `base` bytes long; too many to count: none of it makes sense. */
static uint32_t lwnvme_log_list_length(uint32_t base, uint32_t count, uint32_t each)
{
    return count < 0x08000000u ? base + count * each : 0;
}

static uint32_t lwnvme_ana_length(const uint8_t *entry, uint32_t have_bytes)
{
    const struct lwnvme_ana_group *group = (const struct lwnvme_ana_group *)(const void *)entry;

    (void)have_bytes;
    if (lwnvme_le32_get(&group->agid) == 0)
        return 0;
    return lwnvme_log_list_length(sizeof(*group), lwnvme_le32_get(&group->nnsid), 4u);
}

static const struct lwnvme_log_shape lwnvme_ana_shape = {
    .lid = LWNVME_LOG_ANA,
    .of_all = true,
    .header_bytes = sizeof(struct lwnvme_ana_header),
    .entry_bytes = sizeof(struct lwnvme_ana_group),
    LWNVME_LOG_COUNT(ana_header, nagd),
    .length = lwnvme_ana_length,
};

int lwnvme_log_ana(struct lwnvme_controller *controller, struct lwnvme_request *request, bool groups_only,
                   struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request,
                            lwnvme_field_put(groups_only ? 1u : 0u, LWNVME_LSP_ANA_RGO) << 16, memory,
                            &lwnvme_ana_shape);
}

static uint32_t lwnvme_lba_status_log_length(const uint8_t *entry, uint32_t have_bytes)
{
    const struct lwnvme_lba_status_log_element *element =
        (const struct lwnvme_lba_status_log_element *)(const void *)entry;
    uint32_t count = lwnvme_le32_get(&element->nlrd);

    (void)have_bytes;
    if (lwnvme_le32_get(&element->neid) == 0)
        return 0;
    if (count == LWNVME_LBA_STATUS_UNKNOWN)
        count = 0;
    return lwnvme_log_list_length(sizeof(*element), count, sizeof(struct lwnvme_lba_status_log_range));
}

static const struct lwnvme_log_shape lwnvme_lba_status_log_shape = {
    .lid = LWNVME_LOG_LBA_STATUS,
    .of_all = true,
    .header_bytes = sizeof(struct lwnvme_lba_status_log_header),
    .entry_bytes = sizeof(struct lwnvme_lba_status_log_element),
    LWNVME_LOG_COUNT(lba_status_log_header, nlslne),
    .length = lwnvme_lba_status_log_length,
    .has_limit = true,
    .limit_at = offsetof(struct lwnvme_lba_status_log_header, lslplen),
};

int lwnvme_log_lba_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, 0, memory, &lwnvme_lba_status_log_shape);
}

static uint32_t lwnvme_media_unit_length(const uint8_t *entry, uint32_t have_bytes)
{
    const struct lwnvme_media_unit_status *unit =
        (const struct lwnvme_media_unit_status *)(const void *)entry;

    (void)have_bytes;
    if (unit->cio == 0 || (unit->cio & 15u) != 0)
        return 0;
    return unit->cio + 2u * unit->mucs;
}

static const struct lwnvme_log_shape lwnvme_media_units_shape = {
    .lid = LWNVME_LOG_MEDIA_UNIT_STATUS,
    .header_bytes = sizeof(struct lwnvme_media_unit_status_header),
    .entry_bytes = sizeof(struct lwnvme_media_unit_status),
    LWNVME_LOG_COUNT(media_unit_status_header, nmu),
    .length = lwnvme_media_unit_length,
};

int lwnvme_log_media_unit_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t domain, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, domain, memory, &lwnvme_media_units_shape);
}

/* Bytes up to the end of `count` media units that begin at `at`, or so many that more must be there to tell. */
static uint32_t lwnvme_media_units_end(const uint8_t *entry, uint32_t have_bytes, uint32_t at, uint32_t count)
{
    const uint32_t unit_bytes = sizeof(struct lwnvme_media_unit_configuration);

    while (count != 0 && at <= have_bytes && have_bytes - at >= unit_bytes) {
        at += unit_bytes +
              lwnvme_le16_get(
                  &((const struct lwnvme_media_unit_configuration *)(const void *)(entry + at))->mudl);
        count--;
    }
    return at + count * unit_bytes;
}

/* The same for channels. */
static uint32_t lwnvme_channels_end(const uint8_t *entry, uint32_t have_bytes, uint32_t at, uint32_t count)
{
    const uint32_t channel_bytes = sizeof(struct lwnvme_channel_configuration);
    uint32_t units;

    while (count != 0 && at <= have_bytes && have_bytes - at >= channel_bytes) {
        units = lwnvme_le16_get(
            &((const struct lwnvme_channel_configuration *)(const void *)(entry + at))->chmus);
        at = lwnvme_media_units_end(entry, have_bytes, at + channel_bytes, units);
        count--;
    }
    return at + count * channel_bytes;
}

/* The same for endurance groups: a fixed part, NVM sets, the number of channels, channels. */
static uint32_t lwnvme_groups_end(const uint8_t *entry, uint32_t have_bytes, uint32_t at, uint32_t count)
{
    const uint32_t group_bytes = sizeof(struct lwnvme_endurance_group_configuration);
    uint32_t sets;

    while (count != 0 && at <= have_bytes && have_bytes - at >= group_bytes) {
        sets = lwnvme_le16_get(
            &((const struct lwnvme_endurance_group_configuration *)(const void *)(entry + at))->egsets);
        at += group_bytes + 2u * sets;
        count--;
        if (at > have_bytes || have_bytes - at < 2u)
            return at + 2u + count * (group_bytes + 2u);
        at = lwnvme_channels_end(entry, have_bytes, at + 2u,
                                 lwnvme_le16_get((const struct lwnvme_le16 *)(const void *)(entry + at)));
    }
    return at + count * (group_bytes + 2u);
}

static uint32_t lwnvme_capacity_length(const uint8_t *entry, uint32_t have_bytes)
{
    const struct lwnvme_capacity_configuration *configuration =
        (const struct lwnvme_capacity_configuration *)(const void *)entry;

    return lwnvme_groups_end(entry, have_bytes, sizeof(*configuration),
                             lwnvme_le16_get(&configuration->egcn));
}

static const struct lwnvme_log_shape lwnvme_capacity_shape = {
    .lid = LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS,
    .header_bytes = sizeof(struct lwnvme_capacity_configurations_header),
    .entry_bytes = sizeof(struct lwnvme_capacity_configuration),
    LWNVME_LOG_COUNT(capacity_configurations_header, sccn),
    .length = lwnvme_capacity_length,
};

int lwnvme_log_capacity_configurations(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint16_t domain, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, domain, memory, &lwnvme_capacity_shape);
}

static uint32_t lwnvme_fdp_configuration_length(const uint8_t *entry, uint32_t have_bytes)
{
    const struct lwnvme_fdp_configuration *configuration =
        (const struct lwnvme_fdp_configuration *)(const void *)entry;
    uint32_t length = lwnvme_le16_get(&configuration->dsze);
    uint32_t needed = (uint32_t)sizeof(*configuration) + configuration->vss +
                      lwnvme_le16_get(&configuration->nruh) * (uint32_t)sizeof(struct lwnvme_fdp_handle);

    (void)have_bytes;
    return length >= needed ? length : 0;
}

static const struct lwnvme_log_shape lwnvme_fdp_configurations_shape = {
    .lid = LWNVME_LOG_FDP_CONFIGURATIONS,
    .header_bytes = sizeof(struct lwnvme_fdp_configurations_header),
    .entry_bytes = sizeof(struct lwnvme_fdp_configuration),
    .of_group = true,
    LWNVME_LOG_COUNT(fdp_configurations_header, nfdpc),
    .is_0_based = true,
    .length = lwnvme_fdp_configuration_length,
    .has_limit = true,
    .limit_at = offsetof(struct lwnvme_fdp_configurations_header, sze),
};

int lwnvme_log_fdp_configurations(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint16_t endgid, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, endgid, memory, &lwnvme_fdp_configurations_shape);
}

static const struct lwnvme_log_shape lwnvme_fdp_usage_shape = {
    .lid = LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE,
    .header_bytes = sizeof(struct lwnvme_fdp_usage_header),
    .entry_bytes = sizeof(struct lwnvme_fdp_usage),
    .of_group = true,
    LWNVME_LOG_COUNT(fdp_usage_header, nruh),
};

int lwnvme_log_fdp_usage(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         uint16_t endgid, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request, endgid, memory, &lwnvme_fdp_usage_shape);
}

static const struct lwnvme_log_shape lwnvme_fdp_events_shape = {
    .lid = LWNVME_LOG_FDP_EVENTS,
    .header_bytes = sizeof(struct lwnvme_fdp_events_header),
    .entry_bytes = sizeof(struct lwnvme_fdp_event),
    .of_group = true,
    LWNVME_LOG_COUNT(fdp_events_header, numfdpe),
};

int lwnvme_log_fdp_events(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          uint16_t endgid, bool host_events, struct lwnvme_log_memory *memory)
{
    return lwnvme_log_sized(controller, request,
                            endgid | lwnvme_field_put(host_events ? 1u : 0u, LWNVME_LSP_FDP_EVENTS_HOST)
                                         << 16,
                            memory, &lwnvme_fdp_events_shape);
}
