/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: translation tables that map each address to itself, in blocks of 2 MiB and 1 GiB. Pages of 4 KiB,
 * addresses of 48 bits: tables of levels 0, 1 and 2, each with 512 entries. Ordinary memory is cached; registers of
 * devices are not, and are accessed in the order in which the program does it.
 */
#include "cpu.h"
#include "machine.h"

#define PAGING_ENTRIES   512u
#define PAGING_TABLES    32u
#define PAGING_SHIFT_0   39u
#define PAGING_SHIFT_1   30u
#define PAGING_SHIFT_2   21u
#define PAGING_2_MIB     (UINT64_C(1) << PAGING_SHIFT_2)
#define PAGING_1_GIB     (UINT64_C(1) << PAGING_SHIFT_1)
#define PAGING_END       (UINT64_C(1) << 48)
#define PAGING_ADDRESS   UINT64_C(0x0000fffffffff000)
#define PAGING_VALID     1u
#define PAGING_IS_TABLE  2u
#define PAGING_ATTRIBUTE 2u        /* shift: which byte of MAIR_EL1 */
#define PAGING_INNER     (3u << 8) /* shared with everything in the inner domain */
#define PAGING_ACCESSED  (1u << 10)
#define PAGING_NO_CODE   (UINT64_C(3) << 53)

#define PAGING_MAIR     0x04ffu /* 0: write back, 1: a device's, writes acknowledged early */
#define PAGING_TCR      (16u | 1u << 8 | 1u << 10 | 3u << 12 | 1u << 23) /* 48 bits, cached walks, no upper half */
#define PAGING_TCR_SIZE 32u                                              /* shift: physical addresses */
#define PAGING_SIZE_MAX 5u                                               /* 48 bits */

#define PAGING_ON      (1u << 0 | 1u << 2 | 1u << 12) /* SCTLR_EL1: M, C, I */
#define PAGING_REFUSED (1u << 1 | 1u << 19)           /* A, WXN */

extern char bss_begin[];
extern char kernel_end[];

/* For a further processor, which reads them past the caches: MAIR, TCR, TTBR0, SCTLR. */
extern uint64_t paging_registers[4];
uint64_t paging_registers[4];

static uint64_t paging_tables[PAGING_TABLES][PAGING_ENTRIES] __attribute__((aligned(4096)));
static uint32_t paging_used = 1; /* the first is level 0 */

/* The table that an entry points to, a new one where it is empty; NULL: none left, or the entry is a block. */
static uint64_t *paging_below(uint64_t *entry)
{
    uint64_t *table;

    if (*entry == 0) {
        if (paging_used == PAGING_TABLES) {
            return NULL;
        }
        table = paging_tables[paging_used++];
        *entry = (uintptr_t)table | PAGING_IS_TABLE | PAGING_VALID;
    }
    return (*entry & PAGING_IS_TABLE) != 0 ? (uint64_t *)(uintptr_t)(*entry & PAGING_ADDRESS) : NULL;
}

static uint64_t paging_block(uint64_t address, enum paging_kind kind)
{
    const uint64_t memory = PAGING_INNER;
    const uint64_t device = UINT64_C(1) << PAGING_ATTRIBUTE | PAGING_NO_CODE;

    return address | PAGING_ACCESSED | PAGING_VALID | (kind == PAGING_MEMORY ? memory : device);
}

/* An entry that was something else goes through being nothing. */
static void paging_set(uint64_t *entry, uint64_t block)
{
    if (*entry == block) {
        return;
    }
    if (*entry != 0) {
        *entry = 0;
        __asm__ volatile("dsb sy\n\ttlbi vmalle1is\n\tdsb sy\n\tisb" : : : "memory");
    }
    *entry = block;
}

/* Maps what begins at `address`, in the largest block that does not go beyond `end`. Returns its size; 0: no room. */
static uint64_t paging_one(uint64_t address, uint64_t end, enum paging_kind kind)
{
    uint64_t *level_1 = paging_below(&paging_tables[0][address >> PAGING_SHIFT_0]);
    uint64_t *entry = level_1 != NULL ? &level_1[(address >> PAGING_SHIFT_1) % PAGING_ENTRIES] : NULL;
    uint64_t *level_2;

    if (entry == NULL) {
        return 0;
    }
    if (*entry == paging_block(address & ~(PAGING_1_GIB - 1u), kind)) {
        return PAGING_1_GIB - address % PAGING_1_GIB; /* a large block has it already */
    }
    if (*entry == 0 && address % PAGING_1_GIB == 0 && end - address >= PAGING_1_GIB) {
        paging_set(entry, paging_block(address, kind));
        return PAGING_1_GIB;
    }
    level_2 = paging_below(entry);
    if (level_2 == NULL) {
        return 0;
    }
    paging_set(&level_2[(address >> PAGING_SHIFT_2) % PAGING_ENTRIES], paging_block(address, kind));
    return PAGING_2_MIB;
}

bool paging_map(uint64_t address, uint64_t size_bytes, enum paging_kind kind)
{
    const uint64_t end = address + size_bytes;
    uint64_t done;

    if (size_bytes == 0 || end < address || end > PAGING_END) {
        return false;
    }
    for (uint64_t at = address & ~(PAGING_2_MIB - 1u); at < end; at += done) {
        done = paging_one(at, end, kind);
        if (done == 0) {
            return false;
        }
    }
    cpu_synchronize();
    return true;
}

/* Whatever caches hold of the memory that was written past them is older, and must not come to light. */
static void paging_forget_caches(void)
{
    cache_invalidate(bss_begin, (uintptr_t)kernel_end - (uintptr_t)bss_begin);
    __asm__ volatile("ic iallu\n\ttlbi vmalle1" : : : "memory");
    cpu_synchronize();
}

bool paging_init(const struct memory_region *memory)
{
    const uint64_t size = CPU_READ(id_aa64mmfr0_el1) & 15u;
    const uint64_t control = CPU_READ(sctlr_el1) & ~(uint64_t)PAGING_REFUSED;

    if (!paging_map(memory->address, memory->size_bytes, PAGING_MEMORY)) {
        return false;
    }
    paging_registers[0] = PAGING_MAIR;
    paging_registers[1] = PAGING_TCR | (size < PAGING_SIZE_MAX ? size : PAGING_SIZE_MAX) << PAGING_TCR_SIZE;
    paging_registers[2] = (uintptr_t)paging_tables[0];
    paging_registers[3] = control | PAGING_ON;
    CPU_WRITE(mair_el1, paging_registers[0]);
    CPU_WRITE(tcr_el1, paging_registers[1]);
    CPU_WRITE(ttbr0_el1, paging_registers[2]);
    paging_forget_caches();
    CPU_WRITE(sctlr_el1, paging_registers[3]);
    cpu_synchronize();
    cache_clean(paging_registers, sizeof(paging_registers));
    return true;
}
