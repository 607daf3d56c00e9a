/* SPDX-License-Identifier: MIT */
/*
 * The NVMe vocabulary: register offsets, field positions, opcodes, identifiers, status codes and the data
 * structures that a controller and a host exchange.
 *
 * Sources, named in short below:
 *   Base    NVM Express Base Specification, Revision 2.1
 *   NVM     NVM Command Set Specification, Revision 1.1
 *   ZNS     Zoned Namespace Command Set Specification, Revision 1.2
 *   KV      Key Value Command Set Specification, Revision 1.1
 *   PCIe    NVMe over PCIe Transport Specification, Revision 1.1
 *
 * Only definitions and small accessors: no state, no side effect. All of it may be used from any context.
 *
 * A field is named by one macro whose value is the pair "highest bit, lowest bit" as the specification prints
 * it. It is an argument list for the accessors below:
 *
 *     uint32_t depth = lwnvme_field_get_halves(cap_low, cap_high, LWNVME_CAP_MQES) + 1u;
 *     uint32_t cc = lwnvme_field_put(1u, LWNVME_CC_EN) | lwnvme_field_put(LWNVME_IOSQES, LWNVME_CC_IOSQES);
 */
#ifndef LWNVME_SPEC_H
#define LWNVME_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define LWNVME_STATIC_ASSERT(condition, text) static_assert(condition, text)
extern "C" {
#else
#define LWNVME_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/* Each of these is an instruction or two, and a call of one is more: compilers that weigh them by their
 * source lines, and keep one for all, are told so. */
#if defined(__GNUC__)
#define LWNVME_LITTLE_INLINE static inline __attribute__((always_inline))
#else
#define LWNVME_LITTLE_INLINE static inline
#endif

/* ---- Field accessors ----------------------------------------------------------------------------------- */

/*
 * Value of the field that spans bits hi..lo of a 32-bit value, moved down to bit 0.
 * Requires lo <= hi <= 31.
 */
LWNVME_LITTLE_INLINE uint32_t lwnvme_field_get(uint32_t value, unsigned hi, unsigned lo)
{
    return (value >> lo) & (UINT32_MAX >> (31u - (hi - lo)));
}

/*
 * field_value moved up to bits hi..lo of a 32-bit value; bits that the field cannot hold are dropped, all
 * other bits are 0. Requires lo <= hi <= 31.
 */
LWNVME_LITTLE_INLINE uint32_t lwnvme_field_put(uint32_t field_value, unsigned hi, unsigned lo)
{
    return (field_value & (UINT32_MAX >> (31u - (hi - lo)))) << lo;
}

/*
 * As lwnvme_field_get, for a 64-bit register that is kept as two 32-bit halves. No field of such a register
 * straddles the halves. Requires lo <= hi <= 63, both below or both above bit 32.
 */
LWNVME_LITTLE_INLINE uint32_t lwnvme_field_get_halves(uint32_t low, uint32_t high, unsigned hi, unsigned lo)
{
    return lo >= 32u ? lwnvme_field_get(high, hi - 32u, lo - 32u) : lwnvme_field_get(low, hi, lo);
}

/* ---- Little-endian values in memory that a device reads or writes -------------------------------------- */

/* Base, byte, word and dword relationships: all multi-byte fields are little endian. Alignment is 1. */
struct lwnvme_le16 {
    uint8_t byte[2];
};

struct lwnvme_le32 {
    uint8_t byte[4];
};

struct lwnvme_le64 {
    uint8_t byte[8];
};

struct lwnvme_le128 { /* counter.h has more than its halves */
    uint8_t byte[16];
};

/* The value, in the CPU's byte order. */
LWNVME_LITTLE_INLINE uint16_t lwnvme_le16_get(const struct lwnvme_le16 *v)
{
    return (uint16_t)(v->byte[0] | ((unsigned)v->byte[1] << 8));
}

/* The value, in the CPU's byte order. */
LWNVME_LITTLE_INLINE uint32_t lwnvme_le32_get(const struct lwnvme_le32 *v)
{
    return (uint32_t)v->byte[0] | ((uint32_t)v->byte[1] << 8) | ((uint32_t)v->byte[2] << 16) |
           ((uint32_t)v->byte[3] << 24);
}

/* Value of the 8 bytes at p, lowest byte first. */
LWNVME_LITTLE_INLINE uint64_t lwnvme_le_bytes_get64(const uint8_t *p)
{
    const uint32_t low =
        (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
    const uint32_t high =
        (uint32_t)p[4] | ((uint32_t)p[5] << 8) | ((uint32_t)p[6] << 16) | ((uint32_t)p[7] << 24);

    return ((uint64_t)high << 32) | low;
}

/* The value, in the CPU's byte order. */
LWNVME_LITTLE_INLINE uint64_t lwnvme_le64_get(const struct lwnvme_le64 *v)
{
    return lwnvme_le_bytes_get64(v->byte);
}

/* Bits 63..0 of a 128-bit value. */
LWNVME_LITTLE_INLINE uint64_t lwnvme_le128_low64(const struct lwnvme_le128 *v)
{
    return lwnvme_le_bytes_get64(&v->byte[0]);
}

/* Bits 127..64 of a 128-bit value: not 0 means that the value does not fit in 64 bits. */
LWNVME_LITTLE_INLINE uint64_t lwnvme_le128_high64(const struct lwnvme_le128 *v)
{
    return lwnvme_le_bytes_get64(&v->byte[8]);
}

/* Sets the value, given in the CPU's byte order. */
LWNVME_LITTLE_INLINE void lwnvme_le16_set(struct lwnvme_le16 *v, uint16_t x)
{
    v->byte[0] = (uint8_t)(x & 0xffu);
    v->byte[1] = (uint8_t)(x >> 8);
}

/* Sets the value, given in the CPU's byte order. */
LWNVME_LITTLE_INLINE void lwnvme_le32_set(struct lwnvme_le32 *v, uint32_t x)
{
    v->byte[0] = (uint8_t)(x & 0xffu);
    v->byte[1] = (uint8_t)((x >> 8) & 0xffu);
    v->byte[2] = (uint8_t)((x >> 16) & 0xffu);
    v->byte[3] = (uint8_t)(x >> 24);
}

/* Sets the value, given in the CPU's byte order. */
LWNVME_LITTLE_INLINE void lwnvme_le64_set(struct lwnvme_le64 *v, uint64_t x)
{
    const uint32_t low = (uint32_t)(x & 0xffffffffu);
    const uint32_t high = (uint32_t)(x >> 32);

    v->byte[0] = (uint8_t)(low & 0xffu);
    v->byte[1] = (uint8_t)((low >> 8) & 0xffu);
    v->byte[2] = (uint8_t)((low >> 16) & 0xffu);
    v->byte[3] = (uint8_t)(low >> 24);
    v->byte[4] = (uint8_t)(high & 0xffu);
    v->byte[5] = (uint8_t)((high >> 8) & 0xffu);
    v->byte[6] = (uint8_t)((high >> 16) & 0xffu);
    v->byte[7] = (uint8_t)(high >> 24);
}

/* ---- Controller properties (registers) ----------------------------------------------------------------- */

/* Base, section 3.1.4 "Controller Properties", figure 33 "Property Definition": byte offsets. */
#define LWNVME_REG_CAP     0x00u
#define LWNVME_REG_VS      0x08u
#define LWNVME_REG_INTMS   0x0cu
#define LWNVME_REG_INTMC   0x10u
#define LWNVME_REG_CC      0x14u
#define LWNVME_REG_CSTS    0x1cu
#define LWNVME_REG_NSSR    0x20u
#define LWNVME_REG_AQA     0x24u
#define LWNVME_REG_ASQ     0x28u
#define LWNVME_REG_ACQ     0x30u
#define LWNVME_REG_CMBLOC  0x38u
#define LWNVME_REG_CMBSZ   0x3cu
#define LWNVME_REG_BPINFO  0x40u
#define LWNVME_REG_BPRSEL  0x44u
#define LWNVME_REG_BPMBL   0x48u
#define LWNVME_REG_CMBMSC  0x50u
#define LWNVME_REG_CMBSTS  0x58u
#define LWNVME_REG_CMBEBS  0x5cu
#define LWNVME_REG_CMBSWTP 0x60u
#define LWNVME_REG_NSSD    0x64u
#define LWNVME_REG_CRTO    0x68u
#define LWNVME_REG_PMRCAP  0xe00u
#define LWNVME_REG_PMRCTL  0xe04u
#define LWNVME_REG_PMRSTS  0xe08u
#define LWNVME_REG_PMREBS  0xe0cu
#define LWNVME_REG_PMRSWTP 0xe10u
#define LWNVME_REG_PMRMSCL 0xe14u
#define LWNVME_REG_PMRMSCU 0xe18u
/* PCIe, Submission Queue 0 Tail Doorbell: the first; each is 4 << CAP.DSTRD bytes after the one before. */
#define LWNVME_REG_DOORBELLS 0x1000u

/* Base, section 3.1.4.1 "CAP: Controller Capabilities" (64 bits). */
#define LWNVME_CAP_MQES   15, 0
#define LWNVME_CAP_CQR    16, 16
#define LWNVME_CAP_AMS    18, 17
#define LWNVME_CAP_TO     31, 24
#define LWNVME_CAP_DSTRD  35, 32
#define LWNVME_CAP_NSSRS  36, 36
#define LWNVME_CAP_CSS    44, 37
#define LWNVME_CAP_BPS    45, 45
#define LWNVME_CAP_CPS    47, 46
#define LWNVME_CAP_MPSMIN 51, 48
#define LWNVME_CAP_MPSMAX 55, 52
#define LWNVME_CAP_PMRS   56, 56
#define LWNVME_CAP_CMBS   57, 57
#define LWNVME_CAP_NSSS   58, 58
#define LWNVME_CAP_CRMS   60, 59
#define LWNVME_CAP_NSSES  61, 61

#define LWNVME_CAP_AMS_WRR          (1u << 0)
#define LWNVME_CAP_AMS_VENDOR       (1u << 1)
#define LWNVME_CAP_CSS_NVM          (1u << 0)
#define LWNVME_CAP_CSS_IOCSS        (1u << 6)
#define LWNVME_CAP_CSS_ADMIN_ONLY   (1u << 7)
#define LWNVME_CAP_CPS_NOT_REPORTED 0u
#define LWNVME_CAP_CPS_CONTROLLER   1u
#define LWNVME_CAP_CPS_DOMAIN       2u
#define LWNVME_CAP_CPS_SUBSYSTEM    3u
#define LWNVME_CAP_CRMS_CRWMS       (1u << 0)
#define LWNVME_CAP_CRMS_CRIMS       (1u << 1)
#define LWNVME_CAP_TO_UNIT_MS       500u

/* Base, section 3.1.4.2 "VS: Version"; Identify Controller's VER has the same form. */
#define LWNVME_VS_TER 7, 0
#define LWNVME_VS_MNR 15, 8
#define LWNVME_VS_MJR 31, 16

#define LWNVME_VERSION(major, minor, tertiary)                                                               \
    (((uint32_t)(major) << 16) | ((uint32_t)(minor) << 8) | (uint32_t)(tertiary))

/* Base, section 3.1.4.5 "CC: Controller Configuration". */
#define LWNVME_CC_EN     0, 0
#define LWNVME_CC_CSS    6, 4
#define LWNVME_CC_MPS    10, 7
#define LWNVME_CC_AMS    13, 11
#define LWNVME_CC_SHN    15, 14
#define LWNVME_CC_IOSQES 19, 16
#define LWNVME_CC_IOCQES 23, 20
#define LWNVME_CC_CRIME  24, 24

#define LWNVME_CC_CSS_NVM         0u
#define LWNVME_CC_CSS_IOCSS       6u
#define LWNVME_CC_CSS_ADMIN_ONLY  7u
#define LWNVME_CC_AMS_ROUND_ROBIN 0u
#define LWNVME_CC_AMS_WRR         1u
#define LWNVME_CC_AMS_VENDOR      7u
#define LWNVME_CC_SHN_NONE        0u
#define LWNVME_CC_SHN_NORMAL      1u
#define LWNVME_CC_SHN_ABRUPT      2u

/* Base, section 3.1.4.6 "CSTS: Controller Status". */
#define LWNVME_CSTS_RDY   0, 0
#define LWNVME_CSTS_CFS   1, 1
#define LWNVME_CSTS_SHST  3, 2
#define LWNVME_CSTS_NSSRO 4, 4
#define LWNVME_CSTS_PP    5, 5
#define LWNVME_CSTS_ST    6, 6

#define LWNVME_CSTS_SHST_NORMAL    0u
#define LWNVME_CSTS_SHST_OCCURRING 1u
#define LWNVME_CSTS_SHST_COMPLETE  2u

/* Base, section 3.1.4.7 "NSSR: NVM Subsystem Reset": this value ("NVMe") starts the reset. */
#define LWNVME_NSSR_NSSRC       31, 0
#define LWNVME_NSSR_NSSRC_RESET 0x4e564d65u

/* Base, section 3.1.4.8 "AQA: Admin Queue Attributes"; both sizes are 0's based. */
#define LWNVME_AQA_ASQS 11, 0
#define LWNVME_AQA_ACQS 27, 16

/* Base, sections 3.1.4.11 to 3.1.4.19: Controller Memory Buffer and Boot Partitions. */
#define LWNVME_CMBLOC_BIR     2, 0
#define LWNVME_CMBLOC_CQMMS   3, 3
#define LWNVME_CMBLOC_CQPDS   4, 4
#define LWNVME_CMBLOC_CDPMLS  5, 5
#define LWNVME_CMBLOC_CDPCILS 6, 6
#define LWNVME_CMBLOC_CDMMMS  7, 7
#define LWNVME_CMBLOC_CQDA    8, 8
#define LWNVME_CMBLOC_OFST    31, 12
#define LWNVME_CMBSZ_SQS      0, 0
#define LWNVME_CMBSZ_CQS      1, 1
#define LWNVME_CMBSZ_LISTS    2, 2
#define LWNVME_CMBSZ_RDS      3, 3
#define LWNVME_CMBSZ_WDS      4, 4
#define LWNVME_CMBSZ_SZU      11, 8
#define LWNVME_CMBSZ_SZ       31, 12
#define LWNVME_BPINFO_BPSZ    14, 0
#define LWNVME_BPINFO_BRS     25, 24
#define LWNVME_BPINFO_ABPID   31, 31
#define LWNVME_BPRSEL_BPRSZ   9, 0
#define LWNVME_BPRSEL_BPROF   29, 10
#define LWNVME_BPRSEL_BPID    31, 31
/* CMBMSC is 64 bits; CBA, bits 63:12, straddles the halves: these are its parts in each half. */
#define LWNVME_CMBMSC_CRE      0, 0
#define LWNVME_CMBMSC_CMSE     1, 1
#define LWNVME_CMBMSC_CBA_LOW  31, 12
#define LWNVME_CMBMSC_CBA_HIGH 63, 32
#define LWNVME_CMBSTS_CBAI     0, 0
#define LWNVME_CMBEBS_CMBSZU   3, 0
#define LWNVME_CMBEBS_CMBRBB   4, 4
#define LWNVME_CMBEBS_CMBWBZ   31, 8
#define LWNVME_CMBSWTP_CMBSWTU 3, 0
#define LWNVME_CMBSWTP_CMBSWTV 31, 8

/* Base, section 3.1.4.20 "NSSD: NVM Subsystem Shutdown". */
#define LWNVME_NSSD_NSSC        31, 0
#define LWNVME_NSSD_NSSC_NORMAL 0x4e726d6cu
#define LWNVME_NSSD_NSSC_ABRUPT 0x41627074u

/* Base, section 3.1.4.21 "CRTO: Controller Ready Timeouts"; units of 500 ms. */
#define LWNVME_CRTO_CRWMT   15, 0
#define LWNVME_CRTO_CRIMT   31, 16
#define LWNVME_CRTO_UNIT_MS 500u

/* Base, sections 3.1.4.22 to 3.1.4.28: Persistent Memory Region. */
#define LWNVME_PMRCAP_RDS      3, 3
#define LWNVME_PMRCAP_WDS      4, 4
#define LWNVME_PMRCAP_BIR      7, 5
#define LWNVME_PMRCAP_PMRTU    9, 8
#define LWNVME_PMRCAP_PMRWBM   13, 10
#define LWNVME_PMRCAP_PMRTO    23, 16
#define LWNVME_PMRCAP_CMSS     24, 24
#define LWNVME_PMRCTL_EN       0, 0
#define LWNVME_PMRSTS_ERR      7, 0
#define LWNVME_PMRSTS_NRDY     8, 8
#define LWNVME_PMRSTS_HSTS     11, 9
#define LWNVME_PMRSTS_CBAI     12, 12
#define LWNVME_PMREBS_PMRSZU   3, 0
#define LWNVME_PMREBS_RBB      4, 4
#define LWNVME_PMREBS_PMRWBZ   31, 8
#define LWNVME_PMRSWTP_PMRSWTU 3, 0
#define LWNVME_PMRSWTP_PMRSWTV 31, 8
#define LWNVME_PMRMSCL_CMSE    1, 1
#define LWNVME_PMRMSCL_CBA     31, 12

/* ---- Queue entries ------------------------------------------------------------------------------------- */

#define LWNVME_SQE_BYTES  64u
#define LWNVME_SQE_DWORDS 16u
#define LWNVME_CQE_BYTES  16u
#define LWNVME_CQE_DWORDS 4u
/* CC.IOSQES and CC.IOCQES of those sizes: base-2 logarithms. */
#define LWNVME_IOSQES 6u
#define LWNVME_IOCQES 4u

/* Base, section 4.1.1 "Admin Command and I/O Command Common SQE", Command Dword 0. */
#define LWNVME_SQE_DW0_OPC  7, 0
#define LWNVME_SQE_DW0_FUSE 9, 8
#define LWNVME_SQE_DW0_PSDT 15, 14
#define LWNVME_SQE_DW0_CID  31, 16

#define LWNVME_FUSE_NORMAL          0u
#define LWNVME_FUSE_FIRST           1u
#define LWNVME_FUSE_SECOND          2u
#define LWNVME_PSDT_PRP             0u
#define LWNVME_PSDT_SGL_MPTR_BUFFER 1u
#define LWNVME_PSDT_SGL_MPTR_SGL    2u

/* Indexes of the dwords of a submission queue entry (Common Command Format). */
#define LWNVME_SQE_NSID  1u
#define LWNVME_SQE_CDW2  2u
#define LWNVME_SQE_CDW3  3u
#define LWNVME_SQE_MPTR  4u
#define LWNVME_SQE_PRP1  6u
#define LWNVME_SQE_PRP2  8u
#define LWNVME_SQE_CDW10 10u
#define LWNVME_SQE_CDW11 11u
#define LWNVME_SQE_CDW12 12u
#define LWNVME_SQE_CDW13 13u
#define LWNVME_SQE_CDW14 14u
#define LWNVME_SQE_CDW15 15u

/* Base, section 4.2.1 "Admin Command and I/O Command Common CQE", dwords 2 and 3. */
#define LWNVME_CQE_DW2_SQHD   15, 0
#define LWNVME_CQE_DW2_SQID   31, 16
#define LWNVME_CQE_DW3_CID    15, 0
#define LWNVME_CQE_DW3_P      16, 16
#define LWNVME_CQE_DW3_STATUS 31, 17

/* Base, section 4.3.1 "Physical Region Page Entry and List": 8 bytes, a dword aligned address. */
#define LWNVME_PRP_BYTES     8u
#define LWNVME_PRP_ALIGNMENT 4u

/* ---- Status -------------------------------------------------------------------------------------------- */

/* Base, section 4.2.3 "Status Field Definition": the 15 bits of LWNVME_CQE_DW3_STATUS. */
#define LWNVME_STATUS_SC  7, 0
#define LWNVME_STATUS_SCT 10, 8
#define LWNVME_STATUS_CRD 12, 11
#define LWNVME_STATUS_M   13, 13
#define LWNVME_STATUS_DNR 14, 14
/* Type and code together: what the LWNVME_SC_ constants are compared with. */
#define LWNVME_STATUS_CODE      10, 0
#define LWNVME_STATUS_CODE_MASK 0x7ff

#define LWNVME_SCT_GENERIC          0
#define LWNVME_SCT_COMMAND_SPECIFIC 1
#define LWNVME_SCT_MEDIA            2
#define LWNVME_SCT_PATH             3
#define LWNVME_SCT_VENDOR           7
/* In every type, codes from here up are vendor specific. */
#define LWNVME_SC_FIRST_VENDOR 0xc0

/* Base, section 4.2.3.1 "Generic Command Status Definition". */
#define LWNVME_SC_SUCCESS                                      0x000
#define LWNVME_SC_INVALID_COMMAND_OPCODE                       0x001
#define LWNVME_SC_INVALID_FIELD_IN_COMMAND                     0x002
#define LWNVME_SC_COMMAND_ID_CONFLICT                          0x003
#define LWNVME_SC_DATA_TRANSFER_ERROR                          0x004
#define LWNVME_SC_ABORTED_POWER_LOSS_NOTIFICATION              0x005
#define LWNVME_SC_INTERNAL_ERROR                               0x006
#define LWNVME_SC_COMMAND_ABORT_REQUESTED                      0x007
#define LWNVME_SC_ABORTED_SQ_DELETION                          0x008
#define LWNVME_SC_ABORTED_FAILED_FUSED_COMMAND                 0x009
#define LWNVME_SC_ABORTED_MISSING_FUSED_COMMAND                0x00a
#define LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT                  0x00b
#define LWNVME_SC_COMMAND_SEQUENCE_ERROR                       0x00c
#define LWNVME_SC_INVALID_SGL_SEGMENT_DESCRIPTOR               0x00d
#define LWNVME_SC_INVALID_NUMBER_OF_SGL_DESCRIPTORS            0x00e
#define LWNVME_SC_DATA_SGL_LENGTH_INVALID                      0x00f
#define LWNVME_SC_METADATA_SGL_LENGTH_INVALID                  0x010
#define LWNVME_SC_SGL_DESCRIPTOR_TYPE_INVALID                  0x011
#define LWNVME_SC_INVALID_USE_OF_CMB                           0x012
#define LWNVME_SC_PRP_OFFSET_INVALID                           0x013
#define LWNVME_SC_ATOMIC_WRITE_UNIT_EXCEEDED                   0x014
#define LWNVME_SC_OPERATION_DENIED                             0x015
#define LWNVME_SC_SGL_OFFSET_INVALID                           0x016
#define LWNVME_SC_HOST_IDENTIFIER_INCONSISTENT_FORMAT          0x018
#define LWNVME_SC_KEEP_ALIVE_TIMER_EXPIRED                     0x019
#define LWNVME_SC_KEEP_ALIVE_TIMEOUT_INVALID                   0x01a
#define LWNVME_SC_ABORTED_PREEMPT_AND_ABORT                    0x01b
#define LWNVME_SC_SANITIZE_FAILED                              0x01c
#define LWNVME_SC_SANITIZE_IN_PROGRESS                         0x01d
#define LWNVME_SC_SGL_DATA_BLOCK_GRANULARITY_INVALID           0x01e
#define LWNVME_SC_COMMAND_NOT_SUPPORTED_FOR_QUEUE_IN_CMB       0x01f
#define LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED                 0x020
#define LWNVME_SC_COMMAND_INTERRUPTED                          0x021
#define LWNVME_SC_TRANSIENT_TRANSPORT_ERROR                    0x022
#define LWNVME_SC_PROHIBITED_BY_LOCKDOWN                       0x023
#define LWNVME_SC_ADMIN_COMMAND_MEDIA_NOT_READY                0x024
#define LWNVME_SC_INVALID_KEY_TAG                              0x025
#define LWNVME_SC_HOST_DISPERSED_NAMESPACE_SUPPORT_NOT_ENABLED 0x026
#define LWNVME_SC_HOST_IDENTIFIER_NOT_INITIALIZED              0x027
#define LWNVME_SC_INCORRECT_KEY                                0x028
#define LWNVME_SC_FDP_DISABLED                                 0x029
#define LWNVME_SC_INVALID_PLACEMENT_HANDLE_LIST                0x02a
/* Generic status, I/O command sets: the first five are shared, the others are Key Value's. */
#define LWNVME_SC_LBA_OUT_OF_RANGE      0x080
#define LWNVME_SC_CAPACITY_EXCEEDED     0x081
#define LWNVME_SC_NAMESPACE_NOT_READY   0x082
#define LWNVME_SC_RESERVATION_CONFLICT  0x083
#define LWNVME_SC_FORMAT_IN_PROGRESS    0x084
#define LWNVME_SC_KV_INVALID_VALUE_SIZE 0x085
#define LWNVME_SC_KV_INVALID_KEY_SIZE   0x086
#define LWNVME_SC_KV_KEY_DOES_NOT_EXIST 0x087
#define LWNVME_SC_KV_UNRECOVERED_ERROR  0x088
#define LWNVME_SC_KV_KEY_EXISTS         0x089

/* Base, section 4.2.3.2 "Command Specific Status Definition". */
#define LWNVME_SC_COMPLETION_QUEUE_INVALID     0x100
#define LWNVME_SC_INVALID_QUEUE_IDENTIFIER     0x101
#define LWNVME_SC_INVALID_QUEUE_SIZE           0x102
#define LWNVME_SC_ABORT_COMMAND_LIMIT_EXCEEDED 0x103
/* 0x104 "abort command is missing" was withdrawn after revision 1.0. */
#define LWNVME_SC_ASYNC_EVENT_REQUEST_LIMIT_EXCEEDED     0x105
#define LWNVME_SC_INVALID_FIRMWARE_SLOT                  0x106
#define LWNVME_SC_INVALID_FIRMWARE_IMAGE                 0x107
#define LWNVME_SC_INVALID_INTERRUPT_VECTOR               0x108
#define LWNVME_SC_INVALID_LOG_PAGE                       0x109
#define LWNVME_SC_INVALID_FORMAT                         0x10a
#define LWNVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET      0x10b
#define LWNVME_SC_INVALID_QUEUE_DELETION                 0x10c
#define LWNVME_SC_FEATURE_NOT_SAVEABLE                   0x10d
#define LWNVME_SC_FEATURE_NOT_CHANGEABLE                 0x10e
#define LWNVME_SC_FEATURE_NOT_NAMESPACE_SPECIFIC         0x10f
#define LWNVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET         0x110
#define LWNVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET        0x111
#define LWNVME_SC_FIRMWARE_NEEDS_MAXIMUM_TIME            0x112
#define LWNVME_SC_FIRMWARE_ACTIVATION_PROHIBITED         0x113
#define LWNVME_SC_OVERLAPPING_RANGE                      0x114
#define LWNVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY        0x115
#define LWNVME_SC_NAMESPACE_IDENTIFIER_UNAVAILABLE       0x116
#define LWNVME_SC_NAMESPACE_ALREADY_ATTACHED             0x118
#define LWNVME_SC_NAMESPACE_IS_PRIVATE                   0x119
#define LWNVME_SC_NAMESPACE_NOT_ATTACHED                 0x11a
#define LWNVME_SC_THIN_PROVISIONING_NOT_SUPPORTED        0x11b
#define LWNVME_SC_CONTROLLER_LIST_INVALID                0x11c
#define LWNVME_SC_DEVICE_SELF_TEST_IN_PROGRESS           0x11d
#define LWNVME_SC_BOOT_PARTITION_WRITE_PROHIBITED        0x11e
#define LWNVME_SC_INVALID_CONTROLLER_IDENTIFIER          0x11f
#define LWNVME_SC_INVALID_SECONDARY_CONTROLLER_STATE     0x120
#define LWNVME_SC_INVALID_NUMBER_OF_CONTROLLER_RESOURCES 0x121
#define LWNVME_SC_INVALID_RESOURCE_IDENTIFIER            0x122
#define LWNVME_SC_SANITIZE_PROHIBITED_PMR_ENABLED        0x123
#define LWNVME_SC_ANA_GROUP_IDENTIFIER_INVALID           0x124
#define LWNVME_SC_ANA_ATTACH_FAILED                      0x125
#define LWNVME_SC_INSUFFICIENT_CAPACITY                  0x126
#define LWNVME_SC_NAMESPACE_ATTACHMENT_LIMIT_EXCEEDED    0x127
#define LWNVME_SC_PROHIBITION_NOT_SUPPORTED              0x128
#define LWNVME_SC_IO_COMMAND_SET_NOT_SUPPORTED           0x129
#define LWNVME_SC_IO_COMMAND_SET_NOT_ENABLED             0x12a
#define LWNVME_SC_IO_COMMAND_SET_COMBINATION_REJECTED    0x12b
#define LWNVME_SC_INVALID_IO_COMMAND_SET                 0x12c
#define LWNVME_SC_IDENTIFIER_UNAVAILABLE                 0x12d
#define LWNVME_SC_NAMESPACE_IS_DISPERSED                 0x12e
#define LWNVME_SC_INVALID_DISCOVERY_INFORMATION          0x12f
#define LWNVME_SC_ZONING_DATA_STRUCTURE_LOCKED           0x130
#define LWNVME_SC_ZONING_DATA_STRUCTURE_NOT_FOUND        0x131
#define LWNVME_SC_INSUFFICIENT_DISCOVERY_RESOURCES       0x132
#define LWNVME_SC_REQUESTED_FUNCTION_DISABLED            0x133
#define LWNVME_SC_ZONEGROUP_ORIGINATOR_INVALID           0x134
#define LWNVME_SC_INVALID_HOST                           0x135
#define LWNVME_SC_INVALID_NVM_SUBSYSTEM                  0x136
#define LWNVME_SC_INVALID_CONTROLLER_DATA_QUEUE          0x137
#define LWNVME_SC_NOT_ENOUGH_RESOURCES                   0x138
#define LWNVME_SC_CONTROLLER_SUSPENDED                   0x139
#define LWNVME_SC_CONTROLLER_NOT_SUSPENDED               0x13a
#define LWNVME_SC_CONTROLLER_DATA_QUEUE_FULL             0x13b
/* 0x170 to 0x17f: directive specific (Base, section 8.1.8). */
#define LWNVME_SC_FIRST_DIRECTIVE_SPECIFIC          0x170
#define LWNVME_SC_STREAM_RESOURCE_ALLOCATION_FAILED 0x17f

/* Command specific status, I/O commands: NVM command set, and those that share its numbers. */
#define LWNVME_SC_CONFLICTING_ATTRIBUTES             0x180
#define LWNVME_SC_INVALID_PROTECTION_INFORMATION     0x181
#define LWNVME_SC_ATTEMPTED_WRITE_TO_READ_ONLY_RANGE 0x182
#define LWNVME_SC_COMMAND_SIZE_LIMIT_EXCEEDED        0x183
#define LWNVME_SC_INVALID_COMMAND_ID                 0x184
#define LWNVME_SC_INCOMPATIBLE_NAMESPACE_OR_FORMAT   0x185
#define LWNVME_SC_FAST_COPY_NOT_POSSIBLE             0x186
#define LWNVME_SC_OVERLAPPING_IO_RANGE               0x187
#define LWNVME_SC_NAMESPACE_NOT_REACHABLE            0x188
#define LWNVME_SC_INSUFFICIENT_RESOURCES             0x189
/* Computational Programs command set. */
#define LWNVME_SC_INSUFFICIENT_PROGRAM_RESOURCES      0x18a
#define LWNVME_SC_INVALID_MEMORY_NAMESPACE            0x18b
#define LWNVME_SC_INVALID_MEMORY_RANGE_SET            0x18c
#define LWNVME_SC_INVALID_MEMORY_RANGE_SET_IDENTIFIER 0x18d
#define LWNVME_SC_INVALID_PROGRAM_DATA                0x18e
#define LWNVME_SC_INVALID_PROGRAM_INDEX               0x18f
#define LWNVME_SC_INVALID_PROGRAM_TYPE                0x190
#define LWNVME_SC_MAXIMUM_MEMORY_RANGES_EXCEEDED      0x191
#define LWNVME_SC_MAXIMUM_MEMORY_RANGE_SETS_EXCEEDED  0x192
#define LWNVME_SC_MAXIMUM_PROGRAMS_ACTIVATED          0x193
#define LWNVME_SC_MAXIMUM_PROGRAM_BYTES_EXCEEDED      0x194
#define LWNVME_SC_MEMORY_RANGE_SET_IN_USE             0x195
#define LWNVME_SC_NO_PROGRAM                          0x196
#define LWNVME_SC_OVERLAPPING_MEMORY_RANGES           0x197
#define LWNVME_SC_PROGRAM_NOT_ACTIVATED               0x198
#define LWNVME_SC_PROGRAM_IN_USE                      0x199
#define LWNVME_SC_PROGRAM_INDEX_NOT_DOWNLOADABLE      0x19a
#define LWNVME_SC_PROGRAM_TOO_BIG                     0x19b
/* ZNS, command specific status values. */
#define LWNVME_SC_ZNS_INVALID_ZONE_OPERATION_REQUEST 0x1b6
#define LWNVME_SC_ZNS_ZRWA_RESOURCES_UNAVAILABLE     0x1b7
#define LWNVME_SC_ZNS_ZONE_BOUNDARY_ERROR            0x1b8
#define LWNVME_SC_ZNS_ZONE_IS_FULL                   0x1b9
#define LWNVME_SC_ZNS_ZONE_IS_READ_ONLY              0x1ba
#define LWNVME_SC_ZNS_ZONE_IS_OFFLINE                0x1bb
#define LWNVME_SC_ZNS_ZONE_INVALID_WRITE             0x1bc
#define LWNVME_SC_ZNS_TOO_MANY_ACTIVE_ZONES          0x1bd
#define LWNVME_SC_ZNS_TOO_MANY_OPEN_ZONES            0x1be
#define LWNVME_SC_ZNS_INVALID_ZONE_STATE_TRANSITION  0x1bf
/* Command specific status of Fabrics commands: they share numbers with the I/O command sets. */
#define LWNVME_SC_FABRICS_CONNECT_INCOMPATIBLE_FORMAT 0x180
#define LWNVME_SC_FABRICS_CONNECT_CONTROLLER_BUSY     0x181
#define LWNVME_SC_FABRICS_CONNECT_INVALID_PARAMETERS  0x182
#define LWNVME_SC_FABRICS_CONNECT_RESTART_DISCOVERY   0x183
#define LWNVME_SC_FABRICS_CONNECT_INVALID_HOST        0x184
#define LWNVME_SC_FABRICS_INVALID_QUEUE_TYPE          0x185
#define LWNVME_SC_FABRICS_DISCOVER_RESTART            0x190
#define LWNVME_SC_FABRICS_AUTHENTICATION_REQUIRED     0x191

/* Base, section 4.2.3.3 "Media and Data Integrity Errors Definition". */
#define LWNVME_SC_WRITE_FAULT                 0x280
#define LWNVME_SC_UNRECOVERED_READ_ERROR      0x281
#define LWNVME_SC_GUARD_CHECK_ERROR           0x282
#define LWNVME_SC_APPLICATION_TAG_CHECK_ERROR 0x283
#define LWNVME_SC_REFERENCE_TAG_CHECK_ERROR   0x284
#define LWNVME_SC_COMPARE_FAILURE             0x285
#define LWNVME_SC_ACCESS_DENIED               0x286
#define LWNVME_SC_DEALLOCATED_OR_UNWRITTEN    0x287
#define LWNVME_SC_STORAGE_TAG_CHECK_ERROR     0x288

/* Base, section 4.2.3.4 "Path Related Status Definition". */
#define LWNVME_SC_INTERNAL_PATH_ERROR               0x300
#define LWNVME_SC_ASYMMETRIC_ACCESS_PERSISTENT_LOSS 0x301
#define LWNVME_SC_ASYMMETRIC_ACCESS_INACCESSIBLE    0x302
#define LWNVME_SC_ASYMMETRIC_ACCESS_TRANSITION      0x303
#define LWNVME_SC_CONTROLLER_PATHING_ERROR          0x360
#define LWNVME_SC_HOST_PATHING_ERROR                0x370
#define LWNVME_SC_COMMAND_ABORTED_BY_HOST           0x371

/* ---- Opcodes ------------------------------------------------------------------------------------------- */

/* Base, section 5 "Admin Command Set", Opcodes for Admin Commands figure. */
#define LWNVME_ADMIN_DELETE_IOSQ                               0x00u
#define LWNVME_ADMIN_CREATE_IOSQ                               0x01u
#define LWNVME_ADMIN_GET_LOG_PAGE                              0x02u
#define LWNVME_ADMIN_DELETE_IOCQ                               0x04u
#define LWNVME_ADMIN_CREATE_IOCQ                               0x05u
#define LWNVME_ADMIN_IDENTIFY                                  0x06u
#define LWNVME_ADMIN_ABORT                                     0x08u
#define LWNVME_ADMIN_SET_FEATURES                              0x09u
#define LWNVME_ADMIN_GET_FEATURES                              0x0au
#define LWNVME_ADMIN_ASYNC_EVENT_REQUEST                       0x0cu
#define LWNVME_ADMIN_NAMESPACE_MANAGEMENT                      0x0du
#define LWNVME_ADMIN_FIRMWARE_COMMIT                           0x10u
#define LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD                   0x11u
#define LWNVME_ADMIN_DEVICE_SELF_TEST                          0x14u
#define LWNVME_ADMIN_NAMESPACE_ATTACHMENT                      0x15u
#define LWNVME_ADMIN_KEEP_ALIVE                                0x18u
#define LWNVME_ADMIN_DIRECTIVE_SEND                            0x19u
#define LWNVME_ADMIN_DIRECTIVE_RECEIVE                         0x1au
#define LWNVME_ADMIN_VIRTUALIZATION_MANAGEMENT                 0x1cu
#define LWNVME_ADMIN_NVME_MI_SEND                              0x1du
#define LWNVME_ADMIN_NVME_MI_RECEIVE                           0x1eu
#define LWNVME_ADMIN_CAPACITY_MANAGEMENT                       0x20u
#define LWNVME_ADMIN_DISCOVERY_INFORMATION_MANAGEMENT          0x21u
#define LWNVME_ADMIN_FABRIC_ZONING_RECEIVE                     0x22u
#define LWNVME_ADMIN_LOCKDOWN                                  0x24u
#define LWNVME_ADMIN_FABRIC_ZONING_LOOKUP                      0x25u
#define LWNVME_ADMIN_CLEAR_EXPORTED_NVM_RESOURCE_CONFIGURATION 0x28u
#define LWNVME_ADMIN_FABRIC_ZONING_SEND                        0x29u
#define LWNVME_ADMIN_CREATE_EXPORTED_NVM_SUBSYSTEM             0x2au
#define LWNVME_ADMIN_MANAGE_EXPORTED_NVM_SUBSYSTEM             0x2du
#define LWNVME_ADMIN_MANAGE_EXPORTED_NAMESPACE                 0x31u
#define LWNVME_ADMIN_MANAGE_EXPORTED_PORT                      0x35u
#define LWNVME_ADMIN_SEND_DISCOVERY_LOG_PAGE                   0x39u
#define LWNVME_ADMIN_TRACK_SEND                                0x3du
#define LWNVME_ADMIN_TRACK_RECEIVE                             0x3eu
#define LWNVME_ADMIN_MIGRATION_SEND                            0x41u
#define LWNVME_ADMIN_MIGRATION_RECEIVE                         0x42u
#define LWNVME_ADMIN_CONTROLLER_DATA_QUEUE                     0x45u
#define LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG                    0x7cu
#define LWNVME_ADMIN_FABRICS                                   0x7fu
#define LWNVME_ADMIN_FORMAT_NVM                                0x80u
#define LWNVME_ADMIN_SECURITY_SEND                             0x81u
#define LWNVME_ADMIN_SECURITY_RECEIVE                          0x82u
#define LWNVME_ADMIN_SANITIZE                                  0x84u
#define LWNVME_ADMIN_LOAD_PROGRAM                              0x85u
#define LWNVME_ADMIN_GET_LBA_STATUS                            0x86u
#define LWNVME_ADMIN_PROGRAM_ACTIVATION_MANAGEMENT             0x88u
#define LWNVME_ADMIN_MEMORY_RANGE_SET_MANAGEMENT               0x89u
#define LWNVME_ADMIN_FIRST_VENDOR                              0xc0u

/* NVM, opcodes for the NVM Command Set commands; Base, section 7 "I/O Commands". */
#define LWNVME_NVM_FLUSH                 0x00u
#define LWNVME_NVM_WRITE                 0x01u
#define LWNVME_NVM_READ                  0x02u
#define LWNVME_NVM_WRITE_UNCORRECTABLE   0x04u
#define LWNVME_NVM_COMPARE               0x05u
#define LWNVME_NVM_WRITE_ZEROES          0x08u
#define LWNVME_NVM_DATASET_MANAGEMENT    0x09u
#define LWNVME_NVM_VERIFY                0x0cu
#define LWNVME_NVM_RESERVATION_REGISTER  0x0du
#define LWNVME_NVM_RESERVATION_REPORT    0x0eu
#define LWNVME_NVM_RESERVATION_ACQUIRE   0x11u
#define LWNVME_NVM_IO_MANAGEMENT_RECEIVE 0x12u
#define LWNVME_NVM_RESERVATION_RELEASE   0x15u
#define LWNVME_NVM_CANCEL                0x18u
#define LWNVME_NVM_COPY                  0x19u
#define LWNVME_NVM_IO_MANAGEMENT_SEND    0x1du
#define LWNVME_NVM_FIRST_VENDOR          0x80u

/* ZNS, opcodes of its I/O commands. */
#define LWNVME_ZNS_ZONE_MANAGEMENT_SEND    0x79u
#define LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE 0x7au
#define LWNVME_ZNS_ZONE_APPEND             0x7du

/* KV, opcodes of its I/O commands. */
#define LWNVME_KV_STORE    0x01u
#define LWNVME_KV_RETRIEVE 0x02u
#define LWNVME_KV_LIST     0x06u
#define LWNVME_KV_DELETE   0x10u
#define LWNVME_KV_EXIST    0x14u

/* Opcode bits 1:0 (Base, section 4.1.1): which way the data goes, as seen from the host. */
#define LWNVME_OPCODE_TRANSFER           1, 0
#define LWNVME_OPCODE_TRANSFER_NONE      0u
#define LWNVME_OPCODE_TRANSFER_TO_DEVICE 1u
#define LWNVME_OPCODE_TRANSFER_TO_HOST   2u
#define LWNVME_OPCODE_TRANSFER_BOTH      3u

/* Namespace identifiers (Base, section 3.2.1.2). */
#define LWNVME_NSID_NONE 0u
#define LWNVME_NSID_ALL  0xffffffffu

/* Command Set Identifiers (Base, Command Set Identifiers figure). */
#define LWNVME_CSI_NVM                    0u
#define LWNVME_CSI_KEY_VALUE              1u
#define LWNVME_CSI_ZONED                  2u
#define LWNVME_CSI_SUBSYSTEM_LOCAL_MEMORY 3u
#define LWNVME_CSI_COMPUTATIONAL_PROGRAMS 4u

/* ---- Command dwords ------------------------------------------------------------------------------------ */

/* Base, section 5.1.13 "Identify command". */
#define LWNVME_IDENTIFY_CDW10_CNS    7, 0
#define LWNVME_IDENTIFY_CDW10_CNTID  31, 16
#define LWNVME_IDENTIFY_CDW11_CNSSID 15, 0
#define LWNVME_IDENTIFY_CDW11_CSI    31, 24
#define LWNVME_IDENTIFY_CDW14_UIDX   6, 0
#define LWNVME_IDENTIFY_BYTES        4096u

/* Base, section 5.1.13.1, Identify - CNS Values figure. */
#define LWNVME_CNS_NAMESPACE                              0x00u
#define LWNVME_CNS_CONTROLLER                             0x01u
#define LWNVME_CNS_ACTIVE_NAMESPACES                      0x02u
#define LWNVME_CNS_NAMESPACE_DESCRIPTORS                  0x03u
#define LWNVME_CNS_NVM_SETS                               0x04u
#define LWNVME_CNS_COMMAND_SET_NAMESPACE                  0x05u
#define LWNVME_CNS_COMMAND_SET_CONTROLLER                 0x06u
#define LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES          0x07u
#define LWNVME_CNS_INDEPENDENT_NAMESPACE                  0x08u
#define LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT             0x09u
#define LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT 0x0au
#define LWNVME_CNS_ALLOCATED_NAMESPACES                   0x10u
#define LWNVME_CNS_ALLOCATED_NAMESPACE                    0x11u
#define LWNVME_CNS_NAMESPACE_CONTROLLERS                  0x12u
#define LWNVME_CNS_CONTROLLERS                            0x13u
#define LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES        0x14u
#define LWNVME_CNS_SECONDARY_CONTROLLERS                  0x15u
#define LWNVME_CNS_NAMESPACE_GRANULARITY                  0x16u
#define LWNVME_CNS_UUIDS                                  0x17u
#define LWNVME_CNS_DOMAINS                                0x18u
#define LWNVME_CNS_ENDURANCE_GROUPS                       0x19u
#define LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES       0x1au
#define LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE        0x1bu
#define LWNVME_CNS_IO_COMMAND_SETS                        0x1cu
#define LWNVME_CNS_UNDERLYING_NAMESPACES                  0x1du
#define LWNVME_CNS_PORTS                                  0x1eu
#define LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE        0x1fu
#define LWNVME_CNS_CONTROLLER_STATE_FORMATS               0x20u

/* Entries of a namespace list and of a controller list, at most. */
#define LWNVME_NAMESPACE_LIST_ENTRIES  1024u
#define LWNVME_CONTROLLER_LIST_ENTRIES 2047u

/* Base, section 5.1.12 "Get Log Page command". NUMD is 0's based, in dwords. */
#define LWNVME_GET_LOG_CDW10_LID   7, 0
#define LWNVME_GET_LOG_CDW10_LSP   14, 8
#define LWNVME_GET_LOG_CDW10_RAE   15, 15
#define LWNVME_GET_LOG_CDW10_NUMDL 31, 16
#define LWNVME_GET_LOG_CDW11_NUMDU 15, 0
#define LWNVME_GET_LOG_CDW11_LSI   31, 16
#define LWNVME_GET_LOG_CDW12_LPOL  31, 0
#define LWNVME_GET_LOG_CDW13_LPOU  31, 0
#define LWNVME_GET_LOG_CDW14_UIDX  6, 0
#define LWNVME_GET_LOG_CDW14_OT    23, 23
#define LWNVME_GET_LOG_CDW14_CSI   31, 24

/* Base, section 5.1.12.1, Get Log Page - Log Page Identifiers figure. */
#define LWNVME_LOG_SUPPORTED_LOG_PAGES               0x00u
#define LWNVME_LOG_ERROR_INFORMATION                 0x01u
#define LWNVME_LOG_SMART                             0x02u
#define LWNVME_LOG_FIRMWARE_SLOT                     0x03u
#define LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES       0x04u
#define LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS    0x05u
#define LWNVME_LOG_DEVICE_SELF_TEST                  0x06u
#define LWNVME_LOG_TELEMETRY_HOST                    0x07u
#define LWNVME_LOG_TELEMETRY_CONTROLLER              0x08u
#define LWNVME_LOG_ENDURANCE_GROUP                   0x09u
#define LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET       0x0au
#define LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE     0x0bu
#define LWNVME_LOG_ANA                               0x0cu
#define LWNVME_LOG_PERSISTENT_EVENT                  0x0du
#define LWNVME_LOG_LBA_STATUS                        0x0eu
#define LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE         0x0fu
#define LWNVME_LOG_MEDIA_UNIT_STATUS                 0x10u
#define LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS 0x11u
#define LWNVME_LOG_FEATURE_IDENTIFIERS               0x12u
#define LWNVME_LOG_NVME_MI_COMMANDS                  0x13u
#define LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN      0x14u
#define LWNVME_LOG_BOOT_PARTITION                    0x15u
#define LWNVME_LOG_ROTATIONAL_MEDIA                  0x16u
#define LWNVME_LOG_DISPERSED_NAMESPACE_PARTICIPANTS  0x17u
#define LWNVME_LOG_MANAGEMENT_ADDRESSES              0x18u
#define LWNVME_LOG_PHY_RX_EOM                        0x19u
#define LWNVME_LOG_REACHABILITY_GROUPS               0x1au
#define LWNVME_LOG_REACHABILITY_ASSOCIATIONS         0x1bu
#define LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES      0x1cu
#define LWNVME_LOG_FDP_CONFIGURATIONS                0x20u
#define LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE     0x21u
#define LWNVME_LOG_FDP_STATISTICS                    0x22u
#define LWNVME_LOG_FDP_EVENTS                        0x23u
#define LWNVME_LOG_DISCOVERY                         0x70u
#define LWNVME_LOG_HOST_DISCOVERY                    0x71u
#define LWNVME_LOG_AVE_DISCOVERY                     0x72u
#define LWNVME_LOG_PULL_MODEL_DDC_REQUEST            0x73u
#define LWNVME_LOG_RESERVATION_NOTIFICATION          0x80u
#define LWNVME_LOG_SANITIZE_STATUS                   0x81u
#define LWNVME_LOG_ZNS_CHANGED_ZONES                 0xbfu
#define LWNVME_LOG_FIRST_VENDOR                      0xc0u

/* Base, sections 5.1.11 "Get Features command" and 5.1.25 "Set Features command". */
#define LWNVME_GET_FEATURES_CDW10_FID 7, 0
#define LWNVME_GET_FEATURES_CDW10_SEL 10, 8
#define LWNVME_SET_FEATURES_CDW10_FID 7, 0
#define LWNVME_SET_FEATURES_CDW10_SV  31, 31
#define LWNVME_FEATURES_CDW14_UIDX    6, 0

#define LWNVME_SEL_CURRENT                0u
#define LWNVME_SEL_DEFAULT                1u
#define LWNVME_SEL_SAVED                  2u
#define LWNVME_SEL_SUPPORTED_CAPABILITIES 3u
/* Completion dword 0 when SEL is "supported capabilities". */
#define LWNVME_FEATURE_CAPABILITY_SAVEABLE           (1u << 0)
#define LWNVME_FEATURE_CAPABILITY_NAMESPACE_SPECIFIC (1u << 1)
#define LWNVME_FEATURE_CAPABILITY_CHANGEABLE         (1u << 2)

#define LWNVME_FEATURE_ARBITRATION                            0x01u
#define LWNVME_FEATURE_POWER_MANAGEMENT                       0x02u
#define LWNVME_FEATURE_LBA_RANGE_TYPE                         0x03u
#define LWNVME_FEATURE_TEMPERATURE_THRESHOLD                  0x04u
#define LWNVME_FEATURE_ERROR_RECOVERY                         0x05u
#define LWNVME_FEATURE_VOLATILE_WRITE_CACHE                   0x06u
#define LWNVME_FEATURE_NUMBER_OF_QUEUES                       0x07u
#define LWNVME_FEATURE_INTERRUPT_COALESCING                   0x08u
#define LWNVME_FEATURE_INTERRUPT_VECTOR_CONFIGURATION         0x09u
#define LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL                 0x0au
#define LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION              0x0bu
#define LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION      0x0cu
#define LWNVME_FEATURE_HOST_MEMORY_BUFFER                     0x0du
#define LWNVME_FEATURE_TIMESTAMP                              0x0eu
#define LWNVME_FEATURE_KEEP_ALIVE_TIMER                       0x0fu
#define LWNVME_FEATURE_HOST_CONTROLLED_THERMAL_MANAGEMENT     0x10u
#define LWNVME_FEATURE_NON_OPERATIONAL_POWER_STATE            0x11u
#define LWNVME_FEATURE_READ_RECOVERY_LEVEL                    0x12u
#define LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG        0x13u
#define LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_WINDOW        0x14u
#define LWNVME_FEATURE_LBA_STATUS_REPORT_INTERVAL             0x15u
#define LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT                  0x16u
#define LWNVME_FEATURE_SANITIZE_CONFIG                        0x17u
#define LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION    0x18u
#define LWNVME_FEATURE_IO_COMMAND_SET_PROFILE                 0x19u
#define LWNVME_FEATURE_SPINUP_CONTROL                         0x1au
#define LWNVME_FEATURE_POWER_LOSS_SIGNALING_CONFIG            0x1bu
#define LWNVME_FEATURE_PERFORMANCE_CHARACTERISTICS            0x1cu
#define LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT                0x1du
#define LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS         0x1eu
#define LWNVME_FEATURE_NAMESPACE_ADMIN_LABEL                  0x1fu
#define LWNVME_FEATURE_KEY_VALUE_CONFIGURATION                0x20u
#define LWNVME_FEATURE_CONTROLLER_DATA_QUEUE                  0x21u
#define LWNVME_FEATURE_EMBEDDED_MANAGEMENT_CONTROLLER_ADDRESS 0x78u
#define LWNVME_FEATURE_HOST_MANAGEMENT_AGENT_ADDRESS          0x79u
#define LWNVME_FEATURE_ENHANCED_CONTROLLER_METADATA           0x7du
#define LWNVME_FEATURE_CONTROLLER_METADATA                    0x7eu
#define LWNVME_FEATURE_NAMESPACE_METADATA                     0x7fu
#define LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER               0x80u
#define LWNVME_FEATURE_HOST_IDENTIFIER                        0x81u
#define LWNVME_FEATURE_RESERVATION_NOTIFICATION_MASK          0x82u
#define LWNVME_FEATURE_RESERVATION_PERSISTENCE                0x83u
#define LWNVME_FEATURE_NAMESPACE_WRITE_PROTECTION             0x84u
#define LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION        0x85u
#define LWNVME_FEATURE_FIRST_VENDOR                           0xc0u

/* Number of Queues, CDW11 requested and completion dword 0 allocated; each 0's based. */
#define LWNVME_NUMBER_OF_QUEUES_NSQ 15, 0
#define LWNVME_NUMBER_OF_QUEUES_NCQ 31, 16
/* Arbitration, CDW11. */
#define LWNVME_ARBITRATION_AB  2, 0
#define LWNVME_ARBITRATION_LPW 15, 8
#define LWNVME_ARBITRATION_MPW 23, 16
#define LWNVME_ARBITRATION_HPW 31, 24
/* Volatile Write Cache, CDW11. */
#define LWNVME_VOLATILE_WRITE_CACHE_WCE 0, 0
/* Power Management, CDW11. */
#define LWNVME_POWER_MANAGEMENT_PS 4, 0
#define LWNVME_POWER_MANAGEMENT_WH 7, 5
/* Temperature Threshold, CDW11. */
#define LWNVME_TEMPERATURE_THRESHOLD_TMPTH  15, 0
#define LWNVME_TEMPERATURE_THRESHOLD_TMPSEL 19, 16
#define LWNVME_TEMPERATURE_THRESHOLD_THSEL  21, 20
/* Error Recovery, CDW11 (NVM). */
#define LWNVME_ERROR_RECOVERY_TLER  15, 0
#define LWNVME_ERROR_RECOVERY_DULBE 16, 16
/* Interrupt Coalescing and Interrupt Vector Configuration, CDW11. */
#define LWNVME_INTERRUPT_COALESCING_THR  7, 0
#define LWNVME_INTERRUPT_COALESCING_TIME 15, 8
#define LWNVME_INTERRUPT_VECTOR_IV       15, 0
#define LWNVME_INTERRUPT_VECTOR_CD       16, 16
/* Host Memory Buffer, CDW11. */
#define LWNVME_HOST_MEMORY_BUFFER_EHM 0, 0
#define LWNVME_HOST_MEMORY_BUFFER_MR  1, 1

/* Base, sections 5.2.1 and 5.2.2 "Create I/O Completion / Submission Queue command"; QSIZE is 0's based. */
#define LWNVME_CREATE_QUEUE_QID   15, 0
#define LWNVME_CREATE_QUEUE_QSIZE 31, 16
#define LWNVME_CREATE_IOCQ_PC     0, 0
#define LWNVME_CREATE_IOCQ_IEN    1, 1
#define LWNVME_CREATE_IOCQ_IV     31, 16
#define LWNVME_CREATE_IOSQ_PC     0, 0
#define LWNVME_CREATE_IOSQ_QPRIO  2, 1
#define LWNVME_CREATE_IOSQ_CQID   31, 16
#define LWNVME_DELETE_QUEUE_QID   15, 0

#define LWNVME_QPRIO_URGENT 0u
#define LWNVME_QPRIO_HIGH   1u
#define LWNVME_QPRIO_MEDIUM 2u
#define LWNVME_QPRIO_LOW    3u

/* Base, section 5.1.1 "Abort command", CDW10; completion dword 0 bit 0 set: not aborted. */
#define LWNVME_ABORT_SQID            15, 0
#define LWNVME_ABORT_CID             31, 16
#define LWNVME_ABORT_DW0_NOT_ABORTED 0, 0

/* Base, section 7.1 "Cancel command", CDW10, CDW11; completion dword 0: immediate aborts, and deferred ones
 * that may be. */
#define LWNVME_CANCEL_SQID     15, 0
#define LWNVME_CANCEL_CID      31, 16
#define LWNVME_CANCEL_ACODE    1, 0
#define LWNVME_CANCEL_SINGLE   0u
#define LWNVME_CANCEL_MULTIPLE 1u
#define LWNVME_CANCEL_DW0_CMDA 15, 0
#define LWNVME_CANCEL_DW0_CEDA 31, 16

/* Base, section 5.1.2 "Asynchronous Event Request command", completion dword 0. */
#define LWNVME_ASYNC_EVENT_AET 2, 0
#define LWNVME_ASYNC_EVENT_AEI 15, 8
#define LWNVME_ASYNC_EVENT_LID 23, 16

#define LWNVME_AET_ERROR          0u
#define LWNVME_AET_SMART          1u
#define LWNVME_AET_NOTICE         2u
#define LWNVME_AET_IMMEDIATE      3u
#define LWNVME_AET_ONE_SHOT       4u
#define LWNVME_AET_IO_COMMAND_SET 6u
#define LWNVME_AET_VENDOR         7u

#define LWNVME_AEI_ERROR_INVALID_DOORBELL_REGISTER                 0u
#define LWNVME_AEI_ERROR_INVALID_DOORBELL_VALUE                    1u
#define LWNVME_AEI_ERROR_DIAGNOSTIC_FAILURE                        2u
#define LWNVME_AEI_ERROR_PERSISTENT_INTERNAL                       3u
#define LWNVME_AEI_ERROR_TRANSIENT_INTERNAL                        4u
#define LWNVME_AEI_ERROR_FIRMWARE_IMAGE_LOAD                       5u
#define LWNVME_AEI_SMART_RELIABILITY                               0u
#define LWNVME_AEI_SMART_TEMPERATURE                               1u
#define LWNVME_AEI_SMART_SPARE                                     2u
#define LWNVME_AEI_NOTICE_ATTACHED_NAMESPACE_CHANGED               0u
#define LWNVME_AEI_NOTICE_FIRMWARE_ACTIVATION_STARTING             1u
#define LWNVME_AEI_NOTICE_TELEMETRY_LOG_CHANGED                    2u
#define LWNVME_AEI_NOTICE_ANA_CHANGED                              3u
#define LWNVME_AEI_NOTICE_PREDICTABLE_LATENCY_CHANGED              4u
#define LWNVME_AEI_NOTICE_LBA_STATUS_ALERT                         5u
#define LWNVME_AEI_NOTICE_ENDURANCE_GROUP_CHANGED                  6u
#define LWNVME_AEI_NOTICE_REACHABILITY_GROUP_CHANGED               7u
#define LWNVME_AEI_NOTICE_REACHABILITY_ASSOCIATION_CHANGED         8u
#define LWNVME_AEI_NOTICE_ALLOCATED_NAMESPACE_CHANGED              9u
#define LWNVME_AEI_NOTICE_ZONE_DESCRIPTOR_CHANGED                  0xefu
#define LWNVME_AEI_NOTICE_DISCOVERY_CHANGED                        0xf0u
#define LWNVME_AEI_IMMEDIATE_NORMAL_SUBSYSTEM_SHUTDOWN             0u
#define LWNVME_AEI_IMMEDIATE_TEMPERATURE_HYSTERESIS_RECOVERY       1u
#define LWNVME_AEI_ONE_SHOT_DATA_QUEUE_TAIL_POINTER                0u
#define LWNVME_AEI_ONE_SHOT_DATA_QUEUE_FULL                        1u
#define LWNVME_AEI_IOCS_RESERVATION_LOG_AVAILABLE                  0u
#define LWNVME_AEI_IOCS_SANITIZE_COMPLETED                         1u
#define LWNVME_AEI_IOCS_SANITIZE_COMPLETED_UNEXPECTED_DEALLOCATION 2u
#define LWNVME_AEI_IOCS_SANITIZE_ENTERED_MEDIA_VERIFICATION        3u

/* Base, section 5.1.3 "Capacity Management command"; completion dword 0. */
#define LWNVME_CAPACITY_CDW10_OPER   3, 0
#define LWNVME_CAPACITY_CDW10_ELID   31, 16
#define LWNVME_CAPACITY_CDW11_CAPL   31, 0
#define LWNVME_CAPACITY_CDW12_CAPU   31, 0
#define LWNVME_CAPACITY_DW0_CELID    15, 0
#define LWNVME_CAPACITY_SELECT       0u
#define LWNVME_CAPACITY_CREATE_GROUP 1u
#define LWNVME_CAPACITY_DELETE_GROUP 2u
#define LWNVME_CAPACITY_CREATE_SET   3u
#define LWNVME_CAPACITY_DELETE_SET   4u

/* Base, section 5.1.5 "Device Self-test command", CDW10 and CDW15. */
#define LWNVME_SELF_TEST_STC                         3, 0
#define LWNVME_SELF_TEST_DSTP                        15, 0
#define LWNVME_SELF_TEST_CODE_SHORT                  1u
#define LWNVME_SELF_TEST_CODE_EXTENDED               2u
#define LWNVME_SELF_TEST_CODE_HOST_INITIATED_REFRESH 3u
#define LWNVME_SELF_TEST_CODE_VENDOR                 0xeu
#define LWNVME_SELF_TEST_CODE_ABORT                  0xfu

/* Base, sections 5.1.6 "Directive Receive command" and 5.1.7 "Directive Send command". */
#define LWNVME_DIRECTIVE_CDW10_NUMD  31, 0 /* 0's based, dwords */
#define LWNVME_DIRECTIVE_CDW11_DOPER 7, 0
#define LWNVME_DIRECTIVE_CDW11_DTYPE 15, 8
#define LWNVME_DIRECTIVE_CDW11_DSPEC 31, 16
/* Section 8.1.8 "Directives": types, and the operations of each. */
#define LWNVME_DIRECTIVE_TYPE_IDENTIFY               0u
#define LWNVME_DIRECTIVE_TYPE_STREAMS                1u
#define LWNVME_DIRECTIVE_TYPE_DATA_PLACEMENT         2u
#define LWNVME_DIRECTIVE_IDENTIFY_RECEIVE_PARAMETERS 1u
#define LWNVME_DIRECTIVE_IDENTIFY_SEND_ENABLE        1u
#define LWNVME_DIRECTIVE_STREAMS_RECEIVE_PARAMETERS  1u
#define LWNVME_DIRECTIVE_STREAMS_RECEIVE_STATUS      2u
#define LWNVME_DIRECTIVE_STREAMS_RECEIVE_ALLOCATE    3u
#define LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE        1u
#define LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE_ALL    2u
/* CDW12 of Identify, Enable Directive. */
#define LWNVME_DIRECTIVE_ENABLE_ENDIR 0, 0
#define LWNVME_DIRECTIVE_ENABLE_DTYPE 15, 8
/* CDW12 of Streams, Allocate Resources: Namespace Streams Requested; completion dword 0: Allocated. */
#define LWNVME_STREAMS_ALLOCATE_NSR 15, 0
#define LWNVME_STREAMS_ALLOCATE_NSA 15, 0

/* Base, section 5.1.8 "Firmware Commit command", CDW10. */
#define LWNVME_FIRMWARE_COMMIT_FS                           2, 0
#define LWNVME_FIRMWARE_COMMIT_CA                           5, 3
#define LWNVME_FIRMWARE_COMMIT_BPID                         31, 31
#define LWNVME_FIRMWARE_COMMIT_CA_REPLACE                   0u
#define LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET 1u
#define LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET         2u
#define LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW              3u
#define LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION    6u
#define LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION   7u

/* Base, section 5.1.10 "Format NVM command", CDW10. */
#define LWNVME_FORMAT_LBAFL             3, 0
#define LWNVME_FORMAT_MSET              4, 4
#define LWNVME_FORMAT_PI                7, 5
#define LWNVME_FORMAT_PIL               8, 8
#define LWNVME_FORMAT_SES               11, 9
#define LWNVME_FORMAT_LBAFU             13, 12
#define LWNVME_FORMAT_SES_NONE          0u
#define LWNVME_FORMAT_SES_USER_DATA     1u
#define LWNVME_FORMAT_SES_CRYPTOGRAPHIC 2u

/* Base, section 5.1.20 "Namespace Attachment command", CDW10. */
#define LWNVME_NAMESPACE_ATTACHMENT_SEL        3, 0
#define LWNVME_NAMESPACE_ATTACHMENT_SEL_ATTACH 0u
#define LWNVME_NAMESPACE_ATTACHMENT_SEL_DETACH 1u

/* Base, section 5.1.21 "Namespace Management command", CDW10 and CDW11; create: completion dword 0 is the NSID. */
#define LWNVME_NAMESPACE_MANAGEMENT_SEL        3, 0
#define LWNVME_NAMESPACE_MANAGEMENT_SEL_CREATE 0u
#define LWNVME_NAMESPACE_MANAGEMENT_SEL_DELETE 1u
#define LWNVME_NAMESPACE_MANAGEMENT_CSI        31, 24

/* Base, section 5.1.15 "Lockdown command". */
#define LWNVME_LOCKDOWN_CDW10_SCP   3, 0
#define LWNVME_LOCKDOWN_CDW10_PRHBT 4, 4
#define LWNVME_LOCKDOWN_CDW10_IFC   6, 5
#define LWNVME_LOCKDOWN_CDW10_OFI   15, 8
#define LWNVME_LOCKDOWN_CDW14_UIDX  6, 0
#define LWNVME_LOCKDOWN_SCP_ADMIN   0u
#define LWNVME_LOCKDOWN_SCP_FEATURE 2u
#define LWNVME_LOCKDOWN_SCP_NVME_MI 3u
#define LWNVME_LOCKDOWN_SCP_PCIE    4u
/* Who may not: the admin queue, out-of-band management, or both. */
#define LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE                 0u
#define LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE_AND_OUT_OF_BAND 1u
#define LWNVME_LOCKDOWN_IFC_OUT_OF_BAND                 2u

/* Base, section 5.1.22 "Sanitize command", CDW10. */
#define LWNVME_SANITIZE_SANACT                2, 0
#define LWNVME_SANITIZE_AUSE                  3, 3
#define LWNVME_SANITIZE_OWPASS                7, 4
#define LWNVME_SANITIZE_OIPBP                 8, 8
#define LWNVME_SANITIZE_NDAS                  9, 9
#define LWNVME_SANITIZE_EMVS                  10, 10
#define LWNVME_SANACT_EXIT_FAILURE_MODE       1u
#define LWNVME_SANACT_BLOCK_ERASE             2u
#define LWNVME_SANACT_OVERWRITE               3u
#define LWNVME_SANACT_CRYPTO_ERASE            4u
#define LWNVME_SANACT_EXIT_MEDIA_VERIFICATION 5u

/* Base, sections 5.1.23 "Security Receive command" and 5.1.24 "Security Send command"; CDW11 is the length. */
#define LWNVME_SECURITY_CDW10_NSSF 7, 0
#define LWNVME_SECURITY_CDW10_SPSP 23, 8
#define LWNVME_SECURITY_CDW10_SECP 31, 24

/* Base, section 5.2.6 "Virtualization Management command"; completion dword 0. */
#define LWNVME_VIRTUALIZATION_CDW10_ACT         3, 0
#define LWNVME_VIRTUALIZATION_CDW10_RT          10, 8
#define LWNVME_VIRTUALIZATION_CDW10_CNTLID      31, 16
#define LWNVME_VIRTUALIZATION_CDW11_NR          15, 0
#define LWNVME_VIRTUALIZATION_DW0_NRM           15, 0
#define LWNVME_VIRTUALIZATION_ALLOCATE_PRIMARY  1u
#define LWNVME_VIRTUALIZATION_SECONDARY_OFFLINE 7u
#define LWNVME_VIRTUALIZATION_ASSIGN_SECONDARY  8u
#define LWNVME_VIRTUALIZATION_SECONDARY_ONLINE  9u

/* NVM, section 4.2.1 "Get LBA Status command"; CDW12 MNDW is 0's based. */
#define LWNVME_LBA_STATUS_CDW12_MNDW           31, 0
#define LWNVME_LBA_STATUS_CDW13_RL             15, 0
#define LWNVME_LBA_STATUS_CDW13_ATYPE          31, 24
#define LWNVME_LBA_STATUS_ATYPE_ALLOCATED      0x02u
#define LWNVME_LBA_STATUS_ATYPE_SCAN_UNTRACKED 0x10u /* scans, and reports what it finds and what is known */
#define LWNVME_LBA_STATUS_ATYPE_TRACKED        0x11u /* reports what is known */
#define LWNVME_LBA_STATUS_CMPC_NOT_INDICATED   0u
#define LWNVME_LBA_STATUS_CMPC_INCOMPLETE      1u
#define LWNVME_LBA_STATUS_CMPC_COMPLETE        2u

/* NVM, CDW12 of Read, Write, Compare, Verify and Write Zeroes; NLB is 0's based. */
#define LWNVME_RW_NLB    15, 0
#define LWNVME_RW_CETYPE 19, 16
#define LWNVME_RW_DTYPE  23, 20
#define LWNVME_RW_STC    24, 24
#define LWNVME_RW_DEAC   25, 25
#define LWNVME_RW_PRINFO 29, 26
#define LWNVME_RW_FUA    30, 30
#define LWNVME_RW_LR     31, 31
/* Bits of PRINFO. */
#define LWNVME_PRINFO_PRCHK_REFERENCE_TAG   (1u << 0)
#define LWNVME_PRINFO_PRCHK_APPLICATION_TAG (1u << 1)
#define LWNVME_PRINFO_PRCHK_GUARD           (1u << 2)
#define LWNVME_PRINFO_PRACT                 (1u << 3)
/* CDW13. */
#define LWNVME_RW_DSM   7, 0
#define LWNVME_RW_DSPEC 31, 16

/* What DSM may say: NVM, "Read command", Command Dword 13. */
#define LWNVME_ACCESS_FREQUENCY_TYPICAL    0x01u
#define LWNVME_ACCESS_FREQUENCY_RARE       0x02u /* reads and writes */
#define LWNVME_ACCESS_FREQUENCY_READS      0x03u /* many reads, few writes */
#define LWNVME_ACCESS_FREQUENCY_WRITES     0x04u
#define LWNVME_ACCESS_FREQUENCY_BOTH       0x05u
#define LWNVME_ACCESS_FREQUENCY_ONCE       0x06u /* one-time read */
#define LWNVME_ACCESS_FREQUENCY_SPECULATED 0x07u
#define LWNVME_ACCESS_FREQUENCY_SOON       0x08u /* overwritten in the near future */
#define LWNVME_ACCESS_LATENCY_IDLE         0x10u /* longer is acceptable */
#define LWNVME_ACCESS_LATENCY_NORMAL       0x20u
#define LWNVME_ACCESS_LATENCY_LOW          0x30u /* as small as can be */
#define LWNVME_ACCESS_SEQUENTIAL           0x40u
#define LWNVME_ACCESS_INCOMPRESSIBLE       0x80u

/* NVM, "Dataset Management command": CDW10 (0's based count) and CDW11 attributes. */
#define LWNVME_DSM_NR             7, 0
#define LWNVME_DSM_INTEGRAL_READ  (1u << 0)
#define LWNVME_DSM_INTEGRAL_WRITE (1u << 1)
#define LWNVME_DSM_DEALLOCATE     (1u << 2)
#define LWNVME_DSM_RANGES_MAX     256u

/* Context attributes of a range: NVM, section 3.3.3.1 "Context Attributes". */
#define LWNVME_DSM_CATTR_AF   3, 0 /* access frequency, as the low digit of LWNVME_ACCESS_ */
#define LWNVME_DSM_CATTR_AL   5, 4 /* access latency, as their second digit */
#define LWNVME_DSM_CATTR_SR   8, 8 /* sequential read range */
#define LWNVME_DSM_CATTR_SW   9, 9
#define LWNVME_DSM_CATTR_WP   10, 10 /* write prepare */
#define LWNVME_DSM_CATTR_CASZ 31, 24 /* blocks that one command accesses */

/* NVM, "Copy command", CDW12; NR is 0's based. */
#define LWNVME_COPY_NR      7, 0
#define LWNVME_COPY_CDFT    11, 8
#define LWNVME_COPY_PRINFOR 15, 12
#define LWNVME_COPY_DTYPE   23, 20
#define LWNVME_COPY_STCW    24, 24
#define LWNVME_COPY_STCR    25, 25
#define LWNVME_COPY_PRINFOW 29, 26
#define LWNVME_COPY_FUA     30, 30
#define LWNVME_COPY_LR      31, 31

#define LWNVME_COPY_RANGES_MAX 256u

/* Source range entries. Formats 0h and 2h, 1h and 3h have the same layout; SNSID and SOPT are those of 2h and
 * 3h. NLB is 0's based. */
#define LWNVME_COPY_FORMAT_0 0u
#define LWNVME_COPY_FORMAT_1 1u
#define LWNVME_COPY_FORMAT_2 2u
#define LWNVME_COPY_FORMAT_3 3u
#define LWNVME_COPY_FORMAT_4 4u
struct lwnvme_copy_range {
    struct lwnvme_le32 snsid;
    uint8_t rsvd4[4];
    struct lwnvme_le64 slba;
    struct lwnvme_le16 nlb;
    uint8_t rsvd18[4];
    struct lwnvme_le16 sopt;
    struct lwnvme_le32 elbt;
    struct lwnvme_le16 elbat;
    struct lwnvme_le16 elbatm;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_copy_range) == 32, "source range of formats 0h and 2h");
struct lwnvme_copy_range_extended {
    struct lwnvme_le32 snsid;
    uint8_t rsvd4[4];
    struct lwnvme_le64 slba;
    struct lwnvme_le16 nlb;
    uint8_t rsvd18[4];
    struct lwnvme_le16 sopt;
    uint8_t rsvd24[2];
    uint8_t elbt[10];
    struct lwnvme_le16 elbat;
    struct lwnvme_le16 elbatm;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_copy_range_extended) == 40, "source range of formats 1h and 3h");
