/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: the adapter between lwnvme and the firmware's PCI I/O protocol, which knows where device addresses differ
 * from the CPU's, whether there is an IOMMU, and what must be copied to be reached:
 *
 *     the library's own DMA memory   AllocateBuffer, then Map as a common buffer: coherent by definition
 *     a buffer that is only read     Map for the one transfer, Unmap after it; the firmware may copy
 *     a buffer that is written       a stand-in, which is a common buffer too: what the caller has is copied into it, and
 *                                    back after the transfer
 *     registers                      Mem.Read and Mem.Write on BAR 0, 32 bits at a time
 *
 * Why stand-ins: a controller that does not stop, and whose bus mastering cannot be taken away, may write to a buffer for as
 * long as there is power. The library leaves its mapping as it is then; but the memory is the caller's, who uses it for
 * something else. So the controller is never told of any memory but this port's, and what it may still write to is never freed.
 * Stand-ins that are done wait for the next request of their size.
 *
 * Unmap wants what Map gave, and the library knows the device address: mappings are kept in chains by that.
 * Callable up to TPL_NOTIFY, by one owner at a time. After `leaving` is set nothing is allocated and nothing freed.
 */
#include "lwnvme_host.h"

#include "clock.h"

void *memcpy(void *restrict to, const void *restrict from, size_t length_bytes);

#define HOST_BAR             0u
#define HOST_CONFIG_ID       0x00u
#define HOST_CONFIG_COMMAND  0x04u
#define HOST_COMMAND_MASTER  0x0004u
#define HOST_QWORD_TAG       0x8au /* ACPI's QWORD address space descriptor, as GetBarAttributes returns it */
#define HOST_QWORD_LENGTH_AT 38u
#define HOST_BAR_SMALLEST    0x1000u
#define HOST_ATTRIBUTES      (EFI_PCI_ATTRIBUTE_MEMORY | EFI_PCI_ATTRIBUTE_BUS_MASTER)

static struct lwnvme_uefi_buffer *host_buffer_free(struct lwnvme_uefi *port)
{
    for (uint32_t i = 0; i < LWNVME_UEFI_BUFFERS; i++) {
        if (port->buffers[i].base == NULL) {
            return &port->buffers[i];
        }
    }
    return NULL;
}

/* Allocates and maps; false: nothing is held. */
static bool host_buffer_make(struct lwnvme_uefi *port, struct lwnvme_uefi_buffer *buffer, size_t pages,
                             uint64_t *device)
{
    size_t length_bytes = pages * EFI_PAGE_BYTES;

    if (efi_failed(port->pci->allocate_buffer(port->pci, EFI_ALLOCATE_ANY_PAGES, EFI_BOOT_SERVICES_DATA,
                                              pages, &buffer->base, 0))) {
        buffer->base = NULL;
        return false;
    }
    buffer->pages = pages;
    if (!efi_failed(port->pci->map(port->pci, EFI_PCI_COMMON_BUFFER, buffer->base, &length_bytes, device,
                                   &buffer->mapping))) {
        if (length_bytes == pages * EFI_PAGE_BYTES) {
            return true;
        }
        (void)port->pci->unmap(port->pci, buffer->mapping);
    }
    (void)port->pci->free_buffer(port->pci, pages, buffer->base);
    buffer->base = NULL;
    return false;
}

static void host_buffer_drop(struct lwnvme_uefi *port, struct lwnvme_uefi_buffer *buffer)
{
    (void)port->pci->unmap(port->pci, buffer->mapping);
    (void)port->pci->free_buffer(port->pci, buffer->pages, buffer->base);
    buffer->base = NULL;
}

/* Firmware aligns to 4 KiB and no more: where more is asked for, the memory is larger by that. */
static void *host_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address)
{
    struct lwnvme_uefi *port = host;
    struct lwnvme_uefi_buffer *buffer = port->leaving ? NULL : host_buffer_free(port);
    const size_t more = align_bytes > EFI_PAGE_BYTES ? align_bytes : 0;
    uint64_t device;
    uint64_t skip;

    if (buffer == NULL || size_bytes > SIZE_MAX - more - EFI_PAGE_BYTES ||
        !host_buffer_make(port, buffer, (size_bytes + more + EFI_PAGE_BYTES - 1u) / EFI_PAGE_BYTES,
                          &device)) {
        return NULL;
    }
    skip = more == 0 ? 0 : (0u - device) & (align_bytes - 1u);
    buffer->memory = (uint8_t *)buffer->base + skip;
    if (((uintptr_t)buffer->memory & (align_bytes - 1u)) != 0) {
        host_buffer_drop(port, buffer); /* the two address spaces are not aligned to each other */
        return NULL;
    }
    *dma_address = device + skip;
    return buffer->memory;
}

