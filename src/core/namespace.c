/* SPDX-License-Identifier: MIT */
/*
 * Namespaces: which there are, and what each looks like. Everything a controller says about one is checked
 * here, before a single block is read by it; a namespace that fails a check is filled in as far as it goes,
 * says why, and leaves the others alone.
 *
 * Controller owner's context. Steps follow each other in the callbacks of the admin queue; the data are
 * private copies in the caller's own struct.
 */
#include "core.h"

#define LWNVME_BLOCK_SHIFT_MIN 9u
#define LWNVME_BLOCK_SHIFT_MAX 16u
#define LWNVME_LIST_MAX        1024u
#define LWNVME_PROBE_MAX       65536u      /* identifiers that are tried where there is no list */
#define LWNVME_NSID_LAST       0xfffffffeu /* the highest that a namespace can have */

/* Identify, a whole page to `data`. */
int lwnvme_identify_send(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t cns,
                         uint32_t nsid, uint8_t *data)
{
    struct lwnvme_command *command = lwnvme_command_begin(request, LWNVME_ADMIN_IDENTIFY);

    command->nsid = nsid;
    command->cdw10 = lwnvme_field_put(cns, LWNVME_IDENTIFY_CDW10_CNS);
    return lwnvme_page_send(controller, request, data, LWNVME_PAGE_MIN);
}

#if !LWNVME_CONFIG_BOOT
/* The structure of one command set, of a namespace or (nsid 0) of the controller, to what `ns` has for that; then `done`. */
int lwnvme_identify_set(struct lwnvme_namespace *ns, uint32_t cns, uint32_t csi,
                        void (*done)(struct lwnvme_request *request))
{
    struct lwnvme_command *command = lwnvme_command_begin(&ns->request, LWNVME_ADMIN_IDENTIFY);

    command->nsid = cns == LWNVME_CNS_COMMAND_SET_NAMESPACE ? ns->nsid : 0;
    command->cdw10 = lwnvme_field_put(cns, LWNVME_IDENTIFY_CDW10_CNS);
    command->cdw11 = lwnvme_field_put(csi, LWNVME_IDENTIFY_CDW11_CSI);
    ns->request.done = done;
    ns->request.context = ns;
    return lwnvme_page_send(ns->controller, &ns->request, ns->data, LWNVME_PAGE_MIN);
}

static bool lwnvme_knows_cns(const struct lwnvme_controller *controller, uint32_t version)
{
    return controller->info.version >= version && (controller->quirks & LWNVME_QUIRK_IDENTIFY_CNS_1) == 0;
}

/* An identifier of all zeros or all ones is none. */
static bool lwnvme_identifier_is_set(const uint8_t *bytes, uint32_t length)
{
    uint8_t all_ones = 0xff;
    uint8_t any = 0;
    uint32_t index;

    for (index = 0; index < length; index++) {
        all_ones &= bytes[index];
        any |= bytes[index];
    }
    return any != 0 && all_ones != 0xff;
}

#endif

/* The list of LBA formats, and which one is in use. */
static int lwnvme_formats_read(struct lwnvme_namespace *ns, const struct lwnvme_identify_namespace *data)
{
    uint32_t count = data->nlbaf + 1u + data->nulbaf;
    uint32_t current = data->flbas & 15u;
#if !LWNVME_CONFIG_BOOT
    uint32_t index;
#endif

    if (count > 16u) /* those with attributes of their own come last */
        current |= (data->flbas >> 5 & 3u) << 4;
    if (count > LWNVME_LBA_FORMATS_MAX)
        count = LWNVME_LBA_FORMATS_MAX;
#if !LWNVME_CONFIG_BOOT
    ns->format_count = (uint8_t)count;
    ns->format_index = (uint8_t)current;
    for (index = 0; index < count; index++) {
        ns->formats[index].metadata_bytes = lwnvme_le16_get(&data->lbaf[index].ms);
        ns->formats[index].block_shift = data->lbaf[index].lbads;
        ns->formats[index].relative_performance = data->lbaf[index].rp & 3u;
    }
#endif
    if (current >= count)
        return LWNVME_ERR_NS_FORMAT;
#if LWNVME_CONFIG_BOOT
    ns->metadata_bytes = lwnvme_le16_get(&data->lbaf[current].ms);
    ns->block_shift = data->lbaf[current].lbads;
#else
    ns->metadata_bytes = ns->formats[current].metadata_bytes;
    ns->block_shift = ns->formats[current].block_shift;
#endif
    if (ns->block_shift < LWNVME_BLOCK_SHIFT_MIN || ns->block_shift > LWNVME_BLOCK_SHIFT_MAX)
        return LWNVME_ERR_NS_BLOCK_SIZE;
    ns->block_bytes = 1u << ns->block_shift;
    return LWNVME_OK;
}

