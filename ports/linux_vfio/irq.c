/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: interrupts by eventfd, and sleeps that end at them.
 *
 *     device --> kernel --> vector's eventfd --.
 *                                              poll --> lwnvme_interrupt for each vector that fired --> wakes the others
 *     lwnvme_vfio_wake --> waiter's eventfd ---'
 *
 * There is no thread for interrupts: they are noted by whoever sleeps next, in the wait hook, which is the interrupt handler
 * of this port. Each thread that waits has an eventfd of its own, so that a wake reaches all of them, also those that are just
 * about to sleep: the eventfd keeps it. An eventfd begins at one, and the first wait returns early.
 */
#include "private.h"

#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define IRQ_SLEEP_MAX_US   1000000u
#define IRQ_SLEEP_HOMELESS 1000u /* of a thread that has no eventfd: there are too many */
#define IRQ_NANOSECONDS    1000u
#define IRQ_SET_BYTES      (sizeof(struct vfio_irq_set) + LWNVME_VFIO_VECTORS_MAX * sizeof(int))
#define IRQ_US_PER_SECOND  1000000u

/* Which waiter this thread is, of which port. */
static _Thread_local const struct lwnvme_vfio *irq_port;
static _Thread_local uint32_t irq_generation;
static _Thread_local uint32_t irq_waiter;
static _Thread_local bool irq_awake; /* it notes interrupts, and need not be woken */

static uint32_t irq_generations; /* of all ports that were ever opened */

void vfio_irq_open(struct lwnvme_vfio *port)
{
    port->vector_count = 0;
    port->waiter_count = 0;
    port->generation = __atomic_add_fetch(&irq_generations, 1u, __ATOMIC_RELAXED);
    lwnvme_interrupts_use(&port->hardware, LWNVME_INTERRUPT_PIN, NULL, 0);
}

static void irq_close_vectors(struct lwnvme_vfio *port)
{
    for (uint32_t i = 0; i < port->vector_count; i++) {
        close(port->vector_events[i]);
    }
    port->vector_count = 0;
}

void vfio_irq_close(struct lwnvme_vfio *port)
{
    irq_close_vectors(port);
    for (uint32_t i = 0; i < port->waiter_count; i++) {
        close(port->waiter_events[i]);
    }
    port->waiter_count = 0;
}

static uint32_t irq_index(enum lwnvme_vfio_irq kind)
{
    return kind == LWNVME_VFIO_MSIX  ? (uint32_t)VFIO_PCI_MSIX_IRQ_INDEX
           : kind == LWNVME_VFIO_MSI ? (uint32_t)VFIO_PCI_MSI_IRQ_INDEX
                                     : (uint32_t)VFIO_PCI_INTX_IRQ_INDEX;
}

/* How many of a kind the function has. */
static uint32_t irq_count(const struct lwnvme_vfio *port, enum lwnvme_vfio_irq kind)
{
    struct vfio_irq_info info = {.argsz = sizeof(info), .index = irq_index(kind)};

    if (ioctl(port->device, VFIO_DEVICE_GET_IRQ_INFO, &info) != 0 ||
        (info.flags & VFIO_IRQ_INFO_EVENTFD) == 0) {
        return 0;
    }
    return info.count < LWNVME_VFIO_VECTORS_MAX ? info.count : LWNVME_VFIO_VECTORS_MAX;
}

/* 0, or errno. */
static int irq_route(const struct lwnvme_vfio *port, enum lwnvme_vfio_irq kind, uint32_t count)
{
    _Alignas(struct vfio_irq_set) uint8_t bytes[IRQ_SET_BYTES] = {0};
    struct vfio_irq_set *const set = (struct vfio_irq_set *)(void *)bytes;
    const size_t events_bytes = count * sizeof(port->vector_events[0]);

    set->argsz = (uint32_t)(sizeof(*set) + events_bytes);
    set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
    set->index = irq_index(kind);
    set->count = count;
    memcpy(set->data, port->vector_events, events_bytes);
    return ioctl(port->device, VFIO_DEVICE_SET_IRQS, set) == 0 ? 0 : errno;
}

