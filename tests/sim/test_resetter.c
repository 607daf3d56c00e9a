/* SPDX-License-Identifier: MIT */
/*
 * One thread resets the controller, or lets it recover, while others submit to queues of their own and to shared ones, and one
 * calls the interrupt handler all the time. `make tsan` runs this program under the thread sanitizer, too.
 *
 *     submitters   write, read, compare, each its own blocks; what comes back undone they do again
 *     resetter     owns the controller: polls it, resets it, loses a command now and then
 *     interrupts   lwnvme_interrupt, for ever
 *     time         the software controller's: it works while this thread moves the clock on
 *
 * As docs/porting.md asks: before a reset, and in the callback of LWNVME_EVENT_STOPPING, the resetter waits until owners hold
 * still; LWNVME_EVENT_READY lets them go on. The software controller is for one thread: whoever drives it holds `device`,
 * which is no lock of the library's. The clock is read without it, so that it does not order what the library does not.
 */
#include "scenario.h"

#include <pthread.h>
#include <sched.h>

#define WORKERS 6u
#define BLOCKS  24u
#define BYTES   (BLOCKS * 512u)
#define OWN     3u /* queues with one owner each; the rest of the workers share two */

struct worker {
    struct lwnvme_request request; /* first */
    pthread_t thread;
    struct lwnvme_queue *queue;
    uint32_t index;
    uint32_t calls; /* callbacks; atomic */
    uint32_t transfers;
    uint32_t again; /* transfers that came back undone */
    uint32_t refusals;
    uint32_t wrong;
    bool still; /* atomic: it holds still, or is over */
    bool over;  /* atomic */
    uint8_t *out, *in;
};

static struct scenario s;
static struct lwnvme_host_ops sim_ops;
static pthread_mutex_t device = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER; /* the host's lock */
static _Thread_local uint32_t inside;
static uint64_t clock_us; /* atomic */
static struct worker workers[WORKERS];
static struct lwnvme_queue queues[OWN + 2];
static bool hold, stop, ending; /* atomic */
static uint32_t untold;         /* recoveries that came while owners went on */
static bool holds_shared;       /* whether owners of shared queues hold still as well */

/* The device is no thread: what it reads and writes is ordered by barriers and doorbells, which the sanitizer does not know. */
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#else
#define AnnotateIgnoreReadsBegin(file, line)  ((void)0)
#define AnnotateIgnoreReadsEnd(file, line)    ((void)0)
#define AnnotateIgnoreWritesBegin(file, line) ((void)0)
#define AnnotateIgnoreWritesEnd(file, line)   ((void)0)
#endif

