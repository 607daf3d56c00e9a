/* SPDX-License-Identifier: MIT */
/* The demo's platform in a Linux process: console, buffers from the port's arena, threads for processors. */
#include "platform_vfio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static struct lwnvme_vfio *vfio_port;
static bool vfio_quiet;

struct vfio_worker {
    pthread_t thread;
    uint32_t processor;
    void (*work)(void *context, uint32_t processor);
    void *context;
};

void platform_vfio_use(struct lwnvme_vfio *port)
{
    vfio_port = port;
}

void platform_vfio_quiet(bool quiet)
{
    vfio_quiet = quiet;
}

void platform_put(char c)
{
    if (!vfio_quiet) {
        putchar(c);
    }
}

uint64_t platform_now_us(void)
{
    return vfio_port->ops.now_us(vfio_port);
}

void *platform_alloc(size_t size_bytes)
{
    return lwnvme_vfio_alloc(vfio_port, size_bytes);
}

void platform_free(void *memory, size_t size_bytes)
{
    lwnvme_vfio_free(vfio_port, memory, size_bytes);
}

uint32_t platform_drives(struct platform_drive *drives, uint32_t room)
{
    if (vfio_port == NULL || room == 0) {
        return vfio_port != NULL ? 1u : 0u;
    }
    drives[0] = (struct platform_drive){0};
    lwnvme_vfio_config(vfio_port, &drives[0].config);
    text_format(drives[0].where, sizeof(drives[0].where), "PCI %s, %04x:%04x, registers of %u KiB%s%s",
                vfio_port->address, vfio_port->vendor_id, vfio_port->device_id,
                (unsigned)(vfio_port->bar_bytes >> 10), vfio_port->bar_by_calls ? " by system calls" : "",
                vfio_port->huge_chunks != 0 ? ", memory in huge pages" : "");
    return 1;
}

const char *platform_interrupts(const struct platform_drive *drive, struct lwnvme_controller *controller,
                                enum platform_irq kind, uint32_t processors)
{
    (void)drive; /* platform_irq and lwnvme_vfio_irq count alike */
    return lwnvme_vfio_interrupts(vfio_port, controller, (enum lwnvme_vfio_irq)kind, processors + 1u) ==
                   LWNVME_VFIO_OK
               ? NULL
               : vfio_port->reason;
}

uint32_t platform_interrupt_count(const struct platform_drive *drive, uint32_t processor)
{
    return lwnvme_vfio_interrupt_count(vfio_port, platform_vector(drive, processor));
}

uint16_t platform_vector(const struct platform_drive *drive, uint32_t processor)
{
    (void)drive;
    return lwnvme_vfio_vector(vfio_port, processor);
}

/* Where a buffer of the controller's lies in the device's own addresses is not something that VFIO tells. */
bool platform_bar(const struct platform_drive *drive, uint32_t bar, struct lwnvme_cmb_bar *where)
{
    (void)drive;
    (void)bar;
    *where = (struct lwnvme_cmb_bar){0};
    return false;
}

uint32_t platform_processors(uint32_t wanted)
{
    return wanted < PLATFORM_PROCESSORS_MAX ? wanted : PLATFORM_PROCESSORS_MAX;
}

static void *vfio_work(void *argument)
{
    const struct vfio_worker *worker = argument;

    worker->work(worker->context, worker->processor);
    return NULL;
}

/* They wait for each other, so that none may be missing. Nothing has been asked of the drive by then: the kernel resets it
 * when the process has ended. */
void platform_run(uint32_t processors, void (*work)(void *context, uint32_t processor), void *context)
{
    struct vfio_worker workers[PLATFORM_PROCESSORS_MAX];

    for (uint32_t i = 1; i < processors && i < PLATFORM_PROCESSORS_MAX; i++) {
        int error;

        workers[i] = (struct vfio_worker){.processor = i, .work = work, .context = context};
        error = pthread_create(&workers[i].thread, NULL, vfio_work, &workers[i]);
        if (error != 0) {
            fprintf(stderr, "lwnvme: no thread: %s\n", strerror(error));
            exit(EXIT_FAILURE);
        }
    }
    work(context, 0);
    for (uint32_t i = 1; i < processors && i < PLATFORM_PROCESSORS_MAX; i++) {
        pthread_join(workers[i].thread, NULL);
    }
}
