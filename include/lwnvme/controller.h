/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: a controller's life.
 *
 * Every change of state is begun by one call and carried on by lwnvme_controller_poll, which never blocks;
 * the blocking forms in sync.h do the polling themselves. One owner: all calls on one controller come from
 * one context at a time. Opening and closing different controllers must not overlap either, because a list
 * of what is open is shared. From inside a callback, calls that change the state are refused with
 * LWNVME_ERR_IN_CALLBACK.
 */
#ifndef LWNVME_CONTROLLER_H
#define LWNVME_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "host.h"
#include "queue.h"
#include "request.h"
#include "spec.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* States: those of bring-up and of the end, then those of reset, shutdown, resume and recovery. The tables in
 * src/core/controller.c and journey.c say what leads where. */
enum lwnvme_state {
    LWNVME_STATE_CLOSED = 0,
    LWNVME_STATE_PROBE,
    LWNVME_STATE_SETTLE,
    LWNVME_STATE_DISABLE,
    LWNVME_STATE_RECLAIM,
    LWNVME_STATE_ADMIN_QUEUE,
    LWNVME_STATE_ENABLE,
    LWNVME_STATE_IDENTIFY,
    LWNVME_STATE_QUEUE_COUNT,
    LWNVME_STATE_READY,
    LWNVME_STATE_STOP,
    LWNVME_STATE_STOP_RECLAIM,
    LWNVME_STATE_FAILED,
    LWNVME_STATE_IO_QUEUES,
    LWNVME_STATE_QUIESCE,
    LWNVME_STATE_DRAIN,
    LWNVME_STATE_DELETE_QUEUES,
    LWNVME_STATE_SHUTDOWN,
    LWNVME_STATE_OFF,
    LWNVME_STATE_RESCUE,
    LWNVME_STATE_VERIFY,
    LWNVME_STATE_COUNT
};

/* What the event callback is told. */
enum lwnvme_event {
    LWNVME_EVENT_READY = 1, /* brought up, resumed or reset: queues may be used */
    LWNVME_EVENT_RESET,     /* a reset has begun: requests in flight will be given back */
    LWNVME_EVENT_OFF,       /* shut down */
    LWNVME_EVENT_FAILED,    /* given up, see lwnvme_controller_status; all requests have been given back */
    LWNVME_EVENT_GONE,      /* as FAILED, because the device left the bus */
    LWNVME_EVENT_SUBSYSTEM_RESET, /* NSSR has been written: PCI configuration may be lost, and must be restored
                                     within a second; the controller is not touched meanwhile */
    LWNVME_EVENT_RECOVERY, /* recovery.h: a reset is coming. Queues have been touched already: owners hold still since
                              STOPPING, or since the caller began a reset that has failed */
    LWNVME_EVENT_RECOVERED, /* and has done it; after READY. Poll the queues: requests wait there to be issued again */
    /* A ready controller fails, or has left: sent once, before any queue is touched, and before RECOVERY.
     * Owners of queues must hold still until READY, FAILED or GONE, and this callback waits until they do
     * (docs/porting.md, "Threads"). Not sent for what the caller begins, who has them hold still before that:
     * reset, shutdown, close. */
    LWNVME_EVENT_STOPPING
};
/* Comes from the call that brings it about, mostly a poll; `context` is the configuration's event_context.
 * Blocking calls, and those that change the controller's state, are refused in it: LWNVME_ERR_IN_CALLBACK. */
typedef void (*lwnvme_event_callback)(struct lwnvme_controller *controller, enum lwnvme_event event,
                                      void *context);

/* What a device is known to get wrong. The library sets these by PCI identifiers; the
 * configuration can add and remove some. */
#define LWNVME_QUIRK_DELAY_BEFORE_INIT   (1u << 0) /* leave it alone for 2 s before the first access */
#define LWNVME_QUIRK_DELAY_AFTER_DISABLE (1u << 1) /* no register access for 2.3 s after CC.EN = 0 */
#define LWNVME_QUIRK_MQES_ZERO_IS_64     (1u << 2) /* CAP.MQES = 0 means 64 entries */
#define LWNVME_QUIRK_ONE_COMMAND         (1u << 3) /* loses data with more than one command in flight */
#define LWNVME_QUIRK_IDENTIFY_CNS_1      (1u << 4) /* knows only Identify CNS 0 and 1 */
#define LWNVME_QUIRK_NO_NS_DESCRIPTORS   (1u << 5) /* breaks on Identify CNS 3 */
#define LWNVME_QUIRK_NO_WRITE_ZEROES     (1u << 6) /* Write Zeroes is broken */
#define LWNVME_QUIRK_DMA_48_BITS         (1u << 7) /* cannot address memory above 2^48 */
#define LWNVME_QUIRK_NO_SGL              (1u << 8) /* SGLs are broken, whatever it says */
#define LWNVME_QUIRK_ENTRIES_OF_128                                                                          \
    (1u << 9) /* submission queue entries of 128 bytes, and no word of it: refused */
