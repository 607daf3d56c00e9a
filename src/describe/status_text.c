/* SPDX-License-Identifier: MIT */
/*
 * What a status means, in words.
 *
 * Owns constant tables only: no state, no lock, no order of calls. It may be asked from anywhere, an interrupt handler
 * included. Nothing else in the library needs the words, so a program that
 * does not ask for them need not carry them.
 *
 * Each table is a list of codes and one string that holds all texts in the same order, each ended by 0. An
 * array of pointers would cost more than the codes and, in position-independent code, a relocation for every
 * line.
 */
#include <lwnvme/spec.h>
#include <lwnvme/status.h>

#include <stddef.h>
#include <stdint.h>

/* The status field has 15 bits; no completion yields a larger value. */
#define LWNVME_STATUS_MAXIMUM 0x7fff

/*
 * X(code, text), in ascending order, of NVM Express Base Specification 2.1, section 4.2.3, NVM Command Set
 * 1.1, and the zoned, key value and computational programs command sets. Numbers that Fabrics commands reuse
 * have the text of the I/O commands: a Fabrics command never reaches a queue of this library.
 */
#define LWNVME_STATUS_GENERIC_LIST(X)                                                                        \
    X(LWNVME_SC_SUCCESS, "success")                                                                          \
    X(LWNVME_SC_INVALID_COMMAND_OPCODE, "invalid command opcode")                                            \
    X(LWNVME_SC_INVALID_FIELD_IN_COMMAND, "invalid field in command")                                        \
    X(LWNVME_SC_COMMAND_ID_CONFLICT, "command identifier conflict")                                          \
    X(LWNVME_SC_DATA_TRANSFER_ERROR, "data transfer error")                                                  \
    X(LWNVME_SC_ABORTED_POWER_LOSS_NOTIFICATION, "aborted: power loss notification")                         \
    X(LWNVME_SC_INTERNAL_ERROR, "internal error of the controller")                                          \
    X(LWNVME_SC_COMMAND_ABORT_REQUESTED, "aborted on request")                                               \
    X(LWNVME_SC_ABORTED_SQ_DELETION, "aborted: submission queue deleted")                                    \
    X(LWNVME_SC_ABORTED_FAILED_FUSED_COMMAND, "aborted: other half of fused pair failed")                    \
    X(LWNVME_SC_ABORTED_MISSING_FUSED_COMMAND, "aborted: other half of fused pair missing")                  \
    X(LWNVME_SC_INVALID_NAMESPACE_OR_FORMAT, "invalid namespace or format")                                  \
    X(LWNVME_SC_COMMAND_SEQUENCE_ERROR, "command sequence error")                                            \
    X(LWNVME_SC_INVALID_SGL_SEGMENT_DESCRIPTOR, "invalid SGL segment descriptor")                            \
    X(LWNVME_SC_INVALID_NUMBER_OF_SGL_DESCRIPTORS, "invalid number of SGL descriptors")                      \
    X(LWNVME_SC_DATA_SGL_LENGTH_INVALID, "data SGL length invalid")                                          \
    X(LWNVME_SC_METADATA_SGL_LENGTH_INVALID, "metadata SGL length invalid")                                  \
    X(LWNVME_SC_SGL_DESCRIPTOR_TYPE_INVALID, "SGL descriptor type invalid")                                  \
    X(LWNVME_SC_INVALID_USE_OF_CMB, "invalid use of controller memory buffer")                               \
    X(LWNVME_SC_PRP_OFFSET_INVALID, "PRP offset invalid")                                                    \
    X(LWNVME_SC_ATOMIC_WRITE_UNIT_EXCEEDED, "atomic write unit exceeded")                                    \
    X(LWNVME_SC_OPERATION_DENIED, "operation denied")                                                        \
    X(LWNVME_SC_SGL_OFFSET_INVALID, "SGL offset invalid")                                                    \
    X(LWNVME_SC_HOST_IDENTIFIER_INCONSISTENT_FORMAT, "host identifier formats differ")                       \
    X(LWNVME_SC_KEEP_ALIVE_TIMER_EXPIRED, "keep alive timer expired")                                        \
    X(LWNVME_SC_KEEP_ALIVE_TIMEOUT_INVALID, "keep alive timeout invalid")                                    \
    X(LWNVME_SC_ABORTED_PREEMPT_AND_ABORT, "aborted: reservation preempted")                                 \
    X(LWNVME_SC_SANITIZE_FAILED, "sanitize failed")                                                          \
    X(LWNVME_SC_SANITIZE_IN_PROGRESS, "sanitize in progress")                                                \
    X(LWNVME_SC_SGL_DATA_BLOCK_GRANULARITY_INVALID, "SGL data block granularity invalid")                    \
    X(LWNVME_SC_COMMAND_NOT_SUPPORTED_FOR_QUEUE_IN_CMB, "command not supported for queue in CMB")            \
    X(LWNVME_SC_NAMESPACE_IS_WRITE_PROTECTED, "namespace is write protected")                                \
    X(LWNVME_SC_COMMAND_INTERRUPTED, "command interrupted")                                                  \
    X(LWNVME_SC_TRANSIENT_TRANSPORT_ERROR, "transient transport error")                                      \
    X(LWNVME_SC_PROHIBITED_BY_LOCKDOWN, "command prohibited by lockdown")                                    \
    X(LWNVME_SC_ADMIN_COMMAND_MEDIA_NOT_READY, "admin command: media not ready")                             \
    X(LWNVME_SC_INVALID_KEY_TAG, "invalid key tag")                                                          \
    X(LWNVME_SC_HOST_DISPERSED_NAMESPACE_SUPPORT_NOT_ENABLED, "host has not enabled dispersed namespaces")   \
    X(LWNVME_SC_HOST_IDENTIFIER_NOT_INITIALIZED, "host identifier not initialized")                          \
    X(LWNVME_SC_INCORRECT_KEY, "incorrect key")                                                              \
    X(LWNVME_SC_FDP_DISABLED, "flexible data placement disabled")                                            \
    X(LWNVME_SC_INVALID_PLACEMENT_HANDLE_LIST, "invalid placement handle list")                              \
    X(LWNVME_SC_LBA_OUT_OF_RANGE, "LBA out of range")                                                        \
    X(LWNVME_SC_CAPACITY_EXCEEDED, "capacity exceeded")                                                      \
    X(LWNVME_SC_NAMESPACE_NOT_READY, "namespace not ready")                                                  \
    X(LWNVME_SC_RESERVATION_CONFLICT, "reservation conflict")                                                \
    X(LWNVME_SC_FORMAT_IN_PROGRESS, "format in progress")                                                    \
    X(LWNVME_SC_KV_INVALID_VALUE_SIZE, "invalid value size")                                                 \
    X(LWNVME_SC_KV_INVALID_KEY_SIZE, "invalid key size")                                                     \
    X(LWNVME_SC_KV_KEY_DOES_NOT_EXIST, "key does not exist")                                                 \
    X(LWNVME_SC_KV_UNRECOVERED_ERROR, "unrecovered error")                                                   \
    X(LWNVME_SC_KV_KEY_EXISTS, "key exists")

