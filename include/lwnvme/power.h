/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: power states, suspend and resume.
 *
 * A power state is set for good by lwnvme_power_set, or left to the controller by autonomous transitions (feature.h).
 * Suspend makes a controller ready for the machine to sleep, and resume takes it up again whether or not it has lost
 * its registers meanwhile:
 *
 *     lwnvme_suspend --> lwnvme_suspension_step ... 0 --> (asleep) --> lwnvme_resume --> lwnvme_suspension_step ... 0
 *
 * Controller owner's context. Sections of the NVM Express Base Specification 2.1: 8.1.17 "Power Management", 5.1.25.1.2
 * "Power Management" (feature), 3.6 "Shutdown Processing".
 */
#ifndef LWNVME_POWER_H
#define LWNVME_POWER_H

#include "controller.h"
#include "spec.h"
#include "spec_feature.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A power state descriptor in plain terms. 0 in a power or a latency: not reported. */
struct lwnvme_power_state_info {
    bool operational; /* commands are carried out in it */
    uint32_t max_power_uw;
    uint32_t idle_power_uw;
    uint32_t active_power_uw;
    uint8_t active_workload; /* of active_power_uw: LWNVME_WORKLOAD_... */
    uint32_t entry_latency_us;
    uint32_t exit_latency_us;
    uint8_t read_throughput_rank; /* 0 is the best, as of the others */
    uint8_t read_latency_rank;
    uint8_t write_throughput_rank;
    uint8_t write_latency_rank;
};

/* How many power states there are: 1 to 32. 0: the controller is not open, or has never been ready. */
uint32_t lwnvme_power_state_count(const struct lwnvme_controller *controller);

/* LWNVME_ERR_POWER_STATE: there is no such state. Sends nothing. */
int lwnvme_power_state_info_get(const struct lwnvme_controller *controller, uint32_t state,
                                struct lwnvme_power_state_info *info);

/* The deepest non-operational state whose entry and exit take at most latency_limit_us (UINT32_MAX: however long), to
 * *state. A state that reports no exit latency is taken for one of 10 s. Not the last one of drives that do not come
 * back from it (LWNVME_QUIRK_NO_DEEPEST_STATE).
 * LWNVME_ERR_POWER_STATE: there is none. Sends nothing. */
int lwnvme_power_deepest(const struct lwnvme_controller *controller, uint32_t latency_limit_us,
                         uint8_t *state);

/* The Power Management feature; see feature.h for `select` and `save`. A state that the controller does not have is
 * LWNVME_ERR_POWER_STATE, and LWNVME_ERR_FEATURE_DATA when it says so itself. */
struct lwnvme_power {
    uint8_t state;
    uint8_t workload; /* hint: LWNVME_WORKLOAD_..., or 6 and 7, the vendor's */
};
int lwnvme_power_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                     struct lwnvme_power *value);
int lwnvme_power_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                     const struct lwnvme_power *value, bool save);

/* Sends the controller to rest now, in the state that lwnvme_power_deepest finds; the next I/O wakes it. The
 * callback comes from lwnvme_controller_poll. 0: accepted. LWNVME_ERR_POWER_STATE: there is no such state. */
int lwnvme_power_idle(struct lwnvme_controller *controller, struct lwnvme_request *request,
                      uint32_t latency_limit_us);

enum lwnvme_suspend_kind {
    LWNVME_SUSPEND_SHUTDOWN = 0, /* orderly shutdown: power may be cut */
    LWNVME_SUSPEND_POWER_STATE /* deepest non-operational power state: quicker, but flush first, power may fail */
};

#define LWNVME_WAKE_LIMIT_DEFAULT_MS 2000u

/* A suspension: the caller's memory, zeroed once. Must stay while it is pending or asleep, unless the
 * controller has been closed. */
struct lwnvme_suspension {
    /* In, before lwnvme_suspend. */
    enum lwnvme_suspend_kind kind;
    uint32_t latency_limit_us; /* of the power state, entry and exit; 0: 10 s */
    uint32_t wake_limit_ms;    /* how long registers may read all ones at resume; 0: 2000 */

    /* Out. */
    int status;          /* LWNVME_PENDING, 0 or why not */
    bool asleep;         /* suspended */
    bool registers_lost; /* by the last resume; a suspend by shutdown ends in a bring-up either way */
    uint8_t power_state;

    /* Private. */
    struct lwnvme_service service;
    struct lwnvme_controller *controller;
    uint64_t deadline_us;
    uint64_t seen_us; /* the clock at the last look at registers that did not answer */
    uint32_t stage;
    uint32_t polls; /* such looks since it moved */
    bool brought_up;
    bool hushed;
    struct lwnvme_request request;
};

/*
 * Begins to suspend. Shutdown: as lwnvme_controller_shutdown, normal. Power state: the host memory buffer is
 * given back, the Keep Alive timer turned off, I/O queues are held (what is submitted now waits until the
 * resume), what is in flight ends, then the power state is set. 0: begun; carry it on with
 * lwnvme_suspension_step. Refused: as any admin command; LWNVME_ERR_POWER_STATE, no power state to rest in;
 * LWNVME_ERR_BUSY; LWNVME_ERR_IN_CALLBACK. Ends with LWNVME_ERR_BUSY, and the controller goes on, when admin
 * commands are still under way after admin_timeout_ms: a format, say.
 * When it ends well `asleep` is set and the controller counts as off: nothing touches it, everything but
 * lwnvme_resume and a close is refused with LWNVME_ERR_WRONG_STATE, and so is I/O; what waited before goes on waiting.
 * When it fails the controller goes on as before, or has failed.
 * A reset, resume or close by anybody else ends it: LWNVME_ERR_ABORTED.
 */
int lwnvme_suspend(struct lwnvme_controller *controller, struct lwnvme_suspension *suspension);

/*
 * Begins to resume, once the host has restored power and PCI configuration. Waits until the registers answer
 * (LWNVME_ERR_GONE after wake_limit_ms), looks whether they were lost (CC.EN, AQA and ASQ), and brings the
 * controller up or sets power state 0. A reset gives requests that waited back (LWNVME_ERR_NOT_STARTED). 0:
 * begun. LWNVME_ERR_WRONG_STATE: not asleep.
 */
int lwnvme_resume(struct lwnvme_suspension *suspension);

/* Carries suspend or resume on, polling the controller where that is allowed. Returns suspension->status. */
int lwnvme_suspension_step(struct lwnvme_suspension *suspension);

#ifdef __cplusplus
}
#endif

#endif