static void host_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address)
{
    struct lwnvme_uefi *port = host;

    (void)size_bytes;
    (void)dma_address;
    for (uint32_t i = 0; i < LWNVME_UEFI_BUFFERS && !port->leaving; i++) {
        if (port->buffers[i].base != NULL && port->buffers[i].memory == memory) {
            host_buffer_drop(port, &port->buffers[i]);
            return;
        }
    }
}

static struct lwnvme_uefi_mapping **host_chain(struct lwnvme_uefi *port, uint64_t dma_address)
{
    return &port->chains[dma_address / EFI_PAGE_BYTES % LWNVME_UEFI_CHAINS];
}

static size_t host_size_pages(uint32_t size)
{
    return (size_t)1 << size;
}

/* Gives a stand-in back to the firmware. */
static void host_stand_in_drop(struct lwnvme_uefi *port, struct lwnvme_uefi_mapping *mapping)
{
    (void)port->pci->unmap(port->pci, mapping->mapping);
    (void)port->pci->free_buffer(port->pci, host_size_pages(mapping->size), mapping->stand_in);
    mapping->stand_in = NULL;
}

static struct lwnvme_uefi_mapping *host_idle_take(struct lwnvme_uefi *port, uint32_t size)
{
    struct lwnvme_uefi_mapping *mapping = port->idle[size];

    if (mapping != NULL) {
        port->idle[size] = mapping->next;
        port->idle_pages -= host_size_pages(size);
    }
    return mapping;
}

static void host_idle_drop_all(struct lwnvme_uefi *port)
{
    for (uint32_t size = 0; size < LWNVME_UEFI_SIZES; size++) {
        struct lwnvme_uefi_mapping *mapping;

        while ((mapping = host_idle_take(port, size)) != NULL) {
            host_stand_in_drop(port, mapping);
            mapping->next = port->free_mappings;
            port->free_mappings = mapping;
        }
    }
}

/* One without a stand-in; NULL: all are in use. */
static struct lwnvme_uefi_mapping *host_mapping_take(struct lwnvme_uefi *port)
{
    struct lwnvme_uefi_mapping *mapping;

    if (port->free_mappings == NULL) {
        host_idle_drop_all(port);
    }
    mapping = port->free_mappings;
    if (mapping != NULL) {
        port->free_mappings = mapping->next;
    }
    return mapping;
}

static void host_mapping_give(struct lwnvme_uefi *port, struct lwnvme_uefi_mapping *mapping)
{
    const bool keep =
        mapping->stand_in != NULL &&
        (port->leaving || port->idle_pages + host_size_pages(mapping->size) <= LWNVME_UEFI_IDLE_PAGES);
    struct lwnvme_uefi_mapping **list = keep ? &port->idle[mapping->size] : &port->free_mappings;

    if (keep) {
        port->idle_pages += host_size_pages(mapping->size);
    } else if (mapping->stand_in != NULL) {
        host_stand_in_drop(port, mapping);
    }
    mapping->next = *list;
    *list = mapping;
}

/* Of the device's own address space, as a common buffer. false: nothing is held. */
static bool host_stand_in_make(struct lwnvme_uefi *port, struct lwnvme_uefi_mapping *mapping, uint32_t size)
{
    struct lwnvme_uefi_buffer buffer;

    if (!host_buffer_make(port, &buffer, host_size_pages(size), &mapping->stand_in_dma)) {
        return false;
    }
    mapping->stand_in = buffer.base;
    mapping->mapping = buffer.mapping;
    mapping->size = size;
    return true;
}

/* With a stand-in of that size: one that waits, or a new one. NULL: no memory. */
static struct lwnvme_uefi_mapping *host_stand_in_take(struct lwnvme_uefi *port, uint32_t size)
{
    struct lwnvme_uefi_mapping *mapping = host_idle_take(port, size);

    if (mapping != NULL) {
        return mapping;
    }
    mapping = host_mapping_take(port);
    if (mapping == NULL || host_stand_in_make(port, mapping, size)) {
        return mapping;
    }
    host_idle_drop_all(port);
    if (host_stand_in_make(port, mapping, size)) {
        return mapping;
    }
    host_mapping_give(port, mapping);
    return NULL;
}

