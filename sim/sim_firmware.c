/* SPDX-License-Identifier: MIT */
/*
 * Firmware: pieces are gathered by Firmware Image Download, made an image in a slot by Firmware Commit, and
 * run after a reset or at once.
 *
 *     download ... download --commit 0, 1, 3--> slot --reset, or CSTS.PP for a while--> runs
 *                           --commit 6--> boot partition
 *
 * An image is a header and filling: bytes 0 "LWSIMFW1", 8 revision, 16 length, 20 CRC-32 of all with this field
 * 0, 24 flags, 28 MDTS, 30 ONCS, 32 VS, 64 filling. It counts only when each of its dwords was downloaded once and the
 * checksum is right. Pieces are lost by a reset, slots never.
 *
 * NVM Express Base Specification 2.1, section 5.1.8 "Firmware Commit command", section 5.1.9 "Firmware Image
 * Download command", section 3.11 "Firmware Update Process".
 */
#include "sim_internal.h"

#define RECORD_COMMIT     0x02u
#define FRMW_READ_ONLY    0x01u
#define FRMW_NO_RESET     0x10u
#define EVENT_FIRMWARE    9u /* bit of feature 0Bh: Firmware Activation Notices */
#define LOG_ERRORS        0x01u
#define LOG_FIRMWARE_SLOT 0x03u

static const uint8_t magic[8] = {'L', 'W', 'S', 'I', 'M', 'F', 'W', '1'};

/* ---- images ---- */

static uint32_t crc32_of(const uint8_t *data, size_t bytes)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= i >= 20 && i < 24 ? 0 : data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

bool lwnvme_sim_image_build(const struct lwnvme_sim_image *image, void *buffer, size_t length_bytes)
{
    uint8_t *data = buffer;
    if (length_bytes < LWNVME_SIM_IMAGE_BYTES_MIN || length_bytes % 4 != 0 || length_bytes > UINT32_MAX) {
        return false;
    }
    memset(data, 0, LWNVME_SIM_IMAGE_BYTES_MIN);
    memcpy(data, magic, sizeof(magic));
    memset(data + 8, ' ', 8);
    memcpy(data + 8, image->revision, strlen(image->revision) < 8 ? strlen(image->revision) : 8);
    lwsim_put(data + 16, length_bytes, 4);
    lwsim_put(data + 24, image->flags, 4);
    data[28] = image->mdts;
    lwsim_put(data + 30, image->oncs, 2);
    lwsim_put(data + 32, image->vs, 4);
    uint32_t filling = 0x9e3779b9u;
    for (size_t i = LWNVME_SIM_IMAGE_BYTES_MIN; i < length_bytes; i++) {
        filling = filling * 1664525u + 1013904223u;
        data[i] = (uint8_t)(filling >> 24);
    }
    uint32_t spoiled = (image->flags & LWNVME_SIM_IMAGE_SPOILED) != 0 ? 1 : 0;
    lwsim_put(data + 20, crc32_of(data, length_bytes) ^ spoiled, 4);
    return true;
}

static bool image_read(const struct sim_firmware *firmware, struct sim_image *image)
{
    const uint8_t *data = firmware->download;
    size_t have = firmware->end * 4;
    if (!firmware->any || have < LWNVME_SIM_IMAGE_BYTES_MIN || memcmp(data, magic, sizeof(magic)) != 0) {
        return false;
    }
    uint64_t length = lwsim_get(data + 16, 4);
    if (length < LWNVME_SIM_IMAGE_BYTES_MIN || length > have ||
        lwsim_get(data + 20, 4) != crc32_of(data, length)) {
        return false;
    }
    image->filled = true;
    memcpy(image->revision, data + 8, 8);
    image->flags = (uint32_t)lwsim_get(data + 24, 4);
    image->mdts = data[28];
    image->oncs = (uint16_t)lwsim_get(data + 30, 2);
    image->vs = (uint32_t)lwsim_get(data + 32, 4);
    return true;
}

