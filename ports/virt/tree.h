/* SPDX-License-Identifier: MIT */
/* Machines with a device tree: reading it where the loader has put it (Devicetree Specification 0.4, chapter 5). */
#ifndef LWNVME_PORT_VIRT_TREE_H
#define LWNVME_PORT_VIRT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/* A property's value: big-endian, of any alignment. */
struct tree_value {
    const uint8_t *bytes; /* NULL: there is no such property */
    uint32_t length_bytes;
};

/* A node; at 0: none. */
struct tree_node {
    uint32_t at;
};

/* false: there is no tree at that address. */
bool tree_init(const void *address);
/* Where it lies. */
struct memory_region tree_region(void);

/* The first node that is compatible to the word, and the next one (after none: the first); the same by name, the unit address
 * left out. */
struct tree_node tree_compatible(const char *word);
struct tree_node tree_compatible_after(struct tree_node after, const char *word);
struct tree_node tree_named(const char *name);
struct tree_node tree_named_after(struct tree_node after, const char *name);
struct tree_value tree_property(struct tree_node node, const char *name);
/* 32 bits of a value, or 64; 0 beyond its end. */
uint32_t tree_cell(struct tree_value value, uint32_t index);
uint64_t tree_cells(struct tree_value value, uint32_t index);
/* The n-th range of a node's `reg`, of two cells for the address and two for the size. false: there is none. */
bool tree_reg(struct tree_node node, uint32_t n, struct memory_region *region);

#endif
