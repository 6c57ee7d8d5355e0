/*
 * A fake iSCSI target; see fake_target.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include "fake_target.h"
#include "qemu/bswap.h"

#define SILENCE_S 20

/* RFC 7143, 11.2: the basic header segment */
#define BHS          48
#define OPCODE_MASK  0x3f
#define SEGMENT_MAX  (1u << 18)
#define COMMANDS_MAX 32 /* of the peer that may be under way */
#define NO_TAG       0xffffffffu

/* requests */
#define NOP_OUT      0x00
#define SCSI_COMMAND 0x01
#define TASK_REQUEST 0x02
#define LOGIN        0x03
#define LOGOUT       0x06
/* answers */
#define NOP_IN         0x20
#define SCSI_RESPONSE  0x21
#define TASK_RESPONSE  0x22
#define LOGIN_RESPONSE 0x23
#define DATA_IN        0x25
#define LOGOUT_RESP    0x26

#define FINAL     0x80
#define OVERFLOW  0x04
#define UNDERFLOW 0x02

/* CDBs */
#define READ_6_CDB       0x08
#define INQUIRY_CDB      0x12
#define MODE_SENSE_6_CDB 0x1a

struct fake_target {
    GThread *thread;
    GMutex lock; /* of answer */
    struct fake_answer answer;
    int listener;
    int peer;
    uint32_t stat_sn;
    uint32_t exp_cmd_sn;
    uint8_t header[BHS];
    uint8_t *segment;
    size_t segment_len;
};

/* --- bytes --- */

static bool read_all(int fd, uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(fd, bytes, len, 0);

        if (n <= 0) {
            return false;
        }
        bytes += n;
        len -= n;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0) {
            return false;
        }
        bytes += n;
        len -= n;
    }
    return true;
}

static size_t padded(size_t len)
{
    return ROUND_UP(len, 4);
}

/* Returns: false if the peer has gone. */
static bool read_pdu(struct fake_target *t)
{
    if (!read_all(t->peer, t->header, BHS)) {
        return false;
    }
    t->segment_len = ldl_be_p(&t->header[4]) & 0xffffff;
    g_assert_cmpuint(t->header[4], ==, 0); /* no additional headers */
    g_assert_cmpuint(t->segment_len, <=, SEGMENT_MAX);
    return read_all(t->peer, t->segment, padded(t->segment_len));
}

/* The header of an answer to what was read last; @pdu is zeroed. */
static void answer_header(struct fake_target *t, uint8_t *pdu, uint8_t opcode,
                          uint8_t flags)
{
    memset(pdu, 0, BHS);
    pdu[0] = opcode;
    pdu[1] = flags;
    memcpy(&pdu[16], &t->header[16], 4); /* initiator task tag */
    stl_be_p(&pdu[28], t->exp_cmd_sn);
    stl_be_p(&pdu[32], t->exp_cmd_sn + COMMANDS_MAX);
}

/* An answer that has a status, and with it a number. */
static bool send_status(struct fake_target *t, uint8_t *pdu, const void *data,
                        size_t len)
{
    static const uint8_t zeros[4];

    stl_be_p(&pdu[24], t->stat_sn++);
    stl_be_p(&pdu[4], len);
    return write_all(t->peer, pdu, BHS) && write_all(t->peer, data, len) &&
           write_all(t->peer, zeros, padded(len) - len);
}

/* --- the session --- */

static bool answer_login(struct fake_target *t)
{
    static const char security[] = "AuthMethod=None";
    static const char operational[] =
        "HeaderDigest=None\0DataDigest=None\0InitialR2T=No\0"
        "ImmediateData=Yes\0MaxBurstLength=262144\0FirstBurstLength=65536\0"
        "MaxConnections=1\0MaxOutstandingR2T=1\0DefaultTime2Wait=0\0"
        "DefaultTime2Retain=0\0ErrorRecoveryLevel=0";
    uint8_t stage = t->header[1] >> 2 & 3;
    uint8_t pdu[BHS];

    t->exp_cmd_sn = ldl_be_p(&t->header[24]);
    answer_header(t, pdu, LOGIN_RESPONSE, t->header[1]);
    memcpy(&pdu[8], &t->header[8], 6); /* ISID */
    stw_be_p(&pdu[14], 1);             /* TSIH */
    if (stage == 0) {
        return send_status(t, pdu, security, sizeof(security));
    }
    return send_status(t, pdu, operational, sizeof(operational));
}

static bool answer_nop(struct fake_target *t)
{
    uint8_t pdu[BHS];

    if (ldl_be_p(&t->header[16]) == (int)NO_TAG) {
        return true; /* no answer wanted */
    }
    answer_header(t, pdu, NOP_IN, FINAL);
    stl_be_p(&pdu[20], NO_TAG);
    return send_status(t, pdu, t->segment, t->segment_len);
}

static bool answer_plainly(struct fake_target *t, uint8_t opcode)
{
    uint8_t pdu[BHS];

    answer_header(t, pdu, opcode, FINAL);
    return send_status(t, pdu, NULL, 0);
}

/* --- SCSI --- */

static bool send_data_in(struct fake_target *t, const uint8_t *data, size_t len)
{
    static const uint8_t zeros[4];
    uint8_t pdu[BHS];

    if (len == 0) {
        return true;
    }
    answer_header(t, pdu, DATA_IN, FINAL);
    memcpy(&pdu[8], &t->header[8], 8); /* LUN */
    stl_be_p(&pdu[20], NO_TAG);
    stl_be_p(&pdu[4], len);
    return write_all(t->peer, pdu, BHS) && write_all(t->peer, data, len) &&
           write_all(t->peer, zeros, padded(len) - len);
}

