/* SPDX-License-Identifier: MIT */
/*
 * ports/uefi's hooks and its Block I/O on the software controller: the firmware (PCI I/O, and of boot services what Block I/O
 * calls) is made here. What QEMU's drive cannot do is tried: a controller that neither answers nor stops, whose bus mastering
 * cannot be taken away, and that writes long after its caller was told of the failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ports/uefi/clock.h"
#include "../../ports/uefi/driver/driver.h"
#include "lwnvme_sim.h"

#define PAGE          4096u
#define BUFFERS_MAX   256u
#define COMMAND       4u
#define MASTER        4u
#define BLOCK_BYTES   512u
#define RESOURCES     46u
#define RESOURCE_TAG  0x8au
#define RESOURCE_SIZE 38u
#define BIG_BYTES     0x900000u /* more than is in flight at once */
#define HOUR_US       UINT64_C(3600000000)

struct buffer {
    void *memory; /* NULL: free */
    size_t pages;
    uint64_t dma;
    bool mapped;
};

static struct {
    struct lwnvme_sim_config settings;
    struct lwnvme_sim *sim;
    struct lwnvme_host_ops *ops;
    volatile void *bar;
    struct buffer buffers[BUFFERS_MAX];
    size_t pages;
    size_t pages_most;
    size_t pages_limit; /* 0: none */
    uint32_t allocations;
    int maps; /* of callers' memory */
    uint16_t command;
    bool master_sticks;
    bool config_ones;
    uint64_t attributes;
    uint32_t signals;
    efi_tpl tpl;
} firmware;

static struct efi_pci_io pci;
static struct efi_boot_services boot;
static struct driver_controller driver;
static struct driver_disk disk;
static uint8_t data[2u * PAGE] __attribute__((aligned(PAGE)));

/* ---- the firmware */

uint64_t clock_now_us(void)
{
    return firmware.ops->now_us(firmware.sim);
}

void clock_relax(void)
{
    firmware.ops->relax(firmware.sim);
}

static efi_status pci_mem_read(struct efi_pci_io *self, enum efi_pci_width width, uint8_t bar,
                               uint64_t offset, size_t count, void *buffer)
{
    assert_true(self == &pci && width == EFI_PCI_WIDTH_32 && bar == 0 && count == 1);
    *(uint32_t *)buffer = firmware.ops->mmio_read32(firmware.sim, firmware.bar, (size_t)offset);
    return EFI_SUCCESS;
}

static efi_status pci_mem_write(struct efi_pci_io *self, enum efi_pci_width width, uint8_t bar,
                                uint64_t offset, size_t count, void *buffer)
{
    assert_true(self == &pci && width == EFI_PCI_WIDTH_32 && bar == 0 && count == 1);
    firmware.ops->mmio_write32(firmware.sim, firmware.bar, (size_t)offset, *(uint32_t *)buffer);
    return EFI_SUCCESS;
}

static efi_status pci_config_read(struct efi_pci_io *self, enum efi_pci_width width, uint32_t offset,
                                  size_t count, void *buffer)
{
    uint16_t *words = buffer;

    assert_true(self == &pci && width == EFI_PCI_WIDTH_16);
    for (size_t i = 0; i < count; i++) {
        words[i] = firmware.config_ones         ? UINT16_MAX
                   : offset + 2u * i == COMMAND ? firmware.command
                   : offset == 0 && i == 0      ? 0x1b36
                                                : 0x0010;
    }
    return EFI_SUCCESS;
}

static efi_status pci_config_write(struct efi_pci_io *self, enum efi_pci_width width, uint32_t offset,
                                   size_t count, void *buffer)
{
    const uint16_t command = *(uint16_t *)buffer;

    assert_true(self == &pci && width == EFI_PCI_WIDTH_16 && offset == COMMAND && count == 1);
    assert_false(firmware.config_ones);
    if (!firmware.master_sticks) {
        if ((command & MASTER) == 0) {
            lwnvme_sim_settings(firmware.sim)->fence_works = true;
            (void)firmware.ops->fence_device(firmware.sim);
        }
        firmware.command = command;
    }
    return EFI_SUCCESS;
}

static struct buffer *buffer_of(const void *memory)
{
    for (uint32_t i = 0; i < BUFFERS_MAX; i++) {
        if (firmware.buffers[i].memory == memory) {
            return &firmware.buffers[i];
        }
    }
    return NULL;
}

