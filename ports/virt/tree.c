/* SPDX-License-Identifier: MIT */
/*
 * Machines with a device tree: a flattened tree is a header, a block of strings, and a block of tokens of 32 bits:
 * a node begins (its name follows), a property (its length, the place of its name in the strings, its value), a node
 * ends. All of it is big-endian. A node's properties come before the nodes in it, so a property belongs to the node
 * that began last. Nothing is copied, and nothing read beyond the size that the header gives. Read with byte accesses,
 * so that it can be used before translation is on.
 */
#include "tree.h"

#define TREE_MAGIC          0xd00dfeedu
#define TREE_SIZE           4u
#define TREE_TOKENS         8u
#define TREE_STRINGS        12u
#define TREE_STRINGS_BYTES  32u
#define TREE_TOKENS_BYTES   36u
#define TREE_HEADER_BYTES   40u
#define TREE_BYTES_MAX      (16u << 20)
#define TREE_NODE_BEGINS    1u
#define TREE_NODE_ENDS      2u
#define TREE_PROPERTY       3u
#define TREE_NOTHING        4u
#define TREE_PROPERTY_BYTES 12u /* before its value */

struct tree_token {
    uint32_t kind; /* 0: no more */
    uint32_t at;
    uint32_t next;
};

static const uint8_t *tree_base;
static uint32_t tree_bytes;
static uint32_t tree_tokens;
static uint32_t tree_tokens_end;
static uint32_t tree_strings;
static uint32_t tree_strings_end;

static uint32_t tree_word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool tree_block(uint32_t offset_at, uint32_t size_at, uint32_t *begin, uint32_t *end)
{
    const uint32_t offset = tree_word(tree_base + offset_at);
    const uint32_t size = tree_word(tree_base + size_at);

    *begin = offset;
    *end = offset + size;
    return offset <= tree_bytes && size <= tree_bytes - offset;
}

bool tree_init(const void *address)
{
    tree_base = address;
    tree_bytes = 0;
    if (address == NULL || tree_word(tree_base) != TREE_MAGIC) {
        return false;
    }
    tree_bytes = tree_word(tree_base + TREE_SIZE);
    if (tree_bytes < TREE_HEADER_BYTES || tree_bytes > TREE_BYTES_MAX ||
        !tree_block(TREE_TOKENS, TREE_TOKENS_BYTES, &tree_tokens, &tree_tokens_end) ||
        !tree_block(TREE_STRINGS, TREE_STRINGS_BYTES, &tree_strings, &tree_strings_end)) {
        tree_bytes = 0;
        return false;
    }
    return true;
}

struct memory_region tree_region(void)
{
    return (struct memory_region){(uintptr_t)tree_base, tree_bytes};
}

/* How long a text is that ends with a zero before `end`; end - at when it does not. */
static uint32_t tree_text_bytes(uint32_t at, uint32_t end)
{
    uint32_t length = 0;

    while (at + length < end && tree_base[at + length] != 0) {
        length++;
    }
    return length;
}

static uint32_t tree_aligned(uint32_t at)
{
    return (at + 3u) & ~3u;
}

/* The token at `at`; kind 0 at the end, and for what is no tree. */
static struct tree_token tree_token(uint32_t at)
{
    struct tree_token token = {0, at, at + 4u};
    uint32_t length;

    if (tree_bytes == 0 || at + 4u > tree_tokens_end) {
        return token;
    }
    token.kind = tree_word(tree_base + at);
    if (token.kind == TREE_NODE_BEGINS) {
        length = tree_text_bytes(at + 4u, tree_tokens_end);
        token.kind = length < tree_tokens_end - at - 4u ? token.kind : 0;
        token.next = tree_aligned(at + 4u + length + 1u);
    } else if (token.kind == TREE_PROPERTY) {
        length = at + TREE_PROPERTY_BYTES <= tree_tokens_end ? tree_word(tree_base + at + 4u) : UINT32_MAX;
        if (length == UINT32_MAX || length > tree_tokens_end - at - TREE_PROPERTY_BYTES) {
            token.kind = 0;
        }
        token.next = tree_aligned(at + TREE_PROPERTY_BYTES + length);
    } else if (token.kind != TREE_NODE_ENDS && token.kind != TREE_NOTHING) {
        token.kind = 0;
    }
    return token;
}

