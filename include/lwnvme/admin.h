/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: everything that can be asked of a controller. Takes in a header per capability:
 *
 *     abort.h           the Abort command
 *     boot_partition.h  boot partitions: read, written, activated
 *     capacity.h        endurance groups and NVM sets, made and deleted
 *     counter.h         128-bit counters of log pages
 *     directive.h       directives and streams
 *     effects.h         what an admin command does beside what it is for
 *     events.h          asynchronous events
 *     feature.h         features
 *     firmware.h        firmware update
 *     format.h          format
 *     host_memory.h     the host memory buffer
 *     identify.h        identify structures
 *     keep_alive.h      the Keep Alive timer
 *     lba_status.h      which blocks are unrecoverable or allocated
 *     lockdown.h        commands and features prohibited
 *     log.h             log pages
 *     log_stream.h      long log pages: telemetry, persistent events
 *     namespace_admin.h  namespaces made, deleted, attached
 *     namespace_set.h   rescan
 *     operation.h       what long operations have in common
 *     power.h           power states, suspend and resume
 *     sanitize.h        sanitize
 *     security.h        Security Send and Receive
 *     self_test.h       device self-test
 *     virtualization.h  primary and secondary controllers
 */
#ifndef LWNVME_ADMIN_H
#define LWNVME_ADMIN_H

#include "abort.h"
#include "boot_partition.h"
#include "capacity.h"
#include "counter.h"
#include "directive.h"
#include "effects.h"
#include "events.h"
#include "feature.h"
#include "firmware.h"
#include "format.h"
#include "host_memory.h"
#include "identify.h"
#include "keep_alive.h"
#include "lba_status.h"
#include "lockdown.h"
#include "log.h"
#include "log_stream.h"
#include "namespace_admin.h"
#include "namespace_set.h"
#include "operation.h"
#include "power.h"
#include "sanitize.h"
#include "security.h"
#include "self_test.h"
#include "virtualization.h"

#endif
