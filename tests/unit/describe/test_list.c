/* SPDX-License-Identifier: MIT */
/* The lists of Identify in words. Each is given on the heap, so that a read beyond it is seen. */
#include "describe_support.h"

static uint8_t page[4096];

static void start(struct collect **collect)
{
    memset(page, 0, sizeof(page));
    *collect = collect_start();
}

#define DESCRIBE(collect, function, type)                                                                    \
    do {                                                                                                     \
        type *exact = exact_copy(page, sizeof(page));                                                        \
        function(&(collect)->text.describe, exact);                                                          \
        function(&(collect)->json.describe, exact);                                                          \
        free(exact);                                                                                         \
        collect_check(collect);                                                                              \
    } while (0)

static void namespaces_end_at_zero(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 1;
    page[5] = 1;
    DESCRIBE(collect, lwnvme_describe_namespace_list, struct lwnvme_identify_namespace_list);
    assert_string_equal(
        collect->pieces,
        "{\n  \"nsid_list\": [\n    {\n      \"nsid\": 1\n    },\n    {\n      \"nsid\": 256\n"
        "    }\n  ]\n}\n");
    collect_free(collect);
}

static void fault_188_a_namespace_list_without_an_end(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    memset(page, 0xff, sizeof(page));
    DESCRIBE(collect, lwnvme_describe_namespace_list, struct lwnvme_identify_namespace_list);
    expect_line(collect, "  [1023]:");
    expect_no_line(collect, "  [1024]:");
    collect_free(collect);
}

static void controllers_by_their_count(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 2;
    page[4] = 9;
    DESCRIBE(collect, lwnvme_describe_controller_list, struct lwnvme_identify_controller_list);
    assert_int_equal(json_number(collect, "num_ctrl"), 2);
    expect_line(collect, "    ctrl_id : 9");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void fault_188_a_controller_count_beyond_the_page(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    memset(page, 0xff, sizeof(page));
    DESCRIBE(collect, lwnvme_describe_controller_list, struct lwnvme_identify_controller_list);
    expect_line(collect, "  [2046]:");
    expect_no_line(collect, "  [2047]:");
    collect_free(collect);
}

static void each_descriptor_by_its_type(void **state)
{
    static const uint8_t descriptors[] = {
        1, 8,  0, 0, 1, 2, 3, 4, 5, 6, 7, 8,                                /* EUI-64 */
        2, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, /* NGUID */
        3, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, /* UUID */
        4, 1,  0, 0, 2,                                                     /* CSI */
        9, 2,  0, 0, 1, 2,                                                  /* not known */
        0, 0,  0, 0,
    };
    uint8_t *exact = exact_copy(descriptors, sizeof(descriptors));
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_namespace_descriptors(&collect->text.describe, exact, sizeof(descriptors));
    lwnvme_describe_namespace_descriptors(&collect->json.describe, exact, sizeof(descriptors));
    collect_check(collect);
    expect_json(collect, "\"eui64\": \"0102030405060708\"");
    expect_json(collect, "\"nguid\": \"0102030405060708090a0b0c0d0e0f10\"");
    expect_json(collect, "\"uuid\": \"01020304-0506-0708-090a-0b0c0d0e0f10\"");
    expect_line(collect, "    csi   : 2 (zoned)");
    expect_line(collect, "  [4]:");
    expect_no_line(collect, "  [5]:");
    free(exact);
    collect_free(collect);
}

static void fault_188_descriptors_that_run_over_the_end(void **state)
{
    (void)state;
    for (size_t length = 0; length < 40; length++) {
        for (int value_bytes = 0; value_bytes < 256; value_bytes++) {
            uint8_t *exact = malloc(length + 1);
            struct collect *collect = collect_start();

            assert_non_null(exact);
            exact = realloc(exact, length != 0 ? length : 1);
            assert_non_null(exact);
            for (size_t i = 0; i < length; i++) {
                exact[i] = (uint8_t)(i % 2 != 0 ? value_bytes : 3);
            }
            lwnvme_describe_namespace_descriptors(&collect->json.describe, exact, length);
            collect_check(collect);
            free(exact);
            collect_free(collect);
        }
    }
}

static void nvm_sets(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 1;
    page[128] = 3;
    page[130] = 4;
    page[136] = 5;
    page[140] = 6;
    page[144] = 7;
    page[160] = 8;
    DESCRIBE(collect, lwnvme_describe_nvm_set_list, struct lwnvme_identify_nvm_set_list);
    expect_json(
        collect,
        "\"nid\": 1,\n  \"NVMSet\": [\n    {\n      \"nvmset_id\": 3,\n      \"endurance_group_id\": 4,\n"
        "      \"random_4k_read_typical\": 5,\n      \"optimal_write_size\": 6,\n"
        "      \"total_nvmset_cap\": 7,\n      \"unalloc_nvmset_cap\": 8\n    }\n  ]");
    collect_free(collect);
}

static void primary_controller_capabilities(void **state)
{
    static const struct {
        const char *name;
        size_t at;
    } fields[] = {
        {"cntlid", 0},  {"portid", 2},  {"crt", 4},     {"vqfrt", 32},  {"vqrfa", 36},
        {"vqrfap", 40}, {"vqprt", 42},  {"vqfrsm", 44}, {"vqgran", 46}, {"vifrt", 64},
        {"virfa", 68},  {"virfap", 72}, {"viprt", 74},  {"vifrsm", 76}, {"vigran", 78},
    };
    struct collect *collect;

    (void)state;
    start(&collect);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        page[fields[i].at] = (uint8_t)(i + 1);
    }
    DESCRIBE(collect, lwnvme_describe_primary_controller, struct lwnvme_identify_primary_controller);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        assert_int_equal(json_number(collect, fields[i].name), i + 1);
    }
    collect_free(collect);
}

