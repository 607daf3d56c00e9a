/* SPDX-License-Identifier: MIT */
/* What the parts of logs, features and small commands keep between commands; each belongs to the file named. */
#ifndef LWNVME_SIM_STATE_H
#define LWNVME_SIM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sim_log_telemetry.c */
struct sim_telemetry {
    bool host_created;
    bool available; /* data of the controller's own */
    uint8_t host_generation;
    uint8_t generation;
    uint32_t reads; /* of the controller's own, since it changed */
};

/* sim_log_group.c, sim_log_latency.c: identifiers 1 to 16 */
struct sim_aggregate {
    bool reported[16]; /* in the aggregate page */
    uint16_t events[16];
    uint32_t config[16]; /* feature 18h: warnings wanted; feature 13h, 14h */
    uint16_t event_mask[16];
    uint8_t window[16];
    uint64_t thresholds[16][3];
};

/* sim_log_ana.c */
struct sim_ana {
    uint8_t state[32]; /* by group - 1; 0: optimized */
    uint64_t changes[32];
    uint64_t count;
};

/* sim_log_persistent.c */
#define SIM_PERSISTENT_EVENTS 256u
#define SIM_PERSISTENT_BYTES  512u
struct sim_persistent_event {
    uint8_t type;
    uint64_t timestamp;
    uint16_t bytes;
    uint8_t data[SIM_PERSISTENT_BYTES];
};
struct sim_persistent {
    struct sim_persistent_event *events; /* a ring */
    uint64_t count;                      /* ever */
    uint8_t *context;                    /* what is being read, NULL: none */
    size_t context_bytes;
    uint64_t context_count; /* events when it was made */
    uint16_t generation;
    uint32_t reads; /* of this context */
};

/* sim_lba_status.c */
struct sim_lba_status {
    uint16_t generation;
    uint64_t seen; /* bad blocks at that time */
};

/* sim_reservation.c */
struct sim_notification {
    uint8_t type;
    uint32_t nsid;
};
struct sim_reservation {
    struct sim_notification waiting[16];
    uint32_t count;
    uint64_t logged;
};

/* sim_log_zones.c */
struct sim_zones {
    uint64_t changed[512];
    uint32_t count; /* 513: too many */
    uint32_t nsid;
};

/* sim_fdp.c: endurance group 1 has it */
struct sim_fdp_event {
    uint8_t type;
    uint8_t flags;
    uint16_t pid;
    uint64_t timestamp;
    uint32_t nsid;
};
struct sim_fdp {
    bool enabled;
    uint8_t config;
    uint8_t event_enabled[256];      /* by type: bit for each of 8 placement handles */
    struct sim_fdp_event events[64]; /* the host's */
    uint32_t count;
    uint64_t used[8];        /* blocks written into the reclaim unit of each handle */
    uint64_t placed;         /* blocks of writes that named one */
    uint64_t written_before; /* blocks, when the statistics began */
};

/* sim_keep_alive.c */
struct sim_keep_alive {
    uint64_t last;
    bool expired;
};

/* sim_security.c */
struct sim_security {
    uint8_t *stored; /* what the vendor protocol was given last */
    size_t bytes;
    uint16_t specific;
};

/* sim_shadow.c */
struct sim_shadow {
    bool on;
    uint64_t doorbells; /* two pages of the host's */
    uint64_t events;
    uint64_t due; /* of the next look */
    bool asleep;  /* it looks again when a doorbell rings */
};

/* sim_interrupt.c */
struct sim_vector {
    bool pending;  /* a message that has not been sent yet */
    bool masked;   /* MSI-X: by the host, in the table */
    uint32_t held; /* entries that wait for company */
    uint64_t due;
};
struct sim_interrupts {
    struct sim_vector *vectors;
    bool any; /* pending, perhaps */
    uint64_t sent;
};

/* sim_cmb.c */
struct sim_cmb {
    uint32_t control[2]; /* CMBMSC */
    uint8_t *bytes;
    uint8_t *stored; /* weak order: what the host has stored, published by a store barrier */
    bool unpublished;
    bool lost;             /* it was enabled until power was lost, which the host may not know yet */
    volatile void *window; /* where the host has it mapped; touched by hooks alone */
};

/* sim_arbitration.c */
struct sim_arbitration {
    bool waiting; /* commands have not been fetched yet */
    uint64_t due;
    uint16_t last[4]; /* of each class, the queue that was served last */
    uint32_t credit[4];
};

/* sim_directive.c */
struct sim_directives {
    uint32_t enabled[32]; /* by NSID - 1, up to 32: bit for each directive */
    uint16_t allocated[32];
    uint16_t open[32][16];
    uint8_t open_count[32];
};

/* sim_lockdown.c: a bit for each opcode and feature */
struct sim_lockdown {
    uint8_t opcodes[32];
    uint8_t features[32];
};

#endif
