/* SPDX-License-Identifier: MIT */
/* Identify structures of single command sets in words. */
#include "describe_support.h"

static void nvm_namespaces_show_as_many_formats_as_there_are(void **state)
{
    static struct lwnvme_identify_nvm_namespace identify;
    static struct lwnvme_identify_namespace common;
    uint8_t *bytes = (uint8_t *)&identify;
    struct collect *collect = collect_start();

    (void)state;
    common.nlbaf = 1;
    common.nulbaf = 1;
    bytes[0] = 0xff;
    bytes[8] = 5;
    bytes[9] = 1;
    bytes[12 + 4] = 0x10;
    bytes[12 + 5] = 0x01; /* PIF 2, STS 16 */
    bytes[268] = 77;
    bytes[272] = 78;
    lwnvme_describe_identify_nvm_namespace(&collect->text.describe, &identify, &common);
    lwnvme_describe_identify_nvm_namespace(&collect->json.describe, &identify, &common);
    collect_check(collect);
    expect_line(collect, "lbstm : 0xff");
    expect_line(collect, "pic   : 0x5 (16-bit guard with storage tag, storage tag check on reads)");
    expect_line(collect, "    sts  : 16 bits");
    expect_line(collect, "    pif  : 2 (64-bit guard)");
    expect_line(collect, "  [2]:");
    expect_no_line(collect, "  [3]:");
    assert_int_equal(json_number(collect, "npdgl"), 77);
    assert_int_equal(json_number(collect, "nprg"), 78);
    collect_free(collect);
}

static void without_the_common_part_one_format_is_shown(void **state)
{
    static struct lwnvme_identify_nvm_namespace nvm;
    static struct lwnvme_identify_zns_namespace zns;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_describe_identify_nvm_namespace(&collect->text.describe, &nvm, NULL);
    lwnvme_describe_identify_zns_namespace(&collect->text.describe, &zns, NULL);
    expect_line(collect, "  [0]:");
    expect_no_line(collect, "  [1]:");
    collect_free(collect);
}

static void zoned_namespaces(void **state)
{
    static struct lwnvme_identify_zns_namespace identify;
    static struct lwnvme_identify_namespace common;
    uint8_t *bytes = (uint8_t *)&identify;
    struct collect *collect = collect_start();

    (void)state;
    bytes[0] = 1;
    bytes[2] = 3;
    memset(&bytes[4], 0xff, 4);
    bytes[8] = 13;
    bytes[12] = 12;
    bytes[44] = 9;
    bytes[48] = 8;
    bytes[50] = 7;
    bytes[52] = 1;
    bytes[2816 + 1] = 0x10;
    bytes[2816 + 8] = 2;
    lwnvme_describe_identify_zns_namespace(&collect->text.describe, &identify, &common);
    lwnvme_describe_identify_zns_namespace(&collect->json.describe, &identify, &common);
    collect_check(collect);
    expect_line(collect, "ozcs    : 0x3 (reads across zone boundaries, ZRWA)");
    expect_line(collect, "mar     : 4294967295 zones (no limit)");
    expect_line(collect, "mor     : 13 (14 zones)");
    expect_line(collect, "    zsze : 4096 blocks");
    assert_int_equal(json_number(collect, "rrl"), 12);
    assert_int_equal(json_number(collect, "numzrwa"), 9);
    assert_int_equal(json_number(collect, "zrwafg"), 8);
    assert_int_equal(json_number(collect, "zrwasz"), 7);
    assert_int_equal(json_number(collect, "zrwacap"), 1);
    expect_json(collect, "\"lbafe\": [\n    {\n      \"zsze\": 4096,\n      \"zdes\": 2\n    }\n  ]");
    collect_free(collect);
}

static void key_value_namespaces_end_with_their_formats(void **state)
{
    static struct lwnvme_identify_kv_namespace identify;
    struct lwnvme_identify_kv_namespace *exact;
    struct collect *collect = collect_start();

    (void)state;
    identify.nkvf = 255;
    lwnvme_le16_set(&identify.kvf[0].kvkml, 16);
    lwnvme_le32_set(&identify.kvf[0].kvvml, 1048576);
    exact = exact_copy(&identify, sizeof(identify));
    lwnvme_describe_identify_kv_namespace(&collect->text.describe, exact);
    lwnvme_describe_identify_kv_namespace(&collect->json.describe, exact);
    collect_check(collect);
    expect_line(collect, "    kvkml : 16 bytes");
    expect_line(collect, "    kvvml : 1048576 bytes");
    expect_line(collect, "  [15]:");
    expect_no_line(collect, "  [16]:");
    free(exact);
    collect_free(collect);
}

static void controllers_of_each_command_set(void **state)
{
    static struct lwnvme_identify_nvm_controller nvm;
    static struct lwnvme_identify_zns_controller zns;
    static struct lwnvme_identify_kv_controller kv;
    uint8_t *bytes = (uint8_t *)&nvm;
    struct collect *collect = collect_start();

    (void)state;
    bytes[0] = 1;
    bytes[1] = 2;
    bytes[2] = 3;
    bytes[3] = 4;
    bytes[4] = 5;
    bytes[8] = 6;
    zns.zasl = 5;
    lwnvme_le32_set(&kv.ver, 0x10000);
    lwnvme_describe_identify_nvm_controller(&collect->json.describe, &nvm);
    lwnvme_describe_identify_zns_controller(&collect->json.describe, &zns);
    lwnvme_describe_identify_zns_controller(&collect->text.describe, &zns);
    lwnvme_describe_identify_kv_controller(&collect->text.describe, &kv);
    collect_check(collect);
    assert_int_equal(json_number(collect, "vsl"), 1);
    assert_int_equal(json_number(collect, "wzsl"), 2);
    assert_int_equal(json_number(collect, "wusl"), 3);
    assert_int_equal(json_number(collect, "dmrl"), 4);
    assert_int_equal(json_number(collect, "dmrsl"), 5);
    assert_int_equal(json_number(collect, "dmsl"), 6);
    expect_line(collect, "zasl : 5");
    expect_line(collect, "ver : 0x10000 (1.0.0)");
    collect_free(collect);
}

static void command_set_vectors_end_at_zero_or_at_512(void **state)
{
    struct lwnvme_identify_io_command_sets *identify = malloc(sizeof(*identify));
    struct collect *collect = collect_start();

    (void)state;
    assert_non_null(identify);
    memset(identify, 0, sizeof(*identify));
    lwnvme_le64_set(&identify->vector[0], 5);
    lwnvme_describe_io_command_sets(&collect->text.describe, identify);
    expect_line(collect, "    iocsc : 0x5 (NVM, zoned)");
    expect_no_line(collect, "  [1]:");
    memset(identify, 0xff, sizeof(*identify));
    lwnvme_describe_io_command_sets(&collect->text.describe, identify);
    expect_line(collect, "  [511]:");
    expect_no_line(collect, "  [512]:");
    free(identify);
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nvm_namespaces_show_as_many_formats_as_there_are),
        cmocka_unit_test(without_the_common_part_one_format_is_shown),
        cmocka_unit_test(zoned_namespaces),
        cmocka_unit_test(key_value_namespaces_end_with_their_formats),
        cmocka_unit_test(controllers_of_each_command_set),
        cmocka_unit_test(command_set_vectors_end_at_zero_or_at_512),
    };

    return cmocka_run_group_tests_name("describe: command sets", tests, NULL, NULL);
}
