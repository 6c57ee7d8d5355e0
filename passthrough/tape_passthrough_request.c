/*
 * tape-passthrough: one queue of commands, one at a time.
 *
 * A sequential device runs commands in the order in which they arrive.  Each
 * has one buffer, since a controller with a scatter/gather list moves all of
 * the data at once; others take them in as many pieces as they like.
 *
 *   controller -> send_command, write_data -> enqueue() -> scsi_queue.h
 *     -> pump() -> tape_passthrough_run(), to the agent
 *     -> pump() -> scsi_queue.h -> deliver() -> read_data -> controller
 *
 * A command that the guest cancels while the agent has it ends at once for the
 * guest.  The device lets it come to its end; until then others are told BUSY,
 * but for those that already waited for it and would be, too.
 *
 * Choices: a machine that is stopped gets the answer when it goes on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "scsi/constants.h"
#include "tape_passthrough.h"
#include "hw/benchwire/trace.h"

#define REQ(r) container_of(r, TapePassthroughReq, req)

static TapePassthrough *device_of(TapePassthroughReq *r)
{
    return container_of(r->req.dev, TapePassthrough, qdev);
}

/* --- the answer --- */

void tape_passthrough_fail(TapePassthroughReq *r, enum bw_sense_key key,
                           bw_asc asc)
{
    struct bw_sense sense = { .key = key, .asc = asc, .field_bit = -1 };

    r->status = BW_SCSI_CHECK;
    r->moved = 0;
    r->req.sense_len = bw_sense_fixed(&sense, r->req.sense,
                                      sizeof(r->req.sense));
    r->phase = TAPE_PASSTHROUGH_ENDED;
}

static void end_without_sense(TapePassthroughReq *r, uint8_t status)
{
    r->status = status;
    r->moved = 0;
    r->req.sense_len = 0;
    r->phase = TAPE_PASSTHROUGH_ENDED;
}

static void complete(TapePassthroughReq *r)
{
    trace_bw_tape_passthrough_done(device_of(r)->name, r->req.tag, r->status,
                                   r->moved, r->req.sense_len);
    if (r->req.cmd.mode == SCSI_XFER_TO_DEV) {
        r->req.residual = r->req.cmd.xfer - r->moved;
    }
    scsi_req_complete(&r->req, r->status);
}

/* In the context of the request. */
static void deliver(SCSIRequest *req)
{
    TapePassthroughReq *r = REQ(req);

    if (req->cmd.mode == SCSI_XFER_FROM_DEV && r->moved) {
        r->phase = TAPE_PASSTHROUGH_SENDING;
        scsi_req_data(req, r->moved);
    } else {
        complete(r);
    }
}

static void answer(TapePassthrough *s, TapePassthroughReq *r)
{
    bw_scsi_queue_answer(&s->queue, &r->place);
}

/* --- the queue --- */

static TapePassthroughReq *first(TapePassthrough *s)
{
    BwScsiPlace *place = bw_scsi_queue_first(&s->queue);

    return place ? container_of(place, TapePassthroughReq, place) : NULL;
}

static void take(TapePassthrough *s, TapePassthroughReq *r)
{
    bw_scsi_queue_take(&s->queue, &r->place);
}

void tape_passthrough_requeue(TapePassthrough *s, TapePassthroughReq *r)
{
    r->phase = TAPE_PASSTHROUGH_WAITING;
    r->give_up_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + s->wait_ms;
    bw_scsi_queue_put_back(&s->queue, &r->place);
}

/*
 * May @r go to the agent, as far as the guest's place on the tape is
 * concerned?  False: it has ended.
 */
static bool admit(TapePassthrough *s, TapePassthroughReq *r)
{
    struct bw_sense sense;

    if (bw_scsi_nexus_admit(&s->nexus, r->req.cmd.buf, &sense)) {
        return true;
    }
    s->refused += sense.key == BW_SENSE_MEDIUM;
    tape_passthrough_fail(r, sense.key, sense.asc);
    return false;
}

/* Is it time to give up waiting for the link?  If not, come back then. */
static bool is_over(TapePassthrough *s, TapePassthroughReq *r)
{
    if (qemu_clock_get_ms(QEMU_CLOCK_REALTIME) >= r->give_up_ms) {
        return true;
    }
    timer_mod(s->patience, r->give_up_ms);
    return false;
}

/*
 * The first in the queue: true if something has become of it.  A link that is
 * lost is told at once; it is waited for with what has to be sent.
 */
static bool step_first(TapePassthrough *s, TapePassthroughReq *r)
{
    if (r->req.io_canceled) {
        take(s, r);
        scsi_req_unref(&r->req);
        return true;
    }
    if (s->run.r || s->resetting) {
        if (!s->run.r || !s->run.r->req.io_canceled) {
            return false;
        }
        take(s, r);
        end_without_sense(r, BW_SCSI_BUSY);
        answer(s, r);
        return true;
    }
    if (!admit(s, r)) {
        take(s, r);
        answer(s, r);
        return true;
    }
    if (bw_link_is_ready(&s->link)) {
        take(s, r);
        tape_passthrough_run(s, r);
        return true;
    }
    if (!is_over(s, r)) {
        return false;
    }
    s->no_agent++;
    take(s, r);
    tape_passthrough_fail(r, BW_SENSE_ABORTED, BW_ASC_NO_CONTACT);
    answer(s, r);
    return true;
}

static bool step(TapePassthrough *s)
{
    TapePassthroughReq *r = s->run.r;

    if (r && r->phase == TAPE_PASSTHROUGH_ENDED) {
        s->run.r = NULL;
        answer(s, r);
        return true;
    }
    if (r && r->req.io_canceled) {
        tape_passthrough_abandon(s);
        if (r->phase == TAPE_PASSTHROUGH_ENDED) {
            return true;
        }
    }
    if (s->reset_due && !s->run.r && !s->resetting &&
        bw_link_is_ready(&s->link)) {
        tape_passthrough_send_reset(s);
    }
    r = first(s);
    return r && step_first(s, r);
}

