/*
 * Volume statistics (log page 17h), and the counters of the log pages.
 *
 * Source: SSC-4, 8.2 "Volume statistics log page".  LTFS reads parameters
 * 0202h to 0204h, the capacities of each partition, on every mount, and the
 * rest for its report of a cartridge's health.
 *
 * Choices: megabytes are 10^6 bytes; a "data set" is 10^6 bytes too, as a file
 * has none; passes over the beginning and the middle are counted as loads.
 *
 * Not modelled: the mount history (0300h), times, encryption positions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_log.h"

#define MB          UINT64_C(1000000)
#define ALERT_FIRST 1u
#define ALERT_LAST  64u

/* A record of each partition: length, its number, megabytes. */
static void partition_numbers(struct bw_tape_log *log, uint16_t code,
                              unsigned count, const uint64_t *bytes)
{
    uint8_t value[8 * BW_TAPE_PARTITIONS] = { 0 };

    for (unsigned i = 0; i < count; i++) {
        uint64_t mb = bytes[i] / MB;

        value[8 * i] = 7;
        bw_put_be(value + 8 * i + 2, i, 2);
        bw_put_be(value + 8 * i + 4, mb < 0xffffffff ? mb : 0xfffffffe, 4);
    }
    bw_tape_log_bytes(log, code, BW_TAPE_LOG_BINARY, value, 8 * count);
}

static void capacities(struct bw_tape_drive *drive, struct bw_tape_log *log,
                       const struct bw_tape_cartridge *tape)
{
    uint64_t all[BW_TAPE_PARTITIONS], used[BW_TAPE_PARTITIONS];
    uint64_t left[BW_TAPE_PARTITIONS];
    unsigned count = tape->partitions > 1 ? 2 : 1;

    for (unsigned i = 0; i < count; i++) {
        uint64_t warning;

        bw_tape_space_of(drive, i, &all[i], &used[i], &warning);
        left[i] = all[i] > used[i] ? all[i] - used[i] : 0;
    }
    partition_numbers(log, 0x202, count, all);
    partition_numbers(log, 0x203, count, used);
    partition_numbers(log, 0x204, count, left);
}

static void text(struct bw_tape_log *log, uint16_t code, const char *value,
                 size_t length)
{
    uint8_t bytes[32];

    bw_put_text(bytes, value, length);
    bw_tape_log_bytes(log, code, BW_TAPE_LOG_TEXT, bytes, length);
}

/* Parameters that are about the cartridge and its life. */
static void cartridge_values(struct bw_tape_drive *drive,
                             struct bw_tape_log *log,
                             const struct bw_tape_cartridge *tape)
{
    uint64_t all[2] = { 0 }, used[2] = { 0 }, warning;

    for (unsigned i = 0; i < 2 && i < tape->partitions; i++) {
        bw_tape_space_of(drive, i, &all[i], &used[i], &warning);
    }
    bw_tape_log_number(log, 0x10, tape->written / MB, 8);
    bw_tape_log_number(log, 0x11, tape->read / MB, 8);
    bw_tape_log_number(log, 0x12, 100, 2); /* compression, last load: none */
    bw_tape_log_number(log, 0x13, 100, 2);
    bw_tape_log_number(log, 0x16, (all[0] + all[1]) / MB, 4);
    bw_tape_log_number(log, 0x17, (used[0] + used[1]) / MB, 4);
    text(log, 0x40, tape->serial, 32);
    text(log, 0x42, tape->barcode, 32);
    bw_tape_log_number(log, 0x80, bw_tape_write_protected(drive), 1);
    bw_tape_log_number(log, 0x81, tape->worm, 1);
    bw_tape_log_number(log, 0x101, tape->loads, 4);
    bw_tape_log_number(log, 0x102, tape->loads, 4);
    capacities(drive, log, tape);
}

