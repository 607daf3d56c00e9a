/* SPDX-License-Identifier: MIT */
/*
 * A UEFI program that calls Block I/O and Block I/O 2 of each NVMe namespace in every way that the specification has,
 * and compares. It writes to the blocks from BLOCK_WRITE_LBA on, and prints a line for what does not hold.
 */
#include "clock.h"
#include "console.h"
#include "efi.h"
#include "path.h"

#define BLOCK_TOKENS       48u /* more than the driver has places for */
#define BLOCK_WRITE_LBA    64u
#define BLOCK_WRITE_BLOCKS 24u
#define BLOCK_BAD_LBA      1000u
#define BLOCK_WAIT_US      60000000u
#define BLOCK_MAP_BYTES    65536u
#define BLOCK_PAGE         4096u

struct block_test {
    struct efi_block_io *io;
    struct efi_block_io2 *io2;
    struct efi_block_media *media;
    uint8_t *expected;
    uint8_t *data;
    struct efi_block_io2_token tokens[BLOCK_TOKENS];
};

static struct block_test block_test;
static uint32_t block_passed;
static uint32_t block_failed;

static void block_say(const char *text)
{
    for (; *text != '\0'; text++) {
        console_put(*text);
    }
}

static void block_say_number(uint64_t value)
{
    char digits[EFI_DECIMAL_BYTES];

    block_say(efi_decimal(digits, value));
}

static void block_expect(bool holds, const char *what)
{
    if (holds) {
        block_passed++;
        return;
    }
    block_failed++;
    block_say("block: FAILED: ");
    block_say(what);
    block_say("\n");
}

static bool block_equal(const uint8_t *left, const uint8_t *right, size_t length_bytes)
{
    for (size_t i = 0; i < length_bytes; i++) {
        if (left[i] != right[i]) {
            return false;
        }
    }
    return true;
}

static void block_clear(uint8_t *data, size_t length_bytes)
{
    for (size_t i = 0; i < length_bytes; i++) {
        data[i] = 0xa5;
    }
}

static void block_media(const struct block_test *test)
{
    const struct efi_block_media *media = test->media;

    block_expect(test->io->revision == EFI_BLOCK_IO_REVISION, "revision");
    block_expect(test->io2->media == media, "both protocols have the same media");
    block_expect(media->media_present == 1 && media->removable_media == 0 && media->logical_partition == 0,
                 "media");
    block_expect(media->io_align == 4 && media->lowest_aligned_lba == 0, "alignment");
    block_say("block: bytes ");
    block_say_number(media->block_bytes);
    block_say(" last ");
    block_say_number(media->last_block);
    block_say(media->write_caching != 0 ? " cached" : " not cached");
    block_say(media->read_only != 0 ? " read-only\n" : "\n");
}

/* What must be refused, by both protocols. */
static void block_refusals(struct block_test *test)
{
    struct efi_block_io *io = test->io;
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const uint32_t bytes = test->media->block_bytes;
    const uint64_t last = test->media->last_block;
    struct efi_block_io2_token token = {NULL, 0};

    block_expect(io->read_blocks(io, id + 1u, 0, bytes, test->data) == EFI_MEDIA_CHANGED, "another medium");
    block_expect(io->read_blocks(io, id, 0, bytes - 1u, test->data) == EFI_BAD_BUFFER_SIZE,
                 "a part of a block");
    block_expect(io->read_blocks(io, id, last + 1u, bytes, test->data) == EFI_INVALID_PARAMETER,
                 "behind the end");
    block_expect(io->read_blocks(io, id, last, 2u * bytes, test->data) == EFI_INVALID_PARAMETER,
                 "over the end");
    block_expect(io->read_blocks(io, id, UINT64_MAX, bytes, test->data) == EFI_INVALID_PARAMETER,
                 "the last LBA of all");
    block_expect(io->read_blocks(io, id, 0, bytes, NULL) == EFI_INVALID_PARAMETER, "no buffer");
    block_expect(io->read_blocks(io, id, 0, bytes, test->data + 1) == EFI_INVALID_PARAMETER,
                 "an odd address");
    block_expect(io->write_blocks(io, id + 1u, 0, bytes, test->data) == EFI_MEDIA_CHANGED,
                 "another medium, written");
    block_expect(io->read_blocks(io, id, 0, 0, test->data) == EFI_SUCCESS, "no bytes");
    block_expect(io2->read_blocks(io2, id + 1u, 0, &token, bytes, test->data) == EFI_MEDIA_CHANGED,
                 "another medium, by the second protocol");
    block_expect(io2->read_blocks(io2, id, last + 1u, &token, bytes, test->data) == EFI_INVALID_PARAMETER,
                 "behind the end, by the second protocol");
}

