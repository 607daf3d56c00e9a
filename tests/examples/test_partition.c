/* SPDX-License-Identifier: MIT */
/*
 * Partition tables that sfdisk, sgdisk and fdisk have made, read by examples/block and compared with what `sfdisk --json` and
 * partx say of the same image; and the same tables with each byte damaged, with numbers that lie under good checksums,
 * and with noise. The device in memory stops the test at an access outside, and counts reads.
 */
#include "image.h"

#include <ctype.h>
#include <unistd.h>

#include "lwnvme_sim.h"

#define ROOM      200u
#define NO_NUMBER UINT32_MAX

static struct lwnvme_partition partitions[ROOM];
static struct lwnvme_partition_table table;
static uint8_t scratch[65536] __attribute__((aligned(4096)));
static uint32_t noise = 1;

static uint32_t random_number(void)
{
    noise ^= noise << 13;
    noise ^= noise >> 17;
    noise ^= noise << 5;
    return noise;
}

static void scan_into(struct image_disk *disk, uint32_t capacity)
{
    memset(&table, 0, sizeof(table));
    memset(partitions, 0xcc, sizeof(partitions));
    table.partitions = partitions;
    table.capacity = capacity;
    disk->reads = 0;
    assert_int_equal(lwnvme_partitions_read(&disk->block, &table, scratch), LWNVME_OK);
    assert_true(table.count <= capacity && table.count <= table.found);
    for (uint32_t i = 0; i < table.count; i++) {
        assert_true(partitions[i].block_count != 0 && partitions[i].first != 0);
        assert_true(partitions[i].first < disk->block.block_count);
        assert_true(partitions[i].block_count <= disk->block.block_count - partitions[i].first);
    }
}

static void scan(struct image_disk *disk)
{
    scan_into(disk, ROOM);
}

/* ---- what other programs say ---- */

struct other {
    uint32_t number;
    uint64_t first;
    uint64_t block_count;
    char type[40];
    char guid[40];
    char name[40];
    bool active;
};

static struct other others[ROOM];
static uint32_t other_count;

static bool other_is_extended(const struct other *other)
{
    return strcmp(other->type, "5") == 0 || strcmp(other->type, "f") == 0 || strcmp(other->type, "85") == 0;
}

/* The value of "key": "value" or of "key": value on a line. */
static bool json_value(const char *line, const char *key, char *value, size_t room)
{
    char pattern[40];
    const char *at;
    size_t length;

    (void)snprintf(pattern, sizeof(pattern), "\"%s\": ", key);
    at = strstr(line, pattern);
    if (at == NULL)
        return false;
    at += strlen(pattern);
    length = *at == '"' ? strcspn(++at, "\"") : strcspn(at, ",\n");
    assert_true(length < room);
    memcpy(value, at, length);
    value[length] = 0;
    return true;
}

static void ask_sfdisk(const char *path)
{
    char line[512];
    char value[300];
    struct other *other = NULL;
    FILE *pipe;

    (void)snprintf(line, sizeof(line), "PATH=/usr/sbin:/sbin:$PATH sfdisk --json %s", path);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    memset(others, 0, sizeof(others));
    for (other_count = 0; fgets(line, sizeof(line), pipe) != NULL;) {
        if (json_value(line, "node", value, sizeof(value))) {
            assert_true(other_count < ROOM);
            other = &others[other_count++];
            assert_int_equal(strncmp(value, path, strlen(path)), 0);
            other->number = (uint32_t)strtoul(value + strlen(path), NULL, 10);
        }
        if (other == NULL)
            continue;
        if (json_value(line, "start", value, sizeof(value)))
            other->first = strtoull(value, NULL, 10);
        if (json_value(line, "size", value, sizeof(value)))
            other->block_count = strtoull(value, NULL, 10);
        (void)json_value(line, "type", other->type, sizeof(other->type));
        (void)json_value(line, "uuid", other->guid, sizeof(other->guid));
        (void)json_value(line, "name", other->name, sizeof(other->name));
        if (json_value(line, "bootable", value, sizeof(value)))
            other->active = strcmp(value, "true") == 0;
    }
    assert_int_equal(pclose(pipe), 0);
}

