/* SPDX-License-Identifier: MIT */
/*
 * The VFIO port's interrupts and sleeps: real eventfds and threads, and a kernel made here that keeps the eventfds which it is
 * given. Nothing here depends on how fast this machine is: what must end at once is given ten seconds, and what must not be lost
 * is looked at without a clock.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "private.h"

#define DEVICE     4711
#define LONG_US    10000000u
#define THREADS    4u
#define NOTED_MOST 8u

static struct {
    uint32_t counts[VFIO_PCI_NUM_IRQS];
    int events[LWNVME_VFIO_VECTORS_MAX];
    uint32_t routed;
    uint32_t index;
    uint32_t unmasked;
    int refuses; /* errno */
} kernel;

static struct lwnvme_vfio port;
static uint32_t noted[NOTED_MOST];

/* In the library's place: notes the vector, and wakes as the library does. */
void lwnvme_interrupt(struct lwnvme_controller *controller, uint16_t vector)
{
    assert_ptr_equal(controller, &port);
    __atomic_add_fetch(&noted[vector], 1u, __ATOMIC_SEQ_CST);
    vfio_irq_wake(&port);
}

void lwnvme_interrupts_use(struct lwnvme_interrupts *interrupts, enum lwnvme_interrupt_kind kind,
                           struct lwnvme_vector *vectors, uint32_t vector_count)
{
    interrupts->kind = kind;
    interrupts->vectors = vectors;
    interrupts->vector_count = vector_count;
}

static int kernel_set(const struct vfio_irq_set *set)
{
    if ((set->flags & VFIO_IRQ_SET_ACTION_UNMASK) != 0) {
        assert_int_equal(set->index, VFIO_PCI_INTX_IRQ_INDEX);
        kernel.unmasked++;
        return 0;
    }
    assert_int_equal(set->flags, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER);
    assert_int_equal(set->argsz, sizeof(*set) + set->count * sizeof(int32_t));
    assert_true(set->count <= kernel.counts[set->index]);
    if (kernel.refuses != 0) {
        errno = kernel.refuses;
        return -1;
    }
    memcpy(kernel.events, set->data, set->count * sizeof(int32_t));
    kernel.routed = set->count;
    kernel.index = set->index;
    return 0;
}

int __wrap_ioctl(int descriptor, unsigned long request, void *argument);
int __wrap_ioctl(int descriptor, unsigned long request, void *argument)
{
    struct vfio_irq_info *info = argument;

    assert_int_equal(descriptor, DEVICE);
    if (request == VFIO_DEVICE_SET_IRQS) {
        return kernel_set(argument);
    }
    assert_int_equal(request, VFIO_DEVICE_GET_IRQ_INFO);
    info->count = kernel.counts[info->index];
    info->flags = info->count != 0 ? VFIO_IRQ_INFO_EVENTFD : 0;
    return 0;
}

static void fire(uint32_t vector)
{
    const uint64_t one = 1;

    assert_int_equal(write(kernel.events[vector], &one, sizeof(one)), sizeof(one));
}

static int begin(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof(kernel));
    memset(noted, 0, sizeof(noted));
    memset(&port, 0, sizeof(port));
    port.device = DEVICE;
    pthread_mutex_init(&port.mapping_lock, NULL);
    kernel.counts[VFIO_PCI_INTX_IRQ_INDEX] = 1;
    kernel.counts[VFIO_PCI_MSIX_IRQ_INDEX] = 4;
    vfio_irq_open(&port);
    return 0;
}

static int end(void **state)
{
    (void)state;
    vfio_irq_close(&port);
    return 0;
}

static enum lwnvme_vfio_error use(enum lwnvme_vfio_irq kind, uint32_t vectors)
{
    return lwnvme_vfio_interrupts(&port, (struct lwnvme_controller *)(void *)&port, kind, vectors);
}

