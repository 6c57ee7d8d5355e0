/*
 * Sockets the agent listens on; see listener.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/address.h"

#define BACKLOG 128 /* clients that come at the same moment */

static int set_path(struct sockaddr_un *addr, const char *path, char *error,
                    size_t error_size)
{
    size_t len = strlen(path);

    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    if (len == 0 || len >= sizeof(addr->sun_path)) {
        snprintf(error, error_size,
                 "the socket's path must have 1 to %zu bytes; choose another",
                 sizeof(addr->sun_path) - 1);
        return -1;
    }
    memcpy(addr->sun_path, path, len + 1);
    return 0;
}

/* Does somebody listen there?  Returns 0, or the errno of connect(2). */
static int try_connect(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err = 0;

    if (fd < 0) {
        return errno;
    }
    if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
        err = errno;
    }
    close(fd);
    return err;
}

/* Make room for our socket file.  Returns 0, or -1 with @error. */
static int clear_stale(const struct sockaddr_un *addr, char *error,
                       size_t error_size)
{
    struct stat st;
    int err;

    if (lstat(addr->sun_path, &st) < 0) {
        return 0; /* nothing there, or bind(2) will say it better */
    }
    if (!S_ISSOCK(st.st_mode)) {
        snprintf(error, error_size,
                 "%s exists and is not a socket; remove it or choose another "
                 "path",
                 addr->sun_path);
        return -1;
    }
    err = try_connect(addr);
    if (err == ECONNREFUSED) {
        unlink(addr->sun_path);
        return 0;
    }
    if (err == 0 || err == EAGAIN) {
        snprintf(error, error_size,
                 "another agent listens on %s; stop it or choose another path "
                 "with --unix",
                 addr->sun_path);
    } else {
        snprintf(error, error_size, "cannot tell who listens on %s: %s",
                 addr->sun_path, strerror(err));
    }
    return -1;
}

static const char *bind_cure(int err)
{
    switch (err) {
    case ENOENT:
        return "create its folder or choose another path with --unix";
    case EACCES:
    case EPERM:
    case EROFS:
        return "choose a path you may write to with --unix";
    case EADDRINUSE:
        return "another program uses it; stop that or choose another";
    default:
        return "choose another";
    }
}

int bw_listen_unix(struct bw_listener *l, const char *path, char *error,
                   size_t error_size)
{
    struct sockaddr_un addr;
    struct stat st;
    mode_t old_mask;
    int bound;

    if (set_path(&addr, path, error, error_size) < 0 ||
        clear_stale(&addr, error, error_size) < 0) {
        return -1;
    }
    l->handshake = NULL;
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0) {
        snprintf(error, error_size, "cannot make a socket: %s",
                 strerror(errno));
        return -1;
    }
    old_mask = umask(0117);
    bound = bind(l->fd, (const struct sockaddr *)&addr, sizeof(addr));
    umask(old_mask);
    if (bound < 0 || listen(l->fd, BACKLOG) < 0 || stat(path, &st) < 0) {
        snprintf(error, error_size, "cannot listen on %s: %s; %s", path,
                 strerror(errno), bind_cure(errno));
        close(l->fd);
        return -1;
    }
    l->dev = st.st_dev;
    l->ino = st.st_ino;
    memcpy(l->unix_path, addr.sun_path, sizeof(l->unix_path));
    snprintf(l->name, sizeof(l->name), "unix:%s", l->unix_path);
    return 0;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage storage = { 0 };
    socklen_t len = sizeof(storage);

    getsockname(fd, (struct sockaddr *)&storage, &len);
    if (storage.ss_family == AF_INET6) {
        return ntohs(((struct sockaddr_in6 *)&storage)->sin6_port);
    }
    return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

int bw_listen_tcp(struct bw_listener *l, const char *host, uint16_t port,
                  char *error, size_t error_size)
{
    struct sockaddr_storage addr;
    socklen_t len = bw_address_fill(&addr, host, port);
    const char *format = strchr(host, ':') ? "tcp:[%s]:%u" : "tcp:%s:%u";
    const int on = 1;

    l->handshake = NULL;
    l->unix_path[0] = '\0';
    if (!len) {
        snprintf(error, error_size,
                 "cannot listen on %s: there is no such interface; \"ip link\" "
                 "lists them",
                 host);
        return -1;
    }
    l->fd =
        socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0) {
        snprintf(error, error_size, "cannot make a socket: %s",
                 strerror(errno));
        return -1;
    }
    if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(l->fd, (const struct sockaddr *)&addr, len) < 0 ||
        listen(l->fd, BACKLOG) < 0) {
        snprintf(error, error_size, "cannot listen on %s port %u: %s; %s", host,
                 port, strerror(errno), bind_cure(errno));
        close(l->fd);
        return -1;
    }
    snprintf(l->name, sizeof(l->name), format, host,
             (unsigned)bound_port(l->fd));
    return 0;
}

void bw_listener_close(struct bw_listener *l)
{
    struct stat st;

    close(l->fd);
    if (l->unix_path[0] && lstat(l->unix_path, &st) == 0 &&
        st.st_dev == l->dev && st.st_ino == l->ino) {
        unlink(l->unix_path);
    }
}
