/* SPDX-License-Identifier: MIT */
/*
 * lwnvme_sim: a software NVMe controller for tests.
 *
 * It implements the host hooks of lwnvme/host.h in an ordinary process and puts a strict controller model
 * behind them: own DMA address space, virtual clock, no threads, the same result on each run. Whatever the
 * specification leaves undefined is recorded as a violation, with a sentence. Every capability field is a
 * setting, and so are the ways in which real controllers fail. See docs/software-controller.md.
 *
 * It needs a hosted C library with POSIX mmap, and of the library only lwnvme/host.h: a test of a port, or
 * of another driver, can use it alone.
 *
 * Context: one thread. Hooks, and all functions below, may be called from the callbacks of struct
 * lwnvme_sim_config, except that the device stands still for the time of the callback.
 */
#ifndef LWNVME_SIM_H
#define LWNVME_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwnvme/host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lwnvme_sim;

#define LWNVME_SIM_LBA_FORMATS 64u
#define LWNVME_SIM_NAMESPACES  32u /* with settings of their own */
#define LWNVME_SIM_FAULTS      32u
#define LWNVME_SIM_VIOLATIONS  32u /* messages kept */
#define LWNVME_SIM_NEVER       UINT64_MAX

struct lwnvme_sim_lba_format {
    uint8_t lbads; /* block size as a power of two */
    uint8_t rp;    /* relative performance, 0 best */
    uint16_t ms;   /* metadata bytes */
};

/* A power state as Identify Controller describes it. */
struct lwnvme_sim_power_state {
    uint16_t mp; /* centiwatts, or with mxps 0.0001 W */
    bool mxps;
    bool nops;      /* non-operational */
    uint32_t enlat; /* microseconds */
    uint32_t exlat;
    uint8_t rrt;
    uint8_t rrl;
    uint8_t rwt;
    uint8_t rwl;
    uint16_t idlp;
    uint8_t ips;
    uint16_t actp;
    uint8_t apw;
    uint8_t aps;
};

/* What SMART / Health Information shows; a change is noticed, and reported as an event, at the next step of
 * the clock. Temperatures in kelvin. */
struct lwnvme_sim_health {
    uint16_t temperature;
    uint16_t sensors[8]; /* 0: there is none */
    uint8_t available_spare;
    uint8_t spare_threshold;
    uint8_t percentage_used;
    bool reliability_degraded;
    bool read_only;
    bool backup_failed;
    bool pmr_unreliable;
    uint8_t endurance_group_warning;
    uint64_t power_on_hours; /* before the model was created */
    uint64_t controller_busy_minutes;
};

/* One namespace. The n-th has NSID n + 1. Values go to the driver as they are, absurd or not; the medium
 * works only where lbads of the format in use is 9 to 16. */
struct lwnvme_sim_namespace {
    bool active;   /* it exists and is attached to this controller */
    bool detached; /* with active false: it exists, but is not attached */
    uint64_t nsze; /* blocks */
    uint64_t ncap;
    uint64_t nuse;
    uint8_t nlbaf; /* 0's based, as in Identify */
    uint8_t flbas;
    uint8_t nsfeat;
    uint8_t mc;
    uint8_t dpc;
    uint8_t dps;
    uint8_t nmic;
    uint8_t dlfeat;
    uint8_t nsattr; /* bit 0: write protected, and writes are refused */
    uint16_t noiob; /* blocks */
    uint16_t nawun;
    uint16_t nawupf;
    uint16_t nabsn;
    uint16_t npwg;
    uint16_t nows;
    uint16_t npwa;
    uint16_t npdg;
    uint16_t npda;
    uint16_t nacwu;
    uint16_t nabo;
    uint16_t nabspf;
    uint16_t mssrl;
    uint32_t mcl;
    uint8_t msrc;
    uint8_t rescap;
    uint8_t fpi;
    uint32_t anagrpid;
    uint16_t nvmsetid;
    uint16_t endgid;
    uint64_t lbstm;
    uint8_t pic;
    uint32_t elbaf[LWNVME_SIM_LBA_FORMATS];
    /* 0: NVM command set, 1 key value, 2 zoned, 3 subsystem local memory, which Copy reads; of 3 and above no I/O command
     * is known. */
    uint8_t csi;
    uint8_t nguid[16];
    uint8_t eui64[8];
    uint8_t uuid[16]; /* all zero: no descriptor for it; the same for the two above */
    struct lwnvme_sim_lba_format formats[LWNVME_SIM_LBA_FORMATS];
};

