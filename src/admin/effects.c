/* SPDX-License-Identifier: MIT */
/*
 * What admin commands do beside what they are for, by the Commands Supported and Effects log page. Long operations
 * ask before they send a command that I/O must not meet; a program may ask for any other. Where the log says nothing
 * the answer is the careful one. Controller owner's context; nothing is kept here.
 */
#include <lwnvme/effects.h>
#include <lwnvme/log.h>

#include "../core/core.h"

#define LWNVME_EFFECTS_ADMIN_OPCODES (LWNVME_EFFECTS_ADMIN_BYTES / 4u)

/* Commands that change what namespaces are, or that stop the controller for a while. */
static bool lwnvme_effects_need_all(uint32_t opcode)
{
    return opcode == LWNVME_ADMIN_FORMAT_NVM || opcode == LWNVME_ADMIN_SANITIZE ||
           opcode == LWNVME_ADMIN_FIRMWARE_COMMIT || opcode == LWNVME_ADMIN_NAMESPACE_MANAGEMENT ||
           opcode == LWNVME_ADMIN_NAMESPACE_ATTACHMENT;
}

static void lwnvme_effects_assume(uint32_t opcode, struct lwnvme_effects *effects)
{
    bool all = lwnvme_effects_need_all(opcode);

    effects->reported = false;
    effects->supported = true;
    effects->content = opcode == LWNVME_ADMIN_FORMAT_NVM || opcode == LWNVME_ADMIN_SANITIZE;
    effects->namespace_capabilities = all;
    effects->namespace_inventory = all;
    effects->controller_capabilities = opcode == LWNVME_ADMIN_FIRMWARE_COMMIT;
    effects->scope = all ? LWNVME_EFFECTS_SCOPE_ALL : LWNVME_EFFECTS_SCOPE_NONE;
}

/* A log that names no command as supported was not filled in: the command that read it is one. */
static bool lwnvme_effects_is_empty(const uint8_t *log)
{
    uint32_t opcode;

    for (opcode = 0; opcode < LWNVME_EFFECTS_ADMIN_OPCODES; opcode++) {
        if ((log[opcode * 4u] & LWNVME_EFFECTS_CSUPP) != 0)
            return false;
    }
    return true;
}

void lwnvme_effects_admin(const uint8_t *log, uint32_t opcode, struct lwnvme_effects *effects)
{
    uint32_t word;
    uint32_t scope;

    if (effects == NULL)
        return;
    lwnvme_effects_assume(opcode, effects);
    if (log == NULL || opcode >= LWNVME_EFFECTS_ADMIN_OPCODES || lwnvme_effects_is_empty(log))
        return;
    word = lwnvme_le32_get((const struct lwnvme_le32 *)(const void *)&log[opcode * 4u]);
    effects->supported = (word & LWNVME_EFFECTS_CSUPP) != 0;
    scope = lwnvme_field_get(word, LWNVME_EFFECTS_CSE);
    if (!effects->supported || scope > LWNVME_EFFECTS_SCOPE_ALL)
        return; /* what is sent all the same, or what has a scope that is not known, is sent with care */
    effects->reported = true;
    effects->content = (word & LWNVME_EFFECTS_LBCC) != 0;
    effects->namespace_capabilities = (word & LWNVME_EFFECTS_NCC) != 0;
    effects->namespace_inventory = (word & LWNVME_EFFECTS_NIC) != 0;
    effects->controller_capabilities = (word & LWNVME_EFFECTS_CCC) != 0;
    effects->scope = (enum lwnvme_effects_scope)scope;
}

int lwnvme_effects_read(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t *log)
{
    struct lwnvme_log_select select = {.lid = LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS,
                                       .nsid = LWNVME_NSID_ALL};
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if ((controller->info.lpa & LWNVME_LPA_COMMANDS_SUPPORTED_AND_EFFECTS) == 0)
        return LWNVME_ERR_NO_LOG_PAGE;
    return lwnvme_log_read(controller, request, &select, log, LWNVME_EFFECTS_ADMIN_BYTES);
}
