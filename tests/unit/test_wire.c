/*
 * lib/wire*.c: the bounds of every field, and what failure leaves behind.
 *
 * Whole frames, truncation and single changed bytes are in
 * test_wire_golden.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <string.h>

#include "lib/wire.h"

static uint8_t buf[BW_WIRE_MAX_FRAME + 16];
static uint8_t room[2 * BW_I2C_MAX_BYTES];
static struct bw_writer w;

static int setup(void **state)
{
    (void)state;
    bw_writer_init(&w, buf, sizeof(buf));
    return 0;
}

/* A reader of what was written so far; the next body starts afresh. */
static struct bw_reader written(void)
{
    struct bw_reader r;

    assert_false(w.failed);
    bw_reader_init(&r, buf, w.pos);
    bw_writer_init(&w, buf, sizeof(buf));
    return r;
}

static void fill(char *s, size_t len)
{
    memset(s, 'x', len);
    s[len] = '\0';
}

/* Decode what was written with GETTER into a patterned object. */
#define GET(getter, m)                                      \
    ({                                                      \
        struct bw_reader r_ = written();                    \
        __typeof__(m) before_;                              \
        enum bw_status s_;                                  \
        memset(&(m), 0xa5, sizeof(m));                      \
        memcpy(&before_, &(m), sizeof(m));                  \
        s_ = getter(&r_, &(m));                             \
        if (s_ != BW_OK) {                                  \
            assert_memory_equal(&(m), &before_, sizeof(m)); \
        }                                                   \
        s_;                                                 \
    })

/* Header */

static enum bw_status header_with(uint32_t len, uint16_t type, uint16_t status,
                                  uint32_t id)
{
    struct bw_wire_header h = { 1, 2, 3, 4 };
    enum bw_status s;

    setup(NULL);
    bw_write_le32(&w, len);
    bw_write_le16(&w, type);
    bw_write_le16(&w, status);
    bw_write_le32(&w, id);
    s = bw_wire_get_header(buf, &h);
    if (s == BW_OK) {
        assert_int_equal(h.len, len);
        assert_int_equal(h.type, type);
        assert_int_equal(h.status, status);
        assert_int_equal(h.id, id);
    } else {
        assert_int_equal(h.len, 1);
        assert_int_equal(h.type, 2);
        assert_int_equal(h.status, 3);
        assert_int_equal(h.id, 4);
    }
    return s;
}

static void a_header_is_accepted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(header_with(0, BW_MSG_PING, 0, 1), BW_OK);
    assert_int_equal(header_with(65536, BW_MSG_PING, 0, UINT32_MAX), BW_OK);
    assert_int_equal(header_with(0, 0x7fff, 0, 1), BW_OK);
    assert_int_equal(header_with(0, 0xffff, 0xffff, 1), BW_OK);
}

static void a_header_is_refused_outside_of_them(void **state)
{
    (void)state;
    assert_int_equal(header_with(65537, BW_MSG_PING, 0, 1), BW_TOO_LONG);
    assert_int_equal(header_with(UINT32_MAX, BW_MSG_PING, 0, 1), BW_TOO_LONG);
    assert_int_equal(header_with(0, BW_MSG_PING, 0, 0), BW_MALFORMED);
    assert_int_equal(header_with(0, BW_MSG_PING, 1, 1), BW_MALFORMED);
    assert_int_equal(header_with(0, BW_WIRE_REPLY | BW_MSG_PING, 0, 0),
                     BW_MALFORMED);
}

static void frames_follow_each_other_in_one_writer(void **state)
{
    struct bw_wire_header h;
    size_t second;

    (void)state;
    assert_int_equal(bw_wire_begin(&w, BW_MSG_PING, 0, 7), 0);
    bw_write_u8(&w, 1);
    assert_int_equal(bw_wire_end(&w, 0), BW_OK);
    second = bw_wire_begin(&w, BW_MSG_LIST, 0, 8);
    assert_int_equal(second, BW_WIRE_HEADER_LEN + 1);
    assert_int_equal(bw_wire_end(&w, second), BW_OK);
    assert_int_equal(bw_wire_get_header(buf, &h), BW_OK);
    assert_int_equal(h.len, 1);
    assert_int_equal(bw_wire_get_header(buf + second, &h), BW_OK);
    assert_int_equal(h.len, 0);
    assert_int_equal(h.id, 8);
}

