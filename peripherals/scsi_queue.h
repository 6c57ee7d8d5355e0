/*
 * The commands of a SCSI device that wait for their turn, and their ends.
 *
 * Used by scsi-tape, scsi-changer and tape-passthrough.  These run one command
 * at a time, in the main loop and under the BQL.  Controllers with I/O threads
 * put their requests in from there, and are told of the end in the context of
 * the request.
 *
 *   controller -> enter() -> first() and next(), take() -> the device
 *     -> answer() -> deliver -> controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_SCSI_QUEUE_H
#define BENCHWIRE_PERIPHERALS_SCSI_QUEUE_H

#include "qemu/queue.h"
#include "qemu/thread.h"
#include "hw/scsi/scsi.h"

/* A request's place in it; a part of the device's own request. */
typedef struct BwScsiPlace {
    SCSIRequest *req;
    size_t size; /* bytes of data that it keeps while it waits */
    QSIMPLEQ_ENTRY(BwScsiPlace) entry;
} BwScsiPlace;

typedef struct BwScsiQueue {
    QemuMutex lock; /* of the lists and @size */
    QSIMPLEQ_HEAD(, BwScsiPlace) waiting;
    size_t size; /* bytes of @waiting */
    QSIMPLEQ_HEAD(, BwScsiPlace) answers; /* for other threads */
    unsigned delivering; /* of @answers, until they are freed; atomic */
    void (*deliver)(SCSIRequest *req);
} BwScsiQueue;

/**
 * bw_scsi_queue_init: an empty queue
 * @deliver: tells the controller of the end of a command, in the context of
 *           its request; not called for one that has been cancelled
 */
void bw_scsi_queue_init(BwScsiQueue *q, void (*deliver)(SCSIRequest *req));

/* All requests are freed here; none refers to the device any more. */
void bw_scsi_queue_finish(BwScsiQueue *q);

/**
 * bw_scsi_queue_enter: put a request behind all others, in any thread
 * @place: of @req
 * @size: bytes of data that it keeps meanwhile
 *
 * The queue has a reference to @req until its end has been told.  From here on
 * the main loop may have it.
 *
 * Returns: false if too much data would wait; refuse with TASK SET FULL.
 */
bool bw_scsi_queue_enter(BwScsiQueue *q, BwScsiPlace *place, SCSIRequest *req,
                         size_t size);

/* What follows is for the main loop, which alone takes requests out. */

/* The first that waits, and the one behind @place; NULL: none. */
BwScsiPlace *bw_scsi_queue_first(BwScsiQueue *q);
BwScsiPlace *bw_scsi_queue_next(BwScsiQueue *q, BwScsiPlace *place);

/* Its turn has come; and it has to wait again, before all others. */
void bw_scsi_queue_take(BwScsiQueue *q, BwScsiPlace *place);
void bw_scsi_queue_put_back(BwScsiQueue *q, BwScsiPlace *place);

/* The end of one that has been taken: told, and let go of. */
void bw_scsi_queue_answer(BwScsiQueue *q, BwScsiPlace *place);

/* Wait until all ends have been told; the device is about to go. */
void bw_scsi_queue_settle(BwScsiQueue *q);

#endif
