/* SPDX-License-Identifier: MIT */
/*
 * Key value namespaces: store, retrieve, delete, exist, list. Key Value Command Set Specification 1.1, section 3.3. The key
 * is in dwords 2, 3, 14 and 15, its length in dword 11, the length of the value or of the host's memory in dword 10.
 *
 * Each pair has its value as it is and as the stable medium has it; a flush makes the two the same, and a power cut
 * goes back to the second.
 */
#include "sim_internal.h"

enum {
    STORE = 0x01,
    RETRIEVE = 0x02,
    LIST = 0x06,
    DELETE = 0x10,
    EXIST = 0x14
};

enum {
    INVALID_VALUE_SIZE = 0x085 | SIM_DNR,
    INVALID_KEY_SIZE = 0x086 | SIM_DNR,
    KEY_DOES_NOT_EXIST = 0x087 | SIM_DNR,
    UNRECOVERED_ERROR = 0x088,
    KEY_EXISTS = 0x089 | SIM_DNR
};

enum {
    MUST_EXIST = 1,
    MUST_NOT_EXIST = 2
};

#define KEY_BYTES 16u
#define FID       0x20
#define EDNEK     1u /* delete: a key that is not there is an error */

struct value {
    uint8_t *data; /* NULL: there is no such key */
    uint32_t bytes;
};

struct sim_pair {
    uint8_t key[KEY_BYTES];
    uint32_t key_bytes;
    struct value now;
    struct value stable;
    bool bad;
};

/* Never NULL but when memory ends: an empty value is a value. */
static uint8_t *copy_of(const uint8_t *data, uint32_t bytes)
{
    uint8_t *copy = malloc(bytes == 0 ? 1 : bytes);
    if (copy != NULL && bytes != 0) {
        memcpy(copy, data, bytes);
    }
    return copy;
}

static void drop(struct value *value)
{
    free(value->data);
    memset(value, 0, sizeof(*value));
}

/* ---- pairs ---- */

static int order(const struct sim_pair *pair, const uint8_t *key, uint32_t key_bytes)
{
    uint32_t common = pair->key_bytes < key_bytes ? pair->key_bytes : key_bytes;
    int difference = memcmp(pair->key, key, common);
    return difference != 0 ? difference : (int)pair->key_bytes - (int)key_bytes;
}

static struct sim_pair *find(const struct sim_namespace *ns, const uint8_t *key, uint32_t key_bytes)
{
    for (size_t i = 0; i < ns->pair_count; i++) {
        if (order(&ns->pairs[i], key, key_bytes) == 0) {
            return &ns->pairs[i];
        }
    }
    return NULL;
}

static bool is_there(const struct sim_pair *pair)
{
    return pair != NULL && pair->now.data != NULL;
}

/* A pair without a value yet, in the order that the namespace keeps. NULL when memory ends. */
static struct sim_pair *insert(const struct lwnvme_sim *sim, struct sim_namespace *ns, const uint8_t *key,
                               uint32_t key_bytes)
{
    size_t at = ns->pair_count;
    struct sim_pair *pairs = realloc(ns->pairs, (at + 1) * sizeof(*pairs));
    if (pairs == NULL) {
        return NULL;
    }
    ns->pairs = pairs;
    while (sim->config.kv.sorted && at != 0 && order(&pairs[at - 1], key, key_bytes) > 0) {
        at--;
    }
    memmove(&pairs[at + 1], &pairs[at], (ns->pair_count - at) * sizeof(*pairs));
    memset(&pairs[at], 0, sizeof(*pairs));
    memcpy(pairs[at].key, key, key_bytes);
    pairs[at].key_bytes = key_bytes;
    ns->pair_count++;
    return &pairs[at];
}

static uint64_t used_bytes(const struct sim_namespace *ns, uint64_t *keys)
{
    uint64_t bytes = 0;
    *keys = 0;
    for (size_t i = 0; i < ns->pair_count; i++) {
        if (is_there(&ns->pairs[i])) {
            bytes += ns->pairs[i].key_bytes + ns->pairs[i].now.bytes;
            ++*keys;
        }
    }
    return bytes;
}

