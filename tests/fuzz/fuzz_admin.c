/* SPDX-License-Identifier: MIT */
/*
 * What can be asked of a controller, answered by a device that says what it likes: the bytes decide which calls are made,
 * what is in each page and completion dword, when answers come, and how time passes.
 *
 * Each request calls back once, each long operation ends once, and nothing that the caller gave is written beyond.
 */
#include "fuzz.h"

#define OPERATIONS_MAX 64u
#define OUTPUTS_MAX    64u
#define HANDLES        4u
#define REQUESTS       4u

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace namespaces[HANDLES];
static struct lwnvme_namespace *handles[HANDLES];
static struct lwnvme_limits limits;
static struct lwnvme_namespace_list list;
static struct lwnvme_format format;
static struct lwnvme_sanitize sanitize;
static struct lwnvme_self_test self_test;
static struct lwnvme_firmware_update update;
static struct lwnvme_log_stream stream;
static struct lwnvme_boot_partition boot;
static struct lwnvme_namespace_set set;
static struct lwnvme_namespace set_memory[HANDLES];
static struct lwnvme_namespace *set_handles[HANDLES];
static struct lwnvme_host_memory host_memory;
static struct lwnvme_events events;
static struct lwnvme_keep_alive keep_alive;
static struct lwnvme_suspension suspension;
static uint8_t image[8192];
static uint8_t stream_memory[4096];

static struct lwnvme_operation *const operations[] = {
    &format.operation, &sanitize.operation, &self_test.operation, &update.operation,
    &stream.operation, &boot.operation,     &set.operation};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))
static uint32_t begun[OPERATIONS];
static uint32_t ended[OPERATIONS];

static struct fuzz_input *input;
static void *outputs[OUTPUTS_MAX];
static uint32_t output_count;

/* Memory for what a call gives, of just that size; it stays until the life is over. */
static void *output(size_t size)
{
    void *memory = output_count < OUTPUTS_MAX ? calloc(1, size) : NULL;
    if (memory == NULL) {
        fuzz_fail("no memory");
    }
    outputs[output_count++] = memory;
    return memory;
}

#define OUT(type) ((struct lwnvme_##type *)output(sizeof(struct lwnvme_##type)))

/* ---- One request each ---- */

static int identify(struct lwnvme_request *r, uint32_t which, uint32_t number)
{
    struct lwnvme_controller *c = &controller;
    uint16_t first = (uint16_t)number;
    switch (which) {
    case 0:
        return lwnvme_identify_get_descriptors(c, r, number, OUT(identify_descriptor_list));
    case 1:
        return lwnvme_identify_get_controllers(c, r, first, OUT(identify_controller_list));
    case 2:
        return lwnvme_identify_get_namespace_controllers(c, r, number, 0, OUT(identify_controller_list));
    case 3:
        return lwnvme_identify_get_secondary_controllers(c, r, first,
                                                         OUT(identify_secondary_controller_list));
    case 4:
        return lwnvme_identify_get_active_namespaces(c, r, number, OUT(identify_namespace_list));
    case 5:
        return lwnvme_identify_get_allocated_namespaces_of(c, r, number, 2, OUT(identify_namespace_list));
    case 6:
        return lwnvme_identify_get_nvm_sets(c, r, first, OUT(identify_nvm_set_list));
    case 7:
        return lwnvme_identify_get_domains(c, r, first, OUT(identify_domain_list));
    case 8:
        return lwnvme_identify_get_endurance_groups(c, r, first, OUT(identify_endurance_group_list));
    case 9:
        return lwnvme_identify_get_granularity(c, r, OUT(identify_granularity_list));
    case 10:
        return lwnvme_identify_get_uuids(c, r, OUT(identify_uuid_list));
    case 11:
        return lwnvme_identify_get_ports(c, r, OUT(identify_port_list));
    case 12:
        return lwnvme_identify_get_namespace(c, r, number, OUT(identify_namespace));
    case 13:
        return lwnvme_identify_get_zns_namespace(c, r, number, OUT(identify_zns_namespace));
    case 14:
        return lwnvme_identify_get_kv_namespace(c, r, number, OUT(identify_kv_namespace));
    case 15:
        return lwnvme_identify_get_format(c, r, first, OUT(identify_namespace));
    case 16:
        return lwnvme_identify_get_io_command_sets(c, r, first, OUT(identify_io_command_sets));
    case 17:
        return lwnvme_identify_get_primary_controller(c, r, first, OUT(identify_primary_controller));
    default:
        return lwnvme_identify_get_nvm_namespace(c, r, number, OUT(identify_nvm_namespace));
    }
}

