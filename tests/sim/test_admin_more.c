/* SPDX-License-Identifier: MIT */
/* Security, directives, virtualization, lockdown, LBA status, capacity and boot partitions on a controller that does
 * these things, through resets and power cuts. */
#include "scenario.h"

static void start(struct scenario *s)
{
    scenario_prepare(s);
    lwnvme_sim_config_full(&s->settings);
    scenario_start(s);
}

static void restart(struct scenario *s)
{
    lwnvme_sim_power_cut(s->sim);
    assert_int_equal(scenario_settle(s), LWNVME_ERR_LOST_READY);
    assert_int_equal(scenario_reset(s), LWNVME_OK);
}

static void security_gives_back_what_it_was_given(void **state)
{
    struct lwnvme_security_select list = {.protocol = 0};
    struct lwnvme_security_select echo = {.protocol = 0xfe, .protocol_specific = 0x0102};
    uint8_t *out = scenario_memory(131072, 4096);
    uint8_t *in = scenario_memory(131072 + 4096, 4096);
    struct lwnvme_buffer from = lwnvme_buffer_cpu(out, 131072);
    struct lwnvme_buffer to = lwnvme_buffer_cpu(in, 131072);
    static const uint32_t lengths[] = {1, 3, 4, 509, 512, 4096, 4097, 70001, 131072};
    struct scenario s;
    uint32_t index;

    (void)state;
    start(&s);
    assert_int_equal(lwnvme_sync_security_receive(s.controller, &list, &to, 512), LWNVME_OK);
    assert_int_equal(in[7], 2); /* so many protocols */
    assert_int_equal(in[9], 0xfe);
    for (index = 0; index < sizeof(lengths) / sizeof(lengths[0]); index++) {
        scenario_fill(out, 131072, index + 1);
        memset(in, 0x5a, 131072 + 4096);
        assert_int_equal(lwnvme_sync_security_send(s.controller, &echo, &from, lengths[index]), LWNVME_OK);
        assert_int_equal(lwnvme_sync_security_receive(s.controller, &echo, &to, lengths[index]), LWNVME_OK);
        assert_memory_equal(in, out, lengths[index]);
        assert_int_equal(in[lengths[index] + 3], 0x5a); /* not beyond the dword */
    }
    echo.protocol = 0x77;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_security_send(s.controller, &echo, &from, 512)),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(lwnvme_sync_security_send(s.controller, &list, NULL, 0) & 0x7ff,
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    scenario_end(&s);
    free(out);
    free(in);
}

static void streams_come_and_go(void **state)
{
    struct lwnvme_directive_parameters *parameters = scenario_memory(sizeof(*parameters), 4);
    struct lwnvme_stream_status *status = scenario_memory(sizeof(*status), 4);
    struct lwnvme_stream_parameters streams;
    struct scenario s;
    uint32_t allocated = 0;

    (void)state;
    start(&s);
    assert_int_equal(lwnvme_sync_directive_identify(s.controller, 1, parameters), LWNVME_OK);
    assert_true(lwnvme_directive_is_set(parameters->ds, LWNVME_DIRECTIVE_TYPE_STREAMS));
    assert_false(lwnvme_directive_is_set(parameters->de, LWNVME_DIRECTIVE_TYPE_STREAMS));
    assert_int_not_equal(lwnvme_sync_stream_get_status(s.controller, 1, status), LWNVME_OK); /* not enabled */
    assert_int_equal(lwnvme_sync_directive_enable(s.controller, 1, LWNVME_DIRECTIVE_TYPE_STREAMS, true),
                     LWNVME_OK);
    assert_int_equal(lwnvme_sync_directive_identify(s.controller, 1, parameters), LWNVME_OK);
    assert_true(lwnvme_directive_is_set(parameters->de, LWNVME_DIRECTIVE_TYPE_STREAMS));
    assert_int_equal(lwnvme_sync_stream_identify(s.controller, 1, &streams), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&streams.nsa), 0);
    assert_int_equal(lwnvme_sync_stream_allocate(s.controller, 1, 1000, &allocated), LWNVME_OK);
    assert_int_equal(allocated, lwnvme_le16_get(&streams.msl)); /* as many as there are */
    assert_int_equal(lwnvme_sync_stream_identify(s.controller, 1, &streams), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&streams.nsa), allocated);
    assert_int_equal(lwnvme_le16_get(&streams.nssa), 0);
    assert_int_equal(lwnvme_sync_stream_get_status(s.controller, 1, status), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&status->osc), 0);
    assert_int_equal(lwnvme_sync_stream_release(s.controller, 1, 5), LWNVME_OK);
    assert_int_equal(lwnvme_sync_stream_release_all(s.controller, 1), LWNVME_OK);
    assert_int_equal(lwnvme_sync_stream_identify(s.controller, 1, &streams), LWNVME_OK);
    assert_int_equal(lwnvme_le16_get(&streams.nsa), 0);
    assert_int_equal(lwnvme_sync_directive_enable(s.controller, 1, LWNVME_DIRECTIVE_TYPE_STREAMS, false),
                     LWNVME_OK);
    scenario_end(&s);
    free(parameters);
    free(status);
}

