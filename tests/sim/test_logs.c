/* SPDX-License-Identifier: MIT */
/*
 * Log pages on the software controller, which has its own idea of each from the specification: typed ones, long
 * ones, streams, and what a controller does to whoever reads them.
 */
#include "scenario.h"

static struct scenario s;

/* Get Log Page commands as they were sent. */
static uint32_t sent[512][16];
static uint32_t sent_count;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid == 0 && (command[0] & 0xff) == 2 && sent_count < 512)
        memcpy(sent[sent_count++], command, sizeof(sent[0]));
}

static void prepare_full(void)
{
    scenario_prepare(&s);
    lwnvme_sim_config_full(&s.settings);
}

static void start(void)
{
    scenario_power(&s);
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    lwnvme_sim_settings(s.sim)->on_command = note_command;
    sent_count = 0;
}

static uint32_t acknowledged(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sent_count; i++)
        count += (sent[i][10] & 0x8000) == 0;
    return count;
}

/* Every log page that the controller lists is one that lwnvme_log_support knows of, and the other way round. */
static void what_is_listed_is_what_is_supported(void **state)
{
    static struct lwnvme_supported_log_pages pages;
    (void)state;
    prepare_full();
    start();
    assert_int_equal(lwnvme_sync_log_supported_pages(s.controller, &pages), LWNVME_OK);
    for (uint32_t lid = 0; lid < 0xc0; lid++) {
        bool listed = (lwnvme_le32_get(&pages.lid[lid]) & LWNVME_LIDS_LSUPP) != 0;
        int status = lwnvme_log_support(s.controller, (uint8_t)lid, NULL);
        if (listed && status != LWNVME_OK)
            fail_msg("log page %#x is listed, but: %s", lid, lwnvme_status_string(status));
        assert_int_equal(lwnvme_log_support(s.controller, (uint8_t)lid, &pages),
                         listed                ? LWNVME_OK
                         : status != LWNVME_OK ? status
                                               : LWNVME_ERR_NO_LOG_PAGE);
    }
    scenario_end(&s);
}

