/* SPDX-License-Identifier: MIT */
/*
 * The NVMe vocabulary of log pages: the data structures of Get Log Page, and what their fields hold. The three
 * oldest, struct lwnvme_error_log_entry, lwnvme_smart_log and lwnvme_firmware_slot_log, are in spec.h.
 *
 * Sources, and how fields are named and read, are those of spec.h. Lists that follow a header are not members:
 * log.h has the functions that find their entries. Only definitions: no state. May be used from any context.
 */
#ifndef LWNVME_SPEC_LOG_H
#define LWNVME_SPEC_LOG_H

#include "spec.h"
#include "spec_admin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Supported Log Pages (00h) ------------------------------------------------------------------------- */

/* Base, section 5.1.12.1.1 "Supported Log Pages". */
struct lwnvme_supported_log_pages {
    struct lwnvme_le32 lid[256]; /* LWNVME_LIDS_ fields, indexed by the log page identifier */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_supported_log_pages) == 1024, "supported log pages");

#define LWNVME_LIDS_LSUPP (1u << 0) /* supported */
#define LWNVME_LIDS_IOS   (1u << 1) /* takes an index for an offset (OT) */
#define LWNVME_LIDS_LIDSP 31, 16    /* the log page's own */
/* LIDSP of Persistent Event and of Telemetry Host-Initiated. */
#define LWNVME_LIDSP_PERSISTENT_EVENT_ECRH (1u << 0) /* context and 512 bytes of header in one action */
#define LWNVME_LIDSP_TELEMETRY_MCDAS       (1u << 0) /* the largest data area created can be chosen */

/* ---- SMART: endurance group critical warning summary, and data units ----------------------------------- */

/* Base, section 5.1.12.1.3: EGCWS, and the critical warning of an endurance group (section 5.1.12.1.10). */
#define LWNVME_ENDURANCE_GROUP_WARNING_SPARE       (1u << 0)
#define LWNVME_ENDURANCE_GROUP_WARNING_RELIABILITY (1u << 2)
#define LWNVME_ENDURANCE_GROUP_WARNING_READ_ONLY   (1u << 3)
/* A data unit of SMART: a thousand times 512 bytes. */
#define LWNVME_SMART_DATA_UNIT_BYTES 512000u

/* Base, section 5.1.12.1.2: where in the command the error is (PEL). */
#define LWNVME_ERROR_PEL_BYTE 7, 0
#define LWNVME_ERROR_PEL_BIT  10, 8
#define LWNVME_ERROR_STS_P    0, 0
#define LWNVME_ERROR_STS_SF   15, 1

/* Base, section 5.1.12.1.4 "Firmware Slot Information": AFI. */
#define LWNVME_FIRMWARE_AFI_CURRENT 2, 0
#define LWNVME_FIRMWARE_AFI_NEXT    6, 4

/* ---- Changed Attached Namespace List (04h), Changed Allocated Namespace List (1Ch) --------------------- */

/* Base, section 5.1.12.1.5. In ascending order, ended by 0; a first entry of LWNVME_NSID_ALL: too many to list. */
struct lwnvme_changed_namespaces_log {
    struct lwnvme_le32 nsid[1024];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_changed_namespaces_log) == 4096, "changed namespaces log");

/* ---- Commands Supported and Effects (05h) -------------------------------------------------------------- */

/* Base, section 5.1.12.1.6 "Commands Supported and Effects". */
struct lwnvme_effects_log {
    struct lwnvme_le32 acs[256];  /* admin commands by opcode: LWNVME_EFFECTS_ fields */
    struct lwnvme_le32 iocs[256]; /* I/O commands */
    uint8_t rsvd2048[2048];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_effects_log) == 4096, "effects log");

#define LWNVME_EFFECTS_CSUPP (1u << 0)  /* supported */
#define LWNVME_EFFECTS_LBCC  (1u << 1)  /* logical block content may change */
#define LWNVME_EFFECTS_NCC   (1u << 2)  /* capabilities of a namespace may change */
#define LWNVME_EFFECTS_NIC   (1u << 3)  /* the inventory of namespaces may change */
#define LWNVME_EFFECTS_CCC   (1u << 4)  /* capabilities of the controller may change */
#define LWNVME_EFFECTS_CSER  15, 14     /* what runs beside it, relaxed */
#define LWNVME_EFFECTS_CSE   18, 16     /* what must not run beside it: LWNVME_EFFECTS_CSE_ */
#define LWNVME_EFFECTS_USS   (1u << 19) /* takes a UUID index */
#define LWNVME_EFFECTS_CSP   31, 20     /* LWNVME_SCOPE_ bits */

#define LWNVME_EFFECTS_CSE_NONE      0u
#define LWNVME_EFFECTS_CSE_NAMESPACE 1u /* nothing else on the same namespace */
#define LWNVME_EFFECTS_CSE_ALL       2u /* nothing else on any namespace */
#define LWNVME_SCOPE_NAMESPACE       (1u << 0)
#define LWNVME_SCOPE_CONTROLLER      (1u << 1)
#define LWNVME_SCOPE_NVM_SET         (1u << 2)
#define LWNVME_SCOPE_ENDURANCE_GROUP (1u << 3)
#define LWNVME_SCOPE_DOMAIN          (1u << 4)
#define LWNVME_SCOPE_SUBSYSTEM       (1u << 5)
#define LWNVME_SCOPE_CDQ             (1u << 6) /* of features only */

/* ---- Device Self-test (06h) ---------------------------------------------------------------------------- */

#define LWNVME_SELF_TEST_RESULTS 20u

