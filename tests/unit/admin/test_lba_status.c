/* SPDX-License-Identifier: MIT */
/* Get LBA Status: its dwords, and lists that are checked before they are believed. */
#include "player.h"

static struct player player;
static struct counted io;
static struct lwnvme_lba_status status;
static uint8_t answer_data[4096];
static uint32_t answer_status;

static uint32_t answer(struct player *self, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)self;
    (void)command;
    (void)dw0;
    memcpy(page, answer_data, sizeof(answer_data));
    return answer_status;
}

static void start(uint16_t oacs)
{
    player_prepare(&player);
    player.bench.settings.oacs = oacs;
    player.plays[0x86] = true;
    player.answer = answer;
    player_start(&player);
    counted_init(&io, NULL);
    memset(&status, 0, sizeof(status));
    memset(answer_data, 0, sizeof(answer_data));
    answer_status = 0;
    status.nsid = 1;
    status.action = LWNVME_LBA_STATUS_ATYPE_TRACKED;
}

static void put(uint8_t *place, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        place[i] = (uint8_t)(value >> 8 * i);
    }
}

static void list(uint32_t count, uint8_t condition)
{
    memset(answer_data, 0, sizeof(answer_data));
    put(answer_data, count, 4);
    answer_data[4] = condition;
}

static void entry(uint32_t index, uint64_t lba, uint32_t blocks, uint8_t what)
{
    put(answer_data + 8 + 16 * index, lba, 8);
    put(answer_data + 16 + 16 * index, blocks - 1, 4); /* 0's based */
    answer_data[8 + 16 * index + 13] = what;
}

static int ask(void)
{
    int accepted = lwnvme_lba_status_get(player.bench.controller, &io.request, &status);
    assert_int_equal(accepted, 0);
    bench_wait(&player.bench, &io.request);
    return io.request.status;
}

static void the_question_has_its_dwords(void **state)
{
    const uint32_t *command;
    (void)state;
    start(0x200);
    status.lba = UINT64_C(0x123456789abcdef0);
    status.block_count = 65535;
    status.action = LWNVME_LBA_STATUS_ATYPE_SCAN_UNTRACKED;
    assert_int_equal(ask(), 0);
    command = player_sent(&player, 0x86, 0);
    assert_int_equal(command[1], 1);
    assert_int_equal(command[10], 0x9abcdef0);
    assert_int_equal(command[11], 0x12345678);
    assert_int_equal(command[12], 1023);
    assert_int_equal(command[13], 0x1000ffff);
    assert_int_equal(status.range_count, 0);
    assert_false(status.more);
    status.block_count = 0;
    status.action = LWNVME_LBA_STATUS_ATYPE_ALLOCATED;
    assert_int_equal(ask(), 0);
    assert_int_equal(player_sent(&player, 0x86, 1)[13], 0x02000000);
    player_end(&player);
}

static void ranges_are_told_and_pages_go_on_where_they_ended(void **state)
{
    (void)state;
    start(0x200);
    status.lba = 100;
    list(3, 1);
    entry(0, 100, 1, 0x21);
    entry(1, 101, 50, 0);
    entry(2, UINT64_C(0x100000000), 0xffffffff, 3);
    assert_int_equal(ask(), 0);
    assert_int_equal(status.range_count, 3);
    assert_true(status.ranges[0].lba == 100 && status.ranges[0].block_count == 1);
    assert_int_equal(status.ranges[0].status, 0x21);
    assert_true(status.ranges[2].lba == UINT64_C(0x100000000));
    assert_true(status.ranges[2].block_count == 0xffffffff);
    assert_true(status.more);
    assert_true(status.next == UINT64_C(0x1ffffffff));
    status.lba = status.next;
    list(1, 2);
    entry(0, status.lba + 5, 1, 0);
    assert_int_equal(ask(), 0);
    assert_int_equal(status.range_count, 1);
    assert_false(status.more);
    player_end(&player);
}

