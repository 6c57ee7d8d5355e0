/*
 * A SCSI medium changer: its commands, and what it says of itself.  See
 * changer.h for the sources.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "changer_priv.h"

#include <string.h>

#include "tape_bytes.h"

#define TEST_UNIT_READY         0x00
#define REQUEST_SENSE           0x03
#define INITIALIZE_STATUS       0x07
#define INQUIRY                 0x12
#define RESERVE_6               0x16
#define RELEASE_6               0x17
#define MODE_SENSE_6            0x1a
#define PREVENT_ALLOW           0x1e
#define POSITION_TO_ELEMENT     0x2b
#define INITIALIZE_STATUS_RANGE 0x37
#define RESERVE_10              0x56
#define RELEASE_10              0x57
#define MODE_SENSE_10           0x5a
#define MOVE_MEDIUM             0xa5
#define EXCHANGE_MEDIUM         0xa6
#define READ_ELEMENT_STATUS     0xb8

#define TYPE_CHANGER  0x08
#define REMOVABLE     0x80
#define SPC_3         0x05
#define FORMAT_SPC    0x02
#define INQUIRY_BYTES 36u
#define SERIAL_MAX    32u

#define ASC_OPCODE 0x2000
#define ASC_SAVING 0x3900

/* --- elements --- */

const enum bw_element_kind bw_element_kinds[BW_ELEMENT_KINDS] = {
    BW_ELEMENT_TRANSPORT,
    BW_ELEMENT_DRIVE,
    BW_ELEMENT_SLOT,
};

unsigned bw_element_count(const struct bw_changer *changer,
                          enum bw_element_kind kind)
{
    switch (kind) {
    case BW_ELEMENT_TRANSPORT:
        return 1;
    case BW_ELEMENT_DRIVE:
        return changer->config.drives;
    case BW_ELEMENT_SLOT:
        return changer->config.slots;
    default:
        return 0;
    }
}

unsigned bw_element_first(enum bw_element_kind kind)
{
    switch (kind) {
    case BW_ELEMENT_DRIVE:
        return BW_CHANGER_DRIVE;
    case BW_ELEMENT_SLOT:
        return BW_CHANGER_SLOT;
    default:
        return BW_CHANGER_TRANSPORT;
    }
}

struct bw_element bw_element_at(const struct bw_changer *changer,
                                unsigned address)
{
    for (unsigned i = 0; i < BW_ELEMENT_KINDS; i++) {
        enum bw_element_kind kind = bw_element_kinds[i];
        unsigned first = bw_element_first(kind);

        if (address >= first &&
            address - first < bw_element_count(changer, kind)) {
            return (struct bw_element){ kind, address - first };
        }
    }
    return (struct bw_element){ BW_ELEMENT_NONE, 0 };
}

static bool in_a_drive(const struct bw_changer *changer, int cartridge)
{
    for (unsigned d = 0; d < changer->config.drives; d++) {
        if (changer->host->in_drive(changer->host->opaque, d) == cartridge) {
            return true;
        }
    }
    return false;
}

/* Which cartridge other than @but lies in @slot. */
static int in_slot(const struct bw_changer *changer, unsigned slot, int but)
{
    for (unsigned c = 0; c < changer->config.slots; c++) {
        if (changer->config.barcodes[c] && (int)c != but &&
            changer->state.slot[c] == slot && !in_a_drive(changer, (int)c)) {
            return (int)c;
        }
    }
    return BW_CHANGER_EMPTY;
}

int bw_element_content(const struct bw_changer *changer,
                       struct bw_element element)
{
    int content;

    switch (element.kind) {
    case BW_ELEMENT_SLOT:
        return in_slot(changer, element.index, BW_CHANGER_EMPTY);
    case BW_ELEMENT_DRIVE:
        content = changer->host->in_drive(changer->host->opaque, element.index);
        return content >= (int)changer->config.slots ? BW_CHANGER_FOREIGN
                                                     : content;
    default:
        return BW_CHANGER_EMPTY;
    }
}

/* A cartridge that was taken out of a drive by hand may find another in its
 * slot: it goes to one that is free.  There are as many slots as cartridges. */
