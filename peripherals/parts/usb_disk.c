/*
 * The SCSI side of a simulated USB disk; see usb_disk.h.
 *
 * Source: SPC-4: 6.4 INQUIRY, 6.10/6.11 MODE SENSE, 6.18 PREVENT ALLOW, 6.39
 * REQUEST SENSE; SBC-3: READ(10), WRITE(10), VERIFY(10), READ CAPACITY(10),
 * SYNCHRONIZE CACHE(10), START STOP UNIT; MMC-5: 6.24 READ FORMAT CAPACITIES.
 *
 * Choices: blocks of 512 bytes; the medium can be taken out, as a card of a
 * reader, and what is there anew is told once (28/00); a medium that is held
 * by PREVENT cannot be ejected by the host, but by hand; VERIFY(10) without
 * data says GOOD and one with data is refused.
 *
 * Not modelled: MODE SELECT and pages other than caching, READ(6), (12) and
 * (16), protection information, thin provisioning, the time a disk takes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_disk.h"

#include <string.h>

enum opcode {
    TEST_UNIT_READY = 0x00,
    REQUEST_SENSE = 0x03,
    INQUIRY = 0x12,
    MODE_SENSE_6 = 0x1a,
    START_STOP_UNIT = 0x1b,
    PREVENT_ALLOW = 0x1e,
    READ_FORMAT_CAPACITIES = 0x23,
    READ_CAPACITY_10 = 0x25,
    READ_10 = 0x28,
    WRITE_10 = 0x2a,
    VERIFY_10 = 0x2f,
    SYNCHRONIZE_CACHE_10 = 0x35,
    MODE_SENSE_10 = 0x5a
};

enum { /* additional sense codes, SPC-4 annex F */
    ASC_WRITE_ERROR = 0x0c00,
    ASC_READ_ERROR = 0x1100,
    ASC_OPCODE = 0x2000,
    ASC_RANGE = 0x2100,
    ASC_FIELD = 0x2400,
    ASC_PROTECTED = 0x2700,
    ASC_CHANGED = 0x2800,
    ASC_NO_MEDIUM = 0x3a00,
    ASC_PREVENTED = 0x5302
};

#define PAGE_CACHING  0x08
#define PAGE_ALL      0x3f
#define CACHING_LEN   20u
#define WRITE_PROTECT 0x80 /* device-specific parameter, SBC-3 6.4.1 */
#define REMOVABLE     0x80
#define FORMATTED     2 /* READ FORMAT CAPACITIES: there is a medium */
#define NO_CARTRIDGE  3

static void put16(uint8_t *out, uint32_t n)
{
    out[0] = (uint8_t)(n >> 8);
    out[1] = (uint8_t)n;
}

static void put32(uint8_t *out, uint32_t n)
{
    put16(out, n >> 16);
    put16(out + 2, n & 0xffff);
}

static uint32_t get16(const uint8_t *in)
{
    return (uint32_t)in[0] << 8 | in[1];
}

static uint32_t get32(const uint8_t *in)
{
    return get16(in) << 16 | get16(in + 2);
}

