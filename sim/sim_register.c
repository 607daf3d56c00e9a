/* SPDX-License-Identifier: MIT */
/*
 * The registers, and the life that CC and CSTS make:
 *
 *     EN 0, RDY 0 --EN=1--> EN 1, RDY 0 --ready_delay--> EN 1, RDY 1 --EN=0--> EN 0, RDY 1 --disable_delay--> ...
 *
 * with shutdown (SHN, SHST) on top. Offsets and fields: NVM Express Base Specification 2.1, section 3.1.4
 * "Controller Properties", and NVMe over PCIe Transport Specification 1.1, section 3.1.2.
 */
#include "sim_internal.h"

enum {
    REG_CAP_LOW = 0x00,
    REG_CAP_HIGH = 0x04,
    REG_VS = 0x08,
    REG_INTMS = 0x0c,
    REG_INTMC = 0x10,
    REG_CC = 0x14,
    REG_CSTS = 0x1c,
    REG_NSSR = 0x20,
    REG_AQA = 0x24,
    REG_ASQ_LOW = 0x28,
    REG_ASQ_HIGH = 0x2c,
    REG_ACQ_LOW = 0x30,
    REG_ACQ_HIGH = 0x34,
    REG_CRTO = 0x68,
    REG_DOORBELLS = 0x1000
};

#define CC_EN       0x00000001u
#define CC_CSS      0x00000070u
#define CC_MPS      0x00000780u
#define CC_AMS      0x00003800u
#define CC_SHN      0x0000c000u
#define CC_IOSQES   0x000f0000u
#define CC_IOCQES   0x00f00000u
#define CC_CRIME    0x01000000u
#define CC_RESERVED 0xfe00000eu
#define CC_FIXED    (CC_MPS | CC_CSS | CC_AMS | CC_CRIME) /* while EN is 1 */
#define CSTS_RDY    0x1u
#define CSTS_CFS    0x2u
#define CSTS_SHST   0xcu
#define CSTS_NSSRO  0x10u

uint64_t lwsim_bar_needed(const struct lwnvme_sim_config *config)
{
    uint64_t stride = (uint64_t)4 << config->cap_dstrd;
    uint64_t bytes = REG_DOORBELLS + stride * 2 * ((uint64_t)config->io_queue_pairs + 1);
    uint64_t size = 16384;
    while (size < bytes) {
        size *= 2;
    }
    return size;
}

uint32_t lwsim_page_bytes(const struct lwnvme_sim *sim)
{
    return 4096u << ((sim->cc & CC_MPS) >> 7);
}

static uint32_t cap_low(const struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    if (c->cap_override) {
        return c->cap_low;
    }
    uint32_t to = c->cap_changes && sim->cc_written ? c->cap_to_later : c->cap_to;
    return c->cap_mqes | (c->cap_cqr ? 1u << 16 : 0) | (uint32_t)(c->cap_ams & 3u) << 17 | to << 24;
}

static uint32_t cap_high(const struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    if (c->cap_override) {
        return c->cap_high;
    }
    return (c->cap_dstrd & 15u) | (c->cap_nssrs ? 1u << 4 : 0) | (uint32_t)c->cap_css << 5 |
           (c->cap_bps ? 1u << 13 : 0) | (c->cap_mpsmin & 15u) << 16 | (c->cap_mpsmax & 15u) << 20 |
           (c->cap_crms & 3u) << 27 | (c->cmb_bytes != 0 && !c->cmb_legacy ? 1u << 25 : 0);
}

uint32_t lwsim_register_value(struct lwnvme_sim *sim, size_t offset)
{
    uint32_t value = 0;
    switch (offset) {
    case REG_CAP_LOW:
        return cap_low(sim);
    case REG_CAP_HIGH:
        return cap_high(sim);
    case REG_VS:
        return sim->config.vs;
    case REG_INTMS:
    case REG_INTMC:
        return sim->intms;
    case REG_CC:
        return sim->cc;
    case REG_CSTS:
        return sim->csts;
    case REG_AQA:
        return sim->aqa;
    case REG_ASQ_LOW:
    case REG_ASQ_HIGH:
        return sim->asq[(offset - REG_ASQ_LOW) / 4];
    case REG_ACQ_LOW:
    case REG_ACQ_HIGH:
        return sim->acq[(offset - REG_ACQ_LOW) / 4];
    case REG_CRTO:
        if (sim->config.cap_changes && sim->cc_written) {
            return sim->config.crto_later;
        }
        return sim->config.crto_crwmt | (uint32_t)sim->config.crto_crimt << 16;
    default: /* NSSR and all that this controller does not have are 0 */
        return lwsim_parts_register_read(sim, offset, &value) ? value : 0;
    }
}

