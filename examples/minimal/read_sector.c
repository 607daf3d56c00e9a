/* SPDX-License-Identifier: MIT */
/* Reads one block, from a controller that nobody has touched to one that is shut down again. */
#include "kernel.h"

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static _Alignas(4096) uint8_t block[4096];

int read_sector(const struct lwnvme_host_ops *ops, void *host, volatile void *bar, uint64_t bar_bytes)
{
    struct lwnvme_controller_config config = {
        .ops = ops, .host = host, .page_bytes = 4096, .bar_mapped = bar, .bar_bytes = bar_bytes};
    int status = lwnvme_sync_controller_open(&controller, &config);
    int closed;

    if (status != LWNVME_OK)
        return status;
    status = lwnvme_sync_queue_create(&controller, &queue, NULL);
    if (status == LWNVME_OK)
        status = lwnvme_sync_namespace_open(&controller, 1, &ns);
    if (status == LWNVME_OK && ns.block_bytes > sizeof(block))
        status = LWNVME_ERR_BUFFER_LENGTH;
    if (status == LWNVME_OK)
        status = lwnvme_sync_read(&queue, &ns, 0, 1, block, 0);
    if (status == LWNVME_OK)
        kernel_print(block, ns.block_bytes);
    (void)lwnvme_sync_controller_shutdown(&controller, LWNVME_SHUTDOWN_NORMAL);
    closed = lwnvme_sync_controller_close(&controller);
    return status != LWNVME_OK ? status : closed;
}
