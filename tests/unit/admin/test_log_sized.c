/* SPDX-License-Identifier: MIT */
/*
 * Log pages whose length is found by reading them: the commands, the walk over entries of every kind, counts that cannot
 * be, memory that is too small, and log pages that change while they are read.
 */
#include "../log_player.h"

static struct log_player player;
static uint8_t page[64 * 1024];
static uint8_t out[64 * 1024 + 64];
static struct counted io;
static struct lwnvme_log_memory memory;

static void start_with(uint8_t lpa)
{
    memset(page, 0, sizeof(page));
    memset(out, 0xcc, sizeof(out));
    log_player_prepare(&player);
    log_player_identify_set(&player, 76, 1u << 3, 1);
    log_player_identify_set(&player, 92, 1u << 12 | 1u << 13 | 1u << 14, 4);
    log_player_identify_set(&player, 96, 1u << 4 | 1u << 5 | 1u << 11 | 1u << 19, 4);
    log_player_identify_set(&player, 261, lpa, 1);
    log_player_identify_set(&player, 340, 5, 2);
    log_player_start(&player);
    player.page = page;
    player.page_bytes = sizeof(page);
    counted_init(&io, NULL);
    memset(&memory, 0, sizeof(memory));
    memory.data = out;
    memory.room_bytes = 64 * 1024;
}

static void start(void)
{
    start_with(4);
}

static int finish(int accepted)
{
    assert_int_equal(accepted, 0);
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.called, 1);
    io.called = 0;
    return io.request.status;
}

static int ana(void)
{
    return finish(lwnvme_log_ana(player.bench.controller, &io.request, false, &memory));
}

/* Groups with these numbers of namespaces each. Returns the length. */
static uint32_t put_ana(const uint32_t *namespaces, uint32_t groups)
{
    uint32_t at = 16;
    log_player_put(page, 77, 8);
    log_player_put(page + 8, groups, 2);
    for (uint32_t g = 0; g < groups; g++) {
        log_player_put(page + at, g + 1, 4);
        log_player_put(page + at + 4, namespaces[g], 4);
        page[at + 16] = 1;
        at += 32;
        for (uint32_t n = 0; n < namespaces[g]; n++, at += 4)
            log_player_put(page + at, 1000 * g + n, 4);
    }
    player.page_bytes = at;
    return at;
}

static void ana_groups_are_walked(void **state)
{
    const uint32_t namespaces[] = {3, 0, 2};
    (void)state;
    start();
    uint32_t length = put_ana(namespaces, 3);
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, length);
    assert_int_equal(io.request.bytes_done, length);
    assert_memory_equal(out, page, length);
    uint32_t offset = lwnvme_log_entry_next(&memory, 0);
    assert_int_equal(offset, 16);
    offset = lwnvme_log_entry_next(&memory, offset);
    assert_int_equal(offset, 16 + 32 + 12);
    offset = lwnvme_log_entry_next(&memory, offset);
    assert_int_equal(offset, 16 + 32 + 12 + 32);
    assert_int_equal(lwnvme_log_entry_next(&memory, offset), 0);
    /* Header, all of it, header once more; only that one clears the event. */
    assert_int_equal(player.count, 3);
    assert_int_equal(log_player_lid(&player, 0), 0x0c);
    assert_int_equal(log_player_bytes(&player, 0), 16);
    assert_int_equal(log_player_offset(&player, 1), 16);
    assert_int_equal(log_player_bytes(&player, 2), 16);
    assert_int_equal(log_player_offset(&player, 2), 0);
    assert_int_equal(log_player_rae(&player, 0), 1);
    assert_int_equal(log_player_rae(&player, 1), 1);
    assert_int_equal(log_player_rae(&player, 2), 0);
    log_player_end(&player);
}

