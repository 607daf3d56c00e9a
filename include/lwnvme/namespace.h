/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: namespaces.
 *
 * A namespace handle is the caller's memory, filled in by lwnvme_namespace_open and read by the I/O calls.
 * Its members, but for the private ones, may be read freely once the open has ended. One that cannot be used is filled
 * in as far as possible and says why in `status`; the I/O calls refuse it with that.
 *
 * A handle says what the namespace was like when it was opened. Open it again after anything that may have
 * changed it: a format, a firmware update, a reset or power cycle in which somebody else had the drive. A handle of
 * a controller that has been closed is refused, even if the same struct is open again.
 */
#ifndef LWNVME_NAMESPACE_H
#define LWNVME_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LWNVME_LBA_FORMATS_MAX 64u

/* One LBA format that the namespace could be formatted with. */
struct lwnvme_lba_format_info {
    uint16_t metadata_bytes;      /* per block */
    uint8_t block_shift;          /* LBADS; 0: not available */
    uint8_t relative_performance; /* 0 best to 3 degraded */
};

struct lwnvme_namespace;

/* Private: what is done with the requests of a namespace whose blocks carry more than data. */
struct lwnvme_dress {
    /* The namespace is known and could be used: the last steps of its opening, which set its status. */
    void (*open)(struct lwnvme_namespace *ns);
    /* The request is filled in and checked, and about to be submitted; else it is refused with what this says. */
    int (*begin)(struct lwnvme_request *request);
    /* The next *blocks have metadata in a buffer of their own: where those are for the controller. Fewer blocks where
     * they are not contiguous there. */
    int (*map)(struct lwnvme_queue *queue, struct lwnvme_request *request, uint32_t slot_index,
               uint32_t *blocks, uint64_t *dma);
    /* The command for the blocks from request->blocks_issued on is in its place in the ring: 16 little-endian
     * dwords. */
    void (*piece)(const struct lwnvme_request *request, uint32_t *sqe);
    /* All has ended; status and bytes_done may still be changed. Outside locks. */
    void (*end)(struct lwnvme_request *request);
    /* How many blocks from `lba` on one read may have; NULL: any number. For copies, whose sources are read. */
    uint32_t (*room)(const struct lwnvme_namespace *ns, uint64_t lba);
};

struct lwnvme_namespace {
    struct lwnvme_controller *controller;
    uint32_t nsid;
    int status; /* 0: usable; LWNVME_PENDING: being opened; else why not */

    /* Private. What is used most comes first, here too: that makes the code smaller. */
    const struct lwnvme_dress *dress; /* NULL: nothing; what has one has no straight path */
    struct lwnvme_protection *protection;
    uint64_t straight_last;   /* what straight_blocks says holds for requests that begin no later than here */
    uint64_t straight_nsid;   /* the identifier in its place of dwords 0 and 1 */
    uint32_t straight_blocks; /* requests of up to this many blocks need no splitting */
    int verdict; /* what the identify data alone say, or the status before it was refused for a while */

    /* What it is like. */
    uint32_t block_bytes;     /* 512 to 65536 */
    uint32_t block_shift;     /* log2 of that */
    uint64_t block_count;     /* NSZE: blocks are 0 to block_count - 1 */
    uint32_t max_blocks;      /* of one command */
    uint32_t boundary_blocks; /* NOIOB: requests are split at multiples of it; 0: none */
    uint32_t never_slow;      /* private: 0; looked at together with the next one */
    uint32_t incarnation;     /* private */
    uint32_t oncs;            /* LWNVME_ONCS_...: optional commands, those with a limit alone included */
    uint16_t metadata_bytes;
    uint8_t format_index;
    uint8_t format_count;      /* 1 to 64 */
    uint8_t csi;               /* command set: 0 NVM */
    uint8_t protection_type;   /* DPS: 0 none */
    bool protection_first;     /* protection information is the first of the metadata, not the last */
    bool metadata_interleaved; /* metadata follow each block, and are not in a buffer of their own */
    bool read_only;            /* currently write protected */
    bool has_eui64;            /* an identifier that is all zeros or all ones counts as absent */
    bool has_nguid;
    bool has_uuid;
    uint64_t capacity_blocks; /* NCAP */
    uint64_t used_blocks;     /* NUSE; a hint */
    uint8_t eui64[8];         /* most significant byte first, as the specification stores them */
    uint8_t nguid[16];
    uint8_t uuid[16];
    struct lwnvme_lba_format_info formats[LWNVME_LBA_FORMATS_MAX];

    /* Private. */
    uint8_t wanted_csi; /* the command set that it is opened for */
    uint8_t told[96];   /* the beginning of its identify data, with the limits of commands */
    struct lwnvme_request request;
    uint8_t data[4096];
};

/*
 * Starts to look at namespace `nsid` and to fill in `ns`; lwnvme_controller_poll carries it on and ns->status
 * tells how it ended. The blocking form is lwnvme_sync_namespace_open. `ns` is the caller's, needs no
 * preparation unless it is still pending, and must stay while it is pending or used by a request.
 * Controller owner's context. 0: begun. Else refused and ns->status says the same.
 *
 * ns->status at the end: 0; LWNVME_ERR_NS_INACTIVE: there is no such namespace; one that cannot be used here:
 * LWNVME_ERR_NS_FORMAT, _BLOCK_SIZE, _SIZE, _CAPACITY, _TRANSFER_SIZE, LWNVME_ERR_NS_METADATA (metadata.h and
 * protection.h take it), LWNVME_ERR_NS_COMMAND_SET (zns.h and kv.h); or how the command ended. Refused:
 * LWNVME_ERR_NS_INVALID_ID.
 * NVM Express Base Specification 2.1, section 5.1.13 "Identify command"; NVM Command Set Specification 1.1,
 * section 4.1.5.1 "NVM Command Set Identify Namespace Data Structure".
 */
int lwnvme_namespace_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns);

/* A piece of the list of active namespaces: the caller's memory. */
struct lwnvme_namespace_list {
    int status;     /* as in struct lwnvme_namespace */
    uint32_t count; /* how many of nsids are valid */
    bool more;      /* there may be further ones: ask again with `last` */
    uint32_t last;  /* the highest identifier that has been looked at, while `more` is set */
    bool damaged;   /* the controller's list made no sense from here on: not ascending, or reserved values */
    uint32_t nsids[1024]; /* ascending */

    /* Private. */
    struct lwnvme_controller *controller;
    uint32_t after;
    uint32_t probe;
    struct lwnvme_request request;
    uint8_t data[4096];
};

/*
 * Starts to list active namespaces with identifiers above `after` (0 for the first page), up to 1024 of them;
 * go on with list->last while list->more is set. Controllers of version 1.0, which know no such list, and
 * those that reject it are asked for each identifier in turn, 1024 a call and up to 65536. Controller owner's
 * context. 0: begun.
 */
int lwnvme_namespace_enumerate(struct lwnvme_controller *controller, uint32_t after,
                               struct lwnvme_namespace_list *list);

#ifdef __cplusplus
}
#endif

#endif
