/*
 * The tape drive beside its table (test_tape_table.c): what is told and when,
 * loading and unloading, reset, migration.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_give.h"

/* --- what is told ---------------------------------------------------------- */

static void power_on_is_told_before_the_new_tape(void **state)
{
    (void)state;
    rig_power_off(&rig);
    rig_power_on(&rig, &config);
    rig_insert(&rig, NULL, 0, false);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2901);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2800);
    good("00 00 00 00 00 00", 0);
}

static void reset_is_told_before_what_waits_and_once(void **state)
{
    (void)state;
    bw_tape_attention(&rig.drive, 0x2800);
    bw_tape_attention(&rig.drive, 0x2800);
    bw_tape_reset(&rig.drive, 0x2901);
    bw_tape_reset(&rig.drive, 0x2900);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2900);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2800);
    good("00 00 00 00 00 00", 0);
}

static void too_many_attentions_keep_the_reset(void **state)
{
    (void)state;
    for (bw_asc asc = 0x2a00; asc < 0x2a20; asc++) {
        bw_tape_attention(&rig.drive, asc);
    }
    bw_tape_attention(&rig.drive, 0x2900);
    for (unsigned i = 0; i < BW_TAPE_ATTENTIONS; i++) {
        give("00 00 00 00 00 00", 0);
        assert_check(BW_SENSE_ATTENTION, i ? 0x2a00 + i - 1 : 0x2900);
    }
    good("00 00 00 00 00 00", 0);
}

static void inquiry_runs_before_an_attention_is_told(void **state)
{
    (void)state;
    bw_tape_attention(&rig.drive, 0x2800);
    good("12 00 00 00 24 00", 36);
    good("a0 00 00 00 00 00 00 00 00 10 00 00", 16);
    give("99 00", 0); /* also before an opcode is found to be none */
    assert_check(BW_SENSE_ATTENTION, 0x2800);
    give("99 00", 0);
    assert_check(BW_SENSE_ILLEGAL, 0x2000);
}

static void another_initiator_meets_the_reservation(void **state)
{
    (void)state;
    good("16 00 00 00 00 00", 0);
    give_from(1, "00 00 00 00 00 00", 0);
    assert_int_equal(last.status, BW_SCSI_CONFLICT);
    give_from(1, "12 00 00 00 24 00", 36);
    assert_good();
    good("00 00 00 00 00 00", 0);
    good("17 00 00 00 00 00", 0);
    give_from(1, "00 00 00 00 00 00", 0);
    assert_good();
}

static void data_out_that_is_too_short_is_refused(void **state)
{
    (void)state;
    give("0a 00 00 00 0a 00", 9);
    assert_check(BW_SENSE_ABORTED, 0x4b00);
    assert_int_equal(object(), 0);
}

/* --- out and in ------------------------------------------------------------ */

static void prevented_tapes_are_not_unloaded(void **state)
{
    (void)state;
    good("1e 00 00 00 01 00", 0);
    assert_true(rig.locked);
    give("1b 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ILLEGAL, 0x5302);
    good("00 00 00 00 00 00", 0);
    bw_tape_reset(&rig.drive, 0x2900);
    assert_false(rig.locked);
    give("00 00 00 00 00 00", 0);
    good("1b 00 00 00 00 00", 0);
}

static void unload_ejects_where_it_is_to(void **state)
{
    (void)state;
    config.eject = true;
    start();
    good("1b 00 00 00 08 00", 0); /* HOLD: not */
    assert_int_equal(rig.ejects, 0);
    good("1b 00 00 00 00 00", 0);
    assert_int_equal(rig.ejects, 1);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_NOT_READY, 0x3a00);
    give("1b 00 00 00 01 00", 0);
    assert_check(BW_SENSE_NOT_READY, 0x3a00);
    rig.gives = true;
    good("1b 00 00 00 01 00", 0);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2800);
    good("00 00 00 00 00 00", 0);
}

static void loading_a_threaded_tape_is_no_change(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("1b 00 00 00 01 00", 0);
    assert_int_equal(object(), 0);
    good("1b 00 00 00 00 00", 0);
    good("1b 00 00 00 01 00", 0);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2800);
    good("08 00 00 00 64 00", 100); /* it was kept */
}

