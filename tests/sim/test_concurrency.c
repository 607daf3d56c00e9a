/* SPDX-License-Identifier: MIT */
/*
 * Several owners at once: threads, interrupt handlers, callbacks that do what they like. `make tsan` runs this program under
 * the thread sanitizer, too. The software controller is for one thread: what drives it holds the host's lock.
 */
#include "scenario.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <lwnvme/abort.h>

#define THREADS 4u
#define ROUNDS  150u
#define BYTES   (24u * 512u)

static struct scenario s;
static struct lwnvme_host_ops sim_ops; /* the hooks behind those of this file */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t depth; /* of the lock; changed with it held */
static uint32_t locks, wrong;
static _Alignas(8) uint8_t data[64][BYTES];

/* The host's lock: a mutex, and whoever has it must not wait, log or call back. */
static void lock_mutex(void *host)
{
    (void)pthread_mutex_lock(&mutex);
    wrong += depth != 0;
    depth = 1;
    locks++;
    sim_ops.lock(host);
}

static void unlock_mutex(void *host)
{
    wrong += depth != 1;
    depth = 0;
    sim_ops.unlock(host);
    (void)pthread_mutex_unlock(&mutex);
}

static void relax_unlocked(void *host)
{
    wrong += depth != 0;
    sim_ops.relax(host);
}

static void wait_unlocked(void *host, uint64_t deadline_us)
{
    wrong += depth != 0;
    sim_ops.wait(host, deadline_us);
}

static void log_unlocked(void *host, enum lwnvme_log_level level, const char *message)
{
    wrong += depth != 0;
    sim_ops.log(host, level, message);
}

static void event_unlocked(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    (void)controller;
    (void)context;
    s.events[event]++;
    wrong += depth != 0;
}

static void hooks(struct lwnvme_host_ops *ops)
{
    sim_ops = *ops;
    ops->lock = lock_mutex;
    ops->unlock = unlock_mutex;
    ops->relax = relax_unlocked;
    ops->wait = wait_unlocked;
    ops->log = log_unlocked;
}

/* straight: a host on which the library may take its straight path. */
static void start(bool straight)
{
    s.settings.scattered = !straight;
    scenario_power(&s);
    hooks(s.ops);
    if (straight) {
        s.ops->dma_unmap = NULL;
        s.ops->dma_sync = NULL;
    }
    s.config.event = event_unlocked;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_namespace(&s);
    locks = wrong = 0;
}

static void make_queue(uint32_t entries, uint32_t flags)
{
    struct lwnvme_queue_config config = {.entries = entries, .flags = flags};

    free(s.queue);
    s.queue = calloc(1, sizeof(*s.queue));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
}

static int submit(struct tracked *io, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[0], blocks * 512);

    return scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, 0, blocks, &buffer));
}

/* A thread with one request, its own blocks, and its own idea of what they hold. */
struct worker {
    struct lwnvme_request request; /* first */
    pthread_t thread;
    uint32_t index;
    uint32_t done; /* callbacks; atomic */
    uint32_t wrong;
    bool reads;
    uint8_t *out, *in;
};

static bool stop;

static void worker_done(struct lwnvme_request *request)
{
    (void)__atomic_add_fetch(&((struct worker *)(void *)request)->done, 1, __ATOMIC_RELEASE);
}

static void poll_once(void)
{
    lock_mutex(s.sim); /* the device's time goes on with the host's lock held */
    sim_ops.unlock(s.sim);
    lwnvme_sim_advance(s.sim, 3);
    sim_ops.lock(s.sim);
    unlock_mutex(s.sim);
    (void)lwnvme_queue_poll(s.queue, 0);
}

static void transfer(struct worker *w, bool write, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(write ? w->out : w->in, blocks * 512);
    uint64_t lba = w->index * 64u;
    uint32_t before = __atomic_load_n(&w->done, __ATOMIC_ACQUIRE);
    uint32_t turns = 0;
    int status = write ? lwnvme_write(s.queue, s.ns, &w->request, lba, blocks, &buffer)
                       : lwnvme_read(s.queue, s.ns, &w->request, lba, blocks, &buffer);

    w->wrong += status != LWNVME_OK;
    while (status == LWNVME_OK && __atomic_load_n(&w->done, __ATOMIC_ACQUIRE) == before && ++turns < 1000000)
        poll_once();
    w->wrong += __atomic_load_n(&w->done, __ATOMIC_ACQUIRE) != before + 1 || w->request.status != LWNVME_OK ||
                w->request.bytes_done != blocks * 512u;
}

