/* SPDX-License-Identifier: MIT */
/* Lists of Identify: what is asked, what comes, and what becomes of lists that make no sense. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint32_t sent[16];

/* The device's answer is this instead, for one CNS. */
static uint8_t forged[4096];
static int forged_cns = -1;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
}

static void forge(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == forged_cns) {
        memcpy(data, forged, sizeof(forged));
    }
}

static void start_with(uint32_t ctratt)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.ctratt |= ctratt;
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.namespace_count = 5;
    bench.settings.ns[1].active = false;
    bench.settings.ns[1].detached = true;
    bench.settings.ns[4].csi = 2;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    forged_cns = -1;
    memset(forged, 0, sizeof(forged));
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    lwnvme_sim_settings(bench.sim)->on_identify = forge;
    counted_init(&io, NULL);
}

static void start(void)
{
    start_with(0);
}

static void put16(size_t offset, uint16_t value)
{
    forged[offset] = (uint8_t)value;
    forged[offset + 1] = (uint8_t)(value >> 8);
}

static void put32(size_t offset, uint32_t value)
{
    put16(offset, (uint16_t)value);
    put16(offset + 2, (uint16_t)(value >> 16));
}

static void assert_zeros(const void *memory, size_t from, size_t to)
{
    const uint8_t *bytes = (const uint8_t *)memory;
    for (size_t i = from; i < to; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

/* ---- as it should be ---- */

static void namespaces_active_and_allocated(void **state)
{
    static struct lwnvme_identify_namespace_list list;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, 0, &list), 0);
    assert_int_equal(sent[10], 0x02);
    assert_int_equal(sent[11], 0);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 1);
    assert_int_equal(lwnvme_le32_get(&list.nsid[1]), 3);
    assert_int_equal(lwnvme_le32_get(&list.nsid[2]), 4);
    assert_int_equal(lwnvme_le32_get(&list.nsid[3]), 5);
    assert_zeros(&list, 16, 4096);
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, 3, &list), 0);
    assert_int_equal(sent[1], 3);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 4);
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces_of(bench.controller, 0, 2, &list), 0);
    assert_int_equal(sent[10], 0x07);
    assert_int_equal(sent[11], 0x02000000);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 5);
    assert_int_equal(lwnvme_le32_get(&list.nsid[1]), 0);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespaces(bench.controller, 1, &list), 0);
    assert_int_equal(sent[10], 0x10);
    assert_int_equal(sent[1], 1);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 2);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespaces_of(bench.controller, 0, 0, &list), 0);
    assert_int_equal(sent[10], 0x1a);
    assert_int_equal(lwnvme_le32_get(&list.nsid[3]), 4);
    assert_int_equal(lwnvme_le32_get(&list.nsid[4]), 0);
    bench_end(&bench);
}

static void controllers_all_attached_primary_and_secondary(void **state)
{
    static struct lwnvme_identify_controller_list list;
    static struct lwnvme_identify_primary_controller primary;
    static struct lwnvme_identify_secondary_controller_list secondaries;
    uint16_t self;
    (void)state;
    start();
    self = lwnvme_controller_get_info(bench.controller)->cntlid;
    assert_int_equal(lwnvme_sync_identify_get_controllers(bench.controller, 0, &list), 0);
    assert_int_equal(sent[10], 0x13);
    assert_int_equal(lwnvme_le16_get(&list.numid), 6);
    assert_int_equal(lwnvme_le16_get(&list.cntlid[5]), 0x104);
    assert_zeros(&list, 14, 4096);
    assert_int_equal(lwnvme_sync_identify_get_controllers(bench.controller, 0x102, &list), 0);
    assert_int_equal(sent[10], 0x01020013);
    assert_int_equal(lwnvme_le16_get(&list.numid), 3);
    assert_int_equal(lwnvme_sync_identify_get_namespace_controllers(bench.controller, 1, 0, &list), 0);
    assert_int_equal(sent[10], 0x12);
    assert_int_equal(sent[1], 1);
    assert_int_equal(lwnvme_le16_get(&list.numid), 1);
    assert_int_equal(lwnvme_le16_get(&list.cntlid[0]), self);
    assert_int_equal(lwnvme_sync_identify_get_primary_controller(bench.controller, self, &primary), 0);
    assert_int_equal(sent[10], (uint32_t)self << 16 | 0x14);
    assert_int_equal(lwnvme_le16_get(&primary.cntlid), self);
    assert_int_equal(lwnvme_le32_get(&primary.vqfrt), 32);
    assert_int_equal(lwnvme_sync_identify_get_secondary_controllers(bench.controller, 0, &secondaries), 0);
    assert_int_equal(sent[10], 0x15);
    assert_int_equal(secondaries.numid, 4);
    assert_int_equal(lwnvme_le16_get(&secondaries.entry[3].scid), 0x104);
    assert_int_equal(lwnvme_le16_get(&secondaries.entry[3].pcid), self);
    bench_end(&bench);
}

