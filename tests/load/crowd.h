/*
 * What the load tests have in common: clients by the dozen, bytes by hand, and
 * points of TAP.
 *
 * Used by load.c and soak.c, which tests/e2e/load.sh and soak.sh start beside
 * an agent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_LOAD_CROWD_H
#define BENCHWIRE_TESTS_LOAD_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/client.h"

/* One point of TAP; @format says what was found if it is not ok. */
void crowd_point(bool ok, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Points that were not ok so far. */
unsigned crowd_failed(void);

/* A connected socket at "unix:PATH", nothing sent, or -1. */
int crowd_connect(const char *address);
/* The same at @port of 127.0.0.1, coming from an address of loopback. */
int crowd_connect_from(const char *from, uint16_t port);
/* The bytes of a HELLO, or of a PING with @len bytes of body. */
size_t crowd_hello(uint8_t *out, size_t size);
size_t crowd_ping(uint8_t *out, size_t size, size_t len);
/* Send all of it without waiting; false if the other end has gone. */
bool crowd_send(int fd, const uint8_t *bytes, size_t len);
/* Connected, greeted and the reply taken, or -1. */
int crowd_greeted(const char *address);
/* Has the agent closed it?  Takes what comes. */
bool crowd_is_closed(int fd);
/* The same without taking anything. */
bool crowd_is_cut_off(int fd);

/* A client that has @export open, shared, on the heap; NULL if it was not let
 * in. */
struct bw_client *crowd_client(const char *address, const char *export);
void crowd_client_free(struct bw_client *c);

/* Read register 0 of a thermometer, which must show @raw.  Returns what it took
 * in microseconds, or a negative number. */
int64_t crowd_read(struct bw_client *c, uint8_t addr, uint16_t raw);

/* The @part-th of a hundred of @n times, which are sorted for it. */
int64_t crowd_percentile(int64_t *us, size_t n, unsigned part);

#endif
