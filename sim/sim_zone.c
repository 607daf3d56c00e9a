/* SPDX-License-Identifier: MIT */
/*
 * Zoned namespaces: the states of zones, their write pointers and resources, appends, management and reports.
 * Zoned Namespace Command Set Specification 1.2, sections 2.1.1 "Zoned Namespace Command Set Model" and 3.4.
 *
 *     sim_nvm.c: read, write, ... --> lwsim_zone_begin --> the medium --> lwsim_zone_end
 *
 * A power cut takes the write pointer back to the first block that was lost with the cache; open zones are closed.
 */
#include "sim_internal.h"

enum {
    INVALID_OPERATION = 0x1b6 | SIM_DNR,
    NO_ZRWA_LEFT = 0x1b7 | SIM_DNR,
    BOUNDARY = 0x1b8 | SIM_DNR,
    IS_FULL = 0x1b9 | SIM_DNR,
    IS_READ_ONLY = 0x1ba | SIM_DNR,
    IS_OFFLINE = 0x1bb | SIM_DNR,
    INVALID_WRITE = 0x1bc | SIM_DNR,
    TOO_MANY_ACTIVE = 0x1bd | SIM_DNR,
    TOO_MANY_OPEN = 0x1be | SIM_DNR,
    INVALID_TRANSITION = 0x1bf | SIM_DNR
};

enum {
    EMPTY = 1,
    IMPLICIT = 2,
    EXPLICIT = 3,
    CLOSED = 4,
    READ_ONLY = 13,
    FULL = 14,
    OFFLINE = 15
};

enum {
    CLOSE = 1,
    FINISH = 2,
    OPEN = 3,
    RESET = 4,
    MAKE_OFFLINE = 5,
    SET_EXTENSION = 0x10,
    FLUSH_ZRWA = 0x11
};

struct sim_zone {
    uint64_t wp;    /* LBA */
    uint64_t since; /* when it was opened, as a count */
    uint8_t *extension;
    uint8_t state;
    bool finished; /* full by command: stays so whatever is lost */
    bool zrwa;
};

static uint64_t zone_count(const struct lwnvme_sim *sim, const struct sim_namespace *ns)
{
    return sim->config.zoned.zsze == 0 ? 0 : ns->is.nsze / sim->config.zoned.zsze;
}

static uint64_t zone_capacity(const struct lwnvme_sim *sim)
{
    return sim->config.zoned.zcap == 0 ? sim->config.zoned.zsze : sim->config.zoned.zcap;
}

void lwsim_zone_forget(struct sim_namespace *ns)
{
    for (uint64_t i = 0; ns->zones != NULL && i < ns->zone_room; i++) {
        free(ns->zones[i].extension);
    }
    free(ns->zones);
    ns->zones = NULL;
}

/* All are empty at first. false: memory ends, or there are none. */
static bool zones_make(const struct lwnvme_sim *sim, struct sim_namespace *ns)
{
    uint64_t count = zone_count(sim, ns);
    if (ns->zones != NULL || count == 0) {
        return ns->zones != NULL;
    }
    ns->zones = calloc((size_t)count, sizeof(*ns->zones));
    ns->zone_room = ns->zones == NULL ? 0 : count;
    for (uint64_t i = 0; i < ns->zone_room; i++) {
        ns->zones[i].state = EMPTY;
        ns->zones[i].wp = i * sim->config.zoned.zsze;
    }
    return ns->zones != NULL;
}

static struct sim_zone *zone_of(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba)
{
    uint64_t index = zones_make(sim, ns) ? lba / sim->config.zoned.zsze : UINT64_MAX;
    return index < ns->zone_room ? &ns->zones[index] : NULL;
}

static uint64_t start_of(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                         const struct sim_zone *zone)
{
    return (uint64_t)(zone - ns->zones) * sim->config.zoned.zsze;
}