/* Base, section 5.1.12.1.7 "Device Self-test", Self-test Result Data Structure figure. */
struct lwnvme_self_test_log_result {
    uint8_t dsts; /* LWNVME_SELF_TEST_DSTS_ fields */
    uint8_t segn; /* where it failed, if DSTR says so */
    uint8_t vdi;  /* LWNVME_SELF_TEST_VDI_ bits: which of the fields below are valid */
    uint8_t rsvd3;
    struct lwnvme_le64 poh; /* power on hours at its end */
    struct lwnvme_le32 nsid;
    struct lwnvme_le64 flba;
    uint8_t sct; /* bits 2:0 */
    uint8_t sc;
    uint8_t vs[2];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_self_test_log_result) == 28, "self-test result");

/* Base, section 5.1.12.1.7 "Device Self-test". */
struct lwnvme_self_test_log {
    uint8_t cdsto; /* bits 3:0: LWNVME_SELF_TEST_ code of the test under way, 0 none */
    uint8_t cdstc; /* bits 6:0: percent of it */
    uint8_t rsvd2[2];
    struct lwnvme_self_test_log_result result[LWNVME_SELF_TEST_RESULTS]; /* the newest first */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_self_test_log) == 564, "self-test log");

#define LWNVME_SELF_TEST_CDSTO       3, 0
#define LWNVME_SELF_TEST_CDSTC       6, 0
#define LWNVME_SELF_TEST_DSTS_RESULT 3, 0
#define LWNVME_SELF_TEST_DSTS_CODE   7, 4
#define LWNVME_SELF_TEST_VDI_NSID    (1u << 0)
#define LWNVME_SELF_TEST_VDI_FLBA    (1u << 1)
#define LWNVME_SELF_TEST_VDI_SCT     (1u << 2)
#define LWNVME_SELF_TEST_VDI_SC      (1u << 3)
/* DSTS, result. */
#define LWNVME_SELF_TEST_RESULT_OK                0x0u
#define LWNVME_SELF_TEST_RESULT_ABORTED           0x1u /* by a Device Self-test command */
#define LWNVME_SELF_TEST_RESULT_RESET             0x2u
#define LWNVME_SELF_TEST_RESULT_NAMESPACE_REMOVED 0x3u
#define LWNVME_SELF_TEST_RESULT_FORMAT            0x4u
#define LWNVME_SELF_TEST_RESULT_FATAL             0x5u /* did not complete */
#define LWNVME_SELF_TEST_RESULT_FAILED_UNKNOWN    0x6u /* failed, segment not known */
#define LWNVME_SELF_TEST_RESULT_FAILED_SEGMENT    0x7u /* failed, segn says where */
#define LWNVME_SELF_TEST_RESULT_ABORTED_UNKNOWN   0x8u
#define LWNVME_SELF_TEST_RESULT_SANITIZE          0x9u
#define LWNVME_SELF_TEST_RESULT_UNUSED            0xfu /* no such entry */

/* ---- Telemetry Host-Initiated (07h), Telemetry Controller-Initiated (08h) ------------------------------ */

/* Base, sections 5.1.12.1.8 and 5.1.12.1.9: the first block of either. Blocks of data follow it, numbered from 1. */
struct lwnvme_telemetry_header {
    uint8_t lid;
    uint8_t rsvd1[4];
    uint8_t ieee[3];
    struct lwnvme_le16 da1lb; /* last block of data area 1: areas 1 to n are blocks 1 to danlb; 0: empty */
    struct lwnvme_le16 da2lb;
    struct lwnvme_le16 da3lb;
    uint8_t rsvd14[2];
    struct lwnvme_le32 da4lb;
    uint8_t rsvd20[360];
    uint8_t ths;  /* host-initiated: scope */
    uint8_t hdgn; /* host-initiated: data generation number; controller-initiated: scope */
    uint8_t cda;  /* controller-initiated data available: 1 until they are read without retaining */
    uint8_t cdgn; /* controller-initiated: data generation number */
    uint8_t rid[128];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_telemetry_header) == 512, "telemetry header");

#define LWNVME_TELEMETRY_BLOCK_BYTES 512u
/* Log specific parameter of the host-initiated log page: create the data; the largest area created (0: all). */
#define LWNVME_LSP_TELEMETRY_CREATE 0, 0
#define LWNVME_LSP_TELEMETRY_MCDA   3, 1

/* ---- Endurance Group Information (09h), Endurance Group Event Aggregate (0Fh) -------------------------- */

/* Base, section 5.1.12.1.10 "Endurance Group Information". LSI: the endurance group. */
struct lwnvme_endurance_group_log {
    uint8_t cw;     /* LWNVME_ENDURANCE_GROUP_WARNING_ bits */
    uint8_t egfeat; /* LWNVME_EGFEAT_ bits */
    uint8_t rsvd2;
    uint8_t avsp;  /* available spare, percent */
    uint8_t avspt; /* its threshold, percent */
    uint8_t pused; /* percentage used, up to 255 */
    struct lwnvme_le16 did;
    uint8_t rsvd8[24];
    struct lwnvme_le128 ee;  /* endurance estimate, 10^9 bytes; 0: not reported */
    struct lwnvme_le128 dur; /* 10^9 bytes, as are duw and muw */
    struct lwnvme_le128 duw;
    struct lwnvme_le128 muw;
    struct lwnvme_le128 hrc;
    struct lwnvme_le128 hwc;
    struct lwnvme_le128 mdie;
    struct lwnvme_le128 neile;
    struct lwnvme_le128 tegcap; /* bytes */
    struct lwnvme_le128 uegcap; /* bytes */
    uint8_t rsvd192[320];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_endurance_group_log) == 512, "endurance group log");

