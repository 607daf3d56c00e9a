/* SPDX-License-Identifier: MIT */
/* x86-64 and i686 ports: three of the four functions that a C compiler expects of every program, and that the library uses. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);

#ifdef __x86_64__
#define MEMORY_COPY_WORDS "rep movsq"
#define MEMORY_FILL_WORDS "rep stosq"
#else
#define MEMORY_COPY_WORDS "rep movsl"
#define MEMORY_FILL_WORDS "rep stosl"
#endif

/* String instructions, so that the compiler cannot turn a loop into a call of the function that it is in. */
void *memcpy(void *to, const void *from, size_t length)
{
    void *at = to;
    size_t words = length / sizeof(uintptr_t);
    size_t rest = length % sizeof(uintptr_t);

    __asm__ volatile(MEMORY_COPY_WORDS : "+D"(at), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *last = (uint8_t *)to + length - 1u;
    const uint8_t *last_from = (const uint8_t *)from + length - 1u;

    if (length == 0 || (uintptr_t)to - (uintptr_t)from >= length) {
        return memcpy(to, from, length);
    }
    __asm__ volatile("std\n\trep movsb\n\tcld" : "+D"(last), "+S"(last_from), "+c"(length) : : "memory");
    return to;
}

void *memset(void *to, int value, size_t length)
{
    void *at = to;
    size_t words = length / sizeof(uintptr_t);
    size_t rest = length % sizeof(uintptr_t);
    const uintptr_t fill = (uint8_t)value * (UINTPTR_MAX / UINT8_MAX); /* in each byte of a word */

    __asm__ volatile(MEMORY_FILL_WORDS : "+D"(at), "+c"(words) : "a"(fill) : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(fill) : "memory");
    return to;
}
