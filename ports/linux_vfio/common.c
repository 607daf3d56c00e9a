/* SPDX-License-Identifier: MIT */
/* Linux VFIO port: what all its files need: errors with their line, and the clock. Any thread. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "private.h"

enum lwnvme_vfio_error vfio_fail(struct lwnvme_vfio *port, enum lwnvme_vfio_error error, const char *format,
                                 ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(port->reason, sizeof(port->reason), format, arguments);
    va_end(arguments);
    port->error = error;
    return error;
}

const char *lwnvme_vfio_error_name(enum lwnvme_vfio_error error)
{
    static const char *const names[] = {"OK",         "NO_FUNCTION",   "NO_IOMMU", "NOT_BOUND",  "GROUP",
                                        "NO_VFIO",    "PERMISSION",    "IN_USE",   "IOMMU_PAGE", "NO_IOVA",
                                        "LOCK_LIMIT", "MAPPING_LIMIT", "ADDRESS",  "NO_MEMORY",  "BAR",
                                        "INTERRUPT",  "KERNEL"};

    return (size_t)error < sizeof(names) / sizeof(names[0]) ? names[error] : "UNKNOWN";
}

uint64_t vfio_now_us(void *host)
{
    struct timespec now;

    (void)host;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