#define LWNVME_EGFEAT_ROTATIONAL_MEDIA (1u << 0)

/* Base, sections 5.1.12.1.12 and 5.1.12.1.15: both aggregates; nument 2-byte identifiers follow. */
struct lwnvme_aggregate_header {
    struct lwnvme_le64 nument;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_aggregate_header) == 8, "aggregate header");

/* ---- Predictable Latency Per NVM Set (0Ah) ------------------------------------------------------------- */

/* Base, section 5.1.12.1.11 "Predictable Latency Per NVM Set". LSI: the NVM set. Times in milliseconds. */
struct lwnvme_predictable_latency_log {
    uint8_t status; /* bits 2:0: LWNVME_PREDICTABLE_LATENCY_ window */
    uint8_t rsvd1;
    struct lwnvme_le16 et; /* LWNVME_PREDICTABLE_LATENCY_EVENT_ bits */
    uint8_t rsvd4[28];
    struct lwnvme_le64 dtwinrt;
    struct lwnvme_le64 dtwinwt;
    struct lwnvme_le64 dtwintm;
    struct lwnvme_le64 ndwintmh;
    struct lwnvme_le64 ndwintml;
    uint8_t rsvd72[56];
    struct lwnvme_le64 dtwinre;
    struct lwnvme_le64 dtwinwe;
    struct lwnvme_le64 dtwinte;
    uint8_t rsvd152[360];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_predictable_latency_log) == 512, "predictable latency log");

#define LWNVME_PREDICTABLE_LATENCY_STATUS   2, 0
#define LWNVME_PREDICTABLE_LATENCY_NOT_USED 0u
#define LWNVME_PREDICTABLE_LATENCY_DTWIN    1u /* deterministic window */
#define LWNVME_PREDICTABLE_LATENCY_NDWIN    2u /* non-deterministic window */

#define LWNVME_PREDICTABLE_LATENCY_EVENT_READ_WARNING  (1u << 0)
#define LWNVME_PREDICTABLE_LATENCY_EVENT_WRITE_WARNING (1u << 1)
#define LWNVME_PREDICTABLE_LATENCY_EVENT_TIME_WARNING  (1u << 2)
#define LWNVME_PREDICTABLE_LATENCY_EVENT_EXCEEDED      (1u << 14)
#define LWNVME_PREDICTABLE_LATENCY_EVENT_EXCURSION     (1u << 15)

/* ---- Asymmetric Namespace Access (0Ch) ----------------------------------------------------------------- */

/* Base, section 5.1.12.1.13 "Asymmetric Namespace Access"; nagd group descriptors follow. */
struct lwnvme_ana_header {
    struct lwnvme_le64 chngc;
    struct lwnvme_le16 nagd;
    uint8_t rsvd10[6];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_ana_header) == 16, "ANA header");

/* ANA Group Descriptor figure; nnsid namespace identifiers of 4 bytes follow. */
struct lwnvme_ana_group {
    struct lwnvme_le32 agid;
    struct lwnvme_le32 nnsid;
    struct lwnvme_le64 chngc;
    uint8_t anas; /* bits 3:0: LWNVME_ANA_ state */
    uint8_t rsvd17[15];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_ana_group) == 32, "ANA group descriptor");

#define LWNVME_LSP_ANA_RGO         0, 0 /* groups without their namespaces */
#define LWNVME_ANA_STATE           3, 0
#define LWNVME_ANA_OPTIMIZED       0x1u
#define LWNVME_ANA_NON_OPTIMIZED   0x2u
#define LWNVME_ANA_INACCESSIBLE    0x3u
#define LWNVME_ANA_PERSISTENT_LOSS 0x4u
#define LWNVME_ANA_CHANGE          0xfu

/* ---- Persistent Event (0Dh) ---------------------------------------------------------------------------- */

/* Base, section 5.1.12.1.14 "Persistent Event Log"; tnev events follow. */
struct lwnvme_persistent_event_header {
    uint8_t lid;
    uint8_t rsvd1[3];
    struct lwnvme_le32 tnev; /* events */
    struct lwnvme_le64 tll;  /* bytes of all of it, this header included */
    uint8_t lrev;
    uint8_t rsvd17;
    struct lwnvme_le16 lhl; /* bytes of the header behind this field */
    struct lwnvme_le64 tstmp;
    struct lwnvme_le128 poh; /* hours */
    struct lwnvme_le64 pwrcc;
    struct lwnvme_le16 vid;
    struct lwnvme_le16 ssvid;
    uint8_t sn[20];
    uint8_t mn[40];
    uint8_t subnqn[256];
    struct lwnvme_le16 gnum;
    struct lwnvme_le32 rci; /* LWNVME_PERSISTENT_EVENT_RCI_ fields */
    uint8_t rsvd378[102];
    uint8_t seb[32]; /* bit n: events of type n are supported */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_persistent_event_header) == 512, "persistent event header");

/* Persistent Event Log Event Format figure: the header of an event; vsil bytes of the vendor's and the event's own
 * data follow it, together el bytes. */
struct lwnvme_persistent_event {
    uint8_t et; /* LWNVME_PERSISTENT_EVENT_ type */
    uint8_t etr;
    uint8_t ehl;  /* bytes of the header behind this field */
    uint8_t ehai; /* bits 1:0: LWNVME_PERSISTENT_EVENT_PIT_ */
    struct lwnvme_le16 cntlid;
    struct lwnvme_le64 etstmp;
    struct lwnvme_le16 pelpid;
    uint8_t rsvd16[4];
    struct lwnvme_le16 vsil;
    struct lwnvme_le16 el;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_persistent_event) == 24, "persistent event");

/* Log specific parameter: what to do. */
#define LWNVME_LSP_PERSISTENT_EVENT_READ      0u
#define LWNVME_LSP_PERSISTENT_EVENT_ESTABLISH 1u /* a context, and read */
#define LWNVME_LSP_PERSISTENT_EVENT_RELEASE   2u
#define LWNVME_LSP_PERSISTENT_EVENT_HEADER    3u /* a context, and 512 bytes of the header */

/* Bytes that LHL and EHL do not count. */
#define LWNVME_PERSISTENT_EVENT_LHL_BASE  20u
#define LWNVME_PERSISTENT_EVENT_EHL_BASE  3u
#define LWNVME_PERSISTENT_EVENT_EHAI_PIT  1, 0
#define LWNVME_PERSISTENT_EVENT_RCI_RCPID 15, 0
#define LWNVME_PERSISTENT_EVENT_RCI_RCPIT 17, 16
#define LWNVME_PERSISTENT_EVENT_RCI_RCE   18, 18 /* a context exists */

#define LWNVME_PERSISTENT_EVENT_PIT_NOT_REPORTED    0u
#define LWNVME_PERSISTENT_EVENT_PIT_SUBSYSTEM_PORT  1u
#define LWNVME_PERSISTENT_EVENT_PIT_MANAGEMENT_PORT 2u
#define LWNVME_PERSISTENT_EVENT_PIT_NONE            3u

#define LWNVME_PERSISTENT_EVENT_SMART               0x01u /* struct lwnvme_smart_log */
#define LWNVME_PERSISTENT_EVENT_FIRMWARE_COMMIT     0x02u
#define LWNVME_PERSISTENT_EVENT_TIMESTAMP_CHANGE    0x03u
#define LWNVME_PERSISTENT_EVENT_POWER_ON_OR_RESET   0x04u
#define LWNVME_PERSISTENT_EVENT_HARDWARE_ERROR      0x05u
#define LWNVME_PERSISTENT_EVENT_CHANGE_NAMESPACE    0x06u
#define LWNVME_PERSISTENT_EVENT_FORMAT_START        0x07u
#define LWNVME_PERSISTENT_EVENT_FORMAT_COMPLETION   0x08u
#define LWNVME_PERSISTENT_EVENT_SANITIZE_START      0x09u
#define LWNVME_PERSISTENT_EVENT_SANITIZE_COMPLETION 0x0au
#define LWNVME_PERSISTENT_EVENT_SET_FEATURE         0x0bu
#define LWNVME_PERSISTENT_EVENT_TELEMETRY_CREATED   0x0cu /* struct lwnvme_telemetry_header */
#define LWNVME_PERSISTENT_EVENT_THERMAL_EXCURSION   0x0du
#define LWNVME_PERSISTENT_EVENT_MEDIA_VERIFICATION  0x0eu /* no data */
#define LWNVME_PERSISTENT_EVENT_VENDOR              0xdeu /* struct lwnvme_event_vendor, each with its data */
#define LWNVME_PERSISTENT_EVENT_TCG                 0xdfu

/* Section 5.1.12.1.14.2.2 "Firmware Commit Event". */
struct lwnvme_event_firmware_commit {
    uint8_t ofrev[8]; /* ASCII, as is nfrev */
    uint8_t nfrev[8];
    uint8_t fcact;
    uint8_t fslot;
    uint8_t fcsct;
    uint8_t fcsc;
    struct lwnvme_le16 vafcrc;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_firmware_commit) == 22, "firmware commit event");

/* Section 5.1.12.1.14.2.3 "Timestamp Change Event". */
struct lwnvme_event_timestamp_change {
    struct lwnvme_le64 ptstmp;
    struct lwnvme_le64 mssr; /* milliseconds since the reset */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_timestamp_change) == 16, "timestamp change event");

/* Section 5.1.12.1.14.2.4 "Power-on or Reset Event"; a descriptor for each controller follows. */
struct lwnvme_event_power_on_or_reset {
    uint8_t frev[8]; /* ASCII */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_power_on_or_reset) == 8, "power-on or reset event");

struct lwnvme_event_controller_reset {
    struct lwnvme_le16 cntlid;
    uint8_t fa;
    uint8_t oip;
    uint8_t rsvd4[12];
    struct lwnvme_le32 cpwrc;
    struct lwnvme_le64 pom; /* milliseconds */
    struct lwnvme_le64 ctstmp;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_controller_reset) == 36, "controller reset information");

/* Section 5.1.12.1.14.2.5 "NVM Subsystem Hardware Error Event"; more may follow, by the code. */
struct lwnvme_event_hardware_error {
    struct lwnvme_le16 nsheec;
    uint8_t rsvd2[2];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_hardware_error) == 4, "hardware error event");

/* Section 5.1.12.1.14.2.6 "Change Namespace Event". */
struct lwnvme_event_change_namespace {
    struct lwnvme_le32 nmcdw10;
    uint8_t rsvd4[4];
    struct lwnvme_le64 nsze;
    uint8_t rsvd16[8];
    struct lwnvme_le64 ncap;
    uint8_t flbas;
    uint8_t dps;
    uint8_t nmic;
    uint8_t rsvd35;
    struct lwnvme_le32 anagrpid;
    struct lwnvme_le16 nvmsetid;
    uint8_t rsvd42[2];
    struct lwnvme_le32 nsid;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_change_namespace) == 48, "change namespace event");

