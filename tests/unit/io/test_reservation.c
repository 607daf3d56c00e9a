/* SPDX-License-Identifier: MIT */
/* Reservations: each field of each command, and reports that make no sense. */
#include "../support.h"

static struct fake fake;
static struct counted io;
static uint32_t command[16];
static struct lwnvme_reservation reservation;

static void serve(uint32_t opcode, uint32_t cdw10)
{
    fake_fetch(&fake, command);
    assert_int_equal(command[0] & 0xffff, opcode);
    assert_int_equal(command[10], cdw10);
    assert_int_equal(command[12] | command[13] | command[14] | command[15], 0);
    fake_post(&fake, command[0] >> 16, 0);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
}

static void every_field_has_its_place(void **state)
{
    static const uint8_t keys[16] = {8, 7, 6, 5, 4, 3, 2, 1, 0x11, 0, 0, 0, 0, 0, 0, 0x80};
    (void)state;
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    reservation = (struct lwnvme_reservation){.action = LWNVME_RREGA_REPLACE,
                                              .type = LWNVME_RTYPE_EXCLUSIVE_ACCESS_ALL,
                                              .persist = LWNVME_CPTPL_PERSIST,
                                              .ignore_key = true,
                                              .key = UINT64_C(0x0102030405060708),
                                              .other_key = UINT64_C(0x8000000000000011)};
    assert_int_equal(lwnvme_reservation_register(&fake.queue, &fake.ns, &io.request, &reservation), 0);
    serve(0x0d, 0xc000000au);
    assert_memory_equal(reservation.data, keys, 16);
    assert_int_equal(io.request.bytes_done, 16);
    assert_int_equal(lwnvme_reservation_acquire(&fake.queue, &fake.ns, &io.request, &reservation), 0);
    serve(0x11, 0x60a);
    assert_int_equal(lwnvme_reservation_release(&fake.queue, &fake.ns, &io.request, &reservation),
                     LWNVME_ERR_INVALID_ARGUMENT);
    reservation.action = LWNVME_RRELA_CLEAR;
    reservation.ignore_key = false;
    assert_int_equal(lwnvme_reservation_release(&fake.queue, &fake.ns, &io.request, &reservation), 0);
    serve(0x15, 0x601);
    assert_int_equal(io.request.bytes_done, 8);
    reservation.persist = 1;
    assert_int_equal(lwnvme_reservation_register(&fake.queue, &fake.ns, &io.request, &reservation),
                     LWNVME_ERR_INVALID_ARGUMENT);
    reservation.persist = LWNVME_CPTPL_PERSIST + 1;
    assert_int_equal(lwnvme_reservation_register(&fake.queue, &fake.ns, &io.request, &reservation),
                     LWNVME_ERR_INVALID_ARGUMENT);
    reservation.persist = 0;
    fake.ops.dma_map = NULL; /* its keys are at a CPU address */
    assert_int_equal(lwnvme_reservation_register(&fake.queue, &fake.ns, &io.request, &reservation),
                     LWNVME_ERR_HOOK_DMA_MAP);
    assert_int_equal(lwnvme_reservation_register(&fake.queue, &fake.ns, &io.request, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    fake_end(&fake);
}

static void reports_are_checked(void **state)
{
    static uint8_t memory[64 * 3] __attribute__((aligned(64)));
    struct lwnvme_reservation_list report = {
        .memory = memory, .memory_bytes = sizeof(memory), .extended = true};
    struct lwnvme_reservation_host host;
    (void)state;
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    assert_int_equal(lwnvme_reservation_report(&fake.queue, &fake.ns, &io.request, &report), 0);
    serve(0x0e, sizeof(memory) / 4 - 1);
    assert_int_equal(command[11], 1);
    memory[5] = 0xff; /* 65535 hosts, and room for two */
    memory[6] = 0xff;
    memory[0] = 9;
    assert_int_equal(lwnvme_reservation_report_check(&report), 0);
    assert_int_equal(report.generation, 9);
    assert_int_equal(report.hosts, 65535);
    assert_int_equal(report.hosts_given, 2);
    assert_true(lwnvme_reservation_host_get(&report, 1, &host));
    assert_false(lwnvme_reservation_host_get(&report, 2, &host));
    memory[4] = 7;
    assert_int_equal(lwnvme_reservation_report_check(&report), LWNVME_ERR_LOG_DATA);
    memory[4] = 1;
    memory[5] = memory[6] = 0; /* a reservation of nobody's */
    assert_int_equal(lwnvme_reservation_report_check(&report), LWNVME_ERR_LOG_DATA);
    report.memory_bytes = 60;
    assert_int_equal(lwnvme_reservation_report_check(&report), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_reservation_report(&fake.queue, &fake.ns, &io.request, &report),
                     LWNVME_ERR_BUFFER_LENGTH);
    report.memory_bytes = 1u << 20;
    assert_int_equal(lwnvme_reservation_report(&fake.queue, &fake.ns, &io.request, &report),
                     LWNVME_ERR_TRANSFER_SIZE);
    report.memory_bytes = sizeof(memory) - 2;
    assert_int_equal(lwnvme_reservation_report(&fake.queue, &fake.ns, &io.request, &report),
                     LWNVME_ERR_BUFFER_LENGTH);
    assert_false(lwnvme_reservation_host_get(NULL, 0, &host));
    assert_false(lwnvme_reservation_host_get(&report, 0, NULL));
    assert_int_equal(lwnvme_reservation_report_check(NULL), LWNVME_ERR_NULL_ARGUMENT);
    report.memory = NULL;
    report.memory_bytes = sizeof(memory);
    assert_int_equal(lwnvme_reservation_report_check(&report), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_reservation_report(&fake.queue, &fake.ns, &io.request, &report),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_its_place),
        cmocka_unit_test(reports_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
