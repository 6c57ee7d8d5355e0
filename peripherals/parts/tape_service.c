/*
 * The drive's smaller services: PREVENT ALLOW MEDIUM REMOVAL, diagnostics,
 * buffers, the clock, and security protocols.
 *
 * Source: SPC-4, 6.16 (RECEIVE DIAGNOSTIC RESULTS), 6.17 (READ BUFFER), 6.38
 * (REPORT TIMESTAMP), 6.42 (SEND DIAGNOSTIC), 6.45 (SET TIMESTAMP); SSC-3, 8.5
 * "Security protocol parameters" (tape data encryption, protocol 20h).
 *
 * Choices: the self-test passes; the only diagnostic page is the list of
 * pages; READ BUFFER has 64 KiB of zeros, as LTFS reads a dump after an error
 * and repeats itself if it cannot; WRITE BUFFER takes data of the same size
 * and keeps nothing; the drive cannot encrypt, and says so.
 *
 * Not modelled: echo buffers, loading of firmware.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define BUFFER_SIZE 65536u

/* --- removal ---------------------------------------------------------------*/

void bw_tape_op_prevent(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    uint8_t prevent = command->cdb[4] & 0x03;

    if (prevent > 1) {
        bw_tape_bad_field(command, 4, 1);
        return;
    }
    drive->state.prevent = prevent;
    drive->host->lock(drive->host->opaque, prevent);
    bw_tape_good(command);
}

/* --- diagnostics -----------------------------------------------------------*/

void bw_tape_op_send_diagnostic(struct bw_tape_drive *drive,
                                struct bw_tape_command *command)
{
    uint64_t length = bw_get_be(command->cdb + 3, 2);

    (void)drive;
    if (!length) {
        bw_tape_good(command);
    } else if (length < 4) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x1a00);
    } else if (command->data[0]) {
        bw_tape_bad_parameter(command, 0, -1);
    } else {
        bw_tape_good(command);
    }
}

/* Page 00h: there is page 00h. */
void bw_tape_op_receive_diagnostic(struct bw_tape_drive *drive,
                                   struct bw_tape_command *command)
{
    static const uint8_t pages[] = { 0x00, 0x00, 0x00, 0x01, 0x00 };

    (void)drive;
    if ((command->cdb[1] & 0x01) && command->cdb[2]) {
        bw_tape_bad_field(command, 2, -1);
        return;
    }
    bw_tape_answer(command, pages, sizeof(pages),
                   bw_get_be(command->cdb + 3, 2));
}

/* --- buffers ---------------------------------------------------------------*/

enum buffer_mode {
    BUFFER_COMBINED = 0,
    BUFFER_DATA = 2,
    BUFFER_DESCRIPTOR = 3
};

static void answer_zeros(struct bw_tape_command *command, uint64_t length,
                         uint64_t allocation)
{
    uint64_t done = length < allocation ? length : allocation;

    done = done < command->size ? done : command->size;
    if (done) {
        memset(command->data, 0, (size_t)done);
    }
    command->done = (size_t)done;
    bw_tape_good(command);
}

void bw_tape_op_read_buffer(struct bw_tape_drive *drive,
                            struct bw_tape_command *command)
{
    static const uint8_t descriptor[4] = { 0, BUFFER_SIZE >> 16, 0, 0 };
    const uint8_t *cdb = command->cdb;
    uint64_t offset = bw_get_be(cdb + 3, 3);
    uint64_t allocation = bw_get_be(cdb + 6, 3);

    (void)drive;
    switch (cdb[1] & 0x1f) {
    case BUFFER_DESCRIPTOR:
        bw_tape_answer(command, descriptor, 4, allocation);
        break;
    case BUFFER_COMBINED:
        answer_zeros(command, 4 + BUFFER_SIZE, allocation);
        if (command->done >= 4) {
            memcpy(command->data, descriptor, 4);
        }
        break;
    case BUFFER_DATA:
        if (offset > BUFFER_SIZE) {
            bw_tape_bad_field(command, 3, -1);
            return;
        }
        answer_zeros(command, BUFFER_SIZE - offset, allocation);
        break;
    default:
        bw_tape_bad_field(command, 1, 4);
        break;
    }
}

void bw_tape_op_write_buffer(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;

    (void)drive;
    if ((cdb[1] & 0x1f) != BUFFER_DATA) {
        bw_tape_bad_field(command, 1, 4);
    } else if (bw_get_be(cdb + 3, 3) + bw_get_be(cdb + 6, 3) > BUFFER_SIZE) {
        bw_tape_bad_field(command, 6, -1);
    } else {
        bw_tape_good(command);
    }
}

/* --- the clock -------------------------------------------------------------*/

/* TIMESTAMP ORIGIN: set by SET TIMESTAMP; set in another way */
#define ORIGIN_SET   0x02
#define ORIGIN_OTHER 0x03

