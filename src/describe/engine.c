/* SPDX-License-Identifier: MIT */
/*
 * The engine of describe: walks a layout over bytes and makes fields of them; formats numbers and cleans text.
 *
 * Called by the describers of this directory only. All room that a field needs lies in the sink's own object, so the
 * stack stays shallow. A layout is trusted (it is a constant of ours), the bytes are not: each entry is taken only if
 * as many bytes are left.
 */
#include "engine.h"

/* Pairs within pairs: tools/pack-layouts makes no more. */
#define LWNVME_DESCRIBE_PENDING 8u

/* The first bit of a packed layout; plain ones are ASCII. */
#define LWNVME_DESCRIBE_IS_PACKED 0x80u

/* A place in a layout: the character there, and what is behind it. */
struct lwnvme_describe_reader {
    const uint8_t *layout;
    uint32_t behind; /* bits of a packed layout, characters of a plain one */
    char now;        /* '\0' at the end */
    uint8_t count;
    uint16_t pending[LWNVME_DESCRIBE_PENDING]; /* of a packed symbol, what is still to come */
};

/* When a word holds: by bits, or by the whole value. */
struct lwnvme_describe_condition {
    uint32_t high_bit;
    uint32_t low_bit;
    uint32_t wanted;
    bool is_inverted;
    bool is_whole;
    bool has_value;
};

/* One entry of a layout, taken apart. Its name and unit are in the sink's object. */
struct lwnvme_describe_entry {
    uint32_t bytes;
    uint32_t high_bit;
    uint32_t low_bit;
    char kind;
    bool stays;    /* the next entry begins at the same byte */
    bool has_bits; /* high_bit and low_bit are given */
    bool has_name;
    bool has_words;
    struct lwnvme_describe_reader words; /* at the first one */
};

struct lwnvme_describe_value {
    uint64_t low;
    uint64_t high;
};

/* ---- Numbers ------------------------------------------------------------------------------------------- */

/* Bit by bit from the top, doubling what is there, since division is a library call on some machines. */
const char *lwnvme_describe_decimal(char digits[LWNVME_DESCRIBE_DECIMAL_BYTES], uint64_t low, uint64_t high)
{
    const uint32_t end = LWNVME_DESCRIBE_DECIMAL_BYTES - 1u;
    uint32_t first = end;
    uint32_t bit;
    uint32_t i;

    digits[end] = '\0';
    for (bit = 0; bit < 128u; bit++) {
        uint32_t carry = (uint32_t)(high >> 63);

        high = (high << 1) | (low >> 63);
        low <<= 1;
        for (i = end; i > first; i--) {
            const uint32_t doubled = 2u * (uint32_t)(digits[i - 1u] - '0') + carry;

            carry = doubled >= 10u ? 1u : 0u;
            digits[i - 1u] = (char)('0' + (doubled - 10u * carry));
        }
        if (carry != 0 && first > 0) {
            digits[--first] = '1';
        }
    }
    if (first == end) {
        digits[--first] = '0';
    }
    return &digits[first];
}

const char *lwnvme_describe_hexadecimal(char digits[LWNVME_DESCRIBE_DECIMAL_BYTES], uint64_t low,
                                        uint64_t high)
{
    uint32_t at = LWNVME_DESCRIBE_DECIMAL_BYTES - 1u;

    digits[at] = '\0';
    do { /* 32 digits at most */
        at--;
        digits[at] = "0123456789abcdef"[low & 15u];
        low = (low >> 4) | (high << 60);
        high >>= 4;
    } while ((low | high) != 0);
    digits[--at] = 'x';
    digits[--at] = '0';
    return &digits[at];
}

/* ---- Text ---------------------------------------------------------------------------------------------- */

/* Adds text to the string in `to`, cut to its room. */
static void lwnvme_describe_append(char *to, size_t room, const char *text)
{
    size_t at = 0;

    while (at + 1u < room && to[at] != '\0') {
        at++;
    }
    while (at + 1u < room && *text != '\0') {
        to[at] = *text;
        at++;
        text++;
    }
    to[at] = '\0';
}