/* A pin is masked by the kernel each time that it has fired. */
static void irq_unmask_pin(const struct lwnvme_vfio *port)
{
    struct vfio_irq_set set = {.argsz = sizeof(set),
                               .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
                               .index = VFIO_PCI_INTX_IRQ_INDEX,
                               .count = 1};

    (void)ioctl(port->device, VFIO_DEVICE_SET_IRQS, &set);
}

uint32_t lwnvme_vfio_interrupt_count(struct lwnvme_vfio *port, uint32_t vector)
{
    uint64_t waiting = 0;

    if (vector >= port->vector_count) {
        return 0;
    }
    /* Read, and put back: whoever sleeps next must still find it. */
    if (read(port->vector_events[vector], &waiting, sizeof(waiting)) != (ssize_t)sizeof(waiting)) {
        waiting = 0;
    } else if (write(port->vector_events[vector], &waiting, sizeof(waiting)) < 0) {
        vfio_irq_wake(port);
    }
    return __atomic_load_n(&port->interrupts[vector], __ATOMIC_RELAXED) + (uint32_t)waiting;
}

static enum lwnvme_vfio_error irq_events(struct lwnvme_vfio *port, uint32_t count)
{
    while (port->vector_count < count) {
        const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

        if (event < 0) {
            return vfio_fail(port, LWNVME_VFIO_ERR_NO_MEMORY, "no eventfd for an interrupt: %s",
                             strerror(errno));
        }
        port->vector_events[port->vector_count] = event;
        port->vector_count++;
    }
    return LWNVME_VFIO_OK;
}

enum lwnvme_vfio_error lwnvme_vfio_interrupts(struct lwnvme_vfio *port, struct lwnvme_controller *controller,
                                              enum lwnvme_vfio_irq kind, uint32_t vectors)
{
    static const enum lwnvme_interrupt_kind kinds[] = {LWNVME_INTERRUPT_PIN, LWNVME_INTERRUPT_PIN,
                                                       LWNVME_INTERRUPT_MSI, LWNVME_INTERRUPT_MSIX};
    static const char *const names[] = {"", "interrupt by pin (INTx)", "MSI", "MSI-X"};
    uint32_t count = kind != LWNVME_VFIO_POLL ? irq_count(port, kind) : 0;
    enum lwnvme_vfio_error error;
    int failed;

    if (kind == LWNVME_VFIO_POLL || port->vector_count != 0) {
        return kind == LWNVME_VFIO_POLL ? LWNVME_VFIO_OK
                                        : vfio_fail(port, LWNVME_VFIO_ERR_INTERRUPT, "it interrupts already");
    }
    if (count == 0) {
        return vfio_fail(port, LWNVME_VFIO_ERR_INTERRUPT, "%s has no %s", port->address, names[kind]);
    }
    count = vectors != 0 && vectors < count ? vectors : count;
    error = irq_events(port, count);
    failed = error == LWNVME_VFIO_OK ? irq_route(port, kind, count) : 0;
    if (error == LWNVME_VFIO_OK && failed != 0) {
        error = vfio_fail(port, LWNVME_VFIO_ERR_INTERRUPT, "cannot have %s interrupt by %s: %s",
                          port->address, names[kind], strerror(failed));
    }
    if (error != LWNVME_VFIO_OK) {
        irq_close_vectors(port);
        return error;
    }
    port->controller = controller;
    port->irq = kind;
    lwnvme_interrupts_use(&port->hardware, kinds[kind], port->noted, count);
    return LWNVME_VFIO_OK;
}

uint16_t lwnvme_vfio_vector(const struct lwnvme_vfio *port, uint32_t queue)
{
    return port->vector_count > 1u ? (uint16_t)(1u + queue % (port->vector_count - 1u)) : 0;
}

/* The number of this thread among the waiters, with the lock held: one that it, or one before it with the same name, had, or
 * a new one. LWNVME_VFIO_WAITERS_MAX: there are too many. */
