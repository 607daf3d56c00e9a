/* SPDX-License-Identifier: MIT */
/*
 * Public calls in any order, from any state, with any of the objects that there are, from callbacks too, on the software
 * controller with its faults. Each call gets a defined answer: requests come back once, and after a close nothing is left.
 */
#include "fuzz.h"
#include "lwnvme_sim.h"

#define OPERATIONS_MAX 48u
#define QUEUES         3u
#define NAMESPACES     2u
#define TURNS_MAX      4000u

static struct lwnvme_sim *sim;
static struct lwnvme_controller controller;
static struct lwnvme_controller_config config;
static struct lwnvme_queue queues[QUEUES];
static struct lwnvme_namespace namespaces[NAMESPACES];
static struct lwnvme_namespace_list list;
static struct lwnvme_limits limits;
static struct lwnvme_format format;
static struct fuzz_input *input;
static bool
    is_disturbed; /* by faults, or by commands that the bytes make up: what the device thinks of it is no news */
static uint32_t ended;
static uint32_t begun;

/* One of them, or none. */
static struct lwnvme_queue *any_queue(uint32_t which)
{
    return which % 8u == 7u ? NULL : &queues[which % QUEUES];
}

static struct lwnvme_namespace *any_namespace(uint32_t which)
{
    return which % 8u == 7u ? NULL : &namespaces[which % NAMESPACES];
}

static bool uses_namespace(const struct lwnvme_namespace *ns)
{
    for (uint32_t i = 0; i < FUZZ_IOS; i++) {
        if (lwnvme_request_active(&fuzz_ios[i].request)) {
            return true;
        }
    }
    return ns->status == LWNVME_PENDING || lwnvme_operation_active(&format.operation);
}

static int submit_kind(struct fuzz_io *io, uint32_t kind, uint32_t where, uint32_t how)
{
    struct lwnvme_queue *queue = any_queue(where);
    struct lwnvme_namespace *ns = any_namespace(where >> 3);
    struct lwnvme_request *request = &io->request;
    struct lwnvme_buffer buffer =
        lwnvme_buffer_cpu(fuzz_buffer + (size_t)(io - fuzz_ios) * FUZZ_IO_BYTES, FUZZ_IO_BYTES);
    struct lwnvme_buffer *may_be = (how & 0xe0u) == 0xe0u ? NULL : &buffer;
    struct lwnvme_command command = {.opcode = how, .nsid = 1, .cdw10 = where, .cdw11 = how, .cdw12 = kind};
    static struct lwnvme_dsm_range ranges[2];
    switch (kind % 10u) {
    case 0:
        return lwnvme_read(queue, ns, request, where, how & 0x3fu, may_be);
    case 1:
        return lwnvme_write(queue, ns, request, where, how & 0x3fu, may_be);
    case 2:
        return lwnvme_compare(queue, ns, request, where, how & 0xfu, may_be);
    case 3:
        return lwnvme_flush(queue, ns, request);
    case 4:
        return lwnvme_write_zeroes(queue, ns, request, where, how);
    case 5:
        return lwnvme_dataset_management(queue, ns, request, ranges, how & 3u, where);
    case 6:
        return lwnvme_verify(queue, ns, request, where, how);
    case 7:
        is_disturbed = true;
        return lwnvme_raw(queue, request, &command, (kind & 16u) != 0 ? may_be : NULL);
    case 8:
        is_disturbed = true;
        return lwnvme_admin_raw(&controller, request, (how & 7u) == 7u ? NULL : &command, may_be);
    default:
        return lwnvme_abort(&controller, request, queue, &fuzz_ios[how % FUZZ_IOS].request);
    }
}

static void submit(uint32_t which, uint32_t kind, uint32_t where, uint32_t how)
{
    struct fuzz_io *io = &fuzz_ios[which % FUZZ_IOS];
    if (lwnvme_request_active(&io->request)) {
        /* Given again while it is active: refused. */
        fuzz_require(submit_kind(io, kind % 7u, where, how) != LWNVME_OK, "an active request accepted again");
        return;
    }
    io->then = (uint8_t)(kind >> 5);
    io->request.timeout_ms = (where & 0x40u) != 0 ? 50 : 0;
    io->request.flags = (where & 0x80u) != 0 ? how & 7u : 0;
    (void)fuzz_io_accept(io, submit_kind(io, kind, where, how));
}

static void note_end(struct lwnvme_operation *operation)
{
    (void)operation;
    ended++;
    fuzz_require(ended == begun, "an operation ended that had not begun");
}

static void inject(uint32_t how)
{
    struct lwnvme_sim_fault fault = {.any_opcode = true};
    is_disturbed = true;
    fault.kind = (enum lwnvme_sim_fault_kind)(how % (LWNVME_SIM_POWER_CUT + 1u));
    fault.queue = (enum lwnvme_sim_queue_kind)(how >> 6 & 1u);
    fault.skip = fuzz_byte(input) & 7u;
    fault.count = how >> 7 ? UINT32_MAX : 1;
    fault.status = (uint16_t)fuzz_number(input, 2);
    fault.value = fuzz_number(input, 2);
    (void)lwnvme_sim_fault_add(sim, &fault);
}