/* KEY="value" as partx has it. */
static void partx_value(const char *line, const char *key, char *value, size_t room)
{
    char pattern[40];
    const char *at;
    size_t length;

    (void)snprintf(pattern, sizeof(pattern), "%s=\"", key);
    at = strstr(line, pattern);
    assert_non_null(at);
    at += strlen(pattern);
    length = strcspn(at, "\"");
    assert_true(length < room);
    for (size_t i = 0; i < length; i++)
        value[i] = (char)toupper((unsigned char)at[i]);
    value[length] = 0;
}

/* For blocks of 4096 bytes, which sfdisk does not know of images. partx counts in 512 bytes all the same. */
static void ask_partx(const char *path)
{
    char line[512];
    char value[40];
    FILE *pipe;

    (void)snprintf(line, sizeof(line),
                   "PATH=/usr/sbin:/sbin:$PATH partx -S 4096 -P -o NR,START,SECTORS,TYPE,UUID,FLAGS %s",
                   path);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    memset(others, 0, sizeof(others));
    for (other_count = 0; fgets(line, sizeof(line), pipe) != NULL; other_count++) {
        struct other *other = &others[other_count];

        assert_true(other_count < ROOM);
        partx_value(line, "NR", value, sizeof(value));
        other->number = (uint32_t)strtoul(value, NULL, 10);
        partx_value(line, " START", value, sizeof(value));
        other->first = strtoull(value, NULL, 10) / 8;
        partx_value(line, "SECTORS", value, sizeof(value));
        other->block_count = strtoull(value, NULL, 10) / 8;
        partx_value(line, "TYPE", value, sizeof(value));
        (void)snprintf(other->type, sizeof(other->type), "%s", value + (value[1] == 'X' ? 2 : 0));
        for (char *at = other->type; value[1] == 'X' && *at != 0; at++)
            *at = (char)tolower((unsigned char)*at);
        partx_value(line, "UUID", other->guid, sizeof(other->guid));
        partx_value(line, "FLAGS", value, sizeof(value));
        other->active = strcmp(value, "0X80") == 0;
    }
    assert_int_equal(pclose(pipe), 0);
}

/* A GUID in words: the first three parts are little-endian on the medium. */
static void guid_text(const uint8_t guid[16], char text[40])
{
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    size_t at = 0;

    for (uint32_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        at += (size_t)snprintf(text + at, 3, "%02X", guid[order[i]]);
    }
}

static const struct lwnvme_partition *numbered(uint32_t number)
{
    for (uint32_t i = 0; i < table.count; i++) {
        if (partitions[i].number == number)
            return &partitions[i];
    }
    return NULL;
}

static void expect_what_others_say(bool names)
{
    uint32_t expected = 0;
    char text[40];

    assert_true(other_count != 0);
    for (uint32_t i = 0; i < other_count; i++) {
        const struct other *other = &others[i];
        const struct lwnvme_partition *own = numbered(other->number);

        if (table.kind == LWNVME_TABLE_MBR && other_is_extended(other))
            continue;
        expected++;
        assert_non_null(own);
        assert_int_equal(own->first, other->first);
        assert_int_equal(own->block_count, other->block_count);
        if (table.kind == LWNVME_TABLE_MBR) {
            assert_int_equal(own->type, strtoul(other->type, NULL, 16));
            assert_int_equal(own->active, other->active);
            continue;
        }
        guid_text(own->type_guid, text);
        assert_string_equal(text, other->type);
        guid_text(own->guid, text);
        assert_string_equal(text, other->guid);
        for (size_t at = 0; names && at <= strlen(other->name); at++)
            assert_int_equal(own->name[at], (uint8_t)other->name[at]);
    }
    assert_int_equal(table.count, expected);
    assert_int_equal(table.found, expected);
}

/* ---- tables as they should be ---- */

#define GPT_SCRIPT                                                                                           \
    "label: gpt\nlabel-id: 01234567-89AB-CDEF-0123-456789ABCDEF\ntable-length: 8\n"                          \
    "p1 : start=2048, size=2048, name=\"one\"\n"                                                             \
    "p3 : start=6144, size=1, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=\"EFI system partition, and "  \
    "6\"\n"                                                                                                  \
    "p4 : start=4096, size=1000, attrs=\"LegacyBIOSBootable\"\n"                                             \
    "p8 : start=8192, size=4096, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n"