static void a_body_of_65536_bytes_is_the_longest(void **state)
{
    size_t begin = bw_wire_begin(&w, BW_MSG_PING, 0, 1);

    (void)state;
    bw_write_bytes(&w, room, BW_WIRE_MAX_BODY);
    assert_int_equal(bw_wire_end(&w, begin), BW_OK);
    setup(NULL);
    bw_wire_begin(&w, BW_MSG_PING, 0, 1);
    bw_write_bytes(&w, room, sizeof(room));
    bw_write_u8(&w, 0);
    assert_int_equal(bw_wire_end(&w, begin), BW_TOO_LONG);
    assert_int_equal(w.pos, begin);
}

static void
after_a_frame_that_did_not_fit_a_shorter_one_can_be_written(void **s)
{
    size_t begin;

    (void)s;
    bw_writer_init(&w, buf, 32);
    bw_wire_begin(&w, BW_MSG_PING, 0, 1);
    assert_int_equal(bw_wire_end(&w, 0), BW_OK);
    begin = bw_wire_begin(&w, BW_MSG_PING, 0, 2);
    bw_write_bytes(&w, room, 9);
    assert_int_equal(bw_wire_end(&w, begin), BW_TOO_LONG);
    begin = bw_wire_begin(&w, BW_MSG_PING, BW_TOO_LONG, 2);
    assert_int_equal(begin, 12);
    assert_int_equal(bw_wire_end(&w, begin), BW_OK);
}

/* HELLO */

static enum bw_status hello_with(uint32_t magic, uint16_t major,
                                 uint32_t max_body, size_t software_len)
{
    struct bw_wire_hello m;
    char software[256];

    fill(software, software_len);
    bw_write_le32(&w, magic);
    bw_write_le16(&w, major);
    bw_write_le16(&w, 0xffff);
    bw_write_le32(&w, 0xffffffff);
    bw_write_le32(&w, max_body);
    bw_write_u8(&w, (uint8_t)software_len);
    bw_write_bytes(&w, (const uint8_t *)software, software_len);
    return GET(bw_wire_get_hello, m);
}

static void hello_is_accepted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(hello_with(BW_WIRE_MAGIC, 1, 4096, 0), BW_OK);
    assert_int_equal(hello_with(BW_WIRE_MAGIC, 1, UINT32_MAX, 255), BW_OK);
}

static void hello_is_refused_outside_of_them(void **state)
{
    (void)state;
    assert_int_equal(hello_with(BW_WIRE_MAGIC ^ 1, 1, 4096, 0), BW_MALFORMED);
    assert_int_equal(hello_with(BW_WIRE_MAGIC, 1, 4095, 0), BW_MALFORMED);
    assert_int_equal(hello_with(BW_WIRE_MAGIC, 0, 4096, 0), BW_VERSION);
    assert_int_equal(hello_with(BW_WIRE_MAGIC, 2, 4096, 0), BW_VERSION);
}

static void another_major_version_is_seen_whatever_follows_it(void **state)
{
    struct bw_wire_hello m;

    (void)state;
    bw_write_le32(&w, BW_WIRE_MAGIC);
    bw_write_le32(&w, 0xffff);
    assert_int_equal(GET(bw_wire_get_hello, m), BW_VERSION);
    bw_write_le32(&w, BW_WIRE_MAGIC);
    bw_write_le16(&w, 2);
    assert_int_equal(GET(bw_wire_get_hello, m), BW_MALFORMED);
}

/* Strings */

static void a_string_that_may_not_travel_is_malformed(void **state)
{
    static const char *const bad[] = { "a\nb", "\x1b[2J", "\xff", "\xc2" };
    struct bw_wire_open m;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        bw_write_le32(&w, BW_EXPORT_I2C);
        bw_write_u8(&w, (uint8_t)strlen(bad[i]));
        bw_write_bytes(&w, (const uint8_t *)bad[i], strlen(bad[i]));
        assert_int_equal(GET(bw_wire_get_open, m), BW_MALFORMED);
    }
    bw_write_le32(&w, BW_EXPORT_I2C);
    bw_write_bytes(&w, (const uint8_t *)"\3a\0b", 4);
    assert_int_equal(GET(bw_wire_get_open, m), BW_MALFORMED);
}

