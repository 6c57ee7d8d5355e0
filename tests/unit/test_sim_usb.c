/*
 * Simulated USB ports, with libusbredirparser as the guest: what comes and
 * goes, requests, bulk transfers, the knobs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sim_usb_rig.h"

#ifdef BW_HAVE_USBREDIR

/* Who is there */

static void the_guest_gets_the_device_that_is_meant(void **state)
{
    (void)state;
    begin("A2");
    assert_int_equal(guest.connects, 1);
    assert_int_equal(guest.device.vendor_id, 0x1209);
    assert_int_equal(guest.device.product_id, 0x0001);
    assert_int_equal(guest.device.speed, usb_redir_speed_full);
    assert_int_equal(guest.device.device_class, 2);
    assert_int_equal(guest.interfaces.interface_count, 2);
    assert_int_equal(guest.interfaces.interface_class[1], 0x0a);
    assert_int_equal(guest.endpoints.type[0], usb_redir_type_control);
    assert_int_equal(guest.endpoints.type[2], usb_redir_type_bulk);
    assert_int_equal(guest.endpoints.type[16 + 1], usb_redir_type_interrupt);
    assert_int_equal(guest.endpoints.interval[16 + 1], 10);
    assert_int_equal(guest.endpoints.max_packet_size[16 + 2], 64);
    assert_int_equal(guest.endpoints.type[3], usb_redir_type_invalid);
    assert_int_equal(
        guest_request(&guest, BW_USB_IN, GET_DESC, 0x0303, 0x0409, NULL, 255),
        usb_redir_success);
    assert_int_equal(guest.data_len, 6);
    assert_memory_equal(guest.data,
                        "\x06\x03"
                        "A\0"
                        "2\0",
                        6);
}

static void of_two_that_are_meant_none_is_taken(void **state)
{
    struct bw_usb_select s = { .has_id = true, .vendor = 0x1209, .product = 1 };
    struct bw_usb_what what;
    char error[256];

    (void)state;
    port = bw_sim_usb_open(ports, &s, error, sizeof(error));
    guest_begin(&guest, port);
    assert_int_equal(guest.connects, 0);
    port->ops->describe(port, &what);
    assert_false(what.present);
    assert_string_equal(what.why, "several devices are meant: 1-1 (serial A1) "
                                  "1-2 (serial A2); add port or serial to the "
                                  "export");
    assert_int_equal(turn_knob("left.plugged", 0), BW_OK);
    guest_wait(&guest, &guest.connects, 0);
    port->ops->describe(port, &what);
    assert_true(what.present);
    assert_string_equal(what.serial, "A2");
    assert_string_equal(what.port, "1-2");
}

static void a_device_comes_and_goes_and_comes_again(void **state)
{
    struct bw_usb_what what;

    (void)state;
    turn_knob("left.plugged", 0);
    begin("A1");
    assert_int_equal(guest.connects, 0);
    port->ops->describe(port, &what);
    assert_false(what.present);
    assert_string_equal(what.why,
                        "it is not plugged in; set left.plugged to 1");
    assert_int_equal(turn_knob("left.plugged", MICRO), BW_OK);
    guest_wait(&guest, &guest.connects, 0);
    guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    guest_turn(&guest);
    assert_int_equal(guest.answers, 0);
    assert_int_equal(turn_knob("left.plugged", 0), BW_OK);
    guest_wait(&guest, &guest.disconnects, 0);
    assert_int_equal(guest.answers, 1); /* the one that waited */
    assert_int_equal(guest.status, usb_redir_cancelled);
    assert_int_equal(turn_knob("left.plugged", MICRO), BW_OK);
    guest_wait(&guest, &guest.connects, 1);
    assert_int_equal(knob("left.plugged"), MICRO);
}

