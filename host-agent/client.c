/*
 * The client's side of the protocol, one request at a time; see client.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/client_tls.h"
#include "host-agent/clock.h"
#include "host-agent/version.h"
#include "lib/wire_admin.h"

#define MAX_HOST 256

__attribute__((format(printf, 3, 4))) static enum bw_status
fail(struct bw_client *c, enum bw_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(c->error, sizeof(c->error), format, args);
    va_end(args);
    return status;
}

void bw_client_close(struct bw_client *c)
{
    if (c->fd >= 0) {
        bw_client_tls_end(c);
        close(c->fd);
    }
    c->fd = -1;
}

/* The connection is of no use any more. */
static enum bw_status lose(struct bw_client *c, enum bw_status status)
{
    bw_client_close(c);
    return status;
}

/* Connecting */

/* connect(2) with a deadline.  Returns 0, or -1 and errno. */
static int connect_fd(int fd, const struct sockaddr *addr, socklen_t len)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), BW_CLIENT_WAIT_MS);
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    socklen_t err_len = sizeof(int);
    int err = 0;
    int ready;

    if (connect(fd, addr, len) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS && errno != EINTR) {
        return -1;
    }
    do {
        ready = poll(&p, 1, bw_clock_left_ms(deadline_ns));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        errno = ready == 0 ? ETIMEDOUT : errno;
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_len) < 0) {
        return -1;
    }
    errno = err;
    return err ? -1 : 0;
}

