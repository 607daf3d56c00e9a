/* SPDX-License-Identifier: MIT */
/*
 * The NVMe vocabulary of spec.h against an independent one: the headers of libnvme 1.3 (package libnvme-dev).
 *
 * Every structure: its size, and the offset and size of every field. COVERED ends each structure and demands
 * that the compared fields add up to the whole of it, so that none can be left out. Every register, opcode,
 * identifier, status code and capability bit that libnvme knows: its value.
 *
 * SAME compares a field with libnvme's. AT compares it with numbers from the specification, and is used for
 * reserved fields and for what libnvme 1.3 does not have or has differently:
 *   Identify Controller    bpcap, nssl, plsi, crcap, kpioc, mptfawr, tmpthha, cqt, and oaqd to mcdqpc
 *   Power State            epfrt to epfvts
 *   Identify Namespace     kpios, kpiodaag; bytes 384 to 391 (lbstm in libnvme 1.3, since moved to CNS 05h)
 *   CNS 05h, NVM           pifa, npdgl to tlbaag
 *   CNS 06h, NVM           kpiocap to lbamqf
 *   CNS 08h                kpios, maxkt, rgrpid
 *   Error log entry        csi, opc, lpver
 *   Host Behavior Support  etdas, lbafee, hdisns, cdfe
 *   Host memory descriptor, as a structure
 * and, by value only (EXPECT): registers CMBEBS, CMBSWTP and NSSD, fields CAP.CPS, CAP.NSSS, CAP.NSSES,
 * CSTS.ST and CMBEBS, CMBSWTP, NSSD; BPRSEL.BPROF, whose mask lacks 8 bits in libnvme 1.3; CRTO, whose masks
 * stand unshifted there; the opcodes, log pages, features, CNS values and status codes of Base 2.1 that came
 * after it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <libnvme.h>

#include <lwnvme/spec.h>

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
    if (offset != offset_wanted || size != size_wanted) {
        print_error("%s: ours %zu bytes at %zu, expected %zu bytes at %zu\n", what, size, offset, size_wanted,
                    offset_wanted);
        differences++;
    }
    covered_bytes += size;
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

static void expect_bits(const char *what, unsigned hi, unsigned lo, unsigned hi_wanted, unsigned lo_wanted)
{
    expect_equal(what, hi, hi_wanted);
    expect_equal(what, lo, lo_wanted);
}

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

#define PSD(field, theirs)          SAME(lwnvme_power_state, field, nvme_id_psd, theirs)
#define PSD_AT(field, offset, size) AT(lwnvme_power_state, field, offset, size)

static void power_state(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_power_state), sizeof(struct nvme_id_psd));
    PSD(mp, mp);
    PSD(rsvd2, rsvd2);
    PSD(flags, flags);
    PSD(enlat, enlat);
    PSD(exlat, exlat);
    PSD(rrt, rrt);
    PSD(rrl, rrl);
    PSD(rwt, rwt);
    PSD(rwl, rwl);
    PSD(idlp, idlp);
    PSD(ips, ips);
    PSD(rsvd19, rsvd19);
    PSD(actp, actp);
    PSD(apw_aps, apws);
    PSD_AT(epfrt, 23, 1);
    PSD_AT(fqvt, 24, 1);
    PSD_AT(epfvt, 25, 1);
    PSD_AT(epfrts_fqvts, 26, 1);
    PSD_AT(epfvts, 27, 1);
    PSD_AT(rsvd28, 28, 4);
    COVERED(lwnvme_power_state);
    EXPECT(LWNVME_PSD_MXPS, NVME_PSD_FLAGS_MXPS);
    EXPECT(LWNVME_PSD_NOPS, NVME_PSD_FLAGS_NOPS);
    end();
}

#define IDCTRL(field)                  SAME(lwnvme_identify_controller, field, nvme_id_ctrl, field)
#define IDCTRL_AS(field, theirs)       SAME(lwnvme_identify_controller, field, nvme_id_ctrl, theirs)
#define IDCTRL_AT(field, offset, size) AT(lwnvme_identify_controller, field, offset, size)

static void controller_bytes_0_to_255(void)
{
    IDCTRL(vid);
    IDCTRL(ssvid);
    IDCTRL(sn);
    IDCTRL(mn);
    IDCTRL(fr);
    IDCTRL(rab);
    IDCTRL(ieee);
    IDCTRL(cmic);
    IDCTRL(mdts);
    IDCTRL(cntlid);
    IDCTRL(ver);
    IDCTRL(rtd3r);
    IDCTRL(rtd3e);
    IDCTRL(oaes);
    IDCTRL(ctratt);
    IDCTRL(rrls);
    IDCTRL_AT(bpcap, 102, 1);
    IDCTRL_AT(rsvd103, 103, 1);
    IDCTRL_AT(nssl, 104, 4);
    IDCTRL_AT(rsvd108, 108, 2);
    IDCTRL_AT(plsi, 110, 1);
    IDCTRL(cntrltype);
    IDCTRL(fguid);
    IDCTRL(crdt1);
    IDCTRL(crdt2);
    IDCTRL(crdt3);
    IDCTRL_AT(crcap, 134, 1);
    IDCTRL_AT(rsvd135, 135, 105);
    IDCTRL_AT(rsvd240, 240, 13);
    IDCTRL(nvmsr);
    IDCTRL(vwci);
    IDCTRL(mec);
}

static void controller_bytes_256_to_511(void)
{
    IDCTRL(oacs);
    IDCTRL(acl);
    IDCTRL(aerl);
    IDCTRL(frmw);
    IDCTRL(lpa);
    IDCTRL(elpe);
    IDCTRL(npss);
    IDCTRL(avscc);
    IDCTRL(apsta);
    IDCTRL(wctemp);
    IDCTRL(cctemp);
    IDCTRL(mtfa);
    IDCTRL(hmpre);
    IDCTRL(hmmin);
    IDCTRL(tnvmcap);
    IDCTRL(unvmcap);
    IDCTRL(rpmbs);
    IDCTRL(edstt);
    IDCTRL(dsto);
    IDCTRL(fwug);
    IDCTRL(kas);
    IDCTRL(hctma);
    IDCTRL(mntmt);
    IDCTRL(mxtmt);
    IDCTRL(sanicap);
    IDCTRL(hmminds);
    IDCTRL(hmmaxd);
    IDCTRL(nsetidmax);
    IDCTRL(endgidmax);
    IDCTRL(anatt);
    IDCTRL(anacap);
    IDCTRL(anagrpmax);
    IDCTRL(nanagrpid);
    IDCTRL(pels);
    IDCTRL_AS(did, domainid);
    IDCTRL_AT(kpioc, 358, 1);
    IDCTRL_AT(rsvd359, 359, 1);
    IDCTRL_AT(mptfawr, 360, 2);
    IDCTRL_AT(rsvd362, 362, 6);
    IDCTRL(megcap);
    IDCTRL_AT(tmpthha, 384, 1);
    IDCTRL_AT(rsvd385, 385, 1);
    IDCTRL_AT(cqt, 386, 2);
    IDCTRL_AT(rsvd388, 388, 124);
}

static void controller_bytes_512_to_4095(void)
{
    IDCTRL(sqes);
    IDCTRL(cqes);
    IDCTRL(maxcmd);
    IDCTRL(nn);
    IDCTRL(oncs);
    IDCTRL(fuses);
    IDCTRL(fna);
    IDCTRL(vwc);
    IDCTRL(awun);
    IDCTRL(awupf);
    IDCTRL(icsvscc);
    IDCTRL(nwpc);
    IDCTRL(acwu);
    IDCTRL_AS(cdfs, ocfs);
    IDCTRL(sgls);
    IDCTRL(mnan);
    IDCTRL(maxdna);
    IDCTRL(maxcna);
    IDCTRL_AT(oaqd, 564, 4);
    IDCTRL_AT(rhiri, 568, 1);
    IDCTRL_AT(hirt, 569, 1);
    IDCTRL_AT(cmmrtd, 570, 2);
    IDCTRL_AT(nmmrtd, 572, 2);
    IDCTRL_AT(minmrtg, 574, 1);
    IDCTRL_AT(maxmrtg, 575, 1);
    IDCTRL_AT(trattr, 576, 1);
    IDCTRL_AT(rsvd577, 577, 1);
    IDCTRL_AT(mcudmq, 578, 2);
    IDCTRL_AT(mnsudmq, 580, 2);
    IDCTRL_AT(mcmr, 582, 2);
    IDCTRL_AT(nmcmr, 584, 2);
    IDCTRL_AT(mcdqpc, 586, 2);
    IDCTRL_AT(rsvd588, 588, 180);
    IDCTRL(subnqn);
    IDCTRL_AT(rsvd1024, 1024, 768);
    IDCTRL(ioccsz);
    IDCTRL(iorcsz);
    IDCTRL(icdoff);
    IDCTRL(fcatt);
    IDCTRL(msdbd);
    IDCTRL(ofcs);
    IDCTRL(dctype);
    IDCTRL_AT(rsvd1807, 1807, 241);
    IDCTRL(psd);
    IDCTRL(vs);
}

static void identify_controller(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_identify_controller), sizeof(struct nvme_id_ctrl));
    controller_bytes_0_to_255();
    controller_bytes_256_to_511();
    controller_bytes_512_to_4095();
    COVERED(lwnvme_identify_controller);
    end();
}

#define NS(field)                  SAME(lwnvme_identify_namespace, field, nvme_id_ns, field)
#define NS_AT(field, offset, size) AT(lwnvme_identify_namespace, field, offset, size)

static void identify_namespace(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_identify_namespace), sizeof(struct nvme_id_ns));
    NS(nsze);
    NS(ncap);
    NS(nuse);
    NS(nsfeat);
    NS(nlbaf);
    NS(flbas);
    NS(mc);
    NS(dpc);
    NS(dps);
    NS(nmic);
    NS(rescap);
    NS(fpi);
    NS(dlfeat);
    NS(nawun);
    NS(nawupf);
    NS(nacwu);
    NS(nabsn);
    NS(nabo);
    NS(nabspf);
    NS(noiob);
    NS(nvmcap);
    NS(npwg);
    NS(npwa);
    NS(npdg);
    NS(npda);
    NS(nows);
    NS(mssrl);
    NS(mcl);
    NS(msrc);
    NS_AT(kpios, 81, 1);
    NS(nulbaf);
    NS_AT(rsvd83, 83, 1);
    NS_AT(kpiodaag, 84, 4);
    NS_AT(rsvd88, 88, 4);
    NS(anagrpid);
    NS(rsvd96);
    NS(nsattr);
    NS(nvmsetid);
    NS(endgid);
    NS(nguid);
    NS(eui64);
    NS(lbaf);
    NS_AT(vs, 384, 3712);
    COVERED(lwnvme_identify_namespace);
    end();
}

static void lba_format(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_lba_format), sizeof(struct nvme_lbaf));
    SAME(lwnvme_lba_format, ms, nvme_lbaf, ms);
    SAME(lwnvme_lba_format, lbads, nvme_lbaf, ds);
    SAME(lwnvme_lba_format, rp, nvme_lbaf, rp);
    COVERED(lwnvme_lba_format);
    end();
}

static void identify_nvm_namespace(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_identify_nvm_namespace), sizeof(struct nvme_nvm_id_ns));
    SAME(lwnvme_identify_nvm_namespace, lbstm, nvme_nvm_id_ns, lbstm);
    SAME(lwnvme_identify_nvm_namespace, pic, nvme_nvm_id_ns, pic);
    AT(lwnvme_identify_nvm_namespace, pifa, 9, 1);
    AT(lwnvme_identify_nvm_namespace, rsvd10, 10, 2);
    SAME(lwnvme_identify_nvm_namespace, elbaf, nvme_nvm_id_ns, elbaf);
    AT(lwnvme_identify_nvm_namespace, npdgl, 268, 4);
    AT(lwnvme_identify_nvm_namespace, nprg, 272, 4);
    AT(lwnvme_identify_nvm_namespace, npra, 276, 4);
    AT(lwnvme_identify_nvm_namespace, nors, 280, 4);
    AT(lwnvme_identify_nvm_namespace, npdal, 284, 4);
    AT(lwnvme_identify_nvm_namespace, lbapss, 288, 4);
    AT(lwnvme_identify_nvm_namespace, tlbaag, 292, 4);
    AT(lwnvme_identify_nvm_namespace, rsvd296, 296, 3800);
    COVERED(lwnvme_identify_nvm_namespace);
    end();
}

static void identify_nvm_controller(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_identify_nvm_controller), sizeof(struct nvme_id_ctrl_nvm));
    SAME(lwnvme_identify_nvm_controller, vsl, nvme_id_ctrl_nvm, vsl);
    SAME(lwnvme_identify_nvm_controller, wzsl, nvme_id_ctrl_nvm, wzsl);
    SAME(lwnvme_identify_nvm_controller, wusl, nvme_id_ctrl_nvm, wusl);
    SAME(lwnvme_identify_nvm_controller, dmrl, nvme_id_ctrl_nvm, dmrl);
    SAME(lwnvme_identify_nvm_controller, dmrsl, nvme_id_ctrl_nvm, dmrsl);
    SAME(lwnvme_identify_nvm_controller, dmsl, nvme_id_ctrl_nvm, dmsl);
    AT(lwnvme_identify_nvm_controller, kpiocap, 16, 1);
    AT(lwnvme_identify_nvm_controller, wzdsl, 17, 1);
    AT(lwnvme_identify_nvm_controller, aocs, 18, 2);
    AT(lwnvme_identify_nvm_controller, ver, 20, 4);
    AT(lwnvme_identify_nvm_controller, lbamqf, 24, 1);
    AT(lwnvme_identify_nvm_controller, rsvd25, 25, 4071);
    COVERED(lwnvme_identify_nvm_controller);
    end();
}

#define INDEPENDENT(field)                                                                                   \
    SAME(lwnvme_identify_independent_namespace, field, nvme_id_independent_id_ns, field)

static void identify_independent_namespace(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_identify_independent_namespace),
                 sizeof(struct nvme_id_independent_id_ns));
    INDEPENDENT(nsfeat);
    INDEPENDENT(nmic);
    INDEPENDENT(rescap);
    INDEPENDENT(fpi);
    INDEPENDENT(anagrpid);
    INDEPENDENT(nsattr);
    INDEPENDENT(rsvd9);
    INDEPENDENT(nvmsetid);
    INDEPENDENT(endgid);
    INDEPENDENT(nstat);
    AT(lwnvme_identify_independent_namespace, kpios, 15, 1);
    AT(lwnvme_identify_independent_namespace, maxkt, 16, 2);
    AT(lwnvme_identify_independent_namespace, rsvd18, 18, 2);
    AT(lwnvme_identify_independent_namespace, rgrpid, 20, 4);
    AT(lwnvme_identify_independent_namespace, rsvd24, 24, 4072);
    COVERED(lwnvme_identify_independent_namespace);
    end();
}

static void namespace_descriptor(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_namespace_descriptor), offsetof(struct nvme_ns_id_desc, nid));
    SAME(lwnvme_namespace_descriptor, nidt, nvme_ns_id_desc, nidt);
    SAME(lwnvme_namespace_descriptor, nidl, nvme_ns_id_desc, nidl);
    SAME(lwnvme_namespace_descriptor, reserved, nvme_ns_id_desc, rsvd);
    COVERED(lwnvme_namespace_descriptor);
    EXPECT(LWNVME_NIDT_EUI64, NVME_NIDT_EUI64);
    EXPECT(LWNVME_NIDT_NGUID, NVME_NIDT_NGUID);
    EXPECT(LWNVME_NIDT_UUID, NVME_NIDT_UUID);
    EXPECT(LWNVME_NIDT_CSI, NVME_NIDT_CSI);
    EXPECT(LWNVME_NIDT_EUI64_BYTES, NVME_NIDT_EUI64_LEN);
    EXPECT(LWNVME_NIDT_NGUID_BYTES, NVME_NIDT_NGUID_LEN);
    EXPECT(LWNVME_NIDT_UUID_BYTES, NVME_NIDT_UUID_LEN);
    EXPECT(LWNVME_NIDT_CSI_BYTES, NVME_NIDT_CSI_LEN);
    end();
}

#define ERROR_ENTRY(field, theirs) SAME(lwnvme_error_log_entry, field, nvme_error_log_page, theirs)

static void error_log_entry(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_error_log_entry), sizeof(struct nvme_error_log_page));
    ERROR_ENTRY(ecnt, error_count);
    ERROR_ENTRY(sqid, sqid);
    ERROR_ENTRY(cid, cmdid);
    ERROR_ENTRY(sts, status_field);
    ERROR_ENTRY(pel, parm_error_location);
    ERROR_ENTRY(lba, lba);
    ERROR_ENTRY(nsid, nsid);
    ERROR_ENTRY(vsia, vs);
    ERROR_ENTRY(trtype, trtype);
    AT(lwnvme_error_log_entry, csi, 30, 1);
    AT(lwnvme_error_log_entry, opc, 31, 1);
    ERROR_ENTRY(csinfo, cs);
    ERROR_ENTRY(ttsi, trtype_spec_info);
    AT(lwnvme_error_log_entry, rsvd42, 42, 21);
    AT(lwnvme_error_log_entry, lpver, 63, 1);
    COVERED(lwnvme_error_log_entry);
    end();
}

#define SMART(field, theirs) SAME(lwnvme_smart_log, field, nvme_smart_log, theirs)

static void smart_log(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_smart_log), sizeof(struct nvme_smart_log));
    SMART(cw, critical_warning);
    SMART(ctemp, temperature);
    SMART(avsp, avail_spare);
    SMART(avspt, spare_thresh);
    SMART(pused, percent_used);
    SMART(egcws, endu_grp_crit_warn_sumry);
    SMART(rsvd7, rsvd7);
    SMART(dur, data_units_read);
    SMART(duw, data_units_written);
    SMART(hrc, host_reads);
    SMART(hwc, host_writes);
    SMART(cbt, ctrl_busy_time);
    SMART(pwrc, power_cycles);
    SMART(poh, power_on_hours);
    SMART(upl, unsafe_shutdowns);
    SMART(mdie, media_errors);
    SMART(neile, num_err_log_entries);
    SMART(wctt, warning_temp_time);
    SMART(cctt, critical_comp_time);
    SMART(tsen, temp_sensor);
    SMART(tmt1tc, thm_temp1_trans_count);
    SMART(tmt2tc, thm_temp2_trans_count);
    SMART(tttmt1, thm_temp1_total_time);
    SMART(tttmt2, thm_temp2_total_time);
    SMART(rsvd232, rsvd232);
    COVERED(lwnvme_smart_log);
    EXPECT(LWNVME_SMART_WARNING_SPARE, NVME_SMART_CRIT_SPARE);
    EXPECT(LWNVME_SMART_WARNING_TEMPERATURE, NVME_SMART_CRIT_TEMPERATURE);
    EXPECT(LWNVME_SMART_WARNING_RELIABILITY, NVME_SMART_CRIT_DEGRADED);
    EXPECT(LWNVME_SMART_WARNING_READ_ONLY, NVME_SMART_CRIT_MEDIA);
    EXPECT(LWNVME_SMART_WARNING_VOLATILE_BACKUP, NVME_SMART_CRIT_VOLATILE_MEMORY);
    EXPECT(LWNVME_SMART_WARNING_PMR, NVME_SMART_CRIT_PMR_RO);
    end();
}

static void firmware_slot_log(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_firmware_slot_log), sizeof(struct nvme_firmware_slot));
    SAME(lwnvme_firmware_slot_log, afi, nvme_firmware_slot, afi);
    SAME(lwnvme_firmware_slot_log, rsvd1, nvme_firmware_slot, rsvd1);
    SAME(lwnvme_firmware_slot_log, frs, nvme_firmware_slot, frs);
    SAME(lwnvme_firmware_slot_log, rsvd64, nvme_firmware_slot, rsvd2);
    COVERED(lwnvme_firmware_slot_log);
    end();
}

static void dsm_range(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_dsm_range), sizeof(struct nvme_dsm_range));
    SAME(lwnvme_dsm_range, cattr, nvme_dsm_range, cattr);
    SAME(lwnvme_dsm_range, nlb, nvme_dsm_range, nlb);
    SAME(lwnvme_dsm_range, slba, nvme_dsm_range, slba);
    COVERED(lwnvme_dsm_range);
    end();
}

static void host_memory_descriptor(void **state)
{
    (void)state;
    AT(lwnvme_host_memory_descriptor, badd, 0, 8);
    AT(lwnvme_host_memory_descriptor, bsize, 8, 4);
    AT(lwnvme_host_memory_descriptor, rsvd12, 12, 4);
    COVERED(lwnvme_host_memory_descriptor);
    end();
}

static void host_behavior_support(void **state)
{
    (void)state;
    expect_equal("size", sizeof(struct lwnvme_host_behavior_support), sizeof(struct nvme_feat_host_behavior));
    SAME(lwnvme_host_behavior_support, acre, nvme_feat_host_behavior, acre);
    AT(lwnvme_host_behavior_support, etdas, 1, 1);
    AT(lwnvme_host_behavior_support, lbafee, 2, 1);
    AT(lwnvme_host_behavior_support, hdisns, 3, 1);
    AT(lwnvme_host_behavior_support, cdfe, 4, 2);
    AT(lwnvme_host_behavior_support, rsvd6, 6, 506);
    COVERED(lwnvme_host_behavior_support);
    end();
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static void register_offsets(void **state)
{
    (void)state;
    EXPECT(LWNVME_REG_CAP, NVME_REG_CAP);
    EXPECT(LWNVME_REG_VS, NVME_REG_VS);
    EXPECT(LWNVME_REG_INTMS, NVME_REG_INTMS);
    EXPECT(LWNVME_REG_INTMC, NVME_REG_INTMC);
    EXPECT(LWNVME_REG_CC, NVME_REG_CC);
    EXPECT(LWNVME_REG_CSTS, NVME_REG_CSTS);
    EXPECT(LWNVME_REG_NSSR, NVME_REG_NSSR);
    EXPECT(LWNVME_REG_AQA, NVME_REG_AQA);
    EXPECT(LWNVME_REG_ASQ, NVME_REG_ASQ);
    EXPECT(LWNVME_REG_ACQ, NVME_REG_ACQ);
    EXPECT(LWNVME_REG_CMBLOC, NVME_REG_CMBLOC);
    EXPECT(LWNVME_REG_CMBSZ, NVME_REG_CMBSZ);
    EXPECT(LWNVME_REG_BPINFO, NVME_REG_BPINFO);
    EXPECT(LWNVME_REG_BPRSEL, NVME_REG_BPRSEL);
    EXPECT(LWNVME_REG_BPMBL, NVME_REG_BPMBL);
    EXPECT(LWNVME_REG_CMBMSC, NVME_REG_CMBMSC);
    EXPECT(LWNVME_REG_CMBSTS, NVME_REG_CMBSTS);
    EXPECT(LWNVME_REG_CMBEBS, 0x5c);
    EXPECT(LWNVME_REG_CMBSWTP, 0x60);
    EXPECT(LWNVME_REG_NSSD, 0x64);
    EXPECT(LWNVME_REG_CRTO, NVME_REG_CRTO);
    EXPECT(LWNVME_REG_PMRCAP, NVME_REG_PMRCAP);
    EXPECT(LWNVME_REG_PMRCTL, NVME_REG_PMRCTL);
    EXPECT(LWNVME_REG_PMRSTS, NVME_REG_PMRSTS);
    EXPECT(LWNVME_REG_PMREBS, NVME_REG_PMREBS);
    EXPECT(LWNVME_REG_PMRSWTP, NVME_REG_PMRSWTP);
    EXPECT(LWNVME_REG_PMRMSCL, NVME_REG_PMRMSCL);
    EXPECT(LWNVME_REG_PMRMSCU, NVME_REG_PMRMSCU);
    EXPECT(LWNVME_REG_DOORBELLS, 0x1000);
    end();
}

static void register_fields_of_cap(void **state)
{
    (void)state;
    FIELD(LWNVME_CAP_MQES, CAP_MQES);
    FIELD(LWNVME_CAP_CQR, CAP_CQR);
    FIELD(LWNVME_CAP_AMS, CAP_AMS);
    FIELD(LWNVME_CAP_TO, CAP_TO);
    FIELD(LWNVME_CAP_DSTRD, CAP_DSTRD);
    FIELD(LWNVME_CAP_NSSRS, CAP_NSSRC);
    FIELD(LWNVME_CAP_CSS, CAP_CSS);
    FIELD(LWNVME_CAP_BPS, CAP_BPS);
    BITS(LWNVME_CAP_CPS, 47, 46);
    FIELD(LWNVME_CAP_MPSMIN, CAP_MPSMIN);
    FIELD(LWNVME_CAP_MPSMAX, CAP_MPSMAX);
    FIELD(LWNVME_CAP_PMRS, CAP_PMRS);
    FIELD(LWNVME_CAP_CMBS, CAP_CMBS);
    BITS(LWNVME_CAP_NSSS, 58, 58);
    FIELD(LWNVME_CAP_CRMS, CAP_CRMS);
    BITS(LWNVME_CAP_NSSES, 61, 61);
    EXPECT(LWNVME_CAP_AMS_WRR, NVME_CAP_AMS_WRR);
    EXPECT(LWNVME_CAP_AMS_VENDOR, NVME_CAP_AMS_VS);
    EXPECT(LWNVME_CAP_CSS_NVM, NVME_CAP_CSS_NVM);
    EXPECT(LWNVME_CAP_CSS_IOCSS, NVME_CAP_CSS_CSI);
    EXPECT(LWNVME_CAP_CSS_ADMIN_ONLY, NVME_CAP_CSS_ADMIN);
    EXPECT(LWNVME_CAP_CPS_NOT_REPORTED, 0);
    EXPECT(LWNVME_CAP_CPS_CONTROLLER, 1);
    EXPECT(LWNVME_CAP_CPS_DOMAIN, 2);
    EXPECT(LWNVME_CAP_CPS_SUBSYSTEM, 3);
    EXPECT(LWNVME_CAP_CRMS_CRWMS, NVME_CAP_CRWMS);
    EXPECT(LWNVME_CAP_CRMS_CRIMS, NVME_CAP_CRIMS);
    end();
}

static void register_fields_of_vs_cc_csts_aqa_crto(void **state)
{
    (void)state;
    FIELD(LWNVME_VS_TER, VS_TER);
    FIELD(LWNVME_VS_MNR, VS_MNR);
    FIELD(LWNVME_VS_MJR, VS_MJR);
    EXPECT(LWNVME_VERSION(1, 2, 1), 0x00010201);
    EXPECT(LWNVME_VERSION(2, 1, 0), 0x00020100);
    FIELD(LWNVME_CC_EN, CC_EN);
    FIELD(LWNVME_CC_CSS, CC_CSS);
    FIELD(LWNVME_CC_MPS, CC_MPS);
    FIELD(LWNVME_CC_AMS, CC_AMS);
    FIELD(LWNVME_CC_SHN, CC_SHN);
    FIELD(LWNVME_CC_IOSQES, CC_IOSQES);
    FIELD(LWNVME_CC_IOCQES, CC_IOCQES);
    FIELD(LWNVME_CC_CRIME, CC_CRIME);
    EXPECT(LWNVME_CC_CSS_NVM, NVME_CC_CSS_NVM);
    EXPECT(LWNVME_CC_CSS_IOCSS, NVME_CC_CSS_CSI);
    EXPECT(LWNVME_CC_CSS_ADMIN_ONLY, NVME_CC_CSS_ADMIN);
    EXPECT(LWNVME_CC_AMS_ROUND_ROBIN, NVME_CC_AMS_RR);
    EXPECT(LWNVME_CC_AMS_WRR, NVME_CC_AMS_WRRU);
    EXPECT(LWNVME_CC_AMS_VENDOR, NVME_CC_AMS_VS);
    EXPECT(LWNVME_CC_SHN_NONE, NVME_CC_SHN_NONE);
    EXPECT(LWNVME_CC_SHN_NORMAL, NVME_CC_SHN_NORMAL);
    EXPECT(LWNVME_CC_SHN_ABRUPT, NVME_CC_SHN_ABRUPT);
    FIELD(LWNVME_CSTS_RDY, CSTS_RDY);
    FIELD(LWNVME_CSTS_CFS, CSTS_CFS);
    FIELD(LWNVME_CSTS_SHST, CSTS_SHST);
    FIELD(LWNVME_CSTS_NSSRO, CSTS_NSSRO);
    FIELD(LWNVME_CSTS_PP, CSTS_PP);
    BITS(LWNVME_CSTS_ST, 6, 6);
    EXPECT(LWNVME_CSTS_SHST_NORMAL, NVME_CSTS_SHST_NORMAL);
    EXPECT(LWNVME_CSTS_SHST_OCCURRING, NVME_CSTS_SHST_OCCUR);
    EXPECT(LWNVME_CSTS_SHST_COMPLETE, NVME_CSTS_SHST_CMPLT);
    FIELD(LWNVME_AQA_ASQS, AQA_ASQS);
    FIELD(LWNVME_AQA_ACQS, AQA_ACQS);
    BITS(LWNVME_CRTO_CRWMT, 15, 0);
    BITS(LWNVME_CRTO_CRIMT, 31, 16);
    BITS(LWNVME_NSSR_NSSRC, 31, 0);
    EXPECT(LWNVME_NSSR_NSSRC_RESET, 0x4e564d65);
    BITS(LWNVME_NSSD_NSSC, 31, 0);
    EXPECT(LWNVME_NSSD_NSSC_NORMAL, 0x4e726d6c);
    EXPECT(LWNVME_NSSD_NSSC_ABRUPT, 0x41627074);
    end();
}

static void register_fields_of_cmb_boot_and_pmr(void **state)
{
    (void)state;
    FIELD(LWNVME_CMBLOC_BIR, CMBLOC_BIR);
    FIELD(LWNVME_CMBLOC_CQMMS, CMBLOC_CQMMS);
    FIELD(LWNVME_CMBLOC_CQPDS, CMBLOC_CQPDS);
    FIELD(LWNVME_CMBLOC_CDPMLS, CMBLOC_CDPLMS);
    FIELD(LWNVME_CMBLOC_CDPCILS, CMBLOC_CDPCILS);
    FIELD(LWNVME_CMBLOC_CDMMMS, CMBLOC_CDMMMS);
    FIELD(LWNVME_CMBLOC_CQDA, CMBLOC_CQDA);
    FIELD(LWNVME_CMBLOC_OFST, CMBLOC_OFST);
    FIELD(LWNVME_CMBSZ_SQS, CMBSZ_SQS);
    FIELD(LWNVME_CMBSZ_CQS, CMBSZ_CQS);
    FIELD(LWNVME_CMBSZ_LISTS, CMBSZ_LISTS);
    FIELD(LWNVME_CMBSZ_RDS, CMBSZ_RDS);
    FIELD(LWNVME_CMBSZ_WDS, CMBSZ_WDS);
    FIELD(LWNVME_CMBSZ_SZU, CMBSZ_SZU);
    FIELD(LWNVME_CMBSZ_SZ, CMBSZ_SZ);
    FIELD(LWNVME_BPINFO_BPSZ, BPINFO_BPSZ);
    FIELD(LWNVME_BPINFO_BRS, BPINFO_BRS);
    FIELD(LWNVME_BPINFO_ABPID, BPINFO_ABPID);
    FIELD(LWNVME_BPRSEL_BPRSZ, BPRSEL_BPRSZ);
    BITS(LWNVME_BPRSEL_BPROF, 29, 10);
    FIELD(LWNVME_BPRSEL_BPID, BPRSEL_BPID);
    FIELD(LWNVME_CMBMSC_CRE, CMBMSC_CRE);
    FIELD(LWNVME_CMBMSC_CMSE, CMBMSC_CMSE);
    BITS(LWNVME_CMBMSC_CBA_LOW, 31, NVME_CMBMSC_CBA_SHIFT);
    BITS(LWNVME_CMBMSC_CBA_HIGH, 63, 32);
    FIELD(LWNVME_CMBSTS_CBAI, CMBSTS_CBAI);
    BITS(LWNVME_CMBEBS_CMBSZU, 3, 0);
    BITS(LWNVME_CMBEBS_CMBRBB, 4, 4);
    BITS(LWNVME_CMBEBS_CMBWBZ, 31, 8);
    BITS(LWNVME_CMBSWTP_CMBSWTU, 3, 0);
    BITS(LWNVME_CMBSWTP_CMBSWTV, 31, 8);
    FIELD(LWNVME_PMRCAP_RDS, PMRCAP_RDS);
    FIELD(LWNVME_PMRCAP_WDS, PMRCAP_WDS);
    FIELD(LWNVME_PMRCAP_BIR, PMRCAP_BIR);
    FIELD(LWNVME_PMRCAP_PMRTU, PMRCAP_PMRTU);
    FIELD(LWNVME_PMRCAP_PMRWBM, PMRCAP_PMRWMB);
    FIELD(LWNVME_PMRCAP_PMRTO, PMRCAP_PMRTO);
    FIELD(LWNVME_PMRCAP_CMSS, PMRCAP_CMSS);
    FIELD(LWNVME_PMRCTL_EN, PMRCTL_EN);
    FIELD(LWNVME_PMRSTS_ERR, PMRSTS_ERR);
    FIELD(LWNVME_PMRSTS_NRDY, PMRSTS_NRDY);
    FIELD(LWNVME_PMRSTS_HSTS, PMRSTS_HSTS);
    FIELD(LWNVME_PMRSTS_CBAI, PMRSTS_CBAI);
    FIELD(LWNVME_PMREBS_PMRSZU, PMREBS_PMRSZU);
    FIELD(LWNVME_PMREBS_RBB, PMREBS_RBB);
    FIELD(LWNVME_PMREBS_PMRWBZ, PMREBS_PMRWBZ);
    FIELD(LWNVME_PMRSWTP_PMRSWTU, PMRSWTP_PMRSWTU);
    FIELD(LWNVME_PMRSWTP_PMRSWTV, PMRSWTP_PMRSWTV);
    FIELD(LWNVME_PMRMSCL_CMSE, PMRMSC_CMSE);
    BITS(LWNVME_PMRMSCL_CBA, 31, NVME_PMRMSC_CBA_SHIFT);
    end();
}

/* ---- Opcodes and identifiers --------------------------------------------------------------------------- */

