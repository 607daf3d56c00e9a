/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of Identify (spec_identify.h) against libnvme 1.3, in the manner of test_layout.c.
 *
 * SAME compares with libnvme's; AT and BITS with numbers of the specification, for reserved fields and for what
 * libnvme 1.3 lacks or has differently:
 *   descriptor list                            Base, section 5.1.13.2.3: as a structure of 4096 bytes
 *   key value, KV format and namespace         KV, section 4.1.5, KV Format and Identify Namespace figures; the same in
 *                                              SPDK's and in xNVMe's headers
 *   key value, controller                      KV, section 4.1.5
 *   ports list, and its entries                Base, figures 335 and 336
 *   Namespace Management's data                Base, Host Software Specified Fields figure; the same in libnvme 1.8
 *   BPCAP, PLSI, CRCAP, KPIOC, TMPTHHA, CDFS, TRATTR, PIFA, PIC, ELBAF.QPIF, NGA, CRT, SCS, ZOC, OZCS, ZRWACAP
 *   the times of a power state's emergency power fail and forced quiescence
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <libnvme.h>

#include <lwnvme/spec_identify.h>

static unsigned differences;
static size_t covered_bytes;

static void expect_equal(const char *what, uint64_t ours, uint64_t theirs)
{
    if (ours != theirs) {
        print_error("%s: ours %#llx, expected %#llx\n", what, (unsigned long long)ours,
                    (unsigned long long)theirs);
        differences++;
    }
}

static void expect_place(const char *what, size_t offset, size_t size, size_t offset_wanted,
                         size_t size_wanted)
{
    expect_equal(what, offset, offset_wanted);
    expect_equal(what, size, size_wanted);
    covered_bytes += size;
}

static void expect_bits(const char *what, unsigned hi, unsigned lo, unsigned hi_wanted, unsigned lo_wanted)
{
    expect_equal(what, hi, hi_wanted);
    expect_equal(what, lo, lo_wanted);
}

/* A field by libnvme's mask, which stands in its place. */
static void expect_mask(const char *what, unsigned hi, unsigned lo, uint64_t mask)
{
    expect_equal(what, ((UINT64_C(2) << (hi - lo)) - 1u) << lo, mask);
}

#define SIZE_OF(type, field) sizeof(((struct type *)0)->field)
#define SAME(ours, field, theirs, their_field)                                                               \
    expect_place(#ours "." #field, offsetof(struct ours, field), SIZE_OF(ours, field),                       \
                 offsetof(struct theirs, their_field), SIZE_OF(theirs, their_field))
#define AT(ours, field, offset, size)                                                                        \
    expect_place(#ours "." #field, offsetof(struct ours, field), SIZE_OF(ours, field), (offset), (size))
#define COVERED(ours)                                                                                        \
    do {                                                                                                     \
        expect_equal("bytes compared of " #ours, covered_bytes, sizeof(struct ours));                        \
        expect_equal("alignment of " #ours, _Alignof(struct ours), 1);                                       \
    } while (0)
#define SIZE(ours, theirs)               expect_equal("size of " #ours, sizeof(struct ours), sizeof(struct theirs))
#define EXPECT(ours, value)              expect_equal(#ours, (uint64_t)(ours), (uint64_t)(uint32_t)(value))
#define BITS(ours, hi_wanted, lo_wanted) expect_bits(#ours, ours, hi_wanted, lo_wanted)
#define MASK(ours, mask)                 expect_mask(#ours, ours, (uint32_t)(mask))

static int begin(void **state)
{
    (void)state;
    differences = 0;
    covered_bytes = 0;
    return 0;
}

static void end(void)
{
    assert_int_equal(differences, 0);
}

/* ---- Structures ---------------------------------------------------------------------------------------- */

static void namespace_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_namespace_list, nvme_ns_list);
    SAME(lwnvme_identify_namespace_list, nsid, nvme_ns_list, ns);
    COVERED(lwnvme_identify_namespace_list);
    end();
}

static void descriptor_list(void **state)
{
    (void)state;
    AT(lwnvme_identify_descriptor_list, bytes, 0, 4096);
    COVERED(lwnvme_identify_descriptor_list);
    end();
}

static void controller_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_controller_list, nvme_ctrl_list);
    SAME(lwnvme_identify_controller_list, numid, nvme_ctrl_list, num);
    SAME(lwnvme_identify_controller_list, cntlid, nvme_ctrl_list, identifier);
    COVERED(lwnvme_identify_controller_list);
    EXPECT(LWNVME_CONTROLLER_LIST_ENTRIES, NVME_ID_CTRL_LIST_MAX);
    EXPECT(LWNVME_CNTLID_LAST, 0xffef);
    EXPECT(LWNVME_CNTLID_THIS, 0xffff);
    end();
}

