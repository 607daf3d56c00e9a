/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of features (spec_feature.h) against libnvme 1.3, in the manner of test_layout.c.
 *
 * SAME compares with libnvme's; AT and BITS with numbers of the specification, for reserved fields and for what
 * libnvme 1.3 lacks or has differently:
 *   APST entries, which are 64-bit words there; Supported FDP Event Descriptor's bits;
 *   TMPTHH, HMNARE, timestamp attributes, PLSM, SCE, BP0WPS, BP1WPS, EDNEK, FDP's CDW11 and CDW12;
 *   IOCSCI, which has 8 bits there (9 in Base, figure 410); RRL (4 bits in Base, 8 there)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <libnvme.h>

#include <lwnvme/spec_feature.h>

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

static void expect_field(const char *what, unsigned hi, unsigned lo, unsigned shift, uint64_t mask)
{
    expect_equal(what, lo, shift);
    expect_equal(what, (UINT64_C(2) << (hi - lo)) - 1u, mask);
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
#define EXPECT(ours, value)              expect_equal(#ours, (uint64_t)(ours), (uint64_t)(uint32_t)(value))
#define FIELD(ours, theirs)              expect_field(#ours, ours, NVME_##theirs##_SHIFT, NVME_##theirs##_MASK)
#define BITS(ours, hi_wanted, lo_wanted) expect_bits(#ours, ours, hi_wanted, lo_wanted)

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

static void lba_range_type(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_lba_range_type), sizeof(struct nvme_lba_range_type_entry));
    SAME(lwnvme_lba_range_type, type, nvme_lba_range_type_entry, type);
    SAME(lwnvme_lba_range_type, attr, nvme_lba_range_type_entry, attributes);
    SAME(lwnvme_lba_range_type, rsvd2, nvme_lba_range_type_entry, rsvd2);
    SAME(lwnvme_lba_range_type, slba, nvme_lba_range_type_entry, slba);
    SAME(lwnvme_lba_range_type, nlb, nvme_lba_range_type_entry, nlb);
    SAME(lwnvme_lba_range_type, guid, nvme_lba_range_type_entry, guid);
    SAME(lwnvme_lba_range_type, rsvd48, nvme_lba_range_type_entry, rsvd48);
    COVERED(lwnvme_lba_range_type);
    EXPECT(LWNVME_LBA_RANGES_MAX, NVME_FEAT_LBA_RANGE_MAX);
    EXPECT(LWNVME_LBA_RANGE_GENERAL, NVME_LBART_TYPE_GP);
    EXPECT(LWNVME_LBA_RANGE_FILESYSTEM, NVME_LBART_TYPE_FS);
    EXPECT(LWNVME_LBA_RANGE_RAID, NVME_LBART_TYPE_RAID);
    EXPECT(LWNVME_LBA_RANGE_CACHE, NVME_LBART_TYPE_CACHE);
    EXPECT(LWNVME_LBA_RANGE_SWAP, NVME_LBART_TYPE_SWAP);
    EXPECT(LWNVME_LBA_RANGE_OVERWRITE, NVME_LBART_ATTRIB_TEMP);
    EXPECT(LWNVME_LBA_RANGE_HIDDEN, NVME_LBART_ATTRIB_HIDE);
    EXPECT(LWNVME_LBA_RANGE_FIRST_VENDOR, 0x80);
    end();
}

static void apst_table(void **state)
{
    (void)state;
    AT(lwnvme_apst_entry, transition, 0, 4);
    AT(lwnvme_apst_entry, rsvd4, 4, 4);
    COVERED(lwnvme_apst_entry);
    covered_bytes = 0;
    SAME(lwnvme_apst_table, entry, nvme_feat_auto_pst, apst_entry);
    COVERED(lwnvme_apst_table);
    FIELD(LWNVME_APST_ITPS, APST_ENTRY_ITPS);
    FIELD(LWNVME_APST_ITPT, APST_ENTRY_ITPT);
    EXPECT(LWNVME_APST_ITPT_MAX_MS, NVME_APST_ENTRY_ITPT_MASK);
    FIELD(LWNVME_APST_APSTE, FEAT_APST_APSTE);
    end();
}

static void host_memory_attributes(void **state)
{
    (void)state;
    SAME(lwnvme_host_memory_attributes, hsize, nvme_host_mem_buf_attrs, hsize);
    SAME(lwnvme_host_memory_attributes, hmdlal, nvme_host_mem_buf_attrs, hmdlal);
    SAME(lwnvme_host_memory_attributes, hmdlau, nvme_host_mem_buf_attrs, hmdlau);
    SAME(lwnvme_host_memory_attributes, hmdlec, nvme_host_mem_buf_attrs, hmdlec);
    SAME(lwnvme_host_memory_attributes, rsvd16, nvme_host_mem_buf_attrs, rsvd16);
    COVERED(lwnvme_host_memory_attributes);
    BITS(LWNVME_HOST_MEMORY_BUFFER_HMNARE, 2, 2); /* Base, figure 447 */
    end();
}

