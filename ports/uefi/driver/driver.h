/* SPDX-License-Identifier: MIT */
/*
 * lwnvme-driver.efi: what its files share.
 *
 *     driver_controller   one PCI function: the library's controller and one I/O queue, with a place for each call of
 *                         Block I/O 2 that has not ended yet
 *     driver_disk         one namespace: a handle with Block I/O, Block I/O 2 and a device path
 *
 * All of it belongs to TPL_NOTIFY: each entry from outside raises to that first, and the timer event runs there. Block
 * I/O is called at TPL_CALLBACK at most, so nothing is ever entered twice.
 */
#ifndef LWNVME_PORT_UEFI_DRIVER_H
#define LWNVME_PORT_UEFI_DRIVER_H

#include <lwnvme/lwnvme.h>

#include "../efi.h"
#include "../lwnvme_host.h"
#include "../statistics.h"

#define DRIVER_CALLS                                                                                         \
    32u /* of Block I/O 2 under way at once, of all disks of a controller; more wait for these */
#define DRIVER_DISKS_MAX 64u /* of a controller */
#define DRIVER_NAME_MAX  80u

struct driver_controller;
struct driver_disk;

/* A call of Block I/O 2 that has not ended. */
struct driver_call {
    struct lwnvme_request request; /* first */
    struct driver_controller *controller;
    struct efi_block_io2_token *token; /* NULL: free */
};

struct driver_disk {
    struct efi_block_io block_io;
    struct efi_block_io2 block_io2;
    struct efi_block_media media;
    struct driver_controller *controller;
    struct driver_disk *next;
    efi_handle handle;
    struct efi_device_path *path;
    efi_char name[DRIVER_NAME_MAX];
    struct lwnvme_namespace ns;
    struct lwnvme_protection protection;
};

struct driver_controller {
    struct lwnvme_uefi port;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_namespace_list list;
    struct driver_call calls[DRIVER_CALLS];
    uint32_t calls_under_way;
    uint32_t timer_turns;
    efi_event timer; /* periodic while calls are under way */
    efi_event exit;
    efi_handle handle;
    struct efi_device_path *path; /* of the PCI function: the bus driver's */
    struct driver_disk *disks;
    struct driver_controller *next;
    struct lwnvme_uefi_statistics statistics;
    efi_char name[DRIVER_NAME_MAX];
};

extern struct efi_driver_binding driver_binding;
extern struct efi_component_name2 driver_component_name;
/* All that have been started. */
extern struct driver_controller *driver_controllers;

/* Brings a controller up on an open PCI I/O protocol, and lets go of it. EFI_SUCCESS, or why not. */
efi_status driver_controller_open(struct driver_controller *controller, struct efi_pci_io *pci);
void driver_controller_close(struct driver_controller *controller);

/* Has the controller shut down for whoever comes next, or for the power to be cut. Nothing is allocated or freed. */
void driver_leave(struct driver_controller *controller, enum lwnvme_shutdown kind);

/* Publishes all namespaces that Block I/O can serve and that are not published yet. One that cannot be is left out. */
void driver_disks_make(struct driver_controller *controller);
/* Takes a namespace away again. EFI_SUCCESS, or why it stays. */
efi_status driver_disk_drop(struct driver_disk *disk);
/* Whose handle this is; NULL: not one of ours. */
struct driver_disk *driver_disk_of(const struct driver_controller *controller, efi_handle handle);

/* Gives a disk its block protocols. */
void driver_block_init(struct driver_disk *disk);
/* Waits until no call is under way; each ends, because each has a deadline. */
void driver_drain(struct driver_controller *controller);
/* Of the timer: takes what has ended. The context is the controller. */
void driver_timer(efi_event event, void *context);

/* "model serial", and the same with the namespace: for boot menus. */
void driver_name_controller(struct driver_controller *controller);
void driver_name_disk(struct driver_disk *disk);

#endif