/* --- reset and migration --------------------------------------------------- */

static void reset_rewinds_and_sets_the_modes_back(void **state)
{
    (void)state;
    memset(buffer, 0, 12);
    buffer[2] = 0x10;
    buffer[3] = 8;
    buffer[10] = 2;
    good("15 10 00 00 0c 00", 12);
    good("0a 01 00 00 02 00", 1024);
    good("16 00 00 00 00 00", 0);
    bw_tape_reset(&rig.drive, 0x2900);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_ATTENTION, 0x2900);
    give_from(1, "00 00 00 00 00 00", 0);
    assert_good();
    assert_int_equal(object(), 0);
    give("08 01 00 00 01 00", 512);
    assert_check(BW_SENSE_ILLEGAL, 0x2400);
    good("08 00 00 02 00 00", 512); /* what was written is there */
}

static void state_brings_the_head_back(void **state)
{
    struct bw_tape_drive_state saved;

    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    good("10 00 00 00 00 00", 0);
    saved = rig.drive.state;
    bw_tape_reset(&rig.drive, 0x2900);
    rig.drive.state = saved;
    rig.drive.overwrite = true; /* outside of the state, and carried too */
    rig.drive.overwrite_object = 2;
    rig.drive.warned = 1;
    rig.drive.full = 1;
    assert_int_equal(bw_tape_restore(&rig.drive), BW_TAPE_OK);
    assert_true(rig.drive.overwrite);
    assert_int_equal(rig.drive.overwrite_object, 2);
    assert_int_equal(rig.drive.warned, 1);
    assert_int_equal(rig.drive.full, 1);
    assert_int_equal(object(), 2);
    good("11 00 ff ff ff 00", 0);
    good("08 00 00 00 64 00", 100);
}

static void a_head_that_cannot_be_brought_back_is_lost(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("10 00 00 00 00 00", 0);
    rig.drive.state.object[0] = 77;
    assert_int_not_equal(bw_tape_restore(&rig.drive), BW_TAPE_OK);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0], 0x04); /* LOLU */
    good("34 06 00 00 00 00 00 00 00 00", 32);
    assert_int_equal(buffer[0], 0x0c); /* MPU, LONU */
    give("08 00 00 00 64 00", 100);
    assert_check(BW_SENSE_MEDIUM, 0x3b00);
    give("0a 00 00 00 64 00", 100);
    assert_check(BW_SENSE_MEDIUM, 0x3b00);
    give("11 00 00 00 01 00", 0);
    assert_check(BW_SENSE_MEDIUM, 0x3b00);
    good("11 03 00 00 00 00", 0); /* the end of the data is found */
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0], 0);
}

/* A bad record of which nothing was recovered is one word. */
static void a_damaged_record_without_data_is_met_from_both_sides(void **state)
{
    static const uint8_t image[] = { 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff };

    (void)state;
    start_with(image, sizeof(image));
    give("08 00 00 00 0a 00", 10);
    assert_check(BW_SENSE_MEDIUM, 0x1100);
    assert_int_equal(object(), 1);
    give("0f 00 00 00 0a 00", 10);
    assert_check(BW_SENSE_MEDIUM, 0x1100);
    assert_int_equal(object(), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(power_on_is_told_before_the_new_tape),
        TEST(reset_is_told_before_what_waits_and_once),
        TEST(too_many_attentions_keep_the_reset),
        TEST(inquiry_runs_before_an_attention_is_told),
        TEST(another_initiator_meets_the_reservation),
        TEST(data_out_that_is_too_short_is_refused),
        TEST(prevented_tapes_are_not_unloaded),
        TEST(unload_ejects_where_it_is_to),
        TEST(loading_a_threaded_tape_is_no_change),
        TEST(reset_rewinds_and_sets_the_modes_back),
        TEST(state_brings_the_head_back),
        TEST(a_head_that_cannot_be_brought_back_is_lost),
        TEST(a_damaged_record_without_data_is_met_from_both_sides),
    };

    return cmocka_run_group_tests_name("tape drive", tests, NULL, finish);
}
