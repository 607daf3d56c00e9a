/* SPDX-License-Identifier: MIT */
/*
 * Reads are put in flight, something bad happens, and all of them are waited for. How often each was called back is counted:
 * once is right, and its status may be that of success, if it was quick enough, or a name of the library's. The drive is then
 * closed, which has to work, and opened again.
 */
#include "trouble.h"

#include "text.h"

#define TROUBLE_READS       16u
#define TROUBLE_READ_BYTES  65536u
#define TROUBLE_WAIT_US     30000000u           /* what takes longer was not noticed */
#define TROUBLE_NOWHERE     (UINT64_C(1) << 44) /* a page where no machine of these has memory */
#define TROUBLE_LOST_PAGES  16u
#define TROUBLE_FEW_ENTRIES 2u

struct trouble_read {
    struct lwnvme_request request;
    uint8_t *data;
    uint32_t calls;
};

static struct trouble_read trouble_reads[TROUBLE_READS];
static struct lwnvme_queue trouble_queue; /* the one that lies nowhere */
static uint32_t trouble_back;

static void trouble_done(struct lwnvme_request *request)
{
    struct trouble_read *read = request->context;

    read->calls++;
    trouble_back++;
}

static void trouble_release(void)
{
    for (uint32_t i = 0; i < TROUBLE_READS; i++) {
        platform_free(trouble_reads[i].data, TROUBLE_READ_BYTES);
        trouble_reads[i].data = NULL;
    }
}

/* Reads from the first blocks on; more than the queue takes at once wait in it. */
static const char *trouble_start(struct drive *drive)
{
    const struct lwnvme_namespace *ns = drive->current;
    const uint32_t blocks = ns != NULL ? TROUBLE_READ_BYTES / ns->block_bytes : 0;

    trouble_back = 0;
    if (blocks == 0 || ns->block_count / TROUBLE_READS < blocks) {
        return "no namespace is large enough to be read while there is trouble";
    }
    for (uint32_t i = 0; i < TROUBLE_READS; i++) {
        struct trouble_read *read = &trouble_reads[i];
        struct lwnvme_buffer buffer;

        *read = (struct trouble_read){.data = platform_alloc(TROUBLE_READ_BYTES)};
        if (read->data == NULL) {
            return "no memory for reads";
        }
        read->request.done = trouble_done;
        read->request.context = read;
        buffer = lwnvme_buffer_cpu(read->data, (size_t)blocks * ns->block_bytes);
        if (lwnvme_read(&drive->queue, ns, &read->request, (uint64_t)i * blocks, blocks, &buffer) != 0) {
            return "the drive takes no reads";
        }
    }
    return NULL;
}

/* Until all have come back, and the controller's end is known. */
static void trouble_wait(struct drive *drive)
{
    const uint64_t end_us = platform_now_us() + TROUBLE_WAIT_US;

    while ((trouble_back < TROUBLE_READS || lwnvme_controller_status(&drive->controller) == 0) &&
           platform_now_us() < end_us) {
        (void)lwnvme_controller_poll(&drive->controller);
        (void)lwnvme_queue_poll(&drive->queue, 0);
    }
}

/* Whether each came back once, and the controller ended as it should. */
static const char *trouble_judge(struct drive *drive, const char *what, int wanted, uint64_t start_us)
{
    const int status = lwnvme_controller_status(&drive->controller);
    uint32_t answered = 0;

    text_print("%s: ", what);
    text_print_status(status);
    text_print(", known after %" TEXT_64 "u ms\n", (platform_now_us() - start_us) / 1000u);
    for (uint32_t i = 0; i < TROUBLE_READS; i++) {
        if (trouble_reads[i].calls != 1u || lwnvme_request_active(&trouble_reads[i].request)) {
            return "a read did not come back exactly once";
        }
        answered += trouble_reads[i].request.status == 0 ? 1u : 0u;
        if (trouble_reads[i].request.status > 0) {
            return "a read came back with a status of the controller's";
        }
    }
    text_print("  %u reads in flight: %u answered, %u given back\n", TROUBLE_READS, answered,
               TROUBLE_READS - answered);
    return status == wanted ? NULL : "the controller's end has another name";
}

static const char *trouble_again(struct drive *drive)
{
    const int status = drive_open(drive);

    if (status != 0) {
        text_print("  opened again: ");
        text_print_status(status);
        text_print("\n");
        return "the drive did not come up again";
    }
    return NULL;
}

const char *trouble_remove(struct drive *drive)
{
    const uint64_t start_us = platform_now_us();
    const char *reason = trouble_start(drive);
    int status;

    if (reason == NULL) {
        reason = drive->place.slot_power != NULL ? drive->place.slot_power(&drive->place, false)
                                                 : "this machine switches no slot's power";
    }
    if (reason != NULL) {
        return reason;
    }
    trouble_wait(drive);
    reason = trouble_judge(drive, "the drive was pulled out", LWNVME_ERR_GONE, start_us);
    status = drive_close(drive);
    if (reason != NULL || status != 0) {
        return reason != NULL ? reason : "what is gone could not be closed";
    }
    trouble_release();
    if ((drive->queue_config.flags & LWNVME_QUEUE_INTERRUPT) != 0) {
        text_print("  interrupts until then: %u\n", platform_interrupt_count(&drive->place, 0));
    }
    reason = drive->place.slot_power(&drive->place, true);
    return reason != NULL ? reason : trouble_again(drive);
}

/* A queue whose rings are nowhere, and a read on it: the controller cannot fetch the command. The read is never called back
 * before the controller is closed, and counts for nothing. */
static const char *trouble_break(struct drive *drive, uint8_t *memory, size_t length_bytes)
{
    static struct lwnvme_queue_memory nowhere;
    static struct lwnvme_request request;
    struct lwnvme_queue_config config = {.entries = TROUBLE_FEW_ENTRIES, .memory = &nowhere};
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(trouble_reads[0].data, drive->current->block_bytes);

    request = (struct lwnvme_request){0};
    lwnvme_queue_memory_use(&nowhere, memory, TROUBLE_NOWHERE, length_bytes);
    if (lwnvme_sync_queue_create(&drive->controller, &trouble_queue, &config) != 0) {
        return "no queue could be made that lies nowhere";
    }
    return lwnvme_read(&trouble_queue, drive->current, &request, 0, 1, &buffer) == 0
               ? NULL
               : "the queue that lies nowhere takes no read";
}

const char *trouble_fatal(struct drive *drive)
{
    const size_t length_bytes = (size_t)TROUBLE_LOST_PAGES * drive->place.config.page_bytes;
    uint8_t *memory = platform_alloc(length_bytes);
    const uint64_t start_us = platform_now_us();
    const char *reason = memory != NULL ? trouble_start(drive) : "no memory for a queue";
    int status;

    if (reason == NULL) {
        reason = trouble_break(drive, memory, length_bytes);
    }
    if (reason != NULL) {
        return reason;
    }
    trouble_wait(drive);
    reason = trouble_judge(drive, "the controller failed", LWNVME_ERR_FATAL, start_us);
    status = drive_close(drive);
    if (reason != NULL || status != 0) {
        return reason != NULL ? reason : "what has failed could not be closed";
    }
    trouble_release();
    platform_free(memory, length_bytes);
    return trouble_again(drive);
}
