/*
 * The usbredir protocol around the i2c-tiny-usb device; see tiny_usb_redir.h.
 *
 * Source: the usbredir protocol description, version 0.7 (July 2014), and
 * QEMU's device usb-redir, which on an xHCI port wants the three
 * capabilities that connect() sets.  libusbredirparser does the framing.
 *
 * One packet at a time: the answer is sent before the next request is
 * looked at, so there is never anything to cancel.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/rig/tiny_usb_redir.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <usbredirparser.h>

#include "host-agent/log.h"

#define CONFIGURATION 1
#define NO_ENDPOINT   usb_redir_type_invalid

struct redir {
    struct usbredirparser *parser;
    struct tiny_usb *device;
    int fd;
    uint8_t configuration;
    uint8_t data[TINY_USB_MAX_DATA];
};

/* What the parser calls */

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    bw_log(level <= usbredirparser_error ? BW_LOG_ERROR : BW_LOG_DEBUG,
           "usbredir: %s", text);
}

/* For both: the bytes moved, 0 for "not now", -1 for the end. */
static int moved(ssize_t n)
{
    if (n > 0) {
        return (int)n;
    }
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static int on_read(void *priv, uint8_t *data, int count)
{
    struct redir *r = priv;

    return moved(recv(r->fd, data, (size_t)count, MSG_DONTWAIT));
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct redir *r = priv;

    return moved(send(r->fd, data, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void send_layout(struct redir *r)
{
    struct usb_redir_interface_info_header interfaces = {
        .interface_count = 1,
        .interface_class[0] = 0xff,
    };
    struct usb_redir_ep_info_header endpoints = { 0 };

    memset(endpoints.type, NO_ENDPOINT, sizeof(endpoints.type));
    endpoints.type[0] = usb_redir_type_control;  /* out */
    endpoints.type[16] = usb_redir_type_control; /* in */
    endpoints.max_packet_size[0] = 8;
    endpoints.max_packet_size[16] = 8;
    usbredirparser_send_interface_info(r->parser, &interfaces);
    usbredirparser_send_ep_info(r->parser, &endpoints);
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct redir *r = priv;
    struct usb_redir_device_connect_header connect = {
        .speed = usb_redir_speed_full,
        .vendor_id = TINY_USB_VENDOR,
        .product_id = TINY_USB_PRODUCT,
        .device_version_bcd = TINY_USB_VERSION,
    };

    bw_log(BW_LOG_INFO, "usb: plugged in, %.63s", hello->version);
    send_layout(r);
    usbredirparser_send_device_connect(r->parser, &connect);
}

static void on_reset(void *priv)
{
    struct redir *r = priv;

    tiny_usb_let_go(r->device);
    r->configuration = 0;
}

static void send_configuration(struct redir *r, uint64_t id, uint8_t status)
{
    struct usb_redir_configuration_status_header h = {
        .status = status,
        .configuration = r->configuration,
    };

    usbredirparser_send_configuration_status(r->parser, id, &h);
}

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *set)
{
    struct redir *r = priv;
    bool known = set->configuration <= CONFIGURATION;

    if (known) {
        r->configuration = set->configuration;
    }
    send_configuration(r, id, known ? usb_redir_success : usb_redir_stall);
}

static void on_get_configuration(void *priv, uint64_t id)
{
    send_configuration(priv, id, usb_redir_success);
}

/* The only alternate setting is 0. */
static void send_alt(struct redir *r, uint64_t id, uint8_t interface,
                     uint8_t alt)
{
    struct usb_redir_alt_setting_status_header h = {
        .status =
            interface == 0 && alt == 0 ? usb_redir_success : usb_redir_stall,
        .interface = interface,
    };

    usbredirparser_send_alt_setting_status(r->parser, id, &h);
}

static void on_set_alt(void *priv, uint64_t id,
                       struct usb_redir_set_alt_setting_header *set)
{
    send_alt(priv, id, set->interface, set->alt);
}

static void on_get_alt(void *priv, uint64_t id,
                       struct usb_redir_get_alt_setting_header *get)
{
    send_alt(priv, id, get->interface, 0);
}

/* Returns what tiny_usb_request() does; the data is in @r->data. */
static int run_request(struct redir *r,
                       const struct usb_redir_control_packet_header *h,
                       const uint8_t *data, int data_len)
{
    bool to_host = h->requesttype & 0x80;
    struct tiny_usb_setup setup = {
        .type = h->requesttype,
        .request = h->request,
        .value = h->value,
        .index = h->index,
        .length = h->length,
    };

    if ((h->endpoint & 0x0f) != 0 || data_len != (to_host ? 0 : h->length)) {
        return TINY_USB_STALL;
    }
    if (data_len > 0) {
        memcpy(r->data, data, (size_t)data_len);
    }
    return tiny_usb_request(r->device, &setup, r->data);
}

static void on_control(void *priv, uint64_t id,
                       struct usb_redir_control_packet_header *h, uint8_t *data,
                       int data_len)
{
    struct redir *r = priv;
    struct usb_redir_control_packet_header reply = *h;
    int n = run_request(r, h, data, data_len);

    usbredirparser_free_packet_data(r->parser, data);
    reply.status = n < 0 ? usb_redir_stall : usb_redir_success;
    if (n < 0) {
        reply.length = 0;
    } else if (h->requesttype & 0x80) {
        reply.length = (uint16_t)n;
    }
    usbredirparser_send_control_packet(r->parser, id, &reply,
                                       n > 0 ? r->data : NULL, n > 0 ? n : 0);
}

static void on_cancel(void *priv, uint64_t id)
{
    (void)priv;
    (void)id; /* answered before */
}

static void on_unplug_ack(void *priv)
{
    (void)priv;
}

/* Connections */

static struct usbredirparser *new_parser(struct redir *r)
{
    struct usbredirparser *p = usbredirparser_create();
    uint32_t caps[USB_REDIR_CAPS_SIZE] = { 0 };

    if (!p) {
        return NULL;
    }
    p->priv = r;
    p->log_func = on_log;
    p->read_func = on_read;
    p->write_func = on_write;
    p->hello_func = on_hello;
    p->reset_func = on_reset;
    p->set_configuration_func = on_set_configuration;
    p->get_configuration_func = on_get_configuration;
    p->set_alt_setting_func = on_set_alt;
    p->get_alt_setting_func = on_get_alt;
    p->control_packet_func = on_control;
    p->cancel_data_packet_func = on_cancel;
    p->device_disconnect_ack_func = on_unplug_ack;
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(p, "benchwire tiny-usb", caps, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    return p;
}

/* Wait for something to do.  Returns false to stop. */
static bool wait_ready(struct pollfd p[2], int timeout_ms)
{
    p[0].revents = 0;
    p[1].revents = 0;
    if (poll(p, 2, timeout_ms) < 0 && errno != EINTR) {
        return false;
    }
    return !(p[1].revents & POLLIN);
}

/* Until the other end closes.  Returns false to stop. */
static bool serve_connection(struct redir *r, int stop_fd)
{
    struct pollfd p[2] = { { .fd = r->fd }, { .fd = stop_fd } };

    p[1].events = POLLIN;
    for (;;) {
        bool pending = usbredirparser_has_data_to_write(r->parser);

        p[0].events = POLLIN | (pending ? POLLOUT : 0);
        if (!wait_ready(p, r->device->holds ? (int)r->device->wait_ms : -1)) {
            return false;
        }
        if (!p[0].revents) {
            tiny_usb_let_go(r->device);
        }
        if ((p[0].revents & POLLOUT) && usbredirparser_do_write(r->parser)) {
            return true;
        }
        if ((p[0].revents & ~POLLOUT) && usbredirparser_do_read(r->parser)) {
            return true;
        }
    }
}

/* Takes over @fd.  Returns false to stop. */
static bool serve_one(struct tiny_usb *t, int fd, int stop_fd)
{
    struct redir *r = calloc(1, sizeof(*r));
    bool go_on = true;

    if (!r) {
        goto close_fd;
    }
    r->fd = fd;
    r->device = t;
    r->parser = new_parser(r);
    if (!r->parser) {
        goto free_redir;
    }
    go_on = serve_connection(r, stop_fd);
    tiny_usb_let_go(t);
    usbredirparser_destroy(r->parser);
    bw_log(BW_LOG_INFO, "usb: unplugged");
free_redir:
    free(r);
close_fd:
    close(fd);
    return go_on;
}

void tiny_usb_serve(struct tiny_usb *t, int listen_fd, int stop_fd)
{
    struct pollfd p[2] = { { .fd = listen_fd, .events = POLLIN },
                           { .fd = stop_fd, .events = POLLIN } };

    while (wait_ready(p, -1)) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd >= 0 && !serve_one(t, fd, stop_fd)) {
            return;
        }
    }
}
