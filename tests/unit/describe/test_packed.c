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

static unsigned bits_of(const uint8_t *data, unsigned bit, unsigned count)
{
    return count == 0 ? 0
                      : bits_of(data, bit, count - 1) * 2 +
                            (data[(bit + count - 1) / 8] >> (7 - (bit + count - 1) % 8)) % 2;
}

/* A symbol by recursion. */
static void unpack(char **to, unsigned symbol)
{
    if (symbol < LWNVME_DESCRIBE_CHARACTERS) {
        *(*to)++ = lwnvme_describe_characters[symbol];
        return;
    }
    symbol = (symbol - LWNVME_DESCRIBE_CHARACTERS) * 2;
    assert_true((symbol + 2) * LWNVME_DESCRIBE_SYMBOL_BITS <= sizeof(lwnvme_describe_pairs) * 8);
    unpack(to,
           bits_of(lwnvme_describe_pairs, symbol * LWNVME_DESCRIBE_SYMBOL_BITS, LWNVME_DESCRIBE_SYMBOL_BITS));
    unpack(to, bits_of(lwnvme_describe_pairs, (symbol + 1) * LWNVME_DESCRIBE_SYMBOL_BITS,
                       LWNVME_DESCRIBE_SYMBOL_BITS));
}

/* All symbols that have a code: how long it is, and which. */
static struct {
    unsigned length;
    unsigned code;
    unsigned symbol;
} codes[2048];
static unsigned code_count;

static void make_codes(void)
{
    unsigned characters = 0;
    unsigned pairs = LWNVME_DESCRIBE_CHARACTERS;
    unsigned code = 0;

    code_count = 0;
    for (unsigned length = 1; length <= LWNVME_DESCRIBE_CODE_BITS_MAX; length++) {
        const struct lwnvme_describe_lengths *row = &lwnvme_describe_lengths[length - 1];

        for (unsigned i = 0; i < row->characters + (unsigned)row->pairs; i++) {
            codes[code_count].length = length;
            codes[code_count].code = code++;
            codes[code_count++].symbol = i < row->characters ? characters++ : pairs++;
        }
        code *= 2;
    }
    /* No bits that are no code. */
    assert_int_equal(code, 2u << LWNVME_DESCRIBE_CODE_BITS_MAX);
    assert_true(characters <= LWNVME_DESCRIBE_CHARACTERS);
}

/* A layout's text; how many bytes it takes up. */
static unsigned unpacked(const char *packed, char text[8192])
{
    const uint8_t *data = (const uint8_t *)packed;
    char *to = text;
    unsigned bit = 1;

    assert_true(data[0] >= 0x80);
    do {
        unsigned i;

        for (i = 0; i < code_count && bits_of(data, bit, codes[i].length) != codes[i].code; i++) {
        }
        assert_true(i < code_count);
        bit += codes[i].length;
        unpack(&to, codes[i].symbol);
    } while (to[-1] != '\0');
    return (bit + 7) / 8;
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
        assert_int_equal((uint8_t)section->rest[0], id);
        assert_int_equal((uint8_t)section->rest[1], unpacked(section->rest + 2, text));
        section->rest += 2 + (uint8_t)section->rest[1];
    } else {
        unpacked(all[i].packed, text);
    }
    assert_string_equal(text, section->text);
    section->checked += strcmp(section->name, name) != 0;
    snprintf(section->name, sizeof(section->name), "%s", name);
}

/* A word without its condition, if it is the next one after that of the word before. */
static const char *short_word(const char *word, char condition[64], unsigned *number)
{
    const char *blank = strchr(word, ' ');
    const char *digits = blank;
    const unsigned before = *number;
    char start[64];
    bool goes_on;

    while (digits > word && digits[-1] >= '0' && digits[-1] <= '9') {
        digits--;
    }
    *number = (unsigned)strtoul(digits, NULL, 10);
    snprintf(start, sizeof(start), "%.*s", (int)(digits - word), word);
    goes_on = strcmp(start, condition) == 0 && start[0] != '!' && *number == before + 1;
    snprintf(condition, 64, "%s", start);
    return goes_on ? blank : word;
}

/* A single bit has no second number if a name follows. */
static void short_bits(char *text)
{
    unsigned high;
    unsigned low;
    int length = 0;

    for (char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@')) {
        if (sscanf(at, "@%u:%u%n", &high, &low, &length) == 2 && high == low && at[length] == ' ') {
            char *colon = strchr(at, ':');

            memmove(colon, at + length, strlen(at + length) + 1);
        }
    }
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
    char condition[64] = "none";
    unsigned number = 0;

    (void)state;
    make_codes();
    assert_non_null(file);
    for (bool more = true; more;) {
        more = fgets(line, sizeof(line), file) != NULL;
        line[strcspn(line, "\n")] = '\0';
        if (!more || line[0] == '[') {
            if (name[0] != '\0') {
                strcat(section.text, words && entries ? ";" : "");
                short_bits(section.text);
                check_section(&section, id, name);
            }
            id = -1;
            strcpy(condition, "none");
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
            strcat(section.text, short_word(line + 4, condition, &number));
            words = true;
        } else if (line[0] != '\0' && line[0] != '#') {
            strcat(section.text, words ? ";" : "");
            strcat(section.text, line);
            strcat(section.text, ";");
            entries = true;
            words = false;
            strcpy(condition, "none");
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
