/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: Security Send and Security Receive: the pipe for TCG Opal, IEEE 1667, RPMB and others. What goes through it
 * is the caller's business. Data go straight to and from the caller's memory: no copy of a secret stays in the
 * library. Callbacks come from lwnvme_controller_poll.
 */
#ifndef LWNVME_SECURITY_H
#define LWNVME_SECURITY_H

#include "controller.h"
#include "spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_security_select {
    uint8_t protocol;           /* SECP */
    uint8_t protocol_nvme_info; /* NSSF: only for protocol EAh; else 0 */
    uint16_t protocol_specific; /* SPSP: SPSP1 above, SPSP0 below */
    uint32_t nsid;              /* 0 unless the protocol names a namespace */
};

/*
 * length_bytes are transferred: 0 to one command's worth (info.max_transfer_bytes), any number. The buffer is as long,
 * rounded up to a multiple of 4; NULL for a length of 0. A device may write a whole page of 4 KiB where less was asked
 * for: give receive at least that much room.
 *
 * Controller owner's context. 0: accepted. LWNVME_ERR_NO_SECURITY: OACS bit 0 is 0. LWNVME_ERR_TRANSFER_SIZE and
 * LWNVME_ERR_BUFFER_...: length and buffer do not fit.
 * NVM Express Base Specification 2.1, sections 5.1.23 "Security Receive command", 5.1.24 "Security Send command".
 */
int lwnvme_security_send(struct lwnvme_controller *controller, struct lwnvme_request *request,
                         const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                         uint32_t length_bytes);
int lwnvme_security_receive(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_security_select *select, const struct lwnvme_buffer *buffer,
                            uint32_t length_bytes);

#ifdef __cplusplus
}
#endif

#endif