static void sets_domains_and_groups(void **state)
{
    static struct lwnvme_identify_nvm_set_list sets;
    static struct lwnvme_identify_domain_list domains;
    static struct lwnvme_identify_endurance_group_list groups;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_identify_get_nvm_sets(bench.controller, 0, &sets), 0);
    assert_int_equal(sent[10], 0x04);
    assert_int_equal(sets.numid, 2);
    assert_int_equal(lwnvme_le16_get(&sets.entry[1].nvmsetid), 2);
    assert_int_equal(lwnvme_sync_identify_get_nvm_sets(bench.controller, 2, &sets), 0);
    assert_int_equal(sent[11], 2);
    assert_int_equal(sets.numid, 1);
    assert_int_equal(lwnvme_sync_identify_get_domains(bench.controller, 1, &domains), 0);
    assert_int_equal(sent[10], 0x18);
    assert_int_equal(sent[11], 1);
    assert_int_equal(domains.numid, 1);
    assert_int_equal(lwnvme_le16_get(&domains.entry[0].did), 1);
    assert_true(lwnvme_le128_low64(&domains.entry[0].tdc) != 0);
    assert_int_equal(lwnvme_sync_identify_get_endurance_groups(bench.controller, 0, &groups), 0);
    assert_int_equal(sent[10], 0x19);
    assert_int_equal(lwnvme_le16_get(&groups.numid), 2);
    assert_int_equal(lwnvme_le16_get(&groups.endgid[1]), 2);
    bench_end(&bench);
}

static void uuids_granularity_and_command_sets(void **state)
{
    static struct lwnvme_identify_uuid_list uuids;
    static struct lwnvme_identify_granularity_list granularity;
    static struct lwnvme_identify_io_command_sets sets;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &uuids), 0);
    assert_int_equal(sent[10], 0x17);
    assert_int_equal(uuids.entry[0].header, LWNVME_UUID_ASSOCIATION_VENDOR);
    assert_int_equal(uuids.entry[1].uuid[15], 0x61);
    assert_zeros(&uuids.entry[2], 0, 32);
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &granularity), 0);
    assert_int_equal(sent[10], 0x16);
    assert_true((lwnvme_le32_get(&granularity.nga) & LWNVME_NGA_DESCRIPTOR_PER_FORMAT) != 0);
    assert_int_equal(lwnvme_le64_get(&granularity.entry[0].nszegran), 1 << 20);
    assert_int_equal(lwnvme_sync_identify_get_io_command_sets(bench.controller, LWNVME_CNTLID_THIS, &sets),
                     0);
    assert_int_equal(sent[10], 0xffff001c);
    assert_int_equal(lwnvme_le64_get(&sets.vector[0]), LWNVME_IOCS_VECTOR_NVM);
    assert_int_equal(lwnvme_le64_get(&sets.vector[1]), 7);
    assert_int_equal(lwnvme_le64_get(&sets.vector[2]), 0);
    bench_end(&bench);
}

/* The model does not know ports: on its way the command becomes one that it answers, and the answer is forged. */
static void ask_for_another(void *context, uint16_t sqid, const uint32_t command[16])
{
    note_command(context, sqid, command);
    ((uint32_t *)(uintptr_t)command)[10] = 0x01;
}

