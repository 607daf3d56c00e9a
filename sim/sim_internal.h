/* SPDX-License-Identifier: MIT */
/*
 * The software controller from the inside. The NVMe numbers here are its own on purpose: were they taken
 * from lwnvme/spec.h, a mistake there would be on both sides and no test would see it.
 */
#ifndef LWNVME_SIM_INTERNAL_H
#define LWNVME_SIM_INTERNAL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwnvme_sim.h"
#include "sim_jobs.h"
#include "sim_state.h"

/* Status fields: SC 7:0, SCT 10:8, DNR 14. */
#define SIM_DNR 0x4000u
enum {
    SIM_OK = 0x000,
    SIM_INVALID_OPCODE = 0x001 | SIM_DNR,
    SIM_INVALID_FIELD = 0x002 | SIM_DNR,
    SIM_CID_CONFLICT = 0x003 | SIM_DNR,
    SIM_TRANSFER_ERROR = 0x004,
    SIM_INTERNAL_ERROR = 0x006,
    SIM_ABORT_REQUESTED = 0x007,
    SIM_SQ_DELETED = 0x008,
    SIM_INVALID_NAMESPACE = 0x00b | SIM_DNR,
    SIM_SEQUENCE_ERROR = 0x00c | SIM_DNR,
    SIM_PRP_OFFSET = 0x013 | SIM_DNR,
    SIM_WRITE_PROTECTED = 0x020 | SIM_DNR,
    SIM_COMMAND_PROHIBITED = 0x023 | SIM_DNR,
    SIM_MEDIA_NOT_READY = 0x024,
    SIM_FDP_DISABLED = 0x029 | SIM_DNR,
    SIM_LBA_RANGE = 0x080 | SIM_DNR,
    SIM_CAPACITY_EXCEEDED = 0x081 | SIM_DNR,
    SIM_NAMESPACE_NOT_READY = 0x082,
    SIM_CQ_INVALID = 0x100 | SIM_DNR,
    SIM_QID_INVALID = 0x101 | SIM_DNR,
    SIM_QUEUE_SIZE = 0x102 | SIM_DNR,
    SIM_ABORT_LIMIT = 0x103,
    SIM_AER_LIMIT = 0x105 | SIM_DNR,
    SIM_CMB_INVALID = 0x012 | SIM_DNR,
    SIM_VECTOR_INVALID = 0x108 | SIM_DNR,
    SIM_LOG_INVALID = 0x109 | SIM_DNR,
    SIM_QUEUE_DELETION = 0x10c | SIM_DNR,
    SIM_NOT_SAVEABLE = 0x10d | SIM_DNR,
    SIM_NOT_CHANGEABLE = 0x10e | SIM_DNR,
    SIM_NOT_NS_SPECIFIC = 0x10f | SIM_DNR,
    SIM_INSUFFICIENT_CAPACITY = 0x115 | SIM_DNR,
    SIM_NSID_UNAVAILABLE = 0x116 | SIM_DNR,
    SIM_ALREADY_ATTACHED = 0x118 | SIM_DNR,
    SIM_IS_PRIVATE = 0x119 | SIM_DNR,
    SIM_NOT_ATTACHED = 0x11a | SIM_DNR,
    SIM_THIN_NOT_SUPPORTED = 0x11b | SIM_DNR,
    SIM_CONTROLLER_LIST_INVALID = 0x11c | SIM_DNR,
    SIM_CONTROLLER_INVALID = 0x11f | SIM_DNR,
    SIM_SECONDARY_STATE_INVALID = 0x120 | SIM_DNR,
    SIM_RESOURCES_INVALID = 0x121 | SIM_DNR,
    SIM_RESOURCE_INVALID = 0x122 | SIM_DNR,
    SIM_ANA_GROUP_INVALID = 0x124 | SIM_DNR,
    SIM_ATTACH_FAILED = 0x125 | SIM_DNR,
    SIM_CAPACITY_INSUFFICIENT = 0x126 | SIM_DNR,
    SIM_ATTACH_LIMIT = 0x127 | SIM_DNR,
    SIM_PROHIBITION_NOT_SUPPORTED = 0x128 | SIM_DNR,
    SIM_IOCS_NOT_SUPPORTED = 0x129 | SIM_DNR,
    SIM_IOCS_NOT_ENABLED = 0x12a | SIM_DNR,
    SIM_IOCS_COMBINATION_REJECTED = 0x12b | SIM_DNR,
    SIM_INVALID_CSI = 0x12c | SIM_DNR,
    SIM_IDENTIFIER_UNAVAILABLE = 0x12d | SIM_DNR,
    SIM_STREAM_ALLOCATION_FAILED = 0x17f | SIM_DNR,
    SIM_ANA_LOST = 0x301 | SIM_DNR,
    SIM_ANA_INACCESSIBLE = 0x302,
    SIM_ANA_TRANSITION = 0x303,
    SIM_WRITE_FAULT = 0x280 | SIM_DNR,
    SIM_READ_ERROR = 0x281 | SIM_DNR,
    SIM_GUARD_CHECK = 0x282,
    SIM_APPLICATION_TAG_CHECK = 0x283,
    SIM_REFERENCE_TAG_CHECK = 0x284,
    SIM_STORAGE_TAG_CHECK = 0x288,
    SIM_INVALID_PROTECTION = 0x181 | SIM_DNR,
    SIM_COMPARE_FAILURE = 0x285 | SIM_DNR
};

enum {
    SIM_DELETE_SQ = 0x00,
    SIM_CREATE_SQ = 0x01,
    SIM_GET_LOG = 0x02,
    SIM_DELETE_CQ = 0x04,
    SIM_CREATE_CQ = 0x05,
    SIM_IDENTIFY = 0x06,
    SIM_ABORT = 0x08,
    SIM_SET_FEATURES = 0x09,
    SIM_GET_FEATURES = 0x0a,
    SIM_ASYNC_EVENT = 0x0c
};
enum {
    SIM_FLUSH = 0x00,
    SIM_WRITE = 0x01,
    SIM_READ = 0x02,
    SIM_WRITE_UNCORRECTABLE = 0x04,
    SIM_COMPARE = 0x05,
    SIM_WRITE_ZEROES = 0x08,
    SIM_DATASET = 0x09,
    SIM_VERIFY = 0x0c,
    SIM_RESERVATION_REGISTER = 0x0d,
    SIM_RESERVATION_REPORT = 0x0e,
    SIM_RESERVATION_ACQUIRE = 0x11,
    SIM_MANAGEMENT_RECEIVE = 0x12,
    SIM_RESERVATION_RELEASE = 0x15,
    SIM_CANCEL = 0x18,
    SIM_COPY = 0x19,
    SIM_MANAGEMENT_SEND = 0x1d,
    SIM_ZONE_SEND = 0x79,
    SIM_ZONE_RECEIVE = 0x7a,
    SIM_ZONE_APPEND = 0x7d
};

