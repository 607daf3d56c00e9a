/* SPDX-License-Identifier: MIT */
/*
 * The VFIO port's registers against a kernel made here: which part of BAR 0 is mapped, what is done where that is too little,
 * and the command register. The linker puts these calls in place of the system's.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <cmocka.h>

#include "pci.h"
#include "private.h"

#define DEVICE        4711
#define BAR_OFFSET    UINT64_C(0x10000000000)
#define CONFIG_OFFSET UINT64_C(0x70000000000)
#define BAR_BYTES     0x4000u

static struct {
    struct vfio_region_sparse_mmap_area areas[4];
    uint32_t area_count;
    bool sparse;
    uint32_t flags;
    uint64_t size;
    uint32_t first_capability; /* overrides where the list begins, unless 0 */
    uint32_t next_capability;
    bool mmap_fails;
    uint64_t mapped;
    uint16_t command;
    uint16_t stuck; /* bits that cannot be set */
    uint32_t registers[BAR_BYTES / 4];
    uint16_t sticks; /* bits that cannot be cleared */
    bool gone;
    bool ones; /* configuration space reads as all ones */
    bool reset_fails;
    uint32_t resets;
    bool cut_fails;
    uint32_t cuts;
} kernel;

static struct lwnvme_vfio port;
static uint8_t bar_memory[BAR_BYTES];

static int kernel_region(struct vfio_region_info *info)
{
    const uint32_t fixed = sizeof(*info);
    const uint32_t room = info->argsz;
    struct {
        struct vfio_info_cap_header other;
        struct vfio_region_info_cap_sparse_mmap sparse;
        struct vfio_region_sparse_mmap_area areas[4];
    } capabilities;

    if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
        info->size = 256;
        info->offset = CONFIG_OFFSET;
        return 0;
    }
    assert_int_equal(info->index, VFIO_PCI_BAR0_REGION_INDEX);
    info->flags = kernel.flags;
    info->size = kernel.size;
    info->offset = BAR_OFFSET;
    if (!kernel.sparse) {
        return 0;
    }
    memset(&capabilities, 0, sizeof(capabilities));
    capabilities.other.id = VFIO_REGION_INFO_CAP_MSIX_MAPPABLE;
    capabilities.other.next =
        kernel.next_capability != 0
            ? kernel.next_capability
            : fixed + (uint32_t)((uint8_t *)&capabilities.sparse - (uint8_t *)&capabilities);
    capabilities.sparse.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
    capabilities.sparse.nr_areas = kernel.area_count;
    memcpy(capabilities.areas, kernel.areas, sizeof(kernel.areas));
    info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
    info->argsz = fixed + (uint32_t)sizeof(capabilities);
    if (room >= info->argsz) {
        info->cap_offset = kernel.first_capability != 0 ? kernel.first_capability : fixed;
        memcpy((uint8_t *)info + fixed, &capabilities, sizeof(capabilities));
    }
    return 0;
}

int __wrap_ioctl(int descriptor, unsigned long request, void *argument);
int __wrap_ioctl(int descriptor, unsigned long request, void *argument)
{
    assert_int_equal(descriptor, DEVICE);
    if (request == VFIO_DEVICE_RESET) {
        kernel.resets++;
        return kernel.reset_fails ? -1 : 0;
    }
    assert_int_equal(request, VFIO_DEVICE_GET_REGION_INFO);
    return kernel_region(argument);
}

bool vfio_dma_cut(struct lwnvme_vfio *of)
{
    assert_ptr_equal(of, &port);
    kernel.cuts++;
    return !kernel.cut_fails;
}

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    assert_null(address);
    assert_int_equal(protection, PROT_READ | PROT_WRITE);
    assert_int_equal(flags, MAP_SHARED);
    assert_int_equal(descriptor, DEVICE);
    assert_int_equal(offset, BAR_OFFSET);
    assert_true(length <= BAR_BYTES);
    kernel.mapped = kernel.mmap_fails ? 0 : length;
    return kernel.mmap_fails ? MAP_FAILED : bar_memory;
}

int __wrap_munmap(void *address, size_t length);
int __wrap_munmap(void *address, size_t length)
{
    assert_ptr_equal(address, bar_memory);
    assert_int_equal(length, kernel.mapped);
    kernel.mapped = 0;
    return 0;
}

int __wrap_close(int descriptor);
int __wrap_close(int descriptor)
{
    assert_int_equal(descriptor, DEVICE);
    return 0;
}

