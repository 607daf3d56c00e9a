/* SPDX-License-Identifier: MIT */
/* The blocking forms of firmware update, format, sanitize and self-test. */
#include "../support.h"

static struct bench bench;
static struct counted io;
static struct lwnvme_firmware_update update;
static struct lwnvme_format format;
static struct lwnvme_sanitize sanitize;
static struct lwnvme_self_test test;
static uint8_t image[8192];
static uint8_t page[4096];

static void start(void)
{
    struct lwnvme_sim_image what = {.revision = "SYNC"};

    bench_prepare(&bench);
    bench.settings.oacs |= 0x16;
    bench.settings.sanicap = 7;
    bench.settings.relax_step_us = 500;
    bench_start(&bench);
    assert_true(lwnvme_sim_image_build(&what, image, sizeof(image)));
    memset(&update, 0, sizeof(update));
    memset(&format, 0, sizeof(format));
    memset(&sanitize, 0, sizeof(sanitize));
    memset(&test, 0, sizeof(test));
    update.image = image;
    update.image_bytes = sizeof(image);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
    update.reset = true;
    format.nsid = 1;
    sanitize.action = LWNVME_SANACT_CRYPTO_ERASE;
    test.code = LWNVME_SELF_TEST_CODE_SHORT;
    counted_init(&io, NULL);
}

static void each_waits_for_the_end(void **state)
{
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_firmware_update(bench.controller, &update), 0);
    assert_string_equal(lwnvme_controller_get_info(bench.controller)->firmware, "SYNC");
    assert_int_equal(lwnvme_sync_firmware_activation_follow(bench.controller, &update), 0);
    assert_int_equal(lwnvme_sync_format(bench.controller, &format), 0);
    assert_int_equal(lwnvme_sync_format_follow(bench.controller, &format), 0);
    assert_int_equal(lwnvme_sync_sanitize(bench.controller, &sanitize), 0);
    assert_int_equal(sanitize.result, LWNVME_SANITIZE_SUCCEEDED);
    assert_false(lwnvme_sim_sanitizing(bench.sim));
    assert_int_equal(lwnvme_sync_sanitize_follow(bench.controller, &sanitize), 0);
    assert_int_equal(lwnvme_sync_self_test(bench.controller, &test), 0);
    assert_int_equal(test.result, LWNVME_SELF_TEST_PASSED);
    assert_int_equal(lwnvme_sync_self_test_follow(bench.controller, &test), 0);
    assert_int_equal(lwnvme_sync_self_test_abort(bench.controller, LWNVME_NSID_ALL), 0);
    bench_end(&bench);
}

static void single_commands_return_what_the_device_said(void **state)
{
    struct lwnvme_firmware_commit_select select = {.action = 0, .slot = 1};
    uint32_t dw0 = 0xee;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_firmware_commit(bench.controller, &select, 60000, &dw0) & 0x7ff,
                     LWNVME_SC_INVALID_FIRMWARE_IMAGE);
    assert_int_equal(dw0, 0);
    assert_int_equal(lwnvme_sync_firmware_download(bench.controller, 0, image, 4096), 0);
    assert_int_equal(lwnvme_sync_firmware_download(bench.controller, 4096, image + 4096, 4096), 0);
    assert_int_equal(lwnvme_sync_firmware_commit(bench.controller, &select, 0, NULL), 0);
    bench_end(&bench);
}

static void a_refusal_is_returned_and_nothing_is_waited_for(void **state)
{
    struct lwnvme_firmware_commit_select select = {.action = 9};
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_firmware_update(NULL, &update), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_format(NULL, &format), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_sanitize(NULL, &sanitize), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_self_test(NULL, &test), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_firmware_update(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_firmware_activation_follow(bench.controller, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_format(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_format_follow(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_sanitize(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_sanitize_follow(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_self_test(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_self_test_follow(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_self_test_abort(bench.controller, 9), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_firmware_download(bench.controller, 1, image, 4),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_sync_firmware_commit(bench.controller, &select, 0, NULL),
                     LWNVME_ERR_INVALID_ARGUMENT);
    update.image_bytes = 4100;
    assert_int_equal(lwnvme_sync_firmware_update(bench.controller, &update), LWNVME_ERR_IMAGE_LENGTH);
    bench_end(&bench);
}

static uint32_t refused;

static void from_inside(struct counted *counted)
{
    struct lwnvme_firmware_commit_select select = {.action = 0};
    (void)counted;
    refused += lwnvme_sync_firmware_update(bench.controller, &update) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_firmware_activation_follow(bench.controller, &update) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_firmware_download(bench.controller, 0, image, 4) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_firmware_commit(bench.controller, &select, 0, NULL) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_format(bench.controller, &format) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_format_follow(bench.controller, &format) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_sanitize(bench.controller, &sanitize) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_sanitize_follow(bench.controller, &sanitize) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_self_test(bench.controller, &test) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_self_test_follow(bench.controller, &test) == LWNVME_ERR_IN_CALLBACK;
    refused += lwnvme_sync_self_test_abort(bench.controller, 0) == LWNVME_ERR_IN_CALLBACK;
}

static void inside_a_callback_nothing_is_begun(void **state)
{
    (void)state;
    start();
    refused = 0;
    io.then = from_inside;
    assert_int_equal(lwnvme_identify(bench.controller, &io.request, 1, 0, page), 0);
    bench_wait(&bench, &io.request);
    assert_int_equal(refused, 11);
    assert_false(lwnvme_operation_active(&update.operation) || lwnvme_operation_active(&format.operation) ||
                 lwnvme_operation_active(&sanitize.operation) || lwnvme_operation_active(&test.operation));
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_waits_for_the_end),
        cmocka_unit_test(single_commands_return_what_the_device_said),
        cmocka_unit_test(a_refusal_is_returned_and_nothing_is_waited_for),
        cmocka_unit_test(inside_a_callback_nothing_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