static efi_status pci_allocate(struct efi_pci_io *self, enum efi_allocate type, enum efi_memory memory,
                               size_t pages, void **host, uint64_t attributes)
{
    struct buffer *buffer = buffer_of(NULL);

    (void)self;
    assert_true(type == EFI_ALLOCATE_ANY_PAGES && memory == EFI_BOOT_SERVICES_DATA && attributes == 0 &&
                buffer != NULL && pages != 0);
    if (firmware.pages_limit != 0 && firmware.pages + pages > firmware.pages_limit) {
        return EFI_OUT_OF_RESOURCES;
    }
    buffer->memory = firmware.ops->dma_alloc(firmware.sim, pages * PAGE, PAGE, &buffer->dma);
    assert_non_null(buffer->memory);
    buffer->pages = pages;
    firmware.pages += pages;
    firmware.pages_most = firmware.pages > firmware.pages_most ? firmware.pages : firmware.pages_most;
    firmware.allocations++;
    *host = buffer->memory;
    return EFI_SUCCESS;
}

static efi_status pci_free(struct efi_pci_io *self, size_t pages, void *host)
{
    struct buffer *buffer = buffer_of(host);

    (void)self;
    assert_true(buffer != NULL && buffer->pages == pages && !buffer->mapped);
    firmware.ops->dma_free(firmware.sim, host, pages * PAGE, buffer->dma);
    firmware.pages -= pages;
    buffer->memory = NULL;
    return EFI_SUCCESS;
}

/* Of a caller's memory: what it is mapped by is its device address and length. */
struct map {
    uint64_t dma;
    size_t length;
    enum lwnvme_direction direction;
};

static efi_status pci_map(struct efi_pci_io *self, enum efi_pci_operation operation, void *host,
                          size_t *length, uint64_t *device, void **mapping)
{
    struct buffer *buffer = buffer_of(host);
    struct map *map;

    (void)self;
    if (operation == EFI_PCI_COMMON_BUFFER) {
        assert_true(buffer != NULL && !buffer->mapped && *length == buffer->pages * PAGE);
        buffer->mapped = true;
        *device = buffer->dma;
        *mapping = buffer;
        return EFI_SUCCESS;
    }
    map = calloc(1, sizeof(*map));
    assert_non_null(map);
    map->direction = operation == EFI_PCI_BUS_MASTER_READ ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
    assert_true(firmware.ops->dma_map(firmware.sim, host, *length, map->direction, &map->dma, &map->length));
    *length = map->length = map->length < *length ? map->length : *length;
    *device = map->dma;
    *mapping = map;
    firmware.maps++;
    return EFI_SUCCESS;
}

static efi_status pci_unmap(struct efi_pci_io *self, void *mapping)
{
    struct map *map = mapping;

    (void)self;
    for (uint32_t i = 0; i < BUFFERS_MAX; i++) {
        if (mapping == &firmware.buffers[i]) {
            assert_true(firmware.buffers[i].mapped);
            firmware.buffers[i].mapped = false;
            return EFI_SUCCESS;
        }
    }
    firmware.ops->dma_unmap(firmware.sim, map->dma, map->length, map->direction);
    firmware.maps--;
    free(map);
    return EFI_SUCCESS;
}

static efi_status pci_attributes(struct efi_pci_io *self, enum efi_pci_attribute_operation operation,
                                 uint64_t attributes, uint64_t *result)
{
    (void)self;
    if (operation == EFI_PCI_ATTRIBUTE_GET) {
        *result = firmware.attributes;
    } else if (operation == EFI_PCI_ATTRIBUTE_SET) {
        firmware.attributes = attributes;
    } else {
        assert_int_equal(operation, EFI_PCI_ATTRIBUTE_ENABLE);
        firmware.attributes |= attributes;
        firmware.command |= MASTER;
    }
    return EFI_SUCCESS;
}

static efi_status pci_bar(struct efi_pci_io *self, uint8_t bar, uint64_t *supported, void **resources)
{
    const uint64_t bytes = lwnvme_sim_bar_bytes(firmware.sim);
    uint8_t *descriptor = calloc(1, RESOURCES);

    (void)self;
    assert_true(bar == 0 && supported == NULL && descriptor != NULL);
    descriptor[0] = RESOURCE_TAG;
    for (uint32_t i = 0; i < 8; i++) {
        descriptor[RESOURCE_SIZE + i] = (uint8_t)(bytes >> (8 * i));
    }
    *resources = descriptor;
    return EFI_SUCCESS;
}

