/* SPDX-License-Identifier: MIT */
/*
 * Key value namespaces on the software controller, which has the layouts from other drivers and emulators, not from this
 * library's header: what is stored is looked at past the driver, lists are read key by key.
 */
#include "scenario.h"

#include <lwnvme/sync_feature.h>

#define SIZE_BLOCKS 256u /* of 512 bytes: 128 KiB of keys and values */
#define EDNEK_FID   0x20

static struct lwnvme_kv kv;
static uint8_t memory[65536] __attribute__((aligned(4096)));

static void prepare(struct scenario *s)
{
    scenario_prepare(s);
    s->settings.cap_css = 0x41;
    s->settings.command_sets = 3;
    s->settings.ns[0].csi = 1;
    s->settings.ns[0].nsze = s->settings.ns[0].ncap = SIZE_BLOCKS;
    s->settings.kv.nkvf = 2;
    s->settings.kv.kvfc = 1;
    s->settings.kv.kvkml = 12;
    s->settings.kv.kvvml = 50000;
    s->settings.kv.mnks = 40;
    s->settings.kv.novg = 512;
}

static void run(struct scenario *s)
{
    scenario_start(s);
    scenario_queue(s, 8);
    assert_int_equal(lwnvme_sync_kv_open(s->controller, 1, &kv), LWNVME_OK);
}

static struct lwnvme_key key_of(const char *text)
{
    struct lwnvme_key key = {.length = (uint8_t)strlen(text)};

    memcpy(key.bytes, text, key.length);
    return key;
}

static int store(struct scenario *s, const char *text, uint32_t bytes, uint32_t options)
{
    struct lwnvme_key key = key_of(text);

    return lwnvme_status_code(lwnvme_sync_kv_store(s->queue, &kv, &key, memory, bytes, options));
}

/* What the controller has under a key is what begins at `expected`. */
static void stored(struct scenario *s, const char *text, const uint8_t *expected, size_t bytes)
{
    size_t there;
    const void *value = lwnvme_sim_kv_value(s->sim, 1, text, strlen(text), &there);

    assert_non_null(value);
    assert_int_equal(there, bytes);
    assert_memory_equal(value, expected, bytes);
}

static void the_format_in_use_is_that_of_the_namespace(void **state)
{
    struct scenario s;

    (void)state;
    prepare(&s);
    memset(s.settings.ns[0].eui64, 0xff, 8); /* none */
    memset(s.settings.ns[0].nguid, 7, 16);
    run(&s);
    assert_false(kv.ns.has_eui64);
    assert_true(kv.ns.has_nguid);
    assert_memory_equal(kv.ns.nguid, s.settings.ns[0].nguid, 16);
    assert_int_equal(kv.key_bytes_max, 12);
    assert_int_equal(kv.value_bytes_max, 50000);
    assert_int_equal(kv.keys_max, 40);
    assert_int_equal(kv.optimal_bytes, 512);
    assert_int_equal(kv.size_bytes, SIZE_BLOCKS * 512);
    assert_int_equal(kv.used_bytes, 0);
    memset(memory, 1, 100);
    assert_int_equal(store(&s, "abc", 100, 0), 0);
    assert_int_equal(lwnvme_sync_kv_open(s.controller, 1, &kv), LWNVME_OK);
    assert_int_equal(kv.used_bytes, 103);
    scenario_end(&s);
}

