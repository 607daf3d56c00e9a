/* SPDX-License-Identifier: MIT */
/* Media units and capacity configurations in words. */
#include "describe_support.h"

static void media_units(void **state)
{
    static const uint8_t log[] = {
        2, 0,  1, 0, 3,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,   2, 0,  3, 0, 4,  0, 100,
        0, 90, 5, 1, 16, 0, 0, 9, 0, 2, 0, 2, 0, 3, 0, 4, 0, 100, 0, 91, 5, 0, 16, 0, 0,
    };
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_media_unit_status_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_media_unit_status_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    assert_int_equal(json_number(collect, "nmu"), 2);
    assert_int_equal(json_number(collect, "cchans"), 1);
    assert_int_equal(json_number(collect, "sel_config"), 3);
    expect_line(collect, "        chanid : 9");
    expect_line(collect, "    avl_spare    : 91 %");
    collect_free(collect);
}

/* One configuration, one endurance group, two sets, one channel, two media units, the first with data behind it. */
static const uint8_t
    configurations[] =
        {
            1,  0, 0,   0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, /* header */
            5,  0, 6,   0, 1, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0,  0, 0,  0, 0, 0,
            0,  0, 0,   0, 0, 0, 0, 0,                          /* configuration */
            7,  0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, /* endurance group */
            8,  0, 0,   0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 9, 0, 0,  0, 0,  0, 0, 0,
            0,  0, 0,   0, 0, 0, 0, 0, 3, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0,  0, 0,  0, 0, 0,
            0,  0, 0,   0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 2, 0, 21, 0, 22, 0, /* sets */
            1,  0, 31,  0, 2, 0,                                                    /* channels */
            41, 0, 0,   0, 0, 0, 3, 0, 1, 2, 3, 42, 0, 0, 0, 0, 0, 0, 0,            /* media units */
};

static struct collect *described(const uint8_t *log, size_t length)
{
    struct collect *collect = collect_start();
    uint8_t *exact = exact_copy(log, length);

    lwnvme_describe_capacity_configurations_log(&collect->text.describe, exact, length);
    lwnvme_describe_capacity_configurations_log(&collect->json.describe, exact, length);
    free(exact);
    collect_check(collect);
    return collect;
}

static void lists_within_lists(void **state)
{
    struct collect *collect = described(configurations, sizeof(configurations));

    (void)state;
    assert_int_equal(json_number(collect, "sccn"), 1);
    expect_json(collect, "\"cap_config_id\": 5,");
    expect_json(collect, "\"domainid\": 6,");
    expect_json(collect, "\"cap_adj_factor\": 100,");
    expect_json(collect, "\"tegcap\": 8,");
    expect_json(collect, "\"segcap\": 9,");
    expect_json(collect, "\"nvmsetid\": 22");
    expect_json(collect, "\"egchans\": 1,");
    expect_json(collect, "\"chanid\": 31,");
    expect_json(collect, "\"muid\": 41,");
    expect_json(collect, "\"muid\": 42,");
    collect_free(collect);
}

static void fault_188_the_log_may_end_anywhere(void **state)
{
    (void)state;
    for (size_t length = 0; length <= sizeof(configurations); length++) {
        collect_free(described(configurations, length));
    }
}

static void fault_188_each_byte_may_be_anything(void **state)
{
    uint8_t log[sizeof(configurations)];

    (void)state;
    for (size_t at = 0; at < sizeof(log); at++) {
        memcpy(log, configurations, sizeof(log));
        for (int value = 0; value < 256; value += 85) {
            log[at] = (uint8_t)value;
            collect_free(described(log, sizeof(log)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_units),
        cmocka_unit_test(lists_within_lists),
        cmocka_unit_test(fault_188_the_log_may_end_anywhere),
        cmocka_unit_test(fault_188_each_byte_may_be_anything),
    };

    return cmocka_run_group_tests_name("describe: capacity", tests, NULL, NULL);
}
