/*
 * What the files of the tape drive share.  See tape_drive.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_DRIVE_PRIV_H
#define BENCHWIRE_PARTS_TAPE_DRIVE_PRIV_H

#include "tape_drive.h"

/* When a command may run, and what it does to the tape. */
enum bw_tape_op_flags {
    BW_TAPE_OP_LOADED = 1 << 0,   /* needs a threaded tape, else NOT READY */
    BW_TAPE_OP_WRITES = 1 << 1,   /* refused on a protected tape */
    BW_TAPE_OP_MOVES = 1 << 2,    /* what was written is committed first */
    BW_TAPE_OP_ANY_UA = 1 << 3,   /* runs with a unit attention pending */
    BW_TAPE_OP_RESERVED = 1 << 4, /* runs while another has the drive */
    BW_TAPE_OP_NOW = 1 << 5,      /* bw_tape_immediate */
    BW_TAPE_OP_PLACE = 1 << 6,    /* refused while the place is not known */
};

struct bw_tape_op {
    uint8_t opcode;
    int8_t service; /* service action of byte 1, or -1 for any */
    uint8_t length; /* of the CDB */
    uint8_t flags;
    enum bw_tape_direction direction;
    void (*run)(struct bw_tape_drive *drive, struct bw_tape_command *command);
    /* bytes of data that @cdb asks for; NULL: none */
    uint64_t (*bytes)(const struct bw_tape_drive *drive, const uint8_t *cdb);
    uint8_t usage[16]; /* bits of the CDB that count, for A3h/0Ch */
    const char *name;  /* as SSC-3 spells it */
};

/* Two tables, each ends with a NULL run: tape_motion_table.c (reading,
 * writing, moving) and tape_parameter_table.c (saying and setting). */
extern const struct bw_tape_op bw_tape_motion_ops[];
extern const struct bw_tape_op bw_tape_parameter_ops[];

/* Service actions count for opcodes that have several.  NULL: unknown. */
const struct bw_tape_op *bw_tape_find_op(const uint8_t *cdb);

/* Answers: each sets status and sense of @command. */
void bw_tape_good(struct bw_tape_command *command);
void bw_tape_check(struct bw_tape_command *command, enum bw_sense_key key,
                   bw_asc asc);
/* 05/24/00 that points at bit @bit (-1: none) of CDB byte @byte */
void bw_tape_bad_field(struct bw_tape_command *command, unsigned byte, int bit);
/* 05/26/00 that points into the parameter list */
void bw_tape_bad_parameter(struct bw_tape_command *command, unsigned byte,
                           int bit);
/* What a failure of the store is to a host that wrote, or read. */
void bw_tape_failed(struct bw_tape_command *command, enum bw_tape_result result,
                    bool writing);

/* Data-in: at most @allocation bytes of @bytes, and GOOD. */
void bw_tape_answer(struct bw_tape_command *command, const uint8_t *bytes,
                    size_t length, uint64_t allocation);

/* The partition under the head; only with a threaded tape. */
struct bw_tape_store *bw_tape_head(struct bw_tape_drive *drive);

/* Set by the parameter side, asked by the moving side. */
bool bw_tape_write_protected(const struct bw_tape_drive *drive);
uint32_t bw_tape_block_max(const struct bw_tape_drive *drive);
void bw_tape_mode_reset(struct bw_tape_drive *drive);
/* Counters of LOG SENSE, called once per command that moved data. */
void bw_tape_moved(struct bw_tape_drive *drive, bool writing, uint64_t bytes,
                   bool failed);
/* TapeAlert flag 1 to 64 (SSC-3 Annex A) */
void bw_tape_alert(struct bw_tape_drive *drive, unsigned flag);
/* Page 11h as it was selected: partitions that FORMAT MEDIUM makes, 1 or 2,
 * and the bytes of each; 0: what is left. */
unsigned bw_tape_partitions_wanted(const struct bw_tape_drive *drive,
                                   uint64_t share[BW_TAPE_PARTITIONS]);
/* They are made, or another tape is in: page 11h is the tape's again. */
void bw_tape_mode_forget_partitions(struct bw_tape_drive *drive);
/* Page 10h/01h: WRITE MODE is append-only. */
bool bw_tape_append_only(const struct bw_tape_drive *drive);

/* Another cartridge is in: what was selected and counted for the one before
 * is over. */
