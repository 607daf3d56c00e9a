/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: the first C code, with translation off. Takes memory and the command line from the tree,
 * switches translation on, and calls kernel_main. Two words of the command line are the machine's, and the program does
 * not see them:
 *
 *     coherent=N   1: devices see the CPU's caches, 0: they do not, whatever the tree says
 *     shadow=1     devices see another copy of memory (shadow.c), as they do where caches are not coherent, but worse
 */
#include "machine.h"
#include "tree.h"

#define START_COMMAND_LINE_MAX 1024u
#define START_LARGE            (UINT64_C(1) << 32)
#define START_HALF_ALIGN       (UINT64_C(1) << 21)

extern const char kernel_end[];

static char start_command_line[START_COMMAND_LINE_MAX];
static bool start_coherent;

bool machine_is_coherent(void)
{
    return start_coherent;
}

static void start_copy_command_line(void)
{
    const struct tree_value from = tree_property(tree_named("chosen"), "bootargs");

    for (uint32_t i = 0; i < from.length_bytes && i + 1u < START_COMMAND_LINE_MAX && from.bytes[i] != 0;
         i++) {
        start_command_line[i] = (char)from.bytes[i];
    }
}

/* Whether a word is on the command line; it is replaced by blanks. */
static bool start_take_word(const char *word)
{
    char *line = start_command_line;

    for (uint32_t at = 0; line[at] != '\0'; at++) {
        uint32_t length = 0;

        while (word[length] != '\0' && line[at + length] == word[length]) {
            length++;
        }
        if (word[length] == '\0' && (at == 0 || line[at - 1u] == ' ') &&
            (line[at + length] == ' ' || line[at + length] == '\0')) {
            for (uint32_t i = 0; i < length; i++) {
                line[at + i] = ' ';
            }
            return true;
        }
    }
    return false;
}

/* The larger of the two parts of a region that a range inside of it leaves. */
static struct memory_region start_without(struct memory_region region, struct memory_region taken)
{
    const uint64_t end = region.address + region.size_bytes;
    const uint64_t taken_end = taken.address + taken.size_bytes;
    const uint64_t before = taken.address > region.address ? taken.address - region.address : 0;
    const uint64_t after = end > taken_end ? end - taken_end : 0;

    if (taken.address >= end || taken_end <= region.address) {
        return region;
    }
    return before > after ? (struct memory_region){region.address, before}
                          : (struct memory_region){taken_end, after};
}

/* What is neither the program's nor the tree's. Memory above 4 GiB alone, if that is the larger part: it shows more errors. */
static struct memory_region start_free(struct memory_region memory)
{
    const uint64_t begin = (uintptr_t)kernel_end;
    const uint64_t end = memory.address + memory.size_bytes;
    struct memory_region region = {begin, end > begin ? end - begin : 0};

    if (end > START_LARGE && end - START_LARGE > memory.size_bytes / 2u) {
        region = (struct memory_region){START_LARGE, end - START_LARGE};
    }
    return start_without(region, tree_region());
}

/* With a shadow, the upper half of memory is the devices' copy of the lower one. */
static struct memory_region start_memory(struct memory_region memory, bool shadow)
{
    const uint64_t half = memory.size_bytes / 2u & ~(START_HALF_ALIGN - 1u);

    if (shadow) {
        shadow_init(half);
        memory.size_bytes = half;
    }
    return start_free(memory);
}

static _Noreturn void start_stop(const char *why)
{
    serial_text("boot: ");
    serial_text(why);
    serial_text("\n");
    machine_exit(MACHINE_FAILED);
}

void machine_start(const void *tree)
{
    struct memory_region memory = {0, 0};
    struct memory_region region;
    struct tree_node host;
    bool shadow;

    if (!tree_init(tree)) {
        uart_init();
        start_stop("there is no device tree");
    }
    uart_init();
    start_copy_command_line();
    shadow = start_take_word("shadow=1");
    host = tree_compatible("pci-host-ecam-generic");
    start_coherent = tree_property(host, "dma-coherent").bytes != NULL;
    start_coherent = start_take_word("coherent=1") || start_coherent;
    start_coherent = !start_take_word("coherent=0") && start_coherent && !shadow;
    if (!start_coherent && !shadow && cache_line_bytes() == 0) {
        start_stop("devices do not see the caches, and there are no instructions for that");
    }
    if (!tree_reg(tree_named("memory"), 0, &memory) || !paging_init(&memory)) {
        start_stop("no memory that can be used");
    }
    region = start_memory(memory, shadow);
    pages_init(&region);
    clock_init();
    if (!pci_init()) {
        start_stop("the device tree names no PCI host bridge");
    }
    kernel_main(start_command_line);
    machine_exit(MACHINE_FAILED);
}
