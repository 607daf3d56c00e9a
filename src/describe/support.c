/* SPDX-License-Identifier: MIT */
/*
 * The log pages that say what a controller supports, in words: log pages, commands, features, NVMe-MI commands,
 * lockdown. With the names of opcodes and log pages.
 *
 * Base, sections 5.1.12.1.1, 5.1.12.1.6, 5.1.12.1.19 to 5.1.12.1.21.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_CODES 256u

static const char lwnvme_describe_log_names[] =
    "=0 Supported Log Pages|=1 Error Information|=2 SMART / Health Information|"
    "=3 Firmware Slot Information|=4 Changed Attached Namespace List|=5 Commands Supported and Effects|"
    "=6 Device Self-test|=7 Telemetry Host-Initiated|=8 Telemetry Controller-Initiated|"
    "=9 Endurance Group Information|=10 Predictable Latency Per NVM Set|"
    "=11 Predictable Latency Event Aggregate|=12 Asymmetric Namespace Access|=13 Persistent Event|"
    "=14 LBA Status Information|=15 Endurance Group Event Aggregate|=16 Media Unit Status|"
    "=17 Supported Capacity Configuration List|=18 Feature Identifiers Supported and Effects|"
    "=19 NVMe-MI Commands Supported and Effects|=20 Command and Feature Lockdown|=21 Boot Partition|"
    "=22 Rotational Media Information|=23 Dispersed Namespace Participating NVM Subsystems|"
    "=24 Management Address List|=25 Physical Interface Receiver Eye Opening Measurement|"
    "=26 Reachability Groups|=27 Reachability Associations|=28 Changed Allocated Namespace List|"
    "=32 FDP Configurations|=33 Reclaim Unit Handle Usage|=34 FDP Statistics|=35 FDP Events|"
    "=112 Discovery|=113 Host Discovery|=114 AVE Discovery|=115 Pull Model DDC Request|"
    "=128 Reservation Notification|=129 Sanitize Status|=191 Changed Zone List";

static const char lwnvme_describe_admin_names[] =
    "=0 Delete I/O Submission Queue|=1 Create I/O Submission Queue|=2 Get Log Page|"
    "=4 Delete I/O Completion Queue|=5 Create I/O Completion Queue|=6 Identify|=8 Abort|=9 Set Features|"
    "=10 Get Features|=12 Asynchronous Event Request|=13 Namespace Management|=16 Firmware Commit|"
    "=17 Firmware Image Download|=20 Device Self-test|=21 Namespace Attachment|=24 Keep Alive|"
    "=25 Directive Send|=26 Directive Receive|=28 Virtualization Management|=29 NVMe-MI Send|"
    "=30 NVMe-MI Receive|=32 Capacity Management|=33 Discovery Information Management|"
    "=34 Fabric Zoning Receive|=36 Lockdown|=37 Fabric Zoning Lookup|"
    "=40 Clear Exported NVM Resource Configuration|=41 Fabric Zoning Send|"
    "=42 Create Exported NVM Subsystem|=45 Manage Exported NVM Subsystem|=49 Manage Exported Namespace|"
    "=53 Manage Exported Port|=57 Send Discovery Log Page|=61 Track Send|=62 Track Receive|"
    "=65 Migration Send|=66 Migration Receive|=69 Controller Data Queue|=124 Doorbell Buffer Config|"
    "=127 Fabrics Commands|=128 Format NVM|=129 Security Send|=130 Security Receive|=132 Sanitize|"
    "=133 Load Program|=134 Get LBA Status|=136 Program Activation Management|"
    "=137 Memory Range Set Management";

static const char lwnvme_describe_io_names[] =
    "=0 Flush|=1 Write|=2 Read|=4 Write Uncorrectable|=5 Compare|=8 Write Zeroes|=9 Dataset Management|"
    "=12 Verify|=13 Reservation Register|=14 Reservation Report|=17 Reservation Acquire|"
    "=18 I/O Management Receive|=21 Reservation Release|=24 Cancel|=25 Copy|=29 I/O Management Send|"
    "=121 Zone Management Send|=122 Zone Management Receive|=125 Zone Append";

#define LWNVME_DESCRIBE_SCOPES                                                                               \
    "|20 of a namespace|21 of the controller|22 of an NVM set|23 of an endurance group|24 of a domain|"      \
    "25 of the NVM subsystem|26 of a controller data queue"

static const char lwnvme_describe_command_effects[] =
    "1 may change user data|2 may change a namespace's capabilities|3 may change which namespaces there are|"
    "4 may change the controller's capabilities|15:14=1 beside others, one at a time|18:16=1 alone on its "
    "namespace|"
    "18:16=2 alone on all namespaces|19 takes a UUID index" LWNVME_DESCRIBE_SCOPES;

static const char lwnvme_describe_other_effects[] =
    "1 may change user data|2 may change a namespace's capabilities|3 may change which namespaces there are|"
    "4 may change the controller's capabilities|19 takes a UUID index" LWNVME_DESCRIBE_SCOPES;

/* The entries with bit 0, "supported", of one table. */
static void lwnvme_describe_codes(struct lwnvme_describe *describe, const char *name,
                                  const struct lwnvme_le32 table[LWNVME_DESCRIBE_CODES],
                                  struct lwnvme_describe_code *code)
{
    lwnvme_describe_section(describe, name);
    for (code->index = 0; code->index < LWNVME_DESCRIBE_CODES; code->index++) {
        code->value = lwnvme_le32_get(&table[code->index]);
        if ((code->value & 1u) != 0) {
            lwnvme_describe_code(describe, code);
        }
    }
    lwnvme_describe_end(describe);
}

