/*
 * The attributes of device and medium type, made up from the cartridge.
 *
 * Source: SPC-4, 7.4.2.2 "Device type attributes", 7.4.2.3 "Medium type
 * attributes".
 *
 * Choices: capacities are in units of 2^20 bytes, as the standard says; the
 * maker is the drive's vendor, the date is left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_mam.h"

#define BINARY 0
#define ASCII  1

typedef void (*fill_fn)(struct bw_tape_drive *drive, uint8_t partition,
                        uint8_t *out);

static struct bw_tape_cartridge *tape_of(const struct bw_tape_drive *drive)
{
    return &drive->medium->cartridge;
}

static void remaining(struct bw_tape_drive *drive, uint8_t partition,
                      uint8_t *out)
{
    uint64_t total, used, warning;

    bw_tape_space_of(drive, partition, &total, &used, &warning);
    bw_put_be(out, (total > used ? total - used : 0) >> 20, 8);
}

static void maximum(struct bw_tape_drive *drive, uint8_t partition,
                    uint8_t *out)
{
    uint64_t total, used, warning;

    bw_tape_space_of(drive, partition, &total, &used, &warning);
    bw_put_be(out, total >> 20, 8);
}

static void alerts(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_be(out, drive->state.tape_alert, 8);
}

static void loads(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_be(out, tape_of(drive)->loads, 8);
}

static void mam_left(struct bw_tape_drive *drive, uint8_t partition,
                     uint8_t *out)
{
    size_t used = tape_of(drive)->mam_used;

    (void)partition;
    bw_put_be(out, used < BW_TAPE_MAM_ROOM ? BW_TAPE_MAM_ROOM - used : 0, 8);
}

static void organization(struct bw_tape_drive *drive, uint8_t partition,
                         uint8_t *out)
{
    (void)partition;
    bw_put_text(out, bw_tape_density_now(drive)->organization, 8);
}

static void density(struct bw_tape_drive *drive, uint8_t partition,
                    uint8_t *out)
{
    (void)partition;
    out[0] = bw_tape_density_now(drive)->code;
}

static void one(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)drive;
    (void)partition;
    bw_put_be(out, 1, 2);
}

static void changes(struct bw_tape_drive *drive, uint8_t partition,
                    uint8_t *out)
{
    bw_put_be(out, tape_of(drive)->changes[partition], 4);
}

/* The drives of the last four loads: it was always this one. */
static void device(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_text(out, bw_tape_vendor(drive), 8);
    bw_put_text(out + 8, bw_tape_serial(drive), 32);
}

static void written(struct bw_tape_drive *drive, uint8_t partition,
                    uint8_t *out)
{
    (void)partition;
    bw_put_be(out, tape_of(drive)->written >> 20, 8);
}

static void read_bytes(struct bw_tape_drive *drive, uint8_t partition,
                       uint8_t *out)
{
    (void)partition;
    bw_put_be(out, tape_of(drive)->read >> 20, 8);
}

static void mount_written(struct bw_tape_drive *drive, uint8_t partition,
                          uint8_t *out)
{
    (void)partition;
    bw_put_be(out, drive->state.counters[BW_TAPE_MOUNT_WRITTEN] >> 20, 8);
}

static void mount_read(struct bw_tape_drive *drive, uint8_t partition,
                       uint8_t *out)
{
    (void)partition;
    bw_put_be(out, drive->state.counters[BW_TAPE_MOUNT_READ] >> 20, 8);
}

static void maker(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_text(out, bw_tape_vendor(drive), 8);
}

static void serial(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_text(out, tape_of(drive)->serial, 32);
}

static void width(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    bw_put_be(out, bw_tape_density_now(drive)->width, 4);
}

static void mam_size(struct bw_tape_drive *drive, uint8_t partition,
                     uint8_t *out)
{
    (void)drive;
    (void)partition;
    bw_put_be(out, BW_TAPE_MAM_ROOM, 8);
}

/* 00h data, 80h WORM */
static void kind(struct bw_tape_drive *drive, uint8_t partition, uint8_t *out)
{
    (void)partition;
    out[0] = tape_of(drive)->worm ? 0x80 : 0x00;
}

/* The barcode on the case; where there is none, there is no attribute. */
static void barcode(struct bw_tape_drive *drive, uint8_t partition,
                    uint8_t *out)
{
    (void)partition;
    bw_put_text(out, tape_of(drive)->barcode, 32);
}

#define ID_BARCODE 0x0806

static const struct made_up {
    uint16_t id;
    uint8_t format;
    uint8_t length;
    fill_fn fill;
} made_up[] = {
    { 0x0000, BINARY, 8, remaining },     { 0x0001, BINARY, 8, maximum },
    { 0x0002, BINARY, 8, alerts },        { 0x0003, BINARY, 8, loads },
    { 0x0004, BINARY, 8, mam_left },      { 0x0005, ASCII, 8, organization },
    { 0x0006, BINARY, 1, density },       { 0x0007, BINARY, 2, one },
    { 0x0009, BINARY, 4, changes },       { 0x020a, ASCII, 40, device },
    { 0x0220, BINARY, 8, written },       { 0x0221, BINARY, 8, read_bytes },
    { 0x0222, BINARY, 8, mount_written }, { 0x0223, BINARY, 8, mount_read },
    { 0x0400, ASCII, 8, maker },          { 0x0401, ASCII, 32, serial },
    { 0x0403, BINARY, 4, width },         { 0x0404, ASCII, 8, organization },
    { 0x0405, BINARY, 1, density },       { 0x0407, BINARY, 8, mam_size },
    { 0x0408, BINARY, 1, kind },          { ID_BARCODE, ASCII, 32, barcode },
};

bool bw_tape_mam_next(struct bw_tape_drive *drive, uint8_t partition,
                      uint16_t id, struct bw_tape_mam_value *out)
{
    for (unsigned i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
        const struct made_up *m = &made_up[i];

        if (m->id < id ||
            (m->id == ID_BARCODE && !tape_of(drive)->barcode[0])) {
            continue;
        }
        out->id = m->id;
        out->format = m->format;
        out->read_only = m->id != ID_BARCODE;
        out->length = m->length;
        m->fill(drive, partition, out->bytes);
        return true;
    }
    return false;
}