static void settle(struct bw_changer *changer)
{
    for (unsigned c = 0; c < changer->config.slots; c++) {
        unsigned slot = changer->state.slot[c];

        if (!changer->config.barcodes[c] || in_a_drive(changer, (int)c) ||
            in_slot(changer, slot, (int)c) == BW_CHANGER_EMPTY) {
            continue;
        }
        for (slot = 0; slot < changer->config.slots; slot++) {
            if (in_slot(changer, slot, (int)c) == BW_CHANGER_EMPTY) {
                changer->state.slot[c] = (uint16_t)slot;
                break;
            }
        }
    }
}

/* --- INQUIRY --- */

static size_t text_length(const char *text)
{
    size_t length = strlen(text);

    return length < SERIAL_MAX ? length : SERIAL_MAX;
}

static void vital_data(struct bw_changer *changer,
                       struct bw_tape_command *command)
{
    static const uint8_t pages[] = { 0x00, 0x80, 0x83 };
    uint8_t data[4 + 4 + 8 + SERIAL_MAX] = { TYPE_CHANGER, command->cdb[2] };
    size_t serial = text_length(changer->config.serial);
    size_t length;

    switch (command->cdb[2]) {
    case 0x00:
        length = sizeof(pages);
        memcpy(data + 4, pages, sizeof(pages));
        break;
    case 0x80:
        length = serial;
        memcpy(data + 4, changer->config.serial, serial);
        break;
    case 0x83: /* T10 vendor identification, in ASCII */
        length = 4 + 8 + serial;
        data[4] = 0x02;
        data[5] = 0x01;
        data[7] = (uint8_t)(8 + serial);
        bw_put_text(data + 8, changer->config.vendor, 8);
        memcpy(data + 16, changer->config.serial, serial);
        break;
    default:
        bw_tape_bad_field(command, 2, -1);
        return;
    }
    data[3] = (uint8_t)length;
    bw_tape_answer(command, data, 4 + length, bw_get_be(command->cdb + 3, 2));
}

void bw_changer_inquiry(struct bw_changer *changer,
                        struct bw_tape_command *command)
{
    uint8_t data[INQUIRY_BYTES] = { TYPE_CHANGER, REMOVABLE, SPC_3, FORMAT_SPC,
                                    INQUIRY_BYTES - 5 };

    if (command->cdb[1] & 0x01) {
        vital_data(changer, command);
        return;
    }
    if (command->cdb[2]) {
        bw_tape_bad_field(command, 2, -1);
        return;
    }
    bw_put_text(data + 8, changer->config.vendor, 8);
    bw_put_text(data + 16, changer->config.product, 16);
    bw_put_text(data + 32, changer->config.revision, 4);
    bw_tape_answer(command, data, sizeof(data), bw_get_be(command->cdb + 3, 2));
}

/* --- MODE SENSE --- */

#define ADDRESSES    0x1d
#define GEOMETRY     0x1e
#define CAPABILITIES 0x1f
#define ALL_PAGES    0x3f
#define PAGES_MAX    64u

/* Element address assignment */
static size_t put_addresses(const struct bw_changer *changer, uint8_t *page)
{
    page[0] = ADDRESSES;
    page[1] = 18;
    bw_put_be(page + 2, BW_CHANGER_TRANSPORT, 2);
    bw_put_be(page + 4, 1, 2);
    bw_put_be(page + 6, BW_CHANGER_SLOT, 2);
    bw_put_be(page + 8, changer->config.slots, 2);
    /* 10 to 13: no import and export elements */
    bw_put_be(page + 14, BW_CHANGER_DRIVE, 2);
    bw_put_be(page + 16, changer->config.drives, 2);
    return 20;
}

/* Transport geometry: one that does not turn cartridges over */
static size_t put_geometry(uint8_t *page)
{
    page[0] = GEOMETRY;
    page[1] = 2;
    return 4;
}

/* Device capabilities: bit 1 is for slots, bit 3 for drives */
static size_t put_capabilities(uint8_t *page)
{
    const uint8_t both = 0x0a;

    page[0] = CAPABILITIES;
    page[1] = 18;
    page[2] = both; /* they store cartridges */
    page[5] = both; /* MOVE MEDIUM from slots, */
    page[7] = both; /* and from drives */
    page[13] = both;
    page[15] = both; /* EXCHANGE MEDIUM */
    return 20;
}

