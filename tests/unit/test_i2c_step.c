/*
 * lib/i2c_step.c: which step may follow which.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "lib/i2c_step.h"

/* One letter a step: S START to write, R START to read, w, r one byte, P. */
static size_t spell(const char *text, struct bw_i2c_step *steps)
{
    size_t n = 0;

    for (; text[n]; n++) {
        steps[n] = (struct bw_i2c_step){ .addr = 0x40 };
        switch (text[n]) {
        case 'R':
            steps[n].flags = BW_I2C_READ;
            steps[n].op = BW_STEP_START;
            break;
        case 'S':
            steps[n].op = BW_STEP_START;
            break;
        case 'P':
            steps[n].op = BW_STEP_STOP;
            break;
        default:
            steps[n].op = text[n] == 'w' ? BW_STEP_WRITE : BW_STEP_READ;
            steps[n].len = 1;
        }
    }
    return n;
}

static enum bw_status check(enum bw_i2c_step_phase phase, const char *text)
{
    struct bw_i2c_step steps[BW_I2C_MAX_STEPS + 1];

    return bw_i2c_steps_check(steps, spell(text, steps), phase);
}

static void steps_follow_the_bus(void **state)
{
    (void)state;
    assert_int_equal(check(BW_STEP_IDLE, "SwwRrrP"), BW_OK);
    assert_int_equal(check(BW_STEP_IDLE, "S"), BW_OK);
    assert_int_equal(check(BW_STEP_IDLE, "SPSP"), BW_OK);
    assert_int_equal(check(BW_STEP_IDLE, "RSw"), BW_OK);
    assert_int_equal(check(BW_STEP_WRITING, "wRr"), BW_OK);
    assert_int_equal(check(BW_STEP_READING, "rP"), BW_OK);
    assert_int_equal(check(BW_STEP_READING, "P"), BW_OK);
    assert_int_equal(check(BW_STEP_REFUSED, "P"), BW_OK);
    assert_int_equal(check(BW_STEP_REFUSED, "Sw"), BW_OK);
}

static void what_the_bus_cannot_do_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check(BW_STEP_IDLE, ""), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "w"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "r"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "P"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "SPP"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "SPw"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "Sr"), BW_INVALID);
    assert_int_equal(check(BW_STEP_IDLE, "Rw"), BW_INVALID);
    assert_int_equal(check(BW_STEP_WRITING, "r"), BW_INVALID);
    assert_int_equal(check(BW_STEP_READING, "w"), BW_INVALID);
    assert_int_equal(check(BW_STEP_REFUSED, "w"), BW_INVALID);
    assert_int_equal(check(BW_STEP_REFUSED, "r"), BW_INVALID);
}

static void fields_have_their_ranges(void **state)
{
    struct bw_i2c_step steps[2];

    (void)state;
    spell("Sw", steps);
    steps[0].addr = 0x80;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
    steps[0].flags = BW_I2C_TEN_BIT;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_OK);
    steps[0].addr = 0x400;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
    steps[0].addr = 0x40;
    steps[0].flags = BW_I2C_FLAGS_ALL + 1;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
    steps[0].flags = 0;
    steps[1].len = 0;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
    steps[1].len = BW_I2C_MAX_LEN + 1;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_TOO_LONG);
    steps[1].len = BW_I2C_MAX_LEN;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_OK);
    steps[1].op = 5;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
    steps[1].op = 0;
    assert_int_equal(bw_i2c_steps_check(steps, 2, BW_STEP_IDLE), BW_INVALID);
}

static void a_list_has_its_limits(void **state)
{
    struct bw_i2c_step steps[BW_I2C_MAX_STEPS + 1];

    (void)state;
    for (size_t i = 0; i <= BW_I2C_MAX_STEPS; i++) {
        spell("S", &steps[i]);
    }
    assert_int_equal(bw_i2c_steps_check(steps, BW_I2C_MAX_STEPS, BW_STEP_IDLE),
                     BW_OK);
    assert_int_equal(
        bw_i2c_steps_check(steps, BW_I2C_MAX_STEPS + 1, BW_STEP_IDLE),
        BW_TOO_LONG);
    spell("Rrrrrr", steps);
    for (size_t i = 1; i <= 4; i++) {
        steps[i].len = BW_I2C_MAX_LEN;
    }
    assert_int_equal(bw_i2c_steps_check(steps, 5, BW_STEP_IDLE), BW_OK);
    assert_int_equal(bw_i2c_steps_check(steps, 6, BW_STEP_IDLE), BW_TOO_LONG);
}

static void the_phase_follows_what_was_done(void **state)
{
    struct bw_i2c_step steps[8];

    (void)state;
    spell("SwRrP", steps);
    assert_int_equal(bw_i2c_steps_after(steps, 2, BW_STEP_IDLE, BW_OK),
                     BW_STEP_WRITING);
    assert_int_equal(bw_i2c_steps_after(steps, 4, BW_STEP_IDLE, BW_OK),
                     BW_STEP_READING);
    assert_int_equal(bw_i2c_steps_after(steps, 5, BW_STEP_IDLE, BW_OK),
                     BW_STEP_IDLE);
    assert_int_equal(bw_i2c_steps_after(steps, 1, BW_STEP_IDLE, BW_NACK_DATA),
                     BW_STEP_REFUSED);
    assert_int_equal(bw_i2c_steps_after(steps, 0, BW_STEP_IDLE, BW_NACK_ADDR),
                     BW_STEP_REFUSED);
    assert_int_equal(bw_i2c_steps_after(steps, 1, BW_STEP_IDLE, BW_TIMEOUT),
                     BW_STEP_IDLE);
    assert_int_equal(bw_i2c_steps_after(steps, 0, BW_STEP_READING, BW_OK),
                     BW_STEP_READING);
}

static void reads_get_their_places_in_order(void **state)
{
    struct bw_i2c_step steps[8];
    uint8_t buf[3];

    (void)state;
    spell("SwRrSRr", steps);
    steps[3].len = 2;
    assert_int_equal(bw_i2c_steps_bytes(steps, 7, true), 3);
    assert_int_equal(bw_i2c_steps_bytes(steps, 7, false), 1);
    assert_int_equal(bw_i2c_steps_assign_reads(steps, 7, buf, 2), BW_TOO_LONG);
    assert_int_equal(bw_i2c_steps_assign_reads(steps, 7, buf, 3), BW_OK);
    assert_ptr_equal(steps[3].data, buf);
    assert_ptr_equal(steps[6].data, buf + 2);
    assert_null(steps[1].data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_the_bus),
        cmocka_unit_test(what_the_bus_cannot_do_is_refused),
        cmocka_unit_test(fields_have_their_ranges),
        cmocka_unit_test(a_list_has_its_limits),
        cmocka_unit_test(the_phase_follows_what_was_done),
        cmocka_unit_test(reads_get_their_places_in_order),
    };

    return cmocka_run_group_tests_name("i2c_step", tests, NULL, NULL);
}