/* Bits as a number, the first one on top. */
static uint32_t lwnvme_describe_number_at(const uint8_t *data, uint32_t bit, uint32_t count)
{
    uint32_t number = 0;

    for (; count > 0; count--) {
        number = number << 1 | ((uint32_t)data[bit >> 3] >> (7u - (bit & 7u)) & 1u);
        bit++;
    }
    return number;
}

/* The next symbol of a packed layout. Codes of one length follow one another, and those of the next length follow
 * them: `code` is how far it is from the first one of its length. */
static uint32_t lwnvme_describe_symbol(struct lwnvme_describe_reader *at)
{
    const struct lwnvme_describe_lengths *counts;
    uint32_t character = 0;
    uint32_t pair = LWNVME_DESCRIBE_CHARACTERS;
    uint32_t code = 0;

    for (counts = lwnvme_describe_lengths;; counts++) { /* ends: no symbol has a longer code than is there */
        code = code << 1 | lwnvme_describe_number_at(at->layout, at->behind++, 1u);
        if (code < counts->characters) {
            return character + code;
        }
        code -= counts->characters;
        character += counts->characters;
        if (code < counts->pairs) {
            return pair + code;
        }
        code -= counts->pairs;
        pair += counts->pairs;
    }
}

/* On to the next character. */
static void lwnvme_describe_next(struct lwnvme_describe_reader *at)
{
    uint32_t symbol;

    if ((at->layout[0] & LWNVME_DESCRIBE_IS_PACKED) == 0) {
        at->now = (char)at->layout[at->behind++];
        return;
    }
    symbol = at->count > 0 ? at->pending[--at->count] : lwnvme_describe_symbol(at);
    while (symbol >= LWNVME_DESCRIBE_CHARACTERS) { /* ends: pairs are of characters and earlier pairs */
        const uint32_t bit = (symbol - LWNVME_DESCRIBE_CHARACTERS) * 2u * LWNVME_DESCRIBE_SYMBOL_BITS;

        at->pending[at->count++ & (LWNVME_DESCRIBE_PENDING - 1u)] = (uint16_t)lwnvme_describe_number_at(
            lwnvme_describe_pairs, bit + LWNVME_DESCRIBE_SYMBOL_BITS, LWNVME_DESCRIBE_SYMBOL_BITS);
        symbol = lwnvme_describe_number_at(lwnvme_describe_pairs, bit, LWNVME_DESCRIBE_SYMBOL_BITS);
    }
    at->now = lwnvme_describe_characters[symbol];
}

static void lwnvme_describe_read(struct lwnvme_describe_reader *at, const char *layout)
{
    at->layout = (const uint8_t *)layout;
    at->behind = at->layout[0] >> 7; /* behind the bit that says that it is packed */
    at->count = 0;
    lwnvme_describe_next(at);
}

/* On, if this character is there. */
static bool lwnvme_describe_accept(struct lwnvme_describe_reader *at, char wanted)
{
    const bool is_there = at->now == wanted;

    if (is_there)
        lwnvme_describe_next(at);
    return is_there;
}

/* Takes characters of a layout up to one of the stops, or its end, into `to`; what does not fit is dropped. */
static void lwnvme_describe_take(char *to, size_t room, struct lwnvme_describe_reader *at, char stop,
                                 char other_stop)
{
    size_t length = 0;

    while (at->now != '\0' && at->now != ';' && at->now != stop && at->now != other_stop) {
        if (length + 1u < room) {
            to[length] = at->now;
            length++;
        }
        lwnvme_describe_next(at);
    }
    to[length] = '\0';
}

static uint32_t lwnvme_describe_count(struct lwnvme_describe_reader *at)
{
    uint32_t value = 0;

    while (at->now >= '0' && at->now <= '9') {
        value = value * 10u + (uint32_t)(at->now - '0');
        lwnvme_describe_next(at);
    }
    return value;
}

/* Bits: high ":" low, or a single one. */
static void lwnvme_describe_range(struct lwnvme_describe_reader *at, uint32_t *high_bit, uint32_t *low_bit)
{
    *high_bit = lwnvme_describe_count(at);
    *low_bit = lwnvme_describe_accept(at, ':') ? lwnvme_describe_count(at) : *high_bit;
}

