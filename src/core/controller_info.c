/* SPDX-License-Identifier: MIT */
/*
 * What Identify Controller says, checked, in the CPU's terms. The data are a private copy in the last page of
 * controller->pages. Values that only describe are kept whatever they are; values that the library computes
 * with are bounded here, once.
 */
#include "core.h"

static bool lwnvme_all_zero(const uint8_t *data, uint32_t length)
{
    while (length != 0 && *data == 0) {
        data++;
        length--;
    }
    return length == 0;
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

    if (LWNVME_CONFIG_BOOT != 0 && transfer > controller->page_bytes << 7)
        transfer = controller->page_bytes << 7; /* what one half of a page has room for */
    info->mdts_bytes = lwnvme_mdts_bytes(controller, data->mdts);
    if (info->mdts_bytes != 0 && info->mdts_bytes < transfer)
        transfer = info->mdts_bytes;
    if (LWNVME_CONFIG_BOOT != 0) {
        info->max_transfer_bytes = transfer;
        return LWNVME_OK;
    }
    /* Queues that exist have lists for the old limit, and open namespaces split by it. */
    if (controller->identified != 0 && transfer < info->max_transfer_bytes)
        return LWNVME_ERR_CONTROLLER_CHANGED;
    if (controller->identified == 0)
        info->max_transfer_bytes = transfer;
    return LWNVME_OK;
}

#if !LWNVME_CONFIG_BOOT /* there: what the library itself computes with, and lwnvme_controller_get_identify */
/* What is taken over into struct lwnvme_controller_info: where it stands there and in the identify data, and its length.
 * Numbers have up to four bytes, texts more. */
struct lwnvme_info_part {
    uint16_t to;
    uint16_t from;
    uint16_t length;
};

#define LWNVME_INFO_PART(member, field)                                                                      \
    {                                                                                                        \
        (uint16_t) offsetof(struct lwnvme_controller_info, member),                                          \
            (uint16_t)offsetof(struct lwnvme_identify_controller, field),                                    \
            (uint16_t)sizeof(((struct lwnvme_identify_controller *)NULL)->field)                             \
    }

static const struct lwnvme_info_part lwnvme_info_parts[] = {
    LWNVME_INFO_PART(vid, vid),        LWNVME_INFO_PART(ssvid, ssvid), LWNVME_INFO_PART(cntlid, cntlid),
    LWNVME_INFO_PART(serial, sn),      LWNVME_INFO_PART(model, mn),    LWNVME_INFO_PART(firmware, fr),
    LWNVME_INFO_PART(subnqn, subnqn),  LWNVME_INFO_PART(nn, nn),       LWNVME_INFO_PART(oacs, oacs),
    LWNVME_INFO_PART(oncs, oncs),      LWNVME_INFO_PART(vwc, vwc),     LWNVME_INFO_PART(lpa, lpa),
    LWNVME_INFO_PART(npss, npss),      LWNVME_INFO_PART(fna, fna),     LWNVME_INFO_PART(sgls, sgls),
    LWNVME_INFO_PART(rtd3e_us, rtd3e),
};

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

/* A little-endian number to one of the same size in the CPU's order. */
static void lwnvme_number_copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
    uint32_t index;

    for (index = 0; index < length; index++) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        to[length - 1u - index] = from[index];
#else
        to[index] = from[index];
#endif
    }
}

static void lwnvme_info_set(struct lwnvme_controller_info *info,
                            const struct lwnvme_identify_controller *data)
{
    const struct lwnvme_info_part *part;

    for (part = lwnvme_info_parts;
         part < lwnvme_info_parts + sizeof(lwnvme_info_parts) / sizeof(lwnvme_info_parts[0]); part++) {
        uint8_t *to = (uint8_t *)info + part->to;
        const uint8_t *from = (const uint8_t *)data + part->from;

        if (part->length > 4u)
            lwnvme_text_copy((char *)to, from, part->length);
        else
            lwnvme_number_copy(to, from, part->length);
    }
    info->acl = (uint16_t)(data->acl + 1u);
    info->aerl = (uint16_t)(data->aerl + 1u);
    info->elpe = (uint16_t)(data->elpe + 1u);
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

#endif

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
    bool has_io = LWNVME_CONFIG_BOOT != 0 ||
                  lwnvme_field_get(controller->cc, LWNVME_CC_CSS) != LWNVME_CC_CSS_ADMIN_ONLY;
#if !LWNVME_CONFIG_BOOT
    int status;
#endif

    if (lwnvme_all_zero(copy, LWNVME_PAGE_MIN))
        return LWNVME_ERR_IDENTIFY_DATA;
    if (has_io && ((controller->quirks & LWNVME_QUIRK_ENTRIES_OF_128) != 0 ||
                   !lwnvme_entry_size_fits(data->sqes, LWNVME_IOSQES) ||
                   !lwnvme_entry_size_fits(data->cqes, LWNVME_IOCQES)))
        return LWNVME_ERR_ENTRY_SIZE;
#if LWNVME_CONFIG_BOOT
    controller->info.nn = lwnvme_le32_get(&data->nn);
    controller->identified = 1;
    return lwnvme_limits_set(controller, data);
#else
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
#endif
}
