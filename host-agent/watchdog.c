/*
 * The service manager's watchdog; see watchdog.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/watchdog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/notify.h"

#define US_NS 1000ull
/* Nobody wants less than a ping each millisecond, or more than one a day. */
#define MIN_EVERY_US 1000ull
#define MAX_EVERY_US 86400000000ull

/* A number and nothing else, or 0. */
static uint64_t number(const char *text)
{
    unsigned long long value;
    char *end;

    if (!text || text[0] < '0' || text[0] > '9') {
        return 0;
    }
    errno = 0;
    value = strtoull(text, &end, 10);
    return errno || *end ? 0 : value;
}

void bw_watchdog_init(struct bw_watchdog *w)
{
    uint64_t every_us = number(getenv("WATCHDOG_USEC")) / 2;
    const char *pid = getenv("WATCHDOG_PID");

    *w = (struct bw_watchdog){ 0 };
    if (every_us > 0 && (!pid || number(pid) == (uint64_t)getpid())) {
        if (every_us < MIN_EVERY_US) {
            every_us = MIN_EVERY_US;
        }
        if (every_us > MAX_EVERY_US) {
            every_us = MAX_EVERY_US;
        }
        w->every_ns = every_us * US_NS;
        w->next_ns = bw_clock_ns();
    }
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

int bw_watchdog_wait_ms(const struct bw_watchdog *w, int limit_ms)
{
    int left_ms;

    if (!w->every_ns) {
        return limit_ms;
    }
    left_ms = bw_clock_left_ms(w->next_ns);
    return limit_ms >= 0 && limit_ms < left_ms ? limit_ms : left_ms;
}

bool bw_watchdog_due(const struct bw_watchdog *w)
{
    return w->every_ns && bw_clock_ns() >= w->next_ns;
}

void bw_watchdog_tick(struct bw_watchdog *w, bool hung)
{
    if (!bw_watchdog_due(w)) {
        return;
    }
    w->next_ns = bw_clock_ns() + w->every_ns;
    if (!hung) {
        w->told = false;
        bw_notify("WATCHDOG=1");
    } else if (!w->told) {
        w->told = true;
        bw_log(BW_LOG_ERROR, "a request does not end, an adapter hangs: the "
                             "watchdog is not told any more that all is well");
    }
}
