/*
 * QEMU's machine protocol, as much as the benchwire tool needs; see qmp.h.
 *
 * Source: QEMU, docs/interop/qmp-spec.rst: every message is an object on a
 * line of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/clock.h"

#define CLOSED "it has closed the connection"

static int fail(struct bw_qmp *q, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct bw_qmp *q, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(q->error, sizeof(q->error), format, args);
    va_end(args);
    return -1;
}

/* JSON */

/* The character after the string that starts at @p; the end of a text that is
 * cut short. */
static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1]) {
            p++;
        }
    }
    return *p ? p + 1 : p;
}

static const char *skip_blank(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

const char *bw_qmp_member(const char *json, const char *key)
{
    size_t len = strlen(key);
    int depth = 0;

    for (const char *p = json; *p;) {
        const char *start = p;

        if (*p != '"') {
            depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
            p++;
            continue;
        }
        p = skip_string(p);
        if (depth == 1 && *skip_blank(p) == ':' &&
            (size_t)(p - start) == len + 2 &&
            strncmp(start + 1, key, len) == 0) {
            return skip_blank(skip_blank(p) + 1);
        }
    }
    return NULL;
}

void bw_qmp_unquote(const char *value, char *out, size_t size)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/ \f\n\r\t";
    size_t n = 0;

    for (const char *p = value + 1;
         *value == '"' && *p && *p != '"' && n + 1 < size; p++) {
        const char *escape;

        if (*p != '\\' || !p[1]) {
            out[n++] = *p;
            continue;
        }
        p++;
        escape = strchr(escapes, *p);
        out[n++] = escape ? meant[escape - escapes] : '?';
        if (*p == 'u') {
            p += strspn(p + 1, "0123456789abcdefABCDEF") < 4 ? 0 : 4;
        }
    }
    out[n] = '\0';
}

bool bw_qmp_quote(const char *text, char *out, size_t size)
{
    size_t n = 0;

    if (size < 3) {
        return false;
    }
    out[n++] = '"';
    for (const char *p = text; *p; p++) {
        if (n + 8 > size) { /* an escape, the mark, the end */
            return false;
        }
        if (*p == '"' || *p == '\\') {
            out[n++] = '\\';
            out[n++] = *p;
        } else if ((unsigned char)*p < 0x20) {
            n += (size_t)sprintf(out + n, "\\u%04x", (unsigned char)*p);
        } else {
            out[n++] = *p;
        }
    }
    out[n++] = '"';
    out[n] = '\0';
    return true;
}

/* The connection */

/* Add what comes to the line.  Returns: 0, or -1 with @error set. */
static int receive(struct bw_qmp *q, uint64_t deadline_ns)
{
    struct pollfd p = { .fd = q->fd, .events = POLLIN };
    int ready;
    ssize_t n;

    if (q->have == BW_QMP_LINE_MAX) {
        return fail(q, "it sends a line that is too long");
    }
    ready = poll(&p, 1, bw_clock_left_ms(deadline_ns));
    if (ready == 0) {
        return fail(q, "it does not answer; another program may be connected");
    }
    n = ready < 0 ? -1
                  : read(q->fd, q->line + q->have, BW_QMP_LINE_MAX - q->have);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return 0;
    }
    if (n <= 0) {
        return fail(q, CLOSED);
    }
    q->have += (size_t)n;
    return 0;
}

/* The next line, without its end, in q->line; until @deadline_ns */
static int next_line(struct bw_qmp *q, uint64_t deadline_ns)
{
    char *end;

    memmove(q->line, q->line + q->used, q->have - q->used);
    q->have -= q->used;
    q->used = 0;
    while (!(end = memchr(q->line, '\n', q->have))) {
        if (receive(q, deadline_ns)) {
            return -1;
        }
    }
    *end = '\0';
    q->used = (size_t)(end - q->line) + 1;
    return 0;
}

static uint64_t deadline(const struct bw_qmp *q)
{
    return bw_clock_after_ms(bw_clock_ns(),
                             q->wait_ms ? q->wait_ms : BW_QMP_WAIT_MS);
}

/* Whether the line is the event called @name */
static bool is_event(const struct bw_qmp *q, const char *name)
{
    const char *value = bw_qmp_member(q->line, "event");
    char event[64];

    if (!value) {
        return false;
    }
    bw_qmp_unquote(value, event, sizeof(event));
    return strcmp(event, name) == 0;
}

int bw_qmp_open(struct bw_qmp *q, const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    q->have = 0;
    q->used = 0;
    if (strlen(path) >= sizeof(addr.sun_path)) {
        return fail(q, "the path is too long for a socket");
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (q->fd < 0 ||
        connect(q->fd, (const struct sockaddr *)&addr, sizeof(addr))) {
        fail(q, "it cannot be reached: %s", strerror(errno));
        goto err_close;
    }
    if (next_line(q, deadline(q)) ||
        bw_qmp_command(q, "{\"execute\": \"qmp_capabilities\"}", NULL)) {
        goto err_close;
    }
    return 0;

err_close:
    bw_qmp_close(q);
    return -1;
}

/* One that is longer than what the socket takes at once is not expected. */
static int send_line(struct bw_qmp *q, const char *json)
{
    size_t len = strlen(json);

    if (send(q->fd, json, len, MSG_NOSIGNAL) == (ssize_t)len &&
        send(q->fd, "\n", 1, MSG_NOSIGNAL) == 1) {
        return 0;
    }
    return fail(q, errno == EPIPE || errno == ECONNRESET
                       ? CLOSED
                       : "it does not take the command");
}

static int fail_with_reply(struct bw_qmp *q, const char *error)
{
    const char *text = bw_qmp_member(error, "desc");

    bw_qmp_unquote(text ? text : "\"\"", q->error, sizeof(q->error));
    return -1;
}

int bw_qmp_command(struct bw_qmp *q, const char *json, const char *event)
{
    uint64_t deadline_ns = deadline(q);
    bool replied = false, seen = !event;

    if (send_line(q, json)) {
        return -1;
    }
    while (!replied || !seen) {
        const char *error;

        if (next_line(q, deadline_ns)) {
            return -1;
        }
        error = bw_qmp_member(q->line, "error");
        if (error) {
            return fail_with_reply(q, error);
        }
        replied |= bw_qmp_member(q->line, "return") != NULL;
        seen |= event && is_event(q, event);
    }
    return 0;
}

void bw_qmp_close(struct bw_qmp *q)
{
    if (q->fd >= 0) {
        close(q->fd);
        q->fd = -1;
    }
}
