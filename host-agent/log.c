/*
 * The agent's log; see log.h.
 *
 * A line goes out in a single write(2), so lines of different sessions do not
 * mix.  A log that cannot be written (full disk, closed pipe) is no reason to
 * stop serving: the line is lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "host-agent/clock.h"

#define LINE_MAX_BYTES 2048

static atomic_int log_level = BW_LOG_OFF;

void bw_log_set_level(enum bw_log_level level)
{
    atomic_store(&log_level, (int)level);
}

bool bw_log_enabled(enum bw_log_level level)
{
    return (int)level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

static size_t clip(int printed, size_t room)
{
    if (printed < 0) {
        return 0;
    }
    return (size_t)printed < room ? (size_t)printed : room - 1;
}

void bw_log(enum bw_log_level level, const char *format, ...)
{
    static const char *const names[] = { "off", "error", "info", "debug" };
    char line[LINE_MAX_BYTES];
    uint64_t ms = bw_clock_ns() / 1000000u;
    size_t len;
    va_list args;

    if (!bw_log_enabled(level)) {
        return;
    }
    len = clip(snprintf(line, sizeof(line),
                        "[%5llu.%03llu] %s: ", (unsigned long long)(ms / 1000),
                        (unsigned long long)(ms % 1000), names[level]),
               sizeof(line));
    va_start(args, format);
    /* One byte stays free for the end of the line. */
    len += clip(vsnprintf(line + len, sizeof(line) - len - 1, format, args),
                sizeof(line) - len - 1);
    va_end(args);
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0) {
        return;
    }
}