/* Begins a further remark in the note. */
void lwnvme_describe_remark(struct lwnvme_describe *describe, const char *text)
{
    if (describe->note[0] != '\0') {
        lwnvme_describe_append(describe->note, sizeof(describe->note), ", ");
    }
    lwnvme_describe_append(describe->note, sizeof(describe->note), text);
}

void lwnvme_describe_note_more(struct lwnvme_describe *describe, const char *text)
{
    lwnvme_describe_append(describe->note, sizeof(describe->note), text);
}

/* ---- Emitting ------------------------------------------------------------------------------------------ */

static void lwnvme_describe_emit(struct lwnvme_describe *describe, enum lwnvme_describe_kind kind,
                                 const char *name, const struct lwnvme_describe_value *value)
{
    struct lwnvme_describe_field field;

    field.kind = kind;
    field.depth = describe->depth < LWNVME_DESCRIBE_DEPTH_MAX ? describe->depth : LWNVME_DESCRIBE_DEPTH_MAX;
    field.name_width = describe->name_width;
    field.name = name;
    field.low = value != NULL ? value->low : 0;
    field.high = value != NULL ? value->high : 0;
    field.text = describe->text;
    field.unit = describe->unit;
    field.note = describe->note;
    describe->field(describe, &field);
    describe->text[0] = '\0';
    describe->unit[0] = '\0';
    describe->note[0] = '\0';
}

static void lwnvme_describe_open(struct lwnvme_describe *describe, enum lwnvme_describe_kind kind,
                                 const char *name)
{
    if (describe->depth < LWNVME_DESCRIBE_DEPTH_MAX) {
        lwnvme_describe_emit(describe, kind, name, NULL);
    }
    describe->depth++;
}

void lwnvme_describe_section(struct lwnvme_describe *describe, const char *name)
{
    lwnvme_describe_open(describe, LWNVME_DESCRIBE_SECTION, name);
}

void lwnvme_describe_list(struct lwnvme_describe *describe, const char *name)
{
    lwnvme_describe_open(describe, LWNVME_DESCRIBE_LIST, name);
}

void lwnvme_describe_end(struct lwnvme_describe *describe)
{
    if (describe->depth == 0) {
        return;
    }
    describe->depth--;
    if (describe->depth < LWNVME_DESCRIBE_DEPTH_MAX) {
        lwnvme_describe_emit(describe, LWNVME_DESCRIBE_END, NULL, NULL);
    }
}

void lwnvme_describe_number(struct lwnvme_describe *describe, const char *name, uint64_t value)
{
    const struct lwnvme_describe_value number = {value, 0};

    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_NUMBER, name, &number);
}

void lwnvme_describe_words(struct lwnvme_describe *describe, const char *name, const char *text)
{
    describe->text[0] = '\0';
    lwnvme_describe_append(describe->text, sizeof(describe->text), text);
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_TEXT, name, NULL);
}

/* The room for text values holds the longest that a layout names; more is cut. */
static void lwnvme_describe_clean(struct lwnvme_describe *describe, const uint8_t *text, size_t length)
{
    size_t i;
    size_t end = 0;

    for (i = 0; i < length && i + 1u < sizeof(describe->text) && text[i] != 0; i++) {
        describe->text[i] = text[i] >= 0x20u && text[i] < 0x7fu ? (char)text[i] : '.';
        if (text[i] != 0x20u) {
            end = i + 1u;
        }
    }
    describe->text[end] = '\0';
}

void lwnvme_describe_bytes(struct lwnvme_describe *describe, const char *name, const uint8_t *text,
                           size_t length)
{
    lwnvme_describe_clean(describe, text, length);
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_TEXT, name, NULL);
}

/* Bytes in hexadecimal, with the hyphens of a UUID if asked for. */
static void lwnvme_describe_hex_bytes(struct lwnvme_describe *describe, const uint8_t *data, size_t length,
                                      bool is_uuid)
{
    size_t i;
    size_t at = 0;

    for (i = 0; i < length && at + 4u < sizeof(describe->text); i++) {
        if (is_uuid && (i == 4u || i == 6u || i == 8u || i == 10u)) {
            describe->text[at++] = '-';
        }
        describe->text[at++] = "0123456789abcdef"[data[i] >> 4];
        describe->text[at++] = "0123456789abcdef"[data[i] & 15u];
    }
    describe->text[at] = '\0';
}

