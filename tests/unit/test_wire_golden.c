/*
 * docs/protocol.md against the codec: its golden frames byte for byte, both
 * ways, everything that can be cut off or changed in them, and its tables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "lib/wire.h"
#include "lib/wire_gpio.h"
#include "lib/wire_admin.h"
#include "lib/wire_scsi.h"
#include "lib/wire_smbus.h"
#include "lib/wire_step.h"
#include "tests/wire_recode.h"

static struct golden golden;
static uint8_t out[BW_WIRE_MAX_FRAME];

static int load(void **state)
{
    (void)state;
    golden_load(&golden);
    return 0;
}

/* What each golden frame says, in C */

static const struct bw_wire_value temperature = {
    .micro = 21500000,
    .micro_min = -55000000,
    .micro_max = 150000000,
    .name = "thermometer.temperature",
    .unit = "degC",
};

static void put_hello_of(struct bw_writer *w, const char *software)
{
    struct bw_wire_hello m = {
        .major = 1,
        .minor = 0,
        .caps = BW_CAP_I2C | BW_CAP_VALUES,
        .max_body = 65536,
    };

    snprintf(m.software, sizeof(m.software), "%s", software);
    bw_wire_put_hello(w, &m);
}

static void put_hello_request(struct bw_writer *w)
{
    put_hello_of(w, "qemu 10.0");
}

static void put_hello_reply(struct bw_writer *w)
{
    put_hello_of(w, "benchwired 1");
}

static void put_hello_refused(struct bw_writer *w)
{
    bw_wire_put_text(w, "this agent speaks 1.0");
}

static void put_ping(struct bw_writer *w)
{
    bw_write_bytes(w, (const uint8_t[]){ 1, 2, 3 }, 3);
}

static void put_nothing(struct bw_writer *w)
{
    (void)w;
}

static void put_list_reply(struct bw_writer *w)
{
    const struct bw_wire_export thermometer = {
        .kind = BW_EXPORT_I2C,
        .addr = 0x48,
        .funcs =
            BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SIMULATED,
        .holders = 1,
        .name = "thermometer",
        .text = "TMP102 on the desk",
    };
    const struct bw_wire_export desk = {
        .kind = BW_EXPORT_BENCH,
        .addr = BW_ADDR_ANY,
        .funcs = BW_I2C_FUNC_SIMULATED,
        .name = "desk",
    };

    bw_wire_put_export(w, &thermometer);
    bw_wire_put_export(w, &desk);
}

static void put_open_request(struct bw_writer *w)
{
    const struct bw_wire_open m = { .kind = BW_EXPORT_I2C,
                                    .name = "thermometer" };

    bw_wire_put_open(w, &m);
}

static void put_open_reply(struct bw_writer *w)
{
    const struct bw_wire_opened m = {
        .kind = BW_EXPORT_I2C,
        .addr = 0x48,
        .funcs =
            BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SIMULATED,
        .max_len = 8192,
        .timeout_ms = 1000,
    };

    bw_wire_put_opened(w, &m);
}

static void put_open_refused(struct bw_writer *w)
{
    bw_wire_put_text(w, "held by another session");
}

/* The document says it in the notation; so does this test. */
static void put_i2c(struct bw_writer *w, uint32_t deadline_ms, const char *text)
{
    struct bw_wire_i2c_request m = { .deadline_ms = deadline_ms };
    uint8_t buf[16];

    assert_int_equal(bw_i2c_xfer_parse(&m.xfer, text, buf, sizeof(buf), NULL),
                     BW_OK);
    bw_wire_put_i2c_request(w, &m);
}

static void put_i2c_request(struct bw_writer *w)
{
    put_i2c(w, 500, "w1@0x48 0x00 r2");
}

static void put_i2c_reply(struct bw_writer *w)
{
    uint8_t read[2] = { 0x15, 0x80 };
    struct bw_i2c_xfer x = { .nmsgs = 1 };

    x.msgs[0] = (struct bw_i2c_msg){ 0x48, BW_I2C_READ, 2, read };
    bw_wire_put_i2c_reply(w, &x);
}

static void put_i2c_failed(struct bw_writer *w)
{
    const struct bw_wire_i2c_failure m = { .msg = 0, .byte = 0xffff };

    bw_wire_put_i2c_failure(w, &m);
}

static void put_i2c_probe(struct bw_writer *w)
{
    put_i2c(w, 0, "w0@0x48");
}

static void put_step_request(struct bw_writer *w)
{
    uint8_t reg = 0;
    struct bw_wire_step_request m = {
        .deadline_ms = 500,
        .nsteps = 5,
        .steps = { { .op = BW_STEP_START, .addr = 0x48 },
                   { .op = BW_STEP_WRITE, .len = 1, .data = &reg },
                   { .op = BW_STEP_START, .addr = 0x48, .flags = BW_I2C_READ },
                   { .op = BW_STEP_READ, .len = 1 },
                   { .op = BW_STEP_STOP } },
    };

    bw_wire_put_step_request(w, &m);
}

static void put_step_reply(struct bw_writer *w)
{
    static const struct bw_i2c_progress all = { 5, 0 };
    uint8_t byte = 0x15;
    const struct bw_i2c_step steps[5] = {
        [3] = { .op = BW_STEP_READ, .len = 1, .data = &byte },
    };

    bw_wire_put_step_reply(w, steps, 5, &all);
}

