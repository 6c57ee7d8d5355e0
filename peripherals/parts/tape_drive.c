/*
 * The tape drive's command gate: who may run a command, and when.
 *
 * Sources: SPC-4 (unit attentions, reservations, deferred errors), SSC-3.
 * In this order: unit attention, deferred error, unknown opcode, reservation,
 * medium, length of the data; what the fields of a CDB and a write protected
 * tape are is for the command itself (tape_motion_table.c and
 * tape_parameter_table.c name them all).
 *
 * Choices where the standards are silent:
 * - a unit attention is told before a deferred error;
 * - a commit that fails is told once, to the next command that moves the tape
 *   (deferred) or to WRITE FILEMARKS (at once): what could not be written is
 *   given up, so that the tape can be rewound and given out although the
 *   host's disk stays full.
 *
 * Not modelled: one queue of unit attentions for each initiator (there is one
 * for all), commands in progress (04/01).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#include <string.h>

#define ASC_POWER_ON      0x2901
#define ASC_MEDIUM_CHANGE 0x2800

static const struct bw_tape_op *find_in(const struct bw_tape_op *ops,
                                        const uint8_t *cdb, bool *known)
{
    for (; ops->run; ops++) {
        if (ops->opcode != cdb[0]) {
            continue;
        }
        *known = true;
        if (ops->service < 0 || ops->service == (cdb[1] & 0x1f)) {
            return ops;
        }
    }
    return NULL;
}

/* @known: the opcode is, if not the service action. */
static const struct bw_tape_op *find_op(const uint8_t *cdb, bool *known)
{
    const struct bw_tape_op *op;

    *known = false;
    op = find_in(bw_tape_motion_ops, cdb, known);
    return op ? op : find_in(bw_tape_parameter_ops, cdb, known);
}

const struct bw_tape_op *bw_tape_find_op(const uint8_t *cdb)
{
    bool known;

    return find_op(cdb, &known);
}

unsigned bw_tape_cdb_length(uint8_t opcode)
{
    static const uint8_t by_group[8] = { 6, 10, 10, 0, 16, 12, 0, 0 };

    return by_group[opcode >> 5];
}

enum bw_tape_direction bw_tape_transfer(const struct bw_tape_drive *drive,
                                        const uint8_t *cdb, uint64_t *bytes)
{
    const struct bw_tape_op *op = bw_tape_find_op(cdb);

    *bytes = op && op->bytes ? op->bytes(drive, cdb) : 0;
    return *bytes ? op->direction : BW_TAPE_NO_DATA;
}

bool bw_tape_immediate(const uint8_t *cdb)
{
    const struct bw_tape_op *op = bw_tape_find_op(cdb);

    return op && (op->flags & BW_TAPE_OP_NOW);
}

struct bw_tape_store *bw_tape_head(struct bw_tape_drive *drive)
{
    if (!drive->medium || drive->state.partition >= BW_TAPE_PARTITIONS) {
        return NULL;
    }
    return drive->medium->partition[drive->state.partition];
}

void bw_tape_attention(struct bw_tape_drive *drive, bw_asc asc)
{
    struct bw_tape_drive_state *state = &drive->state;
    bool reset = asc >> 8 == 0x29;
    unsigned count = state->attentions;
    unsigned at = reset ? 0 : count;

    for (unsigned i = 0; i < count; i++) {
        if (state->attention[i] == asc ||
            (reset && state->attention[i] >> 8 == 0x29)) {
            state->attention[i] = asc;
            return;
        }
    }
    if (count == BW_TAPE_ATTENTIONS) {
        if (!reset) {
            return;
        }
        count--;
    }
    memmove(state->attention + at + 1, state->attention + at,
            (count - at) * sizeof(state->attention[0]));
    state->attention[at] = asc;
    state->attentions = (uint8_t)(count + 1);
}

