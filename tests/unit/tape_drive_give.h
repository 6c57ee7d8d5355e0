/*
 * Commands for a drive with files in memory, and what came of the last one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_DRIVE_GIVE_H
#define BENCHWIRE_TESTS_UNIT_TAPE_DRIVE_GIVE_H

#include "tape_drive_rig.h"

#include "peripherals/parts/tape_drive_priv.h"
#include "../tape_replay.h"

static struct drive_rig rig;
static struct bw_tape_config config;
static uint8_t buffer[262144];

/* The answer to the last command. */
static struct bw_tape_command last;

static inline enum bw_sense_key give_from(uint32_t nexus, const char *text,
                                          size_t bytes)
{
    memset(&last, 0, sizeof(last));
    last.cdb_length = tape_hex(text, last.cdb, sizeof(last.cdb));
    last.nexus = nexus;
    last.data = buffer;
    last.size = bytes;
    assert_true(bytes <= sizeof(buffer));
    bw_tape_execute(&rig.drive, &last);
    return last.status == BW_SCSI_CHECK ? last.sense.key : BW_SENSE_NONE;
}

static inline void give(const char *text, size_t bytes)
{
    give_from(0, text, bytes);
}

static inline void assert_good(void)
{
    if (last.status != BW_SCSI_GOOD) {
        print_error("status %02x key %x asc %04x\n", last.status,
                    last.sense.key, last.sense.asc);
    }
    assert_int_equal(last.status, BW_SCSI_GOOD);
}

static inline void assert_check(enum bw_sense_key key, bw_asc asc)
{
    assert_int_equal(last.status, BW_SCSI_CHECK);
    assert_int_equal(last.sense.asc, asc);
    assert_int_equal(last.sense.key, key);
}

static inline void good(const char *text, size_t bytes)
{
    give(text, bytes);
    assert_good();
}

static inline struct memory_file *tape(void)
{
    return &rig.file[BW_TAPE_FILE_DATA_0];
}

static inline void start_with(const uint8_t *image, size_t bytes)
{
    rig_power_off(&rig);
    rig_power_on(&rig, &config);
    rig_insert(&rig, image, bytes, false);
    for (unsigned i = 0; i < 4; i++) {
        give("00 00 00 00 00 00", 0);
    }
    assert_good();
}

static inline void start(void)
{
    start_with(NULL, 0);
}

static inline unsigned object(void)
{
    uint8_t out[32];

    memcpy(out, buffer, sizeof(out));
    give("34 06 00 00 00 00 00 00 00 00", 32);
    assert_good();
    memcpy(out, buffer, sizeof(out));
    return tape_be32(out + 12);
}

static inline int fresh(void **state)
{
    (void)state;
    config = (struct bw_tape_config){
        .profile = bw_tape_profile("lto8"),
        .serial = "BW000001",
        .gather = true,
    };
    start();
    return 0;
}

static inline int finish(void **state)
{
    (void)state;
    rig_power_off(&rig);
    return 0;
}

#endif
