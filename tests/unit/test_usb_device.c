/*
 * peripherals/parts/usb_device.c, usb_walk.c and the descriptors of all
 * models: the requests of USB 2.0, chapter 9.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "peripherals/parts/usb_device.h"

#define GET_STATUS        0
#define CLEAR_FEATURE     1
#define SET_FEATURE       3
#define GET_DESCRIPTOR    6
#define GET_CONFIGURATION 8
#define SET_CONFIGURATION 9
#define GET_INTERFACE     10
#define SET_INTERFACE     11
#define TONE_EP           0x81
#define DISK_IN           0x81
#define NOW               1000000000ull

static uint8_t data[BW_USB_MAX_CONTROL];

static bool store_read(void *opaque, uint64_t at, uint8_t *out, size_t len)
{
    (void)opaque;
    (void)at;
    memset(out, 0x55, len);
    return true;
}

static bool store_write(void *opaque, uint64_t at, const uint8_t *in,
                        size_t len)
{
    (void)opaque;
    (void)at;
    (void)in;
    (void)len;
    return true;
}

static bool store_flush(void *opaque)
{
    (void)opaque;
    return true;
}

static const struct bw_usb_store store = {
    .size = 64 * 512,
    .read = store_read,
    .write = store_write,
    .flush = store_flush,
};

static void plug(struct bw_usb_device *d, const struct bw_usb_model *model,
                 const char *serial)
{
    struct bw_usb_identity identity = { .serial = serial, .store = &store };
    void *state = calloc(1, model->state_size);

    assert_non_null(state);
    bw_usb_device_init(d, model, &identity, state);
}

static void unplug(struct bw_usb_device *d)
{
    free(d->state);
}

static int ask(struct bw_usb_device *d, uint8_t type, uint8_t request,
               uint16_t value, uint16_t index, uint16_t length)
{
    struct bw_usb_setup s = { type, request, value, index, length };

    memset(data, 0xee, sizeof(data));
    return bw_usb_device_control(d, &s, data);
}

static int get_descriptor(struct bw_usb_device *d, uint16_t value,
                          uint16_t length)
{
    return ask(d, BW_USB_IN, GET_DESCRIPTOR, value, 0, length);
}

static void descriptors_of_all_models_are_whole(void **state)
{
    size_t i, at;

    (void)state;
    for (i = 0; bw_usb_models[i]; i++) {
        const struct bw_usb_model *m = bw_usb_models[i];
        unsigned endpoints = 0, wanted = 0;

        assert_int_equal(m->device[0], 18);
        assert_int_equal(m->device[17], 1);
        assert_int_equal(m->config[2] | m->config[3] << 8, m->config_len);
        for (at = 0; at < m->config_len; at += m->config[at]) {
            assert_true(m->config[at] >= 2);
            assert_true(at + m->config[at] <= m->config_len);
            wanted += m->config[at + 1] == BW_USB_INTERFACE_DESCRIPTOR
                          ? m->config[at + 4]
                          : 0;
            endpoints += m->config[at + 1] == BW_USB_ENDPOINT_DESCRIPTOR;
        }
        assert_int_equal(at, m->config_len);
        assert_int_equal(endpoints, wanted);
        assert_ptr_equal(bw_usb_model_find(m->name), m);
    }
    assert_null(bw_usb_model_find("toaster"));
}

static void a_descriptor_is_cut_to_what_the_host_wants(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_serial, "S1");
    assert_int_equal(get_descriptor(&d, 0x0100, 8), 8);
    assert_int_equal(data[7], BW_USB_CONTROL_PACKET);
    assert_int_equal(data[8], 0xee);
    assert_int_equal(get_descriptor(&d, 0x0100, 64), 18);
    assert_int_equal(get_descriptor(&d, 0x0200, 9), 9);
    assert_int_equal(data[2], 67);
    assert_int_equal(get_descriptor(&d, 0x0200, 67), 67);
    assert_int_equal(get_descriptor(&d, 0x0200, 0), 0);
    assert_int_equal(get_descriptor(&d, 0x0201, 9), BW_USB_STALL);
    unplug(&d);
}

static void strings_name_the_device(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_serial, "S1");
    assert_int_equal(get_descriptor(&d, 0x0300, 255), 4);
    assert_memory_equal(data, "\4\3\x09\x04", 4);
    assert_int_equal(get_descriptor(&d, 0x0303, 255), 6);
    assert_memory_equal(data, "\6\3S\0001\0", 6);
    assert_int_equal(get_descriptor(&d, 0x0304, 255), BW_USB_STALL);
    assert_int_equal(get_descriptor(&d, 0x0100, 18), 18);
    assert_int_equal(data[16], 3);
    unplug(&d);
    plug(&d, &bw_usb_serial, "");
    assert_int_equal(get_descriptor(&d, 0x0100, 18), 18);
    assert_int_equal(data[16], 0);
    assert_int_equal(get_descriptor(&d, 0x0303, 255), BW_USB_STALL);
    unplug(&d);
}

static void vendor_and_product_can_be_others(void **state)
{
    struct bw_usb_identity identity = { .serial = "",
                                        .vendor = 0x0403,
                                        .product = 0x6001 };
    struct bw_usb_device d;
    void *memory = calloc(1, bw_usb_serial.state_size);

    (void)state;
    bw_usb_device_init(&d, &bw_usb_serial, &identity, memory);
    get_descriptor(&d, 0x0100, 18);
    assert_memory_equal(data + 8, "\x03\x04\x01\x60", 4);
    unplug(&d);
}

static void a_high_speed_device_tells_of_the_other_speed(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_serial, "");
    assert_int_equal(get_descriptor(&d, 0x0600, 10), BW_USB_STALL);
    assert_int_equal(get_descriptor(&d, 0x0700, 9), BW_USB_STALL);
    unplug(&d);
    plug(&d, &bw_usb_storage, "");
    assert_int_equal(get_descriptor(&d, 0x0600, 10), 10);
    assert_memory_equal(data, "\x0a\x06\x00\x02\x00\x00\x00\x40\x01\x00", 10);
    assert_int_equal(get_descriptor(&d, 0x0700, 255), 32);
    assert_int_equal(data[1], BW_USB_OTHER_SPEED_DESCRIPTOR);
    assert_memory_equal(data + 18, "\7\5\x81\2\x40\0", 6);
    assert_int_equal(get_descriptor(&d, 0x0200, 255), 32);
    assert_memory_equal(data + 18, "\7\5\x81\2\0\2", 6);
    unplug(&d);
}

static void configuration_brings_the_endpoints(void **state)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_storage, "");
    assert_int_equal(bw_usb_device_endpoints(&d, list), 0);
    assert_int_equal(bw_usb_device_in(&d, DISK_IN, data, 13, NOW),
                     BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_IN, GET_CONFIGURATION, 0, 0, 1), 1);
    assert_int_equal(data[0], 0);
    assert_int_equal(ask(&d, 0, SET_CONFIGURATION, 2, 0, 0), BW_USB_STALL);
    assert_int_equal(ask(&d, 0, SET_CONFIGURATION, 1, 0, 0), 0);
    assert_int_equal(bw_usb_device_endpoints(&d, list), 2);
    assert_int_equal(list[0].address, DISK_IN);
    assert_int_equal(list[0].max_packet, 512);
    assert_int_equal(bw_usb_device_in(&d, DISK_IN, data, 13, NOW), BW_USB_NAK);
    assert_int_equal(ask(&d, BW_USB_IN, GET_CONFIGURATION, 0, 0, 1), 1);
    assert_int_equal(data[0], 1);
    unplug(&d);
}

static void halted_endpoints_stall_until_they_are_cleared(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_storage, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(ask(&d, BW_USB_ENDPOINT, SET_FEATURE, 0, DISK_IN, 0), 0);
    assert_int_equal(bw_usb_device_in(&d, DISK_IN, data, 13, NOW),
                     BW_USB_STALL);
    assert_int_equal(
        ask(&d, BW_USB_IN | BW_USB_ENDPOINT, GET_STATUS, 0, DISK_IN, 2), 2);
    assert_memory_equal(data, "\1\0", 2);
    assert_int_equal(ask(&d, BW_USB_IN | BW_USB_ENDPOINT, GET_STATUS, 0, 2, 2),
                     2);
    assert_memory_equal(data, "\0\0", 2);
    assert_int_equal(ask(&d, BW_USB_ENDPOINT, CLEAR_FEATURE, 0, DISK_IN, 0), 0);
    assert_int_equal(bw_usb_device_in(&d, DISK_IN, data, 13, NOW), BW_USB_NAK);
    assert_int_equal(ask(&d, BW_USB_ENDPOINT, SET_FEATURE, 0, 0x85, 0),
                     BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_ENDPOINT, SET_FEATURE, 0, 0, 0), 0);
    assert_int_equal(get_descriptor(&d, 0x0100, 18), 18);
    unplug(&d);
}

static void what_is_not_there_stalls(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_serial, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(ask(&d, 0x03, GET_STATUS, 0, 0, 2), BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_IN | 1, GET_STATUS, 0, 7, 2), BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_IN | 1, GET_STATUS, 0, 0x1ff, 2),
                     BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_IN, GET_STATUS, 0, 0, 1), BW_USB_STALL);
    assert_int_equal(ask(&d, 0x40, 1, 0, 0, 0), BW_USB_STALL);
    assert_int_equal(ask(&d, 0, 7, 0, 0, 0), BW_USB_STALL);
    unplug(&d);
}

static void remote_wakeup_is_set_where_there_is_some(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_keyboard, "");
    assert_int_equal(ask(&d, 0, SET_FEATURE, 1, 0, 0), 0);
    ask(&d, BW_USB_IN, GET_STATUS, 0, 0, 2);
    assert_int_equal(data[0], 2);
    bw_usb_device_reset(&d);
    ask(&d, BW_USB_IN, GET_STATUS, 0, 0, 2);
    assert_int_equal(data[0], 0);
    unplug(&d);
    plug(&d, &bw_usb_serial, "");
    assert_int_equal(ask(&d, 0, SET_FEATURE, 1, 0, 0), BW_USB_STALL);
    unplug(&d);
}

static void alternate_settings_change_the_endpoints(void **state)
{
    struct bw_usb_endpoint list[BW_USB_MAX_ENDPOINTS];
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_audio, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(bw_usb_device_endpoints(&d, list), 0);
    assert_int_equal(bw_usb_device_in(&d, TONE_EP, data, 96, NOW),
                     BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_INTERFACE, SET_INTERFACE, 1, 1, 0), 0);
    assert_int_equal(bw_usb_device_endpoints(&d, list), 1);
    assert_int_equal(list[0].type, BW_USB_ISO);
    assert_int_equal(list[0].interface, 1);
    assert_int_equal(bw_usb_device_interval_ns(&d, &list[0]), 1000000);
    assert_int_equal(bw_usb_device_in(&d, TONE_EP, data, 96, NOW), 96);
    assert_int_equal(
        ask(&d, BW_USB_IN | BW_USB_INTERFACE, GET_INTERFACE, 0, 1, 1), 1);
    assert_int_equal(data[0], 1);
    assert_int_equal(ask(&d, BW_USB_INTERFACE, SET_INTERFACE, 2, 1, 0),
                     BW_USB_STALL);
    assert_int_equal(ask(&d, BW_USB_INTERFACE, SET_INTERFACE, 0, 9, 0),
                     BW_USB_STALL);
    bw_usb_device_configure(&d, 1);
    assert_int_equal(bw_usb_device_endpoints(&d, list), 0);
    unplug(&d);
}

/* Models */