static void secondary_controllers_get_resources_and_go_online(void **state)
{
    struct scenario s;
    uint32_t granted = 0;
    uint16_t cntlid;

    (void)state;
    start(&s);
    cntlid = s.settings.secondary_cntlid;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_virtualization_set_online(s.controller, cntlid, true)),
                     LWNVME_SC_INVALID_SECONDARY_CONTROLLER_STATE);
    assert_int_equal(
        lwnvme_sync_virtualization_assign_secondary(s.controller, cntlid, LWNVME_VIRTUAL_QUEUES, 4, &granted),
        LWNVME_OK);
    assert_int_equal(granted, 4);
    assert_int_equal(lwnvme_sync_virtualization_assign_secondary(s.controller, cntlid,
                                                                 LWNVME_VIRTUAL_INTERRUPTS, 2, &granted),
                     LWNVME_OK);
    assert_int_equal(granted, 2);
    assert_int_equal(lwnvme_sync_virtualization_set_online(s.controller, cntlid, true), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_virtualization_assign_secondary(
                         s.controller, cntlid, LWNVME_VIRTUAL_QUEUES, 3, NULL)),
                     LWNVME_SC_INVALID_SECONDARY_CONTROLLER_STATE); /* it is online */
    assert_int_equal(lwnvme_sync_virtualization_set_online(s.controller, cntlid, false), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_virtualization_assign_secondary(
                         s.controller, cntlid, LWNVME_VIRTUAL_QUEUES, 60000, NULL)),
                     LWNVME_SC_INVALID_NUMBER_OF_CONTROLLER_RESOURCES);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_virtualization_set_online(s.controller, 0x7777, true)),
                     LWNVME_SC_INVALID_CONTROLLER_IDENTIFIER);
    assert_int_equal(lwnvme_sync_virtualization_allocate_primary(s.controller, s.settings.cntlid,
                                                                 LWNVME_VIRTUAL_QUEUES, 8, &granted),
                     LWNVME_OK);
    assert_int_equal(granted, 8);
    scenario_end(&s);
}