static efi_status boot_free_pool(void *memory)
{
    free(memory);
    return EFI_SUCCESS;
}

static efi_tpl boot_raise_tpl(efi_tpl tpl)
{
    const efi_tpl before = firmware.tpl;

    assert_true(tpl >= before);
    firmware.tpl = tpl;
    return before;
}

static void boot_restore_tpl(efi_tpl tpl)
{
    firmware.tpl = tpl;
}

static efi_status boot_set_timer(efi_event event, enum efi_timer type, uint64_t trigger_100ns)
{
    (void)event;
    (void)type;
    (void)trigger_100ns;
    return EFI_SUCCESS;
}

static efi_status boot_signal(efi_event event)
{
    assert_ptr_equal(event, &firmware.signals);
    firmware.signals++;
    return EFI_SUCCESS;
}

/* ---- what the tests share */

static void prepare(void)
{
    memset(&firmware, 0, sizeof(firmware));
    memset(&driver, 0, sizeof(driver));
    memset(&disk, 0, sizeof(disk));
    lwnvme_sim_config_default(&firmware.settings);
    firmware.settings.scattered = false;
    firmware.settings.track_maps = true;
    firmware.settings.relax_jump_us = 1000000;
    pci = (struct efi_pci_io){.mem_read = pci_mem_read,
                              .mem_write = pci_mem_write,
                              .pci_read = pci_config_read,
                              .pci_write = pci_config_write,
                              .map = pci_map,
                              .unmap = pci_unmap,
                              .allocate_buffer = pci_allocate,
                              .free_buffer = pci_free,
                              .attributes = pci_attributes,
                              .get_bar_attributes = pci_bar};
    boot = (struct efi_boot_services){.raise_tpl = boot_raise_tpl,
                                      .restore_tpl = boot_restore_tpl,
                                      .free_pool = boot_free_pool,
                                      .set_timer = boot_set_timer,
                                      .signal_event = boot_signal};
    efi_boot = &boot;
    firmware.tpl = EFI_TPL_APPLICATION;
}

/* As driver/disk.c does it. */
static void power(void)
{
    struct lwnvme_controller_config config;

    firmware.sim = lwnvme_sim_create(&firmware.settings);
    assert_non_null(firmware.sim);
    firmware.ops = lwnvme_sim_host_ops(firmware.sim);
    firmware.bar = lwnvme_sim_bar_mapped(firmware.sim);
    assert_null(lwnvme_uefi_attach(&driver.port, &pci));
    lwnvme_uefi_config(&driver.port, &config);
    config.io_queues = 1;
    config.io_timeout_ms = 500;
    assert_int_equal(lwnvme_sync_controller_open(&driver.controller, &config), LWNVME_OK);
    assert_int_equal(lwnvme_sync_queue_create(&driver.controller, &driver.queue, NULL), LWNVME_OK);
    assert_int_equal(lwnvme_sync_namespace_open(&driver.controller, 1, &disk.ns), LWNVME_OK);
    disk.controller = &driver;
    disk.media = (struct efi_block_media){.media_id = 1,
                                          .media_present = 1,
                                          .block_bytes = disk.ns.block_bytes,
                                          .io_align = 4,
                                          .last_block = disk.ns.block_count - 1u};
    driver_block_init(&disk);
}

static int close_drive(void)
{
    const int status = lwnvme_sync_controller_close(&driver.controller);

    lwnvme_uefi_detach(&driver.port);
    return status;
}

/* Everything was given back. */
static void end(void)
{
    (void)lwnvme_sync_controller_shutdown(&driver.controller, LWNVME_SHUTDOWN_NORMAL);
    assert_int_equal(close_drive(), LWNVME_OK);
    assert_int_equal(firmware.pages, 0);
    assert_int_equal(firmware.maps, 0);
    lwnvme_sim_violations_print(firmware.sim);
    assert_int_equal(lwnvme_sim_violations(firmware.sim), 0);
    lwnvme_sim_destroy(firmware.sim);
}

static bool all(const uint8_t *memory, size_t length, uint8_t value)
{
    for (size_t i = 0; i < length; i++) {
        if (memory[i] != value) {
            return false;
        }
    }
    return true;
}

static efi_status read_blocks(uint64_t lba, size_t bytes, void *buffer)
{
    return disk.block_io.read_blocks(&disk.block_io, 1, lba, bytes, buffer);
}

