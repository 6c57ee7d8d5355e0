/*
 * Simulated USB ports: the usbredir protocol around a device, but for its
 * data; see backend_sim_usb_priv.h.
 *
 * Source: the usbredir protocol description, version 0.7 (July 2014);
 * libusbredirparser does the framing.
 *
 * The device comes configured, as one does that a kernel has seen before.
 * A conversation ends with the first thing from the guest that is not
 * usbredir.  Messages to a device that has gone are dropped, as the guest may
 * have sent them before it heard of that.
 *
 * Not modelled: filters of the guest, which are not asked for; a guest that
 * rejects the device keeps its place all the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef BW_HAVE_USBREDIR

#include "host-agent/backend_sim_usb_priv.h"

#include <stdlib.h>
#include <string.h>

#include "host-agent/log.h"

/* What the parser calls */

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    (void)level;
    bw_log(BW_LOG_DEBUG, "usb: %s", text);
}

static int on_read(void *priv, uint8_t *data, int count)
{
    struct bw_sim_usb_port *p = priv;

    if (bw_sim_usb_data_full(p)) {
        return 0;
    }
    return p->pipe->ops->read(p->pipe, data, (size_t)count);
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct bw_sim_usb_port *p = priv;

    return p->pipe->ops->write(p->pipe, data, (size_t)count);
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct bw_sim_usb_port *p = priv;

    bw_log(BW_LOG_DEBUG, "usb: guest is %.63s", hello->version);
    p->greeted = true;
}

static void send_interfaces(struct bw_sim_usb_port *p)
{
    struct bw_usb_interface list[BW_USB_MAX_INTERFACES];
    struct usb_redir_interface_info_header h = { 0 };
    size_t count = bw_usb_device_interfaces(&p->slot->device, list);
    size_t i;

    h.interface_count = (uint32_t)count;
    for (i = 0; i < count; i++) {
        h.interface[i] = list[i].number;
        h.interface_class[i] = list[i].class;
        h.interface_subclass[i] = list[i].subclass;
        h.interface_protocol[i] = list[i].protocol;
    }
    usbredirparser_send_interface_info(p->parser, &h);
}

static void send_endpoints(struct bw_sim_usb_port *p)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    struct usb_redir_ep_info_header h = { 0 };
    size_t count = bw_usb_device_endpoints(&p->slot->device, list);
    size_t i;

    memset(h.type, usb_redir_type_invalid, sizeof(h.type));
    h.type[0] = usb_redir_type_control;
    h.type[16] = usb_redir_type_control;
    h.max_packet_size[0] = BW_USB_CONTROL_PACKET;
    h.max_packet_size[16] = BW_USB_CONTROL_PACKET;
    for (i = 0; i < count; i++) {
        unsigned at = bw_sim_usb_index(list[i].address);

        h.type[at] = list[i].type; /* the numbers of USB */
        h.interval[at] = list[i].interval;
        h.interface[at] = list[i].interface;
        h.max_packet_size[at] = list[i].max_packet;
    }
    usbredirparser_send_ep_info(p->parser, &h);
}

static void send_layout(struct bw_sim_usb_port *p)
{
    send_interfaces(p);
    send_endpoints(p);
}

static void on_reset(void *priv)
{
    struct bw_sim_usb_port *p = priv;

    if (p->slot) {
        bw_sim_usb_data_cancel(p, -1);
        bw_usb_device_reset(&p->slot->device);
    }
}

static void send_configuration(struct bw_sim_usb_port *p, uint64_t id,
                               uint8_t status)
{
    struct usb_redir_configuration_status_header h = {
        .status = status,
        .configuration = p->slot->device.configuration,
    };

    usbredirparser_send_configuration_status(p->parser, id, &h);
}

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *set)
{
    struct bw_sim_usb_port *p = priv;
    bool done;

    if (!p->slot) {
        return;
    }
    bw_sim_usb_data_cancel(p, -1);
    done = bw_usb_device_configure(&p->slot->device, set->configuration);
    if (done) {
        send_layout(p);
    }
    send_configuration(p, id, done ? usb_redir_success : usb_redir_stall);
}

