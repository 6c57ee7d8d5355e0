/*
 * QEMU's usb-redir with a peer that does not keep to the protocol: whatever it
 * says, QEMU is there afterwards, and the next device works.
 *
 * Each test is one thing that a broken or hostile peer can do; the last ones do
 * all of them in any order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "usb_redir_bench.h"

static const uint8_t get_descriptor[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
static const uint8_t set_address_9[8] = { 0, 5, 9 };

static void assert_alive(struct redir_bench *b)
{
    redir_assert_works(b);
    redir_finish(b);
}

/* --- what it says of its endpoints --- */

static void endpoint_0_of_type(uint8_t type)
{
    struct redir_bench b = { 0 };
    uint64_t trb;

    redir_boot_xhci(&b);
    usb_peer_endpoint(b.peer, 0x00, type, PACKET);
    usb_peer_endpoint(b.peer, 0x80, type, PACKET);
    usb_peer_tell_endpoints(b.peer);
    trb = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_control(b.peer, 0x80,
                     usb_peer_expect(b.peer, usb_redir_control_packet, NULL, 0),
                     18);
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, trb), ==, 1);
    assert_alive(&b);
}

static void test_endpoint_0_that_is_isochronous_is_a_control_endpoint(void)
{
    endpoint_0_of_type(usb_redir_type_iso);
}

static void test_endpoint_0_of_any_other_type_is_a_control_endpoint(void)
{
    endpoint_0_of_type(usb_redir_type_interrupt);
    endpoint_0_of_type(usb_redir_type_bulk);
}

static const uint8_t other_types[] = {
    usb_redir_type_control,
    usb_redir_type_bulk,
    usb_redir_type_interrupt,
    usb_redir_type_invalid,
};

/* The guest goes by descriptors, which are the peer's, too. */
static void test_isochronous_transfer_of_another_endpoint_fails(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(other_types); i++) {
        for (unsigned in = 0; in < 2; in++) {
            uint8_t address = in ? ISO_IN : ISO_OUT;
            unsigned type = in ? XHCI_ISO_IN : XHCI_ISO_OUT;
            struct redir_bench b = { 0 };

            redir_boot_xhci(&b);
            usb_peer_endpoint(b.peer, address, other_types[i], PACKET);
            usb_peer_tell_endpoints(b.peer);
            guest_xhci_endpoint(&b.xhci, address, type, PACKET);
            for (int n = 0; n < 4; n++) {
                guest_xhci_start(&b.xhci, address, type, PACKET);
            }
            for (int ms = 0; ms < 100; ms++) {
                qtest_clock_step(b.qts, 1000 * 1000);
            }
            assert_alive(&b);
        }
    }
}

static void test_sizes_and_intervals_of_no_sense_do_no_harm(void)
{
    static const uint16_t sizes[] = { 0, 1, 2, 3, 0x7ff, 0xffff };

    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct redir_bench b = { 0 };

        redir_boot_ftdi(&b);
        guest_xhci_start(&b.xhci, BULK_IN, XHCI_BULK_IN, PACKET);
        for (unsigned e = 0; e < 32; e++) {
            b.peer->ep.type[e] = e % 4;
            b.peer->ep.interval[e] = 255;
            b.peer->ep.max_packet_size[e] = sizes[i];
        }
        b.peer->ep.type[17] = usb_redir_type_bulk;
        usb_peer_tell_endpoints(b.peer);
        guest_xhci_start(&b.xhci, BULK_IN, XHCI_BULK_IN, 4);
        usb_peer_buffered(b.peer, BULK_IN, 1000);
        b.peer->ep.interval[1] = 0;
        usb_peer_tell_endpoints(b.peer);
        assert_alive(&b);
    }
}

/* --- answers --- */

