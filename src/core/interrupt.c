/* SPDX-License-Identifier: MIT */
/*
 * Interrupts: what the host's handler tells, and waits that end at them.
 *
 *     handler                                       owner of the queue
 *     fired++, INTMS (pin, MSI), wake               poll --> a few times more --> INTMC (arm) --> poll --> wait --> poll
 *
 * Nothing is lost between the last look and the sleep: what comes then interrupts, and the host's wait hook keeps a wake
 * that comes before it. Interrupts that do get lost are made good by sleeps that are never long: what is found at the end of a
 * whole one, while the vector has not fired, had none.
 *
 * Who writes what: a vector's `fired` its handler alone; `masked` the handler when it masks and an owner when it arms, which
 * cannot meet, since what is masked does not fire. The rest are the queue's, and its owner's; but `asked_at`, which is the
 * handler's.
 */
#include <lwnvme/interrupt.h>

#include "core.h"

#define LWNVME_WAIT_POLLS_MAX   256u    /* before a sleep */
#define LWNVME_WAIT_POLLS_FIRST 8u      /* when polling begins to pay */
#define LWNVME_WAIT_SHORT_US    20u     /* sleeps that polling would have spared */
#define LWNVME_WAIT_HEAL_US     100000u /* the longest sleep, ... */
#define LWNVME_WAIT_HEAL_STEPS  6u      /* and so many times half of that where interrupts get lost */

static struct lwnvme_vector *lwnvme_vector_find(const struct lwnvme_controller *controller, uint32_t vector)
{
    const struct lwnvme_interrupts *interrupts = controller->config.interrupts;

    return interrupts != NULL && vector < interrupts->vector_count ? &interrupts->vectors[vector] : NULL;
}

/* Whether INTMS and INTMC may be written, for this vector. */
static struct lwnvme_vector *lwnvme_vector_maskable(const struct lwnvme_controller *controller,
                                                    uint32_t vector)
{
    struct lwnvme_vector *found = lwnvme_vector_find(controller, vector);

    if (found == NULL || controller->config.interrupts->kind == LWNVME_INTERRUPT_MSIX || vector > 31u)
        return NULL;
    /* A controller that must be left alone for a while has been disabled, and does not interrupt. */
    if ((controller->admin.slow & LWNVME_SLOW_STOPPED) != 0 &&
        (controller->quirks & (LWNVME_QUIRK_DELAY_AFTER_DISABLE | LWNVME_QUIRK_DELAY_BEFORE_INIT)) != 0)
        return NULL;
    return found;
}

void lwnvme_interrupt_mask(struct lwnvme_controller *controller, uint16_t vector)
{
    struct lwnvme_vector *found;

    if (controller == NULL || LWNVME_GLANCE(controller->opened) == 0)
        return;
    found = lwnvme_vector_maskable(controller, vector);
    if (found == NULL)
        return;
    lwnvme_register_write(controller, LWNVME_REG_INTMS, 1u << vector);
    found->masked = 1;
}

/* Only what is masked is written: a reset of the controller, which unmasks all, does no harm. */
void lwnvme_interrupt_arm(struct lwnvme_controller *controller, uint16_t vector)
{
    struct lwnvme_vector *found;

    if (controller == NULL || LWNVME_GLANCE(controller->opened) == 0)
        return;
    found = lwnvme_vector_maskable(controller, vector);
    if (found == NULL || found->masked == 0)
        return;
    found->masked = 0;
    lwnvme_register_write(controller, LWNVME_REG_INTMC, 1u << vector);
}

void lwnvme_interrupt(struct lwnvme_controller *controller, uint16_t vector)
{
    struct lwnvme_vector *found;

    if (controller == NULL || LWNVME_GLANCE(controller->opened) == 0)
        return;
    found = lwnvme_vector_find(controller, vector);
    if (found != NULL) {
        found->fired++;
        lwnvme_interrupt_mask(controller, vector);
    }
    if (controller->ops->wake != NULL)
        controller->ops->wake(controller->host);
}

