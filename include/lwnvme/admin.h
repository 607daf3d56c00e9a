/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: everything that can be asked of a controller. Takes in a header per capability:
 *
 *     abort.h             the Abort command
 *     boot_partition.h    boot partitions: read, written, activated
 *     capacity.h          endurance groups and NVM sets, made and deleted
 *     directive.h         directives and streams
 *     events.h            asynchronous events
 *     identify.h          identify structures
 *     lba_status.h        which blocks are unrecoverable or allocated
 *     lockdown.h          commands and features prohibited
 *     log.h               log pages
 *     feature.h           features
 *     operation.h         what long operations have in common
 *     security.h          Security Send and Receive
 *     virtualization.h    primary and secondary controllers
 */
#ifndef LWNVME_ADMIN_H
#define LWNVME_ADMIN_H

#include "abort.h"
#include "boot_partition.h"
#include "capacity.h"
#include "directive.h"
#include "events.h"
#include "feature.h"
#include "identify.h"
#include "lba_status.h"
#include "lockdown.h"
#include "log.h"
#include "operation.h"
#include "security.h"
#include "virtualization.h"

#endif
