/*
 * The link to an agent: one connection, one opened export.
 *
 * A passthrough device (i2c_passthrough.c) hands whole requests to its link,
 * which gives each an id and a deadline, encodes it with lib/wire.c, writes
 * it to the device's chardev (unix socket, TCP, TLS: QEMU's own) and takes
 * the reply apart again.  linux_i2c_chardev.c is a chardev with the agent's
 * session code behind it, for adapters of this machine.
 *
 *   disconnected --chardev opens--> hello --> open --> ready
 *                                              |  ^
 *                             export refused   v  | retry, slower each time
 *                                             waiting
 *
 * Whatever goes wrong on the connection (it closes, a deadline passes, a
 * frame is not the reply that is due) ends it: the owner is told once, one
 * line is logged per outage and cause, and the chardev (its reconnect-ms)
 * brings it back.  A reply that comes too late therefore dies
 * with its connection and is never taken for the answer to something else.
 *
 * An agent that ends silent sessions says so (LEASE); link_lease.c then sends a
 * PING whenever the link has been idle for a third of that time.  It runs by
 * the host's clock, so a machine that is stopped keeps its lease, and a QEMU
 * that hangs loses it.
 *
 * The link to a USB export becomes a stream (link_stream.c): from the reply to
 * USB_START on both ends speak the usbredir protocol, and the link only hands
 * bytes through until the connection ends.
 *
 * Everything here runs with the BQL held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_LINK_H
#define BENCHWIRE_PASSTHROUGH_LINK_H

#include "chardev/char-fe.h"
#include "hw/benchwire/lib/wire.h"

typedef enum BwLinkState {
    BW_LINK_DISCONNECTED, /* no connection */
    BW_LINK_HELLO,        /* HELLO sent */
    BW_LINK_OPEN,         /* OPEN sent */
    BW_LINK_WAITING,      /* the agent refused OPEN; it is asked again later */
    BW_LINK_READY,        /* requests are taken */
    BW_LINK_START,        /* USB_START sent: no other request until the reply */
    BW_LINK_STREAM,       /* no more frames, bytes as they come */
    BW_LINK_FAILED,       /* given up, the owner is about to be told */
} BwLinkState;

/* Why an outage is reported; each at most once per outage. */
typedef enum BwLinkCause {
    BW_LINK_CAUSE_CLOSED,
    BW_LINK_CAUSE_TIMEOUT,
    BW_LINK_CAUSE_PROTOCOL,
    BW_LINK_CAUSE_REFUSED,
} BwLinkCause;

/**
 * BwLinkReplyFunc: the reply to a request has come
 * @status: of the reply; @body is that of a failure unless it is BW_OK
 * @body: @len bytes, valid during the call
 *
 * May send further requests.  Calls bw_link_reject() for a body that is not
 * what the request asked for.
 */
typedef void BwLinkReplyFunc(void *opaque, uint32_t id, unsigned status,
                             const uint8_t *body, size_t len);

/**
 * struct BwLinkOps - what the link tells its owner
 * @opened: the agent granted the export; false and @errp (one sentence) if it
 *          is not what the owner needs
 * @ready: requests are taken, or the stream has begun, from now on
 * @down: they are not any more; no reply comes for those under way, which
 *        the owner counts as failed with @status
 * @notice: the agent says something unasked, @type is enum bw_wire_type;
 *          @body is valid during the call; NULL: the owner asks for no notices
 * @stream_room: how many bytes of the stream the owner takes now
 * @stream: as many bytes of it, or fewer, have come; NULL: the link does not
 *          become a stream
 */
typedef struct BwLinkOps {
    bool (*opened)(void *opaque, const struct bw_wire_opened *opened,
                   Error **errp);
    void (*ready)(void *opaque);
    void (*down)(void *opaque, enum bw_status status);
    void (*notice)(void *opaque, unsigned type, const uint8_t *body,
                   size_t len);
    int (*stream_room)(void *opaque);
    void (*stream)(void *opaque, const uint8_t *buf, int len);
} BwLinkOps;

typedef struct BwLinkConfig {
    char *name;          /* of the device, for logs; owned by the link */
    const char *export;  /* to open; at most BW_WIRE_MAX_NAME bytes */
    enum bw_export_kind kind;
    uint32_t caps;       /* enum bw_wire_cap, those the agent must have */
    uint32_t wants;      /* ... and those it may have, see @peer_caps */
    const char *line;    /* of an adapter that is a GPIO chip; or NULL */
    bool shared;         /* OPEN with BW_OPEN_SHARED */
    uint32_t timeout_ms; /* deadline of every request */
    const BwLinkOps *ops;
    void *opaque;        /* for @ops */
} BwLinkConfig;

typedef struct BwLinkRequest {
    uint32_t id;
    uint16_t type;
    int64_t deadline_ms;   /* QEMU_CLOCK_REALTIME */
    BwLinkReplyFunc *done; /* NULL: nobody wants the reply any more */
    void *opaque;
} BwLinkRequest;

