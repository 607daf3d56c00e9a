/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: interrupts, and waits that end at them.
 *
 *     static struct lwnvme_vector vectors[3];               the admin queue's, and one for each of two queues
 *     static struct lwnvme_interrupts interrupts;
 *     lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSIX, vectors, 3);
 *     config.interrupts = &interrupts;                      before lwnvme_controller_open
 *     ... lwnvme_interrupt(controller, vector);             the host's handler
 *     ... lwnvme_queue_wait(queue, 0, deadline_us);         a queue's owner with nothing else to do
 *
 * All of it is optional: queues can be polled. The interrupt itself is the host's to set up. A queue
 * interrupts if it was made with LWNVME_QUEUE_INTERRUPT, the admin queue always does, on vector 0.
 */
#ifndef LWNVME_INTERRUPT_H
#define LWNVME_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#include "controller.h"
#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lwnvme_interrupt_kind {
    LWNVME_INTERRUPT_PIN = 0, /* INTx: one vector, 0 */
    LWNVME_INTERRUPT_MSI,     /* up to 32 messages */
    LWNVME_INTERRUPT_MSIX     /* up to 2048; INTMS and INTMC are not touched */
};

/* What the library knows of one vector. The caller's memory, zeroed; members are private. */
struct lwnvme_vector {
    volatile uint32_t fired;  /* written by the handler alone */
    volatile uint32_t masked; /* by INTMS */
};

/* How a controller interrupts: the caller's, set by lwnvme_interrupts_use. */
struct lwnvme_interrupts {
    /* In, may be changed at any time: how long the controller may hold an interrupt back for company
     * (Interrupt Coalescing, feature 08h), in microseconds; 0: it does not. What is found sooner without one
     * is not taken for a lost one. */
    uint32_t coalescing_us;

    /* Private. */
    enum lwnvme_interrupt_kind kind;
    uint32_t vector_count;
    struct lwnvme_vector *vectors;
    uint32_t (*pause)(struct lwnvme_queue *queue);
};

/*
 * For lwnvme_controller_config.interrupts; call it before each lwnvme_controller_open. `vectors` are the
 * caller's, one for each that may be named to lwnvme_interrupt, from 0 on; both must stay until the
 * controller is closed and its handlers have been taken away. From then on blocking calls on queues with
 * LWNVME_QUEUE_INTERRUPT sleep in the host's wait hook.
 */
void lwnvme_interrupts_use(struct lwnvme_interrupts *interrupts, enum lwnvme_interrupt_kind kind,
                           struct lwnvme_vector *vectors, uint32_t vector_count);

/*
 * For the host's interrupt handler: notes that the vector has fired, and wakes who waits through the host's
 * wake hook, which is to wake all who wait where several queues share a vector. Interrupts by pin and MSI are
 * masked at the controller by one write of INTMS, so that the line is quiet when the handler returns;
 * lwnvme_queue_wait lets them come again. With MSI-X and without lwnvme_controller_config.interrupts the
 * device is not touched. A closed controller is left alone. Interrupt context; a vector's handler does not
 * interrupt itself.
 * NVM Express Base Specification 2.1, section 3.1.4.3 "Offset Ch: INTMS - Interrupt Mask Set".
 */
void lwnvme_interrupt(struct lwnvme_controller *controller, uint16_t vector);

/*
 * Whether an interrupt on a line that is shared with others is this controller's: true if a queue of the
 * vector has completions to take, or if some were taken since the last time that this said so. Read from the
 * rings in memory, no register is read. If it says no, leave the interrupt to the others. Interrupt context;
 * not while queues of this vector are made or deleted on another CPU.
 */
bool lwnvme_interrupt_is_ours(struct lwnvme_controller *controller, uint16_t vector);

/*
 * Masking by hand, for owners who poll for a while, and who wait by themselves. Mask, poll as long as there
 * is something, arm, look once more, wait: nothing is lost then, since what came before the last look is seen
 * by it, and what comes after it interrupts. With MSI-X both do nothing: the host's table has mask bits. Any
 * context, one at a time for a vector.
 */
void lwnvme_interrupt_mask(struct lwnvme_controller *controller, uint16_t vector);
void lwnvme_interrupt_arm(struct lwnvme_controller *controller, uint16_t vector);

/*
 * Takes completions as lwnvme_queue_poll does; if there are none, polls a little longer, for as long as that
 * has paid lately; then arms the interrupt, looks once more, and sleeps in the host's wait hook, until an
 * interrupt, `deadline_us` on the now_us clock, or a deadline of the queue's commands, and takes what there
 * is. Returns how many it took; 0: nothing yet. Then look at the controller (lwnvme_controller_poll, which
 * acts on commands that are late), and ask again: it also returns when nothing is in flight, from inside a
 * callback, after a wait that the host ended early, and now and then, in case that an interrupt was lost. An
 * interrupt that is lost so costs 100 ms, and when that happens again and again ever less, down to 2 ms; it
 * is counted (lwnvme_queue_statistics). Queues without interrupts, or on hosts without wait, are polled once
 * with a turn of the relax hook. Queue owner's context, not an interrupt handler.
 */
uint32_t lwnvme_queue_wait(struct lwnvme_queue *queue, uint32_t budget, uint64_t deadline_us);

#ifdef __cplusplus
}
#endif

#endif
