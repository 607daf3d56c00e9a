/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: features. Asynchronous; the blocking forms are in sync_feature.h.
 *
 * Three levels: by number and value (lwnvme_feature_get, _set), by number with all dwords and data
 * (lwnvme_feature_get_data, _set_data), and a typed pair for each feature. The typed ones refuse by name what the
 * controller says that it lacks and what is out of range, before anything is sent; what comes back is checked, and
 * LWNVME_ERR_FEATURE_DATA is the request's status if it makes no sense. Power states are in power.h, the host
 * memory buffer in host_memory.h, the Keep Alive timer's service in keep_alive.h.
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 *
 * Common arguments of the typed pairs. `select`: LWNVME_SEL_CURRENT, or LWNVME_SEL_DEFAULT or LWNVME_SEL_SAVED if
 * the controller can (LWNVME_ERR_NO_SAVE_SELECT). `save`: keep the value over power cycles and resets too. Where a
 * value is passed by pointer it must stay until the callback; on get it is written on success only. A member
 * that says "in" chooses what is meant and is read by get too. Sections are those of the NVM Express Base
 * Specification 2.1 unless they say otherwise.
 */
#ifndef LWNVME_FEATURE_H
#define LWNVME_FEATURE_H

#include "controller.h"
#include "spec.h"
#include "spec_feature.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads a feature's value into request->result_dw0. fid: LWNVME_FEATURE_...; select: LWNVME_SEL_..., other
 * than LWNVME_SEL_CURRENT only if the controller can; nsid 0 unless the feature is a namespace's. Features
 * with a data structure are refused with LWNVME_ERR_FEATURE_HAS_DATA. Section 5.1.11 "Get Features command".
 */
int lwnvme_feature_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint8_t select, uint32_t nsid);

/*
 * Sets a feature that has no data structure; `save`: keep it over power cycles and resets, if the controller
 * can. Number of Queues belongs to the library: LWNVME_ERR_OPCODE_REFUSED. Section 5.1.25 "Set Features
 * command".
 */
int lwnvme_feature_set(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t fid,
                       uint32_t value, uint32_t nsid, bool save);

/* A Get Features or Set Features command by its fields. */
struct lwnvme_feature_select {
    uint8_t fid;        /* LWNVME_FEATURE_... */
    uint8_t select;     /* get: LWNVME_SEL_... */
    bool save;          /* set: SV */
    uint8_t uuid_index; /* 0 to 127; not 0 only if CTRATT says that there is a UUID list */
    uint32_t nsid;
    uint32_t cdw11;
    uint32_t cdw12;
    uint32_t cdw13;
    uint32_t cdw15;
};

/* How many bytes the data structure of a feature has at most: 0, none; LWNVME_FEATURE_DATA_MAX for what is not
 * known here. Callable anywhere. */
#define LWNVME_FEATURE_DATA_MAX 4096u
uint32_t lwnvme_feature_data_bytes(uint8_t fid);

/*
 * Reads a feature: its value into request->result_dw0, the first length_bytes of its structure to `data`, which may
 * be fewer than there are, not more (LWNVME_ERR_BUFFER_LENGTH). data NULL and length 0: the value alone.
 */
int lwnvme_feature_get_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *data, uint32_t length_bytes);

/*
 * Sets a feature with length_bytes of data, zeros up to the end of its structure after them. `data` must stay until
 * the callback. Number of Queues and Host Memory Buffer belong to the library: LWNVME_ERR_OPCODE_REFUSED.
 */
int lwnvme_feature_set_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, const void *data,
                            uint32_t length_bytes);

/* What can be done with a feature; garbage beyond the three bits is cut off. Needs ONCS bit 4. */
struct lwnvme_feature_abilities {
    bool saveable;
    bool namespace_specific;
    bool changeable;
};
int lwnvme_feature_abilities_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t fid, uint32_t nsid, struct lwnvme_feature_abilities *abilities);

/* ---- The controller's ------------------------------------------------------------------------------------ */

