/* SPDX-License-Identifier: MIT */
/*
 * lwnvme-driver.efi: a controller's life under this driver, and its namespaces as disks.
 *
 * ExitBootServices: the operating system takes over. The event shuts the controller down in order and disables it, so
 * that the next driver finds it as after power-on. The memory map is final by then: `leaving` keeps the hooks from
 * allocating or freeing, and the controller is not closed. If it does not shut down it is taken off the bus.
 *
 * Start and Stop are called at TPL_CALLBACK at most, the event comes at TPL_NOTIFY.
 */
#include "../path.h"
#include "driver.h"

#if defined(LWNVME_UEFI_DEBUG_PORT) && defined(__x86_64__)
/* Where a debug console is (QEMU's isa-debugcon): the driver says there what it has done when the system leaves. */
static void disk_debug_text(const char *text)
{
    for (; *text != '\0'; text++) {
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((uint16_t)LWNVME_UEFI_DEBUG_PORT));
    }
}

static void disk_debug_leaving(const struct driver_controller *controller, int status)
{
    char digits[EFI_DECIMAL_BYTES];

    disk_debug_text("lwnvme-driver: leaving boot services after ");
    disk_debug_text(efi_decimal(digits, controller->statistics.reads));
    disk_debug_text(" reads of ");
    disk_debug_text(efi_decimal(digits, controller->statistics.bytes_read));
    disk_debug_text(" bytes, ");
    disk_debug_text(efi_decimal(digits, controller->statistics.writes));
    disk_debug_text(status == 0 ? " writes; shut down\n" : " writes; NOT shut down\n");
}
#else
static void disk_debug_leaving(const struct driver_controller *controller, int status)
{
    (void)controller;
    (void)status;
}
#endif

/* No allocation, no console, no waiting for events. May come again, when leaving did not work out. */
void driver_leave(struct driver_controller *controller, enum lwnvme_shutdown kind)
{
    int status = LWNVME_OK;

    controller->port.leaving = true;
    if (lwnvme_controller_state(&controller->controller) != LWNVME_STATE_OFF) {
        status = lwnvme_sync_controller_shutdown(&controller->controller, kind);
        if (status != LWNVME_OK) {
            (void)lwnvme_uefi_ops.fence_device(&controller->port);
        }
    }
    disk_debug_leaving(controller, status);
}

static void disk_exit(efi_event event, void *context)
{
    (void)event;
    driver_leave(context, LWNVME_SHUTDOWN_HAND_OFF);
}

static efi_status disk_events(struct driver_controller *controller)
{
    efi_status status = efi_boot->create_event(EFI_EVENT_TIMER | EFI_EVENT_NOTIFY_SIGNAL, EFI_TPL_NOTIFY,
                                               driver_timer, controller, &controller->timer);

    if (efi_failed(status)) {
        return status;
    }
    status = efi_boot->create_event(EFI_EVENT_EXIT_BOOT_SERVICES, EFI_TPL_NOTIFY, disk_exit, controller,
                                    &controller->exit);
    if (efi_failed(status)) {
        (void)efi_boot->close_event(controller->timer);
    }
    return status;
}

efi_status driver_controller_open(struct driver_controller *controller, struct efi_pci_io *pci)
{
    struct lwnvme_controller_config config;
    int status;

    if (lwnvme_uefi_attach(&controller->port, pci) != NULL) {
        return EFI_UNSUPPORTED;
    }
    lwnvme_uefi_config(&controller->port, &config);
    config.io_queues = 1;
    status = lwnvme_sync_controller_open(&controller->controller, &config);
    if (status == LWNVME_OK) {
        status = lwnvme_sync_queue_create(&controller->controller, &controller->queue, NULL);
        if (status == LWNVME_OK && !efi_failed(disk_events(controller))) {
            controller->statistics.revision = 1;
            return EFI_SUCCESS;
        }
        (void)lwnvme_sync_controller_close(&controller->controller);
    }
    lwnvme_uefi_detach(&controller->port);
    return status == LWNVME_ERR_NO_MEMORY ? EFI_OUT_OF_RESOURCES : EFI_DEVICE_ERROR;
}

void driver_controller_close(struct driver_controller *controller)
{
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);

    driver_drain(controller);
    (void)lwnvme_sync_controller_shutdown(&controller->controller, LWNVME_SHUTDOWN_NORMAL);
    (void)lwnvme_sync_controller_close(&controller->controller);
    lwnvme_uefi_detach(&controller->port);
    efi_boot->restore_tpl(tpl);
    (void)efi_boot->close_event(controller->timer);
    (void)efi_boot->close_event(controller->exit);
}