#define SET(field, theirs) SAME(lwnvme_nvm_set_attributes, field, nvme_nvmset_attr, theirs)

static void nvm_set(void **state)
{
    (void)state;
    SIZE(lwnvme_nvm_set_attributes, nvme_nvmset_attr);
    SET(nvmsetid, nvmsetid);
    SET(endgid, endgid);
    SET(rsvd4, rsvd4);
    SET(r4krt, rr4kt);
    SET(ows, ows);
    SET(tnvmsetcap, tnvmsetcap);
    SET(unvmsetcap, unvmsetcap);
    SET(rsvd48, rsvd48);
    COVERED(lwnvme_nvm_set_attributes);
    end();
}

static void nvm_set_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_nvm_set_list, nvme_id_nvmset_list);
    SAME(lwnvme_identify_nvm_set_list, numid, nvme_id_nvmset_list, nid);
    SAME(lwnvme_identify_nvm_set_list, rsvd1, nvme_id_nvmset_list, rsvd1);
    SAME(lwnvme_identify_nvm_set_list, entry, nvme_id_nvmset_list, ent);
    COVERED(lwnvme_identify_nvm_set_list);
    EXPECT(LWNVME_NVM_SET_LIST_ENTRIES, NVME_ID_NVMSET_LIST_MAX);
    end();
}

#define PRIMARY(field) SAME(lwnvme_identify_primary_controller, field, nvme_primary_ctrl_cap, field)

static void primary_controller(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_primary_controller, nvme_primary_ctrl_cap);
    PRIMARY(cntlid);
    PRIMARY(portid);
    PRIMARY(crt);
    PRIMARY(rsvd5);
    PRIMARY(vqfrt);
    PRIMARY(vqrfa);
    PRIMARY(vqrfap);
    PRIMARY(vqprt);
    PRIMARY(vqfrsm);
    PRIMARY(vqgran);
    PRIMARY(rsvd48);
    PRIMARY(vifrt);
    PRIMARY(virfa);
    PRIMARY(virfap);
    PRIMARY(viprt);
    PRIMARY(vifrsm);
    PRIMARY(vigran);
    PRIMARY(rsvd80);
    COVERED(lwnvme_identify_primary_controller);
    EXPECT(LWNVME_CRT_VQ, 1);
    EXPECT(LWNVME_CRT_VI, 2);
    end();
}

#define SECONDARY(field) SAME(lwnvme_secondary_controller, field, nvme_secondary_ctrl, field)

static void secondary_controller(void **state)
{
    (void)state;
    SIZE(lwnvme_secondary_controller, nvme_secondary_ctrl);
    SECONDARY(scid);
    SECONDARY(pcid);
    SECONDARY(scs);
    SECONDARY(rsvd5);
    SECONDARY(vfn);
    SECONDARY(nvq);
    SECONDARY(nvi);
    SECONDARY(rsvd14);
    COVERED(lwnvme_secondary_controller);
    EXPECT(LWNVME_SCS_ONLINE, 1);
    end();
}

static void secondary_controller_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_secondary_controller_list, nvme_secondary_ctrl_list);
    SAME(lwnvme_identify_secondary_controller_list, numid, nvme_secondary_ctrl_list, num);
    SAME(lwnvme_identify_secondary_controller_list, rsvd1, nvme_secondary_ctrl_list, rsvd);
    SAME(lwnvme_identify_secondary_controller_list, entry, nvme_secondary_ctrl_list, sc_entry);
    COVERED(lwnvme_identify_secondary_controller_list);
    EXPECT(LWNVME_SECONDARY_CONTROLLER_LIST_ENTRIES, NVME_ID_SECONDARY_CTRL_MAX);
    end();
}

static void granularity(void **state)
{
    (void)state;
    SIZE(lwnvme_namespace_granularity, nvme_id_ns_granularity_desc);
    SAME(lwnvme_namespace_granularity, nszegran, nvme_id_ns_granularity_desc, nszegran);
    SAME(lwnvme_namespace_granularity, ncapgran, nvme_id_ns_granularity_desc, ncapgran);
    COVERED(lwnvme_namespace_granularity);
    end();
}