/* Returns a connected, blocking socket, or -1 and errno. */
static int connect_to(int family, const struct sockaddr *addr, socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;

    if (fd < 0) {
        return -1;
    }
    if (connect_fd(fd, addr, len) < 0 || fcntl(fd, F_SETFL, 0) < 0) {
        err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

/* A unix socket that has no place for one more to wait refuses at once, unless
 * connect(2) may block. */
static int connect_unix(const char *path)
{
    const struct timeval wait = { .tv_sec = BW_CLIENT_WAIT_MS / 1000 };
    const struct timeval for_ever = { 0 };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd, err;

    if (strlen(path) >= sizeof(addr.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
        err = errno == EAGAIN ? ETIMEDOUT : errno;
        close(fd);
        errno = err;
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &for_ever, sizeof(for_ever));
    return fd;
}

/* A number from 1 to 65535; getaddrinfo(3) would take larger ones modulo. */
static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits <= 5 && !text[digits] && atol(text) > 0 &&
           atol(text) <= 65535;
}

/* The host of "HOST:PORT" or "[HOST]:PORT".  Returns the port, or NULL for text
 * of another form. */
static const char *split_host(const char *text, char host[MAX_HOST])
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;

    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    if (len == 0 || len >= MAX_HOST) {
        return NULL;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    return is_port(colon + 1) ? colon + 1 : NULL;
}

/* Returns -1 and errno; EADDRNOTAVAIL for text of another form or a host
 * without an address. */
static int connect_tcp(const char *text, char host[MAX_HOST])
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    const char *port = split_host(text, host);
    struct addrinfo *list, *a;
    const int on = 1;
    int fd = -1;

    if (!port || getaddrinfo(host, port, &hints, &list) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    for (a = list; a && fd < 0; a = a->ai_next) {
        fd = connect_to(a->ai_family, a->ai_addr, a->ai_addrlen);
    }
    freeaddrinfo(list);
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return fd;
}

static const char *connect_cure(int err)
{
    switch (err) {
    case ENOENT:
    case ECONNREFUSED:
        return "start benchwired there or name another place with --connect";
    case EACCES:
    case EPERM:
        return "join the group of the agent's socket";
    case EADDRNOTAVAIL:
        return "name a host that exists and a port from 1 to 65535";
    default:
        return "check the address and the network";
    }
}

static enum bw_status say_hello(struct bw_client *c)
{
    struct bw_wire_hello ours = {
        .major = BW_WIRE_MAJOR,
        .minor = BW_WIRE_MINOR,
        .caps = BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_STEP | BW_CAP_SMBUS |
                BW_CAP_FAULTS | BW_CAP_STATS | BW_CAP_LEASE | BW_CAP_ADMIN |
                BW_CAP_GPIO | BW_CAP_SCSI | BW_CAP_DESCRIBE | BW_CAP_USB,
        .max_body = BW_WIRE_MAX_BODY,
        .software = "benchwire " BW_VERSION_TEXT,
    };
    struct bw_wire_hello theirs;
    struct bw_reader body;
    enum bw_status status;

    bw_wire_put_hello(bw_client_begin(c, BW_MSG_HELLO), &ours);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_hello(&body, &theirs);
        if (status != BW_OK) {
            fail(c, status,
                 "the other end does not greet as an agent; check "
                 "the address");
        } else {
            c->caps = theirs.caps;
        }
    }
    return status;
}

static void prepare(struct bw_client *c, int fd)
{
    c->fd = fd;
    c->tls = NULL;
    c->id = 0;
    c->deadline_ms = BW_CLIENT_WAIT_MS;
    c->wait_ms = 0;
    c->caps = 0;
    c->sent_ns = 0;
    c->silence_ms = 0;
    c->lease_asked = false;
    c->on_notice = NULL;
    c->notice_opaque = NULL;
    c->notices = 0;
    c->error[0] = '\0';
    memset(&c->opened, 0, sizeof(c->opened));
    bw_io_fd_init(&c->io, fd);
    bw_conn_init(&c->conn, &c->io.io);
}

enum bw_status bw_client_attach(struct bw_client *c, int fd)
{
    enum bw_status status;

    prepare(c, fd);
    status = say_hello(c);
    return status == BW_OK ? BW_OK : lose(c, status);
}

/* The same through TLS. */
static enum bw_status attach_tls(struct bw_client *c, int fd, const char *host)
{
    enum bw_status status = BW_DENIED;

    prepare(c, fd);
    if (bw_client_tls_begin(c, host)) {
        status = say_hello(c);
    }
    return status == BW_OK ? BW_OK : lose(c, status);
}

enum bw_status bw_client_connect(struct bw_client *c, const char *address)
{
    bool tls = strncmp(address, "tls:", 4) == 0;
    char host[MAX_HOST];
    int fd;

    c->fd = -1;
    if (strncmp(address, "unix:", 5) == 0 && address[5]) {
        fd = connect_unix(address + 5);
    } else if ((tls || strncmp(address, "tcp:", 4) == 0) && address[4]) {
        fd = connect_tcp(address + 4, host);
    } else {
        return fail(c, BW_INVALID,
                    "\"%s\" is no address of an agent; write unix:PATH, "
                    "tcp:HOST:PORT or tls:HOST:PORT",
                    address);
    }
    if (fd < 0) {
        return fail(
            c, BW_LINK_DOWN, "cannot reach an agent at %s: %s; %s", address,
            errno == EADDRNOTAVAIL ? "no such host or port" : strerror(errno),
            connect_cure(errno));
    }
    return tls ? attach_tls(c, fd, host) : bw_client_attach(c, fd);
}

/* Requests */

struct bw_writer *bw_client_begin(struct bw_client *c, unsigned type)
{
    c->type = (uint16_t)type;
    c->id = c->id == UINT32_MAX ? 1 : c->id + 1;
    bw_writer_init(&c->out, c->conn.out, sizeof(c->conn.out));
    bw_wire_begin(&c->out, type, 0, c->id);
    return &c->out;
}

static enum bw_status no_reply(struct bw_client *c, int got, int err)
{
    if (got == 0) {
        return fail(c, BW_LINK_DOWN,
                    "the agent closed the connection; its log tells why");
    }
    if (err == ETIMEDOUT) {
        return fail(c, BW_TIMEOUT,
                    "the agent did not answer in time; look at its log");
    }
    if (err == EBADMSG) {
        return fail(c, BW_MALFORMED,
                    "the other end is no agent; check the "
                    "address");
    }
    return fail(c, BW_LINK_DOWN, "the connection to the agent broke: %s",
                strerror(err));
}

/* What a reply without success says. */
static enum bw_status explain(struct bw_client *c, unsigned status,
                              struct bw_reader *body)
{
    char text[BW_WIRE_MAX_TEXT + 1] = "";

    if (c->type != BW_MSG_I2C_XFER && c->type != BW_MSG_I2C_STEP) {
        bw_wire_get_text(body, text);
    }
    return fail(c, (enum bw_status)status, "%s",
                text[0] ? text : bw_status_text(status));
}

/* A time-out of the socket costs no system call per reply, as poll(2) would.
 * @wait_ms is not 0, which would be no time-out.  Returns 0, or -1 and errno. */
static int set_wait(struct bw_client *c, uint32_t wait_ms)
{
    struct timeval tv = {
        .tv_sec = (time_t)(wait_ms / 1000),
        .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000,
    };

    if (wait_ms == c->wait_ms) {
        return 0;
    }
    c->wait_ms = wait_ms;
    return setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

static bool is_notice(const struct bw_frame *f)
{
    return (f->header.type & BW_WIRE_NOTICE) == BW_WIRE_NOTICE;
}

/* Returns false for a frame that is none. */
static bool take_notice(struct bw_client *c, const struct bw_frame *f)
{
    struct bw_wire_header h = f->header;
    struct bw_reader body;

    if (!is_notice(f)) {
        return false;
    }
    h.type &= (uint16_t)~BW_WIRE_NOTICE;
    c->notices++;
    bw_reader_init(&body, f->body, h.len);
    if (c->on_notice) {
        c->on_notice(c, &h, &body);
    }
    return true;
}

/* However many notices come before it, a reply has its time. */
static bool is_in_time(const struct bw_client *c, uint32_t wait_ms)
{
    return bw_clock_ns() < bw_clock_after_ms(c->sent_ns, wait_ms);
}

enum bw_status bw_client_call(struct bw_client *c, uint32_t wait_ms,
                              struct bw_reader *body)
{
    struct bw_frame f;
    enum bw_status bad;
    int got;

    if (c->fd < 0) {
        return fail(c, BW_LINK_DOWN, "not connected to an agent");
    }
    if (bw_wire_end(&c->out, 0) != BW_OK) {
        return fail(c, BW_TOO_LONG, "the request is too long");
    }
    c->sent_ns = bw_clock_ns();
    if (set_wait(c, wait_ms) < 0 || bw_conn_send(&c->conn, c->out.pos) < 0) {
        return lose(c, no_reply(c, -1, errno));
    }
    do {
        got = bw_conn_next(&c->conn, BW_CLOCK_NEVER, &f, &bad);
        if (got <= 0) {
            return lose(c, no_reply(c, got, errno));
        }
    } while (take_notice(c, &f) && is_in_time(c, wait_ms));
    if (is_notice(&f)) {
        return lose(c, no_reply(c, -1, ETIMEDOUT));
    }
    if (f.header.type != (c->type | BW_WIRE_REPLY) || f.header.id != c->id) {
        return lose(c, no_reply(c, -1, EBADMSG));
    }
    bw_reader_init(body, f.body, f.header.len);
    return f.header.status ? explain(c, f.header.status, body) : BW_OK;
}

/* How long may this client be silent?  An agent of before has no limit. */
static enum bw_status ask_lease(struct bw_client *c)
{
    struct bw_wire_lease lease;
    struct bw_reader body;
    enum bw_status status;

    if (c->lease_asked || !(c->caps & BW_CAP_LEASE)) {
        return BW_OK;
    }
    bw_client_begin(c, BW_MSG_LEASE);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_lease(&body, &lease);
        if (status != BW_OK) {
            return fail(c, status,
                        "the agent's answer to LEASE does not parse");
        }
        c->silence_ms = lease.silence_ms;
        c->lease_asked = true;
    }
    return status;
}

/* Also a third of it later the next PING is in time. */
static uint64_t ping_due(const struct bw_client *c)
{
    return c->silence_ms ? bw_clock_after_ms(c->sent_ns, c->silence_ms / 3)
                         : BW_CLOCK_NEVER;
}

static enum bw_status ping(struct bw_client *c)
{
    struct bw_reader body;

    bw_client_begin(c, BW_MSG_PING);
    return bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
}

enum bw_status bw_client_wait(struct bw_client *c, uint64_t deadline_ns,
                              int also_fd)
{
    uint32_t before = c->notices;
    enum bw_status status = ask_lease(c);
    struct bw_frame f;
    enum bw_status bad;

    while (status == BW_OK && c->notices == before) {
        uint64_t due_ns = ping_due(c);
        int got;

        c->conn.also_fd = also_fd;
        got = bw_conn_next(
            &c->conn, due_ns < deadline_ns ? due_ns : deadline_ns, &f, &bad);
        c->conn.also_fd = -1;
        if (got < 0 && errno == EAGAIN) {
            return BW_OK;
        }
        if (got < 0 && errno == ETIMEDOUT && bw_clock_ns() >= deadline_ns) {
            return fail(c, BW_TIMEOUT, "nothing came in time");
        }
        if (got < 0 && errno == ETIMEDOUT) {
            status = ping(c);
        } else if (got <= 0) {
            return lose(c, no_reply(c, got, errno));
        } else if (!take_notice(c, &f)) {
            return lose(c, no_reply(c, -1, EBADMSG));
        }
    }
    return status;
}

static enum bw_status open_as(struct bw_client *c, unsigned kind,
                              const char *name, unsigned flags)
{
    struct bw_wire_open m = {
        .kind = (uint16_t)kind,
        .flags = (uint16_t)flags,
    };
    struct bw_reader body;
    enum bw_status status;

    memcpy(m.name, name, strlen(name) + 1);
    bw_wire_put_open(bw_client_begin(c, BW_MSG_OPEN), &m);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_opened(&body, &c->opened);
        if (status != BW_OK) {
            fail(c, status, "the agent's answer to OPEN does not parse");
        }
    }
    return status;
}

