/* SPDX-License-Identifier: MIT */
/*
 * The controller memory buffer, behind a window of its own: of what may be in it this model has submission queues only.
 *
 *     host: mmio_map of cmb_bar_physical + cmb_offset, mmio_write32 --> bytes <-- fetch of commands: addresses from CBA on
 *
 * With control (CAP.CMBS) CMBLOC and CMBSZ are 0 until CMBMSC.CRE, and the controller knows no address in it before CMSE. The
 * older form has neither: addresses are those of the BAR. The host may not touch the buffer while it is not enabled. A controller
 * reset leaves CMBMSC and spoils the content; more than that resets both.
 * NVM Express Base Specification 2.1, section 8.2.1 "Controller Memory Buffer".
 */
#include <sys/mman.h>

#include "sim_internal.h"

#define REG_CMBLOC      0x38u
#define REG_CMBSZ       0x3cu
#define REG_CMBMSC_LOW  0x50u
#define REG_CMBMSC_HIGH 0x54u
#define REG_CMBSTS      0x58u
#define CRE             1u
#define CMSE            2u
#define UNIT            4096u
#define SPOILT          0xc3

static bool has_cmb(const struct lwnvme_sim *sim)
{
    return sim->config.cmb_bytes != 0;
}

static uint64_t base(const struct lwnvme_sim *sim)
{
    const struct sim_cmb *cmb = &sim->cmb;
    return sim->config.cmb_legacy ? sim->config.cmb_bar_physical + sim->config.cmb_offset
                                  : (uint64_t)cmb->control[1] << 32 | (cmb->control[0] & ~0xfffu);
}

static bool base_invalid(const struct lwnvme_sim *sim)
{
    return !sim->config.cmb_legacy && base(sim) > UINT64_MAX - sim->config.cmb_bytes;
}

static bool enabled(const struct lwnvme_sim *sim)
{
    return has_cmb(sim) &&
           (sim->config.cmb_legacy || ((~sim->cmb.control[0] & (CRE | CMSE)) == 0 && !base_invalid(sim)));
}

uint8_t *lwsim_cmb_at(struct lwnvme_sim *sim, uint64_t dma, uint64_t bytes)
{
    uint64_t offset = dma - base(sim);
    if (!enabled(sim) || dma < base(sim) || offset > sim->config.cmb_bytes ||
        bytes > sim->config.cmb_bytes - offset) {
        return NULL;
    }
    return sim->cmb.bytes + offset;
}

volatile void *lwsim_cmb_map(struct lwnvme_sim *sim, uint64_t physical, size_t bytes)
{
    uint64_t from = sim->config.cmb_bar_physical + sim->config.cmb_offset;
    if (!has_cmb(sim) || physical != from || bytes != sim->config.cmb_bytes) {
        return NULL;
    }
    return sim->cmb.window;
}

bool lwsim_cmb_write(struct lwnvme_sim *sim, const volatile void *window, size_t offset, uint32_t value)
{
    if (sim->cmb.window == NULL || window != sim->cmb.window) {
        return false;
    }
    if (sim->removed || (!enabled(sim) && sim->cmb.lost)) {
        return true; /* nobody takes it */
    }
    if (!enabled(sim)) {
        lwsim_violation(sim, "controller memory buffer: written at 0x%zx, but it is not enabled", offset);
    } else if (offset % 4 != 0 || offset > sim->config.cmb_bytes - 4) {
        lwsim_violation(sim, "controller memory buffer: no dword at 0x%zx of %llu bytes", offset,
                        (unsigned long long)sim->config.cmb_bytes);
    } else {
        lwsim_put((sim->config.weak_order ? sim->cmb.stored : sim->cmb.bytes) + offset, value, 4);
        sim->cmb.unpublished = sim->config.weak_order;
        sim->counts.cmb_writes++;
    }
    return true;
}

/* Memory has been published already, and the device may look at shadow doorbells there before the buffer follows. */
void lwsim_cmb_publish(struct lwnvme_sim *sim)
{
    if (sim->cmb.unpublished) {
        sim->cmb.unpublished = false;
        lwsim_shadow_glimpse(sim);
        memcpy(sim->cmb.bytes, sim->cmb.stored, (size_t)sim->config.cmb_bytes);
    }
}

static uint32_t shown(uint64_t bytes)
{
    return (uint32_t)(bytes / UNIT) << 12;
}

static bool register_read(struct lwnvme_sim *sim, size_t offset, uint32_t *value)
{
    bool told = sim->config.cmb_legacy || (sim->cmb.control[0] & CRE) != 0;
    *value = 0;
    if (!has_cmb(sim)) {
        return false;
    }
    switch (offset) {
    case REG_CMBLOC:
        *value = !told                           ? 0
                 : sim->config.cmbloc_shown != 0 ? sim->config.cmbloc_shown
                                                 : shown(sim->config.cmb_offset) | sim->config.cmb_bir;
        return true;
    case REG_CMBSZ:
        *value = !told                          ? 0
                 : sim->config.cmbsz_shown != 0 ? sim->config.cmbsz_shown
                                                : shown(sim->config.cmb_bytes) | 1u;
        return true;
    case REG_CMBMSC_LOW:
    case REG_CMBMSC_HIGH:
        *value = sim->cmb.control[(offset - REG_CMBMSC_LOW) / 4];
        return !sim->config.cmb_legacy;
    case REG_CMBSTS:
        *value = base_invalid(sim) && (sim->cmb.control[0] & CMSE) != 0;
        return !sim->config.cmb_legacy;
    default:
        return false;
    }
}

static bool register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    if (!has_cmb(sim) || sim->config.cmb_legacy || (offset != REG_CMBMSC_LOW && offset != REG_CMBMSC_HIGH)) {
        return false;
    }
    if (offset == REG_CMBMSC_LOW && (value & 0xffcu) != 0) {
        lwsim_violation(sim, "CMBMSC: reserved bits are set (0x%08x)", value);
    }
    sim->cmb.control[(offset - REG_CMBMSC_LOW) / 4] = value;
    sim->cmb.lost = false;
    return true;
}

static bool create(struct lwnvme_sim *sim)
{
    if (!has_cmb(sim)) {
        return true;
    }
    sim->cmb.bytes = malloc((size_t)sim->config.cmb_bytes);
    sim->cmb.stored = calloc(1, (size_t)sim->config.cmb_bytes);
    sim->cmb.window = mmap(NULL, (size_t)sim->config.cmb_bytes, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sim->cmb.window == MAP_FAILED) {
        sim->cmb.window = NULL;
    }
    return sim->cmb.bytes != NULL && sim->cmb.stored != NULL && sim->cmb.window != NULL;
}

static void destroy(struct lwnvme_sim *sim)
{
    free(sim->cmb.bytes);
    free(sim->cmb.stored);
    if (sim->cmb.window != NULL) {
        (void)munmap((void *)(uintptr_t)sim->cmb.window, (size_t)sim->config.cmb_bytes);
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (sim->cmb.bytes != NULL) {
        memset(sim->cmb.bytes, SPOILT, (size_t)sim->config.cmb_bytes);
        memset(sim->cmb.stored, SPOILT, (size_t)sim->config.cmb_bytes);
    }
    if (kind != SIM_RESET_CONTROLLER) {
        sim->cmb.lost |= enabled(sim);
        sim->cmb.control[0] = sim->cmb.control[1] = 0;
    }
}

const struct sim_part lwsim_cmb_part = {
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .register_read = register_read,
    .register_write = register_write,
};
