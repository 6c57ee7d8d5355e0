/*
 * The residual count of commands that end early, with any status
 * (qemu/patches/0035 for virtio-scsi, 0054 for lsi53c895a).
 *
 * Source: Virtual I/O Device 1.2, 5.6.6.1.1; SSC-4, 7.3 (READ).  The device is
 * devices/bw_test_stream.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "scsi_stream.h"

#define CHECK_CONDITION 2u

/* READ(6) of 1000 bytes, of which @bytes come. */
static void check_read(struct scsi_stream *s, unsigned bytes, const char *sense,
                       uint8_t status)
{
    struct scsi_answer answer;

    g_test_message("%u of 1000, %s", bytes, sense);
    scsi_stream_answer(s, bytes, sense);
    answer = scsi_stream_cdb(s, "08 00 00 03 e8", 1000, 0);
    g_assert_cmphex(answer.status, ==, status);
    g_assert_cmpuint(answer.residual, ==, 1000 - bytes);
}

static void check_reads(struct scsi_stream *s)
{
    /* with SILI a short record is nothing to speak of */
    check_read(s, 788, "", 0);
    check_read(s, 1000, "", 0);
    /* without, INFORMATION and the residual must agree */
    check_read(s, 788, "ili info=212", CHECK_CONDITION);
    check_read(s, 1000, "ili info=-24", CHECK_CONDITION);
    /* a filemark after half of it, and at once; the end of what is written */
    check_read(s, 500, "asc=0001 fm info=500", CHECK_CONDITION);
    check_read(s, 0, "asc=0001 fm info=1000", CHECK_CONDITION);
    check_read(s, 0, "key=8 asc=0005 info=1000", CHECK_CONDITION);
}

static void reads_tell_what_is_missing(enum guest_scsi_kind kind)
{
    struct scsi_stream s = scsi_stream_start(kind);

    check_reads(&s);
    scsi_stream_set_bool(&s, "later", true);
    check_reads(&s);
    scsi_stream_quit(&s);
}

static void reads_of_virtio_tell_what_is_missing(void)
{
    reads_tell_what_is_missing(GUEST_SCSI_VIRTIO);
}

/* lsi53c895a has no residual: its driver sees how far the data came. */
static void reads_of_lsi53c895a_move_what_there_is(void)
{
    reads_tell_what_is_missing(GUEST_SCSI_LSI);
}

/* early warning: all was written; the end: the device says what was not */
static void a_write_that_is_taken_leaves_nothing(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);
    struct scsi_answer answer;

    scsi_stream_answer(&s, 0, "asc=0002 eom info=0");
    answer = scsi_stream_cdb(&s, "0a 00 00 03 e8", 0, 1000);
    g_assert_cmphex(answer.status, ==, CHECK_CONDITION);
    g_assert_cmpuint(answer.residual, ==, 0);
    scsi_stream_quit(&s);
}

static void a_command_without_data_has_no_residual(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);
    struct scsi_answer answer;

    scsi_stream_answer(&s, 0, "key=2 asc=3a00");
    answer = scsi_stream_cdb(&s, "01", 0, 0);
    g_assert_cmphex(answer.status, ==, CHECK_CONDITION);
    g_assert_cmpuint(answer.residual, ==, 0);
    scsi_stream_quit(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scsi-residual/read", reads_of_virtio_tell_what_is_missing);
    qtest_add_func("/scsi-residual/read-lsi53c895a",
                   reads_of_lsi53c895a_move_what_there_is);
    qtest_add_func("/scsi-residual/write",
                   a_write_that_is_taken_leaves_nothing);
    qtest_add_func("/scsi-residual/no-data",
                   a_command_without_data_has_no_residual);
    return g_test_run();
}
