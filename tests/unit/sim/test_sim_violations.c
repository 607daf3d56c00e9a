/* SPDX-License-Identifier: MIT */
/* Each thing that a driver must not do, done once: the software controller names it. */
#include "mini_driver.h"

#include <stdlib.h>

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    return 0;
}

static void expect_write(size_t offset, uint32_t value, const char *text)
{
    mini_write(&mini, offset, value);
    mini_expect_violation(&mini, text);
}

static void test_registers(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    expect_write(0x2c, 0, "high half");
    mini_write(&mini, 0x30, 0x1000);
    mini_write(&mini, 0x34, 0);
    expect_write(0x34, 0, "high half");
    expect_write(0x28, 0x800, "bits 11:0");
    expect_write(0x24, 0x1000, "AQA: reserved");
    expect_write(0x00, 0, "read-only");
    expect_write(0x18, 0, "read-only or reserved");
    expect_write(0x0c, 1, "MSI-X");
    expect_write(0x20, 0x4e564d65, "NSSR");
    expect_write(0x1c, 1, "CSTS");
    expect_write(0x14, 2, "CC: reserved");
    expect_write(0x14, 0x01000000, "CRIME");
    expect_write(0x14, 0x4000, "SHN 1 while EN is 0");
    expect_write(0x16, 0, "dword aligned");
    (void)mini_read(&mini, 0x1000);
    mini_expect_violation(&mini, "doorbells are not to be read");
    (void)mini_read(&mini, (size_t)lwnvme_sim_bar_bytes(mini.sim));
    mini_expect_violation(&mini, "beyond the region");
    expect_write(0x1000, 0, "doorbell while");
    (void)mini_read(&mini, 0x0c);
    mini_expect_violation(&mini, "INTMS: read although MSI-X");
    (void)mini_read(&mini, 0x10);
    mini_expect_violation(&mini, "INTMC: read although MSI-X");
    mini_abandon(&mini);
    config.cap_nssrs = true;
    mini_create(&mini, &config);
    expect_write(0x20, 0x4e564d66, "which does nothing");
    mini_abandon(&mini);
}

static void test_enable(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    mini_admin_registers(&mini);
    expect_write(0x14, 0x00460001 | 5u << 7, "MPS 5");
    assert_int_equal(mini_read(&mini, 0x1c) & 2, 2);
    mini_write(&mini, 0x14, 5u << 7);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    expect_write(0x14, 0x00460001 | 6u << 4, "CSS 6");
    mini_write(&mini, 0x14, 6u << 4);
    mini_write(&mini, 0x24, 0x70000);
    expect_write(0x14, 0x00460001, "AQA: a ring has one entry");
    mini_write(&mini, 0x14, 0);
    mini_admin_registers(&mini);
    assert_int_equal(mini.admin.sq_dma % 8192, 4096);
    expect_write(0x14, 0x00460001 | 1u << 7, "not aligned to the memory page");
    mini_write(&mini, 0x14, 1u << 7);
    mini_admin_registers(&mini);
    mini_write(&mini, 0x14, 0x00460001);
    expect_write(0x14, 0x00460000, "EN set to 0 before");
    mini_admin_registers(&mini);
    mini.admin.cq[14] = 1;
    expect_write(0x14, 0x00460001, "phase tag set");
    mini_abandon(&mini);
}

