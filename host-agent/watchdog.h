/*
 * The service manager's watchdog: it hears of the agent while the agent serves.
 *
 * Who calls: the loop of server.c, which is the one that accepts.  A ping says
 * that this loop turns and that no session's request has been under way for
 * longer than any may be: an adapter whose driver never returns, a lock that
 * nobody gives back.  A bus that is stuck is no reason, its transfers fail in
 * time.  Without pings the manager ends the agent and starts another, whose
 * lines begin in their safe state.
 *
 * Source: systemd, sd_watchdog_enabled(3) and sd_notify(3): WATCHDOG_USEC is
 * the time between two pings, for the process WATCHDOG_PID, if that is given;
 * half of it is what they recommend.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_WATCHDOG_H
#define BENCHWIRE_HOST_AGENT_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/* A request waits 60 s for its adapter at most, and for its client to take the
 * reply 10 s; longer than this one is taken for hung.  A SCSI command may take
 * hours, and its session says meanwhile that it is waiting (handlers_scsi.c). */
#define BW_WATCHDOG_HUNG_MS 90000

struct bw_watchdog {
    uint64_t every_ns; /* 0: nobody asks */
    uint64_t next_ns;
    bool told; /* that something hangs */
};

/* From the environment, whose variables are removed: they are not for a child.
 * The first ping is due at once. */
void bw_watchdog_init(struct bw_watchdog *w);

/* How long poll(2) may wait so that the next ping is in time, and at most
 * @limit_ms, where -1 is for ever. */
int bw_watchdog_wait_ms(const struct bw_watchdog *w, int limit_ms);

/* If a ping is due, send it; @hung: nothing is sent, and the log says so. */
void bw_watchdog_tick(struct bw_watchdog *w, bool hung);

/* Whether a ping is due: then it is worth looking for what hangs. */
bool bw_watchdog_due(const struct bw_watchdog *w);

#endif
