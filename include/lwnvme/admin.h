/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: everything that can be asked of a controller. Takes in a header per capability:
 *
 *     identify.h   identify structures
 *     log.h        log pages
 *     feature.h    features
 *     operation.h  what long operations have in common
 */
#ifndef LWNVME_ADMIN_H
#define LWNVME_ADMIN_H

#include "feature.h"
#include "identify.h"
#include "log.h"
#include "operation.h"

#endif
