/* SPDX-License-Identifier: MIT */
/*
 * Identify: NVM Express Base Specification 2.1, section 5.1.13 "Identify command", and NVM Command Set
 * Specification 1.1, section 4.1.5.1 "Identify Namespace data structure".
 */
#include "sim_internal.h"

#define VS_1_1 0x00010100u
#define VS_1_2 0x00010200u
#define VS_1_3 0x00010300u
#define VS_1_4 0x00010400u
#define VS_2_0 0x00020000u

#define OACS_NAMESPACES 0x8u
enum {
    CSI_NVM = 0,
    CSI_KEY_VALUE = 1,
    CSI_ZONED = 2
};

static void controller_base(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    lwsim_put(data + 0, c->vid, 2);
    lwsim_put(data + 2, c->ssvid, 2);
    memcpy(data + 4, c->serial, 20);
    memcpy(data + 24, c->model, 40);
    memcpy(data + 64, c->firmware, 8);
    data[72] = c->rab;
    memcpy(data + 73, c->ieee, 3);
    data[76] = c->cmic;
    data[77] = c->mdts_shown != 0 ? c->mdts_shown : c->mdts;
    lwsim_put(data + 78, c->cntlid, 2);
    if (c->vs >= VS_1_2) {
        lwsim_put(data + 80, c->vs, 4);
        lwsim_put(data + 84, c->rtd3r, 4);
        lwsim_put(data + 88, c->rtd3e, 4);
        lwsim_put(data + 92, c->oaes, 4);
    }
    if (c->vs >= VS_1_3) {
        lwsim_put(data + 96, c->ctratt, 4);
        memcpy(data + 112, c->fguid, 16);
    }
    if (c->vs >= VS_1_4) {
        lwsim_put(data + 100, c->rrls, 2);
        data[111] = c->cntrltype;
        for (unsigned i = 0; i < 3; i++) {
            lwsim_put(data + 128 + 2 * i, c->crdt[i], 2);
        }
    }
    if (c->vs >= VS_2_0) {
        data[102] = c->bpcap;
        lwsim_put(data + 104, c->nssl, 4);
        data[110] = c->plsi;
        data[134] = c->crcap;
        data[253] = c->nvmsr;
        data[254] = c->vwci;
        data[255] = c->mec;
    }
}

static void controller_admin(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    lwsim_put(data + 256, c->oacs, 2);
    data[258] = c->acl;
    data[259] = c->aerl;
    data[260] = c->frmw;
    data[261] = c->lpa;
    data[262] = c->elpe;
    data[263] = c->npss;
    data[264] = c->avscc;
    data[265] = c->apsta;
    lwsim_put(data + 266, c->wctemp, 2);
    lwsim_put(data + 268, c->cctemp, 2);
    lwsim_put(data + 270, c->mtfa, 2);
    lwsim_put(data + 272, c->hmpre, 4);
    lwsim_put(data + 276, c->hmmin, 4);
    lwsim_put(data + 280, c->tnvmcap, 8);
    lwsim_put(data + 296, c->unvmcap_shown != 0 ? c->unvmcap_shown : lwsim_capacity_left(sim), 8);
    lwsim_put(data + 312, c->rpmbs, 4);
    lwsim_put(data + 316, c->edstt, 2);
    data[318] = c->dsto;
    data[319] = c->fwug;
    lwsim_put(data + 320, c->kas, 2);
}

