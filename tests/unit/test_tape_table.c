/*
 * Every command of the tape drive in every state: tests/tape_table.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_rig.h"

#include "tape_replay_rig.h"

static struct drive_rig drive_rig;

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    const struct bw_tape_config config = {
        .profile = bw_tape_profile("lto8"),
        .serial = "BW000001",
        .capacity = kind == TAPE_SMALL ? TAPE_SMALL_BYTES : 0,
        .early_warning = kind == TAPE_SMALL ? TAPE_SMALL_WARNING : 0,
        .gather = true,
    };

    (void)rig;
    rig_power_off(&drive_rig);
    rig_power_on(&drive_rig, &config);
    if (kind != TAPE_NONE) {
        rig_insert(&drive_rig, image, bytes, kind == TAPE_PROTECTED);
    }
}

static struct tape_rig rig = {
    .opaque = &drive_rig.drive,
    .data = replay_data,
    .begin = begin,
    .command = replay_command,
    .complain = replay_complain,
};

static void every_row_comes_out_as_it_says(void **state)
{
    unsigned rows = 0;

    (void)state;
    replay_complaints = 0;
    for (unsigned at = 0; at < TAPE_STATES; at++) {
        for (size_t i = 0; i < tape_tables[at].count; i++) {
            tape_replay_row(&rig, (enum tape_state)at,
                            &tape_tables[at].rows[i]);
            rows++;
        }
    }
    print_message("# %u rows\n", rows);
    assert_int_equal(replay_complaints, 0);
}

static void
commands_need_a_tape_that_is_threaded_and_not_protected(void **state)
{
    static const enum tape_state states[] = { ON_NONE, ON_UNLOADED,
                                              ON_PROTECTED };

    (void)state;
    replay_complaints = 0;
    for (unsigned i = 0; i < ARRAY_LEN(states); i++) {
        for (size_t g = 0; g < TAPE_GATES; g++) {
            tape_replay_gate(&rig, states[i], &tape_gates[g]);
        }
    }
    assert_int_equal(replay_complaints, 0);
}

/* The rows' data lengths are those that host adapters take from the CDB. */
static void transfer_lengths_are_those_of_the_rows(void **state)
{
    (void)state;
    for (unsigned at = ON_BOM; at < TAPE_STATES; at++) {
        for (size_t i = 0; i < tape_tables[at].count; i++) {
            const struct tape_row *row = &tape_tables[at].rows[i];
            uint8_t cdb[16] = { 0 };
            enum bw_tape_direction direction;
            uint64_t bytes;

            if (row->expect.field_valid) {
                continue;
            }
            tape_hex(row->cdb, cdb, sizeof(cdb));
            drive_rig.drive.state.block_size = tape_tables[at].block;
            direction = bw_tape_transfer(&drive_rig.drive, cdb, &bytes);
            assert_int_equal(bytes, row->in + row->out);
            assert_int_equal(direction, row->in    ? BW_TAPE_DATA_IN
                                        : row->out ? BW_TAPE_DATA_OUT
                                                   : BW_TAPE_NO_DATA);
        }
    }
}

static int finish(void **state)
{
    (void)state;
    rig_power_off(&drive_rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_out_as_it_says),
        cmocka_unit_test(
            commands_need_a_tape_that_is_threaded_and_not_protected),
        cmocka_unit_test(transfer_lengths_are_those_of_the_rows),
    };

    return cmocka_run_group_tests_name("tape table", tests, NULL, finish);
}
