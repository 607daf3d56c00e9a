/* SPDX-License-Identifier: MIT */
/*
 * lwnvme-driver.efi: the driver binding. Which driver gets a controller is the firmware's decision, in this order: what
 * the platform overrides, the driver in the option ROM of the controller itself (the PCI bus driver's bus specific
 * override), and then the highest version. Ours is above those of firmware's own drivers, in the range that is for
 * vendors of hardware.
 *
 *     Supported   asks the class code, and changes nothing
 *     Start       opens PCI I/O, brings the controller up, publishes its namespaces
 *     Stop        with children: takes those away; then without: shuts the controller down
 *
 * UEFI Specification 2.10, section 11.1 "EFI Driver Binding Protocol".
 */
#include "../hidden.h"
#include "../path.h"
#include "driver.h"

#define BINDING_VERSION      0x00010000u
#define BINDING_CONFIG_CLASS 0x08u

static const struct efi_guid binding_statistics_guid = LWNVME_UEFI_STATISTICS_GUID;

struct driver_controller *driver_controllers;

static efi_status binding_open(efi_handle controller, struct efi_pci_io **pci)
{
    void *interface = NULL;
    const efi_status status = efi_boot->open_protocol(controller, &efi_pci_io_guid, &interface,
                                                      driver_binding.binding, controller, EFI_OPEN_BY_DRIVER);

    *pci = interface;
    return status;
}

static void binding_close(efi_handle controller)
{
    (void)efi_boot->close_protocol(controller, &efi_pci_io_guid, driver_binding.binding, controller);
}

static efi_status binding_supported(struct efi_driver_binding *self, efi_handle controller,
                                    struct efi_device_path *remaining)
{
    struct efi_pci_io *pci;
    uint32_t class_code = 0;
    efi_status status;

    (void)self;
    if (remaining != NULL && !path_is_end(remaining) && !path_is_nvme(remaining)) {
        return EFI_UNSUPPORTED;
    }
    status = binding_open(controller, &pci);
    if (status == EFI_ALREADY_STARTED) {
        return EFI_SUCCESS; /* by this driver; perhaps without its namespaces */
    }
    if (efi_failed(status)) {
        return status;
    }
    status = pci->pci_read(pci, EFI_PCI_WIDTH_32, BINDING_CONFIG_CLASS, 1, &class_code);
    binding_close(controller);
    return efi_failed(status) || class_code >> 8 != HIDDEN_CLASS_NVME ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

static void binding_unlink(struct driver_controller *controller)
{
    struct driver_controller **link = &driver_controllers;

    while (*link != NULL && *link != controller) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = controller->next;
    }
}

/* The controller is open: what firmware can see of it. */
static efi_status binding_publish(struct driver_controller *controller,
                                  const struct efi_device_path *remaining)
{
    const efi_status status = efi_boot->install_multiple(&controller->handle, &binding_statistics_guid,
                                                         &controller->statistics, NULL);

    if (efi_failed(status)) {
        return status;
    }
    controller->next = driver_controllers;
    driver_controllers = controller;
    driver_name_controller(controller);
    if (remaining == NULL || !path_is_end(remaining)) {
        driver_disks_make(controller);
    }
    return EFI_SUCCESS;
}

static struct driver_controller *binding_find(efi_handle handle)
{
    struct driver_controller *controller = driver_controllers;

    while (controller != NULL && controller->handle != handle) {
        controller = controller->next;
    }
    return controller;
}

/* One that was started without its namespaces: with them now, if they are wanted. */
static efi_status binding_go_on(struct driver_controller *controller, const struct efi_device_path *remaining)
{
    if (remaining == NULL || !path_is_end(remaining)) {
        driver_disks_make(controller);
    }
    return controller->disks != NULL ? EFI_SUCCESS : EFI_ALREADY_STARTED;
}

/* With a remaining path that names one namespace all are published: they cost nothing more. */
static efi_status binding_start(struct efi_driver_binding *self, efi_handle handle,
                                struct efi_device_path *remaining)
{
    struct driver_controller *controller = binding_find(handle);
    struct efi_pci_io *pci = NULL;
    efi_status status;

    (void)self;
    if (controller != NULL) {
        return binding_go_on(controller, remaining);
    }
    controller = efi_allocate(sizeof(*controller));
    status = controller == NULL ? EFI_OUT_OF_RESOURCES : binding_open(handle, &pci);
    if (efi_failed(status)) {
        efi_free(controller);
        return status;
    }
    controller->handle = handle;
    controller->path = efi_protocol(handle, &efi_device_path_guid);
    status = controller->path == NULL ? EFI_UNSUPPORTED : driver_controller_open(controller, pci);
    if (!efi_failed(status)) {
        status = binding_publish(controller, remaining);
        if (efi_failed(status)) {
            driver_controller_close(controller);
        }
    }
    if (efi_failed(status)) {
        binding_close(handle);
        efi_free(controller);
    }
    return status;
}

static efi_status binding_stop_children(struct driver_controller *controller, size_t child_count,
                                        efi_handle *children)
{
    efi_status status = EFI_SUCCESS;

    for (size_t i = 0; i < child_count; i++) {
        struct driver_disk *disk = driver_disk_of(controller, children[i]);

        if (disk == NULL || efi_failed(driver_disk_drop(disk))) {
            status = EFI_DEVICE_ERROR;
        }
    }
    return status;
}

static efi_status binding_stop(struct efi_driver_binding *self, efi_handle handle, size_t child_count,
                               efi_handle *children)
{
    struct driver_controller *controller = binding_find(handle);

    (void)self;
    if (controller == NULL) {
        return EFI_DEVICE_ERROR;
    }
    if (child_count != 0) {
        return binding_stop_children(controller, child_count, children);
    }
    if (controller->disks != NULL || efi_failed(efi_boot->uninstall_multiple(
                                         handle, &binding_statistics_guid, &controller->statistics, NULL))) {
        return EFI_DEVICE_ERROR;
    }
    binding_unlink(controller);
    driver_controller_close(controller);
    binding_close(handle);
    efi_free(controller);
    return EFI_SUCCESS;
}

struct efi_driver_binding driver_binding = {
    .supported = binding_supported,
    .start = binding_start,
    .stop = binding_stop,
    .version = BINDING_VERSION,
};
