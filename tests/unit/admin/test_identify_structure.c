/* SPDX-License-Identifier: MIT */
/* Structures of one namespace or controller: what is asked, what comes, and counts that do not fit. */
#include "../support.h"

static struct bench bench;
static uint32_t sent[16];

/* What the device says is changed by this, for one CNS. */
static void (*change)(uint8_t data[4096]);
static int change_cns = -1;

static void note_command(void *context, uint16_t sqid, const uint32_t command[16])
{
    (void)context;
    (void)sqid;
    memcpy(sent, command, sizeof(sent));
}

static void play(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    (void)nsid;
    if (cns == change_cns) {
        change(data);
    }
}

static void start(void)
{
    bench_prepare(&bench);
    lwnvme_sim_config_full(&bench.settings);
    bench.settings.cap_css = 0x41;
    bench.settings.command_sets = 7;
    bench.settings.namespace_count = 4;
    bench.settings.ns[1].active = false;
    bench.settings.ns[1].detached = true;
    bench.settings.ns[2].csi = 2;
    bench.settings.ns[3].csi = 1;
    bench.settings.zoned.zsze = 0x8000;
    bench.settings.zoned.mar = 13;
    bench.settings.zoned.zasl = 5;
    bench.settings.dmrl = 77;
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    change_cns = -1;
    lwnvme_sim_settings(bench.sim)->on_command = note_command;
    lwnvme_sim_settings(bench.sim)->on_identify = play;
}

static void assert_sent(uint32_t cdw10, uint32_t nsid, uint32_t cdw11)
{
    assert_int_equal(sent[0] & 0xff, 6);
    assert_int_equal(sent[10], cdw10);
    assert_int_equal(sent[1], nsid);
    assert_int_equal(sent[11], cdw11);
}

static void namespaces_of_the_nvm_command_set(void **state)
{
    static struct lwnvme_identify_namespace ns;
    static struct lwnvme_identify_nvm_namespace nvm;
    static struct lwnvme_identify_independent_namespace independent;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_sync_identify_get_namespace(c, 1, &ns), 0);
    assert_sent(0x00, 1, 0);
    assert_int_equal(lwnvme_le64_get(&ns.nsze), 131072);
    assert_int_equal(lwnvme_sync_identify_get_namespace(c, LWNVME_NSID_ALL, &ns), 0);
    assert_sent(0x00, 0xffffffff, 0);
    assert_int_equal(lwnvme_sync_identify_get_namespace(c, 2, &ns), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespace(c, 2, &ns), 0);
    assert_sent(0x11, 2, 0);
    assert_int_equal(lwnvme_le64_get(&ns.nsze), 131072);
    assert_int_equal(lwnvme_sync_identify_get_allocated_namespace(c, 9, &ns), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(lwnvme_sync_identify_get_nvm_namespace(c, 1, &nvm), 0);
    assert_sent(0x05, 1, 0);
    assert_int_equal(lwnvme_sync_identify_get_allocated_nvm_namespace(c, 2, &nvm), 0);
    assert_sent(0x1b, 2, 0);
    assert_int_equal(lwnvme_sync_identify_get_independent_namespace(c, 1, &independent), 0);
    assert_sent(0x08, 1, 0);
    assert_int_equal(independent.nstat & LWNVME_NSTAT_NRDY, LWNVME_NSTAT_NRDY);
    assert_int_equal(lwnvme_le16_get(&independent.endgid), 1);
    assert_int_equal(lwnvme_sync_identify_get_independent_allocated_namespace(c, 2, &independent), 0);
    assert_sent(0x1f, 2, 0);
    bench_end(&bench);
}

