/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Capacity Management: endurance groups and NVM sets, made and deleted.
 *
 * Callbacks come from lwnvme_controller_poll. Controller owner's context. 0: accepted.
 * LWNVME_ERR_NO_CAPACITY_MANAGEMENT: CTRATT does not have what is asked for; else refused by name.
 * NVM Express Base Specification 2.1, section 5.1.3 "Capacity Management command".
 */
#ifndef LWNVME_CAPACITY_H
#define LWNVME_CAPACITY_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes a capacity configuration of the Supported Capacity Configurations log page (fixed capacity management). */
int lwnvme_capacity_select(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint16_t configuration);

/* Makes an endurance group of capacity_bytes, or an NVM set in endurance group `endgid`. The controller may round up;
 * request->result_dw0 bits 15:0 are the identifier of what was made. */
int lwnvme_capacity_create_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint64_t capacity_bytes);
int lwnvme_capacity_create_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t endgid, uint64_t capacity_bytes);

/* Deletes an endurance group or an NVM set, and all namespaces in it. */
int lwnvme_capacity_delete_group(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t endgid);
int lwnvme_capacity_delete_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t nvmsetid);

/* The identifier of what a create call made, once it has ended well. */
static inline uint16_t lwnvme_capacity_created(const struct lwnvme_request *request)
{
    return (uint16_t)lwnvme_field_get(request->result_dw0, LWNVME_CAPACITY_DW0_CELID);
}

#ifdef __cplusplus
}
#endif

#endif
