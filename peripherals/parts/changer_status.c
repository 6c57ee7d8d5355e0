/*
 * A SCSI medium changer: READ ELEMENT STATUS.
 *
 * Source: SMC-3, 6.11 READ ELEMENT STATUS, tables 27 to 39.
 *
 * Choices: a page for each kind of element, in the order of their addresses;
 * every element descriptor has an identifier field, empty where DVCID is not
 * set or the element is no drive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "changer_priv.h"

#include <string.h>

#include "tape_bytes.h"

#define HEADER         8u
#define PAGE_HEADER    8u
#define FIXED_PART     12u
#define VOLUME_TAG     36u
#define ID_HEADER      4u
#define ID_BYTES       32u
#define DESCRIPTOR_MAX (FIXED_PART + VOLUME_TAG + ID_HEADER + ID_BYTES)

#define PVOLTAG 0x80 /* of a page */
#define FULL    0x01 /* of an element */
#define ACCESS  0x08
#define SVALID  0x80 /* the source address counts */

/* What a command asks for. */
struct wanted {
    enum bw_element_kind kind; /* BW_ELEMENT_NONE: all */
    unsigned start;
    unsigned count;
    bool tags;
    bool identifiers;
};

/* The answer, of which what has room is kept. */
struct answer {
    uint8_t *data;
    size_t room;
    size_t length;
};

static void add(struct answer *answer, const uint8_t *bytes, size_t length)
{
    if (answer->length < answer->room) {
        size_t left = answer->room - answer->length;

        memcpy(answer->data + answer->length, bytes,
               length < left ? length : left);
    }
    answer->length += length;
}

static unsigned descriptor_length(const struct wanted *wanted,
                                  enum bw_element_kind kind)
{
    return FIXED_PART + (wanted->tags ? VOLUME_TAG : 0) + ID_HEADER +
           (wanted->identifiers && kind == BW_ELEMENT_DRIVE ? ID_BYTES : 0);
}

/* Elements of @kind from @wanted->start on; *@first: the first one's index. */
static unsigned elements(const struct bw_changer *changer,
                         const struct wanted *wanted, enum bw_element_kind kind,
                         unsigned left, unsigned *first)
{
    unsigned base = bw_element_first(kind);
    unsigned count = bw_element_count(changer, kind);

    *first = wanted->start > base ? wanted->start - base : 0;
    if ((wanted->kind != BW_ELEMENT_NONE && wanted->kind != kind) ||
        *first >= count) {
        return 0;
    }
    return count - *first < left ? count - *first : left;
}

static void put_tag(const struct bw_changer *changer, int cartridge,
                    uint8_t *tag)
{
    const char *barcode;

    if (cartridge < 0) {
        return;
    }
    barcode = changer->config.barcodes[cartridge];
    if (barcode[0]) {
        bw_put_text(tag, barcode, BW_CHANGER_BARCODE);
    }
}

static void put_identifier(const struct bw_changer *changer, unsigned drive,
                           uint8_t *id)
{
    const char *serial = changer->config.drive_serials[drive];

    if (serial && serial[0]) {
        id[0] = 0x02; /* ASCII; vendor's own identifier */
        id[3] = ID_BYTES;
        bw_put_text(id + ID_HEADER, serial, ID_BYTES);
    }
}

static void add_element(const struct bw_changer *changer,
                        const struct wanted *wanted, struct bw_element element,
                        struct answer *answer)
{
    uint8_t bytes[DESCRIPTOR_MAX] = { 0 };
    unsigned length = descriptor_length(wanted, element.kind);
    int content = bw_element_content(changer, element);

    bw_put_be(bytes, bw_element_first(element.kind) + element.index, 2);
    bytes[2] = (uint8_t)((content != BW_CHANGER_EMPTY ? FULL : 0) |
                         (element.kind != BW_ELEMENT_TRANSPORT ? ACCESS : 0));
    if (element.kind == BW_ELEMENT_DRIVE && content >= 0) {
        bytes[9] = SVALID;
        bw_put_be(bytes + 10, BW_CHANGER_SLOT + changer->state.slot[content],
                  2);
    }
    if (wanted->tags) {
        put_tag(changer, content, bytes + FIXED_PART);
    }
    if (wanted->identifiers && element.kind == BW_ELEMENT_DRIVE) {
        put_identifier(changer, element.index,
                       bytes + length - ID_HEADER - ID_BYTES);
    }
    add(answer, bytes, length);
}

static void add_page(const struct bw_changer *changer,
                     const struct wanted *wanted, enum bw_element_kind kind,
                     unsigned first, unsigned count, struct answer *answer)
{
    uint8_t header[PAGE_HEADER] = { (uint8_t)kind, wanted->tags ? PVOLTAG : 0 };
    unsigned length = descriptor_length(wanted, kind);

    bw_put_be(header + 2, length, 2);
    bw_put_be(header + 5, length * count, 3);
    add(answer, header, sizeof(header));
    for (unsigned i = first; i < first + count; i++) {
        add_element(changer, wanted, (struct bw_element){ kind, i }, answer);
    }
}

/* The header: which elements follow, and how long all of it is. */
static unsigned add_header(const struct bw_changer *changer,
                           const struct wanted *wanted, struct answer *answer)
{
    uint8_t header[HEADER] = { 0 };
    unsigned left = wanted->count;
    unsigned total = 0, bytes = 0;

    for (unsigned k = 0; k < BW_ELEMENT_KINDS; k++) {
        enum bw_element_kind kind = bw_element_kinds[k];
        unsigned first;
        unsigned count = elements(changer, wanted, kind, left, &first);

        if (count > 0 && total == 0) {
            bw_put_be(header, bw_element_first(kind) + first, 2);
        }
        if (count > 0) {
            bytes += PAGE_HEADER + count * descriptor_length(wanted, kind);
        }
        total += count;
        left -= count;
    }
    bw_put_be(header + 2, total, 2);
    bw_put_be(header + 5, bytes, 3);
    add(answer, header, sizeof(header));
    return total;
}

static bool parse(struct bw_tape_command *command, struct wanted *wanted)
{
    const uint8_t *cdb = command->cdb;
    unsigned kind = cdb[1] & 0x0f;

    /* 3: import and export elements, of which there are none */
    if (kind > BW_ELEMENT_DRIVE) {
        bw_tape_bad_field(command, 1, 3);
        return false;
    }
    wanted->kind = (enum bw_element_kind)kind;
    wanted->tags = cdb[1] & 0x10;
    wanted->start = (unsigned)bw_get_be(cdb + 2, 2);
    wanted->count = (unsigned)bw_get_be(cdb + 4, 2);
    wanted->identifiers = cdb[6] & 0x01;
    return true;
}

void bw_changer_element_status(struct bw_changer *changer,
                               struct bw_tape_command *command)
{
    uint64_t allocation = bw_get_be(command->cdb + 7, 3);
    struct answer answer = { .data = command->data };
    struct wanted wanted;
    unsigned left;

    if (!parse(command, &wanted)) {
        return;
    }
    answer.room =
        allocation < command->size ? (size_t)allocation : command->size;
    left = add_header(changer, &wanted, &answer);
    for (unsigned k = 0; k < BW_ELEMENT_KINDS; k++) {
        unsigned first;
        unsigned count =
            elements(changer, &wanted, bw_element_kinds[k], left, &first);

        if (count > 0) {
            add_page(changer, &wanted, bw_element_kinds[k], first, count,
                     &answer);
            left -= count;
        }
    }
    command->done = answer.length < answer.room ? answer.length : answer.room;
    bw_tape_good(command);
}
