/*
 * All that the agent listens on, as the bench file wants it: opened at the
 * start, changed when the file was read again, or given by the service manager
 * (sd_listen_fds(3)).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LISTENERS_H
#define BENCHWIRE_HOST_AGENT_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/config.h"
#include "host-agent/listener.h"

#define BW_LISTENERS_MAX 8

struct bw_listeners {
    struct bw_listener list[BW_LISTENERS_MAX];
    size_t count;
};

/* A change that is not made yet; for listeners.c. */
struct bw_listeners_change {
    struct bw_listeners next;
    bool opened[BW_LISTENERS_MAX]; /* of @next: for this change */
    bool closed[BW_LISTENERS_MAX]; /* of what there was: to make room */
};

/**
 * bw_listeners_inherit: take what the service manager has opened
 *
 * A socket of TCP is known by its name: FileDescriptorName = tcp or tls.  The
 * environment is cleared of them.
 *
 * Returns: 0, or -1 with @error.
 */
int bw_listeners_inherit(struct bw_listeners *l, char *error,
                         size_t error_size);

/**
 * bw_listeners_prepare: open what @want has and @have has not
 * @have: as it is; a listener is closed only if its port is wanted anew
 * @unix_path: in place of the unix socket that @want has, or NULL
 * @tls: the handshake of tls listeners
 *
 * An inherited socket takes the place of what @want has of its kind.  To be
 * followed by _commit() or _abort().
 *
 * Returns: 0, or -1 with @error and @have as it was.
 */
int bw_listeners_prepare(struct bw_listeners_change *c,
                         struct bw_listeners *have,
                         const struct bw_config_listen *want,
                         const char *unix_path, struct bw_handshake *tls,
                         char *error, size_t error_size);
void bw_listeners_commit(struct bw_listeners_change *c,
                         struct bw_listeners *have);
void bw_listeners_abort(struct bw_listeners_change *c,
                        struct bw_listeners *have);

#endif
