/*
 * Simulated USB ports, with libusbredirparser as the guest: what comes and
 * goes, requests, bulk transfers, the knobs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#ifdef BW_HAVE_USBREDIR

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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

/* Streams */

static void start_interrupt(uint8_t endpoint)
{
    struct usb_redir_start_interrupt_receiving_header h = { .endpoint =
                                                                endpoint };
    unsigned was = guest.stream_answers;

    usbredirparser_send_start_interrupt_receiving(guest.parser, 1, &h);
    guest_wait(&guest, &guest.stream_answers, was);
}

static void start_iso(uint8_t endpoint, uint8_t packets)
{
    struct usb_redir_start_iso_stream_header h = { .endpoint = endpoint,
                                                   .pkts_per_urb = packets,
                                                   .no_urbs = 6 };
    unsigned was = guest.stream_answers;

    usbredirparser_send_start_iso_stream(guest.parser, 1, &h);
    guest_wait(&guest, &guest.stream_answers, was);
}

static void select_setting(uint8_t interface, uint8_t alt)
{
    struct usb_redir_set_alt_setting_header h = { .interface = interface,
                                                  .alt = alt };
    unsigned was = guest.alts;

    usbredirparser_send_set_alt_setting(guest.parser, 1, &h);
    guest_wait(&guest, &guest.alts, was);
    assert_int_equal(guest.alt.status, usb_redir_success);
}

static void keys_come_without_asking_for_each(void **state)
{
    struct usb_redir_stop_interrupt_receiving_header stop = { .endpoint =
                                                                  KEYS };
    (void)state;
    add("keys", "keyboard", "K1", "1-4", true);
    begin("K1");
    assert_int_equal(guest.interfaces.interface_protocol[0], 1);
    assert_int_equal(guest_request(&guest, 0x21, SET_IDLE, 0, 0, "", 0),
                     usb_redir_success);
    start_interrupt(KEYS);
    assert_int_equal(guest.stream_status, usb_redir_success);
    assert_int_equal(turn_knob("keys.key", 4 * MICRO), BW_OK);
    guest_wait(&guest, &guest.packets, 0);
    assert_int_equal(guest.packet_id, 0);
    assert_int_equal(guest.packet_len, 8);
    assert_memory_equal(guest.packet, "\0\0\4\0\0\0\0\0", 8);
    assert_int_equal(turn_knob("keys.key", 0), BW_OK);
    guest_wait(&guest, &guest.packets, 1);
    assert_int_equal(guest.packet_id, 1);
    assert_memory_equal(guest.packet, "\0\0\0\0\0\0\0\0", 8);
    usbredirparser_send_stop_interrupt_receiving(guest.parser, 1, &stop);
    guest_wait(&guest, &guest.stream_answers, 1);
    turn_knob("keys.key", 5 * MICRO);
    guest_turn(&guest);
    assert_int_equal(guest.packets, 2);
}

static void a_stream_is_of_its_kind_of_endpoint(void **state)
{
    (void)state;
    begin("A1");
    start_interrupt(SERIAL_IN);
    assert_int_equal(guest.stream_status, usb_redir_inval);
    start_iso(NOTIFY, 1);
    assert_int_equal(guest.stream_status, usb_redir_inval);
    start_interrupt(NOTIFY);
    assert_int_equal(guest.stream_status, usb_redir_success);
    start_interrupt(NOTIFY);
    assert_int_equal(guest.stream_status, usb_redir_inval);
}

static void the_modem_state_is_told(void **state)
{
    (void)state;
    begin("A1");
    start_interrupt(NOTIFY);
    guest_request(&guest, 0x21, 0x22, 3, 0, "", 0);
    guest_wait(&guest, &guest.packets, 0);
    assert_memory_equal(guest.packet, "\xa1\x20\0\0\0\0\2\0\3\0", 10);
    assert_int_equal(knob("left.dtr"), MICRO);
}

static void bulk_data_comes_without_asking(void **state)
{
    struct usb_redir_start_bulk_receiving_header start = {
        .endpoint = SERIAL_IN, .bytes_per_transfer = 100, .no_transfers = 2
    };

    (void)state;
    begin("A1");
    usbredirparser_send_start_bulk_receiving(guest.parser, 1, &start);
    guest_wait(&guest, &guest.stream_answers, 0);
    assert_int_equal(guest.stream_status, usb_redir_inval); /* not times 64 */
    start.bytes_per_transfer = 128;
    usbredirparser_send_start_bulk_receiving(guest.parser, 1, &start);
    guest_wait(&guest, &guest.stream_answers, 1);
    assert_int_equal(guest.stream_status, usb_redir_success);
    guest_transfer(&guest, SERIAL_OUT, "abc", 3);
    assert_int_equal(guest.packets, 1);
    assert_int_equal(guest.packet_len, 3);
    assert_memory_equal(guest.packet, "abc", 3);
    /* and cannot be asked for now */
    assert_int_equal(guest_transfer(&guest, SERIAL_IN, NULL, 64),
                     usb_redir_inval);
}

