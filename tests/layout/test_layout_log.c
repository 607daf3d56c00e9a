/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of log pages (spec_log.h) against libnvme 1.3, see layout.h.
 *
 * Compared with numbers of Base 2.1 instead, because libnvme 1.3 lacks them or has them otherwise:
 *   Lockdown, Rotational Media, changed namespaces and the vendor specific event: no structure there
 *   Power-on or Reset event: no structure of its first part there
 *   Telemetry             bytes 20 to 380: THS came with Base 2.1
 *   Endurance Group       EGFEAT, DID, TEGCAP, UEGCAP
 *   FDP Event             RUHID, which has 16 bits in Base 2.1, figure 289, and 8 there
 *   Media Reallocated     LBA and what follows it, which libnvme's compiler pads
 *   Sanitize Status       ETPVDS, SSI, MVCNCLD
 *   and bits and fields by value (BITS, EXPECT with a number) of supported log pages, effects, telemetry, persistent
 *   events, lockdown and sanitize
 */
#include "layout.h"

#include <libnvme.h>

#include <lwnvme/spec_log.h>

static void supported_log_pages(void **state)
{
    (void)state;
    expect_equal("size of supported_log_pages", sizeof(struct lwnvme_supported_log_pages),
                 sizeof(struct nvme_supported_log_pages));
    SAME(lwnvme_supported_log_pages, lid, nvme_supported_log_pages, lid_support);
    COVERED(lwnvme_supported_log_pages);
    BITS(LWNVME_LIDS_LIDSP, 31, 16);
    EXPECT(LWNVME_LIDS_LSUPP, 1);
    EXPECT(LWNVME_LIDS_IOS, 2);
    end();
}

static void effects(void **state)
{
    (void)state;
    expect_equal("size of effects_log", sizeof(struct lwnvme_effects_log),
                 sizeof(struct nvme_cmd_effects_log));
    SAME(lwnvme_effects_log, acs, nvme_cmd_effects_log, acs);
    SAME(lwnvme_effects_log, iocs, nvme_cmd_effects_log, iocs);
    SAME(lwnvme_effects_log, rsvd2048, nvme_cmd_effects_log, rsvd);
    COVERED(lwnvme_effects_log);
    expect_equal("size of feature_effects_log", sizeof(struct lwnvme_feature_effects_log),
                 sizeof(struct nvme_fid_supported_effects_log));
    SAME(lwnvme_feature_effects_log, fid, nvme_fid_supported_effects_log, fid_support);
    COVERED(lwnvme_feature_effects_log);
    expect_equal("size of mi_effects_log", sizeof(struct lwnvme_mi_effects_log),
                 sizeof(struct nvme_mi_cmd_supported_effects_log));
    SAME(lwnvme_mi_effects_log, micmd, nvme_mi_cmd_supported_effects_log, mi_cmd_support);
    SAME(lwnvme_mi_effects_log, rsvd1024, nvme_mi_cmd_supported_effects_log, reserved1);
    COVERED(lwnvme_mi_effects_log);
    EXPECT(LWNVME_EFFECTS_CSUPP, NVME_CMD_EFFECTS_CSUPP);
    EXPECT(LWNVME_EFFECTS_LBCC, NVME_CMD_EFFECTS_LBCC);
    EXPECT(LWNVME_EFFECTS_NCC, NVME_CMD_EFFECTS_NCC);
    EXPECT(LWNVME_EFFECTS_NIC, NVME_CMD_EFFECTS_NIC);
    EXPECT(LWNVME_EFFECTS_CCC, NVME_CMD_EFFECTS_CCC);
    EXPECT(LWNVME_EFFECTS_USS, NVME_CMD_EFFECTS_UUID_SEL);
    BITS(LWNVME_EFFECTS_CSE, 18, 16);
    BITS(LWNVME_EFFECTS_CSER, 15, 14);
    BITS(LWNVME_EFFECTS_CSP, 31, 20);
    EXPECT(LWNVME_FEATURE_EFFECTS_FSUPP, NVME_FID_SUPPORTED_EFFECTS_FSUPP);
    EXPECT(LWNVME_FEATURE_EFFECTS_UDCC, NVME_FID_SUPPORTED_EFFECTS_UDCC);
    EXPECT(LWNVME_FEATURE_EFFECTS_NCC, NVME_FID_SUPPORTED_EFFECTS_NCC);
    EXPECT(LWNVME_FEATURE_EFFECTS_NIC, NVME_FID_SUPPORTED_EFFECTS_NIC);
    EXPECT(LWNVME_FEATURE_EFFECTS_CCC, NVME_FID_SUPPORTED_EFFECTS_CCC);
    EXPECT(LWNVME_FEATURE_EFFECTS_USS, NVME_FID_SUPPORTED_EFFECTS_UUID_SEL);
    FIELD(LWNVME_FEATURE_EFFECTS_FSP, FID_SUPPORTED_EFFECTS_SCOPE);
    EXPECT(LWNVME_SCOPE_NAMESPACE, NVME_FID_SUPPORTED_EFFECTS_SCOPE_NS);
    EXPECT(LWNVME_SCOPE_CONTROLLER, NVME_FID_SUPPORTED_EFFECTS_SCOPE_CTRL);
    EXPECT(LWNVME_SCOPE_NVM_SET, NVME_FID_SUPPORTED_EFFECTS_SCOPE_NVM_SET);
    EXPECT(LWNVME_SCOPE_ENDURANCE_GROUP, NVME_FID_SUPPORTED_EFFECTS_SCOPE_ENDGRP);
    EXPECT(LWNVME_SCOPE_DOMAIN, NVME_FID_SUPPORTED_EFFECTS_SCOPE_DOMAIN);
    EXPECT(LWNVME_SCOPE_SUBSYSTEM, NVME_FID_SUPPORTED_EFFECTS_SCOPE_NSS);
    EXPECT(LWNVME_MI_EFFECTS_CSUPP, NVME_MI_CMD_SUPPORTED_EFFECTS_CSUPP);
    EXPECT(LWNVME_MI_EFFECTS_UDCC, NVME_MI_CMD_SUPPORTED_EFFECTS_UDCC);
    EXPECT(LWNVME_MI_EFFECTS_NCC, NVME_MI_CMD_SUPPORTED_EFFECTS_NCC);
    EXPECT(LWNVME_MI_EFFECTS_NIC, NVME_MI_CMD_SUPPORTED_EFFECTS_NIC);
    EXPECT(LWNVME_MI_EFFECTS_CCC, NVME_MI_CMD_SUPPORTED_EFFECTS_CCC);
    FIELD(LWNVME_MI_EFFECTS_CSP, MI_CMD_SUPPORTED_EFFECTS_SCOPE);
    end();
}