static void controller_later(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    lwsim_put(data + 322, c->hctma, 2);
    lwsim_put(data + 324, c->mntmt, 2);
    lwsim_put(data + 326, c->mxtmt, 2);
    lwsim_put(data + 328, c->sanicap, 4);
    lwsim_put(data + 332, c->hmminds, 4);
    lwsim_put(data + 336, c->hmmaxd, 2);
    lwsim_put(data + 338, c->nsetidmax, 2);
    lwsim_put(data + 340, c->endgidmax, 2);
    data[342] = c->anatt;
    data[343] = c->anacap;
    lwsim_put(data + 344, c->anagrpmax, 4);
    lwsim_put(data + 348, c->nanagrpid, 4);
    lwsim_put(data + 352, c->pels, 4);
    lwsim_put(data + 356, c->did, 2);
    data[358] = c->kpioc;
    lwsim_put(data + 360, c->mptfawr, 2);
    lwsim_put(data + 368, c->megcap, 8);
    data[384] = c->tmpthha;
    lwsim_put(data + 386, c->cqt, 2);
}

static void controller_power(const struct lwnvme_sim *sim, uint8_t *data)
{
    for (unsigned i = 0; i <= sim->config.npss && i < 32; i++) {
        const struct lwnvme_sim_power_state *state = &sim->config.psd[i];
        uint8_t *at = data + 2048 + 32 * (size_t)i;
        if (state->mp == 0 && !state->nops) { /* not described */
            lwsim_put(at, 1000 / (i + 1), 2); /* centiwatts, falling */
            continue;
        }
        lwsim_put(at, state->mp, 2);
        at[3] = (uint8_t)((state->mxps ? 1u : 0) | (state->nops ? 2u : 0));
        lwsim_put(at + 4, state->enlat, 4);
        lwsim_put(at + 8, state->exlat, 4);
        at[12] = state->rrt;
        at[13] = state->rrl;
        at[14] = state->rwt;
        at[15] = state->rwl;
        lwsim_put(at + 16, state->idlp, 2);
        at[18] = (uint8_t)(state->ips << 6);
        lwsim_put(at + 20, state->actp, 2);
        at[22] = (uint8_t)((state->apw & 7u) | (unsigned)state->aps << 6);
    }
}

static void controller_nvm(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    data[512] = c->sqes;
    data[513] = c->cqes;
    lwsim_put(data + 514, c->maxcmd, 2);
    lwsim_put(data + 516, lwsim_nn(sim), 4);
    lwsim_put(data + 520, c->oncs, 2);
    lwsim_put(data + 522, c->fuses, 2);
    data[524] = c->fna;
    data[525] = c->vwc;
    lwsim_put(data + 526, c->awun, 2);
    lwsim_put(data + 528, c->awupf, 2);
    data[530] = c->icsvscc;
    data[531] = c->nwpc;
    lwsim_put(data + 532, c->acwu, 2);
    lwsim_put(data + 534, c->cdfs, 2);
    lwsim_put(data + 536, c->sgls, 4);
    lwsim_put(data + 540, c->mnan, 4);
    lwsim_put(data + 544, c->maxdna, 8);
    lwsim_put(data + 560, c->maxcna, 4);
    lwsim_put(data + 564, c->oaqd, 4);
    if (c->vs >= VS_1_2) {
        memcpy(data + 768, c->subnqn, 256);
    }
}

static uint16_t identify_controller(struct lwnvme_sim *sim, uint8_t *data)
{
    controller_base(sim, data);
    controller_admin(sim, data);
    controller_later(sim, data);
    controller_nvm(sim, data);
    controller_power(sim, data);
    sim->event.aerl = sim->config.aerl;
    sim->event.aerl_told = true;
    return SIM_OK;
}

static void namespace_formats(const struct lwnvme_sim_namespace *is, uint8_t *data)
{
    for (unsigned i = 0; i < LWNVME_SIM_LBA_FORMATS; i++) {
        lwsim_put(data + 128 + 4 * (size_t)i, is->formats[i].ms, 2);
        data[130 + 4 * i] = is->formats[i].lbads;
        data[131 + 4 * i] = is->formats[i].rp;
    }
}

