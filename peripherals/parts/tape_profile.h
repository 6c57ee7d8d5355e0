/*
 * What a tape drive says that it is.
 *
 * Hosts choose a driver, or refuse one, by these strings and numbers: Windows
 * by vendor and product, LTFS by a table of drives and firmware, NetBSD and
 * FreeBSD by the density.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_PROFILE_H
#define BENCHWIRE_PARTS_TAPE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

/* One density that a drive reads, and writes where @writes says so. */
struct bw_tape_density {
    uint8_t code;
    uint8_t medium_type;
    bool writes;
    uint32_t bits_per_mm;
    uint16_t width; /* tenths of a millimetre */
    uint16_t tracks;
    uint32_t capacity_mb;     /* 10^6 bytes */
    const char *organization; /* 8 */
    const char *name;         /* 8 */
    const char *description;  /* 20 */
};

struct bw_tape_profile {
    const char *name; /* generic, dds3, lto5, lto8 */
    const char *vendor;
    const char *product;
    const char *revision;
    uint8_t version;        /* INQUIRY byte 2: 05h is SPC-3 */
    uint8_t partitions;     /* 1 or 2 */
    uint32_t block_max;     /* READ BLOCK LIMITS */
    uint32_t default_block; /* 0: variable */
    bool compression;
    bool mam;
    bool worm;
    const struct bw_tape_density *densities; /* its own first; code 0 ends */
};

/* Returns: NULL if there is no such profile. */
const struct bw_tape_profile *bw_tape_profile(const char *name);
/* The profiles in turn, from 0; NULL behind the last. */
const struct bw_tape_profile *bw_tape_profile_at(unsigned index);
/* Returns: NULL for a density that this drive does not know. */
const struct bw_tape_density *
bw_tape_profile_density(const struct bw_tape_profile *profile, uint8_t code);

#endif