/* Subsystem Local Memory Command Set, "Memory Copy command": a source in memory of the subsystem's own. Both in bytes,
 * NBYTE is not 0's based. */
struct lwnvme_copy_range_memory {
    struct lwnvme_le32 snsid;
    uint8_t rsvd4[4];
    struct lwnvme_le64 saddr;
    struct lwnvme_le32 nbyte;
    uint8_t rsvd20[2];
    struct lwnvme_le16 sopt;
    uint8_t rsvd24[8];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_copy_range_memory) == 32, "source range of format 4h");
#define LWNVME_COPY_SOPT_FCO (1u << 15) /* formats 2h to 4h: fast, or not at all */

/* Base, section 7 "I/O Commands": reservations. CDW10. */
#define LWNVME_RESERVATION_ACTION                 2, 0
#define LWNVME_RESERVATION_IEKEY                  3, 3
#define LWNVME_RESERVATION_RTYPE                  15, 8
#define LWNVME_RESERVATION_CPTPL                  31, 30
#define LWNVME_RESERVATION_EDS                    0, 0 /* of Reservation Report's CDW11 */
#define LWNVME_RREGA_REGISTER                     0u
#define LWNVME_RREGA_UNREGISTER                   1u
#define LWNVME_RREGA_REPLACE                      2u
#define LWNVME_RACQA_ACQUIRE                      0u
#define LWNVME_RACQA_PREEMPT                      1u
#define LWNVME_RACQA_PREEMPT_ABORT                2u
#define LWNVME_RRELA_RELEASE                      0u
#define LWNVME_RRELA_CLEAR                        1u
#define LWNVME_CPTPL_UNCHANGED                    0u
#define LWNVME_CPTPL_CLEAR                        2u /* released when power is lost */
#define LWNVME_CPTPL_PERSIST                      3u
#define LWNVME_RTYPE_WRITE_EXCLUSIVE              1u
#define LWNVME_RTYPE_EXCLUSIVE_ACCESS             2u
#define LWNVME_RTYPE_WRITE_EXCLUSIVE_REGISTRANTS  3u
#define LWNVME_RTYPE_EXCLUSIVE_ACCESS_REGISTRANTS 4u
#define LWNVME_RTYPE_WRITE_EXCLUSIVE_ALL          5u
#define LWNVME_RTYPE_EXCLUSIVE_ACCESS_ALL         6u
#define LWNVME_RCSTS_RESERVATION                  (1u << 0) /* holds the reservation */

