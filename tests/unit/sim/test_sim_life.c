/* SPDX-License-Identifier: MIT */
/* Bring-up, identify, data and recovery on the software controller: what a correct driver sees. */
#include "mini_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct lwnvme_sim_config config;
static struct mini mini;

static int fresh(void **state)
{
    (void)state;
    lwnvme_sim_config_default(&config);
    return 0;
}

static void test_bring_up_and_down(void **state)
{
    (void)state;
    mini_create(&mini, &config);
    assert_int_equal(mini_read(&mini, 0x00), 1023u | 1u << 16 | 10u << 24);
    assert_int_equal(mini_read(&mini, 0x04), 1u << 5 | 4u << 20 | 1u << 27);
    assert_int_equal(mini_read(&mini, 0x08), 0x20000);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    uint64_t before = lwnvme_sim_time(mini.sim);
    mini_enable(&mini);
    assert_true(lwnvme_sim_time(mini.sim) - before >= config.ready_delay_us);
    mini_write(&mini, 0x14, 0x00464001);
    assert_int_equal(mini_read(&mini, 0x1c) & 0xc, 0x4);
    lwnvme_sim_advance(mini.sim, config.shutdown_delay_us);
    assert_int_equal(mini_read(&mini, 0x1c) & 0xc, 0x8);
    mini_stop(&mini);
}

static void test_identify(void **state)
{
    (void)state;
    config.namespace_count = 3;
    config.ns[1].active = false;
    mini_create(&mini, &config);
    mini_enable(&mini);
    mini_identify(&mini, 1, 0);
    assert_memory_equal(mini.page + 4, "SIM0000000001       ", 20);
    assert_int_equal(mini.page[77], 5);
    assert_int_equal(mini.page[512], 0x66);
    assert_int_equal(mini.page[516], 3);
    mini_identify(&mini, 2, 0);
    assert_memory_equal(mini.page, "\1\0\0\0\3\0\0\0\0\0\0\0", 12);
    mini_identify(&mini, 0, 2);
    assert_int_equal(mini.page[26] | mini.page[0] | mini.page[130], 0);
    mini_identify(&mini, 0, 3);
    assert_memory_equal(mini.page, "\0\0\2\0\0\0\0\0", 8);
    assert_int_equal(mini.page[130], 9);
    mini_identify(&mini, 3, 1);
    assert_memory_equal(mini.page, "\1\x08\0\0\x80\x81", 6);
    mini_stop(&mini);
}

static void fill(uint8_t *data, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++) {
        data[i] = (uint8_t)(i * 7 + i / 251 + seed);
    }
}

static void test_write_read(void **state)
{
    (void)state;
    uint8_t expected[4096];
    uint8_t medium[4096];
    mini_start(&mini, &config);
    fill(mini.page, 4096, 1);
    memcpy(expected, mini.page, 4096);
    assert_int_equal(mini_rw(&mini, 1, 1000, 8, mini.page_dma, 0), 0);
    memset(mini.page, 0, 4096);
    assert_int_equal(mini_rw(&mini, 2, 1000, 8, mini.page_dma, 0), 0);
    assert_memory_equal(mini.page, expected, 4096);
    assert_true(lwnvme_sim_read_blocks(mini.sim, 1, 1000, 8, medium));
    assert_memory_equal(medium, expected, 4096);
    assert_int_equal(mini_rw(&mini, 2, 2000, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0] | mini.page[511], 0);
    assert_memory_equal(mini.page + 512, expected + 512, 4096 - 512);
    assert_int_equal(mini_rw(&mini, 2, 131072, 1, mini.page_dma, 0), 0x4080);
    assert_int_equal(mini_rw(&mini, 2, UINT64_MAX, 1, mini.page_dma, 0), 0x4080);
    mini_stop(&mini);
}

