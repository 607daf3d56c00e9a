#!/bin/sh
# SPDX-License-Identifier: MIT
# A kernel in C++ around the library in C: both compilers, the oldest language standard that will do and a newer one.
set -eu
gcc -std=c11 -O0 -c lwnvme.c
gcc -std=c11 -O0 -c main.c
for compiler in g++ clang++; do
    for standard in c++17 c++20; do
        "$compiler" -std="$standard" -O0 -ffreestanding -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic \
            -Werror -DAMALGAMATED -c port.cpp
        gcc port.o main.o lwnvme.o "$MACHINE" -o "reader-$compiler-$standard"
    done
done
