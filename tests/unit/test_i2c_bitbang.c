/*
 * host-agent/i2c_bitbang.c on host-agent/sim_wires.c: every edge of SCL and
 * SDA, parts that hold SCL, and lines that others pull.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "host-agent/i2c_bitbang.h"
#include "host-agent/i2c_bytes.h"
#include "host-agent/sim_wires.h"
#include "probe_part.h"
#include "waveform.h"

#define US         1000ull
#define MS         1000000ull
#define BEGIN_NS   (1000 * MS)
#define TIMEOUT_NS (50 * MS)

static struct probe_state states[2];
static struct bw_part_seat seats[2];
static struct bw_part_bus bus = { seats, 1 };
static struct bw_sim_wires wires;
static struct bw_bitbang bb;
static struct bw_i2c_bytes bytes;
static struct waveform wave;

/* What another party does: at the n-th falling edge of SCL, counted from 1. */
static struct {
    unsigned fall;
    bool scl;
    bool sda;
} faults[4];
static unsigned falls;

static void on_change(void *opaque, bool scl, bool sda)
{
    bool was = wave.edges[wave.count - 1].scl;

    (void)opaque;
    waveform_add(&wave, wires.now_ns, scl, sda);
    if (!was || scl) {
        return;
    }
    falls++;
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        if (faults[i].fall == falls) {
            wires.others[BW_SCL] = faults[i].scl;
            wires.others[BW_SDA] = faults[i].sda;
        }
    }
}

static void begin(void)
{
    bw_bitbang_begin(&bb, wires.now_ns + TIMEOUT_NS);
}

static void use_speed(uint32_t scl_hz)
{
    bw_sim_wires_init(&wires, &bus);
    wires.now_ns = BEGIN_NS;
    wires.changed = on_change;
    bw_bitbang_init(&bb, &wires.lines, scl_hz);
    bw_i2c_bytes_init(&bytes, &bw_bitbang_bytes, &bb);
    waveform_clear(&wave);
    falls = 0;
    begin();
}

static int setup(void **state)
{
    (void)state;
    memset(states, 0, sizeof(states));
    memset(faults, 0, sizeof(faults));
    seats[0] = (struct bw_part_seat){
        .model = &probe, .state = &states[0], .addr = 0x40, .addr7 = 0x40
    };
    bus.count = 1;
    probe.reset(&states[0], 0x40, 0);
    probe_stretch_ns = 0;
    journal[0] = '\0';
    use_speed(100000);
    return 0;
}

static enum bw_status run(const char *text, uint8_t *data,
                          struct bw_wire_i2c_failure *where)
{
    struct bw_i2c_xfer x;

    assert_int_equal(bw_i2c_xfer_parse(&x, text, data, 64, NULL), BW_OK);
    begin();
    return bw_i2c_bytes_xfer(&bytes, &x, where);
}

static enum bw_status step(uint8_t op, bool is_read, uint8_t *data,
                           uint16_t len)
{
    struct bw_i2c_progress progress;
    struct bw_i2c_step s = {
        .op = op,
        .addr = 0x40,
        .flags = is_read ? BW_I2C_READ : 0,
        .data = data,
        .len = len,
    };

    begin();
    return bw_i2c_bytes_step(&bytes, &s, 1, &progress);
}

static void assert_idle(void)
{
    assert_false(wires.master[BW_SCL]);
    assert_false(wires.master[BW_SDA]);
    assert_false(bb.open);
}

static void a_transfer_has_the_form_of_the_standard(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(waveform_limits); i++) {
        const struct waveform_limits *l = &waveform_limits[i];

        use_speed(l->scl_hz);
        states[0].next = 0x85;
        assert_int_equal(run("w2@0x40 1 0xfe r3", data, &where), BW_OK);
        assert_int_equal(run("w0@0x40", data, &where), BW_OK);
        assert_string_equal(waveform_text(&wave),
                            "S 80 a 01 a fe a S 81 a 85 a 86 a 87 n P "
                            "S 80 a P");
        waveform_check(&wave, l);
        assert_idle();
    }
}

