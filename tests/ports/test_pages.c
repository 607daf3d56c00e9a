/* SPDX-License-Identifier: MIT */
/* Contiguous pages: what is given out and taken back, and what is kept because a device may still write to it. */
#include <stdio.h>

#include "machine.h"

#define PAGES     16u
#define REGION_AT 100u /* not at a page's start */

static _Alignas(MACHINE_PAGE_BYTES) uint8_t region[(PAGES + 2u) * MACHINE_PAGE_BYTES];
static unsigned failures;

static void expect(bool good, const char *what)
{
    if (!good) {
        failures++;
        printf("%s\n", what);
    }
}

static void begin(void)
{
    const struct memory_region memory = {(uintptr_t)region + REGION_AT, sizeof(region) - REGION_AT};

    pages_init(&memory);
}

/* Takes all single pages that there are; gives them back. */
static uint32_t count_free(const uint8_t *never, size_t never_bytes)
{
    void *taken[PAGES + 1u];
    uint32_t count = 0;

    while (count < PAGES + 1u && (taken[count] = pages_alloc(1, 1)) != NULL) {
        expect((uintptr_t)taken[count] % MACHINE_PAGE_BYTES == 0, "a page is not aligned");
        expect((uintptr_t)taken[count] - (uintptr_t)never >= never_bytes,
               "a page that is kept was given out");
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        pages_free(taken[i], 1);
    }
    return count;
}

static void come_and_go(void)
{
    uint8_t *run;

    begin();
    expect(count_free(NULL, 0) == PAGES, "one page is lost to alignment and one to the table, and no more");
    run = pages_alloc(3u * MACHINE_PAGE_BYTES - 1u, 2u * MACHINE_PAGE_BYTES);
    expect(run != NULL && (uintptr_t)run % (2u * MACHINE_PAGE_BYTES) == 0, "a run is not aligned");
    expect(count_free(run, 3u * MACHINE_PAGE_BYTES) == PAGES - 3u, "a run takes other pages than its own");
    pages_free(run, 3u * MACHINE_PAGE_BYTES - 1u);
    pages_free(NULL, 1);
    expect(count_free(NULL, 0) == PAGES, "a run that was freed is not free");
    expect(pages_alloc((PAGES + 1u) * MACHINE_PAGE_BYTES, 1) == NULL, "more than there is");
}

static void keep(void)
{
    uint8_t *held;
    uint8_t *later;

    begin();
    held = pages_alloc(4u * MACHINE_PAGE_BYTES, 1);
    pages_keep();
    later = pages_alloc(2u * MACHINE_PAGE_BYTES, 1);
    expect(held != NULL && later != NULL, "no pages");
    pages_free(held, 4u * MACHINE_PAGE_BYTES);
    expect(count_free(held, 4u * MACHINE_PAGE_BYTES) == PAGES - 6u, "what is kept came back");
    pages_free(later, 2u * MACHINE_PAGE_BYTES);
    expect(count_free(held, 4u * MACHINE_PAGE_BYTES) == PAGES - 4u,
           "what was taken afterwards did not come back");
    pages_keep();
    pages_free(held, 4u * MACHINE_PAGE_BYTES);
    expect(count_free(held, 4u * MACHINE_PAGE_BYTES) == PAGES - 4u, "a second failure changes that");
}

int main(void)
{
    come_and_go();
    keep();
    printf("%s\n", failures == 0 ? "pages come and go, and stay where a device may still write" : "FAILED");
    return failures == 0 ? 0 : 1;
}
