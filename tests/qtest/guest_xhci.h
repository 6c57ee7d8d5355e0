/*
 * A guest's driver of qemu-xhci on -M virt, as small as one can be: one device,
 * one ring for each of its endpoints, all polled.
 *
 * Source: eXtensible Host Controller Interface for USB, revision 1.2, chapters
 * 4 to 6.  Nothing is ever taken off a ring, so a device lasts for some 250
 * transfers of an endpoint.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GUEST_XHCI_H
#define BENCHWIRE_TESTS_QTEST_GUEST_XHCI_H

#include "tests/qtest/libqtest.h"

#define GUEST_XHCI_ARGS \
    "-M virt,highmem=off -nodefaults -device qemu-xhci,id=xhci,addr=1.0 "

enum guest_xhci_type { /* of an endpoint, xHCI table 6-9 */
    XHCI_ISO_OUT = 1,
    XHCI_BULK_OUT,
    XHCI_INT_OUT,
    XHCI_CONTROL,
    XHCI_ISO_IN,
    XHCI_BULK_IN,
    XHCI_INT_IN,
};

struct guest_xhci {
    QTestState *qts;
    unsigned slot;
    unsigned next_command, next_event;
    bool command_cycle, event_cycle;
    unsigned next_trb[32]; /* by the endpoint's number in xHCI */
};

/* The controller runs. */
void guest_xhci_init(struct guest_xhci *x, QTestState *qts);

/* A device is in some port. */
bool guest_xhci_is_plugged(struct guest_xhci *x);

/* Wait for one, reset its port and give it an address. */
void guest_xhci_address(struct guest_xhci *x);

/* Forget the device's slot. */
void guest_xhci_forget(struct guest_xhci *x);

/* Add an endpoint: 0x81 is an IN. */
void guest_xhci_endpoint(struct guest_xhci *x, uint8_t address,
                         enum guest_xhci_type type, uint16_t packet);

/* Begin a transfer of @len bytes; of a control request at endpoint 0.
 * Returns: its place on the ring, which is QEMU's id of it; 0: no room */
uint64_t guest_xhci_start(struct guest_xhci *x, uint8_t address,
                          enum guest_xhci_type type, uint32_t len);
uint64_t guest_xhci_control(struct guest_xhci *x, const uint8_t request[8]);

/* Take all transfers of an endpoint back. */
void guest_xhci_stop(struct guest_xhci *x, uint8_t address);

/* Wait for the event of the transfer that ends at @trb.
 * Returns: its completion code; 1 is success */
unsigned guest_xhci_finish(struct guest_xhci *x, uint64_t trb);

/* Is that event there now?  Those before it are dropped. */
bool guest_xhci_has_finished(struct guest_xhci *x, uint64_t trb);

#endif