static bool send_response(struct fake_target *t, const struct fake_answer *a)
{
    static const uint8_t flags[] = {
        [FAKE_RESIDUAL_NONE] = FINAL,
        [FAKE_RESIDUAL_UNDERFLOW] = FINAL | UNDERFLOW,
        [FAKE_RESIDUAL_OVERFLOW] = FINAL | OVERFLOW,
    };
    uint8_t segment[2 + sizeof(a->sense)];
    uint8_t pdu[BHS];

    answer_header(t, pdu, SCSI_RESPONSE, flags[a->residual_kind]);
    pdu[3] = a->status;
    stl_be_p(&pdu[44], a->residual);
    if (a->status == 0) {
        return send_status(t, pdu, NULL, 0);
    }
    stw_be_p(segment, a->sense_says);
    memcpy(&segment[2], a->sense, a->sense_len);
    return send_status(t, pdu, segment, 2 + a->sense_len);
}

static bool answer_read(struct fake_target *t, size_t expected)
{
    g_autofree uint8_t *data = g_malloc(expected + 1);
    struct fake_answer answer;
    size_t i;

    g_mutex_lock(&t->lock);
    answer = t->answer;
    g_mutex_unlock(&t->lock);
    for (i = 0; i < expected; i++) {
        data[i] = 1 + i % 255;
    }
    return send_data_in(t, data, MIN(answer.data, expected)) &&
           send_response(t, &answer);
}

/* What a tape says that is asked who it is; all else has no data. */
static size_t identity(const uint8_t *cdb, uint8_t *data)
{
    static const uint8_t inquiry[36] = "\x01\x80\x05\x02\x1f\0\0\0"
                                       "BENCH   FAKE TAPE       0001";
    static const uint8_t no_pages[5] = { 0x01, 0x00, 0, 1, 0x00 };
    static const uint8_t mode[12] = { 11, 0, 0x10, 8 };

    if (cdb[0] == INQUIRY_CDB && (cdb[1] & 1)) {
        memcpy(data, no_pages, sizeof(no_pages));
        return sizeof(no_pages);
    }
    if (cdb[0] == INQUIRY_CDB) {
        memcpy(data, inquiry, sizeof(inquiry));
        return sizeof(inquiry);
    }
    if (cdb[0] == MODE_SENSE_6_CDB) {
        memcpy(data, mode, sizeof(mode));
        return sizeof(mode);
    }
    return 0;
}

static bool answer_command(struct fake_target *t)
{
    const uint8_t *cdb = &t->header[32];
    size_t expected = ldl_be_p(&t->header[20]);
    struct fake_answer answer = { 0 };
    uint8_t data[64];

    t->exp_cmd_sn = ldl_be_p(&t->header[24]) + 1;
    g_assert_cmpuint(expected, <=, SEGMENT_MAX);
    if (cdb[0] == READ_6_CDB) {
        return answer_read(t, expected);
    }
    answer.data = MIN(identity(cdb, data), expected);
    if (answer.data < expected && t->segment_len == 0) {
        answer.residual_kind = FAKE_RESIDUAL_UNDERFLOW;
        answer.residual = expected - answer.data;
    }
    return send_data_in(t, data, answer.data) && send_response(t, &answer);
}

static bool answer_pdu(struct fake_target *t)
{
    switch (t->header[0] & OPCODE_MASK) {
    case LOGIN:
        return answer_login(t);
    case SCSI_COMMAND:
        return answer_command(t);
    case NOP_OUT:
        return answer_nop(t);
    case TASK_REQUEST:
        return answer_plainly(t, TASK_RESPONSE);
    case LOGOUT:
        answer_plainly(t, LOGOUT_RESP);
        return false;
    default:
        return false;
    }
}

static void limit_silence(int fd)
{
    const struct timeval limit = { .tv_sec = SILENCE_S };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static void *serve(void *opaque)
{
    struct fake_target *t = opaque;

    t->peer = accept(t->listener, NULL, NULL);
    if (t->peer < 0) {
        return NULL;
    }
    limit_silence(t->peer);
    while (read_pdu(t) && answer_pdu(t)) {
        continue;
    }
    close(t->peer);
    return NULL;
}

/* --- */

struct fake_target *fake_target_new(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct fake_target *t = g_new0(struct fake_target, 1);

    t->segment = g_malloc(SEGMENT_MAX + 4);
    t->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(t->listener, >=, 0);
    limit_silence(t->listener);
    g_assert_cmpint(bind(t->listener, (struct sockaddr *)&any, sizeof(any)), ==,
                    0);
    g_assert_cmpint(listen(t->listener, 1), ==, 0);
    g_mutex_init(&t->lock);
    t->thread = g_thread_new("fake-target", serve, t);
    return t;
}

uint16_t fake_target_port(const struct fake_target *target)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);

    g_assert_cmpint(
        getsockname(target->listener, (struct sockaddr *)&address, &len), ==,
        0);
    return ntohs(address.sin_port);
}

void fake_target_answer(struct fake_target *target,
                        const struct fake_answer *answer)
{
    g_assert_cmpuint(answer->sense_len, <=, sizeof(answer->sense));
    g_mutex_lock(&target->lock);
    target->answer = *answer;
    g_mutex_unlock(&target->lock);
}

void fake_target_free(struct fake_target *target)
{
    g_thread_join(target->thread);
    close(target->listener);
    g_mutex_clear(&target->lock);
    g_free(target->segment);
    g_free(target);
}
