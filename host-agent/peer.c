/*
 * Who is at the other end of an accepted socket; see peer.h.
 *
 * Called by server_sessions.c.  Keepalive and the time-out of unacknowledged
 * data: tcp(7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-agent/address.h"
#include "host-agent/policy.h"

#define GONE_MS 60000 /* where the owner sets no limit to silence */

void bw_peer_describe(int fd, char out[BW_WIRE_MAX_TEXT + 1])
{
    bw_peer_describe_over(fd, "tcp", out);
}

void bw_peer_describe_over(int fd, const char *over,
                           char out[BW_WIRE_MAX_TEXT + 1])
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);
    struct ucred cred = { 0 };
    socklen_t cred_len = sizeof(cred);
    char host[INET6_ADDRSTRLEN] = "?";

    getpeername(fd, (struct sockaddr *)&addr, &len);
    if (addr.ss_family == AF_INET) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&addr;

        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
        snprintf(out, BW_WIRE_MAX_TEXT + 1, "%s %s:%u", over, host,
                 ntohs(v4->sin_port));
    } else if (addr.ss_family == AF_INET6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&addr;

        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
        snprintf(out, BW_WIRE_MAX_TEXT + 1, "%s [%s]:%u", over, host,
                 ntohs(v6->sin6_port));
    } else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &cred_len) == 0) {
        snprintf(out, BW_WIRE_MAX_TEXT + 1, "unix pid %ld uid %ld",
                 (long)cred.pid, (long)cred.uid);
    } else {
        snprintf(out, BW_WIRE_MAX_TEXT + 1, "unix");
    }
}

/* The user at the other end of a unix socket, when it connected: unix(7). */
static void identify_user(int fd, struct bw_bench *bench,
                          char identity[BW_WIRE_MAX_NAME + 1])
{
    struct ucred cred = { 0 };
    socklen_t len = sizeof(cred);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0) {
        bw_bench_name_user(bench, cred.uid, identity);
    }
}

void bw_peer_identify(int fd, struct bw_bench *bench,
                      char identity[BW_WIRE_MAX_NAME + 1])
{
    struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
    socklen_t len = sizeof(addr);

    strcpy(identity, BW_IDENTITY_NETWORK);
    if (getpeername(fd, (struct sockaddr *)&addr, &len) < 0) {
        return;
    }
    if (addr.ss_family == AF_UNIX) {
        identify_user(fd, bench, identity);
    } else if (bw_sockaddr_is_loopback(&addr)) {
        strcpy(identity, BW_IDENTITY_LOOPBACK);
    }
}

/* Seconds, at least one, for the options that count in them. */
static int seconds(uint32_t ms)
{
    return ms < 1000 ? 1 : (int)(ms / 1000);
}

void bw_peer_set_options(int fd, uint32_t silence_ms)
{
    const unsigned gone_ms = silence_ms ? silence_ms : GONE_MS;
    const int idle_s = seconds(gone_ms / 2);
    const int between_s = seconds(gone_ms / 4);
    const int on = 1;
    const int probes = 2;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between_s, sizeof(between_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms, sizeof(gone_ms));
}