/* From here on reads take an hour, and the controller does not stop when it is told to. */
static void stall(void)
{
    lwnvme_sim_settings(firmware.sim)->never_disabled = true;
    lwnvme_sim_settings(firmware.sim)->complete_during_disable = true;
    assert_true(lwnvme_sim_fault_add(firmware.sim, &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_DELAY,
                                                                              .queue = LWNVME_SIM_IO_QUEUES,
                                                                              .opcode = LWNVME_NVM_READ,
                                                                              .count = UINT32_MAX,
                                                                              .value = HOUR_US}));
}

/* ---- tests */

static void reads_and_writes(void **state)
{
    uint8_t *big = malloc(BIG_BYTES);
    uint8_t *back = malloc(BIG_BYTES);
    size_t before;

    (void)state;
    assert_true(big != NULL && back != NULL);
    prepare();
    power();
    before = firmware.pages;
    for (size_t i = 0; i < BIG_BYTES; i++) {
        big[i] = (uint8_t)(i * 7u + i / 251u);
    }
    assert_int_equal(disk.block_io.write_blocks(&disk.block_io, 1, 8, BIG_BYTES, big), EFI_SUCCESS);
    assert_int_equal(read_blocks(8, BIG_BYTES, back), EFI_SUCCESS);
    assert_memory_equal(big, back, BIG_BYTES);
    assert_true(firmware.pages_most - before <= 2u * 0x400000u / PAGE);
    for (uint32_t offset = 0; offset <= 4092u;
         offset += 124u) { /* anywhere in a page; and what lies beside it stays */
        memset(data, 0xa5, sizeof(data));
        assert_int_equal(read_blocks(8, 8u * BLOCK_BYTES, data + offset), EFI_SUCCESS);
        assert_memory_equal(data + offset, big, 8u * BLOCK_BYTES);
        assert_true(all(data, offset, 0xa5) && all(data + offset + PAGE, sizeof(data) - PAGE - offset, 0xa5));
    }
    free(big);
    free(back);
    end();
}

static void a_transfer_that_stops_halfway_changes_no_more(void **state)
{
    (void)state;
    prepare();
    power();
    memset(data, 0x3c, sizeof(data));
    assert_true(lwnvme_sim_write_blocks(firmware.sim, 1, 0, 8, data));
    assert_int_equal(read_blocks(0, PAGE, data), EFI_SUCCESS); /* which leaves its content in a stand-in */
    memset(data, 0xa5, sizeof(data));
    assert_true(lwnvme_sim_fault_add(firmware.sim, &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_SHORT_DATA,
                                                                              .queue = LWNVME_SIM_IO_QUEUES,
                                                                              .opcode = LWNVME_NVM_READ,
                                                                              .value = 1024}));
    assert_int_equal(read_blocks(0, PAGE, data), EFI_SUCCESS);
    assert_true(all(data, 1024, 0x3c) && all(data + 1024, sizeof(data) - 1024, 0xa5));
    end();
}

static void stand_ins_are_used_again(void **state)
{
    uint32_t allocations;

    (void)state;
    prepare();
    power();
    assert_int_equal(read_blocks(0, PAGE, data), EFI_SUCCESS);
    allocations = firmware.allocations;
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(read_blocks(i, PAGE, data), EFI_SUCCESS);
    }
    assert_int_equal(firmware.allocations, allocations);
    end();
}

/* Memory that waits is given back when there is no other, and a request that finds none is refused. */
static void memory_ends(void **state)
{
    const size_t large = 64u * PAGE;
    uint8_t *memory = aligned_alloc(PAGE, large);

    (void)state;
    assert_non_null(memory);
    prepare();
    firmware.settings.ns[0].noiob = 0;
    power();
    assert_int_equal(read_blocks(0, large, memory), EFI_SUCCESS);
    firmware.pages_limit = firmware.pages;
    assert_int_equal(read_blocks(0, PAGE, data), EFI_SUCCESS); /* of another size */
    firmware.pages_limit = firmware.pages;
    assert_int_equal(read_blocks(0, large, memory), EFI_DEVICE_ERROR);
    firmware.pages_limit = 0;
    assert_int_equal(read_blocks(0, large, memory), EFI_SUCCESS);
    free(memory);
    end();
}

