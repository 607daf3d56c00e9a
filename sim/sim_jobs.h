/* SPDX-License-Identifier: MIT */
/*
 * What goes on in the controller beyond one command: firmware and its activation, sanitize, self-test, format,
 * the host memory buffer, boot partitions. Each has a due time for its next step, LWNVME_SIM_NEVER when there
 * is none; sim_jobs.c asks for the earliest and runs it. Steps go on whether CC.EN is set or not, as long as
 * there is power.
 */
#ifndef LWNVME_SIM_JOBS_H
#define LWNVME_SIM_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lwnvme_sim;
struct lwnvme_sim_config;
struct sim_task;
struct sim_namespace;

enum {
    SIM_SANITIZE_FAILED = 0x01c,
    SIM_SANITIZE_IN_PROGRESS = 0x01d,
    SIM_FORMAT_IN_PROGRESS = 0x084,
    SIM_NAMESPACE_UNFORMATTED = 0x082 | 0x4000,
    SIM_INVALID_SLOT = 0x106 | 0x4000,
    SIM_INVALID_IMAGE = 0x107 | 0x4000,
    SIM_INVALID_FORMAT = 0x10a | 0x4000,
    SIM_NEEDS_CONVENTIONAL_RESET = 0x10b,
    SIM_NEEDS_SUBSYSTEM_RESET = 0x110,
    SIM_NEEDS_CONTROLLER_RESET = 0x111,
    SIM_MAXIMUM_TIME = 0x112 | 0x4000,
    SIM_ACTIVATION_PROHIBITED = 0x113 | 0x4000,
    SIM_OVERLAPPING_RANGE = 0x114 | 0x4000,
    SIM_SELF_TEST_IN_PROGRESS = 0x11d,
    SIM_BOOT_WRITE_PROHIBITED = 0x11e | 0x4000,
    SIM_VERIFICATION_READ = 0x19c /* Successful Media Verification Read */
};

enum {
    SIM_FIRMWARE_COMMIT = 0x10,
    SIM_FIRMWARE_DOWNLOAD = 0x11,
    SIM_SELF_TEST = 0x14,
    SIM_FORMAT_NVM = 0x80,
    SIM_SANITIZE = 0x84
};
#define SIM_OACS_FORMAT    (1u << 1)
#define SIM_OACS_FIRMWARE  (1u << 2)
#define SIM_OACS_SELF_TEST (1u << 4)

/* What a reset reaches, the weaker first. */
enum sim_reset {
    SIM_RESET_CONTROLLER = 0, /* CC.EN to 0 */
    SIM_RESET_SUBSYSTEM,      /* NSSR */
    SIM_RESET_POWER
};

struct sim_image {
    bool filled;
    uint8_t revision[8];
    uint32_t flags;
    uint8_t mdts;
    uint16_t oncs;
    uint32_t vs;
};

struct sim_firmware {
    uint8_t *download; /* the pieces so far */
    uint8_t *pieces;   /* a byte for each dword: it has been downloaded */
    size_t room;       /* dwords */
    size_t end;        /* dwords: the end of the last piece */
    bool any;          /* there are pieces */
    bool out_of_order;
    bool committed;            /* since the last piece; what was refused can be committed otherwise */
    struct sim_image slots[8]; /* 1 to 7 */
    struct sim_image running;
    uint8_t active;
    uint8_t next;          /* 0: none */
    enum sim_reset needed; /* by which reset `next` is activated */
    uint8_t activating;    /* the slot while CSTS.PP is 1 */
    uint64_t due;
    bool load_error;  /* the event is due as soon as the controller is ready */
    uint8_t own_mdts; /* of the settings, while an image sets others */
    uint16_t own_oncs;
    uint32_t own_vs;
};

enum sim_sanitize_phase {
    SIM_SANITIZE_PROCESSING = 0,
    SIM_SANITIZE_VERIFICATION,
    SIM_SANITIZE_DEALLOCATION
};

