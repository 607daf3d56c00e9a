/* SPDX-License-Identifier: MIT */
/*
 * Interrupts and waits on a host without a device: the completion and its interrupt come at whatever moment the test wants.
 */
#include "../support.h"

#define HEAL_US                     100000u
#define VECTORS                     4u
#define INTMS_INTMC_OFFSETS(offset) ((offset) == LWNVME_REG_INTMS || (offset) == LWNVME_REG_INTMC)

static struct fake fake;
static struct counted ios[4];
static struct lwnvme_vector vectors[VECTORS];
static struct lwnvme_interrupts interrupts;

/* The host: what happens at the n-th hook from now on. */
static bool woken;
static bool
    woken_sleeps; /* a host that loses wakes that come before the wait: to see that the test can fail */
static uint32_t hook_calls;
static uint32_t happens_at;   /* 0: only in a sleep, or never */
static bool happens_silently; /* the completion comes, but its interrupt is lost */
static bool happens_late;     /* at the end of a sleep, not in it */
static uint32_t sleeps;
static uint32_t sleeps_before; /* it happened */
static uint64_t slept_us;
static uint64_t lasts_us; /* of a sleep that something ends */
static uint32_t relaxes;

static void happen(void)
{
    uint32_t command[16];
    if (fake_told(&fake) == 0) {
        return;
    }
    fake_fetch(&fake, command);
    fake_post(&fake, command[0] >> 16, 0);
    sleeps_before = sleeps;
    if (!happens_silently) {
        lwnvme_interrupt(&fake.controller, fake.queue.vector);
    }
}

static void hook_called(void)
{
    hook_calls++;
    if (hook_calls == happens_at) {
        happen();
    }
}

static uint64_t now_us(void *host)
{
    (void)host;
    hook_called();
    return fake.now_us;
}

static void relax(void *host)
{
    (void)host;
    relaxes++;
    hook_called();
}

static void wake(void *host)
{
    (void)host;
    woken = !woken_sleeps;
}

static void wait(void *host, uint64_t deadline_us)
{
    (void)host;
    hook_called();
    if (!woken && happens_at == UINT32_MAX && !happens_late) {
        fake.now_us += lasts_us;
        happen();
    }
    if (!woken) {
        assert_true(deadline_us > fake.now_us);
        sleeps++;
        slept_us += deadline_us - fake.now_us;
        fake.now_us = deadline_us;
        if (happens_late) {
            happen();
        }
    }
    woken = false;
}

static void start_on(enum lwnvme_interrupt_kind kind, uint16_t vector, uint32_t options)
{
    fake_start(&fake, options, 8);
    memset(vectors, 0, sizeof(vectors));
    lwnvme_interrupts_use(&interrupts, kind, vectors, VECTORS);
    fake.controller.config.interrupts = &interrupts;
    fake.queue.flags = LWNVME_QUEUE_INTERRUPT;
    fake.queue.vector = vector;
    fake.ops.now_us = now_us;
    fake.ops.relax = relax;
    fake.ops.wait = wait;
    fake.ops.wake = wake;
    woken = woken_sleeps = happens_silently = happens_late = false;
    hook_calls = sleeps = relaxes = 0;
    happens_at = UINT32_MAX;
    slept_us = 0;
    lasts_us = 500;
    for (uint32_t i = 0; i < 4; i++) {
        counted_init(&ios[i], &fake);
    }
}

static void start(enum lwnvme_interrupt_kind kind, uint16_t vector)
{
    start_on(kind, vector, 0);
}

static void submit(uint32_t index)
{
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu((void *)(uintptr_t)0x20000000u, 512);
    assert_int_equal(lwnvme_read(&fake.queue, &fake.ns, &ios[index].request, 0, 1, &buffer), 0);
}

static uint32_t wait_once(void)
{
    return lwnvme_queue_wait(&fake.queue, 0, UINT64_MAX);
}

