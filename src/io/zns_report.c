/* SPDX-License-Identifier: MIT */
/*
 * Reports of zones, a piece of memory at a time. Each piece asks for the zones from the end of the last one on, with
 * the partial report bit, so that the controller counts those it has delivered; all that it says is checked when the
 * piece has arrived. Queue owner's context.
 */
#include <lwnvme/zns.h>

#include "io_private.h"
#include "zns_private.h"

static const struct lwnvme_zone_descriptor *lwnvme_zone_at(const struct lwnvme_zone_report *report,
                                                           uint32_t index)
{
    const uint8_t *bytes = (const uint8_t *)report->memory + sizeof(struct lwnvme_zone_report_header) +
                           (size_t)index * report->stride_bytes;

    return (const struct lwnvme_zone_descriptor *)(const void *)bytes;
}

/* Whether a descriptor can be that of a zone from next_lba on. */
static bool lwnvme_zone_makes_sense(const struct lwnvme_zone_report *report,
                                    const struct lwnvme_zone_descriptor *zone)
{
    const struct lwnvme_zoned *zoned = report->zoned;
    const uint64_t first = lwnvme_le64_get(&zone->zslba);
    const uint64_t capacity = lwnvme_le64_get(&zone->zcap);
    const uint64_t written = lwnvme_le64_get(&zone->wp) - first;
    const uint32_t state = zone->zs >> 4;

    if (first < report->next_lba || first >= zoned->ns.block_count ||
        lwnvme_zone_rest(zoned, first, NULL) != 0 || capacity > zoned->zone_blocks ||
        (zone->zt & 15u) != LWNVME_ZONE_TYPE_SEQUENTIAL)
        return false;
    switch (state) {
    case LWNVME_ZONE_STATE_EMPTY:
    case LWNVME_ZONE_STATE_IMPLICITLY_OPEN:
    case LWNVME_ZONE_STATE_EXPLICITLY_OPEN:
    case LWNVME_ZONE_STATE_CLOSED:
        return written < capacity && (state != LWNVME_ZONE_STATE_EMPTY || written == 0);
    case LWNVME_ZONE_STATE_READ_ONLY:
    case LWNVME_ZONE_STATE_FULL:
    case LWNVME_ZONE_STATE_OFFLINE:
        return true;
    default:
        return false;
    }
}

/* The last piece has been read. If it was a report of all zones, their largest capacity is known. */
static void lwnvme_zone_report_finish(struct lwnvme_zone_report *report)
{
    struct lwnvme_zoned *zoned = report->zoned;

    report->more = false;
    if (report->first_lba < zoned->zone_blocks && report->end_lba >= zoned->ns.block_count &&
        report->filter == LWNVME_ZONES_ALL && !zoned->variable_capacity)
        zoned->capacity_blocks = report->most_blocks;
}

static int lwnvme_zone_report_arrived(struct lwnvme_zone_report *report)
{
    const struct lwnvme_zone_report_header *header =
        (const struct lwnvme_zone_report_header *)(const void *)report->memory;
    const uint64_t count = lwnvme_le64_get(&header->nz);
    uint32_t index;

    report->count = 0;
    if (count > report->room)
        return LWNVME_ERR_ZONE_DATA;
    for (index = 0; index < count; index++) {
        const struct lwnvme_zone_descriptor *zone = lwnvme_zone_at(report, index);

        if (!lwnvme_zone_makes_sense(report, zone))
            return LWNVME_ERR_ZONE_DATA;
        if (lwnvme_le64_get(&zone->zslba) >= report->end_lba)
            break;
        if (lwnvme_le64_get(&zone->zcap) > report->most_blocks)
            report->most_blocks = lwnvme_le64_get(&zone->zcap);
        report->next_lba = lwnvme_le64_get(&zone->zslba) + report->zoned->zone_blocks;
    }
    report->count = index;
    if (index < report->room || report->next_lba >= report->end_lba)
        lwnvme_zone_report_finish(report);
    return LWNVME_OK;
}

