/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: long log pages, piece by piece: telemetry and the persistent event log.
 *
 * A long operation; see operation.h. `piece` is called with each piece as it arrives, in order and without a gap,
 * the header of the log page first (offset 0). It may stop the stream. When the log page changes while it is read,
 * `restart` is called and pieces begin again at offset 0: whatever was kept of them is void. After four restarts the
 * stream ends with LWNVME_ERR_LOG_CHANGED. A controller reset counts as a change.
 *
 * The blocking form is begin, then lwnvme_sync_operation(&stream.operation). Controller owner's context; callbacks come
 * from lwnvme_controller_poll.
 */
#ifndef LWNVME_LOG_STREAM_H
#define LWNVME_LOG_STREAM_H

#include "log.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memory that pieces come in, at least: a header. */
#define LWNVME_LOG_STREAM_BUFFER_BYTES_MIN 512u
/* What max_bytes is if it is 0. */
#define LWNVME_LOG_STREAM_BYTES (64u << 20)
/* Restarts before it is given up. */
#define LWNVME_LOG_STREAM_RESTARTS 4u

struct lwnvme_log_stream {
    struct lwnvme_operation operation; /* first; timeout_ms 0: no limit beside those of the commands */

    /* In. */
    /* data: length_bytes of the log page from offset_bytes on, valid until it returns. false: stop; the
     * stream ends with LWNVME_ERR_CANCELLED. It may call lwnvme_log_stream_cancel, and nothing else on the
     * stream; blocking calls for other things are allowed. */
    bool (*piece)(struct lwnvme_log_stream *stream, const void *data, uint64_t offset_bytes,
                  uint32_t length_bytes);
    void (*restart)(struct lwnvme_log_stream *stream); /* NULL: watch for offset 0 */
    void *buffer;                                      /* the caller's, until the end */
    uint32_t buffer_bytes; /* a multiple of 512; more than 4096 makes larger pieces of several commands */
    uint64_t
        max_bytes; /* a longer log page is refused with LWNVME_ERR_LOG_LENGTH; 0: LWNVME_LOG_STREAM_BYTES */
    bool retain_event; /* controller-initiated telemetry: the data and the event stay */

    /* Out. */
    uint64_t
        total_bytes;     /* as the header says; with LWNVME_ERR_LOG_LENGTH: what max_bytes would have to be */
    uint64_t done_bytes; /* delivered since the last restart */
    uint32_t restarts;
    bool
        available; /* controller-initiated telemetry: there were data; false: only the header has been delivered */

    /* Private. */
    uint64_t deadline_us;
    int end_status;
    uint32_t generation;
    uint32_t arriving_bytes;
    uint8_t lid;
    uint8_t area;
    bool create;
    bool context;
    bool stop;
    bool retried;
};

/*
 * Telemetry, host-initiated: with `create` the controller is told to capture its state first, else what it captured
 * last is read. area: 1 to 4, the last data area wanted; areas 1 to that one are delivered, which is what a vendor's
 * tool wants of "area n". Area 4 is there only if LPA bit 6 is set, and if the host has set ETDAS in the Host
 * Behavior Support feature.
 *
 * 0: begun. LWNVME_ERR_NO_TELEMETRY: LPA bit 3, or bit 6 for area 4. LWNVME_ERR_NO_LOG_OFFSET: LPA bit 2.
 * LWNVME_ERR_INVALID_ARGUMENT, LWNVME_ERR_NULL_ARGUMENT, LWNVME_ERR_BUSY.
 * At the end: 0, LWNVME_ERR_LOG_LENGTH, LWNVME_ERR_LOG_CHANGED, LWNVME_ERR_LOG_DATA (the header makes no sense),
 * LWNVME_ERR_CANCELLED, LWNVME_ERR_OPERATION_TIMEOUT, LWNVME_ERR_ABORTED (closed meanwhile), or what a command ended
 * with. NVM Express Base Specification 2.1, section 5.1.12.1.8 "Telemetry Host-Initiated".
 */
int lwnvme_telemetry_host_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                uint32_t area, bool create);

/* Telemetry, controller-initiated: what the controller captured by itself; `available` says whether it did. Unless
 * retain_event is set the data are let go at the end, when all has been delivered and nothing changed meanwhile, so
 * that the controller may capture anew. Otherwise as above. Section 5.1.12.1.9 "Telemetry Controller-Initiated". */
int lwnvme_telemetry_controller_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream,
                                      uint32_t area);

/*
 * The persistent event log: its header, then all events. The context that this takes in the controller is released
 * before the operation ends, however it ends; one that was left over from before is released first. Only a close or a
 * reset of the controller leaves that to the controller, which forgets the context then.
 * LWNVME_ERR_NO_PERSISTENT_EVENT: LPA bit 4. Otherwise as above. Section 5.1.12.1.14 "Persistent Event Log".
 */
int lwnvme_persistent_event_begin(struct lwnvme_controller *controller, struct lwnvme_log_stream *stream);

/* Stops a stream at its next step: it ends with LWNVME_ERR_CANCELLED, after a release where one is due; or as it would
 * have ended if nothing but that release is left to do. 0, or
 * LWNVME_ERR_WRONG_STATE: it is not under way. */
int lwnvme_log_stream_cancel(struct lwnvme_log_stream *stream);

#ifdef __cplusplus
}
#endif

#endif