static void a_string_over_its_limit_fails_the_writer(void **state)
{
    struct bw_wire_open open = { .kind = BW_EXPORT_I2C };
    struct bw_wire_hello hello = { .major = 1 };
    char name[BW_WIRE_MAX_TEXT + 2];

    (void)state;
    memset(open.name, 'x', sizeof(open.name)); /* no terminator */
    bw_wire_put_open(&w, &open);
    assert_true(w.failed);
    setup(NULL);
    memset(hello.software, 'x', sizeof(hello.software));
    bw_wire_put_hello(&w, &hello);
    assert_true(w.failed);
    setup(NULL);
    fill(name, BW_WIRE_MAX_TEXT);
    bw_wire_put_value_name(&w, name);
    assert_false(w.failed);
    fill(name, BW_WIRE_MAX_TEXT + 1);
    bw_wire_put_value_name(&w, name);
    assert_true(w.failed);
}

static void a_text_over_the_limit_is_cut_between_characters(void **state)
{
    char text[300];
    char read[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader r;

    (void)state;
    fill(text, 254);
    strcat(text, "\xc2\xb0");
    bw_wire_put_text(&w, text);
    r = written();
    assert_int_equal(bw_wire_get_text(&r, read), BW_OK);
    assert_int_equal(strlen(read), 254);
}

static void no_text_reads_as_empty(void **state)
{
    char read[BW_WIRE_MAX_TEXT + 1] = "before";
    struct bw_reader r = written();

    (void)state;
    assert_int_equal(bw_wire_get_text(&r, read), BW_OK);
    assert_string_equal(read, "");
}

/* OPEN and LIST */

static enum bw_status open_with(uint16_t kind, uint16_t flags, size_t name_len)
{
    struct bw_wire_open m;
    char name[256];

    fill(name, name_len);
    bw_write_le16(&w, kind);
    bw_write_le16(&w, flags);
    bw_write_u8(&w, (uint8_t)name_len);
    bw_write_bytes(&w, (const uint8_t *)name, name_len);
    return GET(bw_wire_get_open, m);
}

static void open_is_accepted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(open_with(BW_EXPORT_ANY, 0, 1), BW_OK);
    assert_int_equal(open_with(BW_EXPORT_BENCH, BW_OPEN_SHARED, 63), BW_OK);
    assert_int_equal(open_with(BW_EXPORT_GPIO, 0, 1), BW_OK);
}

static void open_is_refused_outside_of_them(void **state)
{
    (void)state;
    assert_int_equal(open_with(BW_EXPORT_I2C, 0, 0), BW_MALFORMED);
    assert_int_equal(open_with(BW_EXPORT_I2C, 0, 64), BW_MALFORMED);
    assert_int_equal(open_with(BW_EXPORT_USB + 1, 0, 1), BW_INVALID);
    assert_int_equal(open_with(0xffff, 0, 1), BW_INVALID);
    for (unsigned bit = 1; bit < 16; bit++) {
        assert_int_equal(open_with(BW_EXPORT_I2C, (uint16_t)(1u << bit), 1),
                         BW_INVALID);
    }
    /* A body that does not parse is that first. */
    assert_int_equal(open_with(BW_EXPORT_USB + 1, 0, 64), BW_MALFORMED);
}

static enum bw_status opened_with(uint16_t kind, uint16_t addr,
                                  uint32_t max_len, uint32_t timeout_ms)
{
    const struct bw_wire_opened sent = { kind, addr, 0xffffffff, max_len,
                                         timeout_ms };
    struct bw_wire_opened m;

    bw_wire_put_opened(&w, &sent);
    return GET(bw_wire_get_opened, m);
}

static void opened_is_accepted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0, 1, 1), BW_OK);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x3ff, 8192, 60000), BW_OK);
    assert_int_equal(opened_with(BW_EXPORT_I2C, BW_ADDR_ANY, 1, 1), BW_OK);
    assert_int_equal(opened_with(BW_EXPORT_BENCH, BW_ADDR_ANY, 0, 0), BW_OK);
    assert_int_equal(opened_with(BW_EXPORT_GPIO, BW_ADDR_ANY, 0, 0), BW_OK);
}

