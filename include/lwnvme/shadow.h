/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: shadow doorbells. An emulated controller reads them from memory, and so spares the guest most of its register
 * writes, each of which costs an exit from the virtual machine. Real drives do not have them.
 */
#ifndef LWNVME_SHADOW_H
#define LWNVME_SHADOW_H

#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's memory, zeroed; stays until the controller has been closed. All members are private. */
struct lwnvme_shadow {
    struct lwnvme_service service;
    struct lwnvme_request request;
    uint8_t *pages; /* the doorbells, then the EventIdx values */
    uint64_t dma_address;
    uint32_t state;
    int status;
};

/*
 * Starts to have shadow doorbells for all I/O queues, now and after each reset or resume; queues that are
 * made later have them too. The admin queue has none, nor have queues whose place is beyond the first page.
 * lwnvme_controller_poll carries it on: I/O queues hold what is submitted until what they have in flight has
 * ended, and poll them meanwhile. Their owners hold still during this call. Two pages are allocated, until
 * the controller is closed.
 *
 * 0: begun. LWNVME_ERR_NO_SHADOW_DOORBELLS: OACS does not have it. LWNVME_ERR_BUSY: the controller has them already.
 * Controller owner's context, not from a callback. NVM Express Base Specification 2.1, section 5.2.5 "Doorbell Buffer
 * Config command".
 */
int lwnvme_shadow_start(struct lwnvme_controller *controller, struct lwnvme_shadow *shadow);

/* 0: they are in use. LWNVME_PENDING: on the way, also after a reset. Else why not: queues work as without. */
int lwnvme_shadow_status(const struct lwnvme_shadow *shadow);

#ifdef __cplusplus
}
#endif

#endif
