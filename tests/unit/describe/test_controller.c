/* SPDX-License-Identifier: MIT */
/* Identify Controller in words. */
#include "describe_support.h"

static struct lwnvme_identify_controller identify;

static struct collect *described(void)
{
    struct collect *collect = collect_start();

    lwnvme_describe_identify_controller(&collect->text.describe, &identify);
    lwnvme_describe_identify_controller(&collect->json.describe, &identify);
    collect_check(collect);
    return collect;
}

static void fill_text(uint8_t *field, size_t size, const char *text)
{
    memset(field, ' ', size);
    memcpy(field, text, strlen(text));
}

/* Raw bytes at the offsets of the specification's figure, so that a layout that is off by one shows. */
static void made_by_hand(void)
{
    uint8_t *bytes = (uint8_t *)&identify;

    memset(&identify, 0, sizeof(identify));
    bytes[0] = 0x36;
    bytes[1] = 0x1b;
    bytes[2] = 0xf4;
    bytes[3] = 0x1a;
    fill_text(&bytes[4], 20, "bed0");
    fill_text(&bytes[24], 40, "QEMU NVMe Ctrl");
    fill_text(&bytes[64], 8, "8.0");
    bytes[72] = 6;
    bytes[73] = 0x00;
    bytes[74] = 0x54;
    bytes[75] = 0x52;
    bytes[77] = 7;
    bytes[80] = 0x00;
    bytes[81] = 0x04;
    bytes[82] = 0x01;
    bytes[84] = 0x40;
    bytes[85] = 0x42;
    bytes[86] = 0x0f;
    bytes[92] = 0x00;
    bytes[93] = 0x01;
    bytes[97] = 0x80;
    bytes[111] = 1;
    bytes[256] = 0x2a;
    bytes[257] = 0x01;
    bytes[258] = 3;
    bytes[259] = 3;
    bytes[260] = 0x03;
    bytes[261] = 0x07;
    bytes[263] = 1;
    bytes[266] = 0x57;
    bytes[267] = 0x01;
    bytes[268] = 0x00;
    bytes[269] = 0x01;
    bytes[281] = 0x60;
    bytes[282] = 0xdb;
    bytes[283] = 0xe0;
    bytes[284] = 0xe8;
    bytes[328] = 0x02;
    bytes[356] = 9;
    bytes[512] = 0x66;
    bytes[513] = 0x44;
    bytes[516] = 0x00;
    bytes[517] = 0x01;
    bytes[520] = 0x5d;
    bytes[521] = 0x01;
    bytes[525] = 0x07;
    bytes[526] = 7;
    bytes[536] = 0x01;
    strcpy((char *)&bytes[768], "nqn.2019-08.org.qemu:bed0");
    bytes[1806] = 1;
    bytes[2048] = 0xc4;
    bytes[2049] = 0x09;
    bytes[2052] = 0x10;
    bytes[2056] = 0x04;
    bytes[2048 + 18] = 0x40;
    bytes[2048 + 32] = 0x64;
    bytes[2048 + 32 + 3] = 0x02;
    bytes[2048 + 32 + 22] = 0x82;
}

static void the_lines_are_as_expected(void **state)
{
    struct collect *collect;

    (void)state;
    made_by_hand();
    collect = described();
    expect_line(collect, "vid       : 0x1b36");
    expect_line(collect, "ssvid     : 0x1af4");
    expect_line(collect, "sn        : bed0");
    expect_line(collect, "mn        : QEMU NVMe Ctrl");
    expect_line(collect, "fr        : 8.0");
    expect_line(collect, "ieee      : 0x525400");
    expect_line(collect, "mdts      : 7");
    expect_line(collect, "ver       : 0x10400 (1.4.0)");
    expect_line(collect, "rtd3r     : 1000000 us");
    expect_line(collect, "oaes      : 0x100 (attached namespace changed)");
    expect_line(collect, "ctratt    : 0x8000 (extended LBA formats)");
    expect_line(collect, "cntrltype : 1 (I/O)");
    expect_line(collect,
                "oacs      : 0x12a (Format NVM, Namespace Management, Directives, Doorbell Buffer Config)");
    expect_line(collect, "acl       : 3 (4 aborts)");
    expect_line(collect, "frmw      : 0x3 (slot 1 read-only, 1 slot)");
    expect_line(collect, "npss      : 1 (2 power states)");
    expect_line(collect, "wctemp    : 343 K (70 C)");
    expect_line(collect, "cctemp    : 256 K (-17 C)");
    expect_line(collect, "tnvmcap   : 1000204886016 bytes (1.00 TB)");
    expect_line(collect, "domainid  : 9");
    expect_line(collect, "sqes      : 0x66 (64 bytes at least, 64 bytes at most)");
    expect_line(collect, "nn        : 256");
    expect_line(collect, "vwc       : 0x7 (present, Flush of all namespaces)");
    expect_line(collect, "awun      : 7 (8 blocks)");
    expect_line(collect, "sgls      : 0x1 (SGLs)");
    expect_line(collect, "subnqn    : nqn.2019-08.org.qemu:bed0");
    expect_line(collect, "dctype    : 1");
    expect_line(collect, "psds:");
    expect_line(collect, "  [0]:");
    expect_line(collect, "    max_power                      : 2500 (25 W)");
    expect_line(collect, "    idle_scale                     : 1 (0.0001 W)");
    expect_line(collect, "    entry_lat                      : 16 us");
    expect_line(collect, "  [1]:");
    expect_line(collect, "    non-operational_state          : 1");
    expect_line(collect, "    active_power_work              : 2");
    expect_line(collect, "    active_scale                   : 2 (0.01 W)");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void long_notes_go_on_below_themselves(void **state)
{
    struct collect *collect;

    (void)state;
    made_by_hand();
    collect = described();
    expect_line(collect,
                "oncs      : 0x15d (Compare, Dataset Management, Write Zeroes, feature save and select, "
                "timestamp,");
    expect_line(collect, "                   Copy)");
    collect_free(collect);
}

static void the_json_has_the_names_and_numbers_of_nvme_cli(void **state)
{
    static const char *const names[] = {
        "vid",       "ssvid",  "rab",     "ieee",      "cmic",      "mdts",      "cntlid",   "ver",
        "rtd3r",     "rtd3e",  "oaes",    "ctratt",    "rrls",      "cntrltype", "crdt1",    "crdt2",
        "crdt3",     "nvmsr",  "vwci",    "mec",       "oacs",      "acl",       "aerl",     "frmw",
        "lpa",       "elpe",   "npss",    "avscc",     "apsta",     "wctemp",    "cctemp",   "mtfa",
        "hmpre",     "hmmin",  "tnvmcap", "unvmcap",   "rpmbs",     "edstt",     "dsto",     "fwug",
        "kas",       "hctma",  "mntmt",   "mxtmt",     "sanicap",   "hmminds",   "hmmaxd",   "nsetidmax",
        "endgidmax", "anatt",  "anacap",  "anagrpmax", "nanagrpid", "pels",      "domainid", "megcap",
        "sqes",      "cqes",   "maxcmd",  "nn",        "oncs",      "fuses",     "fna",      "vwc",
        "awun",      "awupf",  "icsvscc", "nwpc",      "acwu",      "ocfs",      "sgls",     "mnan",
        "maxdna",    "maxcna", "ioccsz",  "iorcsz",    "icdoff",    "fcatt",     "msdbd",    "ofcs",
    };
    struct collect *collect;

    (void)state;
    made_by_hand();
    collect = described();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)json_number(collect, names[i]);
    }
    assert_int_equal(json_number(collect, "vid"), 0x1b36);
    assert_int_equal(json_number(collect, "ieee"), 0x525400);
    assert_int_equal(json_number(collect, "ver"), 0x10400);
    assert_true(json_number(collect, "tnvmcap") == 1000204886016u);
    expect_json(collect, "\n  \"sn\": \"bed0\",");
    expect_json(collect, "\n  \"fguid\": \"00000000-0000-0000-0000-000000000000\",");
    expect_json(collect, "\n  \"psds\": [\n    {\n      \"max_power\": 2500,");
    collect_free(collect);
}

