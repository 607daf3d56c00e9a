/* SPDX-License-Identifier: MIT */
/* Log pages: what is asked of the controller, and what is refused before. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static uint8_t data[4096];
static uint32_t sent[16];

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
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
    assert_int_equal(read_log(select, 4100), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(read_log(select, UINT32_MAX - 3), LWNVME_ERR_INVALID_ARGUMENT);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(fault_057_command_dwords),
        cmocka_unit_test(offsets_only_if_the_controller_can),
        cmocka_unit_test(smart_log),
        cmocka_unit_test(error_log_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
