/* SPDX-License-Identifier: MIT */
/* The sink that makes JSON, and the checker that the other tests trust. */
#include "describe_support.h"

#include "../../../src/describe/engine.h"

static void the_checker_refuses_what_is_not_json(void **state)
{
    static const char *const wrong[] = {
        "{",
        "{}",
        "{}\n\n",
        "{,}\n",
        "{\"a\":1,}\n",
        "{\"a\" 1}\n",
        "{\"a\":01}\n",
        "{\"a\":}\n",
        "[1,]\n",
        "[1 2]\n",
        "{a:1}\n",
        "{\"a\":1}]\n",
        "{\"a\":\"\t\"}\n",
        "{\"a\":\"\\x\"}\n",
        "{\"a\":1,\"a\":2}\n",
        "{\"a\":1\n",
        "[\"a]\n",
        "",
        "{\"a\":0x1}\n",
        "{\"a\":\"\\u00g0\"}\n",
    };

    static const char right[] = "{\"a\":[{},[],0,\"\\u0022\"],\"ab\":12}\n";

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (json_is_strict(wrong[i], strlen(wrong[i]))) {
            fail_msg("accepted: %s", wrong[i]);
        }
    }
    assert_true(json_is_strict("{}\n", 3));
    assert_true(json_is_strict(right, strlen(right)));
}

static void nothing_is_an_empty_object(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    collect_check(collect);
    assert_string_equal(collect->pieces, "{}\n");
    collect_free(collect);
}

static void values_sections_and_lists_nest(void **state)
{
    struct collect *collect = collect_start();
    struct lwnvme_describe *describe = &collect->json.describe;

    (void)state;
    lwnvme_describe_number(describe, "one", 1);
    lwnvme_describe_section(describe, "section");
    lwnvme_describe_words(describe, "text", "words");
    lwnvme_describe_end(describe);
    lwnvme_describe_list(describe, "empty");
    lwnvme_describe_end(describe);
    lwnvme_describe_list(describe, "list");
    lwnvme_describe_number(describe, NULL, UINT64_MAX);
    lwnvme_describe_section(describe, NULL);
    lwnvme_describe_end(describe);
    lwnvme_describe_end(describe);
    collect_check(collect);
    assert_string_equal(
        collect->pieces,
        "{\n  \"one\": 1,\n  \"section\": {\n    \"text\": \"words\"\n  },\n  \"empty\": [],\n"
        "  \"list\": [\n    18446744073709551615,\n    {}\n  ]\n}\n");
    collect_free(collect);
}

static void what_is_still_open_is_closed_at_the_end(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_list(&collect->json.describe, "list");
    lwnvme_describe_section(&collect->json.describe, NULL);
    lwnvme_describe_number(&collect->json.describe, "number", 0);
    collect_check(collect);
    collect_free(collect);
}

static void names_and_texts_are_escaped(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_words(&collect->json.describe, "a \"name\"\n", "back\\slash and \"quotes\"\t\x80");
    collect_check(collect);
    expect_json(
        collect,
        "\"a \\u0022name\\u0022\\u000a\": \"back\\u005cslash and \\u0022quotes\\u0022\\u0009\\u0080\"");
    collect_free(collect);
}

static void numbers_of_128_bits_stand_in_full(void **state)
{
    uint8_t most[16];
    struct collect *collect = collect_start();

    (void)state;
    memset(most, 0xff, sizeof(most));
    lwnvme_describe_layout(&collect->json.describe, "&16u number;&16x hex;16b bytes[bytes];", most,
                           sizeof(most));
    collect_check(collect);
    expect_json(collect, "\"number\": 340282366920938463463374607431768211455,");
    expect_json(collect, "\"hex\": 340282366920938463463374607431768211455,");
    expect_json(collect, "\"bytes\": 340282366920938463463374607431768211455\n");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checker_refuses_what_is_not_json),
        cmocka_unit_test(nothing_is_an_empty_object),
        cmocka_unit_test(values_sections_and_lists_nest),
        cmocka_unit_test(what_is_still_open_is_closed_at_the_end),
        cmocka_unit_test(names_and_texts_are_escaped),
        cmocka_unit_test(numbers_of_128_bits_stand_in_full),
    };

    return cmocka_run_group_tests_name("describe: json", tests, NULL, NULL);
}