static void a_serial_port_tells_line_and_modem_state(void **state)
{
    struct bw_usb_setup set = { 0x21, 0x20, 0, 0, 7 };
    uint8_t coding[] = { 0x00, 0xc2, 0x01, 0x00, 0, 0, 8 }; /* 115200 8N1 */
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_serial, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(ask(&d, 0xa1, 0x21, 0, 0, 7), 7);
    assert_memory_equal(data, "\x80\x25\0\0\0\0\x08", 7);
    assert_int_equal(bw_usb_device_control(&d, &set, coding), 0);
    assert_int_equal(ask(&d, 0xa1, 0x21, 0, 0, 7), 7);
    assert_memory_equal(data, coding, 7);
    assert_int_equal(d.model->get(&d, 1), 115200ll * 1000000);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 16, NOW), BW_USB_NAK);
    assert_int_equal(ask(&d, 0x21, 0x22, 3, 0, 0), 0);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 16, NOW), 10);
    assert_memory_equal(data, "\xa1\x20\0\0\0\0\2\0\3\0", 10);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 16, NOW), BW_USB_NAK);
    assert_int_equal(ask(&d, 0x21, 0x22, 0, 0, 0), 0);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 16, NOW), 10);
    assert_int_equal(data[8], 0);
    assert_int_equal(ask(&d, 0x21, 0x23, 0xffff, 0, 0), 0);
    assert_int_equal(ask(&d, 0x21, 0x22, 3, 1, 0), BW_USB_STALL);
    unplug(&d);
}

