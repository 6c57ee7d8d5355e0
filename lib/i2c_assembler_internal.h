/*
 * What i2c_assembler.c and i2c_assembler_read.c share, and nobody else uses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_ASSEMBLER_INTERNAL_H
#define BENCHWIRE_LIB_I2C_ASSEMBLER_INTERNAL_H

#include "i2c_assembler.h"

enum bw_asm_phase {
    PHASE_FREE,    /* no transaction */
    PHASE_WRITING, /* gathering a write message */
    PHASE_FULL,    /* a further write message was refused, no room */
    PHASE_READING, /* bytes of a read are handed out */
    PHASE_REFUSED  /* the last START or byte failed, nothing is gathered */
};

enum bw_asm_waiting {
    WAIT_NONE,
    WAIT_START_WRITE, /* is the part there? */
    WAIT_START_READ,
    WAIT_RECV_LONGER, /* the same read again, longer */
    WAIT_RECV_FURTHER,
    WAIT_STOP,
    WAIT_PROBE /* outside of a transaction */
};

/* --- i2c_assembler.c --- */

/* Begin the transfer anew; the following add to it. */
void bw_asm_begin_xfer(struct bw_i2c_assembler *a);
void bw_asm_add_msg(struct bw_i2c_assembler *a, unsigned flags, uint8_t *data,
                    uint16_t len);
/* The writes that were gathered. */
void bw_asm_add_writes(struct bw_i2c_assembler *a);
enum bw_asm_verdict bw_asm_hand_out(struct bw_i2c_assembler *a,
                                    enum bw_asm_waiting waiting);

/* --- i2c_assembler_read.c --- */

/* Nobody knows where the part's pointer is; the guest believes what it did. */
void bw_asm_lose_pointer(struct bw_i2c_assembler *a);
/* The writes that were gathered have reached the part. */
void bw_asm_note_writes(struct bw_i2c_assembler *a);
enum bw_asm_verdict bw_asm_start_read(struct bw_i2c_assembler *a,
                                      uint32_t len_hint);
enum bw_asm_verdict bw_asm_fetch_more(struct bw_i2c_assembler *a);
enum bw_asm_verdict bw_asm_take_byte(struct bw_i2c_assembler *a, uint8_t *byte);
/* A transfer that reads has succeeded. */
enum bw_asm_verdict bw_asm_complete_read(struct bw_i2c_assembler *a,
                                         enum bw_asm_waiting waited,
                                         uint8_t *byte);
/* Count what was fetched in vain; used at the end of a read, also a bad one. */
void bw_asm_drop_rest(struct bw_i2c_assembler *a);
/* The guest has ended the read. */
void bw_asm_end_read(struct bw_i2c_assembler *a);

#endif
