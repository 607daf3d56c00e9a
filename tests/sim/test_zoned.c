/* SPDX-License-Identifier: MIT */
/* Zoned namespaces on the software controller: states, appends from several requests in flight, limits, zones that fail. */
#include "scenario.h"

#define BLOCK 512u
#define ZONE  128u
#define CAP   100u

static struct lwnvme_zoned zoned;
static uint8_t data[16 * BLOCK] __attribute__((aligned(4096)));

static void prepare(struct scenario *s, uint32_t open, uint32_t active)
{
    s->settings.cap_css = 0x41;
    s->settings.command_sets = 7;
    s->settings.ns[0].csi = 2;
    s->settings.ns[0].nsze = s->settings.ns[0].ncap = 8 * ZONE;
    s->settings.zoned.zsze = ZONE;
    s->settings.zoned.zcap = CAP;
    s->settings.zoned.mor = open - 1;
    s->settings.zoned.mar = active - 1;
}

static void run(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 16);
    assert_int_equal(lwnvme_sync_zoned_open(s->controller, 1, &zoned), LWNVME_OK);
}

static void begin(struct scenario *s, uint32_t open, uint32_t active)
{
    scenario_prepare(s);
    prepare(s, open, active);
    run(s);
}

static int manage(struct scenario *s, uint32_t action, uint64_t lba)
{
    return lwnvme_sync_zone_manage(s->queue, &zoned, action, lba, 0) & 0x7ff;
}

static struct lwnvme_zone look(struct scenario *s, uint64_t lba)
{
    static uint8_t memory[128] __attribute__((aligned(4096)));
    struct lwnvme_zone_report report = {
        .zoned = &zoned, .first_lba = lba, .end_lba = lba + 1, .memory = memory, .memory_bytes = 128};
    struct lwnvme_zone zone = {0};

    assert_int_equal(lwnvme_sync_zone_report_next(s->queue, &report), LWNVME_OK);
    assert_int_equal(lwnvme_zone_report_get(&report, 0, &zone), LWNVME_OK);
    return zone;
}

static void states_and_refusals(void **state)
{
    struct scenario s;
    (void)state;
    begin(&s, 2, 3);
    assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, 1, 1, data, 0) & 0x7ff,
                     LWNVME_SC_ZNS_ZONE_INVALID_WRITE);
    assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, 0, 4, data, 0), LWNVME_OK);
    assert_int_equal(look(&s, 0).state, LWNVME_ZONE_STATE_IMPLICITLY_OPEN);
    assert_int_equal(look(&s, 0).write_pointer, 4);
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 1 * ZONE), 0);
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 2 * ZONE), 0); /* closes the first */
    assert_int_equal(look(&s, 0).state, LWNVME_ZONE_STATE_CLOSED);
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 3 * ZONE), LWNVME_SC_ZNS_TOO_MANY_ACTIVE_ZONES);
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 0), LWNVME_SC_ZNS_TOO_MANY_OPEN_ZONES);
    assert_int_equal(manage(&s, LWNVME_ZSA_FINISH, 0), 0);
    assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, 4, 1, data, 0) & 0x7ff,
                     LWNVME_SC_ZNS_ZONE_IS_FULL);
    assert_int_equal(manage(&s, LWNVME_ZSA_CLOSE, 0), LWNVME_SC_ZNS_INVALID_ZONE_STATE_TRANSITION);
    assert_int_equal(manage(&s, LWNVME_ZSA_RESET, 0), 0);
    assert_int_equal(look(&s, 0).state, LWNVME_ZONE_STATE_EMPTY);
    assert_true(lwnvme_sim_zone_fail(s.sim, 1, 3 * ZONE, false));
    assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, 3 * ZONE, 1, data, 0) & 0x7ff,
                     LWNVME_SC_ZNS_ZONE_IS_READ_ONLY);
    assert_int_equal(lwnvme_sync_read(s.queue, &zoned.ns, 3 * ZONE, 1, data, 0), LWNVME_OK);
    assert_int_equal(manage(&s, LWNVME_ZSA_RESET, 3 * ZONE), LWNVME_SC_ZNS_INVALID_ZONE_STATE_TRANSITION);
    assert_int_equal(manage(&s, LWNVME_ZSA_OFFLINE, 3 * ZONE), 0);
    assert_int_equal(lwnvme_sync_read(s.queue, &zoned.ns, 3 * ZONE, 1, data, 0) & 0x7ff,
                     LWNVME_SC_ZNS_ZONE_IS_OFFLINE);
    scenario_end(&s);
}

