/* SPDX-License-Identifier: MIT */
/*
 * Stands between cmocka and the tests: those of the list in skipped.c are not run; what became of each goes into a file,
 * of which tests/qtest/summary makes the figures. Sweeps are thinned, since here each life costs ten times as much. The
 * linker lets calls of cmocka's runner come here (--wrap).
 */
#include "device.h"
#include "skipped.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TESTS 256u

struct result {
    const struct CMUnitTest *test;
    const char *end; /* NULL: it did not come to its end */
    char reason[200];
};

static struct result results[TESTS];
static struct result *current;

int __real__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t num_tests,
                                   CMFixtureFunction group_setup, CMFixtureFunction group_teardown);
int __wrap__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t num_tests,
                                   CMFixtureFunction group_setup, CMFixtureFunction group_teardown);
const char *__asan_default_options(void);
int __lsan_is_turned_off(void);

/* Buffers on the stack are on pages that can move; and what is freed stays where it is for longer than a scenario. */
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=1:quarantine_size_mb=512";
}

/* Tests that end in their midst leave things behind. What the library leaves behind is counted by each scenario. */
int __lsan_is_turned_off(void)
{
    return 1;
}

void device_cannot(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(current->reason, sizeof(current->reason), format, arguments);
    va_end(arguments);
    current->end = "skipped";
    (void)printf("skipped: %s\n", current->reason);
    skip();
    abort(); /* skip does not return */
}

static const char *listed(const char *name)
{
    for (const struct skipped *entry = skipped; entry->test != NULL; entry++) {
        if (strcmp(entry->program, program_invocation_short_name) == 0 && strcmp(entry->test, name) == 0 &&
            qemu_version() < entry->before)
            return entry->reason;
    }
    return NULL;
}

static void run_one(void **state)
{
    struct result *result = *state;
    const char *reason = listed(result->test->name);
    void *nothing = NULL;

    device_forget_all();
    memset(&device_extra, 0, sizeof(device_extra));
    current = result;
    if (reason != NULL)
        device_cannot("%s", reason);
    result->test->test_func(&nothing);
    result->end = "passed";
}

static void write_results(const char *group, size_t count)
{
    static bool begun;
    char path[256];
    FILE *file;

    (void)mkdir("build", 0777);
    (void)mkdir("build/reliability", 0777);
    (void)mkdir("build/reliability/qtest", 0777);
    (void)snprintf(path, sizeof(path), "build/reliability/qtest/%s.txt", program_invocation_short_name);
    file = fopen(path, begun ? "a" : "w");
    assert_non_null(file);
    begun = true;
    for (size_t index = 0; index < count; index++)
        (void)fprintf(file, "%s\t%s\t%s\t%s\n", group, results[index].test->name,
                      results[index].end != NULL ? results[index].end : "failed", results[index].reason);
    (void)fclose(file);
}

int __wrap__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t num_tests,
                                   CMFixtureFunction group_setup, CMFixtureFunction group_teardown)
{
    struct CMUnitTest ours[TESTS];
    int failed;

    if (num_tests > TESTS || setenv("THIN", "7", 0) != 0)
        return 1;
    memset(results, 0, sizeof(results));
    for (size_t index = 0; index < num_tests; index++) {
        results[index].test = &tests[index];
        ours[index] = tests[index];
        ours[index].test_func = run_one;
        ours[index].initial_state = &results[index];
    }
    failed = __real__cmocka_run_group_tests(group_name, ours, num_tests, group_setup, group_teardown);
    device_forget_all();
    machine_stop_all();
    write_results(group_name, num_tests);
    return failed;
}
