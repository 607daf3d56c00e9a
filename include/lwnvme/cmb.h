/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: submission queues in the controller memory buffer, so that the controller fetches commands from
 * memory of its own.
 *
 *     static struct lwnvme_cmb cmb;
 *     static struct lwnvme_queue_memory memory;
 *     if (lwnvme_cmb_find(controller, &cmb) == 0 && bar_of(cmb.bir, &bar) &&
 *         lwnvme_cmb_open(controller, &cmb, &bar) == 0) {
 *         lwnvme_cmb_queue_memory(&cmb, &memory);
 *         config.memory = &memory;                           then lwnvme_queue_create
 *     }
 *
 * Commands are made in ordinary memory and copied there, 32 bits at a time, when the controller is told of
 * them: sixteen posted writes of a command cost less than its fetch across the bus where that is slow, and
 * more where it is not. Completion queues, PRP lists and data stay in the host's memory.
 * NVM Express Base Specification 2.1, section 8.2.1 "Controller Memory Buffer".
 */
#ifndef LWNVME_CMB_H
#define LWNVME_CMB_H

#include "controller.h"
#include "queue_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The BAR that the buffer is in. */
struct lwnvme_cmb_bar {
    uint64_t physical;     /* as the CPU sees it, for the mmio_map hook; 0 with `mapped` */
    uint64_t bus;          /* as the controller's bus sees it; mostly the same */
    uint64_t length_bytes; /* of the BAR */
    volatile void *mapped; /* the whole BAR, mapped uncached or write-combining already; or NULL */
};

struct lwnvme_cmb {
    /* Out, of lwnvme_cmb_find: which BAR (0, or 2 to 5), where in it, how long. */
    uint32_t bir;
    uint64_t offset_bytes;
    uint64_t size_bytes;
    uint32_t abilities; /* CMBSZ, bits 4:0: by lwnvme_field_get with LWNVME_CMBSZ_SQS and so on */

    /* Private. */
    struct lwnvme_service service; /* first of the private ones */
    uint64_t bus;                  /* of the buffer */
    volatile uint8_t *mapped;      /* the buffer */
    bool unmap;
    struct lwnvme_queue_memory *queues; /* in it, in order */
};

/*
 * Looks for the buffer; `cmb` is the caller's, zeroed. Where the registers have to be enabled (CAP.CMBS,
 * since 1.4) that is done, and nothing else. 0; LWNVME_ERR_NO_CMB: there is none, or not for submission
 * queues; LWNVME_ERR_CMB_LOCATION: what CMBLOC and CMBSZ say makes no sense; LWNVME_ERR_BUSY: it is open
 * already. Controller owner's context, a ready controller.
 * Sections 3.1.4.11 "Offset 38h: CMBLOC", 3.1.4.12 "Offset 3Ch: CMBSZ", 3.1.4.16 "Offset 50h: CMBMSC".
 */
int lwnvme_cmb_find(struct lwnvme_controller *controller, struct lwnvme_cmb *cmb);

/*
 * Maps the buffer that has been found, and allows the controller to be given addresses in it: those of the
 * bus. `cmb` must stay until the controller is closed, which also unmaps it. LWNVME_ERR_CMB_LOCATION: it is
 * not inside of the BAR, or in the midst of the registers, or the controller does not take the address;
 * LWNVME_ERR_MMIO_MAP; LWNVME_ERR_BUSY: it is open, by another too.
 */
int lwnvme_cmb_open(struct lwnvme_controller *controller, struct lwnvme_cmb *cmb,
                    const struct lwnvme_cmb_bar *bar);

/*
 * Says that the submission ring of a queue made with lwnvme_queue_config.memory = memory shall lie in the
 * buffer; the rest of the queue is where it would be otherwise, and so is a copy of the ring. `memory` stays
 * the queue's until that is closed, one for each queue. LWNVME_ERR_NO_MEMORY from lwnvme_queue_create when
 * the buffer is full, LWNVME_ERR_NO_CMB when it is not open. After resets and losses of power the buffer is
 * enabled again before the queue is made again.
 */
void lwnvme_cmb_queue_memory(struct lwnvme_cmb *cmb, struct lwnvme_queue_memory *memory);

#ifdef __cplusplus
}
#endif

#endif
