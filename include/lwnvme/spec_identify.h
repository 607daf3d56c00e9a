/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the NVMe vocabulary of Identify, beyond what bring-up and block I/O need (that is in spec.h): lists of
 * controllers, namespaces' sets and groups, structures of the zoned and key value command sets, what Namespace
 * Management takes, and the bits of the fields of Identify Controller and Identify Namespace.
 *
 * Sources by the short names of spec.h. Only definitions and small accessors; any context.
 */
#ifndef LWNVME_SPEC_IDENTIFY_H
#define LWNVME_SPEC_IDENTIFY_H

#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Identify Controller: field values ----------------------------------------------------------------- */

/* Base, section 5.1.13.2.1, Identify Controller Data Structure figure, in its order. */

/* RRLS: bit n, read recovery level n; 4 is the default, 15 fast fail. */
#define LWNVME_RRLS_LEVEL(level)    (1u << (level))
#define LWNVME_RRLS_LEVELS          16u
#define LWNVME_RRLS_LEVEL_DEFAULT   4u
#define LWNVME_RRLS_LEVEL_FAST_FAIL 15u
/* BPCAP. RPMBBPWPS: write protection of boot partitions through RPMB. */
#define LWNVME_BPCAP_RPMBBPWPS               1, 0
#define LWNVME_BPCAP_RPMBBPWPS_NOT_SPECIFIED 0u
#define LWNVME_BPCAP_RPMBBPWPS_NOT_SUPPORTED 1u
#define LWNVME_BPCAP_RPMBBPWPS_SUPPORTED     2u
#define LWNVME_BPCAP_SFBPWPS                 (1u << 2) /* by Set Features */
/* PLSI. */
#define LWNVME_PLSI_EMERGENCY_POWER_FAIL (1u << 0)
#define LWNVME_PLSI_FORCED_QUIESCENCE    (1u << 1)
/* CRCAP. */
#define LWNVME_CRCAP_REACHABILITY_REPORTING (1u << 0)
#define LWNVME_CRCAP_RGIDC                  (1u << 1) /* set: the RGRPID of an attached namespace does not change */
/* NVMSR, VWCI and MEC. */
#define LWNVME_NVMSR_STORAGE_DEVICE  (1u << 0)
#define LWNVME_NVMSR_ENCLOSURE       (1u << 1)
#define LWNVME_VWCI_WRITES_REMAINING 6, 0
#define LWNVME_VWCI_VALID            (1u << 7)
#define LWNVME_MEC_SMBUS             (1u << 0)
#define LWNVME_MEC_PCIE              (1u << 1)
/* AVSCC and ICSVSCC: vendor specific commands have the common format (Base, figure 92). */
#define LWNVME_AVSCC_COMMON_FORMAT   (1u << 0)
#define LWNVME_ICSVSCC_COMMON_FORMAT (1u << 0)
/* APSTA. */
#define LWNVME_APSTA_APST (1u << 0)
/* RPMBS; TSZ in 128 KiB and ASZ in 512 bytes, both 0's based. */
#define LWNVME_RPMBS_UNITS                 2, 0
#define LWNVME_RPMBS_AUTHENTICATION_METHOD 5, 3
#define LWNVME_RPMBS_TOTAL_SIZE            23, 16
#define LWNVME_RPMBS_ACCESS_SIZE           31, 24
/* DSTO. */
#define LWNVME_DSTO_ONE_SELF_TEST          (1u << 0) /* one at a time in the NVM subsystem, not one per controller */
#define LWNVME_DSTO_HOST_INITIATED_REFRESH (1u << 1)
/* KAS. */
#define LWNVME_KAS_UNIT_MS 100u
/* HCTMA. */
#define LWNVME_HCTMA_HCTM (1u << 0)
/* SANICAP.NODMMAS: whether media are modified after a sanitize with No-Deallocate. */
#define LWNVME_SANICAP_NODMMAS_NOT_DEFINED  0u
#define LWNVME_SANICAP_NODMMAS_NOT_MODIFIED 1u
#define LWNVME_SANICAP_NODMMAS_MODIFIED     2u
/* ANACAP. */
#define LWNVME_ANACAP_OPTIMIZED          (1u << 0)
#define LWNVME_ANACAP_NON_OPTIMIZED      (1u << 1)
#define LWNVME_ANACAP_INACCESSIBLE       (1u << 2)
#define LWNVME_ANACAP_PERSISTENT_LOSS    (1u << 3)
#define LWNVME_ANACAP_CHANGE             (1u << 4)
#define LWNVME_ANACAP_GROUP_ID_FIXED     (1u << 6) /* ANAGRPID does not change while attached */
#define LWNVME_ANACAP_GROUP_ID_SUPPORTED (1u << 7) /* Namespace Management takes an ANAGRPID that is not 0 */
/* KPIOC. */
#define LWNVME_KPIOC_SUPPORTED      (1u << 0)
#define LWNVME_KPIOC_ALL_NAMESPACES (1u << 1)
/* TMPTHHA. */
#define LWNVME_TMPTHHA_TMPTHMH 2, 0 /* kelvin */
/* NWPC. */
#define LWNVME_NWPC_WRITE_PROTECT     (1u << 0)
#define LWNVME_NWPC_UNTIL_POWER_CYCLE (1u << 1)
#define LWNVME_NWPC_PERMANENT         (1u << 2)
/* CDFS: bit n, Copy descriptor format n. */
#define LWNVME_CDFS_FORMAT(format) (1u << (format))
/* TRATTR. */
#define LWNVME_TRATTR_TRACK_HOST_MEMORY_CHANGES   (1u << 0)
#define LWNVME_TRATTR_TRACK_USER_DATA_CHANGES     (1u << 1)
#define LWNVME_TRATTR_MEMORY_RANGE_LENGTH_LIMITED (1u << 2)

