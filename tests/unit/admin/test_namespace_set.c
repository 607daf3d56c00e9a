/* SPDX-License-Identifier: MIT */
/* Rescans: which handle is changed by what, which is left alone, and what a lying list comes to. */
#include "../support.h"

#define HANDLES 6u

static struct bench bench;
static struct lwnvme_namespace_set set;
static struct lwnvme_namespace memory[HANDLES];
static struct lwnvme_namespace *handles[HANDLES];
static uint32_t identified[256]; /* Identify commands, by CNS */

static struct report {
    struct lwnvme_namespace *ns;
    uint32_t nsid;
    enum lwnvme_namespace_change change;
} reports[32];
static uint32_t report_count;
static void (*on_report)(const struct report *report);
static uint32_t done_count;

static void changed(struct lwnvme_namespace_set *of, struct lwnvme_namespace *ns,
                    enum lwnvme_namespace_change change)
{
    assert_ptr_equal(of, &set);
    assert_true(report_count < 32);
    reports[report_count].ns = ns;
    reports[report_count].nsid = ns->nsid;
    reports[report_count].change = change;
    report_count++;
    if (on_report != NULL) {
        on_report(&reports[report_count - 1]);
    }
}

static void done(struct lwnvme_operation *operation)
{
    assert_ptr_equal(operation, &set.operation);
    assert_false(lwnvme_operation_active(operation));
    /* From here on the memory is the owner's. */
    assert_false(lwnvme_request_active(&set.probe.request));
    assert_false(lwnvme_request_active(&set.list.request));
    done_count++;
}

/* The list of active namespaces is this, while it is not empty; `forge` may change anything else. */
static uint32_t forged_list[1024];
static uint32_t forged_count;
static void (*forge)(uint8_t cns, uint32_t nsid, uint8_t *data);

static void on_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    identified[cns]++;
    if (cns == 0x02 && forged_count != 0) {
        memset(data, 0, 4096);
        for (uint32_t i = 0; i < forged_count; i++) {
            for (uint32_t j = 0; j < 4; j++) {
                data[4 * i + j] = (uint8_t)(forged_list[i] >> 8 * j);
            }
        }
    }
    if (forge != NULL) {
        forge(cns, nsid, data);
    }
}

static void forget(void)
{
    report_count = 0;
    done_count = 0;
    on_report = NULL;
    memset(identified, 0, sizeof(identified));
}

static void prepare(uint32_t count)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.namespace_count = count;
    bench.settings.on_identify = on_identify;
    forged_count = 0;
    forge = NULL;
    memset(&set, 0, sizeof(set));
    memset(memory, 0, sizeof(memory));
    for (uint32_t i = 0; i < HANDLES; i++) {
        handles[i] = &memory[i];
    }
    set.handles = handles;
    set.handle_count = HANDLES;
    set.changed = changed;
    set.operation.done = done;
}

static void power(void)
{
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, NULL), 0);
    forget();
}

static int rescan(void)
{
    forget();
    return lwnvme_sync_namespace_set_rescan(bench.controller, &set);
}

static void start(uint32_t count)
{
    prepare(count);
    power();
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, count);
    forget();
}

static void assert_report(uint32_t index, uint32_t nsid, enum lwnvme_namespace_change change)
{
    assert_true(index < report_count);
    assert_int_equal(reports[index].nsid, nsid);
    assert_int_equal(reports[index].change, change);
}

static int read_block(const struct lwnvme_namespace *ns, uint64_t lba)
{
    static uint8_t block[65536];
    return lwnvme_sync_read(bench.queue, ns, lba, 1, block, 0);
}

/* ---- what a rescan does ---- */

static void the_first_finds_all(void **state)
{
    (void)state;
    prepare(4);
    bench.settings.ns[1].active = false;
    bench.settings.ns[1].detached = true;
    bench.settings.ns[3].csi = 2;
    power();
    assert_int_equal(rescan(), 0);
    assert_int_equal(done_count, 1);
    assert_int_equal(set.operation.progress_percent, 100);
    assert_int_equal(report_count, 3);
    assert_report(0, 1, LWNVME_NAMESPACE_ADDED);
    assert_report(1, 3, LWNVME_NAMESPACE_ADDED);
    assert_report(2, 4, LWNVME_NAMESPACE_ADDED);
    assert_ptr_equal(lwnvme_namespace_set_find(&set, 1), &memory[0]);
    assert_ptr_equal(lwnvme_namespace_set_find(&set, 3), &memory[1]);
    assert_null(lwnvme_namespace_set_find(&set, 2));
    assert_null(lwnvme_namespace_set_find(&set, 0));
    assert_null(lwnvme_namespace_set_find(NULL, 1));
    /* The same as if each had been opened by itself. */
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 3, bench.ns), 0);
    assert_memory_equal(&memory[1], bench.ns, offsetof(struct lwnvme_namespace, request));
    assert_int_equal(read_block(&memory[1], 5), 0);
    /* One that cannot be used says why. */
    assert_int_equal(memory[2].status, LWNVME_ERR_NS_COMMAND_SET);
    assert_int_equal(set.missed, 0);
    assert_int_equal(set.unread, 0);
    assert_false(set.list_is_odd);
    bench_end(&bench);
}

