/*
 * The agent's log: one sentence per line on standard error.
 *
 * Off until a program switches it on, so that the session code may run inside
 * another process (local.h) without writing to its standard error.
 *
 * Where standard error is the journal, a line has the level as the journal
 * wants it and no time, which the journal adds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LOG_H
#define BENCHWIRE_HOST_AGENT_LOG_H

#include <stdbool.h>

enum bw_log_level {
    BW_LOG_OFF,
    BW_LOG_ERROR, /* something failed that should not */
    BW_LOG_INFO,  /* sessions, leases, what the policy refused */
    BW_LOG_DEBUG  /* every request */
};

/* Also looks where standard error leads: call it when that is settled. */
void bw_log_set_level(enum bw_log_level level);

/* True if a line of @level would be written: ask before building a long one. */
bool bw_log_enabled(enum bw_log_level level);

/* One line, "[seconds] level: text", or "<6>text" for the journal; longer than
 * 2 KiB is cut.  Thread-safe,
 * lines are never mixed. */
void bw_log(enum bw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
