/* SPDX-License-Identifier: MIT */
/* Firmware update: what is refused, what is sent, and what each answer is taken for. */
#include "player.h"

/* What Identify Controller says, and how the played commands are answered. */
static struct {
    uint8_t frmw;
    uint8_t fwug;
    uint16_t mtfa;
    uint8_t mdts; /* 0: as it is */
    uint16_t oncs_cleared;
    uint8_t oacs_set;
    uint8_t nn_added;
    uint8_t log[64];
    uint32_t log_status;
    uint32_t download_status;
    uint32_t download_fails_at; /* the n-th */
    uint32_t commit_status;
    uint32_t commit_dw0;
    bool model_changes;
} device;

static struct player player;
static struct lwnvme_firmware_update update;
static uint8_t image[3 * 65536];
static uint8_t taken[3 * 65536]; /* what went through pages */
static struct lwnvme_namespace *handles[1];

static void identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)p;
    (void)nsid;
    if (cns != LWNVME_CNS_CONTROLLER) {
        return;
    }
    data[256] |= 4;
    data[260] = device.frmw;
    data[270] = (uint8_t)device.mtfa;
    data[271] = (uint8_t)(device.mtfa >> 8);
    data[319] = device.fwug;
    if (device.mdts != 0) {
        data[77] = device.mdts;
    }
    data[520] &= (uint8_t)~device.oncs_cleared;
    data[256] |= device.oacs_set;
    data[516] = (uint8_t)(data[516] + device.nn_added);
    if (device.model_changes) {
        data[24] ^= 1;
    }
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    uint32_t opcode = command[0] & 0xffu;

    if (opcode == LWNVME_ADMIN_GET_LOG_PAGE) {
        memset(page, 0, 4096);
        memcpy(page, device.log, sizeof(device.log));
        return device.log_status;
    }
    if (opcode == LWNVME_ADMIN_FIRMWARE_COMMIT) {
        *dw0 = device.commit_dw0;
        return device.commit_status;
    }
    if (page != NULL) {
        memcpy(taken + (size_t)command[11] * 4, page, ((size_t)command[10] + 1) * 4);
    }
    return device.download_fails_at == 0 || p->of[opcode] == device.download_fails_at ? device.download_status
                                                                                      : 0;
}

static void prepare(uint8_t frmw, uint8_t fwug)
{
    player_prepare(&player);
    memset(&device, 0, sizeof(device));
    memset(&update, 0, sizeof(update));
    memset(taken, 0, sizeof(taken));
    device.frmw = frmw;
    device.fwug = fwug;
    player.bench.settings.oacs = 0;
    player.identify = identify;
    player.answer = answer;
    player.plays[LWNVME_ADMIN_FIRMWARE_COMMIT] = true;
    player.plays[LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD] = true;
    player.plays_log[LWNVME_LOG_FIRMWARE_SLOT] = true;
    for (size_t i = 0; i < sizeof(image); i++) {
        image[i] = (uint8_t)(i * 7 + i / 251);
    }
    update.image = image;
    update.image_bytes = 4 * 4096;
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET;
    update.handles = handles;
}

static void start(uint8_t frmw, uint8_t fwug)
{
    prepare(frmw, fwug);
    player_start(&player);
    handles[0] = player.bench.ns;
}

static int begin(void)
{
    return lwnvme_firmware_update_begin(player.bench.controller, &update);
}

static int run(void)
{
    int status = begin();

    return status != 0 ? status : player_finish(&player, &update.operation);
}

/* Three slots, all writable. */
#define SLOTS_3 (3u << 1)
#define NOW     (1u << 4)

static void assert_refused(int error)
{
    uint32_t sent = player.sent_count;

    assert_int_equal(begin(), error);
    assert_false(lwnvme_operation_active(&update.operation));
    player_turns(&player, 20);
    assert_int_equal(player.sent_count, sent);
}

static void what_cannot_be_is_refused_before_any_command(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    start(SLOTS_3, 1);
    assert_int_equal(lwnvme_firmware_update_begin(player.bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_firmware_update_begin(NULL, &update), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_firmware_update_begin(&closed, &update), LWNVME_ERR_NOT_OPEN);
    update.image = NULL;
    assert_refused(LWNVME_ERR_NULL_ARGUMENT);
    update.image = image;
    update.image_bytes = 0;
    assert_refused(LWNVME_ERR_IMAGE_LENGTH);
    update.image_bytes = 3 * 4096 + 4; /* not a multiple of the granularity */
    assert_refused(LWNVME_ERR_IMAGE_LENGTH);
    update.image_bytes = 3 * 4096;
    update.piece_bytes = 6144;
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    update.piece_bytes = 2u << 20;
    assert_refused(LWNVME_ERR_TRANSFER_SIZE);
    update.piece_bytes = 0;
    update.slot = 4;
    assert_refused(LWNVME_ERR_FIRMWARE_SLOT);
    update.slot = 255;
    assert_refused(LWNVME_ERR_FIRMWARE_SLOT);
    update.slot = 1;
    update.action = 4;
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET; /* takes no image */
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
    assert_refused(LWNVME_ERR_NO_FEATURE);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_REPLACE_BOOT_PARTITION;
    assert_refused(LWNVME_ERR_NO_BOOT_PARTITION);
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET;
    update.image = NULL;
    update.slot = 0; /* which? */
    assert_refused(LWNVME_ERR_FIRMWARE_SLOT);
    update.slot = 2;
    update.handle_count = 1;
    update.handles = NULL;
    assert_refused(LWNVME_ERR_NULL_ARGUMENT);
    player.bench.controller->info.oacs = 0;
    assert_refused(LWNVME_ERR_NO_FIRMWARE);
    player_end(&player);
}

static void a_read_only_slot_is_refused(void **state)
{
    (void)state;
    start(SLOTS_3 | 1, 0);
    update.slot = 1;
    assert_refused(LWNVME_ERR_FIRMWARE_SLOT);
    update.slot = 2;
    assert_int_equal(run(), 0);
    /* But what it holds may be activated. */
    update.image = NULL;
    update.slot = 1;
    update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET;
    assert_int_equal(run(), 0);
    assert_int_equal(player_sent(&player, 0x10, 1)[10], 2u << 3 | 1u);
    player_end(&player);
    /* The only slot, and read-only. */
    start(1u << 1 | 1, 0);
    assert_refused(LWNVME_ERR_FIRMWARE_SLOT);
    player_end(&player);
}

static void pieces_go_in_order_and_the_commit_follows(void **state)
{
    const uint32_t *sent;
    (void)state;
    start(SLOTS_3, 0);
    update.image_bytes = 2 * 4096 + 1000;
    update.slot = 3;
    device.log[0] = 0x31;
    assert_int_equal(run(), 0);
    assert_int_equal(player.of[0x11], 3);
    for (uint32_t i = 0; i < 3; i++) {
        sent = player_sent(&player, 0x11, i);
        assert_int_equal(sent[10], (i == 2 ? 1000 : 4096) / 4 - 1);
        assert_int_equal(sent[11], i * 1024);
        assert_int_equal(sent[1], 0);
    }
    assert_memory_equal(taken, image, update.image_bytes);
    assert_int_equal(player.of[0x10], 1);
    assert_int_equal(player_sent(&player, 0x10, 0)[10], 1u << 3 | 3u);
    assert_int_equal(update.bytes_done, update.image_bytes);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_AT_CONTROLLER_RESET);
    assert_int_equal(update.slot_used, 3);
    assert_int_equal(update.active_slot, 1);
    assert_int_equal(update.next_slot, 3);
    assert_int_equal(update.operation.progress_percent, 100);
    assert_string_equal(update.revision, player.bench.controller->info.firmware);
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 0); /* was not asked for */
    player_end(&player);
}