static void groups_only_and_a_retained_event(void **state)
{
    const uint32_t namespaces[] = {0, 0};
    (void)state;
    start();
    put_ana(namespaces, 2);
    memory.retain_event = true;
    assert_int_equal(finish(lwnvme_log_ana(player.bench.controller, &io.request, true, &memory)), 0);
    for (uint32_t i = 0; i < player.count; i++) {
        assert_int_equal(log_player_lsp(&player, i), 1);
        assert_int_equal(log_player_rae(&player, i), 1);
    }
    assert_int_equal(memory.length_bytes, 16 + 64);
    log_player_end(&player);
}

static void a_log_without_entries(void **state)
{
    (void)state;
    start();
    put_ana(NULL, 0);
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, 16);
    assert_int_equal(player.count, 2);
    assert_int_equal(lwnvme_log_entry_next(&memory, 0), 0);
    log_player_end(&player);
}

static void fault_057_many_pages_of_entries(void **state)
{
    uint32_t namespaces[40];
    (void)state;
    start();
    for (uint32_t i = 0; i < 40; i++)
        namespaces[i] = i * 17 % 211;
    uint32_t length = put_ana(namespaces, 40);
    assert_true(length > 3 * 4096);
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, length);
    assert_memory_equal(out, page, length);
    for (uint32_t i = 0; i < player.count; i++) {
        assert_true(log_player_bytes(&player, i) <= 4096);
        assert_int_equal(log_player_offset(&player, i) % 4, 0);
    }
    uint32_t count = 0;
    for (uint32_t at = 0; (at = lwnvme_log_entry_next(&memory, at)) != 0; count++)
        assert_int_equal(out[at], count + 1);
    assert_int_equal(count, 40);
    log_player_end(&player);
}

static void fault_057_memory_that_is_too_small_is_told_how_much(void **state)
{
    const uint32_t namespaces[] = {3, 500, 2};
    (void)state;
    start();
    uint32_t length = put_ana(namespaces, 3);
    memory.room_bytes = 16;
    assert_int_equal(ana(), LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, 16 + 3 * 32); /* as far as can be known */
    assert_int_equal(io.request.bytes_done, 16);
    memory.room_bytes = 1001; /* not a multiple of 4 */
    assert_int_equal(ana(), LWNVME_ERR_LOG_LENGTH);
    assert_true(memory.length_bytes > 1001);
    assert_memory_equal(out, page, 1001);
    assert_int_equal(out[1001], 0xcc);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16), 0); /* the second one is not there whole */
    for (uint32_t i = 0; i < player.count; i++)
        assert_int_equal(log_player_rae(&player, i), 1); /* the event stays */
    memory.room_bytes = memory.length_bytes;
    while (ana() == LWNVME_ERR_LOG_LENGTH) {
        assert_true(memory.length_bytes > memory.room_bytes);
        memory.room_bytes = memory.length_bytes;
    }
    assert_int_equal(io.request.status, 0);
    assert_int_equal(memory.room_bytes, length);
    log_player_end(&player);
}

static void fault_057_counts_that_cannot_be(void **state)
{
    const uint32_t namespaces[] = {3, 1};
    (void)state;
    start();
    put_ana(namespaces, 2);
    log_player_put(page + 16 + 4, 0xffffffff, 4); /* namespaces of the first group */
    assert_int_equal(ana(), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 16 + 4, 0x07ffffff, 4);
    assert_int_equal(ana(), LWNVME_ERR_LOG_LENGTH);
    put_ana(namespaces, 1);
    log_player_put(page + 16 + 4, 0xffffffff, 4); /* so many that 32 bits wrap */
    assert_int_equal(ana(), LWNVME_ERR_LOG_DATA);
    put_ana(namespaces, 2);
    log_player_put(page + 16, 0, 4); /* group 0 */
    assert_int_equal(ana(), LWNVME_ERR_LOG_DATA);
    put_ana(namespaces, 2);
    log_player_put(page + 8, 0xffff, 2); /* more groups than there are: what lies behind makes no sense */
    player.page_bytes = sizeof(page);
    assert_int_equal(ana(), LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

static void fault_057_without_offsets_a_page_at_most(void **state)
{
    const uint32_t few[] = {3, 1};
    const uint32_t many[] = {3, 1100};
    (void)state;
    start_with(0);
    uint32_t length = put_ana(few, 2);
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, length);
    assert_memory_equal(out, page, length);
    for (uint32_t i = 0; i < player.count; i++)
        assert_int_equal(log_player_offset(&player, i), 0);
    put_ana(many, 2);
    assert_int_equal(ana(), LWNVME_ERR_NO_LOG_OFFSET);
    for (uint32_t i = 0; i < player.count; i++)
        assert_int_equal(log_player_offset(&player, i), 0);
    log_player_end(&player);
}

/* One group fewer from the second command on. */
static uint16_t one_group_less(struct log_player *self, const uint32_t command[16])
{
    (void)command;
    if (self->count > 1)
        log_player_put(self->page + 8, 2, 2);
    return 0;
}

static void without_offsets_the_second_reading_counts(void **state)
{
    const uint32_t namespaces[] = {3, 1, 2};
    (void)state;
    start_with(0);
    uint32_t length = put_ana(namespaces, 3);
    player.answer = one_group_less;
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, length - 32 - 8);
    assert_int_equal(player.count, 3);
    log_player_end(&player);
}

