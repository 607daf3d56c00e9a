/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: reservations, for namespaces that several hosts share.
 *
 * A host registers a key with a namespace, and may then acquire a reservation of it, which says what the
 * others may still do. Who may not ends with a status whose lwnvme_status_code is
 * LWNVME_SC_RESERVATION_CONFLICT, which is no error of the drive and is never repeated by the library. Which
 * host this is says the Host Identifier feature.
 *
 * All calls: queue owner's context; keys and memory are the caller's, dword aligned, and the controller's until the
 * callback. LWNVME_ERR_NO_RESERVATIONS: the controller has none. 0: accepted.
 * NVM Express Base Specification 2.1, sections 7.5 to 7.8 and 8.1.22 "Reservations".
 */
#ifndef LWNVME_RESERVATION_H
#define LWNVME_RESERVATION_H

#include "namespace.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a reservation command says. */
struct lwnvme_reservation {
    uint8_t action;     /* LWNVME_RREGA_, LWNVME_RACQA_ or LWNVME_RRELA_ */
    uint8_t type;       /* LWNVME_RTYPE_; acquire and release */
    uint8_t persist;    /* LWNVME_CPTPL_; register */
    bool ignore_key;    /* IEKEY: `key` is not looked at */
    uint64_t key;       /* CRKEY: this host's, as it is registered */
    uint64_t other_key; /* register: the new one (NRKEY); acquire: that of the host to be preempted (PRKEY) */

    struct lwnvme_le64 data[2]; /* private: as the controller reads it */
};

/* Registers or replaces a key, or unregisters. Section 7.6 "Reservation Register command". */
int lwnvme_reservation_register(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                                struct lwnvme_request *request, struct lwnvme_reservation *reservation);
/* Acquires the reservation, or preempts another host, and may abort its commands. Section 7.5
 * "Reservation Acquire command". */
int lwnvme_reservation_acquire(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, struct lwnvme_reservation *reservation);
/* Releases the reservation, or clears it and all registrations. Section 7.7 "Reservation Release
 * command". */
int lwnvme_reservation_release(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                               struct lwnvme_request *request, struct lwnvme_reservation *reservation);

/* One host that is registered. */
struct lwnvme_reservation_host {
    uint16_t controller_id; /* FFFFh: of no controller now */
    bool holds;             /* the reservation is its */
    uint64_t key;
    uint8_t host_id[16]; /* of 8 bytes unless the report is extended */
};

/* A report, in the caller's memory. */
struct lwnvme_reservation_list {
    void *memory;          /* in: 64 bytes, and 64 for each host (extended), or 24 and 24 */
    uint32_t memory_bytes; /* a multiple of 4 */
    bool extended; /* with host identifiers of 128 bits, which is how a controller with such answers only */

    /* Out, of lwnvme_reservation_report_check. */
    uint32_t generation;
    uint8_t type;         /* LWNVME_RTYPE_; 0: there is no reservation */
    bool persists;        /* through power loss */
    uint32_t hosts;       /* that are registered */
    uint32_t hosts_given; /* of which the memory had room for so many */
};

/* Reads who is registered. When it has succeeded lwnvme_reservation_report_check says what it holds. Section 7.8
 * "Reservation Report command". */
int lwnvme_reservation_report(struct lwnvme_queue *queue, const struct lwnvme_namespace *ns,
                              struct lwnvme_request *request, struct lwnvme_reservation_list *report);

/* Looks at what was read and fills in the report. LWNVME_ERR_LOG_DATA: it makes no sense. Callable anywhere. */
int lwnvme_reservation_report_check(struct lwnvme_reservation_list *report);

/* Host `index` of a report that has been checked; false: there is none, or no room was for it. */
bool lwnvme_reservation_host_get(const struct lwnvme_reservation_list *report, uint32_t index,
                                 struct lwnvme_reservation_host *host);

#ifdef __cplusplus
}
#endif

#endif