static void strike(uint32_t how)
{
    is_disturbed = true;
    switch (how & 7u) {
    case 0:
        lwnvme_sim_remove(sim);
        break;
    case 1:
        lwnvme_sim_insert(sim);
        break;
    case 2:
        lwnvme_sim_fatal(sim);
        break;
    case 3:
        lwnvme_sim_power_cut(sim);
        break;
    case 4:
        lwnvme_sim_subsystem_reset(sim);
        break;
    case 5:
        lwnvme_sim_faults_clear(sim);
        break;
    case 6:
        (void)lwnvme_sim_namespace_attach(sim, 1 + (how >> 3 & 1u), (how >> 4 & 1u) != 0);
        break;
    default:
        (void)lwnvme_sim_namespace_resize(sim, 1, how);
        break;
    }
}

static void call_queue(uint32_t what, uint32_t how)
{
    struct lwnvme_queue_config queue_config = {.entries = how & 15u, .cq_entries = how >> 4 & 1u ? 32 : 0};
    struct lwnvme_queue *queue = any_queue(what);
    if ((how & 0x20u) != 0) {
        queue_config.flags = LWNVME_QUEUE_SHARED;
    }
    if ((how & 0x40u) != 0) {
        queue_config.mapper = &lwnvme_mapper_full;
    }
    switch (what >> 3 & 7u) {
    case 0:
    case 1:
        (void)lwnvme_queue_create(&controller, queue, (how & 0x80u) != 0 ? NULL : &queue_config);
        break;
    case 2:
        (void)lwnvme_queue_create_on(any_queue(how), queue, NULL);
        break;
    case 3:
        (void)lwnvme_queue_delete(queue);
        break;
    case 4:
        lwnvme_queue_batch_begin(queue);
        break;
    case 5:
        lwnvme_queue_batch_end(queue);
        break;
    case 6:
        (void)lwnvme_queue_status(queue);
        (void)lwnvme_queue_in_flight(queue);
        (void)lwnvme_queue_stale(queue);
        break;
    default:
        (void)lwnvme_queue_poll(queue, how);
        break;
    }
}

static void call_namespace(uint32_t what, uint32_t how)
{
    struct lwnvme_namespace *ns = &namespaces[what % NAMESPACES];
    switch (what >> 1 & 3u) {
    case 0:
        if (!uses_namespace(ns)) {
            (void)lwnvme_namespace_open(&controller, how & 3u, ns);
        }
        break;
    case 1:
        if (list.status != LWNVME_PENDING) {
            (void)lwnvme_namespace_enumerate(&controller, how, &list);
        }
        break;
    case 2:
        (void)lwnvme_limits_get(ns, &limits);
        break;
    default:
        if (!lwnvme_operation_active(&format.operation)) {
            struct lwnvme_namespace *const *handles = NULL;
            format.nsid = how & 3u;
            format.handles = handles;
            begun += lwnvme_format_begin(&controller, &format) == LWNVME_OK;
        }
        break;
    }
}

static void call_controller(uint32_t what)
{
    switch (what & 15u) {
    case 0:
        (void)lwnvme_controller_open(&controller, &config);
        break;
    case 1:
        (void)lwnvme_controller_close(&controller);
        break;
    case 2:
        (void)lwnvme_controller_reset(&controller);
        break;
    case 3:
        (void)lwnvme_controller_shutdown(&controller, (enum lwnvme_shutdown)(what >> 4 & 3u));
        break;
    case 4:
        (void)lwnvme_controller_resume(&controller);
        break;
    case 5:
        (void)lwnvme_controller_subsystem_reset(&controller);
        break;
    case 6:
        (void)lwnvme_next_deadline(&controller);
        (void)lwnvme_controller_state(&controller);
        (void)lwnvme_controller_get_info(&controller);
        (void)lwnvme_controller_get_identify(&controller);
        break;
    case 7:
        lwnvme_interrupt(&controller, (uint16_t)what);
        break;
    case 8:
        (void)lwnvme_sync_controller_reset(&controller);
        break;
    case 9:
        (void)lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
        break;
    default:
        for (uint32_t turns = 1 + (what >> 4); turns != 0; turns--) {
            (void)lwnvme_controller_poll(&controller);
            (void)lwnvme_queue_poll(&queues[turns % QUEUES], 0);
            lwnvme_sim_advance(sim, 300);
        }
        break;
    }
}

static void one_call(uint32_t what)
{
    uint32_t number = what >> 3;
    switch (what & 7u) {
    case 0:
    case 1: {
        uint32_t kind = fuzz_byte(input);
        uint32_t where = fuzz_byte(input);
        submit(number, kind, where, fuzz_byte(input));
        break;
    }
    case 2:
        call_queue(fuzz_byte(input), fuzz_byte(input));
        break;
    case 3:
        call_namespace(number, fuzz_byte(input));
        break;
    case 4:
        inject(fuzz_byte(input));
        break;
    case 5:
        if (number == 31) {
            strike(fuzz_byte(input));
        } else {
            lwnvme_sim_advance(sim, UINT64_C(1) << number);
        }
        break;
    default:
        call_controller(fuzz_byte(input));
        break;
    }
}