/* Hundreds of mappings that wait are not in the way of one that is needed. */
static void every_mapping_may_be_used(void **state)
{
    const struct lwnvme_host_ops *ops = &lwnvme_uefi_ops;
    static uint64_t dma[LWNVME_UEFI_MAPPINGS];
    static uint8_t *memory;
    size_t length;
    uint64_t one_more;

    (void)state;
    prepare();
    power();
    memory = aligned_alloc(PAGE, (size_t)LWNVME_UEFI_MAPPINGS * PAGE);
    assert_non_null(memory);
    for (uint32_t turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < BUFFERS_MAX / 2u; i++) {
            assert_true(
                ops->dma_map(&driver.port, memory + i * PAGE, 512, LWNVME_BIDIRECTIONAL, &dma[i], &length));
            assert_int_equal(length, 512);
        }
        for (uint32_t i = 0; i < BUFFERS_MAX / 2u; i++) {
            ops->dma_unmap(&driver.port, dma[i], 512, LWNVME_BIDIRECTIONAL);
        }
        for (uint32_t i = 0; i < LWNVME_UEFI_MAPPINGS; i++) {
            assert_true(
                ops->dma_map(&driver.port, memory + i * PAGE, 512, LWNVME_TO_DEVICE, &dma[i], &length));
        }
        assert_false(ops->dma_map(&driver.port, data, 512, LWNVME_TO_DEVICE, &one_more, &length));
        assert_false(ops->dma_map(&driver.port, data, 512, LWNVME_FROM_DEVICE, &one_more, &length));
        for (uint32_t i = 0; i < LWNVME_UEFI_MAPPINGS; i++) {
            ops->dma_unmap(&driver.port, dma[i], 512, LWNVME_TO_DEVICE);
        }
    }
    free(memory);
    end();
}

/* It does not stop, but it can be fenced: the buffer is the caller's again, and all memory is given back. */
static void a_controller_that_is_fenced(void **state)
{
    (void)state;
    prepare();
    power();
    stall();
    assert_int_not_equal(read_blocks(0, PAGE, data), EFI_SUCCESS);
    assert_int_equal(firmware.command & MASTER, 0);
    assert_int_equal(lwnvme_controller_status(&driver.controller) == LWNVME_OK, 0);
    (void)close_drive();
    assert_int_equal(firmware.pages, 0);
    assert_int_equal(firmware.attributes & EFI_PCI_ATTRIBUTE_BUS_MASTER, 0);
    lwnvme_sim_destroy(firmware.sim);
}

/* It can be neither stopped nor fenced. What it writes an hour later goes where nobody else is. */
static void a_controller_that_writes_late(void **state)
{
    struct efi_block_io2_token token = {&firmware.signals, EFI_SUCCESS};

    (void)state;
    for (uint32_t how = 0; how < 4; how++) {
        const bool later = how >= 2;
        uint8_t content[PAGE];

        prepare();
        power();
        memset(content, 0x77, sizeof(content));
        assert_true(lwnvme_sim_write_blocks(firmware.sim, 1, 0, 8, content));
        stall();
        firmware.master_sticks = how % 2u == 0;
        firmware.config_ones = how % 2u != 0;
        if (later) {
            assert_int_equal(disk.block_io2.read_blocks(&disk.block_io2, 1, 0, &token, PAGE, data),
                             EFI_SUCCESS);
            driver_drain(&driver);
            assert_int_equal(firmware.signals, 1);
            assert_int_not_equal(token.status, EFI_SUCCESS);
        } else {
            assert_int_not_equal(read_blocks(0, PAGE, data), EFI_SUCCESS);
        }
        /* The caller was told, and uses its memory for something else. */
        memset(data, 0xa5, sizeof(data));
        assert_false(lwnvme_sim_uses(firmware.sim, data, sizeof(data)));
        assert_int_equal(close_drive(), LWNVME_ERR_MEMORY_KEPT);
        assert_true(firmware.pages > 1);
        lwnvme_sim_advance(firmware.sim, 2u * HOUR_US);
        assert_true(all(data, sizeof(data), 0xa5));
        assert_true(lwnvme_sim_counters(firmware.sim)->bytes_from_device >= PAGE); /* it did write */
        assert_int_equal(lwnvme_sim_violations(firmware.sim), 0);
        /* The same port for another controller: what is kept is forgotten, and not used. */
        firmware.config_ones = false;
        assert_null(lwnvme_uefi_attach(&driver.port, &pci));
        lwnvme_uefi_detach(&driver.port);
        lwnvme_sim_destroy(firmware.sim);
    }
}

