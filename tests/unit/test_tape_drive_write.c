/*
 * The tape drive beside its table (test_tape_table.c): what is committed, the
 * host's disk full or failing, early warnings, who may write, partitions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_give.h"

#define MB 1000000u

/* --- what is committed ----------------------------------------------------- */

static void marks_commit_and_immediate_ones_do_not(void **state)
{
    unsigned before;

    (void)state;
    good("0a 00 00 00 64 00", 100);
    before = tape()->flushes;
    good("10 01 00 00 01 00", 0);
    assert_int_equal(tape()->flushes, before);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(tape()->flushes, before);
    assert_int_equal(buffer[0], 0x30); /* how much is buffered: unknown */
    good("10 00 00 00 00 00", 0);
    assert_true(tape()->flushes > before);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0], 0);
}

static void motions_and_reads_commit(void **state)
{
    static const char *const commands[] = {
        "01 00 00 00 00 00",
        "08 00 00 00 0a 00",
        "11 01 ff ff ff 00",
        "11 03 00 00 00 00",
        "13 00 00 00 0a 00",
        "19 00 00 00 00 00",
        "1b 00 00 00 01 00",
        "1b 00 00 00 00 00",
        "2b 00 00 00 00 00 00 00 00 00",
        "88 00 00 00 0000000000000000 00000a 00",
        "92 00 00 00 0000000000000000 00 00 00 00",
        "04 00 00 00 00 00",
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        unsigned before;

        start();
        good("0a 00 00 00 64 00", 100);
        before = tape()->flushes;
        give(commands[i], 10);
        assert_true(tape()->flushes > before);
    }
}

static void make_two_partitions(void)
{
    tape_hex("00 00 10 00 11 0a 01 01 3c 03 09 00 00 01 ff ff", buffer, 16);
    good("15 10 00 00 10 00", 16);
    good("04 00 01 00 00 00", 0);
}

static void writing_elsewhere_commits_what_was_written_here(void **state)
{
    unsigned before;

    (void)state;
    make_two_partitions();
    good("0a 00 00 00 64 00", 100);
    before = tape()->flushes;
    good("8a 00 00 01 0000000000000000 000064 00", 100);
    assert_true(tape()->flushes > before);
    good("88 00 00 00 0000000000000000 000064 00", 100);
}

static void unbuffered_writes_commit(void **state)
{
    unsigned before;

    (void)state;
    memset(buffer, 0, 12);
    buffer[3] = 8;
    good("15 10 00 00 0c 00", 12);
    good("0a 00 00 00 64 00", 100); /* which also marks the new end */
    before = tape()->flushes;
    good("0a 00 00 00 64 00", 100);
    assert_true(tape()->flushes > before);
    before = tape()->flushes;
    good("10 01 00 00 01 00", 0);
    assert_true(tape()->flushes > before);
}

static void sync_and_removal_commit(void **state)
{
    unsigned before;

    (void)state;
    good("0a 00 00 00 64 00", 100);
    before = tape()->flushes;
    assert_int_equal(bw_tape_sync(&rig.drive), BW_TAPE_OK);
    assert_true(tape()->flushes > before);
    good("0a 00 00 00 64 00", 100);
    before = tape()->flushes;
    assert_int_equal(bw_tape_remove(&rig.drive), BW_TAPE_OK);
    assert_true(tape()->flushes > before);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_NOT_READY, 0x3a00);
}

/* --- the host's disk ------------------------------------------------------- */

