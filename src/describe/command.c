/* SPDX-License-Identifier: MIT */
/*
 * What Directive Receive and Get LBA Status return, in words.
 *
 * Base, section 8.1.8 "Directives"; NVM, section 4.2.1 "Get LBA Status command".
 */
#include "engine.h"

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
    const uint32_t count = lwnvme_le16_get(&status->osc);

    lwnvme_describe_number(describe, "Open Stream Count", count);
    lwnvme_describe_array(describe, "streams", "2u sid;", status->sid, sizeof(status->sid), count);
}

void lwnvme_describe_lba_status_list(struct lwnvme_describe *describe, const void *list, size_t length)
{
    const struct lwnvme_lba_status_header *header = (const struct lwnvme_lba_status_header *)list;

    if (length < sizeof(*header)) {
        return;
    }
    lwnvme_describe_layout(describe, lwnvme_describe_lba_status_list_head, header, sizeof(*header));
    lwnvme_describe_array(describe, "descriptors", lwnvme_describe_block_status_layout, header + 1,
                          length - sizeof(*header), lwnvme_le32_get(&header->nlsd));
}