typedef struct BwLink {
    BwLinkConfig config;
    CharBackend *chr;   /* the owner's */
    BwLinkState state;
    bool own_chr;           /* the chardev goes with the link */
    bool chr_open;          /* the chardev has a connection */
    bool was_ready;         /* once at least */
    int64_t start_ms;       /* when it began, QEMU_CLOCK_REALTIME */
    unsigned reported;      /* bit mask of BwLinkCause, this outage */
    enum bw_status failure; /* why the link is BW_LINK_FAILED */
    char *peer;             /* address of the agent, for logs */
    QEMUBH *down_bh;
    QEMUTimer *deadline_timer;
    QEMUTimer *retry_timer; /* OPEN */
    uint32_t retry_ms;      /* its next delay */
    guint watch;            /* source id while output waits, or 0 */
    QEMUTimer *lease_timer; /* the next PING */
    uint32_t silence_ms;    /* the agent ends a session so long silent; 0 */
    bool ping_waits;        /* for its reply */
    int64_t sent_ms;        /* the last request, QEMU_CLOCK_REALTIME */
    uint32_t notices;       /* received on this connection */

    uint32_t next_id;
    BwLinkRequest pending[BW_WIRE_MAX_PENDING]; /* ring, oldest first */
    unsigned pending_head;
    unsigned pending_count;
    uint32_t peer_max_body;
    uint32_t peer_caps; /* enum bw_wire_cap, valid from @opened on */

    uint64_t timeouts;   /* connections given up because of a deadline */
    uint64_t reconnects; /* times the link was ready again */

    struct bw_writer writer; /* of the frame being made, into @out */
    size_t frame_begin;
    size_t out_len; /* bytes that wait in @out */
    bool held;      /* ... and are not sent yet */
    size_t in_len;  /* bytes of the frame being received */
    struct bw_wire_header in_header; /* valid once in_len covers it */
    uint8_t out[2 * BW_WIRE_MAX_FRAME];
    uint8_t in[BW_WIRE_MAX_FRAME];
} BwLink;

/**
 * bw_link_start: begin to use the connection @chr brings
 * @link: zeroed memory
 * @chr: initialised, or without a chardev if @adapter is given
 * @adapter: NULL, or what a linux-i2c chardev of its own is to serve
 *
 * Returns: false with @errp set; nothing is left behind then.
 */
bool bw_link_start(BwLink *link, const BwLinkConfig *config, CharBackend *chr,
                   const char *adapter, Error **errp);

/* End the connection and free everything.  Harmless on zeroed memory. */
void bw_link_stop(BwLink *link);

bool bw_link_is_ready(const BwLink *link);

/*
 * Not ready, but about to be: HELLO or OPEN is under way, or the link is so
 * young that its first connection may still be on its way.
 */
bool bw_link_is_coming(const BwLink *link);

/* Such as "disconnected", "hello", "open", "waiting", "ready", "failed" */
const char *bw_link_state_name(const BwLink *link);

/**
 * bw_link_begin: make a request
 * @w: receives the writer that the body goes into
 *
 * Follow with bw_link_commit(), at once.
 *
 * Returns: the id of the request, or 0 if the link is not ready or as many
 * requests as it takes are under way.
 */
uint32_t bw_link_begin(BwLink *link, unsigned type, struct bw_writer **w);

/**
 * bw_link_commit: send the request
 * @done: called with the reply, never from inside this function; not called
 *        if the link goes down first
 *
 * Returns: false if the body was over a limit; nothing was sent then.
 */
bool bw_link_commit(BwLink *link, BwLinkReplyFunc *done, void *opaque);

/*
 * Requests that are made from here to bw_link_release() go out together, as far
 * as there is room for them: each write wakes the other end.  What is held has
 * its deadline, and no reply; release it before returning to the main loop.
 */
void bw_link_hold(BwLink *link);
void bw_link_release(BwLink *link);

/**
 * bw_link_room: what a request may hold now
 * @keep: so many requests are to remain possible after it
 *
 * Returns: bytes of its body; 0 if the link is not ready, or as many requests
 * as it takes are under way.
 */
size_t bw_link_room(const BwLink *link, unsigned keep);

/*
 * The agent has shown that it is busy with what was asked: the deadlines of
 * all requests under way begin anew.
 */
void bw_link_extend(BwLink *link);

/*
 * Write to the stream, and watch it, as a chardev's chr_write and chr_add_watch
 * do; where there is none: -1 with errno, NULL.
 */
int bw_link_stream_write(BwLink *link, const uint8_t *buf, int len);
GSource *bw_link_stream_watch(BwLink *link, GIOCondition cond);

/* Nobody waits for this reply any more.  It still has to come in time. */
void bw_link_forget(BwLink *link, uint32_t id);

/**
 * bw_link_reject: the agent broke the protocol
 * @what: what it did, a phrase for the log
 *
 * Requests are refused from now on; BwLinkOps.down follows, not from inside.
 */
void bw_link_reject(BwLink *link, const char *what);

#endif
