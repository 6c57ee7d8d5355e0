/*
 * Simulated USB ports: streams, whose packets nobody asks for one by one; see
 * backend_sim_usb_priv.h.
 *
 * Source: the usbredir protocol description, version 0.7 (July 2014):
 * iso_packet, interrupt_packet, buffered_bulk_packet, and the messages that
 * start and stop streams.
 *
 * Interrupt packets are at least bInterval apart.  Isochronous ones come at
 * their pace, as many at a time as the guest wants in an URB; what is late by
 * more than LATE_NS, or cannot be sent, is lost.
 *
 * Not modelled: streams of USB 3 bulk endpoints, which are not offered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef BW_HAVE_USBREDIR

#include "host-agent/backend_sim_usb_priv.h"

#include <stdlib.h>

#include "host-agent/clock.h"

#define LATE_NS       100000000ull /* of an isochronous packet */
#define MAX_PER_URB   32
#define MAX_URBS      16
#define MAX_TRANSFERS 32 /* of bulk receiving */

static void interrupt_status(struct bw_sim_usb_port *p, uint8_t endpoint,
                             uint8_t status)
{
    struct usb_redir_interrupt_receiving_status_header h = {
        .status = status,
        .endpoint = endpoint,
    };

    usbredirparser_send_interrupt_receiving_status(p->parser, 0, &h);
}

static void iso_status(struct bw_sim_usb_port *p, uint8_t endpoint,
                       uint8_t status)
{
    struct usb_redir_iso_stream_status_header h = {
        .status = status,
        .endpoint = endpoint,
    };

    usbredirparser_send_iso_stream_status(p->parser, 0, &h);
}

static void bulk_status(struct bw_sim_usb_port *p, uint8_t endpoint,
                        uint8_t status)
{
    struct usb_redir_bulk_receiving_status_header h = {
        .status = status,
        .endpoint = endpoint,
    };

    usbredirparser_send_bulk_receiving_status(p->parser, 0, &h);
}

/* Returns whether a packet was sent. */
static bool run_interrupt(struct bw_sim_usb_port *p, uint8_t endpoint,
                          struct bw_sim_usb_stream *s, uint64_t now_ns)
{
    struct usb_redir_interrupt_packet_header h = { .endpoint = endpoint };
    int n;

    if (now_ns < s->next_ns) {
        return false;
    }
    n = bw_usb_device_in(&p->slot->device, endpoint, p->scratch, s->size,
                         now_ns);
    if (n == BW_USB_NAK) {
        return false;
    }
    if (n < 0) {
        s->kind = BW_SIM_USB_IDLE;
        interrupt_status(p, endpoint, usb_redir_stall);
        return false;
    }
    h.length = (uint16_t)n;
    usbredirparser_send_interrupt_packet(p->parser, s->id++, &h,
                                         n ? p->scratch : NULL, n);
    s->next_ns = now_ns + s->interval_ns;
    return true;
}

static bool run_bulk(struct bw_sim_usb_port *p, uint8_t endpoint,
                     struct bw_sim_usb_stream *s, uint64_t now_ns)
{
    struct usb_redir_buffered_bulk_packet_header h = { .endpoint = endpoint };
    int n = bw_usb_device_in(&p->slot->device, endpoint, p->scratch, s->size,
                             now_ns);

    if (n == BW_USB_NAK) {
        return false;
    }
    if (n < 0) {
        s->kind = BW_SIM_USB_IDLE;
        bulk_status(p, endpoint, usb_redir_stall);
        return false;
    }
    h.length = (uint32_t)n;
    usbredirparser_send_buffered_bulk_packet(p->parser, s->id++, &h,
                                             n ? p->scratch : NULL, n);
    return n > 0;
}

