/*
 * tape-passthrough: one command over the link.
 *
 * docs/protocol.md, "SCSI", is the rule: data for the device go first, as many
 * SCSI_DATA_OUT as the link has room for at a time; SCSI_CMD follows them, and
 * the data from the device come before its reply.  While a command takes long
 * the agent says SCSI_BUSY, and each sign of life begins the deadlines of the
 * link anew: a rewind may take hours, an agent that is gone is noticed within
 * timeout-ms.
 *
 * What the device says goes to the guest as it is.  What the agent says in its
 * place, or nobody does:
 *
 *   the link is lost              UNIT ATTENTION 29/07, I_T nexus loss
 *   the device's status is not    ABORTED COMMAND 08/01, logical unit
 *     known to the agent            communication time-out
 *   the agent has no device       ABORTED COMMAND 08/00, logical unit
 *                                   communication failure
 *   a command over its limits     ILLEGAL REQUEST 24/00
 *
 * Nothing is sent twice, but for INQUIRY, REPORT LUNS and REQUEST SENSE, which
 * wait for the link to come back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "tape_passthrough.h"
#include "hw/benchwire/trace.h"

/* Requests that a lease may want to make meanwhile, and SCSI_CMD itself. */
#define KEEP_FREE 4

#define OFFSET_LEN 4 /* before the bytes of SCSI_DATA_OUT */

static void end(TapePassthrough *s)
{
    s->run.r->phase = TAPE_PASSTHROUGH_ENDED;
    tape_passthrough_kick(s);
}

static void fail(TapePassthrough *s, enum bw_sense_key key, bw_asc asc)
{
    tape_passthrough_fail(s->run.r, key, asc);
    end(s);
}

/* --- to the device --- */

static bool is_cut_short(TapePassthrough *s)
{
    return s->run.refusal || s->run.r->req.io_canceled;
}

static void go_on(TapePassthrough *s);

static void data_reply(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len)
{
    TapePassthrough *s = opaque;

    bw_link_extend(&s->link);
    s->run.pieces--;
    if (status != BW_OK && !s->run.refusal) {
        s->run.refusal = status;
    }
    go_on(s);
}

/* Returns: false if there is no room for it now. */
static bool send_piece(TapePassthrough *s)
{
    size_t room = bw_link_room(&s->link, KEEP_FREE);
    struct bw_wire_scsi_data m = {
        .offset = s->run.sent,
        .bytes = s->run.r->data + s->run.sent,
        .len = MIN(s->run.r->size - s->run.sent, BW_SCSI_MAX_CHUNK),
    };
    struct bw_writer *w;

    if (room < OFFSET_LEN + MIN(m.len, BW_WIRE_MIN_BODY - OFFSET_LEN)) {
        return false;
    }
    m.len = MIN(m.len, room - OFFSET_LEN);
    if (!bw_link_begin(&s->link, BW_MSG_SCSI_DATA_OUT, &w)) {
        return false;
    }
    bw_wire_put_scsi_data_out(w, &m);
    if (!bw_link_commit(&s->link, data_reply, s)) {
        return false;
    }
    s->run.sent += m.len;
    s->run.pieces++;
    return true;
}

static void cmd_reply(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len);

static void send_cmd(TapePassthrough *s)
{
    const SCSICommand *cmd = &s->run.r->req.cmd;
    struct bw_wire_scsi_cmd m = {
        .direction = !s->run.r->size ? BW_SCSI_NO_DATA :
                     cmd->mode == SCSI_XFER_TO_DEV ? BW_SCSI_DATA_OUT :
                                                     BW_SCSI_DATA_IN,
        .cdb_len = cmd->len,
        .len = s->run.r->size,
    };
    struct bw_writer *w;
    uint32_t id;

    memcpy(m.cdb, cmd->buf, cmd->len);
    id = bw_link_begin(&s->link, BW_MSG_SCSI_CMD, &w);
    if (!id) {
        return; /* so many are under way: after the next reply */
    }
    bw_wire_put_scsi_cmd(w, &m);
    if (!bw_link_commit(&s->link, cmd_reply, s)) {
        return;
    }
    s->run.id = id;
    s->commands++;
    trace_bw_tape_passthrough_send(s->name, s->run.r->req.tag, id, m.len);
}

/* The agent did not run it, and says why. */
static void take_failure(TapePassthrough *s, unsigned status)
{
    trace_bw_tape_passthrough_failed(s->name, s->run.id,
                                     bw_status_name(status));
    if (status == BW_INVALID || status == BW_TOO_LONG) {
        fail(s, BW_SENSE_ILLEGAL, BW_ASC_BAD_FIELD);
    } else {
        fail(s, BW_SENSE_ABORTED, BW_ASC_NO_CONTACT);
    }
}

