/*
 * tests/rig/tiny_usb_device.c: the requests that Linux's i2c-tiny-usb driver
 * makes, on an adapter that writes down its steps and on a simulated bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/backend_sim.h"
#include "host-agent/clock.h"
#include "tests/rig/tiny_usb_device.h"

/* requests, and flags of a message, as the driver has them */
#define ECHO       0
#define GET_FUNC   1
#define SET_DELAY  2
#define GET_STATUS 3
#define IO         4
#define IO_BEGIN   5
#define IO_END     6
#define IO_WHOLE   7
#define RD         0x0001
#define TEN        0x0010

#define TO_HOST   0xc1 /* vendor, interface */
#define TO_DEVICE 0x41
#define ABSENT    0x33

enum {
    IDLE,
    ACKED,
    NACKED
};

/* An adapter whose parts answer each read with 0xa0, 0xa1, ...; ABSENT is not
 * there, the byte 0xdd is refused, 0xef is the end of the bus. */
static struct {
    struct bw_i2c_adapter adapter;
    char journal[256];
} probe;

static void note(const char *format, unsigned value)
{
    size_t len = strlen(probe.journal);

    snprintf(probe.journal + len, sizeof(probe.journal) - len, format, value);
}

static enum bw_status probe_write(const struct bw_i2c_step *s)
{
    uint16_t i;

    for (i = 0; i < s->len; i++) {
        note("w%02x ", s->data[i]);
        if (s->data[i] == 0xdd) {
            return BW_NACK_DATA;
        }
        if (s->data[i] == 0xef) {
            return BW_ARBITRATION;
        }
    }
    return BW_OK;
}

static enum bw_status probe_step(struct bw_i2c_adapter *a,
                                 struct bw_i2c_step *steps, size_t nsteps,
                                 struct bw_i2c_progress *progress)
{
    enum bw_status status = BW_OK;
    size_t i;
    uint16_t k;

    (void)a;
    for (i = 0; i < nsteps && status == BW_OK; i++) {
        struct bw_i2c_step *s = &steps[i];

        switch (s->op) {
        case BW_STEP_START:
            note(s->flags & BW_I2C_TEN_BIT ? "S%03x" : "S%02x", s->addr);
            note(s->flags & BW_I2C_READ ? "r " : "w ", 0);
            status = s->addr == ABSENT ? BW_NACK_ADDR : BW_OK;
            break;
        case BW_STEP_WRITE:
            status = probe_write(s);
            break;
        case BW_STEP_READ:
            for (k = 0; k < s->len; k++) {
                s->data[k] = (uint8_t)(0xa0 + k);
            }
            note("r%u ", s->len);
            break;
        default:
            note("P ", 0);
        }
    }
    progress->done = (uint16_t)i;
    return status;
}

static void probe_close(struct bw_i2c_adapter *a)
{
    (void)a;
}

static const struct bw_i2c_adapter_ops probe_ops = {
    .step = probe_step,
    .close = probe_close,
};

static struct bw_bench bench;
static struct tiny_usb device;
static uint8_t data[TINY_USB_MAX_DATA];

static void plug(struct bw_i2c_adapter *a, struct bw_sim *sim, uint16_t addr)
{
    struct bw_bus *bus;

    bw_bench_init(&bench);
    bus = bw_bench_add_bus(&bench, "bus", a, sim);
    tiny_usb_init(&device, bw_bench_add_export(&bench, "bus", BW_EXPORT_I2C,
                                               bus, addr, ""));
}

static int plug_probe(void **state)
{
    (void)state;
    memset(&probe, 0, sizeof(probe));
    probe.adapter.ops = &probe_ops;
    probe.adapter.funcs = BW_I2C_FUNC_RDWR | BW_I2C_FUNC_TEN_BIT;
    probe.adapter.max_len = BW_I2C_MAX_LEN;
    plug(&probe.adapter, NULL, BW_ADDR_ANY);
    return 0;
}

static uint64_t sim_now_ns;

static uint64_t sim_clock(void)
{
    return sim_now_ns;
}

/* A simulated EEPROM at 0x50. */
static int plug_sim(void **state)
{
    struct bw_sim *sim = bw_sim_new(sim_clock);

    (void)state;
    assert_non_null(sim);
    bw_sim_add(sim, "eeprom", &bw_part_24c02, 0x50);
    plug(bw_sim_adapter(sim), sim, BW_ADDR_ANY);
    return 0;
}

static int unplug(void **state)
{
    (void)state;
    tiny_usb_let_go(&device);
    bw_bench_finish(&bench);
    return 0;
}

static int request(uint8_t type, uint8_t number, uint16_t value, uint16_t index,
                   uint16_t length)
{
    struct tiny_usb_setup s = {
        .type = type,
        .request = number,
        .value = value,
        .index = index,
        .length = length,
    };

    return tiny_usb_request(&device, &s, data);
}

static int status_now(void)
{
    uint8_t kept = data[0];
    int n = request(TO_HOST, GET_STATUS, 0, 0, 1);
    int status = data[0];

    data[0] = kept;
    return n == 1 ? status : -1;
}

