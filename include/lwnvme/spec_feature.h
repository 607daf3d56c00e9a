/* SPDX-License-Identifier: MIT */
/*
 * The NVMe vocabulary of features: fields of Set Features' dwords and of completion dword 0, and the data
 * structures. Those of the features that bring-up needs are in spec.h, which also says how fields are named.
 *
 * A field of CDW11 is also the field of completion dword 0 of Get Features unless it says otherwise.
 */
#ifndef LWNVME_SPEC_FEATURE_H
#define LWNVME_SPEC_FEATURE_H

#include "spec.h"
#include "spec_identify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Base, section 5.1.25.1: features of Set Features, in the order of their identifiers ------------------ */

/* Arbitration: AB is a base-2 logarithm, 7 for no limit; the weights are 0's based. */
#define LWNVME_ARBITRATION_AB_NO_LIMIT 7u
/* Power Management. */
#define LWNVME_WORKLOAD_NONE              0u
#define LWNVME_WORKLOAD_IDLE_AND_BURST    1u
#define LWNVME_WORKLOAD_SEQUENTIAL_WRITES 2u
/* LBA Range Type (NVM, section 4.1.3.1), CDW11: number of entries, 0's based. */
#define LWNVME_LBA_RANGE_TYPE_NUM 5, 0
#define LWNVME_LBA_RANGES_MAX     64u
/* Temperature Threshold, beside those in spec.h. */
#define LWNVME_TEMPERATURE_THRESHOLD_TMPTHH 24, 22 /* kelvin */
#define LWNVME_TMPSEL_COMPOSITE             0u
#define LWNVME_TMPSEL_SENSORS               8u  /* 1 to 8 */
#define LWNVME_TMPSEL_ALL                   15u /* Set Features only */
#define LWNVME_THSEL_OVER                   0u
#define LWNVME_THSEL_UNDER                  1u
/* Interrupt Coalescing: THR is 0's based, TIME counts 100 microseconds. */
#define LWNVME_INTERRUPT_COALESCING_TIME_UNIT_US 100u
/* Write Atomicity Normal. */
#define LWNVME_WRITE_ATOMICITY_DN 0, 0
/* Autonomous Power State Transition, CDW11, and the low half of an entry of its table (ITPT in ms). */
#define LWNVME_APST_APSTE       0, 0
#define LWNVME_APST_ITPS        7, 3
#define LWNVME_APST_ITPT        31, 8
#define LWNVME_APST_ITPT_MAX_MS 0xffffffu
/* Host Memory Buffer, CDW11, beside those in spec.h: HMNARE keeps the controller from the buffer in non-operational
 * power states. CDW12 is the size in memory pages, CDW13 and CDW14 the list's address, CDW15 its entries. */