/* Who asks until there is no more must come to an end: an answer that tells nothing and has more to tell is none. */
static void an_answer_without_progress_is_refused(void **state)
{
    (void)state;
    start(0x200);
    status.lba = 100;
    list(0, 1);
    assert_int_equal(ask(), LWNVME_ERR_LIST_ENTRY);
    assert_false(status.more);
    list(0, 2);
    assert_int_equal(ask(), 0);
    assert_false(status.more);
    player_end(&player);
}

static void a_full_page_is_taken_whole(void **state)
{
    (void)state;
    start(0x200);
    list(255, 2);
    for (uint32_t i = 0; i < 255; i++) {
        entry(i, i * 10, 10, (uint8_t)i);
    }
    assert_int_equal(ask(), 0);
    assert_int_equal(status.range_count, 255);
    assert_true(status.ranges[254].lba == 2540);
    list(256, 2);
    assert_int_equal(ask(), LWNVME_ERR_LIST_ENTRY);
    list(0xffffffff, 2);
    assert_int_equal(ask(), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(status.range_count, 0);
    player_end(&player);
}

static void lists_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        uint64_t lba[2];
        uint32_t blocks[2];
    } rows[] = {
        {{49, 60}, {1, 1}},                 /* before what was asked about */
        {{50, 50}, {1, 1}},                 /* twice */
        {{50, 59}, {10, 1}},                /* overlapping */
        {{70, 60}, {1, 1}},                 /* unsorted */
        {{UINT64_MAX, UINT64_MAX}, {2, 1}}, /* beyond the end of numbers */
        {{50, UINT64_C(0xffffffff00000001)}, {1, 0xffffffff}},
    };
    (void)state;
    start(0x200);
    status.lba = 50;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        list(2, 2);
        entry(0, rows[i].lba[0], rows[i].blocks[0], 0);
        entry(1, rows[i].lba[1], rows[i].blocks[1], 0);
        assert_int_equal(ask(), LWNVME_ERR_LIST_ENTRY);
        assert_int_equal(status.range_count, 0);
        assert_false(status.more);
    }
    answer_status = 0x4002;
    assert_int_equal(ask(), 0x4002);
    player_end(&player);
}

static void refusals(void **state)
{
    struct lwnvme_controller *controller;
    (void)state;
    start(0xfdff);
    assert_int_equal(lwnvme_lba_status_get(player.bench.controller, &io.request, &status),
                     LWNVME_ERR_NO_LBA_STATUS);
    player_end(&player);
    start(0x200);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_lba_status_get(controller, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    status.nsid = 0;
    assert_int_equal(lwnvme_lba_status_get(controller, &io.request, &status), LWNVME_ERR_NS_INVALID_ID);
    status.nsid = LWNVME_NSID_ALL;
    assert_int_equal(lwnvme_lba_status_get(controller, &io.request, &status), LWNVME_ERR_NS_INVALID_ID);
    status.nsid = 1;
    status.block_count = 65536;
    assert_int_equal(lwnvme_lba_status_get(controller, &io.request, &status), LWNVME_ERR_INVALID_ARGUMENT);
    status.block_count = 1;
    status.action = 3;
    assert_int_equal(lwnvme_lba_status_get(controller, &io.request, &status), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

/* Refused when it is sent, the answer is what it was. */
static void a_question_that_cannot_be_sent_changes_nothing(void **state)
{
    (void)state;
    start(0x200);
    status.range_count = 7;
    status.more = true;
    status.block_count = 8;
    io.request.flags = 0x4000; /* no such flag */
    assert_int_equal(lwnvme_lba_status_get(player.bench.controller, &io.request, &status),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(status.range_count, 7);
    assert_true(status.more);
    assert_int_equal(player.sent_count, 0);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_has_its_dwords),
        cmocka_unit_test(ranges_are_told_and_pages_go_on_where_they_ended),
        cmocka_unit_test(an_answer_without_progress_is_refused),
        cmocka_unit_test(a_full_page_is_taken_whole),
        cmocka_unit_test(lists_that_make_no_sense_are_refused),
        cmocka_unit_test(refusals),
        cmocka_unit_test(a_question_that_cannot_be_sent_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