/* Writes of INTMS and INTMC since the last time that this was asked, and the last two. */
static struct fake_write last_masks[2];
static uint32_t mask_writes(void)
{
    static uint32_t seen;
    uint32_t count = 0;
    seen = seen > fake.write_count ? 0 : seen;
    for (; seen < fake.write_count; seen++) {
        if (INTMS_INTMC_OFFSETS(fake.writes[seen].offset)) {
            last_masks[0] = last_masks[1];
            last_masks[1] = fake.writes[seen];
            count++;
        }
    }
    return count;
}

/* The completion and its interrupt come at each call of a hook in turn: from then on nobody sleeps before it is taken. Returns
 * how many moments there were before the request had to be waited for in vain once. */
static uint32_t sweep(enum lwnvme_interrupt_kind kind, uint32_t polls)
{
    uint32_t at = 0;
    uint32_t before;
    do {
        start(kind, kind == LWNVME_INTERRUPT_PIN ? 0 : 2);
        fake.queue.wait_polls = polls;
        submit(0);
        hook_calls = 0;
        happens_at = ++at;
        while (hook_calls < at) {
            (void)wait_once();
        }
        before = sleeps_before;
        for (uint32_t turn = 0; turn < 2 && lwnvme_request_active(&ios[0].request); turn++) {
            (void)wait_once();
        }
        assert_int_equal(ios[0].called, 1);
        assert_int_equal(sleeps, before);
        fake_end(&fake);
    } while (before == 0);
    return at;
}

static void no_wake_is_lost_whenever_the_interrupt_comes(void **state)
{
    (void)state;
    for (uint32_t kind = LWNVME_INTERRUPT_PIN; kind <= LWNVME_INTERRUPT_MSIX; kind++) {
        for (uint32_t polls = 0; polls < 3; polls++) {
            assert_true(sweep((enum lwnvme_interrupt_kind)kind, polls) >= 5);
        }
    }
}

/* The first sleep is not begun when the interrupt came after the last look; and a host that does break the contract of wait
 * sleeps too long, and no longer than that. */
static void what_comes_after_the_last_look_ends_the_sleep(void **state)
{
    (void)state;
    for (uint32_t broken = 0; broken < 2; broken++) {
        start(LWNVME_INTERRUPT_MSIX, 1);
        woken_sleeps = broken != 0;
        submit(0);
        hook_calls = 0;
        happens_at = 3; /* poll's look at the clock, twice, then the sleep's own */
        assert_int_equal(wait_once(), 1);
        assert_int_equal(sleeps, broken);
        assert_int_equal(slept_us, broken * HEAL_US);
        fake_end(&fake);
    }
}

static void pin_and_msi_are_masked_by_the_handler_and_armed_by_the_sleeper(void **state)
{
    (void)state;
    for (uint32_t vector = 0; vector < 3; vector += 2) {
        start(vector == 0 ? LWNVME_INTERRUPT_PIN : LWNVME_INTERRUPT_MSI, (uint16_t)vector);
        submit(0);
        (void)mask_writes();
        assert_int_equal(wait_once(), 1);
        assert_int_equal(sleeps, 0);
        assert_int_equal(mask_writes(), 1); /* the handler; there was nothing to arm */
        assert_int_equal(last_masks[1].offset, LWNVME_REG_INTMS);
        assert_int_equal(last_masks[1].value, 1u << vector);
        submit(0);
        (void)mask_writes();
        assert_int_equal(wait_once(), 1);
        assert_int_equal(mask_writes(), 2);
        assert_int_equal(last_masks[0].offset, LWNVME_REG_INTMC);
        assert_int_equal(last_masks[0].value, 1u << vector);
        assert_int_equal(last_masks[1].offset, LWNVME_REG_INTMS);
        /* By hand. */
        (void)mask_writes();
        lwnvme_interrupt_arm(&fake.controller, (uint16_t)vector);
        lwnvme_interrupt_arm(&fake.controller, (uint16_t)vector);
        lwnvme_interrupt_mask(&fake.controller, (uint16_t)vector);
        lwnvme_interrupt_mask(&fake.controller, VECTORS);
        lwnvme_interrupt_arm(&fake.controller, VECTORS);
        assert_int_equal(mask_writes(), 2);
        fake_end(&fake);
    }
}