uint64_t lwsim_kv_used(const struct sim_namespace *ns)
{
    uint64_t keys;
    return used_bytes(ns, &keys);
}

/* ---- the cache ---- */

static void remove_what_is_gone(struct sim_namespace *ns)
{
    size_t kept = 0;
    for (size_t i = 0; i < ns->pair_count; i++) {
        if (ns->pairs[i].now.data != NULL || ns->pairs[i].stable.data != NULL) {
            ns->pairs[kept++] = ns->pairs[i];
        }
    }
    ns->pair_count = kept;
}

static void follow(struct value *to, const struct value *from)
{
    drop(to);
    if (from->data != NULL) {
        to->data = copy_of(from->data, from->bytes);
        to->bytes = from->bytes;
    }
}

void lwsim_kv_flush(struct sim_namespace *ns)
{
    for (size_t i = 0; i < ns->pair_count; i++) {
        follow(&ns->pairs[i].stable, &ns->pairs[i].now);
    }
    remove_what_is_gone(ns);
}

void lwsim_kv_lose_cache(struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t odds)
{
    for (size_t i = 0; i < ns->pair_count; i++) {
        bool keep = odds != 0 && lwsim_random(sim) % 8 < odds;
        follow(keep ? &ns->pairs[i].stable : &ns->pairs[i].now,
               keep ? &ns->pairs[i].now : &ns->pairs[i].stable);
    }
    remove_what_is_gone(ns);
}

void lwsim_kv_forget(struct sim_namespace *ns)
{
    for (size_t i = 0; i < ns->pair_count; i++) {
        drop(&ns->pairs[i].now);
        drop(&ns->pairs[i].stable);
    }
    free(ns->pairs);
    ns->pairs = NULL;
    ns->pair_count = 0;
}

static void changed(const struct lwnvme_sim *sim, struct sim_namespace *ns)
{
    if (!lwsim_cache_on(sim)) {
        lwsim_kv_flush(ns);
    }
}

/* ---- commands ---- */

/* Returns its length. */
static uint32_t key_of(const struct sim_task *task, uint8_t key[KEY_BYTES])
{
    static const unsigned dwords[4] = {2, 3, 14, 15};
    for (unsigned i = 0; i < 4; i++) {
        lwsim_put(key + 4 * (size_t)i, task->sqe[dwords[i]], 4);
    }
    return task->sqe[11] & 0xff;
}

