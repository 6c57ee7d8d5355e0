/*
 * Who gives way when too many have come; see server_slot.h.
 *
 * A client that connects and does not greet costs a place in the table and a
 * thread for as long as its HELLO may take.  There are places for a few of
 * these; when they are taken, the oldest one of whoever has the most of them is
 * ended, so that a stranger that connects again and again ends its own
 * connections and not those of others.  Where many have as many, the oldest of
 * all is: who has just come has had the least time to greet.  When the whole table is full, a session
 * that has greeted, has opened nothing and has been idle longest gives way.
 * What holds an export never does.
 *
 * Called by server_sessions.c.  Strangers are told apart by the address of a
 * network client, of IPv6 its 64 bits of network, of which one machine has all
 * addresses it likes, and the user of a local one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/server_slot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"

#define ROOM_MS     250 /* for a session to end that gives way */
#define IDLE_MS     500 /* less is only a pause between two requests */
#define NETWORK_LEN 8   /* bytes of an IPv6 address */

/* "10.0.0.2" of "tcp 10.0.0.2:4711", "uid 0" of "unix pid 12 uid 0". */
static const char *source_of(const struct bw_server_slot *slot, size_t *len)
{
    const char *peer = slot->who.peer;
    const char *user = strstr(peer, " uid ");
    const char *port = strrchr(peer, ':');

    if (user) {
        *len = strlen(user);
        return user;
    }
    *len = port ? (size_t)(port - peer) : strlen(peer);
    return peer;
}

/* "tls [2001:db8::1]": its network.  Returns whether it has one. */
static bool network_of(const char *source, size_t len, uint8_t out[NETWORK_LEN])
{
    const char *host = memchr(source, '[', len);
    char text[INET6_ADDRSTRLEN];
    struct in6_addr addr;
    size_t host_len;

    if (!host) {
        return false;
    }
    host++;
    host_len = strcspn(host, "]");
    if (host_len >= sizeof(text)) {
        return false;
    }
    memcpy(text, host, host_len);
    text[host_len] = '\0';
    if (inet_pton(AF_INET6, text, &addr) != 1 || IN6_IS_ADDR_V4MAPPED(&addr)) {
        return false;
    }
    memcpy(out, addr.s6_addr, NETWORK_LEN);
    return true;
}

static bool same_source(const struct bw_server_slot *a,
                        const struct bw_server_slot *b)
{
    size_t a_len, b_len;
    const char *a_source = source_of(a, &a_len);
    const char *b_source = source_of(b, &b_len);
    uint8_t a_net[NETWORK_LEN], b_net[NETWORK_LEN];

    if (network_of(a_source, a_len, a_net) &&
        network_of(b_source, b_len, b_net)) {
        return memcmp(a_net, b_net, NETWORK_LEN) == 0;
    }
    return a_len == b_len && memcmp(a_source, b_source, a_len) == 0;
}

static bool is_ending(const struct bw_server_slot *slot)
{
    return atomic_load(&slot->session.ended);
}

static bool is_new(const struct bw_server_slot *slot)
{
    return slot && !slot->greeted && !is_ending(slot);
}

/* How many are new, of the source of @like, or with NULL of all. */
static unsigned count_new(const struct bw_server *s,
                          const struct bw_server_slot *like)
{
    unsigned count = 0;
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        const struct bw_server_slot *slot = s->slots[i];

        count += is_new(slot) && (!like || same_source(slot, like));
    }
    return count;
}

static struct bw_server_slot *older(struct bw_server_slot *a,
                                    struct bw_server_slot *b)
{
    return a->session.number < b->session.number ? a : b;
}

/* The oldest new one of those who have the most of them, or NULL. */
static struct bw_server_slot *greediest(const struct bw_server *s)
{
    struct bw_server_slot *found = NULL;
    unsigned most = 0;
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        struct bw_server_slot *slot = s->slots[i];
        unsigned count = is_new(slot) ? count_new(s, slot) : 0;

        if (count > most) {
            most = count;
            found = slot;
        } else if (found && count == most) {
            found = older(found, slot);
        }
    }
    return found;
}

/* The one that has been idle longest with nothing open, or NULL. */
static struct bw_server_slot *idlest(const struct bw_server *s)
{
    struct bw_server_slot *found = NULL;
    uint64_t now_ns = bw_clock_ns();
    uint64_t oldest_ns = UINT64_MAX;
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        struct bw_server_slot *slot = s->slots[i];
        uint64_t heard_ns =
            slot ? atomic_load(&slot->session.heard_ns) : UINT64_MAX;

        if (slot && slot->greeted && !slot->export && heard_ns < oldest_ns &&
            bw_clock_after_ms(heard_ns, IDLE_MS) < now_ns) {
            oldest_ns = heard_ns;
            found = slot;
        }
    }
    return found;
}

static bool any_ending(const struct bw_server *s)
{
    size_t i;

    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (s->slots[i] && is_ending(s->slots[i])) {
            return true;
        }
    }
    return false;
}

static void give_way(struct bw_server_slot *slot)
{
    bw_log(BW_LOG_INFO, "session %u: ended, made room for another client: %s",
           slot->session.number,
           slot->greeted ? "it was idle and had nothing open"
                         : "it had not greeted");
    bw_server_end_slot(slot);
    slot->server->made_room++;
}

void bw_server_make_room(struct bw_server *s)
{
    struct timespec until =
        bw_clock_timespec(bw_clock_after_ms(bw_clock_ns(), ROOM_MS));
    struct bw_server_slot *slot = NULL;
    int err = 0;

    if (count_new(s, NULL) >= BW_SERVER_MAX_NEW) {
        give_way(greediest(s));
    }
    if (s->slot_count >= s->max_sessions && !any_ending(s)) {
        slot = greediest(s);
        slot = slot ? slot : idlest(s);
        if (!slot) {
            return;
        }
        give_way(slot);
    }
    while (s->slot_count >= s->max_sessions && err == 0) {
        err = pthread_cond_timedwait(&s->ended, &s->lock, &until);
    }
}
