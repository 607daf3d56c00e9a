/* SPDX-License-Identifier: MIT */
/*
 * One image, two versions of the library: each has its port, its drive and its own idea of what it is. Both are open at the
 * same time. The headers of both are included here, which would not compile if a name of theirs were the same.
 */
#include <stdio.h>
#include <string.h>

#ifdef AMALGAMATED
#include "lwnvme.h"
#include "old_nvme.h"
#else
#include <lwnvme/lwnvme.h>
#include <old_nvme/old_nvme.h>
#endif

#include "machine.h"

/* port.c as tools/changeprefix gave it back, with functions of other names. */
int old_port_open(struct machine *machine);
int old_port_read(uint64_t lba, uint8_t *block, size_t block_bytes);
int old_port_close(void);
int old_port_version(void);

#define BLOCK_BYTES 512u

static int compare(const uint8_t *block, uint64_t lba)
{
    for (size_t index = 0; index < BLOCK_BYTES; index++) {
        if (block[index] != machine_byte(lba, index))
            return 1;
    }
    return 0;
}

int main(void)
{
    struct machine *first = machine_create();
    struct machine *second = machine_create();
    uint8_t block[BLOCK_BYTES] = {0};
    uint8_t old_block[BLOCK_BYTES] = {0};
    int new_version = port_version();
    int old_version = old_port_version();

    if (first == NULL || second == NULL)
        return 1;
    if (port_open(first) != LWNVME_OK || old_port_open(second) != OLD_NVME_OK)
        return 2;
    if (port_read(3, block, sizeof(block)) != LWNVME_OK ||
        old_port_read(4, old_block, sizeof(old_block)) != OLD_NVME_OK)
        return 3;
    if (compare(block, 3) != 0 || compare(old_block, 4) != 0)
        return 4;
    if (old_port_close() != OLD_NVME_OK || port_close() != LWNVME_OK)
        return 5;
    if (!machine_destroy(first) || !machine_destroy(second))
        return 6;
    printf("block 3 read with version %d.%d.%d, block 4 with %d.%d.%d\n", new_version / 10000,
           new_version / 100 % 100, new_version % 100, old_version / 10000, old_version / 100 % 100,
           old_version % 100);
    return 0;
}
