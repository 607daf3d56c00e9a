/* SPDX-License-Identifier: MIT */
/*
 * Namespaces that come, go and change while there is I/O on them, and a set of handles that follows: events begin
 * rescans, and streams of requests notice as little as they must.
 */
#include "scenario.h"

#define HANDLES 12u
#define DEPTH   6u

static struct lwnvme_events events;
static struct lwnvme_namespace_set set;
static struct lwnvme_namespace memory[HANDLES];
static struct lwnvme_namespace *handles[HANDLES];
static uint32_t changes[LWNVME_NAMESPACE_MODIFIED + 1];
static uint32_t changed_events;
static uint32_t rescan_all_events;
static uint32_t ends;

static void changed(struct lwnvme_namespace_set *of, struct lwnvme_namespace *ns,
                    enum lwnvme_namespace_change change)
{
    assert_ptr_equal(of, &set);
    assert_non_null(ns);
    assert_in_range(change, LWNVME_NAMESPACE_ADDED, LWNVME_NAMESPACE_MODIFIED);
    changes[change]++;
}

static void ended(struct lwnvme_operation *operation)
{
    assert_ptr_equal(operation, &set.operation);
    ends++;
}

/* What an operating system does with it. */
static void tell(struct lwnvme_events *from, const struct lwnvme_async_event *event)
{
    struct scenario *s = (struct scenario *)from->context;

    if (event->kind != LWNVME_ASYNC_EVENT_NAMESPACES_CHANGED)
        return;
    changed_events++;
    if (event->rescan_all)
        rescan_all_events++;
    assert_int_equal(lwnvme_namespace_set_rescan(s->controller, &set), LWNVME_OK);
}

static void prepare(struct scenario *s, uint32_t count)
{
    scenario_prepare(s);
    memset(&events, 0, sizeof(events));
    memset(&set, 0, sizeof(set));
    memset(memory, 0, sizeof(memory));
    memset(changes, 0, sizeof(changes));
    changed_events = 0;
    rescan_all_events = 0;
    ends = 0;
    for (uint32_t index = 0; index < HANDLES; index++)
        handles[index] = &memory[index];
    set.handles = handles;
    set.handle_count = HANDLES;
    set.changed = changed;
    set.operation.done = ended;
    events.event = tell;
    events.context = s;
    events.enable = LWNVME_EVENTS_ALL;
    s->settings.vs = 0x20100;
    s->settings.oacs |= LWNVME_OACS_NAMESPACE_MANAGEMENT | LWNVME_OACS_FORMAT_NVM;
    s->settings.oaes = LWNVME_OAES_ATTACHED_NAMESPACE;
    s->settings.namespace_count = count;
    s->settings.namespace_room = 16;
    s->settings.latency_us = 200;
    s->settings.admin_latency_us = 150;
}

static void pass(struct scenario *s, uint64_t us)
{
    for (uint64_t passed = 0; passed < us; passed += 100) {
        (void)scenario_poll(s);
        if (s->queue != NULL)
            (void)lwnvme_queue_poll(s->queue, 0);
        lwnvme_sim_advance(s->sim, 100);
    }
}

/* Polls until no rescan is under way and none is due. */
static void quiet(struct scenario *s)
{
    for (uint32_t turn = 0; turn < 1000; turn++) {
        uint32_t before = ends;

        pass(s, 20000);
        if (before == ends && !lwnvme_operation_active(&set.operation))
            return;
    }
    fail();
}

static void start(struct scenario *s, uint32_t entries)
{
    scenario_start(s);
    scenario_queue(s, entries);
    assert_int_equal(lwnvme_events_start(s->controller, &events), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(s->controller, &set), LWNVME_OK);
    quiet(s);
    memset(changes, 0, sizeof(changes));
    ends = 0;
}

