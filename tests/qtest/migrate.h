/*
 * Migration through a file, from one QEMU of a test to the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_MIGRATE_H
#define BENCHWIRE_TESTS_MIGRATE_H

#include "tests/qtest/libqtest.h"

/* Write the state of @from, which is still there afterwards but stopped.
 * Returns: the file's path, for migrate_in(). */
char *migrate_out(QTestState *from);

/*
 * Go on in @to, which was started with "-incoming defer".  qtest's clock does
 * not migrate, the timers that it drives do: @now_ns is the source's time, or
 * later.  @path is removed and freed.
 */
void migrate_in(QTestState *to, char *path, int64_t now_ns);

#endif
