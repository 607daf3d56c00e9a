/* SPDX-License-Identifier: MIT */
/*
 * Partition tables of any bytes, on a device of any size up to 2^64 - 1 blocks: examples/block reads them. The device is
 * zeros but for the pieces that the bytes put there, near its start, near its end or anywhere; one of its blocks may be
 * unreadable. Where the bytes ask for it the checksums of a GPT are made right, or none would ever be.
 *
 * What is told must be inside the device, be there (looked up once more, and counted, by other code), and be read where it
 * is: a partition opened as a device never reads beyond itself.
 */
#include "fuzz.h"

#include "../../examples/block/partition.h"

#define PIECES_MAX       48u
#define CAPACITY_MAX     40u
#define REPAIR_BYTES_MAX 65536u
#define UNREADABLE       0x281 /* the status that reading ends with */
#define PLACE_FROM_END   0x80u
#define PLACE_ANYWHERE   0x7fu
#define MBR_ENTRIES      4u
#define ENTRY_BYTES      128u

struct piece {
    uint64_t block;
    uint32_t offset; /* from the block's first byte */
    uint32_t length;
    const uint8_t *bytes;
};

struct disk {
    struct lwnvme_block block; /* first */
    struct piece pieces[PIECES_MAX];
    uint32_t piece_count;
    bool repair;
    uint32_t reads;
    uint32_t fails_at; /* this read does; 0: none */
    uint64_t from;     /* reads must lie in so many blocks from here on */
    uint64_t count;
};

static struct disk disk;

static uint64_t little(const uint8_t *bytes, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value |= (uint64_t)bytes[i] << (8u * i);
    }
    return value;
}

static void put_32(uint8_t *to, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (8u * i));
    }
}

/* CRC32 by bytes and a table that is computed. */
static uint32_t crc_add(uint32_t crc, const uint8_t *bytes, size_t count)
{
    static uint32_t table[256];
    for (uint32_t i = 0; i < 256 && table[1] == 0; i++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t value = byte;
            for (uint32_t bit = 0; bit < 8; bit++) {
                value = (value & 1u) != 0 ? value >> 1 ^ 0xedb88320u : value >> 1;
            }
            table[byte] = value;
        }
    }
    for (size_t i = 0; i < count; i++) {
        crc = table[(crc ^ bytes[i]) & 0xffu] ^ crc >> 8;
    }
    return crc;
}

/* ---- the device ---- */

static void lay_piece(const struct piece *piece, uint64_t block, uint8_t *to)
{
    const uint32_t size = disk.block.block_bytes;
    const uint64_t blocks = block - piece->block; /* behind the one that it begins in */
    uint64_t begin;
    uint64_t from;
    if (blocks > UINT16_MAX) {
        return;
    }
    begin = blocks == 0 ? piece->offset : 0;
    from = blocks * size + begin - piece->offset; /* byte of the piece */
    for (uint64_t at = begin; at < size && from < piece->length; at++, from++) {
        to[at] = piece->bytes[from];
    }
}

static void lay_block(uint64_t block, uint8_t *to)
{
    memset(to, 0, disk.block.block_bytes);
    for (uint32_t i = 0; i < disk.piece_count; i++) {
        lay_piece(&disk.pieces[i], block, to);
    }
}

/* The checksum of the array that a header names; false: there is none that one would compute. */
static bool array_crc(const uint8_t *header, uint64_t most, void (*lay)(uint64_t block, uint8_t *to),
                      uint32_t *crc)
{
    const uint32_t size = disk.block.block_bytes;
    const uint64_t lba = little(header + 72, 8);
    const uint64_t length = little(header + 80, 4) * little(header + 84, 4);
    static uint8_t bytes[4096];
    *crc = UINT32_MAX;
    if (length == 0 || length > most || lba >= disk.block.block_count ||
        (length + size - 1u) / size > disk.block.block_count - lba) {
        return false;
    }
    for (uint64_t done = 0; done < length; done += size) {
        lay(lba + done / size, bytes);
        *crc = crc_add(*crc, bytes, length - done < size ? length - done : size);
    }
    *crc = ~*crc;
    return true;
}