#define LWNVME_STATUS_COMMAND_LIST(X)                                                                        \
    X(LWNVME_SC_COMPLETION_QUEUE_INVALID, "completion queue invalid")                                        \
    X(LWNVME_SC_INVALID_QUEUE_IDENTIFIER, "invalid queue identifier")                                        \
    X(LWNVME_SC_INVALID_QUEUE_SIZE, "invalid queue size")                                                    \
    X(LWNVME_SC_ABORT_COMMAND_LIMIT_EXCEEDED, "abort command limit exceeded")                                \
    X(LWNVME_SC_ASYNC_EVENT_REQUEST_LIMIT_EXCEEDED, "asynchronous event request limit exceeded")             \
    X(LWNVME_SC_INVALID_FIRMWARE_SLOT, "invalid firmware slot")                                              \
    X(LWNVME_SC_INVALID_FIRMWARE_IMAGE, "invalid firmware image")                                            \
    X(LWNVME_SC_INVALID_INTERRUPT_VECTOR, "invalid interrupt vector")                                        \
    X(LWNVME_SC_INVALID_LOG_PAGE, "invalid log page")                                                        \
    X(LWNVME_SC_INVALID_FORMAT, "invalid format")                                                            \
    X(LWNVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET, "firmware activation needs a conventional reset")         \
    X(LWNVME_SC_INVALID_QUEUE_DELETION, "invalid queue deletion")                                            \
    X(LWNVME_SC_FEATURE_NOT_SAVEABLE, "feature not saveable")                                                \
    X(LWNVME_SC_FEATURE_NOT_CHANGEABLE, "feature not changeable")                                            \
    X(LWNVME_SC_FEATURE_NOT_NAMESPACE_SPECIFIC, "feature not namespace specific")                            \
    X(LWNVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET, "firmware activation needs an NVM subsystem reset")          \
    X(LWNVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET, "firmware activation needs a controller level reset")       \
    X(LWNVME_SC_FIRMWARE_NEEDS_MAXIMUM_TIME, "firmware activation would take longer than MTFA")              \
    X(LWNVME_SC_FIRMWARE_ACTIVATION_PROHIBITED, "firmware activation prohibited")                            \
    X(LWNVME_SC_OVERLAPPING_RANGE, "overlapping range")                                                      \
    X(LWNVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY, "not enough capacity for the namespace")                    \
    X(LWNVME_SC_NAMESPACE_IDENTIFIER_UNAVAILABLE, "namespace identifier unavailable")                        \
    X(LWNVME_SC_NAMESPACE_ALREADY_ATTACHED, "namespace already attached")                                    \
    X(LWNVME_SC_NAMESPACE_IS_PRIVATE, "namespace is private")                                                \
    X(LWNVME_SC_NAMESPACE_NOT_ATTACHED, "namespace not attached")                                            \
    X(LWNVME_SC_THIN_PROVISIONING_NOT_SUPPORTED, "thin provisioning not supported")                          \
    X(LWNVME_SC_CONTROLLER_LIST_INVALID, "controller list invalid")                                          \
    X(LWNVME_SC_DEVICE_SELF_TEST_IN_PROGRESS, "device self-test in progress")                                \
    X(LWNVME_SC_BOOT_PARTITION_WRITE_PROHIBITED, "boot partition write prohibited")                          \
    X(LWNVME_SC_INVALID_CONTROLLER_IDENTIFIER, "invalid controller identifier")                              \
    X(LWNVME_SC_INVALID_SECONDARY_CONTROLLER_STATE, "invalid secondary controller state")                    \
    X(LWNVME_SC_INVALID_NUMBER_OF_CONTROLLER_RESOURCES, "invalid number of controller resources")            \
    X(LWNVME_SC_INVALID_RESOURCE_IDENTIFIER, "invalid resource identifier")                                  \
    X(LWNVME_SC_SANITIZE_PROHIBITED_PMR_ENABLED, "sanitize prohibited: persistent memory region enabled")    \
    X(LWNVME_SC_ANA_GROUP_IDENTIFIER_INVALID, "ANA group identifier invalid")                                \
    X(LWNVME_SC_ANA_ATTACH_FAILED, "ANA attach failed")                                                      \
    X(LWNVME_SC_INSUFFICIENT_CAPACITY, "insufficient capacity")                                              \
    X(LWNVME_SC_NAMESPACE_ATTACHMENT_LIMIT_EXCEEDED, "namespace attachment limit exceeded")                  \
    X(LWNVME_SC_PROHIBITION_NOT_SUPPORTED, "prohibition of the command not supported")                       \
    X(LWNVME_SC_IO_COMMAND_SET_NOT_SUPPORTED, "I/O command set not supported")                               \
    X(LWNVME_SC_IO_COMMAND_SET_NOT_ENABLED, "I/O command set not enabled")                                   \
    X(LWNVME_SC_IO_COMMAND_SET_COMBINATION_REJECTED, "I/O command set combination rejected")                 \
    X(LWNVME_SC_INVALID_IO_COMMAND_SET, "invalid I/O command set")                                           \
    X(LWNVME_SC_IDENTIFIER_UNAVAILABLE, "identifier unavailable")                                            \
    X(LWNVME_SC_NAMESPACE_IS_DISPERSED, "namespace is dispersed")                                            \
    X(LWNVME_SC_INVALID_DISCOVERY_INFORMATION, "invalid discovery information")                              \
    X(LWNVME_SC_ZONING_DATA_STRUCTURE_LOCKED, "zoning data structure locked")                                \
    X(LWNVME_SC_ZONING_DATA_STRUCTURE_NOT_FOUND, "zoning data structure not found")                          \
    X(LWNVME_SC_INSUFFICIENT_DISCOVERY_RESOURCES, "insufficient discovery resources")                        \
    X(LWNVME_SC_REQUESTED_FUNCTION_DISABLED, "requested function disabled")                                  \
    X(LWNVME_SC_ZONEGROUP_ORIGINATOR_INVALID, "zone group originator invalid")                               \
    X(LWNVME_SC_INVALID_HOST, "invalid host")                                                                \
    X(LWNVME_SC_INVALID_NVM_SUBSYSTEM, "invalid NVM subsystem")                                              \
    X(LWNVME_SC_INVALID_CONTROLLER_DATA_QUEUE, "invalid controller data queue")                              \
    X(LWNVME_SC_NOT_ENOUGH_RESOURCES, "not enough resources")                                                \
    X(LWNVME_SC_CONTROLLER_SUSPENDED, "controller suspended")                                                \
    X(LWNVME_SC_CONTROLLER_NOT_SUSPENDED, "controller not suspended")                                        \
    X(LWNVME_SC_CONTROLLER_DATA_QUEUE_FULL, "controller data queue full")                                    \
    X(LWNVME_SC_STREAM_RESOURCE_ALLOCATION_FAILED, "stream resource allocation failed")

