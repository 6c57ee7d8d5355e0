/*
 * usbredir packets as the test makes them; see usb_peer.h.
 *
 * What QEMU has read of a unix socket is told by SIOCOUTQ.  It handles that at
 * once, and a qtest command after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "usb_peer.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define VERSION_LEN 64

struct usb_peer *usb_peer_new(QTestState *qts)
{
    struct usb_peer *p = g_new0(struct usb_peer, 1);

    p->qts = qts;
    p->fd = -1;
    p->in = g_byte_array_new();
    p->info.interface_count = 1;
    p->info.interface_class[0] = 0xff;
    memset(p->ep.type, usb_redir_type_invalid, sizeof(p->ep.type));
    p->ep.type[0] = p->ep.type[16] = usb_redir_type_control;
    p->device = (struct usb_redir_device_connect_header){
        .speed = usb_redir_speed_high,
        .vendor_id = 0x1209, /* pid.codes, for tests */
        .product_id = 0x0001,
    };
    return p;
}

void usb_peer_drop(struct usb_peer *p)
{
    if (p->fd >= 0) {
        close(p->fd);
    }
    p->fd = -1;
    p->caps = 0;
    g_byte_array_set_size(p->in, 0);
}

void usb_peer_free(struct usb_peer *p)
{
    usb_peer_drop(p);
    g_byte_array_free(p->in, true);
    g_free(p);
}

void usb_peer_connect(struct usb_peer *p, const char *path, uint32_t caps)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char hello[VERSION_LEN + sizeof(caps)] = "peer";

    usb_peer_drop(p);
    g_strlcpy(addr.sun_path, path, sizeof(addr.sun_path));
    p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(p->fd, >=, 0);
    while (connect(p->fd, (void *)&addr, sizeof(addr)) < 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
    if (caps) {
        memcpy(hello + VERSION_LEN, &caps, sizeof(caps));
        usb_peer_send(p, usb_redir_hello, 0, hello, sizeof(hello), 0);
        p->caps = caps;
    }
}

/* Returns false when QEMU has closed it. */
static bool is_read(struct usb_peer *p)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    int left = 1;

    while (ioctl(p->fd, SIOCOUTQ, &left) == 0 && left &&
           !usb_peer_is_closed(p)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(p->qts, 1000);
    }
    return left == 0;
}

