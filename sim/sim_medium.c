/* SPDX-License-Identifier: MIT */
/*
 * The medium: sparse pieces, or a mapped file. What is read is always the newest content; what a power cut takes back
 * is kept by sim_cache.c.
 */
#include "sim_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t zeroes[SIM_CHUNK];

void lwsim_medium_geometry(struct sim_namespace *ns)
{
    uint32_t index = (ns->is.flbas & 15u) | (ns->is.nlbaf >= 16 ? (ns->is.flbas >> 1) & 0x30u : 0);
    const struct lwnvme_sim_lba_format *format = &ns->is.formats[index];
    ns->usable = index <= ns->is.nlbaf && format->lbads >= 9 && format->lbads <= 16 &&
                 (ns->is.csi % 2 == 0 ? ns->is.csi <= 2 : ns->is.csi == 1 && format->ms == 0) &&
                 ns->is.nsze <= (format->ms == 0 ? UINT64_MAX : UINT64_MAX / 130) >> format->lbads;
    ns->block_bytes = ns->usable ? 1u << format->lbads : 512;
    ns->metadata_bytes = ns->usable ? format->ms : 0;
    ns->unit_bytes = ns->block_bytes + ns->metadata_bytes;
    ns->format = index;
}

bool lwsim_medium_create(struct lwnvme_sim *sim)
{
    uint32_t count = sim->config.namespace_count;
    sim->ns_slots = sim->config.namespace_room > count ? sim->config.namespace_room : count;
    sim->ns = calloc(sim->ns_slots == 0 ? 1 : sim->ns_slots, sizeof(*sim->ns));
    if (sim->ns == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct sim_namespace *ns = &sim->ns[i];
        ns->is = sim->config.ns[i < LWNVME_SIM_NAMESPACES ? i : 0];
        ns->allocated = ns->is.active || ns->is.detached;
        ns->controllers = ns->is.active ? 1 : 0;
        lwsim_medium_geometry(ns);
    }
    return true;
}

void lwsim_medium_erase(struct sim_namespace *ns)
{
    lwsim_medium_set_blank(ns, true, 0);
}

void lwsim_medium_destroy(struct lwnvme_sim *sim)
{
    for (uint32_t i = 0; sim->ns != NULL && i < sim->ns_slots; i++) {
        struct sim_namespace *ns = &sim->ns[i];
        lwsim_hash_free(&ns->chunks, true);
        lwsim_cache_destroy(ns);
        lwsim_hash_free(&ns->bad, false);
        free(ns->blank);
        lwsim_zone_forget(ns);
        lwsim_kv_forget(ns);
        if (ns->image != NULL) {
            (void)munmap(ns->image, (size_t)ns->image_bytes);
        }
    }
    free(sim->ns);
}

uint8_t *lwsim_medium_at(struct sim_namespace *ns, uint64_t offset, bool to_write, uint64_t *run)
{
    if (ns->image != NULL) {
        *run = ns->image_bytes - offset;
        return ns->image + offset;
    }
    uint64_t index = offset / SIM_CHUNK;
    uint8_t *chunk = (uint8_t *)lwsim_hash_get(&ns->chunks, index);
    *run = SIM_CHUNK - offset % SIM_CHUNK;
    if (chunk == NULL && !to_write) {
        return (ns->blank != NULL ? ns->blank : (uint8_t *)(uintptr_t)zeroes) + offset % SIM_CHUNK;
    }
    if (chunk == NULL) {
        chunk = calloc(1, SIM_CHUNK);
        if (chunk == NULL || !lwsim_hash_put(&ns->chunks, index, (uintptr_t)chunk)) {
            free(chunk);
            return NULL;
        }
        if (ns->blank != NULL) {
            memcpy(chunk, ns->blank, SIM_CHUNK);
        }
    }
    return chunk + offset % SIM_CHUNK;
}

bool lwsim_medium_copy(struct sim_namespace *ns, uint64_t offset, void *buffer, uint64_t bytes,
                       bool to_medium)
{
    uint8_t *data = buffer;
    while (bytes != 0) {
        uint64_t run = 0;
        uint8_t *at = lwsim_medium_at(ns, offset, to_medium, &run);
        if (at == NULL) {
            return false;
        }
        run = run < bytes ? run : bytes;
        memcpy(to_medium ? at : data, to_medium ? data : at, (size_t)run);
        offset += run;
        data += run;
        bytes -= run;
    }
    return true;
}

