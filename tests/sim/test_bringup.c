/* SPDX-License-Identifier: MIT */
/* Bringing a controller up: every capability field over its range, and every state it may be found in. */
#include "scenario.h"

/* A whole life: open, a little I/O where there are I/O queues, orderly shutdown, close. */
static void live(struct scenario *s)
{
    scenario_start(s);
    if (lwnvme_controller_get_info(s->controller)->io_queues != 0)
        scenario_try_io(s);
    assert_int_equal(scenario_shutdown(s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(s->events[LWNVME_EVENT_OFF], 1);
    scenario_end(s);
}

/* An open that must fail with `expected` and leave nothing behind. */
static void refuse(struct scenario *s, int expected)
{
    int status;

    scenario_power(s);
    status = scenario_open(s);
    if (status != expected)
        fail_msg("open: %s (%d), not %s (%d)", lwnvme_status_string(status), status,
                 lwnvme_status_string(expected), expected);
    assert_int_equal(lwnvme_controller_status(s->controller), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(s->events[LWNVME_EVENT_READY], 0);
    scenario_end(s);
}

static void bring_up_default(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        live(&s);
    }
}

static void bring_up_registers_mapped_already(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    s.config.bar_mapped = lwnvme_sim_bar_mapped(s.sim);
    s.ops->mmio_map = NULL;
    s.ops->mmio_unmap = NULL;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void fault_001_all_ones_at_probe(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.mmio_ones_at = 1;
        s.time_limit_us = 10000;
        refuse(&s, LWNVME_ERR_GONE);
    }
}

static void fault_003_cap_zero(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_override = true;
    refuse(&s, LWNVME_ERR_CAP_MQES);
}

static void fault_003_cap_reserved_bits(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_override = true;
    s.settings.cap_low = 0x0af903ffu;  /* MQES 1023, CQR, TO 10, reserved 23:19 */
    s.settings.cap_high = 0xe040c020u; /* CSS NVM, MPSMAX 4, reserved or unknown bits above */
    live(&s);
}

static void fault_004_mqes_zero(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_mqes = 0;
    refuse(&s, LWNVME_ERR_CAP_MQES);
}

static void fault_004_mqes_zero_means_64(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_mqes = 63;
    s.settings.cap_override = true;
    s.settings.cap_low = 0x0a010000u;
    s.settings.cap_high = 0x00400020u;
    s.config.quirks_add = LWNVME_QUIRK_MQES_ZERO_IS_64;
    live(&s);
}

static void fault_005_006_mqes_range(void **state)
{
    static const uint16_t mqes[] = {1, 2, 3, 15, 62, 63, 64, 126, 127, 128, 1022, 1023, 1024, 65534, 65535};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(mqes) / sizeof(mqes[0]); index++) {
        scenario_prepare(&s);
        s.stepped = index % 2 != 0;
        s.settings.cap_mqes = mqes[index];
        scenario_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->queue_entries_max, mqes[index] + 1u);
        scenario_queue(&s, mqes[index] >= 1024 ? 1024 : mqes[index] + 1u);
        scenario_try_io(&s);
        scenario_end(&s);
    }
}

static void fault_007_008_ready_floor(void **state)
{
    static const uint8_t to[] = {0, 1, 2, 9};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(to); index++) {
        scenario_prepare(&s);
        s.settings.cap_to = to[index];
        s.settings.cap_crms = 0;
        s.settings.ready_delay_us = 4900000;
        s.settings.disable_delay_us = 4900000;
        s.settings.start_enabled = true;
        s.settings.relax_step_us = 1000;
        s.time_limit_us = 20 * SECOND_US;
        live(&s);
    }
}

static void fault_009_crto_and_cap_disagree(void **state)
{
    /* CAP.TO, CRMS, CRTO.CRWMT, seconds until ready */
    static const uint16_t rows[][4] = {
        {40, 1, 0, 20}, {40, 1, 1, 20}, {1, 1, 60, 29}, {40, 0, 0, 20}, {40, 3, 39, 20}, {255, 1, 255, 127},
    };
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        scenario_prepare(&s);
        s.settings.cap_to = (uint8_t)rows[index][0];
        s.settings.cap_crms = (uint8_t)rows[index][1];
        s.settings.crto_crwmt = rows[index][2];
        s.settings.ready_delay_us = rows[index][3] * SECOND_US;
        s.settings.relax_step_us = 1000;
        s.time_limit_us = 140 * SECOND_US;
        live(&s);
    }
}