#define LWNVME_STATUS_IO_LIST(X)                                                                             \
    X(LWNVME_SC_CONFLICTING_ATTRIBUTES, "conflicting attributes")                                            \
    X(LWNVME_SC_INVALID_PROTECTION_INFORMATION, "invalid protection information")                            \
    X(LWNVME_SC_ATTEMPTED_WRITE_TO_READ_ONLY_RANGE, "write to read-only range")                              \
    X(LWNVME_SC_COMMAND_SIZE_LIMIT_EXCEEDED, "command size limit exceeded")                                  \
    X(LWNVME_SC_INVALID_COMMAND_ID, "invalid command identifier")                                            \
    X(LWNVME_SC_INCOMPATIBLE_NAMESPACE_OR_FORMAT, "incompatible namespace or format")                        \
    X(LWNVME_SC_FAST_COPY_NOT_POSSIBLE, "fast copy not possible")                                            \
    X(LWNVME_SC_OVERLAPPING_IO_RANGE, "overlapping I/O range")                                               \
    X(LWNVME_SC_NAMESPACE_NOT_REACHABLE, "namespace not reachable")                                          \
    X(LWNVME_SC_INSUFFICIENT_RESOURCES, "insufficient resources")                                            \
    X(LWNVME_SC_INSUFFICIENT_PROGRAM_RESOURCES, "insufficient program resources")                            \
    X(LWNVME_SC_INVALID_MEMORY_NAMESPACE, "invalid memory namespace")                                        \
    X(LWNVME_SC_INVALID_MEMORY_RANGE_SET, "invalid memory range set")                                        \
    X(LWNVME_SC_INVALID_MEMORY_RANGE_SET_IDENTIFIER, "invalid memory range set identifier")                  \
    X(LWNVME_SC_INVALID_PROGRAM_DATA, "invalid program data")                                                \
    X(LWNVME_SC_INVALID_PROGRAM_INDEX, "invalid program index")                                              \
    X(LWNVME_SC_INVALID_PROGRAM_TYPE, "invalid program type")                                                \
    X(LWNVME_SC_MAXIMUM_MEMORY_RANGES_EXCEEDED, "maximum memory ranges exceeded")                            \
    X(LWNVME_SC_MAXIMUM_MEMORY_RANGE_SETS_EXCEEDED, "maximum memory range sets exceeded")                    \
    X(LWNVME_SC_MAXIMUM_PROGRAMS_ACTIVATED, "maximum programs activated")                                    \
    X(LWNVME_SC_MAXIMUM_PROGRAM_BYTES_EXCEEDED, "maximum program bytes exceeded")                            \
    X(LWNVME_SC_MEMORY_RANGE_SET_IN_USE, "memory range set in use")                                          \
    X(LWNVME_SC_NO_PROGRAM, "no program")                                                                    \
    X(LWNVME_SC_OVERLAPPING_MEMORY_RANGES, "overlapping memory ranges")                                      \
    X(LWNVME_SC_PROGRAM_NOT_ACTIVATED, "program not activated")                                              \
    X(LWNVME_SC_PROGRAM_IN_USE, "program in use")                                                            \
    X(LWNVME_SC_PROGRAM_INDEX_NOT_DOWNLOADABLE, "program index not downloadable")                            \
    X(LWNVME_SC_PROGRAM_TOO_BIG, "program too big")                                                          \
    X(LWNVME_SC_ZNS_INVALID_ZONE_OPERATION_REQUEST, "invalid zone operation request")                        \
    X(LWNVME_SC_ZNS_ZRWA_RESOURCES_UNAVAILABLE, "ZRWA resources unavailable")                                \
    X(LWNVME_SC_ZNS_ZONE_BOUNDARY_ERROR, "zone boundary error")                                              \
    X(LWNVME_SC_ZNS_ZONE_IS_FULL, "zone is full")                                                            \
    X(LWNVME_SC_ZNS_ZONE_IS_READ_ONLY, "zone is read only")                                                  \
    X(LWNVME_SC_ZNS_ZONE_IS_OFFLINE, "zone is offline")                                                      \
    X(LWNVME_SC_ZNS_ZONE_INVALID_WRITE, "zone invalid write")                                                \
    X(LWNVME_SC_ZNS_TOO_MANY_ACTIVE_ZONES, "too many active zones")                                          \
    X(LWNVME_SC_ZNS_TOO_MANY_OPEN_ZONES, "too many open zones")                                              \
    X(LWNVME_SC_ZNS_INVALID_ZONE_STATE_TRANSITION, "invalid zone state transition")