static void put_step_open(struct bw_writer *w)
{
    uint8_t bytes[] = { 0x10, 0xaa, 0xbb };
    struct bw_wire_step_request m = {
        .deadline_ms = 500,
        .nsteps = 2,
        .steps = { { .op = BW_STEP_START, .addr = 0x50 },
                   { .op = BW_STEP_WRITE, .len = 3, .data = bytes } },
    };

    bw_wire_put_step_request(w, &m);
}

static void put_step_failed(struct bw_writer *w)
{
    static const struct bw_i2c_progress refused = { 1, 2 };

    bw_wire_put_step_reply(w, NULL, 0, &refused);
}

static void put_step_stop(struct bw_writer *w)
{
    const struct bw_wire_step_request m = {
        .nsteps = 1, .steps = { { .op = BW_STEP_STOP } }
    };

    bw_wire_put_step_request(w, &m);
}

/* A smart battery's name: block read with PEC. */
static void put_smbus_request(struct bw_writer *w)
{
    const struct bw_wire_smbus_request m = {
        .deadline_ms = 500,
        .xfer = { .addr = 0x0b,
                  .form = BW_SMBUS_BLOCK,
                  .flags = BW_SMBUS_READ | BW_SMBUS_PEC,
                  .command = 0x21 },
    };

    bw_wire_put_smbus_request(w, &m);
}

static void put_smbus_reply(struct bw_writer *w)
{
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BLOCK,
                               .flags = BW_SMBUS_READ,
                               .in_len = 7 };

    memcpy(x.in, "bq20z75", 7);
    bw_wire_put_smbus_reply(w, &x);
}

static void put_smbus_call_request(struct bw_writer *w)
{
    const struct bw_wire_smbus_request m = {
        .deadline_ms = 500,
        .xfer = { .addr = 0x0b,
                  .form = BW_SMBUS_PROC_CALL,
                  .command = 0x04,
                  .out_len = 2,
                  .out = { 0x34, 0x12 } },
    };

    bw_wire_put_smbus_request(w, &m);
}

static void put_smbus_call_reply(struct bw_writer *w)
{
    const struct bw_smbus_xfer x = { .form = BW_SMBUS_PROC_CALL,
                                     .in_len = 2,
                                     .in = { 0x78, 0x56 } };

    bw_wire_put_smbus_reply(w, &x);
}

static void put_smbus_refused(struct bw_writer *w)
{
    bw_wire_put_text(w, "the adapter i2c-9 cannot do an SMBus block read");
}

static void put_profile_reply(struct bw_writer *w)
{
    static const char text[] = "profile 1\nfifo 0x00\n";
    struct bw_wire_profile m = { (const uint8_t *)text, strlen(text) };

    bw_wire_put_profile(w, &m);
}

static void put_counters_request(struct bw_writer *w)
{
    struct bw_wire_counters m = {
        .over_read = 30,
        .under_read = 1,
        .mispredicted = 2,
    };

    bw_wire_put_counters(w, &m);
}

static void put_value_list_reply(struct bw_writer *w)
{
    const struct bw_wire_value alert = {
        .micro_max = 1000000,
        .name = "thermometer.alert",
    };

    bw_wire_put_value(w, &temperature);
    bw_wire_put_value(w, &alert);
}

static void put_value_get_request(struct bw_writer *w)
{
    bw_wire_put_value_name(w, temperature.name);
}

static void put_value_get_reply(struct bw_writer *w)
{
    bw_wire_put_value(w, &temperature);
}

static void put_value_set_request(struct bw_writer *w)
{
    bw_wire_put_value_set(w, temperature.name, -1250000);
}

static const struct bw_wire_fault fault = {
    .kind = BW_FAULT_NACK_DATA,
    .addr = 0x50,
    .byte = 2,
    .flags = BW_FAULT_WRITE,
    .skip = 3,
    .chance_ppm = 100000,
    .seed = 7,
};

static void put_fault_list_reply(struct bw_writer *w)
{
    struct bw_wire_fault m = fault;

    m.number = 1;
    m.hits = 4;
    bw_wire_put_fault(w, &m);
}

static void put_fault_add_request(struct bw_writer *w)
{
    assert_null(bw_fault_check(&fault));
    bw_wire_put_fault(w, &fault);
}

static void put_fault_add_reply(struct bw_writer *w)
{
    bw_wire_put_fault_number(w, 1);
}

static void put_fault_clear_request(struct bw_writer *w)
{
    bw_wire_put_fault_number(w, 0);
}

static void put_stats_reply(struct bw_writer *w)
{
    const struct bw_wire_stats m = {
        .name = "clock",
        .sessions = 1,
        .opened = 3,
        .transfers = 9,
        .bytes_in = 16,
        .bytes_out = 8,
        .counted = { 30, 1, 2 },
        .nstatus = 2,
        .nbuckets = 3,
        .status = { 8, 1 },
        .bucket = { 0, 7, 2 },
    };

    bw_wire_put_stats(w, &m);
}

static const struct bw_gpio_setting led_low = { .direction = BW_GPIO_OUT },
                                    led_high = { .direction = BW_GPIO_OUT,
                                                 .value = 1 },
                                    button = { .bias = BW_GPIO_BIAS_PULL_UP };

static void put_gpio_lines_reply(struct bw_writer *w)
{
    const struct bw_wire_gpio_line first = {
        .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_SIMULATED |
                 BW_GPIO_FUNC_BIAS | BW_GPIO_FUNC_PUSH_PULL,
        .now = led_low,
        .name = "led",
    };
    const struct bw_wire_gpio_line second = {
        .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_SIMULATED | BW_GPIO_FUNC_BIAS |
                 BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE,
        .now = button,
        .level = 1,
        .name = "button",
    };

    bw_wire_put_gpio_line(w, &first);
    bw_wire_put_gpio_line(w, &second);
}

