/* SPDX-License-Identifier: MIT */
/*
 * Features in words: completion dword 0 of Get Features (or CDW11 of Set Features), and the data structures of those
 * that have one. Data may be missing or short; what is there is shown.
 *
 * Base, sections 5.1.25.1 and 5.1.25.2; NVM, section 4.1.3.
 */
#include "engine.h"

#include <lwnvme/spec_feature.h>

/* By feature identifier. Octal escapes end after three digits, so none can run into what follows. */
static const char lwnvme_describe_feature_dwords[] =
    "\001"
    "&4u@31:24 High Priority Weight (HPW);&4u@23:16 Medium Priority Weight (MPW);"
    "&4u@15:8 Low Priority Weight (LPW);4u@2:0 Arbitration Burst (AB):=0 1 command|=1 2 commands|"
    "=2 4 commands|=3 8 commands|=4 16 commands|=5 32 commands|=6 64 commands|=7 no limit;\0"
    "\002"
    "&4u@7:5 Workload Hint (WH):=0 none|=1 idle with bursts|=2 sequential writes;"
    "4u@4:0 Power State (PS);\0"
    "\003"
    "4z@5:0 Number of LBA Ranges (NUM)[ranges];\0"
    "\004"
    "&4u@24:22 Temperature Threshold Hysteresis (TMPTHH)[K];"
    "&4u@21:20 Threshold Type Select (THSEL):=0 over|=1 under;"
    "&4u@19:16 Threshold Temperature Select (TMPSEL):=0 composite|=15 all;"
    "4t@15:0 Temperature Threshold (TMPTH)[K];\0"
    "\005"
    "&4u@16:16 Deallocated or Unwritten Logical Block Error Enable (DULBE):=0 disabled|=1 enabled;"
    "4u@15:0 Time Limited Error Recovery (TLER)[x 100 ms]:=0 no limit;\0"
    "\006"
    "4u@0:0 Volatile Write Cache Enable (WCE):=0 disabled|=1 enabled;\0"
    "\007"
    "&4z@31:16 Number of IO Completion Queues Allocated (NCQA)[queues];"
    "4z@15:0 Number of IO Submission Queues Allocated (NSQA)[queues];\0"
    "\010"
    "&4u@15:8 Aggregation Time (TIME)[x 100 us];4z@7:0 Aggregation Threshold (THR)[entries];\0"
    "\011"
    "&4u@16:16 Coalescing Disable (CD);4u@15:0 Interrupt Vector (IV);\0"
    "\012"
    "4u@0:0 Disable Normal (DN):=0 AWUN and NAWUN hold|=1 AWUPF and NAWUPF only;\0"
    "\013"
    "&4u@31:31 Discovery Log Page Change Notices;&4u@27:27 Zone Descriptor Changed Notices;"
    "&4u@19:19 Allocated Namespace Attribute Notices;&4u@18:18 Reachability Group;"
    "&4u@17:17 Reachability Association;&4u@16:16 Temperature Threshold Hysteresis Recovery;"
    "&4u@15:15 Normal NVM Subsystem Shutdown;"
    "&4u@14:14 Endurance Group Event Aggregate Log Change Notices;"
    "&4u@13:13 LBA Status Information Notices;"
    "&4u@12:12 Predictable Latency Event Aggregate Log Change Notices;"
    "&4u@11:11 Asymmetric Namespace Access Change Notices;&4u@10:10 Telemetry Log Notices;"
    "&4u@9:9 Firmware Activation Notices;&4u@8:8 Namespace Attribute Notices;"
    "4x@7:0 SMART / Health Critical Warnings:0 available spare|1 temperature|2 reliability|3 read-only|"
    "4 volatile memory backup|5 persistent memory region;\0"
    "\014"
    "4u@0:0 Autonomous Power State Transition Enable (APSTE):=0 disabled|=1 enabled;\0"
    "\015"
    "&4u@0:0 Enable Host Memory (EHM):=0 disabled|=1 enabled;&4u@1:1 Memory Return (MR);"
    "&4u@2:2 Host Memory Non-operational Access Restriction Enable (HMNARE);"
    "4u@3:3 Host Memory Non-operational Access Restricted (HMNAR);\0"
    "\017"
    "4u Keep Alive Timeout (KATO) in milliseconds[ms]:=0 disabled;\0"
    "\020"
    "&4t@31:16 Thermal Management Temperature 1 (TMT1)[K];4t@15:0 Thermal Management Temperature 2[K];\0"
    "\021"
    "4u@0:0 Non-Operational Power State Permissive Mode Enable (NOPPME):=0 disabled|=1 enabled;\0"
    "\022"
    "4u@3:0 Read Recovery Level (RRL):=4 default|=15 fast fail;\0"
    "\023"
    "4u@0:0 Predictable Latency Window Enabled:=0 disabled|=1 enabled;\0"
    "\024"
    "4u@2:0 Window Select:=1 deterministic|=2 non-deterministic;\0"
    "\025"
    "&4u@31:16 LBA Status Information Poll Interval (LSIPI)[x 100 ms];"
    "4u@15:0 LBA Status Information Report Interval (LSIRI)[x 100 ms];\0"
    "\027"
    "4u@0:0 No-Deallocate Response Mode (NODRM):=0 the command fails|=1 a warning;\0"
    "\030"
    "&4u@15:0 Endurance Group Identifier (ENDGID);"
    "4x@23:16 Endurance Group Critical Warnings:0 available spare|2 reliability|3 read-only;\0"
    "\031"
    "4u@8:0 I/O Command Set Profile;\0"
    "\032"
    "4u@0:0 Spinup control feature Enabled;\0"
    "\033"
    "4u@1:0 Power Loss Signaling Mode (PLSM):=0 none|=1 emergency power fail|=2 forced quiescence;\0"
    "\035"
    "&4u@0:0 Flexible Data Placement Enable (FDPE):=0 disabled|=1 enabled;"
    "4u@15:8 Flexible Data Placement Configuration Index (FDPCIDX);\0"
    "\036"
    "4u@7:0 Number of Supported FDP Events (NSFDPE);\0"
    "\040"
    "4u@0:0 Error on Delete of Non-Existent KV Key (EDNEK);\0"
    "\200"
    "4u@7:0 Pre-boot Software Load Count (PBSLC);\0"
    "\201"
    "4u@0:0 Enable Extended Host Identifier (EXHID):=0 64 bits|=1 128 bits;\0"
    "\202"
    "&4u@3:3 Mask Reservation Preempted Notification (RESPRE);"
    "&4u@2:2 Mask Reservation Released Notification (RESREL);"
    "4u@1:1 Mask Registration Preempted Notification (REGPRE);\0"
    "\203"
    "4u@0:0 Persist Through Power Loss (PTPL);\0"
    "\204"
    "4u@2:0 Namespace Write Protect:=0 no write protect|=1 write protect|=2 until power cycle|"
    "=3 permanent;\0"
    "\205"
    "&4u@5:3 Boot Partition 1 Write Protection State:=1 unlocked|=2 locked|=3 locked until power cycle|"
    "=4 by RPMB;4u@2:0 Boot Partition 0 Write Protection State:=1 unlocked|=2 locked|"
    "=3 locked until power cycle|=4 by RPMB;\0";

