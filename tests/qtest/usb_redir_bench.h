/*
 * What the tests of usb-redir with a peer without manners share: one QEMU, that
 * peer, and a guest that uses qemu-xhci on -M virt or dwc2 on -M raspi2b.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_USB_REDIR_BENCH_H
#define BENCHWIRE_TESTS_QTEST_USB_REDIR_BENCH_H

#include "guest_dwc2.h"
#include "guest_xhci.h"
#include "usb_peer.h"

/* of the device */
#define BULK_IN  0x81
#define BULK_OUT 0x02
#define INT_IN   0x83
#define ISO_IN   0x84
#define ISO_OUT  0x05
#define INT_OUT  0x06
#define PACKET   64

struct redir_bench {
    char *dir;
    char *socket;
    char *log; /* QEMU's standard error */
    QTestState *qts;
    struct usb_peer *peer;
    struct guest_xhci xhci;
};

/* QEMU, and a peer with a device of two bulk endpoints, which is not there. */
void redir_boot(struct redir_bench *b, const char *machine);

/* Its endpoints are all of the above, once it is told of. */
void redir_all_endpoints(struct redir_bench *b);

/* QEMU, and the guest has the device.  An FTDI serial port is one whose
 * input usb-redir has the other side send ahead. */
void redir_boot_xhci(struct redir_bench *b);
void redir_boot_ftdi(struct redir_bench *b);
void redir_boot_dwc2(struct redir_bench *b, uint32_t caps);

/* A new connection with a good device, which the guest can use. */
void redir_assert_works(struct redir_bench *b);

void redir_finish(struct redir_bench *b);

#endif
