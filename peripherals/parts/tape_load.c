/*
 * LOAD UNLOAD of the tape drive.
 *
 * Source: SSC-3, LOAD UNLOAD.  A cartridge is out, in but not threaded, or in
 * and threaded.
 *
 * Choices where the standard is silent:
 * - a load raises 28/00 where the tape was not threaded, also for the initiator
 *   that asked for it: Linux's st then knows that it is at the beginning;
 * - HOLD keeps an unloaded cartridge in the drive, and leaves one that is
 *   loaded unthreaded, as it was, if it is;
 * - RETEN and EOT of an unload change nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define LOAD_LOAD 0x01
#define LOAD_EOT  0x04
#define LOAD_HOLD 0x08

#define ASC_NO_MEDIUM     0x3a00
#define ASC_MEDIUM_CHANGE 0x2800
#define ASC_PREVENTED     0x5302

static void load(struct bw_tape_drive *drive, struct bw_tape_command *command)
{
    const struct bw_tape_host *host = drive->host;
    bool threaded;

    if (command->cdb[4] & LOAD_EOT) {
        bw_tape_bad_field(command, 4, 2);
        return;
    }
    if (!drive->state.present && !host->load(host->opaque, true)) {
        bw_tape_check(command, BW_SENSE_NOT_READY, ASC_NO_MEDIUM);
        return;
    }
    if (!drive->medium) {
        bw_tape_check(command, BW_SENSE_NOT_READY, ASC_NO_MEDIUM);
        return;
    }
    drive->state.present = 1;
    threaded = drive->state.loaded;
    if (!(command->cdb[4] & LOAD_HOLD) || threaded) {
        bw_tape_thread(drive);
    }
    if (!threaded && drive->state.loaded) {
        bw_tape_mounted(drive);
        bw_tape_attention(drive, ASC_MEDIUM_CHANGE);
    }
    bw_tape_good(command);
}

static void unload(struct bw_tape_drive *drive, struct bw_tape_command *command)
{
    const struct bw_tape_host *host = drive->host;
    enum bw_tape_result result;

    if (drive->state.prevent) {
        bw_tape_alert(drive, 10); /* no removal */
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_PREVENTED);
        return;
    }
    if (!drive->medium || !drive->state.present) {
        bw_tape_good(command);
        return;
    }
    result = bw_medium_save(drive->medium);
    if (drive->state.loaded) {
        bw_tape_thread(drive);
    }
    drive->state.loaded = 0;
    if (drive->config.eject && !(command->cdb[4] & LOAD_HOLD)) {
        drive->state.present = 0;
        host->load(host->opaque, false);
    }
    bw_tape_failed(command, result, true);
    command->sense.deferred = result != BW_TAPE_OK;
}

void bw_tape_load_unload(struct bw_tape_drive *drive,
                         struct bw_tape_command *command)
{
    if (command->cdb[4] & LOAD_LOAD) {
        load(drive, command);
    } else {
        unload(drive, command);
    }
}