static void what_has_not_changed_is_not_touched(void **state)
{
    static struct lwnvme_namespace before[HANDLES];
    (void)state;
    start(3);
    memcpy(before, memory, sizeof(before));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_memory_equal(before, memory, sizeof(before));
    assert_int_equal(identified[0x02], 1);
    assert_int_equal(identified[0x00], 3);
    bench_end(&bench);
}

static void attached_and_detached(void **state)
{
    (void)state;
    prepare(3);
    bench.settings.ns[2].active = false;
    bench.settings.ns[2].detached = true;
    power();
    assert_int_equal(rescan(), 0);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 3, true));
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 1, false));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 2);
    assert_report(0, 3, LWNVME_NAMESPACE_ADDED);
    assert_report(1, 1, LWNVME_NAMESPACE_REMOVED);
    assert_ptr_equal(reports[1].ns, &memory[0]);
    assert_int_equal(memory[0].status, LWNVME_ERR_NS_REMOVED);
    assert_int_equal(read_block(&memory[0], 0), LWNVME_ERR_NS_REMOVED);
    assert_int_equal(read_block(&memory[1], 0), 0);
    assert_int_equal(read_block(lwnvme_namespace_set_find(&set, 3), 0), 0);
    assert_null(lwnvme_namespace_set_find(&set, 1));
    bench_end(&bench);
}

static void those_in_use_can_be_listed(void **state)
{
    struct lwnvme_namespace *listed[HANDLES];
    (void)state;
    start(4);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    assert_int_equal(rescan(), 0);
    assert_int_equal(lwnvme_namespace_set_list(&set, listed, HANDLES), 3);
    assert_ptr_equal(listed[0], &memory[0]);
    assert_ptr_equal(listed[1], &memory[2]);
    assert_ptr_equal(listed[2], &memory[3]);
    assert_int_equal(lwnvme_namespace_set_list(&set, listed, 2), 2);
    assert_int_equal(lwnvme_namespace_set_list(&set, NULL, 2), 0);
    assert_int_equal(lwnvme_namespace_set_list(NULL, listed, 2), 0);
    bench_end(&bench);
}

static void what_was_removed_stays_removed(void **state)
{
    struct lwnvme_namespace *again;
    (void)state;
    start(2);
    assert_int_equal(lwnvme_namespace_set_release(&set, &memory[1]), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(lwnvme_namespace_set_release(NULL, &memory[1]), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_set_release(&set, NULL), LWNVME_ERR_NULL_ARGUMENT);
    for (uint32_t turn = 0; turn < 3; turn++) {
        assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 1);
        assert_report(0, 2, LWNVME_NAMESPACE_REMOVED);
        assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, true));
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 1);
        assert_report(0, 2, LWNVME_NAMESPACE_ADDED);
        again = lwnvme_namespace_set_find(&set, 2);
        assert_ptr_equal(again, &memory[turn + 2]);
        assert_int_equal(read_block(again, 0), 0);
        assert_int_equal(read_block(&memory[turn + 1], 0), LWNVME_ERR_NS_REMOVED);
    }
    /* The first one's last user is gone: the handle may be used again. */
    assert_int_equal(lwnvme_namespace_set_release(&set, &memory[1]), 0);
    assert_int_equal(memory[1].nsid, 0);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    assert_int_equal(rescan(), 0);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, true));
    assert_int_equal(rescan(), 0);
    assert_ptr_equal(lwnvme_namespace_set_find(&set, 2), &memory[1]);
    assert_int_equal(read_block(&memory[1], 0), 0);
    bench_end(&bench);
}

static void larger_and_smaller(void **state)
{
    (void)state;
    start(2);
    assert_int_equal(read_block(&memory[1], 131071), 0);
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 200000));
    assert_int_equal(read_block(&memory[1], 131072), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_RESIZED);
    assert_int_equal(memory[1].block_count, 200000);
    assert_int_equal(read_block(&memory[1], 199999), 0);
    /* So small that what used to be one command is none any more. */
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 3));
    assert_int_equal(rescan(), 0);
    assert_report(0, 2, LWNVME_NAMESPACE_RESIZED);
    assert_int_equal(read_block(&memory[1], 2), 0);
    assert_int_equal(read_block(&memory[1], 3), LWNVME_ERR_LBA_RANGE);
    assert_int_equal(memory[1].straight_blocks, 3);
    bench_end(&bench);
}

