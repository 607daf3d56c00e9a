/* SPDX-License-Identifier: MIT */
/*
 * Status texts and the retry question, over every value that a completion can carry.
 *
 * The expectations are written as numbers from the specification's status figures, not with the constants of
 * spec.h, so that a wrong constant cannot agree with itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <lwnvme/spec.h>
#include <lwnvme/status.h>

#define ALL_STATUSES 0x8000
#define ALL_CODES    0x800
#define BIT_CRD_1    0x0800
#define BIT_CRD_2    0x1000
#define BIT_MORE     0x2000
#define BIT_DNR      0x4000

struct code_range {
    int first;
    int last;
};

/*
 * Base Specification 2.1, status figures of section 4.2.3, and the zoned command set's b6h, b7h; 17fh is the
 * Streams directive's.
 */
static const struct code_range defined_codes[] = {
    {0x000, 0x016}, {0x018, 0x02a}, {0x080, 0x089}, {0x100, 0x103}, {0x105, 0x116},
    {0x118, 0x13b}, {0x17f, 0x17f}, {0x180, 0x19b}, {0x1b6, 0x1bf}, {0x280, 0x288},
    {0x300, 0x303}, {0x360, 0x360}, {0x370, 0x371},
};

static bool code_is_defined(int code)
{
    for (size_t i = 0; i < sizeof(defined_codes) / sizeof(defined_codes[0]); i++) {
        if (code >= defined_codes[i].first && code <= defined_codes[i].last) {
            return true;
        }
    }
    return false;
}

static const char *expected_fall_back(int code)
{
    static const char *const by_type[8] = {
        "unknown generic command status",
        "unknown command specific status",
        "unknown media or data integrity error",
        "unknown path related status",
        "status of a reserved type",
        "status of a reserved type",
        "status of a reserved type",
        "vendor specific status",
    };

    return (code & 0xff) >= 0xc0 ? "vendor specific status" : by_type[code >> 8];
}

static void expect_texts_of_type(int type)
{
    for (int code = type << 8; code < (type + 1) << 8; code++) {
        const char *text = lwnvme_status_string(code);

        assert_non_null(text);
        if (!code_is_defined(code)) {
            assert_string_equal(text, expected_fall_back(code));
        } else if (strcmp(text, expected_fall_back(code)) == 0 || text[0] == '\0') {
            fail_msg("code %#x has no text of its own", (unsigned)code);
        }
    }
}

static void fault_060_every_generic_status_has_a_text(void **state)
{
    (void)state;
    expect_texts_of_type(0);
}

static void fault_061_every_command_specific_status_has_a_text(void **state)
{
    (void)state;
    expect_texts_of_type(1);
}

static void fault_061_every_media_status_has_a_text(void **state)
{
    (void)state;
    expect_texts_of_type(2);
}

static void fault_061_every_path_status_has_a_text(void **state)
{
    (void)state;
    expect_texts_of_type(3);
}

static void fault_061_reserved_and_vendor_types_fall_back(void **state)
{
    (void)state;
    for (int type = 4; type <= 7; type++) {
        expect_texts_of_type(type);
    }
}

static void fault_061_media_errors_say_so(void **state)
{
    (void)state;
    assert_string_equal(lwnvme_status_string(0x280), "media error: write fault");
    assert_string_equal(lwnvme_status_string(0x281), "media error: unrecovered read error");
}

static void all_32768_statuses_have_a_text(void **state)
{
    (void)state;
    for (int status = 0; status < ALL_STATUSES; status++) {
        assert_non_null(lwnvme_status_string(status));
    }
}

static void crd_more_and_dnr_do_not_change_the_text(void **state)
{
    (void)state;
    for (int status = 0; status < ALL_STATUSES; status++) {
        assert_ptr_equal(lwnvme_status_string(status), lwnvme_status_string(status & (ALL_CODES - 1)));
    }
}