/* At the same place in its page as the caller's memory is. What is not written stays: so it is copied there and back. */
static struct lwnvme_uefi_mapping *host_map_stand_in(struct lwnvme_uefi *port, void *address,
                                                     size_t length_bytes)
{
    const size_t offset = (uintptr_t)address & (EFI_PAGE_BYTES - 1u);
    const size_t room = host_size_pages(LWNVME_UEFI_SIZES - 1u) * EFI_PAGE_BYTES - offset;
    const size_t length = length_bytes < room ? length_bytes : room;
    struct lwnvme_uefi_mapping *mapping;
    uint32_t size = 0;

    while (host_size_pages(size) * EFI_PAGE_BYTES < offset + length) {
        size++;
    }
    mapping = host_stand_in_take(port, size);
    if (mapping != NULL) {
        mapping->caller = address;
        mapping->dma_address = mapping->stand_in_dma + offset;
        mapping->length_bytes = length;
        memcpy(mapping->stand_in + offset, mapping->caller, length);
    }
    return mapping;
}

/* Where it is, or where the firmware has copied it to. */
static struct lwnvme_uefi_mapping *host_map_read_only(struct lwnvme_uefi *port, void *address,
                                                      size_t length_bytes)
{
    struct lwnvme_uefi_mapping *mapping = host_mapping_take(port);
    size_t length = length_bytes;

    if (mapping == NULL) {
        return NULL;
    }
    if (!efi_failed(port->pci->map(port->pci, EFI_PCI_BUS_MASTER_READ, address, &length,
                                   &mapping->dma_address, &mapping->mapping))) {
        mapping->length_bytes = length < length_bytes ? length & ~(size_t)3u : length;
        if (mapping->length_bytes != 0) {
            return mapping;
        }
        (void)port->pci->unmap(port->pci, mapping->mapping);
    }
    host_mapping_give(port, mapping);
    return NULL;
}

static bool host_dma_map(void *host, const void *address, size_t length_bytes,
                         enum lwnvme_direction direction, uint64_t *dma_address, size_t *contiguous_bytes)
{
    struct lwnvme_uefi *port = host;
    void *const caller = (void *)(uintptr_t)address;
    struct lwnvme_uefi_mapping *mapping;
    struct lwnvme_uefi_mapping **chain;

    if (port->leaving) {
        return false;
    }
    mapping = direction == LWNVME_TO_DEVICE ? host_map_read_only(port, caller, length_bytes)
                                            : host_map_stand_in(port, caller, length_bytes);
    if (mapping == NULL) {
        return false;
    }
    *dma_address = mapping->dma_address;
    *contiguous_bytes = mapping->length_bytes;
    chain = host_chain(port, *dma_address);
    mapping->next = *chain;
    *chain = mapping;
    return true;
}

/* Unmap may free memory. Whoever leaves boot services does not wait for data any more. */
static void host_dma_unmap(void *host, uint64_t dma_address, size_t length_bytes,
                           enum lwnvme_direction direction)
{
    struct lwnvme_uefi *port = host;
    struct lwnvme_uefi_mapping **link = host_chain(port, dma_address);
    struct lwnvme_uefi_mapping *mapping;

    (void)direction;
    while (*link != NULL && ((*link)->dma_address != dma_address || (*link)->length_bytes != length_bytes)) {
        link = &(*link)->next;
    }
    mapping = *link;
    if (mapping == NULL) {
        return;
    }
    *link = mapping->next;
    if (!port->leaving && mapping->stand_in != NULL) {
        memcpy(mapping->caller, mapping->stand_in + (mapping->dma_address - mapping->stand_in_dma),
               mapping->length_bytes);
    } else if (!port->leaving) {
        (void)port->pci->unmap(port->pci, mapping->mapping);
    }
    host_mapping_give(port, mapping);
}

static uint64_t host_now_us(void *host)
{
    (void)host;
    return clock_now_us();
}

static void host_relax(void *host)
{
    (void)host;
    clock_relax();
}

static uint32_t host_mmio_read32(void *host, volatile void *registers, size_t offset_bytes)
{
    struct lwnvme_uefi *port = host;
    uint32_t value = UINT32_MAX;

    (void)registers;
    return efi_failed(port->pci->mem_read(port->pci, EFI_PCI_WIDTH_32, HOST_BAR, offset_bytes, 1, &value))
               ? UINT32_MAX
               : value;
}

static void host_mmio_write32(void *host, volatile void *registers, size_t offset_bytes, uint32_t value)
{
    struct lwnvme_uefi *port = host;

    (void)registers;
    (void)port->pci->mem_write(port->pci, EFI_PCI_WIDTH_32, HOST_BAR, offset_bytes, 1, &value);
}

