/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: finding controllers and taking them over. A PCI function is a handle with the PCI I/O protocol; the driver
 * that has it open BY_DRIVER is in charge of it, and all that was built on that (disks, partitions, file systems) goes
 * away with DisconnectController. Application level only.
 */
#include "drives.h"

#include "hidden.h"
#include "path.h"

#define DRIVES_CONFIG_ID    0x00u
#define DRIVES_CONFIG_CLASS 0x08u

static const struct efi_guid statistics_guid = LWNVME_UEFI_STATISTICS_GUID;

static void drives_locate(struct drive_found *drive)
{
    size_t segment = 0;
    size_t bus = 0;
    size_t device = 0;
    size_t function = 0;

    (void)drive->pci->get_location(drive->pci, &segment, &bus, &device, &function);
    drive->segment = (uint32_t)segment;
    drive->bus = (uint32_t)bus;
    drive->device = (uint32_t)device;
    drive->function = (uint32_t)function;
}

/* The name of the driver with image or binding handle `agent`. */
static void drives_name(efi_handle agent, char name[DRIVES_NAME_BYTES])
{
    struct efi_component_name2 *component = efi_protocol(agent, &efi_component_name2_guid);
    efi_char *text = NULL;
    size_t length = 0;

    if (component != NULL && !efi_failed(component->get_driver_name(component, "en", &text)) &&
        text != NULL) {
        for (; length + 1u < DRIVES_NAME_BYTES && text[length] != 0; length++) {
            name[length] = text[length] >= ' ' && text[length] < 0x7f ? (char)text[length] : '?';
        }
    }
    name[length] = '\0';
}

static void drives_ask_driver(struct drive_found *drive)
{
    struct efi_open_entry *entries = NULL;
    size_t count = 0;

    drive->driven = false;
    drive->driver[0] = '\0';
    if (efi_failed(efi_boot->open_protocol_information(drive->handle, &efi_pci_io_guid, &entries, &count))) {
        return;
    }
    for (size_t i = 0; i < count && !drive->driven; i++) {
        if ((entries[i].attributes & EFI_OPEN_BY_DRIVER) != 0) {
            drive->driven = true;
            drives_name(entries[i].agent, drive->driver);
        }
    }
    efi_free(entries);
}

/* The path of what this program was started from, as it was at the first look: its handle goes when the drive is taken
 * over, and another comes when it is given back. NULL: firmware did not tell. */
static const struct efi_device_path *drives_boot_path(void)
{
    static struct efi_device_path *path;
    static bool asked;
    const struct efi_loaded_image *image;

    if (!asked) {
        asked = true;
        image = efi_protocol(efi_image, &efi_loaded_image_guid);
        path = image == NULL || image->device == NULL
                   ? NULL
                   : path_copy(efi_protocol(image->device, &efi_device_path_guid));
    }
    return path;
}

static bool drives_is_boot(const struct drive_found *drive)
{
    return path_begins_with(drives_boot_path(), efi_protocol(drive->handle, &efi_device_path_guid));
}

/* false: it is not there. */
static bool drives_identify(efi_handle handle, struct drive_found *drive)
{
    uint32_t id = UINT32_MAX;
    uint32_t class_code = 0;

    *drive = (struct drive_found){.handle = handle, .pci = efi_protocol(handle, &efi_pci_io_guid)};
    if (drive->pci == NULL ||
        efi_failed(drive->pci->pci_read(drive->pci, EFI_PCI_WIDTH_32, DRIVES_CONFIG_ID, 1, &id)) ||
        efi_failed(drive->pci->pci_read(drive->pci, EFI_PCI_WIDTH_32, DRIVES_CONFIG_CLASS, 1, &class_code)) ||
        id == UINT32_MAX) {
        return false;
    }
    drive->vendor_id = (uint16_t)id;
    drive->device_id = (uint16_t)(id >> 16);
    drive->class_code = class_code >> 8;
    drives_locate(drive);
    return true;
}

void drives_find(struct drives *drives)
{
    efi_handle *handles = NULL;
    struct drive_found drive;
    size_t count = 0;

    drives->count = 0;
    drives->hidden_count = 0;
    if (efi_failed(efi_boot->locate_handle_buffer(EFI_LOCATE_BY_PROTOCOL, &efi_pci_io_guid, NULL, &count,
                                                  &handles))) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!drives_identify(handles[i], &drive)) {
            continue;
        }
        drive.reason = hidden_reason(drive.vendor_id, drive.device_id, drive.class_code);
        if (drive.reason != NULL && drives->hidden_count < DRIVES_HIDDEN_MAX) {
            drives->hidden[drives->hidden_count] = drive;
            drives->hidden_count++;
        } else if (drive.reason == NULL && drive.class_code == HIDDEN_CLASS_NVME &&
                   drives->count < DRIVES_MAX) {
            drive.boot = drives_is_boot(&drive);
            drives_ask_driver(&drive);
            drive.statistics = efi_protocol(drive.handle, &statistics_guid);
            drives->found[drives->count] = drive;
            drives->count++;
        }
    }
    efi_free(handles);
}

static void drives_reconnect(const struct drive_found *drive)
{
    if (drive->driven) {
        (void)efi_boot->connect_controller(drive->handle, NULL, NULL, 1);
    }
}

const char *drives_take(struct drive_found *drive)
{
    void *interface = NULL;

    drives_ask_driver(drive);
    if (drive->driven && efi_failed(efi_boot->disconnect_controller(drive->handle, NULL, NULL))) {
        return "the firmware's driver does not let go of it";
    }
    if (efi_failed(efi_boot->open_protocol(drive->handle, &efi_pci_io_guid, &interface, efi_image,
                                           drive->handle, EFI_OPEN_BY_DRIVER | EFI_OPEN_EXCLUSIVE))) {
        drives_reconnect(drive);
        return "somebody else has it, and does not give it away";
    }
    drive->pci = interface;
    return NULL;
}

void drives_give_back(struct drive_found *drive)
{
    (void)efi_boot->close_protocol(drive->handle, &efi_pci_io_guid, efi_image, drive->handle);
    drives_reconnect(drive);
}