/* True if the access is one that a controller can answer. */
static bool access_legal(struct lwnvme_sim *sim, size_t offset, const char *what)
{
    if (offset % 4 != 0) {
        lwsim_violation(sim, "register %s at offset 0x%zx is not dword aligned", what, offset);
        return false;
    }
    if (offset > sim->bar_bytes - 4) {
        lwsim_violation(sim, "register %s at offset 0x%zx is beyond the region of %zu bytes", what, offset,
                        sim->bar_bytes);
        return false;
    }
    if (sim->now < sim->quiet_until && !sim->dead) {
        lwsim_violation(sim,
                        "register %s at offset 0x%zx in a time in which this controller must be left alone",
                        what, offset);
        sim->dead = true;
    }
    return true;
}

uint32_t lwsim_register_read(struct lwnvme_sim *sim, size_t offset)
{
    uint64_t read = ++sim->counts.mmio_reads;
    if (sim->config.mmio_zeros_at != 0 && read >= sim->config.mmio_zeros_at) {
        return 0;
    }
    if (sim->config.mmio_ones_at != 0 && read >= sim->config.mmio_ones_at && !sim->removed) {
        lwnvme_sim_remove(sim);
    }
    if (sim->removed || !access_legal(sim, offset, "read") || sim->dead) {
        return 0xffffffffu;
    }
    if (offset >= REG_DOORBELLS) {
        lwsim_violation(sim, "register read at offset 0x%zx: doorbells are not to be read", offset);
        return 0;
    }
    if ((offset == REG_INTMS || offset == REG_INTMC) && sim->config.msix_vectors != 0) {
        lwsim_violation(sim, "%s: read although MSI-X is in use", offset == REG_INTMS ? "INTMS" : "INTMC");
    }
    return lwsim_register_value(sim, offset);
}

/* ---- CC ---- */

/* The time that a driver must give EN and RDY to agree. */
static uint64_t settle_limit_us(const struct lwnvme_sim *sim)
{
    uint64_t units = sim->config.cap_to == 0 ? 1 : sim->config.cap_to;
    if (sim->config.crto_crwmt > units && (sim->config.cap_crms & 1) != 0) {
        units = sim->config.crto_crwmt;
    }
    return units * 500000;
}

static void check_entry_sizes(struct lwnvme_sim *sim, uint32_t now, uint32_t before)
{
    if (((now ^ before) & (CC_IOSQES | CC_IOCQES)) == 0) {
        return;
    }
    for (uint32_t i = 1; i <= sim->config.io_queue_pairs; i++) {
        if (sim->sq[i].live || sim->cq[i].live) {
            lwsim_violation(sim, "CC: IOSQES or IOCQES changed while I/O queues exist");
            return;
        }
    }
}

static void check_shutdown(struct lwnvme_sim *sim, uint32_t now, uint32_t before)
{
    uint32_t shn = (now & CC_SHN) >> 14;
    uint32_t shst = (sim->csts & CSTS_SHST) >> 2;
    if (((now ^ before) & CC_SHN) == 0) {
        return;
    }
    if (shn == 3) {
        lwsim_violation(sim, "CC: SHN 11b is reserved");
    } else if (shn != 0 && (now & CC_EN) == 0) {
        lwsim_violation(sim, "CC: SHN %u while EN is 0", shn);
    } else if (shst == 1 && (now & CC_EN) != 0) {
        lwsim_violation(sim, "CC: SHN changed to %u while a shutdown is in progress", shn);
    }
}

/* Fields that may not change as they did, on any write. */
static void check_cc(struct lwnvme_sim *sim, uint32_t now, uint32_t before)
{
    if ((now & CC_RESERVED) != 0) {
        lwsim_violation(sim, "CC: reserved bits are set (0x%08x)", now);
    }
    if ((now & CC_CRIME) != 0 && (sim->config.cap_crms & 2) == 0) {
        lwsim_violation(sim, "CC: CRIME is set, CAP.CRMS does not allow it");
    }
    if ((before & CC_EN) != 0 && ((now ^ before) & CC_FIXED) != 0) {
        lwsim_violation(sim, "CC: MPS, CSS, AMS or CRIME changed while EN is 1 (0x%08x to 0x%08x)", before,
                        now);
    }
    check_entry_sizes(sim, now, before);
    check_shutdown(sim, now, before);
}