static void ports_are_no_more_than_seven(void **state)
{
    static struct lwnvme_identify_port_list list;
    static const struct {
        uint32_t claimed;
        uint8_t high;
        uint64_t shown;
        int status;
    } rows[] = {{0, 0, 0, 0},
                {2, 0, 2, 0},
                {7, 0, 7, 0},
                {8, 0, 7, LWNVME_ERR_LIST_ENTRY},
                {1, 0x80, 7, LWNVME_ERR_LIST_ENTRY}};
    (void)state;
    start();
    lwnvme_sim_settings(bench.sim)->on_command = ask_for_another;
    forged_cns = 0x01;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(forged, 0x33, sizeof(forged));
        memset(forged + 8, 0, 8);
        put32(8, rows[i].claimed);
        forged[15] = rows[i].high;
        assert_int_equal(lwnvme_sync_identify_get_ports(bench.controller, &list), rows[i].status);
        assert_int_equal(sent[10], 0x1e);
        assert_int_equal(sent[1] | sent[11], 0);
        assert_int_equal(lwnvme_le64_get(&list.nument), rows[i].shown);
        assert_int_equal(list.genctr.byte[0], 0x33);
        assert_memory_equal(list.entry, forged + 16, 576 * rows[i].shown);
        assert_zeros(&list, 16 + 576 * (size_t)rows[i].shown, 4096);
    }
    bench_end(&bench);
}

/* ---- as it should not be ---- */

/* One list after the other is given to the library; what is left of it is good. */
static void fault_043_namespaces_out_of_order_twice_reserved_or_without_an_end(void **state)
{
    static struct lwnvme_identify_namespace_list list;
    static const struct {
        uint32_t nsids[4];
        uint32_t after;
        uint32_t left;
        int status;
    } rows[] = {
        {{1, 2, 3, 0}, 0, 3, 0},
        {{2, 1, 0, 0}, 0, 1, LWNVME_ERR_LIST_ENTRY},
        {{1, 1, 2, 0}, 0, 1, LWNVME_ERR_LIST_ENTRY},
        {{1, 0xffffffff, 2, 0}, 0, 1, LWNVME_ERR_LIST_ENTRY},
        {{0xffffffff, 1, 0, 0}, 0, 0, LWNVME_ERR_LIST_ENTRY},
        {{3, 4, 0, 0}, 3, 0, LWNVME_ERR_LIST_ENTRY}, /* not above what was asked for */
        {{4, 0, 9, 9}, 3, 1, 0},                     /* what follows the end is nothing */
        {{0xfffffffe, 0, 0, 0}, 3, 1, 0},
    };
    (void)state;
    start();
    forged_cns = 0x02;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t j = 0; j < 4; j++) {
            put32(4 * j, rows[i].nsids[j]);
        }
        memset(&list, 0x5a, sizeof(list));
        assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, rows[i].after, &list),
                         rows[i].status);
        assert_zeros(&list, 4 * (size_t)rows[i].left, 4096);
        for (size_t j = 0; j < rows[i].left; j++) {
            assert_int_equal(lwnvme_le32_get(&list.nsid[j]), rows[i].nsids[j]);
        }
    }
    /* A full list, and one that is full of the same. */
    for (uint32_t i = 0; i < 1024; i++) {
        put32(4 * (size_t)i, i + 7);
    }
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, 6, &list), 0);
    assert_int_equal(lwnvme_le32_get(&list.nsid[1023]), 1030);
    memset(forged, 0x11, sizeof(forged));
    assert_int_equal(lwnvme_sync_identify_get_active_namespaces(bench.controller, 6, &list),
                     LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(lwnvme_le32_get(&list.nsid[0]), 0x11111111);
    assert_zeros(&list, 4, 4096);
    bench_end(&bench);
}

static int counted_list(uint8_t cns, uint16_t first, void *list)
{
    struct lwnvme_controller *c = bench.controller;
    switch (cns) {
    case 0x04:
        return lwnvme_sync_identify_get_nvm_sets(c, first, (struct lwnvme_identify_nvm_set_list *)list);
    case 0x12:
        return lwnvme_sync_identify_get_namespace_controllers(c, 1, first,
                                                              (struct lwnvme_identify_controller_list *)list);
    case 0x13:
        return lwnvme_sync_identify_get_controllers(c, first, (struct lwnvme_identify_controller_list *)list);
    case 0x15:
        return lwnvme_sync_identify_get_secondary_controllers(
            c, first, (struct lwnvme_identify_secondary_controller_list *)list);
    case 0x18:
        return lwnvme_sync_identify_get_domains(c, first, (struct lwnvme_identify_domain_list *)list);
    default:
        return lwnvme_sync_identify_get_endurance_groups(c, first,
                                                         (struct lwnvme_identify_endurance_group_list *)list);
    }
}

static uint32_t count_of(const uint8_t *list, bool is_byte)
{
    return is_byte ? list[0] : (uint32_t)(list[0] | list[1] << 8);
}

