/* SPDX-License-Identifier: MIT */
/*
 * The demo in an ordinary process, on the software controller with an image file as its medium:
 *
 *     lwnvme-demo-sim [--writable] IMAGE [COMMAND LINE WORD]...
 *     lwnvme-demo-sim --firmware     writes a firmware image for this controller to standard output
 *
 * Exit status 0: passed; 1: failed; 2: it could not begin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lwnvme_sim.h"
#include "platform.h"
#include "text.h"

#define MAIN_COMMAND_LINE_MAX 1024u
#define MAIN_PAGE_BYTES       4096u
#define MAIN_FIRMWARE_BYTES   65536u
#define MAIN_CMB_BYTES        (1u << 20)
#define MAIN_CMB_AT           UINT64_C(0xfe9000000000)
#define MAIN_RELAX_STEP_US    2000u /* long operations take virtual minutes, and nobody wants to wait for them */

static struct lwnvme_sim *main_sim;
static struct lwnvme_controller *main_controller;
static uint32_t main_interrupts;
static struct lwnvme_interrupts main_hardware;
static struct lwnvme_vector main_vectors[16];
static struct lwnvme_sim_config main_config;

void platform_put(char c)
{
    putchar(c);
    if (c == '\n' || c == ' ' || c == '\b') {
        fflush(stdout);
    }
}

uint64_t platform_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void *platform_alloc(size_t size_bytes)
{
    const size_t pages = size_bytes / MAIN_PAGE_BYTES + (size_bytes % MAIN_PAGE_BYTES != 0 ? 1u : 0u);

    return aligned_alloc(MAIN_PAGE_BYTES, pages * MAIN_PAGE_BYTES);
}

void platform_free(void *memory, size_t size_bytes)
{
    (void)size_bytes;
    free(memory);
}

uint32_t platform_drives(struct platform_drive *drives, uint32_t room)
{
    if (room == 0) {
        return 1;
    }
    drives[0] = (struct platform_drive){0};
    drives[0].config.ops = lwnvme_sim_host_ops(main_sim);
    drives[0].config.host = main_sim;
    drives[0].config.interrupts = &main_hardware;
    lwnvme_interrupts_use(&main_hardware, LWNVME_INTERRUPT_MSIX, main_vectors,
                          sizeof(main_vectors) / sizeof(main_vectors[0]));
    drives[0].config.page_bytes = main_config.host_page_bytes;
    drives[0].config.bar_physical = lwnvme_sim_bar_physical(main_sim);
    drives[0].config.bar_bytes = lwnvme_sim_bar_bytes(main_sim);
    text_format(drives[0].where, sizeof(drives[0].where),
                "software controller, registers at 0x%" TEXT_64 "x, %u KiB",
                lwnvme_sim_bar_physical(main_sim), (unsigned)(lwnvme_sim_bar_bytes(main_sim) >> 10));
    return 1;
}

static void main_interrupt(void *context, uint16_t vector)
{
    (void)context;
    main_interrupts++;
    lwnvme_interrupt(main_controller, vector);
}

const char *platform_interrupts(const struct platform_drive *drive, struct lwnvme_controller *controller,
                                enum platform_irq kind, uint32_t processors)
{
    (void)drive;
    (void)processors;
    main_controller = controller;
    if (kind == PLATFORM_POLL || (kind == PLATFORM_MSIX && main_config.msix_vectors > 1u)) {
        return NULL;
    }
    return "the software controller has MSI-X and nothing else";
}

uint32_t platform_interrupt_count(const struct platform_drive *drive, uint32_t processor)
{
    (void)drive;
    return processor == 0 ? main_interrupts : 0;
}

uint32_t platform_processors(uint32_t wanted)
{
    (void)wanted;
    return 1;
}

void platform_run(uint32_t processors, void (*work)(void *context, uint32_t processor), void *context)
{
    (void)processors;
    work(context, 0);
}

uint16_t platform_vector(const struct platform_drive *drive, uint32_t processor)
{
    (void)drive;
    return (uint16_t)(1u + processor % (main_config.msix_vectors - 1u));
}

