/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of the smaller admin commands (spec_admin.h, and their dwords in spec.h) and of asynchronous events,
 * against libnvme 1.3, see layout.h.
 *
 * Compared with numbers of Base 2.1 and NVM 1.1 instead, because libnvme 1.3 lacks them or has them otherwise:
 *   directive parameters: bytes 64 to 95, DPAC, which came with Base 2.0
 *   BPRSEL.BPROF          bits 29:10 (20 bits), of which libnvme 1.3 has 12
 *   the dwords of Capacity Management, Lockdown, Security, Virtualization Management and Get LBA Status
 *   LBA status            action 02h, the completion conditions, and LBARS
 *   events                what came after Base 1.4: reachability, allocated namespaces, immediate, one-shot, zones
 */
#include "layout.h"

#include <libnvme.h>

#include <lwnvme/spec_admin.h>

static void directives(void **state)
{
    (void)state;
    expect_equal("size of directive_parameters", sizeof(struct lwnvme_directive_parameters),
                 sizeof(struct nvme_id_directives));
    SAME(lwnvme_directive_parameters, ds, nvme_id_directives, supported);
    SAME(lwnvme_directive_parameters, de, nvme_id_directives, enabled);
    AT(lwnvme_directive_parameters, dpac, 64, 32);
    AT(lwnvme_directive_parameters, rsvd96, 96, 4000);
    COVERED(lwnvme_directive_parameters);
    expect_equal("size of stream_parameters", sizeof(struct lwnvme_stream_parameters),
                 sizeof(struct nvme_streams_directive_params));
    SAME(lwnvme_stream_parameters, msl, nvme_streams_directive_params, msl);
    SAME(lwnvme_stream_parameters, nssa, nvme_streams_directive_params, nssa);
    SAME(lwnvme_stream_parameters, nsso, nvme_streams_directive_params, nsso);
    SAME(lwnvme_stream_parameters, nssc, nvme_streams_directive_params, nssc);
    SAME(lwnvme_stream_parameters, rsvd7, nvme_streams_directive_params, rsvd);
    SAME(lwnvme_stream_parameters, sws, nvme_streams_directive_params, sws);
    SAME(lwnvme_stream_parameters, sgs, nvme_streams_directive_params, sgs);
    SAME(lwnvme_stream_parameters, nsa, nvme_streams_directive_params, nsa);
    SAME(lwnvme_stream_parameters, nso, nvme_streams_directive_params, nso);
    SAME(lwnvme_stream_parameters, rsvd26, nvme_streams_directive_params, rsvd2);
    COVERED(lwnvme_stream_parameters);
    SAME(lwnvme_stream_status, osc, nvme_streams_directive_status, osc);
    AT(lwnvme_stream_status, sid, offsetof(struct nvme_streams_directive_status, sid), 4094);
    COVERED(lwnvme_stream_status);
    expect_equal("size of a stream identifier", SIZE_OF(lwnvme_stream_status, sid[0]),
                 SIZE_OF(nvme_streams_directive_status, sid[0]));
    EXPECT(LWNVME_DIRECTIVE_TYPE_IDENTIFY, NVME_DIRECTIVE_DTYPE_IDENTIFY);
    EXPECT(LWNVME_DIRECTIVE_TYPE_STREAMS, NVME_DIRECTIVE_DTYPE_STREAMS);
    EXPECT(LWNVME_DIRECTIVE_TYPE_DATA_PLACEMENT, 2);
    EXPECT(LWNVME_DIRECTIVE_IDENTIFY_RECEIVE_PARAMETERS, NVME_DIRECTIVE_RECEIVE_IDENTIFY_DOPER_PARAM);
    EXPECT(LWNVME_DIRECTIVE_IDENTIFY_SEND_ENABLE, NVME_DIRECTIVE_SEND_IDENTIFY_DOPER_ENDIR);
    EXPECT(LWNVME_DIRECTIVE_STREAMS_RECEIVE_PARAMETERS, NVME_DIRECTIVE_RECEIVE_STREAMS_DOPER_PARAM);
    EXPECT(LWNVME_DIRECTIVE_STREAMS_RECEIVE_STATUS, NVME_DIRECTIVE_RECEIVE_STREAMS_DOPER_STATUS);
    EXPECT(LWNVME_DIRECTIVE_STREAMS_RECEIVE_ALLOCATE, NVME_DIRECTIVE_RECEIVE_STREAMS_DOPER_RESOURCE);
    EXPECT(LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE, NVME_DIRECTIVE_SEND_STREAMS_DOPER_RELEASE_IDENTIFIER);
    EXPECT(LWNVME_DIRECTIVE_STREAMS_SEND_RELEASE_ALL, NVME_DIRECTIVE_SEND_STREAMS_DOPER_RELEASE_RESOURCE);
    BITS(LWNVME_DIRECTIVE_CDW10_NUMD, 31, 0);
    BITS(LWNVME_DIRECTIVE_CDW11_DOPER, 7, 0);
    BITS(LWNVME_DIRECTIVE_CDW11_DTYPE, 15, 8);
    BITS(LWNVME_DIRECTIVE_CDW11_DSPEC, 31, 16);
    BITS(LWNVME_DIRECTIVE_ENABLE_ENDIR, 0, 0);
    BITS(LWNVME_DIRECTIVE_ENABLE_DTYPE, 15, 8);
    BITS(LWNVME_STREAMS_ALLOCATE_NSR, 15, 0);
    BITS(LWNVME_STREAMS_ALLOCATE_NSA, 15, 0);
    end();
}

