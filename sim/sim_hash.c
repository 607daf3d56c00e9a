/* SPDX-License-Identifier: MIT */
/*
 * A hash table from 64-bit keys to non-zero values: linear probing, removal by shifting back. It serves
 * the maps of pages, of the medium's pieces and of the write cache.
 */
#include "sim_internal.h"

static size_t hash_slot(uint64_t key, size_t slots)
{
    uint64_t x = key * 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    return (size_t)x & (slots - 1);
}

/* The key's place, or the empty one where it belongs. */
static size_t hash_find(const struct sim_hash *hash, uint64_t key)
{
    size_t at = hash_slot(key, hash->slots);
    while (hash->values[at] != 0 && hash->keys[at] != key) {
        at = (at + 1) & (hash->slots - 1);
    }
    return at;
}

uintptr_t lwsim_hash_get(const struct sim_hash *hash, uint64_t key)
{
    return hash->used == 0 ? 0 : hash->values[hash_find(hash, key)];
}

static bool hash_grow(struct sim_hash *hash)
{
    struct sim_hash larger = {NULL, NULL, hash->slots == 0 ? 64 : hash->slots * 2, hash->used};
    larger.keys = calloc(larger.slots, sizeof(*larger.keys));
    larger.values = calloc(larger.slots, sizeof(*larger.values));
    if (larger.keys == NULL || larger.values == NULL) {
        free(larger.keys);
        free(larger.values);
        return false;
    }
    for (size_t i = 0; i < hash->slots; i++) {
        if (hash->values[i] != 0) {
            size_t at = hash_find(&larger, hash->keys[i]);
            larger.keys[at] = hash->keys[i];
            larger.values[at] = hash->values[i];
        }
    }
    free(hash->keys);
    free(hash->values);
    *hash = larger;
    return true;
}

bool lwsim_hash_put(struct sim_hash *hash, uint64_t key, uintptr_t value)
{
    if (hash->used * 2 >= hash->slots && !hash_grow(hash)) {
        return false;
    }
    size_t at = hash_find(hash, key);
    if (hash->values[at] == 0) {
        hash->used++;
    }
    hash->keys[at] = key;
    hash->values[at] = value;
    return true;
}

uintptr_t lwsim_hash_take(struct sim_hash *hash, uint64_t key)
{
    if (hash->used == 0) {
        return 0;
    }
    size_t at = hash_find(hash, key);
    uintptr_t value = hash->values[at];
    if (value == 0) {
        return 0;
    }
    size_t mask = hash->slots - 1;
    size_t hole = at;
    for (size_t i = (at + 1) & mask; hash->values[i] != 0; i = (i + 1) & mask) {
        size_t home = hash_slot(hash->keys[i], hash->slots);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            hash->keys[hole] = hash->keys[i];
            hash->values[hole] = hash->values[i];
            hole = i;
        }
    }
    hash->values[hole] = 0;
    hash->used--;
    return value;
}

void lwsim_hash_free(struct sim_hash *hash, bool free_values)
{
    for (size_t i = 0; free_values && i < hash->slots; i++) {
        free((void *)hash->values[i]);
    }
    free(hash->keys);
    free(hash->values);
    memset(hash, 0, sizeof(*hash));
}