/* Keys of each length, values of many, also such as end within a dword and lie over several pages. */
static void values_come_back_whole_or_in_part(void **state)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 4, 5, 511, 4095, 4096, 4097, 12289, 49999, 50000};
    static uint8_t value[50000];
    struct scenario s;

    (void)state;
    prepare(&s);
    run(&s);
    for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const char *text = "ABCDEFGHIJKL" + i % 12;
        struct lwnvme_key key = key_of(text);
        size_t bytes = sizeof(memory);

        scenario_fill(memory, sizes[i], i);
        memcpy(value, memory, sizes[i]);
        assert_int_equal(store(&s, text, sizes[i], 0), 0);
        stored(&s, text, value, sizes[i]);
        memset(memory, 0xaa, sizeof(memory));
        bytes = sizes[i];
        assert_int_equal(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0), LWNVME_OK);
        assert_int_equal(bytes, sizes[i]);
        assert_memory_equal(memory, value, sizes[i]);
        assert_int_equal(memory[sizes[i]], 0xaa);
        memset(memory, 0xaa, sizeof(memory));
        bytes = 3;
        assert_int_equal(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, LWNVME_KV_RAW),
                         LWNVME_OK);
        assert_int_equal(bytes, sizes[i]); /* all of it is told, three bytes have come */
        assert_memory_equal(memory, value, sizes[i] < 3 ? sizes[i] : 3);
        assert_int_equal(memory[3], 0xaa);
        assert_int_equal(lwnvme_sync_kv_delete(s.queue, &kv, &key), LWNVME_OK);
        assert_null(lwnvme_sim_kv_value(s.sim, 1, text, strlen(text), &bytes));
    }
    scenario_end(&s);
}

/* A value from pieces of memory; and how much has arrived where there is more room than value. */
static void values_in_pieces_of_memory(void **state)
{
    struct lwnvme_segment segments[2] = {{(uintptr_t)memory + 4096, 4096}, {(uintptr_t)memory + 16384, 76}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 2, 0);
    struct lwnvme_key key = key_of("pieces");
    struct tracked *io;
    struct scenario s;
    size_t bytes;

    (void)state;
    prepare(&s);
    run(&s);
    scenario_fill(memory, sizeof(memory), 9);
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_kv_store(s.queue, &kv, &io->request, &key, &buffer, 0)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    const uint8_t *value = lwnvme_sim_kv_value(s.sim, 1, "pieces", 6, &bytes);
    assert_int_equal(bytes, 4096 + 76);
    assert_memory_equal(value, memory + 4096, 4096);
    assert_memory_equal(value + 4096, memory + 16384, 76);
    segments[1].length_bytes = 77;
    assert_int_equal(lwnvme_kv_store(s.queue, &kv, &io->request, &key, &buffer, 0),
                     LWNVME_ERR_BUFFER_ALIGNMENT);
    segments[1].length_bytes = 8192;
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_kv_retrieve(s.queue, &kv, &io->request, &key, &buffer, 0)),
                     LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(io->request.status, LWNVME_OK);
    assert_int_equal(io->request.bytes_done, 4096 + 76);
    assert_int_equal(lwnvme_kv_value_bytes(&io->request), 4096 + 76);
    scenario_end(&s);
}

static void options_and_errors_by_name(void **state)
{
    struct lwnvme_key key = key_of("one");
    struct scenario s;
    size_t bytes = 100;

    (void)state;
    prepare(&s);
    run(&s);
    memset(memory, 1, 1000);
    assert_int_equal(store(&s, "one", 10, LWNVME_KV_MUST_EXIST), LWNVME_SC_KV_KEY_DOES_NOT_EXIST);
    assert_int_equal(store(&s, "one", 10, LWNVME_KV_MUST_NOT_EXIST), 0);
    memset(memory, 2, 1000);
    assert_int_equal(store(&s, "one", 10, LWNVME_KV_MUST_NOT_EXIST), LWNVME_SC_KV_KEY_EXISTS);
    stored(&s, "one", (const uint8_t *)"\1\1\1\1\1\1\1\1\1\1", 10);
    assert_int_equal(store(&s, "one", 20, LWNVME_KV_MUST_EXIST | LWNVME_KV_NO_COMPRESSION), 0);
    stored(&s, "one", memory, 20);
    assert_int_equal(lwnvme_sync_kv_exist(s.queue, &kv, &key), LWNVME_OK);
    key.length = 2;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_exist(s.queue, &kv, &key)),
                     LWNVME_SC_KV_KEY_DOES_NOT_EXIST);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0)),
                     LWNVME_SC_KV_KEY_DOES_NOT_EXIST);
    /* A key that is not there: an error to delete only where that was asked for. */
    assert_int_equal(lwnvme_sync_kv_delete(s.queue, &kv, &key), LWNVME_OK);
    assert_int_equal(lwnvme_sync_feature_set(s.controller, EDNEK_FID, 1, 1, false), LWNVME_OK);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_delete(s.queue, &kv, &key)),
                     LWNVME_SC_KV_KEY_DOES_NOT_EXIST);
    key.length = 3;
    assert_true(lwnvme_sim_kv_spoil(s.sim, 1, "one", 3));
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0)),
                     LWNVME_SC_KV_UNRECOVERED_ERROR);
    assert_int_equal(store(&s, "one", 5, 0), 0);
    assert_int_equal(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0), LWNVME_OK);
    assert_int_equal(lwnvme_sync_flush(s.queue, &kv.ns), LWNVME_OK);
    scenario_end(&s);
}