static void fault_009_cap_changes_after_cc_is_written(void **state)
{
    struct scenario s;
    int use_crto;

    (void)state;
    for (use_crto = 0; use_crto < 2; use_crto++) {
        scenario_prepare(&s);
        s.settings.cap_to = 1;
        s.settings.crto_crwmt = 1;
        s.settings.cap_changes = true;
        s.settings.cap_to_later = use_crto ? 1 : 60;
        s.settings.crto_later = use_crto ? 60 : 1;
        s.settings.ready_delay_us = 29 * SECOND_US;
        s.settings.relax_step_us = 1000;
        s.time_limit_us = 60 * SECOND_US;
        live(&s);
    }
}

static void fault_010_ready_independent_of_media_is_not_used(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_crms = 3;
    s.settings.crto_crimt = 1;
    s.settings.crime_ready_delay_us = 1000;
    s.settings.ready_delay_us = 2 * SECOND_US;
    scenario_start(&s);
    assert_int_equal(s.ops->mmio_read32(s.sim, lwnvme_sim_bar_mapped(s.sim), LWNVME_REG_CC) >> 24 & 1, 0);
    scenario_try_io(&s);
    assert_int_equal(lwnvme_sim_counters(s.sim)->failures, 0);
    scenario_end(&s);
}

/* Opens, and returns how many milliseconds that took. */
static uint64_t open_takes_ms(struct scenario *s, int expected)
{
    int status;

    s->settings.relax_step_us = 100;
    scenario_power(s);
    status = scenario_open(s);
    if (status != expected)
        fail_msg("open: %s", lwnvme_status_string(status));
    return scenario_now(s) / 1000;
}

static void fault_011_ready_never_sets(void **state)
{
    static const uint32_t rows[][3] = {{0, 0, 5000}, {20, 0, 10500}, {20, 30, 15500}, {255, 0, 128000}};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        uint64_t took_ms;

        scenario_prepare(&s);
        s.stepped = index % 2 != 0;
        s.settings.cap_to = (uint8_t)rows[index][0];
        s.settings.crto_crwmt = (uint16_t)rows[index][1];
        s.settings.never_ready = true;
        s.time_limit_us = 200 * SECOND_US;
        took_ms = open_takes_ms(&s, LWNVME_ERR_ENABLE_TIMEOUT);
        assert_in_range(took_ms, rows[index][2], rows[index][2] + 100);
        assert_int_equal(lwnvme_sim_counters(s.sim)->enables, 1);
        assert_int_equal(lwnvme_sim_counters(s.sim)->disables, 1);
        scenario_end(&s);
    }
}

/* One more unit than CAP.TO is allowed for; what comes within it is accepted, later is not. */
static void fault_012_ready_at_the_limit(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_to = 20;
    s.settings.crto_crwmt = 0;
    s.settings.ready_delay_us = 10 * SECOND_US - 1;
    s.time_limit_us = 30 * SECOND_US;
    (void)open_takes_ms(&s, LWNVME_OK);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.cap_to = 20;
    s.settings.crto_crwmt = 0;
    s.settings.ready_delay_us = 10 * SECOND_US;
    s.time_limit_us = 30 * SECOND_US;
    (void)open_takes_ms(&s, LWNVME_OK);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.cap_to = 20;
    s.settings.crto_crwmt = 0;
    s.settings.ready_delay_us = 10 * SECOND_US + 490000;
    s.time_limit_us = 30 * SECOND_US;
    (void)open_takes_ms(&s, LWNVME_OK);
    scenario_end(&s);
    scenario_prepare(&s);
    s.settings.cap_to = 20;
    s.settings.crto_crwmt = 0;
    s.settings.ready_delay_us = 10 * SECOND_US + 510000;
    s.time_limit_us = 30 * SECOND_US;
    (void)open_takes_ms(&s, LWNVME_ERR_ENABLE_TIMEOUT);
    scenario_end(&s);
}

static void fault_013_ready_never_clears(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.start_enabled = true;
        s.settings.never_disabled = true;
        s.time_limit_us = 30 * SECOND_US;
        /* The controller never learned of any memory of ours, so nothing need be kept. */
        (void)open_takes_ms(&s, LWNVME_ERR_DISABLE_TIMEOUT);
        assert_int_equal(lwnvme_sim_counters(s.sim)->enables, 0);
        scenario_end(&s);
    }
}

