/*
 * host-agent/server_room.c: who gives way to a client that has just come.
 *
 * The table is filled by hand: no thread serves it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/server_slot.h"

static struct bw_server server;
static struct bw_bench bench;
static struct bw_server_slot slots[BW_SERVER_MAX_SESSIONS];
static unsigned numbers;

/* A new client in place @at. */
static void come(size_t at, const char *peer, unsigned port)
{
    struct bw_server_slot *slot = &slots[at];

    memset(slot, 0, sizeof(*slot));
    slot->server = &server;
    slot->fd = -1;
    slot->session.number = ++numbers;
    snprintf(slot->who.peer, sizeof(slot->who.peer), "%s:%u", peer, port);
    server.slots[at] = slot;
    server.slot_count++;
}

/* Returns the place of who gave way, or -1. */
static int make_room(void)
{
    int at = -1;
    int i;

    pthread_mutex_lock(&server.lock);
    bw_server_make_room(&server);
    for (i = 0; i < BW_SERVER_MAX_SESSIONS; i++) {
        if (server.slots[i] && atomic_load(&slots[i].session.ended)) {
            server.slots[i] = NULL;
            server.slot_count--;
            at = i;
        }
    }
    pthread_mutex_unlock(&server.lock);
    return at;
}

static int begin(void **state)
{
    (void)state;
    numbers = 0;
    bw_bench_init(&bench);
    return bw_server_init(&server, &bench);
}

static int end(void **state)
{
    (void)state;
    bw_server_finish(&server);
    bw_bench_finish(&bench);
    return 0;
}

/* Strangers at 16 addresses who say nothing and come again when they are ended:
 * one who does greet has the time of 16 of them for it. */
static void who_has_just_come_is_not_the_one_to_go(void **state)
{
    char peer[32];
    size_t at;
    int i;

    (void)state;
    for (at = 0; at < BW_SERVER_MAX_NEW; at++) {
        snprintf(peer, sizeof(peer), "tls 192.0.2.%zu", at);
        come(at, peer, 1);
    }
    at = (size_t)make_room();
    assert_int_equal(at, 0); /* the oldest */
    come(at, "tls 198.51.100.1", 1);
    for (i = 1; i < BW_SERVER_MAX_NEW; i++) {
        int gone = make_room();

        assert_int_equal(gone, i);
        snprintf(peer, sizeof(peer), "tls 203.0.113.%d", i);
        come((size_t)gone, peer, 1);
    }
    assert_int_equal(make_room(), 0);
}

/* One machine has all addresses of its network. */
static void addresses_of_one_network_are_one_stranger(void **state)
{
    char peer[48];
    size_t at;

    (void)state;
    come(0, "tls 192.0.2.1", 7);
    come(1, "tls [2001:db8:1:3::1]", 7);
    for (at = 2; at < BW_SERVER_MAX_NEW; at++) {
        snprintf(peer, sizeof(peer), "tls [2001:db8:1:2::%zx]", at);
        come(at, peer, 7);
    }
    for (at = 2; at < BW_SERVER_MAX_NEW; at++) {
        int gone = make_room();

        assert_in_range(gone, 2, BW_SERVER_MAX_NEW - 1);
        snprintf(peer, sizeof(peer), "tls [2001:db8:1:2:ff::%zx]", at);
        come((size_t)gone, peer, 7);
    }
}

/* "::ffff:192.0.2.1" is no address of a network of its own. */
static void whoever_has_the_most_gives_way(void **state)
{
    size_t at;

    (void)state;
    for (at = 0; at < BW_SERVER_MAX_NEW - 2; at++) {
        char peer[48];

        snprintf(peer, sizeof(peer), "tls [::ffff:192.0.2.%zu]", at);
        come(at, peer, 7);
    }
    come(at, "unix pid 1 uid 1000", 0);
    come(at + 1, "unix pid 2 uid 1000", 0);
    assert_int_equal(make_room(), at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_has_just_come_is_not_the_one_to_go,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            addresses_of_one_network_are_one_stranger, begin, end),
        cmocka_unit_test_setup_teardown(whoever_has_the_most_gives_way, begin,
                                        end),
    };

    return cmocka_run_group_tests_name("server room", tests, NULL, NULL);
}
