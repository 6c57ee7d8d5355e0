/*
 * A link that becomes a stream: USB_START, and what comes after its reply.
 *
 * docs/protocol.md, "USB", is the rule: no request may follow USB_START before
 * its reply, and after a reply that is ok there are no frames any more, in
 * either direction, until the connection ends.  A refusal leaves the session
 * as it was: it is asked again as often as OPEN is.
 *
 * There is no PING in a stream, so an agent that vanishes without closing its
 * connection is left to TCP: it asks an idle peer after 10 s, and gives up one
 * that has not acknowledged anything for 30 s.  By itself it would take hours
 * and a quarter of an hour.  Sockets of other families cannot vanish.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <netinet/tcp.h>
#include "qemu/timer.h"
#include "chardev/char.h"
#include "chardev/char-socket.h"
#include "io/channel-socket.h"
#include "link_session.h"
#include "hw/benchwire/trace.h"

#define KEEPALIVE_S  10
#define PROBE_S      5
#define PROBES       4
#define GIVE_UP_MS   30000

static void set_option(BwLink *link, int fd, int level, int name, int value)
{
    if (setsockopt(fd, level, name, &value, sizeof(value)) < 0) {
        trace_bw_link_option(link->config.name, name, errno);
    }
}

static void notice_a_dead_peer(BwLink *link)
{
    Chardev *chr = link->chr->chr;
    SocketChardev *s;
    int fd;

    if (!object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_SOCKET)) {
        return;
    }
    s = SOCKET_CHARDEV(chr);
    if (!s->sioc || (s->sioc->localAddr.ss_family != AF_INET &&
                     s->sioc->localAddr.ss_family != AF_INET6)) {
        return;
    }
    fd = s->sioc->fd;
    set_option(link, fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(link, fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_S);
    set_option(link, fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S);
    set_option(link, fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
    set_option(link, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, GIVE_UP_MS);
}

static void start_granted(BwLink *link)
{
    bw_link_set_state(link, BW_LINK_STREAM);
    link->retry_ms = 0;
    bw_link_lease_end(link);
    notice_a_dead_peer(link);
    bw_link_note_up(link);
    link->config.ops->ready(link->config.opaque);
}

static void start_reply(void *opaque, uint32_t id, unsigned status,
                        const uint8_t *body, size_t len)
{
    BwLink *link = opaque;
    g_autofree char *text = NULL;

    if (status == BW_OK && len) {
        bw_link_reject(link, "a reply to USB_START that does not fit");
        return;
    }
    if (status == BW_OK) {
        start_granted(link);
        return;
    }
    text = bw_link_refusal_text("the device is refused", status, body, len);
    bw_link_report(link, BW_LINK_CAUSE_REFUSED, text,
                   "it is asked for again until it is there");
    bw_link_set_state(link, BW_LINK_READY);
    bw_link_lease_resume(link);
    bw_link_retry_later(link);
}

void bw_link_stream_start(BwLink *link)
{
    struct bw_writer *w;

    if (!bw_link_begin(link, BW_MSG_USB_START, &w)) {
        bw_link_retry_later(link); /* PINGs take all the room there is */
        return;
    }
    bw_link_set_state(link, BW_LINK_START);
    bw_link_commit(link, start_reply, link);
}

int bw_link_stream_write(BwLink *link, const uint8_t *buf, int len)
{
    if (link->state != BW_LINK_STREAM) {
        errno = EIO;
        return -1;
    }
    return qemu_chr_fe_write(link->chr, buf, len);
}

GSource *bw_link_stream_watch(BwLink *link, GIOCondition cond)
{
    Chardev *chr = link->state == BW_LINK_STREAM ? link->chr->chr : NULL;

    if (!chr || !CHARDEV_GET_CLASS(chr)->chr_add_watch) {
        return NULL;
    }
    return CHARDEV_GET_CLASS(chr)->chr_add_watch(chr, cond);
}
