/* SPDX-License-Identifier: MIT */
/*
 * Long operations, I/O, resets, shutdowns, failures and closes at random moments, by a seed: whatever comes, each
 * operation ends once, each request calls back once, and in the end nothing is held, busy, mapped or allocated.
 *
 * CHAOS_SEED and CHAOS_COUNT choose the seeds, CHAOS_TRACE shows what happens, and CHAOS_STRICT fails for what the
 * software controller has to say of it; it does not like resets during the reading of a boot partition.
 */
#include "../unit/support.h"

#define OPERATIONS 8u
#define READS      6u
#define HANDLES    4u

static struct bench bench;
static uint32_t chaos;

static struct lwnvme_format format;
static struct lwnvme_sanitize sanitize;
static struct lwnvme_self_test self_test;
static struct lwnvme_firmware_update update;
static struct lwnvme_log_stream stream;
static struct lwnvme_boot_partition boot;
static struct lwnvme_namespace_set set;
static struct lwnvme_host_memory host_memory;
static struct lwnvme_namespace second;
static struct lwnvme_namespace *handles[2];
static struct lwnvme_namespace set_memory[HANDLES];
static struct lwnvme_namespace *set_handles[HANDLES];
static struct lwnvme_operation *operations[OPERATIONS];
static uint32_t begun[OPERATIONS];
static uint32_t ended[OPERATIONS];
static struct counted reads[READS];
static uint32_t submitted[READS];
static _Alignas(4096) uint8_t memory[READS][65536];
static uint8_t image[65536];
static _Alignas(4096) uint8_t boot_memory[262144];
static uint8_t stream_memory[8192];
static bool gone;
static bool trace;

static uint32_t roll(uint32_t sides)
{
    chaos = chaos * 1664525u + 1013904223u;
    return (chaos >> 8) % sides;
}

static void count_end(struct lwnvme_operation *operation)
{
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        if (operations[i] == operation) {
            ended[i]++;
            if (trace) {
                printf("%llu end %u %d\n", (unsigned long long)lwnvme_sim_time(bench.sim), i,
                       operation->status);
            }
            assert_int_equal(ended[i], begun[i]);
            assert_int_not_equal(operation->status, LWNVME_PENDING);
            assert_false(lwnvme_request_active(&operation->request));
        }
    }
}

static bool take_piece(struct lwnvme_log_stream *s, const void *data, uint64_t offset, uint32_t length)
{
    static uint8_t other[4096];
    (void)s;
    (void)data;
    (void)offset;
    (void)length;
    if (roll(10) == 0) {
        (void)lwnvme_sync_identify(bench.controller, LWNVME_CNS_CONTROLLER, 0, other);
    }
    if (roll(60) == 0) {
        (void)lwnvme_controller_reset(bench.controller);
    }
    return roll(50) != 0;
}

static void note_change(struct lwnvme_namespace_set *of, struct lwnvme_namespace *ns,
                        enum lwnvme_namespace_change change)
{
    static uint8_t other[4096];
    (void)of;
    if (roll(4) == 0) {
        (void)lwnvme_sync_identify(bench.controller, LWNVME_CNS_CONTROLLER, 0, other);
    }
    if (change == LWNVME_NAMESPACE_REMOVED) {
        (void)lwnvme_namespace_set_release(&set, ns);
    }
}