static void what_is_locked_down_is_refused_until_power_is_lost(void **state)
{
    struct lwnvme_lockdown_select select = {.scope = LWNVME_LOCKDOWN_SCP_FEATURE,
                                            .identifier = LWNVME_FEATURE_TEMPERATURE_THRESHOLD,
                                            .prohibit = true};
    struct scenario s;

    (void)state;
    start(&s);
    assert_int_equal(lwnvme_sync_lockdown(s.controller, &select), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_feature_set(
                         s.controller, LWNVME_FEATURE_TEMPERATURE_THRESHOLD, 350, 0, false)),
                     LWNVME_SC_PROHIBITED_BY_LOCKDOWN);
    assert_int_equal(scenario_reset(&s), LWNVME_OK); /* it outlives a reset */
    assert_int_equal(lwnvme_status_code(lwnvme_sync_feature_set(
                         s.controller, LWNVME_FEATURE_TEMPERATURE_THRESHOLD, 350, 0, false)),
                     LWNVME_SC_PROHIBITED_BY_LOCKDOWN);
    select.prohibit = false;
    assert_int_equal(lwnvme_sync_lockdown(s.controller, &select), LWNVME_OK);
    assert_int_equal(
        lwnvme_sync_feature_set(s.controller, LWNVME_FEATURE_TEMPERATURE_THRESHOLD, 350, 0, false),
        LWNVME_OK);
    select.scope = LWNVME_LOCKDOWN_SCP_ADMIN;
    select.prohibit = true;
    select.identifier = LWNVME_ADMIN_IDENTIFY; /* nobody can do without */
    assert_int_equal(lwnvme_status_code(lwnvme_sync_lockdown(s.controller, &select)),
                     LWNVME_SC_PROHIBITION_NOT_SUPPORTED);
    select.identifier = LWNVME_ADMIN_SECURITY_SEND;
    assert_int_equal(lwnvme_sync_lockdown(s.controller, &select), LWNVME_OK);
    {
        struct lwnvme_security_select echo = {.protocol = 0xfe};
        assert_int_equal(lwnvme_status_code(lwnvme_sync_security_send(s.controller, &echo, NULL, 0)),
                         LWNVME_SC_PROHIBITED_BY_LOCKDOWN);
        restart(&s);
        assert_int_equal(lwnvme_sync_security_send(s.controller, &echo, NULL, 0), LWNVME_OK);
    }
    scenario_end(&s);
}

/* More bad runs than a page holds: asked for page by page, all of them, each once, in order. */
static void lba_status_tells_all_bad_blocks_page_by_page(void **state)
{
    struct lwnvme_lba_status *status = scenario_memory(sizeof(*status), 8);
    struct scenario s;
    uint32_t pages = 0;
    uint32_t index;
    uint64_t lba = 0;

    (void)state;
    start(&s);
    for (index = 0; index < 600; index++)
        assert_true(lwnvme_sim_spoil_blocks(s.sim, 1, (uint64_t)index * 100 + 7, index % 3 + 1));
    status->nsid = 1;
    status->action = LWNVME_LBA_STATUS_ATYPE_TRACKED;
    index = 0;
    do {
        status->lba = lba;
        assert_int_equal(lwnvme_sync_lba_status_get(s.controller, status), LWNVME_OK);
        for (uint32_t k = 0; k < status->range_count; k++, index++) {
            assert_true(status->ranges[k].lba == (uint64_t)index * 100 + 7);
            assert_int_equal(status->ranges[k].block_count, index % 3 + 1);
        }
        lba = status->next;
        assert_true(++pages < 10);
    } while (status->more);
    assert_int_equal(index, 600);
    assert_int_equal(pages, 3);
    /* A part of it. */
    status->lba = 100;
    status->block_count = 250;
    assert_int_equal(lwnvme_sync_lba_status_get(s.controller, status), LWNVME_OK);
    assert_int_equal(status->range_count, 3);
    assert_false(status->more);
    status->lba = UINT64_C(1) << 40;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_lba_status_get(s.controller, status)),
                     LWNVME_SC_LBA_OUT_OF_RANGE);
    scenario_end(&s);
    free(status);
}

static void groups_and_sets_are_made_and_deleted(void **state)
{
    struct scenario s;
    uint16_t endgid = 0;
    uint16_t nvmsetid = 0;

    (void)state;
    start(&s);
    assert_int_equal(lwnvme_sync_capacity_create_group(s.controller, UINT64_C(1) << 30, &endgid), LWNVME_OK);
    assert_in_range(endgid, 3, 4); /* two were there */
    assert_int_equal(lwnvme_sync_capacity_create_set(s.controller, endgid, UINT64_C(1) << 28, &nvmsetid),
                     LWNVME_OK);
    assert_in_range(nvmsetid, 3, 4);
    assert_int_equal(lwnvme_status_code(
                         lwnvme_sync_capacity_create_set(s.controller, endgid, UINT64_C(1) << 40, &nvmsetid)),
                     LWNVME_SC_INSUFFICIENT_CAPACITY);
    assert_int_equal(lwnvme_sync_capacity_delete_set(s.controller, nvmsetid), LWNVME_OK);
    assert_int_equal(lwnvme_sync_capacity_delete_group(s.controller, endgid), LWNVME_OK);
    assert_int_not_equal(lwnvme_sync_capacity_delete_group(s.controller, endgid), LWNVME_OK);
    scenario_end(&s);
}