static void fault_027_masks_are_not_touched_with_msix(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    (void)mask_writes();
    for (uint32_t i = 0; i < 10; i++) {
        submit(0);
        assert_int_equal(wait_once(), 1);
    }
    lwnvme_interrupt_mask(&fake.controller, 1);
    lwnvme_interrupt_arm(&fake.controller, 1);
    assert_int_equal(mask_writes(), 0);
    fake_end(&fake);
}

/* INTMS and INTMC have 32 bits: vectors beyond have none to be masked by. */
static void there_are_32_masks(void **state)
{
    static struct lwnvme_vector many[33];
    (void)state;
    start(LWNVME_INTERRUPT_MSI, 0);
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_MSI, many, 33);
    (void)mask_writes();
    lwnvme_interrupt(&fake.controller, 31);
    lwnvme_interrupt(&fake.controller, 32);
    assert_int_equal(mask_writes(), 1);
    assert_int_equal(last_masks[1].value, 1u << 31);
    assert_int_equal(many[31].masked, 1);
    assert_int_equal(many[32].fired, 1);
    assert_int_equal(many[32].masked, 0);
    fake_end(&fake);
}

/* A device that must be left alone after it has been disabled is not touched for an interrupt that came before. */
static void quiet_devices_are_not_masked(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_PIN, 0);
    (void)mask_writes();
    fake.controller.quirks = LWNVME_QUIRK_DELAY_AFTER_DISABLE;
    lwnvme_interrupt(&fake.controller, 0);
    assert_int_equal(mask_writes(), 1);
    lwnvme_interrupt_arm(&fake.controller, 0);
    fake.controller.admin.slow |= LWNVME_SLOW_STOPPED;
    lwnvme_interrupt(&fake.controller, 0);
    assert_int_equal(mask_writes(), 1); /* armed */
    assert_int_equal(vectors[0].fired, 2);
    fake_end(&fake);
}

/* Two controllers on one line: whose it is is read from the rings, and from nothing else. */
static void fault_094_whose_interrupt_it_is(void **state)
{
    static struct fake other;
    uint32_t command[16];
    (void)state;
    start(LWNVME_INTERRUPT_PIN, 0);
    fake_start(&other, 0, 8);
    other.queue.flags = LWNVME_QUEUE_INTERRUPT;
    other.queue.vector = 0;
    uint32_t writes = fake.write_count;
    assert_false(lwnvme_interrupt_is_ours(&other.controller, 0));
    submit(0);
    fake_fetch(&fake, command);
    writes = fake.write_count;
    (void)lwnvme_interrupt_is_ours(&fake.controller, 0); /* as the rings stand */
    for (uint32_t i = 0; i < 1000; i++) {
        assert_false(lwnvme_interrupt_is_ours(&fake.controller, 0));
    }
    fake_post(&fake, command[0] >> 16, 0);
    assert_false(lwnvme_interrupt_is_ours(&other.controller, 0));
    assert_false(lwnvme_interrupt_is_ours(&fake.controller, 1));
    assert_true(lwnvme_interrupt_is_ours(&fake.controller, 0));
    assert_true(lwnvme_interrupt_is_ours(&fake.controller, 0)); /* as long as it is there */
    assert_int_equal(fake.write_count, writes);
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    assert_true(lwnvme_interrupt_is_ours(&fake.controller, 0)); /* taken before the handler came */
    assert_false(lwnvme_interrupt_is_ours(&fake.controller, 0));
    /* The last place of the ring, and the first of the next lap. */
    for (uint32_t i = 0; i < 20; i++) {
        submit(0);
        fake_fetch(&fake, command);
        assert_false(lwnvme_interrupt_is_ours(&fake.controller, 0));
        fake_post(&fake, command[0] >> 16, 0);
        assert_true(lwnvme_interrupt_is_ours(&fake.controller, 0));
        assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
        assert_true(lwnvme_interrupt_is_ours(&fake.controller, 0));
    }
    fake.queue.flags = 0;
    assert_false(lwnvme_interrupt_is_ours(&fake.controller, 0));
    fake.queue.flags = LWNVME_QUEUE_INTERRUPT;
    assert_false(lwnvme_interrupt_is_ours(NULL, 0));
    fake_end(&other);
    fake_end(&fake);
}