static void lba_status(void **state)
{
    (void)state;
    expect_equal("size of lba_status_descriptor", sizeof(struct lwnvme_lba_status_descriptor),
                 sizeof(struct nvme_lba_status_desc));
    SAME(lwnvme_lba_status_descriptor, dslba, nvme_lba_status_desc, dslba);
    SAME(lwnvme_lba_status_descriptor, nlb, nvme_lba_status_desc, nlb);
    SAME(lwnvme_lba_status_descriptor, rsvd12, nvme_lba_status_desc, rsvd12);
    SAME(lwnvme_lba_status_descriptor, status, nvme_lba_status_desc, status);
    SAME(lwnvme_lba_status_descriptor, rsvd14, nvme_lba_status_desc, rsvd14);
    COVERED(lwnvme_lba_status_descriptor);
    SAME(lwnvme_lba_status_header, nlsd, nvme_lba_status, nlsd);
    SAME(lwnvme_lba_status_header, cmpc, nvme_lba_status, cmpc);
    SAME(lwnvme_lba_status_header, rsvd5, nvme_lba_status, rsvd5);
    COVERED(lwnvme_lba_status_header);
    expect_equal("where descriptors begin", sizeof(struct lwnvme_lba_status_header),
                 offsetof(struct nvme_lba_status, descs));
    EXPECT(LWNVME_LBA_STATUS_ATYPE_SCAN_UNTRACKED, NVME_LBA_STATUS_ATYPE_SCAN_UNTRACKED);
    EXPECT(LWNVME_LBA_STATUS_ATYPE_TRACKED, NVME_LBA_STATUS_ATYPE_SCAN_TRACKED);
    EXPECT(LWNVME_LBA_STATUS_ATYPE_ALLOCATED, 2);
    EXPECT(LWNVME_LBA_STATUS_CMPC_NOT_INDICATED, 0);
    EXPECT(LWNVME_LBA_STATUS_CMPC_INCOMPLETE, 1);
    EXPECT(LWNVME_LBA_STATUS_CMPC_COMPLETE, 2);
    BITS(LWNVME_LBA_STATUS_LBARS, 2, 0);
    BITS(LWNVME_LBA_STATUS_CDW12_MNDW, 31, 0);
    BITS(LWNVME_LBA_STATUS_CDW13_RL, 15, 0);
    BITS(LWNVME_LBA_STATUS_CDW13_ATYPE, 31, 24);
    end();
}