static void pump(void *opaque)
{
    TapePassthrough *s = opaque;

    if (s->pumping || !s->running) {
        return; /* the one that does will come to it; or when it goes on */
    }
    s->pumping = true;
    while (step(s)) {
        /* delivered, or on its way */
    }
    s->pumping = false;
}

void tape_passthrough_kick(TapePassthrough *s)
{
    qemu_bh_schedule(s->bh);
}

static void enqueue(TapePassthroughReq *r)
{
    TapePassthrough *s = device_of(r);

    r->give_up_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + s->wait_ms;
    r->phase = TAPE_PASSTHROUGH_WAITING;
    if (!bw_scsi_queue_enter(&s->queue, &r->place, &r->req, r->size)) {
        end_without_sense(r, TASK_SET_FULL);
        complete(r);
    } else {
        tape_passthrough_kick(s);
    }
}

/* --- what the controller calls --- */

/* Virtio-scsi knows from its guest how much data there is; others do not. */
static bool knows_lengths(SCSIDevice *dev)
{
    SCSIBus *bus = DO_UPCAST(SCSIBus, qbus, dev->qdev.parent_bus);

    return bus->info->parse_cdb != NULL;
}

int tape_passthrough_parse_cdb(SCSIDevice *dev, SCSICommand *cmd, uint8_t *buf,
                               size_t buf_len, void *hba_private)
{
    int rc = scsi_bus_parse_cdb(dev, cmd, buf, buf_len, hba_private);

    if (rc == 0 && cmd->xfer == 0) {
        cmd->mode = SCSI_XFER_NONE;
    }
    return rc;
}

/* Nothing of it goes to the device. */
static int32_t refuse(TapePassthroughReq *r, bw_asc asc)
{
    tape_passthrough_fail(r, BW_SENSE_ILLEGAL, asc);
    complete(r);
    return 0;
}

static int32_t send_command(SCSIRequest *req, uint8_t *buf)
{
    TapePassthroughReq *r = REQ(req);
    TapePassthrough *s = device_of(r);

    trace_bw_tape_passthrough_command(s->name, req->tag, req->cmd.buf[0],
                                      req->cmd.xfer);
    if (req->cmd.xfer > BW_SCSI_MAX_LEN ||
        (!knows_lengths(req->dev) &&
         bw_scsi_nexus_is_unmeasured(&s->nexus, req->cmd.buf))) {
        return refuse(r, BW_ASC_BAD_FIELD);
    }
    r->size = req->cmd.mode == SCSI_XFER_NONE ? 0 : req->cmd.xfer;
    if (!r->size) {
        enqueue(r);
        return 0;
    }
    /* zeros: a controller may bring less than it was asked for */
    r->data = g_try_malloc0(r->size);
    if (!r->data) {
        r->size = 0;
        end_without_sense(r, BW_SCSI_BUSY);
        complete(r);
        return 0;
    }
    return req->cmd.mode == SCSI_XFER_TO_DEV ? -(int32_t)r->size :
                                               (int32_t)r->size;
}

static void read_data(SCSIRequest *req)
{
    TapePassthroughReq *r = REQ(req);

    if (r->phase == TAPE_PASSTHROUGH_NEW) {
        enqueue(r);
    } else if (r->phase == TAPE_PASSTHROUGH_SENDING) {
        complete(r);
    }
}

static void write_data(SCSIRequest *req)
{
    TapePassthroughReq *r = REQ(req);

    if (r->phase == TAPE_PASSTHROUGH_NEW) {
        r->phase = TAPE_PASSTHROUGH_FILLED;
        scsi_req_data(req, r->size);
    } else if (r->phase == TAPE_PASSTHROUGH_FILLED) {
        enqueue(r);
    }
}

static uint8_t *get_buf(SCSIRequest *req)
{
    return REQ(req)->data;
}

static void free_req(SCSIRequest *req)
{
    g_free(REQ(req)->data);
}

static const SCSIReqOps request_ops = {
    .size = sizeof(TapePassthroughReq),
    .free_req = free_req,
    .send_command = send_command,
    .read_data = read_data,
    .write_data = write_data,
    .get_buf = get_buf,
};

SCSIRequest *tape_passthrough_new_request(SCSIDevice *dev, uint32_t tag,
                                          uint32_t lun, uint8_t *buf,
                                          void *hba_private)
{
    return scsi_req_alloc(&request_ops, dev, tag, lun, hba_private);
}

/* --- life --- */

void tape_passthrough_request_init(TapePassthrough *s)
{
    bw_scsi_queue_init(&s->queue, deliver);
}

static void patience_ends(void *opaque)
{
    tape_passthrough_kick(opaque);
}

void tape_passthrough_request_start(TapePassthrough *s)
{
    s->bh = qemu_bh_new_guarded(pump, s, &DEVICE(s)->mem_reentrancy_guard);
    s->patience = timer_new_ms(QEMU_CLOCK_REALTIME, patience_ends, s);
}

void tape_passthrough_request_stop(TapePassthrough *s)
{
    TapePassthroughReq *r;

    tape_passthrough_forget(s);
    while ((r = first(s))) {
        take(s, r);
        scsi_req_unref(&r->req);
    }
    bw_scsi_queue_settle(&s->queue);
    timer_free(s->patience);
    qemu_bh_delete(s->bh);
}

/* None refers to the device any more. */
void tape_passthrough_request_finish(TapePassthrough *s)
{
    bw_scsi_queue_finish(&s->queue);
}