/* A place in the ring that was noted; before that, its beginning. */
static const volatile uint32_t *lwnvme_place_of(const struct lwnvme_queue *queue,
                                                const volatile uint32_t *noted)
{
    return noted != NULL ? noted : queue->cq;
}

/* Whether the queue's ring has something to take, or had since this was asked last. */
static bool lwnvme_ring_has_news(struct lwnvme_queue *queue)
{
    const volatile uint32_t *next = queue->cq_next;

    if (next == NULL || (queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return false;
    if (next == lwnvme_place_of(queue, queue->asked_at) && !lwnvme_cqe_is_new(queue, next))
        return false;
    queue->asked_at = next;
    return true;
}

bool lwnvme_interrupt_is_ours(struct lwnvme_controller *controller, uint16_t vector)
{
    struct lwnvme_queue *queue;
    bool ours;

    if (controller == NULL || LWNVME_GLANCE(controller->opened) == 0)
        return false;
    ours = vector == 0 && lwnvme_ring_has_news(&controller->admin);
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if ((queue->flags & LWNVME_QUEUE_INTERRUPT) != 0 && queue->vector == vector &&
            lwnvme_ring_has_news(queue))
            ours = true;
    }
    return ours;
}

/* Whether commands are in flight whose completions come to the queue's ring. */
static bool lwnvme_wait_has_sense(const struct lwnvme_queue *queue)
{
    if (lwnvme_poll_is_nested(queue) || (queue->slow & LWNVME_SLOW_STOPPED) != 0)
        return false;
    for (queue = queue->cq_queue; queue != NULL; queue = queue->sharer) {
        if (lwnvme_in_flight(queue) != 0 || queue->waiting_first != NULL || queue->resting != NULL)
            return true;
    }
    return false;
}

static void lwnvme_wait_relax(const struct lwnvme_controller *controller)
{
    if (controller->ops->relax != NULL)
        controller->ops->relax(controller->host);
}

/* The look that has found nothing is repeated, for as long as that has paid lately. */
static uint32_t lwnvme_wait_poll(struct lwnvme_queue *queue, uint32_t budget, uint32_t polls)
{
    uint32_t taken = 0;

    while (taken == 0 && polls-- != 0) {
        lwnvme_wait_relax(queue->controller);
        taken = lwnvme_queue_poll(queue, budget);
    }
    return taken;
}

/* What a sleep says of the next one: what lasted no longer than polling might have is polled for, and the other way. */
static void lwnvme_wait_adapt(struct lwnvme_queue *ring, uint64_t slept_us, bool taken)
{
    uint32_t polls = ring->wait_polls;

    if (slept_us >= LWNVME_WAIT_SHORT_US)
        polls >>= 1;
    else if (taken && polls < LWNVME_WAIT_POLLS_MAX)
        polls = polls == 0 ? LWNVME_WAIT_POLLS_FIRST : polls << 1;
    ring->wait_polls = polls;
}

/* What a sleep says of interrupts: how often its vector has fired meanwhile, whether there was something to take, and
 * whether it lasted as long as it might. An interrupt for what was taken before it came is late, and nothing to count. */
static void lwnvme_wait_account(struct lwnvme_queue *ring, uint32_t fired, bool taken, bool whole)
{
    const volatile uint32_t *at = ring->cq_next;

    if (fired == 0) {
        if (taken && whole) {
            ring->lost++;
            if (ring->heal_step < LWNVME_WAIT_HEAL_STEPS)
                ring->heal_step++;
        }
        return;
    }
    if (ring->heal_step != 0)
        ring->heal_step--;
    if (!taken && at == lwnvme_place_of(ring, ring->fired_at))
        ring->spurious += fired;
    ring->fired_at = at;
}

/* The end of a sleep: before `until_us`, which is the caller's, and before a lost interrupt would hurt. */
static uint64_t lwnvme_wait_until(const struct lwnvme_queue *queue, uint64_t now_us, uint64_t until_us,
                                  bool *whole)
{
    const struct lwnvme_queue *ring = queue->cq_queue;
    uint64_t heal_us = LWNVME_WAIT_HEAL_US >> ring->heal_step;

    if (heal_us <= queue->controller->config.interrupts->coalescing_us)
        heal_us = queue->controller->config.interrupts->coalescing_us + 1000u;
    until_us = lwnvme_deadline_nearer(queue, now_us, until_us);
    *whole = until_us >= now_us && until_us - now_us >= heal_us;
    return *whole ? now_us + heal_us : until_us;
}

static uint32_t lwnvme_wait_sleep(struct lwnvme_queue *queue, uint32_t budget, uint64_t until_us)
{
    struct lwnvme_controller *controller = queue->controller;
    struct lwnvme_queue *ring = queue->cq_queue;
    struct lwnvme_vector *vector = lwnvme_vector_find(controller, ring->vector);
    uint32_t fired = vector->fired;
    uint64_t since_us;
    uint64_t now_us;
    uint32_t taken;
    bool whole;

    lwnvme_interrupt_arm(controller, ring->vector);
    taken = lwnvme_queue_poll(queue, budget);
    if (taken != 0)
        return taken;
    since_us = lwnvme_now_us(controller);
    until_us = lwnvme_wait_until(queue, since_us, until_us, &whole);
    if (until_us <= since_us) {
        lwnvme_wait_relax(controller);
        return 0;
    }
    controller->ops->wait(controller->host, until_us);
    now_us = lwnvme_now_us(controller);
    taken = lwnvme_queue_poll(queue, budget);
    lwnvme_queue_lock(ring);
    lwnvme_wait_account(ring, vector->fired - fired, taken != 0, whole && now_us >= until_us);
    lwnvme_wait_adapt(ring, now_us - since_us, taken != 0);
    lwnvme_queue_unlock(ring);
    return taken;
}

static bool lwnvme_wait_can_sleep(const struct lwnvme_queue *queue)
{
    const struct lwnvme_queue *ring = queue->cq_queue;

    return queue->controller->ops->wait != NULL && (ring->flags & LWNVME_QUEUE_INTERRUPT) != 0 &&
           lwnvme_vector_find(queue->controller, ring->vector) != NULL;
}

uint32_t lwnvme_queue_wait(struct lwnvme_queue *queue, uint32_t budget, uint64_t deadline_us)
{
    uint32_t taken;

    if (queue == NULL || queue->controller == NULL)
        return 0;
    taken = lwnvme_queue_poll(queue, budget);
    if (taken == 0 && !lwnvme_wait_has_sense(queue)) {
        lwnvme_wait_relax(queue->controller);
        return 0;
    }
    if (taken == 0)
        taken =
            lwnvme_wait_poll(queue, budget, lwnvme_wait_can_sleep(queue) ? queue->cq_queue->wait_polls : 1u);
    if (taken == 0 && lwnvme_wait_can_sleep(queue))
        taken = lwnvme_wait_sleep(queue, budget, deadline_us);
    /* Another owner may sleep for what has just been taken. */
    if (taken != 0 && (queue->slow & LWNVME_SLOW_SHARED) != 0 && queue->controller->ops->wake != NULL)
        queue->controller->ops->wake(queue->controller->host);
    return taken;
}

/* For blocking calls, whose caller owns both. */
static uint32_t lwnvme_interrupt_pause(struct lwnvme_queue *queue)
{
    struct lwnvme_controller *controller = queue->controller;
    uint32_t taken = lwnvme_queue_wait(queue, 0, lwnvme_next_deadline(controller));

    if (taken == 0)
        (void)lwnvme_controller_poll(controller);
    return taken;
}

void lwnvme_interrupts_use(struct lwnvme_interrupts *interrupts, enum lwnvme_interrupt_kind kind,
                           struct lwnvme_vector *vectors, uint32_t vector_count)
{
    if (interrupts == NULL)
        return;
    memset(interrupts, 0, sizeof(*interrupts));
    interrupts->kind = kind;
    interrupts->vectors = vectors;
    interrupts->vector_count = vectors == NULL ? 0 : vector_count;
    interrupts->pause = lwnvme_interrupt_pause;
}
