/* SPDX-License-Identifier: MIT */
/* Namespaces that come and go. */
#include "sim_internal.h"

uint64_t lwsim_capacity_left(const struct lwnvme_sim *sim)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < sim->ns_slots; i++) {
        const struct sim_namespace *ns = &sim->ns[i];
        used += ns->allocated ? ns->is.ncap * ns->block_bytes : 0;
    }
    return used < sim->config.tnvmcap ? sim->config.tnvmcap - used : 0;
}
