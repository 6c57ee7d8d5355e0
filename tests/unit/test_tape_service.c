/*
 * peripherals/parts/tape_service.c, tape_opcodes.c: smaller services, and
 * what REPORT SUPPORTED OPERATION CODES says of the two tables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "peripherals/parts/tape_bytes.h"
#include "peripherals/parts/tape_drive_priv.h"

static void prevent_locks_the_cartridge_until_a_reset(void **state)
{
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(RIG_IN(rig, 0x1e, 0, 0, 0, 1, 0), BW_SCSI_GOOD);
    assert_true(rig->locked);
    RIG_IN(rig, 0x1b, 0, 0, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x5302);
    bw_tape_reset(&rig->drive, 0x2900);
    assert_false(rig->locked);
    rig_settle(rig);
    RIG_IN(rig, 0x1e, 0, 0, 0, 1, 0);
    RIG_IN(rig, 0x1e, 0, 0, 0, 0, 0);
    assert_false(rig->locked);
    RIG_IN(rig, 0x1e, 0, 0, 0, 2, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void the_self_test_passes(void **state)
{
    static const uint8_t page[] = { 0, 0, 0, 0 };
    static const uint8_t other[] = { 0x40, 0, 0, 0 };
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(RIG_IN(rig, 0x1d, 0x10, 0, 0, 0, 0), 0); /* LTFS */
    assert_int_equal(RIG_IN(rig, 0x1d, 0x04, 0, 0, 0, 0), 0);
    assert_int_equal(RIG_OUT(rig, page, 0x1d, 0x10, 0, 0, 4, 0), 0);
    RIG_OUT(rig, other, 0x1d, 0x10, 0, 0, 4, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    RIG_IN(rig, 0x1c, 1, 0, 0, 255, 0);
    assert_int_equal(rig->command.done, 5);
    assert_int_equal(rig->data[3], 1);
    RIG_IN(rig, 0x1c, 1, 0x40, 0, 255, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

/* LTFS asks for the size of a dump, and then for the dump. */
static void buffers_are_zeros(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_IN(rig, 0x3c, 3, 1, 0, 0, 0, 0, 0, 4, 0);
    assert_int_equal(rig->command.done, 4);
    assert_int_equal(bw_get_be(rig->data + 1, 3), 65536);
    memset(rig->data, 0xee, 70000);
    RIG_IN(rig, 0x3c, 2, 1, 0, 0, 0, 2, 0, 0, 0);
    assert_int_equal(rig->command.done, 65536);
    assert_int_equal(rig->data[65535], 0);
    assert_int_equal(rig->data[65536], 0xee);
    RIG_IN(rig, 0x3c, 2, 1, 0, 0xff, 0xf0, 0, 1, 0, 0);
    assert_int_equal(rig->command.done, 16);
    RIG_IN(rig, 0x3c, 2, 1, 1, 0, 1, 0, 1, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x3c, 0, 1, 0, 0, 0, 0, 0, 8, 0);
    assert_int_equal(bw_get_be(rig->data + 1, 3), 65536);
    RIG_IN(rig, 0x3c, 0x1c, 0, 0, 0, 0, 0, 0, 8, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(RIG_IN(rig, 0x3b, 2, 0, 0, 0, 0, 0, 0, 8, 0), 0);
    RIG_IN(rig, 0x3b, 5, 0, 0, 0, 0, 0, 0, 8, 0); /* firmware */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0x3b, 2, 0, 0, 0xff, 0xff, 0, 0, 2, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void the_clock_can_be_set(void **state)
{
    uint8_t list[12] = { 0 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    rig->now_ms = 1000000;
    RIG_IN(rig, 0xa3, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0);
    assert_int_equal(rig->command.done, 12);
    assert_int_equal(rig->data[2], 3);
    assert_int_equal(bw_get_be(rig->data + 4, 6), 1000000);
    bw_put_be(list + 4, 5000, 6);
    assert_int_equal(
        RIG_OUT(rig, list, 0xa4, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0), 0);
    rig->now_ms += 250;
    RIG_IN(rig, 0xa3, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0);
    assert_int_equal(rig->data[2], 2);
    assert_int_equal(bw_get_be(rig->data + 4, 6), 5250);
    RIG_OUT(rig, list, 0xa4, 0x0f, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x1a00);
    RIG_IN(rig, 0xa3, 0x05, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    rig_free(rig);
}

static void the_drive_cannot_encrypt_and_says_so(void **state)
{
    static const uint16_t pages[] = { 0x0000, 0x0001, 0x0010, 0x0020, 0x0021 };
    uint8_t list[20] = { 0, 0x10, 0, 0x10 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_IN(rig, 0xa2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->data[7], 2);
    assert_int_equal(rig->data[9], 0x20);
    for (unsigned i = 0; i < ARRAY_LEN(pages); i++) {
        RIG_IN(rig, 0xa2, 0x20, 0, (uint8_t)pages[i], 0, 0, 0, 0, 1, 0, 0, 0);
        assert_int_equal(rig->command.status, BW_SCSI_GOOD);
        assert_int_equal(bw_get_be(rig->data, 2), pages[i]);
        assert_int_equal(bw_get_be(rig->data + 2, 2) + 4, rig->command.done);
    }
    RIG_IN(rig, 0xa2, 0x20, 0, 0x30, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 2);
    RIG_IN(rig, 0xa2, 0xee, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 1);
    assert_int_equal(
        RIG_OUT(rig, list, 0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0, 20, 0, 0), 0);
    list[6] = 2; /* encrypt */
    RIG_OUT(rig, list, 0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0, 20, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 6);
    rig_free(rig);
}

/* --- REPORT SUPPORTED OPERATION CODES --------------------------------------*/

static const struct bw_tape_op *const tables[] = { bw_tape_motion_ops,
                                                   bw_tape_parameter_ops };

static void rows_of_the_tables_are_sound(void **state)
{
    (void)state;
    for (unsigned t = 0; t < 2; t++) {
        for (const struct bw_tape_op *op = tables[t]; op->run; op++) {
            const uint8_t cdb[16] = { op->opcode, op->service >= 0
                                                      ? (uint8_t)op->service
                                                      : 0 };

            assert_int_equal(op->length, bw_tape_cdb_length(op->opcode));
            assert_int_equal(op->usage[0], op->opcode);
            assert_int_equal((op->direction == BW_TAPE_NO_DATA) ==
                                 (op->bytes == NULL),
                             true);
            assert_non_null(op->name);
            if (op->service >= 0) {
                assert_int_equal(op->usage[1] & op->service, op->service);
            }
            /* no row hides another */
            assert_ptr_equal(bw_tape_find_op(cdb), op);
            for (unsigned i = op->length; i < 16; i++) {
                assert_int_equal(op->usage[i], 0);
            }
        }
    }
}

/* All 256 opcodes with all 32 service actions: RSOC's word is the gate's. */
static void one_opcode_at_a_time_agrees_with_the_gate(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        for (unsigned service = 0; service < 32; service++) {
            const uint8_t cdb[16] = { (uint8_t)opcode, (uint8_t)service };
            const struct bw_tape_op *op = bw_tape_find_op(cdb);
            bool has_service = op && op->service >= 0;

            RIG_IN(rig, 0xa3, 0x0c, 3, (uint8_t)opcode, 0,
                   has_service || !op ? (uint8_t)service : 0, 0, 0, 1, 0, 0, 0);
            assert_int_equal(rig->command.status, BW_SCSI_GOOD);
            assert_int_equal(rig->data[1] & 7, op ? 3 : 1);
            if (op) {
                assert_int_equal(bw_get_be(rig->data + 2, 2), op->length);
                assert_memory_equal(rig->data + 4, op->usage, op->length);
            }
        }
    }
    rig_free(rig);
}

static void the_list_of_all_has_every_row_once(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    for (unsigned timeouts = 0; timeouts < 2; timeouts++) {
        size_t at = 4, step = timeouts ? 20 : 8;

        RIG_IN(rig, 0xa3, 0x0c, timeouts ? 0x80 : 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        assert_int_equal(bw_get_be(rig->data, 4) + 4, rig->command.done);
        for (unsigned t = 0; t < 2; t++) {
            for (const struct bw_tape_op *op = tables[t]; op->run; op++) {
                const uint8_t *entry = rig->data + at;

                assert_true(at + step <= rig->command.done);
                assert_int_equal(entry[0], op->opcode);
                assert_int_equal(entry[5] & 1, op->service >= 0);
                assert_int_equal(entry[5] >> 1 & 1, timeouts);
                assert_int_equal(entry[7], op->length);
                at += step;
            }
        }
        assert_int_equal(at, rig->command.done);
    }
    rig_free(rig);
}

static void options_of_one_opcode_are_checked(void **state)
{
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    /* 1: opcodes without service actions */
    RIG_IN(rig, 0xa3, 0x0c, 1, 0x12, 0, 0, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->data[1], 3);
    RIG_IN(rig, 0xa3, 0x0c, 1, 0xa3, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    /* 2: with */
    RIG_IN(rig, 0xa3, 0x0c, 2, 0xa3, 0, 0x0c, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->data[1], 3);
    RIG_IN(rig, 0xa3, 0x0c, 2, 0x12, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    RIG_IN(rig, 0xa3, 0x0c, 4, 0x12, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    /* with time-outs */
    RIG_IN(rig, 0xa3, 0x0c, 0x81, 0x08, 0, 0, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->data[1], 0x83);
    assert_int_equal(rig->command.done, 4 + 6 + 12);
    assert_int_equal(bw_get_be(rig->data + 4 + 6, 2), 10);
    RIG_IN(rig, 0xa3, 0x0d, 0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->command.done, 16);
    rig_free(rig);
}

static void a_drive_without_mam_does_not_offer_it(void **state)
{
    struct command_rig *rig = rig_ready("dds3", 0);

    (void)state;
    RIG_IN(rig, 0xa3, 0x0c, 3, 0x8c, 0, 0, 0, 0, 1, 0, 0, 0);
    assert_int_equal(rig->data[1], 1);
    RIG_IN(rig, 0x8c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2000);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prevent_locks_the_cartridge_until_a_reset),
        cmocka_unit_test(the_self_test_passes),
        cmocka_unit_test(buffers_are_zeros),
        cmocka_unit_test(the_clock_can_be_set),
        cmocka_unit_test(the_drive_cannot_encrypt_and_says_so),
        cmocka_unit_test(rows_of_the_tables_are_sound),
        cmocka_unit_test(one_opcode_at_a_time_agrees_with_the_gate),
        cmocka_unit_test(the_list_of_all_has_every_row_once),
        cmocka_unit_test(options_of_one_opcode_are_checked),
        cmocka_unit_test(a_drive_without_mam_does_not_offer_it),
    };

    return cmocka_run_group_tests_name("tape_service", tests, NULL, NULL);
}
