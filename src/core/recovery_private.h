/* SPDX-License-Identifier: MIT */
/* What the files of recovery share. */
#ifndef LWNVME_CORE_RECOVERY_PRIVATE_H
#define LWNVME_CORE_RECOVERY_PRIVATE_H

#include "core.h"

/* recovery_request.c */
void lwnvme_recovery_recall(struct lwnvme_queue *queue, struct lwnvme_slot *slot);
bool lwnvme_recovery_keep(struct lwnvme_queue *queue, struct lwnvme_request *request);
void lwnvme_recovery_wake(struct lwnvme_queue *queue, bool stopped);
void lwnvme_recovery_slow_end(struct lwnvme_queue *queue);
void lwnvme_recovery_rest_no_more(struct lwnvme_queue *queue);
void lwnvme_recovery_give_back_all(struct lwnvme_recovery *recovery);
void lwnvme_kept_append(struct lwnvme_request **first, struct lwnvme_request **last,
                        struct lwnvme_request *request);
void lwnvme_recovery_take(struct lwnvme_recovery *recovery, struct lwnvme_request *request);
void lwnvme_count_given_back(struct lwnvme_recovery *recovery, struct lwnvme_request *request);
uint32_t lwnvme_clock_ms(const struct lwnvme_controller *controller);
void lwnvme_recovery_refuse(struct lwnvme_recovery *recovery, struct lwnvme_request *request, int status);

/* recovery_await.c */
bool lwnvme_recovery_await(const struct lwnvme_queue *queue, struct lwnvme_request *request);
void lwnvme_recovery_gather(struct lwnvme_queue *queue);
void lwnvme_recovery_part(struct lwnvme_queue *queue);
void lwnvme_recovery_give_back_orphans(struct lwnvme_recovery *recovery);
void lwnvme_recovery_look(struct lwnvme_controller *controller);
uint64_t lwnvme_recovery_due(const struct lwnvme_controller *controller, uint64_t now_us,
                             uint64_t nearest_us);
void lwnvme_recovery_withdraw(struct lwnvme_request *request);
void lwnvme_recovery_await_no_more(struct lwnvme_controller *controller);

/* recovery.c */
bool lwnvme_may_be_recovered(int status);

/* recovery_verify.c */
void lwnvme_recovery_verify_begin(struct lwnvme_recovery *recovery);
int lwnvme_recovery_verify(struct lwnvme_controller *controller);

#endif