static void *work(void *argument)
{
    struct worker *w = (struct worker *)argument;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t blocks = 1 + (i * 7 + w->index) % 24;

        scenario_fill(w->out, blocks * 512, i * 31 + w->index);
        memset(w->in, 0, blocks * 512);
        transfer(w, true, blocks);
        transfer(w, false, blocks);
        w->wrong += memcmp(w->in, w->out, blocks * 512) != 0;
    }
    return NULL;
}

static void *only_poll(void *argument)
{
    (void)argument;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        poll_once();
    return NULL;
}

static void threads(uint32_t submitters, uint32_t pollers)
{
    struct worker *workers = calloc(THREADS, sizeof(*workers));
    pthread_t poller[THREADS];
    uint32_t i;

    stop = false;
    for (i = 0; i < pollers; i++)
        assert_int_equal(pthread_create(&poller[i], NULL, only_poll, NULL), 0);
    for (i = 0; i < submitters; i++) {
        workers[i].index = i;
        workers[i].request.done = worker_done;
        workers[i].out = scenario_memory(BYTES, 4096);
        workers[i].in = scenario_memory(BYTES, 4096);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (i = 0; i < submitters; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
        assert_int_equal(workers[i].done, 2 * ROUNDS);
        free(workers[i].out);
        free(workers[i].in);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (i = 0; i < pollers; i++)
        assert_int_equal(pthread_join(poller[i], NULL), 0);
    free(workers);
    assert_int_equal(wrong, 0);
    assert_int_equal(lwnvme_queue_in_flight(s.queue), 0);
    assert_int_equal(lwnvme_queue_stale(s.queue), 0);
}

static void shared_queue(uint32_t submitters, uint32_t pollers)
{
    scenario_prepare(&s);
    s.settings.mdts = 1; /* 8 KiB: requests are split */
    s.settings.shuffle = true;
    s.settings.latency_us = 5;
    s.time_limit_us = 1000 * SECOND_US;
    start(false);
    make_queue(4, LWNVME_QUEUE_SHARED); /* three in flight: others wait */
    threads(submitters, pollers);
    scenario_end(&s);
}

static void fault_174_many_submitters_on_one_queue(void **state)
{
    (void)state;
    shared_queue(THREADS, 0);
}

static void fault_175_interrupt_thread_and_owner_poll(void **state)
{
    (void)state;
    shared_queue(1, 1);
    shared_queue(2, 2);
}

static uint32_t wakes;

static void wake_counted(void *host)
{
    (void)host;
    (void)__atomic_add_fetch(&wakes, 1, __ATOMIC_ACQ_REL);
}

static void *interrupt_always(void *argument)
{
    uint16_t vector = 0;

    (void)argument;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        lwnvme_interrupt(s.controller, vector++);
    return NULL;
}

static void fault_176_interrupts_while_all_goes(void **state)
{
    pthread_t thread;

    (void)state;
    scenario_prepare(&s);
    start(false);
    s.ops->wake = wake_counted;
    wakes = 0;
    stop = false;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_always, NULL), 0);
    while (__atomic_load_n(&wakes, __ATOMIC_RELAXED) == 0)
        continue;
    for (uint32_t i = 0; i < 10; i++) {
        make_queue(8, LWNVME_QUEUE_INTERRUPT);
        (void)submit(scenario_request(&s), 8);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 1, data[1], 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        assert_int_equal(scenario_resume(&s), LWNVME_OK);
    }
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    /* Written, not only read: the other thread's next count comes after it, and with it what the close wrote. */
    uint32_t after_close = __atomic_fetch_add(&wakes, 0, __ATOMIC_ACQ_REL);
    struct timespec pause = {0, 1000000};
    (void)nanosleep(&pause, NULL);
    assert_in_range(__atomic_load_n(&wakes, __ATOMIC_RELAXED), after_close,
                    after_close + 1); /* closed: nothing */
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    assert_int_equal(pthread_join(thread, NULL), 0);
    scenario_end(&s);
}

/* What each call answers from inside a callback. */
static struct lwnvme_queue other, further;
static struct tracked *victim, *abort_request, *next;
static uint32_t called_in_callback;

enum call {
    CALL_SUBMIT,
    CALL_ABORT,
    CALL_ABORT_ITSELF,
    CALL_RESET,
    CALL_SHUTDOWN,
    CALL_CLOSE,
    CALL_DELETE_OWN,
    CALL_DELETE_OTHER,
    CALL_CREATE,
    CALL_BLOCKING_IO,
    CALL_BLOCKING_WAIT,
    CALL_BLOCKING_DELETE,
    CALL_BLOCKING_RESET,
    CALL_BLOCKING_CLOSE,
    CALL_POLL_OWN
};

