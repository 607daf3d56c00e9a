/* SPDX-License-Identifier: MIT */
/*
 * What comes through I/O queues and is taken apart by the library: zones and their reports, key value lists, reservation
 * and placement reports, appends; and namespaces with metadata and protection information. The bytes decide what the device
 * says of itself and what it returns.
 *
 * No report is read beyond the memory that it was given, and what is told of it keeps to what is promised.
 */
#include "fuzz.h"

#define OPERATIONS_MAX 32u
#define MEMORY_BYTES   4096u

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static struct lwnvme_zoned zoned;
static struct lwnvme_kv kv;
static struct lwnvme_protection protection;
static struct fuzz_input *input;

static uint8_t *const memory = fuzz_buffer;
static size_t memory_bytes; /* of it, that a call is given */

/* What an obliging device with all command sets says. */
static uint32_t say(struct fuzz_command *command, uint8_t *page, size_t length, uint32_t *dw0)
{
    uint32_t status = fuzz_oblige(command, page, length, dw0);
    uint32_t cns = command->sqe[10] & 0xffu;
    uint32_t csi = command->sqe[11] >> 24;
    if ((command->sqe[0] & 0xffu) != LWNVME_ADMIN_IDENTIFY || length != 4096) {
        return status;
    }
    if (cns == LWNVME_CNS_NAMESPACE_DESCRIPTORS) {
        page[0] = LWNVME_NIDT_CSI;
        page[1] = LWNVME_NIDT_CSI_BYTES;
        page[4] = command->sqe[1] == 2 ? LWNVME_CSI_ZONED : command->sqe[1] == 3 ? LWNVME_CSI_KEY_VALUE : 0;
    } else if (cns == LWNVME_CNS_COMMAND_SET_NAMESPACE && csi == LWNVME_CSI_ZONED) {
        struct lwnvme_identify_zns_namespace *data = (struct lwnvme_identify_zns_namespace *)(void *)page;
        lwnvme_le64_set(&data->lbafe[0].zsze, 256);
        lwnvme_le32_set(&data->mar, 7);
        lwnvme_le32_set(&data->mor, 7);
    } else if (cns == LWNVME_CNS_COMMAND_SET_NAMESPACE && csi == LWNVME_CSI_KEY_VALUE) {
        struct lwnvme_identify_kv_namespace *data = (struct lwnvme_identify_kv_namespace *)(void *)page;
        lwnvme_le64_set(&data->nsze, 1u << 20);
        lwnvme_le16_set(&data->kvf[0].kvkml, 16);
        lwnvme_le32_set(&data->kvf[0].kvvml, 4096);
    }
    uint32_t how = fuzz_byte(input);
    if (how >= 0x80u && cns != LWNVME_CNS_CONTROLLER) {
        fuzz_fill(page, 4096, how & 0x1fu);
    }
    return (how & 0xe0u) == 0xe0u && cns != LWNVME_CNS_CONTROLLER ? 0x10bu : status;
}

/* A report as it may be, to begin with. */
static void make_report(uint32_t opcode, uint8_t *data, size_t length)
{
    memset(data, 0, length);
    if (opcode == LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE) {
        uint32_t zones = fuzz_below(input, 8);
        data[0] = (uint8_t)zones;
        for (uint32_t i = 0; i < zones && 64u * (i + 2) <= length; i++) {
            struct lwnvme_zone_descriptor *zone =
                (struct lwnvme_zone_descriptor *)(void *)(data + 64 * (i + 1));
            zone->zt = 2;
            zone->zs = (uint8_t)(fuzz_byte(input) << 4);
            lwnvme_le64_set(&zone->zcap, 200);
            lwnvme_le64_set(&zone->zslba, 256u * i);
            lwnvme_le64_set(&zone->wp, 256u * i);
        }
    } else {
        data[0] = fuzz_byte(input); /* how many of them */
        for (size_t i = 4; i + 8 <= length && i < 256; i += 8) {
            data[i] = (uint8_t)(1 + i % 7); /* keys */
        }
    }
}

/* The device returns as much as there is memory for; the rest is closed off. */
static void answer_all(void)
{
    fuzz_look();
    for (struct fuzz_command *command; (command = fuzz_pending(1, 0)) != NULL;) {
        uint64_t prp1 = command->sqe[6] | (uint64_t)command->sqe[7] << 32;
        uint32_t opcode = command->sqe[0] & 0xffu;
        uint32_t how = fuzz_byte(input);
        if ((opcode & 2u) != 0 && fuzz_memory(prp1, 4) == memory) {
            make_report(opcode, memory, memory_bytes);
            fuzz_fill(memory, memory_bytes, how);
        }
        fuzz_answer(command, how >= 0xf0u ? fuzz_number(input, 2) : 0,
                    how >= 0x80u ? fuzz_number(input, 3) : 0);
    }
    fuzz_enter();
    (void)lwnvme_queue_poll(&queue, 0);
    fuzz_leave();
}