static void fault_014_fatal_at_probe(void **state)
{
    struct scenario s;
    int running;

    (void)state;
    for (running = 0; running < 3; running++) {
        scenario_prepare(&s);
        s.settings.start_fatal = true;
        s.settings.start_enabled = running == 1;
        s.settings.start_enabling = running == 2;
        live(&s);
    }
    scenario_prepare(&s);
    s.settings.start_fatal = true;
    s.settings.fatal_sticky = true;
    refuse(&s, LWNVME_ERR_FATAL);
}

static void fault_014_fatal_at_enable(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.fatal_at_enable = true;
        s.time_limit_us = SECOND_US;
        refuse(&s, LWNVME_ERR_FATAL);
    }
}

static void fault_014_fatal_while_ready(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    scenario_start(&s);
    scenario_queue(&s, 0);
    lwnvme_sim_fatal(s.sim);
    assert_int_equal(scenario_settle(&s), LWNVME_ERR_FATAL);
    assert_int_equal(s.events[LWNVME_EVENT_FAILED], 1);
    assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_ERR_FAILED);
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(lwnvme_queue_status(s.queue), LWNVME_OK);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void fault_015_handed_over_enabled(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.start_enabled = true;
        scenario_start(&s);
        assert_int_equal(lwnvme_sim_counters(s.sim)->shutdowns, 0);
        assert_int_equal(lwnvme_sim_counters(s.sim)->disables, 1);
        scenario_try_io(&s);
        scenario_end(&s);
    }
}

static void fault_015_handed_over_shut_down(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.start_shutdown = true;
    live(&s);
}

static void fault_016_enable_and_ready_disagree(void **state)
{
    struct scenario s;
    int which;

    (void)state;
    for (which = 0; which < 4; which++) {
        scenario_prepare(&s);
        s.stepped = which % 2 != 0;
        s.settings.start_enabling = which < 2;
        s.settings.start_disabling = which >= 2;
        s.settings.ready_delay_us = 300000;
        s.settings.disable_delay_us = 300000;
        live(&s);
    }
}

static void fault_016_enabled_and_never_ready(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.start_enabling = true;
    s.settings.never_ready = true;
    s.settings.cap_to = 4;
    s.settings.crto_crwmt = 4;
    s.time_limit_us = 30 * SECOND_US;
    (void)open_takes_ms(&s, LWNVME_ERR_ENABLE_TIMEOUT);
    scenario_end(&s);
}

static uint32_t (*read_through)(void *host, volatile void *registers, size_t offset);
static uint64_t shutting_down_until_us;

/* An earlier shutdown is still under way when the controller is found: CSTS.SHST 01b. */
static uint32_t read_shutting_down(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = read_through(host, registers, offset);

    if (offset != LWNVME_REG_CSTS || lwnvme_sim_time((struct lwnvme_sim *)host) >= shutting_down_until_us)
        return value;
    return (value & ~0xcu) | 0x4u;
}

static void fault_016_found_in_a_shutdown(void **state)
{
    struct scenario s;
    int ends;

    (void)state;
    for (ends = 0; ends < 2; ends++) {
        scenario_prepare(&s);
        s.settings.start_shutdown = true;
        s.settings.relax_step_us = 1000;
        s.time_limit_us = 30 * SECOND_US;
        scenario_power(&s);
        read_through = s.ops->mmio_read32;
        s.ops->mmio_read32 = read_shutting_down;
        shutting_down_until_us = ends ? s.started_us + 2 * SECOND_US : UINT64_MAX;
        assert_int_equal(scenario_open(&s), ends ? LWNVME_OK : LWNVME_ERR_SETTLE_TIMEOUT);
        assert_int_equal(lwnvme_sim_counters(s.sim)->disables, ends);
        if (ends)
            scenario_try_io(&s);
        scenario_end(&s);
    }
}

static void fault_017_left_alone_after_disable(void **state)
{
    struct scenario s;
    int mode;

    (void)state;
    for (mode = 0; mode < 2; mode++) {
        scenario_prepare(&s);
        s.stepped = mode != 0;
        s.settings.start_enabled = true;
        s.settings.quiet_after_disable_us = 2300000;
        s.config.quirks_add = LWNVME_QUIRK_DELAY_AFTER_DISABLE;
        s.time_limit_us = 20 * SECOND_US;
        live(&s);
    }
}

/* The same when the disable comes from a reset with commands in flight, whose answers still arrive. */
static void fault_017_left_alone_after_disable_in_reset(void **state)
{
    static uint8_t data[8][4096];
    struct lwnvme_buffer buffer;
    struct scenario s;
    int index;

    (void)state;
    scenario_prepare(&s);
    s.settings.quiet_after_disable_us = 2300000;
    s.settings.disable_delay_us = 1000000;
    s.settings.complete_during_disable = true;
    s.settings.latency_us = 500;
    s.config.quirks_add = LWNVME_QUIRK_DELAY_AFTER_DISABLE;
    s.time_limit_us = 30 * SECOND_US;
    scenario_start(&s);
    scenario_queue(&s, 4);
    scenario_namespace(&s);
    for (index = 0; index < 8; index++) {
        struct tracked *io = scenario_request(&s);

        buffer = lwnvme_buffer_cpu(data[index], sizeof(data[index]));
        assert_int_equal(
            scenario_accept(io, lwnvme_read(s.queue, s.ns, &io->request, (uint64_t)index * 8, 8, &buffer)),
            0);
    }
    assert_int_equal(lwnvme_controller_reset(s.controller), LWNVME_OK);
    while (scenario_poll(&s) == LWNVME_PENDING) {
        lwnvme_sim_advance(s.sim, 1000);
        (void)lwnvme_queue_poll(s.queue, 0);
    }
    assert_int_equal(lwnvme_controller_status(s.controller), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void fault_017_left_alone_before_first_access(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.quiet_at_start_us = 1900000;
    s.config.quirks_add = LWNVME_QUIRK_DELAY_BEFORE_INIT;
    live(&s);
}

static void fault_018_019_page_sizes(void **state)
{
    struct scenario s;
    uint32_t page;
    uint8_t least;
    uint8_t most;

    (void)state;
    for (page = 4096; page <= 65536; page *= 2) {
        for (least = 0; least <= 4; least++) {
            for (most = least; most <= 4; most++) {
                uint32_t expected = page;

                if (expected < 4096u << least)
                    expected = 4096u << least;
                if (expected > 4096u << most)
                    expected = 4096u << most;
                scenario_prepare(&s);
                s.stepped = (least + most) % 2 != 0;
                s.config.page_bytes = page;
                s.settings.cap_mpsmin = least;
                s.settings.cap_mpsmax = most;
                scenario_start(&s);
                assert_int_equal(lwnvme_controller_get_info(s.controller)->memory_page_bytes, expected);
                scenario_try_io(&s);
                scenario_end(&s);
            }
        }
    }
}

static void fault_018_page_sizes_impossible(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_mpsmin = 5;
    s.settings.cap_mpsmax = 6;
    refuse(&s, LWNVME_ERR_CAP_PAGE_SIZE);
    scenario_prepare(&s);
    s.settings.cap_mpsmin = 2;
    s.settings.cap_mpsmax = 1;
    refuse(&s, LWNVME_ERR_CAP_PAGE_SIZE);
    scenario_prepare(&s);
    s.settings.cap_mpsmin = 15;
    s.settings.cap_mpsmax = 15;
    refuse(&s, LWNVME_ERR_CAP_PAGE_SIZE);
}

static void fault_020_doorbell_stride(void **state)
{
    struct scenario s;
    uint8_t stride;

    (void)state;
    for (stride = 0; stride <= 15; stride++) {
        scenario_prepare(&s);
        s.stepped = stride % 2 != 0;
        s.settings.cap_dstrd = stride;
        live(&s);
    }
}

/* Queue identifiers whose doorbells lie beyond the region are not used. */
static void fault_020_doorbells_beyond_the_region(void **state)
{
    struct scenario s;
    uint8_t stride;
    uint32_t pairs;

    (void)state;
    for (stride = 0; stride <= 15; stride += 5) {
        for (pairs = 0; pairs <= 3; pairs++) {
            struct lwnvme_queue *queues = calloc(9, sizeof(*queues));
            uint32_t made = 0;

            scenario_prepare(&s);
            s.settings.cap_dstrd = stride;
            s.settings.bar_bytes = 0x1000 + ((uint64_t)8 << stride) * (pairs + 1);
            scenario_start(&s);
            assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, pairs);
            while (lwnvme_sync_queue_create(s.controller, &queues[made], NULL) == LWNVME_OK)
                made++;
            assert_int_equal(made, pairs);
            assert_int_equal(lwnvme_queue_create(s.controller, &queues[made], NULL),
                             pairs == 0 ? LWNVME_ERR_NO_IO_QUEUES : LWNVME_ERR_QUEUE_LIMIT);
            scenario_end(&s);
            free(queues);
        }
    }
    scenario_prepare(&s);
    s.settings.bar_bytes = 4096;
    refuse(&s, LWNVME_ERR_BAR_SIZE);
    scenario_prepare(&s);
    s.settings.cap_dstrd = 4;
    s.settings.bar_bytes = 4096 + 64;
    refuse(&s, LWNVME_ERR_BAR_SIZE);
}

static void fault_021_command_sets(void **state)
{
    static const struct {
        uint8_t css;
        uint8_t expected; /* CC.CSS */
        bool has_io;
    } rows[] = {{0x01, 0, true}, {0x41, 6, true}, {0x40, 6, true}, {0x80, 7, false},
                {0xc0, 6, true}, {0x81, 0, true}, {0xc1, 6, true}};
    struct lwnvme_queue queue = {0};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(rows) / sizeof(rows[0]); index++) {
        uint32_t cc;

        scenario_prepare(&s);
        s.settings.cap_css = rows[index].css;
        scenario_start(&s);
        cc = s.ops->mmio_read32(s.sim, lwnvme_sim_bar_mapped(s.sim), LWNVME_REG_CC);
        assert_int_equal(cc >> 4 & 7, rows[index].expected);
        if (rows[index].has_io) {
            scenario_try_io(&s);
        } else {
            uint8_t *data = scenario_memory(4096, 4);

            assert_int_equal(lwnvme_controller_get_info(s.controller)->io_queues, 0);
            assert_int_equal(lwnvme_queue_create(s.controller, &queue, NULL), LWNVME_ERR_NO_IO_QUEUES);
            assert_int_equal(lwnvme_sync_identify(s.controller, LWNVME_CNS_CONTROLLER, 0, data), LWNVME_OK);
            free(data);
        }
        scenario_end(&s);
    }
    scenario_prepare(&s);
    s.settings.cap_css = 0;
    refuse(&s, LWNVME_ERR_CAP_CSS);
    scenario_prepare(&s);
    s.settings.cap_css = 0x3e;
    refuse(&s, LWNVME_ERR_CAP_CSS);
}

static void note_queue_priority(void *context, uint16_t sqid, const uint32_t command[16])
{
    uint32_t *seen = (uint32_t *)context;

    if (sqid == 0 && (command[0] & 0xff) == LWNVME_ADMIN_CREATE_IOSQ) {
        assert_int_equal(command[11] >> 1 & 3, 2);
        (*seen)++;
    }
}

static void fault_022_queues_are_of_medium_priority(void **state)
{
    struct scenario s;
    uint32_t seen = 0;

    (void)state;
    scenario_prepare(&s);
    s.settings.on_command = note_queue_priority;
    s.settings.callback_context = &seen;
    live(&s);
    assert_int_equal(seen, 1);
}

static void entry_sizes_zero(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == LWNVME_CNS_CONTROLLER) {
        data[512] = 0;
        data[513] = 0;
    }
}

static void fault_023_entry_sizes(void **state)
{
    static const uint8_t sizes[][3] = {{0x77, 0x44, 0}, {0x66, 0x55, 0}, {0x55, 0x44, 0},
                                       {0x66, 0x44, 1}, {0x76, 0x54, 1}, {0xf0, 0xf0, 1}};
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(sizes) / sizeof(sizes[0]); index++) {
        scenario_prepare(&s);
        s.settings.sqes = sizes[index][0];
        s.settings.cqes = sizes[index][1];
        if (sizes[index][2] != 0)
            live(&s);
        else
            refuse(&s, LWNVME_ERR_ENTRY_SIZE);
    }
    scenario_prepare(&s);
    s.settings.on_identify = entry_sizes_zero;
    live(&s);
}

