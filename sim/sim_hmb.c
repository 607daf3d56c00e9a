/* SPDX-License-Identifier: MIT */
/*
 * Host memory buffer: the controller takes what the driver gives, writes a pattern of its own to all of it, and
 * looks from time to time whether the pattern still stands: what is not there was written by somebody who
 * had no business to. Nothing is touched after the driver took the memory back, or after a reset.
 *
 * Each page has a generation; the pattern is made of it and of the page's number, so that a page that was
 * exchanged for another one shows, too. After MR (memory return) the old pattern must still be there.
 *
 * NVM Express Base Specification 2.1, section 5.1.25.2.4 "Host Memory Buffer (Feature Identifier 0Dh)", section
 * 8.2.3 "Host Memory Buffer".
 */
#include "sim_internal.h"

#define EHM              1u
#define MR               2u
#define FID_HMB          0x0du
#define ATTRIBUTES_BYTES 4096u
#define PAGES_PER_LOOK   8u
#define ENTRIES_MAX      65536u
#define PAGES_MAX        (1u << 20)

struct hmb_chunk {
    uint64_t dma;
    uint64_t pages;
};

struct sim_hmb {
    bool enabled;
    bool known; /* chunks and generations hold what was there at the last reset or disable */
    uint32_t page_bytes;
    uint64_t pages;
    uint64_t list_dma;
    uint32_t entries;
    uint32_t used; /* of them: what is beyond HMMAXD or smaller than HMMINDS is left alone */
    struct hmb_chunk *chunks;
    uint8_t *list;         /* as it was when enabled */
    uint32_t *generations; /* of each page */
    uint32_t generation;
    struct sim_segments pins;
    uint64_t due;
    uint8_t *scratch; /* two pages */
};

/* ---- the pattern ---- */

static void pattern_make(const struct sim_hmb *hmb, uint64_t page, uint8_t *data)
{
    uint64_t value = (page + 1) * 0x9e3779b97f4a7c15u ^ (uint64_t)hmb->generations[page] << 17;
    for (uint32_t i = 0; i < hmb->page_bytes; i += 8) {
        value += 0xd1342543de82ef95u;
        memcpy(data + i, &value, 8);
    }
}

static uint64_t page_address(const struct sim_hmb *hmb, uint64_t page)
{
    for (uint32_t i = 0; i < hmb->used; i++) {
        if (page < hmb->chunks[i].pages) {
            return hmb->chunks[i].dma + page * hmb->page_bytes;
        }
        page -= hmb->chunks[i].pages;
    }
    return 0;
}

static void page_write(struct lwnvme_sim *sim, uint64_t page)
{
    struct sim_hmb *hmb = sim->hmb;
    hmb->generations[page] = ++hmb->generation;
    pattern_make(hmb, page, hmb->scratch);
    (void)lwsim_dma(sim, page_address(hmb, page), hmb->scratch, hmb->page_bytes, true);
}

/* false: the page does not hold what was written there. */
static bool page_check(struct lwnvme_sim *sim, uint64_t page, const char *what)
{
    struct sim_hmb *hmb = sim->hmb;
    uint8_t *found = hmb->scratch + hmb->page_bytes;
    pattern_make(hmb, page, hmb->scratch);
    if (!lwsim_dma(sim, page_address(hmb, page), found, hmb->page_bytes, false)) {
        return true; /* fenced, or a violation already */
    }
    if (memcmp(found, hmb->scratch, hmb->page_bytes) != 0) {
        lwsim_violation(sim, "host memory buffer: %s, page %llu at 0x%llx", what, (unsigned long long)page,
                        (unsigned long long)page_address(hmb, page));
        return false;
    }
    return true;
}

