/*
 * The USB export of the fake agent: what follows USB_START.
 *
 * Either bytes as they are, or a device at the other end of the usbredir
 * protocol (libusbredirparser as the host): one interface with the bulk
 * endpoints 0x81 and 0x02.  It takes what is sent to it and answers each IN
 * when the test says so.  Used by the agent's thread and by the tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_USB_H
#define BENCHWIRE_TESTS_QTEST_FAKE_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_agent.h"

#define FAKE_USB_IN  0x81
#define FAKE_USB_OUT 0x02

struct fake_usb;

struct fake_usb *fake_usb_new(void);
void fake_usb_free(struct fake_usb *u);

/* For the agent's thread: speak on @conn until it ends or @stop is readable. */
void fake_usb_run(struct fake_usb *u, int conn, int stop);

/* ... and what it sends in one piece with the reply to USB_START. */
const char *fake_usb_greeting(struct fake_usb *u);

/* The stream is bytes from now on, and begins with @greeting, which stays the
 * test's. */
void fake_usb_be_raw(struct fake_agent *f, const char *greeting);

/* Send bytes; only if it is raw. */
void fake_usb_send(struct fake_agent *f, const char *bytes);

/* Plug the device in: full speed, or high speed; its packets' size. */
void fake_usb_plug(struct fake_agent *f, bool high, uint16_t packet);
void fake_usb_unplug(struct fake_agent *f);

/* Take the endpoint IN away, or give it back, as another setting of the
 * interface does; what waits there is not answered. */
void fake_usb_set_in(struct fake_agent *f, bool there);

/* Answer the oldest IN, now or once it is there, with @len zeros. */
void fake_usb_answer(struct fake_agent *f, unsigned len);

/**
 * fake_usb_seen: what has come since the first connection
 *
 * Returns: the bytes, if it is raw; otherwise one line each: "hello", "reset",
 * "in 64" and "out 13" with the bytes asked for or sent, "cancel"; to be freed
 * with g_free().
 */
char *fake_usb_seen(struct fake_agent *f);

#endif