/* What happens to the n-th command that matches. */
enum lwnvme_sim_fault_kind {
    LWNVME_SIM_NO_FAULT = 0,
    LWNVME_SIM_LOSE,          /* fetched, never carried out, never answered */
    LWNVME_SIM_STATUS,        /* not carried out; answered with `status` */
    LWNVME_SIM_STATUS_AFTER,  /* carried out, then answered with `status` */
    LWNVME_SIM_STATUS_BITS,   /* `status` is or-ed in: M, CRD, DNR beside a success */
    LWNVME_SIM_NO_DATA,       /* success, but nothing is transferred */
    LWNVME_SIM_SHORT_DATA,    /* success, but only the first `value` bytes are transferred */
    LWNVME_SIM_DELAY,         /* takes `value` microseconds more */
    LWNVME_SIM_DUPLICATE,     /* answered twice, the second time `value` microseconds later */
    LWNVME_SIM_WRONG_CID,     /* answered under the command identifier `value`; never under its own */
    LWNVME_SIM_EXTRA_CID,     /* answered, and before that an entry for the identifier `value` */
    LWNVME_SIM_WRONG_SQID,    /* answered with the queue identifier `value` */
    LWNVME_SIM_WRONG_SQHD,    /* answered with the head pointer `value` */
    LWNVME_SIM_WRONG_PHASE,   /* answered with the phase tag of the lap before: the driver does not see it */
    LWNVME_SIM_TORN,          /* the phase tag is written first, the rest `value` microseconds later */
    LWNVME_SIM_RESULT,        /* dword 0 of the answer is `value` */
    LWNVME_SIM_FATAL,         /* the controller sets CSTS.CFS and stops */
    LWNVME_SIM_REMOVE,        /* the controller leaves the bus */
    LWNVME_SIM_POWER_CUT,     /* as lwnvme_sim_power_cut */
    LWNVME_SIM_XOR_CID,       /* answered under its identifier xor `value`; never under its own */
    LWNVME_SIM_EXTRA_XOR_CID, /* answered, and before that an entry for its identifier xor `value` */
    LWNVME_SIM_STALE,         /* answered, and before that the queue's answer before it once more */
    LWNVME_SIM_NO_INTERRUPT,  /* answered, without an interrupt */
    LWNVME_SIM_INTERRUPT,     /* fetched, and all vectors interrupt for no reason */
    LWNVME_SIM_LATE_DMA, /* carried out and answered after CC.EN = 0, in the last moment before RDY is 0 */
    LWNVME_SIM_STUCK /* from it on nothing is fetched or answered until CC.EN = 0; `value` 1: until a loss of
                                 power, and CSTS.RDY stays, too */
};

enum lwnvme_sim_queue_kind {
    LWNVME_SIM_ANY_QUEUE = 0,
    LWNVME_SIM_ADMIN_QUEUE,
    LWNVME_SIM_IO_QUEUES
};

struct lwnvme_sim_fault {
    enum lwnvme_sim_fault_kind kind;
    enum lwnvme_sim_queue_kind queue;
    bool any_opcode;
    uint8_t opcode;
    uint32_t skip;   /* so many matching commands go well first */
    uint32_t count;  /* then so many are hit; 0 counts as 1, UINT32_MAX is for ever */
    uint16_t status; /* as in the status field without the phase tag: SC 7:0, SCT 10:8, CRD 12:11, M 13,
                        DNR 14 */
    uint64_t value;
};

/* Zoned namespaces, all of them. With zsze 0 there are no zones. */
struct lwnvme_sim_zoned {
    uint16_t zoc;
    uint16_t ozcs;
    uint32_t mar; /* 0's based; FFFFFFFFh no limit */
    uint32_t mor;
    uint64_t zsze; /* blocks */
    uint64_t zcap; /* of each zone; 0: zsze */
    uint8_t zdes;
    uint8_t zasl;
    uint32_t numzrwa; /* 0's based; random write areas need bit 1 of ozcs, zrwafg and zrwasz */
    uint16_t zrwafg;
    uint16_t zrwasz;
    uint8_t zrwacap;
};

/* Key value namespaces, all of them; nsze blocks are their size. */
struct lwnvme_sim_kv {
    uint8_t nkvf; /* formats, 0's based; up to 15 */
    uint8_t kvfc; /* the one in use; the others look otherwise */
    uint16_t kvkml;
    uint32_t kvvml;
    uint32_t mnks; /* 0: no limit */
    uint32_t novg;
    bool sorted; /* lists are in the order of the keys; false: in that in which they were stored first */
};

struct lwnvme_sim_config {
    /* CAP and its neighbours. */
    uint16_t cap_mqes; /* 0's based, as in the register */
    bool cap_cqr;
    uint8_t cap_ams;
    uint8_t cap_to; /* in 500 ms */
    uint8_t cap_dstrd;
    bool cap_nssrs;
    uint8_t cap_css; /* bit 0 NVM, bit 6 I/O command sets, bit 7 admin only */
    uint8_t cap_mpsmin;
    uint8_t cap_mpsmax;
    uint8_t cap_crms;    /* bit 0 CRWMS, bit 1 CRIMS */
    uint16_t crto_crwmt; /* in 500 ms */
    uint16_t crto_crimt;
    bool cap_override; /* the two halves as they shall be read; the model goes on by the fields above */
    uint32_t cap_low;
    uint32_t cap_high;
    bool cap_changes; /* after the first write to CC, CAP.TO and CRTO are these */
    uint8_t cap_to_later;
    uint32_t crto_later;
    uint32_t vs; /* major 31:16, minor 15:8, tertiary 7:0 */

    /* The register region. */
    uint64_t bar_physical;
    uint64_t bar_bytes;    /* 0: as long as the doorbells of all queues need */
    uint16_t msix_vectors; /* 0: MSI or pin, INTMS and INTMC usable */
    uint16_t msi_vectors;  /* with msix_vectors 0: messages, up to 32; 0: pin */

