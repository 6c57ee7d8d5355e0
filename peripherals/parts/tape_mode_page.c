/*
 * The mode pages of the drive: what they hold, and what may be changed.
 *
 * Source: SPC-4, 7.5 (02h, 0Ah, 1Ch); SSC-3, 8.3 (0Fh, 10h, 10h/01h, 11h, 1Dh);
 * SSC-4, 8.5 for 0Ah/F0h, "Control data protection".
 *
 * All pages are bytes of bw_tape_drive_state.mode.  A few fields are live and
 * are filled in when they are asked for: compression, the partition under the
 * head, the partitions of the tape, whether it is a WORM cartridge.
 *
 * Choices: sense data stays in the fixed format (D_SENSE may not be set), as
 * tape drivers look for it there; the speed, delays and ratios that a host
 * writes are kept and mean nothing; bits that real hosts write without having
 * read them are ignored.
 *
 * Not modelled: logical block protection (its method is 0 and stays it),
 * reporting of exceptions by page 1Ch, save pages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_parameter.h"

enum {
    AT_DISCONNECT = 0,
    AT_CONTROL = 16,
    AT_PROTECTION = 28,
    AT_COMPRESSION = 60,
    AT_DEVICE = 76,
    AT_DEVICE_EXTENSION = 92,
    AT_PARTITION = 124,
    AT_EXCEPTIONS = 136,
    AT_MEDIUM = 148,
    AT_END = 180,
    /* page 11h is what the host selected, and not what the tape has */
    AT_PARTITION_SELECTED = 255,
};

#define COMPRESSION_DCE 0x80
#define COMPRESSION_DCC 0x40
#define COMPRESSION_DDE 0x80

#define DEVICE_SWP 0x04 /* byte 10: software write protect */

#define EXTENSION_APPEND_ONLY 0x10 /* byte 5, write mode */

#define PARTITION_IDP        0x20 /* the host sizes them, else the drive */
#define PARTITION_UNIT_SHIFT 3
#define PARTITION_REST       0xffff

static const uint8_t none[BW_TAPE_MODE_PAGE_MAX];

