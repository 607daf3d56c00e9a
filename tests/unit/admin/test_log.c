/* SPDX-License-Identifier: MIT */
/* Log pages: what is asked of the controller, and what is refused before. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint8_t data[4096];
static uint32_t sent[16];
static uint32_t all_sent[16][16];
static uint32_t sent_count;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
    if (sent_count < 16)
        memcpy(all_sent[sent_count], command, sizeof(sent));
    sent_count++;
}

static void start(uint8_t lpa, uint8_t elpe)
{
    bench_prepare(&bench);
    bench.settings.lpa = lpa;
    bench.settings.elpe = elpe;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    counted_init(&io, NULL);
    sent_count = 0;
}

static int read_log(struct lwnvme_log_select select, uint32_t length)
{
    return lwnvme_log_read(bench.controller, &io.request, &select, data, length);
}

static void arguments_are_checked(void **state)
{
    struct lwnvme_log_select select = {.lid = 2, .nsid = 0xffffffff};
    static struct lwnvme_controller closed;
    (void)state;
    start(4, 63);
    assert_int_equal(lwnvme_log_read(NULL, &io.request, &select, data, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_read(bench.controller, NULL, &select, data, 512), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, NULL, data, 512),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, NULL, 512),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_read(&closed, &io.request, &select, data, 512), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_log_smart(bench.controller, &io.request, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 0, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_error(NULL, &io.request, 0, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(read_log(select, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(read_log(select, 3), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(read_log(select, 6), LWNVME_ERR_INVALID_ARGUMENT);
    select.offset_bytes = UINT64_MAX - 511;
    assert_int_equal(read_log(select, 512), LWNVME_ERR_INVALID_ARGUMENT);
    select.offset_bytes = 0;
    assert_int_equal(
        lwnvme_log_read(bench.controller, &io.request, &select, (void *)(UINTPTR_MAX - 4095), UINT32_MAX - 3),
        LWNVME_ERR_INVALID_ARGUMENT);
    select.uuid_index = 128;
    assert_int_equal(read_log(select, 512), LWNVME_ERR_INVALID_ARGUMENT);
    select.uuid_index = 0;
    select.offset_is_index = true;
    assert_int_equal(read_log(select, 4100), LWNVME_ERR_INVALID_ARGUMENT);
    select.offset_is_index = false;
    select.offset_bytes = 2;
    assert_int_equal(read_log(select, 512), LWNVME_ERR_INVALID_ARGUMENT);
    select.offset_bytes = 0;
    select.lsp = 128;
    assert_int_equal(read_log(select, 512), LWNVME_ERR_INVALID_ARGUMENT);
    bench_end(&bench);
}

static void fault_057_command_dwords(void **state)
{
    struct lwnvme_log_select select = {.lid = 2, .lsp = 0x7f, .retain_event = true, .nsid = 0xffffffff};
    (void)state;
    start(4, 63);
    select.offset_bytes = UINT64_C(0x1234567800000010);
    assert_int_equal(read_log(select, 4096), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(sent[0] & 0xffff, 2);
    assert_int_equal(sent[1], 0xffffffff);
    assert_int_equal(sent[10], 2u | 0x7fu << 8 | 1u << 15 | 1023u << 16);
    assert_int_equal(sent[11], 0);
    assert_int_equal(sent[12], 0x00000010);
    assert_int_equal(sent[13], 0x12345678);
    assert_int_equal(sent[14] | sent[15], 0);
    bench.violations_allowed = true; /* an offset beyond the log */
    bench_end(&bench);
}

static void offsets_only_if_the_controller_can(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff, .offset_bytes = 64};
    (void)state;
    start(0xfb, 63);
    assert_int_equal(read_log(select, 64), LWNVME_ERR_NO_LOG_OFFSET);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 1, 1, (void *)data),
                     LWNVME_ERR_NO_LOG_OFFSET);
    assert_int_equal(lwnvme_sync_log_error(bench.controller, 0, 1, (void *)data), 0);
    bench_end(&bench);
}

