/*
 * One session: the agent's side of the protocol on one connection.
 *
 * docs/protocol.md is normative.  Runs in a thread of its own (server.c) or
 * inside another process (local.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SESSION_H
#define BENCHWIRE_HOST_AGENT_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/conn.h"
#include "host-agent/log_quota.h"
#include "host-agent/service_step.h"
#include "host-agent/session_host.h"
#include "lib/i2c_xfer.h"
#include "lib/wire.h"

#define BW_SESSION_HELLO_MS 10000 /* from the connection to its HELLO */
/* OPEN waits so long for a holder to leave: one that has just hung up may not
 * have been noticed yet. */
#define BW_SESSION_LEASE_MS 250

/*
 * Big (about 165 KiB) and of fixed size: nothing a peer says makes it grow.
 *
 * A service that has something to tell unasked sets @notice_fd and @notice.
 * While the descriptor is readable @notice is called, in turns with requests;
 * it must not wait, must expect that there is nothing, and sends with
 * bw_session_notice_begin() and bw_session_notice_send() (session_reply.h).
 */
struct bw_session {
    struct bw_conn conn;
    struct bw_bench *bench;
    struct bw_session_host *host; /* NULL: alone */
    const atomic_bool *stopping;  /* the agent stops; NULL: never */
    atomic_bool ended;            /* from outside, by somebody who logs why */
    unsigned number;              /* in the log */
    char identity[BW_WIRE_MAX_NAME + 1]; /* of the client, for the policy */
    char software[BW_WIRE_MAX_TEXT + 1]; /* as its HELLO says */
    uint64_t hello_ns;                   /* when HELLO must be complete */
    uint64_t quiet_ns;   /* since then no request is under way */
    uint32_t silence_ms; /* it may be silent with an export, 0: for ever */
    atomic_uint_least64_t heard_ns;       /* when the last request came */
    atomic_uint_least64_t busy_ns;        /* since then with it, 0: done */
    atomic_uint_least64_t requests;       /* that came */
    int notice_fd;                        /* -1: none */
    bool (*notice)(struct bw_session *s); /* false ends the session */
    uint32_t notices;                     /* sent */
    uint32_t request_id;      /* of the one that is being served, for the log */
    bool greeted;             /* HELLO is done */
    uint32_t peer_caps;       /* enum bw_wire_cap of the client */
    uint32_t peer_max_body;   /* the largest body the client takes */
    struct bw_export *export; /* a reference, leased; NULL before OPEN */
    struct bw_wire_counters counted; /* what the client told last */
    struct bw_scsi_user *scsi;       /* of a SCSI export, service_scsi.h */
    struct bw_step_hold hold;        /* the transaction of I2C_STEP */
    unsigned unsupported;            /* transfers, as far as logged */
    uint64_t gpio_conflicts;         /* that the client knows */
    struct bw_log_quota log_quota;   /* of lines that the client brings about */
    struct bw_wire_i2c_request request;
    uint8_t reads[BW_I2C_MAX_BYTES];
};

/* Everything given must outlive the session.  It has no host, no identity and
 * may be silent: whoever starts it sets these afterwards. */
void bw_session_init(struct bw_session *s, struct bw_io *io,
                     struct bw_bench *bench, const atomic_bool *stopping,
                     unsigned number);

/* It has an export now: what was said in LEASE holds from here on. */
void bw_session_bind(struct bw_session *s);

/* Tell the host that the client's software or export is another now. */
void bw_session_changed(struct bw_session *s);

/* Serve until the client leaves, breaks the protocol, or the agent stops;
 * the lease is then free again. */
void bw_session_run(struct bw_session *s);

#endif
