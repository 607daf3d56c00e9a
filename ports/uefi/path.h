/* SPDX-License-Identifier: MIT */
/* UEFI port: device paths. */
#ifndef LWNVME_PORT_UEFI_PATH_H
#define LWNVME_PORT_UEFI_PATH_H

#include "efi.h"

#define PATH_NVME_BYTES 16u /* of an NVM Express namespace node */

/* Whether `path` leads through the device that `prefix` leads to. NULL for either: no. */
bool path_begins_with(const struct efi_device_path *path, const struct efi_device_path *prefix);
/* Whether a node is the end of its path. */
bool path_is_end(const struct efi_device_path *node);
/* Whether a node, with the end behind it or more, is an NVM Express namespace node of the right length. */
bool path_is_nvme(const struct efi_device_path *node);
/* The same path in memory of its own; the caller frees it with efi_free. NULL: no path, no memory, or no end. */
struct efi_device_path *path_copy(const struct efi_device_path *path);
/* `parent` with a namespace node behind it; the caller frees it with efi_free. eui64: as Identify has it, or NULL. NULL:
 * no memory, or a path that has no end. */
struct efi_device_path *path_of_namespace(const struct efi_device_path *parent, uint32_t nsid,
                                          const uint8_t *eui64);

#endif
