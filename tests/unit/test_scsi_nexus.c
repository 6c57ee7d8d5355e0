/*
 * lib/scsi_nexus.c: what is told once, what is refused until the position is
 * known again, and how long a block is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/scsi_nexus.h"

static struct bw_sense sense;

static bool admit(struct bw_scsi_nexus *n, uint8_t opcode, uint8_t byte1)
{
    const uint8_t cdb[16] = { opcode, byte1 };

    sense = (struct bw_sense){ 0 };
    return bw_scsi_nexus_admit(n, cdb, &sense);
}

static bool is_refused(struct bw_scsi_nexus *n, uint8_t opcode, uint8_t byte1)
{
    return !admit(n, opcode, byte1) && sense.key == BW_SENSE_MEDIUM &&
           sense.asc == 0x3b00;
}

static struct bw_scsi_nexus lost_tape(void)
{
    struct bw_scsi_nexus n;

    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    bw_scsi_nexus_lost(&n, true);
    return n;
}

static void end(struct bw_scsi_nexus *n, uint8_t opcode, uint8_t byte1)
{
    const uint8_t cdb[16] = { opcode, byte1 };
    const struct bw_scsi_ended ended = { .cdb = cdb };

    bw_scsi_nexus_ended(n, &ended);
}

static void end_with(struct bw_scsi_nexus *n, uint8_t opcode,
                     enum bw_sense_key key, bw_asc asc, bool seen)
{
    const uint8_t cdb[16] = { opcode };
    const struct bw_sense s = { .key = key, .asc = asc, .field_bit = -1 };
    uint8_t bytes[18];
    struct bw_scsi_ended ended = { .cdb = cdb,
                                   .status = BW_SCSI_CHECK,
                                   .sense = bytes };

    ended.sense_len = bw_sense_fixed(&s, bytes, sizeof(bytes));
    if (seen) {
        bw_scsi_nexus_ended(n, &ended);
    } else {
        bw_scsi_nexus_ended_unseen(n, &ended);
    }
}

/* --- what is told --- */

static void a_lost_link_is_told_once(void **state)
{
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    assert_true(admit(&n, 0x00, 0));
    bw_scsi_nexus_lost(&n, false);
    assert_true(admit(&n, 0x12, 0)); /* not to INQUIRY, REPORT LUNS, ... */
    assert_true(admit(&n, 0xa0, 0));
    assert_true(admit(&n, 0x03, 0));
    assert_false(admit(&n, 0x00, 0));
    assert_int_equal(sense.key, BW_SENSE_ATTENTION);
    assert_int_equal(sense.asc, 0x2907);
    assert_true(admit(&n, 0x00, 0));
}

static void what_a_command_has_told_is_not_told_again(void **state)
{
    struct bw_scsi_nexus n = lost_tape();

    (void)state;
    assert_true(admit(&n, 0x00, 0));
    assert_true(n.position_unknown);
}

static void a_reset_is_told_unless_the_unit_does(void **state)
{
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    bw_scsi_nexus_reset(&n, true);
    assert_true(admit(&n, 0x00, 0));
    bw_scsi_nexus_reset(&n, false);
    assert_false(admit(&n, 0x00, 0));
    assert_int_equal(sense.asc, 0x2900);
    assert_true(admit(&n, 0x00, 0));
    bw_scsi_nexus_lost(&n, false);
    bw_scsi_nexus_reset(&n, false);
    assert_false(admit(&n, 0x00, 0));
    assert_int_equal(sense.asc, 0x2907);
}

static void an_attention_that_nobody_saw_is_told_later(void **state)
{
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    end_with(&n, 0x00, BW_SENSE_ATTENTION, 0x2800, true);
    assert_true(admit(&n, 0x00, 0));
    end_with(&n, 0x00, BW_SENSE_ATTENTION, 0x2800, false);
    assert_false(admit(&n, 0x00, 0));
    assert_int_equal(sense.asc, 0x2800);
    assert_true(admit(&n, 0x00, 0));
}

/* --- the position --- */

static void without_a_position_nothing_is_read_written_or_moved(void **state)
{
    static const uint8_t need[] = { 0x04, 0x08, 0x0a, 0x0b, 0x0f, 0x10,
                                    0x11, 0x13, 0x14, 0x19, 0x80, 0x81,
                                    0x82, 0x88, 0x8a, 0x8f, 0x91, 0x93 };
    static const uint8_t pass[] = { 0x00, 0x01, 0x03, 0x05, 0x12, 0x15, 0x1a,
                                    0x1b, 0x1e, 0x2b, 0x34, 0x44, 0x4d, 0x55,
                                    0x5a, 0x5e, 0x5f, 0x8c, 0x92, 0xa0 };
    struct bw_scsi_nexus n = lost_tape();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(need); i++) {
        assert_true(is_refused(&n, need[i], 1));
    }
    for (size_t i = 0; i < ARRAY_LEN(pass); i++) {
        assert_true(admit(&n, pass[i], 1));
    }
    assert_true(admit(&n, 0x11, 3)); /* SPACE to the end of data */
    assert_true(admit(&n, 0x91, 3));
}