/* Those whose data are one structure. */
static const char lwnvme_describe_feature_data[] =
    "\015"
    "4u Host Memory Buffer Size (HSIZE)[pages];4x Host Memory Descriptor List Address (HMDLAL);"
    "4x Host Memory Descriptor List Address (HMDLAU);"
    "4u Host Memory Descriptor List Entry Count (HMDLEC);\0"
    "\016"
    "6u timestamp[ms];&1u@3:1 timestamp origin:=0 cleared at reset|=1 set by the host;"
    "1u@0:0 synch:=0 counted all the time|=1 may have stopped;\0"
    "\023"
    "2x Enable Event:0 reads warning|1 writes warning|2 time warning|14 attributes exceeded|15 excursion;"
    "30-;8u DTWIN Reads Threshold;8u DTWIN Writes Threshold;8u DTWIN Time Threshold[ms];\0"
    "\026"
    "1u Advanced Command Retry Enable (ACRE);1u Extended Telemetry Data Area 4 Supported (ETDAS);"
    "1u LBA Format Extension Enable (LBAFEE);1u Host Dispersed Namespace Support (HDISNS);"
    "2x Copy Descriptor Formats Enable (CDFE):2 format 2h|3 format 3h|4 format 4h;\0"
    "\037"
    "256s Namespace Admin Label;\0"
    "\201"
    "8h Host Identifier (HOSTID);\0";

