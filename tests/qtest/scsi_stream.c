/*
 * Drives devices/bw_test_stream.c from a qtest; see scsi_stream.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "scsi_stream.h"

#define STREAM    " -device bw-test-stream,id=stream,bus=hba.0,scsi-id=1"
#define STREAM_ID 1

struct scsi_stream scsi_stream_start(enum guest_scsi_kind kind)
{
    struct scsi_stream s;

    s.qts = qtest_init(kind == GUEST_SCSI_LSI ? GUEST_SCSI_LSI_ARGS STREAM
                                              : GUEST_SCSI_VIRTIO_ARGS STREAM);
    s.scsi = guest_scsi_new(s.qts, kind);
    guest_scsi_settle(s.scsi, STREAM_ID);
    return s;
}

void scsi_stream_quit(struct scsi_stream *s)
{
    guest_scsi_free(s->scsi);
    qtest_quit(s->qts);
}

static void set(struct scsi_stream *s, const char *property, const char *json)
{
    g_autofree char *command = g_strdup_printf(
        "{ 'execute': 'qom-set', 'arguments': { 'path': "
        "'/machine/peripheral/stream', 'property': '%s', 'value': %s } }",
        property, json);

    qtest_qmp_assert_success(s->qts, command, NULL);
}

static void set_int(struct scsi_stream *s, const char *property, unsigned value)
{
    g_autofree char *json = g_strdup_printf("%u", value);

    set(s, property, json);
}

void scsi_stream_set_bool(struct scsi_stream *s, const char *property,
                          bool value)
{
    set(s, property, value ? "true" : "false");
}

void scsi_stream_block_size(struct scsi_stream *s, unsigned bytes)
{
    set_int(s, "block-size", bytes);
}

void scsi_stream_answer(struct scsi_stream *s, unsigned bytes,
                        const char *sense)
{
    g_autofree char *json = g_strdup_printf("'%s'", sense);

    set_int(s, "answer", bytes);
    set(s, "sense", json);
}

/* Returns: how many bytes @hex has. */
static size_t parse_hex(const char *hex, uint8_t *bytes, size_t room)
{
    size_t len = 0;

    for (; *hex; hex++) {
        if (*hex == ' ') {
            continue;
        }
        g_assert_cmpuint(len, <, room);
        g_assert(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
        bytes[len++] =
            g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]);
        hex++;
    }
    return len;
}

/* SPC-4, 4.3.5.1: the operation code's first three bits */
static size_t cdb_length(uint8_t opcode)
{
    static const uint8_t length[8] = { 6, 10, 10, 0, 16, 12, 0, 0 };

    g_assert_cmpuint(length[opcode >> 5], >, 0);
    return length[opcode >> 5];
}

static struct scsi_answer run(struct scsi_stream *s, const char *text,
                              struct scsi_command *command)
{
    uint8_t cdb[16] = { 0 };

    parse_hex(text, cdb, sizeof(cdb));
    command->id = STREAM_ID;
    command->cdb = cdb;
    command->cdb_len = cdb_length(cdb[0]);
    return guest_scsi_run(s->scsi, command);
}

struct scsi_answer scsi_stream_read(struct scsi_stream *s, const char *cdb,
                                    void *in, size_t in_len)
{
    struct scsi_command command = { .in = in, .in_len = in_len };

    return run(s, cdb, &command);
}

struct scsi_answer scsi_stream_cdb(struct scsi_stream *s, const char *cdb,
                                   size_t in, size_t out)
{
    g_autofree uint8_t *data = g_malloc0(MAX(in, out) + 1);
    struct scsi_command command = {
        .in = data,
        .in_len = in,
        .out = data,
        .out_len = out,
    };
    struct scsi_answer answer = run(s, cdb, &command);
    size_t i;

    for (i = 0; i < in; i++) {
        g_assert_cmphex(data[i], ==,
                        i < in - answer.residual ? 1 + i % 255 : 0);
    }
    return answer;
}

void scsi_stream_check_last(struct scsi_stream *s, const char *last)
{
    QDict *response = qtest_qmp(
        s->qts, "{ 'execute': 'qom-get', 'arguments': { 'path': "
                "'/machine/peripheral/stream', 'property': 'last' } }");

    g_assert_cmpstr(qdict_get_str(response, "return"), ==, last);
    qobject_unref(response);
}

void scsi_stream_check_bytes(const uint8_t *bytes, size_t len,
                             const char *expected)
{
    uint8_t wanted[256];
    size_t wanted_len = parse_hex(expected, wanted, sizeof(wanted));

    g_assert_cmpmem(bytes, len, wanted, wanted_len);
}
