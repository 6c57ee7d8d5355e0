/*
 * A SCSI tape drive: commands in, status and sense data out.
 *
 * Sources: SSC-3 (sequential-access commands), SPC-4 (the rest).  The same
 * drive is scsi-tape in the emulator (peripherals/scsi_tape.c), the simulated
 * twin of a real one in the agent, and what the tests of the command table
 * call.
 *
 * One command at a time, in the order they are given.  bw_tape_execute() ends
 * when the command has; while it waits for the tape's file, the host may run
 * something else, but not another command of this drive, except those that
 * bw_tape_immediate() names.
 *
 *   bw_tape_execute (tape_drive.c)   who may, and whether a tape is in
 *     tape_read.c, tape_write.c, tape_motion.c     moving the tape
 *     tape_inquiry.c, tape_mode.c, tape_log.c ...  saying and setting
 *       lib/tape_medium.h, lib/tape_store.h        the cartridge
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_DRIVE_H
#define BENCHWIRE_PARTS_TAPE_DRIVE_H

#include "lib/scsi_sense.h"
#include "lib/tape_medium.h"
#include "tape_profile.h"

/* Data of one command: more is refused with ILLEGAL REQUEST. */
#define BW_TAPE_COMMAND_MAX (32u << 20)
#define BW_TAPE_ATTENTIONS  8u
#define BW_TAPE_KEYS        16u /* persistent reservation keys */

struct bw_tape_command {
    uint8_t cdb[16];
    unsigned cdb_length;
    uint32_t nexus; /* which initiator; 0 where there is only one */
    /* data-out: what came; data-in: room */
    uint8_t *data;
    size_t size;
    /* the answer */
    size_t done; /* bytes of data-in that are to go out, also with a CHECK */
    enum bw_scsi_status status;
    struct bw_sense sense; /* if CHECK */
};

enum bw_tape_direction {
    BW_TAPE_NO_DATA,
    BW_TAPE_DATA_IN,
    BW_TAPE_DATA_OUT
};

/* What a drive is made with; the strings are the caller's. */
struct bw_tape_config {
    const struct bw_tape_profile *profile;
    const char *vendor; /* NULL: the profile's */
    const char *product;
    const char *revision;
    const char *serial;
    uint64_t wwn;           /* 0: none */
    uint32_t block_size;    /* at power-on; 0: variable */
    uint64_t capacity;      /* bytes, of cartridges that name none; 0: no end */
    uint64_t early_warning; /* bytes before it; 0: a part of the capacity */
    bool write_protect;
    bool gather; /* write-behind in buffered mode */
    bool eject;  /* UNLOAD gives the cartridge out, and does not keep it */
};

/* What the drive asks of its host. */
struct bw_tape_host {
    void *opaque;
    uint64_t (*now_ms)(void *opaque); /* real time, for REPORT TIMESTAMP */
    /* PREVENT ALLOW MEDIUM REMOVAL. */
    void (*lock)(void *opaque, bool locked);
    /* UNLOAD gives the cartridge out; LOAD wants it in again.  LOAD: false if
     * there is none. */
    bool (*load)(void *opaque, bool in);
};

/* Plain values, that migration carries as they are. */
struct bw_tape_drive_state {
    uint32_t block_size;
    uint8_t density;
    uint8_t buffered; /* 0 or 1 */
    uint8_t compression;
    uint8_t partition;
    uint8_t prevent;
    uint8_t loaded;  /* a cartridge is in, and threaded */
    uint8_t present; /* a cartridge is in */
    uint8_t position_lost;
    uint32_t programmable_warning;       /* mode page 10h/01h, MB */
    uint64_t object[BW_TAPE_PARTITIONS]; /* of the head in each partition */
    uint64_t tape_alert;
    bw_asc attention[BW_TAPE_ATTENTIONS]; /* oldest first, 29h before 28h */
    uint8_t attentions;
    uint8_t reserved; /* RESERVE(6/10), by @reserved_by */
    uint32_t reserved_by;
    uint64_t key[BW_TAPE_KEYS];
    uint64_t reservation_key;
    uint32_t pr_generation;
    uint8_t pr_type; /* 0: none */
    uint8_t pr_keys;
    int64_t timestamp_offset_ms;
    uint64_t counters[16]; /* LOG SENSE 02h, 03h, 0Ch */
    uint8_t mode[256];     /* changeable mode page bytes, tape_mode.c */
};

struct bw_tape_drive {
    struct bw_tape_config config;
    const struct bw_tape_host *host;
    struct bw_tape_medium *medium; /* NULL: none */
    struct bw_tape_drive_state state;
    struct bw_sense deferred; /* of a write that was answered GOOD */
    bool deferred_set;
    uint64_t warned; /* bit per partition: programmable early warning told */
    uint64_t full;   /* bit per partition: the host has no space */
    bool overwrite;  /* ALLOW OVERWRITE for the next write, */
    uint8_t overwrite_partition;
    uint64_t overwrite_object; /* at this place */
};

void bw_tape_init(struct bw_tape_drive *drive,
                  const struct bw_tape_config *config,
                  const struct bw_tape_host *host);

/* Power on (29/01), or a reset (29/00 for a bus one): mode values and
 * reservations go back, the tape stays and is rewound.  @asc: of the UA. */
void bw_tape_reset(struct bw_tape_drive *drive, bw_asc asc);

/* A cartridge was put in: threaded, at its beginning, 28/00 is raised. */
void bw_tape_insert(struct bw_tape_drive *drive, struct bw_tape_medium *medium);
/* It is taken out; what was not written is committed first. */
enum bw_tape_result bw_tape_remove(struct bw_tape_drive *drive);

/* Raise a unit attention for every initiator. */
void bw_tape_attention(struct bw_tape_drive *drive, bw_asc asc);

/**
 * bw_tape_transfer: what data a command asks for
 * @cdb: 16 bytes, zeros behind its end
 * @bytes: how much; may exceed BW_TAPE_COMMAND_MAX, which execute refuses
 *
 * A command that is not known has none.
 */
enum bw_tape_direction bw_tape_transfer(const struct bw_tape_drive *drive,
                                        const uint8_t *cdb, uint64_t *bytes);

/* The length of a CDB by its opcode: 6, 10, 12, 16; 0 if it is not known. */
unsigned bw_tape_cdb_length(uint8_t opcode);

/* True for commands that neither wait for others nor touch the tape. */
bool bw_tape_immediate(const uint8_t *cdb);

void bw_tape_execute(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);

/* Everything that was answered GOOD lasts from here on; as WRITE FILEMARKS 0. */
enum bw_tape_result bw_tape_sync(struct bw_tape_drive *drive);

/* After migration: the head goes where @state says. */
enum bw_tape_result bw_tape_restore(struct bw_tape_drive *drive);

#endif