static void prepare(uint32_t seed)
{
    struct lwnvme_sim_config *c = &bench.settings;
    chaos = seed * 2654435761u + 1u;
    bench_prepare(&bench);
    uint64_t bar = c->bar_physical;
    lwnvme_sim_config_full(c);
    c->bar_physical = bar;
    c->seed = seed;
    c->namespace_count = 2;
    c->admin_latency_us = roll(2) ? roll(3000) : 0;
    c->latency_us = roll(2) ? roll(5000) : 0;
    c->latency_spread_us = roll(2) ? 1000 : 0;
    c->format_us = roll(3) ? roll(2000000) : 0;
    c->sanitize_block_us = c->sanitize_crypto_us = c->sanitize_pass_us = roll(3000000);
    c->sanitize_fail_at = roll(4) == 0 ? 50 : 0;
    c->self_test_short_us = roll(2000000);
    c->self_test_extended_us = 1 + roll(4000000);
    c->firmware_activation_us = roll(2) ? roll(1000000) : 0;
    c->mtfa = (uint16_t)(roll(2) * 20);
    c->boot_partition_units = 2;
    c->boot_read_us = roll(2000);
    c->boot_write_us = roll(2000);
    c->bpcap = 0;
    c->shuffle = roll(2);
    c->scattered = roll(2);
    c->ns[1] = c->ns[0];
    c->mdts = (uint8_t)(roll(3) == 0 ? 1 : 5);
    bench.config.io_timeout_ms = 5000;
    bench.config.admin_timeout_ms = 5000;
    bench.violations_allowed = getenv("CHAOS_STRICT") == NULL;
    memset(&format, 0, sizeof(format));
    memset(&sanitize, 0, sizeof(sanitize));
    memset(&self_test, 0, sizeof(self_test));
    memset(&update, 0, sizeof(update));
    memset(&stream, 0, sizeof(stream));
    memset(&boot, 0, sizeof(boot));
    memset(&set, 0, sizeof(set));
    memset(&host_memory, 0, sizeof(host_memory));
    memset(set_memory, 0, sizeof(set_memory));
    memset(begun, 0, sizeof(begun));
    memset(ended, 0, sizeof(ended));
    memset(submitted, 0, sizeof(submitted));
    operations[0] = &format.operation;
    operations[1] = &sanitize.operation;
    operations[2] = &self_test.operation;
    operations[3] = &update.operation;
    operations[4] = &stream.operation;
    operations[5] = &boot.operation;
    operations[6] = &set.operation;
    operations[7] = NULL;
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        if (operations[i] != NULL) {
            operations[i]->done = count_end;
        }
    }
    for (uint32_t i = 0; i < READS; i++) {
        counted_init(&reads[i], NULL);
    }
    for (uint32_t i = 0; i < HANDLES; i++) {
        set_handles[i] = &set_memory[i];
    }
    set.changed = note_change;
    set.handles = set_handles;
    set.handle_count = HANDLES;
    gone = false;
}

static int begin_one(uint32_t which)
{
    struct lwnvme_controller *c = bench.controller;

    switch (which) {
    case 0:
        format.nsid = roll(3) == 0 ? LWNVME_NSID_ALL : 1 + roll(2);
        format.format_index = 0;
        format.operation.timeout_ms = 60000; /* a lost command ends with it */
        format.secure_erase = (uint8_t)roll(3);
        format.handles = handles;
        format.handle_count = 2;
        return roll(4) == 0 ? lwnvme_format_follow(c, &format) : lwnvme_format_begin(c, &format);
    case 1:
        sanitize.action = (uint8_t)(1 + roll(5));
        sanitize.unrestricted = roll(2);
        sanitize.verify = roll(4) == 0;
        sanitize.handles = handles;
        sanitize.handle_count = roll(3);
        return roll(3) == 0 ? lwnvme_sanitize_follow(c, &sanitize) : lwnvme_sanitize_begin(c, &sanitize);
    case 2:
        self_test.code = (uint8_t)(1 + roll(2));
        self_test.nsid = LWNVME_NSID_ALL;
        return roll(3) == 0 ? lwnvme_self_test_follow(c, &self_test) : lwnvme_self_test_begin(c, &self_test);
    case 3:
        update.action = (uint8_t)(roll(2) ? 3 : roll(2));
        update.image = image;
        update.image_bytes = sizeof(image);
        update.slot = (uint8_t)(roll(2) ? 2 : LWNVME_FIRMWARE_SLOT_AUTO);
        update.piece_bytes = roll(2) ? 0 : 16384;
        update.reset = roll(2);
        update.handles = handles;
        update.handle_count = 2;
        return roll(6) == 0 ? lwnvme_firmware_activation_follow(c, &update)
                            : lwnvme_firmware_update_begin(c, &update);
    case 4:
        stream.piece = take_piece;
        stream.buffer = stream_memory;
        stream.buffer_bytes = roll(2) ? 512 : 8192;
        return roll(2)   ? lwnvme_telemetry_host_begin(c, &stream, 3, roll(2))
               : roll(2) ? lwnvme_persistent_event_begin(c, &stream)
                         : lwnvme_telemetry_controller_begin(c, &stream, 2);
    case 5:
        boot.partition = (uint8_t)roll(2);
        boot.length_bytes = 262144;
        boot.buffer = lwnvme_buffer_cpu(boot_memory, sizeof(boot_memory));
        boot.activate = roll(2);
        return roll(3) == 0   ? lwnvme_boot_partition_read_begin(c, &boot)
               : roll(2) == 0 ? lwnvme_boot_partition_read_log_begin(c, &boot)
                              : lwnvme_boot_partition_write_begin(c, &boot);
    case 6:
        return lwnvme_namespace_set_rescan(c, &set);
    default:
        return LWNVME_ERR_BUSY; /* nothing this time */
    }
}

