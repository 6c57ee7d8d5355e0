/*
 * The SCSI service: an export's logical unit, and the session that has it.
 *
 * Each lease has a worker thread, which alone calls the unit: a command may
 * take hours, and the session has to look after its connection meanwhile.
 * When the session ends, the worker lets a command that is under way finish
 * (it is neither aborted nor repeated), takes back what the session has
 * reserved or locked, and only then drops the lease.
 *
 * Called by handlers_scsi.c and session.c; next on the way is the unit's
 * backend (scsi_unit.h).  Normative: docs/protocol.md, "SCSI".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SERVICE_SCSI_H
#define BENCHWIRE_HOST_AGENT_SERVICE_SCSI_H

#include <stdbool.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/scsi_unit.h"
#include "lib/scsi_command.h"

#define BW_SCSI_TICK_MS 250  /* between two looks at the connection */
#define BW_SCSI_BUSY_MS 1000 /* between two SCSI_BUSY */
#define BW_SCSI_TAKE_MS 5000 /* for the device to be opened */
#define BW_SCSI_END_MS  2000 /* that an ending session waits for its worker */

/* What the bench's owner says of an export. */
struct bw_scsi_owner {
    struct bw_scsi_rules rules;
    uint32_t time_ms[BW_SCSI_TIMES]; /* 0: as bw_scsi_time_ms says */
};

struct bw_scsi_user;

/**
 * bw_service_scsi_attach: make an export a SCSI one
 * @e: of kind BW_EXPORT_SCSI; its @own and @close are taken
 * @unit: taken over, also on failure
 *
 * Returns: whether there was memory.
 */
bool bw_service_scsi_attach(struct bw_export *e, struct bw_scsi_unit *unit,
                            const struct bw_scsi_owner *owner);

/* enum bw_device_func of the export; the most data of one command. */
uint32_t bw_service_scsi_funcs(const struct bw_export *e);
uint32_t bw_service_scsi_max_len(const struct bw_export *e);

/**
 * bw_service_scsi_open: begin a lease
 * @e: whose lease the caller has taken; it is the service's from here on, also
 *     on failure
 * @session: its number, for logs
 * @why: receives a sentence on failure
 */
enum bw_status bw_service_scsi_open(struct bw_export *e, unsigned session,
                                    struct bw_scsi_user **user,
                                    char why[BW_WIRE_MAX_TEXT + 1]);

/* End it; @user must not be used any more.  The lease ends when what is under
 * way has finished, which is waited for only if that is short. */
void bw_service_scsi_close(struct bw_scsi_user *user);

/* Why the lease cannot be had: false if it is simply another session's. */
bool bw_service_scsi_explain(const struct bw_export *e,
                             char why[BW_WIRE_MAX_TEXT + 1]);

/**
 * bw_service_scsi_put: data for the command that follows
 *
 * Returns: BW_OK; BW_INVALID for a piece out of order; BW_TOO_LONG if it is
 * more than the unit takes; BW_IO without memory.  After a failure there are
 * no data.
 */
enum bw_status bw_service_scsi_put(struct bw_scsi_user *user,
                                   const struct bw_wire_scsi_data *piece);

/**
 * bw_service_scsi_start: have a command carried out
 *
 * Returns: BW_OK, and bw_service_scsi_wait() must follow; BW_INVALID if the
 * data that came are not as long as the command says; BW_TOO_LONG; BW_IO.
 */
enum bw_status bw_service_scsi_start(struct bw_scsi_user *user,
                                     const struct bw_wire_scsi_cmd *cmd);

/* The same for a reset of the logical unit. */
void bw_service_scsi_start_reset(struct bw_scsi_user *user);

/**
 * bw_service_scsi_wait: wait for what was started
 * @ms: at most so long
 *
 * Returns: whether it has ended.
 */
bool bw_service_scsi_wait(struct bw_scsi_user *user, uint32_t ms);

/* What has ended: a command, with its data; or a reset and, of one that
 * failed, the sentence. */
const struct bw_scsi_task *bw_service_scsi_task(const struct bw_scsi_user *u);
enum bw_status bw_service_scsi_reset_status(const struct bw_scsi_user *u,
                                            const char **why);

/* Wait until no ended session has a command under way, for @ms at most; what
 * is left is the drive's and is logged.  When the agent stops. */
void bw_service_scsi_settle(uint32_t ms);

#endif
