/* SPDX-License-Identifier: MIT */
/* Format NVM: what is refused, what is sent, for whom, and how far it is. */
#include "player.h"

static struct {
    uint8_t fna;
    uint16_t oacs;
    uint8_t fpi; /* of Identify Namespace */
    uint8_t nlbaf;
    uint8_t nulbaf;
    bool inactive;
    uint32_t identify_status; /* at the n-th Identify Namespace from now */
    uint32_t status;          /* of Format NVM */
    bool reformats;           /* a format that succeeds makes blocks of 4096 bytes */
    uint8_t index;            /* the format in use */
} device;

static struct player player;
static struct lwnvme_format format;
static struct lwnvme_namespace second;
static struct lwnvme_namespace *handles[2];
static uint32_t identifies;
static uint8_t memory[65536];

static void identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)p;
    if (cns == LWNVME_CNS_CONTROLLER) {
        data[256] |= (uint8_t)device.oacs;
        data[524] = device.fna;
    } else if (cns == LWNVME_CNS_NAMESPACE) {
        identifies++;
        if (nsid == LWNVME_NSID_ALL) {
            memset(data, 0, 4096);
        }
        data[25] = device.nlbaf;
        data[82] = device.nulbaf;
        data[26] = device.index;
        data[32] = device.fpi;
        for (uint32_t i = 0; i < 64; i++) {
            data[128 + 4 * i + 2] = i == 5 ? 0 : i % 2 == 0 ? 9 : 12; /* the sixth is not available */
        }
        if (device.inactive && nsid != LWNVME_NSID_ALL) {
            memset(data, 0, 4096);
        }
    }
}

static uint32_t answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    (void)p;
    (void)dw0;
    if ((command[0] & 0xffu) == LWNVME_ADMIN_GET_LOG_PAGE) {
        memset(page, 0, 4096);
        page[0x06 * 4] = 1;
        page[0x80 * 4] = 1;
        page[0x80 * 4 + 2] = 1; /* none for the same namespace */
        return 0;
    }
    if (device.status == 0 && device.reformats) {
        device.index = 1;
    }
    return device.status;
}

static void prepare(uint8_t fna)
{
    player_prepare(&player);
    memset(&device, 0, sizeof(device));
    memset(&format, 0, sizeof(format));
    device.fna = fna;
    device.oacs = 2;
    device.nlbaf = 7;
    identifies = 0;
    player.bench.settings.oacs = 0;
    player.bench.settings.namespace_count = 2;
    player.bench.settings.ns[1] = player.bench.settings.ns[0];
    player.identify = identify;
    player.answer = answer;
    player.plays[LWNVME_ADMIN_FORMAT_NVM] = true;
    player.plays_log[LWNVME_LOG_COMMANDS_SUPPORTED_AND_EFFECTS] = true;
    format.nsid = 1;
    format.handles = handles;
    format.handle_count = 2;
}

static void start(uint8_t fna)
{
    prepare(fna);
    player_start(&player);
    assert_int_equal(lwnvme_sync_namespace_open(player.bench.controller, 2, &second), 0);
    handles[0] = player.bench.ns;
    handles[1] = &second;
    identifies = 0;
}

static int begin(void)
{
    return lwnvme_format_begin(player.bench.controller, &format);
}

static int run(void)
{
    int status = begin();

    return status != 0 ? status : player_finish(&player, &format.operation);
}

static void assert_refused(int error)
{
    assert_int_equal(begin(), error);
    assert_false(lwnvme_operation_active(&format.operation));
    player_turns(&player, 20);
    assert_int_equal(player.sent_count, 0);
    assert_int_equal(identifies, 0);
    assert_int_equal(player.bench.ns->status, 0);
}

