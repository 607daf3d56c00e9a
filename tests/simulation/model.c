/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILLING UINT64_C(0xa55a5aa5c33c3cc3)

/* ---- blocks in memory ---- */

static uint64_t mix(uint64_t content)
{
    content ^= content >> 31;
    return content * UINT64_C(0x9e3779b97f4a7c15);
}

static void word_set(void *block, size_t at, uint64_t value)
{
    memcpy((uint8_t *)block + at, &value, sizeof(value));
}

static uint64_t word_get(const void *block, size_t at)
{
    uint64_t value;
    memcpy(&value, (const uint8_t *)block + at, sizeof(value));
    return value;
}

void model_block_mark(void *block, size_t bytes, uint64_t content)
{
    word_set(block, 0, content);
    word_set(block, 8, mix(content));
    word_set(block, bytes / 2, mix(content) ^ FILLING);
    word_set(block, bytes - 16, ~content);
    word_set(block, bytes - 8, content);
}

void model_block_fill(void *block, size_t bytes, uint64_t content)
{
    if (content == 0 || content == MODEL_ONES) {
        memset(block, content == 0 ? 0 : 0xff, bytes);
        return;
    }
    for (size_t at = 0; at < bytes; at += 8) {
        word_set(block, at, FILLING);
    }
    model_block_mark(block, bytes, content);
}

void model_block_spoil(void *block, size_t bytes)
{
    word_set(block, 0, 0x5011ed5011edu);
    word_set(block, bytes / 2, 1);
    word_set(block, bytes - 8, 2);
}

uint64_t model_block_content(const void *block, size_t bytes)
{
    uint64_t content = word_get(block, 0);
    uint64_t middle = word_get(block, bytes / 2);
    if (content == 0 || content == MODEL_ONES) {
        bool same = word_get(block, 8) == content && middle == content &&
                    word_get(block, bytes - 16) == content && word_get(block, bytes - 8) == content;
        return same ? content : MODEL_ANY;
    }
    bool same = word_get(block, 8) == mix(content) && middle == (mix(content) ^ FILLING) &&
                word_get(block, bytes - 16) == ~content && word_get(block, bytes - 8) == content;
    return same ? content : MODEL_ANY;
}

bool model_block_whole(const void *block, size_t bytes, uint64_t content)
{
    uint64_t right[512];
    if (bytes > sizeof(right)) {
        return false;
    }
    model_block_fill(right, bytes, content);
    return memcmp(right, block, bytes) == 0;
}

/* ---- life ---- */

void model_create(struct model *model)
{
    memset(model, 0, sizeof(*model));
    model->writes = calloc(MODEL_WRITES, sizeof(*model->writes));
    model->moment = 1;
    if (model->writes == NULL) {
        abort();
    }
}

void model_space_create(struct model *model, uint32_t space, uint64_t block_count, uint64_t content)
{
    struct model_space *s = &model->spaces[space];
    free(s->blocks);
    free(s->dirty);
    s->blocks = calloc((size_t)block_count, sizeof(*s->blocks));
    s->dirty = calloc((size_t)block_count, sizeof(*s->dirty));
    s->block_count = block_count;
    s->dirty_count = 0;
    if (s->blocks == NULL || s->dirty == NULL) {
        abort();
    }
    for (uint64_t lba = 0; lba < block_count; lba++) {
        s->blocks[lba].content[0] = content;
        s->blocks[lba].count = 1;
    }
}

void model_destroy(struct model *model)
{
    for (uint32_t i = 0; i < MODEL_SPACES; i++) {
        free(model->spaces[i].blocks);
        free(model->spaces[i].dirty);
    }
    free(model->writes);
    memset(model, 0, sizeof(*model));
}

uint64_t model_content(struct model *model, uint32_t space, uint64_t lba, bool atomic)
{
    struct model_write *write = &model->writes[++model->serial % MODEL_WRITES];
    memset(write, 0, sizeof(*write));
    write->serial = model->serial;
    write->space = space;
    write->lba = lba;
    write->atomic = atomic;
    return model->serial << MODEL_SHIFT;
}

static struct model_write *write_of(const struct model *model, uint64_t content)
{
    uint64_t serial = content >> MODEL_SHIFT;
    struct model_write *write = &model->writes[serial % MODEL_WRITES];
    return content != 0 && content < MODEL_ANY && write->serial == serial ? write : NULL;
}