struct counted_shape {
    uint8_t cns;
    bool count_is_byte;
    uint32_t offset;
    uint32_t stride;
    uint32_t room;
    uint32_t lowest;
};
static const struct counted_shape shapes[] = {
    {0x04, true, 128, 128, 31, 1}, {0x12, false, 2, 2, 2047, 0},  {0x13, false, 2, 2, 2047, 0},
    {0x15, true, 32, 32, 127, 0},  {0x18, true, 128, 128, 31, 1}, {0x19, false, 2, 2, 2047, 1},
};

static void try_list(const struct counted_shape *shape, uint16_t first, uint32_t left, int status)
{
    static uint8_t list[4096];
    memset(list, 0x5a, sizeof(list));
    assert_int_equal(counted_list(shape->cns, first, list), status);
    assert_int_equal(count_of(list, shape->count_is_byte), left);
    assert_memory_equal(list + shape->offset, forged + shape->offset, left * shape->stride);
    assert_zeros(list, shape->offset + left * shape->stride, 4096);
}

static void set_count(const struct counted_shape *shape, uint32_t count)
{
    forged[0] = (uint8_t)count;
    if (!shape->count_is_byte) {
        forged[1] = (uint8_t)(count >> 8);
    }
}

static void counts_are_bounded_and_entries_ascending(void **state)
{
    (void)state;
    start();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        const struct counted_shape *shape = &shapes[i];
        forged_cns = shape->cns;
        memset(forged, 0, sizeof(forged));
        try_list(shape, 0, 0, 0);
        for (uint32_t j = 0; j < shape->room; j++) {
            put16(shape->offset + (size_t)j * shape->stride, (uint16_t)(shape->lowest + j));
        }
        set_count(shape, shape->room);
        try_list(shape, 0, shape->room, 0);
        /* More than there is room for, up to what the field can say. */
        set_count(shape, shape->room + 1);
        try_list(shape, 0, shape->room, LWNVME_ERR_LIST_ENTRY);
        set_count(shape, shape->count_is_byte ? 0xff : 0xffff);
        try_list(shape, 0, shape->room, LWNVME_ERR_LIST_ENTRY);
        /* What the count leaves out is not shown. */
        set_count(shape, 3);
        try_list(shape, 0, 3, 0);
        /* Below what was asked for. */
        try_list(shape, (uint16_t)(shape->lowest + 1), 0, LWNVME_ERR_LIST_ENTRY);
        /* The third is the second again, then before it. */
        put16(shape->offset + 2 * (size_t)shape->stride, (uint16_t)(shape->lowest + 1));
        try_list(shape, 0, 2, LWNVME_ERR_LIST_ENTRY);
        put16(shape->offset + 2 * (size_t)shape->stride, (uint16_t)shape->lowest);
        try_list(shape, 0, 2, LWNVME_ERR_LIST_ENTRY);
    }
    bench_end(&bench);
}

static void reserved_identifiers_end_a_list(void **state)
{
    (void)state;
    start();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        const struct counted_shape *shape = &shapes[i];
        bool of_controllers = shape->cns == 0x12 || shape->cns == 0x13 || shape->cns == 0x15;
        forged_cns = shape->cns;
        memset(forged, 0, sizeof(forged));
        set_count(shape, 2);
        put16(shape->offset, 0xffef);
        put16(shape->offset + shape->stride, 0xfff0);
        try_list(shape, 0, of_controllers ? 1 : 2, of_controllers ? LWNVME_ERR_LIST_ENTRY : 0);
        put16(shape->offset, 0);
        put16(shape->offset + shape->stride, 1);
        try_list(shape, 0, of_controllers ? 2 : 0, of_controllers ? 0 : LWNVME_ERR_LIST_ENTRY);
    }
    bench_end(&bench);
}

static void granularities_are_no_more_than_sixteen(void **state)
{
    static struct lwnvme_identify_granularity_list list;
    (void)state;
    start();
    forged_cns = 0x16;
    forged[4] = 15;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), 0);
    assert_int_equal(list.numd, 15);
    forged[4] = 16;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(list.numd, 15);
    memset(forged, 0x11, sizeof(forged));
    forged[4] = 255;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(list.numd, 15);
    assert_zeros(&list, 32 + 16 * 16, 4096);
    bench_end(&bench);
}