static void what_cannot_be_is_refused_before_any_command(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    start(LWNVME_FNA_BROADCAST_NOT_SUPPORTED);
    assert_int_equal(lwnvme_format_begin(player.bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_format_begin(NULL, &format), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_format_begin(&closed, &format), LWNVME_ERR_NOT_OPEN);
    format.nsid = 0;
    assert_refused(LWNVME_ERR_NS_INVALID_ID);
    format.nsid = 3;
    assert_refused(LWNVME_ERR_NS_INVALID_ID);
    format.nsid = LWNVME_NSID_ALL;
    assert_refused(LWNVME_ERR_NO_BROADCAST);
    format.nsid = 1;
    format.secure_erase = 3;
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    format.secure_erase = LWNVME_FORMAT_SES_CRYPTOGRAPHIC;
    assert_refused(LWNVME_ERR_NO_SECURE_ERASE);
    format.secure_erase = 0;
    format.protection_type = 4;
    assert_refused(LWNVME_ERR_INVALID_ARGUMENT);
    format.protection_type = 0;
    format.format_index = 8;
    assert_refused(LWNVME_ERR_FORMAT_INDEX);
    format.format_index = 5; /* not available */
    assert_refused(LWNVME_ERR_FORMAT_INDEX);
    format.format_index = 64;
    format.handle_count = 0;
    assert_refused(LWNVME_ERR_FORMAT_INDEX);
    format.format_index = 0;
    format.handle_count = 1;
    format.handles = NULL;
    assert_refused(LWNVME_ERR_NULL_ARGUMENT);
    player.bench.controller->info.oacs = 0;
    assert_refused(LWNVME_ERR_NO_FORMAT);
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), LWNVME_ERR_NO_FORMAT);
    player_end(&player);
}

static void an_index_that_no_handle_knows_is_refused_by_identify(void **state)
{
    (void)state;
    start(0);
    format.handle_count = 0;
    format.format_index = 8;
    assert_int_equal(run(), LWNVME_ERR_FORMAT_INDEX);
    format.format_index = 5;
    assert_int_equal(run(), LWNVME_ERR_FORMAT_INDEX);
    format.format_index = 7;
    assert_int_equal(run(), 0);
    format.format_index = 20;
    device.nlbaf = 15;
    device.nulbaf = 4;
    assert_int_equal(run(), LWNVME_ERR_FORMAT_INDEX);
    device.nulbaf = 5;
    assert_int_equal(run(), 0);
    device.inactive = true;
    assert_int_equal(run(), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(player.of[0x80], 2);
    player_end(&player);
}

static void every_field_has_its_place(void **state)
{
    static const struct {
        struct lwnvme_format in;
        uint32_t dw10;
    } cases[] = {
        {{.nsid = 1, .format_index = 3}, 3},
        {{.nsid = 1, .format_index = 0x2e}, 14 | 2u << 12},
        {{.nsid = 1, .metadata_extended = true}, 1u << 4},
        {{.nsid = 1, .protection_type = 3}, 3u << 5},
        {{.nsid = 1, .protection_first = true}, 1u << 8},
        {{.nsid = 1, .secure_erase = LWNVME_FORMAT_SES_USER_DATA}, 1u << 9},
        {{.nsid = 2, .secure_erase = LWNVME_FORMAT_SES_CRYPTOGRAPHIC}, 2u << 9},
        {{.nsid = LWNVME_NSID_ALL}, 0},
    };
    (void)state;
    start(LWNVME_FNA_CRYPTOGRAPHIC_ERASE);
    device.nlbaf = 15;
    device.nulbaf = 48;
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        format = cases[i].in;
        assert_int_equal(run(), 0);
        assert_int_equal(player_sent(&player, 0x80, i)[10], cases[i].dw10);
        assert_int_equal(player_sent(&player, 0x80, i)[1], cases[i].in.nsid);
        assert_int_equal(player_sent(&player, 0x80, i)[11], 0);
    }
    player_end(&player);
}