static int log_fixed(struct lwnvme_request *r, uint32_t which, uint32_t number)
{
    struct lwnvme_controller *c = &controller;
    uint16_t group = (uint16_t)number;
    switch (which) {
    case 0:
        return lwnvme_log_supported_pages(c, r, OUT(supported_log_pages));
    case 1:
        number = 1 + number % 8;
        return lwnvme_log_error(c, r, 0, number, (struct lwnvme_error_log_entry *)output(number * 64u));
    case 2:
        return lwnvme_log_smart(c, r, number, OUT(smart_log));
    case 3:
        return lwnvme_log_firmware_slots(c, r, OUT(firmware_slot_log));
    case 4:
        return lwnvme_log_changed_namespaces(c, r, (number & 1u) != 0, OUT(changed_namespaces_log));
    case 5:
        return lwnvme_log_effects(c, r, (uint8_t)number, OUT(effects_log));
    case 6:
        return lwnvme_log_self_test(c, r, OUT(self_test_log));
    case 7:
        return lwnvme_log_endurance_group(c, r, group, OUT(endurance_group_log));
    case 8:
        return lwnvme_log_predictable_latency(c, r, group, OUT(predictable_latency_log));
    case 9:
        return lwnvme_log_lockdown(c, r, number & 3u, number >> 4 & 1u, OUT(lockdown_log));
    case 10:
        return lwnvme_log_reservation_notification(c, r, OUT(reservation_notification_log));
    case 11:
        return lwnvme_log_sanitize_status(c, r, OUT(sanitize_status_log));
    case 12:
        return lwnvme_log_changed_zones(c, r, number, OUT(changed_zones_log));
    case 13:
        return lwnvme_log_fdp_statistics(c, r, group, OUT(fdp_statistics_log));
    case 14:
        number = 4 + number % 4096u / 4 * 4;
        return lwnvme_log_boot_partition(c, r, 0, 0, output(number), number);
    default:
        return lwnvme_log_rotational_media(c, r, group, OUT(rotational_media_log));
    }
}

static int log_sized(struct lwnvme_request *r, uint32_t which, uint32_t number)
{
    struct lwnvme_controller *c = &controller;
    struct lwnvme_log_memory *memory = OUT(log_memory);
    uint16_t group = (uint16_t)(number & 3u);
    memory->room_bytes = 4 + number % 12288u / 4 * 4;
    memory->data = output(memory->room_bytes);
    switch (which) {
    case 0:
        return lwnvme_log_endurance_group_aggregate(c, r, memory);
    case 1:
        return lwnvme_log_predictable_latency_aggregate(c, r, memory);
    case 2:
        return lwnvme_log_ana(c, r, (number & 1u) != 0, memory);
    case 3:
        return lwnvme_log_lba_status(c, r, memory);
    case 4:
        return lwnvme_log_media_unit_status(c, r, group, memory);
    case 5:
        return lwnvme_log_capacity_configurations(c, r, group, memory);
    case 6:
        return lwnvme_log_fdp_configurations(c, r, group, memory);
    case 7:
        return lwnvme_log_fdp_usage(c, r, group, memory);
    default:
        return lwnvme_log_fdp_events(c, r, group, (number & 4u) != 0, memory);
    }
}