/* Section 5.1.25.1.1 "Arbitration". Weights matter to controllers with weighted round robin. */
struct lwnvme_arbitration {
    uint32_t burst;      /* commands fetched at once: a power of two from 1 to 64; 0: no limit */
    uint32_t low_weight; /* 1 to 256, as the others */
    uint32_t medium_weight;
    uint32_t high_weight;
};
int lwnvme_arbitration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, struct lwnvme_arbitration *value);
int lwnvme_arbitration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_arbitration *value, bool save);

/* Section 5.1.25.1.3 "Temperature Threshold". */
struct lwnvme_temperature_threshold {
    uint8_t sensor; /* in: 0 composite, 1 to 8; set also LWNVME_TMPSEL_ALL */
    bool under;     /* in: the under temperature threshold */
    uint16_t kelvin;
    uint8_t hysteresis_kelvin; /* up to TMPTHHA's, which is 0 for controllers that have none */
};
int lwnvme_temperature_threshold_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint8_t select, struct lwnvme_temperature_threshold *value);
int lwnvme_temperature_threshold_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     const struct lwnvme_temperature_threshold *value, bool save);

/* Section 5.1.25.1.4 "Volatile Write Cache": whether it is on. LWNVME_ERR_NO_WRITE_CACHE. */
int lwnvme_write_cache_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, bool *enabled);
int lwnvme_write_cache_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool enabled,
                           bool save);

/* Section 5.1.25.2.1 "Number of Queues": what the controller has granted at bring-up, 1 to 65535. */
struct lwnvme_number_of_queues {
    uint32_t submission_queues;
    uint32_t completion_queues;
};
int lwnvme_number_of_queues_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_number_of_queues *value);

/* Section 5.1.25.2.2 "Interrupt Coalescing". */
struct lwnvme_interrupt_coalescing {
    uint32_t threshold; /* completions, 1 to 256 */
    uint32_t time_us;   /* a multiple of 100 up to 25500; 0: no delay */
};
int lwnvme_interrupt_coalescing_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, struct lwnvme_interrupt_coalescing *value);
int lwnvme_interrupt_coalescing_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    const struct lwnvme_interrupt_coalescing *value, bool save);

/* Section 5.1.25.2.3 "Interrupt Vector Configuration". Not vector 0, which is the admin queue's, on set. */
struct lwnvme_interrupt_vector {
    uint16_t vector; /* in */
    bool coalescing_disabled;
};
int lwnvme_interrupt_vector_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_interrupt_vector *value);
int lwnvme_interrupt_vector_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_interrupt_vector *value, bool save);

/* NVM Command Set Specification 1.1, "Write Atomicity Normal": whether AWUN and NAWUN do not matter. */
int lwnvme_write_atomicity_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *normal_disabled);
int lwnvme_write_atomicity_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool normal_disabled, bool save);

/* Section 5.1.25.1.5 "Asynchronous Event Configuration": LWNVME_OAES_ and LWNVME_ASYNC_EVENT_ENABLE_ bits. The event
 * service (events.h) sets it; one without that service may. LWNVME_ERR_NO_EVENT: a bit that the controller lacks. */
int lwnvme_event_configuration_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *bits);
int lwnvme_event_configuration_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t bits, bool save);

/* Section 5.1.25.1.8 "Keep Alive Timer", in milliseconds, 0 off; rounded up to the granularity KAS. Who sets it must
 * send Keep Alive commands in time: lwnvme_keep_alive_start does. LWNVME_ERR_NO_KEEP_ALIVE. */
int lwnvme_keep_alive_timer_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, uint32_t *timeout_ms);
int lwnvme_keep_alive_timer_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t timeout_ms);

/* Section 5.1.25.1.9 "Host Controlled Thermal Management": each 0 (off) or from MNTMT to MXTMT; light below heavy.
 * LWNVME_ERR_NO_THERMAL_MANAGEMENT. */
struct lwnvme_thermal_management {
    uint16_t light_kelvin; /* TMT1: throttles a little above it */
    uint16_t heavy_kelvin; /* TMT2: whatever the cost to performance */
};
int lwnvme_thermal_management_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_thermal_management *value);
int lwnvme_thermal_management_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_thermal_management *value, bool save);