/* ---- Power states -------------------------------------------------------------------------------------- */

/* Base, Power State Descriptor Data Structure figure: IPS and APS, and APW. */
#define LWNVME_PSD_SCALE_NOT_REPORTED 0u
#define LWNVME_PSD_SCALE_100_UW       1u
#define LWNVME_PSD_SCALE_10_MW        2u
#define LWNVME_PSD_WORKLOAD_NONE      0u
#define LWNVME_PSD_WORKLOAD_1         1u
#define LWNVME_PSD_WORKLOAD_2         2u
/* EPFRTS, FQVTS and EPFVTS: units of EPFRT, FQVT and EPFVT. */
#define LWNVME_PSD_EPFRTS       3, 0
#define LWNVME_PSD_FQVTS        7, 4
#define LWNVME_PSD_EPFVTS       3, 0
#define LWNVME_POWER_STATES_MAX 32u
/* RRT, RRL, RWT and RWL are ranks, 0 the best. */
#define LWNVME_PSD_RANK 4, 0

/* A power in units of a scale (LWNVME_PSD_SCALE_...) in microwatts; 0: not reported. */
static inline uint32_t lwnvme_power_scaled_uw(uint32_t power, uint32_t scale)
{
    if (scale == LWNVME_PSD_SCALE_100_UW)
        return power * 100u;
    return scale == LWNVME_PSD_SCALE_10_MW ? power * 10000u : 0u;
}

/* MP: the most power that the state takes, in microwatts; 0: not reported. */
static inline uint32_t lwnvme_power_state_maximum_uw(const struct lwnvme_power_state *state)
{
    return lwnvme_power_scaled_uw(lwnvme_le16_get(&state->mp), (state->flags & LWNVME_PSD_MXPS) != 0
                                                                   ? LWNVME_PSD_SCALE_100_UW
                                                                   : LWNVME_PSD_SCALE_10_MW);
}

/* IDLP: typical power when idle, in microwatts; 0: not reported. */
static inline uint32_t lwnvme_power_state_idle_uw(const struct lwnvme_power_state *state)
{
    return lwnvme_power_scaled_uw(lwnvme_le16_get(&state->idlp),
                                  lwnvme_field_get(state->ips, LWNVME_PSD_IPS));
}