static void a_place_of_its_own_gives_the_position_back(void **state)
{
    static const uint8_t give[][2] = { { 0x01, 0 }, { 0x1b, 0 }, { 0x2b, 0 },
                                       { 0x92, 0 }, { 0x11, 3 }, { 0x91, 3 } };
    static const uint8_t leave[][2] = { { 0x34, 0 }, { 0x00, 0 }, { 0x15, 0 } };
    struct bw_scsi_nexus n;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(give); i++) {
        n = lost_tape();
        end_with(&n, give[i][0], BW_SENSE_MEDIUM, 0x1500, true);
        assert_true(is_refused(&n, 0x08, 0));
        end(&n, give[i][0], give[i][1]);
        assert_true(admit(&n, 0x08, 0));
    }
    for (size_t i = 0; i < ARRAY_LEN(leave); i++) {
        n = lost_tape();
        end(&n, leave[i][0], leave[i][1]);
        assert_true(is_refused(&n, 0x08, 0));
    }
}

static void another_tape_gives_the_position_back(void **state)
{
    struct bw_scsi_nexus n = lost_tape();

    (void)state;
    end_with(&n, 0x00, BW_SENSE_ATTENTION, 0x2900, true);
    assert_true(n.position_unknown);
    end_with(&n, 0x00, BW_SENSE_ATTENTION, 0x2800, true);
    assert_false(n.position_unknown);
}

static void only_what_may_move_loses_the_position_when_abandoned(void **state)
{
    static const uint8_t keep[] = { 0x00, 0x05, 0x15, 0x1a, 0x1e,
                                    0x34, 0x4d, 0x5a, 0x8c, 0xa3 };
    static const uint8_t move[] = { 0x01, 0x08, 0x0a, 0x10, 0x11, 0x19,
                                    0x1b, 0x1d, 0x2b, 0x92, 0xc0 };
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    for (size_t i = 0; i < ARRAY_LEN(keep); i++) {
        bw_scsi_nexus_abandon(&n, (const uint8_t[16]){ keep[i] });
        assert_false(n.position_unknown);
    }
    for (size_t i = 0; i < ARRAY_LEN(move); i++) {
        bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
        bw_scsi_nexus_abandon(&n, (const uint8_t[16]){ move[i] });
        assert_true(n.position_unknown);
    }
    bw_scsi_nexus_abandon(&n, (const uint8_t[16]){ 0x01 });
    end_with(&n, 0x01, BW_SENSE_NONE, 0, false);
    assert_true(n.position_unknown); /* nobody knows that it was rewound */
}

static void disks_have_no_position(void **state)
{
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_DISK);
    bw_scsi_nexus_lost(&n, true);
    bw_scsi_nexus_abandon(&n, (const uint8_t[16]){ 0x0a });
    assert_true(admit(&n, 0x0a, 0));
    assert_true(admit(&n, 0x08, 0));
    bw_scsi_nexus_lost(&n, false);
    assert_false(admit(&n, 0x0a, 0));
    assert_true(admit(&n, 0x0a, 0));
}

/* --- the block length --- */

static void take(struct bw_scsi_nexus *n, const uint8_t *cdb, uint8_t status,
                 const uint8_t *data, size_t len)
{
    const struct bw_scsi_ended ended = {
        .cdb = cdb, .status = status, .data = data, .len = len
    };

    bw_scsi_nexus_ended(n, &ended);
}

static const uint8_t six[12] = { 0, 0, 0x10, 8, 0, 0, 0, 0, 0, 0, 2, 0 };
static const uint8_t ten[16] = { 0, 0, 0, 0x10, 0, 0, 0, 8,
                                 0, 0, 0, 0,    0, 1, 0, 0 };

static void mode_parameters_tell_the_block_length(void **state)
{
    static const struct {
        uint8_t cdb[16];
        const uint8_t *data;
        size_t len;
        uint32_t block;
    } rows[] = {
        { { 0x15, 0x10 }, six, 12, 512 },
        { { 0x1a, 0, 0 }, six, 12, 512 },
        { { 0x55, 0x10 }, ten, 16, 65536 },
        { { 0x5a, 0, 0x0f }, ten, 16, 65536 },
    };
    struct bw_scsi_nexus n;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
        assert_false(n.block_known);
        take(&n, rows[i].cdb, BW_SCSI_CHECK, rows[i].data, rows[i].len);
        assert_false(n.block_known); /* only what succeeds */
        take(&n, rows[i].cdb, BW_SCSI_GOOD, rows[i].data, rows[i].len - 1);
        assert_false(n.block_known); /* only what is there */
        take(&n, rows[i].cdb, BW_SCSI_GOOD, rows[i].data, rows[i].len);
        assert_true(n.block_known);
        assert_int_equal(n.block_len, rows[i].block);
    }
}

