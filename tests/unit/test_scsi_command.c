/*
 * lib/scsi_command.h: times, names, and which commands are let through.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/scsi_command.h"

#define DISK    0x00u
#define TAPE    0x01u
#define CHANGER 0x08u

static struct bw_scsi_rules parse(const char *text)
{
    struct bw_scsi_rules rules;
    const char *bad;

    if (!bw_scsi_rules_parse(&rules, text, &bad)) {
        fail_msg("%s: %s", text, bad);
    }
    return rules;
}

static bool allows(const char *text, unsigned type, uint8_t opcode)
{
    struct bw_scsi_rules rules = parse(text);
    const uint8_t cdb[16] = { opcode };

    return bw_scsi_rules_allow(&rules, type, cdb);
}

static void each_code_has_the_time_of_what_it_does(void **state)
{
    static const struct {
        unsigned type;
        uint8_t opcode;
        enum bw_scsi_time time;
    } rows[] = {
        { TAPE, 0x08, BW_SCSI_TIME_DATA },
        { TAPE, 0x0a, BW_SCSI_TIME_DATA },
        { TAPE, 0x10, BW_SCSI_TIME_DATA },
        { TAPE, 0x34, BW_SCSI_TIME_DATA },
        { TAPE, 0x00, BW_SCSI_TIME_MOTION },
        { DISK, 0x00, BW_SCSI_TIME_DATA },
        { TAPE, 0x01, BW_SCSI_TIME_MOTION },
        { TAPE, 0x11, BW_SCSI_TIME_MOTION },
        { TAPE, 0x91, BW_SCSI_TIME_MOTION },
        { TAPE, 0x1b, BW_SCSI_TIME_MOTION },
        { TAPE, 0x2b, BW_SCSI_TIME_MOTION },
        { TAPE, 0x92, BW_SCSI_TIME_MOTION },
        { CHANGER, 0xa5, BW_SCSI_TIME_MOTION },
        { CHANGER, 0x07, BW_SCSI_TIME_MOTION },
        { TAPE, 0x19, BW_SCSI_TIME_ERASE },
        { TAPE, 0x93, BW_SCSI_TIME_ERASE },
        { DISK, 0x93, BW_SCSI_TIME_MOTION },
        { TAPE, 0x04, BW_SCSI_TIME_ERASE },
        { TAPE, 0xc1, BW_SCSI_TIME_MOTION }, /* not known */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bw_scsi_time_of(rows[i].type, &rows[i].opcode) != rows[i].time) {
            fail_msg("0x%02x of type %u", rows[i].opcode, rows[i].type);
        }
    }
    assert_int_equal(bw_scsi_time_ms[BW_SCSI_TIME_DATA], 2400000);
    assert_int_equal(bw_scsi_time_ms[BW_SCSI_TIME_MOTION], 14000000);
    assert_int_equal(bw_scsi_time_ms[BW_SCSI_TIME_ERASE], 112000000);
}

static void a_code_is_named_by_its_device(void **state)
{
    (void)state;
    assert_string_equal(bw_scsi_command_name(TAPE, 0x01), "REWIND");
    assert_string_equal(bw_scsi_command_name(DISK, 0x01), "REZERO UNIT");
    assert_string_equal(bw_scsi_command_name(TAPE, 0x2b), "LOCATE(10)");
    assert_string_equal(bw_scsi_command_name(DISK, 0x2b), "SEEK(10)");
    assert_string_equal(bw_scsi_command_name(TAPE, 0xc0), "an unknown command");
    assert_int_equal(bw_scsi_cdb_len(0x0a), 6);
    assert_int_equal(bw_scsi_cdb_len(0x5f), 10);
    assert_int_equal(bw_scsi_cdb_len(0x91), 16);
    assert_int_equal(bw_scsi_cdb_len(0xa5), 12);
    assert_int_equal(bw_scsi_cdb_len(0x7f), 0);
    assert_int_equal(bw_scsi_cdb_len(0xc0), 0);
}

