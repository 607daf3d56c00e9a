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

#endif