static void no_space_is_the_end_of_the_tape(void **state)
{
    (void)state;
    config.gather = false;
    start();
    memset(buffer, 0, 12);
    buffer[2] = 0x10;
    buffer[3] = 8;
    buffer[10] = 2; /* blocks of 512 */
    good("15 10 00 00 0c 00", 12);
    good("0a 01 00 00 02 00", 1024);
    tape()->limit = tape()->size + 3 * 520; /* three more */
    give("0a 01 00 00 08 00", 4096);
    assert_check(BW_SENSE_OVERFLOW, 0x0002);
    assert_true(last.sense.eom && !last.sense.deferred && last.sense.valid);
    assert_int_equal(last.sense.information, 5);
    assert_int_equal(object(), 5);
    assert_int_equal(buffer[0] & 0x40, 0x40); /* behind the early warning */
    give("08 01 00 00 01 00", 512);
    assert_check(BW_SENSE_BLANK, 0x0005);
    assert_true(last.sense.eom);
    /* space again: the end is gone when something is written */
    tape()->limit = 0;
    good("11 03 00 00 00 00", 0);
    good("0a 01 00 00 01 00", 512);
    assert_int_equal(object(), 6);
    assert_int_equal(buffer[0] & 0x40, 0);
    /* and when it is erased */
    tape()->limit = tape()->size;
    give("0a 01 00 00 08 00", 4096);
    assert_check(BW_SENSE_OVERFLOW, 0x0002);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0] & 0x40, 0x40);
    good("19 00 00 00 00 00", 0);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0] & 0x40, 0);
    tape()->limit = 0;
}

static void gathered_records_that_are_refused_are_a_deferred_error(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    tape()->fail_writes = true;
    give("01 00 00 00 00 00", 0);
    assert_check(BW_SENSE_MEDIUM, 0x0c00);
    assert_true(last.sense.deferred);
    /* told once; then the tape can be moved and given out */
    good("01 00 00 00 00 00", 0);
    tape()->fail_writes = false;
}

/* A long record takes the short ones before it along. */
static void a_write_that_finds_them_refused_is_not_carried_out(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    tape()->fail_writes = true;
    give("0a 00 01 86 a0 00", 100000);
    assert_check(BW_SENSE_MEDIUM, 0x0c00);
    assert_true(last.sense.deferred && !last.sense.valid);
    tape()->fail_writes = false;
    assert_int_equal(object(), 0);
    good("0a 00 01 86 a0 00", 100000);
    assert_int_equal(object(), 1);
}

/* More marks than are gathered: they do not get to the commit. */
static void marks_count_records_that_were_refused_before_them(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    tape()->limit = tape()->size;
    give("10 00 04 93 e0 00", 0); /* 300000 */
    assert_check(BW_SENSE_OVERFLOW, 0x0002);
    assert_false(last.sense.deferred);
    assert_int_equal(last.sense.information, 300002);
    assert_int_equal(object(), 0);
    tape()->limit = 0;
}

static void a_flush_that_goes_on_failing_is_told_once(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    tape()->fail_flushes = true;
    give("01 00 00 00 00 00", 0);
    assert_check(BW_SENSE_MEDIUM, 0x0c00);
    assert_true(last.sense.deferred);
    good("01 00 00 00 00 00", 0);
    tape()->fail_flushes = false;
}

static void a_sync_that_fails_is_told_by_the_next_command(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    tape()->fail_writes = true;
    assert_int_not_equal(bw_tape_sync(&rig.drive), BW_TAPE_OK);
    good("12 00 00 00 24 00", 36);
    give("00 00 00 00 00 00", 0);
    assert_check(BW_SENSE_MEDIUM, 0x0c00);
    assert_true(last.sense.deferred);
    good("00 00 00 00 00 00", 0);
    good("01 00 00 00 00 00", 0); /* and not by this one again */
    tape()->fail_writes = false;
}

static void marks_count_what_could_not_be_committed(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    tape()->limit = tape()->size;
    give("10 00 00 00 01 00", 0);
    assert_check(BW_SENSE_OVERFLOW, 0x0002);
    assert_true(last.sense.eom && !last.sense.deferred);
    assert_int_equal(last.sense.information, 3); /* two records and the mark */
    assert_int_equal(object(), 0);
    tape()->limit = 0;
}