/* ---- What a value means -------------------------------------------------------------------------------- */

static uint32_t lwnvme_describe_bits(const struct lwnvme_describe_value *value, uint32_t high_bit,
                                     uint32_t low_bit)
{
    return lwnvme_field_get_halves((uint32_t)(value->low & 0xffffffffu), (uint32_t)(value->low >> 32),
                                   high_bit, low_bit);
}

/* The condition of a word, which ends at a blank. If there is none it is that of the word before, for the next bit or
 * the next value. */
static void lwnvme_describe_condition_take(struct lwnvme_describe_reader *at,
                                           struct lwnvme_describe_condition *condition)
{
    if (at->now == ' ') {
        condition->wanted += condition->has_value ? 1u : 0u;
        condition->low_bit += condition->has_value ? 0u : 1u;
        condition->high_bit += condition->has_value ? 0u : 1u;
        return;
    }
    condition->is_inverted = lwnvme_describe_accept(at, '!');
    condition->is_whole = at->now == '=';
    if (!condition->is_whole) {
        lwnvme_describe_range(at, &condition->high_bit, &condition->low_bit);
    }
    condition->has_value = lwnvme_describe_accept(at, '=');
    condition->wanted = condition->has_value ? lwnvme_describe_count(at) : 1u;
}

static bool lwnvme_describe_holds(const struct lwnvme_describe_condition *condition,
                                  const struct lwnvme_describe_value *value)
{
    const bool is_there = condition->is_whole ? value->low == condition->wanted && value->high == 0
                                              : lwnvme_describe_bits(value, condition->high_bit,
                                                                     condition->low_bit) == condition->wanted;

    return is_there != condition->is_inverted;
}

/* Adds each word that holds to the note. */
static void lwnvme_describe_all_words(struct lwnvme_describe *describe,
                                      const struct lwnvme_describe_reader *words,
                                      const struct lwnvme_describe_value *value)
{
    struct lwnvme_describe_reader at = *words;
    struct lwnvme_describe_condition condition = {0, 0, 0, false, false, false};
    char word[LWNVME_DESCRIBE_NAME_BYTES];

    do { /* each turn takes a word of a constant string */
        lwnvme_describe_condition_take(&at, &condition);
        lwnvme_describe_next(&at);
        lwnvme_describe_take(word, sizeof(word), &at, '|', '|');
        if (lwnvme_describe_holds(&condition, value)) {
            lwnvme_describe_remark(describe, word);
        }
    } while (lwnvme_describe_accept(&at, '|'));
}

/* What the words say of a value, in the note of the next field. */
void lwnvme_describe_word_of(struct lwnvme_describe *describe, const char *words, uint32_t value)
{
    const struct lwnvme_describe_value number = {value, 0};
    struct lwnvme_describe_reader at;

    lwnvme_describe_read(&at, words);
    lwnvme_describe_all_words(describe, &at, &number);
}

/* A number of bytes in decimal digits, with `thousands` groups of three zeros after them, as people say it. */
static void lwnvme_describe_human(struct lwnvme_describe *describe, const struct lwnvme_describe_value *bytes,
                                  uint32_t thousands)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    char number[8];
    const char *text = lwnvme_describe_decimal(digits, bytes->low, bytes->high);
    const uint32_t count = (uint32_t)(&digits[LWNVME_DESCRIBE_DECIMAL_BYTES - 1u] - text);
    uint32_t lead = count;
    uint32_t power = thousands;
    uint32_t i;
    uint32_t at = 0;
    static const char units[] = "kB\0MB\0GB\0TB\0PB\0EB\0ZB\0YB\0RB\0QB";

    while (lead > 3u) {
        lead -= 3u;
        power++;
    }
    if (power == 0 || (text[0] == '0') || power * 3u > sizeof(units)) {
        return;
    }
    for (i = 0; i < lead + 2u; i++) {
        if (i == lead) {
            number[at++] = '.';
        }
        number[at++] = i < count ? text[i] : '0';
    }
    number[at++] = ' ';
    number[at] = '\0';
    lwnvme_describe_remark(describe, number);
    lwnvme_describe_note_more(describe, &units[(power - 1u) * 3u]);
}

