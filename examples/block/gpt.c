/* SPDX-License-Identifier: MIT */
/*
 * The GPT: a header in block 1 and a partition array, and a copy of both, header last, at the end of the device. Each header
 * has a CRC32 of itself and one of its array, and says where the other one is.
 *
 *     0    1       2 ...   first usable ... last usable   ... n-2   n-1
 *     MBR  header  array   partitions                     array     header
 *
 * The primary is taken if it is whole; else the backup, which is where the primary header says, or in the last block if that
 * header is damaged itself. An array is read once, in order: its entries are taken over while the checksum is made, and
 * dropped again if that is wrong.
 */
#include "partition_private.h"

#define GPT_HEADER_LBA       1u
#define GPT_HEADER_BYTES_MIN 92u
#define GPT_HEADER_CRC_AT    16u
#define GPT_ENTRY_BYTES      128u
#define GPT_NAME_UNITS       36u

struct gpt_header {
    bool valid; /* header, and array once that has been read */
    bool sound; /* the header alone */
    uint64_t lba;
    uint64_t other_lba;
    uint64_t first_usable;
    uint64_t last_usable;
    uint64_t array_lba;
    uint32_t array_bytes;
    uint32_t array_crc;
    uint32_t entry_bytes;
    uint8_t guid[16];
};

/* CRC32 as in ISO 3309, four bits a step; begin with all ones, and invert the end. */
static uint32_t gpt_crc(uint32_t crc, const uint8_t *bytes, size_t count)
{
    static const uint32_t steps[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                       0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ steps[crc & 15u];
        crc = crc >> 4 ^ steps[crc & 15u];
    }
    return crc;
}

/* Whether the header's numbers make sense together, on a device of so many blocks. */
static bool gpt_is_sound(const struct lwnvme_block *disk, const struct gpt_header *header,
                         uint64_t entry_count)
{
    const uint64_t bytes = entry_count * header->entry_bytes;
    const uint64_t blocks = (bytes + disk->block_bytes - 1u) >> disk->block_shift;
    const bool first = header->lba == GPT_HEADER_LBA;

    if (header->entry_bytes < GPT_ENTRY_BYTES || (header->entry_bytes & (header->entry_bytes - 1u)) != 0 ||
        bytes == 0 || bytes > LWNVME_TABLE_BYTES_MAX)
        return false;
    if (header->first_usable <= GPT_HEADER_LBA || header->first_usable > header->last_usable ||
        header->last_usable >= disk->block_count)
        return false;
    if (first ? header->other_lba <= header->last_usable || header->other_lba >= disk->block_count
              : header->other_lba != GPT_HEADER_LBA || header->lba <= header->last_usable)
        return false;
    /* The array is between the headers and the usable blocks, on its own side. */
    if (first)
        return header->array_lba > GPT_HEADER_LBA && header->array_lba < header->first_usable &&
               blocks <= header->first_usable - header->array_lba;
    return header->array_lba > header->last_usable && header->array_lba < header->lba &&
           blocks <= header->lba - header->array_lba;
}

/* The header in block `lba`; not valid: it is damaged, or lies. */
static int gpt_header_read(const struct lwnvme_table_reader *reader, uint64_t lba, struct gpt_header *header)
{
    static const uint8_t zeros[4] = {0};
    static const uint8_t signature[8] = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};
    const uint8_t *bytes = reader->scratch;
    uint64_t length;
    uint64_t entry_count;
    uint32_t crc;
    int status;

    *header = (struct gpt_header){0};
    if (lba >= reader->disk->block_count)
        return LWNVME_OK;
    status = lwnvme_block_read(reader->disk, lba, 1, reader->scratch);
    if (status != LWNVME_OK)
        return status;
    for (uint32_t i = 0; i < sizeof(signature); i++) {
        if (bytes[i] != signature[i])
            return LWNVME_OK;
    }
    length = lwnvme_table_get(bytes + 12, 4);
    if (lwnvme_table_get(bytes + 10, 2) != 1 || length < GPT_HEADER_BYTES_MIN ||
        length > reader->disk->block_bytes)
        return LWNVME_OK;
    crc = gpt_crc(UINT32_MAX, bytes, GPT_HEADER_CRC_AT);
    crc = gpt_crc(crc, zeros, sizeof(zeros));
    crc = gpt_crc(crc, bytes + GPT_HEADER_CRC_AT + 4u, (size_t)length - GPT_HEADER_CRC_AT - 4u);
    header->lba = lwnvme_table_get(bytes + 24, 8);
    header->other_lba = lwnvme_table_get(bytes + 32, 8);
    header->first_usable = lwnvme_table_get(bytes + 40, 8);
    header->last_usable = lwnvme_table_get(bytes + 48, 8);
    header->array_lba = lwnvme_table_get(bytes + 72, 8);
    entry_count = lwnvme_table_get(bytes + 80, 4);
    header->entry_bytes = (uint32_t)lwnvme_table_get(bytes + 84, 4);
    header->array_crc = (uint32_t)lwnvme_table_get(bytes + 88, 4);
    for (uint32_t i = 0; i < sizeof(header->guid); i++)
        header->guid[i] = bytes[56u + i];
    header->valid = ~crc == lwnvme_table_get(bytes + GPT_HEADER_CRC_AT, 4) && header->lba == lba &&
                    gpt_is_sound(reader->disk, header, entry_count);
    header->sound = header->valid;
    header->array_bytes = header->valid ? (uint32_t)entry_count * header->entry_bytes : 0;
    return LWNVME_OK;
}

