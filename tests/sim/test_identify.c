/* SPDX-License-Identifier: MIT */
/* What the controller says about itself and its namespaces: right, wrong, absurd. */
#include "scenario.h"

static void fault_033_identify_fails(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        int expected = mode % 2 == 0 ? 0x4006 : LWNVME_ERR_IDENTIFY_DATA;

        scenario_prepare(&s);
        s.stepped = mode >= 2;
        s.settings.faults[0].kind = mode % 2 == 0 ? LWNVME_SIM_STATUS : LWNVME_SIM_NO_DATA;
        s.settings.faults[0].queue = LWNVME_SIM_ADMIN_QUEUE;
        s.settings.faults[0].opcode = LWNVME_ADMIN_IDENTIFY;
        s.settings.faults[0].status = 0x4006;
        scenario_power(&s);
        assert_int_equal(scenario_open(&s), expected);
        scenario_end(&s);
    }
}

/* Identify that fails, or delivers nothing, for a namespace: that one is not usable, the next one is. */
static void fault_033_identify_namespace_fails(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));

        scenario_prepare(&s);
        s.settings.namespace_count = 2;
        scenario_start(&s);
        scenario_fault(&s,
                       (struct lwnvme_sim_fault){.kind = mode == 0 ? LWNVME_SIM_STATUS : LWNVME_SIM_NO_DATA,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_IDENTIFY,
                                                 .status = 0x4006});
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, 1, ns),
                         mode == 0 ? 0x4006 : LWNVME_ERR_NS_INACTIVE);
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, 2, ns), LWNVME_OK);
        scenario_end(&s);
        free(ns);
    }
}

static void fault_034_mdts(void **state)
{
    /* MDTS shown, limit of the model, configured maximum; then expected: largest transfer, mdts_bytes */
    static const uint32_t rows[][5] = {
        {0, 0, 0, 131072, 0},
        {1, 1, 0, 8192, 8192},
        {5, 5, 0, 131072, 131072},
        {255, 0, 0, 131072, 0},
        {5, 5, 4096, 4096, 131072},
        {0, 0, 1u << 24, 1u << 24, 0},
        {8, 8, 1u << 24, 1u << 20, 1u << 20},
        {19, 19, 1u << 24, 1u << 24, 1u << 31},
        {20, 20, 0, 131072, 0},
        {63, 63, 0, 131072, 0},
    };
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        scenario_prepare(&s);
        s.settings.mdts_shown = (uint8_t)rows[index][0];
        s.settings.mdts = (uint8_t)rows[index][1];
        s.config.max_transfer_bytes = rows[index][2];
        scenario_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->max_transfer_bytes, rows[index][3]);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->mdts_bytes, rows[index][4]);
        scenario_try_io(&s);
        scenario_end(&s);
    }
}

static void fault_035_block_larger_than_a_transfer(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.mdts = 1;
    s.settings.ns[0].formats[0].lbads = 14;
    scenario_start(&s);
    s.ns = calloc(1, sizeof(*s.ns));
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 1, s.ns), LWNVME_ERR_NS_TRANSFER_SIZE);
    assert_int_equal(s.ns->block_bytes, 16384);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.mdts = 2;
    s.settings.ns[0].formats[0].lbads = 14;
    scenario_start(&s);
    scenario_try_io(&s);
    scenario_end(&s);
}

/* Opens namespace 1, which must end with `expected`; namespace 2 must work in any case. */
static void open_both(struct scenario *s, int expected)
{
    struct lwnvme_namespace *other = calloc(1, sizeof(*other));
    static uint8_t data[65536];
    int status;

    s->settings.namespace_count = 2;
    scenario_start(s);
    if (s->ns == NULL)
        s->ns = calloc(1, sizeof(*s->ns));
    status = lwnvme_sync_namespace_open(s->controller, 1, s->ns);
    if (status != expected)
        fail_msg("namespace: %s (%d), not %s (%d)", lwnvme_status_string(status), status,
                 lwnvme_status_string(expected), expected);
    assert_int_equal(s->ns->status, expected);
    assert_int_equal(s->ns->nsid, 1);
    assert_int_equal(lwnvme_sync_namespace_open(s->controller, 2, other), LWNVME_OK);
    scenario_queue(s, 0);
    if (expected != LWNVME_OK) {
        uint64_t commands = lwnvme_sim_counters(s->sim)->commands;

        assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 0, 1, data, 0), expected);
        assert_int_equal(lwnvme_sim_counters(s->sim)->commands, commands);
    } else {
        assert_int_equal(lwnvme_sync_read(s->queue, s->ns, 0, 1, data, 0), LWNVME_OK);
    }
    assert_int_equal(lwnvme_sync_read(s->queue, other, 1, 1, data, 0), LWNVME_OK);
    free(other);
}

