/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: namespaces made, deleted, attached to controllers and detached. Asynchronous; the blocking forms are in
 * sync_namespace.h.
 *
 * All calls need a controller with namespace management (OACS bit 3): LWNVME_ERR_NO_NAMESPACE_MANAGEMENT. Controller
 * owner's context; the controller must be ready. 0: accepted; else refused by name and nothing was done. What the
 * controller says of it (no capacity, a namespace in use, attached already) reaches the caller whole.
 *
 * A namespace that was made is not attached to any controller yet, and one that is attached is not open: attach it,
 * then lwnvme_namespace_open it, or let lwnvme_namespace_set_rescan (namespace_set.h) find it. Handles of a namespace
 * that is deleted or detached here are refused by the device from then on, and by the library once a rescan has seen
 * it. Controllers report no event to the host that deleted a namespace: rescan after it.
 */
#ifndef LWNVME_NAMESPACE_ADMIN_H
#define LWNVME_NAMESPACE_ADMIN_H

#include "controller.h"
#include "spec.h"
#include "spec_identify.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a new namespace is to be like, and the room to say it to the controller: the caller's memory, zeroed, then
 * filled in; it must stay until the callback. Of a key value namespace block_count (bytes there), shared and the three
 * groups are said, the rest is not.
 */
struct lwnvme_namespace_creation {
    uint64_t block_count;     /* NSZE; key value: bytes */
    uint64_t capacity_blocks; /* NCAP; 0: as many as block_count */
    uint8_t csi; /* LWNVME_CSI_...; not NVM: needs LWNVME_CAP_CSS_IOCSS, LWNVME_ERR_NO_COMMAND_SETS */
    uint8_t format_index;    /* LBA format, 0 to 63 (LWNVME_ERR_FORMAT_INDEX) */
    uint8_t protection_type; /* 0 none, 1 to 3 */
    bool protection_first;   /* protection information is the first, not the last bytes of the metadata */
    bool metadata_in_block;  /* metadata at the end of each block, not in a buffer of their own */
    bool shared;             /* may be attached to several controllers at once (NMIC) */
    uint32_t anagrpid;       /* ANA group; 0: the controller chooses. Else LWNVME_ERR_NO_ANA without */
    uint16_t nvmsetid;       /* NVM set; 0: none. LWNVME_ERR_NO_NVM_SETS */
    uint16_t endgid;         /* endurance group; 0: none. LWNVME_ERR_NO_ENDURANCE_GROUPS */
    uint64_t lbstm;          /* storage tag mask */

    /* Flexible data placement: the reclaim unit handle of each placement handle, up to 128 (else
     * LWNVME_ERR_INVALID_ARGUMENT). LWNVME_ERR_NO_FDP. */
    uint16_t placement_handle_count;
    uint16_t placement_handles[LWNVME_PLACEMENT_HANDLES_MAX];

    /* Zoned: what the fields of the command get (RAR, ROR, RNUMZRWA, and ZNSCO bit 0). */
    uint32_t active_resources;
    uint32_t open_resources;
    uint32_t zrwa_resources;
    bool allocate_zrwa;

    /* Private: the part of struct lwnvme_namespace_management_data that is used. */
    uint8_t data[768];
};

/*
 * Makes a namespace. request->result_dw0 is its identifier from the callback on; one that cannot be (0, or beyond what
 * the controller has) ends the request with LWNVME_ERR_NS_INVALID_ID though a namespace may have been made.
 * LWNVME_ERR_INVALID_ARGUMENT: no blocks, more capacity than blocks, no such protection type, an identifier beyond
 * what the controller says it has. Takes as long as the controller needs: see request->timeout_ms.
 * Base, section 5.1.21 "Namespace Management command"; NVM, section 4.1.6; ZNS, section 4.1.6.
 */
int lwnvme_namespace_create(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            struct lwnvme_namespace_creation *creation);

/* Deletes a namespace of the NVM subsystem, or all of them (LWNVME_NSID_ALL), with all their data and wherever they
 * are attached. LWNVME_ERR_NS_INVALID_ID. Base, section 5.1.21. */
int lwnvme_namespace_delete(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid);

/*
 * Attaches a namespace to each controller of a list, or detaches it from each. The list: 1 to 2047 identifiers,
 * ascending (else LWNVME_ERR_LIST_ENTRY); it must stay until the callback. When the controller refuses one of them
 * (e.g. LWNVME_SC_NAMESPACE_ALREADY_ATTACHED) lwnvme_identify_get_namespace_controllers tells what was done.
 * Base, section 5.1.20 "Namespace Attachment command".
 */
int lwnvme_namespace_attach(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, const struct lwnvme_identify_controller_list *list);
int lwnvme_namespace_detach(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, const struct lwnvme_identify_controller_list *list);

/* The same for this controller alone; needs no list. */
int lwnvme_namespace_attach_here(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t nsid);
int lwnvme_namespace_detach_here(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t nsid);

/* Appends to a list that began as zeros; identifiers must come in ascending order. false: the list is full. */
static inline bool lwnvme_controller_list_append(struct lwnvme_identify_controller_list *list,
                                                 uint16_t cntlid)
{
    uint16_t count = lwnvme_le16_get(&list->numid);

    if (count >= LWNVME_CONTROLLER_LIST_ENTRIES)
        return false;
    lwnvme_le16_set(&list->cntlid[count], cntlid);
    lwnvme_le16_set(&list->numid, (uint16_t)(count + 1u));
    return true;
}

#ifdef __cplusplus
}
#endif

#endif
