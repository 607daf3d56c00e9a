/* SPDX-License-Identifier: MIT */
/* Messages: whole lines, bounded, without a line end. */
#include "../support.h"

static struct fake fake;

static void start(void)
{
    fake_host(&fake, 0);
    fake_controller(&fake, 4096, 131072);
}

static void texts_and_values(void **state)
{
    (void)state;
    start();
    lwnvme_log_text(&fake.controller, LWNVME_LEVEL_WARNING, "something");
    assert_string_equal(fake.texts[0], "nvme: something");
    assert_int_equal(fake.levels[0], LWNVME_LEVEL_WARNING);
    lwnvme_log_value(&fake.controller, LWNVME_LEVEL_INFO, "value ", 0x0123abcd);
    assert_string_equal(fake.texts[1], "nvme: value 0x0123abcd");
    lwnvme_log_value(&fake.controller, LWNVME_LEVEL_INFO, "", 0xffffffff);
    assert_string_equal(fake.texts[2], "nvme: 0xffffffff");
    lwnvme_log_state(&fake.controller, "enable");
    assert_string_equal(fake.texts[3], "nvme: state enable");
    assert_int_equal(fake.levels[3], LWNVME_LEVEL_DEBUG);
}

static void long_texts_are_cut(void **state)
{
    char text[300];
    (void)state;
    start();
    memset(text, 'x', sizeof(text));
    text[299] = '\0';
    lwnvme_log_text(&fake.controller, LWNVME_LEVEL_ERROR, text);
    assert_int_equal(strlen(fake.texts[0]), 119);
    lwnvme_log_value(&fake.controller, LWNVME_LEVEL_ERROR, text, 1);
    assert_int_equal(strlen(fake.texts[1]), 119);
}

static void failures_tell_state_status_and_csts(void **state)
{
    (void)state;
    start();
    fake.registers[0x1c / 4] = 0x12;
    lwnvme_log_failure(&fake.controller, "ready", 0x4004);
    assert_string_equal(fake.texts[0], "nvme: failed in state ready, status 0x00004004, CSTS 0x00000012");
    assert_int_equal(fake.levels[0], LWNVME_LEVEL_ERROR);
    lwnvme_log_failure(&fake.controller, "ready", LWNVME_ERR_GONE);
    assert_non_null(strstr(fake.texts[1], "CSTS 0xffffffff"));
}

static void checklist_is_said_once(void **state)
{
    (void)state;
    start();
    lwnvme_log_checklist(&fake.controller);
    assert_true(fake.text_count >= 5);
    for (uint32_t i = 0; i < fake.text_count; i++) {
        assert_int_equal(strncmp(fake.texts[i], "nvme: ", 6), 0);
        assert_null(strchr(fake.texts[i], '\n'));
        assert_true(strlen(fake.texts[i]) < 119); /* none is cut */
    }
    uint32_t count = fake.text_count;
    lwnvme_log_checklist(&fake.controller);
    assert_int_equal(fake.text_count, count);
}

static void without_a_hook_nothing_is_said(void **state)
{
    (void)state;
    start();
    fake.ops.log = NULL;
    lwnvme_log_text(&fake.controller, LWNVME_LEVEL_ERROR, "x");
    lwnvme_log_failure(&fake.controller, "x", 1);
    lwnvme_log_checklist(&fake.controller);
    assert_int_equal(fake.text_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_values),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(failures_tell_state_status_and_csts),
        cmocka_unit_test(checklist_is_said_once),
        cmocka_unit_test(without_a_hook_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
