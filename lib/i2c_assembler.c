/*
 * From the events on a guest's I2C bus to whole transfers, and back; the
 * rules are in i2c_assembler.h.
 *
 * Source: NXP UM10204 rev. 7, section 3.1 (START, repeated START, STOP,
 * acknowledge); the limits are those of i2c_xfer.h.  Before it on the way of
 * a register read: passthrough/i2c_transfer.c, which hands on what
 * i2c_passthrough_bus.c met.  After it: passthrough/link_i2c.c, which sends
 * the transfer.
 *
 * Not modelled: clock stretching and arbitration of the guest's bus (the
 * controller's), 10-bit addresses, the general call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_assembler.h"

#include <string.h>

#define ADDR7_MAX 0x7fu

enum phase {
    PHASE_FREE,    /* no transaction */
    PHASE_WRITING, /* gathering a write message */
    PHASE_FULL,    /* a further write message was refused, no room */
    PHASE_READING, /* bytes of a read are handed out */
    PHASE_REFUSED  /* the last START or byte failed, nothing is gathered */
};

enum waiting {
    WAIT_NONE,
    WAIT_START_WRITE, /* is the part there? */
    WAIT_START_READ,
    WAIT_RECV_LONGER, /* the same read again, longer */
    WAIT_RECV_FURTHER,
    WAIT_STOP,
    WAIT_PROBE /* outside of a transaction */
};

enum bw_status bw_i2c_assembler_init(struct bw_i2c_assembler *a,
                                     const struct bw_asm_config *config)
{
    if (config->hostaddr > ADDR7_MAX || config->read_ahead == 0 ||
        config->read_ahead > BW_ASM_MAX_READ || config->max_len == 0) {
        return BW_INVALID;
    }
    memset(a, 0, sizeof(*a));
    a->config = *config;
    return BW_OK;
}

void bw_i2c_assembler_forget(struct bw_i2c_assembler *a)
{
    a->present = false;
    a->unprobeable = false;
}

const struct bw_asm_stats *
bw_i2c_assembler_stats(const struct bw_i2c_assembler *a)
{
    return &a->stats;
}

static bool known_present(const struct bw_i2c_assembler *a)
{
    return a->present || a->unprobeable;
}

/* The longest read that one transfer may have. */
static uint16_t longest_read(const struct bw_i2c_assembler *a)
{
    return a->config.max_len < BW_ASM_MAX_READ ? a->config.max_len
                                               : BW_ASM_MAX_READ;
}

static uint16_t cap_read(const struct bw_i2c_assembler *a, uint32_t len)
{
    return len < longest_read(a) ? (uint16_t)len : longest_read(a);
}

/* Lengths that were learned */

static void set_prefix(struct bw_asm_learned *key, const uint8_t *bytes,
                       size_t len)
{
    memset(key, 0, sizeof(*key));
    key->prefix_len = (uint8_t)(len < BW_ASM_PREFIX ? len : BW_ASM_PREFIX);
    memcpy(key->prefix, bytes, key->prefix_len);
}

static struct bw_asm_learned *find_learned(struct bw_i2c_assembler *a)
{
    for (unsigned i = 0; i < BW_ASM_LEARNED; i++) {
        struct bw_asm_learned *l = &a->learned[i];

        if (l->read_len != 0 && l->prefix_len == a->key.prefix_len &&
            memcmp(l->prefix, a->key.prefix, l->prefix_len) == 0) {
            return l;
        }
    }
    return NULL;
}

static void learn(struct bw_i2c_assembler *a, uint32_t len)
{
    struct bw_asm_learned *l = find_learned(a);

    if (len == 0) {
        return; /* a read that was begun and given up tells nothing */
    }
    if (!l) {
        l = &a->learned[a->next_slot];
        a->next_slot = (a->next_slot + 1) % BW_ASM_LEARNED;
        *l = a->key;
    }
    l->read_len = cap_read(a, len);
}

/* Transfers */

static void add_msg(struct bw_i2c_assembler *a, unsigned flags, uint8_t *data,
                    uint16_t len)
{
    a->xfer.msgs[a->xfer.nmsgs++] = (struct bw_i2c_msg){
        .addr = a->config.hostaddr,
        .flags = (uint16_t)flags,
        .len = len,
        .data = len > 0 ? data : NULL,
    };
}

static void add_writes(struct bw_i2c_assembler *a)
{
    uint16_t at = 0;

    for (unsigned i = 0; i < a->nwrites; i++) {
        add_msg(a, 0, a->tx + at, a->write_len[i]);
        at += a->write_len[i];
    }
}

static void add_read(struct bw_i2c_assembler *a, uint16_t len)
{
    a->ask_len = len;
    add_msg(a, BW_I2C_READ, a->rx, len);
}