static void self_test(void **state)
{
    (void)state;
    expect_equal("size of self_test_log_result", sizeof(struct lwnvme_self_test_log_result),
                 sizeof(struct nvme_st_result));
    SAME(lwnvme_self_test_log_result, dsts, nvme_st_result, dsts);
    SAME(lwnvme_self_test_log_result, segn, nvme_st_result, seg);
    SAME(lwnvme_self_test_log_result, vdi, nvme_st_result, vdi);
    SAME(lwnvme_self_test_log_result, rsvd3, nvme_st_result, rsvd);
    SAME(lwnvme_self_test_log_result, poh, nvme_st_result, poh);
    SAME(lwnvme_self_test_log_result, nsid, nvme_st_result, nsid);
    SAME(lwnvme_self_test_log_result, flba, nvme_st_result, flba);
    SAME(lwnvme_self_test_log_result, sct, nvme_st_result, sct);
    SAME(lwnvme_self_test_log_result, sc, nvme_st_result, sc);
    SAME(lwnvme_self_test_log_result, vs, nvme_st_result, vs);
    COVERED(lwnvme_self_test_log_result);
    expect_equal("size of self_test_log", sizeof(struct lwnvme_self_test_log),
                 sizeof(struct nvme_self_test_log));
    SAME(lwnvme_self_test_log, cdsto, nvme_self_test_log, current_operation);
    SAME(lwnvme_self_test_log, cdstc, nvme_self_test_log, completion);
    SAME(lwnvme_self_test_log, rsvd2, nvme_self_test_log, rsvd);
    SAME(lwnvme_self_test_log, result, nvme_self_test_log, result);
    COVERED(lwnvme_self_test_log);
    EXPECT(LWNVME_SELF_TEST_RESULTS, NVME_LOG_ST_MAX_RESULTS);
    EXPECT(LWNVME_SELF_TEST_RESULT_OK, NVME_ST_RESULT_NO_ERR);
    EXPECT(LWNVME_SELF_TEST_RESULT_ABORTED, NVME_ST_RESULT_ABORTED);
    EXPECT(LWNVME_SELF_TEST_RESULT_RESET, NVME_ST_RESULT_CLR);
    EXPECT(LWNVME_SELF_TEST_RESULT_NAMESPACE_REMOVED, NVME_ST_RESULT_NS_REMOVED);
    EXPECT(LWNVME_SELF_TEST_RESULT_FORMAT, NVME_ST_RESULT_ABORTED_FORMAT);
    EXPECT(LWNVME_SELF_TEST_RESULT_FATAL, NVME_ST_RESULT_FATAL_ERR);
    EXPECT(LWNVME_SELF_TEST_RESULT_FAILED_UNKNOWN, NVME_ST_RESULT_UNKNOWN_SEG_FAIL);
    EXPECT(LWNVME_SELF_TEST_RESULT_FAILED_SEGMENT, NVME_ST_RESULT_KNOWN_SEG_FAIL);
    EXPECT(LWNVME_SELF_TEST_RESULT_ABORTED_UNKNOWN, NVME_ST_RESULT_ABORTED_UNKNOWN);
    EXPECT(LWNVME_SELF_TEST_RESULT_SANITIZE, NVME_ST_RESULT_ABORTED_SANITIZE);
    EXPECT(LWNVME_SELF_TEST_RESULT_UNUSED, NVME_ST_RESULT_NOT_USED);
    BITS(LWNVME_SELF_TEST_DSTS_RESULT, 3, 0);
    BITS(LWNVME_SELF_TEST_DSTS_CODE, 7, 4);
    EXPECT(LWNVME_SELF_TEST_VDI_NSID, NVME_ST_VALID_DIAG_INFO_NSID);
    EXPECT(LWNVME_SELF_TEST_VDI_FLBA, NVME_ST_VALID_DIAG_INFO_FLBA);
    EXPECT(LWNVME_SELF_TEST_VDI_SCT, NVME_ST_VALID_DIAG_INFO_SCT);
    EXPECT(LWNVME_SELF_TEST_VDI_SC, NVME_ST_VALID_DIAG_INFO_SC);
    end();
}

static void telemetry(void **state)
{
    (void)state;
    expect_equal("size of telemetry_header", sizeof(struct lwnvme_telemetry_header),
                 sizeof(struct nvme_telemetry_log));
    SAME(lwnvme_telemetry_header, lid, nvme_telemetry_log, lpi);
    SAME(lwnvme_telemetry_header, rsvd1, nvme_telemetry_log, rsvd1);
    SAME(lwnvme_telemetry_header, ieee, nvme_telemetry_log, ieee);
    SAME(lwnvme_telemetry_header, da1lb, nvme_telemetry_log, dalb1);
    SAME(lwnvme_telemetry_header, da2lb, nvme_telemetry_log, dalb2);
    SAME(lwnvme_telemetry_header, da3lb, nvme_telemetry_log, dalb3);
    SAME(lwnvme_telemetry_header, rsvd14, nvme_telemetry_log, rsvd14);
    SAME(lwnvme_telemetry_header, da4lb, nvme_telemetry_log, dalb4);
    AT(lwnvme_telemetry_header, rsvd20, 20, 360);
    AT(lwnvme_telemetry_header, ths, 380, 1);
    SAME(lwnvme_telemetry_header, hdgn, nvme_telemetry_log, hostdgn);
    SAME(lwnvme_telemetry_header, cda, nvme_telemetry_log, ctrlavail);
    SAME(lwnvme_telemetry_header, cdgn, nvme_telemetry_log, ctrldgn);
    SAME(lwnvme_telemetry_header, rid, nvme_telemetry_log, rsnident);
    COVERED(lwnvme_telemetry_header);
    EXPECT(LWNVME_TELEMETRY_BLOCK_BYTES, NVME_LOG_TELEM_BLOCK_SIZE);
    BITS(LWNVME_LSP_TELEMETRY_CREATE, 0, 0);
    BITS(LWNVME_LSP_TELEMETRY_MCDA, 3, 1);
    end();
}

static void endurance_group(void **state)
{
    (void)state;
    expect_equal("size of endurance_group_log", sizeof(struct lwnvme_endurance_group_log),
                 sizeof(struct nvme_endurance_group_log));
    SAME(lwnvme_endurance_group_log, cw, nvme_endurance_group_log, critical_warning);
    AT(lwnvme_endurance_group_log, egfeat, 1, 1);
    AT(lwnvme_endurance_group_log, rsvd2, 2, 1);
    SAME(lwnvme_endurance_group_log, avsp, nvme_endurance_group_log, avl_spare);
    SAME(lwnvme_endurance_group_log, avspt, nvme_endurance_group_log, avl_spare_threshold);
    SAME(lwnvme_endurance_group_log, pused, nvme_endurance_group_log, percent_used);
    AT(lwnvme_endurance_group_log, did, 6, 2);
    AT(lwnvme_endurance_group_log, rsvd8, 8, 24);
    SAME(lwnvme_endurance_group_log, ee, nvme_endurance_group_log, endurance_estimate);
    SAME(lwnvme_endurance_group_log, dur, nvme_endurance_group_log, data_units_read);
    SAME(lwnvme_endurance_group_log, duw, nvme_endurance_group_log, data_units_written);
    SAME(lwnvme_endurance_group_log, muw, nvme_endurance_group_log, media_units_written);
    SAME(lwnvme_endurance_group_log, hrc, nvme_endurance_group_log, host_read_cmds);
    SAME(lwnvme_endurance_group_log, hwc, nvme_endurance_group_log, host_write_cmds);
    SAME(lwnvme_endurance_group_log, mdie, nvme_endurance_group_log, media_data_integrity_err);
    SAME(lwnvme_endurance_group_log, neile, nvme_endurance_group_log, num_err_info_log_entries);
    AT(lwnvme_endurance_group_log, tegcap, 160, 16);
    AT(lwnvme_endurance_group_log, uegcap, 176, 16);
    AT(lwnvme_endurance_group_log, rsvd192, 192, 320);
    COVERED(lwnvme_endurance_group_log);
    expect_equal("size of aggregate_header", sizeof(struct lwnvme_aggregate_header),
                 sizeof(struct nvme_aggregate_endurance_group_event));
    SAME(lwnvme_aggregate_header, nument, nvme_aggregate_endurance_group_event, num_entries);
    COVERED(lwnvme_aggregate_header);
    EXPECT(LWNVME_ENDURANCE_GROUP_WARNING_SPARE, NVME_SMART_EGCW_SPARE);
    EXPECT(LWNVME_ENDURANCE_GROUP_WARNING_RELIABILITY, NVME_SMART_EGCW_DEGRADED);
    EXPECT(LWNVME_ENDURANCE_GROUP_WARNING_READ_ONLY, NVME_SMART_EGCW_RO);
    end();
}

