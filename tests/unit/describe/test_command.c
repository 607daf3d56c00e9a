/* SPDX-License-Identifier: MIT */
/* Directives and Get LBA Status in words. */
#include "describe_support.h"

static void directives(void **state)
{
    static struct lwnvme_directive_parameters parameters;
    struct collect *collect = collect_start();

    (void)state;
    parameters.ds[0] = 3;
    parameters.de[0] = 1;
    parameters.dpac[0] = 4;
    lwnvme_describe_directive_parameters(&collect->text.describe, &parameters);
    lwnvme_describe_directive_parameters(&collect->json.describe, &parameters);
    collect_check(collect);
    expect_line(collect, "Directive support                                   : 0x3 (Identify, Streams)");
    expect_line(collect, "Directive enabled                                   : 0x1 (Identify)");
    assert_int_equal(json_number(collect, "Directive Persistent Across Controller Level Resets"), 4);
    collect_free(collect);
}

static void streams(void **state)
{
    static struct lwnvme_stream_parameters parameters;
    static struct lwnvme_stream_status status;
    struct lwnvme_stream_status *exact;
    struct collect *collect = collect_start();

    (void)state;
    lwnvme_le16_set(&parameters.msl, 16);
    lwnvme_le32_set(&parameters.sws, 32);
    lwnvme_le16_set(&parameters.nso, 3);
    lwnvme_le16_set(&status.osc, 0xffff);
    lwnvme_le16_set(&status.sid[1], 77);
    exact = exact_copy(&status, sizeof(status));
    lwnvme_describe_stream_parameters(&collect->json.describe, &parameters);
    lwnvme_describe_stream_status(&collect->json.describe, exact);
    lwnvme_describe_stream_status(&collect->text.describe, exact);
    free(exact);
    collect_check(collect);
    assert_int_equal(json_number(collect, "Max Streams Limit (MSL)"), 16);
    assert_int_equal(json_number(collect, "Stream Write Size (in unit of LB size) (SWS)"), 32);
    assert_int_equal(json_number(collect, "Namespace Streams Open (NSO)"), 3);
    assert_int_equal(json_number(collect, "Open Stream Count"), 0xffff);
    expect_line(collect, "    sid : 77");
    expect_line(collect, "  [2046]:");
    expect_no_line(collect, "  [2047]:");
    collect_free(collect);
}

static void lba_status(void **state)
{
    static const uint8_t list[] = {9, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0x09, 0, 0};
    struct collect *collect;

    (void)state;
    for (size_t length = 0; length < sizeof(list); length++) {
        uint8_t *exact = exact_copy(list, length);

        collect = collect_start();
        lwnvme_describe_lba_status_list(&collect->json.describe, exact, length);
        collect_check(collect);
        free(exact);
        collect_free(collect);
    }
    collect = collect_start();
    lwnvme_describe_lba_status_list(&collect->text.describe, list, sizeof(list));
    expect_line(collect, "Completion Condition (CMPC)             : 2 (complete)");
    expect_line(collect, "    DSLBA  : 0x100");
    expect_line(collect, "    NLB    : 8 (9 blocks)");
    expect_line(collect, "    status : 0x9 (may fail to be read, allocated)");
    collect_free(collect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directives),
        cmocka_unit_test(streams),
        cmocka_unit_test(lba_status),
    };

    return cmocka_run_group_tests_name("describe: commands", tests, NULL, NULL);
}
