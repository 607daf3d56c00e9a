/* SPDX-License-Identifier: MIT */
/*
 * Each processor keeps reads in flight on its own queue. The first one owns the controller as well: it polls that, too, and
 * after a while switches the slot's power off. What a kernel has to do then is here in small:
 *
 *     first processor                             the others
 *     LWNVME_EVENT_STOPPING, from its poll:
 *     pulled_hold = 1, waits for them  ------->   see it between two calls, say so, keep away from the library
 *     the poll goes on, gives all reads back
 *     pulled_ended = 1                 ------->   look at what has become of their reads, and return
 */
#include "pulled.h"

#include "text.h"

#define PULLED_DEPTH      8u
#define PULLED_READ_BYTES 16384u
#define PULLED_AFTER_US   300000u   /* how long the drive is read before that */
#define PULLED_HOLD_US    2000000u  /* for the others to hold still */
#define PULLED_LIMIT_US   30000000u /* what takes longer was not noticed */
#define PULLED_WAIT_US    5000u     /* for an interrupt, between two looks at the flag */

struct pulled_read {
    struct lwnvme_request request;
    uint8_t *data;
    uint32_t issued;
    uint32_t back;
};

struct pulled_share {
    struct lwnvme_queue own;
    struct lwnvme_queue *queue;
    struct pulled_read reads[PULLED_DEPTH];
    uint64_t lba; /* of the next read */
    uint32_t answered;
    uint32_t given_back;
    uint32_t other; /* ends that are neither, and reads that were refused while the drive was there */
    uint32_t still; /* atomic */
};

struct pulled {
    struct drive *drive;
    uint32_t processors; /* 0: nobody works */
    uint32_t started;    /* atomic */
    uint32_t hold;       /* atomic */
    uint32_t ended;      /* atomic */
    uint32_t blocks;     /* of a read */
    uint64_t pulled_us;  /* 0: not yet */
    const char *reason;  /* of the first processor's */
    struct pulled_share shares[PLATFORM_PROCESSORS_MAX];
};

static struct pulled pulled_state;

static bool pulled_all_still(const struct pulled *all)
{
    for (uint32_t i = 1; i < all->processors; i++) {
        if (__atomic_load_n(&all->shares[i].still, __ATOMIC_ACQUIRE) == 0) {
            return false;
        }
    }
    return true;
}

static void pulled_event(struct lwnvme_controller *controller, enum lwnvme_event event, void *context)
{
    struct pulled *all = context;
    const uint64_t end_us = platform_now_us() + PULLED_HOLD_US;

    (void)controller;
    if (event != LWNVME_EVENT_STOPPING || all->processors == 0) {
        return;
    }
    __atomic_store_n(&all->hold, 1u, __ATOMIC_RELEASE);
    while (!pulled_all_still(all)) {
        if (platform_now_us() >= end_us) {
            all->reason = "a processor does not hold still";
            return;
        }
    }
}

void pulled_listen(struct drive *drive)
{
    drive->place.config.event = pulled_event;
    drive->place.config.event_context = &pulled_state;
}

/* On the processor whose read it is, or on the first one when the controller ends. */
static void pulled_done(struct lwnvme_request *request)
{
    struct pulled_read *read = request->context;

    read->back++;
}

/* Counts those that have come back. */
static void pulled_count(struct pulled_share *share, const struct pulled_read *read)
{
    if (read->request.status == 0) {
        share->answered++;
    } else if (read->request.status == LWNVME_ERR_ABORTED) {
        share->given_back++;
    } else {
        share->other++;
    }
}

static void pulled_issue(const struct pulled *all, struct pulled_share *share, struct pulled_read *read)
{
    const struct lwnvme_namespace *ns = all->drive->current;
    const struct lwnvme_buffer buffer = lwnvme_buffer_cpu(read->data, (size_t)all->blocks * ns->block_bytes);

    read->request = (struct lwnvme_request){.done = pulled_done, .context = read};
    share->lba = ns->block_count - share->lba < all->blocks ? 0 : share->lba;
    if (lwnvme_read(share->queue, ns, &read->request, share->lba, all->blocks, &buffer) == 0) {
        read->issued++;
        share->lba += all->blocks;
    } else {
        share->other++;
    }
}

/* One turn: what has come back is counted and issued again. */
static void pulled_turn(const struct pulled *all, struct pulled_share *share)
{
    for (uint32_t i = 0; i < PULLED_DEPTH; i++) {
        struct pulled_read *read = &share->reads[i];

        if (read->issued == read->back) {
            if (read->issued != 0) {
                pulled_count(share, read);
            }
            pulled_issue(all, share, read);
        }
    }
    (void)lwnvme_queue_wait(share->queue, 0, platform_now_us() + PULLED_WAIT_US);
}

