/*
 * Drives devices/bw_test_stream.c, whose header explains its properties, from
 * a qtest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_SCSI_STREAM_H
#define BENCHWIRE_TESTS_QTEST_SCSI_STREAM_H

#include "guest_scsi.h"

struct scsi_stream {
    QTestState *qts;
    struct guest_scsi *scsi;
};

/* A machine with the device as id 1; its unit attention is over. */
struct scsi_stream scsi_stream_start(enum guest_scsi_kind kind);
void scsi_stream_quit(struct scsi_stream *s);

/* What the device answers from now on. */
void scsi_stream_answer(struct scsi_stream *s, unsigned bytes,
                        const char *sense);
void scsi_stream_set_bool(struct scsi_stream *s, const char *property,
                          bool value);
void scsi_stream_block_size(struct scsi_stream *s, unsigned bytes);

/**
 * scsi_stream_cdb: run a command
 * @cdb: its bytes in hex, with blanks; the rest are 0
 * @in: bytes of room for data, which are checked
 * @out: bytes of data
 */
struct scsi_answer scsi_stream_cdb(struct scsi_stream *s, const char *cdb,
                                   size_t in, size_t out);

/* The same with the room for data given. */
struct scsi_answer scsi_stream_read(struct scsi_stream *s, const char *cdb,
                                    void *in, size_t in_len);

/* Check what the device saw last: "none", "in LENGTH" or "out LENGTH". */
void scsi_stream_check_last(struct scsi_stream *s, const char *last);

/* Check bytes against hex with blanks. */
void scsi_stream_check_bytes(const uint8_t *bytes, size_t len,
                             const char *expected);

#endif