void bw_tape_log_volume(struct bw_tape_drive *drive, struct bw_tape_log *log)
{
    const uint64_t *n = drive->state.counters;
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);

    bw_tape_log_number(log, 0, tape != NULL, 1); /* the page is valid */
    if (!tape) {
        return;
    }
    bw_tape_log_number(log, 1, tape->loads, 4);
    bw_tape_log_number(log, 2, tape->written / MB, 8);
    bw_tape_log_number(log, 3, 0, 4); /* retries */
    bw_tape_log_number(log, 4, n[BW_TAPE_MOUNT_WRITE_ERRORS], 2);
    bw_tape_log_number(log, 5, 0, 2); /* suspended */
    bw_tape_log_number(log, 6, 0, 2);
    bw_tape_log_number(log, 7, tape->read / MB, 8);
    bw_tape_log_number(log, 8, 0, 4);
    bw_tape_log_number(log, 9, n[BW_TAPE_MOUNT_READ_ERRORS], 2);
    bw_tape_log_number(log, 0xc, n[BW_TAPE_LAST_WRITE_ERRORS], 2);
    bw_tape_log_number(log, 0xd, n[BW_TAPE_LAST_READ_ERRORS], 2);
    bw_tape_log_number(log, 0xe, n[BW_TAPE_MOUNT_WRITTEN] / MB, 4);
    bw_tape_log_number(log, 0xf, n[BW_TAPE_MOUNT_READ] / MB, 4);
    cartridge_values(drive, log, tape);
}

/* --- counting --------------------------------------------------------------*/

/* The first write to a partition after a load changes its reference: what LTFS
 * has noted in MAM then no longer fits, and it looks at the tape. */
static void count_change(struct bw_tape_drive *drive)
{
    uint64_t *changed = &drive->state.counters[BW_TAPE_MOUNT_CHANGED];
    unsigned partition = drive->state.partition;

    if (partition >= BW_TAPE_PARTITIONS || *changed >> partition & 1) {
        return;
    }
    *changed |= UINT64_C(1) << partition;
    drive->medium->cartridge.changes[partition]++;
}

void bw_tape_moved(struct bw_tape_drive *drive, bool writing, uint64_t bytes,
                   bool failed)
{
    uint64_t *n = drive->state.counters;

    n[writing ? BW_TAPE_WRITTEN : BW_TAPE_READ] += bytes;
    n[writing ? BW_TAPE_WRITE_ERRORS : BW_TAPE_READ_ERRORS] += failed;
    n[writing ? BW_TAPE_MOUNT_WRITTEN : BW_TAPE_MOUNT_READ] += bytes;
    n[writing ? BW_TAPE_MOUNT_WRITE_ERRORS : BW_TAPE_MOUNT_READ_ERRORS] +=
        failed;
    if (!drive->medium) {
        return;
    }
    if (writing) {
        drive->medium->cartridge.written += bytes;
        count_change(drive);
    } else {
        drive->medium->cartridge.read += bytes;
    }
}

void bw_tape_mounted(struct bw_tape_drive *drive)
{
    uint64_t *n = drive->state.counters;

    n[BW_TAPE_LAST_WRITE_ERRORS] = n[BW_TAPE_MOUNT_WRITE_ERRORS];
    n[BW_TAPE_LAST_READ_ERRORS] = n[BW_TAPE_MOUNT_READ_ERRORS];
    n[BW_TAPE_MOUNT_WRITE_ERRORS] = n[BW_TAPE_MOUNT_READ_ERRORS] = 0;
    n[BW_TAPE_MOUNT_WRITTEN] = n[BW_TAPE_MOUNT_READ] = 0;
    n[BW_TAPE_MOUNT_CHANGED] = 0;
    bw_tape_mode_forget_partitions(drive);
    if (drive->medium) {
        drive->medium->cartridge.loads++;
    }
}

void bw_tape_alert(struct bw_tape_drive *drive, unsigned flag)
{
    if (flag >= ALERT_FIRST && flag <= ALERT_LAST) {
        drive->state.tape_alert |= UINT64_C(1) << (flag - ALERT_FIRST);
    }
}