#define MBR_SCRIPT                                                                                           \
    "label: dos\nlabel-id: 0x89abcdef\n"                                                                     \
    "p1 : start=2048, size=2048, type=83, bootable\np2 : start=4096, size=1, type=c\n"                       \
    "p3 : start=6144, size=20480, type=5\np4 : start=30000, size=2768, type=82\n"                            \
    "size=100, type=83\nsize=2000, type=82\nsize=6000\n"

static void scan_with_sfdisk(const char *path, enum lwnvme_table_kind kind, uint32_t flags)
{
    struct image_disk disk;

    image_open(&disk, path, 512);
    scan(&disk);
    assert_int_equal(table.kind, kind);
    assert_int_equal(table.flags, flags);
    image_close(&disk);
    ask_sfdisk(path);
    expect_what_others_say(true);
}

static void gpt_as_sfdisk_says(void **state)
{
    char path[IMAGE_PATH];
    char text[40];

    (void)state;
    image_new(path, "gpt", 16u << 20);
    image_run(path, "sfdisk -q", GPT_SCRIPT);
    scan_with_sfdisk(path, LWNVME_TABLE_GPT, 0);
    assert_int_equal(table.count, 4);
    guid_text(table.guid, text);
    assert_string_equal(text, "01234567-89AB-CDEF-0123-456789ABCDEF");
    assert_int_equal(numbered(4)->attributes, 4);
    (void)unlink(path);
}

static void a_full_gpt_as_sfdisk_says(void **state)
{
    char path[IMAGE_PATH];
    char script[8192] = "label: gpt\n";
    size_t length = strlen(script);

    (void)state;
    for (uint32_t i = 0; i < 128; i++)
        length += (size_t)snprintf(script + length, sizeof(script) - length,
                                   "p%u : start=%u, size=%u, name=\"number %u\"\n", i + 1, 2048 + 100 * i,
                                   1 + i % 100, i);
    image_new(path, "full", 16u << 20);
    image_run(path, "sfdisk -q", script);
    scan_with_sfdisk(path, LWNVME_TABLE_GPT, 0);
    assert_int_equal(table.count, 128);
    (void)unlink(path);
}

static void mbr_as_sfdisk_says(void **state)
{
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "mbr", 16u << 20);
    image_run(path, "sfdisk -q", MBR_SCRIPT);
    scan_with_sfdisk(path, LWNVME_TABLE_MBR, 0);
    assert_int_equal(table.count, 6);
    assert_int_equal(table.mbr_signature, 0x89abcdefu);
    image_run(path, "sfdisk -q --delete --no-reread", ""); /* of all: what is left has no partitions */
    struct image_disk disk;
    image_open(&disk, path, 512);
    scan(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_NONE);
    assert_int_equal(table.count, 0);
    image_close(&disk);
    (void)unlink(path);
}

static void many_logical_partitions_as_sfdisk_says(void **state)
{
    char path[IMAGE_PATH];
    char script[8192] = "label: dos\np1 : start=64, size=64, type=83\np2 : start=128, size=32000, type=f\n";
    size_t length = strlen(script);

    (void)state;
    for (uint32_t i = 0; i < 50; i++)
        length +=
            (size_t)snprintf(script + length, sizeof(script) - length, "p%u : start=%u, size=%u, type=%x\n",
                             i + 5, 256 + 200 * i, 1 + i * 2, 0x80 + i % 4);
    image_new(path, "logical", 16u << 20);
    image_run(path, "sfdisk -q --no-tell-kernel --force", script);
    scan_with_sfdisk(path, LWNVME_TABLE_MBR, 0);
    assert_int_equal(table.count, 51);
    (void)unlink(path);
}

/* Both tables at once: GPT counts. sgdisk also makes an array that begins elsewhere. */
static void a_hybrid_gpt_as_sgdisk_makes_it(void **state)
{
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "hybrid", 16u << 20);
    image_run(path, "sgdisk -n 1:2048:+1M -c 1:first -n 2:0:+2M -t 2:ef00 -n 7:0:+3M -c 7:last", "");
    scan_with_sfdisk(path, LWNVME_TABLE_GPT, 0);
    image_run(path, "sgdisk -h 1:2 --move-main-table=100 --resize-table=512", "");
    scan_with_sfdisk(path, LWNVME_TABLE_GPT, LWNVME_TABLE_HYBRID);
    assert_int_equal(table.count, 3);
    (void)unlink(path);
}

