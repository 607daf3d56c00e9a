/* SPDX-License-Identifier: MIT */
/* Key value namespaces: opening, each command as it stands in the ring, what is refused, and lists of keys. */
#include "zoned.h"

static struct lwnvme_kv kv;
static uint8_t memory[4096] __attribute__((aligned(4096)));
static const struct lwnvme_key key = {9, "\1\2\3\4\5\6\7\10\11"};

static void start(void)
{
    sets_power(0, 100, 0);
    assert_int_equal(lwnvme_sync_kv_open(bench.controller, 3, &kv), 0);
    sets_take(&kv.ns);
}

static void opening_reads_the_limits(void **state)
{
    (void)state;
    sets_power(0, 100, 0);
    assert_true(lwnvme_sync_kv_open(bench.controller, 1, &kv) > 0);
    assert_int_equal(lwnvme_sync_kv_open(bench.controller, 0, &kv), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_kv_open(bench.controller, 4, &kv), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_sync_kv_open(bench.controller, 3, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_sync_kv_open(bench.controller, 3, &kv), 0);
    assert_int_equal(kv.key_bytes_max, 16);
    assert_int_equal(kv.value_bytes_max, 1 << 20);
    assert_int_equal(kv.keys_max, 1000000);
    assert_int_equal(kv.optimal_bytes, 4096);
    bench_end(&bench);
}

static void key_is_in_its_places(void)
{
    assert_int_equal(command[1], 3);
    assert_int_equal(command[2], 0x04030201);
    assert_int_equal(command[3], 0x08070605);
    assert_int_equal(command[14], 9);
    assert_int_equal(command[15], 0);
    assert_int_equal(command[11] & 0xff, 9);
}

static void commands(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, 101);
    (void)state;
    start();
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer,
                                     LWNVME_KV_MUST_EXIST | LWNVME_KV_NO_COMPRESSION),
                     0);
    sets_answer(0, 0);
    key_is_in_its_places();
    assert_int_equal(command[0] & 0xff, 1);
    assert_int_equal(command[10], 101);
    assert_int_equal(command[11] >> 8, 5);
    assert_int_equal(io.request.bytes_done, 101);
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, NULL, 0), 0);
    sets_answer(0, 0);
    assert_int_equal(command[10], 0);
    assert_int_equal(command[6] | command[7], 0);
    for (uint32_t length = 50; length < 250; length += 151) { /* shorter, and longer than the memory */
        assert_int_equal(lwnvme_kv_retrieve(&fake.queue, &kv, &io.request, &key, &buffer, LWNVME_KV_RAW), 0);
        sets_answer(0, length);
        key_is_in_its_places();
        assert_int_equal(command[0] & 0xff, 2);
        assert_int_equal(command[11] >> 8, 1);
        assert_int_equal(lwnvme_kv_value_bytes(&io.request), length);
        assert_int_equal(io.request.bytes_done, length < 101 ? length : 101);
    }
    assert_int_equal(lwnvme_kv_delete(&fake.queue, &kv, &io.request, &key), 0);
    sets_answer(0, 0);
    key_is_in_its_places();
    assert_int_equal(command[0] & 0xff, 0x10);
    assert_int_equal(lwnvme_kv_exist(&fake.queue, &kv, &io.request, &key), 0);
    sets_answer(LWNVME_SC_KV_KEY_DOES_NOT_EXIST, 0);
    assert_int_equal(command[0] & 0xff, 0x14);
    assert_int_equal(lwnvme_status_code(io.request.status), LWNVME_SC_KV_KEY_DOES_NOT_EXIST);
    fake_end(&fake);
}

static void refused_by_name(void **state)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, sizeof(memory));
    struct lwnvme_key other = key;
    (void)state;
    start();
    assert_int_equal(lwnvme_kv_exist(&fake.queue, NULL, &io.request, &key), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_kv_exist(&fake.queue, &kv, &io.request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    for (other.length = 0; other.length <= 17; other.length += 17) {
        assert_int_equal(lwnvme_kv_exist(&fake.queue, &kv, &io.request, &other), LWNVME_ERR_KEY_LENGTH);
    }
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer, 3),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer, 8),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_kv_retrieve(&fake.queue, &kv, &io.request, &key, &buffer, 2),
                     LWNVME_ERR_INVALID_ARGUMENT);
    kv.value_bytes_max = 100;
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer, 0),
                     LWNVME_ERR_VALUE_LENGTH);
    buffer.length_bytes = 1 << 18;
    assert_int_equal(lwnvme_kv_retrieve(&fake.queue, &kv, &io.request, &key, &buffer, 0),
                     LWNVME_ERR_TRANSFER_SIZE);
    assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    buffer.length_bytes = 3;
    assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, NULL, &buffer), LWNVME_ERR_BUFFER_LENGTH);
    assert_int_equal(lwnvme_read(&fake.queue, &kv.ns, &io.request, 0, 1, &buffer), LWNVME_ERR_LBA_RANGE);
    kv.ns.read_only = true;
    assert_int_equal(lwnvme_kv_delete(&fake.queue, &kv, &io.request, &key), LWNVME_ERR_READ_ONLY);
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, NULL, 0), LWNVME_ERR_READ_ONLY);
    assert_int_equal(fake_told(&fake), 0);
    fake_end(&fake);
}