    /* Identify Controller. */
    uint16_t vid;
    uint16_t ssvid;
    uint16_t cntlid;
    uint8_t serial[20]; /* raw bytes, blank padded by custom */
    uint8_t model[40];
    uint8_t firmware[8];
    uint8_t subnqn[256];
    uint8_t mdts;       /* in pages of 4 KiB << cap_mpsmin, as a power of two; 0 no limit */
    uint8_t mdts_shown; /* what Identify says if not 0; the limit stays that of mdts */
    uint16_t oacs;
    uint8_t acl;
    uint8_t aerl;
    uint8_t frmw;
    uint8_t lpa; /* bit 2: 32-bit lengths and offsets */
    uint8_t elpe;
    uint8_t npss;
    uint32_t oaes;
    uint32_t ctratt;
    uint32_t rtd3r;
    uint32_t rtd3e; /* microseconds */
    uint16_t wctemp;
    uint16_t cctemp;
    uint16_t crdt[3]; /* in 100 ms */
    uint8_t sqes;     /* 7:4 largest, 3:0 smallest */
    uint8_t cqes;
    uint16_t maxcmd;
    int64_t nn; /* negative: namespace_count */
    uint16_t oncs;
    uint16_t fuses;
    uint8_t fna;
    uint8_t vwc; /* bit 0: there is a volatile write cache; 2:1 what Flush does with NSID FFFFFFFFh */
    uint16_t awun;
    uint16_t awupf;
    uint32_t sgls;
    uint8_t rab;
    uint8_t ieee[3]; /* least significant byte first */
    uint8_t cmic;
    uint16_t rrls;
    uint8_t bpcap;
    uint32_t nssl; /* microseconds */
    uint8_t plsi;
    uint8_t cntrltype;
    uint8_t fguid[16];
    uint8_t crcap;
    uint8_t nvmsr;
    uint8_t vwci;
    uint8_t mec;
    uint8_t avscc;
    uint8_t apsta;
    uint64_t tnvmcap;       /* bytes; 0: not reported, and namespaces may be as large as they want */
    uint64_t unvmcap_shown; /* what Identify says if not 0; else what is left of tnvmcap */
    uint32_t rpmbs;
    uint16_t kas; /* in 100 ms */
    uint16_t hctma;
    uint16_t mntmt;
    uint16_t mxtmt;
    uint16_t nsetidmax;
    uint16_t endgidmax;
    uint8_t anatt;
    uint8_t anacap;
    uint32_t anagrpmax;
    uint32_t nanagrpid;
    uint32_t pels; /* in 64 KiB */
    uint16_t did;  /* domain identifier */
    uint8_t kpioc;
    uint16_t mptfawr;
    uint64_t megcap;
    uint8_t tmpthha;
    uint16_t cqt; /* milliseconds */
    uint8_t icsvscc;
    uint8_t nwpc;
    uint16_t acwu;
    uint16_t cdfs;
    uint32_t mnan;
    uint64_t maxdna;
    uint32_t maxcna;
    uint32_t oaqd;
    struct lwnvme_sim_power_state psd[32]; /* those up to npss are shown */
    uint8_t identify_cns_max; /* larger CNS values are refused whatever the version says; default 255 */

    /* Namespaces. Beyond LWNVME_SIM_NAMESPACES each is a copy of ns[0]. */
    uint32_t namespace_count; /* up to 65536 */
    uint32_t namespace_room;  /* NSIDs that Namespace Management may use; less than the count: as many */
    struct lwnvme_sim_namespace ns[LWNVME_SIM_NAMESPACES];

    struct lwnvme_sim_kv kv;
    uint8_t command_sets; /* with cap_css bit 6: a bit for each CSI that Identify knows; bit 0 NVM */
    struct lwnvme_sim_zoned zoned;
    uint8_t vsl; /* Identify Controller of the NVM command set */
    uint8_t wzsl;
    uint8_t wusl;
    uint8_t dmrl;
    uint32_t dmrsl;
    uint64_t dmsl;
    bool cancel;           /* the Cancel command */
    bool fused_fails_both; /* a write that fails takes the compare before it with it */

    /* The rest of the NVM subsystem. */
    uint8_t other_controllers; /* up to 7 */
    uint16_t other_cntlids[7];
    uint8_t secondary_controllers; /* up to 16, with identifiers from secondary_cntlid on */
    uint16_t secondary_cntlid;
    uint16_t vq_flexible; /* resources that Virtualization Management distributes: queues, interrupts */
    uint16_t vi_flexible;
    uint16_t vq_private;
    uint16_t vi_private;
    uint16_t endurance_groups; /* that exist at first, up to endgidmax and 16 */
    uint16_t nvm_sets;
    uint16_t domains; /* up to 31 */
    uint8_t uuids;    /* in the UUID list */
    uint64_t granularity_bytes;

    /* Logs and features that need more than a bit elsewhere. */
    uint32_t telemetry_blocks[4];      /* last block, of 512 bytes, of each data area */
    uint32_t telemetry_changes_after;  /* new controller-initiated data after so many reads of it; 0: never */
    uint32_t persistent_changes_after; /* another context after so many reads of one; 0: never */
    bool lba_range_types;              /* feature 03h */
    bool software_progress;            /* feature 80h */
    bool host_identifier;              /* feature 81h */

    struct lwnvme_sim_health health; /* may be changed at any time */

