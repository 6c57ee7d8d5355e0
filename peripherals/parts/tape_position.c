/*
 * READ POSITION of the tape drive.
 *
 * Source: SSC-3, READ POSITION; the short, long and extended forms.  Tape marks
 * count as objects.
 *
 * Choices: the vendor's short form is the short form; while something is not
 * committed the numbers of buffered objects and bytes are told as unknown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#include <string.h>

enum {
    SHORT = 0,
    SHORT_VENDOR = 1,
    LONG = 6,
    EXTENDED = 8
};

/* Byte 0 of all forms */
#define FLAG_BOP  0x80 /* beginning of partition */
#define FLAG_EOP  0x40 /* behind the early warning */
#define FLAG_BPEW 0x01 /* behind the programmable one */
/* short and extended */
#define FLAG_LOCU 0x20 /* number of buffered objects unknown */
#define FLAG_BYCU 0x10 /* and of bytes */
#define FLAG_LOLU 0x04 /* location unknown */
#define FLAG_PERR 0x02 /* it does not fit */
/* long */
#define FLAG_MPU  0x08 /* logical file unknown */
#define FLAG_LONU 0x04 /* partition and object unknown */

#define EXTENDED_BYTES 32u

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
    while (bytes--) {
        to[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static uint8_t common_flags(struct bw_tape_drive *drive,
                            const struct bw_tape_place *place)
{
    return (uint8_t)((place->bop ? FLAG_BOP : 0) |
                     (bw_tape_warning(drive) ? FLAG_EOP : 0) |
                     (bw_tape_behind_pew(drive) ? FLAG_BPEW : 0));
}

static void short_form(struct bw_tape_drive *drive,
                       const struct bw_tape_place *place, uint8_t flags,
                       uint8_t *out)
{
    if (drive->state.position_lost) {
        out[0] = FLAG_LOLU;
        return;
    }
    if (place->object > UINT32_MAX) {
        out[0] = flags | FLAG_PERR;
        out[1] = drive->state.partition;
        return;
    }
    out[0] = flags;
    out[1] = drive->state.partition;
    put(out + 4, place->object, 4);
    put(out + 8, place->object, 4);
}

static void long_form(struct bw_tape_drive *drive,
                      const struct bw_tape_place *place, uint8_t *out)
{
    if (drive->state.position_lost) {
        out[0] = FLAG_MPU | FLAG_LONU;
        return;
    }
    out[0] = common_flags(drive, place);
    put(out + 4, drive->state.partition, 4);
    put(out + 8, place->object, 8);
    put(out + 16, place->marks, 8);
}

static void extended_form(struct bw_tape_drive *drive,
                          const struct bw_tape_place *place, uint8_t flags,
                          uint8_t *out)
{
    put(out + 2, EXTENDED_BYTES - 4, 2);
    if (drive->state.position_lost) {
        out[0] = FLAG_LOLU;
        return;
    }
    out[0] = flags;
    out[1] = drive->state.partition;
    put(out + 8, place->object, 8);
    put(out + 16, place->object, 8);
}

void bw_tape_position(struct bw_tape_drive *drive,
                      struct bw_tape_command *command)
{
    unsigned form = command->cdb[1] & 0x1f;
    uint32_t allocation = bw_tape_be(command->cdb + 7, 2);
    uint8_t out[EXTENDED_BYTES] = { 0 };
    struct bw_tape_place place;
    uint8_t flags;

    if (form != SHORT && form != SHORT_VENDOR && form != LONG &&
        form != EXTENDED) {
        bw_tape_bad_field(command, 1, 4);
        return;
    }
    if (form != EXTENDED && allocation) {
        bw_tape_bad_field(command, 7, -1);
        return;
    }
    bw_tape_place(bw_tape_head(drive), &place);
    flags = common_flags(drive, &place);
    if (bw_tape_dirty(bw_tape_head(drive))) {
        flags |= FLAG_LOCU | FLAG_BYCU;
    }
    if (form == LONG) {
        long_form(drive, &place, out);
        bw_tape_answer(command, out, 32, sizeof(out));
    } else if (form == EXTENDED) {
        extended_form(drive, &place, flags, out);
        bw_tape_answer(command, out, sizeof(out), allocation);
    } else {
        short_form(drive, &place, flags, out);
        bw_tape_answer(command, out, 20, sizeof(out));
    }
}
