/*
 * Addresses to listen on: "127.0.0.1:7420", "[::]:7420".
 *
 * Numbers only: what a name stands for may change between two looks, and
 * asking may take long.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_ADDRESS_H
#define BENCHWIRE_HOST_AGENT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define BW_ADDRESS_MAX_HOST 63 /* "fe80::1%eth0" */
#define BW_ADDRESS_PORT     7420

/**
 * bw_address_parse: "HOST:PORT" or "HOST"; HOST may be "localhost", and an
 *                   IPv6 address is in brackets
 * @port: BW_ADDRESS_PORT if there is none in @text
 *
 * Returns: NULL, or why that is no address, with the cure.
 */
const char *bw_address_parse(const char *text,
                             char host[BW_ADDRESS_MAX_HOST + 1],
                             uint16_t *port);

/**
 * bw_address_fill: what bind(2) wants
 * @host: as bw_address_parse() gives it
 *
 * Returns: the length, or 0 if there is no such interface.
 */
socklen_t bw_address_fill(struct sockaddr_storage *out, const char *host,
                          uint16_t port);

/* Is it of this machine only? */
bool bw_address_is_loopback(const char *host);
bool bw_sockaddr_is_loopback(const struct sockaddr_storage *a);

#endif
