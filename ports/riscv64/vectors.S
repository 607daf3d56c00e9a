/* SPDX-License-Identifier: MIT */
/*
 * The way in and out of a trap, in M-mode and in S-mode: what a C function may change is saved,
 * trap_dispatch(cause, address, value) is called, and after an interrupt the program goes on where it was. Nothing but
 * general registers is in use on this machine.
 */
#define FRAME_BYTES 128

.macro vectors cause, address, value, return
    addi sp, sp, -FRAME_BYTES
    sd ra, 0(sp)
    sd t0, 8(sp)
    sd t1, 16(sp)
    sd t2, 24(sp)
    sd t3, 32(sp)
    sd t4, 40(sp)
    sd t5, 48(sp)
    sd t6, 56(sp)
    sd a0, 64(sp)
    sd a1, 72(sp)
    sd a2, 80(sp)
    sd a3, 88(sp)
    sd a4, 96(sp)
    sd a5, 104(sp)
    sd a6, 112(sp)
    sd a7, 120(sp)
    csrr a0, \cause
    csrr a1, \address
    csrr a2, \value
    call trap_dispatch
    ld ra, 0(sp)
    ld t0, 8(sp)
    ld t1, 16(sp)
    ld t2, 24(sp)
    ld t3, 32(sp)
    ld t4, 40(sp)
    ld t5, 48(sp)
    ld t6, 56(sp)
    ld a0, 64(sp)
    ld a1, 72(sp)
    ld a2, 80(sp)
    ld a3, 88(sp)
    ld a4, 96(sp)
    ld a5, 104(sp)
    ld a6, 112(sp)
    ld a7, 120(sp)
    addi sp, sp, FRAME_BYTES
    \return
.endm

    .text
    .balign 4
    .globl vectors_m
vectors_m:
    vectors mcause, mepc, mtval, mret

    .balign 4
    .globl vectors_s
vectors_s:
    vectors scause, sepc, stval, sret

    .section .note.GNU-stack, "", @progbits
