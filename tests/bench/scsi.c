/*
 * What the agent adds to a SCSI command: records on a simulated tape, by the
 * call that the agent makes, and through a session.
 *
 * usage: scsi TAPE RECORDS LENGTH
 *
 * TAPE is a file of length 0 at first.  Writes RECORDS records of LENGTH bytes
 * and reads them again, in this process (host-agent/backend_sim_tape.c); then
 * the same over a unix socket, with the agent's session in a thread.  Prints in
 * MB/s:
 *
 *   direct WRITE READ agent WRITE READ
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/backend_sim_tape.h"
#include "host-agent/bench_scsi.h"
#include "host-agent/clock.h"
#include "host-agent/service_scsi.h"
#include "host-agent/session.h"
#include "lib/cursor.h"

#define MAX_LEN     (1u << 20)
#define DEADLINE_MS 60000

/* How a command gets to the drive. */
struct way {
    struct bw_scsi_unit *unit; /* by a call, or */
    struct bw_conn *conn;      /* by a session */
    uint32_t id;
};

static uint8_t data[MAX_LEN] __attribute__((aligned(4096)));

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "scsi: %s\n", what);
    exit(EXIT_FAILURE);
}

/* --- through a session --- */

static struct bw_writer begin(struct way *w, unsigned type)
{
    struct bw_writer out;

    bw_writer_init(&out, w->conn->out, sizeof(w->conn->out));
    bw_wire_begin(&out, type, 0, ++w->id);
    return out;
}

static void send_out(struct way *w, struct bw_writer *out)
{
    if (bw_wire_end(out, 0) != BW_OK || bw_conn_send(w->conn, out->pos) < 0) {
        die("cannot send");
    }
}

/* Frames up to the reply; data on the way are taken. */
static struct bw_reader get_reply(struct way *w)
{
    struct bw_wire_scsi_data piece;
    struct bw_frame f;
    struct bw_reader body;
    enum bw_status bad;

    for (;;) {
        if (bw_conn_next(w->conn, bw_clock_after_ms(bw_clock_ns(), DEADLINE_MS),
                         &f, &bad) <= 0) {
            die("no reply");
        }
        bw_reader_init(&body, f.body, f.header.len);
        if (f.header.type == (BW_MSG_SCSI_DATA_IN | BW_WIRE_NOTICE)) {
            if (bw_wire_get_scsi_data_in(&body, &piece) != BW_OK ||
                piece.offset + piece.len > MAX_LEN) {
                die("data that do not parse");
            }
            memcpy(data + piece.offset, piece.bytes, piece.len);
        } else if (!(f.header.type & BW_WIRE_NOTICE & ~BW_WIRE_REPLY)) {
            if (f.header.status != BW_OK) {
                die("a request failed");
            }
            return body;
        }
    }
}

static void say_hello(struct way *w)
{
    const struct bw_wire_hello hello = { .major = BW_WIRE_MAJOR,
                                         .minor = BW_WIRE_MINOR,
                                         .caps = BW_CAP_SCSI,
                                         .max_body = BW_WIRE_MAX_BODY,
                                         .software = "bench" };
    const struct bw_wire_open open = { .name = "tape" };
    struct bw_writer out = begin(w, BW_MSG_HELLO);

    bw_wire_put_hello(&out, &hello);
    send_out(w, &out);
    get_reply(w);
    out = begin(w, BW_MSG_OPEN);
    bw_wire_put_open(&out, &open);
    send_out(w, &out);
    get_reply(w);
}

/* All pieces and the command, then their replies. */
static uint8_t run_by_session(struct way *w, const struct bw_wire_scsi_cmd *cmd)
{
    struct bw_wire_scsi_result result;
    struct bw_writer out;
    struct bw_reader body;
    unsigned replies = 0;
    uint32_t at = 0;

    while (cmd->direction == BW_SCSI_DATA_OUT && at < cmd->len) {
        uint32_t left = cmd->len - at;
        struct bw_wire_scsi_data piece = {
            .offset = at,
            .bytes = data + at,
            .len = left < BW_SCSI_MAX_CHUNK ? left : BW_SCSI_MAX_CHUNK,
        };

        out = begin(w, BW_MSG_SCSI_DATA_OUT);
        bw_wire_put_scsi_data_out(&out, &piece);
        send_out(w, &out);
        at += (uint32_t)piece.len;
        if (++replies == BW_WIRE_MAX_PENDING - 1) {
            get_reply(w);
            replies--;
        }
    }
    out = begin(w, BW_MSG_SCSI_CMD);
    bw_wire_put_scsi_cmd(&out, cmd);
    send_out(w, &out);
    while (replies-- > 0) {
        get_reply(w);
    }
    body = get_reply(w);
    if (bw_wire_get_scsi_result(&body, &result) != BW_OK) {
        die("a result that does not parse");
    }
    return result.status;
}

