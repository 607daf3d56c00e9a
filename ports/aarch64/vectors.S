/* SPDX-License-Identifier: MIT */
/*
 * aarch64 port: the exception vectors, 16 of 128 bytes each: four kinds (synchronous, IRQ, FIQ, SError) for each of four
 * places that they come from. The program runs at EL1 on its own stack: its IRQ is an interrupt, and everything else
 * the end. The kernel has no floating point, so that the general registers which a function may change are all there is.
 */
#define VECTORS_FRAME 192

    .macro vector_trap kind
    .balign 128
    mov     x0, #\kind
    b       vectors_trap
    .endm

    .text
    .balign 2048
    .global boot_vectors
boot_vectors:
    vector_trap 0
    vector_trap 1
    vector_trap 2
    vector_trap 3
    vector_trap 4
    .balign 128
    b       vectors_interrupt
    vector_trap 6
    vector_trap 7
    vector_trap 8
    vector_trap 9
    vector_trap 10
    vector_trap 11
    vector_trap 12
    vector_trap 13
    vector_trap 14
    vector_trap 15

vectors_trap:
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    bl      trap_report

vectors_interrupt:
    sub     sp, sp, #VECTORS_FRAME
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x29, [sp, #144]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x30, x0, [sp, #160]
    str     x1, [sp, #176]
    bl      gic_interrupt
    ldr     x1, [sp, #176]
    ldp     x30, x0, [sp, #160]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x18, x29, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp, #0]
    add     sp, sp, #VECTORS_FRAME
    eret