/* Offsets of register writes before the first doorbell, in order. */
static size_t written[64];
static uint32_t written_value[64];
static size_t written_count;
static void (*write_through)(void *host, volatile void *registers, size_t offset, uint32_t value);

static void write_noted(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    if (written_count < 64) {
        written[written_count] = offset;
        written_value[written_count++] = value;
    }
    write_through(host, registers, offset, value);
}

static void fault_024_025_032_admin_queue_registers(void **state)
{
    static const size_t order[] = {LWNVME_REG_AQA, LWNVME_REG_ASQ,     LWNVME_REG_ASQ + 4,
                                   LWNVME_REG_ACQ, LWNVME_REG_ACQ + 4, LWNVME_REG_CC};
    struct scenario s;
    size_t index;
    size_t at = 0;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    written_count = 0;
    write_through = s.ops->mmio_write32;
    s.ops->mmio_write32 = write_noted;
    assert_int_equal(scenario_open(&s), LWNVME_OK);
    for (index = 0; index < written_count && at < sizeof(order) / sizeof(order[0]); index++) {
        if (written[index] == order[at])
            at++;
        if (written[index] == LWNVME_REG_AQA) /* equal, and a submission ring that fills 4 KiB */
            assert_int_equal(written_value[index], 0x003f003f);
        if (written[index] == LWNVME_REG_CC && (written_value[index] & 1) != 0)
            break;
    }
    assert_int_equal(at, sizeof(order) / sizeof(order[0]));
    for (index++; index < written_count; index++)
        assert_true(written[index] >= LWNVME_REG_DOORBELLS);
    scenario_end(&s);
}

/* What says that some of the host's addresses are in the controller's own memory (CMBMSC and PMRMSC), as a boot loader or another
 * kernel left it. */
static const size_t own_at[2] = {LWNVME_REG_CMBMSC, LWNVME_REG_PMRMSCL};
static uint32_t own_left[2];
static uint32_t own_there; /* CAP, bits 57:56 */
static uint32_t own_at_enable[2];

static uint32_t read_own_memory(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = read_through(host, registers, offset);

    if (offset == LWNVME_REG_CAP + 4)
        return value | own_there << 24;
    if (offset == own_at[0])
        return own_left[0];
    return offset == own_at[1] ? own_left[1] : value;
}

static void write_own_memory(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    if (offset == LWNVME_REG_CC && (value & 1) != 0)
        memcpy(own_at_enable, own_left, sizeof(own_left));
    if (offset == own_at[0])
        own_left[0] = value;
    else if (offset == own_at[1])
        own_left[1] = value;
    else
        write_through(host, registers, offset, value);
}

static void fault_031_memory_of_its_own_over_that_of_the_host(void **state)
{
    static const uint32_t left[2] = {0x00100003, 0x00200002};
    struct scenario s;

    (void)state;
    for (own_there = 0; own_there < 4; own_there++) {
        scenario_prepare(&s);
        scenario_power(&s);
        memcpy(own_left, left, sizeof(left));
        read_through = s.ops->mmio_read32;
        write_through = s.ops->mmio_write32;
        s.ops->mmio_read32 = read_own_memory;
        s.ops->mmio_write32 = write_own_memory;
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        assert_int_equal(own_at_enable[0], (own_there & 2) != 0 ? 0 : left[0]);
        assert_int_equal(own_at_enable[1], (own_there & 1) != 0 ? 0 : left[1]);
        /* What comes to be there later is wanted. */
        memcpy(own_left, left, sizeof(left));
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_memory_equal(own_at_enable, left, sizeof(left));
        scenario_end(&s);
    }
}

static void fault_026_versions(void **state)
{
    static const uint32_t versions[][2] = {
        {0x00010000, 0x00010000}, {0, 0x00010000},          {0xffffffff, 0x00010000},
        {0x00000900, 0x00010000}, {0x00010100, 0x00010100}, {0x00010200, 0x00010200},
        {0x00010201, 0x00010201}, {0x00010300, 0x00010300}, {0x00010400, 0x00010400},
        {0x00020000, 0x00020000}, {0x00020100, 0x00020100}, {0x00030000, 0x00030000},
    };
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < sizeof(versions) / sizeof(versions[0]); index++) {
        struct lwnvme_namespace_list *list = calloc(1, sizeof(*list));

        scenario_prepare(&s);
        s.stepped = index % 2 != 0;
        s.settings.vs = versions[index][0];
        s.settings.namespace_count = 3;
        scenario_start(&s);
        assert_int_equal(lwnvme_controller_get_info(s.controller)->version, versions[index][1]);
        assert_int_equal(lwnvme_sync_namespace_enumerate(s.controller, 0, list), LWNVME_OK);
        assert_int_equal(list->count, 3);
        scenario_try_io(&s);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        scenario_end(&s);
        free(list);
    }
}

