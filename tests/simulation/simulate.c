/* SPDX-License-Identifier: MIT */
/*
 * simulate: runs seeds, side by side, and says what was seen.
 *
 *     simulate [--seed=N] [--seeds=N] [--ios=N] [--jobs=N] [--budget=N] [--json=PATH] [--plant=KIND] [--trace] [--verbose]
 *
 * With a budget no seed is begun after so many seconds of processor time, or twice as many by the clock.
 *
 * Workers are processes: each takes the next seed, and a seed that brings its worker down is one that failed. A seed is
 * printed with what was wrong and the command that runs it again, and it does so exactly, because nothing in a seed depends
 * on anything else. Exit status 0: all seeds are good. With a plant (world.h) something is broken on purpose: then 0 is the
 * wrong answer.
 */
#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 64u

struct options {
    uint64_t seed;
    uint64_t seeds;
    uint64_t ios; /* of each seed */
    uint32_t jobs;
    uint64_t budget_s; /* 0: none */
    double begun;
    const char *json;
    enum plant plant;
    bool trace;
    bool verbose;
};

/* Shared by all processes. */
struct desk {
    struct {
        struct figures figures;
        uint64_t seed;   /* at which the worker is */
        uint64_t cpu_us; /* that it has taken */
        bool busy;
    } workers[JOBS_MAX];
    uint64_t next;
};

static const char *program;

/* ---- one seed ---- */

static void say_replay(const struct options *o, uint64_t seed, const char *why)
{
    printf(
        "seed %llu fails: %s\n    again: make simulate SEED=%llu SEEDS=1%s, or %s --seed=%llu --ios=%llu%s%s "
        "--verbose\n",
        (unsigned long long)seed, why, (unsigned long long)seed, o->ios == 20000 ? "" : " IOS=...", program,
        (unsigned long long)seed, (unsigned long long)o->ios,
        o->plant == PLANT_NOTHING ? "" : " --plant=", o->plant == PLANT_NOTHING ? "" : plant_names[o->plant]);
    (void)fflush(stdout);
}

static bool run_seed(const struct options *o, uint64_t seed, struct figures *figures, uint64_t *trace)
{
    struct world *world = world_memory(sizeof(*world));
    jmp_buf out;
    world->out = &out;
    world->plant = o->plant;
    world->verbose = o->verbose;
    world->limit = o->ios;
    if (setjmp(out) != 0) { /* what it holds is lost */
        say_replay(o, seed, world->why);
        *figures = world->figures;
        figures->seeds = figures->failures = 1;
        return false;
    }
    world_create(world, seed);
    world_run(world);
    *figures = world->figures;
    *trace = world->trace;
    world_destroy(world);
    free(world);
    return true;
}

static void add(struct figures *sum, const struct figures *more)
{
    uint64_t *to = (uint64_t *)(void *)sum;
    const uint64_t *from = (const uint64_t *)(const void *)more;
    for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
        to[i] += from[i];
    }
}

/* ---- many seeds ---- */

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool is_spent(const struct options *o, const struct desk *desk)
{
    uint64_t cpu_us = 0;
    for (uint32_t i = 0; i < o->jobs; i++) {
        cpu_us += desk->workers[i].cpu_us;
    }
    return o->budget_s != 0 &&
           (cpu_us >= o->budget_s * 1000000 || seconds_now() - o->begun >= 2.0 * (double)o->budget_s);
}

static void work(const struct options *o, struct desk *desk, uint32_t index)
{
    while (!is_spent(o, desk)) {
        uint64_t number = __atomic_fetch_add(&desk->next, 1, __ATOMIC_RELAXED);
        struct figures figures;
        uint64_t trace = 0;
        if (number >= o->seeds) {
            return;
        }
        desk->workers[index].seed = o->seed + number;
        desk->workers[index].busy = true;
        if (run_seed(o, o->seed + number, &figures, &trace) && o->trace) {
            printf("seed %llu trace %016llx\n", (unsigned long long)(o->seed + number),
                   (unsigned long long)trace);
        }
        add(&desk->workers[index].figures, &figures);
        desk->workers[index].cpu_us = (uint64_t)clock() * 1000000 / CLOCKS_PER_SEC;
        desk->workers[index].busy = false;
    }
}

static pid_t start(const struct options *o, struct desk *desk, uint32_t index)
{
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        work(o, desk, index);
        (void)fflush(stdout);
        _exit(0);
    }
    return child;
}

