/*
 * A tape behind iSCSI, through scsi-generic to the guest (qemu/patches/0036):
 * residual and sense data are the target's.
 *
 * Sources: RFC 7143, 11.4; SSC-4, 7.3 (READ); SPC-4, 4.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "fake_target.h"
#include "guest_scsi.h"

#define ASKED           1000u
#define CHECK_CONDITION 2u

struct bench {
    struct fake_target *target;
    QTestState *qts;
    struct guest_scsi *scsi;
};

static struct bench start(void)
{
    struct bench b;

    b.target = fake_target_new();
    b.qts = qtest_initf(GUEST_SCSI_VIRTIO_ARGS
                        " -drive if=none,id=tape,format=raw,"
                        "file=iscsi://127.0.0.1:%u/" FAKE_TARGET_NAME "/0"
                        " -device scsi-generic,bus=hba.0,scsi-id=1,drive=tape",
                        fake_target_port(b.target));
    b.scsi = guest_scsi_new(b.qts, GUEST_SCSI_VIRTIO);
    guest_scsi_settle(b.scsi, 1);
    return b;
}

static void stop(struct bench *b)
{
    guest_scsi_free(b->scsi);
    qtest_quit(b->qts);
    fake_target_free(b->target);
}

/* READ(6) of ASKED bytes; what came is compared. */
static struct scsi_answer read_record(struct bench *b,
                                      const struct fake_answer *answer)
{
    static const uint8_t cdb[6] = { 0x08, 0, 0, ASKED >> 8, ASKED & 0xff };
    uint8_t data[ASKED] = { 0 };
    const struct scsi_command command = {
        .id = 1,
        .cdb = cdb,
        .cdb_len = sizeof(cdb),
        .in = data,
        .in_len = sizeof(data),
    };
    struct scsi_answer got;
    size_t i;

    fake_target_answer(b->target, answer);
    got = guest_scsi_run(b->scsi, &command);
    g_assert_cmphex(got.status, ==, answer->status);
    g_assert_cmpuint(got.residual, <=, ASKED);
    for (i = 0; i < ASKED - got.residual; i++) {
        g_assert_cmphex(data[i], ==, i < answer->data ? 1 + i % 255 : 0);
    }
    return got;
}

static struct fake_answer short_by(uint32_t residual)
{
    return (struct fake_answer){
        .data = ASKED - residual,
        .residual_kind = FAKE_RESIDUAL_UNDERFLOW,
        .residual = residual,
    };
}

/* Fixed format: @bits_and_key, INFORMATION. */
static void set_sense(struct fake_answer *answer, uint8_t bits_and_key,
                      uint16_t information)
{
    const uint8_t sense[18] = {
        0xf0, 0, bits_and_key, 0, 0, information >> 8, information & 0xff, 10
    };

    answer->status = CHECK_CONDITION;
    answer->sense_says = sizeof(sense);
    answer->sense_len = sizeof(sense);
    memcpy(answer->sense, sense, sizeof(sense));
}

static void a_short_record_is_known_by_its_residual(void)
{
    struct bench b = start();
    struct fake_answer answer = short_by(488);

    g_assert_cmpuint(read_record(&b, &answer).residual, ==, 488);
    answer = short_by(1);
    g_assert_cmpuint(read_record(&b, &answer).residual, ==, 1);
    answer = (struct fake_answer){ .data = ASKED };
    g_assert_cmpuint(read_record(&b, &answer).residual, ==, 0);
    stop(&b);
}

/* An overflow: all that was asked for came, and there is more. */
static void a_long_record_has_no_residual(void)
{
    struct bench b = start();
    struct fake_answer answer = {
        .data = ASKED,
        .residual_kind = FAKE_RESIDUAL_OVERFLOW,
        .residual = 24,
    };

    g_assert_cmpuint(read_record(&b, &answer).residual, ==, 0);
    stop(&b);
}

/* ILI without a key: the record and the sense data arrive. */
static void a_wrong_length_brings_data_and_sense_data(void)
{
    struct bench b = start();
    struct fake_answer answer = short_by(488);
    struct scsi_answer got;

    set_sense(&answer, 0x20, 488);
    got = read_record(&b, &answer);
    g_assert_cmpuint(got.residual, ==, 488);
    g_assert_cmpmem(got.sense, got.sense_len, answer.sense, 18);
    stop(&b);
}

static void a_filemark_brings_sense_data_alone(void)
{
    struct bench b = start();
    struct fake_answer answer = short_by(ASKED);
    struct scsi_answer got;

    set_sense(&answer, 0x80, ASKED);
    got = read_record(&b, &answer);
    g_assert_cmpuint(got.residual, ==, ASKED);
    g_assert_cmpmem(got.sense, got.sense_len, answer.sense, 18);
    stop(&b);
}

static void a_residual_that_cannot_be_is_bounded(void)
{
    struct bench b = start();
    struct fake_answer answer = short_by(ASKED);

    answer.residual = 0xffffffff;
    g_assert_cmpuint(read_record(&b, &answer).residual, ==, ASKED);
    answer.residual = 0x80000000;
    answer.data = ASKED;
    g_assert_cmpuint(read_record(&b, &answer).residual, ==, ASKED);
    stop(&b);
}

/* @says and @len need not agree; @expected: bytes that reach the guest. */
static void check_sense_length(struct bench *b, uint16_t says, size_t len,
                               size_t expected)
{
    struct fake_answer answer = short_by(ASKED);
    struct scsi_answer got;

    g_test_message("says %u, has %zu", says, len);
    set_sense(&answer, 0x03, ASKED);
    answer.sense_says = says;
    answer.sense_len = len;
    got = read_record(b, &answer);
    g_assert_cmpmem(got.sense, got.sense_len, answer.sense, expected);
}

static void sense_data_of_any_length_are_bounded(void)
{
    struct bench b = start();

    check_sense_length(&b, 18, 18, 18);
    check_sense_length(&b, 18, 20, 18); /* padded */
    check_sense_length(&b, 0xffff, 18, 18);
    check_sense_length(&b, 14, 14, 14);
    /* the response of virtio-scsi has room for 96 bytes */
    check_sense_length(&b, 300, 300, 96);
    check_sense_length(&b, 0xffff, 1024, 96);
    check_sense_length(&b, 0, 0, 0);
    check_sense_length(&b, 0, 18, 0);
    stop(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scsi-iscsi/short",
                   a_short_record_is_known_by_its_residual);
    qtest_add_func("/scsi-iscsi/long", a_long_record_has_no_residual);
    qtest_add_func("/scsi-iscsi/ili",
                   a_wrong_length_brings_data_and_sense_data);
    qtest_add_func("/scsi-iscsi/filemark", a_filemark_brings_sense_data_alone);
    qtest_add_func("/scsi-iscsi/hostile-residual",
                   a_residual_that_cannot_be_is_bounded);
    qtest_add_func("/scsi-iscsi/hostile-sense",
                   sense_data_of_any_length_are_bounded);
    return g_test_run();
}
