/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: device paths, lists of nodes of any length, unaligned, with an end node. UEFI Specification 2.10, sections
 * 10.2 "EFI Device Path Protocol" and 10.3.4.21 "NVM Express namespace messaging device path node". No state.
 */
#include "path.h"

#define PATH_HEADER_BYTES 4u
#define PATH_BYTES_MAX    4096u
#define PATH_EUI64_BYTES  8u

static size_t path_node_bytes(const struct efi_device_path *node)
{
    const size_t length_bytes = (size_t)node->length[0] | (size_t)node->length[1] << 8;

    return length_bytes < PATH_HEADER_BYTES ? PATH_HEADER_BYTES : length_bytes;
}

bool path_is_end(const struct efi_device_path *node)
{
    return node->type == EFI_PATH_END && node->subtype == EFI_PATH_END_ENTIRE;
}

bool path_is_nvme(const struct efi_device_path *node)
{
    return node->type == EFI_PATH_MESSAGING && node->subtype == EFI_PATH_MESSAGING_NVME &&
           path_node_bytes(node) == PATH_NVME_BYTES;
}

/* Up to the end node, without it; PATH_BYTES_MAX: there is none in reach. */
static size_t path_bytes(const struct efi_device_path *path)
{
    const uint8_t *bytes = (const uint8_t *)path;
    size_t at = 0;

    while (at < PATH_BYTES_MAX && !path_is_end((const struct efi_device_path *)(bytes + at))) {
        at += path_node_bytes((const struct efi_device_path *)(bytes + at));
    }
    return at < PATH_BYTES_MAX ? at : PATH_BYTES_MAX;
}

bool path_begins_with(const struct efi_device_path *path, const struct efi_device_path *prefix)
{
    size_t length_bytes;

    if (path == NULL || prefix == NULL) {
        return false;
    }
    length_bytes = path_bytes(prefix);
    if (length_bytes == PATH_BYTES_MAX || path_bytes(path) < length_bytes) {
        return false;
    }
    for (size_t i = 0; i < length_bytes; i++) {
        if (((const uint8_t *)path)[i] != ((const uint8_t *)prefix)[i]) {
            return false;
        }
    }
    return true;
}

struct efi_device_path *path_of_namespace(const struct efi_device_path *parent, uint32_t nsid,
                                          const uint8_t *eui64)
{
    const size_t parent_bytes = path_bytes(parent);
    uint8_t *path = parent_bytes == PATH_BYTES_MAX
                        ? NULL
                        : efi_allocate(parent_bytes + PATH_NVME_BYTES + PATH_HEADER_BYTES);
    uint8_t *node;

    if (path == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < parent_bytes; i++) {
        path[i] = ((const uint8_t *)parent)[i];
    }
    node = path + parent_bytes;
    node[0] = EFI_PATH_MESSAGING;
    node[1] = EFI_PATH_MESSAGING_NVME;
    node[2] = PATH_NVME_BYTES;
    for (uint32_t i = 0; i < sizeof(nsid); i++) {
        node[PATH_HEADER_BYTES + i] = (uint8_t)(nsid >> (8u * i));
    }
    for (uint32_t i = 0; eui64 != NULL && i < PATH_EUI64_BYTES; i++) {
        node[PATH_HEADER_BYTES + sizeof(nsid) + i] = eui64[i];
    }
    node += PATH_NVME_BYTES;
    node[0] = EFI_PATH_END;
    node[1] = EFI_PATH_END_ENTIRE;
    node[2] = PATH_HEADER_BYTES;
    return (struct efi_device_path *)path;
}