static void predictable_latency(void **state)
{
    (void)state;
    expect_equal("size of predictable_latency_log", sizeof(struct lwnvme_predictable_latency_log),
                 sizeof(struct nvme_nvmset_predictable_lat_log));
    SAME(lwnvme_predictable_latency_log, status, nvme_nvmset_predictable_lat_log, status);
    SAME(lwnvme_predictable_latency_log, rsvd1, nvme_nvmset_predictable_lat_log, rsvd1);
    SAME(lwnvme_predictable_latency_log, et, nvme_nvmset_predictable_lat_log, event_type);
    SAME(lwnvme_predictable_latency_log, rsvd4, nvme_nvmset_predictable_lat_log, rsvd4);
    SAME(lwnvme_predictable_latency_log, dtwinrt, nvme_nvmset_predictable_lat_log, dtwin_rt);
    SAME(lwnvme_predictable_latency_log, dtwinwt, nvme_nvmset_predictable_lat_log, dtwin_wt);
    SAME(lwnvme_predictable_latency_log, dtwintm, nvme_nvmset_predictable_lat_log, dtwin_tmax);
    SAME(lwnvme_predictable_latency_log, ndwintmh, nvme_nvmset_predictable_lat_log, ndwin_tmin_hi);
    SAME(lwnvme_predictable_latency_log, ndwintml, nvme_nvmset_predictable_lat_log, ndwin_tmin_lo);
    SAME(lwnvme_predictable_latency_log, rsvd72, nvme_nvmset_predictable_lat_log, rsvd72);
    SAME(lwnvme_predictable_latency_log, dtwinre, nvme_nvmset_predictable_lat_log, dtwin_re);
    SAME(lwnvme_predictable_latency_log, dtwinwe, nvme_nvmset_predictable_lat_log, dtwin_we);
    SAME(lwnvme_predictable_latency_log, dtwinte, nvme_nvmset_predictable_lat_log, dtwin_te);
    SAME(lwnvme_predictable_latency_log, rsvd152, nvme_nvmset_predictable_lat_log, rsvd152);
    COVERED(lwnvme_predictable_latency_log);
    EXPECT(LWNVME_PREDICTABLE_LATENCY_EVENT_READ_WARNING, NVME_NVMSET_PL_EVENT_DTWIN_READ_WARN);
    EXPECT(LWNVME_PREDICTABLE_LATENCY_EVENT_WRITE_WARNING, NVME_NVMSET_PL_EVENT_DTWIN_WRITE_WARN);
    EXPECT(LWNVME_PREDICTABLE_LATENCY_EVENT_TIME_WARNING, NVME_NVMSET_PL_EVENT_DTWIN_TIME_WARN);
    EXPECT(LWNVME_PREDICTABLE_LATENCY_EVENT_EXCEEDED, NVME_NVMSET_PL_EVENT_DTWIN_EXCEEDED);
    EXPECT(LWNVME_PREDICTABLE_LATENCY_EVENT_EXCURSION, NVME_NVMSET_PL_EVENT_DTWIN_EXCURSION);
    end();
}

static void ana(void **state)
{
    (void)state;
    expect_equal("size of ana_header", sizeof(struct lwnvme_ana_header), sizeof(struct nvme_ana_log));
    SAME(lwnvme_ana_header, chngc, nvme_ana_log, chgcnt);
    SAME(lwnvme_ana_header, nagd, nvme_ana_log, ngrps);
    SAME(lwnvme_ana_header, rsvd10, nvme_ana_log, rsvd10);
    COVERED(lwnvme_ana_header);
    expect_equal("size of ana_group", sizeof(struct lwnvme_ana_group), sizeof(struct nvme_ana_group_desc));
    SAME(lwnvme_ana_group, agid, nvme_ana_group_desc, grpid);
    SAME(lwnvme_ana_group, nnsid, nvme_ana_group_desc, nnsids);
    SAME(lwnvme_ana_group, chngc, nvme_ana_group_desc, chgcnt);
    SAME(lwnvme_ana_group, anas, nvme_ana_group_desc, state);
    SAME(lwnvme_ana_group, rsvd17, nvme_ana_group_desc, rsvd17);
    COVERED(lwnvme_ana_group);
    EXPECT(LWNVME_ANA_OPTIMIZED, NVME_ANA_STATE_OPTIMIZED);
    EXPECT(LWNVME_ANA_NON_OPTIMIZED, NVME_ANA_STATE_NONOPTIMIZED);
    EXPECT(LWNVME_ANA_INACCESSIBLE, NVME_ANA_STATE_INACCESSIBLE);
    EXPECT(LWNVME_ANA_PERSISTENT_LOSS, NVME_ANA_STATE_PERSISTENT_LOSS);
    EXPECT(LWNVME_ANA_CHANGE, NVME_ANA_STATE_CHANGE);
    BITS(LWNVME_LSP_ANA_RGO, 0, 0);
    end();
}