static void on_get_configuration(void *priv, uint64_t id)
{
    struct bw_sim_usb_port *p = priv;

    if (p->slot) {
        send_configuration(p, id, usb_redir_success);
    }
}

static void send_alt(struct bw_sim_usb_port *p, uint64_t id, uint8_t status,
                     uint8_t interface)
{
    bool known = interface < BW_USB_MAX_INTERFACES;
    struct usb_redir_alt_setting_status_header h = {
        .status = status,
        .interface = interface,
        .alt = known ? p->slot->device.alt[interface] : 0,
    };

    usbredirparser_send_alt_setting_status(p->parser, id, &h);
}

static void on_set_alt(void *priv, uint64_t id,
                       struct usb_redir_set_alt_setting_header *set)
{
    struct bw_sim_usb_port *p = priv;
    bool done;

    if (!p->slot) {
        return;
    }
    bw_sim_usb_data_cancel(p, set->interface);
    done = bw_usb_device_select(&p->slot->device, set->interface, set->alt);
    if (done) {
        send_layout(p);
    }
    send_alt(p, id, done ? usb_redir_success : usb_redir_stall, set->interface);
}

static bool has_interface(const struct bw_usb_device *d, uint8_t number)
{
    struct bw_usb_interface list[BW_USB_MAX_INTERFACES];
    size_t count = bw_usb_device_interfaces(d, list);
    size_t i;

    for (i = 0; i < count; i++) {
        if (list[i].number == number) {
            return true;
        }
    }
    return false;
}

static void on_get_alt(void *priv, uint64_t id,
                       struct usb_redir_get_alt_setting_header *get)
{
    struct bw_sim_usb_port *p = priv;

    if (p->slot) {
        send_alt(p, id,
                 has_interface(&p->slot->device, get->interface)
                     ? usb_redir_success
                     : usb_redir_stall,
                 get->interface);
    }
}

/* Returns what bw_usb_device_control() does; data for the host is in the
 * scratch, which is larger than any request. */
static int run_control(struct bw_sim_usb_port *p,
                       const struct usb_redir_control_packet_header *h,
                       const uint8_t *data, int data_len)
{
    bool to_host = h->requesttype & BW_USB_IN;
    struct bw_usb_setup setup = {
        .type = h->requesttype,
        .request = h->request,
        .value = h->value,
        .index = h->index,
        .length = h->length,
    };

    if ((h->endpoint & 0x0f) != 0 || data_len != (to_host ? 0 : h->length)) {
        return BW_USB_STALL;
    }
    if (data_len > 0) {
        memcpy(p->scratch, data, (size_t)data_len);
    }
    return bw_usb_device_control(&p->slot->device, &setup, p->scratch);
}

static void on_control(void *priv, uint64_t id,
                       struct usb_redir_control_packet_header *h, uint8_t *data,
                       int data_len)
{
    struct bw_sim_usb_port *p = priv;
    struct usb_redir_control_packet_header reply = *h;
    bool to_host = h->requesttype & BW_USB_IN;
    int n;

    if (!p->slot) {
        usbredirparser_free_packet_data(p->parser, data);
        return;
    }
    n = run_control(p, h, data, data_len);
    usbredirparser_free_packet_data(p->parser, data);
    reply.status = n < 0 ? usb_redir_stall : usb_redir_success;
    if (n < 0 || to_host) {
        reply.length = n < 0 ? 0 : (uint16_t)n;
    }
    n = to_host && n > 0 ? n : 0;
    usbredirparser_send_control_packet(p->parser, id, &reply,
                                       n ? p->scratch : NULL, n);
}

static void on_acknowledge(void *priv)
{
    struct bw_sim_usb_port *p = priv;

    p->leaving = false;
}

/* Not offered, and so not asked for by a guest in its right mind. */

static void on_alloc_streams(void *priv, uint64_t id,
                             struct usb_redir_alloc_bulk_streams_header *h)
{
    (void)id;
    (void)h;
    ((struct bw_sim_usb_port *)priv)->wrong = true;
}

