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
    pushq $vector
    jmp interrupt_common
    .set vector, vector + 1
    .endr

interrupt_common:
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    movl 72(%rsp), %edi
    subq $8, %rsp /* the processor aligned the stack, and 15 words lie on it */
    cld
    call interrupt_dispatch
    addq $8, %rsp
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    addq $8, %rsp
    iretq

/* The local APIC's answer when an interrupt went away while it was being taken: not to be acknowledged. */
    .globl interrupt_spurious
interrupt_spurious:
    iretq

    .section .note.GNU-stack, "", @progbits