static void granularity_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_granularity_list, nvme_id_ns_granularity_list);
    SAME(lwnvme_identify_granularity_list, nga, nvme_id_ns_granularity_list, attributes);
    SAME(lwnvme_identify_granularity_list, numd, nvme_id_ns_granularity_list, num_descriptors);
    SAME(lwnvme_identify_granularity_list, rsvd5, nvme_id_ns_granularity_list, rsvd5);
    /* libnvme knows the first 16, which is all that there are without extended LBA formats. */
    AT(lwnvme_identify_granularity_list, entry, offsetof(struct nvme_id_ns_granularity_list, entry), 64 * 16);
    AT(lwnvme_identify_granularity_list, rsvd1056, 1056, 4096 - 1056);
    COVERED(lwnvme_identify_granularity_list);
    EXPECT(LWNVME_NAMESPACE_GRANULARITY_ENTRIES_PLAIN, NVME_ID_ND_DESCRIPTOR_MAX);
    EXPECT(LWNVME_NAMESPACE_GRANULARITY_ENTRIES, 64); /* as many as there can be LBA formats */
    EXPECT(LWNVME_NGA_DESCRIPTOR_PER_FORMAT, 1);
    end();
}

static void uuid_entry(void **state)
{
    (void)state;
    SIZE(lwnvme_uuid_entry, nvme_id_uuid_list_entry);
    SAME(lwnvme_uuid_entry, header, nvme_id_uuid_list_entry, header);
    SAME(lwnvme_uuid_entry, rsvd1, nvme_id_uuid_list_entry, rsvd1);
    SAME(lwnvme_uuid_entry, uuid, nvme_id_uuid_list_entry, uuid);
    COVERED(lwnvme_uuid_entry);
    MASK(LWNVME_UUID_ASSOCIATION, NVME_ID_UUID_HDR_ASSOCIATION_MASK);
    EXPECT(LWNVME_UUID_ASSOCIATION_NONE, NVME_ID_UUID_ASSOCIATION_NONE);
    EXPECT(LWNVME_UUID_ASSOCIATION_VENDOR, NVME_ID_UUID_ASSOCIATION_VENDOR);
    EXPECT(LWNVME_UUID_ASSOCIATION_SUBSYSTEM_VENDOR, NVME_ID_UUID_ASSOCIATION_SUBSYSTEM_VENDOR);
    end();
}

static void uuid_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_uuid_list, nvme_id_uuid_list);
    SAME(lwnvme_identify_uuid_list, rsvd0, nvme_id_uuid_list, rsvd0);
    SAME(lwnvme_identify_uuid_list, entry, nvme_id_uuid_list, entry);
    COVERED(lwnvme_identify_uuid_list);
    EXPECT(LWNVME_UUID_LIST_ENTRIES, NVME_ID_UUID_LIST_MAX);
    end();
}

static void domain(void **state)
{
    (void)state;
    SIZE(lwnvme_domain_attributes, nvme_id_domain_attr);
    SAME(lwnvme_domain_attributes, did, nvme_id_domain_attr, dom_id);
    SAME(lwnvme_domain_attributes, rsvd2, nvme_id_domain_attr, rsvd2);
    SAME(lwnvme_domain_attributes, tdc, nvme_id_domain_attr, dom_cap);
    SAME(lwnvme_domain_attributes, udc, nvme_id_domain_attr, unalloc_dom_cap);
    SAME(lwnvme_domain_attributes, megdc, nvme_id_domain_attr, max_egrp_dom_cap);
    SAME(lwnvme_domain_attributes, rsvd64, nvme_id_domain_attr, rsvd64);
    COVERED(lwnvme_domain_attributes);
    end();
}

static void domain_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_domain_list, nvme_id_domain_list);
    SAME(lwnvme_identify_domain_list, numid, nvme_id_domain_list, num);
    SAME(lwnvme_identify_domain_list, rsvd1, nvme_id_domain_list, rsvd);
    SAME(lwnvme_identify_domain_list, entry, nvme_id_domain_list, domain_attr);
    COVERED(lwnvme_identify_domain_list);
    EXPECT(LWNVME_DOMAIN_LIST_ENTRIES, NVME_ID_DOMAIN_LIST_MAX);
    end();
}