static void lwnvme_describe_celsius(struct lwnvme_describe *describe, uint32_t kelvin)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    if (kelvin == 0) {
        return;
    }
    lwnvme_describe_remark(describe, kelvin < 273u ? "-" : "");
    lwnvme_describe_note_more(
        describe, lwnvme_describe_decimal(digits, kelvin < 273u ? 273u - kelvin : kelvin - 273u, 0));
    lwnvme_describe_note_more(describe, " C");
}

/* A number in the note, followed by the unit, which then is not the value's own; 1 of them is not a plural. */
static void lwnvme_describe_note_number(struct lwnvme_describe *describe, uint64_t number)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];
    size_t length = 0;

    lwnvme_describe_remark(describe, lwnvme_describe_decimal(digits, number, 0));
    while (describe->unit[length] != '\0') {
        length++;
    }
    if (number == 1u && length > 3u && describe->unit[length - 1u] == 's') {
        const bool ends_in_ies = describe->unit[length - 3u] == 'i' && describe->unit[length - 2u] == 'e';

        describe->unit[length - (ends_in_ies ? 3u : 1u)] = ends_in_ies ? 'y' : '\0';
        describe->unit[length - (ends_in_ies ? 2u : 1u)] = '\0';
    }
    if (length != 0) {
        lwnvme_describe_note_more(describe, " ");
        lwnvme_describe_note_more(describe, describe->unit);
        describe->unit[0] = '\0';
    }
}

static void lwnvme_describe_version(struct lwnvme_describe *describe, uint32_t version)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    lwnvme_describe_remark(describe,
                           lwnvme_describe_decimal(digits, lwnvme_field_get(version, LWNVME_VS_MJR), 0));
    lwnvme_describe_note_more(describe, ".");
    lwnvme_describe_note_more(describe,
                              lwnvme_describe_decimal(digits, lwnvme_field_get(version, LWNVME_VS_MNR), 0));
    lwnvme_describe_note_more(describe, ".");
    lwnvme_describe_note_more(describe,
                              lwnvme_describe_decimal(digits, lwnvme_field_get(version, LWNVME_VS_TER), 0));
}

/* The remark that comes from the kind alone. */
static void lwnvme_describe_kind_note(struct lwnvme_describe *describe, char kind,
                                      const struct lwnvme_describe_value *value)
{
    const uint32_t low = (uint32_t)(value->low & 0xffffffffu);
    struct lwnvme_describe_value scaled;

    if (kind == 't') {
        lwnvme_describe_celsius(describe, low);
    } else if (kind == 'z' && value->low != UINT32_MAX) {
        lwnvme_describe_note_number(describe, value->low + 1u);
    } else if (kind == 'e' && low < 32u) {
        lwnvme_describe_note_number(describe, (uint32_t)1u << low);
    } else if (kind == 'b') {
        lwnvme_describe_human(describe, value, 0);
    } else if (kind == 'd' && value->high >> 55 == 0) {
        scaled.high = (value->high << 9) | (value->low >> 55);
        scaled.low = value->low << 9;
        lwnvme_describe_human(describe, &scaled, 1u);
    } else if (kind == 'v') {
        lwnvme_describe_version(describe, low);
    } else if (kind == 'S') {
        lwnvme_describe_remark(describe, lwnvme_status_string((int)(low & 0x7fffu)));
    }
}

/* ---- The walk ------------------------------------------------------------------------------------------ */

static struct lwnvme_describe_value lwnvme_describe_load(const uint8_t *data, uint32_t bytes)
{
    struct lwnvme_describe_value value = {0, 0};
    uint32_t i;

    for (i = bytes < 16u ? bytes : 16u; i > 0; i--) {
        value.high = (value.high << 8) | (value.low >> 56);
        value.low = (value.low << 8) | data[i - 1u];
    }
    return value;
}

static bool lwnvme_describe_is_number(char kind)
{
    return kind != 's' && kind != 'h' && kind != 'j' && kind != '-';
}