/* An image to which something has been added: the backup is not in its last block, and yet it is found. */
static void a_gpt_of_a_device_that_has_grown(void **state)
{
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "grown", 16u << 20);
    image_run(path, "sfdisk -q", GPT_SCRIPT);
    assert_int_equal(truncate(path, 20 << 20), 0);
    scan_with_sfdisk(path, LWNVME_TABLE_GPT, 0);
    (void)unlink(path);
}

static void tables_of_large_blocks_as_partx_says(void **state)
{
    struct image_disk disk;
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "gpt4k", 64u << 20);
    image_run(path, "fdisk -b 4096", "g\nn\n1\n\n+8M\nn\n2\n\n+4M\nt\n2\n1\nn\n5\n\n+4K\nw\n");
    image_open(&disk, path, 4096);
    scan(&disk);
    image_close(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_GPT);
    assert_int_equal(table.flags, 0);
    ask_partx(path);
    assert_int_equal(other_count, 3);
    expect_what_others_say(false);
    (void)unlink(path);

    image_new(path, "mbr4k", 256u << 20);
    image_run(path, "fdisk -b 4096",
              "o\nn\np\n1\n\n+8M\nn\ne\n2\n\n\nn\n\n+8M\nn\n\n+9M\nn\n\n+20M\nt\n5\n82\na\n1\nw\n");
    image_open(&disk, path, 4096);
    scan(&disk);
    image_close(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_MBR);
    assert_int_equal(table.flags, 0);
    ask_partx(path);
    assert_int_equal(other_count, 5);
    expect_what_others_say(false);
    (void)unlink(path);
}

static void no_table_where_there_is_none(void **state)
{
    struct image_disk disk;
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "none", 8u << 20);
    image_open(&disk, path, 512);
    scan(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_NONE);
    image_close(&disk);
    image_run(path, "mkfs.fat", "");
    image_open(&disk, path, 512);
    assert_int_equal(disk.bytes[510] | disk.bytes[511] << 8, 0xaa55);
    scan(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_NONE);
    assert_int_equal(table.count, 0);
    image_close(&disk);
    (void)unlink(path);
}

/* ---- damage ---- */

static struct lwnvme_partition before[ROOM];
static uint32_t before_count;

static void open_with_table(struct image_disk *disk, const char *script)
{
    char path[IMAGE_PATH];

    image_new(path, "damage", 16u << 20);
    image_run(path, "sfdisk -q", script);
    image_open(disk, path, 512);
    (void)unlink(path);
    scan(disk);
    assert_int_equal(table.flags, 0);
    memcpy(before, partitions, sizeof(before));
    before_count = table.count;
    assert_int_equal(before_count, table.kind == LWNVME_TABLE_GPT ? 4 : 6);
}

static void expect_as_before(uint32_t flags)
{
    assert_int_equal(table.kind, LWNVME_TABLE_GPT);
    assert_int_equal(table.flags, flags);
    assert_int_equal(table.count, before_count);
    assert_memory_equal(partitions, before, before_count * sizeof(before[0]));
}

#define HEADER_BYTES 92u
#define ARRAY_BYTES  1024u

/* Each byte of one copy, in two ways: the other one is taken, or nothing had been damaged, behind the header's end. */
static void each_byte_of_a_gpt_damaged(void **state)
{
    struct image_disk disk;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    for (uint32_t copy = 0; copy < 2; copy++) {
        const size_t header = copy == 0 ? 512 : disk.length - 512;
        const size_t array = copy == 0 ? 1024 : disk.length - 512 - ARRAY_BYTES;
        const uint32_t flag = copy == 0 ? LWNVME_TABLE_PRIMARY_BAD : LWNVME_TABLE_BACKUP_BAD;

        for (size_t i = 0; i < 512 + ARRAY_BYTES; i++) {
            uint8_t *byte = disk.bytes + (i < 512 ? header + i : array + i - 512);
            const uint8_t good = *byte;
            const bool counts = i < HEADER_BYTES || i >= 512;

            for (uint32_t way = 0; way < 2; way++) {
                *byte = (uint8_t)(good ^ (way == 0 ? 1u << i % 8 : 0xffu));
                scan(&disk);
                expect_as_before(counts ? flag : 0);
                *byte = good;
            }
        }
    }
    scan(&disk);
    expect_as_before(0);
    image_close(&disk);
}

