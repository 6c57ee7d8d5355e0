/*
 * How many handshakes there may be; see tls_limit.h.
 *
 * A failure takes one permission from the bucket of its address and one from
 * that of all; a handshake may begin while there is one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_limit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-agent/clock.h"

#define MILLI     1000u
#define NS_PER_MS 1000000u

void bw_tls_limit_init(struct bw_tls_limit *l)
{
    memset(l, 0, sizeof(*l));
    l->bucket.milli = BW_TLS_LIMIT_BURST * MILLI;
    pthread_mutex_init(&l->lock, NULL);
}

void bw_tls_limit_finish(struct bw_tls_limit *l)
{
    pthread_mutex_destroy(&l->lock);
}

void bw_tls_limit_source(int fd, uint8_t out[BW_TLS_LIMIT_SOURCE_SIZE])
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);

    memset(out, 0, BW_TLS_LIMIT_SOURCE_SIZE);
    getpeername(fd, (struct sockaddr *)&addr, &len);
    if (addr.ss_family == AF_INET) {
        memcpy(out + 12, &((struct sockaddr_in *)&addr)->sin_addr, 4);
    } else if (addr.ss_family == AF_INET6) {
        const struct in6_addr *a = &((struct sockaddr_in6 *)&addr)->sin6_addr;

        if (IN6_IS_ADDR_V4MAPPED(a)) {
            memcpy(out + 12, a->s6_addr + 12, 4);
        } else {
            memcpy(out, a->s6_addr, 8);
        }
    }
}

/* @rate per second, which is as many thousandths per millisecond. */
static void refill(struct bw_tls_bucket *b, uint64_t now_ns, unsigned rate,
                   unsigned burst)
{
    uint64_t ms = (now_ns - b->at_ns) / NS_PER_MS;
    uint32_t full = burst * MILLI;

    if (ms == 0) {
        return;
    }
    b->at_ns = now_ns;
    if (ms >= full / rate || b->milli + ms * rate >= full) {
        b->milli = full;
    } else {
        b->milli += (uint32_t)(ms * rate);
    }
}

static void spend(struct bw_tls_bucket *b)
{
    b->milli = b->milli > MILLI ? b->milli - MILLI : 0;
}

static struct bw_tls_source *find(struct bw_tls_limit *l, const uint8_t *addr)
{
    size_t i;

    for (i = 0; i < BW_TLS_LIMIT_SOURCES; i++) {
        struct bw_tls_source *s = &l->sources[i];

        if (s->used_ns && memcmp(s->addr, addr, sizeof(s->addr)) == 0) {
            return s;
        }
    }
    return NULL;
}

/* Is @a less worth to be remembered than @b? */
static bool is_lesser(const struct bw_tls_source *a,
                      const struct bw_tls_source *b)
{
    if (a->known != b->known) {
        return b->known;
    }
    return a->used_ns < b->used_ns;
}

/* In the place of the least worth; NULL if all are at it. */
static struct bw_tls_source *add(struct bw_tls_limit *l, const uint8_t *addr,
                                 uint64_t now_ns)
{
    struct bw_tls_source *best = NULL;
    size_t i;

    for (i = 0; i < BW_TLS_LIMIT_SOURCES; i++) {
        struct bw_tls_source *s = &l->sources[i];

        if (s->under_way == 0 && (!best || is_lesser(s, best))) {
            best = s;
        }
    }
    if (best) {
        memset(best, 0, sizeof(*best));
        memcpy(best->addr, addr, sizeof(best->addr));
        best->used_ns = now_ns;
        best->bucket.at_ns = now_ns;
        best->bucket.milli = BW_TLS_LIMIT_BURST_ONE * MILLI;
    }
    return best;
}

/* Why @s must not begin, or NULL. */
static const char *objection(struct bw_tls_limit *l, struct bw_tls_source *s,
                             uint64_t now_ns)
{
    refill(&l->bucket, now_ns, BW_TLS_LIMIT_RATE, BW_TLS_LIMIT_BURST);
    refill(&s->bucket, now_ns, BW_TLS_LIMIT_RATE_ONE, BW_TLS_LIMIT_BURST_ONE);
    if (s->under_way >= BW_TLS_LIMIT_FROM_ONE) {
        return "too many TLS handshakes of this address are under way";
    }
    if (s->bucket.milli < MILLI) {
        return "too many TLS handshakes of this address have failed; it is "
               "let in more slowly now";
    }
    if (!s->known && l->under_way >= BW_TLS_LIMIT_UNDER_WAY) {
        return "too many TLS handshakes are under way";
    }
    if (!s->known && l->bucket.milli < MILLI) {
        return "too many TLS handshakes have failed; addresses that have not "
               "succeeded before are let in more slowly now";
    }
    return NULL;
}

static struct bw_tls_source *find_or_add(struct bw_tls_limit *l,
                                         const uint8_t *source, uint64_t now_ns)
{
    struct bw_tls_source *s = find(l, source);

    return s ? s : add(l, source, now_ns);
}

bool bw_tls_limit_admit(struct bw_tls_limit *l, const uint8_t *source,
                        uint64_t now_ns, char *error, size_t error_size)
{
    const char *why = "too many addresses have TLS handshakes under way";
    struct bw_tls_source *s;

    error[0] = '\0';
    pthread_mutex_lock(&l->lock);
    s = find_or_add(l, source, now_ns);
    if (s) {
        why = objection(l, s, now_ns);
    }
    if (why && (!s || now_ns >= s->quiet_until_ns)) {
        snprintf(error, error_size, "%s", why);
    }
    if (why && error[0] && s) {
        s->quiet_until_ns = bw_clock_after_ms(now_ns, BW_TLS_LIMIT_QUIET_MS);
    }
    pthread_mutex_unlock(&l->lock);
    return !why;
}

void bw_tls_limit_begin(struct bw_tls_limit *l, const uint8_t *source,
                        uint64_t now_ns)
{
    struct bw_tls_source *s;

    pthread_mutex_lock(&l->lock);
    s = find_or_add(l, source, now_ns);
    l->under_way++;
    if (s) {
        s->used_ns = now_ns;
        s->under_way++;
    }
    pthread_mutex_unlock(&l->lock);
}

void bw_tls_limit_end(struct bw_tls_limit *l, const uint8_t *source, bool good,
                      uint64_t now_ns)
{
    struct bw_tls_source *s;

    pthread_mutex_lock(&l->lock);
    s = find(l, source);
    l->under_way--;
    if (s) {
        refill(&s->bucket, now_ns, BW_TLS_LIMIT_RATE_ONE,
               BW_TLS_LIMIT_BURST_ONE);
        s->used_ns = now_ns;
        s->under_way -= s->under_way > 0;
        s->known = s->known || good;
    }
    refill(&l->bucket, now_ns, BW_TLS_LIMIT_RATE, BW_TLS_LIMIT_BURST);
    if (!good) {
        spend(&l->bucket);
    }
    if (!good && s) {
        spend(&s->bucket);
    }
    pthread_mutex_unlock(&l->lock);
}