/* Section 5.1.12.1.14.2.7 "Format NVM Start Event". */
struct lwnvme_event_format_start {
    struct lwnvme_le32 nsid;
    uint8_t fna;
    uint8_t rsvd5[3];
    struct lwnvme_le32 fcdw10;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_format_start) == 12, "format start event");

/* Section 5.1.12.1.14.2.8 "Format NVM Completion Event". */
struct lwnvme_event_format_completion {
    struct lwnvme_le32 nsid;
    uint8_t sfpi;
    uint8_t fnvms;
    struct lwnvme_le16 ci;
    struct lwnvme_le32 sts;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_format_completion) == 12, "format completion event");

/* Section 5.1.12.1.14.2.9 "Sanitize Start Event". */
struct lwnvme_event_sanitize_start {
    struct lwnvme_le32 sanicap;
    struct lwnvme_le32 scdw10;
    struct lwnvme_le32 scdw11;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_sanitize_start) == 12, "sanitize start event");

/* Section 5.1.12.1.14.2.10 "Sanitize Completion Event". */
struct lwnvme_event_sanitize_completion {
    struct lwnvme_le16 sprog;
    struct lwnvme_le16 sstat;
    struct lwnvme_le16 ci;
    uint8_t rsvd6[2];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_sanitize_completion) == 8, "sanitize completion event");

/* Section 5.1.12.1.14.2.11 "Set Feature Event": dwords of the command, data, and dword 0 of the completion follow. */
struct lwnvme_event_set_feature {
    struct lwnvme_le32 sfel; /* LWNVME_EVENT_SET_FEATURE_ fields */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_set_feature) == 4, "set feature event");

#define LWNVME_EVENT_SET_FEATURE_DWC  2, 0   /* dwords of the command, from dword 10 on */
#define LWNVME_EVENT_SET_FEATURE_LDW0 3, 3   /* dword 0 of the completion is there */
#define LWNVME_EVENT_SET_FEATURE_MBC  31, 16 /* bytes of the data */

/* Section 5.1.12.1.14.2.13 "Thermal Excursion Event". */
struct lwnvme_event_thermal_excursion {
    uint8_t otmp;   /* kelvin from the threshold */
    uint8_t thresh; /* LWNVME_EVENT_THERMAL_ */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_thermal_excursion) == 2, "thermal excursion event");

#define LWNVME_EVENT_THERMAL_WCTEMP            0x01u
#define LWNVME_EVENT_THERMAL_CCTEMP            0x02u
#define LWNVME_EVENT_THERMAL_TMT1              0x03u
#define LWNVME_EVENT_THERMAL_TMT2              0x04u
#define LWNVME_EVENT_THERMAL_VENDOR_START      0x05u
#define LWNVME_EVENT_THERMAL_NORMAL            0x88u
#define LWNVME_EVENT_THERMAL_MANAGEMENT_STOPS  0x89u
#define LWNVME_EVENT_THERMAL_UNDER_TEMPERATURE 0xb0u

/* Section 5.1.12.1.14.2.15 "Vendor Specific Event": a descriptor; vsedl bytes follow. */
struct lwnvme_event_vendor {
    struct lwnvme_le16 vsec;
    uint8_t vsedt;
    uint8_t uidx;
    struct lwnvme_le16 vsedl;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_event_vendor) == 6, "vendor specific event descriptor");

#define LWNVME_EVENT_VENDOR_NAME   1u
#define LWNVME_EVENT_VENDOR_ASCII  2u
#define LWNVME_EVENT_VENDOR_BINARY 3u
#define LWNVME_EVENT_VENDOR_SIGNED 4u

/* ---- LBA Status Information (0Eh) ---------------------------------------------------------------------- */

/* NVM, section 4.1.4.5 "LBA Status Information"; nlslne elements follow. */
struct lwnvme_lba_status_log_header {
    struct lwnvme_le32 lslplen; /* bytes of all of it */
    struct lwnvme_le32 nlslne;
    struct lwnvme_le32 estulb; /* unrecoverable blocks, estimated; 0 none, LWNVME_LBA_STATUS_UNKNOWN */
    uint8_t rsvd12[2];
    struct lwnvme_le16 lsgc;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_status_log_header) == 16, "LBA status header");

/* LBA Status Log Namespace Element figure; nlrd range descriptors follow, none if nlrd is
 * LWNVME_LBA_STATUS_UNKNOWN (then the whole namespace is meant). */
struct lwnvme_lba_status_log_element {
    struct lwnvme_le32 neid;
    struct lwnvme_le32 nlrd;
    uint8_t ratype; /* the action type that Get LBA Status should be given */
    uint8_t rsvd9[7];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_status_log_element) == 16, "LBA status element");

/* LBA Range Descriptor figure. */
struct lwnvme_lba_status_log_range {
    struct lwnvme_le64 rslba;
    struct lwnvme_le32 rnlb; /* 0's based */
    uint8_t rsvd12[4];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_status_log_range) == 16, "LBA range descriptor");

#define LWNVME_LBA_STATUS_UNKNOWN 0xffffffffu

/* ---- Media Unit Status (10h), Supported Capacity Configuration List (11h) ------------------------------ */

/* Base, section 5.1.12.1.16 "Media Unit Status". LSI: the domain. nmu descriptors follow. */
struct lwnvme_media_unit_status_header {
    struct lwnvme_le16 nmu;
    struct lwnvme_le16 cchans;
    struct lwnvme_le16 sconf; /* 0: no configuration selected */
    uint8_t rsvd6[10];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_media_unit_status_header) == 16, "media unit status header");

