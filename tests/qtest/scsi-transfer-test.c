/*
 * What QEMU's SCSI bus makes of a tape's CDBs (qemu/patches/0037): which way
 * the data go, and how many there are.
 *
 * Sources: SSC-4, clauses 5 to 7; SPC-4, clause 6.  The device is
 * devices/bw_test_stream.c, which takes the bus's word for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "scsi_stream.h"

#define BLOCK 512u

struct transfer {
    const char *cdb;
    const char *last; /* as the device saw it */
};

static const struct transfer transfers[] = {
    /* VERIFY(6): data only with BYTCMP (bit 1); FIXED is bit 0 */
    { "13 00 00 01 02", "none" },
    { "13 01 00 00 03", "none" },
    { "13 02 00 01 02", "out 258" },
    { "13 03 00 00 03", "out 1536" },
    { "13 02 00 00 00", "none" },
    /* VERIFY(16): the length is in bytes 12 to 14 */
    { "8f 00 00 00 00 00 00 00 00 00 00 00 00 01 02", "none" },
    { "8f 02 00 00 00 00 00 00 00 00 00 00 00 01 02", "out 258" },
    { "8f 03 00 00 00 00 00 00 00 00 00 00 00 00 03", "out 1536" },
    /* attributes: bytes 10 to 13 */
    { "8c 00 00 00 00 00 00 00 00 00 00 00 01 02", "in 258" },
    { "8d 00 00 00 00 00 00 00 00 00 00 00 01 02", "out 258" },
    { "8d", "none" },
    /* security protocol: bytes 6 to 9; INC_512 is bit 7 of byte 4 */
    { "a2 20 00 10 00 00 00 00 01 02", "in 258" },
    { "a2 20 00 10 80 00 00 00 00 03", "in 1536" },
    { "b5 20 00 10 00 00 00 00 01 02", "out 258" },
    { "b5 20 00 10 80 00 00 00 00 03", "out 1536" },
    /* READ POSITION: the forms that are known, and one that is not */
    { "34 00", "in 20" },
    { "34 01", "in 20" },
    { "34 06", "in 32" },
    { "34 08 00 00 00 00 00 00 20", "in 32" },
    { "34 07", "none" },
    { "34 1f 00 00 00 00 00 01 02", "in 258" },
    /* RESERVE(10) and RELEASE(10): a parameter list of bytes 7 and 8 */
    { "56", "none" },
    { "56 10 00 00 00 00 00 00 08", "out 8" },
    { "57 10 00 00 00 00 00 00 08", "out 8" },
    /* SPACE(16): a parameter list of bytes 12 and 13; SPACE(6): none */
    { "91 01 00 00 00 00 00 00 00 00 00 05", "none" },
    { "91 01 00 00 00 00 00 00 00 00 00 05 00 08", "out 8" },
    { "11 01 00 00 05", "none" },
    /* READ BLOCK LIMITS: with MLOI there is more of it */
    { "05", "in 6" },
    { "05 01", "in 20" },
    /* FORMAT MEDIUM: bytes 3 and 4 */
    { "04 00 01", "none" },
    { "04 00 01 01 02", "out 258" },
    /* as it was */
    { "08 00 00 01 02", "in 258" },
    { "08 01 00 00 03", "in 1536" },
    { "08 00 00 00 00", "none" },
    { "0a 01 00 00 03", "out 1536" },
    { "88 01 00 00 00 00 00 00 00 00 00 00 00 00 03", "in 1536" },
    { "8a 00 00 00 00 00 00 00 00 00 00 00 00 01 02", "out 258" },
    { "0b 00 00 01 02", "none" },
    { "10 00 00 00 02", "none" },
    { "19 01", "none" },
    { "2b 02 00 00 00 00 07", "none" },
    { "92 08 00 00 00 00 00 00 00 00 00 05", "none" },
    { "93 01", "none" },
    { "44 00 00 00 00 00 00 01 02", "in 258" },
    { "4c 00 00 00 00 00 00 00 08", "out 8" },
};

static void a_tape_s_commands_have_the_data_of_the_standard(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);
    size_t i;

    scsi_stream_block_size(&s, BLOCK);
    for (i = 0; i < ARRAY_SIZE(transfers); i++) {
        const struct transfer *t = &transfers[i];
        size_t in = 0, out = 0;
        struct scsi_answer answer;

        g_test_message("%s", t->cdb);
        if (g_str_has_prefix(t->last, "in ")) {
            in = atoi(t->last + strlen("in "));
        } else if (g_str_has_prefix(t->last, "out ")) {
            out = atoi(t->last + strlen("out "));
        }
        scsi_stream_answer(&s, in, "");
        answer = scsi_stream_cdb(&s, t->cdb, in, out);
        g_assert_cmphex(answer.status, ==, 0);
        g_assert_cmpuint(answer.residual, ==, 0);
        scsi_stream_check_last(&s, t->last);
    }
    scsi_stream_quit(&s);
}