static uint16_t execute_store(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    uint32_t key_bytes = key_of(task, key);
    uint32_t bytes = task->sqe[10];
    uint32_t options = task->sqe[11] >> 8;
    struct sim_pair *pair = find(ns, key, key_bytes);
    uint64_t keys;
    uint64_t used = used_bytes(ns, &keys) + key_bytes + bytes;
    if (is_there(pair) ? (options & MUST_NOT_EXIST) != 0 : (options & MUST_EXIST) != 0) {
        return is_there(pair) ? KEY_EXISTS : KEY_DOES_NOT_EXIST;
    }
    if (is_there(pair)) {
        used -= pair->key_bytes + pair->now.bytes;
        keys--;
    }
    if (used > ns->is.nsze * ns->block_bytes || (sim->config.kv.mnks != 0 && keys >= sim->config.kv.mnks)) {
        return SIM_CAPACITY_EXCEEDED;
    }
    uint8_t *data = calloc(1, bytes == 0 ? 1 : bytes);
    if (data == NULL || !lwsim_data(sim, task, data, bytes)) {
        free(data);
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += bytes;
    pair = pair == NULL ? insert(sim, ns, key, key_bytes) : pair;
    if (pair == NULL) {
        free(data);
        return SIM_INTERNAL_ERROR;
    }
    drop(&pair->now);
    pair->now.data = data;
    pair->now.bytes = bytes;
    pair->bad = false;
    sim->sanitize.data_written = true;
    changed(sim, ns);
    return SIM_OK;
}

static uint16_t execute_retrieve(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    struct sim_pair *pair = find(ns, key, key_of(task, key));
    if (!is_there(pair)) {
        return KEY_DOES_NOT_EXIST;
    }
    if (pair->bad) {
        return UNRECOVERED_ERROR;
    }
    uint32_t bytes = pair->now.bytes < task->sqe[10] ? pair->now.bytes : task->sqe[10];
    sim->counts.bytes_from_device += bytes;
    task->result = pair->now.bytes;
    return lwsim_data(sim, task, pair->now.data, bytes) ? SIM_OK : SIM_TRANSFER_ERROR;
}

static uint16_t execute_delete(const struct lwnvme_sim *sim, struct sim_namespace *ns,
                               const struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    struct sim_pair *pair = find(ns, key, key_of(task, key));
    if (!is_there(pair)) {
        bool error = ns->features != NULL && (ns->features->dword[FID] & EDNEK) != 0;
        return error ? KEY_DOES_NOT_EXIST : SIM_OK;
    }
    drop(&pair->now);
    changed(sim, ns);
    return SIM_OK;
}

/* The first pair of a list: the key, or the next one; where there is no order, the very first instead. */
static size_t list_begin(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                         const struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    uint32_t key_bytes = key_of(task, key);
    for (size_t i = 0; i < ns->pair_count; i++) {
        int difference = order(&ns->pairs[i], key, key_bytes);
        if (sim->config.kv.sorted ? difference >= 0 : difference == 0) {
            return i;
        }
    }
    return sim->config.kv.sorted ? ns->pair_count : 0;
}

/* A number of keys, then for each its length (2 bytes) and its bytes, filled up to whole dwords. */
static uint16_t execute_list(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task)
{
    uint32_t room = task->sqe[10];
    uint8_t *list = calloc(1, room);
    uint32_t count = 0;
    uint32_t at = 4;
    for (size_t i = list_begin(sim, ns, task); list != NULL && i < ns->pair_count; i++) {
        const struct sim_pair *pair = &ns->pairs[i];
        uint32_t bytes = (pair->key_bytes + 5u) / 4u * 4u;
        if (!is_there(pair)) {
            continue;
        }
        if (bytes > room - at) {
            break;
        }
        lwsim_put(list + at, pair->key_bytes, 2);
        memcpy(list + at + 2, pair->key, pair->key_bytes);
        at += bytes;
        count++;
    }
    if (list == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    lwsim_put(list, count, 4);
    sim->counts.bytes_from_device += at;
    bool good = lwsim_data(sim, task, list, at);
    free(list);
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}

/* ---- both steps ---- */

/* clang-format off */
static const struct sim_rule rules[] = {
    {SIM_FLUSH, true, SIM_POINTER_NONE, {0, 0, 0, 0, 0, 0, 0, 0}},
    {STORE, true, SIM_POINTER_DATA, {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0x7ff, 0, 0, UINT32_MAX, UINT32_MAX}},
    {RETRIEVE, true, SIM_POINTER_DATA, {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0x1ff, 0, 0, UINT32_MAX, UINT32_MAX}},
    {LIST, true, SIM_POINTER_DATA, {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0xff, 0, 0, UINT32_MAX, UINT32_MAX}},
    {DELETE, true, SIM_POINTER_NONE, {UINT32_MAX, UINT32_MAX, 0, 0xff, 0, 0, UINT32_MAX, UINT32_MAX}},
    {EXIST, true, SIM_POINTER_NONE, {UINT32_MAX, UINT32_MAX, 0, 0xff, 0, 0, UINT32_MAX, UINT32_MAX}},
};
/* clang-format on */

/* All but reservations. */
bool lwsim_kv_takes(struct lwnvme_sim *sim, const struct sim_task *task)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, task->sqe[1]);
    uint8_t opcode = lwsim_opcode(task);
    return ns != NULL && ns->is.csi == 1 && opcode != SIM_RESERVATION_REGISTER &&
           opcode != SIM_RESERVATION_REPORT && opcode != SIM_RESERVATION_ACQUIRE &&
           opcode != SIM_RESERVATION_RELEASE;
}

const struct sim_rule *lwsim_kv_rule(uint8_t opcode)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].opcode == opcode) {
            return &rules[i];
        }
    }
    return NULL;
}

