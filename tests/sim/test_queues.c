/* SPDX-License-Identifier: MIT */
/*
 * What queues can be beside plain pairs: several on one completion ring, weighed, in memory of the caller's; and what
 * must not go wrong with them.
 */
#include "scenario.h"

#include <lwnvme/queue_memory.h>

#define SHARERS 3u
#define DEPTH   8u
#define BLOCKS  8u

struct load {
    struct scenario s;
    struct lwnvme_queue queues[SHARERS];
    struct lwnvme_namespace ns;
    struct tracked *ios[4 * SHARERS * DEPTH];
    uint8_t *data;
    uint32_t left;
};

static struct load load;

static void settle(struct lwnvme_queue *queue, int wanted)
{
    int status;

    while ((status = lwnvme_queue_status(queue)) == LWNVME_PENDING) {
        (void)lwnvme_controller_poll(load.s.controller);
        lwnvme_sim_advance(load.s.sim, 10);
    }
    assert_int_equal(status, wanted);
}

/* Queue 0 has the ring, 1 and 2 complete there. */
static void make_queues(uint32_t flags)
{
    struct lwnvme_queue_config config = {
        .entries = DEPTH, .flags = flags, .cq_entries = SHARERS * (DEPTH - 1) + 1};
    struct lwnvme_queue_config others = {.entries = DEPTH, .flags = flags};

    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config), 0);
    for (uint32_t i = 1; i < SHARERS; i++) {
        assert_int_equal(lwnvme_sync_queue_create_on(&load.queues[0], &load.queues[i], &others), 0);
    }
}

static void start(uint32_t flags)
{
    memset(&load, 0, sizeof(load));
    scenario_prepare(&load.s);
    load.s.settings.strict_cq_room = true;
    load.s.settings.shuffle = true;
    scenario_start(&load.s);
    make_queues(flags);
    assert_int_equal(lwnvme_sync_namespace_open(load.s.controller, 1, &load.ns), 0);
    load.data = scenario_memory(sizeof(load.ios) / sizeof(load.ios[0]) * BLOCKS * 512, 4096);
}

static void end(void)
{
    scenario_end(&load.s);
    free(load.data);
}

static void submit(uint32_t index, bool write);

static void again(struct tracked *io)
{
    uint32_t index = (uint32_t)(uintptr_t)io->data;

    if (load.left != 0) {
        load.left--;
        submit(index, false);
    }
}

static void submit(uint32_t index, bool write)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(load.data + (size_t)index * BLOCKS * 512, BLOCKS * 512);
    struct lwnvme_queue *queue = &load.queues[index % SHARERS];
    struct tracked *io = load.ios[index] = scenario_request(&load.s);
    uint64_t lba = (uint64_t)index * BLOCKS;

    io->then = write ? NULL : again;
    io->data = (void *)(uintptr_t)index;
    assert_int_equal(
        scenario_accept(io, write ? lwnvme_write(queue, &load.ns, &io->request, lba, BLOCKS, &buffer)
                                  : lwnvme_read(queue, &load.ns, &io->request, lba, BLOCKS, &buffer)),
        0);
}

static void run_all(bool write)
{
    uint32_t count = sizeof(load.ios) / sizeof(load.ios[0]);
    uint32_t turn = 0;

    for (uint32_t i = 0; i < count; i++) {
        submit(i, write);
    }
    while (scenario_in_flight(&load.s) != 0) {
        (void)lwnvme_queue_poll(&load.queues[turn % SHARERS],
                                turn % 5); /* whichever, with all kinds of budgets */
        lwnvme_sim_advance(load.s.sim, 3);
        assert_true(++turn < 100000);
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(load.ios[i]->request.status, 0);
    }
}

static void everything_once(void)
{
    size_t bytes = sizeof(load.ios) / sizeof(load.ios[0]) * BLOCKS * 512;
    uint8_t *model = scenario_memory(bytes, 4096);

    scenario_fill(model, bytes, 17);
    memcpy(load.data, model, bytes);
    run_all(true);
    memset(load.data, 0, bytes);
    load.left = 300; /* callbacks submit, to any of the queues */
    run_all(false);
    assert_memory_equal(load.data, model, bytes);
    free(model);
}