static void begin_any(void)
{
    uint32_t which = roll(OPERATIONS);
    bool active = operations[which] != NULL && lwnvme_operation_active(operations[which]);
    int status;

    if (which == 6 && active) {
        (void)lwnvme_namespace_set_rescan(bench.controller, &set);
        return;
    }
    begun[which]++;
    status = begin_one(which);
    if (trace) {
        printf("%llu begin %u %d\n", (unsigned long long)lwnvme_sim_time(bench.sim), which, status);
    }
    if (status != LWNVME_OK) {
        begun[which]--;
    } else {
        assert_false(active);
    }
}

static void read_any(void)
{
    uint32_t which = roll(READS);
    struct lwnvme_namespace *ns = roll(2) ? bench.ns : &second;
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory[which], sizeof(memory[which]));
    int status;

    if (lwnvme_request_active(&reads[which].request)) {
        return;
    }
    reads[which].request.flags = roll(3) == 0 ? LWNVME_REQUEST_NO_WAIT : 0;
    if (bench.queue->controller == NULL) {
        return;
    }
    status = roll(2)
                 ? lwnvme_read(bench.queue, ns, &reads[which].request, roll(100), 1 + roll(100), &buffer)
                 : lwnvme_write(bench.queue, ns, &reads[which].request, roll(100), 1 + roll(100), &buffer);
    if (status == 0) {
        submitted[which]++;
    }
}

static void cancel_any(void)
{
    switch (roll(3)) {
    case 0:
        (void)lwnvme_self_test_cancel(&self_test);
        break;
    case 1:
        (void)lwnvme_firmware_update_cancel(&update);
        break;
    default:
        (void)lwnvme_log_stream_cancel(&stream);
        break;
    }
}

static void fault_any(void)
{
    static const enum lwnvme_sim_fault_kind kinds[] = {
        LWNVME_SIM_LOSE,         LWNVME_SIM_STATUS, LWNVME_SIM_STATUS,    LWNVME_SIM_NO_DATA,
        LWNVME_SIM_SHORT_DATA,   LWNVME_SIM_DELAY,  LWNVME_SIM_DUPLICATE, LWNVME_SIM_WRONG_CID,
        LWNVME_SIM_STATUS_AFTER, LWNVME_SIM_RESULT, LWNVME_SIM_FATAL,     LWNVME_SIM_STATUS};
    struct lwnvme_sim_fault fault = {.kind = kinds[roll(12)], .any_opcode = true, .skip = roll(6)};
    fault.status = (uint16_t)(1 + roll(0x1ff));
    fault.value = fault.kind == LWNVME_SIM_DELAY ? roll(8000000) : roll(4000);
    fault.queue = roll(3) == 0 ? LWNVME_SIM_IO_QUEUES : LWNVME_SIM_ADMIN_QUEUE;
    (void)lwnvme_sim_fault_add(bench.sim, &fault);
}

static void disturb(void)
{
    int status = 1;
    uint32_t what = roll(14);
    switch (what) {
    case 0:
    case 1:
    case 2:
        status = lwnvme_controller_reset(bench.controller);
        break;
    case 3:
        status = lwnvme_controller_shutdown(bench.controller,
                                            roll(2) ? LWNVME_SHUTDOWN_NORMAL : LWNVME_SHUTDOWN_ABRUPT);
        break;
    case 4:
        if (roll(3) == 0) {
            lwnvme_sim_fatal(bench.sim);
        }
        break;
    case 5:
        if (roll(12) == 0) {
            lwnvme_sim_remove(bench.sim);
            gone = true;
        }
        break;
    case 6:
        status = lwnvme_controller_subsystem_reset(bench.controller);
        break;
    case 7:
        if (roll(4) == 0) {
            lwnvme_sim_power_cut(bench.sim);
        }
        break;
    case 8:
    case 9:
        fault_any();
        break;
    default:
        cancel_any();
        break;
    }
    if (trace) {
        printf("%llu disturb %u %d\n", (unsigned long long)lwnvme_sim_time(bench.sim), what, status);
    }
}

static void poll(void)
{
    (void)lwnvme_controller_poll(bench.controller);
    if (bench.queue->controller != NULL) {
        (void)lwnvme_queue_poll(bench.queue, 0);
    }
    switch (lwnvme_controller_state(bench.controller)) {
    case LWNVME_STATE_OFF:
        (void)lwnvme_controller_resume(bench.controller);
        break;
    case LWNVME_STATE_FAILED:
        if (roll(3) == 0) {
            (void)lwnvme_controller_reset(bench.controller);
        } else if (roll(3) == 0) {
            uint32_t which = roll(OPERATIONS);
            if (operations[which] != NULL && lwnvme_operation_active(operations[which])) {
                (void)lwnvme_operation_step(operations[which]);
            }
        }
        break;
    default:
        break;
    }
}