/* Reservation Status Data Structure: what begins it, and an entry of either size. */
struct lwnvme_reservation_status {
    struct lwnvme_le32 gen;
    uint8_t rtype;
    struct lwnvme_le16 regstrnt;
    uint8_t rsvd7[2];
    uint8_t ptpls;
    uint8_t rsvd10[14];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_reservation_status) == 24, "reservation status");
struct lwnvme_registrant {
    struct lwnvme_le16 cntlid;
    uint8_t rcsts;
    uint8_t rsvd3[5];
    struct lwnvme_le64 hostid;
    struct lwnvme_le64 rkey;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_registrant) == 24, "registrant");
struct lwnvme_registrant_extended {
    struct lwnvme_le16 cntlid;
    uint8_t rcsts;
    uint8_t rsvd3[5];
    struct lwnvme_le64 rkey;
    uint8_t hostid[16];
    uint8_t rsvd32[32];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_registrant_extended) == 64, "registrant, extended");

/* Base, sections 7.3 "I/O Management Receive command", 7.4 "I/O Management Send command": CDW10, and the status. */
#define LWNVME_IO_MANAGEMENT_MO  7, 0
#define LWNVME_IO_MANAGEMENT_MOS 31, 16 /* of an update: placement identifiers, 0's based */
#define LWNVME_IO_MANAGEMENT_RUH 1u     /* receive: reclaim unit handle status; send: update */
struct lwnvme_ruh_status_header {
    uint8_t rsvd0[14];
    struct lwnvme_le16 nruhsd;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_ruh_status_header) == 16, "reclaim unit handle status");