/* The first processor's: until the controller has ended, which its poll finds out. */
static void pulled_own(struct pulled *all)
{
    const struct platform_drive *place = &all->drive->place;
    struct lwnvme_controller *controller = &all->drive->controller;
    const uint64_t start_us = platform_now_us();

    while (lwnvme_controller_status(controller) == 0 && all->reason == NULL) {
        const uint64_t now_us = platform_now_us();

        if (all->pulled_us == 0 && now_us - start_us >= PULLED_AFTER_US) {
            all->reason = place->slot_power(place, false);
            all->pulled_us = platform_now_us();
        } else if (now_us - start_us >= PULLED_LIMIT_US) {
            all->reason = "nobody has found out that the drive is gone";
        } else {
            pulled_turn(all, &all->shares[0]);
        }
        (void)lwnvme_controller_poll(controller);
    }
    for (uint32_t i = 0; lwnvme_controller_state(controller) != LWNVME_STATE_FAILED && all->reason == NULL;
         i++) {
        (void)lwnvme_controller_poll(controller);
        if (platform_now_us() - start_us >= PULLED_LIMIT_US) {
            all->reason = "the controller's end takes too long";
        }
    }
}

/* On each processor. None begins before all have come. */
static void pulled_work(void *context, uint32_t processor)
{
    struct pulled *all = context;
    struct pulled_share *share = &all->shares[processor];

    __atomic_fetch_add(&all->started, 1u, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&all->started, __ATOMIC_ACQUIRE) < all->processors) {
    }
    if (processor == 0) {
        pulled_own(all);
        __atomic_store_n(&all->ended, 1u, __ATOMIC_RELEASE);
        return;
    }
    while (__atomic_load_n(&all->hold, __ATOMIC_ACQUIRE) == 0 &&
           __atomic_load_n(&all->ended, __ATOMIC_ACQUIRE) == 0) {
        pulled_turn(all, share);
    }
    __atomic_store_n(&share->still, 1u, __ATOMIC_RELEASE);
    while (__atomic_load_n(&all->ended, __ATOMIC_ACQUIRE) == 0) {
    }
}

static const char *pulled_prepare(struct pulled *all, uint32_t processor)
{
    struct pulled_share *share = &all->shares[processor];
    struct lwnvme_queue_config config = all->drive->queue_config;

    share->lba = all->drive->current->block_count / all->processors * processor;
    share->queue = processor == 0 ? &all->drive->queue : &share->own;
    for (uint32_t i = 0; i < PULLED_DEPTH; i++) {
        share->reads[i].data = platform_alloc(PULLED_READ_BYTES);
        if (share->reads[i].data == NULL) {
            return "no memory for reads";
        }
    }
    if (processor == 0) {
        return NULL;
    }
    config.vector =
        (config.flags & LWNVME_QUEUE_INTERRUPT) != 0 ? platform_vector(&all->drive->place, processor) : 0;
    return lwnvme_sync_queue_create(&all->drive->controller, &share->own, &config) == 0
               ? NULL
               : "there is no queue for each processor";
}

/* Whether each read came back as often as it was issued, and how. */
static const char *pulled_judge(struct pulled *all, uint32_t processor)
{
    struct pulled_share *share = &all->shares[processor];

    for (uint32_t i = 0; i < PULLED_DEPTH; i++) {
        const struct pulled_read *read = &share->reads[i];

        if (read->issued != read->back || lwnvme_request_active(&read->request)) {
            return "a read did not come back exactly once";
        }
        pulled_count(share, read);
    }
    text_print("  processor %u: %u reads answered, %u given back: ", processor, share->answered,
               share->given_back);
    text_print_status(lwnvme_queue_status(share->queue));
    text_print("\n");
    return share->other == 0 ? NULL : "a read ended otherwise, or was refused";
}

static const char *pulled_again(struct pulled *all)
{
    struct drive *drive = all->drive;
    const char *reason = drive_close(drive) == 0 ? NULL : "what is gone could not be closed";

    for (uint32_t i = 0; i < all->processors * PULLED_DEPTH && reason == NULL; i++) {
        platform_free(all->shares[i / PULLED_DEPTH].reads[i % PULLED_DEPTH].data, PULLED_READ_BYTES);
    }
    all->processors = 0;
    if (reason == NULL) {
        reason = drive->place.slot_power(&drive->place, true);
    }
    if (reason == NULL && drive_open(drive) != 0) {
        reason = "the drive did not come up again";
    }
    return reason;
}

const char *pulled_run(struct drive *drive, uint32_t processors)
{
    struct pulled *all = &pulled_state;
    const char *reason = NULL;

    if (drive->place.slot_power == NULL) {
        return "this machine switches no slot's power";
    }
    *all = (struct pulled){.drive = drive, .processors = processors};
    all->blocks = drive->current != NULL ? PULLED_READ_BYTES / drive->current->block_bytes : 0;
    if (all->blocks == 0 || drive->current->block_count < all->blocks) {
        return "no namespace is large enough to be read while there is trouble";
    }
    for (uint32_t i = 0; i < processors && reason == NULL; i++) {
        reason = pulled_prepare(all, i);
    }
    if (reason != NULL) {
        return reason;
    }
    platform_run(processors, pulled_work, all);
    text_print("the drive was pulled out under %u processors: ", processors);
    text_print_status(lwnvme_controller_status(&drive->controller));
    text_print(", known after %" TEXT_64 "u ms\n", (platform_now_us() - all->pulled_us) / 1000u);
    reason = all->reason;
    for (uint32_t i = 0; i < processors && reason == NULL; i++) {
        reason = pulled_judge(all, i);
    }
    return reason != NULL ? reason : pulled_again(all);
}