static void put_gpio_config_request(struct bw_writer *w)
{
    struct bw_wire_gpio_config m = { .count = 2 };

    m.lines[0].setting = led_high;
    m.lines[1].line = 1;
    m.lines[1].setting = button;
    m.lines[1].setting.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    m.lines[1].setting.debounce_us = 5000;
    bw_wire_put_gpio_config(w, &m);
}

/* The led is driven high, the button is not pressed. */
static void put_gpio_state(struct bw_writer *w)
{
    const struct bw_gpio_state m = { .levels = 3, .outputs = 1 };

    bw_wire_put_gpio_state(w, &m);
}

static void put_gpio_config_refused(struct bw_writer *w)
{
    bw_wire_put_text(
        w, "the owner of the bench allows line button only as an input");
}

static void put_gpio_set_request(struct bw_writer *w)
{
    const struct bw_wire_gpio_set m = { .count = 2,
                                        .sets = { { 1, 0 }, { 1, 1 } } };

    bw_wire_put_gpio_set(w, &m);
}

static const struct bw_gpio_state led_in_conflict = { .levels = 2,
                                                      .conflicts = 1 };

static void put_gpio_set_reply(struct bw_writer *w)
{
    bw_wire_put_gpio_state(w, &led_in_conflict);
}

static void put_scsi_cmd(struct bw_writer *w)
{
    const struct bw_wire_scsi_cmd m = {
        .direction = BW_SCSI_DATA_IN,
        .cdb_len = 6,
        .len = 10240,
        .cdb = { 0x08, 0x00, 0x00, 0x28 },
    };

    bw_wire_put_scsi_cmd(w, &m);
}

static void put_scsi_result(struct bw_writer *w)
{
    const struct bw_wire_scsi_result m = {
        .status = 2, /* CHECK CONDITION */
        .moved = 4,
        .sense_len = 18,
        .sense = { 0xf0, 0x00, 0x20, 0x00, 0x00, 0x27, 0xfc, 0x0a },
    };

    bw_wire_put_scsi_result(w, &m);
}

static struct bw_wire_scsi_data scsi_data(uint32_t id)
{
    return (struct bw_wire_scsi_data){
        .id = id,
        .bytes = (const uint8_t *)"data",
        .len = 4,
    };
}

static void put_scsi_data_out(struct bw_writer *w)
{
    const struct bw_wire_scsi_data m = scsi_data(0);

    bw_wire_put_scsi_data_out(w, &m);
}

static void put_scsi_data_in(struct bw_writer *w)
{
    const struct bw_wire_scsi_data m = scsi_data(0x50);

    bw_wire_put_scsi_data_in(w, &m);
}

static void put_scsi_busy(struct bw_writer *w)
{
    const struct bw_wire_scsi_busy m = { .id = 0x50, .elapsed_ms = 1000 };

    bw_wire_put_scsi_busy(w, &m);
}

static void put_gpio_events(struct bw_writer *w)
{
    const struct bw_wire_gpio_events m = {
        .state = led_in_conflict,
        .count = 2,
        .events = { { 1000000000, 1, 1, BW_GPIO_FALLING },
                    { 1120000000, 2, 1, BW_GPIO_RISING } },
    };

    bw_wire_put_gpio_events(w, &m);
}

static void put_lease_reply(struct bw_writer *w)
{
    const struct bw_wire_lease m = { .silence_ms = 10000, .identity = "anna" };

    bw_wire_put_lease(w, &m);
}

static void put_describe_request(struct bw_writer *w)
{
    bw_wire_put_value_name(w, "thermometer");
}

static void put_describe_reply(struct bw_writer *w)
{
    const struct bw_wire_description m = {
        .state = BW_DESCRIBE_ABSENT,
        .what = "0403:6001 at port 1-1.4",
        .cure = "plug it in",
    };

    bw_wire_put_description(w, &m);
}

static void put_who_reply(struct bw_writer *w)
{
    const struct bw_wire_who m = {
        .session = 7,
        .since_ms = 90000,
        .idle_ms = 1500,
        .requests = 42,
        .kind = BW_EXPORT_I2C,
        .export = "thermometer",
        .identity = "anna",
        .peer = "tls 10.0.0.2:4711",
        .software = "qemu 10.0",
    };

    bw_wire_put_who(w, &m);
}

static void put_kick_request(struct bw_writer *w)
{
    bw_wire_put_kick(w, 7);
}

static void put_kick_refused(struct bw_writer *w)
{
    bw_wire_put_text(w, "not an administrator");
}

static void put_reload_reply(struct bw_writer *w)
{
    bw_wire_put_text(w, "2 exports, 1 session ended");
}

static void put_unknown_request(struct bw_writer *w)
{
    bw_write_u8(w, 0xff);
}

static void put_unknown_reply(struct bw_writer *w)
{
    bw_wire_put_text(w, "unknown message type 0x3abc");
}

#define REPLY(type)  (BW_WIRE_REPLY | (type))
#define NOTICE(type) (BW_WIRE_NOTICE | (type))

