/*
 * A tape drive with files in memory, for the unit tests of the drive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TAPE_DRIVE_RIG_H
#define BENCHWIRE_TESTS_UNIT_TAPE_DRIVE_RIG_H

#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "peripherals/parts/tape_drive.h"

struct memory_file {
    struct bw_tape_io io;
    bool exists;
    uint8_t *bytes;
    size_t size;
    size_t room;
    size_t limit;     /* writing beyond it is BW_TAPE_FULL; 0: none */
    bool fail_reads;  /* BW_TAPE_IO */
    bool fail_writes; /**/
    bool fail_flushes;
    unsigned flushes;
};

struct drive_rig {
    struct memory_file file[BW_TAPE_FILE_COUNT];
    struct bw_tape_files files;
    struct bw_tape_medium medium;
    struct bw_tape_host host;
    struct bw_tape_drive drive;
    bool open; /* @medium is */
    bool locked;
    unsigned ejects;
    bool gives; /* LOAD finds the cartridge again */
};

static enum bw_tape_result memory_size(void *opaque, uint64_t *bytes)
{
    *bytes = ((struct memory_file *)opaque)->size;
    return BW_TAPE_OK;
}

static enum bw_tape_result memory_read(void *opaque, uint64_t offset,
                                       const struct bw_tape_piece *pieces,
                                       unsigned count)
{
    struct memory_file *file = opaque;

    if (file->fail_reads) {
        return BW_TAPE_IO;
    }
    for (unsigned i = 0; i < count; i++) {
        assert_true(offset + pieces[i].length <= file->size);
        if (pieces[i].length) {
            memcpy(pieces[i].bytes, file->bytes + offset, pieces[i].length);
        }
        offset += pieces[i].length;
    }
    return BW_TAPE_OK;
}

static enum bw_tape_result memory_write(void *opaque, uint64_t offset,
                                        const struct bw_tape_piece *pieces,
                                        unsigned count)
{
    struct memory_file *file = opaque;

    if (file->fail_writes) {
        return BW_TAPE_IO;
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t end = offset + pieces[i].length;

        assert_true(offset <= file->size); /* no holes */
        if (file->limit && end > file->limit) {
            return BW_TAPE_FULL;
        }
        if (end > file->room) {
            file->room = (size_t)end * 2;
            file->bytes = realloc(file->bytes, file->room);
            assert_non_null(file->bytes);
        }
        if (pieces[i].length) {
            memcpy(file->bytes + offset, pieces[i].bytes, pieces[i].length);
        }
        file->size = end > file->size ? (size_t)end : file->size;
        offset = end;
    }
    return BW_TAPE_OK;
}

static enum bw_tape_result memory_flush(void *opaque)
{
    struct memory_file *file = opaque;

    file->flushes++;
    return file->fail_writes || file->fail_flushes ? BW_TAPE_IO : BW_TAPE_OK;
}

static enum bw_tape_result memory_truncate(void *opaque, uint64_t bytes)
{
    struct memory_file *file = opaque;

    assert_true(bytes <= file->size);
    file->size = (size_t)bytes;
    return BW_TAPE_OK;
}

static void *memory_memory(void *opaque, void *memory, size_t bytes)
{
    (void)opaque;
    if (!bytes) {
        free(memory);
        return NULL;
    }
    return realloc(memory, bytes);
}

static enum bw_tape_result rig_open(void *opaque, enum bw_tape_file which,
                                    bool create, const struct bw_tape_io **io)
{
    struct drive_rig *rig = opaque;
    struct memory_file *file = &rig->file[which];

    if (!file->exists && !create) {
        return BW_TAPE_NOT_FOUND;
    }
    file->exists = true;
    *io = &file->io;
    return BW_TAPE_OK;
}

static enum bw_tape_result rig_remove(void *opaque, enum bw_tape_file which)
{
    struct drive_rig *rig = opaque;
    struct memory_file *file = &rig->file[which];

    file->exists = false;
    file->size = 0;
    return BW_TAPE_OK;
}

static uint64_t rig_now(void *opaque)
{
    (void)opaque;
    return 1700000000000u;
}

static void rig_lock(void *opaque, bool locked)
{
    ((struct drive_rig *)opaque)->locked = locked;
}

static bool rig_load(void *opaque, bool in)
{
    struct drive_rig *rig = opaque;

    rig->ejects += !in;
    return in && rig->gives;
}

/* Power on; no cartridge is in. */
static inline void rig_power_on(struct drive_rig *rig,
                                const struct bw_tape_config *config)
{
    memset(rig, 0, sizeof(*rig));
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        rig->file[i].io = (struct bw_tape_io){
            .opaque = &rig->file[i],
            .size = memory_size,
            .read = memory_read,
            .write = memory_write,
            .flush = memory_flush,
            .truncate = memory_truncate,
            .memory = memory_memory,
        };
    }
    rig->files = (struct bw_tape_files){ rig, rig_open, rig_remove };
    rig->host = (struct bw_tape_host){ rig, rig_now, rig_lock, rig_load };
    bw_tape_init(&rig->drive, config, &rig->host);
}

/* Put in a cartridge whose tape is @image. */
static inline void rig_insert(struct drive_rig *rig, const uint8_t *image,
                              size_t bytes, bool read_only)
{
    const struct bw_tape_config *config = &rig->drive.config;
    struct bw_tape_options options = {
        .read_only = read_only,
        .gather = config->gather,
        .capacity = config->capacity,
        .warning = config->early_warning,
    };
    struct bw_tape_piece piece = { (void *)(uintptr_t)image, bytes };
    struct bw_tape_verdict verdict;

    rig->file[BW_TAPE_FILE_DATA_0].exists = true;
    if (bytes) {
        memory_write(&rig->file[BW_TAPE_FILE_DATA_0], 0, &piece, 1);
    }
    assert_int_equal(
        bw_medium_open(&rig->medium, &rig->files, &options, &verdict),
        BW_TAPE_OK);
    rig->open = true;
    bw_tape_insert(&rig->drive, &rig->medium);
}

static inline void rig_power_off(struct drive_rig *rig)
{
    bw_tape_remove(&rig->drive);
    if (rig->open) {
        bw_medium_close(&rig->medium);
    }
    rig->open = false;
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        free(rig->file[i].bytes);
        rig->file[i].bytes = NULL;
    }
}

#endif
