/* SPDX-License-Identifier: MIT */
/* Commands by their dwords: a buffer that is smaller than what they make the controller move is refused. */
#include "../support.h"

#include <lwnvme/spec_zoned.h>

/* A command, and the least memory that it asks for; 0: none, or nothing is known. */
struct row {
    struct lwnvme_command command;
    uint32_t bytes;
};

static const struct row io_rows[] = {
    {{.opcode = LWNVME_NVM_READ}, 512},
    {{.opcode = LWNVME_NVM_READ, .cdw12 = 0xc0000007}, 4096},
    {{.opcode = LWNVME_NVM_WRITE, .cdw12 = 15}, 8192},
    {{.opcode = LWNVME_NVM_COMPARE, .cdw12 = 1}, 1024},
    {{.opcode = LWNVME_ZNS_ZONE_APPEND}, 512},
    {{.opcode = LWNVME_NVM_DATASET_MANAGEMENT, .cdw10 = 0xffffff02}, 48},
    {{.opcode = LWNVME_NVM_COPY, .cdw12 = 3}, 128},
    {{.opcode = LWNVME_NVM_RESERVATION_REGISTER}, 16},
    {{.opcode = LWNVME_NVM_RESERVATION_ACQUIRE}, 16},
    {{.opcode = LWNVME_NVM_RESERVATION_RELEASE}, 8},
    {{.opcode = LWNVME_NVM_RESERVATION_REPORT, .cdw10 = 0x1f}, 128},
    {{.opcode = LWNVME_NVM_RESERVATION_REPORT, .cdw10 = UINT32_MAX}, UINT32_MAX},
    {{.opcode = LWNVME_NVM_IO_MANAGEMENT_RECEIVE, .cdw11 = 0xf}, 64},
    {{.opcode = LWNVME_NVM_IO_MANAGEMENT_SEND, .cdw10 = 0x00030001}, 8},
    {{.opcode = LWNVME_ZNS_ZONE_MANAGEMENT_RECEIVE, .cdw12 = 0x1f}, 128},
    {{.opcode = LWNVME_ZNS_ZONE_MANAGEMENT_SEND, .cdw13 = LWNVME_ZSA_SET_EXTENSION}, 64},
    {{.opcode = LWNVME_ZNS_ZONE_MANAGEMENT_SEND, .cdw13 = LWNVME_ZSA_OPEN}, 0},
    {{.opcode = 0x81}, 0},
};

#define FEATURE(which)                                                                                       \
    {                                                                                                        \
        .opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = LWNVME_FEATURE_##which                                 \
    }
#define SETS(which, dword)                                                                                   \
    {                                                                                                        \
        .opcode = LWNVME_ADMIN_SET_FEATURES, .cdw10 = LWNVME_FEATURE_##which, .cdw11 = (dword)               \
    }

static const struct row admin_rows[] = {
    {{.opcode = LWNVME_ADMIN_IDENTIFY, .cdw10 = 1}, 4096},
    {{.opcode = LWNVME_ADMIN_NAMESPACE_ATTACHMENT}, 4096},
    {{.opcode = LWNVME_ADMIN_NAMESPACE_MANAGEMENT}, 4096},
    {{.opcode = LWNVME_ADMIN_NAMESPACE_MANAGEMENT, .cdw10 = 1, .nsid = 77}, 0},
    {{.opcode = LWNVME_ADMIN_GET_LOG_PAGE, .cdw10 = 0x007f0002}, 512},
    {{.opcode = LWNVME_ADMIN_GET_LOG_PAGE, .cdw10 = 0x00000002, .cdw11 = 1}, 262148},
    {{.opcode = LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD, .cdw10 = 0x3ff}, 4096},
    {{.opcode = LWNVME_ADMIN_DIRECTIVE_RECEIVE, .cdw10 = 0x3ff, .cdw11 = 1, .nsid = 1}, 4096},
    {{.opcode = LWNVME_ADMIN_DIRECTIVE_RECEIVE, .cdw10 = 0x3ff, .cdw11 = 0x0103, .nsid = 1}, 0},
    {{.opcode = LWNVME_ADMIN_GET_LBA_STATUS, .cdw12 = 0x3ff, .nsid = 1}, 4096},
    {{.opcode = LWNVME_ADMIN_SECURITY_SEND, .cdw11 = 512}, 512},
    {{.opcode = LWNVME_ADMIN_SECURITY_RECEIVE, .cdw11 = 1024}, 1024},
    {FEATURE(LBA_RANGE_TYPE), 4096},
    {SETS(LBA_RANGE_TYPE, 1), 128},
    {FEATURE(AUTONOMOUS_POWER_STATE_TRANSITION), 256},
    {FEATURE(TIMESTAMP), 8},
    {FEATURE(HOST_BEHAVIOR_SUPPORT), 512},
    {FEATURE(HOST_IDENTIFIER), 8},
    {SETS(HOST_IDENTIFIER, 1), 16},
    {SETS(PREDICTABLE_LATENCY_MODE_CONFIG, 0), 512},
    {FEATURE(ARBITRATION), 0},
    {{.opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = LWNVME_FEATURE_TIMESTAMP | 3u << 8}, 0},
    {{.opcode = LWNVME_ADMIN_ABORT, .cdw10 = 0xffff0000}, 0},
};