static void powers_are_said_in_watts(void **state)
{
    static const struct {
        uint16_t mp;
        uint8_t flags;
        const char *words;
    } known[] = {{2500, 0, " (25 W)"},     {450, 1, " (0.045 W)"},    {1, 1, " (0.0001 W)"},
                 {9999, 1, " (0.9999 W)"}, {10000, 1, " (1 W)"},      {1, 0, " (0.01 W)"},
                 {123, 0, " (1.23 W)"},    {65535, 0, " (655.35 W)"}, {65535, 1, " (6.5535 W)"},
                 {0, 0, ": 0\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct collect *collect = collect_start();
        struct lwnvme_power_state power;

        memset(&power, 0, sizeof(power));
        lwnvme_le16_set(&power.mp, known[i].mp);
        power.flags = known[i].flags;
        lwnvme_describe_power_state(&collect->text.describe, &power);
        *strstr(collect->lines, "max_power_scale") = '\0';
        if (strstr(collect->lines, known[i].words) == NULL) {
            fail_msg("%s is not in %s", known[i].words, collect->lines);
        }
        collect_free(collect);
    }
}

static void fault_047_text_of_a_device_comes_out_clean(void **state)
{
    struct collect *collect;

    (void)state;
    memset(&identify, 0, sizeof(identify));
    memcpy(identify.sn, "\x1b[2Jevil\"\\\r\n\xff\xc3\xa4 end.", 20);
    memset(identify.mn, 'M', sizeof(identify.mn));
    memcpy(identify.fr, "1.0\0junk", 8);
    memset(identify.subnqn, 'q', sizeof(identify.subnqn));
    collect = described();
    expect_line(collect, "sn        : .[2Jevil\"\\..... end.");
    expect_json(collect, "\"sn\": \".[2Jevil\\u0022\\u005c..... end.\"");
    expect_line(collect, "mn        : MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM");
    expect_line(collect, "fr        : 1.0");
    collect_free(collect);
}

static void fault_188_a_wild_number_of_power_states_stays_inside(void **state)
{
    struct lwnvme_identify_controller *exact;
    struct collect *collect = collect_start();

    (void)state;
    memset(&identify, 0, sizeof(identify));
    identify.npss = 255;
    exact = exact_copy(&identify, sizeof(identify));
    lwnvme_describe_identify_controller(&collect->text.describe, exact);
    expect_line(collect, "  [31]:");
    expect_no_line(collect, "  [32]:");
    free(exact);
    collect_free(collect);
}

static void fault_188_hostile_structures_make_clean_text_and_json(void **state)
{
    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern++) {
        hostile_fill(&identify, sizeof(identify), pattern);
        collect_free(described());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lines_are_as_expected),
        cmocka_unit_test(long_notes_go_on_below_themselves),
        cmocka_unit_test(the_json_has_the_names_and_numbers_of_nvme_cli),
        cmocka_unit_test(powers_are_said_in_watts),
        cmocka_unit_test(fault_047_text_of_a_device_comes_out_clean),
        cmocka_unit_test(fault_188_a_wild_number_of_power_states_stays_inside),
        cmocka_unit_test(fault_188_hostile_structures_make_clean_text_and_json),
    };

    return cmocka_run_group_tests_name("describe: controller", tests, NULL, NULL);
}
