/* SPDX-License-Identifier: MIT */
/*
 * Get Features and Set Features: what all features have in common, that is reserved bits, SV and SEL, the
 * namespace, the data structure, and a store of current and saved values for those that need no code of
 * their own. NVM Express Base Specification 2.1, sections 5.1.11 "Get Features command", 5.1.25 "Set Features
 * command".
 */
#include "sim_internal.h"

#define FEATURE_DATA_MAX 4096u
#define FID_CACHE        0x06

static bool is_set(const struct sim_task *task)
{
    return lwsim_opcode(task) == SIM_SET_FEATURES;
}

static uint8_t fid_of(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[10] & 0xff);
}

/* ---- the store ---- */

static void store_free(struct sim_feature_store *store)
{
    for (unsigned fid = 0; store != NULL && fid < SIM_FEATURES; fid++) {
        free(store->data[fid]);
        free(store->saved_data[fid]);
        store->data[fid] = store->saved_data[fid] = NULL;
    }
}

void lwsim_feature_forget(struct sim_namespace *ns)
{
    store_free(ns->features);
    free(ns->features);
    ns->features = NULL;
}

static uint32_t fallback_of(const struct lwnvme_sim *sim, uint8_t fid)
{
    const struct sim_feature *feature = sim->feature_table[fid];
    return feature == NULL || feature->fallback == NULL ? 0 : feature->fallback(sim);
}

/* A namespace's values, made at the first use. NULL when memory ends. */
static struct sim_feature_store *store_of(const struct lwnvme_sim *sim, struct sim_namespace *ns)
{
    if (ns->features == NULL) {
        ns->features = calloc(1, sizeof(*ns->features));
        for (unsigned fid = 0; ns->features != NULL && fid < SIM_FEATURES; fid++) {
            ns->features->dword[fid] = ns->features->saved[fid] = fallback_of(sim, (uint8_t)fid);
        }
    }
    return ns->features;
}

static bool data_keep(uint8_t **place, const uint8_t *data, uint32_t bytes)
{
    if (*place == NULL) {
        *place = calloc(1, bytes);
    }
    if (*place != NULL) {
        memcpy(*place, data, bytes);
    }
    return *place != NULL;
}

static bool store_set(struct sim_feature_store *store, const struct sim_feature *feature, uint32_t value,
                      const uint8_t *data, bool save)
{
    uint8_t fid = feature->fid;
    store->dword[fid] = value;
    if (save) {
        store->saved[fid] = value;
    }
    return data == NULL || (data_keep(&store->data[fid], data, feature->bytes) &&
                            (!save || data_keep(&store->saved_data[fid], data, feature->bytes)));
}

/* Saved values become the current ones; at the very first power-on both are the defaults. */
static void store_reset(const struct lwnvme_sim *sim, struct sim_feature_store *store)
{
    for (unsigned fid = 0; fid < SIM_FEATURES; fid++) {
        const struct sim_feature *feature = sim->feature_table[fid];
        if (feature == NULL) {
            continue;
        }
        bool keeps = feature->saveable;
        store->dword[fid] = keeps ? store->saved[fid] : fallback_of(sim, (uint8_t)fid);
        if (!keeps || store->saved_data[fid] == NULL) {
            free(store->data[fid]);
            store->data[fid] = NULL;
        } else {
            (void)data_keep(&store->data[fid], store->saved_data[fid], feature->bytes);
        }
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    bool first = kind == SIM_RESET_POWER && sim->smart.power_cycles <= 1;
    for (unsigned fid = 0; first && fid < SIM_FEATURES; fid++) {
        sim->features.saved[fid] = fallback_of(sim, (uint8_t)fid);
    }
    store_reset(sim, &sim->features);
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        if (sim->ns[i].features != NULL) {
            store_reset(sim, sim->ns[i].features);
        }
    }
}

static void destroy(struct lwnvme_sim *sim)
{
    store_free(&sim->features);
    for (uint32_t i = 0; sim->ns != NULL && i < sim->ns_slots; i++) {
        lwsim_feature_forget(&sim->ns[i]);
    }
}