static void fault_037_block_sizes(void **state)
{
    struct scenario s;
    uint32_t lbads;

    (void)state;
    for (lbads = 0; lbads <= 255; lbads += lbads < 40 ? 1 : 43) {
        bool good = lbads >= 9 && lbads <= 16;

        scenario_prepare(&s);
        s.settings.ns[0].formats[0].lbads = (uint8_t)lbads;
        open_both(&s, good ? LWNVME_OK : LWNVME_ERR_NS_BLOCK_SIZE);
        if (good)
            assert_int_equal(s.ns->block_bytes, 1u << lbads);
        scenario_end(&s);
    }
}

static void fault_038_format_index(void **state)
{
    struct scenario s;
    uint32_t index;

    (void)state;
    for (index = 0; index < 64; index++) { /* 64 formats, each in use once */
        scenario_prepare(&s);
        s.settings.ns[0].nlbaf = 63;
        s.settings.ns[0].flbas = (uint8_t)((index & 15) | (index >> 4) << 5);
        for (uint32_t format = 0; format < 64; format++)
            s.settings.ns[0].formats[format].lbads = format == index ? 12 : 9;
        open_both(&s, LWNVME_OK);
        assert_int_equal(s.ns->format_count, 64);
        assert_int_equal(s.ns->format_index, index);
        assert_int_equal(s.ns->block_bytes, 4096);
        scenario_end(&s);
    }
    scenario_prepare(&s);
    s.settings.ns[0].flbas = 2; /* there are two: 0 and 1 */
    open_both(&s, LWNVME_ERR_NS_FORMAT);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.ns[0].nlbaf = 16;
    s.settings.ns[0].flbas = 0x6f;
    open_both(&s, LWNVME_ERR_NS_FORMAT);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.ns[0].flbas = 0x61; /* with so few formats the upper bits say nothing */
    open_both(&s, LWNVME_OK);
    assert_int_equal(s.ns->format_index, 1);
    scenario_end(&s);
}

static void format_count_255(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    if (cns == LWNVME_CNS_NAMESPACE && nsid == 1) {
        data[25] = 255;
        data[26] = 0x6f;
        data[128 + 4 * 63 + 2] = 9;
    }
}

static void fault_038_more_formats_than_there_can_be(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.on_identify = format_count_255;
    open_both(&s, LWNVME_OK);
    assert_int_equal(s.ns->format_count, 64);
    assert_int_equal(s.ns->format_index, 63);
    scenario_end(&s);
}

static void fault_039_sizes_that_disagree(void **state)
{
    static const struct {
        uint64_t nsze, ncap, nuse;
        int expected;
    } rows[] = {{0, 0, 0, LWNVME_ERR_NS_INACTIVE},
                {0, 100, 1, LWNVME_ERR_NS_INACTIVE},
                {100, 0, 0, LWNVME_ERR_NS_CAPACITY},
                {100, 200, 0, LWNVME_OK},
                {100, 50, 60, LWNVME_OK},
                {1, 1, UINT64_MAX, LWNVME_OK}};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        scenario_prepare(&s);
        s.settings.ns[0].nsze = rows[index].nsze;
        s.settings.ns[0].ncap = rows[index].ncap;
        s.settings.ns[0].nuse = rows[index].nuse;
        open_both(&s, rows[index].expected);
        if (rows[index].expected == LWNVME_OK) {
            assert_int_equal(s.ns->block_count, rows[index].nsze);
            assert_true(s.ns->capacity_blocks <= s.ns->block_count);
        }
        scenario_end(&s);
    }
}

static void fault_040_size_overflows(void **state)
{
    static const struct {
        uint64_t nsze;
        uint8_t lbads;
        int expected;
    } rows[] = {
        {UINT64_MAX, 9, LWNVME_ERR_NS_SIZE},      {UINT64_C(1) << 55, 9, LWNVME_ERR_NS_SIZE},
        {(UINT64_C(1) << 55) - 1, 9, LWNVME_OK},  {UINT64_C(1) << 52, 12, LWNVME_ERR_NS_SIZE},
        {(UINT64_C(1) << 52) - 1, 12, LWNVME_OK}, {UINT64_C(1) << 48, 16, LWNVME_ERR_NS_SIZE},
        {(UINT64_C(1) << 48) - 1, 16, LWNVME_OK}, {UINT64_C(1) << 63, 9, LWNVME_ERR_NS_SIZE},
        {UINT64_C(0x100000000), 9, LWNVME_OK},
    };
    static uint8_t data[65536];
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        uint64_t last = rows[index].nsze - 1;

        scenario_prepare(&s);
        s.settings.ns[0].nsze = rows[index].nsze;
        s.settings.ns[0].ncap = rows[index].nsze;
        s.settings.ns[0].formats[0].lbads = rows[index].lbads;
        open_both(&s, rows[index].expected);
        if (rows[index].expected == LWNVME_OK) {
            assert_int_equal(lwnvme_sync_write(s.queue, s.ns, last, 1, data, 0), LWNVME_OK);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, last, 1, data, 0), LWNVME_OK);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, last, 2, data, 0), LWNVME_ERR_LBA_RANGE);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, last + 1, 1, data, 0), LWNVME_ERR_LBA_RANGE);
        }
        scenario_end(&s);
    }
}

