/* SPDX-License-Identifier: MIT */
/* From the loader to kernel_main: PVH enters in 32-bit protected mode with flat segments and no paging. */

    .section .note.pvh, "a", @note
    .long 4                     /* bytes of the name */
    .long 4                     /* bytes of what follows it */
    .long 18                    /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long start

    .section .text.start, "ax"
    .global start
start:
    cli
    movl $stack_end, %esp
    xorl %ebp, %ebp
    call kernel_main
1:  hlt
    jmp 1b

    .bss
    .align 16
stack:
    .skip 16384
stack_end:

    .section .note.GNU-stack, "", @progbits