/* A malloc'd buffer, mapped piece by piece, over a chained PRP list. */
static void prp_round_trip(size_t bytes, size_t list_offset)
{
    uint8_t *buffer = malloc(bytes + 4096);
    uint8_t *copy = malloc(bytes);
    uint8_t *data = buffer + 1024;
    uint64_t dma[70];
    size_t runs[70];
    size_t count = 0;
    uint64_t list_dma = 0;
    uint8_t *list = mini.ops->dma_alloc(mini.sim, 8192, 4096, &list_dma);
    assert_non_null(list);
    fill(data, bytes, 3);
    memcpy(copy, data, bytes);
    for (unsigned pass = 0; pass < 2; pass++) {
        enum lwnvme_direction direction = pass == 0 ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
        count = 0;
        for (size_t done = 0; done < bytes; done += runs[count++]) {
            assert_true(
                mini.ops->dma_map(mini.sim, data + done, bytes - done, direction, &dma[count], &runs[count]));
            assert_true(runs[count] <= bytes - done);
        }
        size_t slot = list_offset / 8;
        for (size_t i = 1; i < count; i++) {
            if (slot == 511 && i + 1 < count) {
                uint64_t second = list_dma + 4096;
                for (unsigned b = 0; b < 8; b++) {
                    list[slot * 8 + b] = (uint8_t)(second >> (8 * b));
                }
                slot++;
            }
            for (unsigned b = 0; b < 8; b++) {
                list[slot * 8 + b] = (uint8_t)(dma[i] >> (8 * b));
            }
            slot++;
        }
        assert_int_equal(
            mini_rw(&mini, pass == 0 ? 1 : 2, 64, (uint32_t)(bytes / 512), dma[0], list_dma + list_offset),
            0);
        for (size_t i = 0; i < count; i++) {
            mini.ops->dma_unmap(mini.sim, dma[i], runs[i], direction);
        }
        assert_memory_equal(data, copy, bytes);
        memset(data, 0, bytes);
    }
    mini.ops->dma_free(mini.sim, list, 8192, list_dma);
    free(buffer);
    free(copy);
}

static void test_prp_lists(void **state)
{
    (void)state;
    config.mdts = 0;
    mini_start(&mini, &config);
    prp_round_trip(65536, 0);
    prp_round_trip(131072, 4096 - 80);
    prp_round_trip(131072, 4096 - 8);
    mini_stop(&mini);
}

static void test_other_commands(void **state)
{
    (void)state;
    uint32_t trim[16] = {0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4};
    mini_start(&mini, &config);
    trim[6] = (uint32_t)mini.page_dma;
    trim[7] = (uint32_t)(mini.page_dma >> 32);
    fill(mini.page, 4096, 9);
    assert_int_equal(mini_rw(&mini, 1, 0, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini_rw(&mini, 5, 0, 8, mini.page_dma, 0), 0);
    mini.page[4095] ^= 1;
    assert_int_equal(mini_rw(&mini, 5, 0, 8, mini.page_dma, 0), 0x4285);
    assert_int_equal(mini_rw(&mini, 8, 1, 1, 0, 0), 0);
    assert_int_equal(mini_rw(&mini, 0x0c, 1, 1, 0, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 1, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0] | mini.page[511], 0);
    memset(mini.page, 0, 4096);
    mini.page[4] = 2;
    mini.page[8] = 2;
    assert_int_equal(mini_do(&mini, &mini.io, trim), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 4, mini.page_dma, 0), 0);
    assert_int_not_equal(mini.page[1], 0);
    assert_int_equal(mini.page[1025] | mini.page[2047], 0);
    assert_true(lwnvme_sim_spoil_blocks(mini.sim, 1, 3, 1));
    assert_int_equal(mini_rw(&mini, 2, 0, 4, mini.page_dma, 0), 0x4281);
    assert_int_equal(mini_rw(&mini, 0x0d, 0, 1, 0, 0), 0x4001);
    mini_stop(&mini);
}