static const struct expected {
    const char *name;
    unsigned type;
    unsigned status;
    uint32_t id;
    void (*put)(struct bw_writer *w);
} expected[] = {
    { "hello-request", BW_MSG_HELLO, 0, 1, put_hello_request },
    { "hello-reply", REPLY(BW_MSG_HELLO), BW_OK, 1, put_hello_reply },
    { "hello-refused", REPLY(BW_MSG_HELLO), BW_VERSION, 1, put_hello_refused },
    { "ping-request", BW_MSG_PING, 0, 2, put_ping },
    { "ping-reply", REPLY(BW_MSG_PING), BW_OK, 2, put_ping },
    { "list-request", BW_MSG_LIST, 0, 3, put_nothing },
    { "list-reply", REPLY(BW_MSG_LIST), BW_OK, 3, put_list_reply },
    { "open-request", BW_MSG_OPEN, 0, 4, put_open_request },
    { "open-reply", REPLY(BW_MSG_OPEN), BW_OK, 4, put_open_reply },
    { "open-refused", REPLY(BW_MSG_OPEN), BW_BUSY, 4, put_open_refused },
    { "lease-request", BW_MSG_LEASE, 0, 70, put_nothing },
    { "lease-reply", REPLY(BW_MSG_LEASE), BW_OK, 70, put_lease_reply },
    { "describe-request", BW_MSG_DESCRIBE, 0, 75, put_describe_request },
    { "describe-reply", REPLY(BW_MSG_DESCRIBE), BW_OK, 75, put_describe_reply },
    { "i2c-request", BW_MSG_I2C_XFER, 0, 42, put_i2c_request },
    { "i2c-reply", REPLY(BW_MSG_I2C_XFER), BW_OK, 42, put_i2c_reply },
    { "i2c-failed", REPLY(BW_MSG_I2C_XFER), BW_NACK_ADDR, 43, put_i2c_failed },
    { "i2c-probe-request", BW_MSG_I2C_XFER, 0, 44, put_i2c_probe },
    { "i2c-probe-reply", REPLY(BW_MSG_I2C_XFER), BW_OK, 44, put_nothing },
    { "step-request", BW_MSG_I2C_STEP, 0, 60, put_step_request },
    { "step-reply", REPLY(BW_MSG_I2C_STEP), BW_OK, 60, put_step_reply },
    { "step-open-request", BW_MSG_I2C_STEP, 0, 61, put_step_open },
    { "step-failed", REPLY(BW_MSG_I2C_STEP), BW_NACK_DATA, 61,
      put_step_failed },
    { "step-stop-request", BW_MSG_I2C_STEP, 0, 62, put_step_stop },
    { "smbus-request", BW_MSG_SMBUS_XFER, 0, 50, put_smbus_request },
    { "smbus-reply", REPLY(BW_MSG_SMBUS_XFER), BW_OK, 50, put_smbus_reply },
    { "smbus-call-request", BW_MSG_SMBUS_XFER, 0, 51, put_smbus_call_request },
    { "smbus-call-reply", REPLY(BW_MSG_SMBUS_XFER), BW_OK, 51,
      put_smbus_call_reply },
    { "smbus-refused", REPLY(BW_MSG_SMBUS_XFER), BW_UNSUPPORTED, 52,
      put_smbus_refused },
    { "profile-request", BW_MSG_PROFILE_GET, 0, 45, put_nothing },
    { "profile-reply", REPLY(BW_MSG_PROFILE_GET), BW_OK, 45,
      put_profile_reply },
    { "counters-request", BW_MSG_COUNTERS, 0, 46, put_counters_request },
    { "counters-reply", REPLY(BW_MSG_COUNTERS), BW_OK, 46, put_nothing },
    { "value-list-request", BW_MSG_VALUE_LIST, 0, 5, put_nothing },
    { "value-list-reply", REPLY(BW_MSG_VALUE_LIST), BW_OK, 5,
      put_value_list_reply },
    { "value-get-request", BW_MSG_VALUE_GET, 0, 6, put_value_get_request },
    { "value-get-reply", REPLY(BW_MSG_VALUE_GET), BW_OK, 6,
      put_value_get_reply },
    { "value-set-request", BW_MSG_VALUE_SET, 0, 7, put_value_set_request },
    { "value-set-reply", REPLY(BW_MSG_VALUE_SET), BW_OK, 7, put_nothing },
    { "fault-list-request", BW_MSG_FAULT_LIST, 0, 47, put_nothing },
    { "fault-list-reply", REPLY(BW_MSG_FAULT_LIST), BW_OK, 47,
      put_fault_list_reply },
    { "fault-add-request", BW_MSG_FAULT_ADD, 0, 48, put_fault_add_request },
    { "fault-add-reply", REPLY(BW_MSG_FAULT_ADD), BW_OK, 48,
      put_fault_add_reply },
    { "fault-clear-request", BW_MSG_FAULT_CLEAR, 0, 49,
      put_fault_clear_request },
    { "fault-clear-reply", REPLY(BW_MSG_FAULT_CLEAR), BW_OK, 49, put_nothing },
    { "stats-request", BW_MSG_STATS, 0, 50, put_nothing },
    { "stats-reply", REPLY(BW_MSG_STATS), BW_OK, 50, put_stats_reply },
    { "gpio-lines-request", BW_MSG_GPIO_LINES, 0, 70, put_nothing },
    { "gpio-lines-reply", REPLY(BW_MSG_GPIO_LINES), BW_OK, 70,
      put_gpio_lines_reply },
    { "gpio-config-request", BW_MSG_GPIO_CONFIG, 0, 71,
      put_gpio_config_request },
    { "gpio-config-reply", REPLY(BW_MSG_GPIO_CONFIG), BW_OK, 71,
      put_gpio_state },
    { "gpio-config-refused", REPLY(BW_MSG_GPIO_CONFIG), BW_DENIED, 72,
      put_gpio_config_refused },
    { "gpio-set-request", BW_MSG_GPIO_SET, 0, 73, put_gpio_set_request },
    { "gpio-set-reply", REPLY(BW_MSG_GPIO_SET), BW_OK, 73, put_gpio_set_reply },
    { "gpio-get-request", BW_MSG_GPIO_GET, 0, 74, put_nothing },
    { "gpio-get-reply", REPLY(BW_MSG_GPIO_GET), BW_OK, 74, put_gpio_state },
    { "gpio-events-notice", NOTICE(BW_MSG_GPIO_EVENTS), 0, 1, put_gpio_events },
    { "scsi-cmd-request", BW_MSG_SCSI_CMD, 0, 0x50, put_scsi_cmd },
    { "scsi-cmd-reply", REPLY(BW_MSG_SCSI_CMD), BW_OK, 0x50, put_scsi_result },
    { "scsi-data-out-request", BW_MSG_SCSI_DATA_OUT, 0, 0x51,
      put_scsi_data_out },
    { "scsi-data-out-reply", REPLY(BW_MSG_SCSI_DATA_OUT), BW_OK, 0x51,
      put_nothing },
    { "scsi-data-in-notice", NOTICE(BW_MSG_SCSI_DATA_IN), 0, 1,
      put_scsi_data_in },
    { "scsi-busy-notice", NOTICE(BW_MSG_SCSI_BUSY), 0, 2, put_scsi_busy },
    { "scsi-reset-request", BW_MSG_SCSI_RESET, 0, 0x52, put_nothing },
    { "scsi-reset-reply", REPLY(BW_MSG_SCSI_RESET), BW_OK, 0x52, put_nothing },
    { "usb-start-request", BW_MSG_USB_START, 0, 75, put_nothing },
    { "usb-start-reply", REPLY(BW_MSG_USB_START), BW_OK, 75, put_nothing },
    { "who-request", BW_MSG_WHO, 0, 71, put_nothing },
    { "who-reply", REPLY(BW_MSG_WHO), BW_OK, 71, put_who_reply },
    { "kick-request", BW_MSG_KICK, 0, 72, put_kick_request },
    { "kick-reply", REPLY(BW_MSG_KICK), BW_OK, 72, put_nothing },
    { "kick-refused", REPLY(BW_MSG_KICK), BW_DENIED, 73, put_kick_refused },
    { "reload-request", BW_MSG_RELOAD, 0, 74, put_nothing },
    { "reload-reply", REPLY(BW_MSG_RELOAD), BW_OK, 74, put_reload_reply },
    { "unknown-request", 0x3abc, 0, 8, put_unknown_request },
    { "unknown-reply", REPLY(0x3abc), BW_UNSUPPORTED, 8, put_unknown_reply },
};