struct lwnvme_ruh_status_descriptor {
    struct lwnvme_le16 pid;
    struct lwnvme_le16 ruhid;
    struct lwnvme_le32 earutr; /* seconds; 0: not reported */
    struct lwnvme_le64 ruamw;  /* logical blocks */
    uint8_t rsvd16[16];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_ruh_status_descriptor) == 32, "reclaim unit handle descriptor");

/* ---- Identify Controller: field values ----------------------------------------------------------------- */

/* Base, section 5.1.13.2.1, Identify Controller Data Structure figure. CMIC. */
#define LWNVME_CMIC_MULTIPLE_PORTS       (1u << 0)
#define LWNVME_CMIC_MULTIPLE_CONTROLLERS (1u << 1)
#define LWNVME_CMIC_VIRTUAL_FUNCTION     (1u << 2)
#define LWNVME_CMIC_ANA_REPORTING        (1u << 3)

/* OAES: but for reachability, the same bits enable the events in Asynchronous Event Configuration. */
#define LWNVME_OAES_ATTACHED_NAMESPACE        (1u << 8)
#define LWNVME_OAES_FIRMWARE_ACTIVATION       (1u << 9)
#define LWNVME_OAES_ANA_CHANGE                (1u << 11)
#define LWNVME_OAES_PREDICTABLE_LATENCY       (1u << 12)
#define LWNVME_OAES_LBA_STATUS                (1u << 13)
#define LWNVME_OAES_ENDURANCE_GROUP           (1u << 14)
#define LWNVME_OAES_NORMAL_SUBSYSTEM_SHUTDOWN (1u << 15)
#define LWNVME_OAES_TEMPERATURE_HYSTERESIS    (1u << 16)
#define LWNVME_OAES_REACHABILITY              (1u << 17) /* both reachability events */
#define LWNVME_OAES_ALLOCATED_NAMESPACE       (1u << 19)
#define LWNVME_OAES_ZONE_DESCRIPTOR           (1u << 27)
#define LWNVME_OAES_DISCOVERY                 (1u << 31)
/* Base, section 5.1.25.1.5, figure 391 "Asynchronous Event Configuration": what has no bit in OAES. */
#define LWNVME_ASYNC_EVENT_ENABLE_SMART                    7, 0
#define LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY                (1u << 10)
#define LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_ASSOCIATION (1u << 17)
#define LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP       (1u << 18)
#define LWNVME_ASYNC_EVENT_ENABLE_PULL_MODEL_DDC_REQUEST   (1u << 28)
#define LWNVME_ASYNC_EVENT_ENABLE_AVE_DISCOVERY            (1u << 29)
#define LWNVME_ASYNC_EVENT_ENABLE_HOST_DISCOVERY           (1u << 30)

