/* SPDX-License-Identifier: MIT */
/*
 * Zoned namespaces: opening, appends, management, and what zones ask of the commands on blocks.
 *
 *     namespace.c: Identify, descriptors --> csi 2 --> CNS 05h --> CNS 06h --> usable
 *
 * The namespace's dress looks at each request before it is sent: a command on blocks against the zones' ends, and a
 * write is made one command that the engine does not split. When a request ends, what the controller answered to an
 * append or a report is checked.
 */
#include <lwnvme/spec_identify.h>
#include <lwnvme/zns.h>

#include "io_private.h"
#include "zns_private.h"

/* value / zone_blocks, the quotient only where it is asked for; some CPUs have no division. */
uint64_t lwnvme_zone_rest(const struct lwnvme_zoned *zoned, uint64_t value, uint64_t *quotient)
{
    const uint64_t size = zoned->zone_blocks;
    uint64_t rest = 0;
    uint64_t count = 0;
    uint32_t bit;

    if (quotient == NULL && (size & (size - 1u)) == 0)
        return value & (size - 1u);
    for (bit = 64; bit != 0; bit--) {
        const bool carry = rest >> 63 != 0;

        rest = rest << 1 | value >> 63;
        value <<= 1;
        count <<= 1;
        if (carry || rest >= size) {
            rest -= size;
            count |= 1u;
        }
    }
    if (quotient != NULL)
        *quotient = count;
    return rest;
}

static int lwnvme_zone_start_check(const struct lwnvme_zoned *zoned, uint64_t lba)
{
    if (lba >= zoned->ns.block_count)
        return LWNVME_ERR_LBA_RANGE;
    return lwnvme_zone_rest(zoned, lba, NULL) == 0 ? LWNVME_OK : LWNVME_ERR_ZONE_START;
}

/* Whether blocks that begin `offset` into a zone are inside it, and inside what can be written of it. */
static int lwnvme_zone_span_check(const struct lwnvme_zoned *zoned, uint64_t offset, uint32_t block_count,
                                  bool writes)
{
    if (block_count > zoned->zone_blocks - offset)
        return LWNVME_ERR_ZONE_BOUNDARY;
    if (writes && zoned->capacity_blocks != 0 &&
        (offset >= zoned->capacity_blocks || block_count > zoned->capacity_blocks - offset))
        return LWNVME_ERR_ZONE_CAPACITY;
    return LWNVME_OK;
}

/* What one command may write. A copy is looked at where its ranges are known. */
static uint32_t lwnvme_zoned_write_most(const struct lwnvme_zoned *zoned,
                                        const struct lwnvme_request *request)
{
    const uint32_t most = zoned->ns.max_blocks;

    if (request->command.opcode == LWNVME_NVM_COPY)
        return UINT32_MAX;
    if (request->data_bytes == 0 && request->most_blocks < most)
        return request->most_blocks;
    return most;
}

static bool lwnvme_zoned_reads(const struct lwnvme_request *request)
{
    return request->command.opcode == LWNVME_NVM_READ || request->command.opcode == LWNVME_NVM_COMPARE ||
           request->command.opcode == LWNVME_NVM_VERIFY;
}

int lwnvme_zoned_check(const struct lwnvme_request *request)
{
    const struct lwnvme_zoned *zoned = lwnvme_zoned_of(request);
    const uint64_t offset = lwnvme_zone_rest(zoned, request->lba, NULL);

    if (request->command.opcode == LWNVME_NVM_DATASET_MANAGEMENT) /* it counts ranges */
        return LWNVME_OK;
    if (lwnvme_zoned_reads(request))
        return zoned->reads_cross ? LWNVME_OK
                                  : lwnvme_zone_span_check(zoned, offset, request->block_count, false);
    if (request->block_count > lwnvme_zoned_write_most(zoned, request))
        return LWNVME_ERR_TRANSFER_SIZE;
    return lwnvme_zone_span_check(zoned, offset, request->block_count, true);
}

