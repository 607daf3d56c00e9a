/* SPDX-License-Identifier: MIT */
/*
 * A plugin for QEMU's translator (-plugin) that counts executed guest instructions: all, those at addresses from
 * `begin` up to `end`, and the stores to device registers that these make. Each time that the instruction at
 * `mark` is executed the three sums so far are written as a line to the file `out`:
 *
 *     -plugin count.so,begin=0x...,end=0x...,mark=0x...,out=FILE[,single=1]
 *
 * Debian has no header for plugins, so what is used of the interface is declared here. It has been so since QEMU 6.0;
 * PLUGIN_VERSION is what the QEMU at hand accepts, 1 before 9.0 and 2 from then on.
 *
 * A block of instructions is counted when it is entered, which is exact but for faults. With -icount blocks are left
 * at each access to a device register, too: `single=1` counts each instruction, at several times the price. For a guest of one
 * processor.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum {
    PLUGIN_NO_REGISTERS = 0,
    PLUGIN_STORES = 2
};

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           void (*translated)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*executed)(unsigned, void *),
                                          int flags, void *context);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*executed)(unsigned, void *),
                                            int flags, void *context);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*accessed)(unsigned, uint32_t, uint64_t, void *), int flags,
                                      int which, void *context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t address);
_Bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);

EXPORT int qemu_plugin_version = PLUGIN_VERSION;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

static uint64_t count_begin;
static uint64_t count_end;
static uint64_t count_mark;
static int count_single;
static FILE *count_out;
static uint64_t count_all;
static uint64_t count_inside;
static uint64_t count_stores;

/* The context is both numbers of the block. */
static void count_block(unsigned processor, void *context)
{
    const uint64_t numbers = (uintptr_t)context;

    (void)processor;
    count_all += numbers >> 32;
    count_inside += numbers & UINT32_MAX;
}

/* The context: whether it is inside. */
static void count_one(unsigned processor, void *context)
{
    (void)processor;
    count_all++;
    count_inside += (uintptr_t)context;
}

static void count_store(unsigned processor, uint32_t info, uint64_t address, void *context)
{
    const struct qemu_plugin_hwaddr *place = qemu_plugin_get_hwaddr(info, address);

    (void)processor;
    (void)context;
    if (place != NULL && qemu_plugin_hwaddr_is_io(place)) {
        count_stores++;
    }
}

static void count_at_mark(unsigned processor, void *context)
{
    (void)processor;
    (void)context;
    fprintf(count_out, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", count_all, count_inside, count_stores);
    fflush(count_out);
}

static void count_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    const size_t length = qemu_plugin_tb_n_insns(tb);
    uint64_t inside = 0;

    (void)id;
    for (size_t i = 0; i < length; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const uint64_t address = qemu_plugin_insn_vaddr(insn);

        if (address == count_mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, count_at_mark, PLUGIN_NO_REGISTERS, NULL);
        }
        if (count_single) {
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, count_one, PLUGIN_NO_REGISTERS,
                (void *)(uintptr_t)(address >= count_begin && address < count_end));
        }
        if (address >= count_begin && address < count_end) {
            inside++;
            qemu_plugin_register_vcpu_mem_cb(insn, count_store, PLUGIN_NO_REGISTERS, PLUGIN_STORES, NULL);
        }
    }
    if (count_single) {
        return;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, count_block, PLUGIN_NO_REGISTERS,
                                         (void *)(uintptr_t)((uint64_t)length << 32 | inside));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (value == NULL) {
            return -1;
        }
        *value++ = '\0';
        if (strcmp(argv[i], "begin") == 0) {
            count_begin = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "end") == 0) {
            count_end = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "mark") == 0) {
            count_mark = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "single") == 0) {
            count_single = value[0] == '1';
        } else if (strcmp(argv[i], "out") == 0) {
            count_out = fopen(value, "w");
        }
    }
    if (count_out == NULL) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, count_translated);
    return 0;
}