static void advance(void)
{
    uint32_t scale = roll(5);
    lwnvme_sim_advance(bench.sim, roll(scale == 0   ? 10
                                       : scale == 1 ? 100
                                       : scale == 2 ? 1000
                                       : scale == 3 ? 10000
                                                    : 300000));
}

static bool all_ended(void)
{
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        if (operations[i] != NULL && lwnvme_operation_active(operations[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < READS; i++) {
        if (lwnvme_request_active(&reads[i].request)) {
            return false;
        }
    }
    return true;
}

static void run(uint32_t seed)
{
    uint32_t turns = 200 + roll(2000);
    struct lwnvme_queue_config queue_config = {.entries = 4};
    bool closes = false;

    prepare(seed);
    queue_config.flags = roll(2) ? LWNVME_QUEUE_SHARED : 0;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, &queue_config), 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    if (roll(2)) {
        host_memory.budget_bytes = 8u << 20;
        assert_int_equal(lwnvme_sync_host_memory_start(bench.controller, &host_memory), 0);
    }
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 2, &second), 0);
    handles[0] = bench.ns;
    handles[1] = &second;
    for (uint32_t turn = 0; turn < turns; turn++) {
        if (roll(6) == 0) {
            begin_any();
        }
        if (roll(3) == 0) {
            read_any();
        }
        if (roll(40) == 0) {
            disturb();
        }
        if (roll(100) == 0 && roll(2) == 0 && !lwnvme_operation_active(&stream.operation)) {
            lwnvme_sim_telemetry_collect(bench.sim);
        }
        advance();
        poll();
    }
    closes = roll(3) == 0;
    lwnvme_sim_faults_clear(bench.sim);
    if (!closes) {
        for (uint32_t turn = 0; turn < 400000 && !all_ended(); turn++) {
            poll();
            lwnvme_sim_advance(bench.sim, 3000);
            if (lwnvme_controller_state(bench.controller) == LWNVME_STATE_FAILED &&
                lwnvme_controller_status(bench.controller) == LWNVME_ERR_GONE) {
                break;
            }
        }
        if (lwnvme_controller_state(bench.controller) == LWNVME_STATE_FAILED) {
            for (uint32_t i = 0; i < OPERATIONS; i++) {
                if (operations[i] != NULL) {
                    (void)lwnvme_operation_step(operations[i]);
                }
            }
        }
        for (uint32_t i = 0; i < OPERATIONS; i++) {
            if (operations[i] != NULL && lwnvme_operation_active(operations[i])) {
                printf("seed %u: operation %u goes on, stage %u, state %d\n", seed, i, operations[i]->stage,
                       (int)lwnvme_controller_state(bench.controller));
            }
        }
        assert_true(all_ended());
        for (uint32_t turn = 0; turn < 1000; turn++) { /* handles that are read again after an end */
            poll();
            lwnvme_sim_advance(bench.sim, 10000);
        }
        assert_false((bench.queue->slow & LWNVME_SLOW_HELD) != 0);
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_not_equal(handles[i]->status, LWNVME_ERR_NS_BUSY);
            assert_int_not_equal(handles[i]->status, LWNVME_PENDING);
        }
        assert_true(bench.controller->services ==
                    (host_memory.service.controller != NULL ? &host_memory.service : NULL));
    }
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        assert_int_equal(begun[i], ended[i]);
        assert_false(operations[i] != NULL && lwnvme_operation_active(operations[i]));
    }
    for (uint32_t i = 0; i < READS; i++) {
        assert_int_equal(reads[i].called, submitted[i]);
    }
    bench_end(&bench);
}

static void whatever_comes_everything_ends_once_and_nothing_is_left(void **state)
{
    const char *from = getenv("CHAOS_SEED");
    const char *count = getenv("CHAOS_COUNT");
    uint32_t first = from != NULL ? (uint32_t)atoi(from) : 1;
    uint32_t last = first + (count != NULL ? (uint32_t)atoi(count) : 25);
    struct lwnvme_sim_image built = {.revision = "CHAOS1"};
    (void)state;
    trace = getenv("CHAOS_TRACE") != NULL;
    assert_true(lwnvme_sim_image_build(&built, image, sizeof(image)));
    for (uint32_t seed = first; seed < last; seed++) {
        if (count != NULL) {
            printf("seed %u\n", seed);
            fflush(stdout);
        }
        run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_everything_ends_once_and_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