/* Frames */

static void the_document_has_exactly_the_frames_listed_here(void **state)
{
    (void)state;
    assert_int_equal(golden.count, ARRAY_LEN(expected));
    for (size_t i = 0; i < golden.count; i++) {
        assert_string_equal(golden.frames[i].name, expected[i].name);
    }
}

static void every_golden_frame_is_encoded_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct expected *e = &expected[i];
        struct bw_writer w;

        print_message("# %s\n", e->name);
        bw_writer_init(&w, out, sizeof(out));
        bw_wire_begin(&w, e->type, e->status, e->id);
        e->put(&w);
        assert_int_equal(bw_wire_end(&w, 0), BW_OK);
        assert_int_equal(w.pos, golden.frames[i].len);
        assert_memory_equal(out, golden.frames[i].bytes, w.pos);
    }
}

static void every_golden_frame_is_a_seed_of_the_fuzzer(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        const struct golden_frame *f = &golden.frames[i];
        char path[128];
        FILE *file;
        size_t len;

        snprintf(path, sizeof(path), "tests/fuzz/corpus/wire/%s", f->name);
        file = fopen(path, "rb");
        if (!file) {
            fail_msg("%s is missing; run tests/fuzz/make-seeds", path);
        }
        len = fread(out, 1, sizeof(out), file);
        fclose(file);
        assert_int_equal(len, f->len);
        assert_memory_equal(out, f->bytes, len);
    }
}

/* Decode a body in memory of exactly its size, so that ASan sees a byte more;
 * @asked is what the I2C_XFER that it answers had asked for. */
static void recode(struct recode *c, const struct bw_wire_header *header,
                   const uint8_t *body, size_t len, size_t asked)
{
    struct bw_wire_header h = *header;
    uint8_t *copy = malloc(len + !len);

    assert_non_null(copy);
    memcpy(copy, body, len);
    h.len = (uint32_t)len;
    c->reply_len = asked;
    recode_frame(c, &h, copy, out);
    free(copy);
}

static const uint8_t *body_of(const struct golden_frame *f)
{
    return f->bytes + BW_WIRE_HEADER_LEN;
}

static size_t header_of(const struct golden_frame *f, struct bw_wire_header *h)
{
    assert_true(f->len >= BW_WIRE_HEADER_LEN);
    assert_int_equal(bw_wire_get_header(f->bytes, h), BW_OK);
    assert_int_equal(h->len, f->len - BW_WIRE_HEADER_LEN);
    return h->len;
}

static void every_golden_frame_is_decoded_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        const struct golden_frame *f = &golden.frames[i];
        struct bw_wire_header h;
        struct recode c;
        size_t len = header_of(f, &h);

        print_message("# %s\n", f->name);
        assert_int_equal(h.type, expected[i].type);
        assert_int_equal(h.status, expected[i].status);
        assert_int_equal(h.id, expected[i].id);
        recode(&c, &h, body_of(f), len, len);
        assert_int_equal(c.status, BW_OK);
        assert_int_equal(c.w.pos, f->len);
        assert_memory_equal(out, f->bytes, f->len);
    }
}

