/* SPDX-License-Identifier: MIT */
/*
 * Devices that are known to need care, by PCI vendor and device identifier. Only what would otherwise give
 * wrong data, a hang or no bring-up is here; the rest is met by design (equal ring sizes, a 4 KiB admin
 * ring, PRP lists that never end at a page's end, nothing sent that was not asked for).
 */
#include "core.h"

struct lwnvme_quirk_row {
    uint16_t vendor_id;
    uint16_t device_id;
    uint32_t quirks;
};

static const struct lwnvme_quirk_row lwnvme_quirk_table[] = {
    {0x8086, 0x0953, LWNVME_QUIRK_DELAY_BEFORE_INIT}, /* Intel DC P3500, P3600, P3700, 750 */
    {0x8086, 0x0a53, LWNVME_QUIRK_DELAY_BEFORE_INIT}, /* Intel DC P3520 */
    {0x8086, 0x0a54, LWNVME_QUIRK_DELAY_BEFORE_INIT}, /* Intel DC P4500, P4600 */
    {0x8086, 0xf1a5, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Intel 600p */
    {0x8086, 0x5845, LWNVME_QUIRK_IDENTIFY_CNS_1 | LWNVME_QUIRK_NO_WRITE_ZEROES},        /* old QEMU */
    {0x1bb1, 0x0100, LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_NO_NS_DESCRIPTORS}, /* Seagate Nytro */
    {0x1c58, 0x0003, LWNVME_QUIRK_DELAY_AFTER_DISABLE},                                  /* HGST SN100 */
    {0x1c58, 0x0023, LWNVME_QUIRK_DELAY_AFTER_DISABLE},                                  /* WDC SN200 */
    {0x1c5f, 0x0540, LWNVME_QUIRK_DELAY_AFTER_DISABLE},                                /* Memblaze Pblaze4 */
    {0x144d, 0xa821, LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_MQES_ZERO_IS_64}, /* Samsung PM1725 */
    {0x144d, 0xa822,
     LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_MQES_ZERO_IS_64 |
         LWNVME_QUIRK_NO_WRITE_ZEROES},               /* Samsung PM1725a */
    {0x144d, 0xa80b, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Samsung PM9B1 */
    {0x144d, 0xa809, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Samsung MZALQ */
    {0x126f, 0x2263, LWNVME_QUIRK_NO_NS_DESCRIPTORS}, /* Silicon Motion SM2263 */
    {0x1b4b, 0x1092, LWNVME_QUIRK_NO_NS_DESCRIPTORS}, /* Lexar with a Marvell 88SS1092 */
    {0x1987, 0x5019, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Phison E19 */
    {0x1987, 0x5021, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Phison E21 */
    {0x1c5c, 0x1504, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* SK hynix PC400 */
    {0x1c5c, 0x1d59, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* SK hynix BC901 */
    {0x15b7, 0x2001, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* SanDisk Skyhawk */
    {0x1d97, 0x2263, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Longsys */
    {0x1cc4, 0x6302, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* UMIS RPJTJ256MGE1QDY */
    {0x1cc4, 0x6303, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* UMIS RPJTJ512MGE1QDY */
    {0x2646, 0x5018, LWNVME_QUIRK_NO_WRITE_ZEROES},   /* Kingston OM8SFP4 and relatives */
    {0x2646, 0x5016, LWNVME_QUIRK_NO_WRITE_ZEROES},
    {0x2646, 0x501a, LWNVME_QUIRK_NO_WRITE_ZEROES},
    {0x2646, 0x501b, LWNVME_QUIRK_NO_WRITE_ZEROES},
    {0x2646, 0x501e, LWNVME_QUIRK_NO_WRITE_ZEROES},
    {0x2646, 0x502f, LWNVME_QUIRK_NO_WRITE_ZEROES},
    {0x106b, 0x2001, LWNVME_QUIRK_ONE_COMMAND}, /* Apple, MacBook 2015 */
    {0x1d0f, 0x0061, LWNVME_QUIRK_DMA_48_BITS}, /* Amazon */
    {0x1d0f, 0x0065, LWNVME_QUIRK_DMA_48_BITS},
    {0x1d0f, 0x8061, LWNVME_QUIRK_DMA_48_BITS},
    {0x1d0f, 0xcd00, LWNVME_QUIRK_DMA_48_BITS},
    {0x1d0f, 0xcd01, LWNVME_QUIRK_DMA_48_BITS},
    {0x1d0f, 0xcd02, LWNVME_QUIRK_DMA_48_BITS},
};

uint32_t lwnvme_quirks_for(const struct lwnvme_controller_config *config)
{
    uint32_t quirks = 0;
    uint32_t index;

    for (index = 0; index < sizeof(lwnvme_quirk_table) / sizeof(lwnvme_quirk_table[0]); index++) {
        const struct lwnvme_quirk_row *row = &lwnvme_quirk_table[index];
        if (row->vendor_id == config->pci_vendor_id && row->device_id == config->pci_device_id)
            quirks |= row->quirks;
    }
    return (quirks | config->quirks_add) & ~config->quirks_remove;
}