void usb_peer_write(struct usb_peer *p, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (len && !usb_peer_is_closed(p)) {
        ssize_t n = send(p->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        g_assert_cmpint(g_get_monotonic_time(), <, end);
        if (n > 0) {
            at += n;
            len -= n;
        }
        is_read(p);
    }
    qtest_clock_step(p->qts, 1000);
}

static size_t header_size(const struct usb_peer *p)
{
    return p->caps & USB_PEER_CAP(64bits_ids) ? 16 : 12;
}

void usb_peer_send(struct usb_peer *p, uint32_t type, uint64_t id,
                   const void *header, size_t header_len, size_t zeros)
{
    size_t at = header_size(p), len = at + header_len + zeros;
    g_autofree uint8_t *packet = g_malloc0(len);

    stl_le_p(packet, type);
    stl_le_p(packet + 4, header_len + zeros);
    stl_le_p(packet + 8, id);
    if (at == 16) {
        stq_le_p(packet + 8, id);
    }
    memcpy(packet + at, header, header_len);
    usb_peer_write(p, packet, len);
}

/* --- the device --- */

void usb_peer_endpoint(struct usb_peer *p, uint8_t address, uint8_t type,
                       uint16_t packet)
{
    unsigned i = (address & 0x80) >> 3 | (address & 0xf);

    p->ep.type[i] = type;
    p->ep.interval[i] = 1;
    p->ep.max_packet_size[i] = packet;
}

void usb_peer_tell_interfaces(struct usb_peer *p)
{
    usb_peer_send(p, usb_redir_interface_info, 0, &p->info, sizeof(p->info), 0);
}

void usb_peer_tell_endpoints(struct usb_peer *p)
{
    size_t len = offsetof(struct usb_redir_ep_info_header, max_packet_size);

    if (p->caps & USB_PEER_CAP(bulk_streams)) {
        len = sizeof(p->ep);
    } else if (p->caps & USB_PEER_CAP(ep_info_max_packet_size)) {
        len = offsetof(struct usb_redir_ep_info_header, max_streams);
    }
    usb_peer_send(p, usb_redir_ep_info, 0, &p->ep, len, 0);
}

void usb_peer_plug(struct usb_peer *p)
{
    size_t len = sizeof(p->device);

    usb_peer_tell_interfaces(p);
    usb_peer_tell_endpoints(p);
    if (!(p->caps & USB_PEER_CAP(connect_device_version))) {
        len -= sizeof(p->device.device_version_bcd);
    }
    usb_peer_send(p, usb_redir_device_connect, 0, &p->device, len, 0);
}

void usb_peer_bulk(struct usb_peer *p, uint8_t address, uint64_t id,
                   uint8_t status, uint32_t len)
{
    struct usb_redir_bulk_packet_header h = {
        .endpoint = address,
        .status = status,
        .length = len,
        .length_high = len >> 16,
    };
    size_t size = sizeof(h);

    if (!(p->caps & USB_PEER_CAP(32bits_bulk_length))) {
        size -= sizeof(h.length_high);
    }
    usb_peer_send(p, usb_redir_bulk_packet, id, &h, size,
                  address & 0x80 ? len : 0);
}

void usb_peer_control(struct usb_peer *p, uint8_t address, uint64_t id,
                      uint16_t len)
{
    struct usb_redir_control_packet_header h = {
        .endpoint = address,
        .length = len,
    };

    usb_peer_send(p, usb_redir_control_packet, id, &h, sizeof(h),
                  address & 0x80 ? len : 0);
}

void usb_peer_buffered(struct usb_peer *p, uint8_t address, uint32_t len)
{
    struct usb_redir_buffered_bulk_packet_header h = {
        .endpoint = address,
        .length = len,
    };

    usb_peer_send(p, usb_redir_buffered_bulk_packet, 0, &h, sizeof(h), len);
}

/* --- what QEMU says --- */

bool usb_peer_is_closed(struct usb_peer *p)
{
    uint8_t bytes[4096];
    ssize_t n;

    while ((n = recv(p->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
        g_byte_array_append(p->in, bytes, n);
    }
    return n == 0 || (errno != EAGAIN && errno != EINTR);
}

/* Take a packet of what has come; the first one is a hello, of 32-bit ids.
 * Returns false if there is no whole one. */
static bool take(struct usb_peer *p, uint32_t *type, uint64_t *id,
                 GByteArray *body)
{
    size_t head = p->in->len >= 4 && ldl_le_p(p->in->data) == usb_redir_hello
                      ? 12
                      : header_size(p);
    size_t len;

    if (p->in->len < head || p->in->len < head + ldl_le_p(p->in->data + 4)) {
        return false;
    }
    len = ldl_le_p(p->in->data + 4);
    *type = ldl_le_p(p->in->data);
    *id = head == 16 ? ldq_le_p(p->in->data + 8) : ldl_le_p(p->in->data + 8);
    g_byte_array_set_size(body, 0);
    g_byte_array_append(body, p->in->data + head, len);
    g_byte_array_remove_range(p->in, 0, head + len);
    return true;
}

uint64_t usb_peer_expect(struct usb_peer *p, uint32_t wanted, void *header,
                         size_t header_len)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    GByteArray *body = g_byte_array_new();
    uint32_t type;
    uint64_t id;

    do {
        while (!take(p, &type, &id, body)) {
            g_assert_cmpint(g_get_monotonic_time(), <, end);
            g_assert_false(usb_peer_is_closed(p));
            qtest_clock_step(p->qts, 1000 * 1000);
        }
    } while (type != wanted);
    g_assert_cmpuint(body->len, >=, header_len);
    if (header) {
        memcpy(header, body->data, header_len);
    }
    g_byte_array_free(body, true);
    return id;
}

uint64_t usb_peer_drain(struct usb_peer *p, uint64_t last)
{
    GByteArray *body = g_byte_array_new();
    uint32_t type;
    uint64_t id;

    usb_peer_is_closed(p);
    while (take(p, &type, &id, body)) {
        if (type == usb_redir_control_packet || type == usb_redir_bulk_packet) {
            last = id;
        }
    }
    g_byte_array_free(body, true);
    return last;
}
