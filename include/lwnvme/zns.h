/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: zoned namespaces, asynchronous.
 *
 * A zoned namespace is opened with lwnvme_zoned_open, which lwnvme_namespace_open refuses by name
 * (LWNVME_ERR_NS_COMMAND_SET, with csi 2). The calls of nvm.h then work on zoned->ns, and know of zones:
 *
 *     read, compare, verify    refused (LWNVME_ERR_ZONE_BOUNDARY) across a zone's end, unless reads_cross
 *     write, write zeroes      one command, never split: zones are written in order, and the pieces of a split write
 *                              could overtake each other. LWNVME_ERR_TRANSFER_SIZE beyond ns.max_blocks,
 *                              LWNVME_ERR_BUFFER_LAYOUT for scattered memory that is not one transfer,
 *                              LWNVME_ERR_ZONE_BOUNDARY, LWNVME_ERR_ZONE_CAPACITY
 *
 * What is written to one zone without a random write area must be in order too: wait for each write, or use
 * lwnvme_zone_append, of which any number may be under way.
 *
 * Queue owner's context, and as in nvm.h for what all calls have in common. The library repeats none of these commands.
 *
 * Zoned Namespace Command Set Specification 1.2.
 */
#ifndef LWNVME_ZNS_H
#define LWNVME_ZNS_H

#include "namespace.h"
#include "protection.h"
#include "queue.h"
#include "request.h"
#include "spec_zoned.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A zoned namespace: the caller's memory. */
struct lwnvme_zoned {
    struct lwnvme_namespace ns; /* for the calls of nvm.h, and ns.status */

    /* Out, once ns.status is 0. */
    uint64_t zone_blocks; /* ZSZE: zone i begins at i * zone_blocks */
    uint64_t zone_count;
    uint64_t
        capacity_blocks; /* the largest ZCAP of all zones; 0: not known before a report of all has been read */
    uint32_t max_active;      /* zones that may be open or closed (MAR + 1); 0: no limit */
    uint32_t max_open;        /* MOR + 1 */
    uint32_t append_blocks;   /* of one append (ZASL) */
    uint32_t extension_bytes; /* of a zone descriptor extension; 0: there are none */
    uint32_t
        zrwa_zones; /* zones that may have a random write area at once; 0: no limit, if zrwa_blocks is not 0 */
    uint32_t zrwa_blocks;       /* of a random write area (ZRWASZ); 0: there are none */
    uint32_t zrwa_flush_blocks; /* granularity of a flush (ZRWAFG) */
    bool zrwa_flush;            /* LWNVME_ZSA_FLUSH_ZRWA is there */
    bool reads_cross;           /* reads may cross zones' ends (OZCS.RAZB) */
    bool variable_capacity;     /* zone capacities may change when zones are reset */
    bool active_excursions;     /* the controller may finish zones by itself */

    void (*then)(struct lwnvme_namespace *ns); /* private: what else opening it takes */
};

/*
 * Starts to open zoned namespace `nsid`; as lwnvme_namespace_open, with zoned->ns.status for the end. Beside
 * that call's errors: LWNVME_ERR_NS_COMMAND_SET: it is not zoned, LWNVME_ERR_NS_METADATA: formatted with
 * metadata, which the next call takes, LWNVME_ERR_ZONE_SIZE. Sections 4.1.5.1 and 4.1.5.2.
 */
int lwnvme_zoned_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_zoned *zoned);

/*
 * The same for a zoned namespace with metadata. With protection information it is as lwnvme_protection_open
 * takes one: protection.h says what `protection` is, and what buffers look like then. With other metadata
 * protection->type is 0, and buffers are those of metadata.h; without any it is as after lwnvme_zoned_open.
 * Links protection.c. Section 2.1.5 "End-to-end Protection Information".
 *
 * Appends know their place only when they have ended. Where the reference tag is the LBA (type 1, and type 2
 * without LWNVME_PROTECTION_REFERENCE), the tags of an append count from the LBA of the zone, in the caller's
 * buffer as well, and the controller moves them on to where the blocks are (PIREMAP): what is read there has
 * the LBA as its tag. After an append with LWNVME_PROTECTION_LIBRARY the buffer still has the tags that it
 * was sent with. A reference tag of the caller's own, and that of type 3, is stored as it is.
 */
int lwnvme_zoned_protection_open(struct lwnvme_controller *controller, uint32_t nsid,
                                 struct lwnvme_zoned *zoned, struct lwnvme_protection *protection);

/*
 * Appends block_count blocks to the zone that begins at zone_lba, wherever its write pointer is: one command always.
 * lwnvme_zone_appended_lba then says where that was. Refused: LWNVME_ERR_ZONE_START, LWNVME_ERR_ZONE_CAPACITY,
 * LWNVME_ERR_APPEND_SIZE, LWNVME_ERR_BUFFER_LAYOUT. The request ends with LWNVME_ERR_ZONE_DATA when the controller's
 * answer is not in the zone. Section 3.4.1 "Zone Append command".
 */
