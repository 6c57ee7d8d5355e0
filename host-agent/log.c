/*
 * The agent's log; see log.h.
 *
 * A line goes out in a single write(2), so lines of different sessions do not
 * mix.  A log that cannot be written (full disk, closed pipe) is no reason to
 * stop serving: the line is lost.
 *
 * Source of the journal's form: sd-daemon(3) for the level before a line,
 * systemd.exec(5) for $JOURNAL_STREAM, which names the device and the inode of
 * the stream that leads there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/clock.h"

#define LINE_MAX_BYTES 2048

static atomic_int log_level = BW_LOG_OFF;

static atomic_bool to_journal;

static bool is_journal(int fd)
{
    const char *text = getenv("JOURNAL_STREAM");
    unsigned long long dev, ino;
    struct stat st;
    char *end;

    if (!text || fstat(fd, &st) < 0) {
        return false;
    }
    dev = strtoull(text, &end, 10);
    if (end == text || *end != ':') {
        return false;
    }
    text = end + 1;
    ino = strtoull(text, &end, 10);
    return end != text && *end == '\0' && st.st_dev == dev && st.st_ino == ino;
}

void bw_log_set_level(enum bw_log_level level)
{
    atomic_store(&to_journal, is_journal(STDERR_FILENO));
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

/* What stands before the text.  Returns its length. */
static size_t print_prefix(enum bw_log_level level, char *line, size_t size)
{
    static const struct {
        const char *name;
        int priority; /* of syslog(3) */
    } levels[] = {
        { "off", 0 }, { "error", 3 }, { "info", 6 }, { "debug", 7 }
    };
    uint64_t ms = bw_clock_ns() / 1000000u;

    if (atomic_load_explicit(&to_journal, memory_order_relaxed)) {
        return clip(snprintf(line, size, "<%d>", levels[level].priority), size);
    }
    return clip(snprintf(line, size,
                         "[%5llu.%03llu] %s: ", (unsigned long long)(ms / 1000),
                         (unsigned long long)(ms % 1000), levels[level].name),
                size);
}

void bw_log(enum bw_log_level level, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    size_t len;
    va_list args;

    if (!bw_log_enabled(level)) {
        return;
    }
    len = print_prefix(level, line, sizeof(line));
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
