/*
 * What the files of the tape-passthrough device share.
 *
 *   tape_passthrough.c          the device: properties, life, reset
 *   tape_passthrough_request.c  the controller's side: one queue of commands
 *   tape_passthrough_command.c  the agent's side: one command over the link
 *
 * A command of the guest's goes
 *
 *   controller -> tape_passthrough_request.c -> tape_passthrough_command.c
 *     -> SCSI_DATA_OUT, SCSI_CMD -> link.c -> host-agent/handlers_scsi.c
 *
 * and its end comes back as SCSI_DATA_IN and the reply to SCSI_CMD.  What is
 * known of the device on the way is lib/scsi_nexus.h.
 *
 * The link, and all that is decided here, runs under the BQL, also for
 * controllers with I/O threads: these put their requests into the queue, and
 * get the answers in their own context.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_TAPE_PASSTHROUGH_H
#define BENCHWIRE_PASSTHROUGH_TAPE_PASSTHROUGH_H

#include "hw/scsi/scsi.h"
#include "qom/object.h"
#include "hw/benchwire/lib/scsi_nexus.h"
#include "hw/benchwire/lib/wire_scsi.h"
#include "hw/benchwire/peripherals/scsi_queue.h"
#include "link.h"

#define TYPE_TAPE_PASSTHROUGH "tape-passthrough"
OBJECT_DECLARE_SIMPLE_TYPE(TapePassthrough, TAPE_PASSTHROUGH)

/* How far a request has come. */
typedef enum TapePassthroughPhase {
    TAPE_PASSTHROUGH_NEW,     /* data-out has not come yet */
    TAPE_PASSTHROUGH_FILLED,  /* it has */
    TAPE_PASSTHROUGH_WAITING, /* in the queue */
    TAPE_PASSTHROUGH_RUNNING, /* at the agent */
    TAPE_PASSTHROUGH_ENDED,   /* has its answer */
    TAPE_PASSTHROUGH_SENDING, /* data-in is on its way to the guest */
} TapePassthroughPhase;

typedef struct TapePassthroughReq {
    SCSIRequest req;
    TapePassthroughPhase phase;
    uint8_t *data;
    uint32_t size;       /* bytes of @data, to move */
    int64_t give_up_ms;  /* waiting for the link, QEMU_CLOCK_REALTIME */
    uint8_t status;      /* of SAM, once it has ended */
    uint32_t moved;      /* bytes of data that the device has moved */
    BwScsiPlace place;
} TapePassthroughReq;

/* The command at the agent. */
typedef struct TapePassthroughRun {
    TapePassthroughReq *r; /* NULL: none */
    uint32_t sent;         /* bytes of data-out */
    uint32_t received;     /* bytes of data-in */
    unsigned pieces;       /* SCSI_DATA_OUT without a reply */
    enum bw_status refusal; /* of a piece */
    uint32_t id;           /* of SCSI_CMD; 0: not sent */
} TapePassthroughRun;

struct TapePassthrough {
    SCSIDevice qdev;

    /* properties */
    CharBackend chr;
    char *export;
    char *device;
    uint32_t timeout_ms;
    uint32_t wait_ms;
    char *type_name;

    char *name; /* for logs */
    bool type_given;
    bool type_known;
    struct bw_scsi_nexus nexus;
    BwLink link;
    bool ready;          /* the link has been, since it was down */
    uint32_t max_len;    /* bytes in one command; 0: not told yet */
    bool powered;        /* the first reset is behind us */
    bool reset_due;      /* the agent is to reset the unit */
    bool resetting;      /* SCSI_RESET is under way */
    uint32_t reset_id;   /* of that */
    bool running;        /* the machine is */
    VMChangeStateEntry *change;
    QEMUTimer *patience; /* of commands that wait for the link */
    TapePassthroughRun run;

    BwScsiQueue queue;
    QEMUBH *bh;
    bool pumping;

    uint64_t commands;  /* sent to the agent */
    uint64_t lost;      /* of them, ended by a lost link */
    uint64_t refused;   /* not sent, as the position was unknown */
    uint64_t no_agent;  /* not sent, as there was no link in time */
};

/* --- tape_passthrough_request.c --- */

void tape_passthrough_request_init(TapePassthrough *s);
void tape_passthrough_request_start(TapePassthrough *s);
/* Every request has been cancelled: let them go. */
void tape_passthrough_request_stop(TapePassthrough *s);
void tape_passthrough_request_finish(TapePassthrough *s);
int tape_passthrough_parse_cdb(SCSIDevice *dev, SCSICommand *cmd, uint8_t *buf,
                               size_t buf_len, void *hba_private);
SCSIRequest *tape_passthrough_new_request(SCSIDevice *dev, uint32_t tag,
                                          uint32_t lun, uint8_t *buf,
                                          void *hba_private);

/* Something has changed: see what can be done, from a bottom half. */
void tape_passthrough_kick(TapePassthrough *s);

/* The first in the queue again. */
void tape_passthrough_requeue(TapePassthrough *s, TapePassthroughReq *r);

/* @r has ended with sense data of our own. */
void tape_passthrough_fail(TapePassthroughReq *r, enum bw_sense_key key,
                           bw_asc asc);

/* --- tape_passthrough_command.c --- */

extern const BwLinkOps tape_passthrough_link_ops;

/* Give @r to the agent; the link is ready and nothing is under way. */
void tape_passthrough_run(TapePassthrough *s, TapePassthroughReq *r);

/* Ask the agent to reset the unit; the same holds. */
void tape_passthrough_send_reset(TapePassthrough *s);

/* The guest has cancelled what runs: stop what has not been sent. */
void tape_passthrough_abandon(TapePassthrough *s);

/* The device goes: nothing is under way any more. */
void tape_passthrough_forget(TapePassthrough *s);

#endif