bool model_at_home(const struct model *model, uint32_t space, uint64_t lba, uint64_t content)
{
    const struct model_write *write = write_of(model, content);
    return write != NULL && write->space == space &&
           write->lba + (content & ((1u << MODEL_SHIFT) - 1)) == lba;
}

static struct model_block *block_of(const struct model *model, const struct model_span *span, uint32_t i)
{
    return &model->spaces[span->space].blocks[span->lba + i];
}

static uint64_t content_of(const struct model_span *span, uint32_t i)
{
    return span->contents != NULL ? span->contents[i] : span->content + (uint64_t)i * span->step;
}

/* Versions that cannot be seen any more are forgotten. */
static void prune(struct model_block *block)
{
    uint8_t first = block->cut < block->now ? block->cut : block->now;
    if (block->readers != 0 && block->seen < first) {
        first = block->seen;
    }
    if (first == 0) {
        return;
    }
    for (uint8_t i = first; i < block->count; i++) {
        block->content[i - first] = block->content[i];
        block->acked[i - first] = block->acked[i];
    }
    block->count = (uint8_t)(block->count - first);
    block->now = (uint8_t)(block->now - first);
    block->cut = (uint8_t)(block->cut - first);
    block->seen = (uint8_t)(block->seen < first ? 0 : block->seen - first);
}

static void list_block(struct model_space *space, uint64_t lba)
{
    struct model_block *block = &space->blocks[lba];
    if (!block->listed) {
        block->listed = true;
        space->dirty[space->dirty_count++] = (uint32_t)lba;
    }
}

/* ---- what may be done ---- */

bool model_may_write(const struct model *model, const struct model_span *span, bool crowded)
{
    for (uint32_t i = 0; i < span->count; i++) {
        const struct model_block *block = block_of(model, span, i);
        if (block->count == MODEL_VERSIONS || block->pinned != 0 || block->writers > 2 ||
            (block->writers != 0 && !crowded)) {
            return false;
        }
    }
    return true;
}

bool model_may_read(const struct model *model, const struct model_span *span)
{
    for (uint32_t i = 0; i < span->count; i++) {
        if (block_of(model, span, i)->readers == UINT8_MAX) {
            return false;
        }
    }
    return true;
}

bool model_idle(const struct model *model, const struct model_span *span)
{
    for (uint32_t i = 0; i < span->count; i++) {
        const struct model_block *block = block_of(model, span, i);
        if (block->readers != 0 || block->writers != 0) {
            return false;
        }
    }
    return true;
}

void model_pin(struct model *model, const struct model_span *span, bool pin)
{
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        block->pinned = (uint8_t)(block->pinned + (pin ? 1 : -1));
    }
}

bool model_certain(const struct model *model, uint32_t space, uint64_t lba, uint64_t *content)
{
    const struct model_block *block = &model->spaces[space].blocks[lba];
    *content = block->content[block->count - 1];
    return block->writers == 0 && block->now + 1 == block->count && *content != MODEL_ANY;
}

/* ---- writes ---- */

/* Which of several writes under way is the last is not known, so neither is atomic to those who look on. */
static void note_overlap(struct model *model, struct model_block *block)
{
    block->mixed = true;
    for (uint8_t i = 0; i < block->count; i++) {
        struct model_write *write = block->acked[i] == 0 ? write_of(model, block->content[i]) : NULL;
        if (write != NULL) {
            write->atomic = false;
        }
    }
}

void model_write_begin(struct model *model, const struct model_span *span)
{
    model->moment++;
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        block->content[block->count] = content_of(span, i);
        block->acked[block->count++] = 0;
        if (block->writers++ != 0) {
            note_overlap(model, block);
        }
        block->changed = model->moment;
        block->lost = false;
        list_block(&model->spaces[span->space], span->lba + i);
    }
}

static uint8_t find_open(const struct model_block *block, uint64_t content)
{
    for (uint8_t i = block->count; i != 0; i--) {
        if (block->content[i - 1] == content && block->acked[i - 1] == 0) {
            return (uint8_t)(i - 1);
        }
    }
    return UINT8_MAX;
}

static void drop(struct model_block *block, uint8_t at)
{
    for (uint8_t i = at; i + 1 < block->count; i++) {
        block->content[i] = block->content[i + 1];
        block->acked[i] = block->acked[i + 1];
    }
    block->count--;
    block->now = (uint8_t)(block->now - (block->now > at ? 1 : 0));
    block->cut = (uint8_t)(block->cut - (block->cut > at ? 1 : 0));
    block->seen = (uint8_t)(block->seen - (block->seen > at ? 1 : 0));
}

