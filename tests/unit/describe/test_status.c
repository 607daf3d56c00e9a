/* SPDX-License-Identifier: MIT */
/* Statuses and asynchronous events in words. */
#include "describe_support.h"

#include <limits.h>

#include <lwnvme/status.h>

static struct collect *status_of(int status)
{
    struct collect *collect = collect_start();

    lwnvme_describe_status(&collect->text.describe, status);
    lwnvme_describe_status(&collect->json.describe, status);
    collect_check(collect);
    return collect;
}

static void a_device_status_is_taken_apart(void **state)
{
    struct collect *collect = status_of(0x6281 | 0x0800);

    (void)state;
    expect_line(collect, "status : media error: unrecovered read error");
    expect_line(collect, "sc     : 0x81");
    expect_line(collect, "sct    : 2 (media or data integrity)");
    expect_line(collect, "crd    : 1 (wait CRDT1)");
    expect_line(collect, "m      : 1 (more in the error log)");
    expect_line(collect, "dnr    : 1 (do not retry)");
    assert_int_equal(json_number(collect, "sc"), 0x81);
    assert_int_equal(json_number(collect, "sct"), 2);
    assert_int_equal(json_number(collect, "crd"), 1);
    assert_int_equal(json_number(collect, "m"), 1);
    assert_int_equal(json_number(collect, "dnr"), 1);
    collect_free(collect);
}

static void a_library_error_has_its_number(void **state)
{
    struct collect *collect = status_of(LWNVME_ERR_TIMEOUT);

    (void)state;
    expect_json(collect, "\"status\": \"the command's deadline passed\"");
    assert_int_equal(json_number(collect, "library_error"), -LWNVME_ERR_TIMEOUT);
    collect_free(collect);
}

static void every_int_is_a_status(void **state)
{
    static const int odd[] = {INT_MIN, INT_MAX, -1, 0, 1, 0x7fff, 0x8000, -32768};

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        collect_free(status_of(odd[i]));
    }
}

static struct collect *event_of(uint32_t dword0)
{
    struct collect *collect = collect_start();

    lwnvme_describe_event(&collect->text.describe, dword0);
    lwnvme_describe_event(&collect->json.describe, dword0);
    collect_check(collect);
    return collect;
}

static void events_have_their_names(void **state)
{
    static const struct {
        uint32_t type;
        uint32_t information;
        const char *words;
    } known[] = {
        {0, 0, "a doorbell register that does not exist was written"},
        {0, 5, "firmware image load error"},
        {1, 1, "temperature threshold"},
        {1, 2, "spare below threshold"},
        {2, 0, "attached namespace attribute changed"},
        {2, 3, "asymmetric namespace access changed"},
        {2, 0xef, "zone descriptor changed"},
        {2, 0xf0, "discovery log changed"},
        {3, 0, "normal NVM subsystem shutdown"},
        {4, 1, "controller data queue full"},
        {6, 1, "sanitize operation completed"},
        {6, 3, "sanitize operation entered media verification"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct collect *collect = event_of(known[i].type | known[i].information << 8 | 4u << 16);
        char line[120];

        snprintf(line, sizeof(line), " (%s)\n", known[i].words);
        assert_non_null(strstr(collect->lines, line));
        assert_int_equal(json_number(collect, "aet"), known[i].type);
        assert_int_equal(json_number(collect, "aei"), known[i].information);
        assert_int_equal(json_number(collect, "lid"), 4);
        collect_free(collect);
    }
}

static void unknown_events_are_numbers(void **state)
{
    struct collect *collect = event_of(0xffffffff);

    (void)state;
    expect_line(collect, "aet   : 7 (vendor)");
    expect_line(collect, "event : 0x7ff");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_status_is_taken_apart), cmocka_unit_test(a_library_error_has_its_number),
        cmocka_unit_test(every_int_is_a_status),          cmocka_unit_test(events_have_their_names),
        cmocka_unit_test(unknown_events_are_numbers),
    };

    return cmocka_run_group_tests_name("describe: status", tests, NULL, NULL);
}
