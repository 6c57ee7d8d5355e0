/*
 * Medium auxiliary memory: READ ATTRIBUTE, WRITE ATTRIBUTE; and READ MEDIA
 * SERIAL NUMBER.
 *
 * Source: SPC-4, 6.15 (READ ATTRIBUTE), 6.47 (WRITE ATTRIBUTE) and 7.4; the
 * ids that LTFS uses: "LTFS Format Specification" 2.4, Annex F.
 *
 * What the drive and the cartridge's maker say is made up from the cartridge
 * when it is read (tape_mam_values.c); what hosts write is kept in it
 * (lib/tape_medium.h) and lasts as its data does.
 *
 * Choices: host attributes are 0800h to 0BFFh and 1400h to 17FFh, each kept in
 * the format it was written with; the barcode, 0806h, is the cartridge's until
 * a host writes one; an attribute that is not there ends READ ATTRIBUTE with
 * 24/00, which LTFS takes for "none"; a list of which any part is wrong is
 * refused as a whole.
 *
 * Not modelled: elements other than the cartridge (element address and
 * logical volume must be 0), attributes of slots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_mam.h"

enum service {
    VALUES,
    LIST,
    VOLUMES,
    PARTITIONS,
    SUPPORTED = 5
};

#define READ_ONLY 0x80
#define READ_ROOM 24576u /* all that a cartridge can hold */

struct reply {
    uint8_t bytes[READ_ROOM];
    size_t used;
};

static bool host_writes(uint16_t id)
{
    return (id >= 0x0800 && id < 0x0c00) || (id >= 0x1400 && id < 0x1800);
}

/* The attribute with the least id of at least @id, wherever it is kept. */
static bool next_attribute(struct bw_tape_drive *drive, uint8_t partition,
                           uint32_t id, struct bw_tape_mam_value *out)
{
    struct bw_tape_attribute kept;
    bool found;

    if (id > 0xffff) {
        return false;
    }
    found = bw_tape_mam_next(drive, partition, (uint16_t)id, out);
    if (bw_cartridge_attribute(bw_tape_loaded(drive), partition, (uint16_t)id,
                               &kept) &&
        kept.length <= BW_TAPE_MAM_VALUE && (!found || kept.id <= out->id)) {
        out->id = kept.id;
        out->format = kept.format;
        out->read_only = false;
        out->length = kept.length;
        memcpy(out->bytes, kept.value, kept.length);
        found = true;
    }
    return found;
}

static void put_value(struct reply *reply, const struct bw_tape_mam_value *v)
{
    uint8_t *at = reply->bytes + reply->used;

    if (reply->used + 5 + v->length > READ_ROOM) {
        return;
    }
    bw_put_be(at, v->id, 2);
    at[2] = v->format | (v->read_only ? READ_ONLY : 0);
    bw_put_be(at + 3, v->length, 2);
    memcpy(at + 5, v->bytes, v->length);
    reply->used += 5 + v->length;
}

static void finish(struct bw_tape_command *command, struct reply *reply,
                   uint64_t allocation)
{
    bw_put_be(reply->bytes, reply->used - 4, 4);
    bw_tape_answer(command, reply->bytes, reply->used, allocation);
}

/* Values, or with @list only the ids. */
static void read_values(struct bw_tape_drive *drive,
                        struct bw_tape_command *command, bool list)
{
    uint8_t partition = command->cdb[7];
    uint32_t id = (uint32_t)bw_get_be(command->cdb + 8, 2);
    struct bw_tape_mam_value value;
    struct reply reply;

    reply.used = 4;
    if (!next_attribute(drive, partition, id, &value) ||
        (!list && value.id != id)) {
        bw_tape_bad_field(command, 8, -1);
        return;
    }
    do {
        if (list) {
            bw_put_be(reply.bytes + reply.used, value.id, 2);
            reply.used += 2;
        } else {
            put_value(&reply, &value);
        }
        id = value.id + 1u;
    } while (reply.used + 2 <= READ_ROOM &&
             next_attribute(drive, partition, id, &value));
    finish(command, &reply, bw_get_be(command->cdb + 10, 4));
}

/* One of @count, from 0. */
static void read_count(struct bw_tape_command *command, unsigned count)
{
    uint8_t data[4] = { 0, 2, 0, (uint8_t)count };

    bw_tape_answer(command, data, 4, bw_get_be(command->cdb + 10, 4));
}

/* What may be there: the drive's, and what the standard names for hosts. */
static void read_supported(struct bw_tape_drive *drive,
                           struct bw_tape_command *command)
{
    static const uint16_t host[] = {
        0x0800, 0x0801, 0x0802, 0x0803, 0x0804, 0x0805, 0x0806, 0x0807,
        0x0808, 0x0809, 0x080a, 0x080b, 0x080c, 0x0820, 0x0821, 0x1623,
    };
    uint32_t id = (uint32_t)bw_get_be(command->cdb + 8, 2);
    struct bw_tape_mam_value value;
    struct reply reply;

    reply.used = 4;
    while (id <= 0x07ff &&
           bw_tape_mam_next(drive, command->cdb[7], (uint16_t)id, &value) &&
           value.id <= 0x07ff) {
        bw_put_be(reply.bytes + reply.used, value.id, 2);
        reply.used += 2;
        id = value.id + 1u;
    }
    for (unsigned i = 0; i < sizeof(host) / sizeof(host[0]); i++) {
        if (host[i] >= id) {
            bw_put_be(reply.bytes + reply.used, host[i], 2);
            reply.used += 2;
        }
    }
    finish(command, &reply, bw_get_be(command->cdb + 10, 4));
}

