/*
 * What LTFS asks of a tape drive, from mkltfs to the unmount: a script.
 *
 * The commands, their order and their data are those seen when LTFS makes a
 * tape, mounts it, writes, reads and unmounts it; answers are what it needs to
 * go on ("expects") and what SSC-3 and SPC-4 say.  Replayed on the drive
 * itself by tests/unit/test_tape_ltfs.c, and through QEMU's host adapters by
 * tests/qtest/scsi-tape-ltfs-test.c.
 *
 * The drive is one of profile lto8, with a place for a second partition.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TAPE_LTFS_H
#define BENCHWIRE_TESTS_TAPE_LTFS_H

#include "tape_replay.h"

#define LTFS_ANY UINT32_MAX

struct ltfs_step {
    const char *what;
    const char *cdb;
    uint32_t in;
    uint32_t out;     /* bytes; @list, and tape_byte() of @object behind */
    const char *list; /* hex */
    unsigned object;  /* data-in behind @at is this one's */
    uint8_t status, key;
    uint16_t asc;
    uint32_t done;    /* bytes of data-in; LTFS_ANY: not looked at */
    uint32_t at;      /* data-in has @data there */
    const char *data; /* hex */
};

/* clang-format off */
#define DO(what, cdb)       { what, cdb, 0, 0, NULL, 0, 0, 0, 0, 0, 0, NULL }
#define FAILS(what, cdb, in, key, asc) \
    { what, cdb, in, 0, NULL, 0, 2, key, asc, 0, 0, NULL }
#define GETS(what, cdb, in, done, at, data) \
    { what, cdb, in, 0, NULL, 0, 0, 0, 0, done, at, data }
#define SENDS(what, cdb, out, list) \
    { what, cdb, 0, out, list, 0, 0, 0, 0, 0, 0, NULL }
#define RECORD(what, cdb, object, out) \
    { what, cdb, 0, out, NULL, object, 0, 0, 0, 0, 0, NULL }
#define READS(what, object, done) \
    { what, "08 02 08 00 00 00", 524288, 0, NULL, object, 0, 0, 0, done, 0, \
      NULL }

#define WHERE(what, flags, partition, object, file) \
    GETS(what, "34 06 00 00 00 00 00 00 00 00", 32, 32, 0, \
         flags " 00 00 00" partition "00 00 00 00" object \
         "00 00 00 00" file)
#define SENSE_HEADER "00 00 00 10 00 00 00 08 5e 00 00 00 00 00 00 00"
#define KEY "42 65 6e 63 68 77 69 72"
#define NO_KEY "00 00 00 00 00 00 00 00"

/* The first part: mkltfs looks at the drive, makes two partitions, writes the
 * labels and an empty index to both. */
