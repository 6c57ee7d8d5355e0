/*
 * scsi-tape: one queue of commands, one at a time.
 *
 * A sequential device runs commands in the order in which they arrive.  Each
 * takes one buffer, because a controller with a scatter/gather list moves all
 * of the data at once; others take it in as many pieces as they like.
 *
 *   controller -> send_command, write_data -> enqueue() -> scsi_queue.h
 *     -> pump() -> run_command(), a coroutine: bw_tape_execute()
 *     -> pump() -> scsi_queue.h -> deliver() -> read_data -> controller
 *
 * The drive runs under the BQL.  A request of another thread is put into the
 * same queue, and its answer is delivered in its own context.
 *
 * A command that is cancelled while it runs goes on to its end, so that the
 * place on the tape is known, and nobody is told; long scans end early.  What
 * follows waits for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "block/aio-wait.h"
#include "migration/qemu-file-types.h"
#include "scsi/constants.h"
#include "system/block-backend.h"
#include "scsi_tape.h"
#include "hw/benchwire/trace.h"

#define SPARE_MAX (4 * MiB)

#define REQ(r) container_of(r, SCSITapeReq, req)

static SCSITapeState *tape_of(SCSITapeReq *r)
{
    return container_of(r->req.dev, SCSITapeState, qdev);
}

/* --- buffers --- */

static uint8_t *take_spare(SCSITapeState *s, size_t size, size_t *room)
{
    uint8_t *data = NULL;

    QEMU_LOCK_GUARD(&s->lock);
    if (s->spare && s->spare_room >= size) {
        data = g_steal_pointer(&s->spare);
        *room = s->spare_room;
    }
    return data;
}

/* Returns: false if the host has no room for @size bytes. */
static bool get_data(SCSITapeReq *r, size_t size)
{
    SCSITapeState *s = tape_of(r);

    if (r->data || !size) {
        return true;
    }
    r->data = take_spare(s, size, &r->room);
    if (!r->data) {
        /* zeros: an adapter may bring less than it was asked for */
        r->data = g_try_malloc0(size);
        r->room = size;
    }
    return r->data;
}

static void put_data(SCSITapeReq *r)
{
    SCSITapeState *s = tape_of(r);
    uint8_t *data = g_steal_pointer(&r->data);

    if (!data) {
        return;
    }
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        if (r->room <= SPARE_MAX && (!s->spare || s->spare_room < r->room)) {
            uint8_t *old = s->spare;

            s->spare = data;
            s->spare_room = r->room;
            data = old;
        }
    }
    g_free(data);
}

/* What came of data-out, with zeros for what did not. */
static void fill_up(SCSITapeReq *r)
{
    size_t missing = MIN(r->req.residual, r->command.size);

    memset(r->data + r->command.size - missing, 0, missing);
}

/* --- the answer --- */

static void set_sense(SCSITapeReq *r)
{
    struct bw_tape_command *command = &r->command;

    if (command->status == BW_SCSI_CHECK) {
        r->req.sense_len = bw_sense_fixed(&command->sense, r->req.sense,
                                          sizeof(r->req.sense));
    } else {
        r->req.sense_len = 0;
    }
}

static void complete(SCSITapeReq *r)
{
    set_sense(r);
    trace_bw_scsi_tape_done(tape_of(r), r->req.tag, r->command.status,
                            r->command.sense.key, r->command.sense.asc,
                            r->command.done);
    scsi_req_complete(&r->req, r->command.status);
}

/* In the context of the request. */
static void deliver(SCSIRequest *req)
{
    SCSITapeReq *r = REQ(req);

    if (req->cmd.mode == SCSI_XFER_FROM_DEV && r->command.done) {
        r->phase = SCSI_TAPE_SENDING;
        scsi_req_data(req, r->command.done);
    } else {
        complete(r);
    }
}

static void refuse(SCSITapeReq *r, enum bw_scsi_status status)
{
    r->command.done = 0;
    r->command.status = status;
    complete(r);
}

/* --- the queue --- */

bool scsi_tape_stopped(SCSITapeState *s)
{
    return s->stop || (s->current && s->current->req.io_canceled);
}

/* The first command, or one that may overtake those that wait. */
static SCSITapeReq *take_next(SCSITapeState *s, bool may_start)
{
    BwScsiPlace *place = bw_scsi_queue_first(&s->queue);

    for (; place; place = bw_scsi_queue_next(&s->queue, place)) {
        SCSITapeReq *r = container_of(place, SCSITapeReq, place);

        if (may_start || r->req.io_canceled ||
            bw_tape_immediate(r->command.cdb)) {
            bw_scsi_queue_take(&s->queue, place);
            return r;
        }
    }
    return NULL;
}

static void execute(SCSITapeState *s, SCSITapeReq *r)
{
    r->phase = SCSI_TAPE_RUNNING;
    if (get_data(r, r->command.size)) {
        r->command.data = r->data;
        bw_tape_execute(&s->drive, &r->command);
    } else {
        r->command.status = BW_SCSI_BUSY;
    }
    r->command.done = MIN(r->command.done, r->command.size);
    s->qdev.blocksize = s->drive.state.block_size;
}