/* Removes the blocks' entries; whichever is shorter, the range or the table, is walked. */
static void drop_range(struct sim_hash *hash, uint64_t lba, uint64_t count)
{
    bool short_range = count < hash->slots;
    for (uint64_t i = 0; i < count && short_range && hash->used != 0; i++) {
        (void)lwsim_hash_take(hash, lba + i + 1);
    }
    for (size_t i = 0; i < hash->slots && !short_range && hash->used != 0;) {
        if (hash->values[i] == 0 || hash->keys[i] - 1 < lba || hash->keys[i] - 1 - lba >= count) {
            i++;
            continue;
        }
        (void)lwsim_hash_take(hash, hash->keys[i]); /* another entry may move to this slot */
    }
}

bool lwsim_medium_before_write(struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba, uint64_t count,
                               bool through)
{
    sim->sanitize.data_written = true;
    drop_range(&ns->bad, lba, count);
    if (!through && lwsim_cache_on(sim)) {
        return lwsim_cache_write(sim, ns, lba, count);
    }
    if (ns->is.csi == 2 &&
        sim->config.zoned.zsze != 0) { /* and with it all that comes before it in its zone */
        count += lba % sim->config.zoned.zsze;
        lba -= lba % sim->config.zoned.zsze;
    }
    lwsim_cache_through(ns, lba, count);
    return true;
}

void lwsim_medium_zero(struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    uint64_t offset = lba * ns->unit_bytes;
    uint64_t bytes = count * ns->unit_bytes;
    while (bytes != 0) {
        uint64_t run = SIM_CHUNK - offset % SIM_CHUNK;
        run = run < bytes ? run : bytes;
        bool there =
            ns->image != NULL || ns->blank != NULL || lwsim_hash_get(&ns->chunks, offset / SIM_CHUNK) != 0;
        if (ns->image == NULL && ns->blank == NULL && run == SIM_CHUNK) {
            free((void *)lwsim_hash_take(&ns->chunks, offset / SIM_CHUNK));
        } else if (there) {
            uint64_t room = 0;
            uint8_t *at = lwsim_medium_at(ns, offset, true, &room);
            memset(at == NULL ? (void *)&room : at, 0, at == NULL ? 0 : (size_t)run);
        }
        offset += run;
        bytes -= run;
    }
}

void lwsim_medium_ones(struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    uint64_t offset = lba * ns->unit_bytes;
    uint64_t bytes = count * ns->unit_bytes;
    while (bytes != 0) {
        uint64_t run = 0;
        uint8_t *at = lwsim_medium_at(ns, offset, true, &run);
        if (at == NULL) {
            return;
        }
        run = run < bytes ? run : bytes;
        memset(at, 0xff, (size_t)run);
        offset += run;
        bytes -= run;
    }
}

bool lwsim_medium_bad(const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
    for (uint64_t i = 0; i < count && ns->bad.used != 0; i++) {
        if (lwsim_hash_get(&ns->bad, lba + i + 1) != 0) {
            return true;
        }
    }
    return false;
}

/* ---- sanitize, format ---- */

static void pattern_fill(uint8_t *at, uint64_t bytes, uint32_t pattern)
{
    for (uint64_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(pattern >> 8 * (i % 4));
    }
}

void lwsim_medium_destroy_range(struct sim_namespace *ns, uint64_t offset, uint64_t bytes, bool to_zero,
                                uint32_t pattern)
{
    uint32_t value = to_zero ? 0 : pattern;
    if (ns->image != NULL) {
        uint64_t rest = offset < ns->image_bytes ? ns->image_bytes - offset : 0;
        pattern_fill(ns->image + (rest == 0 ? 0 : offset), rest < bytes ? rest : bytes, value);
        return;
    }
    for (uint64_t done = 0; done < bytes && ns->chunks.used != 0; done += SIM_CHUNK) {
        uint64_t index = (offset + done) / SIM_CHUNK;
        uint8_t *chunk = (uint8_t *)lwsim_hash_get(&ns->chunks, index);
        if (chunk != NULL && value == 0 && ns->blank == NULL) {
            free((void *)lwsim_hash_take(&ns->chunks, index));
        } else if (chunk != NULL) {
            pattern_fill(chunk, SIM_CHUNK, value);
        }
    }
}