/* clang-format off */
static const uint8_t disconnect[16] = { 0x02, 0x0e };
static const uint8_t disconnect_change[16] = {
    0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static const uint8_t control[12] = { 0x0a, 0x0a };
/* busy time-out and extended self-test time are the drive's */
static const uint8_t control_ignore[12] = {
    [8] = 0xff, 0xff, 0xff, 0xff,
};

static const uint8_t protection[32] = { 0x4a, 0xf0, 0x00, 0x1c };
/* with method 0 the rest says nothing */
static const uint8_t protection_ignore[32] = { [5] = 0x3f, 0xe0 };

/* algorithms: 01h is the one of LTO (SLDC), 20h of DDS (DCLZ) */
static const uint8_t compression[16] = {
    0x0f, 0x0e, COMPRESSION_DCE | COMPRESSION_DCC, COMPRESSION_DDE,
    0, 0, 0, 0x01, 0, 0, 0, 0x01,
};
static const uint8_t compression_change[16] = { [2] = COMPRESSION_DCE };
static const uint8_t compression_ignore[16] = {
    [3] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff,
};

/* LOIS: READ POSITION and LOCATE work; EEG and SEW: the drive writes the end
 * of the data by itself, and all it has at early warning */
static const uint8_t device[16] = {
    0x10, 0x0e, [8] = 0x40, [10] = 0x18, [14] = 0x01,
};
static const uint8_t device_change[16] = {
    [6] = 0xff, 0xff, [10] = DEVICE_SWP, [14] = 0xff,
};
static const uint8_t device_ignore[16] = {
    [2] = 0x1f, [3] = 0xff, 0xff, 0xff, [9] = 0xff,
    [10] = 0x18, 0xff, 0xff, 0xff,
};

static const uint8_t extension[32] = { 0x50, 0x01, 0x00, 0x1c };
static const uint8_t extension_change[32] = {
    [5] = EXTENSION_APPEND_ONLY, 0xff, 0xff,
};

/* recognises format and partitions; formats them with FORMAT MEDIUM; sizes
 * are in 10^units bytes, 10^9 at first */
static const uint8_t partition[12] = {
    0x11, 0x0a, 0x01, 0x00, 0x1c, 0x03, 0x09,
};
static const uint8_t partition_change[12] = {
    [3] = 0xff, 0xf8, [6] = 0x0f, [8] = 0xff, 0xff, 0xff, 0xff,
};
static const uint8_t partition_ignore[12] = { [4] = 0x07 };

static const uint8_t exceptions[12] = { 0x1c, 0x0a, 0x08, 0x03 };
static const uint8_t exceptions_change[12] = {
    [2] = 0xbb, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static const uint8_t medium[32] = { 0x1d, 0x1e };

const struct bw_tape_mode_page bw_tape_mode_pages[] = {
    { 0x02, 0x00, 16, AT_DISCONNECT, disconnect, disconnect_change, none },
    { 0x0a, 0x00, 12, AT_CONTROL, control, none, control_ignore },
    { 0x0a, 0xf0, 32, AT_PROTECTION, protection, none, protection_ignore },
    { 0x0f, 0x00, 16, AT_COMPRESSION,
      compression, compression_change, compression_ignore },
    { 0x10, 0x00, 16, AT_DEVICE, device, device_change, device_ignore },
    { 0x10, 0x01, 32, AT_DEVICE_EXTENSION, extension, extension_change, none },
    { 0x11, 0x00, 12, AT_PARTITION,
      partition, partition_change, partition_ignore },
    { 0x1c, 0x00, 12, AT_EXCEPTIONS, exceptions, exceptions_change, none },
    { 0x1d, 0x00, 32, AT_MEDIUM, medium, none, none },
    { 0 },
};
/* clang-format on */

bool bw_tape_mode_has(const struct bw_tape_drive *drive,
                      const struct bw_tape_mode_page *page)
{
    const struct bw_tape_profile *profile = drive->config.profile;

    if (page->code == 0x0f) {
        return profile->compression;
    }
    if (page->code == 0x1d) {
        return profile->worm;
    }
    return !page->subpage || profile->version > 2;
}

void bw_tape_mode_default(const struct bw_tape_drive *drive,
                          const struct bw_tape_mode_page *page, uint8_t *out)
{
    const struct bw_tape_profile *profile = drive->config.profile;

    memcpy(out, page->defaults, page->length);
    if (page->offset == AT_DEVICE) {
        out[14] = profile->compression;
    } else if (page->offset == AT_PARTITION) {
        out[2] = (uint8_t)(profile->partitions - 1);
    }
}

/* The partitions that the tape has, in the units of the page's default. */
static void fill_partitions(const struct bw_tape_drive *drive, uint8_t *out)
{
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);

    out[3] = tape && tape->partitions > 1 ? tape->partitions - 1 : 0;
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        uint64_t share = tape && i < tape->partitions ? tape->share[i] : 0;
        uint64_t units = (share + 999999999) / 1000000000;

        if (tape && i < tape->partitions && !share) {
            units = PARTITION_REST;
        }
        bw_put_be(out + 8 + 2 * i, units < 0xffff ? units : 0xffff, 2);
    }
}

void bw_tape_mode_current(const struct bw_tape_drive *drive,
                          const struct bw_tape_mode_page *page, uint8_t *out)
{
    const struct bw_tape_drive_state *state = &drive->state;
    const struct bw_tape_cartridge *tape = bw_tape_loaded(drive);

    memcpy(out, state->mode + page->offset, page->length);
    switch (page->offset) {
    case AT_COMPRESSION:
        out[2] = COMPRESSION_DCC | (state->compression ? COMPRESSION_DCE : 0);
        break;
    case AT_DEVICE:
        out[3] = state->partition;
        out[14] = state->compression;
        break;
    case AT_PARTITION:
        if (!state->mode[AT_PARTITION_SELECTED]) {
            fill_partitions(drive, out);
        }
        break;
    case AT_MEDIUM:
        out[2] = tape && tape->worm;
        break;
    default:
        break;
    }
}

/* What @page, that was just written, means to the rest of the drive. */
static void apply_page(struct bw_tape_drive_state *state,
                       const struct bw_tape_profile *profile,
                       const struct bw_tape_mode_page *page)
{
    const uint8_t *bytes = state->mode + page->offset;

    switch (page->offset) {
    case AT_COMPRESSION:
        state->compression = !!(bytes[2] & COMPRESSION_DCE);
        break;
    case AT_DEVICE:
        state->compression = profile->compression && bytes[14];
        break;
    case AT_DEVICE_EXTENSION:
        state->programmable_warning = (uint32_t)bw_get_be(bytes + 6, 2);
        break;
    case AT_PARTITION:
        state->mode[AT_PARTITION_SELECTED] = 1;
        break;
    default:
        break;
    }
}

