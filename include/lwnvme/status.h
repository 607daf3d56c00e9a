/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: one int says how a call or a command ended.
 *
 *     0           success
 *     negative    the library's own: LWNVME_PENDING or an LWNVME_ERR_ name from the list below
 *     positive    the controller's: the status field of the completion as it stood there, 15 bits
 *                 (SC, SCT, CRD, M, DNR); compare lwnvme_status_code(status) with LWNVME_SC_...
 *
 * A completion whose SC and SCT are both zero is success, whatever the other bits say.
 */
#ifndef LWNVME_STATUS_H
#define LWNVME_STATUS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, text). Values never change once released. */
#define LWNVME_ERROR_LIST(X)                                                                                 \
    X(PENDING, -1, "still under way")                                                                        \
    /* the call */                                                                                           \
    X(ERR_NULL_ARGUMENT, -2, "a pointer that must be given is NULL")                                         \
    X(ERR_INVALID_ARGUMENT, -3, "an argument is out of its range")                                           \
    X(ERR_BUSY, -4, "no room in the queue, or another operation is under way")                               \
    X(ERR_REQUEST_ACTIVE, -5, "the request is in use by an earlier call")                                    \
    X(ERR_WRONG_STATE, -6, "the controller is not in a state that allows this")                              \
    X(ERR_ALREADY_OPEN, -7, "this controller's registers are open already")                                  \
    X(ERR_NOT_OPEN, -8, "the controller is not open")                                                        \
    X(ERR_QUEUE_CLOSED, -9, "the queue is closed")                                                           \
    X(ERR_QUEUE_IN_USE, -10, "the queue still has requests in flight")                                       \
    X(ERR_NAMESPACE_CLOSED, -11, "the namespace is not open, or belongs to another controller")              \
    X(ERR_IN_CALLBACK, -12, "not possible from inside a callback")                                           \
    /* the host */                                                                                           \
    X(ERR_HOOK_DMA_ALLOC, -20, "the host lacks the dma_alloc or the dma_free hook")                          \
    X(ERR_HOOK_DMA_MAP, -21, "the host lacks the dma_map hook, needed for buffers at CPU addresses")         \
    X(ERR_HOOK_NOW_US, -22, "the host lacks the now_us hook")                                                \
    X(ERR_HOOK_MMIO_MAP, -23, "the host lacks the mmio_map hook, needed for a physical register address")    \
    X(ERR_HOOK_PAIR, -24, "of two hooks that go together the host has only one")                             \
    X(ERR_HOST_PAGE_SIZE, -25, "the host page size is not a power of two from 4 KiB to 64 KiB")              \
    X(ERR_NO_MEMORY, -26, "the host gave no memory")                                                         \
    X(ERR_DMA_ALIGNMENT, -27, "the host gave memory that is not aligned as asked")                           \
    X(ERR_MMIO_MAP, -28, "the host could not map the registers")                                             \
    X(ERR_DMA_MAP, -29, "the host could not translate the buffer")                                           \
    X(ERR_BAR_SIZE, -30, "the register region is too small for an NVMe controller")                          \
    X(ERR_DMA_LIMIT, -31, "an address lies beyond what the controller can reach")                            \
    X(ERR_CLOCK_STOPPED, -32, "the host's clock stands still")                                               \
    X(ERR_HOOK_LOCK, -33, "the host lacks the lock and unlock hooks, needed for a shared queue")             \
    X(ERR_BAR_ADDRESS, -34, "no register region was given: bar_mapped and bar_physical are both 0")          \
    /* the controller */                                                                                     \
    X(ERR_GONE, -40, "the controller is gone")                                                               \
    X(ERR_FATAL, -41, "the controller reports a fatal status (CSTS.CFS)")                                    \
    X(ERR_FAILED, -42, "the controller has failed; reset or close it")                                       \
    X(ERR_TIMEOUT, -43, "the command's deadline passed")                                                     \
    X(ERR_SETTLE_TIMEOUT, -44, "an earlier shutdown of the controller did not end in time")                  \
    X(ERR_DISABLE_TIMEOUT, -45, "the controller did not become disabled in time")                            \
    X(ERR_ENABLE_TIMEOUT, -46, "the controller did not become ready in time")                                \
    X(ERR_SHUTDOWN_TIMEOUT, -47, "the controller did not shut down in time")                                 \
    X(ERR_CAP_MQES, -48, "the controller offers no queue of at least two entries (CAP.MQES)")                \
    X(ERR_CAP_PAGE_SIZE, -49, "no memory page size suits both sides (CAP.MPSMIN, CAP.MPSMAX)")               \
    X(ERR_CAP_CSS, -50, "the controller offers no command set that is known here (CAP.CSS)")                 \
    X(ERR_ENTRY_SIZE, -51, "the controller needs queue entries of another size (SQES, CQES)")                \
    X(ERR_IDENTIFY_DATA, -52, "the controller's identify data make no sense")                                \
    X(ERR_CONTROLLER_CHANGED, -53, "another controller, or other limits, answered after the reset")          \
    X(ERR_NO_IO_QUEUES, -54, "the controller grants no I/O queue")                                           \
    X(ERR_QUEUE_LIMIT, -55, "all I/O queues that the controller grants are in use")                          \
    X(ERR_QUEUE_SIZE, -56, "the queue size is out of range")                                                 \
    X(ERR_MEMORY_KEPT, -57, "the controller may still write: its DMA memory was not freed")                  \
    X(ERR_LOST_READY, -58, "the controller left the ready state by itself")                                  \
    /* requests given back without an answer from the controller */                                          \
    X(ERR_NOT_STARTED, -60, "given back before the controller saw any of it")                                \
    X(ERR_ABORTED, -61,                                                                                      \
      "given back after the controller was stopped: it may or may not have been carried out")                \
    X(ERR_BUFFER_HELD, -62, "given up, but the controller would not stop: it may still use the buffer")      \
    /* namespaces */                                                                                         \
    X(ERR_NS_INVALID_ID, -70, "the namespace identifier is 0 or beyond what the controller has")             \
    X(ERR_NS_INACTIVE, -71, "no active namespace has this identifier")                                       \
    X(ERR_NS_FORMAT, -73, "the namespace's LBA format does not exist")                                       \
    X(ERR_NS_BLOCK_SIZE, -74, "the namespace's block size is not from 512 to 65536 bytes")                   \
    X(ERR_NS_TRANSFER_SIZE, -75, "one block is larger than one transfer may be")                             \
    X(ERR_NS_SIZE, -76, "the namespace's size overflows 64 bits in bytes")                                   \
    X(ERR_NS_CAPACITY, -77, "the namespace's capacity is zero")                                              \
    X(ERR_NS_METADATA, -78, "the namespace is formatted with metadata, which is not supported")              \
    X(ERR_NS_COMMAND_SET, -79, "the namespace uses a command set that is not supported")                     \
    /* block I/O */                                                                                          \
    X(ERR_LBA_RANGE, -90, "the blocks are not all inside the namespace")                                     \
    X(ERR_ZERO_BLOCKS, -91, "no blocks were asked for")                                                      \
    X(ERR_BUFFER_ALIGNMENT, -92, "the buffer or one of its segments is not dword aligned")                   \
    X(ERR_BUFFER_LENGTH, -93, "the buffer is shorter than the transfer")                                     \
    X(ERR_BUFFER_LAYOUT, -94, "the buffer's pieces cannot be told to the controller as one transfer")        \
    X(ERR_TRANSFER_SIZE, -95, "the transfer is larger than one command may be")                              \
    X(ERR_RANGE_COUNT, -96, "the number of ranges is not from 1 to 256")                                     \
    X(ERR_READ_ONLY, -97, "the namespace is write protected")                                                \
    X(ERR_NO_COMPARE, -98, "the controller has no Compare command")                                          \
    X(ERR_NO_WRITE_ZEROES, -99, "the controller has no Write Zeroes command")                                \
    X(ERR_NO_DATASET_MANAGEMENT, -100, "the controller has no Dataset Management command")                   \
    X(ERR_NO_VERIFY, -101, "the controller has no Verify command")                                           \
    X(ERR_NO_LOG_OFFSET, -102, "the controller reads log pages only from their start")                       \
    X(ERR_NO_SAVE_SELECT, -103, "the controller has no saved or default feature values to select")           \
    X(ERR_NO_IDENTIFY_CNS, -104, "the controller is too old for this Identify structure")                    \
    X(ERR_OPCODE_REFUSED, -105, "this opcode belongs to the library; use the call for it")                   \
    X(ERR_FEATURE_HAS_DATA, -106, "the feature's value is a structure; send a raw command with a buffer")

enum lwnvme_error {
    LWNVME_OK = 0,
#define LWNVME_ERROR_ENUM(name, value, text) LWNVME_##name = (value),
    LWNVME_ERROR_LIST(LWNVME_ERROR_ENUM)
#undef LWNVME_ERROR_ENUM
};

/*
 * Says a status in words: static text, never NULL, for every int. Callable anywhere.
 * Names follow NVM Express Base Specification 2.1, section 4.2.3 "Status Field Definition", and NVM Command
 * Set Specification 1.1.
 */
const char *lwnvme_status_string(int status);

/* What the device said, SCT and SC alone, to compare with LWNVME_SC_...; 0 for success and for the library's
 * own errors. Callable anywhere. */
static inline int lwnvme_status_code(int status)
{
    return status > 0 ? status & 0x7ff : 0;
}

/*
 * Whether the same command may succeed later: a device status without DNR (Do Not Retry) of a kind that
 * passes, or LWNVME_ERR_BUSY, LWNVME_ERR_NO_MEMORY, LWNVME_ERR_NOT_STARTED. Says nothing about whether a
 * repetition is harmless: that depends on the command. Callable anywhere.
 */
bool lwnvme_status_retryable(int status);

#ifdef __cplusplus
}
#endif

#endif
