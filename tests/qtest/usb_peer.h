/*
 * The other end of QEMU's usb-redir, without manners: usbredir packets as the
 * test makes them, over a unix socket on which QEMU listens.
 *
 * Source: the usbredir protocol, version 0.7 (usbredirproto.h).  Nothing runs
 * beside the test; every wait fails it after 20 s.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_USB_PEER_H
#define BENCHWIRE_TESTS_QTEST_USB_PEER_H

#include "tests/qtest/libqtest.h"
#include <usbredirproto.h>

#define USB_PEER_CAP(name) (1u << usb_redir_cap_##name)
#define USB_PEER_CAPS                                                   \
    (USB_PEER_CAP(connect_device_version) | USB_PEER_CAP(filter) |      \
     USB_PEER_CAP(ep_info_max_packet_size) | USB_PEER_CAP(64bits_ids) | \
     USB_PEER_CAP(32bits_bulk_length) | USB_PEER_CAP(bulk_receiving))

struct usb_peer {
    QTestState *qts;
    int fd;        /* -1: not connected */
    uint32_t caps; /* that QEMU has been told of; 0: no hello yet */
    GByteArray *in;
    struct usb_redir_interface_info_header info;
    struct usb_redir_ep_info_header ep;
    struct usb_redir_device_connect_header device;
};

/* A device of high speed, which has one interface and only endpoint 0. */
struct usb_peer *usb_peer_new(QTestState *qts);
void usb_peer_free(struct usb_peer *p);

/* Connect to @socket, and greet with @caps; 0: do not. */
void usb_peer_connect(struct usb_peer *p, const char *socket, uint32_t caps);
void usb_peer_drop(struct usb_peer *p);

/* p->ep has an endpoint: 0x81 is an IN. */
void usb_peer_endpoint(struct usb_peer *p, uint8_t address, uint8_t type,
                       uint16_t packet);

/* Tell of p->info, p->ep and p->device, as they are. */
void usb_peer_tell_interfaces(struct usb_peer *p);
void usb_peer_tell_endpoints(struct usb_peer *p);
void usb_peer_plug(struct usb_peer *p);

/* A packet: its own header and data; returns once QEMU has looked at it. */
void usb_peer_send(struct usb_peer *p, uint32_t type, uint64_t id,
                   const void *header, size_t header_len, size_t zeros);

/* Bytes of no meaning, or of some. */
void usb_peer_write(struct usb_peer *p, const void *bytes, size_t len);

/* Answer bulk packet @id of an endpoint; a control packet. */
void usb_peer_bulk(struct usb_peer *p, uint8_t address, uint64_t id,
                   uint8_t status, uint32_t len);
void usb_peer_control(struct usb_peer *p, uint8_t address, uint64_t id,
                      uint16_t len);

/* What was received ahead for a bulk endpoint. */
void usb_peer_buffered(struct usb_peer *p, uint8_t address, uint32_t len);

/* Returns: the id of the next packet of this type from QEMU, and its header */
uint64_t usb_peer_expect(struct usb_peer *p, uint32_t type, void *header,
                         size_t header_len);

/* Throw away what has come.  Returns: the id of the last bulk or control
 * packet, or @id if there is none. */
uint64_t usb_peer_drain(struct usb_peer *p, uint64_t id);

/* QEMU has closed the connection. */
bool usb_peer_is_closed(struct usb_peer *p);

#endif