static void boot_partition(void **state)
{
    (void)state;
    SAME(lwnvme_boot_partition_header, lid, nvme_boot_partition, lid);
    SAME(lwnvme_boot_partition_header, rsvd1, nvme_boot_partition, rsvd1);
    SAME(lwnvme_boot_partition_header, bpinfo, nvme_boot_partition, bpinfo);
    SAME(lwnvme_boot_partition_header, rsvd8, nvme_boot_partition, rsvd8);
    COVERED(lwnvme_boot_partition_header);
    expect_equal("where the partition begins", sizeof(struct lwnvme_boot_partition_header),
                 offsetof(struct nvme_boot_partition, boot_partition_data));
    EXPECT(LWNVME_REG_BPINFO, NVME_REG_BPINFO);
    EXPECT(LWNVME_REG_BPRSEL, NVME_REG_BPRSEL);
    EXPECT(LWNVME_REG_BPMBL, NVME_REG_BPMBL);
    FIELD(LWNVME_BPINFO_BPSZ, BPINFO_BPSZ);
    FIELD(LWNVME_BPINFO_BRS, BPINFO_BRS);
    FIELD(LWNVME_BPINFO_ABPID, BPINFO_ABPID);
    FIELD(LWNVME_BPRSEL_BPRSZ, BPRSEL_BPRSZ);
    BITS(LWNVME_BPRSEL_BPROF, 29, 10);
    FIELD(LWNVME_BPRSEL_BPID, BPRSEL_BPID);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION, NVME_FW_COMMIT_CA_REPLACE_BOOT_PARTITION);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION, NVME_FW_COMMIT_CA_ACTIVATE_BOOT_PARTITION);
    end();
}

static void virtualization(void **state)
{
    (void)state;
    EXPECT(LWNVME_VIRTUALIZATION_ALLOCATE_PRIMARY, NVME_VIRT_MGMT_ACT_PRIM_CTRL_FLEX_ALLOC);
    EXPECT(LWNVME_VIRTUALIZATION_SECONDARY_OFFLINE, NVME_VIRT_MGMT_ACT_OFFLINE_SEC_CTRL);
    EXPECT(LWNVME_VIRTUALIZATION_ASSIGN_SECONDARY, NVME_VIRT_MGMT_ACT_ASSIGN_SEC_CTRL);
    EXPECT(LWNVME_VIRTUALIZATION_SECONDARY_ONLINE, NVME_VIRT_MGMT_ACT_ONLINE_SEC_CTRL);
    BITS(LWNVME_VIRTUALIZATION_CDW10_ACT, 3, 0);
    BITS(LWNVME_VIRTUALIZATION_CDW10_RT, 10, 8);
    BITS(LWNVME_VIRTUALIZATION_CDW10_CNTLID, 31, 16);
    BITS(LWNVME_VIRTUALIZATION_CDW11_NR, 15, 0);
    BITS(LWNVME_VIRTUALIZATION_DW0_NRM, 15, 0);
    end();
}

