/*
 * Reservations: RESERVE and RELEASE of 6 and 10 bytes, PERSISTENT RESERVE.
 *
 * Source: SPC-2, 7.21 and 7.22 (RESERVE, RELEASE); SPC-4, 5.12 and 6.14, 6.15
 * (persistent ones).
 *
 * Choices: an initiator has one key, kept by its number; the registrants'
 * types make every one of them a holder; a reservation does not last over a
 * loss of power (APTPL is refused).
 *
 * Not modelled: third-party reservations, SPEC_I_PT, ALL_TG_PT, REGISTER AND
 * MOVE, conflicts of persistent reservations (hosts that share a drive).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

void bw_tape_op_reserve(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    struct bw_tape_drive_state *state = &drive->state;

    if (command->cdb[1] & 0x11) { /* third party, extent */
        bw_tape_bad_field(command, 1, command->cdb[1] & 0x10 ? 4 : 0);
        return;
    }
    if (state->reserved && state->reserved_by != command->nexus) {
        command->status = BW_SCSI_CONFLICT;
        return;
    }
    state->reserved = 1;
    state->reserved_by = command->nexus;
    bw_tape_good(command);
}

/* Of who does not hold it: nothing happens, and it is no error. */
void bw_tape_op_release(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    struct bw_tape_drive_state *state = &drive->state;

    if (command->cdb[1] & 0x11) {
        bw_tape_bad_field(command, 1, command->cdb[1] & 0x10 ? 4 : 0);
        return;
    }
    if (state->reserved_by == command->nexus) {
        state->reserved = 0;
    }
    bw_tape_good(command);
}

/* --- persistent ------------------------------------------------------------*/

enum pr_in_action {
    READ_KEYS,
    READ_RESERVATION,
    CAPABILITIES,
    FULL_STATUS
};

enum pr_out_action {
    PR_REGISTER,
    PR_RESERVE,
    PR_RELEASE,
    PR_CLEAR,
    PR_PREEMPT,
    PR_PREEMPT_ABORT,
    PR_REGISTER_IGNORE,
};

#define PR_LIST_LENGTH 24u
#define PR_APTPL       0x01
#define PR_SPEC_I_PT   0x08
#define PR_ALL_TG_PT   0x04

static bool all_registrants(uint8_t type)
{
    return type == 7 || type == 8;
}

static bool known_type(uint8_t type)
{
    return type == 1 || type == 3 || (type >= 5 && type <= 8);
}

static void count_keys(struct bw_tape_drive_state *state)
{
    state->pr_keys = 0;
    for (unsigned i = 0; i < BW_TAPE_KEYS; i++) {
        state->pr_keys += state->key[i] != 0;
    }
}

static void end_reservation(struct bw_tape_drive_state *state)
{
    state->pr_type = 0;
    state->reservation_key = 0;
}

/* Of another key than the holder's there is no such reservation. */
static bool holds(const struct bw_tape_drive_state *state, uint64_t key)
{
    return state->pr_type &&
           (all_registrants(state->pr_type) || state->reservation_key == key);
}

static void read_keys(const struct bw_tape_drive_state *state, uint8_t *data,
                      size_t *length)
{
    for (unsigned i = 0; i < BW_TAPE_KEYS; i++) {
        if (state->key[i]) {
            bw_put_be(data + *length, state->key[i], 8);
            *length += 8;
        }
    }
    bw_put_be(data + 4, *length - 8, 4);
}

static void read_reservation(const struct bw_tape_drive_state *state,
                             uint8_t *data, size_t *length)
{
    if (state->pr_type) {
        bw_put_be(data + 8, state->reservation_key, 8);
        data[21] = state->pr_type;
        *length += 16;
    }
    bw_put_be(data + 4, *length - 8, 4);
}

/* A descriptor without a transport's name for each key. */
static void read_full_status(const struct bw_tape_drive_state *state,
                             uint8_t *data, size_t *length)
{
    for (unsigned i = 0; i < BW_TAPE_KEYS; i++) {
        uint8_t *at = data + *length;

        if (!state->key[i]) {
            continue;
        }
        bw_put_be(at, state->key[i], 8);
        if (holds(state, state->key[i])) {
            at[12] = 0x01; /* R_HOLDER */
            at[13] = state->pr_type;
        }
        bw_put_be(at + 18, 1, 2); /* relative target port */
        *length += 24;
    }
    bw_put_be(data + 4, *length - 8, 4);
}

/* TMV, and the types that may be: 1, 3, 5, 6, 7, 8. */
static const uint8_t capabilities[8] = { 0, 8, 0x00, 0x80, 0xea, 0x01 };

