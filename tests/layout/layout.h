/* SPDX-License-Identifier: MIT */
/*
 * Comparing a structure of ours with one of another's, field by field, and values with values. SAME compares a field
 * with another's; AT with numbers of the specification; COVERED ends a structure and demands that what was compared adds
 * up to the whole of it. begin is each test's set-up, end its last line.
 */
#ifndef TESTS_LAYOUT_LAYOUT_H
#define TESTS_LAYOUT_LAYOUT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned differences;
static size_t covered_bytes;

static inline void expect_equal(const char *what, uint64_t ours, uint64_t theirs)
{
    if (ours != theirs) {
        print_error("%s: ours %#llx, expected %#llx\n", what, (unsigned long long)ours,
                    (unsigned long long)theirs);
        differences++;
    }
}

static inline void expect_place(const char *what, size_t offset, size_t size, size_t offset_wanted,
                                size_t size_wanted)
{
    expect_equal(what, offset, offset_wanted);
    expect_equal(what, size, size_wanted);
    covered_bytes += size;
}

static inline void expect_bits(const char *what, unsigned hi, unsigned lo, unsigned hi_wanted,
                               unsigned lo_wanted)
{
    expect_equal(what, hi, hi_wanted);
    expect_equal(what, lo, lo_wanted);
}

static inline void expect_field(const char *what, unsigned hi, unsigned lo, unsigned shift, uint64_t mask)
{
    expect_equal(what, lo, shift);
    expect_equal(what, (UINT64_C(2) << (hi - lo)) - 1u, mask);
}

#define SIZE_OF(type, field) sizeof(((struct type *)0)->field)
#define SAME(ours, field, theirs, their_field)                                                               \
    expect_place(#ours "." #field, offsetof(struct ours, field), SIZE_OF(ours, field),                       \
                 offsetof(struct theirs, their_field), SIZE_OF(theirs, their_field))
#define AT(ours, field, offset, size)                                                                        \
    expect_place(#ours "." #field, offsetof(struct ours, field), SIZE_OF(ours, field), (offset), (size))
/* Several structures may be compared in one test: the count begins anew. */
#define COVERED(ours)                                                                                        \
    do {                                                                                                     \
        expect_equal("bytes compared of " #ours, covered_bytes, sizeof(struct ours));                        \
        expect_equal("alignment of " #ours, _Alignof(struct ours), 1);                                       \
        covered_bytes = 0;                                                                                   \
    } while (0)
#define EXPECT(ours, value)              expect_equal(#ours, (uint64_t)(ours), (uint64_t)(uint32_t)(value))
#define FIELD(ours, theirs)              expect_field(#ours, ours, NVME_##theirs##_SHIFT, NVME_##theirs##_MASK)
#define BITS(ours, hi_wanted, lo_wanted) expect_bits(#ours, ours, hi_wanted, lo_wanted)

static inline int begin(void **state)
{
    (void)state;
    differences = 0;
    covered_bytes = 0;
    return 0;
}

static inline void end(void)
{
    assert_int_equal(differences, 0);
}

#endif
