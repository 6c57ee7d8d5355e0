/*
 * I2C transfers over a link: the request, the reply, the time they may take.
 *
 * For every owner of a link to an I2C export: i2c_transfer.c today.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_LINK_I2C_H
#define BENCHWIRE_PASSTHROUGH_LINK_I2C_H

#include "link.h"

/**
 * bw_link_i2c_wait_ms: how long a request may wait for the adapter
 *
 * A transfer that begins too late for its reply to come in time shall not
 * begin.  An adapter that may take longer than the link's time-out is given a
 * chance: it seldom does.
 *
 * Returns: the deadline_ms of requests on the export that was @opened.
 */
uint32_t bw_link_i2c_wait_ms(const BwLink *link,
                             const struct bw_wire_opened *opened);

/**
 * bw_link_i2c_send: ask for one transfer
 * @done: called with the reply, as bw_link_commit() says
 * @id: receives the request's id
 *
 * Returns: BW_OK; BW_LINK_DOWN; BW_BUSY with as many requests under way as
 * the link takes; BW_TOO_LONG for a transfer over the agent's limit.
 */
enum bw_status bw_link_i2c_send(BwLink *link, const struct bw_i2c_xfer *x,
                                uint32_t wait_ms, BwLinkReplyFunc *done,
                                void *opaque, uint32_t *id);

/**
 * bw_link_i2c_take: the body of its reply, into the read messages of @x
 *
 * Returns: false, with the link rejected, if that is not what was asked for:
 * the request is then lost with the link.
 */
bool bw_link_i2c_take(BwLink *link, struct bw_i2c_xfer *x, unsigned status,
                      const uint8_t *body, size_t len);

#endif