    /* Queues. */
    uint16_t io_queue_pairs;        /* granted at most, 0 to 65534; 0: Number of Queues fails */
    bool number_of_queues_override; /* dword 0 of the answer to Number of Queues as it shall be */
    uint32_t number_of_queues;

    /* Times, in microseconds of the virtual clock. */
    uint64_t clock_start_us;
    uint64_t clock_step_us; /* by each now_us */
    uint64_t mmio_step_us;  /* by each register access */
    uint64_t relax_step_us;
    uint64_t clock_granularity_us; /* what now_us shows is a multiple of this; 0 counts as 1 */
    uint64_t clock_jump_at; /* at the n-th now_us (from 1) what it shows jumps by clock_jump_us; 0: never */
    int64_t clock_jump_us;
    uint64_t clock_stop_at;    /* from the n-th now_us on it shows the same; 0: never */
    uint64_t clock_stop_count; /* for so many calls; 0: for ever */
    uint64_t relax_jump_us; /* relax goes on to what happens next, at most so far; 0: relax_step_us alone */
    bool
        wait_patient; /* wait returns when woken or at its deadline; false: also after anything that happens */
    uint64_t ready_delay_us;       /* CC.EN = 1 to CSTS.RDY = 1 */
    uint64_t crime_ready_delay_us; /* the same when CC.CRIME is set; media follow after ready_delay_us */
    uint64_t disable_delay_us;
    uint64_t shutdown_delay_us;
    uint64_t latency_us;        /* of each I/O command; 0: done before the doorbell write returns */
    uint64_t latency_spread_us; /* plus a random part below this */
    uint64_t admin_latency_us;
    uint64_t
        fetch_us; /* of each I/O command, one after the other, as arbitration has it; 0: at once, as doorbells ring */
    uint64_t quiet_at_start_us;      /* a register access so early kills the controller */
    uint64_t quiet_after_disable_us; /* the same after CC.EN = 0 */

    /* How the controller is found. */
    bool start_enabled;   /* by firmware, with rings in memory that is not known: EN = 1, RDY = 1 */
    bool start_enabling;  /* EN = 1, RDY = 0, and RDY will follow after ready_delay_us */
    bool start_disabling; /* EN = 0, RDY = 1, and RDY will follow after disable_delay_us */
    bool start_shutdown;  /* as after a normal shutdown: EN = 1, RDY = 1, SHST = 10b */
    bool start_fatal;     /* CSTS.CFS */
    bool start_nssro;     /* CSTS.NSSRO */
    bool start_fenced;    /* no bus mastering: commands are never fetched */

    /* How it misbehaves. All of these may be changed while it runs, by lwnvme_sim_settings. */
    uint64_t seed;
    bool shuffle; /* due commands are answered in random order */
    bool fatal_at_enable;
    bool fatal_sticky; /* no reset clears CSTS.CFS */
    bool never_ready;
    bool never_disabled;
    bool shutdown_never_ends;
    bool complete_during_disable; /* commands in flight go on until RDY is 0 */
    bool abort_never_answers;
    bool abort_does_nothing; /* always "not aborted" */
    uint64_t mmio_ones_at;   /* the n-th register read (from 1) and all later ones are all ones; 0: never */
    uint64_t mmio_zeros_at;  /* the same with 0 */
    uint64_t dma_alloc_fail_at; /* the n-th dma_alloc (from 1) fails; 0: never */
    uint64_t dma_map_fail_at;
    uint64_t alloc_fail_at;
    uint64_t interrupt_lost_at; /* the n-th interrupt (from 1) never arrives */
    uint32_t fail_count;        /* so many in a row from there; 0 counts as 1, UINT32_MAX is for ever */
    struct lwnvme_sim_fault faults[LWNVME_SIM_FAULTS];

    /* The write cache. */
    bool cache_enabled; /* at power-on; also the default of the feature. Needs vwc bit 0 */
    /* What the cache holds, and what is in flight, is lost in groups of blocks: no group is larger than AWUPF or NAWUPF,
     * nor goes across a boundary of NABSPF, and each is lost by itself, in any order. */
    bool power_cut_keeps_some; /* at a power cut random groups of the cache do reach the medium */
    bool power_cut_tears;      /* at a power cut a command in flight may have stored some of its groups */
    /* Power fails at the n-th media event (from 1), once; 0: never. Events are: before and after a command that changes
     * the medium, before a flush, and between groups of blocks of a write. counts.media_events counts them. */
    uint64_t power_cut_at;

    /* Firmware update: sim_firmware.c. `frmw` says how many slots, bit 0: slot 1 is read-only, bit 4:
     * activation without a reset. */
    uint8_t fwug;                    /* granularity in 4 KiB; 0 not told, 255 none */
    uint16_t mtfa;                   /* what Identify says, in 100 ms */
    uint32_t firmware_bytes_max;     /* larger images are refused */
    uint64_t firmware_activation_us; /* CSTS.PP is 1 for so long, whatever mtfa says */
    bool firmware_activation_never_ends;
    bool firmware_restart_at_zero; /* a piece at offset 0 begins anew; false: it overlaps */

