/*
 * peripherals/parts/tape_mam.c: attributes of the cartridge.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "peripherals/parts/tape_bytes.h"
#include "peripherals/parts/tape_drive_priv.h"

static unsigned read_from(struct command_rig *rig, uint8_t service,
                          uint8_t partition, uint16_t id, uint16_t room)
{
    const uint8_t cdb[16] = { 0x8c,
                              service,
                              0,
                              0,
                              0,
                              0,
                              0,
                              partition,
                              (uint8_t)(id >> 8),
                              (uint8_t)id,
                              0,
                              0,
                              (uint8_t)(room >> 8),
                              (uint8_t)room };

    return rig_run(rig, cdb, 16, RIG_DATA);
}

/* One attribute of partition 0, with the length of the list in front. */
static unsigned write_one(struct command_rig *rig, uint16_t id, uint8_t format,
                          const void *value, size_t length)
{
    uint8_t cdb[16] = { 0x8d, 0x01 };

    bw_put_be(cdb + 10, 4 + 5 + length, 4);
    bw_put_be(rig->data, 5 + length, 4);
    bw_put_be(rig->data + 4, id, 2);
    rig->data[6] = format;
    bw_put_be(rig->data + 7, length, 2);
    memcpy(rig->data + 9, value, length);
    return rig_run(rig, cdb, 16, 4 + 5 + length);
}

static void a_host_attribute_comes_back_as_it_was(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    assert_int_equal(write_one(rig, 0x0801, 1, "LTFS  ", 6), BW_SCSI_GOOD);
    assert_int_equal(read_from(rig, 0, 0, 0x0801, 255), BW_SCSI_GOOD);
    assert_int_equal(rig->command.done, 4 + 5 + 6);
    assert_memory_equal(rig->data, "\0\0\0\x0b\x08\x01\x01\0\x06LTFS  ", 15);
    /* another value takes its place, none takes it away */
    write_one(rig, 0x0801, 1, "X", 1);
    read_from(rig, 0, 0, 0x0801, 255);
    assert_int_equal(rig->command.done, 10);
    assert_int_equal(write_one(rig, 0x0801, 1, "", 0), BW_SCSI_GOOD);
    read_from(rig, 0, 0, 0x0801, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400); /* LTFS: "none" */
    /* also where there is one with a higher id */
    write_one(rig, 0x1623, 0, "\0", 1);
    read_from(rig, 0, 0, 0x0801, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void attributes_last_over_another_drive(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;

    (void)state;
    write_one(rig, 0x080c, 0, "\1\2\3\4", 4);
    assert_true(rig->exists[BW_TAPE_FILE_META]);
    bw_tape_remove(&rig->drive);
    bw_medium_close(&rig->medium);
    assert_int_equal(
        bw_medium_open(&rig->medium, &rig->files, &options, &verdict),
        BW_TAPE_OK);
    bw_tape_insert(&rig->drive, &rig->medium);
    rig_settle(rig);
    read_from(rig, 0, 0, 0x080c, 255);
    assert_int_equal(rig->command.done, 13);
    assert_memory_equal(rig->data + 9, "\1\2\3\4", 4);
    rig_free(rig);
}

static void values_follow_each_other_in_order(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);
    uint32_t last = 0;
    size_t at, count = 0;

    (void)state;
    write_one(rig, 0x1623, 0, "\0", 1);
    write_one(rig, 0x0800, 1, "OURS    ", 8);
    read_from(rig, 0, 0, 0, 0xffff);
    assert_int_equal(bw_get_be(rig->data, 4) + 4, rig->command.done);
    for (at = 4; at < rig->command.done;
         at += 5 + bw_get_be(rig->data + at + 3, 2)) {
        uint32_t id = (uint32_t)bw_get_be(rig->data + at, 2);

        assert_true(at == 4 || id > last);
        assert_int_equal(rig->data[at + 2] >> 7, id < 0x0800);
        last = id;
        count++;
    }
    assert_int_equal(at, rig->command.done);
    assert_int_equal(last, 0x1623);
    /* the list of ids has the same number */
    read_from(rig, 1, 0, 0, 0xffff);
    assert_int_equal(rig->command.done, 4 + 2 * count);
    rig_free(rig);
}

static void the_drive_tells_capacity_and_density(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 100 << 20);

    (void)state;
    read_from(rig, 0, 0, 0x0001, 17);
    assert_int_equal(bw_get_be(rig->data + 9, 8), 100);
    read_from(rig, 0, 0, 0x0405, 255);
    assert_int_equal(rig->data[9], 0x5e);
    /* cut off, but the length is the whole's */
    read_from(rig, 0, 0, 0x0000, 6);
    assert_int_equal(rig->command.done, 6);
    assert_true(bw_get_be(rig->data, 4) > 100);
    rig_free(rig);
}

static void the_first_write_after_a_load_changes_the_reference(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);
    uint64_t before;

    (void)state;
    read_from(rig, 0, 0, 0x0009, 255);
    before = bw_get_be(rig->data + 9, 4);
    for (unsigned i = 0; i < 3; i++) {
        rig_run(rig, (const uint8_t[]){ 0x0a, 0, 0, 0, 10, 0 }, 6, 10);
        read_from(rig, 0, 0, 0x0009, 255);
        assert_int_equal(bw_get_be(rig->data + 9, 4), before + 1);
    }
    bw_tape_mounted(&rig->drive);
    rig_run(rig, (const uint8_t[]){ 0x0a, 0, 0, 0, 10, 0 }, 6, 10);
    read_from(rig, 0, 0, 0x0009, 255);
    assert_int_equal(bw_get_be(rig->data + 9, 4), before + 2);
    rig_free(rig);
}

