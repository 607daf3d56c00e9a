/* SPDX-License-Identifier: MIT */
/*
 * The way in and out of an interrupt: what a C function may change is saved, interrupt_dispatch(vector) is called,
 * and the program goes on where it was. Nothing but general registers is in use on this machine. Entries are 16 bytes
 * long, one for each vector from 32 on.
 */
#define INTERRUPT_FIRST 32
#define INTERRUPT_COUNT 224

    .text
    .balign 16
    .globl interrupt_entries
interrupt_entries:
    .set vector, INTERRUPT_FIRST
    .rept INTERRUPT_COUNT
    .balign 16
    pushl $vector
    jmp interrupt_common
    .set vector, vector + 1
    .endr

interrupt_common:
    pushl %eax
    pushl %ecx
    pushl %edx
    pushl %ebp
    movl %esp, %ebp
    movl 16(%esp), %eax
    andl $-16, %esp /* the stack is where the interrupted code had it */
    subl $12, %esp
    pushl %eax
    cld
    call interrupt_dispatch
    movl %ebp, %esp
    popl %ebp
    popl %edx
    popl %ecx
    popl %eax
    addl $4, %esp
    iretl

/* The local APIC's answer when an interrupt went away while it was being taken: not to be acknowledged. */
    .globl interrupt_spurious
interrupt_spurious:
    iretl

    .section .note.GNU-stack, "", @progbits