/* Version `at` is known to have been written. */
static void acknowledge(struct model *model, struct model_block *block, uint8_t at, bool durable,
                        uint32_t powered)
{
    if (!durable && powered != model->powered) {
        return; /* a power cut may have taken it back already */
    }
    block->acked[at] = model->moment;
    if (block->mixed) {
        return;
    }
    block->now = at > block->now ? at : block->now;
    if (durable && at > block->cut) {
        block->cut = at;
    }
}

void model_write_end(struct model *model, const struct model_span *span, enum model_outcome outcome,
                     bool durable, uint32_t powered)
{
    model->moment++;
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        uint8_t at = find_open(block, content_of(span, i));
        block->writers--;
        block->changed = model->moment;
        block->lost = block->lost && (outcome == MODEL_NEVER || !model->again);
        if (at == UINT8_MAX) {
            continue; /* a read has shown that it is not there */
        }
        if (outcome == MODEL_NEVER) {
            drop(block, at);
        } else if (outcome == MODEL_DONE) {
            acknowledge(model, block, at, durable, powered);
        }
        prune(block);
    }
}

void model_copy_doubt(struct model *model, const struct model_span *span, uint64_t *contents)
{
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        uint8_t at = find_open(block, content_of(span, i));
        if (at != UINT8_MAX) {
            block->content[at] = MODEL_ANY;
            contents[i] = MODEL_ANY;
        }
    }
}

void model_append_end(struct model *model, const struct model_span *span, bool durable, uint32_t powered)
{
    model_write_begin(model, span);
    model_write_end(model, span, MODEL_DONE, durable, powered);
}

void model_append_unknown(struct model *model, const struct model_span *span)
{
    struct model_write *write = write_of(model, span->content);
    if (write != NULL) {
        write->place = (span->lba + 1) * MODEL_SPACES + span->space;
    }
}

/* ---- reads ---- */

uint32_t model_read_begin(struct model *model, const struct model_span *span)
{
    model->moment++;
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        if (block->readers++ == 0) {
            block->seen = block->now;
        }
    }
    return model->moment;
}

/* After a power cut: writes of which some is there, writes of which some is not. */
static void note_survival(struct model *model, const struct model_span *span, uint32_t i, uint8_t at)
{
    const struct model_block *block = block_of(model, span, i);
    for (uint8_t k = at; k < block->count; k++) {
        if (model_at_home(model, span->space, span->lba + i, block->content[k])) {
            struct model_write *write = write_of(model, block->content[k]);
            write->present = write->present || k == at;
            write->old = write->old || k != at;
        }
    }
}

/* Version `at` is what is there, and nothing was under way: the others from `now` on are not. */
static void settle(struct model *model, struct model_block *block, uint8_t at)
{
    if (block->mixed && !block->lost) {
        uint64_t content = block->content[at];
        uint32_t acked = block->acked[at];
        drop(block, at);
        at = block->count++;
        block->content[at] = content;
        block->acked[at] = acked;
        block->mixed = false;
    }
    block->now = at;
    block->count = (uint8_t)(at + 1);
    if (block->acked[at] == 0) {
        block->acked[at] = model->moment;
    }
    if (block->lost) {
        block->cut = at;
        block->lost = false;
        block->mixed = false;
    }
    block->cut = block->cut > at ? at : block->cut;
}

static bool blame(struct model *model, const struct model_span *span, uint32_t i, uint64_t content)
{
    const struct model_block *block = block_of(model, span, i);
    int used = snprintf(model->why, sizeof(model->why), "namespace %u block %llu reads %llx, not one of",
                        span->space + 1, (unsigned long long)(span->lba + i), (unsigned long long)content);
    for (uint8_t k = 0; k < block->count && used > 0 && (size_t)used < sizeof(model->why); k++) {
        used += snprintf(model->why + used, sizeof(model->why) - (size_t)used, " %s%llx%s",
                         k == block->cut ? "cut:" : "", (unsigned long long)block->content[k],
                         k == block->now ? ":now" : "");
    }
    return false;
}

/* An append without an answer that has gone to this zone, after all. */
static bool late_append(struct model *model, const struct model_span *span, uint64_t content)
{
    const struct model_write *write = write_of(model, content);
    return write != NULL && write->place != 0 && write->place % MODEL_SPACES == span->space &&
           write->place / MODEL_SPACES - 1 <= span->lba;
}