#define LWNVME_QUIRK_ODD_IDENTIFIERS                                                                         \
    (1u << 10) /* NGUID, EUI64, UUID are others from time to time: left out */
#define LWNVME_QUIRK_NO_DEEPEST_STATE                                                                        \
    (1u << 11) /* does not come back from its deepest power state: left out */

/*
 * A stretch of the CPU's addresses that lies in one piece in the controller's address space, too: the direct map of a
 * kernel, or all of memory where addresses are physical ones. Transfers from and to it take a shorter way, on which
 * dma_map is not called; so it must be mapped for the controller as long as the controller is open. Hosts with dma_sync
 * or dma_unmap may name one, but it is not used then. What lies outside goes through dma_map as ever.
 */
struct lwnvme_direct_map {
    uintptr_t address;    /* the first one; not 0, and in the same place of a page as dma_address */
    uint64_t dma_address; /* what the controller calls it */
    size_t length_bytes;  /* 0: there is none */
};

/* What is asked when a controller is opened. Zero it, then set what is needed. */
struct lwnvme_controller_config {
    const struct lwnvme_host_ops *ops; /* must stay while the controller is open */
    void *host;                        /* the hooks' first argument */
    uint32_t page_bytes;               /* the host's page: 4096, 8192, 16384, 32768 or 65536 */

    /* The register region (BAR0): by physical address, mapped through the hook, or mapped already. */
    uint64_t bar_physical; /* used when bar_mapped is NULL; not 0 then */
    volatile void *bar_mapped;
    uint64_t bar_bytes; /* its length, mandatory: doorbells beyond it are not used */

    /* The rest may stay zero. */
    uint32_t max_transfer_bytes; /* of one command: a power of two from 4096 to 16 MiB; smaller than
                                    the controller's own limit saves memory. 0: LWNVME_CONFIG_... */
    uint32_t io_queues;          /* pairs to ask for, 1 to 65534; 0: LWNVME_CONFIG_IO_QUEUES */
    uint32_t io_timeout_ms;      /* default deadlines, up to 2^31 - 1; 0: LWNVME_CONFIG_... */
    uint32_t admin_timeout_ms;
    uint8_t
        weighted_arbitration; /* 1: CC.AMS is weighted round robin with urgent priority class, if the controller has it
                                  (info.weighted_arbitration says so); weights by lwnvme_arbitration_set */
    uint16_t pci_vendor_id; /* for quirks by device; 0: unknown */
    uint16_t pci_device_id;
    uint32_t quirks_add; /* LWNVME_QUIRK_... */
    uint32_t quirks_remove;
    struct lwnvme_direct_map direct_map;
    struct lwnvme_interrupts *interrupts; /* NULL: blocking calls poll; see interrupt.h */
    lwnvme_event_callback event;          /* NULL: none */
    void *event_context;
};

/* What Identify Controller said, checked and in the CPU's terms. Text is printable ASCII, trimmed and
 * zero-terminated; what was not printable is '?'. */