/* As fast as the speed asked for, but for the pauses of START and STOP. */
static void the_clock_is_not_slower_than_asked_for(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];
    uint64_t ns;

    (void)state;
    run("w10@0x40 0=", data, &where);
    ns = wires.now_ns - BEGIN_NS;
    assert_true(ns >= 11 * 9 * 10 * US);
    assert_true(ns <= (11 * 9 + 3) * 10 * US);
}

static void what_is_not_acknowledged_ends_in_stop(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    assert_int_equal(run("w1@0x41 1", data, &where), BW_NACK_ADDR);
    assert_string_equal(waveform_text(&wave), "S 82 n P");
    assert_int_equal(where.byte, 0xffff);
    waveform_clear(&wave);
    assert_int_equal(run("w3@0x40 1 0xdd 3", data, &where), BW_NACK_DATA);
    assert_string_equal(waveform_text(&wave), "S 80 a 01 a dd n P");
    assert_int_equal(where.byte, 1);
    assert_idle();
}

static void ten_bits_are_two_address_bytes(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    seats[0].addr = 0x150;
    seats[0].ten_bit = true;
    assert_int_equal(run("w1@0x150t 7 r1", data, &where), BW_OK);
    assert_string_equal(waveform_text(&wave), "S f2 a 50 a 07 a S f3 a 80 n P");
    waveform_clear(&wave);
    assert_int_equal(run("r1@0x150t", data, &where), BW_OK);
    assert_string_equal(waveform_text(&wave), "S f2 a 50 a S f3 a 81 n P");
    waveform_clear(&wave);
    assert_int_equal(run("r1@0x151t", data, &where), BW_NACK_ADDR);
    assert_string_equal(waveform_text(&wave), "S f2 a 51 n P");
    waveform_check(&wave, &waveform_limits[0]);
}

static void scl_stays_low_between_steps(void **state)
{
    uint8_t byte = 1;

    (void)state;
    assert_int_equal(step(BW_STEP_START, false, NULL, 0), BW_OK);
    assert_true(wires.master[BW_SCL]);
    wires.now_ns += 7 * MS; /* the master thinks */
    assert_int_equal(step(BW_STEP_WRITE, false, &byte, 1), BW_OK);
    assert_true(wires.master[BW_SCL]);
    wires.now_ns += 7 * MS;
    assert_int_equal(step(BW_STEP_STOP, false, NULL, 0), BW_OK);
    assert_string_equal(waveform_text(&wave), "S 80 a 01 a P");
    waveform_check(&wave, &waveform_limits[0]);
    assert_idle();
}

/* The ACK bit waits for what follows, and with it the part's next byte. */
static void a_byte_is_acknowledged_when_more_are_wanted(void **state)
{
    uint8_t in[3];

    (void)state;
    assert_int_equal(step(BW_STEP_START, true, NULL, 0), BW_OK);
    assert_int_equal(step(BW_STEP_READ, true, in, 1), BW_OK);
    assert_string_equal(journal, "S40r r80 ");
    assert_int_equal(step(BW_STEP_READ, true, in + 1, 2), BW_OK);
    assert_string_equal(journal, "S40r r80 r81 r82 ");
    assert_int_equal(step(BW_STEP_START, false, NULL, 0), BW_OK);
    assert_int_equal(step(BW_STEP_STOP, false, NULL, 0), BW_OK);
    assert_string_equal(journal, "S40r r80 r81 r82 S40w P40 ");
    assert_string_equal(waveform_text(&wave), "S 81 a 80 a 81 a 82 n S 80 a P");
    waveform_check(&wave, &waveform_limits[0]);
}

/* Its first bit follows the address; a 0 there would hide STOP and START. */
static void a_part_that_sends_is_clocked_until_stop_can_be_seen(void **state)
{
    (void)state;
    states[0].next = 0x1f; /* three zeroes */
    assert_int_equal(step(BW_STEP_START, true, NULL, 0), BW_OK);
    assert_int_equal(step(BW_STEP_STOP, true, NULL, 0), BW_OK);
    assert_string_equal(waveform_text(&wave), "S 81 a 000 P");
    assert_string_equal(journal, "S40r r1f P40 ");
    waveform_clear(&wave);
    states[0].next = 0x00;
    assert_int_equal(step(BW_STEP_START, true, NULL, 0), BW_OK);
    assert_int_equal(step(BW_STEP_START, false, NULL, 0), BW_OK);
    assert_int_equal(step(BW_STEP_STOP, false, NULL, 0), BW_OK);
    assert_string_equal(waveform_text(&wave), "S 81 a 00 n S 80 a P");
    waveform_check(&wave, &waveform_limits[0]);
    assert_idle();
}

