/* SPDX-License-Identifier: MIT */
/* Layouts and numbers: what the describers are made of. */
#include "describe_support.h"

#include "../../../src/describe/engine.h"

/* Division by hand, 32 bits at a time, of what C11 has no type for. */
static const char *wide_text(char text[48], uint64_t low, uint64_t high)
{
    uint32_t limbs[4] = {(uint32_t)(high >> 32), (uint32_t)high, (uint32_t)(low >> 32), (uint32_t)low};
    char *at = &text[47];

    *at = '\0';
    do {
        uint64_t rest = 0;

        for (int limb = 0; limb < 4; limb++) {
            rest = rest << 32 | limbs[limb];
            limbs[limb] = (uint32_t)(rest / 10u);
            rest %= 10u;
        }
        *--at = (char)('0' + (int)rest);
    } while ((limbs[0] | limbs[1] | limbs[2] | limbs[3]) != 0);
    return at;
}

static void decimals_are_right_over_128_bits(void **state)
{
    char expected[48];
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    uint64_t seed = 1;

    (void)state;
    assert_string_equal(lwnvme_describe_decimal(digits, 0, 0), "0");
    assert_string_equal(lwnvme_describe_decimal(digits, UINT64_MAX, UINT64_MAX),
                        "340282366920938463463374607431768211455");
    assert_string_equal(lwnvme_describe_decimal(digits, 0, 1), "18446744073709551616");
    for (int turn = 0; turn < 4000; turn++) {
        const uint64_t low = seed = seed * 6364136223846793005u + 1442695040888963407u;
        const uint64_t high = seed = seed * 6364136223846793005u + 1442695040888963407u;
        const uint64_t short_high = turn % 128 < 64 ? high >> turn % 64 : 0;
        const uint64_t short_low = turn % 128 < 64 ? low : low >> turn % 64;

        assert_string_equal(lwnvme_describe_decimal(digits, short_low, short_high),
                            wide_text(expected, short_low, short_high));
    }
}

static void hexadecimals_are_right_over_128_bits(void **state)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    char expected[48];

    (void)state;
    assert_string_equal(lwnvme_describe_hexadecimal(digits, 0, 0), "0x0");
    assert_string_equal(lwnvme_describe_hexadecimal(digits, UINT64_MAX, UINT64_MAX),
                        "0xffffffffffffffffffffffffffffffff");
    assert_string_equal(lwnvme_describe_hexadecimal(digits, 1, 1), "0x10000000000000001");
    for (uint64_t value = 1; value < UINT64_MAX / 3u; value = value * 3u + 1u) {
        snprintf(expected, sizeof(expected), "%#llx", (unsigned long long)value);
        assert_string_equal(lwnvme_describe_hexadecimal(digits, value, 0), expected);
    }
}

static void expect_laid_out(const char *layout, const void *data, size_t length, const char *line)
{
    struct collect *collect = collect_start();
    void *exact = exact_copy(data, length);

    lwnvme_describe_layout(&collect->text.describe, layout, exact, length);
    lwnvme_describe_layout(&collect->json.describe, layout, exact, length);
    collect_check(collect);
    expect_line(collect, line);
    free(exact);
    collect_free(collect);
}

static void each_kind_reads_as_the_layout_says(void **state)
{
    static const uint8_t data[] = {0x34, 0x12, 0xff, 0x00, 0x00, 0x00, 0x00, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 9};

    (void)state;
    expect_laid_out("2u a;", data, 2, "a : 4660");
    expect_laid_out("2x a[us];", data, 2, "a : 0x1234 us");
    expect_laid_out("1-;1x a;", data, 2, "a : 0x12");
    expect_laid_out("2z a[things];", data, 2, "a : 4660 (4661 things)");
    expect_laid_out("8x a;", data, 8, "a : 0x8000000000ff1234");
    expect_laid_out("3-;1z a[entries];", data, 4, "a : 0 (1 entry)");
    expect_laid_out("3-;1z a[blocks];", data, 4, "a : 0 (1 block)");
    expect_laid_out("8u@63:56 a;", data, 8, "a : 128");
    expect_laid_out("&2u@15:12 a;2u@7:4 b;", data, 2, "b : 3");
    expect_laid_out("&2u@4 a;2u@3:0 b;", data, 2, "a : 1");
    expect_laid_out("16u a;", data, 16, "a : 27670116110581043764");
    expect_laid_out("16-;1e a[bytes];", data, 17, "a : 9 (512 bytes)");
    expect_laid_out("4h a;", data, 4, "a : 3412ff00");
    expect_laid_out("16j a;", data, 16, "a : 3412ff00-0000-0080-0100-000000000000");
    expect_laid_out("2-;2t a[K];", data, 4, "a : 255 K (-18 C)");
    expect_laid_out("8-;4v a;", data, 12, "a : 0x1 (0.0.1)");
}

static void words_follow_their_conditions(void **state)
{
    static const uint8_t value[] = {0x15, 0, 0, 0x80};

    (void)state;
    expect_laid_out("1x a:0 zero|1 one|2 two|4 four;", value, 1, "a : 0x15 (zero, two, four)");
    expect_laid_out("1x a:!0 zero|!1 one;", value, 1, "a : 0x15 (one)");
    expect_laid_out("1x a:=21 exactly|=20 not;", value, 1, "a : 0x15 (exactly)");
    expect_laid_out("1x a:2:0=5 five|2:0=1 one;", value, 1, "a : 0x15 (five)");
    expect_laid_out("4x a:31 top;", value, 4, "a : 0x80000015 (top)");
    expect_laid_out("1x a[K]:0 zero;", value, 1, "a : 0x15 K (zero)");
    expect_laid_out("2x a:8 eight;", value, 2, "a : 0x15");
}

