/*
 * Short packets by radio.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_RADIO_H
#define BENCHWIRE_FIRMWARE_RADIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RADIO_MAX_LEN 32 /* bytes of a packet */

/* Start the crystal and listen at 2400 + @channel MHz for packets of @group. */
void radio_init(uint8_t channel, uint8_t group);

/* Send @len bytes, at most RADIO_MAX_LEN; returns when they are on the air. */
void radio_send(const void *bytes, size_t len);

/* Whether a packet has come, good or not; for clock_wait_until_us(). */
bool radio_has_packet(void);

/**
 * radio_receive: take a packet, if one has come
 * @dbm: how strong it was
 *
 * Returns: whether there was a good one of @len bytes.
 */
bool radio_receive(void *bytes, size_t len, int *dbm);

#endif