static uint32_t forged_nsid;
static uint32_t forged_offset;
static uint8_t forged_bytes[16];
static uint32_t forged_length;

static void forge_namespace(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    if (cns == 0x00 && nsid == forged_nsid) {
        memcpy(data + forged_offset, forged_bytes, forged_length);
    }
}

static void forge_byte(uint32_t nsid, uint32_t offset, uint8_t value)
{
    forge = forge_namespace;
    forged_nsid = nsid;
    forged_offset = offset;
    forged_bytes[0] = value;
    forged_length = 1;
}

static void another_format(void **state)
{
    (void)state;
    start(2);
    forge_byte(2, 130, 12); /* LBADS of format 0 */
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    assert_ptr_equal(reports[0].ns, &memory[1]);
    assert_int_equal(memory[1].block_bytes, 4096);
    assert_int_equal(memory[1].max_blocks,
                     lwnvme_controller_get_info(bench.controller)->max_transfer_bytes / 4096);
    assert_int_equal(memory[1].status, 0);
    assert_int_equal(memory[0].block_bytes, 512);
    /* With metadata it cannot be used, and without them it can again. */
    forge_byte(2, 128, 8);
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    assert_int_equal(memory[1].status, LWNVME_ERR_NS_METADATA);
    assert_int_equal(read_block(&memory[1], 0), LWNVME_ERR_NS_METADATA);
    forge = NULL;
    assert_int_equal(rescan(), 0);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    assert_int_equal(read_block(&memory[1], 0), 0);
    bench_end(&bench);
}

static void other_changes(void **state)
{
    (void)state;
    start(2);
    forge_byte(1, 99, 1); /* NSATTR: write protected */
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 1, LWNVME_NAMESPACE_MODIFIED);
    assert_true(memory[0].read_only);
    forge_byte(1, 46, 128); /* NOIOB */
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 1, LWNVME_NAMESPACE_MODIFIED);
    assert_int_equal(memory[0].boundary_blocks, 128);
    assert_int_equal(memory[0].straight_blocks, 0);
    /* Utilization is no change, but it is kept. */
    forge_byte(1, 46, 128);
    memory[0].used_blocks = 1;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_int_equal(memory[0].used_blocks, 131072);
    bench_end(&bench);
}

/* What commands are checked against is that of the namespace as it is now. */
static void limits_of_commands_change(void **state)
{
    static const struct {
        uint32_t offset;
        uint8_t value;
    } rows[] = {{24, 0x02}, {34, 3}, {36, 2}, {38, 1}, {40, 7}, {44, 7}, {74, 16}, {76, 17}, {80, 9}};
    struct lwnvme_limits limits;
    (void)state;
    for (uint32_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        start(2);
        forge_byte(1, rows[row].offset, rows[row].value);
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 1);
        assert_report(0, 1, LWNVME_NAMESPACE_MODIFIED);
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 0);
        if (rows[row].offset == 80) {
            assert_int_equal(lwnvme_limits_get(&memory[0], &limits), 0);
            assert_int_equal(limits.copy_ranges, 10);
        }
        bench_end(&bench);
    }
}

static uint8_t metadata_flbas;
static uint8_t metadata_dps;

static void forge_metadata(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    if (cns == 0x00 && nsid == 2) {
        data[26] = metadata_flbas;
        data[29] = metadata_dps;
        data[128] = 8;
    }
}

/* The same format with the metadata, or the protection information in them, elsewhere. */
static void metadata_and_protection_information_move(void **state)
{
    (void)state;
    start(2);
    forge = forge_metadata;
    metadata_flbas = 0;
    metadata_dps = 1;
    assert_int_equal(rescan(), 0);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    metadata_flbas = 0x10;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    assert_true(memory[1].metadata_interleaved);
    metadata_dps = 9;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_FORMATTED);
    assert_true(memory[1].protection_first);
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    bench_end(&bench);
}

static uint8_t other_id[16] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
static uint8_t other_id_type;