static void every_action_is_encoded(void **state)
{
    static const struct {
        uint8_t action;
        bool image;
        enum lwnvme_firmware_outcome outcome;
    } cases[] = {{0, true, LWNVME_FIRMWARE_STORED},
                 {1, true, LWNVME_FIRMWARE_AT_CONTROLLER_RESET},
                 {2, false, LWNVME_FIRMWARE_AT_CONTROLLER_RESET},
                 {3, true, LWNVME_FIRMWARE_ACTIVE},
                 {3, false, LWNVME_FIRMWARE_ACTIVE},
                 {6, true, LWNVME_FIRMWARE_BOOT_PARTITION_WRITTEN},
                 {7, false, LWNVME_FIRMWARE_BOOT_PARTITION_ACTIVE}};
    (void)state;
    prepare(SLOTS_3 | NOW, 255);
    player_start(&player);
    player.bench.controller->cap_high |= 1u << (45 - 32); /* CAP.BPS */
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool boot = cases[i].action >= 6;
        update.image = cases[i].image ? image : NULL;
        update.action = cases[i].action;
        update.slot = 2;
        update.boot_partition = 1;
        assert_int_equal(run(), 0);
        assert_int_equal(update.outcome, cases[i].outcome);
        assert_int_equal(player_sent(&player, 0x10, i)[10],
                         (uint32_t)cases[i].action << 3 | (boot ? 0u : 2u) | 1u << 31);
    }
    assert_int_equal(player.of[0x11], 4 * 4);
    player_end(&player);
}

static void the_slot_is_chosen_by_the_log(void **state)
{
    /* FRMW, AFI, slots that are filled as bits from bit 1, what is chosen. */
    static const uint8_t cases[][4] = {
        {SLOTS_3, 0x01, 1 << 1, 2},                   /* the first that is empty */
        {SLOTS_3, 0x01, 1 << 1 | 1 << 2, 3},          /* still an empty one */
        {SLOTS_3, 0x01, 1 << 1 | 1 << 2 | 1 << 3, 2}, /* none: the first that does not run */
        {SLOTS_3, 0x21, 1 << 1 | 1 << 2 | 1 << 3, 3}, /* and is not to run next */
        {SLOTS_3, 0x02, 1 << 1 | 1 << 2 | 1 << 3, 1},
        {SLOTS_3 | 1, 0x02, 1 << 1 | 1 << 2 | 1 << 3, 3}, /* slot 1 is read-only */
        {2u << 1 | 1, 0x21, 1 << 1 | 1 << 2, 2},          /* better one that is to run than none */
        {2u << 1 | 1, 0x02, 1 << 1 | 1 << 2, 2},          /* better the one that runs than none */
        {1u << 1, 0x01, 1 << 1, 1},
        {0, 0x01, 1 << 1, 1},
        {SLOTS_3, 0x00, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(cases[i][0], 0);
        device.log[0] = cases[i][1];
        for (uint32_t slot = 1; slot <= 7; slot++) {
            device.log[8 * slot] = (cases[i][2] >> slot & 1) != 0 ? 'F' : 0;
        }
        assert_int_equal(run(), 0);
        assert_int_equal(update.slot_used, cases[i][3]);
        assert_int_equal(player_sent(&player, 0x10, 0)[10] & 7, cases[i][3]);
        player_end(&player);
    }
}

static void without_a_log_the_controller_chooses(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    device.log_status = 0x4109;
    assert_int_equal(run(), 0);
    assert_int_equal(player_sent(&player, 0x10, 0)[10] & 7, 0);
    assert_int_equal(update.slot_used, 0);
    assert_int_equal(update.active_slot, 0);
    player_end(&player);
}

static void fault_155_each_answer_has_its_type_and_no_reset_is_done(void **state)
{
    static const struct {
        uint32_t status;
        int end;
        enum lwnvme_firmware_outcome outcome;
    } cases[] = {{0x10b, 0, LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET},
                 {0x410b, 0, LWNVME_FIRMWARE_NEEDS_CONVENTIONAL_RESET},
                 {0x110, 0, LWNVME_FIRMWARE_NEEDS_SUBSYSTEM_RESET},
                 {0x111, 0, LWNVME_FIRMWARE_AT_CONTROLLER_RESET},
                 {0x4112, 0x4112, LWNVME_FIRMWARE_TIME_EXCEEDED},
                 {0x4113, 0x4113, LWNVME_FIRMWARE_PROHIBITED},
                 {0x4114, 0x4114, LWNVME_FIRMWARE_NONE},
                 {0x4106, 0x4106, LWNVME_FIRMWARE_NONE},
                 {0x4107, 0x4107, LWNVME_FIRMWARE_NONE},
                 {0x0006, 0x0006, LWNVME_FIRMWARE_NONE}};
    (void)state;
    start(SLOTS_3 | NOW, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (uint8_t action = 1; action <= 3; action = (uint8_t)(action + 2)) {
            update.action = action;
            update.slot = 2;
            update.handle_count = action == 3 ? 1 : 0;
            device.commit_status = cases[i].status;
            assert_int_equal(run(), cases[i].end);
            assert_int_equal(update.outcome, cases[i].outcome);
            assert_int_equal(update.commit_status, (int)cases[i].status);
            player_try_io(&player);
        }
    }
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 0);
    assert_int_equal(player.bench.events[LWNVME_EVENT_SUBSYSTEM_RESET], 0);
    player_end(&player);
}