/* ---- download ---- */

static void download_drop(struct lwnvme_sim *sim)
{
    struct sim_firmware *firmware = &sim->firmware;
    if (firmware->pieces != NULL) {
        memset(firmware->pieces, 0, firmware->room);
    }
    firmware->end = 0;
    firmware->any = false;
    firmware->out_of_order = false;
    firmware->committed = false;
}

static bool download_room(struct sim_firmware *firmware, size_t dwords)
{
    if (dwords <= firmware->room) {
        return true;
    }
    uint8_t *download = realloc(firmware->download, dwords * 4);
    if (download == NULL) {
        return false;
    }
    firmware->download = download;
    uint8_t *pieces = realloc(firmware->pieces, dwords);
    if (pieces == NULL) {
        return false;
    }
    firmware->pieces = pieces;
    memset(pieces + firmware->room, 0, dwords - firmware->room);
    firmware->room = dwords;
    return true;
}

static uint16_t download_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint64_t offset = (uint64_t)task->sqe[11] * 4;
    uint64_t granularity = (uint64_t)sim->config.fwug * 4096;
    uint64_t page = (uint64_t)4096 << sim->config.cap_mpsmin;
    *bytes = ((uint64_t)task->sqe[10] + 1) * 4;
    task->direction = LWNVME_TO_DEVICE;
    if (sim->config.mdts != 0 && sim->config.mdts < 32 && *bytes > page << sim->config.mdts) {
        return SIM_INVALID_FIELD;
    }
    if (sim->config.fwug != 0 && sim->config.fwug != 255 &&
        (*bytes % granularity != 0 || offset % granularity != 0)) {
        return SIM_INVALID_FIELD;
    }
    return offset + *bytes > sim->config.firmware_bytes_max ? SIM_INVALID_FIELD : SIM_OK;
}

static uint16_t download_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    struct sim_firmware *firmware = &sim->firmware;
    size_t first = task->sqe[11];
    size_t count = (size_t)task->sqe[10] + 1;
    if (firmware->committed || (first == 0 && sim->config.firmware_restart_at_zero)) {
        download_drop(sim);
    }
    if (!download_room(firmware, first + count)) {
        return SIM_INTERNAL_ERROR;
    }
    if (memchr(firmware->pieces + first, 1, count) != NULL) {
        return SIM_OVERLAPPING_RANGE;
    }
    if (!lwsim_data(sim, task, firmware->download + first * 4, (uint64_t)count * 4)) {
        return SIM_TRANSFER_ERROR;
    }
    sim->counts.bytes_to_device += (uint64_t)count * 4;
    memset(firmware->pieces + first, 1, count);
    firmware->out_of_order = firmware->out_of_order || first != firmware->end;
    firmware->end = first + count > firmware->end ? first + count : firmware->end;
    firmware->any = true;
    return SIM_OK;
}

static bool download_whole(const struct sim_firmware *firmware)
{
    return firmware->any && memchr(firmware->pieces, 0, firmware->end) == NULL;
}

/* ---- what runs ---- */

/* The settings that an image changes are its own while it runs. */
static void image_start(struct lwnvme_sim *sim, uint8_t slot)
{
    struct sim_firmware *firmware = &sim->firmware;
    uint32_t before = firmware->running.flags;
    if ((before & LWNVME_SIM_IMAGE_SETS_MDTS) != 0) {
        sim->config.mdts = firmware->own_mdts;
    }
    if ((before & LWNVME_SIM_IMAGE_SETS_ONCS) != 0) {
        sim->config.oncs = firmware->own_oncs;
    }
    if ((before & LWNVME_SIM_IMAGE_SETS_VS) != 0) {
        sim->config.vs = firmware->own_vs;
    }
    firmware->running = firmware->slots[slot];
    firmware->active = slot;
    firmware->own_mdts = sim->config.mdts;
    firmware->own_oncs = sim->config.oncs;
    firmware->own_vs = sim->config.vs;
    if ((firmware->running.flags & LWNVME_SIM_IMAGE_SETS_MDTS) != 0) {
        sim->config.mdts = firmware->running.mdts;
    }
    if ((firmware->running.flags & LWNVME_SIM_IMAGE_SETS_ONCS) != 0) {
        sim->config.oncs = firmware->running.oncs;
    }
    if ((firmware->running.flags & LWNVME_SIM_IMAGE_SETS_VS) != 0) {
        sim->config.vs = firmware->running.vs;
    }
    memcpy(sim->config.firmware, firmware->running.revision, sizeof(sim->config.firmware));
}

