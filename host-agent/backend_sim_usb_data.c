/*
 * Simulated USB ports: transfers that wait for the device; see
 * backend_sim_usb_priv.h.
 *
 * Source: the usbredir protocol description, version 0.7 (July 2014):
 * bulk_packet, interrupt_packet, cancel_data_packet.
 *
 * Transfers of an endpoint are run in the order they came; one waits as long
 * as the device has nothing for it, and may be cancelled meanwhile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef BW_HAVE_USBREDIR

#include "host-agent/backend_sim_usb_priv.h"

#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"

#define MAX_TRANSFER (16u << 20) /* bytes of one */
#define MAX_WAITING  1024u       /* transfers */
#define MAX_BYTES    (64u << 20) /* of data that waits for the device */
#define FULL         (8u << 20)  /* bytes that wait for the guest */

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
        uint32_t want = left < BW_SIM_USB_SCRATCH ? left : BW_SIM_USB_SCRATCH;
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

void bw_sim_usb_data_run(struct bw_sim_usb_port *p, uint64_t now_ns)
{
    bool again = p->slot != NULL;
    unsigned i;

    while (again && !bw_sim_usb_data_full(p)) {
        again = false;
        for (i = 0; i < BW_SIM_USB_ENDPOINTS; i++) {
            again |= run_endpoint(p, i, now_ns);
            again |= bw_sim_usb_stream_run(p, i, now_ns);
        }
    }
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
        uint64_t ns = bw_sim_usb_stream_next_ns(&p->streams[i], ran_ns);

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

void bw_sim_usb_data_callbacks(struct usbredirparser *parser)
{
    parser->bulk_packet_func = on_bulk;
    parser->interrupt_packet_func = on_interrupt;
    parser->cancel_data_packet_func = on_cancel;
    bw_sim_usb_stream_callbacks(parser);
}

#endif
