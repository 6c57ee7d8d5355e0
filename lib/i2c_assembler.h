/*
 * From the events on a guest's I2C bus to whole transfers, and back.
 *
 * Firmware drives START, bytes and STOP; an adapter such as /dev/i2c-N takes
 * whole transfers whose read lengths are known beforehand.  This module sits
 * between the two: passthrough/i2c_transfer.c feeds it bus events, and
 * each event is either answered at once or asks for one transfer.
 *
 *  - Written bytes are gathered.  They travel at STOP, or together with the
 *    read that follows a repeated START: "w1 Sr r6" is one transfer, and so is
 *    "w1 Sr w2".  What was acknowledged to the guest is sent.
 *  - A START for writing is answered at once if the part is known to be
 *    present; otherwise a write of no bytes asks for it first, so that an
 *    absent or busy part shows as an address NACK where firmware looks for
 *    one.  A part is known to be present after a transfer that it answered;
 *    it is unknown at first, after any failure, after a write of two or more
 *    bytes that ended in STOP (an EEPROM is then busy), and after
 *    bw_i2c_assembler_forget().
 *  - A guest that writes nothing between START and STOP is asking for
 *    presence itself: unless START has just asked, STOP does.
 *  - The length of a read is, in this order: what the controller says
 *    (@len_hint); what the part's profile says of it; what the read after the
 *    same written prefix at the same address turned out to be last time, of
 *    those whose length the controller did not say or understated; the
 *    configured read-ahead.  The prefix of a read without a write in its
 *    transaction is that of the last write that ended in STOP.  A length that
 *    was too long is counted as over-read, one too short as under-read, either
 *    as mispredicted; an under-read fetches more: the same writes again with a
 *    longer read where the transaction has written, otherwise a further read.
 *  - With a profile, what may be fetched before the guest asks for it is
 *    bounded by what the part would notice (part_profile.h), and a read
 *    without a write in its transaction begins where the guest believes the
 *    part's pointer to be: after an over-read a write of the pointer comes
 *    before it, in the same transfer.  A read that follows data written in the
 *    same transaction is outside of what a profile knows.
 *  - In strict mode a read whose length neither the controller nor a profile
 *    knows is refused: its address is not acknowledged, and nothing of its
 *    transaction is sent.  What a controller has understated is then fetched
 *    byte by byte.
 *  - A failure of a transfer is reported for the event that waited for it:
 *    BW_NACK_DATA as such, all others as an address NACK.
 *
 * What that promises a guest, and what not:
 *
 *  - the part sees exactly the bytes that were acknowledged, message by
 *    message, if nothing is added by a guess;
 *  - a read after a write in its transaction returns what the part would have
 *    returned, whatever the guess, if the write only selects what is read;
 *    over max_len bytes it is continued as one without a write is;
 *  - a read without a write does so too as long as no guess was too long, and
 *    none too short or the part goes on where it stopped; an over-read leaves
 *    a part's own pointer further on than the guest believes (a controller
 *    that knows its lengths, or a profile, avoids both);
 *  - of a read that was guessed too short the bytes come from two reads of
 *    the part, so what it measured in between shows;
 *  - a repeated START that follows a read begins a new transfer: the bus was
 *    free for a moment;
 *  - a write of no bytes before a repeated START is left out.
 *
 * Pure C: no clock, no memory of its own.  One assembler per guest-side
 * device; it serves one event at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_I2C_ASSEMBLER_H
#define BENCHWIRE_LIB_I2C_ASSEMBLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "i2c_lengths.h"
#include "i2c_xfer.h"
#include "part_profile.h"
#include "status.h"

#define BW_ASM_MAX_WRITE 8192         /* bytes gathered in one transaction */
#define BW_ASM_MAX_READ  8192         /* bytes fetched by one read */
#define BW_ASM_ADDRESSES (128 + 1024) /* of 7 and of 10 bits */

