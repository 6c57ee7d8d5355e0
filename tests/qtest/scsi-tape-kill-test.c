/*
 * QEMU is killed while it writes to a tape, many times in a row: what is on
 * the tape then?
 *
 * docs/tape.md, "What lasts": all that was on the disk for certain, and behind
 * it perhaps some of what came next, whole and in order.  Each kill goes on
 * with the tape that the one before has left.
 *
 * A child drives the machine with a list of commands, and tells when the one
 * begins during which it is to die; the parent waits for a few writes to the
 * file (inotify) and a little longer, kills both, and compares the file with
 * a model of the tape.  kill -9 does not lose what the host's kernel has; that
 * is what tests/unit/test_tape_store_crash.c is for.
 *
 * BW_KILLS: how many (100, or what fits into two minutes).  BW_SEED: of the
 * first one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "qemu/bswap.h"
#include "host-agent/tape_file.h"
#include "tape_bench.h"
#include "tape_model.h"

#define TAPE_ID  1
#define KILLS    100
#define TAPE_MAX (6 * 1024 * 1024) /* then it begins with a blank one */
#define ENOUGH_S 120 /* on a slow machine, unless BW_KILLS is set */
#define START_MS 60000
#define WRITE_MS 50 /* a write that does not come is not waited for */

/* --- the child, which drives the machine --- */

struct shared {
    volatile int finished; /* commands that ended well */
    volatile pid_t qemu;
};

static void run(struct tape_bench *b, const uint8_t *cdb, size_t cdb_len,
                const void *out, size_t out_len)
{
    struct scsi_command command = {
        .id = TAPE_ID,
        .cdb = cdb,
        .cdb_len = cdb_len,
        .out = out,
        .out_len = out_len,
    };

    struct scsi_answer answer = guest_scsi_run(b->scsi, &command);

    if (answer.status) {
        g_test_message("CDB %02x %02x %02x %02x %02x: key %x, ASC %02x/%02x",
                       cdb[0], cdb[1], cdb[2], cdb[3], cdb[4],
                       answer.sense[2] & 0xf, answer.sense[12],
                       answer.sense[13]);
    }
    g_assert_cmphex(answer.status, ==, 0);
}

static void run6(struct tape_bench *b, uint8_t opcode, uint8_t byte1,
                 uint32_t value, const void *out, size_t out_len)
{
    uint8_t cdb[6] = { opcode, byte1, value >> 16, value >> 8, value, 0 };

    run(b, cdb, sizeof(cdb), out, out_len);
}

static void do_write(struct tape_bench *b, const struct tape_op *op)
{
    bool blocks = op->kind == OP_BLOCKS;
    uint32_t length = blocks ? TAPE_MODEL_BLOCK : op->value;
    uint32_t count = blocks ? op->value : 1;
    g_autofree uint8_t *data = g_malloc((size_t)length * count);

    for (uint32_t i = 0; i < count; i++) {
        struct tape_object o = { .length = length, .seed = op->seed + i };

        tape_model_fill(data + (size_t)i * length, &o);
    }
    run6(b, 0x0a, blocks, op->value, data, (size_t)length * count);
}

static void do_op(struct tape_bench *b, const struct tape_op *op)
{
    uint8_t locate[10] = { 0x2b };

    switch (op->kind) {
    case OP_RECORD:
    case OP_BLOCKS:
        do_write(b, op);
        break;
    case OP_MARKS:
    case OP_MARKS_NOW:
        run6(b, 0x10, op->kind == OP_MARKS_NOW, op->value, NULL, 0);
        break;
    case OP_LOCATE:
        stl_be_p(locate + 3, op->value);
        run(b, locate, sizeof(locate), NULL, 0);
        break;
    case OP_END:
        run6(b, 0x11, 3, 0, NULL, 0);
        break;
    case OP_REWIND:
        run6(b, 0x01, 0, 0, NULL, 0);
        break;
    case OP_ERASE:
        run6(b, 0x19, 1, 0, NULL, 0);
        break;
    case OP_RELOAD:
        run6(b, 0x1b, 0, 0, NULL, 0);
        run6(b, 0x1b, 0, 1, NULL, 0);
        guest_scsi_settle(b->scsi, TAPE_ID);
        break;
    }
}

static G_NORETURN void drive(struct tape_bench *b, const struct tape_op *ops,
                             unsigned count, unsigned victim, int tell,
                             struct shared *shared)
{
    g_autofree char *args = tape_bench_args(b, "", ",block-size=512");
    g_autofree char *log = tape_bench_path(b, "child.log");
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    tape_bench_start(b, GUEST_SCSI_VIRTIO, args);
    shared->qemu = qtest_pid(b->qts);
    guest_scsi_settle(b->scsi, TAPE_ID);
    for (unsigned i = 0; i < count; i++) {
        if (i == victim && write(tell, "", 1) != 1) {
            break;
        }
        do_op(b, &ops[i]);
        shared->finished = i + 1;
    }
    pause(); /* until the parent has had enough */
    _exit(1);
}

/* --- the parent, which kills --- */

static bool readable(int fd, int timeout_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, timeout_ms) == 1 && (p.revents & POLLIN);
}

/* Until the file was written to @count times, or no more is to be expected. */
static void await_writes(int watch, unsigned count)
{
    char buffer[4096];

    while (count-- && readable(watch, WRITE_MS)) {
        /* alike ones in a row are one event */
        g_assert_cmpint(read(watch, buffer, sizeof(buffer)), >, 0);
    }
}

static void drain(int watch)
{
    char buffer[4096];

    while (readable(watch, 0)) {
        g_assert_cmpint(read(watch, buffer, sizeof(buffer)), >, 0);
    }
}