static void admin_opcodes(void **state)
{
    (void)state;
    EXPECT(LWNVME_ADMIN_DELETE_IOSQ, nvme_admin_delete_sq);
    EXPECT(LWNVME_ADMIN_CREATE_IOSQ, nvme_admin_create_sq);
    EXPECT(LWNVME_ADMIN_GET_LOG_PAGE, nvme_admin_get_log_page);
    EXPECT(LWNVME_ADMIN_DELETE_IOCQ, nvme_admin_delete_cq);
    EXPECT(LWNVME_ADMIN_CREATE_IOCQ, nvme_admin_create_cq);
    EXPECT(LWNVME_ADMIN_IDENTIFY, nvme_admin_identify);
    EXPECT(LWNVME_ADMIN_ABORT, nvme_admin_abort_cmd);
    EXPECT(LWNVME_ADMIN_SET_FEATURES, nvme_admin_set_features);
    EXPECT(LWNVME_ADMIN_GET_FEATURES, nvme_admin_get_features);
    EXPECT(LWNVME_ADMIN_ASYNC_EVENT_REQUEST, nvme_admin_async_event);
    EXPECT(LWNVME_ADMIN_NAMESPACE_MANAGEMENT, nvme_admin_ns_mgmt);
    EXPECT(LWNVME_ADMIN_FIRMWARE_COMMIT, nvme_admin_fw_commit);
    EXPECT(LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD, nvme_admin_fw_download);
    EXPECT(LWNVME_ADMIN_DEVICE_SELF_TEST, nvme_admin_dev_self_test);
    EXPECT(LWNVME_ADMIN_NAMESPACE_ATTACHMENT, nvme_admin_ns_attach);
    EXPECT(LWNVME_ADMIN_KEEP_ALIVE, nvme_admin_keep_alive);
    EXPECT(LWNVME_ADMIN_DIRECTIVE_SEND, nvme_admin_directive_send);
    EXPECT(LWNVME_ADMIN_DIRECTIVE_RECEIVE, nvme_admin_directive_recv);
    EXPECT(LWNVME_ADMIN_VIRTUALIZATION_MANAGEMENT, nvme_admin_virtual_mgmt);
    EXPECT(LWNVME_ADMIN_NVME_MI_SEND, nvme_admin_nvme_mi_send);
    EXPECT(LWNVME_ADMIN_NVME_MI_RECEIVE, nvme_admin_nvme_mi_recv);
    EXPECT(LWNVME_ADMIN_CAPACITY_MANAGEMENT, nvme_admin_capacity_mgmt);
    EXPECT(LWNVME_ADMIN_DISCOVERY_INFORMATION_MANAGEMENT, nvme_admin_discovery_info_mgmt);
    EXPECT(LWNVME_ADMIN_FABRIC_ZONING_RECEIVE, nvme_admin_fabric_zoning_recv);
    EXPECT(LWNVME_ADMIN_LOCKDOWN, nvme_admin_lockdown);
    EXPECT(LWNVME_ADMIN_FABRIC_ZONING_LOOKUP, nvme_admin_fabric_zoning_lookup);
    EXPECT(LWNVME_ADMIN_FABRIC_ZONING_SEND, nvme_admin_fabric_zoning_send);
    EXPECT(LWNVME_ADMIN_DOORBELL_BUFFER_CONFIG, nvme_admin_dbbuf);
    EXPECT(LWNVME_ADMIN_FABRICS, nvme_admin_fabrics);
    EXPECT(LWNVME_ADMIN_FORMAT_NVM, nvme_admin_format_nvm);
    EXPECT(LWNVME_ADMIN_SECURITY_SEND, nvme_admin_security_send);
    EXPECT(LWNVME_ADMIN_SECURITY_RECEIVE, nvme_admin_security_recv);
    EXPECT(LWNVME_ADMIN_SANITIZE, nvme_admin_sanitize_nvm);
    EXPECT(LWNVME_ADMIN_GET_LBA_STATUS, nvme_admin_get_lba_status);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_ADMIN_CLEAR_EXPORTED_NVM_RESOURCE_CONFIGURATION, 0x28);
    EXPECT(LWNVME_ADMIN_CREATE_EXPORTED_NVM_SUBSYSTEM, 0x2a);
    EXPECT(LWNVME_ADMIN_MANAGE_EXPORTED_NVM_SUBSYSTEM, 0x2d);
    EXPECT(LWNVME_ADMIN_MANAGE_EXPORTED_NAMESPACE, 0x31);
    EXPECT(LWNVME_ADMIN_MANAGE_EXPORTED_PORT, 0x35);
    EXPECT(LWNVME_ADMIN_SEND_DISCOVERY_LOG_PAGE, 0x39);
    EXPECT(LWNVME_ADMIN_TRACK_SEND, 0x3d);
    EXPECT(LWNVME_ADMIN_TRACK_RECEIVE, 0x3e);
    EXPECT(LWNVME_ADMIN_MIGRATION_SEND, 0x41);
    EXPECT(LWNVME_ADMIN_MIGRATION_RECEIVE, 0x42);
    EXPECT(LWNVME_ADMIN_CONTROLLER_DATA_QUEUE, 0x45);
    EXPECT(LWNVME_ADMIN_LOAD_PROGRAM, 0x85);
    EXPECT(LWNVME_ADMIN_PROGRAM_ACTIVATION_MANAGEMENT, 0x88);
    EXPECT(LWNVME_ADMIN_MEMORY_RANGE_SET_MANAGEMENT, 0x89);
    EXPECT(LWNVME_ADMIN_FIRST_VENDOR, 0xc0);
    end();
}