/* ACTP: the largest average power under the workload of APW, in microwatts; 0: not reported. */
static inline uint32_t lwnvme_power_state_active_uw(const struct lwnvme_power_state *state)
{
    return lwnvme_power_scaled_uw(lwnvme_le16_get(&state->actp),
                                  lwnvme_field_get(state->apw_aps, LWNVME_PSD_APS));
}

/* Whether I/O is carried out in it. */
static inline bool lwnvme_power_state_is_operational(const struct lwnvme_power_state *state)
{
    return (state->flags & LWNVME_PSD_NOPS) == 0;
}

/* ---- Identify Namespace: field values ------------------------------------------------------------------ */

/* RESCAP. */
#define LWNVME_RESCAP_PERSIST_THROUGH_POWER_LOSS        (1u << 0)
#define LWNVME_RESCAP_WRITE_EXCLUSIVE                   (1u << 1)
#define LWNVME_RESCAP_EXCLUSIVE_ACCESS                  (1u << 2)
#define LWNVME_RESCAP_WRITE_EXCLUSIVE_REGISTRANTS_ONLY  (1u << 3)
#define LWNVME_RESCAP_EXCLUSIVE_ACCESS_REGISTRANTS_ONLY (1u << 4)
#define LWNVME_RESCAP_WRITE_EXCLUSIVE_ALL_REGISTRANTS   (1u << 5)
#define LWNVME_RESCAP_EXCLUSIVE_ACCESS_ALL_REGISTRANTS  (1u << 6)
#define LWNVME_RESCAP_IGNORE_EXISTING_KEY_1_3           (1u << 7)
/* FPI: percent of the namespace that remains to be formatted. */
#define LWNVME_FPI_REMAINING 6, 0
#define LWNVME_FPI_SUPPORTED (1u << 7)
/* KPIOS of a namespace. */
#define LWNVME_NS_KPIOS_ENABLED   (1u << 0)
#define LWNVME_NS_KPIOS_SUPPORTED (1u << 1)
/* NVM, CNS 05h: PIC, PIFA and what ELBAF.PIF and ELBAF.QPIF say. */
#define LWNVME_PIC_16B_GUARD_STORAGE_TAG      (1u << 0)
#define LWNVME_PIC_16B_GUARD_STORAGE_TAG_MASK (1u << 1)
#define LWNVME_PIC_STORAGE_TAG_CHECK_READ     (1u << 2)
#define LWNVME_PIC_QUALIFIED_FORMATS          (1u << 3)
#define LWNVME_PIFA_STORAGE_TAG_MASKING       3, 0
#define LWNVME_PIFA_STORAGE_TAG_MASKING_BITS  0u
#define LWNVME_PIFA_STORAGE_TAG_MASKING_BYTES 1u
#define LWNVME_PIFA_STORAGE_TAG_MASKING_NONE  2u
#define LWNVME_ELBAF_QPIF                     12, 9
#define LWNVME_PIF_16B_GUARD                  0u
#define LWNVME_PIF_32B_GUARD                  1u
#define LWNVME_PIF_64B_GUARD                  2u
#define LWNVME_PIF_QUALIFIED                  3u

/* ---- Lists --------------------------------------------------------------------------------------------- */

/* Base, section 4.6.2 "Namespace List" (CNS 02h, 07h, 10h, 1Ah): ascending, ended by 0. */
struct lwnvme_identify_namespace_list {
    struct lwnvme_le32 nsid[1024];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_namespace_list) == 4096, "namespace list");

/* Base, section 5.1.13.2.3 "Namespace Identification Descriptor list" (CNS 03h): struct lwnvme_namespace_descriptor and
 * its identifier, again and again; ended by a length of 0. */
struct lwnvme_identify_descriptor_list {
    uint8_t bytes[4096];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_descriptor_list) == 4096, "descriptor list");

