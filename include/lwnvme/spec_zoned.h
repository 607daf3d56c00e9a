/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the vocabulary of I/O commands of the zoned and the key value command set.
 *
 *   ZNS     Zoned Namespace Command Set Specification, Revision 1.2
 *   KV      Key Value Command Set Specification, Revision 1.1
 */
#ifndef LWNVME_SPEC_ZONED_H
#define LWNVME_SPEC_ZONED_H

#include "spec.h"

/* ---- Zoned namespaces ---------------------------------------------------------------------------------- */

/* ZNS, section 3.4.1 "Zone Append command": dword 12, which is else that of Write. */
#define LWNVME_ZONE_APPEND_PIREMAP 25, 25

/* ZNS, section 3.4.3 "Zone Management Send command": dword 13. */
#define LWNVME_ZONE_SEND_CDW13_ZSA        7, 0
#define LWNVME_ZONE_SEND_CDW13_SELECT_ALL 8, 8
#define LWNVME_ZONE_SEND_CDW13_ZSASO      9, 9 /* open: with a random write area (ZRWAA) */

/* ZNS, Zone Send Action figure. */
#define LWNVME_ZSA_CLOSE         0x01u
#define LWNVME_ZSA_FINISH        0x02u
#define LWNVME_ZSA_OPEN          0x03u
#define LWNVME_ZSA_RESET         0x04u
#define LWNVME_ZSA_OFFLINE       0x05u
#define LWNVME_ZSA_SET_EXTENSION 0x10u
#define LWNVME_ZSA_FLUSH_ZRWA    0x11u

/* ZNS, section 3.4.2 "Zone Management Receive command": dwords 12 (dwords of memory, 0's based) and 13. */
#define LWNVME_ZONE_RECEIVE_CDW13_ZRA     7, 0
#define LWNVME_ZONE_RECEIVE_CDW13_ZRASF   15, 8
#define LWNVME_ZONE_RECEIVE_CDW13_PARTIAL 16, 16
#define LWNVME_ZRA_REPORT                 0x00u
#define LWNVME_ZRA_EXTENDED_REPORT        0x01u

/* ZNS, Zone Receive Action Specific field: which zones a report is about. */
#define LWNVME_ZONES_ALL             0x00u
#define LWNVME_ZONES_EMPTY           0x01u
#define LWNVME_ZONES_IMPLICITLY_OPEN 0x02u
#define LWNVME_ZONES_EXPLICITLY_OPEN 0x03u
#define LWNVME_ZONES_CLOSED          0x04u
#define LWNVME_ZONES_FULL            0x05u
#define LWNVME_ZONES_READ_ONLY       0x06u
#define LWNVME_ZONES_OFFLINE         0x07u

/* ZNS, section 2.1.1 "Zoned Namespace Command Set Model", zone states. */
#define LWNVME_ZONE_STATE_EMPTY           0x1u
#define LWNVME_ZONE_STATE_IMPLICITLY_OPEN 0x2u
#define LWNVME_ZONE_STATE_EXPLICITLY_OPEN 0x3u
#define LWNVME_ZONE_STATE_CLOSED          0x4u
#define LWNVME_ZONE_STATE_READ_ONLY       0xdu
#define LWNVME_ZONE_STATE_FULL            0xeu
#define LWNVME_ZONE_STATE_OFFLINE         0xfu

/* ZNS, Zone Descriptor figure: type and attributes. */
#define LWNVME_ZONE_TYPE_SEQUENTIAL    0x2u
#define LWNVME_ZONE_FINISHED_BY_DEVICE (1u << 0)
#define LWNVME_ZONE_FINISH_RECOMMENDED (1u << 1)
#define LWNVME_ZONE_RESET_RECOMMENDED  (1u << 2)
#define LWNVME_ZONE_HAS_ZRWA           (1u << 3)
#define LWNVME_ZONE_EXTENSION_VALID    (1u << 7)

/* ZNS, Report Zones Data Structure and Zone Descriptor figures. */
struct lwnvme_zone_report_header {
    struct lwnvme_le64 nz;
    uint8_t rsvd8[56];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_zone_report_header) == 64, "zone report");

struct lwnvme_zone_descriptor {
    uint8_t zt; /* bits 3:0 */
    uint8_t zs; /* bits 7:4 */
    uint8_t za;
    uint8_t zai;
    uint8_t rsvd4[4];
    struct lwnvme_le64 zcap;
    struct lwnvme_le64 zslba;
    struct lwnvme_le64 wp;
    uint8_t rsvd32[32];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_zone_descriptor) == 64, "zone descriptor");

/* ---- Key value namespaces ------------------------------------------------------------------------------ */

/* KV, section 3.3: dword 11. Dword 10 has the length of the memory, or of the value; the key is in dwords 2, 3, 14 and
 * 15, its first byte in the lowest of dword 2. */
#define LWNVME_KV_CDW11_KEY_LENGTH 7, 0
#define LWNVME_KV_CDW11_OPTIONS    15, 8

#endif