/* Namespace 2 has another identifier of one type, in both structures. */
static void forge_id(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    if (nsid != 2) {
        return;
    }
    if (cns == 0x00 && other_id_type == 1) {
        memcpy(data + 120, other_id, 8);
    }
    if (cns == 0x00 && other_id_type == 2) {
        memcpy(data + 104, other_id, 16);
    }
    for (uint32_t at = 0; cns == 0x03 && data[at + 1] != 0; at += 4u + data[at + 1]) {
        if (data[at] == other_id_type) {
            memcpy(data + at + 4, other_id, data[at + 1]);
        }
    }
}

static void another_namespace_under_the_same_number_gets_another_handle(void **state)
{
    (void)state;
    for (other_id_type = 1; other_id_type <= 3; other_id_type++) {
        start(3);
        forge = forge_id;
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 2);
        assert_report(0, 2, LWNVME_NAMESPACE_REMOVED);
        assert_report(1, 2, LWNVME_NAMESPACE_ADDED);
        assert_ptr_equal(reports[0].ns, &memory[1]);
        assert_ptr_equal(reports[1].ns, &memory[3]);
        assert_int_equal(read_block(&memory[1], 0), LWNVME_ERR_NS_REMOVED);
        assert_int_equal(read_block(&memory[3], 0), 0);
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 0);
        bench_end(&bench);
    }
}

static void forge_no_ids(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)nsid;
    if (cns == 0x00) {
        memset(data + 104, 0, 24);
    }
    if (cns == 0x03) {
        memset(data, 0, 4096);
    }
}

/* A controller that does not deliver them this time has not replaced all its namespaces. */
static void identifiers_that_are_missing_say_nothing(void **state)
{
    (void)state;
    start(2);
    forge = forge_no_ids;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_true(memory[0].has_nguid);
    forge = NULL;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    bench_end(&bench);
}

static void more_namespaces_than_handles(void **state)
{
    (void)state;
    prepare(HANDLES + 3);
    power();
    assert_int_equal(rescan(), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(set.operation.status, LWNVME_ERR_NO_MEMORY);
    assert_int_equal(report_count, HANDLES);
    assert_int_equal(set.missed, 3);
    assert_int_equal(read_block(&memory[HANDLES - 1], 0), 0);
    /* One leaves, and when its handle is free another one comes in. */
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    assert_int_equal(rescan(), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(set.missed, 3);
    assert_int_equal(report_count, 1);
    assert_int_equal(lwnvme_namespace_set_release(&set, &memory[1]), 0);
    assert_int_equal(rescan(), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(report_count, 1);
    assert_report(0, HANDLES + 1, LWNVME_NAMESPACE_ADDED);
    assert_int_equal(set.missed, 2);
    bench_end(&bench);
}

/* ---- devices that lie ---- */

static void fault_043_lists_out_of_order_do_not_matter(void **state)
{
    static const uint32_t lists[][6] = {
        {3, 2, 1, 0, 0, 0},          /* the wrong way round */
        {1, 1, 2, 2, 3, 3},          /* each twice */
        {0xffffffff, 1, 2, 3, 0, 0}, /* "too many" */
        {2, 77777, 3, 1, 0, 0},      /* one that cannot be */
        {2, 9, 3, 1, 0, 0},          /* one that is not there */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        prepare(3);
        power();
        memcpy(forged_list, lists[i], sizeof(lists[i]));
        forged_count = 6;
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 3);
        assert_true(set.list_is_odd);
        for (uint32_t nsid = 1; nsid <= 3; nsid++) {
            assert_non_null(lwnvme_namespace_set_find(&set, nsid));
        }
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 0);
        forged_count = 0;
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 0);
        assert_false(set.list_is_odd);
        bench_end(&bench);
    }
}

/* What a list leaves out is asked for before it is taken for gone. */
static void a_list_that_leaves_some_out_removes_none(void **state)
{
    (void)state;
    start(4);
    forged_list[0] = 4;
    forged_count = 1;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 3, false));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 3, LWNVME_NAMESPACE_REMOVED);
    bench_end(&bench);
}

static void one_that_is_listed_and_not_there_is_removed(void **state)
{
    (void)state;
    start(2);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    forged_list[0] = 1;
    forged_list[1] = 2;
    forged_count = 2;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_REMOVED);
    bench_end(&bench);
}

/* Each page is full, and leads on, for as long as it is asked for. */
static void forge_endless(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    for (uint32_t i = 0; cns == 0x02 && i < 1024; i++) {
        for (uint32_t j = 0; j < 4; j++) {
            data[4 * i + j] = (uint8_t)((nsid + 1 + i) >> 8 * j);
        }
    }
}

static void fault_043_a_list_without_an_end_ends(void **state)
{
    (void)state;
    prepare(2);
    bench.settings.nn = 0xfffffffe;
    power();
    forge = forge_endless;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 2);
    assert_true(set.list_is_odd);
    assert_int_equal(identified[0x02], 64);
    bench_end(&bench);
}

