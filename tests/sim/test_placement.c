/* SPDX-License-Identifier: MIT */
/* Writes that say where they belong: streams, and placement handles with their reclaim units and events. */
#include "scenario.h"

#include <lwnvme/directive.h>
#include <lwnvme/sync_feature.h>
#include <lwnvme/sync_log.h>

#define BLOCK 512u

static uint8_t data[64 * BLOCK] __attribute__((aligned(4096)));

/* Blocks are written in commands of `each`, each of which names the directive. */
static int put(struct scenario *s, uint32_t directive, uint64_t lba, uint32_t blocks)
{
    struct lwnvme_request request = {.directive = directive};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, (size_t)blocks * BLOCK);
    int status = lwnvme_write(s->queue, s->ns, &request, lba, blocks, &buffer);

    return status != LWNVME_OK ? status : lwnvme_status_code(lwnvme_sync_wait(s->queue, &request));
}

static void begin(struct scenario *s)
{
    scenario_prepare(s);
    lwnvme_sim_config_full(&s->settings);
    s->settings.mdts = 1; /* 16 blocks: writes are split, and each piece says it */
    for (uint32_t i = 0; i < LWNVME_SIM_NAMESPACES; i++) {
        s->settings.ns[i].endgid = 2; /* group 1 has none: its placement can be turned on */
    }
    scenario_start(s);
    scenario_queue(s, 8);
    scenario_namespace(s);
}

static uint32_t open_streams(struct scenario *s, uint16_t *last)
{
    static struct lwnvme_stream_status status;
    uint32_t count;

    assert_int_equal(lwnvme_sync_stream_get_status(s->controller, 1, &status), LWNVME_OK);
    count = lwnvme_le16_get(&status.osc);
    *last = count == 0 ? 0 : lwnvme_le16_get(&status.sid[count - 1]);
    return count;
}

static void writes_open_streams(void **state)
{
    struct scenario s;
    uint16_t last;

    (void)state;
    begin(&s);
    assert_int_equal(put(&s, lwnvme_directive_stream(7), 0, 1),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND); /* not on */
    assert_int_equal(lwnvme_sync_directive_enable(s.controller, 1, LWNVME_DIRECTIVE_TYPE_STREAMS, true),
                     LWNVME_OK);
    assert_int_equal(open_streams(&s, &last), 0);
    scenario_fill(data, sizeof(data), 1);
    assert_int_equal(put(&s, lwnvme_directive_stream(7), 0, 64), 0);
    assert_int_equal(open_streams(&s, &last), 1);
    assert_int_equal(last, 7);
    assert_int_equal(put(&s, lwnvme_directive_stream(65535), 64, 3), 0);
    assert_int_equal(put(&s, lwnvme_directive_stream(7), 80, 3), 0);
    assert_int_equal(open_streams(&s, &last), 2);
    assert_int_equal(last, 65535);
    assert_int_equal(put(&s, lwnvme_directive_stream(0), 96, 1), LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(put(&s, 0, 96, 1), 0); /* in none */
    assert_int_equal(open_streams(&s, &last), 2);
    static uint8_t back[sizeof(data)];
    assert_int_equal(lwnvme_sync_read(s.queue, s.ns, 0, 64, back, 0), LWNVME_OK);
    assert_memory_equal(back, data, sizeof(data));
    assert_int_equal(lwnvme_sync_stream_release(s.controller, 1, 7), LWNVME_OK);
    assert_int_equal(open_streams(&s, &last), 1);
    assert_int_equal(last, 65535);
    /* A reset forgets them, and that they were on. */
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    assert_int_equal(put(&s, lwnvme_directive_stream(7), 0, 1), LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    scenario_end(&s);
}

static uint64_t left(struct scenario *s, uint32_t index)
{
    static uint32_t memory[(16 + 32 * 8) / 4];
    struct lwnvme_placement_status status = {.memory = memory, .memory_bytes = sizeof(memory)};
    struct lwnvme_placement_handle handle;

    assert_int_equal(lwnvme_sync_placement_get_status(s->queue, s->ns, &status), LWNVME_OK);
    assert_int_equal(status.handles, 8);
    assert_int_equal(status.handles_given, 8);
    assert_true(lwnvme_placement_handle_get(&status, index, &handle));
    assert_int_equal(handle.placement_identifier, index);
    return handle.blocks_left;
}

/* Each piece of a split write counts where it belongs; a handle that there is not is an event, and no error. */
static void writes_go_to_their_placement_handles(void **state)
{
    static uint8_t page[4096] __attribute__((aligned(8)));
    struct lwnvme_data_placement placement = {1, true, 0};
    struct lwnvme_placement_event_types types = {
        .handle = 0, .enable = true, .count = 1, .type = {LWNVME_FDP_EVENT_INVALID_PLACEMENT}};
    struct lwnvme_log_memory log = {.data = page, .room_bytes = sizeof(page)};
    struct lwnvme_le16 identifiers[2];
    struct scenario s;
    uint64_t whole;

    (void)state;
    begin(&s);
    assert_int_equal(put(&s, lwnvme_directive_placement(1), 0, 1),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND); /* not on */
    assert_int_equal(lwnvme_sync_data_placement_set(s.controller, &placement, false), LWNVME_OK);
    assert_int_equal(lwnvme_sync_placement_events_set(s.controller, 1, &types, false), LWNVME_OK);
    whole = left(&s, 0);
    assert_int_equal(put(&s, lwnvme_directive_placement(3), 0, 64), 0);
    assert_int_equal(put(&s, lwnvme_directive_placement(7), 64, 20), 0);
    assert_int_equal(left(&s, 3), whole - 64);
    assert_int_equal(left(&s, 7), whole - 20);
    assert_int_equal(left(&s, 0), whole);
    assert_int_equal(lwnvme_sim_placed_blocks(s.sim), 84);
    assert_int_equal(put(&s, lwnvme_directive_placement(9), 128, 2), 0);
    assert_int_equal(left(&s, 0), whole - 2);
    assert_int_equal(lwnvme_sync_log_fdp_events(s.controller, 1, true, &log), LWNVME_OK);
    const struct lwnvme_fdp_events_header *header = (const void *)page;
    const struct lwnvme_fdp_event *event = (const void *)(page + sizeof(*header));
    assert_int_equal(lwnvme_le32_get(&header->numfdpe), 1);
    assert_int_equal(event->fdpet, LWNVME_FDP_EVENT_INVALID_PLACEMENT);
    assert_int_equal(lwnvme_le16_get(&event->pid), 9);
    assert_int_equal(lwnvme_le32_get(&event->nsid), 1);
    /* On to new reclaim units: all of them, or none. */
    lwnvme_le16_set(&identifiers[0], 3);
    lwnvme_le16_set(&identifiers[1], 8);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_placement_update(s.queue, s.ns, identifiers, 2)),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(left(&s, 3), whole - 64);
    lwnvme_le16_set(&identifiers[1], 7);
    assert_int_equal(lwnvme_sync_placement_update(s.queue, s.ns, identifiers, 2), LWNVME_OK);
    assert_int_equal(left(&s, 3), whole);
    assert_int_equal(left(&s, 7), whole);
    assert_int_equal(left(&s, 0), whole - 2);
    scenario_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_open_streams),
        cmocka_unit_test(writes_go_to_their_placement_handles),
    };
    return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
