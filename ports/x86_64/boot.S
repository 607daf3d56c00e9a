/* SPDX-License-Identifier: MIT */
/*
 * From the loader to C. The loader enters in 32-bit protected mode without paging, with the physical address
 * of its start information in EBX (the PVH convention, announced by the note below). Here: identity page
 * tables for the low 4 GiB in pages of 2 MiB, long mode, a stack, machine_start(EBX). Then the entry points
 * of the 32 processor exceptions, which all end in trap_report.
 */
#define PAGE_PRESENT_WRITABLE 0x003
#define PAGE_LARGE            0x083
#define PAGE_TABLES_LOW       4 /* page directories, one per GiB */
#define CR0_PE_WP_PG          0x80010001
#define CR4_PAE               0x20
#define MSR_EFER              0xc0000080
#define EFER_LME              0x100
#define SELECTOR_CODE         0x08
#define SELECTOR_DATA         0x10
#define STACK_BYTES           65536

    .section .note.pvh, "a", @note
    .align 4
    .long 4, 8, 18 /* length of the name, of the value; type: 32-bit physical entry point */
    .asciz "Xen"
    .quad boot_entry

    .section .text.boot, "ax"
    .code32
    .globl boot_entry
boot_entry:
    cli
    cld
    movl $boot_page_map, %edi
    movl $boot_directory_pointers + PAGE_PRESENT_WRITABLE, (%edi)
    movl $boot_directory_pointers, %edi
    movl $boot_directories + PAGE_PRESENT_WRITABLE, %eax
    movl $PAGE_TABLES_LOW, %ecx
1:  movl %eax, (%edi)
    addl $4096, %eax
    addl $8, %edi
    loop 1b
    movl $boot_directories, %edi
    movl $PAGE_LARGE, %eax
    movl $(512 * PAGE_TABLES_LOW), %ecx
2:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 2b

    movl $boot_page_map, %eax
    movl %eax, %cr3
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl $CR0_PE_WP_PG, %eax
    movl %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $SELECTOR_CODE, $boot_long_mode

    .code64
boot_long_mode:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq $boot_stack_top, %rsp
    xorl %ebp, %ebp
    movl %ebx, %edi
    call machine_start
3:  hlt
    jmp 3b

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
    pushq $0
    .endif
    pushq $vector
    jmp trap_common
    .set vector, vector + 1
    .endr
trap_common:
    movq %rsp, %rdi
    andq $-16, %rsp
    call trap_report

    .section .rodata
    .balign 8
    .globl boot_gdt
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff /* 64-bit code */
    .quad 0x00cf92000000ffff /* data */
boot_gdt_end:
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .quad boot_gdt

    .bss
    .balign 4096
    .globl boot_page_map
boot_page_map:
    .skip 4096
boot_directory_pointers:
    .skip 4096
boot_directories:
    .skip 4096 * PAGE_TABLES_LOW
    .skip STACK_BYTES
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
