/*
 * Simulated USB ports, with libusbredirparser as the guest: streams, and the
 * disk.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sim_usb_rig.h"

#ifdef BW_HAVE_USBREDIR

#include <fcntl.h>
#include <unistd.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