static void persistent_event(void **state)
{
    (void)state;
    expect_equal("size of persistent_event_header", sizeof(struct lwnvme_persistent_event_header),
                 sizeof(struct nvme_persistent_event_log));
    SAME(lwnvme_persistent_event_header, lid, nvme_persistent_event_log, lid);
    SAME(lwnvme_persistent_event_header, rsvd1, nvme_persistent_event_log, rsvd1);
    SAME(lwnvme_persistent_event_header, tnev, nvme_persistent_event_log, tnev);
    SAME(lwnvme_persistent_event_header, tll, nvme_persistent_event_log, tll);
    SAME(lwnvme_persistent_event_header, lrev, nvme_persistent_event_log, rv);
    SAME(lwnvme_persistent_event_header, rsvd17, nvme_persistent_event_log, rsvd17);
    SAME(lwnvme_persistent_event_header, lhl, nvme_persistent_event_log, lhl);
    SAME(lwnvme_persistent_event_header, tstmp, nvme_persistent_event_log, ts);
    SAME(lwnvme_persistent_event_header, poh, nvme_persistent_event_log, poh);
    SAME(lwnvme_persistent_event_header, pwrcc, nvme_persistent_event_log, pcc);
    SAME(lwnvme_persistent_event_header, vid, nvme_persistent_event_log, vid);
    SAME(lwnvme_persistent_event_header, ssvid, nvme_persistent_event_log, ssvid);
    SAME(lwnvme_persistent_event_header, sn, nvme_persistent_event_log, sn);
    SAME(lwnvme_persistent_event_header, mn, nvme_persistent_event_log, mn);
    SAME(lwnvme_persistent_event_header, subnqn, nvme_persistent_event_log, subnqn);
    SAME(lwnvme_persistent_event_header, gnum, nvme_persistent_event_log, gen_number);
    SAME(lwnvme_persistent_event_header, rci, nvme_persistent_event_log, rci);
    SAME(lwnvme_persistent_event_header, rsvd378, nvme_persistent_event_log, rsvd378);
    SAME(lwnvme_persistent_event_header, seb, nvme_persistent_event_log, seb);
    COVERED(lwnvme_persistent_event_header);
    expect_equal("size of persistent_event", sizeof(struct lwnvme_persistent_event),
                 sizeof(struct nvme_persistent_event_entry));
    SAME(lwnvme_persistent_event, et, nvme_persistent_event_entry, etype);
    SAME(lwnvme_persistent_event, etr, nvme_persistent_event_entry, etype_rev);
    SAME(lwnvme_persistent_event, ehl, nvme_persistent_event_entry, ehl);
    SAME(lwnvme_persistent_event, ehai, nvme_persistent_event_entry, ehai);
    SAME(lwnvme_persistent_event, cntlid, nvme_persistent_event_entry, cntlid);
    SAME(lwnvme_persistent_event, etstmp, nvme_persistent_event_entry, ets);
    SAME(lwnvme_persistent_event, pelpid, nvme_persistent_event_entry, pelpid);
    SAME(lwnvme_persistent_event, rsvd16, nvme_persistent_event_entry, rsvd16);
    SAME(lwnvme_persistent_event, vsil, nvme_persistent_event_entry, vsil);
    SAME(lwnvme_persistent_event, el, nvme_persistent_event_entry, el);
    COVERED(lwnvme_persistent_event);
    EXPECT(LWNVME_PERSISTENT_EVENT_SMART, NVME_PEL_SMART_HEALTH_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_FIRMWARE_COMMIT, NVME_PEL_FW_COMMIT_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_TIMESTAMP_CHANGE, NVME_PEL_TIMESTAMP_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_POWER_ON_OR_RESET, NVME_PEL_POWER_ON_RESET_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_HARDWARE_ERROR, NVME_PEL_NSS_HW_ERROR_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_CHANGE_NAMESPACE, NVME_PEL_CHANGE_NS_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_FORMAT_START, NVME_PEL_FORMAT_START_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_FORMAT_COMPLETION, NVME_PEL_FORMAT_COMPLETION_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_SANITIZE_START, NVME_PEL_SANITIZE_START_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_SANITIZE_COMPLETION, NVME_PEL_SANITIZE_COMPLETION_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_SET_FEATURE, NVME_PEL_SET_FEATURE_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_TELEMETRY_CREATED, NVME_PEL_TELEMETRY_CRT);
    EXPECT(LWNVME_PERSISTENT_EVENT_THERMAL_EXCURSION, NVME_PEL_THERMAL_EXCURSION_EVENT);
    EXPECT(LWNVME_PERSISTENT_EVENT_MEDIA_VERIFICATION, 0x0e);
    EXPECT(LWNVME_PERSISTENT_EVENT_VENDOR, 0xde);
    EXPECT(LWNVME_PERSISTENT_EVENT_TCG, 0xdf);
    EXPECT(LWNVME_LSP_PERSISTENT_EVENT_READ, NVME_PEVENT_LOG_READ);
    EXPECT(LWNVME_LSP_PERSISTENT_EVENT_ESTABLISH, NVME_PEVENT_LOG_EST_CTX_AND_READ);
    EXPECT(LWNVME_LSP_PERSISTENT_EVENT_RELEASE, NVME_PEVENT_LOG_RELEASE_CTX);
    EXPECT(LWNVME_LSP_PERSISTENT_EVENT_HEADER, 3);
    EXPECT(LWNVME_PERSISTENT_EVENT_LHL_BASE, offsetof(struct nvme_persistent_event_log, ts));
    EXPECT(LWNVME_PERSISTENT_EVENT_EHL_BASE, offsetof(struct nvme_persistent_event_entry, ehai));
    BITS(LWNVME_PERSISTENT_EVENT_EHAI_PIT, 1, 0);
    BITS(LWNVME_PERSISTENT_EVENT_RCI_RCPID, 15, 0);
    BITS(LWNVME_PERSISTENT_EVENT_RCI_RCPIT, 17, 16);
    BITS(LWNVME_PERSISTENT_EVENT_RCI_RCE, 18, 18);
    end();
}