static void log_pages_of_one_size(void **state)
{
    static union {
        struct lwnvme_smart_log smart;
        struct lwnvme_firmware_slot_log slots;
        struct lwnvme_changed_namespaces_log namespaces;
        struct lwnvme_effects_log effects;
        struct lwnvme_feature_effects_log features;
        struct lwnvme_self_test_log self_test;
        struct lwnvme_endurance_group_log group;
        struct lwnvme_predictable_latency_log latency;
        struct lwnvme_lockdown_log lockdown;
        struct lwnvme_sanitize_status_log sanitize;
        struct lwnvme_reservation_notification_log reservation;
    } log;
    char text[LWNVME_COUNTER_TEXT_BYTES];
    struct lwnvme_le128 bytes;
    (void)state;
    prepare_full();
    start();
    scenario_try_io(&s);
    assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, &log.smart), LWNVME_OK);
    assert_true(lwnvme_counter_saturate(&log.smart.hwc) != 0);
    assert_true(lwnvme_counter_scale(&bytes, &log.smart.duw, LWNVME_SMART_DATA_UNIT_BYTES));
    assert_string_equal(lwnvme_counter_text(&bytes, text), "512000");
    assert_int_equal(lwnvme_sync_log_firmware_slots(s.controller, &log.slots), LWNVME_OK);
    assert_int_equal(log.slots.afi & 7, lwnvme_sim_firmware_active(s.sim));
    assert_int_equal(lwnvme_sync_log_effects(s.controller, LWNVME_CSI_NVM, &log.effects), LWNVME_OK);
    assert_int_equal(lwnvme_le32_get(&log.effects.acs[LWNVME_ADMIN_GET_LOG_PAGE]) & LWNVME_EFFECTS_CSUPP, 1);
    assert_int_equal(lwnvme_le32_get(&log.effects.iocs[LWNVME_NVM_WRITE]) & LWNVME_EFFECTS_LBCC,
                     LWNVME_EFFECTS_LBCC);
    assert_int_equal(lwnvme_sync_log_feature_effects(s.controller, LWNVME_CSI_NVM, &log.features), LWNVME_OK);
    assert_int_equal(lwnvme_le32_get(&log.features.fid[LWNVME_FEATURE_NUMBER_OF_QUEUES]) &
                         LWNVME_FEATURE_EFFECTS_FSUPP,
                     1);
    assert_int_equal(lwnvme_sync_log_self_test(s.controller, &log.self_test), LWNVME_OK);
    assert_int_equal(lwnvme_field_get(log.self_test.result[0].dsts, LWNVME_SELF_TEST_DSTS_RESULT),
                     LWNVME_SELF_TEST_RESULT_UNUSED);
    assert_int_equal(lwnvme_sync_log_sanitize_status(s.controller, &log.sanitize), LWNVME_OK);
    assert_int_equal(lwnvme_field_get(lwnvme_le16_get(&log.sanitize.sstat), LWNVME_SANITIZE_SSTAT_SOS),
                     LWNVME_SANITIZE_SOS_NEVER);
    assert_int_equal(lwnvme_sync_log_endurance_group(s.controller, 1, &log.group), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&log.group.did), s.settings.did);
    assert_int_equal(lwnvme_sync_log_endurance_group(s.controller, 4, &log.group),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND | 1 << 14); /* that can be, but is not */
    assert_int_equal(lwnvme_sync_log_predictable_latency(s.controller, 2, &log.latency), LWNVME_OK);
    assert_int_equal(lwnvme_le64_get(&log.latency.dtwintm), 10000000);
    assert_int_equal(lwnvme_sync_log_lockdown(s.controller, LWNVME_LOCKDOWN_LOG_SCOPE_ADMIN,
                                              LWNVME_LOCKDOWN_LOG_CAN_BE_PROHIBITED, &log.lockdown),
                     LWNVME_OK);
    assert_true(log.lockdown.lngth != 0);
    assert_int_equal(lwnvme_sync_log_reservation_notification(s.controller, &log.reservation), LWNVME_OK);
    assert_int_equal(log.reservation.rnlpt, LWNVME_RESERVATION_NOTIFICATION_EMPTY);
    assert_true(
        lwnvme_sim_reservation_notify(s.sim, 1, LWNVME_RESERVATION_NOTIFICATION_RESERVATION_RELEASED));
    assert_int_equal(lwnvme_sync_log_reservation_notification(s.controller, &log.reservation), LWNVME_OK);
    assert_int_equal(log.reservation.rnlpt, LWNVME_RESERVATION_NOTIFICATION_RESERVATION_RELEASED);
    assert_int_equal(lwnvme_le32_get(&log.reservation.nsid), 1);
    lwnvme_sim_namespace_changed(s.sim, 1);
    assert_int_equal(lwnvme_sync_log_changed_namespaces(s.controller, false, &log.namespaces), LWNVME_OK);
    assert_int_equal(lwnvme_le32_get(&log.namespaces.nsid[0]), 1);
    assert_int_equal(lwnvme_sync_log_changed_namespaces(s.controller, false, &log.namespaces), LWNVME_OK);
    assert_int_equal(lwnvme_le32_get(&log.namespaces.nsid[0]), 0); /* once read it is forgotten */
    scenario_end(&s);
}

static void changed_zones(void **state)
{
    static struct lwnvme_changed_zones_log log;
    (void)state;
    prepare_full();
    start();
    assert_true(lwnvme_sim_zone_changed(s.sim, 1, 0x1000));
    assert_true(lwnvme_sim_zone_changed(s.sim, 1, 0x3000));
    assert_int_equal(lwnvme_sync_log_changed_zones(s.controller, 1, &log), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&log.nrzid), 2);
    assert_int_equal(lwnvme_le64_get(&log.zid[1]), 0x3000);
    for (uint32_t i = 0; i < 600; i++)
        assert_true(lwnvme_sim_zone_changed(s.sim, 1, i));
    assert_int_equal(lwnvme_sync_log_changed_zones(s.controller, 1, &log), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&log.nrzid), LWNVME_CHANGED_ZONES_TOO_MANY);
    assert_int_equal(lwnvme_sync_log_changed_zones(s.controller, 1, &log), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&log.nrzid), 0);
    scenario_end(&s);
}

static uint32_t entries_of(const struct lwnvme_log_memory *memory)
{
    uint32_t count = 0;
    for (uint32_t at = 0; (at = lwnvme_log_entry_next(memory, at)) != 0;)
        count++;
    return count;
}