void bw_tape_op_pr_in(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    const struct bw_tape_drive_state *state = &drive->state;
    uint64_t allocation = bw_get_be(command->cdb + 7, 2);
    uint8_t data[8 + 24 * BW_TAPE_KEYS] = { 0 };
    size_t length = 8;

    bw_put_be(data, state->pr_generation, 4);
    switch (command->cdb[1] & 0x1f) {
    case READ_KEYS:
        read_keys(state, data, &length);
        break;
    case READ_RESERVATION:
        read_reservation(state, data, &length);
        break;
    case CAPABILITIES:
        memcpy(data, capabilities, sizeof(capabilities));
        break;
    case FULL_STATUS:
        read_full_status(state, data, &length);
        break;
    default:
        bw_tape_bad_field(command, 1, 4);
        return;
    }
    bw_tape_answer(command, data, length, allocation);
}

/* @ignore: whatever key there is now. */
static void pr_register(struct bw_tape_drive_state *state,
                        struct bw_tape_command *command, bool ignore)
{
    uint64_t *mine = &state->key[command->nexus % BW_TAPE_KEYS];
    uint64_t key = bw_get_be(command->data, 8);
    uint64_t wanted = bw_get_be(command->data + 8, 8);

    if (!ignore && key != *mine) {
        command->status = BW_SCSI_CONFLICT;
        return;
    }
    if (holds(state, *mine)) {
        if (wanted && !all_registrants(state->pr_type)) {
            state->reservation_key = wanted;
        } else if (!wanted && !all_registrants(state->pr_type)) {
            end_reservation(state);
        }
    }
    *mine = wanted;
    count_keys(state);
    if (!state->pr_keys) {
        end_reservation(state);
    }
    state->pr_generation++;
}

static void pr_reserve(struct bw_tape_drive_state *state,
                       struct bw_tape_command *command, uint64_t key)
{
    uint8_t type = command->cdb[2] & 0x0f;

    if (command->cdb[2] >> 4) {
        bw_tape_bad_field(command, 2, 7);
    } else if (!known_type(type)) {
        bw_tape_bad_field(command, 2, 3);
    } else if (state->pr_type &&
               (!holds(state, key) || state->pr_type != type)) {
        command->status = BW_SCSI_CONFLICT;
    } else {
        state->pr_type = type;
        state->reservation_key = all_registrants(type) ? 0 : key;
    }
}

static void pr_release(struct bw_tape_drive_state *state,
                       struct bw_tape_command *command, uint64_t key)
{
    if (!holds(state, key)) {
        return;
    }
    if ((command->cdb[2] & 0x0f) != state->pr_type) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x2604);
        return;
    }
    end_reservation(state);
}

/* Every key that is the one given goes; a reservation of it is taken over. */
static void pr_preempt(struct bw_tape_drive_state *state,
                       struct bw_tape_command *command, uint64_t key)
{
    uint64_t victim = bw_get_be(command->data + 8, 8);
    bool taken = state->pr_type && (victim == state->reservation_key);
    bool found = taken;

    if (taken && !known_type(command->cdb[2] & 0x0f)) {
        bw_tape_bad_field(command, 2, 3);
        return;
    }
    for (unsigned i = 0; i < BW_TAPE_KEYS; i++) {
        if (state->key[i] && i != command->nexus % BW_TAPE_KEYS &&
            (state->key[i] == victim || (taken && !victim))) {
            state->key[i] = 0;
            found = true;
        }
    }
    if (!found) {
        command->status = BW_SCSI_CONFLICT;
        return;
    }
    if (taken) {
        state->pr_type = 0;
        pr_reserve(state, command, key);
    }
    count_keys(state);
    state->pr_generation++;
}

static void pr_clear(struct bw_tape_drive_state *state)
{
    memset(state->key, 0, sizeof(state->key));
    count_keys(state);
    end_reservation(state);
    state->pr_generation++;
}

/* What only a registered initiator may do. */
static void pr_act(struct bw_tape_drive_state *state,
                   struct bw_tape_command *command)
{
    uint64_t key = bw_get_be(command->data, 8);

    if (!key || state->key[command->nexus % BW_TAPE_KEYS] != key) {
        command->status = BW_SCSI_CONFLICT;
        return;
    }
    switch (command->cdb[1] & 0x1f) {
    case PR_RESERVE:
        pr_reserve(state, command, key);
        break;
    case PR_RELEASE:
        pr_release(state, command, key);
        break;
    case PR_CLEAR:
        pr_clear(state);
        break;
    default:
        pr_preempt(state, command, key);
        break;
    }
}

void bw_tape_op_pr_out(struct bw_tape_drive *drive,
                       struct bw_tape_command *command)
{
    unsigned action = command->cdb[1] & 0x1f;

    if (action > PR_REGISTER_IGNORE) {
        bw_tape_bad_field(command, 1, 4);
        return;
    }
    if (bw_get_be(command->cdb + 5, 4) != PR_LIST_LENGTH) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x1a00);
        return;
    }
    if (command->data[20] & (PR_APTPL | PR_SPEC_I_PT | PR_ALL_TG_PT)) {
        bw_tape_bad_parameter(command, 20, -1);
        return;
    }
    bw_tape_good(command);
    if (action == PR_REGISTER || action == PR_REGISTER_IGNORE) {
        pr_register(&drive->state, command, action == PR_REGISTER_IGNORE);
    } else {
        pr_act(&drive->state, command);
    }
}