static void enter(void)
{
    if (inside++ != 0)
        return;
    (void)pthread_mutex_lock(&device);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

static void leave(void)
{
    if (--inside != 0)
        return;
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    (void)pthread_mutex_unlock(&device);
}

/* Hooks. */

static uint64_t now_us(void *host)
{
    (void)host;
    return __atomic_load_n(&clock_us, __ATOMIC_RELAXED);
}

static uint32_t read32(void *host, volatile void *registers, size_t offset)
{
    enter();
    uint32_t value = sim_ops.mmio_read32(host, registers, offset);
    leave();
    return value;
}

static void write32(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    enter();
    sim_ops.mmio_write32(host, registers, offset, value);
    leave();
}

static bool map(void *host, const void *address, size_t length, enum lwnvme_direction direction,
                uint64_t *dma, size_t *run)
{
    enter();
    bool done = sim_ops.dma_map(host, address, length, direction, dma, run);
    leave();
    return done;
}

static void unmap(void *host, uint64_t dma, size_t length, enum lwnvme_direction direction)
{
    enter();
    sim_ops.dma_unmap(host, dma, length, direction);
    leave();
}

static void *get_dma(void *host, size_t size, size_t align, uint64_t *dma)
{
    enter();
    void *memory = sim_ops.dma_alloc(host, size, align, dma);
    leave();
    return memory;
}

static void put_dma(void *host, void *memory, size_t size, uint64_t dma)
{
    enter();
    sim_ops.dma_free(host, memory, size, dma);
    leave();
}

static void *get(void *host, size_t size)
{
    enter();
    void *memory = sim_ops.alloc(host, size);
    leave();
    return memory;
}

static void put(void *host, void *memory, size_t size)
{
    enter();
    sim_ops.free(host, memory, size);
    leave();
}

static void say(void *host, enum lwnvme_log_level level, const char *message)
{
    enter();
    sim_ops.log(host, level, message);
    leave();
}

static void pass_time(uint64_t us)
{
    enter();
    lwnvme_sim_advance(s.sim, us);
    __atomic_store_n(&clock_us, lwnvme_sim_time(s.sim), __ATOMIC_RELAXED);
    leave();
}

static void relax(void *host)
{
    (void)host;
    pass_time(100);
}

static void lock(void *host)
{
    (void)host;
    (void)pthread_mutex_lock(&shared);
}

static void unlock(void *host)
{
    (void)host;
    (void)pthread_mutex_unlock(&shared);
}

/* Holding still. */

static bool must_hold(const struct worker *w)
{
    return w->index < OWN || holds_shared;
}

static void owners_stop(void)
{
    __atomic_store_n(&hold, true, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < WORKERS; i++)
        while (must_hold(&workers[i]) && !__atomic_load_n(&workers[i].still, __ATOMIC_SEQ_CST))
            (void)sched_yield();
}

static void owners_go(void)
{
    __atomic_store_n(&hold, false, __ATOMIC_SEQ_CST);
}

/* A worker holds still here, between two calls of the library. It may be asked to while it says that it goes on. */
static void may_hold(struct worker *w)
{
    while (must_hold(w) && __atomic_load_n(&hold, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&w->still, true, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&hold, __ATOMIC_SEQ_CST))
            (void)sched_yield();
        __atomic_store_n(&w->still, false, __ATOMIC_SEQ_CST);
    }
}

static void event(struct lwnvme_controller *controller, enum lwnvme_event what, void *context)
{
    (void)controller;
    (void)context;
    s.events[what]++;
    if (what == LWNVME_EVENT_RECOVERY && !__atomic_load_n(&hold, __ATOMIC_SEQ_CST))
        untold++;
    if (what == LWNVME_EVENT_STOPPING)
        owners_stop();
    else if (what == LWNVME_EVENT_READY)
        owners_go();
}

/* Threads. */

static void transfer_done(struct lwnvme_request *request)
{
    (void)__atomic_add_fetch(&((struct worker *)(void *)request)->calls, 1, __ATOMIC_RELEASE);
}

/* What waited for the end of a recovery for as long as its deadline allows comes back as LWNVME_ERR_RECOVERING. */
static bool may_come_again(int status)
{
    return status == LWNVME_ERR_ABORTED || status == LWNVME_ERR_NOT_STARTED || status == LWNVME_ERR_TIMEOUT ||
           status == LWNVME_ERR_RECOVERING;
}

static bool may_be_refused(int status)
{
    return status == LWNVME_ERR_WRONG_STATE || status == LWNVME_ERR_FAILED || status == LWNVME_ERR_RECOVERING;
}

static void bad(struct worker *w, const char *what, int status)
{
    print_error("worker %u: %s: %s (%d)\n", w->index, what, lwnvme_status_string(status), status);
    w->wrong++;
}

/* One try. True: done. */
static bool attempt(struct worker *w, bool writes, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(writes ? w->out : w->in, blocks * 512);
    uint32_t before = __atomic_load_n(&w->calls, __ATOMIC_ACQUIRE);
    uint64_t lba = w->index * 64u;
    int status;

    may_hold(w);
    status = writes ? lwnvme_write(w->queue, s.ns, &w->request, lba, blocks, &buffer)
                    : lwnvme_read(w->queue, s.ns, &w->request, lba, blocks, &buffer);
    if (status != LWNVME_OK) {
        if (!may_be_refused(status))
            bad(w, "refused", status);
        w->refusals++;
        (void)sched_yield();
        return false;
    }
    while (__atomic_load_n(&w->calls, __ATOMIC_ACQUIRE) == before) {
        may_hold(w);
        if (lwnvme_queue_poll(w->queue, 0) == 0)
            (void)sched_yield();
    }
    w->wrong += __atomic_load_n(&w->calls, __ATOMIC_ACQUIRE) != before + 1;
    if (w->request.status == LWNVME_OK) {
        w->wrong += w->request.bytes_done != blocks * 512u;
        return true;
    }
    if (!may_come_again(w->request.status))
        bad(w, "came back", w->request.status);
    w->again++;
    return false;
}

