/*
 * A guest's end of a usbredir conversation, with libusbredirparser, and the
 * pipe between it and a port of the agent: two queues of bytes in memory.
 *
 * Only for test_sim_usb*.c; each has one guest at a time in a bw_usb_guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_USB_GUEST_H
#define BENCHWIRE_TESTS_UNIT_USB_GUEST_H

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <usbredirparser.h>

#include "host-agent/backend_sim_usb.h"
#include "host-agent/clock.h"

#define PATIENCE_MS 10000
#define CAPS(n)     (1u << usb_redir_cap_##n)
#define GUEST_CAPS                                                  \
    (CAPS(connect_device_version) | CAPS(ep_info_max_packet_size) | \
     CAPS(64bits_ids) | CAPS(32bits_bulk_length) |                  \
     CAPS(device_disconnect_ack) | CAPS(bulk_receiving))
#define GUEST_ROOM   (8u << 20) /* of each queue, and of the data heard */
#define NOT_ANSWERED 0xff

struct byte_queue {
    uint8_t *bytes;
    size_t from, to;
};

/* What has been heard. */
struct bw_usb_guest {
    struct bw_usb_pipe pipe; /* first: the ops are given its address */
    struct byte_queue up;    /* to the agent */
    struct byte_queue down;
    bool stuck; /* the guest does not take what the agent sends */
    struct usbredirparser *parser;
    struct bw_usb_port *port;
    bool over;
    uint64_t next_id;
    unsigned connects, disconnects, layouts;
    struct usb_redir_device_connect_header device;
    struct usb_redir_ep_info_header endpoints;
    struct usb_redir_interface_info_header interfaces;
    struct usb_redir_configuration_status_header configuration;
    struct usb_redir_alt_setting_status_header alt;
    unsigned configurations, alts;
    /* the last control or data packet; @data is of the last one with data */
    unsigned answers;
    unsigned ins;
    uint64_t id;
    uint8_t status;
    uint32_t length;
    uint8_t *data;
    int data_len;
    uint64_t log[64]; /* ids, in the order of the answers */
    /* streams */
    unsigned stream_answers;
    uint8_t stream_status;
    unsigned packets;
    uint64_t packet_id;
    uint8_t packet_status;
    uint8_t packet[256];
    int packet_len;
    size_t stream_len; /* bytes of all packets, in @data */
};

static inline int queue_read(struct byte_queue *q, uint8_t *out, size_t len)
{
    size_t n = q->to - q->from < len ? q->to - q->from : len;

    memcpy(out, q->bytes + q->from, n);
    q->from += n;
    if (q->from == q->to) {
        q->from = q->to = 0;
    }
    return (int)n;
}

static inline int queue_write(struct byte_queue *q, const uint8_t *in,
                              size_t len)
{
    size_t n = GUEST_ROOM - q->to < len ? GUEST_ROOM - q->to : len;

    memcpy(q->bytes + q->to, in, n);
    q->to += n;
    return (int)n;
}

static inline int guest_pipe_read(struct bw_usb_pipe *p, uint8_t *buf,
                                  size_t len)
{
    return queue_read(&((struct bw_usb_guest *)p)->up, buf, len);
}

static inline int guest_pipe_write(struct bw_usb_pipe *p, const uint8_t *buf,
                                   size_t len)
{
    struct bw_usb_guest *g = (struct bw_usb_guest *)p;

    return g->stuck ? 0 : queue_write(&g->down, buf, len);
}

static inline int guest_read(void *priv, uint8_t *data, int count)
{
    return queue_read(&((struct bw_usb_guest *)priv)->down, data,
                      (size_t)count);
}

static inline int guest_write(void *priv, uint8_t *data, int count)
{
    return queue_write(&((struct bw_usb_guest *)priv)->up, data, (size_t)count);
}

static inline void guest_log(void *priv, int level, const char *text)
{
    (void)priv;
    if (level <= usbredirparser_warning) {
        print_message("guest: %s\n", text);
    }
}

static inline void guest_connect(void *priv,
                                 struct usb_redir_device_connect_header *h)
{
    struct bw_usb_guest *g = priv;

    g->device = *h;
    g->connects++;
}

static inline void guest_disconnect(void *priv)
{
    struct bw_usb_guest *g = priv;

    g->disconnects++; /* the parser acknowledges it */
}

static inline void guest_interfaces(void *priv,
                                    struct usb_redir_interface_info_header *h)
{
    struct bw_usb_guest *g = priv;

    g->interfaces = *h;
    g->layouts++;
}

static inline void guest_endpoints(void *priv,
                                   struct usb_redir_ep_info_header *h)
{
    struct bw_usb_guest *g = priv;

