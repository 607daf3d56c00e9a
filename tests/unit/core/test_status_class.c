/* SPDX-License-Identifier: MIT */
/*
 * The class of every status: all 2048 values of status code type and status code, and the library's own errors. The
 * expectations are numbers from the specification's status figures.
 */
#include "../support.h"

struct expected {
    int first;
    int last;
    enum lwnvme_status_class class;
};

static const struct expected expected[] = {
    {0x000, 0x000, LWNVME_CLASS_SUCCESS},   {0x001, 0x003, LWNVME_CLASS_INVALID},
    {0x004, 0x008, LWNVME_CLASS_TRANSIENT}, {0x009, 0x009, LWNVME_CLASS_CONFLICT},
    {0x00a, 0x014, LWNVME_CLASS_INVALID},   {0x015, 0x015, LWNVME_CLASS_DENIED},
    {0x016, 0x016, LWNVME_CLASS_INVALID},   {0x018, 0x018, LWNVME_CLASS_INVALID},
    {0x019, 0x019, LWNVME_CLASS_GONE},      {0x01a, 0x01a, LWNVME_CLASS_INVALID},
    {0x01b, 0x01b, LWNVME_CLASS_CONFLICT},  {0x01c, 0x01c, LWNVME_CLASS_PERMANENT},
    {0x01d, 0x01d, LWNVME_CLASS_NOT_READY}, {0x01e, 0x01f, LWNVME_CLASS_INVALID},
    {0x020, 0x020, LWNVME_CLASS_DENIED},    {0x021, 0x022, LWNVME_CLASS_TRANSIENT},
    {0x023, 0x023, LWNVME_CLASS_DENIED},    {0x024, 0x024, LWNVME_CLASS_NOT_READY},
    {0x025, 0x027, LWNVME_CLASS_INVALID},   {0x028, 0x028, LWNVME_CLASS_DENIED},
    {0x029, 0x02a, LWNVME_CLASS_INVALID},   {0x080, 0x080, LWNVME_CLASS_INVALID},
    {0x081, 0x081, LWNVME_CLASS_CAPACITY},  {0x082, 0x082, LWNVME_CLASS_NOT_READY},
    {0x083, 0x083, LWNVME_CLASS_CONFLICT},  {0x084, 0x084, LWNVME_CLASS_NOT_READY},
    {0x085, 0x086, LWNVME_CLASS_INVALID},   {0x087, 0x087, LWNVME_CLASS_CONFLICT},
    {0x088, 0x088, LWNVME_CLASS_MEDIA},     {0x089, 0x089, LWNVME_CLASS_CONFLICT},
    {0x100, 0x102, LWNVME_CLASS_INVALID},   {0x103, 0x103, LWNVME_CLASS_TRANSIENT},
    {0x105, 0x10a, LWNVME_CLASS_INVALID},   {0x10b, 0x10b, LWNVME_CLASS_PERMANENT},
    {0x10c, 0x10f, LWNVME_CLASS_INVALID},   {0x110, 0x112, LWNVME_CLASS_PERMANENT},
    {0x113, 0x113, LWNVME_CLASS_DENIED},    {0x114, 0x114, LWNVME_CLASS_INVALID},
    {0x115, 0x116, LWNVME_CLASS_CAPACITY},  {0x118, 0x11a, LWNVME_CLASS_CONFLICT},
    {0x11b, 0x11c, LWNVME_CLASS_INVALID},   {0x11d, 0x11d, LWNVME_CLASS_NOT_READY},
    {0x11e, 0x11e, LWNVME_CLASS_DENIED},    {0x11f, 0x122, LWNVME_CLASS_INVALID},
    {0x123, 0x123, LWNVME_CLASS_DENIED},    {0x124, 0x125, LWNVME_CLASS_INVALID},
    {0x126, 0x127, LWNVME_CLASS_CAPACITY},  {0x128, 0x12c, LWNVME_CLASS_INVALID},
    {0x12d, 0x12d, LWNVME_CLASS_CAPACITY},  {0x12e, 0x12f, LWNVME_CLASS_INVALID},
    {0x130, 0x131, LWNVME_CLASS_CONFLICT},  {0x132, 0x132, LWNVME_CLASS_CAPACITY},
    {0x133, 0x133, LWNVME_CLASS_DENIED},    {0x134, 0x137, LWNVME_CLASS_INVALID},
    {0x138, 0x138, LWNVME_CLASS_CAPACITY},  {0x139, 0x13a, LWNVME_CLASS_CONFLICT},
    {0x13b, 0x13b, LWNVME_CLASS_CAPACITY},  {0x17f, 0x17f, LWNVME_CLASS_CAPACITY},
    {0x180, 0x181, LWNVME_CLASS_INVALID},   {0x182, 0x182, LWNVME_CLASS_DENIED},
    {0x183, 0x187, LWNVME_CLASS_INVALID},   {0x188, 0x188, LWNVME_CLASS_GONE},
    {0x189, 0x18a, LWNVME_CLASS_CAPACITY},  {0x18b, 0x190, LWNVME_CLASS_INVALID},
    {0x191, 0x194, LWNVME_CLASS_CAPACITY},  {0x195, 0x195, LWNVME_CLASS_CONFLICT},
    {0x196, 0x198, LWNVME_CLASS_INVALID},   {0x199, 0x199, LWNVME_CLASS_CONFLICT},
    {0x19a, 0x19b, LWNVME_CLASS_INVALID},   {0x1b6, 0x1b6, LWNVME_CLASS_INVALID},
    {0x1b7, 0x1b7, LWNVME_CLASS_CAPACITY},  {0x1b8, 0x1b8, LWNVME_CLASS_INVALID},
    {0x1b9, 0x1b9, LWNVME_CLASS_CAPACITY},  {0x1ba, 0x1ba, LWNVME_CLASS_DENIED},
    {0x1bb, 0x1bb, LWNVME_CLASS_GONE},      {0x1bc, 0x1bc, LWNVME_CLASS_INVALID},
    {0x1bd, 0x1be, LWNVME_CLASS_CAPACITY},  {0x1bf, 0x1bf, LWNVME_CLASS_INVALID},
    {0x280, 0x281, LWNVME_CLASS_MEDIA},     {0x282, 0x284, LWNVME_CLASS_INTEGRITY},
    {0x285, 0x285, LWNVME_CLASS_CONFLICT},  {0x286, 0x286, LWNVME_CLASS_DENIED},
    {0x287, 0x287, LWNVME_CLASS_MEDIA},     {0x288, 0x288, LWNVME_CLASS_INTEGRITY},
    {0x300, 0x300, LWNVME_CLASS_PATH},      {0x301, 0x302, LWNVME_CLASS_GONE},
    {0x303, 0x303, LWNVME_CLASS_NOT_READY}, {0x360, 0x360, LWNVME_CLASS_PATH},
    {0x370, 0x371, LWNVME_CLASS_PATH},
};