static const struct ltfs_step ltfs_format[] = {
    GETS("identity", "12 00 00 00 38 00", 56, 56, 8,
         "49 42 4d 20 20 20 20 20 55 4c 54 33 35 38 30 2d 54 44 38 20 20 20 20"
         "20 48 42 38 31"),
    GETS("serial number", "12 01 80 00 ff 00", 255, LTFS_ANY, 0, "01 80"),
    GETS("opcodes", "a3 0c 80 00 00 00 00 00 40 00 00 00", 16384, LTFS_ANY, 0,
         "00 00"),
    DO("self-test", "1d 10 00 00 00 00"),
    GETS("size of a dump", "3c 03 01 00 00 00 00 00 04 00", 4, 4, 0,
         "00 01 00 00"),
    DO("ready", "00 00 00 00 00 00"),
    SENDS("register", "5f 06 00 00 00 00 00 00 18 00", 24, NO_KEY KEY NO_KEY),
    SENDS("reserve", "5f 01 03 00 00 00 00 00 18 00", 24,
          KEY NO_KEY NO_KEY),
    DO("lock", "1e 00 00 00 01 00"),
    GETS("block limits", "05 00 00 00 00 00", 6, 6, 0, "00 80 00 00 00 01"),
    DO("load", "1b 00 00 00 01 00"),
    WHERE("position at first", "80", "00 00 00 00", "00 00 00 00",
          "00 00 00 00"),
    /* density and cartridge: the pair has to be one that LTFS knows */
    GETS("all pages", "5a 00 3f 00 00 00 00 04 00 00", 1024, LTFS_ANY, 2,
         "88 10 00 00 00 08 5e"),
    GETS("block protection", "5a 00 0a f0 00 00 00 00 30 00", 48, 48, 16,
         "4a f0 00 1c 00 00 00"),
    SENDS("no block protection", "55 10 00 00 00 00 00 00 30 00", 48,
          SENSE_HEADER "4a f0 00 1c 00 00 00 00 00 00 00 00 00 00 00 00"
          "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"),
    GETS("device configuration", "5a 00 10 00 00 00 00 00 20 00", 32, 32, 16,
         "10 0e"),
    GETS("its extension", "5a 00 10 01 00 00 00 00 30 00", 48, 48, 16,
         "50 01 00 1c 00 00 00 00"),
    SENDS("programmable early warning", "55 10 00 00 00 00 00 00 30 00", 48,
          SENSE_HEADER "50 01 00 1c 00 00 00 64 00 00 00 00 00 00 00 00"
          "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"),
    GETS("compression", "5a 00 0f 00 00 00 00 00 20 00", 32, 32, 16,
         "0f 0e c0"),
    SENDS("compression on", "55 10 00 00 00 00 00 00 20 00", 32,
          SENSE_HEADER "0f 0e c0 80 00 00 00 01 00 00 00 01 00 00 00 00"),
    FAILS("IBM's page 25h", "5a 00 25 00 00 00 00 00 30 00", 48, 5, 0x2400),
    GETS("volume statistics", "4d 00 57 00 00 00 00 ff ff 00", 65535, LTFS_ANY,
         0, "17 00"),
    FAILS("IBM's page 37h", "4d 00 77 00 00 00 00 ff ff 00", 65535, 5, 0x2400),
    FAILS("no coherency of a blank tape",
          "8c 00 00 00 00 00 00 00 08 0c 00 00 00 4f 00 00", 79, 5, 0x2400),
    GETS("partitions", "5a 00 11 00 00 00 00 00 1c 00", 28, 28, 16,
         "11 0a 01 00"),
    DO("load again", "1b 00 00 00 01 00"),
    SENDS("two partitions", "55 10 00 00 00 00 00 00 1c 00", 28,
          SENSE_HEADER "11 0a 01 01 3c 03 09 00 00 01 ff ff"),
    DO("whole capacity", "0b 00 00 ff ff 00"),
    DO("format", "04 00 01 00 00 00"),
    GETS("partitions there are", "5a 00 11 00 00 00 00 00 1c 00", 28, 28, 16,
         "11 0a 01 01"),
    DO("to partition 1", "92 02 00 01 00 00 00 00 00 00 00 00 00 00 00 00"),
    WHERE("in partition 1", "80", "00 00 00 01", "00 00 00 00",
          "00 00 00 00"),
    RECORD("label", "0a 00 00 00 50 00", 0, 80),
    DO("mark", "10 00 00 00 01 00"),
    RECORD("LTFS label", "0a 00 00 10 00 00", 2, 4096),
    DO("two marks", "10 00 00 00 02 00"),
    RECORD("index", "0a 00 08 00 00 00", 5, 524288),
    RECORD("index's end", "0a 00 00 30 39 00", 6, 12345),
    DO("mark behind it", "10 00 00 00 01 00"),
    WHERE("behind the index", "00", "00 00 00 01", "00 00 00 08",
          "00 00 00 04"),
    DO("to partition 0", "92 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00"),
    RECORD("label of 0", "0a 00 00 00 50 00", 0, 80),
    DO("mark", "10 00 00 00 01 00"),
    RECORD("LTFS label of 0", "0a 00 00 10 00 00", 2, 4096),
    DO("two marks", "10 00 00 00 02 00"),
    RECORD("index of 0", "0a 00 00 30 39 00", 5, 12345),
    DO("mark behind it, at once", "10 01 00 00 01 00"),
    DO("all to the tape", "10 00 00 00 00 00"),
    WHERE("behind index 0", "00", "00 00 00 00", "00 00 00 07",
          "00 00 00 04"),
};

#define COHERENCY "08 0c 00 00 46 04 00 00 00 01 00 00 00 00 00 00 00 01"

