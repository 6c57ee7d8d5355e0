/*
 * tests/rig/tiny_usb_redir.c: the usbredir protocol as QEMU speaks it, with
 * libusbredirparser at this end, too, and a simulated EEPROM on the bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <usbredirparser.h>

#include "host-agent/backend_sim.h"
#include "host-agent/clock.h"
#include "tests/rig/tiny_usb_redir.h"

#define PATIENCE_MS 10000
#define EEPROM      0x50
#define TO_HOST     0xc1
#define TO_DEVICE   0x41
#define GET_STATUS  3
#define IO_BEGIN    5
#define IO_WHOLE    7
#define RD          1
#define CAPS(n)     (1u << usb_redir_cap_##n)

/* What the guest's end has heard. */
static struct {
    unsigned layouts; /* interface_info and ep_info */
    unsigned replies; /* to what was asked */
    struct usb_redir_device_connect_header device;
    struct usb_redir_configuration_status_header configuration;
    struct usb_redir_alt_setting_status_header alt;
    struct usb_redir_control_packet_header control;
    uint64_t id;
    uint8_t data[16];
    int data_len;
} heard;

static struct bw_bench bench;
static struct tiny_usb device;
static struct sockaddr_un address;
static socklen_t address_len;
static int listen_fd;
static int stop_fd;
static int guest_fd = -1;
static pthread_t server;
static struct usbredirparser *guest;

/* The guest's end */

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    if (level <= usbredirparser_error) {
        print_message("guest: %s\n", text);
    }
}

static int moved(ssize_t n)
{
    return n > 0 ? (int)n : n < 0 && errno == EAGAIN ? 0 : -1;
}

static int on_read(void *priv, uint8_t *data, int count)
{
    (void)priv;
    return moved(recv(guest_fd, data, (size_t)count, MSG_DONTWAIT));
}