bool lwnvme_zoned_make_one(struct lwnvme_request *request)
{
    struct lwnvme_command *command = &request->command;

    if (lwnvme_zoned_reads(request) || request->data_bytes == 0)
        return false;
    command->cdw12 |= request->block_count - 1u;
    request->data_bytes *= request->block_count;
    request->block_count = 0;
    return true;
}

/* Before a request is sent. Management, and what else is not about a range of blocks, is done. */
static int lwnvme_zoned_begin(struct lwnvme_request *request)
{
    int status = LWNVME_OK;

    if (request->block_count == 0)
        return LWNVME_OK;
    if (request->data_bytes != 0)
        status = lwnvme_buffer_check_aligned(&request->buffer,
                                             (uint64_t)request->block_count * request->ns->block_bytes,
                                             lwnvme_align_mask(request->queue));
    if (status == LWNVME_OK)
        status = lwnvme_zoned_check(request);
    if (status == LWNVME_OK)
        (void)lwnvme_zoned_make_one(request);
    return status;
}

static void lwnvme_zoned_piece(const struct lwnvme_request *request, uint32_t *sqe)
{
    (void)request;
    (void)sqe;
}

/* When it has ended. An append must have gone where it was sent. */
void lwnvme_zoned_end(struct lwnvme_request *request)
{
    const struct lwnvme_zoned *zoned = lwnvme_zoned_of(request);
    const uint64_t offset = lwnvme_zone_appended_lba(request) - request->lba;

    if (request->status != LWNVME_OK)
        return;
    if (request->command.opcode == LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE) {
        struct lwnvme_zone_report *report = (struct lwnvme_zone_report *)request->internal_context;

        request->status = report->arrived(report);
    } else if (request->command.opcode == LWNVME_ZNS_ZONE_APPEND &&
               (offset >= zoned->zone_blocks ||
                (request->command.cdw12 & 0xffffu) >= zoned->zone_blocks - offset)) {
        request->status = LWNVME_ERR_ZONE_DATA;
        request->bytes_done = 0;
    }
}

/* ---- opening ---- */

static void lwnvme_zoned_conclude(struct lwnvme_request *request)
{
    struct lwnvme_zoned *zoned = (struct lwnvme_zoned *)request->context;
    const struct lwnvme_controller *controller = zoned->ns.controller;
    uint32_t shift = 12u + lwnvme_cap(controller, LWNVME_CAP_MPSMIN) + zoned->ns.data[0];

    /* ZASL is a logarithm in units of the smallest page, as MDTS is; no append is larger than any transfer. */
    zoned->append_blocks = zoned->ns.max_blocks;
    if (request->status == LWNVME_OK && zoned->ns.data[0] != 0 && shift < 32u &&
        zoned->append_blocks > (1u << shift) >> zoned->ns.block_shift)
        zoned->append_blocks = (1u << shift) >> zoned->ns.block_shift;
    zoned->ns.boundary_blocks = 0; /* a hint for speed, and a reason to split */
    zoned->ns.status = request->status;
    if (request->status == LWNVME_OK && zoned->then != NULL)
        zoned->then(&zoned->ns);
}