static void log_pages_whose_length_is_found_by_reading(void **state)
{
    static uint8_t data[32768];
    struct lwnvme_log_memory memory = {.data = data, .room_bytes = sizeof(data)};
    (void)state;
    prepare_full();
    s.settings.namespace_count = 20;
    for (uint32_t i = 1; i < 20; i++) {
        s.settings.ns[i] = s.settings.ns[0];
        s.settings.ns[i].anagrpid = i % 4 + 1;
    }
    start();
    assert_int_equal(lwnvme_sync_log_ana(s.controller, false, &memory), LWNVME_OK);
    assert_int_equal(entries_of(&memory), 4);
    assert_int_equal(memory.length_bytes, 16 + 4 * 32 + 20 * 4);
    assert_int_equal(acknowledged(), 1);
    assert_int_equal(sent[sent_count - 1][10] & 0x8000, 0);
    assert_int_equal(lwnvme_sync_log_ana(s.controller, true, &memory), LWNVME_OK);
    assert_int_equal(memory.length_bytes, 16 + 4 * 32);

    assert_int_equal(lwnvme_sync_log_lba_status(s.controller, &memory), LWNVME_OK);
    assert_int_equal(entries_of(&memory), 0);
    for (uint32_t i = 0; i < 300; i++)
        assert_true(lwnvme_sim_spoil_blocks(s.sim, 2, 4 * i, 2));
    assert_true(lwnvme_sim_spoil_blocks(s.sim, 7, 77, 5));
    assert_int_equal(lwnvme_sync_log_lba_status(s.controller, &memory), LWNVME_OK);
    assert_int_equal(memory.length_bytes, 16 + 16 + 300 * 16 + 16 + 16);
    uint32_t at = lwnvme_log_entry_next(&memory, lwnvme_log_entry_next(&memory, 0));
    const struct lwnvme_lba_status_log_element *element = (const void *)(data + at);
    const struct lwnvme_lba_status_log_range *range = (const void *)(data + at + 16);
    assert_int_equal(lwnvme_le32_get(&element->neid), 7);
    assert_int_equal(lwnvme_le64_get(&range->rslba), 77);
    assert_int_equal(lwnvme_le32_get(&range->rnlb), 4); /* 0's based */
    memory.room_bytes = 1000;
    assert_int_equal(lwnvme_sync_log_lba_status(s.controller, &memory), LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, 16 + 16 + 300 * 16 + 16 + 16);
    memory.room_bytes = sizeof(data);

    assert_int_equal(lwnvme_sync_log_fdp_configurations(s.controller, 1, &memory), LWNVME_OK);
    assert_int_equal(entries_of(&memory), 2);
    assert_int_equal(lwnvme_sync_log_endurance_group_aggregate(s.controller, &memory), LWNVME_OK);
    assert_int_equal(entries_of(&memory), 0);
    scenario_end(&s);
}

/* ---- Lengths ------------------------------------------------------------------------------------------- */

static void fault_057_lengths_without_extended_data(void **state)
{
    static struct lwnvme_error_log_entry entries[64];
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION, .nsid = LWNVME_NSID_ALL};
    (void)state;
    scenario_prepare(&s);
    s.settings.lpa = 0;
    s.settings.elpe = 255;
    start();
    assert_int_equal(lwnvme_sync_log_read(s.controller, &select, entries, 4096), LWNVME_OK);
    assert_int_equal(sent[0][11] | sent[0][12] | sent[0][13], 0);
    assert_int_equal(lwnvme_sync_log_read(s.controller, &select, entries, 4100), LWNVME_ERR_NO_LOG_OFFSET);
    select.offset_bytes = 4;
    assert_int_equal(lwnvme_sync_log_read(s.controller, &select, entries, 4), LWNVME_ERR_NO_LOG_OFFSET);
    assert_int_equal(sent_count, 1);
    scenario_end(&s);
}