static void fault_041_no_namespaces(void **state)
{
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 3; mode++) {
        scenario_prepare(&s);
        s.settings.nn = mode == 2 ? 5 : 0;
        s.settings.namespace_count = 0;
        s.settings.vs = mode == 1 ? 0x00010000 : 0x00020000;
        scenario_start(&s);
        memset(list, 0xff, sizeof(*list));
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        assert_int_equal(list->count, 0);
        assert_false(list->more);
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, 0, ns), LWNVME_ERR_NS_INVALID_ID);
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, 0xffffffff, ns), LWNVME_ERR_NS_INVALID_ID);
        assert_int_equal(lwnvme_sync_namespace_open(s.controller, 6, ns), LWNVME_ERR_NS_INVALID_ID);
        if (mode == 2)
            assert_int_equal(lwnvme_sync_namespace_open(s.controller, 5, ns), LWNVME_ERR_NS_INACTIVE);
        scenario_end(&s);
    }
    free(ns);
    free(list);
}

static void fault_042_nn_is_all_ones(void **state)
{
    static const uint32_t versions[] = {0x00020000, 0x00010000};
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.settings.nn = 0xffffffff;
        s.settings.vs = versions[mode];
        s.settings.namespace_count = 3;
        scenario_start(&s);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        assert_int_equal(list->count, 3);
        assert_int_equal(list->nsids[2], 3);
        assert_int_equal(list->more, mode == 1);
        assert_true(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_IDENTIFY] <= 1026);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0xfffffffd, list), LWNVME_OK);
        assert_int_equal(list->count, 0);
        assert_false(list->more);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0xfffffffe, list), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0xffffffff, list), LWNVME_OK);
        assert_false(list->more);
        scenario_try_io(&s);
        scenario_end(&s);
    }
    free(list);
}

/* Walks the whole list; returns how many namespaces there are. */
static uint32_t list_all(struct scenario *s, uint32_t pages_max)
{
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    uint32_t after = 0;
    uint32_t total = 0;
    uint32_t pages = 0;

    do {
        assert_int_equal(lwnvme_sync_namespace_enumerate(s->controller, after, list), LWNVME_OK);
        for (uint32_t index = 0; index < list->count; index++) {
            assert_true(list->nsids[index] > after);
            after = list->nsids[index];
        }
        if (list->more) {
            assert_true(list->last >= after);
            after = list->last;
        }
        total += list->count;
        pages++;
        assert_true(pages <= pages_max);
    } while (list->more);
    free(list);
    return total;
}

static void fault_042_list_of_many_pages(void **state)
{
    static const uint32_t counts[] = {1023, 1024, 1025, 2048, 3000};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(counts) / sizeof(counts[0]); index++) {
        scenario_prepare(&s);
        s.settings.namespace_count = counts[index];
        scenario_start(&s);
        assert_int_equal(list_all(&s, 5), counts[index]);
        scenario_end(&s);
    }
    scenario_prepare(&s);
    s.settings.vs = 0x00010000;
    s.settings.namespace_count = 2100;
    scenario_start(&s);
    assert_int_equal(list_all(&s, 4), 2100);
    scenario_end(&s);
    scenario_prepare(&s); /* whole stretches without any, among them the last ones */
    s.settings.vs = 0x00010000;
    s.settings.namespace_count = 5;
    s.settings.nn = 5000;
    scenario_start(&s);
    assert_int_equal(list_all(&s, 5), 5);
    scenario_end(&s);
}

static uint32_t lie;

static void lying_list(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    if (cns != LWNVME_CNS_ACTIVE_NAMESPACES)
        return;
    for (uint32_t index = 0; index < 1024; index++) {
        uint32_t id;

        switch (lie) {
        case 0: /* the same page for ever */
            id = index + 1;
            break;
        case 1: /* all the same */
            id = 1;
            break;
        case 2: /* descending */
            id = 5000 - index;
            break;
        case 3: /* the broadcast identifier */
            id = 0xffffffff;
            break;
        case 4: /* one by one up to the end, without an end */
            id = nsid + index + 1;
            break;
        default: /* jumps to the highest */
            id = index == 0 ? nsid + 1 : 0xfffffffe;
            break;
        }
        lwnvme_le32_set((struct lwnvme_le32 *)(void *)&data[index * 4], id);
    }
}