    /* Sanitize: sim_sanitize.c. */
    uint32_t sanicap;                 /* 0: no Sanitize command */
    uint64_t sanitize_block_us;       /* virtual time of a block erase */
    uint64_t sanitize_crypto_us;      /* of a crypto erase */
    uint64_t sanitize_pass_us;        /* of one pass of an overwrite */
    uint32_t sanitize_estimates_s[6]; /* as in the log: overwrite, block, crypto, the same with NDAS */
    uint64_t sanitize_deallocate_us;  /* of the deallocation after media verification */
    bool sanitize_deallocate_fails;
    uint8_t sanitize_fail_at;     /* in percent: it fails there; 0: never */
    uint32_t sanitize_fail_count; /* so many in a row fail; 0 counts as 1, UINT32_MAX is for ever */

    /* Device self-test: sim_selftest.c. */
    uint16_t edstt; /* minutes, as in Identify */
    uint8_t dsto;
    uint64_t self_test_short_us;
    uint64_t self_test_extended_us; /* 0: edstt */
    uint64_t self_test_vendor_us;
    uint8_t self_test_fail_result; /* 5 to 7: the result of each test that ends; 0: what is found */
    uint8_t self_test_fail_segment;
    uint32_t self_test_fail_nsid;   /* 0: no namespace is named */
    uint64_t self_test_fail_lba;    /* of that namespace */
    uint16_t self_test_fail_status; /* SC 7:0, SCT 10:8; 0: none is named */

    /* Format NVM: sim_format.c. */
    uint64_t format_us;
    bool format_fails; /* it ends in Internal Error, and leaves the namespace unformatted */

    /* Host memory buffer: sim_hmb.c. Sizes in 4 KiB. */
    uint32_t hmpre; /* 0: no such feature */
    uint32_t hmmin;
    uint32_t hmminds;
    uint16_t hmmaxd;
    uint64_t hmb_touch_us; /* so often the controller looks at its memory */

    /* Shadow doorbells: sim_shadow.c, with bit 8 of OACS. */
    uint64_t
        shadow_look_us; /* so often the controller looks at them by itself; 0: only when a doorbell rings */

    /* The controller memory buffer, for submission queues: sim_cmb.c. */
    uint64_t cmb_bytes; /* a multiple of 4 KiB; 0: there is none */
    uint64_t cmb_offset;
    uint8_t cmb_bir;
    uint64_t cmb_bar_physical;
    bool cmb_legacy;       /* as before 1.4: no CAP.CMBS, no CMBMSC */
    uint32_t cmbloc_shown; /* what the registers say if not 0 */
    uint32_t cmbsz_shown;

    /* Boot partitions: sim_boot.c. */
    bool cap_bps;
    uint16_t boot_partition_units; /* of 128 KiB */
    uint64_t boot_read_us;         /* of a read through BPRSEL */
    bool boot_read_fails;
    uint64_t boot_write_us; /* of commit action 6; power lost in it leaves old and new */

    /* The host. */
    uint32_t host_page_bytes; /* 4096 to 65536 */
    bool scattered; /* dma_map gives a device address that is unrelated to the next page's; false: a whole
                       buffer is one run */
    bool map_length_clamped; /* false: *contiguous_bytes may be more than was asked for, up to the page end */
    uint64_t dma_base;       /* lowest device address; a multiple of the host page; 0 is legal */
    uint8_t dma_address_bits;  /* what the controller can reach: 64, 48, 32 */
    uint64_t dma_memory_bytes; /* dma_alloc fails beyond so much; 0: no limit */
    bool track_maps;           /* dma_unmap is due for each dma_map; false: maps stay for good */
    bool shadow_dma;           /* the device has its own copy of memory, which changes by dma_sync alone */
    bool weak_order; /* the device has its own copy of memory, which changes by lwnvme_sim_barrier alone */
    bool plain_registers; /* no register hooks: registers are memory, looked at when time passes */
    bool fence_works;     /* fence_device answers true */
    bool verbose;         /* log messages and violations go to stderr */

    /* How strict it is. */
    bool strict_reserved;      /* reserved command fields that are not zero are violations */
    bool strict_prp_last_slot; /* data in the last slot of a PRP list page is a violation */
    bool strict_cq_room;       /* a completion that finds the CQ full is a violation, not only a wait */
    bool abort_on_violation;   /* abort(), for a debugger */

    /* Callbacks; all optional. */
    void *callback_context;
    void (*on_identify)(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096]);
    void (*on_log_page)(void *context, uint8_t lid, uint32_t nsid, uint8_t *data, size_t length_bytes);
    /* Each command as fetched, before it is looked at. */
    void (*on_command)(void *context, uint16_t sqid, const uint32_t command[16]);
    /* Each completion before it is written; the phase tag, bit 16 of dword 3, is put in afterwards. */
    void (*on_completion)(void *context, uint16_t sqid, uint32_t completion[4]);
    /* Called from wait, relax, lwnvme_sim_advance and lwnvme_sim_run, when the lock is not held. */
    void (*on_interrupt)(void *context, uint16_t vector);
    void (*on_violation)(void *context, const char *message);
    void (*on_log)(void *context, int level, const char *message);
};