ssize_t __wrap_pread(int descriptor, void *data, size_t length, off_t offset);
ssize_t __wrap_pread(int descriptor, void *data, size_t length, off_t offset)
{
    assert_int_equal(descriptor, DEVICE);
    if (kernel.gone) {
        errno = EIO;
        return -1;
    }
    if (kernel.ones && (uint64_t)offset != CONFIG_OFFSET) { /* identifiers are the kernel's own */
        memset(data, 0xff, length);
        return (ssize_t)length;
    }
    if ((uint64_t)offset == CONFIG_OFFSET || (uint64_t)offset == CONFIG_OFFSET + 8) { /* class */
        assert_int_equal(length, 4);
        memset(data, 0x1b, length);
        return 4;
    }
    if ((uint64_t)offset > CONFIG_OFFSET) {
        assert_int_equal(offset, CONFIG_OFFSET + 4);
        assert_int_equal(length, 2);
        memcpy(data, (uint8_t[2]){(uint8_t)kernel.command, (uint8_t)(kernel.command >> 8)}, 2);
        return 2;
    }
    assert_int_equal(length, 4);
    memcpy(data, &kernel.registers[((uint64_t)offset - BAR_OFFSET) / 4], 4);
    return 4;
}

ssize_t __wrap_pwrite(int descriptor, const void *data, size_t length, off_t offset);
ssize_t __wrap_pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    const uint8_t *bytes = data;

    assert_int_equal(descriptor, DEVICE);
    if (kernel.gone) {
        errno = EIO;
        return -1;
    }
    if ((uint64_t)offset >= CONFIG_OFFSET) {
        assert_int_equal(offset, CONFIG_OFFSET + 4);
        assert_int_equal(length, 2);
        kernel.command =
            (uint16_t)(((bytes[0] | bytes[1] << 8) & ~kernel.stuck) | (kernel.command & kernel.sticks));
        return 2;
    }
    assert_int_equal(length, 4);
    memcpy(&kernel.registers[((uint64_t)offset - BAR_OFFSET) / 4], data, 4);
    return 4;
}

static int begin(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof(kernel));
    kernel.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP;
    kernel.size = BAR_BYTES;
    kernel.command = 0x0401;
    memset(&port, 0, sizeof(port));
    port.device = DEVICE;
    port.group = -1;
    port.container = -1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    vfio_device_close(&port);
    assert_int_equal(kernel.mapped, 0);
    return 0;
}

/* With offsets of 64 bits these calls have other names on some machines. */
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
    __attribute__((alias("__wrap_mmap")));
ssize_t __wrap_pread64(int descriptor, void *data, size_t length, off_t offset)
    __attribute__((alias("__wrap_pread")));
ssize_t __wrap_pwrite64(int descriptor, const void *data, size_t length, off_t offset)
    __attribute__((alias("__wrap_pwrite")));

/* How much is mapped; 0: registers go by calls, and then all of them can be reached. */
static uint64_t mapped(void)
{
    assert_int_equal(vfio_device_registers(&port), LWNVME_VFIO_OK);
    assert_int_equal(kernel.command, 0x0407);
    assert_int_equal(port.bar_by_calls, port.bar == NULL);
    assert_int_equal(port.bar_usable_bytes, port.bar_by_calls ? BAR_BYTES : kernel.mapped);
    return kernel.mapped;
}

static void all_of_it(void **state)
{
    (void)state;
    assert_int_equal(mapped(), BAR_BYTES);
}

static void the_capability_that_says_all_of_it(void **state)
{
    (void)state;
    kernel.sparse = true;
    kernel.area_count = 1;
    kernel.areas[0].size = BAR_BYTES;
    assert_int_equal(mapped(), BAR_BYTES);
}

static void up_to_the_table(void **state)
{
    (void)state;
    kernel.sparse = true;
    kernel.area_count = 2;
    kernel.areas[0] = (struct vfio_region_sparse_mmap_area){.offset = 0x3000, .size = 0x1000};
    kernel.areas[1] = (struct vfio_region_sparse_mmap_area){.offset = 0, .size = 0x2000};
    assert_int_equal(mapped(), 0x2000);
}

static void less_than_doorbells_need(void **state)
{
    (void)state;
    kernel.sparse = true;
    kernel.area_count = 1;
    kernel.areas[0].size = 0x1000;
    assert_int_equal(mapped(), 0);
}

static void not_from_the_start(void **state)
{
    (void)state;
    kernel.sparse = true;
    kernel.area_count = 1;
    kernel.areas[0] = (struct vfio_region_sparse_mmap_area){.offset = 0x1000, .size = 0x3000};
    assert_int_equal(mapped(), 0);
}

static void no_areas_at_all(void **state)
{
    (void)state;
    kernel.sparse = true;
    assert_int_equal(mapped(), 0);
}

static void not_to_be_mapped(void **state)
{
    (void)state;
    kernel.flags &= ~(uint32_t)VFIO_REGION_INFO_FLAG_MMAP;
    assert_int_equal(mapped(), 0);
}

static void by_wish(void **state)
{
    (void)state;
    port.flags = LWNVME_VFIO_NO_BAR_MMAP;
    assert_int_equal(mapped(), 0);
}

static void mapping_fails(void **state)
{
    (void)state;
    kernel.mmap_fails = true;
    assert_int_equal(mapped(), 0);
}

