/* SPDX-License-Identifier: MIT */
/*
 * What Identify Controller says, checked, in the CPU's terms. The data are a private copy in the last page of
 * controller->pages. Values that only describe are kept whatever they are; values that the library computes
 * with are bounded here, once.
 */
#include "core.h"

/* Fixed-length device text to a C string: printable ASCII, no padding. `to` holds length + 1 bytes. */
static void lwnvme_text_copy(char *to, const uint8_t *from, uint32_t length)
{
    uint32_t used = 0;
    uint32_t index;

    for (index = 0; index < length && from[index] != 0; index++) {
        to[index] = from[index] >= 0x20 && from[index] < 0x7f ? (char)from[index] : '?';
        if (to[index] != ' ')
            used = index + 1u;
    }
    to[used] = '\0';
}

static bool lwnvme_all_zero(const uint8_t *data, uint32_t length)
{
    uint8_t any = 0;
    uint32_t index;

    for (index = 0; index < length; index++)
        any |= data[index];
    return any == 0;
}

/* MDTS is a power of two in units of the smallest memory page; 0 means no limit. */
static uint32_t lwnvme_mdts_bytes(const struct lwnvme_controller *controller, uint8_t mdts)
{
    uint32_t shift = 12u + lwnvme_cap(controller, LWNVME_CAP_MPSMIN) + mdts;

    if (mdts == 0 || shift > 31)
        return 0;
    return 1u << shift;
}

static bool lwnvme_entry_size_fits(uint8_t field, uint32_t wanted)
{
    uint32_t least = lwnvme_field_get(field, LWNVME_SQES_MINIMUM);
    uint32_t most = lwnvme_field_get(field, LWNVME_SQES_MAXIMUM);

    /* Some controllers leave the field 0 and take the ordinary sizes. */
    return least <= wanted && (most == 0 || most >= wanted);
}

static int lwnvme_limits_set(struct lwnvme_controller *controller,
                             const struct lwnvme_identify_controller *data)
{
    struct lwnvme_controller_info *info = &controller->info;
    uint32_t transfer = controller->config.max_transfer_bytes;

    info->mdts_bytes = lwnvme_mdts_bytes(controller, data->mdts);
    if (info->mdts_bytes != 0 && info->mdts_bytes < transfer)
        transfer = info->mdts_bytes;
    /* Queues that exist have lists for the old limit, and open namespaces split by it. */
    if (controller->identified != 0 && transfer < info->max_transfer_bytes)
        return LWNVME_ERR_CONTROLLER_CHANGED;
    if (controller->identified == 0)
        info->max_transfer_bytes = transfer;
    info->rtd3e_us = lwnvme_le32_get(&data->rtd3e);
    controller->shutdown_timeout_us = info->rtd3e_us;
    if (controller->shutdown_timeout_us < LWNVME_CONFIG_SHUTDOWN_FLOOR_MS * 1000u)
        controller->shutdown_timeout_us = LWNVME_CONFIG_SHUTDOWN_FLOOR_MS * 1000u;
    if (controller->shutdown_timeout_us > LWNVME_CONFIG_SHUTDOWN_CAP_MS * 1000u)
        controller->shutdown_timeout_us = LWNVME_CONFIG_SHUTDOWN_CAP_MS * 1000u;
    return LWNVME_OK;
}

static void lwnvme_info_set(struct lwnvme_controller_info *info,
                            const struct lwnvme_identify_controller *data)
{
    info->vid = lwnvme_le16_get(&data->vid);
    info->ssvid = lwnvme_le16_get(&data->ssvid);
    info->cntlid = lwnvme_le16_get(&data->cntlid);
    lwnvme_text_copy(info->serial, data->sn, sizeof(data->sn));
    lwnvme_text_copy(info->model, data->mn, sizeof(data->mn));
    lwnvme_text_copy(info->firmware, data->fr, sizeof(data->fr));
    lwnvme_text_copy(info->subnqn, data->subnqn, sizeof(data->subnqn));
    info->nn = lwnvme_le32_get(&data->nn);
    info->oacs = lwnvme_le16_get(&data->oacs);
    info->oncs = lwnvme_le16_get(&data->oncs);
    info->vwc = data->vwc;
    info->lpa = data->lpa;
    info->npss = data->npss;
    info->fna = data->fna;
    info->acl = (uint16_t)(data->acl + 1u);
    info->aerl = (uint16_t)(data->aerl + 1u);
    info->elpe = (uint16_t)(data->elpe + 1u);
    info->sgls = lwnvme_le32_get(&data->sgls);
}

LWNVME_STATIC_ASSERT(offsetof(struct lwnvme_identify_controller, mn) ==
                         offsetof(struct lwnvme_identify_controller, sn) + 20u,
                     "the model follows the serial number");

/* Serial number and model are what a controller is known by; another one behind the same address is refused. */
static bool lwnvme_identity_same(struct lwnvme_controller *controller,
                                 const struct lwnvme_identify_controller *data)
{
    const uint8_t *identity = (const uint8_t *)data + offsetof(struct lwnvme_identify_controller, sn);

    if (controller->identified == 0)
        memcpy(controller->identity, identity, sizeof(controller->identity));
    return memcmp(controller->identity, identity, sizeof(controller->identity)) == 0;
}

/* Identify data as they came at the last bring-up. */
const struct lwnvme_identify_controller *lwnvme_identify_copy(const struct lwnvme_controller *controller)
{
    const uint8_t *copy = controller->pages + (size_t)LWNVME_CONFIG_ADMIN_PAGES * LWNVME_PAGE_MIN;

    return (const struct lwnvme_identify_controller *)(const void *)copy;
}

int lwnvme_identify_decode(struct lwnvme_controller *controller)
{
    const struct lwnvme_identify_controller *data = lwnvme_identify_copy(controller);
    const uint8_t *copy = (const uint8_t *)data;
    bool has_io = lwnvme_field_get(controller->cc, LWNVME_CC_CSS) != LWNVME_CC_CSS_ADMIN_ONLY;
    int status;

    if (lwnvme_all_zero(copy, LWNVME_PAGE_MIN))
        return LWNVME_ERR_IDENTIFY_DATA;
    if (has_io && (!lwnvme_entry_size_fits(data->sqes, LWNVME_IOSQES) ||
                   !lwnvme_entry_size_fits(data->cqes, LWNVME_IOCQES)))
        return LWNVME_ERR_ENTRY_SIZE;
    if (!lwnvme_identity_same(controller, data))
        return LWNVME_ERR_CONTROLLER_CHANGED;
    status = lwnvme_limits_set(controller, data);
    if (status != LWNVME_OK)
        return status;
    lwnvme_info_set(&controller->info, data);
    if ((controller->quirks & LWNVME_QUIRK_NO_WRITE_ZEROES) != 0)
        controller->info.oncs &= (uint16_t)~LWNVME_ONCS_WRITE_ZEROES;
    controller->identified = 1;
    return LWNVME_OK;
}
