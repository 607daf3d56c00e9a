/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: identify structures. Asynchronous; the blocking forms are in sync_identify.h (and lwnvme_sync_identify in
 * sync.h).
 *
 * Data come through a page of the library's own, cleared beforehand, and are copied to the caller's memory
 * (any alignment) only on success, just before the callback. Callbacks come from lwnvme_controller_poll.
 * Controller owner's context; the controller must be ready. 0: accepted; else refused by name.
 *
 * lwnvme_identify and lwnvme_identify_select deliver what the controller says as it says it. The calls named
 * lwnvme_identify_get_... below them are refused with the name of what the controller lacks, and look at the data
 * before the caller does, so that every count and index can be used without a thought:
 *
 *   - A list has as many entries as its count says, never more than it has room for, in ascending order, and zeros
 *     from there on. Where the controller's own made no sense (a count beyond the structure, entries not ascending,
 *     below what was asked for, or reserved) it is cut off before that place, and the request's status is
 *     LWNVME_ERR_LIST_ENTRY: what came before may be used.
 *   - The counts of formats are no larger than the tables that they count. LWNVME_ERR_NS_FORMAT: the format in use
 *     is not among them; the structure is there all the same.
 *   - LWNVME_ERR_NS_INACTIVE: the controller delivered an empty structure, its way to say that there is no such
 *     namespace.
 *
 * Refusals that all of them share: LWNVME_ERR_NO_IDENTIFY_CNS, the controller is older than the structure;
 * LWNVME_ERR_NS_INVALID_ID, a namespace identifier of 0 or beyond what the controller has. What the device says
 * though it should know the structure reaches the caller whole, as a positive status.
 */
#ifndef LWNVME_IDENTIFY_H
#define LWNVME_IDENTIFY_H

#include "controller.h"
#include "spec.h"
#include "spec_identify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One Identify structure of 4096 bytes, as the controller gave it: not validated. cns: LWNVME_CNS_...
 * NVM Express Base Specification 2.1, section 5.1.13 "Identify command". */
int lwnvme_identify(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t cns,
                    uint32_t nsid, void *data);

/* Which Identify structure, with every field of the command. Zero what the structure does not use. */
struct lwnvme_identify_query {
    uint8_t cns; /* LWNVME_CNS_... */
    uint8_t csi; /* LWNVME_CSI_... */
    uint8_t
        uuid_index; /* 1 to 127, from the UUID list: vendor specific fields in that vendor's sense; 0: none */
    uint16_t cntid; /* controller */
    uint16_t cnssid; /* CNS specific: NVM set, domain, endurance group, user data format */
    uint32_t nsid;
};

/* As lwnvme_identify, for any query: 4096 bytes as the controller gave them. LWNVME_ERR_NO_UUID_LIST: a UUID index
 * for a controller without such a list. */
int lwnvme_identify_select(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const struct lwnvme_identify_query *query, void *data);

/* ---- One namespace ------------------------------------------------------------------------------------- */

/*
 * Namespaces by number. nsid may be LWNVME_NSID_ALL for what all namespaces have in common, if the controller has
 * namespace management (else LWNVME_ERR_NO_NAMESPACE_MANAGEMENT); not for allocated ones, nor for what does not depend
 * on the command set (`independent`).
 * `allocated`: of any namespace of the NVM subsystem, attached to this controller or not; needs namespace management.
 * Structures of a command set beside NVM, and those of controllers before 2.0, need LWNVME_CAP_CSS_IOCSS
 * (LWNVME_ERR_NO_COMMAND_SETS).
 * Base, sections 5.1.13.2.5, .8, .10, .18 and .20; NVM, section 4.1.5.1 and 4.1.5.3; ZNS and KV, section 4.1.5.
 */