static void secondary_controllers(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 2;
    page[32] = 5;
    page[34] = 1;
    page[36] = 1;
    page[40] = 2;
    page[42] = 3;
    page[44] = 4;
    DESCRIBE(collect, lwnvme_describe_secondary_controller_list,
             struct lwnvme_identify_secondary_controller_list);
    expect_line(collect, "    secondary-controller-state      : 1 (online)");
    expect_line(collect, "    secondary-controller-state      : 0 (offline)");
    expect_json(
        collect,
        "{\n      \"secondary-controller-identifier\": 5,\n      \"primary-controller-identifier\": 1,\n"
        "      \"secondary-controller-state\": 1,\n      \"virtual-function-number\": 2,\n"
        "      \"num-virtual-queues\": 3,\n      \"num-virtual-interrupts\": 4\n    }");
    collect_free(collect);
}

static void granularity(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 1;
    page[4] = 1;
    page[34] = 1;
    page[58] = 1;
    DESCRIBE(collect, lwnvme_describe_granularity_list, struct lwnvme_identify_granularity_list);
    expect_line(collect, "attributes      : 0x1 (a descriptor per LBA format)");
    expect_line(collect, "num-descriptors : 1 (2 descriptors)");
    expect_line(collect, "    namespace-size-granularity     : 65536 bytes (65.53 kB)");
    expect_line(collect, "  [1]:");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void uuids_end_at_zero(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[32] = 2;
    page[48] = 0xab;
    page[95] = 1;
    DESCRIBE(collect, lwnvme_describe_uuid_list, struct lwnvme_identify_uuid_list);
    expect_line(collect, "    association : 2 (subsystem vendor (SSVID))");
    expect_line(collect, "    uuid        : ab000000-0000-0000-0000-000000000000");
    expect_line(collect, "    uuid        : 00000000-0000-0000-0000-000000000001");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void domains_and_endurance_groups(void **state)
{
    struct collect *collect;

    (void)state;
    start(&collect);
    page[0] = 1;
    page[128] = 2;
    page[144] = 3;
    page[160] = 4;
    page[176] = 5;
    DESCRIBE(collect, lwnvme_describe_domain_list, struct lwnvme_identify_domain_list);
    expect_json(
        collect,
        "\"num_dom_entries\": 1,\n  \"domain_list\": [\n    {\n      \"dom_id\": 2,\n      \"dom_cap\": 3,\n"
        "      \"unalloc_dom_cap\": 4,\n      \"max_egrp_dom_cap\": 5\n    }\n  ]");
    collect_free(collect);
    start(&collect);
    page[0] = 1;
    page[2] = 6;
    DESCRIBE(collect, lwnvme_describe_endurance_group_list, struct lwnvme_identify_endurance_group_list);
    expect_json(collect,
                "\"num_endgrp_id\": 1,\n  \"endgrp_list\": [\n    {\n      \"endgrp_id\": 6\n    }\n  ]");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_end_at_zero),
        cmocka_unit_test(fault_188_a_namespace_list_without_an_end),
        cmocka_unit_test(controllers_by_their_count),
        cmocka_unit_test(fault_188_a_controller_count_beyond_the_page),
        cmocka_unit_test(each_descriptor_by_its_type),
        cmocka_unit_test(fault_188_descriptors_that_run_over_the_end),
        cmocka_unit_test(nvm_sets),
        cmocka_unit_test(primary_controller_capabilities),
        cmocka_unit_test(secondary_controllers),
        cmocka_unit_test(granularity),
        cmocka_unit_test(uuids_end_at_zero),
        cmocka_unit_test(domains_and_endurance_groups),
    };

    return cmocka_run_group_tests_name("describe: lists", tests, NULL, NULL);
}