/* ILLEGAL REQUEST, INVALID FIELD IN CDB, of the bus and not of the device */
static void more_than_can_be_transferred_is_refused(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_LSI);
    struct scsi_answer answer;

    scsi_stream_block_size(&s, 0x1000000);
    scsi_stream_answer(&s, 0, "");
    scsi_stream_cdb(&s, "00", 0, 0);
    answer = scsi_stream_cdb(&s, "13 03 ff ff ff", 0, 0);
    g_assert_cmphex(answer.status, ==, 2);
    scsi_stream_check_bytes(answer.sense, answer.sense_len,
                            "70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 00 "
                            "00 00");
    answer = scsi_stream_cdb(&s, "a2 20 00 10 80 00 ff ff ff ff", 0, 0);
    g_assert_cmphex(answer.status, ==, 2);
    scsi_stream_check_last(&s, "none");
    scsi_stream_quit(&s);
}

/* READ that begins at a filemark: NO SENSE, FILEMARK, nothing was moved */
static void check_filemark(struct scsi_stream *s, bool empty, bool later)
{
    struct scsi_answer answer;

    g_test_message("empty %d later %d", empty, later);
    scsi_stream_set_bool(s, "empty", empty);
    scsi_stream_set_bool(s, "later", later);
    scsi_stream_answer(s, 0, "asc=0001 fm info=258");
    answer = scsi_stream_cdb(s, "08 00 00 01 02", 258, 0);
    g_assert_cmphex(answer.status, ==, 2);
    g_assert_cmphex(answer.sense[2], ==, 0x80);
    g_assert_cmphex(answer.sense[6], ==, 258 & 0xff);
    scsi_stream_check_last(s, "in 258");

    /* and the next command is as good as any */
    scsi_stream_answer(s, 100, "");
    answer = scsi_stream_cdb(s, "08 00 00 00 64", 100, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(answer.residual, ==, 0);
}

static void no_data_where_some_could_be_is_no_hang(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_VIRTIO);

    check_filemark(&s, false, false);
    check_filemark(&s, true, false);
    check_filemark(&s, false, true);
    check_filemark(&s, true, true);
    scsi_stream_quit(&s);
}

static void no_data_where_some_could_be_is_no_hang_of_lsi53c895a(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_LSI);

    check_filemark(&s, false, false);
    check_filemark(&s, true, false);
    check_filemark(&s, false, true);
    check_filemark(&s, true, true);
    scsi_stream_quit(&s);
}

/* REWIND, and a WRITE: they end later too, without a reselection */
static void commands_that_end_later_do_on_lsi53c895a(void)
{
    struct scsi_stream s = scsi_stream_start(GUEST_SCSI_LSI);
    struct scsi_answer answer;

    scsi_stream_set_bool(&s, "later", true);
    scsi_stream_answer(&s, 0, "");
    answer = scsi_stream_cdb(&s, "01", 0, 0);
    g_assert_cmphex(answer.status, ==, 0);
    answer = scsi_stream_cdb(&s, "0a 00 00 01 02", 0, 258);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(answer.residual, ==, 0);

    scsi_stream_answer(&s, 0, "key=3 asc=0c00");
    answer = scsi_stream_cdb(&s, "01", 0, 0);
    g_assert_cmphex(answer.sense[2], ==, 3);
    answer = scsi_stream_cdb(&s, "0a 00 00 01 02", 0, 258);
    g_assert_cmphex(answer.sense[12], ==, 0x0c);
    scsi_stream_quit(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scsi-transfer/a-tape-s-commands",
                   a_tape_s_commands_have_the_data_of_the_standard);
    qtest_add_func("/scsi-transfer/too-much",
                   more_than_can_be_transferred_is_refused);
    qtest_add_func("/scsi-transfer/no-data",
                   no_data_where_some_could_be_is_no_hang);
    qtest_add_func("/scsi-transfer/no-data-lsi53c895a",
                   no_data_where_some_could_be_is_no_hang_of_lsi53c895a);
    qtest_add_func("/scsi-transfer/later-lsi53c895a",
                   commands_that_end_later_do_on_lsi53c895a);
    return g_test_run();
}