#define SIM_CSTS_PP 0x20u /* processing paused: no command is taken nor answered */

#define SIM_ONCS_COMPARE      (1u << 0)
#define SIM_ONCS_DATASET      (1u << 2)
#define SIM_ONCS_WRITE_ZEROES (1u << 3)
#define SIM_ONCS_SAVE         (1u << 4)
#define SIM_ONCS_VERIFY       (1u << 7)

/* A hash table from a 64-bit key to a pointer or number that is not 0. */
struct sim_hash {
    uint64_t *keys;
    uintptr_t *values;
    size_t slots; /* power of two, or 0 */
    size_t used;
};
uintptr_t lwsim_hash_get(const struct sim_hash *hash, uint64_t key);
bool lwsim_hash_put(struct sim_hash *hash, uint64_t key, uintptr_t value);
uintptr_t lwsim_hash_take(struct sim_hash *hash, uint64_t key);
void lwsim_hash_free(struct sim_hash *hash, bool free_values);

/* What barriers still have to do with a page that stays mapped: nothing, what a command has written may not have been seen
 * by the CPU, or no command has used it since it was mapped. */
enum {
    FRESH_NOT = 0,
    FRESH_WRITTEN,
    FRESH_MAPPED
};

/* A piece of memory that the device may reach. */
struct sim_region {
    uint64_t dma;  /* first byte */
    size_t length; /* 0: this record is free */
    uint8_t *cpu;
    uint8_t direction; /* enum lwnvme_direction */
    bool is_map;
    uint8_t fresh; /* of such a page: FRESH_... */
    bool is_page;  /* a mapping that nobody ends: the region is a whole page, its used part grows */
    size_t low;    /* used part of a page region */
    size_t high;
    uint32_t pins;    /* commands in flight and rings over it */
    uint32_t serial;  /* tells a record from its next use */
    uint32_t granule; /* first entry in the page table */
    uint32_t granules;
    uint32_t next_free;
    uint8_t *block; /* of an allocation: what malloc gave */
};

/* A contiguous piece of a command's data, inside one region. */
struct sim_segment {
    uint64_t dma;
    uint64_t length;
    uint32_t region;
    uint32_t serial;
};
struct sim_segments {
    struct sim_segment *items;
    size_t count;
    size_t room;
    uint64_t bytes;
};

#define SIM_NO_ANSWER   0xffffu /* in place of a status: the command is kept */
#define SIM_STATUS_BITS 0x7fffu

enum sim_task_kind {
    SIM_TASK_COMMAND = 0,
    SIM_TASK_POST,
    SIM_TASK_FINISH_TORN
};

/* A command in flight, or a completion that is to be posted later. */
struct sim_task {
    enum sim_task_kind kind;
    uint64_t due;
    uint64_t order;
    uint16_t sqid;
    uint16_t cid;
    uint16_t cqid;
    uint16_t status;
    uint32_t result;
    uint32_t result_dw1;
    uint32_t sqe[16];
    uint32_t cqe[4];  /* of a post */
    uint32_t cq_slot; /* of a torn entry */
    uint64_t posted;  /* and how many there had been */
    uint64_t slba;
    uint64_t blocks;
    uint32_t partner;    /* of the second half of a fused pair: the first one's identifier */
    uint32_t generation; /* of the namespace's format, when it was fetched */
    enum lwnvme_direction direction;
    struct sim_segments data;
    struct sim_segments metadata; /* where MPTR points */
    struct lwnvme_sim_fault fault;
    struct sim_task *next;
};

struct sim_sq {
    bool live;
    bool in_cmb;
    uint8_t priority; /* QPRIO */
    uint16_t cqid;
    uint32_t size;
    uint32_t head;
    uint32_t tail;
    uint32_t reported; /* head as last told to the driver */
    uint64_t base;
    bool fused_waits; /* the first half of a pair has been fetched */
    uint16_t fused_cid;
    uint8_t *cids; /* bitmap of identifiers in flight */
    uint32_t in_flight;
    struct sim_segments ring;
    bool answered;
    uint32_t answer[4]; /* the last one */
};
struct sim_cq {
    bool live;
    bool interrupts;
    bool phase;
    uint16_t vector;
    uint32_t size;
    uint32_t head;
    uint32_t tail;
    uint32_t used;   /* posted, not yet taken */
    uint64_t posted; /* ever */
    uint32_t sqs;    /* that complete here */
    uint64_t base;
    struct sim_segments ring;
    struct sim_task *waiting; /* posts without room, oldest first */
};

/* Who has a say about a namespace. Host 0 is the one that this controller belongs to. */
#define SIM_HOSTS 4u
struct sim_registrant {
    bool registered;
    uint64_t key;
};
struct sim_reserved {
    struct sim_registrant host[SIM_HOSTS];
    uint32_t holder;
    uint32_t generation;
    uint8_t type; /* 0: not reserved */
    bool persists;
};

/* sim_cache.c */
struct sim_record;
struct sim_cache {
    struct sim_record **records; /* oldest first */
    size_t count;
    size_t room;
};

struct sim_namespace {
    struct sim_reserved reserved;
    struct lwnvme_sim_namespace is;
    bool usable;
    bool unformatted;    /* a format was interrupted: only another one helps */
    uint32_t generation; /* of its format */
    uint32_t block_bytes;
    uint32_t metadata_bytes;
    uint32_t unit_bytes;    /* of a block on the medium: data and metadata */
    uint32_t format;        /* index of the LBA format in use */
    struct sim_hash chunks; /* the medium, in pieces of SIM_CHUNK */
    uint8_t *image;         /* or a mapped file */
    uint64_t image_bytes;
    struct sim_cache cached; /* what a power cut may take back */
    struct sim_hash bad;     /* LBA + 1: unreadable */
    uint8_t *blank;          /* what a piece that was never written holds; NULL: zeroes */
    bool allocated;          /* it exists; `is.active` says if it is attached to this controller */
    uint32_t controllers; /* bit mask of the subsystem's controllers that it is attached to, bit 0 this one */
    uint8_t protection;   /* write protection state, feature 84h */
    struct sim_feature_store *features;
    struct sim_pair *pairs; /* sim_kv.c */
    size_t pair_count;
    struct sim_zone *zones; /* sim_zone.c; NULL: all are empty */
    uint64_t zone_room;
    uint64_t zone_serial;
};
#define SIM_CHUNK 65536u

