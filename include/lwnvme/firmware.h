/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: firmware update. The blocking form is begin, then lwnvme_sync_operation(&update.operation).
 *
 *     struct lwnvme_firmware_update update = {0};
 *     update.image = image;                    update.image_bytes = length;
 *     update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
 *     status = lwnvme_firmware_update_begin(controller, &update);
 *     if (status == 0) status = lwnvme_sync_operation(&update.operation);
 *     ... update.outcome says what it takes until the image runs
 *
 * Controller owner's context. An update is one at a time: a second one is refused with LWNVME_ERR_BUSY. A controller
 * reset in between ends it with LWNVME_ERR_ABORTED: the controller has forgotten the pieces, and the next begin sends
 * the image from its start.
 */
#ifndef LWNVME_FIRMWARE_H
#define LWNVME_FIRMWARE_H

#include "controller.h"
#include "namespace_guard.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LWNVME_FIRMWARE_SLOTS_MAX 7u
#define LWNVME_FIRMWARE_SLOT_AUTO 0u

/* What it takes until the image runs. */
enum lwnvme_firmware_outcome {
    LWNVME_FIRMWARE_NONE = 0,                 /* not ended, or failed: see the status */
    LWNVME_FIRMWARE_STORED,                   /* in its slot, and not to be activated */
    LWNVME_FIRMWARE_ACTIVE,                   /* it runs */
    LWNVME_FIRMWARE_AT_CONTROLLER_RESET,      /* runs after the next controller level reset (also 111h) */
    LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET, /* 10Bh: runs after a PCI conventional reset */
    LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET,    /* 110h: runs after an NVM subsystem reset */
    LWNVME_FIRMWARE_TIME_EXCEEDED,            /* 112h: would take longer than MTFA; commit it for a reset */
    LWNVME_FIRMWARE_PROHIBITED, /* 113h: the controller does not let this image be activated now */
    LWNVME_FIRMWARE_NO_END,     /* the activation did not end in time: CSTS.PP, MTFA */
    LWNVME_FIRMWARE_BOOT_PARTITION_WRITTEN,
    LWNVME_FIRMWARE_BOOT_PARTITION_ACTIVE
};

struct lwnvme_firmware_update {
    struct lwnvme_operation operation;

    /* In. The image: in memory, or delivered piece by piece. Neither is needed by actions that take none. */
    const void *image;    /* stays until the end; NULL: `read` delivers it */
    uint32_t image_bytes; /* a multiple of 4, and of the granularity that the controller names */
    /* Copies `length_bytes` of the image from `offset_bytes` on to `to`; false: cannot. Called in order, from
     * lwnvme_controller_poll; must not poll, close or reset. */
    bool (*read)(struct lwnvme_firmware_update *update, uint32_t offset_bytes, void *to,
                 uint32_t length_bytes);
    /* Memory that pieces of more than 4096 bytes are sent from, dword aligned, at least piece_bytes long; NULL:
     * an image in memory is sent from where it is, and `read` has to do with pieces of 4096. */
    void *piece;
    uint32_t piece_bytes;   /* of one command: 0, or a multiple of 4 and of the granularity; 0: chosen */
    uint8_t action;         /* LWNVME_FIRMWARE_COMMIT_CA_... */
    uint8_t slot;           /* 1 to 7, or LWNVME_FIRMWARE_SLOT_AUTO */
    uint8_t boot_partition; /* 0 or 1, for actions on boot partitions */
    bool
        reset; /* do a controller reset when the image runs after one. Other kinds of reset are never done here */
    /* Handles to be kept in step over an activation, see namespace_guard: may be NULL. They stay until the end, and one
     * that is still being read again after a deadline (LWNVME_PENDING) until it is not. One of metadata.h, protection.h
     * or zns.h is read as any other after an activation: open it again by their calls. */
    struct lwnvme_namespace *const *handles;
    uint32_t handle_count;

    /* Out. */
    enum lwnvme_firmware_outcome outcome;
    uint32_t bytes_done; /* of the image, taken by the controller */
    uint8_t slot_used;   /* 0: the controller chose */
    uint8_t active_slot; /* by the slot log at the end; 0: it could not be read */
    uint8_t next_slot;   /* to be active after the next reset; 0: none named */
    bool overlap;        /* the controller saw pieces of another update meanwhile (MUD) */
    bool limits_changed; /* MDTS, OACS, ONCS or NN differ after the activation */
    char revision[9];    /* of the firmware that runs, at the end */
    int commit_status;   /* Firmware Commit's, whole */