static void isochronous_packets_come_one_after_the_other(void **state)
{
    struct usb_redir_stop_iso_stream_header stop = { .endpoint = TONE };
    uint8_t *first;
    unsigned i;

    (void)state;
    add("card", "audio", "C1", "1-4", true);
    begin("C1");
    start_iso(TONE, 10);
    assert_int_equal(guest.stream_status, usb_redir_inval); /* setting 0 */
    turn_knob("card.frequency", 1000ll * MICRO);
    select_setting(1, 1);
    start_iso(TONE, 10);
    assert_int_equal(guest.stream_status, usb_redir_success);
    while (guest.packets < 40) {
        guest_wait(&guest, &guest.packets, guest.packets);
        assert_int_equal(guest.packet_id, guest.packets - 1);
        assert_int_equal(guest.packet_len, 96);
    }
    usbredirparser_send_stop_iso_stream(guest.parser, 1, &stop);
    guest_wait(&guest, &guest.stream_answers, 2);
    /* each packet is one turn of the tone, but for the phase's last bits */
    first = guest.data;
    for (i = 0; i < 40; i++) {
        int16_t top = (int16_t)(first[96 * i + 24] | first[96 * i + 25] << 8);

        assert_in_range(top, 16300, 16384);
    }
}

static void the_speaker_gets_what_is_sent(void **state)
{
    struct usb_redir_iso_packet_header h = { .endpoint = SPEAKER,
                                             .length = 96 };
    uint8_t packet[96];
    unsigned i;

    (void)state;
    memset(packet, 0x10, sizeof(packet));
    add("card", "audio", "C1", "1-4", true);
    begin("C1");
    select_setting(2, 1);
    usbredirparser_send_iso_packet(guest.parser, 0, &h, packet, 96);
    guest_turn(&guest);
    assert_int_equal(knob("card.played-bytes"), 0); /* not started */
    start_iso(SPEAKER, 10);
    for (i = 0; i < 10; i++) {
        usbredirparser_send_iso_packet(guest.parser, i, &h, packet, 96);
    }
    guest_turn(&guest);
    assert_int_equal(knob("card.played-bytes"), 960ll * MICRO);
    assert_int_equal(knob("card.played-peak"), 0x1010ll * MICRO);
}

/* The disk */

static void put_command(uint8_t w[CBW], uint8_t *cdb, size_t cdb_len,
                        uint8_t flags, uint32_t len)
{
    memcpy(w, "USBC\1\2\3\4", 8);
    w[8] = (uint8_t)len;
    w[9] = (uint8_t)(len >> 8);
    w[10] = (uint8_t)(len >> 16);
    w[11] = (uint8_t)(len >> 24);
    w[12] = flags;
    w[13] = 0;
    w[14] = (uint8_t)cdb_len;
    memset(w + 15, 0, 16);
    memcpy(w + 15, cdb, cdb_len);
}

static void command(uint8_t *cdb, size_t cdb_len, uint8_t flags, uint32_t len)
{
    uint8_t w[CBW];

    put_command(w, cdb, cdb_len, flags, len);
    assert_int_equal(guest_transfer(&guest, DISK_OUT, w, CBW),
                     usb_redir_success);
}

static void expect_status(uint8_t status, uint32_t residue)
{
    assert_int_equal(guest_transfer(&guest, DISK_IN, NULL, CSW),
                     usb_redir_success);
    assert_int_equal(guest.data_len, CSW);
    assert_memory_equal(guest.data, "USBS\1\2\3\4", 8);
    assert_int_equal(guest.data[8] | guest.data[9] << 8 | guest.data[10] << 16,
                     residue);
    assert_int_equal(guest.data[12], status);
}

static void a_disk_keeps_what_is_written(void **state)
{
    static uint8_t blocks[240 * BLOCK]; /* as much as Linux writes at once */
    uint8_t write[] = { 0x2a, 0, 0, 0, 0, 9, 0, 0, 240, 0 };
    uint8_t read[] = { 0x28, 0, 0, 0, 0, 9, 0, 0, 240, 0 };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(blocks); i++) {
        blocks[i] = (uint8_t)(i ^ i >> 8);
    }
    begin("0123456789AB");
    assert_int_equal(guest.device.speed, usb_redir_speed_high);
    command(write, sizeof(write), 0, sizeof(blocks));
    assert_int_equal(guest_transfer(&guest, DISK_OUT, blocks, 65536),
                     usb_redir_success);
    assert_int_equal(guest_transfer(&guest, DISK_OUT, blocks + 65536,
                                    sizeof(blocks) - 65536),
                     usb_redir_success);
    expect_status(0, 0);
    command(read, sizeof(read), BW_USB_IN, sizeof(blocks));
    assert_int_equal(guest_transfer(&guest, DISK_IN, NULL, sizeof(blocks)),
                     usb_redir_success);
    assert_int_equal(guest.data_len, sizeof(blocks));
    assert_memory_equal(guest.data, blocks, sizeof(blocks));
    expect_status(0, 0);
    assert_int_equal(knob("disk.written-bytes"),
                     (int64_t)sizeof(blocks) * MICRO);
}

