/* SPDX-License-Identifier: MIT */
/* The drive that the demo and the shell work on, and what there is to tell about it. */
#ifndef DEMO_DRIVE_H
#define DEMO_DRIVE_H

#include <lwnvme/lwnvme.h>

#include "options.h"
#include "platform.h"

#define DRIVE_NAMESPACES_MAX 32u
#define DRIVE_ERRORS_MAX     64u

struct drive {
    struct platform_drive place;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_queue_config queue_config;
    struct lwnvme_cmb cmb;
    struct lwnvme_queue_memory queue_memory; /* in it */
    bool use_cmb;
    struct lwnvme_namespace_list list;
    struct lwnvme_namespace ns[DRIVE_NAMESPACES_MAX];
    struct lwnvme_protection protection[DRIVE_NAMESPACES_MAX]; /* of each namespace */
    uint32_t ns_count;
    struct lwnvme_namespace *current; /* the first usable one, or the one chosen in the shell; NULL: none */
};

/* Lists what the platform found and takes the one that the options name. false: there is none, and a
 * line said so. */
bool drive_choose(struct drive *drive, const struct options *options);
/* Has it interrupt as the options say, once. NULL, or why it cannot. */
const char *drive_route(struct drive *drive, const struct options *options);
/* Takes what has come back; if nothing has, waits for the queue's interrupt, or takes a turn of a spin loop, and looks once
 * more. Returns how many. */
uint32_t drive_wait(struct drive *drive);
/* Brings the controller up, makes an I/O queue, lists and opens the namespaces. 0, or a status. */
int drive_open(struct drive *drive);
/* Lets go of the controller without a shutdown, as a kernel does that crashes. */
int drive_close(struct drive *drive);
/* Orderly: shuts down, then closes. Says how long it took. */
int drive_shutdown(struct drive *drive);

/* Each prints; the last two ask the controller and return the status. */
void drive_print_info(const struct drive *drive);
void drive_print_namespaces(const struct drive *drive);
int drive_print_smart(struct drive *drive);
int drive_print_errors(struct drive *drive);

#endif