struct lwnvme_controller_info {
    uint32_t version; /* VS: major << 16 | minor << 8 | tertiary; odd values are taken for 1.0 */
    uint16_t vid;
    uint16_t ssvid;
    uint16_t cntlid;
    char serial[21];
    char model[41];
    char firmware[9];
    char subnqn[257];
    uint32_t nn;                 /* highest namespace identifier that can exist */
    uint32_t max_transfer_bytes; /* of one command: the least of MDTS and the configuration */
    uint32_t mdts_bytes;         /* 0: the controller has no limit */
    uint16_t oacs;               /* optional admin commands: LWNVME_OACS_ bits */
    uint16_t oncs;               /* optional NVM commands: LWNVME_ONCS_ bits */
    uint8_t vwc;       /* LWNVME_VWC_PRESENT: a volatile write cache, which a flush empties; LWNVME_VWC_FB */
    uint8_t lpa;       /* log pages: LWNVME_LPA_ bits */
    uint8_t npss;      /* number of the last power state: 0's based */
    uint8_t fna;       /* Format NVM: LWNVME_FNA_ bits */
    uint16_t acl;      /* 1-based: commands that may be aborted at once */
    uint16_t aerl;     /* 1-based */
    uint16_t elpe;     /* 1-based: entries of the error log */
    uint32_t sgls;     /* SGL support: LWNVME_SGLS_ */
    uint32_t rtd3e_us; /* how long a shutdown may take; 0: not reported */
    uint32_t memory_page_bytes;   /* CC.MPS in bytes */
    uint32_t queue_entries_max;   /* CAP.MQES, 1-based */
    uint32_t io_queues;           /* pairs granted; 0: admin commands only */
    uint8_t weighted_arbitration; /* 1: the controller weighs submission queues by their priority */
};

/* Private: when something that lives with a controller is told. */
enum lwnvme_occasion {
    LWNVME_OCCASION_WORK =
        0, /* the controller is ready and has been polled: not told, but `work` is called */
    LWNVME_OCCASION_READY = 1, /* brought up, resumed or reset */
    LWNVME_OCCASION_FAREWELL,  /* a shutdown or reset is coming: last commands may be sent */
    LWNVME_OCCASION_CLOSE,     /* being closed: device_stopped says whether it may still write memory */
    LWNVME_OCCASION_SLEEP, /* a low power state is coming, and no polls for a while: as FAREWELL; stays READY */
    LWNVME_OCCASION_WAKE   /* that is over, and the controller has lost nothing */
};

/* Private: something that lives with a controller, on a list of it; in the caller's own object. Both functions are
 * there. Only `work` may begin a reset or a shutdown, in the course of which services are told. */
struct lwnvme_service {
    void (*work)(struct lwnvme_service *service); /* the controller is ready and has been polled */
    void (*tell)(struct lwnvme_service *service, enum lwnvme_occasion occasion);
    struct lwnvme_controller *controller; /* NULL: not on a list */
    struct lwnvme_service *next;
    uint64_t due_us; /* when it wants a poll at the latest; UINT64_MAX: whenever */
    bool holding;    /* it needs the I/O queues held still; a reset lets them go, and leaves this as it is */
};

struct lwnvme_state_row;
struct lwnvme_recovery;

/* A controller: the caller's memory, zeroed before it is first opened. All members are private; use the
 * functions. What is used most comes first, in bytes where they serve: that makes the code smaller. */
struct lwnvme_controller {
    const struct lwnvme_host_ops *ops;
    void *host;
    volatile void *registers;
    struct lwnvme_queue *queues;
    uint8_t *pages;
    struct lwnvme_service *services;
    const struct lwnvme_state_row *row; /* of the state */
    int status;
    int fail_status; /* why it is failing */
    uint8_t state;
    uint8_t goal; /* what the steps lead to: READY, OFF or CLOSED */
    uint8_t opened;
    uint8_t polling;
    uint8_t identified;
    uint8_t stop_told;      /* CC.EN has been cleared by the stop state */
    uint8_t device_stopped; /* it is known not to write memory */
    uint8_t shutdown_kind;
    uint8_t recovering; /* what fails now is brought up again */
    uint8_t checklist_logged;
    uint32_t quirks;
    uint32_t cc;
    uint32_t stuck_polls;
    uint64_t not_before_us;
    uint32_t page_bytes;
    uint32_t incarnation;
    struct lwnvme_recovery *recovery; /* NULL: none */
    struct lwnvme_queue admin;
    uint64_t last_now_us;
    uint64_t state_since_us;
    uint32_t pages_free;
    uint32_t event_requests; /* in flight in the admin queue, and without an end */
    uint32_t cap_low;
    uint32_t cap_high;
    uint32_t vs;
    uint64_t limits_us[4]; /* how long states may take; 0: as long as they do */
    struct lwnvme_request *page_waiting_first;
    struct lwnvme_request *page_waiting_last;
    struct lwnvme_request request; /* bring-up's own */
    struct lwnvme_controller_info info;
    struct lwnvme_controller_config config;
    const struct lwnvme_state_row
        *journey_states; /* of those that only journeys lead to; NULL before the first */
    uint64_t pages_dma;
    size_t pages_bytes;
    uint8_t identity[60];       /* serial and model as first seen */
    uint8_t command_limits[16]; /* the beginning of the NVM command set's Identify Controller; 0: none */
    /* Looks at a request for a shared queue once more, under the lock; NULL until handles can change in use. */
    int (*recheck)(const struct lwnvme_request *request);
    void (*serve)(struct lwnvme_controller *controller); /* has all services work; NULL until there is one */
    struct lwnvme_service *service_next;                 /* the next one to be told */
    void (*doorbells)(struct lwnvme_queue *queue); /* how a queue that begins rings them; NULL: as ever */
    struct lwnvme_shadow *shadow;
    struct lwnvme_kept *kept; /* who is told what a close keeps; NULL: nobody */
    void (*kept_more)(const struct lwnvme_controller *controller, void *memory, size_t length_bytes,
                      uint64_t dma_address);
    uint32_t farewells; /* commands that services sent before a shutdown or reset */
    struct lwnvme_controller *next_open;
};