static void lists_are_looked_at(void **state)
{
    static const uint8_t list[20] = {2, 0, 0, 0, 1, 0, 'a', 0, 5, 0, 'b', 'c', 'd', 'e', 'f', 0};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(memory, sizeof(list));
    struct lwnvme_kv_keys keys;
    struct lwnvme_key seen;
    (void)state;
    start();
    memcpy(memory, list, sizeof(list));
    assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, &key, &buffer), 0);
    sets_answer(0, 0);
    key_is_in_its_places();
    assert_int_equal(command[0] & 0xff, 6);
    assert_int_equal(command[10], 20);
    assert_int_equal(io.request.status, 0);
    lwnvme_kv_keys_begin(&keys, memory, sizeof(list));
    assert_int_equal(keys.left, 2);
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), 0);
    assert_int_equal(seen.length, 1);
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), 0);
    assert_memory_equal(seen.bytes, "bcdef", 5);
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), LWNVME_PENDING);
    for (uint32_t kind = 0; kind < 4; kind++) {
        memcpy(memory, list, sizeof(list));
        memory[0] = kind == 0 ? 4 : 2;
        memory[8] = kind == 1 ? 0 : kind == 2 ? 17 : kind == 3 ? 11 : 5;
        assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, NULL, &buffer), 0);
        sets_answer(0, 0);
        assert_int_equal(command[11], 0);
        assert_int_equal(io.request.status, LWNVME_ERR_KEY_DATA);
    }
    fake_end(&fake);
}

static uint32_t kind;

/* What a controller may say of such a namespace, and what becomes of it. */
static void odd_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t page[4096])
{
    struct lwnvme_identify_kv_namespace *said = (struct lwnvme_identify_kv_namespace *)(void *)page;
    (void)context;
    if (cns != LWNVME_CNS_COMMAND_SET_NAMESPACE || nsid != 3) {
        return;
    }
    if (kind == 0) {
        lwnvme_le64_set(&said->nsze, 0);
    } else if (kind == 1) {
        said->nkvf = 0;
        said->kvfc = 1;
    } else if (kind == 2) {
        lwnvme_le16_set(&said->kvf[0].kvkml, 0);
    } else {
        lwnvme_le16_set(&said->kvf[0].kvkml, 17);
    }
}

static void limits_are_not_believed(void **state)
{
    static const int expected[] = {LWNVME_ERR_NS_INACTIVE, LWNVME_ERR_NS_FORMAT, LWNVME_ERR_NS_FORMAT, 0};
    (void)state;
    sets_power(0, 100, 0);
    lwnvme_sim_settings(bench.sim)->on_identify = odd_identify;
    for (kind = 0; kind < 4; kind++) {
        assert_int_equal(lwnvme_sync_kv_open(bench.controller, 3, &kv), expected[kind]);
    }
    assert_int_equal(kv.key_bytes_max, 16);
    assert_int_equal(lwnvme_kv_open(NULL, 3, &kv), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(kv.ns.status, LWNVME_ERR_NULL_ARGUMENT);
    bench.controller->info.nn = UINT32_MAX;
    assert_int_equal(lwnvme_kv_open(bench.controller, LWNVME_NSID_ALL, &kv), LWNVME_ERR_NS_INVALID_ID);
    bench_end(&bench);
}

static void buffers_of_any_form(void **state)
{
    const struct lwnvme_segment segments[3] = {
        {(uintptr_t)memory, 80}, {(uintptr_t)memory + 80, 20}, {(uintptr_t)memory + 100, 8}};
    struct lwnvme_buffer buffer = lwnvme_buffer_segments(segments, 3, 0);
    struct lwnvme_buffer device = lwnvme_buffer_device(0x12340000u, 64);
    (void)state;
    start();
    /* All of a list counts, and no more of it is looked at than is needed to refuse it. */
    kv.value_bytes_max = 90;
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer, 0),
                     LWNVME_ERR_VALUE_LENGTH);
    kv.value_bytes_max = 108;
    assert_int_equal(lwnvme_kv_store(&fake.queue, &kv, &io.request, &key, &buffer, 0), 0);
    sets_answer(0, 0);
    assert_int_equal(command[10], 108);
    /* How long a value is can be asked without memory for it. */
    assert_int_equal(lwnvme_kv_retrieve(&fake.queue, &kv, &io.request, &key, NULL, 0), 0);
    sets_answer(0, 5000);
    assert_int_equal(command[10], 0);
    assert_int_equal(lwnvme_kv_value_bytes(&io.request), 5000);
    /* A list is looked at where the library can read it, and nowhere else. */
    memset(memory, 0xff, sizeof(memory));
    assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, NULL, &buffer), 0);
    sets_answer(0, 0);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(lwnvme_kv_list(&fake.queue, &kv, &io.request, NULL, &device), 0);
    sets_answer(0, 0);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(lwnvme_kv_list(&fake.queue, NULL, &io.request, NULL, &device), LWNVME_ERR_NULL_ARGUMENT);
    fake_end(&fake);
}

static void lists_that_end_early(void **state)
{
    static const uint8_t list[] = {2, 0, 0, 0, 1, 0, 'a'};
    struct lwnvme_kv_keys keys;
    struct lwnvme_key seen;
    (void)state;
    lwnvme_kv_keys_begin(&keys, list, 3); /* no room for the count */
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), LWNVME_PENDING);
    lwnvme_kv_keys_begin(&keys, list, 5); /* nor for a length */
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), LWNVME_ERR_KEY_DATA);
    lwnvme_kv_keys_begin(&keys, list, 7); /* nor for what fills a key up, which nobody needs */
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), 0);
    assert_int_equal(seen.length, 1);
    assert_int_equal(seen.bytes[0], 'a');
    assert_int_equal(lwnvme_kv_keys_next(&keys, &seen), LWNVME_ERR_KEY_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_reads_the_limits), cmocka_unit_test(commands),
        cmocka_unit_test(refused_by_name),          cmocka_unit_test(lists_are_looked_at),
        cmocka_unit_test(limits_are_not_believed),  cmocka_unit_test(buffers_of_any_form),
        cmocka_unit_test(lists_that_end_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