/* Two neighbours in a table with one text shared would mean that the walk is off by one. */
static void defined_codes_have_distinct_texts(void **state)
{
    (void)state;
    for (int a = 0; a < ALL_CODES; a++) {
        for (int b = a + 1; code_is_defined(a) && b < ALL_CODES; b++) {
            if (code_is_defined(b) && strcmp(lwnvme_status_string(a), lwnvme_status_string(b)) == 0) {
                fail_msg("codes %#x and %#x share a text", (unsigned)a, (unsigned)b);
            }
        }
    }
}

/* First, last and some middle lines of each table, by number. */
static void known_texts(void **state)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {0x000, "success"},
        {0x001, "invalid command opcode"},
        {0x002, "invalid field in command"},
        {0x004, "data transfer error"},
        {0x007, "aborted on request"},
        {0x00b, "invalid namespace or format"},
        {0x013, "PRP offset invalid"},
        {0x016, "SGL offset invalid"},
        {0x018, "host identifier formats differ"},
        {0x01d, "sanitize in progress"},
        {0x020, "namespace is write protected"},
        {0x024, "admin command: media not ready"},
        {0x02a, "invalid placement handle list"},
        {0x080, "LBA out of range"},
        {0x082, "namespace not ready"},
        {0x084, "format in progress"},
        {0x089, "key exists"},
        {0x100, "completion queue invalid"},
        {0x101, "invalid queue identifier"},
        {0x102, "invalid queue size"},
        {0x105, "asynchronous event request limit exceeded"},
        {0x108, "invalid interrupt vector"},
        {0x109, "invalid log page"},
        {0x110, "firmware activation needs an NVM subsystem reset"},
        {0x116, "namespace identifier unavailable"},
        {0x118, "namespace already attached"},
        {0x11d, "device self-test in progress"},
        {0x12c, "invalid I/O command set"},
        {0x13b, "controller data queue full"},
        {0x17f, "stream resource allocation failed"},
        {0x180, "conflicting attributes"},
        {0x181, "invalid protection information"},
        {0x182, "write to read-only range"},
        {0x189, "insufficient resources"},
        {0x19b, "program too big"},
        {0x1b6, "invalid zone operation request"},
        {0x1bf, "invalid zone state transition"},
        {0x282, "end-to-end guard check error"},
        {0x285, "compare failure"},
        {0x287, "deallocated or unwritten logical block"},
        {0x288, "end-to-end storage tag check error"},
        {0x300, "internal path error"},
        {0x303, "asymmetric access: in transition"},
        {0x360, "controller pathing error"},
        {0x371, "command aborted by host"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_string_equal(lwnvme_status_string(known[i].status), known[i].text);
        assert_string_equal(lwnvme_status_string(known[i].status | BIT_DNR | BIT_MORE), known[i].text);
    }
}