static bool image_starts(const struct sim_firmware *firmware, uint8_t slot)
{
    return (firmware->slots[slot].flags & LWNVME_SIM_IMAGE_WILL_NOT_START) == 0;
}

static void finish_activation(struct lwnvme_sim *sim)
{
    struct sim_firmware *firmware = &sim->firmware;
    uint8_t slot = firmware->activating;
    bool starts = image_starts(firmware, slot);
    struct sim_task *task = lwsim_jobs_take(sim, SIM_FIRMWARE_COMMIT);
    firmware->due = LWNVME_SIM_NEVER;
    firmware->activating = 0;
    sim->csts &= ~SIM_CSTS_PP;
    if (starts) {
        image_start(sim, slot);
        firmware->next = firmware->next == slot ? 0 : firmware->next;
    } else {
        lwsim_event_raise(sim, 0, 5, LOG_ERRORS);
    }
    if (task != NULL) {
        task->status = starts ? SIM_OK : SIM_INVALID_IMAGE;
        lwsim_task_complete(sim, task);
    }
    lwsim_queue_kick(sim);
}

static void run(struct lwnvme_sim *sim)
{
    if (sim->firmware.load_error && lwsim_ready(sim)) {
        sim->firmware.load_error = false;
        lwsim_event_raise(sim, 0, 5, LOG_ERRORS); /* Firmware Image Load Error */
    }
    if (sim->firmware.due <= sim->now) {
        finish_activation(sim);
    }
}

static void reset(struct lwnvme_sim *sim, enum sim_reset reset)
{
    struct sim_firmware *firmware = &sim->firmware;
    download_drop(sim);
    sim->csts &= ~SIM_CSTS_PP;
    if (firmware->activating != 0) {
        firmware->next = firmware->activating; /* the reset ends what was under way */
        firmware->needed = SIM_RESET_CONTROLLER;
        firmware->activating = 0;
        firmware->due = LWNVME_SIM_NEVER;
    }
    if (firmware->next == 0 || reset < firmware->needed) {
        return;
    }
    if (image_starts(firmware, firmware->next)) {
        image_start(sim, firmware->next);
    } else {
        firmware->load_error = true;
    }
    firmware->next = 0;
}

/* ---- commit ---- */

/* The record of the persistent event log, for slots and images alike. */
static void note(struct lwnvme_sim *sim, uint8_t action, uint8_t slot, uint16_t status)
{
    uint8_t record[22] = {0};
    memcpy(record, sim->firmware.running.revision, 8);
    memcpy(record + 8, sim->firmware.slots[slot].revision, 8);
    record[16] = action;
    record[17] = slot;
    record[18] = status >> 8 & 7u;
    record[19] = status & 0xffu;
    lwsim_persistent_event(sim, RECORD_COMMIT, record, sizeof(record));
}

static uint8_t slot_count(const struct lwnvme_sim *sim)
{
    uint8_t count = sim->config.frmw >> 1 & 7u;
    return count == 0 ? 1 : count;
}

static bool slot_read_only(const struct lwnvme_sim *sim, uint8_t slot)
{
    return slot == 1 && (sim->config.frmw & FRMW_READ_ONLY) != 0;
}