/*
 * Starts to bring a controller up: checks the configuration and the host's hooks, maps the registers, and
 * enters the first state. lwnvme_controller_poll does the rest; the blocking form is
 * lwnvme_sync_controller_open. The PCI function must have memory decoding and bus mastering on.
 *
 * `controller` is the caller's, zeroed, and must stay until lwnvme_controller_close says 0. `config` is
 * copied; its ops must stay. 0: begun. Else refused by name and nothing was done.
 * NVM Express Base Specification 2.1, section 3.5 "Controller Initialization".
 */
int lwnvme_controller_open(struct lwnvme_controller *controller,
                           const struct lwnvme_controller_config *config);

/*
 * Does what can be done now: steps the state, completes admin commands, checks their deadlines, and looks whether
 * the device is still there. Never blocks. Returns lwnvme_controller_status. Call it while something is
 * pending, and now and then at other times (once a second is fine). Owner's context; from a callback of an admin
 * command, and from the configuration's event callback, it does nothing but return the status.
 */
int lwnvme_controller_poll(struct lwnvme_controller *controller);

/*
 * 0: what was begun has ended well. LWNVME_PENDING: under way. LWNVME_ERR_NOT_OPEN. Else why the controller
 * failed: it takes nothing but a reset (unless LWNVME_ERR_GONE) and a close.
 */
int lwnvme_controller_status(const struct lwnvme_controller *controller);
/* What it is doing; LWNVME_STATE_CLOSED for one that is not open, or NULL. Owner's context. */
enum lwnvme_state lwnvme_controller_state(const struct lwnvme_controller *controller);
/* In a word, for messages: static text, never NULL, for every value. Callable anywhere. */
const char *lwnvme_state_name(enum lwnvme_state state);

/* Valid once the controller has been ready; NULL before. Stays valid until close. */
const struct lwnvme_controller_info *lwnvme_controller_get_info(const struct lwnvme_controller *controller);

/* The Identify Controller data structure as the controller gave it at its last bring-up, not validated: a
 * private copy, valid until close; NULL before the controller has been ready. Base, section 5.1.13.2.1
 * "Identify Controller Data Structure". */
const struct lwnvme_identify_controller *
lwnvme_controller_get_identify(const struct lwnvme_controller *controller);

/* How lwnvme_controller_shutdown ends what is under way. */
enum lwnvme_shutdown {
    LWNVME_SHUTDOWN_NORMAL = 1,
    LWNVME_SHUTDOWN_ABRUPT = 2,
    LWNVME_SHUTDOWN_HAND_OFF = 3 /* both bits: orderly, and then stopped, for the next kernel */
};

