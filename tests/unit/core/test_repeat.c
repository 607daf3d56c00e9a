/* SPDX-License-Identifier: MIT */
/* What may be done again, how soon, and what is known of what was done. */
#include "../support.h"

/* By command set: what reads, and what may be written twice; ended by 0xffff. */
static const uint16_t reads[4][8] = {
    {0x00, 0x02, 0x0c, 0x0e, 0x12, 0xffff}, /* flush, read, verify, reservation report, handle status */
    {0x00, 0x02, 0x06, 0x0e, 0x14, 0xffff}, /* flush, retrieve, list, reservation report, exist */
    {0x00, 0x02, 0x0c, 0x0e, 0x12, 0x7a,
     0xffff}, /* as of blocks, and report zones; a write moves the pointer */
    {0xffff}, /* one that we do not know */
};
static const uint16_t writes[4][8] = {{0x01, 0x04, 0x08, 0x09, 0xffff}, {0xffff}, {0xffff}, {0xffff}};

static bool is_among(uint32_t opcode, const uint16_t *opcodes)
{
    while (*opcodes != 0xffff && *opcodes != opcode)
        opcodes++;
    return *opcodes == opcode;
}

static void only_what_may_be_carried_out_twice(void **state)
{
    struct lwnvme_queue queue = {.id = 1};
    struct lwnvme_queue admin = {.id = 0};
    struct lwnvme_namespace ns = {.csi = 0};
    struct lwnvme_request request = {.queue = &queue, .ns = &ns};
    uint32_t opcode;
    uint8_t csi;

    (void)state;
    for (csi = 0; csi < 4; csi++) {
        for (opcode = 0; opcode < 0x400; opcode++) {
            ns.csi = csi;
            request.command.opcode = opcode;
            assert_int_equal(lwnvme_repeat_class(&request),
                             is_among(opcode, reads[csi])    ? LWNVME_REQUEST_CLASS_READ
                             : is_among(opcode, writes[csi]) ? LWNVME_REQUEST_CLASS_WRITE
                                                             : LWNVME_REQUEST_CLASS_ONCE);
        }
    }
    request.command.opcode = 0x02;
    ns.csi = 0;
    request.ns = NULL; /* raw */
    assert_int_equal(lwnvme_repeat_class(&request), LWNVME_REQUEST_CLASS_ONCE);
    request.queue = &admin;
    assert_int_equal(lwnvme_repeat_class(&request), LWNVME_REQUEST_CLASS_ADMIN);
}

static void only_what_reads_has_no_effect(void **state)
{
    static const uint8_t logs[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                                   0x0a, 0x0b, 0x0c, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14,
                                   0x15, 0x16, 0x1c, 0x20, 0x21, 0x22, 0x23, 0x81, 0xbf};
    uint32_t opcode;
    uint32_t number;
    (void)state;
    for (opcode = 0; opcode < 256; opcode++) {
        struct lwnvme_command command = {.opcode = opcode, .cdw10 = 1u << 15 | 2u};
        assert_int_equal(lwnvme_repeat_has_no_effect(&command),
                         opcode == 0x02 || opcode == 0x06 || opcode == 0x0a);
    }
    for (number = 0; number < 256; number++) {
        struct lwnvme_command feature = {.opcode = 0x0a, .cdw10 = number | 3u << 8};
        struct lwnvme_command identify = {.opcode = 0x06, .cdw10 = number};
        struct lwnvme_command log = {.opcode = 0x02, .cdw10 = number | 1u << 15};
        bool listed = memchr(logs, (int)number, sizeof(logs)) != NULL;
        assert_int_equal(lwnvme_repeat_has_no_effect(&feature), number < 0xc0);
        assert_true(lwnvme_repeat_has_no_effect(&identify));
        assert_int_equal(lwnvme_repeat_has_no_effect(&log), listed);
        log.cdw10 |= 1u << 8; /* host-initiated telemetry is made anew */
        assert_int_equal(lwnvme_repeat_has_no_effect(&log), listed && number != 0x07);
        log.cdw10 = number; /* the event may come again */
        assert_false(lwnvme_repeat_has_no_effect(&log));
    }
}