/* CTRATT. */
#define LWNVME_CTRATT_HOST_IDENTIFIER_128                    (1u << 0)
#define LWNVME_CTRATT_NON_OPERATIONAL_POWER_STATE_PERMISSIVE (1u << 1)
#define LWNVME_CTRATT_NVM_SETS                               (1u << 2)
#define LWNVME_CTRATT_READ_RECOVERY_LEVELS                   (1u << 3)
#define LWNVME_CTRATT_ENDURANCE_GROUPS                       (1u << 4)
#define LWNVME_CTRATT_PREDICTABLE_LATENCY                    (1u << 5)
#define LWNVME_CTRATT_TRAFFIC_BASED_KEEP_ALIVE               (1u << 6)
#define LWNVME_CTRATT_NAMESPACE_GRANULARITY                  (1u << 7)
#define LWNVME_CTRATT_SQ_ASSOCIATIONS                        (1u << 8)
#define LWNVME_CTRATT_UUID_LIST                              (1u << 9)
#define LWNVME_CTRATT_MULTI_DOMAIN                           (1u << 10)
#define LWNVME_CTRATT_FIXED_CAPACITY_MANAGEMENT              (1u << 11)
#define LWNVME_CTRATT_VARIABLE_CAPACITY_MANAGEMENT           (1u << 12)
#define LWNVME_CTRATT_DELETE_ENDURANCE_GROUP                 (1u << 13)
#define LWNVME_CTRATT_DELETE_NVM_SET                         (1u << 14)
#define LWNVME_CTRATT_EXTENDED_LBA_FORMATS                   (1u << 15)
#define LWNVME_CTRATT_MDTS_EXCLUDES_METADATA                 (1u << 16)
#define LWNVME_CTRATT_HMB_RESTRICT_NON_OPERATIONAL           (1u << 17)
#define LWNVME_CTRATT_RESERVATIONS_AND_HOST_IDENTIFIER       (1u << 18)
#define LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT                (1u << 19)

