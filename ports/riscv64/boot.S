/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. In M-mode (no firmware) every hart begins at the first byte, with its number in A0 and the
 * address of the device tree in A1; all but the first wait for ever. In S-mode the firmware (SBI) starts one hart, whatever
 * its number, at the first byte too, with the same in A0 and A1. There is no address translation in either. A program
 * cannot ask in which mode it runs: the two are links of the same objects, and the linker is told (KERNEL_MODE_M).
 */
#define STACK_BYTES 65536

    .section .text.boot, "ax"
    .globl boot_entry
boot_entry:
    addi a2, zero, %lo(KERNEL_MODE_M)
    beqz a2, boot_s_mode

    csrw mie, zero
    csrr a0, mhartid
    bnez a0, boot_park
    la t0, vectors_m
    csrw mtvec, t0
    j boot_common

boot_s_mode:
    csrw sie, zero
    csrw satp, zero
    la t0, vectors_s
    csrw stvec, t0

boot_common:
    la t0, bss_begin
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  la sp, boot_stack_top
    li fp, 0
    call machine_boot /* (hart, device tree, whether this is M-mode) */
boot_park:
    wfi
    j boot_park

    .bss
    .balign 16
    .skip STACK_BYTES
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