struct lwnvme_sim_counts {
    uint64_t mmio_reads;
    uint64_t mmio_writes;
    uint64_t sq_doorbells;
    uint64_t cq_doorbells;
    uint64_t enables; /* CC.EN 0 to 1 */
    uint64_t disables;
    uint64_t shutdowns;
    uint64_t hmb_at_shutdown;     /* shutdowns that began while the controller had host memory */
    uint64_t hmb_at_reset;        /* the same of CC.EN 1 to 0 */
    uint64_t admin_commands[256]; /* by opcode */
    uint64_t io_commands[256];
    uint64_t commands;
    uint64_t completions;
    uint64_t failures;   /* completions with an error */
    uint64_t cq_stalls;  /* completions that had to wait for room */
    uint64_t interrupts; /* callbacks */
    uint64_t cmb_writes; /* dwords */
    uint64_t dma_allocs;
    uint64_t dma_frees;
    uint64_t dma_maps;
    uint64_t dma_unmaps;
    uint64_t dma_syncs;
    uint64_t allocs;
    uint64_t frees;
    uint64_t now_calls;
    uint64_t waits;
    uint64_t relaxes;
    uint64_t locks;
    uint64_t fences;
    uint64_t media_events; /* of power_cut_at */
    uint64_t power_cuts;
    uint64_t bytes_to_device; /* data of commands */
    uint64_t bytes_from_device;
};

/* A well-behaved 2.0 controller: one namespace of 64 MiB in 512-byte blocks, 8 queue pairs, 1024 entries,
 * MDTS 128 KiB, volatile write cache, all optional NVM commands; host pages of 4 KiB, scattered, above
 * 4 GiB; everything strict except strict_cq_room. */
void lwnvme_sim_config_default(struct lwnvme_sim_config *config);

/* The same with every capability of the admin side turned on: all commands, logs and features that the
 * model knows, several power states, room for 32 namespaces, NVM sets, endurance groups and so on. */
void lwnvme_sim_config_full(struct lwnvme_sim_config *config);

/* The configuration is copied. NULL when it makes no sense, or memory ends. */
struct lwnvme_sim *lwnvme_sim_create(const struct lwnvme_sim_config *config);
void lwnvme_sim_destroy(struct lwnvme_sim *sim);

/* The hooks; their context pointer is the sim itself. A copy of its own for each sim: members may be set to
 * NULL or wrapped. */
struct lwnvme_host_ops *lwnvme_sim_host_ops(struct lwnvme_sim *sim);
uint64_t lwnvme_sim_bar_physical(const struct lwnvme_sim *sim);
uint64_t lwnvme_sim_bar_bytes(const struct lwnvme_sim *sim);
/* For the register hooks only: a direct access through it is a segmentation fault, on purpose. */
volatile void *lwnvme_sim_bar_mapped(struct lwnvme_sim *sim);

/* The configuration in use, to be changed while the controller runs: times, misbehaviour, strictness and
 * callbacks act at once, Identify fields when they are next read; namespaces, memory, the register region
 * and the start state do not act any more. */
struct lwnvme_sim_config *lwnvme_sim_settings(struct lwnvme_sim *sim);
/* Adds a fault in a free place of settings->faults; false when there is none. The skip count starts now. */
bool lwnvme_sim_fault_add(struct lwnvme_sim *sim, const struct lwnvme_sim_fault *fault);
void lwnvme_sim_faults_clear(struct lwnvme_sim *sim);

/* Violations since creation, and the message of one of the last LWNVME_SIM_VIOLATIONS: index 0 is the
 * oldest kept. NULL beyond. */
uint64_t lwnvme_sim_violations(const struct lwnvme_sim *sim);
const char *lwnvme_sim_violation(const struct lwnvme_sim *sim, size_t index);
void lwnvme_sim_violations_clear(struct lwnvme_sim *sim);
void lwnvme_sim_violations_print(const struct lwnvme_sim *sim); /* to stderr */

/* Virtual time: now without a step; let time pass, with all that happens in it; let only what is due
 * happen. */
uint64_t lwnvme_sim_time(const struct lwnvme_sim *sim);
void lwnvme_sim_advance(struct lwnvme_sim *sim, uint64_t us);
void lwnvme_sim_run(struct lwnvme_sim *sim);
/* Lets time pass up to the next thing that happens by itself, but no more than so much; how much it was. */
uint64_t lwnvme_sim_jump(struct lwnvme_sim *sim, uint64_t most_us);

/*
 * With weak_order the CPU's stores stay in its store buffer, and its loads find old values, until a barrier says otherwise.
 * The macros of the library's barrier.h, defined in its configuration file to call this, concern all sims of the process.
 */
enum lwnvme_sim_barrier {
    LWNVME_SIM_BARRIER_STORE = 1,     /* stores before it reach the device */
    LWNVME_SIM_BARRIER_LOAD = 2,      /* what the device wrote before it reaches the CPU */
    LWNVME_SIM_BARRIER_PHASE = 4,     /* with LOAD: of a completion whose phase has been read */
    LWNVME_SIM_BARRIER_LOAD_STORE = 8 /* completions have been read */
};
void lwnvme_sim_barrier(unsigned kinds);