void bw_tape_op_report_timestamp(struct bw_tape_drive *drive,
                                 struct bw_tape_command *command)
{
    int64_t offset = drive->state.timestamp_offset_ms;
    uint64_t now = drive->host->now_ms(drive->host->opaque);
    uint8_t data[12] = { 0, 10, offset ? ORIGIN_SET : ORIGIN_OTHER };

    bw_put_be(data + 4, now + (uint64_t)offset, 6);
    bw_tape_answer(command, data, sizeof(data), bw_get_be(command->cdb + 6, 4));
}

void bw_tape_op_set_timestamp(struct bw_tape_drive *drive,
                              struct bw_tape_command *command)
{
    uint64_t length = bw_get_be(command->cdb + 6, 4);
    uint64_t wanted;

    if (!length) {
        bw_tape_good(command);
        return;
    }
    if (length < 12) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x1a00);
        return;
    }
    wanted = bw_get_be(command->data + 4, 6);
    drive->state.timestamp_offset_ms =
        (int64_t)(wanted - drive->host->now_ms(drive->host->opaque));
    bw_tape_good(command);
}

/* --- security protocols ----------------------------------------------------*/

#define PROTOCOL_LIST 0x00
#define PROTOCOL_TAPE 0x20

static const uint8_t protocol_list[] = { 0, 0, 0, 0, 0, 0, 0, 2, 0x00, 0x20 };
/* a certificate list of length 0 */
static const uint8_t certificates[] = { 0, 0, 0, 0 };
static const uint8_t in_pages[] = {
    0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x10, 0x00, 0x20, 0x00, 0x21,
};
static const uint8_t out_pages[] = { 0x00, 0x01, 0x00, 0x02, 0x00, 0x10 };
/* no algorithm descriptors; the configuration cannot be locked */
static const uint8_t capabilities[20] = { 0x00, 0x10, 0x00, 0x10 };
/* status, 24 bytes: encryption and decryption disabled */
static const uint8_t encryption_status[24] = { 0x00, 0x20, 0x00, 0x14 };
/* the next block: its encryption cannot be told (status 1h) */
static const uint8_t next_block[16] = { 0x00, 0x21, 0x00, 0x0c, [12] = 0x01 };

static const struct security_page {
    uint8_t protocol;
    uint16_t page;
    const uint8_t *bytes;
    size_t length;
} security_pages[] = {
    { PROTOCOL_LIST, 0x0000, protocol_list, sizeof(protocol_list) },
    { PROTOCOL_LIST, 0x0001, certificates, sizeof(certificates) },
    { PROTOCOL_TAPE, 0x0000, in_pages, sizeof(in_pages) },
    { PROTOCOL_TAPE, 0x0001, out_pages, sizeof(out_pages) },
    { PROTOCOL_TAPE, 0x0010, capabilities, sizeof(capabilities) },
    { PROTOCOL_TAPE, 0x0020, encryption_status, sizeof(encryption_status) },
    { PROTOCOL_TAPE, 0x0021, next_block, sizeof(next_block) },
};

void bw_tape_op_security_in(struct bw_tape_drive *drive,
                            struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    bool protocol = false;

    (void)drive;
    if (cdb[4] & 0x80) { /* lengths in units of 512 bytes */
        bw_tape_bad_field(command, 4, 7);
        return;
    }
    for (unsigned i = 0; i < sizeof(security_pages) / sizeof(security_pages[0]);
         i++) {
        const struct security_page *page = &security_pages[i];

        protocol |= page->protocol == cdb[1];
        if (page->protocol == cdb[1] && page->page == bw_get_be(cdb + 2, 2)) {
            bw_tape_answer(command, page->bytes, page->length,
                           bw_get_be(cdb + 6, 4));
            return;
        }
    }
    bw_tape_bad_field(command, protocol ? 2 : 1, -1);
}

/* SET DATA ENCRYPTION, page 10h: only to disable it. */
void bw_tape_op_security_out(struct bw_tape_drive *drive,
                             struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    uint64_t length = bw_get_be(cdb + 6, 4);

    (void)drive;
    if (cdb[1] != PROTOCOL_TAPE) {
        bw_tape_bad_field(command, 1, -1);
    } else if (bw_get_be(cdb + 2, 2) != 0x0010) {
        bw_tape_bad_field(command, 2, -1);
    } else if (cdb[4] & 0x80) {
        bw_tape_bad_field(command, 4, 7);
    } else if (!length) {
        bw_tape_good(command);
    } else if (length < 20) {
        bw_tape_check(command, BW_SENSE_ILLEGAL, 0x1a00);
    } else if (bw_get_be(command->data, 2) != 0x0010) {
        bw_tape_bad_parameter(command, 0, -1);
    } else if (command->data[6] || command->data[7]) {
        bw_tape_bad_parameter(command, command->data[6] ? 6 : 7, -1);
    } else {
        bw_tape_good(command);
    }
}