static void namespace_data(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint8_t *data)
{
    const struct lwnvme_sim_namespace *is = &ns->is;
    lwsim_put(data + 0, is->nsze, 8);
    lwsim_put(data + 8, is->ncap, 8);
    lwsim_put(data + 16, is->nuse, 8);
    data[24] = is->nsfeat;
    data[25] = is->nlbaf;
    data[26] = is->flbas;
    data[27] = is->mc;
    data[28] = is->dpc;
    data[29] = is->dps;
    data[30] = is->nmic;
    data[31] = is->rescap;
    data[32] = lwsim_format_fpi(sim, ns);
    data[33] = is->dlfeat;
    lwsim_put(data + 34, is->nawun, 2);
    lwsim_put(data + 36, is->nawupf, 2);
    lwsim_put(data + 38, is->nacwu, 2);
    lwsim_put(data + 40, is->nabsn, 2);
    lwsim_put(data + 42, is->nabo, 2);
    lwsim_put(data + 44, is->nabspf, 2);
    lwsim_put(data + 46, is->noiob, 2);
    if ((sim->config.oacs & 8) != 0) {
        lwsim_put(data + 48, is->ncap * ns->block_bytes, 8); /* NVMCAP */
    }
    lwsim_put(data + 64, is->npwg, 2);
    lwsim_put(data + 66, is->npwa, 2);
    lwsim_put(data + 68, is->npdg, 2);
    lwsim_put(data + 70, is->npda, 2);
    lwsim_put(data + 72, is->nows, 2);
    lwsim_put(data + 74, is->mssrl, 2);
    lwsim_put(data + 76, is->mcl, 4);
    data[80] = is->msrc;
    lwsim_put(data + 92, is->anagrpid, 4);
    data[99] = (uint8_t)(is->nsattr | (ns->protection != 0 ? 1u : 0));
    lwsim_put(data + 100, is->nvmsetid, 2);
    lwsim_put(data + 102, is->endgid, 2);
    memcpy(data + 104, is->nguid, 16);
    memcpy(data + 120, is->eui64, 8);
    namespace_formats(is, data);
}

static struct sim_namespace *namespace_of(struct lwnvme_sim *sim, uint32_t nsid, bool allocated)
{
    return allocated ? lwsim_allocated_namespace(sim, nsid) : lwsim_namespace(sim, nsid);
}

/* What all namespaces have in common: asked for with FFFFFFFFh where namespaces can be made. */
static void namespace_common(const struct lwnvme_sim *sim, uint8_t *data)
{
    struct sim_namespace common = {0};
    common.is = sim->config.ns[0];
    common.is.nsze = common.is.ncap = common.is.nuse = 0;
    memset(common.is.nguid, 0, sizeof(common.is.nguid));
    memset(common.is.eui64, 0, sizeof(common.is.eui64));
    namespace_data(sim, &common, data);
}

static uint16_t identify_namespace(struct lwnvme_sim *sim, uint32_t nsid, bool allocated, uint8_t *data)
{
    const struct sim_namespace *ns = namespace_of(sim, nsid, allocated);
    if (nsid == UINT32_MAX && !allocated && (sim->config.oacs & OACS_NAMESPACES) != 0) {
        namespace_common(sim, data);
        return SIM_OK;
    }
    if (nsid == 0 || nsid > lwsim_nn(sim)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (ns != NULL && ns->is.csi == CSI_KEY_VALUE) {
        return SIM_INVALID_CSI; /* its command set has no such structure */
    }
    if (ns != NULL) { /* an inactive one is all zeroes */
        namespace_data(sim, ns, data);
    }
    return SIM_OK;
}

static uint8_t *descriptor(uint8_t *at, uint8_t type, const uint8_t *id, uint8_t length)
{
    static const uint8_t nothing[16];
    if (memcmp(id, nothing, length) == 0 && type != 4) {
        return at;
    }
    at[0] = type;
    at[1] = length;
    memcpy(at + 4, id, length);
    return at + 4 + length;
}

static uint16_t identify_descriptors(struct lwnvme_sim *sim, uint32_t nsid, uint8_t *data)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    if (ns == NULL) {
        return SIM_INVALID_NAMESPACE;
    }
    data = descriptor(data, 1, ns->is.eui64, 8);
    data = descriptor(data, 2, ns->is.nguid, 16);
    data = descriptor(data, 3, ns->is.uuid, 16);
    if (sim->config.vs >= VS_2_0) {
        (void)descriptor(data, 4, &ns->is.csi, 1);
    }
    return SIM_OK;
}