static void smart_log(void **state)
{
    struct lwnvme_smart_log smart;
    (void)state;
    start(4, 63);
    memset(&smart, 0xee, sizeof(smart));
    assert_int_equal(lwnvme_sync_log_smart(bench.controller, 0xffffffff, &smart), 0);
    assert_int_equal(sizeof(smart), 512);
    assert_int_equal(sent[10], 2u | 127u << 16);
    const uint8_t *bytes = (const uint8_t *)&smart;
    uint32_t kelvin = bytes[1] | (uint32_t)bytes[2] << 8;
    assert_true(kelvin > 250 && kelvin < 400);
    assert_int_equal(bytes[511], 0);
    uint32_t before = sent_count;
    assert_int_equal(lwnvme_sync_log_smart(bench.controller, 1, &smart), LWNVME_ERR_NO_LOG_PAGE);
    assert_int_equal(sent_count, before);
    bench_end(&bench);
    start(5, 63);
    assert_int_equal(lwnvme_sync_log_smart(bench.controller, 1, &smart), 0);
    assert_int_equal(sent[1], 1);
    bench_end(&bench);
}

static void error_log_within_its_bounds(void **state)
{
    static struct lwnvme_error_log_entry entries[64];
    (void)state;
    start(4, 9);
    assert_int_equal(sizeof(entries[0]), 64);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 0, 0, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 0, 65, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 0, 11, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 10, 1, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, 9, 2, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_error(bench.controller, &io.request, UINT32_MAX, 2, entries),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_log_error(bench.controller, 0, 10, entries), 0);
    assert_int_equal(sent[10], 1u | 159u << 16);
    assert_int_equal(lwnvme_sync_log_error(bench.controller, 9, 1, entries), 0);
    assert_int_equal(sent[12], 9 * 64);
    bench_end(&bench);
    start(4, 255);
    assert_int_equal(lwnvme_sync_log_error(bench.controller, 192, 64, entries), 0);
    bench_end(&bench);
}

/* Byte n of the log page tells of its place. */
static uint8_t pattern(size_t at)
{
    return (uint8_t)(at * 7 + (at >> 8));
}

static void fill_with_pattern(void *context, uint8_t lid, uint32_t nsid, uint8_t *page, size_t length)
{
    (void)context;
    (void)lid;
    (void)nsid;
    for (size_t i = 0; i < length; i++)
        page[i] = pattern(i);
}

static uint8_t long_data[16384 + 16];

static void assert_pattern(size_t from, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (long_data[i] != pattern(from + i))
            fail_msg("byte %zu of the log page is %#x", from + i, long_data[i]);
    }
}

static void fault_057_long_logs_come_in_pieces_and_the_event_is_cleared_once(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff, .offset_bytes = 64};
    (void)state;
    start(4, 255);
    lwnvme_sim_settings(bench.sim)->on_log_page = fill_with_pattern;
    memset(long_data, 0xcc, sizeof(long_data));
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, long_data, 2 * 4096 + 100), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.bytes_done, 2 * 4096 + 100);
    assert_pattern(64, 2 * 4096 + 100);
    assert_int_equal(long_data[2 * 4096 + 100], 0xcc);
    assert_int_equal(sent_count, 3);
    assert_int_equal(all_sent[0][10], 1u | 1u << 15 | 1023u << 16);
    assert_int_equal(all_sent[1][10], 1u | 1u << 15 | 1023u << 16);
    assert_int_equal(all_sent[2][10], 1u | 24u << 16);
    assert_int_equal(all_sent[0][12], 64);
    assert_int_equal(all_sent[1][12], 64 + 4096);
    assert_int_equal(all_sent[2][12], 64 + 8192);
    assert_int_equal(all_sent[2][13], 0);
    sent_count = 0;
    select.retain_event = true;
    assert_int_equal(lwnvme_sync_log_read(bench.controller, &select, long_data, 4096 + 4), 0);
    assert_int_equal(sent_count, 2);
    assert_int_equal(all_sent[0][10] & 1u << 15, 1u << 15);
    assert_int_equal(all_sent[1][10], 1u | 1u << 15 | 0u << 16);
    bench_end(&bench);
}

static void fault_057_no_pieces_without_offsets(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff};
    (void)state;
    start(0xfb, 255);
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, long_data, 4100),
                     LWNVME_ERR_NO_LOG_OFFSET);
    assert_int_equal(sent_count, 0);
    assert_int_equal(lwnvme_sync_log_read(bench.controller, &select, long_data, 4096), 0);
    bench_end(&bench);
}

static void offsets_carry_into_the_upper_half(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff, .offset_bytes = 0xfffff000u};
    (void)state;
    start(4, 255);
    /* Far beyond the log page: answered without being carried out. */
    lwnvme_sim_fault_add(
        bench.sim, &(struct lwnvme_sim_fault){
                       .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 2, .count = 2});
    assert_int_equal(lwnvme_sync_log_read(bench.controller, &select, long_data, 8192), 0);
    assert_int_equal(all_sent[0][12], 0xfffff000u);
    assert_int_equal(all_sent[0][13], 0);
    assert_int_equal(all_sent[1][12], 0);
    assert_int_equal(all_sent[1][13], 1);
    bench_end(&bench);
}