static void test_cache_and_power_cut(void **state)
{
    (void)state;
    uint32_t flush[16] = {0x00, 1};
    uint8_t block[512];
    mini_start(&mini, &config);
    memset(mini.page, 1, 4096);
    assert_int_equal(mini_rw(&mini, 1, 0, 4, mini.page_dma, 0), 0);
    assert_int_equal(lwnvme_sim_dirty_blocks(mini.sim, 1), 4);
    assert_int_equal(mini_do(&mini, &mini.io, flush), 0);
    assert_int_equal(lwnvme_sim_dirty_blocks(mini.sim, 1), 0);
    memset(mini.page, 2, 4096);
    assert_int_equal(mini_rw(&mini, 1, 1, 2, mini.page_dma, 0), 0);
    uint32_t through[16] = {
        0x01, 1, 0, 0, 0,         0, (uint32_t)mini.page_dma, (uint32_t)(mini.page_dma >> 32),
        0,    0, 2, 0, 0x40000000};
    assert_int_equal(mini_do(&mini, &mini.io, through), 0);
    lwnvme_sim_power_cut(mini.sim);
    assert_int_equal(mini_read(&mini, 0x14), 0);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    for (unsigned lba = 0; lba < 4; lba++) {
        assert_true(lwnvme_sim_read_blocks(mini.sim, 1, lba, 1, block));
        assert_int_equal(block[0], lba == 2 ? 2 : 1);
    }
    mini.admin.tail = mini.admin.head = 0;
    mini.admin.phase = 1;
    memset(mini.admin.cq, 0, MINI_ENTRIES * 16);
    mini_enable(&mini);
    mini_stop(&mini);
}

static void test_features_and_logs(void **state)
{
    (void)state;
    uint32_t get_cache[16] = {0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x06};
    uint32_t set_cache[16] = {0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x06, 0};
    uint32_t smart[16] = {0x02, UINT32_MAX, 0, 0, 0, 0, 0, 0, 0, 0, 127u << 16 | 2};
    uint32_t errors[16] = {0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 31u << 16 | 1};
    mini_start(&mini, &config);
    smart[6] = errors[6] = (uint32_t)mini.page_dma;
    smart[7] = errors[7] = (uint32_t)(mini.page_dma >> 32);
    assert_int_equal(mini_do(&mini, &mini.admin, get_cache), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(mini_do(&mini, &mini.admin, set_cache), 0);
    assert_int_equal(mini_do(&mini, &mini.admin, get_cache), 0);
    assert_int_equal(mini.cqe[0], 0);
    get_cache[10] = 0x106;
    assert_int_equal(mini_do(&mini, &mini.admin, get_cache), 0);
    assert_int_equal(mini.cqe[0], 1);
    assert_int_equal(mini_rw(&mini, 2, 0, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 0x77777777, 1, mini.page_dma, 0), 0x4080);
    assert_int_equal(mini_do(&mini, &mini.admin, smart), 0);
    assert_int_equal(mini.page[32], 1);
    assert_int_equal(mini.page[64], 1);
    assert_int_equal(mini.page[176], 1);
    assert_int_equal(mini_do(&mini, &mini.admin, errors), 0);
    assert_int_equal(mini.page[0], 1);
    assert_int_equal(mini.page[8], 1);
    assert_memory_equal(mini.page + 12, "\x00\x81", 2);
    assert_memory_equal(mini.page + 16, "\x77\x77\x77\x77\0\0\0\0\1\0\0\0", 12);
    assert_int_equal(mini.page[64], 0);
    mini_stop(&mini);
}

static void test_latency_shuffle_and_interrupts(void **state)
{
    (void)state;
    uint32_t read[16] = {0x02, 1};
    unsigned out_of_order = 0;
    config.latency_us = 100;
    config.shuffle = true;
    mini_start(&mini, &config);
    read[6] = (uint32_t)mini.page_dma;
    read[7] = (uint32_t)(mini.page_dma >> 32);
    for (unsigned round = 0; round < 8; round++) {
        uint32_t last = 0;
        for (unsigned i = 0; i < MINI_ENTRIES - 1; i++) {
            (void)mini_put(&mini, &mini.io, read);
        }
        mini_ring(&mini, &mini.io);
        assert_int_equal(lwnvme_sim_outstanding_commands(mini.sim), MINI_ENTRIES - 1);
        assert_false(mini_take(&mini, &mini.io));
        mini.ops->wait(mini.sim, mini.ops->now_us(mini.sim) + 1000000);
        for (unsigned i = 0; i < MINI_ENTRIES - 1; i++) {
            assert_true(mini_take(&mini, &mini.io));
            out_of_order += (mini.cqe[3] & 0xffff) < last;
            last = mini.cqe[3] & 0xffff;
        }
    }
    assert_true(out_of_order > 8);
    mini_stop(&mini);
}

static void test_faults(void **state)
{
    (void)state;
    struct lwnvme_sim_fault fault = {LWNVME_SIM_STATUS, LWNVME_SIM_IO_QUEUES, false, 0x02, 1, 1, 0x4281, 0};
    mini_start(&mini, &config);
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0x4281);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    fault.skip = 0;
    fault.kind = LWNVME_SIM_STATUS_BITS;
    fault.status = 0x7800;
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0x7800);
    fault.kind = LWNVME_SIM_DUPLICATE;
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), 0);
    assert_true(mini_take(&mini, &mini.io));
    fault.kind = LWNVME_SIM_LOSE;
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), MINI_NO_ANSWER);
    uint32_t abort[16] = {0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, mini.cid << 16 | 1};
    assert_int_equal(mini_do(&mini, &mini.admin, abort), 0);
    assert_int_equal(mini.cqe[0], 0);
    assert_true(mini_take(&mini, &mini.io));
    assert_int_equal(mini.cqe[3] >> 17, 0x007);
    fault.kind = LWNVME_SIM_NO_DATA;
    assert_true(lwnvme_sim_fault_add(mini.sim, &fault));
    memset(mini.page, 0x77, 4096);
    assert_int_equal(mini_rw(&mini, 2, 0, 8, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0], 0x77);
    mini_stop(&mini);
}

