/*
 * Sockets the agent listens on; see listener.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/address.h"

#define BACKLOG     128 /* clients that come at the same moment */
#define SOCKET_MODE 0660

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

static void describe(struct bw_listener *l, enum bw_listener_kind kind,
                     const char *where, uint16_t port)
{
    memset(l, 0, sizeof(*l));
    l->kind = kind;
    snprintf(l->where, sizeof(l->where), "%s", where);
    l->port = port;
}

int bw_listen_unix(struct bw_listener *l, const char *path, char *error,
                   size_t error_size)
{
    struct sockaddr_un addr;
    struct stat st;

    if (set_path(&addr, path, error, error_size) < 0 ||
        clear_stale(&addr, error, error_size) < 0) {
        return -1;
    }
    describe(l, BW_LISTEN_UNIX, path, 0);
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0) {
        snprintf(error, error_size, "cannot make a socket: %s",
                 strerror(errno));
        return -1;
    }
    /* unix(7): the file gets the socket's mode, less the umask; so it is never
     * more open than it will be */
    if (fchmod(l->fd, SOCKET_MODE) < 0 ||
        bind(l->fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        chmod(path, SOCKET_MODE) < 0 || listen(l->fd, BACKLOG) < 0 ||
        stat(path, &st) < 0) {
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

/* TCP: "tcp:[::1]:7420", with the port that it has. */
static void name_tcp(struct bw_listener *l)
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);
    uint16_t port;

    getsockname(l->fd, (struct sockaddr *)&addr, &len);
    port = addr.ss_family == AF_INET6
               ? ((const struct sockaddr_in6 *)&addr)->sin6_port
               : ((const struct sockaddr_in *)&addr)->sin_port;
    snprintf(l->name, sizeof(l->name),
             strchr(l->where, ':') ? "%s:[%.63s]:%u" : "%s:%.63s:%u",
             l->kind == BW_LISTEN_TLS ? "tls" : "tcp", l->where,
             (unsigned)ntohs(port));
}

int bw_listen_tcp(struct bw_listener *l, const char *host, uint16_t port,
                  char *error, size_t error_size)
{
    struct sockaddr_storage addr;
    socklen_t len = bw_address_fill(&addr, host, port);
    const int on = 1;

    if (!len) {
        snprintf(error, error_size,
                 "cannot listen on %s: there is no such interface; \"ip link\" "
                 "lists them",
                 host);
        return -1;
    }
    describe(l, BW_LISTEN_TCP, host, port);
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
    name_tcp(l);
    return 0;
}

void bw_listener_set_metrics(struct bw_listener *l)
{
    l->kind = BW_LISTEN_METRICS;
    snprintf(l->name, sizeof(l->name), "metrics:%s", l->unix_path);
}

void bw_listener_set_tls(struct bw_listener *l, struct bw_handshake *tls)
{
    l->kind = BW_LISTEN_TLS;
    l->handshake = tls;
    name_tcp(l);
}

static int inherit_tcp(struct bw_listener *l, const struct sockaddr_storage *a,
                       const char *fd_name, char *error, size_t error_size)
{
    bool tls = strcmp(fd_name, "tls") == 0;
    char host[INET6_ADDRSTRLEN] = "?";

    if (a->ss_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, host,
                  sizeof(host));
    } else {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, host,
                  sizeof(host));
    }
    if (!tls && strcmp(fd_name, "tcp") != 0) {
        snprintf(error, error_size,
                 "the service manager's socket on %s is named \"%s\"; its unit "
                 "must say FileDescriptorName=tls, or tcp for loopback",
                 host, fd_name);
        return -1;
    }
    if (!tls && !bw_sockaddr_is_loopback(a)) {
        snprintf(error, error_size,
                 "the service manager's socket on %s would let others in "
                 "without encryption; name it tls",
                 host);
        return -1;
    }
    snprintf(l->where, sizeof(l->where), "%s", host);
    l->kind = tls ? BW_LISTEN_TLS : BW_LISTEN_TCP;
    name_tcp(l);
    return 0;
}

int bw_listen_inherit(struct bw_listener *l, int fd, const char *fd_name,
                      char *error, size_t error_size)
{
    struct sockaddr_storage addr = { 0 };
    const struct sockaddr_un *un = (const struct sockaddr_un *)&addr;
    socklen_t len = sizeof(addr);
    int listens = 0;
    socklen_t listens_len = sizeof(listens);
    int flags = fcntl(fd, F_GETFL);

    describe(l, BW_LISTEN_UNIX, "", 0);
    l->fd = fd;
    l->inherited = true;
    if (flags < 0 || getsockname(fd, (struct sockaddr *)&addr, &len) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_len) < 0 ||
        !listens || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        snprintf(error, error_size,
                 "descriptor %d of the service manager is no socket that "
                 "listens; its unit must have ListenStream= and Accept=no",
                 fd);
        return -1;
    }
    if (addr.ss_family != AF_UNIX) {
        return inherit_tcp(l, &addr, fd_name, error, error_size);
    }
    snprintf(l->where, sizeof(l->where), "%.107s", un->sun_path);
    snprintf(l->name, sizeof(l->name), "unix:%s", l->where);
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