static int lwnvme_zoned_limits(struct lwnvme_zoned *zoned, const struct lwnvme_identify_zns_namespace *data)
{
    const struct lwnvme_zns_lba_format_extension *format = &data->lbafe[zoned->ns.format_index];
    const uint32_t zoc = lwnvme_le16_get(&data->zoc);
    const uint32_t ozcs = lwnvme_le16_get(&data->ozcs);

    zoned->zone_blocks = lwnvme_le64_get(&format->zsze);
    if (zoned->zone_blocks == 0 || zoned->zone_blocks > zoned->ns.block_count)
        return LWNVME_ERR_ZONE_SIZE;
    (void)lwnvme_zone_rest(zoned, zoned->ns.block_count, &zoned->zone_count);
    zoned->max_active = lwnvme_le32_get(&data->mar) + 1u; /* 0 where all bits are set: no limit */
    zoned->max_open = lwnvme_le32_get(&data->mor) + 1u;
    zoned->extension_bytes = format->zdes * 64u;
    zoned->variable_capacity = (zoc & LWNVME_ZOC_VARIABLE_ZONE_CAPACITY) != 0;
    zoned->active_excursions = (zoc & LWNVME_ZOC_ZONE_ACTIVE_EXCURSIONS) != 0;
    zoned->reads_cross = (ozcs & LWNVME_OZCS_READ_ACROSS_ZONE_BOUNDARIES) != 0;
    if ((ozcs & LWNVME_OZCS_ZRWA) != 0 && lwnvme_le16_get(&data->zrwafg) != 0 &&
        lwnvme_le16_get(&data->zrwasz) != 0) {
        zoned->zrwa_blocks = lwnvme_le16_get(&data->zrwasz);
        zoned->zrwa_flush_blocks = lwnvme_le16_get(&data->zrwafg);
        zoned->zrwa_zones = lwnvme_le32_get(&data->numzrwa) + 1u;
        zoned->zrwa_flush = (data->zrwacap & LWNVME_ZRWACAP_EXPLICIT_FLUSH) != 0;
    }
    return LWNVME_OK;
}

static void lwnvme_zoned_identified(struct lwnvme_request *request)
{
    struct lwnvme_zoned *zoned = (struct lwnvme_zoned *)request->context;
    int status = request->status;

    if (status == LWNVME_OK)
        status = lwnvme_zoned_limits(zoned, (const struct lwnvme_identify_zns_namespace *)request->copy);
    if (status == LWNVME_OK)
        status = lwnvme_identify_set(&zoned->ns, LWNVME_CNS_COMMAND_SET_CONTROLLER, LWNVME_CSI_ZONED,
                                     lwnvme_zoned_conclude);
    if (status != LWNVME_OK)
        zoned->ns.status = status;
}

/* The namespace is known, as far as it is like any other. */
void lwnvme_zoned_go_on(struct lwnvme_namespace *ns)
{
    int status =
        LWNVME_ERR_NS_COMMAND_SET; /* by identifiers that did not come, or say nothing of a command set */

    if (ns->csi == LWNVME_CSI_ZONED)
        status = ns->metadata_bytes != 0 && ns->protection == NULL
                     ? LWNVME_ERR_NS_METADATA
                     : lwnvme_identify_set(ns, LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_ZONED,
                                           lwnvme_zoned_identified);
    if (status != LWNVME_OK)
        ns->status = status;
}

uint32_t lwnvme_zoned_room(const struct lwnvme_namespace *ns, uint64_t lba)
{
    const struct lwnvme_zoned *zoned = (const struct lwnvme_zoned *)(const void *)ns;
    uint64_t room = zoned->zone_blocks - lwnvme_zone_rest(zoned, lba, NULL);

    return zoned->reads_cross || room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
}

const struct lwnvme_dress lwnvme_zoned_dress = {
    .open = lwnvme_zoned_go_on,
    .begin = lwnvme_zoned_begin,
    .piece = lwnvme_zoned_piece,
    .end = lwnvme_zoned_end,
    .room = lwnvme_zoned_room,
};