/* The same full page again and again, unsorted at its end. */
static void forge_same(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)nsid;
    for (uint32_t i = 0; cns == 0x02 && i < 1024; i++) {
        data[4 * i] = (uint8_t)(i == 1023 ? 1 : 3 + (i & 1));
        data[4 * i + 1] = data[4 * i + 2] = data[4 * i + 3] = 0;
    }
}

static void a_full_page_that_leads_nowhere_is_read_once_more_at_most(void **state)
{
    (void)state;
    prepare(4);
    power();
    forge = forge_same;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 3); /* 3, 4, and 1 at the end; 2 is kept secret */
    assert_int_equal(identified[0x02], 2);
    bench_end(&bench);
}

/* ---- failures ---- */

static void one_that_cannot_be_read_now_is_left_as_it_was(void **state)
{
    static struct lwnvme_namespace before;
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS_AFTER,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .status = 0x0006,
                                     .skip = 1,
                                     .count = 1};
    (void)state;
    start(2);
    memcpy(&before, &memory[0], sizeof(before));
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault)); /* the list comes, the first namespace does not */
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 500));
    assert_int_equal(rescan(), 0x0006);
    assert_int_equal(set.unread, 1);
    assert_memory_equal(&before, &memory[0], sizeof(before));
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_RESIZED); /* the others are looked after */
    assert_int_equal(read_block(&memory[0], 0), 0);
    assert_int_equal(rescan(), 0);
    assert_int_equal(set.unread, 0);
    bench_end(&bench);
}

/* One too old for the list, and one that rejects it though its version has it. */
static void fault_044_without_the_list_each_namespace_is_asked_for(void **state)
{
    (void)state;
    for (uint32_t rejects = 0; rejects < 2; rejects++) {
        prepare(3);
        if (rejects != 0) {
            bench.settings.identify_cns_max = 1;
        } else {
            bench.settings.vs = 0x10000;
        }
        bench.settings.ns[1].active = false;
        power();
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 2);
        assert_report(0, 1, LWNVME_NAMESPACE_ADDED);
        assert_report(1, 3, LWNVME_NAMESPACE_ADDED);
        assert_int_equal(identified[0x02], 0);
        assert_int_equal(rescan(), 0);
        assert_int_equal(report_count, 0);
        bench_end(&bench);
    }
}

static void arguments_are_checked(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    prepare(1);
    power();
    assert_int_equal(lwnvme_namespace_set_rescan(NULL, &set), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_set_rescan(&closed, &set), LWNVME_ERR_NOT_OPEN);
    set.handle_count = 0;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), LWNVME_ERR_INVALID_ARGUMENT);
    assert_null(lwnvme_namespace_set_find(&set, 1));
    set.handle_count = LWNVME_NAMESPACE_SET_HANDLES_MAX + 1;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), LWNVME_ERR_INVALID_ARGUMENT);
    set.handle_count = HANDLES;
    set.handles = NULL;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), LWNVME_ERR_NULL_ARGUMENT);
    set.handles = handles;
    handles[HANDLES - 1] = NULL;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), LWNVME_ERR_NULL_ARGUMENT);
    handles[HANDLES - 1] = &memory[HANDLES - 1];
    assert_int_equal(done_count, 0);
    assert_int_equal(lwnvme_sync_namespace_set_rescan(bench.controller, &set), 0);
    assert_int_equal(done_count, 1);
    bench_end(&bench);
}

/* ---- in time ---- */

static void wait_for_end(void)
{
    for (uint32_t turn = 0; turn < 100000 && lwnvme_operation_active(&set.operation); turn++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_false(lwnvme_operation_active(&set.operation));
}

static void asked_for_again_it_goes_round_once_more(void **state)
{
    (void)state;
    start(2);
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    for (uint32_t turn = 0; turn < 4; turn++) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    for (uint32_t turn = 0; turn < 5; turn++) {
        assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    }
    wait_for_end();
    assert_int_equal(done_count, 1);
    assert_int_equal(identified[0x02], 2);
    assert_int_equal(set.operation.status, 0);
    bench_end(&bench);
}

/* Nothing that was under way is forgotten: not the namespace that has a handle, nor the one that has none yet. */
static void a_reset_in_between_is_survived(void **state)
{
    (void)state;
    for (uint32_t polls = 1; polls < 30; polls++) {
        prepare(4);
        bench.settings.ns[2].active = false;
        bench.settings.ns[2].detached = true;
        power();
        assert_int_equal(rescan(), 0);
        forget();
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 50;
        assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 777));
        assert_true(lwnvme_sim_namespace_attach(bench.sim, 3, true));
        assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
        for (uint32_t turn = 0; turn < polls; turn++) {
            (void)lwnvme_controller_poll(bench.controller);
            lwnvme_sim_advance(bench.sim, 20);
        }
        assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
        assert_int_equal(bench_settle(&bench), 0);
        wait_for_end();
        assert_int_equal(set.operation.status, 0);
        assert_int_equal(done_count, 1);
        assert_int_equal(report_count, 2);
        assert_report(0, 2, LWNVME_NAMESPACE_RESIZED);
        assert_report(1, 3, LWNVME_NAMESPACE_ADDED);
        assert_int_equal(read_block(&memory[1], 776), 0);
        bench_end(&bench);
    }
}