static void vectors_as_many_as_there_are(void **state)
{
    (void)state;
    assert_int_equal(use(LWNVME_VFIO_POLL, 9), LWNVME_VFIO_OK);
    assert_int_equal(port.vector_count, 0);
    assert_int_equal(use(LWNVME_VFIO_MSI, 1), LWNVME_VFIO_ERR_INTERRUPT);
    assert_int_equal(port.vector_count, 0);
    assert_int_equal(use(LWNVME_VFIO_MSIX, 9), LWNVME_VFIO_OK);
    assert_int_equal(port.vector_count, 4);
    assert_int_equal(kernel.routed, 4);
    assert_int_equal(kernel.index, VFIO_PCI_MSIX_IRQ_INDEX);
    assert_int_equal(port.hardware.kind, LWNVME_INTERRUPT_MSIX);
    assert_int_equal(port.hardware.vector_count, 4);
    assert_int_equal(lwnvme_vfio_vector(&port, 0), 1);
    assert_int_equal(lwnvme_vfio_vector(&port, 2), 3);
    assert_int_equal(lwnvme_vfio_vector(&port, 3), 1);
    assert_int_equal(use(LWNVME_VFIO_MSIX, 2), LWNVME_VFIO_ERR_INTERRUPT); /* once */
    assert_int_equal(port.vector_count, 4);
}

static void the_kernel_refuses(void **state)
{
    (void)state;
    kernel.refuses = ENOSPC;
    assert_int_equal(use(LWNVME_VFIO_MSIX, 2), LWNVME_VFIO_ERR_INTERRUPT);
    assert_int_equal(port.vector_count, 0);
    assert_int_equal(port.hardware.vector_count, 0);
    kernel.refuses = 0;
    assert_int_equal(use(LWNVME_VFIO_INTX, 2), LWNVME_VFIO_OK);
    assert_int_equal(port.vector_count, 1);
    assert_int_equal(lwnvme_vfio_vector(&port, 5), 0);
}

/* The first wait of a thread returns at once. */
static void settle(void)
{
    vfio_irq_wait(&port, vfio_now_us(&port) + LONG_US);
}

static void interrupts_are_noted_once(void **state)
{
    (void)state;
    assert_int_equal(use(LWNVME_VFIO_MSIX, 3), LWNVME_VFIO_OK);
    settle();
    fire(0);
    fire(2);
    fire(2);
    vfio_irq_wait(&port, vfio_now_us(&port) + LONG_US);
    assert_int_equal(noted[0], 1);
    assert_int_equal(noted[1], 0);
    assert_int_equal(noted[2], 1); /* what fired twice before anybody looked is one */
    assert_int_equal(port.interrupts[2], 1);
    vfio_irq_wait(&port, 0); /* nothing is left, and nobody was woken by himself */
    assert_int_equal(noted[0] + noted[2], 2);
    assert_int_equal(kernel.unmasked, 0);
}

/* Counting takes nothing away from those who sleep next. */
static void interrupts_are_counted(void **state)
{
    (void)state;
    assert_int_equal(use(LWNVME_VFIO_MSIX, 3), LWNVME_VFIO_OK);
    settle();
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 2), 0);
    fire(2);
    fire(2);
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 2), 2);
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 2), 2);
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 1), 0);
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 3), 0);
    vfio_irq_wait(&port, vfio_now_us(&port) + LONG_US);
    assert_int_equal(noted[2], 1);
    assert_int_equal(lwnvme_vfio_interrupt_count(&port, 2), 1); /* noted as one */
}

static void a_pin_is_unmasked(void **state)
{
    (void)state;
    assert_int_equal(use(LWNVME_VFIO_INTX, 1), LWNVME_VFIO_OK);
    settle();
    fire(0);
    vfio_irq_wait(&port, vfio_now_us(&port) + LONG_US);
    assert_int_equal(noted[0], 1);
    assert_int_equal(kernel.unmasked, 1);
}

static void a_deadline_that_has_passed(void **state)
{
    (void)state;
    settle();
    vfio_irq_wait(&port, 0);
    vfio_irq_wait(&port, vfio_now_us(&port) - 1);
}

static void a_deadline_is_kept(void **state)
{
    uint64_t start;

    (void)state;
    settle();
    start = vfio_now_us(&port);
    vfio_irq_wait(&port, start + 20000);
    assert_true(vfio_now_us(&port) - start >= 20000);
}

static void a_wake_before_the_wait_is_kept(void **state)
{
    const uint64_t start = vfio_now_us(&port);

    (void)state;
    settle();
    for (uint32_t i = 0; i < 20; i++) {
        lwnvme_vfio_wake(&port);
        vfio_irq_wait(&port, vfio_now_us(&port) + 900000);
    }
    assert_true(vfio_now_us(&port) - start < LONG_US); /* 18 s if each were slept through */
}

static uint32_t threads_ready;
static uint32_t threads_done;

