/*
 * A scsi-tape with a temporary tape behind it, see tape_bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qemu/bswap.h"
#include "tape_bench.h"

#define TAPE_ID 1

struct tape_bench tape_bench_new(void)
{
    struct tape_bench b = { 0 };

    b.folder = g_dir_make_tmp("bw-tape-XXXXXX", NULL);
    g_assert_nonnull(b.folder);
    b.tap = tape_bench_path(&b, "tape.tap");
    return b;
}

char *tape_bench_path(const struct tape_bench *b, const char *name)
{
    return g_build_filename(b->folder, name, NULL);
}

void tape_bench_make(const struct tape_bench *b, const char *name,
                     const void *bytes, size_t len)
{
    g_autofree char *path = tape_bench_path(b, name);

    g_assert_true(g_file_set_contents(path, bytes ? bytes : "", len, NULL));
}

void tape_bench_start_as(struct tape_bench *b, enum guest_scsi_kind kind,
                         const char *args)
{
    b->qts = qtest_init(args);
    b->scsi = guest_scsi_new(b->qts, kind);
}

void tape_bench_start(struct tape_bench *b, enum guest_scsi_kind kind,
                      const char *args)
{
    g_autofree char *all = g_strdup_printf(
        "%s %s",
        kind == GUEST_SCSI_LSI ? GUEST_SCSI_LSI_ARGS : GUEST_SCSI_VIRTIO_ARGS,
        args);

    tape_bench_start_as(b, kind, all);
}

char *tape_bench_args(const struct tape_bench *b, const char *drive,
                      const char *device)
{
    return g_strdup_printf(
        "-drive if=none,id=t0,file=%s,format=raw%s "
        "-device scsi-tape,id=tape,drive=t0,bus=hba.0,scsi-id=%d%s",
        b->tap, drive, TAPE_ID, device);
}

struct tape_bench tape_bench_loaded(enum guest_scsi_kind kind,
                                    const char *device)
{
    struct tape_bench b = tape_bench_new();
    g_autofree char *args = tape_bench_args(&b, "", device);

    tape_bench_make(&b, "tape.tap", NULL, 0);
    tape_bench_start(&b, kind, args);
    guest_scsi_settle(b.scsi, TAPE_ID);
    return b;
}

void tape_bench_stop(struct tape_bench *b)
{
    if (!b->qts) {
        return;
    }
    guest_scsi_free(b->scsi);
    qtest_quit(b->qts);
    b->qts = NULL;
}

void tape_bench_free(struct tape_bench *b)
{
    GDir *dir;
    const char *name;

    tape_bench_stop(b);
    dir = g_dir_open(b->folder, 0, NULL);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = tape_bench_path(b, name);

        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(b->folder);
    g_free(b->folder);
    g_free(b->tap);
}

/* --- commands --- */

static size_t parse_hex(const char *hex, uint8_t *bytes, size_t room)
{
    size_t len = 0;

    while (*hex) {
        char *end;

        g_assert_cmpuint(len, <, room);
        bytes[len++] = strtoul(hex, &end, 16);
        g_assert_true(end > hex);
        hex = end + strspn(end, " ");
    }
    return len;
}

static size_t cdb_length(uint8_t opcode)
{
    static const uint8_t by_group[8] = { 6, 10, 10, 16, 16, 12, 16, 16 };

    return by_group[opcode >> 5];
}

struct scsi_answer tape_run(struct tape_bench *b, const char *cdb,
                            const void *out, size_t out_len, void *in,
                            size_t in_len)
{
    uint8_t bytes[16] = { 0 };
    struct scsi_command command = {
        .id = TAPE_ID,
        .cdb = bytes,
        .out = out,
        .out_len = out_len,
        .in = in,
        .in_len = in_len,
    };

    parse_hex(cdb, bytes, sizeof(bytes));
    command.cdb_len = cdb_length(bytes[0]);
    g_test_message("%s", cdb);
    return guest_scsi_run(b->scsi, &command);
}

struct scsi_answer tape_do(struct tape_bench *b, const char *cdb)
{
    return tape_run(b, cdb, NULL, 0, NULL, 0);
}

void tape_good(struct tape_bench *b, const char *cdb)
{
    g_assert_cmphex(tape_do(b, cdb).status, ==, 0);
}

void tape_answered(const struct scsi_answer *answer, unsigned key, unsigned asc)
{
    g_assert_cmphex(answer->status, ==, 2);
    g_assert_cmpuint(answer->sense_len, >=, 14);
    g_assert_cmphex(answer->sense[2] & 0x0f, ==, key);
    g_assert_cmphex(answer->sense[12] << 8 | answer->sense[13], ==, asc);
}

void tape_check(struct tape_bench *b, const char *cdb, unsigned key,
                unsigned asc)
{
    struct scsi_answer answer = tape_do(b, cdb);

    tape_answered(&answer, key, asc);
}

uint32_t tape_information(const struct scsi_answer *answer)
{
    g_assert_cmphex(answer->sense[0] & 0x80, ==, 0x80); /* VALID */
    return ldl_be_p(answer->sense + 3);
}

void tape_write_record(struct tape_bench *b, uint8_t value, size_t len)
{
    g_autofree char *cdb = g_strdup_printf("0a 00 %zx %zx %zx", len >> 16,
                                           len >> 8 & 0xff, len & 0xff);
    g_autofree uint8_t *data = g_malloc(len);
    struct scsi_answer answer;

    memset(data, value, len);
    answer = tape_run(b, cdb, data, len, NULL, 0);
    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(answer.residual, ==, 0);
}

void tape_read_record(struct tape_bench *b, uint8_t value, size_t len)
{
    g_autofree char *cdb = g_strdup_printf("08 00 %zx %zx %zx", len >> 16,
                                           len >> 8 & 0xff, len & 0xff);
    g_autofree uint8_t *data = g_malloc0(len);
    struct scsi_answer answer = tape_run(b, cdb, NULL, 0, data, len);

    g_assert_cmphex(answer.status, ==, 0);
    g_assert_cmpuint(answer.residual, ==, 0);
    for (size_t i = 0; i < len; i++) {
        g_assert_cmphex(data[i], ==, value);
    }
}

unsigned tape_position(struct tape_bench *b)
{
    uint8_t data[20];
    struct scsi_answer answer =
        tape_run(b, "34 00", NULL, 0, data, sizeof(data));

    g_assert_cmphex(answer.status, ==, 0);
    return ldl_be_p(data + 4);
}

/* --- the file --- */

char *tape_contents(const char *path)
{
    g_autofree char *bytes = NULL;
    GString *text = g_string_new(NULL);
    size_t len, at = 0;

    g_assert_true(g_file_get_contents(path, &bytes, &len, NULL));
    while (at + 4 <= len) {
        uint32_t word = ldl_le_p(bytes + at);

        at += 4;
        if (word == UINT32_MAX) {
            g_string_append(text, "EOM");
            return g_string_free(text, false);
        }
        if (!word) {
            g_string_append(text, "TM ");
            continue;
        }
        g_assert_cmpuint(at + word + (word & 1) + 4, <=, len);
        g_string_append_printf(text, "%ux%x ", word, (uint8_t)bytes[at]);
        at += word + (word & 1);
        g_assert_cmpuint(ldl_le_p(bytes + at), ==, word);
        at += 4;
    }
    return g_string_free(text, false);
}
