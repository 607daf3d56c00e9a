/* SPDX-License-Identifier: MIT */
/* The sink that makes lines. */
#include "describe_support.h"

#include "../../../src/describe/engine.h"

static void names_stand_in_a_column(void **state)
{
    static const uint8_t data[] = {1, 2, 3};
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_layout(&collect->text.describe, "1u a;1u longer name;1u b;", data, sizeof(data));
    assert_string_equal(collect->lines, "a           : 1\nlonger name : 2\nb           : 3\n");
    collect_free(collect);
}

static void lists_count_and_sections_indent(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_array(&collect->text.describe, "pairs", "1u a;1u b;", data, sizeof(data), 2);
    lwnvme_describe_list(&collect->text.describe, "values");
    lwnvme_describe_number(&collect->text.describe, NULL, 7);
    lwnvme_describe_number(&collect->text.describe, NULL, 8);
    lwnvme_describe_end(&collect->text.describe);
    assert_string_equal(collect->lines, "pairs:\n  [0]:\n    a : 1\n    b : 2\n  [1]:\n    a : 3\n    b : 4\n"
                                        "values:\n  [0] : 7\n  [1] : 8\n");
    collect_free(collect);
}

static void a_note_breaks_between_its_remarks(void **state)
{
    static const uint8_t data[] = {0xff};
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_layout(&collect->text.describe,
                           "1x a:0 twenty letters more 1|1 twenty letters more 2|2 twenty letters more 3|"
                           "3 twenty letters more 4|4 twenty letters more 5|5 twenty letters more 6;",
                           data, sizeof(data));
    assert_string_equal(collect->lines,
                        "a : 0xff (twenty letters more 1, twenty letters more 2, twenty letters more 3,\n"
                        "          twenty letters more 4, twenty letters more 5, twenty letters more 6)\n");
    collect_free(collect);
}

static void a_line_never_outgrows_its_room(void **state)
{
    struct collect *collect = collect_start();
    uint8_t text[2000];

    (void)state;
    memset(text, 'x', sizeof(text));
    collect->text.describe.name_width = 100000;
    lwnvme_describe_remark(&collect->text.describe, "a remark");
    lwnvme_describe_bytes(&collect->text.describe, "name", text, sizeof(text));
    collect->text.describe.name_width = 390;
    lwnvme_describe_remark(&collect->text.describe, "a remark");
    lwnvme_describe_remark(&collect->text.describe, "a second, with a comma");
    lwnvme_describe_bytes(&collect->text.describe, "name", text, sizeof(text));
    collect_check(collect);
    collect_free(collect);
}

static void sections_have_their_remark(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_list(&collect->text.describe, "formats");
    lwnvme_describe_remark(&collect->text.describe, "in use");
    lwnvme_describe_section(&collect->text.describe, NULL);
    lwnvme_describe_end(&collect->text.describe);
    lwnvme_describe_end(&collect->text.describe);
    assert_string_equal(collect->lines, "formats:\n  [0]: (in use)\n");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stand_in_a_column),
        cmocka_unit_test(lists_count_and_sections_indent),
        cmocka_unit_test(a_note_breaks_between_its_remarks),
        cmocka_unit_test(a_line_never_outgrows_its_room),
        cmocka_unit_test(sections_have_their_remark),
    };

    return cmocka_run_group_tests_name("describe: text", tests, NULL, NULL);
}
