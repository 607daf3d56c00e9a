/* SPDX-License-Identifier: MIT */
/*
 * An NVMe device for a program that is run with this library preloaded: Identify and Get Log Page commands are
 * answered from files in the directory that DEVICE_FILES names, all else succeeds and does nothing. The program opens
 * /dev/null instead of a device, which will do, since it is a character device too.
 *
 * Files: identify-CNS-CSI and log-LID, numbers in hexadecimal of two digits. What is not there reads as zeros.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux, include/uapi/linux/nvme_ioctl.h: requests, and where the fields of a command lie in their argument. */
#define DEVICE_IOCTL_ID      0x4e40ul
#define DEVICE_IOCTL_ADMIN   0xc0484e41ul
#define DEVICE_IOCTL_ADMIN64 0xc0504e47ul
#define DEVICE_OPCODE        0
#define DEVICE_ADDRESS       24
#define DEVICE_LENGTH        36
#define DEVICE_CDW10         40
#define DEVICE_CDW11         44
#define DEVICE_CDW12         48
#define DEVICE_RESULT        68
#define DEVICE_RESULT64      72

static uint32_t dword_at(const uint8_t *argument, size_t offset)
{
    uint32_t value;

    memcpy(&value, argument + offset, sizeof(value));
    return value;
}

static void answer(const uint8_t *argument)
{
    const uint32_t length = dword_at(argument, DEVICE_LENGTH);
    const uint32_t cdw10 = dword_at(argument, DEVICE_CDW10);
    long offset = 0;
    uint64_t address;
    char path[512];
    FILE *file;

    memcpy(&address, argument + DEVICE_ADDRESS, sizeof(address));
    memset((void *)(uintptr_t)address, 0, length);
    if (argument[DEVICE_OPCODE] == 0x06) {
        snprintf(path, sizeof(path), "%s/identify-%02x-%02x", getenv("DEVICE_FILES"), cdw10 & 0xffu,
                 dword_at(argument, DEVICE_CDW11) >> 24);
    } else if (argument[DEVICE_OPCODE] == 0x02) {
        snprintf(path, sizeof(path), "%s/log-%02x", getenv("DEVICE_FILES"), cdw10 & 0xffu);
        offset = (long)dword_at(argument, DEVICE_CDW12);
    } else {
        return;
    }
    file = fopen(path, "rb");
    if (file != NULL) {
        if (fseek(file, offset, SEEK_SET) == 0 && fread((void *)(uintptr_t)address, 1, length, file) == 0) {
            fprintf(stderr, "nothing at %ld of %s\n", offset, path);
        }
        fclose(file);
    }
}

/* In the place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    uint8_t *argument;

    va_start(list, request);
    argument = va_arg(list, uint8_t *);
    va_end(list);
    if (request == DEVICE_IOCTL_ID) {
        return 1;
    }
    if (request != DEVICE_IOCTL_ADMIN && request != DEVICE_IOCTL_ADMIN64) {
        return (int)syscall(SYS_ioctl, fd, request, argument);
    }
    answer(argument);
    memset(argument + (request == DEVICE_IOCTL_ADMIN ? DEVICE_RESULT : DEVICE_RESULT64), 0,
           request == DEVICE_IOCTL_ADMIN ? 4u : 8u);
    return 0;
}