static void persistent_event_data(void **state)
{
    (void)state;
    expect_equal("size of event_firmware_commit", sizeof(struct lwnvme_event_firmware_commit),
                 sizeof(struct nvme_fw_commit_event));
    SAME(lwnvme_event_firmware_commit, ofrev, nvme_fw_commit_event, old_fw_rev);
    SAME(lwnvme_event_firmware_commit, nfrev, nvme_fw_commit_event, new_fw_rev);
    SAME(lwnvme_event_firmware_commit, fcact, nvme_fw_commit_event, fw_commit_action);
    SAME(lwnvme_event_firmware_commit, fslot, nvme_fw_commit_event, fw_slot);
    SAME(lwnvme_event_firmware_commit, fcsct, nvme_fw_commit_event, sct_fw);
    SAME(lwnvme_event_firmware_commit, fcsc, nvme_fw_commit_event, sc_fw);
    SAME(lwnvme_event_firmware_commit, vafcrc, nvme_fw_commit_event, vndr_assign_fw_commit_rc);
    COVERED(lwnvme_event_firmware_commit);
    expect_equal("size of event_timestamp_change", sizeof(struct lwnvme_event_timestamp_change),
                 sizeof(struct nvme_time_stamp_change_event));
    SAME(lwnvme_event_timestamp_change, ptstmp, nvme_time_stamp_change_event, previous_timestamp);
    SAME(lwnvme_event_timestamp_change, mssr, nvme_time_stamp_change_event, ml_secs_since_reset);
    COVERED(lwnvme_event_timestamp_change);
    AT(lwnvme_event_power_on_or_reset, frev, 0, 8);
    COVERED(lwnvme_event_power_on_or_reset);
    expect_equal("size of event_controller_reset", sizeof(struct lwnvme_event_controller_reset),
                 sizeof(struct nvme_power_on_reset_info_list));
    SAME(lwnvme_event_controller_reset, cntlid, nvme_power_on_reset_info_list, cid);
    SAME(lwnvme_event_controller_reset, fa, nvme_power_on_reset_info_list, fw_act);
    SAME(lwnvme_event_controller_reset, oip, nvme_power_on_reset_info_list, op_in_prog);
    SAME(lwnvme_event_controller_reset, rsvd4, nvme_power_on_reset_info_list, rsvd4);
    SAME(lwnvme_event_controller_reset, cpwrc, nvme_power_on_reset_info_list, ctrl_power_cycle);
    SAME(lwnvme_event_controller_reset, pom, nvme_power_on_reset_info_list, power_on_ml_seconds);
    SAME(lwnvme_event_controller_reset, ctstmp, nvme_power_on_reset_info_list, ctrl_time_stamp);
    COVERED(lwnvme_event_controller_reset);
    SAME(lwnvme_event_hardware_error, nsheec, nvme_nss_hw_err_event, nss_hw_err_event_code);
    SAME(lwnvme_event_hardware_error, rsvd2, nvme_nss_hw_err_event, rsvd2);
    COVERED(lwnvme_event_hardware_error);
    expect_equal("size of event_change_namespace", sizeof(struct lwnvme_event_change_namespace),
                 sizeof(struct nvme_change_ns_event));
    SAME(lwnvme_event_change_namespace, nmcdw10, nvme_change_ns_event, nsmgt_cdw10);
    SAME(lwnvme_event_change_namespace, rsvd4, nvme_change_ns_event, rsvd4);
    SAME(lwnvme_event_change_namespace, nsze, nvme_change_ns_event, nsze);
    SAME(lwnvme_event_change_namespace, rsvd16, nvme_change_ns_event, rsvd16);
    SAME(lwnvme_event_change_namespace, ncap, nvme_change_ns_event, nscap);
    SAME(lwnvme_event_change_namespace, flbas, nvme_change_ns_event, flbas);
    SAME(lwnvme_event_change_namespace, dps, nvme_change_ns_event, dps);
    SAME(lwnvme_event_change_namespace, nmic, nvme_change_ns_event, nmic);
    SAME(lwnvme_event_change_namespace, rsvd35, nvme_change_ns_event, rsvd35);
    SAME(lwnvme_event_change_namespace, anagrpid, nvme_change_ns_event, ana_grp_id);
    SAME(lwnvme_event_change_namespace, nvmsetid, nvme_change_ns_event, nvmset_id);
    SAME(lwnvme_event_change_namespace, rsvd42, nvme_change_ns_event, rsvd42);
    SAME(lwnvme_event_change_namespace, nsid, nvme_change_ns_event, nsid);
    COVERED(lwnvme_event_change_namespace);
    expect_equal("size of event_format_start", sizeof(struct lwnvme_event_format_start),
                 sizeof(struct nvme_format_nvm_start_event));
    SAME(lwnvme_event_format_start, nsid, nvme_format_nvm_start_event, nsid);
    SAME(lwnvme_event_format_start, fna, nvme_format_nvm_start_event, fna);
    SAME(lwnvme_event_format_start, rsvd5, nvme_format_nvm_start_event, rsvd5);
    SAME(lwnvme_event_format_start, fcdw10, nvme_format_nvm_start_event, format_nvm_cdw10);
    COVERED(lwnvme_event_format_start);
    expect_equal("size of event_format_completion", sizeof(struct lwnvme_event_format_completion),
                 sizeof(struct nvme_format_nvm_compln_event));
    SAME(lwnvme_event_format_completion, nsid, nvme_format_nvm_compln_event, nsid);
    SAME(lwnvme_event_format_completion, sfpi, nvme_format_nvm_compln_event, smallest_fpi);
    SAME(lwnvme_event_format_completion, fnvms, nvme_format_nvm_compln_event, format_nvm_status);
    SAME(lwnvme_event_format_completion, ci, nvme_format_nvm_compln_event, compln_info);
    SAME(lwnvme_event_format_completion, sts, nvme_format_nvm_compln_event, status_field);
    COVERED(lwnvme_event_format_completion);
    expect_equal("size of event_sanitize_start", sizeof(struct lwnvme_event_sanitize_start),
                 sizeof(struct nvme_sanitize_start_event));
    SAME(lwnvme_event_sanitize_start, sanicap, nvme_sanitize_start_event, sani_cap);
    SAME(lwnvme_event_sanitize_start, scdw10, nvme_sanitize_start_event, sani_cdw10);
    SAME(lwnvme_event_sanitize_start, scdw11, nvme_sanitize_start_event, sani_cdw11);
    COVERED(lwnvme_event_sanitize_start);
    expect_equal("size of event_sanitize_completion", sizeof(struct lwnvme_event_sanitize_completion),
                 sizeof(struct nvme_sanitize_compln_event));
    SAME(lwnvme_event_sanitize_completion, sprog, nvme_sanitize_compln_event, sani_prog);
    SAME(lwnvme_event_sanitize_completion, sstat, nvme_sanitize_compln_event, sani_status);
    SAME(lwnvme_event_sanitize_completion, ci, nvme_sanitize_compln_event, cmpln_info);
    SAME(lwnvme_event_sanitize_completion, rsvd6, nvme_sanitize_compln_event, rsvd6);
    COVERED(lwnvme_event_sanitize_completion);
    expect_equal("size of event_set_feature", sizeof(struct lwnvme_event_set_feature),
                 sizeof(struct nvme_set_feature_event));
    SAME(lwnvme_event_set_feature, sfel, nvme_set_feature_event, layout);
    COVERED(lwnvme_event_set_feature);
    expect_equal("size of event_thermal_excursion", sizeof(struct lwnvme_event_thermal_excursion),
                 sizeof(struct nvme_thermal_exc_event));
    SAME(lwnvme_event_thermal_excursion, otmp, nvme_thermal_exc_event, over_temp);
    SAME(lwnvme_event_thermal_excursion, thresh, nvme_thermal_exc_event, threshold);
    COVERED(lwnvme_event_thermal_excursion);
    AT(lwnvme_event_vendor, vsec, 0, 2);
    AT(lwnvme_event_vendor, vsedt, 2, 1);
    AT(lwnvme_event_vendor, uidx, 3, 1);
    AT(lwnvme_event_vendor, vsedl, 4, 2);
    COVERED(lwnvme_event_vendor);
    BITS(LWNVME_EVENT_SET_FEATURE_DWC, 2, 0);
    BITS(LWNVME_EVENT_SET_FEATURE_LDW0, 3, 3);
    BITS(LWNVME_EVENT_SET_FEATURE_MBC, 31, 16);
    end();
}

static void lba_status(void **state)
{
    (void)state;
    expect_equal("size of lba_status_log_header", sizeof(struct lwnvme_lba_status_log_header),
                 sizeof(struct nvme_lba_status_log));
    SAME(lwnvme_lba_status_log_header, lslplen, nvme_lba_status_log, lslplen);
    SAME(lwnvme_lba_status_log_header, nlslne, nvme_lba_status_log, nlslne);
    SAME(lwnvme_lba_status_log_header, estulb, nvme_lba_status_log, estulb);
    SAME(lwnvme_lba_status_log_header, rsvd12, nvme_lba_status_log, rsvd12);
    SAME(lwnvme_lba_status_log_header, lsgc, nvme_lba_status_log, lsgc);
    COVERED(lwnvme_lba_status_log_header);
    expect_equal("size of lba_status_log_element", sizeof(struct lwnvme_lba_status_log_element),
                 sizeof(struct nvme_lbas_ns_element));
    SAME(lwnvme_lba_status_log_element, neid, nvme_lbas_ns_element, neid);
    SAME(lwnvme_lba_status_log_element, nlrd, nvme_lbas_ns_element, nlrd);
    SAME(lwnvme_lba_status_log_element, ratype, nvme_lbas_ns_element, ratype);
    SAME(lwnvme_lba_status_log_element, rsvd9, nvme_lbas_ns_element, rsvd8);
    COVERED(lwnvme_lba_status_log_element);
    expect_equal("size of lba_status_log_range", sizeof(struct lwnvme_lba_status_log_range),
                 sizeof(struct nvme_lba_rd));
    SAME(lwnvme_lba_status_log_range, rslba, nvme_lba_rd, rslba);
    SAME(lwnvme_lba_status_log_range, rnlb, nvme_lba_rd, rnlb);
    SAME(lwnvme_lba_status_log_range, rsvd12, nvme_lba_rd, rsvd12);
    COVERED(lwnvme_lba_status_log_range);
    end();
}

