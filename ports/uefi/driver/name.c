/* SPDX-License-Identifier: MIT */
/* lwnvme-driver.efi: names for people, in English. UEFI Specification 2.10, section 11.5 "EFI Component Name
 * Protocol". */
#include "driver.h"

#define NAME_STRINGIFY(x) #x
#define NAME_TEXT(x)      NAME_STRINGIFY(x)
#define NAME_VERSION                                                                                         \
    NAME_TEXT(LWNVME_VERSION_MAJOR) "." NAME_TEXT(LWNVME_VERSION_MINOR) "." NAME_TEXT(LWNVME_VERSION_PATCH)

static const char name_languages[] = "en";
static efi_char name_driver[DRIVER_NAME_MAX];

/* Appends; returns the new length. */
static uint32_t name_append(efi_char name[DRIVER_NAME_MAX], uint32_t length, const char *text)
{
    for (; *text != '\0' && length + 1u < DRIVER_NAME_MAX; text++) {
        name[length] = (uint8_t)*text;
        length++;
    }
    name[length] = 0;
    return length;
}

static bool name_is_english(const char *language)
{
    return language != NULL && language[0] == 'e' && language[1] == 'n' &&
           (language[2] == '\0' || language[2] == '-');
}

static efi_status name_of_driver(struct efi_component_name2 *self, const char *language, efi_char **name)
{
    (void)self;
    if (language == NULL || name == NULL) {
        return EFI_INVALID_PARAMETER;
    }
    if (!name_is_english(language)) {
        return EFI_UNSUPPORTED;
    }
    (void)name_append(name_driver, 0, "lwnvme " NAME_VERSION " NVM Express driver");
    *name = name_driver;
    return EFI_SUCCESS;
}

static efi_status name_of_controller(struct efi_component_name2 *self, efi_handle handle, efi_handle child,
                                     const char *language, efi_char **name)
{
    struct driver_controller *controller = driver_controllers;
    struct driver_disk *disk;

    (void)self;
    if (handle == NULL || language == NULL || name == NULL) {
        return EFI_INVALID_PARAMETER;
    }
    while (controller != NULL && controller->handle != handle) {
        controller = controller->next;
    }
    if (controller == NULL || !name_is_english(language)) {
        return EFI_UNSUPPORTED;
    }
    disk = child == NULL ? NULL : driver_disk_of(controller, child);
    if (child != NULL && disk == NULL) {
        return EFI_UNSUPPORTED;
    }
    *name = disk == NULL ? controller->name : disk->name;
    return EFI_SUCCESS;
}

struct efi_component_name2 driver_component_name = {name_of_driver, name_of_controller, name_languages};

static uint32_t name_begin(efi_char name[DRIVER_NAME_MAX], const struct driver_controller *controller)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&controller->controller);
    uint32_t length = name_append(name, 0, info != NULL ? info->model : "NVMe");

    length = name_append(name, length, " ");
    return name_append(name, length, info != NULL ? info->serial : "");
}

void driver_name_controller(struct driver_controller *controller)
{
    (void)name_begin(controller->name, controller);
}

void driver_name_disk(struct driver_disk *disk)
{
    char digits[EFI_DECIMAL_BYTES];
    uint32_t length = name_begin(disk->name, disk->controller);

    length = name_append(disk->name, length, " namespace ");
    (void)name_append(disk->name, length, efi_decimal(digits, disk->ns.nsid));
}