static void opened_is_refused_outside_of_them(void **state)
{
    (void)state;
    assert_int_equal(opened_with(BW_EXPORT_ANY, BW_ADDR_ANY, 1, 1),
                     BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_GPIO + 1, BW_ADDR_ANY, 0, 0),
                     BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_GPIO, 0x48, 0, 0), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_GPIO, BW_ADDR_ANY, 1, 1),
                     BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x400, 1, 1), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x48, 0, 1), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x48, 8193, 1), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x48, 1, 0), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_I2C, 0x48, 1, 60001), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_BENCH, 0x48, 0, 0), BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_BENCH, BW_ADDR_ANY, 1, 0),
                     BW_MALFORMED);
    assert_int_equal(opened_with(BW_EXPORT_BENCH, BW_ADDR_ANY, 0, 1),
                     BW_MALFORMED);
}

static enum bw_status entry_with(uint16_t kind, uint16_t addr, size_t name_len,
                                 size_t text_len)
{
    struct bw_wire_export sent = { .kind = kind, .addr = addr }, m;

    fill(sent.name, name_len);
    fill(sent.text, text_len);
    bw_wire_put_export(&w, &sent);
    return GET(bw_wire_get_export, m);
}

static void an_entry_is_accepted_within_its_bounds_and_no_further(void **state)
{
    (void)state;
    assert_int_equal(entry_with(BW_EXPORT_I2C, 0x3ff, 63, 255), BW_OK);
    assert_int_equal(entry_with(BW_EXPORT_BENCH, BW_ADDR_ANY, 1, 0), BW_OK);
    assert_int_equal(entry_with(BW_EXPORT_I2C, 0x48, 0, 0), BW_MALFORMED);
    assert_int_equal(entry_with(BW_EXPORT_ANY, BW_ADDR_ANY, 1, 0),
                     BW_MALFORMED);
    assert_int_equal(entry_with(BW_EXPORT_I2C, 0x400, 1, 0), BW_MALFORMED);
    assert_int_equal(entry_with(BW_EXPORT_BENCH, 0x48, 1, 0), BW_MALFORMED);
}

/* I2C_XFER */

/* A request of @nmsgs messages that are all the same, without its limits
 * being looked at. */
static enum bw_status request_with(uint32_t deadline_ms, uint16_t nmsgs,
                                   uint16_t addr, uint16_t flags, uint16_t len)
{
    struct bw_wire_i2c_request m;

    bw_write_le32(&w, deadline_ms);
    bw_write_le16(&w, nmsgs);
    for (unsigned i = 0; i < nmsgs && i <= BW_I2C_MAX_MSGS; i++) {
        bw_write_le16(&w, addr);
        bw_write_le16(&w, flags);
        bw_write_le16(&w, len);
        if (!(flags & BW_I2C_READ)) {
            bw_write_bytes(&w, room, len);
        }
    }
    return GET(bw_wire_get_i2c_request, m);
}

static void a_request_is_accepted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(request_with(0, 1, 0x00, 0, 0), BW_OK);
    assert_int_equal(request_with(60000, 42, 0x7f, BW_I2C_READ, 780), BW_OK);
    assert_int_equal(request_with(1, 4, 0x50, 0, 8192), BW_OK);
    assert_int_equal(request_with(1, 4, 0x50, BW_I2C_READ, 8192), BW_OK);
    assert_int_equal(request_with(1, 1, 0x3ff, BW_I2C_TEN_BIT, 1), BW_OK);
}

static void a_request_is_refused_outside_of_them(void **state)
{
    (void)state;
    assert_int_equal(request_with(60001, 1, 0x50, 0, 1), BW_INVALID);
    assert_int_equal(request_with(1, 0, 0x50, 0, 1), BW_INVALID);
    assert_int_equal(request_with(1, 1, 0x80, 0, 1), BW_INVALID);
    assert_int_equal(request_with(1, 1, 0x400, BW_I2C_TEN_BIT, 1), BW_INVALID);
    assert_int_equal(request_with(1, 1, 0x50, 4, 1), BW_INVALID);
    assert_int_equal(request_with(1, 1, 0x50, 0x8000, 1), BW_INVALID);
    assert_int_equal(request_with(1, 43, 0x50, 0, 0), BW_TOO_LONG);
    assert_int_equal(request_with(1, 0xffff, 0x50, 0, 0), BW_TOO_LONG);
    assert_int_equal(request_with(1, 1, 0x50, 0, 8193), BW_TOO_LONG);
    assert_int_equal(request_with(1, 1, 0x50, BW_I2C_READ, 8193), BW_TOO_LONG);
    assert_int_equal(request_with(1, 42, 0x50, BW_I2C_READ, 781), BW_TOO_LONG);
}