static void capabilities_that_make_no_sense(void **state)
{
    (void)state;
    kernel.sparse = true;
    kernel.area_count = 4;
    kernel.areas[0].size = 0x2000;
    kernel.next_capability = sizeof(struct vfio_region_info); /* itself, for ever: never gets to the areas */
    assert_int_equal(mapped(), BAR_BYTES);
    assert_int_equal(end(NULL), 0);
    port.device = DEVICE;
    kernel.next_capability = 60000;
    assert_int_equal(mapped(), BAR_BYTES);
    assert_int_equal(end(NULL), 0);
    port.device = DEVICE;
    kernel.next_capability = 0;
    kernel.area_count = 5; /* more than there is room for */
    assert_int_equal(mapped(), BAR_BYTES);
}

static void no_registers(void **state)
{
    (void)state;
    kernel.size = 0;
    assert_int_equal(vfio_device_registers(&port), LWNVME_VFIO_ERR_BAR);
}

static void decoding_that_cannot_be_turned_on(void **state)
{
    (void)state;
    kernel.stuck = VFIO_PCI_COMMAND_MASTER;
    assert_int_equal(vfio_device_registers(&port), LWNVME_VFIO_ERR_BAR);
    kernel.stuck = 0;
    kernel.gone = true;
    assert_int_equal(vfio_device_registers(&port), LWNVME_VFIO_ERR_BAR);
}

static void the_fence(void **state)
{
    (void)state;
    (void)mapped();
    assert_true(vfio_device_command(&port, 0, VFIO_PCI_COMMAND_MASTER));
    assert_int_equal(kernel.command, 0x0403);
    kernel.gone = true;
    assert_false(vfio_device_command(&port, 0, VFIO_PCI_COMMAND_MASTER));
}

/* Each way is tried when the one before it has not worked, and memory is kept when none has. */
static void the_ways_to_fence(void **state)
{
    (void)state;
    (void)mapped();
    assert_true(vfio_fence_device(&port));
    assert_true(kernel.resets == 0 && kernel.cuts == 0);
    kernel.command |= VFIO_PCI_COMMAND_MASTER;
    kernel.sticks = VFIO_PCI_COMMAND_MASTER;
    assert_true(vfio_fence_device(&port));
    assert_true(kernel.resets == 1 && kernel.cuts == 0);
    kernel.reset_fails = true;
    assert_true(vfio_fence_device(&port));
    assert_true(kernel.resets == 2 && kernel.cuts == 1);
    assert_false(port.kept);
    kernel.cut_fails = true;
    assert_false(vfio_fence_device(&port));
    assert_true(kernel.resets == 3 && kernel.cuts == 2);
    assert_true(port.kept);
    assert_int_equal(port.error, LWNVME_VFIO_ERR_KERNEL);
}

/* The kernel would wait for its answer, for long. */
static void one_that_has_left_is_not_reset(void **state)
{
    (void)state;
    (void)mapped();
    kernel.ones = true;
    assert_true(vfio_fence_device(&port));
    assert_true(kernel.resets == 0 && kernel.cuts == 1);
    kernel.ones = false;
    kernel.gone = true;
    assert_true(vfio_fence_device(&port));
    assert_true(kernel.resets == 0 && kernel.cuts == 2);
}

static void by_calls(void **state)
{
    (void)state;
    port.flags = LWNVME_VFIO_NO_BAR_MMAP;
    (void)mapped();
    vfio_device_write32(&port, NULL, 0x1004, 0x12345678);
    assert_int_equal(kernel.registers[0x1004 / 4], 0x12345678);
    assert_int_equal(vfio_device_read32(&port, NULL, 0x1004), 0x12345678);
    kernel.gone = true;
    assert_int_equal(vfio_device_read32(&port, NULL, 0x1004), UINT32_MAX);
    vfio_device_write32(&port, NULL, 0x1004, 1); /* goes nowhere */
    kernel.gone = false;
    assert_int_equal(kernel.registers[0x1004 / 4], 0x12345678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_it, begin, end),
        cmocka_unit_test_setup_teardown(the_capability_that_says_all_of_it, begin, end),
        cmocka_unit_test_setup_teardown(up_to_the_table, begin, end),
        cmocka_unit_test_setup_teardown(less_than_doorbells_need, begin, end),
        cmocka_unit_test_setup_teardown(not_from_the_start, begin, end),
        cmocka_unit_test_setup_teardown(no_areas_at_all, begin, end),
        cmocka_unit_test_setup_teardown(not_to_be_mapped, begin, end),
        cmocka_unit_test_setup_teardown(by_wish, begin, end),
        cmocka_unit_test_setup_teardown(mapping_fails, begin, end),
        cmocka_unit_test_setup_teardown(capabilities_that_make_no_sense, begin, end),
        cmocka_unit_test_setup_teardown(no_registers, begin, end),
        cmocka_unit_test_setup_teardown(decoding_that_cannot_be_turned_on, begin, end),
        cmocka_unit_test_setup_teardown(the_fence, begin, end),
        cmocka_unit_test_setup_teardown(the_ways_to_fence, begin, end),
        cmocka_unit_test_setup_teardown(one_that_has_left_is_not_reset, begin, end),
        cmocka_unit_test_setup_teardown(by_calls, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