static void gpt_add(struct lwnvme_partition_table *table, const struct gpt_header *header, uint32_t number,
                    const uint8_t *bytes)
{
    const uint64_t first = lwnvme_table_get(bytes + 32, 8);
    const uint64_t last = lwnvme_table_get(bytes + 40, 8);
    struct lwnvme_partition *partition;

    if (lwnvme_table_get(bytes, 8) == 0 && lwnvme_table_get(bytes + 8, 8) == 0)
        return; /* a type of zeros: not used */
    if (first > last || first < header->first_usable || last > header->last_usable) {
        table->flags |= LWNVME_TABLE_ENTRY_BAD;
        return;
    }
    partition = lwnvme_table_add(table);
    if (partition == NULL)
        return;
    partition->first = first;
    partition->block_count = last - first + 1u;
    partition->number = number;
    partition->attributes = lwnvme_table_get(bytes + 48, 8);
    for (uint32_t i = 0; i < 16; i++) {
        partition->type_guid[i] = bytes[i];
        partition->guid[i] = bytes[16u + i];
    }
    for (uint32_t i = 0; i < GPT_NAME_UNITS; i++)
        partition->name[i] = (uint16_t)lwnvme_table_get(bytes + 56u + 2u * i, 2);
}

/* Reads the array of a valid header, which stays valid if the checksum is right. `add`: partitions are taken over. An entry
 * begins at a multiple of its size, so that the 128 bytes of it that mean something are in one block. */
static int gpt_array_read(const struct lwnvme_table_reader *reader, struct gpt_header *header, bool add)
{
    const uint32_t block_bytes = reader->disk->block_bytes;
    struct lwnvme_partition_table *table = reader->table;
    const uint32_t flags = table->flags;
    uint32_t crc = UINT32_MAX;
    int status = LWNVME_OK;

    for (uint32_t done = 0; done < header->array_bytes && status == LWNVME_OK; done += block_bytes) {
        const uint32_t left = header->array_bytes - done;
        const uint32_t here = left < block_bytes ? left : block_bytes;

        status = lwnvme_block_read(reader->disk, header->array_lba + (done >> reader->disk->block_shift), 1,
                                   reader->scratch);
        if (status != LWNVME_OK)
            break;
        crc = gpt_crc(crc, reader->scratch, here);
        for (uint32_t at = 0; at < here && add; at += GPT_ENTRY_BYTES) {
            if ((done + at) % header->entry_bytes == 0)
                gpt_add(table, header, (done + at) / header->entry_bytes + 1u, reader->scratch + at);
        }
    }
    header->valid = status == LWNVME_OK && ~crc == header->array_crc;
    if (add && !header->valid) {
        table->count = 0;
        table->found = 0;
        table->flags = flags;
    }
    return status;
}

/* One of the two copies. Returns why it could not be read; damaged is no error. */
static int gpt_copy_read(const struct lwnvme_table_reader *reader, uint64_t lba, struct gpt_header *header,
                         bool add)
{
    int status = gpt_header_read(reader, lba, header);

    return status == LWNVME_OK && header->valid ? gpt_array_read(reader, header, add) : status;
}

static bool gpt_same(const struct gpt_header *primary, const struct gpt_header *backup)
{
    bool same = primary->first_usable == backup->first_usable &&
                primary->last_usable == backup->last_usable && primary->array_bytes == backup->array_bytes &&
                primary->entry_bytes == backup->entry_bytes && primary->array_crc == backup->array_crc;

    for (uint32_t i = 0; i < sizeof(primary->guid); i++)
        same = same && primary->guid[i] == backup->guid[i];
    return same;
}

int lwnvme_gpt_read(const struct lwnvme_table_reader *reader)
{
    struct lwnvme_partition_table *table = reader->table;
    struct gpt_header primary;
    struct gpt_header backup;
    const struct gpt_header *taken;
    int status = gpt_copy_read(reader, GPT_HEADER_LBA, &primary, true);
    int backup_status = gpt_copy_read(
        reader, primary.sound ? primary.other_lba : reader->disk->block_count - 1u, &backup, !primary.valid);

    table->kind = LWNVME_TABLE_GPT_DAMAGED;
    if (!primary.valid)
        table->flags |= LWNVME_TABLE_PRIMARY_BAD;
    if (!backup.valid)
        table->flags |= LWNVME_TABLE_BACKUP_BAD;
    if (!primary.valid && !backup.valid)
        return status != LWNVME_OK ? status : backup_status;
    if (primary.valid && backup.valid && !gpt_same(&primary, &backup))
        table->flags |= LWNVME_TABLE_BACKUP_DIFFERS;
    taken = primary.valid ? &primary : &backup;
    table->kind = LWNVME_TABLE_GPT;
    for (uint32_t i = 0; i < sizeof(table->guid); i++)
        table->guid[i] = taken->guid[i];
    return LWNVME_OK;
}
