/* SPDX-License-Identifier: MIT */
/*
 * Log pages: error information, SMART / health, firmware slots, commands supported and effects.
 * NVM Express Base Specification 2.1, section 5.1.12 "Get Log Page command".
 */
#include "sim_internal.h"

enum {
    LOG_ERRORS = 0x01,
    LOG_SMART = 0x02,
    LOG_FIRMWARE = 0x03,
    LOG_EFFECTS = 0x05
};

#define LPA_SMART_PER_NAMESPACE 1u
#define LPA_EFFECTS             2u
#define LPA_EXTENDED            4u
#define BEYOND_END              0xee /* what lies behind the end of a page: nobody may rely on it */

void lwsim_log_error(struct lwnvme_sim *sim, const struct sim_task *task)
{
    size_t place = (size_t)(sim->error_count % (sim->config.elpe + 1u));
    sim->error_count++;
    sim->errors[place] = (struct sim_error_entry){sim->error_count, task->sqid,   task->cid,
                                                  task->status,     task->sqe[1], task->slba};
}

static size_t fill_errors(const struct lwnvme_sim *sim, uint8_t *data)
{
    size_t entries = sim->config.elpe + 1u;
    for (size_t i = 0; i < entries && i < sim->error_count; i++) {
        const struct sim_error_entry *entry = &sim->errors[(sim->error_count - 1 - i) % entries];
        uint8_t *at = data + 64 * i;
        lwsim_put(at + 0, entry->count, 8);
        lwsim_put(at + 8, entry->sqid, 2);
        lwsim_put(at + 10, entry->cid, 2);
        lwsim_put(at + 12, (uint64_t)entry->status << 1, 2);
        lwsim_put(at + 14, 0xffff, 2); /* no particular byte of the command */
        lwsim_put(at + 16, entry->lba, 8);
        lwsim_put(at + 24, entry->nsid, 4);
    }
    return entries * 64;
}

static size_t fill_smart(const struct lwnvme_sim *sim, uint8_t *data)
{
    const struct sim_smart *smart = &sim->smart;
    lwsim_put(data + 1, 308, 2); /* kelvin */
    data[3] = 100;
    data[4] = 10;
    lwsim_put(data + 32, (smart->blocks_read + 999) / 1000, 8);
    lwsim_put(data + 48, (smart->blocks_written + 999) / 1000, 8);
    lwsim_put(data + 64, smart->reads, 8);
    lwsim_put(data + 80, smart->writes, 8);
    lwsim_put(data + 112, smart->power_cycles, 8);
    lwsim_put(data + 128, (sim->now - sim->powered_at) / 3600000000u, 8);
    lwsim_put(data + 144, smart->unsafe_shutdowns, 8);
    lwsim_put(data + 160, smart->media_errors, 8);
    lwsim_put(data + 176, sim->error_count, 8);
    lwsim_put(data + 200, 308, 2);
    return 512;
}

static size_t fill_firmware(const struct lwnvme_sim *sim, uint8_t *data)
{
    data[0] = 1;
    memcpy(data + 8, sim->config.firmware, 8);
    return 512;
}

static size_t fill_effects(const struct lwnvme_sim *sim, uint8_t *data)
{
    static const uint8_t admin[] = {SIM_DELETE_SQ,    SIM_CREATE_SQ,  SIM_GET_LOG, SIM_DELETE_CQ,
                                    SIM_CREATE_CQ,    SIM_IDENTIFY,   SIM_ABORT,   SIM_SET_FEATURES,
                                    SIM_GET_FEATURES, SIM_ASYNC_EVENT};
    uint16_t oncs = sim->config.oncs;
    for (size_t i = 0; i < sizeof(admin); i++) {
        data[4 * admin[i]] = 1;
    }
    data[1024 + 4 * SIM_FLUSH] = 1;
    data[1024 + 4 * SIM_READ] = 1;
    data[1024 + 4 * SIM_WRITE] = 3; /* supported, changes user data */
    data[1024 + 4 * SIM_COMPARE] = (oncs & SIM_ONCS_COMPARE) != 0 ? 1 : 0;
    data[1024 + 4 * SIM_WRITE_ZEROES] = (oncs & SIM_ONCS_WRITE_ZEROES) != 0 ? 3 : 0;
    data[1024 + 4 * SIM_DATASET] = (oncs & SIM_ONCS_DATASET) != 0 ? 3 : 0;
    data[1024 + 4 * SIM_VERIFY] = (oncs & SIM_ONCS_VERIFY) != 0 ? 1 : 0;
    return 4096;
}