/* One message to the part; the bytes are in @bytes. */
static int write_msg(uint8_t number, uint16_t addr, const char *bytes,
                     uint16_t len)
{
    memcpy(data, bytes, len);
    return request(TO_DEVICE, number, 0, addr, len);
}

static bool bus_is_free(void)
{
    struct bw_bus *bus = bench.buses[0];

    if (bw_bus_lock(bus, bw_clock_ns()) != BW_OK) {
        return false;
    }
    bw_bus_unlock(bus);
    return true;
}

static void descriptors_name_the_adapter(void **state)
{
    (void)state;
    assert_int_equal(request(0x80, 6, 0x0100, 0, 64), 18);
    assert_int_equal(data[8] | data[9] << 8, 0x0403);
    assert_int_equal(data[10] | data[11] << 8, 0xc631);
    assert_int_equal(request(0x80, 6, 0x0200, 0, 9), 9); /* its head first */
    assert_int_equal(data[2], 18);
    assert_int_equal(request(0x80, 6, 0x0200, 0, 18), 18);
    assert_int_equal(request(0x80, 6, 0x0300, 0, 255), 4);
    assert_int_equal(request(0x80, 6, 0x0302, 0x0409, 255), 2 + 2 * 12);
    assert_memory_equal(data, "\x1a\x03i\0002\0c\0-\0t\0", 12);
    assert_int_equal(request(0x80, 6, 0x0303, 0x0409, 255), TINY_USB_STALL);
    assert_int_equal(request(0x80, 6, 0x0600, 0, 10), TINY_USB_STALL);
}

static void unknown_requests_stall(void **state)
{
    (void)state;
    assert_int_equal(request(0x80, 3, 0, 0, 2), TINY_USB_STALL);
    assert_int_equal(request(0x00, 6, 0x0100, 0, 0), TINY_USB_STALL);
    assert_int_equal(request(0xa1, 1, 0, 0, 1), TINY_USB_STALL); /* class */
    assert_int_equal(request(TO_HOST, 8, 0, 0, 1), TINY_USB_STALL);
    assert_int_equal(request(TO_DEVICE, GET_FUNC, 0, 0, 4), TINY_USB_STALL);
}

static void tells_what_it_can_do(void **state)
{
    (void)state;
    assert_int_equal(request(TO_HOST, ECHO, 0x1234, 0, 2), 2);
    assert_memory_equal(data, "\x34\x12", 2);
    assert_int_equal(request(TO_HOST, GET_FUNC, 0, 0, 4), 4);
    /* I2C, 10-bit, all that the kernel makes of plain I2C */
    assert_memory_equal(data, "\x0b\x00\xff\x0e", 4);
    assert_int_equal(request(TO_DEVICE, SET_DELAY, 10, 0, 0), 0);
    assert_int_equal(device.delay_us, 10);
    assert_int_equal(status_now(), IDLE);
}

static void repeated_start_is_one(void **state)
{
    (void)state;
    assert_int_equal(write_msg(IO_BEGIN, 0x48, "\x01\x02", 2), 0);
    assert_int_equal(status_now(), ACKED);
    assert_false(bus_is_free());
    assert_int_equal(request(TO_HOST, IO, RD, 0x48, 3), 3);
    assert_memory_equal(data, "\xa0\xa1\xa2", 3);
    assert_int_equal(write_msg(IO, 0x49, "\x03", 1), 0);
    assert_int_equal(request(TO_HOST, IO_END, RD, 0x49, 1), 1);
    assert_string_equal(probe.journal,
                        "S48w w01 w02 S48r r3 S49w w03 S49r r1 P ");
    assert_true(bus_is_free());
}

static void zero_length_message_is_its_address_only(void **state)
{
    (void)state;
    assert_int_equal(write_msg(IO_WHOLE, 0x48, "", 0), 0);
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, 0x48, 0), 0);
    assert_string_equal(probe.journal, "S48w P S48r P ");
}

static void absent_address_ends_the_transfer(void **state)
{
    (void)state;
    assert_int_equal(write_msg(IO_BEGIN, ABSENT, "\x01", 1), 0);
    assert_int_equal(status_now(), NACKED);
    assert_string_equal(probe.journal, "S33w P ");
    assert_true(bus_is_free());
    /* what the driver does not do any more */
    assert_int_equal(request(TO_HOST, IO_END, RD, ABSENT, 1), TINY_USB_STALL);
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, ABSENT, 2), 2);
    assert_memory_equal(data, "\xff\xff", 2);
    assert_int_equal(status_now(), NACKED);
}

static void refused_byte_is_told(void **state)
{
    (void)state;
    assert_int_equal(write_msg(IO_WHOLE, 0x48, "\x01\xdd\x02", 3), 0);
    assert_int_equal(status_now(), NACKED);
    assert_string_equal(probe.journal, "S48w w01 wdd P ");
    assert_int_equal(write_msg(IO_WHOLE, 0x48, "\x01", 1), 0);
    assert_int_equal(status_now(), ACKED);
}

