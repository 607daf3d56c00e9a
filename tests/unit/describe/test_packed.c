/* SPDX-License-Identifier: MIT */
/*
 * The packed layouts, unpacked here in another way than the library does, are the text of layouts.txt; and some words
 * of theirs as the library says them.
 */
#include "describe_support.h"

#include "../../../src/describe/packed.h"

#include <lwnvme/spec_feature.h>

static const struct {
    const char *name;
    const char *packed;
} all[] = {
#define ROW(name) {#name, lwnvme_describe_##name},
    LWNVME_DESCRIBE_PACKED(ROW)
#undef ROW
};

/* A symbol by recursion. */
static void unpack(char **to, unsigned symbol)
{
    const uint8_t *pair;

    if (symbol >= 32 && symbol < 127) {
        *(*to)++ = (char)symbol;
        return;
    }
    assert_true(symbol >= 4 && symbol < 1024);
    if (symbol < 32) {
        pair = lwnvme_describe_pairs[symbol - 4];
    } else if (symbol < 256) {
        pair = lwnvme_describe_pairs[28 + symbol - 127];
    } else {
        pair = lwnvme_describe_pairs[28 + 129 + (symbol / 256 - 1) * 255 + symbol % 256 - 1];
    }
    unpack(to, pair[0] + pair[1] % 16u * 256u);
    unpack(to, pair[1] / 16u + pair[2] * 16u);
}

/* The next layout of a list, or the only one. */
static const char *unpacked(const char *packed, char text[8192])
{
    for (; *packed != '\0'; packed++) {
        if (*packed >= 1 && *packed <= 3) {
            unpack(&text, (unsigned)packed[0] * 256u + (uint8_t)packed[1]);
            packed++;
        } else {
            unpack(&text, (uint8_t)*packed);
        }
    }
    *text = '\0';
    return packed + 1;
}

/* What has been read of a section, against what is packed: each line is an entry, or a word if it is indented. */
struct section {
    char text[8192];
    const char *rest; /* of a list */
    char name[64];
    uint32_t checked;
};

static void check_section(struct section *section, int id, const char *name)
{
    char text[8192];
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]) && strcmp(all[i].name, name) != 0; i++) {
    }
    assert_true(i < sizeof(all) / sizeof(all[0]));
    if (id >= 0) {
        if (strcmp(section->name, name) != 0) {
            section->rest = all[i].packed;
        }
        assert_int_equal((uint8_t)*section->rest, id);
        section->rest = unpacked(section->rest + 1, text);
    } else {
        unpacked(all[i].packed, text);
    }
    assert_string_equal(text, section->text);
    section->checked += strcmp(section->name, name) != 0;
    snprintf(section->name, sizeof(section->name), "%s", name);
}

static void they_are_what_layouts_txt_says(void **state)
{
    FILE *file = fopen("src/describe/layouts.txt", "r");
    struct section section = {.checked = 0};
    char line[512];
    char name[64] = "";
    int id = -1;
    bool entries = false; /* this layout has some */
    bool words = false;   /* the last line was one */

    (void)state;
    assert_non_null(file);
    for (bool more = true; more;) {
        more = fgets(line, sizeof(line), file) != NULL;
        line[strcspn(line, "\n")] = '\0';
        if (!more || line[0] == '[') {
            if (name[0] != '\0') {
                strcat(section.text, words && entries ? ";" : "");
                check_section(&section, id, name);
            }
            id = -1;
            section.text[0] = '\0';
            entries = false;
            words = false;
            if (more) {
                assert_true(sscanf(line, "[%63[a-z0-9_] %d", name, &id) >= 1);
            }
        } else if (line[0] == ' ') {
            size_t length = strlen(section.text);

            if (!words && length > 0) {
                section.text[length - 1] = ':'; /* of an entry */
            }
            strcat(section.text, words ? "|" : "");
            strcat(section.text, line + 4);
            words = true;
        } else if (line[0] != '\0' && line[0] != '#') {
            strcat(section.text, words ? ";" : "");
            strcat(section.text, line);
            strcat(section.text, ";");
            entries = true;
            words = false;
        }
    }
    fclose(file);
    assert_int_equal(section.checked, sizeof(all) / sizeof(all[0]));
}

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_what_layouts_txt_says),
        cmocka_unit_test(features_have_their_names),
    };

    return cmocka_run_group_tests_name("describe: names", tests, NULL, NULL);
}
