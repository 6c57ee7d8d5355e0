/*
 * Replies of a session; for session.c and session_handlers.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SESSION_REPLY_H
#define BENCHWIRE_HOST_AGENT_SESSION_REPLY_H

#include "host-agent/session.h"
#include "lib/cursor.h"

#define BW_UNKNOWN_PLACE 0xffffu /* in a bw_wire_i2c_failure */

/* What becomes of the session after a request. */
enum bw_verdict {
    BW_GO_ON,
    BW_CLOSE
};

/* Begin the reply to @h in the connection's buffer; the body follows. */
void bw_session_begin(struct bw_session *s, struct bw_writer *w,
                      const struct bw_wire_header *h, enum bw_status status);

/* Send it; if it is longer than the client takes, a failure instead. */
enum bw_verdict bw_session_finish(struct bw_session *s, struct bw_writer *w,
                                  const struct bw_wire_header *h);

/* A failure, or with BW_OK a reply without a body.  The text is left out where
 * the protocol has a place instead (I2C_XFER, I2C_STEP). */
enum bw_verdict bw_session_text(struct bw_session *s,
                                const struct bw_wire_header *h,
                                enum bw_status status, const char *text);

/* A failure with the place. */
enum bw_verdict bw_session_fail_i2c(struct bw_session *s,
                                    const struct bw_wire_header *h,
                                    enum bw_status status,
                                    const struct bw_wire_i2c_failure *where);

/* Whether a line that the client brings about may be logged: log_quota.h. */
bool bw_session_may_log(struct bw_session *s);

/* A request that cannot be served; logged, the session lives. */
enum bw_verdict bw_session_refuse(struct bw_session *s,
                                  const struct bw_wire_header *h,
                                  enum bw_status status, const char *format,
                                  ...) __attribute__((format(printf, 4, 5)));

/* A request that ends the session: logged, answered, returns BW_CLOSE. */
enum bw_verdict bw_session_violation(struct bw_session *s,
                                     const struct bw_wire_header *h,
                                     enum bw_status status, const char *text);
enum bw_verdict bw_session_malformed(struct bw_session *s,
                                     const struct bw_wire_header *h);

/**
 * bw_session_notice_begin, bw_session_notice_send: tell something unasked
 * @type: enum bw_wire_type, without BW_WIRE_NOTICE
 *
 * Between two requests, or in a handler before its bw_session_begin().  The
 * body is written in between; one of more than @s->peer_max_body bytes ends
 * the session.
 *
 * Returns (bw_session_notice_send): false if the session is over.
 */
void bw_session_notice_begin(struct bw_session *s, struct bw_writer *w,
                             unsigned type);
bool bw_session_notice_send(struct bw_session *s, struct bw_writer *w);

#endif