/* From outside. */
void lwnvme_sim_power_cut(struct lwnvme_sim *sim); /* cache lost, registers as after power-on */
void lwnvme_sim_remove(struct lwnvme_sim *sim);    /* reads are all ones, no memory access any more */
void lwnvme_sim_insert(struct lwnvme_sim *sim);    /* back, as after power-on */
void lwnvme_sim_fatal(struct lwnvme_sim *sim);     /* CSTS.CFS = 1, nothing is answered any more */
void lwnvme_sim_unfence(struct lwnvme_sim *sim);   /* bus mastering is on again */
/* Somebody else resets the NVM subsystem, by another controller's NSSR or by other means. */
void lwnvme_sim_subsystem_reset(struct lwnvme_sim *sim);
/* Answers one held Asynchronous Event Request, or keeps the event until one comes: any event, of reserved
 * types and log pages too, whatever is enabled, and without masking its type. */
void lwnvme_sim_event(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page);
/* The same event again and again: answers the next `count` requests, as soon as they come. */
void lwnvme_sim_event_storm(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page,
                            uint64_t count);
/* The power state it is in, and how often that has changed. */
uint8_t lwnvme_sim_power_state(const struct lwnvme_sim *sim, uint64_t *transitions);
/* As if another host had attached or detached it, or its size had changed. false: no such namespace. */
bool lwnvme_sim_namespace_attach(struct lwnvme_sim *sim, uint32_t nsid, bool attached);
bool lwnvme_sim_namespace_resize(struct lwnvme_sim *sim, uint32_t nsid, uint64_t block_count);
/* New controller-initiated telemetry data, with a generation number of its own, and the event. */
void lwnvme_sim_telemetry_collect(struct lwnvme_sim *sim);
/* Critical warning bits of an endurance group; events of an NVM set in predictable latency mode. */
void lwnvme_sim_group_warning(struct lwnvme_sim *sim, uint16_t endgid, uint8_t warning);
void lwnvme_sim_latency_event(struct lwnvme_sim *sim, uint16_t nvmsetid, uint16_t events);
/* An ANA group changes its state: 1 optimized, 2 non-optimized, 3 inaccessible, 4 persistent loss, 15 change. */
bool lwnvme_sim_ana_change(struct lwnvme_sim *sim, uint32_t group, uint8_t state);
/* The persistent event log's reporting context is lost. */
void lwnvme_sim_persistent_drop(struct lwnvme_sim *sim);
void lwnvme_sim_lba_status_alert(struct lwnvme_sim *sim); /* the event alone */
/* type: 1 registration preempted, 2 reservation released, 3 reservation preempted. false: masked, or no room. */
bool lwnvme_sim_reservation_notify(struct lwnvme_sim *sim, uint32_t nsid, uint8_t type);
/* What another host does to the reservation of a namespace, through its own controller: host 1 to 3, opcode 0Dh, 11h or
 * 15h with its dword 10 and keys. Returns the status field. */
uint16_t lwnvme_sim_reservation_act(struct lwnvme_sim *sim, uint32_t nsid, uint32_t host, uint8_t opcode,
                                    uint32_t cdw10, const uint64_t keys[2]);
/* Blocks of writes that named a placement handle. */
uint64_t lwnvme_sim_placed_blocks(const struct lwnvme_sim *sim);
/* A zone becomes read-only or offline, with its entry in the changed zone list and the event. */
bool lwnvme_sim_zone_fail(struct lwnvme_sim *sim, uint32_t nsid, uint64_t zslba, bool offline);
bool lwnvme_sim_zone_changed(struct lwnvme_sim *sim, uint32_t nsid, uint64_t zslba);
/* The value of a key, past the driver, until the next command; NULL: there is no such key. */
const void *lwnvme_sim_kv_value(struct lwnvme_sim *sim, uint32_t nsid, const void *key, size_t key_bytes,
                                size_t *value_bytes);
/* It cannot be retrieved until it is stored again. false: there is no such key. */
bool lwnvme_sim_kv_spoil(struct lwnvme_sim *sim, uint32_t nsid, const void *key, size_t key_bytes);
/* An event of flexible data placement; false: not enabled. */
bool lwnvme_sim_fdp_event(struct lwnvme_sim *sim, uint8_t type, uint16_t pid, uint32_t nsid);
/* An event as the specification has it: masked until its log page is read. 0 to 2: error, SMART, notice. */
void lwnvme_sim_event_real(struct lwnvme_sim *sim, uint8_t type, uint8_t information, uint8_t log_page);
/* The namespace has changed: its NSID in the changed namespace list, and the event if it is enabled. */
void lwnvme_sim_namespace_changed(struct lwnvme_sim *sim, uint32_t nsid);
/* Posts any 16 bytes as the next completion of the CQ; the phase tag is put in. */
void lwnvme_sim_post_raw(struct lwnvme_sim *sim, uint16_t cqid, const uint32_t completion[4]);

/* The medium, past the driver: what the controller would return. false: no such blocks. */
bool lwnvme_sim_read_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count,
                            void *buffer);
bool lwnvme_sim_write_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count,
                             const void *buffer);
/* Bytes of subsystem local memory, a namespace with csi 3. */
bool lwnvme_sim_local_memory(struct lwnvme_sim *sim, uint32_t nsid, uint64_t address, void *bytes,
                             size_t count, bool write);
/* One block with its metadata, protection information as the controller would return it. Corrupt: some bits of one byte
 * are inverted, nothing else happens. What lwnvme_sim_write_blocks writes leaves metadata as they were. */
