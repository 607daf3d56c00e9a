/* SPDX-License-Identifier: MIT */
/* The persistent event log. */
#include "sim_internal.h"

void lwsim_persistent_event(struct lwnvme_sim *sim, uint8_t type, const void *data, size_t bytes)
{
    (void)sim;
    (void)type;
    (void)data;
    (void)bytes;
}
