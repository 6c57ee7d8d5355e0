/*
 * The client's side of the protocol, one request at a time.
 *
 * For the benchwire tool and the benchmarks; QEMU has its own client, in
 * passthrough/link.c.  Every call returns within a deadline.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CLIENT_H
#define BENCHWIRE_HOST_AGENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/conn.h"
#include "lib/cursor.h"
#include "lib/i2c_xfer.h"
#include "lib/smbus.h"
#include "lib/status.h"
#include "lib/wire.h"
#include "lib/wire_describe.h"

#define BW_CLIENT_DEFAULT   "unix:/run/benchwire/benchwire.sock"
#define BW_CLIENT_MAX_ERROR 512
#define BW_CLIENT_WAIT_MS   5000 /* for the agent, beside its adapter's time */

struct bw_client;

/* A notice has come; @h->type is without BW_WIRE_NOTICE. */
typedef void bw_client_notice_fn(struct bw_client *c,
                                 const struct bw_wire_header *h,
                                 struct bw_reader *body);

struct bw_tls;

struct bw_client {
    int fd; /* -1: not connected */
    struct bw_io_fd io;
    struct bw_tls *tls; /* on top of @io; NULL: none */
    struct bw_conn conn;
    struct bw_writer out;
    uint32_t id;          /* of the newest request */
    uint16_t type;        /* likewise */
    uint32_t deadline_ms; /* sent with each transfer */
    uint32_t wait_ms;     /* the socket's SO_RCVTIMEO, 0: none */
    uint32_t caps;        /* enum bw_wire_cap of the agent */
    uint64_t sent_ns;     /* when the newest request was */
    uint32_t silence_ms;  /* of LEASE, 0: none, or not asked yet */
    bool lease_asked;
    bw_client_notice_fn *on_notice; /* NULL: they are dropped */
    void *notice_opaque;            /* for it */
    uint32_t notices;               /* that came */
    struct bw_wire_opened opened;
    char error[BW_CLIENT_MAX_ERROR]; /* one sentence after a failure */
};

/**
 * bw_client_connect: reach an agent and say hello
 * @address: "unix:PATH", "tcp:HOST:PORT" or "tls:HOST:PORT" (client_tls.h)
 *
 * Returns: BW_OK; BW_INVALID for an address of another form; BW_LINK_DOWN or
 * what the agent answered.  @c needs no bw_client_close() after a failure.
 */
enum bw_status bw_client_connect(struct bw_client *c, const char *address);

/* The same on a connected socket, which is taken over. */
enum bw_status bw_client_attach(struct bw_client *c, int fd);

void bw_client_close(struct bw_client *c);

/**
 * bw_client_begin, bw_client_call: one request and its reply
 *
 * bw_client_begin() returns the writer for the request's body.
 * bw_client_call() sends it, waits @wait_ms for the reply and points @body at
 * the body of a successful one, valid until the next request.
 *
 * Returns (bw_client_call): the reply's status; BW_LINK_DOWN, BW_TIMEOUT or
 * BW_MALFORMED if there is none, the connection is then closed.
 */
struct bw_writer *bw_client_begin(struct bw_client *c, unsigned type);
enum bw_status bw_client_call(struct bw_client *c, uint32_t wait_ms,
                              struct bw_reader *body);

/**
 * bw_client_wait: take notices, and keep the session alive meanwhile
 * @deadline_ns: until when, CLOCK_MONOTONIC, or BW_CLOCK_NEVER
 * @also_fd: return when it is readable, too; -1: none
 *
 * @c->on_notice is called for each.  A PING now and then keeps the agent from
 * taking the client for dead.
 *
 * Returns: BW_OK after some notices, or when @also_fd is readable; BW_TIMEOUT
 * at the deadline; otherwise the connection is closed.
 */
enum bw_status bw_client_wait(struct bw_client *c, uint64_t deadline_ns,
                              int also_fd);

/* OPEN; what was opened is in @c->opened.  If others have it, it is asked for
 * to be shared with them. */
enum bw_status bw_client_open(struct bw_client *c, unsigned kind,
                              const char *name);

/* DESCRIBE; BW_UNSUPPORTED from an agent of before. */
enum bw_status bw_client_describe(struct bw_client *c, const char *name,
                                  struct bw_wire_description *out);

/* One transfer on an opened I2C export; its reads have room. */
enum bw_status bw_client_i2c(struct bw_client *c, struct bw_i2c_xfer *x);

/* One SMBus protocol on it; @x receives what the part sent. */
enum bw_status bw_client_smbus(struct bw_client *c, struct bw_smbus_xfer *x);

#endif
