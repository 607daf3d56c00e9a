/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: drives that are there and cannot be seen. In "RAID" mode a chipset takes NVMe drives off the PCI bus and
 * shows a controller of its own in their place; drivers that know nothing of that find no drive. No state.
 */
#include "hidden.h"

#include <stdbool.h>
#include <stddef.h>

#define HIDDEN_INTEL     0x8086u
#define HIDDEN_AMD       0x1022u
#define HIDDEN_RAID      0x0104u
#define HIDDEN_AMD_RAID  0xb000u
#define HIDDEN_VMD_COUNT (sizeof(hidden_vmd) / sizeof(hidden_vmd[0]))

/* Intel's Volume Management Device, by generation. */
static const uint16_t hidden_vmd[] = {0x201d, 0x28c0, 0x467f, 0x4c3d, 0x7d0b,
                                      0x9a0b, 0xa77f, 0xad0b, 0xb06f, 0xb60b};

static bool hidden_is_vmd(uint16_t device_id)
{
    for (size_t i = 0; i < HIDDEN_VMD_COUNT; i++) {
        if (hidden_vmd[i] == device_id) {
            return true;
        }
    }
    return false;
}

const char *hidden_reason(uint16_t vendor_id, uint16_t device_id, uint32_t class_code)
{
    const uint32_t base_and_subclass = class_code >> 8;

    if (vendor_id == HIDDEN_INTEL && hidden_is_vmd(device_id)) {
        return "Intel VMD: the drives behind it are hidden from everything but Intel's own driver. Turn VMD "
               "off in the "
               "firmware setup to see them; an installed Windows may not start until it is turned on again.";
    }
    if (vendor_id == HIDDEN_AMD && device_id == HIDDEN_AMD_RAID) {
        return "AMD RAID: the drive here belongs to AMD's RAID driver. Set the SATA/NVMe mode to AHCI or "
               "NVMe in the "
               "firmware setup to see it; an installed Windows may not start until it is set back.";
    }
    if (base_and_subclass == HIDDEN_RAID && vendor_id == HIDDEN_INTEL) {
        return "Intel RST (RAID mode): NVMe drives may be remapped behind it, where this library cannot see "
               "them. Set the "
               "SATA mode to AHCI in the firmware setup; an installed Windows may not start until it is set "
               "back.";
    }
    if (base_and_subclass == HIDDEN_RAID) {
        return "a RAID controller: drives behind it do not show as NVMe controllers. If it has a mode that "
               "passes them "
               "through (HBA, JBOD, AHCI), that shows them.";
    }
    return NULL;
}