static void *work(void *argument)
{
    struct worker *w = (struct worker *)argument;

    for (uint32_t i = 0; !__atomic_load_n(&ending, __ATOMIC_RELAXED); i++) {
        uint32_t blocks = 1 + (i * 7 + w->index) % BLOCKS;

        scenario_fill(w->out, blocks * 512, i * 31 + w->index);
        while (!attempt(w, true, blocks))
            continue;
        memset(w->in, 0, blocks * 512);
        while (!attempt(w, false, blocks))
            continue;
        w->wrong += memcmp(w->in, w->out, blocks * 512) != 0;
        __atomic_store_n(&w->transfers, i + 1, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&w->still, true, __ATOMIC_SEQ_CST);
    __atomic_store_n(&w->over, true, __ATOMIC_SEQ_CST);
    return NULL;
}

static void *interrupts(void *argument)
{
    uint16_t vector = 0;

    (void)argument;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        lwnvme_interrupt(s.controller, vector++ % 4u);
        (void)sched_yield();
    }
    return NULL;
}

static void *time_passes(void *argument)
{
    (void)argument;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        pass_time(100);
        (void)sched_yield();
    }
    return NULL;
}

/* A callback of a shared queue may be under way just now: then once more. */
static void begin_reset(void)
{
    int status;

    while ((status = lwnvme_controller_reset(s.controller)) == LWNVME_ERR_IN_CALLBACK)
        continue;
    assert_int_equal(status, LWNVME_OK);
}

/* The resetter's: to the moment when every worker has done something since. */
static void let_them_work(uint32_t transfers)
{
    uint32_t before[WORKERS];

    for (uint32_t i = 0; i < WORKERS; i++)
        before[i] = __atomic_load_n(&workers[i].transfers, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < WORKERS; i++)
        while (__atomic_load_n(&workers[i].transfers, __ATOMIC_RELAXED) - before[i] < transfers) {
            int status = lwnvme_controller_poll(s.controller);
            (void)lwnvme_next_deadline(s.controller);
            (void)sched_yield();
            if (lwnvme_controller_state(s.controller) == LWNVME_STATE_FAILED) {
                assert_int_equal(status, LWNVME_ERR_TIMEOUT);
                begin_reset();
            }
        }
}

static void reset(void)
{
    int status;

    owners_stop();
    begin_reset();
    while ((status = lwnvme_controller_poll(s.controller)) == LWNVME_PENDING)
        continue;
    assert_int_equal(status, LWNVME_OK);
}

/* While a deadline is awaited the clock runs faster, not so fast that others time out, too. */
static void poll_later(void)
{
    (void)lwnvme_controller_poll(s.controller);
    pass_time(3000);
    (void)sched_yield();
}

static void lose_one(void)
{
    enter();
    scenario_fault(
        &s, (struct lwnvme_sim_fault){
                .kind = LWNVME_SIM_LOSE, .queue = LWNVME_SIM_IO_QUEUES, .any_opcode = true, .count = 1});
    leave();
}

static uint32_t wakes;

static void wake(void *host)
{
    (void)host;
    (void)__atomic_add_fetch(&wakes, 1, __ATOMIC_RELAXED);
}

static void pause_short(void *host, uint64_t until_us)
{
    (void)host;
    (void)until_us;
}