static void a_close_in_between_ends_it(void **state)
{
    (void)state;
    for (uint32_t polls = 0; polls < 12; polls++) {
        start(3);
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 50;
        assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
        for (uint32_t turn = 0; turn < polls; turn++) {
            (void)lwnvme_controller_poll(bench.controller);
            lwnvme_sim_advance(bench.sim, 20);
        }
        assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
        assert_int_equal(set.operation.status, LWNVME_ERR_ABORTED);
        assert_int_equal(done_count, 1);
        assert_int_equal(report_count, 0);
        assert_false(lwnvme_request_active(&set.probe.request));
        assert_false(lwnvme_request_active(&set.list.request));
        bench_end(&bench);
    }
}

static void out_of_time_it_ends_once_its_last_command_has(void **state)
{
    uint64_t begun;
    (void)state;
    start(2);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 300000;
    set.operation.timeout_ms = 400;
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 1, 5));
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 5));
    begun = lwnvme_sim_time(bench.sim);
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    for (uint32_t turn = 0; turn < 10000 && lwnvme_operation_active(&set.operation); turn++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 1000);
    }
    assert_int_equal(set.operation.status, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(done_count, 1);
    /* What was read by then counts. */
    assert_int_equal(report_count, 1);
    assert_report(0, 1, LWNVME_NAMESPACE_RESIZED);
    /* The list, the namespace and its descriptors. */
    assert_in_range(lwnvme_sim_time(bench.sim) - begun, 900000, 1000000);
    set.operation.timeout_ms = 0;
    assert_int_equal(rescan(), 0);
    assert_report(0, 2, LWNVME_NAMESPACE_RESIZED);
    bench_end(&bench);
}

/* Whoever sleeps until the next deadline is not woken for nothing while a command is under way. */
static void while_a_command_is_under_way_nothing_else_is_due(void **state)
{
    uint32_t polls = 0;
    uint64_t next;
    (void)state;
    start(3);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    while (lwnvme_operation_active(&set.operation)) {
        (void)lwnvme_controller_poll(bench.controller);
        assert_true(++polls < 100);
        next = lwnvme_next_deadline(bench.controller);
        if (next > lwnvme_sim_time(bench.sim)) {
            lwnvme_sim_advance(bench.sim, 1001); /* it is the interrupt that wakes it */
        }
    }
    assert_int_equal(set.operation.status, 0);
    assert_true(polls < 30);
    bench_end(&bench);
}

/* Handles of an earlier opening are dead, whatever has the same number now. */
static void handles_of_an_earlier_opening_are_removed(void **state)
{
    (void)state;
    start(2);
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, bench.queue, NULL), 0);
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 4);
    assert_report(0, 1, LWNVME_NAMESPACE_REMOVED);
    assert_report(1, 2, LWNVME_NAMESPACE_REMOVED);
    assert_report(2, 1, LWNVME_NAMESPACE_ADDED);
    assert_report(3, 2, LWNVME_NAMESPACE_ADDED);
    assert_int_equal(read_block(&memory[0], 0), LWNVME_ERR_NS_REMOVED);
    assert_int_equal(read_block(&memory[2], 0), 0);
    /* So are those of another controller, of which this cannot know what has become. */
    static struct lwnvme_controller other;
    memory[3].controller = &other;
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 2);
    assert_report(0, 2, LWNVME_NAMESPACE_REMOVED);
    assert_report(1, 2, LWNVME_NAMESPACE_ADDED);
    assert_int_equal(memory[3].status, LWNVME_ERR_NS_REMOVED);
    bench_end(&bench);
}