#define LWNVME_HOST_MEMORY_BUFFER_HMNARE 2, 2
/* Timestamp, byte 6 of its structure. */
#define LWNVME_TIMESTAMP_SYNC         0, 0
#define LWNVME_TIMESTAMP_TO           3, 1
#define LWNVME_TIMESTAMP_ORIGIN_RESET 0u
#define LWNVME_TIMESTAMP_ORIGIN_HOST  1u
/* Keep Alive Timer: milliseconds. */
#define LWNVME_KEEP_ALIVE_KATO 31, 0
/* Host Controlled Thermal Management: kelvin. */
#define LWNVME_THERMAL_TMT2 15, 0
#define LWNVME_THERMAL_TMT1 31, 16
/* Non-Operational Power State Config. */
#define LWNVME_NON_OPERATIONAL_NOPPME 0, 0
/* Read Recovery Level Config, CDW11 and CDW12; completion dword 0 has RRL. */
#define LWNVME_READ_RECOVERY_CDW11_NVMSETID 15, 0
#define LWNVME_READ_RECOVERY_CDW12_RRL      3, 0
#define LWNVME_READ_RECOVERY_LEVELS         16u
/* Predictable Latency Mode Config, CDW11 and CDW12; completion dword 0 has LPE. */
#define LWNVME_PLM_CONFIG_CDW11_NVMSETID 15, 0
#define LWNVME_PLM_CONFIG_CDW12_LPE      0, 0
/* Predictable Latency Mode Window, CDW11 and CDW12; completion dword 0 has WSEL. */
#define LWNVME_PLM_WINDOW_CDW11_NVMSETID    15, 0
#define LWNVME_PLM_WINDOW_CDW12_WSEL        2, 0
#define LWNVME_PLM_WINDOW_DETERMINISTIC     1u
#define LWNVME_PLM_WINDOW_NON_DETERMINISTIC 2u
/* LBA Status Information Attributes (NVM, section 4.1.3.3): both count 100 ms. */
#define LWNVME_LBA_STATUS_LSIRI 15, 0
#define LWNVME_LBA_STATUS_LSIPI 31, 16
/* Sanitize Config. */
#define LWNVME_SANITIZE_CONFIG_NODRM 0, 0
/* Endurance Group Event Configuration; completion dword 0 has EGCW alone. */
#define LWNVME_ENDURANCE_EVENT_ENDGID 15, 0
#define LWNVME_ENDURANCE_EVENT_EGCW   23, 16
/* I/O Command Set Profile. */
#define LWNVME_IO_COMMAND_SET_PROFILE_IOCSCI 8, 0
/* Spinup Control. */
#define LWNVME_SPINUP_SCE 0, 0
/* Power Loss Signaling Config. */
#define LWNVME_POWER_LOSS_PLSM                 1, 0
#define LWNVME_POWER_LOSS_NONE                 0u
#define LWNVME_POWER_LOSS_EMERGENCY_POWER_FAIL 1u
#define LWNVME_POWER_LOSS_FORCED_QUIESCENCE    2u
/* Flexible Data Placement, CDW11 and CDW12; completion dword 0 has the fields of CDW12. */
#define LWNVME_FDP_CDW11_ENDGID 15, 0
#define LWNVME_FDP_CDW12_FDPE   0, 0
#define LWNVME_FDP_CDW12_FDPCI  15, 8
/* Flexible Data Placement Events, CDW11 and CDW12; completion dword 0 of Get Features: how many descriptors. */
#define LWNVME_FDP_EVENTS_CDW11_PHNDL 15, 0
#define LWNVME_FDP_EVENTS_CDW11_NOET  23, 16
#define LWNVME_FDP_EVENTS_CDW12_FDPEE 0, 0
#define LWNVME_FDP_EVENTS_DW0_NSFDPE  7, 0
#define LWNVME_FDP_EVENT_TYPES_MAX    255u
/* Key Value Configuration (KV). */
#define LWNVME_KEY_VALUE_EDNEK 0, 0
/* Software Progress Marker. */
#define LWNVME_SOFTWARE_PROGRESS_PBSLC 7, 0
/* Host Identifier: set, 128 bits; clear, 64. */
#define LWNVME_HOST_IDENTIFIER_EXHID 0, 0
/* Reservation Notification Mask: a bit that is set hides the notification. */
#define LWNVME_RESERVATION_MASK_REGPRE 1, 1
#define LWNVME_RESERVATION_MASK_RESREL 2, 2
#define LWNVME_RESERVATION_MASK_RESPRE 3, 3
/* Reservation Persistence. */
#define LWNVME_RESERVATION_PERSISTENCE_PTPL 0, 0
/* Namespace Write Protection Config. */
#define LWNVME_WRITE_PROTECTION_WPS         2, 0
#define LWNVME_WRITE_PROTECTION_NONE        0u
#define LWNVME_WRITE_PROTECTION_PROTECTED   1u
#define LWNVME_WRITE_PROTECTION_POWER_CYCLE 2u
#define LWNVME_WRITE_PROTECTION_PERMANENT   3u
/* Boot Partition Write Protection Config. */
#define LWNVME_BOOT_PARTITION_BP0WPS      2, 0
#define LWNVME_BOOT_PARTITION_BP1WPS      5, 3
#define LWNVME_BOOT_PARTITION_NO_CHANGE   0u
#define LWNVME_BOOT_PARTITION_UNLOCKED    1u
#define LWNVME_BOOT_PARTITION_LOCKED      2u
#define LWNVME_BOOT_PARTITION_POWER_CYCLE 3u
#define LWNVME_BOOT_PARTITION_RPMB        4u /* Get Features only */