/* Section 5.1.25.1.10 "Non-Operational Power State Config": whether the controller may exceed the power of a
 * non-operational state for work of its own. LWNVME_ERR_NO_NON_OPERATIONAL_MODE. */
int lwnvme_non_operational_permissive_get(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, uint8_t select, bool *permissive);
int lwnvme_non_operational_permissive_set(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, bool permissive, bool save);

/* Section 5.1.25.1.15 "Sanitize Config": whether a sanitize that asks for no deallocation gets a warning (true) or
 * an error. LWNVME_ERR_NO_SANITIZE. */
int lwnvme_sanitize_config_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint8_t select, bool *warns);
int lwnvme_sanitize_config_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               bool warns, bool save);

/* Section 5.1.25.1.17 "I/O Command Set Profile": index into Identify's I/O command set combinations, 0 to 511.
 * LWNVME_ERR_NO_COMMAND_SETS. */
int lwnvme_command_set_profile_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, uint32_t *index);
int lwnvme_command_set_profile_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint32_t index, bool save);

/* Section 5.1.25.1.18 "Spinup Control": of rotational media, by the host. */
int lwnvme_spinup_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                      bool *by_host);
int lwnvme_spinup_set(struct lwnvme_controller *controller, struct lwnvme_request *request, bool by_host,
                      bool save);

/* Section 5.1.25.1.19 "Power Loss Signaling Config": LWNVME_POWER_LOSS_..., as PLSI allows. LWNVME_ERR_NO_FEATURE. */
int lwnvme_power_loss_signaling_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t select, uint8_t *mode);
int lwnvme_power_loss_signaling_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint8_t mode, bool save);

/* Section 5.1.25.1.27 "Software Progress Marker": how often pre-boot software has loaded since the operating system
 * set it to 0. */
int lwnvme_software_progress_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t select, uint8_t *count);
int lwnvme_software_progress_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t count, bool save);

/* ---- Autonomous power state transitions ------------------------------------------------------------------- */

/*
 * Section 5.1.25.1.6 "Autonomous Power State Transition". Off until it is set: drives are known to wake up badly
 * from deep states. LWNVME_ERR_NO_APST. LWNVME_ERR_POWER_STATE: an entry leads to a state that is not there or
 * is operational, or is for a state that is not there.
 */
struct lwnvme_apst {
    bool enabled;
    struct lwnvme_apst_table table; /* as the controller takes it */
};
int lwnvme_apst_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                    struct lwnvme_apst *value);
int lwnvme_apst_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                    const struct lwnvme_apst *value, bool save);

/* One entry: after idle_ms (0: never) in a power state, go to `target`. Callable anywhere. */
uint32_t lwnvme_apst_entry_idle_ms(const struct lwnvme_apst_entry *entry);
uint8_t lwnvme_apst_entry_target(const struct lwnvme_apst_entry *entry);
void lwnvme_apst_entry_put(struct lwnvme_apst_entry *entry, uint32_t idle_ms, uint8_t target);

/*
 * Makes a table from a latency limit: from each state, after an idle time of 50 times what entering and
 * leaving the target costs, to the next deeper non-operational state whose ENLAT + EXLAT is at most
 * latency_limit_us and no more than LWNVME_APST_LATENCY_MAX_US. States that report no latency are left out,
 * and the deepest one of drives that do not come back from it (LWNVME_QUIRK_NO_DEEPEST_STATE). Enabled if
 * there is any such state, which is also what 0 or how many transitions in *transitions tells (may be NULL).
 * Sends nothing.
 */
#define LWNVME_APST_LATENCY_MAX_US 10000000u
int lwnvme_apst_make(const struct lwnvme_controller *controller, uint32_t latency_limit_us,
                     struct lwnvme_apst *value, uint32_t *transitions);

/* ---- What the host tells of itself --------------------------------------------------------------------- */

/* Section 5.1.25.1.7 "Timestamp". Set reads `milliseconds` alone. LWNVME_ERR_NO_TIMESTAMP. */
struct lwnvme_timestamp {
    uint64_t milliseconds; /* since 1970-01-01 00:00 UTC if a host set it, else since a reset; 48 bits */
    bool from_host;        /* a host has set it since the last reset */
    bool may_have_stopped; /* SYNCH: the controller did not count in some phases */
    struct lwnvme_timestamp_data data; /* private: as it is transferred */
};
int lwnvme_timestamp_get(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t select,
                         struct lwnvme_timestamp *value);