/* Whether `length` bytes at `at` are the word. */
static bool tree_is(uint32_t at, uint32_t length, const char *word)
{
    for (uint32_t i = 0; i < length; i++) {
        if (word[i] == '\0' || (uint8_t)word[i] != tree_base[at + i]) {
            return false;
        }
    }
    return word[length] == '\0';
}

static bool tree_property_is(struct tree_token token, const char *name)
{
    const uint32_t offset = tree_word(tree_base + token.at + 8u);
    const uint32_t at = tree_strings + offset;

    return offset < tree_strings_end - tree_strings &&
           tree_is(at, tree_text_bytes(at, tree_strings_end), name);
}

static struct tree_value tree_value_of(struct tree_token token)
{
    return (struct tree_value){tree_base + token.at + TREE_PROPERTY_BYTES,
                               tree_word(tree_base + token.at + 4u)};
}

/* Whether a list of texts, each ended by a zero, has the word. */
static bool tree_lists(struct tree_value value, const char *word)
{
    const uint32_t begin = (uint32_t)(value.bytes - tree_base);
    const uint32_t end = begin + value.length_bytes;
    uint32_t length;

    for (uint32_t at = begin; at < end; at += length + 1u) {
        length = tree_text_bytes(at, end);
        if (tree_is(at, length, word)) {
            return true;
        }
    }
    return false;
}

struct tree_node tree_compatible_after(struct tree_node after, const char *word)
{
    const uint32_t begin = after.at != 0 ? after.at : tree_tokens;
    struct tree_node node = {0};

    for (struct tree_token token = tree_token(begin); token.kind != 0; token = tree_token(token.next)) {
        if (token.kind == TREE_NODE_BEGINS) {
            node.at = token.next;
        } else if (token.kind == TREE_PROPERTY && node.at != 0 && tree_property_is(token, "compatible") &&
                   tree_lists(tree_value_of(token), word)) {
            return node;
        }
    }
    return (struct tree_node){0};
}

struct tree_node tree_compatible(const char *word)
{
    return tree_compatible_after((struct tree_node){0}, word);
}

struct tree_node tree_named_after(struct tree_node after, const char *name)
{
    const uint32_t begin = after.at != 0 ? after.at : tree_tokens;

    for (struct tree_token token = tree_token(begin); token.kind != 0; token = tree_token(token.next)) {
        uint32_t length = 0;

        if (token.kind != TREE_NODE_BEGINS) {
            continue;
        }
        while (token.at + 4u + length < token.next && tree_base[token.at + 4u + length] != '@' &&
               tree_base[token.at + 4u + length] != 0) {
            length++;
        }
        if (tree_is(token.at + 4u, length, name)) {
            return (struct tree_node){token.next};
        }
    }
    return (struct tree_node){0};
}

struct tree_node tree_named(const char *name)
{
    return tree_named_after((struct tree_node){0}, name);
}

struct tree_value tree_property(struct tree_node node, const char *name)
{
    struct tree_token token;

    if (node.at == 0) {
        return (struct tree_value){NULL, 0};
    }
    for (token = tree_token(node.at); token.kind == TREE_PROPERTY || token.kind == TREE_NOTHING;
         token = tree_token(token.next)) {
        if (token.kind == TREE_PROPERTY && tree_property_is(token, name)) {
            return tree_value_of(token);
        }
    }
    return (struct tree_value){NULL, 0};
}

uint32_t tree_cell(struct tree_value value, uint32_t index)
{
    return index < value.length_bytes / 4u ? tree_word(value.bytes + index * 4u) : 0;
}

uint64_t tree_cells(struct tree_value value, uint32_t index)
{
    return (uint64_t)tree_cell(value, index) << 32 | tree_cell(value, index + 1u);
}

bool tree_reg(struct tree_node node, uint32_t n, struct memory_region *region)
{
    const struct tree_value value = tree_property(node, "reg");

    *region = (struct memory_region){tree_cells(value, n * 4u), tree_cells(value, n * 4u + 2u)};
    return value.length_bytes / 16u > n;
}