static uint16_t identify_independent(struct lwnvme_sim *sim, uint32_t nsid, bool allocated, uint8_t *data)
{
    const struct sim_namespace *ns = namespace_of(sim, nsid, allocated);
    if (nsid == 0 || nsid > lwsim_nn(sim)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (ns != NULL) {
        data[0] = (uint8_t)(ns->is.nsfeat & 8u); /* identifiers are never used again */
        data[1] = ns->is.nmic;
        data[2] = ns->is.rescap;
        data[3] = lwsim_format_fpi(sim, ns);
        lwsim_put(data + 4, ns->is.anagrpid, 4);
        data[8] = (uint8_t)(ns->is.nsattr | (ns->protection != 0 ? 1u : 0));
        lwsim_put(data + 10, ns->is.nvmsetid, 2);
        lwsim_put(data + 12, ns->is.endgid, 2);
        data[14] = sim->now >= sim->media_due && lwsim_format_ready(sim, ns) ? 1 : 0;
    }
    return SIM_OK;
}

/* ---- structures of one command set ---- */

static bool set_known(const struct lwnvme_sim *sim, uint32_t csi)
{
    return csi == CSI_NVM ||
           ((sim->config.cap_css & 0x40) != 0 && csi < 8 && (sim->config.command_sets >> csi & 1u) != 0);
}

static void zoned_namespace(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint8_t *data)
{
    const struct lwnvme_sim_zoned *zoned = &sim->config.zoned;
    lwsim_put(data, zoned->zoc, 2);
    lwsim_put(data + 2, zoned->ozcs, 2);
    lwsim_put(data + 4, zoned->mar, 4);
    lwsim_put(data + 8, zoned->mor, 4);
    lwsim_put(data + 44, zoned->numzrwa, 4);
    lwsim_put(data + 48, zoned->zrwafg, 2);
    lwsim_put(data + 50, zoned->zrwasz, 2);
    data[52] = zoned->zrwacap;
    for (unsigned i = 0; i <= ns->is.nlbaf && i < LWNVME_SIM_LBA_FORMATS; i++) {
        lwsim_put(data + 2816 + 16 * (size_t)i, zoned->zsze, 8);
        data[2824 + 16 * i] = zoned->zdes;
    }
}

static void key_value_namespace(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint8_t *data)
{
    const struct lwnvme_sim_kv *kv = &sim->config.kv;
    lwsim_put(data, ns->is.nsze * ns->block_bytes, 8);
    lwsim_put(data + 16, lwsim_kv_used(ns), 8);
    data[24] = ns->is.nsfeat & 8u;
    data[25] = kv->nkvf;
    data[26] = ns->is.nmic;
    data[27] = ns->is.rescap;
    data[28] = ns->is.fpi;
    data[29] = kv->kvfc;
    lwsim_put(data + 32, kv->novg, 4);
    lwsim_put(data + 36, ns->is.anagrpid, 4);
    data[43] = ns->is.nsattr;
    lwsim_put(data + 44, ns->is.nvmsetid, 2);
    lwsim_put(data + 46, ns->is.endgid, 2);
    memcpy(data + 48, ns->is.nguid, 16);
    memcpy(data + 64, ns->is.eui64, 8);
    for (size_t i = 0; i <= kv->nkvf && i < 16; i++) {
        bool used = i == kv->kvfc;
        lwsim_put(data + 72 + 16 * i, used ? kv->kvkml : 3, 2);
        lwsim_put(data + 76 + 16 * i, used ? kv->kvvml : 5, 4);
        lwsim_put(data + 80 + 16 * i, used ? kv->mnks : 7, 4);
    }
}

static void set_namespace(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint32_t csi,
                          uint8_t *data)
{
    if (csi == CSI_ZONED) {
        zoned_namespace(sim, ns, data);
    } else if (csi == CSI_KEY_VALUE) {
        key_value_namespace(sim, ns, data);
    } else {
        lwsim_put(data, ns->is.lbstm, 8);
        data[8] = ns->is.pic;
        for (unsigned i = 0; i < LWNVME_SIM_LBA_FORMATS; i++) {
            lwsim_put(data + 12 + 4 * (size_t)i, ns->is.elbaf[i], 4);
        }
    }
}

static uint16_t identify_set_namespace(struct lwnvme_sim *sim, const struct sim_task *task, bool allocated,
                                       uint8_t *data)
{
    uint32_t csi = task->sqe[11] >> 24;
    const struct sim_namespace *ns = namespace_of(sim, task->sqe[1], allocated);
    bool common = task->sqe[1] == UINT32_MAX && (sim->config.oacs & OACS_NAMESPACES) != 0 && !allocated;
    if (!set_known(sim, csi)) {
        return SIM_INVALID_FIELD;
    }
    if (common) {
        set_namespace(sim, &sim->ns[0], csi, data);
        return SIM_OK;
    }
    if (task->sqe[1] == 0 || task->sqe[1] > lwsim_nn(sim)) {
        return SIM_INVALID_NAMESPACE;
    }
    if (ns != NULL && ns->is.csi != csi && (csi != 0 || ns->is.csi != CSI_ZONED || ns->metadata_bytes == 0)) {
        return SIM_INVALID_FIELD; /* zoned namespaces have the formats of the NVM command set */
    }
    if (ns != NULL) {
        set_namespace(sim, ns, csi, data);
    }
    return SIM_OK;
}

static uint16_t identify_set_controller(struct lwnvme_sim *sim, uint32_t csi, uint8_t *data)
{
    const struct lwnvme_sim_config *c = &sim->config;
    if (!set_known(sim, csi)) {
        return SIM_INVALID_FIELD;
    }
    if (csi == CSI_ZONED) {
        data[0] = c->zoned.zasl;
    } else if (csi == CSI_KEY_VALUE) {
        lwsim_put(data, 0x00010100, 4);
    } else {
        data[0] = c->vsl;
        data[1] = c->wzsl;
        data[2] = c->wusl;
        data[3] = c->dmrl;
        lwsim_put(data + 4, c->dmrsl, 4);
        lwsim_put(data + 8, c->dmsl, 8);
    }
    return SIM_OK;
}

/* What a namespace would be with one of the formats. */
static uint16_t identify_format(struct lwnvme_sim *sim, uint32_t index, uint32_t csi, bool of_set,
                                uint8_t *data)
{
    struct sim_namespace common = {0};
    common.is = sim->config.ns[0];
    common.block_bytes = 512;
    if (index > common.is.nlbaf || (of_set && !set_known(sim, csi))) {
        return SIM_INVALID_FIELD;
    }
    common.is.flbas = (uint8_t)((index & 15u) | (index & 0x30u) << 1);
    if (of_set) {
        set_namespace(sim, &common, csi, data);
        return SIM_OK;
    }
    namespace_common(sim, data);
    data[26] = common.is.flbas;
    return SIM_OK;
}

/* ---- the command ---- */

/* Which structures there are, and what of the command each uses beside the NSID. */
struct cns_row {
    uint8_t cns;
    uint32_t vs; /* since */
    uint32_t oacs;
    uint32_t ctratt;
    uint8_t css;
    bool cntid;
    bool csi;
    bool id; /* the CNS specific identifier */
    bool no_nsid;
};
static const struct cns_row cns_rows[] = {
    {0x00, 0, 0, 0, 0, false, false, false, false},
    {0x01, 0, 0, 0, 0, false, false, false, true},
    {0x02, VS_1_1, 0, 0, 0, false, false, false, false},
    {0x03, VS_1_3, 0, 0, 0, false, false, false, false},
    {0x04, VS_1_4, 0, 0x4, 0, false, false, true, true},
    {0x05, VS_2_0, 0, 0, 0, false, true, false, false},
    {0x06, VS_2_0, 0, 0, 0, false, true, false, true},
    {0x07, VS_2_0, 0, 0, 0, false, true, false, false},
    {0x08, VS_2_0, 0, 0, 0, false, false, false, false},
    {0x09, VS_2_0, 0, 0, 0, false, false, true, true},
    {0x0a, VS_2_0, 0, 0, 0, false, true, true, true},
    {0x10, VS_1_2, OACS_NAMESPACES, 0, 0, false, false, false, false},
    {0x11, VS_1_2, OACS_NAMESPACES, 0, 0, false, false, false, false},
    {0x12, VS_1_2, OACS_NAMESPACES, 0, 0, true, false, false, false},
    {0x13, VS_1_2, OACS_NAMESPACES, 0, 0, true, false, false, true},
    {0x14, VS_1_3, 0x80, 0, 0, true, false, false, true},
    {0x15, VS_1_3, 0x80, 0, 0, true, false, false, true},
    {0x16, VS_1_4, OACS_NAMESPACES, 0x80, 0, false, false, false, true},
    {0x17, VS_1_4, 0, 0x200, 0, false, false, false, true},
    {0x18, VS_2_0, 0, 0x400, 0, false, false, true, true},
    {0x19, VS_2_0, 0, 0x10, 0, false, false, true, true},
    {0x1a, VS_2_0, OACS_NAMESPACES, 0, 0, false, true, false, false},
    {0x1b, VS_2_0, OACS_NAMESPACES, 0, 0, false, true, false, false},
    {0x1c, VS_2_0, 0, 0, 0x40, true, false, false, true},
    {0x1f, VS_2_0, OACS_NAMESPACES, 0, 0, false, false, false, false},
};

static const struct cns_row *row_of(const struct lwnvme_sim *sim, uint8_t cns)
{
    const struct lwnvme_sim_config *c = &sim->config;
    for (size_t i = 0; i < sizeof(cns_rows) / sizeof(cns_rows[0]); i++) {
        const struct cns_row *row = &cns_rows[i];
        if (row->cns == cns) {
            bool there = c->vs >= row->vs && (c->oacs & row->oacs) == row->oacs &&
                         (c->ctratt & row->ctratt) == row->ctratt && (c->cap_css & row->css) == row->css;
            return there && cns <= c->identify_cns_max ? row : NULL;
        }
    }
    return NULL;
}

static uint16_t check_fields(struct lwnvme_sim *sim, const struct sim_task *task, const struct cns_row *row)
{
    uint32_t allowed = (row->csi ? 0xff000000u : 0) | (row->id ? 0xffffu : 0);
    if (!sim->config.strict_reserved) {
        return SIM_OK;
    }
    if ((task->sqe[11] & ~allowed) != 0) {
        lwsim_violation(sim, "Identify CNS %02xh: dword 11 is reserved (0x%08x)", row->cns, task->sqe[11]);
        return SIM_INVALID_FIELD;
    }
    if (row->no_nsid && task->sqe[1] != 0) {
        lwsim_violation(sim, "Identify CNS %02xh: NSID is reserved (0x%08x)", row->cns, task->sqe[1]);
        return SIM_INVALID_FIELD;
    }
    if (!row->cntid && task->sqe[10] >> 16 != 0) {
        lwsim_violation(sim, "Identify CNS %02xh: dword 10 bits 31:16 are reserved (0x%08x)", row->cns,
                        task->sqe[10]);
        return SIM_INVALID_FIELD;
    }
    return SIM_OK;
}

static uint16_t fill_namespaces(struct lwnvme_sim *sim, const struct sim_task *task, uint8_t cns,
                                uint8_t *data)
{
    uint32_t nsid = task->sqe[1];
    uint32_t csi = task->sqe[11] >> 24;
    const struct sim_namespace *ns = lwsim_allocated_namespace(sim, nsid);
    switch (cns) {
    case 0x02:
    case 0x10:
        return lwsim_identify_namespaces(sim, nsid, SIM_ANY_CSI, cns == 0x10, data);
    case 0x07:
    case 0x1a:
        return set_known(sim, csi) ? lwsim_identify_namespaces(sim, nsid, csi, cns == 0x1a, data)
                                   : SIM_INVALID_FIELD;
    case 0x05:
    case 0x1b:
        return identify_set_namespace(sim, task, cns == 0x1b, data);
    case 0x08:
    case 0x1f:
        return identify_independent(sim, nsid, cns == 0x1f, data);
    case 0x12:
        return ns == NULL
                   ? SIM_INVALID_NAMESPACE
                   : lwsim_identify_controllers(sim, ns->controllers, (uint16_t)(task->sqe[10] >> 16), data);
    default:
        return identify_namespace(sim, nsid, cns == 0x11, data);
    }
}

static uint16_t fill(struct lwnvme_sim *sim, const struct sim_task *task, uint8_t cns, uint8_t *data)
{
    uint32_t csi = task->sqe[11] >> 24;
    uint32_t id = task->sqe[11] & 0xffff;
    uint16_t cntid = (uint16_t)(task->sqe[10] >> 16);
    switch (cns) {
    case 0x01:
        return identify_controller(sim, data);
    case 0x03:
        return identify_descriptors(sim, task->sqe[1], data);
    case 0x04:
        return lwsim_identify_sets(sim, id, data);
    case 0x06:
        return identify_set_controller(sim, csi, data);
    case 0x09:
    case 0x0a:
        return identify_format(sim, id, csi, cns == 0x0a, data);
    case 0x13:
        return lwsim_identify_controllers(sim, UINT32_MAX, cntid, data);
    case 0x14:
        return lwsim_identify_primary(sim, cntid, data);
    case 0x15:
        return lwsim_identify_secondaries(sim, cntid, data);
    case 0x16:
        return lwsim_identify_granularity(sim, data);
    case 0x17:
        return lwsim_identify_uuids(sim, data);
    case 0x18:
        return lwsim_identify_domains(sim, id, data);
    case 0x19:
        return lwsim_identify_groups(sim, id, data);
    case 0x1c:
        return lwsim_identify_command_sets(sim, cntid, data);
    default:
        return fill_namespaces(sim, task, cns, data);
    }
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    (void)sim;
    task->direction = LWNVME_FROM_DEVICE;
    *bytes = 4096;
    return SIM_OK;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t data[4096] = {0};
    uint8_t cns = (uint8_t)(task->sqe[10] & 0xff);
    const struct cns_row *row = row_of(sim, cns);
    uint16_t status = row == NULL ? SIM_INVALID_FIELD : check_fields(sim, task, row);
    if (status == SIM_OK) {
        status = fill(sim, task, cns, data);
    }
    if (status != SIM_OK) {
        return status;
    }
    if (sim->config.on_identify != NULL) {
        sim->config.on_identify(sim->config.callback_context, cns, task->sqe[1], data);
    }
    sim->counts.bytes_from_device += sizeof(data);
    return lwsim_data(sim, task, data, sizeof(data)) ? SIM_OK : SIM_TRANSFER_ERROR;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_IDENTIFY, true, SIM_POINTER_DATA, {0, 0, 0xffff00ff, 0xff00ffff, 0, 0, 0x7f, 0}},
     .prepare = prepare,
     .execute = execute},
};

const struct sim_part lwsim_identify_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
};