static void test_enabled(void **state)
{
    (void)state;
    config.disable_delay_us = 1000000;
    mini_start(&mini, &config);
    expect_write(0x24, 0x70007, "AQA: written while");
    expect_write(0x28, 0, "ASQ: written while");
    expect_write(0x14, 0x00460081, "MPS, CSS, AMS");
    mini_write(&mini, 0x14, 0x00460000);
    mini_expect_none(&mini);
    expect_write(0x24, 0x70007, "AQA: written before CSTS.RDY became 0");
    expect_write(0x30, 0x1000, "ACQ: written before CSTS.RDY became 0");
    mini_abandon(&mini);
    mini_start(&mini, &config);
    expect_write(0x14, 0x00460080, "MPS, CSS, AMS");
    mini_abandon(&mini);
    config.disable_delay_us = 0;
    mini_start(&mini, &config);
    mini_write(&mini, 0x14, 0x00464001);
    mini_write(&mini, 0x14, 0x00464000);
    lwnvme_sim_advance(mini.sim, 1000);
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    lwnvme_sim_violations_clear(mini.sim);
    expect_write(0x14, 0x00464001, "EN set to 1 with SHN 1");
    mini_abandon(&mini);
    config.disable_delay_us = 1000000;
    mini_start(&mini, &config);
    expect_write(0x14, 0x00450001, "IOSQES");
    mini_write(&mini, 0x14, 0x00454001);
    expect_write(0x1000, 0, "after a shutdown");
    expect_write(0x14, 0x00458001, "while a shutdown is in progress");
    mini_abandon(&mini);
    for (unsigned late = 0; late < 3; late++) { /* unless it takes longer than it said */
        config.rtd3e = late == 2 ? 0 : 1000;
        config.shutdown_delay_us = 1000000000;
        mini_start(&mini, &config);
        mini_write(&mini, 0x14, 0x00464001);
        lwnvme_sim_advance(mini.sim, late == 0 ? 900 : late == 1 ? 1100 : 500000000);
        mini_write(&mini, 0x14, 0x00460000);
        if (late == 0) {
            mini_expect_violation(&mini, "EN set to 0 while a shutdown is in progress");
        }
        mini_expect_none(&mini);
        mini_abandon(&mini);
    }
    mini_start(&mini, &config);
    mini_write(&mini, 0x14, 0x00460000);
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    expect_write(0x14, 0x00460001, "RDY is still 1");
    mini_abandon(&mini);
}

static void test_doorbells(void **state)
{
    (void)state;
    config.cap_dstrd = 1;
    mini_start(&mini, &config);
    expect_write(0x1004, 0, "no doorbell there");
    expect_write(0x1000 + 8 * 4, 0, "does not exist");
    expect_write(0x1000 + 8 * 18, 0, "does not exist");
    expect_write(0x1000 + 8 * 2, MINI_ENTRIES, "beyond the ring");
    expect_write(0x1000 + 8 * 2, 0x10001, "beyond the ring");
    expect_write(0x1000 + 8 * 3, MINI_ENTRIES, "beyond the ring");
    expect_write(0x1000 + 8 * 3, 1, "passes the tail");
    expect_write(0x1000 + 8 * 2, 0, "SQ 1: the doorbell is rung with the value that it has");
    expect_write(0x1000 + 8 * 3, 0, "CQ 1: the doorbell is rung with the value that it has");
    lwnvme_sim_settings(mini.sim)->latency_us = 1000;
    const uint32_t flush[16] = {0x00, 1};
    for (unsigned i = 0; i < MINI_ENTRIES - 1; i++) {
        (void)mini_put(&mini, &mini.io, flush);
    }
    mini_ring(&mini, &mini.io);
    mini_expect_none(&mini);
    (void)mini_put(&mini, &mini.io, flush);
    mini_ring(&mini, &mini.io);
    mini_expect_violation(&mini, "overruns the head");
    mini_abandon(&mini);
}

static void io_expect(const uint32_t command[16], uint32_t status, const char *text)
{
    assert_int_equal(mini_do(&mini, &mini.io, command), status);
    mini_expect_violation(&mini, text);
}

static void admin_expect(const uint32_t command[16], uint32_t status, const char *text)
{
    assert_int_equal(mini_do(&mini, &mini.admin, command), status);
    mini_expect_violation(&mini, text);
}

static void test_reserved_fields(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    for (unsigned dword = 2; dword < 16; dword++) {
        if (dword == 10 || dword == 11) {
            continue;
        }
        uint32_t command[16] = {0x02, 1};
        command[6] = (uint32_t)mini.page_dma;
        command[7] = (uint32_t)(mini.page_dma >> 32);
        if (dword >= 6 && dword < 10) {
            command[0] = 0x00; /* flush has no data pointer */
            command[6] = command[7] = 0;
        }
        command[dword] = 0x10000;
        io_expect(command, 0x4002, "reserved");
    }
    io_expect((uint32_t[16]){0x0400, 1}, 0x4002, "dword 0");
    io_expect((uint32_t[16]){0x0100, 1}, 0x4002, "FUSE 1");
    io_expect((uint32_t[16]){0x4000, 1}, 0x4002, "PSDT 1");
    admin_expect((uint32_t[16]){0x06, 1, 0, 0, 0, 0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32),
                                0, 0, 1},
                 0x4002, "NSID is reserved");
    admin_expect((uint32_t[16]){0x08, 1}, 0x4002, "dword 1");
    lwnvme_sim_settings(mini.sim)->strict_reserved = false;
    assert_int_equal(mini_do(&mini, &mini.io, (uint32_t[16]){0x00, 1, 7, 7}), 0);
    mini_stop(&mini);
}