static void test_answers_out_of_order_are_not_taken(void)
{
    struct redir_bench b = { 0 };
    uint64_t first, second;

    redir_boot_xhci(&b);
    for (int out = 0; out < 2; out++) {
        uint8_t address = out ? BULK_OUT : BULK_IN;
        unsigned type = out ? XHCI_BULK_OUT : XHCI_BULK_IN;

        first = guest_xhci_start(&b.xhci, address, type, PACKET);
        second = guest_xhci_start(&b.xhci, address, type, PACKET);
        usb_peer_bulk(b.peer, address, second, usb_redir_success, PACKET);
        usb_peer_bulk(b.peer, address, first, usb_redir_success, PACKET);
        usb_peer_bulk(b.peer, address, second, usb_redir_success, PACKET);
        g_assert_cmpuint(guest_xhci_finish(&b.xhci, first), ==, 1);
        g_assert_cmpuint(guest_xhci_finish(&b.xhci, second), ==, 1);
    }
    assert_alive(&b);
}

static void test_what_was_not_asked_yet_is_not_answered(void)
{
    struct redir_bench b = { 0 };
    uint64_t first, second;

    redir_boot_xhci(&b);
    first = guest_xhci_control(&b.xhci, get_descriptor);
    second = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_control(b.peer, 0x80, second, 18);
    usb_peer_control(b.peer, 0x80, first, 18);
    usb_peer_control(b.peer, 0x80, second, 18);
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, first), ==, 1);
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, second), ==, 1);
    assert_alive(&b);
}

static void test_answers_of_another_kind_do_no_harm(void)
{
    struct usb_redir_configuration_status_header config = { 0, 1 };
    struct usb_redir_alt_setting_status_header setting = { 0, 1, 1 };
    struct redir_bench b = { 0 };
    uint64_t id;

    redir_boot_xhci(&b);
    id = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_bulk(b.peer, 0x80, id, usb_redir_success, 18);
    usb_peer_bulk(b.peer, 0x00, id, usb_redir_success, 18);
    usb_peer_send(b.peer, usb_redir_configuration_status, id, &config,
                  sizeof(config), 0);
    id = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_send(b.peer, usb_redir_alt_setting_status, id, &setting,
                  sizeof(setting), 0);
    id = guest_xhci_start(&b.xhci, BULK_OUT, XHCI_BULK_OUT, PACKET);
    usb_peer_control(b.peer, 0x00, id, 64);
    usb_peer_bulk(b.peer, BULK_IN, id, usb_redir_success, PACKET);
    assert_alive(&b);
}

static void test_lengths_that_nobody_asked_for_do_no_harm(void)
{
    struct redir_bench b = { 0 };
    uint64_t id;

    redir_boot_xhci(&b);
    id = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_control(b.peer, 0x00, id, 0xffff);
    id = guest_xhci_control(&b.xhci, get_descriptor);
    usb_peer_control(b.peer, 0x80, id, 0xffff);
    id = guest_xhci_start(&b.xhci, BULK_OUT, XHCI_BULK_OUT, PACKET);
    usb_peer_bulk(b.peer, BULK_OUT, id, usb_redir_success, 100 << 20);
    id = guest_xhci_start(&b.xhci, BULK_IN, XHCI_BULK_IN, PACKET);
    usb_peer_bulk(b.peer, BULK_IN, id, usb_redir_success, 1 << 20);
    assert_alive(&b);
}

/* --- what is received ahead --- */

static void test_packet_that_waits_for_what_is_sent_ahead_is_not_answered(void)
{
    struct redir_bench b = { 0 };
    uint64_t id;

    redir_boot_ftdi(&b);
    id = guest_xhci_start(&b.xhci, BULK_IN, XHCI_BULK_IN, PACKET);
    usb_peer_bulk(b.peer, BULK_IN, id, usb_redir_success, PACKET);
    usb_peer_buffered(b.peer, BULK_IN, PACKET);
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, id), ==, 1);
    assert_alive(&b);
}

static void test_packets_that_shrink_meanwhile_are_cut(void)
{
    struct redir_bench b = { 0 };
    uint64_t id;

    redir_boot_ftdi(&b);
    id = guest_xhci_start(&b.xhci, BULK_IN, XHCI_BULK_IN, PACKET);
    usb_peer_endpoint(b.peer, BULK_IN, usb_redir_type_bulk, 7);
    usb_peer_tell_endpoints(b.peer);
    usb_peer_buffered(b.peer, BULK_IN, 200);
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, id), ==, 13); /* short */
    assert_alive(&b);
}