static void mode_parameters_of_other_kinds_do_not(void **state)
{
    static const uint8_t none[12] = { 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 2, 0 };
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    take(&n, (const uint8_t[16]){ 0x1a, 0, 0x40 }, BW_SCSI_GOOD, six, 12);
    take(&n, (const uint8_t[16]){ 0x1a, 0, 0xcf }, BW_SCSI_GOOD, six, 12);
    take(&n, (const uint8_t[16]){ 0x5a, 0, 0x80 }, BW_SCSI_GOOD, ten, 16);
    take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, none, 12);
    assert_false(n.block_known);
}

static void the_block_length_is_forgotten_when_it_may_be_another(void **state)
{
    static const struct {
        bw_asc asc;
        bool known;
    } rows[] = { { 0x2800, false },
                 { 0x2901, false },
                 { 0x2a01, false },
                 { 0x2a09, true },
                 { 0x3f01, true } };
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, six, 12);
        end_with(&n, 0x00, BW_SENSE_ATTENTION, rows[i].asc, true);
        assert_int_equal(n.block_known, rows[i].known);
    }
    bw_scsi_nexus_lost(&n, true);
    assert_false(n.block_known);
    take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, six, 12);
    bw_scsi_nexus_abandon(&n, (const uint8_t[16]){ 0x15 });
    assert_false(n.block_known);
    take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, six, 12);
    bw_scsi_nexus_reset(&n, true);
    assert_false(n.block_known);
}

static void blocks_of_unknown_length_cannot_be_measured(void **state)
{
    static const uint8_t fixed[] = { 0x08, 0x0a, 0x0f, 0x14, 0x81, 0x88, 0x8a };
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_TAPE);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        assert_true(bw_scsi_nexus_is_unmeasured(
            &n, (const uint8_t[16]){ fixed[i], 1 }));
        assert_false(bw_scsi_nexus_is_unmeasured(
            &n, (const uint8_t[16]){ fixed[i], 2 }));
    }
    assert_true(
        bw_scsi_nexus_is_unmeasured(&n, (const uint8_t[16]){ 0x13, 3 }));
    assert_false(
        bw_scsi_nexus_is_unmeasured(&n, (const uint8_t[16]){ 0x13, 1 }));
    assert_false(
        bw_scsi_nexus_is_unmeasured(&n, (const uint8_t[16]){ 0x11, 1 }));
    take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, six, 12);
    assert_false(
        bw_scsi_nexus_is_unmeasured(&n, (const uint8_t[16]){ 0x08, 1 }));
}

static void disks_tell_it_with_their_capacity(void **state)
{
    static const uint8_t ten_bytes[8] = { 0, 0, 1, 0, 0, 0, 0x10, 0 };
    static const uint8_t long_form[12] = {
        0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x10, 0
    };
    struct bw_scsi_nexus n;

    (void)state;
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_DISK);
    assert_int_equal(n.block_len, 512);
    take(&n, (const uint8_t[16]){ 0x25 }, BW_SCSI_GOOD, ten_bytes, 8);
    assert_int_equal(n.block_len, 4096);
    bw_scsi_nexus_lost(&n, true);
    assert_int_equal(n.block_len, 4096);
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_DISK);
    take(&n, (const uint8_t[16]){ 0x9e, 0x10 }, BW_SCSI_GOOD, long_form, 12);
    assert_int_equal(n.block_len, 4096);
    take(&n, (const uint8_t[16]){ 0x15 }, BW_SCSI_GOOD, six, 12);
    assert_int_equal(n.block_len, 4096);
    bw_scsi_nexus_init(&n, BW_SCSI_TYPE_ROM);
    assert_int_equal(n.block_len, 2048);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_link_is_told_once),
        cmocka_unit_test(what_a_command_has_told_is_not_told_again),
        cmocka_unit_test(a_reset_is_told_unless_the_unit_does),
        cmocka_unit_test(an_attention_that_nobody_saw_is_told_later),
        cmocka_unit_test(without_a_position_nothing_is_read_written_or_moved),
        cmocka_unit_test(a_place_of_its_own_gives_the_position_back),
        cmocka_unit_test(another_tape_gives_the_position_back),
        cmocka_unit_test(only_what_may_move_loses_the_position_when_abandoned),
        cmocka_unit_test(disks_have_no_position),
        cmocka_unit_test(mode_parameters_tell_the_block_length),
        cmocka_unit_test(mode_parameters_of_other_kinds_do_not),
        cmocka_unit_test(the_block_length_is_forgotten_when_it_may_be_another),
        cmocka_unit_test(blocks_of_unknown_length_cannot_be_measured),
        cmocka_unit_test(disks_tell_it_with_their_capacity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
