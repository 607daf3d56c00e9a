/* SPDX-License-Identifier: MIT */
/* A zoned and a key value namespace, opened on the software controller and then taken over by a fake's queue. */
#ifndef TESTS_UNIT_ZONED_H
#define TESTS_UNIT_ZONED_H

#include "../support.h"

static struct bench bench;
static struct fake fake;
static struct counted io;
static uint32_t command[16];

/* Namespace 2 is zoned: zones of 100 blocks, 1000 of them. Namespace 3 holds keys. */
static inline void sets_power(uint16_t ozcs, uint64_t zone_blocks, uint8_t zasl)
{
    bench_prepare(&bench);
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.namespace_count = 3;
    bench.settings.ns[1].csi = 2;
    bench.settings.ns[1].nsze = 1000;
    bench.settings.ns[1].ncap = 1000;
    bench.settings.ns[2].csi = 1;
    bench.settings.zoned.ozcs = ozcs;
    bench.settings.zoned.zsze = zone_blocks;
    bench.settings.zoned.mar = 5;
    bench.settings.zoned.mor = UINT32_MAX;
    bench.settings.zoned.zdes = 1;
    bench.settings.zoned.zasl = zasl;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
}

static inline void sets_take(struct lwnvme_namespace *ns)
{
    bench_end(&bench);
    fake_start(&fake, 0, 8);
    counted_init(&io, &fake);
    ns->controller = &fake.controller;
    ns->incarnation = fake.queue.incarnation;
}

static inline void sets_answer(uint32_t status, uint32_t dw0)
{
    volatile uint32_t *entry = fake.queue.cq + fake.device_tail * 4u;
    fake_fetch(&fake, command);
    fake_post_raw(&fake, dw0, fake.queue.id, command[0] >> 16, status);
    entry[1] = 0;
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    assert_false(lwnvme_request_active(&io.request));
}

#endif