int lwnvme_timestamp_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         struct lwnvme_timestamp *value, bool save);

/* Section 5.1.25.1.28 "Host Identifier", lowest byte first: 16 bytes, or 8 (the rest of `bytes` is zero then).
 * LWNVME_ERR_NO_HOST_IDENTIFIER_128: the controller takes only 8. */
struct lwnvme_host_identifier {
    bool extended; /* in: 16 bytes */
    uint8_t bytes[16];
};
int lwnvme_host_identifier_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               struct lwnvme_host_identifier *value);
int lwnvme_host_identifier_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               const struct lwnvme_host_identifier *value);

/* Section 5.1.25.1.14 "Host Behavior Support". Set reads what the controller has, changes the members named here and
 * writes it back. Whoever turns LBA formats on must open its namespaces again. */
struct lwnvme_host_behavior {
    bool command_retry_delay;                 /* ACRE: the host honours the delays of CRDT */
    bool telemetry_area_4;                    /* ETDAS */
    bool extended_lba_formats;                /* LBAFEE */
    bool dispersed_namespaces;                /* HDISNS */
    uint16_t copy_formats;                    /* CDFE: bits of copy descriptor formats 2h to 4h */
    struct lwnvme_host_behavior_support data; /* private: as it is transferred */
};
int lwnvme_host_behavior_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint8_t select, struct lwnvme_host_behavior *value);
int lwnvme_host_behavior_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             struct lwnvme_host_behavior *value);

/* ---- Of a namespace, NVM set or endurance group ------------------------------------------------------------- */

/* NVM Command Set Specification 1.1, "Error Recovery". */
struct lwnvme_error_recovery {
    uint32_t retry_limit_ms;   /* TLER: a multiple of 100 up to 6553500; 0: no limit */
    bool deallocated_is_error; /* DULBE: reading a deallocated block fails */
};
int lwnvme_error_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, uint8_t select, struct lwnvme_error_recovery *value);
int lwnvme_error_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, const struct lwnvme_error_recovery *value, bool save);

/* NVM Command Set Specification 1.1, "LBA Range Type". Ranges must not overlap nor leave the namespace:
 * LWNVME_ERR_LBA_RANGE; 1 to 64 of them: LWNVME_ERR_RANGE_COUNT. Get may find none. They are as the
 * controller has them: NLB is 0's based, and a range has one block at least. */
struct lwnvme_lba_ranges {
    uint32_t count;
    struct lwnvme_lba_range_type range[LWNVME_LBA_RANGES_MAX];
    uint64_t block_count; /* private: the namespace's, while they are got */
};
int lwnvme_lba_ranges_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_namespace *ns, uint8_t select, struct lwnvme_lba_ranges *value);
int lwnvme_lba_ranges_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_namespace *ns, const struct lwnvme_lba_ranges *value,
                          bool save);

/* NVM Command Set Specification 1.1, "LBA Status Information Report Interval"; multiples of 100 ms up to 6553500.
 * LWNVME_ERR_NO_LBA_STATUS. */
struct lwnvme_lba_status_interval {
    uint32_t report_ms; /* least time between two LBA Status Information Alert events */
    uint32_t poll_ms;   /* get: how often the host should look without events */
};
int lwnvme_lba_status_interval_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_lba_status_interval *value);
int lwnvme_lba_status_interval_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_lba_status_interval *value, bool save);

/* Section 5.1.25.1.11 "Read Recovery Level Config". LWNVME_ERR_NO_READ_RECOVERY: none, or not this level. */
struct lwnvme_read_recovery {
    uint16_t nvm_set; /* in: 1 to NSETIDMAX; 0 where there are no NVM sets */
    uint8_t level;    /* 0 tries hardest, 15 fails fast, 4 is the default */
};
int lwnvme_read_recovery_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint8_t select, struct lwnvme_read_recovery *value);
int lwnvme_read_recovery_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_read_recovery *value, bool save);