static void both_copies_damaged_leave_no_partitions(void **state)
{
    struct image_disk disk;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    for (uint32_t i = 0; i < 4; i++) {
        uint8_t *first = disk.bytes + (i & 1 ? 512 + 16 : 1024 + 7);
        uint8_t *second = disk.bytes + disk.length - (i & 2 ? 512 - 50 : 512 + ARRAY_BYTES - 40);

        *first ^= 8;
        *second ^= 8;
        scan(&disk);
        assert_int_equal(table.kind, LWNVME_TABLE_GPT_DAMAGED);
        assert_int_equal(table.count, 0);
        assert_int_equal(table.flags, LWNVME_TABLE_PRIMARY_BAD | LWNVME_TABLE_BACKUP_BAD);
        *first ^= 8;
        *second ^= 8;
    }
    image_close(&disk);
}

static void a_copy_that_cannot_be_read_is_a_damaged_one(void **state)
{
    struct image_disk disk;
    const uint64_t blocks[4] = {1, 2, (16u << 11) - 1, (16u << 11) - 3};

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    for (uint32_t i = 0; i < 4; i++) {
        disk.unreadable = blocks[i];
        scan(&disk);
        expect_as_before(i < 2 ? LWNVME_TABLE_PRIMARY_BAD : LWNVME_TABLE_BACKUP_BAD);
    }
    disk.unreadable = 1;
    disk.bytes[disk.length - 500] ^= 1;
    assert_int_equal(lwnvme_partitions_read(&disk.block, &table, scratch), LWNVME_SC_UNRECOVERED_READ_ERROR);
    assert_int_equal(table.count, 0);
    disk.unreadable = 0;
    assert_int_equal(lwnvme_partitions_read(&disk.block, &table, scratch), LWNVME_SC_UNRECOVERED_READ_ERROR);
    image_close(&disk);
}

/* The primary header says where the backup is, also when the array that belongs to it is damaged or cannot be read. */
static void a_damaged_array_of_a_device_that_has_grown(void **state)
{
    struct image_disk disk;
    char path[IMAGE_PATH];

    (void)state;
    image_new(path, "grown", 16u << 20);
    image_run(path, "sfdisk -q", GPT_SCRIPT);
    assert_int_equal(truncate(path, 20 << 20), 0);
    image_open(&disk, path, 512);
    (void)unlink(path);
    scan(&disk);
    memcpy(before, partitions, sizeof(before));
    before_count = table.count;
    expect_as_before(0);
    disk.bytes[1024 + 7] ^= 8;
    scan(&disk);
    expect_as_before(LWNVME_TABLE_PRIMARY_BAD);
    disk.bytes[1024 + 7] ^= 8;
    disk.unreadable = 2;
    scan(&disk);
    expect_as_before(LWNVME_TABLE_PRIMARY_BAD);
    disk.bytes[512 + 33] ^= 8; /* of the header: it is not believed, and the last block holds nothing */
    disk.unreadable = UINT64_MAX;
    scan(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_GPT_DAMAGED);
    image_close(&disk);
}