static void namespaces_of_the_other_command_sets(void **state)
{
    static struct lwnvme_identify_zns_namespace zns;
    static struct lwnvme_identify_kv_namespace kv;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_sync_identify_get_zns_namespace(c, 3, &zns), 0);
    assert_sent(0x05, 3, 0x02000000);
    assert_int_equal(lwnvme_le64_get(&zns.lbafe[0].zsze), 0x8000);
    assert_int_equal(lwnvme_le32_get(&zns.mar), 13);
    assert_int_equal(lwnvme_sync_identify_get_allocated_zns_namespace(c, 3, &zns), 0);
    assert_sent(0x1b, 3, 0x02000000);
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(c, 4, &kv), 0);
    assert_sent(0x05, 4, 0x01000000);
    assert_int_equal(lwnvme_le16_get(&kv.kvf[0].kvkml), 16);
    assert_int_equal(lwnvme_le32_get(&kv.kvf[0].kvvml), 1 << 20);
    assert_int_equal(lwnvme_sync_identify_get_allocated_kv_namespace(c, 4, &kv), 0);
    assert_sent(0x1b, 4, 0x01000000);
    /* One of another command set: the device says so. */
    assert_int_equal(lwnvme_status_code(lwnvme_sync_identify_get_zns_namespace(c, 1, &zns)),
                     LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    bench_end(&bench);
}

static void controllers_of_each_command_set(void **state)
{
    static struct lwnvme_identify_controller identify;
    static struct lwnvme_identify_nvm_controller nvm;
    static struct lwnvme_identify_zns_controller zns;
    static struct lwnvme_identify_kv_controller kv;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_sync_identify_get_controller(c, &identify), 0);
    assert_sent(0x01, 0, 0);
    assert_int_equal(identify.npss, 4);
    assert_memory_equal(&identify, lwnvme_controller_get_identify(c), 256);
    assert_int_equal(lwnvme_sync_identify_get_nvm_controller(c, &nvm), 0);
    assert_sent(0x06, 0, 0);
    assert_int_equal(nvm.dmrl, 77);
    assert_int_equal(lwnvme_sync_identify_get_zns_controller(c, &zns), 0);
    assert_sent(0x06, 0, 0x02000000);
    assert_int_equal(zns.zasl, 5);
    assert_int_equal(lwnvme_sync_identify_get_kv_controller(c, &kv), 0);
    assert_sent(0x06, 0, 0x01000000);
    bench_end(&bench);
}

static void formats_that_a_namespace_could_have(void **state)
{
    static struct lwnvme_identify_namespace ns;
    static struct lwnvme_identify_nvm_namespace nvm;
    static struct lwnvme_identify_zns_namespace zns;
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    assert_int_equal(lwnvme_sync_identify_get_format(c, 0, &ns), 0);
    assert_sent(0x09, 0, 0);
    assert_int_equal(lwnvme_sync_identify_get_nvm_format(c, 0, &nvm), 0);
    assert_sent(0x0a, 0, 0);
    assert_int_equal(lwnvme_sync_identify_get_zns_format(c, 0, &zns), 0);
    assert_sent(0x0a, 0, 0x02000000);
    /* One that does not exist is for the device to say; 63 is the last that the field holds. */
    assert_true(lwnvme_sync_identify_get_format(c, 63, &ns) > 0);
    assert_sent(0x09, 0, 63);
    assert_int_equal(lwnvme_sync_identify_get_nvm_format(c, 64, &nvm), LWNVME_ERR_FORMAT_INDEX);
    bench_end(&bench);
}

/* ---- counts and indexes ---- */

static uint8_t said_nlbaf;
static uint8_t said_nulbaf;
static uint8_t said_flbas;

static void say_formats(uint8_t data[4096])
{
    data[25] = said_nlbaf;
    data[82] = said_nulbaf;
    data[26] = said_flbas;
}