struct sim_error_entry {
    uint64_t count;
    uint16_t sqid;
    uint16_t cid;
    uint16_t status;
    uint32_t nsid;
    uint64_t lba;
    uint8_t opcode;
};

struct sim_smart {
    uint64_t blocks_read; /* of 512 bytes */
    uint64_t blocks_written;
    uint64_t reads;
    uint64_t writes;
    uint64_t power_cycles;
    uint64_t unsafe_shutdowns;
    uint64_t media_errors;
};

/* An event with a cause in the model. */
struct sim_event {
    uint8_t type;
    uint8_t information;
    uint8_t lid;
};
#define SIM_EVENTS      32u
#define SIM_EVENT_TYPES 8u
#define SIM_CHANGED_MAX 1024u

struct sim_event_state {
    bool masked[SIM_EVENT_TYPES]; /* reported, its log page not yet read */
    uint8_t mask_lid[SIM_EVENT_TYPES];
    struct sim_event waiting[SIM_EVENTS];
    uint32_t waiting_count;
    struct sim_event storm;
    uint64_t storm_left;
    uint32_t changed[SIM_CHANGED_MAX]; /* ascending */
    uint32_t changed_count;            /* SIM_CHANGED_MAX + 1: too many */
    bool aerl_told;                    /* the host knows it by Identify, as it was then: */
    uint8_t aerl;
};

/* Health as it was looked at last. */
struct sim_health_state {
    uint16_t temperature;
    uint32_t over[9]; /* temperature thresholds: composite, then the sensors; with the hysteresis */
    uint32_t under[9];
    uint32_t saved_over[9];
    uint32_t saved_under[9];
    bool stale;
    uint8_t warning;
    uint8_t announced; /* bits of it that were events */
    uint64_t warm_us;  /* time above WCTEMP and CCTEMP */
    uint64_t hot_us;
    uint64_t looked_at;
};

struct sim_power_state {
    uint8_t state;       /* the power state it is in */
    uint8_t operational; /* the last one that was operational */
    uint64_t idle_since; /* of I/O */
    uint64_t awake_at;   /* an exit latency ends; commands of I/O queues take at least so long */
    uint64_t transitions;
};

/* An endurance group, or an NVM set in one. */
struct sim_group {
    bool exists;
    uint16_t endgid;
    uint64_t bytes;
};
#define SIM_GROUPS 16u
struct sim_capacity_state {
    struct sim_group groups[SIM_GROUPS]; /* identifier - 1 */
    struct sim_group sets[SIM_GROUPS];
};

struct sim_secondary {
    bool online;
    uint16_t queues;
    uint16_t interrupts;
};
#define SIM_SECONDARIES 16u
struct sim_virtual_state {
    struct sim_secondary secondary[SIM_SECONDARIES];
    uint16_t primary[2];      /* flexible resources of this controller: queues, interrupts */
    uint16_t primary_next[2]; /* from the next reset on */
};

#define SIM_FEATURES 0x100u

/* Values that the features' table keeps itself. */
struct sim_feature_store {
    uint32_t dword[SIM_FEATURES];
    uint8_t *data[SIM_FEATURES]; /* NULL: all zero */
    uint32_t saved[SIM_FEATURES];
    uint8_t *saved_data[SIM_FEATURES];
};

struct sim_held {
    void *memory;
    size_t bytes;
    struct sim_held *next;
    struct sim_held *previous;
};

/* ---- parts ----
 *
 * The admin side is made of parts, a file each: what it adds to the tables of commands, log pages and
 * features, and what happens in it by itself. sim_part.c has the list of them.
 */

enum sim_pointer {
    SIM_POINTER_NONE,
    SIM_POINTER_DATA, /* may be used; whether it is, prepare says by its byte count */
    SIM_POINTER_RING
};

/* Bits that a command may set in dwords 2, 3 and 10 to 15. */
struct sim_rule {
    uint8_t opcode;
    bool has_nsid;
    enum sim_pointer pointer;
    uint32_t allowed[8];
};

/* An admin command. Where the gate answers false the opcode does not exist. */
struct sim_command {
    struct sim_rule rule;
    uint32_t effects;                           /* of the effects log, beside bit 0 "supported" */
    bool (*gate)(const struct lwnvme_sim *sim); /* NULL: always there */
    /* When it is fetched: checks that need no data; sets *bytes and task->direction if it has data. NULL:
     * nothing to check, no data. */
    uint16_t (*prepare)(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes);
    /* When it is due: a status, SIM_NO_ANSWER if it will be completed later by lwsim_task_complete. */
    uint16_t (*execute)(struct lwnvme_sim *sim, struct sim_task *task);
};

/* Memory for a log page as a whole; the reader's piece is cut out of it. */
struct sim_page {
    uint8_t *data;
    size_t bytes;
    bool nothing; /* success without data */
};
/* Zeroed; NULL when memory ends. Called again it makes the page larger, and keeps its content. */
uint8_t *lwsim_page_make(struct sim_page *page, size_t bytes);

enum {
    SIM_LOG_OF_CONTROLLER = 1, /* NSID 0 or FFFFFFFFh */
    SIM_LOG_OF_NAMESPACE = 2   /* the NSID of an active namespace */
};

struct sim_log {
    uint8_t lid;
    uint8_t scope;         /* SIM_LOG_OF_... */
    uint8_t lsp;           /* bits of the log specific parameter that have a meaning */
    bool lsi;              /* the log specific identifier has one */
    bool csi;              /* the command set identifier has one */
    bool index_offset;     /* OT may be 1: `index` turns the offset's number into bytes */
    uint16_t lid_specific; /* of the supported log pages page */
    bool (*gate)(const struct lwnvme_sim *sim);
    bool (*namespace_gate)(const struct lwnvme_sim *sim); /* pages of namespaces; NULL: always */
    /* When it is fetched; NULL: nothing to check beyond the above. */
    uint16_t (*check)(struct lwnvme_sim *sim, const struct sim_task *task);
    /* Makes the whole page with lwsim_page_make and fills it. */
    uint16_t (*fill)(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page);
    /* Bytes at which entry `index` of the page begins, UINT64_MAX: no such entry. */
    uint64_t (*index)(const struct sim_page *page, uint64_t index);
    /* Read with RAE 0, after the data were given out. May be NULL. Events that point here are let go anyway. */
    void (*cleared)(struct lwnvme_sim *sim, const struct sim_task *task);
};
static inline uint8_t lwsim_log_lsp(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[10] >> 8 & 0x7f);
}
static inline uint16_t lwsim_log_lsi(const struct sim_task *task)
{
    return (uint16_t)(task->sqe[11] >> 16);
}