#define LWNVME_STATUS_MEDIA_LIST(X)                                                                          \
    X(LWNVME_SC_WRITE_FAULT, "media error: write fault")                                                     \
    X(LWNVME_SC_UNRECOVERED_READ_ERROR, "media error: unrecovered read error")                               \
    X(LWNVME_SC_GUARD_CHECK_ERROR, "end-to-end guard check error")                                           \
    X(LWNVME_SC_APPLICATION_TAG_CHECK_ERROR, "end-to-end application tag check error")                       \
    X(LWNVME_SC_REFERENCE_TAG_CHECK_ERROR, "end-to-end reference tag check error")                           \
    X(LWNVME_SC_COMPARE_FAILURE, "compare failure")                                                          \
    X(LWNVME_SC_ACCESS_DENIED, "access denied")                                                              \
    X(LWNVME_SC_DEALLOCATED_OR_UNWRITTEN, "deallocated or unwritten logical block")                          \
    X(LWNVME_SC_STORAGE_TAG_CHECK_ERROR, "end-to-end storage tag check error")

#define LWNVME_STATUS_PATH_LIST(X)                                                                           \
    X(LWNVME_SC_INTERNAL_PATH_ERROR, "internal path error")                                                  \
    X(LWNVME_SC_ASYMMETRIC_ACCESS_PERSISTENT_LOSS, "asymmetric access: persistent loss")                     \
    X(LWNVME_SC_ASYMMETRIC_ACCESS_INACCESSIBLE, "asymmetric access: inaccessible")                           \
    X(LWNVME_SC_ASYMMETRIC_ACCESS_TRANSITION, "asymmetric access: in transition")                            \
    X(LWNVME_SC_CONTROLLER_PATHING_ERROR, "controller pathing error")                                        \
    X(LWNVME_SC_HOST_PATHING_ERROR, "host pathing error")                                                    \
    X(LWNVME_SC_COMMAND_ABORTED_BY_HOST, "command aborted by host")