/* A device that becomes another one while the guest reads from it. */
static void test_input_that_is_no_longer_sent_ahead_ends(void)
{
    struct redir_bench b = { 0 };

    redir_boot_dwc2(&b, USB_PEER_CAPS);
    redir_assert_works(&b);
    b.peer->device.vendor_id = 0x0403;
    b.peer->device.product_id = 0x6001;
    usb_peer_send(b.peer, usb_redir_device_disconnect, 0, "", 0, 0);
    guest_dwc2_wait_unplugged(b.qts);
    usb_peer_plug(b.peer);
    guest_dwc2_enable_port(b.qts);
    guest_dwc2_start(b.qts, 1, BULK_IN, DWC2_BULK, PACKET);
    usb_peer_expect(b.peer, usb_redir_start_bulk_receiving, NULL, 0);
    b.peer->info.interface[0] = 9;
    usb_peer_tell_interfaces(b.peer);
    usb_peer_tell_endpoints(b.peer);
    guest_dwc2_start(b.qts, 2, BULK_IN, DWC2_BULK, PACKET);
    guest_dwc2_halt(b.qts, 2);
    guest_dwc2_halt(b.qts, 1);
    guest_dwc2_start(b.qts, 1, BULK_IN, DWC2_BULK, PACKET);
    b.peer->info.interface[0] = 0;
    usb_peer_tell_interfaces(b.peer);
    guest_dwc2_start(b.qts, 2, BULK_IN, DWC2_BULK, PACKET);
    usb_peer_buffered(b.peer, BULK_IN, PACKET);
    assert_alive(&b);
}

static void test_what_nobody_asked_for_is_not_kept(void)
{
    struct usb_redir_iso_packet_header data = { .length = 100 };
    uint8_t status[6] = { 0 };
    struct redir_bench b = { 0 };

    redir_boot_xhci(&b);
    redir_all_endpoints(&b);
    usb_peer_tell_endpoints(b.peer);
    for (unsigned e = 0; e < 16; e++) {
        data.endpoint = status[1] = status[4] = 0x80 | e;
        usb_peer_buffered(b.peer, data.endpoint, 100);
        usb_peer_send(b.peer, usb_redir_iso_packet, 0, &data, 4, 100);
        usb_peer_send(b.peer, usb_redir_interrupt_packet, 0, &data, 4, 100);
        usb_peer_send(b.peer, usb_redir_iso_stream_status, 0, status, 2, 0);
        usb_peer_send(b.peer, usb_redir_interrupt_receiving_status, 0, status,
                      2, 0);
        usb_peer_send(b.peer, usb_redir_bulk_receiving_status, 0, status, 6, 0);
    }
    assert_alive(&b);
}

/* --- what it does not read --- */

static void test_interrupt_output_waits_for_a_peer_that_does_not_read(void)
{
    struct redir_bench b = { 0 };
    unsigned started = 0;
    uint64_t last;

    redir_boot_xhci(&b);
    redir_all_endpoints(&b);
    usb_peer_tell_endpoints(b.peer);
    do {
        if (started++ % 200 == 0) { /* its ring has no link */
            guest_xhci_endpoint(&b.xhci, INT_OUT, XHCI_INT_OUT, PACKET);
        }
        g_assert_cmpuint(started, <, 10000);
        last = guest_xhci_start(&b.xhci, INT_OUT, XHCI_INT_OUT, PACKET);
        qtest_clock_step(b.qts, 1000 * 1000);
    } while (guest_xhci_has_finished(&b.xhci, last));
    g_assert_cmpuint(started, >, 1000);
    for (unsigned i = 0; i < started; i++) {
        usb_peer_expect(b.peer, usb_redir_interrupt_packet, NULL, 0);
    }
    g_assert_cmpuint(guest_xhci_finish(&b.xhci, last), ==, 1);
    assert_alive(&b);
}

/* --- what it can do, and what it says first --- */

