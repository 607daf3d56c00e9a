/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the first instructions, with translation and caches off, at EL1, or at EL2 where there is a hypervisor's
 * level. x0 may be the device tree's address; a loader that gives none has put it where memory begins, below the
 * kernel. No memory is touched before the byte order is set. Further processors begin at boot_processor, with their struct
 * processor in x0, in the same state; they take the first one's translation before they touch what is cached.
 */
#ifdef __AARCH64EB__
#define BOOT_ORDER orr
#else
#define BOOT_ORDER bic
#endif
#define BOOT_ORDER_BITS   (3 << 24)  /* SCTLR_EL1.EE and E0E */
#define BOOT_SCTLR_HIGH   0x30d0     /* what must be one in SCTLR_EL1 */
#define BOOT_SCTLR_LOW    0x0800
#define BOOT_HCR_RW       (1 << 31)  /* EL1 is 64 bits wide */
#define BOOT_CPTR_NOTHING 0x33ff     /* no traps of floating point */
#define BOOT_SPSR         0x3c5      /* EL1, its own stack, all interrupts off */
#define BOOT_STACK_BYTES  65536
#define BOOT_TREE_HIGH    0x4000     /* where memory begins, upper half of 32 bits */

    .section .text.boot, "ax"
    .global boot_entry
boot_entry:
    adr     x19, boot_first
    b       boot_level

    .global boot_processor
boot_processor:
    adr     x19, boot_further

boot_level: /* at EL1, in the right byte order, it goes on at x19 */
    mrs     x1, CurrentEL
    and     x1, x1, #0xc
    cmp     x1, #8
    b.eq    boot_from_el2
    cmp     x1, #4
    b.eq    boot_el1
boot_stop: /* EL3 is for firmware */
    wfi
    b       boot_stop

boot_from_el2:
    mov     x1, #BOOT_HCR_RW
    msr     hcr_el2, x1
    mov     x1, #3 /* EL1 may read counter and timer */
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    mov     x1, #BOOT_CPTR_NOTHING
    msr     cptr_el2, x1
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    mrs     x1, id_aa64pfr0_el1
    ubfx    x1, x1, #24, #4
    cbz     x1, boot_no_gic3
    mrs     x1, s3_4_c12_c9_5 /* ICC_SRE_EL2 */
    mov     x2, #9 /* system registers here, and EL1 may choose */
    orr     x1, x1, x2
    msr     s3_4_c12_c9_5, x1
    isb
boot_no_gic3:
    mov     x1, #BOOT_SCTLR_LOW
    movk    x1, #BOOT_SCTLR_HIGH, lsl #16
    msr     sctlr_el1, x1
    mov     x1, #BOOT_SPSR
    msr     spsr_el2, x1
    adr     x1, boot_el1
    msr     elr_el2, x1
    eret

boot_el1:
    mrs     x1, sctlr_el1
    BOOT_ORDER x1, x1, #BOOT_ORDER_BITS
    msr     sctlr_el1, x1
    isb
    adrp    x1, boot_vectors
    add     x1, x1, :lo12:boot_vectors
    msr     vbar_el1, x1
    br      x19

boot_first:
    adrp    x1, boot_stack_end
    add     x1, x1, :lo12:boot_stack_end
    mov     sp, x1
    adrp    x1, bss_begin
    add     x1, x1, :lo12:bss_begin
    adrp    x2, kernel_end
    add     x2, x2, :lo12:kernel_end
boot_clear: /* both are multiples of 4 KiB */
    stp     xzr, xzr, [x1], #16
    cmp     x1, x2
    b.lo    boot_clear
    cbnz    x0, boot_c
    mov     x0, #BOOT_TREE_HIGH
    lsl     x0, x0, #16
boot_c:
    mov     x29, xzr
    mov     x30, xzr
    bl      machine_boot

boot_further:
    adrp    x1, paging_registers
    add     x1, x1, :lo12:paging_registers
    ldp     x2, x3, [x1]
    ldp     x4, x5, [x1, #16]
    msr     mair_el1, x2
    msr     tcr_el1, x3
    msr     ttbr0_el1, x4
    ic      iallu
    tlbi    vmalle1
    dsb     sy
    isb
    msr     sctlr_el1, x5
    isb
    ldr     x1, [x0] /* stack_end */
    mov     sp, x1
    mov     x29, xzr
    mov     x30, xzr
    bl      processor_entry

    .section .bss.boot_stack, "aw", %nobits
    .balign 4096
    .skip   BOOT_STACK_BYTES
boot_stack_end:
