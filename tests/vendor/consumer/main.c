/* SPDX-License-Identifier: MIT */
/*
 * Reads block 5 of the machine's drive through the port that is linked in, checks each byte, and says with what version.
 * Exit status 0: all of it was right.
 */
#include <stdio.h>

#include "machine.h"

#define LBA         5u
#define BLOCK_BYTES 512u

static int read_and_check(struct machine *machine)
{
    uint8_t block[BLOCK_BYTES] = {0};
    int status = port_open(machine);

    if (status == 0)
        status = port_read(LBA, block, sizeof(block));
    if (status == 0)
        status = port_close();
    if (status != 0) {
        printf("failed with status %d\n", status);
        return 1;
    }
    for (size_t index = 0; index < sizeof(block); index++) {
        if (block[index] != machine_byte(LBA, index)) {
            printf("byte %zu of the block is %02x, not %02x\n", index, block[index],
                   machine_byte(LBA, index));
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    struct machine *machine = machine_create();
    int version = port_version();

    if (machine == NULL) {
        puts("no machine");
        return 1;
    }
    if (read_and_check(machine) != 0)
        return 1;
    if (!machine_destroy(machine)) {
        puts("the drive was not left as it should be");
        return 1;
    }
    printf("block %u read with version %d.%d.%d\n", LBA, version / 10000, version / 100 % 100, version % 100);
    return 0;
}