static void trouble_on_the_bus_stalls(void **state)
{
    (void)state;
    assert_int_equal(write_msg(IO_BEGIN, 0x48, "\xef", 1), TINY_USB_STALL);
    assert_int_equal(status_now(), IDLE);
    assert_string_equal(probe.journal, "S48w wef "); /* free already */
    assert_true(bus_is_free());
}

static void flags_it_does_not_offer_stall(void **state)
{
    static const uint16_t flags[] = { 0x8000, 0x4000, 0x2000,
                                      0x1000, 0x0800, 0x0400 };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_LEN(flags); i++) {
        assert_int_equal(request(TO_HOST, IO_WHOLE, RD | flags[i], 0x48, 1),
                         TINY_USB_STALL);
    }
    assert_int_equal(request(TO_HOST, IO_WHOLE, 0, 0x48, 1), TINY_USB_STALL);
    assert_int_equal(request(TO_DEVICE, IO_WHOLE, RD, 0x48, 1), TINY_USB_STALL);
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, 0x80, 1), TINY_USB_STALL);
    assert_string_equal(probe.journal, "");
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD | 0x0204, 0x48, 1), 1);
}

static void ten_bit_address_goes_through(void **state)
{
    (void)state;
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD | TEN, 0x2a5, 1), 1);
    assert_string_equal(probe.journal, "S2a5r r1 P ");
    probe.adapter.funcs = BW_I2C_FUNC_RDWR;
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD | TEN, 0x2a5, 1),
                     TINY_USB_STALL);
}

static void longest_message_passes_and_no_longer_one(void **state)
{
    (void)state;
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, 0x48, BW_I2C_MAX_LEN),
                     BW_I2C_MAX_LEN);
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, 0x48, BW_I2C_MAX_LEN + 1),
                     TINY_USB_STALL);
}

static void silent_host_loses_the_bus(void **state)
{
    (void)state;
    write_msg(IO_BEGIN, 0x48, "\x01", 1);
    tiny_usb_let_go(&device);
    assert_string_equal(probe.journal, "S48w w01 P ");
    assert_true(bus_is_free());
    tiny_usb_let_go(&device);
    assert_string_equal(probe.journal, "S48w w01 P ");
}

static void used_bus_stalls_after_a_while(void **state)
{
    (void)state;
    device.wait_ms = 10;
    assert_int_equal(bw_bus_lock(bench.buses[0], bw_clock_ns()), BW_OK);
    assert_int_equal(write_msg(IO_WHOLE, 0x48, "\x01", 1), TINY_USB_STALL);
    bw_bus_unlock(bench.buses[0]);
    assert_string_equal(probe.journal, "");
}

static void export_of_one_address_has_nothing_else(void **state)
{
    (void)state;
    bench.exports[0]->addr = 0x48;
    write_msg(IO_WHOLE, 0x49, "\x01", 1);
    assert_int_equal(status_now(), NACKED);
    assert_string_equal(probe.journal, "");
    assert_true(bus_is_free());
    write_msg(IO_WHOLE, 0x48, "\x01", 1);
    assert_int_equal(status_now(), ACKED);
}

static void simulated_eeprom_keeps_what_is_written(void **state)
{
    (void)state;
    write_msg(IO_WHOLE, 0x50, "\x10\xde\xad", 3);
    assert_int_equal(status_now(), ACKED);
    assert_int_equal(write_msg(IO_WHOLE, 0x50, "", 0), 0);
    assert_int_equal(status_now(), NACKED); /* it is busy writing */
    sim_now_ns += 10 * 1000 * 1000;         /* 5 ms at most, its data sheet */
    assert_int_equal(write_msg(IO_BEGIN, 0x50, "\x10", 1), 0);
    assert_int_equal(request(TO_HOST, IO_END, RD, 0x50, 2), 2);
    assert_memory_equal(data, "\xde\xad", 2);
    assert_int_equal(request(TO_HOST, IO_WHOLE, RD, ABSENT, 1), 1);
    assert_int_equal(status_now(), NACKED);
}

#define on_probe(f) cmocka_unit_test_setup_teardown(f, plug_probe, unplug)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_probe(descriptors_name_the_adapter),
        on_probe(unknown_requests_stall),
        on_probe(tells_what_it_can_do),
        on_probe(repeated_start_is_one),
        on_probe(zero_length_message_is_its_address_only),
        on_probe(absent_address_ends_the_transfer),
        on_probe(refused_byte_is_told),
        on_probe(trouble_on_the_bus_stalls),
        on_probe(flags_it_does_not_offer_stall),
        on_probe(ten_bit_address_goes_through),
        on_probe(longest_message_passes_and_no_longer_one),
        on_probe(silent_host_loses_the_bus),
        on_probe(used_bus_stalls_after_a_while),
        on_probe(export_of_one_address_has_nothing_else),
        cmocka_unit_test_setup_teardown(simulated_eeprom_keeps_what_is_written,
                                        plug_sim, unplug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