static void formats_are_no_more_than_the_table_has(void **state)
{
    static struct lwnvme_identify_namespace ns;
    static const struct {
        uint8_t nlbaf;
        uint8_t nulbaf;
        uint8_t flbas;
        uint8_t shown;
        uint8_t shown_unique;
        int status;
    } rows[] = {
        {0, 0, 0x00, 0, 0, 0},
        {0, 0, 0x01, 0, 0, LWNVME_ERR_NS_FORMAT},
        {0, 0, 0x10, 0, 0, 0},   /* where metadata go is no index */
        {15, 0, 0x2f, 15, 0, 0}, /* the upper bits count from 17 formats on */
        {16, 0, 0x20, 16, 0, 0},
        {16, 0, 0x21, 16, 0, LWNVME_ERR_NS_FORMAT},
        {63, 0, 0x6f, 63, 0, 0},
        {64, 0, 0x00, 63, 0, 0},
        {255, 255, 0x00, 63, 0, 0},
        {10, 5, 0x0f, 10, 5, 0},
        {10, 4, 0x0f, 10, 4, LWNVME_ERR_NS_FORMAT},
        {60, 200, 0x6f, 60, 3, 0},
    };
    (void)state;
    start();
    change = say_formats;
    change_cns = 0x00;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        said_nlbaf = rows[i].nlbaf;
        said_nulbaf = rows[i].nulbaf;
        said_flbas = rows[i].flbas;
        assert_int_equal(lwnvme_sync_identify_get_namespace(bench.controller, 1, &ns), rows[i].status);
        assert_int_equal(ns.nlbaf, rows[i].shown);
        assert_int_equal(ns.nulbaf, rows[i].shown_unique);
        assert_int_equal(ns.flbas, rows[i].flbas);
        assert_int_equal(lwnvme_le64_get(&ns.nsze), 131072);
    }
    bench_end(&bench);
}

static uint8_t said_nkvf;
static uint8_t said_kvfc;

static void say_kv_formats(uint8_t data[4096])
{
    data[25] = said_nkvf;
    data[29] = said_kvfc;
}

static void wipe(uint8_t data[4096])
{
    memset(data, 0, 4096);
}

static void key_value_formats_are_no_more_than_sixteen(void **state)
{
    static struct lwnvme_identify_kv_namespace kv;
    (void)state;
    start();
    change = say_kv_formats;
    change_cns = 0x05;
    said_nkvf = 15;
    said_kvfc = 0x0f;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(bench.controller, 4, &kv), 0);
    said_nkvf = 16;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(bench.controller, 4, &kv), 0);
    assert_int_equal(kv.nkvf, 15);
    said_nkvf = 2;
    said_kvfc = 3;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(bench.controller, 4, &kv), LWNVME_ERR_NS_FORMAT);
    assert_int_equal(kv.nkvf, 2);
    change = wipe;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(bench.controller, 4, &kv), LWNVME_ERR_NS_INACTIVE);
    bench_end(&bench);
}

static void say_many_power_states(uint8_t data[4096])
{
    data[263] = 255;
}

static void power_states_are_no_more_than_32(void **state)
{
    static struct lwnvme_identify_controller identify;
    (void)state;
    start();
    change = say_many_power_states;
    change_cns = 0x01;
    assert_int_equal(lwnvme_sync_identify_get_controller(bench.controller, &identify), 0);
    assert_int_equal(identify.npss, 31);
    change = wipe;
    assert_int_equal(lwnvme_sync_identify_get_controller(bench.controller, &identify),
                     LWNVME_ERR_IDENTIFY_DATA);
    bench_end(&bench);
}

/* ---- descriptors ---- */

static const uint8_t *said;
static size_t said_bytes;

static void say(uint8_t data[4096])
{
    memset(data, 0, 4096);
    memcpy(data, said, said_bytes);
}

static int try_descriptors(const uint8_t *bytes, size_t length, struct lwnvme_identify_descriptor_list *list)
{
    said = bytes;
    said_bytes = length;
    change = say;
    change_cns = 0x03;
    memset(list, 0x5a, sizeof(*list));
    return lwnvme_sync_identify_get_descriptors(bench.controller, 1, list);
}

static void descriptors_are_found(void **state)
{
    static struct lwnvme_identify_descriptor_list list;
    const uint8_t *value;
    uint32_t length = 0;
    (void)state;
    start();
    assert_int_equal(lwnvme_sync_identify_get_descriptors(bench.controller, 1, &list), 0);
    assert_sent(0x03, 1, 0);
    value = lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_NGUID, &length);
    assert_non_null(value);
    assert_int_equal(length, 16);
    assert_memory_equal(value, bench.settings.ns[0].nguid, 16);
    value = lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_CSI, &length);
    assert_non_null(value);
    assert_int_equal(length, 1);
    assert_int_equal(*value, 0);
    assert_null(lwnvme_namespace_descriptor_find(&list, 0x99, &length));
    assert_null(lwnvme_namespace_descriptor_find(NULL, LWNVME_NIDT_CSI, &length));
    assert_null(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_CSI, NULL));
    bench_end(&bench);
}

