/* SPDX-License-Identifier: MIT */
/* The shell's commands that look at the controller and change nothing. */
#include "shell_private.h"

const struct shell_command shell_look_commands[] = {
    {NULL, NULL, NULL, false, NULL},
};
