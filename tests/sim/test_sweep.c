/* SPDX-License-Identifier: MIT */
/*
 * A few points of the sweeps (tests/sweep has the rest) with the library as everybody builds it, and on all machines that the
 * tests run on: one fault of each kind in each scenario, at a place that differs from scenario to scenario.
 */
#include "scenario.h"

#include "../sweep/sweep.h"

#define STEP 5u

/* A clock that stands still takes a million polls to be found out here. */
static bool is_quick(const struct sweep_kind *kind)
{
    return kind->event != EVENT_CLOCK || kind->value != 0;
}

static void run(const struct sweep_scenario *scenario, enum sweep_host host, const struct sweep_fault *fault,
                uint64_t counts[EVENT_COUNT])
{
    struct sweep_fault faults[2] = {*fault, {NULL, 0}};
    enum sweep_outcome outcome;
    char why[400];

    if (sweep_run(scenario, host, faults, &outcome, counts, why))
        return;
    fail_msg("%s: SCENARIO=%s HOST=%u KIND=%s AT=%llu", why, scenario->name, host,
             fault->kind != NULL ? fault->kind->name : "none", (unsigned long long)fault->at);
}

static void faults_of_each_kind(const struct sweep_scenario *scenario, uint32_t number)
{
    const uint32_t step = STEP * scenario_stride();

    for (uint32_t host = HOST_HOOKS; host <= HOST_CACHES; host++) {
        const struct sweep_fault none = {NULL, 0};
        uint64_t counts[EVENT_COUNT];

        run(scenario, (enum sweep_host)host, &none, counts);
        if ((scenario->flags & SCENARIO_CLEAN) != 0)
            continue;
        for (uint32_t kind = (number + host) % step; kind < sweep_kind_count; kind += step) {
            uint64_t events = counts[sweep_kinds[kind].event];
            struct sweep_fault fault = {&sweep_kinds[kind], 1};

            if (events == 0 || !is_quick(&sweep_kinds[kind]))
                continue;
            fault.at += (number * 7919ull + kind * 104729ull + host) % events;
            run(scenario, (enum sweep_host)host, &fault, NULL);
        }
    }
}

static void sweep_some(const struct sweep_scenario *scenarios)
{
    for (uint32_t number = 0; scenarios[number].name != NULL; number++)
        faults_of_each_kind(&scenarios[number], number);
}

static void life(void **state)
{
    (void)state;
    sweep_some(sweep_scenarios_life);
}

static void io(void **state)
{
    (void)state;
    sweep_some(sweep_scenarios_io);
}

static void admin(void **state)
{
    (void)state;
    sweep_some(sweep_scenarios_admin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life),
        cmocka_unit_test(io),
        cmocka_unit_test(admin),
    };

    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