static void endurance_group_list(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_endurance_group_list, nvme_id_endurance_group_list);
    SAME(lwnvme_identify_endurance_group_list, numid, nvme_id_endurance_group_list, num);
    SAME(lwnvme_identify_endurance_group_list, endgid, nvme_id_endurance_group_list, identifier);
    COVERED(lwnvme_identify_endurance_group_list);
    EXPECT(LWNVME_ENDURANCE_GROUP_LIST_ENTRIES, NVME_ID_ENDURANCE_GROUP_LIST_MAX);
    end();
}

static void io_command_sets(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_io_command_sets, nvme_id_iocs);
    SAME(lwnvme_identify_io_command_sets, vector, nvme_id_iocs, iocsc);
    COVERED(lwnvme_identify_io_command_sets);
    EXPECT(LWNVME_IO_COMMAND_SET_VECTORS, 512);
    EXPECT(LWNVME_IOCS_VECTOR_NVM, 1u << NVME_CSI_NVM);
    EXPECT(LWNVME_IOCS_VECTOR_KEY_VALUE, 1u << NVME_CSI_KV);
    EXPECT(LWNVME_IOCS_VECTOR_ZONED, 1u << NVME_CSI_ZNS);
    EXPECT(LWNVME_IOCS_VECTOR_SUBSYSTEM_LOCAL_MEMORY, 1u << 3);
    EXPECT(LWNVME_IOCS_VECTOR_COMPUTATIONAL_PROGRAMS, 1u << 4);
    end();
}

/* Base, figures 335 and 336. */
static void port_list(void **state)
{
    (void)state;
    AT(lwnvme_underlying_port, address, 0, 512);
    AT(lwnvme_underlying_port, pidup, 512, 2);
    AT(lwnvme_underlying_port, trtype, 514, 1);
    AT(lwnvme_underlying_port, adrfam, 515, 1);
    AT(lwnvme_underlying_port, treq, 516, 1);
    AT(lwnvme_underlying_port, rsvd517, 517, 59);
    COVERED(lwnvme_underlying_port);
    covered_bytes = 0;
    AT(lwnvme_identify_port_list, genctr, 0, 8);
    AT(lwnvme_identify_port_list, nument, 8, 8);
    AT(lwnvme_identify_port_list, entry, 16, 4032);
    AT(lwnvme_identify_port_list, rsvd4048, 4048, 48);
    COVERED(lwnvme_identify_port_list);
    EXPECT(LWNVME_PORT_LIST_ENTRIES, 7);
    end();
}

static void zns_lba_format_extension(void **state)
{
    (void)state;
    SIZE(lwnvme_zns_lba_format_extension, nvme_zns_lbafe);
    SAME(lwnvme_zns_lba_format_extension, zsze, nvme_zns_lbafe, zsze);
    SAME(lwnvme_zns_lba_format_extension, zdes, nvme_zns_lbafe, zdes);
    SAME(lwnvme_zns_lba_format_extension, rsvd9, nvme_zns_lbafe, rsvd9);
    COVERED(lwnvme_zns_lba_format_extension);
    end();
}

#define ZNS(field) SAME(lwnvme_identify_zns_namespace, field, nvme_zns_id_ns, field)

static void zns_namespace(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_zns_namespace, nvme_zns_id_ns);
    ZNS(zoc);
    ZNS(ozcs);
    ZNS(mar);
    ZNS(mor);
    ZNS(rrl);
    ZNS(frl);
    ZNS(rrl1);
    ZNS(rrl2);
    ZNS(rrl3);
    ZNS(frl1);
    ZNS(frl2);
    ZNS(frl3);
    ZNS(numzrwa);
    ZNS(zrwafg);
    ZNS(zrwasz);
    ZNS(zrwacap);
    ZNS(rsvd53);
    ZNS(lbafe);
    ZNS(vs);
    COVERED(lwnvme_identify_zns_namespace);
    /* ZNS, Identify Namespace figure: bytes 0, 2 and 52. */
    EXPECT(LWNVME_ZOC_VARIABLE_ZONE_CAPACITY, 1);
    EXPECT(LWNVME_ZOC_ZONE_ACTIVE_EXCURSIONS, 2);
    EXPECT(LWNVME_OZCS_READ_ACROSS_ZONE_BOUNDARIES, 1);
    EXPECT(LWNVME_OZCS_ZRWA, 2);
    EXPECT(LWNVME_ZRWACAP_EXPLICIT_FLUSH, 1);
    EXPECT(LWNVME_ZNS_NO_LIMIT, 0xffffffff);
    end();
}