static void disk_fill_media(struct driver_disk *disk)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&disk->controller->controller);
    struct efi_block_media *media = &disk->media;

    media->media_id = disk->ns.nsid;
    media->media_present = 1;
    media->read_only = disk->ns.read_only ? 1 : 0;
    media->write_caching = info != NULL && (info->vwc & 1u) != 0 ? 1 : 0;
    media->block_bytes = disk->ns.block_bytes;
    media->io_align = 4; /* PRP entries are dword aligned */
    media->last_block = disk->ns.block_count - 1u;
    media->logical_blocks_per_physical_block = 1;
    media->optimal_transfer_length_granularity = disk->ns.boundary_blocks;
}

static efi_status disk_install(struct driver_disk *disk)
{
    struct driver_controller *controller = disk->controller;
    void *interface = NULL;
    efi_status status =
        efi_boot->install_multiple(&disk->handle, &efi_device_path_guid, disk->path, &efi_block_io_guid,
                                   &disk->block_io, &efi_block_io2_guid, &disk->block_io2, NULL);

    if (efi_failed(status)) {
        return status;
    }
    status = efi_boot->open_protocol(controller->handle, &efi_pci_io_guid, &interface, driver_binding.binding,
                                     disk->handle, EFI_OPEN_BY_CHILD_CONTROLLER);
    if (efi_failed(status)) {
        (void)efi_boot->uninstall_multiple(disk->handle, &efi_device_path_guid, disk->path,
                                           &efi_block_io_guid, &disk->block_io, &efi_block_io2_guid,
                                           &disk->block_io2, NULL);
    }
    return status;
}

/* Blocks with protection information are read and written without it: the controller makes and checks it. */
static bool disk_look(struct driver_disk *disk, uint32_t nsid)
{
    struct driver_controller *controller = disk->controller;
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    const int status =
        lwnvme_sync_protection_open(&controller->controller, nsid, &disk->ns, &disk->protection);

    efi_boot->restore_tpl(tpl);
    if (status == LWNVME_OK) {
        disk->path = path_of_namespace(controller->path, nsid, disk->ns.has_eui64 ? disk->ns.eui64 : NULL);
    }
    return disk->path != NULL;
}

static void disk_make(struct driver_controller *controller, uint32_t nsid)
{
    struct driver_disk *disk = efi_allocate(sizeof(*disk));

    if (disk == NULL) {
        return;
    }
    disk->controller = controller;
    if (disk_look(disk, nsid)) {
        disk_fill_media(disk);
        driver_block_init(disk);
        driver_name_disk(disk);
        if (!efi_failed(disk_install(disk))) {
            disk->next = controller->disks;
            controller->disks = disk;
            controller->statistics.disks++;
            return;
        }
    }
    efi_free(disk->path);
    efi_free(disk);
}

static bool disk_is_made(const struct driver_controller *controller, uint32_t nsid)
{
    const struct driver_disk *disk = controller->disks;

    while (disk != NULL && disk->ns.nsid != nsid) {
        disk = disk->next;
    }
    return disk != NULL;
}

/* The first page of the list has more namespaces than a firmware would like to see. */
void driver_disks_make(struct driver_controller *controller)
{
    struct lwnvme_namespace_list *list = &controller->list;
    const efi_tpl tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    const int status = lwnvme_sync_namespace_enumerate(&controller->controller, 0, list);

    efi_boot->restore_tpl(tpl);
    for (uint32_t i = 0; status == LWNVME_OK && i < list->count && i < DRIVER_DISKS_MAX; i++) {
        if (!disk_is_made(controller, list->nsids[i])) {
            disk_make(controller, list->nsids[i]);
        }
    }
}

struct driver_disk *driver_disk_of(const struct driver_controller *controller, efi_handle handle)
{
    struct driver_disk *disk = controller->disks;

    while (disk != NULL && disk->handle != handle) {
        disk = disk->next;
    }
    return disk;
}

/* Whoever uses it lets go of it while its protocols are taken away, and may call once more then: so its calls are waited for
 * after that. */
efi_status driver_disk_drop(struct driver_disk *disk)
{
    struct driver_controller *controller = disk->controller;
    struct driver_disk **link = &controller->disks;
    void *interface = NULL;
    efi_status status;
    efi_tpl tpl;

    (void)efi_boot->close_protocol(controller->handle, &efi_pci_io_guid, driver_binding.binding,
                                   disk->handle);
    status = efi_boot->uninstall_multiple(disk->handle, &efi_device_path_guid, disk->path, &efi_block_io_guid,
                                          &disk->block_io, &efi_block_io2_guid, &disk->block_io2, NULL);
    if (efi_failed(status)) { /* somebody holds on to it */
        (void)efi_boot->open_protocol(controller->handle, &efi_pci_io_guid, &interface,
                                      driver_binding.binding, disk->handle, EFI_OPEN_BY_CHILD_CONTROLLER);
        return status;
    }
    tpl = efi_boot->raise_tpl(EFI_TPL_NOTIFY);
    driver_drain(controller);
    efi_boot->restore_tpl(tpl);
    while (*link != disk) {
        link = &(*link)->next;
    }
    *link = disk->next;
    controller->statistics.disks--;
    efi_free(disk->path);
    efi_free(disk);
    return EFI_SUCCESS;
}