/* Takes the next entry of a layout apart and moves on to the one after it; false at the end. */
static bool lwnvme_describe_parse(struct lwnvme_describe *describe, struct lwnvme_describe_reader *at,
                                  struct lwnvme_describe_entry *entry)
{
    char skipped[1];

    if (at->now == '\0') {
        return false;
    }
    entry->stays = lwnvme_describe_accept(at, '&');
    entry->bytes = lwnvme_describe_count(at);
    entry->kind = at->now;
    lwnvme_describe_next(at);
    entry->has_bits = lwnvme_describe_accept(at, '@');
    if (entry->has_bits) {
        lwnvme_describe_range(at, &entry->high_bit, &entry->low_bit);
    }
    entry->has_name = lwnvme_describe_accept(at, ' ');
    lwnvme_describe_take(describe->name, sizeof(describe->name), at, '[', ':');
    describe->unit[0] = '\0';
    if (lwnvme_describe_accept(at, '[')) {
        lwnvme_describe_take(describe->unit, sizeof(describe->unit), at, ']', ']');
        lwnvme_describe_next(at);
    }
    entry->has_words = lwnvme_describe_accept(at, ':');
    entry->words = *at;
    lwnvme_describe_take(skipped, sizeof(skipped), at, ';', ';');
    (void)lwnvme_describe_accept(at, ';');
    return true;
}

/* Longest name of a layout: the width of its column. Returns how many bytes the layout is of. */
static size_t lwnvme_describe_measure(struct lwnvme_describe *describe, const char *layout)
{
    struct lwnvme_describe_reader at;
    struct lwnvme_describe_entry entry;
    size_t bytes = 0;
    uint32_t length;

    describe->name_width = 0;
    lwnvme_describe_read(&at, layout);
    while (lwnvme_describe_parse(describe, &at, &entry)) {
        for (length = 0; describe->name[length] != '\0'; length++) {
        }
        if (length > describe->name_width) {
            describe->name_width = length;
        }
        bytes += entry.stays ? 0 : entry.bytes;
    }
    describe->unit[0] = '\0';
    return bytes;
}

static void lwnvme_describe_number_entry(struct lwnvme_describe *describe,
                                         const struct lwnvme_describe_entry *entry, const uint8_t *data)
{
    struct lwnvme_describe_value value = lwnvme_describe_load(data, entry->bytes);
    const bool hexadecimal = entry->kind == 'x' || entry->kind == 'v' || entry->kind == 'S';

    if (entry->has_bits) {
        value.low = lwnvme_describe_bits(&value, entry->high_bit, entry->low_bit);
        value.high = 0;
    }
    lwnvme_describe_kind_note(describe, entry->kind, &value);
    if (entry->has_words) {
        lwnvme_describe_all_words(describe, &entry->words, &value);
    }
    lwnvme_describe_emit(describe, hexadecimal ? LWNVME_DESCRIBE_HEX : LWNVME_DESCRIBE_NUMBER,
                         entry->has_name ? describe->name : NULL, &value);
}

static void lwnvme_describe_text_entry(struct lwnvme_describe *describe,
                                       const struct lwnvme_describe_entry *entry, const uint8_t *data)
{
    if (entry->kind == 's') {
        lwnvme_describe_clean(describe, data, entry->bytes);
    } else {
        lwnvme_describe_hex_bytes(describe, data, entry->bytes, entry->kind == 'j');
    }
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_TEXT, entry->has_name ? describe->name : NULL, NULL);
}

void lwnvme_describe_layout(struct lwnvme_describe *describe, const char *layout, const void *data,
                            size_t length)
{
    const uint8_t *at = (const uint8_t *)data;
    struct lwnvme_describe_reader reader;
    struct lwnvme_describe_entry entry;

    (void)lwnvme_describe_measure(describe, layout);
    lwnvme_describe_read(&reader, layout);
    while (lwnvme_describe_parse(describe, &reader, &entry) && entry.bytes <= length) {
        if (lwnvme_describe_is_number(entry.kind)) {
            lwnvme_describe_number_entry(describe, &entry, at);
        } else if (entry.kind != '-') {
            lwnvme_describe_text_entry(describe, &entry, at);
        }
        if (!entry.stays) {
            at += entry.bytes;
            length -= entry.bytes;
        }
    }
}