/* The lengths below the whole at which a body is complete too. */
static bool may_end_at(const char *name, size_t len)
{
    if (strncmp(name, "ping-", 5) == 0 ||
        strcmp(name, "unknown-request") == 0) {
        return true; /* any bytes */
    }
    if (strcmp(name, "list-reply") == 0) {
        /* no entry, or the first one: 10 + 1 + 11 + 1 + 18 */
        return len == 0 || len == 41;
    }
    if (strcmp(name, "value-list-reply") == 0) {
        /* no value, or the first one: 24 + 1 + 23 + 1 + 4 */
        return len == 0 || len == 53;
    }
    if (strcmp(name, "gpio-lines-reply") == 0) {
        /* no line, or the first one: 14 + 1 + 3 */
        return len == 0 || len == 18;
    }
    if (strcmp(name, "profile-reply") == 0) {
        return len > 0; /* any text */
    }
    if (strcmp(name, "value-get-reply") == 0 ||
        strcmp(name, "fault-list-reply") == 0 ||
        strcmp(name, "stats-reply") == 0 || strcmp(name, "who-reply") == 0 ||
        strcmp(name, "reload-reply") == 0) {
        return len == 0; /* read as a list here */
    }
    if (strcmp(name, "scsi-data-out-request") == 0) {
        return len > 4; /* any data behind the offset */
    }
    if (strcmp(name, "scsi-data-in-notice") == 0) {
        return len > 8;
    }
    if (strcmp(name, "smbus-reply") == 0 ||
        strcmp(name, "smbus-call-reply") == 0) {
        return len > 0; /* read as a block here */
    }
    if (strstr(name, "-refused") || strcmp(name, "unknown-reply") == 0) {
        return len == 0; /* the text may be missing */
    }
    return false;
}

static void every_truncation_of_a_body_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        const struct golden_frame *f = &golden.frames[i];
        struct bw_wire_header h;
        size_t len = header_of(f, &h);

        for (size_t cut = 0; cut < len; cut++) {
            struct recode c;

            recode(&c, &h, body_of(f), cut, len);
            if (c.touched || (c.status == BW_OK) != may_end_at(f->name, cut) ||
                (c.status != BW_OK && c.status != BW_MALFORMED)) {
                fail_msg("%s cut to %zu: %s", f->name, cut,
                         bw_status_name(c.status));
            }
        }
    }
}

static void a_byte_too_many_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        const struct golden_frame *f = &golden.frames[i];
        uint8_t longer[sizeof(f->bytes) + 1] = { 0 };
        struct bw_wire_header h;
        struct recode c;
        size_t len = header_of(f, &h);

        memcpy(longer, body_of(f), len);
        recode(&c, &h, longer, len + 1, len);
        if (strncmp(f->name, "ping-", 5) == 0 ||
            strcmp(f->name, "scsi-data-out-request") == 0 ||
            strcmp(f->name, "scsi-data-in-notice") == 0 ||
            strncmp(f->name, "smbus-reply", 11) == 0 ||
            strncmp(f->name, "smbus-call-reply", 16) == 0 ||
            strcmp(f->name, "unknown-request") == 0) {
            assert_int_equal(c.status, BW_OK);
        } else if (c.status != BW_MALFORMED || c.touched) {
            fail_msg("%s: %s", f->name, bw_status_name(c.status));
        }
    }
}

/* Any one byte changed to any value: refused, or written back as it came. */
static void a_changed_byte_is_refused_or_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        struct golden_frame f = golden.frames[i];
        struct bw_wire_header h;
        size_t len = header_of(&f, &h);

        for (size_t at = BW_WIRE_HEADER_LEN; at < f.len; at++) {
            for (unsigned change = 1; change < 256; change++) {
                struct recode c;

                f.bytes[at] ^= (uint8_t)change;
                recode(&c, &h, body_of(&f), len, len);
                assert_false(c.touched);
                if (c.status == BW_OK) {
                    assert_int_equal(c.w.pos, f.len);
                    assert_memory_equal(out, f.bytes, f.len);
                }
                f.bytes[at] ^= (uint8_t)change;
            }
        }
    }
}

static void a_writer_that_is_too_small_is_reported_for_every_frame(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        for (size_t size = 0; size < golden.frames[i].len; size++) {
            uint8_t *small = malloc(size + !size);
            struct bw_writer w;

            bw_writer_init(&w, small, size);
            bw_wire_begin(&w, expected[i].type, 0, 1);
            expected[i].put(&w);
            assert_int_equal(bw_wire_end(&w, 0), BW_TOO_LONG);
            assert_int_equal(w.pos, 0);
            assert_false(w.failed);
            free(small);
        }
    }
}

/* Tables */

static void assert_row(const char *name, unsigned long value, const char *form)
{
    char cells[128];

    snprintf(cells, sizeof(cells), form, name, value);
    if (!golden_row(cells)) {
        fail_msg("%s has no row \"| %s |\"", GOLDEN_DOCUMENT, cells);
    }
}

static void the_document_lists_every_status(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BW_STATUS_COUNT; s++) {
        char cells[64];

        snprintf(cells, sizeof(cells), "%u | %s", s, bw_status_name(s));
        if (!golden_row(cells)) {
            fail_msg("%s does not list status %s", GOLDEN_DOCUMENT, cells);
        }
    }
    assert_false(golden_row("20 | unknown"));
}