static void a_word_without_a_condition_has_the_next_one(void **state)
{
    static const uint8_t value[] = {0x15};

    (void)state;
    expect_laid_out("1x a:0 zero| one| two|4 four| five;", value, 1, "a : 0x15 (zero, two, four)");
    expect_laid_out("1x a:=20 not| exactly| neither;", value, 1, "a : 0x15 (exactly)");
    expect_laid_out("1x a:2:0=4 four| five| six|4:3=1 one| two;", value, 1, "a : 0x15 (five, two)");
}

static void sizes_are_said_as_people_do(void **state)
{
    static const uint8_t small[] = {0xe7, 0x03, 0, 0};
    static const uint8_t kilo[] = {0x00, 0x10, 0, 0};
    static const uint8_t units[16] = {2};
    uint8_t most[16];

    (void)state;
    memset(most, 0xff, sizeof(most));
    expect_laid_out("4b a;", small, 4, "a : 999");
    expect_laid_out("4b a;", kilo, 4, "a : 4096 (4.09 kB)");
    expect_laid_out("16d a;", units, 16, "a : 2 (1.02 MB)");
    expect_laid_out("16d a;", most, 16, "a : 340282366920938463463374607431768211455");
    expect_laid_out("16b a;", most, 16, "a : 340282366920938463463374607431768211455");
}

static void a_layout_ends_with_the_data(void **state)
{
    static const uint8_t data[] = {1, 2, 3};
    struct collect *collect;

    (void)state;
    for (size_t length = 0; length <= sizeof(data); length++) {
        uint8_t *exact = exact_copy(data, length);

        collect = collect_start();
        lwnvme_describe_layout(&collect->text.describe, "1u a;&2u b;1u c;4u d;1u e;", exact, length);
        assert_true((strstr(collect->lines, "a :") != NULL) == (length >= 1));
        assert_true((strstr(collect->lines, "b :") != NULL) == (length >= 3));
        assert_true((strstr(collect->lines, "c :") != NULL) == (length >= 3));
        expect_no_line(collect, "d :");
        expect_no_line(collect, "e :");
        free(exact);
        collect_free(collect);
    }
}

/* A sink of one's own: the fields themselves. */
static uint32_t own_count;

static void own_field(struct lwnvme_describe *describe, const struct lwnvme_describe_field *field)
{
    assert_ptr_equal(describe->context, &own_count);
    assert_non_null(field->text);
    assert_non_null(field->unit);
    assert_non_null(field->note);
    assert_true(field->depth <= LWNVME_DESCRIBE_DEPTH_MAX);
    if (field->kind == LWNVME_DESCRIBE_HEX) {
        assert_string_equal(field->name, "flags");
        assert_true(field->low == 3 && field->high == 0);
        assert_string_equal(field->unit, "u");
        assert_string_equal(field->note, "low, next");
        assert_int_equal(field->name_width, 6);
    }
    own_count++;
}

static void a_sink_of_ones_own_gets_each_field(void **state)
{
    static const uint8_t data[] = {3, 4};
    struct lwnvme_describe own;

    (void)state;
    memset(&own, 0, sizeof(own));
    own.field = own_field;
    own.context = &own_count;
    own_count = 0;
    lwnvme_describe_layout(&own, "1x flags[u]:0 low|1 next;1u number;", data, sizeof(data));
    assert_int_equal(own_count, 2);
}

static void nesting_too_deep_is_left_out_and_still_balanced(void **state)
{
    struct collect *collect = collect_start();

    (void)state;
    for (int turn = 0; turn < 40; turn++) {
        lwnvme_describe_section(&collect->json.describe, "deeper");
        lwnvme_describe_section(&collect->text.describe, "deeper");
    }
    lwnvme_describe_number(&collect->json.describe, "inside", 1);
    lwnvme_describe_number(&collect->text.describe, "inside", 1);
    for (int turn = 0; turn < 40; turn++) {
        lwnvme_describe_end(&collect->json.describe);
    }
    lwnvme_describe_end(&collect->json.describe);
    lwnvme_describe_number(&collect->json.describe, "outside", 2);
    collect_check(collect);
    assert_int_equal(json_number(collect, "outside"), 2);
    collect_free(collect);
}

static void a_note_that_is_too_long_is_cut(void **state)
{
    static const uint8_t all[] = {0xff};
    char layout[1200] = "1x a:";
    struct collect *collect = collect_start();

    (void)state;
    for (int bit = 0; bit < 8; bit++) {
        char word[128];

        snprintf(word, sizeof(word), "%s%d %0*d", bit != 0 ? "|" : "", bit, 100, bit);
        strcat(layout, word);
    }
    lwnvme_describe_layout(&collect->text.describe, layout, all, sizeof(all));
    collect_check(collect);
    assert_true(collect->lines_length > LWNVME_DESCRIBE_NOTE_BYTES);
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_right_over_128_bits),
        cmocka_unit_test(hexadecimals_are_right_over_128_bits),
        cmocka_unit_test(each_kind_reads_as_the_layout_says),
        cmocka_unit_test(words_follow_their_conditions),
        cmocka_unit_test(a_word_without_a_condition_has_the_next_one),
        cmocka_unit_test(sizes_are_said_as_people_do),
        cmocka_unit_test(a_layout_ends_with_the_data),
        cmocka_unit_test(a_sink_of_ones_own_gets_each_field),
        cmocka_unit_test(nesting_too_deep_is_left_out_and_still_balanced),
        cmocka_unit_test(a_note_that_is_too_long_is_cut),
    };

    return cmocka_run_group_tests_name("describe: engine", tests, NULL, NULL);
}