/* Base, section 4.6.1 "Controller List" (CNS 12h and 13h; what Namespace Attachment takes): ascending. */
struct lwnvme_identify_controller_list {
    struct lwnvme_le16 numid;
    struct lwnvme_le16 cntlid[2047];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_controller_list) == 4096, "controller list");

/* Base, section 5.1.13.2.4 "NVM Set List" (CNS 04h): one entry. */
struct lwnvme_nvm_set_attributes {
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 endgid;
    uint8_t rsvd4[4];
    struct lwnvme_le32 r4krt;       /* typical random 4 KiB read, 100 ns */
    struct lwnvme_le32 ows;         /* optimal write size, bytes; 0: not reported */
    struct lwnvme_le128 tnvmsetcap; /* bytes, as is unvmsetcap */
    struct lwnvme_le128 unvmsetcap;
    uint8_t rsvd48[80];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_nvm_set_attributes) == 128, "NVM set attributes");

#define LWNVME_NVM_SET_LIST_ENTRIES 31u
struct lwnvme_identify_nvm_set_list {
    uint8_t numid;
    uint8_t rsvd1[127];
    struct lwnvme_nvm_set_attributes entry[31]; /* ascending */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_nvm_set_list) == 4096, "NVM set list");

/* Base, section 5.1.13.3.1 "Primary Controller Capabilities data structure" (CNS 14h). */
struct lwnvme_identify_primary_controller {
    struct lwnvme_le16 cntlid;
    struct lwnvme_le16 portid;
    uint8_t crt; /* LWNVME_CRT_ bits */
    uint8_t rsvd5[27];
    struct lwnvme_le32 vqfrt;
    struct lwnvme_le32 vqrfa;
    struct lwnvme_le16 vqrfap;
    struct lwnvme_le16 vqprt;
    struct lwnvme_le16 vqfrsm;
    struct lwnvme_le16 vqgran;
    uint8_t rsvd48[16];
    struct lwnvme_le32 vifrt;
    struct lwnvme_le32 virfa;
    struct lwnvme_le16 virfap;
    struct lwnvme_le16 viprt;
    struct lwnvme_le16 vifrsm;
    struct lwnvme_le16 vigran;
    uint8_t rsvd80[4016];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_primary_controller) == 4096, "primary controller");

#define LWNVME_CRT_VQ (1u << 0) /* queues are flexible resources */
#define LWNVME_CRT_VI (1u << 1) /* interrupts are */

/* Base, section 5.1.13.3.2 "Secondary Controller List data structure" (CNS 15h): one entry. */
struct lwnvme_secondary_controller {
    struct lwnvme_le16 scid;
    struct lwnvme_le16 pcid;
    uint8_t scs; /* LWNVME_SCS_ONLINE */
    uint8_t rsvd5[3];
    struct lwnvme_le16 vfn; /* SR-IOV virtual function; 0: none */
    struct lwnvme_le16 nvq;
    struct lwnvme_le16 nvi;
    uint8_t rsvd14[18];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_secondary_controller) == 32, "secondary controller");

#define LWNVME_SCS_ONLINE                        (1u << 0)
#define LWNVME_SECONDARY_CONTROLLER_LIST_ENTRIES 127u
struct lwnvme_identify_secondary_controller_list {
    uint8_t numid;
    uint8_t rsvd1[31];
    struct lwnvme_secondary_controller entry[127]; /* ascending SCID */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_secondary_controller_list) == 4096,
                     "secondary controller list");

/* Base, section 5.1.13.2.13 "Namespace Granularity List" (CNS 16h): one descriptor, in bytes; 0: not reported. */
struct lwnvme_namespace_granularity {
    struct lwnvme_le64 nszegran;
    struct lwnvme_le64 ncapgran;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_namespace_granularity) == 16, "namespace granularity");

/* One for each LBA format: NVM, section 4.1.5.8 "Namespace Granularity List". Up to 16 where the host has not enabled
 * extended LBA formats (LBAFEE). */