/* Whatever a callback calls gets an answer there and then. What would wait for an end is refused. */
static void then(struct fuzz_io *io)
{
    uint8_t what = io->then;
    io->then = 0;
    if (what == 1) {
        submit((uint32_t)(io - fuzz_ios), 1, 0, 4);
    } else if (what == 2) {
        fuzz_require(lwnvme_sync_controller_reset(&controller) != LWNVME_OK, "a wait in a callback");
    } else if (what == 3) {
        fuzz_require(lwnvme_controller_close(&controller) == LWNVME_ERR_IN_CALLBACK, "a close in a callback");
    } else if (what >= 4 && what < 7) {
        call_queue(fuzz_byte(input), fuzz_byte(input));
    } else if (what == 7) {
        call_controller(fuzz_byte(input) & 7u);
    }
}

static void prepare(void)
{
    struct lwnvme_sim_config settings;
    uint32_t shape = fuzz_byte(input);
    if ((shape & 1u) != 0) {
        lwnvme_sim_config_full(&settings);
    } else {
        lwnvme_sim_config_default(&settings);
    }
    settings.cap_mqes = 31;
    settings.mdts = 1;
    settings.latency_us = (shape & 2u) != 0 ? 200 : 0;
    settings.shuffle = (shape & 4u) != 0;
    sim = lwnvme_sim_create(&settings);
    if (sim == NULL) {
        fuzz_fail("no software controller");
        return;
    }
    struct lwnvme_host_ops *ops = lwnvme_sim_host_ops(sim);
    if ((shape & 8u) != 0) {
        ops->dma_sync = NULL;
        ops->dma_unmap = NULL;
    }
    if ((shape & 16u) != 0) {
        ops->fence_device = NULL;
    }
    memset(&config, 0, sizeof(config));
    config.ops = ops;
    config.host = sim;
    config.page_bytes = 4096;
    config.bar_physical = lwnvme_sim_bar_physical(sim);
    config.bar_bytes = lwnvme_sim_bar_bytes(sim);
    config.io_timeout_ms = 1000;
    config.admin_timeout_ms = 1000;
    config.max_transfer_bytes = 8192;
    if ((shape & 32u) == 0) {
        fuzz_require(lwnvme_sync_controller_open(&controller, &config) == LWNVME_OK, "not opened");
        (void)lwnvme_sync_queue_create(&controller, &queues[0], NULL);
        (void)lwnvme_sync_namespace_open(&controller, 1, &namespaces[0]);
    }
}

static void forget(void)
{
    memset(&controller, 0, sizeof(controller));
    memset(queues, 0, sizeof(queues));
    memset(namespaces, 0, sizeof(namespaces));
    memset(&format, 0, sizeof(format));
    memset(&list, 0, sizeof(list));
    memset(&limits, 0, sizeof(limits));
    memset(&fuzz, 0, offsetof(struct fuzz_device, commands));
    fuzz.overflow = true; /* no command of the device's is known here */
    format.operation.done = note_end;
    is_disturbed = false;
    begun = ended = 0;
    fuzz_ios_reset();
    fuzz_then = then;
}

static void end_life(void)
{
    int status = LWNVME_PENDING;
    for (uint32_t i = 0; i < QUEUES; i++) {
        lwnvme_queue_batch_end(&queues[i]);
    }
    for (uint32_t turn = 0; turn < TURNS_MAX && status == LWNVME_PENDING; turn++) {
        status = lwnvme_controller_close(&controller);
        lwnvme_sim_advance(sim, turn < 100 ? 1000 : 1000000);
    }
    fuzz_require(status != LWNVME_PENDING, "a close that does not end");
    for (uint32_t i = 0; i < FUZZ_IOS; i++) {
        fuzz_require(fuzz_ios[i].accepted == fuzz_ios[i].called, "a request that never came back");
    }
    fuzz_require(begun == ended, "an operation that never ended");
    if (status != LWNVME_ERR_MEMORY_KEPT) {
        fuzz_require(lwnvme_sim_outstanding_allocations(sim) == 0 || fuzz.held, "memory is left");
    }
    fuzz_require(lwnvme_sim_outstanding_mmio_maps(sim) == 0, "registers are left mapped");
    if (!is_disturbed && lwnvme_sim_violations(sim) != 0) {
        lwnvme_sim_violations_print(sim);
        fuzz_fail("a rule of the specification was broken");
    }
    lwnvme_sim_destroy(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    input = &in;
    forget();
    prepare();
    for (uint32_t i = 0; i < OPERATIONS_MAX && in.left != 0; i++) {
        one_call(fuzz_byte(&in));
    }
    end_life();
    return 0;
}