static void fault_154_the_handle_is_refused_meanwhile_and_reads_anew(void **state)
{
    (void)state;
    start(0);
    device.reformats = true;
    format.format_index = 1;
    assert_int_equal(begin(), 0);
    assert_false(format.all);
    assert_int_equal(lwnvme_sync_read(player.bench.queue, player.bench.ns, 0, 1, memory, 0),
                     LWNVME_ERR_NS_BUSY);
    /* Another namespace's I/O goes on, since the log says that it may. */
    assert_int_equal(lwnvme_sync_read(player.bench.queue, &second, 0, 1, memory, 0), 0);
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_int_equal(player.bench.ns->status, 0);
    assert_int_equal(player.bench.ns->block_bytes, 4096);
    assert_int_equal(player.bench.ns->format_index, 1);
    assert_int_equal(second.block_bytes, 512);
    assert_int_equal(format.operation.progress_percent, 100);
    player_end(&player);
}

static void what_concerns_all_namespaces_is_said_and_done(void **state)
{
    static const struct {
        uint8_t fna;
        uint8_t erase;
        uint32_t nsid;
        bool all;
    } cases[] = {{0, 0, 1, false},
                 {1, 0, 1, true},
                 {2, 0, 1, false},
                 {2, 1, 1, true},
                 {1, 1, 1, true},
                 {0, 1, 1, false},
                 {0, 0, LWNVME_NSID_ALL, true}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(cases[i].fna);
        format.nsid = cases[i].nsid;
        format.secure_erase = cases[i].erase;
        assert_int_equal(begin(), 0);
        assert_int_equal(format.all, cases[i].all);
        assert_int_equal(second.status, cases[i].all ? LWNVME_ERR_NS_BUSY : 0);
        assert_int_equal(player_finish(&player, &format.operation), 0);
        assert_int_equal(second.status, 0);
        assert_int_equal(player.bench.ns->status, 0);
        player_try_io(&player);
        player_end(&player);
    }
}

static void a_failure_is_the_devices_whole_and_the_handle_works_again(void **state)
{
    static const uint32_t answers[] = {0x410a, 0x4020, 0x0084, 0x0006};
    (void)state;
    start(0);
    for (size_t i = 0; i < 4; i++) {
        device.status = answers[i];
        assert_int_equal(run(), (int)answers[i]);
        assert_int_equal(player.bench.ns->status, 0);
        player_try_io(&player);
    }
    player_end(&player);
}

static void a_namespace_that_identify_fails_for_is_not_formatted(void **state)
{
    struct lwnvme_sim_fault refused = {.kind = LWNVME_SIM_STATUS,
                                       .queue = LWNVME_SIM_ADMIN_QUEUE,
                                       .opcode = LWNVME_ADMIN_IDENTIFY,
                                       .status = 0x400b};
    (void)state;
    start(0);
    assert_true(lwnvme_sim_fault_add(player.bench.sim, &refused));
    assert_int_equal(run(), 0x400b);
    assert_int_equal(player.of[0x80], 0);
    player_try_io(&player);
    player_end(&player);
}

static void common_formats_are_asked_for_only_where_they_exist(void **state)
{
    (void)state;
    prepare(0);
    player.bench.settings.oacs = 8;
    player_start(&player);
    identifies = 0;
    player.bench.controller->info.oacs &= (uint16_t)~LWNVME_OACS_NAMESPACE_MANAGEMENT;
    format.nsid = LWNVME_NSID_ALL;
    format.handle_count = 0;
    format.format_index = 20;
    device.nlbaf = 15;
    device.nulbaf = 3;
    assert_int_equal(run(), 0); /* no namespace management: nobody knows */
    assert_int_equal(identifies, 0);
    player.bench.controller->info.oacs |= LWNVME_OACS_NAMESPACE_MANAGEMENT;
    assert_int_equal(run(), LWNVME_ERR_FORMAT_INDEX);
    assert_int_equal(identifies, 1);
    /* One that does not answer is asked for the format all the same. */
    assert_true(
        lwnvme_sim_fault_add(player.bench.sim, &(struct lwnvme_sim_fault){.kind = LWNVME_SIM_STATUS,
                                                                          .queue = LWNVME_SIM_ADMIN_QUEUE,
                                                                          .opcode = LWNVME_ADMIN_IDENTIFY,
                                                                          .status = 0x400b}));
    assert_int_equal(run(), 0);
    assert_int_equal(player.of[0x80], 2);
    player_end(&player);
}

