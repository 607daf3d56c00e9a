/* SPDX-License-Identifier: MIT */
/*
 * Services: what lives with a controller and is told of the turns in its life (enum lwnvme_occasion). The
 * event requests, the host memory buffer, the keep alive timer and every long operation are services; core
 * knows of them only this list, so that a program without them does not carry them.
 *
 * Controller owner's context. A service is in its owner's object; it leaves the list by itself or when it is
 * told that the controller is being closed.
 */
#include "core.h"

static void lwnvme_service_rest(struct lwnvme_service *service)
{
    (void)service;
}

static void lwnvme_service_heed(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    (void)service;
    (void)occasion;
}

/* After a poll, when there may be work to do. */
static void lwnvme_services_work(struct lwnvme_controller *controller)
{
    struct lwnvme_service *service = controller->services;

    while (service != NULL) {
        controller->service_next = service->next;
        service->work(service);
        service = controller->service_next;
    }
}

/* The newest is told first. One without work, or that need not be told, leaves that function NULL. */
void lwnvme_service_add(struct lwnvme_controller *controller, struct lwnvme_service *service)
{
    if (service->work == NULL)
        service->work = lwnvme_service_rest;
    if (service->tell == NULL)
        service->tell = lwnvme_service_heed;
    service->holding = false;
    service->controller = controller;
    service->next = controller->services;
    controller->serve = lwnvme_services_work;
    controller->services = service;
}

/* Does nothing for one that is on no list. */
void lwnvme_service_remove(struct lwnvme_service *service)
{
    struct lwnvme_controller *controller = service->controller;
    struct lwnvme_service **link;

    if (controller == NULL)
        return;
    for (link = &controller->services; *link != NULL && *link != service; link = &(*link)->next)
        continue;
    if (*link == service)
        *link = service->next;
    if (controller->service_next == service)
        controller->service_next = service->next;
    service->controller = NULL;
}
