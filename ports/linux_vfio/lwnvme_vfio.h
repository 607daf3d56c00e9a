/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: the library's host hooks for a process that drives a PCI function through VFIO. The hooks' context is a
 * struct lwnvme_vfio.
 *
 *     static struct lwnvme_vfio port;
 *     if (lwnvme_vfio_open(&port, &options) != LWNVME_VFIO_OK) puts(port.reason);
 *     lwnvme_vfio_interrupts(&port, &controller, LWNVME_VFIO_MSIX, 2);      if waits are to sleep
 *     lwnvme_vfio_config(&port, &config);
 *     lwnvme_sync_controller_open(&controller, &config); ...
 *     lwnvme_sync_controller_close(&controller);
 *     lwnvme_vfio_close(&port);
 *
 * Open it after the last fork: memory that a device uses does not go with a child.
 */
#ifndef LWNVME_PORT_LINUX_VFIO_LWNVME_VFIO_H
#define LWNVME_PORT_LINUX_VFIO_LWNVME_VFIO_H

#include <pthread.h>

#include <lwnvme/lwnvme.h>

#include "iova.h"

#define LWNVME_VFIO_CHUNKS_MAX    256u
#define LWNVME_VFIO_MAPPINGS      1024u     /* of callers' buffers, at once */
#define LWNVME_VFIO_MAPPING_BYTES 0x100000u /* of one of them, at most */
#define LWNVME_VFIO_ARENA_BYTES   0x800000u /* unless the options say something else */
#define LWNVME_VFIO_VECTORS_MAX   65u
#define LWNVME_VFIO_WAITERS_MAX   16u

/* What can be wrong with a function, or with a mapping. `reason` of the port says it in a line, with what to do. */
enum lwnvme_vfio_error {
    LWNVME_VFIO_OK = 0,
    LWNVME_VFIO_ERR_NO_FUNCTION,   /* there is no such PCI function, or it is something else */
    LWNVME_VFIO_ERR_NO_IOMMU,      /* it is behind none */
    LWNVME_VFIO_ERR_NOT_BOUND,     /* to vfio-pci */
    LWNVME_VFIO_ERR_GROUP,         /* others in its IOMMU group are in use by drivers */
    LWNVME_VFIO_ERR_NO_VFIO,       /* VFIO, or its type 1 IOMMU, is not in the kernel */
    LWNVME_VFIO_ERR_PERMISSION,    /* not allowed to open it */
    LWNVME_VFIO_ERR_IN_USE,        /* another program has opened it */
    LWNVME_VFIO_ERR_IOMMU_PAGE,    /* the IOMMU's pages are larger than this machine's */
    LWNVME_VFIO_ERR_NO_IOVA,       /* the IOMMU has no room of the size wanted */
    LWNVME_VFIO_ERR_LOCK_LIMIT,    /* RLIMIT_MEMLOCK does not allow so much memory to be pinned */
    LWNVME_VFIO_ERR_MAPPING_LIMIT, /* too many mappings at once: the kernel's limit, or LWNVME_VFIO_MAPPINGS */
    LWNVME_VFIO_ERR_ADDRESS,       /* no memory there, or memory that cannot be pinned or written */
    LWNVME_VFIO_ERR_NO_MEMORY,
    LWNVME_VFIO_ERR_BAR,       /* the registers cannot be reached */
    LWNVME_VFIO_ERR_INTERRUPT, /* the function has no interrupts of that kind */
    LWNVME_VFIO_ERR_KERNEL     /* a call failed that should not */
};

/* Only arena and registered memory can be used for I/O: nothing is mapped on the way of a request, the library takes its
 * shorter way, and other buffers are refused with LWNVME_ERR_DMA_MAP. */
#define LWNVME_VFIO_REGISTERED_ONLY 1u
#define LWNVME_VFIO_NO_HUGE_PAGES   2u /* do not even try */
#define LWNVME_VFIO_NO_BAR_MMAP     4u /* registers by system calls, as where they cannot be mapped */

struct lwnvme_vfio_options {
    const char *address; /* of the PCI function: 0000:04:00.0 */
    uint32_t flags;      /* LWNVME_VFIO_... */
    size_t arena_bytes;  /* of memory that is mapped at open, a multiple of the page size; 0: the default */
};

enum lwnvme_vfio_irq {
    LWNVME_VFIO_POLL = 0,
    LWNVME_VFIO_INTX,
    LWNVME_VFIO_MSI,
    LWNVME_VFIO_MSIX
};

/* Private: memory that is mapped for the device in one piece. */
struct lwnvme_vfio_chunk {
    uint8_t *memory;
    uint64_t iova;
    size_t length_bytes;
    uint64_t *taken; /* pages handed out, bits; NULL: registered memory of the caller's */
    size_t mapped_bytes;
    uint32_t changes;      /* odd while memory, iova and length_bytes are being changed */
    uint32_t iova_seen[2]; /* low and high half of iova, for those who look beside its owner */
};