static void show_log(const struct tape_bench *b)
{
    g_autofree char *path = tape_bench_path(b, "child.log");
    g_autofree char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        fprintf(stderr, "%s\n", text);
    }
}

static void kill_both(pid_t child, pid_t qemu)
{
    if (qemu) {
        kill(qemu, SIGKILL);
    }
    kill(child, SIGKILL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    /* it came to us when its parent ended, if that had not waited for it */
    if (qemu && waitpid(qemu, NULL, 0) != qemu) {
        g_assert_cmpint(errno, ==, ECHILD);
    }
}

/* Returns: how many commands ended well. */
static unsigned kill_during(struct tape_bench *b, GRand *r,
                            const struct tape_op *ops, unsigned count,
                            struct shared *shared)
{
    unsigned victim = g_rand_int_range(r, 0, count);
    unsigned writes = g_rand_int_range(r, 0, 4);
    gulong delay_us = g_rand_int_range(r, 0, 400);
    int watch = inotify_init1(IN_CLOEXEC);
    int tell[2];
    pid_t child;
    bool begun;

    g_assert_cmpint(inotify_add_watch(watch, b->tap, IN_MODIFY), >=, 0);
    g_assert_cmpint(pipe(tell), ==, 0);
    *shared = (struct shared){ 0 };
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (!child) {
        close(tell[0]);
        drive(b, ops, count, victim, tell[1], shared);
    }
    close(tell[1]);
    begun = readable(tell[0], START_MS);
    if (begun) {
        drain(watch);
        await_writes(watch, writes);
        g_usleep(delay_us);
    }
    kill_both(child, shared->qemu);
    if (!begun) {
        show_log(b);
        g_test_message("the machine did not come as far as command %u", victim);
    }
    g_assert_true(begun);
    close(tell[0]);
    close(watch);
    return shared->finished;
}

/* The store sees the same, and finds nothing wrong. */
static guint store_count(const char *path)
{
    struct bw_tape_options options = { .read_only = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_disk disk;
    struct bw_tape_store *store;

    g_assert_cmpint(bw_tape_disk_open(&disk, path, BW_TAPE_LOOK, false, NULL),
                    ==, BW_TAPE_OK);
    store = bw_tape_open(&disk.io, &options, &verdict);
    g_assert_cmpint(verdict.result, ==, BW_TAPE_OK);
    g_assert_cmpint(bw_tape_verify(store, NULL, NULL, &verdict), ==,
                    BW_TAPE_OK);
    bw_tape_close(store);
    bw_tape_disk_close(&disk);
    return verdict.objects;
}

static void show(const char *what, const struct tape_model *m)
{
    g_test_message("%s: %u kept, %u fresh at %u, head at %u", what,
                   m->kept->len, m->fresh->len, m->at, m->position);
}

/* @m: before the commands.  Returns: the model of what is on the tape now. */
static struct tape_model *judge(struct tape_bench *b,
                                const struct tape_model *start,
                                const struct tape_op *ops, unsigned count,
                                unsigned finished)
{
    struct tape_model *m = tape_model_copy(start), *begun;
    guint found = store_count(b->tap);

    for (unsigned i = 0; i < finished; i++) {
        tape_model_apply(m, &ops[i]);
    }
    begun = tape_model_copy(m);
    if (finished < count) {
        tape_model_begin(begun, &ops[finished]);
    }
    if (tape_model_fits(m, b->tap, found)) {
        tape_model_free(begun);
        return m;
    }
    show("before", m);
    show("begun", begun);
    g_test_message("found %u objects, after %u of %u commands", found, finished,
                   count);
    g_assert_true(tape_model_fits(begun, b->tap, found));
    tape_model_free(m);
    return begun;
}

static unsigned number_of(const char *variable, unsigned otherwise)
{
    const char *text = g_getenv(variable);

    return text ? strtoul(text, NULL, 0) : otherwise;
}

static void what_was_synchronised_outlives_a_kill(void)
{
    unsigned kills = number_of("BW_KILLS", KILLS);
    unsigned seed = number_of("BW_SEED", 1);
    struct tape_bench b = tape_bench_new();
    struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct tape_model *m = tape_model_new();
    struct tape_op ops[TAPE_MODEL_OPS];
    GStatBuf st;

    g_assert_true(shared != MAP_FAILED);
    g_assert_cmpint(prctl(PR_SET_CHILD_SUBREAPER, 1), ==, 0);
    tape_bench_make(&b, "tape.tap", NULL, 0);
    g_test_timer_start();
    for (unsigned i = 0; i < kills; i++) {
        GRand *r = g_rand_new_with_seed(seed + i);
        unsigned count = tape_model_plan(r, m, ops), finished;
        struct tape_model *now;

        g_test_message("kill %u, BW_SEED=%u", i, seed + i);
        finished = kill_during(&b, r, ops, count, shared);
        now = judge(&b, m, ops, count, finished);
        tape_model_free(m);
        m = now;
        g_assert_cmpint(g_stat(b.tap, &st), ==, 0);
        if (st.st_size > TAPE_MAX) {
            tape_bench_make(&b, "tape.tap", NULL, 0);
            g_array_set_size(m->kept, 0);
        }
        g_rand_free(r);
        if (!g_getenv("BW_KILLS") && g_test_timer_elapsed() > ENOUGH_S) {
            g_test_message("%u kills took %d s", i + 1, ENOUGH_S);
            break;
        }
    }
    tape_model_free(m);
    munmap(shared, sizeof(*shared));
    tape_bench_free(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("scsi-tape-kill/what_was_synchronised_outlives_a_kill",
                   what_was_synchronised_outlives_a_kill);
    return g_test_run();
}