/* As the system leaves boot services: nothing is allocated, freed or mapped any more. */
static void leaving(void **state)
{
    struct efi_block_io2_token token = {&firmware.signals, EFI_SUCCESS};
    uint32_t allocations;
    size_t pages;

    (void)state;
    prepare();
    firmware.settings.latency_us = 1000;
    power();
    assert_int_equal(disk.block_io2.read_blocks(&disk.block_io2, 1, 0, &token, PAGE, data), EFI_SUCCESS);
    allocations = firmware.allocations;
    pages = firmware.pages;
    driver.port.leaving = true;
    assert_int_equal(lwnvme_sync_controller_shutdown(&driver.controller, LWNVME_SHUTDOWN_HAND_OFF),
                     LWNVME_OK);
    assert_true(firmware.allocations == allocations && firmware.pages == pages);
    assert_int_equal(read_blocks(0, PAGE, data), EFI_SUCCESS); /* the system did not come, after all */
    assert_int_equal(firmware.allocations, allocations); /* by the stand-in of the read that the end met */
    end();
}

/* Of a locked drive: it may well be written, once it is unlocked. Only what is for writes says that it may not. */
static void what_may_not_be_read_is_not_write_protected(void **state)
{
    struct lwnvme_sim_fault fault = {.kind = LWNVME_SIM_STATUS,
                                     .queue = LWNVME_SIM_IO_QUEUES,
                                     .opcode = LWNVME_NVM_READ,
                                     .status = LWNVME_SC_ACCESS_DENIED};

    (void)state;
    prepare();
    power();
    assert_true(lwnvme_sim_fault_add(firmware.sim, &fault));
    assert_int_equal(read_blocks(0, PAGE, data), EFI_DEVICE_ERROR);
    fault.opcode = LWNVME_NVM_WRITE;
    fault.status = LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED;
    assert_true(lwnvme_sim_fault_add(firmware.sim, &fault));
    assert_int_equal(disk.block_io.write_blocks(&disk.block_io, 1, 0, PAGE, data), EFI_WRITE_PROTECTED);
    end();
}

/* Whoever uses a disk is told to let go of it while its protocols are taken away, and asks for one thing more then. */
static struct driver_disk *dropped;
static struct efi_block_io2_token last_call = {&firmware.signals, EFI_SUCCESS};

static efi_status boot_close_protocol(efi_handle handle, const struct efi_guid *protocol, efi_handle agent,
                                      efi_handle controller)
{
    (void)handle;
    (void)protocol;
    (void)agent;
    (void)controller;
    return EFI_SUCCESS;
}

static efi_status boot_uninstall(efi_handle handle, ...)
{
    assert_ptr_equal(handle, dropped);
    assert_int_equal(firmware.tpl, EFI_TPL_APPLICATION);
    return dropped->block_io2.read_blocks(&dropped->block_io2, 1, 0, &last_call, PAGE, data);
}

static void a_disk_that_goes_waits_for_its_last_call(void **state)
{
    (void)state;
    prepare();
    firmware.settings.latency_us = 1000;
    power();
    boot.close_protocol = boot_close_protocol;
    boot.uninstall_multiple = boot_uninstall;
    dropped = malloc(sizeof(*dropped));
    assert_non_null(dropped);
    *dropped = disk;
    dropped->handle = dropped;
    driver.disks = dropped;
    driver.statistics.disks = 1;
    assert_int_equal(driver_disk_drop(dropped), EFI_SUCCESS);
    assert_int_equal(driver.calls_under_way, 0); /* its memory is free: none may come back any more */
    assert_true(last_call.status == EFI_SUCCESS && firmware.signals == 1);
    assert_true(driver.disks == NULL && driver.statistics.disks == 0);
    assert_int_equal(firmware.tpl, EFI_TPL_APPLICATION);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(a_transfer_that_stops_halfway_changes_no_more),
        cmocka_unit_test(stand_ins_are_used_again),
        cmocka_unit_test(memory_ends),
        cmocka_unit_test(every_mapping_may_be_used),
        cmocka_unit_test(a_controller_that_is_fenced),
        cmocka_unit_test(a_controller_that_writes_late),
        cmocka_unit_test(leaving),
        cmocka_unit_test(what_may_not_be_read_is_not_write_protected),
        cmocka_unit_test(a_disk_that_goes_waits_for_its_last_call),
    };

    return cmocka_run_group_tests_name("uefi", tests, NULL, NULL);
}