/* A piece was refused, or the guest does not want it any more. */
static void cut_short(TapePassthrough *s)
{
    if (s->run.pieces) {
        return; /* their replies come first */
    }
    if (s->run.refusal) {
        take_failure(s, s->run.refusal);
    } else {
        end(s);
    }
}

static void send_what_fits(TapePassthrough *s)
{
    const TapePassthroughReq *r = s->run.r;

    if (r->req.cmd.mode == SCSI_XFER_TO_DEV) {
        while (s->run.sent < r->size && send_piece(s)) {
            /* another one */
        }
        if (s->run.sent < r->size) {
            return;
        }
    }
    send_cmd(s);
}

static void go_on(TapePassthrough *s)
{
    if (s->run.id) {
        return;
    }
    if (is_cut_short(s)) {
        cut_short(s);
        return;
    }
    bw_link_hold(&s->link);
    send_what_fits(s);
    bw_link_release(&s->link);
}

void tape_passthrough_run(TapePassthrough *s, TapePassthroughReq *r)
{
    s->run = (TapePassthroughRun){ .r = r };
    r->phase = TAPE_PASSTHROUGH_RUNNING;
    if (s->max_len && r->size > s->max_len) {
        fail(s, BW_SENSE_ILLEGAL, BW_ASC_BAD_FIELD);
        return;
    }
    go_on(s);
}

void tape_passthrough_abandon(TapePassthrough *s)
{
    if (s->run.id) {
        bw_scsi_nexus_abandon(&s->nexus, s->run.r->req.cmd.buf);
    } else {
        go_on(s);
    }
}

void tape_passthrough_forget(TapePassthrough *s)
{
    if (s->run.r) {
        scsi_req_unref(&s->run.r->req);
        s->run.r = NULL;
    }
}

/* --- from the device --- */

/*
 * Is @id the SCSI_CMD that the agent has now?  Its notices come before its
 * reply; behind it there is no request any more to put data into.
 */
static bool is_under_way(TapePassthrough *s, uint32_t id)
{
    return s->run.r && s->run.r->phase == TAPE_PASSTHROUGH_RUNNING &&
           s->run.id && s->run.id == id;
}

static bool take_data_in(TapePassthrough *s, struct bw_reader *r)
{
    TapePassthroughReq *req = s->run.r;
    struct bw_wire_scsi_data m;

    if (bw_wire_get_scsi_data_in(r, &m) != BW_OK || !is_under_way(s, m.id) ||
        req->req.cmd.mode != SCSI_XFER_FROM_DEV ||
        m.offset != s->run.received || m.len > req->size - m.offset) {
        return false;
    }
    memcpy(req->data + m.offset, m.bytes, m.len);
    s->run.received += m.len;
    return true;
}

static bool take_busy(TapePassthrough *s, struct bw_reader *r)
{
    struct bw_wire_scsi_busy m;

    return bw_wire_get_scsi_busy(r, &m) == BW_OK &&
           (is_under_way(s, m.id) || (s->resetting && m.id == s->reset_id));
}

static void link_notice(void *opaque, unsigned type, const uint8_t *body,
                        size_t len)
{
    TapePassthrough *s = opaque;
    struct bw_reader r;
    bool good;

    bw_reader_init(&r, body, len);
    good = type == BW_MSG_SCSI_DATA_IN ? take_data_in(s, &r) :
           type == BW_MSG_SCSI_BUSY ? take_busy(s, &r) : false;
    if (!good) {
        bw_link_reject(&s->link, "a notice that does not fit the SCSI command "
                       "under way");
        return;
    }
    bw_link_extend(&s->link);
}

static void tell_nexus(TapePassthrough *s)
{
    TapePassthroughReq *r = s->run.r;
    struct bw_scsi_ended ended = {
        .cdb = r->req.cmd.buf,
        .status = r->status,
        .sense = r->req.sense,
        .sense_len = r->req.sense_len,
        .data = r->data,
        .len = r->moved,
    };

    if (r->req.io_canceled) {
        bw_scsi_nexus_ended_unseen(&s->nexus, &ended);
    } else {
        bw_scsi_nexus_ended(&s->nexus, &ended);
    }
    s->qdev.blocksize = s->nexus.block_len;
}

static void take_result(TapePassthrough *s, const struct bw_wire_scsi_result *m)
{
    TapePassthroughReq *r = s->run.r;

    if (m->flags & BW_SCSI_RESULT_NO_STATUS) {
        trace_bw_tape_passthrough_failed(s->name, s->run.id, "no status");
        if (m->flags & BW_SCSI_RESULT_REFUSED) {
            fail(s, BW_SENSE_ABORTED, BW_ASC_NO_CONTACT); /* not even begun */
            return;
        }
        bw_scsi_nexus_abandon(&s->nexus, r->req.cmd.buf);
        fail(s, BW_SENSE_ABORTED, BW_ASC_NO_ANSWER);
        return;
    }
    r->status = m->status;
    r->moved = m->moved;
    r->req.sense_len = MIN(m->sense_len, sizeof(r->req.sense));
    memcpy(r->req.sense, m->sense, r->req.sense_len);
    tell_nexus(s);
    end(s);
}

