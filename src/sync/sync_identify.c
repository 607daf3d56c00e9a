/* SPDX-License-Identifier: MIT */
/*
 * The blocking face of Identify: each call of identify.h, and a wait for its end.
 */
#include <lwnvme/sync.h>

#include "sync_private.h"

int lwnvme_sync_identify_select(struct lwnvme_controller *controller,
                                const struct lwnvme_identify_query *query, void *data)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_select(controller, &request, query, data);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                       struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                 struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_nvm_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                           struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_nvm_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_nvm_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                     struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_nvm_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_zns_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                           struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_zns_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_zns_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                     struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_zns_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_kv_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                          struct lwnvme_identify_kv_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_kv_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_kv_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                    struct lwnvme_identify_kv_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_kv_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_independent_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                   struct lwnvme_identify_independent_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_independent_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_independent_allocated_namespace(struct lwnvme_controller *controller,
                                                             uint32_t nsid,
                                                             struct lwnvme_identify_independent_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_independent_allocated_namespace(controller, &request, nsid, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_format(struct lwnvme_controller *controller, uint16_t format_index,
                                    struct lwnvme_identify_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_format(controller, &request, format_index, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_nvm_format(struct lwnvme_controller *controller, uint16_t format_index,
                                        struct lwnvme_identify_nvm_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_nvm_format(controller, &request, format_index, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_zns_format(struct lwnvme_controller *controller, uint16_t format_index,
                                        struct lwnvme_identify_zns_namespace *ns)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_zns_format(controller, &request, format_index, ns);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_descriptors(struct lwnvme_controller *controller, uint32_t nsid,
                                         struct lwnvme_identify_descriptor_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_descriptors(controller, &request, nsid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_controller(struct lwnvme_controller *controller,
                                        struct lwnvme_identify_controller *identify)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_controller(controller, &request, identify);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_nvm_controller(struct lwnvme_controller *controller,
                                            struct lwnvme_identify_nvm_controller *identify)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_nvm_controller(controller, &request, identify);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_zns_controller(struct lwnvme_controller *controller,
                                            struct lwnvme_identify_zns_controller *identify)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_zns_controller(controller, &request, identify);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_kv_controller(struct lwnvme_controller *controller,
                                           struct lwnvme_identify_kv_controller *identify)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_kv_controller(controller, &request, identify);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_controllers(struct lwnvme_controller *controller, uint16_t first_cntlid,
                                         struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_controllers(controller, &request, first_cntlid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_namespace_controllers(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint16_t first_cntlid,
                                                   struct lwnvme_identify_controller_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_namespace_controllers(controller, &request, nsid, first_cntlid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_primary_controller(struct lwnvme_controller *controller, uint16_t cntlid,
                                                struct lwnvme_identify_primary_controller *identify)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_primary_controller(controller, &request, cntlid, identify);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_secondary_controllers(struct lwnvme_controller *controller,
                                                   uint16_t first_cntlid,
                                                   struct lwnvme_identify_secondary_controller_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_secondary_controllers(controller, &request, first_cntlid, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_io_command_sets(struct lwnvme_controller *controller, uint16_t cntlid,
                                             struct lwnvme_identify_io_command_sets *sets)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_io_command_sets(controller, &request, cntlid, sets);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_active_namespaces(struct lwnvme_controller *controller, uint32_t after,
                                               struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_active_namespaces(controller, &request, after, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_active_namespaces_of(struct lwnvme_controller *controller, uint32_t after,
                                                  uint8_t csi, struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_active_namespaces_of(controller, &request, after, csi, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_namespaces(struct lwnvme_controller *controller, uint32_t after,
                                                  struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_namespaces(controller, &request, after, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_allocated_namespaces_of(struct lwnvme_controller *controller, uint32_t after,
                                                     uint8_t csi, struct lwnvme_identify_namespace_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_allocated_namespaces_of(controller, &request, after, csi, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_nvm_sets(struct lwnvme_controller *controller, uint16_t first,
                                      struct lwnvme_identify_nvm_set_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_nvm_sets(controller, &request, first, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_domains(struct lwnvme_controller *controller, uint16_t first,
                                     struct lwnvme_identify_domain_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_domains(controller, &request, first, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_endurance_groups(struct lwnvme_controller *controller, uint16_t first,
                                              struct lwnvme_identify_endurance_group_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_endurance_groups(controller, &request, first, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_granularity(struct lwnvme_controller *controller,
                                         struct lwnvme_identify_granularity_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_granularity(controller, &request, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_uuids(struct lwnvme_controller *controller,
                                   struct lwnvme_identify_uuid_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_uuids(controller, &request, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}

int lwnvme_sync_identify_get_ports(struct lwnvme_controller *controller,
                                   struct lwnvme_identify_port_list *list)
{
    struct lwnvme_request request = {.flags = 0};
    int status = lwnvme_sync_controller_check(controller);

    if (status == LWNVME_OK)
        status = lwnvme_identify_get_ports(controller, &request, list);
    return status != LWNVME_OK ? status : lwnvme_sync_admin_wait(controller, &request);
}
