/* SPDX-License-Identifier: MIT */
/*
 * The program of the sweeps. Without arguments: all scenarios on hosts with hooks, plain, and without coherent DMA, at every
 * event (or every SWEEP_THIN-th), as many processes as there are processors; a line for each scenario, and the totals.
 *
 *     --scenario NAME, --kind NAME, --host NAME, --at N   only these; with all of them a single run, told step by step
 *     --thin N        every N-th fault point
 *     --pairs N       N random pairs of faults in place of single ones, by --seed S
 *     --json PATH     the figures
 *     --list          scenarios, kinds and hosts
 *     --clean         each scenario once on each host, without a fault
 *     --shadow        the same on the hosts whose device has its own view of memory, until one fails
 *
 * A worker that dies has its fault point counted as failed, and another one goes on behind it.
 */
#include "sweep.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SWEEP_THIN
#define SWEEP_THIN 1
#endif
#define SCENARIOS_MAX  64u
#define KINDS_MAX      96u
#define WORKERS_MAX    16u
#define FAILURES_SHOWN 40u
#define RUN_LIMIT_S    30u
#define SINGLE_HOSTS   3u /* the first ones; the others are for clean runs and for pairs */

static const char *const host_names[HOST_COUNT] = {"hooks", "plain", "caches", "weak", "registers"};
static const char *const outcome_names[OUTCOME_COUNT] = {"masked", "failed", "recovered"};

static struct options {
    const char *scenario;
    const char *kind;
    const char *host;
    const char *json;
    uint64_t at;
    uint64_t thin;
    uint64_t pairs;
    uint64_t seed;
    uint32_t jobs;
    bool list;
    bool clean;
    bool shadow;
} options;

static const struct sweep_scenario *scenarios[SCENARIOS_MAX];
static uint32_t scenario_count;
static uint64_t counts[SCENARIOS_MAX][HOST_COUNT][EVENT_COUNT];

/* Shared by the processes. */
struct figures {
    uint64_t outcomes[SCENARIOS_MAX][KINDS_MAX][OUTCOME_COUNT];
    uint64_t failed[SCENARIOS_MAX];
    uint64_t failures;
    struct worker {
        uint64_t next; /* the point that it is at */
        uint32_t deaths;
    } workers[WORKERS_MAX];
};
static struct figures *figures;

/* A run: what, where, and which faults. */
struct point {
    uint32_t scenario;
    enum sweep_host host;
    struct sweep_fault faults[2];
};

static void collect(const struct sweep_scenario *list)
{
    for (; list->name != NULL && scenario_count < SCENARIOS_MAX; list++)
        scenarios[scenario_count++] = list;
}

/* A run that takes so much time of the processor hangs. 0: no limit. */
static void limit(uint32_t seconds)
{
    struct itimerval timer = {{0, 0}, {seconds, 0}};

    (void)setitimer(ITIMER_PROF, &timer, NULL);
}