static void fault_103_one_completion_ring_for_several_queues(void **state)
{
    (void)state;
    for (uint32_t flags = 0; flags <= LWNVME_QUEUE_SHARED; flags += LWNVME_QUEUE_SHARED) {
        start(flags);
        everything_once();
        assert_int_equal(lwnvme_sim_counters(load.s.sim)->cq_stalls, 0);
        /* The ring is there as long as somebody uses it. */
        assert_int_equal(lwnvme_queue_delete(&load.queues[0]), LWNVME_ERR_QUEUE_IN_USE);
        assert_int_equal(lwnvme_sync_queue_delete(&load.queues[2]), 0);
        assert_int_equal(lwnvme_queue_delete(&load.queues[0]), LWNVME_ERR_QUEUE_IN_USE);
        assert_int_equal(lwnvme_sync_queue_delete(&load.queues[1]), 0);
        assert_int_equal(lwnvme_sync_queue_delete(&load.queues[0]), 0);
        make_queues(flags);
        everything_once();
        end();
    }
}

/* Identifiers are those of the queue that the completion names, not of another one in the same ring. */
static void fault_103_completion_that_names_another_queue(void **state)
{
    (void)state;
    start(0);
    uint32_t stale = lwnvme_queue_stale(&load.queues[0]);
    uint32_t cqe[4] = {0, 0, (uint32_t)load.queues[1].id << 16, load.queues[0].slots[0].key.part.cid};
    lwnvme_sim_settings(load.s.sim)->latency_us = 100;
    submit(0, false);
    submit(1, false);
    for (uint32_t i = 1; i < 8; i++) { /* no command in flight of queue i, or of any queue 77, has it */
        cqe[2] = i == load.queues[1].id ? 77u << 16 : i << 16;
        cqe[3] = i == load.queues[1].id ? load.queues[1].slots[0].key.part.cid : 5;
        lwnvme_sim_post_raw(load.s.sim, load.queues[0].id, cqe);
    }
    lwnvme_sim_settings(load.s.sim)->strict_cq_room = false;
    (void)lwnvme_queue_poll(&load.queues[2], 0);
    assert_int_equal(lwnvme_queue_stale(&load.queues[0]) - stale, 7);
    assert_int_equal(scenario_in_flight(&load.s), 2);
    for (uint32_t i = 0; i < 100 && scenario_in_flight(&load.s) != 0; i++) {
        lwnvme_sim_advance(load.s.sim, 10);
        (void)lwnvme_queue_poll(&load.queues[1], 0);
    }
    assert_int_equal(scenario_in_flight(&load.s), 0);
    end();
}

static void queues_with_one_ring_live_through_reset_and_shutdown(void **state)
{
    (void)state;
    start(0);
    everything_once();
    submit(0, false);
    submit(1, false);
    submit(2, false);
    assert_int_equal(scenario_reset(&load.s), 0);
    assert_int_equal(scenario_in_flight(&load.s), 0);
    everything_once();
    assert_int_equal(scenario_shutdown(&load.s, LWNVME_SHUTDOWN_NORMAL), 0);
    assert_int_equal(scenario_resume(&load.s), 0);
    everything_once();
    end();
}