static void fault_062_statuses_that_are_worth_it(void **state)
{
    (void)state;
    assert_true(lwnvme_repeat_is_worth_it(0x021));
    assert_true(lwnvme_repeat_is_worth_it(0x082));
    assert_false(lwnvme_repeat_is_worth_it(0x4021)); /* DNR */
    assert_false(lwnvme_repeat_is_worth_it(0x281));
    assert_false(lwnvme_repeat_is_worth_it(0x007)); /* aborted on request */
    assert_false(lwnvme_repeat_is_worth_it(0));
    assert_false(lwnvme_repeat_is_worth_it(LWNVME_ERR_BUSY));
}

static void fault_063_the_controllers_delay(void **state)
{
    struct bench bench;

    (void)state;
    bench_prepare(&bench);
    bench.settings.crdt[0] = 3;
    bench.settings.crdt[2] = 65535;
    bench_start(&bench);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x0821, 0, 100000), 300);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x1021, 0, 100000), 0);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x1821, 0, 100000), 100000);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x1821, 0, 10000000), 6553500);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x021, 0, 1000), 10);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x021, 3, 1000), 80);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x021, 6, 1000), 640);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, 0x021, 1000, 1000), 640);
    assert_int_equal(lwnvme_repeat_delay_ms(bench.controller, LWNVME_ERR_ABORTED, 2, 15), 15);
    assert_int_equal(lwnvme_or_default(0, 7), 7);
    assert_int_equal(lwnvme_or_default(3, 7), 3);
    bench_end(&bench);
}

static void what_became_of_a_request(void **state)
{
    static const struct {
        int status;
        uint8_t tries;
        bool unsent;
        enum lwnvme_outcome outcome;
    } rows[] = {
        {LWNVME_OK, 0, false, LWNVME_OUTCOME_DONE},
        {0x281, 0, false, LWNVME_OUTCOME_DONE},
        {0x4002, 3, false, LWNVME_OUTCOME_DONE},
        {0x007, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {0x4007, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {0x008, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {0x005, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {LWNVME_ERR_NOT_STARTED, 0, true, LWNVME_OUTCOME_NEVER_STARTED},
        {LWNVME_ERR_NOT_STARTED, 0, false, LWNVME_OUTCOME_NEVER_STARTED},
        {LWNVME_ERR_NOT_STARTED, 1, true, LWNVME_OUTCOME_UNKNOWN}, /* but an earlier try may have been */
        {LWNVME_ERR_DMA_MAP, 0, true, LWNVME_OUTCOME_NEVER_STARTED},
        {LWNVME_ERR_DMA_MAP, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {LWNVME_ERR_ABORTED, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {LWNVME_ERR_TIMEOUT, 0, false, LWNVME_OUTCOME_UNKNOWN},
        {LWNVME_ERR_RECOVERING, 0, true, LWNVME_OUTCOME_NEVER_STARTED},
        {LWNVME_ERR_RECOVERING, 0, false, LWNVME_OUTCOME_NEVER_STARTED},
        {LWNVME_ERR_RECOVERING, 1, true, LWNVME_OUTCOME_UNKNOWN},
        {LWNVME_ERR_BUFFER_HELD, 0, false, LWNVME_OUTCOME_UNKNOWN},
    };
    struct lwnvme_request request;
    size_t row;

    (void)state;
    assert_int_equal(lwnvme_request_outcome(NULL), LWNVME_OUTCOME_UNKNOWN);
    memset(&request, 0, sizeof(request));
    request.state = LWNVME_REQUEST_ISSUED;
    assert_int_equal(lwnvme_request_outcome(&request), LWNVME_OUTCOME_UNKNOWN);
    request.state = LWNVME_REQUEST_IDLE;
    for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        request.status = rows[row].status;
        request.tries = rows[row].tries;
        request.unsent = rows[row].unsent;
        assert_int_equal(lwnvme_request_outcome(&request), rows[row].outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_be_carried_out_twice),
        cmocka_unit_test(only_what_reads_has_no_effect),
        cmocka_unit_test(fault_062_statuses_that_are_worth_it),
        cmocka_unit_test(fault_063_the_controllers_delay),
        cmocka_unit_test(what_became_of_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
