/*
 * Sockets the agent listens on: unix and TCP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LISTENER_H
#define BENCHWIRE_HOST_AGENT_LISTENER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host-agent/config.h"

struct bw_handshake;

struct bw_listener {
    int fd;
    struct bw_handshake *handshake; /* of each client, not owned; NULL: none */
    char name[BW_CONFIG_MAX_PATH + 8];      /* "unix:/run/..." for the log */
    char unix_path[BW_CONFIG_MAX_PATH + 1]; /* to remove at the end, or "" */
    dev_t dev;                              /* with @ino: the file is ours */
    ino_t ino;
};

/**
 * bw_listen_unix: listen on a unix socket, mode 0660
 *
 * A socket file that nobody listens on is replaced; a live one, and a file
 * that is no socket, are left alone and refused.  Changes the umask for a
 * moment, so call it before there are threads.
 *
 * Returns: 0, or -1 with @error, one sentence with the cure.
 */
int bw_listen_unix(struct bw_listener *l, const char *path, char *error,
                   size_t error_size);

/* The same for TCP; @host is an address as in address.h, @port 0 takes a free
 * one, which @l->name then tells. */
int bw_listen_tcp(struct bw_listener *l, const char *host, uint16_t port,
                  char *error, size_t error_size);

/* Close, and remove the socket's file if it is still the one we made. */
void bw_listener_close(struct bw_listener *l);

#endif