    g->endpoints = *h;
    g->layouts++;
}

static inline void
guest_configuration(void *priv, uint64_t id,
                    struct usb_redir_configuration_status_header *h)
{
    struct bw_usb_guest *g = priv;

    g->id = id;
    g->configuration = *h;
    g->configurations++;
}

static inline void guest_alt(void *priv, uint64_t id,
                             struct usb_redir_alt_setting_status_header *h)
{
    struct bw_usb_guest *g = priv;

    g->id = id;
    g->alt = *h;
    g->alts++;
}

static inline void guest_answer(struct bw_usb_guest *g, uint64_t id,
                                bool to_host, uint8_t status, uint32_t length,
                                uint8_t *data, int data_len)
{
    g->id = id;
    g->status = status;
    g->length = length;
    if (to_host) {
        g->ins++;
        g->data_len = data_len;
    }
    if (data_len > 0) {
        memcpy(g->data, data, (size_t)data_len);
    }
    g->log[g->answers % 64] = id;
    g->answers++;
    usbredirparser_free_packet_data(g->parser, data);
}

static inline void guest_control(void *priv, uint64_t id,
                                 struct usb_redir_control_packet_header *h,
                                 uint8_t *data, int data_len)
{
    guest_answer(priv, id, h->requesttype & BW_USB_IN, h->status, h->length,
                 data, data_len);
}

static inline void guest_bulk(void *priv, uint64_t id,
                              struct usb_redir_bulk_packet_header *h,
                              uint8_t *data, int data_len)
{
    guest_answer(priv, id, h->endpoint & BW_USB_IN, h->status,
                 h->length | (uint32_t)h->length_high << 16, data, data_len);
}

static inline void guest_packet(struct bw_usb_guest *g, uint64_t id,
                                uint8_t status, uint8_t *data, int data_len)
{
    g->packets++;
    g->packet_id = id;
    g->packet_status = status;
    g->packet_len = data_len;
    if (data_len > 0) {
        memcpy(g->data + g->stream_len, data, (size_t)data_len);
        memcpy(g->packet, data,
               (size_t)data_len < sizeof(g->packet) ? (size_t)data_len
                                                    : sizeof(g->packet));
        g->stream_len += (size_t)data_len;
    }
    usbredirparser_free_packet_data(g->parser, data);
}

static inline void guest_interrupt(void *priv, uint64_t id,
                                   struct usb_redir_interrupt_packet_header *h,
                                   uint8_t *data, int data_len)
{
    struct bw_usb_guest *g = priv;

    if (h->endpoint & BW_USB_IN) {
        guest_packet(g, id, h->status, data, data_len);
    } else {
        guest_answer(g, id, false, h->status, h->length, data, data_len);
    }
}

static inline void guest_iso(void *priv, uint64_t id,
                             struct usb_redir_iso_packet_header *h,
                             uint8_t *data, int data_len)
{
    guest_packet(priv, id, h->status, data, data_len);
}

static inline void
guest_buffered(void *priv, uint64_t id,
               struct usb_redir_buffered_bulk_packet_header *h, uint8_t *data,
               int data_len)
{
    guest_packet(priv, id, h->status, data, data_len);
}

static inline void
guest_iso_status(void *priv, uint64_t id,
                 struct usb_redir_iso_stream_status_header *h)
{
    struct bw_usb_guest *g = priv;

    (void)id;
    g->stream_status = h->status;
    g->stream_answers++;
}

static inline void
guest_interrupt_status(void *priv, uint64_t id,
                       struct usb_redir_interrupt_receiving_status_header *h)
{
    struct bw_usb_guest *g = priv;

    (void)id;
    g->stream_status = h->status;
    g->stream_answers++;
}

static inline void
guest_bulk_status(void *priv, uint64_t id,
                  struct usb_redir_bulk_receiving_status_header *h)
{
    struct bw_usb_guest *g = priv;

    (void)id;
    g->stream_status = h->status;
    g->stream_answers++;
}

static const struct bw_usb_pipe_ops guest_pipe_ops = {
    .read = guest_pipe_read,
    .write = guest_pipe_write,
};

static inline void guest_callbacks(struct usbredirparser *p)
{
    p->log_func = guest_log;
    p->read_func = guest_read;
    p->write_func = guest_write;
    p->device_connect_func = guest_connect;
    p->device_disconnect_func = guest_disconnect;
    p->interface_info_func = guest_interfaces;
    p->ep_info_func = guest_endpoints;
    p->configuration_status_func = guest_configuration;
    p->alt_setting_status_func = guest_alt;
    p->control_packet_func = guest_control;
    p->bulk_packet_func = guest_bulk;
    p->interrupt_packet_func = guest_interrupt;
    p->iso_packet_func = guest_iso;
    p->buffered_bulk_packet_func = guest_buffered;
    p->iso_stream_status_func = guest_iso_status;
    p->interrupt_receiving_status_func = guest_interrupt_status;
    p->bulk_receiving_status_func = guest_bulk_status;
}