static bool css_known(const struct lwnvme_sim *sim, uint32_t css)
{
    uint8_t cap = sim->config.cap_css;
    return (css == 0 && (cap & 1) != 0) || (css == 6 && (cap & 0x40) != 0) || (css == 7 && (cap & 0x80) != 0);
}

static bool ams_known(const struct lwnvme_sim *sim, uint32_t ams)
{
    return ams == 0 || (ams == 1 && (sim->config.cap_ams & 1) != 0) ||
           (ams == 7 && (sim->config.cap_ams & 2) != 0);
}

/* What must be right when EN goes to 1. false: the controller fails. */
static bool check_enable(struct lwnvme_sim *sim, uint32_t cc)
{
    uint32_t mps = (cc & CC_MPS) >> 7;
    uint64_t page_mask = ((uint64_t)4096 << mps) - 1;
    uint64_t before = sim->violations;
    if (mps < sim->config.cap_mpsmin || mps > sim->config.cap_mpsmax) {
        lwsim_violation(sim, "CC: MPS %u, but MPSMIN is %u and MPSMAX %u", mps, sim->config.cap_mpsmin,
                        sim->config.cap_mpsmax);
    }
    if (!css_known(sim, (cc & CC_CSS) >> 4)) {
        lwsim_violation(sim, "CC: CSS %u is not among CAP.CSS 0x%02x", (cc & CC_CSS) >> 4,
                        sim->config.cap_css);
    }
    if (!ams_known(sim, (cc & CC_AMS) >> 11)) {
        lwsim_violation(sim, "CC: AMS %u is not among CAP.AMS %u", (cc & CC_AMS) >> 11, sim->config.cap_ams);
    }
    if ((cc & CC_SHN) != 0) {
        lwsim_violation(sim, "CC: EN set to 1 with SHN %u", (cc & CC_SHN) >> 14);
    }
    if ((sim->aqa & 0xfff) == 0 || (sim->aqa >> 16 & 0xfff) == 0) {
        lwsim_violation(sim, "AQA: a ring has one entry (0x%08x), two are the least", sim->aqa);
    }
    bool page_known = mps >= sim->config.cap_mpsmin && mps <= sim->config.cap_mpsmax;
    if (page_known && ((lwsim_pair(sim->asq) | lwsim_pair(sim->acq)) & page_mask) != 0) {
        lwsim_violation(sim, "ASQ 0x%llx, ACQ 0x%llx: not aligned to the memory page of %llu bytes",
                        (unsigned long long)lwsim_pair(sim->asq), (unsigned long long)lwsim_pair(sim->acq),
                        (unsigned long long)page_mask + 1);
    }
    return sim->violations == before;
}

static void start_enable(struct lwnvme_sim *sim)
{
    sim->counts.enables++;
    if ((sim->csts & CSTS_RDY) != 0) {
        lwsim_violation(sim, "CC: EN set to 1 while CSTS.RDY is still 1");
    }
    if (!sim->config.fatal_sticky) {
        sim->csts &= ~CSTS_CFS;
    }
    sim->disabled_due = LWNVME_SIM_NEVER;
    sim->enabled_at = lwsim_shown(sim);
    bool good = check_enable(sim, sim->cc) && !sim->config.fatal_at_enable;
    if (good) {
        good = lwsim_sq_open(sim, 0, lwsim_pair(sim->asq), (sim->aqa & 0xfff) + 1, 0) &&
               lwsim_cq_open(sim, 0, lwsim_pair(sim->acq), (sim->aqa >> 16 & 0xfff) + 1);
        sim->rings_known = good;
    }
    if (!good) {
        sim->csts |= CSTS_CFS;
        return;
    }
    bool soon = (sim->cc & CC_CRIME) != 0;
    sim->media_due = soon ? sim->now + sim->config.ready_delay_us : sim->now;
    sim->ready_due = sim->now + (soon ? sim->config.crime_ready_delay_us : sim->config.ready_delay_us);
}

static void finish_disable(struct lwnvme_sim *sim)
{
    sim->disabled_due = LWNVME_SIM_NEVER;
    lwsim_late_run(sim);
    sim->stuck = false;
    sim->csts &= ~(CSTS_RDY | CSTS_SHST);
    if (!sim->config.fatal_sticky) {
        sim->csts &= ~CSTS_CFS;
    }
    sim->rings_known = false;
    lwsim_queue_reset(sim);
    lwsim_parts_reset(sim, SIM_RESET_CONTROLLER);
}

/* A reset cuts off a shutdown that is under way, which so saves nothing: not before the time that Identify names, or if that
 * is longer or not told, before EN and RDY should agree. */
