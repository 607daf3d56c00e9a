/* SPDX-License-Identifier: MIT */
/* Identify Namespace in words. */
#include "describe_support.h"

static struct lwnvme_identify_namespace identify;

static struct collect *described(void)
{
    struct collect *collect = collect_start();
    struct lwnvme_identify_namespace *exact = exact_copy(&identify, sizeof(identify));

    lwnvme_describe_identify_namespace(&collect->text.describe, exact);
    lwnvme_describe_identify_namespace(&collect->json.describe, exact);
    free(exact);
    collect_check(collect);
    return collect;
}

static void made_by_hand(void)
{
    uint8_t *bytes = (uint8_t *)&identify;

    memset(&identify, 0, sizeof(identify));
    bytes[2] = 0x01; /* 65536 blocks */
    bytes[10] = 0x01;
    bytes[17] = 0x10;
    bytes[24] = 0x1d;
    bytes[25] = 1;
    bytes[26] = 0x11;
    bytes[27] = 3;
    bytes[28] = 0x1f;
    bytes[29] = 0x0b;
    bytes[30] = 1;
    bytes[31] = 0x03;
    bytes[32] = 0x80;
    bytes[33] = 0x09;
    bytes[34] = 7;
    bytes[46] = 8;
    bytes[51] = 0x02;
    bytes[64] = 7;
    bytes[74] = 0x80;
    bytes[76] = 0x80;
    bytes[80] = 127;
    bytes[92] = 4;
    bytes[99] = 1;
    bytes[100] = 2;
    bytes[102] = 3;
    for (uint8_t i = 0; i < 24; i++) {
        bytes[104 + i] = (uint8_t)(0x10u + i);
    }
    bytes[130] = 9;
    bytes[131] = 2;
    bytes[132] = 8;
    bytes[134] = 12;
}

static void the_lines_are_as_expected(void **state)
{
    struct collect *collect;

    (void)state;
    made_by_hand();
    collect = described();
    expect_line(collect, "nsze     : 65536 blocks");
    expect_line(collect, "ncap     : 65536 blocks");
    expect_line(collect, "nuse     : 4096 blocks");
    expect_line(collect,
                "nsfeat   : 0x1d (thin provisioning, deallocated block error, NGUID and EUI64 not reused,");
    expect_line(collect, "                 NPWG to NOWS)");
    expect_line(collect, "nlbaf    : 1 (2 formats)");
    expect_line(collect, "flbas    : 0x11 (metadata at the end of the block)");
    expect_line(collect, "dps      : 0xb (type 3, in the first bytes)");
    expect_line(collect, "dlfeat   : 0x9 (deallocated blocks read as zeros, Write Zeroes deallocates)");
    expect_line(collect, "nawun    : 7 (8 blocks)");
    expect_line(collect, "noiob    : 8 blocks");
    expect_line(collect, "nvmcap   : 33554432 bytes (33.55 MB)");
    expect_line(collect, "npwg     : 7 (8 blocks)");
    expect_line(collect, "mssrl    : 128 blocks");
    expect_line(collect, "mcl      : 128 blocks");
    expect_line(collect, "msrc     : 127 (128 ranges)");
    expect_line(collect, "anagrpid : 4");
    expect_line(collect, "nsattr   : 0x1 (write protected)");
    expect_line(collect, "nvmsetid : 2");
    expect_line(collect, "endgid   : 3");
    expect_line(collect, "nguid    : 101112131415161718191a1b1c1d1e1f");
    expect_line(collect, "eui64    : 2021222324252627");
    expect_line(collect, "lbafs:");
    expect_line(collect, "  [0]:");
    expect_line(collect, "  [1]: (in use)");
    expect_line(collect, "    ms : 8 bytes");
    expect_line(collect, "    ds : 12 (4096 bytes)");
    expect_line(collect, "    rp : 0x2 (good)");
    expect_no_line(collect, "  [2]:");
    expect_json(collect, "\"nguid\": \"101112131415161718191a1b1c1d1e1f\"");
    expect_json(collect, "\"lbafs\": [\n    {\n      \"ms\": 0,\n      \"ds\": 9,\n      \"rp\": 2\n    },");
    assert_int_equal(json_number(collect, "nsze"), 65536);
    assert_int_equal(json_number(collect, "nvmcap"), 33554432);
    collect_free(collect);
}

/* Without more than 16 formats the upper bits of the index mean nothing. */
static void the_format_in_use_is_one_of_those_that_are_there(void **state)
{
    struct collect *collect;

    (void)state;
    memset(&identify, 0, sizeof(identify));
    identify.nlbaf = 1;
    identify.nulbaf = 14;
    identify.flbas = 0x21;
    collect = described();
    expect_line(collect, "  [1]: (in use)");
    collect_free(collect);
    identify.nulbaf = 40;
    collect = described();
    expect_line(collect, "  [1]:");
    expect_line(collect, "  [17]: (in use)");
    collect_free(collect);
}

static void fault_188_no_more_than_64_formats_are_looked_at(void **state)
{
    struct collect *collect;

    (void)state;
    memset(&identify, 0, sizeof(identify));
    identify.nlbaf = 255;
    identify.nulbaf = 255;
    collect = described();
    expect_line(collect, "  [63]:");
    expect_no_line(collect, "  [64]:");
    collect_free(collect);
}

static void fault_188_hostile_namespaces_make_clean_text_and_json(void **state)
{
    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern++) {
        hostile_fill(&identify, sizeof(identify), pattern);
        collect_free(described());
    }
}

static void what_all_command_sets_share(void **state)
{
    static struct lwnvme_identify_independent_namespace independent;
    struct collect *collect = collect_start();

    (void)state;
    independent.nsfeat = 0x18;
    independent.nmic = 1;
    lwnvme_le32_set(&independent.anagrpid, 7);
    lwnvme_le16_set(&independent.endgid, 5);
    independent.nstat = 1;
    lwnvme_describe_independent_namespace(&collect->text.describe, &independent);
    lwnvme_describe_independent_namespace(&collect->json.describe, &independent);
    collect_check(collect);
    expect_line(collect, "nsfeat   : 0x18 (NGUID and EUI64 not reused, rotational media)");
    expect_line(collect, "nstat    : 0x1 (ready)");
    assert_int_equal(json_number(collect, "anagrpid"), 7);
    assert_int_equal(json_number(collect, "endgid"), 5);
    assert_int_equal(json_number(collect, "nstat"), 1);
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lines_are_as_expected),
        cmocka_unit_test(the_format_in_use_is_one_of_those_that_are_there),
        cmocka_unit_test(fault_188_no_more_than_64_formats_are_looked_at),
        cmocka_unit_test(fault_188_hostile_namespaces_make_clean_text_and_json),
        cmocka_unit_test(what_all_command_sets_share),
    };

    return cmocka_run_group_tests_name("describe: namespace", tests, NULL, NULL);
}
