/*
 * peripherals/parts/tape_log.c, tape_log_volume.c, tape_density.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "peripherals/parts/tape_bytes.h"
#include "peripherals/parts/tape_drive_priv.h"

static size_t log_sense(struct command_rig *rig, uint8_t page)
{
    assert_int_equal(
        RIG_IN(rig, 0x4d, 0, 0x40 | page, 0, 0, 0, 0, 0xff, 0xff, 0),
        BW_SCSI_GOOD);
    assert_int_equal(rig->data[0], page);
    assert_int_equal(bw_get_be(rig->data + 2, 2) + 4, rig->command.done);
    return rig->command.done;
}

/* The value of a parameter of the page in rig->data, and its length. */
static const uint8_t *parameter(const struct command_rig *rig, uint16_t code,
                                size_t *length)
{
    for (size_t at = 4; at < rig->command.done; at += 4 + rig->data[at + 3]) {
        if (bw_get_be(rig->data + at, 2) == code) {
            *length = rig->data[at + 3];
            return rig->data + at + 4;
        }
    }
    *length = 0;
    return NULL;
}

static uint64_t number(const struct command_rig *rig, uint16_t code)
{
    size_t length;
    const uint8_t *value = parameter(rig, code, &length);

    assert_non_null(value);
    assert_true(length <= 8);
    return bw_get_be(value, (unsigned)length);
}

static void every_page_of_the_list_is_there(void **state)
{
    static const uint8_t pages[] = { 0,    0x02, 0x03, 0x0c, 0x11,
                                     0x17, 0x1b, 0x2e, 0x31 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    log_sense(rig, 0);
    assert_int_equal(rig->command.done, 4 + sizeof(pages));
    assert_memory_equal(rig->data + 4, pages, sizeof(pages));
    RIG_IN(rig, 0x4d, 0, 0x40, 0xff, 0, 0, 0, 0, 255, 0);
    assert_int_equal(rig->data[0], 0x40);
    assert_int_equal(rig->data[1], 0xff);
    assert_int_equal(rig->data[3], 2 * (sizeof(pages) + 1));
    for (unsigned i = 1; i < sizeof(pages); i++) {
        size_t at = 4, end = log_sense(rig, pages[i]);
        uint32_t last = 0;

        /* parameters follow each other to the end, in ascending order */
        for (; at < end; at += 4 + rig->data[at + 3]) {
            assert_true(at == 4 || bw_get_be(rig->data + at, 2) > last);
            last = (uint32_t)bw_get_be(rig->data + at, 2);
        }
        assert_int_equal(at, end);
    }
    rig_free(rig);
}

static void what_is_moved_is_counted(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    memset(rig->data, 0x5a, 4000);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(rig_run(rig,
                                 (const uint8_t[]){ 0x0a, 0, 0, 0x0f, 0xa0, 0 },
                                 6, 4000),
                         0);
    }
    RIG_IN(rig, 0x01, 0, 0, 0, 0, 0);
    assert_int_equal(RIG_IN(rig, 0x08, 0, 0, 0x0f, 0xa0, 0), 0);
    log_sense(rig, 0x02);
    assert_int_equal(number(rig, 5), 12000);
    assert_int_equal(number(rig, 6), 0);
    log_sense(rig, 0x03);
    assert_int_equal(number(rig, 5), 4000);
    log_sense(rig, 0x0c);
    assert_int_equal(number(rig, 0), 12000);
    assert_int_equal(number(rig, 3), 4000);
    rig_free(rig);
}