/* Queues come and go while another one is under load, which loses nothing. */
static void made_and_deleted_under_load_elsewhere(void **state)
{
    static struct lwnvme_queue busy;
    struct lwnvme_queue_config config = {.entries = 32};
    struct lwnvme_buffer buffer;
    struct lwnvme_statistics statistics = {0};
    uint32_t sent = 0;
    (void)state;
    start(0);
    memset(&busy, 0, sizeof(busy));
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &busy, &config), 0);
    lwnvme_sim_settings(load.s.sim)->latency_us = 40;
    lwnvme_sim_settings(load.s.sim)->latency_spread_us = 40;
    config.entries = DEPTH;
    buffer = lwnvme_buffer_cpu(load.data, 512);
    for (uint32_t round = 0; round < 40; round++) {
        struct lwnvme_queue *other = &load.queues[1 + round % 2];
        for (uint32_t i = 0; i < 40; i++) { /* more than the ring holds */
            struct tracked *io = scenario_request(&load.s);
            assert_int_equal(
                scenario_accept(io, lwnvme_read(&busy, &load.ns, &io->request, sent++ % 1000, 1, &buffer)),
                0);
        }
        assert_int_equal(lwnvme_sync_queue_delete(other), 0);
        assert_int_equal(lwnvme_sync_queue_create_on(&load.queues[0], other, &config), 0);
        assert_int_equal(lwnvme_sync_read(other, &load.ns, 3, 1, load.data, 0), 0);
        while (lwnvme_queue_in_flight(&busy) > 8) {
            lwnvme_sim_advance(load.s.sim, 10);
            (void)lwnvme_queue_poll(&busy, 0);
        }
    }
    scenario_wait_all(&load.s, &busy);
    lwnvme_queue_statistics(&busy, &statistics);
    assert_int_equal(statistics.submitted, sent);
    assert_int_equal(statistics.completed, sent);
    assert_int_equal(statistics.errors + statistics.stale, 0);
    end();
}

/* One of several queues of a ring goes and comes while the others keep the ring busy: nothing of theirs is lost, and nothing
 * that comes late for the one that went is taken for a command of its successor. */
static void a_sharer_comes_and_goes_while_the_ring_is_busy(void **state)
{
    struct lwnvme_queue_config config = {.entries = DEPTH};

    (void)state;
    for (uint32_t flags = 0; flags <= LWNVME_QUEUE_SHARED; flags += LWNVME_QUEUE_SHARED) {
        uint32_t stale = 0;
        start(flags);
        config.flags = flags;
        lwnvme_sim_settings(load.s.sim)->latency_us = 40;
        lwnvme_sim_settings(load.s.sim)->latency_spread_us = 40;
        for (uint32_t round = 0; round < 30; round++) {
            struct lwnvme_queue *other = &load.queues[1 + round % 2];
            const uint16_t id = other->id;
            uint32_t late[4] = {0, 0, 0, 0};

            load.left = 40;
            for (uint32_t index = 0; index < 3 * SHARERS; index++) { /* on those that stay */
                if (&load.queues[index % SHARERS] != other)
                    submit(index, false);
            }
            assert_int_equal(lwnvme_sync_read(other, &load.ns, 3, 1, load.data, 0), 0);
            late[2] = (uint32_t)id << 16;
            late[3] = other->slots[0].key.part.cid;
            assert_int_equal(lwnvme_sync_queue_delete(other), 0);
            if (scenario_on_software) {
                lwnvme_sim_settings(load.s.sim)->strict_cq_room = false;
                lwnvme_sim_post_raw(load.s.sim, load.queues[0].id, late);
                stale++;
            }
            assert_int_equal(lwnvme_sync_queue_create_on(&load.queues[0], other, &config), 0);
            assert_int_equal(lwnvme_sync_read(other, &load.ns, 3, 1, load.data, 0), 0);
            for (uint32_t turn = 0; scenario_in_flight(&load.s) != 0; turn++) {
                (void)lwnvme_queue_poll(&load.queues[turn % SHARERS], turn % 3);
                lwnvme_sim_advance(load.s.sim, 5);
                assert_true(turn < 100000);
            }
            assert_int_equal(load.left, 0);
            assert_int_equal(lwnvme_queue_stale(&load.queues[0]), stale);
        }
        end();
    }
}