void lwnvme_describe_array(struct lwnvme_describe *describe, const char *name, const char *layout,
                           const void *data, size_t length, uint64_t count)
{
    const uint8_t *at = (const uint8_t *)data;
    const uint32_t name_width = describe->name_width;
    size_t entry_bytes;

    lwnvme_describe_list(describe, name);
    entry_bytes = lwnvme_describe_measure(describe, layout);
    describe->name_width = name_width;
    for (; count > 0 && length >= entry_bytes; count--) {
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_layout(describe, layout, at, entry_bytes);
        lwnvme_describe_end(describe);
        at += entry_bytes;
        length -= entry_bytes;
    }
    lwnvme_describe_end(describe);
}

const char *lwnvme_describe_pick(const char *layouts, uint8_t which)
{
    for (; *layouts != '\0'; layouts += 2u + (uint8_t)layouts[1]) {
        if ((uint8_t)*layouts == which) {
            return &layouts[2];
        }
    }
    return NULL;
}

void lwnvme_describe_dword(struct lwnvme_describe *describe, const char *layout, uint32_t value)
{
    struct lwnvme_le32 bytes;

    lwnvme_le32_set(&bytes, value);
    lwnvme_describe_layout(describe, layout, bytes.byte, sizeof(bytes));
}

static void lwnvme_describe_number_name(struct lwnvme_describe *describe, const char *name, uint32_t index)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    describe->name[0] = '\0';
    lwnvme_describe_append(describe->name, sizeof(describe->name), name);
    lwnvme_describe_append(describe->name, sizeof(describe->name), lwnvme_describe_decimal(digits, index, 0));
}

void lwnvme_describe_numbered(struct lwnvme_describe *describe, const char *name, uint32_t index, char kind,
                              uint64_t value)
{
    const struct lwnvme_describe_value number = {value, 0};

    lwnvme_describe_number_name(describe, name, index);
    if (kind == 't') {
        lwnvme_describe_append(describe->unit, sizeof(describe->unit), "K");
    }
    lwnvme_describe_kind_note(describe, kind, &number);
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_NUMBER, describe->name, &number);
}

void lwnvme_describe_numbered_bytes(struct lwnvme_describe *describe, const char *name, uint32_t index,
                                    const uint8_t *text, size_t length)
{
    lwnvme_describe_number_name(describe, name, index);
    lwnvme_describe_bytes(describe, describe->name, text, length);
}

void lwnvme_describe_code(struct lwnvme_describe *describe, const struct lwnvme_describe_code *code)
{
    const struct lwnvme_describe_value value = {code->value, 0};
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    lwnvme_describe_word_of(describe, code->words, code->index);
    lwnvme_describe_number_name(describe, code->prefix, code->index);
    if (code->hexadecimal) {
        describe->name[0] = '\0';
        lwnvme_describe_append(describe->name, sizeof(describe->name), code->prefix);
        lwnvme_describe_append(describe->name, sizeof(describe->name),
                               lwnvme_describe_hexadecimal(digits, code->index, 0));
    }
    if (code->word_in_name) {
        lwnvme_describe_append(describe->name, sizeof(describe->name), " (");
        lwnvme_describe_append(describe->name, sizeof(describe->name),
                               describe->note[0] != '\0' ? describe->note : "Unknown");
        lwnvme_describe_append(describe->name, sizeof(describe->name), ")");
        describe->note[0] = '\0';
    }
    lwnvme_describe_word_of(describe, code->notes, code->value);
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_HEX, describe->name, &value);
}

void lwnvme_describe_word_text(struct lwnvme_describe *describe, const char *name, const char *words,
                               uint32_t value)
{
    lwnvme_describe_word_of(describe, words, value);
    lwnvme_describe_append(describe->text, sizeof(describe->text),
                           describe->note[0] != '\0' ? describe->note : "Unknown");
    describe->note[0] = '\0';
    lwnvme_describe_emit(describe, LWNVME_DESCRIBE_TEXT, name, NULL);
}
