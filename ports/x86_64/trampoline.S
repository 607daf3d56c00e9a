/* SPDX-License-Identifier: MIT */
/*
 * Where further processors begin: in real mode, at the page below 1 MiB to which processor.c has copied what lies between
 * the first two labels. From there straight to long mode with the first processor's page tables; each takes the
 * next number and the stack that belongs to it, and calls processor_entry(number). Those for which there is no stack
 * halt for good.
 */
#define CR0_PE_WP_PG   0x80010001
#define CR4_PAE        0x20
#define MSR_EFER       0xc0000080
#define EFER_LME       0x100
#define SELECTOR_CODE  0x08
#define SELECTOR_DATA  0x10
#define GDT_BYTES      24
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
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $boot_page_map, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl $CR0_PE_WP_PG, %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE, $trampoline_long_mode
    .balign 4
    .word 0
trampoline_gdt_pointer:
    .word GDT_BYTES - 1
    .long boot_gdt
trampoline_end:

    .code64
trampoline_long_mode:
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
    movq trampoline_stacks(, %rdi, 8), %rsp
    testq %rsp, %rsp
    jz 1f
    xorl %ebp, %ebp
    call processor_entry
1:  hlt
    jmp 1b

    .data
    .balign 4
trampoline_count:
    .long 1 /* the first processor is there already */

    .section .note.GNU-stack, "", @progbits