static void check_cut_off(struct lwnvme_sim *sim)
{
    uint64_t limit = settle_limit_us(sim);
    if (sim->config.rtd3e != 0 && sim->config.rtd3e < limit) {
        limit = sim->config.rtd3e;
    }
    if ((sim->csts & CSTS_SHST) >> 2 == 1 && !lwsim_fatal(sim) &&
        lwsim_shown(sim) - sim->shutdown_at < limit) {
        lwsim_violation(sim, "CC: EN set to 0 while a shutdown is in progress");
    }
}

static void start_disable(struct lwnvme_sim *sim)
{
    sim->counts.disables++;
    sim->counts.hmb_at_reset += lwnvme_sim_hmb_bytes(sim) != 0;
    bool late = lwsim_shown(sim) - sim->enabled_at >= settle_limit_us(sim); /* by the driver's clock */
    if ((sim->csts & CSTS_RDY) == 0 && !lwsim_fatal(sim) && !late) {
        lwsim_violation(sim, "CC: EN set to 0 before CSTS.RDY became 1");
    }
    check_cut_off(sim);
    sim->ready_due = LWNVME_SIM_NEVER;
    sim->shutdown_due = LWNVME_SIM_NEVER;
    sim->disabled_due = sim->now + sim->config.disable_delay_us;
    sim->quiet_until = sim->now + sim->config.quiet_after_disable_us;
    if ((sim->csts & CSTS_RDY) == 0) {
        finish_disable(sim); /* the driver reads RDY = 0 from now on, and may take its memory back */
    }
}

static void start_shutdown(struct lwnvme_sim *sim)
{
    sim->counts.shutdowns++;
    sim->counts.hmb_at_shutdown += lwnvme_sim_hmb_bytes(sim) != 0;
    sim->csts = (sim->csts & ~CSTS_SHST) | 1u << 2;
    sim->shutdown_due = sim->now + sim->config.shutdown_delay_us;
    sim->shutdown_at = lwsim_shown(sim);
}

static void write_cc(struct lwnvme_sim *sim, uint32_t value)
{
    uint32_t before = sim->cc;
    check_cc(sim, value, before);
    value &= ~CC_RESERVED;
    if ((value & CC_EN) != 0 && (before & CC_EN) != 0) {
        value = (value & ~CC_FIXED) | (before & CC_FIXED);
    }
    sim->cc = value;
    sim->cc_written = true;
    if ((value & CC_EN) != 0 && (before & CC_EN) == 0) {
        start_enable(sim);
    } else if ((value & CC_EN) == 0 && (before & CC_EN) != 0) {
        start_disable(sim);
    } else if ((value & CC_EN) == 0 && !sim->config.fatal_sticky) {
        sim->csts &= ~CSTS_CFS;
    }
    if ((value & CC_EN) != 0 && (value & CC_SHN) != 0 && (before & CC_SHN) == 0) {
        start_shutdown(sim);
    }
}

/* ---- the other registers ---- */

/* The admin queue's attributes belong to the controller as long as EN or RDY is 1. */
static bool admin_queue_fixed(struct lwnvme_sim *sim, const char *name)
{
    if (lwsim_enabled(sim)) {
        lwsim_violation(sim, "%s: written while CC.EN is 1", name);
        return true;
    }
    if (lwsim_ready(sim)) {
        lwsim_violation(sim, "%s: written before CSTS.RDY became 0", name);
    }
    return false;
}

static void write_base(struct lwnvme_sim *sim, uint32_t pair[2], bool *low_last, size_t half, uint32_t value)
{
    const char *name = pair == sim->asq ? "ASQ" : "ACQ";
    if (admin_queue_fixed(sim, name)) {
        return;
    }
    if (half == 1 && !*low_last) {
        lwsim_violation(sim, "%s: the high half was written before the low one", name);
    }
    if (half == 0 && (value & 0xfff) != 0) {
        lwsim_violation(sim, "%s: bits 11:0 are reserved (0x%08x)", name, value);
    }
    *low_last = half == 0;
    pair[half] = half == 0 ? value & ~0xfffu : value;
}

static void write_aqa(struct lwnvme_sim *sim, uint32_t value)
{
    if (admin_queue_fixed(sim, "AQA")) {
        return;
    }
    if ((value & 0xf000f000u) != 0) {
        lwsim_violation(sim, "AQA: reserved bits are set (0x%08x)", value);
    }
    sim->aqa = value & 0x0fff0fffu;
}