#define PARTITION_BYTES 262144u

/* Power lost at some moment of a write: old, or new up to some place; never the other partition, and the next
 * open works. */
static void a_boot_partition_is_written_through_power_cuts(void **state)
{
    struct lwnvme_boot_partition *boot = scenario_memory(sizeof(*boot), 8);
    uint8_t *image = scenario_memory(PARTITION_BYTES, 4096);
    uint8_t *other = scenario_memory(PARTITION_BYTES, 4096);
    uint8_t *now = scenario_memory(PARTITION_BYTES, 4096);
    uint32_t moment;

    (void)state;
    scenario_fill(image, PARTITION_BYTES, 3);
    scenario_fill(other, PARTITION_BYTES, 4);
    for (moment = 0; moment < 24; moment++) {
        struct scenario s;
        uint32_t turn = 0;

        scenario_prepare(&s);
        lwnvme_sim_config_full(&s.settings);
        s.settings.bpcap = 0;
        s.settings.boot_partition_units = PARTITION_BYTES / 131072;
        s.settings.boot_write_us = 3000;
        s.settings.admin_latency_us = 200;
        scenario_start(&s);
        assert_true(lwnvme_sim_boot_write(s.sim, 0, 0, PARTITION_BYTES, other));
        memset(boot, 0, sizeof(*boot));
        boot->partition = 1;
        boot->length_bytes = PARTITION_BYTES;
        boot->buffer = lwnvme_buffer_cpu(image, PARTITION_BYTES);
        assert_int_equal(lwnvme_boot_partition_write_begin(s.controller, boot), LWNVME_OK);
        while (lwnvme_operation_step(&boot->operation) == LWNVME_PENDING) {
            if (turn++ == moment)
                lwnvme_sim_power_cut(s.sim);
            lwnvme_sim_advance(s.sim, 250);
            assert_true(turn < 1000);
        }
        if (moment < turn)
            assert_int_equal(boot->operation.status, LWNVME_ERR_LOST_READY);
        else
            assert_int_equal(boot->operation.status, LWNVME_OK);
        if (lwnvme_controller_status(s.controller) != LWNVME_OK)
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_true(lwnvme_sim_boot_read(s.sim, 0, 0, PARTITION_BYTES, now));
        assert_memory_equal(now, other, PARTITION_BYTES);
        /* Again, to the end. */
        assert_int_equal(lwnvme_boot_partition_write_begin(s.controller, boot), LWNVME_OK);
        assert_int_equal(lwnvme_sync_operation(&boot->operation), LWNVME_OK);
        memset(now, 0, PARTITION_BYTES);
        boot->buffer = lwnvme_buffer_cpu(now, PARTITION_BYTES);
        assert_int_equal(lwnvme_boot_partition_read_begin(s.controller, boot), LWNVME_OK);
        assert_int_equal(lwnvme_sync_operation(&boot->operation), LWNVME_OK);
        assert_memory_equal(now, image, PARTITION_BYTES);
        memset(now, 0, PARTITION_BYTES);
        assert_int_equal(lwnvme_boot_partition_read_log_begin(s.controller, boot), LWNVME_OK);
        assert_int_equal(lwnvme_sync_operation(&boot->operation), LWNVME_OK);
        assert_memory_equal(now, image, PARTITION_BYTES);
        scenario_end(&s);
    }
    free(boot);
    free(image);
    free(other);
    free(now);
}