static void capacity(void **state)
{
    (void)state;
    expect_equal("size of media_unit_status_header", sizeof(struct lwnvme_media_unit_status_header),
                 sizeof(struct nvme_media_unit_stat_log));
    SAME(lwnvme_media_unit_status_header, nmu, nvme_media_unit_stat_log, nmu);
    SAME(lwnvme_media_unit_status_header, cchans, nvme_media_unit_stat_log, cchans);
    SAME(lwnvme_media_unit_status_header, sconf, nvme_media_unit_stat_log, sel_config);
    SAME(lwnvme_media_unit_status_header, rsvd6, nvme_media_unit_stat_log, rsvd6);
    COVERED(lwnvme_media_unit_status_header);
    expect_equal("size of media_unit_status", sizeof(struct lwnvme_media_unit_status),
                 sizeof(struct nvme_media_unit_stat_desc));
    SAME(lwnvme_media_unit_status, muid, nvme_media_unit_stat_desc, muid);
    SAME(lwnvme_media_unit_status, did, nvme_media_unit_stat_desc, domainid);
    SAME(lwnvme_media_unit_status, endgid, nvme_media_unit_stat_desc, endgid);
    SAME(lwnvme_media_unit_status, nvmsetid, nvme_media_unit_stat_desc, nvmsetid);
    SAME(lwnvme_media_unit_status, caf, nvme_media_unit_stat_desc, cap_adj_fctr);
    SAME(lwnvme_media_unit_status, avsp, nvme_media_unit_stat_desc, avl_spare);
    SAME(lwnvme_media_unit_status, pused, nvme_media_unit_stat_desc, percent_used);
    SAME(lwnvme_media_unit_status, mucs, nvme_media_unit_stat_desc, mucs);
    SAME(lwnvme_media_unit_status, cio, nvme_media_unit_stat_desc, cio);
    COVERED(lwnvme_media_unit_status);
    expect_equal("size of capacity_configurations_header",
                 sizeof(struct lwnvme_capacity_configurations_header),
                 sizeof(struct nvme_supported_cap_config_list_log));
    SAME(lwnvme_capacity_configurations_header, sccn, nvme_supported_cap_config_list_log, sccn);
    SAME(lwnvme_capacity_configurations_header, rsvd1, nvme_supported_cap_config_list_log, rsvd1);
    COVERED(lwnvme_capacity_configurations_header);
    expect_equal("size of capacity_configuration", sizeof(struct lwnvme_capacity_configuration),
                 sizeof(struct nvme_capacity_config_desc));
    SAME(lwnvme_capacity_configuration, ccid, nvme_capacity_config_desc, cap_config_id);
    SAME(lwnvme_capacity_configuration, did, nvme_capacity_config_desc, domainid);
    SAME(lwnvme_capacity_configuration, egcn, nvme_capacity_config_desc, egcn);
    SAME(lwnvme_capacity_configuration, rsvd6, nvme_capacity_config_desc, rsvd6);
    COVERED(lwnvme_capacity_configuration);
    expect_equal("size of endurance_group_configuration", sizeof(struct lwnvme_endurance_group_configuration),
                 sizeof(struct nvme_end_grp_config_desc));
    SAME(lwnvme_endurance_group_configuration, endgid, nvme_end_grp_config_desc, endgid);
    SAME(lwnvme_endurance_group_configuration, caf, nvme_end_grp_config_desc, cap_adj_factor);
    SAME(lwnvme_endurance_group_configuration, rsvd4, nvme_end_grp_config_desc, rsvd4);
    SAME(lwnvme_endurance_group_configuration, tegcap, nvme_end_grp_config_desc, tegcap);
    SAME(lwnvme_endurance_group_configuration, segcap, nvme_end_grp_config_desc, segcap);
    SAME(lwnvme_endurance_group_configuration, egee, nvme_end_grp_config_desc, end_est);
    SAME(lwnvme_endurance_group_configuration, rsvd64, nvme_end_grp_config_desc, rsvd64);
    SAME(lwnvme_endurance_group_configuration, egsets, nvme_end_grp_config_desc, egsets);
    COVERED(lwnvme_endurance_group_configuration);
    expect_equal("size of channel_configuration", sizeof(struct lwnvme_channel_configuration),
                 sizeof(struct nvme_channel_config_desc));
    SAME(lwnvme_channel_configuration, chid, nvme_channel_config_desc, chanid);
    SAME(lwnvme_channel_configuration, chmus, nvme_channel_config_desc, chmus);
    COVERED(lwnvme_channel_configuration);
    expect_equal("size of media_unit_configuration", sizeof(struct lwnvme_media_unit_configuration),
                 sizeof(struct nvme_media_unit_config_desc));
    SAME(lwnvme_media_unit_configuration, muid, nvme_media_unit_config_desc, muid);
    SAME(lwnvme_media_unit_configuration, rsvd2, nvme_media_unit_config_desc, rsvd2);
    SAME(lwnvme_media_unit_configuration, mudl, nvme_media_unit_config_desc, mudl);
    COVERED(lwnvme_media_unit_configuration);
    end();
}

static void lockdown(void **state)
{
    (void)state;
    AT(lwnvme_lockdown_log, cfila, 0, 1);
    AT(lwnvme_lockdown_log, rsvd1, 1, 2);
    AT(lwnvme_lockdown_log, lngth, 3, 1);
    AT(lwnvme_lockdown_log, cfil, 4, 508);
    COVERED(lwnvme_lockdown_log);
    BITS(LWNVME_LOCKDOWN_LOG_SCOPE, 3, 0);
    BITS(LWNVME_LOCKDOWN_LOG_CONTENTS, 5, 4);
    EXPECT(LWNVME_LOCKDOWN_LOG_SCOPE_ADMIN, 0);
    EXPECT(LWNVME_LOCKDOWN_LOG_SCOPE_FEATURES, 2);
    EXPECT(LWNVME_LOCKDOWN_LOG_SCOPE_MI, 3);
    EXPECT(LWNVME_LOCKDOWN_LOG_SCOPE_PCIE, 4);
    end();
}

static void boot_partition(void **state)
{
    (void)state;
    expect_equal("size of boot_partition_header", sizeof(struct lwnvme_boot_partition_header),
                 sizeof(struct nvme_boot_partition));
    SAME(lwnvme_boot_partition_header, lid, nvme_boot_partition, lid);
    SAME(lwnvme_boot_partition_header, rsvd1, nvme_boot_partition, rsvd1);
    SAME(lwnvme_boot_partition_header, bpinfo, nvme_boot_partition, bpinfo);
    SAME(lwnvme_boot_partition_header, rsvd8, nvme_boot_partition, rsvd8);
    COVERED(lwnvme_boot_partition_header);
    end();
}

static void rotational_media(void **state)
{
    (void)state;
    AT(lwnvme_rotational_media_log, endgid, 0, 2);
    AT(lwnvme_rotational_media_log, numa, 2, 2);
    AT(lwnvme_rotational_media_log, nrs, 4, 2);
    AT(lwnvme_rotational_media_log, rsvd6, 6, 2);
    AT(lwnvme_rotational_media_log, spinc, 8, 4);
    AT(lwnvme_rotational_media_log, fspinc, 12, 4);
    AT(lwnvme_rotational_media_log, ldc, 16, 4);
    AT(lwnvme_rotational_media_log, fldc, 20, 4);
    AT(lwnvme_rotational_media_log, rsvd24, 24, 488);
    COVERED(lwnvme_rotational_media_log);
    end();
}

