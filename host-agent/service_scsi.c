/*
 * The SCSI service; see service_scsi.h.
 *
 * At the end of a lease the worker thread is the last that knows of the user, and
 * frees it.  What was started before that is carried out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_scsi_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "lib/wire_describe.h"

#define PAGE      4096u
#define NS_PER_MS 1000000u

/* Sessions that have ended, and whose workers have not. */
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left_less = PTHREAD_COND_INITIALIZER;
static unsigned left_count;

static void count_left(int by)
{
    pthread_mutex_lock(&left_lock);
    left_count += (unsigned)by;
    pthread_cond_broadcast(&left_less);
    pthread_mutex_unlock(&left_lock);
}

void bw_service_scsi_settle(uint32_t ms)
{
    struct timespec until =
        bw_clock_timespec(bw_clock_after_ms(bw_clock_ns(), ms));
    unsigned left;
    int err = 0;

    pthread_mutex_lock(&left_lock);
    while (left_count > 0 && err != ETIMEDOUT) {
        err = pthread_cond_clockwait(&left_less, &left_lock, CLOCK_MONOTONIC,
                                     &until);
    }
    left = left_count;
    pthread_mutex_unlock(&left_lock);
    if (left > 0) {
        bw_log(BW_LOG_INFO,
               "%u SCSI command%s not waited for; the device finishes by "
               "itself",
               left, left == 1 ? " is" : "s are");
    }
}

/* --- the export --- */

static struct bw_scsi_export *own(const struct bw_export *e)
{
    return e->own;
}

static void close_export(struct bw_export *e)
{
    struct bw_scsi_export *x = own(e);

    x->unit->ops->free(x->unit);
    pthread_mutex_destroy(&x->lock);
    free(x);
}

static void describe(struct bw_export *e, struct bw_wire_description *out)
{
    struct bw_scsi_about about = { .present = false };

    own(e)->unit->ops->about(own(e)->unit, true, &about);
    out->state = !about.present ? BW_DESCRIBE_ABSENT
                 : about.usable ? BW_DESCRIBE_PRESENT
                                : BW_DESCRIBE_UNUSABLE;
    memcpy(out->what, about.what, sizeof(out->what));
    memcpy(out->cure, about.cure, sizeof(out->cure));
}

bool bw_service_scsi_attach(struct bw_export *e, struct bw_scsi_unit *unit,
                            const struct bw_scsi_owner *owner)
{
    struct bw_scsi_export *x = calloc(1, sizeof(*x));
    unsigned i;

    if (!x) {
        unit->ops->free(unit);
        return false;
    }
    x->unit = unit;
    x->owner = *owner;
    for (i = 0; i < BW_SCSI_TIMES; i++) {
        if (!x->owner.time_ms[i]) {
            x->owner.time_ms[i] = bw_scsi_time_ms[i];
        }
    }
    pthread_mutex_init(&x->lock, NULL);
    e->own = x;
    e->close = close_export;
    e->describe = describe;
    return true;
}

uint32_t bw_service_scsi_max_len(const struct bw_export *e)
{
    return own(e)->unit->max_len;
}

uint32_t bw_service_scsi_funcs(const struct bw_export *e)
{
    struct bw_scsi_about about = { .present = false };

    own(e)->unit->ops->about(own(e)->unit, false, &about);
    return (about.present ? BW_DEVICE_FUNC_PRESENT : 0) |
           (own(e)->unit->simulated ? BW_DEVICE_FUNC_SIMULATED : 0) |
           ((uint32_t)about.type << 8 & BW_DEVICE_FUNC_SCSI_TYPE);
}

/* --- the worker --- */

static void execute(struct bw_scsi_user *u)
{
    struct bw_scsi_unit *unit = own(u->e)->unit;

    unit->ops->execute(unit, &u->task);
    if (u->task.result.moved > u->task.cmd.len) {
        u->task.result.moved = u->task.cmd.len;
    }
    bw_scsi_claims_note(&u->claims, &u->task);
}

static void reset(struct bw_scsi_user *u)
{
    struct bw_scsi_unit *unit = own(u->e)->unit;

    u->why[0] = '\0';
    u->status = unit->ops->reset(unit, u->why);
    if (u->status == BW_OK) {
        bw_scsi_claims_reset(&u->claims);
    } else {
        bw_scsi_claims_release(&u->claims, unit);
    }
}