static void what_a_ring_has_no_room_for_is_refused(void **state)
{
    struct lwnvme_queue_config config = {.entries = DEPTH};
    static struct lwnvme_queue more;
    (void)state;
    start(0);
    memset(&more, 0, sizeof(more));
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 0;
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.entries = 2;
    assert_int_equal(lwnvme_queue_create_on(&load.queues[1], &more, &config), LWNVME_ERR_QUEUE_CLOSED);
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &load.queues[1], &config), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_queue_create_on(NULL, &more, &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, NULL), LWNVME_ERR_NULL_ARGUMENT);
    config.flags = LWNVME_QUEUE_INTERRUPT;
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.flags = LWNVME_QUEUE_SHARED;
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    config.flags = 0;
    config.cq_entries = 1;
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &more, &config), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &more, &config), LWNVME_ERR_QUEUE_SIZE);
    config.cq_entries = 1025;
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &more, &config), LWNVME_ERR_QUEUE_SIZE);
    /* One that the controller refuses leaves the ring as it was. */
    config.cq_entries = 0;
    assert_int_equal(lwnvme_sync_queue_delete(&load.queues[2]), 0);
    scenario_fault(&load.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                      .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                      .opcode = 0x01,
                                                      .status = 0x101});
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &load.queues[2], &config), 0);
    settle(&load.queues[2], 0x101);
    scenario_fault(&load.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                      .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                      .opcode = 0x01,
                                                      .status = 0x101});
    assert_int_equal(lwnvme_sync_queue_create_on(&load.queues[0], &load.queues[2], &config), 0x101);
    assert_int_equal(lwnvme_queue_status(&load.queues[2]), 0x101);
    assert_int_equal(lwnvme_sync_queue_create_on(&load.queues[0], &load.queues[2], NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_queue_create_on(NULL, &load.queues[2], &config), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_queue_create_on(&load.queues[0], &load.queues[2], &config), 0);
    settle(&load.queues[2], 0);
    end();
}

/* A submission queue that the controller will not delete keeps its completion queue, but not the controller from being
 * shut down; rings are freed when CC.EN has been cleared, and a resume has all of them again. */
static void fault_052_103_a_ring_is_left_while_a_queue_completes_there(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 4;
         round++) { /* which queue is stuck; by the shutdown, or by hand before */
        const struct lwnvme_sim_counts *counts;
        const uint32_t stuck = 1 + round % 2;
        size_t before;
        start(0);
        counts = lwnvme_sim_counters(load.s.sim);
        before = lwnvme_sim_outstanding_allocations(load.s.sim);
        scenario_fault(&load.s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                          .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                          .opcode = 0x00,
                                                          .skip = round < 2 ? 2 - stuck : 0,
                                                          .status = 0x4006});
        if (round >= 2) {
            assert_int_equal(lwnvme_sync_queue_delete(&load.queues[stuck]), 0x4006);
            assert_int_equal(lwnvme_queue_delete(&load.queues[0]), LWNVME_ERR_QUEUE_IN_USE);
        }
        assert_int_equal(scenario_shutdown(&load.s, LWNVME_SHUTDOWN_NORMAL), 0);
        assert_int_equal(counts->admin_commands[0x00], 3);
        assert_int_equal(counts->admin_commands[0x04], 0);
        assert_int_equal(lwnvme_sim_outstanding_allocations(load.s.sim), before);
        assert_int_equal(lwnvme_queue_delete(&load.queues[0]), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_queue_delete(&load.queues[stuck]), LWNVME_ERR_WRONG_STATE);
        assert_int_equal(lwnvme_sim_outstanding_allocations(load.s.sim), before);
        if (round != 1) {
            assert_int_equal(scenario_resume(&load.s), 0);
            for (uint32_t i = 0; i < SHARERS; i++) {
                if (round >= 2 && i == stuck) { /* it was to be deleted, and is */
                    assert_int_equal(lwnvme_queue_status(&load.queues[i]), LWNVME_ERR_QUEUE_CLOSED);
                    continue;
                }
                assert_int_equal(lwnvme_queue_status(&load.queues[i]), 0);
                assert_int_equal(lwnvme_sync_read(&load.queues[i], &load.ns, 3, 1, load.data, 0), 0);
            }
        } else {
            uint64_t disables = counts->disables;
            assert_int_equal(scenario_close(&load.s), 0);
            assert_int_equal(counts->disables, disables + 1);
        }
        end();
    }
}

