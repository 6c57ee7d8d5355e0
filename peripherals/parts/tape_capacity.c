/*
 * How much fits on a tape, and how near its end the head is.
 *
 * Source: SSC-3, "Early-warning" and "Programmable early warning".
 *
 * A partition's capacity is what the cartridge says; where it is silent, what
 * the drive was made with.  The early warning begins so many bytes before it:
 * as the drive was told, or one part in 64 of the partition, at least 256 KiB
 * and at most 512 MiB, and no more than a quarter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_drive_priv.h"

#define WARNING_PART  64u
#define WARNING_LEAST (256u << 10)
#define WARNING_MOST  (512u << 20)

static uint64_t partition_capacity(const struct bw_tape_drive *drive,
                                   unsigned partition)
{
    uint64_t capacity = bw_medium_capacity(drive->medium, partition);

    return capacity || partition ? capacity : drive->config.capacity;
}

static uint64_t partition_warning(const struct bw_tape_drive *drive,
                                  uint64_t capacity)
{
    uint64_t warning = drive->config.early_warning;

    if (!warning) {
        warning = capacity / WARNING_PART;
        warning = warning < WARNING_LEAST ? WARNING_LEAST : warning;
        warning = warning > WARNING_MOST ? WARNING_MOST : warning;
        warning = warning > capacity / 4 ? capacity / 4 : warning;
    }
    return warning > capacity ? capacity : warning;
}

void bw_tape_capacity(struct bw_tape_drive *drive, unsigned partition,
                      uint64_t *total, uint64_t *used, uint64_t *warning)
{
    *total = *used = *warning = 0;
    if (!drive->medium || partition >= BW_TAPE_PARTITIONS ||
        !drive->medium->partition[partition]) {
        return;
    }
    *total = partition_capacity(drive, partition);
    *warning = partition_warning(drive, *total);
    *used = bw_tape_used(drive->medium->partition[partition]);
}

void bw_tape_thread(struct bw_tape_drive *drive)
{
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        struct bw_tape_store *store = drive->medium->partition[i];
        uint64_t capacity;

        drive->state.object[i] = 0;
        if (!store) {
            continue;
        }
        capacity = partition_capacity(drive, i);
        bw_tape_set_limits(store, capacity, partition_warning(drive, capacity));
        bw_tape_rewind(store);
    }
    drive->state.partition = 0;
    drive->state.position_lost = 0;
    drive->state.loaded = 1;
    drive->overwrite = false;
    drive->warned = 0;
    drive->full = 0;
}

bool bw_tape_warning(struct bw_tape_drive *drive)
{
    struct bw_tape_store *store = bw_tape_head(drive);
    struct bw_tape_place place;

    if (!store) {
        return false;
    }
    bw_tape_place(store, &place);
    return place.warning || (drive->full >> drive->state.partition & 1);
}

/* Bytes before the head, of the partition's capacity. */
static uint64_t used_here(struct bw_tape_store *store)
{
    const struct bw_tape_index *index = bw_tape_index(store);
    uint64_t used = bw_tape_used(store);
    struct bw_tape_object object;
    struct bw_tape_place place;
    uint64_t behind;

    bw_tape_place(store, &place);
    if (!bw_index_find(index, place.object, &object)) {
        return used; /* at the end of the data */
    }
    behind = index->offset - object.offset;
    return used > behind ? used - behind : 0;
}

bool bw_tape_behind_pew(struct bw_tape_drive *drive)
{
    uint64_t zone = (uint64_t)drive->state.programmable_warning * 1000000;
    uint64_t total, used, warning;

    if (!zone || !bw_tape_head(drive)) {
        return false;
    }
    bw_tape_capacity(drive, drive->state.partition, &total, &used, &warning);
    if (!total) {
        return false;
    }
    zone += warning;
    return zone >= total || used_here(bw_tape_head(drive)) >= total - zone;
}
