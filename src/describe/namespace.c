/* SPDX-License-Identifier: MIT */
/*
 * Identify Namespace in words: the NVM command set's, and the one that is the same for all command sets. The number of
 * LBA formats is the device's word, bounded by the array.
 *
 * NVM, section 4.1.5 "Identify Command"; Base, section 5.1.13.2.8.
 */
#include "engine.h"

#define LWNVME_DESCRIBE_LBA_FORMATS 64u

static const char lwnvme_describe_namespace_layout[] =
    "8u nsze[blocks];8u ncap[blocks];8u nuse[blocks];1x nsfeat:0 thin provisioning|1 own atomic sizes|"
    "2 deallocated block error|3 NGUID and EUI64 not reused|5:4=1 NPWG to NOWS|"
    "5:4=2 NPWG to NOWS and NPDGL|5:4=3 NPWG to NOWS and NPDGL|6 multiple atomicity mode|"
    "7 optimal read sizes;1z nlbaf[formats];1x flbas:4 metadata at the end of the block;"
    "1x mc:0 metadata in extended blocks|1 metadata in a separate buffer;1x dpc:0 type 1|1 type 2|"
    "2 type 3|3 in the first bytes|4 in the last bytes;1x dps:2:0=0 no protection information|"
    "2:0=1 type 1|2:0=2 type 2|2:0=3 type 3|3 in the first bytes;1x nmic:0 may be shared|1 dispersed;"
    "1x rescap:0 persist through power loss|1 write exclusive|2 exclusive access|"
    "3 write exclusive (registrants only)|4 exclusive access (registrants only)|"
    "5 write exclusive (all registrants)|6 exclusive access (all registrants)|7 IEKEY as of revision 1.3;"
    "1x fpi:7 Format NVM progress;1x dlfeat:2:0=1 deallocated blocks read as zeros|"
    "2:0=2 deallocated blocks read as ones|3 Write Zeroes deallocates|"
    "4 guard of deallocated blocks is valid;2z nawun[blocks];2z nawupf[blocks];2z nacwu[blocks];2u nabsn;"
    "2u nabo;2u nabspf;2u noiob[blocks];16b nvmcap[bytes];2z npwg[blocks];2z npwa[blocks];"
    "2z npdg[blocks];2z npda[blocks];2z nows[blocks];2u mssrl[blocks];4u mcl[blocks];1z msrc[ranges];"
    "1x kpios:0 key per I/O enabled|1 key per I/O;1u nulbaf;1-;4u kpiodaag;4-;4u anagrpid;3-;"
    "1x nsattr:0 write protected;2u nvmsetid;2u endgid;16h nguid;8h eui64;";

static const char lwnvme_describe_lba_format_layout[] =
    "2u ms[bytes];1e ds[bytes]:=0 not available;1x rp:1:0=0 best|1:0=1 better|1:0=2 good|1:0=3 degraded;";

static void lwnvme_describe_lba_formats(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_namespace *identify)
{
    const uint32_t count = identify->nlbaf + identify->nulbaf + 1u;
    const uint32_t in_use = lwnvme_field_get(identify->flbas, LWNVME_FLBAS_FIDXU) << 4 |
                            lwnvme_field_get(identify->flbas, LWNVME_FLBAS_FIDXL);
    uint32_t index;

    lwnvme_describe_list(describe, "lbafs");
    for (index = 0; index < count && index < LWNVME_DESCRIBE_LBA_FORMATS; index++) {
        if (index == in_use) {
            lwnvme_describe_remark(describe, "in use");
        }
        lwnvme_describe_section(describe, NULL);
        lwnvme_describe_layout(describe, lwnvme_describe_lba_format_layout, &identify->lbaf[index],
                               sizeof(identify->lbaf[index]));
        lwnvme_describe_end(describe);
    }
    lwnvme_describe_end(describe);
}

static const char lwnvme_describe_independent_layout[] =
    "1x nsfeat:3 NGUID and EUI64 not reused|4 rotational media|5 no volatile write cache;"
    "1x nmic:0 may be shared|1 dispersed;1x rescap:0 persist through power loss|1 write exclusive|"
    "2 exclusive access|3 write exclusive (registrants only)|4 exclusive access (registrants only)|"
    "5 write exclusive (all registrants)|6 exclusive access (all registrants)|7 IEKEY as of revision 1.3;"
    "1x fpi:7 Format NVM progress;4u anagrpid;1x nsattr:0 write protected;1-;2u nvmsetid;2u endgid;"
    "1x nstat:0 ready|!0 not ready;1x kpios:0 key per I/O enabled|1 key per I/O;2u maxkt;2-;4u rgrpid;";

void lwnvme_describe_independent_namespace(struct lwnvme_describe *describe,
                                           const struct lwnvme_identify_independent_namespace *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_independent_layout, identify, sizeof(*identify));
}

void lwnvme_describe_identify_namespace(struct lwnvme_describe *describe,
                                        const struct lwnvme_identify_namespace *identify)
{
    lwnvme_describe_layout(describe, lwnvme_describe_namespace_layout, identify, sizeof(*identify));
    lwnvme_describe_lba_formats(describe, identify);
}
