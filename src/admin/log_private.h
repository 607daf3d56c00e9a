/* SPDX-License-Identifier: MIT */
/* What the files about log pages share. Not for users of the library. */
#ifndef LWNVME_LOG_PRIVATE_H
#define LWNVME_LOG_PRIVATE_H

#include <lwnvme/admin.h>

#include "../core/core.h"

/* Which bytes of a log page a command asks for: at most a page, a multiple of 4, from a multiple of 4 on. */
void lwnvme_log_place(struct lwnvme_command *command, uint64_t offset_bytes, uint32_t length_bytes,
                      bool retain_event);

/* Everything else of the command. */
void lwnvme_log_command(struct lwnvme_command *command, const struct lwnvme_log_select *select);

/* Whether the controller takes offsets. */
static inline bool lwnvme_log_has_offsets(const struct lwnvme_controller *controller)
{
    return (controller->info.lpa & LWNVME_LPA_EXTENDED_DATA) != 0;
}

/* An endurance group that the controller can have, by what it says of itself. */
static inline bool lwnvme_log_is_endurance_group(const struct lwnvme_controller *controller, uint16_t endgid)
{
    return endgid != 0 && endgid <= lwnvme_le16_get(&lwnvme_identify_copy(controller)->endgidmax);
}

#endif
