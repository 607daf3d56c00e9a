/* SPDX-License-Identifier: MIT */
/* Identify structures and log pages by their number, with all kinds of content. */
#include "describe_support.h"

/* As many bytes as a log page of fixed size has; 0: any length will do, or the page is not known. */
static size_t fixed_bytes(uint8_t lid)
{
    static const uint16_t bytes[256] = {
        [0x00] = 1024, [0x02] = 512,  [0x03] = 512, [0x04] = 4096, [0x05] = 4096, [0x06] = 564,  [0x07] = 512,
        [0x08] = 512,  [0x09] = 512,  [0x0a] = 512, [0x12] = 1024, [0x13] = 4096, [0x14] = 512,  [0x15] = 16,
        [0x16] = 512,  [0x1c] = 4096, [0x22] = 64,  [0x80] = 64,   [0x81] = 512,  [0xbf] = 4096,
    };

    return bytes[lid];
}

static bool length_is_open(uint8_t lid)
{
    static const uint8_t open[] = {0x01, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x20, 0x21, 0x23};

    return memchr(open, lid, sizeof(open)) != NULL;
}

static bool describe_log(uint8_t lid, const uint8_t *data, size_t length)
{
    struct collect *collect = collect_start();
    uint8_t *exact = exact_copy(data, length);
    const bool known = lwnvme_describe_log(&collect->text.describe, lid, 0, exact, length);

    assert_true(lwnvme_describe_log(&collect->json.describe, lid, 0, exact, length) == known);
    free(exact);
    collect_check(collect);
    assert_true(known || collect->lines_length == 0);
    collect_free(collect);
    return known;
}

static void a_log_page_is_known_if_all_of_it_is_there(void **state)
{
    static uint8_t zeros[4096];

    (void)state;
    for (int lid = 0; lid < 256; lid++) {
        const size_t bytes = fixed_bytes((uint8_t)lid);

        assert_true(describe_log((uint8_t)lid, zeros, sizeof(zeros)) ==
                    (bytes != 0 || length_is_open((uint8_t)lid)));
        if (bytes != 0) {
            assert_true(describe_log((uint8_t)lid, zeros, bytes));
            assert_false(describe_log((uint8_t)lid, zeros, bytes - 1));
        }
    }
}

static void fault_188_hostile_log_pages_of_any_length(void **state)
{
    static uint8_t data[6000];

    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern = hostile_next(pattern)) {
        hostile_fill(data, sizeof(data), pattern);
        for (int lid = 0; lid < 256; lid++) {
            const size_t bytes = fixed_bytes((uint8_t)lid);

            if (bytes != 0) {
                (void)describe_log((uint8_t)lid, data, bytes);
            }
            for (size_t length = 0; length_is_open((uint8_t)lid) && length < sizeof(data);
                 length += length < 70 ? 1 : 997) {
                (void)describe_log((uint8_t)lid, data, length);
            }
        }
    }
}

static bool describe_identify(uint8_t cns, uint8_t csi, const uint8_t *data)
{
    struct collect *collect = collect_start();
    uint8_t *exact = exact_copy(data, 4096);
    const bool known = lwnvme_describe_identify(&collect->text.describe, cns, csi, exact);

    assert_true(lwnvme_describe_identify(&collect->json.describe, cns, csi, exact) == known);
    free(exact);
    collect_check(collect);
    assert_true(known || collect->lines_length == 0);
    collect_free(collect);
    return known;
}

static void identify_structures_that_are_known(void **state)
{
    static const uint8_t known[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                    0x09, 0x0a, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
                                    0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1f};
    static uint8_t zeros[4096];

    (void)state;
    for (int cns = 0; cns < 256; cns++) {
        assert_true(describe_identify((uint8_t)cns, 0, zeros) == (memchr(known, cns, sizeof(known)) != NULL));
    }
    assert_true(describe_identify(0x05, 1, zeros));
    assert_true(describe_identify(0x05, 2, zeros));
    assert_false(describe_identify(0x05, 3, zeros));
    assert_true(describe_identify(0x06, 1, zeros));
    assert_true(describe_identify(0x06, 2, zeros));
    assert_false(describe_identify(0x06, 3, zeros));
}

static void fault_188_hostile_identify_structures(void **state)
{
    static uint8_t data[4096];

    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern = hostile_next(pattern)) {
        hostile_fill(data, sizeof(data), pattern);
        for (int cns = 0; cns < 0x20; cns++) {
            (void)describe_identify((uint8_t)cns, (uint8_t)(pattern % 3), data);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_page_is_known_if_all_of_it_is_there),
        cmocka_unit_test(fault_188_hostile_log_pages_of_any_length),
        cmocka_unit_test(identify_structures_that_are_known),
        cmocka_unit_test(fault_188_hostile_identify_structures),
    };

    return cmocka_run_group_tests_name("describe: by number", tests, NULL, NULL);
}