/* Which handles are alive is what the device has. */
static void in_step(struct scenario *s)
{
    static struct lwnvme_namespace_list list;
    uint32_t alive = 0;

    assert_int_equal(lwnvme_sync_namespace_enumerate(s->controller, 0, &list), LWNVME_OK);
    for (uint32_t index = 0; index < list.count; index++) {
        static struct lwnvme_namespace fresh;
        const struct lwnvme_namespace *ns = lwnvme_namespace_set_find(&set, list.nsids[index]);

        assert_non_null(ns);
        assert_int_equal(lwnvme_sync_namespace_open(s->controller, list.nsids[index], &fresh), LWNVME_OK);
        assert_int_equal(ns->status, LWNVME_OK);
        assert_int_equal(ns->block_count, fresh.block_count);
        assert_int_equal(ns->block_shift, fresh.block_shift);
        assert_memory_equal(ns->nguid, fresh.nguid, 16);
    }
    for (uint32_t index = 0; index < HANDLES; index++)
        alive += memory[index].nsid != 0 && memory[index].status != LWNVME_ERR_NS_REMOVED ? 1 : 0;
    assert_int_equal(alive, list.count);
}

/* ---- streams of I/O ---- */

struct stream {
    struct scenario *s;
    struct lwnvme_namespace *ns;
    struct tracked *ios[DEPTH];
    uint8_t *data;
    uint32_t seed;
    bool stop;
    bool at_the_end;     /* the last blocks, not any */
    uint32_t good;       /* ended well */
    uint32_t from_below; /* ended by the device with an error */
    uint32_t given_back; /* ended by the library */
    int refusal;         /* the last one of the calls; a refused stream has ended */
    int last_error;
};

static void stream_submit(struct stream *stream, struct tracked *io)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(stream->data, stream->ns->block_bytes);
    uint64_t lba = stream->at_the_end ? stream->ns->block_count - 1u
                                      : scenario_random(&stream->seed) % (uint32_t)stream->ns->block_count;
    int status =
        scenario_accept(io, lwnvme_read(stream->s->queue, stream->ns, &io->request, lba, 1, &buffer));

    if (status != LWNVME_OK)
        stream->refusal = status;
}

static void stream_next(struct tracked *io)
{
    struct stream *stream = (struct stream *)io->data;

    if (io->request.status == LWNVME_OK) {
        stream->good++;
    } else {
        stream->last_error = io->request.status;
        if (io->request.status > 0)
            stream->from_below++;
        else
            stream->given_back++;
    }
    if (!stream->stop)
        stream_submit(stream, io);
}

static void stream_start(struct stream *stream, struct scenario *s, uint32_t nsid)
{
    memset(stream, 0, sizeof(*stream));
    stream->s = s;
    stream->ns = lwnvme_namespace_set_find(&set, nsid);
    assert_non_null(stream->ns);
    stream->data = scenario_memory(65536, 4096);
    stream->seed = nsid;
    for (uint32_t index = 0; index < DEPTH; index++) {
        stream->ios[index] = scenario_request(s);
        stream->ios[index]->then = stream_next;
        stream->ios[index]->data = stream;
        stream_submit(stream, stream->ios[index]);
    }
}

static void streams_end(struct scenario *s, struct stream *streams, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++)
        streams[index].stop = true;
    scenario_wait_all(s, s->queue);
    for (uint32_t index = 0; index < count; index++)
        free(streams[index].data);
}

/* A stream that nothing has happened to. */
static void undisturbed(const struct stream *stream)
{
    assert_int_equal(stream->from_below, 0);
    assert_int_equal(stream->given_back, 0);
    assert_int_equal(stream->refusal, 0);
    assert_true(stream->good > DEPTH);
}

/* ---- scenarios ---- */

static uint32_t log_case;

/* What a controller may say of which namespaces have changed. */
static void forge_log(void *context, uint8_t lid, uint32_t nsid, uint8_t *data, size_t length_bytes)
{
    static const uint32_t lists[][4] = {
        {0xffffffff, 0, 0, 0}, /* too many to say */
        {3, 2, 1, 0},          /* not in order */
        {77777, 99999, 0, 0},  /* such as there never were */
        {2, 2, 2, 2},
    };

    (void)context;
    (void)nsid;
    if (lid != 0x04 || log_case == 0)
        return;
    for (uint32_t index = 0; index < length_bytes / 4u; index++) {
        uint32_t value = log_case == 5 ? index + 1u : index < 4 ? lists[log_case - 1][index] : 0;

        for (uint32_t byte = 0; byte < 4; byte++)
            data[4 * index + byte] = (uint8_t)(value >> 8 * byte);
    }
}