void lwnvme_describe_supported_log_pages(struct lwnvme_describe *describe,
                                         const struct lwnvme_supported_log_pages *log)
{
    struct lwnvme_describe_code code = {
        "lid_", 0, true, false, lwnvme_describe_log_names, "1 takes an index as offset", 0};

    describe->name_width = 8;
    lwnvme_describe_codes(describe, "supported_logs", log->lid, &code);
}

void lwnvme_describe_effects_log(struct lwnvme_describe *describe, const struct lwnvme_effects_log *log,
                                 uint8_t csi)
{
    struct lwnvme_describe_code code = {
        "ACS_", 0, false, true, lwnvme_describe_admin_names, lwnvme_describe_command_effects, 0};

    lwnvme_describe_number(describe, "command_set_identifier", csi);
    describe->name_width = 36;
    lwnvme_describe_codes(describe, "admin_cmd_set", log->acs, &code);
    code.prefix = "IOCS_";
    code.words = lwnvme_describe_io_names;
    lwnvme_describe_codes(describe, "io_cmd_set", log->iocs, &code);
}

void lwnvme_describe_feature_effects_log(struct lwnvme_describe *describe,
                                         const struct lwnvme_feature_effects_log *log)
{
    struct lwnvme_describe_code code = {
        "fid_", 0, false, false, lwnvme_describe_feature_names, lwnvme_describe_other_effects, 0};

    describe->name_width = 7;
    lwnvme_describe_codes(describe, "fid_support", log->fid, &code);
}

void lwnvme_describe_mi_effects_log(struct lwnvme_describe *describe, const struct lwnvme_mi_effects_log *log)
{
    struct lwnvme_describe_code code = {
        "mi_cmd_",
        0,
        false,
        false,
        "=0 Read NVMe-MI Data Structure|=1 NVM Subsystem Health Status Poll|"
        "=2 Controller Health Status Poll|=3 Configuration Set|=4 Configuration Get|"
        "=5 VPD Read|=6 VPD Write|=7 Reset|=8 SES Receive|=9 SES Send|"
        "=10 Management Endpoint Buffer Read|=11 Management Endpoint Buffer Write|"
        "=12 Shutdown",
        lwnvme_describe_other_effects,
        0};

    describe->name_width = 10;
    lwnvme_describe_codes(describe, "mi_command_support", log->micmd, &code);
}

void lwnvme_describe_lockdown_log(struct lwnvme_describe *describe, const struct lwnvme_lockdown_log *log)
{
    const uint32_t scope = lwnvme_field_get(log->cfila, LWNVME_LOCKDOWN_LOG_SCOPE);
    struct lwnvme_describe_code code = {"entry_", 0, true, false, lwnvme_describe_admin_names, "=4096 ", 0};
    uint32_t i;

    lwnvme_describe_layout(describe,
                           "&1u@3:0 scope:=0 admin commands|=2 features|=3 NVMe-MI commands|=4 PCIe commands;"
                           "1u@5:4 contents:=0 can be prohibited|=1 prohibited|=2 prohibited out of band;2-;"
                           "1u lngth[entries];",
                           log, sizeof(*log));
    if (scope == LWNVME_LOCKDOWN_LOG_SCOPE_FEATURES) {
        code.words = lwnvme_describe_feature_names;
    } else if (scope != LWNVME_LOCKDOWN_LOG_SCOPE_ADMIN) {
        code.words = "=4096 ";
    }
    lwnvme_describe_section(describe, "cfil");
    for (i = 0; i < log->lngth && i < sizeof(log->cfil); i++) {
        /* Ascending, or it would be named twice. */
        if (i == 0 || log->cfil[i] > code.value) {
            code.index = log->cfil[i];
            code.value = log->cfil[i];
            lwnvme_describe_code(describe, &code);
        }
    }
    lwnvme_describe_end(describe);
}