static void appends_in_flight_land_where_the_result_says(void **state)
{
    struct tracked *io[12];
    struct scenario s;
    (void)state;
    begin(&s, 8, 8);
    uint8_t *blocks = scenario_memory(12 * BLOCK, 4096);
    for (uint32_t i = 0; i < 12; i++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(blocks + i * BLOCK, BLOCK);
        memset(blocks + i * BLOCK, (int)(i + 1), BLOCK);
        io[i] = scenario_request(&s);
        assert_int_equal(
            scenario_accept(io[i], lwnvme_zone_append(s.queue, &zoned, &io[i]->request, ZONE, 1, &buffer)),
            LWNVME_OK);
    }
    scenario_wait_all(&s, s.queue);
    for (uint32_t i = 0; i < 12; i++) {
        assert_int_equal(io[i]->request.status, LWNVME_OK);
        assert_int_equal(
            lwnvme_sync_read(s.queue, &zoned.ns, lwnvme_zone_appended_lba(&io[i]->request), 1, data, 0),
            LWNVME_OK);
        assert_memory_equal(data, blocks + i * BLOCK, BLOCK);
    }
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 12);
    scenario_end(&s);
    free(blocks);
}

/* ---- random write areas ---- */

#define AREA 16u /* blocks, flushed by 4 */

static void begin_areas(struct scenario *s)
{
    scenario_prepare(s);
    prepare(s, 0, 0); /* no limit */
    s->settings.zoned.ozcs = 2;
    s->settings.zoned.numzrwa = 1; /* two */
    s->settings.zoned.zrwasz = AREA;
    s->settings.zoned.zrwafg = 4;
    s->settings.zoned.zrwacap = 1;
    run(s);
}

static int open_area(struct scenario *s, uint64_t lba)
{
    return lwnvme_status_code(
        lwnvme_sync_zone_manage(s->queue, &zoned, LWNVME_ZSA_OPEN, lba, LWNVME_ZONE_ZRWA));
}

static int put(struct scenario *s, uint64_t lba, uint32_t blocks, int content)
{
    memset(data, content, blocks * BLOCK);
    return lwnvme_status_code(lwnvme_sync_write(s->queue, &zoned.ns, lba, blocks, data, 0));
}

static int content_of(struct scenario *s, uint64_t lba)
{
    assert_int_equal(lwnvme_sync_read(s->queue, &zoned.ns, lba, 1, data, 0), LWNVME_OK);
    for (uint32_t i = 1; i < BLOCK; i++) {
        assert_int_equal(data[i], data[0]);
    }
    return data[0];
}

/* In any order, again, with gaps; what lies behind the area moves it on by whole units of the granularity. */
static void an_area_is_written_at_random_and_moves_on(void **state)
{
    struct scenario s;
    (void)state;
    begin_areas(&s);
    assert_int_equal(zoned.zrwa_blocks, AREA);
    assert_int_equal(zoned.zrwa_flush_blocks, 4);
    assert_true(zoned.zrwa_flush);
    assert_int_equal(put(&s, 0, 1, 1), 0); /* a zone without an area: in order */
    assert_true(open_area(&s, 0) != 0);    /* not empty */
    assert_int_equal(open_area(&s, ZONE), 0);
    assert_int_equal(look(&s, ZONE).attributes & LWNVME_ZONE_HAS_ZRWA, LWNVME_ZONE_HAS_ZRWA);
    assert_int_equal(put(&s, ZONE + 10, 2, 1), 0);
    assert_int_equal(put(&s, ZONE, 3, 2), 0);
    assert_int_equal(put(&s, ZONE + 11, 1, 3), 0);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE);
    assert_int_equal(content_of(&s, ZONE + 10), 1);
    assert_int_equal(content_of(&s, ZONE + 11), 3);
    assert_int_equal(content_of(&s, ZONE + 2), 2);
    assert_int_equal(put(&s, ZONE + AREA - 1, 2, 4), 0); /* one block too far: 4 are flushed */
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 4);
    assert_int_equal(put(&s, ZONE + 3, 1, 5), LWNVME_SC_ZNS_ZONE_INVALID_WRITE); /* too late */
    assert_int_equal(put(&s, ZONE + 4, 1, 5), 0);
    assert_int_equal(put(&s, ZONE + 4 + 2 * AREA, 1, 5), LWNVME_SC_ZNS_ZONE_INVALID_WRITE);
    assert_int_equal(put(&s, ZONE + 2 * AREA, 5, 5), LWNVME_SC_ZNS_ZONE_INVALID_WRITE);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 4);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_zone_append(s.queue, &zoned, ZONE, 1, data, NULL)),
                     LWNVME_SC_ZNS_INVALID_ZONE_OPERATION_REQUEST);
    scenario_end(&s);
}

