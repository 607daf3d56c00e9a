/* SPDX-License-Identifier: MIT */
/* The shell's commands that change the controller or what is on it. */
#include "shell_private.h"

const struct shell_command shell_change_commands[] = {
    {NULL, NULL, NULL, false, NULL},
};