/* Values that bits alone do not tell to be wrong.  Returns: the byte, or 0. */
static unsigned bad_value(const struct bw_tape_profile *profile,
                          const struct bw_tape_mode_page *page,
                          const uint8_t *bytes)
{
    if (page->offset == AT_DEVICE && bytes[14] > profile->compression) {
        return 14;
    }
    if (page->offset == AT_PARTITION && bytes[3] >= profile->partitions) {
        return 3;
    }
    return 0;
}

unsigned bw_tape_mode_write(const struct bw_tape_drive *drive,
                            struct bw_tape_drive_state *state,
                            const struct bw_tape_mode_page *page,
                            const uint8_t *bytes)
{
    uint8_t now[BW_TAPE_MODE_PAGE_MAX];
    unsigned bad;

    bw_tape_mode_current(drive, page, now);
    for (unsigned i = page->subpage ? 4 : 2; i < page->length; i++) {
        uint8_t fixed = (uint8_t) ~(page->change[i] | page->ignore[i]);

        if ((bytes[i] ^ now[i]) & fixed) {
            return i;
        }
    }
    bad = bad_value(drive->config.profile, page, bytes);
    if (bad) {
        return bad;
    }
    for (unsigned i = 0; i < page->length; i++) {
        state->mode[page->offset + i] = (uint8_t)((now[i] & ~page->change[i]) |
                                                  (bytes[i] & page->change[i]));
    }
    apply_page(state, drive->config.profile, page);
    return 0;
}

void bw_tape_mode_reset(struct bw_tape_drive *drive)
{
    const struct bw_tape_config *config = &drive->config;
    struct bw_tape_drive_state *state = &drive->state;

    memset(state->mode, 0, sizeof(state->mode));
    for (const struct bw_tape_mode_page *p = bw_tape_mode_pages; p->code; p++) {
        bw_tape_mode_default(drive, p, state->mode + p->offset);
    }
    state->block_size = config->block_size ? config->block_size
                                           : config->profile->default_block;
    state->density = 0;
    state->buffered = 1;
    state->compression = config->profile->compression;
    state->programmable_warning = 0;
}

bool bw_tape_append_only(const struct bw_tape_drive *drive)
{
    return drive->state.mode[AT_DEVICE_EXTENSION + 5] & EXTENSION_APPEND_ONLY;
}

bool bw_tape_mode_protects(const struct bw_tape_drive *drive)
{
    return drive->state.mode[AT_DEVICE + 10] & DEVICE_SWP;
}

void bw_tape_mode_forget_partitions(struct bw_tape_drive *drive)
{
    drive->state.mode[AT_PARTITION_SELECTED] = 0;
}

/* Bytes in one unit of the sizes of page 11h. */
static uint64_t partition_unit(const uint8_t *page)
{
    static const uint64_t units[] = { 1, 1000, 1000000 };
    unsigned measure = page[4] >> PARTITION_UNIT_SHIFT & 3;
    uint64_t unit = 1;

    if (measure < 3) {
        return units[measure];
    }
    for (unsigned i = 0; i < (page[6] & 0x0f); i++) {
        unit *= 10;
    }
    return unit;
}

/* The whole cartridge; 0: it has no end. */
static uint64_t capacity_of(const struct bw_tape_drive *drive)
{
    uint64_t own = drive->medium ? drive->medium->cartridge.capacity : 0;

    return own ? own : drive->config.capacity;
}

/* At most half of a tape: LTFS asks for 1 GB and leaves it to the drive. */
static uint64_t fitting(uint64_t bytes, uint64_t capacity)
{
    return capacity && bytes > capacity / 2 ? capacity / 2 : bytes;
}

unsigned bw_tape_partitions_wanted(const struct bw_tape_drive *drive,
                                   uint64_t share[BW_TAPE_PARTITIONS])
{
    const uint8_t *page = drive->state.mode + AT_PARTITION;
    uint64_t capacity = capacity_of(drive);

    share[0] = share[1] = 0;
    if (!drive->state.mode[AT_PARTITION_SELECTED] || !page[3] ||
        drive->config.profile->partitions < 2) {
        return 1;
    }
    for (unsigned i = 0; i < 2 && (page[4] & PARTITION_IDP); i++) {
        uint64_t value = bw_get_be(page + 8 + 2 * i, 2);

        if (value != PARTITION_REST) {
            share[i] = fitting(value * partition_unit(page), capacity);
        }
    }
    return 2;
}
