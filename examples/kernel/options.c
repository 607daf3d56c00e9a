/* SPDX-License-Identifier: MIT */
/* The command line. No state. */
#include "options.h"

#include "text.h"

#define OPTIONS_WORD_MAX     64u
#define OPTIONS_DEFAULT_SEED 20260101u

static bool options_number(const char *text, uint32_t *value)
{
    uint64_t number;

    if (!text_number(text, &number) || number > UINT32_MAX) {
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

/* "LBA,COUNT"; the comma is overwritten. */
static bool options_region(char *text, struct options *options)
{
    char *comma = text;

    while (*comma != ',' && *comma != '\0') {
        comma++;
    }
    if (*comma != ',') {
        return false;
    }
    *comma = '\0';
    options->has_region =
        text_number(text, &options->region_lba) && text_number(comma + 1, &options->region_blocks);
    return options->has_region;
}

static bool options_irq(const char *text, struct options *options)
{
    static const char *const names[] = {"poll", "intx", "msi", "msix"}; /* as enum platform_irq counts */

    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (text_equal(text, names[i])) {
            options->irq = (enum platform_irq)i;
            return true;
        }
    }
    return false;
}

static bool options_word(char *word, struct options *options)
{
    const struct {
        const char *name;
        uint32_t *value;
    } numbers[] = {
        {"device=", &options->device},
        {"seed=", &options->seed},
        {"timeout=", &options->timeout_ms},
        {"entries=", &options->entries},
        {"transfer=", &options->transfer_bytes},
        {"cpus=", &options->processors},
        {"shared=", &options->shared},
        {"neighbour=", &options->neighbour},
        {"cmb=", &options->cmb},
        {"remove=", &options->remove},
        {"fatal=", &options->fatal},
        {"read=", &options->read_mib},
        {"bench=", &options->bench_ms},
        {"readonly=", &options->read_only},
    };
    const char *region = text_after(word, "region=");
    const char *irq = text_after(word, "irq=");

    if (text_equal(word, "shell")) {
        options->shell = true;
        return true;
    }
    if (text_equal(word, "write=1") || text_equal(word, "write=0")) {
        options->write = text_equal(word, "write=1");
        return true;
    }
    if (irq != NULL) {
        return options_irq(irq, options);
    }
    if (region != NULL) {
        return options_region(word + (region - word), options);
    }
    for (uint32_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const char *value = text_after(word, numbers[i].name);

        if (value != NULL) {
            return options_number(value, numbers[i].value);
        }
    }
    return false;
}

/* Copies the next word; returns where to go on, NULL when there is none. One that is too long is cut, and so
 * not understood. */
static const char *options_next(const char *from, char word[OPTIONS_WORD_MAX])
{
    uint32_t length = 0;

    while (*from == ' ') {
        from++;
    }
    if (*from == '\0') {
        return NULL;
    }
    for (; *from != ' ' && *from != '\0'; from++) {
        if (length + 1u < OPTIONS_WORD_MAX) {
            word[length] = *from;
            length++;
        }
    }
    word[length] = '\0';
    return from;
}

bool options_parse(const char *command_line, struct options *options)
{
    char word[OPTIONS_WORD_MAX];

    *options = (struct options){0};
    options->seed = OPTIONS_DEFAULT_SEED;
    for (const char *at = options_next(command_line, word); at != NULL; at = options_next(at, word)) {
        char shown[OPTIONS_WORD_MAX];

        text_format(shown, sizeof(shown), "%s", word);
        if (!options_word(word, options)) {
            text_print("command line: \"%s\" is not understood\n", shown);
            return false;
        }
    }
    /* A controller that takes its commands from nowhere might find some there. */
    if ((options->write || options->fatal != 0) && options->read_only != 0) {
        text_print("command line: %s=1 and readonly=1 exclude each other\n",
                   options->write ? "write" : "fatal");
        return false;
    }
    if (options->write && !options->has_region) {
        text_print("command line: write=1 needs region=LBA,COUNT\n");
        return false;
    }
    if (options->remove == OPTIONS_REMOVE_ALL_AT_WORK && (options->processors < 2u || options->shared != 0)) {
        text_print("command line: remove=2 needs cpus= of at least 2, and no shared=1\n");
        return false;
    }
    if (options->processors > PLATFORM_PROCESSORS_MAX ||
        (options->processors > 1u && options->irq != PLATFORM_POLL && options->irq != PLATFORM_MSIX) ||
        (options->shared != 0 && options->processors < 2u)) {
        text_print("command line: cpus= is at most 4, with irq=poll or irq=msix; shared=1 needs cpus=\n");
        return false;
    }
    return true;
}