bool lwnvme_sim_read_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, void *unit);
bool lwnvme_sim_write_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, const void *unit);
bool lwnvme_sim_corrupt_unit(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, size_t offset,
                             uint8_t bits);
/* Reads, compares and verifies of these blocks end in Unrecovered Read Error until they are written. */
bool lwnvme_sim_spoil_blocks(struct lwnvme_sim *sim, uint32_t nsid, uint64_t lba, uint64_t count);
/* The medium of a namespace is this file from now on. NSZE, NCAP and NUSE follow its length, which must be a
 * multiple of the block size. Not writable: changes stay in memory. 0, or an errno value. */
int lwnvme_sim_load(struct lwnvme_sim *sim, uint32_t nsid, const char *path, bool writable);
/* Blocks written and not yet safe from a power cut. */
uint64_t lwnvme_sim_dirty_blocks(const struct lwnvme_sim *sim, uint32_t nsid);

/* A firmware image as this controller takes it: a header with a checksum, and filling. */
enum lwnvme_sim_image_flag {
    LWNVME_SIM_IMAGE_CONVENTIONAL_RESET = 0x01, /* activated by power-on (10Bh), not by less */
    LWNVME_SIM_IMAGE_SUBSYSTEM_RESET = 0x02,    /* by NSSR or power-on (110h) */
    LWNVME_SIM_IMAGE_CONTROLLER_RESET = 0x04,   /* not without a reset (111h) */
    LWNVME_SIM_IMAGE_TOO_SLOW = 0x08,           /* not without a reset: longer than MTFA (112h) */
    LWNVME_SIM_IMAGE_PROHIBITED = 0x10,         /* stored, never activated (113h) */
    LWNVME_SIM_IMAGE_WILL_NOT_START = 0x20,     /* the controller falls back to the image before */
    LWNVME_SIM_IMAGE_SETS_MDTS = 0x40,          /* while it runs, MDTS is `mdts` */
    LWNVME_SIM_IMAGE_SETS_ONCS = 0x80,          /* while it runs, ONCS is `oncs` */
    LWNVME_SIM_IMAGE_SPOILED = 0x100,           /* the checksum is wrong: 107h */
    LWNVME_SIM_IMAGE_SETS_VS = 0x200            /* while it runs, VS is `vs` */
};
struct lwnvme_sim_image {
    const char *revision; /* up to 8 characters */
    uint32_t flags;
    uint8_t mdts;
    uint16_t oncs;
    uint32_t vs;
};
#define LWNVME_SIM_IMAGE_BYTES_MIN 64u
/* Fills the whole buffer. Its length is a multiple of 4, at least LWNVME_SIM_IMAGE_BYTES_MIN; false else. */
bool lwnvme_sim_image_build(const struct lwnvme_sim_image *image, void *buffer, size_t length_bytes);
/* The slot that runs, and the one that the next reset of the right kind will start, or 0. */
uint8_t lwnvme_sim_firmware_active(const struct lwnvme_sim *sim);
uint8_t lwnvme_sim_firmware_next(const struct lwnvme_sim *sim);

/* A boot partition, past the driver: bpid 0 or 1. false: no such bytes. */
bool lwnvme_sim_boot_read(struct lwnvme_sim *sim, uint8_t bpid, uint64_t offset, size_t length_bytes,
                          void *buffer);
bool lwnvme_sim_boot_write(struct lwnvme_sim *sim, uint8_t bpid, uint64_t offset, size_t length_bytes,
                           const void *buffer);

/* Bytes of host memory that the controller has as its host memory buffer now. */
uint64_t lwnvme_sim_hmb_bytes(const struct lwnvme_sim *sim);
/* A sanitize operation is in progress. */
bool lwnvme_sim_sanitizing(const struct lwnvme_sim *sim);

/* An interrupt without a reason: on_interrupt is called as for one that has one. */
void lwnvme_sim_interrupt(struct lwnvme_sim *sim, uint16_t vector);
/* The host's mask bit of an entry of the MSI-X table; returns its pending bit. */
bool lwnvme_sim_msix_mask(struct lwnvme_sim *sim, uint16_t vector, bool is_masked);

/* The priority class that a submission queue was created with. */
uint8_t lwnvme_sim_queue_priority(const struct lwnvme_sim *sim, uint16_t qid);

/* What is not given back. */
size_t lwnvme_sim_outstanding_allocations(const struct lwnvme_sim *sim); /* dma_alloc and alloc */
size_t lwnvme_sim_outstanding_maps(const struct lwnvme_sim *sim);        /* dma_map, when tracked */
size_t lwnvme_sim_outstanding_mmio_maps(const struct lwnvme_sim *sim);
size_t lwnvme_sim_outstanding_commands(const struct lwnvme_sim *sim); /* in flight, lost ones and held event
                                                                        requests included */
/* A command in flight may still read or write these bytes of the CPU's memory. */
bool lwnvme_sim_uses(const struct lwnvme_sim *sim, const void *memory, size_t length);
/* Drops mappings that no dma_unmap will end. */
void lwnvme_sim_forget_maps(struct lwnvme_sim *sim);

/* What has been counted since the software controller was made; valid until it is destroyed, and goes on counting. */
const struct lwnvme_sim_counts *lwnvme_sim_counters(const struct lwnvme_sim *sim);

#ifdef __cplusplus
}
#endif

#endif
