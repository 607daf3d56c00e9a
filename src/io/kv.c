/* SPDX-License-Identifier: MIT */
/*
 * Key value namespaces: opening, commands, and the list of keys. Such a namespace has no Identify Namespace of the
 * NVM command set; what there is to know is in the structure of its own (CNS 05h). Queue owner's context.
 */
#include <lwnvme/kv.h>
#include <lwnvme/spec_identify.h>

#include "io_private.h"

/* Never of blocks, which the namespace has none of: nothing to look at. */
static int lwnvme_kv_begin(struct lwnvme_request *request)
{
    (void)request;
    return LWNVME_OK;
}

/* When a request has ended: how much of a value there is room for, and whether a list of keys is one. */
static void lwnvme_kv_end(struct lwnvme_request *request)
{
    const struct lwnvme_command *command = &request->command;
    struct lwnvme_kv_keys keys;
    struct lwnvme_key key;
    int status;

    if (request->status != LWNVME_OK ||
        (command->opcode != LWNVME_KV_STORE && command->opcode != LWNVME_KV_RETRIEVE &&
         command->opcode != LWNVME_KV_LIST))
        return;
    request->bytes_done = command->cdw10;
    if (command->opcode == LWNVME_KV_RETRIEVE && request->result_dw0 < command->cdw10)
        request->bytes_done = request->result_dw0;
    if (command->opcode != LWNVME_KV_LIST || lwnvme_is_scattered(&request->buffer) ||
        (request->buffer.flags & LWNVME_BUFFER_DEVICE_ADDRESS) != 0)
        return;
    lwnvme_kv_keys_begin(&keys, (const void *)(uintptr_t)request->buffer.address, command->cdw10);
    do
        status = lwnvme_kv_keys_next(&keys, &key);
    while (status == LWNVME_OK);
    if (status != LWNVME_PENDING)
        request->status = status;
}

static const struct lwnvme_dress lwnvme_kv_dress = {.begin = lwnvme_kv_begin, .end = lwnvme_kv_end};

/* ---- opening ---- */

static int lwnvme_kv_decode(struct lwnvme_kv *kv, const struct lwnvme_identify_kv_namespace *data)
{
    const uint32_t index = lwnvme_field_get(data->kvfc, LWNVME_KVFC_FORMAT_INDEX);

    kv->size_bytes = lwnvme_le64_get(&data->nsze);
    kv->used_bytes = lwnvme_le64_get(&data->nuse);
    kv->optimal_bytes = lwnvme_le32_get(&data->novg);
    kv->ns.read_only = (data->nsattr & 1u) != 0;
    /* The other optional commands are those of blocks. */
    kv->ns.oncs = kv->ns.controller->info.oncs & LWNVME_ONCS_RESERVATIONS;
    lwnvme_identifier_take(&kv->ns, LWNVME_NIDT_EUI64, LWNVME_NIDT_EUI64_BYTES, data->eui64);
    lwnvme_identifier_take(&kv->ns, LWNVME_NIDT_NGUID, LWNVME_NIDT_NGUID_BYTES, data->nguid);
    if (kv->size_bytes == 0)
        return LWNVME_ERR_NS_INACTIVE;
    if (index > data->nkvf || index >= LWNVME_KV_FORMATS_MAX)
        return LWNVME_ERR_NS_FORMAT;
    kv->ns.format_index = (uint8_t)index;
    kv->key_bytes_max = lwnvme_le16_get(&data->kvf[index].kvkml);
    kv->value_bytes_max = lwnvme_le32_get(&data->kvf[index].kvvml);
    kv->keys_max = lwnvme_le32_get(&data->kvf[index].mnks);
    if (kv->key_bytes_max > LWNVME_KV_KEY_BYTES)
        kv->key_bytes_max = LWNVME_KV_KEY_BYTES;
    return kv->key_bytes_max == 0 ? LWNVME_ERR_NS_FORMAT : LWNVME_OK;
}