/* The answer is there, its interrupt is not: found at the end of a sleep, counted, and found sooner each time. */
static void fault_095_lost_interrupts_heal_and_are_counted(void **state)
{
    uint64_t last_us = HEAL_US + 1;
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    happens_silently = true;
    for (uint32_t i = 0; i < 10; i++) {
        submit(0);
        slept_us = 0;
        /* It comes early in the sleep, nobody says so. */
        happens_at = UINT32_MAX;
        assert_int_equal(wait_once(), 1);
        assert_int_equal(fake.queue.lost, i + 1);
        assert_true(i < 7 ? slept_us < last_us : slept_us == last_us);
        last_us = slept_us;
    }
    assert_true(last_us >= 1000 && last_us <= 2000);
    /* Interrupts come again: so do long sleeps. */
    happens_silently = false;
    for (uint32_t i = 0; i < 10; i++) {
        submit(0);
        assert_int_equal(wait_once(), 1);
    }
    assert_int_equal(fake.queue.lost, 10);
    submit(0);
    happens_at = 0;
    slept_us = 0;
    assert_int_equal(wait_once(), 0);
    assert_int_equal(slept_us, HEAL_US);
    assert_int_equal(fake.queue.lost, 10); /* there was no answer */
    happens_at = UINT32_MAX;
    assert_int_equal(wait_once(), 1);
    assert_int_equal(fake.queue.lost, 10);
    assert_int_equal(fake.queue.spurious, 0);
    fake_end(&fake);
}

/* An interrupt that the controller holds back for company is not a lost one. */
static void coalesced_interrupts_are_not_lost(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    interrupts.coalescing_us = 25500;
    fake.queue.heal_step = 6;
    happens_at = 0;
    submit(0);
    assert_int_equal(wait_once(), 0);
    assert_true(slept_us > interrupts.coalescing_us);
    /* A sleep that the caller ended says nothing. */
    happens_silently = happens_late = true;
    slept_us = 0;
    assert_int_equal(lwnvme_queue_wait(&fake.queue, 0, fake.now_us + 1000), 1);
    assert_int_equal(slept_us, 1000);
    assert_int_equal(fake.queue.lost, 0);
    fake_end(&fake);
}

static void fault_094_spurious_interrupts_are_counted_late_ones_are_not(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    submit(0);
    assert_int_equal(wait_once(), 1);
    assert_int_equal(fake.queue.spurious, 0);
    submit(0);
    happens_at = 0;
    for (uint32_t i = 1; i <= 5; i++) { /* for nothing, and the sleep begins with a wake */
        lwnvme_interrupt(&fake.controller, 1);
        assert_int_equal(wait_once(), 0);
    }
    assert_int_equal(fake.queue.spurious, 0); /* before the sleep: it cannot be told from what was polled */
    assert_int_equal(vectors[1].fired, 6);
    happens_silently = false;
    fake_end(&fake);
}

/* A host whose interrupts come in the sleep, for nothing. */
static uint32_t rounds_of_nothing;
static void wait_for_nothing(void *host, uint64_t deadline_us)
{
    (void)host;
    (void)deadline_us;
    fake.now_us += 100;
    if (rounds_of_nothing != 0) {
        rounds_of_nothing--;
        lwnvme_interrupt(&fake.controller, 1);
    } else {
        happen();
    }
}