static uint32_t changes_left;

/* The change count goes up whenever something but the header has been read. */
static uint16_t change_meanwhile(struct log_player *self, const uint32_t command[16])
{
    if ((command[12] | command[13]) != 0 && changes_left != 0) {
        changes_left--;
        self->page[0]++;
    }
    return 0;
}

static void fault_164_a_log_that_changes_is_read_again(void **state)
{
    const uint32_t namespaces[] = {3, 1};
    (void)state;
    start();
    uint32_t length = put_ana(namespaces, 2);
    player.answer = change_meanwhile;
    changes_left = 3;
    assert_int_equal(ana(), 0);
    assert_int_equal(memory.length_bytes, length);
    assert_int_equal(out[0], 77 + 3);
    assert_memory_equal(out, page, length);
    assert_int_equal(player.count, 4 * 3);
    player.count = 0;
    changes_left = 100;
    assert_int_equal(ana(), LWNVME_ERR_LOG_CHANGED);
    assert_int_equal(player.count, 4 * 3);
    log_player_end(&player);
}

static uint32_t fail_at;

static uint16_t fail_one(struct log_player *self, const uint32_t command[16])
{
    (void)command;
    return self->count == fail_at ? 6 : 0;
}

static void a_failing_command_ends_it(void **state)
{
    const uint32_t namespaces[] = {3, 1};
    (void)state;
    for (fail_at = 1; fail_at <= 3; fail_at++) {
        start();
        put_ana(namespaces, 2);
        player.answer = fail_one;
        assert_int_equal(ana(), 6);
        assert_int_equal(player.count, fail_at);
        log_player_end(&player);
    }
}

static void aggregates(void **state)
{
    (void)state;
    start();
    log_player_put(page, 5, 8);
    for (uint32_t i = 0; i < 5; i++)
        log_player_put(page + 8 + 2 * i, 10 + i, 2);
    player.page_bytes = 18;
    memory.room_bytes = 18;
    assert_int_equal(
        finish(lwnvme_log_endurance_group_aggregate(player.bench.controller, &io.request, &memory)), 0);
    assert_int_equal(log_player_lid(&player, 0), 0x0f);
    assert_int_equal(memory.length_bytes, 18);
    assert_memory_equal(out, page, 18);
    assert_int_equal(out[18], 0xcc);
    assert_int_equal(log_player_bytes(&player, 1), 12); /* whole dwords */
    uint32_t count = 0;
    for (uint32_t at = 0; (at = lwnvme_log_entry_next(&memory, at)) != 0; count++)
        assert_int_equal(out[at], 10 + count);
    assert_int_equal(count, 5);
    assert_int_equal(
        finish(lwnvme_log_predictable_latency_aggregate(player.bench.controller, &io.request, &memory)), 0);
    assert_int_equal(log_player_lid(&player, player.count - 1), 0x0b);
    log_player_put(page, 0x10000, 8);
    assert_int_equal(
        finish(lwnvme_log_endurance_group_aggregate(player.bench.controller, &io.request, &memory)),
        LWNVME_ERR_LOG_DATA);
    log_player_put(page, UINT64_MAX, 8);
    assert_int_equal(
        finish(lwnvme_log_endurance_group_aggregate(player.bench.controller, &io.request, &memory)),
        LWNVME_ERR_LOG_DATA);
    log_player_put(page, 0xffff, 8);
    assert_int_equal(
        finish(lwnvme_log_endurance_group_aggregate(player.bench.controller, &io.request, &memory)),
        LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, 8 + 2 * 0xffff);
    log_player_end(&player);
}