static int call_in_callback(enum call call, struct tracked *io)
{
    switch (call) {
    case CALL_SUBMIT:
        return submit(next, 1);
    case CALL_ABORT:
        return scenario_accept(
            abort_request, lwnvme_abort(s.controller, &abort_request->request, s.queue, &victim->request));
    case CALL_ABORT_ITSELF:
        return lwnvme_abort(s.controller, &scenario_request(&s)->request, s.queue, &io->request);
    case CALL_RESET:
        return lwnvme_controller_reset(s.controller);
    case CALL_SHUTDOWN:
        return lwnvme_controller_shutdown(s.controller, LWNVME_SHUTDOWN_NORMAL);
    case CALL_CLOSE:
        return lwnvme_controller_close(s.controller);
    case CALL_DELETE_OWN:
        return lwnvme_queue_delete(s.queue);
    case CALL_DELETE_OTHER:
        return lwnvme_queue_delete(&other);
    case CALL_CREATE:
        return lwnvme_queue_create(s.controller, &further, NULL);
    case CALL_BLOCKING_IO:
        return lwnvme_sync_read(s.queue, s.ns, 0, 1, data[2], 0);
    case CALL_BLOCKING_WAIT:
        return lwnvme_sync_wait(s.queue, &victim->request);
    case CALL_BLOCKING_DELETE:
        return lwnvme_sync_queue_delete(s.queue);
    case CALL_BLOCKING_RESET:
        return lwnvme_sync_controller_reset(s.controller);
    case CALL_BLOCKING_CLOSE:
        return lwnvme_sync_controller_close(s.controller);
    case CALL_POLL_OWN:
        return (int)lwnvme_queue_poll(s.queue, 0);
    }
    return -1;
}

/* Unshared and shared: on a shared queue, another owner might do at any time what this one does here. */
static const struct {
    enum call call;
    int answers[2];
} callback_table[] = {
    {CALL_SUBMIT, {0, 0}},
    {CALL_ABORT, {0, 0}},
    {CALL_ABORT_ITSELF, {LWNVME_ERR_NOT_IN_FLIGHT, LWNVME_ERR_NOT_IN_FLIGHT}},
    {CALL_RESET, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_IN_CALLBACK}},
    {CALL_SHUTDOWN, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_IN_CALLBACK}},
    {CALL_CLOSE, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_IN_CALLBACK}},
    {CALL_DELETE_OWN, {LWNVME_ERR_QUEUE_IN_USE, LWNVME_ERR_QUEUE_IN_USE}},
    {CALL_DELETE_OTHER, {0, 0}},
    {CALL_CREATE, {0, 0}},
    {CALL_BLOCKING_IO, {LWNVME_ERR_IN_CALLBACK, 0}},
    {CALL_BLOCKING_WAIT, {LWNVME_ERR_IN_CALLBACK, 0}},
    {CALL_BLOCKING_DELETE, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_QUEUE_IN_USE}},
    {CALL_BLOCKING_RESET, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_IN_CALLBACK}},
    {CALL_BLOCKING_CLOSE, {LWNVME_ERR_IN_CALLBACK, LWNVME_ERR_IN_CALLBACK}},
    {CALL_POLL_OWN, {0, 0}},
};

static uint32_t row, column;

static void call_row(struct tracked *io)
{
    int answer = call_in_callback(callback_table[row].call, io);

    if (answer != callback_table[row].answers[column])
        fail_msg("row %u column %u: %s (%d)", row, column, lwnvme_status_string(answer), answer);
    called_in_callback++;
}

static void callback_row(bool straight)
{
    scenario_prepare(&s);
    start(straight);
    memset(&other, 0, sizeof(other));
    memset(&further, 0, sizeof(further));
    assert_int_equal(lwnvme_sync_queue_create(s.controller, &other, NULL), LWNVME_OK);
    make_queue(8, column != 0 ? LWNVME_QUEUE_SHARED : 0);
    victim = scenario_request(&s);
    next = scenario_request(&s);
    abort_request = scenario_request(&s);
    struct tracked *io = scenario_request(&s);
    io->then = call_row;
    assert_int_equal(submit(io, 1), 0);
    lwnvme_sim_settings(s.sim)->latency_us = 400;
    assert_int_equal(submit(victim, 1), 0);
    called_in_callback = 0;
    scenario_wait_all(&s, s.queue);
    assert_int_equal(called_in_callback, 1);
    assert_int_equal(scenario_settle(&s), LWNVME_OK);
    assert_int_equal(wrong, 0);
    scenario_end(&s);
}