/* Slot 0 leaves the choice to the controller: one that can be written and does not run, if there is any. */
static uint8_t slot_choose(const struct lwnvme_sim *sim)
{
    uint8_t active = sim->firmware.active;
    for (uint8_t slot = 1; slot <= slot_count(sim); slot++) {
        if (slot != active && !slot_read_only(sim, slot)) {
            return slot;
        }
    }
    return slot_read_only(sim, active) ? 0 : active;
}

static uint16_t activate_later(struct sim_firmware *firmware, uint8_t slot)
{
    uint32_t flags = firmware->slots[slot].flags;
    firmware->next = slot;
    if ((flags & LWNVME_SIM_IMAGE_CONVENTIONAL_RESET) != 0) {
        firmware->needed = SIM_RESET_POWER;
        return SIM_NEEDS_CONVENTIONAL_RESET;
    }
    if ((flags & LWNVME_SIM_IMAGE_SUBSYSTEM_RESET) != 0) {
        firmware->needed = SIM_RESET_SUBSYSTEM;
        return SIM_NEEDS_SUBSYSTEM_RESET;
    }
    firmware->needed = SIM_RESET_CONTROLLER;
    return SIM_OK;
}

/* The command is answered when the image runs, or has failed to. */
static uint16_t activate_now(struct lwnvme_sim *sim, struct sim_task *task, uint8_t slot)
{
    struct sim_firmware *firmware = &sim->firmware;
    uint32_t flags = firmware->slots[slot].flags;
    if ((flags & (LWNVME_SIM_IMAGE_CONVENTIONAL_RESET | LWNVME_SIM_IMAGE_SUBSYSTEM_RESET)) != 0) {
        return activate_later(firmware, slot);
    }
    if ((flags & LWNVME_SIM_IMAGE_CONTROLLER_RESET) != 0) {
        (void)activate_later(firmware, slot);
        return SIM_NEEDS_CONTROLLER_RESET;
    }
    if ((flags & LWNVME_SIM_IMAGE_TOO_SLOW) != 0) {
        return SIM_MAXIMUM_TIME;
    }
    lwsim_event_notice(sim, EVENT_FIRMWARE, 2, 1, LOG_FIRMWARE_SLOT);
    firmware->activating = slot;
    firmware->due = sim->config.firmware_activation_never_ends
                        ? LWNVME_SIM_NEVER
                        : sim->now + sim->config.firmware_activation_us;
    sim->csts |= SIM_CSTS_PP;
    lwsim_task_park(&sim->working, task);
    return SIM_NO_ANSWER;
}

static uint16_t activate(struct lwnvme_sim *sim, struct sim_task *task, uint8_t slot, uint8_t action)
{
    const struct sim_image *image = &sim->firmware.slots[slot];
    if (slot == 0 || slot > slot_count(sim)) {
        return SIM_INVALID_SLOT;
    }
    if (!image->filled) {
        return SIM_INVALID_IMAGE;
    }
    if ((image->flags & LWNVME_SIM_IMAGE_PROHIBITED) != 0) {
        return SIM_ACTIVATION_PROHIBITED;
    }
    return action == 3 ? activate_now(sim, task, slot) : activate_later(&sim->firmware, slot);
}

/* The downloaded image goes to the slot. */
static uint16_t replace(struct lwnvme_sim *sim, uint8_t *slot)
{
    struct sim_image image = {0};
    if (*slot == 0) {
        *slot = slot_choose(sim);
    }
    if (*slot == 0 || *slot > slot_count(sim) || slot_read_only(sim, *slot)) {
        return SIM_INVALID_SLOT;
    }
    bool good = download_whole(&sim->firmware) && image_read(&sim->firmware, &image);
    download_drop(sim);
    if (!good) {
        return SIM_INVALID_IMAGE;
    }
    sim->firmware.slots[*slot] = image;
    if (sim->firmware.next == *slot) {
        sim->firmware.next = 0;
    }
    return SIM_OK;
}

