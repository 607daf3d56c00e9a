/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: the part of a long operation that keeps namespace handles in step with what it does to namespaces.
 * Private; it has a header because it is a member of public objects.
 */
#ifndef LWNVME_NAMESPACE_GUARD_H
#define LWNVME_NAMESPACE_GUARD_H

#include "effects.h"
#include "namespace.h"
#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_namespace_guard {
    struct lwnvme_service service;
    struct lwnvme_namespace *const *handles;
    uint32_t handle_count;
    uint32_t nsid;   /* which namespaces are concerned: one, or LWNVME_NSID_ALL */
    uint32_t opcode; /* by what */
    uint32_t stage;
    uint32_t index;  /* the handle that is being read again */
    uint32_t resets; /* seen since the start */
    bool busy;       /* handles are refused while it lasts; false: their requests wait */
    bool entered;    /* nothing is in flight or waiting for the handles */
    uint64_t deadline_us;
    struct lwnvme_effects effects;
    struct lwnvme_namespace shadow; /* a handle read again, before it is the caller's; its data: scratch */
};

#ifdef __cplusplus
}
#endif

#endif