static void fault_022_priorities_and_weighted_round_robin(void **state)
{
    static const uint8_t wanted[] = {2, 0, 1, 2, 3};
    (void)state;
    for (uint32_t offered = 0; offered < 2; offered++) {
        memset(&load, 0, sizeof(load));
        scenario_prepare(&load.s);
        load.s.settings.cap_ams = (uint8_t)offered;
        load.s.config.weighted_arbitration = true;
        scenario_start(&load.s);
        assert_int_equal(lwnvme_controller_get_info(load.s.controller)->weighted_arbitration, offered);
        for (uint8_t priority = 0; priority < 5; priority++) {
            struct lwnvme_queue_config config = {.priority = priority};
            assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config), 0);
            assert_int_equal(lwnvme_sim_queue_priority(load.s.sim, load.queues[0].id), wanted[priority]);
            assert_int_equal(lwnvme_sync_queue_delete(&load.queues[0]), 0);
        }
        struct lwnvme_queue_config config = {.priority = 5};
        assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config),
                         LWNVME_ERR_INVALID_ARGUMENT);
        scenario_end(&load.s);
    }
}

/* What the controller makes of priorities and weights: the order in which it fetches. */
#define CLASSES 5u
static uint16_t fetched[CLASSES * 60];
static uint32_t fetched_count;

static void note_fetch(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)command;
    if (sqid != 0 && fetched_count < sizeof(fetched) / sizeof(fetched[0])) {
        fetched[fetched_count++] = sqid;
    }
}

static uint32_t fetched_of(const struct lwnvme_queue *queue, uint32_t first, uint32_t last)
{
    uint32_t count = 0;
    for (uint32_t i = first; i < last; i++) {
        count += fetched[i] == queue->id ? 1 : 0;
    }
    return count;
}

static void fault_022_weights_count_and_urgent_is_first(void **state)
{
    static struct lwnvme_queue queues[4]; /* low, medium, high, urgent */
    static struct lwnvme_request requests[4][60];
    struct lwnvme_buffer buffer;
    (void)state;
    memset(&load, 0, sizeof(load));
    memset(queues, 0, sizeof(queues));
    memset(requests, 0, sizeof(requests));
    scenario_prepare(&load.s);
    load.s.settings.cap_ams = 1;
    load.s.settings.fetch_us = 1;
    load.s.settings.on_command = note_fetch;
    load.s.config.weighted_arbitration = true;
    scenario_start(&load.s);
    assert_int_equal(lwnvme_sync_namespace_open(load.s.controller, 1, &load.ns), 0);
    /* Weights 8, 4 and 2, bursts of 2. */
    assert_int_equal(
        lwnvme_sync_feature_set(load.s.controller, 0x01, 7u << 24 | 3u << 16 | 1u << 8 | 1u, 0, false), 0);
    load.data = scenario_memory(512, 4096);
    buffer = lwnvme_buffer_cpu(load.data, 512);
    for (uint32_t i = 0; i < 4; i++) {
        struct lwnvme_queue_config config = {.priority = (uint8_t)(LWNVME_PRIORITY_LOW - i), .entries = 128};
        assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &queues[i], &config), 0);
    }
    fetched_count = 0;
    for (uint32_t i = 0; i < 4; i++) { /* the lowest is told of first */
        for (uint32_t k = 0; k < 60; k++) {
            assert_int_equal(lwnvme_read(&queues[i], &load.ns, &requests[i][k], k, 1, &buffer), 0);
        }
    }
    for (uint32_t turn = 0; turn < 1000 && fetched_count < 240; turn++) {
        lwnvme_sim_advance(load.s.sim, 1);
    }
    assert_int_equal(fetched_count, 240);
    assert_true(fetched_of(&queues[3], 0, 70) == 60); /* but for what was fetched before it was told of */
    uint32_t from = 70;
    assert_in_range(fetched_of(&queues[2], from, from + 70), 38, 42);
    assert_in_range(fetched_of(&queues[1], from, from + 70), 18, 22);
    assert_in_range(fetched_of(&queues[0], from, from + 70), 8, 12);
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t turn = 0; turn < 100 && lwnvme_queue_in_flight(&queues[i]) != 0; turn++) {
            (void)lwnvme_queue_poll(&queues[i], 0);
            lwnvme_sim_advance(load.s.sim, 10);
        }
        assert_int_equal(lwnvme_queue_in_flight(&queues[i]), 0);
    }
    end();
}