static bool is_open(const struct sim_zone *zone)
{
    return zone->state == IMPLICIT || zone->state == EXPLICIT;
}

static bool is_active(const struct sim_zone *zone)
{
    return is_open(zone) || zone->state == CLOSED;
}

/* ---- resources ---- */

static uint64_t count_of(const struct sim_namespace *ns, bool (*is)(const struct sim_zone *zone))
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < ns->zone_room; i++) {
        count += is(&ns->zones[i]) ? 1 : 0;
    }
    return count;
}

static bool has_zrwa(const struct sim_zone *zone)
{
    return zone->zrwa;
}

static uint16_t active_check(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                             const struct sim_zone *zone)
{
    bool over = sim->config.zoned.mar != UINT32_MAX && count_of(ns, is_active) > sim->config.zoned.mar;
    return over && !is_active(zone) ? TOO_MANY_ACTIVE : SIM_OK;
}

/* Opens a zone, and closes the one that has been open implicitly for the longest time if there is need. */
static uint16_t zone_open(const struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone,
                          uint8_t state)
{
    struct sim_zone *oldest = NULL;
    uint16_t status = active_check(sim, ns, zone);
    if (status != SIM_OK) {
        return status;
    }
    if (!is_open(zone) && sim->config.zoned.mor != UINT32_MAX &&
        count_of(ns, is_open) > sim->config.zoned.mor) {
        for (uint64_t i = 0; i < ns->zone_room; i++) {
            struct sim_zone *other = &ns->zones[i];
            bool older = oldest == NULL || other->since < oldest->since;
            oldest = other->state == IMPLICIT && older ? other : oldest;
        }
        if (oldest == NULL) {
            return TOO_MANY_OPEN;
        }
        oldest->state = CLOSED;
    }
    if (!is_open(zone)) {
        zone->since = ++ns->zone_serial;
    }
    zone->state = zone->state == EXPLICIT ? EXPLICIT : state;
    return SIM_OK;
}

/* ---- blocks ---- */

uint16_t lwsim_zone_read_check(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t slba,
                               uint64_t blocks)
{
    uint64_t size = sim->config.zoned.zsze;
    uint64_t last = slba + blocks - 1;
    if ((sim->config.zoned.ozcs & 1) == 0 && slba / size != last / size) {
        return BOUNDARY;
    }
    for (uint64_t lba = slba - slba % size; lba <= last; lba += size) {
        const struct sim_zone *zone = zone_of(sim, ns, lba);
        if (zone == NULL || zone->state == OFFLINE) {
            return zone == NULL ? SIM_LBA_RANGE : IS_OFFLINE;
        }
    }
    return SIM_OK;
}

static uint16_t state_check(const struct sim_zone *zone)
{
    switch (zone->state) {
    case FULL:
        return IS_FULL;
    case READ_ONLY:
        return IS_READ_ONLY;
    case OFFLINE:
        return IS_OFFLINE;
    default:
        return SIM_OK;
    }
}

static uint16_t write_check(const struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    struct sim_zone *zone = zone_of(sim, ns, task->slba);
    uint16_t status = zone == NULL ? SIM_LBA_RANGE : state_check(zone);
    if (status != SIM_OK) {
        return status;
    }
    if (lwsim_opcode(task) == SIM_ZONE_APPEND) {
        if (zone->zrwa) {
            return INVALID_OPERATION;
        }
        task->slba = zone->wp;
    }
    uint64_t area = zone->zrwa ? 2u * sim->config.zoned.zrwasz : 1u;
    if (task->slba < zone->wp || task->slba - zone->wp >= area) {
        return INVALID_WRITE;
    }
    uint64_t end = start_of(sim, ns, zone) + zone_capacity(sim);
    if (task->blocks > end - task->slba) {
        return BOUNDARY;
    }
    if (zone->zrwa && task->slba + task->blocks - zone->wp > area) {
        return INVALID_WRITE;
    }
    return zone_open(sim, ns, zone, IMPLICIT);
}