static void progress_is_asked_for_while_the_command_is_under_way(void **state)
{
    uint64_t began_us;
    uint32_t last = 0;
    (void)state;
    prepare(0);
    player.plays[LWNVME_ADMIN_FORMAT_NVM] = false; /* the software controller's own, which takes 20 s */
    player.bench.settings.oacs = 2;
    player.bench.settings.format_us = 20000000;
    device.fpi = 0x80 | 100;
    player_start(&player);
    handles[0] = player.bench.ns;
    format.handle_count = 1;
    identifies = 0;
    began_us = lwnvme_sim_time(player.bench.sim);
    assert_int_equal(begin(), 0);
    while (lwnvme_operation_active(&format.operation)) {
        uint64_t passed_us = lwnvme_sim_time(player.bench.sim) - began_us;
        device.fpi = (uint8_t)(0x80 | (passed_us < 20000000 ? 100 - passed_us / 200000 : 0));
        (void)lwnvme_operation_step(&format.operation);
        lwnvme_sim_advance(player.bench.sim, 1000);
        assert_true(format.operation.progress_percent >= last);
        last = format.operation.progress_percent;
        if (passed_us > 10500000 && passed_us < 19000000) {
            assert_true(last > 40 && last < 100);
            assert_true(format.operation.left_s < 16);
        }
    }
    assert_int_equal(format.operation.status, 0);
    assert_true(format.has_progress);
    /* Often at first, then less: 5 a second at most. */
    assert_true(identifies > 20 && identifies < 105);
    player_try_io(&player);
    player_end(&player);
}

static void the_end_waits_for_the_last_look(void **state)
{
    (void)state;
    prepare(0);
    player.plays[LWNVME_ADMIN_FORMAT_NVM] = false;
    player.bench.settings.oacs = 2;
    player.bench.settings.format_us = 5000000;
    device.fpi = 0x80 | 50;
    player_start(&player);
    handles[0] = player.bench.ns;
    format.handle_count = 1;
    assert_int_equal(begin(), 0);
    player_turns(&player, 20000);
    player_settings(&player)->admin_latency_us = 20000000; /* beyond the end of the format */
    player_turns(&player, 40000);
    assert_false(lwnvme_request_active(&format.operation.request));
    assert_true(lwnvme_request_active(&format.watch));
    assert_true(lwnvme_operation_active(&format.operation)); /* or the caller might free what is in use */
    player_settings(&player)->admin_latency_us = 0;
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_false(lwnvme_request_active(&format.watch));
    player_try_io(&player);
    player_end(&player);
}

/* Controllers are known that take one admin command after the other: a look may take as long as the format. */
static void a_look_that_waits_for_the_format_is_not_late(void **state)
{
    (void)state;
    prepare(0);
    player.plays[LWNVME_ADMIN_FORMAT_NVM] = false;
    player.bench.settings.oacs = 2;
    player.bench.settings.format_us = 300000000;
    device.fpi = 0x80 | 50;
    player_start(&player);
    handles[0] = player.bench.ns;
    format.handle_count = 1;
    assert_int_equal(begin(), 0);
    while (!lwnvme_request_active(&format.operation.request) ||
           format.operation.stage != 3) { /* the format is with the controller */
        player_turns(&player, 1);
    }
    player_settings(&player)->admin_latency_us = 299000000;
    for (uint32_t turn = 0; turn < 400000 && lwnvme_request_active(&format.operation.request); turn++) {
        (void)lwnvme_operation_step(&format.operation);
        lwnvme_sim_advance(player.bench.sim, 1000);
    }
    player_settings(&player)->admin_latency_us = 0;
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_int_equal(lwnvme_controller_state(player.bench.controller), LWNVME_STATE_READY);
    player_try_io(&player);
    player_end(&player);
}

