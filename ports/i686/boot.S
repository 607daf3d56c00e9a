/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. The loader enters in 32-bit protected mode without paging, with the physical address
 * of its start information in EBX (the PVH convention, announced by the note below), and that is the mode this port
 * stays in: flat segments of its own, a stack, machine_start(EBX). Then the entry points of the 32 processor
 * exceptions, which all end in trap_report.
 */
#define SELECTOR_CODE  0x08
#define SELECTOR_DATA  0x10
#define STACK_BYTES    65536
#define PROCESSORS_MAX 4

    .section .note.pvh, "a", @note
    .align 4
    .long 4, 4, 18 /* length of the name, of the value; type: 32-bit physical entry point */
    .asciz "Xen"
    .long boot_entry

    .section .text.boot, "ax"
    .globl boot_entry
boot_entry:
    cli
    cld
    lgdt boot_gdt_pointer
    ljmp $SELECTOR_CODE, $boot_flat
boot_flat:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movl $boot_stack_top - 12, %esp /* with the argument it is aligned to 16 at the call */
    xorl %ebp, %ebp
    pushl %ebx
    call machine_start
1:  hlt
    jmp 1b

/* Each entry is 16 bytes long. Exceptions that push no error code get a zero, so that all frames are
 * alike. */
    .text
    .balign 16
    .globl trap_entries
trap_entries:
    .set vector, 0
    .rept 32
    .balign 16
    .if !((vector == 8) | ((vector >= 10) & (vector <= 14)) | (vector == 17) | (vector == 21) \
          | (vector == 29) | (vector == 30))
    pushl $0
    .endif
    pushl $vector
    jmp trap_common
    .set vector, vector + 1
    .endr
trap_common:
    movl %esp, %eax
    andl $-16, %esp
    subl $12, %esp
    pushl %eax
    call trap_report

/* The descriptors behind code and data are the processors' own (processor_self.c). */
    .data
    .balign 8
    .globl boot_gdt
boot_gdt:
    .quad 0
    .quad 0x00cf9a000000ffff /* code */
    .quad 0x00cf92000000ffff /* data */
    .skip 8 * PROCESSORS_MAX
boot_gdt_end:

    .section .rodata
    .balign 4
    .word 0
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .long boot_gdt

    .bss
    .balign 4096
    .skip STACK_BYTES
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
