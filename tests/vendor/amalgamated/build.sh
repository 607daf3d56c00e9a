#!/bin/sh
# SPDX-License-Identifier: MIT
# Two files beside one's own.
set -eu
gcc -std=c11 -O0 -DAMALGAMATED main.c port.c lwnvme.c "$MACHINE" -o reader
