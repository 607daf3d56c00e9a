/* SPDX-License-Identifier: MIT */
/*
 * What is typed behind a command. Its line of help says what that may be, as in "LBA [COUNT] [nsid=] [--yes]": words in
 * their order, those in brackets may be missing, the last one may come again if "..." follows; and options, which may stand
 * anywhere. What does not fit is refused with that line, before anything is asked; what a command needs only sometimes, before
 * anything is done.
 */
#include "shell_private.h"

struct arguments_form {
    uint32_t needed;
    uint32_t most;
};

/* "name=" */
static bool arguments_is_option(const char *word)
{
    const char *at = word;

    while (*at >= 'a' && *at <= 'z') {
        at++;
    }
    return at != word && *at == '=';
}

/* Whether a word ends here with "...". */
static bool arguments_repeat(const char *at)
{
    return text_after(at, "...") != NULL && (at[3] == ' ' || at[3] == '\0');
}

static struct arguments_form arguments_form(const char *at)
{
    struct arguments_form form = {0, 0};
    uint32_t depth = 0;

    while (*at != '\0') {
        const bool needed = depth == 0 && *at != '[';
        bool option = false;

        for (; *at != '\0' && *at != ' '; at++) {
            depth += *at == '[' ? 1u : 0u;
            depth -= *at == ']' ? 1u : 0u;
            option = option || *at == '=' || text_after(at, "--") != NULL;
            form.most = arguments_repeat(at) ? SHELL_WORDS_MAX : form.most;
        }
        if (!option) {
            form.needed += needed ? 1u : 0u;
            form.most++;
        }
        at += *at == ' ' ? 1 : 0;
    }
    return form;
}

/* Whether a line of help has the option that a word gives a value to. */
static bool arguments_have(const char *line, const char *word)
{
    for (const char *at = line; *at != '\0'; at++) {
        uint32_t i = 0;

        while (word[i] != '=' && at[i] == word[i]) {
            i++;
        }
        if (word[i] == '=' && at[i] == '=' && (at == line || at[-1] == ' ' || at[-1] == '[')) {
            return true;
        }
    }
    return false;
}

bool shell_arguments(struct shell *shell, const struct shell_command *command)
{
    const struct arguments_form form = arguments_form(command->arguments);
    uint32_t kept = 1;

    shell->command = command;
    shell->option_count = 0;
    for (uint32_t i = 1; i < shell->word_count; i++) {
        if (!arguments_is_option(shell->words[i])) {
            shell->words[kept] = shell->words[i];
            kept++;
            continue;
        }
        if (!arguments_have(command->arguments, shell->words[i])) {
            text_print("there is no option \"%s\"\n", shell->words[i]);
            shell_usage(shell);
            return false;
        }
        shell->options[shell->option_count] = shell->words[i];
        shell->option_count++;
    }
    shell->word_count = kept;
    if (kept - 1u < form.needed || kept - 1u > form.most) {
        shell_usage(shell);
        return false;
    }
    return true;
}

void shell_usage(const struct shell *shell)
{
    text_print("usage: %s %s\n", shell->command->name, shell->command->arguments);
    shell_refuse();
}

bool shell_given(const struct shell *shell, uint32_t n)
{
    if (n < shell->word_count) {
        return true;
    }
    shell_usage(shell);
    return false;
}

bool shell_number(const struct shell *shell, uint32_t n, uint64_t missing, uint64_t *value)
{
    *value = missing;
    if (n < shell->word_count && !text_number(shell->words[n], value)) {
        text_print("\"%s\" is not a number\n", shell->words[n]);
        shell_refuse();
        return false;
    }
    return true;
}

bool shell_number_up_to(const struct shell *shell, uint32_t n, uint32_t missing, uint32_t most,
                        uint32_t *value)
{
    uint64_t wide;

    if (!shell_number(shell, n, missing, &wide)) {
        return false;
    }
    if (wide > most) {
        text_print("\"%s\" is too large\n", shell->words[n]);
        shell_refuse();
        return false;
    }
    *value = (uint32_t)wide;
    return true;
}

bool shell_number_32(const struct shell *shell, uint32_t n, uint32_t missing, uint32_t *value)
{
    return shell_number_up_to(shell, n, missing, UINT32_MAX, value);
}

const char *shell_option(const struct shell *shell, const char *name)
{
    for (uint32_t i = 0; i < shell->option_count; i++) {
        const char *value = text_after(shell->options[i], name);

        if (value != NULL && *value == '=') {
            return value + 1;
        }
    }
    return NULL;
}

bool shell_option_number(const struct shell *shell, const char *name, uint32_t missing, uint32_t most,
                         uint32_t *value)
{
    const char *word = shell_option(shell, name);
    uint64_t wide = missing;

    if (word != NULL && (!text_number(word, &wide) || wide > most)) {
        text_print("%s=%s is not a number up to %u\n", name, word, most);
        shell_refuse();
        return false;
    }
    *value = (uint32_t)wide;
    return true;
}

bool shell_range(const struct shell *shell, struct demo_range *range)
{
    uint32_t count;

    if (shell_namespace(shell) == NULL || !shell_number(shell, 1, 0, &range->lba) ||
        !shell_number_32(shell, 2, 1, &count)) {
        return false;
    }
    range->block_count = count;
    return true;
}

bool shell_range_or_all(const struct shell *shell, struct demo_range *range)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);

    if (ns == NULL || !shell_number(shell, 1, 0, &range->lba)) {
        return false;
    }
    return shell_number(shell, 2, range->lba < ns->block_count ? ns->block_count - range->lba : 1,
                        &range->block_count);
}
