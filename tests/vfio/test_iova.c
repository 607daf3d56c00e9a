/* SPDX-License-Identifier: MIT */
/* The VFIO port's allocator of I/O virtual addresses: edges of ranges, alignment, reuse, and a model in disagreement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "iova.h"

#define PAGE 4096u

static struct lwnvme_iova iova;

static int begin(void **state)
{
    (void)state;
    lwnvme_iova_init(&iova);
    return 0;
}

static void nothing_without_ranges(void **state)
{
    uint64_t at;

    (void)state;
    assert_false(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_false(lwnvme_iova_give(&iova, 0));
}

static void ranges_are_cut_to_pages_and_leave_zero_out(void **state)
{
    uint64_t at;

    (void)state;
    assert_true(lwnvme_iova_add(&iova, 0, 3 * PAGE - 1));
    assert_true(lwnvme_iova_add(&iova, 0x100001, 0x102fff)); /* two whole pages */
    assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_int_equal(at, PAGE);
    assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_int_equal(at, 2 * PAGE);
    assert_true(lwnvme_iova_take(&iova, 2 * PAGE, PAGE, &at));
    assert_int_equal(at, 0x101000);
    assert_false(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
}

static void useless_ranges_are_refused(void **state)
{
    (void)state;
    assert_false(lwnvme_iova_add(&iova, 0x2000, 0x1fff));
    assert_false(lwnvme_iova_add(&iova, 0x2000, 0x2ffe));
    assert_false(lwnvme_iova_add(&iova, 0x2001, 0x3000));
    assert_false(lwnvme_iova_add(&iova, 0, PAGE - 1));
    assert_false(lwnvme_iova_add(&iova, UINT64_MAX - 100, UINT64_MAX));
}

static void too_many_ranges(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= LWNVME_IOVA_RANGES_MAX; i++) {
        assert_true(lwnvme_iova_add(&iova, i << 20, (i << 20) + PAGE - 1));
    }
    assert_false(lwnvme_iova_add(&iova, UINT64_C(1) << 40, (UINT64_C(1) << 40) + PAGE - 1));
}

static void the_end_of_the_address_space(void **state)
{
    const uint64_t first = UINT64_MAX - 4 * PAGE + 1;
    uint64_t at;

    (void)state;
    assert_true(lwnvme_iova_add(&iova, first, UINT64_MAX));
    assert_false(lwnvme_iova_take(&iova, 5 * PAGE, PAGE, &at));
    assert_false(lwnvme_iova_take(&iova, UINT64_MAX, PAGE, &at));
    assert_true(lwnvme_iova_take(&iova, 3 * PAGE, PAGE, &at));
    assert_true(at == first);
    assert_false(lwnvme_iova_take(&iova, PAGE, 1u << 20, &at)); /* aligning up would wrap */
    assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_true(at == first + 3 * PAGE);
    assert_false(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_true(lwnvme_iova_give(&iova, first));
    assert_true(lwnvme_iova_take(&iova, 3 * PAGE, PAGE, &at));
}

static void alignment(void **state)
{
    uint64_t at;

    (void)state;
    assert_true(lwnvme_iova_add(&iova, 0x3000, 0xfffffff));
    assert_true(lwnvme_iova_take(&iova, 0x200000, 0x200000, &at));
    assert_int_equal(at, 0x200000);
    assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at)); /* the gap before it is used */
    assert_int_equal(at, 0x3000);
    assert_true(lwnvme_iova_take(&iova, PAGE, 0x200000, &at));
    assert_int_equal(at, 0x400000);
}

static void only_what_was_taken_is_given_back(void **state)
{
    uint64_t at;

    (void)state;
    assert_true(lwnvme_iova_add(&iova, PAGE, 0xffffff));
    assert_true(lwnvme_iova_take(&iova, 4 * PAGE, PAGE, &at));
    assert_false(lwnvme_iova_give(&iova, at + PAGE));
    assert_true(lwnvme_iova_give(&iova, at));
    assert_false(lwnvme_iova_give(&iova, at));
    assert_false(lwnvme_iova_take(&iova, 0, PAGE, &at));
}

static void a_full_list(void **state)
{
    uint64_t at;

    (void)state;
    assert_true(lwnvme_iova_add(&iova, PAGE, 0xfffffff));
    for (uint32_t i = 0; i < LWNVME_IOVA_TAKEN_MAX; i++) {
        assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    }
    assert_false(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_true(lwnvme_iova_give(&iova, 17 * PAGE));
    assert_true(lwnvme_iova_take(&iova, PAGE, PAGE, &at));
    assert_int_equal(at, 17 * PAGE);
}

/* Against a map of pages: the lowest place that fits is taken, and nothing overlaps. */
#define MODEL_PAGES 256u
static uint8_t model[MODEL_PAGES];

static uint32_t model_find(uint32_t pages, uint32_t align)
{
    for (uint32_t at = 0; at + pages <= MODEL_PAGES; at += align) {
        uint32_t free_pages = 0;

        while (free_pages < pages && model[at + free_pages] == 0) {
            free_pages++;
        }
        if (free_pages == pages) {
            return at;
        }
    }
    return MODEL_PAGES;
}

static void as_a_model_has_it(void **state)
{
    uint32_t taken[64][2];
    uint32_t count = 0;
    uint32_t random = 12345;

    (void)state;
    for (uint32_t i = 0; i < MODEL_PAGES; i++) {
        model[i] = i < 3 || (i >= 100 && i < 110) || i > 240; /* what the two ranges leave out */
    }
    assert_true(lwnvme_iova_add(&iova, 3 * PAGE, 100 * PAGE - 1));
    assert_true(lwnvme_iova_add(&iova, 110 * PAGE, 241 * PAGE - 1));
    for (uint32_t step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        if (count == 64 || (count != 0 && (random >> 16 & 1) != 0)) {
            const uint32_t which = (random >> 20) % count;

            assert_true(lwnvme_iova_give(&iova, (uint64_t)taken[which][0] * PAGE));
            for (uint32_t i = 0; i < taken[which][1]; i++) {
                model[taken[which][0] + i] = 0;
            }
            count--;
            taken[which][0] = taken[count][0];
            taken[which][1] = taken[count][1];
        } else {
            const uint32_t pages = 1 + (random >> 20) % 20;
            const uint32_t align = 1u << ((random >> 28) % 5);
            const uint32_t expected = model_find(pages, align);
            uint64_t at = 0;
            const bool took = lwnvme_iova_take(&iova, (uint64_t)pages * PAGE, (uint64_t)align * PAGE, &at);

            assert_int_equal(took, expected != MODEL_PAGES);
            if (took) {
                assert_int_equal(at / PAGE, expected);
                for (uint32_t i = 0; i < pages; i++) {
                    model[expected + i] = 1;
                }
                taken[count][0] = expected;
                taken[count][1] = pages;
                count++;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_without_ranges, begin),
        cmocka_unit_test_setup(ranges_are_cut_to_pages_and_leave_zero_out, begin),
        cmocka_unit_test_setup(useless_ranges_are_refused, begin),
        cmocka_unit_test_setup(too_many_ranges, begin),
        cmocka_unit_test_setup(the_end_of_the_address_space, begin),
        cmocka_unit_test_setup(alignment, begin),
        cmocka_unit_test_setup(only_what_was_taken_is_given_back, begin),
        cmocka_unit_test_setup(a_full_list, begin),
        cmocka_unit_test_setup(as_a_model_has_it, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