/* Whatever the list of changed namespaces says, the rescan looks at all of them. */
static void fault_150_the_list_of_changed_namespaces_is_a_hint(void **state)
{
    struct scenario s;

    (void)state;
    for (log_case = 0; log_case <= 5; log_case++) {
        prepare(&s, 4);
        s.settings.on_log_page = forge_log;
        start(&s, 16);
        assert_true(lwnvme_sim_namespace_resize(s.sim, 1, 4000));
        assert_true(lwnvme_sim_namespace_attach(s.sim, 3, false));
        quiet(&s);
        assert_in_range(changed_events, 1, 2);
        assert_true(log_case == 0 ? rescan_all_events == 0 : log_case != 1 || rescan_all_events != 0);
        assert_int_equal(changes[LWNVME_NAMESPACE_RESIZED], 1);
        assert_int_equal(changes[LWNVME_NAMESPACE_REMOVED], 1);
        assert_int_equal(changes[LWNVME_NAMESPACE_ADDED], 0);
        in_step(&s);
        scenario_end(&s);
    }
}

/* The device answers the first requests, the library all others: at once, and for good. */
static void fault_151_detached_under_io_fails_fast_and_stays_so(void **state)
{
    static struct stream streams[3];
    struct scenario s;

    (void)state;
    for (uint32_t deleted = 0; deleted < 2; deleted++) {
        prepare(&s, 3);
        start(&s, 8);
        for (uint32_t nsid = 1; nsid <= 3; nsid++)
            stream_start(&streams[nsid - 1], &s, nsid);
        pass(&s, 5000);
        if (deleted != 0) {
            /* Whoever deletes is told of no event for it. */
            assert_int_equal(lwnvme_sync_namespace_delete(s.controller, 2, 0), LWNVME_OK);
            pass(&s, 1000);
            assert_int_equal(lwnvme_namespace_set_rescan(s.controller, &set), LWNVME_OK);
        } else {
            assert_true(lwnvme_sim_namespace_attach(s.sim, 2, false));
        }
        quiet(&s);
        assert_int_equal(memory[1].status, LWNVME_ERR_NS_REMOVED);
        assert_int_equal(streams[1].refusal, LWNVME_ERR_NS_REMOVED);
        assert_true(streams[1].from_below >= 1);
        /* The answer for an NSID that is not active (Base, section 3.2.1.5). */
        assert_int_equal(streams[1].last_error & 0x7ff, LWNVME_SC_INVALID_FIELD_IN_COMMAND);
        undisturbed(&streams[0]);
        undisturbed(&streams[2]);
        /* It returns, or another one under its number: the old handle does not. */
        if (deleted == 0) {
            assert_true(lwnvme_sim_namespace_attach(s.sim, 2, true));
        } else {
            static struct lwnvme_namespace_creation creation;
            uint32_t nsid = 0;

            memset(&creation, 0, sizeof(creation));
            creation.block_count = 1000;
            assert_int_equal(lwnvme_sync_namespace_create(s.controller, &creation, 0, &nsid), LWNVME_OK);
            assert_int_equal(nsid, 2);
            assert_int_equal(lwnvme_sync_namespace_attach_here(s.controller, nsid), LWNVME_OK);
        }
        quiet(&s);
        assert_int_equal(memory[1].status, LWNVME_ERR_NS_REMOVED);
        assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], 0, 1, streams[1].data, 0),
                         LWNVME_ERR_NS_REMOVED);
        assert_ptr_equal(lwnvme_namespace_set_find(&set, 2), &memory[3]);
        assert_int_equal(lwnvme_sync_read(s.queue, &memory[3], 0, 1, streams[1].data, 0), LWNVME_OK);
        in_step(&s);
        undisturbed(&streams[0]);
        undisturbed(&streams[2]);
        streams_end(&s, streams, 3);
        scenario_end(&s);
    }
}