#if !LWNVME_CONFIG_BOOT
/* Where an identifier goes: descriptors have a type, a length and a value. */
struct lwnvme_identifier {
    uint16_t value; /* in struct lwnvme_namespace, as is has; 0: there is no such member */
    uint16_t has;
    uint8_t type;
    uint8_t length;
};

#define LWNVME_IDENTIFIER(name, kind)                                                                        \
    {                                                                                                        \
        (uint16_t) offsetof(struct lwnvme_namespace, name),                                                  \
            (uint16_t)offsetof(struct lwnvme_namespace, has_##name), LWNVME_NIDT_##kind,                     \
            LWNVME_NIDT_##kind##_BYTES                                                                       \
    }

static const struct lwnvme_identifier lwnvme_identifiers[] = {
    LWNVME_IDENTIFIER(eui64, EUI64),
    LWNVME_IDENTIFIER(nguid, NGUID),
    LWNVME_IDENTIFIER(uuid, UUID),
    {(uint16_t)offsetof(struct lwnvme_namespace, csi), 0, LWNVME_NIDT_CSI, LWNVME_NIDT_CSI_BYTES},
};

void lwnvme_identifier_take(struct lwnvme_namespace *ns, uint32_t type, uint32_t length, const uint8_t *value)
{
    const struct lwnvme_identifier *kind;

    for (kind = lwnvme_identifiers;
         kind < lwnvme_identifiers + sizeof(lwnvme_identifiers) / sizeof(lwnvme_identifiers[0]); kind++) {
        if (kind->type != type || kind->length != length ||
            (kind->has != 0 && (ns->controller->quirks & LWNVME_QUIRK_ODD_IDENTIFIERS) != 0))
            continue;
        memcpy((uint8_t *)ns + kind->value, value, length);
        if (kind->has != 0)
            *((bool *)ns + kind->has) = lwnvme_identifier_is_set(value, length);
    }
}

#endif

/* What can be done with a namespace whose format is known; sets the limits that requests are split by. */
static int lwnvme_geometry_check(struct lwnvme_namespace *ns, const struct lwnvme_identify_namespace *data)
{
    const struct lwnvme_controller_info *info = &ns->controller->info;

    if (((uint32_t)(ns->block_count >> 32) >> (32u - ns->block_shift)) != 0)
        return LWNVME_ERR_NS_SIZE;
    if (ns->capacity_blocks == 0)
        return LWNVME_ERR_NS_CAPACITY;
    if (ns->capacity_blocks > ns->block_count) {
        lwnvme_tell(ns->controller, LWNVME_TOPIC_CAPACITY, ns->nsid);
        ns->capacity_blocks = ns->block_count;
    }
    if (LWNVME_EXTENSION(ns->dress) == NULL && (ns->metadata_bytes != 0 || ns->protection_type != 0))
        return LWNVME_ERR_NS_METADATA;
    ns->max_blocks =
        info->max_transfer_bytes >> ns->block_shift; /* 16 MiB in blocks of 512 bytes fit in NLB */
    if (ns->max_blocks == 0)
        return LWNVME_ERR_NS_TRANSFER_SIZE;
    if (LWNVME_CONFIG_BOOT == 0)
        ns->boundary_blocks = lwnvme_le16_get(&data->noiob);
    return LWNVME_OK;
}

#if !LWNVME_CONFIG_BOOT
/* ONCS, and the commands that are there without their bit in it since they have told a limit of their own. */
static uint32_t lwnvme_oncs(const struct lwnvme_controller *controller)
{
    const struct lwnvme_identify_nvm_controller *limits =
        (const struct lwnvme_identify_nvm_controller *)(const void *)controller->command_limits;
    uint32_t oncs = controller->info.oncs;

    if (limits->vsl != 0)
        oncs |= LWNVME_ONCS_VERIFY;
    if (limits->wzsl != 0 && (controller->quirks & LWNVME_QUIRK_NO_WRITE_ZEROES) == 0)
        oncs |= LWNVME_ONCS_WRITE_ZEROES;
    if (limits->wusl != 0)
        oncs |= LWNVME_ONCS_WRITE_UNCORRECTABLE;
    if ((limits->dmrl | lwnvme_le32_get(&limits->dmrsl) | lwnvme_le64_get(&limits->dmsl)) != 0)
        oncs |= LWNVME_ONCS_DATASET_MANAGEMENT;
    return oncs;
}
#endif

static int lwnvme_namespace_decode(struct lwnvme_namespace *ns, const struct lwnvme_identify_namespace *data)
{
    int status;

    ns->block_count = lwnvme_le64_get(&data->nsze);
    if (ns->block_count == 0)
        return LWNVME_ERR_NS_INACTIVE;
    ns->capacity_blocks = lwnvme_le64_get(&data->ncap);
    ns->protection_type = data->dps & 7u;
    ns->read_only = (data->nsattr & 1u) != 0;
#if !LWNVME_CONFIG_BOOT
    ns->used_blocks = lwnvme_le64_get(&data->nuse);
    ns->protection_first = (data->dps & LWNVME_DPS_PIP) != 0;
    ns->metadata_interleaved = (data->flbas & LWNVME_FLBAS_MTELBA) != 0;
    ns->oncs = lwnvme_oncs(ns->controller);
    memcpy(ns->told, data, sizeof(ns->told));
    lwnvme_identifier_take(ns, LWNVME_NIDT_EUI64, LWNVME_NIDT_EUI64_BYTES, data->eui64);
    lwnvme_identifier_take(ns, LWNVME_NIDT_NGUID, LWNVME_NIDT_NGUID_BYTES, data->nguid);
#endif
    status = lwnvme_formats_read(ns, data);
    return status != LWNVME_OK ? status : lwnvme_geometry_check(ns, data);
}

#if LWNVME_CONFIG_BOOT
static void lwnvme_namespace_identified(struct lwnvme_request *request)
{
    struct lwnvme_namespace *ns = (struct lwnvme_namespace *)request->context;

    ns->incarnation = ns->controller->incarnation;
    ns->status = request->status;
    if (ns->status == LWNVME_OK)
        ns->status = lwnvme_namespace_decode(ns, (const struct lwnvme_identify_namespace *)request->copy);
}
#else
/* Lets the I/O of a namespace that can be used, of which no command has to be split or looked at, take the straight
 * path. */
void lwnvme_straight_allow(struct lwnvme_namespace *ns)
{
    ns->straight_blocks =
        ns->status == LWNVME_OK && ns->boundary_blocks == 0 && LWNVME_EXTENSION(ns->dress) == NULL
            ? ns->max_blocks
            : 0;
    if (ns->straight_blocks > ns->block_count)
        ns->straight_blocks = (uint32_t)ns->block_count;
    ns->straight_last = ns->block_count - ns->straight_blocks;
    ns->straight_nsid = (uint64_t)ns->nsid << 32;
}

/* The list ends at a type of 0, at its end, or where it stops making sense. */
static void lwnvme_descriptors_read(struct lwnvme_namespace *ns)
{
    uint32_t offset = 0;
    uint32_t header = (uint32_t)sizeof(struct lwnvme_namespace_descriptor);

    while (offset + header < sizeof(ns->data)) {
        uint8_t type = ns->data[offset];
        uint8_t length = ns->data[offset + 1];

        if (type == 0 || length == 0 || offset + header + length > sizeof(ns->data))
            return;
        lwnvme_identifier_take(ns, type, length, &ns->data[offset + header]);
        offset += header + length;
    }
}

/* The end of an open. Only a namespace that can be used has a straight path for its I/O. */
static void lwnvme_namespace_conclude(struct lwnvme_namespace *ns, int status)
{
    ns->incarnation = ns->controller->incarnation;
    if (status == LWNVME_OK && LWNVME_EXTENSION(ns->dress) != NULL) {
        ns->dress->open(ns);
        return;
    }
    ns->status = status;
    lwnvme_straight_allow(ns);
}

/* Descriptors are a help, not a need: a controller that fails the command loses nothing by it. */
static void lwnvme_descriptors_done(struct lwnvme_request *request)
{
    struct lwnvme_namespace *ns = (struct lwnvme_namespace *)request->context;

    if (request->status < 0) {
        ns->status = request->status;
        return;
    }
    if (request->status == LWNVME_OK)
        lwnvme_descriptors_read(ns);
    lwnvme_namespace_conclude(ns, ns->csi == ns->wanted_csi ? ns->verdict : LWNVME_ERR_NS_COMMAND_SET);
}

static void lwnvme_namespace_identified(struct lwnvme_request *request)
{
    struct lwnvme_namespace *ns = (struct lwnvme_namespace *)request->context;
    struct lwnvme_controller *controller = ns->controller;

    if (request->status != LWNVME_OK) {
        ns->status = request->status;
        return;
    }
    ns->verdict = lwnvme_namespace_decode(ns, (const struct lwnvme_identify_namespace *)request->copy);
    if (ns->verdict == LWNVME_ERR_NS_INACTIVE || !lwnvme_knows_cns(controller, LWNVME_VERSION(1, 3, 0)) ||
        (controller->quirks & LWNVME_QUIRK_NO_NS_DESCRIPTORS) != 0) {
        lwnvme_namespace_conclude(ns, ns->verdict);
        return;
    }
    ns->request.done = lwnvme_descriptors_done;
    if (lwnvme_identify_send(controller, request, LWNVME_CNS_NAMESPACE_DESCRIPTORS, ns->nsid, ns->data) !=
        LWNVME_OK)
        lwnvme_namespace_conclude(ns, ns->verdict);
}

#endif

/* Asks for a namespace whose handle is empty but for what it is opened for. */
int lwnvme_namespace_begin(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns)
{
    ns->controller = controller;
    ns->nsid = nsid;
    ns->request.done = lwnvme_namespace_identified;
    ns->request.context = ns;
    return lwnvme_identify_send(controller, &ns->request, LWNVME_CNS_NAMESPACE, nsid, ns->data);
}

/* Why a namespace cannot be opened now, or LWNVME_OK. */
int lwnvme_nsid_refusal(const struct lwnvme_controller *controller, uint32_t nsid)
{
    int status;

    if (controller == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    status = lwnvme_controller_refusal(controller);
    if (status == LWNVME_OK && (nsid == 0 || nsid > LWNVME_NSID_LAST || nsid > controller->info.nn))
        status = LWNVME_ERR_NS_INVALID_ID;
    return status;
}

int lwnvme_namespace_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_namespace *ns)
{
    int status = lwnvme_nsid_refusal(controller, nsid);

    if (ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    memset(ns, 0, sizeof(*ns));
    ns->nsid = nsid;
    if (status == LWNVME_OK)
        status = lwnvme_namespace_begin(controller, nsid, ns);
    ns->status = status != LWNVME_OK ? status : LWNVME_PENDING;
    return status;
}

#if !LWNVME_CONFIG_BOOT
/* The list of active namespaces: ascending, ended by 0. Whatever breaks that ends it too. */
static void lwnvme_list_read(struct lwnvme_namespace_list *list)
{
    uint32_t last = list->after;
    uint32_t index;

    for (index = 0; index < LWNVME_LIST_MAX; index++) {
        uint32_t nsid =
            lwnvme_le32_get((const struct lwnvme_le32 *)(const void *)&list->data[(size_t)index * 4u]);

        if (nsid == 0)
            return;
        if (nsid <= last || nsid > LWNVME_NSID_LAST) {
            list->damaged = true;
            return;
        }
        list->nsids[list->count++] = nsid;
        last = nsid;
    }
    list->last = last;
    list->more = last < LWNVME_NSID_LAST;
}

static void lwnvme_list_probe_done(struct lwnvme_request *request);

/* Without the list each identifier is asked for; `probe` is the next one. */
static void lwnvme_list_probe(struct lwnvme_namespace_list *list)
{
    uint32_t limit = list->controller->info.nn;
    if (limit > LWNVME_PROBE_MAX)
        limit = LWNVME_PROBE_MAX;
    if (list->probe > limit || list->probe - list->after > LWNVME_LIST_MAX) {
        list->last = list->probe - 1u;
        list->more = list->probe <= limit;
        list->status = LWNVME_OK;
        return;
    }
    list->request.done = lwnvme_list_probe_done;
    list->status =
        lwnvme_identify_send(list->controller, &list->request, LWNVME_CNS_NAMESPACE, list->probe, list->data);
    if (list->status == LWNVME_OK)
        list->status = LWNVME_PENDING;
}

static void lwnvme_list_probe_done(struct lwnvme_request *request)
{
    struct lwnvme_namespace_list *list = (struct lwnvme_namespace_list *)request->context;
    const struct lwnvme_identify_namespace *data =
        (const struct lwnvme_identify_namespace *)(const void *)list->data;

    if (request->status < 0) {
        list->status = request->status;
        return;
    }
    if (request->status == LWNVME_OK && lwnvme_le64_get(&data->nsze) != 0)
        list->nsids[list->count++] = list->probe;
    list->probe++;
    lwnvme_list_probe(list);
}

static void lwnvme_list_done(struct lwnvme_request *request)
{
    struct lwnvme_namespace_list *list = (struct lwnvme_namespace_list *)request->context;

    if (request->status < 0) {
        list->status = request->status;
    } else if (request->status > 0) {
        lwnvme_list_probe(list);
    } else {
        lwnvme_list_read(list);
        list->status = LWNVME_OK;
    }
}

int lwnvme_namespace_enumerate(struct lwnvme_controller *controller, uint32_t after,
                               struct lwnvme_namespace_list *list)
{
    int status = LWNVME_ERR_NULL_ARGUMENT;

    if (list == NULL)
        return status;
    memset(list, 0, sizeof(*list));
    if (controller != NULL)
        status = lwnvme_controller_refusal(controller);
    list->status = status;
    if (status != LWNVME_OK || after >= LWNVME_NSID_LAST || controller->info.nn == 0)
        return status;
    list->controller = controller;
    list->after = after;
    list->probe = after + 1u;
    list->request.done = lwnvme_list_done;
    list->request.context = list;
    if (!lwnvme_knows_cns(controller, LWNVME_VERSION(1, 1, 0))) {
        lwnvme_list_probe(list);
        return list->status == LWNVME_PENDING ? LWNVME_OK : list->status;
    }
    status =
        lwnvme_identify_send(controller, &list->request, LWNVME_CNS_ACTIVE_NAMESPACES, after, list->data);
    list->status = status != LWNVME_OK ? status : LWNVME_PENDING;
    return status;
}
#endif