static void run_iso(struct bw_sim_usb_port *p, uint8_t endpoint,
                    struct bw_sim_usb_stream *s, uint64_t now_ns)
{
    if (now_ns > s->next_ns + LATE_NS) {
        s->next_ns = now_ns;
    }
    while (s->next_ns <= now_ns) {
        struct usb_redir_iso_packet_header h = { .endpoint = endpoint };
        int n = bw_usb_device_in(&p->slot->device, endpoint, p->scratch,
                                 s->size, s->next_ns);

        h.length = n > 0 ? (uint16_t)n : 0;
        h.status = n == BW_USB_STALL ? usb_redir_ioerror : usb_redir_success;
        if (!bw_sim_usb_data_full(p)) {
            usbredirparser_send_iso_packet(
                p->parser, s->id, &h, h.length ? p->scratch : NULL, h.length);
        }
        s->id++;
        s->next_ns += s->interval_ns;
    }
}

bool bw_sim_usb_stream_run(struct bw_sim_usb_port *p, unsigned index,
                           uint64_t now_ns)
{
    struct bw_sim_usb_stream *s = &p->streams[index];
    uint8_t endpoint = bw_sim_usb_address(index);

    if (index < 16) {
        return false; /* the guest sends */
    }
    switch (s->kind) {
    case BW_SIM_USB_ISO:
        run_iso(p, endpoint, s, now_ns);
        return false;
    case BW_SIM_USB_INTERRUPT:
        return run_interrupt(p, endpoint, s, now_ns);
    case BW_SIM_USB_BULK:
        return !bw_sim_usb_data_full(p) && run_bulk(p, endpoint, s, now_ns);
    default:
        return false;
    }
}

uint64_t bw_sim_usb_stream_next_ns(const struct bw_sim_usb_stream *s,
                                   uint64_t ran_ns)
{
    if (s->kind == BW_SIM_USB_ISO) {
        return s->next_ns + (s->batch - 1) * s->interval_ns;
    }
    if (s->kind == BW_SIM_USB_INTERRUPT && s->next_ns > ran_ns) {
        return s->next_ns;
    }
    return BW_PART_NEVER;
}

static void on_iso(void *priv, uint64_t id,
                   struct usb_redir_iso_packet_header *h, uint8_t *data,
                   int data_len)
{
    struct bw_sim_usb_port *p = priv;
    bool to_host = h->endpoint & BW_USB_IN;

    (void)id;
    if (p->slot && !to_host && data_len > 0 &&
        p->streams[bw_sim_usb_index(h->endpoint)].kind == BW_SIM_USB_ISO) {
        /* nobody waits for it, and what the device has no room for is lost */
        bw_usb_device_out(&p->slot->device, h->endpoint, data, (size_t)data_len,
                          bw_clock_ns());
    }
    free(data);
}

/* A stream of the endpoint, or NULL if it cannot have one of this type. */
static struct bw_sim_usb_stream *stream_for(struct bw_sim_usb_port *p,
                                            uint8_t endpoint,
                                            enum bw_usb_transfer type,
                                            struct bw_usb_endpoint *e)
{
    struct bw_sim_usb_stream *s;

    if (!bw_sim_usb_endpoint(p, endpoint, e) || e->type != type) {
        return NULL;
    }
    s = &p->streams[bw_sim_usb_index(endpoint)];
    if (s->kind != BW_SIM_USB_IDLE || p->first[bw_sim_usb_index(endpoint)]) {
        return NULL;
    }
    *s = (struct bw_sim_usb_stream){
        .next_ns = bw_clock_ns(),
        .interval_ns = bw_usb_device_interval_ns(&p->slot->device, e),
        .size = e->max_packet & 0x7ff,
        .batch = 1,
    };
    return s;
}

static void on_start_iso(void *priv, uint64_t id,
                         struct usb_redir_start_iso_stream_header *h)
{
    struct bw_sim_usb_port *p = priv;
    struct bw_usb_endpoint e;
    bool known = h->pkts_per_urb >= 1 && h->pkts_per_urb <= MAX_PER_URB &&
                 h->no_urbs >= 1 && h->no_urbs <= MAX_URBS;
    struct bw_sim_usb_stream *s =
        known ? stream_for(p, h->endpoint, BW_USB_ISO, &e) : NULL;

