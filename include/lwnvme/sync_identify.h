/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: identify structures, blocking: each call is the one of identify.h without `sync`, and waits for its end.
 * Arguments, data and results are the same; see there. As all of sync.h refused with LWNVME_ERR_IN_CALLBACK from
 * inside a callback of an admin command.
 */
#ifndef LWNVME_SYNC_IDENTIFY_H
#define LWNVME_SYNC_IDENTIFY_H

#include "identify.h"

#ifdef __cplusplus
extern "C" {
#endif

int lwnvme_sync_identify_select(struct lwnvme_controller *controller,
                                const struct lwnvme_identify_query *query, void *data);
int lwnvme_sync_identify_get_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                       struct lwnvme_identify_namespace *ns);
int lwnvme_sync_identify_get_allocated_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                 struct lwnvme_identify_namespace *ns);
int lwnvme_sync_identify_get_nvm_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                           struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_sync_identify_get_allocated_nvm_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                     struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_sync_identify_get_zns_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                           struct lwnvme_identify_zns_namespace *ns);
int lwnvme_sync_identify_get_allocated_zns_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                     struct lwnvme_identify_zns_namespace *ns);
int lwnvme_sync_identify_get_kv_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                          struct lwnvme_identify_kv_namespace *ns);
int lwnvme_sync_identify_get_allocated_kv_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                    struct lwnvme_identify_kv_namespace *ns);
int lwnvme_sync_identify_get_independent_namespace(struct lwnvme_controller *controller, uint32_t nsid,
                                                   struct lwnvme_identify_independent_namespace *ns);
int lwnvme_sync_identify_get_independent_allocated_namespace(
    struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_identify_independent_namespace *ns);
int lwnvme_sync_identify_get_format(struct lwnvme_controller *controller, uint16_t format_index,
                                    struct lwnvme_identify_namespace *ns);
int lwnvme_sync_identify_get_nvm_format(struct lwnvme_controller *controller, uint16_t format_index,
                                        struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_sync_identify_get_zns_format(struct lwnvme_controller *controller, uint16_t format_index,
                                        struct lwnvme_identify_zns_namespace *ns);
int lwnvme_sync_identify_get_descriptors(struct lwnvme_controller *controller, uint32_t nsid,
                                         struct lwnvme_identify_descriptor_list *list);
int lwnvme_sync_identify_get_controller(struct lwnvme_controller *controller,
                                        struct lwnvme_identify_controller *identify);
int lwnvme_sync_identify_get_nvm_controller(struct lwnvme_controller *controller,
                                            struct lwnvme_identify_nvm_controller *identify);
int lwnvme_sync_identify_get_zns_controller(struct lwnvme_controller *controller,
                                            struct lwnvme_identify_zns_controller *identify);
int lwnvme_sync_identify_get_kv_controller(struct lwnvme_controller *controller,
                                           struct lwnvme_identify_kv_controller *identify);
int lwnvme_sync_identify_get_controllers(struct lwnvme_controller *controller, uint16_t first_cntlid,
                                         struct lwnvme_identify_controller_list *list);
int lwnvme_sync_identify_get_namespace_controllers(struct lwnvme_controller *controller, uint32_t nsid,
                                                   uint16_t first_cntlid,
                                                   struct lwnvme_identify_controller_list *list);
int lwnvme_sync_identify_get_primary_controller(struct lwnvme_controller *controller, uint16_t cntlid,
                                                struct lwnvme_identify_primary_controller *identify);
int lwnvme_sync_identify_get_secondary_controllers(struct lwnvme_controller *controller,
                                                   uint16_t first_cntlid,
                                                   struct lwnvme_identify_secondary_controller_list *list);
int lwnvme_sync_identify_get_io_command_sets(struct lwnvme_controller *controller, uint16_t cntlid,
                                             struct lwnvme_identify_io_command_sets *sets);
int lwnvme_sync_identify_get_active_namespaces(struct lwnvme_controller *controller, uint32_t after,
                                               struct lwnvme_identify_namespace_list *list);
int lwnvme_sync_identify_get_active_namespaces_of(struct lwnvme_controller *controller, uint32_t after,
                                                  uint8_t csi, struct lwnvme_identify_namespace_list *list);
int lwnvme_sync_identify_get_allocated_namespaces(struct lwnvme_controller *controller, uint32_t after,
                                                  struct lwnvme_identify_namespace_list *list);
int lwnvme_sync_identify_get_allocated_namespaces_of(struct lwnvme_controller *controller, uint32_t after,
                                                     uint8_t csi,
                                                     struct lwnvme_identify_namespace_list *list);
int lwnvme_sync_identify_get_nvm_sets(struct lwnvme_controller *controller, uint16_t first,
                                      struct lwnvme_identify_nvm_set_list *list);
int lwnvme_sync_identify_get_domains(struct lwnvme_controller *controller, uint16_t first,
                                     struct lwnvme_identify_domain_list *list);
int lwnvme_sync_identify_get_endurance_groups(struct lwnvme_controller *controller, uint16_t first,
                                              struct lwnvme_identify_endurance_group_list *list);
int lwnvme_sync_identify_get_granularity(struct lwnvme_controller *controller,
                                         struct lwnvme_identify_granularity_list *list);
int lwnvme_sync_identify_get_uuids(struct lwnvme_controller *controller,
                                   struct lwnvme_identify_uuid_list *list);
int lwnvme_sync_identify_get_ports(struct lwnvme_controller *controller,
                                   struct lwnvme_identify_port_list *list);

#ifdef __cplusplus
}
#endif

#endif
