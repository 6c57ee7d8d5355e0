/*
 * MODE SENSE(6) and MODE SENSE(10).
 *
 * Source: SPC-4, 6.11 and 7.5; SSC-3, 8.3.3 "Mode parameter header", 8.3.4
 * "block descriptor".  The pages are in tape_mode_page.c.
 *
 * Choices: page 00h, which Linux's st asks for, has no page data, only header
 * and block descriptor; saved values are not there (39/00).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

enum page_control {
    PC_CURRENT,
    PC_CHANGEABLE,
    PC_DEFAULT,
    PC_SAVED
};

#define PAGE_ALL    0x3f
#define SUBPAGE_ALL 0xff
#define CDB_DBD     0x08

#define DEVICE_WP         0x80
#define BUFFERED_SHIFT    4
#define DESCRIPTOR_LENGTH 8u
#define SENSE_ROOM        256u

struct answer {
    uint8_t bytes[SENSE_ROOM];
    size_t used;
};

static void add_page(const struct bw_tape_drive *drive, struct answer *answer,
                     const struct bw_tape_mode_page *page,
                     enum page_control control)
{
    uint8_t *at = answer->bytes + answer->used;

    if (answer->used + page->length > SENSE_ROOM) {
        return;
    }
    if (control == PC_CURRENT) {
        bw_tape_mode_current(drive, page, at);
    } else if (control == PC_DEFAULT) {
        bw_tape_mode_default(drive, page, at);
    } else {
        memcpy(at, page->change, page->length);
        memcpy(at, page->defaults, page->subpage ? 4 : 2);
    }
    answer->used += page->length;
}

/* Returns: false if the drive has none of them. */
static bool add_pages(const struct bw_tape_drive *drive, struct answer *answer,
                      const uint8_t *cdb)
{
    uint8_t code = cdb[2] & 0x3f, subpage = cdb[3];
    size_t before = answer->used;

    if (code == 0 && subpage == 0) {
        return true;
    }
    if (code == PAGE_ALL && subpage != 0 && subpage != SUBPAGE_ALL) {
        return false;
    }
    for (const struct bw_tape_mode_page *p = bw_tape_mode_pages; p->code; p++) {
        if (!bw_tape_mode_has(drive, p) ||
            (code != PAGE_ALL && p->code != code) ||
            (subpage != SUBPAGE_ALL && p->subpage != subpage)) {
            continue;
        }
        add_page(drive, answer, p, cdb[2] >> 6);
    }
    return answer->used > before;
}

static uint8_t medium_type(const struct bw_tape_drive *drive)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);

    if (!tape) {
        return 0;
    }
    if (tape->medium_type) {
        return tape->medium_type;
    }
    /* an LTO cartridge's WORM types are its data types and 4 */
    return bw_tape_density_now(drive)->medium_type |
           (tape->worm && drive->config.profile->worm ? 0x04 : 0x00);
}

static uint8_t device_specific(const struct bw_tape_drive *drive)
{
    uint8_t value = (uint8_t)(drive->state.buffered << BUFFERED_SHIFT);

    if (bw_tape_loaded(drive) && bw_tape_write_protected(drive)) {
        value |= DEVICE_WP;
    }
    return value;
}

static void add_descriptor(const struct bw_tape_drive *drive,
                           struct answer *answer)
{
    uint8_t *at = answer->bytes + answer->used;

    at[0] = bw_tape_density_now(drive)->code;
    bw_put_be(at + 5, drive->state.block_size, 3);
    answer->used += DESCRIPTOR_LENGTH;
}

void bw_tape_op_mode_sense(struct bw_tape_drive *drive,
                           struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    bool ten = cdb[0] == 0x5a;
    bool describe = !(cdb[1] & CDB_DBD);
    struct answer answer = { { 0 }, ten ? 8 : 4 };

    if (cdb[2] >> 6 == PC_SAVED) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x3900);
        return;
    }
    if (describe) {
        add_descriptor(drive, &answer);
    }
    if (!add_pages(drive, &answer, cdb)) {
        bw_tape_bad_field(command, cdb[3] ? 3 : 2, cdb[3] ? -1 : 5);
        return;
    }
    if (ten) {
        bw_put_be(answer.bytes, answer.used - 2, 2);
        answer.bytes[2] = medium_type(drive);
        answer.bytes[3] = device_specific(drive);
        answer.bytes[7] = describe ? DESCRIPTOR_LENGTH : 0;
    } else {
        answer.bytes[0] = (uint8_t)(answer.used - 1);
        answer.bytes[1] = medium_type(drive);
        answer.bytes[2] = device_specific(drive);
        answer.bytes[3] = describe ? DESCRIPTOR_LENGTH : 0;
    }
    bw_tape_answer(command, answer.bytes, answer.used,
                   ten ? bw_get_be(cdb + 7, 2) : cdb[4]);
}