static void failing_reads_keep_the_place(void **state)
{
    static uint8_t image[200000];
    size_t at = 0;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        at += tape_put_word(image + at, 90000);
        at += 90000;
        at += tape_put_word(image + at, 90000);
    }
    at += tape_put_word(image + at, 0xffffffff);
    start_with(image, at);
    good("08 00 01 5f 90 00", 90000);
    tape()->fail_reads = true;
    give("08 00 01 5f 90 00", 90000);
    assert_check(BW_SENSE_MEDIUM, 0x1100);
    assert_int_equal(last.sense.information, 90000);
    assert_int_equal(last.done, 0);
    tape()->fail_reads = false;
    assert_int_equal(object(), 1);
    good("08 00 01 5f 90 00", 90000);
}

static void a_bad_record_is_passed_with_a_medium_error(void **state)
{
    uint8_t image[256];
    size_t at = 0;

    (void)state;
    memset(image, 0, sizeof(image));
    at += tape_put_word(image + at, 0x80000000u | 16); /* class 8 */
    at += 16;
    at += tape_put_word(image + at, 0x80000000u | 16);
    at += tape_put_word(image + at, 20);
    at += 20;
    at += tape_put_word(image + at, 20);
    at += tape_put_word(image + at, 0xffffffff);
    start_with(image, at);
    give("08 00 00 00 10 00", 16);
    assert_check(BW_SENSE_MEDIUM, 0x1100);
    assert_int_equal(last.done, 0);
    assert_int_equal(object(), 1);
    good("08 00 00 00 14 00", 20);
    good("11 00 ff ff fe 00", 0); /* it is spaced over */
    assert_int_equal(object(), 0);
    give("0f 00 00 00 10 00", 16);
    assert_check(BW_SENSE_NONE, 0x0004);
}

/* --- warnings -------------------------------------------------------------- */

static void programmable_warning_is_told_once(void **state)
{
    (void)state;
    config.capacity = 3 * MB;
    config.early_warning = MB / 2;
    start();
    /* PEWS: 1 MB before the early warning at 2.5 MB */
    tape_hex("00 00 10 00 50 01 00 1c 00 00 00 01", buffer, 12);
    memset(buffer + 12, 0, 24);
    good("15 10 00 00 24 00", 36);
    for (unsigned i = 0; i < 7; i++) {
        good("0a 00 03 0d 40 00", 200000);
    }
    give("0a 00 03 0d 40 00", 200000); /* 1.6 MB */
    assert_check(BW_SENSE_NONE, 0x0007);
    assert_true(last.sense.eom && last.sense.valid);
    assert_int_equal(last.sense.information, 0);
    good("0a 00 03 0d 40 00", 200000);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0] & 0x41, 0x01); /* BPEW, and not EOP */
    good("01 00 00 00 00 00", 0);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[0], 0x80);
    good("11 03 00 00 00 00", 0);
    give("0a 00 03 0d 40 00", 200000); /* 2.0 MB: not again */
    assert_good();
    good("01 00 00 00 00 00", 0);
    good("0a 00 03 0d 40 00", 200000); /* before it: it is armed again */
    for (unsigned i = 0; i < 6; i++) {
        good("0a 00 03 0d 40 00", 200000);
    }
    give("0a 00 03 0d 40 00", 200000);
    assert_check(BW_SENSE_NONE, 0x0007);
}

static void default_warning_is_a_part_of_the_tape(void **state)
{
    uint64_t total, used, warning;

    (void)state;
    config.capacity = 1u << 30;
    start();
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(total, 1u << 30);
    assert_int_equal(used, 0);
    assert_int_equal(warning, 16u << 20); /* one part in 64 */
    config.capacity = 400000;
    start();
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(warning, 100000); /* a quarter at most */
}

/* --- who may write --------------------------------------------------------- */

static void worm_takes_data_at_the_end_only(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    rig.medium.cartridge.worm = true;
    good("10 00 00 00 01 00", 0);
    good("01 00 00 00 00 00", 0);
    give("0a 00 00 00 64 00", 100);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    give("19 00 00 00 00 00", 0);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    give("04 00 00 00 00 00", 0);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    good("11 03 00 00 00 00", 0);
    good("0a 00 00 00 64 00", 100);
    assert_int_equal(object(), 3);
}