static uint16_t check_log_namespace(struct lwnvme_sim *sim, uint8_t lid, uint32_t nsid)
{
    if (nsid == 0 || nsid == UINT32_MAX) {
        return SIM_OK;
    }
    if (lid == LOG_SMART && (sim->config.lpa & LPA_SMART_PER_NAMESPACE) != 0) {
        return lwsim_namespace(sim, nsid) != NULL ? SIM_OK : SIM_INVALID_NAMESPACE;
    }
    return SIM_INVALID_FIELD;
}

uint16_t lwsim_log_prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    uint8_t lid = (uint8_t)(task->sqe[10] & 0xff);
    bool extended = (sim->config.lpa & LPA_EXTENDED) != 0;
    bool known = lid == LOG_ERRORS || lid == LOG_SMART || lid == LOG_FIRMWARE ||
                 (lid == LOG_EFFECTS && (sim->config.lpa & LPA_EFFECTS) != 0);
    uint64_t dwords = task->sqe[10] >> 16;
    if (!known) {
        return SIM_LOG_INVALID;
    }
    if (!extended && (dwords > 0xfff || (task->sqe[11] | task->sqe[12] | task->sqe[13]) != 0)) {
        if (sim->config.strict_reserved) {
            lwsim_violation(sim, "Get Log Page: a length or offset beyond 12 bits, but LPA bit 2 is 0");
        }
        return SIM_INVALID_FIELD;
    }
    dwords |= (uint64_t)(task->sqe[11] & 0xffff) << 16;
    *bytes = (dwords + 1) * 4;
    task->direction = LWNVME_FROM_DEVICE;
    if (task->sqe[12] % 4 != 0) {
        return SIM_INVALID_FIELD;
    }
    uint64_t limit = ((uint64_t)4096 << sim->config.cap_mpsmin)
                     << (sim->config.mdts < 32 ? sim->config.mdts : 31);
    if ((sim->config.mdts != 0 && *bytes > limit) || *bytes > (1u << 30)) {
        return SIM_INVALID_FIELD;
    }
    return check_log_namespace(sim, lid, task->sqe[1]);
}

uint16_t lwsim_log_execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    uint8_t page[16384] = {0};
    uint8_t lid = (uint8_t)(task->sqe[10] & 0xff);
    uint64_t offset = lwsim_pair(&task->sqe[12]);
    uint64_t bytes = task->data.bytes;
    size_t length = lid == LOG_ERRORS     ? fill_errors(sim, page)
                    : lid == LOG_SMART    ? fill_smart(sim, page)
                    : lid == LOG_FIRMWARE ? fill_firmware(sim, page)
                                          : fill_effects(sim, page);
    if (sim->config.on_log_page != NULL) {
        sim->config.on_log_page(sim->config.callback_context, lid, task->sqe[1], page, length);
    }
    if (offset > length) {
        return SIM_INVALID_FIELD;
    }
    uint8_t *answer = malloc((size_t)bytes);
    if (answer == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    uint64_t real = length - offset < bytes ? length - offset : bytes;
    memset(answer, BEYOND_END, (size_t)bytes);
    memcpy(answer, page + offset, (size_t)real);
    bool good = lwsim_data(sim, task, answer, bytes);
    free(answer);
    sim->counts.bytes_from_device += bytes;
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}
