/* SPDX-License-Identifier: MIT */
/*
 * Identify Controller and power states in words. Reads the caller's copy of the structure; nothing of it is used as an
 * index, a count or a length but NPSS, whose 5 bits cannot lead beyond the 32 descriptors.
 *
 * Base, section 5.1.13.2.1 "Identify Controller Data Structure".
 */
#include "engine.h"

#define LWNVME_DESCRIBE_POWER_STATES 32u

static const char lwnvme_describe_controller_layout[] =
    "2x vid;2x ssvid;20s sn;40s mn;8s fr;1u rab;3x ieee;1x cmic:0 more than one port|"
    "1 more than one controller|2 SR-IOV virtual function|3 ANA reporting;1u mdts:=0 no limit;2x cntlid;"
    "4v ver;4u rtd3r[us];4u rtd3e[us];4x oaes:8 attached namespace changed|9 firmware activation|"
    "11 ANA change|12 predictable latency|13 LBA status|14 endurance group|"
    "15 normal NVM subsystem shutdown|16 temperature hysteresis|17 reachability|"
    "19 allocated namespace changed|27 zone descriptor changed|31 discovery log;"
    "4x ctratt:0 128-bit host identifier|1 non-operational power state permissive mode|2 NVM sets|"
    "3 read recovery levels|4 endurance groups|5 predictable latency mode|6 traffic based keep alive|"
    "7 namespace granularity|8 SQ associations|9 UUID list|10 multi-domain subsystem|"
    "11 fixed capacity management|12 variable capacity management|13 delete endurance group|"
    "14 delete NVM set|15 extended LBA formats|16 MDTS without metadata|"
    "17 HMB restrict non-operational access|18 reservations and host identifier|"
    "19 flexible data placement;2x rrls;"
    "1x bpcap:1:0=1 RPMB boot partition write protection not supported|"
    "1:0=2 RPMB boot partition write protection|2 Set Features boot partition write protection;1-;"
    "4u nssl[us];2-;1x plsi:0 emergency power fail|1 forced quiescence;1u cntrltype:=0 not reported|"
    "=1 I/O|=2 discovery|=3 administrative;16j fguid;2u crdt1[x 100 ms];2u crdt2[x 100 ms];"
    "2u crdt3[x 100 ms];1x crcap:0 reachability reporting;105-;13-;1x nvmsr:0 NVMe storage device|"
    "1 NVMe enclosure;1x vwci:7 remaining valid;1x mec:0 SMBus or I2C management endpoint|"
    "1 PCIe management endpoint;2x oacs:0 Security|1 Format NVM|2 Firmware|3 Namespace Management|"
    "4 Device Self-test|5 Directives|6 NVMe-MI|7 Virtualization Management|8 Doorbell Buffer Config|"
    "9 Get LBA Status|10 Lockdown|11 Host Managed Live Migration;1z acl[aborts];1z aerl[events];"
    "1x frmw:0 slot 1 read-only|3:1=1 1 slot|3:1=2 2 slots|3:1=3 3 slots|3:1=4 4 slots|3:1=5 5 slots|"
    "3:1=6 6 slots|3:1=7 7 slots|4 activation without reset|5 overlap detection;"
    "1x lpa:0 SMART per namespace|1 Commands Supported and Effects|2 extended data and offset|"
    "3 telemetry|4 persistent event|5 miscellaneous log pages|6 telemetry data area 4;1z elpe[entries];"
    "1z npss[power states];1x avscc:0 vendor specific commands as in the specification;"
    "1x apsta:0 autonomous power state transitions;2t wctemp[K];2t cctemp[K];2u mtfa[x 100 ms];"
    "4u hmpre[x 4 KiB];4u hmmin[x 4 KiB];16b tnvmcap[bytes];16b unvmcap[bytes];"
    "4x rpmbs:2:0=0 no RPMB units;2u edstt[min];1x dsto:0 one self-test at a time in the subsystem|"
    "1 host-initiated refresh;1u fwug[x 4 KiB]:=0 not reported|=255 no restriction;"
    "2u kas[x 100 ms]:=0 no keep alive;2x hctma:0 host controlled thermal management;2t mntmt[K];"
    "2t mxtmt[K];4x sanicap:0 crypto erase|1 block erase|2 overwrite|3 media verification|"
    "29 no-deallocate inhibited|31:30=1 media not modified after no-deallocate|"
    "31:30=2 media modified after no-deallocate;4u hmminds[x 4 KiB];2u hmmaxd;2u nsetidmax;2u endgidmax;"
    "1u anatt[s];1x anacap:0 optimized|1 non-optimized|2 inaccessible|3 persistent loss|4 change|"
    "6 ANAGRPID does not change|7 ANAGRPID not 0 in Namespace Management;4u anagrpmax;4u nanagrpid;"
    "4u pels[x 64 KiB];2u domainid;1x kpioc:0 key per I/O|1 for all namespaces at once;1-;"
    "2u mptfawr[x 100 ms];6-;16b megcap[bytes];1x tmpthha;1-;2u cqt[ms];124-;"
    "1x sqes:3:0=6 64 bytes at least|7:4=6 64 bytes at most;1x cqes:3:0=4 16 bytes at least|"
    "7:4=4 16 bytes at most;2u maxcmd;4u nn;2x oncs:0 Compare|1 Write Uncorrectable|2 Dataset Management|"
    "3 Write Zeroes|4 feature save and select|5 reservations|6 timestamp|7 Verify|8 Copy|"
    "9 Copy single atomicity|10 Copy all fast|11 Write Zeroes with deallocate up to WZDSL|"
    "12 namespace zeroes;2x fuses:0 Compare and Write;1x fna:0 formats all namespaces|"
    "1 secure erase of all namespaces|2 cryptographic erase|3 no Format NVM of all at once;"
    "1x vwc:0 present|2:1=2 no Flush of all namespaces|2:1=3 Flush of all namespaces;2z awun[blocks];"
    "2z awupf[blocks];1x icsvscc:0 vendor specific I/O commands as in the specification;"
    "1x nwpc:0 write protect|1 until power cycle|2 permanent;2z acwu[blocks];2x ocfs:0 format 0h|"
    "1 format 1h|2 format 2h|3 format 3h|4 format 4h;4x sgls:1:0=1 SGLs|1:0=2 SGLs, dword aligned|"
    "2 keyed|16 bit bucket|17 metadata byte aligned|18 larger lengths|19 metadata SGL|"
    "20 address as offset|21 transport SGL;4u mnan;16u maxdna;4u maxcna;4u oaqd;1u rhiri[s];1u hirt[s];"
    "2u cmmrtd;2u nmmrtd;1u minmrtg;1u maxmrtg;1x trattr;1-;2u mcudmq;2u mnsudmq;2u mcmr;2u nmcmr;"
    "2u mcdqpc;180-;256s subnqn;768-;4u ioccsz;4u iorcsz;2u icdoff;1x fcatt;1u msdbd;2x ofcs;1u dctype;";