/* Media Unit Status Descriptor figure; mucs channel identifiers of 2 bytes stand cio bytes from its start. */
struct lwnvme_media_unit_status {
    struct lwnvme_le16 muid;
    struct lwnvme_le16 did;
    struct lwnvme_le16 endgid;
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 caf;
    uint8_t avsp;
    uint8_t pused;
    uint8_t mucs;
    uint8_t cio; /* a multiple of 16, not 0 */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_media_unit_status) == 14, "media unit status descriptor");

/* Base, section 5.1.12.1.17 "Supported Capacity Configuration List". LSI: the domain. sccn descriptors follow. */
struct lwnvme_capacity_configurations_header {
    uint8_t sccn;
    uint8_t rsvd1[15];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_capacity_configurations_header) == 16, "capacity configurations");

/* Capacity Configuration Descriptor figure; egcn endurance groups follow. */
struct lwnvme_capacity_configuration {
    struct lwnvme_le16 ccid;
    struct lwnvme_le16 did;
    struct lwnvme_le16 egcn;
    uint8_t rsvd6[26];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_capacity_configuration) == 32, "capacity configuration");

/* Endurance Group Configuration Descriptor figure: egsets NVM set identifiers of 2 bytes follow, then the number of
 * channels in 2 bytes, then so many channels. */
struct lwnvme_endurance_group_configuration {
    struct lwnvme_le16 endgid;
    struct lwnvme_le16 caf;
    uint8_t rsvd4[12];
    struct lwnvme_le128 tegcap; /* bytes, as is segcap */
    struct lwnvme_le128 segcap;
    struct lwnvme_le128 egee;
    uint8_t rsvd64[16];
    struct lwnvme_le16 egsets;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_endurance_group_configuration) == 82,
                     "endurance group configuration");

/* Channel Configuration Descriptor figure; chmus media units follow. */
struct lwnvme_channel_configuration {
    struct lwnvme_le16 chid;
    struct lwnvme_le16 chmus;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_channel_configuration) == 4, "channel configuration");

/* Media Unit Configuration Descriptor figure; mudl bytes follow. */
struct lwnvme_media_unit_configuration {
    struct lwnvme_le16 muid;
    uint8_t rsvd2[4];
    struct lwnvme_le16 mudl;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_media_unit_configuration) == 8, "media unit configuration");

/* ---- Feature Identifiers (12h) and NVMe-MI Commands (13h) Supported and Effects ------------------------ */

/* Base, section 5.1.12.1.18 "Feature Identifiers Supported and Effects". CSI: the command set. */
struct lwnvme_feature_effects_log {
    struct lwnvme_le32 fid[256]; /* LWNVME_FEATURE_EFFECTS_ fields, indexed by the feature identifier */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_feature_effects_log) == 1024, "feature effects log");

#define LWNVME_FEATURE_EFFECTS_FSUPP (1u << 0)
#define LWNVME_FEATURE_EFFECTS_UDCC  (1u << 1) /* user data may change */
#define LWNVME_FEATURE_EFFECTS_NCC   (1u << 2)
#define LWNVME_FEATURE_EFFECTS_NIC   (1u << 3)
#define LWNVME_FEATURE_EFFECTS_CCC   (1u << 4)
#define LWNVME_FEATURE_EFFECTS_USS   (1u << 19)
#define LWNVME_FEATURE_EFFECTS_FSP   31, 20 /* LWNVME_SCOPE_ bits */

/* Base, section 5.1.12.1.19 "NVMe-MI Commands Supported and Effects". */
struct lwnvme_mi_effects_log {
    struct lwnvme_le32 micmd[256]; /* LWNVME_MI_EFFECTS_ fields, indexed by the opcode */
    uint8_t rsvd1024[3072];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_mi_effects_log) == 4096, "NVMe-MI effects log");

#define LWNVME_MI_EFFECTS_CSUPP (1u << 0)
#define LWNVME_MI_EFFECTS_UDCC  (1u << 1)
#define LWNVME_MI_EFFECTS_NCC   (1u << 2)
#define LWNVME_MI_EFFECTS_NIC   (1u << 3)
#define LWNVME_MI_EFFECTS_CCC   (1u << 4)
#define LWNVME_MI_EFFECTS_CSP   31, 20

/* ---- Command and Feature Lockdown (14h) ---------------------------------------------------------------- */

/* Base, section 5.1.12.1.20 "Command and Feature Lockdown". */
struct lwnvme_lockdown_log {
    uint8_t cfila; /* LWNVME_LOCKDOWN_LOG_ fields, as asked for in the log specific parameter */
    uint8_t rsvd1[2];
    uint8_t lngth;     /* entries of cfil, at most 255 */
    uint8_t cfil[508]; /* opcodes or feature identifiers, ascending */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lockdown_log) == 512, "lockdown log");

#define LWNVME_LOCKDOWN_LOG_SCOPE    3, 0
#define LWNVME_LOCKDOWN_LOG_CONTENTS 5, 4

#define LWNVME_LOCKDOWN_LOG_SCOPE_ADMIN        0u
#define LWNVME_LOCKDOWN_LOG_SCOPE_FEATURES     2u
#define LWNVME_LOCKDOWN_LOG_SCOPE_MI           3u
#define LWNVME_LOCKDOWN_LOG_SCOPE_PCIE         4u
#define LWNVME_LOCKDOWN_LOG_CAN_BE_PROHIBITED  0u
#define LWNVME_LOCKDOWN_LOG_PROHIBITED         1u
#define LWNVME_LOCKDOWN_LOG_PROHIBITED_OUTSIDE 2u /* on the out-of-band path */