static enum bw_asm_verdict hand_out(struct bw_i2c_assembler *a,
                                    enum waiting waiting)
{
    a->waiting = waiting;
    a->stats.transfers++;
    return BW_ASM_WAIT;
}

/* Ask for presence: a write of no bytes. */
static enum bw_asm_verdict ask(struct bw_i2c_assembler *a, enum waiting waiting)
{
    a->xfer.nmsgs = 0;
    add_msg(a, 0, NULL, 0);
    a->stats.probes++;
    return hand_out(a, waiting);
}

static enum bw_asm_verdict verdict_of(enum bw_status status)
{
    switch (status) {
    case BW_OK:
        return BW_ASM_ACK;
    case BW_NACK_DATA:
        return BW_ASM_NACK_DATA;
    default:
        return BW_ASM_NACK_ADDR;
    }
}

/* Transactions */

static void begin_gathering(struct bw_i2c_assembler *a)
{
    a->nwrites = 0;
    a->tx_len = 0;
    a->asked = false;
}

/* Count what was fetched in vain; used at the end of a read, also a bad one. */
static void drop_rest(struct bw_i2c_assembler *a)
{
    a->stats.over_read += (uint64_t)(a->rx_len - a->rx_pos);
    a->rx_pos = a->rx_len;
}

static void end_read(struct bw_i2c_assembler *a)
{
    drop_rest(a);
    if (a->taken > a->want) {
        learn(a, a->taken);
    }
}

static void open_write(struct bw_i2c_assembler *a)
{
    a->write_len[a->nwrites++] = 0;
    a->phase = PHASE_WRITING;
}

static enum bw_asm_verdict start_write(struct bw_i2c_assembler *a)
{
    if (a->nwrites == BW_I2C_MAX_MSGS - 1) { /* one is kept for a read */
        a->phase = PHASE_FULL;
        return BW_ASM_NACK_ADDR;
    }
    if (a->nwrites == 0 && !a->asked && !known_present(a)) {
        a->asked = true;
        return ask(a, WAIT_START_WRITE);
    }
    open_write(a);
    return BW_ASM_ACK;
}

static uint16_t first_read_len(struct bw_i2c_assembler *a)
{
    const struct bw_asm_learned *l;

    if (a->want > 0) {
        return cap_read(a, a->want);
    }
    l = find_learned(a);
    return cap_read(a, l ? l->read_len : a->config.read_ahead);
}

static enum bw_asm_verdict start_read(struct bw_i2c_assembler *a,
                                      uint32_t len_hint)
{
    if (a->tx_len > 0) {
        set_prefix(&a->key, a->tx, a->tx_len);
    } else {
        a->key = a->last;
    }
    a->want = len_hint;
    a->taken = 0;
    a->fell_short = false;
    a->rx_len = 0;
    a->rx_pos = 0;
    a->xfer.nmsgs = 0;
    add_writes(a);
    add_read(a, first_read_len(a));
    return hand_out(a, WAIT_START_READ);
}

enum bw_asm_verdict bw_i2c_assembler_start(struct bw_i2c_assembler *a,
                                           bool is_read, uint32_t len_hint)
{
    if (a->waiting != WAIT_NONE) {
        return BW_ASM_NACK_ADDR;
    }
    if (a->phase == PHASE_READING) {
        end_read(a);
    }
    if (a->phase != PHASE_WRITING && a->phase != PHASE_FULL) {
        begin_gathering(a);
    } else if (a->write_len[a->nwrites - 1] == 0) {
        a->nwrites--; /* a write of no bytes before a repeated START */
    }
    return is_read ? start_read(a, len_hint) : start_write(a);
}

enum bw_asm_verdict bw_i2c_assembler_send(struct bw_i2c_assembler *a,
                                          uint8_t byte)
{
    uint16_t *len;

    if (a->waiting != WAIT_NONE || a->phase != PHASE_WRITING) {
        return BW_ASM_NACK_DATA;
    }
    len = &a->write_len[a->nwrites - 1];
    if (a->tx_len == BW_ASM_MAX_WRITE || *len == a->config.max_len) {
        return BW_ASM_NACK_DATA;
    }
    a->tx[a->tx_len++] = byte;
    (*len)++;
    return BW_ASM_ACK;
}

/* The next bytes of a read whose length was not enough. */
static enum bw_asm_verdict fetch_more(struct bw_i2c_assembler *a)
{
    bool announced = a->taken < a->want; /* the length is known, but long */

    if (!announced && !a->fell_short) {
        a->fell_short = true;
        a->stats.under_read++;
    }
    a->xfer.nmsgs = 0;
    if (!announced && a->tx_len > 0 && a->taken == a->rx_len &&
        a->rx_len < longest_read(a)) {
        uint32_t longer = (uint32_t)a->rx_len + a->config.read_ahead;

        add_writes(a);
        add_read(
            a, cap_read(a, longer > 2u * a->rx_len ? longer : 2u * a->rx_len));
        return hand_out(a, WAIT_RECV_LONGER);
    }
    add_read(
        a, cap_read(a, announced ? a->want - a->taken : a->config.read_ahead));
    return hand_out(a, WAIT_RECV_FURTHER);
}