/* The k-th admin command is answered with an error: the operation ends with that, whole. */
static void a_status_at_every_command_of_a_boot_partition(void **state)
{
    struct lwnvme_boot_partition *boot = scenario_memory(sizeof(*boot), 8);
    uint8_t *image = scenario_memory(PARTITION_BYTES, 4096);
    uint32_t k;

    (void)state;
    for (k = 0; k < 5; k++) {
        struct scenario s;
        int status;

        scenario_prepare(&s);
        lwnvme_sim_config_full(&s.settings);
        s.settings.bpcap = 0;
        s.settings.boot_partition_units = PARTITION_BYTES / 131072;
        scenario_start(&s);
        memset(boot, 0, sizeof(*boot));
        boot->activate = true;
        boot->length_bytes = PARTITION_BYTES;
        boot->buffer = lwnvme_buffer_cpu(image, PARTITION_BYTES);
        assert_int_equal(lwnvme_boot_partition_write_begin(s.controller, boot), LWNVME_OK);
        scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                     .any_opcode = true,
                                                     .skip = k,
                                                     .status = 0x4006});
        status = lwnvme_sync_operation(&boot->operation);
        assert_int_equal(status, k < 4 ? 0x4006 : LWNVME_OK); /* two downloads, two commits */
        scenario_end(&s);
    }
    free(boot);
    free(image);
}

/* Many operations' worth of commands from different callers at once, with event requests armed. */
static void everything_at_once(void **state)
{
    static struct lwnvme_directive_parameters parameters[8];
    static struct lwnvme_stream_parameters streams[8];
    struct lwnvme_lockdown_select select = {.scope = LWNVME_LOCKDOWN_SCP_FEATURE,
                                            .identifier = LWNVME_FEATURE_POWER_MANAGEMENT};
    struct lwnvme_lba_status *status = scenario_memory(8 * sizeof(*status), 8);
    struct scenario s;
    uint32_t index;

    (void)state;
    scenario_prepare(&s);
    lwnvme_sim_config_full(&s.settings);
    s.settings.admin_latency_us = 40;
    s.settings.latency_spread_us = 60;
    s.settings.shuffle = true;
    scenario_start(&s);
    for (index = 0; index < 8; index++) {
        struct tracked *io[4];

        for (uint32_t k = 0; k < 4; k++)
            io[k] = scenario_request(&s);
        status[index].nsid = 1;
        status[index].action = LWNVME_LBA_STATUS_ATYPE_TRACKED;
        assert_int_equal(scenario_accept(io[0], lwnvme_directive_identify(s.controller, &io[0]->request, 1,
                                                                          &parameters[index])),
                         LWNVME_OK);
        assert_int_equal(
            scenario_accept(io[1], lwnvme_stream_identify(s.controller, &io[1]->request, 1, &streams[index])),
            LWNVME_OK);
        assert_int_equal(
            scenario_accept(io[2], lwnvme_lba_status_get(s.controller, &io[2]->request, &status[index])),
            LWNVME_OK);
        assert_int_equal(scenario_accept(io[3], lwnvme_lockdown(s.controller, &io[3]->request, &select)),
                         LWNVME_OK);
    }
    scenario_wait_all(&s, NULL);
    for (index = 0; index < 8; index++) {
        assert_true(lwnvme_directive_is_set(parameters[index].ds, LWNVME_DIRECTIVE_TYPE_STREAMS));
        assert_int_equal(lwnvme_le16_get(&streams[index].msl), 16);
        assert_int_equal(status[index].range_count, 0);
    }
    scenario_end(&s);
    free(status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(security_gives_back_what_it_was_given),
        cmocka_unit_test(streams_come_and_go),
        cmocka_unit_test(secondary_controllers_get_resources_and_go_online),
        cmocka_unit_test(what_is_locked_down_is_refused_until_power_is_lost),
        cmocka_unit_test(lba_status_tells_all_bad_blocks_page_by_page),
        cmocka_unit_test(groups_and_sets_are_made_and_deleted),
        cmocka_unit_test(a_boot_partition_is_written_through_power_cuts),
        cmocka_unit_test(a_status_at_every_command_of_a_boot_partition),
        cmocka_unit_test(everything_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