/* Statuses of flushes that cannot be are as many as controllers. */
static void an_area_is_flushed_by_hand(void **state)
{
    struct scenario s;
    (void)state;
    begin_areas(&s);
    assert_int_equal(open_area(&s, ZONE), 0);
    assert_int_equal(put(&s, ZONE, 8, 1), 0);
    assert_true(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, ZONE + 4) != 0);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE);
    assert_int_equal(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, ZONE + 7), 0);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 8);
    assert_true(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, ZONE + 7) != 0);
    assert_true(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, ZONE + 8 + AREA + 3) != 0);
    assert_true(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, 2 * ZONE + 3) != 0);
    for (uint64_t end = ZONE + 12; end <= ZONE + CAP; end += 4) { /* to the last block of the capacity */
        assert_int_equal(put(&s, end - 4, 4, (int)end), 0);
        assert_int_equal(manage(&s, LWNVME_ZSA_FLUSH_ZRWA, end - 1), 0);
    }
    assert_int_equal(look(&s, ZONE).state, LWNVME_ZONE_STATE_FULL);
    assert_int_equal(look(&s, ZONE).attributes & LWNVME_ZONE_HAS_ZRWA, 0);
    scenario_end(&s);
}

/* Two there are. Finished and reset zones give theirs back. */
static void areas_are_used_up_and_given_back(void **state)
{
    struct scenario s;
    (void)state;
    begin_areas(&s);
    assert_int_equal(open_area(&s, 0), 0);
    assert_int_equal(open_area(&s, ZONE), 0);
    assert_int_equal(open_area(&s, 2 * ZONE), LWNVME_SC_ZNS_ZRWA_RESOURCES_UNAVAILABLE);
    assert_int_equal(manage(&s, LWNVME_ZSA_CLOSE, 0), 0); /* keeps it */
    assert_int_equal(open_area(&s, 2 * ZONE), LWNVME_SC_ZNS_ZRWA_RESOURCES_UNAVAILABLE);
    assert_int_equal(manage(&s, LWNVME_ZSA_FINISH, 0), 0);
    assert_int_equal(open_area(&s, 2 * ZONE), 0);
    assert_int_equal(manage(&s, LWNVME_ZSA_RESET, ZONE), 0);
    assert_int_equal(open_area(&s, 3 * ZONE), 0);
    assert_int_equal(put(&s, 3 * ZONE + 5, 3, 1), 0);
    assert_int_equal(open_area(&s, 4 * ZONE), LWNVME_SC_ZNS_ZRWA_RESOURCES_UNAVAILABLE);
    scenario_end(&s);
}

static void a_power_cut_takes_all_areas(void **state)
{
    struct scenario s;
    (void)state;
    begin_areas(&s);
    assert_int_equal(open_area(&s, 0), 0);
    assert_int_equal(open_area(&s, 3 * ZONE), 0);
    assert_int_equal(put(&s, 3 * ZONE + 5, 3, 1), 0);
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(look(&s, 3 * ZONE).state, LWNVME_ZONE_STATE_EMPTY);
    assert_int_equal(content_of(&s, 3 * ZONE + 5), 0);
    assert_int_equal(open_area(&s, 4 * ZONE), 0);
    assert_int_equal(open_area(&s, 5 * ZONE), 0);
    scenario_end(&s);
}

/* ---- reports ---- */

/* Two zones a piece, and between the pieces all of them change: each comes once, in order, as it is when its piece comes. */
static void a_report_in_pieces_while_zones_change(void **state)
{
    static uint8_t memory[64 * 3] __attribute__((aligned(4096)));
    struct lwnvme_zone_report report = {.zoned = &zoned, .memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_zone zone;
    struct scenario s;
    uint32_t pieces = 0;
    uint64_t next = 0;
    (void)state;
    begin(&s, 8, 8);
    do {
        assert_int_equal(lwnvme_sync_zone_report_next(s.queue, &report), LWNVME_OK);
        for (uint32_t i = 0; i < report.count; i++, next += ZONE) {
            assert_int_equal(lwnvme_zone_report_get(&report, i, &zone), LWNVME_OK);
            assert_int_equal(zone.first_lba, next);
            assert_int_equal(zone.state,
                             pieces == 0 ? LWNVME_ZONE_STATE_EMPTY : LWNVME_ZONE_STATE_IMPLICITLY_OPEN);
            assert_int_equal(zone.write_pointer, next + pieces);
            assert_int_equal(zone.capacity_blocks, CAP);
        }
        for (uint64_t lba = 0; lba < 8 * ZONE; lba += ZONE) {
            assert_int_equal(lwnvme_sync_zone_append(s.queue, &zoned, lba, 1, data, NULL), LWNVME_OK);
        }
        pieces++;
    } while (report.more);
    assert_int_equal(next, 8 * ZONE);
    assert_int_equal(pieces, 4);
    assert_int_equal(zoned.capacity_blocks, CAP); /* known now, and kept to */
    assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, CAP - 1, 2, data, 0), LWNVME_ERR_ZONE_CAPACITY);
    scenario_end(&s);
}