static void write_mask(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    if (sim->config.msix_vectors != 0) {
        lwsim_violation(sim, "%s: written although MSI-X is in use", offset == REG_INTMS ? "INTMS" : "INTMC");
        return;
    }
    sim->intms = offset == REG_INTMS ? sim->intms | value : sim->intms & ~value;
}

/* The bit says that there was one, where NSSR is supported at all. */
void lwnvme_sim_subsystem_reset(struct lwnvme_sim *sim)
{
    lwsim_power_on(sim, SIM_RESET_SUBSYSTEM);
    sim->unknown = true;
    if (sim->config.cap_nssrs) {
        sim->csts |= CSTS_NSSRO;
    }
}

static void write_nssr(struct lwnvme_sim *sim, uint32_t value)
{
    if (!sim->config.cap_nssrs) {
        lwsim_violation(sim, "NSSR: written, but CAP.NSSRS is 0");
    } else if (value == 0x4e564d65u) {
        lwnvme_sim_subsystem_reset(sim);
    } else {
        lwsim_violation(sim, "NSSR: 0x%08x written, which does nothing", value);
    }
}

static void write_csts(struct lwnvme_sim *sim, uint32_t value)
{
    if ((value & ~CSTS_NSSRO) != 0) {
        lwsim_violation(sim, "CSTS: 0x%08x written, only NSSRO can be cleared", value);
    }
    if (sim->config.cap_nssrs) {
        sim->csts &= ~(value & CSTS_NSSRO);
    }
}

static void register_store(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    switch (offset) {
    case REG_INTMS:
    case REG_INTMC:
        write_mask(sim, offset, value);
        break;
    case REG_CC:
        sim->unknown = false;
        write_cc(sim, value);
        break;
    case REG_CSTS:
        write_csts(sim, value);
        break;
    case REG_NSSR:
        write_nssr(sim, value);
        break;
    case REG_AQA:
        write_aqa(sim, value);
        break;
    case REG_ASQ_LOW:
    case REG_ASQ_HIGH:
        write_base(sim, sim->asq, &sim->asq_low_last, (offset - REG_ASQ_LOW) / 4, value);
        break;
    case REG_ACQ_LOW:
    case REG_ACQ_HIGH:
        write_base(sim, sim->acq, &sim->acq_low_last, (offset - REG_ACQ_LOW) / 4, value);
        break;
    default:
        if (lwsim_parts_register_write(sim, offset, value)) {
            break;
        }
        lwsim_violation(sim, "register write at offset 0x%zx: read-only or reserved", offset);
    }
}

void lwsim_register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    sim->counts.mmio_writes++;
    if (sim->removed || !access_legal(sim, offset, "write") || sim->dead) {
        return;
    }
    if (offset >= REG_DOORBELLS) {
        lwsim_doorbell(sim, offset - REG_DOORBELLS, value);
    } else {
        register_store(sim, offset, value);
    }
}

/* ---- what happens by itself ---- */

uint64_t lwsim_register_next(const struct lwnvme_sim *sim)
{
    const struct lwnvme_sim_config *c = &sim->config;
    uint64_t ready = c->never_ready || lwsim_fatal(sim) ? LWNVME_SIM_NEVER : sim->ready_due;
    uint64_t disabled = c->never_disabled || sim->stuck_for_good ? LWNVME_SIM_NEVER : sim->disabled_due;
    uint64_t shutdown = c->shutdown_never_ends || lwsim_fatal(sim) ? LWNVME_SIM_NEVER : sim->shutdown_due;
    uint64_t next = ready < disabled ? ready : disabled;
    return next < shutdown ? next : shutdown;
}

static void finish_shutdown(struct lwnvme_sim *sim)
{
    sim->shutdown_due = LWNVME_SIM_NEVER;
    sim->csts = (sim->csts & ~CSTS_SHST) | 2u << 2;
    for (uint32_t i = 0; i < sim->ns_slots && (sim->cc & CC_SHN) >> 14 == 1; i++) {
        lwsim_cache_flush(&sim->ns[i]);
    }
}

void lwsim_register_run(struct lwnvme_sim *sim)
{
    uint64_t due = lwsim_register_next(sim);
    if (due > sim->now) {
        return;
    }
    if (sim->disabled_due == due && !sim->config.never_disabled && !sim->stuck_for_good) {
        finish_disable(sim);
    } else if (sim->ready_due == due && !sim->config.never_ready && !lwsim_fatal(sim)) {
        sim->ready_due = LWNVME_SIM_NEVER;
        sim->csts |= CSTS_RDY;
    } else {
        finish_shutdown(sim);
    }
}
