/*
 * Simulated USB ports: transfers that wait for the device, and streams; see
 * backend_sim_usb_priv.h.
 *
 * Source: the usbredir protocol description, version 0.7 (July 2014):
 * bulk_packet, interrupt_packet, iso_packet, buffered_bulk_packet,
 * cancel_data_packet and the messages that start and stop streams.
 *
 * Transfers of an endpoint are run in the order they came; one waits as long
 * as the device has nothing for it, and may be cancelled meanwhile.
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
#include <string.h>

#include "host-agent/clock.h"

#define SCRATCH       131072u      /* bytes; see bw_sim_usb_redir_begin() */
#define MAX_TRANSFER  (16u << 20)  /* bytes of one */
#define MAX_WAITING   1024u        /* transfers */
#define MAX_BYTES     (64u << 20)  /* of data that waits for the device */
#define FULL          (8u << 20)   /* bytes that wait for the guest */
#define LATE_NS       100000000ull /* of an isochronous packet */
#define MAX_PER_URB   32
#define MAX_URBS      16
#define MAX_TRANSFERS 32 /* of bulk receiving */

const struct bw_usb_endpoint *bw_sim_usb_endpoint(struct bw_sim_usb_port *p,
                                                  uint8_t endpoint,
                                                  struct bw_usb_endpoint *out)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    size_t count, i;

    if (!p->slot) {
        return NULL;
    }
    count = bw_usb_device_endpoints(&p->slot->device, list);
    for (i = 0; i < count; i++) {
        if (list[i].address == endpoint) {
            *out = list[i];
            return out;
        }
    }
    return NULL;
}

bool bw_sim_usb_data_full(struct bw_sim_usb_port *p)
{
    return usbredirparser_get_bufferered_output_size(p->parser) > FULL;
}

/* Transfers */

static void reply(struct bw_sim_usb_port *p,
                  const struct bw_sim_usb_packet *packet, uint8_t status,
                  uint8_t *data)
{
    bool to_host = packet->endpoint & BW_USB_IN;
    int len = to_host ? (int)packet->done : 0;
    struct usb_redir_bulk_packet_header bulk = {
        .endpoint = packet->endpoint,
        .status = status,
        .length = (uint16_t)packet->done,
        .length_high = (uint16_t)(packet->done >> 16),
        .stream_id = packet->stream_id,
    };
    struct usb_redir_interrupt_packet_header interrupt = {
        .endpoint = packet->endpoint,
        .status = status,
        .length = (uint16_t)packet->done,
    };

    if (packet->interrupt) {
        usbredirparser_send_interrupt_packet(p->parser, packet->id, &interrupt,
                                             len ? data : NULL, len);
    } else {
        usbredirparser_send_bulk_packet(p->parser, packet->id, &bulk,
                                        len ? data : NULL, len);
    }
}

/* Take the packet out of its list, where it may be anywhere. */
static void unlink_packet(struct bw_sim_usb_port *p,
                          struct bw_sim_usb_packet *packet)
{
    struct bw_sim_usb_packet **at =
        &p->first[bw_sim_usb_index(packet->endpoint)];

    while (*at != packet) {
        at = &(*at)->next;
    }
    *at = packet->next;
    p->waiting--;
    p->waiting_bytes -= packet->endpoint & BW_USB_IN ? 0 : packet->len;
}

static void free_packet(struct bw_sim_usb_packet *packet)
{
    free(packet->data); /* as usbredirparser_free_packet_data() does */
    free(packet);
}

static void finish(struct bw_sim_usb_port *p, struct bw_sim_usb_packet *packet,
                   uint8_t status, uint8_t *data)
{
    unlink_packet(p, packet);
    reply(p, packet, status, data);
    free_packet(packet);
}

/* Keep @n bytes of the scratch until the transfer ends. */
static bool keep(struct bw_sim_usb_packet *packet, const uint8_t *data,
                 uint32_t n)
{
    uint8_t *more = realloc(packet->data, packet->done + n);

    if (!more) {
        return false;
    }
    memcpy(more + packet->done, data, n);
    packet->data = more;
    packet->done += n;
    return true;
}

