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
    X(ERR_BUSY, -4, "no room in the queue, already made or begun, or another operation is under way")        \
    X(ERR_REQUEST_ACTIVE, -5, "the request is in use by an earlier call")                                    \
    X(ERR_WRONG_STATE, -6, "the controller is not in a state that allows this")                              \
    X(ERR_ALREADY_OPEN, -7, "this controller's registers are open already")                                  \
    X(ERR_NOT_OPEN, -8, "the controller is not open")                                                        \
    X(ERR_QUEUE_CLOSED, -9, "the queue is closed")                                                           \
    X(ERR_QUEUE_IN_USE, -10,                                                                                 \
      "the queue is in use: requests are not back, a batch is open, or this is a callback of it")            \
    X(ERR_NAMESPACE_CLOSED, -11,                                                                             \
      "the namespace is not open, must be opened again, or is another controller's")                         \
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
    X(ERR_LEFT_OUT, -35, "the library was compiled without what is given or asked for (LWNVME_CONFIG_...)")  \
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
    X(ERR_SUBSYSTEM_RESET, -59, "somebody reset the NVM subsystem; reset the controller to go on")           \
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
    X(ERR_NS_METADATA, -78, "the namespace is formatted with metadata, which this call does not take")       \
    X(ERR_NS_COMMAND_SET, -79, "the namespace uses a command set that this call does not take")              \
    /* block I/O */                                                                                          \
    X(ERR_LBA_RANGE, -90, "the blocks are not all inside the namespace")                                     \
    X(ERR_ZERO_BLOCKS, -91, "no blocks were asked for")                                                      \
    X(ERR_BUFFER_ALIGNMENT, -92, "the buffer or a segment is not dword aligned, or a segment is empty")      \
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
    X(ERR_FEATURE_HAS_DATA, -106, "the feature's value is a structure; use the call with data")              \
    /* what a controller may lack, and what operations end with */                                           \
    X(ERR_NO_FORMAT, -107, "the controller has no Format NVM command")                                       \
    X(ERR_NO_FIRMWARE, -108, "the controller has no firmware download and commit commands")                  \
    X(ERR_NO_NAMESPACE_MANAGEMENT, -109,                                                                     \
      "the controller has no namespace management and attachment commands")                                  \
    X(ERR_NO_SELF_TEST, -110, "the controller has no Device Self-test command")                              \
    X(ERR_NO_DIRECTIVES, -111, "the controller has no Directive Send and Receive commands")                  \
    X(ERR_NO_SECURITY, -112, "the controller has no Security Send and Receive commands")                     \
    X(ERR_NO_VIRTUALIZATION, -113, "the controller has no Virtualization Management command")                \
    X(ERR_NO_LBA_STATUS, -114, "the controller has no Get LBA Status command")                               \
    X(ERR_NO_LOCKDOWN, -115, "the controller has no Lockdown command")                                       \
    X(ERR_NO_CAPACITY_MANAGEMENT, -116, "the controller has no Capacity Management command")                 \
    X(ERR_NO_SANITIZE, -117, "the controller cannot sanitize in this way")                                   \
    X(ERR_NO_BOOT_PARTITION, -118, "the controller has no boot partitions")                                  \
    X(ERR_NO_SUBSYSTEM_RESET, -119, "the controller cannot reset the NVM subsystem")                         \
    X(ERR_NO_HOST_MEMORY_BUFFER, -120, "the controller does not ask for a host memory buffer")               \
    X(ERR_NO_APST, -121, "the controller has no autonomous power state transitions")                         \
    X(ERR_NO_KEEP_ALIVE, -122, "the controller has no Keep Alive timer")                                     \
    X(ERR_NO_TIMESTAMP, -123, "the controller has no timestamp")                                             \
    X(ERR_NO_LOG_PAGE, -124, "the controller has no such log page")                                          \
    X(ERR_NO_TELEMETRY, -125, "the controller has no telemetry")                                             \
    X(ERR_NO_PERSISTENT_EVENT, -126, "the controller has no persistent event log")                           \
    X(ERR_NO_ENDURANCE_GROUPS, -127, "the controller has no endurance groups")                               \
    X(ERR_NO_NVM_SETS, -128, "the controller has no NVM sets")                                               \
    X(ERR_NO_ANA, -129, "the controller has no asymmetric namespace access")                                 \
    X(ERR_NO_PREDICTABLE_LATENCY, -130, "the controller has no predictable latency mode")                    \
    X(ERR_NO_FDP, -131, "the controller has no flexible data placement")                                     \
    X(ERR_NO_UUID_LIST, -132, "the controller has no UUID list")                                             \
    X(ERR_NO_RESERVATIONS, -133, "the controller has no reservations")                                       \
    X(ERR_NO_WRITE_PROTECTION, -134, "the controller has no namespace write protection of this kind")        \
    X(ERR_NO_THERMAL_MANAGEMENT, -135, "the controller has no host controlled thermal management")           \
    X(ERR_NO_READ_RECOVERY, -136, "the controller has no such read recovery level")                          \
    X(ERR_NO_WRITE_CACHE, -137, "the controller has no volatile write cache")                                \
    X(ERR_NO_HOST_IDENTIFIER_128, -138, "the controller has no 128-bit host identifier")                     \
    X(ERR_NO_EVENT, -139, "the controller does not report this kind of event")                               \
    X(ERR_NO_NAMESPACE_GRANULARITY, -140, "the controller reports no namespace granularity")                 \
    X(ERR_NO_DOMAINS, -141, "the controller has no domains")                                                 \
    X(ERR_NO_COMMAND_SETS, -142, "the controller has no I/O command sets beside NVM")                        \
    X(ERR_NO_NON_OPERATIONAL_MODE, -143,                                                                     \
      "the controller has no non-operational power state permissive mode")                                   \
    X(ERR_NO_FEATURE, -144, "the controller has no such feature")                                            \
    X(ERR_NO_SECURE_ERASE, -145, "the controller cannot erase in this way")                                  \
    X(ERR_NO_BROADCAST, -146, "the controller does not take this command for all namespaces at once")        \
    X(ERR_NS_BUSY, -150, "the namespace is being formatted, sanitized or read anew; try again later")        \
    X(ERR_NS_REMOVED, -151, "the namespace has been removed; open another handle")                           \
    X(ERR_LOG_LENGTH, -152, "the log page is longer than the memory for it")                                 \
    X(ERR_LOG_CHANGED, -153, "the log page changed each time it was read")                                   \
    X(ERR_LOG_DATA, -154, "the log page makes no sense")                                                     \
    X(ERR_IMAGE_LENGTH, -155, "the image is empty, or its length is not a multiple of the granularity")      \
    X(ERR_IMAGE_READ, -156, "the callback could not deliver the image")                                      \
    X(ERR_FIRMWARE_SLOT, -157, "the firmware slot does not exist, or is read-only")                          \
    X(ERR_FORMAT_INDEX, -158, "the namespace has no such LBA format")                                        \
    X(ERR_POWER_STATE, -159, "the controller has no such power state, or none to rest in")                   \
    X(ERR_ABORT_LIMIT, -160, "as many Abort commands are under way as the controller takes")                 \
    X(ERR_NOT_IN_FLIGHT, -161, "the command is not with the controller")                                     \
    X(ERR_CANCELLED, -162, "the operation was cancelled")                                                    \
    X(ERR_OPERATION_TIMEOUT, -163, "the operation did not end in time")                                      \
    X(ERR_SANITIZE_FAILED, -164, "the sanitize operation failed")                                            \
    X(ERR_SELF_TEST_FAILED, -165, "the self-test failed; its result says where")                             \
    X(ERR_SANITIZE_IN_PROGRESS, -166, "a sanitize operation is under way")                                   \
    X(ERR_EVENT_QUEUE, -167, "the admin queue has no room for event requests")                               \
    X(ERR_LIST_ENTRY, -168, "an entry of the list is out of range or out of order")                          \
    X(ERR_NO_EVENT_REQUESTS, -169, "event requests are not armed")                                           \
    X(ERR_FEATURE_DATA, -170, "the feature's value makes no sense")                                          \
    X(ERR_HOST_MEMORY_LIMIT, -171, "the controller needs a larger host memory buffer than it may have")      \
    X(ERR_PROTECTION_GUARD, -180, "protection information: the guard does not fit the data")                 \
    X(ERR_PROTECTION_APPLICATION_TAG, -181, "protection information: another application tag")               \
    X(ERR_PROTECTION_REFERENCE_TAG, -182, "protection information: another reference tag")                   \
    X(ERR_PROTECTION_STORAGE_TAG, -183, "protection information: another storage tag")                       \
    X(ERR_PROTECTION_BUFFER, -184,                                                                           \
      "the buffer and its metadata do not have the shape that the protection information asks for")          \
    X(ERR_PROTECTION_OPTIONS, -185,                                                                          \
      "tags or checks that the namespace's protection information does not have")                            \
    X(ERR_NS_PROTECTION, -186, "the namespace's protection information is of an unknown type or format")     \
    X(ERR_METADATA_BUFFER, -190,                                                                             \
      "metadata are in a buffer of their own where they should not be, or should be and are not")            \
    /* the rest of the NVM command set */                                                                    \
    X(ERR_NO_WRITE_UNCORRECTABLE, -200, "the controller has no Write Uncorrectable command")                 \
    X(ERR_NO_COPY, -201, "the controller has no Copy command, or the namespace takes no blocks of one")      \
    X(ERR_COPY_FORMAT, -202, "the controller does not take source ranges in this format")                    \
    X(ERR_RANGE_LENGTH, -203, "a range is longer than the controller takes, or not of whole blocks")         \
    X(ERR_NO_FUSED, -204, "the controller has no fused compare and write")                                   \
    X(ERR_NOT_ATOMIC, -205, "the controller does not carry this out as one atomic operation")                \
    X(ERR_RANGE_MEMORY, -207, "the memory for ranges is full")                                               \
    /* zoned and key value namespaces */                                                                     \
    X(ERR_ZONE_SIZE, -210, "the namespace's zone size makes no sense")                                       \
    X(ERR_ZONE_START, -211, "the LBA is not the first of a zone")                                            \
    X(ERR_ZONE_BOUNDARY, -212, "the blocks reach into another zone")                                         \
    X(ERR_ZONE_CAPACITY, -213, "the blocks lie beyond the capacity of the zone")                             \
    X(ERR_ZONE_DATA, -214, "the zone report, or the address of an append, makes no sense")                   \
    X(ERR_APPEND_SIZE, -215, "the append is larger than the controller takes at once (ZASL)")                \
    X(ERR_NO_ZRWA, -216, "the namespace has no zone random write areas, or none that are flushed so")        \
    X(ERR_NO_ZONE_EXTENSION, -217, "the namespace's zones have no descriptor extensions")                    \
    X(ERR_KEY_LENGTH, -218, "the key is empty, or longer than the namespace takes")                          \
    X(ERR_VALUE_LENGTH, -219, "the value is longer than the namespace takes")                                \
    X(ERR_KEY_DATA, -220, "the list of keys makes no sense")                                                 \
    X(ERR_NO_SHADOW_DOORBELLS, -221, "the controller has no Doorbell Buffer Config command")                 \
    X(ERR_NO_CMB, -222, "the controller has no memory buffer for submission queues")                         \
    X(ERR_CMB_LOCATION, -223, "the controller memory buffer is not where it could be")                       \
    /* recovery */                                                                                           \
    X(ERR_RECOVERING, -240, "the controller is being recovered; try again when it is ready")                 \
    X(ERR_NS_CHANGED, -241, "the namespace is not what it was before the reset; open it again")

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