static int lba_status(void)
{
    return finish(lwnvme_log_lba_status(player.bench.controller, &io.request, &memory));
}

static void lba_status_elements(void **state)
{
    (void)state;
    start();
    log_player_put(page, 16 + 16 + 32 + 16, 4);
    log_player_put(page + 4, 2, 4);
    log_player_put(page + 16, 1, 4); /* namespace 1, two ranges */
    log_player_put(page + 20, 2, 4);
    log_player_put(page + 64, 2, 4); /* namespace 2, all of it */
    log_player_put(page + 68, 0xffffffff, 4);
    assert_int_equal(lba_status(), 0);
    assert_int_equal(memory.length_bytes, 80);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16), 64);
    assert_int_equal(lwnvme_log_entry_next(&memory, 64), 0);
    log_player_put(page, 76, 4); /* shorter than its elements */
    assert_int_equal(lba_status(), LWNVME_ERR_LOG_DATA);
    log_player_put(page, 100000, 4); /* longer: that is what is needed */
    memory.room_bytes = 40;
    assert_int_equal(lba_status(), LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, 100000);
    memory.room_bytes = 4096;
    log_player_put(page + 16, 0, 4); /* no namespace */
    assert_int_equal(lba_status(), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 16, 1, 4);
    log_player_put(page + 4, 0xffffffff, 4);
    assert_int_equal(lba_status(), LWNVME_ERR_LOG_DATA); /* the third element is namespace 0 */
    log_player_end(&player);
}

static void media_units(void **state)
{
    (void)state;
    start();
    log_player_put(page, 2, 2);
    page[16 + 12] = 3; /* channels */
    page[16 + 13] = 16;
    page[16 + 22 + 12] = 0;
    page[16 + 22 + 13] = 32;
    assert_int_equal(finish(lwnvme_log_media_unit_status(player.bench.controller, &io.request, 9, &memory)),
                     0);
    assert_int_equal(log_player_lid(&player, 0), 0x10);
    assert_int_equal(log_player_lsi(&player, 0), 9);
    assert_int_equal(memory.length_bytes, 16 + 22 + 32);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16), 38);
    log_player_put(page, 1, 2);
    page[16 + 13] = 24; /* not a multiple of 16 */
    assert_int_equal(finish(lwnvme_log_media_unit_status(player.bench.controller, &io.request, 9, &memory)),
                     LWNVME_ERR_LOG_DATA);
    page[16 + 13] = 0;
    assert_int_equal(finish(lwnvme_log_media_unit_status(player.bench.controller, &io.request, 9, &memory)),
                     LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

/* An endurance group with NVM sets, channels, and media units on each channel. Returns where it ends. */
static uint32_t put_group(uint32_t at, uint32_t sets, uint32_t channels, uint32_t units, uint32_t extra)
{
    log_player_put(page + at + 80, sets, 2);
    at += 82 + 2 * sets;
    log_player_put(page + at, channels, 2);
    at += 2;
    for (uint32_t c = 0; c < channels; c++) {
        log_player_put(page + at, c, 2);
        log_player_put(page + at + 2, units, 2);
        at += 4;
        for (uint32_t u = 0; u < units; u++, at += 8 + extra)
            log_player_put(page + at + 6, extra, 2);
    }
    return at;
}

static void capacity_configurations_are_four_lists_deep(void **state)
{
    (void)state;
    start();
    page[0] = 2;
    log_player_put(page + 16 + 4, 2, 2); /* endurance groups */
    uint32_t second = put_group(16 + 32, 3, 4, 5, 0);
    second = put_group(second, 0, 300, 7, 6);
    log_player_put(page + second, 9, 2);
    log_player_put(page + second + 4, 1, 2);
    uint32_t length = put_group(second + 32, 1, 0, 0, 0);
    assert_true(length > 7 * 4096);
    player.page_bytes = length;
    assert_int_equal(
        finish(lwnvme_log_capacity_configurations(player.bench.controller, &io.request, 2, &memory)), 0);
    assert_int_equal(log_player_lid(&player, 0), 0x11);
    assert_int_equal(log_player_lsi(&player, 0), 2);
    assert_int_equal(memory.length_bytes, length);
    assert_memory_equal(out, page, length);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16), second);
    assert_int_equal(lwnvme_log_entry_next(&memory, second), 0);
    memory.room_bytes = length - 1;
    assert_int_equal(
        finish(lwnvme_log_capacity_configurations(player.bench.controller, &io.request, 2, &memory)),
        LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, length);
    /* Everything as large as can be: bounded by the memory there is. */
    memset(page, 0xff, sizeof(page));
    player.page_bytes = sizeof(page);
    memory.room_bytes = 64 * 1024;
    assert_int_equal(
        finish(lwnvme_log_capacity_configurations(player.bench.controller, &io.request, 2, &memory)),
        LWNVME_ERR_LOG_LENGTH);
    log_player_end(&player);
}