static bool writes(uint8_t opcode)
{
    return opcode == SIM_WRITE || opcode == SIM_WRITE_ZEROES || opcode == SIM_WRITE_UNCORRECTABLE ||
           opcode == SIM_ZONE_APPEND || opcode == SIM_COPY;
}

uint16_t lwsim_zone_begin(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    uint8_t opcode = lwsim_opcode(task);
    if (opcode == SIM_READ || opcode == SIM_COMPARE || opcode == SIM_VERIFY) {
        return lwsim_zone_read_check(sim, ns, task->slba, task->blocks);
    }
    return writes(opcode) ? write_check(sim, ns, task) : SIM_OK;
}

static void advance(const struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_zone *zone,
                    uint64_t wp)
{
    zone->wp = wp;
    if (wp - start_of(sim, ns, zone) >= zone_capacity(sim)) {
        zone->state = FULL;
        zone->zrwa = false;
    }
}

void lwsim_zone_end(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    struct sim_zone *zone = writes(lwsim_opcode(task)) ? zone_of(sim, ns, task->slba) : NULL;
    if (zone == NULL) {
        return;
    }
    uint64_t end = task->slba + task->blocks;
    uint64_t area = sim->config.zoned.zrwasz;
    if (!zone->zrwa) {
        advance(sim, ns, zone, end);
    } else if (end - zone->wp > area) { /* implicit flush, in units of the granularity */
        uint64_t unit = sim->config.zoned.zrwafg;
        advance(sim, ns, zone, zone->wp + (end - zone->wp - area + unit - 1) / unit * unit);
    }
    if (lwsim_opcode(task) == SIM_ZONE_APPEND) {
        task->result = (uint32_t)task->slba;
        task->result_dw1 = (uint32_t)(task->slba >> 32);
    }
}

/* ---- the cache is lost ---- */

void lwsim_zone_lost(const struct lwnvme_sim *sim, struct sim_namespace *ns, uint64_t lba)
{
    struct sim_zone *zone = ns->zones == NULL ? NULL : zone_of(sim, ns, lba);
    if (zone == NULL || zone->zrwa || !(is_active(zone) || (zone->state == FULL && !zone->finished)) ||
        lba >= zone->wp) {
        return;
    }
    zone->wp = lba;
    zone->state = CLOSED;
}

void lwsim_zone_power_on(const struct lwnvme_sim *sim, struct sim_namespace *ns)
{
    for (uint64_t i = 0; ns->zones != NULL && i < ns->zone_room; i++) {
        struct sim_zone *zone = &ns->zones[i];
        uint64_t start = start_of(sim, ns, zone);
        if (!is_active(zone)) {
            continue;
        }
        zone->zrwa = false;
        zone->state = zone->wp == start && zone->extension == NULL ? EMPTY : CLOSED;
        lwsim_medium_zero(ns, zone->wp, start + sim->config.zoned.zsze - zone->wp);
    }
}

/* ---- management ---- */

static uint16_t do_reset(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone)
{
    uint64_t start = start_of(sim, ns, zone);
    if (!lwsim_medium_before_write(sim, ns, start, sim->config.zoned.zsze, true)) {
        return SIM_INTERNAL_ERROR;
    }
    lwsim_medium_zero(ns, start, sim->config.zoned.zsze);
    free(zone->extension);
    memset(zone, 0, sizeof(*zone));
    zone->state = EMPTY;
    zone->wp = start;
    return SIM_OK;
}

static uint16_t do_open(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone, bool zrwa)
{
    const struct lwnvme_sim_zoned *zoned = &sim->config.zoned;
    if (zrwa && !zone->zrwa && zone->state != EMPTY) {
        return INVALID_OPERATION;
    }
    if (zrwa && !zone->zrwa && zoned->numzrwa != UINT32_MAX && count_of(ns, has_zrwa) > zoned->numzrwa) {
        return NO_ZRWA_LEFT;
    }
    uint16_t status = zone_open(sim, ns, zone, EXPLICIT);
    if (status == SIM_OK) {
        zone->state = EXPLICIT;
        zone->zrwa = zone->zrwa || zrwa;
    }
    return status;
}