void lwsim_medium_set_blank(struct sim_namespace *ns, bool to_zero, uint32_t pattern)
{
    lwsim_cache_flush(ns);
    lwsim_zone_forget(ns);
    lwsim_kv_forget(ns);
    lwsim_hash_free(&ns->bad, false);
    if (ns->image != NULL) {
        pattern_fill(ns->image, ns->image_bytes, to_zero ? 0 : pattern);
        return;
    }
    lwsim_hash_free(&ns->chunks, true);
    free(ns->blank);
    ns->blank = to_zero ? NULL : malloc(SIM_CHUNK);
    if (ns->blank != NULL) {
        pattern_fill(ns->blank, SIM_CHUNK, pattern);
    }
}

/* ---- past the driver ---- */

static struct sim_namespace *blocks_at(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count)
{
    struct sim_namespace *ns = nsid == 0 || nsid > sim->ns_slots ? NULL : &sim->ns[nsid - 1];
    if (ns == NULL || !ns->usable || lba > ns->is.nsze || count > ns->is.nsze - lba) {
        return NULL;
    }
    return ns;
}

bool lwnvme_sim_read_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count, void *buffer)
{
    struct sim_namespace *ns = blocks_at(sim, nsid, lba, count);
    bool good = ns != NULL;
    for (uint64_t i = 0; good && i < count; i++) {
        good = lwsim_medium_copy(ns, (lba + i) * ns->unit_bytes, (uint8_t *)buffer + i * ns->block_bytes,
                                 ns->block_bytes, false);
    }
    return good;
}

bool lwnvme_sim_write_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count,
                             const void *buffer)
{
    struct sim_namespace *ns = blocks_at(sim, nsid, lba, count);
    bool good = ns != NULL && lwsim_medium_before_write(sim, ns, lba, count, true);
    for (uint64_t i = 0; good && i < count; i++) {
        good = lwsim_medium_copy(ns, (lba + i) * ns->unit_bytes,
                                 (uint8_t *)(uintptr_t)buffer + i * ns->block_bytes, ns->block_bytes, true);
    }
    return good;
}

bool lwnvme_sim_spoil_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count)
{
    struct sim_namespace *ns = blocks_at(sim, nsid, lba, count);
    for (uint64_t i = 0; ns != NULL && i < count; i++) {
        if (!lwsim_hash_put(&ns->bad, lba + i + 1, 1)) {
            return false;
        }
    }
    return ns != NULL;
}

static int file_map(int file, bool writable, uint64_t block_bytes, uint8_t **image, uint64_t *bytes)
{
    struct stat about;
    if (fstat(file, &about) != 0) {
        return errno;
    }
    if (!S_ISREG(about.st_mode) || about.st_size <= 0 || (uint64_t)about.st_size % block_bytes != 0 ||
        (uint64_t)about.st_size > SIZE_MAX) {
        return EINVAL;
    }
    void *map = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, writable ? MAP_SHARED : MAP_PRIVATE,
                     file, 0);
    if (map == MAP_FAILED) {
        return errno;
    }
    *image = map;
    *bytes = (uint64_t)about.st_size;
    return 0;
}

int lwnvme_sim_load(struct lwnvme_sim *sim, uint32_t nsid, const char *path, bool writable)
{
    struct sim_namespace *ns = blocks_at(sim, nsid, 0, 0);
    uint8_t *image = NULL;
    uint64_t bytes = 0;
    if (ns == NULL || path == NULL) {
        return EINVAL;
    }
    int file = open(path, writable ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    int error = file_map(file, writable, ns->unit_bytes, &image, &bytes);
    (void)close(file);
    if (error != 0) {
        return error;
    }
    if (ns->image != NULL) {
        (void)munmap(ns->image, (size_t)ns->image_bytes);
    }
    lwsim_hash_free(&ns->chunks, true);
    lwsim_cache_flush(ns);
    lwsim_hash_free(&ns->bad, false);
    ns->image = image;
    ns->image_bytes = bytes;
    ns->is.nsze = ns->is.ncap = ns->is.nuse = bytes / ns->unit_bytes;
    return 0;
}
