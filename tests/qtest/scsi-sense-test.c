/*
 * Sense data through QEMU's SCSI bus (qemu/patches/0038): built from what a
 * device says, and converted when a guest wants the other format.
 *
 * Source: SPC-4, 4.5 "Sense data"; SSC-4, 4.2.7 for FILEMARK, EOM, ILI and
 * INFORMATION.  virtio-scsi sends fixed format; REQUEST SENSE with DESC set
 * asks for descriptors, of which the stream commands one comes first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "scsi_stream.h"

#define DESCRIPTORS_ROOM 252

struct sense {
    const char *says;
    const char *fixed;
    const char *descriptors;
};

static const struct sense senses[] = {
    { "key=5 asc=2000", "70 00 05 00000000 0a 00000000 20 00 00 000000",
      "72 05 20 00 000000 00" },
    /* a filemark before the end of a READ of 5 blocks, 3 of which came */
    { "asc=0001 fm info=2", "f0 00 80 00000002 0a 00000000 00 01 00 000000",
      "72 00 00 01 000000 10 04 02 00 80 "
      "00 0a 80 00 0000000000000002" },
    { "key=d asc=0002 eom info=65536",
      "f0 00 4d 00010000 0a 00000000 00 02 00 000000",
      "72 0d 00 02 000000 10 04 02 00 40 "
      "00 0a 80 00 0000000000010000" },
    { "ili info=212", "f0 00 20 000000d4 0a 00000000 00 00 00 000000",
      "72 00 00 00 000000 10 04 02 00 20 "
      "00 0a 80 00 00000000000000d4" },
    /* a record that is longer than expected: a negative residue */
    { "ili info=-512", "f0 00 20 fffffe00 0a 00000000 00 00 00 000000",
      "72 00 00 00 000000 10 04 02 00 20 "
      "00 0a 80 00 fffffffffffffe00" },
    /* without ILI it is no negative number */
    { "key=8 asc=0005 info=4294966784",
      "f0 00 08 fffffe00 0a 00000000 00 05 00 000000",
      "72 08 00 05 000000 0c 00 0a 80 00 00000000fffffe00" },
    { "deferred key=3 asc=0c00 info=0",
      "f1 00 03 00000000 0a 00000000 0c 00 00 000000",
      "73 03 0c 00 000000 0c 00 0a 80 00 0000000000000000" },
    /* SKSV, C/D, BPV, bit 3, byte 2; then a parameter list's byte 260 */
    { "key=5 asc=2400 cdb=2.3", "70 00 05 00000000 0a 00000000 24 00 00 cb0002",
      "72 05 24 00 000000 08 02 06 0000 cb0002 00" },
    { "key=5 asc=2600 list=260",
      "70 00 05 00000000 0a 00000000 26 00 00 800104",
      "72 05 26 00 000000 08 02 06 0000 800104 00" },
    /* all of it, 48 bytes */
    { "deferred key=4 asc=4400 fm eom ili info=1 specific=2 fru=77 list=0.7",
      "f1 00 e4 00000001 0a 00000002 44 00 77 8f0000",
      "73 04 44 00 000000 28 04 02 00 e0 "
      "00 0a 80 00 0000000000000001 01 0a 0000 0000000000000002 "
      "02 06 0000 8f0000 00 03 02 00 77" },
};

/* A command that fails, and REQUEST SENSE after it. */
static void check_request_sense(struct scsi_stream *s, const char *cdb,
                                const char *expected)
{
    uint8_t data[DESCRIPTORS_ROOM];
    struct scsi_answer answer = scsi_stream_cdb(s, "01", 0, 0);

    g_assert_cmphex(answer.status, ==, 2);
    answer = scsi_stream_read(s, cdb, data, sizeof(data));
    g_assert_cmphex(answer.status, ==, 0);
    scsi_stream_check_bytes(data, sizeof(data) - answer.residual, expected);
}

static void check(struct scsi_stream *s, const struct sense *sense)
{
    struct scsi_answer answer;

    g_test_message("%s", sense->says);
    scsi_stream_answer(s, 0, sense->says);
    answer = scsi_stream_cdb(s, "01", 0, 0);
    g_assert_cmphex(answer.status, ==, 2);
    scsi_stream_check_bytes(answer.sense, answer.sense_len, sense->fixed);
    check_request_sense(s, "03 00 00 00 fc", sense->fixed);
    check_request_sense(s, "03 01 00 00 fc", sense->descriptors);
}

static void sense_data_keep_all_they_say_in_both_formats(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);
    size_t i;

    for (i = 0; i < ARRAY_SIZE(senses); i++) {
        check(&s, &senses[i]);
    }
    scsi_stream_quit(&s);
}

static void check_raw(struct scsi_stream *s, const char *raw, const char *fixed)
{
    g_autofree char *sense = g_strconcat("raw=", raw, NULL);
    struct scsi_answer answer;

    g_test_message("%s", sense);
    scsi_stream_answer(s, 0, sense);
    answer = scsi_stream_cdb(s, "01", 0, 0);
    g_assert_cmphex(answer.status, ==, 2);
    scsi_stream_check_bytes(answer.sense, answer.sense_len, fixed);
}

/* As a device of the host may send them. */
static void descriptors_of_others_are_understood(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);

    /* INFORMATION before the stream commands; one that nobody knows */
    check_raw(&s,
              "7200000100000016"
              "000a80000000000000000002"
              "04020080"
              "800401020304",
              "f0 00 80 00000002 0a 00000000 00 01 00 000000");
    /* the block commands descriptor has an ILI too; VALID not set */
    check_raw(&s,
              "7203110000000010"
              "05020020"
              "000a00000000000000000007",
              "70 00 23 00000000 0a 00000000 11 00 00 000000");
    /* INFORMATION of 33 bits: no room in fixed format */
    check_raw(&s,
              "720311000000000c"
              "000a80000000000100000000",
              "70 00 03 00000000 0a 00000000 11 00 00 000000");
    /* the key's upper half is reserved */
    check_raw(&s, "72f3110000000000",
              "70 00 03 00000000 0a 00000000 11 00 00 000000");
    scsi_stream_quit(&s);
}

/* Lengths that are not true: nothing behind the end is read or believed. */
static void descriptors_that_are_cut_off_are_left_out(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);

    check_raw(&s,
              "72080005000000ff"
              "0402",
              "70 00 08 00000000 0a 00000000 00 05 00 000000");
    check_raw(&s,
              "7208000500000004"
              "000a80000000000000000002",
              "70 00 08 00000000 0a 00000000 00 05 00 000000");
    check_raw(&s,
              "7208000500000008"
              "00028000"
              "04020040",
              "70 00 48 00000000 0a 00000000 00 05 00 000000");
    check_raw(&s,
              "72080005000000ff"
              "0400"
              "0400"
              "04ff80",
              "70 00 08 00000000 0a 00000000 00 05 00 000000");
    check_raw(&s, "72080005", "70 00 08 00000000 0a 00000000 00 05 00 000000");
    /* too short for a key: ABORTED COMMAND, I/O PROCESS TERMINATED */
    check_raw(&s, "7208", "70 00 0b 00000000 0a 00000000 00 06 00 000000");
    scsi_stream_quit(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scsi-sense/both-formats",
                   sense_data_keep_all_they_say_in_both_formats);
    qtest_add_func("/scsi-sense/of-others",
                   descriptors_of_others_are_understood);
    qtest_add_func("/scsi-sense/cut-off",
                   descriptors_that_are_cut_off_are_left_out);
    return g_test_run();
}