/* No new handle in the library's hand was touched by the reset; and a removed one does not come back by it. */
static void a_removed_handle_stays_removed_over_reset_and_resume(void **state)
{
    uint8_t *data = scenario_memory(4096, 4096);
    struct scenario s;

    (void)state;
    prepare(&s, 2);
    start(&s, 8);
    assert_true(lwnvme_sim_namespace_attach(s.sim, 2, false));
    quiet(&s);
    assert_true(lwnvme_sim_namespace_attach(s.sim, 2, true));
    assert_int_equal(scenario_reset(&s), LWNVME_OK);
    quiet(&s);
    assert_int_equal(scenario_shutdown(&s, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    assert_int_equal(lwnvme_namespace_set_rescan(s.controller, &set), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(scenario_resume(&s), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(s.controller, &set), LWNVME_OK);
    assert_int_equal(memory[1].status, LWNVME_ERR_NS_REMOVED);
    assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], 0, 1, data, 0), LWNVME_ERR_NS_REMOVED);
    assert_int_equal(lwnvme_sync_read(s.queue, &memory[0], 0, 1, data, 0), LWNVME_OK);
    in_step(&s);
    scenario_end(&s);
    free(data);
}

/* At each step of the rescan something else changes; when it is quiet, all is as it is. */
static void fault_152_a_storm_of_attachments_while_scanning(void **state)
{
    static struct stream stream;
    struct scenario s;
    uint32_t seed = 152;

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        bool attached[9];

        prepare(&s, 8);
        s.time_limit_us = 60 * SECOND_US;
        start(&s, 16);
        for (uint32_t nsid = 1; nsid <= 8; nsid++)
            attached[nsid] = true;
        stream_start(&stream, &s, 1);
        for (uint32_t turn = 0; turn < 200; turn++) {
            uint32_t nsid = 2u + scenario_random(&seed) % 7u;

            attached[nsid] = !attached[nsid];
            assert_true(lwnvme_sim_namespace_attach(s.sim, nsid, attached[nsid]));
            /* Events are limited in a storm; every other round does not rely on them alone. */
            if (round % 2 != 0)
                assert_int_equal(lwnvme_namespace_set_rescan(s.controller, &set), LWNVME_OK);
            pass(&s, 100u * (1u + scenario_random(&seed) % 8u));
            /* Whoever used a removed handle has let go of it. */
            for (uint32_t index = 0; index < HANDLES; index++) {
                if (memory[index].status == LWNVME_ERR_NS_REMOVED)
                    assert_int_equal(lwnvme_namespace_set_release(&set, &memory[index]), LWNVME_OK);
            }
        }
        quiet(&s);
        assert_int_equal(set.operation.status, LWNVME_OK);
        assert_true(changed_events > 1);
        assert_true(changes[LWNVME_NAMESPACE_ADDED] >= (round % 2 != 0 ? 8 : 0));
        assert_true(changes[LWNVME_NAMESPACE_REMOVED] >= (round % 2 != 0 ? 8 : 0));
        in_step(&s);
        undisturbed(&stream);
        streams_end(&s, &stream, 1);
        scenario_end(&s);
    }
}

