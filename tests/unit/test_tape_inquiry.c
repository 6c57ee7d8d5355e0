/*
 * peripherals/parts/tape_inquiry.c, tape_vpd.c, tape_profile.c: what the drive
 * says of itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

static void every_profile_is_found_by_its_name(void **state)
{
    const struct bw_tape_profile *p;
    unsigned i;

    (void)state;
    for (i = 0; (p = bw_tape_profile_at(i)) != NULL; i++) {
        assert_ptr_equal(bw_tape_profile(p->name), p);
        assert_true(strlen(p->vendor) <= 8 && strlen(p->product) <= 16);
        assert_true(strlen(p->revision) <= 4);
        assert_true(p->densities[0].code && p->densities[0].writes);
        assert_true(p->block_max <= 0xffffff);
    }
    assert_int_equal(i, 4);
    assert_null(bw_tape_profile("dlt"));
}

static void standard_inquiry_has_the_names_of_the_profile(void **state)
{
    struct command_rig *rig = rig_new("lto8");

    (void)state;
    assert_int_equal(RIG_IN(rig, 0x12, 0, 0, 0, 36, 0), BW_SCSI_GOOD);
    assert_int_equal(rig->command.done, 36);
    assert_int_equal(rig->data[0], 0x01); /* sequential access */
    assert_int_equal(rig->data[1], 0x80); /* removable */
    assert_int_equal(rig->data[2], 0x06);
    assert_int_equal(rig->data[3], 0x02);
    /* what LTFS, Windows and udev match on */
    assert_memory_equal(rig->data + 8, "IBM     ULT3580-TD8     HB81", 28);
    rig_free(rig);
}

static void properties_take_the_place_of_the_profiles_names(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    rig->drive.config.vendor = "SEAGATE";
    rig->drive.config.product = "A PRODUCT'S NAME THAT IS LONG";
    rig->drive.config.revision = "7";
    RIG_IN(rig, 0x12, 0, 0, 0, 255, 0);
    assert_memory_equal(rig->data + 8, "SEAGATE A PRODUCT'S NAME7   ", 28);
    assert_int_equal(rig->data[4] + 5u, rig->command.done);
    rig_free(rig);
}

static void scsi_2_drives_answer_36_bytes(void **state)
{
    struct command_rig *rig = rig_new("dds3");

    (void)state;
    RIG_IN(rig, 0x12, 0, 0, 0, 255, 0);
    assert_int_equal(rig->command.done, 36);
    assert_int_equal(rig->data[2], 0x02);
    rig_free(rig);
}