static uint32_t look_fails_with;

static uint32_t look_answer(struct player *p, const uint32_t command[16], uint8_t *page, uint32_t *dw0)
{
    if ((command[0] & 0xffu) == LWNVME_ADMIN_IDENTIFY) {
        if (page != NULL) {
            identify(p, 0, 1, page);
        }
        return (command[10] & 0xffu) == 0 ? look_fails_with : 0;
    }
    return answer(p, command, page, dw0);
}

static void a_look_that_says_in_progress_is_no_end(void **state)
{
    (void)state;
    start(0);
    device.fpi = 0x80 | 50;
    player.plays[LWNVME_ADMIN_IDENTIFY] = true;
    player.answer = look_answer;
    look_fails_with = LWNVME_SC_FORMAT_IN_PROGRESS;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), 0);
    player_turns(&player, 10000);
    assert_true(lwnvme_operation_active(&format.operation));
    look_fails_with = 0x4006;
    while (format.result == LWNVME_PENDING) {
        player_turns(&player, 1);
    }
    look_fails_with = 0;
    assert_int_equal(player_finish(&player, &format.operation), 0x4006);
    player_end(&player);
}

static void one_that_went_on_is_followed(void **state)
{
    (void)state;
    start(0);
    format.handle_count = 1;
    device.fpi = 0x80 | 60;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    format.nsid = LWNVME_NSID_ALL;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), LWNVME_ERR_NS_INVALID_ID);
    format.nsid = 1;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), 0);
    player_turns(&player, 10000);
    assert_true(format.has_progress);
    assert_int_equal(format.operation.progress_percent, 40);
    assert_int_equal(player.bench.ns->status, LWNVME_ERR_NS_BUSY);
    assert_true((player.bench.queue->slow & LWNVME_SLOW_HELD) == 0); /* others need not wait for hours */
    assert_int_equal(lwnvme_sync_controller_reset(player.bench.controller), 0);
    player_turns(&player, 10000);
    assert_true(lwnvme_operation_active(&format.operation));
    device.fpi = 0x80;
    device.index = 1;
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_int_equal(player.bench.ns->block_bytes, 4096);
    assert_int_equal(player.of[0x80], 0);
    /* A controller that does not tell: nothing to be followed. */
    device.fpi = 0x7f;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), 0);
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_false(format.has_progress);
    player_end(&player);
}

static void an_absurd_percentage_does_no_harm(void **state)
{
    (void)state;
    start(0);
    device.fpi = 0xff; /* 127 percent remain */
    format.operation.timeout_ms = 3000;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), 0);
    player_turns(&player, 4000);
    assert_int_equal(format.operation.progress_percent, 0);
    assert_int_equal(player_finish(&player, &format.operation), LWNVME_ERR_OPERATION_TIMEOUT);
    player_turns(&player, 50);
    assert_int_equal(player.bench.ns->status, 0);
    assert_int_equal(second.status, 0);
    player_end(&player);
}