static void write_data_stays_in_the_readers_buffer(void **state)
{
    struct bw_wire_i2c_request m;
    struct bw_reader r;

    (void)state;
    bw_write_le32(&w, 500);
    bw_write_le16(&w, 1);
    bw_write_le32(&w, 0x50);
    bw_write_le16(&w, 2);
    bw_write_le16(&w, 0xbbaa);
    r = written();
    assert_int_equal(bw_wire_get_i2c_request(&r, &m), BW_OK);
    assert_ptr_equal(m.xfer.msgs[0].data, buf + 12);
    assert_int_equal(m.xfer.msgs[0].data[1], 0xbb);
}

static void a_transfer_that_may_not_be_sent_fails_the_writer(void **state)
{
    struct bw_wire_i2c_request m = { .xfer.nmsgs = 0 };

    (void)state;
    bw_wire_put_i2c_request(&w, &m);
    assert_true(w.failed);
    setup(NULL);
    m.xfer.nmsgs = 0xffff;
    bw_wire_put_i2c_request(&w, &m);
    assert_true(w.failed);
    setup(NULL);
    m.xfer.nmsgs = 1;
    m.xfer.msgs[0] = (struct bw_i2c_msg){ 0x50, 0, 1, NULL };
    bw_wire_put_i2c_request(&w, &m);
    assert_true(w.failed);
    setup(NULL);
    m.xfer.msgs[0].flags = BW_I2C_READ; /* needs no data to be asked for */
    bw_wire_put_i2c_request(&w, &m);
    assert_false(w.failed);
    bw_wire_put_i2c_reply(&w, &m.xfer); /* but to be answered */
    assert_true(w.failed);
}

static struct bw_i2c_xfer two_reads(void)
{
    struct bw_i2c_xfer x = { .nmsgs = 3 };

    x.msgs[0] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 2, room };
    x.msgs[1] = (struct bw_i2c_msg){ 0x50, 0, 1, room + 100 };
    x.msgs[2] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, 3, room + 10 };
    return x;
}

static void a_reply_fills_the_reads_in_their_order(void **state)
{
    struct bw_i2c_xfer x = two_reads();
    struct bw_reader r;

    (void)state;
    memset(room, 0, sizeof(room));
    bw_write_bytes(&w, (const uint8_t[]){ 1, 2, 3, 4, 5 }, 5);
    r = written();
    assert_int_equal(bw_wire_get_i2c_reply(&r, &x), BW_OK);
    assert_memory_equal(room, ((const uint8_t[]){ 1, 2, 0 }), 3);
    assert_memory_equal(room + 10, ((const uint8_t[]){ 3, 4, 5, 0 }), 4);
    assert_int_equal(room[100], 0);
    assert_true(bw_reader_done(&r));
    bw_wire_put_i2c_reply(&w, &x);
    assert_int_equal(w.pos, 5);
    assert_memory_equal(buf, ((const uint8_t[]){ 1, 2, 3, 4, 5 }), 5);
}

static void a_reply_of_another_length_changes_nothing(void **state)
{
    static const uint8_t zeros[16];
    struct bw_i2c_xfer x = two_reads();

    (void)state;
    memset(room, 0, sizeof(room));
    for (size_t len = 0; len < 8; len++) {
        struct bw_reader r;

        bw_write_bytes(&w, (const uint8_t *)"xxxxxxxx", len);
        r = written();
        if (len != 5) {
            assert_int_equal(bw_wire_get_i2c_reply(&r, &x), BW_MALFORMED);
            assert_memory_equal(room, zeros, sizeof(zeros));
        }
    }
}

static void a_reply_has_no_place_in_reads_without_room(void **state)
{
    struct bw_i2c_xfer x = two_reads();
    struct bw_reader r;

    (void)state;
    x.msgs[2].data = NULL;
    bw_write_bytes(&w, room, 5);
    r = written();
    assert_int_equal(bw_wire_get_i2c_reply(&r, &x), BW_MALFORMED);
}

