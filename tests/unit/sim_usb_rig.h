/*
 * Simulated USB ports with libusbredirparser as the guest: the desk of the
 * tests test_sim_usb*.c.  Without that library there is one that is skipped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_SIM_USB_RIG_H
#define BENCHWIRE_TESTS_UNIT_SIM_USB_RIG_H

#include "unit_test.h"

#ifdef BW_HAVE_USBREDIR

#include <stdio.h>

#include "peripherals/parts/usb_device.h"
#include "usb_guest.h"

#define SERIAL_IN   0x82
#define SERIAL_OUT  0x02
#define NOTIFY      0x81
#define KEYS        0x81
#define TONE        0x81
#define SPEAKER     0x02
#define SET_IDLE    0x0a
#define DISK_IN     0x81
#define DISK_OUT    0x02
#define MICRO       1000000
#define CLEAR_HALT  1
#define GET_DESC    6
#define TO_ENDPOINT 0x02
#define BLOCK       512
#define CSW         13
#define CBW         31

static struct bw_sim_usb *ports;
static struct bw_usb_port *port;
static struct bw_usb_guest guest;

static void add(const char *name, const char *model, const char *serial,
                const char *at, bool plugged)
{
    struct bw_sim_usb_device d = { .plugged = plugged };
    char error[256];

    snprintf(d.name, sizeof(d.name), "%s", name);
    snprintf(d.model, sizeof(d.model), "%s", model);
    snprintf(d.serial, sizeof(d.serial), "%s", serial);
    snprintf(d.port, sizeof(d.port), "%s", at);
    assert_true(bw_sim_usb_add(ports, &d, error, sizeof(error)));
}

static struct bw_usb_port *open_serial(const char *serial)
{
    struct bw_usb_select s = { 0 };
    struct bw_usb_port *p;
    char error[256];

    snprintf(s.serial, sizeof(s.serial), "%s", serial);
    p = bw_sim_usb_open(ports, &s, error, sizeof(error));
    assert_non_null(p);
    return p;
}

static enum bw_status turn_knob(const char *name, int64_t micro)
{
    return bw_sim_usb_value_set(ports, bw_sim_usb_value_find(ports, name),
                                micro);
}

static int64_t knob(const char *name)
{
    struct bw_wire_value v;

    bw_sim_usb_value_at(ports, bw_sim_usb_value_find(ports, name), &v);
    assert_string_equal(v.name, name);
    return v.micro;
}

static int set_up(void **state)
{
    (void)state;
    ports = bw_sim_usb_new();
    assert_non_null(ports);
    add("left", "serial", "A1", "1-1", true);
    add("right", "serial", "A2", "1-2", true);
    add("disk", "storage", "0123456789AB", "1-3", true);
    port = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (port) {
        guest_end(&guest);
        port->ops->close(port);
    }
    bw_sim_usb_free(ports);
    return 0;
}

static void begin(const char *serial)
{
    port = open_serial(serial);
    guest_begin(&guest, port);
}

#else

static void usb_is_not_built_in(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usb_is_not_built_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

#endif
