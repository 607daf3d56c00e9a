/* SPDX-License-Identifier: MIT */
/*
 * A main for a fuzz target without libFuzzer: gives it each input of its corpus, tests/fuzz/corpus/NAME.hex, or of the
 * files that are named: lines of hexadecimal digits, where # begins a comment; other files are one input each, as libFuzzer
 * leaves them.
 */
#include "fuzz.h"

#define INPUT_MAX 65536u

static uint32_t inputs;

/* Memory of just this length, so that a sanitizer sees its end. */
static void give_input(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = (uint8_t *)malloc(length + (length == 0));
    if (copy == NULL) {
        fuzz_fail("no memory");
        return;
    }
    memcpy(copy, bytes, length);
    (void)LLVMFuzzerTestOneInput(copy, length);
    free(copy);
    inputs++;
}

static int digit(int character)
{
    const char *digits = "0123456789abcdef";
    const char *at = character != 0 ? strchr(digits, character) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static void give_line(const char *line, const char *name)
{
    static uint8_t bytes[INPUT_MAX];
    size_t length = 0;
    for (; digit(line[0]) >= 0 && digit(line[1]) >= 0 && length < INPUT_MAX; line += 2) {
        bytes[length++] = (uint8_t)(digit(line[0]) * 16 + digit(line[1]));
    }
    if (*line != '\n' && *line != '\0') {
        fprintf(stderr, "%s: a line that is not hexadecimal\n", name);
        exit(1);
    }
    give_input(bytes, length);
}

static void give_file(const char *name)
{
    static char line[2 * INPUT_MAX + 2];
    size_t length = strlen(name);
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be read\n", name);
        exit(1);
    }
    if (length > 4 && strcmp(name + length - 4, ".hex") == 0) {
        while (fgets(line, sizeof(line), file) != NULL) {
            if (line[0] != '#' && line[0] != '\n') {
                give_line(line, name);
            }
        }
    } else {
        size_t count = fread(line, 1, INPUT_MAX, file);
        give_input((const uint8_t *)line, count);
    }
    fclose(file);
}

int main(int argc, char **argv)
{
    const char *target = strstr(argv[0], "replay_");
    char name[256];
    for (int i = 1; i < argc; i++) {
        give_file(argv[i]);
    }
    if (argc == 1 && target != NULL) {
        snprintf(name, sizeof(name), "tests/fuzz/corpus/%s.hex", target + strlen("replay_"));
        give_file(name);
    }
    /* The words that tests/run.py counts: a target is one test. */
    printf("%u inputs\n[  PASSED  ] %d test(s).\n", (unsigned)inputs, inputs != 0);
    return inputs == 0;
}