int lwnvme_zone_append(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                       struct lwnvme_request *request, uint64_t zone_lba, uint32_t block_count,
                       const struct lwnvme_buffer *buffer);

/* The first block of an append that has succeeded. */
static inline uint64_t lwnvme_zone_appended_lba(const struct lwnvme_request *request)
{
    return request->result_dw0 | (uint64_t)request->result_dw1 << 32;
}

/* lwnvme_zone_manage's flags */
#define LWNVME_ZONE_EACH 1u /* all zones for which the action makes sense; the LBA counts for nothing */
#define LWNVME_ZONE_ZRWA 2u /* open: with a random write area */

/*
 * Does something to the zone that begins at `lba`, or to all: LWNVME_ZSA_CLOSE, FINISH, OPEN, RESET, OFFLINE. And
 * LWNVME_ZSA_FLUSH_ZRWA: commits the blocks of a random write area up to and with `lba`, which is the last of a
 * multiple of zrwa_flush_blocks. Refused: LWNVME_ERR_ZONE_START, LWNVME_ERR_LBA_RANGE, LWNVME_ERR_NO_ZRWA,
 * LWNVME_ERR_INVALID_ARGUMENT. Section 3.4.3 "Zone Management Send command".
 */
int lwnvme_zone_manage(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                       struct lwnvme_request *request, uint32_t action, uint64_t lba, uint32_t flags);

/* Gives an empty zone its descriptor extension, extension_bytes of data; it is closed then.
 * LWNVME_ERR_NO_ZONE_EXTENSION where there are none. Section 3.4.3 "Zone Management Send command". */
int lwnvme_zone_extension_set(struct lwnvme_queue *queue, const struct lwnvme_zoned *zoned,
                              struct lwnvme_request *request, uint64_t zone_lba,
                              const struct lwnvme_buffer *buffer);

/*
 * A report of zones, in pieces as large as the caller's memory. Zero it, fill in what goes in, and call
 * lwnvme_zone_report_next until `more` is false:
 *
 *     do {
 *         status = lwnvme_sync_zone_report_next(queue, &report);
 *         for (i = 0; status == 0 && i < report.count; i++)
 *             lwnvme_zone_report_get(&report, i, &zone);
 *     } while (status == 0 && report.more);
 *
 * Zones may change between two pieces.
 */
struct lwnvme_zone_report {
    /* In. */
    struct lwnvme_zoned *zoned;
    uint64_t first_lba;    /* zones from the one with this block on */
    uint64_t end_lba;      /* those that begin before this block; 0: to the last */
    uint8_t filter;        /* LWNVME_ZONES_... */
    bool extended;         /* with descriptor extensions */
    void *memory;          /* dword aligned; the controller's while a piece is under way, the caller's then */
    uint32_t memory_bytes; /* 64 for the header, and then 64 and an extension for each zone; at least one */

    /* Out, of the last piece. */
    uint32_t count; /* zones in it */
    bool more;      /* there may be further ones */

    /* Private. */
    uint64_t next_lba;
    uint64_t most_blocks;
    uint32_t room;
    uint32_t stride_bytes;
    int (*arrived)(struct lwnvme_zone_report *report);
    bool begun;
};

struct lwnvme_zone {
    uint64_t first_lba;
    uint64_t capacity_blocks;
    uint64_t write_pointer;   /* LBA; of full, read-only and offline zones it means nothing */
    const uint8_t *extension; /* in the report's memory; NULL: none that is valid */
    uint8_t state;            /* LWNVME_ZONE_STATE_... */
    uint8_t attributes;       /* LWNVME_ZONE_FINISHED_BY_DEVICE, ... */
    uint8_t attribute_information;
};

/*
 * The next piece. The request ends with LWNVME_ERR_ZONE_DATA when the report makes no sense: zones not
 * ascending, not at multiples of the zone size or outside the namespace, states that there are not, write
 * pointers outside their zones, more zones than there was room for. Refused: LWNVME_ERR_LBA_RANGE,
 * LWNVME_ERR_BUFFER_LENGTH, LWNVME_ERR_NO_ZONE_EXTENSION, LWNVME_ERR_INVALID_ARGUMENT (filter),
 * LWNVME_ERR_WRONG_STATE: there are no more.
 * Section 3.4.2 "Zone Management Receive command".
 */
int lwnvme_zone_report_next(struct lwnvme_queue *queue, struct lwnvme_zone_report *report,
                            struct lwnvme_request *request);

/* Zone `index` of the piece, below report->count. LWNVME_ERR_INVALID_ARGUMENT beyond. */
int lwnvme_zone_report_get(const struct lwnvme_zone_report *report, uint32_t index, struct lwnvme_zone *zone);

#ifdef __cplusplus
}
#endif

#endif
