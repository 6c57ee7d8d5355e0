/*
 * The vital product data pages of the drive.
 *
 * Source: SPC-4, 7.8 "Vital product data parameters"; SSC-3, 8.4 for B0h
 * (capabilities), B1h (serial number), B2h (TapeAlert flags).
 *
 * Choices: page 83h has a NAA designator where the drive has a world-wide
 * name, and one of type "T10 vendor ID" where it has a serial number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define TYPE_SEQUENTIAL 0x01

/* SSC-3, 8.4.2 */
#define SSC_WORM 0x01

/* SPC-4, 7.8.6 "Device identification" */
#define CODE_BINARY 0x01
#define CODE_ASCII  0x02
#define TYPE_T10    0x01
#define TYPE_NAA    0x03

#define VPD_ROOM 256u

static size_t serial_page(const struct bw_tape_drive *drive, uint8_t *body)
{
    size_t length = strlen(bw_tape_serial(drive));

    length = length < 64 ? length : 64;
    memcpy(body, bw_tape_serial(drive), length);
    return length;
}

static size_t identification_page(const struct bw_tape_drive *drive,
                                  uint8_t *body)
{
    size_t used = 0;

    if (drive->config.wwn) {
        body[0] = CODE_BINARY;
        body[1] = TYPE_NAA;
        body[3] = 8;
        bw_put_be(body + 4, drive->config.wwn, 8);
        used = 12;
    }
    if (drive->config.serial) {
        uint8_t *id = body + used;
        size_t serial = serial_page(drive, id + 4 + 24);

        id[0] = CODE_ASCII;
        id[1] = TYPE_T10;
        id[3] = (uint8_t)(24 + serial);
        bw_put_text(id + 4, bw_tape_vendor(drive), 8);
        bw_put_text(id + 12, bw_tape_product(drive), 16);
        used += 4 + id[3];
    }
    return used;
}

/* Nothing of what the page asks about is there. */
static size_t extended_page(const struct bw_tape_drive *drive, uint8_t *body)
{
    (void)drive;
    (void)body;
    return 60;
}

static size_t sequential_page(const struct bw_tape_drive *drive, uint8_t *body)
{
    body[0] = drive->config.profile->worm ? SSC_WORM : 0;
    return 2;
}

static size_t flags_page(const struct bw_tape_drive *drive, uint8_t *body)
{
    (void)drive;
    memset(body, 0xff, 8); /* flags 1 to 64, the first on top */
    return 8;
}

static size_t list_page(const struct bw_tape_drive *drive, uint8_t *body);

static const struct vpd_page {
    uint8_t code;
    size_t (*fill)(const struct bw_tape_drive *drive, uint8_t *body);
} pages[] = {
    { 0x00, list_page },           { 0x80, serial_page },
    { 0x83, identification_page }, { 0x86, extended_page },
    { 0xb0, sequential_page },     { 0xb1, serial_page },
    { 0xb2, flags_page },
};

#define PAGE_COUNT (sizeof(pages) / sizeof(pages[0]))

static size_t list_page(const struct bw_tape_drive *drive, uint8_t *body)
{
    (void)drive;
    for (unsigned i = 0; i < PAGE_COUNT; i++) {
        body[i] = pages[i].code;
    }
    return PAGE_COUNT;
}

void bw_tape_vpd(struct bw_tape_drive *drive, struct bw_tape_command *command)
{
    uint8_t data[VPD_ROOM] = { TYPE_SEQUENTIAL, command->cdb[2] };

    for (unsigned i = 0; i < PAGE_COUNT; i++) {
        if (pages[i].code == command->cdb[2]) {
            size_t length = pages[i].fill(drive, data + 4);

            bw_put_be(data + 2, length, 2);
            bw_tape_answer(command, data, 4 + length,
                           bw_get_be(command->cdb + 3, 2));
            return;
        }
    }
    bw_tape_bad_field(command, 2, -1);
}