/* The low byte tells them apart within a table. Texts are aligned by hand, since compilers align long arrays more. */
#define LWNVME_STATUS_CODE_OF(code, text)              (uint8_t)(code),
#define LWNVME_STATUS_TEXT_OF(code, text)              text "\0"
#define LWNVME_STATUS_ERROR_CODE_OF(name, value, text) (uint8_t)(-(value)),
#define LWNVME_STATUS_ERROR_TEXT_OF(name, value, text) text "\0"

static const uint8_t lwnvme_status_generic_codes[] = {LWNVME_STATUS_GENERIC_LIST(LWNVME_STATUS_CODE_OF)};
static _Alignas(1) const
    char lwnvme_status_generic_texts[] = LWNVME_STATUS_GENERIC_LIST(LWNVME_STATUS_TEXT_OF);
static const uint8_t lwnvme_status_command_codes[] = {LWNVME_STATUS_COMMAND_LIST(LWNVME_STATUS_CODE_OF)};
static _Alignas(1) const
    char lwnvme_status_command_texts[] = LWNVME_STATUS_COMMAND_LIST(LWNVME_STATUS_TEXT_OF);
static const uint8_t lwnvme_status_io_codes[] = {LWNVME_STATUS_IO_LIST(LWNVME_STATUS_CODE_OF)};
static _Alignas(1) const char lwnvme_status_io_texts[] = LWNVME_STATUS_IO_LIST(LWNVME_STATUS_TEXT_OF);
static const uint8_t lwnvme_status_media_codes[] = {LWNVME_STATUS_MEDIA_LIST(LWNVME_STATUS_CODE_OF)};
static _Alignas(1) const char lwnvme_status_media_texts[] = LWNVME_STATUS_MEDIA_LIST(LWNVME_STATUS_TEXT_OF);
static const uint8_t lwnvme_status_path_codes[] = {LWNVME_STATUS_PATH_LIST(LWNVME_STATUS_CODE_OF)};
static _Alignas(1) const char lwnvme_status_path_texts[] = LWNVME_STATUS_PATH_LIST(LWNVME_STATUS_TEXT_OF);
static const uint8_t lwnvme_status_error_codes[] = {LWNVME_ERROR_LIST(LWNVME_STATUS_ERROR_CODE_OF)};
/* 4095 characters are what C promises, more are what compilers take. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif
static _Alignas(1) const char lwnvme_status_error_texts[] = LWNVME_ERROR_LIST(LWNVME_STATUS_ERROR_TEXT_OF);
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

/* The text that belongs to a low byte, or NULL. */
static const char *lwnvme_status_lookup(const uint8_t *codes, size_t count, const char *texts, uint32_t code)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (codes[i] == (uint8_t)code) {
            return texts;
        }
        while (*texts++ != '\0') { /* to the next */
        }
    }
    return NULL;
}