static void one_that_an_operation_has_is_left_to_it(void **state)
{
    (void)state;
    start(2);
    memory[1].status = LWNVME_ERR_NS_BUSY;
    memory[1].straight_blocks = 0;
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 999));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_int_equal(memory[1].status, LWNVME_ERR_NS_BUSY);
    assert_int_equal(memory[1].block_count, 131072);
    memory[1].status = LWNVME_PENDING; /* or that its owner is opening */
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 0);
    assert_int_equal(memory[1].status, LWNVME_PENDING);
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, true));
    memory[1].status = LWNVME_ERR_NS_BUSY;
    /* But gone is gone. */
    assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
    assert_int_equal(rescan(), 0);
    assert_int_equal(report_count, 1);
    assert_report(0, 2, LWNVME_NAMESPACE_REMOVED);
    bench_end(&bench);
}

/* ---- from inside the callback ---- */

static void release_at_once(const struct report *report)
{
    if (report->change == LWNVME_NAMESPACE_REMOVED) {
        assert_int_equal(lwnvme_namespace_set_release(&set, report->ns), 0);
    }
}

static void a_handle_may_be_given_back_in_the_callback(void **state)
{
    (void)state;
    start(3);
    other_id_type = 2;
    forge = forge_id;
    forget();
    on_report = release_at_once;
    assert_int_equal(lwnvme_sync_namespace_set_rescan(bench.controller, &set), 0);
    assert_int_equal(report_count, 2);
    assert_ptr_equal(reports[0].ns, &memory[1]);
    assert_ptr_equal(reports[1].ns, &memory[1]); /* the same memory, as the owner wished */
    assert_int_equal(read_block(&memory[1], 0), 0);
    bench_end(&bench);
}

static void close_at_once(const struct report *report)
{
    (void)report;
    (void)lwnvme_controller_close(bench.controller);
}

static void the_controller_may_be_closed_in_the_callback(void **state)
{
    (void)state;
    start(3);
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 1, 10));
    assert_true(lwnvme_sim_namespace_resize(bench.sim, 2, 10));
    on_report = close_at_once;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    for (uint32_t turn = 0; turn < 1000 && report_count == 0; turn++) {
        (void)lwnvme_controller_poll(bench.controller);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(lwnvme_sync_controller_close(bench.controller), 0); /* to its end */
    assert_int_equal(set.operation.status, LWNVME_ERR_ABORTED);
    assert_int_equal(report_count, 1);
    assert_int_equal(done_count, 1);
    bench_end(&bench);
}

/* ---- requests that wait in a queue ---- */

static void requests_that_wait_are_given_back_if_the_queues_are_the_owners(void **state)
{
    static struct counted ios[6];
    static uint8_t data[6][512];
    static struct lwnvme_queue small;
    static const struct lwnvme_queue_config config = {.entries = 3};
    struct lwnvme_buffer buffer;
    (void)state;
    for (uint32_t owns = 0; owns < 2; owns++) {
        start(2);
        memset(&small, 0, sizeof(small));
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &small, &config), 0);
        set.owns_queues = owns != 0;
        /* Two in the ring, four in the FIFO; the last one is for the other namespace. */
        lwnvme_sim_settings(bench.sim)->latency_us = 1000000;
        for (uint32_t i = 0; i < 6; i++) {
            counted_init(&ios[i], NULL);
            buffer = lwnvme_buffer_cpu(data[i], 512);
            assert_int_equal(
                lwnvme_read(&small, i == 5 ? &memory[0] : &memory[1], &ios[i].request, i, 1, &buffer), 0);
        }
        assert_true(lwnvme_sim_namespace_attach(bench.sim, 2, false));
        assert_int_equal(rescan(), 0);
        for (uint32_t i = 0; i < 6; i++) {
            bool given_back = owns != 0 && i >= 2 && i < 5;
            assert_int_equal(ios[i].called, given_back ? 1 : 0);
            assert_true(!given_back || ios[i].request.status == LWNVME_ERR_NS_REMOVED);
        }
        lwnvme_sim_settings(bench.sim)->latency_us = 0;
        for (uint32_t turn = 0; turn < 10000 && lwnvme_request_active(&ios[5].request); turn++) {
            (void)lwnvme_queue_poll(&small, 0);
            lwnvme_sim_advance(bench.sim, 10000);
        }
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(ios[i].called, 1);
        }
        assert_int_equal(ios[5].request.status, 0);
        assert_int_equal(lwnvme_sync_queue_delete(&small), 0);
        bench_end(&bench);
    }
}

static void free_it(struct lwnvme_operation *operation)
{
    done_count++;
    free(operation);
}