/* The library knows the limits, and where it is told others than the controller has, that one does. */
static void limits_are_kept_on_both_sides(void **state)
{
    struct lwnvme_key key = key_of("ABCDEFGHIJKLM");
    struct scenario s;

    (void)state;
    prepare(&s);
    run(&s);
    assert_int_equal(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, 1, 0), LWNVME_ERR_KEY_LENGTH);
    key.length = 0;
    assert_int_equal(lwnvme_sync_kv_exist(s.queue, &kv, &key), LWNVME_ERR_KEY_LENGTH);
    key.length = 5;
    assert_int_equal(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, 50001, 0), LWNVME_ERR_VALUE_LENGTH);
    assert_int_equal(lwnvme_sim_counters(s.sim)->io_commands[1], 0);
    kv.key_bytes_max = 16;
    kv.value_bytes_max = 60000;
    key.length = 13;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, 1, 0)),
                     LWNVME_SC_KV_INVALID_KEY_SIZE);
    key.length = 12;
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, 50001, 0)),
                     LWNVME_SC_KV_INVALID_VALUE_SIZE);
    assert_int_equal(store(&s, "a", 50000, 0), 0);
    assert_int_equal(store(&s, "b", 50000, 0), 0);
    assert_int_equal(store(&s, "c", 50000, 0), LWNVME_SC_CAPACITY_EXCEEDED);
    assert_int_equal(store(&s, "a", 40000, 0), 0); /* in place of what it had */
    assert_int_equal(store(&s, "c", 41069, 0), 0); /* to the last byte */
    assert_int_equal(store(&s, "d", 0, 0), LWNVME_SC_CAPACITY_EXCEEDED);
    assert_int_equal(store(&s, "c", 0, 0), 0);
    for (uint32_t i = 3; i < 40; i++) {
        char text[8];

        assert_true(snprintf(text, sizeof(text), "n%u", i) > 0);
        assert_int_equal(store(&s, text, 0, 0), 0);
    }
    assert_int_equal(store(&s, "z", 0, 0), LWNVME_SC_CAPACITY_EXCEEDED); /* 40 keys there are */
    scenario_end(&s);
}

/* All keys in so small pieces, each from the last one that came; in either order of the controller's. */
static void list_all(struct scenario *s, uint32_t room, uint32_t expected)
{
    bool seen[40] = {false};
    struct lwnvme_key last = {0};
    uint32_t found = 0;
    uint32_t came = 2;

    for (uint32_t turns = 0; came > (found == 0 ? 0u : 1u) || turns == 0; turns++) {
        struct lwnvme_kv_keys keys;
        struct lwnvme_key key;
        uint32_t had = last.length == 0 ? 0u : 1u;

        assert_true(turns < 100);
        memset(memory, 0xff, 4096);
        assert_int_equal(lwnvme_sync_kv_list(s->queue, &kv, had == 0 ? NULL : &last, memory, room),
                         LWNVME_OK);
        assert_int_equal(memory[room], 0xff);
        lwnvme_kv_keys_begin(&keys, memory, room);
        came = keys.left;
        for (uint32_t i = 0; lwnvme_kv_keys_next(&keys, &key) == LWNVME_OK; i++) {
            uint32_t number = (uint32_t)(key.bytes[0] - 'A');

            if (i == 0 && had != 0) {
                assert_int_equal(key.length, last.length);
                assert_memory_equal(key.bytes, last.bytes, sizeof(key.bytes));
                continue;
            }
            assert_true(number < 40 && !seen[number]);
            assert_int_equal(key.length, 1 + number % 12);
            seen[number] = true;
            found++;
            last = key;
        }
    }
    assert_int_equal(found, expected);
}