static int feature(struct lwnvme_request *r, uint32_t which, uint32_t number)
{
    struct lwnvme_controller *c = &controller;
    uint8_t select = number & 3u;
    switch (which) {
    case 0:
        return lwnvme_feature_get(c, r, (uint8_t)number, select, number >> 8);
    case 1:
        return lwnvme_temperature_threshold_get(c, r, select, OUT(temperature_threshold));
    case 2:
        return lwnvme_apst_get(c, r, select, OUT(apst));
    case 3:
        return lwnvme_timestamp_get(c, r, select, OUT(timestamp));
    case 4:
        return lwnvme_host_behavior_get(c, r, select, OUT(host_behavior));
    case 5:
        return lwnvme_lba_ranges_get(c, r, &namespaces[0], select, OUT(lba_ranges));
    case 6:
        return lwnvme_predictable_latency_get(c, r, select, OUT(predictable_latency));
    case 7:
        return lwnvme_placement_events_get(c, r, 1, select, OUT(placement_events));
    case 8:
        return lwnvme_number_of_queues_get(c, r, select, OUT(number_of_queues));
    case 9:
        return lwnvme_thermal_management_get(c, r, select, OUT(thermal_management));
    case 10:
        return lwnvme_host_identifier_get(c, r, OUT(host_identifier));
    case 11:
        return lwnvme_keep_alive_timer_get(c, r, select, (uint32_t *)output(4));
    case 12:
        return lwnvme_feature_abilities_get(c, r, (uint8_t)number, 1, OUT(feature_abilities));
    case 13:
        return lwnvme_power_get(c, r, select, OUT(power));
    case 14:
        return lwnvme_power_idle(c, r, number);
    default:
        return lwnvme_command_set_profile_get(c, r, select, (uint32_t *)output(4));
    }
}

static int other(struct lwnvme_request *r, uint32_t which, uint32_t number)
{
    struct lwnvme_controller *c = &controller;
    struct lwnvme_identify_controller_list *controllers;
    struct lwnvme_namespace_creation *creation;
    struct lwnvme_lba_status *status;
    switch (which) {
    case 0:
        return lwnvme_effects_read(c, r, (uint8_t *)output(4096));
    case 1:
        creation = OUT(namespace_creation);
        creation->block_count = creation->capacity_blocks = number;
        return lwnvme_namespace_create(c, r, creation);
    case 2:
        return lwnvme_namespace_delete(c, r, number);
    case 3:
        controllers = OUT(identify_controller_list);
        (void)lwnvme_controller_list_append(controllers, (uint16_t)number);
        return lwnvme_namespace_attach(c, r, 1, controllers);
    case 4:
        return lwnvme_namespace_detach_here(c, r, number);
    case 5:
        status = OUT(lba_status);
        status->nsid = 1;
        status->action = 0x10u + (number & 3u);
        status->block_count = number;
        return lwnvme_lba_status_get(c, r, status);
    case 6:
        return lwnvme_stream_get_status(c, r, number, OUT(stream_status));
    case 7:
        return lwnvme_directive_identify(c, r, number, OUT(directive_parameters));
    case 8:
        return lwnvme_virtualization_allocate_primary(c, r, (uint16_t)number, LWNVME_VIRTUAL_QUEUES,
                                                      number >> 8);
    case 9:
        return lwnvme_capacity_create_group(c, r, number);
    case 10:
        return lwnvme_firmware_download(c, r, number & ~3u, image, 4 + number % 4092u / 4 * 4);
    case 11:
        return lwnvme_keep_alive_send(c, r);
    case 12:
        return lwnvme_stream_allocate(c, r, number >> 8, number);
    default:
        return lwnvme_self_test_abort(c, r, number);
    }
}

static void request(uint32_t family, uint32_t which)
{
    static int (*const families[])(struct lwnvme_request *, uint32_t, uint32_t) = {identify, log_fixed,
                                                                                   log_sized, feature, other};
    uint32_t number = fuzz_number(input, 2);
    struct fuzz_io *io = &fuzz_ios[number % REQUESTS];
    if (lwnvme_request_active(&io->request) || output_count + 2 > OUTPUTS_MAX) {
        return;
    }
    fuzz_io_accept(io, families[family % 5u](&io->request, which, number));
}