static void repair(uint8_t *header)
{
    const uint64_t length = little(header + 12, 4);
    uint32_t crc;
    if (memcmp(header, "EFI PART", 8) != 0 || length < 92 || length > disk.block.block_bytes) {
        return;
    }
    if (array_crc(header, REPAIR_BYTES_MAX, lay_block, &crc)) {
        put_32(header + 88, crc);
    }
    put_32(header + 16, 0);
    put_32(header + 16, ~crc_add(UINT32_MAX, header, length));
}

/* A block as it is read. */
static void show_block(uint64_t block, uint8_t *to)
{
    lay_block(block, to);
    if (disk.repair) {
        repair(to);
    }
}

static int disk_read(struct lwnvme_block *block, uint64_t first, uint32_t count, void *data)
{
    uint8_t *to = data;
    fuzz_require(block == &disk.block && count != 0, "a read of nothing");
    fuzz_require(first >= disk.from && first - disk.from < disk.count &&
                     count <= disk.count - (first - disk.from),
                 "a read beyond the end");
    if (++disk.reads == disk.fails_at) {
        return UNREADABLE;
    }
    for (uint32_t i = 0; i < count; i++) {
        show_block(first + i, to + (size_t)i * disk.block.block_bytes);
    }
    return LWNVME_OK;
}

static const struct lwnvme_block_ops disk_ops = {.read = disk_read};

static void take_piece(struct fuzz_input *in)
{
    struct piece *piece = &disk.pieces[disk.piece_count++];
    const uint8_t place = fuzz_byte(in);
    if (place == PLACE_ANYWHERE) {
        piece->block = fuzz_number64(in);
    } else {
        piece->block = (place & PLACE_FROM_END) != 0 ? disk.block.block_count - 1u - (place & 0x7fu) : place;
    }
    piece->offset = fuzz_number(in, 2) & (disk.block.block_bytes - 1u);
    piece->length = fuzz_number(in, 2);
    piece->length = piece->length < in->left ? piece->length : (uint32_t)in->left;
    piece->bytes = in->at;
    in->at += piece->length;
    in->left -= piece->length;
}

static void take_disk(struct fuzz_input *in)
{
    const uint8_t size = fuzz_byte(in);
    disk = (struct disk){.fails_at = fuzz_byte(in)};
    disk.block.ops = &disk_ops;
    disk.block.block_shift = 9u + (size & 3u);
    disk.block.block_bytes = 1u << disk.block.block_shift;
    disk.repair = (size & 4u) != 0;
    disk.block.block_count = (size & 8u) != 0 ? fuzz_number64(in) : fuzz_number(in, 2);
    disk.count = disk.block.block_count;
}

/* ---- what is told of it ---- */

static void check_counts(const struct lwnvme_partition_table *table)
{
    const bool more = (table->flags & LWNVME_TABLE_MORE) != 0;
    fuzz_require(table->count <= table->capacity && table->count <= table->found,
                 "more than there is room for");
    fuzz_require(more == (table->found > table->count), "MORE");
    fuzz_require((table->kind != LWNVME_TABLE_NONE && table->kind != LWNVME_TABLE_GPT_DAMAGED) ||
                     table->found == 0,
                 "partitions of no table");
}

static void check_places(const struct lwnvme_partition_table *table)
{
    bool overlap = false;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct lwnvme_partition *one = &table->partitions[i];
        fuzz_require(one->number != 0 && one->block_count != 0 && one->first != 0 &&
                         one->first < disk.block.block_count &&
                         one->block_count <= disk.block.block_count - one->first,
                     "a partition that is not inside");
        fuzz_require(one->name[36] == 0, "a name without an end");
        for (uint32_t k = i + 1u; k < table->count; k++) {
            const struct lwnvme_partition *other = &table->partitions[k];
            const struct lwnvme_partition *low = one->first < other->first ? one : other;
            const struct lwnvme_partition *high = low == one ? other : one;
            overlap = overlap || high->first - low->first < low->block_count;
        }
    }
    fuzz_require(overlap == ((table->flags & LWNVME_TABLE_OVERLAP) != 0), "OVERLAP");
}