static void descriptors_that_make_no_sense_are_cut_off(void **state)
{
    static struct lwnvme_identify_descriptor_list list;
    static const uint8_t unknown_type[] = {0x77, 2, 0, 0, 1, 2, 4, 1, 0, 0, 0};
    static const uint8_t wrong_length[] = {4, 1, 0, 0, 0, 1, 7, 0, 0, 1, 2, 3, 4, 5, 6, 7};
    static uint8_t overrun[4096];
    static uint8_t full[4096];
    uint32_t length = 0;
    (void)state;
    start();
    /* A type that is not known may have any length. */
    assert_int_equal(try_descriptors(unknown_type, sizeof(unknown_type), &list), 0);
    assert_memory_equal(list.bytes, unknown_type, sizeof(unknown_type));
    assert_non_null(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_CSI, &length));
    /* A known one has its own. */
    assert_int_equal(try_descriptors(wrong_length, sizeof(wrong_length), &list), LWNVME_ERR_LIST_ENTRY);
    assert_memory_equal(list.bytes, wrong_length, 5);
    for (size_t i = 5; i < 4096; i++) {
        assert_int_equal(list.bytes[i], 0);
    }
    /* 16 descriptors of 255 bytes and one that does not fit. */
    for (size_t i = 0; i + 259 <= 4096; i += 259) {
        overrun[i] = 0x80;
        overrun[i + 1] = 255;
    }
    overrun[15 * 259] = 0x80;
    overrun[15 * 259 + 1] = 208;
    assert_int_equal(try_descriptors(overrun, sizeof(overrun), &list), LWNVME_ERR_LIST_ENTRY);
    assert_int_equal(list.bytes[14 * 259 + 1], 255);
    assert_int_equal(list.bytes[15 * 259 + 1], 0);
    assert_null(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_CSI, &length));
    /* The same to the last byte. */
    memcpy(full, overrun, sizeof(full));
    full[15 * 259 + 1] = 207;
    full[4095] = 0xee;
    assert_int_equal(try_descriptors(full, sizeof(full), &list), 0);
    assert_int_equal(list.bytes[4095], 0xee);
    assert_null(lwnvme_namespace_descriptor_find(&list, LWNVME_NIDT_CSI, &length));
    /* Three bytes at the end are no descriptor. */
    full[15 * 259 + 1] = 204;
    assert_int_equal(try_descriptors(full, sizeof(full), &list), 0);
    assert_int_equal(list.bytes[4095], 0);
    bench_end(&bench);
}

/* One that does not come is not looked at; and what all namespaces have in common is that of none. */
static void key_value_structures_that_are_of_no_namespace(void **state)
{
    static struct lwnvme_identify_kv_namespace kv;
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_ADMIN_QUEUE,
                                     .opcode = LWNVME_ADMIN_IDENTIFY,
                                     .status = 0x4002};
    struct lwnvme_controller *c;
    (void)state;
    start();
    c = bench.controller;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    kv.nkvf = 200;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(c, 4, &kv), 0x4002);
    assert_int_equal(kv.nkvf, 200);
    change = wipe;
    change_cns = 5;
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(c, 4, &kv), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(lwnvme_sync_identify_get_kv_namespace(c, LWNVME_NSID_ALL, &kv), 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_of_the_nvm_command_set),
        cmocka_unit_test(namespaces_of_the_other_command_sets),
        cmocka_unit_test(controllers_of_each_command_set),
        cmocka_unit_test(formats_that_a_namespace_could_have),
        cmocka_unit_test(formats_are_no_more_than_the_table_has),
        cmocka_unit_test(key_value_formats_are_no_more_than_sixteen),
        cmocka_unit_test(power_states_are_no_more_than_32),
        cmocka_unit_test(descriptors_are_found),
        cmocka_unit_test(descriptors_that_make_no_sense_are_cut_off),
        cmocka_unit_test(key_value_structures_that_are_of_no_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
