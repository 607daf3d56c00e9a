/* SPDX-License-Identifier: MIT */
/*
 * Get Log Page: the command, the supported log pages page, and the error information page.
 * A page is made as a whole each time that a piece of it is read. NVM Express Base Specification 2.1,
 * section 5.1.12 "Get Log Page command".
 */
#include "sim_internal.h"

enum {
    LID_SUPPORTED = 0x00,
    LID_ERRORS = 0x01
};

#define LPA_EXTENDED  4u
#define LPA_SUPPORTED 0x20u
#define BEYOND_END    0xee /* what lies behind the end of a page: nobody may rely on it */
#define PAGE_MAX      (1u << 30)

static uint8_t lid_of(const struct sim_task *task)
{
    return (uint8_t)(task->sqe[10] & 0xff);
}

uint8_t *lwsim_page_make(struct sim_page *page, size_t bytes)
{
    if (bytes > page->bytes || page->data == NULL) {
        uint8_t *larger = realloc(page->data, bytes == 0 ? 1 : bytes);
        if (larger == NULL) {
            return NULL;
        }
        memset(larger + page->bytes, 0, bytes - page->bytes);
        page->data = larger;
        page->bytes = bytes;
    }
    return page->data;
}

/* ---- the command ---- */

static uint16_t check_namespace(struct lwnvme_sim *sim, const struct sim_log *log, uint32_t nsid)
{
    if (nsid == 0 || nsid == UINT32_MAX) {
        return (log->scope & SIM_LOG_OF_CONTROLLER) != 0 ? SIM_OK : SIM_INVALID_NAMESPACE;
    }
    if ((log->scope & SIM_LOG_OF_NAMESPACE) == 0) {
        return SIM_INVALID_FIELD;
    }
    if (log->namespace_gate != NULL && !log->namespace_gate(sim)) {
        return SIM_INVALID_FIELD;
    }
    return lwsim_namespace(sim, nsid) != NULL ? SIM_OK : SIM_INVALID_NAMESPACE;
}

static uint16_t check_specifics(struct lwnvme_sim *sim, const struct sim_task *task,
                                const struct sim_log *log)
{
    const char *what = NULL;
    uint32_t last = task->sqe[14];
    if ((lwsim_log_lsp(task) & ~log->lsp) != 0) {
        what = "log specific parameter";
    } else if (lwsim_log_lsi(task) != 0 && !log->lsi) {
        what = "log specific identifier";
    } else if (last >> 24 != 0 && !log->csi) {
        what = "command set identifier";
    }
    if (what != NULL && sim->config.strict_reserved) {
        lwsim_violation(sim, "Get Log Page %02xh: this page has no %s", log->lid, what);
    }
    if (what != NULL || ((last & 0x800000) != 0 && !log->index_offset)) {
        return SIM_INVALID_FIELD;
    }
    return log->check == NULL ? SIM_OK : log->check(sim, task);
}

static uint16_t check_length(struct lwnvme_sim *sim, const struct sim_task *task, uint64_t *bytes)
{
    bool extended = (sim->config.lpa & LPA_EXTENDED) != 0;
    uint64_t dwords = task->sqe[10] >> 16;
    if (!extended && (dwords > 0xfff || ((task->sqe[11] & 0xffff) | task->sqe[12] | task->sqe[13]) != 0)) {
        if (sim->config.strict_reserved) {
            lwsim_violation(sim, "Get Log Page: a length or offset beyond 12 bits, but LPA bit 2 is 0");
        }
        return SIM_INVALID_FIELD;
    }
    dwords |= (uint64_t)(task->sqe[11] & 0xffff) << 16;
    *bytes = (dwords + 1) * 4;
    bool by_index = (task->sqe[14] & 0x800000) != 0;
    if (task->sqe[12] % 4 != 0 && !by_index) {
        lwsim_violation(sim, "Get Log Page: the offset is not dword aligned (0x%x)", task->sqe[12]);
        return SIM_INVALID_FIELD;
    }
    uint64_t limit = ((uint64_t)4096 << sim->config.cap_mpsmin)
                     << (sim->config.mdts < 32 ? sim->config.mdts : 31);
    return (sim->config.mdts != 0 && *bytes > limit) || *bytes > PAGE_MAX ? SIM_INVALID_FIELD : SIM_OK;
}

static uint16_t prepare(struct lwnvme_sim *sim, struct sim_task *task, uint64_t *bytes)
{
    const struct sim_log *log = lwsim_log_of(sim, lid_of(task));
    if (log == NULL) {
        return SIM_LOG_INVALID;
    }
    task->direction = LWNVME_FROM_DEVICE;
    uint16_t status = check_length(sim, task, bytes);
    if (status == SIM_OK) {
        status = check_namespace(sim, log, task->sqe[1]);
    }
    if (status == SIM_OK) {
        status = lwsim_uuid_check(sim, task);
    }
    return status == SIM_OK ? check_specifics(sim, task, log) : status;
}

/* Where the wanted piece begins; UINT64_MAX: not in this page. */
static uint64_t offset_of(const struct sim_task *task, const struct sim_log *log, const struct sim_page *page)
{
    uint64_t offset = lwsim_pair(&task->sqe[12]);
    if ((task->sqe[14] & 0x800000) != 0) {
        return log->index(page, offset);
    }
    return offset > page->bytes ? UINT64_MAX : offset;
}

