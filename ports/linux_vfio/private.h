/* SPDX-License-Identifier: MIT */
/* What the files of the VFIO port share. */
#ifndef LWNVME_PORT_LINUX_VFIO_PRIVATE_H
#define LWNVME_PORT_LINUX_VFIO_PRIVATE_H

#include "lwnvme_vfio.h"

/* Notes an error with its line; returns it. */
enum lwnvme_vfio_error vfio_fail(struct lwnvme_vfio *port, enum lwnvme_vfio_error error, const char *format,
                                 ...) __attribute__((format(printf, 3, 4)));

struct vfio_info_cap_header;

/* info.c: a description that the kernel gives, all of it; `ask` is its fixed part, filled in. The caller frees it. NULL: the
 * kernel gives none, or there is no memory. */
void *vfio_info(int descriptor, unsigned long request, const void *ask, uint32_t ask_bytes);
/* The first capability of that kind in a description, from one at `offset` on (0: there is none), and how many bytes there
 * are from its header on. NULL: it has none. */
const struct vfio_info_cap_header *vfio_capability(const void *info, uint32_t offset, uint16_t id,
                                                   size_t *room_bytes);

/* dma.c: asks the IOMMU for its ranges and maps the arena. */
enum lwnvme_vfio_error vfio_dma_open(struct lwnvme_vfio *port, size_t arena_bytes);
void vfio_dma_close(struct lwnvme_vfio *port);
void *vfio_dma_alloc(void *host, size_t size_bytes, size_t align_bytes, uint64_t *dma_address);
void vfio_dma_free(void *host, void *memory, size_t size_bytes, uint64_t dma_address);
bool vfio_dma_map(void *host, const void *address, size_t length_bytes, enum lwnvme_direction direction,
                  uint64_t *dma_address, size_t *contiguous_bytes);
void vfio_dma_unmap(void *host, uint64_t dma_address, size_t length_bytes, enum lwnvme_direction direction);
/* Has the IOMMU forget all of it, for good. false: it does not. */
bool vfio_dma_cut(struct lwnvme_vfio *port);

/* fence.c: the hook. */
bool vfio_fence_device(void *host);

/* irq.c */
void vfio_irq_open(struct lwnvme_vfio *port);
void vfio_irq_close(struct lwnvme_vfio *port);
void vfio_irq_wait(void *host, uint64_t deadline_us);
void vfio_irq_wake(void *host);

/* device.c */
enum lwnvme_vfio_error vfio_device_open(struct lwnvme_vfio *port, const char *address);
enum lwnvme_vfio_error vfio_device_registers(struct lwnvme_vfio *port);
void vfio_device_close(struct lwnvme_vfio *port);
/* Sets and clears bits of the PCI command register. false: they did not become so. */
bool vfio_device_command(const struct lwnvme_vfio *port, uint16_t set, uint16_t clear);
uint32_t vfio_device_read32(void *host, volatile void *registers, size_t offset_bytes);
void vfio_device_write32(void *host, volatile void *registers, size_t offset_bytes, uint32_t value);

uint64_t vfio_now_us(void *host);

#define VFIO_PCI_COMMAND_MEMORY 2u
#define VFIO_PCI_COMMAND_MASTER 4u

#endif