static void the_set_is_its_owners_from_done_on(void **state)
{
    struct lwnvme_namespace_set *heap;
    (void)state;
    prepare(2);
    power();
    heap = malloc(sizeof(*heap));
    assert_non_null(heap);
    *heap = set;
    heap->changed = NULL;
    heap->operation.done = free_it;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, heap), 0);
    for (uint32_t turn = 0; turn < 100000 && done_count == 0; turn++) {
        (void)lwnvme_controller_poll(bench.controller);
    }
    assert_int_equal(done_count, 1);
    assert_int_equal(memory[1].nsid, 2);
    bench_end(&bench);
}

/* Resets again and again while the list is asked for: no round goes on for ever, and no handle changes by it. */
static void a_list_that_resets_take_away_each_time(void **state)
{
    (void)state;
    start(3);
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    for (uint32_t turn = 0; turn < 200000 && lwnvme_operation_active(&set.operation); turn++) {
        if (set.list.status == LWNVME_PENDING && lwnvme_controller_reset(bench.controller) == 0) {
            assert_int_equal(bench_settle(&bench), 0);
        }
        (void)lwnvme_operation_step(&set.operation);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_false(lwnvme_operation_active(&set.operation));
    assert_int_equal(set.operation.status, LWNVME_ERR_ABORTED);
    assert_int_equal(identified[2], 0);
    assert_int_equal(report_count, 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(memory[i].status, 0);
    }
    bench_end(&bench);
}

/* The same for a handle that was not listed, once. */
static void a_reset_while_one_that_was_not_listed_is_asked_for(void **state)
{
    uint32_t resets = 0;
    (void)state;
    start(3);
    forged_list[0] = 1;
    forged_list[1] = 2;
    forged_count = 2;
    assert_int_equal(lwnvme_namespace_set_rescan(bench.controller, &set), 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 1000;
    for (uint32_t turn = 0; turn < 200000 && lwnvme_operation_active(&set.operation); turn++) {
        if (set.probe.status == LWNVME_PENDING && set.probe.nsid == 3 && resets == 0) {
            resets++;
            assert_int_equal(lwnvme_controller_reset(bench.controller), 0);
            assert_int_equal(bench_settle(&bench), 0);
        }
        (void)lwnvme_operation_step(&set.operation);
        lwnvme_sim_advance(bench.sim, 100);
    }
    assert_int_equal(resets, 1);
    assert_int_equal(set.operation.status, 0);
    assert_int_equal(memory[2].status, 0);
    assert_int_equal(report_count, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_finds_all),
        cmocka_unit_test(what_has_not_changed_is_not_touched),
        cmocka_unit_test(attached_and_detached),
        cmocka_unit_test(those_in_use_can_be_listed),
        cmocka_unit_test(what_was_removed_stays_removed),
        cmocka_unit_test(larger_and_smaller),
        cmocka_unit_test(another_format),
        cmocka_unit_test(other_changes),
        cmocka_unit_test(limits_of_commands_change),
        cmocka_unit_test(metadata_and_protection_information_move),
        cmocka_unit_test(another_namespace_under_the_same_number_gets_another_handle),
        cmocka_unit_test(identifiers_that_are_missing_say_nothing),
        cmocka_unit_test(more_namespaces_than_handles),
        cmocka_unit_test(fault_043_lists_out_of_order_do_not_matter),
        cmocka_unit_test(a_list_that_leaves_some_out_removes_none),
        cmocka_unit_test(one_that_is_listed_and_not_there_is_removed),
        cmocka_unit_test(fault_043_a_list_without_an_end_ends),
        cmocka_unit_test(a_full_page_that_leads_nowhere_is_read_once_more_at_most),
        cmocka_unit_test(one_that_cannot_be_read_now_is_left_as_it_was),
        cmocka_unit_test(fault_044_without_the_list_each_namespace_is_asked_for),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(asked_for_again_it_goes_round_once_more),
        cmocka_unit_test(a_reset_in_between_is_survived),
        cmocka_unit_test(a_close_in_between_ends_it),
        cmocka_unit_test(out_of_time_it_ends_once_its_last_command_has),
        cmocka_unit_test(while_a_command_is_under_way_nothing_else_is_due),
        cmocka_unit_test(handles_of_an_earlier_opening_are_removed),
        cmocka_unit_test(one_that_an_operation_has_is_left_to_it),
        cmocka_unit_test(a_handle_may_be_given_back_in_the_callback),
        cmocka_unit_test(the_controller_may_be_closed_in_the_callback),
        cmocka_unit_test(requests_that_wait_are_given_back_if_the_queues_are_the_owners),
        cmocka_unit_test(the_set_is_its_owners_from_done_on),
        cmocka_unit_test(a_list_that_resets_take_away_each_time),
        cmocka_unit_test(a_reset_while_one_that_was_not_listed_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