static void test_peer_of_16_bit_lengths_gets_no_longer_packets(void)
{
    struct redir_bench b = { 0 };

    redir_boot_dwc2(&b, USB_PEER_CAP(ep_info_max_packet_size));
    for (int out = 0; out < 2; out++) {
        guest_dwc2_start(b.qts, 3, out ? BULK_OUT : BULK_IN, DWC2_BULK, 4096);
        guest_dwc2_start(b.qts, 4, out ? BULK_OUT : BULK_IN, DWC2_BULK, 65536);
        guest_dwc2_halt(b.qts, 3);
        guest_dwc2_halt(b.qts, 4);
        guest_dwc2_start(b.qts, 5, out ? BULK_OUT : BULK_IN, DWC2_BULK, 65536);
        guest_dwc2_finish(b.qts, 5);
    }
    assert_alive(&b);
}

static void test_filter_of_a_peer_is_read_and_forgotten(void)
{
    static const char *const filters[] = {
        "-1,-1,-1,-1,1", "3,1,2,3,0|-1,-1,-1,-1,1", "", "|", "no filter",
    };
    struct redir_bench b = { 0 };

    redir_boot_xhci(&b);
    for (unsigned i = 0; i < G_N_ELEMENTS(filters); i++) {
        usb_peer_send(b.peer, usb_redir_filter_filter, 0, filters[i],
                      strlen(filters[i]) + 1, 0);
    }
    assert_alive(&b);
}

static void test_things_said_twice_or_too_early_do_no_harm(void)
{
    char hello[68] = "again";
    struct redir_bench b = { 0 };

    redir_boot_xhci(&b);
    usb_peer_plug(b.peer);
    usb_peer_send(b.peer, usb_redir_hello, 0, hello, sizeof(hello), 0);
    usb_peer_send(b.peer, usb_redir_device_disconnect, 0, "", 0, 0);
    usb_peer_send(b.peer, usb_redir_device_disconnect, 0, "", 0, 0);
    usb_peer_connect(b.peer, b.socket, 0);
    usb_peer_plug(b.peer);
    usb_peer_bulk(b.peer, BULK_IN, 1, 0, 1);
    b.peer->info.interface_count = 33;
    usb_peer_tell_interfaces(b.peer);
    g_assert_true(usb_peer_is_closed(b.peer));
    assert_alive(&b);
}

/* --- with a guest that changes its mind --- */

static void test_device_that_moved_meanwhile_is_answered(void)
{
    struct redir_bench b = { 0 };
    uint64_t id;

    redir_boot_dwc2(&b, USB_PEER_CAPS);
    guest_dwc2_start(b.qts, 1, BULK_IN, DWC2_BULK, PACKET);
    id = usb_peer_expect(b.peer, usb_redir_bulk_packet, NULL, 0);
    guest_dwc2_setup(b.qts, 2, 0, set_address_9);
    guest_dwc2_finish(b.qts, 2);
    guest_dwc2_status(b.qts, 2);
    guest_dwc2_finish(b.qts, 2);
    usb_peer_bulk(b.peer, BULK_IN, id, usb_redir_success, PACKET);
    guest_dwc2_finish(b.qts, 1);
    assert_alive(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/usb-redir-peer/" #name, test_##name)
    ADD(endpoint_0_that_is_isochronous_is_a_control_endpoint);
    ADD(endpoint_0_of_any_other_type_is_a_control_endpoint);
    ADD(isochronous_transfer_of_another_endpoint_fails);
    ADD(sizes_and_intervals_of_no_sense_do_no_harm);
    ADD(answers_out_of_order_are_not_taken);
    ADD(what_was_not_asked_yet_is_not_answered);
    ADD(answers_of_another_kind_do_no_harm);
    ADD(lengths_that_nobody_asked_for_do_no_harm);
    ADD(packet_that_waits_for_what_is_sent_ahead_is_not_answered);
    ADD(packets_that_shrink_meanwhile_are_cut);
    ADD(input_that_is_no_longer_sent_ahead_ends);
    ADD(what_nobody_asked_for_is_not_kept);
    ADD(interrupt_output_waits_for_a_peer_that_does_not_read);
    ADD(peer_of_16_bit_lengths_gets_no_longer_packets);
    ADD(filter_of_a_peer_is_read_and_forgotten);
    ADD(things_said_twice_or_too_early_do_no_harm);
    ADD(device_that_moved_meanwhile_is_answered);
#undef ADD
    return g_test_run();
}