/* The entry's own words, and whether it counts. */
static bool gpt_entry_counts(const uint8_t *header, const uint8_t *entry)
{
    static const uint8_t zeros[16];
    const uint64_t first = little(entry + 32, 8);
    const uint64_t last = little(entry + 40, 8);
    return memcmp(entry, zeros, sizeof(zeros)) != 0 && first <= last && first >= little(header + 40, 8) &&
           last <= little(header + 48, 8);
}

static void check_gpt_entry(const struct lwnvme_partition *partition, uint32_t number, const uint8_t *entry)
{
    fuzz_require(
        partition->number == number && partition->first == little(entry + 32, 8) &&
            partition->first + partition->block_count - 1u == little(entry + 40, 8) &&
            memcmp(partition->type_guid, entry, 16) == 0 && memcmp(partition->guid, entry + 16, 16) == 0 &&
            partition->attributes == little(entry + 48, 8) && partition->name[35] == little(entry + 126, 2),
        "a partition of another entry");
}

/* The copy that was taken, checked once more and counted. */
static void check_gpt(const struct lwnvme_partition_table *table)
{
    const bool backup = (table->flags & LWNVME_TABLE_PRIMARY_BAD) != 0;
    static uint8_t header[4096];
    static uint8_t bytes[4096];
    uint32_t crc;
    uint32_t found = 0;
    show_block(backup ? disk.block.block_count - 1u : 1u, header);
    fuzz_require(memcmp(header, "EFI PART", 8) == 0, "a GPT without a signature");
    fuzz_require(memcmp(header + 56, table->guid, 16) == 0, "a GPT of another name");
    fuzz_require(array_crc(header, LWNVME_TABLE_BYTES_MAX, show_block, &crc) && crc == little(header + 88, 4),
                 "a partition array whose checksum is wrong");
    for (uint32_t i = 0; i < little(header + 80, 4); i++) {
        const uint64_t at = i * little(header + 84, 4);
        show_block(little(header + 72, 8) + at / disk.block.block_bytes, bytes);
        const uint8_t *entry = bytes + at % disk.block.block_bytes;
        if (gpt_entry_counts(header, entry)) {
            if (found < table->count) {
                check_gpt_entry(&table->partitions[found], i + 1u, entry);
            }
            found++;
        }
    }
    fuzz_require(found == table->found, "partitions that were lost, or made up");
    crc = (uint32_t)little(header + 16, 4);
    put_32(header + 16, 0);
    fuzz_require(crc == (uint32_t)~crc_add(UINT32_MAX, header, little(header + 12, 4)),
                 "a header whose checksum is wrong");
}

static bool mbr_type_is_extended(uint8_t type)
{
    return type == 0x05 || type == 0x0f || type == 0x85;
}

/* Whether a logical partition lies behind the first block of an extended one. */
static bool mbr_has_room_for(const uint8_t *block, const struct lwnvme_partition *logical)
{
    bool inside = false;
    for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
        const uint8_t *entry = block + 446 + 16 * i;
        const uint64_t first = little(entry + 8, 4);
        inside = inside || (mbr_type_is_extended(entry[4]) && logical->first > first &&
                            logical->first + logical->block_count <= first + little(entry + 12, 4));
    }
    return inside;
}

static void check_mbr(const struct lwnvme_partition_table *table)
{
    static uint8_t block[4096];
    uint32_t at = 0;
    show_block(0, block);
    fuzz_require(little(block + 510, 2) == 0xaa55, "an MBR without a signature");
    for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
        const uint8_t *entry = block + 446 + 16 * i;
        const uint64_t first = little(entry + 8, 4);
        const uint64_t count = little(entry + 12, 4);
        if (entry[4] == 0 || mbr_type_is_extended(entry[4]) || count == 0 || first == 0 ||
            first > disk.block.block_count || count > disk.block.block_count - first ||
            at >= table->capacity) {
            continue;
        }
        fuzz_require(at < table->count && table->partitions[at].number == i + 1u &&
                         table->partitions[at].first == first && table->partitions[at].block_count == count &&
                         table->partitions[at].type == entry[4],
                     "a primary partition that was lost");
        at++;
    }
    for (; at < table->count; at++) {
        fuzz_require(table->partitions[at].number > MBR_ENTRIES &&
                         mbr_has_room_for(block, &table->partitions[at]),
                     "a logical partition outside of its extended one");
    }
}