static void coroutine_fn run_command(void *opaque)
{
    SCSITapeState *s = opaque;

    execute(s, s->current);
    s->current_done = true;
    blk_dec_in_flight(s->qdev.conf.blk);
    qemu_bh_schedule(s->bh);
}

static void start(SCSITapeState *s, SCSITapeReq *r)
{
    s->current = r;
    s->current_done = false;
    s->touched = true;
    blk_inc_in_flight(s->qdev.conf.blk);
    qemu_coroutine_enter(qemu_coroutine_create(run_command, s));
}

static bool step(SCSITapeState *s)
{
    SCSITapeReq *r;

    if (s->current && s->current_done) {
        r = g_steal_pointer(&s->current);
        if (s->eject_pending) {
            scsi_tape_eject_pending(s);
        }
        bw_scsi_queue_answer(&s->queue, &r->place);
        return true;
    }
    r = take_next(s, !s->current && !s->held);
    if (!r) {
        return false;
    }
    if (r->req.io_canceled) {
        bw_scsi_queue_answer(&s->queue, &r->place);
    } else if (bw_tape_immediate(r->command.cdb)) {
        execute(s, r);
        bw_scsi_queue_answer(&s->queue, &r->place);
    } else {
        start(s, r);
    }
    return true;
}

static void pump(void *opaque)
{
    SCSITapeState *s = opaque;

    if (s->pumping) {
        return; /* the one that does will come to it */
    }
    s->pumping = true;
    while (step(s)) {
        /* delivered, or started */
    }
    s->pumping = false;
}

static void enqueue(SCSITapeReq *r)
{
    SCSITapeState *s = tape_of(r);

    r->phase = SCSI_TAPE_WAITING;
    if (!bw_scsi_queue_enter(&s->queue, &r->place, &r->req, r->command.size)) {
        refuse(r, TASK_SET_FULL);
    } else if (qemu_get_current_aio_context() == qemu_get_aio_context()) {
        pump(s);
    } else {
        qemu_bh_schedule(s->bh);
    }
}

/* --- what the controller calls --- */

int scsi_tape_parse_cdb(SCSIDevice *dev, SCSICommand *cmd, uint8_t *buf,
                        size_t buf_len, void *hba_private)
{
    SCSITapeState *s = SCSI_TAPE(dev);
    int length = scsi_cdb_length(buf);
    uint64_t bytes;

    if (length < 0 || length > buf_len) {
        return -1;
    }
    cmd->len = length;
    memcpy(cmd->buf, buf, length);
    cmd->lba = -1;
    switch (bw_tape_transfer(&s->drive, cmd->buf, &bytes)) {
    case BW_TAPE_DATA_IN:
        cmd->mode = SCSI_XFER_FROM_DEV;
        break;
    case BW_TAPE_DATA_OUT:
        cmd->mode = SCSI_XFER_TO_DEV;
        break;
    default:
        cmd->mode = SCSI_XFER_NONE;
        bytes = 0;
    }
    cmd->xfer = MIN(bytes, INT32_MAX); /* execute() refuses far less */
    return 0;
}

static int32_t send_command(SCSIRequest *req, uint8_t *buf)
{
    SCSITapeReq *r = REQ(req);
    struct bw_tape_command *command = &r->command;

    memcpy(command->cdb, req->cmd.buf, req->cmd.len);
    command->cdb_length = req->cmd.len;
    command->size = MIN(req->cmd.xfer, BW_TAPE_COMMAND_MAX);
    trace_bw_scsi_tape_command(tape_of(r), req->tag, command->cdb[0],
                               req->cmd.xfer);
    if (req->cmd.mode == SCSI_XFER_NONE) {
        enqueue(r);
        return 0;
    }
    if (req->cmd.mode == SCSI_XFER_TO_DEV &&
        req->cmd.xfer > BW_TAPE_COMMAND_MAX) {
        command->size = 0; /* refused without its data */
        enqueue(r);
        return 0;
    }
    return req->cmd.mode == SCSI_XFER_TO_DEV ? -(int32_t)command->size
                                             : (int32_t)command->size;
}

static void read_data(SCSIRequest *req)
{
    SCSITapeReq *r = REQ(req);

    if (r->phase == SCSI_TAPE_NEW) {
        enqueue(r);
    } else if (r->phase == SCSI_TAPE_SENDING) {
        complete(r);
    }
}

static void write_data(SCSIRequest *req)
{
    SCSITapeReq *r = REQ(req);

    if (r->phase == SCSI_TAPE_NEW) {
        if (!get_data(r, r->command.size)) {
            refuse(r, BW_SCSI_BUSY);
            return;
        }
        r->phase = SCSI_TAPE_FILLED;
        scsi_req_data(req, r->command.size);
    } else if (r->phase == SCSI_TAPE_FILLED) {
        fill_up(r);
        enqueue(r);
    }
}

static uint8_t *get_buf(SCSIRequest *req)
{
    return REQ(req)->data;
}

