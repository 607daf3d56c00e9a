/* SPDX-License-Identifier: MIT */
/*
 * lwnvme: key value namespaces, asynchronous: values are stored under keys of 1 to 16 bytes.
 *
 * Queue owner's context, and as in nvm.h for what all calls have in common: checked before anything is sent, called
 * back exactly once, options in the request. A value is one command, never split, and the library repeats none.
 * Lengths are the controller's word: kv->key_bytes_max and kv->value_bytes_max; and no value is longer than a transfer
 * (controller->info.max_transfer_bytes): LWNVME_ERR_KEY_LENGTH, LWNVME_ERR_VALUE_LENGTH, LWNVME_ERR_TRANSFER_SIZE.
 *
 * Buffers are dword aligned, and segments of them whole dwords. In one piece a value may end anywhere; the rest of its
 * last dword belongs to the command too.
 *
 * Key Value Command Set Specification 1.1, section 3.3.
 */
#ifndef LWNVME_KV_H
#define LWNVME_KV_H

#include "namespace.h"
#include "queue.h"
#include "request.h"
#include "spec_zoned.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A key value namespace: the caller's memory. */
struct lwnvme_kv {
    struct lwnvme_namespace ns; /* ns.status, nsid, identifiers, read_only; it has no blocks */

    /* Out, once ns.status is 0. */
    uint64_t size_bytes; /* NSZE */
    uint64_t used_bytes; /* NUSE; a hint */
    uint32_t key_bytes_max;
    uint32_t value_bytes_max;
    uint32_t keys_max;      /* 0: no limit is given */
    uint32_t optimal_bytes; /* NOVG: values of multiples of it are best; 0: not reported */
};

struct lwnvme_key {
    uint8_t length; /* 1 to 16 */
    uint8_t bytes[16];
};

/* Starts to open key value namespace `nsid`; as lwnvme_namespace_open, with kv->ns.status for the end. A namespace of
 * another command set ends with the controller's status. Section 4.1.5.1. */
int lwnvme_kv_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_kv *kv);

/* lwnvme_kv_store's and lwnvme_kv_retrieve's options */
#define LWNVME_KV_MUST_EXIST     1u /* store: replace only (LWNVME_SC_KV_KEY_DOES_NOT_EXIST otherwise) */
#define LWNVME_KV_MUST_NOT_EXIST 2u /* store: create only (LWNVME_SC_KV_KEY_EXISTS otherwise) */
#define LWNVME_KV_NO_COMPRESSION 4u /* store: as it is */
#define LWNVME_KV_RAW            1u /* retrieve: without decompression */

/* Stores the whole buffer as the value of a key; NULL: an empty value. Section 3.3.6 "Store command". */
int lwnvme_kv_store(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                    const struct lwnvme_key *key, const struct lwnvme_buffer *buffer, uint32_t options);

/* Reads the value of a key into the buffer, as much of it as there is room for. lwnvme_kv_value_bytes then says how
 * long the value is, and request->bytes_done how much of it has arrived. Section 3.3.5 "Retrieve command". */
int lwnvme_kv_retrieve(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                       const struct lwnvme_key *key, const struct lwnvme_buffer *buffer, uint32_t options);
static inline uint32_t lwnvme_kv_value_bytes(const struct lwnvme_request *request)
{
    return request->result_dw0;
}

/* Removes a key and its value. Whether that is an error where there is none says feature 20h. Section 3.3.1
 * "Delete command". */
int lwnvme_kv_delete(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                     const struct lwnvme_key *key);

/* Success, or LWNVME_SC_KV_KEY_DOES_NOT_EXIST. Section 3.3.2 "Exist command". */
int lwnvme_kv_exist(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                    const struct lwnvme_key *key);

/*
 * Lists keys, in the controller's own order, as many as the buffer has room for: from `from` on, which comes first if
 * it is there; NULL: from the first. Go on with the last key that came, until no other comes: with room for two keys,
 * that is for 36 bytes and more. A key that has been deleted meanwhile may begin all anew. The request ends with
 * LWNVME_ERR_KEY_DATA when a list in one piece at a CPU address makes no sense. Section 3.3.4 "List command".
 */
int lwnvme_kv_list(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                   const struct lwnvme_key *from, const struct lwnvme_buffer *buffer);

/* A way through a list that has arrived. */
struct lwnvme_kv_keys {
    uint32_t left; /* keys that are still to come, by the list's own word */

    /* Private. */
    const uint8_t *memory;
    uint32_t bytes;
    uint32_t offset;
};

/* The list in `memory`, of so many bytes, as given to lwnvme_kv_list. */
void lwnvme_kv_keys_begin(struct lwnvme_kv_keys *keys, const void *memory, uint32_t length_bytes);
/* 0: the next key; LWNVME_PENDING: there are no more; LWNVME_ERR_KEY_DATA: the list makes no sense from here on. */
int lwnvme_kv_keys_next(struct lwnvme_kv_keys *keys, struct lwnvme_key *key);

#ifdef __cplusplus
}
#endif

#endif
