/* SPDX-License-Identifier: MIT */
/*
 * A boot loader for x86-64: reads a kernel, an ELF file, from block 0 of the first NVMe drive on, puts its segments where they
 * belong, hands the drive over, and starts the kernel with the information that it was started with itself (PVH).
 *
 *     0x100000 ... kernel's segments ... | 0x4000000: this program | pages for the library, and a buffer
 *
 * The library is that of a boot loader (LWNVME_CONFIG_BOOT): one command at a time. What is on the drive is believed no more than
 * what the drive says: a segment must lie within the drive, and within the memory that is the kernel's.
 */
#include <lwnvme/lwnvme.h>

#include "machine.h"

#define BOOT_CLASS_NVME    0x010802u
#define BOOT_KERNEL_LOWEST 0x100000u
#define BOOT_BUFFER_BYTES  (256u << 10)
#define BOOT_SEGMENTS_MAX  16u
#define BOOT_NOTES_MAX     64u
#define BOOT_NOTE_PVH      18u /* its value: the 32-bit physical entry point */

#define ELF_CLASS_64  2u
#define ELF_LITTLE    1u
#define ELF_X86_64    62u
#define ELF_TYPE_LOAD 1u
#define ELF_TYPE_NOTE 4u

struct elf_header {
    uint8_t magic[4];
    uint8_t class;
    uint8_t order;
    uint8_t unused[10];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t segments_at;
    uint64_t sections_at;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t segment_bytes;
    uint16_t segment_count;
};

struct elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t at; /* in the file */
    uint64_t address;
    uint64_t physical;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t align;
};

extern const char kernel_begin[];
/* jump.S: back to 32 bits without paging. */
_Noreturn void boot_jump(uint32_t entry, uint32_t start_info);

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static uint8_t *buffer;

/* The port. */

static void *boot_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    void *memory = pages_alloc(size_bytes, align_bytes);

    (void)host;
    *dma_address = (uintptr_t)memory;
    return memory;
}

static void boot_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    (void)host;
    (void)dma_address;
    pages_free(memory, size_bytes);
}

static bool boot_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    (void)host;
    (void)direction;
    *dma_address = (uintptr_t)address;
    *contiguous_bytes = length_bytes;
    return true;
}

static uint64_t boot_now_us(void *host)
{
    (void)host;
    return clock_now_us();
}

static volatile void *boot_mmio_map(void *host, uint64_t physical_address, size_t size_bytes)
{
    (void)host;
    return paging_map(physical_address, size_bytes, PAGING_DEVICE)
               ? (volatile void *)(uintptr_t)physical_address
               : NULL;
}

static void boot_mmio_unmap(void *host, volatile void *registers, size_t size_bytes)
{
    (void)host;
    (void)registers;
    (void)size_bytes;
}

static bool boot_fence_device(void *host)
{
    return pci_fence(host);
}

static const struct lwnvme_host_ops boot_ops = {
    .dma_alloc = boot_dma_alloc,
    .dma_free = boot_dma_free,
    .dma_map = boot_dma_map,
    .now_us = boot_now_us,
    .mmio_map = boot_mmio_map,
    .mmio_unmap = boot_mmio_unmap,
    .fence_device = boot_fence_device,
};

static _Noreturn void boot_fail(const char *why)
{
    serial_text("boot: FAILED: ");
    serial_text(why);
    serial_text("\n");
    machine_exit(MACHINE_FAILED);
}

/* Whether all is well; else the drive is left clean, too. */
static void boot_need(bool good, const char *why)
{
    if (good)
        return;
    (void)lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_HAND_OFF);
    (void)lwnvme_sync_controller_close(&controller);
    boot_fail(why);
}

static void boot_open(struct pci_device *device)
{
    struct lwnvme_controller_config config = {
        .ops = &boot_ops, .host = device, .page_bytes = MACHINE_PAGE_BYTES};
    int status;

    if (pci_find(BOOT_CLASS_NVME, device, 1) == 0)
        boot_fail("there is no NVMe drive");
    pci_enable(device);
    config.bar_physical = device->bar_address;
    config.bar_bytes = device->bar_bytes;
    config.pci_vendor_id = device->vendor_id;
    config.pci_device_id = device->device_id;
    status = lwnvme_sync_controller_open(&controller, &config);
    if (status != LWNVME_OK)
        boot_fail(lwnvme_status_string(status));
    status = lwnvme_sync_queue_create(&controller, &queue, NULL);
    if (status == LWNVME_OK)
        status = lwnvme_sync_namespace_open(&controller, 1, &ns);
    boot_need(status == LWNVME_OK, lwnvme_status_string(status));
}

/* Whether a part of the file lies on the drive. */
static bool boot_is_there(uint64_t at, uint64_t length_bytes)
{
    const uint64_t drive_bytes =
        ns.block_count > UINT64_MAX / ns.block_bytes ? UINT64_MAX : ns.block_count * ns.block_bytes;

    return length_bytes <= drive_bytes && at <= drive_bytes - length_bytes;
}