static void fault_043_list_that_lies(void **state)
{
    static const struct {
        uint32_t count;
        bool damaged;
        bool more;
    } rows[] = {{1024, false, true}, {1, true, false},    {1, true, false},
                {0, true, false},    {1024, false, true}, {2, true, false}};
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct scenario s;

    (void)state;
    for (lie = 0; lie < 6; lie++) {
        scenario_prepare(&s);
        s.settings.on_identify = lying_list;
        s.settings.nn = 0xffffffff;
        scenario_start(&s);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        assert_int_equal(list->count, rows[lie].count);
        assert_int_equal(list->damaged, rows[lie].damaged);
        assert_int_equal(list->more, rows[lie].more);
        if (lie == 0) { /* the second page does not get on */
            assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 1024, list), LWNVME_OK);
            assert_int_equal(list->count, 0);
            assert_true(list->damaged);
            assert_false(list->more);
        }
        if (lie == 4) {
            assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0xfffffffe - 3, list), LWNVME_OK);
            assert_int_equal(list->count, 3);
            assert_false(list->more);
        }
        scenario_try_io(&s);
        scenario_end(&s);
    }
    free(list);
}

static void fault_044_identify_structures_refused(void **state)
{
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct scenario s;
    uint8_t most;

    (void)state;
    for (most = 1; most <= 3; most++) { /* 1: neither list nor descriptors; 2: no descriptors */
        scenario_prepare(&s);
        s.settings.identify_cns_max = most;
        s.settings.namespace_count = 5;
        s.settings.ns[3].active = false;
        scenario_start(&s);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        assert_int_equal(list->count, 4);
        assert_int_equal(list->nsids[3], 5);
        scenario_namespace(&s);
        assert_int_equal(s.ns->has_uuid, most == 3);
        scenario_try_io(&s);
        scenario_end(&s);
    }
    free(list);
}

static void fault_044_quirks_leave_structures_alone(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.namespace_count = 3;
    s.config.quirks_add = LWNVME_QUIRK_IDENTIFY_CNS_1;
    scenario_start(&s);
    assert_int_equal(list_all(&s, 1), 3);
    scenario_try_io(&s);
    assert_int_equal(lwnvme_sim_counters(s.sim)->failures, 0);
    scenario_end(&s);
}

static const uint8_t *descriptors;
static size_t descriptors_length;

static void descriptors_given(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == LWNVME_CNS_NAMESPACE)
        memset(data + 104, 0, 24); /* identifiers come from the descriptors alone */
    if (cns != LWNVME_CNS_NAMESPACE_DESCRIPTORS)
        return;
    memset(data, 0, 4096);
    memcpy(data, descriptors, descriptors_length);
}

