/* SPDX-License-Identifier: MIT */
/* What zns.c and zns_report.c share. Not for users of the library. */
#ifndef LWNVME_ZNS_PRIVATE_H
#define LWNVME_ZNS_PRIVATE_H

#include <lwnvme/zns.h>

uint64_t lwnvme_zone_rest(const struct lwnvme_zoned *zoned, uint64_t value, uint64_t *quotient);

/* Whether zones allow a command on a range of blocks. */
int lwnvme_zoned_check(const struct lwnvme_request *request);

/* Makes a write or an append, whose data_bytes are those of a block, one command that the engine does not split. False: it is
 * none of these. */
bool lwnvme_zoned_make_one(struct lwnvme_request *request);

/* struct lwnvme_dress, open, end, room, and all of it. */
void lwnvme_zoned_go_on(struct lwnvme_namespace *ns);
void lwnvme_zoned_end(struct lwnvme_request *request);
uint32_t lwnvme_zoned_room(const struct lwnvme_namespace *ns, uint64_t lba);
extern const struct lwnvme_dress lwnvme_zoned_dress;

/* The namespace is the first member. */
static inline const struct lwnvme_zoned *lwnvme_zoned_of(const struct lwnvme_request *request)
{
    return (const struct lwnvme_zoned *)(const void *)request->ns;
}

#endif