static void zns_controller(void **state)
{
    (void)state;
    SIZE(lwnvme_identify_zns_controller, nvme_zns_id_ctrl);
    SAME(lwnvme_identify_zns_controller, zasl, nvme_zns_id_ctrl, zasl);
    SAME(lwnvme_identify_zns_controller, rsvd1, nvme_zns_id_ctrl, rsvd1);
    COVERED(lwnvme_identify_zns_controller);
    end();
}

#define KVF(field, offset, size) AT(lwnvme_kv_format, field, offset, size)

static void kv_format(void **state)
{
    (void)state;
    KVF(kvkml, 0, 2);
    KVF(rsvd2, 2, 1);
    KVF(afo, 3, 1);
    KVF(kvvml, 4, 4);
    KVF(mnks, 8, 4);
    KVF(rsvd12, 12, 4);
    COVERED(lwnvme_kv_format);
    EXPECT(LWNVME_KV_FORMATS_MAX, 16);
    EXPECT(LWNVME_KV_KEY_BYTES, 16);
    end();
}

#define KV(field, offset, size) AT(lwnvme_identify_kv_namespace, field, offset, size)

static void kv_namespace(void **state)
{
    (void)state;
    KV(nsze, 0, 8);
    KV(rsvd8, 8, 8);
    KV(nuse, 16, 8);
    KV(nsfeat, 24, 1);
    KV(nkvf, 25, 1);
    KV(nmic, 26, 1);
    KV(rescap, 27, 1);
    KV(fpi, 28, 1);
    KV(kvfc, 29, 1);
    KV(rsvd30, 30, 2);
    KV(novg, 32, 4);
    KV(anagrpid, 36, 4);
    KV(rsvd40, 40, 3);
    KV(nsattr, 43, 1);
    KV(nvmsetid, 44, 2);
    KV(endgid, 46, 2);
    KV(nguid, 48, 16);
    KV(eui64, 64, 8);
    KV(kvf, 72, 256);
    KV(rsvd328, 328, 3512);
    KV(vs, 3840, 256);
    COVERED(lwnvme_identify_kv_namespace);
    BITS(LWNVME_KVFC_FORMAT_INDEX, 3, 0);
    end();
}

static void kv_controller(void **state)
{
    (void)state;
    AT(lwnvme_identify_kv_controller, ver, 0, 4);
    AT(lwnvme_identify_kv_controller, rsvd4, 4, 4092);
    COVERED(lwnvme_identify_kv_controller);
    end();
}

#define DATA(field, offset, size) AT(lwnvme_namespace_management_data, field, offset, size)
#define LIKE(field)               SAME(lwnvme_namespace_management_data, field, nvme_id_ns, field)

/* Most places are those of Identify Namespace. */
static void namespace_management_data(void **state)
{
    (void)state;
    LIKE(nsze);
    LIKE(ncap);
    DATA(rsvd16, 16, 10);
    LIKE(flbas);
    DATA(rsvd27, 27, 2);
    LIKE(dps);
    LIKE(nmic);
    DATA(rsvd31, 31, 61);
    LIKE(anagrpid);
    DATA(rsvd96, 96, 4);
    LIKE(nvmsetid);
    LIKE(endgid);
    DATA(rsvd104, 104, 280);
    DATA(lbstm, 384, 8);
    DATA(nphndls, 392, 2);
    DATA(rsvd394, 394, 105);
    DATA(znsco, 499, 1);
    DATA(rar, 500, 4);
    DATA(ror, 504, 4);
    DATA(rnumzrwa, 508, 4);
    DATA(phndl, 512, 256);
    DATA(rsvd768, 768, 3328);
    COVERED(lwnvme_namespace_management_data);
    EXPECT(LWNVME_PLACEMENT_HANDLES_MAX, 128);
    EXPECT(LWNVME_ZNSCO_ALLOCATE_ZRWA, 1);
    BITS(LWNVME_NAMESPACE_MANAGEMENT_SEL, 3, 0);
    EXPECT(LWNVME_NAMESPACE_MANAGEMENT_SEL_CREATE, NVME_NS_MGMT_SEL_CREATE);
    EXPECT(LWNVME_NAMESPACE_MANAGEMENT_SEL_DELETE, NVME_NS_MGMT_SEL_DELETE);
    BITS(LWNVME_NAMESPACE_MANAGEMENT_CSI, 31, 24);
    BITS(LWNVME_NAMESPACE_ATTACHMENT_SEL, 3, 0);
    EXPECT(LWNVME_NAMESPACE_ATTACHMENT_SEL_ATTACH, NVME_NS_ATTACH_SEL_CTRL_ATTACH);
    EXPECT(LWNVME_NAMESPACE_ATTACHMENT_SEL_DETACH, NVME_NS_ATTACH_SEL_CTRL_DEATTACH);
    end();
}