/* ---- Operations and services ---- */

static void note_end(struct lwnvme_operation *operation)
{
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        if (operations[i] == operation) {
            fuzz_require(++ended[i] == begun[i], "an operation ended that had not begun");
            fuzz_require(operation->status != LWNVME_PENDING, "an operation ended as pending");
            fuzz_require(!lwnvme_request_active(&operation->request),
                         "an operation ended with a request under way");
        }
    }
}

static void note_begin(struct lwnvme_operation *operation, int status)
{
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        begun[i] += operations[i] == operation && status == LWNVME_OK;
    }
}

static bool take_piece(struct lwnvme_log_stream *of, const void *data, uint64_t offset, uint32_t length)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)data;
    (void)of;
    (void)offset;
    fuzz_require(length != 0 && length <= sizeof(stream_memory), "a piece that cannot be");
    (void)(bytes[0] + bytes[length - 1]);
    return fuzz_byte(input) != 1;
}

static void note_change(struct lwnvme_namespace_set *of, struct lwnvme_namespace *ns,
                        enum lwnvme_namespace_change change)
{
    if (change == LWNVME_NAMESPACE_REMOVED) {
        (void)lwnvme_namespace_set_release(of, ns);
    }
}

static void note_event(struct lwnvme_events *of, const struct lwnvme_async_event *event)
{
    (void)of;
    const volatile uint8_t *log = (const volatile uint8_t *)event->log;
    if (log != NULL && event->log_bytes != 0) {
        (void)(log[0] + log[event->log_bytes - 1]);
    }
    for (uint32_t i = 0; i < event->nsid_count; i++) {
        fuzz_require(event->nsids[i] != 0, "namespace 0 has changed");
    }
}

static void begin(uint32_t which, uint32_t how)
{
    switch (which) {
    case 0:
        if (!lwnvme_operation_active(&format.operation)) {
            format.nsid = (how & 1u) != 0 ? LWNVME_NSID_ALL : 1;
            format.handles = handles;
            format.handle_count = how >> 6;
            note_begin(&format.operation, (how & 2u) != 0 ? lwnvme_format_follow(&controller, &format)
                                                          : lwnvme_format_begin(&controller, &format));
        }
        break;
    case 1:
        if (!lwnvme_operation_active(&sanitize.operation)) {
            sanitize.action = 1 + (how & 3u);
            sanitize.handles = handles;
            sanitize.handle_count = how >> 6;
            note_begin(&sanitize.operation, (how & 4u) != 0 ? lwnvme_sanitize_follow(&controller, &sanitize)
                                                            : lwnvme_sanitize_begin(&controller, &sanitize));
        }
        break;
    case 2:
        if (!lwnvme_operation_active(&self_test.operation)) {
            self_test.code = 1 + (how & 1u);
            self_test.nsid = how >> 2 & 1u;
            note_begin(&self_test.operation, (how & 2u) != 0
                                                 ? lwnvme_self_test_follow(&controller, &self_test)
                                                 : lwnvme_self_test_begin(&controller, &self_test));
        } else {
            (void)lwnvme_self_test_cancel(&self_test);
        }
        break;
    case 3:
        if (!lwnvme_operation_active(&update.operation)) {
            update.image = image;
            update.image_bytes = sizeof(image) - 4u * (how & 7u);
            update.action = how >> 3 & 7u;
            update.slot = how >> 6;
            update.reset = (how & 1u) != 0;
            update.handles = handles;
            update.handle_count = how >> 6;
            note_begin(&update.operation, lwnvme_firmware_update_begin(&controller, &update));
        } else {
            (void)lwnvme_firmware_update_cancel(&update);
        }
        break;
    case 4:
        if (!lwnvme_operation_active(&stream.operation)) {
            stream.piece = take_piece;
            stream.buffer = stream_memory;
            stream.buffer_bytes = (how & 8u) != 0 ? 512 : sizeof(stream_memory);
            stream.max_bytes = (how & 4u) != 0 ? 0 : 65536;
            note_begin(
                &stream.operation,
                (how & 3u) == 0 ? lwnvme_persistent_event_begin(&controller, &stream)
                : (how & 3u) == 1
                    ? lwnvme_telemetry_controller_begin(&controller, &stream, 1 + (how >> 4 & 3u))
                    : lwnvme_telemetry_host_begin(&controller, &stream, 1 + (how >> 4 & 3u), how >> 7));
        } else {
            (void)lwnvme_log_stream_cancel(&stream);
        }
        break;
    default:
        if (!lwnvme_operation_active(&boot.operation)) {
            boot.buffer = lwnvme_buffer_cpu(fuzz_buffer + 131072, 65536);
            boot.length_bytes = 4096u * (1 + (how & 7u));
            boot.partition = how >> 3 & 1u;
            note_begin(&boot.operation,
                       (how & 16u) != 0   ? lwnvme_boot_partition_read_begin(&controller, &boot)
                       : (how & 32u) != 0 ? lwnvme_boot_partition_read_log_begin(&controller, &boot)
                                          : lwnvme_boot_partition_write_begin(&controller, &boot));
        }
        break;
    }
}