static void fault_094_a_storm_of_nothing_ends_no_request(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    fake.ops.wait = wait_for_nothing;
    rounds_of_nothing = 0;
    submit(0);
    assert_int_equal(wait_once(), 1);
    rounds_of_nothing = 1000;
    submit(0);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(wait_once(), 0);
    }
    assert_int_equal(fake.queue.spurious, 1000);
    assert_int_equal(fake.queue.lost, 0);
    assert_int_equal(wait_once(), 1);
    assert_int_equal(fake.queue.spurious, 1000);
    assert_int_equal(ios[0].called, 2);
    /* Taken by a poll before its interrupt came: late, not spurious. */
    submit(0);
    happens_silently = true;
    happen();
    assert_int_equal(lwnvme_queue_poll(&fake.queue, 0), 1);
    submit(0);
    rounds_of_nothing = 1;
    assert_int_equal(wait_once(), 0);
    assert_int_equal(fake.queue.spurious, 1000);
    happens_silently = false;
    assert_int_equal(wait_once(), 1);
    fake_end(&fake);
}

/* Sleeps that polling would have spared make the next one poll, up to a bound; long ones unlearn it. */
static void polling_before_a_sleep_is_as_long_as_it_pays(void **state)
{
    uint32_t polls = 0;
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    lasts_us = 3;
    for (uint32_t i = 0; i < 20; i++) {
        submit(0);
        relaxes = 0;
        assert_int_equal(wait_once(), 1);
        assert_true(relaxes >= polls && relaxes <= 256);
        polls = relaxes;
    }
    assert_int_equal(polls, 256);
    lasts_us = 5000;
    for (uint32_t i = 0; i < 20; i++) {
        submit(0);
        relaxes = 0;
        assert_int_equal(wait_once(), 1);
        assert_int_equal(relaxes, i < 9 ? 256u >> i : 0);
        polls = relaxes;
    }
    assert_int_equal(polls, 0);
    assert_int_equal(sleeps, 0);
    fake_end(&fake);
}

static void wait_in_a_callback(struct counted *io)
{
    *(uint32_t *)io->data += 1u + lwnvme_queue_wait(&fake.queue, 0, UINT64_MAX);
}

/* Where there is no sleep, a wait is one more look. */
static void who_cannot_sleep_looks_once_more(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    fake.ops.wait = NULL;
    happens_at = 0;
    submit(0);
    assert_int_equal(wait_once(), 0);
    assert_int_equal(relaxes, 1);
    happen();
    assert_int_equal(wait_once(), 1);
    assert_int_equal(relaxes, 1);
    fake_end(&fake);
}

static void who_has_nothing_to_wait_for_does_not_sleep(void **state)
{
    uint32_t calls = 0;
    (void)state;
    assert_int_equal(lwnvme_queue_wait(NULL, 0, UINT64_MAX), 0);
    start(LWNVME_INTERRUPT_MSIX, 1);
    assert_int_equal(wait_once(), 0); /* nothing in flight */
    ios[0].then = wait_in_a_callback;
    ios[0].data = &calls;
    submit(0);
    assert_int_equal(wait_once(), 1);
    assert_int_equal(calls, 1);
    /* A moment that has come, a deadline that has passed. */
    happens_at = 0;
    submit(1);
    assert_int_equal(lwnvme_queue_wait(&fake.queue, 0, fake.now_us), 0);
    assert_int_equal(sleeps, 0);
    fake.queue.slow |= LWNVME_SLOW_STOPPED;
    assert_int_equal(wait_once(), 0);
    fake.queue.slow &= ~LWNVME_SLOW_STOPPED;
    assert_int_equal(sleeps, 0);
    assert_true(relaxes >= 3);
    /* Without an interrupt, without a wait hook, without a vector: polled. */
    fake.queue.flags = 0;
    assert_int_equal(wait_once(), 0);
    fake.queue.flags = LWNVME_QUEUE_INTERRUPT;
    fake.queue.vector = VECTORS;
    assert_int_equal(wait_once(), 0);
    fake.queue.vector = 1;
    fake.ops.wait = NULL;
    assert_int_equal(wait_once(), 0);
    fake.controller.config.interrupts = NULL;
    assert_int_equal(wait_once(), 0);
    assert_int_equal(sleeps, 0);
    happen();
    assert_int_equal(wait_once(), 1);
    lwnvme_interrupts_use(NULL, LWNVME_INTERRUPT_PIN, vectors, 1);
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_PIN, NULL, 1);
    assert_int_equal(interrupts.vector_count, 0);
    fake_end(&fake);
}