static uint16_t give_out(struct lwnvme_sim *sim, struct sim_task *task, const struct sim_page *page,
                         uint64_t offset)
{
    uint64_t bytes = task->data.bytes;
    uint8_t *answer = malloc((size_t)bytes);
    if (answer == NULL) {
        return SIM_INTERNAL_ERROR;
    }
    uint64_t real = page->bytes - offset < bytes ? page->bytes - offset : bytes;
    memset(answer, BEYOND_END, (size_t)bytes);
    memcpy(answer, page->data + offset, (size_t)real);
    bool good = lwsim_data(sim, task, answer, bytes);
    free(answer);
    sim->counts.bytes_from_device += bytes;
    return good ? SIM_OK : SIM_TRANSFER_ERROR;
}

static uint16_t execute(struct lwnvme_sim *sim, struct sim_task *task)
{
    const struct sim_log *log = sim->logs[lid_of(task)];
    struct sim_page page = {NULL, 0, false};
    bool retain = (task->sqe[10] & 0x8000) != 0;
    uint16_t status = log->fill(sim, task, &page);
    if (status == SIM_OK && page.nothing) {
        retain = true;
    } else if (status == SIM_OK && page.data != NULL) {
        if (sim->config.on_log_page != NULL) {
            sim->config.on_log_page(sim->config.callback_context, log->lid, task->sqe[1], page.data,
                                    page.bytes);
        }
        uint64_t offset = offset_of(task, log, &page);
        status = offset == UINT64_MAX ? SIM_INVALID_FIELD : give_out(sim, task, &page, offset);
    } else if (status == SIM_OK) {
        status = SIM_INTERNAL_ERROR;
    }
    free(page.data);
    if (status == SIM_OK && !retain) {
        if (log->cleared != NULL) {
            log->cleared(sim, task);
        }
        lwsim_event_clear(sim, log->lid);
    }
    return status;
}

/* ---- 00h, supported log pages ---- */

static bool has_supported(const struct lwnvme_sim *sim)
{
    return (sim->config.lpa & LPA_SUPPORTED) != 0;
}

static uint16_t fill_supported(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    uint8_t *data = lwsim_page_make(page, 1024);
    (void)task;
    for (unsigned lid = 0; data != NULL && lid < 256; lid++) {
        const struct sim_log *log = lwsim_log_of(sim, (uint8_t)lid);
        if (log != NULL) {
            data[4 * lid] = (uint8_t)(1u | (log->index_offset ? 2u : 0));
            lwsim_put(data + 4 * lid + 2, log->lid_specific, 2);
        }
    }
    return SIM_OK;
}

/* ---- 01h, error information ---- */

void lwsim_log_error(struct lwnvme_sim *sim, const struct sim_task *task)
{
    size_t place = (size_t)(sim->error_count % (sim->config.elpe + 1u));
    sim->error_count++;
    sim->errors[place] = (struct sim_error_entry){
        sim->error_count, task->sqid, task->cid, task->status, task->sqe[1], task->slba, lwsim_opcode(task)};
}

static uint16_t fill_errors(struct lwnvme_sim *sim, const struct sim_task *task, struct sim_page *page)
{
    size_t entries = sim->config.elpe + 1u;
    uint8_t *data = lwsim_page_make(page, entries * 64);
    (void)task;
    for (size_t i = 0; data != NULL && i < entries && i < sim->error_count; i++) {
        const struct sim_error_entry *entry = &sim->errors[(sim->error_count - 1 - i) % entries];
        uint8_t *at = data + 64 * i;
        lwsim_put(at + 0, entry->count, 8);
        lwsim_put(at + 8, entry->sqid, 2);
        lwsim_put(at + 10, entry->cid, 2);
        lwsim_put(at + 12, (uint64_t)entry->status << 1, 2);
        lwsim_put(at + 14, 0xffff, 2);                                /* no particular byte of the command */
        lwsim_put(at + 16, sim->sanitize.active ? 0 : entry->lba, 8); /* user data, so to say */
        lwsim_put(at + 24, entry->nsid, 4);
        if (sim->config.vs >= 0x00020000u) {
            at[31] = entry->opcode;
            at[63] = 1; /* the log page version that has the opcode */
        }
    }
    return SIM_OK;
}

static const struct sim_command commands[] = {
    {.rule = {SIM_GET_LOG,
              true,
              SIM_POINTER_DATA,
              {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xff80007f, 0}},
     .prepare = prepare,
     .execute = execute},
};

static const struct sim_log logs[] = {
    {.lid = LID_SUPPORTED, .scope = SIM_LOG_OF_CONTROLLER, .gate = has_supported, .fill = fill_supported},
    {.lid = LID_ERRORS, .scope = SIM_LOG_OF_CONTROLLER, .fill = fill_errors},
};

const struct sim_part lwsim_log_part = {
    .commands = commands,
    .command_count = sizeof(commands) / sizeof(commands[0]),
    .logs = logs,
    .log_count = sizeof(logs) / sizeof(logs[0]),
};
