/* SPDX-License-Identifier: MIT */
/* Names of features. */
#include "describe_support.h"

#include <lwnvme/spec_feature.h>

static void features_have_their_names(void **state)
{
    static const struct {
        uint8_t fid;
        const char *name;
    } known[] = {
        {0x01, "Arbitration"},
        {0x02, "Power Management"},
        {0x04, "Temperature Threshold"},
        {0x0b, "Asynchronous Event Configuration"},
        {0x10, "Host Controlled Thermal Management"},
        {0x1d, "Flexible Data Placement"},
        {0x80, "Software Progress Marker"},
        {0x84, "Namespace Write Protection Config"},
        {0x85, "Boot Partition Write Protection Config"},
        {0x00, "Unknown"},
        {0xc0, "Unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct collect *collect = collect_start();
        char line[80];

        lwnvme_describe_feature(&collect->text.describe, known[i].fid, 0, NULL, 0);
        snprintf(line, sizeof(line), "name    : %s", known[i].name);
        expect_line(collect, line);
        collect_free(collect);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(features_have_their_names)};

    return cmocka_run_group_tests_name("describe: names", tests, NULL, NULL);
}