/* --- either way --- */

static uint8_t run(struct way *w, uint8_t opcode,
                   enum bw_scsi_direction direction, uint32_t len)
{
    struct bw_scsi_task t = {
        .cmd = { .direction = (uint8_t)direction,
                 .cdb_len = 6,
                 .len = len,
                 .cdb = { opcode, 0, (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                          (uint8_t)len } },
        .data = data,
        .timeout_ms = DEADLINE_MS,
    };

    if (w->conn) {
        return run_by_session(w, &t.cmd);
    }
    w->unit->ops->execute(w->unit, &t);
    return t.result.status;
}

static double records(struct way *w, uint8_t opcode, unsigned count,
                      uint32_t len)
{
    enum bw_scsi_direction direction =
        opcode == 0x0a ? BW_SCSI_DATA_OUT : BW_SCSI_DATA_IN;
    uint64_t start_ns;
    unsigned i;

    for (i = 0; i < 4 && run(w, 0x00, BW_SCSI_NO_DATA, 0) != 0; i++) {
        /* unit attentions */
    }
    if (run(w, 0x01, BW_SCSI_NO_DATA, 0) != 0) {
        die("no REWIND");
    }
    start_ns = bw_clock_ns();
    for (i = 0; i < count; i++) {
        if (run(w, opcode, direction, len) != 0) {
            die("a record failed");
        }
    }
    if (opcode == 0x0a && run(w, 0x10, BW_SCSI_NO_DATA, 0) != 0) {
        die("no flush");
    }
    return (double)count * len * 1e3 / (double)(bw_clock_ns() - start_ns);
}

static void *serve(void *opaque)
{
    bw_session_run(opaque);
    return NULL;
}

static void measure_agent(const char *tape, unsigned count, uint32_t len)
{
    static struct bw_session session;
    static struct bw_conn conn;
    static struct bw_config_export x = { .name = "tape",
                                         .kind = BW_EXPORT_SCSI };
    struct way w = { .conn = &conn };
    struct bw_bench bench;
    struct bw_io_fd io[2];
    char error[BW_CONFIG_MAX_ERROR];
    pthread_t thread;
    int fds[2];

    snprintf(x.adapter, sizeof(x.adapter), "sim-tape:%s", tape);
    bw_bench_init(&bench);
    if (!bw_bench_add_scsi(&bench, &x, error, sizeof(error))) {
        die(error);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) {
        die("no socket");
    }
    bw_io_fd_init(&io[0], fds[0]);
    bw_io_fd_init(&io[1], fds[1]);
    bw_conn_init(&conn, &io[0].io);
    bw_session_init(&session, &io[1].io, &bench, NULL, 1);
    if (pthread_create(&thread, NULL, serve, &session)) {
        die("no thread");
    }
    say_hello(&w);
    printf(" agent %.1f", records(&w, 0x0a, count, len));
    printf(" %.1f\n", records(&w, 0x08, count, len));
    close(fds[0]);
    pthread_join(thread, NULL);
    bw_service_scsi_settle(DEADLINE_MS);
    bw_bench_finish(&bench);
    close(fds[1]);
}

int main(int argc, char **argv)
{
    unsigned count = argc == 4 ? (unsigned)strtoul(argv[2], NULL, 0) : 0;
    uint32_t len = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 0) : 0;
    struct way w = { .conn = NULL };
    char error[BW_CONFIG_MAX_ERROR];

    if (count < 1 || len < 1 || len > MAX_LEN) {
        die("usage: scsi TAPE RECORDS LENGTH, at most 1 MiB");
    }
    w.unit = bw_sim_tape_new(argv[1], "", error, sizeof(error));
    if (!w.unit) {
        die(error);
    }
    printf("direct %.1f", records(&w, 0x0a, count, len));
    printf(" %.1f", records(&w, 0x08, count, len));
    w.unit->ops->free(w.unit);
    measure_agent(argv[1], count, len);
    return 0;
}