/* Bit by bit: another way than the one under test. */
static uint32_t crc32(const uint8_t *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (uint32_t bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void put(uint8_t *to, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *from, uint32_t bytes)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

/* Checksums that are right, of a header and of the array that it names, as far as that is on the device. */
static void sign(struct image_disk *disk, uint8_t *header)
{
    const uint64_t array = get(header + 72, 8);
    const uint64_t bytes = get(header + 80, 4) * get(header + 84, 4);

    if (bytes <= LWNVME_TABLE_BYTES_MAX && array < disk->block.block_count &&
        bytes <= disk->length - array * 512)
        put(header + 88, crc32(disk->bytes + array * 512, (size_t)bytes), 4);
    put(header + 16, 0, 4);
    put(header + 16, crc32(header, HEADER_BYTES), 4);
}

static const uint16_t header_fields[][2] = {{12, 4}, {24, 8}, {32, 8}, {40, 8}, {48, 8},
                                            {72, 8}, {80, 4}, {84, 4}, {8, 4}};

static uint64_t odd_number(const struct image_disk *disk)
{
    const uint64_t near[] = {0,
                             1,
                             2,
                             3,
                             34,
                             92,
                             128,
                             256,
                             511,
                             512,
                             513,
                             4096,
                             disk->block.block_count,
                             1u << 20,
                             UINT32_MAX,
                             UINT64_C(1) << 32,
                             UINT64_C(1) << 63,
                             UINT64_MAX};
    const uint32_t random = random_number();

    if (random % 4 == 0)
        return (uint64_t)random_number() << 32 | random_number();
    return near[random / 4 % (sizeof(near) / sizeof(near[0]))] + (random >> 16) % 7 - 3;
}

/* Numbers that lie, under checksums that are right: inside the device, bounded reads, and only what is in the usable range. */
static void a_gpt_that_lies(void **state)
{
    static uint8_t good[2][512 + ARRAY_BYTES];
    struct image_disk disk;
    uint32_t accepted = 0;
    uint32_t refused = 0;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    uint8_t *const start = disk.bytes + 512;
    uint8_t *const end = disk.bytes + disk.length - sizeof(good[1]);
    memcpy(good[0], start, sizeof(good[0]));
    memcpy(good[1], end, sizeof(good[1]));
    for (uint32_t round = 0; round < 4000; round++) {
        const bool backup = round % 2 != 0;
        uint8_t *header = backup ? end + ARRAY_BYTES : start;
        uint8_t *array = backup ? end : start + 512;

        for (uint32_t n = 1 + random_number() % 2; n != 0; n--) {
            if (random_number() % 2 == 0) {
                const uint16_t *field = header_fields[random_number() % 9];
                put(header + field[0], odd_number(&disk), field[1]);
            } else {
                put(array + random_number() % 8 * 128 + (random_number() % 2 ? 32 : 40), odd_number(&disk),
                    8);
            }
        }
        sign(&disk, header);
        if (backup)
            start[16] ^= 1; /* so that it is the one that is taken */
        scan(&disk);
        assert_true(disk.reads <= 1 + 2 * (1 + LWNVME_TABLE_BYTES_MAX / 512));
        accepted += table.count != 0 &&
                    (table.flags & LWNVME_TABLE_PRIMARY_BAD) == (backup ? LWNVME_TABLE_PRIMARY_BAD : 0);
        refused += table.kind == LWNVME_TABLE_GPT_DAMAGED || (table.flags & LWNVME_TABLE_ENTRY_BAD) != 0;
        memcpy(start, good[0], sizeof(good[0]));
        memcpy(end, good[1], sizeof(good[1]));
    }
    assert_true(accepted > 100 && refused > 100);
    image_close(&disk);
}

static void entries_of_a_gpt_that_are_none(void **state)
{
    struct image_disk disk;
    uint8_t *entry;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    uint8_t *const header = disk.bytes + 512;
    entry = disk.bytes + 1024;
    put(entry + 40, get(entry + 32, 8) - 1, 8); /* ends before it begins */
    sign(&disk, header);
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_ENTRY_BAD | LWNVME_TABLE_BACKUP_DIFFERS);
    assert_int_equal(table.count, 3);
    put(entry + 40, get(header + 48, 8) + 1, 8); /* ends behind what is usable */
    sign(&disk, header);
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_ENTRY_BAD | LWNVME_TABLE_BACKUP_DIFFERS);
    put(entry + 40, get(header + 48, 8), 8); /* as far as that: into all others */
    sign(&disk, header);
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_OVERLAP | LWNVME_TABLE_BACKUP_DIFFERS);
    assert_int_equal(table.count, 4);
    scan_into(&disk, 3);
    assert_int_equal(table.flags, LWNVME_TABLE_OVERLAP | LWNVME_TABLE_BACKUP_DIFFERS | LWNVME_TABLE_MORE);
    assert_int_equal(table.count, 3);
    assert_int_equal(table.found, 4);
    image_close(&disk);
}