static bw_asc next_attention(struct bw_tape_drive_state *state)
{
    bw_asc asc = state->attention[0];

    state->attentions--;
    memmove(state->attention, state->attention + 1,
            state->attentions * sizeof(state->attention[0]));
    return asc;
}

/* --- power, reset, cartridge -----------------------------------------------
 */

void bw_tape_init(struct bw_tape_drive *drive,
                  const struct bw_tape_config *config,
                  const struct bw_tape_host *host)
{
    memset(drive, 0, sizeof(*drive));
    drive->config = *config;
    drive->host = host;
    bw_tape_reset(drive, ASC_POWER_ON);
}

void bw_tape_reset(struct bw_tape_drive *drive, bw_asc asc)
{
    struct bw_tape_drive_state *state = &drive->state;

    drive->deferred_set = false;
    state->reserved = 0;
    if (state->prevent) {
        state->prevent = 0;
        drive->host->lock(drive->host->opaque, false);
    }
    bw_tape_mode_reset(drive);
    if (drive->medium && state->loaded) {
        bw_tape_thread(drive);
    }
    bw_tape_attention(drive, asc);
}

void bw_tape_insert(struct bw_tape_drive *drive, struct bw_tape_medium *medium)
{
    drive->medium = medium;
    drive->state.present = 1;
    bw_tape_thread(drive);
    bw_tape_mounted(drive);
    bw_tape_attention(drive, ASC_MEDIUM_CHANGE);
}

enum bw_tape_result bw_tape_remove(struct bw_tape_drive *drive)
{
    enum bw_tape_result result = BW_TAPE_OK;

    if (drive->medium) {
        result = bw_medium_save(drive->medium);
    }
    drive->medium = NULL;
    drive->state.present = 0;
    drive->state.loaded = 0;
    drive->state.partition = 0;
    return result;
}

enum bw_tape_result bw_tape_sync(struct bw_tape_drive *drive)
{
    enum bw_tape_result result;
    struct bw_tape_command told;

    if (!drive->medium) {
        return BW_TAPE_OK;
    }
    result = bw_medium_commit(drive->medium);
    if (result != BW_TAPE_OK) {
        bw_tape_alert(drive, 6);
        bw_tape_failed(&told, result, true);
        drive->deferred = told.sense;
        drive->deferred_set = true;
    }
    return result;
}

static void remember_place(struct bw_tape_drive *drive)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    struct bw_tape_place place;

    if (store && drive->state.loaded) {
        bw_tape_place(store, &place);
        drive->state.object[drive->state.partition] = place.object;
    }
}

enum bw_tape_result bw_tape_restore(struct bw_tape_drive *drive)
{
    struct bw_tape_drive_state *state = &drive->state;
    struct bw_tape_drive saved = *drive;
    enum bw_tape_result result;
    struct bw_tape_store *store;

    if (!drive->medium || !state->loaded) {
        return BW_TAPE_OK;
    }
    bw_tape_thread(drive);
    *drive = saved;
    store = bw_tape_head(drive);
    if (!store) {
        state->partition = 0;
        state->position_lost = 1;
        return BW_TAPE_NOT_FOUND;
    }
    result = bw_tape_locate(store, state->object[state->partition]);
    if (result == BW_TAPE_EOD) {
        struct bw_tape_place place;

        bw_tape_place(store, &place);
        if (place.object == state->object[state->partition]) {
            result = BW_TAPE_OK;
        }
    }
    if (result != BW_TAPE_OK) {
        state->position_lost = 1;
    }
    return result;
}

/* --- one command -----------------------------------------------------------
 */

bool bw_tape_before_moving(struct bw_tape_drive *drive,
                           struct bw_tape_command *command)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    enum bw_tape_result result;

    if (!store || !bw_tape_dirty(store)) {
        return true;
    }
    result = bw_tape_commit(store);
    if (result == BW_TAPE_OK) {
        return true;
    }
    bw_tape_lost(store); /* the store has given them up */
    bw_tape_alert(drive, 6);
    bw_tape_failed(command, result, true);
    command->sense.deferred = true;
    return false;
}