static void every_library_error_has_its_listed_text(void **state)
{
    (void)state;
#define EXPECT_LISTED(name, value, text)                                                                     \
    assert_string_equal(lwnvme_status_string(value), text);                                                  \
    assert_string_equal(lwnvme_status_string(LWNVME_##name), text);                                          \
    assert_true((value) < 0);
    LWNVME_ERROR_LIST(EXPECT_LISTED)
#undef EXPECT_LISTED
}

static void values_that_are_no_status_have_a_text(void **state)
{
    (void)state;
    assert_string_equal(lwnvme_status_string(-32000), "unknown library error");
    assert_string_equal(lwnvme_status_string(INT_MIN), "unknown library error");
    assert_string_equal(lwnvme_status_string(-65536 + LWNVME_PENDING), "unknown library error");
    assert_string_equal(lwnvme_status_string(ALL_STATUSES), "not a status");
    assert_string_equal(lwnvme_status_string(INT_MAX), "not a status");
}

static bool code_passes(int code)
{
    static const int passing[] = {
        0x004, 0x005, 0x006, 0x007, 0x008, 0x01d, 0x021, 0x022, 0x024,
        0x082, 0x084, 0x103, 0x11d, 0x300, 0x303, 0x360, 0x370, 0x371,
    };

    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        if (passing[i] == code) {
            return true;
        }
    }
    return false;
}

static void fault_062_with_dnr_nothing_is_retryable(void **state)
{
    (void)state;
    for (int status = 0; status < ALL_STATUSES; status++) {
        if ((status & BIT_DNR) != 0) {
            assert_false(lwnvme_status_retryable(status));
        }
    }
}

static void fault_062_without_dnr_exactly_the_passing_codes_are_retryable(void **state)
{
    (void)state;
    for (int code = 0; code < ALL_CODES; code++) {
        assert_int_equal(lwnvme_status_retryable(code), code_passes(code));
    }
}

static void fault_063_crd_and_more_do_not_change_the_answer(void **state)
{
    (void)state;
    for (int code = 0; code < ALL_CODES; code++) {
        assert_int_equal(lwnvme_status_retryable(code | BIT_CRD_1), code_passes(code));
        assert_int_equal(lwnvme_status_retryable(code | BIT_CRD_2), code_passes(code));
        assert_int_equal(lwnvme_status_retryable(code | BIT_CRD_1 | BIT_CRD_2), code_passes(code));
        assert_int_equal(lwnvme_status_retryable(code | BIT_MORE), code_passes(code));
    }
}

static void fault_082_not_ready_format_and_sanitize_are_retryable(void **state)
{
    (void)state;
    assert_true(lwnvme_status_retryable(0x082));
    assert_true(lwnvme_status_retryable(0x084));
    assert_true(lwnvme_status_retryable(0x01d));
    assert_false(lwnvme_status_retryable(0x082 | BIT_DNR));
    assert_false(lwnvme_status_retryable(0x084 | BIT_DNR));
    assert_false(lwnvme_status_retryable(0x01d | BIT_DNR));
}

static void success_is_not_retryable_whatever_the_other_bits(void **state)
{
    (void)state;
    for (int status = 0; status < ALL_STATUSES; status += ALL_CODES) {
        assert_false(lwnvme_status_retryable(status));
        assert_string_equal(lwnvme_status_string(status), "success");
    }
}

static void few_library_errors_are_retryable(void **state)
{
    for (int status = -1000; status < 0; status++) {
        const bool expected = status == LWNVME_ERR_BUSY || status == LWNVME_ERR_NO_MEMORY ||
                              status == LWNVME_ERR_NOT_STARTED || status == LWNVME_ERR_NS_BUSY ||
                              status == LWNVME_ERR_RECOVERING || status == LWNVME_ERR_ABORT_LIMIT ||
                              status == LWNVME_ERR_LOG_CHANGED || status == LWNVME_ERR_SANITIZE_IN_PROGRESS;

        assert_int_equal(lwnvme_status_retryable(status), expected);
    }
    assert_false(lwnvme_status_retryable(INT_MIN));
    assert_false(lwnvme_status_retryable(INT_MAX));
    /* Beyond 15 bits, with a passing code in the low ones. */
    assert_false(lwnvme_status_retryable(ALL_STATUSES | 0x082));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_060_every_generic_status_has_a_text),
        cmocka_unit_test(fault_061_every_command_specific_status_has_a_text),
        cmocka_unit_test(fault_061_every_media_status_has_a_text),
        cmocka_unit_test(fault_061_every_path_status_has_a_text),
        cmocka_unit_test(fault_061_reserved_and_vendor_types_fall_back),
        cmocka_unit_test(fault_061_media_errors_say_so),
        cmocka_unit_test(all_32768_statuses_have_a_text),
        cmocka_unit_test(crd_more_and_dnr_do_not_change_the_text),
        cmocka_unit_test(defined_codes_have_distinct_texts),
        cmocka_unit_test(known_texts),
        cmocka_unit_test(every_library_error_has_its_listed_text),
        cmocka_unit_test(values_that_are_no_status_have_a_text),
        cmocka_unit_test(fault_062_with_dnr_nothing_is_retryable),
        cmocka_unit_test(fault_062_without_dnr_exactly_the_passing_codes_are_retryable),
        cmocka_unit_test(fault_063_crd_and_more_do_not_change_the_answer),
        cmocka_unit_test(fault_082_not_ready_format_and_sanitize_are_retryable),
        cmocka_unit_test(success_is_not_retryable_whatever_the_other_bits),
        cmocka_unit_test(few_library_errors_are_retryable),
    };

    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