static void block_blocking(struct block_test *test)
{
    struct efi_block_io *io = test->io;
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const size_t size_bytes = (size_t)BLOCK_TOKENS * BLOCK_PAGE;
    struct efi_block_io2_token token = {NULL, EFI_NOT_READY};

    block_expect(io->read_blocks(io, id, 0, size_bytes, test->expected) == EFI_SUCCESS, "a read");
    block_clear(test->data, size_bytes);
    block_expect(io2->read_blocks(io2, id, 0, &token, size_bytes, test->data) == EFI_SUCCESS &&
                     token.status == EFI_SUCCESS && block_equal(test->data, test->expected, size_bytes),
                 "a read by the second protocol, without an event");
    block_clear(test->data, size_bytes);
    block_expect(io2->read_blocks(io2, id, 0, NULL, size_bytes, test->data) == EFI_SUCCESS &&
                     block_equal(test->data, test->expected, size_bytes),
                 "and without a token");
    block_clear(test->data, size_bytes);
    block_expect(io->read_blocks(io, id, 0, BLOCK_PAGE, test->data + 4) == EFI_SUCCESS &&
                     block_equal(test->data + 4, test->expected, BLOCK_PAGE) && test->data[3] == 0xa5 &&
                     test->data[4 + BLOCK_PAGE] == 0xa5,
                 "a read to an address that is aligned to 4 bytes only");
}

/* Waits for an event. */
static bool block_wait(efi_event event)
{
    const uint64_t end_us = clock_now_us() + BLOCK_WAIT_US;

    while (clock_now_us() < end_us) {
        if (efi_boot->check_event(event) == EFI_SUCCESS) {
            return true;
        }
    }
    return false;
}

static bool block_events(struct block_test *test, bool make)
{
    bool good = true;

    for (uint32_t i = 0; i < BLOCK_TOKENS; i++) {
        good = good && !efi_failed(make ? efi_boot->create_event(0, 0, NULL, NULL, &test->tokens[i].event)
                                        : efi_boot->close_event(test->tokens[i].event));
    }
    return good;
}

/* Many reads at once, the last first; and meanwhile one that blocks. */
static void block_later(struct block_test *test)
{
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const uint32_t blocks = BLOCK_PAGE / test->media->block_bytes;
    bool ended = true;
    bool accepted = block_events(test, true);

    block_clear(test->data, (size_t)BLOCK_TOKENS * BLOCK_PAGE);
    for (uint32_t i = BLOCK_TOKENS; i != 0; i--) {
        accepted = accepted &&
                   io2->read_blocks(io2, id, (uint64_t)(i - 1u) * blocks, &test->tokens[i - 1u], BLOCK_PAGE,
                                    test->data + (size_t)(i - 1u) * BLOCK_PAGE) == EFI_SUCCESS;
    }
    block_expect(accepted, "reads that end later");
    for (uint32_t i = 0; i < BLOCK_TOKENS && accepted; i++) {
        ended = ended && block_wait(test->tokens[i].event) && test->tokens[i].status == EFI_SUCCESS;
    }
    block_expect(ended, "their events");
    block_expect(block_equal(test->data, test->expected, (size_t)BLOCK_TOKENS * BLOCK_PAGE), "their data");
    block_expect(accepted && io2->read_blocks(io2, id, 0, &test->tokens[0], 0, test->data) == EFI_SUCCESS &&
                     block_wait(test->tokens[0].event),
                 "no bytes, with an event");
    (void)block_events(test, false);
}

