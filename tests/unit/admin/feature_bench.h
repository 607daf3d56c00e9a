/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests of features share: a controller on the software controller, the last command that it got, and
 * answers that the test makes up, dword and data, for features that the software controller does not have.
 */
#ifndef TESTS_UNIT_ADMIN_FEATURE_BENCH_H
#define TESTS_UNIT_ADMIN_FEATURE_BENCH_H

#include "../support.h"

#define GET 0x0au
#define SET 0x09u
#define R   bench.controller, &io.request

static struct bench bench;
static struct counted io;
static uint32_t sent[16];
static uint32_t sent_count;
static uint8_t sent_data[4096];
static uint32_t answer;
static uint8_t answer_data[4096];
static size_t answer_bytes;

/* The library's pages are the only memory that these commands name, so the test finds them by their address. */
static uint8_t *page_of(const uint32_t command[16])
{
    uint64_t dma = (uint64_t)command[7] << 32 | command[6];
    return bench.controller->pages + (dma - bench.controller->pages_dma);
}

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0) {
        return;
    }
    memcpy(sent, command, sizeof(sent));
    sent_count++;
    memset(sent_data, 0, sizeof(sent_data));
    if ((command[0] & 0xff) == SET && (command[6] | command[7]) != 0) {
        memcpy(sent_data, page_of(command), sizeof(sent_data));
    }
}

static void answer_with(void *context, uint16_t sqid, uint32_t completion[4])
{
    (void)context;
    if (sqid != 0) {
        return;
    }
    completion[0] = answer;
    completion[3] &= 0xffff;
    if ((sent[0] & 0xff) == GET && (sent[6] | sent[7]) != 0) {
        memcpy(page_of(sent), answer_data, answer_bytes);
    }
}

/* From now on everything succeeds, with this dword and, for Get Features with data, these data. */
static inline void answer_set(uint32_t dword, const void *data, size_t bytes)
{
    answer = dword;
    answer_bytes = bytes;
    if (bytes != 0) {
        memcpy(answer_data, data, bytes);
    }
    lwnvme_sim_settings(bench.sim)->on_completion = answer_with;
}

static inline void feature_open(void)
{
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    memset(sent, 0, sizeof(sent));
    sent_count = 0;
    counted_init(&io, NULL);
}

static inline int ended(int accepted)
{
    uint32_t called = io.called;
    if (accepted != 0) {
        assert_false(lwnvme_request_active(&io.request));
        return accepted;
    }
    bench_wait(&bench, &io.request);
    assert_int_equal(io.called, called + 1);
    return io.request.status;
}

static inline void sent_is(uint32_t opcode, uint32_t nsid, uint32_t cdw10, uint32_t cdw11)
{
    assert_int_equal(sent[0] & 0xff, opcode);
    assert_int_equal(sent[1], nsid);
    assert_int_equal(sent[10], cdw10);
    assert_int_equal(sent[11], cdw11);
    assert_int_equal(sent[13] | sent[15], 0);
}

#endif