static void a_keyboard_reports_each_press_and_release(void **state)
{
    struct bw_usb_setup leds = { 0x21, 0x09, 0x0200, 0, 1 };
    uint8_t on = 2;
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_keyboard, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(ask(&d, 0x21, 0x0a, 0, 0, 0), 0); /* idle: for ever */
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), BW_USB_NAK);
    assert_true(d.model->set(&d, 1, 2000000, NOW));
    assert_true(d.model->set(&d, 0, 4000000, NOW));
    assert_true(d.model->set(&d, 0, 0, NOW));
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), 8);
    assert_memory_equal(data, "\2\0\0\0\0\0\0\0", 8);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), 8);
    assert_memory_equal(data, "\2\0\4\0\0\0\0\0", 8);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), 8);
    assert_memory_equal(data, "\2\0\0\0\0\0\0\0", 8);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), BW_USB_NAK);
    assert_int_equal(bw_usb_device_control(&d, &leds, &on), 0);
    assert_int_equal(d.model->get(&d, 2), 0);
    assert_int_equal(d.model->get(&d, 3), 1000000);
    assert_int_equal(ask(&d, 0x81, GET_DESCRIPTOR, 0x2200, 0, 255), 63);
    assert_int_equal(ask(&d, 0x81, GET_DESCRIPTOR, 0x2100, 0, 255), 9);
    assert_int_equal(data[7], 63);
    unplug(&d);
}

