/*
 * From the events on a guest's bus to SMBus protocols, and back.
 *
 * What i2c_assembler.h does with transfers, for a part that speaks SMBus
 * (passthrough/smbus_way.c): each bus event is answered at once or asks for one
 * protocol.
 *
 *  - A write is known by its bytes when STOP comes.  Where two protocols put
 *    the same bytes on the wire (a word whose low byte is 1, a block of one
 *    byte) it does not matter which it is.
 *  - A command and a read: the form is, in this order, what the controller says
 *    (@len_hint); what the user says (@forms); what was learned of that
 *    command; else it is tried: a byte, then a word, then a block, until the
 *    guest has what it clocks, or, with PEC, until the code fits.  Trying reads
 *    the part again and never more than the guest has asked for.
 *  - Behind a read of known form there is nothing: a guest that clocks on gets
 *    0xff, as from a part that is done.
 *  - A read without a command is a receive byte if a byte is clocked, else a
 *    quick read.
 *  - Anything else (a repeated START for writing, a command of two bytes and a
 *    read, a read of two bytes without a command where that is known) is no
 *    SMBus protocol and is not acknowledged.
 *
 * With PEC every write but a quick one must end in its code: one that does not
 * is refused at STOP and does not reach the part.  Codes towards the guest are
 * made here, with the guest's address; the agent makes and checks those of the
 * part's.
 *
 * A part's presence is asked for with a quick write where the adapter has
 * that, as i2c_assembler.h says for a write of no bytes.
 *
 * Source: System Management Bus Specification 3.2, sections 6.4 and 6.5.
 * Pure C: no clock, no memory of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SMBUS_GUEST_H
#define BENCHWIRE_LIB_SMBUS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "i2c_assembler.h"
#include "smbus.h"
#include "status.h"

/* How a guest reads a command; in @forms, one per command. */
enum bw_smbus_read {
    BW_SMBUS_READ_UNKNOWN = 0,
    BW_SMBUS_READ_BYTE,
    BW_SMBUS_READ_WORD,
    BW_SMBUS_READ_BLOCK,
    BW_SMBUS_READ_CALL,       /* process call, where bytes fit both */
    BW_SMBUS_READ_BLOCK_CALL, /* block process call */
    BW_SMBUS_READ_COUNT
};

struct bw_smbus_guest_config {
    uint8_t addr7;    /* on the guest's bus, for its codes */
    uint8_t hostaddr; /* of the part on the adapter's bus */
    bool pec;
    uint32_t funcs;     /* of the export, enum bw_i2c_func */
    uint8_t forms[256]; /* enum bw_smbus_read, by command */
};

struct bw_smbus_guest_stats {
    uint64_t transfers;    /* protocols handed out, probes included */
    uint64_t probes;       /* quick writes that ask for presence */
    uint64_t over_read;    /* bytes of the part that the guest did not take */
    uint64_t under_read;   /* reads that were tried again as a longer form */
    uint64_t mispredicted; /* reads of either kind */
    uint64_t pec_errors;   /* codes of the guest's that were wrong */
    uint64_t failures;     /* protocols that did not end in BW_OK */
};

#define BW_SMBUS_GUEST_MAX (2 + BW_SMBUS_MAX_BLOCK + 1)

/* All fields are private. */
struct bw_smbus_guest {
    struct bw_smbus_guest_config config;
    struct bw_smbus_guest_stats stats;
    uint8_t learned[256]; /* enum bw_smbus_read */
    int phase;            /* enum in the .c file */
    int waiting;          /* event that waits for a protocol, same */
    bool present;         /* the part answered its last protocol */
    bool unprobeable;     /* the adapter has no quick command */
    bool asked;           /* presence was asked for in this transaction */
    bool fixed;           /* the form of the read is no guess */
    bool tried;           /* the read was handed out, or refused */
    bool fetched;         /* ... and its bytes are there */
    uint8_t form;         /* enum bw_smbus_read, of the read under way */
    uint32_t hint;        /* bytes the controller reads, 0 unknown */
    uint32_t taken;       /* of these, by the guest */
    uint16_t tx_len;      /* bytes in @tx */
    uint16_t rx_len;      /* bytes in @rx, code included */
    uint16_t rx_data;     /* ... without it */
    struct bw_smbus_xfer xfer;
    uint8_t tx[BW_SMBUS_GUEST_MAX];
    uint8_t rx[BW_SMBUS_GUEST_MAX];
};

void bw_smbus_guest_init(struct bw_smbus_guest *g,
                         const struct bw_smbus_guest_config *config);

/* The link came up again, perhaps with another adapter; what was learned
 * stays. */
void bw_smbus_guest_set_funcs(struct bw_smbus_guest *g, uint32_t funcs);

/* Of the bus events and what they answer: see i2c_assembler.h. */
enum bw_asm_verdict bw_smbus_guest_start(struct bw_smbus_guest *g, bool is_read,
                                         uint32_t len_hint);
enum bw_asm_verdict bw_smbus_guest_send(struct bw_smbus_guest *g, uint8_t byte);
enum bw_asm_verdict bw_smbus_guest_recv(struct bw_smbus_guest *g,
                                        uint8_t *byte);
enum bw_asm_verdict bw_smbus_guest_stop(struct bw_smbus_guest *g);
enum bw_asm_verdict bw_smbus_guest_probe(struct bw_smbus_guest *g);
void bw_smbus_guest_forget(struct bw_smbus_guest *g);
void bw_smbus_guest_abort(struct bw_smbus_guest *g);

/* The protocol to run after BW_ASM_WAIT; it receives what the part sends. */
struct bw_smbus_xfer *bw_smbus_guest_xfer(struct bw_smbus_guest *g);
enum bw_asm_verdict bw_smbus_guest_complete(struct bw_smbus_guest *g,
                                            enum bw_status status,
                                            uint8_t *byte);

/**
 * bw_smbus_forms_parse: what a user says about commands
 * @text: "0x20-0x23=block:0x09=word", or "word" for all that are not named
 * @forms: receives them; untouched on failure
 *
 * Forms are byte, word, block, call and block-call.
 *
 * Returns: BW_OK, or BW_INVALID.
 */
enum bw_status bw_smbus_forms_parse(const char *text, uint8_t forms[256]);

#endif