static void fault_177_calls_from_inside_a_callback(void **state)
{
    (void)state;
    for (column = 0; column < 2; column++)
        for (row = 0; row < sizeof(callback_table) / sizeof(callback_table[0]); row++)
            for (uint32_t straight = 0; straight < 2; straight++)
                callback_row(straight != 0);
}

static uintptr_t highest, lowest;
static uint32_t rounds;

static void submit_again(struct tracked *io)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    highest = here > highest ? here : highest;
    lowest = here < lowest ? here : lowest;
    if (rounds != 0) {
        rounds--;
        assert_int_equal(submit(io, 1), 0);
    }
}

/* A controller that has completed each command by the time its doorbell has been rung. */
static void fault_177_callbacks_do_not_nest(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 4; kind++) {
        scenario_prepare(&s);
        s.settings.latency_us = 0;
        s.time_limit_us = 1000 * SECOND_US;
        start((kind & 1) != 0);
        make_queue(4, (kind & 2) != 0 ? LWNVME_QUEUE_SHARED : 0);
        rounds = 10000;
        highest = 0;
        lowest = UINTPTR_MAX;
        for (uint32_t i = 0; i < 6; i++) { /* of which three wait */
            struct tracked *io = scenario_request(&s);
            io->then = submit_again;
            assert_int_equal(submit(io, 1), 0);
        }
        scenario_wait_all(&s, s.queue);
        assert_int_equal(rounds, 0);
        assert_in_range(highest - lowest, 0, 1024); /* whichever path led there, and not one frame for each */
        assert_int_equal(wrong, 0);
        scenario_end(&s);
    }
}

static uint32_t freed;

static void free_request(struct lwnvme_request *request)
{
    wrong += depth != 0;
    memset(request, 0xa5, sizeof(*request));
    free(request);
    freed++;
}

static void fault_178_callback_frees_its_request(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 16; kind++) {
        uint32_t blocks = (kind & 4) != 0 ? 24 : 1;
        scenario_prepare(&s);
        s.settings.mdts = 1;
        s.settings.latency_us = 100;
        start((kind & 1) != 0);
        make_queue(4, (kind & 2) != 0 ? LWNVME_QUEUE_SHARED : 0);
        freed = 0;
        for (uint32_t i = 0; i < 9; i++) {
            struct lwnvme_request *request = calloc(1, sizeof(*request));
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data[i], blocks * 512);
            request->done = free_request;
            assert_int_equal(lwnvme_read(s.queue, s.ns, request, i * 24, blocks, &buffer), 0);
        }
        if ((kind & 8) != 0) /* given back, not completed */
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        for (uint32_t i = 0; i < 1000 && freed < 9; i++) {
            lwnvme_sim_advance(s.sim, 100);
            (void)lwnvme_queue_poll(s.queue, 0);
        }
        assert_int_equal(freed, 9);
        assert_int_equal(wrong, 0);
        scenario_end(&s);
    }
}

static void fault_181_lock_is_balanced_and_short(void **state)
{
    (void)state;
    scenario_prepare(&s);
    s.settings.mdts = 1;
    s.settings.latency_us = 200;
    start(false);
    make_queue(4, LWNVME_QUEUE_SHARED);
    rounds = 50;
    for (uint32_t i = 0; i < 6; i++) {
        struct tracked *io = scenario_request(&s);
        io->then = submit_again;
        assert_int_equal(submit(io, 24), 0);
    }
    lwnvme_queue_batch_begin(s.queue);
    lwnvme_queue_batch_end(s.queue);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 24, data[0], 0), LWNVME_OK);
    scenario_fault(
        &s, (struct lwnvme_sim_fault){
                .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true, .count = 1});
    s.controller->admin.timeout_ms = 100;
    struct tracked *io = scenario_request(&s);
    io->request.timeout_ms = 100;
    assert_int_equal(submit(io, 1), 0); /* lost: it times out, and the controller fails */
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 24, data[0], 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_delete(s.queue), LWNVME_OK);
    assert_true(locks > 100);
    assert_int_equal(wrong, 0);
    assert_int_equal(depth, 0);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_174_many_submitters_on_one_queue),
        cmocka_unit_test(fault_175_interrupt_thread_and_owner_poll),
        cmocka_unit_test(fault_176_interrupts_while_all_goes),
        cmocka_unit_test(fault_177_calls_from_inside_a_callback),
        cmocka_unit_test(fault_177_callbacks_do_not_nest),
        cmocka_unit_test(fault_178_callback_frees_its_request),
        cmocka_unit_test(fault_181_lock_is_balanced_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