static void log_select_starts_counting_anew(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    bw_tape_moved(&rig->drive, true, 1000, true);
    bw_tape_moved(&rig->drive, false, 500, true);
    assert_int_equal(RIG_IN(rig, 0x4c, 2, 0xc2, 0, 0, 0, 0, 0, 0, 0), 0);
    log_sense(rig, 0x02);
    assert_int_equal(number(rig, 5), 0);
    assert_int_equal(number(rig, 6), 0);
    log_sense(rig, 0x03);
    assert_int_equal(number(rig, 5), 500);
    assert_int_equal(number(rig, 6), 1);
    RIG_IN(rig, 0x4c, 2, 0xc0, 0, 0, 0, 0, 0, 0, 0);
    log_sense(rig, 0x03);
    assert_int_equal(number(rig, 5), 0);
    RIG_IN(rig, 0x4c, 3, 0xc0, 0, 0, 0, 0, 0, 0, 0); /* SP */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x4c, 2, 0xc5, 0, 0, 0, 0, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x4c, 2, 0xc2, 0, 0, 0, 0, 0, 4, 0); /* values */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void alerts_are_told_once(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    bw_tape_alert(&rig->drive, 1);
    bw_tape_alert(&rig->drive, 20);
    bw_tape_alert(&rig->drive, 64);
    bw_tape_alert(&rig->drive, 0); /* there are none of these */
    bw_tape_alert(&rig->drive, 65);
    assert_int_equal(log_sense(rig, 0x2e), 4 + 64 * 5);
    for (uint16_t flag = 1; flag <= 64; flag++) {
        assert_int_equal(number(rig, flag),
                         flag == 1 || flag == 20 || flag == 64);
    }
    log_sense(rig, 0x2e);
    assert_int_equal(number(rig, 20), 0);
    rig_free(rig);
}

static void volume_statistics_have_capacities_of_partitions(void **state)
{
    /* length 7, partition 0, 250 MB */
    static const uint8_t all[] = { 7, 0, 0, 0, 0, 0, 0, 250 };
    size_t length;
    struct command_rig *rig = rig_ready("lto8", 250000000);
    const uint8_t *value;

    (void)state;
    log_sense(rig, 0x17);
    assert_int_equal(number(rig, 0), 1);
    value = parameter(rig, 0x202, &length);
    assert_int_equal(length, 8);
    assert_memory_equal(value, all, 8);
    value = parameter(rig, 0x203, &length);
    assert_int_equal(bw_get_be(value + 4, 4), 0);
    value = parameter(rig, 0x204, &length);
    assert_true(bw_get_be(value + 4, 4) >= 249);
    assert_int_equal(number(rig, 0x16), 250);
    rig_free(rig);
}

static void a_tape_without_an_end_is_as_large_as_its_density(void **state)
{
    size_t length;
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    log_sense(rig, 0x17);
    assert_int_equal(bw_get_be(parameter(rig, 0x202, &length) + 4, 4),
                     12000000);
    log_sense(rig, 0x31);
    assert_int_equal(number(rig, 3), UINT64_C(12000000000000) >> 20);
    assert_int_equal(number(rig, 1), number(rig, 3));
    assert_int_equal(number(rig, 4), 0);
    rig_free(rig);
}

static void pages_answer_without_a_tape(void **state)
{
    static const uint8_t pages[] = { 0x02, 0x03, 0x0c, 0x11,
                                     0x17, 0x1b, 0x2e, 0x31 };
    struct command_rig *rig = rig_new("lto8");

    (void)state;
    rig_settle(rig);
    for (unsigned i = 0; i < sizeof(pages); i++) {
        log_sense(rig, pages[i]);
    }
    log_sense(rig, 0x17);
    assert_int_equal(number(rig, 0), 0); /* not valid */
    log_sense(rig, 0x11);
    assert_int_equal(rig->data[8], 0x10); /* compresses */
    assert_int_equal(rig->data[9], 0);
    rig_free(rig);
}

static void status_page_tells_what_is_in(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    log_sense(rig, 0x11);
    assert_int_equal(rig->data[8], 0x30); /* its memory, compresses */
    assert_int_equal(rig->data[9], 0x17);
    rig->medium.read_only = true;
    RIG_IN(rig, 0x1e, 0, 0, 0, 1, 0);
    log_sense(rig, 0x11);
    assert_int_equal(rig->data[8], 0xb8); /* prevented, protected */
    RIG_IN(rig, 0x1e, 0, 0, 0, 0, 0);
    RIG_IN(rig, 0x1b, 0, 0, 0, 0, 0);
    log_sense(rig, 0x11);
    assert_int_equal(rig->data[8], 0x18);
    assert_int_equal(rig->data[9], 0x14); /* in, not threaded */
    rig_free(rig);
}