static bool list_unchanged(struct lwnvme_sim *sim)
{
    struct sim_hmb *hmb = sim->hmb;
    uint8_t entry[16];
    for (uint32_t i = 0; i < hmb->entries; i++) {
        if (!lwsim_dma(sim, hmb->list_dma + 16 * (uint64_t)i, entry, sizeof(entry), false)) {
            return true;
        }
        if (memcmp(entry, hmb->list + 16 * (size_t)i, sizeof(entry)) != 0) {
            lwsim_violation(sim, "host memory buffer: the descriptor list changed while it was enabled");
            return false;
        }
    }
    return true;
}

static void check_all(struct lwnvme_sim *sim, const char *what)
{
    for (uint64_t page = 0; page < sim->hmb->pages && page_check(sim, page, what); page++) {
    }
}

/* ---- looking ---- */

static uint64_t next(const struct lwnvme_sim *sim)
{
    return sim->hmb->enabled && sim->config.hmb_touch_us != 0 && !sim->fenced && !sim->removed
               ? sim->hmb->due
               : LWNVME_SIM_NEVER;
}

static void run(struct lwnvme_sim *sim)
{
    struct sim_hmb *hmb = sim->hmb;
    hmb->due = sim->now + sim->config.hmb_touch_us;
    if (lwsim_shut_down(sim) || lwsim_fatal(sim)) {
        return;
    }
    bool good = list_unchanged(sim);
    for (unsigned i = 0; good && i < PAGES_PER_LOOK; i++) {
        uint64_t page = lwsim_random(sim) % hmb->pages;
        good = page_check(sim, page, "somebody else wrote to it");
        page_write(sim, page);
    }
}

/* ---- taking and giving back ---- */

static void let_go(struct lwnvme_sim *sim)
{
    struct sim_hmb *hmb = sim->hmb;
    lwsim_segments_pin(sim, &hmb->pins, false);
    lwsim_segments_clear(&hmb->pins);
    hmb->enabled = false;
}

static void forget_content(struct sim_hmb *hmb)
{
    free(hmb->chunks);
    free(hmb->list);
    free(hmb->generations);
    hmb->chunks = NULL;
    hmb->list = NULL;
    hmb->generations = NULL;
    hmb->known = false;
    hmb->pages = 0;
    hmb->entries = 0;
    hmb->used = 0;
}

static uint16_t refuse(struct lwnvme_sim *sim, const char *what, uint64_t value)
{
    lwsim_violation(sim, "Set Features, Host Memory Buffer: %s (0x%llx)", what, (unsigned long long)value);
    return SIM_INVALID_FIELD;
}

static uint16_t check_entry(struct lwnvme_sim *sim, const uint8_t *entry, const struct hmb_chunk *before,
                            uint32_t count)
{
    uint32_t page = lwsim_page_bytes(sim);
    uint64_t dma = lwsim_get(entry, 8);
    uint64_t bytes = lwsim_get(entry + 8, 4) * page;
    if (dma % page != 0) {
        return refuse(sim, "a buffer address is not aligned to the memory page", dma);
    }
    if (bytes == 0) {
        return refuse(sim, "a descriptor of no pages", dma);
    }
    if (lwsim_get(entry + 12, 4) != 0 && sim->config.strict_reserved) {
        return refuse(sim, "reserved bytes of a descriptor are set", lwsim_get(entry + 12, 4));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (dma < before[i].dma + before[i].pages * page && before[i].dma < dma + bytes) {
            return refuse(sim, "two descriptors overlap", dma);
        }
    }
    return SIM_OK;
}

static bool entry_is_used(const struct lwnvme_sim *sim, uint32_t index, uint64_t bytes)
{
    bool counted = sim->config.hmmaxd == 0 || index < sim->config.hmmaxd;
    return counted && bytes >= (uint64_t)sim->config.hmminds * 4096;
}

static bool take_chunk(struct lwnvme_sim *sim, struct sim_hmb *fresh, uint64_t dma, uint64_t pages)
{
    fresh->chunks[fresh->used].dma = dma;
    fresh->chunks[fresh->used].pages = pages;
    fresh->used++;
    fresh->pages += pages;
    return lwsim_segments_add(sim, &fresh->pins, dma, pages * fresh->page_bytes, LWNVME_BIDIRECTIONAL);
}