/* One controller. Zero it before lwnvme_vfio_open; members from `error` on may be read, the others are private. */
struct lwnvme_vfio {
    struct lwnvme_host_ops ops;
    uint32_t flags;
    uint32_t page_bytes;
    int container;
    int group;
    int device;
    uint64_t config_offset;
    uint8_t *bar;
    uint64_t bar_offset;
    uint64_t bar_bytes;
    uint64_t bar_usable_bytes;
    bool bar_by_calls;
    struct lwnvme_controller *controller;
    struct lwnvme_interrupts hardware;
    struct lwnvme_vector noted[LWNVME_VFIO_VECTORS_MAX];
    int vector_events[LWNVME_VFIO_VECTORS_MAX];
    int waiter_events[LWNVME_VFIO_WAITERS_MAX];
    pthread_t waiter_threads[LWNVME_VFIO_WAITERS_MAX];
    uint32_t waiter_count;
    uint32_t generation;
    bool cut;                     /* the IOMMU has forgotten all memory */
    bool kept;                    /* the controller may still write to memory: none is given back */
    pthread_mutex_t lock;         /* the library's */
    pthread_mutex_t mapping_lock; /* of the free mappings */
    uint32_t chunk_count;
    struct lwnvme_vfio_chunk chunks[LWNVME_VFIO_CHUNKS_MAX];
    uint64_t window; /* addresses of the mappings */
    uint32_t mapping_free_count;
    uint16_t mapping_free[LWNVME_VFIO_MAPPINGS];
    struct lwnvme_iova iova;

    enum lwnvme_vfio_error error; /* the last one */
    char reason[256];
    char address[20];
    uint16_t vendor_id;
    uint16_t device_id;
    enum lwnvme_vfio_irq irq;
    uint32_t vector_count;                                 /* 0: none */
    volatile uint32_t interrupts[LWNVME_VFIO_VECTORS_MAX]; /* taken, by vector */
    uint32_t huge_chunks;                                  /* of the arena, in huge pages */
    uint32_t mappings_available; /* that the kernel allowed at open; 0: it did not say */
};

/* Opens the function, turns on memory decoding and bus mastering, and maps registers and arena. LWNVME_VFIO_OK; else nothing
 * is open, and port->reason says what to do. */
enum lwnvme_vfio_error lwnvme_vfio_open(struct lwnvme_vfio *port, const struct lwnvme_vfio_options *options);
/* After the controller has been closed. The kernel resets the function and takes bus mastering away. */
void lwnvme_vfio_close(struct lwnvme_vfio *port);
/* "LOCK_LIMIT", and so on. */
const char *lwnvme_vfio_error_name(enum lwnvme_vfio_error error);

/* What the library needs to open the controller. `port` must stay, and stay where it is, while that is open. */
void lwnvme_vfio_config(struct lwnvme_vfio *port, struct lwnvme_controller_config *config);

/*
 * Has the controller interrupt, with up to `vectors` vectors: one for the admin queue, and the rest for I/O queues. Before
 * lwnvme_vfio_config; once. An error leaves the port as it was. Interrupts are noted by whoever sleeps in the library.
 */
enum lwnvme_vfio_error lwnvme_vfio_interrupts(struct lwnvme_vfio *port, struct lwnvme_controller *controller,
                                              enum lwnvme_vfio_irq kind, uint32_t vectors);
/* The vector for the n-th I/O queue, from 0. */
uint16_t lwnvme_vfio_vector(const struct lwnvme_vfio *port, uint32_t queue);
/* How often a vector has fired: what was noted by those who slept, one for each time, and what nobody has noted yet. */
uint32_t lwnvme_vfio_interrupt_count(struct lwnvme_vfio *port, uint32_t vector);
/* Ends what any thread sleeps in, or the next thing that it would sleep in. Any thread. */
void lwnvme_vfio_wake(struct lwnvme_vfio *port);

/* Memory for I/O from the arena, page aligned; NULL: port->reason says why. With the library's set-up calls, one context at
 * a time. Memory that a controller may still write to, because it could be neither stopped nor cut off, is not given out
 * again. */
void *lwnvme_vfio_alloc(struct lwnvme_vfio *port, size_t size_bytes);
void lwnvme_vfio_free(struct lwnvme_vfio *port, void *memory, size_t size_bytes);

/* Maps memory of the caller's, whole pages, until it is unregistered; it must not be unmapped, and the process not be forked
 * with it, before that. One context at a time, and no I/O on it while it is unregistered. LWNVME_VFIO_ERR_KERNEL from unregister:
 * the controller may still write to it, until the port is closed. */
enum lwnvme_vfio_error lwnvme_vfio_register(struct lwnvme_vfio *port, void *memory, size_t size_bytes);
enum lwnvme_vfio_error lwnvme_vfio_unregister(struct lwnvme_vfio *port, void *memory);

#endif