    (void)id;
    if (s) {
        s->kind = BW_SIM_USB_ISO;
        s->batch = h->pkts_per_urb;
    }
    iso_status(p, h->endpoint, s ? usb_redir_success : usb_redir_inval);
}

static void
on_start_interrupt(void *priv, uint64_t id,
                   struct usb_redir_start_interrupt_receiving_header *h)
{
    struct bw_sim_usb_port *p = priv;
    struct bw_usb_endpoint e;
    struct bw_sim_usb_stream *s =
        h->endpoint & BW_USB_IN
            ? stream_for(p, h->endpoint, BW_USB_INTERRUPT, &e)
            : NULL;

    (void)id;
    if (s) {
        s->kind = BW_SIM_USB_INTERRUPT;
    }
    interrupt_status(p, h->endpoint, s ? usb_redir_success : usb_redir_inval);
}

static void on_start_bulk(void *priv, uint64_t id,
                          struct usb_redir_start_bulk_receiving_header *h)
{
    struct bw_sim_usb_port *p = priv;
    struct bw_usb_endpoint e;
    bool known = h->endpoint & BW_USB_IN && h->stream_id == 0 &&
                 h->bytes_per_transfer > 0 &&
                 h->bytes_per_transfer <= BW_SIM_USB_SCRATCH &&
                 h->no_transfers >= 1 && h->no_transfers <= MAX_TRANSFERS;
    struct bw_sim_usb_stream *s =
        known ? stream_for(p, h->endpoint, BW_USB_BULK, &e) : NULL;

    (void)id;
    if (s && h->bytes_per_transfer % e.max_packet == 0) {
        s->kind = BW_SIM_USB_BULK;
        s->size = h->bytes_per_transfer;
    } else {
        s = NULL;
    }
    bulk_status(p, h->endpoint, s ? usb_redir_success : usb_redir_inval);
}

/* Returns the status: there may be none of that kind. */
static uint8_t stop(struct bw_sim_usb_port *p, uint8_t endpoint,
                    enum bw_sim_usb_stream_kind kind)
{
    struct bw_sim_usb_stream *s = &p->streams[bw_sim_usb_index(endpoint)];

    if (s->kind == kind) {
        s->kind = BW_SIM_USB_IDLE;
    }
    return p->slot ? usb_redir_success : usb_redir_ioerror;
}

static void on_stop_iso(void *priv, uint64_t id,
                        struct usb_redir_stop_iso_stream_header *h)
{
    (void)id;
    iso_status(priv, h->endpoint, stop(priv, h->endpoint, BW_SIM_USB_ISO));
}

static void
on_stop_interrupt(void *priv, uint64_t id,
                  struct usb_redir_stop_interrupt_receiving_header *h)
{
    (void)id;
    interrupt_status(priv, h->endpoint,
                     stop(priv, h->endpoint, BW_SIM_USB_INTERRUPT));
}

static void on_stop_bulk(void *priv, uint64_t id,
                         struct usb_redir_stop_bulk_receiving_header *h)
{
    (void)id;
    bulk_status(priv, h->endpoint, stop(priv, h->endpoint, BW_SIM_USB_BULK));
}

void bw_sim_usb_stream_callbacks(struct usbredirparser *parser)
{
    parser->iso_packet_func = on_iso;
    parser->start_iso_stream_func = on_start_iso;
    parser->stop_iso_stream_func = on_stop_iso;
    parser->start_interrupt_receiving_func = on_start_interrupt;
    parser->stop_interrupt_receiving_func = on_stop_interrupt;
    parser->start_bulk_receiving_func = on_start_bulk;
    parser->stop_bulk_receiving_func = on_stop_bulk;
}

#endif
