/*
 * Keeping a lease: LEASE after OPEN, PING while nothing else is to be said.
 *
 * docs/protocol.md, "LEASE", is the rule.  An agent ends a session that holds
 * an export and is silent for the time that LEASE says.  A third of it leaves
 * room for a main loop that comes late and for one PING that gets lost in
 * time.  An agent that does not know LEASE lets a session be silent for ever.
 *
 * PINGs have the deadline of every request, so an agent that vanishes without
 * closing its connection is noticed while the guest is idle, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "link_session.h"
#include "hw/benchwire/lib/wire_admin.h"
#include "hw/benchwire/trace.h"

#define MIN_INTERVAL_MS 20 /* whatever the agent says */

static uint32_t interval_ms(const BwLink *link)
{
    return MAX(link->silence_ms / 3, MIN_INTERVAL_MS);
}

static void ping_reply(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len)
{
    BwLink *link = opaque;

    link->ping_waits = false;
    if (status == BW_OK && len) {
        bw_link_reject(link, "a reply to PING that is not what was sent");
    }
}

/*
 * With as many requests under way as there may be, nobody is silent.  One PING
 * waits at most: behind a SCSI command, which may take hours, they would fill
 * all there is room for.
 */
static void lease_timer(void *opaque)
{
    BwLink *link = opaque;
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    struct bw_writer *w;

    if (!bw_link_is_ready(link)) {
        return;
    }
    if (now_ms - link->sent_ms >= interval_ms(link)) {
        if (!link->ping_waits && bw_link_begin(link, BW_MSG_PING, &w)) {
            link->ping_waits = bw_link_commit(link, ping_reply, link);
        }
        link->sent_ms = now_ms;
    }
    timer_mod(link->lease_timer, link->sent_ms + interval_ms(link));
}

static void lease_reply(void *opaque, uint32_t id, unsigned status,
                        const uint8_t *body, size_t len)
{
    BwLink *link = opaque;
    struct bw_wire_lease m;
    struct bw_reader r;

    if (status != BW_OK) {
        return;
    }
    bw_reader_init(&r, body, len);
    if (bw_wire_get_lease(&r, &m) != BW_OK || !bw_reader_done(&r)) {
        bw_link_reject(link, "a reply to LEASE that does not fit");
        return;
    }
    trace_bw_link_lease(link->config.name, m.identity, m.silence_ms);
    link->silence_ms = m.silence_ms;
    bw_link_lease_resume(link);
}

void bw_link_lease_begin(BwLink *link)
{
    struct bw_writer *w;

    if ((link->peer_caps & BW_CAP_LEASE) &&
        bw_link_begin(link, BW_MSG_LEASE, &w)) {
        bw_link_commit(link, lease_reply, link);
    }
}

void bw_link_lease_resume(BwLink *link)
{
    if (link->silence_ms) {
        timer_mod(link->lease_timer, link->sent_ms + interval_ms(link));
    }
}

void bw_link_lease_end(BwLink *link)
{
    timer_del(link->lease_timer);
    link->silence_ms = 0;
    link->ping_waits = false;
}

void bw_link_lease_init(BwLink *link)
{
    link->lease_timer = timer_new_ms(QEMU_CLOCK_REALTIME, lease_timer, link);
}