/* Then attributes: who wrote the tape, and the index that is valid. */
static const struct ltfs_step ltfs_attributes[] = {
    GETS("change reference",
         "8c 00 00 00 00 00 00 00 00 09 00 00 00 0d 00 00", 13, 13, 4,
         "00 09 80 00 04"),
    SENDS("coherency 0",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 4f 00 00", 79,
          "00 00 00 4f" COHERENCY),
    SENDS("coherency 1",
          "8d 01 00 00 00 00 00 01 00 00 00 00 00 4f 00 00", 79,
          "00 00 00 4f" COHERENCY),
    SENDS("application's vendor",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 11 00 00", 17,
          "00 00 00 11 08 00 01 00 08 4c 54 46 53 20 20 20 20"),
    SENDS("its version",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 11 00 00", 17,
          "00 00 00 11 08 02 01 00 08 32 2e 34 2e 38 20 20 20"),
    SENDS("text localization",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 0a 00 00", 10,
          "00 00 00 0a 08 05 00 00 01 81"),
    SENDS("format version",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 19 00 00", 25,
          "00 00 00 19 08 0b 01 00 10 32 2e 34 2e 30 20 20 20 20 20 20 20 20 20"
          "20 20"),
    SENDS("volume lock",
          "8d 01 00 00 00 00 00 00 00 00 00 00 00 0a 00 00", 10,
          "00 00 00 0a 16 23 00 00 01 00"),
    GETS("volume lock that is",
         "8c 00 00 00 00 00 00 00 16 23 00 00 00 0a 00 00", 10, 10, 4,
         "16 23 00 00 01 00"),
    GETS("room of 0",
         "8c 00 00 00 00 00 00 00 00 00 00 00 00 11 00 00", 17, 17, 4,
         "00 00 80 00 08"),
};

/* Mount: labels and indexes of both partitions, a file, unmount. */
static const struct ltfs_step ltfs_mount[] = {
    DO("load", "1b 00 00 00 01 00"),
    DO("to the labels", "92 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00"),
    /* GOOD and a residue: LTFS takes the length of the label from it */
    READS("label", 0, 80),
    FAILS("a mark", "08 02 08 00 00 00", 524288, 0, 0x0001),
    READS("LTFS label", 2, 4096),
    GETS("coherency that was written",
         "8c 00 00 00 00 00 00 00 08 0c 00 00 00 4f 00 00", 79, 79, 4,
         COHERENCY),
    GETS("coherency of 1",
         "8c 00 00 00 00 00 00 01 08 0c 00 00 00 4f 00 00", 79, 79, 4,
         COHERENCY),
    GETS("capacities", "4d 00 57 00 00 00 00 ff ff 00", 65535, LTFS_ANY, 0,
         "17 00"),
    FAILS("beyond the end",
          "92 02 00 00 ff ff ff ff ff ff ff ff 00 00 00 00", 0, 8, 0x0005),
    WHERE("at the end of 0", "00", "00 00 00 00", "00 00 00 07",
          "00 00 00 04"),
    DO("a mark back", "91 01 00 00 ff ff ff ff ff ff ff ff 00 00 00 00"),
    DO("and another", "91 01 00 00 ff ff ff ff ff ff ff ff 00 00 00 00"),
    DO("forward over it", "91 01 00 00 00 00 00 00 00 00 00 01 00 00 00 00"),
    READS("index of 0", 5, 12345),
    DO("to index 1", "92 02 00 01 00 00 00 00 00 00 00 05 00 00 00 00"),
    READS("index of 1", 5, 524288),
    READS("its end", 6, 12345),
    FAILS("to the end of 1",
          "92 02 00 01 ff ff ff ff ff ff ff ff 00 00 00 00", 0, 8, 0x0005),
    RECORD("a file", "0a 00 08 00 00 00", 8, 524288),
    RECORD("its end", "0a 00 00 00 07 00", 9, 7),
    DO("mark, at once", "10 01 00 00 01 00"),
    WHERE("behind the file", "00", "00 00 00 01", "00 00 00 0b",
          "00 00 00 05"),
    DO("to the file", "92 00 00 00 00 00 00 00 00 00 00 08 00 00 00 00"),
    READS("the file", 8, 524288),
    READS("its end", 9, 7),
    FAILS("a mark", "08 02 08 00 00 00", 524288, 0, 0x0001),
    FAILS("nothing behind", "08 02 08 00 00 00", 524288, 8, 0x0005),
    GETS("alerts", "4d 00 6e 00 00 00 00 ff ff 00", 65535, 324, 0,
         "2e 00 01 40"),
    SENDS("release", "5f 02 03 00 00 00 00 00 18 00", 24,
          KEY NO_KEY NO_KEY),
    SENDS("unregister", "5f 06 00 00 00 00 00 00 18 00", 24,
          KEY NO_KEY NO_KEY),
    DO("unlock", "1e 00 00 00 00 00"),
    DO("unload", "1b 00 00 00 00 00"),
};
/* clang-format on */

