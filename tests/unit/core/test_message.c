/* SPDX-License-Identifier: MIT */
/* Messages: whole lines, bounded, without a line end. */
#include "../support.h"

static struct fake fake;

static void start(void)
{
    fake_host(&fake, 0);
    fake_controller(&fake, 4096, 131072);
}

static void topics_and_values(void **state)
{
    (void)state;
    start();
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_CAPACITY, 7);
    assert_string_equal(fake.texts[0], "nvme: capacity beyond size, namespace 0x00000007");
    assert_int_equal(fake.levels[0], LWNVME_LEVEL_WARNING);
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_QUEUE_STUCK, 0x0123abcd);
    assert_string_equal(fake.texts[1], "nvme: a queue could not be deleted: status 0x0123abcd");
    assert_int_equal(fake.levels[1], LWNVME_LEVEL_ERROR);
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_EVENTS, (uint32_t)LWNVME_ERR_TIMEOUT);
    assert_string_equal(fake.texts[2], "nvme: events could not be configured, status -43");
    fake.controller.state = LWNVME_STATE_ENABLE;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_STATE, LWNVME_STATE_ENABLE);
    assert_string_equal(fake.texts[3], "nvme: state enable");
    assert_int_equal(fake.levels[3], LWNVME_LEVEL_DEBUG);
    fake.ops.log_words(&fake.controller, LWNVME_TOPIC_EVENTS + 1, 0); /* no such topic */
    assert_int_equal(fake.text_count, 4);
}

static void every_line_has_room(void **state)
{
    (void)state;
    start();
    for (uint32_t topic = 0; topic <= LWNVME_TOPIC_EVENTS; topic++) {
        for (uint32_t number = 0; number < LWNVME_STATE_COUNT; number++) {
            fake.controller.state = number;
            fake.text_count = 0;
            lwnvme_tell(&fake.controller, (enum lwnvme_topic)topic, 0xffffff00u);
            assert_int_equal(fake.text_count, 1);
            assert_true(strlen(fake.texts[0]) > 10 && strlen(fake.texts[0]) < 119); /* not cut */
        }
    }
}

static void failures_tell_state_status_and_csts(void **state)
{
    (void)state;
    start();
    fake.registers[0x1c / 4] = 0x12;
    fake.controller.state = LWNVME_STATE_READY;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, 0x4004);
    assert_string_equal(fake.texts[0], "nvme: failed in state ready, status 0x00004004, CSTS 0x00000012");
    assert_int_equal(fake.levels[0], LWNVME_LEVEL_ERROR);
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, (uint32_t)LWNVME_ERR_GONE);
    assert_string_equal(fake.texts[1], "nvme: failed in state ready, status -40, CSTS 0xffffffff");
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, (uint32_t)LWNVME_ERR_HOST_MEMORY_LIMIT);
    assert_string_equal(fake.texts[2], "nvme: failed in state ready, status -171, CSTS 0x00000012");
}

static void checklist_is_said_once(void **state)
{
    (void)state;
    start();
    fake.controller.identified = 0;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, (uint32_t)LWNVME_ERR_TIMEOUT);
    assert_true(fake.text_count >= 6);
    for (uint32_t i = 0; i < fake.text_count; i++) {
        assert_int_equal(strncmp(fake.texts[i], "nvme: ", 6), 0);
        assert_null(strchr(fake.texts[i], '\n'));
        assert_true(strlen(fake.texts[i]) < 119); /* none is cut */
    }
    uint32_t count = fake.text_count;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, (uint32_t)LWNVME_ERR_TIMEOUT);
    assert_int_equal(fake.text_count, count + 1);
}

static void without_a_hook_nothing_is_said(void **state)
{
    (void)state;
    start();
    fake.ops.log_words = NULL;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, 1);
    fake.ops.log_words = lwnvme_log_words;
    fake.ops.log = NULL;
    lwnvme_tell(&fake.controller, LWNVME_TOPIC_FAILURE, 1);
    assert_int_equal(fake.text_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_and_values),
        cmocka_unit_test(every_line_has_room),
        cmocka_unit_test(failures_tell_state_status_and_csts),
        cmocka_unit_test(checklist_is_said_once),
        cmocka_unit_test(without_a_hook_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