static void fault_057_a_long_log_in_pieces(void **state)
{
    static uint8_t whole[16384];
    static uint8_t pieces[16384];
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION, .nsid = LWNVME_NSID_ALL};
    struct lwnvme_log_select wrong = {.lid = 0xbe, .nsid = LWNVME_NSID_ALL};
    uint8_t byte[4];
    (void)state;
    scenario_prepare(&s);
    s.settings.elpe = 255;
    start();
    for (uint32_t i = 0; i < 300; i++) /* each leaves an entry */
        assert_true(lwnvme_sync_log_read(s.controller, &wrong, byte, 4) > 0);
    sent_count = 0;
    assert_int_equal(lwnvme_sync_log_read(s.controller, &select, whole, sizeof(whole)), LWNVME_OK);
    assert_int_equal(sent_count, 4);
    for (uint32_t at = 0; at < sizeof(pieces); at += 1024) {
        select.offset_bytes = at;
        assert_int_equal(lwnvme_sync_log_read(s.controller, &select, pieces + at, 1024), LWNVME_OK);
    }
    assert_memory_equal(whole, pieces, sizeof(whole));
    assert_int_equal(lwnvme_le64_get((const struct lwnvme_le64 *)(const void *)whole), 300);
    assert_int_equal(lwnvme_le64_get((const struct lwnvme_le64 *)(const void *)(whole + 255 * 64)), 45);
    scenario_end(&s);
}

/* Whatever becomes of the controller between two pieces, the request comes back once, and says how far it came. */
static void long_logs_through_a_controllers_life(void **state)
{
    static uint8_t data[16384];
    static struct lwnvme_log_memory memory;
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_ERROR_INFORMATION, .nsid = LWNVME_NSID_ALL};
    (void)state;
    for (uint32_t way = 0; way < 4 * 6 * 2; way++) {
        uint32_t polls = way / 4 % 6;
        prepare_full();
        s.settings.elpe = 255;
        s.settings.admin_latency_us = 500;
        start();
        struct tracked *io = scenario_request(&s);
        memory.data = data;
        memory.room_bytes = sizeof(data);
        assert_int_equal(
            scenario_accept(io, way < 24 ? lwnvme_log_read(s.controller, &io->request, &select, data, 16384)
                                         : lwnvme_log_ana(s.controller, &io->request, false, &memory)),
            LWNVME_OK);
        for (uint32_t i = 0; i < polls; i++) {
            (void)scenario_poll(&s);
            lwnvme_sim_advance(s.sim, 600);
        }
        switch (way % 4) {
        case 0:
            assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
            break;
        case 1:
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
            break;
        case 2:
            lwnvme_sim_remove(s.sim);
            (void)scenario_settle(&s);
            scenario_wait_all(&s, NULL);
            break;
        default:
            assert_int_equal(scenario_close(&s), LWNVME_OK);
            break;
        }
        assert_int_equal(io->called, 1);
        if (io->request.status == LWNVME_OK && way < 24)
            assert_int_equal(io->request.bytes_done, 16384);
        else
            assert_true(io->request.bytes_done < 16384 && io->request.bytes_done % 4 == 0);
        s.violations_allowed = way % 4 == 2;
        scenario_end(&s);
    }
}

/* ---- Effects ------------------------------------------------------------------------------------------- */

static const uint8_t destructive[] = {LWNVME_ADMIN_FORMAT_NVM, LWNVME_ADMIN_SANITIZE,
                                      LWNVME_ADMIN_FIRMWARE_COMMIT};