enum sim_select {
    SIM_SELECT_CURRENT = 0,
    SIM_SELECT_DEFAULT = 1,
    SIM_SELECT_SAVED = 2,
    SIM_SELECT_SUPPORTED = 3
};

/*
 * A feature. With neither `set` nor `get` the table's own store keeps dword 11 (and `bytes` of data) for
 * the controller or, if of_namespace, for each namespace, as current and saved value; `fallback` gives the
 * default and `check` looks at what is to be set. Else `set` and `get` do all but the checks of reserved bits,
 * SV, SEL and NSID, and `get` is never asked for SIM_SELECT_SUPPORTED.
 */
struct sim_feature {
    uint8_t fid;
    bool saveable;
    bool fixed; /* not changeable: 10Eh */
    bool of_namespace;
    bool all_namespaces; /* of_namespace: FFFFFFFFh may be set, and counts for all */
    uint32_t
        set_bits[5]; /* of dwords 11 to 15 that may be set in Set Features; UUID index is allowed anyway */
    uint32_t get_bits[5];
    uint32_t bytes;   /* of the data structure, 0: none */
    uint32_t effects; /* of the feature identifiers effects log, beside bit 0 */
    bool (*gate)(const struct lwnvme_sim *sim);
    uint32_t (*fallback)(const struct lwnvme_sim *sim);
    /* data: bytes long, NULL without. Dwords as in the command. */
    uint16_t (*check)(struct lwnvme_sim *sim, const struct sim_task *task, const uint8_t *data);
    uint16_t (*set)(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data);
    uint16_t (*get)(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select, uint8_t *data);
    /* The value of the table's own store has changed. */
    void (*changed)(struct lwnvme_sim *sim, const struct sim_task *task);
    /* Data bytes of this very command, where they vary: at most `bytes`. */
    uint32_t (*data_bytes)(const struct lwnvme_sim *sim, const struct sim_task *task, bool is_set);
};
static inline bool lwsim_feature_save(const struct sim_task *task)
{
    return task->sqe[10] >> 31 != 0;
}

#define SIM_PARTS_MAX 64u
struct sim_part {
    const struct sim_command *commands;
    size_t command_count;
    const struct sim_log *logs;
    size_t log_count;
    const struct sim_feature *features;
    size_t feature_count;
    bool (*create)(struct lwnvme_sim *sim); /* once; false: memory ends */
    void (*destroy)(struct lwnvme_sim *sim);
    void (*reset)(struct lwnvme_sim *sim, enum sim_reset kind); /* queues and commands are gone already */
    /* When something happens by itself next, LWNVME_SIM_NEVER; and it does: called when that time has come. */
    uint64_t (*next)(const struct lwnvme_sim *sim);
    void (*run)(struct lwnvme_sim *sim);
    /* Looks at each command, of I/O queues too, before it is checked further: SIM_OK, or a refusal. */
    uint16_t (*filter)(struct lwnvme_sim *sim, const struct sim_task *task);
    /* Registers that this part has: true if it is one. */
    bool (*register_read)(struct lwnvme_sim *sim, size_t offset, uint32_t *value);
    bool (*register_write)(struct lwnvme_sim *sim, size_t offset, uint32_t value);
};

struct lwnvme_sim {
    struct lwnvme_sim_config config;
    struct lwnvme_host_ops ops;
    struct lwnvme_sim_counts counts;
    void *bar;
    size_t bar_bytes;
    size_t mmio_maps;

    /* violations */
    uint64_t violations;
    char messages[LWNVME_SIM_VIOLATIONS][256];

    /* clock */
    uint64_t now;
    int64_t shown_offset;
    uint64_t shown_last;
    uint64_t random;
    unsigned busy; /* the device is at work, or a callback runs: nothing else starts */
    bool woken;
    unsigned locked;

    /* memory */
    uint32_t *page_table; /* granule -> region + 1 */
    uint32_t granules;
    uint32_t granule_bytes;
    uint32_t next_granule;
    struct sim_region *regions;
    uint32_t region_room;
    uint32_t region_free; /* index + 1 */
    uint32_t region_serial;
    struct sim_hash pages; /* CPU page -> region + 1, mappings that nobody ends */
    struct sim_hash views; /* CPU page of 4 KiB -> the device's view of it; sim_view.c */
    struct lwnvme_sim *next_weak;
    bool unread; /* weak order: completions have been looked at since the last barrier of that kind */
    struct sim_held *held; /* alloc */
    size_t live_allocs;
    size_t live_dma_allocs;
    size_t live_maps;
    uint64_t dma_memory_used;
    bool fenced;

    /* registers */
    bool removed;
    bool dead;    /* touched in a quiet time */
    bool unknown; /* power was lost, and the driver cannot know yet */
    bool stuck;
    bool stuck_for_good;
    uint8_t *registers; /* plain registers: what they held when they were last looked at */
    bool cc_written;
    uint32_t cc;
    uint32_t csts; /* RDY, CFS, SHST, NSSRO */
    uint32_t aqa;
    uint32_t asq[2];
    uint32_t acq[2];
    bool asq_low_last;
    bool acq_low_last;
    uint32_t intms;
    uint64_t ready_due; /* LWNVME_SIM_NEVER: nothing due */
    uint64_t disabled_due;
    uint64_t shutdown_due;
    uint64_t shutdown_at; /* when it was asked for, by the driver's clock */
    uint64_t media_due;
    uint64_t quiet_until;
    uint64_t enabled_at;
    bool rings_known; /* the admin rings are the driver's, not those of firmware */

    /* queues */
    uint16_t sqs_granted;
    uint16_t cqs_granted;
    bool pairs_asked;
    struct sim_sq *sq;
    struct sim_cq *cq;
    struct sim_task **heap;
    size_t heap_count;
    size_t heap_room;
    struct sim_task *parked; /* lost, or never answered */
    struct sim_task *events; /* held event requests, oldest first */
    uint32_t event_count;
    uint32_t pending_events[16];
    uint32_t pending_event_count;
    struct sim_task *spare;
    uint64_t task_serial;
    uint32_t aborts;
    struct sim_interrupts interrupts;
    struct sim_cmb cmb;
    struct sim_arbitration arbitration;