static bool chosen(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

static bool runs_on(const struct sweep_scenario *scenario, enum sweep_host host)
{
    return host != HOST_CACHES || (scenario->flags & SCENARIO_NO_CACHES) == 0;
}

/* ---- one run ---- */

static void say_replay(const struct point *point)
{
    fprintf(stderr, "    make sweep SCENARIO=%s HOST=%s", scenarios[point->scenario]->name,
            host_names[point->host]);
    if (point->faults[0].kind != NULL)
        fprintf(stderr, " KIND=%s AT=%llu", point->faults[0].kind->name,
                (unsigned long long)point->faults[0].at);
    if (point->faults[1].kind != NULL)
        fprintf(stderr, " and %s at %llu", point->faults[1].kind->name,
                (unsigned long long)point->faults[1].at);
    fprintf(stderr, "\n");
}

static void say_failure(const struct point *point, const char *why)
{
    if (__atomic_add_fetch(&figures->failures, 1, __ATOMIC_RELAXED) <= FAILURES_SHOWN) {
        fprintf(stderr, "FAILED: %s\n", why);
        say_replay(point);
    }
    __atomic_add_fetch(&figures->failed[point->scenario], 1, __ATOMIC_RELAXED);
}

static bool run_point(const struct point *point)
{
    enum sweep_outcome outcome = OUTCOME_MASKED;
    char why[400];
    uint32_t kind = point->faults[0].kind == NULL ? 0 : (uint32_t)(point->faults[0].kind - sweep_kinds);

    limit(RUN_LIMIT_S);
    if (!sweep_run(scenarios[point->scenario], point->host, point->faults, &outcome, NULL, why)) {
        say_failure(point, why);
        return false;
    }
    __atomic_add_fetch(&figures->outcomes[point->scenario][kind][outcome], 1, __ATOMIC_RELAXED);
    return true;
}

/* ---- counting ---- */

/* A run without a fault. */
static bool count_one(uint32_t scenario, enum sweep_host host)
{
    struct point point = {scenario, host, {{NULL, 0}, {NULL, 0}}};
    enum sweep_outcome outcome = OUTCOME_MASKED;
    char why[400];

    if (!chosen(options.scenario, scenarios[scenario]->name) || !chosen(options.host, host_names[host]) ||
        !runs_on(scenarios[scenario], host) || (options.shadow && host < HOST_CACHES))
        return true;
    limit(RUN_LIMIT_S);
    if (sweep_run(scenarios[scenario], host, point.faults, &outcome, counts[scenario][host], why))
        return true;
    say_failure(&point, why);
    return false;
}

static bool count_all(uint32_t hosts)
{
    bool good = true;

    for (uint32_t scenario = 0; scenario < scenario_count; scenario++) {
        for (uint32_t host = 0; host < hosts && (good || !options.shadow); host++)
            good = count_one(scenario, (enum sweep_host)host) && good;
    }
    return good;
}

/* The index-th point of a scenario on a host, kinds one after the other; false: there are not so many. */
static bool point_of(struct point *point, uint64_t index)
{
    for (uint32_t kind = 0; kind < sweep_kind_count; kind++) {
        uint64_t events = counts[point->scenario][point->host][sweep_kinds[kind].event];

        if (!chosen(options.kind, sweep_kinds[kind].name))
            continue;
        if (index < events) {
            point->faults[0] = (struct sweep_fault){&sweep_kinds[kind], index + 1};
            return true;
        }
        index -= events;
    }
    return false;
}

static uint64_t points_of(uint32_t scenario, uint32_t host)
{
    uint64_t total = 0;

    if ((scenarios[scenario]->flags & SCENARIO_CLEAN) != 0)
        return 0;
    for (uint32_t kind = 0; kind < sweep_kind_count; kind++)
        total += chosen(options.kind, sweep_kinds[kind].name)
                     ? counts[scenario][host][sweep_kinds[kind].event]
                     : 0;
    return total;
}

static uint64_t points_in_all(void)
{
    uint64_t total = 0;

    for (uint32_t scenario = 0; scenario < scenario_count; scenario++) {
        for (uint32_t host = 0; host < SINGLE_HOSTS; host++)
            total += points_of(scenario, host);
    }
    return total;
}

/* The index-th point of all. */
static bool point_at(struct point *point, uint64_t index)
{
    for (uint32_t scenario = 0; scenario < scenario_count; scenario++) {
        for (uint32_t host = 0; host < SINGLE_HOSTS; host++) {
            uint64_t points = points_of(scenario, host);

            if (index < points) {
                *point = (struct point){scenario, (enum sweep_host)host, {{NULL, 0}, {NULL, 0}}};
                return point_of(point, index);
            }
            index -= points;
        }
    }
    return false;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The index-th random pair, by the seed alone. */
static bool pair_at(struct point *point, uint64_t index)
{
    uint64_t random = mix(options.seed * 0x9e3779b97f4a7c15u + index);
    uint64_t points;

    do {
        random = mix(random + 1);
        point->scenario = (uint32_t)(random % scenario_count);
        point->host = (enum sweep_host)((random >> 32) % SINGLE_HOSTS);
        points = points_of(point->scenario, point->host);
    } while (points == 0);
    random = mix(random);
    (void)point_of(point, random % points);
    point->faults[1] = point->faults[0];
    return point_of(point, mix(random) % points);
}

/* ---- processes ---- */

static void work(uint32_t worker, uint64_t total)
{
    struct worker *me = &figures->workers[worker];

    for (; me->next < total; me->next += options.jobs) {
        struct point point;

        if (options.pairs != 0) {
            (void)pair_at(&point, me->next);
            (void)run_point(&point);
        } else if (point_at(&point, me->next * options.thin)) {
            (void)run_point(&point);
        }
    }
}

static pid_t begin_worker(uint32_t worker, uint64_t total)
{
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        work(worker, total);
        fflush(NULL);
        _exit(0);
    }
    return pid;
}

/* What a worker was at when it died. */
static void bury(uint32_t worker, int status)
{
    struct point point;
    char why[400];
    uint64_t at = figures->workers[worker].next;

    (void)(options.pairs != 0 ? pair_at(&point, at) : point_at(&point, at * options.thin));
    (void)snprintf(why, sizeof(why), "the process ended by %s",
                   strsignal(WIFSIGNALED(status) ? WTERMSIG(status) : 0));
    say_failure(&point, why);
    figures->workers[worker].next += options.jobs;
}

static void run_all(uint64_t total)
{
    pid_t pids[WORKERS_MAX];
    uint32_t running = options.jobs;

    for (uint32_t worker = 0; worker < options.jobs; worker++) {
        figures->workers[worker].next = worker;
        pids[worker] = begin_worker(worker, total);
    }
    while (running != 0) {
        int status;
        pid_t pid = wait(&status);
        uint32_t worker = 0;

        while (worker + 1 < options.jobs && pids[worker] != pid)
            worker++;
        running--;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            continue;
        bury(worker, status);
        pids[worker] = begin_worker(worker, total);
        running++;
    }
}

/* ---- what is told ---- */

static uint64_t outcomes_of(uint32_t scenario, uint64_t sums[OUTCOME_COUNT])
{
    uint64_t points = 0;

    memset(sums, 0, sizeof(uint64_t) * OUTCOME_COUNT);
    for (uint32_t kind = 0; kind < sweep_kind_count; kind++) {
        for (uint32_t outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            sums[outcome] += figures->outcomes[scenario][kind][outcome];
            points += figures->outcomes[scenario][kind][outcome];
        }
    }
    return points + figures->failed[scenario];
}

static uint64_t events_of(uint32_t scenario)
{
    uint64_t events = 0;

    for (uint32_t host = 0; host < SINGLE_HOSTS; host++) {
        for (uint32_t event = 0; event < EVENT_COUNT; event++)
            events += counts[scenario][host][event];
    }
    return events;
}

static void say_json(double seconds, uint64_t total)
{
    FILE *file = fopen(options.json, "w");

    if (file == NULL)
        return;
    fprintf(file,
            "{\n \"fault_points\": %llu,\n \"broken\": %llu,\n \"seconds\": %.1f,\n \"thin\": %llu,\n "
            "\"pairs\": %llu,\n"
            " \"seed\": %llu,\n \"kinds\": %u,\n \"scenarios\": {\n",
            (unsigned long long)total, (unsigned long long)figures->failures, seconds,
            (unsigned long long)options.thin, (unsigned long long)options.pairs,
            (unsigned long long)options.seed, sweep_kind_count);
    for (uint32_t scenario = 0, some = 0; scenario < scenario_count; scenario++) {
        uint64_t sums[OUTCOME_COUNT];
        uint64_t points = outcomes_of(scenario, sums);

        if (points == 0)
            continue;
        fprintf(file, "%s  \"%s\": {\"events\": %llu, \"fault_points\": %llu, \"broken\": %llu",
                some++ != 0 ? ",\n" : "", scenarios[scenario]->name, (unsigned long long)events_of(scenario),
                (unsigned long long)points, (unsigned long long)figures->failed[scenario]);
        for (uint32_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            fprintf(file, ", \"%s\": %llu", outcome_names[outcome], (unsigned long long)sums[outcome]);
        fprintf(file, ", \"kinds\": {");
        for (uint32_t kind = 0, more = 0; kind < sweep_kind_count; kind++) {
            const uint64_t *of = figures->outcomes[scenario][kind];

            if (of[0] + of[1] + of[2] != 0)
                fprintf(file, "%s\"%s\": [%llu, %llu, %llu]", more++ != 0 ? ", " : "", sweep_kinds[kind].name,
                        (unsigned long long)of[0], (unsigned long long)of[1], (unsigned long long)of[2]);
        }
        fprintf(file, "}}");
    }
    fprintf(file, "\n }\n}\n");
    fclose(file);
}

static void say_all(double seconds)
{
    uint64_t total = 0;
    uint64_t all[OUTCOME_COUNT] = {0};
    uint32_t good = 0;
    uint32_t bad = 0;

    printf("%-24s %8s %9s %9s %9s %9s %7s\n", "scenario", "events", "points", "masked", "failed", "recovered",
           "broken");
    for (uint32_t scenario = 0; scenario < scenario_count; scenario++) {
        uint64_t sums[OUTCOME_COUNT];
        uint64_t points = outcomes_of(scenario, sums);

        if (points == 0)
            continue;
        printf("%-24s %8llu %9llu %9llu %9llu %9llu %7llu\n", scenarios[scenario]->name,
               (unsigned long long)events_of(scenario), (unsigned long long)points,
               (unsigned long long)sums[0], (unsigned long long)sums[1], (unsigned long long)sums[2],
               (unsigned long long)figures->failed[scenario]);
        total += points;
        for (uint32_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            all[outcome] += sums[outcome];
        good += figures->failed[scenario] == 0;
        bad += figures->failed[scenario] != 0;
    }
    printf("%llu fault points of %u kinds in %.0f s: %llu masked, %llu failed by name, %llu recovered, %llu "
           "broken\n",
           (unsigned long long)total, sweep_kind_count, seconds, (unsigned long long)all[0],
           (unsigned long long)all[1], (unsigned long long)all[2], (unsigned long long)figures->failures);
    printf("[  PASSED  ] %u test(s).\n", good);
    if (bad != 0)
        printf("[  FAILED  ] %u test(s).\n", bad);
    if (options.json != NULL)
        say_json(seconds, total);
}

static void say_list(void)
{
    for (uint32_t scenario = 0; scenario < scenario_count; scenario++)
        printf("scenario %s\n", scenarios[scenario]->name);
    for (uint32_t kind = 0; kind < sweep_kind_count; kind++)
        printf("kind     %s\n", sweep_kinds[kind].name);
    for (uint32_t host = 0; host < HOST_COUNT; host++)
        printf("host     %s\n", host_names[host]);
}

/* ---- the program ---- */

static bool option(const char *name, const char *value)
{
    struct {
        const char *name;
        const char **text;
        uint64_t *number;
    } known[] = {{"--scenario", &options.scenario, NULL},
                 {"--kind", &options.kind, NULL},
                 {"--host", &options.host, NULL},
                 {"--json", &options.json, NULL},
                 {"--at", NULL, &options.at},
                 {"--thin", NULL, &options.thin},
                 {"--pairs", NULL, &options.pairs},
                 {"--seed", NULL, &options.seed}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(name, known[i].name) != 0)
            continue;
        if (known[i].text != NULL)
            *known[i].text = value;
        else
            *known[i].number = strtoull(value, NULL, 0);
        return true;
    }
    return false;
}

static bool options_read(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    options.thin = SWEEP_THIN;
    options.seed = (uint64_t)time(NULL);
    options.jobs = processors < 1 ? 1 : processors > (long)WORKERS_MAX ? WORKERS_MAX : (uint32_t)processors;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0)
            options.list = true;
        else if (strcmp(argv[i], "--clean") == 0)
            options.clean = true;
        else if (strcmp(argv[i], "--shadow") == 0)
            options.clean = options.shadow = true;
        else if (i + 1 == argc || !option(argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    options.thin = options.thin == 0 ? 1 : options.thin;
    return true;
}

/* A single point, by name. */
static int replay(void)
{
    for (uint32_t scenario = 0; scenario < scenario_count; scenario++) {
        for (uint32_t host = 0; host < HOST_COUNT; host++) {
            for (uint32_t kind = 0; kind < sweep_kind_count; kind++) {
                struct point point = {
                    scenario, (enum sweep_host)host, {{&sweep_kinds[kind], options.at}, {NULL, 0}}};

                if (chosen(options.scenario, scenarios[scenario]->name) &&
                    chosen(options.host, host_names[host]) && chosen(options.kind, sweep_kinds[kind].name) &&
                    runs_on(scenarios[scenario], point.host)) {
                    say_replay(&point);
                    (void)run_point(&point);
                }
            }
        }
    }
    return figures->failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct timespec begun;
    struct timespec ended;
    uint64_t total;
    bool good;

    collect(sweep_scenarios_life);
    collect(sweep_scenarios_io);
    collect(sweep_scenarios_admin);
    figures = mmap(NULL, sizeof(*figures), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (figures == MAP_FAILED || sweep_kind_count > KINDS_MAX || !options_read(argc, argv)) {
        fprintf(stderr, "what can be asked is at the head of tests/sweep/run.c\n");
        return 2;
    }
    if (options.list) {
        say_list();
        return 0;
    }
    sweep_verbose = options.at != 0 || getenv("VERBOSE") != NULL;
    if (options.at != 0)
        return replay();
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    good = count_all(HOST_COUNT);
    limit(0);
    if (options.clean || !good) {
        printf("[  %s  ] %u test(s).\n", good ? "PASSED" : "FAILED", good ? scenario_count : 1);
        return good ? 0 : 1;
    }
    if (options.pairs != 0)
        printf("seed %llu\n", (unsigned long long)options.seed);
    total = options.pairs != 0 ? options.pairs : (points_in_all() + options.thin - 1) / options.thin;
    run_all(total);
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    say_all((double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9);
    return figures->failures == 0 ? 0 : 1;
}
