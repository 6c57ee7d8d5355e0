/*
 * The drives that a tape drive can say it is.
 *
 * Sources: density codes, bits per millimetre, tracks: SSC-3 Annex "Density
 * codes", and the LTO consortium's format tables ("Ultrium n/heads"); medium
 * types 18h to 88h: LTO SCSI reference manuals, "Mode parameter header".
 * Vendor, product and revision are what hosts look for:
 *
 * - Windows binds its own drivers to HP C1537A and IBM ULT3580-TD5;
 * - LTFS takes IBM's drives from the revision B170 (LTO-5) on;
 * - FreeBSD tries a list of old densities until one is accepted, hence only
 *   those listed are.
 *
 * What a drive reads but does not write is a read-only tape to the host, and so
 * is a tape of a density that the drive does not know.
 * DDS medium types are given as 00h, "default": makers do not agree on others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_profile.h"

#include <stddef.h>
#include <string.h>

#define WIDTH_HALF_INCH 127 /* 12.65 mm in tenths, as LTO drives say */
#define WIDTH_4_MM      38  /* 3.81 mm */

/* clang-format off */
#define LTO1(w)  { 0x40, 0x18, w,  4880, WIDTH_HALF_INCH,  384,   100000, \
                   "LTO-CVE", "U-18",  "Ultrium 1/8T" }
#define LTO2(w)  { 0x42, 0x28, w,  7398, WIDTH_HALF_INCH,  512,   200000, \
                   "LTO-CVE", "U-28",  "Ultrium 2/8T" }
#define LTO3(w)  { 0x44, 0x38, w,  9638, WIDTH_HALF_INCH,  704,   400000, \
                   "LTO-CVE", "U-316", "Ultrium 3/16T" }
#define LTO4(w)  { 0x46, 0x48, w, 13250, WIDTH_HALF_INCH,  896,   800000, \
                   "LTO-CVE", "U-416", "Ultrium 4/16T" }
#define LTO5(w)  { 0x58, 0x58, w, 15142, WIDTH_HALF_INCH, 1280,  1500000, \
                   "LTO-CVE", "U-516", "Ultrium 5/16T" }
#define LTO7(w)  { 0x5c, 0x78, w, 19094, WIDTH_HALF_INCH, 3584,  6000000, \
                   "LTO-CVE", "U-732", "Ultrium 7/32T" }
#define LTO8(w)  { 0x5e, 0x88, w, 20668, WIDTH_HALF_INCH, 6656, 12000000, \
                   "LTO-CVE", "U-832", "Ultrium 8/32T" }
#define DDS1     { 0x13, 0x00, true, 2400, WIDTH_4_MM, 1,  2000, \
                   "ECMA", "DDS",   "X3B5/88-185A" }
#define DDS2     { 0x24, 0x00, true, 2400, WIDTH_4_MM, 1,  4000, \
                   "ECMA", "DDS-2", "ECMA-198" }
#define DDS3     { 0x25, 0x00, true, 3819, WIDTH_4_MM, 1, 12000, \
                   "ECMA", "DDS-3", "ECMA-236" }
#define END      { 0, 0, false, 0, 0, 0, 0, NULL, NULL, NULL }

/* tapes of all the others too; as a drive of its own it writes LTO-4 */
static const struct bw_tape_density generic_densities[] = {
    LTO4(true), LTO8(true), LTO7(true), LTO5(true), LTO3(true), LTO2(true),
    LTO1(true), DDS3, END,
};
static const struct bw_tape_density dds3_densities[] = {
    DDS3, DDS2, DDS1, END,
};
static const struct bw_tape_density lto5_densities[] = {
    LTO5(true), LTO4(true), LTO3(false), END,
};
static const struct bw_tape_density lto8_densities[] = {
    LTO8(true), LTO7(true), END,
};

static const struct bw_tape_profile profiles[] = {
    {
        .name = "generic",
        .vendor = "QEMU", .product = "QEMU TAPE", .revision = "1.0",
        .version = 0x05, .partitions = 2,
        .block_max = 0x800000, .compression = true, .mam = true,
        .densities = generic_densities,
    },
    {
        .name = "dds3",
        .vendor = "HP", .product = "C1537A", .revision = "L907",
        .version = 0x02, .partitions = 2,
        .block_max = 0xffffff, .compression = true,
        .densities = dds3_densities,
    },
    {
        .name = "lto5",
        .vendor = "IBM", .product = "ULT3580-TD5", .revision = "G360",
        .version = 0x06, .partitions = 2,
        .block_max = 0x800000, .compression = true, .mam = true, .worm = true,
        .densities = lto5_densities,
    },
    {
        .name = "lto8",
        .vendor = "IBM", .product = "ULT3580-TD8", .revision = "HB81",
        .version = 0x06, .partitions = 2,
        .block_max = 0x800000, .compression = true, .mam = true, .worm = true,
        .densities = lto8_densities,
    },
};
/* clang-format on */

#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

const struct bw_tape_profile *bw_tape_profile_at(unsigned index)
{
    return index < PROFILE_COUNT ? &profiles[index] : NULL;
}

const struct bw_tape_profile *bw_tape_profile(const char *name)
{
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        if (!strcmp(profiles[i].name, name)) {
            return &profiles[i];
        }
    }
    return NULL;
}

const struct bw_tape_density *
bw_tape_profile_density(const struct bw_tape_profile *profile, uint8_t code)
{
    for (const struct bw_tape_density *d = profile->densities; d->code; d++) {
        if (d->code == code) {
            return d;
        }
    }
    return NULL;
}