/* As long as may be, and one entry longer: the usable range begins behind it. */
static void an_array_that_is_too_long(void **state)
{
    struct image_disk disk;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    uint8_t *const header = disk.bytes + 512;
    for (uint32_t more = 0; more < 2; more++) {
        put(header + 40, 2 + LWNVME_TABLE_BYTES_MAX / 512 + 1, 8);
        put(header + 80, LWNVME_TABLE_BYTES_MAX / 128 + more, 4);
        if (more == 0) {
            sign(&disk, header);
        } else { /* as sign does, and an array of this length, too */
            put(header + 88, crc32(disk.bytes + 1024, LWNVME_TABLE_BYTES_MAX + 128), 4);
            put(header + 16, 0, 4);
            put(header + 16, crc32(header, HEADER_BYTES), 4);
        }
        scan(&disk);
        assert_int_equal(table.kind, LWNVME_TABLE_GPT);
        if (more == 0)
            assert_int_equal(table.flags, LWNVME_TABLE_BACKUP_DIFFERS | LWNVME_TABLE_ENTRY_BAD);
        else
            expect_as_before(LWNVME_TABLE_PRIMARY_BAD);
    }
    image_close(&disk);
}

/* ---- MBR ---- */

static uint8_t *mbr_entry(struct image_disk *disk, uint64_t lba, uint32_t index)
{
    return disk->bytes + lba * 512 + 446 + 16 * index;
}

static void set_entry(struct image_disk *disk, uint64_t lba, uint32_t index, uint64_t type_first_count[3])
{
    uint8_t *entry = mbr_entry(disk, lba, index);

    entry[4] = (uint8_t)type_first_count[0];
    put(entry + 8, type_first_count[1], 4);
    put(entry + 12, type_first_count[2], 4);
    disk->bytes[lba * 512 + 510] = 0x55;
    disk->bytes[lba * 512 + 511] = 0xaa;
}

#define EXTENDED_LBA 6144u

static void chains_that_loop_or_leave(void **state)
{
    struct image_disk disk;
    const uint64_t next[] = {0, 2, 20480, 25000, UINT32_MAX, 100};

    (void)state;
    open_with_table(&disk, MBR_SCRIPT);
    for (uint32_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
        /* the first link leads to itself, to a block that is none, to the end, outside, far outside, ... */
        put(mbr_entry(&disk, EXTENDED_LBA, 1) + 8, next[i], 4);
        scan(&disk);
        assert_int_equal(table.kind, LWNVME_TABLE_MBR);
        assert_int_equal(table.flags, LWNVME_TABLE_CHAIN_BAD);
        assert_int_equal(table.count, 4);
    }
    for (uint32_t i = 0; i < 1000; i++) { /* each block leads on to the next one, for ever */
        set_entry(&disk, EXTENDED_LBA + 2 * i, 0, (uint64_t[3]){0x83, 1, 1});
        set_entry(&disk, EXTENDED_LBA + 2 * i, 1, (uint64_t[3]){5, 2 * (i + 1), 2});
    }
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_CHAIN_BAD);
    assert_int_equal(table.count, 3 + LWNVME_TABLE_LOGICAL_MAX);
    assert_int_equal(disk.reads, 1 + LWNVME_TABLE_LOGICAL_MAX);
    set_entry(&disk, EXTENDED_LBA + 2 * 100, 1, (uint64_t[3]){5, 2 * 50, 2}); /* back to the middle */
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_CHAIN_BAD);
    assert_int_equal(table.count, 3 + 101);
    image_close(&disk);
}

static void entries_of_an_mbr_that_are_none(void **state)
{
    struct image_disk disk;

    (void)state;
    open_with_table(&disk, MBR_SCRIPT);
    set_entry(&disk, 0, 1, (uint64_t[3]){0x0c, 0, 100}); /* has the table itself */
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_ENTRY_BAD);
    assert_int_equal(table.count, 5);
    set_entry(&disk, 0, 1, (uint64_t[3]){0x0c, disk.block.block_count - 10, 11});
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_ENTRY_BAD);
    set_entry(&disk, 0, 1, (uint64_t[3]){0x0c, UINT32_MAX, UINT32_MAX});
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_ENTRY_BAD);
    set_entry(&disk, 0, 1, (uint64_t[3]){0x0c, 2100, 10}); /* in the first one */
    scan(&disk);
    assert_int_equal(table.flags, LWNVME_TABLE_OVERLAP);
    set_entry(&disk, 0, 1, (uint64_t[3]){0x05, 4096, 10}); /* a second extended one */
    scan(&disk);
    assert_int_equal(table.flags & LWNVME_TABLE_ENTRY_BAD, LWNVME_TABLE_ENTRY_BAD);
    put(mbr_entry(&disk, 0, 1), 0x12, 1); /* not a status byte: no MBR */
    scan(&disk);
    assert_int_equal(table.kind, LWNVME_TABLE_NONE);
    image_close(&disk);
}