static void run_job(struct bw_scsi_user *u)
{
    struct bw_scsi_unit *unit = own(u->e)->unit;

    struct bw_scsi_about about = { .present = false };

    switch (u->job) {
    case BW_SCSI_JOB_TAKE:
        u->status = unit->ops->take(unit, u->why);
        u->taken = u->status == BW_OK;
        unit->ops->about(unit, false, &about);
        u->type = about.type;
        break;
    case BW_SCSI_JOB_COMMAND:
        execute(u);
        break;
    case BW_SCSI_JOB_RESET:
        reset(u);
        break;
    default:
        break;
    }
}

/* The session has gone. */
static void end_user(struct bw_scsi_user *u)
{
    struct bw_scsi_export *x = own(u->e);
    struct bw_export *e = u->e;

    if (u->taken) {
        bw_scsi_claims_release(&u->claims, x->unit);
        x->unit->ops->give_back(x->unit);
    }
    pthread_mutex_lock(&x->lock);
    x->user = NULL;
    pthread_mutex_unlock(&x->lock);
    bw_lease_drop(&e->lease);
    bw_export_unref(e);
    pthread_cond_destroy(&u->work);
    pthread_mutex_destroy(&u->lock);
    free(u->data);
    free(u);
    count_left(-1);
}

static void *work(void *opaque)
{
    struct bw_scsi_user *u = opaque;
    bool ended = false;

    pthread_mutex_lock(&u->lock);
    while (!ended) {
        while (u->state != BW_SCSI_STARTED && !u->ending) {
            pthread_cond_wait(&u->work, &u->lock);
        }
        if (u->state == BW_SCSI_STARTED) {
            u->since_ns = bw_clock_ns();
            pthread_mutex_unlock(&u->lock);
            run_job(u);
            pthread_mutex_lock(&u->lock);
            u->state = BW_SCSI_DONE;
            pthread_mutex_unlock(&u->lock);
            pthread_cond_broadcast(&u->work);
            pthread_mutex_lock(&u->lock);
        }
        ended = u->ending && u->state != BW_SCSI_STARTED;
    }
    pthread_mutex_unlock(&u->lock);
    end_user(u);
    return NULL;
}

/* With all signals blocked: one would end a command's wait early. */
static int start_worker(struct bw_scsi_user *u)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;
    int err;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&thread, &attr, work, u);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return err;
}

/* --- the session's side --- */

/*
 * Who is woken finds the lock free, here and where a job has ended: with one
 * processor it would run at once, and wait again.
 */
static void start_job(struct bw_scsi_user *u, enum bw_scsi_job job)
{
    pthread_mutex_lock(&u->lock);
    u->job = job;
    u->state = BW_SCSI_STARTED;
    u->since_ns = bw_clock_ns();
    pthread_mutex_unlock(&u->lock);
    pthread_cond_broadcast(&u->work);
}

bool bw_service_scsi_wait(struct bw_scsi_user *u, uint32_t ms)
{
    struct timespec until =
        bw_clock_timespec(bw_clock_after_ms(bw_clock_ns(), ms));
    bool done;
    int err = 0;

    pthread_mutex_lock(&u->lock);
    while (u->state == BW_SCSI_STARTED && err != ETIMEDOUT) {
        err =
            pthread_cond_clockwait(&u->work, &u->lock, CLOCK_MONOTONIC, &until);
    }
    done = u->state != BW_SCSI_STARTED;
    pthread_mutex_unlock(&u->lock);
    return done;
}

static struct bw_scsi_user *new_user(struct bw_export *e, unsigned session)
{
    struct bw_scsi_user *u = calloc(1, sizeof(*u));

    if (!u) {
        return NULL;
    }
    atomic_fetch_add(&e->refs, 1);
    u->e = e;
    u->session = session;
    pthread_mutex_init(&u->lock, NULL);
    pthread_cond_init(&u->work, NULL);
    pthread_mutex_lock(&own(e)->lock);
    own(e)->user = u;
    pthread_mutex_unlock(&own(e)->lock);
    return u;
}

