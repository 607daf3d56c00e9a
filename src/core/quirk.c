/* SPDX-License-Identifier: MIT */
/*
 * Devices that are known to need care, by PCI vendor and device identifier. Only what would otherwise give
 * wrong data, a hang, no bring-up or a drive that does not wake up is here; the rest is met by design (equal ring
 * sizes, a 4 KiB admin ring, PRP lists that never end at a page's end, nothing sent that was not asked for).
 */
#include "core.h"

/* X(vendor, device, quirks). Two arrays are made of it: one of structs would be padded. A boot loader has no use for
 * what is in LWNVME_QUIRK_LIST_MORE. */
#if LWNVME_CONFIG_BOOT
#define LWNVME_QUIRK_LIST_MORE(X)
#else
#define LWNVME_QUIRK_LIST_MORE(X)                                                                            \
    X(0x8086, 0xf1a5, LWNVME_QUIRK_NO_WRITE_ZEROES | LWNVME_QUIRK_NO_DEEPEST_STATE) /* Intel 600p */         \
    X(0x025e, 0xf1ac, LWNVME_QUIRK_NO_DEEPEST_STATE)                                /* Solidigm P44 Pro */   \
    X(0x126f, 0x1001, LWNVME_QUIRK_NO_DEEPEST_STATE)                                /* Silicon Motion */     \
    X(0x126f, 0x2262, LWNVME_QUIRK_NO_DEEPEST_STATE) /* Silicon Motion SM2262 */                             \
    X(0x1cc1, 0x8201, LWNVME_QUIRK_NO_DEEPEST_STATE) /* ADATA SX8200 Pro */                                  \
    X(0x2646, 0x2262, LWNVME_QUIRK_NO_DEEPEST_STATE) /* Kingston KC2000 */                                   \
    X(0x2646, 0x2263, LWNVME_QUIRK_NO_DEEPEST_STATE) /* Kingston A2000 */                                    \
    X(0x1e49, 0x0021, LWNVME_QUIRK_NO_DEEPEST_STATE) /* ZHITAI TiPro5000 */                                  \
    X(0x1e49, 0x0041, LWNVME_QUIRK_NO_DEEPEST_STATE) /* ZHITAI TiPro7000 */                                  \
    X(0x1e4b, 0x1001, LWNVME_QUIRK_ODD_IDENTIFIERS)  /* MAXIO MAP1001 */                                     \
    X(0x1e4b, 0x1002, LWNVME_QUIRK_ODD_IDENTIFIERS)  /* MAXIO MAP1002 */                                     \
    X(0x1e4b, 0x1202, LWNVME_QUIRK_ODD_IDENTIFIERS)  /* MAXIO MAP1202 */                                     \
    X(0x144d, 0xa80b, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Samsung PM9B1 */                                     \
    X(0x144d, 0xa809, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Samsung MZALQ */                                     \
    X(0x1987, 0x5019, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Phison E19 */                                        \
    X(0x1987, 0x5021, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Phison E21 */                                        \
    X(0x1c5c, 0x1504, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* SK hynix PC400 */                                    \
    X(0x1c5c, 0x1d59, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* SK hynix BC901 */                                    \
    X(0x15b7, 0x2001, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* SanDisk Skyhawk */                                   \
    X(0x1d97, 0x2263, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Longsys */                                           \
    X(0x1cc4, 0x6302, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* UMIS RPJTJ256MGE1QDY */                              \
    X(0x1cc4, 0x6303, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* UMIS RPJTJ512MGE1QDY */                              \
    X(0x2646, 0x5018, LWNVME_QUIRK_NO_WRITE_ZEROES)  /* Kingston OM8SFP4 and relatives */                    \
    X(0x2646, 0x5016, LWNVME_QUIRK_NO_WRITE_ZEROES)                                                          \
    X(0x2646, 0x501a, LWNVME_QUIRK_NO_WRITE_ZEROES)                                                          \
    X(0x2646, 0x501b, LWNVME_QUIRK_NO_WRITE_ZEROES)                                                          \
    X(0x2646, 0x501e, LWNVME_QUIRK_NO_WRITE_ZEROES)                                                          \
    X(0x2646, 0x502f, LWNVME_QUIRK_NO_WRITE_ZEROES)
#endif

#define LWNVME_QUIRK_LIST(X)                                                                                 \
    X(0x8086, 0x0953, LWNVME_QUIRK_DELAY_BEFORE_INIT) /* Intel DC P3500, P3600, P3700, 750 */                \
    X(0x8086, 0x0a53, LWNVME_QUIRK_DELAY_BEFORE_INIT) /* Intel DC P3520 */                                   \
    X(0x8086, 0x0a54, LWNVME_QUIRK_DELAY_BEFORE_INIT) /* Intel DC P4500, P4600 */                            \
    X(0x8086, 0x5845, LWNVME_QUIRK_IDENTIFY_CNS_1 | LWNVME_QUIRK_NO_WRITE_ZEROES)        /* old QEMU */      \
    X(0x1bb1, 0x0100, LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_NO_NS_DESCRIPTORS) /* Seagate Nytro */ \
    X(0x1c58, 0x0003, LWNVME_QUIRK_DELAY_AFTER_DISABLE)                                  /* HGST SN100 */    \
    X(0x1c58, 0x0023, LWNVME_QUIRK_DELAY_AFTER_DISABLE)                                  /* WDC SN200 */     \
    X(0x1c5f, 0x0540, LWNVME_QUIRK_DELAY_AFTER_DISABLE) /* Memblaze Pblaze4 */                               \
    X(0x144d, 0xa821, LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_MQES_ZERO_IS_64) /* Samsung PM1725 */  \
    X(0x144d, 0xa822,                                                                                        \
      LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_MQES_ZERO_IS_64 |                                      \
          LWNVME_QUIRK_NO_WRITE_ZEROES)               /* Samsung PM1725a */                                  \
    X(0x126f, 0x2263, LWNVME_QUIRK_NO_NS_DESCRIPTORS) /* Silicon Motion SM2263 */                            \
    X(0x1b4b, 0x1092, LWNVME_QUIRK_NO_NS_DESCRIPTORS) /* Lexar with a Marvell 88SS1092 */                    \
    X(0x106b, 0x2001, LWNVME_QUIRK_ONE_COMMAND)       /* Apple, MacBook 2015 */                              \
    X(0x106b, 0x2005, LWNVME_QUIRK_ENTRIES_OF_128 | LWNVME_QUIRK_IDENTIFY_CNS_1) /* Apple T2 */              \
    X(0x1d0f, 0x0061, LWNVME_QUIRK_DMA_48_BITS)                                  /* Amazon */                \
    X(0x1d0f, 0x0065, LWNVME_QUIRK_DMA_48_BITS)                                                              \
    X(0x1d0f, 0x8061, LWNVME_QUIRK_DMA_48_BITS)                                                              \
    X(0x1d0f, 0xcd00, LWNVME_QUIRK_DMA_48_BITS)                                                              \
    X(0x1d0f, 0xcd01, LWNVME_QUIRK_DMA_48_BITS)                                                              \
    X(0x1d0f, 0xcd02, LWNVME_QUIRK_DMA_48_BITS)                                                              \
    LWNVME_QUIRK_LIST_MORE(X)

#define LWNVME_QUIRK_DEVICE(vendor, device, quirks) (uint32_t)(vendor) << 16 | (device),
#define LWNVME_QUIRK_BITS(vendor, device, quirks)   (quirks),
static const uint32_t lwnvme_quirk_devices[] = {LWNVME_QUIRK_LIST(LWNVME_QUIRK_DEVICE)};
static const uint16_t lwnvme_quirk_bits[] = {LWNVME_QUIRK_LIST(LWNVME_QUIRK_BITS)};

uint32_t lwnvme_quirks_for(const struct lwnvme_controller_config *config)
{
    uint32_t device = (uint32_t)config->pci_vendor_id << 16 | config->pci_device_id;
    uint32_t quirks = 0;
    uint32_t index;

    for (index = 0; index < sizeof(lwnvme_quirk_bits) / sizeof(lwnvme_quirk_bits[0]); index++) {
        if (lwnvme_quirk_devices[index] == device)
            quirks |= lwnvme_quirk_bits[index];
    }
    return (quirks | config->quirks_add) & ~config->quirks_remove;
}

/* SanDisk SN530 and SN550. */
bool lwnvme_msi_works(uint16_t pci_vendor_id, uint16_t pci_device_id)
{
    return pci_vendor_id != 0x15b7 || (pci_device_id != 0x5008 && pci_device_id != 0x5009);
}