static void out_and_in_again_at_once_is_two_events(void **state)
{
    (void)state;
    begin("A1");
    turn_knob("left.plugged", 0);
    turn_knob("left.plugged", MICRO);
    guest_wait(&guest, &guest.connects, 1);
    assert_int_equal(guest.disconnects, 1);
    assert_int_equal(guest.connects, 2);
}

static void before_the_guest_has_acknowledged_nothing_new_comes(void **state)
{
    unsigned i;

    (void)state;
    begin("A1");
    turn_knob("left.plugged", 0);
    turn_knob("left.plugged", MICRO);
    for (i = 0; i < 5; i++) {
        assert_true(port->ops->work(port));
    }
    assert_int_equal(usbredirparser_do_read(guest.parser), 0);
    assert_int_equal(guest.disconnects, 1);
    assert_int_equal(guest.connects, 1);
    guest_wait(&guest, &guest.connects, 1);
}

static void what_is_sent_to_a_device_that_has_gone_is_dropped(void **state)
{
    (void)state;
    begin("A1");
    turn_knob("left.plugged", 0);
    assert_true(port->ops->work(port));
    guest_send_bulk(&guest, SERIAL_OUT, "x", 1);
    guest_send_control(&guest, BW_USB_IN, GET_DESC, 0x0100, 0, NULL, 18);
    usbredirparser_send_get_configuration(guest.parser, 7);
    guest_turn(&guest);
    assert_int_equal(guest.answers, 0);
    assert_false(guest.over);
}

static void a_device_has_one_user(void **state)
{
    struct bw_usb_guest other;
    struct bw_usb_port *second;
    struct bw_usb_what what;

    (void)state;
    begin("A1");
    second = open_serial("A1");
    guest_begin(&other, second);
    assert_int_equal(other.connects, 0);
    second->ops->describe(second, &what);
    assert_false(what.present);
    guest_end(&guest);
    port->ops->close(port);
    guest_wait(&other, &other.connects, 0);
    guest_end(&other);
    second->ops->close(second);
    port = NULL;
}

/* Requests and settings */

static void configuration_and_settings_have_messages(void **state)
{
    struct usb_redir_set_configuration_header off = { 0 };
    struct usb_redir_set_configuration_header on = { .configuration = 1 };
    struct usb_redir_set_configuration_header none = { .configuration = 2 };
    struct usb_redir_set_alt_setting_header alt = { .interface = 1 };
    struct usb_redir_get_alt_setting_header get = { .interface = 9 };

    (void)state;
    begin("A1");
    usbredirparser_send_set_configuration(guest.parser, 21, &off);
    guest_wait(&guest, &guest.configurations, 0);
    assert_int_equal(guest.configuration.status, usb_redir_success);
    assert_int_equal(guest.interfaces.interface_count, 0);
    assert_int_equal(guest.endpoints.type[2], usb_redir_type_invalid);
    usbredirparser_send_set_configuration(guest.parser, 22, &on);
    guest_wait(&guest, &guest.configurations, 1);
    assert_int_equal(guest.id, 22);
    assert_int_equal(guest.configuration.configuration, 1);
    assert_int_equal(guest.endpoints.type[2], usb_redir_type_bulk);
    usbredirparser_send_set_configuration(guest.parser, 23, &none);
    guest_wait(&guest, &guest.configurations, 2);
    assert_int_equal(guest.configuration.status, usb_redir_stall);
    assert_int_equal(guest.configuration.configuration, 1);
    usbredirparser_send_set_alt_setting(guest.parser, 24, &alt);
    guest_wait(&guest, &guest.alts, 0);
    assert_int_equal(guest.alt.status, usb_redir_success);
    alt.alt = 1;
    usbredirparser_send_set_alt_setting(guest.parser, 25, &alt);
    guest_wait(&guest, &guest.alts, 1);
    assert_int_equal(guest.alt.status, usb_redir_stall);
    assert_int_equal(guest.alt.alt, 0);
    usbredirparser_send_get_alt_setting(guest.parser, 26, &get);
    guest_wait(&guest, &guest.alts, 2);
    assert_int_equal(guest.alt.status, usb_redir_stall);
}

