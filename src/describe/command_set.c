/* SPDX-License-Identifier: MIT */
/*
 * Identify structures that belong to one command set, in words: namespaces and controllers of the NVM, the zoned and
 * the key value command set, and which sets a controller carries at once.
 *
 * NVM, ZNS and KV, section 4.1.5; Base, section 5.1.13.2.22.
 */
#include "engine.h"

#include <lwnvme/spec_identify.h>

#define LWNVME_DESCRIBE_EXTENDED_FORMATS 64u

static const char lwnvme_describe_nvm_namespace_layout[] =
    "8x lbstm;1x pic:0 16-bit guard with storage tag|1 16-bit guard with storage tag mask|"
    "2 storage tag check on reads|3 qualified formats;1x pifa:2:0=0 storage tag masked by bits|"
    "2:0=1 by bytes|2:0=2 not masked;2-;";

static const char lwnvme_describe_elbaf_layout[] =
    "&4u@6:0 sts[bits];&4u@8:7 pif:=0 16-bit guard|=1 32-bit guard|=2 64-bit guard|=3 as qpif says;"
    "4u@12:9 qpif:=1 32-bit guard|=2 64-bit guard;";

static const char lwnvme_describe_nvm_namespace_end_layout[] =
    "4u npdgl[blocks];4u nprg[blocks];4u npra[blocks];4u nors[blocks];4u npdal[blocks];4u lbapss;"
    "4u tlbaag;";

static const char lwnvme_describe_nvm_controller_layout[] =
    "1u vsl;1u wzsl;1u wusl;1u dmrl[ranges];4u dmrsl[blocks];8u dmsl[blocks];1x kpiocap;1u wzdsl;"
    "2x aocs:0 reporting of large copies;4v ver;1x lbamqf;";

static const char lwnvme_describe_zns_namespace_layout[] =
    "2x zoc:0 variable zone capacity|1 zone active excursions;2x ozcs:0 reads across zone boundaries|"
    "1 ZRWA;4z mar[zones]:=4294967295 no limit;4z mor[zones]:=4294967295 no limit;4u rrl[s];4u frl[s];"
    "4u rrl1[s];4u rrl2[s];4u rrl3[s];4u frl1[s];4u frl2[s];4u frl3[s];"
    "4z numzrwa[zones]:=4294967295 no limit;2u zrwafg[blocks];2u zrwasz[blocks];"
    "1x zrwacap:0 explicit flush;";

static const char lwnvme_describe_zns_format_layout[] = "8u zsze[blocks];1u zdes[x 64 bytes];";

static const char lwnvme_describe_kv_namespace_layout[] =
    "8b nsze[bytes];8-;8b nuse[bytes];1x nsfeat;1z nkvf[formats];1x nmic:0 may be shared;1x rescap;"
    "1x fpi:7 Format NVM progress;1u@3:0 kvfc;2-;4u novg[bytes];4u anagrpid;3-;"
    "1x nsattr:0 write protected;2u nvmsetid;2u endgid;16h nguid;8h eui64;";

static const char lwnvme_describe_kv_format_layout[] =
    "2u kvkml[bytes];1-;1u@1:0 afo:=0 best|=1 better|=2 good|=3 degraded;4u kvvml[bytes];"
    "4u mnks:=0 no limit;";

static const char lwnvme_describe_vector_layout[] =
    "8x iocsc:0 NVM|1 key value|2 zoned|3 subsystem local memory|4 computational programs;";

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
    const struct lwnvme_describe_span formats = {identify->elbaf, sizeof(identify->elbaf),
                                                 sizeof(identify->elbaf[0]),
                                                 lwnvme_describe_format_count(common)};

    lwnvme_describe_layout(describe, lwnvme_describe_nvm_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "elbafs", lwnvme_describe_elbaf_layout, &formats);
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
    const struct lwnvme_describe_span formats = {identify->lbafe, sizeof(identify->lbafe),
                                                 sizeof(identify->lbafe[0]),
                                                 lwnvme_describe_format_count(common)};

    lwnvme_describe_layout(describe, lwnvme_describe_zns_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "lbafe", lwnvme_describe_zns_format_layout, &formats);
}

void lwnvme_describe_identify_zns_controller(struct lwnvme_describe *describe,
                                             const struct lwnvme_identify_zns_controller *identify)
{
    lwnvme_describe_layout(describe, "1u zasl:=0 as mdts;", identify, sizeof(*identify));
}

void lwnvme_describe_identify_kv_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_kv_namespace *identify)
{
    const struct lwnvme_describe_span formats = {identify->kvf, sizeof(identify->kvf),
                                                 sizeof(identify->kvf[0]), identify->nkvf + 1u};

    lwnvme_describe_layout(describe, lwnvme_describe_kv_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_array(describe, "kvf", lwnvme_describe_kv_format_layout, &formats);
}

void lwnvme_describe_identify_kv_controller(struct lwnvme_describe *describe,
                                            const struct lwnvme_identify_kv_controller *identify)
{
    lwnvme_describe_layout(describe, "4v ver;", identify, sizeof(*identify));
}

void lwnvme_describe_io_command_sets(struct lwnvme_describe *describe,
                                     const struct lwnvme_identify_io_command_sets *identify)
{
    struct lwnvme_describe_span vectors = {identify->vector, sizeof(identify->vector),
                                           sizeof(identify->vector[0]), 0};

    while (vectors.count < LWNVME_IO_COMMAND_SET_VECTORS &&
           lwnvme_le64_get(&identify->vector[vectors.count]) != 0) {
        vectors.count++;
    }
    lwnvme_describe_array(describe, "iocs", lwnvme_describe_vector_layout, &vectors);
}
