/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: boot partitions: two small areas that can be read before a controller is enabled.
 *
 * Controller owner's context, the controller ready. LWNVME_ERR_NO_BOOT_PARTITION: CAP.BPS is 0.
 * NVM Express Base Specification 2.1, section 8.1.3 "Boot Partitions".
 */
#ifndef LWNVME_BOOT_PARTITION_H
#define LWNVME_BOOT_PARTITION_H

#include "controller.h"
#include "operation.h"
#include "spec_admin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What BPINFO says. */
struct lwnvme_boot_partition_info {
    uint64_t size_bytes; /* of each of the two partitions, a multiple of 128 KiB; 0: none */
    uint8_t active;      /* 0 or 1: the one that is booted from */
};

/* Reads BPINFO: registers, no command. 0, or why not. */
int lwnvme_boot_partition_get_info(const struct lwnvme_controller *controller,
                                   struct lwnvme_boot_partition_info *info);

/* A read or a write of a boot partition. A long operation; see operation.h. */
struct lwnvme_boot_partition {
    struct lwnvme_operation operation; /* first */

    /* In. */
    uint8_t partition;     /* 0 or 1 */
    bool activate;         /* write: make it the active one afterwards */
    uint64_t offset_bytes; /* read: a multiple of 4096 */
    uint64_t length_bytes; /* read: a multiple of 4096; write: up to the partition's size, a multiple of the
                                    firmware update granularity */
    struct lwnvme_buffer buffer; /* where to, or what; contiguous, without segments */

    /* Out. */
    uint64_t done_bytes;

    /* Private. */
    uint32_t piece_bytes;
    uint32_t mapped_bytes;
    uint32_t granularity_bytes;
    uint32_t limit_ms;
    uint64_t dma;
    uint64_t late_us;
    bool lost; /* there has been a reset */
    void (*inherited)(struct lwnvme_service *service, enum lwnvme_occasion occasion);
};

/*
 * Reads by the registers BPRSEL and BPMBL: works on every controller with boot partitions, and needs no command. The
 * buffer must be aligned to 4096 bytes, in device addresses too. Only one such read at a time may be under way on a
 * controller (LWNVME_ERR_BUSY).
 *
 * timeout_ms is that of a piece of up to 1 MiB, 0: 30 s; a controller that takes longer is brought down, as by a late
 * command. Do not reset or shut down meanwhile: the specification leaves open what the controller does then; the
 * operation ends with LWNVME_ERR_ABORTED. LWNVME_SC_INTERNAL_ERROR: the controller
 * reports an error (BPINFO.BRS). LWNVME_ERR_BUFFER_HELD: given up, but the controller may still write the buffer.
 * Section 8.1.3.2 "Reading from a Boot Partition".
 */
int lwnvme_boot_partition_read_begin(struct lwnvme_controller *controller,
                                     struct lwnvme_boot_partition *partition);

/* The same by the Boot Partition log page, into a buffer that is dword aligned. Needs log page offsets (LPA bit 2;
 * LWNVME_ERR_NO_LOG_OFFSET). timeout_ms is that of the whole.
 * Section 5.1.12.1.21 "Boot Partition". */
int lwnvme_boot_partition_read_log_begin(struct lwnvme_controller *controller,
                                         struct lwnvme_boot_partition *partition);

/*
 * Writes a boot partition: the image is downloaded piece by piece, then committed (commit action 6) and, with
 * `activate`, made the active one (commit action 7). The partition must have been unlocked.
 * LWNVME_ERR_NO_FIRMWARE: no firmware commands. LWNVME_ERR_TRANSFER_SIZE: its granularity is more than a command moves.
 * A reset in between ends it with LWNVME_ERR_ABORTED: the partition is
 * as it was unless the commit had begun. Section 8.1.3.3 "Writing to a Boot Partition".
 */
int lwnvme_boot_partition_write_begin(struct lwnvme_controller *controller,
                                      struct lwnvme_boot_partition *partition);

/* Makes a boot partition the active one (commit action 7), with no data. The callback comes from
 * lwnvme_controller_poll. 0: accepted. */
int lwnvme_boot_partition_activate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t partition);

#ifdef __cplusplus
}
#endif

#endif