static void lists_lead_to_all_keys(void **state)
{
    (void)state;
    for (uint32_t sorted = 0; sorted < 2; sorted++) {
        struct scenario s;

        prepare(&s);
        s.settings.kv.sorted = sorted != 0;
        run(&s);
        list_all(&s, 64, 0);
        for (uint32_t i = 0; i < 30; i++) {
            char text[13] = {0};

            memset(text, 'x', 1 + (i * 7 % 30) % 12);
            text[0] = (char)('A' + i * 7 % 30);
            assert_int_equal(store(&s, text, i, 0), 0);
        }
        for (uint32_t room = 36; room <= 1024; room += 44) {
            list_all(&s, room, 30);
        }
        scenario_end(&s);
    }
}

/* In order, from a key that is not there; what goes on meanwhile is seen or not, but nothing twice or wrong. */
static void lists_begin_at_the_next_key(void **state)
{
    static const char *const texts[] = {"b", "ba", "a", "c", "bb"};
    static const uint8_t expected[] = {3, 0, 0, 0, 2, 0, 'b', 'a', 2, 0, 'b', 'b', 1, 0, 'c', 0};
    struct lwnvme_key from = key_of("b0");
    struct scenario s;

    (void)state;
    prepare(&s);
    run(&s);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(store(&s, texts[i], 4, 0), 0);
    }
    assert_int_equal(lwnvme_sync_kv_list(s.queue, &kv, &from, memory, 64), LWNVME_OK);
    assert_memory_equal(memory, expected, sizeof(expected));
    from = key_of("d");
    assert_int_equal(lwnvme_sync_kv_list(s.queue, &kv, &from, memory, 64), LWNVME_OK);
    assert_int_equal(memory[0] | memory[1] | memory[2] | memory[3], 0);
    scenario_end(&s);
}

/* Promise 10: what was acknowledged and flushed is on the medium; what was not may be as before. */
static void flushed_values_survive_a_power_cut(void **state)
{
    struct lwnvme_key key = key_of("gone");
    struct scenario s;
    size_t bytes;

    (void)state;
    prepare(&s);
    run(&s);
    memset(memory, 1, 16);
    assert_int_equal(store(&s, "kept", 16, 0), 0);
    assert_int_equal(store(&s, "gone", 16, 0), 0);
    assert_int_equal(lwnvme_sync_kv_delete(s.queue, &kv, &key), LWNVME_OK);
    assert_int_equal(store(&s, "back", 16, 0), 0);
    assert_int_equal(lwnvme_sync_flush(s.queue, &kv.ns), LWNVME_OK);
    key = key_of("back");
    assert_int_equal(lwnvme_sync_kv_delete(s.queue, &kv, &key), LWNVME_OK);
    memset(memory, 2, 16);
    assert_int_equal(store(&s, "kept", 8, 0), 0);
    assert_int_equal(store(&s, "new", 8, 0), 0);
    lwnvme_sim_power_cut(s.sim);
    memset(memory, 1, 16);
    stored(&s, "kept", memory, 16);
    stored(&s, "back", memory, 16);
    assert_null(lwnvme_sim_kv_value(s.sim, 1, "gone", 4, &bytes));
    assert_null(lwnvme_sim_kv_value(s.sim, 1, "new", 3, &bytes));
    scenario_end(&s);
}