int lwnvme_zoned_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_zoned *zoned)
{
    int status;

    if (zoned == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    memset((uint8_t *)zoned + sizeof(zoned->ns), 0, sizeof(*zoned) - sizeof(zoned->ns));
    status = lwnvme_namespace_open(controller, nsid, &zoned->ns);
    zoned->ns.dress = &lwnvme_zoned_dress;
    zoned->ns.wanted_csi = LWNVME_CSI_ZONED;
    return status;
}

/* ---- commands ---- */

static int lwnvme_zoned_io_begin(const struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                                 struct lwnvme_request *request, uint32_t opcode, uint64_t lba)
{
    return zoned == NULL ? LWNVME_ERR_NULL_ARGUMENT
                         : lwnvme_io_begin(queue, &zoned->ns, request, opcode, lba);
}

int lwnvme_zone_append(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                       struct lwnvme_request *request, uint64_t zone_lba, uint32_t block_count,
                       const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_zoned_io_begin(queue, zoned, request, LWNVME_ZNS_ZONE_APPEND, zone_lba);

    if (status != LWNVME_OK)
        return status;
    if (block_count == 0)
        return LWNVME_ERR_ZERO_BLOCKS;
    if (zoned->ns.read_only)
        return LWNVME_ERR_READ_ONLY;
    status = lwnvme_zone_start_check(zoned, zone_lba);
    if (status == LWNVME_OK && block_count > zoned->append_blocks)
        status = LWNVME_ERR_APPEND_SIZE;
    if (status == LWNVME_OK && buffer == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status != LWNVME_OK)
        return status;
    if (!lwnvme_io_can_map(&zoned->ns, buffer))
        return LWNVME_ERR_HOOK_DMA_MAP;
    request->command.cdw12 = lwnvme_io_options(request);
    request->block_count = block_count;
    request->data_bytes = zoned->ns.block_bytes;
    request->buffer = *buffer;
    status = lwnvme_io_direct(request);
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

static int lwnvme_zone_manage_check(const struct lwnvme_zoned *zoned, uint32_t action, uint64_t lba,
                                    uint32_t flags)
{
    const bool each = (flags & LWNVME_ZONE_EACH) != 0;

    if ((flags & ~(LWNVME_ZONE_EACH | LWNVME_ZONE_ZRWA)) != 0)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (action == LWNVME_ZSA_FLUSH_ZRWA) {
        if (flags != 0)
            return LWNVME_ERR_INVALID_ARGUMENT;
        if (!zoned->zrwa_flush)
            return LWNVME_ERR_NO_ZRWA;
        return lba < zoned->ns.block_count ? LWNVME_OK : LWNVME_ERR_LBA_RANGE;
    }
    if (action < LWNVME_ZSA_CLOSE || action > LWNVME_ZSA_OFFLINE ||
        ((flags & LWNVME_ZONE_ZRWA) != 0 && action != LWNVME_ZSA_OPEN))
        return LWNVME_ERR_INVALID_ARGUMENT;
    if ((flags & LWNVME_ZONE_ZRWA) != 0 && zoned->zrwa_blocks == 0)
        return LWNVME_ERR_NO_ZRWA;
    return each ? LWNVME_OK : lwnvme_zone_start_check(zoned, lba);
}

int lwnvme_zone_manage(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                       struct lwnvme_request *request, uint32_t action, uint64_t lba, uint32_t flags)
{
    int status;

    if ((flags & LWNVME_ZONE_EACH) != 0)
        lba = 0;
    status = lwnvme_zoned_io_begin(queue, zoned, request, LWNVME_ZNS_ZONE_MANAGEMENT_SEND, lba);
    if (status == LWNVME_OK)
        status = lwnvme_zone_manage_check(zoned, action, lba, flags);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw13 = lwnvme_field_put(action, LWNVME_ZONE_SEND_CDW13_ZSA) |
                             lwnvme_field_put(flags & LWNVME_ZONE_EACH, LWNVME_ZONE_SEND_CDW13_SELECT_ALL) |
                             lwnvme_field_put((flags & LWNVME_ZONE_ZRWA) != 0, LWNVME_ZONE_SEND_CDW13_ZSASO);
    return lwnvme_submit(queue, request);
}

int lwnvme_zone_extension_set(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                              struct lwnvme_request *request, uint64_t zone_lba,
                              const struct lwnvme_buffer *buffer)
{
    int status = lwnvme_zoned_io_begin(queue, zoned, request, LWNVME_ZNS_ZONE_MANAGEMENT_SEND, zone_lba);

    if (status == LWNVME_OK && zoned->extension_bytes == 0)
        status = LWNVME_ERR_NO_ZONE_EXTENSION;
    if (status == LWNVME_OK)
        status = lwnvme_zone_start_check(zoned, zone_lba);
    if (status == LWNVME_OK)
        status = lwnvme_io_buffer(request, buffer, zoned->extension_bytes);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw13 = lwnvme_field_put(LWNVME_ZSA_SET_EXTENSION, LWNVME_ZONE_SEND_CDW13_ZSA);
    return lwnvme_submit(queue, request);
}