    /* the rest of the device */
    struct sim_feature_store features;
    uint32_t vector_config[2049];
    uint64_t timestamp_offset;
    bool timestamp_set;
    struct sim_error_entry errors[256];
    uint64_t error_count;
    struct sim_smart smart;
    uint64_t powered_at;
    struct sim_namespace *ns;

    /* what goes on beyond one command: sim_jobs.h */
    struct sim_task *working; /* commands whose work goes on */
    struct sim_firmware firmware;
    struct sim_sanitize sanitize;
    struct sim_self_test self_test;
    struct sim_format format;
    struct sim_hmb *hmb;
    struct sim_boot boot;
    uint32_t ns_slots; /* of ns: NSIDs that can exist */

    /* the tables, by opcode, LID, FID: NULL where no part has it. Gates are asked at each use. */
    const struct sim_command *commands[256];
    const struct sim_log *logs[256];
    const struct sim_feature *feature_table[256];
    const struct sim_part *timed[SIM_PARTS_MAX]; /* with `next`, with `filter` */
    const struct sim_part *filters[SIM_PARTS_MAX];
    size_t timed_count;
    size_t filter_count;

    /* the parts' own */
    struct sim_event_state event;
    struct sim_health_state health;
    struct sim_power_state power;
    struct sim_capacity_state capacity;
    struct sim_virtual_state virtual;
    uint32_t created; /* namespaces */
    struct sim_telemetry telemetry;
    struct sim_aggregate group;
    struct sim_aggregate latency;
    struct sim_ana ana;
    struct sim_persistent persistent;
    struct sim_lba_status lba_status;
    struct sim_reservation reservation;
    struct sim_zones zones;
    struct sim_fdp fdp;
    struct sim_keep_alive keep_alive;
    struct sim_security security;
    struct sim_directives directives;
    struct sim_shadow shadow;
    struct sim_lockdown lockdown;
    uint8_t recovery_level[SIM_GROUPS];
    uint8_t host_id[16];
    bool host_id_extended;
};

/* sim.c */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void lwsim_violation(struct lwnvme_sim *sim, const char *format, ...);
uint64_t lwsim_random(struct lwnvme_sim *sim);
void lwsim_step(struct lwnvme_sim *sim, uint64_t us); /* time passes, with what happens in it */
void lwsim_deliver(struct lwnvme_sim *sim);           /* interrupts */
void lwsim_power_on(struct lwnvme_sim *sim, enum sim_reset kind);
/* Power is lost in the middle of a command (NULL: none), of which so many groups of blocks are stored. */
void lwsim_power_lost(struct lwnvme_sim *sim, struct sim_task *task, uint64_t stored);
/* What the clock shows, but for its granularity. */
static inline uint64_t lwsim_shown(const struct lwnvme_sim *sim)
{
    return sim->now + sim->config.clock_start_us + (uint64_t)sim->shown_offset;
}
static inline bool lwsim_enabled(const struct lwnvme_sim *sim)
{
    return (sim->cc & 1u) != 0;
}
static inline bool lwsim_ready(const struct lwnvme_sim *sim)
{
    return (sim->csts & 1u) != 0;
}
/* A shutdown has been completed, CSTS.SHST = 10b. */
static inline bool lwsim_shut_down(const struct lwnvme_sim *sim)
{
    return (sim->csts >> 2 & 3u) == 2u;
}
static inline bool lwsim_fatal(const struct lwnvme_sim *sim)
{
    return (sim->csts & 2u) != 0;
}

/* sim_register.c */
uint32_t lwsim_register_read(struct lwnvme_sim *sim, size_t offset);
uint32_t lwsim_register_value(struct lwnvme_sim *sim, size_t offset);
void lwsim_register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value);
uint64_t lwsim_register_next(const struct lwnvme_sim *sim); /* when a register changes by itself */
void lwsim_register_run(struct lwnvme_sim *sim);
uint64_t lwsim_bar_needed(const struct lwnvme_sim_config *config);
uint32_t lwsim_page_bytes(const struct lwnvme_sim *sim); /* CC.MPS */

/* sim_memory.c */
bool lwsim_memory_create(struct lwnvme_sim *sim);
void lwsim_memory_destroy(struct lwnvme_sim *sim);
void lwsim_memory_hooks(struct lwnvme_host_ops *ops);
bool lwsim_dma(struct lwnvme_sim *sim, uint64_t dma, void *buffer, uint64_t length, bool to_memory);
bool lwsim_segments_add(struct lwnvme_sim *sim, struct sim_segments *segments, uint64_t dma, uint64_t length,
                        enum lwnvme_direction direction);
void lwsim_segments_pin(struct lwnvme_sim *sim, const struct sim_segments *segments, bool pin);
void lwsim_segments_clear(struct sim_segments *segments);
/* The next contiguous piece at a device address, as a pointer; its length in *run, 0 for a fault. */
uint8_t *lwsim_dma_at(struct lwnvme_sim *sim, uint64_t dma, bool to_memory, uint64_t *run);
uint8_t *lwsim_cpu_view(struct lwnvme_sim *sim, uint64_t dma, uint64_t *run); /* what the CPU sees */

/* sim_view.c */
bool lwsim_view_create(struct lwnvme_sim *sim);
void lwsim_view_destroy(struct lwnvme_sim *sim);
/* The device's copy of some CPU memory; *run is cut at its end. NULL: no memory. */
uint8_t *lwsim_view_at(struct lwnvme_sim *sim, const uint8_t *cpu, uint64_t *run);
/* The device is going to read this. */
void lwsim_view_evict(struct lwnvme_sim *sim, const uint8_t *cpu, size_t length);
void lwsim_view_forget(struct lwnvme_sim *sim, const uint8_t *cpu, size_t length); /* it changes hands */
void lwsim_view_sync(struct lwnvme_sim *sim, uint8_t *cpu, size_t length, bool for_device);
/* What the device has just written here is seen at once. */
void lwsim_view_show(struct lwnvme_sim *sim, uint8_t *cpu, size_t length);
static inline bool lwsim_has_views(const struct lwnvme_sim *sim)
{
    return sim->config.shadow_dma || sim->config.weak_order;
}

/* sim_plain.c */
bool lwsim_plain_create(struct lwnvme_sim *sim);
void lwsim_plain_look(struct lwnvme_sim *sim); /* what has been written */
void lwsim_plain_show(struct lwnvme_sim *sim); /* what there is to be read */