/* Returns whether the transfer has ended. */
static bool run_in(struct bw_sim_usb_port *p, struct bw_sim_usb_packet *packet,
                   uint64_t now_ns)
{
    struct bw_usb_device *d = &p->slot->device;

    for (;;) {
        uint32_t left = packet->len - packet->done;
        uint32_t want = left < SCRATCH ? left : SCRATCH;
        int n = bw_usb_device_in(d, packet->endpoint, p->scratch, want, now_ns);

        if (n == BW_USB_NAK) {
            return false;
        }
        if (n < 0) {
            finish(p, packet, usb_redir_stall, packet->data);
            return true;
        }
        if (!packet->data && ((uint32_t)n < want || want == left)) {
            packet->done = (uint32_t)n;
            finish(p, packet, usb_redir_success, p->scratch);
            return true;
        }
        if (n > 0 && !keep(packet, p->scratch, (uint32_t)n)) {
            finish(p, packet, usb_redir_ioerror, packet->data);
            return true;
        }
        if ((uint32_t)n < want || packet->done == packet->len) {
            finish(p, packet, usb_redir_success, packet->data);
            return true;
        }
    }
}

static bool run_out(struct bw_sim_usb_port *p, struct bw_sim_usb_packet *packet,
                    uint64_t now_ns)
{
    struct bw_usb_device *d = &p->slot->device;

    do {
        int n =
            bw_usb_device_out(d, packet->endpoint, packet->data + packet->done,
                              packet->len - packet->done, now_ns);

        if (n == BW_USB_NAK || (n == 0 && packet->done < packet->len)) {
            return false;
        }
        if (n < 0) {
            finish(p, packet, usb_redir_stall, NULL);
            return true;
        }
        packet->done += (uint32_t)n;
    } while (packet->done < packet->len);
    finish(p, packet, usb_redir_success, NULL);
    return true;
}

/* Returns whether a transfer has ended. */
static bool run_endpoint(struct bw_sim_usb_port *p, unsigned index,
                         uint64_t now_ns)
{
    bool ended = false;

    while (p->first[index] && !bw_sim_usb_data_full(p)) {
        struct bw_sim_usb_packet *packet = p->first[index];

        if (!(index < 16 ? run_out : run_in)(p, packet, now_ns)) {
            break;
        }
        ended = true;
    }
    return ended;
}

/* Streams */

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