static void other_resets_are_never_done_even_if_asked(void **state)
{
    static const uint32_t answers[] = {0x10b, 0x110, 0x4112, 0x4113, 0x4107};
    (void)state;
    start(SLOTS_3, 0);
    update.reset = true;
    update.slot = 2;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        device.commit_status = answers[i];
        assert_int_equal(run(), i < 2 ? 0 : (int)answers[i]);
    }
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 0);
    player_end(&player);
}

static void a_controller_reset_is_done_if_asked_and_the_log_says_what_runs(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    update.reset = true;
    update.slot = 2;
    update.handle_count = 1;
    device.log[0] = 0x02;
    assert_int_equal(run(), 0);
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 1);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    assert_int_equal(update.active_slot, 2);
    assert_int_equal(player.bench.ns->status, 0);
    player_try_io(&player);
    /* The controller fell back to another image. */
    device.log[0] = 0x01;
    device.commit_status = 0x111;
    assert_int_equal(run(), 0);
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 2);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_STORED);
    player_try_io(&player);
    player_end(&player);
}

static void overlapping_updates_are_told(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    update.slot = 2;
    device.commit_dw0 = 1;
    assert_int_equal(run(), 0);
    assert_true(update.overlap);
    device.commit_dw0 = 0xfffffffc;
    assert_int_equal(run(), 0);
    assert_false(update.overlap);
    player_end(&player);
}

static void a_piece_that_fails_ends_the_update_with_its_status(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    update.slot = 2;
    device.download_status = 0x4114;
    device.download_fails_at = 3;
    assert_int_equal(run(), 0x4114);
    assert_int_equal(update.bytes_done, 2 * 4096);
    assert_int_equal(player.of[0x10], 0);
    /* The next one begins with the first piece. */
    device.download_status = 0;
    assert_int_equal(run(), 0);
    assert_int_equal(player_sent(&player, 0x11, 3)[11], 0);
    assert_int_equal(player.of[0x11], 3 + 4);
    player_end(&player);
}

static uint32_t read_calls;
static uint32_t read_fails_at;

static bool read_image(struct lwnvme_firmware_update *u, uint32_t offset, void *to, uint32_t length)
{
    assert_ptr_equal(u, &update);
    assert_true(offset + length <= update.image_bytes);
    memcpy(to, image + offset, length);
    return ++read_calls != read_fails_at;
}

static void a_callback_delivers_the_image(void **state)
{
    (void)state;
    start(SLOTS_3, 255);
    read_calls = 0;
    read_fails_at = 0;
    update.image = NULL;
    update.read = read_image;
    update.image_bytes = 3 * 4096 + 8;
    update.slot = 2;
    assert_int_equal(run(), 0);
    assert_int_equal(read_calls, 4);
    assert_memory_equal(taken, image, update.image_bytes);
    read_fails_at = 6;
    assert_int_equal(run(), LWNVME_ERR_IMAGE_READ);
    assert_int_equal(update.bytes_done, 4096);
    assert_int_equal(player.of[0x10], 1);
    player_end(&player);
}

static void large_pieces_are_sent_from_where_they_are(void **state)
{
    static uint32_t piece[65536 / 4 + 1];
    (void)state;
    start(SLOTS_3, 16); /* 64 KiB */
    update.image_bytes = 3 * 65536;
    update.slot = 2;
    assert_int_equal(run(), 0);
    assert_int_equal(player.of[0x11], 3);
    assert_int_equal(player_sent(&player, 0x11, 1)[10], 65536 / 4 - 1);
    assert_int_equal(player_sent(&player, 0x11, 1)[11], 65536 / 4);
    /* Half a unit is none. */
    update.image_bytes = 65536 + 32768;
    assert_refused(LWNVME_ERR_IMAGE_LENGTH);
    update.image_bytes = 65536;
    update.piece_bytes = 4096;
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    update.piece_bytes = 0;
    update.image = image + 1;
    assert_refused(LWNVME_ERR_BUFFER_ALIGNMENT);
    update.image = NULL;
    update.read = read_image;
    assert_refused(LWNVME_ERR_BUFFER_LENGTH);
    update.piece = (uint8_t *)piece + 1;
    assert_refused(LWNVME_ERR_BUFFER_ALIGNMENT);
    update.piece = piece;
    read_fails_at = 0;
    assert_int_equal(run(), 0);
    assert_memory_equal(piece, image, 65536);
    /* An image anywhere, through a piece that is aligned. */
    update.read = NULL;
    update.image = image + 1;
    assert_int_equal(run(), 0);
    assert_memory_equal(piece, image + 1, 65536);
    player_end(&player);
    /* A granularity beyond what a command can move. */
    start(SLOTS_3, 64);
    update.image_bytes = 64 * 4096;
    update.image = image;
    assert_refused(LWNVME_ERR_TRANSFER_SIZE);
    player_end(&player);
}

static void fault_158_a_reset_in_between_ends_it_and_the_next_starts_from_0(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    update.slot = 2;
    for (int in_flight = 0; in_flight < 2; in_flight++) {
        player_settings(&player)->admin_latency_us = in_flight != 0 ? 100000 : 0;
        assert_int_equal(begin(), 0);
        while (update.bytes_done < 4096) {
            player_turns(&player, 1);
        }
        player_settings(&player)->admin_latency_us = 0;
        assert_int_equal(lwnvme_controller_reset(player.bench.controller), 0);
        assert_int_equal(bench_settle(&player.bench), 0);
        assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_ABORTED);
        assert_int_equal(update.outcome, LWNVME_FIRMWARE_NONE);
        assert_int_equal(player.of[0x10], (uint32_t)in_flight);
        uint32_t before = player.of[0x11];
        assert_int_equal(run(), 0);
        assert_int_equal(player_sent(&player, 0x11, before)[11], 0);
        assert_int_equal(player.of[0x11], before + 4);
    }
    player_try_io(&player);
    player_end(&player);
}

static void cancel_ends_a_download_but_not_a_commit(void **state)
{
    (void)state;
    start(SLOTS_3, 0);
    update.slot = 2;
    assert_int_equal(lwnvme_firmware_update_cancel(NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_firmware_update_cancel(&update), LWNVME_ERR_WRONG_STATE);
    assert_int_equal(begin(), 0);
    assert_int_equal(lwnvme_firmware_update_cancel(&update), 0);
    assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_CANCELLED);
    assert_int_equal(player.of[0x10], 0);
    player_settings(&player)->admin_latency_us = 10000;
    assert_int_equal(begin(), 0);
    while (player.commands[0][0] == 0 || update.operation.progress_percent != 92) {
        player_turns(&player, 1);
    }
    assert_int_equal(lwnvme_firmware_update_cancel(&update), LWNVME_ERR_BUSY);
    assert_int_equal(player_finish(&player, &update.operation), 0);
    player_end(&player);
}

static void only_one_at_a_time(void **state)
{
    static struct lwnvme_firmware_update other;
    (void)state;
    start(SLOTS_3, 0);
    update.slot = 2;
    other = update;
    assert_int_equal(begin(), 0);
    assert_int_equal(begin(), LWNVME_ERR_BUSY);
    assert_int_equal(lwnvme_firmware_update_begin(player.bench.controller, &other), LWNVME_ERR_BUSY);
    assert_int_equal(player_finish(&player, &update.operation), 0);
    player_end(&player);
}

/* Activation without a reset. */

static void fault_157_what_the_new_firmware_says_is_read_again(void **state)
{
    static struct lwnvme_namespace unlisted;
    static uint8_t data[131072];
    (void)state;
    start(SLOTS_3 | NOW, 0);
    assert_int_equal(lwnvme_sync_namespace_open(player.bench.controller, 1, &unlisted), 0);
    assert_int_equal(player.bench.ns->max_blocks, 256);
    update.action = 3;
    update.slot = 2;
    update.handle_count = 1;
    assert_int_equal(run(), 0);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    assert_false(update.limits_changed);
    assert_int_equal(lwnvme_sync_read(player.bench.queue, &unlisted, 0, 256, data, 0), 0);
    /* Transfers of 16 KiB, and no Compare. */
    device.mdts = 2;
    device.oncs_cleared = 1;
    assert_int_equal(run(), 0);
    assert_true(update.limits_changed);
    assert_int_equal(player.bench.controller->info.max_transfer_bytes, 16384);
    assert_int_equal(player.bench.ns->status, 0);
    assert_int_equal(player.bench.ns->max_blocks, 32);
    assert_int_equal(lwnvme_sync_compare(player.bench.queue, player.bench.ns, 0, 1, data, 0),
                     LWNVME_ERR_NO_COMPARE);
    uint64_t before = lwnvme_sim_counters(player.bench.sim)->io_commands[2];
    assert_int_equal(lwnvme_sync_read(player.bench.queue, player.bench.ns, 0, 256, data, 0), 0);
    assert_int_equal(lwnvme_sim_counters(player.bench.sim)->io_commands[2] - before, 8);
    /* A handle that was not kept in step would send what is too large. */
    assert_int_equal(lwnvme_sync_read(player.bench.queue, &unlisted, 0, 256, data, 0),
                     LWNVME_ERR_NAMESPACE_CLOSED);
    assert_int_equal(lwnvme_sync_namespace_open(player.bench.controller, 1, &unlisted), 0);
    assert_int_equal(lwnvme_sync_read(player.bench.queue, &unlisted, 0, 256, data, 0), 0);
    /* A reset finds the limit as it is now. */
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    player_try_io(&player);
    player_end(&player);
}

static void another_controller_after_an_activation_is_given_up(void **state)
{
    (void)state;
    start(SLOTS_3 | NOW, 0);
    update.action = 3;
    update.slot = 2;
    assert_int_equal(begin(), 0);
    device.model_changes = true;
    assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_CONTROLLER_CHANGED);
    assert_int_equal(lwnvme_controller_state(player.bench.controller), LWNVME_STATE_FAILED);
    assert_false((player.bench.queue->slow & LWNVME_SLOW_HELD) != 0);
    player_end(&player);
}

/* CSTS.PP as the test wants it. */
static uint32_t (*sim_read32)(void *host, volatile void *registers, size_t offset);
static uint32_t pp_reads; /* so many reads show it */

static uint32_t read_with_pp(void *host, volatile void *registers, size_t offset)
{
    uint32_t value = sim_read32(host, registers, offset);

    if (offset == LWNVME_REG_CSTS && pp_reads != 0) {
        pp_reads--;
        value |= 1u << 5;
    }
    return value;
}

static void start_with_pp(uint16_t mtfa)
{
    prepare(SLOTS_3 | NOW, 0);
    device.mtfa = mtfa;
    pp_reads = 0;
    bench_power(&player.bench);
    sim_read32 = player.bench.ops->mmio_read32;
    player.bench.ops->mmio_read32 = read_with_pp;
    assert_int_equal(bench_open(&player.bench), 0);
    assert_int_equal(lwnvme_sync_queue_create(player.bench.controller, player.bench.queue, NULL), 0);
    assert_int_equal(lwnvme_sync_namespace_open(player.bench.controller, 1, player.bench.ns), 0);
    handles[0] = player.bench.ns;
    update.handle_count = 1;
    update.action = 3;
    update.slot = 2;
}

static void fault_156_io_waits_until_the_controller_processes_again(void **state)
{
    struct counted io;
    static uint8_t data[4096];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    (void)state;
    start_with_pp(100);
    counted_init(&io, NULL);
    assert_int_equal(begin(), 0);
    pp_reads = UINT32_MAX;
    while (update.commit_status == LWNVME_PENDING) {
        player_turns(&player, 1);
    }
    assert_int_equal(lwnvme_read(player.bench.queue, player.bench.ns, &io.request, 0, 1, &buffer), 0);
    player_turns(&player, 1000);
    assert_int_equal(io.called, 0);
    assert_true(lwnvme_operation_active(&update.operation));
    pp_reads = 0;
    assert_int_equal(player_finish(&player, &update.operation), 0);
    bench_wait(&player.bench, &io.request);
    assert_int_equal(io.request.status, 0);
    player_end(&player);
}

static void fault_156_an_activation_without_an_end_is_a_typed_failure(void **state)
{
    /* MTFA, and how long is waited: by it, by the admin deadline if it says nothing, and not for hours. */
    static const uint32_t cases[][2] = {{10, 1000}, {0, 60000}, {65535, 600000}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        start_with_pp((uint16_t)cases[i][0]);
        player.bench.controller->config.admin_timeout_ms = 60000;
        assert_int_equal(begin(), 0);
        pp_reads = UINT32_MAX;
        while (update.commit_status == LWNVME_PENDING) {
            player_turns(&player, 1);
        }
        uint64_t since_us = lwnvme_sim_time(player.bench.sim);
        while (lwnvme_operation_active(&update.operation)) {
            (void)lwnvme_operation_step(&update.operation);
            lwnvme_sim_advance(player.bench.sim, 20000);
        }
        uint64_t took_ms = (lwnvme_sim_time(player.bench.sim) - since_us) / 1000;
        assert_true(took_ms >= cases[i][1] - 10 && took_ms < cases[i][1] + 2000);
        assert_int_equal(update.operation.status, LWNVME_ERR_OPERATION_TIMEOUT);
        assert_int_equal(update.outcome, LWNVME_FIRMWARE_NO_END);
        assert_false((player.bench.queue->slow & LWNVME_SLOW_HELD) != 0);
        assert_int_equal(player.bench.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
        pp_reads = 0;
        player_end(&player);
    }
}

static void the_operations_own_deadline_during_an_activation_sends_nothing(void **state)
{
    (void)state;
    start_with_pp(1000);
    update.operation.timeout_ms = 2000;
    assert_int_equal(begin(), 0);
    pp_reads = UINT32_MAX;
    while (update.commit_status == LWNVME_PENDING) {
        player_turns(&player, 1);
    }
    uint64_t before = lwnvme_sim_counters(player.bench.sim)->commands;
    assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_OPERATION_TIMEOUT);
    player_turns(&player, 20);
    assert_int_equal(lwnvme_sim_counters(player.bench.sim)->commands, before);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_NO_END);
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
    pp_reads = 0;
    player_end(&player);
}

static void fault_156_then_a_reset_if_asked(void **state)
{
    (void)state;
    start_with_pp(10);
    update.reset = true;
    assert_int_equal(begin(), 0);
    pp_reads = UINT32_MAX;
    while (lwnvme_operation_active(&update.operation)) {
        (void)lwnvme_operation_step(&update.operation);
        lwnvme_sim_advance(player.bench.sim, 5000);
        if (player.bench.events[LWNVME_EVENT_RESET] != 0) {
            pp_reads = 0;
        }
    }
    assert_int_equal(update.operation.status, LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_NO_END);
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 1);
    assert_int_equal(player.bench.ns->status, 0);
    player_try_io(&player);
    player_end(&player);
}

static void fault_156_somebody_elses_activation_is_followed(void **state)
{
    struct counted io;
    static uint8_t data[4096];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    struct lwnvme_slot *slots;
    uint32_t deadline_ms = 0;
    (void)state;
    start_with_pp(100);
    counted_init(&io, NULL);
    player_settings(&player)->latency_us = 2000000;
    assert_int_equal(lwnvme_read(player.bench.queue, player.bench.ns, &io.request, 0, 1, &buffer), 0);
    slots = player.bench.queue->slots;
    for (uint32_t i = 0; i + 1 < player.bench.queue->entries; i++) {
        if (slots[i].request == &io.request) {
            deadline_ms = slots[i].deadline_ms;
        }
    }
    pp_reads = 100;
    device.mdts = 2;
    assert_int_equal(lwnvme_firmware_activation_follow(player.bench.controller, NULL),
                     LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_firmware_activation_follow(player.bench.controller, &update), 0);
    for (uint32_t i = 0; i + 1 < player.bench.queue->entries; i++) {
        if (slots[i].request == &io.request) {
            assert_true(slots[i].deadline_ms - deadline_ms > 9000); /* by MTFA, 10 s */
        }
    }
    assert_true((player.bench.queue->slow & LWNVME_SLOW_HELD) != 0);
    assert_int_equal(player_finish(&player, &update.operation), 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 0);
    assert_int_equal(player.of[0x10], 0);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    assert_int_equal(player.bench.ns->max_blocks, 32);
    /* The log was read such that the event is cleared. */
    assert_int_equal(player_sent(&player, 0x02, 0)[10] & 0x80ffu, 0x03);
    player_settings(&player)->latency_us = 0;
    player_try_io(&player);
    player_end(&player);
}

/* What was in flight is waited for from the end of the activation on, however long that took. */
static void fault_156_a_long_activation_of_somebody_elses_is_no_timeout(void **state)
{
    struct counted io;
    static uint8_t data[4096];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    uint64_t since_us;
    (void)state;
    start_with_pp(2000); /* 200 s */
    counted_init(&io, NULL);
    player_settings(&player)->latency_us = 121000000;
    assert_int_equal(lwnvme_read(player.bench.queue, player.bench.ns, &io.request, 0, 1, &buffer), 0);
    assert_int_equal(lwnvme_firmware_activation_follow(player.bench.controller, &update), 0);
    pp_reads = UINT32_MAX;
    since_us = lwnvme_sim_time(player.bench.sim);
    while (lwnvme_operation_active(&update.operation)) {
        (void)lwnvme_operation_step(&update.operation);
        (void)lwnvme_queue_poll(player.bench.queue, 0);
        lwnvme_sim_advance(player.bench.sim, 5000);
        if (lwnvme_sim_time(player.bench.sim) - since_us > 120000000) {
            pp_reads = 0;
        }
    }
    assert_int_equal(update.operation.status, 0);
    assert_int_equal(io.called, 1);
    assert_int_equal(io.request.status, 0);
    player_settings(&player)->latency_us = 0;
    player_try_io(&player);
    player_end(&player);
}

/* Others do not know of the activation, and go on sending. */
static void fault_156_what_is_sent_meanwhile_is_not_late(void **state)
{
    struct lwnvme_command command = {.opcode = LWNVME_ADMIN_GET_FEATURES, .cdw10 = 2};
    struct counted other;
    uint64_t since_us;
    (void)state;
    start_with_pp(2000); /* 200 s */
    counted_init(&other, NULL);
    assert_int_equal(lwnvme_firmware_activation_follow(player.bench.controller, &update), 0);
    pp_reads = UINT32_MAX;
    player_turns(&player, 20);
    player_settings(&player)->admin_latency_us = 150000000;
    since_us = lwnvme_sim_time(player.bench.sim);
    /* What the first ones were given does not count for this one: it comes later than they. */
    lwnvme_sim_advance(player.bench.sim, 1000000);
    assert_int_equal(lwnvme_admin_raw(player.bench.controller, &other.request, &command, NULL), 0);
    while (other.called == 0 && lwnvme_controller_state(player.bench.controller) == LWNVME_STATE_READY) {
        (void)lwnvme_operation_step(&update.operation);
        lwnvme_sim_advance(player.bench.sim, 300000);
        if (lwnvme_sim_time(player.bench.sim) - since_us > 149000000) {
            pp_reads = 0;
            player_settings(&player)->admin_latency_us = 0;
        }
    }
    assert_int_equal(other.request.status, 0);
    assert_int_equal(player_finish(&player, &update.operation), 0);
    player_end(&player);
}

static uint32_t admin_deadline_ms(const struct lwnvme_request *request)
{
    const struct lwnvme_queue *admin = &player.bench.controller->admin;

    for (uint32_t i = 0; i + 1 < admin->entries; i++) {
        if (admin->slots[i].request == request) {
            return admin->slots[i].deadline_ms;
        }
    }
    fail_msg("not in flight");
    return 0;
}

static void fault_156_admin_commands_in_flight_get_the_time_too(void **state)
{
    static uint8_t data[4096];
    struct counted io;
    uint32_t before_ms;
    (void)state;
    for (int follow = 0; follow < 2; follow++) {
        start_with_pp(100);
        counted_init(&io, NULL);
        player_settings(&player)->admin_latency_us = 2000000;
        assert_int_equal(lwnvme_identify(player.bench.controller, &io.request, 1, 0, data), 0);
        player_settings(&player)->admin_latency_us = 0;
        before_ms = admin_deadline_ms(&io.request);
        if (follow != 0) {
            assert_int_equal(lwnvme_firmware_activation_follow(player.bench.controller, &update), 0);
        } else {
            assert_int_equal(begin(), 0);
            while (update.operation.progress_percent < 92) {
                player_turns(&player, 1);
            }
        }
        assert_true(admin_deadline_ms(&io.request) - before_ms > 9000);
        assert_int_equal(player_finish(&player, &update.operation), 0);
        bench_wait(&player.bench, &io.request);
        assert_int_equal(io.request.status, 0);
        player_end(&player);
    }
}

static void the_reset_waits_for_what_must_not_be_cut_off(void **state)
{
    static struct lwnvme_format format;
    (void)state;
    prepare(SLOTS_3, 0);
    player.bench.settings.oacs = 2;
    player.bench.settings.format_us = 3000000;
    player_start(&player);
    handles[0] = player.bench.ns;
    memset(&format, 0, sizeof(format));
    format.nsid = 1;
    update.reset = true;
    update.slot = 2;
    assert_int_equal(begin(), 0);
    /* Between its commit and its reset. */
    while (update.guard.service.controller != NULL) {
        player_turns(&player, 1);
    }
    assert_int_equal(lwnvme_format_begin(player.bench.controller, &format), 0);
    while (lwnvme_operation_active(&format.operation)) {
        assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 0);
        (void)lwnvme_operation_step(&format.operation);
        lwnvme_sim_advance(player.bench.sim, 1000);
    }
    assert_int_equal(format.operation.status, 0);
    assert_int_equal(player_finish(&player, &update.operation), 0);
    assert_int_equal(player.bench.events[LWNVME_EVENT_RESET], 1);
    player_try_io(&player);
    player_end(&player);
}

static void closing_in_between_leaves_nothing(void **state)
{
    (void)state;
    start_with_pp(100);
    assert_int_equal(begin(), 0);
    pp_reads = UINT32_MAX;
    while (update.commit_status == LWNVME_PENDING) {
        player_turns(&player, 1);
    }
    assert_int_equal(lwnvme_sync_controller_close(player.bench.controller), 0);
    assert_false(lwnvme_operation_active(&update.operation));
    assert_int_equal(update.operation.status, LWNVME_ERR_ABORTED);
    assert_int_not_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    pp_reads = 0;
    player_end(&player);
}