static void a_part_may_hold_scl_after_each_byte(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    probe_stretch_ns = 9 * MS;
    assert_int_equal(run("w1@0x40 1 r2", data, &where), BW_OK);
    assert_string_equal(waveform_text(&wave), "S 80 a 01 a S 81 a 80 a 81 n P");
    waveform_check(&wave, &waveform_limits[0]);
    assert_true(wires.now_ns >= BEGIN_NS + 5 * 9 * MS);
    assert_true(wires.now_ns <= BEGIN_NS + 5 * 9 * MS + 1 * MS);
}

static void scl_that_stays_low_is_a_timeout(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    probe_stretch_ns = BW_PART_NEVER;
    assert_int_equal(run("w1@0x40 1", data, &where), BW_TIMEOUT);
    assert_true(wires.now_ns == BEGIN_NS + TIMEOUT_NS);
    assert_idle();
    assert_int_equal(run("w1@0x40 1", data, &where), BW_TIMEOUT);
    assert_idle();
    /* It lets go: the part waits in mid-byte, which the next START clears. */
    states[0].free_ns = 0;
    probe_stretch_ns = 0;
    waveform_clear(&wave);
    assert_int_equal(run("w1@0x40 1", data, &where), BW_OK);
    assert_int_equal(data[0], 1);
    assert_non_null(strstr(waveform_text(&wave), "S 80 a 01 a P"));
}

static void scl_stuck_before_the_start_is_a_timeout(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    wires.others[BW_SCL] = true;
    bw_sim_wires_update(&wires);
    assert_int_equal(run("w1@0x40 1", data, &where), BW_TIMEOUT);
    assert_int_equal(where.msg, 0);
    assert_true(wires.now_ns == BEGIN_NS + TIMEOUT_NS);
    assert_idle();
}

/* A reader was killed: the part still sends zeroes. */
static void a_part_left_in_mid_byte_is_cleared_by_clocks(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    states[0].next = 0x00;
    assert_int_equal(step(BW_STEP_START, true, NULL, 0), BW_OK);
    wires.master[BW_SCL] = false;
    bw_sim_wires_update(&wires);
    assert_false(wires.level[BW_SDA]);
    bw_bitbang_init(&bb, &wires.lines, 100000);
    bw_i2c_bytes_init(&bytes, &bw_bitbang_bytes, &bb);
    waveform_clear(&wave);
    wave.edges[0].sda = false;
    falls = 0;
    assert_int_equal(run("r1@0x40", data, &where), BW_OK);
    assert_int_equal(data[0], 0x01);
    assert_string_equal(journal, "S40r r00 P40 S40r r01 P40 ");
    /* The first of its eight bits was on SDA: eight clocks to the ACK bit, and
     * one for the STOP. */
    assert_int_equal(falls, 8 + 1 + 1 + 2 * 9);
    assert_idle();
}

static void sda_stuck_is_a_bus_error_after_nine_clocks(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    wires.others[BW_SDA] = true;
    bw_sim_wires_update(&wires);
    assert_int_equal(run("w1@0x40 1", data, &where), BW_BUS_ERROR);
    assert_int_equal(falls, 9);
    /* To the parts, SDA low and clocks are a general call. */
    assert_string_equal(journal, "S00w ");
    assert_idle();
    wires.others[BW_SDA] = false;
    bw_sim_wires_update(&wires);
    assert_int_equal(run("w1@0x40 1", data, &where), BW_OK);
}

static void sda_stuck_during_clocks_of_others_is_freed(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    wires.others[BW_SDA] = true;
    bw_sim_wires_update(&wires);
    faults[0].fall = 4; /* lets go */
    assert_int_equal(run("w1@0x40 1", data, &where), BW_OK);
    assert_non_null(strstr(waveform_text(&wave), "P S 80 a 01 a P"));
}