static void the_document_lists_every_message_type(void **state)
{
    static const unsigned types[] = {
        BW_MSG_HELLO,      BW_MSG_PING,        BW_MSG_LIST,
        BW_MSG_OPEN,       BW_MSG_I2C_XFER,    BW_MSG_VALUE_LIST,
        BW_MSG_VALUE_GET,  BW_MSG_VALUE_SET,   BW_MSG_I2C_STEP,
        BW_MSG_SMBUS_XFER, BW_MSG_PROFILE_GET, BW_MSG_COUNTERS,
        BW_MSG_FAULT_LIST, BW_MSG_FAULT_ADD,   BW_MSG_FAULT_CLEAR,
        BW_MSG_STATS,      BW_MSG_GPIO_LINES,  BW_MSG_GPIO_CONFIG,
        BW_MSG_GPIO_SET,   BW_MSG_GPIO_GET,    BW_MSG_GPIO_EVENTS,
        BW_MSG_DESCRIBE,
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        assert_row(bw_wire_type_name(types[i]), types[i], "%s | 0x%04lx");
        assert_string_equal(bw_wire_type_name(types[i] | BW_WIRE_REPLY),
                            bw_wire_type_name(types[i]));
        assert_string_equal(bw_wire_type_name(types[i] | BW_WIRE_NOTICE),
                            bw_wire_type_name(types[i]));
    }
    assert_string_equal(bw_wire_type_name(0x3abc), "unknown");
}

static void the_document_states_the_limits_of_the_code(void **state)
{
    static const struct {
        const char *name;
        unsigned long value;
    } limits[] = {
        { "BW_WIRE_HEADER_LEN", BW_WIRE_HEADER_LEN },
        { "BW_WIRE_MAX_BODY", BW_WIRE_MAX_BODY },
        { "BW_WIRE_MIN_BODY", BW_WIRE_MIN_BODY },
        { "BW_WIRE_MAX_NAME", BW_WIRE_MAX_NAME },
        { "BW_WIRE_MAX_TEXT", BW_WIRE_MAX_TEXT },
        { "BW_WIRE_MAX_PENDING", BW_WIRE_MAX_PENDING },
        { "BW_WIRE_MAX_TIME_MS", BW_WIRE_MAX_TIME_MS },
        { "BW_STATS_MAX", BW_STATS_MAX },
        { "BW_FAULT_MAX_US", BW_FAULT_MAX_US },
        { "BW_WIRE_FAULT_LEN", BW_WIRE_FAULT_LEN },
        { "BW_I2C_MAX_MSGS", BW_I2C_MAX_MSGS },
        { "BW_I2C_MAX_STEPS", BW_I2C_MAX_STEPS },
        { "BW_I2C_MAX_LEN", BW_I2C_MAX_LEN },
        { "BW_I2C_MAX_BYTES", BW_I2C_MAX_BYTES },
        { "BW_WIRE_MAX_PROFILE", BW_WIRE_MAX_PROFILE },
        { "BW_GPIO_MAX_LINES", BW_GPIO_MAX_LINES },
        { "BW_GPIO_MAX_SETS", BW_GPIO_MAX_SETS },
        { "BW_GPIO_MAX_EVENTS", BW_GPIO_MAX_EVENTS },
        { "BW_GPIO_MAX_DEBOUNCE_US", BW_GPIO_MAX_DEBOUNCE_US },
        { "BW_SCSI_MAX_LEN", BW_SCSI_MAX_LEN },
        { "BW_SCSI_MAX_CHUNK", BW_SCSI_MAX_CHUNK },
        { "BW_SCSI_MAX_CDB", BW_SCSI_MAX_CDB },
        { "BW_SCSI_MAX_SENSE", BW_SCSI_MAX_SENSE },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        assert_row(limits[i].name, limits[i].value, "`%s` | %lu");
    }
}

static void the_document_numbers_the_faults_as_the_code_does(void **state)
{
    static const char *const names[] = {
        "NACK_ADDR",   "NACK_DATA", "STRETCH",   "HOLD_SDA",
        "ARBITRATION", "FLIP",      "VANISH",    "LINK_DELAY",
        "LINK_CUT",    "LINK_LOSE", "LINK_TEAR",
    };

    (void)state;
    assert_int_equal(ARRAY_LEN(names), BW_FAULT_KIND_END - 1);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char lower[16] = "";

        assert_row(names[i], i + 1, "%s | %lu");
        for (size_t k = 0; names[i][k]; k++) {
            lower[k] =
                names[i][k] == '_' ? '-' : (char)(names[i][k] - 'A' + 'a');
        }
        assert_string_equal(bw_fault_kind_name((unsigned)i + 1), lower);
        assert_int_equal(bw_fault_kind_find(lower), i + 1);
    }
    assert_int_equal(bw_fault_kind_find("unknown"), 0);
    assert_string_equal(bw_fault_kind_name(0), "unknown");
    assert_string_equal(bw_fault_kind_name(BW_FAULT_KIND_END), "unknown");
}

