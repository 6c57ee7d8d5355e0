/*
 * A SCSI logical unit as the service sees it, whatever is behind it:
 * backend_sg.c (a real device) or backend_sim_tape.c (a simulated drive).
 *
 * take(), execute(), reset() and give_back() are called by the worker thread of
 * the one session that has the export (service_scsi.c), one at a time, and may
 * take as long as they need.  about() comes from any thread at any time, must
 * not wait and must not send the device anything.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SCSI_UNIT_H
#define BENCHWIRE_HOST_AGENT_SCSI_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/status.h"
#include "lib/wire_scsi.h"

#define BW_SCSI_TYPE_DISK    0x00
#define BW_SCSI_TYPE_TAPE    0x01
#define BW_SCSI_TYPE_CHANGER 0x08
#define BW_SCSI_TYPE_NONE    0x1f /* not known, or nothing there */

struct bw_scsi_unit;

/**
 * struct bw_scsi_task - one command
 * @data: @cmd.len bytes: what goes to the device, or room; NULL if there are
 *        none.  Aligned to a page
 * @timeout_ms: the longest it may take, @cmd.timeout_ms is not looked at
 * @result: the backend's; all zeros before
 */
struct bw_scsi_task {
    struct bw_wire_scsi_cmd cmd;
    uint8_t *data;
    uint32_t timeout_ms;
    struct bw_wire_scsi_result result;
};

/* What can be said of it without asking it. */
struct bw_scsi_about {
    bool present;
    bool usable;                     /* and nobody else has it */
    uint8_t type;                    /* INQUIRY byte 0, bits 4 to 0 */
    char what[BW_WIRE_MAX_TEXT + 1]; /* "HPE Ultrium 5-SCSI at /dev/sg0" */
    char
        cure[BW_WIRE_MAX_TEXT + 1]; /* what to do if it cannot be used, or "" */
};

/**
 * struct bw_scsi_unit_ops - what a backend does
 * @take: become its only user, before the first command of a session; @why
 *        receives a sentence on failure: BW_BUSY, BW_DENIED, BW_GONE, BW_IO
 * @give_back: after the last one; only if it was taken
 * @execute: never repeats a command by itself
 * @reset: reset the logical unit and nothing else.  BW_DENIED or
 *         BW_UNSUPPORTED if the host cannot, with @why
 * @about: @out is all zeros before; @usable and @cure only @in_full
 * @free: once, when nobody has it
 */
struct bw_scsi_unit_ops {
    enum bw_status (*take)(struct bw_scsi_unit *u,
                           char why[BW_WIRE_MAX_TEXT + 1]);
    void (*give_back)(struct bw_scsi_unit *u);
    void (*execute)(struct bw_scsi_unit *u, struct bw_scsi_task *t);
    enum bw_status (*reset)(struct bw_scsi_unit *u,
                            char why[BW_WIRE_MAX_TEXT + 1]);
    void (*about)(struct bw_scsi_unit *u, bool in_full,
                  struct bw_scsi_about *out);
    void (*free)(struct bw_scsi_unit *u);
};

struct bw_scsi_unit {
    const struct bw_scsi_unit_ops *ops;
    uint32_t max_len; /* bytes of data in one command */
    bool simulated;
};

#endif
