/*
 * What LTFS asks of a drive, on the drive itself: tests/tape_ltfs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "../tape_ltfs.h"

static uint8_t data[TAPE_REPLAY_BYTES];
static struct command_rig *drive_rig;
static unsigned complaints;

static void begin(struct tape_rig *rig, enum tape_kind kind,
                  const uint8_t *image, size_t bytes)
{
    (void)rig;
    assert_int_equal(kind, TAPE_BLANK);
    assert_true(!image && !bytes);
    drive_rig = rig_new("lto8");
    rig_insert(drive_rig, 0);
}

static void command(struct tape_rig *rig, const uint8_t *cdb, unsigned length,
                    uint32_t in, uint32_t out, struct tape_answer *answer)
{
    struct bw_tape_command c = { .cdb_length = length };
    uint8_t *memory = malloc(in + out + 1);
    uint64_t bytes;

    assert_non_null(memory);
    memcpy(memory, rig->data, out);
    memcpy(c.cdb, cdb, length);
    /* host adapters take the length from the CDB */
    assert_int_equal(bw_tape_transfer(&drive_rig->drive, c.cdb, &bytes),
                     in    ? BW_TAPE_DATA_IN
                     : out ? BW_TAPE_DATA_OUT
                           : BW_TAPE_NO_DATA);
    assert_int_equal(bytes, in + out);
    c.data = memory;
    c.size = in + out;
    bw_tape_execute(&drive_rig->drive, &c);
    answer->status = (uint8_t)c.status;
    answer->done = (uint32_t)c.done;
    if (c.status == BW_SCSI_CHECK) {
        bw_sense_fixed(&c.sense, answer->sense, sizeof(answer->sense));
    }
    assert_true(c.done <= in);
    memcpy(rig->data, memory, c.done);
    free(memory);
}

static void complain(struct tape_rig *rig, const char *text)
{
    (void)rig;
    print_error("%s\n", text);
    complaints++;
}

static void ltfs_makes_mounts_and_unmounts_a_tape(void **state)
{
    struct tape_rig rig = {
        .data = data, .begin = begin, .command = command, .complain = complain
    };

    (void)state;
    tape_ltfs_replay(&rig);
    assert_int_equal(complaints, 0);
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
