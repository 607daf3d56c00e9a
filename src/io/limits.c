/* SPDX-License-Identifier: MIT */
/*
 * What commands on a namespace are limited by, beside transfers. All of it has been told when the controller was brought
 * up (the NVM command set's Identify Controller, core/controller.c) and when the namespace was opened (Identify Namespace,
 * core/namespace.c), and is kept there as it came; here it is understood, when it is asked for. Nothing that a controller
 * says here is dangerous: limits that make no sense become none, or one block.
 *
 * No state, callable anywhere.
 */
#include "io_private.h"

/* Metadata that follow each block count, unless the controller excludes them. With them, a limit of 4 GiB or more is one
 * that no transfer reaches. */
uint32_t lwnvme_limit_blocks(const struct lwnvme_namespace *ns, uint32_t power)
{
    uint32_t shift = 12u + lwnvme_cap(ns->controller, LWNVME_CAP_MPSMIN) + power;
    uint32_t blocks;

    if (power == 0 || shift >= 32u + ns->block_shift)
        return UINT32_MAX;
    if (!ns->metadata_interleaved || (lwnvme_le32_get(&lwnvme_identify_copy(ns->controller)->ctratt) &
                                      LWNVME_CTRATT_MDTS_EXCLUDES_METADATA) != 0)
        return shift <= ns->block_shift ? 1u : 1u << (shift - ns->block_shift);
    blocks = shift >= 32u ? UINT32_MAX
                          : lwnvme_divide(1u << shift, ns->block_bytes + (uint32_t)ns->metadata_bytes);
    return blocks == 0 ? 1u : blocks;
}

/* The namespace's own value, 0's based, where it has one; else the controller's. */
static void lwnvme_atomicity_set(struct lwnvme_atomicity *atomicity,
                                 const struct lwnvme_identify_namespace *data, struct lwnvme_le16 own,
                                 struct lwnvme_le16 common, struct lwnvme_le16 boundary)
{
    bool defined = (data->nsfeat & LWNVME_NSFEAT_NSABP) != 0;

    atomicity->blocks =
        (defined && lwnvme_le16_get(&own) != 0 ? lwnvme_le16_get(&own) : lwnvme_le16_get(&common)) + 1u;
    atomicity->boundary = lwnvme_le16_get(&boundary);
    if (!defined)
        atomicity->boundary = 0;
    if (atomicity->boundary != 0)
        atomicity->boundary++;
    atomicity->offset = lwnvme_le16_get(&data->nabo);
}

static void lwnvme_atomicity_of(const struct lwnvme_namespace *ns, enum lwnvme_atomic kind,
                                struct lwnvme_atomicity *atomicity)
{
    const struct lwnvme_identify_namespace *data = lwnvme_told(ns);
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(ns->controller);

    if (kind == LWNVME_ATOMIC_POWER_FAIL)
        lwnvme_atomicity_set(atomicity, data, data->nawupf, identify->awupf, data->nabspf);
    else if (kind == LWNVME_ATOMIC_COMPARE_AND_WRITE)
        lwnvme_atomicity_set(atomicity, data, data->nacwu, identify->acwu, data->nabsn);
    else
        lwnvme_atomicity_set(atomicity, data, data->nawun, identify->awun, data->nabsn);
}

/* How many blocks from `lba` on one atomic write may have. */
uint32_t lwnvme_atomic_room(const struct lwnvme_namespace *ns, enum lwnvme_atomic kind, uint64_t lba)
{
    struct lwnvme_atomicity atomicity;
    uint32_t room = UINT32_MAX;

    lwnvme_atomicity_of(ns, kind, &atomicity);
    if (atomicity.boundary != 0) {
        if (lba < atomicity.offset)
            room = atomicity.offset - (uint32_t)lba;
        else
            room = atomicity.boundary - lwnvme_lba_modulo(lba - atomicity.offset, atomicity.boundary);
    }
    return room < atomicity.blocks ? room : atomicity.blocks;
}