static void single_commands_are_encoded_and_checked(void **state)
{
    struct lwnvme_firmware_commit_select select = {.action = 1, .slot = 2};
    struct lwnvme_request *request = &player.io.request;
    struct lwnvme_controller *controller;
    (void)state;
    start(SLOTS_3, 0);
    controller = player.bench.controller;
    assert_int_equal(lwnvme_firmware_download(controller, request, 0, NULL, 4096), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_firmware_download(controller, request, 2, image, 4096),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_firmware_download(controller, request, 0, image, 0), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_firmware_download(controller, request, 0, image, 4100),
                     LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(lwnvme_firmware_download(controller, request, 8192, image + 1, 2048), 0);
    bench_wait(&player.bench, request);
    assert_int_equal(request->status, 0);
    assert_int_equal(player_sent(&player, 0x11, 0)[10], 511);
    assert_int_equal(player_sent(&player, 0x11, 0)[11], 2048);
    assert_memory_equal(taken + 8192, image + 1, 2048);
    assert_int_equal(lwnvme_firmware_commit(controller, request, NULL), LWNVME_ERR_NULL_ARGUMENT);
    select.slot = 8;
    assert_int_equal(lwnvme_firmware_commit(controller, request, &select), LWNVME_ERR_INVALID_ARGUMENT);
    select.slot = 2;
    select.boot_partition = 2;
    assert_int_equal(lwnvme_firmware_commit(controller, request, &select), LWNVME_ERR_INVALID_ARGUMENT);
    select.boot_partition = 1;
    select.action = 8;
    assert_int_equal(lwnvme_firmware_commit(controller, request, &select), LWNVME_ERR_INVALID_ARGUMENT);
    select.action = 6;
    device.commit_status = 0x411e;
    device.commit_dw0 = 2;
    assert_int_equal(lwnvme_firmware_commit(controller, request, &select), 0);
    bench_wait(&player.bench, request);
    assert_int_equal(request->status, 0x411e);
    assert_int_equal(request->result_dw0, 2);
    assert_int_equal(player_sent(&player, 0x10, 0)[10], 1u << 31 | 6u << 3 | 2u);
    controller->info.oacs = 0;
    assert_int_equal(lwnvme_firmware_commit(controller, request, &select), LWNVME_ERR_NO_FIRMWARE);
    assert_int_equal(lwnvme_firmware_download(controller, request, 0, image, 4), LWNVME_ERR_NO_FIRMWARE);
    player_end(&player);
}

static uint32_t spoil_at; /* opcode */

static uint32_t spoiling_answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    if ((command[0] & 0xffu) == spoil_at) {
        update.operation.request.flags = 0x4000; /* no such flag */
    }
    return answer(p, command, page, dw0);
}

/* What cannot be sent on the way, by where it is: the log that names the slots, and the one that says what runs. */
static void what_cannot_be_sent(void **state)
{
    (void)state;
    start(SLOTS_3, 1);
    spoil_at = LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD;
    player.answer = spoiling_answer;
    update.image_bytes = 4096;
    assert_int_equal(run(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.of[LWNVME_ADMIN_FIRMWARE_COMMIT], 0);
    update.operation.request.flags = 0;
    spoil_at = LWNVME_ADMIN_FIRMWARE_COMMIT; /* it is done all the same */
    update.slot = 2;
    assert_int_equal(run(), 0);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_AT_CONTROLLER_RESET);
    assert_int_equal(update.active_slot, 0);
    update.operation.request.flags = 0;
    player_end(&player);
}

/* Between the slot and the commit it can still be stopped; and a reset then has lost the image. */
static void stopped_before_the_commit(void **state)
{
    (void)state;
    for (uint32_t way = 0; way < 3; way++) {
        struct lwnvme_sim_fault slow = {.kind = LWNVME_SIM_DELAY,
                                        .queue = LWNVME_SIM_ADMIN_QUEUE,
                                        .opcode = LWNVME_ADMIN_GET_LOG_PAGE,
                                        .value = 50000};
        start(SLOTS_3 | NOW, 1);
        player.plays_log[LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS] = true;
        assert_true(lwnvme_sim_fault_add(player.bench.sim, &slow));
        update.image_bytes = 4096;
        if (way == 2) { /* the effects log, before an activation */
            update.image = NULL;
            update.image_bytes = 0;
            update.slot = 1;
            update.action = LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_NOW;
        }
        assert_int_equal(begin(), 0);
        while (update.operation.stage != (way == 2 ? 3 : 2) ||
               !lwnvme_request_active(&update.operation.request)) {
            (void)lwnvme_operation_step(&update.operation);
            lwnvme_sim_advance(player.bench.sim, 100);
        }
        if (way == 0) {
            assert_int_equal(lwnvme_firmware_update_cancel(&update), 0);
        } else {
            assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
        }
        assert_int_equal(player_finish(&player, &update.operation),
                         way == 0 ? LWNVME_ERR_CANCELLED : LWNVME_ERR_ABORTED);
        assert_int_equal(player.of[LWNVME_ADMIN_FIRMWARE_COMMIT], 0);
        player_try_io(&player);
        player_end(&player);
    }
}

static uint32_t percent_half_way;

static bool note_percent(struct lwnvme_firmware_update *u, uint32_t offset, void *to, uint32_t length)
{
    (void)to;
    (void)length;
    if (offset == 8u << 20) {
        percent_half_way = u->operation.progress_percent;
    }
    return true;
}

/* Of an image of many megabytes as well. */
static void progress_of_a_large_image(void **state)
{
    (void)state;
    prepare(SLOTS_3, 1);
    player.bench.settings.mdts = 0;
    player.bench.config.max_transfer_bytes = 131072;
    player_start(&player);
    handles[0] = player.bench.ns;
    update.image = NULL;
    update.read = note_percent;
    update.image_bytes = 16u << 20;
    update.piece = image;
    update.piece_bytes = 131072;
    update.slot = 2;
    percent_half_way = 0;
    assert_int_equal(run(), 0);
    assert_int_equal(percent_half_way, 45);
    assert_int_equal(player.of[LWNVME_ADMIN_FIRMWARE_IMAGE_DOWNLOAD], 128);
    player_end(&player);
}

static void large_pieces_need_the_hook(void **state)
{
    (void)state;
    start(SLOTS_3, 1);
    update.slot = 2;
    update.image_bytes = 8192;
    update.piece_bytes = 8192;
    bool (*map)(void *, const void *, size_t, enum lwnvme_direction, uint64_t *, size_t *) =
        player.bench.ops->dma_map;
    player.bench.ops->dma_map = NULL;
    assert_int_equal(begin(), LWNVME_ERR_HOOK_DMA_MAP);
    player.bench.ops->dma_map = map;
    update.boot_partition = 2;
    assert_int_equal(begin(), LWNVME_ERR_INVALID_ARGUMENT);
    player_end(&player);
}