static void fault_045_descriptors(void **state)
{
    static const uint8_t zero_length[] = {3, 0, 0, 0, 1, 2, 3};
    static const uint8_t too_long[] = {3, 255, 0, 0, 1};
    static const uint8_t wrong_length[] = {1, 16, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1,  1, 1, 1, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t zoned[] = {4, 1, 0, 0, 2};
    static const uint8_t unknown[] = {9, 3, 0, 0, 1, 2, 3, 1, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    static uint8_t past_end[4096];
    static uint8_t noise[4096];
    struct scenario s;
    uint32_t round;

    (void)state;
    for (round = 0; round < 64; round++) {
        bool has_eui64 = round == 2 || round == 4;

        scenario_prepare(&s);
        s.settings.on_identify = descriptors_given;
        memset(past_end, 9, sizeof(past_end));
        past_end[4092] = 3; /* the last header, and no room behind it */
        past_end[4093] = 16;
        scenario_fill(noise, sizeof(noise), round);
        switch (round) {
        case 0:
            descriptors = zero_length;
            descriptors_length = sizeof(zero_length);
            break;
        case 1:
            descriptors = too_long;
            descriptors_length = sizeof(too_long);
            break;
        case 2:
            descriptors = wrong_length;
            descriptors_length = sizeof(wrong_length);
            break;
        case 3:
            descriptors = zoned;
            descriptors_length = sizeof(zoned);
            break;
        case 4:
            descriptors = unknown;
            descriptors_length = sizeof(unknown);
            break;
        case 5:
            descriptors = past_end;
            descriptors_length = sizeof(past_end);
            break;
        default:
            descriptors = noise;
            descriptors_length = sizeof(noise);
            break;
        }
        scenario_start(&s);
        s.ns = calloc(1, sizeof(*s.ns));
        if (round < 6) {
            assert_int_equal(lwnvme_sync_namespace_open(s.controller, 1, s.ns),
                             round == 3 ? LWNVME_ERR_NS_COMMAND_SET : LWNVME_OK);
            assert_int_equal(s.ns->has_eui64, has_eui64);
            assert_false(s.ns->has_uuid);
            assert_false(s.ns->has_nguid);
            if (has_eui64)
                assert_int_equal(s.ns->eui64[7], 8);
        } else {
            (void)lwnvme_sync_namespace_open(s.controller, 1, s.ns);
        }
        scenario_end(&s);
    }
}

static void fault_046_identifiers_that_are_none(void **state)
{
    struct scenario s;
    int byte;

    (void)state;
    for (byte = 0; byte <= 255; byte += 255) {
        scenario_prepare(&s);
        memset(s.settings.ns[0].nguid, byte, 16);
        memset(s.settings.ns[0].eui64, byte, 8);
        memset(s.settings.ns[0].uuid, byte, 16);
        scenario_start(&s);
        scenario_namespace(&s);
        assert_false(s.ns->has_eui64);
        assert_false(s.ns->has_nguid);
        assert_false(s.ns->has_uuid);
        scenario_try_io(&s);
        scenario_end(&s);
    }
    scenario_prepare(&s); /* the same on two namespaces */
    s.settings.namespace_count = 2;
    memcpy(s.settings.ns[1].nguid, s.settings.ns[0].nguid, 16);
    memcpy(s.settings.ns[1].uuid, s.settings.ns[0].uuid, 16);
    open_both(&s, LWNVME_OK);
    assert_true(s.ns->has_uuid);
    scenario_end(&s);
}

static void fault_047_text_is_not_text(void **state)
{
    const struct lwnvme_controller_info *info;
    struct scenario s;
    int byte;

    (void)state;
    for (byte = 0; byte < 256; byte++) {
        scenario_prepare(&s);
        memset(s.settings.serial, byte, 20);
        memset(s.settings.model, byte, 40);
        memset(s.settings.firmware, byte, 8);
        scenario_start(&s);
        info = lwnvme_controller_get_info(s.controller);
        if (byte == 0 || byte == ' ') {
            assert_string_equal(info->serial, "");
            assert_string_equal(info->model, "");
        } else {
            assert_int_equal(strlen(info->serial), 20);
            assert_int_equal(strlen(info->model), 40);
            assert_int_equal(strlen(info->firmware), 8);
            assert_int_equal((unsigned char)info->model[39], byte > 0x20 && byte < 0x7f ? byte : '?');
        }
        scenario_end(&s);
    }
    scenario_prepare(&s);
    memcpy(s.settings.model, "\x1b[2Jevil\0hidden", 15);
    scenario_start(&s);
    assert_string_equal(lwnvme_controller_get_info(s.controller)->model, "?[2Jevil");
    scenario_end(&s);
}

static void fault_048_subnqn(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    memset(s.settings.subnqn, 'x', 256);
    scenario_start(&s);
    assert_int_equal(strlen(lwnvme_controller_get_info(s.controller)->subnqn), 256);
    scenario_end(&s);
    scenario_prepare(&s);
    memset(s.settings.subnqn, 0, 256);
    scenario_start(&s);
    assert_string_equal(lwnvme_controller_get_info(s.controller)->subnqn, "");
    scenario_end(&s);
}

static void fault_049_limits_of_commands_and_logs(void **state)
{
    static const uint8_t values[] = {0, 255};
    static struct lwnvme_error_log_entry entries[64];
    const struct lwnvme_controller_info *info;
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < 2; index++) {
        scenario_prepare(&s);
        s.settings.acl = values[index];
        s.settings.aerl = values[index];
        s.settings.elpe = values[index];
        s.settings.npss = values[index];
        s.settings.oaes = 0xffffffff;
        scenario_start(&s);
        info = lwnvme_controller_get_info(s.controller);
        assert_int_equal(info->acl, values[index] + 1);
        assert_int_equal(info->aerl, values[index] + 1);
        assert_int_equal(info->elpe, values[index] + 1);
        assert_int_equal(info->npss, values[index]);
        assert_int_equal(lwnvme_sync_log_error(s.controller, 0, info->elpe > 64 ? 64 : info->elpe, entries),
                         0);
        assert_int_equal(lwnvme_sync_log_error(s.controller, 0, info->elpe + 1u, entries),
                         LWNVME_ERR_INVALID_ARGUMENT);
        assert_int_equal(lwnvme_sync_log_error(s.controller, info->elpe, 1, entries),
                         LWNVME_ERR_INVALID_ARGUMENT);
        assert_int_equal(lwnvme_sync_log_error(s.controller, 0xffffffff, 1, entries),
                         LWNVME_ERR_INVALID_ARGUMENT);
        if (info->elpe > 200)
            assert_int_equal(lwnvme_sync_log_error(s.controller, 192, 64, entries), LWNVME_OK);
        scenario_end(&s);
    }
}

static void fault_050_number_of_queues(void **state)
{
    /* asked, dword 0 of the answer, expected; the controller has 8 */
    static const uint32_t rows[][3] = {
        {1, 0xffffffff, 1}, {8, 0xffffffff, 8}, {4, 0x00070007, 4},  {8, 0x00020005, 3},
        {8, 0x00050002, 3}, {8, 0, 1},          {64, 0xffff0000, 1}, {65534, 0x00070007, 8},
    };
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        struct lwnvme_queue *queues = calloc(9, sizeof(*queues));
        uint32_t made = 0;

        scenario_prepare(&s);
        s.config.io_queues = rows[index][0];
        s.settings.number_of_queues_override = true;
        s.settings.number_of_queues = rows[index][1];
        s.settings.bar_bytes = 1 << 20;
        scenario_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, rows[index][2]);
        while (lwnvme_sync_queue_create(s.controller, &queues[made], NULL) == LWNVME_OK)
            made++;
        assert_int_equal(made, rows[index][2]);
        scenario_end(&s);
        free(queues);
    }
}