/* Whether a call was accepted and has succeeded. */
static bool run(int status)
{
    struct fuzz_io *io = &fuzz_ios[0];
    if (fuzz_io_accept(io, status) != LWNVME_OK) {
        return false;
    }
    for (uint32_t turn = 0; turn < 64 && lwnvme_request_active(&io->request); turn++) {
        answer_all();
    }
    fuzz_require(!lwnvme_request_active(&io->request), "a request that does not end");
    return io->request.status == LWNVME_OK;
}

static void report_zones(struct lwnvme_request *request)
{
    struct lwnvme_zone_report report = {
        .zoned = &zoned, .memory = memory, .memory_bytes = (uint32_t)memory_bytes};
    struct lwnvme_zone zone;
    uint64_t next = 0;
    report.first_lba = fuzz_number(input, 2);
    report.filter = fuzz_below(input, 9);
    report.extended = fuzz_byte(input) >= 0xe0u;
    for (uint32_t turn = 0; turn < 8 && run(lwnvme_zone_report_next(&queue, &report, request)); turn++) {
        for (uint32_t i = 0; i < report.count; i++) {
            fuzz_require(lwnvme_zone_report_get(&report, i, &zone) == LWNVME_OK, "a zone that is not told");
            fuzz_require(zone.first_lba >= next && zone.first_lba < zoned.ns.block_count,
                         "zones that do not ascend");
            fuzz_require(zone.first_lba % zoned.zone_blocks == 0, "a zone that begins elsewhere");
            fuzz_require(zone.capacity_blocks <= zoned.zone_blocks, "a zone that holds more than it has");
            fuzz_require(zone.extension == NULL ||
                             zone.extension + zoned.extension_bytes <= memory + memory_bytes,
                         "an extension beyond the memory");
            next = zone.first_lba + zoned.zone_blocks;
        }
        fuzz_require(lwnvme_zone_report_get(&report, report.count, &zone) != LWNVME_OK, "one zone more");
    }
}

static void list_keys(struct lwnvme_request *request)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, memory_bytes);
    struct lwnvme_kv_keys keys;
    struct lwnvme_key key;
    uint32_t count = 0;
    if (!run(lwnvme_kv_list(&queue, &kv, request, NULL, &buffer))) {
        return;
    }
    lwnvme_kv_keys_begin(&keys, memory, (uint32_t)memory_bytes);
    while (lwnvme_kv_keys_next(&keys, &key) == LWNVME_OK) {
        fuzz_require(key.length != 0 && key.length <= 16, "a key that cannot be");
        fuzz_require(++count <= memory_bytes / 4, "more keys than there is room for");
    }
}

static void retrieve(struct lwnvme_request *request)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, memory_bytes);
    struct lwnvme_key key = {.length = (uint8_t)(1 + fuzz_below(input, 17))};
    if (run(lwnvme_kv_retrieve(&queue, &kv, request, &key, &buffer, 0))) {
        fuzz_require(request->bytes_done <= memory_bytes, "more of a value than there is room for");
    }
}

static void report_reservations(struct lwnvme_request *request)
{
    struct lwnvme_reservation_list report = {.memory = memory, .memory_bytes = (uint32_t)memory_bytes};
    struct lwnvme_reservation_host host;
    report.extended = (fuzz_byte(input) & 1u) != 0;
    if (!run(lwnvme_reservation_report(&queue, &ns, request, &report)) ||
        lwnvme_reservation_report_check(&report) != LWNVME_OK) {
        return;
    }
    fuzz_require(report.hosts_given <= report.hosts, "more hosts than there are");
    for (uint32_t i = 0; i < report.hosts_given; i++) {
        fuzz_require(lwnvme_reservation_host_get(&report, i, &host), "a host that is not told");
    }
    fuzz_require(!lwnvme_reservation_host_get(&report, report.hosts_given, &host), "one host more");
}

static void report_placement(struct lwnvme_request *request)
{
    struct lwnvme_placement_status report = {.memory = memory, .memory_bytes = (uint32_t)memory_bytes};
    struct lwnvme_placement_handle handle;
    if (!run(lwnvme_placement_get_status(&queue, &ns, request, &report)) ||
        lwnvme_placement_status_check(&report) != LWNVME_OK) {
        return;
    }
    for (uint32_t i = 0; i < report.handles_given; i++) {
        fuzz_require(lwnvme_placement_handle_get(&report, i, &handle), "a handle that is not told");
    }
    fuzz_require(!lwnvme_placement_handle_get(&report, report.handles_given, &handle), "one handle more");
}