enum bw_status bw_client_open(struct bw_client *c, unsigned kind,
                              const char *name)
{
    char error[BW_CLIENT_MAX_ERROR];
    enum bw_status status;

    if (strlen(name) > BW_WIRE_MAX_NAME) {
        return fail(c, BW_NOT_FOUND, "no export has a name that long");
    }
    status = open_as(c, kind, name, 0);
    if (status != BW_BUSY) {
        return status;
    }
    memcpy(error, c->error, sizeof(error));
    status = open_as(c, kind, name, BW_OPEN_SHARED);
    if (status == BW_DENIED) {
        return fail(c, BW_BUSY, "%s", error); /* it is not to be shared */
    }
    return status;
}

enum bw_status bw_client_describe(struct bw_client *c, const char *name,
                                  struct bw_wire_description *out)
{
    struct bw_reader body;
    enum bw_status status;

    if (!(c->caps & BW_CAP_DESCRIBE)) {
        return fail(c, BW_UNSUPPORTED,
                    "the agent is of a release before 1.3 of the protocol and "
                    "does not describe its exports");
    }
    bw_wire_put_value_name(bw_client_begin(c, BW_MSG_DESCRIBE), name);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_description(&body, out);
        if (status != BW_OK) {
            fail(c, status, "the agent's answer to DESCRIBE does not parse");
        }
    }
    return status;
}

enum bw_status bw_client_i2c(struct bw_client *c, struct bw_i2c_xfer *x)
{
    struct bw_wire_i2c_request rq = {
        .deadline_ms = c->deadline_ms,
        .xfer = *x,
    };
    struct bw_reader body;
    enum bw_status status;

    bw_wire_put_i2c_request(bw_client_begin(c, BW_MSG_I2C_XFER), &rq);
    status = bw_client_call(
        c, c->deadline_ms + c->opened.timeout_ms + BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_i2c_reply(&body, x);
        if (status != BW_OK) {
            fail(c, status, "the agent's answer has the wrong length");
        }
    }
    return status;
}