/* Falls: 1 is START's, n + 1 ends bit n of the address byte. */
static void a_lost_arbitration_lets_go_at_once(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    faults[0].fall = 1; /* the first bit, a 1, becomes 0 */
    faults[0].sda = true;
    assert_int_equal(run("w1@0x40 1", data, &where), BW_ARBITRATION);
    assert_int_equal(where.msg, 0);
    assert_int_equal(where.byte, 0xffff);
    assert_idle();
    assert_int_equal(falls, 1); /* no clock after the bit that was lost */
    assert_string_equal(journal, "");
}

static void arbitration_may_be_lost_in_a_data_byte(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    faults[0].fall = 1 + 9 + 3; /* bit 4 of the data */
    faults[0].sda = true;
    assert_int_equal(run("w2@0x40 0xff 1", data, &where), BW_ARBITRATION);
    assert_int_equal(where.byte, 0);
    assert_idle();
    assert_string_equal(journal, "S40w ");
}

static void a_zero_of_ours_wins_arbitration(void **state)
{
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    faults[0].fall = 2; /* the second bit is a 0 anyway */
    faults[0].sda = true;
    faults[1].fall = 3;
    assert_int_equal(run("w1@0x40 1", data, &where), BW_OK);
}

/* What the lines say when their chip is pulled out. */
static unsigned calls_left;

static bool gone_drive(struct bw_i2c_lines *l, enum bw_line line, bool low)
{
    (void)l;
    (void)line;
    (void)low;
    return calls_left > 0 && calls_left--;
}

static int gone_level(struct bw_i2c_lines *l, enum bw_line line)
{
    (void)l;
    (void)line;
    return calls_left > 0 && calls_left-- ? 1 : -1;
}

static int gone_wait_high(struct bw_i2c_lines *l, uint64_t deadline_ns)
{
    (void)deadline_ns;
    return gone_level(l, BW_SCL);
}

static void gone_wait_until(struct bw_i2c_lines *l, uint64_t ns)
{
    (void)l;
    (void)ns;
}

static uint64_t gone_now_ns(struct bw_i2c_lines *l)
{
    (void)l;
    return 0;
}

static void lines_that_vanish_end_the_transfer(void **state)
{
    static const struct bw_i2c_lines_ops ops = {
        .drive = gone_drive,
        .level = gone_level,
        .wait_high = gone_wait_high,
        .wait_until = gone_wait_until,
        .now_ns = gone_now_ns,
    };
    struct bw_i2c_lines gone = { &ops };
    struct bw_wire_i2c_failure where;
    uint8_t data[64];

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        bw_bitbang_init(&bb, &gone, 100000);
        bw_i2c_bytes_init(&bytes, &bw_bitbang_bytes, &bb);
        calls_left = i;
        assert_int_equal(run("w1@0x40 1", data, &where), BW_GONE);
        assert_false(bb.open);
    }
}

#define TEST(function) cmocka_unit_test_setup(function, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_transfer_has_the_form_of_the_standard),
        TEST(the_clock_is_not_slower_than_asked_for),
        TEST(what_is_not_acknowledged_ends_in_stop),
        TEST(ten_bits_are_two_address_bytes),
        TEST(scl_stays_low_between_steps),
        TEST(a_byte_is_acknowledged_when_more_are_wanted),
        TEST(a_part_that_sends_is_clocked_until_stop_can_be_seen),
        TEST(a_part_may_hold_scl_after_each_byte),
        TEST(scl_that_stays_low_is_a_timeout),
        TEST(scl_stuck_before_the_start_is_a_timeout),
        TEST(a_part_left_in_mid_byte_is_cleared_by_clocks),
        TEST(sda_stuck_is_a_bus_error_after_nine_clocks),
        TEST(sda_stuck_during_clocks_of_others_is_freed),
        TEST(a_lost_arbitration_lets_go_at_once),
        TEST(arbitration_may_be_lost_in_a_data_byte),
        TEST(a_zero_of_ours_wins_arbitration),
        TEST(lines_that_vanish_end_the_transfer),
    };

    return cmocka_run_group_tests_name("i2c_bitbang", tests, NULL, NULL);
}