enum bw_status bw_service_scsi_open(struct bw_export *e, unsigned session,
                                    struct bw_scsi_user **user,
                                    char why[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_scsi_user *u = new_user(e, session);
    enum bw_status status = BW_BUSY;

    snprintf(why, BW_WIRE_MAX_TEXT + 1, "out of memory");
    if (!u) {
        bw_lease_drop(&e->lease);
        return BW_IO;
    }
    if (start_worker(u)) {
        snprintf(why, BW_WIRE_MAX_TEXT + 1, "cannot start a thread");
        count_left(1);
        end_user(u);
        return BW_IO;
    }
    start_job(u, BW_SCSI_JOB_TAKE);
    if (!bw_service_scsi_wait(u, BW_SCSI_TAKE_MS)) {
        snprintf(why, BW_WIRE_MAX_TEXT + 1,
                 "the device of \"%s\" does not answer; it may be at work "
                 "still, try again later",
                 e->name);
    } else if (!u->taken) {
        status = u->status;
        snprintf(why, BW_WIRE_MAX_TEXT + 1, "%s", u->why);
    } else {
        *user = u;
        return BW_OK;
    }
    bw_service_scsi_close(u);
    return status;
}

/* Set before the job is started. */
static const char *name_of_job(const struct bw_scsi_user *u)
{
    switch (u->job) {
    case BW_SCSI_JOB_COMMAND:
        return bw_scsi_command_name(BW_SCSI_TYPE_ANY, u->task.cmd.cdb[0]);
    case BW_SCSI_JOB_RESET:
        return "a reset";
    default:
        return "opening the device";
    }
}

static bool is_there(struct bw_export *e, const struct bw_scsi_user *u)
{
    bool there;

    pthread_mutex_lock(&own(e)->lock);
    there = own(e)->user == u;
    pthread_mutex_unlock(&own(e)->lock);
    return there;
}

/* One that is idle ends at once, but for what it takes to write to a file. */
static void wait_ended(struct bw_export *e, const struct bw_scsi_user *u)
{
    struct timespec until =
        bw_clock_timespec(bw_clock_after_ms(bw_clock_ns(), BW_SCSI_END_MS));
    int err = 0;

    pthread_mutex_lock(&left_lock);
    while (is_there(e, u) && err != ETIMEDOUT) {
        err = pthread_cond_clockwait(&left_less, &left_lock, CLOCK_MONOTONIC,
                                     &until);
    }
    pthread_mutex_unlock(&left_lock);
}

void bw_service_scsi_close(struct bw_scsi_user *u)
{
    struct bw_export *e = u->e;
    unsigned session = u->session;
    const char *what = name_of_job(u);
    bool busy;

    atomic_fetch_add(&e->refs, 1);
    count_left(1);
    pthread_mutex_lock(&u->lock);
    busy = u->state == BW_SCSI_STARTED;
    u->ending = true;
    pthread_cond_broadcast(&u->work);
    pthread_mutex_unlock(&u->lock);
    if (busy) {
        bw_log(BW_LOG_INFO, "session %u: \"%s\" stays busy until %s has ended",
               session, e->name, what);
    } else {
        wait_ended(e, u);
    }
    bw_export_unref(e);
}

bool bw_service_scsi_explain(const struct bw_export *e,
                             char why[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_scsi_export *x = own(e);
    struct bw_scsi_user *u;
    uint64_t since_ns = 0;
    bool lingers;

    pthread_mutex_lock(&x->lock);
    u = x->user;
    lingers = false;
    if (u) {
        pthread_mutex_lock(&u->lock);
        lingers = u->ending;
        since_ns = u->since_ns;
        pthread_mutex_unlock(&u->lock);
    }
    if (lingers) { /* whose worker alone has it, and waits for x->lock at last */
        uint64_t ms = (bw_clock_ns() - since_ns) / NS_PER_MS;

        snprintf(why, BW_WIRE_MAX_TEXT + 1,
                 "export \"%s\" is finishing a command of session %u, which "
                 "has ended (%s, since %u s); try again when it is done",
                 e->name, u->session, name_of_job(u), (unsigned)(ms / 1000));
    }
    pthread_mutex_unlock(&x->lock);
    return lingers;
}

/* --- commands --- */

/* Room for @len bytes; what is there is kept. */
static bool make_room(struct bw_scsi_user *u, uint32_t len)
{
    size_t room = PAGE;
    void *data;

    if (len <= u->room) {
        return true;
    }
    while (room < len) {
        room *= 2;
    }
    if (posix_memalign(&data, PAGE, room) != 0) {
        return false;
    }
    memset(data, 0, room); /* what no device has filled is nobody's */
    if (u->got > 0) {
        memcpy(data, u->data, u->got);
    }
    free(u->data);
    u->data = data;
    u->room = room;
    return true;
}

enum bw_status bw_service_scsi_put(struct bw_scsi_user *u,
                                   const struct bw_wire_scsi_data *piece)
{
    enum bw_status status = BW_OK;

    if (piece->offset == 0) {
        u->got = 0;
    }
    if (piece->offset != u->got) {
        status = BW_INVALID;
    } else if (piece->len > own(u->e)->unit->max_len - u->got) {
        status = BW_TOO_LONG;
    } else if (!make_room(u, u->got + (uint32_t)piece->len)) {
        status = BW_IO;
    }
    if (status != BW_OK) {
        u->got = 0;
        return status;
    }
    memcpy(u->data + u->got, piece->bytes, piece->len);
    u->got += (uint32_t)piece->len;
    return BW_OK;
}

/* ILLEGAL REQUEST, INVALID COMMAND OPERATION CODE */
static void refuse(struct bw_scsi_user *u)
{
    static const struct bw_sense sense = { .key = BW_SENSE_ILLEGAL,
                                           .asc = 0x2000 };
    struct bw_wire_scsi_result *r = &u->task.result;

    r->status = BW_SCSI_CHECK;
    r->flags = BW_SCSI_RESULT_REFUSED;
    r->sense_len = (uint8_t)bw_sense_fixed(&sense, r->sense, sizeof(r->sense));
    bw_log(BW_LOG_INFO,
           "session %u: %s (0x%02x) is not let through to \"%s\"; commands = "
           "default +0x%02x in the bench file would",
           u->session,
           bw_scsi_command_name(BW_SCSI_TYPE_ANY, u->task.cmd.cdb[0]),
           u->task.cmd.cdb[0], u->e->name, u->task.cmd.cdb[0]);
}

static uint32_t time_of(const struct bw_scsi_export *x, unsigned type,
                        const struct bw_wire_scsi_cmd *cmd)
{
    uint32_t ms = x->owner.time_ms[bw_scsi_time_of(type, cmd->cdb)];

    return cmd->timeout_ms && cmd->timeout_ms < ms ? cmd->timeout_ms : ms;
}

enum bw_status bw_service_scsi_start(struct bw_scsi_user *u,
                                     const struct bw_wire_scsi_cmd *cmd)
{
    const struct bw_scsi_export *x = own(u->e);
    uint32_t got = u->got;

    u->got = 0;
    if (cmd->len > x->unit->max_len) {
        return BW_TOO_LONG;
    }
    if (cmd->direction == BW_SCSI_DATA_OUT && got != cmd->len) {
        return BW_INVALID;
    }
    if (!make_room(u, cmd->len)) {
        return BW_IO;
    }
    memset(&u->task, 0, sizeof(u->task));
    u->task.cmd = *cmd;
    u->task.data = cmd->len ? u->data : NULL;
    u->task.timeout_ms = time_of(x, u->type, cmd);
    if (bw_scsi_rules_allow(&x->owner.rules, u->type, cmd->cdb)) {
        start_job(u, BW_SCSI_JOB_COMMAND);
    } else {
        refuse(u);
        u->state = BW_SCSI_DONE;
    }
    return BW_OK;
}

void bw_service_scsi_start_reset(struct bw_scsi_user *u)
{
    u->got = 0;
    start_job(u, BW_SCSI_JOB_RESET);
}

const struct bw_scsi_task *bw_service_scsi_task(const struct bw_scsi_user *u)
{
    return &u->task;
}

enum bw_status bw_service_scsi_reset_status(const struct bw_scsi_user *u,
                                            const char **why)
{
    *why = u->why;
    return u->status;
}
