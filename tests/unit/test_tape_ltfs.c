/*
 * What LTFS asks of a drive, on the drive itself: tests/tape_ltfs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "../tape_ltfs.h"
#include "tape_replay_rig.h"

static struct command_rig *drive_rig;

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    assert_int_equal(kind, TAPE_BLANK);
    assert_true(!image && !bytes);
    drive_rig = rig_new("lto8");
    rig_insert(drive_rig, 0);
    rig->opaque = &drive_rig->drive;
}

static void command(struct tape_rig *rig, const uint8_t *cdb, unsigned length,
                    uint32_t in, uint32_t out, struct tape_answer *answer)
{
    uint8_t whole[16] = { 0 };
    uint64_t bytes;

    memcpy(whole, cdb, length);
    /* host adapters take the length from the CDB */
    assert_int_equal(bw_tape_transfer(&drive_rig->drive, whole, &bytes),
                     in    ? BW_TAPE_DATA_IN
                     : out ? BW_TAPE_DATA_OUT
                           : BW_TAPE_NO_DATA);
    assert_int_equal(bytes, in + out);
    replay_command(rig, cdb, length, in, out, answer);
}

static void ltfs_makes_mounts_and_unmounts_a_tape(void **state)
{
    struct tape_rig rig = { .data = replay_data,
                            .begin = begin,
                            .command = command,
                            .complain = replay_complain };

    (void)state;
    tape_ltfs_replay(&rig);
    assert_int_equal(replay_complaints, 0);
    assert_false(drive_rig->locked);
    assert_int_equal(drive_rig->medium.cartridge.partitions, 2);
    rig_free(drive_rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ltfs_makes_mounts_and_unmounts_a_tape),
    };

    return cmocka_run_group_tests_name("tape_ltfs", tests, NULL, NULL);
}
