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

/* A copy with room for `more` bytes before its end node, which are zeros. */
static uint8_t *path_copy_longer(const struct efi_device_path *path, size_t more)
{
    const size_t length_bytes = path == NULL ? PATH_BYTES_MAX : path_bytes(path);
    uint8_t *copy =
        length_bytes == PATH_BYTES_MAX ? NULL : efi_allocate(length_bytes + more + PATH_HEADER_BYTES);

    for (size_t i = 0; copy != NULL && i < length_bytes; i++) {
        copy[i] = ((const uint8_t *)path)[i];
    }
    if (copy != NULL) {
        copy[length_bytes + more] = EFI_PATH_END;
        copy[length_bytes + more + 1u] = EFI_PATH_END_ENTIRE;
        copy[length_bytes + more + 2u] = PATH_HEADER_BYTES;
    }
    return copy;
}

struct efi_device_path *path_copy(const struct efi_device_path *path)
{
    return (struct efi_device_path *)path_copy_longer(path, 0);
}

struct efi_device_path *path_of_namespace(const struct efi_device_path *parent, uint32_t nsid,
                                          const uint8_t *eui64)
{
    uint8_t *path = path_copy_longer(parent, PATH_NVME_BYTES);
    uint8_t *node;

    if (path == NULL) {
        return NULL;
    }
    node = path + path_bytes(parent);
    node[0] = EFI_PATH_MESSAGING;
    node[1] = EFI_PATH_MESSAGING_NVME;
    node[2] = PATH_NVME_BYTES;
    for (uint32_t i = 0; i < sizeof(nsid); i++) {
        node[PATH_HEADER_BYTES + i] = (uint8_t)(nsid >> (8u * i));
    }
    for (uint32_t i = 0; eui64 != NULL && i < PATH_EUI64_BYTES; i++) {
        node[PATH_HEADER_BYTES + sizeof(nsid) + i] = eui64[i];
    }
    return (struct efi_device_path *)path;
}
