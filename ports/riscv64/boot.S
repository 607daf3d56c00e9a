/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. In M-mode (no firmware) every hart begins at the first byte, with its number in A0 and the
 * address of the device tree in A1; all but the first wait until a software interrupt comes and the mail is for them. In S-mode
 * the firmware (SBI) starts one hart, whatever its number, at the first byte too, with the same in A0 and A1, and further ones
 * at boot_processor. OpenSBI 1.1 sends one to the first byte now and then, when it was slow to come: whoever is not the first
 * there goes on like the others, and all find what belongs to them in the mail. There is no address translation in either. A program
 * cannot ask in which mode it runs: the two are links of the same objects, and the linker is told (KERNEL_MODE_M).
 */
#define STACK_BYTES 65536
#define SOFTWARE_M  8 /* in mie and mip */

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
    la t0, boot_taken
    li t1, 1
    amoswap.w.aqrl t1, t1, (t0)
    bnez t1, boot_processor
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
1:  wfi
    j 1b

boot_park:
    li t0, SOFTWARE_M
    csrw mie, t0
1:  wfi
    csrr t0, mip
    andi t0, t0, SOFTWARE_M
    beqz t0, 1b
    la t0, boot_mail
    ld t1, 0(t0)
    bne t1, a0, 1b
    fence
    ld a1, 8(t0)
    beqz a1, 1b
    la t0, vectors_m
    csrw mtvec, t0
    j boot_further

    .globl boot_processor
boot_processor:
    csrw sie, zero
    csrw satp, zero
    la t0, vectors_s
    csrw stvec, t0
    la t0, boot_mail
    ld t1, 0(t0)
    fence
    ld a1, 8(t0)
    beqz a1, 1f
    beq t1, a0, boot_further
1:  wfi
    j 1b

boot_further:
    ld sp, 0(a1) /* stack_end */
    li fp, 0
    mv a0, a1
    call processor_entry

/* For whom, by its number, and its struct processor (0: there is no mail); and whether the first hart is there. Neither is
 * cleared with .bss. */
    .data
    .balign 8
    .globl boot_mail
boot_mail:
    .quad 0, 0
boot_taken:
    .word 0

    .bss
    .balign 16
    .skip STACK_BYTES
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