static void run_all(const struct options *o, struct desk *desk)
{
    pid_t children[JOBS_MAX] = {0};
    uint32_t left = o->jobs;
    for (uint32_t i = 0; i < o->jobs; i++) {
        children[i] = start(o, desk, i);
    }
    while (left != 0) {
        int status = 0;
        pid_t ended = wait(&status);
        if (ended < 0 && errno != EINTR) {
            return;
        }
        for (uint32_t i = 0; i < o->jobs; i++) {
            if (children[i] != ended) {
                continue;
            }
            children[i] = 0;
            if (!desk->workers[i].busy) {
                left--;
                continue;
            }
            char why[64];
            (void)snprintf(why, sizeof(why), "the process ends by signal %d",
                           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
            say_replay(o, desk->workers[i].seed, why);
            desk->workers[i].figures.failures++;
            desk->workers[i].figures.seeds++;
            desk->workers[i].busy = false;
            children[i] = start(o, desk, i);
        }
    }
}

/* ---- the figures ---- */

static void write_json(const struct options *o, const struct figures *f, double seconds)
{
    FILE *file = fopen(o->json, "w");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", o->json, strerror(errno));
        exit(1);
    }
    fprintf(file,
            "{\n  \"first_seed\": %llu,\n  \"seeds\": %llu,\n  \"failures\": %llu,\n  \"ios\": %llu,\n"
            "  \"commands\": %llu,\n  \"virtual_seconds\": %llu,\n  \"seconds\": %.1f,\n  \"jobs\": %u,\n"
            "  \"ios_per_second\": %.0f,\n  \"blocks_checked\": %llu,\n  \"errors\": %llu,\n  \"refused\": "
            "%llu,\n"
            "  \"bringups\": %llu,\n  \"completions_dropped\": %llu,\n  \"resets_by_the_library\": %llu,\n"
            "  \"aborts_by_the_library\": %llu,\n  \"issued_again_by_the_library\": %llu,\n  \"requests\": {",
            (unsigned long long)o->seed, (unsigned long long)f->seeds, (unsigned long long)f->failures,
            (unsigned long long)f->ios, (unsigned long long)f->commands,
            (unsigned long long)(f->virtual_us / 1000000), seconds, o->jobs, (double)f->ios / seconds,
            (unsigned long long)f->checks, (unsigned long long)f->errors, (unsigned long long)f->refused,
            (unsigned long long)f->bringups, (unsigned long long)f->stale, (unsigned long long)f->recoveries,
            (unsigned long long)f->aborts, (unsigned long long)f->again);
    for (uint32_t i = 0; i < WORK_KINDS; i++) {
        fprintf(file, "%s\n    \"%s\": %llu", i == 0 ? "" : ",", work_names[i],
                (unsigned long long)f->by_kind[i]);
    }
    fprintf(file, "\n  },\n  \"troubles\": {");
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        fprintf(file, "%s\n    \"%s\": %llu", i == 0 ? "" : ",", trouble_names[i],
                (unsigned long long)f->troubles[i]);
    }
    fprintf(file, "\n  }\n}\n");
    (void)fclose(file);
}

static void say_figures(const struct options *o, const struct figures *f, double seconds)
{
    uint64_t troubles = 0;
    for (uint32_t i = 0; i < TROUBLE_COUNT; i++) {
        troubles += f->troubles[i];
    }
    printf("seeds %llu to %llu: %llu I/Os in %llu s of virtual time, %llu troubles, %llu power cuts, %llu "
           "bring-ups, "
           "%llu blocks checked; %.0f I/Os a second; %llu failures\n",
           (unsigned long long)o->seed, (unsigned long long)(o->seed + f->seeds - 1),
           (unsigned long long)f->ios, (unsigned long long)(f->virtual_us / 1000000),
           (unsigned long long)troubles, (unsigned long long)f->troubles[TROUBLE_POWER_CUT],
           (unsigned long long)f->bringups, (unsigned long long)f->checks, (double)f->ios / seconds,
           (unsigned long long)f->failures);
}

static const char *value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

static bool take_option(struct options *o, const char *argument)
{
    const char *value;
    if ((value = value_of(argument, "--seed")) != NULL) {
        o->seed = strtoull(value, NULL, 0);
    } else if ((value = value_of(argument, "--seeds")) != NULL) {
        o->seeds = strtoull(value, NULL, 0);
    } else if ((value = value_of(argument, "--ios")) != NULL) {
        o->ios = strtoull(value, NULL, 0);
    } else if ((value = value_of(argument, "--jobs")) != NULL) {
        o->jobs = (uint32_t)strtoul(value, NULL, 0);
    } else if ((value = value_of(argument, "--budget")) != NULL) {
        o->budget_s = strtoull(value, NULL, 0);
    } else if ((value = value_of(argument, "--json")) != NULL) {
        o->json = value;
    } else if ((value = value_of(argument, "--plant")) != NULL) {
        for (uint32_t i = 1; i < PLANT_KINDS; i++) {
            o->plant = strcmp(value, plant_names[i]) == 0 ? (enum plant)i : o->plant;
        }
        return o->plant != PLANT_NOTHING;
    } else if (strcmp(argument, "--trace") == 0) {
        o->trace = true;
    } else if (strcmp(argument, "--verbose") == 0) {
        o->verbose = true;
    } else {
        return false;
    }
    return true;
}

int main(int count, char **arguments)
{
    struct options o = {.seed = 1, .seeds = 1, .ios = 20000, .jobs = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN)};
    struct figures sum = {0};
    program = arguments[0];
    for (int i = 1; i < count; i++) {
        if (!take_option(&o, arguments[i])) {
            fprintf(stderr, "simulate: %s?\n", arguments[i]);
            return 2;
        }
    }
    o.jobs = o.jobs == 0 ? 1 : o.jobs > JOBS_MAX ? JOBS_MAX : o.jobs;
    o.jobs = o.jobs > o.seeds ? (uint32_t)o.seeds : o.jobs;
    struct desk *desk = mmap(NULL, sizeof(*desk), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (desk == MAP_FAILED) {
        return 2;
    }
    o.begun = seconds_now();
    if (o.seeds == 1) { /* in this process, for a debugger */
        work(&o, desk, 0);
    } else {
        run_all(&o, desk);
    }
    double seconds = seconds_now() - o.begun;
    for (uint32_t i = 0; i < o.jobs; i++) {
        add(&sum, &desk->workers[i].figures);
    }
    if (o.json != NULL) {
        write_json(&o, &sum, seconds);
    }
    say_figures(&o, &sum, seconds);
    return sum.failures == 0 && (o.budget_s != 0 ? sum.seeds != 0 : sum.seeds == o.seeds) ? 0 : 1;
}