static enum lwnvme_status_class expected_class(int code)
{
    if (code >> 8 == 7 || (code & 0xff) >= 0xc0) {
        return LWNVME_CLASS_VENDOR;
    }
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        if (code >= expected[i].first && code <= expected[i].last) {
            return expected[i].class;
        }
    }
    return LWNVME_CLASS_UNKNOWN;
}

static void check_types(int first, int last)
{
    for (int code = first << 8; code < (last + 1) << 8; code++) {
        for (int bits = 0; bits < 16; bits++) { /* CRD, More, DNR */
            if (lwnvme_status_class(code | bits << 11) != expected_class(code)) {
                fail_msg("%03x is of class %d, not %d", code, lwnvme_status_class(code | bits << 11),
                         expected_class(code));
            }
        }
    }
}

static void fault_060_every_generic_status_has_a_class(void **state)
{
    (void)state;
    check_types(0, 0);
}

static void fault_061_every_other_status_has_a_class(void **state)
{
    (void)state;
    check_types(1, 7);
    /* A bad medium is never taken for a passing trouble, nor for a mistake of the caller. */
    assert_int_equal(lwnvme_status_class(0x280), LWNVME_CLASS_MEDIA);
    assert_int_equal(lwnvme_status_class(0x281), LWNVME_CLASS_MEDIA);
    assert_false(lwnvme_status_retryable(0x281));
}

static void fault_061_every_defined_code_is_mapped(void **state)
{
    (void)state;
    for (int code = 0; code < 0x800; code++) {
        bool open = lwnvme_status_class(code) == LWNVME_CLASS_UNKNOWN;
        bool has_no_text = strncmp(lwnvme_status_string(code), "unknown ", 8) == 0 ||
                           strcmp(lwnvme_status_string(code), "status of a reserved type") == 0;
        assert_int_equal(open, has_no_text);
    }
}

