/*
 * peripherals/parts/tape_reserve.c: who has the drive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "peripherals/parts/tape_bytes.h"

#define KEY_A UINT64_C(0x1122334455667788)
#define KEY_B UINT64_C(0x8877665544332211)

static unsigned as(struct command_rig *rig, uint32_t nexus, const uint8_t *cdb,
                   size_t length, size_t size)
{
    struct bw_tape_command *command = &rig->command;

    memset(command, 0, sizeof(*command));
    memcpy(command->cdb, cdb, length);
    command->cdb_length = (unsigned)length;
    command->nexus = nexus;
    command->data = rig->data;
    command->size = size;
    bw_tape_execute(&rig->drive, command);
    return command->status;
}

static unsigned pr_out(struct command_rig *rig, uint32_t nexus, uint8_t action,
                       uint8_t type, uint64_t key, uint64_t other)
{
    const uint8_t cdb[10] = { 0x5f, action, type, 0, 0, 0, 0, 0, 24 };

    memset(rig->data, 0, 24);
    bw_put_be(rig->data, key, 8);
    bw_put_be(rig->data + 8, other, 8);
    return as(rig, nexus, cdb, 10, 24);
}

static size_t pr_in(struct command_rig *rig, uint8_t action)
{
    RIG_IN(rig, 0x5e, action, 0, 0, 0, 0, 0, 1, 0, 0);
    assert_int_equal(rig->command.status, BW_SCSI_GOOD);
    return bw_get_be(rig->data + 4, 4);
}

static const uint8_t ready[6] = { 0x00 };
static const uint8_t reserve[6] = { 0x16 };
static const uint8_t release[6] = { 0x17 };
static const uint8_t reserve_10[10] = { 0x56 };
static const uint8_t release_10[10] = { 0x57 };

static void freebsd_reserves_and_releases(void **state)
{
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(as(rig, 1, reserve, 6, 0), BW_SCSI_GOOD);
    assert_int_equal(as(rig, 1, reserve, 6, 0), BW_SCSI_GOOD); /* again */
    assert_int_equal(as(rig, 1, ready, 6, 0), BW_SCSI_GOOD);
    assert_int_equal(as(rig, 2, ready, 6, 0), BW_SCSI_CONFLICT);
    assert_int_equal(as(rig, 2, reserve_10, 10, 0), BW_SCSI_CONFLICT);
    assert_int_equal(as(rig, 2, release_10, 10, 0), BW_SCSI_GOOD); /* no-op */
    assert_int_equal(as(rig, 2, ready, 6, 0), BW_SCSI_CONFLICT);
    /* INQUIRY always answers */
    assert_int_equal(
        as(rig, 2, (const uint8_t[]){ 0x12, 0, 0, 0, 36, 0 }, 6, 36), 0);
    assert_int_equal(as(rig, 1, release, 6, 0), BW_SCSI_GOOD);
    assert_int_equal(as(rig, 2, ready, 6, 0), BW_SCSI_GOOD);
    rig_free(rig);
}

static void a_reset_ends_the_reservation(void **state)
{
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    as(rig, 1, reserve_10, 10, 0);
    bw_tape_reset(&rig->drive, 0x2900);
    rig_settle(rig);
    assert_int_equal(as(rig, 2, ready, 6, 0), BW_SCSI_GOOD);
    rig_free(rig);
}

static void third_parties_and_extents_are_refused(void **state)
{
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    RIG_IN(rig, 0x16, 0x10, 0, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x17, 0x01, 0, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

/* REGISTER AND IGNORE, RESERVE exclusive access, RELEASE, unregister. */
static void ltfs_registers_reserves_and_releases(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    assert_int_equal(pr_out(rig, 0, 6, 0, 0, KEY_A), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 0), 8);
    assert_int_equal(bw_get_be(rig->data, 4), 1); /* generation */
    assert_int_equal(bw_get_be(rig->data + 8, 8), KEY_A);
    assert_int_equal(pr_out(rig, 0, 1, 3, KEY_A, 0), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 1), 16);
    assert_int_equal(bw_get_be(rig->data + 8, 8), KEY_A);
    assert_int_equal(rig->data[21], 3);
    assert_int_equal(pr_in(rig, 3), 24);
    assert_int_equal(rig->data[8 + 12], 1); /* holder */
    assert_int_equal(pr_out(rig, 0, 2, 3, KEY_A, 0), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 1), 0);
    assert_int_equal(pr_out(rig, 0, 6, 0, KEY_A, 0), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 0), 0);
    rig_free(rig);
}