/* The look beforehand, looks while it runs, and looks at somebody else's that cannot be sent. */
static void what_cannot_be_sent(void **state)
{
    (void)state;
    start(0);
    format.operation.request.flags = 0x4000; /* no such flag */
    assert_int_equal(run(), LWNVME_ERR_INVALID_ARGUMENT);
    assert_int_equal(player.of[LWNVME_ADMIN_FORMAT_NVM], 0);
    assert_int_equal(player.bench.ns->status, 0);
    player_try_io(&player);
    /* Without progress it is carried out all the same. */
    format.operation.request.flags = 0;
    format.watch.flags = 0x4000;
    device.fpi = 0x80 | 50;
    struct lwnvme_sim_fault slow = {.kind = LWNVME_SIM_DELAY,
                                    .queue = LWNVME_SIM_ADMIN_QUEUE,
                                    .opcode = LWNVME_ADMIN_FORMAT_NVM,
                                    .value = 3000000};
    assert_true(lwnvme_sim_fault_add(player.bench.sim, &slow));
    identifies = 0;
    assert_int_equal(begin(), 0);
    player_turns(&player, 10000);
    assert_true(lwnvme_operation_active(&format.operation));
    assert_int_equal(identifies, 1); /* the look beforehand alone */
    assert_int_equal(player_finish(&player, &format.operation), 0);
    assert_int_equal(player.of[LWNVME_ADMIN_FORMAT_NVM], 1);
    assert_int_equal(format.operation.progress_percent, 100);
    player_end(&player);
}

static void spoil_at_identify(struct player *p, uint8_t cns, uint32_t nsid, uint8_t *data)
{
    identify(p, cns, nsid, data);
    if (cns == LWNVME_CNS_NAMESPACE && format.operation.stage <= 1) {
        format.operation.request.flags = 0x4000; /* no such flag */
    }
}

static void one_that_cannot_be_followed_any_more(void **state)
{
    (void)state;
    start(0);
    device.fpi = 0x80 | 50;
    player.identify = spoil_at_identify;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), 0);
    assert_int_equal(player_finish(&player, &format.operation), LWNVME_ERR_INVALID_ARGUMENT);
    format.operation.request.flags = 0;
    player.identify = identify;
    player_turns(&player, 50);
    player_try_io(&player);
    player_end(&player);
}

static void an_object_whose_look_is_under_way_is_busy(void **state)
{
    static uint8_t page[4096];
    (void)state;
    start(0);
    assert_int_equal(lwnvme_identify(player.bench.controller, &format.watch, LWNVME_CNS_CONTROLLER, 0, page),
                     0);
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), LWNVME_ERR_BUSY);
    assert_int_equal(begin(), LWNVME_ERR_BUSY);
    bench_wait(&player.bench, &format.watch);
    assert_int_equal(player.bench.ns->status, 0);
    format.nsid = 0;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), LWNVME_ERR_NS_INVALID_ID);
    format.nsid = player.bench.controller->info.nn + 1;
    assert_int_equal(lwnvme_format_follow(player.bench.controller, &format), LWNVME_ERR_NS_INVALID_ID);
    player_end(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused_before_any_command),
        cmocka_unit_test(an_index_that_no_handle_knows_is_refused_by_identify),
        cmocka_unit_test(every_field_has_its_place),
        cmocka_unit_test(fault_154_the_handle_is_refused_meanwhile_and_reads_anew),
        cmocka_unit_test(what_concerns_all_namespaces_is_said_and_done),
        cmocka_unit_test(a_failure_is_the_devices_whole_and_the_handle_works_again),
        cmocka_unit_test(a_namespace_that_identify_fails_for_is_not_formatted),
        cmocka_unit_test(common_formats_are_asked_for_only_where_they_exist),
        cmocka_unit_test(progress_is_asked_for_while_the_command_is_under_way),
        cmocka_unit_test(the_end_waits_for_the_last_look),
        cmocka_unit_test(a_look_that_waits_for_the_format_is_not_late),
        cmocka_unit_test(a_look_that_says_in_progress_is_no_end),
        cmocka_unit_test(one_that_went_on_is_followed),
        cmocka_unit_test(an_absurd_percentage_does_no_harm),
        cmocka_unit_test(what_cannot_be_sent),
        cmocka_unit_test(one_that_cannot_be_followed_any_more),
        cmocka_unit_test(an_object_whose_look_is_under_way_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