static void the_document_numbers_kinds_and_bits_as_the_code_does(void **state)
{
    static const struct {
        const char *name;
        unsigned value; /* a mask where it is a bit */
    } kinds[] = { { "QUICK", BW_SMBUS_QUICK },
                  { "BYTE", BW_SMBUS_BYTE },
                  { "BYTE_DATA", BW_SMBUS_BYTE_DATA },
                  { "WORD_DATA", BW_SMBUS_WORD_DATA },
                  { "PROC_CALL", BW_SMBUS_PROC_CALL },
                  { "BLOCK", BW_SMBUS_BLOCK },
                  { "BLOCK_PROC_CALL", BW_SMBUS_BLOCK_PROC_CALL },
                  { "I2C_BLOCK", BW_SMBUS_I2C_BLOCK },
                  { "START", BW_STEP_START },
                  { "WRITE", BW_STEP_WRITE },
                  { "READ", BW_STEP_READ },
                  { "STOP", BW_STEP_STOP },
                  { "UNKNOWN", BW_DESCRIBE_UNKNOWN },
                  { "PRESENT", BW_DESCRIBE_PRESENT },
                  { "ABSENT", BW_DESCRIBE_ABSENT },
                  { "UNUSABLE", BW_DESCRIBE_UNUSABLE },
                  { "ANY", BW_EXPORT_ANY },
                  { "I2C", BW_EXPORT_I2C },
                  { "BENCH", BW_EXPORT_BENCH },
                  { "GPIO", BW_EXPORT_GPIO } },
      bits[] = { { "I2C", BW_CAP_I2C },
                 { "VALUES", BW_CAP_VALUES },
                 { "RDWR", BW_I2C_FUNC_RDWR },
                 { "TEN_BIT", BW_I2C_FUNC_TEN_BIT },
                 { "ZERO_LEN", BW_I2C_FUNC_ZERO_LEN },
                 { "SIMULATED", BW_I2C_FUNC_SIMULATED },
                 { "STEP", BW_CAP_STEP },
                 { "SMBUS", BW_CAP_SMBUS },
                 { "PROFILE", BW_CAP_PROFILE },
                 { "FAULTS", BW_CAP_FAULTS },
                 { "STATS", BW_CAP_STATS },
                 { "STEP", BW_I2C_FUNC_STEP },
                 { "PROFILE", BW_I2C_FUNC_PROFILE },
                 { "LINES", BW_I2C_FUNC_LINES },
                 { "SMBUS_QUICK", BW_I2C_FUNC_SMBUS_QUICK },
                 { "SMBUS_BYTE", BW_I2C_FUNC_SMBUS_BYTE },
                 { "SMBUS_BYTE_DATA", BW_I2C_FUNC_SMBUS_BYTE_DATA },
                 { "SMBUS_WORD_DATA", BW_I2C_FUNC_SMBUS_WORD_DATA },
                 { "SMBUS_PROC_CALL", BW_I2C_FUNC_SMBUS_PROC_CALL },
                 { "SMBUS_BLOCK_WRITE", BW_I2C_FUNC_SMBUS_BLOCK_WRITE },
                 { "SMBUS_BLOCK_READ", BW_I2C_FUNC_SMBUS_BLOCK_READ },
                 { "SMBUS_BLOCK_PROC_CALL", BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL },
                 { "SMBUS_I2C_BLOCK_WRITE", BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE },
                 { "SMBUS_I2C_BLOCK_READ", BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ },
                 { "SMBUS_PEC", BW_I2C_FUNC_SMBUS_PEC },
                 { "LEASE", BW_CAP_LEASE },
                 { "GPIO", BW_CAP_GPIO },
                 { "ADMIN", BW_CAP_ADMIN },
                 { "DESCRIBE", BW_CAP_DESCRIBE },
                 { "IN", BW_GPIO_FUNC_IN },
                 { "OUT", BW_GPIO_FUNC_OUT },
                 { "SIMULATED", BW_GPIO_FUNC_SIMULATED },
                 { "BIAS", BW_GPIO_FUNC_BIAS },
                 { "EDGES", BW_GPIO_FUNC_EDGES },
                 { "DEBOUNCE", BW_GPIO_FUNC_DEBOUNCE },
                 { "PUSH_PULL", BW_GPIO_FUNC_PUSH_PULL },
                 { "OPEN_DRAIN", BW_GPIO_FUNC_OPEN_DRAIN },
                 { "OPEN_SOURCE", BW_GPIO_FUNC_OPEN_SOURCE } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        assert_row(kinds[i].name, kinds[i].value, "%s | %lu");
    }
    for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
        assert_row(bits[i].name, (unsigned long)__builtin_ctz(bits[i].value),
                   "%s | %lu");
    }
    assert_int_equal(BW_OPEN_SHARED, 1u << 0);
    assert_int_equal(BW_I2C_READ, 1u << 0);
    assert_int_equal(BW_I2C_TEN_BIT, 1u << 1);
    assert_int_equal(BW_SMBUS_READ, 1u << 0);
    assert_int_equal(BW_SMBUS_PEC, 1u << 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_has_exactly_the_frames_listed_here),
        cmocka_unit_test(every_golden_frame_is_encoded_byte_for_byte),
        cmocka_unit_test(every_golden_frame_is_a_seed_of_the_fuzzer),
        cmocka_unit_test(every_golden_frame_is_decoded_and_written_back),
        cmocka_unit_test(every_truncation_of_a_body_is_malformed),
        cmocka_unit_test(a_byte_too_many_is_malformed),
        cmocka_unit_test(a_changed_byte_is_refused_or_kept),
        cmocka_unit_test(
            a_writer_that_is_too_small_is_reported_for_every_frame),
        cmocka_unit_test(the_document_lists_every_status),
        cmocka_unit_test(the_document_lists_every_message_type),
        cmocka_unit_test(the_document_states_the_limits_of_the_code),
        cmocka_unit_test(the_document_numbers_the_faults_as_the_code_does),
        cmocka_unit_test(the_document_numbers_kinds_and_bits_as_the_code_does),
    };

    return cmocka_run_group_tests_name("wire_golden", tests, load, NULL);
}