static void test_identifiers(void **state)
{
    (void)state;
    config.latency_us = 100;
    mini_start(&mini, &config);
    const uint32_t flush[16] = {0x00, 1};
    (void)mini_put(&mini, &mini.io, flush);
    mini.cid--;
    (void)mini_put(&mini, &mini.io, flush);
    mini_ring(&mini, &mini.io);
    mini_expect_violation(&mini, "in flight already");
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] >> 17, 0x4003);
    lwnvme_sim_advance(mini.sim, 100);
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] >> 17, 0);
    mini.cid = 0xfffe;
    assert_int_equal(mini_do(&mini, &mini.io, flush), 0);
    mini_expect_violation(&mini, "FFFFh");
    mini_stop(&mini);
}

static void test_memory_of_its_own(void **state)
{
    (void)state;
    config.cmb_bytes = 4096;
    mini_start(&mini, &config);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_write(&mini, 0x54, (uint32_t)(mini.page_dma >> 32));
    mini_write(&mini, 0x50, ((uint32_t)mini.page_dma & ~0xfffu) | 3u);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0x0004);
    mini_expect_violation(&mini, "enabled over it");
    mini_write(&mini, 0x50, 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
}

static void test_prp(void **state)
{
    (void)state;
    uint64_t far = 0x123456789000u;
    uint64_t list_dma = 0;
    mini_start(&mini, &config);
    uint8_t *list = mini.ops->dma_alloc(mini.sim, 4096, 4096, &list_dma);
    memset(list, 0, 4096);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma + 2, 0), 0x4013);
    mini_expect_violation(&mini, "PRP1 is not dword aligned");
    assert_int_equal(mini_rw(&mini, 2, 0, 8, mini.page_dma + 512, list_dma + 8), 0x4013);
    mini_expect_violation(&mini, "PRP2 has an offset");
    assert_int_equal(mini_rw(&mini, 2, 0, 24, mini.page_dma, list_dma + 4), 0x4013);
    mini_expect_violation(&mini, "not qword aligned");
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, list_dma), 0);
    mini_expect_violation(&mini, "PRP2 is reserved");
    assert_int_equal(mini_rw(&mini, 2, 0, 1, far, 0), 0x0004);
    mini_expect_violation(&mini, "nothing is mapped");
    assert_int_equal(mini_rw(&mini, 2, 0, 24, mini.page_dma, far), 0x0004);
    mini_expect_violation(&mini, "nothing is mapped");
    list[0] = 8;
    assert_int_equal(mini_rw(&mini, 2, 0, 24, mini.page_dma, list_dma), 0x4013);
    mini_expect_violation(&mini, "entry has an offset");
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned b = 0; b < 8; b++) {
            list[4080 + 8 * i + b] = (uint8_t)(mini.page_dma >> (8 * b));
        }
    }
    assert_int_equal(mini_rw(&mini, 2, 0, 24, mini.page_dma, list_dma + 4080), 0);
    mini_expect_violation(&mini, "last slot");
    mini.ops->dma_free(mini.sim, list, 4096, list_dma);
    mini_stop(&mini);
}

/* The first page of a list may begin anywhere, all others at their beginning. */
static void test_prp_list_of_two_pages(void **state)
{
    (void)state;
    uint64_t list_dma = 0;
    mini_start(&mini, &config);
    uint8_t *list = mini.ops->dma_alloc(mini.sim, 8192, 4096, &list_dma);
    memset(list, 0, 8192);
    for (unsigned b = 0; b < 8; b++) {
        list[4080 + b] = (uint8_t)(mini.page_dma >> (8 * b));
        list[4088 + b] = (uint8_t)((list_dma + 4096) >> (8 * b));
        list[4096 + b] = list[4104 + b] = (uint8_t)(mini.page_dma >> (8 * b));
    }
    assert_int_equal(mini_rw(&mini, 2, 0, 32, mini.page_dma, list_dma + 4080), 0);
    mini_expect_none(&mini);
    list[4088] = 8;
    assert_int_equal(mini_rw(&mini, 2, 0, 32, mini.page_dma, list_dma + 4080), 0x4013);
    mini_expect_violation(&mini, "not aligned to the memory page");
    mini.ops->dma_free(mini.sim, list, 8192, list_dma);
    mini_stop(&mini);
}