/* CNTRLTYPE. */
#define LWNVME_CNTRLTYPE_NOT_REPORTED   0u
#define LWNVME_CNTRLTYPE_IO             1u
#define LWNVME_CNTRLTYPE_DISCOVERY      2u
#define LWNVME_CNTRLTYPE_ADMINISTRATIVE 3u

/* OACS. */
#define LWNVME_OACS_SECURITY                    (1u << 0)
#define LWNVME_OACS_FORMAT_NVM                  (1u << 1)
#define LWNVME_OACS_FIRMWARE                    (1u << 2)
#define LWNVME_OACS_NAMESPACE_MANAGEMENT        (1u << 3)
#define LWNVME_OACS_DEVICE_SELF_TEST            (1u << 4)
#define LWNVME_OACS_DIRECTIVES                  (1u << 5)
#define LWNVME_OACS_NVME_MI                     (1u << 6)
#define LWNVME_OACS_VIRTUALIZATION_MANAGEMENT   (1u << 7)
#define LWNVME_OACS_DOORBELL_BUFFER_CONFIG      (1u << 8)
#define LWNVME_OACS_GET_LBA_STATUS              (1u << 9)
#define LWNVME_OACS_LOCKDOWN                    (1u << 10)
#define LWNVME_OACS_HOST_MANAGED_LIVE_MIGRATION (1u << 11)

