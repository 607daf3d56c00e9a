/* SPDX-License-Identifier: MIT */
/*
 * The sink that makes lines of text. One line is put together in the sink's own object; a value is never broken, a
 * note goes on below itself.
 */
#include "engine.h"

static void lwnvme_describe_text_put(struct lwnvme_describe_text *text, const char *more)
{
    while (*more != '\0' && text->length + 1u < LWNVME_DESCRIBE_LINE_BYTES) {
        text->buffer[text->length++] = *more;
        more++;
    }
}

static void lwnvme_describe_text_pad(struct lwnvme_describe_text *text, uint32_t column)
{
    while (text->length < column && text->length + 1u < LWNVME_DESCRIBE_LINE_BYTES) {
        text->buffer[text->length++] = ' ';
    }
}

static void lwnvme_describe_text_flush(struct lwnvme_describe_text *text)
{
    text->buffer[text->length] = '\0';
    text->line(text->context, text->buffer);
    text->length = 0;
}

/* Length of a note's next remark, with the comma that ends it. */
static uint32_t lwnvme_describe_text_remark(const char *note)
{
    uint32_t length = 0;

    while (note[length] != '\0' && !(note[length] == ',' && note[length + 1u] == ' ')) {
        length++;
    }
    return note[length] == '\0' ? length : length + 1u;
}

static void lwnvme_describe_text_note(struct lwnvme_describe_text *text, const char *note)
{
    const uint32_t column = text->length + 2u;
    bool first = true;

    lwnvme_describe_text_put(text, " (");
    while (*note != '\0') {
        uint32_t length = lwnvme_describe_text_remark(note);

        if (!first && text->length + length >= LWNVME_DESCRIBE_LINE_COLUMN) {
            lwnvme_describe_text_flush(text);
            lwnvme_describe_text_pad(text, column);
        } else if (!first) {
            lwnvme_describe_text_put(text, " ");
        }
        for (; length > 0 && text->length + 2u < LWNVME_DESCRIBE_LINE_BYTES; length--) {
            text->buffer[text->length++] = *note;
            note++;
        }
        note += length;
        if (*note == ' ') {
            note++;
        }
        first = false;
    }
    lwnvme_describe_text_put(text, ")");
}

/* The name, or the number of the place in a list. */
static void lwnvme_describe_text_name(struct lwnvme_describe_text *text,
                                      const struct lwnvme_describe_field *field)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    if (field->name != NULL) {
        lwnvme_describe_text_put(text, field->name);
        return;
    }
    lwnvme_describe_text_put(text, "[");
    lwnvme_describe_text_put(text, lwnvme_describe_decimal(digits, text->index[field->depth], 0));
    lwnvme_describe_text_put(text, "]");
    text->index[field->depth]++;
}

static void lwnvme_describe_text_value(struct lwnvme_describe_text *text,
                                       const struct lwnvme_describe_field *field)
{
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    lwnvme_describe_text_put(text, " : ");
    if (field->kind == LWNVME_DESCRIBE_TEXT) {
        lwnvme_describe_text_put(text, field->text);
    } else if (field->kind == LWNVME_DESCRIBE_HEX && (field->low | field->high) != 0) {
        lwnvme_describe_text_put(text, lwnvme_describe_hexadecimal(digits, field->low, field->high));
    } else {
        lwnvme_describe_text_put(text, lwnvme_describe_decimal(digits, field->low, field->high));
    }
    if (field->unit[0] != '\0') {
        lwnvme_describe_text_put(text, " ");
        lwnvme_describe_text_put(text, field->unit);
    }
    if (field->note[0] != '\0') {
        lwnvme_describe_text_note(text, field->note);
    }
}

static void lwnvme_describe_text_field(struct lwnvme_describe *describe,
                                       const struct lwnvme_describe_field *field)
{
    struct lwnvme_describe_text *text = (struct lwnvme_describe_text *)(void *)describe;
    const uint32_t indent = 2u * field->depth;

    if (field->kind == LWNVME_DESCRIBE_END) {
        return;
    }
    lwnvme_describe_text_pad(text, indent);
    lwnvme_describe_text_name(text, field);
    if (field->kind == LWNVME_DESCRIBE_SECTION || field->kind == LWNVME_DESCRIBE_LIST) {
        lwnvme_describe_text_put(text, ":");
        if (field->note[0] != '\0') {
            lwnvme_describe_text_note(text, field->note);
        }
        if (field->depth < LWNVME_DESCRIBE_DEPTH_MAX) {
            text->index[field->depth + 1u] = 0;
        }
    } else {
        lwnvme_describe_text_pad(text, field->name != NULL ? indent + field->name_width : 0);
        lwnvme_describe_text_value(text, field);
    }
    lwnvme_describe_text_flush(text);
}

void lwnvme_describe_text_start(struct lwnvme_describe_text *text,
                                void (*line)(void *context, const char *line), void *context)
{
    memset(text, 0, sizeof(*text));
    text->describe.field = lwnvme_describe_text_field;
    text->line = line;
    text->context = context;
}