static void timestamp(void **state)
{
    (void)state;
    SAME(lwnvme_timestamp_data, timestamp, nvme_timestamp, timestamp);
    SAME(lwnvme_timestamp_data, attributes, nvme_timestamp, attr);
    SAME(lwnvme_timestamp_data, rsvd7, nvme_timestamp, rsvd);
    COVERED(lwnvme_timestamp_data);
    BITS(LWNVME_TIMESTAMP_SYNC, 0, 0); /* Base, Timestamp - Data Structure for Get Features */
    BITS(LWNVME_TIMESTAMP_TO, 3, 1);
    EXPECT(LWNVME_TIMESTAMP_ORIGIN_RESET, 0);
    EXPECT(LWNVME_TIMESTAMP_ORIGIN_HOST, 1);
    end();
}

static void plm_config(void **state)
{
    (void)state;
    SAME(lwnvme_plm_config_data, ee, nvme_plm_config, ee);
    SAME(lwnvme_plm_config_data, rsvd2, nvme_plm_config, rsvd2);
    SAME(lwnvme_plm_config_data, dtwinrt, nvme_plm_config, dtwinrt);
    SAME(lwnvme_plm_config_data, dtwinwt, nvme_plm_config, dtwinwt);
    SAME(lwnvme_plm_config_data, dtwintt, nvme_plm_config, dtwintt);
    SAME(lwnvme_plm_config_data, rsvd56, nvme_plm_config, rsvd56);
    COVERED(lwnvme_plm_config_data);
    BITS(LWNVME_PLM_CONFIG_CDW11_NVMSETID, 15, 0);
    FIELD(LWNVME_PLM_CONFIG_CDW12_LPE, FEAT_PLM_PLME);
    BITS(LWNVME_PLM_WINDOW_CDW11_NVMSETID, 15, 0);
    FIELD(LWNVME_PLM_WINDOW_CDW12_WSEL, FEAT_PLMW_WS);
    EXPECT(LWNVME_PLM_WINDOW_DETERMINISTIC, 1);
    EXPECT(LWNVME_PLM_WINDOW_NON_DETERMINISTIC, 2);
    EXPECT(LWNVME_PLM_EVENT_READ_WARNING, 0x0001);
    EXPECT(LWNVME_PLM_EVENT_WRITE_WARNING, 0x0002);
    EXPECT(LWNVME_PLM_EVENT_TIME_WARNING, 0x0004);
    EXPECT(LWNVME_PLM_EVENT_AUTO_EXCEEDED, 0x4000);
    EXPECT(LWNVME_PLM_EVENT_AUTO_DETERMINISM, 0x8000);
    end();
}

static void fdp_events(void **state)
{
    (void)state;
    SAME(lwnvme_supported_fdp_event, fdpet, nvme_fdp_supported_event_desc, evt);
    SAME(lwnvme_supported_fdp_event, fdpeta, nvme_fdp_supported_event_desc, evta);
    COVERED(lwnvme_supported_fdp_event);
    EXPECT(LWNVME_FDP_EVENT_ENABLED, NVME_FDP_SUPP_EVENT_ENABLED_MASK);
    BITS(LWNVME_FDP_CDW11_ENDGID, 15, 0);
    BITS(LWNVME_FDP_CDW12_FDPE, 0, 0);
    BITS(LWNVME_FDP_CDW12_FDPCI, 15, 8); /* Base, Flexible Data Placement - Command Dword 12 */
    BITS(LWNVME_FDP_EVENTS_CDW11_PHNDL, 15, 0);
    BITS(LWNVME_FDP_EVENTS_CDW11_NOET, 23, 16);
    FIELD(LWNVME_FDP_EVENTS_CDW12_FDPEE, FEAT_FDP_EVENTS_ENABLE);
    BITS(LWNVME_FDP_EVENTS_DW0_NSFDPE, 7, 0);
    EXPECT(LWNVME_FDP_EVENT_TYPES_MAX, 255);
    end();
}