static void fault_145_buffers_that_are_too_small(void **state)
{
    static uint8_t memory[8192] __attribute__((aligned(4096)));
    struct lwnvme_segment segments[2] = {{(uintptr_t)memory, 4}, {(uintptr_t)memory + 4096, 0}};
    struct fake fake;
    struct counted io;
    (void)state;
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    fake.ops.dma_map = NULL; /* what is not refused for its length is for this */
    for (size_t i = 0; i < sizeof(io_rows) / sizeof(io_rows[0]); i++) {
        const struct row *row = &io_rows[i];
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, row->bytes);
        int status = lwnvme_raw(&fake.queue, &io.request, &row->command, &buffer);
        assert_int_equal(status,
                         row->bytes == UINT32_MAX ? LWNVME_ERR_BUFFER_LENGTH : LWNVME_ERR_HOOK_DMA_MAP);
        if (row->bytes == 0)
            continue;
        buffer.length_bytes = row->bytes - 1;
        assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &row->command, &buffer),
                         LWNVME_ERR_BUFFER_LENGTH);
        segments[1].length_bytes = row->bytes - 5;
        buffer = lwnvme_buffer_segments(segments, 2, 0);
        assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &row->command, &buffer),
                         LWNVME_ERR_BUFFER_LENGTH);
        segments[1].length_bytes = (size_t)row->bytes - 4;
        if (row->bytes != UINT32_MAX)
            assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &row->command, &buffer),
                             LWNVME_ERR_HOOK_DMA_MAP);
        assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &row->command, NULL), LWNVME_ERR_NULL_ARGUMENT);
    }
    /* Values of keys are smaller than a block, where there are such. */
    fake.controller.cc |= LWNVME_CC_CSS_IOCSS << 4;
    for (size_t i = 0; i < 2; i++) {
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, 8);
        assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &io_rows[i].command, &buffer),
                         i == 0 ? LWNVME_ERR_HOOK_DMA_MAP : LWNVME_ERR_BUFFER_LENGTH);
    }
    /* Opening a zone takes no memory. */
    assert_int_equal(lwnvme_raw(&fake.queue, &io.request, &io_rows[16].command, NULL), 0);
    assert_int_equal(fake_told(&fake), 1);
    fake_end(&fake);
}

static void fault_145_buffers_of_admin_commands(void **state)
{
    static uint8_t memory[266240] __attribute__((aligned(4096)));
    struct bench bench;
    (void)state;
    bench_prepare(&bench);
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    for (size_t i = 0; i < sizeof(admin_rows) / sizeof(admin_rows[0]); i++) {
        const struct row *row = &admin_rows[i];
        struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, row->bytes);
        struct lwnvme_request request = {0};
        uint64_t before = lwnvme_sim_counters(bench.sim)->commands;
        if (row->bytes != 0) {
            buffer.length_bytes = row->bytes - 4;
            assert_int_equal(lwnvme_admin_raw(bench.controller, &request, &row->command, &buffer),
                             LWNVME_ERR_BUFFER_LENGTH);
            assert_int_equal(lwnvme_admin_raw(bench.controller, &request, &row->command, NULL),
                             LWNVME_ERR_NULL_ARGUMENT);
            buffer.length_bytes = row->bytes;
        }
        assert_int_equal(lwnvme_sim_counters(bench.sim)->commands, before);
        int status =
            lwnvme_sync_admin_raw(bench.controller, &row->command, row->bytes != 0 ? &buffer : NULL, NULL);
        if (row->bytes > 131072)
            assert_int_equal(status, LWNVME_ERR_TRANSFER_SIZE); /* for being more than there can be */
        else
            assert_true(status >= 0);
    }
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_145_buffers_that_are_too_small),
        cmocka_unit_test(fault_145_buffers_of_admin_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
