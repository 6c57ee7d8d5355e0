/*
 * What each golden frame of docs/protocol.md says, in C; those of GPIO_* and
 * SCSI_* are in golden_devices.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_GOLDEN_FRAMES_H
#define BENCHWIRE_TESTS_UNIT_GOLDEN_FRAMES_H

#include "unit_test.h"

#include <stdio.h>

#include "lib/wire.h"
#include "lib/wire_admin.h"
#include "lib/wire_describe.h"
#include "lib/wire_fault.h"
#include "lib/wire_profile.h"
#include "lib/wire_smbus.h"
#include "lib/wire_stats.h"
#include "lib/wire_step.h"

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

#endif