/* A block that is checked is checked against the old size or the new one, and what lies beyond is the device's. */
static void fault_153_larger_and_smaller_under_io(void **state)
{
    static const uint64_t sizes[] = {131072, 262144, 100, 1, 70000, 131073, 8};
    static struct stream streams[2];
    struct scenario s;

    (void)state;
    prepare(&s, 2);
    start(&s, 16);
    stream_start(&streams[0], &s, 1);
    stream_start(&streams[1], &s, 2);
    streams[1].at_the_end = true;
    for (size_t index = 1; index < sizeof(sizes) / sizeof(sizes[0]); index++) {
        uint32_t errors = streams[1].from_below;

        pass(&s, 3000);
        assert_true(lwnvme_sim_namespace_resize(s.sim, 2, sizes[index]));
        pass(&s, 300);
        assert_int_equal(memory[1].block_count, sizes[index - 1]); /* not known yet */
        quiet(&s);
        assert_int_equal(memory[1].block_count, sizes[index]);
        assert_int_equal(changes[LWNVME_NAMESPACE_RESIZED], index);
        if (sizes[index] < sizes[index - 1])
            assert_int_equal(streams[1].last_error & 0x7ff, LWNVME_SC_LBA_OUT_OF_RANGE);
        else
            assert_int_equal(streams[1].from_below, errors);
        assert_int_equal(streams[1].refusal, 0);
        assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], sizes[index] - 1u, 1, streams[1].data, 0),
                         LWNVME_OK);
        assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], sizes[index], 1, streams[1].data, 0),
                         LWNVME_ERR_LBA_RANGE);
        errors = streams[1].from_below;
        pass(&s, 3000);
        assert_int_equal(streams[1].from_below, errors); /* no more of them */
        in_step(&s);
    }
    undisturbed(&streams[0]);
    streams_end(&s, streams, 2);
    scenario_end(&s);
}

/* Formatted by somebody else: from the rescan on nothing is sent that was made for blocks of the old size. */
static uint32_t reads_of_2;
static uint32_t reads_of_2_blocks;

static void note_reads(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    if (sqid != 0 && (command[0] & 0xff) == LWNVME_NVM_READ && command[1] == 2) {
        reads_of_2++;
        reads_of_2_blocks += (command[12] & 0xffff) + 1u;
    }
}

static void fault_154_formatted_by_somebody_else_under_io(void **state)
{
    const struct lwnvme_command format = {.opcode = LWNVME_ADMIN_FORMAT_NVM, .nsid = 2, .cdw10 = 1};
    static struct stream streams[2];
    struct scenario s;

    (void)state;
    prepare(&s, 2);
    s.settings.ns[1].nlbaf = 1;
    s.settings.ns[1].formats[1].lbads = 12;
    set.owns_queues = true;
    start(&s, 4); /* requests wait for room */
    assert_int_equal(memory[1].block_bytes, 512);
    stream_start(&streams[0], &s, 1);
    stream_start(&streams[1], &s, 2);
    pass(&s, 3000);
    streams[1].stop = true; /* each of its requests goes through once more */
    for (uint32_t index = 0; index < DEPTH; index++)
        assert_true(lwnvme_request_active(&streams[1].ios[index]->request));
    assert_int_equal(lwnvme_sync_admin_raw(s.controller, &format, NULL, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(s.controller, &set), LWNVME_OK);
    assert_int_equal(changes[LWNVME_NAMESPACE_FORMATTED], 1);
    assert_int_equal(memory[1].status, LWNVME_OK);
    assert_int_equal(memory[1].block_bytes, 4096);
    assert_int_equal(memory[1].block_count, 16384);
    reads_of_2 = 0;
    reads_of_2_blocks = 0;
    lwnvme_sim_settings(s.sim)->on_command = note_reads;
    pass(&s, 20000);
    assert_int_equal(reads_of_2, 0); /* those that had waited were given back */
    assert_true(streams[1].given_back > 0);
    assert_int_equal(streams[1].last_error < 0 ? streams[1].last_error : LWNVME_ERR_NS_BUSY,
                     LWNVME_ERR_NS_BUSY);
    assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], 16383, 1, streams[1].data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], 16384, 1, streams[1].data, 0),
                     LWNVME_ERR_LBA_RANGE);
    assert_int_equal(reads_of_2_blocks, 1);
    in_step(&s);
    undisturbed(&streams[0]);
    streams_end(&s, streams, 2);
    scenario_end(&s);
}

/* Namespace 2 may have blocks of 4096 bytes; commands move 16 of 512. */
static void prepare_larger_blocks(struct scenario *s)
{
    prepare(s, 2);
    s->settings.ns[1].nlbaf = 1;
    s->settings.ns[1].formats[1].lbads = 12;
    s->settings.mdts = 1;
    set.owns_queues = true;
}