static void io_opcodes(void **state)
{
    (void)state;
    EXPECT(LWNVME_NVM_FLUSH, nvme_cmd_flush);
    EXPECT(LWNVME_NVM_WRITE, nvme_cmd_write);
    EXPECT(LWNVME_NVM_READ, nvme_cmd_read);
    EXPECT(LWNVME_NVM_WRITE_UNCORRECTABLE, nvme_cmd_write_uncor);
    EXPECT(LWNVME_NVM_COMPARE, nvme_cmd_compare);
    EXPECT(LWNVME_NVM_WRITE_ZEROES, nvme_cmd_write_zeroes);
    EXPECT(LWNVME_NVM_DATASET_MANAGEMENT, nvme_cmd_dsm);
    EXPECT(LWNVME_NVM_VERIFY, nvme_cmd_verify);
    EXPECT(LWNVME_NVM_RESERVATION_REGISTER, nvme_cmd_resv_register);
    EXPECT(LWNVME_NVM_RESERVATION_REPORT, nvme_cmd_resv_report);
    EXPECT(LWNVME_NVM_RESERVATION_ACQUIRE, nvme_cmd_resv_acquire);
    EXPECT(LWNVME_NVM_IO_MANAGEMENT_RECEIVE, nvme_cmd_io_mgmt_recv);
    EXPECT(LWNVME_NVM_RESERVATION_RELEASE, nvme_cmd_resv_release);
    EXPECT(LWNVME_NVM_COPY, nvme_cmd_copy);
    EXPECT(LWNVME_NVM_IO_MANAGEMENT_SEND, nvme_cmd_io_mgmt_send);
    EXPECT(LWNVME_ZNS_ZONE_MANAGEMENT_SEND, nvme_zns_cmd_mgmt_send);
    EXPECT(LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE, nvme_zns_cmd_mgmt_recv);
    EXPECT(LWNVME_ZNS_ZONE_APPEND, nvme_zns_cmd_append);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_NVM_CANCEL, 0x18);
    EXPECT(LWNVME_KV_STORE, 0x01);
    EXPECT(LWNVME_KV_RETRIEVE, 0x02);
    EXPECT(LWNVME_KV_LIST, 0x06);
    EXPECT(LWNVME_KV_DELETE, 0x10);
    EXPECT(LWNVME_KV_EXIST, 0x14);
    EXPECT(LWNVME_NVM_FIRST_VENDOR, 0x80);
    EXPECT(LWNVME_OPCODE_TRANSFER_NONE, NVME_DATA_TFR_NO_DATA_TFR);
    EXPECT(LWNVME_OPCODE_TRANSFER_TO_DEVICE, NVME_DATA_TFR_HOST_TO_CTRL);
    EXPECT(LWNVME_OPCODE_TRANSFER_TO_HOST, NVME_DATA_TFR_CTRL_TO_HOST);
    EXPECT(LWNVME_OPCODE_TRANSFER_BOTH, NVME_DATA_TFR_BIDIRECTIONAL);
    BITS(LWNVME_OPCODE_TRANSFER, 1, 0);
    end();
}