/* ---- Boot Partition (15h), Rotational Media Information (16h) ------------------------------------------ */

/* Base, section 5.1.12.1.21 "Boot Partition": struct lwnvme_boot_partition_header is in spec_admin.h. */
#define LWNVME_LSP_BOOT_PARTITION_BPID 0, 0
#define LWNVME_BPSZ_UNIT_BITS          17u /* 128 KiB */

/* Base, section 5.1.12.1.22 "Rotational Media Information". LSI: the endurance group. */
struct lwnvme_rotational_media_log {
    struct lwnvme_le16 endgid;
    struct lwnvme_le16 numa; /* actuators */
    struct lwnvme_le16 nrs;  /* revolutions per minute; 0: not reported, 1: not rotational */
    uint8_t rsvd6[2];
    struct lwnvme_le32 spinc;
    struct lwnvme_le32 fspinc;
    struct lwnvme_le32 ldc;
    struct lwnvme_le32 fldc;
    uint8_t rsvd24[488];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_rotational_media_log) == 512, "rotational media log");

/* ---- Flexible Data Placement (20h to 23h) -------------------------------------------------------------- */

/* Base, section 5.1.12.1.28 "FDP Configurations". LSI: the endurance group. */
struct lwnvme_fdp_configurations_header {
    struct lwnvme_le16 nfdpc; /* 0's based */
    uint8_t ver;
    uint8_t rsvd3;
    struct lwnvme_le32 sze; /* bytes of all of it */
    uint8_t rsvd8[8];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_configurations_header) == 16, "FDP configurations header");

/* FDP Configuration Descriptor figure; nruh handle descriptors follow, then the vendor's. */
struct lwnvme_fdp_configuration {
    struct lwnvme_le16 dsze;    /* bytes of all of it */
    uint8_t fdpa;               /* LWNVME_FDPA_ fields */
    uint8_t vss;                /* bytes of the vendor's */
    struct lwnvme_le32 nrg;     /* reclaim groups */
    struct lwnvme_le16 nruh;    /* reclaim unit handles */
    struct lwnvme_le16 maxpids; /* 0's based */
    struct lwnvme_le32 nns;     /* namespaces at most */
    struct lwnvme_le64 runs;    /* bytes of a reclaim unit */
    struct lwnvme_le32 erutl;   /* seconds; 0: not reported */
    uint8_t rsvd28[36];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_configuration) == 64, "FDP configuration");

#define LWNVME_FDPA_RGIF   3, 0 /* high bits of a placement identifier that are the reclaim group */
#define LWNVME_FDPA_FDPVWC 4, 4
#define LWNVME_FDPA_FDPCV  7, 7 /* valid */

/* Reclaim Unit Handle Descriptor figure. */
struct lwnvme_fdp_handle {
    uint8_t ruht; /* LWNVME_RUHT_ */
    uint8_t rsvd1[3];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_handle) == 4, "reclaim unit handle descriptor");

#define LWNVME_RUHT_INITIALLY_ISOLATED    1u
#define LWNVME_RUHT_PERSISTENTLY_ISOLATED 2u

/* Base, section 5.1.12.1.29 "Reclaim Unit Handle Usage"; nruh descriptors follow. */
struct lwnvme_fdp_usage_header {
    struct lwnvme_le16 nruh;
    uint8_t rsvd2[6];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_usage_header) == 8, "handle usage header");

struct lwnvme_fdp_usage {
    uint8_t ruha; /* bits 2:0: LWNVME_RUHA_ */
    uint8_t rsvd1[7];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_usage) == 8, "handle usage descriptor");

#define LWNVME_RUHA            2, 0
#define LWNVME_RUHA_UNUSED     0u
#define LWNVME_RUHA_HOST       1u
#define LWNVME_RUHA_CONTROLLER 2u

/* Base, section 5.1.12.1.30 "FDP Statistics": bytes. */
struct lwnvme_fdp_statistics_log {
    struct lwnvme_le128 hbmw; /* host bytes with metadata written */
    struct lwnvme_le128 mbmw; /* media bytes with metadata written */
    struct lwnvme_le128 mbe;  /* media bytes erased */
    uint8_t rsvd48[16];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_statistics_log) == 64, "FDP statistics log");

/* Base, section 5.1.12.1.31 "FDP Events", FDP Event figure. */
struct lwnvme_fdp_event {
    uint8_t fdpet; /* LWNVME_FDP_EVENT_ type */
    uint8_t fdpef; /* LWNVME_FDP_EVENT_FLAG_ bits */
    struct lwnvme_le16 pid;
    struct lwnvme_le64 etstmp; /* as the Timestamp feature's: bits 47:0 milliseconds */
    struct lwnvme_le32 nsid;
    uint8_t ets[16];
    struct lwnvme_le16 rgid;
    struct lwnvme_le16 ruhid;
    uint8_t rsvd36[4];
    uint8_t vs[24];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_event) == 64, "FDP event");

/* FDP Events Log Page figure; numfdpe events follow, the oldest first. */
struct lwnvme_fdp_events_header {
    struct lwnvme_le32 numfdpe;
    uint8_t rsvd4[60];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_events_header) == 64, "FDP events header");

/* Media Reallocated: what ets holds. */
struct lwnvme_fdp_media_reallocated {
    uint8_t sef; /* bit 0: lba is valid */
    uint8_t rsvd1;
    struct lwnvme_le16 nlbam;
    struct lwnvme_le64 lba;
    uint8_t rsvd12[4];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_fdp_media_reallocated) == 16, "media reallocated event");

