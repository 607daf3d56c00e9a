/* SPDX-License-Identifier: MIT */
/*
 * Device trees that are damaged: a small one, whose tokens come last and end where memory ends, with each byte changed,
 * each length of the token block, and each length of a property. Whatever is asked ends, and nothing is read behind the
 * end: what does is killed by it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tree.h"

#define PAGE      4096u
#define LIMIT_S   60u
#define HEADER    40u
#define STRINGS   "compatible\0reg\0bootargs"
#define SIZE_AT   4u
#define TOKENS_AT 36u /* in the header: how long that block is */

static uint8_t whole[512];
static uint32_t whole_bytes;
static uint32_t tokens_at;
static uint8_t *end; /* of memory */
static unsigned failures;
static unsigned read_sum;

static void expect(bool good, const char *what)
{
    if (!good) {
        failures++;
        printf("%s\n", what);
    }
}

static void word_at(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static void put_word(uint32_t value)
{
    word_at(whole + whole_bytes, value);
    whole_bytes += 4u;
}

static void put_bytes(const char *bytes, uint32_t length)
{
    memcpy(whole + whole_bytes, bytes, length);
    whole_bytes = (whole_bytes + length + 3u) & ~3u;
}

static void put_property(uint32_t name, const char *bytes, uint32_t length)
{
    put_word(3);
    put_word(length);
    put_word(name);
    put_bytes(bytes, length);
}

static void make_tree(void)
{
    whole_bytes = HEADER;
    put_bytes(STRINGS, sizeof(STRINGS));
    tokens_at = whole_bytes;
    put_word(1);
    put_bytes("", 1);
    put_word(1);
    put_bytes("memory@40000000", 16);
    put_property(11, "\0\0\0\0\x40\0\0\0\0\0\0\0\x10\0\0\0", 16);
    put_word(2);
    put_word(1);
    put_bytes("chosen", 7);
    put_property(15, "words", 6);
    put_word(2);
    put_word(1);
    put_bytes("last", 5);
    put_property(0, "one\0two", 8);
    word_at(whole, 0xd00dfeedu);
    word_at(whole + SIZE_AT, whole_bytes);
    word_at(whole + 8, tokens_at);
    word_at(whole + 12, HEADER);
    word_at(whole + 32, sizeof(STRINGS));
    word_at(whole + TOKENS_AT, whole_bytes - tokens_at);
}

static void touch(struct tree_value value)
{
    for (uint32_t i = 0; value.bytes != NULL && i < value.length_bytes; i++) {
        read_sum += value.bytes[i];
    }
    read_sum += tree_cell(value, 0) + (unsigned)tree_cells(value, value.length_bytes / 4u);
}

static bool ask(const uint8_t *tree)
{
    struct memory_region region;
    struct tree_node node;

    if (!tree_init(tree)) {
        return false;
    }
    (void)tree_reg(tree_named("memory"), 0, &region);
    (void)tree_reg(tree_named("memory"), 1, &region);
    touch(tree_property(tree_named("chosen"), "bootargs"));
    for (node = tree_compatible("two"); node.at != 0; node = tree_compatible_after(node, "two")) {
        touch(tree_property(node, "compatible"));
    }
    (void)tree_named("none");
    touch(tree_property(tree_compatible("none"), "reg"));
    return true;
}

/* A copy whose last byte is the last one of memory. */
static uint8_t *place(uint32_t length)
{
    memcpy(end - length, whole, length);
    word_at(end - length + SIZE_AT, length);
    return end - length;
}

static void check_whole(void)
{
    struct memory_region region;

    expect(ask(place(whole_bytes)), "a good tree is refused");
    expect(tree_reg(tree_named("memory"), 0, &region) && region.address == 0x40000000u &&
               region.size_bytes == 0x10000000u,
           "the region is another one");
    expect(tree_compatible("two").at != 0 && tree_compatible("tw").at == 0,
           "the last word of a list is not found");
    expect(tree_named_after((struct tree_node){0}, "memory").at == tree_named("memory").at &&
               tree_named_after(tree_named("memory"), "last").at == tree_named("last").at &&
               tree_named_after(tree_named("memory"), "memory").at == 0,
           "the next of a name is another one");
}

static void check_damaged(void)
{
    for (uint32_t at = 8; at < whole_bytes; at++) {
        for (uint32_t bit = 0; bit < 8u; bit++) {
            uint8_t *tree = place(whole_bytes);

            tree[at] = (uint8_t)(tree[at] ^ (1u << bit));
            (void)ask(tree);
        }
    }
    for (uint32_t length = tokens_at; length < whole_bytes; length++) {
        uint8_t *tree = place(length);

        word_at(tree + TOKENS_AT, length - tokens_at);
        expect(ask(tree), "a tree that is cut among its tokens is refused as a whole");
    }
    for (uint32_t longer = 1; longer < 32u; longer++) { /* the last property, of which 8 bytes are there */
        uint8_t *tree = place(whole_bytes);

        word_at(tree + whole_bytes - 16u, 8u + longer);
        expect(ask(tree) && tree_compatible("two").at == 0, "a property goes on behind the tree");
    }
}

int main(void)
{
    uint8_t *memory = mmap(NULL, 2u * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + PAGE, PAGE, PROT_NONE) != 0) {
        printf("no memory\n");
        return 1;
    }
    end = memory + PAGE;
    (void)alarm(LIMIT_S);
    make_tree();
    check_whole();
    check_damaged();
    printf("device trees: %u bytes, %u failures\n", whole_bytes, failures);
    return failures != 0;
}