static void fault_058_no_effects_log_means_care(void **state)
{
    static uint8_t log[LWNVME_EFFECTS_ADMIN_BYTES];
    static struct lwnvme_effects_log whole;
    struct lwnvme_effects effects;
    (void)state;
    scenario_prepare(&s);
    s.settings.lpa = 4;
    start();
    struct tracked *io = scenario_request(&s);
    assert_int_equal(lwnvme_effects_read(s.controller, &io->request, log), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(lwnvme_sync_log_effects(s.controller, 0, &whole), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(sent_count, 0);
    for (size_t i = 0; i < sizeof(destructive); i++) {
        lwnvme_effects_admin(NULL, destructive[i], &effects);
        assert_false(effects.reported);
        assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
    }
    lwnvme_effects_admin(NULL, LWNVME_ADMIN_IDENTIFY, &effects);
    assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_NONE);
    scenario_end(&s);
}

static void only_zeros(void *context, uint8_t lid, uint32_t nsid, uint8_t *data, size_t length)
{
    (void)context;
    (void)nsid;
    if (lid == LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS)
        memset(data, 0, length);
}

static void fault_058_an_effects_log_of_zeros_means_care(void **state)
{
    static struct lwnvme_effects_log log;
    struct lwnvme_effects effects;
    (void)state;
    prepare_full();
    start();
    assert_int_equal(lwnvme_sync_log_effects(s.controller, LWNVME_CSI_NVM, &log), LWNVME_OK);
    lwnvme_effects_admin(log.acs[0].byte, LWNVME_ADMIN_FORMAT_NVM, &effects);
    assert_true(effects.reported);
    lwnvme_sim_settings(s.sim)->on_log_page = only_zeros;
    assert_int_equal(lwnvme_sync_log_effects(s.controller, LWNVME_CSI_NVM, &log), LWNVME_OK);
    for (size_t i = 0; i < sizeof(destructive); i++) {
        lwnvme_effects_admin(log.acs[0].byte, destructive[i], &effects);
        assert_false(effects.reported);
        assert_true(effects.supported);
        assert_int_equal(effects.scope, LWNVME_EFFECTS_SCOPE_ALL);
    }
    scenario_end(&s);
}

/* ---- Streams ------------------------------------------------------------------------------------------- */

static uint8_t stream_buffer[4096];
static uint8_t *stream_data;
static uint32_t stream_pieces;
static uint32_t stream_restarts;
static uint32_t stop_after;
static void (*in_piece)(void);

static bool take_piece(struct lwnvme_log_stream *stream, const void *data, uint64_t offset, uint32_t length)
{
    if (offset == 0)
        stream_pieces = 0;
    assert_true(offset + length <= stream->total_bytes);
    stream_data = (uint8_t *)realloc(stream_data, (size_t)(offset + length));
    assert_non_null(stream_data);
    memcpy(stream_data + offset, data, length);
    stream_pieces++;
    if (in_piece != NULL)
        in_piece();
    return stream_pieces != stop_after;
}

static void note_restart(struct lwnvme_log_stream *stream)
{
    (void)stream;
    stream_restarts++;
}

static struct lwnvme_log_stream stream;

static void fresh_stream(void)
{
    memset(&stream, 0, sizeof(stream));
    stream.piece = take_piece;
    stream.restart = note_restart;
    stream.buffer = stream_buffer;
    stream.buffer_bytes = sizeof(stream_buffer);
    stream_pieces = 0;
    stream_restarts = 0;
    stop_after = 0;
    in_piece = NULL;
    sent_count = 0;
}

static void end_streams(void)
{
    free(stream_data);
    stream_data = NULL;
    scenario_end(&s);
}

static int run(int accepted)
{
    assert_int_equal(accepted, LWNVME_OK);
    return scenario_operation(&s, &stream.operation);
}

/* Each block of the software controller's telemetry says its number, its generation and its log page. */
static void assert_blocks(uint8_t lid, uint8_t generation, uint32_t last)
{
    assert_int_equal(stream.total_bytes, 512 * ((uint64_t)last + 1));
    assert_int_equal(stream.done_bytes, stream.total_bytes);
    for (uint32_t i = 1; i <= last; i++) {
        const uint8_t *block = stream_data + 512 * (size_t)i;
        assert_int_equal(block[0] | block[1] << 8, i & 0xffff);
        assert_int_equal(block[4], generation);
        assert_int_equal(block[5], lid);
    }
}

static void host_telemetry_area_by_area(void **state)
{
    (void)state;
    prepare_full();
    start();
    const uint32_t *last = s.settings.telemetry_blocks;
    assert_true(last[0] != 0);
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_host_begin(s.controller, &stream, 1, true)), LWNVME_OK);
    assert_blocks(7, 1, last[0]);
    for (uint32_t area = 1; area <= 3; area++) {
        fresh_stream();
        assert_int_equal(run(lwnvme_telemetry_host_begin(s.controller, &stream, area, false)), LWNVME_OK);
        assert_blocks(7, 1, last[area - 1]);
    }
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_host_begin(s.controller, &stream, 3, true)), LWNVME_OK);
    assert_blocks(7, 2, last[2]);
    /* Area 4 is not there until the host says that it knows it. */
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_host_begin(s.controller, &stream, 4, false)), LWNVME_OK);
    assert_blocks(7, 2, last[2]);
    end_streams();
}