/* Fields that only some forms of a command have. */
static void test_fields_of_other_forms(void **state)
{
    (void)state;
    config.oacs |= 0x28;
    config.oncs |= 0x44;
    config.lpa |= 4;
    mini_start(&mini, &config);
    const uint32_t low = (uint32_t)mini.page_dma;
    const uint32_t high = (uint32_t)(mini.page_dma >> 32);
    memset(mini.page, 0, 4096);
    admin_expect((uint32_t[16]){0x06, 1, 0, 0, 0, 0, low, high, 0, 0, 0x13}, 0x4002, "NSID is reserved");
    admin_expect((uint32_t[16]){0x02, 0xffffffff, 0, 0, 0, 0, low, high, 0, 0, 0x00010002, 0, 2}, 0x4002,
                 "offset is not dword aligned");
    admin_expect((uint32_t[16]){0x1a, 1, 0, 0, 0, 0, low, high, 0, 0, 7, 1, 1}, 0x4002, "Directive Receive");
    admin_expect((uint32_t[16]){0x1a, 1, 0, 0, 0, 0, low, high, 0, 0, 7, 0x10001}, 0x4002,
                 "Directive Receive");
    admin_expect((uint32_t[16]){0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0x101}, 0x4002, "Directive Send");
    admin_expect((uint32_t[16]){0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2}, 0x4002, "Directive Send");
    mini.page[6] = 1;
    admin_expect((uint32_t[16]){0x09, 0, 0, 0, 0, 0, low, high, 0, 0, 0x0e}, 0x4002, "bytes 6 and 7");
    memset(mini.page, 0, 16);
    mini.page[0] = 0x40;
    mini.page[4] = 1;
    io_expect((uint32_t[16]){0x09, 1, 0, 0, 0, 0, low, high, 0, 0, 0, 4}, 0x4002, "reserved bits of range 0");
    for (uint32_t i = 0; i <= config.aerl; i++) {
        mini_hold_event(&mini);
        mini_expect_none(&mini);
    }
    admin_expect((uint32_t[16]){0x0c}, 0x4105, "one more than AERL allows");
    mini_abandon(&mini);
}

static void test_memory(void **state)
{
    (void)state;
    static uint8_t buffer[8192] __attribute__((aligned(4096)));
    uint64_t dma = 0;
    size_t run = 0;
    mini_start(&mini, &config);
    assert_true(mini.ops->dma_map(mini.sim, buffer, 512, LWNVME_TO_DEVICE, &dma, &run));
    assert_int_equal(mini_rw(&mini, 2, 0, 1, dma, 0), 0x0004);
    mini_expect_violation(&mini, "other direction");
    assert_int_equal(mini_rw(&mini, 1, 0, 2, dma, 0), 0x0004);
    mini_expect_violation(&mini, "outside the mapping");
    mini.ops->dma_unmap(mini.sim, dma, 511, LWNVME_TO_DEVICE);
    mini_expect_violation(&mini, "512 in direction");
    mini.ops->dma_unmap(mini.sim, dma, 512, LWNVME_TO_DEVICE);
    mini_expect_violation(&mini, "nothing is mapped");
    lwnvme_sim_settings(mini.sim)->latency_us = 100;
    assert_true(mini.ops->dma_map(mini.sim, buffer, 512, LWNVME_TO_DEVICE, &dma, &run));
    uint32_t write[16] = {0x01, 1, 0, 0, 0, 0, (uint32_t)dma, (uint32_t)(dma >> 32)};
    (void)mini_put(&mini, &mini.io, write);
    mini_ring(&mini, &mini.io);
    mini.ops->dma_unmap(mini.sim, dma, 512, LWNVME_TO_DEVICE);
    mini_expect_violation(&mini, "still uses the mapping");
    lwnvme_sim_advance(mini.sim, 100);
    mini_expect_violation(&mini, "nothing is mapped");
    mini.ops->dma_free(mini.sim, mini.io.cq, MINI_ENTRIES * 16, mini.io.cq_dma);
    mini_expect_violation(&mini, "may still use");
    mini.ops->dma_free(mini.sim, mini.io.cq, MINI_ENTRIES * 16, mini.io.cq_dma);
    mini_expect_violation(&mini, "nothing was allocated");
    mini_abandon(&mini);
}

