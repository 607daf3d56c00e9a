/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: a freestanding NVMe driver for people who write operating systems. This header takes in all others.
 *
 *     host.h        what your OS provides
 *     config.h      compile-time options
 *     status.h      how calls and commands end
 *     controller.h  open, poll, shut down, resume, reset, close
 *     queue.h       I/O queue pairs
 *     request.h     requests and buffers
 *     namespace.h   what can be read and written
 *     nvm.h         read, write, flush, trim, ...
 *     admin.h       identify, log pages, features, and all else that can be asked of a controller
 *     sync.h        all of it, blocking
 *     describe.h    what a drive says, in words
 *     spec.h        the specification's vocabulary
 */
#ifndef LWNVME_H
#define LWNVME_H

#define LWNVME_VERSION_MAJOR 0
#define LWNVME_VERSION_MINOR 1
#define LWNVME_VERSION_PATCH 0

#include "admin.h"
#include "config.h"
#include "controller.h"
#include "describe.h"
#include "host.h"
#include "namespace.h"
#include "nvm.h"
#include "queue.h"
#include "request.h"
#include "spec.h"
#include "status.h"
#include "sync.h"

#endif
