/* SPDX-License-Identifier: MIT */
/*
 * lwnvme-driver.efi: its beginning and its end. A UEFI driver's entry point touches no hardware: it publishes a driver
 * binding and returns, and firmware calls that when a controller is wanted. UEFI Specification 2.10, section 2.5
 * "UEFI Driver Model".
 */
#include "../clock.h"
#include "driver.h"

static struct efi_reset_notification *entry_resets; /* NULL: this firmware tells nobody of a reset */

static struct efi_supported_version entry_version = {sizeof(entry_version), EFI_SPECIFICATION_2_10};

/*
 * A reset or power-off by the firmware, while boot services are there: what is in a drive's cache gets time to be written.
 * Comes at any TPL, and nothing may come in between.
 */
static void entry_reset(enum efi_reset type, efi_status status, size_t data_bytes, void *data)
{
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_HIGH_LEVEL);

    (void)type;
    (void)status;
    (void)data_bytes;
    (void)data;
    for (struct driver_controller *each = driver_controllers; each != NULL; each = each->next) {
        driver_leave(each, LWNVME_SHUTDOWN_NORMAL);
    }
    efi_boot->restore_tpl(tpl);
}

/* Stops on all controllers; one that stays in use keeps the driver where it is. */
static efi_status entry_unload(efi_handle image)
{
    for (uint32_t i = 0; driver_controllers != NULL && i < UINT16_MAX; i++) {
        const efi_status status =
            efi_boot->disconnect_controller(driver_controllers->handle, driver_binding.binding, NULL);

        if (efi_failed(status)) {
            return status;
        }
    }
    if (entry_resets != NULL) {
        (void)entry_resets->unregister_notify(entry_resets, entry_reset);
    }
    return efi_boot->uninstall_multiple(image, &efi_driver_binding_guid, &driver_binding,
                                        &efi_component_name2_guid, &driver_component_name,
                                        &efi_supported_version_guid, &entry_version, NULL);
}

efi_status efi_main(efi_handle image, struct efi_system_table *system);

efi_status efi_main(efi_handle image, struct efi_system_table *system)
{
    struct efi_loaded_image *loaded;
    void *interface = NULL;
    efi_status status;

    efi_begin(image, system);
    clock_init();
    driver_binding.image = image;
    driver_binding.binding = image;
    loaded = efi_protocol(image, &efi_loaded_image_guid);
    if (loaded != NULL) {
        loaded->unload = entry_unload;
    }
    status = efi_boot->install_multiple(&driver_binding.binding, &efi_driver_binding_guid, &driver_binding,
                                        &efi_component_name2_guid, &driver_component_name,
                                        &efi_supported_version_guid, &entry_version, NULL);
    if (!efi_failed(status) &&
        !efi_failed(efi_boot->locate_protocol(&efi_reset_notification_guid, NULL, &interface))) {
        entry_resets = interface;
        (void)entry_resets->register_notify(entry_resets, entry_reset);
    }
    return status;
}