static void append_only_needs_leave_to_overwrite(void **state)
{
    (void)state;
    good("0a 00 00 00 64 00", 100);
    good("0a 00 00 00 64 00", 100);
    tape_hex("00 00 10 00 50 01 00 1c 00 10", buffer, 10);
    memset(buffer + 10, 0, 26);
    good("15 10 00 00 24 00", 36);
    good("2b 00 00 00 00 00 01 00 00 00", 0);
    give("0a 00 00 00 64 00", 100);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    /* leave for another place is none */
    give("82 00 01 00 0000000000000000 00 00 00 00", 0);
    assert_check(BW_SENSE_ILLEGAL, 0x3b00);
    good("82 00 01 00 0000000000000001 00 00 00 00", 0);
    good("01 00 00 00 00 00", 0);
    give("0a 00 00 00 64 00", 100);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    good("2b 00 00 00 00 00 01 00 00 00", 0);
    good("0a 00 00 00 64 00", 100); /* once */
    good("2b 00 00 00 00 00 01 00 00 00", 0);
    give("0a 00 00 00 64 00", 100);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    good("01 00 00 00 00 00", 0);
    give("04 00 00 00 00 00", 0);
    assert_check(BW_SENSE_PROTECT, 0x300c);
    good("82 00 02 00 0000000000000000 00 00 00 00", 0);
    good("04 00 00 00 00 00", 0);
}

/* --- the whole cartridge, and records looked at otherwise -------------- */

static void partitions_share_the_capacity(void **state)
{
    uint64_t total, used, warning;

    (void)state;
    config.capacity = 64 * MB;
    start();
    tape_hex("00 00 10 00 11 0a 01 01 3c 03 06 00 00 10 ff ff", buffer, 16);
    good("15 10 00 00 10 00", 16); /* 16 MB and the rest */
    good("04 00 01 00 00 00", 0);
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(total, 16 * MB);
    bw_tape_capacity(&rig.drive, 1, &total, &used, &warning);
    assert_int_equal(total, 48 * MB);
    good("2b 02 00 00 00 00 00 00 01 00", 0);
    good("0a 00 00 00 64 00", 100);
    good("01 00 00 00 00 00", 0);
    good("34 00 00 00 00 00 00 00 00 00", 20);
    assert_int_equal(buffer[1], 1); /* REWIND stays in the partition */
    good("1b 00 00 00 01 00", 0);
    good("04 00 00 00 00 00", 0); /* one again */
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(total, 64 * MB);
    give("2b 02 00 00 00 00 00 00 01 00", 0);
    assert_check(BW_SENSE_ILLEGAL, 0x2400);
}

static void set_capacity_makes_the_tape_shorter(void **state)
{
    uint64_t total, used, warning;

    (void)state;
    config.capacity = 65535 * 1000;
    start();
    good("0b 00 00 40 00 00", 0);
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(total, 0x4000 * 1000);
    good("0b 00 00 ff ff 00", 0);
    bw_tape_capacity(&rig.drive, 0, &total, &used, &warning);
    assert_int_equal(total, 65535 * 1000);
}

static void verify_finds_a_difference(void **state)
{
    (void)state;
    tape_fill(buffer, 1, 100);
    good("0a 00 00 00 64 00", 100);
    good("01 00 00 00 00 00", 0);
    tape_fill(buffer, 1, 100);
    good("13 02 00 00 64 00", 100);
    good("01 00 00 00 00 00", 0);
    buffer[99] ^= 1;
    give("13 02 00 00 64 00", 100);
    assert_check(BW_SENSE_MISCOMPARE, 0x1d00);
}

static void verify_compares_each_block(void **state)
{
    (void)state;
    memset(buffer, 0, 12);
    buffer[2] = 0x10;
    buffer[3] = 8;
    buffer[10] = 2;
    good("15 10 00 00 0c 00", 12);
    tape_fill(buffer, 1, 512);
    tape_fill(buffer + 512, 2, 512);
    good("0a 01 00 00 02 00", 1024);
    good("01 00 00 00 00 00", 0);
    good("13 03 00 00 02 00", 1024);
    good("01 00 00 00 00 00", 0);
    buffer[600] ^= 0x10;
    give("13 03 00 00 02 00", 1024);
    assert_check(BW_SENSE_MISCOMPARE, 0x1d00);
    assert_int_equal(last.sense.information, 1);
}

