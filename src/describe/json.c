/* SPDX-License-Identifier: MIT */
/*
 * The sink that makes JSON. Nothing is kept but, for each depth, whether a comma is due and which bracket closes it,
 * so the text may be of any length.
 */
#include "engine.h"

static void lwnvme_describe_json_put(struct lwnvme_describe_json *json, const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    if (length != 0) {
        json->write(json->context, text, length);
    }
}

/* Fields are clean already; quotes, backslashes and what a caller's own name may hold remain. */
static void lwnvme_describe_json_string(struct lwnvme_describe_json *json, const char *text)
{
    size_t done = 0;
    size_t at;
    char escape[7] = "\\u0000";

    lwnvme_describe_json_put(json, "\"");
    for (at = 0; text[at] != '\0'; at++) {
        const uint8_t c = (uint8_t)text[at];

        if (c >= 0x20u && c < 0x7fu && c != '"' && c != '\\') {
            continue;
        }
        if (at > done) {
            json->write(json->context, &text[done], at - done);
        }
        done = at + 1u;
        escape[4] = "0123456789abcdef"[c >> 4];
        escape[5] = "0123456789abcdef"[c & 15u];
        lwnvme_describe_json_put(json, escape);
    }
    lwnvme_describe_json_put(json, &text[done]);
    lwnvme_describe_json_put(json, "\"");
}

/* A new line at a depth, 0 that of the outermost bracket. */
static void lwnvme_describe_json_line(struct lwnvme_describe_json *json, uint32_t depth)
{
    lwnvme_describe_json_put(json, "\n");
    for (; depth > 0; depth--) {
        lwnvme_describe_json_put(json, "  ");
    }
}

static void lwnvme_describe_json_close(struct lwnvme_describe_json *json, uint32_t depth)
{
    if ((json->filled >> depth & 1u) != 0) {
        lwnvme_describe_json_line(json, depth);
    }
    lwnvme_describe_json_put(json, (json->lists >> depth & 1u) != 0 ? "]" : "}");
}

static void lwnvme_describe_json_open(struct lwnvme_describe_json *json, uint32_t depth, bool is_list)
{
    const uint32_t bit = (uint32_t)1u << depth;

    json->filled &= ~bit;
    json->lists = is_list ? json->lists | bit : json->lists & ~bit;
    lwnvme_describe_json_put(json, is_list ? "[" : "{");
}

static void lwnvme_describe_json_field(struct lwnvme_describe *describe,
                                       const struct lwnvme_describe_field *field)
{
    struct lwnvme_describe_json *json = (struct lwnvme_describe_json *)(void *)describe;
    char digits[LWNVME_DESCRIBE_DECIMAL_BYTES];

    if (field->kind == LWNVME_DESCRIBE_END) {
        lwnvme_describe_json_close(json, field->depth + 1u);
        return;
    }
    lwnvme_describe_json_put(json, (json->filled >> field->depth & 1u) != 0 ? "," : "");
    json->filled |= (uint32_t)1u << field->depth;
    lwnvme_describe_json_line(json, field->depth + 1u);
    if ((json->lists >> field->depth & 1u) == 0) {
        lwnvme_describe_json_string(json, field->name != NULL ? field->name : "");
        lwnvme_describe_json_put(json, ": ");
    }
    if (field->kind == LWNVME_DESCRIBE_TEXT) {
        lwnvme_describe_json_string(json, field->text);
    } else if (field->kind == LWNVME_DESCRIBE_SECTION || field->kind == LWNVME_DESCRIBE_LIST) {
        lwnvme_describe_json_open(json, field->depth + 1u, field->kind == LWNVME_DESCRIBE_LIST);
    } else {
        lwnvme_describe_json_put(json, lwnvme_describe_decimal(digits, field->low, field->high));
    }
}

void lwnvme_describe_json_start(struct lwnvme_describe_json *json,
                                void (*write)(void *context, const char *text, size_t length), void *context)
{
    memset(json, 0, sizeof(*json));
    json->describe.field = lwnvme_describe_json_field;
    json->write = write;
    json->context = context;
    lwnvme_describe_json_open(json, 0, false);
}

void lwnvme_describe_json_end(struct lwnvme_describe_json *json)
{
    uint32_t turns;

    for (turns = 0; turns <= LWNVME_DESCRIBE_DEPTH_MAX && json->describe.depth > 0; turns++) {
        lwnvme_describe_end(&json->describe);
    }
    lwnvme_describe_json_close(json, 0);
    lwnvme_describe_json_put(json, "\n");
}
