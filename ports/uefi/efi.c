/* SPDX-License-Identifier: MIT */
/* UEFI port: identifiers of protocols, the tables, and what is asked of them everywhere. Any context in which boot
 * services may be called; efi_allocate and efi_free not once ExitBootServices has been called. */
#include "efi.h"

const struct efi_guid efi_block_io_guid = {
    0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
const struct efi_guid efi_block_io2_guid = {
    0xa77b2472, 0xe282, 0x4e9f, {0xa2, 0x45, 0xc2, 0xc0, 0xe2, 0x7b, 0xbc, 0xc1}};
const struct efi_guid efi_component_name2_guid = {
    0x6a7a5cff, 0xe8d9, 0x4f70, {0xba, 0xda, 0x75, 0xab, 0x30, 0x25, 0xce, 0x14}};
const struct efi_guid efi_device_path_guid = {
    0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
const struct efi_guid efi_driver_binding_guid = {
    0x18a031ab, 0xb443, 0x4d1a, {0xa5, 0xc0, 0x0c, 0x09, 0x26, 0x1e, 0x9f, 0x71}};
const struct efi_guid efi_loaded_image_guid = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
const struct efi_guid efi_pci_io_guid = {
    0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}};
const struct efi_guid efi_reset_notification_guid = {
    0x9da34ae0, 0xeaf9, 0x4bbf, {0x8e, 0xc3, 0xfd, 0x60, 0x22, 0x6c, 0x44, 0xbe}};
const struct efi_guid efi_simple_file_system_guid = {
    0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
const struct efi_guid efi_supported_version_guid = {
    0x5c198761, 0x16a8, 0x4e69, {0x97, 0x2c, 0x89, 0xd6, 0x79, 0x54, 0xf8, 0x1d}};

efi_handle efi_image;
struct efi_system_table *efi_system;
struct efi_boot_services *efi_boot;

void efi_begin(efi_handle image, struct efi_system_table *system)
{
    efi_image = image;
    efi_system = system;
    efi_boot = system->boot;
}

void *efi_protocol(efi_handle handle, const struct efi_guid *protocol)
{
    void *interface = NULL;

    return efi_failed(
               efi_boot->open_protocol(handle, protocol, &interface, efi_image, NULL, EFI_OPEN_GET_PROTOCOL))
               ? NULL
               : interface;
}

void *efi_allocate(size_t size_bytes)
{
    void *memory = NULL;
    uint8_t *bytes;

    if (efi_failed(efi_boot->allocate_pool(EFI_BOOT_SERVICES_DATA, size_bytes, &memory))) {
        return NULL;
    }
    bytes = memory;
    for (size_t i = 0; i < size_bytes; i++) {
        bytes[i] = 0;
    }
    return memory;
}

void efi_free(void *memory)
{
    if (memory != NULL) {
        (void)efi_boot->free_pool(memory);
    }
}

const char *efi_decimal(char digits[EFI_DECIMAL_BYTES], uint64_t value)
{
    uint32_t at = EFI_DECIMAL_BYTES - 1u;

    digits[at] = '\0';
    do {
        at--;
        digits[at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    return digits + at;
}
