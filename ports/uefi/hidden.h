/* SPDX-License-Identifier: MIT */
/* UEFI port: PCI functions behind which NVMe drives may be hidden. */
#ifndef LWNVME_PORT_UEFI_HIDDEN_H
#define LWNVME_PORT_UEFI_HIDDEN_H

#include <stdint.h>

#define HIDDEN_CLASS_NVME 0x010802u

/* Why drives behind a PCI function do not show as NVMe controllers, and what to do about it, in one or two sentences;
 * NULL: it hides none. class_code: base class, subclass and programming interface, 24 bits. Callable anywhere. */
const char *hidden_reason(uint16_t vendor_id, uint16_t device_id, uint32_t class_code);

#endif