/* A deadline of a command ends the sleep, and the command is late. */
static void deadlines_end_a_sleep(void **state)
{
    (void)state;
    start(LWNVME_INTERRUPT_MSIX, 1);
    happens_at = 0;
    ios[0].request.timeout_ms = 40;
    submit(0);
    for (uint32_t i = 0; i < 10 && fake.controller.fail_status == 0; i++) {
        assert_int_equal(wait_once(), 0);
    }
    assert_int_equal(fake.controller.fail_status, LWNVME_ERR_TIMEOUT);
    assert_true(slept_us >= 40000 && slept_us < HEAL_US);
    fake.controller.device_stopped = 1;
    lwnvme_queue_give_back(&fake.queue);
    fake_end(&fake);
}

/* Owners of a shared queue take each other's completions: they tell each other. */
static void owners_of_a_shared_queue_are_woken(void **state)
{
    (void)state;
    start_on(LWNVME_INTERRUPT_MSIX, 1, FAKE_SHARED);
    submit(0);
    happens_silently = true;
    happen();
    assert_int_equal(wait_once(), 1);
    assert_true(woken);
    woken = false;
    happens_silently = false;
    submit(0);
    assert_int_equal(wait_once(), 1); /* taken after a sleep, of which is noted under the lock what it says */
    assert_int_equal(fake.queue.lost, 0);
    fake_end(&fake);
    start(LWNVME_INTERRUPT_MSIX, 1);
    happens_silently = true;
    submit(0);
    happen();
    assert_int_equal(wait_once(), 1);
    assert_false(woken);
    fake_end(&fake);
}

/* Whoever interrupts a controller that is closed, or was never opened, does no harm. */
static void closed_controllers_are_left_alone(void **state)
{
    static struct lwnvme_controller closed;
    (void)state;
    closed.config.interrupts = &interrupts;
    lwnvme_interrupts_use(&interrupts, LWNVME_INTERRUPT_PIN, vectors, VECTORS);
    vectors[0].fired = 0;
    lwnvme_interrupt(&closed, 0);
    lwnvme_interrupt_mask(&closed, 0);
    lwnvme_interrupt_arm(&closed, 0);
    assert_false(lwnvme_interrupt_is_ours(&closed, 0));
    lwnvme_interrupt(NULL, 0);
    lwnvme_interrupt_mask(NULL, 0);
    lwnvme_interrupt_arm(NULL, 0);
    assert_int_equal(vectors[0].fired, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_wake_is_lost_whenever_the_interrupt_comes),
        cmocka_unit_test(what_comes_after_the_last_look_ends_the_sleep),
        cmocka_unit_test(pin_and_msi_are_masked_by_the_handler_and_armed_by_the_sleeper),
        cmocka_unit_test(fault_027_masks_are_not_touched_with_msix),
        cmocka_unit_test(quiet_devices_are_not_masked),
        cmocka_unit_test(there_are_32_masks),
        cmocka_unit_test(fault_094_whose_interrupt_it_is),
        cmocka_unit_test(fault_095_lost_interrupts_heal_and_are_counted),
        cmocka_unit_test(coalesced_interrupts_are_not_lost),
        cmocka_unit_test(fault_094_spurious_interrupts_are_counted_late_ones_are_not),
        cmocka_unit_test(fault_094_a_storm_of_nothing_ends_no_request),
        cmocka_unit_test(polling_before_a_sleep_is_as_long_as_it_pays),
        cmocka_unit_test(who_cannot_sleep_looks_once_more),
        cmocka_unit_test(who_has_nothing_to_wait_for_does_not_sleep),
        cmocka_unit_test(deadlines_end_a_sleep),
        cmocka_unit_test(owners_of_a_shared_queue_are_woken),
        cmocka_unit_test(closed_controllers_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
