/*
 * The density and the room of the tape that is in: REPORT DENSITY SUPPORT,
 * and what other files ask.
 *
 * Source: SSC-3, 7.8 "REPORT DENSITY SUPPORT".
 *
 * Choices: a tape without a density of its own has the one that was selected
 * last, else the drive's own; a cartridge without an end is as large as
 * its density says, until it holds more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

#define CDB_MEDIA       0x01
#define CDB_MEDIUM_TYPE 0x02

#define DENSITY_LENGTH 52u
#define MEDIUM_LENGTH  56u
#define REPORT_ROOM    1024u

#define WRITES     0x80
#define IS_DEFAULT 0x20

struct bw_tape_cartridge *bw_tape_loaded(const struct bw_tape_drive *drive)
{
    return drive->medium && drive->state.loaded ? &drive->medium->cartridge
                                                : NULL;
}

const struct bw_tape_density *
bw_tape_density_now(const struct bw_tape_drive *drive)
{
    const struct bw_tape_profile *profile = drive->config.profile;
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);
    const struct bw_tape_density *density = NULL;

    if (tape && tape->density) {
        density = bw_tape_profile_density(profile, tape->density);
    }
    if (!density && drive->state.density) {
        density = bw_tape_profile_density(profile, drive->state.density);
    }
    return density ? density : profile->densities;
}

uint32_t bw_tape_block_max(const struct bw_tape_drive *drive)
{
    return drive->config.profile->block_max;
}

/* A tape of another make is read, as a file has no heads, and not written. */
static bool cannot_write_density(const struct bw_tape_drive *drive)
{
    const struct bw_tape_density *density = bw_tape_density_now(drive);
    uint8_t code = drive->medium ? drive->medium->cartridge.density : 0;

    if (code) {
        density = bw_tape_profile_density(drive->config.profile, code);
    }
    return !density || !density->writes;
}

bool bw_tape_write_protected(const struct bw_tape_drive *drive)
{
    return drive->config.write_protect ||
           (drive->medium && (drive->medium->read_only ||
                              drive->medium->cartridge.write_protect)) ||
           bw_tape_mode_protects(drive) || cannot_write_density(drive);
}

void bw_tape_space_of(struct bw_tape_drive *drive, unsigned partition,
                      uint64_t *total, uint64_t *used, uint64_t *warning)
{
    bw_tape_capacity(drive, partition, total, used, warning);
    if (!*total) {
        *total = bw_tape_density_now(drive)->capacity_mb * UINT64_C(1000000);
        *total = *total > *used ? *total : *used;
        *warning = *total;
    }
}

/* Returns: bytes written. */
static size_t put_density(uint8_t *at, const struct bw_tape_density *density,
                          bool first, uint64_t capacity_mb)
{
    at[0] = density->code;
    at[1] = density->code;
    at[2] = (density->writes ? WRITES : 0) | (first ? IS_DEFAULT : 0);
    bw_put_be(at + 5, density->bits_per_mm, 3);
    bw_put_be(at + 8, density->width, 2);
    bw_put_be(at + 10, density->tracks, 2);
    bw_put_be(at + 12, capacity_mb, 4);
    bw_put_text(at + 16, density->organization, 8);
    bw_put_text(at + 24, density->name, 8);
    bw_put_text(at + 32, density->description, 20);
    return DENSITY_LENGTH;
}

/* A cartridge made for one density: its medium type is known by LTO only. */
static size_t put_medium(uint8_t *at, const struct bw_tape_density *density)
{
    if (!density->medium_type) {
        return 0;
    }
    at[0] = density->medium_type;
    bw_put_be(at + 2, MEDIUM_LENGTH - 4, 2);
    at[4] = 1;
    at[5] = density->code;
    bw_put_be(at + 14, density->width, 2);
    bw_put_text(at + 20, density->organization, 8);
    bw_put_text(at + 28, "Data", 8);
    bw_put_text(at + 36, density->description, 20);
    return MEDIUM_LENGTH;
}

/* In megabytes of the tape that is in. */
static uint64_t tape_capacity_mb(struct bw_tape_drive *drive)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);
    uint64_t sum = 0;

    for (unsigned i = 0; i < (tape->partitions > 1 ? 2u : 1u); i++) {
        uint64_t total, used, warning;

        bw_tape_space_of(drive, i, &total, &used, &warning);
        sum += total;
    }
    return sum / 1000000;
}

void bw_tape_op_density(struct bw_tape_drive *drive,
                        struct bw_tape_command *command)
{
    const struct bw_tape_density *all = drive->config.profile->densities;
    bool media = command->cdb[1] & CDB_MEDIA;
    bool types = command->cdb[1] & CDB_MEDIUM_TYPE;
    uint8_t data[REPORT_ROOM] = { 0 };
    size_t used = 4;

    if (media && !bw_tape_loaded(drive)) {
        bw_tape_check(command, BW_SENSE_NOT_READY,
                      drive->state.present ? 0x0402 : 0x3a00);
        return;
    }
    for (const struct bw_tape_density *d = all; d->code; d++) {
        if ((media && d != bw_tape_density_now(drive)) ||
            used + MEDIUM_LENGTH > REPORT_ROOM) {
            continue;
        }
        if (types) {
            used += put_medium(data + used, d);
        } else {
            used +=
                put_density(data + used, d, media || d == all,
                            media ? tape_capacity_mb(drive) : d->capacity_mb);
        }
    }
    bw_put_be(data, used - 2, 2);
    bw_tape_answer(command, data, used, bw_get_be(command->cdb + 7, 2));
}