static void identify_values(void **state)
{
    (void)state;
    EXPECT(LWNVME_CNS_NAMESPACE, NVME_IDENTIFY_CNS_NS);
    EXPECT(LWNVME_CNS_CONTROLLER, NVME_IDENTIFY_CNS_CTRL);
    EXPECT(LWNVME_CNS_ACTIVE_NAMESPACES, NVME_IDENTIFY_CNS_NS_ACTIVE_LIST);
    EXPECT(LWNVME_CNS_NAMESPACE_DESCRIPTORS, NVME_IDENTIFY_CNS_NS_DESC_LIST);
    EXPECT(LWNVME_CNS_NVM_SETS, NVME_IDENTIFY_CNS_NVMSET_LIST);
    EXPECT(LWNVME_CNS_COMMAND_SET_NAMESPACE, NVME_IDENTIFY_CNS_CSI_NS);
    EXPECT(LWNVME_CNS_COMMAND_SET_CONTROLLER, NVME_IDENTIFY_CNS_CSI_CTRL);
    EXPECT(LWNVME_CNS_COMMAND_SET_ACTIVE_NAMESPACES, NVME_IDENTIFY_CNS_CSI_NS_ACTIVE_LIST);
    EXPECT(LWNVME_CNS_INDEPENDENT_NAMESPACE, NVME_IDENTIFY_CNS_CSI_INDEPENDENT_ID_NS);
    EXPECT(LWNVME_CNS_NAMESPACE_USER_DATA_FORMAT, NVME_IDENTIFY_CNS_NS_USER_DATA_FORMAT);
    EXPECT(LWNVME_CNS_COMMAND_SET_NAMESPACE_USER_DATA_FORMAT, NVME_IDENTIFY_CNS_CSI_NS_USER_DATA_FORMAT);
    EXPECT(LWNVME_CNS_ALLOCATED_NAMESPACES, NVME_IDENTIFY_CNS_ALLOCATED_NS_LIST);
    EXPECT(LWNVME_CNS_ALLOCATED_NAMESPACE, NVME_IDENTIFY_CNS_ALLOCATED_NS);
    EXPECT(LWNVME_CNS_NAMESPACE_CONTROLLERS, NVME_IDENTIFY_CNS_NS_CTRL_LIST);
    EXPECT(LWNVME_CNS_CONTROLLERS, NVME_IDENTIFY_CNS_CTRL_LIST);
    EXPECT(LWNVME_CNS_PRIMARY_CONTROLLER_CAPABILITIES, NVME_IDENTIFY_CNS_PRIMARY_CTRL_CAP);
    EXPECT(LWNVME_CNS_SECONDARY_CONTROLLERS, NVME_IDENTIFY_CNS_SECONDARY_CTRL_LIST);
    EXPECT(LWNVME_CNS_NAMESPACE_GRANULARITY, NVME_IDENTIFY_CNS_NS_GRANULARITY);
    EXPECT(LWNVME_CNS_UUIDS, NVME_IDENTIFY_CNS_UUID_LIST);
    EXPECT(LWNVME_CNS_DOMAINS, NVME_IDENTIFY_CNS_DOMAIN_LIST);
    EXPECT(LWNVME_CNS_ENDURANCE_GROUPS, NVME_IDENTIFY_CNS_ENDURANCE_GROUP_ID);
    EXPECT(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACES, NVME_IDENTIFY_CNS_CSI_ALLOCATED_NS_LIST);
    EXPECT(LWNVME_CNS_COMMAND_SET_ALLOCATED_NAMESPACE, NVME_IDENTIFY_CNS_CSI_ID_NS_DATA_STRUCTURE);
    EXPECT(LWNVME_CNS_IO_COMMAND_SETS, NVME_IDENTIFY_CNS_COMMAND_SET_STRUCTURE);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_CNS_UNDERLYING_NAMESPACES, 0x1d);
    EXPECT(LWNVME_CNS_PORTS, 0x1e);
    EXPECT(LWNVME_CNS_INDEPENDENT_ALLOCATED_NAMESPACE, 0x1f);
    EXPECT(LWNVME_CNS_CONTROLLER_STATE_FORMATS, 0x20);
    EXPECT(LWNVME_IDENTIFY_BYTES, NVME_IDENTIFY_DATA_SIZE);
    EXPECT(LWNVME_NAMESPACE_LIST_ENTRIES, NVME_ID_NS_LIST_MAX);
    EXPECT(LWNVME_CONTROLLER_LIST_ENTRIES, NVME_ID_CTRL_LIST_MAX);
    EXPECT(LWNVME_NSID_ALL, NVME_NSID_ALL);
    EXPECT(LWNVME_NSID_NONE, NVME_NSID_NONE);
    EXPECT(LWNVME_CSI_NVM, NVME_CSI_NVM);
    EXPECT(LWNVME_CSI_KEY_VALUE, NVME_CSI_KV);
    EXPECT(LWNVME_CSI_ZONED, NVME_CSI_ZNS);
    EXPECT(LWNVME_CSI_SUBSYSTEM_LOCAL_MEMORY, 3);
    EXPECT(LWNVME_CSI_COMPUTATIONAL_PROGRAMS, 4);
    end();
}

static void log_pages(void **state)
{
    (void)state;
    EXPECT(LWNVME_LOG_SUPPORTED_LOG_PAGES, NVME_LOG_LID_SUPPORTED_LOG_PAGES);
    EXPECT(LWNVME_LOG_ERROR_INFORMATION, NVME_LOG_LID_ERROR);
    EXPECT(LWNVME_LOG_SMART, NVME_LOG_LID_SMART);
    EXPECT(LWNVME_LOG_FIRMWARE_SLOT, NVME_LOG_LID_FW_SLOT);
    EXPECT(LWNVME_LOG_CHANGED_ATTACHED_NAMESPACES, NVME_LOG_LID_CHANGED_NS);
    EXPECT(LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS, NVME_LOG_LID_CMD_EFFECTS);
    EXPECT(LWNVME_LOG_DEVICE_SELF_TEST, NVME_LOG_LID_DEVICE_SELF_TEST);
    EXPECT(LWNVME_LOG_TELEMETRY_HOST, NVME_LOG_LID_TELEMETRY_HOST);
    EXPECT(LWNVME_LOG_TELEMETRY_CONTROLLER, NVME_LOG_LID_TELEMETRY_CTRL);
    EXPECT(LWNVME_LOG_ENDURANCE_GROUP, NVME_LOG_LID_ENDURANCE_GROUP);
    EXPECT(LWNVME_LOG_PREDICTABLE_LATENCY_NVM_SET, NVME_LOG_LID_PREDICTABLE_LAT_NVMSET);
    EXPECT(LWNVME_LOG_PREDICTABLE_LATENCY_AGGREGATE, NVME_LOG_LID_PREDICTABLE_LAT_AGG);
    EXPECT(LWNVME_LOG_ANA, NVME_LOG_LID_ANA);
    EXPECT(LWNVME_LOG_PERSISTENT_EVENT, NVME_LOG_LID_PERSISTENT_EVENT);
    EXPECT(LWNVME_LOG_LBA_STATUS, NVME_LOG_LID_LBA_STATUS);
    EXPECT(LWNVME_LOG_ENDURANCE_GROUP_AGGREGATE, NVME_LOG_LID_ENDURANCE_GRP_EVT);
    EXPECT(LWNVME_LOG_MEDIA_UNIT_STATUS, NVME_LOG_LID_MEDIA_UNIT_STATUS);
    EXPECT(LWNVME_LOG_SUPPORTED_CAPACITY_CONFIGURATIONS, NVME_LOG_LID_SUPPORTED_CAP_CONFIG_LIST);
    EXPECT(LWNVME_LOG_FEATURE_IDENTIFIERS, NVME_LOG_LID_FID_SUPPORTED_EFFECTS);
    EXPECT(LWNVME_LOG_NVME_MI_COMMANDS, NVME_LOG_LID_MI_CMD_SUPPORTED_EFFECTS);
    EXPECT(LWNVME_LOG_BOOT_PARTITION, NVME_LOG_LID_BOOT_PARTITION);
    EXPECT(LWNVME_LOG_FDP_CONFIGURATIONS, NVME_LOG_LID_FDP_CONFIGS);
    EXPECT(LWNVME_LOG_FDP_RECLAIM_UNIT_HANDLE_USAGE, NVME_LOG_LID_FDP_RUH_USAGE);
    EXPECT(LWNVME_LOG_FDP_STATISTICS, NVME_LOG_LID_FDP_STATS);
    EXPECT(LWNVME_LOG_FDP_EVENTS, NVME_LOG_LID_FDP_EVENTS);
    EXPECT(LWNVME_LOG_DISCOVERY, NVME_LOG_LID_DISCOVER);
    EXPECT(LWNVME_LOG_RESERVATION_NOTIFICATION, NVME_LOG_LID_RESERVATION);
    EXPECT(LWNVME_LOG_SANITIZE_STATUS, NVME_LOG_LID_SANITIZE);
    EXPECT(LWNVME_LOG_ZNS_CHANGED_ZONES, NVME_LOG_LID_ZNS_CHANGED_ZONES);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_LOG_COMMAND_AND_FEATURE_LOCKDOWN, 0x14);
    EXPECT(LWNVME_LOG_ROTATIONAL_MEDIA, 0x16);
    EXPECT(LWNVME_LOG_DISPERSED_NAMESPACE_PARTICIPANTS, 0x17);
    EXPECT(LWNVME_LOG_MANAGEMENT_ADDRESSES, 0x18);
    EXPECT(LWNVME_LOG_PHY_RX_EOM, 0x19);
    EXPECT(LWNVME_LOG_REACHABILITY_GROUPS, 0x1a);
    EXPECT(LWNVME_LOG_REACHABILITY_ASSOCIATIONS, 0x1b);
    EXPECT(LWNVME_LOG_CHANGED_ALLOCATED_NAMESPACES, 0x1c);
    EXPECT(LWNVME_LOG_HOST_DISCOVERY, 0x71);
    EXPECT(LWNVME_LOG_AVE_DISCOVERY, 0x72);
    EXPECT(LWNVME_LOG_PULL_MODEL_DDC_REQUEST, 0x73);
    EXPECT(LWNVME_LOG_FIRST_VENDOR, 0xc0);
    end();
}

static void features(void **state)
{
    (void)state;
    EXPECT(LWNVME_FEATURE_ARBITRATION, NVME_FEAT_FID_ARBITRATION);
    EXPECT(LWNVME_FEATURE_POWER_MANAGEMENT, NVME_FEAT_FID_POWER_MGMT);
    EXPECT(LWNVME_FEATURE_LBA_RANGE_TYPE, NVME_FEAT_FID_LBA_RANGE);
    EXPECT(LWNVME_FEATURE_TEMPERATURE_THRESHOLD, NVME_FEAT_FID_TEMP_THRESH);
    EXPECT(LWNVME_FEATURE_ERROR_RECOVERY, NVME_FEAT_FID_ERR_RECOVERY);
    EXPECT(LWNVME_FEATURE_VOLATILE_WRITE_CACHE, NVME_FEAT_FID_VOLATILE_WC);
    EXPECT(LWNVME_FEATURE_NUMBER_OF_QUEUES, NVME_FEAT_FID_NUM_QUEUES);
    EXPECT(LWNVME_FEATURE_INTERRUPT_COALESCING, NVME_FEAT_FID_IRQ_COALESCE);
    EXPECT(LWNVME_FEATURE_INTERRUPT_VECTOR_CONFIGURATION, NVME_FEAT_FID_IRQ_CONFIG);
    EXPECT(LWNVME_FEATURE_WRITE_ATOMICITY_NORMAL, NVME_FEAT_FID_WRITE_ATOMIC);
    EXPECT(LWNVME_FEATURE_ASYNC_EVENT_CONFIGURATION, NVME_FEAT_FID_ASYNC_EVENT);
    EXPECT(LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION, NVME_FEAT_FID_AUTO_PST);
    EXPECT(LWNVME_FEATURE_HOST_MEMORY_BUFFER, NVME_FEAT_FID_HOST_MEM_BUF);
    EXPECT(LWNVME_FEATURE_TIMESTAMP, NVME_FEAT_FID_TIMESTAMP);
    EXPECT(LWNVME_FEATURE_KEEP_ALIVE_TIMER, NVME_FEAT_FID_KATO);
    EXPECT(LWNVME_FEATURE_HOST_CONTROLLED_THERMAL_MANAGEMENT, NVME_FEAT_FID_HCTM);
    EXPECT(LWNVME_FEATURE_NON_OPERATIONAL_POWER_STATE, NVME_FEAT_FID_NOPSC);
    EXPECT(LWNVME_FEATURE_READ_RECOVERY_LEVEL, NVME_FEAT_FID_RRL);
    EXPECT(LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG, NVME_FEAT_FID_PLM_CONFIG);
    EXPECT(LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_WINDOW, NVME_FEAT_FID_PLM_WINDOW);
    EXPECT(LWNVME_FEATURE_LBA_STATUS_REPORT_INTERVAL, NVME_FEAT_FID_LBA_STS_INTERVAL);
    EXPECT(LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT, NVME_FEAT_FID_HOST_BEHAVIOR);
    EXPECT(LWNVME_FEATURE_SANITIZE_CONFIG, NVME_FEAT_FID_SANITIZE);
    EXPECT(LWNVME_FEATURE_ENDURANCE_GROUP_EVENT_CONFIGURATION, NVME_FEAT_FID_ENDURANCE_EVT_CFG);
    EXPECT(LWNVME_FEATURE_IO_COMMAND_SET_PROFILE, NVME_FEAT_FID_IOCS_PROFILE);
    EXPECT(LWNVME_FEATURE_SPINUP_CONTROL, NVME_FEAT_FID_SPINUP_CONTROL);
    EXPECT(LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT, NVME_FEAT_FID_FDP);
    EXPECT(LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS, NVME_FEAT_FID_FDP_EVENTS);
    EXPECT(LWNVME_FEATURE_ENHANCED_CONTROLLER_METADATA, NVME_FEAT_FID_ENH_CTRL_METADATA);
    EXPECT(LWNVME_FEATURE_CONTROLLER_METADATA, NVME_FEAT_FID_CTRL_METADATA);
    EXPECT(LWNVME_FEATURE_NAMESPACE_METADATA, NVME_FEAT_FID_NS_METADATA);
    EXPECT(LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER, NVME_FEAT_FID_SW_PROGRESS);
    EXPECT(LWNVME_FEATURE_HOST_IDENTIFIER, NVME_FEAT_FID_HOST_ID);
    EXPECT(LWNVME_FEATURE_RESERVATION_NOTIFICATION_MASK, NVME_FEAT_FID_RESV_MASK);
    EXPECT(LWNVME_FEATURE_RESERVATION_PERSISTENCE, NVME_FEAT_FID_RESV_PERSIST);
    EXPECT(LWNVME_FEATURE_NAMESPACE_WRITE_PROTECTION, NVME_FEAT_FID_WRITE_PROTECT);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_FEATURE_POWER_LOSS_SIGNALING_CONFIG, 0x1b);
    EXPECT(LWNVME_FEATURE_PERFORMANCE_CHARACTERISTICS, 0x1c);
    EXPECT(LWNVME_FEATURE_NAMESPACE_ADMIN_LABEL, 0x1f);
    EXPECT(LWNVME_FEATURE_KEY_VALUE_CONFIGURATION, 0x20);
    EXPECT(LWNVME_FEATURE_CONTROLLER_DATA_QUEUE, 0x21);
    EXPECT(LWNVME_FEATURE_EMBEDDED_MANAGEMENT_CONTROLLER_ADDRESS, 0x78);
    EXPECT(LWNVME_FEATURE_HOST_MANAGEMENT_AGENT_ADDRESS, 0x79);
    EXPECT(LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION, 0x85);
    EXPECT(LWNVME_FEATURE_FIRST_VENDOR, 0xc0);
    EXPECT(LWNVME_SEL_CURRENT, NVME_GET_FEATURES_SEL_CURRENT);
    EXPECT(LWNVME_SEL_DEFAULT, NVME_GET_FEATURES_SEL_DEFAULT);
    EXPECT(LWNVME_SEL_SAVED, NVME_GET_FEATURES_SEL_SAVED);
    EXPECT(LWNVME_SEL_SUPPORTED_CAPABILITIES, NVME_GET_FEATURES_SEL_SUPPORTED);
    end();
}