/* With extended LBA formats there are as many as formats. */
static void granularities_are_up_to_sixty_four_with_extended_formats(void **state)
{
    static struct lwnvme_identify_granularity_list list;
    (void)state;
    start_with(LWNVME_CTRATT_EXTENDED_LBA_FORMATS);
    forged_cns = 0x16;
    memset(forged, 0x11, sizeof(forged));
    forged[4] = 63;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), 0);
    assert_int_equal(list.numd, 63);
    assert_memory_equal(&list, forged, 32 + 64 * 16);
    assert_zeros(&list, 32 + 64 * 16, 4096);
    forged[4] = 64;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(list.numd, 63);
    forged[4] = 0;
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &list), 0);
    assert_memory_equal(&list, forged, 32 + 16);
    assert_zeros(&list, 32 + 16, 4096);
    bench_end(&bench);
}

static void lists_ended_by_zeros_have_nothing_behind_them(void **state)
{
    static struct lwnvme_identify_uuid_list uuids;
    static struct lwnvme_identify_io_command_sets sets;
    (void)state;
    start();
    forged_cns = 0x17;
    memset(forged, 0x77, sizeof(forged));
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &uuids), 0);
    assert_memory_equal(&uuids, forged, 4096);
    memset(forged + 32 + 5 * 32 + 16, 0, 16); /* the sixth UUID, not its header */
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &uuids), 0);
    assert_int_equal(uuids.entry[4].uuid[0], 0x77);
    assert_zeros(&uuids.entry[5], 0, sizeof(uuids) - 32 - 5 * 32);
    memset(forged, 0x77, sizeof(forged));
    memset(forged + 32 + 126 * 32 + 16, 0, 16); /* the last */
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &uuids), 0);
    assert_int_equal(uuids.entry[125].uuid[15], 0x77);
    assert_zeros(&uuids.entry[126], 0, 32);

    forged_cns = 0x1c;
    memset(forged, 0x77, sizeof(forged));
    assert_int_equal(lwnvme_sync_identify_get_io_command_sets(bench.controller, 1, &sets), 0);
    assert_memory_equal(&sets, forged, 4096);
    memset(forged + 24, 0, 8);
    assert_int_equal(lwnvme_sync_identify_get_io_command_sets(bench.controller, 1, &sets), 0);
    assert_int_equal(sets.vector[2].byte[7], 0x77);
    assert_zeros(&sets.vector[3], 0, sizeof(sets) - 24);
    bench_end(&bench);
}

/* A list that does not come is not looked at: the status is the controller's, whole. */
static void a_list_that_does_not_come(void **state)
{
    static struct lwnvme_identify_granularity_list granularities;
    static struct lwnvme_identify_uuid_list uuids;
    static struct lwnvme_identify_port_list ports;
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .count = 3,
                                     .status = 0x4002};
    (void)state;
    start();
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    granularities.numd = 200;
    memset(&uuids, 0x77, sizeof(uuids));
    assert_int_equal(lwnvme_sync_identify_get_granularity(bench.controller, &granularities), 0x4002);
    assert_int_equal(granularities.numd, 200);
    assert_int_equal(lwnvme_sync_identify_get_uuids(bench.controller, &uuids), 0x4002);
    assert_int_equal(uuids.entry[0].uuid[0], 0x77);
    lwnvme_le64_set(&ports.nument, UINT64_MAX);
    assert_int_equal(lwnvme_sync_identify_get_ports(bench.controller, &ports), 0x4002);
    assert_true(lwnvme_le64_get(&ports.nument) == UINT64_MAX);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_active_and_allocated),
        cmocka_unit_test(controllers_all_attached_primary_and_secondary),
        cmocka_unit_test(sets_domains_and_groups),
        cmocka_unit_test(uuids_granularity_and_command_sets),
        cmocka_unit_test(ports_are_no_more_than_seven),
        cmocka_unit_test(fault_043_namespaces_out_of_order_twice_reserved_or_without_an_end),
        cmocka_unit_test(counts_are_bounded_and_entries_ascending),
        cmocka_unit_test(reserved_identifiers_end_a_list),
        cmocka_unit_test(granularities_are_no_more_than_sixteen),
        cmocka_unit_test(granularities_are_up_to_sixty_four_with_extended_formats),
        cmocka_unit_test(lists_ended_by_zeros_have_nothing_behind_them),
        cmocka_unit_test(a_list_that_does_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
