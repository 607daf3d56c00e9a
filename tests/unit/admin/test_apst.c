/* SPDX-License-Identifier: MIT */
/* Autonomous power state transitions: the table, and what is made of power state descriptors. */
#include "feature_bench.h"

/* PS0 to PS2 work; PS3 and PS4 sleep, for 1 ms and 40 ms. */
static void states_put(void)
{
    bench.settings.apsta = 1;
    bench.settings.npss = 4;
    memset(bench.settings.psd, 0, sizeof(bench.settings.psd));
    bench.settings.psd[3].nops = true;
    bench.settings.psd[3].enlat = 200;
    bench.settings.psd[3].exlat = 800;
    bench.settings.psd[4].nops = true;
    bench.settings.psd[4].enlat = 15000;
    bench.settings.psd[4].exlat = 25000;
}

static void start(void)
{
    bench_prepare(&bench);
    states_put();
    feature_open();
}

static void entry_is(const struct lwnvme_apst *value, uint32_t state, uint32_t idle_ms, uint32_t target)
{
    assert_int_equal(lwnvme_apst_entry_idle_ms(&value->table.entry[state]), idle_ms);
    if (idle_ms != 0) {
        assert_int_equal(lwnvme_apst_entry_target(&value->table.entry[state]), target);
    }
}

static void entries_hold_what_is_put(void **state)
{
    struct lwnvme_apst_entry entry;
    (void)state;
    memset(&entry, 0xff, sizeof(entry));
    lwnvme_apst_entry_put(&entry, 0x123456, 17);
    assert_memory_equal(&entry, "\x88\x56\x34\x12\0\0\0\0", 8);
    assert_int_equal(lwnvme_apst_entry_idle_ms(&entry), 0x123456);
    assert_int_equal(lwnvme_apst_entry_target(&entry), 17);
    lwnvme_apst_entry_put(&entry, 0x1000000, 31); /* cut at the longest time, not to 0 */
    assert_int_equal(lwnvme_apst_entry_idle_ms(&entry), 0xffffff);
    assert_int_equal(lwnvme_apst_entry_target(&entry), 31);
}

static void each_state_leads_to_the_next_deeper_one(void **state)
{
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    start();
    assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, &transitions), 0);
    assert_true(value.enabled);
    assert_int_equal(transitions, 4);
    for (uint32_t i = 0; i < 3; i++) {
        entry_is(&value, i, 50, 3);
    }
    entry_is(&value, 3, 2000, 4);
    for (uint32_t i = 4; i < 32; i++) {
        entry_is(&value, i, 0, 0);
    }
    assert_int_equal(sent_count, 0);
    assert_int_equal(ended(lwnvme_apst_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x0c, 1);
    assert_memory_equal(sent_data, &value.table, 256);
    bench_end(&bench);
}

static void the_latency_limit_is_kept(void **state)
{
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    start();
    assert_int_equal(lwnvme_apst_make(bench.controller, 39999, &value, &transitions), 0);
    assert_int_equal(transitions, 3);
    entry_is(&value, 0, 50, 3);
    entry_is(&value, 3, 0, 0);
    assert_int_equal(lwnvme_apst_make(bench.controller, 1000, &value, &transitions), 0);
    assert_int_equal(transitions, 3);
    assert_int_equal(lwnvme_apst_make(bench.controller, 999, &value, &transitions), 0);
    assert_int_equal(transitions, 0);
    assert_false(value.enabled);
    assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, NULL), 0);
    bench_end(&bench);
}

/* However high the limit: a state from which the drive takes minutes to come back, or does not say how long, is not
 * used. */
static void fault_133_huge_and_unknown_exit_latencies_are_not_used(void **state)
{
    static const uint32_t exits[] = {0, 10000000, 0xffffffff};
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench_prepare(&bench);
        states_put();
        bench.settings.psd[4].exlat = exits[i];
        feature_open();
        assert_int_equal(lwnvme_apst_make(bench.controller, UINT32_MAX, &value, &transitions), 0);
        assert_int_equal(transitions, 3);
        entry_is(&value, 3, 0, 0);
        bench_end(&bench);
    }
}

/* Drives that do not come back from their deepest state. */
static void fault_133_the_deepest_state_is_left_alone(void **state)
{
    struct lwnvme_controller closed = {.quirks = LWNVME_QUIRK_NO_DEEPEST_STATE};
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    uint8_t found = 9;
    (void)state;
    for (uint32_t removed = 0; removed < 2; removed++) {
        bench_prepare(&bench);
        states_put();
        bench.config.pci_vendor_id = 0x2646;
        bench.config.pci_device_id = 0x2263;
        bench.config.quirks_remove = removed != 0 ? LWNVME_QUIRK_NO_DEEPEST_STATE : 0;
        feature_open();
        assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, &transitions), 0);
        assert_int_equal(transitions, 3 + removed);
        entry_is(&value, 0, 50, 3);
        entry_is(&value, 3, removed != 0 ? 2000 : 0, removed != 0 ? 4 : 0);
        assert_int_equal(lwnvme_power_deepest(bench.controller, UINT32_MAX, &found), 0);
        assert_int_equal(found, 3 + removed);
        assert_int_equal(lwnvme_power_state_count(bench.controller), 5);
        bench_end(&bench);
        assert_int_equal(lwnvme_power_deepest(&closed, 1, &found), LWNVME_ERR_POWER_STATE);
    }
}

/* Nobody asked for it: the library sends no Set Features for it at bring-up. */
static void fault_133_off_until_asked_for(void **state)
{
    struct lwnvme_apst value;
    (void)state;
    start();
    assert_int_equal(ended(lwnvme_apst_get(R, 0, &value)), 0);
    sent_is(GET, 0, 0x0c, 0);
    assert_false(value.enabled);
    for (uint32_t i = 0; i < 32; i++) {
        entry_is(&value, i, 0, 0);
    }
    bench_end(&bench);
}