static void on_free_streams(void *priv, uint64_t id,
                            struct usb_redir_free_bulk_streams_header *h)
{
    (void)id;
    (void)h;
    ((struct bw_sim_usb_port *)priv)->wrong = true;
}

static void on_reject(void *priv)
{
    (void)priv;
    bw_log(BW_LOG_INFO, "usb: the guest does not want the device");
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int count)
{
    (void)priv;
    (void)count;
    free(rules);
}

/* The conversation */

static void set_callbacks(struct usbredirparser *parser)
{
    parser->log_func = on_log;
    parser->read_func = on_read;
    parser->write_func = on_write;
    parser->hello_func = on_hello;
    parser->reset_func = on_reset;
    parser->set_configuration_func = on_set_configuration;
    parser->get_configuration_func = on_get_configuration;
    parser->set_alt_setting_func = on_set_alt;
    parser->get_alt_setting_func = on_get_alt;
    parser->control_packet_func = on_control;
    parser->device_disconnect_ack_func = on_acknowledge;
    parser->alloc_bulk_streams_func = on_alloc_streams;
    parser->free_bulk_streams_func = on_free_streams;
    parser->filter_reject_func = on_reject;
    parser->filter_filter_func = on_filter;
    bw_sim_usb_data_callbacks(parser);
}

bool bw_sim_usb_redir_begin(struct bw_sim_usb_port *p)
{
    static const int offered[] = {
        usb_redir_cap_connect_device_version,
        usb_redir_cap_device_disconnect_ack,
        usb_redir_cap_ep_info_max_packet_size,
        usb_redir_cap_64bits_ids,
        usb_redir_cap_32bits_bulk_length,
        usb_redir_cap_bulk_receiving,
    };
    uint32_t caps[USB_REDIR_CAPS_SIZE] = { 0 };
    size_t i;

    p->greeted = false;
    p->leaving = false;
    p->wrong = false;
    p->scratch = malloc(BW_SIM_USB_SCRATCH);
    p->parser = p->scratch ? usbredirparser_create() : NULL;
    if (!p->parser) {
        free(p->scratch);
        return false;
    }
    p->parser->priv = p;
    set_callbacks(p->parser);
    for (i = 0; i < sizeof(offered) / sizeof(offered[0]); i++) {
        usbredirparser_caps_set_cap(caps, offered[i]);
    }
    usbredirparser_init(p->parser, "benchwire simulated device", caps,
                        USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    return true;
}

void bw_sim_usb_redir_end(struct bw_sim_usb_port *p)
{
    bw_sim_usb_data_drop(p);
    usbredirparser_destroy(p->parser);
    free(p->scratch);
    p->parser = NULL;
    p->scratch = NULL;
}

void bw_sim_usb_redir_attach(struct bw_sim_usb_port *p)
{
    static const uint8_t speeds[] = {
        [BW_USB_LOW] = usb_redir_speed_low,
        [BW_USB_FULL] = usb_redir_speed_full,
        [BW_USB_HIGH] = usb_redir_speed_high,
    };
    struct bw_usb_device *d = &p->slot->device;
    const uint8_t *own = d->model->device;
    struct usb_redir_device_connect_header h = {
        .speed = speeds[d->model->speed],
        .device_class = own[4],
        .device_subclass = own[5],
        .device_protocol = own[6],
        .vendor_id = bw_usb_device_vendor(d),
        .product_id = bw_usb_device_product(d),
        .device_version_bcd = (uint16_t)(own[12] | own[13] << 8),
    };

    bw_usb_device_reset(d);
    bw_usb_device_configure(d, 1);
    send_layout(p);
    usbredirparser_send_device_connect(p->parser, &h);
}

void bw_sim_usb_redir_detach(struct bw_sim_usb_port *p)
{
    bw_sim_usb_data_cancel(p, -1);
    usbredirparser_send_device_disconnect(p->parser);
    p->leaving = usbredirparser_peer_has_cap(
        p->parser, usb_redir_cap_device_disconnect_ack);
}

#endif