static void fault_028_nssro_is_cleared(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.cap_nssrs = true;
    s.settings.start_nssro = true;
    scenario_start(&s);
    assert_int_equal(s.ops->mmio_read32(s.sim, lwnvme_sim_bar_mapped(s.sim), LWNVME_REG_CSTS) & 0x10, 0);
    scenario_end(&s);
}

static void interrupt_to_library(void *context, uint16_t vector)
{
    struct scenario *s = (struct scenario *)context;

    lwnvme_interrupt(s->controller, vector);
}

/* Interrupts: shared vector, own vector, pin-based; never masked by INTMS with MSI-X (fault 27). */
static void fault_027_029_interrupt_vectors(void **state)
{
    static const uint16_t vectors[] = {9, 1, 0};
    static uint8_t data[4096];
    static struct lwnvme_vector noted[9];
    struct lwnvme_interrupts interrupts;
    struct scenario s;
    size_t index;

    (void)state;
    for (index = 0; index < 3; index++) {
        struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_INTERRUPT};

        if (!scenario_on_software && vectors[index] == 0)
            continue; /* there, only messages are seen */
        scenario_prepare(&s);
        s.settings.msix_vectors = vectors[index];
        lwnvme_interrupts_use(&interrupts, vectors[index] != 0 ? LWNVME_INTERRUPT_MSIX : LWNVME_INTERRUPT_PIN,
                              noted, 9);
        s.config.interrupts = &interrupts;
        s.settings.latency_us = 200;
        s.settings.on_interrupt = interrupt_to_library;
        s.settings.callback_context = &s;
        config.vector = vectors[index] > 1 ? 1 : 0;
        scenario_start(&s);
        s.queue = calloc(1, sizeof(*s.queue));
        assert_int_equal(lwnvme_sync_queue_create(s.controller, s.queue, &config), LWNVME_OK);
        scenario_namespace(&s);
        assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 8, data, 0), LWNVME_OK);
        assert_true(lwnvme_sim_counters(s.sim)->interrupts > 0);
        assert_true(lwnvme_sim_counters(s.sim)->waits > 0);
        scenario_end(&s);
    }
}

static void fault_029_vector_that_does_not_exist(void **state)
{
    struct lwnvme_queue_config config = {.flags = LWNVME_QUEUE_INTERRUPT, .vector = 9};
    struct scenario s;
    int status;

    (void)state;
    scenario_prepare(&s);
    s.violations_allowed = true;
    scenario_start(&s);
    s.queue = calloc(1, sizeof(*s.queue));
    status = lwnvme_sync_queue_create(s.controller, s.queue, &config);
    assert_int_equal(status & 0x7ff, 0x108);
    assert_int_equal(lwnvme_queue_status(s.queue), status);
    scenario_try_io(&s);
    scenario_end(&s);
}

static void fault_030_interrupt_before_anything_is_ready(void **state)
{
    struct scenario s;
    int status;

    (void)state;
    scenario_prepare(&s);
    scenario_power(&s);
    lwnvme_interrupt(s.controller, 0);
    lwnvme_interrupt(NULL, 0);
    assert_int_equal(lwnvme_controller_open(s.controller, &s.config), LWNVME_OK);
    while ((status = scenario_poll(&s)) == LWNVME_PENDING) {
        lwnvme_interrupt(s.controller, 5);
        lwnvme_sim_advance(s.sim, 20);
    }
    assert_int_equal(status, LWNVME_OK);
    scenario_try_io(&s);
    assert_int_equal(scenario_close(&s), LWNVME_OK);
    lwnvme_interrupt(s.controller, 0);
    scenario_end(&s);
}

