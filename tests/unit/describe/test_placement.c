/* SPDX-License-Identifier: MIT */
/* The log pages of Flexible Data Placement in words. */
#include "describe_support.h"

static void configurations_with_their_handles(void **state)
{
    static uint8_t log[16 + 72 + 64] = {1, 0, 0, 0, 152};
    struct lwnvme_fdp_configuration *first = (struct lwnvme_fdp_configuration *)&log[16];
    struct lwnvme_fdp_configuration *second = (struct lwnvme_fdp_configuration *)&log[88];
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le16_set(&first->dsze, 72);
    first->fdpa = 0x90;
    lwnvme_le32_set(&first->nrg, 1);
    lwnvme_le16_set(&first->nruh, 2);
    lwnvme_le16_set(&first->maxpids, 1);
    lwnvme_le32_set(&first->nns, 16);
    lwnvme_le64_set(&first->runs, 16777216);
    lwnvme_le32_set(&first->erutl, 60);
    log[80] = 1;
    log[84] = 2;
    lwnvme_le16_set(&second->dsze, 64);
    lwnvme_describe_fdp_configurations_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_fdp_configurations_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    assert_int_equal(json_number(collect, "n"), 1);
    expect_line(collect, "    fdpa    : 0x90 (volatile write cache, valid)");
    expect_line(collect, "    runs    : 16777216 bytes (16.77 MB)");
    expect_line(collect, "        ruht : 1 (initially isolated)");
    expect_line(collect, "        ruht : 2 (persistently isolated)");
    expect_json(collect, "\"nrg\": 1,\n      \"nruh\": 2,\n      \"maxpids\": 1,\n      \"nnss\": 16,\n"
                         "      \"runs\": 16777216,\n      \"erutl\": 60,");
    expect_line(collect, "  [1]:");
    expect_no_line(collect, "  [2]:");
    collect_free(collect);
}

static void usage_and_statistics(void **state)
{
    static const uint8_t usage[8 + 16] = {2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2};
    static struct lwnvme_fdp_statistics_log statistics;
    struct collect *collect = collect_start();

    (void)state;
    statistics.hbmw.byte[0] = 1;
    statistics.mbmw.byte[1] = 1;
    statistics.mbe.byte[8] = 1;
    lwnvme_describe_fdp_usage_log(&collect->text.describe, usage, sizeof(usage));
    lwnvme_describe_fdp_usage_log(&collect->json.describe, usage, sizeof(usage));
    lwnvme_describe_fdp_statistics_log(&collect->json.describe, &statistics);
    collect_check(collect);
    expect_line(collect, "    ruha : 1 (host specified)");
    expect_line(collect, "    ruha : 2 (controller specified)");
    expect_json(collect, "\"hbmw\": 1,\n  \"mbmw\": 256,\n  \"mbe\": 18446744073709551616\n");
    collect_free(collect);
}

static void events(void **state)
{
    static uint8_t log[64 + 128] = {2};
    struct lwnvme_fdp_event *event = (struct lwnvme_fdp_event *)&log[64];
    struct collect *collect = collect_start();

    (void)state;
    event[0].fdpet = 0x80;
    event[0].fdpef = 3;
    lwnvme_le16_set(&event[0].pid, 4);
    lwnvme_le64_set(&event[0].etstmp, 5);
    lwnvme_le32_set(&event[0].nsid, 6);
    event[0].ets[0] = 1;
    event[0].ets[2] = 7;
    event[0].ets[4] = 8;
    lwnvme_le16_set(&event[0].ruhid, 9);
    event[1].fdpet = 1;
    lwnvme_describe_fdp_events_log(&collect->text.describe, log, sizeof(log));
    lwnvme_describe_fdp_events_log(&collect->json.describe, log, sizeof(log));
    collect_check(collect);
    expect_line(collect, "    type      : 128 (media reallocated)");
    expect_line(collect, "    type      : 1 (reclaim unit time limit exceeded)");
    expect_json(
        collect,
        "\"pid\": 4,\n      \"timestamp\": 5,\n      \"nsid\": 6,\n      \"sef\": 1,\n      \"nlbam\": 7,\n"
        "      \"lba\": 8,\n      \"rgid\": 0,\n      \"ruhid\": 9\n");
    collect_free(collect);
}

static void fault_188_sizes_and_counts_stay_inside(void **state)
{
    static uint8_t log[512];

    (void)state;
    for (uint32_t pattern = 0; pattern < HOSTILE_PATTERNS; pattern++) {
        for (size_t length = 0; length <= sizeof(log); length += length < 100 ? 1 : 37) {
            struct collect *collect = collect_start();
            uint8_t *exact;

            hostile_fill(log, sizeof(log), pattern);
            exact = exact_copy(log, length);
            lwnvme_describe_fdp_configurations_log(&collect->text.describe, exact, length);
            lwnvme_describe_list(&collect->json.describe, "logs");
            lwnvme_describe_section(&collect->json.describe, NULL);
            lwnvme_describe_fdp_configurations_log(&collect->json.describe, exact, length);
            lwnvme_describe_end(&collect->json.describe);
            lwnvme_describe_section(&collect->json.describe, NULL);
            lwnvme_describe_fdp_usage_log(&collect->json.describe, exact, length);
            lwnvme_describe_end(&collect->json.describe);
            lwnvme_describe_section(&collect->json.describe, NULL);
            lwnvme_describe_fdp_events_log(&collect->json.describe, exact, length);
            collect_check(collect);
            free(exact);
            collect_free(collect);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations_with_their_handles),
        cmocka_unit_test(usage_and_statistics),
        cmocka_unit_test(events),
        cmocka_unit_test(fault_188_sizes_and_counts_stay_inside),
    };

    return cmocka_run_group_tests_name("describe: placement", tests, NULL, NULL);
}
