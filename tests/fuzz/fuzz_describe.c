/* SPDX-License-Identifier: MIT */
/*
 * Structures of any bytes and any length, in words: as text, whose lines are printable, not longer than promised, and
 * ended; and as JSON, which must be JSON. Memory is just as long as is said, so that a sanitizer sees its end.
 */
#include "fuzz.h"

#define JSON_MAX  (1u << 20)
#define DEPTH_MAX 24u

static char json[JSON_MAX];
static size_t json_length;

static void take_line(void *context, const char *line)
{
    size_t length = strlen(line);
    (void)context;
    fuzz_require(length < LWNVME_DESCRIBE_LINE_BYTES, "a line that is too long");
    for (size_t i = 0; i < length; i++) {
        fuzz_require(line[i] >= 0x20 && line[i] < 0x7f, "a line that cannot be printed");
    }
}

static void take_json(void *context, const char *text, size_t length)
{
    (void)context;
    fuzz_require(length <= JSON_MAX - json_length, "JSON without end");
    memcpy(json + json_length, text, length);
    json_length += length;
}

/* ---- Whether it is JSON: RFC 8259, without what is not used here: exponents, null. ---- */

static const char *at;
static const char *end;

static void expect(bool holds)
{
    fuzz_require(holds, "JSON that is none");
}

static void skip_blanks(void)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t')) {
        at++;
    }
}

static bool take_character(char character)
{
    skip_blanks();
    if (at == end || *at != character) {
        return false;
    }
    at++;
    return true;
}

static void take_string(void)
{
    expect(take_character('"'));
    while (at < end && *at != '"') {
        expect(*at >= 0x20 && *at < 0x7f);
        if (*at == '\\') {
            at++;
            expect(at < end && *at != '\0' && strchr("\"\\/bfnrtu", *at) != NULL);
            for (uint32_t digits = *at == 'u' ? 4 : 0; digits != 0; digits--) {
                at++;
                expect(at < end && *at != '\0' && strchr("0123456789abcdefABCDEF", *at) != NULL);
            }
        }
        at++;
    }
    expect(at < end);
    at++;
}

static void take_number(void)
{
    const char *first;
    at += *at == '-';
    first = at;
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    expect(at != first && (*first != '0' || at == first + 1));
    if (at < end && *at == '.') {
        first = ++at;
        while (at < end && *at >= '0' && *at <= '9') {
            at++;
        }
        expect(at != first);
    }
}

static void take_value(uint32_t depth)
{
    char close;
    expect(depth < DEPTH_MAX);
    skip_blanks();
    expect(at < end);
    if (*at == '"') {
        take_string();
    } else if (*at == '{' || *at == '[') {
        close = *at++ == '{' ? '}' : ']';
        if (take_character(close)) {
            return;
        }
        do {
            if (close == '}') {
                take_string();
                expect(take_character(':'));
            }
            take_value(depth + 1);
        } while (take_character(','));
        expect(take_character(close));
    } else if (end - at >= 4 && memcmp(at, "true", 4) == 0) {
        at += 4;
    } else if (end - at >= 5 && memcmp(at, "false", 5) == 0) {
        at += 5;
    } else {
        take_number();
    }
}

/* ---- What is described ---- */

struct subject {
    uint8_t kind;
    uint8_t number;
    uint8_t csi;
    uint32_t value;
    uint8_t *data;
    size_t length;
};

static void describe(struct lwnvme_describe *to, const struct subject *s)
{
    switch (s->kind) {
    case 0:
        (void)lwnvme_describe_identify(to, s->number, s->csi, s->data);
        break;
    case 1:
    case 2:
        (void)lwnvme_describe_log(to, s->number, s->csi, s->data, s->length);
        break;
    case 3:
        lwnvme_describe_feature(to, s->number, s->value, s->data, s->length);
        lwnvme_describe_feature_capabilities(to, s->number, s->value);
        break;
    case 4:
        lwnvme_describe_status(to, (int)s->value >> (s->number & 31u));
        lwnvme_describe_event(to, s->value);
        break;
    case 5:
        lwnvme_describe_namespace_descriptors(to, s->data, s->length);
        lwnvme_describe_lba_status_list(to, s->data, s->length);
        break;
    case 6:
        lwnvme_describe_persistent_event_log(to, s->data, s->length);
        fuzz_require(lwnvme_describe_persistent_event(to, s->data, s->length) <= s->length,
                     "an event beyond its end");
        break;
    case 7:
        lwnvme_describe_error_log(to, (const struct lwnvme_error_log_entry *)(const void *)s->data,
                                  s->length / 64);
        lwnvme_describe_fdp_configurations_log(to, s->data, s->length);
        break;
    case 8:
        lwnvme_describe_directive_parameters(
            to, (const struct lwnvme_directive_parameters *)(const void *)s->data);
        lwnvme_describe_stream_parameters(to, (const struct lwnvme_stream_parameters *)(const void *)s->data);
        break;
    case 9: /* its own length: the whole of the structure */
        lwnvme_describe_stream_status(to, (const struct lwnvme_stream_status *)(const void *)s->data);
        break;
    default:
        lwnvme_describe_list(to, "list");
        lwnvme_describe_section(to, NULL);
        lwnvme_describe_power_state(to, (const struct lwnvme_power_state *)(const void *)s->data);
        lwnvme_describe_end(to);
        lwnvme_describe_end(to);
        break;
    }
}

/* The bytes that are left, again and again. */
static void fill(struct subject *s, const struct fuzz_input *in)
{
    for (size_t i = 0; i < s->length; i++) {
        s->data[i] = in->left == 0 ? 0 : in->at[i % in->left];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lwnvme_describe_text text;
    static struct lwnvme_describe_json to_json;
    struct fuzz_input in = {data, size};
    struct subject s = {0};
    s.kind = (uint8_t)fuzz_below(&in, 11);
    s.number = fuzz_byte(&in);
    s.csi = fuzz_byte(&in) & 7u;
    s.value = fuzz_number(&in, 4);
    s.length = (s.value & 1u) != 0 ? in.left : s.value >> 8 & 0x7ffu;
    if (s.kind == 0 || s.kind == 8 || s.kind > 9) {
        s.length = 4096;
    } else if (s.kind == 9) {
        s.length = sizeof(struct lwnvme_stream_status);
    }
    s.data = (uint8_t *)malloc(s.length + (s.length == 0));
    if (s.data == NULL) {
        return 0;
    }
    fill(&s, &in);
    lwnvme_describe_text_start(&text, take_line, NULL);
    describe(&text.describe, &s);
    json_length = 0;
    lwnvme_describe_json_start(&to_json, take_json, NULL);
    describe(&to_json.describe, &s);
    lwnvme_describe_json_end(&to_json);
    at = json;
    end = json + json_length;
    take_value(0);
    skip_blanks();
    expect(at == end);
    free(s.data);
    return 0;
}
