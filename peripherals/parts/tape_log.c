/*
 * LOG SENSE and LOG SELECT.
 *
 * Source: SPC-4, 6.6, 6.7 and 7.3 "Log parameters"; SSC-3, 8.2 for 0Ch, 11h and
 * 2Eh.  Volume statistics, 17h, are in tape_log_volume.c.
 *
 * Choices: values are the present ones, whatever the page control says, as
 * hosts disagree on which to ask for; TapeAlert flags go back to 0 when page
 * 2Eh is read; LOG SELECT resets counters (PCR) and takes no values; page 31h,
 * which LTO drives have, is in units of 2^20 bytes as theirs is.
 *
 * Not modelled: thresholds, saved values, recovered errors (a file has none),
 * page 37h of IBM's drives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_log.h"

#define PAGE_SPF    0x40
#define SUBPAGE_ALL 0xff

#define CDB_SP  0x01
#define CDB_PCR 0x02

#define ALERTS 64u

void bw_tape_log_bytes(struct bw_tape_log *log, uint16_t code, uint8_t control,
                       const uint8_t *value, size_t length)
{
    uint8_t *at = log->bytes + log->used;

    if (code < log->first || log->used + 4 + length > BW_TAPE_LOG_ROOM) {
        return;
    }
    bw_put_be(at, code, 2);
    at[2] = control;
    at[3] = (uint8_t)length;
    memcpy(at + 4, value, length);
    log->used += 4 + length;
}

void bw_tape_log_number(struct bw_tape_log *log, uint16_t code, uint64_t value,
                        unsigned length)
{
    uint8_t bytes[8];

    if (length < 8 && value >> (8 * length)) {
        value = (UINT64_C(1) << (8 * length)) - 1;
    }
    bw_put_be(bytes, value, length);
    bw_tape_log_bytes(log, code, BW_TAPE_LOG_BINARY, bytes, length);
}

/* --- pages -----------------------------------------------------------------*/

/* 02h, 03h: nothing is ever corrected; bytes, and what failed. */
static void error_page(struct bw_tape_log *log, uint64_t bytes, uint64_t failed)
{
    for (uint16_t code = 0; code < 5; code++) {
        bw_tape_log_number(log, code, 0, 4);
    }
    bw_tape_log_number(log, 5, bytes, 8);
    bw_tape_log_number(log, 6, failed, 4);
}

static void write_errors(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    error_page(log, drive->state.counters[BW_TAPE_WRITTEN],
               drive->state.counters[BW_TAPE_WRITE_ERRORS]);
}

static void read_errors(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    error_page(log, drive->state.counters[BW_TAPE_READ],
               drive->state.counters[BW_TAPE_READ_ERRORS]);
}

/* 0Ch, SSC-3 8.2.2: bytes, and capacities in megabytes where a tape is in. */
static void sequential_page(struct bw_tape_drive *drive,
                            struct bw_tape_log *log)
{
    uint64_t total, used, warning;

    bw_tape_log_number(log, 0, drive->state.counters[BW_TAPE_WRITTEN], 8);
    bw_tape_log_number(log, 1, drive->state.counters[BW_TAPE_WRITTEN], 8);
    bw_tape_log_number(log, 2, drive->state.counters[BW_TAPE_READ], 8);
    bw_tape_log_number(log, 3, drive->state.counters[BW_TAPE_READ], 8);
    if (bw_tape_loaded(drive)) {
        bw_tape_space_of(drive, drive->state.partition, &total, &used,
                         &warning);
        bw_tape_log_number(log, 4, used / 1000000, 4);
        bw_tape_log_number(log, 5, (total - warning) / 1000000, 4);
        bw_tape_log_number(log, 6, warning / 1000000, 4);
    }
    bw_tape_log_number(log, 0x100, 0, 4); /* no cleaning is needed */
}

/* 11h, SSC-3 8.2.3 and ADC-3, 6.1.2.2: parameter 0, bytes 0 and 1 */
#define STATUS_PREVENTED  0x80
#define STATUS_MAM        0x20 /* the cartridge's memory can be read */
#define STATUS_COMPRESSES 0x10
#define STATUS_PROTECTED  0x08
#define STATUS_PRESENT    0x10
#define STATUS_SEATED     0x04
#define STATUS_THREADED   0x02
#define STATUS_MOUNTED    0x01

static void status_page(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    uint8_t value[4] = { 0 };

    value[0] = drive->state.prevent ? STATUS_PREVENTED : 0;
    value[0] |= drive->state.compression ? STATUS_COMPRESSES : 0;
    if (drive->state.present) {
        value[0] |= bw_tape_write_protected(drive) ? STATUS_PROTECTED : 0;
        value[1] |= STATUS_PRESENT | STATUS_SEATED;
    }
    if (bw_tape_loaded(drive)) {
        value[0] |= drive->config.profile->mam ? STATUS_MAM : 0;
        value[1] |= STATUS_THREADED | STATUS_MOUNTED;
    }
    bw_tape_log_bytes(log, 0, BW_TAPE_LOG_BINARY, value, sizeof(value));
    bw_tape_log_number(log, 1, 1000, 2); /* ms between looks */
}

/* 1Bh: nothing is compressed, a ratio of 1 is told as 100. */
static void compression_page(struct bw_tape_drive *drive,
                             struct bw_tape_log *log)
{
    uint64_t bytes[2] = { drive->state.counters[BW_TAPE_READ],
                          drive->state.counters[BW_TAPE_WRITTEN] };