/* Reads the list into a fresh description, which is dropped if it is not right. */
static uint16_t read_list(struct lwnvme_sim *sim, struct sim_hmb *fresh, uint64_t size_pages)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < fresh->entries; i++) {
        uint8_t *entry = fresh->list + 16 * (size_t)i;
        if (!lwsim_dma(sim, fresh->list_dma + 16 * (uint64_t)i, entry, 16, false)) {
            return SIM_TRANSFER_ERROR;
        }
        uint16_t status = check_entry(sim, entry, fresh->chunks, fresh->used);
        if (status != SIM_OK) {
            return status;
        }
        uint64_t pages = lwsim_get(entry + 8, 4);
        sum += pages;
        if (sum > size_pages) {
            break;
        }
        if (entry_is_used(sim, i, pages * fresh->page_bytes) &&
            !take_chunk(sim, fresh, lwsim_get(entry, 8), pages)) {
            return SIM_TRANSFER_ERROR;
        }
    }
    if (sum != size_pages) {
        return refuse(sim, "HSIZE is not the sum of the descriptors", size_pages);
    }
    if (fresh->pages == 0) {
        return SIM_INVALID_FIELD; /* nothing in it can be used */
    }
    return lwsim_segments_add(sim, &fresh->pins, fresh->list_dma, 16 * (uint64_t)fresh->entries,
                              LWNVME_TO_DEVICE)
               ? SIM_OK
               : SIM_TRANSFER_ERROR;
}

static bool same_memory(const struct sim_hmb *old, const struct sim_hmb *fresh)
{
    return old->known && old->page_bytes == fresh->page_bytes && old->entries == fresh->entries &&
           old->pages == fresh->pages && memcmp(old->list, fresh->list, 16 * (size_t)fresh->entries) == 0;
}

/* The memory is the controller's from here. */
static void take(struct lwnvme_sim *sim, struct sim_hmb *fresh, bool returned)
{
    struct sim_hmb *hmb = sim->hmb;
    bool same = same_memory(hmb, fresh);
    if (returned && hmb->known && !same) {
        lwsim_violation(sim,
                        "Set Features, Host Memory Buffer: MR is set, but it is not the memory of before");
    }
    if (returned && same) {
        fresh->generations = hmb->generations;
        hmb->generations = NULL;
    }
    fresh->generation = hmb->generation;
    forget_content(hmb);
    free(hmb->pins.items);
    free(hmb->scratch);
    *hmb = *fresh;
    lwsim_segments_pin(sim, &hmb->pins, true);
    hmb->enabled = true;
    hmb->known = true;
    hmb->due = sim->now + sim->config.hmb_touch_us;
    if (returned && same) {
        check_all(sim, "MR is set, but the content changed");
        return;
    }
    for (uint64_t page = 0; page < hmb->pages; page++) {
        page_write(sim, page);
    }
}

static void fresh_free(struct sim_hmb *fresh)
{
    forget_content(fresh);
    free(fresh->pins.items);
    free(fresh->scratch);
}

static uint16_t check_sizes(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint64_t bytes = (uint64_t)task->sqe[12] * lwsim_page_bytes(sim);
    if (bytes < (uint64_t)sim->config.hmmin * 4096 || task->sqe[15] == 0) {
        return SIM_INVALID_FIELD;
    }
    if (task->sqe[12] > PAGES_MAX || task->sqe[15] > ENTRIES_MAX) {
        return refuse(sim, "more than this model takes", bytes);
    }
    if ((task->sqe[13] & 15u) != 0) {
        return refuse(sim, "the descriptor list is not aligned to 16 bytes", task->sqe[13]);
    }
    return SIM_OK;
}