static void test_reach(void **state)
{
    (void)state;
    config.dma_address_bits = 32;
    config.dma_base = 0x100000000u;
    mini_create(&mini, &config);
    mini_admin_registers(&mini);
    expect_write(0x14, 0x00460001, "beyond the 32 bits");
    assert_int_equal(mini_read(&mini, 0x1c) & 2, 2);
    mini_abandon(&mini);
}

static void test_host_calls(void **state)
{
    (void)state;
    uint64_t dma = 0;
    size_t run = 0;
    mini_create(&mini, &config);
    assert_null(mini.ops->dma_alloc(mini.sim, 64, 3, &dma));
    mini_expect_violation(&mini, "no legal request");
    assert_null(mini.ops->dma_alloc(mini.sim, 64, 8192, &dma));
    mini_expect_violation(&mini, "no legal request");
    assert_false(mini.ops->dma_map(mini.sim, &dma, 0, LWNVME_TO_DEVICE, &dma, &run));
    mini_expect_violation(&mini, "no legal request");
    uint8_t *memory = mini.ops->dma_alloc(mini.sim, 64, 64, &dma);
    memory[64] = 1;
    mini.ops->dma_free(mini.sim, memory, 64, dma);
    mini_expect_violation(&mini, "behind an allocation");
    memory = mini.ops->alloc(mini.sim, 10);
    mini.ops->free(mini.sim, memory, 11);
    mini_expect_violation(&mini, "10 were allocated");
    mini.ops->free(mini.sim, memory, 10);
    mini_expect_violation(&mini, "is free already");
    mini.ops->lock(mini.sim);
    mini.ops->lock(mini.sim);
    mini_expect_violation(&mini, "taken twice");
    mini.ops->unlock(mini.sim);
    mini.ops->unlock(mini.sim);
    mini.ops->unlock(mini.sim);
    mini_expect_violation(&mini, "not locked");
    assert_null((void *)(uintptr_t)mini.ops->mmio_map(mini.sim, 0x1000, 64));
    mini_expect_violation(&mini, "mmio_map");
    mini.ops->log(mini.sim, LWNVME_LEVEL_INFO, "two\nlines");
    mini_expect_violation(&mini, "line end");
    mini_abandon(&mini);
}

static uint32_t create(uint32_t opcode, uint32_t qid, uint32_t entries, uint32_t dword11, uint64_t base)
{
    uint32_t command[16] = {opcode, 0, 0, 0, 0, 0, (uint32_t)base, (uint32_t)(base >> 32)};
    command[10] = (entries - 1) << 16 | qid;
    command[11] = dword11;
    return mini_do(&mini, &mini.admin, command);
}