static void fdp(void **state)
{
    (void)state;
    expect_equal("size of fdp_configurations_header", sizeof(struct lwnvme_fdp_configurations_header),
                 sizeof(struct nvme_fdp_config_log));
    SAME(lwnvme_fdp_configurations_header, nfdpc, nvme_fdp_config_log, n);
    SAME(lwnvme_fdp_configurations_header, ver, nvme_fdp_config_log, version);
    SAME(lwnvme_fdp_configurations_header, rsvd3, nvme_fdp_config_log, rsvd3);
    SAME(lwnvme_fdp_configurations_header, sze, nvme_fdp_config_log, size);
    SAME(lwnvme_fdp_configurations_header, rsvd8, nvme_fdp_config_log, rsvd8);
    COVERED(lwnvme_fdp_configurations_header);
    expect_equal("size of fdp_configuration", sizeof(struct lwnvme_fdp_configuration),
                 sizeof(struct nvme_fdp_config_desc));
    SAME(lwnvme_fdp_configuration, dsze, nvme_fdp_config_desc, size);
    SAME(lwnvme_fdp_configuration, fdpa, nvme_fdp_config_desc, fdpa);
    SAME(lwnvme_fdp_configuration, vss, nvme_fdp_config_desc, vss);
    SAME(lwnvme_fdp_configuration, nrg, nvme_fdp_config_desc, nrg);
    SAME(lwnvme_fdp_configuration, nruh, nvme_fdp_config_desc, nruh);
    SAME(lwnvme_fdp_configuration, maxpids, nvme_fdp_config_desc, maxpids);
    SAME(lwnvme_fdp_configuration, nns, nvme_fdp_config_desc, nnss);
    SAME(lwnvme_fdp_configuration, runs, nvme_fdp_config_desc, runs);
    SAME(lwnvme_fdp_configuration, erutl, nvme_fdp_config_desc, erutl);
    SAME(lwnvme_fdp_configuration, rsvd28, nvme_fdp_config_desc, rsvd28);
    COVERED(lwnvme_fdp_configuration);
    expect_equal("size of fdp_handle", sizeof(struct lwnvme_fdp_handle), sizeof(struct nvme_fdp_ruh_desc));
    SAME(lwnvme_fdp_handle, ruht, nvme_fdp_ruh_desc, ruht);
    SAME(lwnvme_fdp_handle, rsvd1, nvme_fdp_ruh_desc, rsvd1);
    COVERED(lwnvme_fdp_handle);
    expect_equal("size of fdp_usage_header", sizeof(struct lwnvme_fdp_usage_header),
                 sizeof(struct nvme_fdp_ruhu_log));
    SAME(lwnvme_fdp_usage_header, nruh, nvme_fdp_ruhu_log, nruh);
    SAME(lwnvme_fdp_usage_header, rsvd2, nvme_fdp_ruhu_log, rsvd2);
    COVERED(lwnvme_fdp_usage_header);
    expect_equal("size of fdp_usage", sizeof(struct lwnvme_fdp_usage), sizeof(struct nvme_fdp_ruhu_desc));
    SAME(lwnvme_fdp_usage, ruha, nvme_fdp_ruhu_desc, ruha);
    SAME(lwnvme_fdp_usage, rsvd1, nvme_fdp_ruhu_desc, rsvd1);
    COVERED(lwnvme_fdp_usage);
    expect_equal("size of fdp_statistics_log", sizeof(struct lwnvme_fdp_statistics_log),
                 sizeof(struct nvme_fdp_stats_log));
    SAME(lwnvme_fdp_statistics_log, hbmw, nvme_fdp_stats_log, hbmw);
    SAME(lwnvme_fdp_statistics_log, mbmw, nvme_fdp_stats_log, mbmw);
    SAME(lwnvme_fdp_statistics_log, mbe, nvme_fdp_stats_log, mbe);
    SAME(lwnvme_fdp_statistics_log, rsvd48, nvme_fdp_stats_log, rsvd48);
    COVERED(lwnvme_fdp_statistics_log);
    SAME(lwnvme_fdp_events_header, numfdpe, nvme_fdp_events_log, n);
    SAME(lwnvme_fdp_events_header, rsvd4, nvme_fdp_events_log, rsvd4);
    COVERED(lwnvme_fdp_events_header);
    expect_equal("size of fdp_event", sizeof(struct lwnvme_fdp_event), sizeof(struct nvme_fdp_event));
    SAME(lwnvme_fdp_event, fdpet, nvme_fdp_event, type);
    SAME(lwnvme_fdp_event, fdpef, nvme_fdp_event, flags);
    SAME(lwnvme_fdp_event, pid, nvme_fdp_event, pid);
    SAME(lwnvme_fdp_event, etstmp, nvme_fdp_event, ts);
    SAME(lwnvme_fdp_event, nsid, nvme_fdp_event, nsid);
    SAME(lwnvme_fdp_event, ets, nvme_fdp_event, type_specific);
    SAME(lwnvme_fdp_event, rgid, nvme_fdp_event, rgid);
    AT(lwnvme_fdp_event, ruhid, 34, 2);
    AT(lwnvme_fdp_event, rsvd36, 36, 4);
    SAME(lwnvme_fdp_event, vs, nvme_fdp_event, vs);
    COVERED(lwnvme_fdp_event);
    SAME(lwnvme_fdp_media_reallocated, sef, nvme_fdp_event_realloc, flags);
    SAME(lwnvme_fdp_media_reallocated, rsvd1, nvme_fdp_event_realloc, rsvd1);
    SAME(lwnvme_fdp_media_reallocated, nlbam, nvme_fdp_event_realloc, nlbam);
    AT(lwnvme_fdp_media_reallocated, lba, 4, 8);
    AT(lwnvme_fdp_media_reallocated, rsvd12, 12, 4);
    COVERED(lwnvme_fdp_media_reallocated);
    FIELD(LWNVME_FDPA_RGIF, FDP_CONFIG_FDPA_RGIF);
    FIELD(LWNVME_FDPA_FDPVWC, FDP_CONFIG_FDPA_FDPVWC);
    FIELD(LWNVME_FDPA_FDPCV, FDP_CONFIG_FDPA_VALID);
    EXPECT(LWNVME_RUHT_INITIALLY_ISOLATED, NVME_FDP_RUHT_INITIALLY_ISOLATED);
    EXPECT(LWNVME_RUHT_PERSISTENTLY_ISOLATED, NVME_FDP_RUHT_PERSISTENTLY_ISOLATED);
    EXPECT(LWNVME_RUHA_HOST, 1u << NVME_FDP_RUHA_HOST_SHIFT);
    EXPECT(LWNVME_RUHA_CONTROLLER, 1u << NVME_FDP_RUHA_CTRL_SHIFT);
    EXPECT(LWNVME_FDP_EVENT_NOT_FULLY_WRITTEN, NVME_FDP_EVENT_RUNFW);
    EXPECT(LWNVME_FDP_EVENT_TIME_LIMIT, NVME_FDP_EVENT_RUTLE);
    EXPECT(LWNVME_FDP_EVENT_RESET, NVME_FDP_EVENT_RESET);
    EXPECT(LWNVME_FDP_EVENT_INVALID_PLACEMENT, NVME_FDP_EVENT_PID);
    EXPECT(LWNVME_FDP_EVENT_MEDIA_REALLOCATED, NVME_FDP_EVENT_REALLOC);
    EXPECT(LWNVME_FDP_EVENT_IMPLICITLY_MODIFIED, NVME_FDP_EVENT_MODIFY);
    EXPECT(LWNVME_FDP_EVENT_FLAG_PIV, NVME_FDP_EVENT_F_PIV);
    EXPECT(LWNVME_FDP_EVENT_FLAG_NSIDV, NVME_FDP_EVENT_F_NSIDV);
    EXPECT(LWNVME_FDP_EVENT_FLAG_LV, NVME_FDP_EVENT_F_LV);
    EXPECT(LWNVME_FDP_EVENT_MEDIA_REALLOCATED_LBAV, NVME_FDP_EVENT_REALLOC_F_LBAV);
    BITS(LWNVME_LSP_FDP_EVENTS_HOST, 0, 0);
    end();
}

