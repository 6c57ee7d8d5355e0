/*
 * A guest's driver of dwc2, of -M raspi2b: channels and their registers.
 *
 * Source: "BCM2835 ARM Peripherals" chapter 15 names the core, DWC_otg; offsets
 * and bits as include/hw/usb/dwc2-regs.h of QEMU has them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GUEST_DWC2_H
#define BENCHWIRE_TESTS_QTEST_GUEST_DWC2_H

#include "tests/qtest/libqtest.h"

#define GUEST_DWC2_ARGS "-M raspi2b "

#define DWC2_CHANNELS 8

enum guest_dwc2_type {
    DWC2_CONTROL,
    DWC2_ISO,
    DWC2_BULK,
    DWC2_INTERRUPT
};

/* Wait for a device and reset the port; wait until there is none. */
void guest_dwc2_enable_port(QTestState *qts);
void guest_dwc2_wait_unplugged(QTestState *qts);

/* A device is in the port. */
bool guest_dwc2_is_plugged(QTestState *qts);

/* Begin a transfer of @len bytes on a channel; @address 0x81 is an IN. */
void guest_dwc2_start(QTestState *qts, unsigned channel, uint8_t address,
                      enum guest_dwc2_type type, uint32_t len);

/* The SETUP of a control transfer, for endpoint 0 or a wrong one; its status. */
void guest_dwc2_setup(QTestState *qts, unsigned channel, unsigned endpoint,
                      const uint8_t request[8]);
void guest_dwc2_status(QTestState *qts, unsigned channel);

/* Take the transfer back. */
void guest_dwc2_halt(QTestState *qts, unsigned channel);

/* The transfer has ended, one way or another; wait until it has, true: well. */
bool guest_dwc2_is_halted(QTestState *qts, unsigned channel);
bool guest_dwc2_finish(QTestState *qts, unsigned channel);

/* How many bytes of the transfer have not been moved. */
uint32_t guest_dwc2_left(QTestState *qts, unsigned channel);

#endif