static void fault_050_number_of_queues_fails(void **state)
{
    uint8_t *data = scenario_memory(4096, 4);
    struct lwnvme_queue queue = {0};
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.io_queue_pairs = 0;
    scenario_start(&s);
    assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, 0);
    assert_int_equal(lwnvme_queue_create(s.controller, &queue, NULL), LWNVME_ERR_NO_IO_QUEUES);
    assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_NAMESPACE, 1, data), LWNVME_OK);
    scenario_end(&s);
    free(data);
}

static void fault_051_number_of_queues_is_set_once(void **state)
{
    struct scenario s;
    uint32_t value = 0;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_try_io(&s);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_NUMBER_OF_QUEUES, 0, 0, false),
                     LWNVME_ERR_OPCODE_REFUSED);
    assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_SET_FEATURES], 1);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_SET_FEATURES], 2);
    assert_int_equal(
        lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_NUMBER_OF_QUEUES, LWNVME_SEL_CURRENT, 0, &value),
        0);
    assert_int_equal(value, 0x00070007);
    scenario_end(&s);
}

/* Creation of the k-th queue is refused, at either step; the others work, and no completion queue is left. */
static void fault_052_queue_creation_refused(void **state)
{
    static const uint16_t statuses[] = {0x4101, 0x4102, 0x4108, 0x4006, 0x0006};
    struct scenario s;
    uint32_t k;

    (void)state;
    for (k = 0; k < 2 * 3 * 5; k++) {
        struct lwnvme_queue *queues = calloc(4, sizeof(*queues));
        uint8_t opcode = k % 2 == 0 ? LWNVME_ADMIN_CREATE_IOCQ : LWNVME_ADMIN_CREATE_IOSQ;
        uint32_t victim = k / 2 % 3;
        uint16_t status = statuses[k / 6];
        uint32_t index;

        scenario_prepare(&s);
        s.stepped = k % 2 != 0;
        s.settings.io_queue_pairs = 3;
        scenario_start(&s);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .opcode = opcode,
                                                     .skip = victim,
                                                     .status = status});
        for (index = 0; index < 3; index++)
            assert_int_equal(lwnvme_sync_queue_create(s.controller, &queues[index], NULL),
                             index == victim ? status : LWNVME_OK);
        assert_int_equal(lwnvme_queue_status(&queues[victim]), status);
        assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_DELETE_IOCQ], k % 2);
        memset(&queues[victim], 0, sizeof(queues[victim]));
        scenario_try_io(&s); /* its identifier is free again */
        scenario_end(&s);
        free(queues);
    }
}

/* The answer to Create CQ, or to Create SQ, never comes. Nothing may rely on the queue. */
static void fault_053_queue_creation_is_not_answered(void **state)
{
    struct scenario s;
    int step;

    (void)state;
    for (step = 0; step < 4; step++) {
        bool lost = step < 2;
        uint8_t opcode = step % 2 == 0 ? LWNVME_ADMIN_CREATE_IOCQ : LWNVME_ADMIN_CREATE_IOSQ;

        scenario_prepare(&s);
        s.settings.relax_step_us = 100;
        s.config.admin_timeout_ms = 1000;
        scenario_start(&s);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = lost ? LWNVME_SIM_LOSE : LWNVME_SIM_DELAY,
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .opcode = opcode,
                                                     .value = 900000});
        s.queue = calloc(1, sizeof(*s.queue));
        if (lost) {
            assert_int_not_equal(lwnvme_sync_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
            assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
            assert_int_equal(lwnvme_sim_counters(s.sim)->admin_commands[LWNVME_ADMIN_CREATE_IOSQ], step);
        } else {
            assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, NULL), LWNVME_OK);
            scenario_try_io(&s);
        }
        scenario_end(&s);
    }
}

static uint32_t boundary;

static void within_boundary(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint64_t lba = (uint64_t)command[11] << 32 | command[10];
    uint32_t blocks = (command[12] & 0xffff) + 1;

    (void)context;
    if (sqid != 0 && (command[0] & 0xff) == LWNVME_NVM_READ)
        assert_int_equal(lba / boundary, (lba + blocks - 1) / boundary);
}