static bool host_fence_device(void *host)
{
    struct lwnvme_uefi *port = host;
    uint16_t command = 0;

    port->fenced = true;
    if (efi_failed(port->pci->pci_read(port->pci, EFI_PCI_WIDTH_16, HOST_CONFIG_COMMAND, 1, &command))) {
        return false;
    }
    if (command == UINT16_MAX) {
        return false; /* it does not answer. Whether it has left the bus is the library's to find out */
    }
    command &= (uint16_t)~HOST_COMMAND_MASTER;
    return !efi_failed(port->pci->pci_write(port->pci, EFI_PCI_WIDTH_16, HOST_CONFIG_COMMAND, 1, &command)) &&
           !efi_failed(port->pci->pci_read(port->pci, EFI_PCI_WIDTH_16, HOST_CONFIG_COMMAND, 1, &command)) &&
           (command & HOST_COMMAND_MASTER) == 0;
}

const struct lwnvme_host_ops lwnvme_uefi_ops = {
    .dma_alloc = host_dma_alloc,
    .dma_free = host_dma_free,
    .dma_map = host_dma_map,
    .dma_unmap = host_dma_unmap,
    .now_us = host_now_us,
    .relax = host_relax,
    .fence_device = host_fence_device,
    .mmio_read32 = host_mmio_read32,
    .mmio_write32 = host_mmio_write32,
};

/* The length of BAR 0; 0: it is none of memory. */
static uint64_t host_bar_bytes(struct efi_pci_io *pci)
{
    void *resources = NULL;
    const uint8_t *bytes;
    uint64_t length = 0;

    if (efi_failed(pci->get_bar_attributes(pci, HOST_BAR, NULL, &resources)) || resources == NULL) {
        return 0;
    }
    bytes = resources;
    for (uint32_t i = 8; i != 0 && bytes[0] == HOST_QWORD_TAG && bytes[3] == 0; i--) {
        length = length << 8 | bytes[HOST_QWORD_LENGTH_AT + i - 1u];
    }
    efi_free(resources);
    return length;
}

/* All are free. Stand-ins that a controller from before may still write to are forgotten, and stay allocated by that. */
static void host_mappings_init(struct lwnvme_uefi *port)
{
    port->free_mappings = NULL;
    port->idle_pages = 0;
    for (uint32_t i = 0; i < LWNVME_UEFI_SIZES; i++) {
        port->idle[i] = NULL;
    }
    for (uint32_t i = 0; i < LWNVME_UEFI_CHAINS; i++) {
        port->chains[i] = NULL;
    }
    for (uint32_t i = 0; i < LWNVME_UEFI_MAPPINGS; i++) {
        port->mappings[i].stand_in = NULL;
        port->mappings[i].next = port->free_mappings;
        port->free_mappings = &port->mappings[i];
    }
}

const char *lwnvme_uefi_attach(struct lwnvme_uefi *port, struct efi_pci_io *pci)
{
    uint16_t identifiers[2] = {0, 0};

    port->pci = pci;
    port->leaving = false;
    port->fenced = false;
    host_mappings_init(port);
    port->bar_bytes = host_bar_bytes(pci);
    if (port->bar_bytes < HOST_BAR_SMALLEST) {
        return "firmware gave its registers no place";
    }
    (void)pci->pci_read(pci, EFI_PCI_WIDTH_16, HOST_CONFIG_ID, 2, identifiers);
    port->vendor_id = identifiers[0];
    port->device_id = identifiers[1];
    if (efi_failed(pci->attributes(pci, EFI_PCI_ATTRIBUTE_GET, 0, &port->attributes_before)) ||
        efi_failed(pci->attributes(pci, EFI_PCI_ATTRIBUTE_ENABLE, HOST_ATTRIBUTES, NULL))) {
        return "firmware does not let it decode memory and be bus master";
    }
    /* Without this, memory above 4 GiB is reached by copies. */
    (void)pci->attributes(pci, EFI_PCI_ATTRIBUTE_ENABLE, EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE, NULL);
    return NULL;
}

void lwnvme_uefi_detach(struct lwnvme_uefi *port)
{
    const uint64_t attributes =
        port->fenced ? port->attributes_before & ~EFI_PCI_ATTRIBUTE_BUS_MASTER : port->attributes_before;

    host_idle_drop_all(port);
    (void)port->pci->attributes(port->pci, EFI_PCI_ATTRIBUTE_SET, attributes, NULL);
}

void lwnvme_uefi_config(struct lwnvme_uefi *port, struct lwnvme_controller_config *config)
{
    *config = (struct lwnvme_controller_config){0};
    config->ops = &lwnvme_uefi_ops;
    config->host = port;
    config->page_bytes = EFI_PAGE_BYTES;
    config->bar_mapped = port; /* never followed: registers are reached through the hooks */
    config->bar_bytes = port->bar_bytes;
    config->pci_vendor_id = port->vendor_id;
    config->pci_device_id = port->device_id;
}