static const char lwnvme_describe_range_layout[] =
    "1x type:=0 general|=1 file system|=2 RAID|=3 cache|=4 page or swap file;"
    "1x attributes:0 may be overwritten|1 hidden;14-;8x slba;8u nlb[blocks];16h guid;";

static const char lwnvme_describe_transition_layout[] =
    "&4u@31:8 Idle Time Prior to Transition (ITPT)[ms];4u@7:3 Idle Transition Power State (ITPS);";

static const char lwnvme_describe_metadata_layout[] = "1x@5:0 Type;1u@3:0 Revision;2u Length[bytes];";

static const char lwnvme_describe_controller_metadata[] =
    "=1 OS controller name|=2 OS driver name|=3 OS driver version|=4 pre-boot controller name|"
    "=5 pre-boot driver name|=6 pre-boot driver version|=7 processor model|=8 chipset driver name|"
    "=9 chipset driver version|=10 OS name and build|=11 system product name|=12 firmware version|"
    "=13 OS driver file name|=14 display driver name|=15 display driver version|=16 failure record";

static const char lwnvme_describe_namespace_metadata[] =
    "=1 OS namespace name|=2 pre-boot namespace name|=3 OS namespace name qualifier 1|"
    "=4 OS namespace name qualifier 2";

#define LWNVME_DESCRIBE_METADATA_HEAD_BYTES 2u /* of the structure */
#define LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES  4u /* of each element */

/* Base, Host Metadata Data Structure figure: a count, then elements of any length. */
static void lwnvme_describe_metadata(struct lwnvme_describe *describe, const char *types, const uint8_t *data,
                                     size_t length)
{
    size_t at = LWNVME_DESCRIBE_METADATA_HEAD_BYTES;
    uint32_t i;

    lwnvme_describe_number(describe, "Num Metadata Element Descriptors", data[0]);
    lwnvme_describe_list(describe, "Metadata Element Descriptors");
    for (i = 0; i < data[0] && length - at >= LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES; i++) {
        const size_t value_bytes = lwnvme_le16_get((const struct lwnvme_le16 *)(const void *)&data[at + 2u]);

        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_word_of(describe, types, data[at] & 0x3fu);
        lwnvme_describe_layout(describe, lwnvme_describe_metadata_layout, &data[at],
                               LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES);
        at += LWNVME_DESCRIBE_ELEMENT_HEAD_BYTES;
        if (value_bytes <= length - at) {
            lwnvme_describe_bytes(describe, "Value", &data[at], value_bytes);
        }
        lwnvme_describe_end(describe);
        at += value_bytes <= length - at ? value_bytes : length - at;
    }
    lwnvme_describe_end(describe);
}