static void serve(uint32_t which, uint32_t how)
{
    struct lwnvme_host_memory_wish wish;
    switch (which) {
    case 0:
        if (!lwnvme_operation_active(&set.operation)) {
            set.handles = set_handles;
            set.handle_count = HANDLES;
            set.changed = note_change;
            note_begin(&set.operation, lwnvme_namespace_set_rescan(&controller, &set));
        }
        break;
    case 1:
        if (events.status != LWNVME_PENDING) {
            events.event = note_event;
            events.requests = how & 3u;
            (void)lwnvme_events_start(&controller, &events);
        }
        break;
    case 2:
        (void)lwnvme_events_stop(&events);
        break;
    case 3:
        (void)lwnvme_host_memory_wish_get(&controller, &wish);
        host_memory.budget_bytes = 4096u << (how & 7u);
        host_memory.chunk_bytes = 0;
        (void)((how & 8u) != 0 ? lwnvme_host_memory_stop(&host_memory)
                               : lwnvme_host_memory_start(&controller, &host_memory));
        break;
    case 4:
        keep_alive.timeout_ms = 100u + how * 16u;
        (void)((how & 1u) != 0 ? lwnvme_keep_alive_stop(&keep_alive)
                               : lwnvme_keep_alive_start(&controller, &keep_alive));
        break;
    case 5:
        suspension.kind = (enum lwnvme_suspend_kind)(how & 3u);
        (void)((how & 4u) != 0 ? lwnvme_resume(&suspension) : lwnvme_suspend(&controller, &suspension));
        break;
    case 6:
        (void)lwnvme_suspension_step(&suspension);
        break;
    case 7:
        (void)lwnvme_limits_get(&namespaces[how % HANDLES], &limits);
        break;
    case 8:
        if (list.status != LWNVME_PENDING) {
            (void)lwnvme_namespace_enumerate(&controller, how, &list);
        }
        break;
    case 9:
        (void)lwnvme_controller_reset(&controller);
        break;
    case 10:
        (void)lwnvme_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
        break;
    default:
        (void)lwnvme_controller_resume(&controller);
        break;
    }
}

/* ---- A life ---- */

/* An event request is answered when the bytes say so. */
static void send_event(uint32_t type)
{
    fuzz_look();
    for (uint32_t i = 0; i < fuzz.command_count; i++) {
        struct fuzz_command *command = &fuzz.commands[i];
        if (command->sqid == 0 && !command->answered && !command->stopped &&
            (command->sqe[0] & 0xffu) == LWNVME_ADMIN_ASYNC_EVENT_REQUEST) {
            fuzz_answer(command, type >= 0xf8u ? fuzz_number(input, 2) : 0, fuzz_number(input, 3));
            return;
        }
    }
}

static void poll(uint32_t turns, uint32_t pace)
{
    static const uint32_t paces_us[4] = {0, 1000, 100000, 10000000};
    for (; turns != 0; turns--) {
        fuzz_answer_admin();
        fuzz_enter();
        (void)lwnvme_controller_poll(&controller);
        fuzz_leave();
        fuzz.now_us += paces_us[pace & 3u] + 1;
    }
}