static void changed_namespaces(void **state)
{
    (void)state;
    AT(lwnvme_changed_namespaces_log, nsid, 0, 4096);
    COVERED(lwnvme_changed_namespaces_log);
    end();
}

static void reservation_notification(void **state)
{
    (void)state;
    expect_equal("size of reservation_notification_log", sizeof(struct lwnvme_reservation_notification_log),
                 sizeof(struct nvme_resv_notification_log));
    SAME(lwnvme_reservation_notification_log, lpc, nvme_resv_notification_log, lpc);
    SAME(lwnvme_reservation_notification_log, rnlpt, nvme_resv_notification_log, rnlpt);
    SAME(lwnvme_reservation_notification_log, nalp, nvme_resv_notification_log, nalp);
    SAME(lwnvme_reservation_notification_log, rsvd10, nvme_resv_notification_log, rsvd9);
    SAME(lwnvme_reservation_notification_log, nsid, nvme_resv_notification_log, nsid);
    SAME(lwnvme_reservation_notification_log, rsvd16, nvme_resv_notification_log, rsvd16);
    COVERED(lwnvme_reservation_notification_log);
    EXPECT(LWNVME_RESERVATION_NOTIFICATION_EMPTY, NVME_RESV_NOTIFY_RNLPT_EMPTY);
    EXPECT(LWNVME_RESERVATION_NOTIFICATION_REGISTRATION_PREEMPTED,
           NVME_RESV_NOTIFY_RNLPT_REGISTRATION_PREEMPTED);
    EXPECT(LWNVME_RESERVATION_NOTIFICATION_RESERVATION_RELEASED, NVME_RESV_NOTIFY_RNLPT_RESERVATION_RELEASED);
    EXPECT(LWNVME_RESERVATION_NOTIFICATION_RESERVATION_PREEMPTED,
           NVME_RESV_NOTIFY_RNLPT_RESERVATION_PREEMPTED);
    end();
}

static void sanitize_status(void **state)
{
    (void)state;
    expect_equal("size of sanitize_status_log", sizeof(struct lwnvme_sanitize_status_log),
                 sizeof(struct nvme_sanitize_log_page));
    SAME(lwnvme_sanitize_status_log, sprog, nvme_sanitize_log_page, sprog);
    SAME(lwnvme_sanitize_status_log, sstat, nvme_sanitize_log_page, sstat);
    SAME(lwnvme_sanitize_status_log, scdw10, nvme_sanitize_log_page, scdw10);
    SAME(lwnvme_sanitize_status_log, eto, nvme_sanitize_log_page, eto);
    SAME(lwnvme_sanitize_status_log, etbe, nvme_sanitize_log_page, etbe);
    SAME(lwnvme_sanitize_status_log, etce, nvme_sanitize_log_page, etce);
    SAME(lwnvme_sanitize_status_log, etond, nvme_sanitize_log_page, etond);
    SAME(lwnvme_sanitize_status_log, etbend, nvme_sanitize_log_page, etbend);
    SAME(lwnvme_sanitize_status_log, etcend, nvme_sanitize_log_page, etcend);
    AT(lwnvme_sanitize_status_log, etpvds, 32, 4);
    AT(lwnvme_sanitize_status_log, ssi, 36, 1);
    AT(lwnvme_sanitize_status_log, rsvd37, 37, 475);
    COVERED(lwnvme_sanitize_status_log);
    FIELD(LWNVME_SANITIZE_SSTAT_SOS, SANITIZE_SSTAT_STATUS);
    FIELD(LWNVME_SANITIZE_SSTAT_OPC, SANITIZE_SSTAT_COMPLETED_PASSES);
    FIELD(LWNVME_SANITIZE_SSTAT_GDE, SANITIZE_SSTAT_GLOBAL_DATA_ERASED);
    BITS(LWNVME_SANITIZE_SSTAT_MVCNCLD, 9, 9);
    EXPECT(LWNVME_SANITIZE_SOS_NEVER, NVME_SANITIZE_SSTAT_STATUS_NEVER_SANITIZED);
    EXPECT(LWNVME_SANITIZE_SOS_SUCCEEDED, NVME_SANITIZE_SSTAT_STATUS_COMPLETE_SUCCESS);
    EXPECT(LWNVME_SANITIZE_SOS_IN_PROGRESS, NVME_SANITIZE_SSTAT_STATUS_IN_PROGESS);
    EXPECT(LWNVME_SANITIZE_SOS_FAILED, NVME_SANITIZE_SSTAT_STATUS_COMPLETED_FAILED);
    EXPECT(LWNVME_SANITIZE_SOS_SUCCEEDED_DEALLOCATED, NVME_SANITIZE_SSTAT_STATUS_ND_COMPLETE_SUCCESS);
    BITS(LWNVME_SANITIZE_SSI_SANS, 3, 0);
    BITS(LWNVME_SANITIZE_SSI_FAILS, 7, 4);
    EXPECT(LWNVME_SANITIZE_SANS_IDLE, 0);
    EXPECT(LWNVME_SANITIZE_SANS_RESTRICTED_PROCESSING, 1);
    EXPECT(LWNVME_SANITIZE_SANS_RESTRICTED_FAILURE, 2);
    EXPECT(LWNVME_SANITIZE_SANS_UNRESTRICTED_PROCESSING, 3);
    EXPECT(LWNVME_SANITIZE_SANS_UNRESTRICTED_FAILURE, 4);
    EXPECT(LWNVME_SANITIZE_SANS_MEDIA_VERIFICATION, 5);
    EXPECT(LWNVME_SANITIZE_SANS_POST_VERIFICATION, 6);
    end();
}

static void changed_zones(void **state)
{
    (void)state;
    expect_equal("size of changed_zones_log", sizeof(struct lwnvme_changed_zones_log),
                 sizeof(struct nvme_zns_changed_zone_log));
    SAME(lwnvme_changed_zones_log, nrzid, nvme_zns_changed_zone_log, nrzid);
    SAME(lwnvme_changed_zones_log, rsvd2, nvme_zns_changed_zone_log, rsvd2);
    SAME(lwnvme_changed_zones_log, zid, nvme_zns_changed_zone_log, zid);
    COVERED(lwnvme_changed_zones_log);
    EXPECT(LWNVME_CHANGED_ZONES_ENTRIES, NVME_ZNS_CHANGED_ZONES_MAX);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(supported_log_pages, begin),
        cmocka_unit_test_setup(effects, begin),
        cmocka_unit_test_setup(self_test, begin),
        cmocka_unit_test_setup(telemetry, begin),
        cmocka_unit_test_setup(endurance_group, begin),
        cmocka_unit_test_setup(predictable_latency, begin),
        cmocka_unit_test_setup(ana, begin),
        cmocka_unit_test_setup(persistent_event, begin),
        cmocka_unit_test_setup(persistent_event_data, begin),
        cmocka_unit_test_setup(lba_status, begin),
        cmocka_unit_test_setup(capacity, begin),
        cmocka_unit_test_setup(lockdown, begin),
        cmocka_unit_test_setup(boot_partition, begin),
        cmocka_unit_test_setup(rotational_media, begin),
        cmocka_unit_test_setup(fdp, begin),
        cmocka_unit_test_setup(changed_namespaces, begin),
        cmocka_unit_test_setup(reservation_notification, begin),
        cmocka_unit_test_setup(sanitize_status, begin),
        cmocka_unit_test_setup(changed_zones, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