static void fault_054_io_boundary(void **state)
{
    static const uint16_t boundaries[] = {1, 2, 3, 7, 8, 100, 255, 256, 257, 1000, 65535};
    static const uint64_t starts[] = {0, 1, 6, 99, 65534, 0x10000fff1, 0xfffffffffff9};
    static uint8_t data[400 * 512];
    static uint8_t same[400 * 512];
    struct scenario s;
    size_t index;
    size_t start;

    (void)state;
    for (index = 0; index < sizeof(boundaries) / sizeof(boundaries[0]); index++) {
        scenario_prepare(&s);
        boundary = boundaries[index];
        s.settings.ns[0].noiob = boundaries[index];
        s.settings.ns[0].nsze = UINT64_C(1) << 50;
        s.settings.ns[0].ncap = UINT64_C(1) << 50;
        s.settings.on_command = within_boundary;
        scenario_start(&s);
        scenario_queue(&s, index % 2 == 0 ? 2 : 16);
        scenario_namespace(&s);
        assert_int_equal(s.ns->boundary_blocks, boundaries[index]);
        for (start = 0; start < sizeof(starts) / sizeof(starts[0]); start++) {
            scenario_fill(data, sizeof(data), (uint32_t)start);
            assert_int_equal(lwnvme_sync_write(s.queue, s.ns, starts[start], 400, data, 0), LWNVME_OK);
            assert_int_equal(lwnvme_sync_read(s.queue, s.ns, starts[start], 400, same, 0), LWNVME_OK);
            assert_memory_equal(data, same, sizeof(data));
        }
        scenario_end(&s);
    }
}

static void fault_055_hints_that_make_no_sense(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.awun = 0xffff;
    s.settings.awupf = 0xffff;
    s.settings.ns[0].nsfeat = 0xff;
    s.settings.ns[0].nawun = 0xfffe;
    s.settings.ns[0].nawupf = 0xffff;
    s.settings.ns[0].nabsn = 3;
    s.settings.ns[0].npwg = 0xffff;
    s.settings.ns[0].nows = 0xffff;
    scenario_start(&s);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void fault_056_metadata_and_protection(void **state)
{
    static const struct {
        uint16_t ms;
        uint8_t dps;
        uint8_t flbas;
        int expected;
    } rows[] = {{8, 0, 0, LWNVME_ERR_NS_METADATA},
                {8, 1, 0x10, LWNVME_ERR_NS_METADATA},
                {65535, 0, 0, LWNVME_ERR_NS_METADATA},
                {1, 0, 0x10, LWNVME_ERR_NS_METADATA},
                {0, 4, 0, LWNVME_ERR_NS_METADATA},
                {0, 7, 0, LWNVME_ERR_NS_METADATA},
                {0, 0, 0x10, LWNVME_OK}};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        scenario_prepare(&s);
        s.settings.ns[0].formats[0].ms = rows[index].ms;
        s.settings.ns[0].dps = rows[index].dps;
        s.settings.ns[0].flbas = rows[index].flbas;
        open_both(&s, rows[index].expected);
        assert_int_equal(s.ns->metadata_bytes, rows[index].ms);
        assert_int_equal(s.ns->block_count, 131072);
        scenario_end(&s);
    }
}

static void other_command_set(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    if (cns == LWNVME_CNS_NAMESPACE_DESCRIPTORS && nsid == 1) {
        memset(data, 0, 4096);
        data[0] = LWNVME_NIDT_CSI;
        data[1] = 1;
        data[4] = 1;
    }
}

static void namespace_of_another_command_set(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.on_identify = other_command_set;
    open_both(&s, LWNVME_ERR_NS_COMMAND_SET);
    scenario_end(&s);
}

static void whole_identify_is_noise(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    uint32_t *seed = (uint32_t *)context;

    (void)nsid;
    if (cns == LWNVME_CNS_CONTROLLER)
        return;
    scenario_fill(data, 4096, ++*seed);
    if (*seed % 3 == 0 && cns == LWNVME_CNS_NAMESPACE) {
        data[25] &= 63;
        data[26] &= 0x6f;
        for (uint32_t format = 0; format < 64; format++) {
            data[128 + 4 * format] = 0;
            data[129 + 4 * format] = 0;
            data[130 + 4 * format] = (uint8_t)(9 + data[130 + 4 * format] % 8);
        }
        data[29] = 0;
        data[6] = data[7] = 0;
    }
}

static void namespaces_of_noise(void **state)
{
    struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));
    struct lwnvme_namespace *ns = calloc(1, sizeof(*ns));
    struct scenario s;
    uint32_t seed = 0;
    int round;

    (void)state;
    scenario_prepare(&s);
    s.settings.nn = 0xffffffff;
    s.settings.on_identify = whole_identify_is_noise;
    s.settings.callback_context = &seed;
    scenario_start(&s);
    for (round = 0; round < 2000; round++) {
        (void)lwnvme_sync_namespace_open(s.controller, (uint32_t)round + 1, ns);
        assert_int_not_equal(ns->status, LWNVME_PENDING);
        if (ns->status == LWNVME_OK) {
            assert_in_range(ns->block_bytes, 512, 65536);
            assert_true(ns->max_blocks != 0);
            assert_true(ns->block_count <= UINT64_MAX / ns->block_bytes);
        }
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, (uint32_t)round, list), LWNVME_OK);
        assert_true(list->count <= 1024);
    }
    scenario_end(&s);
    free(ns);
    free(list);
}

static void number_of_dwords(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t *dwords = (uint32_t *)context;

    if (sqid == 0 && (command[0] & 0xff) == LWNVME_ADMIN_GET_LOG_PAGE) {
        assert_int_equal(command[11], 0);
        *dwords = (command[10] >> 16) + 1;
    }
}

