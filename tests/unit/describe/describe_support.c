/* SPDX-License-Identifier: MIT */
#include "describe_support.h"

static void collect_line(void *context, const char *line)
{
    struct collect *collect = context;
    const size_t length = strlen(line);

    assert_true(length < LWNVME_DESCRIBE_LINE_BYTES);
    assert_true(collect->lines_length + length + 2u < COLLECT_BYTES);
    memcpy(&collect->lines[collect->lines_length], line, length);
    collect->lines_length += length;
    collect->lines[collect->lines_length++] = '\n';
}

static void collect_piece(void *context, const char *text, size_t length)
{
    struct collect *collect = context;

    assert_true(length != 0);
    assert_true(collect->pieces_length + length + 1u < COLLECT_BYTES);
    memcpy(&collect->pieces[collect->pieces_length], text, length);
    collect->pieces_length += length;
}

/* Kept for the next collect, all zeros: large memory is slow to get under ASan. */
static char *spare_lines;
static char *spare_pieces;

static char *collect_memory(char **spare)
{
    char *memory = *spare != NULL ? *spare : calloc(1, COLLECT_BYTES);

    *spare = NULL;
    assert_non_null(memory);
    return memory;
}

static void collect_give(char **spare, char *memory, size_t used)
{
    memset(memory, 0, used);
    free(*spare);
    *spare = memory;
}

struct collect *collect_start(void)
{
    struct collect *collect = calloc(1, sizeof(*collect));

    assert_non_null(collect);
    collect->lines = collect_memory(&spare_lines);
    collect->pieces = collect_memory(&spare_pieces);
    lwnvme_describe_text_start(&collect->text, collect_line, collect);
    lwnvme_describe_json_start(&collect->json, collect_piece, collect);
    return collect;
}

void collect_free(struct collect *collect)
{
    collect_give(&spare_lines, collect->lines, collect->lines_length);
    collect_give(&spare_pieces, collect->pieces, collect->pieces_length);
    free(collect);
}

void collect_check(struct collect *collect)
{
    lwnvme_describe_json_end(&collect->json);
    for (size_t i = 0; i < collect->lines_length; i++) {
        const char c = collect->lines[i];

        assert_true((c >= ' ' && c <= '~') || c == '\n');
    }
    for (size_t i = 0; i < collect->pieces_length; i++) {
        const char c = collect->pieces[i];

        assert_true((c >= ' ' && c <= '~') || c == '\n');
    }
    if (!json_is_strict(collect->pieces, collect->pieces_length)) {
        fail_msg("not JSON:\n%s", collect->pieces);
    }
}

void expect_line(const struct collect *collect, const char *line)
{
    const size_t length = strlen(line);
    const char *at = collect->lines;

    while ((at = strstr(at, line)) != NULL) {
        if ((at == collect->lines || at[-1] == '\n') && at[length] == '\n') {
            return;
        }
        at++;
    }
    printf("%s", collect->lines);
    fail_msg("no line \"%s\" in the above", line);
}

void expect_no_line(const struct collect *collect, const char *part)
{
    if (strstr(collect->lines, part) != NULL) {
        fail_msg("\"%s\" stands in:\n%s", part, collect->lines);
    }
}

void expect_json(const struct collect *collect, const char *piece)
{
    if (strstr(collect->pieces, piece) == NULL) {
        fail_msg("no piece %s in:\n%s", piece, collect->pieces);
    }
}

uint64_t json_number(const struct collect *collect, const char *name)
{
    char key[128];
    const char *at;

    snprintf(key, sizeof(key), "\n  \"%s\": ", name);
    at = strstr(collect->pieces, key);
    if (at == NULL) {
        fail_msg("no member %s in:\n%s", name, collect->pieces);
        return 0;
    }
    return strtoull(at + strlen(key), NULL, 10);
}

/* ---- The JSON checker ---------------------------------------------------------------------------------- */

#define JSON_DEPTH_MAX 32
#define JSON_NAMES_MAX 2048

struct json_reader {
    const char *text;
    size_t length;
    size_t at;
};