#define LWNVME_STATUS_LOOKUP(table, code)                                                                    \
    lwnvme_status_lookup(lwnvme_status_##table##_codes, sizeof(lwnvme_status_##table##_codes),               \
                         lwnvme_status_##table##_texts, (code))

/* What can be said of a device status that no table knows. */
static const char *lwnvme_status_unknown(uint32_t field)
{
    const uint32_t type = lwnvme_field_get(field, LWNVME_STATUS_SCT);
    const uint32_t code = lwnvme_field_get(field, LWNVME_STATUS_SC);

    if (type == LWNVME_SCT_VENDOR || code >= LWNVME_SC_FIRST_VENDOR) {
        return "vendor specific status";
    }
    switch (type) {
    case LWNVME_SCT_GENERIC:
        return "unknown generic command status";
    case LWNVME_SCT_COMMAND_SPECIFIC:
        return "unknown command specific status";
    case LWNVME_SCT_MEDIA:
        return "unknown media or data integrity error";
    case LWNVME_SCT_PATH:
        return "unknown path related status";
    default:
        return "status of a reserved type";
    }
}

static const char *lwnvme_status_device_string(uint32_t field)
{
    const uint32_t code = lwnvme_field_get(field, LWNVME_STATUS_CODE);
    const char *text = NULL;

    if (code < LWNVME_SC_COMPLETION_QUEUE_INVALID) {
        text = LWNVME_STATUS_LOOKUP(generic, code);
    } else if (code < LWNVME_SC_CONFLICTING_ATTRIBUTES) {
        text = LWNVME_STATUS_LOOKUP(command, code);
    } else if (code < 0x200) {
        text = LWNVME_STATUS_LOOKUP(io, code);
    } else if (code < LWNVME_SC_INTERNAL_PATH_ERROR) {
        text = LWNVME_STATUS_LOOKUP(media, code);
    } else if (code < 0x400) {
        text = LWNVME_STATUS_LOOKUP(path, code);
    }
    return text != NULL ? text : lwnvme_status_unknown(field);
}

const char *lwnvme_status_string(int status)
{
    const char *text = NULL;

    if (status >= 0) {
        return status <= LWNVME_STATUS_MAXIMUM ? lwnvme_status_device_string((uint32_t)status)
                                               : "not a status";
    }
    if (status >= -255) {
        text = LWNVME_STATUS_LOOKUP(error, 0u - (uint32_t)status);
    }
    return text != NULL ? text : "unknown library error";
}

#undef LWNVME_STATUS_LOOKUP
#undef LWNVME_STATUS_ERROR_TEXT_OF
#undef LWNVME_STATUS_ERROR_CODE_OF
#undef LWNVME_STATUS_TEXT_OF
#undef LWNVME_STATUS_CODE_OF
#undef LWNVME_STATUS_PATH_LIST
#undef LWNVME_STATUS_MEDIA_LIST
#undef LWNVME_STATUS_IO_LIST
#undef LWNVME_STATUS_COMMAND_LIST
#undef LWNVME_STATUS_GENERIC_LIST
#undef LWNVME_STATUS_MAXIMUM
