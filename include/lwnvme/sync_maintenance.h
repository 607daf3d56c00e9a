/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: firmware update, format, sanitize and self-test, blocking: each begins the operation of the same name and
 * carries it on to its end. Objects, results and refusals are those of firmware.h, format.h, sanitize.h and
 * self_test.h; they may take hours, so a program with anything else to do steps them itself. As all of sync.h refused
 * with LWNVME_ERR_IN_CALLBACK from inside a callback of an admin command.
 */
#ifndef LWNVME_SYNC_MAINTENANCE_H
#define LWNVME_SYNC_MAINTENANCE_H

#include "firmware.h"
#include "format.h"
#include "sanitize.h"
#include "self_test.h"

#ifdef __cplusplus
extern "C" {
#endif

int lwnvme_sync_firmware_update(struct lwnvme_controller *controller, struct lwnvme_firmware_update *update);
int lwnvme_sync_firmware_activation_follow(struct lwnvme_controller *controller,
                                           struct lwnvme_firmware_update *update);
int lwnvme_sync_firmware_download(struct lwnvme_controller *controller, uint32_t offset_bytes,
                                  const void *data, uint32_t length_bytes);
/* timeout_ms of the command, 0: the controller's default. *result_dw0 receives completion dword 0 unless it is NULL. */
int lwnvme_sync_firmware_commit(struct lwnvme_controller *controller,
                                const struct lwnvme_firmware_commit_select *select, uint32_t timeout_ms,
                                uint32_t *result_dw0);

int lwnvme_sync_format(struct lwnvme_controller *controller, struct lwnvme_format *format);
int lwnvme_sync_format_follow(struct lwnvme_controller *controller, struct lwnvme_format *format);

int lwnvme_sync_sanitize(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize);
int lwnvme_sync_sanitize_follow(struct lwnvme_controller *controller, struct lwnvme_sanitize *sanitize);

int lwnvme_sync_self_test(struct lwnvme_controller *controller, struct lwnvme_self_test *test);
int lwnvme_sync_self_test_follow(struct lwnvme_controller *controller, struct lwnvme_self_test *test);
int lwnvme_sync_self_test_abort(struct lwnvme_controller *controller, uint32_t nsid);

#ifdef __cplusplus
}
#endif

#endif
