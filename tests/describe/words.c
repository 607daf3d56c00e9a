/* SPDX-License-Identifier: MIT */
/*
 * A structure in a file as JSON, by describe:
 *
 *     words identify CNS CSI FILE [IDENTIFY-NAMESPACE-FILE]
 *     words log LID CSI FILE
 *
 * Numbers as C has them. Exit status 1: not known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lwnvme/describe.h>

#define WORDS_BYTES_MAX (1u << 20)

static uint8_t words_data[WORDS_BYTES_MAX];
static uint8_t words_common[4096];

static size_t words_read(const char *path, uint8_t *data, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t length;

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    length = fread(data, 1, room, file);
    fclose(file);
    return length;
}

static void words_write(void *context, const char *text, size_t length)
{
    fwrite(text, 1, length, (FILE *)context);
}

static bool words_describe(struct lwnvme_describe *describe, char **arguments, int count)
{
    const uint8_t number = (uint8_t)strtoul(arguments[2], NULL, 0);
    const uint8_t csi = (uint8_t)strtoul(arguments[3], NULL, 0);
    const size_t length = words_read(arguments[4], words_data, sizeof(words_data));

    if (strcmp(arguments[1], "log") == 0) {
        return lwnvme_describe_log(describe, number, csi, words_data, length);
    }
    if (count > 5) { /* where the number of formats matters */
        const struct lwnvme_identify_namespace *common = (const void *)words_common;

        words_read(arguments[5], words_common, sizeof(words_common));
        if (csi == LWNVME_CSI_NVM) {
            lwnvme_describe_identify_nvm_namespace(describe, (const void *)words_data, common);
        } else {
            lwnvme_describe_identify_zns_namespace(describe, (const void *)words_data, common);
        }
        return true;
    }
    return lwnvme_describe_identify(describe, number, csi, words_data);
}

int main(int count, char **arguments)
{
    struct lwnvme_describe_json json;
    bool known;

    if (count < 5) {
        return 2;
    }
    lwnvme_describe_json_start(&json, words_write, stdout);
    known = words_describe(&json.describe, arguments, count);
    lwnvme_describe_json_end(&json);
    return known ? 0 : 1;
}
