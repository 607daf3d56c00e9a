/* SPDX-License-Identifier: MIT */
/* boot_jump(entry, start_info): from long mode back to 32-bit protected mode without paging, as a kernel with a PVH entry
 * point expects it: flat segments, interrupts off, EBX the start information. */
#define CR0_PE        0x00000001
#define MSR_EFER      0xc0000080
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10

    .text
    .code64
    .globl boot_jump
boot_jump:
    cli
    cld
    movl %esi, %ebx
    movl %edi, %esi
    lgdt jump_gdt_pointer
    pushq $SELECTOR_CODE
    pushq $jump_compatible
    lretq

    .code32
jump_compatible:
    movl $CR0_PE, %eax
    movl %eax, %cr0
    movl $MSR_EFER, %ecx
    xorl %eax, %eax
    xorl %edx, %edx
    wrmsr
    xorl %eax, %eax
    movl %eax, %cr4
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    jmp *%esi

    .section .rodata
    .balign 8
jump_gdt:
    .quad 0
    .quad 0x00cf9a000000ffff /* 32-bit code */
    .quad 0x00cf92000000ffff /* data */
jump_gdt_end:
jump_gdt_pointer:
    .word jump_gdt_end - jump_gdt - 1
    .quad jump_gdt

    .section .note.GNU-stack, "", @progbits
