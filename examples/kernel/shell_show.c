/* SPDX-License-Identifier: MIT */
/* How commands show structures: as lines, or with --json as one JSON object. */
#include "shell_private.h"

static void shell_show_line(void *context, const char *line)
{
    (void)context;
    text_print("  %s\n", line);
}

static void shell_show_piece(void *context, const char *text, size_t length)
{
    (void)context;
    for (size_t i = 0; i < length; i++) {
        platform_put(text[i]);
    }
}

struct lwnvme_describe *shell_show_start(const struct shell *shell, struct shell_show *show)
{
    show->json = shell->json;
    if (show->json) {
        lwnvme_describe_json_start(&show->sink.json, shell_show_piece, NULL);
        return &show->sink.json.describe;
    }
    lwnvme_describe_text_start(&show->sink.text, shell_show_line, NULL);
    return &show->sink.text.describe;
}

void shell_show_end(struct shell_show *show)
{
    if (show->json) {
        lwnvme_describe_json_end(&show->sink.json);
    }
}
