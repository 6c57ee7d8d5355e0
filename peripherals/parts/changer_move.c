/*
 * A SCSI medium changer: cartridges moved.
 *
 * Source: SMC-3, 6.5 EXCHANGE MEDIUM, 6.7 MOVE MEDIUM, 6.10 POSITION TO
 * ELEMENT.
 *
 * Choices: a cartridge that a drive still holds threaded is unloaded first; one
 * that a drive does not take stays in the slot it came from.  Nothing is
 * turned over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "changer_priv.h"

#include "tape_bytes.h"

#define ASC_ADDRESS   0x2101 /* INVALID ELEMENT ADDRESS */
#define ASC_FULL      0x3b0d /* MEDIUM DESTINATION ELEMENT FULL */
#define ASC_EMPTY     0x3b0e /* MEDIUM SOURCE ELEMENT EMPTY */
#define ASC_FAILED    0x5300 /* MEDIA LOAD OR EJECT FAILED */
#define ASC_PREVENTED 0x5302 /* MEDIUM REMOVAL PREVENTED */

/* The element that a CDB names: a slot or a drive. */
static bool named(const struct bw_changer *changer,
                  struct bw_tape_command *command, unsigned byte,
                  struct bw_element *element)
{
    *element =
        bw_element_at(changer, (unsigned)bw_get_be(command->cdb + byte, 2));
    if (element->kind != BW_ELEMENT_SLOT && element->kind != BW_ELEMENT_DRIVE) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_ADDRESS);
        return false;
    }
    return true;
}

/* Bytes 2 and 3: the transport element, or 0 for whichever. */
static bool transport_named(const struct bw_changer *changer,
                            struct bw_tape_command *command)
{
    unsigned address = (unsigned)bw_get_be(command->cdb + 2, 2);

    if (address != 0 &&
        bw_element_at(changer, address).kind != BW_ELEMENT_TRANSPORT) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_ADDRESS);
        return false;
    }
    return true;
}

static bool same(struct bw_element a, struct bw_element b)
{
    return a.kind == b.kind && a.index == b.index;
}

static bool told(struct bw_tape_command *command, enum bw_changer_result result)
{
    switch (result) {
    case BW_CHANGER_DONE:
        return true;
    case BW_CHANGER_PREVENTED:
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_PREVENTED);
        return false;
    default:
        bw_tape_check(command, BW_SENSE_HARDWARE, ASC_FAILED);
        return false;
    }
}

/* What is in @from may be moved: it is there, and it has a slot. */
static bool movable(const struct bw_changer *changer,
                    struct bw_tape_command *command, struct bw_element from,
                    int *cartridge)
{
    *cartridge = bw_element_content(changer, from);
    if (*cartridge == BW_CHANGER_EMPTY) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_EMPTY);
        return false;
    }
    if (*cartridge == BW_CHANGER_FOREIGN) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_PREVENTED);
        return false;
    }
    return true;
}

static bool take(struct bw_changer *changer, struct bw_tape_command *command,
                 struct bw_element from)
{
    if (from.kind == BW_ELEMENT_SLOT) {
        return true;
    }
    return told(command,
                changer->host->unload(changer->host->opaque, from.index));
}

static bool put(struct bw_changer *changer, struct bw_tape_command *command,
                struct bw_element to, int cartridge)
{
    if (to.kind == BW_ELEMENT_SLOT) {
        changer->state.slot[cartridge] = (uint16_t)to.index;
        return true;
    }
    return told(command, changer->host->load(changer->host->opaque, to.index,
                                             (unsigned)cartridge));
}

void bw_changer_move(struct bw_changer *changer,
                     struct bw_tape_command *command)
{
    struct bw_element from, to;
    int cartridge;

    if (!transport_named(changer, command) ||
        !named(changer, command, 4, &from) ||
        !named(changer, command, 6, &to)) {
        return;
    }
    if (command->cdb[10] & 1) { /* INVERT */
        bw_tape_bad_field(command, 10, 0);
        return;
    }
    if (!movable(changer, command, from, &cartridge)) {
        return;
    }
    if (same(from, to)) {
        bw_tape_good(command);
        return;
    }
    if (bw_element_content(changer, to) != BW_CHANGER_EMPTY) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_FULL);
        return;
    }
    if (take(changer, command, from) && put(changer, command, to, cartridge)) {
        bw_tape_good(command);
    }
}

/* The source goes to the first destination, and what was there to the second:
 * often the source. */
void bw_changer_exchange(struct bw_changer *changer,
                         struct bw_tape_command *command)
{
    struct bw_element from, first, second;
    int in, out;

    if (!transport_named(changer, command) ||
        !named(changer, command, 4, &from) ||
        !named(changer, command, 6, &first) ||
        !named(changer, command, 8, &second)) {
        return;
    }
    if (command->cdb[10] & 3) { /* INV1, INV2 */
        bw_tape_bad_field(command, 10, command->cdb[10] & 1 ? 0 : 1);
        return;
    }
    if (same(from, first) || same(first, second)) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_ADDRESS);
        return;
    }
    if (!movable(changer, command, from, &in) ||
        !movable(changer, command, first, &out)) {
        return;
    }
    if (!same(from, second) &&
        bw_element_content(changer, second) != BW_CHANGER_EMPTY) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_FULL);
        return;
    }
    if (take(changer, command, first) && take(changer, command, from) &&
        put(changer, command, second, out) &&
        put(changer, command, first, in)) {
        bw_tape_good(command);
    }
}

void bw_changer_position(struct bw_changer *changer,
                         struct bw_tape_command *command)
{
    struct bw_element to;

    if (!transport_named(changer, command)) {
        return;
    }
    if (command->cdb[8] & 1) { /* INVERT */
        bw_tape_bad_field(command, 8, 0);
        return;
    }
    to = bw_element_at(changer, (unsigned)bw_get_be(command->cdb + 4, 2));
    if (to.kind == BW_ELEMENT_NONE) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_ADDRESS);
        return;
    }
    bw_tape_good(command);
}