/* ---- Values -------------------------------------------------------------------------------------------- */

static void controller_capabilities(void **state)
{
    (void)state;
    EXPECT(LWNVME_RRLS_LEVEL(0), 1);
    EXPECT(LWNVME_RRLS_LEVEL(15), 0x8000);
    EXPECT(LWNVME_RRLS_LEVELS, 16);
    EXPECT(LWNVME_RRLS_LEVEL_DEFAULT, 4);
    EXPECT(LWNVME_RRLS_LEVEL_FAST_FAIL, 15);
    MASK(LWNVME_VWCI_WRITES_REMAINING, NVME_CTRL_VWCI_VWCR);
    EXPECT(LWNVME_VWCI_VALID, NVME_CTRL_VWCI_VWCRV);
    EXPECT(LWNVME_NVMSR_STORAGE_DEVICE, NVME_CTRL_NVMSR_NVMESD);
    EXPECT(LWNVME_NVMSR_ENCLOSURE, NVME_CTRL_NVMSR_NVMEE);
    EXPECT(LWNVME_MEC_SMBUS, NVME_CTRL_MEC_SMBUSME);
    EXPECT(LWNVME_MEC_PCIE, NVME_CTRL_MEC_PCIEME);
    EXPECT(LWNVME_AVSCC_COMMON_FORMAT, NVME_CTRL_AVSCC_AVS);
    EXPECT(LWNVME_ICSVSCC_COMMON_FORMAT, NVME_CTRL_NVSCC_FMT);
    EXPECT(LWNVME_APSTA_APST, NVME_CTRL_APSTA_APST);
    MASK(LWNVME_RPMBS_UNITS, NVME_CTRL_RPMBS_NR_UNITS);
    MASK(LWNVME_RPMBS_AUTHENTICATION_METHOD, NVME_CTRL_RPMBS_AUTH_METHOD);
    MASK(LWNVME_RPMBS_TOTAL_SIZE, 0xff0000);
    MASK(LWNVME_RPMBS_ACCESS_SIZE, 0xff000000);
    EXPECT(LWNVME_DSTO_ONE_SELF_TEST, NVME_CTRL_DSTO_ONE_DST);
    EXPECT(LWNVME_HCTMA_HCTM, NVME_CTRL_HCTMA_HCTM);
    EXPECT(LWNVME_ANACAP_OPTIMIZED, NVME_CTRL_ANACAP_OPT);
    EXPECT(LWNVME_ANACAP_NON_OPTIMIZED, NVME_CTRL_ANACAP_NON_OPT);
    EXPECT(LWNVME_ANACAP_INACCESSIBLE, NVME_CTRL_ANACAP_INACCESSIBLE);
    EXPECT(LWNVME_ANACAP_PERSISTENT_LOSS, NVME_CTRL_ANACAP_PERSISTENT_LOSS);
    EXPECT(LWNVME_ANACAP_CHANGE, NVME_CTRL_ANACAP_CHANGE);
    EXPECT(LWNVME_ANACAP_GROUP_ID_FIXED, NVME_CTRL_ANACAP_GRPID_NO_CHG);
    EXPECT(LWNVME_ANACAP_GROUP_ID_SUPPORTED, NVME_CTRL_ANACAP_GRPID_MGMT);
    EXPECT(LWNVME_NWPC_WRITE_PROTECT, NVME_CTRL_NWPC_WRITE_PROTECT);
    EXPECT(LWNVME_NWPC_UNTIL_POWER_CYCLE, NVME_CTRL_NWPC_WRITE_PROTECT_POWER_CYCLE);
    EXPECT(LWNVME_NWPC_PERMANENT, NVME_CTRL_NWPC_WRITE_PROTECT_PERMANENT);
    end();
}

