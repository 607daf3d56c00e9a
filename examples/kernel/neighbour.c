/* SPDX-License-Identifier: MIT */
/* One at a time. The neighbour's namespace 1 is only read. */
#include "neighbour.h"

#include "text.h"

#define NEIGHBOUR_DRIVES_MAX 8u
#define NEIGHBOUR_READS      8u
#define NEIGHBOUR_WAITS_MAX  100u

struct neighbour {
    struct platform_drive place;
    struct lwnvme_controller controller;
    struct lwnvme_queue queue;
    struct lwnvme_namespace ns;
    struct lwnvme_request requests[NEIGHBOUR_READS];
    uint8_t *data[NEIGHBOUR_READS];
};

static struct neighbour neighbour;

static int neighbour_open(void)
{
    struct lwnvme_queue_config config = {.entries = 2u * NEIGHBOUR_READS, .flags = LWNVME_QUEUE_INTERRUPT};
    int status;

    config.vector = platform_vector(&neighbour.place, 0);
    status = lwnvme_sync_controller_open(&neighbour.controller, &neighbour.place.config);
    if (status == 0) {
        status = lwnvme_sync_queue_create(&neighbour.controller, &neighbour.queue, &config);
    }
    if (status == 0) {
        status = lwnvme_sync_namespace_open(&neighbour.controller, 1, &neighbour.ns);
    }
    return status;
}

static int neighbour_read(uint32_t index)
{
    struct lwnvme_buffer buffer;

    neighbour.data[index] = platform_alloc(neighbour.ns.block_bytes);
    if (neighbour.data[index] == NULL) {
        return LWNVME_ERR_NO_MEMORY;
    }
    buffer = lwnvme_buffer_cpu(neighbour.data[index], neighbour.ns.block_bytes);
    return lwnvme_read(&neighbour.queue, &neighbour.ns, &neighbour.requests[index], index, 1, &buffer);
}

const char *neighbour_begin(const struct options *options)
{
    static struct platform_drive found[NEIGHBOUR_DRIVES_MAX];
    const uint32_t count = platform_drives(found, NEIGHBOUR_DRIVES_MAX);
    const char *reason;

    if (options->neighbour >= count || options->neighbour >= NEIGHBOUR_DRIVES_MAX ||
        options->neighbour == options->device) {
        return "there is no such neighbour";
    }
    neighbour.place = found[options->neighbour];
    reason = platform_interrupts(&neighbour.place, &neighbour.controller, options->irq, 1);
    if (reason != NULL) {
        return reason;
    }
    if (neighbour_open() != 0) {
        return "the neighbour did not come up";
    }
    for (uint32_t i = 0; i < NEIGHBOUR_READS; i++) {
        if (neighbour_read(i) != 0) {
            return "the neighbour takes no reads";
        }
    }
    return NULL;
}

static uint32_t neighbour_take(void)
{
    uint32_t taken = 0;

    for (uint32_t wait = 0; wait < NEIGHBOUR_WAITS_MAX && taken < NEIGHBOUR_READS; wait++) {
        taken += lwnvme_queue_wait(&neighbour.queue, 0, lwnvme_next_deadline(&neighbour.controller));
    }
    return taken;
}

const char *neighbour_end(const struct options *options)
{
    const uint32_t before = platform_interrupt_count(&neighbour.place, 0);
    const uint32_t taken = neighbour_take();
    int status;

    text_print("neighbour %u: %u reads answered, interrupts before they were taken: %u\n", options->neighbour,
               taken, before);
    for (uint32_t i = 0; i < NEIGHBOUR_READS; i++) {
        if (lwnvme_request_active(&neighbour.requests[i]) || neighbour.requests[i].status != 0) {
            return "a read of the neighbour failed";
        }
        platform_free(neighbour.data[i], neighbour.ns.block_bytes);
    }
    status = lwnvme_sync_controller_shutdown(&neighbour.controller, LWNVME_SHUTDOWN_NORMAL);
    return lwnvme_sync_controller_close(&neighbour.controller) != 0 || status != 0
               ? "the neighbour did not shut down"
               : NULL;
}