/* sim_queue.c */
void lwsim_late_run(struct lwnvme_sim *sim);
bool lwsim_queue_create_all(struct lwnvme_sim *sim);
void lwsim_queue_destroy_all(struct lwnvme_sim *sim);
void lwsim_queue_reset(struct lwnvme_sim *sim); /* queues and commands in flight are forgotten */
bool lwsim_sq_open(struct lwnvme_sim *sim, uint16_t qid, uint64_t base, uint32_t size, uint16_t cqid);
bool lwsim_cq_open(struct lwnvme_sim *sim, uint16_t qid, uint64_t base, uint32_t size);
void lwsim_sq_close(struct lwnvme_sim *sim, uint16_t qid);
void lwsim_cq_close(struct lwnvme_sim *sim, uint16_t qid);
void lwsim_doorbell(struct lwnvme_sim *sim, size_t offset, uint32_t value);
struct sim_task *lwsim_task_new(struct lwnvme_sim *sim);
void lwsim_task_free(struct lwnvme_sim *sim, struct sim_task *task);
bool lwsim_task_schedule(struct lwnvme_sim *sim, struct sim_task *task);
void lwsim_task_complete(struct lwnvme_sim *sim, struct sim_task *task); /* posts, and frees the task */
void lwsim_task_park(struct sim_task **list, struct sim_task *task);     /* at its end */
/* All commands of a queue for a namespace, or any, end as aborted. Returns how many. */
uint32_t lwsim_queue_cancel(struct lwnvme_sim *sim, uint16_t sqid, uint32_t nsid);
struct sim_task *lwsim_task_take(struct lwnvme_sim *sim, uint16_t sqid, uint16_t cid); /* NULL: not there */
uint64_t lwsim_queue_next(const struct lwnvme_sim *sim);
void lwsim_queue_run_one(struct lwnvme_sim *sim);
void lwsim_queue_kick(struct lwnvme_sim *sim); /* what was rung for while nothing was fetched */

/* sim_command.c */
uint64_t lwsim_command_prepare(struct lwnvme_sim *sim, struct sim_task *task); /* its latency */
void lwsim_command_execute(struct lwnvme_sim *sim, struct sim_task *task);
uint16_t lwsim_prp_walk(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes);
/* Between a flat buffer and the command's data; false: a fault. */
bool lwsim_data(struct lwnvme_sim *sim, struct sim_task *task, void *buffer, uint64_t bytes);
struct sim_namespace *lwsim_namespace(struct lwnvme_sim *sim, uint32_t nsid);           /* active ones */
struct sim_namespace *lwsim_allocated_namespace(struct lwnvme_sim *sim, uint32_t nsid); /* all existing */
uint32_t lwsim_nn(const struct lwnvme_sim *sim);
static inline bool lwsim_write_protected(const struct sim_namespace *ns)
{
    return (ns->is.nsattr & 1) != 0 || ns->protection != 0;
}

/* sim_part.c */
bool lwsim_parts_create(struct lwnvme_sim *sim);
void lwsim_parts_destroy(struct lwnvme_sim *sim);
void lwsim_parts_reset(struct lwnvme_sim *sim, enum sim_reset kind);
uint64_t lwsim_parts_next(const struct lwnvme_sim *sim);
void lwsim_parts_run(struct lwnvme_sim *sim);
uint16_t lwsim_parts_filter(struct lwnvme_sim *sim, const struct sim_task *task);
bool lwsim_parts_register_read(struct lwnvme_sim *sim, size_t offset, uint32_t *value);
bool lwsim_parts_register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value);
/* NULL: there is none, or its gate is shut. */
const struct sim_command *lwsim_command_of(const struct lwnvme_sim *sim, uint8_t opcode);
const struct sim_log *lwsim_log_of(const struct lwnvme_sim *sim, uint8_t lid);
const struct sim_feature *lwsim_feature_of(const struct lwnvme_sim *sim, uint8_t fid);
static inline uint8_t lwsim_opcode(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[0] & 0xff);
}

/* sim_admin.c, sim_identify.c, sim_log.c, sim_feature.c, sim_event.c */
extern const struct sim_part lwsim_admin_part;
extern const struct sim_part lwsim_identify_part;
extern const struct sim_part lwsim_log_part;
extern const struct sim_part lwsim_feature_part;
extern const struct sim_part lwsim_feature_base_part;
extern const struct sim_part lwsim_power_part;
extern const struct sim_part lwsim_event_part;
extern const struct sim_part lwsim_health_part;
extern const struct sim_part lwsim_effects_part;
extern const struct sim_part lwsim_restrict_part;
extern const struct sim_part lwsim_firmware_part;
extern const struct sim_part lwsim_format_part;
extern const struct sim_part lwsim_sanitize_part;
extern const struct sim_part lwsim_self_test_part;
extern const struct sim_part lwsim_hmb_part;
extern const struct sim_part lwsim_boot_part;
extern const struct sim_part lwsim_namespace_part;
extern const struct sim_part lwsim_capacity_part;
extern const struct sim_part lwsim_virtual_part;
extern const struct sim_part lwsim_telemetry_part;
extern const struct sim_part lwsim_group_part;
extern const struct sim_part lwsim_ana_part;
extern const struct sim_part lwsim_persistent_part;
extern const struct sim_part lwsim_lba_status_part;
extern const struct sim_part lwsim_reservation_part;
extern const struct sim_part lwsim_zones_part;
extern const struct sim_part lwsim_fdp_part;
extern const struct sim_part lwsim_keep_alive_part;
extern const struct sim_part lwsim_feature_host_part;
extern const struct sim_part lwsim_security_part;
extern const struct sim_part lwsim_lockdown_part;
extern const struct sim_part lwsim_directive_part;
extern const struct sim_part lwsim_shadow_part;
extern const struct sim_part lwsim_kv_part;
extern const struct sim_part lwsim_arbitration_part;
/* sim_arbitration.c: there are commands to be fetched. sim_queue.c: fetches some; how many. */
void lwsim_arbitration_wake(struct lwnvme_sim *sim);
uint32_t lwsim_sq_fetch(struct lwnvme_sim *sim, uint16_t qid, uint32_t most);
extern const struct sim_part lwsim_cmb_part;
/* sim_cmb.c: bytes of the buffer at an address of the controller's, NULL elsewhere; the host's side. */
uint8_t *lwsim_cmb_at(struct lwnvme_sim *sim, uint64_t dma, uint64_t bytes);
volatile void *lwsim_cmb_map(struct lwnvme_sim *sim, uint64_t physical, size_t bytes);
void lwsim_cmb_publish(struct lwnvme_sim *sim); /* a store barrier */
bool lwsim_cmb_write(struct lwnvme_sim *sim, const volatile void *window, size_t offset, uint32_t value);
extern const struct sim_part lwsim_interrupt_part;
/* sim_interrupt.c: an entry has been posted to a queue; whether an interrupt would be taken now. */
void lwsim_interrupt_post(struct lwnvme_sim *sim, uint16_t qid);
bool lwsim_interrupt_waits(const struct lwnvme_sim *sim);
uint32_t lwsim_vectors(const struct lwnvme_sim *sim);
/* sim_shadow.c: a doorbell's shadow, and what the driver is told of it. The admin queue has none. */
bool lwsim_shadow_read(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint32_t *value);
void lwsim_shadow_event(struct lwnvme_sim *sim, uint16_t qid, bool is_cq, uint32_t value);
bool lwsim_shadow_wake(struct lwnvme_sim *sim);    /* false: it only looks when a doorbell rings */
void lwsim_shadow_glimpse(struct lwnvme_sim *sim); /* looks, if it is awake, out of its turn */
/* sim_queue.c: looks at the shadow of a submission queue, and says from where on the doorbell is wanted. */
void lwsim_sq_look(struct lwnvme_sim *sim, uint16_t qid, bool tell);
uint16_t lwsim_admin_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes);
uint16_t lwsim_admin_execute(struct lwnvme_sim *sim, struct sim_task *task);
bool lwsim_cache_on(const struct lwnvme_sim *sim);
uint32_t lwsim_feature_value(const struct lwnvme_sim *sim, uint8_t fid); /* current, of the own store */
uint8_t *lwsim_feature_data(struct lwnvme_sim *sim, uint8_t fid);        /* NULL: all zero */
uint32_t lwsim_feature_of_namespace(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                                    uint8_t fid);
void lwsim_feature_forget(struct sim_namespace *ns);          /* the namespace is deleted */
uint64_t lwsim_timestamp(const struct lwnvme_sim *sim);       /* as the Timestamp feature has it, 8 bytes */
void lwsim_smart_fill(struct lwnvme_sim *sim, uint8_t *data); /* 512 bytes */
uint8_t lwsim_critical_warning(const struct lwnvme_sim *sim);
void lwsim_log_error(struct lwnvme_sim *sim, const struct sim_task *task);
/* An event with a cause in the model, as the specification has it: the caller has looked whether it is
 * enabled. Held back while one of its type waits for its log page to be read; not counted twice. */
