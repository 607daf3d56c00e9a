/* SPDX-License-Identifier: MIT */
/*
 * The list of parts, and the tables of commands, log pages and features that they make together. A part that
 * is added here is everywhere: nothing else has to know it.
 */
#include "sim_internal.h"

/* A line each, so that additions merge. */
/* clang-format off */
static const struct sim_part *const parts[] = {
    &lwsim_admin_part,
    &lwsim_identify_part,
    &lwsim_log_part,
    &lwsim_feature_part,
    &lwsim_feature_base_part,
    &lwsim_power_part,
    &lwsim_event_part,
    &lwsim_health_part,
    &lwsim_effects_part,
    &lwsim_restrict_part,
    &lwsim_firmware_part,
    &lwsim_format_part,
    &lwsim_sanitize_part,
    &lwsim_self_test_part,
    &lwsim_hmb_part,
    &lwsim_boot_part,
    &lwsim_namespace_part,
    &lwsim_capacity_part,
    &lwsim_virtual_part,
    &lwsim_telemetry_part,
    &lwsim_group_part,
    &lwsim_ana_part,
    &lwsim_persistent_part,
    &lwsim_lba_status_part,
    &lwsim_reservation_part,
    &lwsim_zones_part,
    &lwsim_fdp_part,
    &lwsim_keep_alive_part,
    &lwsim_feature_host_part,
    &lwsim_security_part,
    &lwsim_lockdown_part,
    &lwsim_directive_part,
    &lwsim_shadow_part,
    &lwsim_kv_part,
    &lwsim_interrupt_part,
    &lwsim_cmb_part,
    &lwsim_arbitration_part,
};
/* clang-format on */
#define PARTS (sizeof(parts) / sizeof(parts[0]))
_Static_assert(PARTS <= SIM_PARTS_MAX, "the lists of struct lwnvme_sim hold all parts");

bool lwsim_parts_create(struct lwnvme_sim *sim)
{
    bool good = true;
    for (size_t i = 0; i < PARTS; i++) {
        const struct sim_part *part = parts[i];
        for (size_t k = 0; k < part->command_count; k++) {
            sim->commands[part->commands[k].rule.opcode] = &part->commands[k];
        }
        for (size_t k = 0; k < part->log_count; k++) {
            sim->logs[part->logs[k].lid] = &part->logs[k];
        }
        for (size_t k = 0; k < part->feature_count; k++) {
            sim->feature_table[part->features[k].fid] = &part->features[k];
        }
        if (part->next != NULL) {
            sim->timed[sim->timed_count++] = part;
        }
        if (part->filter != NULL) {
            sim->filters[sim->filter_count++] = part;
        }
        good = good && (part->create == NULL || part->create(sim));
    }
    return good;
}

void lwsim_parts_destroy(struct lwnvme_sim *sim)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (parts[i]->destroy != NULL) {
            parts[i]->destroy(sim);
        }
    }
}

void lwsim_parts_reset(struct lwnvme_sim *sim, enum sim_reset kind)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (parts[i]->reset != NULL) {
            parts[i]->reset(sim, kind);
        }
    }
}

/* These two are asked all the time: only the parts that have something to say are. */
uint64_t lwsim_parts_next(const struct lwnvme_sim *sim)
{
    uint64_t next = LWNVME_SIM_NEVER;
    for (size_t i = 0; i < sim->timed_count; i++) {
        uint64_t due = sim->timed[i]->next(sim);
        next = due < next ? due : next;
    }
    return next;
}

void lwsim_parts_run(struct lwnvme_sim *sim)
{
    for (size_t i = 0; i < sim->timed_count; i++) {
        if (sim->timed[i]->next(sim) <= sim->now) {
            sim->timed[i]->run(sim);
        }
    }
}

uint16_t lwsim_parts_filter(struct lwnvme_sim *sim, const struct sim_task *task)
{
    uint16_t status = SIM_OK;
    for (size_t i = 0; i < sim->filter_count && status == SIM_OK; i++) {
        status = sim->filters[i]->filter(sim, task);
    }
    return status;
}

bool lwsim_parts_register_read(struct lwnvme_sim *sim, size_t offset, uint32_t *value)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (parts[i]->register_read != NULL && parts[i]->register_read(sim, offset, value)) {
            return true;
        }
    }
    return false;
}

bool lwsim_parts_register_write(struct lwnvme_sim *sim, size_t offset, uint32_t value)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (parts[i]->register_write != NULL && parts[i]->register_write(sim, offset, value)) {
            return true;
        }
    }
    return false;
}

const struct sim_command *lwsim_command_of(const struct lwnvme_sim *sim, uint8_t opcode)
{
    const struct sim_command *command = sim->commands[opcode];
    return command == NULL || (command->gate != NULL && !command->gate(sim)) ? NULL : command;
}

const struct sim_log *lwsim_log_of(const struct lwnvme_sim *sim, uint8_t lid)
{
    const struct sim_log *log = sim->logs[lid];
    return log == NULL || (log->gate != NULL && !log->gate(sim)) ? NULL : log;
}

const struct sim_feature *lwsim_feature_of(const struct lwnvme_sim *sim, uint8_t fid)
{
    const struct sim_feature *feature = sim->feature_table[fid];
    return feature == NULL || (feature->gate != NULL && !feature->gate(sim)) ? NULL : feature;
}