static void fault_057_log_page_lengths(void **state)
{
    static const uint32_t bad[] = {0, 1, 2, 3, 5, 4095, 4097, 4098, UINT32_MAX};
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION, .nsid = LWNVME_NSID_ALL};
    uint8_t *data = scenario_memory(4096 + 16, 4);
    struct scenario s;
    uint32_t dwords = 0;
    uint32_t length;
    size_t index;
    uint8_t lpa;

    (void)state;
    for (lpa = 0; lpa <= 4; lpa += 4) {
        scenario_prepare(&s);
        s.settings.lpa = lpa;
        s.settings.on_command = number_of_dwords;
        s.settings.callback_context = &dwords;
        scenario_start(&s);
        for (length = 4; length <= 4096; length += length < 64 ? 4 : 252) {
            memset(data, 0xee, 4096 + 16);
            assert_int_equal(lwnvme_sync_log_read(s.controller, &select, data, length), LWNVME_OK);
            assert_int_equal(dwords, length / 4);
            assert_int_equal(data[length], 0xee);
        }
        for (index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
            assert_int_equal(lwnvme_sync_log_read(s.controller, &select, data, bad[index]),
                             LWNVME_ERR_INVALID_ARGUMENT);
        /* More than a page takes offsets. */
        assert_int_equal(lwnvme_sync_log_read(s.controller, &select, data, 4100),
                         lpa == 4 ? LWNVME_OK : LWNVME_ERR_NO_LOG_OFFSET);
        select.offset_bytes = 64;
        assert_int_equal(lwnvme_sync_log_read(s.controller, &select, data, 64),
                         lpa == 4 ? LWNVME_OK : LWNVME_ERR_NO_LOG_OFFSET);
        select.offset_bytes = 0;
        scenario_end(&s);
    }
    free(data);
}

static void fault_059_features_that_disagree(void **state)
{
    uint32_t value = 0;
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE, 0, 0, false),
                     LWNVME_OK);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_CURRENT, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 0);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_DEFAULT, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 1);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_SAVED, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 1);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE, 0, 0, true),
                     LWNVME_OK);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_CURRENT, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 0);
    /* Garbage reaches the caller as it is, and nothing in the library depends on it. */
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_RESULT,
                                                 .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                 .opcode = LWNVME_ADMIN_GET_FEATURES,
                                                 .value = 0xdeadbeef});
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_CURRENT, 0, &value),
                     LWNVME_OK);
    assert_int_equal(value, 0xdeadbeef);
    scenario_try_io(&s);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.oncs = 0x000d;
    scenario_start(&s);
    assert_int_equal(lwnvme_sync_feature_get(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE,
                                             LWNVME_SEL_DEFAULT, 0, &value),
                     LWNVME_ERR_NO_SAVE_SELECT);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_VOLATILE_WRITE_CACHE, 0, 0, true),
                     LWNVME_ERR_NO_SAVE_SELECT);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_033_identify_fails),
        cmocka_unit_test(fault_033_identify_namespace_fails),
        cmocka_unit_test(fault_034_mdts),
        cmocka_unit_test(fault_035_block_larger_than_a_transfer),
        cmocka_unit_test(fault_037_block_sizes),
        cmocka_unit_test(fault_038_format_index),
        cmocka_unit_test(fault_038_more_formats_than_there_can_be),
        cmocka_unit_test(fault_039_sizes_that_disagree),
        cmocka_unit_test(fault_040_size_overflows),
        cmocka_unit_test(fault_041_no_namespaces),
        cmocka_unit_test(fault_042_nn_is_all_ones),
        cmocka_unit_test(fault_042_list_of_many_pages),
        cmocka_unit_test(fault_043_list_that_lies),
        cmocka_unit_test(fault_044_identify_structures_refused),
        cmocka_unit_test(fault_044_quirks_leave_structures_alone),
        cmocka_unit_test(fault_045_descriptors),
        cmocka_unit_test(fault_046_identifiers_that_are_none),
        cmocka_unit_test(fault_047_text_is_not_text),
        cmocka_unit_test(fault_048_subnqn),
        cmocka_unit_test(fault_049_limits_of_commands_and_logs),
        cmocka_unit_test(fault_050_number_of_queues),
        cmocka_unit_test(fault_050_number_of_queues_fails),
        cmocka_unit_test(fault_051_number_of_queues_is_set_once),
        cmocka_unit_test(fault_052_queue_creation_refused),
        cmocka_unit_test(fault_053_queue_creation_is_not_answered),
        cmocka_unit_test(fault_054_io_boundary),
        cmocka_unit_test(fault_055_hints_that_make_no_sense),
        cmocka_unit_test(fault_056_metadata_and_protection),
        cmocka_unit_test(namespace_of_another_command_set),
        cmocka_unit_test(namespaces_of_noise),
        cmocka_unit_test(fault_057_log_page_lengths),
        cmocka_unit_test(fault_059_features_that_disagree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
