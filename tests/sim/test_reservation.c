/* SPDX-License-Identifier: MIT */
/* Reservations with another host: who may do what under each type, keys, preemption, release, power. */
#include "scenario.h"

#define BLOCK 512u

enum {
    STRANGER,
    REGISTRANT,
    HOLDER
};

static uint8_t data[BLOCK] __attribute__((aligned(4096)));
static uint64_t memory[40];

static void begin(struct scenario *s)
{
    scenario_prepare(s);
    s->settings.oncs |= 0x1ff;
    s->settings.cdfs = 1;
    s->settings.ns[0].rescap = 0xff;
    scenario_start(s);
    scenario_queue(s, 8);
    scenario_namespace(s);
}

/* What the other host does. */
static int other(struct scenario *s, uint8_t opcode, uint32_t cdw10, uint64_t key, uint64_t other_key)
{
    const uint64_t keys[2] = {key, other_key};

    return lwnvme_sim_reservation_act(s->sim, 1, 1, opcode, cdw10, keys) & 0x7ff;
}

static int enrol(struct scenario *s, uint64_t key)
{
    struct lwnvme_reservation mine = {.action = LWNVME_RREGA_REGISTER, .other_key = key};

    return lwnvme_status_code(lwnvme_sync_reservation_register(s->queue, s->ns, &mine));
}

static int acquire(struct scenario *s, uint32_t action, uint8_t type, uint64_t key, uint64_t other_key)
{
    struct lwnvme_reservation mine = {
        .action = (uint8_t)action, .type = type, .key = key, .other_key = other_key};

    return lwnvme_status_code(lwnvme_sync_reservation_acquire(s->queue, s->ns, &mine));
}

static int release(struct scenario *s, uint32_t action, uint8_t type, uint64_t key)
{
    struct lwnvme_reservation mine = {.action = (uint8_t)action, .type = type, .key = key};

    return lwnvme_status_code(lwnvme_sync_reservation_release(s->queue, s->ns, &mine));
}

static uint32_t hosts(struct scenario *s, uint8_t *type)
{
    struct lwnvme_reservation_list report = {
        .memory = memory, .memory_bytes = sizeof(memory), .extended = true};

    assert_int_equal(lwnvme_sync_reservation_report(s->queue, s->ns, &report), LWNVME_OK);
    *type = report.type;
    return report.hosts;
}

static bool may_read(struct scenario *s)
{
    int status[3] = {lwnvme_sync_read(s->queue, s->ns, 0, 1, data, 0),
                     lwnvme_sync_verify(s->queue, s->ns, 0, 1, 0),
                     lwnvme_sync_compare(s->queue, s->ns, 0, 1, data, 0)};

    for (uint32_t i = 0; i < 3; i++) {
        assert_true(lwnvme_status_code(status[i]) == 0 ||
                    lwnvme_status_code(status[i]) == LWNVME_SC_RESERVATION_CONFLICT);
        assert_true((status[i] == 0) == (status[0] == 0));
    }
    return status[0] == 0;
}

static bool may_write(struct scenario *s)
{
    static struct lwnvme_dsm_range range;
    int status[4];

    memset(data, 0, sizeof(data));
    lwnvme_dsm_range_set(&range, 8, 1);
    status[0] = lwnvme_sync_write(s->queue, s->ns, 0, 1, data, 0);
    status[1] = lwnvme_sync_write_zeroes(s->queue, s->ns, 0, 1, 0);
    status[2] = lwnvme_sync_dataset_management(s->queue, s->ns, &range, 1, LWNVME_DSM_DEALLOCATE);
    status[3] = lwnvme_sync_write_uncorrectable(s->queue, s->ns, 16, 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(lwnvme_status_code(status[i]) == 0 ||
                    lwnvme_status_code(status[i]) == LWNVME_SC_RESERVATION_CONFLICT);
        assert_true((status[i] == 0) == (status[0] == 0));
    }
    return status[0] == 0;
}

/* NVM Express Base Specification 2.1, section 8.1.22.1: reads and writes of strangers, of other registrants, of holders. */
static void fault_163_who_may_do_what(void **state)
{
    static const char *const allowed[7] = {"",         "r- r- rw", "-- -- rw", "r- rw rw",
                                           "-- rw rw", "r- rw rw", "-- rw rw"};
    (void)state;
    for (uint8_t type = 1; type <= 6; type++) {
        for (uint32_t role = STRANGER; role <= HOLDER; role++) {
            const char *may = allowed[type] + 3 * (size_t)role;
            struct scenario s;

            begin(&s);
            if (role != STRANGER) {
                assert_int_equal(enrol(&s, 0xa), 0);
            }
            assert_int_equal(other(&s, LWNVME_NVM_RESERVATION_REGISTER, 0, 0, 0xb), 0);
            if (role == HOLDER) {
                assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, type, 0xa, 0), 0);
            } else {
                assert_int_equal(other(&s, LWNVME_NVM_RESERVATION_ACQUIRE, (uint32_t)type << 8, 0xb, 0), 0);
            }
            assert_int_equal(may_read(&s), may[0] == 'r');
            assert_int_equal(may_write(&s), may[1] == 'w');
            scenario_end(&s);
        }
    }
}