static bool check_block(struct model *model, const struct model_span *span, uint32_t i, uint64_t content,
                        uint32_t began)
{
    struct model_block *block = block_of(model, span, i);
    bool still = block->writers == 0 && block->changed < began;
    uint8_t first = still ? block->now : block->seen;
    uint8_t at = block->count;
    model->checks++;
    while (at > first && block->content[at - 1] != content) {
        at--;
    }
    for (uint8_t k = block->count; at == first && k > first; k--) {
        if (block->content[k - 1] == MODEL_ANY && content != MODEL_ANY) {
            at = k;
            block->content[k - 1] = content;
        }
    }
    if (at == first && still && block->count < MODEL_VERSIONS && late_append(model, span, content)) {
        block->content[block->count] = content;
        block->acked[block->count] = 0;
        at = ++block->count;
        list_block(&model->spaces[span->space], span->lba + i);
    }
    if (at == first) {
        return blame(model, span, i, content);
    }
    if (still) {
        if (block->lost && !block->mixed) {
            note_survival(model, span, i, (uint8_t)(at - 1));
        }
        settle(model, block, (uint8_t)(at - 1));
    }
    return true;
}

bool model_read_end(struct model *model, const struct model_span *span, const uint64_t *contents,
                    uint32_t began)
{
    bool good = true;
    model->moment++;
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        if (contents != NULL) {
            good = good && check_block(model, span, i, contents[i], began);
        }
        block->readers--;
        prune(block);
    }
    return good;
}

bool model_may_differ(const struct model *model, const struct model_span *span, const uint64_t *contents,
                      uint32_t began)
{
    for (uint32_t i = 0; i < span->count; i++) {
        const struct model_block *block = block_of(model, span, i);
        uint64_t certain;
        if (block->changed >= began || !model_certain(model, span->space, span->lba + i, &certain) ||
            certain != contents[i]) {
            return true;
        }
    }
    return false;
}

/* ---- flushes, power ---- */

uint32_t model_flush_begin(struct model *model)
{
    return ++model->moment;
}

void model_flush_end(struct model *model, uint32_t space, uint32_t began, uint32_t powered)
{
    struct model_space *s = &model->spaces[space];
    uint32_t kept = 0;
    model->moment++;
    for (uint32_t i = 0; i < s->dirty_count; i++) {
        struct model_block *block = &s->blocks[s->dirty[i]];
        for (uint8_t k = block->count; k > block->cut + 1 && !block->mixed; k--) {
            if (block->acked[k - 1] > powered && block->acked[k - 1] < began) {
                block->cut = (uint8_t)(k - 1);
                block->now = block->now < block->cut ? block->cut : block->now;
            }
        }
        prune(block);
        if (block->count == 1 && block->writers == 0) {
            block->listed = false;
        } else {
            s->dirty[kept++] = s->dirty[i];
        }
    }
    s->dirty_count = kept;
}

void model_power_cut(struct model *model)
{
    model->powered = ++model->moment;
    for (uint32_t space = 0; space < MODEL_SPACES; space++) {
        struct model_space *s = &model->spaces[space];
        for (uint32_t i = 0; i < s->dirty_count; i++) {
            struct model_block *block = &s->blocks[s->dirty[i]];
            block->now = block->cut;
            block->seen = block->seen < block->now ? block->seen : block->now;
            block->lost = true;
            block->changed = model->moment;
        }
    }
    model->moment++;
}

bool model_atomic_check(struct model *model)
{
    for (uint32_t i = 0; i < MODEL_WRITES; i++) {
        struct model_write *write = &model->writes[i];
        if (write->atomic && write->old && write->present && model->why[0] == 0) {
            (void)snprintf(model->why, sizeof(model->why), "write %llx has survived a power cut in part",
                           (unsigned long long)(write->serial << MODEL_SHIFT));
        }
        write->old = false;
        write->present = false;
    }
    return model->why[0] == 0;
}

void model_set(struct model *model, const struct model_span *span)
{
    model->moment++;
    for (uint32_t i = 0; i < span->count; i++) {
        struct model_block *block = block_of(model, span, i);
        bool listed = block->listed;
        memset(block, 0, sizeof(*block));
        block->listed = listed;
        block->content[0] = content_of(span, i);
        block->count = 1;
        block->changed = model->moment;
    }
}
