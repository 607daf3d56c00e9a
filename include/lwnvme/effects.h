/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: what an admin command does beside what it is for: which other commands must not meet it, and what may
 * have changed after it. Read from the Commands Supported and Effects log page. Controllers without that page, or
 * with an empty one, get safe defaults.
 */
#ifndef LWNVME_EFFECTS_H
#define LWNVME_EFFECTS_H

#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the log page, what is about admin commands: the first so many bytes, 4 for each opcode. */
#define LWNVME_EFFECTS_ADMIN_BYTES 1024u

/* CSE: which commands must not be with the controller at the same time. */
enum lwnvme_effects_scope {
    LWNVME_EFFECTS_SCOPE_NONE = 0,  /* no restriction */
    LWNVME_EFFECTS_SCOPE_NAMESPACE, /* none for the same namespace */
    LWNVME_EFFECTS_SCOPE_ALL        /* none for any namespace */
};

struct lwnvme_effects {
    bool reported;                /* the log page says so; false: assumed, because it says nothing */
    bool supported;               /* CSUPP */
    bool content;                 /* LBCC: logical blocks may change */
    bool namespace_capabilities;  /* NCC: a namespace's capabilities may change */
    bool namespace_inventory;     /* NIC: which namespaces there are may change */
    bool controller_capabilities; /* CCC: what Identify Controller says may change */
    enum lwnvme_effects_scope scope;
};

/*
 * What the log page says of an admin opcode (0 to 255). `log`: its first LWNVME_EFFECTS_ADMIN_BYTES bytes, or NULL
 * if there is none. Where there is none, or nothing but zeros, or where a reserved CSE stands, Format NVM,
 * Sanitize, Firmware Commit, Namespace Management and Namespace Attachment are assumed to need the controller for
 * themselves. Callable anywhere.
 * NVM Express Base Specification 2.1, section 5.1.12.1.6 "Commands Supported and Effects".
 */
void lwnvme_effects_admin(const uint8_t *log, uint32_t opcode, struct lwnvme_effects *effects);

/*
 * Reads what lwnvme_effects_admin takes, to LWNVME_EFFECTS_ADMIN_BYTES bytes at `log`, which stay the caller's.
 * Controller owner's context; the callback comes from lwnvme_controller_poll. LWNVME_ERR_NO_LOG_PAGE: the
 * controller has no such log page (LPA); then pass NULL to lwnvme_effects_admin.
 */
int lwnvme_effects_read(struct lwnvme_controller *controller, struct lwnvme_request *request, uint8_t *log);

#ifdef __cplusplus
}
#endif

#endif
