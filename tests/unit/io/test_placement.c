/* SPDX-License-Identifier: MIT */
/* Data placement: the commands as they stand in the ring, and what is believed of an answer. */
#include "../support.h"

static struct fake fake;
static struct counted io;
static uint8_t
    pages[(LWNVME_CONFIG_ADMIN_PAGES + 1) * LWNVME_PAGE_MIN]; /* Identify Controller is in the last one */
static uint32_t command[16];
static uint8_t memory[16 + 3 * 32] __attribute__((aligned(64)));

static void start(void)
{
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    fake.controller.pages = pages;
    struct lwnvme_identify_controller *identify =
        (struct lwnvme_identify_controller *)(uintptr_t)lwnvme_identify_copy(&fake.controller);
    lwnvme_le32_set(&identify->ctratt, LWNVME_CTRATT_FLEXIBLE_DATA_PLACEMENT);
    fake.controller.info.oacs = LWNVME_OACS_DIRECTIVES;
}

static void serve(void)
{
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    assert_int_equal(io.request.status, 0);
}

static void status_is_asked_for_and_checked(void **state)
{
    struct lwnvme_placement_status status = {.memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_placement_handle handle;
    (void)state;
    start();
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    status.memory_bytes = 12;
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, &status),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_placement_status_check(&status), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_placement_status_check(NULL), LWNVME_ERR_NULL_ARGUMENT);
    status.memory_bytes = sizeof(memory) - 2;
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, &status),
                     LWNVME_ERR_BUFFER_LENGTH);
    status.memory_bytes = 1u << 20;
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, &status),
                     LWNVME_ERR_TRANSFER_SIZE);
    status.memory = NULL;
    status.memory_bytes = sizeof(memory);
    assert_int_equal(lwnvme_placement_status_check(&status), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, &status),
                     LWNVME_ERR_NULL_ARGUMENT);
    status.memory = memory;
    status.memory_bytes = sizeof(memory);
    assert_int_equal(lwnvme_placement_get_status(&fake.queue, &fake.ns, &io.request, &status), 0);
    serve();
    assert_int_equal(command[0] & 0xffff, 0x12);
    assert_int_equal(command[10], 1);
    assert_int_equal(command[11], sizeof(memory) / 4 - 1);
    memory[14] = 5; /* more than there is room for */
    memory[16 + 32] = 7;
    memory[16 + 34] = 2;
    memory[16 + 36] = 9;
    memory[16 + 41] = 1;
    assert_int_equal(lwnvme_placement_status_check(&status), 0);
    assert_int_equal(status.handles, 5);
    assert_int_equal(status.handles_given, 3);
    assert_true(lwnvme_placement_handle_get(&status, 1, &handle));
    assert_int_equal(handle.placement_identifier, 7);
    assert_int_equal(handle.reclaim_unit_handle, 2);
    assert_int_equal(handle.time_left_s, 9);
    assert_int_equal(handle.blocks_left, 256);
    assert_false(lwnvme_placement_handle_get(&status, 3, &handle));
    assert_false(lwnvme_placement_handle_get(NULL, 0, &handle));
    assert_false(lwnvme_placement_handle_get(&status, 0, NULL));
    fake.controller.pages = NULL;
    fake_end(&fake);
}

static void handles_are_updated(void **state)
{
    static struct lwnvme_le16 list[4] __attribute__((aligned(4)));
    (void)state;
    start();
    assert_int_equal(lwnvme_placement_update(&fake.queue, &fake.ns, &io.request, NULL, 1),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_placement_update(&fake.queue, &fake.ns, &io.request, list, 0),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_placement_update(&fake.queue, &fake.ns, &io.request, list, 65537),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_placement_update(&fake.queue, &fake.ns, &io.request, list, 3), 0);
    serve();
    assert_int_equal(command[0] & 0xffff, 0x1d);
    assert_int_equal(command[10], 2u << 16 | 1);
    assert_int_equal(command[11], 0);
    fake.controller.pages = NULL;
    fake_end(&fake);
}

static void writes_name_a_handle(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, 512);
    (void)state;
    start();
    buffer = lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 512);
    io.request.directive = lwnvme_directive_placement(0x1234) | lwnvme_access_hint(0x41);
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, &io.request, 8, 1, &buffer), 0);
    serve();
    assert_int_equal(command[12], 2u << 20);
    assert_int_equal(command[13], 0x12340041);
    assert_int_equal(lwnvme_write_zeroes(&fake.queue, &fake.ns, &io.request, 8, 1), 0);
    serve();
    assert_int_equal(command[12], 2u << 20);
    assert_int_equal(command[13], 0x12340000);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &io.request, 8, 1, &buffer), 0);
    serve();
    assert_int_equal(command[12], 0);
    assert_int_equal(command[13], 0x41);
    io.request.directive = 0x5; /* a value without a type */
    assert_int_equal(lwnvme_write(&fake.queue, &fake.ns, &io.request, 8, 1, &buffer),
                     LWNVME_ERR_INVALID_ARGUMENT);
    fake.controller.pages = NULL;
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_is_asked_for_and_checked),
        cmocka_unit_test(handles_are_updated),
        cmocka_unit_test(writes_name_a_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
