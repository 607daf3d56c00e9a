/* SPDX-License-Identifier: MIT */
/* What the files of the shell share: its state, its commands, and how they read their arguments. */
#ifndef DEMO_SHELL_PRIVATE_H
#define DEMO_SHELL_PRIVATE_H

#include <lwnvme/describe.h>

#include "demo.h"
#include "shell.h"
#include "text.h"

#define SHELL_LINE_MAX  160u
#define SHELL_WORDS_MAX 16u

struct shell {
    struct drive *drive;
    uint32_t seed;
    bool ended;
    int ended_status; /* of the shutdown */
    const struct shell_command *command;
    uint32_t word_count; /* of the command line, its name included, options not */
    const char *words[SHELL_WORDS_MAX];
    uint32_t option_count; /* "name=value" */
    const char *options[SHELL_WORDS_MAX];
    bool yes;   /* --yes: go on without a question */
    bool json;  /* --json: for a script, where a command knows it */
    int status; /* of the last command that said how it ended */
};

struct shell_command {
    const char *name;
    const char *arguments;
    const char *help;
    bool destructive; /* asks first, unless --yes is given */
    void (*run)(struct shell *shell);
};

/* Each file's commands, the last with a NULL name. */
extern const struct shell_command shell_io_commands[];
extern const struct shell_command shell_look_commands[];
extern const struct shell_command shell_stream_commands[];
extern const struct shell_command shell_service_commands[];
extern const struct shell_command shell_namespace_commands[];
extern const struct shell_command shell_change_commands[];
extern const struct shell_command shell_misc_commands[];
extern const struct shell_command shell_protection_commands[];
extern const struct shell_command shell_zoned_commands[];
extern const struct shell_command shell_mapper_commands[];
extern const struct shell_command shell_command_commands[];

/* Looks again which namespaces there are, and prints what changed. Returns the status. */
int shell_rescan(struct shell *shell);

/* What is shown goes to one of two sinks, as --json says. Not on the stack: it is larger than a frame may be. */
struct shell_show {
    bool json;
    union {
        struct lwnvme_describe_text text;
        struct lwnvme_describe_json json;
    } sink;
};
struct lwnvme_describe *shell_show_start(const struct shell *shell, struct shell_show *show);
void shell_show_end(struct shell_show *show);

/* "name: done", or why not; notes the status. */
void shell_result(struct shell *shell, const char *what, int status);
/* For commands that cannot be carried out as they were typed, after they have said so. */
void shell_refuse(void);
/* Holds what was typed against the command's line of help, and sorts its options out. false: said how it is used. */
bool shell_arguments(struct shell *shell, const struct shell_command *command);
/* Says how the command is used, and that it cannot be carried out as it was typed. */
void shell_usage(const struct shell *shell);
/* Whether there is an n-th argument, for commands that need it only sometimes. false: said how it is used. */
bool shell_given(const struct shell *shell, uint32_t n);
/* The n-th argument as a number, up to `most`, or what stands for a missing one. false: said what is wrong. */
bool shell_number(const struct shell *shell, uint32_t n, uint64_t missing, uint64_t *value);
bool shell_number_32(const struct shell *shell, uint32_t n, uint32_t missing, uint32_t *value);
bool shell_number_up_to(const struct shell *shell, uint32_t n, uint32_t missing, uint32_t most,
                        uint32_t *value);
/* The value of an option "name=value"; NULL: there is none. */
const char *shell_option(const struct shell *shell, const char *name);
/* The same as a number of up to `most`. false: said what is wrong. */
bool shell_option_number(const struct shell *shell, const char *name, uint32_t missing, uint32_t most,
                         uint32_t *value);
/* The namespace that commands go to; NULL, with a message, when none can be used. */
struct lwnvme_namespace *shell_namespace(const struct shell *shell);
/* LBA [COUNT] of the namespace that there is; one block, if no count is given. The count fits in 32 bits. */
bool shell_range(const struct shell *shell, struct demo_range *range);
/* [LBA [COUNT]]: all blocks, or all from LBA on, if no count is given. */
bool shell_range_or_all(const struct shell *shell, struct demo_range *range);
/* A page of memory for what a command reads, cleared; NULL, with a message, when there is none. */
void *shell_memory(size_t size_bytes);
/* Carries a long operation on to its end with a bar that shows how far it is. Returns its status. */
int shell_follow(struct shell *shell, const char *what, struct lwnvme_operation *operation);

#endif
