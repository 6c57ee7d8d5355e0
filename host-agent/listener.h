/*
 * Sockets the agent listens on: unix and TCP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LISTENER_H
#define BENCHWIRE_HOST_AGENT_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host-agent/config.h"

struct bw_handshake;

enum bw_listener_kind {
    BW_LISTEN_UNIX,
    BW_LISTEN_TCP,
    BW_LISTEN_TLS,
    BW_LISTEN_METRICS /* a unix socket: metrics.h */
};

struct bw_listener {
    int fd;
    enum bw_listener_kind kind;
    bool inherited;                 /* opened by the service manager */
    struct bw_handshake *handshake; /* of each client, not owned; NULL: none */
    char name[BW_CONFIG_MAX_PATH + 16];     /* "unix:/run/..." for the log */
    char where[BW_CONFIG_MAX_PATH + 1];     /* path or host, as asked for */
    uint16_t port;                          /* as asked for */
    char unix_path[BW_CONFIG_MAX_PATH + 1]; /* to remove at the end, or "" */
    dev_t dev;                              /* with @ino: the file is ours */
    ino_t ino;
};

/**
 * bw_listen_unix: listen on a unix socket, mode 0660
 *
 * A socket file that nobody listens on is replaced; a live one, and a file
 * that is no socket, are left alone and refused.
 *
 * Returns: 0, or -1 with @error, one sentence with the cure.
 */
int bw_listen_unix(struct bw_listener *l, const char *path, char *error,
                   size_t error_size);

/* The same for TCP; @host is an address as in address.h, @port 0 takes a free
 * one, which @l->name then tells. */
int bw_listen_tcp(struct bw_listener *l, const char *host, uint16_t port,
                  char *error, size_t error_size);

/* What a unix listener becomes: it tells what was counted. */
void bw_listener_set_metrics(struct bw_listener *l);

/* What a TCP listener becomes: its clients' bytes go through @tls. */
void bw_listener_set_tls(struct bw_listener *l, struct bw_handshake *tls);

/**
 * bw_listen_inherit: take a socket that listens already
 * @fd: not closed on failure
 * @fd_name: of TCP, "tcp" or "tls", says what is spoken there; without
 *           encryption it must be loopback
 */
int bw_listen_inherit(struct bw_listener *l, int fd, const char *fd_name,
                      char *error, size_t error_size);

/* Close, and remove the socket's file if it is still the one we made. */
void bw_listener_close(struct bw_listener *l);

#endif
