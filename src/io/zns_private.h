/* SPDX-License-Identifier: MIT */
/* What zns.c and zns_report.c share. Not for users of the library. */
#ifndef LWNVME_ZNS_PRIVATE_H
#define LWNVME_ZNS_PRIVATE_H

#include <lwnvme/zns.h>

uint64_t lwnvme_zone_rest(const struct lwnvme_zoned *zoned, uint64_t value, uint64_t *quotient);

/* The namespace is the first member. */
static inline const struct lwnvme_zoned *lwnvme_zoned_of(const struct lwnvme_request *request)
{
    return (const struct lwnvme_zoned *)(const void *)request->ns;
}

#endif