static void fields(void **state)
{
    (void)state;
    FIELD(LWNVME_LBA_RANGE_TYPE_NUM, FEAT_LBAR_NR);
    BITS(LWNVME_TEMPERATURE_THRESHOLD_TMPTHH, 24,
         22); /* Base 2.1, Temperature Threshold - Command Dword 11 */
    FIELD(LWNVME_WRITE_ATOMICITY_DN, FEAT_WA_DN);
    BITS(LWNVME_KEEP_ALIVE_KATO, 31, 0);
    FIELD(LWNVME_THERMAL_TMT2, FEAT_HCTM_TMT2);
    FIELD(LWNVME_THERMAL_TMT1, FEAT_HCTM_TMT1);
    FIELD(LWNVME_NON_OPERATIONAL_NOPPME, FEAT_NOPS_NOPPME);
    BITS(LWNVME_READ_RECOVERY_CDW11_NVMSETID, 15, 0);
    BITS(LWNVME_READ_RECOVERY_CDW12_RRL, 3, 0);
    FIELD(LWNVME_LBA_STATUS_LSIRI, FEAT_LBAS_LSIRI);
    FIELD(LWNVME_LBA_STATUS_LSIPI, FEAT_LBAS_LSIPI);
    FIELD(LWNVME_SANITIZE_CONFIG_NODRM, FEAT_SC_NODRM);
    FIELD(LWNVME_ENDURANCE_EVENT_ENDGID, FEAT_EG_ENDGID);
    FIELD(LWNVME_ENDURANCE_EVENT_EGCW, FEAT_EG_EGCW);
    BITS(LWNVME_IO_COMMAND_SET_PROFILE_IOCSCI, 8, 0);
    BITS(LWNVME_SPINUP_SCE, 0, 0);      /* Base, figure 412 */
    BITS(LWNVME_POWER_LOSS_PLSM, 1, 0); /* Base, figure 414 */
    BITS(LWNVME_KEY_VALUE_EDNEK, 0, 0); /* KV, Key Value Configuration */
    FIELD(LWNVME_SOFTWARE_PROGRESS_PBSLC, FEAT_SPM_PBSLC);
    FIELD(LWNVME_HOST_IDENTIFIER_EXHID, FEAT_HOSTID_EXHID);
    FIELD(LWNVME_RESERVATION_MASK_REGPRE, FEAT_RM_REGPRE);
    FIELD(LWNVME_RESERVATION_MASK_RESREL, FEAT_RM_RESREL);
    FIELD(LWNVME_RESERVATION_MASK_RESPRE, FEAT_RM_RESPRE);
    FIELD(LWNVME_RESERVATION_PERSISTENCE_PTPL, FEAT_RP_PTPL);
    FIELD(LWNVME_WRITE_PROTECTION_WPS, FEAT_WP_WPS);
    BITS(LWNVME_BOOT_PARTITION_BP0WPS, 2, 0); /* Base, Boot Partition Write Protection Config */
    BITS(LWNVME_BOOT_PARTITION_BP1WPS, 5, 3);
    end();
}

static void values(void **state)
{
    (void)state;
    EXPECT(LWNVME_ARBITRATION_AB_NO_LIMIT, 7);
    EXPECT(LWNVME_WORKLOAD_NONE, NVME_PSD_WORKLOAD_NP);
    EXPECT(LWNVME_WORKLOAD_IDLE_AND_BURST, NVME_PSD_WORKLOAD_1);
    EXPECT(LWNVME_WORKLOAD_SEQUENTIAL_WRITES, NVME_PSD_WORKLOAD_2);
    EXPECT(LWNVME_TMPSEL_COMPOSITE, 0);
    EXPECT(LWNVME_TMPSEL_SENSORS, 8);
    EXPECT(LWNVME_TMPSEL_ALL, 15);
    EXPECT(LWNVME_THSEL_OVER, NVME_FEATURE_TEMPTHRESH_THSEL_OVER);
    EXPECT(LWNVME_THSEL_UNDER, NVME_FEATURE_TEMPTHRESH_THSEL_UNDER);
    EXPECT(LWNVME_INTERRUPT_COALESCING_TIME_UNIT_US, 100);
    EXPECT(LWNVME_READ_RECOVERY_LEVELS, 16);
    EXPECT(LWNVME_POWER_LOSS_NONE, 0);
    EXPECT(LWNVME_POWER_LOSS_EMERGENCY_POWER_FAIL, 1);
    EXPECT(LWNVME_POWER_LOSS_FORCED_QUIESCENCE, 2);
    EXPECT(LWNVME_WRITE_PROTECTION_NONE, NVME_FEAT_NS_NO_WRITE_PROTECT);
    EXPECT(LWNVME_WRITE_PROTECTION_PROTECTED, NVME_FEAT_NS_WRITE_PROTECT);
    EXPECT(LWNVME_WRITE_PROTECTION_POWER_CYCLE, NVME_FEAT_NS_WRITE_PROTECT_PWR_CYCLE);
    EXPECT(LWNVME_WRITE_PROTECTION_PERMANENT, NVME_FEAT_NS_WRITE_PROTECT_PERMANENT);
    EXPECT(LWNVME_BOOT_PARTITION_NO_CHANGE, 0);
    EXPECT(LWNVME_BOOT_PARTITION_UNLOCKED, 1);
    EXPECT(LWNVME_BOOT_PARTITION_LOCKED, 2);
    EXPECT(LWNVME_BOOT_PARTITION_POWER_CYCLE, 3);
    EXPECT(LWNVME_BOOT_PARTITION_RPMB, 4);
    EXPECT(LWNVME_NAMESPACE_ADMIN_LABEL_BYTES, 256);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lba_range_type, begin),
        cmocka_unit_test_setup(apst_table, begin),
        cmocka_unit_test_setup(host_memory_attributes, begin),
        cmocka_unit_test_setup(timestamp, begin),
        cmocka_unit_test_setup(plm_config, begin),
        cmocka_unit_test_setup(fdp_events, begin),
        cmocka_unit_test_setup(fields, begin),
        cmocka_unit_test_setup(values, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
