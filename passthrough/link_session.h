/*
 * How a link becomes ready and stays so: HELLO, OPEN, trying again, LEASE, and
 * USB_START.  Private to link.c, link_session.c, link_lease.c and
 * link_stream.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_LINK_SESSION_H
#define BENCHWIRE_PASSTHROUGH_LINK_SESSION_H

#include "link.h"

/* link_session.c */

/* The connection is there: say HELLO, then OPEN the export. */
void bw_link_hello(BwLink *link);

/* Timer: ask for the export, or for its stream, once more. */
void bw_link_retry(void *opaque);

/* ... which is set here, later each time. */
void bw_link_retry_later(BwLink *link);

/* The link is up: say so if it was said that it was not. */
void bw_link_note_up(BwLink *link);

/* The agent's own sentence, or what the status means; to be freed. */
char *bw_link_refusal_text(const char *what, unsigned status,
                           const uint8_t *body, size_t len);

/* link_lease.c */

/* OPEN is granted: ask what holds for the session, and keep within it. */
void bw_link_lease_begin(BwLink *link);

/* The link is ready again, after it was not for a while. */
void bw_link_lease_resume(BwLink *link);

/* The connection is over. */
void bw_link_lease_end(BwLink *link);

/* Once, before any connection. */
void bw_link_lease_init(BwLink *link);

/* link_stream.c */

/* The export is open: ask for its stream. */
void bw_link_stream_start(BwLink *link);

/* link.c */

void bw_link_set_state(BwLink *link, BwLinkState state);

/* bw_link_begin() in a state other than ready. */
uint32_t bw_link_begin_any(BwLink *link, unsigned type, struct bw_writer **w);

/* Log @text as a cause of this outage, once. */
void bw_link_report(BwLink *link, BwLinkCause cause, const char *text,
                    const char *cure);

/* Report @cause, refuse requests, end the connection from a bottom half. */
void bw_link_fail(BwLink *link, BwLinkCause cause, enum bw_status status,
                  const char *text, const char *cure);

#endif