/* Noise in the MBR and in the blocks of the chain: bounded, and inside. */
static void an_mbr_of_noise(void **state)
{
    struct image_disk disk;
    uint32_t kinds[LWNVME_TABLE_GPT_DAMAGED + 1] = {0};
    const uint64_t blocks[4] = {0, 0, EXTENDED_LBA, 10240};
    static uint8_t good[4][512];

    (void)state;
    open_with_table(&disk, MBR_SCRIPT);
    for (uint32_t i = 0; i < 4; i++)
        memcpy(good[i], disk.bytes + blocks[i] * 512, 512);
    for (uint32_t round = 0; round < 20000; round++) {
        for (uint32_t n = 1 + random_number() % 3; n != 0; n--) {
            uint8_t *entry = mbr_entry(&disk, blocks[random_number() % 4], random_number() % 4);
            const uint32_t what = random_number() % 8;

            if (what < 3)
                put(entry + 8, odd_number(&disk), 4);
            else if (what < 6)
                put(entry + 12, odd_number(&disk), 4);
            else
                entry[what == 6 ? 4 : random_number() % 16] = (uint8_t)random_number();
        }
        scan(&disk);
        assert_true(disk.reads <= 3 + LWNVME_TABLE_LOGICAL_MAX);
        kinds[table.kind]++;
        for (uint32_t i = 0; i < 4; i++)
            memcpy(disk.bytes + blocks[i] * 512, good[i], 512);
    }
    assert_true(kinds[LWNVME_TABLE_NONE] != 0 && kinds[LWNVME_TABLE_MBR] > 10000);
    assert_true(kinds[LWNVME_TABLE_GPT_DAMAGED] != 0 && kinds[LWNVME_TABLE_GPT] == 0);
    image_close(&disk);
}

/* Devices too small for what their MBR says. */
static void a_gpt_on_a_tiny_device(void **state)
{
    struct image_disk disk;

    (void)state;
    open_with_table(&disk, GPT_SCRIPT);
    for (uint64_t blocks = 1; blocks < 8; blocks++) {
        disk.block.block_count = blocks;
        scan(&disk);
        assert_int_equal(table.kind, LWNVME_TABLE_GPT_DAMAGED);
    }
    image_close(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpt_as_sfdisk_says),
        cmocka_unit_test(a_full_gpt_as_sfdisk_says),
        cmocka_unit_test(mbr_as_sfdisk_says),
        cmocka_unit_test(many_logical_partitions_as_sfdisk_says),
        cmocka_unit_test(a_hybrid_gpt_as_sgdisk_makes_it),
        cmocka_unit_test(a_gpt_of_a_device_that_has_grown),
        cmocka_unit_test(tables_of_large_blocks_as_partx_says),
        cmocka_unit_test(no_table_where_there_is_none),
        cmocka_unit_test(each_byte_of_a_gpt_damaged),
        cmocka_unit_test(both_copies_damaged_leave_no_partitions),
        cmocka_unit_test(a_copy_that_cannot_be_read_is_a_damaged_one),
        cmocka_unit_test(a_damaged_array_of_a_device_that_has_grown),
        cmocka_unit_test(a_gpt_that_lies),
        cmocka_unit_test(entries_of_a_gpt_that_are_none),
        cmocka_unit_test(an_array_that_is_too_long),
        cmocka_unit_test(chains_that_loop_or_leave),
        cmocka_unit_test(entries_of_an_mbr_that_are_none),
        cmocka_unit_test(an_mbr_of_noise),
        cmocka_unit_test(a_gpt_on_a_tiny_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