static uint16_t commit_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint32_t action = task->sqe[10] >> 3 & 7u;
    (void)bytes;
    if (action == 4 || action == 5 || (action >= 6 && !sim->config.cap_bps) ||
        (action == 3 && (sim->config.frmw & FRMW_NO_RESET) == 0)) {
        return SIM_INVALID_FIELD;
    }
    return SIM_OK;
}

static uint16_t commit_boot(struct lwnvme_sim *sim, struct sim_task *task, bool writes)
{
    bool whole = download_whole(&sim->firmware) && !sim->firmware.out_of_order;
    uint16_t status = writes && !whole ? SIM_INVALID_IMAGE : lwsim_boot_commit(sim, task);
    if (writes) {
        download_drop(sim);
    }
    return status;
}

static uint16_t commit_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t action = task->sqe[10] >> 3 & 7u;
    uint8_t slot = task->sqe[10] & 7u;
    uint16_t status = SIM_OK;
    sim->firmware.committed = true; /* what is left of the pieces ends with the next download */
    if (action >= 6) {
        return commit_boot(sim, task, action == 6);
    }
    if (action <= 1 || (action == 3 && sim->firmware.any)) {
        status = replace(sim, &slot);
    }
    if (status == SIM_OK && action != 0) {
        status = activate(sim, task, slot, action);
    }
    note(sim, action, slot, status == SIM_NO_ANSWER ? SIM_OK : status);
    return status;
}

static uint16_t fill_log(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    const struct sim_firmware *firmware = &sim->firmware;
    uint8_t *data = lwsim_page_make(page, 512);
    (void)task;
    if (data == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    data[0] = (uint8_t)(firmware->active | firmware->next << 4);
    for (size_t slot = 1; slot <= slot_count(sim); slot++) {
        if (firmware->slots[slot].filled) {
            memcpy(data + 8 * slot, firmware->slots[slot].revision, 8);
        }
    }
    return SIM_OK;
}

/* ---- life ---- */

static bool create(struct lwnvme_sim *sim)
{
    struct sim_firmware *firmware = &sim->firmware;
    firmware->due = LWNVME_SIM_NEVER;
    firmware->active = 1;
    firmware->slots[1].filled = true;
    memcpy(firmware->slots[1].revision, sim->config.firmware, 8);
    firmware->running = firmware->slots[1];
    return true;
}

static void destroy(struct lwnvme_sim *sim)
{
    free(sim->firmware.download);
    free(sim->firmware.pieces);
}

uint8_t lwnvme_sim_firmware_active(const struct lwnvme_sim *sim)
{
    return sim->firmware.active;
}

uint8_t lwnvme_sim_firmware_next(const struct lwnvme_sim *sim)
{
    return sim->firmware.next;
}

static bool has_firmware(const struct lwnvme_sim *sim)
{
    return (sim->config.oacs & SIM_OACS_FIRMWARE) != 0;
}

static uint64_t next(const struct lwnvme_sim *sim)
{
    if (sim->removed) {
        return LWNVME_SIM_NEVER;
    }
    return sim->firmware.load_error && lwsim_ready(sim) ? sim->now : sim->firmware.due;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_FIRMWARE_COMMIT, false, SIM_POINTER_NONE, {0, 0, 0x8000003f, 0, 0, 0, 0, 0}},
     .effects = SIM_EFFECT_CAPABILITIES | SIM_EFFECT_ALONE,
     .gate = has_firmware,
     .prepare = commit_prepare,
     .execute = commit_execute},
    {.rule = {SIM_FIRMWARE_DOWNLOAD, false, SIM_POINTER_DATA, {0, 0, 0xffffffff, 0xffffffff, 0, 0, 0, 0}},
     .gate = has_firmware,
     .prepare = download_prepare,
     .execute = download_execute},
};
static const struct sim_log logs[] = {
    {.lid = LOG_FIRMWARE_SLOT, .scope = SIM_LOG_OF_CONTROLLER, .fill = fill_log},
};

const struct sim_part lwsim_firmware_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .next = next,
    .run = run,
};
