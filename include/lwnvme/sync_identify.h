/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: identify structures, blocking: each call is the one of identify.h without `sync`, and waits for its end.
 * Arguments, data and results are the same; see there. As all of sync.h refused with LWNVME_ERR_IN_CALLBACK from
 * inside a callback of an admin command.
 */
#ifndef LWNVME_SYNC_IDENTIFY_H
#define LWNVME_SYNC_IDENTIFY_H

#include "identify.h"
#include "sync_call.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline int lwnvme_sync_identify_select(struct lwnvme_controller *controller,
                                              const struct lwnvme_identify_query *query, void *data)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_select(controller, lwnvme_sync_admin_begin(controller, &request), query, data));
}

static inline int lwnvme_sync_identify_get_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                     struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_namespace(controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_allocated_namespace(struct lwnvme_controller *controller,
                                                               uint32_t nsid,
                                                               struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_allocated_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_nvm_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                         struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_nvm_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_allocated_nvm_namespace(struct lwnvme_controller *controller,
                                                                   uint32_t nsid,
                                                                   struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_allocated_nvm_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_zns_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                         struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_zns_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_allocated_zns_namespace(struct lwnvme_controller *controller,
                                                                   uint32_t nsid,
                                                                   struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_allocated_zns_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_kv_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                        struct lwnvme_identify_kv_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_kv_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_allocated_kv_namespace(struct lwnvme_controller *controller,
                                                                  uint32_t nsid,
                                                                  struct lwnvme_identify_kv_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_allocated_kv_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int
lwnvme_sync_identify_get_independent_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                               struct lwnvme_identify_independent_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_independent_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int
lwnvme_sync_identify_get_independent_allocated_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                         struct lwnvme_identify_independent_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_independent_allocated_namespace(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, ns));
}

static inline int lwnvme_sync_identify_get_format(struct lwnvme_controller *controller, uint16_t format_index,
                                                  struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_format(controller,
                                                            lwnvme_sync_admin_begin(controller, &request),
                                                            format_index, ns));
}

static inline int lwnvme_sync_identify_get_nvm_format(struct lwnvme_controller *controller,
                                                      uint16_t format_index,
                                                      struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_nvm_format(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                format_index, ns));
}

static inline int lwnvme_sync_identify_get_zns_format(struct lwnvme_controller *controller,
                                                      uint16_t format_index,
                                                      struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_zns_format(controller,
                                                                lwnvme_sync_admin_begin(controller, &request),
                                                                format_index, ns));
}

static inline int lwnvme_sync_identify_get_descriptors(struct lwnvme_controller *controller, uint32_t nsid,
                                                       struct lwnvme_identify_descriptor_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_descriptors(
                                     controller, lwnvme_sync_admin_begin(controller, &request), nsid, list));
}

static inline int lwnvme_sync_identify_get_controller(struct lwnvme_controller *controller,
                                                      struct lwnvme_identify_controller *identify)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_controller(controller, lwnvme_sync_admin_begin(controller, &request), identify));
}

static inline int lwnvme_sync_identify_get_nvm_controller(struct lwnvme_controller *controller,
                                                          struct lwnvme_identify_nvm_controller *identify)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_nvm_controller(
                                     controller, lwnvme_sync_admin_begin(controller, &request), identify));
}

static inline int lwnvme_sync_identify_get_zns_controller(struct lwnvme_controller *controller,
                                                          struct lwnvme_identify_zns_controller *identify)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_zns_controller(
                                     controller, lwnvme_sync_admin_begin(controller, &request), identify));
}

static inline int lwnvme_sync_identify_get_kv_controller(struct lwnvme_controller *controller,
                                                         struct lwnvme_identify_kv_controller *identify)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_kv_controller(
                                     controller, lwnvme_sync_admin_begin(controller, &request), identify));
}

static inline int lwnvme_sync_identify_get_controllers(struct lwnvme_controller *controller,
                                                       uint16_t first_cntlid,
                                                       struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_controllers(controller, lwnvme_sync_admin_begin(controller, &request),
                                        first_cntlid, list));
}