static void block_fill(uint8_t *data, size_t length_bytes, uint32_t seed)
{
    for (size_t i = 0; i < length_bytes; i++) {
        data[i] = (uint8_t)(i * 7u + i / 251u + seed);
    }
}

/* The first third by Block I/O, the second by Block I/O 2, the last by that with an event. */
static void block_write(struct block_test *test)
{
    struct efi_block_io *io = test->io;
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const uint32_t third = BLOCK_WRITE_BLOCKS / 3u;
    const size_t bytes = (size_t)third * test->media->block_bytes;
    struct efi_block_io2_token token = {NULL, EFI_NOT_READY};

    block_fill(test->expected, 3u * bytes, id);
    block_expect(io->write_blocks(io, id, BLOCK_WRITE_LBA, bytes, test->expected) == EFI_SUCCESS, "a write");
    block_expect(io2->write_blocks(io2, id, BLOCK_WRITE_LBA + third, &token, bytes, test->expected + bytes) ==
                         EFI_SUCCESS &&
                     token.status == EFI_SUCCESS,
                 "a write by the second protocol");
    if (efi_failed(efi_boot->create_event(0, 0, NULL, NULL, &token.event))) {
        return;
    }
    block_expect(io2->write_blocks(io2, id, BLOCK_WRITE_LBA + 2u * third, &token, bytes,
                                   test->expected + 2u * bytes) == EFI_SUCCESS &&
                     block_wait(token.event) && token.status == EFI_SUCCESS,
                 "a write that ends later");
    block_expect(io2->flush_blocks(io2, &token) == EFI_SUCCESS && block_wait(token.event) &&
                     token.status == EFI_SUCCESS,
                 "a flush that ends later");
    (void)efi_boot->close_event(token.event);
    block_expect(io->flush_blocks(io) == EFI_SUCCESS, "a flush");
    block_clear(test->data, 3u * bytes);
    block_expect(io->read_blocks(io, id, BLOCK_WRITE_LBA, 3u * bytes, test->data) == EFI_SUCCESS &&
                     block_equal(test->data, test->expected, 3u * bytes),
                 "what was written");
}

/* A reset with reads under way: each ends, with success or as aborted, and then all is as before. */
static void block_reset(struct block_test *test)
{
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const uint32_t count = 16;
    bool good = block_events(test, true);

    for (uint32_t i = 0; i < count; i++) {
        good = good && io2->read_blocks(io2, id, 0, &test->tokens[i], BLOCK_PAGE, test->data) == EFI_SUCCESS;
    }
    block_expect(io2->reset(io2, 1) == EFI_SUCCESS, "a reset");
    for (uint32_t i = 0; i < count && good; i++) {
        good = block_wait(test->tokens[i].event) &&
               (test->tokens[i].status == EFI_SUCCESS || test->tokens[i].status == EFI_ABORTED);
    }
    block_expect(good, "reads that a reset met");
    (void)block_events(test, false);
    block_expect(test->io->reset(test->io, 0) == EFI_SUCCESS, "another reset");
    block_expect(test->io->read_blocks(test->io, id, 0, BLOCK_PAGE, test->data) == EFI_SUCCESS,
                 "a read after that");
}

/* A block that cannot be read on some drives: says what both protocols make of it. The next read must go well. */
static void block_bad(struct block_test *test)
{
    struct efi_block_io *io = test->io;
    struct efi_block_io2 *io2 = test->io2;
    const uint32_t id = test->media->media_id;
    const uint32_t bytes = test->media->block_bytes;
    struct efi_block_io2_token token = {NULL, EFI_NOT_READY};

    block_say("block: the bad block: ");
    block_say_number(io->read_blocks(io, id, BLOCK_BAD_LBA, bytes, test->data) & ~EFI_ERROR_BIT);
    if (efi_failed(efi_boot->create_event(0, 0, NULL, NULL, &token.event))) {
        return;
    }
    block_expect(io2->read_blocks(io2, id, BLOCK_BAD_LBA, &token, bytes, test->data) == EFI_SUCCESS &&
                     block_wait(token.event),
                 "a read of the bad block");
    block_say(", later ");
    block_say_number(token.status & ~EFI_ERROR_BIT);
    block_say("\n");
    (void)efi_boot->close_event(token.event);
    block_expect(io->read_blocks(io, id, BLOCK_BAD_LBA + 1u, bytes, test->data) == EFI_SUCCESS,
                 "a read beside the bad block");
}