/* States, as bits, from which an action leads somewhere. Those where it is success and changes nothing are in `same`. */
struct action {
    uint8_t action;
    uint16_t from;
    uint16_t same;
    uint16_t each; /* of Select All */
};
static const struct action actions[] = {
    {CLOSE, 1u << IMPLICIT | 1u << EXPLICIT, 1u << CLOSED, 1u << IMPLICIT | 1u << EXPLICIT},
    {FINISH, 1u << EMPTY | 1u << IMPLICIT | 1u << EXPLICIT | 1u << CLOSED, 1u << FULL,
     1u << IMPLICIT | 1u << EXPLICIT | 1u << CLOSED},
    {OPEN, 1u << EMPTY | 1u << IMPLICIT | 1u << EXPLICIT | 1u << CLOSED, 0, 1u << CLOSED},
    {RESET, 1u << IMPLICIT | 1u << EXPLICIT | 1u << CLOSED | 1u << FULL, 1u << EMPTY,
     1u << IMPLICIT | 1u << EXPLICIT | 1u << CLOSED | 1u << FULL},
    {MAKE_OFFLINE, 1u << READ_ONLY, 1u << OFFLINE, 1u << READ_ONLY},
};

static const struct action *action_of(const struct sim_task *task)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (actions[i].action == (task->sqe[13] & 0xff)) {
            return &actions[i];
        }
    }
    return NULL;
}

static uint16_t act(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone,
                    const struct sim_task *task)
{
    const struct action *action = action_of(task);
    if ((action->same >> zone->state & 1) != 0) {
        return SIM_OK;
    }
    if ((action->from >> zone->state & 1) == 0) {
        return INVALID_TRANSITION;
    }
    switch (action->action) {
    case OPEN:
        return do_open(sim, ns, zone, (task->sqe[13] & 0x200) != 0);
    case RESET:
        return do_reset(sim, ns, zone);
    case CLOSE:
        zone->state = CLOSED;
        return SIM_OK;
    case FINISH:
        zone->state = FULL;
        zone->finished = true;
        zone->zrwa = false;
        return SIM_OK;
    default:
        zone->state = OFFLINE;
        return SIM_OK;
    }
}

/* All or none: opening needs room for all. */
static uint16_t act_on_all(struct lwnvme_sim *sim, struct sim_namespace *ns, const struct sim_task *task)
{
    const struct action *action = action_of(task);
    uint64_t opened = 0;
    uint16_t status = SIM_OK;
    for (uint64_t i = 0; i < ns->zone_room; i++) {
        opened += is_open(&ns->zones[i]) || ns->zones[i].state == CLOSED ? 1 : 0;
    }
    if (action->action == OPEN && sim->config.zoned.mor != UINT32_MAX &&
        opened > (uint64_t)sim->config.zoned.mor + 1) {
        return TOO_MANY_OPEN;
    }
    for (uint64_t i = 0; i < ns->zone_room && status == SIM_OK; i++) {
        if ((action->each >> ns->zones[i].state & 1) != 0) {
            status = act(sim, ns, &ns->zones[i], task);
        }
    }
    return status;
}