/* ---- Data structures ----------------------------------------------------------------------------------- */

/* NVM, section 4.1.3.1, LBA Range Type - Data Structure Entry figure. */
struct lwnvme_lba_range_type {
    uint8_t type;
    uint8_t attr; /* LWNVME_LBA_RANGE_ bits */
    uint8_t rsvd2[14];
    struct lwnvme_le64 slba;
    struct lwnvme_le64 nlb; /* 0's based */
    uint8_t guid[16];
    uint8_t rsvd48[16];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_range_type) == 64, "LBA range type");

#define LWNVME_LBA_RANGE_GENERAL      0u
#define LWNVME_LBA_RANGE_FILESYSTEM   1u
#define LWNVME_LBA_RANGE_RAID         2u
#define LWNVME_LBA_RANGE_CACHE        3u
#define LWNVME_LBA_RANGE_SWAP         4u
#define LWNVME_LBA_RANGE_FIRST_VENDOR 0x80u
#define LWNVME_LBA_RANGE_OVERWRITE    (1u << 0)
#define LWNVME_LBA_RANGE_HIDDEN       (1u << 1)

/* Base, section 5.1.25.1.6, Autonomous Power State Transition data structure: an entry for each power state. */
struct lwnvme_apst_entry {
    struct lwnvme_le32 transition; /* LWNVME_APST_ITPS, LWNVME_APST_ITPT */
    uint8_t rsvd4[4];
};
struct lwnvme_apst_table {
    struct lwnvme_apst_entry entry[LWNVME_POWER_STATES_MAX];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_apst_table) == 256, "autonomous power state transition table");

/* Base, section 5.1.25.2.4, Host Memory Buffer - Attributes Data Structure figure (Get Features). */
struct lwnvme_host_memory_attributes {
    struct lwnvme_le32 hsize; /* memory pages */
    struct lwnvme_le32 hmdlal;
    struct lwnvme_le32 hmdlau;
    struct lwnvme_le32 hmdlec;
    uint8_t rsvd16[4080];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_host_memory_attributes) == 4096, "host memory buffer attributes");

/* Base, section 5.1.25.1.7, Timestamp data structures; Set Features uses the first six bytes. */
struct lwnvme_timestamp_data {
    uint8_t timestamp[6]; /* milliseconds, lowest byte first */
    uint8_t attributes;   /* LWNVME_TIMESTAMP_SYNC, LWNVME_TIMESTAMP_TO */
    uint8_t rsvd7;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_timestamp_data) == 8, "timestamp");

/* Base, section 5.1.25.1.12, Deterministic Threshold Configuration data structure. */
struct lwnvme_plm_config_data {
    struct lwnvme_le16 ee; /* LWNVME_PLM_EVENT_ bits */
    uint8_t rsvd2[30];
    struct lwnvme_le64 dtwinrt; /* 4 KiB reads */
    struct lwnvme_le64 dtwinwt; /* writes in units of the optimal write size */
    struct lwnvme_le64 dtwintt; /* milliseconds */
    uint8_t rsvd56[456];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_plm_config_data) == 512, "predictable latency mode config");

#define LWNVME_PLM_EVENT_READ_WARNING     (1u << 0)
#define LWNVME_PLM_EVENT_WRITE_WARNING    (1u << 1)
#define LWNVME_PLM_EVENT_TIME_WARNING     (1u << 2)
#define LWNVME_PLM_EVENT_AUTO_EXCEEDED    (1u << 14)
#define LWNVME_PLM_EVENT_AUTO_DETERMINISM (1u << 15)

/* Base, section 5.1.25.1.21, Supported FDP Event Descriptor figure (Get Features). */
struct lwnvme_supported_fdp_event {
    uint8_t fdpet;  /* event type */
    uint8_t fdpeta; /* LWNVME_FDP_EVENT_ENABLED */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_supported_fdp_event) == 2, "supported FDP event descriptor");

#define LWNVME_FDP_EVENT_ENABLED (1u << 0)

/* Base, section 5.1.25.1.22, Namespace Admin Label: UTF-8, padded with zeros. */
#define LWNVME_NAMESPACE_ADMIN_LABEL_BYTES 256u

#ifdef __cplusplus
}
#endif

#endif