bool platform_bar(const struct platform_drive *drive, uint32_t bar, struct lwnvme_cmb_bar *where)
{
    (void)drive;
    *where = (struct lwnvme_cmb_bar){.physical = main_config.cmb_bar_physical,
                                     .bus = main_config.cmb_bar_physical,
                                     .length_bytes = main_config.cmb_bytes};
    return bar == main_config.cmb_bir;
}

/* The software controller with the image as its medium; a message and false if it cannot be. */
static bool main_make_drive(const char *image, bool writable)
{
    int error;

    lwnvme_sim_config_full(&main_config);
    main_config.relax_step_us = MAIN_RELAX_STEP_US;
    main_config.on_interrupt = main_interrupt;
    main_config.cmb_bytes = MAIN_CMB_BYTES;
    main_config.cmb_bir = 2;
    main_config.cmb_bar_physical = MAIN_CMB_AT;
    main_config.ns[0].nsattr = writable ? 0 : 1;
    main_config.oncs |= 0x102; /* Write Uncorrectable, Copy */
    main_config.cdfs = 3;
    main_config.ns[0].msrc = 15;
    main_config.ns[0].mssrl = 64;
    main_config.ns[0].mcl = 256;
    main_config.fuses = 1;
    main_config.acwu = 7;
    main_sim = lwnvme_sim_create(&main_config);
    if (main_sim == NULL) {
        fprintf(stderr, "lwnvme-demo-sim: the software controller could not be made\n");
        return false;
    }
    error = lwnvme_sim_load(main_sim, 1, image, writable);
    if (error != 0) {
        fprintf(stderr, "lwnvme-demo-sim: %s: %s\n", image, strerror(error));
        return false;
    }
    return true;
}

static void main_join(char line[MAIN_COMMAND_LINE_MAX], char **words, int count)
{
    size_t used = 0;

    line[0] = '\0';
    for (int i = 0; i < count && used < MAIN_COMMAND_LINE_MAX; i++) {
        used +=
            (size_t)snprintf(line + used, MAIN_COMMAND_LINE_MAX - used, "%s%s", i == 0 ? "" : " ", words[i]);
    }
}

/* What only the software controller can know: whether the library broke a rule, or kept something. */
static bool main_check_rules(void)
{
    const size_t kept = lwnvme_sim_outstanding_allocations(main_sim);
    const uint64_t violations = lwnvme_sim_violations(main_sim);

    lwnvme_sim_violations_print(main_sim);
    if (kept != 0) {
        fprintf(stderr, "lwnvme-demo-sim: %zu allocations were not given back\n", kept);
    }
    return violations == 0 && kept == 0;
}

/* An image that can be activated without a reset. */
static int main_write_firmware(void)
{
    static uint8_t image[MAIN_FIRMWARE_BYTES];
    const struct lwnvme_sim_image is = {.revision = "2.0"};

    if (!lwnvme_sim_image_build(&is, image, sizeof(image))) {
        return 2;
    }
    return fwrite(image, 1, sizeof(image), stdout) == sizeof(image) ? 0 : 2;
}

int main(int argc, char **argv)
{
    static char line[MAIN_COMMAND_LINE_MAX];
    const bool writable = argc > 1 && strcmp(argv[1], "--writable") == 0;
    const int image = writable ? 2 : 1;
    bool passed;

    if (argc == 2 && strcmp(argv[1], "--firmware") == 0) {
        return main_write_firmware();
    }
    if (image >= argc) {
        fprintf(stderr, "usage: lwnvme-demo-sim [--writable] IMAGE [WORD]...\n");
        return 2;
    }
    if (!main_make_drive(argv[image], writable)) {
        return 2;
    }
    main_join(line, argv + image + 1, argc - image - 1);
    passed = demo_main(line);
    passed = main_check_rules() && passed;
    lwnvme_sim_destroy(main_sim);
    return passed ? 0 : 1;
}