int lwnvme_identify_get_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                  uint32_t nsid, struct lwnvme_identify_namespace *ns);
int lwnvme_identify_get_allocated_namespace(struct lwnvme_controller *controller,
                                            struct lwnvme_request *request, uint32_t nsid,
                                            struct lwnvme_identify_namespace *ns);
int lwnvme_identify_get_nvm_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      uint32_t nsid, struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_identify_get_allocated_nvm_namespace(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t nsid,
                                                struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_identify_get_zns_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      uint32_t nsid, struct lwnvme_identify_zns_namespace *ns);
int lwnvme_identify_get_allocated_zns_namespace(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t nsid,
                                                struct lwnvme_identify_zns_namespace *ns);
int lwnvme_identify_get_kv_namespace(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                     uint32_t nsid, struct lwnvme_identify_kv_namespace *ns);
int lwnvme_identify_get_allocated_kv_namespace(struct lwnvme_controller *controller,
                                               struct lwnvme_request *request, uint32_t nsid,
                                               struct lwnvme_identify_kv_namespace *ns);
int lwnvme_identify_get_independent_namespace(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint32_t nsid,
                                              struct lwnvme_identify_independent_namespace *ns);
int lwnvme_identify_get_independent_allocated_namespace(struct lwnvme_controller *controller,
                                                        struct lwnvme_request *request, uint32_t nsid,
                                                        struct lwnvme_identify_independent_namespace *ns);

/* What a namespace would be like with user data format (LBA format) `format_index`, 0 to 63.
 * Base, section 5.1.13.1, CNS 09h and 0Ah. */
int lwnvme_identify_get_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                               uint16_t format_index, struct lwnvme_identify_namespace *ns);
int lwnvme_identify_get_nvm_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t format_index, struct lwnvme_identify_nvm_namespace *ns);
int lwnvme_identify_get_zns_format(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   uint16_t format_index, struct lwnvme_identify_zns_namespace *ns);

/* The identifiers of a namespace: what is cut off by LWNVME_ERR_LIST_ENTRY is a descriptor that does not fit, or one
 * of a known type with another length. Read with lwnvme_namespace_descriptor_find. Base, section 5.1.13.2.3. */
int lwnvme_identify_get_descriptors(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint32_t nsid, struct lwnvme_identify_descriptor_list *list);

/* The value of the first descriptor of a type (LWNVME_NIDT_...), inside the list, *length_bytes long; NULL: there is
 * none. Stays inside the list whatever is in it. Any context. */
const uint8_t *lwnvme_namespace_descriptor_find(const struct lwnvme_identify_descriptor_list *list,
                                                uint8_t nidt, uint32_t *length_bytes);

/* ---- Controllers --------------------------------------------------------------------------------------- */

/* This controller, anew: bring-up's copy is lwnvme_controller_get_identify. NPSS is at most 31 here.
 * LWNVME_ERR_IDENTIFY_DATA: all zeros. Base, section 5.1.13.2.1. */
int lwnvme_identify_get_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                   struct lwnvme_identify_controller *identify);

/* What the controller says for one command set: as for namespaces. */
int lwnvme_identify_get_nvm_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       struct lwnvme_identify_nvm_controller *identify);
int lwnvme_identify_get_zns_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                       struct lwnvme_identify_zns_controller *identify);
int lwnvme_identify_get_kv_controller(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                      struct lwnvme_identify_kv_controller *identify);

/* Controllers of the NVM subsystem with identifiers from first_cntlid on: all, or those that namespace nsid
 * is attached to. A full list may go on: ask again behind its last. LWNVME_ERR_NO_NAMESPACE_MANAGEMENT:
 * neither that (OACS bit 3), nor virtualization management, nor several controllers (CMIC bit 1). Base,
 * sections 5.1.13.2.11 and .12. */
int lwnvme_identify_get_controllers(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    uint16_t first_cntlid, struct lwnvme_identify_controller_list *list);
int lwnvme_identify_get_namespace_controllers(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint32_t nsid,
                                              uint16_t first_cntlid,
                                              struct lwnvme_identify_controller_list *list);

