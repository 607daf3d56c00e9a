/* SPDX-License-Identifier: MIT */
/* uACPI's log levels: see kernel_api.h beside this file. */
#ifndef TESTS_EXAMPLES_UACPI_LOG_H
#define TESTS_EXAMPLES_UACPI_LOG_H

typedef enum uacpi_log_level {
    UACPI_LOG_DEBUG = 5,
    UACPI_LOG_TRACE = 4,
    UACPI_LOG_INFO = 3,
    UACPI_LOG_WARN = 2,
    UACPI_LOG_ERROR = 1
} uacpi_log_level;

#endif