static void a_refused_request_stalls(void **state)
{
    (void)state;
    begin("A1");
    assert_int_equal(
        guest_request(&guest, BW_USB_IN, GET_DESC, 0x0900, 0, NULL, 18),
        usb_redir_stall);
    assert_int_equal(guest.data_len, 0);
    /* and the next is none the worse for it */
    assert_int_equal(
        guest_request(&guest, BW_USB_IN, GET_DESC, 0x0100, 0, NULL, 8),
        usb_redir_success);
    assert_int_equal(guest.data_len, 8);
}

/* Bulk */

static void what_a_loopback_gets_comes_back(void **state)
{
    uint8_t line[] = "one two three";

    (void)state;
    begin("A1");
    assert_int_equal(guest_transfer(&guest, SERIAL_OUT, line, sizeof(line)),
                     usb_redir_success);
    assert_int_equal(guest.length, sizeof(line));
    assert_int_equal(guest_transfer(&guest, SERIAL_IN, NULL, 64),
                     usb_redir_success);
    assert_int_equal(guest.data_len, sizeof(line));
    assert_memory_equal(guest.data, line, sizeof(line));
    assert_int_equal(knob("left.bytes"), sizeof(line) * MICRO);
    assert_int_equal(knob("right.bytes"), 0);
}

static void transfers_wait_for_data_and_for_room(void **state)
{
    static uint8_t lot[10000];
    uint64_t first;
    size_t i, heard;

    (void)state;
    for (i = 0; i < sizeof(lot); i++) {
        lot[i] = (uint8_t)(i * 7);
    }
    begin("A1");
    first = guest_send_bulk(&guest, SERIAL_IN, NULL, 3000);
    guest_turn(&guest);
    assert_int_equal(guest.answers, 0);
    guest_send_bulk(&guest, SERIAL_OUT, lot, sizeof(lot));
    guest_wait(&guest, &guest.answers, 0);
    assert_int_equal(guest.answers, 1);
    assert_int_equal(guest.id, first); /* the other has no room yet */
    assert_int_equal(guest.data_len, 3000);
    assert_memory_equal(guest.data, lot, 3000);
    for (heard = 3000; heard < sizeof(lot); heard += (size_t)guest.data_len) {
        guest_send_bulk(&guest, SERIAL_IN, NULL, 2048);
        guest_wait(&guest, &guest.ins, guest.ins);
        assert_memory_equal(guest.data, lot + heard, (size_t)guest.data_len);
    }
    assert_int_equal(heard, sizeof(lot));
}

static void a_transfer_that_waits_can_be_cancelled(void **state)
{
    uint64_t first, second;

    (void)state;
    begin("A1");
    first = guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    second = guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    usbredirparser_send_cancel_data_packet(guest.parser, second);
    usbredirparser_send_cancel_data_packet(guest.parser, 4711);
    guest_wait(&guest, &guest.answers, 0);
    assert_int_equal(guest.id, second);
    assert_int_equal(guest.status, usb_redir_cancelled);
    guest_send_bulk(&guest, SERIAL_OUT, "x", 1);
    guest_wait(&guest, &guest.ins, 1);
    assert_int_equal(guest.answers, 3);
    assert_int_equal(guest.id, first);
    assert_int_equal(guest.data_len, 1);
}

static void transfers_that_cannot_be_are_refused(void **state)
{
    (void)state;
    begin("A1");
    assert_int_equal(guest_transfer(&guest, 0x83, NULL, 64), usb_redir_inval);
    assert_int_equal(guest_transfer(&guest, 0x81, NULL, 8), usb_redir_inval);
    assert_int_equal(guest_transfer(&guest, SERIAL_IN, NULL, 17u << 20),
                     usb_redir_inval);
    assert_int_equal(guest.length, 0);
}

