#!/bin/sh
# SPDX-License-Identifier: MIT
# A project that asks pkg-config what to compile and with what.
set -eu
# shellcheck disable=SC2046
gcc -std=c11 -O0 $(pkg-config --cflags lwnvme) main.c port.c $(pkg-config --variable=sources lwnvme) "$MACHINE" -o reader