static void a_wrong_key_is_a_conflict(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    assert_int_equal(pr_out(rig, 0, 1, 3, KEY_A, 0), BW_SCSI_CONFLICT);
    assert_int_equal(pr_out(rig, 0, 0, 0, KEY_B, KEY_A), BW_SCSI_CONFLICT);
    assert_int_equal(pr_out(rig, 0, 0, 0, 0, KEY_A), BW_SCSI_GOOD);
    assert_int_equal(pr_out(rig, 0, 2, 3, KEY_B, 0), BW_SCSI_CONFLICT);
    rig_free(rig);
}

static void the_holder_alone_reserves_and_releases(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    pr_out(rig, 0, 0, 0, 0, KEY_A);
    pr_out(rig, 1, 0, 0, 0, KEY_B);
    assert_int_equal(pr_in(rig, 0), 16);
    assert_int_equal(pr_out(rig, 0, 1, 1, KEY_A, 0), BW_SCSI_GOOD);
    assert_int_equal(pr_out(rig, 1, 1, 1, KEY_B, 0), BW_SCSI_CONFLICT);
    assert_int_equal(pr_out(rig, 0, 1, 3, KEY_A, 0), BW_SCSI_CONFLICT);
    assert_int_equal(pr_out(rig, 1, 2, 1, KEY_B, 0), BW_SCSI_GOOD); /* no-op */
    assert_int_equal(pr_in(rig, 1), 16);
    pr_out(rig, 0, 2, 3, KEY_A, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2604);
    /* the other takes it over, and the first is not registered any more */
    assert_int_equal(pr_out(rig, 1, 4, 3, KEY_B, KEY_A), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 1), 16);
    assert_int_equal(bw_get_be(rig->data + 8, 8), KEY_B);
    assert_int_equal(pr_in(rig, 0), 8);
    assert_int_equal(pr_out(rig, 0, 3, 0, KEY_A, 0), BW_SCSI_CONFLICT);
    assert_int_equal(pr_out(rig, 1, 3, 0, KEY_B, 0), BW_SCSI_GOOD);
    assert_int_equal(pr_in(rig, 0), 0);
    assert_int_equal(pr_in(rig, 1), 0);
    rig_free(rig);
}

static void unregistering_the_holder_ends_the_reservation(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    pr_out(rig, 0, 0, 0, 0, KEY_A);
    pr_out(rig, 1, 0, 0, 0, KEY_B);
    pr_out(rig, 0, 1, 3, KEY_A, 0);
    pr_out(rig, 0, 0, 0, KEY_A, 0);
    assert_int_equal(pr_in(rig, 1), 0);
    /* all registrants: it stays while there is one */
    pr_out(rig, 1, 1, 8, KEY_B, 0);
    pr_out(rig, 0, 0, 0, 0, KEY_A);
    pr_out(rig, 1, 0, 0, KEY_B, 0);
    assert_int_equal(pr_in(rig, 1), 16);
    pr_out(rig, 0, 0, 0, KEY_A, 0);
    assert_int_equal(pr_in(rig, 1), 0);
    rig_free(rig);
}

static void lists_and_types_are_checked(void **state)
{
    static const uint8_t capabilities[] = { 0, 8, 0, 0x80, 0xea, 1, 0, 0 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    pr_out(rig, 0, 0, 0, 0, KEY_A);
    pr_out(rig, 0, 1, 2, KEY_A, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    pr_out(rig, 0, 1, 0x13, KEY_A, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    pr_out(rig, 0, 7, 0, KEY_A, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    as(rig, 0, (const uint8_t[]){ 0x5f, 0, 0, 0, 0, 0, 0, 0, 23, 0 }, 10, 23);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x1a00);
    memset(rig->data, 0, 24);
    rig->data[20] = 1; /* to last over a loss of power */
    as(rig, 0, (const uint8_t[]){ 0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0 }, 10, 24);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    RIG_IN(rig, 0x5e, 2, 0, 0, 0, 0, 0, 0, 255, 0);
    assert_int_equal(rig->command.done, 8);
    assert_memory_equal(rig->data, capabilities, 8);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freebsd_reserves_and_releases),
        cmocka_unit_test(a_reset_ends_the_reservation),
        cmocka_unit_test(third_parties_and_extents_are_refused),
        cmocka_unit_test(ltfs_registers_reserves_and_releases),
        cmocka_unit_test(a_wrong_key_is_a_conflict),
        cmocka_unit_test(the_holder_alone_reserves_and_releases),
        cmocka_unit_test(unregistering_the_holder_ends_the_reservation),
        cmocka_unit_test(lists_and_types_are_checked),
    };

    return cmocka_run_group_tests_name("tape_reserve", tests, NULL, NULL);
}
