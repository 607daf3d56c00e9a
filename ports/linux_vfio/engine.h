/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: a drive that any thread may ask. One thread owns the controller and its I/O queue; others hand it jobs
 * and sleep until these are done.
 */
#ifndef LWNVME_PORT_LINUX_VFIO_ENGINE_H
#define LWNVME_PORT_LINUX_VFIO_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lwnvme/lwnvme.h>

#define ENGINE_REASON      320u
#define ENGINE_CHUNK_BYTES 262144u /* of one job's data, at most; larger requests are several jobs */

struct engine_options {
    const char *device; /* PCI address; or ... */
    const char *image;  /* ... a file, as the medium of the software controller */
    bool read_only;     /* the image is not written */
    bool poll;          /* no interrupts: the owner spins while something is in flight */
    uint32_t nsid;
    uint32_t entries; /* of the I/O queue; 0: the default */
    /* Of the software controller, for tests. */
    bool has_oncs;
    uint16_t oncs;      /* which optional commands it has */
    uint64_t bad_block; /* that cannot be read; UINT64_MAX: none */
};

/* What the namespace is, for those who ask before they work. */
struct engine_facts {
    uint64_t size_bytes;
    uint32_t block_bytes;
    bool writable;
    bool volatile_cache;
    bool has_trim;
    bool has_zero;
    bool zero_may_trim; /* a deallocating Write Zeroes leaves zeros */
};

enum engine_kind {
    ENGINE_READ,
    ENGINE_WRITE,
    ENGINE_FLUSH,
    ENGINE_TRIM,
    ENGINE_ZERO
};

/* Whether the drive could be opened, and is let go of again. false: `why` says what to do. */
bool engine_check(const struct engine_options *options, char why[ENGINE_REASON]);
/* Brings the drive up and starts the owner. Not before the last fork. false: `why` says why not, and nothing is open. */
bool engine_start(const struct engine_options *options, char why[ENGINE_REASON]);
/* Ends the owner and shuts the drive down. No jobs may be under way. false: not in good order, and `why` says so. */
bool engine_stop(char why[ENGINE_REASON]);

const struct engine_facts *engine_get_facts(void);

/* One job of whole blocks, by any thread: `data` holds what is read or written, and is NULL for the rest; flags are
 * LWNVME_REQUEST_FUA and _DEALLOCATE. Data are at most ENGINE_CHUNK_BYTES. 0, or a status of the library. */
int engine_do(enum engine_kind kind, uint64_t lba, uint32_t block_count, void *data, uint32_t flags);

/* What comes nearest to a status that is not 0 in errno.h: EINVAL, ENOSPC, EPERM, ENOMEM, ESHUTDOWN, else EIO. Callable anywhere. */
int engine_errno(int status);

#endif