static void free_req(SCSIRequest *req)
{
    put_data(REQ(req));
}

/* --- migration in the middle of a transfer --- */

/* Bytes of the buffer that count. */
static size_t data_in_use(const SCSITapeReq *r)
{
    return r->phase == SCSI_TAPE_SENDING ? r->command.done :
           r->phase == SCSI_TAPE_FILLED ? r->command.size : 0;
}

/* The queue is empty when this is called: a transfer can be under way. */
static void save_request(QEMUFile *f, SCSIRequest *req)
{
    SCSITapeReq *r = REQ(req);
    uint8_t sense[BW_SENSE_FIXED_LENGTH] = { 0 };

    qemu_put_byte(f, r->phase);
    qemu_put_byte(f, r->command.status);
    bw_sense_fixed(&r->command.sense, sense, sizeof(sense));
    qemu_put_buffer(f, sense, sizeof(sense));
    qemu_put_be32(f, r->command.done);
    qemu_put_buffer(f, r->data, data_in_use(r));
}

static void load_request(QEMUFile *f, SCSIRequest *req)
{
    SCSITapeReq *r = REQ(req);
    uint8_t sense[BW_SENSE_FIXED_LENGTH];

    memcpy(r->command.cdb, req->cmd.buf, req->cmd.len);
    r->command.cdb_length = req->cmd.len;
    r->command.size = MIN(req->cmd.xfer, BW_TAPE_COMMAND_MAX);
    r->phase = qemu_get_byte(f);
    r->command.status = qemu_get_byte(f);
    qemu_get_buffer(f, sense, sizeof(sense));
    bw_sense_parse(sense, sizeof(sense), &r->command.sense);
    r->command.done = MIN(qemu_get_be32(f), r->command.size);
    if (data_in_use(r)) {
        r->data = g_malloc0(r->command.size);
        r->room = r->command.size;
        qemu_get_buffer(f, r->data, data_in_use(r));
    }
}

static const SCSIReqOps request_ops = {
    .size = sizeof(SCSITapeReq),
    .free_req = free_req,
    .send_command = send_command,
    .read_data = read_data,
    .write_data = write_data,
    .get_buf = get_buf,
    .save_request = save_request,
    .load_request = load_request,
};

SCSIRequest *scsi_tape_new_request(SCSIDevice *dev, uint32_t tag, uint32_t lun,
                                   uint8_t *buf, void *hba_private)
{
    return scsi_req_alloc(&request_ops, dev, tag, lun, hba_private);
}

/* --- hold, wait, run --- */

void scsi_tape_drained(SCSITapeState *s, bool begin)
{
    if (begin) {
        s->held++;
        scsi_device_drained_begin(&s->qdev);
    } else {
        scsi_device_drained_end(&s->qdev);
        s->held--;
        qemu_bh_schedule(s->bh);
    }
}

static bool running(SCSITapeState *s)
{
    return s->current && !s->current_done;
}

void scsi_tape_hold(SCSITapeState *s)
{
    s->held++;
    AIO_WAIT_WHILE_UNLOCKED(NULL, running(s));
}

void scsi_tape_release(SCSITapeState *s)
{
    s->held--;
    qemu_bh_schedule(s->bh);
}

static bool busy(SCSITapeState *s)
{
    return s->current || (!s->held && bw_scsi_queue_first(&s->queue));
}

void scsi_tape_settle(SCSITapeState *s)
{
    qemu_bh_schedule(s->bh);
    AIO_WAIT_WHILE_UNLOCKED(NULL, busy(s));
}

typedef struct Run {
    SCSITapeState *s;
    void (*fn)(SCSITapeState *s, void *opaque);
    void *opaque;
    bool done;
} Run;

static void coroutine_fn run_entry(void *opaque)
{
    Run *run = opaque;

    run->fn(run->s, run->opaque);
    run->done = true;
    aio_wait_kick();
}

void scsi_tape_run(SCSITapeState *s, void (*fn)(SCSITapeState *s, void *opaque),
                   void *opaque)
{
    Run run = { .s = s, .fn = fn, .opaque = opaque };

    qemu_coroutine_enter(qemu_coroutine_create(run_entry, &run));
    AIO_WAIT_WHILE_UNLOCKED(NULL, !run.done);
}

void scsi_tape_request_init(SCSITapeState *s)
{
    qemu_mutex_init(&s->lock);
    bw_scsi_queue_init(&s->queue, deliver);
}

void scsi_tape_request_start(SCSITapeState *s)
{
    s->bh = qemu_bh_new_guarded(pump, s, &DEVICE(s)->mem_reentrancy_guard);
}

/* All requests have been cancelled; let them go. */
void scsi_tape_request_stop(SCSITapeState *s)
{
    pump(s);
    bw_scsi_queue_settle(&s->queue);
    qemu_bh_delete(s->bh);
}

/* None refers to the device any more. */
void scsi_tape_request_finish(SCSITapeState *s)
{
    g_free(s->spare);
    bw_scsi_queue_finish(&s->queue);
    qemu_mutex_destroy(&s->lock);
}