/* So is what is left of a request of which a part has been sent: the controller would move more than it was made for. */
static void fault_154_formatted_in_the_middle_of_a_request(void **state)
{
    const struct lwnvme_command format = {.opcode = LWNVME_ADMIN_FORMAT_NVM, .nsid = 2, .cdw10 = 1};
    uint8_t *data = scenario_memory(256 * 512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 256 * 512);

    (void)state;
    for (uint32_t round = 0; round < 2; round++) { /* what has been sent fails; it succeeds */
        struct tracked *io[2];
        struct scenario s;

        prepare_larger_blocks(&s);
        start(&s, 4);
        for (uint32_t index = 0; index < 2; index++) {
            io[index] = scenario_request(&s);
            assert_int_equal(scenario_accept(io[index], lwnvme_read(s.queue, &memory[1], &io[index]->request,
                                                                    0, 256, &buffer)),
                             LWNVME_OK);
        }
        if (round == 1)
            (void)lwnvme_sim_advance(s.sim, 10000);
        assert_int_equal(lwnvme_sync_admin_raw(s.controller, &format, NULL, NULL), LWNVME_OK);
        assert_int_equal(lwnvme_sync_namespace_set_rescan(s.controller, &set), LWNVME_OK);
        assert_int_equal(memory[1].block_bytes, 4096);
        reads_of_2 = 0;
        lwnvme_sim_settings(s.sim)->on_command = note_reads;
        scenario_wait_all(&s, s.queue);
        assert_int_equal(reads_of_2, 0);
        for (uint32_t index = 0; index < 2; index++) {
            assert_int_equal(io[index]->request.status, LWNVME_ERR_NS_BUSY);
            assert_int_equal(io[index]->request.bytes_done, 0);
        }
        scenario_end(&s);
    }
    free(data);
}

/* And what has been sent as a whole never says that more was done than was asked for. */
static void fault_154_bytes_done_of_blocks_that_have_grown(void **state)
{
    const struct lwnvme_command format = {.opcode = LWNVME_ADMIN_FORMAT_NVM, .nsid = 2, .cdw10 = 1};
    uint8_t *data = scenario_memory(48 * 512, 4096);
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, 48 * 512);
    struct tracked *io;
    struct scenario s;

    (void)state;
    prepare_larger_blocks(&s);
    start(&s, 4);
    scenario_fault(&s, (struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                 .queue = LWNVME_SIM_IO_QUEUES,
                                                 .opcode = 0x02,
                                                 .skip = 2,
                                                 .count = 1,
                                                 .status = 0x281});
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_read(s.queue, &memory[1], &io->request, 0, 48, &buffer)),
                     LWNVME_OK);
    (void)lwnvme_sim_advance(s.sim, 10000);
    assert_int_equal(lwnvme_sync_admin_raw(s.controller, &format, NULL, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(s.controller, &set), LWNVME_OK);
    assert_int_equal(memory[1].block_bytes, 4096);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_status_code(io->request.status), LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_true(io->request.bytes_done <= 48 * 512);
    scenario_end(&s);
    free(data);
}

