/* SPDX-License-Identifier: MIT */
/* What a controller supports, in words. */
#include "describe_support.h"

static void supported_log_pages_by_name(void **state)
{
    static struct lwnvme_supported_log_pages log;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le32_set(&log.lid[2], 1);
    lwnvme_le32_set(&log.lid[3], 2); /* not supported */
    lwnvme_le32_set(&log.lid[0xbf], 3);
    lwnvme_describe_supported_log_pages(&collect->text.describe, &log);
    lwnvme_describe_supported_log_pages(&collect->json.describe, &log);
    collect_check(collect);
    expect_line(collect, "  lid_0x2  : 0x1 (SMART / Health Information)");
    expect_line(collect, "  lid_0xbf : 0x3 (Changed Zone List, takes an index as offset)");
    expect_no_line(collect, "lid_0x3");
    collect_free(collect);
}

static void effects_have_names_as_in_nvme_cli(void **state)
{
    static struct lwnvme_effects_log log;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le32_set(&log.acs[0x80], 0x00120003);
    lwnvme_le32_set(&log.acs[0xc1], 1);
    lwnvme_le32_set(&log.iocs[1], 3);
    lwnvme_describe_effects_log(&collect->text.describe, &log, 2);
    lwnvme_describe_effects_log(&collect->json.describe, &log, 2);
    collect_check(collect);
    assert_int_equal(json_number(collect, "command_set_identifier"), 2);
    expect_json(collect, "\"ACS_128 (Format NVM)\": 1179651,");
    expect_json(collect, "\"ACS_193 (Unknown)\": 1\n");
    expect_json(collect, "\"IOCS_1 (Write)\": 3\n");
    expect_line(collect,
                "  ACS_128 (Format NVM)                 : 0x120003 (may change user data, alone on all "
                "namespaces,");
    collect_free(collect);
}

static void features_and_mi_commands_by_name(void **state)
{
    static struct lwnvme_feature_effects_log features;
    static struct lwnvme_mi_effects_log commands;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le32_set(&features.fid[6], 0x00200011);
    lwnvme_le32_set(&commands.micmd[5], 1);
    lwnvme_describe_feature_effects_log(&collect->text.describe, &features);
    lwnvme_describe_feature_effects_log(&collect->json.describe, &features);
    lwnvme_describe_mi_effects_log(&collect->text.describe, &commands);
    lwnvme_describe_mi_effects_log(&collect->json.describe, &commands);
    collect_check(collect);
    expect_line(collect,
                "  fid_6   : 0x200011 (Volatile Write Cache, may change the controller's capabilities,");
    expect_json(collect, "\"fid_6\": 2097169");
    expect_line(collect, "  mi_cmd_5   : 0x1 (VPD Read)");
    collect_free(collect);
}

static void fault_188_a_lockdown_list_is_followed_only_upwards(void **state)
{
    static struct lwnvme_lockdown_log log;
    struct lwnvme_lockdown_log *exact;
    struct collect *collect = collect_start();

    (void)state;
    log.cfila = 0x12;
    log.lngth = 255;
    log.cfil[0] = 1;
    log.cfil[1] = 6;
    log.cfil[2] = 1;
    log.cfil[3] = 6;
    exact = exact_copy(&log, sizeof(log));
    lwnvme_describe_lockdown_log(&collect->text.describe, exact);
    lwnvme_describe_lockdown_log(&collect->json.describe, exact);
    free(exact);
    collect_check(collect);
    expect_line(collect, "scope    : 2 (features)");
    expect_line(collect, "contents : 1 (prohibited)");
    expect_json(collect, "\"cfil\": {\n    \"entry_0x1\": 1,\n    \"entry_0x6\": 6\n  }");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supported_log_pages_by_name),
        cmocka_unit_test(effects_have_names_as_in_nvme_cli),
        cmocka_unit_test(features_and_mi_commands_by_name),
        cmocka_unit_test(fault_188_a_lockdown_list_is_followed_only_upwards),
    };

    return cmocka_run_group_tests_name("describe: support", tests, NULL, NULL);
}
