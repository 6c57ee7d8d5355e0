/*
 * The commands of a SCSI device that wait for their turn, and their ends:
 * scsi_queue.h.
 *
 * Choices: data of more than 256 MiB do not wait at one time, so that a guest
 * cannot have all of the host's memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/lockable.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "block/aio-wait.h"
#include "hw/benchwire/peripherals/scsi_queue.h"

#define WAITING_MAX (256 * MiB)

void bw_scsi_queue_init(BwScsiQueue *q, void (*deliver)(SCSIRequest *req))
{
    qemu_mutex_init(&q->lock);
    QSIMPLEQ_INIT(&q->waiting);
    QSIMPLEQ_INIT(&q->answers);
    q->deliver = deliver;
}

void bw_scsi_queue_finish(BwScsiQueue *q)
{
    qemu_mutex_destroy(&q->lock);
}

/* --- those that wait --- */

bool bw_scsi_queue_enter(BwScsiQueue *q, BwScsiPlace *place, SCSIRequest *req,
                         size_t size)
{
    QEMU_LOCK_GUARD(&q->lock);
    if (q->size + size > WAITING_MAX) {
        return false;
    }
    q->size += size;
    place->req = scsi_req_ref(req);
    place->size = size;
    QSIMPLEQ_INSERT_TAIL(&q->waiting, place, entry);
    return true;
}

BwScsiPlace *bw_scsi_queue_first(BwScsiQueue *q)
{
    QEMU_LOCK_GUARD(&q->lock);
    return QSIMPLEQ_FIRST(&q->waiting);
}

BwScsiPlace *bw_scsi_queue_next(BwScsiQueue *q, BwScsiPlace *place)
{
    QEMU_LOCK_GUARD(&q->lock);
    return QSIMPLEQ_NEXT(place, entry);
}

void bw_scsi_queue_take(BwScsiQueue *q, BwScsiPlace *place)
{
    QEMU_LOCK_GUARD(&q->lock);
    QSIMPLEQ_REMOVE(&q->waiting, place, BwScsiPlace, entry);
    q->size -= place->size;
}

void bw_scsi_queue_put_back(BwScsiQueue *q, BwScsiPlace *place)
{
    QEMU_LOCK_GUARD(&q->lock);
    QSIMPLEQ_INSERT_HEAD(&q->waiting, place, entry);
    q->size += place->size;
}

/* --- their ends --- */

/* In the context of the request. */
static void deliver(BwScsiQueue *q, SCSIRequest *req)
{
    if (!req->io_canceled) {
        q->deliver(req);
    }
    scsi_req_unref(req);
}

/* The oldest answer for this context: bottom halves run in any order. */
static void deliver_oldest(void *opaque)
{
    BwScsiQueue *q = opaque;
    AioContext *ctx = qemu_get_current_aio_context();
    BwScsiPlace *place;

    WITH_QEMU_LOCK_GUARD(&q->lock) {
        QSIMPLEQ_FOREACH(place, &q->answers, entry) {
            if (place->req->ctx == ctx) {
                break;
            }
        }
        QSIMPLEQ_REMOVE(&q->answers, place, BwScsiPlace, entry);
    }
    deliver(q, place->req);
    qatomic_dec(&q->delivering); /* who frees @q waits for it */
    aio_wait_kick();
}

void bw_scsi_queue_answer(BwScsiQueue *q, BwScsiPlace *place)
{
    AioContext *ctx = place->req->ctx;

    if (ctx == qemu_get_current_aio_context()) {
        deliver(q, place->req);
        return;
    }
    WITH_QEMU_LOCK_GUARD(&q->lock) {
        QSIMPLEQ_INSERT_TAIL(&q->answers, place, entry);
    }
    qatomic_inc(&q->delivering);
    aio_bh_schedule_oneshot(ctx, deliver_oldest, q); /* one for each */
}

void bw_scsi_queue_settle(BwScsiQueue *q)
{
    AIO_WAIT_WHILE_UNLOCKED(NULL, qatomic_read(&q->delivering) > 0);
}