    bw_tape_log_number(log, 0, 100, 2);
    bw_tape_log_number(log, 1, 100, 2);
    for (uint16_t i = 0; i < 2; i++) {
        uint16_t code = 2 + 4 * i;

        for (uint16_t j = 0; j < 4; j += 2) {
            bw_tape_log_number(log, code + j, bytes[i] / 1000000, 4);
            bw_tape_log_number(log, code + j + 1, bytes[i] % 1000000, 4);
        }
    }
}

static void alert_page(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    for (unsigned flag = 1; flag <= ALERTS; flag++) {
        uint8_t set = drive->state.tape_alert >> (flag - 1) & 1;

        bw_tape_log_bytes(log, (uint16_t)flag, BW_TAPE_LOG_BINARY, &set, 1);
    }
    drive->state.tape_alert = 0;
}

/* 31h: what is left and what there is, of both partitions, in MiB. */
static void capacity_page(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);
    uint64_t left[2] = { 0 }, all[2] = { 0 };

    for (unsigned i = 0; tape && i < 2 && i < tape->partitions; i++) {
        uint64_t used, warning;

        bw_tape_space_of(drive, i, &all[i], &used, &warning);
        left[i] = all[i] > used ? all[i] - used : 0;
    }
    for (uint16_t i = 0; i < 2; i++) {
        bw_tape_log_number(log, 1 + i, left[i] >> 20, 4);
    }
    for (uint16_t i = 0; i < 2; i++) {
        bw_tape_log_number(log, 3 + i, all[i] >> 20, 4);
    }
}

static const struct log_page {
    uint8_t code;
    void (*fill)(struct bw_tape_drive *drive, struct bw_tape_log *log);
} pages[] = {
    { 0x02, write_errors },       { 0x03, read_errors },
    { 0x0c, sequential_page },    { 0x11, status_page },
    { 0x17, bw_tape_log_volume }, { 0x1b, compression_page },
    { 0x2e, alert_page },         { 0x31, capacity_page },
};

#define PAGE_COUNT (sizeof(pages) / sizeof(pages[0]))

/* Page 00h; with subpage FFh, pairs of page and subpage. */
static void list_pages(struct bw_tape_log *log, bool subpages)
{
    uint8_t *at = log->bytes + 4;

    *at++ = 0x00;
    if (subpages) {
        *at++ = 0x00;
        *at++ = 0x00;
        *at++ = SUBPAGE_ALL;
    }
    for (unsigned i = 0; i < PAGE_COUNT; i++) {
        *at++ = pages[i].code;
        if (subpages) {
            *at++ = 0x00;
        }
    }
    log->used = (size_t)(at - log->bytes);
}

static const struct log_page *find_page(uint8_t code)
{
    for (unsigned i = 0; i < PAGE_COUNT; i++) {
        if (pages[i].code == code) {
            return &pages[i];
        }
    }
    return NULL;
}

void bw_tape_op_log_sense(struct bw_tape_drive *drive,
                          struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    uint8_t code = cdb[2] & 0x3f, subpage = cdb[3];
    const struct log_page *page = find_page(code);
    struct bw_tape_log log = { .used = 4,
                               .first = (uint16_t)bw_get_be(cdb + 5, 2) };

    if (cdb[1] & CDB_SP) {
        bw_tape_bad_field(command, 1, 0);
        return;
    }
    if (code ? !page : subpage != 0 && subpage != SUBPAGE_ALL) {
        bw_tape_bad_field(command, code ? 2 : 3, code ? 5 : -1);
        return;
    }
    if (code && subpage) {
        bw_tape_bad_field(command, 3, -1);
        return;
    }
    if (code) {
        page->fill(drive, &log);
    } else {
        list_pages(&log, subpage);
    }
    if (log.first && log.used == 4) { /* no parameter is that high */
        bw_tape_bad_field(command, 5, -1);
        return;
    }
    log.bytes[0] = subpage ? code | PAGE_SPF : code;
    log.bytes[1] = subpage;
    bw_put_be(log.bytes + 2, log.used - 4, 2);
    bw_tape_answer(command, log.bytes, log.used, bw_get_be(cdb + 7, 2));
}

static void reset_counters(struct bw_tape_drive *drive, uint8_t code)
{
    uint64_t *counters = drive->state.counters;

    if (code != 0x03 && code != 0x2e) {
        counters[BW_TAPE_WRITTEN] = counters[BW_TAPE_WRITE_ERRORS] = 0;
    }
    if (code != 0x02 && code != 0x2e) {
        counters[BW_TAPE_READ] = counters[BW_TAPE_READ_ERRORS] = 0;
    }
    if (code == 0 || code == 0x2e) {
        drive->state.tape_alert = 0;
    }
}

void bw_tape_op_log_select(struct bw_tape_drive *drive,
                           struct bw_tape_command *command)
{
    const uint8_t *cdb = command->cdb;
    uint8_t code = cdb[2] & 0x3f;

    if (cdb[1] & CDB_SP) {
        bw_tape_bad_field(command, 1, 0);
    } else if (code && !find_page(code)) {
        bw_tape_bad_field(command, 2, 5);
    } else if (cdb[3]) {
        bw_tape_bad_field(command, 3, -1);
    } else if (bw_get_be(cdb + 7, 2)) {
        bw_tape_bad_field(command, 7, -1);
    } else {
        if (cdb[1] & CDB_PCR) {
            reset_counters(drive, code);
        }
        bw_tape_good(command);
    }
}
