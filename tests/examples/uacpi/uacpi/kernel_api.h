/* SPDX-License-Identifier: MIT */
/*
 * Of uACPI's kernel API the functions that ports/uacpi uses, and their types, for a test without uACPI: names, parameters and
 * values are those of its headers.
 */
#ifndef TESTS_EXAMPLES_UACPI_KERNEL_API_H
#define TESTS_EXAMPLES_UACPI_KERNEL_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uacpi/log.h>

typedef uint8_t uacpi_u8;
typedef uint16_t uacpi_u16;
typedef uint32_t uacpi_u32;
typedef uint64_t uacpi_u64;
typedef size_t uacpi_size;
typedef bool uacpi_bool;
typedef char uacpi_char;
typedef void *uacpi_handle;
typedef unsigned long uacpi_cpu_flags;
#ifdef UACPI_PHYS_ADDR_IS_32BITS
typedef uint32_t uacpi_phys_addr;
#else
typedef uint64_t uacpi_phys_addr;
#endif

typedef enum uacpi_status {
    UACPI_STATUS_OK = 0,
    UACPI_STATUS_NOT_FOUND = 6,
    UACPI_STATUS_INTERNAL_ERROR = 10
} uacpi_status;

typedef struct uacpi_pci_address {
    uacpi_u16 segment;
    uacpi_u8 bus;
    uacpi_u8 device;
    uacpi_u8 function;
} uacpi_pci_address;

void *uacpi_kernel_map(uacpi_phys_addr addr, uacpi_size len);
void uacpi_kernel_unmap(void *addr, uacpi_size len);
#ifndef UACPI_FORMATTED_LOGGING
void uacpi_kernel_log(uacpi_log_level level, const uacpi_char *text);
#else
void uacpi_kernel_log(uacpi_log_level level, const uacpi_char *format, ...);
#endif
uacpi_status uacpi_kernel_pci_device_open(uacpi_pci_address address, uacpi_handle *out_handle);
void uacpi_kernel_pci_device_close(uacpi_handle device);
uacpi_status uacpi_kernel_pci_read16(uacpi_handle device, uacpi_size offset, uacpi_u16 *value);
uacpi_status uacpi_kernel_pci_read32(uacpi_handle device, uacpi_size offset, uacpi_u32 *value);
uacpi_status uacpi_kernel_pci_write16(uacpi_handle device, uacpi_size offset, uacpi_u16 value);
uacpi_status uacpi_kernel_pci_write32(uacpi_handle device, uacpi_size offset, uacpi_u32 value);
void *uacpi_kernel_alloc(uacpi_size size);
#ifndef UACPI_SIZED_FREES
void uacpi_kernel_free(void *mem);
#else
void uacpi_kernel_free(void *mem, uacpi_size size_hint);
#endif
uacpi_u64 uacpi_kernel_get_nanoseconds_since_boot(void);
void uacpi_kernel_stall(uacpi_u8 usec);
uacpi_handle uacpi_kernel_create_event(void);
void uacpi_kernel_free_event(uacpi_handle event);
uacpi_bool uacpi_kernel_wait_for_event(uacpi_handle event, uacpi_u16 timeout_ms);
void uacpi_kernel_signal_event(uacpi_handle event);
void uacpi_kernel_reset_event(uacpi_handle event);
uacpi_handle uacpi_kernel_create_spinlock(void);
void uacpi_kernel_free_spinlock(uacpi_handle lock);
uacpi_cpu_flags uacpi_kernel_lock_spinlock(uacpi_handle lock);
void uacpi_kernel_unlock_spinlock(uacpi_handle lock, uacpi_cpu_flags flags);

#endif