static void a_read_longer_than_one_piece_is_one_transfer(void **state)
{
    uint8_t read[] = { 0x28, 0, 0, 0, 0, 0, 0, 4, 0, 0 };

    (void)state;
    begin("0123456789AB");
    command(read, sizeof(read), BW_USB_IN, 1024 * BLOCK);
    assert_int_equal(guest_transfer(&guest, DISK_IN, NULL, 1024 * BLOCK),
                     usb_redir_success);
    assert_int_equal(guest.data_len, 1024 * BLOCK);
    expect_status(0, 0);
}

static void a_stall_halts_until_it_is_cleared(void **state)
{
    uint8_t unknown[] = { 0xc0, 0, 0, 0, 0, 0 };

    (void)state;
    begin("0123456789AB");
    command(unknown, sizeof(unknown), BW_USB_IN, 512);
    assert_int_equal(guest_transfer(&guest, DISK_IN, NULL, 512),
                     usb_redir_stall);
    assert_int_equal(guest_transfer(&guest, DISK_IN, NULL, CSW),
                     usb_redir_stall);
    assert_int_equal(
        guest_request(&guest, TO_ENDPOINT, CLEAR_HALT, 0, DISK_IN, NULL, 0),
        usb_redir_success);
    expect_status(1, 512);
}

static void a_guest_that_does_not_read_is_not_read_either(void **state)
{
    uint8_t read[] = { 0x28, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0 };
    uint8_t w[CBW];
    unsigned i, was;

    (void)state;
    begin("0123456789AB");
    guest.stuck = true;
    was = guest.answers;
    for (i = 0; i < 31; i++) { /* all of them wait for the command */
        guest_send_bulk(&guest, DISK_IN, NULL, 1u << 20);
    }
    put_command(w, read, sizeof(read), BW_USB_IN, 0xffff * BLOCK);
    guest_send_bulk(&guest, DISK_OUT, w, CBW);
    guest_turn(&guest);
    assert_true(port->ops->pending(port));
    assert_int_equal(guest.answers, was);
    assert_true(knob("disk.read-bytes") < 20 * (1ll << 20) * MICRO);
    guest.stuck = false;
    while (guest.answers < was + 32) {
        guest_wait(&guest, &guest.answers, guest.answers);
    }
    assert_int_equal(guest.status, usb_redir_success);
}

static void a_file_can_be_the_disk(void **state)
{
    char path[] = "/tmp/bw-usb-disk-XXXXXX";
    struct bw_sim_usb_device d = { .name = "file",
                                   .model = "storage",
                                   .serial = "F00000000001",
                                   .plugged = true };
    uint8_t capacity[] = { 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    uint8_t write[] = { 0x2a, 0, 0, 0, 0, 3, 0, 0, 1, 0 };
    uint8_t block[BLOCK] = "what is in the file", seen[BLOCK];
    char error[256];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    snprintf(d.file, sizeof(d.file), "%s", path);
    assert_false(bw_sim_usb_add(ports, &d, error, sizeof(error)));
    assert_non_null(strstr(error, "truncate -s 64M"));
    assert_int_equal(ftruncate(fd, 8 * BLOCK), 0);
    assert_true(bw_sim_usb_add(ports, &d, error, sizeof(error)));
    begin("F00000000001");
    command(capacity, sizeof(capacity), BW_USB_IN, 8);
    guest_transfer(&guest, DISK_IN, NULL, 8);
    assert_memory_equal(guest.data, "\0\0\0\7\0\0\2\0", 8);
    expect_status(0, 0);
    command(write, sizeof(write), 0, BLOCK);
    guest_transfer(&guest, DISK_OUT, block, BLOCK);
    expect_status(0, 0);
    assert_int_equal(pread(fd, seen, BLOCK, 3 * BLOCK), BLOCK);
    assert_memory_equal(seen, block, BLOCK);
    close(fd);
    unlink(path);
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
        T(keys_come_without_asking_for_each),
        T(a_stream_is_of_its_kind_of_endpoint),
        T(the_modem_state_is_told),
        T(bulk_data_comes_without_asking),
        T(isochronous_packets_come_one_after_the_other),
        T(the_speaker_gets_what_is_sent),
        T(a_disk_keeps_what_is_written),
        T(a_read_longer_than_one_piece_is_one_transfer),
        T(a_stall_halts_until_it_is_cleared),
        T(a_guest_that_does_not_read_is_not_read_either),
        T(a_file_can_be_the_disk),
        T(garbage_ends_the_conversation),
        T(knobs_are_checked),
        T(devices_that_cannot_be_are_refused),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
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
