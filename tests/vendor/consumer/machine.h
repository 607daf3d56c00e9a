/* SPDX-License-Identifier: MIT */
/*
 * What the "operating system" of these consumers has: memory that a device can reach, a clock, and the registers of one
 * drive. It knows nothing of the version or the prefix of the library that uses it. machine.c makes it of the software
 * controller.
 */
#ifndef LWNVME_VENDOR_MACHINE_H
#define LWNVME_VENDOR_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct machine;

/* A machine whose drive holds machine_byte(lba, index) at each byte of its first blocks. NULL: there is none. */
struct machine *machine_create(void);
/* Ends it. True: the drive was shut down, saw nothing that the specification forbids, and all memory came back. */
bool machine_destroy(struct machine *machine);
uint8_t machine_byte(uint64_t lba, size_t index);

void *machine_pages(struct machine *machine, size_t size_bytes, size_t align_bytes, uint64_t *physical);
void machine_pages_free(struct machine *machine, void *memory, size_t size_bytes, uint64_t physical);
bool machine_translate(struct machine *machine, const void *address, size_t length_bytes, uint64_t *physical,
                       size_t *contiguous_bytes);
uint64_t machine_now_us(struct machine *machine);

volatile void *machine_registers(struct machine *machine);
uint64_t machine_register_bytes(struct machine *machine);
uint32_t machine_read32(struct machine *machine, volatile void *registers, size_t offset_bytes);
void machine_write32(struct machine *machine, volatile void *registers, size_t offset_bytes, uint32_t value);

/* port.c or port.cpp: brings the drive up; reads one block of namespace 1; shuts the drive down. 0, or a status. */
int port_open(struct machine *machine);
int port_read(uint64_t lba, uint8_t *block, size_t block_bytes);
int port_close(void);
/* The version that the port was compiled with: major * 10000 + minor * 100 + patch. */
int port_version(void);

#ifdef __cplusplus
}
#endif

#endif
