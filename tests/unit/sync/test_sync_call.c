/* SPDX-License-Identifier: MIT */
/* Both ends of a blocking admin call: what is begun is empty or nothing, and the end says what mattered. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_request request;
static uint8_t data[4096];

static void an_emptied_request_is_waited_for(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&request, 0xa5, sizeof(request));
    assert_ptr_equal(lwnvme_sync_admin_begin(bench.controller, &request), &request);
    assert_int_equal(request.flags, 0);
    assert_int_equal(request.timeout_ms, 0);
    assert_null(request.done);
    assert_int_equal(
        lwnvme_sync_admin_end(bench.controller, &request,
                              lwnvme_identify(bench.controller, &request, LWNVME_CNS_CONTROLLER, 0, data)),
        0);
    assert_false(lwnvme_request_active(&request));
    assert_true(data[4] != 0); /* SN */
    bench_end(&bench);
}

static void why_it_was_not_accepted_is_the_result(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_non_null(lwnvme_sync_admin_begin(bench.controller, &request));
    assert_int_equal(lwnvme_sync_admin_end(bench.controller, &request, LWNVME_ERR_LBA_RANGE),
                     LWNVME_ERR_LBA_RANGE);
    bench_end(&bench);
    assert_int_equal(lwnvme_sync_controller_check(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_null(lwnvme_sync_admin_begin(NULL, &request));
    assert_int_equal(lwnvme_sync_admin_end(NULL, &request, LWNVME_ERR_LBA_RANGE), LWNVME_ERR_NULL_ARGUMENT);
}

static void inside(struct lwnvme_request *self)
{
    struct lwnvme_request other;

    (void)self;
    assert_null(lwnvme_sync_admin_begin(bench.controller, &other));
    assert_int_equal(lwnvme_sync_admin_end(bench.controller, &other, LWNVME_ERR_NULL_ARGUMENT),
                     LWNVME_ERR_IN_CALLBACK);
}

static void inside_a_callback_nothing_begins(void **state)
{
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    memset(&request, 0, sizeof(request));
    request.done = inside;
    assert_int_equal(lwnvme_identify(bench.controller, &request, LWNVME_CNS_CONTROLLER, 0, data), 0);
    assert_int_equal(lwnvme_sync_admin_wait(bench.controller, &request), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_emptied_request_is_waited_for),
        cmocka_unit_test(why_it_was_not_accepted_is_the_result),
        cmocka_unit_test(inside_a_callback_nothing_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