    /* Private. */
    struct lwnvme_namespace_guard guard;
    uint32_t granularity;
    uint32_t chunk;      /* bytes of a command */
    uint32_t sent_bytes; /* with the controller now */
    int end_status;
    bool was_reset;
    bool cancelled;
    uint64_t limit_us;  /* of the activation */
    uint64_t looked_us; /* at CSTS.PP, last */
    uint8_t log[64];    /* the firmware slot log, as far as it goes */
    uint8_t data[4096];
};

/*
 * Begins an update: download of the image, if the action takes one, then Firmware Commit, and what follows from
 * its answer. 0: begun; else refused by name, and no command was sent: LWNVME_ERR_NO_FIRMWARE,
 * LWNVME_ERR_NO_BOOT_PARTITION, LWNVME_ERR_IMAGE_LENGTH, LWNVME_ERR_FIRMWARE_SLOT (no such slot, or slot 1 and
 * read-only), LWNVME_ERR_NO_FEATURE (activation without a reset), LWNVME_ERR_TRANSFER_SIZE (pieces larger than a
 * command can be), LWNVME_ERR_BUFFER_LENGTH (granularity of more than 4096 bytes, and no memory for a piece),
 * LWNVME_ERR_BUSY (another update, or an operation that holds queues, is under way), LWNVME_ERR_NS_BUSY (a handle is
 * in use by one), LWNVME_ERR_NULL_ARGUMENT (an action that takes an image, and neither `image` nor `read`).
 *
 * The status at the end is 0 when the controller has taken the image, also when it needs a reset to run: `outcome`
 * says which. The device's status otherwise, whole: 106h slot, 107h image, 112h, 113h, 114h overlap.
 * LWNVME_ERR_IMAGE_READ: the callback failed. LWNVME_ERR_ABORTED: a reset came in between.
 * LWNVME_ERR_OPERATION_TIMEOUT: an activation that did not end.
 *
 * Granularity: FWUG in units of 4 KiB. Where the controller names none (0) pieces are of 4 KiB and the image may end
 * within one; FFh means that there is none.
 *
 * Activation without a reset (LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW, with or without an image) holds all I/O queues:
 * requests wait. When nothing is in flight the commit is sent, CSTS.PP awaited as long as MTFA says (0: as long as an
 * admin command; 10 minutes at most), Identify Controller read again, and the listed handles with it. Should the
 * new firmware take smaller transfers, requests that wait for the listed handles end with LWNVME_ERR_NS_BUSY, and
 * handles that are not listed are refused from then on (LWNVME_ERR_NAMESPACE_CLOSED): open them again. While it
 * waits for what is in flight it polls all I/O queues of the controller, so their owners must hold still.
 *
 * NVM Express Base Specification 2.1, section 3.11 "Firmware Update Process", section 5.1.8 "Firmware Commit command",
 * section 5.1.9 "Firmware Image Download command".
 */
int lwnvme_firmware_update_begin(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update);

/*
 * Attaches to an activation that somebody else has started (the event "firmware activation starting"): holds the
 * queues, gives commands in flight the time of the activation, waits for CSTS.PP, reads Identify Controller
 * and the listed handles again, and the slot log, which clears the event. In: operation, handles, handle_count.
 */
int lwnvme_firmware_activation_follow(struct lwnvme_controller *controller,
                                      struct lwnvme_firmware_update *update);

/*
 * Ends a download early; what is with the controller already stays there until the next download. LWNVME_ERR_BUSY:
 * the commit has been sent. The operation ends with LWNVME_ERR_CANCELLED at a later poll.
 */
int lwnvme_firmware_update_cancel(struct lwnvme_firmware_update *update);

/* One piece by its own: `length_bytes` (4 to 4096, a multiple of 4) at `data`, which stays until the callback, for
 * offset_bytes (a multiple of 4) of the image. Base, section 5.1.9 "Firmware Image Download command". */
int lwnvme_firmware_download(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t offset_bytes, const void *data, uint32_t length_bytes);

/* What lwnvme_firmware_commit is told. */
struct lwnvme_firmware_commit_select {
    uint8_t action; /* LWNVME_FIRMWARE_COMMIT_CA_... */
    uint8_t slot;   /* 0: the controller's choice */
    uint8_t boot_partition;
};

/*
 * Firmware Commit by its own: no queue is held and no handle kept in step. It may take long: set request->timeout_ms.
 * result_dw0: bits 1:0 say that overlapping updates were seen. LWNVME_ERR_NO_FIRMWARE, LWNVME_ERR_INVALID_ARGUMENT.
 * Base, section 5.1.8 "Firmware Commit command".
 */
int lwnvme_firmware_commit(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_firmware_commit_select *select);

#ifdef __cplusplus
}
#endif

#endif