enum bw_asm_verdict {
    BW_ASM_ACK,       /* answered: acknowledge (and for a read: the byte) */
    BW_ASM_NACK_ADDR, /* answered: the address was not acknowledged */
    BW_ASM_NACK_DATA, /* answered: a data byte was not acknowledged */
    BW_ASM_WAIT       /* run the transfer bw_i2c_assembler_xfer() returns,
                         then call bw_i2c_assembler_complete() */
};

struct bw_asm_config {
    uint16_t hostaddr;   /* address of the part on the adapter's bus */
    uint16_t flags;      /* of that address: BW_I2C_TEN_BIT or 0 */
    uint16_t read_ahead; /* length of a read nobody knows, 1..MAX_READ */
    uint16_t max_len;    /* bytes the adapter takes in one message */
    bool strict;         /* refuse a read whose length is a guess */
    const struct bw_part_profile *profile; /* of the part, or NULL */
};

struct bw_asm_stats {
    uint64_t transfers;    /* handed out, probes included */
    uint64_t probes;       /* writes of no bytes that ask for presence */
    uint64_t over_read;    /* bytes fetched that the guest did not take */
    uint64_t under_read;   /* reads that had to fetch more */
    uint64_t failures;     /* transfers that did not end in BW_OK */
    uint64_t mispredicted; /* reads that were shorter or longer than thought */
    uint64_t refused;      /* reads that strict did not let happen */
};

enum bw_asm_report_kind {
    BW_ASM_REPORT_NONE,
    BW_ASM_REPORT_MISPREDICTED,
    BW_ASM_REPORT_REFUSED
};

/* What happened to a read, for traces and logs. */
struct bw_asm_report {
    enum bw_asm_report_kind kind;
    struct bw_read_key key;
    uint32_t predicted; /* bytes, with MISPREDICTED; and so */
    uint32_t taken;
};

struct bw_i2c_assembler; /* see below; fields are private to the module */

/**
 * bw_i2c_assembler_init: start with a free bus and nothing learned
 *
 * Returns: BW_OK, or BW_INVALID for a configuration out of range.
 */
enum bw_status bw_i2c_assembler_init(struct bw_i2c_assembler *a,
                                     const struct bw_asm_config *config);

/* Forget what is known of presence (link lost, agent restarted); lengths
 * that were learned stay. */
void bw_i2c_assembler_forget(struct bw_i2c_assembler *a);

/**
 * bw_i2c_assembler_probe: ask whether the part is there, outside of any
 * transaction (when a link comes up), so that the first read needs no probe
 *
 * Returns: BW_ASM_WAIT; BW_ASM_ACK if it is known already or a transaction
 * is open.
 */
enum bw_asm_verdict bw_i2c_assembler_probe(struct bw_i2c_assembler *a);

/**
 * bw_i2c_assembler_start: START or repeated START with an address
 * @len_hint: bytes the controller is going to read, 0 if it does not know
 *
 * While an event or a probe waits, no other may come (abort it first); the
 * events answer NACK then.
 */
enum bw_asm_verdict bw_i2c_assembler_start(struct bw_i2c_assembler *a,
                                           bool is_read, uint32_t len_hint);

/* The same for any address on the adapter's bus; @flags as in @config. */
enum bw_asm_verdict bw_i2c_assembler_start_at(struct bw_i2c_assembler *a,
                                              uint16_t addr, uint16_t flags,
                                              bool is_read, uint32_t len_hint);

/* A byte from the guest: BW_ASM_ACK, or BW_ASM_NACK_DATA over MAX_WRITE, over
 * max_len or where no START for writing was acknowledged. */
enum bw_asm_verdict bw_i2c_assembler_send(struct bw_i2c_assembler *a,
                                          uint8_t byte);

/* The guest clocks a byte in; *@byte is valid with BW_ASM_ACK.  Where no START
 * for reading was acknowledged: BW_ASM_NACK_ADDR. */
enum bw_asm_verdict bw_i2c_assembler_recv(struct bw_i2c_assembler *a,
                                          uint8_t *byte);

