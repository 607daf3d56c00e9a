/* SPDX-License-Identifier: MIT */
/*
 * Structures of I/O commands against libnvme 1.3, see layout.h.
 *
 * Compared with numbers of NVM 1.1 instead: SNSID and SOPT, which came with formats 2h and 3h of source ranges, and the
 * order of ELBAT and ELBATM, which libnvme 1.3 has the other way round.
 */
#include "layout.h"

#include <libnvme.h>

#include <lwnvme/spec.h>

static void source_ranges(void **state)
{
    (void)state;
    SAME(lwnvme_copy_range, slba, nvme_copy_range, slba);
    SAME(lwnvme_copy_range, nlb, nvme_copy_range, nlb);
    SAME(lwnvme_copy_range, elbt, nvme_copy_range, eilbrt);
    expect_equal("size of copy_range", sizeof(struct lwnvme_copy_range), sizeof(struct nvme_copy_range));
    SAME(lwnvme_copy_range_extended, slba, nvme_copy_range_f1, slba);
    SAME(lwnvme_copy_range_extended, nlb, nvme_copy_range_f1, nlb);
    SAME(lwnvme_copy_range_extended, elbt, nvme_copy_range_f1, elbt);
    expect_equal("size of copy_range_extended", sizeof(struct lwnvme_copy_range_extended),
                 sizeof(struct nvme_copy_range_f1));
}

static void reservations(void **state)
{
    (void)state;
    SAME(lwnvme_reservation_status, gen, nvme_resv_status, gen);
    SAME(lwnvme_reservation_status, rtype, nvme_resv_status, rtype);
    SAME(lwnvme_reservation_status, regstrnt, nvme_resv_status, regctl);
    SAME(lwnvme_reservation_status, ptpls, nvme_resv_status, ptpls);
    SAME(lwnvme_registrant, cntlid, nvme_registered_ctrl, cntlid);
    SAME(lwnvme_registrant, rcsts, nvme_registered_ctrl, rcsts);
    SAME(lwnvme_registrant, hostid, nvme_registered_ctrl, hostid);
    SAME(lwnvme_registrant, rkey, nvme_registered_ctrl, rkey);
    SAME(lwnvme_registrant_extended, cntlid, nvme_registered_ctrl_ext, cntlid);
    SAME(lwnvme_registrant_extended, rcsts, nvme_registered_ctrl_ext, rcsts);
    SAME(lwnvme_registrant_extended, rkey, nvme_registered_ctrl_ext, rkey);
    SAME(lwnvme_registrant_extended, hostid, nvme_registered_ctrl_ext, hostid);
    expect_equal("size of registrant", sizeof(struct lwnvme_registrant), sizeof(struct nvme_registered_ctrl));
    expect_equal("size of registrant_extended", sizeof(struct lwnvme_registrant_extended),
                 sizeof(struct nvme_registered_ctrl_ext));
}

static void placement(void **state)
{
    (void)state;
    SAME(lwnvme_ruh_status_header, nruhsd, nvme_fdp_ruh_status, nruhsd);
    SAME(lwnvme_ruh_status_descriptor, pid, nvme_fdp_ruh_status_desc, pid);
    SAME(lwnvme_ruh_status_descriptor, ruhid, nvme_fdp_ruh_status_desc, ruhid);
    SAME(lwnvme_ruh_status_descriptor, earutr, nvme_fdp_ruh_status_desc, earutr);
    SAME(lwnvme_ruh_status_descriptor, ruamw, nvme_fdp_ruh_status_desc, ruamw);
    expect_equal("size of ruh_status_descriptor", sizeof(struct lwnvme_ruh_status_descriptor),
                 sizeof(struct nvme_fdp_ruh_status_desc));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_ranges),
        cmocka_unit_test(reservations),
        cmocka_unit_test(placement),
    };

    return cmocka_run_group_tests_name("layout of I/O commands", tests, NULL, NULL);
}
