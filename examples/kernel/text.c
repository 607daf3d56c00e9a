/* SPDX-License-Identifier: MIT */
/* Printing for programs without a C library. The console is the platform's; no state of its own. */
#include "text.h"

#include <stdarg.h>

#include "platform.h"

#define TEXT_DIGITS_MAX 20u /* of 2^64 - 1 */

struct text_sink {
    char *buffer; /* NULL: the console */
    size_t room;
    size_t used;
};

struct text_spec {
    bool zeros;
    bool left;
    uint32_t width;
    uint32_t longs;
};

static void text_emit(struct text_sink *sink, char c)
{
    if (sink->buffer == NULL) {
        platform_put(c);
    } else if (sink->used + 1u < sink->room) {
        sink->buffer[sink->used] = c;
        sink->used++;
    }
}

static void text_pad(struct text_sink *sink, char c, size_t length, uint32_t width)
{
    for (; length < width; length++) {
        text_emit(sink, c);
    }
}

static void text_emit_string(struct text_sink *sink, const char *text, const struct text_spec *spec)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    if (!spec->left) {
        text_pad(sink, ' ', length, spec->width);
    }
    for (size_t i = 0; i < length; i++) {
        text_emit(sink, text[i]);
    }
    if (spec->left) {
        text_pad(sink, ' ', length, spec->width);
    }
}

static void text_emit_number(struct text_sink *sink, uint64_t value, uint32_t base,
                             const struct text_spec *spec)
{
    char digits[TEXT_DIGITS_MAX];
    uint32_t count = 0;

    do {
        digits[count] = "0123456789abcdef"[value % base];
        value /= base;
        count++;
    } while (value != 0 && count < TEXT_DIGITS_MAX);
    if (!spec->left) {
        text_pad(sink, spec->zeros ? '0' : ' ', count, spec->width);
    }
    for (uint32_t i = count; i != 0; i--) {
        text_emit(sink, digits[i - 1u]);
    }
    if (spec->left) {
        text_pad(sink, ' ', count, spec->width);
    }
}

/* Reads flags, width and length after a '%'; returns where the conversion letter stands. */
static const char *text_parse_spec(const char *format, struct text_spec *spec)
{
    for (; *format == '0' || *format == '-'; format++) {
        spec->zeros = spec->zeros || *format == '0';
        spec->left = spec->left || *format == '-';
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        spec->width = spec->width * 10u + (uint32_t)(*format - '0');
    }
    for (; *format == 'l'; format++) {
        spec->longs++;
    }
    return format;
}

static void text_run(struct text_sink *sink, const char *format, va_list arguments)
{
    for (; *format != '\0'; format++) {
        struct text_spec spec = {false, false, 0, 0};
        uint64_t value;

        if (*format != '%') {
            text_emit(sink, *format);
            continue;
        }
        format = text_parse_spec(format + 1, &spec);
        switch (*format) {
        case 's':
            text_emit_string(sink, va_arg(arguments, const char *), &spec);
            break;
        case 'c':
            text_emit(sink, (char)va_arg(arguments, int));
            break;
        case 'd': {
            const int number = va_arg(arguments, int);

            if (number < 0) {
                text_emit(sink, '-');
            }
            text_emit_number(sink, number < 0 ? 0u - (uint64_t)number : (uint64_t)number, 10, &spec);
            break;
        }
        case 'u':
        case 'x':
            value = spec.longs == 0   ? va_arg(arguments, unsigned)
                    : spec.longs == 1 ? va_arg(arguments, unsigned long)
                                      : va_arg(arguments, unsigned long long);
            text_emit_number(sink, value, *format == 'u' ? 10u : 16u, &spec);
            break;
        case '\0':
            return;
        default:
            text_emit(sink, *format);
            break;
        }
    }
}

void text_print(const char *format, ...)
{
    struct text_sink sink = {NULL, 0, 0};
    va_list arguments;

    va_start(arguments, format);
    text_run(&sink, format, arguments);
    va_end(arguments);
}

void text_format(char *buffer, size_t size_bytes, const char *format, ...)
{
    struct text_sink sink = {buffer, size_bytes, 0};
    va_list arguments;

    va_start(arguments, format);
    text_run(&sink, format, arguments);
    va_end(arguments);
    buffer[sink.used] = '\0';
}

void text_print_status(int status)
{
    if (status > 0) {
        text_print("%s (0x%x)", lwnvme_status_string(status), (unsigned)status);
    } else {
        text_print("%s (%d)", lwnvme_status_string(status), status);
    }
}

void text_print_size(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    uint32_t unit = 0;

    while (unit + 1u < sizeof(units) / sizeof(units[0]) && bytes >= 1024u && bytes % 1024u == 0) {
        bytes /= 1024u;
        unit++;
    }
    text_print("%" TEXT_64 "u %s", bytes, units[unit]);
}

void text_print_rate(uint64_t bytes, uint64_t elapsed_us)
{
    const uint64_t tenths = bytes / ((elapsed_us + 9u) / 10u + (elapsed_us == 0 ? 1u : 0u));

    text_print("%" TEXT_64 "u.%" TEXT_64 "u MB/s", tenths / 10u, tenths % 10u);
}

static void text_dump_line(const uint8_t *data, size_t length_bytes, uint64_t offset)
{
    text_print("%08" TEXT_64 "x ", offset);
    for (size_t i = 0; i < 16u; i++) {
        if (i < length_bytes) {
            text_print(" %02x", data[i]);
        } else {
            text_print("   ");
        }
    }
    text_print("  ");
    for (size_t i = 0; i < length_bytes; i++) {
        platform_put(data[i] >= 0x20 && data[i] < 0x7f ? (char)data[i] : '.');
    }
    text_print("\n");
}

void text_dump(const uint8_t *data, size_t length_bytes, uint64_t first_offset)
{
    for (size_t at = 0; at < length_bytes; at += 16u) {
        const size_t rest = length_bytes - at;

        text_dump_line(data + at, rest < 16u ? rest : 16u, first_offset + at);
    }
}

static uint32_t text_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (uint32_t)(c - 'a') + 10u;
    }
    if (c >= 'A' && c <= 'F') {
        return (uint32_t)(c - 'A') + 10u;
    }
    return UINT32_MAX;
}

bool text_number(const char *word, uint64_t *value)
{
    const char *hexadecimal = text_after(word, "0x");
    const uint32_t base = hexadecimal != NULL ? 16u : 10u;
    const char *digits = hexadecimal != NULL ? hexadecimal : word;
    uint64_t number = 0;

    if (*digits == '\0') {
        return false;
    }
    for (; *digits != '\0'; digits++) {
        const uint32_t digit = text_digit(*digits);

        if (digit >= base || number > (UINT64_MAX - digit) / base) {
            return false;
        }
        number = number * base + digit;
    }
    *value = number;
    return true;
}

bool text_equal(const char *left, const char *right)
{
    const char *rest = text_after(left, right);

    return rest != NULL && *rest == '\0';
}

const char *text_after(const char *word, const char *prefix)
{
    for (; *prefix != '\0'; prefix++, word++) {
        if (*word != *prefix) {
            return NULL;
        }
    }
    return word;
}