static void lwnvme_kv_identified(struct lwnvme_request *request)
{
    struct lwnvme_kv *kv = (struct lwnvme_kv *)request->context;

    kv->ns.status = request->status;
    if (kv->ns.status == LWNVME_OK)
        kv->ns.status = lwnvme_kv_decode(kv, (const struct lwnvme_identify_kv_namespace *)request->copy);
}

int lwnvme_kv_open(struct lwnvme_controller *controller, uint32_t nsid, struct lwnvme_kv *kv)
{
    int status = lwnvme_nsid_refusal(controller, nsid);

    if (kv == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    memset(kv, 0, sizeof(*kv));
    kv->ns.nsid = nsid;
    kv->ns.csi = LWNVME_CSI_KEY_VALUE;
    if (status == LWNVME_OK) {
        kv->ns.controller = controller;
        kv->ns.incarnation = controller->incarnation;
        kv->ns.dress = &lwnvme_kv_dress;
        status = lwnvme_identify_set(&kv->ns, LWNVME_CNS_COMMAND_SET_NAMESPACE, LWNVME_CSI_KEY_VALUE,
                                     lwnvme_kv_identified);
    }
    kv->ns.status = status != LWNVME_OK ? status : LWNVME_PENDING;
    return status;
}

/* ---- commands ---- */

static uint32_t lwnvme_kv_dword(const uint8_t *bytes)
{
    return lwnvme_le32_get((const struct lwnvme_le32 *)(const void *)bytes);
}

static int lwnvme_kv_key_put(const struct lwnvme_kv *kv, struct lwnvme_command *command,
                             const struct lwnvme_key *key)
{
    uint8_t bytes[LWNVME_KV_KEY_BYTES] = {0};

    if (key == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (key->length == 0 || key->length > kv->key_bytes_max)
        return LWNVME_ERR_KEY_LENGTH;
    memcpy(bytes, key->bytes, key->length);
    command->cdw2 = lwnvme_kv_dword(bytes);
    command->cdw3 = lwnvme_kv_dword(bytes + 4);
    command->cdw14 = lwnvme_kv_dword(bytes + 8);
    command->cdw15 = lwnvme_kv_dword(bytes + 12);
    command->cdw11 = lwnvme_field_put(key->length, LWNVME_KV_CDW11_KEY_LENGTH);
    return LWNVME_OK;
}

/* The buffer is the value, or the memory for it: all of it counts. */
static int lwnvme_kv_memory_put(struct lwnvme_request *request, const struct lwnvme_buffer *buffer,
                                uint64_t most_bytes)
{
    uint64_t bytes = lwnvme_buffer_bytes(buffer, most_bytes);

    if (bytes > most_bytes)
        return LWNVME_ERR_VALUE_LENGTH;
    if (bytes == 0)
        return LWNVME_OK;
    if (bytes > request->ns->controller->info.max_transfer_bytes)
        return LWNVME_ERR_TRANSFER_SIZE;
    request->command.cdw10 = (uint32_t)bytes;
    return lwnvme_io_buffer(request, buffer, (uint32_t)bytes);
}

static int lwnvme_kv_start(const struct lwnvme_queue *queue, const struct lwnvme_kv *kv,
                           struct lwnvme_request *request, const struct lwnvme_key *key, uint32_t opcode)
{
    int status = kv == NULL ? LWNVME_ERR_NULL_ARGUMENT : lwnvme_io_begin(queue, &kv->ns, request, opcode, 0);

    return status != LWNVME_OK ? status : lwnvme_kv_key_put(kv, &request->command, key);
}

int lwnvme_kv_store(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                    const struct lwnvme_key *key, const struct lwnvme_buffer *buffer, uint32_t options)
{
    const uint32_t known = LWNVME_KV_MUST_EXIST | LWNVME_KV_MUST_NOT_EXIST | LWNVME_KV_NO_COMPRESSION;
    const uint32_t both = LWNVME_KV_MUST_EXIST | LWNVME_KV_MUST_NOT_EXIST;
    int status = lwnvme_kv_start(queue, kv, request, key, LWNVME_KV_STORE);

    if (status == LWNVME_OK && ((options & ~known) != 0 || (options & both) == both))
        status = LWNVME_ERR_INVALID_ARGUMENT;
    if (status == LWNVME_OK && kv->ns.read_only)
        status = LWNVME_ERR_READ_ONLY;
    if (status == LWNVME_OK && buffer != NULL)
        status = lwnvme_kv_memory_put(request, buffer, kv->value_bytes_max);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw11 |= lwnvme_field_put(options, LWNVME_KV_CDW11_OPTIONS);
    return lwnvme_submit(queue, request);
}

int lwnvme_kv_retrieve(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                       const struct lwnvme_key *key, const struct lwnvme_buffer *buffer, uint32_t options)
{
    int status = lwnvme_kv_start(queue, kv, request, key, LWNVME_KV_RETRIEVE);

    if (status == LWNVME_OK && (options & ~LWNVME_KV_RAW) != 0)
        status = LWNVME_ERR_INVALID_ARGUMENT;
    if (status == LWNVME_OK && buffer != NULL)
        status = lwnvme_kv_memory_put(request, buffer, UINT32_MAX);
    if (status != LWNVME_OK)
        return status;
    request->command.cdw11 |= lwnvme_field_put(options, LWNVME_KV_CDW11_OPTIONS);
    return lwnvme_submit(queue, request);
}

int lwnvme_kv_delete(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                     const struct lwnvme_key *key)
{
    int status = lwnvme_kv_start(queue, kv, request, key, LWNVME_KV_DELETE);

    if (status == LWNVME_OK && kv->ns.read_only)
        status = LWNVME_ERR_READ_ONLY;
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

int lwnvme_kv_exist(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                    const struct lwnvme_key *key)
{
    int status = lwnvme_kv_start(queue, kv, request, key, LWNVME_KV_EXIST);

    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

int lwnvme_kv_list(struct lwnvme_queue *queue, const struct lwnvme_kv *kv, struct lwnvme_request *request,
                   const struct lwnvme_key *from, const struct lwnvme_buffer *buffer)
{
    int status =
        kv == NULL ? LWNVME_ERR_NULL_ARGUMENT : lwnvme_io_begin(queue, &kv->ns, request, LWNVME_KV_LIST, 0);

    if (status == LWNVME_OK && from != NULL)
        status = lwnvme_kv_key_put(kv, &request->command, from);
    if (status == LWNVME_OK && buffer == NULL)
        status = LWNVME_ERR_NULL_ARGUMENT;
    if (status == LWNVME_OK)
        status = lwnvme_kv_memory_put(request, buffer, UINT32_MAX);
    if (status == LWNVME_OK && request->command.cdw10 < 4u)
        status = LWNVME_ERR_BUFFER_LENGTH;
    return status != LWNVME_OK ? status : lwnvme_submit(queue, request);
}

void lwnvme_kv_keys_begin(struct lwnvme_kv_keys *keys, const void *memory, uint32_t length_bytes)
{
    keys->memory = (const uint8_t *)memory;
    keys->bytes = length_bytes;
    keys->offset = 4;
    keys->left = length_bytes < 4u ? 0 : lwnvme_kv_dword(keys->memory);
}

/* A key is its length, 2 bytes, and its bytes, and fills whole dwords. */
int lwnvme_kv_keys_next(struct lwnvme_kv_keys *keys, struct lwnvme_key *key)
{
    const uint8_t *at = keys->memory + keys->offset;
    uint32_t length;

    if (keys->left == 0)
        return LWNVME_PENDING;
    if (keys->bytes - keys->offset < 2u)
        return LWNVME_ERR_KEY_DATA;
    length = at[0] | (uint32_t)at[1] << 8;
    if (length == 0 || length > LWNVME_KV_KEY_BYTES || length > keys->bytes - keys->offset - 2u)
        return LWNVME_ERR_KEY_DATA;
    key->length = (uint8_t)length;
    memset(key->bytes, 0, sizeof(key->bytes));
    memcpy(key->bytes, at + 2, length);
    keys->left--;
    length = (length + 5u) & ~3u;
    keys->offset = length > keys->bytes - keys->offset ? keys->bytes : keys->offset + length;
    return LWNVME_OK;
}
