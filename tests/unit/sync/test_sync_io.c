/* SPDX-License-Identifier: MIT */
/* Both ends of a blocking call on an I/O queue. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_request request;
static uint8_t data[4096] __attribute__((aligned(4096)));
static struct lwnvme_buffer buffer;

static void start(void)
{
    bench_prepare(&bench);
    bench_start(&bench);
    buffer = lwnvme_buffer_cpu(data, sizeof(data));
}

static void an_emptied_request_with_its_flags_is_waited_for(void **state)
{
    (void)state;
    start();
    memset(&request, 0xa5, sizeof(request));
    assert_ptr_equal(lwnvme_sync_io_begin(bench.queue, &request, LWNVME_REQUEST_FUA), &request);
    assert_int_equal(request.flags, LWNVME_REQUEST_FUA);
    assert_int_equal(request.timeout_ms, 0);
    assert_null(request.done);
    assert_int_equal(lwnvme_sync_io_end(bench.queue, &request,
                                        lwnvme_read(bench.queue, bench.ns, &request, 0, 1, &buffer)),
                     0);
    assert_false(lwnvme_request_active(&request));
    bench_end(&bench);
}

static void why_it_was_not_accepted_is_the_result(void **state)
{
    (void)state;
    start();
    assert_non_null(lwnvme_sync_io_begin(bench.queue, &request, 0));
    assert_int_equal(lwnvme_sync_io_end(bench.queue, &request, LWNVME_ERR_LBA_RANGE), LWNVME_ERR_LBA_RANGE);
    bench_end(&bench);
    assert_null(lwnvme_sync_io_begin(NULL, &request, 0));
    assert_int_equal(lwnvme_sync_io_end(NULL, &request, LWNVME_ERR_LBA_RANGE), LWNVME_ERR_NULL_ARGUMENT);
}

static void inside(struct counted *io)
{
    struct lwnvme_request other;

    (void)io;
    assert_null(lwnvme_sync_io_begin(bench.queue, &other, 0));
    assert_int_equal(lwnvme_sync_io_end(bench.queue, &other, LWNVME_ERR_NULL_ARGUMENT),
                     LWNVME_ERR_IN_CALLBACK);
}

static void inside_a_callback_nothing_begins(void **state)
{
    static struct counted io;
    (void)state;
    start();
    counted_init(&io, NULL);
    io.then = inside;
    assert_int_equal(lwnvme_read(bench.queue, bench.ns, &io.request, 0, 1, &buffer), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    counted_init(&io, NULL);
    io.then = inside;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, LWNVME_CNS_CONTROLLER, 0, data), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, 1);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_emptied_request_with_its_flags_is_waited_for),
        cmocka_unit_test(why_it_was_not_accepted_is_the_result),
        cmocka_unit_test(inside_a_callback_nothing_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