static void append(struct lwnvme_request *request)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, memory_bytes);
    uint64_t lba = (uint64_t)fuzz_byte(input) * 128u;
    if (run(lwnvme_zone_append(&queue, &zoned, request, lba, 1 + fuzz_below(input, 8), &buffer))) {
        fuzz_require(lwnvme_zone_appended_lba(request) - lba < zoned.zone_blocks, "appended to another zone");
    }
}

/* Blocks with protection information, which the library makes and checks. */
static void protect(struct lwnvme_request *request)
{
    struct lwnvme_buffer buffer =
        lwnvme_buffer_with_metadata(lwnvme_buffer_cpu(memory, memory_bytes), (uintptr_t)memory + 65536, 4096);
    uint32_t bad_block = 0;
    uint32_t blocks = 1 + fuzz_below(input, 8);
    if (ns.status != LWNVME_OK) {
        return;
    }
    (void)lwnvme_protection_generate(&ns, &protection, 5, blocks, &buffer);
    if (lwnvme_protection_check(&ns, &protection, 5, blocks, &buffer, &bad_block) != LWNVME_OK) {
        fuzz_require(bad_block <= blocks, "a bad block beyond the end");
    }
    (void)run(lwnvme_read(&queue, &ns, request, 5, blocks, &buffer));
}

static void open_one(uint32_t which)
{
    fuzz_enter();
    switch (which) {
    case 0:
        (void)lwnvme_zoned_open(&controller, 2, &zoned);
        fuzz_settle(&controller, &zoned.ns.status);
        fuzz_require(zoned.ns.status != LWNVME_OK || zoned.zone_blocks != 0, "zones without blocks");
        break;
    case 1:
        (void)lwnvme_kv_open(&controller, 3, &kv);
        fuzz_settle(&controller, &kv.ns.status);
        fuzz_require(kv.ns.status != LWNVME_OK || (kv.key_bytes_max != 0 && kv.key_bytes_max <= 16),
                     "keys that cannot be");
        break;
    case 2:
        (void)lwnvme_protection_open(&controller, 1, &ns, &protection);
        fuzz_settle(&controller, &ns.status);
        break;
    case 3:
        (void)lwnvme_metadata_open(&controller, 1, &ns);
        fuzz_settle(&controller, &ns.status);
        break;
    default:
        (void)lwnvme_namespace_open(&controller, 1, &ns);
        fuzz_settle(&controller, &ns.status);
        break;
    }
}

static void step(void)
{
    static void (*const reports[])(struct lwnvme_request *) = {
        report_zones, list_keys, retrieve, report_reservations, report_placement, append, protect};
    uint32_t what = fuzz_byte(input);
    if ((what & 7u) == 7u) {
        open_one((what >> 3) % 5u);
        return;
    }
    memory_bytes = 4 + 4u * fuzz_byte(input) * (1 + (what >> 5));
    if (memory_bytes > MEMORY_BYTES) {
        memory_bytes = MEMORY_BYTES;
    }
    fuzz_close_off(memory + memory_bytes, MEMORY_BYTES - memory_bytes, true);
    fuzz_enter();
    reports[what & 7u](&fuzz_ios[0].request);
    fuzz_close_off(memory, MEMORY_BYTES, false);
}

static void prepare(void)
{
    struct lwnvme_controller_config config;
    fuzz_start(input, 0);
    fuzz_register_set(LWNVME_REG_CAP + 4, 0x00400830u); /* all command sets */
    fuzz_config(&config);
    fuzz.answer = say;
    memset(&queue, 0, sizeof(queue));
    if (!fuzz_bring_up(&controller, &config)) {
        fuzz_fail("an obliging device is not brought up");
    }
    (void)lwnvme_queue_create(&controller, &queue, NULL);
    fuzz_settle(&controller, &queue.status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    input = &in;
    memset(&ns, 0, offsetof(struct lwnvme_namespace, data));
    memset(&zoned, 0, sizeof(zoned));
    memset(&kv, 0, sizeof(kv));
    memset(&protection, 0, sizeof(protection));
    fuzz_ios_reset();
    prepare();
    open_one(0);
    open_one(1);
    open_one(2 + fuzz_below(input, 3));
    for (uint32_t i = 0; i < OPERATIONS_MAX && in.left != 0; i++) {
        step();
    }
    fuzz_close(&controller);
    return 0;
}
