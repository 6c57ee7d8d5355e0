/*
 * MODE SELECT(6) and MODE SELECT(10).
 *
 * Source: SPC-4, 6.9 and 7.5; SSC-3, 8.3.  The pages are in tape_mode_page.c.
 *
 * All of the list is checked before any of it counts.  To leave the buffered
 * mode is to commit what was written in it.
 *
 * Choices: the medium type, the write-protect bit and the speed of the header
 * are not looked at, as hosts write back what they read; density 00h is the
 * drive's own, 7Fh no change (both are sent by NetBSD and Linux), any other
 * must be one that the drive writes; zeros behind the last page are not a
 * page; pages may be longer than the drive's, the rest is not looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define CDB_SP 0x01

#define DENSITY_DEFAULT   0x00
#define DENSITY_SAME      0x7f
#define DESCRIPTOR_LENGTH 8u
#define PAGE_SPF          0x40

struct list {
    struct bw_tape_drive *drive;
    struct bw_tape_command *command;
    struct bw_tape_drive_state next; /* what counts if all is right */
    const uint8_t *bytes;
    size_t length;
    size_t at;
};

static bool too_short(struct list *list)
{
    bw_tape_check(list->command, BW_SENSE_ILLEGAL, 0x1a00);
    return false;
}

static bool wrong(struct list *list, size_t at, int bit)
{
    bw_tape_bad_parameter(list->command, (unsigned)at, bit);
    return false;
}

static bool take_density(struct list *list, uint8_t code, size_t at)
{
    const struct bw_tape_density *density;

    if (code == DENSITY_SAME ||
        code == bw_tape_density_now(list->drive)->code) {
        return true;
    }
    density = bw_tape_profile_density(list->drive->config.profile, code);
    if (code != DENSITY_DEFAULT && !(density && density->writes)) {
        return wrong(list, at, -1);
    }
    list->next.density = code;
    return true;
}

static bool take_descriptor(struct list *list)
{
    const uint8_t *bytes = list->bytes + list->at;
    uint32_t block;

    if (list->at + DESCRIPTOR_LENGTH > list->length) {
        return too_short(list);
    }
    block = (uint32_t)bw_get_be(bytes + 5, 3);
    if (block > bw_tape_block_max(list->drive)) {
        return wrong(list, list->at + 5, -1);
    }
    list->next.block_size = block;
    if (!take_density(list, bytes[0], list->at)) {
        return false;
    }
    list->at += DESCRIPTOR_LENGTH;
    return true;
}

static bool take_header(struct list *list)
{
    bool ten = list->command->cdb[0] == 0x55;
    size_t header = ten ? 8 : 4;
    const uint8_t *bytes = list->bytes;
    unsigned mode_at = ten ? 3 : 2;
    unsigned buffered, describe;

    if (list->length < header) {
        return too_short(list);
    }
    buffered = bytes[mode_at] >> 4 & 7;
    describe = ten ? (unsigned)bw_get_be(bytes + 6, 2) : bytes[3];
    if (buffered > 1) {
        return wrong(list, mode_at, 6);
    }
    if (describe != 0 && describe != DESCRIPTOR_LENGTH) {
        return wrong(list, header - (ten ? 2 : 1), -1);
    }
    list->next.buffered = (uint8_t)buffered;
    list->at = header;
    return describe == 0 || take_descriptor(list);
}

static const struct bw_tape_mode_page *find_page(const struct list *list,
                                                 uint8_t code, uint8_t subpage)
{
    for (const struct bw_tape_mode_page *p = bw_tape_mode_pages; p->code; p++) {
        if (p->code == code && p->subpage == subpage &&
            bw_tape_mode_has(list->drive, p)) {
            return p;
        }
    }
    return NULL;
}

/* Zeros up to the end of the list. */
static bool only_zeros(const struct list *list)
{
    for (size_t i = list->at; i < list->length; i++) {
        if (list->bytes[i]) {
            return false;
        }
    }
    return true;
}

static bool take_page(struct list *list)
{
    const uint8_t *bytes = list->bytes + list->at;
    size_t left = list->length - list->at;
    bool sub = bytes[0] & PAGE_SPF;
    const struct bw_tape_mode_page *page;
    size_t length;
    unsigned bad;

    if (left < (sub ? 4u : 2u)) {
        return too_short(list);
    }
    page = find_page(list, bytes[0] & 0x3f, sub ? bytes[1] : 0);
    if (!page) {
        return wrong(list, list->at, 5);
    }
    length = sub ? 4 + (size_t)bw_get_be(bytes + 2, 2) : 2u + bytes[1];
    if (length < page->length) {
        return wrong(list, list->at + (sub ? 2 : 1), -1);
    }
    if (left < page->length) {
        return too_short(list);
    }
    bad = bw_tape_mode_write(list->drive, &list->next, page, bytes);
    if (bad) {
        return wrong(list, list->at + bad, -1);
    }
    list->at += length < left ? length : left;
    return true;
}

void bw_tape_op_mode_select(struct bw_tape_drive *drive,
                            struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    size_t length = cdb[0] == 0x55 ? bw_get_be(cdb + 7, 2) : cdb[4];
    struct list list = { drive, command, drive->state, command->data, 0, 0 };

    if (cdb[1] & CDB_SP) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x3900);
        return;
    }
    if (!length) {
        bw_tape_good(command);
        return;
    }
    list.length = length < command->size ? length : command->size;
    if (!take_header(&list)) {
        return;
    }
    while (list.at < list.length && !only_zeros(&list)) {
        if (!take_page(&list)) {
            return;
        }
    }
    if (drive->state.buffered && !list.next.buffered &&
        !bw_tape_before_moving(drive, command)) {
        return; /* nothing waits behind an answer from here on */
    }
    drive->state = list.next;
    bw_tape_good(command);
}