/* What came after libnvme 1.3: Base, section 5.1.13.2.1, Identify Controller Data Structure figure. */
static void newer_controller_capabilities(void **state)
{
    (void)state;
    BITS(LWNVME_BPCAP_RPMBBPWPS, 1, 0);
    EXPECT(LWNVME_BPCAP_RPMBBPWPS_NOT_SPECIFIED, 0);
    EXPECT(LWNVME_BPCAP_RPMBBPWPS_NOT_SUPPORTED, 1);
    EXPECT(LWNVME_BPCAP_RPMBBPWPS_SUPPORTED, 2);
    EXPECT(LWNVME_BPCAP_SFBPWPS, 4);
    EXPECT(LWNVME_PLSI_EMERGENCY_POWER_FAIL, 1);
    EXPECT(LWNVME_PLSI_FORCED_QUIESCENCE, 2);
    EXPECT(LWNVME_CRCAP_REACHABILITY_REPORTING, 1);
    EXPECT(LWNVME_CRCAP_RGIDC, 2);
    EXPECT(LWNVME_KAS_UNIT_MS, 100);
    EXPECT(LWNVME_DSTO_HOST_INITIATED_REFRESH, 2);
    EXPECT(LWNVME_SANICAP_NODMMAS_NOT_DEFINED, 0);
    EXPECT(LWNVME_SANICAP_NODMMAS_NOT_MODIFIED, 1);
    EXPECT(LWNVME_SANICAP_NODMMAS_MODIFIED, 2);
    EXPECT(LWNVME_KPIOC_SUPPORTED, 1);
    EXPECT(LWNVME_KPIOC_ALL_NAMESPACES, 2);
    BITS(LWNVME_TMPTHHA_TMPTHMH, 2, 0);
    EXPECT(LWNVME_CDFS_FORMAT(4), 16);
    EXPECT(LWNVME_TRATTR_TRACK_HOST_MEMORY_CHANGES, 1);
    EXPECT(LWNVME_TRATTR_TRACK_USER_DATA_CHANGES, 2);
    EXPECT(LWNVME_TRATTR_MEMORY_RANGE_LENGTH_LIMITED, 4);
    end();
}

static void power_states(void **state)
{
    struct lwnvme_power_state psd;
    (void)state;
    EXPECT(LWNVME_PSD_SCALE_NOT_REPORTED, NVME_PSD_PS_NOT_REPORTED);
    EXPECT(LWNVME_PSD_SCALE_100_UW, NVME_PSD_PS_100_MICRO_WATT);
    EXPECT(LWNVME_PSD_SCALE_10_MW, NVME_PSD_PS_10_MILLI_WATT);
    EXPECT(LWNVME_PSD_WORKLOAD_NONE, NVME_PSD_WORKLOAD_NP);
    EXPECT(LWNVME_PSD_WORKLOAD_1, NVME_PSD_WORKLOAD_1);
    EXPECT(LWNVME_PSD_WORKLOAD_2, NVME_PSD_WORKLOAD_2);
    BITS(LWNVME_PSD_EPFRTS, 3, 0);
    BITS(LWNVME_PSD_FQVTS, 7, 4);
    BITS(LWNVME_PSD_EPFVTS, 3, 0);
    BITS(LWNVME_PSD_RANK, 4, 0);
    EXPECT(LWNVME_POWER_STATES_MAX, 32);
    end();
    memset(&psd, 0, sizeof(psd));
    /* 0.01 W and 0.0001 W. */
    lwnvme_le16_set(&psd.mp, 2500);
    assert_int_equal(lwnvme_power_state_maximum_uw(&psd), 25000000);
    psd.flags = NVME_PSD_FLAGS_MXPS;
    assert_int_equal(lwnvme_power_state_maximum_uw(&psd), 250000);
    assert_true(lwnvme_power_state_is_operational(&psd));
    psd.flags |= NVME_PSD_FLAGS_NOPS;
    assert_false(lwnvme_power_state_is_operational(&psd));
    /* The scale of the idle power is in bits 7:6, that of the active power too, beside the workload. */
    lwnvme_le16_set(&psd.idlp, 30);
    assert_int_equal(lwnvme_power_state_idle_uw(&psd), 0);
    psd.ips = 1 << 6;
    assert_int_equal(lwnvme_power_state_idle_uw(&psd), 3000);
    psd.ips = 2 << 6;
    assert_int_equal(lwnvme_power_state_idle_uw(&psd), 300000);
    psd.ips = 3 << 6;
    assert_int_equal(lwnvme_power_state_idle_uw(&psd), 0);
    lwnvme_le16_set(&psd.actp, 0xffff);
    psd.apw_aps = 2 << 6 | 1;
    assert_int_equal(lwnvme_power_state_active_uw(&psd), 655350000);
}