static uint32_t irq_find_waiter(struct lwnvme_vfio *port)
{
    const pthread_t self = pthread_self();
    const uint32_t count = port->waiter_count;

    for (uint32_t i = 0; i < count; i++) {
        if (pthread_equal(port->waiter_threads[i], self) != 0) {
            return i;
        }
    }
    if (count < LWNVME_VFIO_WAITERS_MAX) {
        const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);

        if (event < 0) {
            return LWNVME_VFIO_WAITERS_MAX;
        }
        port->waiter_threads[count] = self;
        port->waiter_events[count] = event;
        __atomic_store_n(&port->waiter_count, count + 1u, __ATOMIC_RELEASE);
    }
    return count;
}

/* This thread's eventfd; -1: there are too many threads. A thread may wait for several ports in turn. */
static int irq_own_event(struct lwnvme_vfio *port)
{
    if (irq_port != port || irq_generation != port->generation) {
        uint32_t waiter;

        pthread_mutex_lock(&port->mapping_lock);
        waiter = irq_find_waiter(port);
        pthread_mutex_unlock(&port->mapping_lock);
        if (waiter == LWNVME_VFIO_WAITERS_MAX) {
            return -1;
        }
        irq_port = port;
        irq_generation = port->generation;
        irq_waiter = waiter;
    }
    return port->waiter_events[irq_waiter];
}

void vfio_irq_wake(void *host)
{
    struct lwnvme_vfio *port = host;
    const uint32_t count = __atomic_load_n(&port->waiter_count, __ATOMIC_ACQUIRE);
    const uint64_t one = 1;

    for (uint32_t i = 0; i < count; i++) {
        if (irq_awake && irq_port == port && irq_waiter == i) {
            continue;
        }
        if (write(port->waiter_events[i], &one, sizeof(one)) < 0) {
            continue; /* it is at its maximum, which wakes as well */
        }
    }
}

void lwnvme_vfio_wake(struct lwnvme_vfio *port)
{
    vfio_irq_wake(port);
}

static bool irq_take(int event)
{
    uint64_t count;

    return read(event, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

/* Notes what has fired. Of two threads that see a vector one takes it, and wakes the other. */
static void irq_note(struct lwnvme_vfio *port, const struct pollfd *events)
{
    irq_awake = true;
    for (uint32_t i = 0; i < port->vector_count; i++) {
        if ((events[i].revents & POLLIN) != 0 && irq_take(port->vector_events[i])) {
            __atomic_add_fetch(&port->interrupts[i], 1u, __ATOMIC_RELAXED);
            lwnvme_interrupt(port->controller, (uint16_t)i);
            if (port->irq == LWNVME_VFIO_INTX) {
                irq_unmask_pin(port);
            }
        }
    }
    irq_awake = false;
}

void vfio_irq_wait(void *host, uint64_t deadline_us)
{
    static _Thread_local struct pollfd events[LWNVME_VFIO_VECTORS_MAX + 1u];
    struct lwnvme_vfio *port = host;
    const uint64_t now_us = vfio_now_us(host);
    uint64_t sleep_us = deadline_us > now_us ? deadline_us - now_us : 0;
    const int own = irq_own_event(port);
    uint64_t longest_us = own >= 0 ? IRQ_SLEEP_MAX_US : IRQ_SLEEP_HOMELESS;
    struct timespec sleep;

    sleep_us = sleep_us < longest_us ? sleep_us : longest_us;
    sleep.tv_sec = (time_t)(sleep_us / IRQ_US_PER_SECOND);
    sleep.tv_nsec = (long)(sleep_us % IRQ_US_PER_SECOND * IRQ_NANOSECONDS);
    for (uint32_t i = 0; i < port->vector_count; i++) {
        events[i] = (struct pollfd){.fd = port->vector_events[i], .events = POLLIN};
    }
    events[port->vector_count] = (struct pollfd){.fd = own, .events = POLLIN}; /* -1 is passed over */
    if (ppoll(events, port->vector_count + 1u, &sleep, NULL) <= 0) {
        return;
    }
    if ((events[port->vector_count].revents & POLLIN) != 0) {
        (void)irq_take(own);
    }
    irq_note(port, events);
}
