/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: what the kernel says of a region or of the IOMMU. Such a description begins with how long it is in all,
 * and behind its fixed part capabilities may follow, which are linked by offsets. No state; any thread.
 */
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "private.h"

#define INFO_BYTES_MAX 65536u

void *vfio_info(int descriptor, unsigned long request, const void *ask, uint32_t ask_bytes)
{
    uint32_t room = ask_bytes;

    for (uint32_t attempt = 0; attempt < 2u && room <= INFO_BYTES_MAX;
         attempt++) { /* the first says how much there is */
        uint32_t *info = calloc(1, room);
        uint32_t there = 0;

        if (info == NULL) {
            return NULL;
        }
        memcpy(info, ask, ask_bytes);
        info[0] = room;
        if (ioctl(descriptor, request, info) == 0) {
            there = info[0];
            if (there <= room) {
                return info;
            }
        }
        free(info);
        if (there == 0) {
            return NULL;
        }
        room = there;
    }
    return NULL;
}

const struct vfio_info_cap_header *vfio_capability(const void *info, uint32_t offset, uint16_t id,
                                                   size_t *room_bytes)
{
    uint32_t info_bytes;
    uint32_t at = offset;

    memcpy(&info_bytes, info, sizeof(info_bytes));
    for (uint32_t i = info_bytes / sizeof(struct vfio_info_cap_header); i != 0 && at != 0; i--) {
        const struct vfio_info_cap_header *header =
            (const struct vfio_info_cap_header *)((const uint8_t *)info + at);

        if (at > info_bytes || info_bytes - at < sizeof(*header)) {
            return NULL;
        }
        if (header->id == id) {
            *room_bytes = info_bytes - at;
            return header;
        }
        at = header->next;
    }
    return NULL;
}