/* Returns whether something was moved that makes room in the device. */
static bool run_stream(struct bw_sim_usb_port *p, unsigned index,
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

void bw_sim_usb_data_run(struct bw_sim_usb_port *p, uint64_t now_ns)
{
    bool again = p->slot != NULL;
    unsigned i;

    while (again && !bw_sim_usb_data_full(p)) {
        again = false;
        for (i = 0; i < BW_SIM_USB_ENDPOINTS; i++) {
            again |= run_endpoint(p, i, now_ns);
            again |= run_stream(p, i, now_ns);
        }
    }
}

static uint64_t stream_next_ns(const struct bw_sim_usb_stream *s,
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

uint64_t bw_sim_usb_data_next_ns(struct bw_sim_usb_port *p, uint64_t ran_ns)
{
    uint64_t next_ns;
    unsigned i;

    if (!p->slot) {
        return BW_PART_NEVER;
    }
    next_ns = bw_usb_device_next_ns(&p->slot->device, ran_ns);
    next_ns = next_ns > ran_ns ? next_ns : BW_PART_NEVER;
    for (i = 16; i < BW_SIM_USB_ENDPOINTS; i++) {
        uint64_t ns = stream_next_ns(&p->streams[i], ran_ns);

        next_ns = ns < next_ns ? ns : next_ns;
    }
    return next_ns;
}

/* What ends early */

void bw_sim_usb_data_cancel(struct bw_sim_usb_port *p, int interface)
{
    struct bw_usb_endpoint e;
    unsigned i;

    for (i = 0; i < BW_SIM_USB_ENDPOINTS; i++) {
        if (interface >= 0 &&
            bw_sim_usb_endpoint(p, bw_sim_usb_address(i), &e) &&
            e.interface != interface) {
            continue;
        }
        while (p->first[i]) {
            finish(p, p->first[i], usb_redir_cancelled, p->first[i]->data);
        }
        p->streams[i].kind = BW_SIM_USB_IDLE;
    }
}

void bw_sim_usb_data_drop(struct bw_sim_usb_port *p)
{
    unsigned i;

    for (i = 0; i < BW_SIM_USB_ENDPOINTS; i++) {
        while (p->first[i]) {
            struct bw_sim_usb_packet *packet = p->first[i];

            unlink_packet(p, packet);
            free_packet(packet);
        }
        p->streams[i].kind = BW_SIM_USB_IDLE;
    }
}

static void on_cancel(void *priv, uint64_t id)
{
    struct bw_sim_usb_port *p = priv;
    unsigned i;

    for (i = 0; i < BW_SIM_USB_ENDPOINTS; i++) {
        struct bw_sim_usb_packet *packet = p->first[i];

        while (packet && packet->id != id) {
            packet = packet->next;
        }
        if (packet) {
            finish(p, packet, usb_redir_cancelled, packet->data);
            return;
        }
    }
}

/* What the guest sends */

static void append(struct bw_sim_usb_port *p, struct bw_sim_usb_packet *packet)
{
    struct bw_sim_usb_packet **at =
        &p->first[bw_sim_usb_index(packet->endpoint)];

    while (*at) {
        at = &(*at)->next;
    }
    *at = packet;
    p->waiting++;
    p->waiting_bytes += packet->endpoint & BW_USB_IN ? 0 : packet->len;
}

/* Does the transfer fit the endpoint, and is there room for it? */
static bool is_valid(struct bw_sim_usb_port *p,
                     const struct bw_sim_usb_packet *packet, int data_len)
{
    bool to_host = packet->endpoint & BW_USB_IN;
    unsigned type = packet->interrupt ? BW_USB_INTERRUPT : BW_USB_BULK;
    struct bw_usb_endpoint e;

    return bw_sim_usb_endpoint(p, packet->endpoint, &e) && e.type == type &&
           !(packet->interrupt && to_host) && packet->len <= MAX_TRANSFER &&
           data_len == (to_host ? 0 : (int)packet->len) &&
           p->streams[bw_sim_usb_index(packet->endpoint)].kind ==
               BW_SIM_USB_IDLE &&
           p->waiting < MAX_WAITING && p->waiting_bytes <= MAX_BYTES;
}

/* Takes over @data. */
static void take_packet(struct bw_sim_usb_port *p,
                        const struct bw_sim_usb_packet *from, uint8_t *data,
                        int data_len)
{
    struct bw_sim_usb_packet refused = *from;
    struct bw_sim_usb_packet *packet;

    if (!p->slot) {
        free(data); /* it was under way when the device went */
        return;
    }
    packet = is_valid(p, from, data_len) ? malloc(sizeof(*packet)) : NULL;
    if (!packet) {
        refused.done = 0;
        reply(p, &refused, usb_redir_inval, NULL);
        free(data);
        return;
    }
    *packet = *from;
    packet->data = data;
    append(p, packet);
    bw_sim_usb_data_run(p, bw_clock_ns());
}

static void on_bulk(void *priv, uint64_t id,
                    struct usb_redir_bulk_packet_header *h, uint8_t *data,
                    int data_len)
{
    struct bw_sim_usb_packet packet = {
        .id = id,
        .endpoint = h->endpoint,
        .stream_id = h->stream_id,
        .len = h->length | (uint32_t)h->length_high << 16,
    };

    take_packet(priv, &packet, data, data_len);
}

static void on_interrupt(void *priv, uint64_t id,
                         struct usb_redir_interrupt_packet_header *h,
                         uint8_t *data, int data_len)
{
    struct bw_sim_usb_packet packet = {
        .id = id,
        .endpoint = h->endpoint,
        .interrupt = true,
        .len = h->length,
    };

    take_packet(priv, &packet, data, data_len);
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
                 h->bytes_per_transfer <= SCRATCH && h->no_transfers >= 1 &&
                 h->no_transfers <= MAX_TRANSFERS;
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

void bw_sim_usb_data_callbacks(struct usbredirparser *parser)
{
    parser->bulk_packet_func = on_bulk;
    parser->interrupt_packet_func = on_interrupt;
    parser->iso_packet_func = on_iso;
    parser->cancel_data_packet_func = on_cancel;
    parser->start_iso_stream_func = on_start_iso;
    parser->stop_iso_stream_func = on_stop_iso;
    parser->start_interrupt_receiving_func = on_start_interrupt;
    parser->stop_interrupt_receiving_func = on_stop_interrupt;
    parser->start_bulk_receiving_func = on_start_bulk;
    parser->stop_bulk_receiving_func = on_stop_bulk;
}

#endif