uint32_t lwsim_feature_value(const struct lwnvme_sim *sim, uint8_t fid)
{
    return sim->features.dword[fid];
}

uint8_t *lwsim_feature_data(struct lwnvme_sim *sim, uint8_t fid)
{
    return sim->features.data[fid];
}

uint32_t lwsim_feature_of_namespace(const struct lwnvme_sim *sim, const struct sim_namespace *ns, uint8_t fid)
{
    return ns->features == NULL ? fallback_of(sim, fid) : ns->features->dword[fid];
}

bool lwsim_cache_on(const struct lwnvme_sim *sim)
{
    return (sim->config.vwc & 1) != 0 && (sim->features.dword[FID_CACHE] & 1) != 0;
}

/* ---- checks ---- */

static uint16_t check_bits(struct lwnvme_sim *sim, const struct sim_task *task,
                           const struct sim_feature *feature)
{
    const uint32_t *bits = is_set(task) ? feature->set_bits : feature->get_bits;
    for (unsigned i = 0; i < 5; i++) {
        uint32_t allowed = bits[i] | (i == 3 ? 0x7fu : 0); /* the UUID index */
        if ((task->sqe[11 + i] & ~allowed) != 0 && sim->config.strict_reserved) {
            lwsim_violation(sim, "%s Features %02xh: reserved bits of dword %u are set (0x%08x)",
                            is_set(task) ? "Set" : "Get", feature->fid, 11 + i, task->sqe[11 + i]);
            return SIM_INVALID_FIELD;
        }
    }
    return SIM_OK;
}

static uint16_t check_namespace(struct lwnvme_sim *sim, const struct sim_task *task,
                                const struct sim_feature *feature)
{
    uint32_t nsid = task->sqe[1];
    if (!feature->of_namespace) {
        return is_set(task) && nsid != 0 && nsid != UINT32_MAX ? SIM_NOT_NS_SPECIFIC : SIM_OK;
    }
    if (nsid == UINT32_MAX) {
        return is_set(task) && !feature->all_namespaces ? SIM_INVALID_NAMESPACE : SIM_OK;
    }
    return lwsim_namespace(sim, nsid) != NULL ? SIM_OK : SIM_INVALID_NAMESPACE;
}

static uint16_t check_feature(struct lwnvme_sim *sim, const struct sim_task *task,
                              const struct sim_feature *feature)
{
    uint16_t status = check_bits(sim, task, feature);
    bool can_save = (sim->config.oncs & SIM_ONCS_SAVE) != 0;
    uint32_t select = task->sqe[10] >> 8 & 7;
    bool selects = is_set(task) ? lwsim_feature_save(task) : select != 0;
    if (status != SIM_OK) {
        return status;
    }
    if ((selects && !can_save) || (!is_set(task) && select > SIM_SELECT_SUPPORTED)) {
        return SIM_INVALID_FIELD;
    }
    if (is_set(task) && selects && !feature->saveable) {
        return SIM_NOT_SAVEABLE;
    }
    if (is_set(task) && feature->fixed) {
        return SIM_NOT_CHANGEABLE;
    }
    return check_namespace(sim, task, feature);
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    const struct sim_feature *feature = lwsim_feature_of(sim, fid_of(task));
    if (feature == NULL) {
        return SIM_INVALID_FIELD;
    }
    bool has_uuid =
        (is_set(task) ? feature->set_bits : feature->get_bits)[3] == 0; /* or dword 14 is its own */
    uint16_t status = has_uuid ? lwsim_uuid_check(sim, task) : SIM_OK;
    if (status == SIM_OK) {
        status = check_feature(sim, task, feature);
    }
    if (status == SIM_OK && (is_set(task) || (task->sqe[10] >> 8 & 7) != SIM_SELECT_SUPPORTED)) {
        *bytes = feature->data_bytes != NULL ? feature->data_bytes(sim, task, is_set(task)) : feature->bytes;
        task->direction = is_set(task) ? LWNVME_TO_DEVICE : LWNVME_FROM_DEVICE;
    }
    return status;
}