static void parameter_pointer_skips_what_is_below(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_IN(rig, 0x4d, 0, 0x42, 0, 0, 0, 5, 0, 255, 0);
    assert_int_equal(bw_get_be(rig->data + 4, 2), 5);
    RIG_IN(rig, 0x4d, 0, 0x42, 0, 0, 0, 7, 0, 255, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 5);
    RIG_IN(rig, 0x4d, 0, 0x77, 0, 0, 0, 0, 0, 255, 0); /* LTFS asks for 37h */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x4d, 0, 0x42, 1, 0, 0, 0, 0, 255, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x4d, 1, 0x42, 0, 0, 0, 0, 0, 255, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void densities_are_reported_newest_first(void **state)
{
    struct command_rig *rig = rig_ready("lto5", 0);

    (void)state;
    RIG_IN(rig, 0x44, 0, 0, 0, 0, 0, 0, 4, 0, 0);
    assert_int_equal(rig->command.done, 4 + 3 * 52);
    assert_int_equal(bw_get_be(rig->data, 2) + 2, rig->command.done);
    assert_int_equal(rig->data[4], 0x58);
    assert_int_equal(rig->data[6], 0xa0); /* writes, default */
    assert_int_equal(bw_get_be(rig->data + 4 + 12, 4), 1500000);
    assert_memory_equal(rig->data + 4 + 16, "LTO-CVE U-516   Ultrium 5/16T",
                        29);
    assert_int_equal(rig->data[4 + 2 * 52], 0x44);
    assert_int_equal(rig->data[4 + 2 * 52 + 2], 0x00); /* reads */
    /* of the tape that is in */
    rig->medium.cartridge.density = 0x46;
    RIG_IN(rig, 0x44, 1, 0, 0, 0, 0, 0, 4, 0, 0);
    assert_int_equal(rig->command.done, 4 + 52);
    assert_int_equal(rig->data[4], 0x46);
    /* kinds of cartridges */
    RIG_IN(rig, 0x44, 2, 0, 0, 0, 0, 0, 4, 0, 0);
    assert_int_equal(rig->command.done, 4 + 3 * 56);
    assert_int_equal(rig->data[4], 0x58);
    assert_int_equal(rig->data[9], 0x58);
    rig_free(rig);
}

static void density_of_no_tape_is_not_ready(void **state)
{
    struct command_rig *rig = rig_new("lto5");

    (void)state;
    rig_settle(rig);
    RIG_IN(rig, 0x44, 1, 0, 0, 0, 0, 0, 4, 0, 0);
    rig_expect_sense(rig, BW_SENSE_NOT_READY, 0x3a00);
    assert_int_equal(RIG_IN(rig, 0x44, 0, 0, 0, 0, 0, 0, 4, 0, 0), 0);
    rig_free(rig);
}

static void errors_of_the_last_mount_are_kept(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    bw_tape_moved(&rig->drive, true, 3000000, true);
    log_sense(rig, 0x17);
    assert_int_equal(number(rig, 4), 1);
    assert_int_equal(number(rig, 0x0e), 3);
    assert_int_equal(number(rig, 0x0c), 0);
    bw_tape_mounted(&rig->drive);
    log_sense(rig, 0x17);
    assert_int_equal(number(rig, 4), 0);
    assert_int_equal(number(rig, 0x0e), 0);
    assert_int_equal(number(rig, 0x0c), 1);
    assert_int_equal(number(rig, 0x10), 3);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_of_the_list_is_there),
        cmocka_unit_test(what_is_moved_is_counted),
        cmocka_unit_test(log_select_starts_counting_anew),
        cmocka_unit_test(alerts_are_told_once),
        cmocka_unit_test(volume_statistics_have_capacities_of_partitions),
        cmocka_unit_test(a_tape_without_an_end_is_as_large_as_its_density),
        cmocka_unit_test(pages_answer_without_a_tape),
        cmocka_unit_test(status_page_tells_what_is_in),
        cmocka_unit_test(parameter_pointer_skips_what_is_below),
        cmocka_unit_test(densities_are_reported_newest_first),
        cmocka_unit_test(density_of_no_tape_is_not_ready),
        cmocka_unit_test(errors_of_the_last_mount_are_kept),
    };

    return cmocka_run_group_tests_name("tape_log", tests, NULL, NULL);
}