static inline void ltfs_complain(struct tape_rig *rig,
                                 const struct ltfs_step *step, const char *what,
                                 unsigned long expected, unsigned long got)
{
    char line[200];

    snprintf(line, sizeof(line), "LTFS: %s (%s): %s is 0x%lx, not 0x%lx",
             step->what, step->cdb, what, got, expected);
    rig->complain(rig, line);
}

static inline void ltfs_check_data(struct tape_rig *rig,
                                   const struct ltfs_step *step,
                                   const struct tape_answer *answer)
{
    uint8_t expected[80];
    unsigned bytes =
        step->data ? tape_hex(step->data, expected, sizeof(expected)) : 0;

    if (step->done != LTFS_ANY && step->done != answer->done) {
        ltfs_complain(rig, step, "length", step->done, answer->done);
    }
    for (unsigned i = 0; i < bytes; i++) {
        if (rig->data[step->at + i] != expected[i]) {
            ltfs_complain(rig, step, "a byte", expected[i],
                          rig->data[step->at + i]);
            return;
        }
    }
    for (uint32_t i = 0; step->in && !step->data && i < answer->done; i++) {
        if (rig->data[i] != tape_byte(step->object, i)) {
            ltfs_complain(rig, step, "a byte that was read",
                          tape_byte(step->object, i), rig->data[i]);
            return;
        }
    }
}

static inline void ltfs_step(struct tape_rig *rig, const struct ltfs_step *step)
{
    struct tape_answer answer;
    uint8_t cdb[16] = { 0 };
    unsigned length = tape_hex(step->cdb, cdb, sizeof(cdb));

    if (step->list) {
        memset(rig->data, 0, step->out);
        tape_hex(step->list, rig->data, step->out);
    } else if (step->out) {
        tape_fill(rig->data, step->object, step->out);
    } else {
        memset(rig->data, 0xa5, step->in);
    }
    memset(&answer, 0, sizeof(answer));
    rig->command(rig, cdb, length, step->in, step->out, &answer);
    if (answer.status != step->status) {
        ltfs_complain(rig, step, "status", step->status, answer.status);
        ltfs_complain(
            rig, step, "sense", (unsigned long)step->key << 16 | step->asc,
            (unsigned long)(answer.sense[2] & 0xf) << 16 |
                (unsigned long)answer.sense[12] << 8 | answer.sense[13]);
    } else if (step->status &&
               ((answer.sense[2] & 0xf) != step->key ||
                (answer.sense[12] << 8 | answer.sense[13]) != step->asc)) {
        ltfs_complain(
            rig, step, "sense", (unsigned long)step->key << 16 | step->asc,
            (unsigned long)(answer.sense[2] & 0xf) << 16 |
                (unsigned long)answer.sense[12] << 8 | answer.sense[13]);
    } else {
        ltfs_check_data(rig, step, &answer);
    }
}

static inline void ltfs_run(struct tape_rig *rig, const struct ltfs_step *steps,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ltfs_step(rig, &steps[i]);
    }
}

#define LTFS_RUN(rig, steps) \
    ltfs_run(rig, steps, sizeof(steps) / sizeof((steps)[0]))

/* All of it, from a blank tape on. */
static inline void tape_ltfs_replay(struct tape_rig *rig)
{
    rig->begin(rig, TAPE_BLANK, NULL, 0);
    tape_clear_attentions(rig);
    LTFS_RUN(rig, ltfs_format);
    LTFS_RUN(rig, ltfs_attributes);
    LTFS_RUN(rig, ltfs_mount);
}

#undef DO
#undef FAILS
#undef GETS
#undef SENDS
#undef RECORD
#undef READS
#undef WHERE
#undef KEY
#undef NO_KEY
#undef SENSE_HEADER
#undef COHERENCY

#endif