static void block_run(struct block_test *test)
{
    const size_t pages = 2u * BLOCK_TOKENS + 1u;
    uint64_t memory = 0;

    if (test->data == NULL &&
        efi_failed(efi_boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_DATA, pages, &memory))) {
        block_expect(false, "memory");
        return;
    }
    if (test->data == NULL) {
        test->expected = (uint8_t *)(uintptr_t)memory;
        test->data = test->expected + (size_t)BLOCK_TOKENS * BLOCK_PAGE;
    }
    test->media = test->io->media;
    block_media(test);
    block_refusals(test);
    block_blocking(test);
    block_later(test);
    block_write(test);
    block_bad(test);
    block_reset(test);
}

/* Whether the last node of a handle's path is a namespace: a whole drive, and none of its partitions. */
static bool block_is_namespace(efi_handle handle)
{
    const uint8_t *node = efi_protocol(handle, &efi_device_path_guid);
    bool is = false;

    while (node != NULL && !path_is_end((const struct efi_device_path *)node)) {
        is = path_is_nvme((const struct efi_device_path *)node);
        node += (size_t)node[2] | (size_t)node[3] << 8;
    }
    return is;
}

/* Leaves boot services with reads under way. Comes back only if that does not work. */
static void block_leave(struct block_test *test)
{
    static uint8_t map[BLOCK_MAP_BYTES];
    size_t bytes = sizeof(map);
    size_t key = 0;
    size_t descriptor_bytes = 0;
    uint32_t version = 0;
    bool good = block_events(test, true);

    for (uint32_t i = 0; i < BLOCK_TOKENS && good; i++) {
        good = test->io2->read_blocks(test->io2, test->media->media_id, 0, &test->tokens[i], BLOCK_PAGE,
                                      test->data) == EFI_SUCCESS;
    }
    if (!good || efi_failed(efi_boot->get_memory_map(&bytes, map, &key, &descriptor_bytes, &version)) ||
        efi_failed(efi_boot->exit_boot_services(efi_image, key))) {
        block_expect(false, "leaving boot services");
        console_flush();
    }
}

/* Firmware starts drivers only for what it boots from. */
static void block_connect(void)
{
    efi_handle *handles = NULL;
    size_t count = 0;

    (void)efi_boot->locate_handle_buffer(EFI_LOCATE_BY_PROTOCOL, &efi_pci_io_guid, NULL, &count, &handles);
    for (size_t i = 0; i < count; i++) {
        (void)efi_boot->connect_controller(handles[i], NULL, NULL, 1);
    }
    efi_free(handles);
}

efi_status efi_main(efi_handle image, struct efi_system_table *system);

efi_status efi_main(efi_handle image, struct efi_system_table *system)
{
    efi_handle *handles = NULL;
    size_t count = 0;

    efi_begin(image, system);
    clock_init();
    (void)efi_boot->set_watchdog_timer(0, 0, 0, NULL);
    block_connect();
    (void)efi_boot->locate_handle_buffer(EFI_LOCATE_BY_PROTOCOL, &efi_block_io2_guid, NULL, &count, &handles);
    for (size_t i = 0; i < count; i++) {
        if (block_is_namespace(handles[i])) {
            block_test.io = efi_protocol(handles[i], &efi_block_io_guid);
            block_test.io2 = efi_protocol(handles[i], &efi_block_io2_guid);
            block_run(&block_test);
        }
    }
    block_say("block: ");
    block_say_number(block_passed);
    block_say(" checks passed, ");
    block_say_number(block_failed);
    block_say(" failed\n");
    console_flush();
    if (block_test.io2 != NULL) {
        block_leave(&block_test);
    }
    system->runtime->reset_system(EFI_RESET_SHUTDOWN, EFI_SUCCESS, 0, NULL);
    return EFI_SUCCESS;
}