static void feature_fields(void **state)
{
    (void)state;
    FIELD(LWNVME_NUMBER_OF_QUEUES_NSQ, FEAT_NRQS_NSQR);
    FIELD(LWNVME_NUMBER_OF_QUEUES_NCQ, FEAT_NRQS_NCQR);
    FIELD(LWNVME_ARBITRATION_AB, FEAT_ARBITRATION_BURST);
    FIELD(LWNVME_ARBITRATION_LPW, FEAT_ARBITRATION_LPW);
    FIELD(LWNVME_ARBITRATION_MPW, FEAT_ARBITRATION_MPW);
    FIELD(LWNVME_ARBITRATION_HPW, FEAT_ARBITRATION_HPW);
    FIELD(LWNVME_VOLATILE_WRITE_CACHE_WCE, FEAT_VWC_WCE);
    FIELD(LWNVME_POWER_MANAGEMENT_PS, FEAT_PWRMGMT_PS);
    FIELD(LWNVME_POWER_MANAGEMENT_WH, FEAT_PWRMGMT_WH);
    FIELD(LWNVME_TEMPERATURE_THRESHOLD_TMPTH, FEAT_TT_TMPTH);
    FIELD(LWNVME_TEMPERATURE_THRESHOLD_TMPSEL, FEAT_TT_TMPSEL);
    FIELD(LWNVME_TEMPERATURE_THRESHOLD_THSEL, FEAT_TT_THSEL);
    FIELD(LWNVME_ERROR_RECOVERY_TLER, FEAT_ERROR_RECOVERY_TLER);
    FIELD(LWNVME_ERROR_RECOVERY_DULBE, FEAT_ERROR_RECOVERY_DULBE);
    FIELD(LWNVME_INTERRUPT_COALESCING_THR, FEAT_IRQC_THR);
    FIELD(LWNVME_INTERRUPT_COALESCING_TIME, FEAT_IRQC_TIME);
    FIELD(LWNVME_INTERRUPT_VECTOR_IV, FEAT_ICFG_IV);
    FIELD(LWNVME_INTERRUPT_VECTOR_CD, FEAT_ICFG_CD);
    FIELD(LWNVME_HOST_MEMORY_BUFFER_EHM, FEAT_HMEM_EHM);
    FIELD(LWNVME_ASYNC_EVENT_ENABLE_SMART, FEAT_AE_SMART);
    BITS(LWNVME_HOST_MEMORY_BUFFER_MR, 1, 1);
    end();
}

/* ---- Status codes -------------------------------------------------------------------------------------- */

#define GENERIC(ours, theirs)                                                                                \
    EXPECT(LWNVME_SC_##ours, (NVME_SCT_GENERIC << NVME_SCT_SHIFT) | NVME_SC_##theirs)
#define COMMAND(ours, theirs)                                                                                \
    EXPECT(LWNVME_SC_##ours, (NVME_SCT_CMD_SPECIFIC << NVME_SCT_SHIFT) | NVME_SC_##theirs)
#define MEDIA(ours, theirs) EXPECT(LWNVME_SC_##ours, (NVME_SCT_MEDIA << NVME_SCT_SHIFT) | NVME_SC_##theirs)
#define PATH(ours, theirs)  EXPECT(LWNVME_SC_##ours, (NVME_SCT_PATH << NVME_SCT_SHIFT) | NVME_SC_##theirs)

static void status_generic(void **state)
{
    (void)state;
    GENERIC(SUCCESS, SUCCESS);
    GENERIC(INVALID_COMMAND_OPCODE, INVALID_OPCODE);
    GENERIC(INVALID_FIELD_IN_COMMAND, INVALID_FIELD);
    GENERIC(COMMAND_ID_CONFLICT, CMDID_CONFLICT);
    GENERIC(DATA_TRANSFER_ERROR, DATA_XFER_ERROR);
    GENERIC(ABORTED_POWER_LOSS_NOTIFICATION, POWER_LOSS);
    GENERIC(INTERNAL_ERROR, INTERNAL);
    GENERIC(COMMAND_ABORT_REQUESTED, ABORT_REQ);
    GENERIC(ABORTED_SQ_DELETION, ABORT_QUEUE);
    GENERIC(ABORTED_FAILED_FUSED_COMMAND, FUSED_FAIL);
    GENERIC(ABORTED_MISSING_FUSED_COMMAND, FUSED_MISSING);
    GENERIC(INVALID_NAMESPACE_OR_FORMAT, INVALID_NS);
    GENERIC(COMMAND_SEQUENCE_ERROR, CMD_SEQ_ERROR);
    GENERIC(INVALID_SGL_SEGMENT_DESCRIPTOR, SGL_INVALID_LAST);
    GENERIC(INVALID_NUMBER_OF_SGL_DESCRIPTORS, SGL_INVALID_COUNT);
    GENERIC(DATA_SGL_LENGTH_INVALID, SGL_INVALID_DATA);
    GENERIC(METADATA_SGL_LENGTH_INVALID, SGL_INVALID_METADATA);
    GENERIC(SGL_DESCRIPTOR_TYPE_INVALID, SGL_INVALID_TYPE);
    GENERIC(INVALID_USE_OF_CMB, CMB_INVALID_USE);
    GENERIC(PRP_OFFSET_INVALID, PRP_INVALID_OFFSET);
    GENERIC(ATOMIC_WRITE_UNIT_EXCEEDED, AWU_EXCEEDED);
    GENERIC(OPERATION_DENIED, OP_DENIED);
    GENERIC(SGL_OFFSET_INVALID, SGL_INVALID_OFFSET);
    GENERIC(HOST_IDENTIFIER_INCONSISTENT_FORMAT, HOSTID_FORMAT);
    GENERIC(KEEP_ALIVE_TIMER_EXPIRED, KAT_EXPIRED);
    GENERIC(KEEP_ALIVE_TIMEOUT_INVALID, KAT_INVALID);
    GENERIC(ABORTED_PREEMPT_AND_ABORT, CMD_ABORTED_PREMEPT);
    GENERIC(SANITIZE_FAILED, SANITIZE_FAILED);
    GENERIC(SANITIZE_IN_PROGRESS, SANITIZE_IN_PROGRESS);
    GENERIC(SGL_DATA_BLOCK_GRANULARITY_INVALID, SGL_INVALID_GRANULARITY);
    GENERIC(COMMAND_NOT_SUPPORTED_FOR_QUEUE_IN_CMB, CMD_IN_CMBQ_NOT_SUPP);
    GENERIC(NAMESPACE_IS_WRITE_PROTECTED, NS_WRITE_PROTECTED);
    GENERIC(COMMAND_INTERRUPTED, CMD_INTERRUPTED);
    GENERIC(TRANSIENT_TRANSPORT_ERROR, TRAN_TPORT_ERROR);
    GENERIC(PROHIBITED_BY_LOCKDOWN, PROHIBITED_BY_CMD_AND_FEAT);
    GENERIC(ADMIN_COMMAND_MEDIA_NOT_READY, ADMIN_CMD_MEDIA_NOT_READY);
    GENERIC(LBA_OUT_OF_RANGE, LBA_RANGE);
    GENERIC(CAPACITY_EXCEEDED, CAP_EXCEEDED);
    GENERIC(NAMESPACE_NOT_READY, NS_NOT_READY);
    GENERIC(RESERVATION_CONFLICT, RESERVATION_CONFLICT);
    GENERIC(FORMAT_IN_PROGRESS, FORMAT_IN_PROGRESS);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_SC_INVALID_KEY_TAG, 0x025);
    EXPECT(LWNVME_SC_HOST_DISPERSED_NAMESPACE_SUPPORT_NOT_ENABLED, 0x026);
    EXPECT(LWNVME_SC_HOST_IDENTIFIER_NOT_INITIALIZED, 0x027);
    EXPECT(LWNVME_SC_INCORRECT_KEY, 0x028);
    EXPECT(LWNVME_SC_FDP_DISABLED, 0x029);
    EXPECT(LWNVME_SC_INVALID_PLACEMENT_HANDLE_LIST, 0x02a);
    EXPECT(LWNVME_SC_KV_INVALID_VALUE_SIZE, 0x085);
    EXPECT(LWNVME_SC_KV_INVALID_KEY_SIZE, 0x086);
    EXPECT(LWNVME_SC_KV_KEY_DOES_NOT_EXIST, 0x087);
    EXPECT(LWNVME_SC_KV_UNRECOVERED_ERROR, 0x088);
    EXPECT(LWNVME_SC_KV_KEY_EXISTS, 0x089);
    EXPECT(LWNVME_SC_FIRST_VENDOR, 0xc0);
    end();
}

static void status_command_specific(void **state)
{
    (void)state;
    COMMAND(COMPLETION_QUEUE_INVALID, CQ_INVALID);
    COMMAND(INVALID_QUEUE_IDENTIFIER, QID_INVALID);
    COMMAND(INVALID_QUEUE_SIZE, QUEUE_SIZE);
    COMMAND(ABORT_COMMAND_LIMIT_EXCEEDED, ABORT_LIMIT);
    COMMAND(ASYNC_EVENT_REQUEST_LIMIT_EXCEEDED, ASYNC_LIMIT);
    COMMAND(INVALID_FIRMWARE_SLOT, FIRMWARE_SLOT);
    COMMAND(INVALID_FIRMWARE_IMAGE, FIRMWARE_IMAGE);
    COMMAND(INVALID_INTERRUPT_VECTOR, INVALID_VECTOR);
    COMMAND(INVALID_LOG_PAGE, INVALID_LOG_PAGE);
    COMMAND(INVALID_FORMAT, INVALID_FORMAT);
    COMMAND(FIRMWARE_NEEDS_CONVENTIONAL_RESET, FW_NEEDS_CONV_RESET);
    COMMAND(INVALID_QUEUE_DELETION, INVALID_QUEUE);
    COMMAND(FEATURE_NOT_SAVEABLE, FEATURE_NOT_SAVEABLE);
    COMMAND(FEATURE_NOT_CHANGEABLE, FEATURE_NOT_CHANGEABLE);
    COMMAND(FEATURE_NOT_NAMESPACE_SPECIFIC, FEATURE_NOT_PER_NS);
    COMMAND(FIRMWARE_NEEDS_SUBSYSTEM_RESET, FW_NEEDS_SUBSYS_RESET);
    COMMAND(FIRMWARE_NEEDS_CONTROLLER_RESET, FW_NEEDS_RESET);
    COMMAND(FIRMWARE_NEEDS_MAXIMUM_TIME, FW_NEEDS_MAX_TIME);
    COMMAND(FIRMWARE_ACTIVATION_PROHIBITED, FW_ACTIVATE_PROHIBITED);
    COMMAND(OVERLAPPING_RANGE, OVERLAPPING_RANGE);
    COMMAND(NAMESPACE_INSUFFICIENT_CAPACITY, NS_INSUFFICIENT_CAP);
    COMMAND(NAMESPACE_IDENTIFIER_UNAVAILABLE, NS_ID_UNAVAILABLE);
    COMMAND(NAMESPACE_ALREADY_ATTACHED, NS_ALREADY_ATTACHED);
    COMMAND(NAMESPACE_IS_PRIVATE, NS_IS_PRIVATE);
    COMMAND(NAMESPACE_NOT_ATTACHED, NS_NOT_ATTACHED);
    COMMAND(THIN_PROVISIONING_NOT_SUPPORTED, THIN_PROV_NOT_SUPP);
    COMMAND(CONTROLLER_LIST_INVALID, CTRL_LIST_INVALID);
    COMMAND(DEVICE_SELF_TEST_IN_PROGRESS, SELF_TEST_IN_PROGRESS);
    COMMAND(BOOT_PARTITION_WRITE_PROHIBITED, BP_WRITE_PROHIBITED);
    COMMAND(INVALID_CONTROLLER_IDENTIFIER, INVALID_CTRL_ID);
    COMMAND(INVALID_SECONDARY_CONTROLLER_STATE, INVALID_SEC_CTRL_STATE);
    COMMAND(INVALID_NUMBER_OF_CONTROLLER_RESOURCES, INVALID_CTRL_RESOURCES);
    COMMAND(INVALID_RESOURCE_IDENTIFIER, INVALID_RESOURCE_ID);
    COMMAND(SANITIZE_PROHIBITED_PMR_ENABLED, PMR_SAN_PROHIBITED);
    COMMAND(ANA_GROUP_IDENTIFIER_INVALID, ANA_GROUP_ID_INVALID);
    COMMAND(ANA_ATTACH_FAILED, ANA_ATTACH_FAILED);
    COMMAND(INSUFFICIENT_CAPACITY, INSUFFICIENT_CAP);
    COMMAND(NAMESPACE_ATTACHMENT_LIMIT_EXCEEDED, NS_ATTACHMENT_LIMIT_EXCEEDED);
    COMMAND(PROHIBITION_NOT_SUPPORTED, PROHIBIT_CMD_EXEC_NOT_SUPPORTED);
    COMMAND(IO_COMMAND_SET_NOT_SUPPORTED, IOCS_NOT_SUPPORTED);
    COMMAND(IO_COMMAND_SET_NOT_ENABLED, IOCS_NOT_ENABLED);
    COMMAND(IO_COMMAND_SET_COMBINATION_REJECTED, IOCS_COMBINATION_REJECTED);
    COMMAND(INVALID_IO_COMMAND_SET, INVALID_IOCS);
    COMMAND(IDENTIFIER_UNAVAILABLE, ID_UNAVAILABLE);
    COMMAND(INVALID_DISCOVERY_INFORMATION, INVALID_DISCOVERY_INFO);
    COMMAND(ZONING_DATA_STRUCTURE_LOCKED, ZONING_DATA_STRUCT_LOCKED);
    COMMAND(ZONING_DATA_STRUCTURE_NOT_FOUND, ZONING_DATA_STRUCT_NOTFND);
    COMMAND(INSUFFICIENT_DISCOVERY_RESOURCES, INSUFFICIENT_DISC_RES);
    COMMAND(REQUESTED_FUNCTION_DISABLED, REQSTD_FUNCTION_DISABLED);
    COMMAND(ZONEGROUP_ORIGINATOR_INVALID, ZONEGRP_ORIGINATOR_INVLD);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_SC_NAMESPACE_IS_DISPERSED, 0x12e);
    EXPECT(LWNVME_SC_INVALID_HOST, 0x135);
    EXPECT(LWNVME_SC_INVALID_NVM_SUBSYSTEM, 0x136);
    EXPECT(LWNVME_SC_INVALID_CONTROLLER_DATA_QUEUE, 0x137);
    EXPECT(LWNVME_SC_NOT_ENOUGH_RESOURCES, 0x138);
    EXPECT(LWNVME_SC_CONTROLLER_SUSPENDED, 0x139);
    EXPECT(LWNVME_SC_CONTROLLER_NOT_SUSPENDED, 0x13a);
    EXPECT(LWNVME_SC_CONTROLLER_DATA_QUEUE_FULL, 0x13b);
    EXPECT(LWNVME_SC_FIRST_DIRECTIVE_SPECIFIC, 0x170);
    EXPECT(LWNVME_SC_STREAM_RESOURCE_ALLOCATION_FAILED, 0x17f);
    end();
}