static void namespace_capabilities(void **state)
{
    (void)state;
    EXPECT(LWNVME_RESCAP_PERSIST_THROUGH_POWER_LOSS, NVME_NS_RESCAP_PTPL);
    EXPECT(LWNVME_RESCAP_WRITE_EXCLUSIVE, NVME_NS_RESCAP_WE);
    EXPECT(LWNVME_RESCAP_EXCLUSIVE_ACCESS, NVME_NS_RESCAP_EA);
    EXPECT(LWNVME_RESCAP_WRITE_EXCLUSIVE_REGISTRANTS_ONLY, NVME_NS_RESCAP_WERO);
    EXPECT(LWNVME_RESCAP_EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, NVME_NS_RESCAP_EARO);
    EXPECT(LWNVME_RESCAP_WRITE_EXCLUSIVE_ALL_REGISTRANTS, NVME_NS_RESCAP_WEAR);
    EXPECT(LWNVME_RESCAP_EXCLUSIVE_ACCESS_ALL_REGISTRANTS, NVME_NS_RESCAP_EAAR);
    EXPECT(LWNVME_RESCAP_IGNORE_EXISTING_KEY_1_3, NVME_NS_RESCAP_IEK_13);
    MASK(LWNVME_FPI_REMAINING, NVME_NS_FPI_REMAINING);
    EXPECT(LWNVME_FPI_SUPPORTED, NVME_NS_FPI_SUPPORTED);
    /* Base, I/O Command Set Independent Identify Namespace figure, KPIOS; NVM, section 4.1.5.3, PIC and PIFA. */
    EXPECT(LWNVME_NS_KPIOS_ENABLED, 1);
    EXPECT(LWNVME_NS_KPIOS_SUPPORTED, 2);
    EXPECT(LWNVME_PIC_16B_GUARD_STORAGE_TAG, 1);
    EXPECT(LWNVME_PIC_16B_GUARD_STORAGE_TAG_MASK, 2);
    EXPECT(LWNVME_PIC_STORAGE_TAG_CHECK_READ, 4);
    EXPECT(LWNVME_PIC_QUALIFIED_FORMATS, 8);
    BITS(LWNVME_PIFA_STORAGE_TAG_MASKING, 3, 0);
    EXPECT(LWNVME_PIFA_STORAGE_TAG_MASKING_BITS, 0);
    EXPECT(LWNVME_PIFA_STORAGE_TAG_MASKING_BYTES, 1);
    EXPECT(LWNVME_PIFA_STORAGE_TAG_MASKING_NONE, 2);
    BITS(LWNVME_ELBAF_QPIF, 12, 9);
    EXPECT(LWNVME_PIF_16B_GUARD, 0);
    EXPECT(LWNVME_PIF_32B_GUARD, 1);
    EXPECT(LWNVME_PIF_64B_GUARD, 2);
    EXPECT(LWNVME_PIF_QUALIFIED, 3);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(namespace_list, begin),
        cmocka_unit_test_setup(descriptor_list, begin),
        cmocka_unit_test_setup(controller_list, begin),
        cmocka_unit_test_setup(nvm_set, begin),
        cmocka_unit_test_setup(nvm_set_list, begin),
        cmocka_unit_test_setup(primary_controller, begin),
        cmocka_unit_test_setup(secondary_controller, begin),
        cmocka_unit_test_setup(secondary_controller_list, begin),
        cmocka_unit_test_setup(granularity, begin),
        cmocka_unit_test_setup(granularity_list, begin),
        cmocka_unit_test_setup(uuid_entry, begin),
        cmocka_unit_test_setup(uuid_list, begin),
        cmocka_unit_test_setup(domain, begin),
        cmocka_unit_test_setup(domain_list, begin),
        cmocka_unit_test_setup(endurance_group_list, begin),
        cmocka_unit_test_setup(io_command_sets, begin),
        cmocka_unit_test_setup(port_list, begin),
        cmocka_unit_test_setup(zns_lba_format_extension, begin),
        cmocka_unit_test_setup(zns_namespace, begin),
        cmocka_unit_test_setup(zns_controller, begin),
        cmocka_unit_test_setup(kv_format, begin),
        cmocka_unit_test_setup(kv_namespace, begin),
        cmocka_unit_test_setup(kv_controller, begin),
        cmocka_unit_test_setup(namespace_management_data, begin),
        cmocka_unit_test_setup(controller_capabilities, begin),
        cmocka_unit_test_setup(newer_controller_capabilities, begin),
        cmocka_unit_test_setup(power_states, begin),
        cmocka_unit_test_setup(namespace_capabilities, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