/* READ BLOCK LIMITS says 8 MiB. */
static void records_above_the_block_limit_are_refused(void **state)
{
    uint8_t *data = calloc(1, 0x800001);

    (void)state;
    assert_non_null(data);
    memset(&last, 0, sizeof(last));
    last.cdb_length = tape_hex("0a 00 80 00 01 00", last.cdb, 16);
    last.data = data;
    last.size = 0x800001;
    bw_tape_execute(&rig.drive, &last);
    assert_check(BW_SENSE_ILLEGAL, 0x2400);
    last.cdb[4] = 0;
    last.size = 0x800000;
    bw_tape_execute(&rig.drive, &last);
    assert_good();
    free(data);
}

static void more_than_one_command_may_move_is_refused(void **state)
{
    (void)state;
    memset(buffer, 0, 12);
    buffer[2] = 0x10;
    buffer[3] = 8;
    buffer[10] = 2;
    good("15 10 00 00 0c 00", 12);
    give("08 01 01 00 01 00", 0); /* 65537 blocks: over 32 MiB */
    assert_check(BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(last.sense.field, 2);
    give("0a 01 01 00 01 00", 0);
    assert_check(BW_SENSE_ILLEGAL, 0x2400);
}

static void reverse_reading_turns_the_bytes(void **state)
{
    (void)state;
    tape_hex("01 02 03 04 05", buffer, 5);
    good("0a 00 00 00 05 00", 5);
    good("0f 00 00 00 05 00", 5);
    assert_int_equal(buffer[0], 5);
    assert_int_equal(buffer[4], 1);
    good("11 03 00 00 00 00", 0);
    good("0f 04 00 00 05 00", 5);
    assert_int_equal(buffer[0], 1);
    good("11 03 00 00 00 00", 0);
    give("0f 04 00 00 02 00", 2); /* the last two, ILI */
    assert_check(BW_SENSE_NONE, 0);
    assert_true(last.sense.ili);
    assert_int_equal(last.sense.information, (uint32_t)-3);
    assert_int_equal(last.done, 2);
    assert_int_equal(buffer[0], 4);
    assert_int_equal(buffer[1], 5);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(marks_commit_and_immediate_ones_do_not),
        TEST(motions_and_reads_commit),
        TEST(writing_elsewhere_commits_what_was_written_here),
        TEST(unbuffered_writes_commit),
        TEST(sync_and_removal_commit),
        TEST(no_space_is_the_end_of_the_tape),
        TEST(gathered_records_that_are_refused_are_a_deferred_error),
        TEST(a_write_that_finds_them_refused_is_not_carried_out),
        TEST(marks_count_records_that_were_refused_before_them),
        TEST(a_flush_that_goes_on_failing_is_told_once),
        TEST(a_sync_that_fails_is_told_by_the_next_command),
        TEST(marks_count_what_could_not_be_committed),
        TEST(failing_reads_keep_the_place),
        TEST(a_bad_record_is_passed_with_a_medium_error),
        TEST(programmable_warning_is_told_once),
        TEST(default_warning_is_a_part_of_the_tape),
        TEST(worm_takes_data_at_the_end_only),
        TEST(append_only_needs_leave_to_overwrite),
        TEST(partitions_share_the_capacity),
        TEST(set_capacity_makes_the_tape_shorter),
        TEST(verify_finds_a_difference),
        TEST(verify_compares_each_block),
        TEST(records_above_the_block_limit_are_refused),
        TEST(more_than_one_command_may_move_is_refused),
        TEST(reverse_reading_turns_the_bytes),
    };

    return cmocka_run_group_tests_name("tape drive, writing", tests, NULL,
                                       finish);
}
