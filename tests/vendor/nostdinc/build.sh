#!/bin/sh
# SPDX-License-Identifier: MIT
# A kernel that forbids the system's headers: the three that the library includes are the compiler's own, or the kernel's.
# What is linked around it, to run it here, is hosted.
set -eu
gcc -std=c11 -O0 -c main.c
for compiler in gcc clang; do
    for whose in compiler kernel; do
        headers=include
        [ "$whose" = kernel ] || headers=$("$compiler" -print-file-name=include)
        for source in lwnvme.c port.c; do
            "$compiler" -std=c11 -O0 -ffreestanding -Wall -Werror -nostdinc -isystem "$headers" -I. -DAMALGAMATED -c "$source"
        done
        gcc main.o port.o lwnvme.o "$MACHINE" -o "reader-$compiler-$whose"
    done
done
