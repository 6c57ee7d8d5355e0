/*
 * A tape drive with a cartridge in memory: for tests of its commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_COMMAND_RIG_H
#define BENCHWIRE_TESTS_UNIT_TAPE_COMMAND_RIG_H

#include "unit_test.h"
#include "tape_file.h"

#include "peripherals/parts/tape_drive.h"

#define RIG_DATA (1u << 20)

struct command_rig {
    struct bw_tape_drive drive;
    struct bw_tape_host host;
    struct bw_tape_files files;
    struct bw_tape_medium medium;
    struct tape_file file[BW_TAPE_FILE_COUNT];
    bool exists[BW_TAPE_FILE_COUNT];
    struct bw_tape_command command; /* the last one */
    uint8_t data[RIG_DATA];         /* its data */
    uint64_t now_ms;
    bool locked;
    bool ejected;
};

static inline enum bw_tape_result rig_open(void *opaque, enum bw_tape_file file,
                                           bool create,
                                           const struct bw_tape_io **io)
{
    struct command_rig *rig = opaque;

    if (!rig->exists[file] && !create) {
        return BW_TAPE_NOT_FOUND;
    }
    rig->exists[file] = true;
    *io = &rig->file[file].io;
    return BW_TAPE_OK;
}

static inline enum bw_tape_result rig_remove(void *opaque,
                                             enum bw_tape_file file)
{
    struct command_rig *rig = opaque;

    rig->exists[file] = false;
    rig->file[file].size = 0;
    return BW_TAPE_OK;
}

static inline uint64_t rig_now_ms(void *opaque)
{
    return ((struct command_rig *)opaque)->now_ms;
}

static inline void rig_lock(void *opaque, bool locked)
{
    ((struct command_rig *)opaque)->locked = locked;
}

/* LOAD after an UNLOAD that ejected finds no cartridge. */
static inline bool rig_load(void *opaque, bool in)
{
    struct command_rig *rig = opaque;

    if (!in) {
        rig->ejected = true;
    }
    return !rig->ejected;
}

/* A blank cartridge; @capacity 0: without an end. */
static inline void rig_insert(struct command_rig *rig, uint64_t capacity)
{
    struct bw_tape_options options = { .gather = true, .capacity = capacity };
    struct bw_tape_verdict verdict;

    rig->exists[BW_TAPE_FILE_DATA_0] = true;
    rig->drive.config.capacity = capacity;
    assert_int_equal(
        bw_medium_open(&rig->medium, &rig->files, &options, &verdict),
        BW_TAPE_OK);
    bw_tape_insert(&rig->drive, &rig->medium);
}

static inline struct command_rig *rig_new(const char *profile)
{
    struct command_rig *rig = calloc(1, sizeof(*rig));
    struct bw_tape_config config = { .profile = bw_tape_profile(profile),
                                     .serial = "BW0123456789",
                                     .wwn = UINT64_C(0x5000c50012345678),
                                     .gather = true };

    assert_non_null(rig);
    rig->host = (struct bw_tape_host){ rig, rig_now_ms, rig_lock, rig_load };
    rig->files = (struct bw_tape_files){ rig, rig_open, rig_remove };
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        tape_file_init(&rig->file[i]);
    }
    bw_tape_init(&rig->drive, &config, &rig->host);
    return rig;
}

static inline void rig_free(struct command_rig *rig)
{
    if (rig->drive.medium) {
        bw_tape_remove(&rig->drive);
        bw_medium_close(&rig->medium);
    }
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        tape_file_free(&rig->file[i]);
    }
    free(rig);
}

/* Run @cdb with @size bytes of room or data in rig->data.  Returns: status. */
static inline unsigned rig_run(struct command_rig *rig, const uint8_t *cdb,
                               size_t length, size_t size)
{
    struct bw_tape_command *command = &rig->command;

    assert_true(length <= sizeof(command->cdb) && size <= RIG_DATA);
    memset(command, 0, sizeof(*command));
    memcpy(command->cdb, cdb, length);
    command->cdb_length = (unsigned)length;
    command->data = rig->data;
    command->size = size;
    bw_tape_execute(&rig->drive, command);
    assert_true(command->done <= size);
    return command->status;
}

/* Data-in, all that the CDB asks for. */
#define RIG_IN(rig, ...)                           \
    rig_run(rig, (const uint8_t[]){ __VA_ARGS__ }, \
            sizeof((const uint8_t[]){ __VA_ARGS__ }), RIG_DATA)

/* @list is data-out. */
#define RIG_OUT(rig, list, ...)                     \
    (memcpy((rig)->data, list, sizeof(list)),       \
     rig_run(rig, (const uint8_t[]){ __VA_ARGS__ }, \
             sizeof((const uint8_t[]){ __VA_ARGS__ }), sizeof(list)))

/* Unit attentions of power-on and of a new cartridge are told. */
static inline void rig_settle(struct command_rig *rig)
{
    for (unsigned i = 0; i < BW_TAPE_ATTENTIONS; i++) {
        if (RIG_IN(rig, 0x00, 0, 0, 0, 0, 0) != BW_SCSI_CHECK ||
            rig->command.sense.key != BW_SENSE_ATTENTION) {
            return;
        }
    }
}

/* A drive with a blank cartridge, ready. */
static inline struct command_rig *rig_ready(const char *profile,
                                            uint64_t capacity)
{
    struct command_rig *rig = rig_new(profile);

    rig_insert(rig, capacity);
    rig_settle(rig);
    return rig;
}

static inline void rig_expect_sense(const struct command_rig *rig,
                                    enum bw_sense_key key, bw_asc asc)
{
    assert_int_equal(rig->command.status, BW_SCSI_CHECK);
    assert_int_equal(rig->command.sense.key, key);
    assert_int_equal(rig->command.sense.asc, asc);
}

#endif