#define LWNVME_NAMESPACE_GRANULARITY_ENTRIES       64u
#define LWNVME_NAMESPACE_GRANULARITY_ENTRIES_PLAIN 16u
struct lwnvme_identify_granularity_list {
    struct lwnvme_le32 nga; /* LWNVME_NGA_DESCRIPTOR_PER_FORMAT */
    uint8_t numd;           /* 0's based */
    uint8_t rsvd5[27];
    struct lwnvme_namespace_granularity entry[64];
    uint8_t rsvd1056[3040];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_granularity_list) == 4096, "granularity list");

/* Set: descriptor n is for LBA format n; clear: descriptor 0 is for all. */
#define LWNVME_NGA_DESCRIPTOR_PER_FORMAT (1u << 0)

/* Base, section 5.1.13.2.14 "UUID List" (CNS 17h): one entry. UUID index n is entry n - 1; a UUID of 0 ends it. */
struct lwnvme_uuid_entry {
    uint8_t header; /* LWNVME_UUID_ASSOCIATION */
    uint8_t rsvd1[15];
    uint8_t uuid[16];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_uuid_entry) == 32, "UUID list entry");

#define LWNVME_UUID_ASSOCIATION                  1, 0
#define LWNVME_UUID_ASSOCIATION_NONE             0u
#define LWNVME_UUID_ASSOCIATION_VENDOR           1u /* of Identify Controller's VID */
#define LWNVME_UUID_ASSOCIATION_SUBSYSTEM_VENDOR 2u /* of its SSVID */
#define LWNVME_UUID_LIST_ENTRIES                 127u
struct lwnvme_identify_uuid_list {
    uint8_t rsvd0[32];
    struct lwnvme_uuid_entry entry[127];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_uuid_list) == 4096, "UUID list");

/* Base, section 5.1.13.2.15 "Domain List" (CNS 18h): one entry; capacities in bytes. */
struct lwnvme_domain_attributes {
    struct lwnvme_le16 did;
    uint8_t rsvd2[14];
    struct lwnvme_le128 tdc;   /* total */
    struct lwnvme_le128 udc;   /* unallocated */
    struct lwnvme_le128 megdc; /* of one endurance group, at most */
    uint8_t rsvd64[64];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_domain_attributes) == 128, "domain attributes");

#define LWNVME_DOMAIN_LIST_ENTRIES 31u
struct lwnvme_identify_domain_list {
    uint8_t numid;
    uint8_t rsvd1[127];
    struct lwnvme_domain_attributes entry[31]; /* ascending */
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_domain_list) == 4096, "domain list");

/* Base, section 5.1.13.2.16 "Endurance Group List" (CNS 19h): ascending. */
#define LWNVME_ENDURANCE_GROUP_LIST_ENTRIES 2047u
struct lwnvme_identify_endurance_group_list {
    struct lwnvme_le16 numid;
    struct lwnvme_le16 endgid[2047];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_endurance_group_list) == 4096, "endurance group list");

/* Base, section 5.1.13.2.19 "Identify I/O Command Set data structure" (CNS 1Ch): bit n of a vector, command set
 * n; the index of a vector is what the I/O Command Set Profile feature takes. A vector of 0 ends the list. */
#define LWNVME_IO_COMMAND_SET_VECTORS 512u
struct lwnvme_identify_io_command_sets {
    struct lwnvme_le64 vector[512];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_io_command_sets) == 4096, "I/O command sets");

#define LWNVME_IOCS_VECTOR_NVM                    (1u << LWNVME_CSI_NVM)
#define LWNVME_IOCS_VECTOR_KEY_VALUE              (1u << LWNVME_CSI_KEY_VALUE)
#define LWNVME_IOCS_VECTOR_ZONED                  (1u << LWNVME_CSI_ZONED)
#define LWNVME_IOCS_VECTOR_SUBSYSTEM_LOCAL_MEMORY (1u << LWNVME_CSI_SUBSYSTEM_LOCAL_MEMORY)
#define LWNVME_IOCS_VECTOR_COMPUTATIONAL_PROGRAMS (1u << LWNVME_CSI_COMPUTATIONAL_PROGRAMS)