static void what_a_backup_needs_is_let_through(void **state)
{
    /* docs: what st, LTFS and mtx send */
    static const uint8_t tape[] = {
        0x00, 0x01, 0x03, 0x04, 0x05, 0x08, 0x0a, 0x10, 0x11, 0x12, 0x15, 0x16,
        0x17, 0x19, 0x1a, 0x1b, 0x1e, 0x2b, 0x34, 0x3c, 0x44, 0x4d, 0x55, 0x5a,
        0x5e, 0x5f, 0x8c, 0x8d, 0x91, 0x92, 0xa0, 0xa3, 0x0b, 0xab, 0xa2, 0xb5
    };
    static const uint8_t changer[] = { 0x00, 0x07, 0x12, 0xa5,
                                       0xb8, 0x1a, 0xa7, 0xb5 };

    (void)state;
    for (size_t i = 0; i < sizeof(tape); i++) {
        assert_true(allows("default", TAPE, tape[i]));
    }
    for (size_t i = 0; i < sizeof(changer); i++) {
        assert_true(allows("", CHANGER, changer[i]));
    }
}

static void what_could_ruin_the_device_is_not(void **state)
{
    static const uint8_t never[] = { 0x3b, 0x7f, 0x83, 0x85, 0xa1,
                                     0xc0, 0xd5, 0xff, 0x02 };

    (void)state;
    for (size_t i = 0; i < sizeof(never); i++) {
        assert_false(allows("default", TAPE, never[i]));
        assert_true(allows("all", TAPE, never[i]));
    }
    assert_false(allows("default", DISK, 0x04)); /* FORMAT UNIT */
    assert_false(allows("default", DISK, 0x48));
    assert_false(allows("default", DISK, 0xb5)); /* a disk's password */
    assert_false(allows("default", BW_SCSI_TYPE_ANY, 0xb5));
    assert_true(allows("default", TAPE, 0x04));
}

static void only_the_plain_self_test_is_let_through(void **state)
{
    struct bw_scsi_rules rules = parse("default");
    uint8_t cdb[16] = { 0x1d, 0x04 };

    (void)state;
    assert_true(bw_scsi_rules_allow(&rules, TAPE, cdb));
    cdb[1] = 0x14;
    assert_true(bw_scsi_rules_allow(&rules, TAPE, cdb));
    cdb[1] = 0x05; /* UNITOFFL */
    assert_false(bw_scsi_rules_allow(&rules, TAPE, cdb));
    cdb[1] = 0x10;
    cdb[4] = 8; /* a parameter list */
    assert_false(bw_scsi_rules_allow(&rules, TAPE, cdb));
    memset(cdb, 0, sizeof(cdb));
    cdb[0] = 0xa4;
    cdb[1] = 0x0f; /* SET TIMESTAMP */
    assert_true(bw_scsi_rules_allow(&rules, TAPE, cdb));
    cdb[1] = 0x0b; /* CHANGE ALIASES */
    assert_false(bw_scsi_rules_allow(&rules, TAPE, cdb));
}

static void the_owner_has_the_last_word(void **state)
{
    struct bw_scsi_rules rules;
    const char *bad;

    (void)state;
    assert_true(allows("default +0x3b -0x0a", TAPE, 0x3b));
    assert_false(allows("default +0x3b -0x0a", TAPE, 0x0a));
    assert_true(allows("default +0x3b -0x0a", TAPE, 0x08));
    assert_false(allows("all, -0x3B", TAPE, 0x3b));
    assert_true(allows("all, -0x3B", TAPE, 0xc0));
    assert_true(allows("-0xff +0xff", TAPE, 0xff)); /* the last one holds */
    assert_false(bw_scsi_rules_parse(&rules, "default 0x3b", &bad));
    assert_string_equal(bad, "0x3b");
    assert_false(bw_scsi_rules_parse(&rules, "+0x3", &bad));
    assert_false(bw_scsi_rules_parse(&rules, "+0x3bb", &bad));
    assert_false(bw_scsi_rules_parse(&rules, "+0xg0", &bad));
    assert_false(bw_scsi_rules_parse(&rules, "everything", &bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_the_time_of_what_it_does),
        cmocka_unit_test(a_code_is_named_by_its_device),
        cmocka_unit_test(what_a_backup_needs_is_let_through),
        cmocka_unit_test(what_could_ruin_the_device_is_not),
        cmocka_unit_test(only_the_plain_self_test_is_let_through),
        cmocka_unit_test(the_owner_has_the_last_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