static enum bw_asm_verdict take_byte(struct bw_i2c_assembler *a, uint8_t *byte)
{
    *byte = a->rx[a->rx_pos++];
    if (a->taken < UINT32_MAX) {
        a->taken++;
    }
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_i2c_assembler_recv(struct bw_i2c_assembler *a,
                                          uint8_t *byte)
{
    if (a->waiting != WAIT_NONE || a->phase != PHASE_READING) {
        return BW_ASM_NACK_ADDR;
    }
    if (a->rx_pos == a->rx_len) {
        return fetch_more(a);
    }
    return take_byte(a, byte);
}

/* STOP after a write: only one of no bytes may need no transfer. */
static enum bw_asm_verdict stop_write(struct bw_i2c_assembler *a)
{
    if (a->tx_len == 0) {
        if (a->asked || a->unprobeable) {
            a->phase = PHASE_FREE;
            return BW_ASM_ACK;
        }
        return ask(a, WAIT_STOP);
    }
    a->xfer.nmsgs = 0;
    add_writes(a);
    return hand_out(a, WAIT_STOP);
}

enum bw_asm_verdict bw_i2c_assembler_stop(struct bw_i2c_assembler *a)
{
    if (a->waiting != WAIT_NONE) {
        return BW_ASM_NACK_ADDR;
    }
    if (a->phase == PHASE_WRITING || a->phase == PHASE_FULL) {
        return stop_write(a);
    }
    if (a->phase == PHASE_READING) {
        end_read(a);
    }
    a->phase = PHASE_FREE;
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_i2c_assembler_probe(struct bw_i2c_assembler *a)
{
    if (a->waiting != WAIT_NONE || a->phase != PHASE_FREE || known_present(a)) {
        return BW_ASM_ACK;
    }
    return ask(a, WAIT_PROBE);
}

struct bw_i2c_xfer *bw_i2c_assembler_xfer(struct bw_i2c_assembler *a)
{
    return &a->xfer;
}

/* Completions */

static bool was_probe(const struct bw_i2c_assembler *a)
{
    return a->xfer.nmsgs == 1 && a->xfer.msgs[0].len == 0;
}

static void note_presence(struct bw_i2c_assembler *a, enum bw_status status)
{
    a->present = status == BW_OK;
    if (status == BW_UNSUPPORTED && was_probe(a)) {
        a->unprobeable = true;
    }
}

static void complete_stop(struct bw_i2c_assembler *a, enum bw_status status)
{
    a->phase = PHASE_FREE;
    if (status != BW_OK || a->tx_len == 0) {
        return;
    }
    set_prefix(&a->last, a->tx, a->tx_len);
    if (a->tx_len >= 2) {
        a->present = false; /* it may be busy writing now */
    }
}

static enum bw_asm_verdict complete_read(struct bw_i2c_assembler *a,
                                         enum waiting waited, uint8_t *byte)
{
    a->rx_len = a->ask_len;
    a->phase = PHASE_READING;
    if (waited == WAIT_RECV_FURTHER) {
        a->rx_pos = 0;
    }
    return waited == WAIT_START_READ ? BW_ASM_ACK : take_byte(a, byte);
}

enum bw_asm_verdict bw_i2c_assembler_complete(struct bw_i2c_assembler *a,
                                              enum bw_status status,
                                              uint8_t *byte)
{
    enum waiting waited = (enum waiting)a->waiting;

    if (waited == WAIT_NONE) {
        return BW_ASM_NACK_ADDR;
    }
    a->waiting = WAIT_NONE;
    if (status != BW_OK) {
        a->stats.failures++;
    }
    note_presence(a, status);
    if (status == BW_UNSUPPORTED && was_probe(a)) {
        status = BW_OK;
    }
    if (waited == WAIT_STOP) {
        complete_stop(a, status);
    } else if (status != BW_OK && waited != WAIT_PROBE) {
        a->phase = PHASE_REFUSED;
    } else if (waited == WAIT_START_WRITE) {
        open_write(a);
    } else if (waited != WAIT_PROBE) {
        return complete_read(a, waited, byte);
    }
    return verdict_of(status);
}

void bw_i2c_assembler_abort(struct bw_i2c_assembler *a)
{
    if (a->waiting != WAIT_NONE) {
        a->present = false; /* what became of the transfer is unknown */
        a->waiting = WAIT_NONE;
    }
    if (a->phase == PHASE_READING) {
        drop_rest(a);
    }
    a->phase = PHASE_FREE;
}
