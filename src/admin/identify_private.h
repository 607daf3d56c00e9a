/* SPDX-License-Identifier: MIT */
/* What the files of Identify share. Not for users of the library. */
#ifndef LWNVME_IDENTIFY_PRIVATE_H
#define LWNVME_IDENTIFY_PRIVATE_H

#include <lwnvme/admin.h>

#include "../core/core.h"

/* What becomes of the data once they have been copied: asked when the request has ended, whatever its status. */
typedef bool (*lwnvme_identify_verify)(struct lwnvme_request *request);

/* A query that is refused with the name of what the controller lacks, and whose data `verify` looks at (NULL:
 * nobody) before the caller does. */
int lwnvme_identify_typed(struct lwnvme_controller *controller, struct lwnvme_request *request,
                          const struct lwnvme_identify_query *query, void *data,
                          lwnvme_identify_verify verify);

/* The same by what most queries are made of: the structure, its command set (LWNVME_IDENTIFY_OF), and one identifier, a
 * namespace's unless `which` says that it is another. */
#define LWNVME_IDENTIFY_OF(cns, csi) ((uint32_t)(cns) | (uint32_t)(csi) << 8)
#define LWNVME_IDENTIFY_BY_CNTID     (1u << 16)
#define LWNVME_IDENTIFY_BY_CNSSID    (1u << 17)
int lwnvme_identify_by(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t id,
                       void *data, uint32_t which, lwnvme_identify_verify verify);

#endif