static void capacity_lockdown_and_security(void **state)
{
    (void)state;
    BITS(LWNVME_CAPACITY_CDW10_OPER, 3, 0);
    BITS(LWNVME_CAPACITY_CDW10_ELID, 31, 16);
    BITS(LWNVME_CAPACITY_CDW11_CAPL, 31, 0);
    BITS(LWNVME_CAPACITY_CDW12_CAPU, 31, 0);
    BITS(LWNVME_CAPACITY_DW0_CELID, 15, 0);
    EXPECT(LWNVME_CAPACITY_SELECT, 0);
    EXPECT(LWNVME_CAPACITY_CREATE_GROUP, 1);
    EXPECT(LWNVME_CAPACITY_DELETE_GROUP, 2);
    EXPECT(LWNVME_CAPACITY_CREATE_SET, 3);
    EXPECT(LWNVME_CAPACITY_DELETE_SET, 4);
    BITS(LWNVME_LOCKDOWN_CDW10_SCP, 3, 0);
    BITS(LWNVME_LOCKDOWN_CDW10_PRHBT, 4, 4);
    BITS(LWNVME_LOCKDOWN_CDW10_IFC, 6, 5);
    BITS(LWNVME_LOCKDOWN_CDW10_OFI, 15, 8);
    BITS(LWNVME_LOCKDOWN_CDW14_UIDX, 6, 0);
    EXPECT(LWNVME_LOCKDOWN_SCP_ADMIN, 0);
    EXPECT(LWNVME_LOCKDOWN_SCP_FEATURE, 2);
    EXPECT(LWNVME_LOCKDOWN_SCP_NVME_MI, 3);
    EXPECT(LWNVME_LOCKDOWN_SCP_PCIE, 4);
    EXPECT(LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE, 0);
    EXPECT(LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE_AND_OUT_OF_BAND, 1);
    EXPECT(LWNVME_LOCKDOWN_IFC_OUT_OF_BAND, 2);
    BITS(LWNVME_SECURITY_CDW10_NSSF, 7, 0);
    BITS(LWNVME_SECURITY_CDW10_SPSP, 23, 8);
    BITS(LWNVME_SECURITY_CDW10_SECP, 31, 24);
    EXPECT(LWNVME_ADMIN_SECURITY_SEND, nvme_admin_security_send);
    EXPECT(LWNVME_ADMIN_SECURITY_RECEIVE, nvme_admin_security_recv);
    EXPECT(LWNVME_ADMIN_DIRECTIVE_SEND, nvme_admin_directive_send);
    EXPECT(LWNVME_ADMIN_DIRECTIVE_RECEIVE, nvme_admin_directive_recv);
    EXPECT(LWNVME_ADMIN_VIRTUALIZATION_MANAGEMENT, nvme_admin_virtual_mgmt);
    EXPECT(LWNVME_ADMIN_CAPACITY_MANAGEMENT, nvme_admin_capacity_mgmt);
    EXPECT(LWNVME_ADMIN_LOCKDOWN, nvme_admin_lockdown);
    EXPECT(LWNVME_ADMIN_GET_LBA_STATUS, nvme_admin_get_lba_status);
    EXPECT(LWNVME_ADMIN_ABORT, nvme_admin_abort_cmd);
    EXPECT(LWNVME_ADMIN_ASYNC_EVENT_REQUEST, nvme_admin_async_event);
    end();
}