static void fault_062_retryable_follows_from_class_and_dnr(void **state)
{
    (void)state;
    for (int status = 0; status < 0x8000; status++) {
        enum lwnvme_status_class class = lwnvme_status_class(status);
        bool passes =
            class == LWNVME_CLASS_TRANSIENT || class == LWNVME_CLASS_NOT_READY || class == LWNVME_CLASS_PATH;
        assert_int_equal(lwnvme_status_retryable(status), passes && (status & 0x4000) == 0);
    }
}

static void the_librarys_own(void **state)
{
    (void)state;
    assert_int_equal(lwnvme_status_class(LWNVME_PENDING), LWNVME_CLASS_UNFINISHED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_BUSY), LWNVME_CLASS_TRANSIENT);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_NO_MEMORY), LWNVME_CLASS_TRANSIENT);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_NOT_STARTED), LWNVME_CLASS_TRANSIENT);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_NS_BUSY), LWNVME_CLASS_NOT_READY);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_ABORTED), LWNVME_CLASS_UNANSWERED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_TIMEOUT), LWNVME_CLASS_UNANSWERED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_BUFFER_HELD), LWNVME_CLASS_UNANSWERED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_GONE), LWNVME_CLASS_GONE);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_FAILED), LWNVME_CLASS_GONE);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_NS_REMOVED), LWNVME_CLASS_GONE);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_READ_ONLY), LWNVME_CLASS_DENIED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_ABORT_LIMIT), LWNVME_CLASS_TRANSIENT);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_LOG_CHANGED), LWNVME_CLASS_TRANSIENT);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_SANITIZE_IN_PROGRESS), LWNVME_CLASS_NOT_READY);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_CANCELLED), LWNVME_CLASS_UNANSWERED);
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_QUEUE_LIMIT), LWNVME_CLASS_CAPACITY);
    for (int status = LWNVME_ERR_PROTECTION_STORAGE_TAG; status <= LWNVME_ERR_PROTECTION_GUARD; status++) {
        assert_int_equal(lwnvme_status_class(status), LWNVME_CLASS_INTEGRITY);
    }
    assert_int_equal(lwnvme_status_class(LWNVME_ERR_LBA_RANGE), LWNVME_CLASS_INVALID);
    assert_int_equal(lwnvme_status_class(-32000), LWNVME_CLASS_INVALID);
    assert_int_equal(lwnvme_status_class(0x8000), LWNVME_CLASS_UNKNOWN);
    assert_int_equal(lwnvme_status_class(INT32_MAX), LWNVME_CLASS_UNKNOWN);
}

/* What failed is not the caller's mistake, and another try as it is does not help. */
static void what_has_failed_is_permanent(void **state)
{
    static const int failures[] = {LWNVME_ERR_CLOCK_STOPPED,      LWNVME_ERR_FATAL,
                                   LWNVME_ERR_SETTLE_TIMEOUT,     LWNVME_ERR_DISABLE_TIMEOUT,
                                   LWNVME_ERR_ENABLE_TIMEOUT,     LWNVME_ERR_SHUTDOWN_TIMEOUT,
                                   LWNVME_ERR_CONTROLLER_CHANGED, LWNVME_ERR_MEMORY_KEPT,
                                   LWNVME_ERR_LOST_READY,         LWNVME_ERR_SUBSYSTEM_RESET,
                                   LWNVME_ERR_OPERATION_TIMEOUT,  LWNVME_ERR_SANITIZE_FAILED,
                                   LWNVME_ERR_SELF_TEST_FAILED};

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        assert_int_equal(lwnvme_status_class(failures[i]), LWNVME_CLASS_PERMANENT);
        assert_false(lwnvme_status_retryable(failures[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_060_every_generic_status_has_a_class),
        cmocka_unit_test(fault_061_every_other_status_has_a_class),
        cmocka_unit_test(fault_061_every_defined_code_is_mapped),
        cmocka_unit_test(fault_062_retryable_follows_from_class_and_dnr),
        cmocka_unit_test(the_librarys_own),
        cmocka_unit_test(what_has_failed_is_permanent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