/* Section 5.1.25.1.12 "Predictable Latency Mode Config". LWNVME_ERR_NO_PREDICTABLE_LATENCY. */
struct lwnvme_predictable_latency {
    uint16_t nvm_set; /* in */
    bool enabled;
    struct lwnvme_plm_config_data thresholds;
};
int lwnvme_predictable_latency_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint8_t select, struct lwnvme_predictable_latency *value);
int lwnvme_predictable_latency_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   const struct lwnvme_predictable_latency *value, bool save);

/* Section 5.1.25.1.13 "Predictable Latency Mode Window". */
struct lwnvme_predictable_window {
    uint16_t nvm_set;   /* in */
    bool deterministic; /* the set is, or shall go, in the deterministic window */
};
int lwnvme_predictable_window_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint8_t select, struct lwnvme_predictable_window *value);
int lwnvme_predictable_window_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  const struct lwnvme_predictable_window *value);

/* Section 5.1.25.1.16 "Endurance Group Event Configuration": critical warnings of the endurance group log that raise
 * an event. LWNVME_ERR_NO_ENDURANCE_GROUPS. */
struct lwnvme_endurance_events {
    uint16_t group;   /* in: 1 to ENDGIDMAX */
    uint8_t warnings; /* bits as in that log */
};
int lwnvme_endurance_events_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint8_t select, struct lwnvme_endurance_events *value);
int lwnvme_endurance_events_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                const struct lwnvme_endurance_events *value, bool save);

/* Section 5.1.25.1.29 "Reservation Notification Mask": which notifications are hidden. LWNVME_NSID_ALL on set only.
 * LWNVME_ERR_NO_RESERVATIONS. */
struct lwnvme_reservation_mask {
    bool registration_preempted;
    bool reservation_released;
    bool reservation_preempted;
};
int lwnvme_reservation_mask_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, struct lwnvme_reservation_mask *value);
int lwnvme_reservation_mask_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, const struct lwnvme_reservation_mask *value, bool save);

/* Section 5.1.25.1.30 "Reservation Persistence": through a power loss. */
int lwnvme_reservation_persistence_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, uint8_t select, bool *persists);
int lwnvme_reservation_persistence_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       uint32_t nsid, bool persists, bool save);

/*
 * Section 5.1.25.1.31 "Namespace Write Protection Config": LWNVME_WRITE_PROTECTION_..., as NWPC allows.
 * LWNVME_ERR_NO_WRITE_PROTECTION. Permanent is for ever. Open namespace handles again after a set: until then the
 * controller alone refuses writes.
 */
int lwnvme_write_protection_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, uint8_t *state);
int lwnvme_write_protection_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t state);

/* Section 5.1.25.1.20 "Flexible Data Placement". The endurance group must have no namespaces. LWNVME_ERR_NO_FDP. */
struct lwnvme_data_placement {
    uint16_t group; /* in: endurance group, 1 to ENDGIDMAX */
    bool enabled;
    uint8_t configuration; /* index into the FDP Configurations log */
};
int lwnvme_data_placement_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t select, struct lwnvme_data_placement *value);
int lwnvme_data_placement_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              const struct lwnvme_data_placement *value, bool save);

/* Section 5.1.25.1.21 "FDP Events": which there are for a placement handle of a namespace, and which are on. */
struct lwnvme_placement_events {
    uint16_t handle; /* in: placement handle */
    uint32_t count;  /* 0 to 255 */
    struct lwnvme_supported_fdp_event event[LWNVME_FDP_EVENT_TYPES_MAX];
};
int lwnvme_placement_events_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, uint8_t select, struct lwnvme_placement_events *value);

/* Turns 1 to 255 types of event on or off. */
struct lwnvme_placement_event_types {
    uint16_t handle;
    bool enable;
    uint32_t count;
    uint8_t type[LWNVME_FDP_EVENT_TYPES_MAX];
};
int lwnvme_placement_events_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint32_t nsid, const struct lwnvme_placement_event_types *value, bool save);

#ifdef __cplusplus
}
#endif

#endif