/* Resources of a primary controller, and the secondary controllers of this one with identifiers from first_cntlid
 * on. LWNVME_ERR_NO_VIRTUALIZATION. Base, sections 5.1.13.3.1 and .2. */
int lwnvme_identify_get_primary_controller(struct lwnvme_controller *controller,
                                           struct lwnvme_request *request, uint16_t cntlid,
                                           struct lwnvme_identify_primary_controller *identify);
int lwnvme_identify_get_secondary_controllers(struct lwnvme_controller *controller,
                                              struct lwnvme_request *request, uint16_t first_cntlid,
                                              struct lwnvme_identify_secondary_controller_list *list);

/* Which I/O command sets controller cntlid can have at once; LWNVME_CNTLID_THIS: this one. Ended by a vector of 0.
 * LWNVME_ERR_NO_COMMAND_SETS. Base, section 5.1.13.2.19. */
int lwnvme_identify_get_io_command_sets(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                        uint16_t cntlid, struct lwnvme_identify_io_command_sets *sets);

/* ---- Lists --------------------------------------------------------------------------------------------- */

/*
 * Namespaces with identifiers above `after` (0 for the first page): active ones (attached to this controller) or
 * allocated ones, of all command sets or of one (csi). A full list may go on: ask again behind its last. For the
 * active ones lwnvme_namespace_enumerate does the same, and falls back where a controller does not know the list.
 * Base, sections 5.1.13.2.2, .7, .9 and .17.
 */
int lwnvme_identify_get_active_namespaces(struct lwnvme_controller *controller,
                                          struct lwnvme_request *request, uint32_t after,
                                          struct lwnvme_identify_namespace_list *list);
int lwnvme_identify_get_active_namespaces_of(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request, uint32_t after, uint8_t csi,
                                             struct lwnvme_identify_namespace_list *list);
int lwnvme_identify_get_allocated_namespaces(struct lwnvme_controller *controller,
                                             struct lwnvme_request *request, uint32_t after,
                                             struct lwnvme_identify_namespace_list *list);
int lwnvme_identify_get_allocated_namespaces_of(struct lwnvme_controller *controller,
                                                struct lwnvme_request *request, uint32_t after, uint8_t csi,
                                                struct lwnvme_identify_namespace_list *list);

/* NVM sets, domains and endurance groups with identifiers from `first` on (0 is as good as 1).
 * LWNVME_ERR_NO_NVM_SETS, LWNVME_ERR_NO_DOMAINS, LWNVME_ERR_NO_ENDURANCE_GROUPS.
 * Base, sections 5.1.13.2.4, .15 and .16. */
int lwnvme_identify_get_nvm_sets(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint16_t first, struct lwnvme_identify_nvm_set_list *list);
int lwnvme_identify_get_domains(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                uint16_t first, struct lwnvme_identify_domain_list *list);
int lwnvme_identify_get_endurance_groups(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                         uint16_t first, struct lwnvme_identify_endurance_group_list *list);

/* Steps in which namespaces are best sized. numd is at most 15 here (0's based), 63 of a controller with extended LBA
 * formats (CTRATT).
 * LWNVME_ERR_NO_NAMESPACE_GRANULARITY. Base, section 5.1.13.2.13. */
int lwnvme_identify_get_granularity(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                    struct lwnvme_identify_granularity_list *list);

/* UUIDs that UUID indexes stand for: index n is entry n - 1. LWNVME_ERR_NO_UUID_LIST. Base, section 5.1.13.2.14. */
int lwnvme_identify_get_uuids(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_identify_uuid_list *list);

/* Ports that an NVM subsystem may be exported through; from version 2.1 on. Base, section 5.1.13.4.2. */
int lwnvme_identify_get_ports(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              struct lwnvme_identify_port_list *list);

#ifdef __cplusplus
}
#endif

#endif