void lwsim_event_raise(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t lid);
/* The same, if the bit of feature 0Bh is set. */
void lwsim_event_notice(struct lwnvme_sim *sim, unsigned bit, uint8_t type, uint8_t information, uint8_t lid);
void lwsim_event_answer(struct lwnvme_sim *sim);
void lwsim_event_clear(struct lwnvme_sim *sim, uint8_t lid); /* the log page was read with RAE 0 */
uint64_t lwsim_capacity_left(const struct lwnvme_sim *sim);  /* UNVMCAP, bytes */
#define SIM_ANY_CSI 0x100u
uint16_t lwsim_identify_namespaces(struct lwnvme_sim *sim, uint32_t after, uint32_t csi, bool allocated,
                                   uint8_t *data);
uint16_t lwsim_identify_controllers(struct lwnvme_sim *sim, uint32_t mask, uint16_t from, uint8_t *data);
uint16_t lwsim_identify_sets(struct lwnvme_sim *sim, uint32_t from, uint8_t *data);
uint16_t lwsim_identify_groups(struct lwnvme_sim *sim, uint32_t from, uint8_t *data);
uint16_t lwsim_identify_domains(struct lwnvme_sim *sim, uint32_t from, uint8_t *data);
uint16_t lwsim_identify_uuids(struct lwnvme_sim *sim, uint8_t *data);
uint16_t lwsim_identify_granularity(struct lwnvme_sim *sim, uint8_t *data);
uint16_t lwsim_identify_command_sets(struct lwnvme_sim *sim, uint16_t cntlid, uint8_t *data);
uint16_t lwsim_identify_primary(struct lwnvme_sim *sim, uint16_t cntlid, uint8_t *data);
uint16_t lwsim_identify_secondaries(struct lwnvme_sim *sim, uint16_t from, uint8_t *data);
/* The UUID index of dword 14: may this command have one, and is it in the list. */
bool lwsim_takes_uuid(const struct lwnvme_sim *sim, uint8_t opcode);
uint16_t lwsim_uuid_check(struct lwnvme_sim *sim, const struct sim_task *task);
uint32_t lwsim_controller_count(const struct lwnvme_sim *sim); /* of the subsystem; 0 is this one */
uint16_t lwsim_controller_id(const struct lwnvme_sim *sim, uint32_t index);
bool lwsim_group_exists(const struct lwnvme_sim *sim, uint32_t endgid);
bool lwsim_set_exists(const struct lwnvme_sim *sim, uint32_t nvmsetid);
void lwsim_namespace_delete(struct lwnvme_sim *sim, const struct sim_task *task, uint32_t nsid);
/* A namespace came, went, or is another: the changed namespace list, and its event. */
void lwsim_namespace_listed(struct lwnvme_sim *sim, uint32_t nsid); /* the list alone */
void lwsim_namespace_changed(struct lwnvme_sim *sim, uint32_t nsid);
/* A record of the persistent event log; data at most 512 bytes. */
void lwsim_persistent_event(struct lwnvme_sim *sim, uint8_t type, const void *data, size_t bytes);

/* sim_directive.c: of a write command. */
uint16_t lwsim_directive_write(struct lwnvme_sim *sim, const struct sim_task *task);

/* sim_command_set.c */
#define SIM_UNIT_BLOCKS 32768u /* of a reclaim unit */
bool lwsim_command_set_has(const struct lwnvme_sim *sim, uint8_t opcode);
uint16_t lwsim_command_set_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns,
                                   struct sim_task *task, uint64_t *bytes);
uint16_t lwsim_command_set_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns);
uint16_t lwsim_size_check(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                          const struct sim_task *task, uint8_t limit);
uint16_t lwsim_reservation_check(const struct sim_namespace *ns, const struct sim_task *task);
uint16_t lwsim_placement_write(struct lwnvme_sim *sim, const struct sim_task *task);
bool lwsim_fused_fetched(struct lwnvme_sim *sim,
                         struct sim_task *task); /* true: it waits for the other half */
void lwsim_fused_missing(struct lwnvme_sim *sim, uint16_t qid);
void lwsim_fused_execute(struct lwnvme_sim *sim, struct sim_task *second);
uint16_t lwsim_command_run(struct lwnvme_sim *sim, struct sim_task *task); /* its status; not completed */

