/* SPDX-License-Identifier: MIT */
/*
 * A walker over PRP entries and SGL descriptors, written from the definitions of NVM Express Base Specification 2.1,
 * sections 4.3.1 "Physical Region Page Entry and List" and 4.3.2 "Scatter Gather List (SGL)", and sharing nothing with
 * the library or the software controller. It calls `extent` for each piece of memory that the entries name, in order.
 */
#ifndef TESTS_WALKER_H
#define TESTS_WALKER_H

#include <stdbool.h>
#include <stdint.h>

struct walker {
    uint64_t page_bytes;
    bool (*fetch)(void *context, uint64_t address, uint8_t *bytes, unsigned count);
    void (*extent)(void *context, uint64_t address, uint64_t length);
    void *context;
    const char *complaint; /* what is wrong, NULL: nothing */
};

static inline bool walker_complain(struct walker *walker, const char *complaint)
{
    walker->complaint = complaint;
    return false;
}

static inline uint64_t walker_number(const uint8_t *bytes, unsigned count)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < count; i++) {
        number += (uint64_t)bytes[i] << (8u * i);
    }
    return number;
}

static inline bool walker_entry(struct walker *walker, uint64_t address, uint64_t *entry)
{
    uint8_t bytes[8];
    if (!walker->fetch(walker->context, address, bytes, 8)) {
        return walker_complain(walker, "a list lies where there is no memory");
    }
    *entry = walker_number(bytes, 8);
    return true;
}

/* "If there is more to transfer than this list page has room for, its last entry is a pointer to the next one." */
static inline bool walker_prp_list(struct walker *walker, uint64_t list, uint64_t left)
{
    while (left > 0) {
        uint64_t entry = 0;
        bool in_last_slot = (list + 8) % walker->page_bytes == 0;
        if (list % 8 != 0) {
            return walker_complain(walker, "a list is not qword aligned");
        }
        if (!walker_entry(walker, list, &entry)) {
            return false;
        }
        if (in_last_slot && left > walker->page_bytes) {
            list = entry;
            continue;
        }
        if (in_last_slot) {
            return walker_complain(walker, "data in the last slot of a list page");
        }
        if (entry % walker->page_bytes != 0) {
            return walker_complain(walker, "an entry of a list has an offset");
        }
        uint64_t piece = left < walker->page_bytes ? left : walker->page_bytes;
        walker->extent(walker->context, entry, piece);
        left -= piece;
        list += 8;
    }
    return true;
}

static inline bool walker_prp(struct walker *walker, uint64_t prp1, uint64_t prp2, uint64_t length)
{
    uint64_t first = walker->page_bytes - prp1 % walker->page_bytes;
    if (prp1 % 4 != 0) {
        return walker_complain(walker, "PRP1 is not dword aligned");
    }
    if (first > length) {
        first = length;
    }
    walker->extent(walker->context, prp1, first);
    length -= first;
    if (length == 0) {
        return prp2 == 0 || walker_complain(walker, "PRP2 is not needed, and not zero");
    }
    if (length > walker->page_bytes) {
        return walker_prp_list(walker, prp2, length);
    }
    if (prp2 % walker->page_bytes != 0) {
        return walker_complain(walker, "PRP2 has an offset");
    }
    walker->extent(walker->context, prp2, length);
    return true;
}

/* The descriptor in the command, then segment after segment. */
static inline bool walker_sgl(struct walker *walker, const uint8_t command_descriptor[16], uint64_t length)
{
    uint64_t at = 0;   /* of the next descriptor */
    uint64_t left = 1; /* in this segment */
    bool last = false; /* this segment is the last */
    bool in_command = true;
    uint64_t described = 0;
    while (left > 0) {
        uint8_t bytes[16];
        if (in_command) {
            for (unsigned i = 0; i < 16; i++) {
                bytes[i] = command_descriptor[i];
            }
        } else if (!walker->fetch(walker->context, at, bytes, 16)) {
            return walker_complain(walker, "a segment lies where there is no memory");
        }
        uint64_t address = walker_number(bytes, 8);
        uint64_t count = walker_number(bytes + 8, 4);
        unsigned type = bytes[15] / 16;
        at += 16;
        left--;
        if ((bytes[12] | bytes[13] | bytes[14]) != 0 || bytes[15] % 16 != 0 || type > 3) {
            return walker_complain(walker, "reserved bits, or no such type");
        }
        if (type < 2) {
            if (type == 0) {
                walker->extent(walker->context, address, count);
            }
            described += count;
        } else if (left != 0 || last || count == 0 || count % 16 != 0 || address % 8 != 0) {
            return walker_complain(walker, "a segment descriptor that cannot be");
        } else {
            at = address;
            left = count / 16;
            last = type == 3;
            in_command = false;
            continue;
        }
        if (left == 0 && !last && !in_command) {
            return walker_complain(walker, "the list ends in a segment that is not the last");
        }
    }
    return described == length || walker_complain(walker, "the descriptors do not describe the data");
}

#endif