static int json_peek(const struct json_reader *reader)
{
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

static void json_blanks(struct json_reader *reader)
{
    while (json_peek(reader) == ' ' || json_peek(reader) == '\n') {
        reader->at++;
    }
}

static bool json_take(struct json_reader *reader, char wanted)
{
    if (json_peek(reader) != wanted) {
        return false;
    }
    reader->at++;
    return true;
}

static bool json_string(struct json_reader *reader)
{
    if (!json_take(reader, '"')) {
        return false;
    }
    for (;;) {
        const int c = json_peek(reader);

        reader->at++;
        if (c == '"') {
            return true;
        }
        if (c < ' ' || c > '~') {
            return false;
        }
        if (c != '\\') {
            continue;
        }
        if (!json_take(reader, 'u')) {
            return false;
        }
        for (int digit = 0; digit < 4; digit++) {
            if (json_peek(reader) == -1 || strchr("0123456789abcdef", json_peek(reader)) == NULL) {
                return false;
            }
            reader->at++;
        }
    }
}

/* Only what may stand here: a natural number without leading zeros. */
static bool json_natural(struct json_reader *reader)
{
    const size_t from = reader->at;

    while (json_peek(reader) >= '0' && json_peek(reader) <= '9') {
        reader->at++;
    }
    return reader->at > from && (reader->text[from] != '0' || reader->at == from + 1);
}

static bool json_value(struct json_reader *reader, int depth);

static bool json_name_is_new(const struct json_reader *reader, const size_t *names, size_t count)
{
    const size_t length = reader->at - names[count];

    for (size_t i = 0; i < count; i++) {
        if (strncmp(&reader->text[names[i]], &reader->text[names[count]], length) == 0) {
            return false;
        }
    }
    return true;
}

static bool json_object(struct json_reader *reader, int depth)
{
    size_t *names = calloc(JSON_NAMES_MAX, sizeof(*names));
    size_t count = 0;
    bool good = names != NULL;

    json_blanks(reader);
    if (good && json_take(reader, '}')) {
        free(names);
        return true;
    }
    while (good) {
        json_blanks(reader);
        names[count] = reader->at;
        good = json_string(reader) && json_name_is_new(reader, names, count);
        count++;
        json_blanks(reader);
        good = good && count < JSON_NAMES_MAX && json_take(reader, ':') && json_value(reader, depth + 1);
        json_blanks(reader);
        if (good && json_take(reader, '}')) {
            break;
        }
        good = good && json_take(reader, ',');
    }
    free(names);
    return good;
}

static bool json_list(struct json_reader *reader, int depth)
{
    json_blanks(reader);
    if (json_take(reader, ']')) {
        return true;
    }
    for (;;) {
        if (!json_value(reader, depth + 1)) {
            return false;
        }
        json_blanks(reader);
        if (json_take(reader, ']')) {
            return true;
        }
        if (!json_take(reader, ',')) {
            return false;
        }
    }
}

static bool json_value(struct json_reader *reader, int depth)
{
    json_blanks(reader);
    if (depth > JSON_DEPTH_MAX) {
        return false;
    }
    if (json_take(reader, '{')) {
        return json_object(reader, depth);
    }
    if (json_take(reader, '[')) {
        return json_list(reader, depth);
    }
    return json_peek(reader) == '"' ? json_string(reader) : json_natural(reader);
}

bool json_is_strict(const char *text, size_t length)
{
    struct json_reader reader = {text, length, 0};

    return json_value(&reader, 0) && json_take(&reader, '\n') && reader.at == length;
}

/* ---- Hostile structures -------------------------------------------------------------------------------- */

void hostile_fill(void *memory, size_t size, uint32_t pattern)
{
    static const char nasty[] = "\x1b[2J\r\n\t\"\\%s%n\x7f\xff\xc3\xa4</script>";
    uint8_t *bytes = memory;
    uint32_t state = pattern * 2654435761u + 1u;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        switch (pattern) {
        case 0:
            bytes[i] = 0xff;
            break;
        case 1:
            bytes[i] = 0;
            break;
        case 2:
            bytes[i] = (uint8_t)nasty[i % (sizeof(nasty) - 1u)];
            break;
        case 3:
            bytes[i] = 'A';
            break;
        case 4:
            bytes[i] = 0x7f;
            break;
        case 5:
            bytes[i] = 1;
            break;
        default:
            bytes[i] = (uint8_t)(pattern % 2u != 0 || state >> 30 == 0 ? state >> 24 : 0);
            break;
        }
    }
}

void *exact_copy(const void *from, size_t size)
{
    void *copy = malloc(size != 0 ? size : 1u);

    assert_non_null(copy);
    memcpy(copy, from, size);
    return copy;
}

uint32_t hostile_next(uint32_t pattern)
{
    const char *thin = getenv("THIN");
    const long step = thin != NULL ? strtol(thin, NULL, 10) : 1;

    return pattern + (pattern < 6u || step < 1 ? 1u : (uint32_t)step);
}