static uint16_t set_extension(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone,
                              struct sim_task *task)
{
    uint64_t bytes = (uint64_t)sim->config.zoned.zdes * 64;
    uint16_t status = zone->state == EMPTY ? active_check(sim, ns, zone) : INVALID_TRANSITION;
    uint8_t *extension = status == SIM_OK ? calloc(1, (size_t)bytes) : NULL;
    if (extension == NULL) {
        return status == SIM_OK ? SIM_INTERNAL_ERROR : status;
    }
    if (!lwsim_data(sim, task, extension, bytes)) {
        free(extension);
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += bytes;
    zone->extension = extension;
    zone->state = CLOSED;
    return SIM_OK;
}

static uint16_t flush_zrwa(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_zone *zone,
                           uint64_t lba)
{
    if (!zone->zrwa || (sim->config.zoned.zrwacap & 1) == 0 || lba < zone->wp ||
        lba - zone->wp >= sim->config.zoned.zrwasz || (lba + 1 - zone->wp) % sim->config.zoned.zrwafg != 0) {
        return INVALID_OPERATION;
    }
    advance(sim, ns, zone, lba + 1);
    return SIM_OK;
}

static uint16_t execute_send(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    struct sim_zone *zone = zone_of(sim, ns, task->slba);
    if ((task->sqe[13] & 0x100) != 0) {
        return zones_make(sim, ns) ? act_on_all(sim, ns, task) : SIM_INTERNAL_ERROR;
    }
    if (zone == NULL) {
        return SIM_LBA_RANGE;
    }
    switch (task->sqe[13] & 0xff) {
    case SET_EXTENSION:
        return set_extension(sim, ns, zone, task);
    case FLUSH_ZRWA:
        return flush_zrwa(sim, ns, zone, task->slba);
    default:
        return act(sim, ns, zone, task);
    }
}

/* ---- reports ---- */

static void describe(const struct lwnvme_sim *sim, const struct sim_namespace *ns,
                     const struct sim_zone *zone, uint8_t *at, bool extended)
{
    bool pointer = is_active(zone) || zone->state == EMPTY;
    at[0] = 2;
    at[1] = (uint8_t)(zone->state << 4);
    at[2] = (uint8_t)((zone->extension != NULL ? 0x80u : 0) | (zone->zrwa ? 8u : 0));
    lwsim_put(at + 8, zone_capacity(sim), 8);
    lwsim_put(at + 16, start_of(sim, ns, zone), 8);
    lwsim_put(at + 24, pointer ? zone->wp : UINT64_MAX, 8);
    if (extended && zone->extension != NULL) {
        memcpy(at + 64, zone->extension, (size_t)sim->config.zoned.zdes * 64);
    }
}

static uint16_t execute_receive(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    static const uint8_t states[8] = {0, EMPTY, IMPLICIT, EXPLICIT, CLOSED, FULL, READ_ONLY, OFFLINE};
    uint8_t wanted = states[task->sqe[13] >> 8 & 7];
    bool extended = (task->sqe[13] & 0xff) == 1;
    size_t stride = 64 + (extended ? (size_t)sim->config.zoned.zdes * 64 : 0);
    size_t bytes = (size_t)task->data.bytes;
    uint64_t seen = 0;
    uint64_t put = 0;
    uint8_t *data = zones_make(sim, ns) ? calloc(1, bytes < 64 ? 64 : bytes) : NULL;
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    for (uint64_t i = task->slba / sim->config.zoned.zsze; i < ns->zone_room; i++) {
        if (wanted != 0 && ns->zones[i].state != wanted) {
            continue;
        }
        seen++;
        if (64 + (put + 1) * stride <= bytes) {
            describe(sim, ns, &ns->zones[i], data + 64 + put++ * stride, extended);
        }
    }
    lwsim_put(data, (task->sqe[13] & 0x10000) != 0 ? put : seen, 8);
    bool good = lwsim_data(sim, task, data, bytes);
    sim->counts.bytes_from_device += bytes;
    free(data);
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}

/* ---- as fetched ---- */

static uint16_t prepare_append(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                               uint64_t *bytes)
{
    uint8_t limit = sim->config.zoned.zasl;
    task->blocks = (task->sqe[12] & 0xffff) + 1;
    task->direction = LWNVME_TO_DEVICE;
    *bytes = task->blocks * lwsim_transfer_unit(ns, task);
    if (task->slba % sim->config.zoned.zsze != 0 ||
        (limit != 0 && limit < 32 && *bytes > ((uint64_t)4096 << sim->config.cap_mpsmin) << limit)) {
        return SIM_INVALID_FIELD;
    }
    return lwsim_protection_prepare(sim, task);
}

static uint16_t prepare_send(const struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t action = task->sqe[13] & 0xff;
    bool all = (task->sqe[13] & 0x100) != 0;
    bool zrwa = (task->sqe[13] & 0x200) != 0;
    const struct lwnvme_sim_zoned *zoned = &sim->config.zoned;
    if (action_of(task) == NULL && (all || (action != SET_EXTENSION && action != FLUSH_ZRWA))) {
        return SIM_INVALID_FIELD;
    }
    if (zrwa && (action != OPEN || (zoned->ozcs & 2) == 0)) {
        return SIM_INVALID_FIELD;
    }
    if (!all && action != FLUSH_ZRWA && task->slba % zoned->zsze != 0) {
        return SIM_INVALID_FIELD;
    }
    if (action == SET_EXTENSION) {
        task->direction = LWNVME_TO_DEVICE;
        *bytes = (uint64_t)zoned->zdes * 64;
        return *bytes == 0 ? SIM_INVALID_FIELD : SIM_OK;
    }
    return SIM_OK;
}

static uint16_t prepare_receive(const struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t action = task->sqe[13] & 0xff;
    task->direction = LWNVME_FROM_DEVICE;
    *bytes = ((uint64_t)task->sqe[12] + 1) * 4;
    return action > 1 || (action == 1 && sim->config.zoned.zdes == 0) || (task->sqe[13] >> 8 & 0xff) > 7
               ? SIM_INVALID_FIELD
               : SIM_OK;
}

uint16_t lwsim_zone_prepare(struct lwnvme_sim *sim, const struct sim_namespace *ns, struct sim_task *task,
                            uint64_t *bytes)
{
    uint16_t status;
    uint8_t opcode = lwsim_opcode(task);
    if (ns->is.csi != 2) {
        return SIM_INVALID_OPCODE;
    }
    bool all = opcode == SIM_ZONE_SEND && (task->sqe[13] & 0x100) != 0;
    task->slba = all ? 0 : lwsim_pair(&task->sqe[10]);
    if (task->slba >= ns->is.nsze) {
        return SIM_LBA_RANGE;
    }
    if (opcode == SIM_ZONE_APPEND) {
        status = prepare_append(sim, ns, task, bytes);
    } else if (opcode == SIM_ZONE_SEND) {
        status = prepare_send(sim, task, bytes);
    } else {
        status = prepare_receive(sim, task, bytes);
    }
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    bool limited = sim->config.mdts != 0 && sim->config.mdts < 32;
    return status == SIM_OK && limited && *bytes > page << sim->config.mdts ? SIM_INVALID_FIELD : status;
}

uint16_t lwsim_zone_execute(struct lwnvme_sim *sim, struct sim_namespace *ns, struct sim_task *task)
{
    return lwsim_opcode(task) == SIM_ZONE_SEND ? execute_send(sim, ns, task) : execute_receive(sim, ns, task);
}

bool lwnvme_sim_zone_fail(struct lwnvme_sim *sim, uint32_t nsid, uint64_t zslba, bool offline)
{
    struct sim_namespace *ns = lwsim_namespace(sim, nsid);
    struct sim_zone *zone = ns == NULL || ns->is.csi != 2 ? NULL : zone_of(sim, ns, zslba);
    if (zone == NULL) {
        return false;
    }
    zone->state = offline ? OFFLINE : READ_ONLY;
    zone->zrwa = false;
    (void)lwnvme_sim_zone_changed(sim, nsid, start_of(sim, ns, zone));
    return true;
}