/* Optional hooks and settings of the host, one absent at a time. */
static void hosts_of_all_kinds(void **state)
{
    struct scenario s;
    int kind;

    (void)state;
    for (kind = 0; kind < 12; kind++) {
        scenario_prepare(&s);
        s.settings.shadow_dma = kind == 1;
        s.settings.scattered = kind != 2;
        s.settings.map_length_clamped = kind != 3;
        s.settings.dma_base = kind == 4 ? 0 : s.settings.dma_base;
        if (kind == 5) {
            s.settings.dma_base = 0x10000000;
            s.settings.dma_address_bits = 32;
        }
        scenario_power(&s);
        if (kind == 6)
            s.ops->dma_unmap = NULL;
        if (kind == 7)
            s.ops->dma_sync = NULL;
        if (kind == 8)
            s.ops->alloc = NULL, s.ops->free = NULL;
        if (kind == 9)
            s.ops->wait = NULL, s.ops->wake = NULL;
        if (kind == 10)
            s.ops->wait = NULL, s.ops->wake = NULL, s.ops->relax = NULL;
        if (kind == 11)
            s.ops->log = NULL, s.ops->log_words = NULL, s.ops->fence_device = NULL, s.ops->lock = NULL,
            s.ops->unlock = NULL;
        assert_int_equal(scenario_open(&s), LWNVME_OK);
        scenario_try_io(&s);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        scenario_try_io(&s);
        assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
        scenario_end(&s);
    }
}

static void address_beyond_reach(void **state)
{
    struct scenario s;

    (void)state;
    scenario_prepare(&s);
    s.settings.dma_base = UINT64_C(1) << 48;
    s.config.quirks_add = LWNVME_QUIRK_DMA_48_BITS;
    refuse(&s, LWNVME_ERR_DMA_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bring_up_default),
        cmocka_unit_test(bring_up_registers_mapped_already),
        cmocka_unit_test(fault_001_all_ones_at_probe),
        cmocka_unit_test(fault_003_cap_zero),
        cmocka_unit_test(fault_003_cap_reserved_bits),
        cmocka_unit_test(fault_004_mqes_zero),
        cmocka_unit_test(fault_004_mqes_zero_means_64),
        cmocka_unit_test(fault_005_006_mqes_range),
        cmocka_unit_test(fault_007_008_ready_floor),
        cmocka_unit_test(fault_009_crto_and_cap_disagree),
        cmocka_unit_test(fault_009_cap_changes_after_cc_is_written),
        cmocka_unit_test(fault_010_ready_independent_of_media_is_not_used),
        cmocka_unit_test(fault_011_ready_never_sets),
        cmocka_unit_test(fault_012_ready_at_the_limit),
        cmocka_unit_test(fault_013_ready_never_clears),
        cmocka_unit_test(fault_014_fatal_at_probe),
        cmocka_unit_test(fault_014_fatal_at_enable),
        cmocka_unit_test(fault_014_fatal_while_ready),
        cmocka_unit_test(fault_015_handed_over_enabled),
        cmocka_unit_test(fault_015_handed_over_shut_down),
        cmocka_unit_test(fault_016_enable_and_ready_disagree),
        cmocka_unit_test(fault_016_enabled_and_never_ready),
        cmocka_unit_test(fault_016_found_in_a_shutdown),
        cmocka_unit_test(fault_017_left_alone_after_disable),
        cmocka_unit_test(fault_017_left_alone_after_disable_in_reset),
        cmocka_unit_test(fault_017_left_alone_before_first_access),
        cmocka_unit_test(fault_018_019_page_sizes),
        cmocka_unit_test(fault_018_page_sizes_impossible),
        cmocka_unit_test(fault_020_doorbell_stride),
        cmocka_unit_test(fault_020_doorbells_beyond_the_region),
        cmocka_unit_test(fault_021_command_sets),
        cmocka_unit_test(fault_022_queues_are_of_medium_priority),
        cmocka_unit_test(fault_023_entry_sizes),
        cmocka_unit_test(fault_024_025_032_admin_queue_registers),
        cmocka_unit_test(fault_026_versions),
        cmocka_unit_test(fault_028_nssro_is_cleared),
        cmocka_unit_test(fault_027_029_interrupt_vectors),
        cmocka_unit_test(fault_029_vector_that_does_not_exist),
        cmocka_unit_test(fault_030_interrupt_before_anything_is_ready),
        cmocka_unit_test(fault_031_memory_of_its_own_over_that_of_the_host),
        cmocka_unit_test(hosts_of_all_kinds),
        cmocka_unit_test(address_beyond_reach),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
