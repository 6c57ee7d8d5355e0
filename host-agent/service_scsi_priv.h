/*
 * Inside the SCSI service: service_scsi.c and service_scsi_claims.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_SCSI_PRIV_H
#define BENCHWIRE_HOST_AGENT_SERVICE_SCSI_PRIV_H

#include "host-agent/service_scsi.h"

#include <pthread.h>

#include "lib/scsi_sense.h"

/* What a session has of the device beyond its commands, and gives back. */
struct bw_scsi_claims {
    bool reserved_6;
    bool reserved_10;
    bool registered; /* a key for persistent reservations */
    bool locked;     /* PREVENT ALLOW MEDIUM REMOVAL */
};

/* After a command, whose result is in the task. */
void bw_scsi_claims_note(struct bw_scsi_claims *c,
                         const struct bw_scsi_task *t);

/* After a reset of the logical unit. */
void bw_scsi_claims_reset(struct bw_scsi_claims *c);

/* Give all of it back. */
void bw_scsi_claims_release(struct bw_scsi_claims *c, struct bw_scsi_unit *u);

struct bw_scsi_export {
    struct bw_scsi_unit *unit;
    struct bw_scsi_owner owner;
    pthread_mutex_t lock;
    struct bw_scsi_user *user; /* guarded by @lock; NULL: nobody has it */
};

enum bw_scsi_job {
    BW_SCSI_JOB_TAKE,
    BW_SCSI_JOB_COMMAND,
    BW_SCSI_JOB_RESET
};

enum bw_scsi_state {
    BW_SCSI_IDLE,
    BW_SCSI_STARTED, /* the worker has the job */
    BW_SCSI_DONE     /* the session has it back */
};

/* One lease.  What has no other guard belongs to the worker while a job is
 * started and to the session otherwise. */
struct bw_scsi_user {
    struct bw_export *e; /* a reference */
    unsigned session;
    pthread_mutex_t lock;     /* guards the next four */
    pthread_cond_t work;      /* waits on CLOCK_MONOTONIC */
    enum bw_scsi_state state; /**/
    bool ending;              /* the session has gone */
    enum bw_scsi_job job;
    uint64_t since_ns; /* when the job was started */
    bool taken;
    unsigned type; /* of the device */
    struct bw_scsi_claims claims;
    enum bw_status status; /* of TAKE, RESET */
    char why[BW_WIRE_MAX_TEXT + 1];
    struct bw_scsi_task task;
    uint8_t *data; /* @room bytes */
    size_t room;
    uint32_t got; /* of them came for the next command */
};

#endif