/* What a dictionary of this file says, call by call. */
static void random_calls_agree_with_a_reference(void **state)
{
    static uint8_t values[20][256];
    int32_t lengths[20];
    uint32_t random = 5;
    struct scenario s;

    (void)state;
    prepare(&s);
    run(&s);
    memset(lengths, -1, sizeof(lengths));
    for (uint32_t turn = 0; turn < 2000; turn++) {
        uint32_t which = scenario_random(&random) % 20;
        struct lwnvme_key key = key_of("ABCDEFGHIJKL" + which % 12);
        uint32_t options = scenario_random(&random) % 3;
        uint32_t length = scenario_random(&random) % 256;
        size_t bytes = length;
        int status = 0;

        key.bytes[0] = (uint8_t)(which * 13);
        switch (scenario_random(&random) % 4) {
        case 0:
            scenario_fill(memory, 256, turn);
            status = lengths[which] < 0 ? (options == 1 ? LWNVME_SC_KV_KEY_DOES_NOT_EXIST : 0)
                                        : (options == 2 ? LWNVME_SC_KV_KEY_EXISTS : 0);
            assert_int_equal(
                lwnvme_status_code(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, length, options)),
                status);
            if (status == 0) {
                memcpy(values[which], memory, length);
                lengths[which] = (int32_t)length;
            }
            break;
        case 1:
            assert_int_equal(
                lwnvme_status_code(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0)),
                lengths[which] < 0 ? LWNVME_SC_KV_KEY_DOES_NOT_EXIST : 0);
            if (lengths[which] >= 0) {
                assert_int_equal(bytes, lengths[which]);
                assert_memory_equal(memory, values[which], bytes < length ? bytes : length);
            }
            break;
        case 2:
            assert_int_equal(lwnvme_sync_kv_delete(s.queue, &kv, &key), LWNVME_OK);
            lengths[which] = -1;
            break;
        default:
            assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_exist(s.queue, &kv, &key)),
                             lengths[which] < 0 ? LWNVME_SC_KV_KEY_DOES_NOT_EXIST : 0);
        }
        if (turn % 500 == 499) {
            assert_int_equal(scenario_reset(&s), LWNVME_OK);
        }
    }
    scenario_end(&s);
}

static void many_in_flight_end_in_any_order(void **state)
{
    struct tracked *io[8];
    struct scenario s;

    (void)state;
    prepare(&s);
    s.settings.shuffle = true;
    run(&s);
    scenario_fill(memory, sizeof(memory), 3);
    for (uint32_t retrieve = 0; retrieve < 2; retrieve++) {
        for (uint32_t i = 0; i < 8; i++) {
            struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory + 4096 * (size_t)i, 1000 + i);
            struct lwnvme_key key = key_of("many0");

            key.bytes[4] = (uint8_t)('0' + i);
            io[i] = scenario_request(&s);
            int status = retrieve != 0 ? lwnvme_kv_retrieve(s.queue, &kv, &io[i]->request, &key, &buffer, 0)
                                       : lwnvme_kv_store(s.queue, &kv, &io[i]->request, &key, &buffer, 0);
            assert_int_equal(scenario_accept(io[i], status), LWNVME_OK);
        }
        scenario_wait_all(&s, s.queue);
        for (uint32_t i = 0; i < 8; i++) {
            uint8_t expected[2000];
            char text[6] = "many0";

            text[4] = (char)('0' + i);
            assert_int_equal(io[i]->request.status, LWNVME_OK);
            assert_int_equal(io[i]->request.bytes_done, 1000 + i);
            memcpy(expected, memory + 4096 * (size_t)i, 1000 + i);
            stored(&s, text, expected, 1000 + i);
        }
    }
    scenario_end(&s);
}