/* ---- set and get ---- */

static uint16_t set_stored(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_feature *feature,
                           const uint8_t *data)
{
    bool save = lwsim_feature_save(task);
    bool good = true;
    if (!feature->of_namespace) {
        good = store_set(&sim->features, feature, task->sqe[11], data, save);
    }
    for (uint32_t i = 0; feature->of_namespace && i < sim->ns_slots; i++) {
        struct sim_namespace *ns = lwsim_namespace(sim, i + 1);
        if (ns != NULL && (task->sqe[1] == UINT32_MAX || task->sqe[1] == i + 1)) {
            struct sim_feature_store *store = store_of(sim, ns);
            good = good && store != NULL && store_set(store, feature, task->sqe[11], data, save);
        }
    }
    if (good && feature->changed != NULL) {
        feature->changed(sim, task);
    }
    return good ? SIM_OK : SIM_INTERNAL_ERROR;
}

static uint16_t execute_set(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_feature *feature = sim->feature_table[fid_of(task)];
    uint8_t data[FEATURE_DATA_MAX] = {0};
    const uint8_t *given = feature->bytes != 0 ? data : NULL;
    uint16_t status = SIM_OK;
    if (task->data.bytes != 0 && !lwsim_data(sim, task, data, task->data.bytes)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += task->data.bytes;
    if (feature->check != NULL) {
        status = feature->check(sim, task, given);
    }
    if (status != SIM_OK) {
        return status;
    }
    return feature->set != NULL ? feature->set(sim, task, given) : set_stored(sim, task, feature, given);
}

static uint16_t get_stored(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_feature *feature,
                           enum sim_select select, uint8_t *data)
{
    struct sim_namespace *ns = feature->of_namespace ? lwsim_namespace(sim, task->sqe[1]) : NULL;
    const struct sim_feature_store *store = ns != NULL ? ns->features : &sim->features;
    const uint8_t *stored = NULL;
    task->result = fallback_of(sim, feature->fid);
    if (store != NULL && select != SIM_SELECT_DEFAULT && (!feature->of_namespace || ns != NULL)) {
        bool saved = select == SIM_SELECT_SAVED;
        task->result = (saved ? store->saved : store->dword)[feature->fid];
        stored = (saved ? store->saved_data : store->data)[feature->fid];
    }
    if (stored != NULL) {
        memcpy(data, stored, feature->bytes);
    }
    return SIM_OK;
}

static uint16_t execute_get(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_feature *feature = sim->feature_table[fid_of(task)];
    enum sim_select select = (enum sim_select)(task->sqe[10] >> 8 & 7);
    uint8_t data[FEATURE_DATA_MAX] = {0};
    if (select == SIM_SELECT_SUPPORTED) {
        task->result =
            (feature->saveable ? 1u : 0) | (feature->of_namespace ? 2u : 0) | (feature->fixed ? 0 : 4u);
        return SIM_OK;
    }
    uint16_t status = feature->get != NULL ? feature->get(sim, task, select, data)
                                           : get_stored(sim, task, feature, select, data);
    if (status != SIM_OK || task->data.bytes == 0) {
        return status;
    }
    sim->counts.bytes_from_device += task->data.bytes;
    return lwsim_data(sim, task, data, task->data.bytes) ? SIM_OK : SIM_TRANSFER_ERROR;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_SET_FEATURES,
              true,
              SIM_POINTER_DATA,
              {0, 0, 0x800000ff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
     .prepare = prepare,
     .execute = execute_set},
    {.rule = {SIM_GET_FEATURES,
              true,
              SIM_POINTER_DATA,
              {0, 0, 0x000007ff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
     .prepare = prepare,
     .execute = execute_get},
};

const struct sim_part lwsim_feature_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .destroy = destroy,
    .reset = reset,
};