static uint32_t count_of(struct scenario *s, uint8_t filter)
{
    static uint8_t memory[128] __attribute__((aligned(4096)));
    struct lwnvme_zone_report report = {
        .zoned = &zoned, .filter = filter, .memory = memory, .memory_bytes = sizeof(memory)};
    uint32_t count = 0;

    do {
        assert_int_equal(lwnvme_sync_zone_report_next(s->queue, &report), LWNVME_OK);
        count += report.count;
    } while (report.more);
    return count;
}

static void actions_on_all_zones_and_reports_of_some(void **state)
{
    static const uint32_t each = LWNVME_ZONE_EACH;
    struct scenario s;
    (void)state;
    begin(&s, 5, 5);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(put(&s, i * ZONE, 1, 1), 0);
    }
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 3 * ZONE), 0);
    assert_int_equal(count_of(&s, LWNVME_ZONES_IMPLICITLY_OPEN), 3);
    assert_int_equal(count_of(&s, LWNVME_ZONES_EXPLICITLY_OPEN), 1);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_CLOSE, 0, each), LWNVME_OK);
    assert_int_equal(count_of(&s, LWNVME_ZONES_CLOSED), 4);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_OPEN, 0, each), LWNVME_OK);
    assert_int_equal(count_of(&s, LWNVME_ZONES_EXPLICITLY_OPEN), 4);
    assert_int_equal(count_of(&s, LWNVME_ZONES_EMPTY), 4);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_FINISH, 0, each), LWNVME_OK);
    assert_int_equal(count_of(&s, LWNVME_ZONES_FULL), 4);
    assert_true(lwnvme_sim_zone_fail(s.sim, 1, 6 * ZONE, false));
    assert_true(lwnvme_sim_zone_fail(s.sim, 1, 7 * ZONE, true));
    assert_int_equal(count_of(&s, LWNVME_ZONES_READ_ONLY), 1);
    assert_int_equal(count_of(&s, LWNVME_ZONES_OFFLINE), 1);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_RESET, 0, each), LWNVME_OK);
    assert_int_equal(count_of(&s, LWNVME_ZONES_EMPTY), 6);
    assert_int_equal(lwnvme_sync_zone_manage(s.queue, &zoned, LWNVME_ZSA_OFFLINE, 0, each), LWNVME_OK);
    assert_int_equal(count_of(&s, LWNVME_ZONES_OFFLINE), 2);
    assert_int_equal(count_of(&s, LWNVME_ZONES_ALL), 8);
    scenario_end(&s);
}

static void descriptor_extensions_come_back(void **state)
{
    static uint8_t memory[64 + 2 * 192] __attribute__((aligned(4096)));
    uint8_t extension[128] __attribute__((aligned(8)));
    struct lwnvme_zone_report report = {.zoned = &zoned,
                                        .end_lba = 2 * ZONE,
                                        .extended = true,
                                        .memory = memory,
                                        .memory_bytes = sizeof(memory)};
    struct lwnvme_zone zone;
    struct scenario s;
    (void)state;
    scenario_prepare(&s);
    s.settings.zoned.zdes = 2;
    prepare(&s, 8, 8);
    run(&s);
    scenario_fill(extension, sizeof(extension), 4);
    assert_int_equal(zoned.extension_bytes, sizeof(extension));
    assert_int_equal(lwnvme_sync_zone_extension_set(s.queue, &zoned, ZONE, extension), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_zone_extension_set(s.queue, &zoned, ZONE, extension)),
                     LWNVME_SC_ZNS_INVALID_ZONE_STATE_TRANSITION);
    for (uint32_t turn = 0; turn < 2; turn++) {
        report.begun = false;
        assert_int_equal(lwnvme_sync_zone_report_next(s.queue, &report), LWNVME_OK);
        assert_int_equal(report.count, 2);
        assert_int_equal(lwnvme_zone_report_get(&report, 0, &zone), LWNVME_OK);
        assert_null(zone.extension);
        assert_int_equal(lwnvme_zone_report_get(&report, 1, &zone), LWNVME_OK);
        assert_int_equal(zone.state, turn == 0 ? LWNVME_ZONE_STATE_CLOSED : LWNVME_ZONE_STATE_EMPTY);
        if (turn == 0) {
            assert_memory_equal(zone.extension, extension, sizeof(extension));
            assert_int_equal(manage(&s, LWNVME_ZSA_RESET, ZONE), 0);
        } else {
            assert_null(zone.extension);
        }
    }
    scenario_end(&s);
}