/* Commands of blocks on keys and of keys on blocks; a namespace that is not to be written; one that others have reserved. */
static void what_does_not_go_together(void **state)
{
    const struct lwnvme_command verify = {.opcode = LWNVME_NVM_VERIFY, .nsid = 1};
    const uint64_t keys[2] = {0, 77};
    struct lwnvme_key key = key_of("one");
    struct lwnvme_namespace blocks;
    struct tracked *io;
    struct scenario s;
    size_t bytes = 4;

    (void)state;
    prepare(&s);
    s.settings.namespace_count = 2;
    s.settings.oncs |= LWNVME_ONCS_RESERVATIONS;
    s.settings.ns[1] = s.settings.ns[0];
    s.settings.ns[1].csi = 0;
    run(&s);
    assert_int_equal(lwnvme_sync_namespace_open(s.controller, 2, &blocks), LWNVME_OK);
    assert_int_equal(lwnvme_sync_write(s.queue, &blocks, 0, 8, memory, 0), LWNVME_OK);
    assert_true(lwnvme_sync_namespace_open(s.controller, 1, &blocks) != LWNVME_OK);
    assert_int_equal(store(&s, "one", 4, 0), 0);
    io = scenario_request(&s);
    assert_int_equal(scenario_accept(io, lwnvme_raw(s.queue, &io->request, &verify, NULL)), LWNVME_OK);
    scenario_wait_all(&s, s.queue);
    assert_int_equal(lwnvme_status_code(io->request.status), LWNVME_SC_INVALID_COMMAND_OPCODE);
    /* Another host, with a reservation that lets others read. */
    assert_int_equal(lwnvme_sim_reservation_act(s.sim, 1, 1, LWNVME_NVM_RESERVATION_REGISTER, 0, keys), 0);
    assert_int_equal(lwnvme_sim_reservation_act(s.sim, 1, 1, LWNVME_NVM_RESERVATION_ACQUIRE, 0x108,
                                                (const uint64_t[2]){77, 0}),
                     0);
    assert_int_equal(store(&s, "one", 4, 0), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(lwnvme_status_code(lwnvme_sync_kv_delete(s.queue, &kv, &key)),
                     LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(lwnvme_sync_kv_exist(s.queue, &kv, &key), LWNVME_OK);
    assert_int_equal(lwnvme_sync_kv_retrieve(s.queue, &kv, &key, memory, &bytes, 0), LWNVME_OK);
    scenario_end(&s);

    prepare(&s);
    s.settings.ns[0].nsattr = 1;
    run(&s);
    assert_int_equal(lwnvme_sync_kv_store(s.queue, &kv, &key, memory, 1, 0), LWNVME_ERR_READ_ONLY);
    kv.ns.read_only = false;
    assert_int_equal(store(&s, "one", 1, 0), LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED);
    scenario_end(&s);
}

/* Keys may be reserved as blocks are. */
static void keys_can_be_reserved(void **state)
{
    struct lwnvme_reservation mine = {.action = LWNVME_RREGA_REGISTER, .other_key = 5};
    struct lwnvme_reservation_list report = {.memory = memory, .memory_bytes = 48};
    struct lwnvme_reservation_host host;
    struct tracked *io;
    struct scenario s;

    (void)state;
    for (uint32_t has = 0; has < 2; has++) {
        prepare(&s);
        s.settings.oncs &= (uint16_t)~LWNVME_ONCS_RESERVATIONS;
        s.settings.oncs |= has != 0 ? LWNVME_ONCS_RESERVATIONS : 0;
        run(&s);
        io = scenario_request(&s);
        if (has == 0) {
            assert_int_equal(
                scenario_accept(io, lwnvme_reservation_register(s.queue, &kv.ns, &io->request, &mine)),
                LWNVME_ERR_NO_RESERVATIONS);
            scenario_end(&s);
            continue;
        }
        assert_int_equal(
            scenario_accept(io, lwnvme_reservation_register(s.queue, &kv.ns, &io->request, &mine)),
            LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(io->request.bytes_done, 16);
        io = scenario_request(&s);
        assert_int_equal(
            scenario_accept(io, lwnvme_reservation_report(s.queue, &kv.ns, &io->request, &report)),
            LWNVME_OK);
        scenario_wait_all(&s, s.queue);
        assert_int_equal(io->request.status, LWNVME_OK);
        assert_int_equal(io->request.bytes_done, 48);
        assert_int_equal(lwnvme_reservation_report_check(&report), LWNVME_OK);
        assert_true(lwnvme_reservation_host_get(&report, 0, &host));
        assert_int_equal(host.key, 5);
        scenario_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_can_be_reserved),
        cmocka_unit_test(the_format_in_use_is_that_of_the_namespace),
        cmocka_unit_test(values_come_back_whole_or_in_part),
        cmocka_unit_test(values_in_pieces_of_memory),
        cmocka_unit_test(options_and_errors_by_name),
        cmocka_unit_test(limits_are_kept_on_both_sides),
        cmocka_unit_test(lists_lead_to_all_keys),
        cmocka_unit_test(lists_begin_at_the_next_key),
        cmocka_unit_test(flushed_values_survive_a_power_cut),
        cmocka_unit_test(random_calls_agree_with_a_reference),
        cmocka_unit_test(many_in_flight_end_in_any_order),
        cmocka_unit_test(what_does_not_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
