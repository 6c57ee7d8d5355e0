/*
 * Who is at the other end of an accepted socket.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_PEER_H
#define BENCHWIRE_HOST_AGENT_PEER_H

#include <stdint.h>

#include "host-agent/bench.h"
#include "lib/wire.h"

/* "unix pid 12 uid 0", "tcp 10.0.0.2:4711", for the log and WHO; @over is what
 * goes over TCP, such as "tls". */
void bw_peer_describe(int fd, char out[BW_WIRE_MAX_TEXT + 1]);
void bw_peer_describe_over(int fd, const char *over,
                           char out[BW_WIRE_MAX_TEXT + 1]);

/* Who that is without a handshake: as the bench's policy names users of this
 * machine, or one of the other names of policy.h. */
void bw_peer_identify(int fd, struct bw_bench *bench,
                      char identity[BW_WIRE_MAX_NAME + 1]);

/**
 * bw_peer_set_options: of TCP; on other sockets nothing happens
 * @silence_ms: a peer that is gone without a word (no power, no network) is
 *              noticed within about that time; 0: within a minute
 */
void bw_peer_set_options(int fd, uint32_t silence_ms);

#endif