/* Memory of the caller's: everything in it, nothing allocated, made and deleted again and again. */
static void queue_in_memory_of_the_callers(void **state)
{
    static struct lwnvme_queue_memory memory;
    struct lwnvme_queue_config config = {.entries = 32, .memory = &memory};
    uint64_t dma = 0;
    (void)state;
    memset(&load, 0, sizeof(load));
    scenario_prepare(&load.s);
    load.s.settings.track_maps = true;
    scenario_start(&load.s);
    size_t bytes = lwnvme_queue_memory_bytes(load.s.controller, &load.queues[0], &config);
    assert_true(bytes >= 32 * 64 + 32 * 16);
    void *place = load.s.ops->dma_alloc(load.s.sim, bytes, 4096, &dma);
    assert_non_null(place);
    for (uint32_t turn = 0; turn < 3; turn++) {
        uint64_t allocations =
            lwnvme_sim_counters(load.s.sim)->dma_allocs + lwnvme_sim_counters(load.s.sim)->allocs;
        lwnvme_queue_memory_use(&memory, place, dma, bytes);
        assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config), 0);
        assert_int_equal(lwnvme_queue_memory_bytes(load.s.controller, &load.queues[0], &config), 0);
        assert_int_equal(memory.used_bytes, bytes);
        assert_int_equal(lwnvme_sim_counters(load.s.sim)->dma_allocs +
                             lwnvme_sim_counters(load.s.sim)->allocs,
                         allocations);
        assert_int_equal(lwnvme_sync_namespace_open(load.s.controller, 1, &load.ns), 0);
        uint8_t *data = scenario_memory(1 << 17, 4096);
        assert_int_equal(lwnvme_sync_write(&load.queues[0], &load.ns, 5, 256, data, 0), 0);
        assert_int_equal(lwnvme_sync_read(&load.queues[0], &load.ns, 5, 256, data, 0), 0);
        free(data);
        assert_int_equal(lwnvme_sync_queue_delete(&load.queues[0]), 0);
    }
    lwnvme_queue_memory_use(&memory, place, dma, bytes - 1);
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config),
                     LWNVME_ERR_NO_MEMORY);
    lwnvme_queue_memory_use(&memory, place, dma + 64, bytes);
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config),
                     LWNVME_ERR_DMA_ALIGNMENT);
    lwnvme_queue_memory_use(&memory, place, UINT64_MAX - 4095, bytes);
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config),
                     LWNVME_ERR_DMA_LIMIT);
    lwnvme_queue_memory_use(&memory, NULL, dma, bytes);
    assert_int_equal(lwnvme_sync_queue_create(load.s.controller, &load.queues[0], &config),
                     LWNVME_ERR_NO_MEMORY);
    lwnvme_queue_memory_use(NULL, place, dma, bytes);
    config.entries = 1;
    assert_int_equal(lwnvme_queue_memory_bytes(load.s.controller, &load.queues[0], &config), 0);
    assert_int_equal(lwnvme_queue_status(&load.queues[0]), LWNVME_ERR_QUEUE_CLOSED);
    load.s.ops->dma_free(load.s.sim, place, bytes, dma);
    scenario_end(&load.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_103_one_completion_ring_for_several_queues),
        cmocka_unit_test(fault_103_completion_that_names_another_queue),
        cmocka_unit_test(queues_with_one_ring_live_through_reset_and_shutdown),
        cmocka_unit_test(made_and_deleted_under_load_elsewhere),
        cmocka_unit_test(a_sharer_comes_and_goes_while_the_ring_is_busy),
        cmocka_unit_test(what_a_ring_has_no_room_for_is_refused),
        cmocka_unit_test(fault_052_103_a_ring_is_left_while_a_queue_completes_there),
        cmocka_unit_test(fault_022_priorities_and_weighted_round_robin),
        cmocka_unit_test(fault_022_weights_count_and_urgent_is_first),
        cmocka_unit_test(queue_in_memory_of_the_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