/* Rescans all the while, of namespaces that an operation of the library's own is at work on. */
static void a_format_and_rescans_do_not_disturb_each_other(void **state)
{
    static struct lwnvme_format format;
    struct lwnvme_namespace *listed[HANDLES];
    uint8_t *data = scenario_memory(4096, 4096);
    struct scenario s;
    uint32_t rescans = 0;

    (void)state;
    prepare(&s, 3);
    s.settings.format_us = 20000;
    s.settings.ns[1].nlbaf = 1;
    s.settings.ns[1].formats[1].lbads = 12;
    start(&s, 8);
    assert_true(lwnvme_sim_namespace_attach(s.sim, 1, false));
    quiet(&s);
    memset(&format, 0, sizeof(format));
    format.nsid = 2;
    format.format_index = 1;
    format.handles = listed;
    format.handle_count = lwnvme_namespace_set_list(&set, listed, HANDLES);
    assert_int_equal(format.handle_count, 2);
    assert_int_equal(lwnvme_format_begin(s.controller, &format), LWNVME_OK);
    for (uint32_t turn = 0; turn < 2000 && lwnvme_operation_active(&format.operation); turn++) {
        if (!lwnvme_operation_active(&set.operation)) {
            assert_int_equal(lwnvme_namespace_set_rescan(s.controller, &set), LWNVME_OK);
            rescans++;
        }
        pass(&s, 100);
    }
    assert_int_equal(format.operation.status, LWNVME_OK);
    quiet(&s);
    assert_true(rescans > 3);
    assert_int_equal(memory[0].status, LWNVME_ERR_NS_REMOVED);
    assert_int_equal(memory[1].status, LWNVME_OK);
    assert_int_equal(memory[1].block_bytes, 4096);
    assert_int_equal(lwnvme_sync_read(s.queue, &memory[1], 16383, 1, data, 0), LWNVME_OK);
    assert_int_equal(changes[LWNVME_NAMESPACE_REMOVED], 1);
    assert_int_equal(changes[LWNVME_NAMESPACE_ADDED], 0);
    in_step(&s);
    scenario_end(&s);
    free(data);
}

/* The library's own way: made, attached, found by the event, used, detached, gone. */
static void a_namespace_from_its_making_to_its_end(void **state)
{
    static struct lwnvme_namespace_creation creation;
    uint8_t *data = scenario_memory(512, 4096);
    uint8_t *back = scenario_memory(512, 4096);
    struct lwnvme_namespace *ns;
    struct scenario s;
    uint32_t nsid = 0;

    (void)state;
    prepare(&s, 1);
    start(&s, 8);
    memset(&creation, 0, sizeof(creation));
    creation.block_count = 5000;
    assert_int_equal(lwnvme_sync_namespace_create(s.controller, &creation, 0, &nsid), LWNVME_OK);
    quiet(&s);
    assert_null(lwnvme_namespace_set_find(&set, nsid));
    assert_int_equal(lwnvme_sync_namespace_attach_here(s.controller, nsid), LWNVME_OK);
    quiet(&s);
    ns = lwnvme_namespace_set_find(&set, nsid);
    assert_non_null(ns);
    assert_int_equal(ns->block_count, 5000);
    scenario_fill(data, 512, 7);
    assert_int_equal(lwnvme_sync_write(s.queue, ns, 4999, 1, data, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_read(s.queue, ns, 4999, 1, back, 0), LWNVME_OK);
    assert_memory_equal(data, back, 512);
    assert_int_equal(lwnvme_sync_namespace_detach_here(s.controller, nsid), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_delete(s.controller, nsid, 0), LWNVME_OK);
    quiet(&s);
    assert_int_equal(lwnvme_sync_read(s.queue, ns, 0, 1, back, 0), LWNVME_ERR_NS_REMOVED);
    assert_int_equal(changes[LWNVME_NAMESPACE_ADDED], 1);
    assert_int_equal(changes[LWNVME_NAMESPACE_REMOVED], 1);
    in_step(&s);
    scenario_end(&s);
    free(data);
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_150_the_list_of_changed_namespaces_is_a_hint),
        cmocka_unit_test(fault_151_detached_under_io_fails_fast_and_stays_so),
        cmocka_unit_test(a_removed_handle_stays_removed_over_reset_and_resume),
        cmocka_unit_test(fault_152_a_storm_of_attachments_while_scanning),
        cmocka_unit_test(fault_153_larger_and_smaller_under_io),
        cmocka_unit_test(fault_154_formatted_by_somebody_else_under_io),
        cmocka_unit_test(fault_154_formatted_in_the_middle_of_a_request),
        cmocka_unit_test(fault_154_bytes_done_of_blocks_that_have_grown),
        cmocka_unit_test(a_format_and_rescans_do_not_disturb_each_other),
        cmocka_unit_test(a_namespace_from_its_making_to_its_end),
    };

    /* Once more on a host whose requests take the library's straight path. */
    return cmocka_run_group_tests_name("namespaces", tests, NULL, NULL) +
           cmocka_run_group_tests_name("namespaces, plain host", tests, scenario_plain_host, NULL);
}