/* STOP.  A write that fails here answers NACK_ADDR or NACK_DATA, late. */
enum bw_asm_verdict bw_i2c_assembler_stop(struct bw_i2c_assembler *a);

/**
 * bw_i2c_assembler_xfer: the transfer to run after BW_ASM_WAIT
 *
 * Valid until bw_i2c_assembler_complete() or _abort(); its read messages
 * point to room for the data, inside the assembler: it must not move.
 */
struct bw_i2c_xfer *bw_i2c_assembler_xfer(struct bw_i2c_assembler *a);

/**
 * bw_i2c_assembler_complete: the outcome of that transfer
 * @status: BW_OK (read data is in place) or why it failed
 * @byte: receives the byte if the event was a recv and the result is ACK; may
 *        be NULL for other events
 *
 * BW_UNSUPPORTED for a probe means the adapter cannot ask without moving
 * data; the part then counts as present.
 *
 * Returns: the answer to the event that waited; or BW_ASM_WAIT for one more
 * transfer.  For a probe outside of a transaction the answer has no taker.
 */
enum bw_asm_verdict bw_i2c_assembler_complete(struct bw_i2c_assembler *a,
                                              enum bw_status status,
                                              uint8_t *byte);

/* The event that waits, if any, is withdrawn (controller reset); its
 * transfer's result is not to be reported any more, the bus is free, what was
 * gathered is dropped. */
void bw_i2c_assembler_abort(struct bw_i2c_assembler *a);

/* What the last START or STOP found out about a read; each report once. */
bool bw_i2c_assembler_report(struct bw_i2c_assembler *a,
                             struct bw_asm_report *report);

const struct bw_asm_stats *
bw_i2c_assembler_stats(const struct bw_i2c_assembler *a);

/* Private: here only so that a caller can embed the object. */
struct bw_asm_write {
    uint16_t addr;
    uint16_t flags;
    uint16_t len;
};

struct bw_i2c_assembler {
    struct bw_asm_config config;
    struct bw_asm_stats stats;
    struct bw_asm_report report;
    struct bw_lengths learned;
    int phase;   /* enum in the .c file */
    int waiting; /* event that waits for a transfer, same */
    uint8_t present[BW_ASM_ADDRESSES / 8]; /* answered the last transfer */
    bool unprobeable; /* the adapter cannot write no bytes */
    bool asked;       /* presence was asked for in this transaction */
    bool fell_short;  /* the read under way was counted as under-read */
    bool profiled;    /* ... follows the profile */
    bool limited;     /* ... was fetched in part because of it */
    uint16_t addr;    /* of the message under way */
    uint16_t flags;   /* ... BW_I2C_TEN_BIT or 0 */
    uint16_t nwrites; /* write messages gathered */
    struct bw_asm_write writes[BW_I2C_MAX_MSGS];
    uint16_t tx_len;        /* bytes gathered in all of them */
    uint16_t rx_len;        /* bytes in @rx */
    uint16_t rx_pos;        /* of these, taken by the guest */
    uint16_t ask_len;       /* bytes the transfer under way reads */
    uint32_t want;          /* what the controller said it reads, 0 unknown */
    uint32_t taken;         /* bytes taken by the guest in the read under way */
    uint32_t predicted;     /* ... that were expected, 0: nobody said so many */
    uint16_t skip;          /* bytes at the start of @rx that the guest has */
    struct bw_read_key key; /* of the read under way */
    struct bw_read_key last;      /* prefix of the last write with STOP */
    struct bw_part_pos guest_pos; /* where the guest believes the pointer */
    struct bw_part_pos part_pos;  /* where it is */
    struct bw_part_pos read_pos;  /* where the read under way began */
    struct bw_part_pos fetch_pos; /* where the transfer under way begins */
    uint8_t pointer_tx[BW_PROFILE_POINTER];
    struct bw_i2c_xfer xfer;
    uint8_t tx[BW_ASM_MAX_WRITE];
    uint8_t rx[BW_ASM_MAX_READ];
};

#endif