/*
 * Starts an orderly shutdown. Normal: no new requests, those in flight end, I/O queues are deleted, CC.SHN
 * is written and CSTS.SHST awaited for as long as RTD3E says, within a floor and a cap. Abrupt: CC.SHN is
 * written at once and requests in flight are given back when the controller has stopped. Queue structs
 * remain and come back with lwnvme_controller_resume. Owner's context; polls all queues of the controller
 * until it is done, so their owners must hold still. Only a ready controller can be shut down: otherwise
 * LWNVME_ERR_WRONG_STATE, or LWNVME_ERR_FAILED or LWNVME_ERR_GONE (then close it). 0: begun.
 * A controller that is off stays ready to be powered off: closing it does not touch it any more. An abrupt
 * shutdown ends with a disabled controller, since requests may have been in flight.
 * Hand-off: as normal, and in the end CC.EN is cleared and CSTS.RDY seen to be 0. Whoever comes next (a
 * kernel by kexec, the system that a bootloader starts) finds a controller as after power-on: disabled, no
 * queues, event requests, host memory or shadow doorbells. Close it then. Not for cutting the power: that
 * wants the normal kind.
 * NVM Express Base Specification 2.1, section 3.6 "Shutdown Processing".
 */
int lwnvme_controller_shutdown(struct lwnvme_controller *controller, enum lwnvme_shutdown kind);

/* Starts to bring a shut-down controller up again, its I/O queues included. Owner's context. 0: begun.
 * LWNVME_ERR_WRONG_STATE: it is not off. NVM Express Base Specification 2.1, section 3.5 "Controller
 * Initialization". */
int lwnvme_controller_resume(struct lwnvme_controller *controller);

/*
 * Starts a controller reset (CC.EN to 0 and back): requests in flight are given back once the controller has
 * stopped (LWNVME_ERR_ABORTED, or LWNVME_ERR_NOT_STARTED if they still waited for room), then everything is made
 * again, I/O queues included. Also the way out of a failed state, unless the device is gone or was never
 * ready. From other states than ready and failed: LWNVME_ERR_WRONG_STATE. 0: begun.
 * NVM Express Base Specification 2.1, section 3.7.2 "Controller Level Reset".
 */
int lwnvme_controller_reset(struct lwnvme_controller *controller);

/*
 * Starts a reset of the whole NVM subsystem by writing NSSR, then brings this controller up again as after
 * lwnvme_controller_reset. All controllers of the subsystem are reset, and so may be the PCI configuration of
 * each: the event LWNVME_EVENT_SUBSYSTEM_RESET tells when to restore it. Not done by the library on its own.
 * LWNVME_ERR_NO_SUBSYSTEM_RESET: CAP.NSSRS is 0. Otherwise as lwnvme_controller_reset.
 * NVM Express Base Specification 2.1, section 3.7.1 "NVM Subsystem Reset".
 */
int lwnvme_controller_subsystem_reset(struct lwnvme_controller *controller);

/*
 * Lets go of a controller: after a shutdown, a failure, or at any time (then it is disabled first, without
 * waiting; call again while it says LWNVME_PENDING). Frees all memory once the controller cannot write it
 * any more. LWNVME_ERR_MEMORY_KEPT: the controller does not stop and there is no fence; its memory is left
 * allocated on purpose, the rest is freed, and the controller is closed. All queues end as closed. Owner's context.
 */
int lwnvme_controller_close(struct lwnvme_controller *controller);

/*
 * Whether MSI may be used with a device, by its PCI identifiers: a few never send one. With these use MSI-X, or INTx.
 * May be asked before anything is opened, from any context.
 */
bool lwnvme_msi_works(uint16_t pci_vendor_id, uint16_t pci_device_id);

/*
 * The moment, on the now_us clock, at which the library must be polled at the latest even if nothing
 * happens: not after the nearest deadline of a command, but it may be before it, so ask again; now, while the
 * controller is on its way from one state to another, which needs steady polls. UINT64_MAX: none. Poll the
 * queues before asking: that is when commands are given their deadlines. Owner's context.
 */
uint64_t lwnvme_next_deadline(const struct lwnvme_controller *controller);

/*
 * Sends one admin command by its dwords, with a buffer of the caller's (NULL: none), as lwnvme_raw does for
 * I/O. Queue creation and deletion, Asynchronous Event Request, Doorbell Buffer Config and Number of Queues
 * are the library's own: LWNVME_ERR_OPCODE_REFUSED. LWNVME_ERR_BUFFER_LENGTH: less memory than the command's
 * dwords say that the controller moves (Identify, log pages, firmware, features, namespaces, security,
 * directives, LBA status). Drives are known to write 4096 bytes where fewer were asked for: give whole pages.
 * Owner's context, the callback comes from lwnvme_controller_poll.
 */
int lwnvme_admin_raw(struct lwnvme_controller *controller, struct lwnvme_request *request,
                     const struct lwnvme_command *command, const struct lwnvme_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