static void controller_telemetry_until_it_is_let_go(void **state)
{
    (void)state;
    prepare_full();
    start();
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 3)), LWNVME_OK);
    assert_false(stream.available);
    assert_int_equal(stream.total_bytes, 512);
    lwnvme_sim_telemetry_collect(s.sim);
    for (uint32_t round = 0; round < 2; round++) {
        fresh_stream();
        stream.retain_event = true;
        assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 3)), LWNVME_OK);
        assert_true(stream.available);
        assert_blocks(8, 1, s.settings.telemetry_blocks[2]);
        assert_int_equal(acknowledged(), 0);
    }
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 3)), LWNVME_OK);
    assert_true(stream.available);
    assert_int_equal(acknowledged(), 1);
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 3)), LWNVME_OK);
    assert_false(stream.available);
    end_streams();
}

static void fault_057_huge_telemetry(void **state)
{
    (void)state;
    prepare_full();
    s.settings.telemetry_blocks[2] = 0xffff;
    start();
    fresh_stream();
    stream.max_bytes = 1u << 20;
    assert_int_equal(run(lwnvme_telemetry_host_begin(s.controller, &stream, 3, true)), LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(stream.total_bytes, 0x10000 * 512);
    assert_int_equal(sent_count, 1);
    assert_int_equal(stream_pieces, 0);
    end_streams();
}

static void new_capture(void)
{
    if (stream_pieces == 3 && stream_restarts < 2)
        lwnvme_sim_telemetry_collect(s.sim);
}

static void fault_164_telemetry_captured_anew_while_it_is_read(void **state)
{
    (void)state;
    prepare_full();
    start();
    lwnvme_sim_telemetry_collect(s.sim);
    fresh_stream();
    stream.buffer_bytes = 512;
    in_piece = new_capture;
    assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 1)), LWNVME_OK);
    assert_int_equal(stream_restarts, 2);
    assert_blocks(8, 3, s.settings.telemetry_blocks[0]);
    assert_int_equal(acknowledged(), 1); /* what was captured meanwhile was not lost */
    /* A controller that never rests. */
    lwnvme_sim_telemetry_collect(s.sim);
    lwnvme_sim_settings(s.sim)->telemetry_changes_after = 2;
    fresh_stream();
    assert_int_equal(run(lwnvme_telemetry_controller_begin(s.controller, &stream, 1)),
                     LWNVME_ERR_LOG_CHANGED);
    assert_int_equal(stream_restarts, LWNVME_LOG_STREAM_RESTARTS);
    assert_int_equal(acknowledged(), 0);
    end_streams();
}

/* Walks the events; returns how many there are. */
static uint32_t walk_events(uint64_t total)
{
    uint64_t at = 512;
    uint32_t count = 0;
    while (at < total) {
        const struct lwnvme_persistent_event *event = (const void *)(stream_data + at);
        assert_true(total - at >= sizeof(*event));
        at += event->ehl + LWNVME_PERSISTENT_EVENT_EHL_BASE + lwnvme_le16_get(&event->el);
        assert_true(at <= total);
        count++;
    }
    return count;
}

static void persistent_events_within_a_context(void **state)
{
    (void)state;
    prepare_full();
    start();
    for (uint32_t round = 0; round < 2; round++) {
        fresh_stream();
        stream.buffer_bytes = 512;
        assert_int_equal(run(lwnvme_persistent_event_begin(s.controller, &stream)), LWNVME_OK);
        const struct lwnvme_persistent_event_header *header = (const void *)stream_data;
        assert_int_equal(walk_events(stream.total_bytes), lwnvme_le32_get(&header->tnev));
        assert_true(lwnvme_le32_get(&header->tnev) >= 2);
        assert_int_equal(lwnvme_le16_get(&header->vid), s.settings.vid);
        assert_int_equal(stream_restarts, 0);
    }
    end_streams();
}

static void lose_context(void)
{
    if (stream_pieces == 2 && stream_restarts < 2)
        lwnvme_sim_persistent_drop(s.sim);
}