static int on_write(void *priv, uint8_t *data, int count)
{
    (void)priv;
    return moved(
        send(guest_fd, data, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void on_interfaces(void *priv, struct usb_redir_interface_info_header *i)
{
    (void)priv;
    assert_int_equal(i->interface_count, 1);
    assert_int_equal(i->interface_class[0], 0xff);
    heard.layouts++;
}

static void on_endpoints(void *priv, struct usb_redir_ep_info_header *e)
{
    (void)priv;
    assert_int_equal(e->type[0], usb_redir_type_control);
    assert_int_equal(e->type[16], usb_redir_type_control);
    assert_int_equal(e->type[1], usb_redir_type_invalid);
    assert_int_equal(e->max_packet_size[16], 8);
    heard.layouts++;
}

static void on_device(void *priv, struct usb_redir_device_connect_header *d)
{
    (void)priv;
    heard.device = *d;
    heard.replies++;
}

static void on_configuration(void *priv, uint64_t id,
                             struct usb_redir_configuration_status_header *c)
{
    (void)priv;
    heard.id = id;
    heard.configuration = *c;
    heard.replies++;
}

static void on_alt(void *priv, uint64_t id,
                   struct usb_redir_alt_setting_status_header *a)
{
    (void)priv;
    heard.id = id;
    heard.alt = *a;
    heard.replies++;
}

static void on_control(void *priv, uint64_t id,
                       struct usb_redir_control_packet_header *c, uint8_t *data,
                       int data_len)
{
    (void)priv;
    heard.id = id;
    heard.control = *c;
    heard.data_len = data_len;
    assert_true(data_len <= (int)sizeof(heard.data));
    if (data_len > 0) {
        memcpy(heard.data, data, (size_t)data_len);
    }
    usbredirparser_free_packet_data(guest, data);
    heard.replies++;
}

static void new_guest(void)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = { CAPS(connect_device_version) |
                                           CAPS(ep_info_max_packet_size) |
                                           CAPS(64bits_ids) |
                                           CAPS(32bits_bulk_length) };

    guest = usbredirparser_create();
    assert_non_null(guest);
    guest->log_func = on_log;
    guest->read_func = on_read;
    guest->write_func = on_write;
    guest->interface_info_func = on_interfaces;
    guest->ep_info_func = on_endpoints;
    guest->device_connect_func = on_device;
    guest->configuration_status_func = on_configuration;
    guest->alt_setting_status_func = on_alt;
    guest->control_packet_func = on_control;
    usbredirparser_init(guest, "test", caps, USB_REDIR_CAPS_SIZE, 0);
}

/* Send what waits, and hear until there has been one more reply. */
static void exchange(void)
{
    uint64_t end_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);
    unsigned replies = heard.replies;
    struct pollfd p = { .fd = guest_fd, .events = POLLIN };

    while (usbredirparser_has_data_to_write(guest)) {
        assert_int_equal(usbredirparser_do_write(guest), 0);
    }
    while (heard.replies == replies) {
        assert_true(bw_clock_ns() < end_ns);
        poll(&p, 1, 100);
        assert_int_equal(usbredirparser_do_read(guest), 0);
    }
}

static void plug(void)
{
    memset(&heard, 0, sizeof(heard));
    guest_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(
        connect(guest_fd, (struct sockaddr *)&address, address_len), 0);
    new_guest();
    exchange();
}

static void unplug(void)
{
    usbredirparser_destroy(guest);
    close(guest_fd);
    guest_fd = -1;
}

/* Returns the status of the packet; what came back is in @heard. */
static int control(uint8_t type, uint8_t request, uint16_t value,
                   uint16_t index, const char *data, uint16_t length)
{
    static uint64_t id = UINT64_C(0x100000000); /* 64 bits have to matter */
    struct usb_redir_control_packet_header h = {
        .endpoint = type & 0x80,
        .request = request,
        .requesttype = type,
        .value = value,
        .index = index,
        .length = length,
    };
    bool out = !(type & 0x80) && length;

    usbredirparser_send_control_packet(
        guest, ++id, &h, out ? (uint8_t *)data : NULL, out ? length : 0);
    exchange();
    assert_true(heard.id == id);
    return heard.control.status;
}

/* The device's end */

static void *serve(void *opaque)
{
    (void)opaque;
    tiny_usb_serve(&device, listen_fd, stop_fd);
    return NULL;
}

static int set_up(void **state)
{
    struct bw_sim *sim = bw_sim_new(NULL);
    struct bw_bus *bus;

    (void)state;
    bw_bench_init(&bench);
    bw_sim_add(sim, "eeprom", &bw_part_24c02, EEPROM);
    bus = bw_bench_add_bus(&bench, "bus", bw_sim_adapter(sim), sim);
    tiny_usb_init(&device, bw_bench_add_export(&bench, "bus", BW_EXPORT_I2C,
                                               bus, BW_ADDR_ANY, ""));
    listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX; /* and no name: the kernel makes one */
    assert_int_equal(
        bind(listen_fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    address_len = sizeof(address);
    getsockname(listen_fd, (struct sockaddr *)&address, &address_len);
    assert_int_equal(listen(listen_fd, 1), 0);
    stop_fd = eventfd(0, EFD_CLOEXEC);
    return pthread_create(&server, NULL, serve, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    if (guest_fd >= 0) {
        unplug();
    }
    eventfd_write(stop_fd, 1);
    pthread_join(server, NULL);
    close(stop_fd);
    close(listen_fd);
    bw_bench_finish(&bench);
    return 0;
}

static void device_is_announced_with_its_endpoints(void **state)
{
    (void)state;
    plug();
    assert_int_equal(heard.layouts, 2);
    assert_int_equal(heard.device.speed, usb_redir_speed_full);
    assert_int_equal(heard.device.vendor_id, TINY_USB_VENDOR);
    assert_int_equal(heard.device.product_id, TINY_USB_PRODUCT);
}

static void configuration_and_interface_are_chosen(void **state)
{
    struct usb_redir_set_configuration_header set = { .configuration = 1 };
    struct usb_redir_get_alt_setting_header get_alt = { .interface = 0 };
    struct usb_redir_set_alt_setting_header set_alt = { .alt = 1 };

    (void)state;
    plug();
    usbredirparser_send_set_configuration(guest, 7, &set);
    exchange();
    assert_int_equal(heard.configuration.status, usb_redir_success);
    usbredirparser_send_get_configuration(guest, 8);
    exchange();
    assert_true(heard.id == 8);
    assert_int_equal(heard.configuration.configuration, 1);
    set.configuration = 2;
    usbredirparser_send_set_configuration(guest, 9, &set);
    exchange();
    assert_int_equal(heard.configuration.status, usb_redir_stall);
    assert_int_equal(heard.configuration.configuration, 1);
    usbredirparser_send_get_alt_setting(guest, 10, &get_alt);
    exchange();
    assert_int_equal(heard.alt.status, usb_redir_success);
    usbredirparser_send_set_alt_setting(guest, 11, &set_alt);
    exchange();
    assert_int_equal(heard.alt.status, usb_redir_stall);
}

/* libusbredirparser takes no buffer with a reply to one, not even an empty one;
 * the driver's first request is such a one. */
static void request_without_data_is_answered(void **state)
{
    (void)state;
    plug();
    assert_int_equal(control(TO_DEVICE, 2, 10, 0, NULL, 0), usb_redir_success);
    assert_int_equal(heard.data_len, 0);
}

static void unknown_request_stalls(void **state)
{
    (void)state;
    plug();
    assert_int_equal(control(TO_HOST, 8, 0, 0, NULL, 4), usb_redir_stall);
    assert_int_equal(heard.data_len, 0);
}

static void messages_reach_the_bus(void **state)
{
    (void)state;
    plug();
    assert_int_equal(control(TO_DEVICE, IO_BEGIN, 0, EEPROM, "\x10", 1),
                     usb_redir_success);
    assert_int_equal(heard.control.length, 1);
    assert_int_equal(control(TO_HOST, IO_WHOLE, RD, EEPROM, NULL, 3),
                     usb_redir_success);
    assert_int_equal(heard.data_len, 3);
    assert_memory_equal(heard.data, "\xff\xff\xff", 3); /* never written */
    assert_int_equal(control(TO_HOST, GET_STATUS, 0, 0, NULL, 1),
                     usb_redir_success);
    assert_int_equal(heard.data[0], 1);
    assert_int_equal(control(TO_HOST, IO_WHOLE, RD, 0x33, NULL, 1),
                     usb_redir_success);
    control(TO_HOST, GET_STATUS, 0, 0, NULL, 1);
    assert_int_equal(heard.data[0], 2);
}

/* In the middle of a transfer, even: the bus is free for the next one. */
static void adapter_is_plugged_in_again(void **state)
{
    uint64_t until_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);

    (void)state;
    plug();
    assert_int_equal(control(TO_DEVICE, IO_BEGIN, 0, EEPROM, "\x10", 1),
                     usb_redir_success);
    unplug();
    assert_int_equal(bw_bus_lock(bench.buses[0], until_ns), BW_OK);
    bw_bus_unlock(bench.buses[0]);
    plug();
    assert_int_equal(control(TO_HOST, IO_WHOLE, RD, EEPROM, NULL, 1),
                     usb_redir_success);
}

static void silent_guest_loses_the_bus(void **state)
{
    uint64_t until_ns = bw_clock_after_ms(bw_clock_ns(), PATIENCE_MS);

    (void)state;
    plug();
    device.wait_ms = 50;
    assert_int_equal(control(TO_DEVICE, IO_BEGIN, 0, EEPROM, "\x10", 1),
                     usb_redir_success);
    assert_int_equal(bw_bus_lock(bench.buses[0], until_ns), BW_OK);
    bw_bus_unlock(bench.buses[0]);
}

static void rubbish_does_not_end_it(void **state)
{
    static const char rubbish[256] = "not usbredir";
    char byte;

    (void)state;
    guest_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(guest_fd, (struct sockaddr *)&address, address_len);
    assert_int_equal(send(guest_fd, rubbish, sizeof(rubbish), MSG_NOSIGNAL),
                     sizeof(rubbish));
    shutdown(guest_fd, SHUT_WR);
    while (recv(guest_fd, &byte, 1, 0) > 0) {
    }
    close(guest_fd);
    plug();
    assert_int_equal(heard.device.vendor_id, TINY_USB_VENDOR);
}

#define with_device(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_device(device_is_announced_with_its_endpoints),
        with_device(configuration_and_interface_are_chosen),
        with_device(request_without_data_is_answered),
        with_device(unknown_request_stalls),
        with_device(messages_reach_the_bus),
        with_device(adapter_is_plugged_in_again),
        with_device(silent_guest_loses_the_bus),
        with_device(rubbish_does_not_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
