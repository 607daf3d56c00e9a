/* SPDX-License-Identifier: MIT */
/*
 * A QEMU process that is driven from outside: its processor halts at once and for good, and its memory is a file of the
 * test's. Two sockets lead to it: qtest, for registers and ports, and QMP, for what happens to devices. Its clock is the
 * real one: distributions leave out the accelerator whose clock can be stepped.
 *
 * Context: one thread. A QEMU that does not answer, or says no, ends the test that asked.
 */
#ifndef TESTS_QTEST_QEMU_H
#define TESTS_QTEST_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The machine's memory: up to this address, and from 4 GiB on. The file holds both without the gap. */
#define QEMU_LOW_BYTES   UINT64_C(0xc0000000)
#define QEMU_HIGH_START  UINT64_C(0x100000000)
#define QEMU_HIGH_BYTES  UINT64_C(0x80000000)
#define QEMU_WORDS       256
#define QEMU_FILES       40
#define QEMU_FILES_FIRST 200 /* beyond any that we have */
#define QEMU_ANSWER      65536u
#define QEMU_MMIO_WINDOW UINT64_C(0xe0000000) /* the registers */
#define QEMU_CMB_WINDOW  UINT64_C(0xe8000000) /* the controller memory buffer */

struct qemu_line {
    int fd;
    size_t held; /* bytes that came behind the line that was last read */
    size_t taken;
    char text[QEMU_ANSWER];
};

struct qemu {
    pid_t process;
    struct qemu_line qtest;
    struct qemu_line qmp;
    int memory_fd;
    int bios_fd;
    uint8_t *memory;   /* all of it, mapped */
    int log_fd;        /* what it says of itself, and of the driver */
    uint64_t asked;    /* round trips */
    char events[8192]; /* names of QMP events that have come, each followed by a blank */
};

/* Words for the command line of a QEMU, collected with qemu_word. */
struct qemu_command {
    char *words[QEMU_WORDS];
    size_t count;
    int files[QEMU_FILES]; /* the n-th is open in QEMU under the number QEMU_FILES_FIRST + n */
    size_t file_count;
};

void qemu_word(struct qemu_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The major version of the QEMU that is used: the environment's QEMU, or the system's. */
unsigned qemu_version(void);

/* Starts one with these words behind those that every machine needs. */
struct qemu *qemu_start(const struct qemu_command *command);
void qemu_words_free(struct qemu_command *command);
void qemu_stop(struct qemu *qemu);

/* One line to the qtest socket, and the number in the answer, if there is one. */
uint64_t qemu_ask(struct qemu *qemu, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One QMP command as it stands; the answer, until the next command. */
const char *qemu_qmp(struct qemu *qemu, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether the QMP event has come, or comes soon. */
bool qemu_event(struct qemu *qemu, const char *name);
/* The whole machine's; returns when it has happened. */
void qemu_reset(struct qemu *qemu);
/* Memory and log as after the start. */
void qemu_wipe(struct qemu *qemu);

uint32_t qemu_read32(struct qemu *qemu, uint64_t address);
void qemu_write32(struct qemu *qemu, uint64_t address, uint32_t value);
uint32_t qemu_config_read(struct qemu *qemu, unsigned slot, unsigned offset);
void qemu_config_write(struct qemu *qemu, unsigned slot, unsigned offset, uint32_t value);

/* Memory at an address of the machine's; NULL: there is none. */
uint8_t *qemu_memory_at(const struct qemu *qemu, uint64_t address);
/* How often its log has the words. */
unsigned qemu_logged(const struct qemu *qemu, const char *words);
void qemu_log_print(const struct qemu *qemu);

#endif
