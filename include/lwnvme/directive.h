/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: directives: what kinds a controller has, their enabling, and streams.
 *
 * Data come through a page of the library's own and are copied to the caller's memory (any alignment) only on
 * success, just before the callback, which comes from lwnvme_controller_poll. Controller owner's context. 0: accepted;
 * LWNVME_ERR_NO_DIRECTIVES: OACS bit 5 is 0; else refused by name.
 */
#ifndef LWNVME_DIRECTIVE_H
#define LWNVME_DIRECTIVE_H

#include "controller.h"
#include "spec_admin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What directives a namespace has and which are enabled.
 * NVM Express Base Specification 2.1, section 8.1.8.2.1.1 "Return Parameters (Directive Operation 01h)". */
int lwnvme_directive_identify(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid, struct lwnvme_directive_parameters *parameters);

/* Whether a bit of lwnvme_directive_parameters is set. type: LWNVME_DIRECTIVE_TYPE_... */
static inline bool lwnvme_directive_is_set(const uint8_t bits[32], uint8_t type)
{
    return ((unsigned)bits[type >> 3] >> (type & 7u) & 1u) != 0;
}

/* Enables or disables a directive type for a namespace.
 * Section 8.1.8.2.2.1 "Enable Directive (Directive Operation 01h)". */
int lwnvme_directive_enable(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            uint32_t nsid, uint8_t type, bool enable);

/* What streams there can be and are. Section 8.1.8.3.1.1 "Return Parameters (Directive Operation 01h)". */
int lwnvme_stream_identify(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid, struct lwnvme_stream_parameters *parameters);

/*
 * Identifiers of the open streams of a namespace, the first 2047. Once it has ended well, osc is at most
 * LWNVME_STREAM_IDENTIFIERS_MAX, whatever the controller said.
 * Section 8.1.8.3.1.2 "Get Status (Directive Operation 02h)".
 */
int lwnvme_stream_get_status(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             uint32_t nsid, struct lwnvme_stream_status *status);

/* Asks for stream_count (1 to 65535) streams for a namespace; request->result_dw0 bits 15:0 say how many were given.
 * Section 8.1.8.3.1.3 "Allocate Resources (Directive Operation 03h)". */
int lwnvme_stream_allocate(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint32_t nsid, uint32_t stream_count);

/* Closes an open stream (1 to 65535). Section 8.1.8.3.2.1 "Release Identifier (Directive Operation 01h)". */
int lwnvme_stream_release(struct lwnvme_controller *controller, struct lwnvme_request *request, uint32_t nsid,
                          uint16_t stream);

/* Gives all stream resources of a namespace back.
 * Section 8.1.8.3.2.2 "Release Resources (Directive Operation 02h)". */
int lwnvme_stream_release_all(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t nsid);

#ifdef __cplusplus
}
#endif

#endif
