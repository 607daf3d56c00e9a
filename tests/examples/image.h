/* SPDX-License-Identifier: MIT */
/* Disk images that sfdisk, sgdisk and fdisk have partitioned, and such an image as a block device in memory. */
#ifndef TESTS_EXAMPLES_IMAGE_H
#define TESTS_EXAMPLES_IMAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../examples/block/partition.h"

#define IMAGE_DIRECTORY "build/examples/images"
#define IMAGE_PATH      200u

/* IMAGE_DIRECTORY/name, `bytes` of zeros. */
void image_new(char path[IMAGE_PATH], const char *name, uint64_t bytes);
/* Runs a command with the image's path behind it and `input` on its standard input; it must end well. */
void image_run(const char *path, const char *command, const char *input);

/* The image as a device; what is written stays in memory. Every access must be inside. */
struct image_disk {
    struct lwnvme_block block; /* first */
    uint8_t *bytes;
    size_t length;
    uint64_t reads;
    uint64_t unreadable; /* this block is; UINT64_MAX: none */
};
void image_open(struct image_disk *disk, const char *path, uint32_t block_bytes);
void image_close(struct image_disk *disk);

#endif
