/*
 * The USB service: a conversation in the usbredir protocol between a client
 * and what is at a port.
 *
 * Between handlers_usb.c, which knows the session, and a backend (usb_port.h),
 * which knows devices and the protocol.  What the bytes say is not looked at
 * here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_USB_H
#define BENCHWIRE_HOST_AGENT_SERVICE_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/conn.h"
#include "host-agent/usb_port.h"
#include "host-agent/usb_select.h"

/* Of a conversation; on the stack of its session's thread. */
struct bw_usb_stream {
    struct bw_usb_pipe pipe; /* first: the backend has its address */
    struct bw_conn *conn;
    struct bw_usb_port *port;
    struct bw_stats *stats;
    bool open;         /* bytes may move */
    bool asked;        /* the backend wanted bytes in this turn */
    bool left;         /* the client has closed its direction */
    int err;           /* why nothing moves any more, or 0 */
    size_t room;       /* bytes that @work may still take in this turn */
    size_t out, in;    /* bytes, as far as @stats does not know of them */
    uint64_t stuck_ns; /* since then the client takes nothing; 0: it does */
};

/**
 * bw_service_usb_attach: make an export of a port
 * @e: of kind BW_EXPORT_USB; its @own, @close and @describe are taken
 * @port: taken over, also on failure
 * @select: which device is meant, to be told
 *
 * Returns: whether there was memory.
 */
bool bw_service_usb_attach(struct bw_export *e, struct bw_usb_port *port,
                           const struct bw_usb_select *select);

/* enum bw_device_func, with PRESENT as it is now. */
uint32_t bw_service_usb_funcs(const struct bw_export *e);

/**
 * bw_service_usb_begin: let the backend speak; no byte moves yet
 * @c: where bytes move after bw_service_usb_open(); also those that it has
 *     received already
 * @why: @size bytes, receives one sentence for a failure
 */
enum bw_status bw_service_usb_begin(struct bw_export *e,
                                    struct bw_usb_stream *st, struct bw_conn *c,
                                    char *why, size_t size);
void bw_service_usb_open(struct bw_usb_stream *st);

/* Do what can be done without waiting.  Returns false if it is over. */
bool bw_service_usb_work(struct bw_usb_stream *st);

/* Wait until there is something to do.  Returns false with @st->err if the
 * client takes nothing for longer than @st->conn->frame_ms. */
bool bw_service_usb_wait(struct bw_usb_stream *st);

/* Give the device back. */
void bw_service_usb_end(struct bw_usb_stream *st);

#endif
