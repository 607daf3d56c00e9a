/* SPDX-License-Identifier: MIT */
/*
 * Reservations: three commands that say something with one or two keys, and the report of who has a say. Nothing is
 * remembered here; what a reservation does to I/O is the controller's business, and its answer the caller's.
 */
#include <lwnvme/reservation.h>

#include "io_private.h"

/* `what` is what the caller must have given. */
static int lwnvme_reservation_begin(const struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                    struct lwnvme_request *request, const void *what, uint32_t opcode)
{
    int status = lwnvme_io_begin(queue, ns, request, opcode, 0);

    if (status == LWNVME_OK && what == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK && (ns->oncs & LWNVME_ONCS_RESERVATIONS) == 0)
        status = LWNVME_ERR_NO_RESERVATIONS;
    return status;
}

/* Actions are 0 to `last`; a release has one key, the others two. */
static int lwnvme_reservation_send(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                   struct lwnvme_request *request, struct lwnvme_reservation *reservation,
                                   uint32_t opcode, uint32_t last)
{
    int status = lwnvme_reservation_begin(queue, ns, request, reservation, opcode);
    uint32_t cdw10;

    if (status != LWNVME_OK)
        return status;
    if (reservation->action > last)
        return LWNVME_ERR_INVALID_ARGUMENT;
    cdw10 = lwnvme_field_put(reservation->action, LWNVME_RESERVATION_ACTION) |
            lwnvme_field_put(reservation->ignore_key ? 1u : 0, LWNVME_RESERVATION_IEKEY);
    if (opcode == LWNVME_NVM_RESERVATION_REGISTER) {
        if (reservation->persist == 1u || reservation->persist > LWNVME_CPTPL_PERSIST)
            return LWNVME_ERR_INVALID_ARGUMENT;
        cdw10 |= lwnvme_field_put(reservation->persist, LWNVME_RESERVATION_CPTPL);
    } else {
        cdw10 |= lwnvme_field_put(reservation->type, LWNVME_RESERVATION_RTYPE);
    }
    request->command.cdw10 = cdw10;
    lwnvme_le64_set(&reservation->data[0], reservation->key);
    lwnvme_le64_set(&reservation->data[1], reservation->other_key);
    status = lwnvme_io_data(request, reservation->data, opcode == LWNVME_NVM_RESERVATION_RELEASE ? 8u : 16u);
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

int lwnvme_reservation_register(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                struct lwnvme_request *request, struct lwnvme_reservation *reservation)
{
    return lwnvme_reservation_send(queue, ns, request, reservation, LWNVME_NVM_RESERVATION_REGISTER,
                                   LWNVME_RREGA_REPLACE);
}

int lwnvme_reservation_acquire(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, struct lwnvme_reservation *reservation)
{
    return lwnvme_reservation_send(queue, ns, request, reservation, LWNVME_NVM_RESERVATION_ACQUIRE,
                                   LWNVME_RACQA_PREEMPT_ABORT);
}

int lwnvme_reservation_release(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, struct lwnvme_reservation *reservation)
{
    return lwnvme_reservation_send(queue, ns, request, reservation, LWNVME_NVM_RESERVATION_RELEASE,
                                   LWNVME_RRELA_CLEAR);
}

/* Of the header and of each entry. */
static uint32_t lwnvme_report_unit(const struct lwnvme_reservation_list *report)
{
    return report->extended ? (uint32_t)sizeof(struct lwnvme_registrant_extended)
                            : (uint32_t)sizeof(struct lwnvme_registrant);
}

int lwnvme_reservation_report(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, struct lwnvme_reservation_list *report)
{
    int status = lwnvme_reservation_begin(queue, ns, request, report, LWNVME_NVM_RESERVATION_REPORT);

    if (status != LWNVME_OK)
        return status;
    if (report->memory_bytes < lwnvme_report_unit(report) || (report->memory_bytes & 3u) != 0)
        return LWNVME_ERR_BUFFER_LENGTH;
    if (report->memory_bytes > ns->controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    request->command.cdw10 = (report->memory_bytes >> 2) - 1u;
    request->command.cdw11 = lwnvme_field_put(report->extended ? 1u : 0, LWNVME_RESERVATION_EDS);
    status = lwnvme_io_data(request, report->memory, report->memory_bytes);
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

int lwnvme_reservation_report_check(struct lwnvme_reservation_list *report)
{
    struct lwnvme_reservation_status head;
    uint32_t unit;
    uint32_t given = 0;

    if (report == NULL || report->memory == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    unit = lwnvme_report_unit(report);
    if (report->memory_bytes < unit)
        return LWNVME_ERR_BUFFER_LENGTH;
    memcpy(&head, report->memory, sizeof(head));
    report->hosts = lwnvme_le16_get(&head.regstrnt);
    while (given < report->hosts && report->memory_bytes - unit >= (given + 1u) * unit)
        given++;
    report->hosts_given = given;
    report->generation = lwnvme_le32_get(&head.gen);
    report->type = head.rtype;
    report->persists = (head.ptpls & 1u) != 0;
    if (head.rtype > LWNVME_RTYPE_EXCLUSIVE_ACCESS_ALL || (head.rtype != 0 && report->hosts == 0))
        return LWNVME_ERR_LOG_DATA;
    return LWNVME_OK;
}

bool lwnvme_reservation_host_get(const struct lwnvme_reservation_list *report, uint32_t index,
                                 struct lwnvme_reservation_host *host)
{
    struct lwnvme_registrant_extended entry;
    uint32_t unit;

    if (report == NULL || host == NULL || index >= report->hosts_given)
        return false;
    unit = lwnvme_report_unit(report);
    memset(host, 0, sizeof(*host));
    memcpy(&entry, (const uint8_t *)report->memory + (size_t)(index + 1u) * unit, unit);
    host->controller_id = lwnvme_le16_get(&entry.cntlid);
    host->holds = (entry.rcsts & LWNVME_RCSTS_RESERVATION) != 0;
    if (report->extended) {
        host->key = lwnvme_le64_get(&entry.rkey);
        memcpy(host->host_id, entry.hostid, sizeof(entry.hostid));
    } else { /* the identifier comes first, and the key after it */
        memcpy(host->host_id, &entry.rkey, sizeof(entry.rkey));
        memcpy(&entry.rkey, entry.hostid, sizeof(entry.rkey));
        host->key = lwnvme_le64_get(&entry.rkey);
    }
    return true;
}
