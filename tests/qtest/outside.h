/*
 * QEMU from outside: what it refuses, at its start and over QMP, and the
 * sockets that it has open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_OUTSIDE_H
#define BENCHWIRE_TESTS_QTEST_OUTSIDE_H

#include <stdbool.h>

#include "tests/qtest/libqtest.h"

/* QEMU with these options must end by itself, with status 1, and tell
 * @sentence.  One that does not end is ended after 20 s. */
void outside_refuses(const char *options, const char *sentence);

struct outside_mistake {
    const char *options;
    const char *sentence;
};

/* So for each of them, behind the options @before and without a blank. */
void outside_refuses_each(const char *before,
                          const struct outside_mistake *mistakes, size_t count);

/* Returns: the text of the error that the command ends with, to be freed, or
 * NULL. */
char *outside_error(QTestState *qts, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/*
 * Call @visit with a descriptor of our own for each file that QEMU has open,
 * until it returns true.  Returns: whether it has; false where the kernel does
 * not let us.
 */
bool outside_find(QTestState *qts, bool (*visit)(int fd, void *opaque),
                  void *opaque);

#endif