static void inquiry_takes_no_page_without_evpd(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    RIG_IN(rig, 0x12, 0, 0x80, 0, 36, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_true(rig->command.sense.field_valid);
    assert_int_equal(rig->command.sense.field, 2);
    RIG_IN(rig, 0x12, 1, 0x42, 0, 36, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void every_page_of_the_list_is_there(void **state)
{
    static const uint8_t pages[] = { 0x00, 0x80, 0x83, 0x86, 0xb0, 0xb1, 0xb2 };
    struct command_rig *rig = rig_new("lto5");

    (void)state;
    RIG_IN(rig, 0x12, 1, 0, 0, 255, 0);
    assert_int_equal(rig->command.done, 4 + sizeof(pages));
    assert_int_equal(rig->data[3], sizeof(pages));
    assert_memory_equal(rig->data + 4, pages, sizeof(pages));
    for (unsigned i = 0; i < sizeof(pages); i++) {
        assert_int_equal(RIG_IN(rig, 0x12, 1, pages[i], 0, 255, 0), 0);
        assert_int_equal(rig->data[0], 0x01);
        assert_int_equal(rig->data[1], pages[i]);
        assert_int_equal(rig->data[2] << 8 | rig->data[3],
                         rig->command.done - 4);
    }
    rig_free(rig);
}

static void serial_and_designators_name_the_drive(void **state)
{
    static const uint8_t naa[] = { 0x01, 0x03, 0,    8,    0x50, 0,
                                   0xc5, 0,    0x12, 0x34, 0x56, 0x78 };
    struct command_rig *rig = rig_new("lto5");

    (void)state;
    RIG_IN(rig, 0x12, 1, 0x80, 0, 255, 0);
    assert_memory_equal(rig->data + 4, "BW0123456789", 12);
    RIG_IN(rig, 0x12, 1, 0x83, 0, 255, 0);
    assert_memory_equal(rig->data + 4, naa, sizeof(naa));
    assert_memory_equal(rig->data + 16,
                        "\2\1\0\x24IBM     ULT3580-TD5     "
                        "BW0123456789",
                        4 + 36);
    rig->drive.config.serial = NULL;
    rig->drive.config.wwn = 0;
    RIG_IN(rig, 0x12, 1, 0x83, 0, 255, 0);
    assert_int_equal(rig->command.done, 4);
    rig_free(rig);
}

static void pages_of_tapes_tell_worm_and_alerts(void **state)
{
    struct command_rig *rig = rig_new("lto5");

    (void)state;
    RIG_IN(rig, 0x12, 1, 0xb0, 0, 255, 0);
    assert_int_equal(rig->data[4], 0x01);
    RIG_IN(rig, 0x12, 1, 0xb2, 0, 255, 0);
    assert_int_equal(rig->command.done, 12);
    assert_int_equal(rig->data[4], 0xff);
    rig_free(rig);
    rig = rig_new("generic");
    RIG_IN(rig, 0x12, 1, 0xb0, 0, 255, 0);
    assert_int_equal(rig->data[4], 0x00);
    rig_free(rig);
}

static void allocation_length_cuts_the_answer(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    for (uint8_t room = 0; room < 96; room++) {
        memset(rig->data, 0xee, 100);
        assert_int_equal(RIG_IN(rig, 0x12, 0, 0, 0, room, 0), BW_SCSI_GOOD);
        assert_int_equal(rig->command.done, room);
        assert_int_equal(rig->data[room], 0xee);
    }
    rig_free(rig);
}

static void request_sense_tells_attentions_oldest_first(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    rig_insert(rig, 0);
    /* INQUIRY does not take it away */
    assert_int_equal(RIG_IN(rig, 0x12, 0, 0, 0, 36, 0), BW_SCSI_GOOD);
    assert_int_equal(RIG_IN(rig, 0x03, 0, 0, 0, 252, 0), BW_SCSI_GOOD);
    assert_int_equal(rig->command.done, 18);
    assert_int_equal(rig->data[0], 0x70);
    assert_int_equal(rig->data[2], BW_SENSE_ATTENTION);
    assert_int_equal(rig->data[12], 0x29);
    assert_int_equal(rig->data[13], 0x01);
    /* descriptor format: 28/00 now */
    RIG_IN(rig, 0x03, 1, 0, 0, 252, 0);
    assert_int_equal(rig->data[0], 0x72);
    assert_int_equal(rig->data[1], BW_SENSE_ATTENTION);
    assert_int_equal(rig->data[2], 0x28);
    RIG_IN(rig, 0x03, 0, 0, 0, 252, 0);
    assert_int_equal(rig->data[2], BW_SENSE_NONE);
    assert_int_equal(rig->data[12], 0);
    rig_free(rig);
}

static void there_is_one_logical_unit(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    RIG_IN(rig, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
    assert_int_equal(rig->command.done, 16);
    assert_int_equal(rig->data[3], 8);
    RIG_IN(rig, 0xa0, 0, 1, 0, 0, 0, 0, 0, 0, 64, 0, 0);
    assert_int_equal(rig->command.done, 8);
    RIG_IN(rig, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void block_limits_are_the_profiles(void **state)
{
    static const uint8_t lto[] = { 0, 0x80, 0, 0, 0, 1 };
    static const uint8_t dds[] = { 0, 0xff, 0xff, 0xff, 0, 1 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_IN(rig, 0x05, 0, 0, 0, 0, 0);
    assert_int_equal(rig->command.done, 6);
    assert_memory_equal(rig->data, lto, 6);
    RIG_IN(rig, 0x05, 1, 0, 0, 0, 0);
    assert_int_equal(rig->command.done, 20);
    assert_int_equal(rig->data[12], 0xff);
    rig_free(rig);
    rig = rig_ready("dds3", 0);
    RIG_IN(rig, 0x05, 0, 0, 0, 0, 0);
    assert_memory_equal(rig->data, dds, 6);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_is_found_by_its_name),
        cmocka_unit_test(standard_inquiry_has_the_names_of_the_profile),
        cmocka_unit_test(properties_take_the_place_of_the_profiles_names),
        cmocka_unit_test(scsi_2_drives_answer_36_bytes),
        cmocka_unit_test(inquiry_takes_no_page_without_evpd),
        cmocka_unit_test(every_page_of_the_list_is_there),
        cmocka_unit_test(serial_and_designators_name_the_drive),
        cmocka_unit_test(pages_of_tapes_tell_worm_and_alerts),
        cmocka_unit_test(allocation_length_cuts_the_answer),
        cmocka_unit_test(request_sense_tells_attentions_oldest_first),
        cmocka_unit_test(there_is_one_logical_unit),
        cmocka_unit_test(block_limits_are_the_profiles),
    };

    return cmocka_run_group_tests_name("tape_inquiry", tests, NULL, NULL);
}