static int fdp_configurations(void)
{
    return finish(lwnvme_log_fdp_configurations(player.bench.controller, &io.request, 1, &memory));
}

static void fdp_configurations_have_their_sizes(void **state)
{
    (void)state;
    start();
    log_player_put(page, 1, 2); /* 0's based */
    log_player_put(page + 4, 16 + 80 + 64, 4);
    log_player_put(page + 16, 80, 2);
    page[16 + 3] = 4;                    /* vendor's */
    log_player_put(page + 16 + 8, 3, 2); /* handles */
    log_player_put(page + 96, 64, 2);
    assert_int_equal(fdp_configurations(), 0);
    assert_int_equal(log_player_lid(&player, 0), 0x20);
    assert_int_equal(log_player_lsi(&player, 0), 1);
    assert_int_equal(memory.length_bytes, 160);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16), 96);
    log_player_put(page + 16 + 8, 4, 2); /* more handles than it has room for */
    assert_int_equal(fdp_configurations(), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 16 + 8, 3, 2);
    log_player_put(page + 16, 0, 2);
    assert_int_equal(fdp_configurations(), LWNVME_ERR_LOG_DATA);
    log_player_put(page + 16, 80, 2);
    log_player_put(page + 4, 100, 4); /* less than its parts */
    assert_int_equal(fdp_configurations(), LWNVME_ERR_LOG_DATA);
    log_player_end(&player);
}

static void fdp_usage_and_events(void **state)
{
    (void)state;
    start();
    log_player_put(page, 3, 2);
    assert_int_equal(finish(lwnvme_log_fdp_usage(player.bench.controller, &io.request, 5, &memory)), 0);
    assert_int_equal(log_player_lid(&player, 0), 0x21);
    assert_int_equal(log_player_lsi(&player, 0), 5);
    assert_int_equal(memory.length_bytes, 8 + 24);
    assert_int_equal(log_player_bytes(&player, 1), 24);
    memset(page, 0, sizeof(page));
    log_player_put(page, 100, 4);
    player.count = 0;
    assert_int_equal(finish(lwnvme_log_fdp_events(player.bench.controller, &io.request, 2, true, &memory)),
                     0);
    assert_int_equal(log_player_lid(&player, 0), 0x23);
    assert_int_equal(log_player_lsp(&player, 0), 1);
    assert_int_equal(memory.length_bytes, 64 * 101);
    assert_int_equal(log_player_bytes(&player, 0), 64);
    assert_int_equal(log_player_bytes(&player, 1), 4096);
    assert_int_equal(log_player_bytes(&player, 2), 6400 - 4096);
    assert_int_equal(log_player_bytes(&player, 3), 64);
    assert_int_equal(player.count, 4);
    log_player_put(page, 0xffffffff, 4);
    assert_int_equal(finish(lwnvme_log_fdp_events(player.bench.controller, &io.request, 2, false, &memory)),
                     LWNVME_ERR_LOG_DATA);
    log_player_put(page, 0xfffffffe, 4);
    assert_int_equal(finish(lwnvme_log_fdp_events(player.bench.controller, &io.request, 2, false, &memory)),
                     LWNVME_ERR_LOG_LENGTH);
    assert_int_equal(memory.length_bytes, 0xffffffff);
    log_player_end(&player);
}

