/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: data structures of the admin commands that are neither Identify, nor log pages, nor features:
 * directives, Get LBA Status, boot partitions. Included by the headers of these capabilities. Sources as in
 * spec.h; only definitions, usable from any context.
 */
#ifndef LWNVME_SPEC_ADMIN_H
#define LWNVME_SPEC_ADMIN_H

#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Base, section 8.1.8.2 "Identify (Directive Type 00h)", figure "Return Parameters Data Structure": bit n of
 * each, byte n / 8, is directive type n. */
struct lwnvme_directive_parameters {
    uint8_t ds[32];   /* Directives Supported */
    uint8_t de[32];   /* Directives Enabled, for the namespace */
    uint8_t dpac[32]; /* Directive Persistent Across Controller Level Resets */
    uint8_t rsvd96[4000];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_directive_parameters) == 4096, "directive parameters");

/* Base, section 8.1.8.3 "Streams (Directive Type 01h - Optional)", figure "Return Parameters Data Structure". */
struct lwnvme_stream_parameters {
    struct lwnvme_le16 msl;  /* Max Streams Limit of the NVM subsystem */
    struct lwnvme_le16 nssa; /* NVM Subsystem Streams Available */
    struct lwnvme_le16 nsso; /* NVM Subsystem Streams Open */
    uint8_t nssc;            /* NVM Subsystem Stream Capability */
    uint8_t rsvd7[9];
    struct lwnvme_le32 sws; /* Stream Write Size, logical blocks */
    struct lwnvme_le16 sgs; /* Stream Granularity Size, in units of sws */
    struct lwnvme_le16 nsa; /* Namespace Streams Allocated */
    struct lwnvme_le16 nso; /* Namespace Streams Open */
    uint8_t rsvd26[6];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_stream_parameters) == 32, "stream parameters");

/* The same section, figure "Get Status Data Structure", as far as one page of it goes. */
#define LWNVME_STREAM_IDENTIFIERS_MAX 2047u
struct lwnvme_stream_status {
    struct lwnvme_le16 osc; /* Open Stream Count: how many identifiers follow */
    struct lwnvme_le16 sid[LWNVME_STREAM_IDENTIFIERS_MAX];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_stream_status) == 4096, "stream status");

/* NVM, section 4.2.1 "Get LBA Status command", figure "LBA Status Descriptor Entry". */
struct lwnvme_lba_status_descriptor {
    struct lwnvme_le64 dslba; /* first block */
    struct lwnvme_le32 nlb;   /* number of blocks, 0's based */
    uint8_t rsvd12;
    uint8_t status; /* LWNVME_LBA_STATUS_LBARS */
    uint8_t rsvd14[2];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_status_descriptor) == 16, "LBA status descriptor");

/* Of `status`: LBA Range Status, what may be expected of the blocks. */
#define LWNVME_LBA_STATUS_LBARS 2, 0

/* The same section, figure "LBA Status Descriptor List": descriptors follow it. */
struct lwnvme_lba_status_header {
    struct lwnvme_le32 nlsd; /* number of descriptors */
    uint8_t cmpc;            /* completion condition: LWNVME_LBA_STATUS_CMPC_... */
    uint8_t rsvd5[3];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_lba_status_header) == 8, "LBA status header");

/* Base, section 5.1.12.1.21 "Boot Partition", the header of the log page; the data follow it. */
struct lwnvme_boot_partition_header {
    uint8_t lid;
    uint8_t rsvd1[3];
    struct lwnvme_le32 bpinfo; /* LWNVME_BPINFO_BPSZ and LWNVME_BPINFO_ABPID */
    uint8_t rsvd8[8];
};
LWNVME_STATIC_ASSERT(sizeof(struct lwnvme_boot_partition_header) == 16, "boot partition header");

#ifdef __cplusplus
}
#endif

#endif
