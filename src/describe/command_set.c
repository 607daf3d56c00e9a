/* SPDX-License-Identifier: MIT */
/*
 * Identify structures that belong to one command set, in words: namespaces and controllers of the NVM, the zoned and
 * the key value command set, and which sets a controller carries at once.
 *
 * NVM, ZNS and KV, section 4.1.5; Base, section 5.1.13.2.19.
 */
#include "engine.h"

#include <lwnvme/spec_identify.h>

#define LWNVME_DESCRIBE_EXTENDED_FORMATS 64u

/* How many LBA formats there are: the word of Identify Namespace, bounded; 1 if that is not at hand. */
static uint32_t lwnvme_describe_format_count(const struct lwnvme_identify_namespace *identify)
{
    const uint32_t count = identify != NULL ? identify->nlbaf + identify->nulbaf + 1u : 1u;

    return count < LWNVME_DESCRIBE_EXTENDED_FORMATS ? count : LWNVME_DESCRIBE_EXTENDED_FORMATS;
}

void lwnvme_describe_identify_nvm_namespace(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_nvm_namespace *identify,
                                            const struct lwnvme_identify_namespace *common)
{
    lwnvme_describe_layout(describe, lwnvme_describe_nvm_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "elbafs", lwnvme_describe_elbaf_layout, identify->elbaf,
                          sizeof(identify->elbaf), lwnvme_describe_format_count(common));
    lwnvme_describe_layout(describe, lwnvme_describe_nvm_namespace_end_layout, &identify->npdgl,
                           sizeof(*identify) - offsetof(struct lwnvme_identify_nvm_namespace, npdgl));
}

void lwnvme_describe_identify_nvm_controller(struct lwnvme_describe *describe,
                                             const struct lwnvme_identify_nvm_controller *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_nvm_controller_layout, identify, sizeof(*identify));
}

void lwnvme_describe_identify_zns_namespace(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_zns_namespace *identify,
                                            const struct lwnvme_identify_namespace *common)
{
    lwnvme_describe_layout(describe, lwnvme_describe_zns_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "lbafe", lwnvme_describe_zns_format_layout, identify->lbafe,
                          sizeof(identify->lbafe), lwnvme_describe_format_count(common));
}

void lwnvme_describe_identify_zns_controller(struct lwnvme_describe *describe,
                                             const struct lwnvme_identify_zns_controller *identify)
{
    lwnvme_describe_layout(describe, "1u zasl:=0 as mdts;", identify, sizeof(*identify));
}

void lwnvme_describe_identify_kv_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_kv_namespace *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_kv_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "kvf", lwnvme_describe_kv_format_layout, identify->kvf,
                          sizeof(identify->kvf), identify->nkvf + 1u);
}

void lwnvme_describe_identify_kv_controller(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_kv_controller *identify)
{
    lwnvme_describe_layout(describe, "4v ver;", identify, sizeof(*identify));
}

void lwnvme_describe_io_command_sets(struct lwnvme_describe *describe,
                                     const struct lwnvme_identify_io_command_sets *identify)
{
    uint32_t count = 0;

    while (count < LWNVME_IO_COMMAND_SET_VECTORS && lwnvme_le64_get(&identify->vector[count]) != 0) {
        count++;
    }
    lwnvme_describe_array(describe, "iocs", lwnvme_describe_vector_layout, identify->vector,
                          sizeof(identify->vector), count);
}