/* Fields that both commands have. */
static bool cdb_is_right(struct bw_tape_drive *drive,
                         struct bw_tape_command *command)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);

    if (!drive->config.profile->mam) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x2000);
        return false;
    }
    if (!tape) {
        bw_tape_check(command, BW_SENSE_NOT_READY,
                      drive->state.present ? 0x0402 : 0x3a00);
        return false;
    }
    if (command->cdb[5]) { /* logical volume */
        bw_tape_bad_field(command, 5, -1);
        return false;
    }
    if (command->cdb[7] > 1 ||
        command->cdb[7] >= (tape->partitions > 1 ? 2 : 1)) {
        bw_tape_bad_field(command, 7, -1);
        return false;
    }
    return true;
}

void bw_tape_op_read_attribute(struct bw_tape_drive *drive,
                               struct bw_tape_command *command)
{
    if (!cdb_is_right(drive, command)) {
        return;
    }
    switch (command->cdb[1] & 0x1f) {
    case VALUES:
        read_values(drive, command, false);
        break;
    case LIST:
        read_values(drive, command, true);
        break;
    case VOLUMES:
        read_count(command, 1);
        break;
    case PARTITIONS:
        read_count(command, bw_tape_loaded(drive)->partitions > 1 ? 2 : 1);
        break;
    case SUPPORTED:
        read_supported(drive, command);
        break;
    default:
        bw_tape_bad_field(command, 1, 4);
        break;
    }
}

/* --- writing ---------------------------------------------------------------*/

struct list {
    const uint8_t *bytes;
    size_t length;
    size_t at;
};

/* Returns: false behind the last, or *@wrong names a byte of the list. */
static bool next_in_list(struct list *list, struct bw_tape_attribute *out,
                         size_t *wrong)
{
    const uint8_t *at = list->bytes + list->at;

    if (list->at == list->length) {
        return false;
    }
    if (list->length - list->at < 5 ||
        list->length - list->at - 5 < bw_get_be(at + 3, 2)) {
        *wrong = list->at + 3;
        return false;
    }
    out->id = (uint16_t)bw_get_be(at, 2);
    out->format = at[2] & 0x03;
    out->length = (uint16_t)bw_get_be(at + 3, 2);
    out->value = at + 5;
    if (!host_writes(out->id)) {
        *wrong = list->at;
    } else if (out->format > 2) {
        *wrong = list->at + 2;
    } else if (out->length > BW_TAPE_MAM_VALUE) {
        *wrong = list->at + 3;
    }
    if (*wrong) {
        return false;
    }
    list->at += 5 + (size_t)out->length;
    return true;
}

/* Into @cartridge, a copy of the tape's.  False: the answer is given. */
static bool take_list(struct bw_tape_command *command, struct list list,
                      struct bw_tape_cartridge *cartridge)
{
    struct bw_tape_attribute attribute = { .partition = command->cdb[7] };
    size_t wrong = 0;

    while (next_in_list(&list, &attribute, &wrong)) {
        enum bw_tape_result result = bw_cartridge_set(cartridge, &attribute);

        if (result != BW_TAPE_OK) {
            bw_tape_check(command, BW_SENSE_ILLEGAL, 0x5500); /* no room */
            return false;
        }
    }
    if (wrong) {
        bw_tape_bad_parameter(command, (unsigned)wrong, -1);
        return false;
    }
    return true;
}

void bw_tape_op_write_attribute(struct bw_tape_drive *drive,
                                struct bw_tape_command *command)
{
    uint64_t length = bw_get_be(command->cdb + 10, 4);
    struct list list = { command->data, 0, 4 };
    struct bw_tape_cartridge next;

    if (!cdb_is_right(drive, command)) {
        return;
    }
    if (bw_tape_write_protected(drive)) {
        bw_tape_check(command, BW_SENSE_PROTECT, 0x2700);
        return;
    }
    if (!length) {
        bw_tape_good(command);
        return;
    }
    if (length < 4 || length > command->size) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x1a00);
        return;
    }
    /* hosts count the list's own length or do not: the CDB's is right */
    list.length = (size_t)length;
    next = drive->medium->cartridge;
    if (!take_list(command, list, &next)) {
        return;
    }
    drive->medium->cartridge = next;
    drive->medium->meta_changed = true;
    bw_tape_good(command);
    if (command->cdb[1] & 0x01) { /* write through */
        enum bw_tape_result result = bw_medium_commit(drive->medium);

        if (result != BW_TAPE_OK) {
            bw_tape_failed(command, result, true);
        }
    }
}

void bw_tape_op_media_serial(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);
    uint8_t data[4 + 32] = { 0 };
    size_t length;

    if (!tape) {
        bw_tape_check(command, BW_SENSE_NOT_READY,
                      drive->state.present ? 0x0402 : 0x3a00);
        return;
    }
    length = strlen(tape->serial);
    length = length < 32 ? length : 32;
    memcpy(data + 4, tape->serial, length);
    length = (length + 3) / 4 * 4;
    bw_put_be(data, length, 4);
    bw_tape_answer(command, data, 4 + length, bw_get_be(command->cdb + 6, 4));
}