static void start(bool straight, bool shared_too)
{
    static struct lwnvme_vector vectors[4];
    static struct lwnvme_interrupts kinds;

    memset(queues, 0, sizeof(queues));
    memset(workers, 0, sizeof(workers));
    holds_shared = shared_too;
    hold = stop = ending = false;
    untold = 0;
    scenario_prepare(&s);
    s.settings.mdts = 1; /* 8 KiB: longer ones are split */
    s.settings.latency_us = 40;
    s.settings.scattered = !straight;
    s.config.io_timeout_ms = 300;
    s.time_limit_us = 100000 * SECOND_US;
    scenario_power(&s);
    sim_ops = *s.ops;
    *s.ops = (struct lwnvme_host_ops){.dma_alloc = get_dma,
                                      .dma_free = put_dma,
                                      .now_us = now_us,
                                      .dma_map = map,
                                      .mmio_map = sim_ops.mmio_map,
                                      .mmio_unmap = sim_ops.mmio_unmap,
                                      .mmio_read32 = read32,
                                      .mmio_write32 = write32,
                                      .alloc = get,
                                      .free = put,
                                      .relax = relax,
                                      .lock = lock,
                                      .unlock = unlock,
                                      .log = say,
                                      .log_words = sim_ops.log_words,
                                      .wake = wake,
                                      .wait = pause_short,
                                      .dma_unmap = straight ? NULL : unmap};
    memset(vectors, 0, sizeof(vectors));
    lwnvme_interrupts_use(&kinds, LWNVME_INTERRUPT_MSIX, vectors, 4);
    s.config.interrupts = &kinds;
    s.config.event = event;
    clock_us = lwnvme_sim_time(s.sim);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_namespace(&s);
    for (uint32_t i = 0; i < OWN + 2; i++) {
        struct lwnvme_queue_config config = {.entries = 4,
                                             .flags =
                                                 LWNVME_QUEUE_INTERRUPT | (i < OWN ? 0 : LWNVME_QUEUE_SHARED),
                                             .vector = (uint16_t)(i % 4)};
        assert_int_equal(lwnvme_sync_queue_create(s.controller, &queues[i], &config), LWNVME_OK);
    }
}