static uint32_t block_count(const struct bw_usb_disk *k)
{
    uint64_t n = k->store->size / BW_USB_DISK_BLOCK;

    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void fail(struct bw_usb_disk *k, enum bw_sense_key key, bw_asc asc)
{
    k->sense = (struct bw_sense){ .key = key, .asc = asc };
    k->failed = true;
    k->way = BW_USB_DISK_NO_DATA;
    k->left = 0;
}

/* Give @len bytes of @k->answer, as far as the host has room. */
static void answer(struct bw_usb_disk *k, size_t len, size_t room)
{
    k->way = BW_USB_DISK_DATA_IN;
    k->blocks = false;
    k->at = 0;
    k->left = len < room ? len : room;
}

static void request_sense(struct bw_usb_disk *k, const uint8_t *cdb)
{
    size_t n;

    if (cdb[1] & 1) { /* descriptor format */
        fail(k, BW_SENSE_ILLEGAL, ASC_FIELD);
        return;
    }
    if (k->changed) {
        k->sense =
            (struct bw_sense){ .key = BW_SENSE_ATTENTION, .asc = ASC_CHANGED };
        k->changed = false;
    }
    n = bw_sense_fixed(&k->sense, k->answer, BW_SENSE_FIXED_LENGTH);
    memset(&k->sense, 0, sizeof(k->sense));
    answer(k, n, cdb[4]);
}

/* Text into a field, with blanks up to its end. */
static void put_text(uint8_t *out, const char *text, size_t width)
{
    size_t n = strlen(text);

    memset(out, ' ', width);
    memcpy(out, text, n < width ? n : width);
}

static size_t standard_inquiry(const struct bw_usb_disk *k, uint8_t *out)
{
    out[1] = REMOVABLE;
    out[2] = 6; /* SPC-4 */
    out[3] = 2; /* response data format */
    out[4] = 31;
    put_text(out + 8, "BNCHWIRE", 8);
    put_text(out + 16, k->device->model->product, 16);
    put_text(out + 32, "1.00", 4);
    return 36;
}

static size_t vital_page(const struct bw_usb_disk *k, uint8_t page,
                         uint8_t *out)
{
    static const uint8_t pages[] = { 0x00, 0x80 };
    const char *serial = k->device->identity.serial;
    size_t n;

    out[1] = page;
    switch (page) {
    case 0x00:
        memcpy(out + 4, pages, sizeof(pages));
        n = sizeof(pages);
        break;
    case 0x80: /* unit serial number */
        n = strlen(serial) < 64 ? strlen(serial) : 64;
        memcpy(out + 4, serial, n);
        break;
    default:
        return 0;
    }
    out[3] = (uint8_t)n;
    return 4 + n;
}

static void inquiry(struct bw_usb_disk *k, const uint8_t *cdb)
{
    bool vital = cdb[1] & 1;
    size_t n = vital     ? vital_page(k, cdb[2], k->answer)
               : !cdb[2] ? standard_inquiry(k, k->answer)
                         : 0;

    if (n == 0) {
        fail(k, BW_SENSE_ILLEGAL, ASC_FIELD);
        return;
    }
    answer(k, n, get16(cdb + 3));
}

/* (6) has a header of 4 bytes, (10) one of 8. */
static void mode_sense(struct bw_usb_disk *k, const uint8_t *cdb)
{
    bool small = cdb[0] == MODE_SENSE_6;
    size_t header = small ? 4 : 8;
    size_t room = small ? cdb[4] : get16(cdb + 7);
    uint8_t page = cdb[2] & 0x3f;
    size_t n = header;

    if (page == PAGE_CACHING || page == PAGE_ALL) {
        k->answer[n] = PAGE_CACHING;
        k->answer[n + 1] = CACHING_LEN - 2;
        n += CACHING_LEN;
    } else if (page != 0) {
        fail(k, BW_SENSE_ILLEGAL, ASC_FIELD);
        return;
    }
    k->answer[small ? 2 : 3] = k->protect ? WRITE_PROTECT : 0;
    if (small) {
        k->answer[0] = (uint8_t)(n - 1);
    } else {
        put16(k->answer, (uint32_t)n - 2);
    }
    answer(k, n, room);
}

static void start_stop(struct bw_usb_disk *k, const uint8_t *cdb)
{
    bool eject = (cdb[4] & 3) == 2; /* LOEJ, without START */

    if (eject && k->prevented) {
        fail(k, BW_SENSE_ILLEGAL, ASC_PREVENTED);
        return;
    }
    if (eject) {
        bw_usb_disk_load(k, false);
    }
}

static void format_capacities(struct bw_usb_disk *k, const uint8_t *cdb)
{
    k->answer[3] = 8; /* one descriptor */
    put32(k->answer + 4, block_count(k));
    put32(k->answer + 8, BW_USB_DISK_BLOCK);
    k->answer[8] = k->present ? FORMATTED : NO_CARTRIDGE;
    answer(k, 12, get16(cdb + 7));
}

static void read_capacity(struct bw_usb_disk *k)
{
    put32(k->answer, block_count(k) - 1);
    put32(k->answer + 4, BW_USB_DISK_BLOCK);
    answer(k, 8, 8);
}

/* Returns whether the blocks of a (10) command are on the medium. */
static bool check_range(struct bw_usb_disk *k, const uint8_t *cdb)
{
    uint64_t end = (uint64_t)get32(cdb + 2) + get16(cdb + 7);

    if (end > block_count(k)) {
        fail(k, BW_SENSE_ILLEGAL, ASC_RANGE);
    }
    return end <= block_count(k);
}

static void transfer(struct bw_usb_disk *k, const uint8_t *cdb,
                     enum bw_usb_disk_way way)
{
    if (!check_range(k, cdb)) {
        return;
    }
    if (way == BW_USB_DISK_DATA_OUT && k->protect) {
        fail(k, BW_SENSE_PROTECT, ASC_PROTECTED);
        return;
    }
    k->at = (uint64_t)get32(cdb + 2) * BW_USB_DISK_BLOCK;
    k->left = (uint64_t)get16(cdb + 7) * BW_USB_DISK_BLOCK;
    k->way = k->left ? way : BW_USB_DISK_NO_DATA;
    k->blocks = true;
}

static void verify(struct bw_usb_disk *k, const uint8_t *cdb)
{
    if (cdb[1] & 2) { /* BYTCHK: with data to compare */
        fail(k, BW_SENSE_ILLEGAL, ASC_FIELD);
        return;
    }
    check_range(k, cdb);
}

static void synchronize(struct bw_usb_disk *k)
{
    if (!k->store->flush(k->store->opaque)) {
        fail(k, BW_SENSE_MEDIUM, ASC_WRITE_ERROR);
    }
}

/* Those that want a medium. */
static void medium_command(struct bw_usb_disk *k, const uint8_t *cdb)
{
    switch (cdb[0]) {
    case TEST_UNIT_READY:
        break;
    case READ_CAPACITY_10:
        read_capacity(k);
        break;
    case READ_10:
        transfer(k, cdb, BW_USB_DISK_DATA_IN);
        break;
    case WRITE_10:
        transfer(k, cdb, BW_USB_DISK_DATA_OUT);
        break;
    case VERIFY_10:
        verify(k, cdb);
        break;
    case SYNCHRONIZE_CACHE_10:
        synchronize(k);
        break;
    case PREVENT_ALLOW:
        k->prevented = cdb[4] & 1;
        break;
    default:
        fail(k, BW_SENSE_ILLEGAL, ASC_OPCODE);
        break;
    }
}

/* Those that do not; returns whether it is one. */
static bool drive_command(struct bw_usb_disk *k, const uint8_t *cdb)
{
    switch (cdb[0]) {
    case MODE_SENSE_6:
    case MODE_SENSE_10:
        mode_sense(k, cdb);
        return true;
    case START_STOP_UNIT:
        start_stop(k, cdb);
        return true;
    case READ_FORMAT_CAPACITIES:
        format_capacities(k, cdb);
        return true;
    default:
        return false;
    }
}

void bw_usb_disk_begin(struct bw_usb_disk *k, const uint8_t *cdb)
{
    k->way = BW_USB_DISK_NO_DATA;
    k->left = 0;
    k->failed = false;
    memset(k->answer, 0, sizeof(k->answer));
    if (cdb[0] == REQUEST_SENSE) {
        request_sense(k, cdb);
        return;
    }
    if (cdb[0] == INQUIRY) { /* passes a unit attention, SAM-5 5.14 */
        inquiry(k, cdb);
        return;
    }
    memset(&k->sense, 0, sizeof(k->sense));
    if (k->changed) {
        k->changed = false;
        fail(k, BW_SENSE_ATTENTION, ASC_CHANGED);
        return;
    }
    if (drive_command(k, cdb)) {
        return;
    }
    if (!k->present) {
        fail(k, BW_SENSE_NOT_READY, ASC_NO_MEDIUM);
        return;
    }
    medium_command(k, cdb);
}

static void moved(struct bw_usb_disk *k, size_t len)
{
    k->at += len;
    k->left -= len;
}

/* It may have been taken out in the middle of the command. */
static bool check_medium(struct bw_usb_disk *k)
{
    if (!k->present) {
        fail(k, BW_SENSE_NOT_READY, ASC_NO_MEDIUM);
    }
    return k->present;
}

bool bw_usb_disk_read(struct bw_usb_disk *k, uint8_t *data, size_t len)
{
    if (!k->blocks) {
        memcpy(data, k->answer + k->at, len);
        moved(k, len);
        return true;
    }
    if (!check_medium(k)) {
        return false;
    }
    if (!k->store->read(k->store->opaque, k->at, data, len)) {
        fail(k, BW_SENSE_MEDIUM, ASC_READ_ERROR);
        return false;
    }
    k->read_bytes += len;
    moved(k, len);
    return true;
}

bool bw_usb_disk_write(struct bw_usb_disk *k, const uint8_t *data, size_t len)
{
    if (!check_medium(k)) {
        return false;
    }
    if (!k->store->write(k->store->opaque, k->at, data, len)) {
        fail(k, BW_SENSE_MEDIUM, ASC_WRITE_ERROR);
        return false;
    }
    k->written_bytes += len;
    moved(k, len);
    return true;
}

void bw_usb_disk_load(struct bw_usb_disk *k, bool present)
{
    k->changed = present && (k->changed || !k->present);
    k->present = present;
}

void bw_usb_disk_reset(struct bw_usb_disk *k)
{
    k->way = BW_USB_DISK_NO_DATA;
    k->left = 0;
    k->failed = false;
    k->prevented = false;
    memset(&k->sense, 0, sizeof(k->sense));
}
