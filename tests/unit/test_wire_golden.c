/*
 * The golden frames of docs/protocol.md against the codec: byte for byte, both
 * ways, and everything that can be cut off or changed in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "golden_devices.h"
#include "golden_frames.h"
#include "lib/wire.h"
#include "tests/wire_recode.h"

static struct golden golden;
static uint8_t out[BW_WIRE_MAX_FRAME];

static int load(void **state)
{
    (void)state;
    golden_load(&golden);
    return 0;
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
    };

    return cmocka_run_group_tests_name("wire_golden", tests, load, NULL);
}