static bool result_fits(TapePassthrough *s, const struct bw_wire_scsi_result *m)
{
    const TapePassthroughReq *r = s->run.r;

    if (m->moved > r->size) {
        return false;
    }
    return r->req.cmd.mode != SCSI_XFER_FROM_DEV ||
           m->moved == s->run.received;
}

static void cmd_reply(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len)
{
    TapePassthrough *s = opaque;
    struct bw_wire_scsi_result m;
    struct bw_reader r;

    if (status != BW_OK) {
        take_failure(s, s->run.refusal ? s->run.refusal : status);
        return;
    }
    bw_reader_init(&r, body, len);
    if (bw_wire_get_scsi_result(&r, &m) != BW_OK || !result_fits(s, &m)) {
        bw_link_reject(&s->link, "a reply to SCSI_CMD that does not fit");
        return;
    }
    take_result(s, &m);
}

/* --- reset --- */

/* A device that cannot be reset does not say so itself to the guest. */
static void reset_reply(void *opaque, uint32_t id, unsigned status,
                        const uint8_t *body, size_t len)
{
    TapePassthrough *s = opaque;

    trace_bw_tape_passthrough_reset(s->name, bw_status_name(status));
    s->resetting = false;
    bw_scsi_nexus_reset(&s->nexus, status == BW_OK);
    s->qdev.blocksize = s->nexus.block_len;
    tape_passthrough_kick(s);
}

void tape_passthrough_send_reset(TapePassthrough *s)
{
    struct bw_writer *w;

    s->reset_id = bw_link_begin(&s->link, BW_MSG_SCSI_RESET, &w);
    if (s->reset_id) {
        s->resetting = bw_link_commit(&s->link, reset_reply, s);
        s->reset_due = !s->resetting;
    }
}

/* --- the link --- */

static uint8_t told_type(const struct bw_wire_opened *opened)
{
    return (opened->funcs & BW_DEVICE_FUNC_SCSI_TYPE) >>
           ctz32(BW_DEVICE_FUNC_SCSI_TYPE);
}

static bool link_opened(void *opaque, const struct bw_wire_opened *opened,
                        Error **errp)
{
    TapePassthrough *s = opaque;
    uint8_t type = told_type(opened);

    s->max_len = opened->max_len;
    if (!(opened->funcs & BW_DEVICE_FUNC_PRESENT) || type == s->nexus.type) {
        s->type_known |= opened->funcs & BW_DEVICE_FUNC_PRESENT;
        return true;
    }
    if (s->type_given || s->type_known) {
        error_setg(errp, "the device is of SCSI type %u, and the guest has one "
                   "of type %u", type, s->nexus.type);
        return false;
    }
    s->type_known = true;
    s->qdev.type = type;
    bw_scsi_nexus_init(&s->nexus, type);
    s->qdev.blocksize = s->nexus.block_len;
    return true;
}

static void link_ready(void *opaque)
{
    TapePassthrough *s = opaque;

    s->ready = true;
    tape_passthrough_kick(s);
}

/*
 * What was under way: the guest is told once, with this command or the next.
 * Returns: true if it is told with this one.
 */
static bool lose_command(TapePassthrough *s)
{
    TapePassthroughReq *r = s->run.r;

    if (!r || r->phase == TAPE_PASSTHROUGH_ENDED) {
        return false;
    }
    if (r->req.io_canceled) {
        end(s);
        return false;
    }
    if (bw_scsi_nexus_is_free(r->req.cmd.buf)) {
        s->run.r = NULL;
        tape_passthrough_requeue(s, r);
        return false;
    }
    s->lost++;
    fail(s, BW_SENSE_ATTENTION, BW_ASC_NEXUS_LOSS);
    return true;
}

static void link_down(void *opaque, enum bw_status status)
{
    TapePassthrough *s = opaque;

    if (!s->ready) {
        return;
    }
    s->ready = false;
    s->resetting = false;
    s->reset_due = false; /* the agent undoes what the session did */
    bw_scsi_nexus_lost(&s->nexus, lose_command(s));
    s->qdev.blocksize = s->nexus.block_len;
    trace_bw_tape_passthrough_lost(s->name, s->nexus.attention);
    tape_passthrough_kick(s);
}

const BwLinkOps tape_passthrough_link_ops = {
    .opened = link_opened,
    .ready = link_ready,
    .down = link_down,
    .notice = link_notice,
};