/* Let the agent's side run once, and hear what it says. */
static inline void guest_turn(struct bw_usb_guest *g)
{
    while (!g->over && usbredirparser_has_data_to_write(g->parser)) {
        assert_int_equal(usbredirparser_do_write(g->parser), 0);
        g->over = !g->port->ops->work(g->port);
    }
    g->over = g->over || !g->port->ops->work(g->port);
    assert_int_equal(usbredirparser_do_read(g->parser), 0);
}

/* Turn until *@counter is no longer @was: the port's own timer may have to
 * fire. */
static inline void guest_wait(struct bw_usb_guest *g, const unsigned *counter,
                              unsigned was)
{
    uint64_t end_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);
    struct pollfd p = { .fd = g->port->event_fd, .events = POLLIN };

    guest_turn(g);
    while (*counter == was) {
        assert_true(bw_clock_ns() < end_ns);
        poll(&p, 1, 100);
        guest_turn(g);
    }
}

static inline void guest_begin(struct bw_usb_guest *g, struct bw_usb_port *port)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = { GUEST_CAPS };
    char why[128];

    memset(g, 0, sizeof(*g));
    g->pipe.ops = &guest_pipe_ops;
    g->up.bytes = malloc(GUEST_ROOM);
    g->down.bytes = malloc(GUEST_ROOM);
    g->data = malloc(GUEST_ROOM);
    assert_true(g->up.bytes && g->down.bytes && g->data);
    g->port = port;
    g->parser = usbredirparser_create();
    assert_non_null(g->parser);
    g->parser->priv = g;
    guest_callbacks(g->parser);
    usbredirparser_init(g->parser, "test", caps, USB_REDIR_CAPS_SIZE, 0);
    assert_int_equal(port->ops->begin(port, &g->pipe, why, sizeof(why)), BW_OK);
    guest_turn(g);
    guest_turn(g);
}

static inline void guest_end(struct bw_usb_guest *g)
{
    g->port->ops->end(g->port);
    usbredirparser_destroy(g->parser);
    free(g->up.bytes);
    free(g->down.bytes);
    free(g->data);
}

static inline uint64_t guest_send_control(struct bw_usb_guest *g, uint8_t type,
                                          uint8_t request, uint16_t value,
                                          uint16_t index, const void *data,
                                          uint16_t length)
{
    bool to_host = type & BW_USB_IN;
    struct usb_redir_control_packet_header h = {
        .endpoint = type & BW_USB_IN,
        .request = request,
        .requesttype = type,
        .value = value,
        .index = index,
        .length = length,
    };

    usbredirparser_send_control_packet(g->parser, ++g->next_id, &h,
                                       to_host ? NULL : (uint8_t *)data,
                                       to_host ? 0 : length);
    return g->next_id;
}

/* Returns the status; data is in @g->data. */
static inline uint8_t guest_request(struct bw_usb_guest *g, uint8_t type,
                                    uint8_t request, uint16_t value,
                                    uint16_t index, const void *data,
                                    uint16_t length)
{
    unsigned was = g->answers;

    guest_send_control(g, type, request, value, index, data, length);
    guest_wait(g, &g->answers, was);
    assert_int_equal(g->id, g->next_id);
    return g->status;
}

static inline uint64_t guest_send_bulk(struct bw_usb_guest *g, uint8_t endpoint,
                                       const void *data, uint32_t length)
{
    bool to_host = endpoint & BW_USB_IN;
    struct usb_redir_bulk_packet_header h = {
        .endpoint = endpoint,
        .length = (uint16_t)length,
        .length_high = (uint16_t)(length >> 16),
    };

    usbredirparser_send_bulk_packet(g->parser, ++g->next_id, &h,
                                    to_host ? NULL : (uint8_t *)data,
                                    to_host ? 0 : (int)length);
    return g->next_id;
}

/* Returns the status; data is in @g->data. */
static inline uint8_t guest_transfer(struct bw_usb_guest *g, uint8_t endpoint,
                                     const void *data, uint32_t length)
{
    unsigned was = g->answers;

    guest_send_bulk(g, endpoint, data, length);
    guest_wait(g, &g->answers, was);
    assert_int_equal(g->id, g->next_id);
    return g->status;
}

#endif
