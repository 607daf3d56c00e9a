/* SPDX-License-Identifier: MIT */
/* 128-bit counters against values worked out by hand, and against the compiler's own 64 bits. */
#include "../support.h"

static struct lwnvme_le128 value(uint64_t high, uint64_t low)
{
    struct lwnvme_le128 v;
    for (int i = 0; i < 8; i++) {
        v.byte[i] = (uint8_t)(low >> 8 * i);
        v.byte[8 + i] = (uint8_t)(high >> 8 * i);
    }
    return v;
}

static void assert_value(const struct lwnvme_le128 *v, uint64_t high, uint64_t low)
{
    assert_true(lwnvme_le128_high64(v) == high);
    assert_true(lwnvme_le128_low64(v) == low);
}

static void they_compare_as_numbers(void **state)
{
    const struct lwnvme_le128 values[] = {value(0, 0), value(0, 1),          value(0, UINT64_MAX),
                                          value(1, 0), value(UINT64_MAX, 5), value(UINT64_MAX, UINT64_MAX)};
    (void)state;
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 6; k++) {
            int got = lwnvme_counter_compare(&values[i], &values[k]);
            assert_int_equal((got > 0) - (got < 0), (i > k) - (i < k));
        }
    }
}

static void sums_carry_and_stop_at_the_top(void **state)
{
    struct lwnvme_le128 left = value(0, UINT64_MAX);
    struct lwnvme_le128 right = value(0, 1);
    struct lwnvme_le128 sum;
    (void)state;
    assert_true(lwnvme_counter_add(&sum, &left, &right));
    assert_value(&sum, 1, 0);
    left = value(0x0123456789abcdef, 0xfedcba9876543210);
    right = value(0x1111111111111111, 0x1111111111111111);
    assert_true(lwnvme_counter_add(&left, &left, &right));
    assert_value(&left, 0x123456789abcdf01, 0x0fedcba987654321);
    left = value(UINT64_MAX, UINT64_MAX);
    right = value(0, 1);
    assert_false(lwnvme_counter_add(&sum, &left, &right));
    assert_value(&sum, UINT64_MAX, UINT64_MAX);
    right = value(0, 0);
    assert_true(lwnvme_counter_add(&sum, &left, &right));
}

static void data_units_become_bytes(void **state)
{
    struct lwnvme_le128 units = value(0, 1000);
    struct lwnvme_le128 bytes;
    (void)state;
    assert_true(lwnvme_counter_scale(&bytes, &units, LWNVME_SMART_DATA_UNIT_BYTES));
    assert_value(&bytes, 0, 512000000u);
    units = value(0, UINT64_MAX);
    assert_true(lwnvme_counter_scale(&bytes, &units, 0x80000000u));
    assert_value(&bytes, 0x7fffffff, UINT64_C(0xffffffff80000000));
    units = value(UINT64_C(1) << 62, 0);
    assert_false(lwnvme_counter_scale(&units, &units, 4));
    assert_value(&units, UINT64_MAX, UINT64_MAX);
    units = value(UINT64_MAX, UINT64_MAX);
    assert_true(lwnvme_counter_scale(&bytes, &units, 1));
    assert_value(&bytes, UINT64_MAX, UINT64_MAX);
}

static void quotients_and_remainders(void **state)
{
    struct lwnvme_le128 v = value(1, 0); /* 2^64 = 1844674407370955161 * 10 + 6 */
    struct lwnvme_le128 quotient;
    (void)state;
    assert_int_equal(lwnvme_counter_divide(&quotient, &v, 10), 6);
    assert_value(&quotient, 0, UINT64_C(1844674407370955161));
    v = value(UINT64_MAX, UINT64_MAX);
    assert_int_equal(lwnvme_counter_divide(&quotient, &v, 65536), 65535);
    assert_value(&quotient, UINT64_MAX >> 16, UINT64_MAX);
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 1000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t divisor = (uint32_t)(random % 65536) + 1;
        v = value(0, random);
        assert_int_equal(lwnvme_counter_divide(&v, &v, divisor), random % divisor);
        assert_value(&v, 0, random / divisor);
    }
}

static void division_without_a_division(void **state)
{
    const uint32_t values[] = {0,          1,          2,          9,          10,        99,
                               0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
    const uint32_t count = sizeof(values) / sizeof(values[0]);
    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 1; k < count; k++)
            assert_int_equal(lwnvme_divide(values[i], values[k]), values[i] / values[k]);
    }
}

static void large_values_saturate(void **state)
{
    struct lwnvme_le128 v = value(0, UINT64_MAX);
    (void)state;
    assert_true(lwnvme_counter_saturate(&v) == UINT64_MAX);
    v = value(1, 5);
    assert_true(lwnvme_counter_saturate(&v) == UINT64_MAX);
    v = value(0, 5);
    assert_true(lwnvme_counter_saturate(&v) == 5);
    lwnvme_counter_set(&v, UINT64_C(0x8000000000000001));
    assert_value(&v, 0, UINT64_C(0x8000000000000001));
}

static void decimal_text(void **state)
{
    char text[LWNVME_COUNTER_TEXT_BYTES + 1];
    struct lwnvme_le128 v = value(0, 0);
    (void)state;
    memset(text, '#', sizeof(text));
    assert_string_equal(lwnvme_counter_text(&v, text), "0");
    v = value(0, 10);
    assert_string_equal(lwnvme_counter_text(&v, text), "10");
    v = value(0, UINT64_MAX);
    assert_string_equal(lwnvme_counter_text(&v, text), "18446744073709551615");
    v = value(1, 0);
    assert_string_equal(lwnvme_counter_text(&v, text), "18446744073709551616");
    v = value(UINT64_MAX, UINT64_MAX);
    const char *longest = lwnvme_counter_text(&v, text);
    assert_string_equal(longest, "340282366920938463463374607431768211455");
    assert_ptr_equal(longest, text);
    assert_int_equal(text[LWNVME_COUNTER_TEXT_BYTES], '#');
    assert_value(&v, UINT64_MAX, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_compare_as_numbers),
        cmocka_unit_test(sums_carry_and_stop_at_the_top),
        cmocka_unit_test(data_units_become_bytes),
        cmocka_unit_test(quotients_and_remainders),
        cmocka_unit_test(division_without_a_division),
        cmocka_unit_test(large_values_saturate),
        cmocka_unit_test(decimal_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
