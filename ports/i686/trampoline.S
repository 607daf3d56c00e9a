/* SPDX-License-Identifier: MIT */
/*
 * Where further processors begin: in real mode, at the page below 1 MiB to which processor.c has copied what lies between
 * the first two labels. From there to protected mode with the first processor's segments; each takes the next number and
 * the stack that belongs to it, and calls processor_entry(number). Those for which there is no stack halt for good.
 */
#define CR0_PE         0x1
#define CR0_CACHE_OFF  0x60000000 /* not write-through, and disabled: so processors start */
#define SELECTOR_CODE  0x08
#define SELECTOR_DATA  0x10
#define GDT_BYTES      56
#define PROCESSORS_MAX 4

    .text
    .balign 16
    .globl trampoline_begin
    .globl trampoline_end
    .code16
trampoline_begin:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl trampoline_gdt_pointer - trampoline_begin
    movl %cr0, %eax
    andl $~CR0_CACHE_OFF, %eax
    orl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE, $trampoline_protected_mode
    .balign 4
    .word 0
trampoline_gdt_pointer:
    .word GDT_BYTES - 1
    .long boot_gdt
trampoline_end:

    .code32
trampoline_protected_mode:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movl $1, %edi
    lock xaddl %edi, trampoline_count
    cmpl $PROCESSORS_MAX, %edi
    jae 1f
    movl trampoline_stacks(, %edi, 8), %esp
    testl %esp, %esp
    jz 1f
    xorl %ebp, %ebp
    subl $12, %esp
    pushl %edi
    call processor_entry
1:  hlt
    jmp 1b

    .data
    .balign 4
trampoline_count:
    .long 1 /* the first processor is there already */

    .section .note.GNU-stack, "", @progbits