static void status_of_io_commands(void **state)
{
    (void)state;
    COMMAND(CONFLICTING_ATTRIBUTES, BAD_ATTRIBUTES);
    COMMAND(INVALID_PROTECTION_INFORMATION, INVALID_PI);
    COMMAND(ATTEMPTED_WRITE_TO_READ_ONLY_RANGE, READ_ONLY);
    COMMAND(COMMAND_SIZE_LIMIT_EXCEEDED, CMD_SIZE_LIMIT_EXCEEDED);
    COMMAND(ZNS_INVALID_ZONE_OPERATION_REQUEST, ZNS_INVALID_OP_REQUEST);
    COMMAND(ZNS_ZRWA_RESOURCES_UNAVAILABLE, ZNS_ZRWA_RESOURCES_UNAVAILABLE);
    COMMAND(ZNS_ZONE_BOUNDARY_ERROR, ZNS_BOUNDARY_ERROR);
    COMMAND(ZNS_ZONE_IS_FULL, ZNS_FULL);
    COMMAND(ZNS_ZONE_IS_READ_ONLY, ZNS_READ_ONLY);
    COMMAND(ZNS_ZONE_IS_OFFLINE, ZNS_OFFLINE);
    COMMAND(ZNS_ZONE_INVALID_WRITE, ZNS_INVALID_WRITE);
    COMMAND(ZNS_TOO_MANY_ACTIVE_ZONES, ZNS_TOO_MANY_ACTIVE);
    COMMAND(ZNS_TOO_MANY_OPEN_ZONES, ZNS_TOO_MANY_OPENS);
    COMMAND(ZNS_INVALID_ZONE_STATE_TRANSITION, ZNS_INVAL_TRANSITION);
    COMMAND(FABRICS_CONNECT_INCOMPATIBLE_FORMAT, CONNECT_FORMAT);
    COMMAND(FABRICS_CONNECT_CONTROLLER_BUSY, CONNECT_CTRL_BUSY);
    COMMAND(FABRICS_CONNECT_INVALID_PARAMETERS, CONNECT_INVALID_PARAM);
    COMMAND(FABRICS_CONNECT_RESTART_DISCOVERY, CONNECT_RESTART_DISC);
    COMMAND(FABRICS_CONNECT_INVALID_HOST, CONNECT_INVALID_HOST);
    COMMAND(FABRICS_INVALID_QUEUE_TYPE, DISCONNECT_INVALID_QTYPE);
    COMMAND(FABRICS_DISCOVER_RESTART, DISCOVERY_RESTART);
    COMMAND(FABRICS_AUTHENTICATION_REQUIRED, AUTH_REQUIRED);
    /* Later than libnvme 1.3. */
    EXPECT(LWNVME_SC_INVALID_COMMAND_ID, 0x184);
    EXPECT(LWNVME_SC_INCOMPATIBLE_NAMESPACE_OR_FORMAT, 0x185);
    EXPECT(LWNVME_SC_FAST_COPY_NOT_POSSIBLE, 0x186);
    EXPECT(LWNVME_SC_OVERLAPPING_IO_RANGE, 0x187);
    EXPECT(LWNVME_SC_NAMESPACE_NOT_REACHABLE, 0x188);
    EXPECT(LWNVME_SC_INSUFFICIENT_RESOURCES, 0x189);
    EXPECT(LWNVME_SC_INSUFFICIENT_PROGRAM_RESOURCES, 0x18a);
    EXPECT(LWNVME_SC_INVALID_MEMORY_NAMESPACE, 0x18b);
    EXPECT(LWNVME_SC_INVALID_MEMORY_RANGE_SET, 0x18c);
    EXPECT(LWNVME_SC_INVALID_MEMORY_RANGE_SET_IDENTIFIER, 0x18d);
    EXPECT(LWNVME_SC_INVALID_PROGRAM_DATA, 0x18e);
    EXPECT(LWNVME_SC_INVALID_PROGRAM_INDEX, 0x18f);
    EXPECT(LWNVME_SC_INVALID_PROGRAM_TYPE, 0x190);
    EXPECT(LWNVME_SC_MAXIMUM_MEMORY_RANGES_EXCEEDED, 0x191);
    EXPECT(LWNVME_SC_MAXIMUM_MEMORY_RANGE_SETS_EXCEEDED, 0x192);
    EXPECT(LWNVME_SC_MAXIMUM_PROGRAMS_ACTIVATED, 0x193);
    EXPECT(LWNVME_SC_MAXIMUM_PROGRAM_BYTES_EXCEEDED, 0x194);
    EXPECT(LWNVME_SC_MEMORY_RANGE_SET_IN_USE, 0x195);
    EXPECT(LWNVME_SC_NO_PROGRAM, 0x196);
    EXPECT(LWNVME_SC_OVERLAPPING_MEMORY_RANGES, 0x197);
    EXPECT(LWNVME_SC_PROGRAM_NOT_ACTIVATED, 0x198);
    EXPECT(LWNVME_SC_PROGRAM_IN_USE, 0x199);
    EXPECT(LWNVME_SC_PROGRAM_INDEX_NOT_DOWNLOADABLE, 0x19a);
    EXPECT(LWNVME_SC_PROGRAM_TOO_BIG, 0x19b);
    end();
}

static void status_media_path_and_fields(void **state)
{
    (void)state;
    MEDIA(WRITE_FAULT, WRITE_FAULT);
    MEDIA(UNRECOVERED_READ_ERROR, READ_ERROR);
    MEDIA(GUARD_CHECK_ERROR, GUARD_CHECK);
    MEDIA(APPLICATION_TAG_CHECK_ERROR, APPTAG_CHECK);
    MEDIA(REFERENCE_TAG_CHECK_ERROR, REFTAG_CHECK);
    MEDIA(COMPARE_FAILURE, COMPARE_FAILED);
    MEDIA(ACCESS_DENIED, ACCESS_DENIED);
    MEDIA(DEALLOCATED_OR_UNWRITTEN, UNWRITTEN_BLOCK);
    MEDIA(STORAGE_TAG_CHECK_ERROR, STORAGE_TAG_CHECK);
    PATH(INTERNAL_PATH_ERROR, ANA_INTERNAL_PATH_ERROR);
    PATH(ASYMMETRIC_ACCESS_PERSISTENT_LOSS, ANA_PERSISTENT_LOSS);
    PATH(ASYMMETRIC_ACCESS_INACCESSIBLE, ANA_INACCESSIBLE);
    PATH(ASYMMETRIC_ACCESS_TRANSITION, ANA_TRANSITION);
    PATH(CONTROLLER_PATHING_ERROR, CTRL_PATH_ERROR);
    PATH(HOST_PATHING_ERROR, HOST_PATH_ERROR);
    PATH(COMMAND_ABORTED_BY_HOST, CMD_ABORTED_BY_HOST);
    EXPECT(LWNVME_SCT_GENERIC, NVME_SCT_GENERIC);
    EXPECT(LWNVME_SCT_COMMAND_SPECIFIC, NVME_SCT_CMD_SPECIFIC);
    EXPECT(LWNVME_SCT_MEDIA, NVME_SCT_MEDIA);
    EXPECT(LWNVME_SCT_PATH, NVME_SCT_PATH);
    EXPECT(LWNVME_SCT_VENDOR, NVME_SCT_VS);
    expect_equal("SC", lwnvme_field_put(~0u, LWNVME_STATUS_SC), NVME_SC_MASK << NVME_SC_SHIFT);
    expect_equal("SCT", lwnvme_field_put(~0u, LWNVME_STATUS_SCT), NVME_SCT_MASK << NVME_SCT_SHIFT);
    expect_equal("CRD", lwnvme_field_put(~0u, LWNVME_STATUS_CRD), NVME_SC_CRD);
    expect_equal("M", lwnvme_field_put(~0u, LWNVME_STATUS_M), NVME_SC_MORE);
    expect_equal("DNR", lwnvme_field_put(~0u, LWNVME_STATUS_DNR), NVME_SC_DNR);
    BITS(LWNVME_STATUS_CODE, 10, 0);
    EXPECT(LWNVME_STATUS_CODE_MASK, lwnvme_field_put(~0u, LWNVME_STATUS_CODE));
    end();
}

/* ---- Capability bits and command dwords ---------------------------------------------------------------- */

static void controller_capability_bits(void **state)
{
    (void)state;
    EXPECT(LWNVME_CMIC_MULTIPLE_PORTS, NVME_CTRL_CMIC_MULTI_PORT);
    EXPECT(LWNVME_CMIC_MULTIPLE_CONTROLLERS, NVME_CTRL_CMIC_MULTI_CTRL);
    EXPECT(LWNVME_CMIC_VIRTUAL_FUNCTION, NVME_CTRL_CMIC_MULTI_SRIOV);
    EXPECT(LWNVME_CMIC_ANA_REPORTING, NVME_CTRL_CMIC_MULTI_ANA_REPORTING);
    EXPECT(LWNVME_OAES_ATTACHED_NAMESPACE, NVME_CTRL_OAES_NA);
    EXPECT(LWNVME_OAES_FIRMWARE_ACTIVATION, NVME_CTRL_OAES_FA);
    EXPECT(LWNVME_OAES_ANA_CHANGE, NVME_CTRL_OAES_ANA);
    EXPECT(LWNVME_OAES_PREDICTABLE_LATENCY, NVME_CTRL_OAES_PLEA);
    EXPECT(LWNVME_OAES_LBA_STATUS, NVME_CTRL_OAES_LBAS);
    EXPECT(LWNVME_OAES_ENDURANCE_GROUP, NVME_CTRL_OAES_EGE);
    EXPECT(LWNVME_OAES_NORMAL_SUBSYSTEM_SHUTDOWN, NVME_CTRL_OAES_NS);
    EXPECT(LWNVME_OAES_TEMPERATURE_HYSTERESIS, 1u << 16);
    EXPECT(LWNVME_OAES_REACHABILITY, 1u << 17);
    EXPECT(LWNVME_OAES_ALLOCATED_NAMESPACE, 1u << 19);
    EXPECT(LWNVME_OAES_ZONE_DESCRIPTOR, NVME_CTRL_OAES_ZD);
    EXPECT(LWNVME_OAES_DISCOVERY, NVME_CTRL_OAES_DL);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_TELEMETRY, NVME_FEATURE_AENCFG_NOTICE_TELEMETRY_LOG);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_ASSOCIATION, 1u << 17);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_REACHABILITY_GROUP, 1u << 18);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_PULL_MODEL_DDC_REQUEST, 1u << 28);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_AVE_DISCOVERY, 1u << 29);
    EXPECT(LWNVME_ASYNC_EVENT_ENABLE_HOST_DISCOVERY, 1u << 30);
    EXPECT(LWNVME_CTRATT_HOST_IDENTIFIER_128, NVME_CTRL_CTRATT_128_ID);
    EXPECT(LWNVME_CTRATT_NON_OPERATIONAL_POWER_STATE_PERMISSIVE, NVME_CTRL_CTRATT_NON_OP_PSP);
    EXPECT(LWNVME_CTRATT_NVM_SETS, NVME_CTRL_CTRATT_NVM_SETS);
    EXPECT(LWNVME_CTRATT_READ_RECOVERY_LEVELS, NVME_CTRL_CTRATT_READ_RECV_LVLS);
    EXPECT(LWNVME_CTRATT_ENDURANCE_GROUPS, NVME_CTRL_CTRATT_ENDURANCE_GROUPS);
    EXPECT(LWNVME_CTRATT_PREDICTABLE_LATENCY, NVME_CTRL_CTRATT_PREDICTABLE_LAT);
    EXPECT(LWNVME_CTRATT_TRAFFIC_BASED_KEEP_ALIVE, NVME_CTRL_CTRATT_TBKAS);
    EXPECT(LWNVME_CTRATT_NAMESPACE_GRANULARITY, NVME_CTRL_CTRATT_NAMESPACE_GRANULARITY);
    EXPECT(LWNVME_CTRATT_SQ_ASSOCIATIONS, NVME_CTRL_CTRATT_SQ_ASSOCIATIONS);
    EXPECT(LWNVME_CTRATT_UUID_LIST, NVME_CTRL_CTRATT_UUID_LIST);
    EXPECT(LWNVME_CTRATT_MULTI_DOMAIN, NVME_CTRL_CTRATT_MDS);
    EXPECT(LWNVME_CTRATT_FIXED_CAPACITY_MANAGEMENT, NVME_CTRL_CTRATT_FIXED_CAP);
    EXPECT(LWNVME_CTRATT_VARIABLE_CAPACITY_MANAGEMENT, NVME_CTRL_CTRATT_VARIABLE_CAP);
    EXPECT(LWNVME_CTRATT_DELETE_ENDURANCE_GROUP, NVME_CTRL_CTRATT_DEL_ENDURANCE_GROUPS);
    EXPECT(LWNVME_CTRATT_DELETE_NVM_SET, NVME_CTRL_CTRATT_DEL_NVM_SETS);
    EXPECT(LWNVME_CTRATT_EXTENDED_LBA_FORMATS, NVME_CTRL_CTRATT_ELBAS);
    EXPECT(LWNVME_CTRATT_MDTS_EXCLUDES_METADATA, 1u << 16);
    EXPECT(LWNVME_CTRATT_HMB_RESTRICT_NON_OPERATIONAL, 1u << 17);
    EXPECT(LWNVME_CTRATT_RESERVATIONS_AND_HOST_IDENTIFIER, 1u << 18);
    EXPECT(LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT, NVME_CTRL_CTRATT_FDPS);
    EXPECT(LWNVME_CNTRLTYPE_NOT_REPORTED, 0);
    EXPECT(LWNVME_CNTRLTYPE_IO, NVME_CTRL_CNTRLTYPE_IO);
    EXPECT(LWNVME_CNTRLTYPE_DISCOVERY, NVME_CTRL_CNTRLTYPE_DISCOVERY);
    EXPECT(LWNVME_CNTRLTYPE_ADMINISTRATIVE, NVME_CTRL_CNTRLTYPE_ADMIN);
    EXPECT(LWNVME_SANICAP_CRYPTO_ERASE, NVME_CTRL_SANICAP_CES);
    EXPECT(LWNVME_SANICAP_BLOCK_ERASE, NVME_CTRL_SANICAP_BES);
    EXPECT(LWNVME_SANICAP_OVERWRITE, NVME_CTRL_SANICAP_OWS);
    EXPECT(LWNVME_SANICAP_VERIFICATION, 1u << 3);
    EXPECT(LWNVME_SANICAP_NDI, NVME_CTRL_SANICAP_NDI);
    expect_equal("NODMMAS", lwnvme_field_put(~0u, LWNVME_SANICAP_NODMMAS),
                 (uint32_t)NVME_CTRL_SANICAP_NODMMAS);
    end();
}