int lwnvme_atomicity_check(const struct lwnvme_namespace *ns, enum lwnvme_atomic kind, uint64_t lba,
                           uint32_t block_count)
{
    return block_count > lwnvme_atomic_room(ns, kind, lba) ? LWNVME_ERR_NOT_ATOMIC : LWNVME_OK;
}

void lwnvme_copy_limits_of(const struct lwnvme_namespace *ns, struct lwnvme_copy_limits *limits)
{
    const struct lwnvme_identify_namespace *data = lwnvme_told(ns);

    limits->formats = lwnvme_le16_get(&lwnvme_identify_copy(ns->controller)->cdfs);
    /* A limit of no blocks is one: there are controllers with Copy and namespaces of theirs that take none. */
    limits->ranges = data->msrc + 1u;
    limits->range_blocks = lwnvme_le16_get(&data->mssrl);
    limits->blocks = lwnvme_le32_get(&data->mcl);
    if (limits->range_blocks > limits->blocks)
        limits->range_blocks = limits->blocks;
    if (limits->range_blocks == 0)
        limits->ranges = 0;
}

/* Whether the handle is such that its limits are known, and those of its controller are. */
static int lwnvme_limits_refusal(const struct lwnvme_namespace *ns)
{
    if (ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (ns->status != LWNVME_OK && ns->status != LWNVME_PENDING)
        return ns->status;
    if (ns->status != LWNVME_OK || ns->controller == NULL || ns->controller->opened == 0 ||
        ns->incarnation != ns->controller->incarnation)
        return LWNVME_ERR_NAMESPACE_CLOSED;
    return LWNVME_OK;
}

int lwnvme_limits_get(const struct lwnvme_namespace *ns, struct lwnvme_limits *limits)
{
    const struct lwnvme_identify_nvm_controller *data;
    struct lwnvme_copy_limits copy;
    int status = limits == NULL ? LWNVME_ERR_NULL_ARGUMENT : lwnvme_limits_refusal(ns);

    if (status != LWNVME_OK)
        return status;
    data = lwnvme_command_limits(ns->controller);
    limits->write_uncorrectable_blocks = lwnvme_limit_blocks(ns, data->wusl);
    limits->write_zeroes_blocks = lwnvme_limit_blocks(ns, data->wzsl);
    limits->verify_blocks = lwnvme_limit_blocks(ns, data->vsl);
    limits->trim_ranges =
        lwnvme_trim_limits(ns->controller, &limits->trim_range_blocks, &limits->trim_blocks);
    lwnvme_copy_limits_of(ns, &copy);
    limits->copy_ranges = copy.ranges;
    limits->copy_range_blocks = copy.range_blocks;
    limits->copy_blocks = copy.blocks;
    limits->copy_formats = copy.formats;
    lwnvme_atomicity_of(ns, LWNVME_ATOMIC_ALWAYS, &limits->atomic);
    lwnvme_atomicity_of(ns, LWNVME_ATOMIC_POWER_FAIL, &limits->atomic_power_fail);
    lwnvme_atomicity_of(ns, LWNVME_ATOMIC_COMPARE_AND_WRITE, &limits->compare_and_write);
    limits->multiple_atomicity = (lwnvme_told(ns)->nsfeat & LWNVME_NSFEAT_MAM) != 0;
    return LWNVME_OK;
}

int lwnvme_atomic_check(const struct lwnvme_namespace *ns, uint64_t lba, uint32_t block_count,
                        bool power_fail)
{
    int status = lwnvme_limits_refusal(ns);

    if (status == LWNVME_OK)
        status = lwnvme_io_range_check(ns, lba, block_count);
    if (status != LWNVME_OK)
        return status;
    return lwnvme_atomicity_check(ns, power_fail ? LWNVME_ATOMIC_POWER_FAIL : LWNVME_ATOMIC_ALWAYS, lba,
                                  block_count);
}