/* sim_nvm.c */
uint16_t lwsim_nvm_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes);
uint16_t lwsim_nvm_execute(struct lwnvme_sim *sim, struct sim_task *task);

/* sim_sgl.c */
bool lwsim_psdt_allowed(const struct lwnvme_sim *sim, const struct sim_task *task);
uint16_t lwsim_sgl_walk(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes);
uint16_t lwsim_sgl_walk_metadata(struct lwnvme_sim *sim, struct sim_task *task, uint64_t bytes);
bool lwsim_segments_bucket(struct sim_segments *segments, uint64_t length); /* bytes that go nowhere */

/* sim_protection.c: blocks with metadata */
bool lwsim_has_metadata_pointer(struct lwnvme_sim *sim, const struct sim_task *task);
uint64_t lwsim_transfer_unit(const struct sim_namespace *ns,
                             const struct sim_task *task); /* data pointer, per block */
uint16_t lwsim_protection_prepare(struct lwnvme_sim *sim, struct sim_task *task);
uint16_t lwsim_units_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns,
                             uint64_t blocks);
bool lwsim_unit(struct sim_namespace *ns, uint64_t lba, uint8_t *unit,
                bool to_medium); /* data and metadata */

/* and copies of them: whether formats of namespaces and ranges fit, the fields of the command and of a range, one block. */
struct sim_copy_block {
    struct sim_namespace *source;
    struct sim_namespace *destination;
    uint64_t from;
    uint64_t to;
    uint64_t in_range;
    uint64_t in_command;
    const uint8_t *entry;
};
bool lwsim_copy_format_fits(const struct sim_namespace *ns, uint32_t format);
uint16_t lwsim_copy_fields(struct lwnvme_sim *sim, const struct sim_namespace *ns,
                           const struct sim_task *task);
bool lwsim_copy_match(const struct sim_task *task, const struct sim_namespace *to,
                      const struct sim_namespace *from);
uint16_t lwsim_copy_range_fields(const struct sim_namespace *source, const struct sim_task *task,
                                 const uint8_t *entry, bool extended);
uint16_t lwsim_copy_block(const struct sim_task *task, const struct sim_copy_block *block, bool extended);

/* sim_copy.c */
uint16_t lwsim_copy_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                            uint64_t *bytes);
uint16_t lwsim_copy_execute(struct lwnvme_sim *sim, struct sim_task *task, struct sim_namespace *ns);

/* sim_zone.c: before and after a command on blocks; what the cache's loss takes; zones as they are made. */
uint16_t lwsim_zone_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                            uint64_t *bytes);
uint16_t lwsim_zone_execute(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task);
uint16_t lwsim_zone_read_check(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t slba,
                               uint64_t blocks);
uint16_t lwsim_zone_begin(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task);
void lwsim_zone_end(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task);
void lwsim_zone_lost(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba);
void lwsim_zone_power_on(const struct lwnvme_sim *sim, struct sim_namespace *ns);
void lwsim_zone_forget(struct sim_namespace *ns);

/* sim_kv.c: whether a command is one of keys; rules of these; the two steps; the cache; whether one only reads. */
bool lwsim_kv_takes(struct lwnvme_sim *sim, const struct sim_task *task);
const struct sim_rule *lwsim_kv_rule(uint8_t opcode);
uint16_t lwsim_kv_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                          uint64_t *bytes);
uint16_t lwsim_kv_execute(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task);
bool lwsim_kv_reads(uint8_t opcode);
uint64_t lwsim_kv_used(const struct sim_namespace *ns);
void lwsim_kv_flush(struct sim_namespace *ns);
/* odds: of 8, that a change is kept all the same. */
void lwsim_kv_lose_cache(struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t odds);
void lwsim_kv_forget(struct sim_namespace *ns);

/* sim_medium.c */
bool lwsim_medium_copy(struct sim_namespace *ns, uint64_t offset, void *buffer, uint64_t bytes,
                       bool to_medium);
bool lwsim_medium_create(struct lwnvme_sim *sim);
void lwsim_medium_destroy(struct lwnvme_sim *sim);
/* Where some bytes of the medium are: a pointer, and for how many bytes it goes on. For reading the pointer
 * may be to zeroes; NULL when memory ends. */
uint8_t *lwsim_medium_at(struct sim_namespace *ns, uint64_t offset, bool to_write, uint64_t *run);
bool lwsim_medium_before_write(struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba, uint64_t count,
                               bool through);
void lwsim_medium_zero(struct sim_namespace *ns, uint64_t lba, uint64_t count);
void lwsim_medium_ones(struct sim_namespace *ns, uint64_t lba, uint64_t count);
bool lwsim_medium_bad(const struct sim_namespace *ns, uint64_t lba, uint64_t count);
void lwsim_medium_geometry(struct sim_namespace *ns); /* usable and block_bytes, by FLBAS */
/* Everything goes: content, cache, bad blocks. */
void lwsim_medium_erase(struct sim_namespace *ns);
/* Whole pieces are destroyed: what was written there is the pattern afterwards, or zeroes. */
void lwsim_medium_destroy_range(struct sim_namespace *ns, uint64_t offset, uint64_t bytes, bool to_zero,
                                uint32_t pattern);
/* And so do those that were never written. */
void lwsim_medium_set_blank(struct sim_namespace *ns, bool to_zero, uint32_t pattern);

/* sim_cache.c: blocks are about to be written, into the cache or past it; a flush; the cache is lost. */
bool lwsim_cache_write(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba, uint64_t count);
void lwsim_cache_through(struct sim_namespace *ns, uint64_t lba, uint64_t count);
void lwsim_cache_flush(struct sim_namespace *ns);
void lwsim_cache_lose(struct lwnvme_sim *sim, struct sim_namespace *ns);
void lwsim_cache_destroy(struct sim_namespace *ns);
/* Power fails during this command: so many of its groups of blocks are stored; UINT64_MAX: any of them. in_groups: only
 * writes, after the cache has been lost; else only others, before. */
void lwsim_tear(struct lwnvme_sim *sim, struct sim_task *task, uint64_t stored, bool in_groups);
/* A command is due: true if power fails in it, by lwnvme_sim_config.power_cut_at, and it is gone with the others. */
bool lwsim_power_fails(struct lwnvme_sim *sim, struct sim_task *task);

/* Little-endian stores into identify and log data. */
static inline void lwsim_put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}
static inline uint64_t lwsim_get(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}
static inline uint64_t lwsim_pair(const uint32_t *dwords)
{
    return (uint64_t)dwords[0] | ((uint64_t)dwords[1] << 32);
}

#endif