/* ---- limits ---- */

/* The library refuses by name; the controller would refuse, too. */
static void fault_073_limits_of_zones(void **state)
{
    uint8_t *blocks = scenario_memory(64 * BLOCK, 4096);
    struct scenario s;
    (void)state;
    for (uint16_t cross = 0; cross < 2; cross++) {
        scenario_prepare(&s);
        s.settings.zoned.ozcs = cross;
        s.settings.zoned.zasl = 1; /* 16 blocks */
        prepare(&s, 8, 8);
        run(&s);
        assert_int_equal(zoned.append_blocks, 16);
        assert_int_equal(lwnvme_sync_zone_append(s.queue, &zoned, 0, 17, blocks, NULL),
                         LWNVME_ERR_APPEND_SIZE);
        zoned.append_blocks = 64;
        assert_int_equal(lwnvme_status_code(lwnvme_sync_zone_append(s.queue, &zoned, 0, 17, blocks, NULL)),
                         LWNVME_SC_INVALID_FIELD_IN_COMMAND);
        assert_int_equal(lwnvme_sync_zone_append(s.queue, &zoned, 0, 16, blocks, NULL), LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, &zoned.ns, ZONE - 2, 4, blocks, 0),
                         cross != 0 ? LWNVME_OK : LWNVME_ERR_ZONE_BOUNDARY);
        zoned.reads_cross = true;
        assert_int_equal(lwnvme_status_code(lwnvme_sync_read(s.queue, &zoned.ns, ZONE - 2, 4, blocks, 0)),
                         cross != 0 ? 0 : LWNVME_SC_ZNS_ZONE_BOUNDARY_ERROR);
        assert_int_equal(lwnvme_sync_write(s.queue, &zoned.ns, ZONE - 2, 4, blocks, 0),
                         LWNVME_ERR_ZONE_BOUNDARY);
        scenario_end(&s);
    }
    free(blocks);
}

/* One command each: their pieces could overtake each other. */
static void fault_077_zeroes_and_copies_are_not_split(void **state)
{
    static struct lwnvme_copy_range ranges[8];
    struct lwnvme_copy_request copy = {.memory = ranges, .memory_bytes = sizeof(ranges)};
    struct scenario s;
    (void)state;
    scenario_prepare(&s);
    s.settings.oncs |= LWNVME_ONCS_COPY | LWNVME_ONCS_WRITE_ZEROES;
    s.settings.cdfs = 1;
    s.settings.wzsl = 1; /* 16 blocks */
    s.settings.ns[0].msrc = 1;
    s.settings.ns[0].mssrl = 8;
    s.settings.ns[0].mcl = 12;
    prepare(&s, 8, 8);
    run(&s);
    assert_int_equal(lwnvme_sync_write_zeroes(s.queue, &zoned.ns, 0, 17, 0), LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_sync_write_zeroes(s.queue, &zoned.ns, 0, 16, 0), LWNVME_OK);
    assert_int_equal(look(&s, 0).write_pointer, 16);
    assert_int_equal(put(&s, 16, 8, 7), 0);
    assert_int_equal(lwnvme_copy_add(&zoned.ns, &copy, &zoned.ns, 14, 11), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, &zoned.ns, 2 * ZONE + 1, &copy, 0) & 0x7ff,
                     LWNVME_SC_ZNS_ZONE_INVALID_WRITE);
    assert_int_equal(lwnvme_sync_copy(s.queue, &zoned.ns, 2 * ZONE, &copy, 0), LWNVME_OK);
    assert_int_equal(look(&s, 2 * ZONE).write_pointer, 2 * ZONE + 11);
    assert_int_equal(content_of(&s, 2 * ZONE + 1), 0);
    assert_int_equal(content_of(&s, 2 * ZONE + 2), 7);
    assert_int_equal(lwnvme_copy_add(&zoned.ns, &copy, &zoned.ns, 0, 1), LWNVME_OK);
    assert_int_equal(lwnvme_sync_copy(s.queue, &zoned.ns, 3 * ZONE, &copy, 0), LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_NVM_COPY], 2);
    scenario_end(&s);
}