/* What kind of end a status is, of a command or of a call. */
enum lwnvme_status_class {
    LWNVME_CLASS_SUCCESS = 0,
    LWNVME_CLASS_UNFINISHED, /* LWNVME_PENDING */
    LWNVME_CLASS_TRANSIENT,  /* the same command may succeed at the next try */
    LWNVME_CLASS_NOT_READY, /* or when something has ended that takes its time: a format, a sanitize operation */
    LWNVME_CLASS_PATH,      /* the way to the namespace is at fault, not the command */
    LWNVME_CLASS_UNANSWERED, /* given back without an answer: it may have been carried out, or not */
    LWNVME_CLASS_GONE,       /* what the command is for is not there, or not to be reached from here */
    LWNVME_CLASS_INVALID,    /* the caller's mistake, what the controller does not have, data without sense */
    LWNVME_CLASS_DENIED,     /* not allowed: write protection, lockdown, a missing key */
    LWNVME_CLASS_CONFLICT,   /* somebody else's right, or other contents: reservations, compare, keys */
    LWNVME_CLASS_CAPACITY,   /* no room, or no more of what the controller has a number of */
    LWNVME_CLASS_MEDIA,      /* the medium has lost, or does not take, these blocks */
    LWNVME_CLASS_INTEGRITY,  /* protection information: data or tags are not what was written or expected */
    LWNVME_CLASS_PERMANENT,  /* something has failed for good, or needs a reset first */
    LWNVME_CLASS_VENDOR,     /* vendor specific: only the vendor knows */
    LWNVME_CLASS_UNKNOWN     /* reserved by the specifications, or no status at all */
};

/*
 * The class of any int. DNR does not change it: it says whether to try again, which lwnvme_status_retryable heeds.
 * Callable anywhere. NVM Express Base Specification 2.1, section 4.2.3 "Status Field Definition".
 */
enum lwnvme_status_class lwnvme_status_class(int status);

/*
 * Whether the same command may succeed later: class TRANSIENT, NOT_READY or PATH, and no DNR (Do Not Retry) in a
 * device's status. Says nothing about whether a repetition is harmless: that depends on the command. Callable anywhere.
 */
bool lwnvme_status_retryable(int status);

#ifdef __cplusplus
}
#endif

#endif