/* Waits, again and again, until it has been woken on purpose; a sleep ends after a second at most by itself. */
static void *sleeper(void *argument)
{
    const uint32_t *woken = argument;

    settle();
    __atomic_add_fetch(&threads_ready, 1u, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(woken, __ATOMIC_SEQ_CST) == 0) {
        vfio_irq_wait(&port, vfio_now_us(&port) + LONG_US);
    }
    __atomic_add_fetch(&threads_done, 1u, __ATOMIC_SEQ_CST);
    return NULL;
}

/* One vector fires: one thread takes it, and all wake. */
static void all_threads_wake(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    assert_int_equal(use(LWNVME_VFIO_MSIX, 2), LWNVME_VFIO_OK);
    threads_ready = 0;
    threads_done = 0;
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, sleeper, &noted[1]), 0);
    }
    while (__atomic_load_n(&threads_ready, __ATOMIC_SEQ_CST) != THREADS) {
        usleep(1000);
    }
    fire(1);
    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(threads_done, THREADS);
    assert_int_equal(noted[1], 1);
    assert_int_equal(port.waiter_count, THREADS);
}

static pthread_barrier_t all_there;

static void *visitor(void *argument)
{
    (void)argument;
    vfio_irq_wait(&port, vfio_now_us(&port) + 1000);
    vfio_irq_wait(&port, vfio_now_us(&port) + 1000);
    pthread_barrier_wait(&all_there); /* the name of a thread that has ended may be given to another one */
    return NULL;
}

static void more_threads_than_places(void **state)
{
    const uint64_t start = vfio_now_us(&port);
    pthread_t threads[LWNVME_VFIO_WAITERS_MAX + 4u];

    (void)state;
    pthread_barrier_init(&all_there, NULL, LWNVME_VFIO_WAITERS_MAX + 4u);
    for (uint32_t i = 0; i < LWNVME_VFIO_WAITERS_MAX + 4u; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, visitor, NULL), 0);
    }
    for (uint32_t i = 0; i < LWNVME_VFIO_WAITERS_MAX + 4u; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&all_there);
    assert_int_equal(port.waiter_count, LWNVME_VFIO_WAITERS_MAX);
    vfio_irq_wait(&port, start + 100 * (uint64_t)LONG_US); /* short, for one that has no place */
    assert_true(vfio_now_us(&port) - start < 100 * (uint64_t)LONG_US);
}

static void two_ports_in_turn(void **state)
{
    static struct lwnvme_vfio other;

    (void)state;
    memset(&other, 0, sizeof(other));
    pthread_mutex_init(&other.mapping_lock, NULL);
    vfio_irq_open(&other);
    for (uint32_t i = 0; i < 4u * LWNVME_VFIO_WAITERS_MAX; i++) {
        vfio_irq_wait(&port, 0);
        vfio_irq_wait(&other, 0);
    }
    assert_int_equal(port.waiter_count, 1);
    assert_int_equal(other.waiter_count, 1);
    vfio_irq_close(&other);
}

static void interrupts_that_are_refused_leave_the_waits(void **state)
{
    const uint64_t one = 1;

    (void)state;
    settle();
    kernel.refuses = ENOSPC;
    assert_int_equal(use(LWNVME_VFIO_MSIX, 2), LWNVME_VFIO_ERR_INTERRUPT);
    assert_int_equal(port.waiter_count, 1);
    assert_int_equal(write(port.waiter_events[0], &one, sizeof(one)), sizeof(one)); /* it is open */
}

/* A thread that waited at a port that was closed waits at the next one in a place of its own. */
static void another_port_in_the_same_place(void **state)
{
    (void)state;
    settle();
    vfio_irq_close(&port);
    vfio_irq_open(&port);
    assert_int_equal(port.waiter_count, 0);
    settle();
    assert_int_equal(port.waiter_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vectors_as_many_as_there_are, begin, end),
        cmocka_unit_test_setup_teardown(the_kernel_refuses, begin, end),
        cmocka_unit_test_setup_teardown(interrupts_are_noted_once, begin, end),
        cmocka_unit_test_setup_teardown(interrupts_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(a_pin_is_unmasked, begin, end),
        cmocka_unit_test_setup_teardown(a_deadline_that_has_passed, begin, end),
        cmocka_unit_test_setup_teardown(a_deadline_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_wake_before_the_wait_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(all_threads_wake, begin, end),
        cmocka_unit_test_setup_teardown(more_threads_than_places, begin, end),
        cmocka_unit_test_setup_teardown(two_ports_in_turn, begin, end),
        cmocka_unit_test_setup_teardown(interrupts_that_are_refused_leave_the_waits, begin, end),
        cmocka_unit_test_setup_teardown(another_port_in_the_same_place, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