static void the_barcode_is_the_cartridges_until_one_is_written(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    read_from(rig, 0, 0, 0x0806, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    strcpy(rig->medium.cartridge.barcode, "BW0001L8");
    read_from(rig, 0, 0, 0x0806, 41);
    assert_memory_equal(rig->data + 4,
                        "\x08\x06\x01\0\x20"
                        "BW0001L8 ",
                        14);
    write_one(rig, 0x0806, 1, "NEW", 3);
    read_from(rig, 0, 0, 0x0806, 255);
    assert_memory_equal(rig->data + 4, "\x08\x06\x01\0\x03NEW", 8);
    rig_free(rig);
}

static void what_hosts_may_not_write_is_refused_as_a_whole(void **state)
{
    /* a good one, and then the drive's own */
    static const uint8_t list[] = { 0, 0,   0, 12, 8, 1, 1, 0,
                                    1, 'A', 0, 3,  0, 0, 1, 0 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_OUT(rig, list, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 10);
    read_from(rig, 0, 0, 0x0801, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    /* a value that is longer than the list */
    RIG_OUT(rig, list, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 13);
    /* and one of the host's */
    RIG_OUT(rig, list, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 7);
    read_from(rig, 0, 0, 0x0801, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    write_one(rig, 0x0801, 3, "A", 1); /* a format that is none */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    rig_free(rig);
}

static void a_full_memory_keeps_what_it_has(void **state)
{
    static uint8_t value[4096];
    struct command_rig *rig = rig_ready("lto8", 0);
    uint16_t id = 0x1400;

    (void)state;
    while (write_one(rig, id, 0, value, sizeof(value)) == BW_SCSI_GOOD) {
        id++;
        assert_true(id < 0x1408);
    }
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x5500);
    assert_true(id > 0x1400);
    for (uint16_t i = 0x1400; i < id; i++) {
        assert_int_equal(read_from(rig, 0, 0, i, 9), BW_SCSI_GOOD);
    }
    assert_int_equal(write_one(rig, 0x1500, 0, value, 4096), BW_SCSI_CHECK);
    rig_free(rig);
}

static void partitions_and_volumes_are_counted(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    read_from(rig, 2, 0, 0, 255);
    assert_memory_equal(rig->data, "\0\2\0\1", 4);
    read_from(rig, 3, 0, 0, 255);
    assert_memory_equal(rig->data, "\0\2\0\1", 4);
    read_from(rig, 0, 1, 0, 255); /* there is no second */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 7);
    read_from(rig, 5, 0, 0x0800, 255);
    assert_int_equal(rig->command.done, 4 + 2 * 16);
    read_from(rig, 4, 0, 0, 255);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void a_protected_cartridge_takes_none(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    rig->medium.read_only = true;
    write_one(rig, 0x0801, 1, "A", 1);
    rig_expect_sense(rig, BW_SENSE_PROTECT, 0x2700);
    rig_free(rig);
}

static void without_a_cartridge_there_are_none(void **state)
{
    struct command_rig *rig = rig_new("lto8");

    (void)state;
    rig_settle(rig);
    read_from(rig, 0, 0, 0, 255);
    rig_expect_sense(rig, BW_SENSE_NOT_READY, 0x3a00);
    RIG_IN(rig, 0xab, 1, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0);
    rig_expect_sense(rig, BW_SENSE_NOT_READY, 0x3a00);
    rig_insert(rig, 0);
    rig_settle(rig);
    strcpy(rig->medium.cartridge.serial, "SER01");
    RIG_IN(rig, 0xab, 1, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0);
    assert_int_equal(rig->command.done, 12);
    assert_memory_equal(rig->data, "\0\0\0\x08SER01\0\0\0", 12);
    RIG_IN(rig, 0x1b, 0, 0, 0, 0, 0); /* it is in, and not threaded */
    read_from(rig, 0, 0, 0, 255);
    rig_expect_sense(rig, BW_SENSE_NOT_READY, 0x0402);
    RIG_IN(rig, 0xab, 1, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0);
    rig_expect_sense(rig, BW_SENSE_NOT_READY, 0x0402);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_attribute_comes_back_as_it_was),
        cmocka_unit_test(attributes_last_over_another_drive),
        cmocka_unit_test(values_follow_each_other_in_order),
        cmocka_unit_test(the_drive_tells_capacity_and_density),
        cmocka_unit_test(the_first_write_after_a_load_changes_the_reference),
        cmocka_unit_test(the_barcode_is_the_cartridges_until_one_is_written),
        cmocka_unit_test(what_hosts_may_not_write_is_refused_as_a_whole),
        cmocka_unit_test(a_full_memory_keeps_what_it_has),
        cmocka_unit_test(partitions_and_volumes_are_counted),
        cmocka_unit_test(a_protected_cartridge_takes_none),
        cmocka_unit_test(without_a_cartridge_there_are_none),
    };

    return cmocka_run_group_tests_name("tape_mam", tests, NULL, NULL);
}
