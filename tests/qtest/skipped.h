/* SPDX-License-Identifier: MIT */
#ifndef TESTS_QTEST_SKIPPED_H
#define TESTS_QTEST_SKIPPED_H

#define EVERY_QEMU (~0u)

/* A test that does not run on QEMU's controller, and why. */
struct skipped {
    const char *program;
    const char *test;
    unsigned before; /* in versions below that */
    const char *reason;
};

extern const struct skipped skipped[]; /* up to one whose test is NULL */

#endif