static void command_support_bits(void **state)
{
    (void)state;
    EXPECT(LWNVME_OACS_SECURITY, NVME_CTRL_OACS_SECURITY);
    EXPECT(LWNVME_OACS_FORMAT_NVM, NVME_CTRL_OACS_FORMAT);
    EXPECT(LWNVME_OACS_FIRMWARE, NVME_CTRL_OACS_FW);
    EXPECT(LWNVME_OACS_NAMESPACE_MANAGEMENT, NVME_CTRL_OACS_NS_MGMT);
    EXPECT(LWNVME_OACS_DEVICE_SELF_TEST, NVME_CTRL_OACS_SELF_TEST);
    EXPECT(LWNVME_OACS_DIRECTIVES, NVME_CTRL_OACS_DIRECTIVES);
    EXPECT(LWNVME_OACS_NVME_MI, NVME_CTRL_OACS_NVME_MI);
    EXPECT(LWNVME_OACS_VIRTUALIZATION_MANAGEMENT, NVME_CTRL_OACS_VIRT_MGMT);
    EXPECT(LWNVME_OACS_DOORBELL_BUFFER_CONFIG, NVME_CTRL_OACS_DBBUF_CFG);
    EXPECT(LWNVME_OACS_GET_LBA_STATUS, NVME_CTRL_OACS_LBA_STATUS);
    EXPECT(LWNVME_OACS_LOCKDOWN, NVME_CTRL_OACS_CMD_FEAT_LD);
    EXPECT(LWNVME_OACS_HOST_MANAGED_LIVE_MIGRATION, 1u << 11);
    EXPECT(LWNVME_FRMW_SLOT_1_READ_ONLY, NVME_CTRL_FRMW_1ST_RO);
    expect_equal("slots", lwnvme_field_put(3u, LWNVME_FRMW_NUMBER_OF_SLOTS), NVME_CTRL_FRMW_NR_SLOTS);
    BITS(LWNVME_FRMW_NUMBER_OF_SLOTS, 3, 1);
    EXPECT(LWNVME_FRMW_ACTIVATION_WITHOUT_RESET, NVME_CTRL_FRMW_FW_ACT_NO_RESET);
    EXPECT(LWNVME_FRMW_OVERLAP_DETECTION, NVME_CTRL_FRMW_MP_UP_DETECTION);
    EXPECT(LWNVME_LPA_SMART_PER_NAMESPACE, NVME_CTRL_LPA_SMART_PER_NS);
    EXPECT(LWNVME_LPA_COMMANDS_SUPPORTED_AND_EFFECTS, NVME_CTRL_LPA_CMD_EFFECTS);
    EXPECT(LWNVME_LPA_EXTENDED_DATA, NVME_CTRL_LPA_EXTENDED);
    EXPECT(LWNVME_LPA_TELEMETRY, NVME_CTRL_LPA_TELEMETRY);
    EXPECT(LWNVME_LPA_PERSISTENT_EVENT, NVME_CTRL_LPA_PERSETENT_EVENT);
    EXPECT(LWNVME_LPA_MISCELLANEOUS_LOG_PAGES, NVME_CTRL_LPA_LI0_LI5_LI12_LI13);
    EXPECT(LWNVME_LPA_TELEMETRY_DATA_AREA_4, NVME_CTRL_LPA_DA4_TELEMETRY);
    expect_equal("SQES min", lwnvme_field_put(~0u, LWNVME_SQES_MINIMUM), NVME_CTRL_SQES_MIN);
    expect_equal("SQES max", lwnvme_field_put(~0u, LWNVME_SQES_MAXIMUM), NVME_CTRL_SQES_MAX);
    expect_equal("CQES min", lwnvme_field_put(~0u, LWNVME_CQES_MINIMUM), NVME_CTRL_CQES_MIN);
    expect_equal("CQES max", lwnvme_field_put(~0u, LWNVME_CQES_MAXIMUM), NVME_CTRL_CQES_MAX);
    EXPECT(LWNVME_ONCS_COMPARE, NVME_CTRL_ONCS_COMPARE);
    EXPECT(LWNVME_ONCS_WRITE_UNCORRECTABLE, NVME_CTRL_ONCS_WRITE_UNCORRECTABLE);
    EXPECT(LWNVME_ONCS_DATASET_MANAGEMENT, NVME_CTRL_ONCS_DSM);
    EXPECT(LWNVME_ONCS_WRITE_ZEROES, NVME_CTRL_ONCS_WRITE_ZEROES);
    EXPECT(LWNVME_ONCS_SAVE_SELECT, NVME_CTRL_ONCS_SAVE_FEATURES);
    EXPECT(LWNVME_ONCS_RESERVATIONS, NVME_CTRL_ONCS_RESERVATIONS);
    EXPECT(LWNVME_ONCS_TIMESTAMP, NVME_CTRL_ONCS_TIMESTAMP);
    EXPECT(LWNVME_ONCS_VERIFY, NVME_CTRL_ONCS_VERIFY);
    EXPECT(LWNVME_ONCS_COPY, NVME_CTRL_ONCS_COPY);
    EXPECT(LWNVME_ONCS_COPY_SINGLE_ATOMICITY, 1u << 9);
    EXPECT(LWNVME_ONCS_ALL_FAST_COPY, 1u << 10);
    EXPECT(LWNVME_ONCS_WRITE_ZEROES_MAXIMUM_DEALLOCATE, 1u << 11);
    EXPECT(LWNVME_ONCS_NAMESPACE_ZEROES, 1u << 12);
    EXPECT(LWNVME_FUSES_COMPARE_AND_WRITE, NVME_CTRL_FUSES_COMPARE_AND_WRITE);
    EXPECT(LWNVME_FNA_FORMAT_ALL, NVME_CTRL_FNA_FMT_ALL_NAMESPACES);
    EXPECT(LWNVME_FNA_ERASE_ALL, NVME_CTRL_FNA_SEC_ALL_NAMESPACES);
    EXPECT(LWNVME_FNA_CRYPTOGRAPHIC_ERASE, NVME_CTRL_FNA_CRYPTO_ERASE);
    EXPECT(LWNVME_FNA_BROADCAST_NOT_SUPPORTED, NVME_CTRL_FNA_NSID_FFFFFFFF);
    EXPECT(LWNVME_VWC_PRESENT, NVME_CTRL_VWC_PRESENT);
    expect_equal("VWC.FB", lwnvme_field_put(~0u, LWNVME_VWC_FB), NVME_CTRL_VWC_FLUSH);
    expect_equal("SGLS", lwnvme_field_put(~0u, LWNVME_SGLS_SUPPORT), NVME_CTRL_SGLS_SUPPORTED);
    EXPECT(LWNVME_SGLS_KEYED, NVME_CTRL_SGLS_KEYED);
    EXPECT(LWNVME_SGLS_BIT_BUCKET, NVME_CTRL_SGLS_BIT_BUCKET);
    EXPECT(LWNVME_SGLS_METADATA_BYTE_ALIGNED, NVME_CTRL_SGLS_MPTR_BYTE_ALIGNED);
    EXPECT(LWNVME_SGLS_LENGTH_LARGER, NVME_CTRL_SGLS_OVERSIZE);
    EXPECT(LWNVME_SGLS_METADATA_SGL, NVME_CTRL_SGLS_MPTR_SGL);
    EXPECT(LWNVME_SGLS_ADDRESS_OFFSET, NVME_CTRL_SGLS_OFFSET);
    EXPECT(LWNVME_SGLS_TRANSPORT, NVME_CTRL_SGLS_TPORT);
    end();
}

static void namespace_bits(void **state)
{
    (void)state;
    EXPECT(LWNVME_NSFEAT_THINP, NVME_NS_FEAT_THIN);
    EXPECT(LWNVME_NSFEAT_NSABP, NVME_NS_FEAT_NATOMIC);
    EXPECT(LWNVME_NSFEAT_DAE, NVME_NS_FEAT_DULBE);
    EXPECT(LWNVME_NSFEAT_UIDREUSE, NVME_NS_FEAT_ID_REUSE);
    BITS(LWNVME_NSFEAT_OPTPERF, 5, 4);
    expect_equal("FIDXL", lwnvme_field_put(~0u, LWNVME_FLBAS_FIDXL), NVME_NS_FLBAS_LOWER_MASK);
    EXPECT(LWNVME_FLBAS_MTELBA, NVME_NS_FLBAS_META_EXT);
    expect_equal("FIDXU", lwnvme_field_put(~0u, LWNVME_FLBAS_FIDXU), NVME_NS_FLBAS_HIGHER_MASK);
    EXPECT(LWNVME_MC_EXTENDED_LBA, NVME_NS_MC_EXTENDED);
    EXPECT(LWNVME_MC_SEPARATE_BUFFER, NVME_NS_MC_SEPARATE);
    EXPECT(LWNVME_DPC_TYPE_1, NVME_NS_DPC_PI_TYPE1);
    EXPECT(LWNVME_DPC_TYPE_2, NVME_NS_DPC_PI_TYPE2);
    EXPECT(LWNVME_DPC_TYPE_3, NVME_NS_DPC_PI_TYPE3);
    EXPECT(LWNVME_DPC_FIRST_BYTES, NVME_NS_DPC_PI_FIRST);
    EXPECT(LWNVME_DPC_LAST_BYTES, NVME_NS_DPC_PI_LAST);
    expect_equal("PIT", lwnvme_field_put(~0u, LWNVME_DPS_PIT), NVME_NS_DPS_PI_MASK);
    EXPECT(LWNVME_DPS_PIP, NVME_NS_DPS_PI_FIRST);
    EXPECT(LWNVME_NMIC_SHARED, NVME_NS_NMIC_SHARED);
    expect_equal("DLFEAT", lwnvme_field_put(~0u, LWNVME_DLFEAT_READ), NVME_NS_DLFEAT_RB);
    EXPECT(LWNVME_DLFEAT_READ_NOT_REPORTED, NVME_NS_DLFEAT_RB_NR);
    EXPECT(LWNVME_DLFEAT_READ_ZEROES, NVME_NS_DLFEAT_RB_ALL_0S);
    EXPECT(LWNVME_DLFEAT_READ_ONES, NVME_NS_DLFEAT_RB_ALL_FS);
    EXPECT(LWNVME_DLFEAT_WRITE_ZEROES_DEALLOCATES, NVME_NS_DLFEAT_WRITE_ZEROES);
    EXPECT(LWNVME_DLFEAT_GUARD_CRC, NVME_NS_DLFEAT_CRC_GUARD);
    EXPECT(LWNVME_NSATTR_WRITE_PROTECTED, NVME_NS_NSATTR_WRITE_PROTECTED);
    expect_equal("RP", lwnvme_field_put(~0u, LWNVME_LBAF_RP), NVME_LBAF_RP_MASK);
    expect_equal("STS", lwnvme_field_put(~0u, LWNVME_ELBAF_STS), NVME_NVM_ELBAF_STS_MASK);
    expect_equal("PIF", lwnvme_field_put(~0u, LWNVME_ELBAF_PIF), NVME_NVM_ELBAF_PIF_MASK);
    end();
}