/* Base, section 5.1.13.4.2 "Get Ports List" (CNS 1Eh), figure 336: one entry. */
struct lwnvme_underlying_port {
    uint8_t address[512]; /* transport address and its subtype */
    struct lwnvme_le16 pidup;
    uint8_t trtype;
    uint8_t adrfam;
    uint8_t treq;
    uint8_t rsvd517[59];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_underlying_port) == 576, "underlying fabrics transport entry");

/* Figure 335: as many entries as fit. */
#define LWNVME_PORT_LIST_ENTRIES 7u
struct lwnvme_identify_port_list {
    struct lwnvme_le64 genctr; /* changes with the list */
    struct lwnvme_le64 nument;
    struct lwnvme_underlying_port entry[7];
    uint8_t rsvd4048[48];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_port_list) == 4096, "ports list");

/* Controller identifiers (Base, section 3.1.2): from fff0h on they are reserved. */
#define LWNVME_CNTLID_LAST 0xffefu
#define LWNVME_CNTLID_THIS 0xffffu /* where a command takes an identifier: the controller that processes it */

/* ---- Zoned namespaces ---------------------------------------------------------------------------------- */

/* ZNS, section 4.1.5.1, LBA Format Extension Data Structure figure. */
struct lwnvme_zns_lba_format_extension {
    struct lwnvme_le64 zsze; /* logical blocks */
    uint8_t zdes;            /* zone descriptor extension, 64 bytes; 0: none */
    uint8_t rsvd9[7];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_zns_lba_format_extension) == 16, "LBA format extension");

/* ZNS, section 4.1.5.1 "I/O Command Set Specific Identify Namespace Data Structure" (CNS 05h, CSI 02h). */
struct lwnvme_identify_zns_namespace {
    struct lwnvme_le16 zoc;
    struct lwnvme_le16 ozcs;
    struct lwnvme_le32 mar; /* 0's based, ffffffffh: no limit; so is mor */
    struct lwnvme_le32 mor;
    struct lwnvme_le32 rrl; /* seconds; 0: not reported. As are frl, rrl1 to frl3 */
    struct lwnvme_le32 frl;
    struct lwnvme_le32 rrl1;
    struct lwnvme_le32 rrl2;
    struct lwnvme_le32 rrl3;
    struct lwnvme_le32 frl1;
    struct lwnvme_le32 frl2;
    struct lwnvme_le32 frl3;
    struct lwnvme_le32 numzrwa; /* 0's based, ffffffffh: no limit */
    struct lwnvme_le16 zrwafg;  /* logical blocks, as is zrwasz */
    struct lwnvme_le16 zrwasz;
    uint8_t zrwacap;
    uint8_t rsvd53[2763];
    struct lwnvme_zns_lba_format_extension lbafe[64];
    uint8_t vs[256];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_zns_namespace) == 4096, "identify zoned namespace");

#define LWNVME_ZOC_VARIABLE_ZONE_CAPACITY       (1u << 0)
#define LWNVME_ZOC_ZONE_ACTIVE_EXCURSIONS       (1u << 1)
#define LWNVME_OZCS_READ_ACROSS_ZONE_BOUNDARIES (1u << 0)
#define LWNVME_OZCS_ZRWA                        (1u << 1)
#define LWNVME_ZRWACAP_EXPLICIT_FLUSH           (1u << 0)
#define LWNVME_ZNS_NO_LIMIT                     0xffffffffu

/* ZNS, section 4.1.5.2 "I/O Command Set Specific Identify Controller Data Structure" (CNS 06h, CSI 02h). */
struct lwnvme_identify_zns_controller {
    uint8_t zasl; /* largest zone append: base-2 logarithm, unit as MDTS; 0: as MDTS */
    uint8_t rsvd1[4095];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_zns_controller) == 4096, "identify zoned controller");

