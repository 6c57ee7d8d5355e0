/*
 * A scsi-tape with a temporary tape behind it, driven by qtest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TAPE_BENCH_H
#define BENCHWIRE_TESTS_QTEST_TAPE_BENCH_H

#include <stdbool.h>

#include "guest_scsi.h"

/* What most tests do: tape.tap in slot 1, which is gone at the end. */
struct tape_bench {
    QTestState *qts;
    struct guest_scsi *scsi;
    char *folder;
    char *tap; /* folder/tape.tap */
};

/* A folder, with no tape in it yet. */
struct tape_bench tape_bench_new(void);
/* The file @name in the folder.  Returns: to be freed. */
char *tape_bench_path(const struct tape_bench *b, const char *name);
void tape_bench_make(const struct tape_bench *b, const char *name,
                     const void *bytes, size_t len);
/* Start the machine with @args behind the adapter's. */
void tape_bench_start(struct tape_bench *b, enum guest_scsi_kind kind,
                      const char *args);
/* The same with a whole command line: the adapter is virtio-scsi, or lsi. */
void tape_bench_start_as(struct tape_bench *b, enum guest_scsi_kind kind,
                         const char *args);
/* The tape's drive "t0" and the device "tape", with more properties. */
char *tape_bench_args(const struct tape_bench *b, const char *drive,
                      const char *device);
/* All of that, with an empty tape, and the unit attentions gone. */
struct tape_bench tape_bench_loaded(enum guest_scsi_kind kind,
                                    const char *device);
/* Ends QEMU as a user would; the folder stays. */
void tape_bench_stop(struct tape_bench *b);
void tape_bench_free(struct tape_bench *b);

/* Commands of hex bytes with blanks, to id 1. */
struct scsi_answer tape_run(struct tape_bench *b, const char *cdb,
                            const void *out, size_t out_len, void *in,
                            size_t in_len);
struct scsi_answer tape_do(struct tape_bench *b, const char *cdb);

/* Check for GOOD, or for CHECK CONDITION with key and ASC/ASCQ (0xAABB). */
void tape_good(struct tape_bench *b, const char *cdb);
void tape_check(struct tape_bench *b, const char *cdb, unsigned key,
                unsigned asc);
void tape_answered(const struct scsi_answer *answer, unsigned key,
                   unsigned asc);
uint32_t tape_information(const struct scsi_answer *answer);

/* One record of @len bytes, all @value. */
void tape_write_record(struct tape_bench *b, uint8_t value, size_t len);
void tape_read_record(struct tape_bench *b, uint8_t value, size_t len);
/* READ POSITION: the object under the head. */
unsigned tape_position(struct tape_bench *b);

/*
 * What is in the tape's file: "4xa 4xb TM EOM" for two records of 4 bytes of
 * 0x0a and 0x0b, a tape mark and the end.  Returns: to be freed.
 */
char *tape_contents(const char *path);

#endif