/* A source that lies across zones' ends is cut there, unless the namespace may be read across them. */
static void sources_of_copies_end_where_zones_do(void **state)
{
    static struct lwnvme_copy_range ranges[8];

    (void)state;
    for (uint32_t cross = 0; cross < 2; cross++) {
        struct lwnvme_copy_request copy = {.memory = ranges, .memory_bytes = sizeof(ranges)};
        struct scenario s;

        scenario_prepare(&s);
        s.settings.oncs |= LWNVME_ONCS_COPY;
        s.settings.cdfs = 1;
        s.settings.ns[0].msrc = 7;
        s.settings.ns[0].mssrl = 64;
        s.settings.ns[0].mcl = 128;
        prepare(&s, 8, 8);
        s.settings.zoned.zcap = ZONE; /* all of a zone, so that its last blocks can be written */
        s.settings.zoned.ozcs = (uint16_t)(cross != 0 ? LWNVME_OZCS_READ_ACROSS_ZONE_BOUNDARIES : 0);
        run(&s);
        for (uint32_t lba = 0; lba < 2 * ZONE; lba += 4)
            assert_int_equal(put(&s, lba, 4, (uint8_t)lba), 0);
        assert_int_equal(lwnvme_copy_add(&zoned.ns, &copy, &zoned.ns, ZONE - 5, 20), LWNVME_OK);
        assert_int_equal(copy.range_count, cross != 0 ? 1 : 2);
        assert_int_equal(lwnvme_sync_copy(s.queue, &zoned.ns, 3 * ZONE, &copy, 0), LWNVME_OK);
        for (uint32_t block = 0; block < 20; block++)
            assert_int_equal(content_of(&s, 3 * ZONE + block), content_of(&s, ZONE - 5 + block));
        assert_int_equal(content_of(&s, 3 * ZONE + 5), (uint8_t)ZONE);
        /* More ranges than there is memory for: none is added. */
        copy.memory_bytes = 3 * sizeof(ranges[0]);
        assert_int_equal(lwnvme_copy_add(&zoned.ns, &copy, &zoned.ns, ZONE - 1, 2),
                         cross != 0 ? LWNVME_OK : LWNVME_ERR_RANGE_MEMORY);
        assert_int_equal(copy.range_count, 2);
        scenario_end(&s);
    }
}

/* More than there is room for, at once: those that found room lie one behind the other, all others say why not. */
static void appends_fight_for_the_end_of_a_zone(void **state)
{
    struct tracked *io[15];
    bool taken[CAP] = {false};
    uint32_t blocks = 0;
    struct scenario s;
    (void)state;
    scenario_prepare(&s);
    s.settings.shuffle = true;
    prepare(&s, 8, 8);
    run(&s);
    uint8_t *memory = scenario_memory(15 * BLOCK, 4096);
    for (uint32_t i = 0; i < 15; i++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, 15 * BLOCK);
        io[i] = scenario_request(&s);
        assert_int_equal(
            scenario_accept(io[i], lwnvme_zone_append(s.queue, &zoned, &io[i]->request, 0, 15 - i, &buffer)),
            LWNVME_OK);
    }
    scenario_wait_all(&s, s.queue);
    for (uint32_t i = 0; i < 15; i++) {
        int code = lwnvme_status_code(io[i]->request.status);
        for (uint32_t k = 0; code == 0 && k < 15 - i; k++, blocks++) {
            uint64_t lba = lwnvme_zone_appended_lba(&io[i]->request) + k;
            assert_true(lba < CAP && !taken[lba]);
            taken[lba] = true;
        }
        assert_true(code == 0 || code == LWNVME_SC_ZNS_ZONE_IS_FULL ||
                    code == LWNVME_SC_ZNS_ZONE_BOUNDARY_ERROR);
    }
    assert_true(blocks > CAP - 15 && blocks <= CAP);
    assert_true(look(&s, 0).state == LWNVME_ZONE_STATE_FULL || look(&s, 0).write_pointer == blocks);
    scenario_end(&s);
    free(memory);
}

/* ---- what comes from outside ---- */

