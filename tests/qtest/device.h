/* SPDX-License-Identifier: MIT */
/*
 * What sim/lwnvme_sim.h declares, made of a QEMU process instead of the software controller: the scenarios of tests/sim
 * are linked with either. Private to tests/qtest. See README.md beside this file.
 */
#ifndef TESTS_QTEST_DEVICE_H
#define TESTS_QTEST_DEVICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lwnvme_sim.h"
#include "qemu.h"

#define DEVICE_SLOT    4u /* on the PCI bus */
#define DEVICE_QUEUES  66u
#define DEVICE_HELD    4096u
#define DEVICE_VECTORS 65u
#define DEVICE_MAPS    1024u /* buckets */

/* A page of the process that is one of the machine's, too. */
struct device_page {
    uintptr_t cpu; /* 0: free place in the table */
    uint64_t dma;
    bool moved; /* the machine's memory is mapped there; else what the CPU sees is a copy */
};

struct device_map {
    struct device_map *next;
    uint64_t dma;
    size_t length;
    uint8_t *cpu;
    enum lwnvme_direction direction;
    bool bounced;
};

/* A ring as the driver has told the controller. */
struct device_ring {
    bool live;
    uint64_t base;
    uint32_t entries;
    uint32_t at; /* where the next entry comes */
    uint32_t phase;
    uint16_t cqid;
    uint32_t awaited; /* commands that the controller has and will answer by itself */
    uint64_t due_us;  /* of the last doorbell that is held */
};

/* A doorbell that reaches the controller later. */
struct device_held {
    uint64_t due_us;
    size_t offset;
    uint32_t value;
};

/* A QEMU and what is on its drives. It serves one scenario after the other, reset in between. */
struct device_machine {
    struct device_machine *next; /* of those that serve none */
    struct qemu *qemu;
    char *key;  /* what it has been started with */
    bool spent; /* it has been told something that no reset takes back */
    int disk_fd[LWNVME_SIM_NAMESPACES];
    uint8_t *disk[LWNVME_SIM_NAMESPACES];
    size_t disk_bytes[LWNVME_SIM_NAMESPACES];
};

struct lwnvme_sim {
    struct lwnvme_sim_config config;
    struct lwnvme_sim_counts counts;
    struct lwnvme_host_ops ops;
    struct lwnvme_sim *next; /* of those that are there */
    struct qemu *qemu;
    uint64_t violations;

    /* memory.c */
    struct device_page *pages;
    size_t page_room;
    size_t page_count;
    uint64_t dma_start;
    uint64_t dma_next;
    uint64_t dma_end;
    uint64_t dma_used;
    struct device_map *maps[DEVICE_MAPS];
    size_t live_maps;
    size_t live_allocs;

    /* host.c */
    uint64_t now_us; /* since the start */
    int64_t jumped_us;
    uint64_t shown_us;
    bool woken;
    uint32_t locked;
    uint32_t random;
    bool removed;
    uint32_t removed_reads; /* what a register reads as then */
    size_t mmio_maps;
    volatile void *bar; /* nothing is there */
    size_t bar_bytes;
    volatile void *buffer; /* nothing is there, either: where the controller memory buffer is written to */
    uint8_t *buffer_copy;  /* what has been written there */
    size_t buffer_bytes;

    /* watch.c */
    uint32_t cc;
    uint32_t aqa;
    uint64_t asq;
    uint64_t acq;
    struct device_ring sq[DEVICE_QUEUES];
    struct device_ring cq[DEVICE_QUEUES];
    uint32_t events_held[16]; /* command identifiers of event requests, plus 1 */
    uint32_t admin[64][16];   /* commands that change queues, by command identifier modulo their number */
    struct device_held held[DEVICE_HELD];
    uint32_t held_count;

    /* device.c */
    struct device_machine *machine;
    uint8_t format[LWNVME_SIM_NAMESPACES]; /* in QEMU's list */
    uint64_t vector_words;                 /* where interrupts are written, in the machine's memory */
    uint64_t msix_table;                   /* of the machine's addresses */
    uint64_t msix_pending;
};

/* What a test of QEMU's own adds to the words, before scenario_power; gone when the test is over. Each as it stands on the
 * command line, that of the devices beginning with a comma. */
struct device_extra {
    const char *subsystem;
    const char *controller;
    const char *ns;        /* of each namespace */
    const char *object;    /* an object of QEMU's */
    const char *top;       /* a block node above the file of namespace 1, file0; without its name */
    uint32_t cmb_mb;       /* size of a controller memory buffer; 0: none */
    bool unwatched;        /* I/O commands take their real time: doorbells do not wait for their answers */
    uint32_t unwatched_us; /* real time that passes then whenever the driver looks */
};
extern struct device_extra device_extra;

/* As tests/sim/scenario.h has it. */
extern const bool scenario_on_software;

/* Ends the test as skipped, and says why. */
void device_cannot(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void device_violation(struct lwnvme_sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* device.c: all that are left behind by tests that ended in their midst. */
void device_forget_all(void);
void device_configure(struct lwnvme_sim *sim); /* what firmware does to the PCI device */

/* machine.c */
void machine_get(struct lwnvme_sim *sim);
void machine_put(struct device_machine *machine);
void machine_stop_all(void);

/* config.c: the words for the device and its namespaces; and what of the settings it cannot have. */
void device_words(struct lwnvme_sim *sim, struct qemu_command *command);
void device_settings_check(const struct lwnvme_sim_config *config);

/* memory.c */
void memory_create(struct lwnvme_sim *sim);
void memory_destroy(struct lwnvme_sim *sim);
void memory_hooks(struct lwnvme_host_ops *ops);
uint64_t memory_take(struct lwnvme_sim *sim, uint64_t bytes, uint64_t align);

/* host.c */
void host_hooks(struct lwnvme_host_ops *ops);
uint32_t host_random(struct lwnvme_sim *sim);
void host_deliver(struct lwnvme_sim *sim); /* interrupts */

/* watch.c: what goes over the bus, and what is in the rings. */
void watch_write(struct lwnvme_sim *sim, size_t offset, uint32_t value);
void watch_due(struct lwnvme_sim *sim);  /* forwards doorbells whose time has come */
void watch_look(struct lwnvme_sim *sim); /* takes note of completions */
uint64_t watch_next_due(const struct lwnvme_sim *sim);
void watch_forget(struct lwnvme_sim *sim); /* a reset */

#endif