/* ---- Key value namespaces ------------------------------------------------------------------------------ */

/* KV, KV Format Data Structure figure. */
struct lwnvme_kv_format {
    struct lwnvme_le16 kvkml; /* longest key, bytes, up to 16 */
    uint8_t rsvd2;
    uint8_t afo;              /* bits 1:0 relative performance, 0 the best */
    struct lwnvme_le32 kvvml; /* longest value, bytes */
    struct lwnvme_le32 mnks;  /* most keys; 0: no limit is given */
    uint8_t rsvd12[4];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_kv_format) == 16, "KV format");

#define LWNVME_KV_FORMATS_MAX 16u
#define LWNVME_KV_KEY_BYTES   16u /* no key is longer */

/* KV, section 4.1.5 "I/O Command Set Specific Identify Namespace Data Structure" (CNS 05h, CSI 01h). */
struct lwnvme_identify_kv_namespace {
    struct lwnvme_le64 nsze; /* bytes, as is nuse */
    uint8_t rsvd8[8];
    struct lwnvme_le64 nuse;
    uint8_t nsfeat;
    uint8_t nkvf; /* 0's based */
    uint8_t nmic;
    uint8_t rescap;
    uint8_t fpi;
    uint8_t kvfc; /* bits 3:0 index of the format in use */
    uint8_t rsvd30[2];
    struct lwnvme_le32 novg; /* bytes; 0: not reported */
    struct lwnvme_le32 anagrpid;
    uint8_t rsvd40[3];
    uint8_t nsattr;
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 endgid;
    uint8_t nguid[16]; /* big endian, as is eui64 */
    uint8_t eui64[8];
    struct lwnvme_kv_format kvf[16];
    uint8_t rsvd328[3512];
    uint8_t vs[256];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_kv_namespace) == 4096, "identify KV namespace");

#define LWNVME_KVFC_FORMAT_INDEX 3, 0

/* KV, section 4.1.5 "I/O Command Set Specific Identify Controller Data Structure" (CNS 06h, CSI 01h). */
struct lwnvme_identify_kv_controller {
    struct lwnvme_le32 ver; /* of the KV specification; as VS */
    uint8_t rsvd4[4092];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_kv_controller) == 4096, "identify KV controller");

/* ---- Namespace Management ------------------------------------------------------------------------------ */

/* Base, section 5.1.21, Namespace Management - Host Software Specified Fields figure, with the fields of the NVM
 * (bytes 0 to 391) and the zoned (bytes 499 to 511) command set. Places are those of Identify Namespace. */
#define LWNVME_PLACEMENT_HANDLES_MAX 128u
struct lwnvme_namespace_management_data {
    struct lwnvme_le64 nsze; /* logical blocks, as is ncap */
    struct lwnvme_le64 ncap;
    uint8_t rsvd16[10];
    uint8_t flbas;
    uint8_t rsvd27[2];
    uint8_t dps;
    uint8_t nmic;
    uint8_t rsvd31[61];
    struct lwnvme_le32 anagrpid;
    uint8_t rsvd96[4];
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 endgid;
    uint8_t rsvd104[280];
    struct lwnvme_le64 lbstm;
    struct lwnvme_le16 nphndls; /* placement handles, 1-based, up to 128; 0: none */
    uint8_t rsvd394[105];
    uint8_t znsco;          /* zoned: LWNVME_ZNSCO_ALLOCATE_ZRWA */
    struct lwnvme_le32 rar; /* zoned: active resources asked for */
    struct lwnvme_le32 ror; /* zoned: open resources asked for */
    struct lwnvme_le32 rnumzrwa;
    struct lwnvme_le16 phndl[128]; /* reclaim unit handle of each placement handle */
    uint8_t rsvd768[3328];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_namespace_management_data) == 4096, "namespace management data");

#define LWNVME_ZNSCO_ALLOCATE_ZRWA (1u << 0)

#ifdef __cplusplus
}
#endif

#endif