#define LWNVME_LSP_FDP_EVENTS_HOST              0, 0 /* host events; else the controller's */
#define LWNVME_FDP_EVENT_NOT_FULLY_WRITTEN      0x00u
#define LWNVME_FDP_EVENT_TIME_LIMIT             0x01u
#define LWNVME_FDP_EVENT_RESET                  0x02u
#define LWNVME_FDP_EVENT_INVALID_PLACEMENT      0x03u
#define LWNVME_FDP_EVENT_MEDIA_REALLOCATED      0x80u
#define LWNVME_FDP_EVENT_IMPLICITLY_MODIFIED    0x81u
#define LWNVME_FDP_EVENT_FLAG_PIV               (1u << 0)
#define LWNVME_FDP_EVENT_FLAG_NSIDV             (1u << 1)
#define LWNVME_FDP_EVENT_FLAG_LV                (1u << 2)
#define LWNVME_FDP_EVENT_MEDIA_REALLOCATED_LBAV (1u << 0)

/* ---- Reservation Notification (80h), Sanitize Status (81h) --------------------------------------------- */

/* Base, section 5.1.12.1.32 "Reservation Notification". Each reading takes the oldest one away. */
struct lwnvme_reservation_notification_log {
    struct lwnvme_le64 lpc; /* counts the notifications; 0: none yet */
    uint8_t rnlpt;          /* LWNVME_RESERVATION_NOTIFICATION_ */
    uint8_t nalp;           /* more of them wait, up to 255 */
    uint8_t rsvd10[2];
    struct lwnvme_le32 nsid;
    uint8_t rsvd16[48];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_reservation_notification_log) == 64, "reservation notification");

#define LWNVME_RESERVATION_NOTIFICATION_EMPTY                  0u
#define LWNVME_RESERVATION_NOTIFICATION_REGISTRATION_PREEMPTED 1u
#define LWNVME_RESERVATION_NOTIFICATION_RESERVATION_RELEASED   2u
#define LWNVME_RESERVATION_NOTIFICATION_RESERVATION_PREEMPTED  3u

/* Base, section 5.1.12.1.33 "Sanitize Status". Times in seconds; LWNVME_SANITIZE_TIME_UNKNOWN: not reported. */
struct lwnvme_sanitize_status_log {
    struct lwnvme_le16 sprog; /* of 65536 while it is under way, else FFFFh */
    struct lwnvme_le16 sstat; /* LWNVME_SANITIZE_SSTAT_ fields */
    struct lwnvme_le32 scdw10;
    struct lwnvme_le32 eto;
    struct lwnvme_le32 etbe;
    struct lwnvme_le32 etce;
    struct lwnvme_le32 etond;
    struct lwnvme_le32 etbend;
    struct lwnvme_le32 etcend;
    struct lwnvme_le32 etpvds;
    uint8_t ssi; /* LWNVME_SANITIZE_SSI_ fields */
    uint8_t rsvd37[475];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_sanitize_status_log) == 512, "sanitize status log");

#define LWNVME_SANITIZE_SPROG_NONE    0xffffu
#define LWNVME_SANITIZE_TIME_UNKNOWN  0xffffffffu
#define LWNVME_SANITIZE_SSTAT_SOS     2, 0 /* LWNVME_SANITIZE_SOS_ */
#define LWNVME_SANITIZE_SSTAT_OPC     7, 3 /* overwrite passes done */
#define LWNVME_SANITIZE_SSTAT_GDE     8, 8 /* nothing written since the last one that succeeded */
#define LWNVME_SANITIZE_SSTAT_MVCNCLD 9, 9 /* media verification cancelled */
#define LWNVME_SANITIZE_SSI_SANS      3, 0 /* state: LWNVME_SANITIZE_SANS_ */
#define LWNVME_SANITIZE_SSI_FAILS     7, 4 /* state in which it failed */

#define LWNVME_SANITIZE_SOS_NEVER                    0u
#define LWNVME_SANITIZE_SOS_SUCCEEDED                1u
#define LWNVME_SANITIZE_SOS_IN_PROGRESS              2u
#define LWNVME_SANITIZE_SOS_FAILED                   3u
#define LWNVME_SANITIZE_SOS_SUCCEEDED_DEALLOCATED    4u /* though No-Deallocate was asked for */
#define LWNVME_SANITIZE_SANS_IDLE                    0u
#define LWNVME_SANITIZE_SANS_RESTRICTED_PROCESSING   1u
#define LWNVME_SANITIZE_SANS_RESTRICTED_FAILURE      2u
#define LWNVME_SANITIZE_SANS_UNRESTRICTED_PROCESSING 3u
#define LWNVME_SANITIZE_SANS_UNRESTRICTED_FAILURE    4u
#define LWNVME_SANITIZE_SANS_MEDIA_VERIFICATION      5u
#define LWNVME_SANITIZE_SANS_POST_VERIFICATION       6u

/* ---- Changed Zone List (BFh) --------------------------------------------------------------------------- */

#define LWNVME_CHANGED_ZONES_ENTRIES  511u
#define LWNVME_CHANGED_ZONES_TOO_MANY 0xffffu

/* ZNS, "Changed Zone List": per namespace. */
struct lwnvme_changed_zones_log {
    struct lwnvme_le16 nrzid; /* LWNVME_CHANGED_ZONES_TOO_MANY: too many to list */
    uint8_t rsvd2[6];
    struct lwnvme_le64 zid[LWNVME_CHANGED_ZONES_ENTRIES]; /* first blocks of zones */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_changed_zones_log) == 4096, "changed zones log");

#ifdef __cplusplus
}
#endif

#endif
