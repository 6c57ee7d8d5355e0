/*
 * A cartridge: one or two partitions, and what is stuck to the case.
 *
 * A partition is a plain .tap file (tape_store.h).  What the format has no
 * place for is in files beside it, each of which may be missing:
 *
 *   x.tap           partition 0: all that a plain tape has
 *   x.p1.tap        partition 1
 *   x.tap.meta      density, capacity, barcode, attributes (MAM): struct
 *                   bw_tape_cartridge, in two slots written in turn, so that
 *                   one is whole at any time
 *   x.tap.index     a cache of positions (tape_index.h), x.p1.tap.index
 *
 * Pure: files are opened by the host through struct bw_tape_files.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_MEDIUM_H
#define BENCHWIRE_LIB_TAPE_MEDIUM_H

#include "tape_store.h"

#define BW_TAPE_PARTITIONS 2u
#define BW_TAPE_MAM_ROOM   16384u /* bytes of attributes of both partitions */
#define BW_TAPE_MAM_VALUE  4096u  /* of one */

enum bw_tape_file {
    BW_TAPE_FILE_META,
    BW_TAPE_FILE_DATA_0,
    BW_TAPE_FILE_DATA_1,
    BW_TAPE_FILE_INDEX_0,
    BW_TAPE_FILE_INDEX_1,
    BW_TAPE_FILE_COUNT
};

struct bw_tape_files {
    void *opaque;
    /**
     * open: one of the files
     * @create: make it, empty, if it is not there
     *
     * Returns: BW_TAPE_OK and *@io, which lasts until the medium is closed;
     * BW_TAPE_NOT_FOUND; BW_TAPE_UNSUPPORTED where the host has no place for
     * it; BW_TAPE_READ_ONLY; BW_TAPE_IO.
     */
    enum bw_tape_result (*open)(void *opaque, enum bw_tape_file file,
                                bool create, const struct bw_tape_io **io);
    /* Take it away; one that is open is closed first. */
    enum bw_tape_result (*remove)(void *opaque, enum bw_tape_file file);
};

struct bw_tape_cartridge {
    uint8_t density;     /* of the tape; 0: as the drive writes */
    uint8_t medium_type; /* of MODE SENSE's header */
    bool worm;
    bool write_protect; /* the tab */
    uint8_t partitions; /* 1 or 2 */
    uint64_t capacity;  /* bytes of the whole cartridge; 0: no end */
    uint64_t share[BW_TAPE_PARTITIONS]; /* of each partition, bytes */
    char barcode[33];
    char serial[33];
    char profile[17]; /* what `benchwire tape create` was told */
    /* counters that MAM and LOG SENSE 17h show */
    uint64_t loads;
    uint64_t written; /* bytes in the cartridge's life */
    uint64_t read;
    uint32_t changes[BW_TAPE_PARTITIONS]; /* volume change reference */
    /* attributes the host wrote: partition, id, format, length, value */
    uint8_t mam[BW_TAPE_MAM_ROOM];
    size_t mam_used;
};

void bw_cartridge_init(struct bw_tape_cartridge *cartridge);
/* True if there is nothing to keep in a .meta file; counters are not. */
bool bw_cartridge_plain(const struct bw_tape_cartridge *cartridge);

/* MAM, SPC-4 7.4: formats 0 binary, 1 ASCII, 2 text. */
struct bw_tape_attribute {
    uint8_t partition;
    uint8_t format;
    uint16_t id;
    uint16_t length;
    const uint8_t *value; /* into the cartridge, until it is changed */
};

/* The attribute with the least id of at least @id in @partition. */
bool bw_cartridge_attribute(const struct bw_tape_cartridge *cartridge,
                            uint8_t partition, uint16_t id,
                            struct bw_tape_attribute *out);
/*
 * Length 0 takes it away.  BW_TAPE_FULL: no room; BW_TAPE_UNSUPPORTED: no such
 * partition or format, or too long; nothing was changed then.  The value must
 * not be in @cartridge itself.
 */
enum bw_tape_result bw_cartridge_set(struct bw_tape_cartridge *cartridge,
                                     const struct bw_tape_attribute *attribute);
/* Takes away all attributes of a partition. */
void bw_cartridge_forget(struct bw_tape_cartridge *cartridge,
                         uint8_t partition);

struct bw_tape_medium {
    const struct bw_tape_files *files;
    struct bw_tape_cartridge cartridge; /* whoever changes it says so below */
    struct bw_tape_options options;     /* of both partitions */
    struct bw_tape_store *partition[BW_TAPE_PARTITIONS];
    bool keeps_meta;    /* there is a place for the .meta file */
    bool meta_changed;  /* not written yet; counters alone do not set it */
    bool read_only;     /* the tab, or the caller */
    uint64_t meta_turn; /* of the slot that is valid; 0: there is none */
    /* What opening .meta found: BW_TAPE_OK, BW_TAPE_NOT_FOUND, or why not. */
    enum bw_tape_result meta_state;
    /* only for tape_medium*.c */
    const struct bw_tape_io *meta;
    const struct bw_tape_io *index[BW_TAPE_PARTITIONS];
    uint32_t meta_check;
    uint32_t saved_changes[BW_TAPE_PARTITIONS];
};

/**
 * bw_medium_open: open a cartridge; nothing is scanned
 * @options: capacity and warning count where the cartridge names none
 *
 * Missing and damaged side files do not fail it: a damaged .meta is told in
 * @verdict, and kept as it is until something new is to be written.  A second
 * partition that is missing is made anew, blank, and told.
 *
 * Returns: BW_TAPE_OK; else why there is no tape, which @verdict tells too,
 * and nothing is open.
 */
enum bw_tape_result bw_medium_open(struct bw_tape_medium *medium,
                                   const struct bw_tape_files *files,
                                   const struct bw_tape_options *options,
                                   struct bw_tape_verdict *verdict);

/* What fits on a partition, bytes; 0: no end. */
uint64_t bw_medium_capacity(const struct bw_tape_medium *medium,
                            unsigned partition);

/*
 * Data first, then .meta if it was changed or a volume change reference was.
 * BW_TAPE_OK: all of it lasts.
 */
enum bw_tape_result bw_medium_commit(struct bw_tape_medium *medium);
/*
 * As unloading: commits, then keeps the counters if there is a .meta, and the
 * indexes of long partitions.  Does not close.
 */
enum bw_tape_result bw_medium_save(struct bw_tape_medium *medium);
void bw_medium_close(struct bw_tape_medium *medium);

/**
 * bw_medium_format: make @count partitions, all blank
 * @share: bytes of each, 0: what the others leave; NULL: the same
 *
 * Committed when it returns.  Attributes of the second partition are gone, and
 * the volume change references of both go up.
 *
 * Returns: BW_TAPE_OK; BW_TAPE_UNSUPPORTED where the host has no place for the
 * second; BW_TAPE_READ_ONLY; BW_TAPE_IO, and the tape may be blank or not.
 */
enum bw_tape_result bw_medium_format(struct bw_tape_medium *medium,
                                     unsigned count, const uint64_t *share);

#endif