static void check_table(const struct lwnvme_partition_table *table)
{
    check_counts(table);
    check_places(table);
    if (table->kind == LWNVME_TABLE_GPT) {
        check_gpt(table);
    } else if (table->kind == LWNVME_TABLE_MBR) {
        check_mbr(table);
    }
}

/* Bytes of a partition, into memory of just that length. */
static void check_bytes(struct lwnvme_block_partition *partition, uint64_t offset, size_t length,
                        uint8_t *scratch)
{
    const uint32_t size = disk.block.block_bytes;
    const uint64_t blocks = partition->block.block_count;
    const bool inside = offset / size + (length + offset % size + size - 1u) / size <= blocks;
    uint8_t *data = malloc(length + (length == 0));
    int status;
    if (data == NULL) {
        return;
    }
    status = lwnvme_block_read_bytes(&partition->block, offset, length, data, scratch);
    fuzz_require(status == (inside ? LWNVME_OK : LWNVME_ERR_LBA_RANGE), "bytes that are there or not");
    for (size_t i = 0; i < length && inside; i++) {
        if (i == 0 || (offset + i) % size == 0) {
            show_block(partition->first + (offset + i) / size, scratch);
        }
        fuzz_require(data[i] == scratch[(offset + i) % size], "bytes of another place");
    }
    free(data);
}

static void check_partition(const struct lwnvme_partition *place, struct fuzz_input *in, uint8_t *scratch)
{
    struct lwnvme_block_partition partition;
    const size_t length = fuzz_number(in, 2) & 0x1fffu;
    const uint64_t offset = (fuzz_byte(in) & 1u) != 0 ? fuzz_number64(in) : fuzz_number(in, 2);
    fuzz_require(lwnvme_partition_open(&partition, &disk.block, place) == LWNVME_OK,
                 "a partition that cannot be opened");
    disk.from = place->first;
    disk.count = place->block_count;
    fuzz_require(lwnvme_block_read(&partition.block, 0, 1, scratch) == LWNVME_OK &&
                     lwnvme_block_read(&partition.block, place->block_count - 1u, 1, scratch) == LWNVME_OK &&
                     lwnvme_block_read(&partition.block, place->block_count, 1, scratch) ==
                         LWNVME_ERR_LBA_RANGE,
                 "a partition that cannot be read");
    check_bytes(&partition, offset, length, scratch);
    disk.from = 0;
    disk.count = disk.block.block_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lwnvme_partition_table table;
    struct fuzz_input in = {data, size};
    uint8_t *scratch;
    int status;
    take_disk(&in);
    table = (struct lwnvme_partition_table){.capacity = fuzz_below(&in, CAPACITY_MAX + 1u)};
    table.partitions = malloc(table.capacity * sizeof(*table.partitions) + (table.capacity == 0));
    scratch = malloc(disk.block.block_bytes);
    struct fuzz_input more = in;
    while (in.left != 0 && disk.piece_count < PIECES_MAX) {
        take_piece(&in);
    }
    if (table.partitions != NULL && scratch != NULL && disk.block.block_count != 0) {
        for (uint32_t pass = 0; pass < 2; pass++, disk.fails_at = 0) {
            disk.reads = 0;
            status = lwnvme_partitions_read(&disk.block, &table, scratch);
            fuzz_require(status == LWNVME_OK ||
                             (status == UNREADABLE && disk.reads >= disk.fails_at && pass == 0),
                         "a status of its own making");
            fuzz_require(disk.reads <= 1u + LWNVME_TABLE_LOGICAL_MAX +
                                           2u * (1u + (LWNVME_TABLE_BYTES_MAX >> disk.block.block_shift)),
                         "reads without end");
            check_counts(&table);
            check_places(&table);
        }
        check_table(&table);
        for (uint32_t i = 0; i < table.count && i < 8; i++) {
            check_partition(&table.partitions[i], &more, scratch);
        }
    }
    free(scratch);
    free(table.partitions);
    return 0;
}