static inline int lwnvme_sync_identify_get_namespace_controllers(struct lwnvme_controller *controller,
                                                                 uint32_t nsid, uint16_t first_cntlid,
                                                                 struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_namespace_controllers(controller, lwnvme_sync_admin_begin(controller, &request),
                                                  nsid, first_cntlid, list));
}

static inline int
lwnvme_sync_identify_get_primary_controller(struct lwnvme_controller *controller, uint16_t cntlid,
                                            struct lwnvme_identify_primary_controller *identify)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_primary_controller(controller, lwnvme_sync_admin_begin(controller, &request),
                                               cntlid, identify));
}

static inline int
lwnvme_sync_identify_get_secondary_controllers(struct lwnvme_controller *controller, uint16_t first_cntlid,
                                               struct lwnvme_identify_secondary_controller_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_secondary_controllers(controller, lwnvme_sync_admin_begin(controller, &request),
                                                  first_cntlid, list));
}

static inline int lwnvme_sync_identify_get_io_command_sets(struct lwnvme_controller *controller,
                                                           uint16_t cntlid,
                                                           struct lwnvme_identify_io_command_sets *sets)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_io_command_sets(controller, lwnvme_sync_admin_begin(controller, &request), cntlid,
                                            sets));
}

static inline int lwnvme_sync_identify_get_active_namespaces(struct lwnvme_controller *controller,
                                                             uint32_t after,
                                                             struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_active_namespaces(
                                     controller, lwnvme_sync_admin_begin(controller, &request), after, list));
}

static inline int lwnvme_sync_identify_get_active_namespaces_of(struct lwnvme_controller *controller,
                                                                uint32_t after, uint8_t csi,
                                                                struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_active_namespaces_of(controller, lwnvme_sync_admin_begin(controller, &request),
                                                 after, csi, list));
}

static inline int lwnvme_sync_identify_get_allocated_namespaces(struct lwnvme_controller *controller,
                                                                uint32_t after,
                                                                struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_allocated_namespaces(
                                     controller, lwnvme_sync_admin_begin(controller, &request), after, list));
}

static inline int
lwnvme_sync_identify_get_allocated_namespaces_of(struct lwnvme_controller *controller, uint32_t after,
                                                 uint8_t csi, struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_allocated_namespaces_of(controller, lwnvme_sync_admin_begin(controller, &request),
                                                    after, csi, list));
}

static inline int lwnvme_sync_identify_get_nvm_sets(struct lwnvme_controller *controller, uint16_t first,
                                                    struct lwnvme_identify_nvm_set_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_nvm_sets(controller, lwnvme_sync_admin_begin(controller, &request), first, list));
}

static inline int lwnvme_sync_identify_get_domains(struct lwnvme_controller *controller, uint16_t first,
                                                   struct lwnvme_identify_domain_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_domains(controller, lwnvme_sync_admin_begin(controller, &request), first, list));
}

static inline int lwnvme_sync_identify_get_endurance_groups(struct lwnvme_controller *controller,
                                                            uint16_t first,
                                                            struct lwnvme_identify_endurance_group_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(controller, &request,
                                 lwnvme_identify_get_endurance_groups(
                                     controller, lwnvme_sync_admin_begin(controller, &request), first, list));
}

static inline int lwnvme_sync_identify_get_granularity(struct lwnvme_controller *controller,
                                                       struct lwnvme_identify_granularity_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_granularity(controller, lwnvme_sync_admin_begin(controller, &request), list));
}

static inline int lwnvme_sync_identify_get_uuids(struct lwnvme_controller *controller,
                                                 struct lwnvme_identify_uuid_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_uuids(controller, lwnvme_sync_admin_begin(controller, &request), list));
}

static inline int lwnvme_sync_identify_get_ports(struct lwnvme_controller *controller,
                                                 struct lwnvme_identify_port_list *list)
{
    struct lwnvme_request request;

    return lwnvme_sync_admin_end(
        controller, &request,
        lwnvme_identify_get_ports(controller, lwnvme_sync_admin_begin(controller, &request), list));
}

#ifdef __cplusplus
}
#endif

#endif