/* FRMW. */
#define LWNVME_FRMW_SLOT_1_READ_ONLY         (1u << 0)
#define LWNVME_FRMW_NUMBER_OF_SLOTS          3, 1
#define LWNVME_FRMW_ACTIVATION_WITHOUT_RESET (1u << 4)
#define LWNVME_FRMW_OVERLAP_DETECTION        (1u << 5)

/* LPA. */
#define LWNVME_LPA_SMART_PER_NAMESPACE            (1u << 0)
#define LWNVME_LPA_COMMANDS_SUPPORTED_AND_EFFECTS (1u << 1)
#define LWNVME_LPA_EXTENDED_DATA                  (1u << 2)
#define LWNVME_LPA_TELEMETRY                      (1u << 3)
#define LWNVME_LPA_PERSISTENT_EVENT               (1u << 4)
#define LWNVME_LPA_MISCELLANEOUS_LOG_PAGES        (1u << 5)
#define LWNVME_LPA_TELEMETRY_DATA_AREA_4          (1u << 6)

/* SANICAP. */
#define LWNVME_SANICAP_CRYPTO_ERASE (1u << 0)
#define LWNVME_SANICAP_BLOCK_ERASE  (1u << 1)
#define LWNVME_SANICAP_OVERWRITE    (1u << 2)
#define LWNVME_SANICAP_VERIFICATION (1u << 3)
#define LWNVME_SANICAP_NDI          (1u << 29)
#define LWNVME_SANICAP_NODMMAS      31, 30

/* SQES and CQES: both base-2 logarithms of bytes. */
#define LWNVME_SQES_MINIMUM 3, 0
#define LWNVME_SQES_MAXIMUM 7, 4
#define LWNVME_CQES_MINIMUM 3, 0
#define LWNVME_CQES_MAXIMUM 7, 4

/* ONCS. */
#define LWNVME_ONCS_COMPARE                         (1u << 0)
#define LWNVME_ONCS_WRITE_UNCORRECTABLE             (1u << 1)
#define LWNVME_ONCS_DATASET_MANAGEMENT              (1u << 2)
#define LWNVME_ONCS_WRITE_ZEROES                    (1u << 3)
#define LWNVME_ONCS_SAVE_SELECT                     (1u << 4)
#define LWNVME_ONCS_RESERVATIONS                    (1u << 5)
#define LWNVME_ONCS_TIMESTAMP                       (1u << 6)
#define LWNVME_ONCS_VERIFY                          (1u << 7)
#define LWNVME_ONCS_COPY                            (1u << 8)
#define LWNVME_ONCS_COPY_SINGLE_ATOMICITY           (1u << 9)
#define LWNVME_ONCS_ALL_FAST_COPY                   (1u << 10)
#define LWNVME_ONCS_WRITE_ZEROES_MAXIMUM_DEALLOCATE (1u << 11)
#define LWNVME_ONCS_NAMESPACE_ZEROES                (1u << 12)

/* FUSES. */
#define LWNVME_FUSES_COMPARE_AND_WRITE (1u << 0)

/* FNA. */
#define LWNVME_FNA_FORMAT_ALL              (1u << 0)
#define LWNVME_FNA_ERASE_ALL               (1u << 1)
#define LWNVME_FNA_CRYPTOGRAPHIC_ERASE     (1u << 2)
#define LWNVME_FNA_BROADCAST_NOT_SUPPORTED (1u << 3)

/* VWC. FB: what a Flush with NSID FFFFFFFFh does. */
#define LWNVME_VWC_PRESENT          (1u << 0)
#define LWNVME_VWC_FB               2, 1
#define LWNVME_VWC_FB_NOT_INDICATED 0u
#define LWNVME_VWC_FB_NOT_SUPPORTED 2u
#define LWNVME_VWC_FB_SUPPORTED     3u

/* SGLS. */
#define LWNVME_SGLS_SUPPORT               1, 0
#define LWNVME_SGLS_KEYED                 (1u << 2)
#define LWNVME_SGLS_THRESHOLD             15, 8
#define LWNVME_SGLS_BIT_BUCKET            (1u << 16)
#define LWNVME_SGLS_METADATA_BYTE_ALIGNED (1u << 17)
#define LWNVME_SGLS_LENGTH_LARGER         (1u << 18)
#define LWNVME_SGLS_METADATA_SGL          (1u << 19)
#define LWNVME_SGLS_ADDRESS_OFFSET        (1u << 20)
#define LWNVME_SGLS_TRANSPORT             (1u << 21)

/* ---- Identify Namespace: field values ------------------------------------------------------------------ */

/* NVM, section 4.1.5 "Identify Command", Identify Namespace Data Structure figure. NSFEAT. */
#define LWNVME_NSFEAT_THINP    (1u << 0)
#define LWNVME_NSFEAT_NSABP    (1u << 1)
#define LWNVME_NSFEAT_DAE      (1u << 2)
#define LWNVME_NSFEAT_UIDREUSE (1u << 3)
#define LWNVME_NSFEAT_OPTPERF  5, 4
#define LWNVME_NSFEAT_MAM      (1u << 6)
#define LWNVME_NSFEAT_OPTRPERF (1u << 7)
/* FLBAS: index of the format in use, and where its metadata goes. */
#define LWNVME_FLBAS_FIDXL  3, 0
#define LWNVME_FLBAS_MTELBA (1u << 4)
#define LWNVME_FLBAS_FIDXU  6, 5
/* MC. */
#define LWNVME_MC_EXTENDED_LBA    (1u << 0)
#define LWNVME_MC_SEPARATE_BUFFER (1u << 1)
/* DPC and DPS. */
#define LWNVME_DPC_TYPE_1      (1u << 0)
#define LWNVME_DPC_TYPE_2      (1u << 1)
#define LWNVME_DPC_TYPE_3      (1u << 2)
#define LWNVME_DPC_FIRST_BYTES (1u << 3)
#define LWNVME_DPC_LAST_BYTES  (1u << 4)
#define LWNVME_DPS_PIT         2, 0
#define LWNVME_DPS_PIP         (1u << 3)
/* NMIC. */
#define LWNVME_NMIC_SHARED    (1u << 0)
#define LWNVME_NMIC_DISPERSED (1u << 1)
/* DLFEAT: bits 2:0 say what a deallocated block reads as. */
#define LWNVME_DLFEAT_READ                     2, 0
#define LWNVME_DLFEAT_READ_NOT_REPORTED        0u
#define LWNVME_DLFEAT_READ_ZEROES              1u
#define LWNVME_DLFEAT_READ_ONES                2u
#define LWNVME_DLFEAT_WRITE_ZEROES_DEALLOCATES (1u << 3)
#define LWNVME_DLFEAT_GUARD_CRC                (1u << 4)
/* NSATTR. */
#define LWNVME_NSATTR_WRITE_PROTECTED (1u << 0)
/* LBA format: RP in the low two bits, 0 the best. */
#define LWNVME_LBAF_RP 1, 0

/* ---- SMART log: critical warning bits ------------------------------------------------------------------ */

/* Base, section 5.1.12.1.3 "SMART / Health Information". */
#define LWNVME_SMART_WARNING_SPARE           (1u << 0)
#define LWNVME_SMART_WARNING_TEMPERATURE     (1u << 1)
#define LWNVME_SMART_WARNING_RELIABILITY     (1u << 2)
#define LWNVME_SMART_WARNING_READ_ONLY       (1u << 3)
#define LWNVME_SMART_WARNING_VOLATILE_BACKUP (1u << 4)
#define LWNVME_SMART_WARNING_PMR             (1u << 5)

/* ---- Data structures ----------------------------------------------------------------------------------- */

/* Base, section 5.1.13.2.1, Power State Descriptor Data Structure figure. */
struct lwnvme_power_state {
    struct lwnvme_le16 mp; /* maximum power; unit by LWNVME_PSD_MXPS */
    uint8_t rsvd2;
    uint8_t flags; /* LWNVME_PSD_ bits */
    struct lwnvme_le32 enlat;
    struct lwnvme_le32 exlat;
    uint8_t rrt;
    uint8_t rrl;
    uint8_t rwt;
    uint8_t rwl;
    struct lwnvme_le16 idlp;
    uint8_t ips; /* bits 7:6 */
    uint8_t rsvd19;
    struct lwnvme_le16 actp;
    uint8_t apw_aps; /* bits 2:0 workload, 7:6 scale */
    uint8_t epfrt;
    uint8_t fqvt;
    uint8_t epfvt;
    uint8_t epfrts_fqvts; /* bits 3:0 EPFRTS, 7:4 FQVTS */
    uint8_t epfvts;       /* bits 3:0 */
    uint8_t rsvd28[4];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_power_state) == 32, "power state descriptor");

#define LWNVME_PSD_MXPS (1u << 0) /* unit of MP: set 0.0001 W, clear 0.01 W */
#define LWNVME_PSD_NOPS (1u << 1) /* non-operational */
#define LWNVME_PSD_IPS  7, 6
#define LWNVME_PSD_APW  2, 0
#define LWNVME_PSD_APS  7, 6