/* libnvme keeps the flags of Read and Write as the upper half of CDW12. */
static void command_dwords(void **state)
{
    (void)state;
    BITS(LWNVME_RW_NLB, 15, 0);
    expect_equal("STC", lwnvme_field_put(1u, LWNVME_RW_STC), (uint32_t)NVME_IO_STC << 16);
    expect_equal("DEAC", lwnvme_field_put(1u, LWNVME_RW_DEAC), (uint32_t)NVME_IO_DEAC << 16);
    expect_equal("FUA", lwnvme_field_put(1u, LWNVME_RW_FUA), (uint32_t)NVME_IO_FUA << 16);
    expect_equal("LR", lwnvme_field_put(1u, LWNVME_RW_LR), (uint32_t)NVME_IO_LR << 16);
    expect_equal("PRACT", lwnvme_field_put(LWNVME_PRINFO_PRACT, LWNVME_RW_PRINFO),
                 (uint32_t)NVME_IO_PRINFO_PRACT << 16);
    expect_equal("guard", lwnvme_field_put(LWNVME_PRINFO_PRCHK_GUARD, LWNVME_RW_PRINFO),
                 (uint32_t)NVME_IO_PRINFO_PRCHK_GUARD << 16);
    expect_equal("application tag", lwnvme_field_put(LWNVME_PRINFO_PRCHK_APPLICATION_TAG, LWNVME_RW_PRINFO),
                 (uint32_t)NVME_IO_PRINFO_PRCHK_APP << 16);
    expect_equal("reference tag", lwnvme_field_put(LWNVME_PRINFO_PRCHK_REFERENCE_TAG, LWNVME_RW_PRINFO),
                 (uint32_t)NVME_IO_PRINFO_PRCHK_REF << 16);
    expect_equal("DTYPE", lwnvme_field_put(1u, LWNVME_RW_DTYPE), (uint32_t)NVME_IO_DTYPE_STREAMS << 16);
    EXPECT(LWNVME_DSM_INTEGRAL_READ, NVME_DSMGMT_IDR);
    EXPECT(LWNVME_DSM_INTEGRAL_WRITE, NVME_DSMGMT_IDW);
    EXPECT(LWNVME_DSM_DEALLOCATE, NVME_DSMGMT_AD);
    EXPECT(LWNVME_DSM_RANGES_MAX, NVME_DSM_MAX_RANGES);
    EXPECT(LWNVME_FORMAT_SES_NONE, NVME_FORMAT_SES_NONE);
    EXPECT(LWNVME_FORMAT_SES_USER_DATA, NVME_FORMAT_SES_USER_DATA_ERASE);
    EXPECT(LWNVME_FORMAT_SES_CRYPTOGRAPHIC, NVME_FORMAT_SES_CRYPTO_ERASE);
    EXPECT(LWNVME_SANACT_EXIT_FAILURE_MODE, NVME_SANITIZE_SANACT_EXIT_FAILURE);
    EXPECT(LWNVME_SANACT_BLOCK_ERASE, NVME_SANITIZE_SANACT_START_BLOCK_ERASE);
    EXPECT(LWNVME_SANACT_OVERWRITE, NVME_SANITIZE_SANACT_START_OVERWRITE);
    EXPECT(LWNVME_SANACT_CRYPTO_ERASE, NVME_SANITIZE_SANACT_START_CRYPTO_ERASE);
    EXPECT(LWNVME_SANACT_EXIT_MEDIA_VERIFICATION, 5);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_REPLACE, NVME_FW_COMMIT_CA_REPLACE);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET, NVME_FW_COMMIT_CA_REPLACE_AND_ACTIVATE);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET, NVME_FW_COMMIT_CA_SET_ACTIVE);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW, NVME_FW_COMMIT_CA_REPLACE_AND_ACTIVATE_IMMEDIATE);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION, NVME_FW_COMMIT_CA_REPLACE_BOOT_PARTITION);
    EXPECT(LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_BOOT_PARTITION, NVME_FW_COMMIT_CA_ACTIVATE_BOOT_PARTITION);
    BITS(LWNVME_CREATE_QUEUE_QID, 15, 0);
    BITS(LWNVME_CREATE_QUEUE_QSIZE, 31, 16);
    BITS(LWNVME_CREATE_IOCQ_PC, 0, 0);
    BITS(LWNVME_CREATE_IOCQ_IEN, 1, 1);
    BITS(LWNVME_CREATE_IOCQ_IV, 31, 16);
    BITS(LWNVME_CREATE_IOSQ_PC, 0, 0);
    BITS(LWNVME_CREATE_IOSQ_QPRIO, 2, 1);
    BITS(LWNVME_CREATE_IOSQ_CQID, 31, 16);
    BITS(LWNVME_SQE_DW0_OPC, 7, 0);
    BITS(LWNVME_SQE_DW0_FUSE, 9, 8);
    BITS(LWNVME_SQE_DW0_PSDT, 15, 14);
    BITS(LWNVME_SQE_DW0_CID, 31, 16);
    BITS(LWNVME_CQE_DW2_SQHD, 15, 0);
    BITS(LWNVME_CQE_DW2_SQID, 31, 16);
    BITS(LWNVME_CQE_DW3_CID, 15, 0);
    BITS(LWNVME_CQE_DW3_P, 16, 16);
    BITS(LWNVME_CQE_DW3_STATUS, 31, 17);
    end();
}

/* libnvme keeps these shifts and masks in its sources, not in its headers. */
static void admin_command_dwords(void **state)
{
    (void)state;
    BITS(LWNVME_IDENTIFY_CDW10_CNS, 7, 0);
    BITS(LWNVME_IDENTIFY_CDW10_CNTID, 31, 16);
    BITS(LWNVME_IDENTIFY_CDW11_CNSSID, 15, 0);
    BITS(LWNVME_IDENTIFY_CDW11_CSI, 31, 24);
    BITS(LWNVME_IDENTIFY_CDW14_UIDX, 6, 0);
    BITS(LWNVME_GET_LOG_CDW10_LID, 7, 0);
    BITS(LWNVME_GET_LOG_CDW10_LSP, 14, 8);
    BITS(LWNVME_GET_LOG_CDW10_RAE, 15, 15);
    BITS(LWNVME_GET_LOG_CDW10_NUMDL, 31, 16);
    BITS(LWNVME_GET_LOG_CDW11_NUMDU, 15, 0);
    BITS(LWNVME_GET_LOG_CDW11_LSI, 31, 16);
    BITS(LWNVME_GET_LOG_CDW14_UIDX, 6, 0);
    BITS(LWNVME_GET_LOG_CDW14_OT, 23, 23);
    BITS(LWNVME_GET_LOG_CDW14_CSI, 31, 24);
    BITS(LWNVME_GET_FEATURES_CDW10_FID, 7, 0);
    BITS(LWNVME_GET_FEATURES_CDW10_SEL, 10, 8);
    BITS(LWNVME_SET_FEATURES_CDW10_FID, 7, 0);
    BITS(LWNVME_SET_FEATURES_CDW10_SV, 31, 31);
    BITS(LWNVME_FEATURES_CDW14_UIDX, 6, 0);
    BITS(LWNVME_FIRMWARE_COMMIT_FS, 2, 0);
    BITS(LWNVME_FIRMWARE_COMMIT_CA, 5, 3);
    BITS(LWNVME_FIRMWARE_COMMIT_BPID, 31, 31);
    BITS(LWNVME_FORMAT_LBAFL, 3, 0);
    BITS(LWNVME_FORMAT_MSET, 4, 4);
    BITS(LWNVME_FORMAT_PI, 7, 5);
    BITS(LWNVME_FORMAT_PIL, 8, 8);
    BITS(LWNVME_FORMAT_SES, 11, 9);
    BITS(LWNVME_FORMAT_LBAFU, 13, 12);
    BITS(LWNVME_SANITIZE_SANACT, 2, 0);
    BITS(LWNVME_SANITIZE_AUSE, 3, 3);
    BITS(LWNVME_SANITIZE_OWPASS, 7, 4);
    BITS(LWNVME_SANITIZE_OIPBP, 8, 8);
    BITS(LWNVME_SANITIZE_NDAS, 9, 9);
    BITS(LWNVME_SANITIZE_EMVS, 10, 10);
    BITS(LWNVME_ABORT_SQID, 15, 0);
    BITS(LWNVME_ABORT_CID, 31, 16);
    BITS(LWNVME_DELETE_QUEUE_QID, 15, 0);
    BITS(LWNVME_DSM_NR, 7, 0);
    EXPECT(LWNVME_SQE_BYTES, 64);
    EXPECT(LWNVME_SQE_DWORDS * 4u, LWNVME_SQE_BYTES);
    EXPECT(LWNVME_CQE_BYTES, 16);
    EXPECT(LWNVME_CQE_DWORDS * 4u, LWNVME_CQE_BYTES);
    EXPECT(1u << LWNVME_IOSQES, LWNVME_SQE_BYTES);
    EXPECT(1u << LWNVME_IOCQES, LWNVME_CQE_BYTES);
    /* Byte offsets of the common command format. */
    EXPECT(LWNVME_SQE_NSID * 4u, 4);
    EXPECT(LWNVME_SQE_MPTR * 4u, 16);
    EXPECT(LWNVME_SQE_PRP1 * 4u, 24);
    EXPECT(LWNVME_SQE_PRP2 * 4u, 32);
    EXPECT(LWNVME_SQE_CDW10 * 4u, 40);
    EXPECT(LWNVME_SQE_CDW15 * 4u, 60);
    end();
}

static void asynchronous_events(void **state)
{
    (void)state;
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
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_ENTERED_MEDIA_VERIFICATION, 3);
    EXPECT(LWNVME_AEI_IOCS_RESERVATION_LOG_AVAILABLE, NVME_AER_CSS_NVM_RESERVATION);
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_COMPLETED, NVME_AER_CSS_NVM_SANITIZE_COMPLETED);
    EXPECT(LWNVME_AEI_IOCS_SANITIZE_COMPLETED_UNEXPECTED_DEALLOCATION,
           NVME_AER_CSS_NVM_UNEXPECTED_SANITIZE_DEALLOC);
    BITS(LWNVME_ASYNC_EVENT_AET, 2, 0);
    BITS(LWNVME_ASYNC_EVENT_AEI, 15, 8);
    BITS(LWNVME_ASYNC_EVENT_LID, 23, 16);
    end();
}

/* ---- Accessors ----------------------------------------------------------------------------------------- */

static void field_accessors(void **state)
{
    (void)state;
    assert_int_equal(lwnvme_field_get(0x12345678u, 31, 0), 0x12345678u);
    assert_int_equal(lwnvme_field_get(0x80000000u, 31, 31), 1u);
    assert_int_equal(lwnvme_field_get(0x12345678u, 15, 8), 0x56u);
    assert_int_equal(lwnvme_field_put(0xffffffffu, 31, 0), 0xffffffffu);
    assert_int_equal(lwnvme_field_put(0xffffffffu, 31, 31), 0x80000000u);
    assert_int_equal(lwnvme_field_put(0x1ffu, 15, 8), 0xff00u);
    assert_int_equal(lwnvme_field_put(6u, LWNVME_CC_IOSQES) | lwnvme_field_put(4u, LWNVME_CC_IOCQES),
                     0x00460000u);
    assert_int_equal(lwnvme_field_get_halves(0x140103ffu, 0x00000020u, LWNVME_CAP_MQES), 0x3ffu);
    assert_int_equal(lwnvme_field_get_halves(0x140103ffu, 0x00000020u, LWNVME_CAP_TO), 0x14u);
    assert_int_equal(lwnvme_field_get_halves(0x140103ffu, 0x00000020u, LWNVME_CAP_CSS), LWNVME_CAP_CSS_NVM);
    assert_int_equal(lwnvme_field_get_halves(0x140103ffu, 0x00000023u, LWNVME_CAP_DSTRD), 3u);
    assert_int_equal(lwnvme_field_get_halves(0u, 0x18000000u, LWNVME_CAP_CRMS), 3u);
}

static void little_endian_accessors(void **state)
{
    static const uint8_t ascending[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xf0};
    struct lwnvme_le16 le16;
    struct lwnvme_le32 le32;
    struct lwnvme_le64 le64;
    struct lwnvme_le128 le128;

    (void)state;
    lwnvme_le16_set(&le16, 0x0201u);
    lwnvme_le32_set(&le32, 0x04030201u);
    lwnvme_le64_set(&le64, UINT64_C(0x0807060504030201));
    assert_memory_equal(&le16, ascending, sizeof(le16));
    assert_memory_equal(&le32, ascending, sizeof(le32));
    assert_memory_equal(&le64, ascending, sizeof(le64));
    memcpy(&le128, ascending, sizeof(le128));
    assert_int_equal(lwnvme_le16_get(&le16), 0x0201u);
    assert_int_equal(lwnvme_le32_get(&le32), 0x04030201u);
    assert_true(lwnvme_le64_get(&le64) == UINT64_C(0x0807060504030201));
    assert_true(lwnvme_le128_low64(&le128) == UINT64_C(0x0807060504030201));
    assert_true(lwnvme_le128_high64(&le128) == UINT64_C(0xf00f0e0d0c0b0a09));
    lwnvme_le16_set(&le16, 0xfffeu);
    lwnvme_le32_set(&le32, 0xfffffffeu);
    lwnvme_le64_set(&le64, UINT64_C(0xfffffffefffffffd));
    assert_int_equal(lwnvme_le16_get(&le16), 0xfffeu);
    assert_int_equal(lwnvme_le32_get(&le32), 0xfffffffeu);
    assert_true(lwnvme_le64_get(&le64) == UINT64_C(0xfffffffefffffffd));
}

#define LAYOUT_TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAYOUT_TEST(power_state),
        LAYOUT_TEST(identify_controller),
        LAYOUT_TEST(identify_namespace),
        LAYOUT_TEST(lba_format),
        LAYOUT_TEST(identify_nvm_namespace),
        LAYOUT_TEST(identify_nvm_controller),
        LAYOUT_TEST(identify_independent_namespace),
        LAYOUT_TEST(namespace_descriptor),
        LAYOUT_TEST(error_log_entry),
        LAYOUT_TEST(smart_log),
        LAYOUT_TEST(firmware_slot_log),
        LAYOUT_TEST(dsm_range),
        LAYOUT_TEST(host_memory_descriptor),
        LAYOUT_TEST(host_behavior_support),
        LAYOUT_TEST(register_offsets),
        LAYOUT_TEST(register_fields_of_cap),
        LAYOUT_TEST(register_fields_of_vs_cc_csts_aqa_crto),
        LAYOUT_TEST(register_fields_of_cmb_boot_and_pmr),
        LAYOUT_TEST(admin_opcodes),
        LAYOUT_TEST(io_opcodes),
        LAYOUT_TEST(identify_values),
        LAYOUT_TEST(log_pages),
        LAYOUT_TEST(features),
        LAYOUT_TEST(feature_fields),
        LAYOUT_TEST(status_generic),
        LAYOUT_TEST(status_command_specific),
        LAYOUT_TEST(status_of_io_commands),
        LAYOUT_TEST(status_media_path_and_fields),
        LAYOUT_TEST(controller_capability_bits),
        LAYOUT_TEST(command_support_bits),
        LAYOUT_TEST(namespace_bits),
        LAYOUT_TEST(command_dwords),
        LAYOUT_TEST(admin_command_dwords),
        LAYOUT_TEST(asynchronous_events),
        LAYOUT_TEST(field_accessors),
        LAYOUT_TEST(little_endian_accessors),
    };

    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