static void zones_that_fail_are_told(void **state)
{
    static struct lwnvme_changed_zones_log log;
    struct scenario s;
    (void)state;
    scenario_prepare(&s);
    s.settings.oaes |= 1u << 27;
    prepare(&s, 8, 8);
    run(&s);
    assert_true(lwnvme_sim_zone_fail(s.sim, 1, 2 * ZONE, false));
    assert_true(lwnvme_sim_zone_fail(s.sim, 1, 5 * ZONE, true));
    assert_int_equal(lwnvme_sync_log_changed_zones(s.controller, 1, &log), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&log.nrzid), 2);
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t lba = lwnvme_le64_get(&log.zid[i]);
        assert_int_equal(lba, i == 0 ? 2 * ZONE : 5 * ZONE);
        assert_int_equal(look(&s, lba).state,
                         i == 0 ? LWNVME_ZONE_STATE_READ_ONLY : LWNVME_ZONE_STATE_OFFLINE);
    }
    scenario_end(&s);
}

/* Promise 10: what was flushed, or written with FUA, lies below the write pointer; what is lost lies above it. */
static void a_power_cut_with_zones_open(void **state)
{
    struct lwnvme_request request = {.flags = LWNVME_REQUEST_FUA};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct scenario s;
    (void)state;
    begin(&s, 8, 8);
    assert_int_equal(put(&s, 0, 4, 1), 0);
    assert_int_equal(manage(&s, LWNVME_ZSA_OPEN, 2 * ZONE), 0);
    memset(data, 2, sizeof(data));
    assert_int_equal(lwnvme_zone_append(s.queue, &zoned, &request, ZONE, 3, &buffer), LWNVME_OK);
    assert_int_equal(lwnvme_sync_wait(s.queue, &request), LWNVME_OK);
    assert_int_equal(put(&s, 3 * ZONE, 2, 3), 0);
    assert_int_equal(lwnvme_sync_flush(s.queue, &zoned.ns), LWNVME_OK);
    assert_int_equal(put(&s, 4, 4, 4), 0);
    assert_int_equal(put(&s, 4 * ZONE, 1, 5), 0);
    lwnvme_sim_power_cut(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(look(&s, 0).state, LWNVME_ZONE_STATE_CLOSED);
    assert_int_equal(look(&s, 0).write_pointer, 4);
    assert_int_equal(content_of(&s, 3), 1);
    assert_int_equal(content_of(&s, 4), 0);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 3);
    assert_int_equal(content_of(&s, ZONE + 2), 2);
    assert_int_equal(look(&s, 2 * ZONE).state, LWNVME_ZONE_STATE_EMPTY);
    assert_int_equal(look(&s, 3 * ZONE).write_pointer, 3 * ZONE + 2);
    assert_int_equal(look(&s, 4 * ZONE).state, LWNVME_ZONE_STATE_EMPTY);
    assert_int_equal(put(&s, 4, 1, 6), 0); /* goes on where the pointer is */
    scenario_end(&s);
}

/* Fault 64: an append whose answer never came may have been carried out. It is not sent again, and its zone tells. */
static void fault_064_an_append_without_an_answer(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct tracked *io;
    struct scenario s;
    (void)state;
    scenario_prepare(&s);
    s.config.io_timeout_ms = 1000;
    prepare(&s, 8, 8);
    run(&s);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_WRONG_CID,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = LWNVME_ZNS_ZONE_APPEND,
                                                 .value = 0xffff});
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_zone_append(s.queue, &zoned, &io->request, ZONE, 2, &buffer)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_TIMEOUT);
    assert_int_equal(io->request.status, LWNVME_ERR_TIMEOUT);
    assert_int_equal(lwnvme_queue_stale(s.queue), 1);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[LWNVME_ZNS_ZONE_APPEND], 1);
    assert_int_equal(look(&s, ZONE).write_pointer, ZONE + 2);
    scenario_end(&s);
}

/* Eight blocks in the three pieces of a scattered buffer. */
static void is_in_pieces(const uint8_t seen[8 * BLOCK], const uint8_t *memory, uint32_t odd)
{
    assert_memory_equal(seen, memory + odd, 1000);
    assert_memory_equal(seen + 1000, memory + 9000 + 4 * odd, 96);
    assert_memory_equal(seen + 1096, memory + 20000, 3000);
}

static void read_into(struct scenario *s, struct tracked *io, uint64_t lba,
                      const struct lwnvme_buffer *buffer)
{
    assert_int_equal(scenario_accept(io, lwnvme_read(s->queue, &zoned.ns, &io->request, lba, 8, buffer)),
                     LWNVME_OK);
    scenario_wait_all(s, s->queue);
    assert_int_equal(io->request.status, LWNVME_OK);
}

