/* SPDX-License-Identifier: MIT */
/* What the files of src/sync share. Not for users of the library. */
#ifndef LWNVME_SYNC_PRIVATE_H
#define LWNVME_SYNC_PRIVATE_H

#include <lwnvme/controller.h>

/* Whether blocking calls on the controller may go on: LWNVME_OK, LWNVME_ERR_NULL_ARGUMENT or
 * LWNVME_ERR_IN_CALLBACK. Asked before anything is submitted. */
int lwnvme_sync_controller_check(const struct lwnvme_controller *controller);

#endif