static void test_removal(void **state)
{
    (void)state;
    mini_start(&mini, &config);
    lwnvme_sim_settings(mini.sim)->mmio_ones_at = lwnvme_sim_counters(mini.sim)->mmio_reads + 2;
    assert_int_equal(mini_read(&mini, 0x08), 0x20000);
    assert_int_equal(mini_read(&mini, 0x08), UINT32_MAX);
    assert_int_equal(mini_rw(&mini, 2, 0, 1, mini.page_dma, 0), MINI_NO_ANSWER);
    mini_expect_none(&mini);
    lwnvme_sim_insert(mini.sim);
    assert_int_equal(mini_read(&mini, 0x1c), 0);
    mini_abandon(&mini);
}

static void test_shadow_memory(void **state)
{
    (void)state;
    static uint8_t buffer[4096] __attribute__((aligned(4096)));
    uint64_t dma = 0;
    size_t run = 0;
    uint32_t identify[16] = {0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    config.shadow_dma = true;
    mini_create(&mini, &config);
    mini.ops->dma_sync(mini.sim, mini.admin.cq, MINI_ENTRIES * 16, LWNVME_FROM_DEVICE, true);
    mini_enable(&mini);
    mini.ops->dma_sync(mini.sim, buffer, 4096, LWNVME_FROM_DEVICE, true);
    assert_true(mini.ops->dma_map(mini.sim, buffer, 4096, LWNVME_FROM_DEVICE, &dma, &run));
    identify[6] = (uint32_t)dma;
    identify[7] = (uint32_t)(dma >> 32);
    (void)mini_put(&mini, &mini.admin, identify);
    mini.ops->dma_sync(mini.sim, mini.admin.sq, 64, LWNVME_TO_DEVICE, true);
    mini_ring(&mini, &mini.admin);
    assert_false(mini_take(&mini, &mini.admin));
    mini.ops->dma_sync(mini.sim, mini.admin.cq, MINI_ENTRIES * 16, LWNVME_FROM_DEVICE, false);
    assert_true(mini_take(&mini, &mini.admin));
    assert_int_equal(mini.cqe[3] >> 17, 0);
    assert_int_equal(buffer[512], 0);
    mini.ops->dma_sync(mini.sim, buffer, 4096, LWNVME_FROM_DEVICE, false);
    assert_int_equal(buffer[512], 0x66);
    mini.ops->dma_unmap(mini.sim, dma, 4096, LWNVME_FROM_DEVICE);
    mini_stop(&mini);
}

static void test_image(void **state)
{
    (void)state;
    char path[] = "/tmp/lwnvme_sim_imageXXXXXX";
    uint8_t block[512];
    int file = mkstemp(path);
    assert_true(file >= 0);
    fill(block, 512, 5);
    for (unsigned i = 0; i < 16; i++) {
        block[0] = (uint8_t)i;
        assert_int_equal(write(file, block, 512), 512);
    }
    mini_create(&mini, &config);
    assert_int_equal(lwnvme_sim_load(mini.sim, 1, path, true), 0);
    assert_int_not_equal(lwnvme_sim_load(mini.sim, 1, "/nonexistent/image", true), 0);
    mini_enable(&mini);
    mini_io_queues(&mini);
    mini_identify(&mini, 0, 1);
    assert_int_equal(mini.page[0], 16);
    assert_int_equal(mini_rw(&mini, 2, 7, 1, mini.page_dma, 0), 0);
    assert_int_equal(mini.page[0], 7);
    mini.page[1] = 0x99;
    assert_int_equal(mini_rw(&mini, 1, 9, 1, mini.page_dma, 0), 0);
    mini_stop(&mini);
    assert_int_equal(pread(file, block, 512, 9 * 512), 512);
    assert_int_equal(block[1], 0x99);
    (void)close(file);
    (void)unlink(path);
}

static void test_permanent_maps(void **state)
{
    (void)state;
    static uint8_t buffer[3 * 4096] __attribute__((aligned(4096)));
    uint64_t first = 0;
    uint64_t again = 0;
    size_t run = 0;
    mini_create(&mini, &config);
    mini.ops->dma_unmap = NULL;
    assert_true(mini.ops->dma_map(mini.sim, buffer + 8, 100, LWNVME_TO_DEVICE, &first, &run));
    assert_int_equal(run, 100);
    assert_int_equal(first % 4096, 8);
    assert_true(mini.ops->dma_map(mini.sim, buffer, 8192, LWNVME_FROM_DEVICE, &again, &run));
    assert_int_equal(again, first - 8);
    assert_int_equal(run, 4096);
    assert_int_equal(lwnvme_sim_outstanding_maps(mini.sim), 0);
    lwnvme_sim_forget_maps(mini.sim);
    lwnvme_sim_settings(mini.sim)->scattered = false;
    assert_true(mini.ops->dma_map(mini.sim, buffer, sizeof(buffer), LWNVME_FROM_DEVICE, &again, &run));
    assert_int_equal(run, sizeof(buffer));
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

static void test_failing_calls(void **state)
{
    (void)state;
    uint64_t dma = 0;
    size_t run = 0;
    uint8_t byte[4] = {0};
    config.dma_alloc_fail_at = 7;
    config.dma_map_fail_at = 2;
    config.alloc_fail_at = 1;
    config.fail_count = 1;
    mini_create(&mini, &config); /* five allocations */
    void *memory = mini.ops->dma_alloc(mini.sim, 64, 64, &dma);
    assert_non_null(memory);
    assert_null(mini.ops->dma_alloc(mini.sim, 64, 64, &dma));
    assert_true(mini.ops->dma_map(mini.sim, byte, 4, LWNVME_TO_DEVICE, &dma, &run));
    assert_false(mini.ops->dma_map(mini.sim, byte, 4, LWNVME_TO_DEVICE, &dma, &run));
    assert_null(mini.ops->alloc(mini.sim, 10));
    assert_int_equal(lwnvme_sim_outstanding_allocations(mini.sim), 6);
    assert_int_equal(lwnvme_sim_outstanding_maps(mini.sim), 1);
    mini_expect_none(&mini);
    mini_abandon(&mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_bring_up_and_down, fresh),
        cmocka_unit_test_setup(test_identify, fresh),
        cmocka_unit_test_setup(test_write_read, fresh),
        cmocka_unit_test_setup(test_prp_lists, fresh),
        cmocka_unit_test_setup(test_other_commands, fresh),
        cmocka_unit_test_setup(test_cache_and_power_cut, fresh),
        cmocka_unit_test_setup(test_features_and_logs, fresh),
        cmocka_unit_test_setup(test_latency_shuffle_and_interrupts, fresh),
        cmocka_unit_test_setup(test_faults, fresh),
        cmocka_unit_test_setup(test_removal, fresh),
        cmocka_unit_test_setup(test_shadow_memory, fresh),
        cmocka_unit_test_setup(test_image, fresh),
        cmocka_unit_test_setup(test_permanent_maps, fresh),
        cmocka_unit_test_setup(test_failing_calls, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