static void step(void)
{
    uint32_t what = fuzz_byte(input);
    uint32_t number = what >> 3;
    fuzz_enter();
    switch (what & 7u) {
    case 0:
    case 1:
        request(fuzz_byte(input), number);
        break;
    case 2:
        begin(number % 6u, fuzz_byte(input));
        break;
    case 3:
        serve(number % 12u, fuzz_byte(input));
        break;
    case 4:
        send_event(fuzz_byte(input));
        break;
    case 5: /* polled without an answer */
        (void)lwnvme_controller_poll(&controller);
        fuzz.now_us += (uint64_t)1 << number;
        break;
    default:
        poll(1 + (number & 7u), number >> 3);
        break;
    }
    fuzz_leave();
}

/* All that is not of use in one life only is zero again. */
static void forget(void)
{
    memset(&queue, 0, sizeof(queue));
    memset(namespaces, 0, sizeof(namespaces));
    memset(&format, 0, sizeof(format));
    memset(&sanitize, 0, sizeof(sanitize));
    memset(&self_test, 0, sizeof(self_test));
    memset(&update, 0, offsetof(struct lwnvme_firmware_update, data));
    memset(&stream, 0, sizeof(stream));
    memset(&boot, 0, sizeof(boot));
    memset(&set, 0, sizeof(set));
    memset(set_memory, 0, sizeof(set_memory));
    memset(&host_memory, 0, sizeof(host_memory));
    memset(&events, 0, sizeof(events));
    memset(&keep_alive, 0, sizeof(keep_alive));
    memset(&suspension, 0, sizeof(suspension));
    memset(&list, 0, offsetof(struct lwnvme_namespace_list, nsids));
    memset(begun, 0, sizeof(begun));
    memset(ended, 0, sizeof(ended));
    for (uint32_t i = 0; i < HANDLES; i++) {
        handles[i] = &namespaces[i];
        set_handles[i] = &set_memory[i];
    }
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        operations[i]->done = note_end;
    }
    while (output_count != 0) {
        free(outputs[--output_count]);
    }
}

static void prepare(uint32_t hooks)
{
    struct lwnvme_controller_config config;
    fuzz_start(input, hooks & ~(uint32_t)(FUZZ_LOG | FUZZ_REGISTERS));
    fuzz_register_set(LWNVME_REG_CAP + 4, 0x00403030u); /* with boot partitions */
    fuzz_register_set(LWNVME_REG_BPINFO, 0x00000020u);  /* BPINFO: 4 MiB */
    fuzz_config(&config);
    config.admin_timeout_ms = 2000;
    fuzz_require(fuzz_bring_up(&controller, &config), "an obliging device is not brought up");
    (void)lwnvme_queue_create(&controller, &queue, NULL);
    (void)lwnvme_namespace_open(&controller, 1, &namespaces[0]);
    (void)lwnvme_namespace_open(&controller, 2, &namespaces[1]);
    fuzz_settle(&controller, &namespaces[1].status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_part parts[] = {
        {&controller, sizeof(controller)}, {&queue, sizeof(queue)}, {namespaces, 2 * sizeof(namespaces[0])}};
    struct fuzz_input in = {data, size};
    uint32_t hooks = fuzz_byte(&in) & (FUZZ_UNMAP | FUZZ_SYNC | FUZZ_ALLOC | FUZZ_FENCE);
    input = &in;
    forget();
    fuzz_ios_reset();
    if (!fuzz_begin_again(hooks, &in, parts, 3)) {
        prepare(hooks);
        fuzz_keep(hooks, parts, 3);
    }
    fuzz.answer = fuzz_answer_by_bytes;
    for (uint32_t i = 0; i < OPERATIONS_MAX && in.left != 0; i++) {
        step();
    }
    fuzz_close(&controller);
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        fuzz_require(begun[i] == ended[i], "an operation that never ended");
    }
    return 0;
}