static uint16_t enable(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_hmb fresh = {0};
    uint16_t status = check_sizes(sim, task);
    if (status != SIM_OK) {
        return status;
    }
    fresh.page_bytes = lwsim_page_bytes(sim);
    fresh.entries = task->sqe[15];
    fresh.list_dma = lwsim_pair(&task->sqe[13]);
    fresh.chunks = calloc(fresh.entries, sizeof(*fresh.chunks));
    fresh.list = calloc(fresh.entries, 16);
    fresh.generations = calloc((size_t)task->sqe[12] + 1, sizeof(*fresh.generations));
    fresh.scratch = malloc(2 * (size_t)fresh.page_bytes);
    if (fresh.chunks == NULL || fresh.list == NULL || fresh.generations == NULL || fresh.scratch == NULL) {
        fresh_free(&fresh);
        return SIM_INTERNAL_ERROR;
    }
    status = read_list(sim, &fresh, task->sqe[12]);
    if (status != SIM_OK) {
        fresh_free(&fresh);
        return status;
    }
    bool returned = (task->sqe[11] & MR) != 0;
    if (returned && same_memory(sim->hmb, &fresh)) {
        free(fresh.generations); /* those of before serve again */
        fresh.generations = NULL;
    }
    take(sim, &fresh, returned);
    return SIM_OK;
}

static uint16_t set(struct lwnvme_sim *sim, struct sim_task *task, const uint8_t *data)
{
    struct sim_hmb *hmb = sim->hmb;
    (void)data;
    if ((task->sqe[11] & EHM) != 0) {
        return hmb->enabled ? SIM_SEQUENCE_ERROR : enable(sim, task);
    }
    if (hmb->enabled) { /* dwords 12 to 15 are ignored */
        (void)list_unchanged(sim);
        check_all(sim, "somebody else wrote to it");
        let_go(sim);
    }
    return SIM_OK;
}

static uint16_t get(struct lwnvme_sim *sim, struct sim_task *task, enum sim_select select, uint8_t *data)
{
    const struct sim_hmb *hmb = sim->hmb;
    bool shown = hmb->enabled && select == SIM_SELECT_CURRENT;
    task->result = shown ? EHM : 0;
    if (shown) {
        lwsim_put(data + 0, hmb->pages, 4);
        lwsim_put(data + 4, hmb->list_dma, 8);
        lwsim_put(data + 12, hmb->entries, 4);
    }
    return SIM_OK;
}

static uint32_t data_bytes(const struct lwnvme_sim *sim, const struct sim_task *task, bool is_set)
{
    (void)sim;
    (void)task;
    return is_set ? 0 : ATTRIBUTES_BYTES;
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    sim->hmb = calloc(1, sizeof(*sim->hmb));
    return sim->hmb != NULL;
}

static void destroy(struct lwnvme_sim *sim)
{
    if (sim->hmb != NULL) {
        fresh_free(sim->hmb);
        free(sim->hmb);
    }
}

void lwsim_hmb_power_off(struct lwnvme_sim *sim)
{
    if (sim->hmb->enabled) {
        let_go(sim);
    }
    sim->hmb->known = false; /* nothing is known of what was there before */
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    if (kind == SIM_RESET_POWER) {
        lwsim_hmb_power_off(sim);
    } else if (sim->hmb->enabled) {
        let_go(sim);
    }
}

static bool has_hmb(const struct lwnvme_sim *sim)
{
    return sim->config.hmpre != 0;
}

static const struct sim_feature features[] = {
    {.fid = FID_HMB,
     .set_bits = {EHM | MR, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     .bytes = ATTRIBUTES_BYTES,
     .gate = has_hmb,
     .set = set,
     .get = get,
     .data_bytes = data_bytes},
};

const struct sim_part lwsim_hmb_part = {
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .next = next,
    .run = run,
};

uint64_t lwnvme_sim_hmb_bytes(const struct lwnvme_sim *sim)
{
    return sim->hmb->enabled ? sim->hmb->pages * sim->hmb->page_bytes : 0;
}