/* What PRP entries cannot express goes by an SGL, or through bounce memory, as on other namespaces: each write and each append
 * is one command all the same. */
static void buffers_of_every_kind(void **state)
{
    uint8_t *memory = scenario_memory(65536, 4096);
    uint8_t seen[8 * BLOCK];

    (void)state;
    for (uint32_t way = 0; way < 3; way++) { /* SGL at bytes, SGL at dwords, bounce memory */
        const struct lwnvme_queue_config config = {
            .entries = 8, .mapper = &lwnvme_mapper_full, .bounce_bytes = way == 2 ? 8192 : 0};
        const uint32_t odd = way == 1 ? 4 : 1;
        struct lwnvme_segment pieces[3] = {{(uintptr_t)memory + odd, 1000},
                                           {(uintptr_t)memory + 9000 + 4 * odd, 96},
                                           {(uintptr_t)memory + 20000, 3000}};
        struct lwnvme_buffer scattered = lwnvme_buffer_segments(pieces, 3, 0);
        struct lwnvme_buffer shifted = lwnvme_buffer_cpu(memory + 30000 + odd, 8 * BLOCK);
        struct scenario s;
        struct tracked *io;

        scenario_prepare(&s);
        prepare(&s, 8, 8);
        s.settings.sgls = way == 2 ? 0 : way + 1;
        scenario_power(&s);
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        s.queue = calloc(1, sizeof(*s.queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
        assert_int_equal(lwnvme_sync_zoned_open(s.controller, 1, &zoned), LWNVME_OK);
        scenario_fill(memory, 65536, way);
        io = scenario_request(&s);
        for (uint32_t round = 0; round < 4; round++) {
            const struct lwnvme_buffer *buffer = round % 2 == 0 ? &scattered : &shifted;
            const uint64_t before = lwnvme_sim_counters(s.sim)->commands;

            assert_int_equal(
                scenario_accept(
                    io, round < 2 ? lwnvme_zone_append(s.queue, &zoned, &io->request, 0, 8, buffer)
                                  : lwnvme_write(s.queue, &zoned.ns, &io->request, round * 8, 8, buffer)),
                LWNVME_OK);
            scenario_wait_all(&s, s.queue);
            assert_int_equal(io->request.status, LWNVME_OK);
            assert_int_equal(lwnvme_sim_counters(s.sim)->commands, before + 1);
            assert_int_equal(s.queue->bounces, way == 2 ? round + 1 : 0);
            assert_true(lwnvme_sim_read_blocks(s.sim, 1, round * 8, 8, seen));
            if (round % 2 != 0) {
                assert_memory_equal(seen, memory + 30000 + odd, 8 * BLOCK);
            } else {
                is_in_pieces(seen, memory, odd);
            }
        }
        memset(memory, 0x77, 65536);
        read_into(&s, io, 0, &scattered);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 0, 8, seen));
        is_in_pieces(seen, memory, odd);
        memset(memory, 0x77, 65536);
        read_into(&s, io, 8, &shifted);
        assert_true(lwnvme_sim_read_blocks(s.sim, 1, 8, 8, seen));
        assert_memory_equal(seen, memory + 30000 + odd, 8 * BLOCK);
        scenario_end(&s);
    }
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_and_refusals),
        cmocka_unit_test(appends_in_flight_land_where_the_result_says),
        cmocka_unit_test(an_area_is_written_at_random_and_moves_on),
        cmocka_unit_test(an_area_is_flushed_by_hand),
        cmocka_unit_test(areas_are_used_up_and_given_back),
        cmocka_unit_test(a_power_cut_takes_all_areas),
        cmocka_unit_test(a_report_in_pieces_while_zones_change),
        cmocka_unit_test(actions_on_all_zones_and_reports_of_some),
        cmocka_unit_test(descriptor_extensions_come_back),
        cmocka_unit_test(fault_073_limits_of_zones),
        cmocka_unit_test(fault_077_zeroes_and_copies_are_not_split),
        cmocka_unit_test(sources_of_copies_end_where_zones_do),
        cmocka_unit_test(appends_fight_for_the_end_of_a_zone),
        cmocka_unit_test(zones_that_fail_are_told),
        cmocka_unit_test(a_power_cut_with_zones_open),
        cmocka_unit_test(fault_064_an_append_without_an_answer),
        cmocka_unit_test(buffers_of_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