/* In three parts, since a power in watts goes before the first entry of each; their first entries make the columns
 * as wide as that of the last. */
static const char lwnvme_describe_power_layout[] =
    "0- emerg_power_fail_recover_scale;2u max_power;1-;&1u@0:0 max_power_scale:=0 0.01 W|=1 0.0001 W;"
    "1u@1:1 non-operational_state;4u entry_lat[us];4u exit_lat[us];1u read_tput;1u read_lat;"
    "1u write_tput;1u write_lat;";

static const char lwnvme_describe_idle_power_layout[] =
    "0- emerg_power_fail_recover_scale;2u idle_power;1u@7:6 idle_scale:=0 not reported|=1 0.0001 W|"
    "=2 0.01 W;";

static const char lwnvme_describe_active_power_layout[] =
    "0- emerg_power_fail_recover_scale;2u active_power;&1u@2:0 active_power_work;"
    "1u@7:6 active_scale:=0 not reported|=1 0.0001 W|=2 0.01 W;1u emerg_power_fail_recover_time;"
    "1u force_quiesce_vault_time;1u emerg_power_fail_vault_time;&1u@3:0 emerg_power_fail_recover_scale;"
    "1u@7:4 force_quiesce_vault_scale;1u@3:0 emerg_power_fail_vault_scale;";

#define LWNVME_DESCRIBE_WATT_DECIMALS 6u

/* Says microwatts as watts; nothing, if there are none. */
static void lwnvme_describe_watts(struct lwnvme_describe *describe, uint32_t power_uw)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    char text[LWNVME_DESCRIBE_DECIMAL_BYTES];
    const char *from = lwnvme_describe_decimal(digits, power_uw, 0);
    const uint32_t count = (uint32_t)(&digits[LWNVME_DESCRIBE_DECIMAL_BYTES - 1u] - from);
    uint32_t place = count > LWNVME_DESCRIBE_WATT_DECIMALS ? count : LWNVME_DESCRIBE_WATT_DECIMALS + 1u;
    uint32_t length = 0;

    if (power_uw == 0) {
        return;
    }
    for (; place > 0; place--) { /* from the highest digit down; a point stands before the last six */
        if (place == LWNVME_DESCRIBE_WATT_DECIMALS) {
            text[length++] = '.';
        }
        text[length++] = place > count ? '0' : from[count - place];
    }
    while (text[length - 1u] == '0') {
        length--;
    }
    if (text[length - 1u] == '.') {
        length--;
    }
    text[length] = '\0';
    lwnvme_describe_remark(describe, text);
    lwnvme_describe_note_more(describe, " W");
}

void lwnvme_describe_power_state(struct lwnvme_describe *describe, const struct lwnvme_power_state *state)
{
    lwnvme_describe_watts(describe, lwnvme_power_state_maximum_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_power_layout, state, sizeof(*state));
    lwnvme_describe_watts(describe, lwnvme_power_state_idle_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_idle_power_layout, &state->idlp,
                           sizeof(*state) - offsetof(struct lwnvme_power_state, idlp));
    lwnvme_describe_watts(describe, lwnvme_power_state_active_uw(state));
    lwnvme_describe_layout(describe, lwnvme_describe_active_power_layout, &state->actp,
                           sizeof(*state) - offsetof(struct lwnvme_power_state, actp));
}

void lwnvme_describe_identify_controller(struct lwnvme_describe *describe,
                                         const struct lwnvme_identify_controller *identify)
{
    uint32_t state;

    lwnvme_describe_layout(describe, lwnvme_describe_controller_layout, identify, sizeof(*identify));
    lwnvme_describe_list(describe, "psds");
    for (state = 0; state <= identify->npss && state < LWNVME_DESCRIBE_POWER_STATES; state++) {
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_power_state(describe, &identify->psd[state]);
        lwnvme_describe_end(describe);
    }
    lwnvme_describe_end(describe);
}
