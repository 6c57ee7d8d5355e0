/*
 * What the tests of usb-redir share; see usb_redir_bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "usb_redir_bench.h"

void redir_all_endpoints(struct redir_bench *b)
{
    usb_peer_endpoint(b->peer, INT_IN, usb_redir_type_interrupt, PACKET);
    usb_peer_endpoint(b->peer, INT_OUT, usb_redir_type_interrupt, PACKET);
    usb_peer_endpoint(b->peer, ISO_IN, usb_redir_type_iso, PACKET);
    usb_peer_endpoint(b->peer, ISO_OUT, usb_redir_type_iso, PACKET);
}

static void good_device(struct redir_bench *b)
{
    usb_peer_free(b->peer);
    b->peer = usb_peer_new(b->qts);
    usb_peer_endpoint(b->peer, BULK_IN, usb_redir_type_bulk, PACKET);
    usb_peer_endpoint(b->peer, BULK_OUT, usb_redir_type_bulk, PACKET);
}

void redir_boot(struct redir_bench *b, const char *machine)
{
    b->dir = g_dir_make_tmp("bw-redir-XXXXXX", NULL);
    g_assert_nonnull(b->dir);
    b->socket = g_build_filename(b->dir, "peer", NULL);
    b->log = g_build_filename(b->dir, "log", NULL);
    b->qts = qtest_initf("%s -chardev socket,id=u0,path=%s,server=on,wait=off "
                         "-device usb-redir,chardev=u0%s 2>%s",
                         machine, b->socket,
                         strstr(machine, "raspi") ? ",port=1" : "", b->log);
    b->peer = usb_peer_new(b->qts);
    good_device(b);
}

static void xhci_use(struct redir_bench *b)
{
    guest_xhci_address(&b->xhci);
    guest_xhci_endpoint(&b->xhci, BULK_IN, XHCI_BULK_IN, PACKET);
    guest_xhci_endpoint(&b->xhci, BULK_OUT, XHCI_BULK_OUT, PACKET);
    usb_peer_expect(b->peer, usb_redir_reset, NULL, 0);
}

void redir_boot_xhci(struct redir_bench *b)
{
    redir_boot(b, GUEST_XHCI_ARGS);
    guest_xhci_init(&b->xhci, b->qts);
    usb_peer_connect(b->peer, b->socket, USB_PEER_CAPS);
    usb_peer_plug(b->peer);
    xhci_use(b);
}

void redir_boot_ftdi(struct redir_bench *b)
{
    redir_boot(b, GUEST_XHCI_ARGS);
    guest_xhci_init(&b->xhci, b->qts);
    usb_peer_connect(b->peer, b->socket, USB_PEER_CAPS);
    b->peer->device.vendor_id = 0x0403;
    b->peer->device.product_id = 0x6001;
    usb_peer_plug(b->peer);
    xhci_use(b);
}

void redir_boot_dwc2(struct redir_bench *b, uint32_t caps)
{
    redir_boot(b, GUEST_DWC2_ARGS);
    usb_peer_connect(b->peer, b->socket, caps);
    usb_peer_plug(b->peer);
    guest_dwc2_enable_port(b->qts);
}

void redir_assert_works(struct redir_bench *b)
{
    bool xhci = b->xhci.qts;
    uint64_t id, trb = 0;

    good_device(b);
    usb_peer_connect(b->peer, b->socket, USB_PEER_CAPS);
    if (xhci) {
        g_assert_false(guest_xhci_is_plugged(&b->xhci));
        guest_xhci_forget(&b->xhci);
    } else {
        guest_dwc2_wait_unplugged(b->qts);
    }
    usb_peer_plug(b->peer);
    if (xhci) {
        xhci_use(b);
        trb = guest_xhci_start(&b->xhci, BULK_IN, XHCI_BULK_IN, PACKET);
    } else {
        guest_dwc2_enable_port(b->qts);
        guest_dwc2_halt(b->qts, 1);
        guest_dwc2_start(b->qts, 1, BULK_IN, DWC2_BULK, PACKET);
    }
    id = usb_peer_expect(b->peer, usb_redir_bulk_packet, NULL, 0);
    usb_peer_bulk(b->peer, BULK_IN, id, usb_redir_success, PACKET);
    if (xhci) {
        g_assert_cmpuint(guest_xhci_finish(&b->xhci, trb), ==, 1);
    } else {
        guest_dwc2_finish(b->qts, 1);
    }
}

void redir_finish(struct redir_bench *b)
{
    usb_peer_free(b->peer);
    qtest_quit(b->qts);
    g_unlink(b->log);
    g_unlink(b->socket);
    g_assert_cmpint(g_rmdir(b->dir), ==, 0);
    g_free(b->log);
    g_free(b->socket);
    g_free(b->dir);
}