static void run(uint32_t rounds, void (*disturb)(uint32_t round))
{
    pthread_t others[2];
    uint32_t i;

    assert_int_equal(pthread_create(&others[0], NULL, interrupts, NULL), 0);
    assert_int_equal(pthread_create(&others[1], NULL, time_passes, NULL), 0);
    for (i = 0; i < WORKERS; i++) {
        struct worker *w = &workers[i];
        w->index = i;
        w->queue = &queues[i < OWN ? i : OWN + i % 2];
        w->request.done = transfer_done;
        w->out = scenario_memory(BYTES, 4096);
        w->in = scenario_memory(BYTES, 4096);
        assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
    }
    for (i = 0; i < rounds; i++) {
        let_them_work(2);
        disturb(i);
    }
    let_them_work(2);
    __atomic_store_n(&ending, true, __ATOMIC_RELAXED);
    for (i = 0; i < WORKERS; i++) {
        while (!__atomic_load_n(&workers[i].over,
                                __ATOMIC_SEQ_CST)) /* one that holds still waits for this thread */
            (void)lwnvme_controller_poll(s.controller);
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (i = 0; i < 2; i++)
        assert_int_equal(pthread_join(others[i], NULL), 0);
}

static void end(uint32_t *again)
{
    for (uint32_t i = 0; i < WORKERS; i++) {
        assert_int_equal(workers[i].wrong, 0);
        assert_false(lwnvme_request_active(&workers[i].request));
        *again += workers[i].again;
        free(workers[i].out);
        free(workers[i].in);
    }
    for (uint32_t i = 0; i < OWN + 2; i++) {
        assert_int_equal(lwnvme_queue_status(&queues[i]), LWNVME_OK);
        assert_int_equal(lwnvme_queue_in_flight(&queues[i]), 0);
        assert_int_equal(lwnvme_queue_stale(&queues[i]), 0);
    }
    scenario_end(&s);
}

static void disturb_reset(uint32_t round)
{
    (void)round;
    reset();
}

/* Owners of shared queues go on calling while the controller is reset: the lock is enough, as long as the queue comes back. */
static void fault_176_resets_while_shared_queues_are_used(void **state)
{
    uint32_t again = 0;

    (void)state;
    for (uint32_t straight = 0; straight < 2; straight++) {
        start(straight != 0, false);
        run(20, disturb_reset);
        assert_int_equal(s.events[LWNVME_EVENT_RESET], 20);
        assert_int_equal(s.events[LWNVME_EVENT_STOPPING], 0);
        end(&again);
    }
    assert_int_not_equal(again, 0);
}

static void fault_176_resets_while_all_owners_hold_still(void **state)
{
    uint32_t again = 0;

    (void)state;
    start(true, true);
    run(20, disturb_reset);
    end(&again);
}

static void disturb_lose(uint32_t round)
{
    uint32_t before = s.events[LWNVME_EVENT_STOPPING];

    lose_one();
    while (s.events[LWNVME_EVENT_STOPPING] == before)
        poll_later();
    assert_true(round < 100);
}

/* Without a recovery a deadline that passes brings the controller down, which the owners learn before it touches their queues. */
static void fault_104_deadlines_pass_while_all_goes(void **state)
{
    uint32_t again = 0;

    (void)state;
    for (uint32_t straight = 0; straight < 2; straight++) {
        start(straight != 0, straight != 0);
        run(4, disturb_lose);
        assert_int_equal(s.events[LWNVME_EVENT_STOPPING], 4);
        assert_int_equal(s.events[LWNVME_EVENT_FAILED], 4);
        assert_int_equal(s.events[LWNVME_EVENT_RESET], 4);
        end(&again);
    }
    assert_int_not_equal(again, 0);
}

static struct lwnvme_recovery recovery;

static void disturb_late(uint32_t round)
{
    uint32_t before = recovery.counts.late;

    enter();
    lwnvme_sim_settings(s.sim)->abort_does_nothing = round % 2 != 0;
    leave();
    lose_one();
    for (uint32_t polls = 1; recovery.counts.late == before; polls++) {
        poll_later();
        if (polls % 1000 == 0) /* what was lost may have come back by a reset before it was late */
            lose_one();
    }
    if (round % 3 == 2)
        reset();
}

/* The controller's owner looks at all queues of others, while they use them, and asks for polls that they make anyway. */
static void note_asked(struct lwnvme_controller *controller, struct lwnvme_queue *queue, void *context)
{
    (void)controller;
    (void)context;
    s.events[LWNVME_EVENT_READY] += queue == NULL; /* never */
}

/* With one, the submitters see nothing of it: every transfer ends well, whether Abort helps or a reset. */
static void fault_106_recoveries_while_all_goes(void **state)
{
    uint32_t again = 0;

    (void)state;
    for (uint32_t round = 0; round < 4;
         round++) { /* straight or not; owners of shared queues hold still or not */
        struct lwnvme_recovery_policy policy = {
            .abort_ms = 50, .resets = 1000, .pause_ms = 1, .nudge_ms = 1, .poll_wanted = note_asked};
        struct lwnvme_recovery_namespace watched = {0};

        start(round % 2 != 0, round < 2);
        memset(&recovery, 0, sizeof(recovery));
        assert_int_equal(lwnvme_recovery_start(s.controller, &recovery, &policy), LWNVME_OK);
        if (holds_shared) /* whoever reads a handle that is looked after holds still */
            assert_int_equal(lwnvme_recovery_watch(&recovery, &watched, s.ns), LWNVME_OK);
        run(6, disturb_late);
        assert_true(recovery.counts.recoveries >= 1);
        assert_int_equal(recovery.counts.failures, 0);
        /* One that follows another before READY finds everybody still. */
        assert_in_range(s.events[LWNVME_EVENT_STOPPING], 1, s.events[LWNVME_EVENT_RECOVERY]);
        assert_int_equal(untold, 0);
        assert_int_equal(s.events[LWNVME_EVENT_FAILED], 0);
        end(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_176_resets_while_shared_queues_are_used),
        cmocka_unit_test(fault_176_resets_while_all_owners_hold_still),
        cmocka_unit_test(fault_104_deadlines_pass_while_all_goes),
        cmocka_unit_test(fault_106_recoveries_while_all_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