static void keys_are_looked_at(void **state)
{
    struct lwnvme_reservation mine = {
        .action = LWNVME_RREGA_REPLACE, .ignore_key = true, .key = 1, .other_key = 0xc};
    struct scenario s;
    uint8_t type;

    (void)state;
    begin(&s);
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 1, 0xa, 0), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(release(&s, LWNVME_RRELA_RELEASE, 1, 0xa), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(enrol(&s, 0xa), 0);
    assert_int_equal(enrol(&s, 0xa), 0);
    assert_int_equal(enrol(&s, 0xb), LWNVME_SC_RESERVATION_CONFLICT); /* has another one */
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 1, 0xb, 0), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(lwnvme_sync_reservation_register(s.queue, s.ns, &mine), LWNVME_OK);
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 1, 0xa, 0), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 1, 0xc, 0), 0);
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 2, 0xc, 0), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(release(&s, LWNVME_RRELA_RELEASE, 2, 0xc), LWNVME_SC_INVALID_FIELD_IN_COMMAND);
    assert_int_equal(hosts(&s, &type), 1);
    assert_int_equal(type, 1);
    /* A holder that leaves takes the reservation along. */
    mine = (struct lwnvme_reservation){.action = LWNVME_RREGA_UNREGISTER, .key = 0xc};
    assert_int_equal(lwnvme_sync_reservation_register(s.queue, s.ns, &mine), LWNVME_OK);
    assert_int_equal(hosts(&s, &type), 0);
    assert_int_equal(type, 0);
    assert_true(may_write(&s));
    scenario_end(&s);
}

/* The other host takes it all away; what this one had is gone, and its next word is a conflict. */
static void preempted_by_the_other_host(void **state)
{
    struct scenario s;
    uint8_t type;

    (void)state;
    begin(&s);
    assert_int_equal(enrol(&s, 0xa), 0);
    assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 2, 0xa, 0), 0);
    assert_int_equal(other(&s, LWNVME_NVM_RESERVATION_REGISTER, 0, 0, 0xb), 0);
    assert_true(may_write(&s));
    assert_int_equal(other(&s, LWNVME_NVM_RESERVATION_ACQUIRE, LWNVME_RACQA_PREEMPT | 4u << 8, 0xb, 0xa), 0);
    assert_int_equal(hosts(&s, &type), 1);
    assert_int_equal(type, 4);
    assert_false(may_write(&s));
    assert_int_equal(release(&s, LWNVME_RRELA_RELEASE, 2, 0xa), LWNVME_SC_RESERVATION_CONFLICT);
    assert_int_equal(enrol(&s, 0xd), 0); /* registrants only */
    assert_true(may_write(&s));
    assert_int_equal(release(&s, LWNVME_RRELA_RELEASE, 4, 0xd), 0); /* not the holder: nothing happens */
    assert_int_equal(hosts(&s, &type), 2);
    assert_int_equal(type, 4);
    assert_int_equal(other(&s, LWNVME_NVM_RESERVATION_RELEASE, LWNVME_RRELA_CLEAR, 0xb, 0), 0);
    assert_int_equal(hosts(&s, &type), 0);
    assert_true(may_write(&s));
    scenario_end(&s);
}

static void persistence_through_power_loss(void **state)
{
    (void)state;
    for (uint32_t persists = 0; persists < 2; persists++) {
        struct lwnvme_reservation mine = {.action = LWNVME_RREGA_REGISTER,
                                          .other_key = 0xa,
                                          .persist =
                                              persists != 0 ? LWNVME_CPTPL_PERSIST : LWNVME_CPTPL_CLEAR};
        struct scenario s;
        uint8_t type;

        begin(&s);
        assert_int_equal(lwnvme_sync_reservation_register(s.queue, s.ns, &mine), LWNVME_OK);
        assert_int_equal(acquire(&s, LWNVME_RACQA_ACQUIRE, 3, 0xa, 0), 0);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(hosts(&s, &type), 1);
        assert_int_equal(type, 3);
        lwnvme_sim_power_cut(s.sim);
        assert_int_equal(scenario_settle(&s), LWNVME_ERR_LOST_READY);
        assert_int_equal(scenario_reset(&s), LWNVME_OK);
        assert_int_equal(hosts(&s, &type), persists);
        assert_int_equal(type, persists != 0 ? 3 : 0);
        scenario_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_163_who_may_do_what),
        cmocka_unit_test(keys_are_looked_at),
        cmocka_unit_test(preempted_by_the_other_host),
        cmocka_unit_test(persistence_through_power_loss),
    };
    return cmocka_run_group_tests_name("reservation", tests, NULL, NULL);
}