static size_t put_pages(const struct bw_changer *changer, unsigned page,
                        uint8_t *data)
{
    size_t length = 0;

    if (page == ADDRESSES || page == ALL_PAGES) {
        length += put_addresses(changer, data + length);
    }
    if (page == GEOMETRY || page == ALL_PAGES) {
        length += put_geometry(data + length);
    }
    if (page == CAPABILITIES || page == ALL_PAGES) {
        length += put_capabilities(data + length);
    }
    return length;
}

/* Nothing is changeable: of each page only its code and its length show. */
static void clear_values(uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length; at += 2u + data[at + 1]) {
        memset(data + at + 2, 0, data[at + 1]);
    }
}

void bw_changer_mode_sense(struct bw_changer *changer,
                           struct bw_tape_command *command)
{
    bool ten = command->cdb[0] == MODE_SENSE_10;
    size_t header = ten ? 8 : 4;
    uint8_t data[8 + PAGES_MAX] = { 0 };
    size_t length = put_pages(changer, command->cdb[2] & 0x3f, data + header);

    if (length == 0) {
        bw_tape_bad_field(command, 2, 5);
        return;
    }
    if (command->cdb[2] >> 6 == 3) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_SAVING);
        return;
    }
    if (command->cdb[2] >> 6 == 1) {
        clear_values(data + header, length);
    }
    if (ten) {
        bw_put_be(data, header + length - 2, 2);
    } else {
        data[0] = (uint8_t)(header + length - 1);
    }
    bw_tape_answer(command, data, header + length,
                   ten ? bw_get_be(command->cdb + 7, 2) : command->cdb[4]);
}

/* --- commands --- */

static void request_sense(struct bw_tape_command *command)
{
    struct bw_sense none = { .key = BW_SENSE_NONE };
    uint8_t data[64];
    size_t length;

    length = command->cdb[1] & 1
                 ? bw_sense_descriptor(&none, data, sizeof(data))
                 : bw_sense_fixed(&none, data, sizeof(data));
    bw_tape_answer(command, data, length, command->cdb[4]);
}

static void reserve(struct bw_tape_command *command)
{
    if (command->cdb[1] & 0x01) { /* single elements */
        bw_tape_bad_field(command, 1, 0);
    } else {
        bw_tape_good(command);
    }
}

void bw_changer_init(struct bw_changer *changer,
                     const struct bw_changer_config *config,
                     const struct bw_changer_host *host)
{
    *changer = (struct bw_changer){ .config = *config, .host = host };
    for (unsigned c = 0; c < BW_CHANGER_SLOTS_MAX; c++) {
        changer->state.slot[c] = (uint16_t)c;
    }
}

void bw_changer_execute(struct bw_changer *changer,
                        struct bw_tape_command *command)
{
    command->done = 0;
    settle(changer);
    switch (command->cdb[0]) {
    case TEST_UNIT_READY:
    case INITIALIZE_STATUS:
    case INITIALIZE_STATUS_RANGE:
        bw_tape_good(command);
        break;
    case REQUEST_SENSE:
        request_sense(command);
        break;
    case INQUIRY:
        bw_changer_inquiry(changer, command);
        break;
    case RESERVE_6:
    case RELEASE_6:
    case RESERVE_10:
    case RELEASE_10:
        reserve(command);
        break;
    case MODE_SENSE_6:
    case MODE_SENSE_10:
        bw_changer_mode_sense(changer, command);
        break;
    case PREVENT_ALLOW:
        changer->state.prevent = command->cdb[4] & 1;
        bw_tape_good(command);
        break;
    case POSITION_TO_ELEMENT:
        bw_changer_position(changer, command);
        break;
    case MOVE_MEDIUM:
        bw_changer_move(changer, command);
        break;
    case EXCHANGE_MEDIUM:
        bw_changer_exchange(changer, command);
        break;
    case READ_ELEMENT_STATUS:
        bw_changer_element_status(changer, command);
        break;
    default:
        bw_tape_check(command, BW_SENSE_ILLEGAL, ASC_OPCODE);
        break;
    }
}
