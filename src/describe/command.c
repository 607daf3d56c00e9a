/* SPDX-License-Identifier: MIT */
/*
 * What Directive Receive and Get LBA Status return, in words.
 *
 * Base, section 8.1.8 "Directives"; NVM, section 4.2.1 "Get LBA Status command".
 */
#include "engine.h"

#define LWNVME_DESCRIBE_DIRECTIVES "0 Identify|1 Streams|2 Data Placement;28-;"

static const char lwnvme_describe_directive_layout[] =
    "4x Directive support:" LWNVME_DESCRIBE_DIRECTIVES "4x Directive enabled:" LWNVME_DESCRIBE_DIRECTIVES
    "4x Directive Persistent Across Controller Level Resets:" LWNVME_DESCRIBE_DIRECTIVES;

static const char lwnvme_describe_stream_layout[] =
    "2u Max Streams Limit (MSL);2u NVM Subsystem Streams Available (NSSA);2u NVM Subsystem Streams Open "
    "(NSSO);"
    "1x NVM Subsystem Stream Capability (NSSC):0 identifiers are shared by all hosts;9-;"
    "4u Stream Write Size (in unit of LB size) (SWS);2u Stream Granularity Size (in unit of SWS) (SGS);"
    "2u Namespace Streams Allocated (NSA);2u Namespace Streams Open (NSO);";

static const char lwnvme_describe_block_status_layout[] =
    "8x DSLBA;4z NLB[blocks];1-;1x status:2:0=1 may fail to be read|4:3=1 allocated|4:3=2 not allocated;";

void lwnvme_describe_directive_parameters(struct lwnvme_describe *describe,
                                          const struct lwnvme_directive_parameters *parameters)
{
    lwnvme_describe_layout(describe, lwnvme_describe_directive_layout, parameters, sizeof(*parameters));
}

void lwnvme_describe_stream_parameters(struct lwnvme_describe *describe,
                                       const struct lwnvme_stream_parameters *parameters)
{
    lwnvme_describe_layout(describe, lwnvme_describe_stream_layout, parameters, sizeof(*parameters));
}

void lwnvme_describe_stream_status(struct lwnvme_describe *describe,
                                   const struct lwnvme_stream_status *status)
{
    const struct lwnvme_describe_span streams = {status->sid, sizeof(status->sid), sizeof(status->sid[0]),
                                                 lwnvme_le16_get(&status->osc)};

    lwnvme_describe_number(describe, "Open Stream Count", streams.count);
    lwnvme_describe_array(describe, "streams", "2u sid;", &streams);
}

void lwnvme_describe_lba_status_list(struct lwnvme_describe *describe, const void *list, size_t length)
{
    const struct lwnvme_lba_status_header *header = (const struct lwnvme_lba_status_header *)list;
    struct lwnvme_describe_span blocks = {NULL, 0, sizeof(struct lwnvme_lba_status_descriptor), 0};

    if (length < sizeof(*header)) {
        return;
    }
    blocks.data = header + 1;
    blocks.length = length - sizeof(*header);
    blocks.count = lwnvme_le32_get(&header->nlsd);
    lwnvme_describe_layout(describe,
                           "4u Number of LBA Status Descriptors (NLSD);"
                           "1u Completion Condition (CMPC):=1 as many as there was room for|=2 complete;",
                           header, sizeof(*header));
    lwnvme_describe_array(describe, "descriptors", lwnvme_describe_block_status_layout, &blocks);
}

#undef LWNVME_DESCRIBE_DIRECTIVES