/* Any part of the file, which lies on the drive, through the buffer. */
static void boot_read(uint64_t at, void *to, uint64_t length_bytes)
{
    uint8_t *next = to;

    while (length_bytes != 0) {
        const uint32_t skip = (uint32_t)(at & (ns.block_bytes - 1u));
        const uint64_t wanted = length_bytes + skip + ns.block_bytes - 1u;
        const uint32_t blocks =
            (uint32_t)((wanted < BOOT_BUFFER_BYTES ? wanted : BOOT_BUFFER_BYTES) >> ns.block_shift);
        const uint64_t got = ((uint64_t)blocks << ns.block_shift) - skip;
        const size_t part = (size_t)(got < length_bytes ? got : length_bytes);
        const int status = lwnvme_sync_read(&queue, &ns, at >> ns.block_shift, blocks, buffer, 0);

        boot_need(status == LWNVME_OK, lwnvme_status_string(status));
        __builtin_memcpy(next, buffer + skip, part);
        next += part;
        at += part;
        length_bytes -= part;
    }
}

static void boot_load(const struct elf_segment *segment)
{
    uint8_t *to = (uint8_t *)(uintptr_t)segment->physical;

    boot_need(segment->file_bytes <= segment->memory_bytes && boot_is_there(segment->at, segment->file_bytes),
              "a segment of the kernel is not on the drive");
    boot_need(segment->physical >= BOOT_KERNEL_LOWEST && segment->physical <= (uintptr_t)kernel_begin &&
                  segment->memory_bytes <= (uintptr_t)kernel_begin - segment->physical,
              "a segment of the kernel is not where it may be");
    boot_read(segment->at, to, segment->file_bytes);
    __builtin_memset(to + segment->file_bytes, 0, (size_t)(segment->memory_bytes - segment->file_bytes));
}

/* The entry point that the notes of a segment name, or 0. */
static uint32_t boot_find_entry(const struct elf_segment *segment)
{
    uint64_t at = segment->at;
    uint64_t left = segment->file_bytes;
    uint32_t note[5]; /* length of the name, of the value; type; "Xen"; value */

    boot_need(boot_is_there(at, left), "the notes of the kernel are not on the drive");
    for (uint32_t i = 0; i < BOOT_NOTES_MAX && left >= sizeof(note); i++) {
        uint64_t length;

        boot_read(at, note, sizeof(note));
        if (note[2] == BOOT_NOTE_PVH && note[0] == 4 && note[1] >= 4 &&
            __builtin_memcmp(&note[3], "Xen", 4) == 0)
            return note[4];
        length = 12 + (((uint64_t)note[0] + 3u) & ~UINT64_C(3)) + (((uint64_t)note[1] + 3u) & ~UINT64_C(3));
        if (length > left)
            break;
        at += length;
        left -= length;
    }
    return 0;
}

/* Returns the entry point. */
static uint32_t boot_load_kernel(void)
{
    struct elf_header header;
    struct elf_segment segment;
    uint32_t entry = 0;

    boot_need(boot_is_there(0, sizeof(header)), "the drive is too small for a kernel");
    boot_read(0, &header, sizeof(header));
    boot_need(__builtin_memcmp(header.magic, "\177ELF", 4) == 0 && header.class == ELF_CLASS_64 &&
                  header.order == ELF_LITTLE && header.machine == ELF_X86_64,
              "no kernel for x86-64 begins at block 0");
    boot_need(header.segment_bytes == sizeof(segment) && header.segment_count <= BOOT_SEGMENTS_MAX &&
                  boot_is_there(header.segments_at, header.segment_count * sizeof(segment)),
              "the kernel's segments are not on the drive");
    for (uint32_t i = 0; i < header.segment_count; i++) {
        boot_read(header.segments_at + i * sizeof(segment), &segment, sizeof(segment));
        if (segment.type == ELF_TYPE_LOAD)
            boot_load(&segment);
        else if (segment.type == ELF_TYPE_NOTE && entry == 0)
            entry = boot_find_entry(&segment);
    }
    boot_need(entry >= BOOT_KERNEL_LOWEST && entry < (uintptr_t)kernel_begin,
              "the kernel has no PVH entry point");
    return entry;
}

void kernel_main(const char *command_line)
{
    struct pci_device device;
    uint32_t entry;
    int status;

    (void)command_line; /* the kernel's */
    buffer = pages_alloc(BOOT_BUFFER_BYTES, MACHINE_PAGE_BYTES);
    if (buffer == NULL)
        boot_fail("there is no memory");
    boot_open(&device);
    entry = boot_load_kernel();
    status = lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_HAND_OFF);
    if (status == LWNVME_OK)
        status = lwnvme_sync_controller_close(&controller);
    if (status != LWNVME_OK)
        boot_fail(lwnvme_status_string(status));
    serial_text("boot: the kernel is loaded, and the drive handed over\n");
    boot_jump(entry, machine_start_info());
}