static void a_keyboard_repeats_itself_at_its_idle_rate(void **state)
{
    struct bw_usb_device d;
    uint64_t next;

    (void)state;
    plug(&d, &bw_usb_keyboard, "");
    bw_usb_device_configure(&d, 1);
    assert_int_equal(ask(&d, 0x21, 0x0a, 0x1900, 0, 0), 0); /* 100 ms */
    assert_int_equal(ask(&d, 0xa1, 0x02, 0, 0, 1), 1);
    assert_int_equal(data[0], 0x19);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, NOW), 8);
    next = bw_usb_device_next_ns(&d, NOW);
    assert_int_equal(next, NOW + 100000000);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, next - 1), BW_USB_NAK);
    assert_int_equal(bw_usb_device_in(&d, 0x81, data, 8, next), 8);
    ask(&d, 0x21, 0x0a, 0, 0, 0);
    assert_true(bw_usb_device_next_ns(&d, NOW) == BW_PART_NEVER);
    unplug(&d);
}

static int16_t sample(size_t at)
{
    return (int16_t)(data[2 * at] | data[2 * at + 1] << 8);
}

/* 1 kHz at 48 kHz: 48 samples are one turn, a packet. */
static void a_microphone_hears_the_tone(void **state)
{
    struct bw_usb_device d;

    (void)state;
    plug(&d, &bw_usb_audio, "");
    bw_usb_device_configure(&d, 1);
    bw_usb_device_select(&d, 1, 1);
    bw_usb_device_select(&d, 2, 1);
    assert_true(d.model->set(&d, 0, 1000ll * 1000000, NOW));
    assert_false(d.model->set(&d, 0, 19ll * 1000000, NOW));
    assert_int_equal(bw_usb_device_in(&d, TONE_EP, data, 96, NOW), 96);
    assert_int_equal(sample(0), 0);
    assert_in_range(sample(12), 16300, 16384);
    assert_in_range(sample(4), 8120, 8260); /* sin 30 degrees is 1/2 */
    assert_in_range(-sample(36), 16300, 16384);
    assert_int_equal(bw_usb_device_out(&d, 2, data, 96, NOW), 96);
    assert_int_equal(d.model->get(&d, 1), 96ll * 1000000);
    assert_in_range(d.model->get(&d, 2) / 1000000, 16300, 16384);
    unplug(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_of_all_models_are_whole),
        cmocka_unit_test(a_descriptor_is_cut_to_what_the_host_wants),
        cmocka_unit_test(strings_name_the_device),
        cmocka_unit_test(vendor_and_product_can_be_others),
        cmocka_unit_test(a_high_speed_device_tells_of_the_other_speed),
        cmocka_unit_test(configuration_brings_the_endpoints),
        cmocka_unit_test(halted_endpoints_stall_until_they_are_cleared),
        cmocka_unit_test(what_is_not_there_stalls),
        cmocka_unit_test(remote_wakeup_is_set_where_there_is_some),
        cmocka_unit_test(alternate_settings_change_the_endpoints),
        cmocka_unit_test(a_serial_port_tells_line_and_modem_state),
        cmocka_unit_test(a_keyboard_reports_each_press_and_release),
        cmocka_unit_test(a_keyboard_repeats_itself_at_its_idle_rate),
        cmocka_unit_test(a_microphone_hears_the_tone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