static void events(void **state)
{
    (void)state;
    BITS(LWNVME_ASYNC_EVENT_AET, 2, 0);
    BITS(LWNVME_ASYNC_EVENT_AEI, 15, 8);
    BITS(LWNVME_ASYNC_EVENT_LID, 23, 16);
    EXPECT(LWNVME_AET_ERROR, NVME_AER_ERROR);
    EXPECT(LWNVME_AET_SMART, NVME_AER_SMART);
    EXPECT(LWNVME_AET_NOTICE, NVME_AER_NOTICE);
    EXPECT(LWNVME_AET_IMMEDIATE, 3);
    EXPECT(LWNVME_AET_ONE_SHOT, 4);
    EXPECT(LWNVME_AET_IO_COMMAND_SET, NVME_AER_CSS);
    EXPECT(LWNVME_AET_VENDOR, NVME_AER_VS);
    EXPECT(LWNVME_AEI_ERROR_INVALID_DOORBELL_REGISTER, NVME_AER_ERROR_INVALID_DB_REG);
    EXPECT(LWNVME_AEI_ERROR_INVALID_DOORBELL_VALUE, NVME_AER_ERROR_INVALID_DB_VAL);
    EXPECT(LWNVME_AEI_ERROR_DIAGNOSTIC_FAILURE, NVME_AER_ERROR_DIAG_FAILURE);
    EXPECT(LWNVME_AEI_ERROR_PERSISTENT_INTERNAL, NVME_AER_ERROR_PERSISTENT_INTERNAL_ERROR);
    EXPECT(LWNVME_AEI_ERROR_TRANSIENT_INTERNAL, NVME_AER_ERROR_TRANSIENT_INTERNAL_ERROR);
    EXPECT(LWNVME_AEI_ERROR_FIRMWARE_IMAGE_LOAD, NVME_AER_ERROR_FW_IMAGE_LOAD_ERROR);
    EXPECT(LWNVME_AEI_SMART_RELIABILITY, NVME_AER_SMART_SUBSYSTEM_RELIABILITY);
    EXPECT(LWNVME_AEI_SMART_TEMPERATURE, NVME_AER_SMART_TEMPERATURE_THRESHOLD);
    EXPECT(LWNVME_AEI_SMART_SPARE, NVME_AER_SMART_SPARE_THRESHOLD);
    EXPECT(LWNVME_AEI_NOTICE_ATTACHED_NAMESPACE_CHANGED, NVME_AER_NOTICE_NS_CHANGED);
    EXPECT(LWNVME_AEI_NOTICE_FIRMWARE_ACTIVATION_STARTING, NVME_AER_NOTICE_FW_ACT_STARTING);
    EXPECT(LWNVME_AEI_NOTICE_TELEMETRY_LOG_CHANGED, NVME_AER_NOTICE_TELEMETRY);
    EXPECT(LWNVME_AEI_NOTICE_ANA_CHANGED, NVME_AER_NOTICE_ANA);
    EXPECT(LWNVME_AEI_NOTICE_PREDICTABLE_LATENCY_CHANGED, NVME_AER_NOTICE_PL_EVENT);
    EXPECT(LWNVME_AEI_NOTICE_LBA_STATUS_ALERT, NVME_AER_NOTICE_LBA_STATUS_ALERT);
    EXPECT(LWNVME_AEI_NOTICE_ENDURANCE_GROUP_CHANGED, NVME_AER_NOTICE_EG_EVENT);
    EXPECT(LWNVME_AEI_NOTICE_REACHABILITY_GROUP_CHANGED, 7);
    EXPECT(LWNVME_AEI_NOTICE_REACHABILITY_ASSOCIATION_CHANGED, 8);
    EXPECT(LWNVME_AEI_NOTICE_ALLOCATED_NAMESPACE_CHANGED, 9);
    EXPECT(LWNVME_AEI_NOTICE_ZONE_DESCRIPTOR_CHANGED, 0xef);
    EXPECT(LWNVME_AEI_NOTICE_DISCOVERY_CHANGED, NVME_AER_NOTICE_DISC_CHANGED);
    EXPECT(LWNVME_AEI_IMMEDIATE_NORMAL_SUBSYSTEM_SHUTDOWN, 0);
    EXPECT(LWNVME_AEI_IMMEDIATE_TEMPERATURE_HYSTERESIS_RECOVERY, 1);
    EXPECT(LWNVME_AEI_ONE_SHOT_DATA_QUEUE_TAIL_POINTER, 0);
    EXPECT(LWNVME_AEI_ONE_SHOT_DATA_QUEUE_FULL, 1);
    EXPECT(LWNVME_AEI_IOCS_RESERVATION_LOG_AVAILABLE, NVME_AER_CSS_NVM_RESERVATION);
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_COMPLETED, NVME_AER_CSS_NVM_SANITIZE_COMPLETED);
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_COMPLETED_UNEXPECTED_DEALLOCATION,
           NVME_AER_CSS_NVM_UNEXPECTED_SANITIZE_DEALLOC);
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_ENTERED_MEDIA_VERIFICATION, 3);
    EXPECT(LWNVME_OAES_ATTACHED_NAMESPACE, NVME_CTRL_OAES_NA);
    EXPECT(LWNVME_OAES_FIRMWARE_ACTIVATION, NVME_CTRL_OAES_FA);
    EXPECT(LWNVME_OAES_ANA_CHANGE, NVME_CTRL_OAES_ANA);
    EXPECT(LWNVME_OAES_PREDICTABLE_LATENCY, NVME_CTRL_OAES_PLEA);
    EXPECT(LWNVME_OAES_LBA_STATUS, NVME_CTRL_OAES_LBAS);
    EXPECT(LWNVME_OAES_ENDURANCE_GROUP, NVME_CTRL_OAES_EGE);
    EXPECT(LWNVME_OAES_NORMAL_SUBSYSTEM_SHUTDOWN, NVME_CTRL_OAES_NS);
    EXPECT(LWNVME_OAES_ZONE_DESCRIPTOR, NVME_CTRL_OAES_ZD);
    EXPECT(LWNVME_OAES_DISCOVERY, NVME_CTRL_OAES_DL);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY, 1u << 10);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(directives, begin),
        cmocka_unit_test_setup(lba_status, begin),
        cmocka_unit_test_setup(boot_partition, begin),
        cmocka_unit_test_setup(virtualization, begin),
        cmocka_unit_test_setup(capacity_lockdown_and_security, begin),
        cmocka_unit_test_setup(events, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
