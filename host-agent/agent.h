/*
 * The agent: what its bench file says, served; started once and changed when
 * the file is read again.
 *
 * Between benchwired_main.c, which has options and signals, and bench, policy,
 * listeners and server.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_AGENT_H
#define BENCHWIRE_HOST_AGENT_AGENT_H

#include <stddef.h>

#include "host-agent/bench.h"
#include "host-agent/config.h"
#include "host-agent/server.h"
#include "host-agent/tls_gate.h"

/**
 * struct bw_agent - all there is
 * @file: the bench file
 * @unix_path: to listen on, whatever the file says, or NULL
 * @config: what is served; owned
 */
struct bw_agent {
    const char *file;
    const char *unix_path;
    struct bw_config *config;
    struct bw_bench bench;
    struct bw_server server;
    struct bw_tls_gate gate; /* of the tls listeners */
};

/**
 * bw_agent_start: open what the bench file names, ready for bw_server_run()
 * @config: as read from @file, from malloc(3); taken over, also on failure
 * @unix_path: see struct bw_agent
 * @error: receives one sentence on failure
 *
 * Returns: 0, or -1 with nothing left open.
 */
int bw_agent_start(struct bw_agent *a, const char *file, const char *unix_path,
                   struct bw_config *config, char *error, size_t error_size);

/**
 * bw_agent_reload: read the bench file again; the server's @reload
 * @opaque: struct bw_agent
 *
 * Sessions whose export is what it was go on; a file that cannot be served
 * changes nothing.  In the thread of bw_server_run().
 */
bw_server_reload_fn bw_agent_reload;

/* After bw_server_run() has returned true. */
void bw_agent_finish(struct bw_agent *a);

#endif