/* Values */

static void a_value_keeps_all_64_bits(void **state)
{
    static const int64_t values[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
    struct bw_wire_value m;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const struct bw_wire_value sent = {
            .micro = values[i],
            .micro_min = INT64_MIN,
            .micro_max = INT64_MAX,
            .name = "a.b",
        };

        bw_wire_put_value(&w, &sent);
        assert_int_equal(GET(bw_wire_get_value, m), BW_OK);
        assert_true(m.micro == values[i]);
        assert_true(m.micro_min == INT64_MIN);
        assert_true(m.micro_max == INT64_MAX);
    }
}

static enum bw_status value_with(int64_t min, int64_t max, size_t name_len,
                                 size_t unit_len)
{
    struct bw_wire_value sent = { .micro_min = min, .micro_max = max }, m;

    fill(sent.name, name_len);
    fill(sent.unit, unit_len);
    bw_wire_put_value(&w, &sent);
    return GET(bw_wire_get_value, m);
}

static void a_value_is_accepted_within_its_bounds_and_no_further(void **state)
{
    (void)state;
    assert_int_equal(value_with(0, 0, 1, 0), BW_OK);
    assert_int_equal(value_with(-1, 1, 255, 63), BW_OK);
    assert_int_equal(value_with(1, 0, 1, 0), BW_MALFORMED);
    assert_int_equal(value_with(0, 0, 0, 0), BW_MALFORMED);
}

static void a_unit_over_63_bytes_is_malformed(void **state)
{
    struct bw_wire_value m;

    (void)state;
    bw_write_le64(&w, 0);
    bw_write_le64(&w, 0);
    bw_write_le64(&w, 0);
    bw_wire_put_value_name(&w, "a");
    bw_write_u8(&w, 64);
    bw_write_bytes(&w, (const uint8_t *)memset(room, 'x', 64), 64);
    assert_int_equal(GET(bw_wire_get_value, m), BW_MALFORMED);
}

static void an_empty_name_is_malformed(void **state)
{
    char name[BW_WIRE_MAX_TEXT + 1] = "before";
    int64_t micro = 5;
    struct bw_reader r;

    (void)state;
    bw_wire_put_value_name(&w, "");
    r = written();
    assert_int_equal(bw_wire_get_value_name(&r, name), BW_MALFORMED);
    bw_wire_put_value_set(&w, "", 6);
    r = written();
    assert_int_equal(bw_wire_get_value_set(&r, name, &micro), BW_MALFORMED);
    assert_string_equal(name, "before");
    assert_int_equal(micro, 5);
}

#define CASE(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_header_is_accepted_within_its_bounds),
        CASE(a_header_is_refused_outside_of_them),
        CASE(frames_follow_each_other_in_one_writer),
        CASE(a_body_of_65536_bytes_is_the_longest),
        CASE(after_a_frame_that_did_not_fit_a_shorter_one_can_be_written),
        CASE(hello_is_accepted_within_its_bounds),
        CASE(hello_is_refused_outside_of_them),
        CASE(another_major_version_is_seen_whatever_follows_it),
        CASE(a_string_that_may_not_travel_is_malformed),
        CASE(a_string_over_its_limit_fails_the_writer),
        CASE(a_text_over_the_limit_is_cut_between_characters),
        CASE(no_text_reads_as_empty),
        CASE(open_is_accepted_within_its_bounds),
        CASE(open_is_refused_outside_of_them),
        CASE(opened_is_accepted_within_its_bounds),
        CASE(opened_is_refused_outside_of_them),
        CASE(an_entry_is_accepted_within_its_bounds_and_no_further),
        CASE(a_request_is_accepted_within_its_bounds),
        CASE(a_request_is_refused_outside_of_them),
        CASE(write_data_stays_in_the_readers_buffer),
        CASE(a_transfer_that_may_not_be_sent_fails_the_writer),
        CASE(a_reply_fills_the_reads_in_their_order),
        CASE(a_reply_of_another_length_changes_nothing),
        CASE(a_reply_has_no_place_in_reads_without_room),
        CASE(a_value_keeps_all_64_bits),
        CASE(a_value_is_accepted_within_its_bounds_and_no_further),
        CASE(a_unit_over_63_bytes_is_malformed),
        CASE(an_empty_name_is_malformed),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