static void test_queue_commands(void **state)
{
    (void)state;
    config.cap_mqes = 15;
    mini_start(&mini, &config);
    uint64_t base = mini.page_dma;
    memset(mini.page, 0, 4096);
    admin_expect((uint32_t[16]){0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}, 0x400c, "a second time");
    assert_int_equal(create(5, 1, 8, 1, base), 0x4101);
    mini_expect_violation(&mini, "it exists");
    assert_int_equal(create(5, 2, 8, 1, base), 0x4101);
    mini_expect_violation(&mini, "granted are 1 to 1");
    mini_disable(&mini);
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    mini.admin.head = mini.admin.tail = 0;
    mini.admin.phase = 1;
    mini_enable(&mini);
    assert_int_equal(create(5, 0, 8, 1, base), 0x4101);
    mini_expect_violation(&mini, "queue 0");
    assert_int_equal(create(5, 1, 1, 1, base), 0x4102);
    mini_expect_violation(&mini, "1 entries");
    assert_int_equal(create(5, 1, 17, 1, base), 0x4102);
    mini_expect_violation(&mini, "17 entries");
    assert_int_equal(create(5, 1, 8, 0, base), 0x4002);
    mini_expect_violation(&mini, "PC is 0");
    assert_int_equal(create(5, 1, 8, 1, base + 64), 0x4013);
    mini_expect_violation(&mini, "not aligned");
    assert_int_equal(create(5, 1, 8, 9u << 16 | 1, base), 0x4108);
    mini_expect_violation(&mini, "vector 9");
    assert_int_equal(create(1, 1, 8, 1u << 16 | 1, base), 0x4100);
    mini_expect_violation(&mini, "CQ 1, which does not exist");
    assert_int_equal(create(5, 1, 8, 1, base), 0);
    admin_expect((uint32_t[16]){0x01, 0, 0, 0, 0, 0, (uint32_t)base, (uint32_t)(base >> 32), 0, 0,
                                7u << 16 | 1, 1u << 16 | 1, 1},
                 0x4002, "NVM set 1");
    assert_int_equal(create(1, 1, 8, 1u << 16 | 1, base), 0);
    mini_expect_none(&mini);
    admin_expect((uint32_t[16]){0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0x410c, "still complete");
    admin_expect((uint32_t[16]){0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 0x4101, "does not exist");
    assert_int_equal(mini_do(&mini, &mini.admin, (uint32_t[16]){0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 0);
    assert_int_equal(mini_do(&mini, &mini.admin, (uint32_t[16]){0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 0);
    mini_stop(&mini);
}

static void test_entry_sizes(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    mini_admin_registers(&mini);
    mini_write(&mini, 0x14, 0x00000001);
    lwnvme_sim_advance(mini.sim, config.ready_delay_us);
    memset(mini.page, 0, 4096);
    assert_int_equal(create(5, 1, 8, 1, mini.page_dma), 0x4102);
    mini_expect_violation(&mini, "entries of 2^0 bytes");
    mini_abandon(&mini);
}

static void test_full_completion_queue(void **state)
{
    (void)state;
    config.strict_cq_room = true;
    mini_start(&mini, &config);
    for (unsigned i = 0; i < MINI_ENTRIES; i++) {
        (void)mini_put(&mini, &mini.io, (uint32_t[16]){0x00, 1});
        mini_ring(&mini, &mini.io);
    }
    mini_expect_violation(&mini, "finds all 7 places taken");
    assert_int_equal(lwnvme_sim_counters(mini.sim)->cq_stalls, 1);
    for (unsigned i = 0; i < MINI_ENTRIES; i++) {
        assert_true(mini_take(&mini, &mini.io));
    }
    assert_false(mini_take(&mini, &mini.io));
    mini_stop(&mini);
}

static void test_quiet_time(void **state)
{
    (void)state;
    config.quiet_after_disable_us = 2300000;
    mini_start(&mini, &config);
    mini_write(&mini, 0x14, 0x00460000);
    assert_int_equal(mini_read(&mini, 0x1c), UINT32_MAX);
    mini_expect_violation(&mini, "must be left alone");
    mini_abandon(&mini);
}

static void test_ring_of_messages(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    for (unsigned i = 0; i < 40; i++) {
        mini_write(&mini, 0x1000u + 4 * i, 0);
    }
    assert_int_equal(lwnvme_sim_violations(mini.sim), 40);
    assert_non_null(strstr(lwnvme_sim_violation(mini.sim, 0), "SQ 4:"));
    assert_non_null(strstr(lwnvme_sim_violation(mini.sim, 31), "CQ 19:"));
    assert_null(lwnvme_sim_violation(mini.sim, 32));
    mini_abandon(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_registers, fresh),
        cmocka_unit_test_setup(test_enable, fresh),
        cmocka_unit_test_setup(test_enabled, fresh),
        cmocka_unit_test_setup(test_doorbells, fresh),
        cmocka_unit_test_setup(test_reserved_fields, fresh),
        cmocka_unit_test_setup(test_identifiers, fresh),
        cmocka_unit_test_setup(test_memory_of_its_own, fresh),
        cmocka_unit_test_setup(test_prp, fresh),
        cmocka_unit_test_setup(test_prp_list_of_two_pages, fresh),
        cmocka_unit_test_setup(test_fields_of_other_forms, fresh),
        cmocka_unit_test_setup(test_memory, fresh),
        cmocka_unit_test_setup(test_reach, fresh),
        cmocka_unit_test_setup(test_host_calls, fresh),
        cmocka_unit_test_setup(test_queue_commands, fresh),
        cmocka_unit_test_setup(test_entry_sizes, fresh),
        cmocka_unit_test_setup(test_full_completion_queue, fresh),
        cmocka_unit_test_setup(test_quiet_time, fresh),
        cmocka_unit_test_setup(test_ring_of_messages, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
