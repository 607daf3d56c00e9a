/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: a freestanding NVMe driver for people who write operating systems. This header takes in all others.
 *
 * Where to begin: host.h, controller.h, queue.h, namespace.h, and sync.h or (docs/io.md) request.h and nvm.h.
 *
 *     host.h              what your OS provides
 *     config.h            compile-time options
 *     status.h            how calls and commands end
 *
 *     controller.h        open, poll, shut down, resume, reset, close
 *     recovery.h          what is done about a controller that does not answer
 *     interrupt.h         interrupts, and waits that end at them
 *     panic.h             a crash dump, when nothing else runs any more
 *     kept.h              memory that a controller which does not stop keeps
 *
 *     queue.h             I/O queue pairs
 *     queue_memory.h      queues in memory of yours
 *     queue_statistics.h  what queues have done
 *     cmb.h               submission queues in the controller's memory
 *     shadow.h            doorbells in memory, for emulated drives
 *
 *     request.h           requests and buffers
 *     mapper.h            buffers of any shape: SGLs, bounce memory
 *     retry.h             requests that are repeated when that may help
 *     cancel.h            commands of a queue that are wanted back
 *
 *     namespace.h         what can be read and written
 *     nvm.h               read, write, flush, trim, ...
 *     limits.h            what single commands may be, and what is atomic
 *     metadata.h          blocks that carry metadata
 *     protection.h        protection information: guards and tags of blocks
 *     copy.h              copies inside the controller
 *     fused.h             compare and write as one
 *     reservation.h       namespaces that hosts share
 *     placement.h         reclaim units and placement handles
 *     zns.h               zoned namespaces: reports, appends, management of zones
 *     kv.h                key value namespaces
 *
 *     admin.h             identify, log pages, features, and all else that can be asked of a controller
 *     sync.h              all of it, blocking; sync_zoned.h for zones
 *     describe.h          what a drive says, in words
 *     spec.h              the specification's vocabulary
 */
#ifndef LWNVME_H
#define LWNVME_H

#define LWNVME_VERSION_MAJOR 0
#define LWNVME_VERSION_MINOR 1
#define LWNVME_VERSION_PATCH 0

#include "admin.h"
#include "cancel.h"
#include "cmb.h"
#include "config.h"
#include "copy.h"
#include "controller.h"
#include "describe.h"
#include "fused.h"
#include "host.h"
#include "interrupt.h"
#include "limits.h"
#include "mapper.h"
#include "kept.h"
#include "kv.h"
#include "metadata.h"
#include "namespace.h"
#include "nvm.h"
#include "panic.h"
#include "protection.h"
#include "placement.h"
#include "queue.h"
#include "queue_memory.h"
#include "queue_statistics.h"
#include "request.h"
#include "shadow.h"
#include "recovery.h"
#include "reservation.h"
#include "retry.h"
#include "spec.h"
#include "status.h"
#include "sync.h"
#include "sync_zoned.h"
#include "zns.h"

#endif
