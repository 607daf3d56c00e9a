/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_STDBOOL_H
#define KERNEL_STDBOOL_H

#define bool _Bool
#define true 1
#define false 0

#endif