static int lwnvme_zone_report_begin(struct lwnvme_zone_report *report)
{
    const struct lwnvme_zoned *zoned = report->zoned;
    const uint32_t header = (uint32_t)sizeof(struct lwnvme_zone_report_header);
    uint32_t bytes = report->memory_bytes;

    if (report->filter > LWNVME_ZONES_OFFLINE)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (report->extended && zoned->extension_bytes == 0)
        return LWNVME_ERR_NO_ZONE_EXTENSION;
    if (report->first_lba >= zoned->ns.block_count || report->end_lba > zoned->ns.block_count)
        return LWNVME_ERR_LBA_RANGE;
    report->stride_bytes =
        (uint32_t)sizeof(struct lwnvme_zone_descriptor) + (report->extended ? zoned->extension_bytes : 0u);
    if (bytes > zoned->ns.controller->info.max_transfer_bytes)
        bytes = zoned->ns.controller->info.max_transfer_bytes;
    report->room = bytes < header ? 0 : lwnvme_divide(bytes - header, report->stride_bytes);
    if (report->room == 0)
        return LWNVME_ERR_BUFFER_LENGTH;
    if (report->end_lba == 0)
        report->end_lba = zoned->ns.block_count;
    report->next_lba = report->first_lba - lwnvme_zone_rest(zoned, report->first_lba, NULL);
    report->arrived = lwnvme_zone_report_arrived;
    report->most_blocks = 0;
    report->count = 0;
    report->more = true;
    report->begun = true;
    return LWNVME_OK;
}

int lwnvme_zone_report_next(struct lwnvme_queue *queue, struct lwnvme_zone_report *report,
                            struct lwnvme_request *request)
{
    struct lwnvme_buffer buffer;
    uint32_t bytes;
    int status;

    if (report == NULL || report->zoned == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_io_begin(queue, &report->zoned->ns, request, LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE, 0);
    if (status == LWNVME_OK && !report->begun)
        status = lwnvme_zone_report_begin(report);
    if (status == LWNVME_OK && !report->more)
        status = LWNVME_ERR_WRONG_STATE;
    if (status != LWNVME_OK)
        return status;
    bytes = (uint32_t)sizeof(struct lwnvme_zone_report_header) + report->room * report->stride_bytes;
    buffer = lwnvme_buffer_cpu(report->memory, report->memory_bytes);
    status = lwnvme_io_buffer(request, &buffer, bytes);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw10 = (uint32_t)report->next_lba;
    request->command.cdw11 = (uint32_t)(report->next_lba >> 32);
    request->command.cdw12 = (bytes >> 2) - 1u;
    request->command.cdw13 =
        lwnvme_field_put(report->extended ? LWNVME_ZRA_EXTENDED_REPORT : LWNVME_ZRA_REPORT,
                         LWNVME_ZONE_RECEIVE_CDW13_ZRA) |
        lwnvme_field_put(report->filter, LWNVME_ZONE_RECEIVE_CDW13_ZRASF) |
        lwnvme_field_put(1, LWNVME_ZONE_RECEIVE_CDW13_PARTIAL);
    request->internal_context = report;
    return lwnvme_submit(queue, request);
}

int lwnvme_zone_report_get(const struct lwnvme_zone_report *report, uint32_t index, struct lwnvme_zone *zone)
{
    const struct lwnvme_zone_descriptor *descriptor;

    if (report == NULL || zone == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (index >= report->count)
        return LWNVME_ERR_INVALID_ARGUMENT;
    descriptor = lwnvme_zone_at(report, index);
    zone->first_lba = lwnvme_le64_get(&descriptor->zslba);
    zone->capacity_blocks = lwnvme_le64_get(&descriptor->zcap);
    zone->write_pointer = lwnvme_le64_get(&descriptor->wp);
    zone->state = descriptor->zs >> 4;
    zone->attributes = descriptor->za;
    zone->attribute_information = descriptor->zai;
    zone->extension = NULL;
    if (report->extended && (descriptor->za & LWNVME_ZONE_EXTENSION_VALID) != 0)
        zone->extension = (const uint8_t *)(descriptor + 1);
    return LWNVME_OK;
}