static void what_is_refused(void **state)
{
    (void)state;
    start();
    struct lwnvme_controller *c = player.bench.controller;
    assert_int_equal(lwnvme_log_ana(c, &io.request, false, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_ana(c, NULL, false, &memory), LWNVME_ERR_NULL_ARGUMENT);
    memory.room_bytes = 15;
    assert_int_equal(lwnvme_log_ana(c, &io.request, false, &memory), LWNVME_ERR_INVALID_ARGUMENT);
    memory.room_bytes = 64;
    assert_int_equal(lwnvme_log_fdp_usage(c, &io.request, 0, &memory), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_log_fdp_events(c, &io.request, 6, false, &memory), LWNVME_ERR_INVALID_ARGUMENT);
    memory.data = NULL;
    assert_int_equal(lwnvme_log_ana(c, &io.request, false, &memory), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_log_entry_next(NULL, 0), 0);
    assert_int_equal(lwnvme_log_entry_next(&memory, 0), 0);
    assert_int_equal(player.count, 0);
    log_player_end(&player);

    log_player_prepare(&player);
    player.bench.settings.oacs = 0;
    player.bench.settings.oaes = 0;
    player.bench.settings.ctratt = 0;
    log_player_start(&player);
    c = player.bench.controller;
    assert_int_equal(lwnvme_log_ana(c, &io.request, false, &memory), LWNVME_ERR_NO_ANA);
    assert_int_equal(lwnvme_log_lba_status(c, &io.request, &memory), LWNVME_ERR_NO_LBA_STATUS);
    assert_int_equal(lwnvme_log_media_unit_status(c, &io.request, 0, &memory),
                     LWNVME_ERR_NO_CAPACITY_MANAGEMENT);
    assert_int_equal(lwnvme_log_capacity_configurations(c, &io.request, 0, &memory),
                     LWNVME_ERR_NO_CAPACITY_MANAGEMENT);
    assert_int_equal(lwnvme_log_fdp_configurations(c, &io.request, 1, &memory), LWNVME_ERR_NO_FDP);
    assert_int_equal(lwnvme_log_endurance_group_aggregate(c, &io.request, &memory),
                     LWNVME_ERR_NO_ENDURANCE_GROUPS);
    assert_int_equal(lwnvme_log_predictable_latency_aggregate(c, &io.request, &memory),
                     LWNVME_ERR_NO_PREDICTABLE_LATENCY);
    assert_int_equal(player.count, 0);
    log_player_end(&player);
}

/* Whatever a controller delivers, it ends, and nothing beyond the memory is touched. */
static void any_bytes_end_by_name(void **state)
{
    uint64_t random = 0x9e3779b97f4a7c15u;
    (void)state;
    start();
    for (uint32_t round = 0; round < 600; round++) {
        uint32_t shape = round % 6;
        for (uint32_t i = 0; i < 2048; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            page[i] = (uint8_t)(random % 7 == 0 ? random >> 32 : random % 3);
        }
        player.page_bytes = 2048;
        player.count = 0;
        memory.room_bytes = 64 + (uint32_t)(random % 3000);
        out[memory.room_bytes] = 0xcc;
        int status =
            shape == 0   ? ana()
            : shape == 1 ? lba_status()
            : shape == 2 ? fdp_configurations()
            : shape == 3
                ? finish(lwnvme_log_media_unit_status(player.bench.controller, &io.request, 0, &memory))
            : shape == 4
                ? finish(lwnvme_log_capacity_configurations(player.bench.controller, &io.request, 0, &memory))
                : finish(lwnvme_log_fdp_events(player.bench.controller, &io.request, 1, false, &memory));
        assert_true(status == 0 || status == LWNVME_ERR_LOG_DATA || status == LWNVME_ERR_LOG_LENGTH);
        assert_int_equal(out[memory.room_bytes], 0xcc);
        for (uint32_t at = 0, seen = 0; (at = lwnvme_log_entry_next(&memory, at)) != 0; seen++) {
            assert_true(at < memory.room_bytes);
            assert_true(seen < 4096);
        }
    }
    log_player_end(&player);
}

static uint16_t spoil_flags(struct log_player *self, const uint32_t command[16])
{
    (void)self;
    (void)command;
    io.request.flags = 0x4000; /* no such flag */
    return 0;
}

/* What cannot be sent ends the reading: the second look at the header, a piece, and what begins it anew. */
static void what_cannot_be_sent_ends_it(void **state)
{
    const uint32_t namespaces[] = {3, 1};
    (void)state;
    start();
    put_ana(namespaces, 2);
    player.answer = spoil_flags;
    assert_int_equal(ana(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.count, 1);
    io.request.flags = 0x4000;
    assert_int_equal(lwnvme_log_ana(player.bench.controller, &io.request, false, &memory),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(io.called, 0);
    io.request.flags = 0;
    memory.room_bytes = UINT32_MAX;
    memory.data = (void *)(UINTPTR_MAX - 4095);
    assert_int_equal(lwnvme_log_ana(player.bench.controller, &io.request, false, &memory),
                     LWNVME_ERR_INVALID_ARGUMENT);
    log_player_end(&player);
}

/* A walk from a place that is none finds nothing. */
static void entries_from_anywhere(void **state)
{
    const uint32_t namespaces[] = {3, 1};
    uint32_t first;
    (void)state;
    start();
    put_ana(namespaces, 2);
    assert_int_equal(ana(), 0);
    first = lwnvme_log_entry_next(&memory, 0);
    assert_int_equal(first, 16);
    assert_int_equal(lwnvme_log_entry_next(&memory, first), 16 + 32 + 3 * 4);
    assert_int_equal(lwnvme_log_entry_next(&memory, 16 + 32 + 3 * 4), 0);
    assert_int_equal(lwnvme_log_entry_next(&memory, player.page_bytes - 8), 0);
    assert_int_equal(lwnvme_log_entry_next(&memory, UINT32_MAX), 0);
    assert_int_equal(lwnvme_log_entry_next(NULL, 0), 0);
    memory.data = NULL;
    assert_int_equal(lwnvme_log_entry_next(&memory, 0), 0);
    log_player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ana_groups_are_walked),
        cmocka_unit_test(groups_only_and_a_retained_event),
        cmocka_unit_test(a_log_without_entries),
        cmocka_unit_test(fault_057_many_pages_of_entries),
        cmocka_unit_test(fault_057_memory_that_is_too_small_is_told_how_much),
        cmocka_unit_test(fault_057_counts_that_cannot_be),
        cmocka_unit_test(fault_057_without_offsets_a_page_at_most),
        cmocka_unit_test(without_offsets_the_second_reading_counts),
        cmocka_unit_test(fault_164_a_log_that_changes_is_read_again),
        cmocka_unit_test(a_failing_command_ends_it),
        cmocka_unit_test(aggregates),
        cmocka_unit_test(lba_status_elements),
        cmocka_unit_test(media_units),
        cmocka_unit_test(capacity_configurations_are_four_lists_deep),
        cmocka_unit_test(fdp_configurations_have_their_sizes),
        cmocka_unit_test(fdp_usage_and_events),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(any_bytes_end_by_name),
        cmocka_unit_test(what_cannot_be_sent_ends_it),
        cmocka_unit_test(entries_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
