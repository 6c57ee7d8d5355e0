/*
 * How many handshakes there may be: in all, and from one address.
 *
 * A handshake costs the agent far more than the client, and every failed one
 * may be a guess.  What succeeds costs nothing here, so a bench with many boards
 * is not held up, and an address that has succeeded is not shut out by what
 * others do.
 *
 * An address is one of IPv4 or the first 64 bits of one of IPv6, which is what
 * one machine has at its disposal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TLS_LIMIT_H
#define BENCHWIRE_HOST_AGENT_TLS_LIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_TLS_LIMIT_SOURCES     128 /* addresses that are remembered */
#define BW_TLS_LIMIT_UNDER_WAY   32  /* handshakes at a time, in all */
#define BW_TLS_LIMIT_FROM_ONE    16  /* of one address */
#define BW_TLS_LIMIT_BURST       100 /* failures at once, in all */
#define BW_TLS_LIMIT_RATE        20  /* and per second from then on */
#define BW_TLS_LIMIT_BURST_ONE   20  /* of one address */
#define BW_TLS_LIMIT_RATE_ONE    2
#define BW_TLS_LIMIT_QUIET_MS    10000 /* the log is told once in that time */
#define BW_TLS_LIMIT_SOURCE_SIZE 16

/* A bucket of permissions to fail. */
struct bw_tls_bucket {
    uint64_t at_ns;
    uint32_t milli; /* thousandths of one that are left */
};

struct bw_tls_source {
    uint8_t addr[BW_TLS_LIMIT_SOURCE_SIZE];
    struct bw_tls_bucket bucket;
    uint64_t used_ns;        /* 0: free */
    uint64_t quiet_until_ns; /* the log knows */
    unsigned under_way;
    bool known; /* has succeeded */
};

struct bw_tls_limit {
    pthread_mutex_t lock;
    struct bw_tls_bucket bucket;
    unsigned under_way;
    struct bw_tls_source sources[BW_TLS_LIMIT_SOURCES];
};

void bw_tls_limit_init(struct bw_tls_limit *l);
void bw_tls_limit_finish(struct bw_tls_limit *l);

/* The source of a connected socket; all zero for what is not IP. */
void bw_tls_limit_source(int fd, uint8_t out[BW_TLS_LIMIT_SOURCE_SIZE]);

/**
 * bw_tls_limit_admit: may a handshake begin?
 * @error: receives why not, one sentence, or "" if that was told a moment ago
 */
bool bw_tls_limit_admit(struct bw_tls_limit *l, const uint8_t *source,
                        uint64_t now_ns, char *error, size_t error_size);

/* It begins, and it is over; @good: the client has shown who it is. */
void bw_tls_limit_begin(struct bw_tls_limit *l, const uint8_t *source,
                        uint64_t now_ns);
void bw_tls_limit_end(struct bw_tls_limit *l, const uint8_t *source, bool good,
                      uint64_t now_ns);

#endif