/* Base, section 5.1.13.2.1 "Identify Controller Data Structure" (CNS 01h). */
struct lwnvme_identify_controller {
    struct lwnvme_le16 vid;
    struct lwnvme_le16 ssvid;
    uint8_t sn[20]; /* ASCII, padded with spaces, not terminated; so are mn and fr */
    uint8_t mn[40];
    uint8_t fr[8];
    uint8_t rab;
    uint8_t ieee[3];
    uint8_t cmic;
    uint8_t mdts; /* base-2 logarithm, unit: 2 ^ (12 + CAP.MPSMIN) bytes; 0: no limit */
    struct lwnvme_le16 cntlid;
    struct lwnvme_le32 ver;
    struct lwnvme_le32 rtd3r; /* microseconds */
    struct lwnvme_le32 rtd3e; /* microseconds */
    struct lwnvme_le32 oaes;
    struct lwnvme_le32 ctratt;
    struct lwnvme_le16 rrls;
    uint8_t bpcap;
    uint8_t rsvd103;
    struct lwnvme_le32 nssl; /* microseconds */
    uint8_t rsvd108[2];
    uint8_t plsi;
    uint8_t cntrltype;
    uint8_t fguid[16];
    struct lwnvme_le16 crdt1; /* 100 ms, as are crdt2 and crdt3 */
    struct lwnvme_le16 crdt2;
    struct lwnvme_le16 crdt3;
    uint8_t crcap;
    uint8_t rsvd135[105];
    uint8_t rsvd240[13]; /* NVMe Management Interface */
    uint8_t nvmsr;
    uint8_t vwci;
    uint8_t mec;
    struct lwnvme_le16 oacs;
    uint8_t acl;  /* 0's based */
    uint8_t aerl; /* 0's based */
    uint8_t frmw;
    uint8_t lpa;
    uint8_t elpe; /* 0's based */
    uint8_t npss; /* 0's based */
    uint8_t avscc;
    uint8_t apsta;
    struct lwnvme_le16 wctemp; /* kelvin */
    struct lwnvme_le16 cctemp; /* kelvin */
    struct lwnvme_le16 mtfa;   /* 100 ms */
    struct lwnvme_le32 hmpre;  /* 4 KiB */
    struct lwnvme_le32 hmmin;  /* 4 KiB */
    struct lwnvme_le128 tnvmcap;
    struct lwnvme_le128 unvmcap;
    struct lwnvme_le32 rpmbs;
    struct lwnvme_le16 edstt; /* minutes */
    uint8_t dsto;
    uint8_t fwug;           /* 4 KiB; 0 not reported, ffh no restriction */
    struct lwnvme_le16 kas; /* 100 ms */
    struct lwnvme_le16 hctma;
    struct lwnvme_le16 mntmt; /* kelvin */
    struct lwnvme_le16 mxtmt; /* kelvin */
    struct lwnvme_le32 sanicap;
    struct lwnvme_le32 hmminds; /* 4 KiB */
    struct lwnvme_le16 hmmaxd;
    struct lwnvme_le16 nsetidmax;
    struct lwnvme_le16 endgidmax;
    uint8_t anatt; /* seconds */
    uint8_t anacap;
    struct lwnvme_le32 anagrpmax;
    struct lwnvme_le32 nanagrpid;
    struct lwnvme_le32 pels; /* 64 KiB */
    struct lwnvme_le16 did;
    uint8_t kpioc;
    uint8_t rsvd359;
    struct lwnvme_le16 mptfawr; /* 100 ms */
    uint8_t rsvd362[6];
    struct lwnvme_le128 megcap;
    uint8_t tmpthha;
    uint8_t rsvd385;
    struct lwnvme_le16 cqt; /* milliseconds */
    uint8_t rsvd388[124];
    uint8_t sqes;
    uint8_t cqes;
    struct lwnvme_le16 maxcmd;
    struct lwnvme_le32 nn;
    struct lwnvme_le16 oncs;
    struct lwnvme_le16 fuses;
    uint8_t fna;
    uint8_t vwc;
    struct lwnvme_le16 awun; /* 0's based, logical blocks; so are awupf and acwu */
    struct lwnvme_le16 awupf;
    uint8_t icsvscc;
    uint8_t nwpc;
    struct lwnvme_le16 acwu;
    struct lwnvme_le16 cdfs;
    struct lwnvme_le32 sgls;
    struct lwnvme_le32 mnan;
    struct lwnvme_le128 maxdna;
    struct lwnvme_le32 maxcna;
    struct lwnvme_le32 oaqd;
    uint8_t rhiri;
    uint8_t hirt;
    struct lwnvme_le16 cmmrtd;
    struct lwnvme_le16 nmmrtd;
    uint8_t minmrtg;
    uint8_t maxmrtg;
    uint8_t trattr;
    uint8_t rsvd577;
    struct lwnvme_le16 mcudmq;
    struct lwnvme_le16 mnsudmq;
    struct lwnvme_le16 mcmr;
    struct lwnvme_le16 nmcmr;
    struct lwnvme_le16 mcdqpc;
    uint8_t rsvd588[180];
    uint8_t subnqn[256]; /* UTF-8, terminated by 0 */
    uint8_t rsvd1024[768];
    struct lwnvme_le32 ioccsz; /* from here to dctype: Fabrics only */
    struct lwnvme_le32 iorcsz;
    struct lwnvme_le16 icdoff;
    uint8_t fcatt;
    uint8_t msdbd;
    struct lwnvme_le16 ofcs;
    uint8_t dctype;
    uint8_t rsvd1807[241];
    struct lwnvme_power_state psd[32];
    uint8_t vs[1024];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_controller) == 4096, "identify controller");

/* NVM, section 4.1.5 "Identify Command", LBA Format Data Structure figure. */
struct lwnvme_lba_format {
    struct lwnvme_le16 ms; /* metadata bytes per block */
    uint8_t lbads;         /* base-2 logarithm of the block size; 0: format not available */
    uint8_t rp;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_format) == 4, "LBA format");

/* NVM, section 4.1.5 "Identify Command", "NVM Command Set Identify Namespace Data Structure" (CNS 00h). */
struct lwnvme_identify_namespace {
    struct lwnvme_le64 nsze; /* logical blocks, as are ncap and nuse */
    struct lwnvme_le64 ncap;
    struct lwnvme_le64 nuse;
    uint8_t nsfeat;
    uint8_t nlbaf; /* 0's based */
    uint8_t flbas;
    uint8_t mc;
    uint8_t dpc;
    uint8_t dps;
    uint8_t nmic;
    uint8_t rescap;
    uint8_t fpi;
    uint8_t dlfeat;
    struct lwnvme_le16 nawun;
    struct lwnvme_le16 nawupf;
    struct lwnvme_le16 nacwu;
    struct lwnvme_le16 nabsn;
    struct lwnvme_le16 nabo;
    struct lwnvme_le16 nabspf;
    struct lwnvme_le16 noiob; /* logical blocks; 0: not reported */
    struct lwnvme_le128 nvmcap;
    struct lwnvme_le16 npwg; /* 0's based, as are npwa, npdg, npda and nows */
    struct lwnvme_le16 npwa;
    struct lwnvme_le16 npdg;
    struct lwnvme_le16 npda;
    struct lwnvme_le16 nows;
    struct lwnvme_le16 mssrl;
    struct lwnvme_le32 mcl;
    uint8_t msrc; /* 0's based */
    uint8_t kpios;
    uint8_t nulbaf;
    uint8_t rsvd83;
    struct lwnvme_le32 kpiodaag;
    uint8_t rsvd88[4];
    struct lwnvme_le32 anagrpid;
    uint8_t rsvd96[3];
    uint8_t nsattr;
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 endgid;
    uint8_t nguid[16]; /* big endian, as is eui64 */
    uint8_t eui64[8];
    struct lwnvme_lba_format lbaf[64];
    uint8_t vs[3712];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_namespace) == 4096, "identify namespace");

/* NVM, section 4.1.5 "I/O Command Set Specific Identify Namespace Data Structure" (CNS 05h, CSI 00h). */
struct lwnvme_identify_nvm_namespace {
    struct lwnvme_le64 lbstm;
    uint8_t pic;
    uint8_t pifa;
    uint8_t rsvd10[2];
    struct lwnvme_le32 elbaf[64];
    struct lwnvme_le32 npdgl;
    struct lwnvme_le32 nprg;
    struct lwnvme_le32 npra;
    struct lwnvme_le32 nors;
    struct lwnvme_le32 npdal;
    struct lwnvme_le32 lbapss;
    struct lwnvme_le32 tlbaag;
    uint8_t rsvd296[3800];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_nvm_namespace) == 4096, "identify NVM namespace");

#define LWNVME_ELBAF_STS 6, 0
#define LWNVME_ELBAF_PIF 8, 7

/* NVM, section 4.1.5 "I/O Command Set Specific Identify Controller Data Structure" (CNS 06h, CSI 00h). */
struct lwnvme_identify_nvm_controller {
    uint8_t vsl;
    uint8_t wzsl;
    uint8_t wusl;
    uint8_t dmrl;
    struct lwnvme_le32 dmrsl;
    struct lwnvme_le64 dmsl;
    uint8_t kpiocap;
    uint8_t wzdsl;
    struct lwnvme_le16 aocs;
    struct lwnvme_le32 ver;
    uint8_t lbamqf;
    uint8_t rsvd25[4071];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_nvm_controller) == 4096, "identify NVM controller");

/* Base, section 5.1.13.2.8 "I/O Command Set Independent Identify Namespace Data Structure" (CNS 08h). */
struct lwnvme_identify_independent_namespace {
    uint8_t nsfeat;
    uint8_t nmic;
    uint8_t rescap;
    uint8_t fpi;
    struct lwnvme_le32 anagrpid;
    uint8_t nsattr;
    uint8_t rsvd9;
    struct lwnvme_le16 nvmsetid;
    struct lwnvme_le16 endgid;
    uint8_t nstat;
    uint8_t kpios;
    struct lwnvme_le16 maxkt;
    uint8_t rsvd18[2];
    struct lwnvme_le32 rgrpid;
    uint8_t rsvd24[4072];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_identify_independent_namespace) == 4096, "independent namespace");

#define LWNVME_NSTAT_NRDY (1u << 0)

/* Base, section 5.1.13.2.3 "Namespace Identification Descriptor list" (CNS 03h): nidl bytes follow it. */
struct lwnvme_namespace_descriptor {
    uint8_t nidt; /* 0 ends the list */
    uint8_t nidl;
    uint8_t reserved[2];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_namespace_descriptor) == 4, "namespace descriptor");

#define LWNVME_NIDT_EUI64       1u
#define LWNVME_NIDT_NGUID       2u
#define LWNVME_NIDT_UUID        3u
#define LWNVME_NIDT_CSI         4u
#define LWNVME_NIDT_EUI64_BYTES 8u
#define LWNVME_NIDT_NGUID_BYTES 16u
#define LWNVME_NIDT_UUID_BYTES  16u
#define LWNVME_NIDT_CSI_BYTES   1u

/* Base, section 5.1.12.1.2 "Error Information" log page: one entry. */
struct lwnvme_error_log_entry {
    struct lwnvme_le64 ecnt; /* 0: entry not valid */
    struct lwnvme_le16 sqid;
    struct lwnvme_le16 cid;
    struct lwnvme_le16 sts; /* bit 0 phase tag, bits 15:1 the status field */
    struct lwnvme_le16 pel; /* byte and bit of the parameter; ffffh: none */
    struct lwnvme_le64 lba;
    struct lwnvme_le32 nsid;
    uint8_t vsia;
    uint8_t trtype;
    uint8_t csi;
    uint8_t opc;
    struct lwnvme_le64 csinfo;
    struct lwnvme_le16 ttsi;
    uint8_t rsvd42[21];
    uint8_t lpver;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_error_log_entry) == 64, "error log entry");

/* Base, section 5.1.12.1.3 "SMART / Health Information" log page. */
struct lwnvme_smart_log {
    uint8_t cw;               /* critical warning: LWNVME_SMART_WARNING_ bits */
    struct lwnvme_le16 ctemp; /* composite temperature, kelvin */
    uint8_t avsp;             /* available spare, percent */
    uint8_t avspt;            /* its threshold, percent */
    uint8_t pused;            /* percentage used, up to 255 */
    uint8_t egcws;            /* endurance groups' critical warnings */
    uint8_t rsvd7[25];
    struct lwnvme_le128 dur;    /* data units of 1000 * 512 bytes, read */
    struct lwnvme_le128 duw;    /* the same, written */
    struct lwnvme_le128 hrc;    /* host read commands */
    struct lwnvme_le128 hwc;    /* host write commands */
    struct lwnvme_le128 cbt;    /* controller busy time, minutes */
    struct lwnvme_le128 pwrc;   /* power cycles */
    struct lwnvme_le128 poh;    /* power on hours */
    struct lwnvme_le128 upl;    /* unexpected power losses, earlier "unsafe shutdowns" */
    struct lwnvme_le128 mdie;   /* media and data integrity errors */
    struct lwnvme_le128 neile;  /* error log entries made so far */
    struct lwnvme_le32 wctt;    /* above the warning temperature, minutes */
    struct lwnvme_le32 cctt;    /* above the critical temperature, minutes */
    struct lwnvme_le16 tsen[8]; /* temperature sensors, kelvin; 0: no such sensor */
    struct lwnvme_le32 tmt1tc;  /* transitions to thermal management temperature 1 */
    struct lwnvme_le32 tmt2tc;  /* and 2 */
    struct lwnvme_le32 tttmt1;  /* time there, seconds */
    struct lwnvme_le32 tttmt2;  /* seconds */
    uint8_t rsvd232[280];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_smart_log) == 512, "SMART log");

/* Base, section 5.1.12.1.4 "Firmware Slot Information" log page. */
struct lwnvme_firmware_slot_log {
    uint8_t afi; /* bits 2:0 running slot, bits 6:4 slot at the next reset */
    uint8_t rsvd1[7];
    uint8_t frs[7][8]; /* ASCII revision of slots 1 to 7 */
    uint8_t rsvd64[448];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_firmware_slot_log) == 512, "firmware slot log");

/* NVM, "Dataset Management command", Range Definition figure. */
struct lwnvme_dsm_range {
    struct lwnvme_le32 cattr;
    struct lwnvme_le32 nlb; /* not 0's based */
    struct lwnvme_le64 slba;
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_dsm_range) == 16, "dataset management range");

/* Base, section 5.1.25.2.4 "Host Memory Buffer": one descriptor. */
struct lwnvme_host_memory_descriptor {
    struct lwnvme_le64 badd;
    struct lwnvme_le32 bsize; /* in units of the memory page size */
    uint8_t rsvd12[4];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_host_memory_descriptor) == 16, "host memory descriptor");

/* Base, section 5.1.25 "Set Features command", Host Behavior Support (FID 16h): the data structure. */
struct lwnvme_host_behavior_support {
    uint8_t acre; /* 1: the host honours CRD and CRDT */
    uint8_t etdas;
    uint8_t lbafee; /* 1: the host knows the extended LBA formats */
    uint8_t hdisns;
    struct lwnvme_le16 cdfe;
    uint8_t rsvd6[506];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_host_behavior_support) == 512, "host behavior support");

#ifdef __cplusplus
}
#endif

#endif