static void fault_164_events_of_another_generation(void **state)
{
    (void)state;
    prepare_full();
    start();
    fresh_stream();
    stream.buffer_bytes = 512;
    in_piece = lose_context;
    assert_int_equal(run(lwnvme_persistent_event_begin(s.controller, &stream)), LWNVME_OK);
    assert_int_equal(stream_restarts, 2);
    const struct lwnvme_persistent_event_header *header = (const void *)stream_data;
    assert_int_equal(walk_events(stream.total_bytes), lwnvme_le32_get(&header->tnev));
    lwnvme_sim_settings(s.sim)->persistent_changes_after = 2;
    fresh_stream();
    stream.buffer_bytes = 512;
    assert_int_equal(run(lwnvme_persistent_event_begin(s.controller, &stream)), LWNVME_ERR_LOG_CHANGED);
    lwnvme_sim_settings(s.sim)->persistent_changes_after = 0;
    fresh_stream();
    assert_int_equal(run(lwnvme_persistent_event_begin(s.controller, &stream)), LWNVME_OK);
    assert_int_equal(stream_restarts, 0); /* there was no context left */
    assert_int_equal(sent[0][10] >> 8 & 3, LWNVME_LSP_PERSISTENT_EVENT_ESTABLISH);
    end_streams();
}

/* However a stream ends, the next one finds no context. */
static void no_context_is_left_behind(void **state)
{
    (void)state;
    prepare_full();
    start();
    for (uint32_t way = 0; way < 16; way++) {
        fresh_stream();
        stream.buffer_bytes = 512;
        if (way < 5) {
            stop_after = way + 1;
            (void)run(lwnvme_persistent_event_begin(s.controller, &stream));
        } else if (way < 10) {
            scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS_AFTER,
                                                         .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                         .opcode = 2,
                                                         .skip = way - 5,
                                                         .count = 1,
                                                         .status = 6});
            (void)run(lwnvme_persistent_event_begin(s.controller, &stream));
        } else {
            assert_int_equal(lwnvme_persistent_event_begin(s.controller, &stream), LWNVME_OK);
            for (uint32_t i = 10; i < way; i++)
                (void)lwnvme_operation_step(&stream.operation);
            assert_int_equal(lwnvme_log_stream_cancel(&stream), LWNVME_OK);
            int status = scenario_operation(&s, &stream.operation);
            bool complete = stream.total_bytes != 0 && stream.done_bytes == stream.total_bytes;
            assert_true(status == LWNVME_ERR_CANCELLED || (status == LWNVME_OK && complete));
        }
        lwnvme_sim_faults_clear(s.sim);
        fresh_stream();
        assert_int_equal(run(lwnvme_persistent_event_begin(s.controller, &stream)), LWNVME_OK);
        assert_int_equal(sent[1][10] >> 8 & 3, LWNVME_LSP_PERSISTENT_EVENT_READ); /* no release was due */
    }
    end_streams();
}

static void streams_over_a_reset(void **state)
{
    (void)state;
    prepare_full();
    start();
    for (uint32_t steps = 0; steps < 8; steps++) {
        fresh_stream();
        stream.buffer_bytes = 512;
        assert_int_equal(steps % 2 == 0 ? lwnvme_persistent_event_begin(s.controller, &stream)
                                        : lwnvme_telemetry_host_begin(s.controller, &stream, 1, true),
                         LWNVME_OK);
        for (uint32_t i = 0; i < steps; i++)
            (void)lwnvme_operation_step(&stream.operation);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(scenario_operation(&s, &stream.operation), LWNVME_OK);
        assert_int_equal(stream.done_bytes, stream.total_bytes);
    }
    end_streams();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_is_what_is_supported),
        cmocka_unit_test(log_pages_of_one_size),
        cmocka_unit_test(changed_zones),
        cmocka_unit_test(log_pages_whose_length_is_found_by_reading),
        cmocka_unit_test(fault_057_lengths_without_extended_data),
        cmocka_unit_test(fault_057_a_long_log_in_pieces),
        cmocka_unit_test(long_logs_through_a_controllers_life),
        cmocka_unit_test(fault_058_no_effects_log_means_care),
        cmocka_unit_test(fault_058_an_effects_log_of_zeros_means_care),
        cmocka_unit_test(host_telemetry_area_by_area),
        cmocka_unit_test(controller_telemetry_until_it_is_let_go),
        cmocka_unit_test(fault_057_huge_telemetry),
        cmocka_unit_test(fault_164_telemetry_captured_anew_while_it_is_read),
        cmocka_unit_test(persistent_events_within_a_context),
        cmocka_unit_test(fault_164_events_of_another_generation),
        cmocka_unit_test(no_context_is_left_behind),
        cmocka_unit_test(streams_over_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