void bw_tape_mounted(struct bw_tape_drive *drive);

/* Set by the moving side, asked by the parameter side. */
void bw_tape_capacity(struct bw_tape_drive *drive, unsigned partition,
                      uint64_t *total, uint64_t *used, uint64_t *warning);

/* Of the moving side's files among themselves. */

/* A threaded tape at the beginning of partition 0, capacities set. */
void bw_tape_thread(struct bw_tape_drive *drive);
/* INFORMATION, where it fits. */
void bw_tape_information(struct bw_tape_command *command, int64_t information);
/* The head is in the early-warning zone or behind it. */
bool bw_tape_warning(struct bw_tape_drive *drive);
/* It is behind the programmable early warning. */
bool bw_tape_behind_pew(struct bw_tape_drive *drive);
/* Commit what is not yet.  False: the answer is a deferred error. */
bool bw_tape_before_moving(struct bw_tape_drive *drive,
                           struct bw_tape_command *command);
/**
 * bw_tape_go: the head to @object of @partition, where it is not there
 * @byte: of the CDB, that names the partition
 *
 * Returns: false, and the answer is given.
 */
bool bw_tape_go(struct bw_tape_drive *drive, struct bw_tape_command *command,
                unsigned partition, unsigned byte, uint64_t object);
/* The motion ended at a mark, an end or an error, with @left undone. */
void bw_tape_ended(struct bw_tape_drive *drive, struct bw_tape_command *command,
                   enum bw_tape_result result, int64_t left);

/* tape_read.c */
/* FIXED has a block length to go by, and does not come with SILI; or refuses. */
bool bw_tape_fixed_is_right(const struct bw_tape_drive *drive,
                            struct bw_tape_command *command, bool sili);
/* ILI, with the difference in INFORMATION. */
void bw_tape_wrong_length(struct bw_tape_command *command, int64_t residue);
/* A record of @found bytes came where @length were asked for. */
void bw_tape_record_read(const struct bw_tape_drive *drive,
                         struct bw_tape_command *command, uint32_t length,
                         uint32_t found);
void bw_tape_read_6(struct bw_tape_drive *drive,
                    struct bw_tape_command *command);
void bw_tape_read_16(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);
/* tape_reverse.c */
void bw_tape_reverse_6(struct bw_tape_drive *drive,
                       struct bw_tape_command *command);
void bw_tape_reverse_16(struct bw_tape_drive *drive,
                        struct bw_tape_command *command);
void bw_tape_verify_6(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
void bw_tape_verify_16(struct bw_tape_drive *drive,
                       struct bw_tape_command *command);
/* tape_write.c */
void bw_tape_write_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);
void bw_tape_write_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
void bw_tape_marks_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);
void bw_tape_marks_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
/* tape_erase.c */
bool bw_tape_may_write(struct bw_tape_drive *drive,
                       struct bw_tape_command *command);
void bw_tape_erase_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);
void bw_tape_erase_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
void bw_tape_set_capacity(struct bw_tape_drive *drive,
                          struct bw_tape_command *command);
void bw_tape_format(struct bw_tape_drive *drive,
                    struct bw_tape_command *command);
void bw_tape_allow_overwrite(struct bw_tape_drive *drive,
                             struct bw_tape_command *command);
/* tape_motion.c */
void bw_tape_ready(struct bw_tape_drive *drive,
                   struct bw_tape_command *command);
void bw_tape_rewind_0(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
void bw_tape_space_6(struct bw_tape_drive *drive,
                     struct bw_tape_command *command);
void bw_tape_space_16(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
void bw_tape_locate_10(struct bw_tape_drive *drive,
                       struct bw_tape_command *command);
void bw_tape_locate_16(struct bw_tape_drive *drive,
                       struct bw_tape_command *command);
/* tape_position.c */
void bw_tape_position(struct bw_tape_drive *drive,
                      struct bw_tape_command *command);
/* tape_load.c */
void bw_tape_load_unload(struct bw_tape_drive *drive,
                         struct bw_tape_command *command);

static inline uint32_t bw_tape_be(const uint8_t *bytes, unsigned count)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static inline uint64_t bw_tape_be64(const uint8_t *bytes)
{
    return (uint64_t)bw_tape_be(bytes, 4) << 32 | bw_tape_be(bytes + 4, 4);
}

#endif
