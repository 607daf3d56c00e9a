/* SPDX-License-Identifier: MIT */
/* A Linux program that does nothing: the plugin notes its sums when its first instruction is executed, which lies at an
 * address where no other program has one. */
    .globl _start
_start:
    movl $60, %eax /* exit */
    xorl %edi, %edi
    syscall

    .section .note.GNU-stack, "", @progbits