struct sim_sanitize {
    bool active;
    enum sim_sanitize_phase phase;
    bool cancelled;       /* MVCNCLD: no verification, because of a reset */
    uint8_t failed_state; /* FAILS */
    bool failed;          /* in one of the failure states */
    bool data_written;
    uint32_t dword10;
    uint32_t pattern;
    uint8_t action;
    uint8_t state; /* SOS of the log */
    uint8_t passes;
    uint8_t passes_done;
    uint32_t step; /* of SIM_SANITIZE_STEPS for each pass */
    uint64_t step_us;
    uint64_t due;
};

struct sim_self_test_result {
    uint8_t status; /* code 7:4, result 3:0 */
    uint8_t segment;
    uint8_t valid;
    uint64_t power_on_hours;
    uint32_t nsid;
    uint64_t lba;
    uint8_t sct;
    uint8_t sc;
};
struct sim_self_test {
    uint8_t code; /* 0: none runs */
    uint32_t nsid;
    uint64_t total_us;
    uint64_t due;
    uint64_t left_us; /* while there is no power */
    uint32_t count;
    struct sim_self_test_result results[20]; /* newest first */
};

struct sim_format {
    bool active;
    uint8_t scope;
    uint32_t nsid;
    uint32_t dword10;
    uint32_t index; /* of the format */
    uint64_t due;
};

struct sim_hmb;

struct sim_boot {
    uint8_t *data[2];
    uint32_t bprsel;
    uint32_t bpmbl[2];
    uint32_t brs; /* of BPINFO */
    uint8_t active;
    uint8_t protection[2]; /* feature 85h: 1 unlocked, 2 locked, 3 until power cycle */
    uint64_t due;          /* of the read */
    uint8_t *incoming;     /* what commit action 6 is writing; NULL: nothing */
    size_t incoming_bytes;
    uint8_t incoming_bpid;
    uint64_t write_begun;
    uint64_t write_due;
};

/* Of the effects log. */
#define SIM_EFFECT_CONTENT            (1u << 1)
#define SIM_EFFECT_NAMESPACE          (1u << 2)
#define SIM_EFFECT_CAPABILITIES       (1u << 4)
#define SIM_EFFECT_ALONE_IN_NAMESPACE (1u << 16)
#define SIM_EFFECT_ALONE              (2u << 16)

/* sim_jobs.c */
void lwsim_jobs_power_off(struct lwnvme_sim *sim); /* the controller leaves the bus */
/* The command with this opcode that is being worked on, taken from the list; NULL: a reset took it. */
struct sim_task *lwsim_jobs_take(struct lwnvme_sim *sim, uint8_t opcode);

/* sim_restrict.c: what may not be carried out now; at fetch, and again when it is due. */
uint16_t lwsim_restrict(struct lwnvme_sim *sim, const struct sim_task *task);

/* The status of a command that went well, or did not: reads have one of their own in media verification. */
uint16_t lwsim_verification_read(const struct lwnvme_sim *sim, const struct sim_task *task, uint16_t status);

void lwsim_streams_release(struct lwnvme_sim *sim); /* all that are open; in sim_directive.c */

/* A self-test of this namespace, or any when nsid is 0, ends with this result. */
void lwsim_self_test_stop(struct lwnvme_sim *sim, uint32_t nsid, uint8_t result);
void lwsim_self_test_power_off(struct lwnvme_sim *sim);
bool lwsim_formatting(const struct lwnvme_sim *sim, uint32_t nsid);
/* FPI as Identify Namespace shows it: what is left of a format, in percent. */
uint8_t lwsim_format_fpi(const struct lwnvme_sim *sim, const struct sim_namespace *ns);
bool lwsim_format_ready(const struct lwnvme_sim *sim, const struct sim_namespace *ns);
void lwsim_format_power_off(struct lwnvme_sim *sim);
void lwsim_hmb_power_off(struct lwnvme_sim *sim);
/* Commit actions 6 and 7; the former is answered when it is done. */
uint16_t lwsim_boot_commit(struct lwnvme_sim *sim, struct sim_task *task);
void lwsim_boot_power_off(struct lwnvme_sim *sim);

#endif
