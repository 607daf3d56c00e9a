/* SPDX-License-Identifier: MIT */
/* Drives that are ill: media errors, which QEMU's block layer makes (blkdebug), and warnings, which QMP sets. */
#include "sim/scenario.h"

#include <lwnvme/sync_log.h>

#include "device.h"

#define BAD_READ  64u /* blocks of 512 bytes */
#define BAD_WRITE 72u

static struct lwnvme_events events;
static uint32_t told[LWNVME_ASYNC_EVENT_KIND_COUNT];
static uint8_t warning;
static uint8_t data[131072] __attribute__((aligned(4096)));

static void start(struct scenario *s, const char *top)
{
    device_extra.top = top;
    scenario_prepare(s);
    s->config.max_transfer_bytes = 4096;
    scenario_start(s);
    scenario_queue(s, 8);
    scenario_namespace(s);
}

static struct tracked *transfer(struct scenario *s, bool write, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, blocks * 512);
    struct tracked *io = scenario_request(s);

    assert_int_equal(
        scenario_accept(io, write ? lwnvme_write(s->queue, s->ns, &io->request, lba, blocks, &buffer)
                                  : lwnvme_read(s->queue, s->ns, &io->request, lba, blocks, &buffer)),
        LWNVME_OK);
    scenario_wait_all(s, s->queue);
    return io;
}

/* One block cannot be read and another not written: the status says so, bytes_done says where, the rest is well. */
static void fault_061_media_errors(void **state)
{
    struct scenario s;
    struct tracked *io;

    (void)state;
    start(&s, "driver=blkdebug,image=file0,inject-error.0.event=none,inject-error.0.iotype=read,inject-error."
              "0.errno=5,"
              "inject-error.0.sector=64,inject-error.1.event=none,inject-error.1.iotype=write,inject-error.1."
              "errno=5,"
              "inject-error.1.sector=72");
    for (uint32_t round = 0; round < 3; round++) {
        assert_int_equal(transfer(&s, false, BAD_READ - 8, 8)->request.status, LWNVME_OK);
        assert_int_equal(transfer(&s, false, BAD_READ + 1, 100)->request.status, LWNVME_OK);
        io = transfer(&s, false, 0, 200); /* 25 commands, the ninth of which fails */
        assert_int_equal(io->request.status & 0x7ff, LWNVME_SC_UNRECOVERED_READ_ERROR);
        assert_int_equal(io->request.bytes_done, BAD_READ * 512);
        assert_int_equal(lwnvme_status_class(io->request.status), LWNVME_CLASS_MEDIA);
        assert_int_equal(transfer(&s, true, BAD_READ, 1)->request.status, LWNVME_OK);
        io = transfer(&s, true, 56, 64);
        assert_int_equal(io->request.status & 0x7ff, LWNVME_SC_WRITE_FAULT);
        assert_int_equal(io->request.bytes_done, (BAD_WRITE - 56) * 512);
    }
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    scenario_end(&s);
}

/* A flush that fails is no success. */
static void a_flush_that_fails(void **state)
{
    struct scenario s;

    (void)state;
    start(&s, "driver=blkdebug,image.driver=null-co,image.size=67108864,inject-error.0.event=none,"
              "inject-error.0.iotype=flush,inject-error.0.errno=5");
    for (uint32_t round = 0; round < 3; round++) {
        assert_int_equal(lwnvme_sync_write(s.queue, s.ns, 0, 8, data, 0), LWNVME_OK);
        assert_int_equal(lwnvme_sync_flush(s.queue, s.ns) & 0x7ff, LWNVME_SC_WRITE_FAULT);
    }
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, data, 0), LWNVME_OK);
    scenario_end(&s);
}

static void tell(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    (void)from;
    told[event->kind]++;
    if (event->smart != NULL)
        warning = event->smart->cw;
}

static void wait_for(struct scenario *s, enum lwnvme_async_event_kind kind, uint32_t count)
{
    for (uint32_t turn = 0; told[kind] < count; turn++) {
        (void)scenario_poll(s);
        lwnvme_sim_advance(s->sim, 500);
        (void)qemu_ask(s->sim->qemu, "inb 0x80"); /* it may need a moment of its own */
        assert_in_range(turn, 0, 10000);
    }
}

static void warn(struct scenario *s, unsigned bits)
{
    (void)qemu_qmp(s->sim->qemu,
                   "{\"execute\": \"qom-set\", \"arguments\": {\"path\": \"/machine/peripheral/nvme\", "
                   "\"property\": \"smart_critical_warning\", \"value\": %u}}",
                   bits);
}

/* Critical warnings come as events of their kind, and stand in the log. */
static void fault_162_critical_warnings(void **state)
{
    static struct lwnvme_smart_log log;
    struct scenario s;

    (void)state;
    memset(&events, 0, sizeof(events));
    memset(told, 0, sizeof(told));
    events.event = tell;
    events.enable = LWNVME_EVENTS_ALL;
    start(&s, NULL);
    assert_int_equal(lwnvme_events_start(s.controller, &events), LWNVME_OK);
    for (uint32_t turn = 0; turn < 100; turn++) {
        (void)scenario_poll(&s);
        lwnvme_sim_advance(s.sim, 500);
    }
    assert_int_equal(events.status, LWNVME_OK);
    assert_int_equal(events.armed, 4);
    warn(&s, LWNVME_SMART_WARNING_SPARE);
    wait_for(&s, LWNVME_ASYNC_EVENT_HEALTH_SPARE, 1);
    assert_int_equal(warning, LWNVME_SMART_WARNING_SPARE);
    warn(&s, LWNVME_SMART_WARNING_SPARE | LWNVME_SMART_WARNING_TEMPERATURE);
    wait_for(&s, LWNVME_ASYNC_EVENT_HEALTH_TEMPERATURE, 1);
    assert_int_equal(lwnvme_sync_log_smart(s.controller, LWNVME_NSID_ALL, &log), LWNVME_OK);
    assert_int_equal(log.cw, LWNVME_SMART_WARNING_SPARE | LWNVME_SMART_WARNING_TEMPERATURE);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    warn(&s, LWNVME_SMART_WARNING_SPARE | LWNVME_SMART_WARNING_TEMPERATURE | LWNVME_SMART_WARNING_READ_ONLY);
    wait_for(&s, LWNVME_ASYNC_EVENT_HEALTH_RELIABILITY, 1);
    s.sim->machine->spent = true;
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_061_media_errors),
        cmocka_unit_test(a_flush_that_fails),
        cmocka_unit_test(fault_162_critical_warnings),
    };

    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