/* Unit attentions and errors of commands that have ended come first. */
static bool nothing_to_tell(struct bw_tape_drive *drive,
                            struct bw_tape_command *command)
{
    if (drive->state.attentions) {
        bw_tape_check(command, BW_SENSE_ATTENTION,
                      next_attention(&drive->state));
        return false;
    }
    if (drive->deferred_set) {
        command->status = BW_SCSI_CHECK;
        command->sense = drive->deferred;
        command->sense.deferred = true;
        drive->deferred_set = false;
        return false;
    }
    return true;
}

static bool tape_is_ready(const struct bw_tape_drive *drive,
                          struct bw_tape_command *command)
{
    if (!drive->state.present || !drive->medium) {
        bw_tape_check(command, BW_SENSE_NOT_READY, 0x3a00); /* no medium */
        return false;
    }
    if (!drive->state.loaded) {
        bw_tape_check(command, BW_SENSE_NOT_READY, 0x0402); /* LOAD it */
        return false;
    }
    return true;
}

/* Where a length stands in the CDB of a command that moves much data. */
static unsigned length_byte(const uint8_t *cdb)
{
    return bw_tape_cdb_length(cdb[0]) == 16 ? 12 : 2;
}

static bool length_is_right(const struct bw_tape_drive *drive,
                            const struct bw_tape_op *op,
                            struct bw_tape_command *command)
{
    uint64_t bytes = op->bytes ? op->bytes(drive, command->cdb) : 0;

    /* the others' is an allocation length: they answer less */
    if (op->direction != BW_TAPE_DATA_OUT && !(op->flags & BW_TAPE_OP_PLACE)) {
        return true;
    }
    if (bytes > BW_TAPE_COMMAND_MAX) {
        bw_tape_bad_field(command, length_byte(command->cdb), -1);
        return false;
    }
    if (bytes > command->size) {
        bw_tape_check(command, BW_SENSE_ABORTED, 0x4b00); /* data phase */
        return false;
    }
    return true;
}

static bool tape_allows(struct bw_tape_drive *drive,
                        const struct bw_tape_op *op,
                        struct bw_tape_command *command)
{
    if ((op->flags & BW_TAPE_OP_LOADED) && !tape_is_ready(drive, command)) {
        return false;
    }
    if (!length_is_right(drive, op, command)) {
        return false;
    }
    if ((op->flags & BW_TAPE_OP_PLACE) && drive->state.position_lost) {
        bw_tape_check(command, BW_SENSE_MEDIUM, 0x3b00); /* positioning */
        return false;
    }
    return !(op->flags & BW_TAPE_OP_MOVES) ||
           bw_tape_before_moving(drive, command);
}

void bw_tape_execute(struct bw_tape_drive *drive,
                     struct bw_tape_command *command)
{
    const struct bw_tape_op *op;
    bool known;

    command->done = 0;
    bw_tape_good(command);
    op = find_op(command->cdb, &known);
    if (!(op && (op->flags & BW_TAPE_OP_ANY_UA)) &&
        !nothing_to_tell(drive, command)) {
        return;
    }
    if (!op) {
        if (known) {
            bw_tape_bad_field(command, 1, 4); /* its service action */
        } else {
            bw_tape_check(command, BW_SENSE_ILLEGAL, 0x2000);
        }
        return;
    }
    if (drive->state.reserved && drive->state.reserved_by != command->nexus &&
        !(op->flags & BW_TAPE_OP_RESERVED)) {
        command->status = BW_SCSI_CONFLICT;
        return;
    }
    if (!tape_allows(drive, op, command)) {
        return;
    }
    op->run(drive, command);
    if (!(op->flags & BW_TAPE_OP_NOW)) {
        remember_place(drive);
    }
}