static void a_failing_piece_ends_it_and_what_came_before_counts(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff};
    (void)state;
    start(4, 255);
    lwnvme_sim_settings(bench.sim)->on_log_page = fill_with_pattern;
    lwnvme_sim_fault_add(bench.sim, &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                               .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                               .opcode = 2,
                                                               .skip = 2,
                                                               .count = 1,
                                                               .status = 6});
    memset(long_data, 0xcc, sizeof(long_data));
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, long_data, 16384), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 6);
    assert_int_equal(io.request.bytes_done, 8192);
    assert_pattern(0, 8192);
    assert_int_equal(long_data[8192], 0xcc);
    assert_int_equal(sent_count, 3);
    bench_end(&bench);
}

static void pieces_wait_their_turn_for_a_page(void **state)
{
    static struct counted others[LWNVME_CONFIG_ADMIN_PAGES + 2];
    static uint8_t their_data[LWNVME_CONFIG_ADMIN_PAGES + 2][8192];
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff};
    (void)state;
    start(4, 255);
    lwnvme_sim_settings(bench.sim)->on_log_page = fill_with_pattern;
    for (size_t i = 0; i < LWNVME_CONFIG_ADMIN_PAGES + 2; i++) {
        counted_init(&others[i], NULL);
        assert_int_equal(lwnvme_log_read(bench.controller, &others[i].request, &select, their_data[i], 8192),
                         0);
    }
    for (size_t i = 0; i < LWNVME_CONFIG_ADMIN_PAGES + 2; i++) {
        bench_wait(&bench, &others[i].request);
        assert_int_equal(others[i].called, 1);
        assert_int_equal(others[i].request.status, 0);
        assert_int_equal(others[i].request.bytes_done, 8192);
        assert_int_equal(their_data[i][8191], pattern(8191));
    }
    bench_end(&bench);
}

static void all_fields_of_the_command(void **state)
{
    struct lwnvme_log_select select = {.lid = 0x02,
                                       .nsid = 0xffffffff,
                                       .lsi = 0xabcd,
                                       .csi = 0x12,
                                       .uuid_index = 0x55,
                                       .offset_is_index = true,
                                       .offset_bytes = 3};
    (void)state;
    start(4, 63);
    bench.violations_allowed = true; /* none of it fits this log page */
    assert_int_equal(read_log(select, 64), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(sent[11], 0xabcdu << 16);
    assert_int_equal(sent[12], 3);
    assert_int_equal(sent[14], 0x12u << 24 | 1u << 23 | 0x55u);
    bench_end(&bench);
}

static void spoil_flags(void *context, uint16_t sqid, const uint32_t command[16])
{
    note_command(context, sqid, command);
    io.request.flags = 0x4000; /* no such flag */
}

/* The first piece cannot be sent, or one after it: the request is back, and says how far it came. */
static void pieces_that_cannot_be_sent(void **state)
{
    struct lwnvme_log_select select = {.lid = 1, .nsid = 0xffffffff};
    (void)state;
    start(4, 255);
    io.request.flags = 0x4000;
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, long_data, 8192),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(sent_count, 0);
    assert_int_equal(io.called, 0);
    io.request.flags = 0;
    lwnvme_sim_settings(bench.sim)->on_command = spoil_flags;
    assert_int_equal(lwnvme_log_read(bench.controller, &io.request, &select, long_data, 8192), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.request.status, LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(io.request.bytes_done, 4096);
    assert_int_equal(sent_count, 1);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(fault_057_command_dwords),
        cmocka_unit_test(offsets_only_if_the_controller_can),
        cmocka_unit_test(smart_log),
        cmocka_unit_test(error_log_within_its_bounds),
        cmocka_unit_test(fault_057_long_logs_come_in_pieces_and_the_event_is_cleared_once),
        cmocka_unit_test(fault_057_no_pieces_without_offsets),
        cmocka_unit_test(offsets_carry_into_the_upper_half),
        cmocka_unit_test(a_failing_piece_ends_it_and_what_came_before_counts),
        cmocka_unit_test(pieces_wait_their_turn_for_a_page),
        cmocka_unit_test(all_fields_of_the_command),
        cmocka_unit_test(pieces_that_cannot_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