/* The activation is over, the look at what the controller is now takes too long: nothing more is sent, and the handle is
 * not believed. */
static void the_operations_own_deadline_after_an_activation(void **state)
{
    struct lwnvme_sim_fault slow = {.kind = LWNVME_SIM_DELAY,
                                    .queue = LWNVME_SIM_ADMIN_QUEUE,
                                    .opcode = LWNVME_ADMIN_IDENTIFY,
                                    .value = 3000000};
    (void)state;
    start_with_pp(1000);
    update.operation.timeout_ms = 2000;
    assert_int_equal(begin(), 0);
    assert_true(lwnvme_sim_fault_add(player.bench.sim, &slow));
    assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_OPERATION_TIMEOUT);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NAMESPACE_CLOSED);
    assert_false((player.bench.queue->slow & LWNVME_SLOW_HELD) != 0);
    player_end(&player);
}

static uint64_t clock_back_us;
static uint64_t (*sim_now)(void *host);

static uint64_t now_set_back(void *host)
{
    return sim_now(host) - clock_back_us;
}

/* A clock that is set back during an activation gives nobody years. */
static void fault_121_a_clock_that_is_set_back_during_an_activation(void **state)
{
    (void)state;
    start_with_pp(1000);
    sim_now = player.bench.ops->now_us;
    player.bench.ops->now_us = now_set_back;
    clock_back_us = 0;
    lwnvme_sim_advance(player.bench.sim, 10000000);
    assert_int_equal(begin(), 0);
    pp_reads = UINT32_MAX;
    while (update.commit_status == LWNVME_PENDING) {
        player_turns(&player, 1);
    }
    player_turns(&player, 500);
    clock_back_us = 5000000;
    player_turns(&player, 500);
    pp_reads = 0;
    assert_int_equal(player_finish(&player, &update.operation), 0);
    assert_int_equal(update.outcome, LWNVME_FIRMWARE_ACTIVE);
    player_try_io(&player);
    player_end(&player);
}

/* Each limit that may change is looked at. */
static void each_limit_that_changed_is_told(void **state)
{
    (void)state;
    for (uint32_t which = 0; which < 3; which++) {
        start_with_pp(10);
        assert_int_equal(begin(), 0);
        device.oacs_set = which == 1 ? 1u << 1 : 0;
        device.nn_added = which == 2 ? 3 : 0;
        assert_int_equal(player_finish(&player, &update.operation), 0);
        assert_int_equal(update.limits_changed, which != 0);
        player_end(&player);
    }
}

/* Another model is another controller, whatever else it says of transfers. */
static void fault_157_another_model_with_other_transfers(void **state)
{
    (void)state;
    for (uint32_t smaller = 0; smaller < 2; smaller++) {
        start_with_pp(10);
        assert_int_equal(begin(), 0);
        device.model_changes = true;
        device.mdts = smaller != 0 ? 1 : 0;
        assert_int_equal(player_finish(&player, &update.operation), LWNVME_ERR_CONTROLLER_CHANGED);
        assert_int_equal(player.bench.controller->fail_status, LWNVME_ERR_CONTROLLER_CHANGED);
        player_end(&player);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused_before_any_command),
        cmocka_unit_test(a_read_only_slot_is_refused),
        cmocka_unit_test(pieces_go_in_order_and_the_commit_follows),
        cmocka_unit_test(every_action_is_encoded),
        cmocka_unit_test(the_slot_is_chosen_by_the_log),
        cmocka_unit_test(without_a_log_the_controller_chooses),
        cmocka_unit_test(fault_155_each_answer_has_its_type_and_no_reset_is_done),
        cmocka_unit_test(other_resets_are_never_done_even_if_asked),
        cmocka_unit_test(a_controller_reset_is_done_if_asked_and_the_log_says_what_runs),
        cmocka_unit_test(overlapping_updates_are_told),
        cmocka_unit_test(a_piece_that_fails_ends_the_update_with_its_status),
        cmocka_unit_test(a_callback_delivers_the_image),
        cmocka_unit_test(large_pieces_are_sent_from_where_they_are),
        cmocka_unit_test(fault_158_a_reset_in_between_ends_it_and_the_next_starts_from_0),
        cmocka_unit_test(cancel_ends_a_download_but_not_a_commit),
        cmocka_unit_test(only_one_at_a_time),
        cmocka_unit_test(fault_157_what_the_new_firmware_says_is_read_again),
        cmocka_unit_test(another_controller_after_an_activation_is_given_up),
        cmocka_unit_test(fault_156_io_waits_until_the_controller_processes_again),
        cmocka_unit_test(fault_156_an_activation_without_an_end_is_a_typed_failure),
        cmocka_unit_test(the_operations_own_deadline_during_an_activation_sends_nothing),
        cmocka_unit_test(fault_156_then_a_reset_if_asked),
        cmocka_unit_test(fault_156_somebody_elses_activation_is_followed),
        cmocka_unit_test(fault_156_a_long_activation_of_somebody_elses_is_no_timeout),
        cmocka_unit_test(fault_156_what_is_sent_meanwhile_is_not_late),
        cmocka_unit_test(fault_156_admin_commands_in_flight_get_the_time_too),
        cmocka_unit_test(the_reset_waits_for_what_must_not_be_cut_off),
        cmocka_unit_test(closing_in_between_leaves_nothing),
        cmocka_unit_test(single_commands_are_encoded_and_checked),
        cmocka_unit_test(what_cannot_be_sent),
        cmocka_unit_test(stopped_before_the_commit),
        cmocka_unit_test(progress_of_a_large_image),
        cmocka_unit_test(large_pieces_need_the_hook),
        cmocka_unit_test(the_operations_own_deadline_after_an_activation),
        cmocka_unit_test(fault_121_a_clock_that_is_set_back_during_an_activation),
        cmocka_unit_test(each_limit_that_changed_is_told),
        cmocka_unit_test(fault_157_another_model_with_other_transfers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