static void tables_that_lead_nowhere_are_refused(void **state)
{
    struct lwnvme_apst value;
    (void)state;
    start();
    memset(&value, 0, sizeof(value));
    lwnvme_apst_entry_put(&value.table.entry[0], 10, 2); /* operational */
    assert_int_equal(lwnvme_apst_set(R, &value, false), LWNVME_ERR_POWER_STATE);
    lwnvme_apst_entry_put(&value.table.entry[0], 10, 5); /* not there */
    assert_int_equal(lwnvme_apst_set(R, &value, false), LWNVME_ERR_POWER_STATE);
    lwnvme_apst_entry_put(&value.table.entry[0], 10, 4);
    lwnvme_apst_entry_put(&value.table.entry[5], 10, 4); /* from what is not there */
    assert_int_equal(lwnvme_apst_set(R, &value, false), LWNVME_ERR_POWER_STATE);
    lwnvme_apst_entry_put(&value.table.entry[5], 0, 0);
    assert_int_equal(ended(lwnvme_apst_set(R, &value, false)), 0);
    sent_is(SET, 0, 0x0c, 0);
    bench_end(&bench);
}

static void fault_059_a_table_of_garbage_is_not_believed(void **state)
{
    struct lwnvme_apst value;
    uint8_t garbage[256];
    (void)state;
    start();
    memset(garbage, 0xff, sizeof(garbage));
    answer_set(1, garbage, sizeof(garbage));
    assert_int_equal(ended(lwnvme_apst_get(R, 0, &value)), LWNVME_ERR_FEATURE_DATA);
    bench_end(&bench);
}

/* Of more states than can be told, those that can be told are looked at. */
static void put_npss(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == 1) {
        data[263] = 255;
    }
}

static void fault_059_a_number_of_states_of_garbage_is_cut(void **state)
{
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    bench_prepare(&bench);
    states_put();
    bench.settings.on_identify = put_npss;
    feature_open();
    assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, &transitions), 0);
    assert_int_equal(transitions, 4);
    bench_end(&bench);
}

static void what_is_missing_is_named(void **state)
{
    struct lwnvme_apst value;
    static struct lwnvme_controller closed;
    (void)state;
    bench_prepare(&bench);
    states_put();
    bench.settings.apsta = 0;
    feature_open();
    memset(&value, 0, sizeof(value));
    assert_int_equal(lwnvme_apst_get(R, 0, &value), LWNVME_ERR_NO_APST);
    assert_int_equal(lwnvme_apst_set(R, &value, false), LWNVME_ERR_NO_APST);
    assert_int_equal(lwnvme_apst_make(bench.controller, 1, &value, NULL), LWNVME_ERR_NO_APST);
    assert_int_equal(lwnvme_apst_make(bench.controller, 1, NULL, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_apst_make(NULL, 1, &value, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_apst_make(&closed, 1, &value, NULL), LWNVME_ERR_WRONG_STATE);
    bench_end(&bench);
}

static void a_state_of_unknown_latency_is_passed_over(void **state)
{
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    bench_prepare(&bench);
    states_put();
    bench.settings.psd[3].exlat = 0;
    feature_open();
    assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, &transitions), 0);
    assert_int_equal(transitions, 4);
    for (uint32_t i = 0; i < 4; i++) {
        entry_is(&value, i, 2000, 4);
    }
    bench_end(&bench);
}

static void fault_133_huge_entry_latencies_are_not_used(void **state)
{
    static const uint32_t entries[] = {9999201, 10000001, 0xfffffff0};
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench_prepare(&bench);
        states_put();
        bench.settings.psd[3].enlat = entries[i]; /* 800 us to leave */
        feature_open();
        assert_int_equal(lwnvme_apst_make(bench.controller, UINT32_MAX, &value, &transitions), 0);
        entry_is(&value, 0, 2000, 4);
        bench_end(&bench);
    }
}

static void put_states_beyond(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    put_npss(context, cns, nsid, data);
    for (uint32_t i = 32; cns == 1 && i < 64; i++) { /* in the vendor's bytes */
        data[2048 + 32 * i + 3] = 2;
        data[2048 + 32 * i + 8] = 100;
    }
}

static void fault_059_states_beyond_the_last_are_not_looked_at(void **state)
{
    struct lwnvme_apst value;
    uint32_t transitions = 99;
    (void)state;
    bench_prepare(&bench);
    states_put();
    bench.settings.on_identify = put_states_beyond;
    feature_open();
    assert_int_equal(lwnvme_apst_make(bench.controller, 100000, &value, &transitions), 0);
    assert_int_equal(transitions, 4);
    entry_is(&value, 4, 0, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_hold_what_is_put),
        cmocka_unit_test(each_state_leads_to_the_next_deeper_one),
        cmocka_unit_test(the_latency_limit_is_kept),
        cmocka_unit_test(fault_133_the_deepest_state_is_left_alone),
        cmocka_unit_test(fault_133_huge_and_unknown_exit_latencies_are_not_used),
        cmocka_unit_test(fault_133_off_until_asked_for),
        cmocka_unit_test(tables_that_lead_nowhere_are_refused),
        cmocka_unit_test(fault_059_a_table_of_garbage_is_not_believed),
        cmocka_unit_test(fault_059_a_number_of_states_of_garbage_is_cut),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_state_of_unknown_latency_is_passed_over),
        cmocka_unit_test(fault_133_the_deepest_state_is_left_alone),
        cmocka_unit_test(fault_133_huge_entry_latencies_are_not_used),
        cmocka_unit_test(fault_059_states_beyond_the_last_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