static void too_many_transfers_are_refused(void **state)
{
    unsigned i;

    (void)state;
    begin("A1");
    for (i = 0; i < 1024; i++) {
        guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    }
    guest_turn(&guest);
    assert_int_equal(guest.answers, 0);
    assert_int_equal(guest_transfer(&guest, SERIAL_IN, NULL, 64),
                     usb_redir_inval);
}

static void a_reset_cancels_and_forgets(void **state)
{
    (void)state;
    begin("A1");
    guest_transfer(&guest, SERIAL_OUT, "old", 3);
    guest_send_bulk(&guest, SERIAL_IN, NULL, 2);
    guest_wait(&guest, &guest.answers, 1);
    guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    guest_wait(&guest, &guest.answers, 2);
    guest_send_bulk(&guest, SERIAL_IN, NULL, 64);
    usbredirparser_send_reset(guest.parser);
    guest_wait(&guest, &guest.answers, 3);
    assert_int_equal(guest.status, usb_redir_cancelled);
    /* not configured: no such endpoint */
    assert_int_equal(guest_transfer(&guest, SERIAL_IN, NULL, 64),
                     usb_redir_inval);
}

/* The border, and the bench */

static void garbage_ends_the_conversation(void **state)
{
    static const char garbage[] = "GET / HTTP/1.1\r\nHost: nobody, really, and "
                                  "more of it than a header has\r\n\r\n";

    (void)state;
    begin("A1");
    queue_write(&guest.up, (const uint8_t *)garbage, sizeof(garbage));
    assert_false(port->ops->work(port));
}

static void knobs_are_checked(void **state)
{
    (void)state;
    assert_int_equal(turn_knob("left.plugged", 2 * MICRO), BW_INVALID);
    assert_int_equal(turn_knob("left.baud", MICRO), BW_DENIED);
    assert_int_equal(turn_knob("left.loopback", MICRO / 2), BW_INVALID);
    assert_int_equal(turn_knob("left.nothing", MICRO), BW_NOT_FOUND);
    assert_int_equal(turn_knob("left.loopback", 0), BW_OK);
    assert_int_equal(knob("left.loopback"), 0);
    assert_int_equal(knob("right.loopback"), MICRO);
}

static void devices_that_cannot_be_are_refused(void **state)
{
    struct bw_sim_usb_device d = { .name = "x", .model = "toaster" };
    char error[256];

    (void)state;
    assert_false(bw_sim_usb_add(ports, &d, error, sizeof(error)));
    assert_non_null(strstr(error, "model \"toaster\" is unknown"));
    snprintf(d.model, sizeof(d.model), "serial");
    snprintf(d.port, sizeof(d.port), "1-2");
    assert_false(bw_sim_usb_add(ports, &d, error, sizeof(error)));
    assert_non_null(strstr(error, "\"right\" and \"x\" are both in port 1-2"));
    d.port[0] = '\0';
    assert_true(bw_sim_usb_add(ports, &d, error, sizeof(error)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(the_guest_gets_the_device_that_is_meant),
        T(of_two_that_are_meant_none_is_taken),
        T(a_device_comes_and_goes_and_comes_again),
        T(out_and_in_again_at_once_is_two_events),
        T(before_the_guest_has_acknowledged_nothing_new_comes),
        T(what_is_sent_to_a_device_that_has_gone_is_dropped),
        T(a_device_has_one_user),
        T(configuration_and_settings_have_messages),
        T(a_refused_request_stalls),
        T(what_a_loopback_gets_comes_back),
        T(transfers_wait_for_data_and_for_room),
        T(a_transfer_that_waits_can_be_cancelled),
        T(transfers_that_cannot_be_are_refused),
        T(too_many_transfers_are_refused),
        T(a_reset_cancels_and_forgets),
        T(garbage_ends_the_conversation),
        T(knobs_are_checked),
        T(devices_that_cannot_be_are_refused),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