static uint16_t check_key(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    uint32_t bytes = key_of(task, key);
    if (bytes > KEY_BYTES) {
        return SIM_INVALID_FIELD;
    }
    for (uint32_t i = bytes; i < KEY_BYTES && sim->config.strict_reserved; i++) {
        if (key[i] != 0) {
            lwsim_violation(sim, "key value: bytes of the key beyond its length of %u are set", bytes);
            return SIM_INVALID_FIELD;
        }
    }
    if (bytes == 0) {
        return lwsim_opcode(task) == LIST ? SIM_OK : INVALID_KEY_SIZE;
    }
    return bytes > sim->config.kv.kvkml ? INVALID_KEY_SIZE : SIM_OK;
}

uint16_t lwsim_kv_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                          uint64_t *bytes)
{
    uint8_t opcode = lwsim_opcode(task);
    bool writes = opcode == STORE || opcode == DELETE;
    uint16_t status = check_key(sim, task);
    if (status == SIM_OK && writes && ((ns->is.nsattr & 1) != 0 || ns->protection != 0)) {
        return SIM_WRITE_PROTECTED;
    }
    if (status != SIM_OK || opcode == DELETE || opcode == EXIST) {
        return status;
    }
    task->direction = writes ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
    *bytes = task->sqe[10];
    if (opcode == STORE && (task->sqe[11] >> 8 & 3) == (MUST_EXIST | MUST_NOT_EXIST)) {
        return SIM_INVALID_FIELD;
    }
    if (opcode == STORE && *bytes > sim->config.kv.kvvml) {
        return INVALID_VALUE_SIZE;
    }
    if (opcode == LIST && *bytes < 4) {
        return SIM_INVALID_FIELD;
    }
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    bool limited = sim->config.mdts != 0 && sim->config.mdts < 32;
    return limited && *bytes > page << sim->config.mdts ? SIM_INVALID_FIELD : SIM_OK;
}

uint16_t lwsim_kv_execute(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    uint8_t key[KEY_BYTES];
    switch (lwsim_opcode(task)) {
    case STORE:
        return execute_store(sim, ns, task);
    case RETRIEVE:
        return execute_retrieve(sim, ns, task);
    case LIST:
        return execute_list(sim, ns, task);
    case DELETE:
        return execute_delete(sim, ns, task);
    default:
        return is_there(find(ns, key, key_of(task, key))) ? SIM_OK : KEY_DOES_NOT_EXIST;
    }
}

bool lwsim_kv_reads(uint8_t opcode)
{
    return opcode == RETRIEVE || opcode == LIST || opcode == EXIST;
}

/* ---- past the driver ---- */

static struct sim_pair *pair_at(struct lwnvme_sim *sim, uint32_t nsid, const void *key, size_t key_bytes)
{
    const struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    struct sim_pair *pair =
        ns == NULL || key_bytes > KEY_BYTES ? NULL : find(ns, (const uint8_t *)key, (uint32_t)key_bytes);
    return is_there(pair) ? pair : NULL;
}

const void *lwnvme_sim_kv_value(struct lwnvme_sim *sim, uint32_t nsid, const void *key, size_t key_bytes,
                                size_t *value_bytes)
{
    const struct sim_pair *pair = pair_at(sim, nsid, key, key_bytes);
    *value_bytes = pair == NULL ? 0 : pair->now.bytes;
    return pair == NULL ? NULL : pair->now.data;
}

bool lwnvme_sim_kv_spoil(struct lwnvme_sim *sim, uint32_t nsid, const void *key, size_t key_bytes)
{
    struct sim_pair *pair = pair_at(sim, nsid, key, key_bytes);
    if (pair != NULL) {
        pair->bad = true;
    }
    return pair != NULL;
}

static bool has_set(const struct lwnvme_sim *sim)
{
    return (sim->config.cap_css & 0x40) != 0 && (sim->config.command_sets & 2) != 0;
}

static const struct sim_feature features[] = {
    {.fid = FID, .saveable = true, .of_namespace = true, .set_bits = {EDNEK}, .gate = has_set},
};

const struct sim_part lwsim_kv_part = {
    .features = features,
    .feature_count = sizeof(features) / sizeof(features[0]),
};