/* The power states that are left by themselves. */
static void lwnvme_describe_transitions(struct lwnvme_describe *describe,
                                        const struct lwnvme_apst_entry *entry, size_t length)
{
    uint32_t state;

    lwnvme_describe_list(describe, "Auto PST Entries");
    for (state = 0; state < LWNVME_POWER_STATES_MAX && length >= sizeof(*entry); state++) {
        if (lwnvme_le32_get(&entry[state].transition) != 0) {
            lwnvme_describe_section(describe, NULL);
            describe->name_width = 36; /* of the longest name below */
            lwnvme_describe_number(describe, "entry", state);
            lwnvme_describe_layout(describe, lwnvme_describe_transition_layout, &entry[state],
                                   sizeof(*entry));
            lwnvme_describe_end(describe);
        }
        length -= sizeof(*entry);
    }
    lwnvme_describe_end(describe);
}

/* What the dword says of how many entries the data hold. */
static void lwnvme_describe_feature_lists(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0,
                                          const void *data, size_t length)
{
    struct lwnvme_describe_span entries = {data, length, 0, 0};

    if (fid == LWNVME_FEATURE_LBA_RANGE_TYPE) {
        entries.entry_bytes = sizeof(struct lwnvme_lba_range_type);
        entries.count = lwnvme_field_get(dword0, LWNVME_LBA_RANGE_TYPE_NUM) + 1u;
        lwnvme_describe_array(describe, "LBA Ranges", lwnvme_describe_range_layout, &entries);
    } else if (fid == LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION) {
        lwnvme_describe_transitions(describe, (const struct lwnvme_apst_entry *)data, length);
    } else if (fid == LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS) {
        entries.entry_bytes = sizeof(struct lwnvme_supported_fdp_event);
        entries.count = lwnvme_field_get(dword0, LWNVME_FDP_EVENTS_DW0_NSFDPE);
        lwnvme_describe_array(describe, "events", "1u type;1u@0:0 enabled;", &entries);
    } else if (fid >= LWNVME_FEATURE_ENHANCED_CONTROLLER_METADATA &&
               fid <= LWNVME_FEATURE_NAMESPACE_METADATA && length >= LWNVME_DESCRIBE_METADATA_HEAD_BYTES) {
        lwnvme_describe_metadata(describe,
                                 fid == LWNVME_FEATURE_NAMESPACE_METADATA
                                     ? lwnvme_describe_namespace_metadata
                                     : lwnvme_describe_controller_metadata,
                                 (const uint8_t *)data, length);
    }
}

static void lwnvme_describe_feature_name(struct lwnvme_describe *describe, uint8_t fid)
{
    lwnvme_describe_layout(describe, "1x feature;", &fid, sizeof(fid));
    lwnvme_describe_word_text(describe, "name", lwnvme_describe_feature_names, fid);
}

void lwnvme_describe_feature(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0, const void *data,
                             size_t length)
{
    const char *layout;

    lwnvme_describe_feature_name(describe, fid);
    lwnvme_describe_dword(describe, "0- feature;4x value;", dword0);
    layout =
        lwnvme_describe_pick(lwnvme_describe_feature_dwords, sizeof(lwnvme_describe_feature_dwords), fid);
    if (layout != NULL) {
        lwnvme_describe_dword(describe, layout, dword0);
    }
    if (data == NULL || length == 0) {
        return;
    }
    layout = lwnvme_describe_pick(lwnvme_describe_feature_data, sizeof(lwnvme_describe_feature_data), fid);
    if (fid == LWNVME_FEATURE_HOST_IDENTIFIER &&
        lwnvme_field_get(dword0, LWNVME_HOST_IDENTIFIER_EXHID) != 0) {
        layout = "16h Host Identifier (HOSTID);";
    }
    if (layout != NULL) {
        lwnvme_describe_layout(describe, layout, data, length);
    }
    lwnvme_describe_feature_lists(describe, fid, dword0, data, length);
}

void lwnvme_describe_feature_capabilities(struct lwnvme_describe *describe, uint8_t fid, uint32_t dword0)
{
    lwnvme_describe_feature_name(describe, fid);
    lwnvme_describe_dword(describe, "&4u@0:0 saveable;&4u@1:1 per-namespace;4u@2:2 changeable;", dword0);
}
