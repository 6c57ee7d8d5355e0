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
 * controller's).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_assembler_internal.h"

#include <string.h>

#define ADDR7_MAX  0x7fu
#define ADDR10_MAX 0x3ffu

static bool is_address(uint16_t addr, uint16_t flags)
{
    return addr <= (flags & BW_I2C_TEN_BIT ? ADDR10_MAX : ADDR7_MAX) &&
           !(flags & ~(unsigned)BW_I2C_TEN_BIT);
}

enum bw_status bw_i2c_assembler_init(struct bw_i2c_assembler *a,
                                     const struct bw_asm_config *config)
{
    if (!is_address(config->hostaddr, config->flags) ||
        config->read_ahead == 0 || config->read_ahead > BW_ASM_MAX_READ ||
        config->max_len == 0) {
        return BW_INVALID;
    }
    memset(a, 0, sizeof(*a));
    a->config = *config;
    if (config->profile) {
        a->guest_pos = bw_part_profile_point(config->profile, NULL, 0);
    }
    return BW_OK;
}

void bw_i2c_assembler_forget(struct bw_i2c_assembler *a)
{
    memset(a->present, 0, sizeof(a->present));
    a->unprobeable = false;
    bw_asm_lose_pointer(a);
}

bool bw_i2c_assembler_report(struct bw_i2c_assembler *a,
                             struct bw_asm_report *report)
{
    *report = a->report;
    a->report.kind = BW_ASM_REPORT_NONE;
    return report->kind != BW_ASM_REPORT_NONE;
}

const struct bw_asm_stats *
bw_i2c_assembler_stats(const struct bw_i2c_assembler *a)
{
    return &a->stats;
}

/* Presence, by address */

#define SLOTS_7 128u /* the 7-bit addresses come first */

static unsigned slot_of(uint16_t addr, uint16_t flags)
{
    return flags & BW_I2C_TEN_BIT ? SLOTS_7 + (addr & ADDR10_MAX)
                                  : addr & ADDR7_MAX;
}

static bool is_present(const struct bw_i2c_assembler *a, uint16_t addr,
                       uint16_t flags)
{
    unsigned slot = slot_of(addr, flags);

    return a->present[slot / 8] & 1u << slot % 8;
}

static void set_present(struct bw_i2c_assembler *a, uint16_t addr,
                        uint16_t flags, bool present)
{
    unsigned slot = slot_of(addr, flags);

    if (present) {
        a->present[slot / 8] |= (uint8_t)(1u << slot % 8);
    } else {
        a->present[slot / 8] &= (uint8_t) ~(1u << slot % 8);
    }
}

/* All parts that the transfer speaks to. */
static void set_xfer_present(struct bw_i2c_assembler *a, bool present)
{
    for (unsigned i = 0; i < a->xfer.nmsgs; i++) {
        set_present(a, a->xfer.msgs[i].addr, a->xfer.msgs[i].flags, present);
    }
}

/* Nobody can be asked for one: a write of no bytes would be one, too. */
static bool is_general_call(const struct bw_i2c_assembler *a)
{
    return a->addr == 0 && !(a->flags & BW_I2C_TEN_BIT);
}

static bool known_present(const struct bw_i2c_assembler *a)
{
    return a->unprobeable || is_general_call(a) ||
           is_present(a, a->addr, a->flags);
}

/* Transfers */

void bw_asm_begin_xfer(struct bw_i2c_assembler *a)
{
    a->xfer.nmsgs = 0;
}

static void add_msg_to(struct bw_i2c_assembler *a, uint16_t addr,
                       unsigned flags, uint8_t *data, uint16_t len)
{
    a->xfer.msgs[a->xfer.nmsgs++] = (struct bw_i2c_msg){
        .addr = addr,
        .flags = (uint16_t)flags,
        .len = len,
        .data = len > 0 ? data : NULL,
    };
}

void bw_asm_add_msg(struct bw_i2c_assembler *a, unsigned flags, uint8_t *data,
                    uint16_t len)
{
    add_msg_to(a, a->addr, a->flags | flags, data, len);
}

void bw_asm_add_writes(struct bw_i2c_assembler *a)
{
    uint16_t at = 0;

    for (unsigned i = 0; i < a->nwrites; i++) {
        const struct bw_asm_write *w = &a->writes[i];

        add_msg_to(a, w->addr, w->flags, a->tx + at, w->len);
        at += w->len;
    }
}

enum bw_asm_verdict bw_asm_hand_out(struct bw_i2c_assembler *a,
                                    enum bw_asm_waiting waiting)
{
    a->waiting = waiting;
    a->stats.transfers++;
    return BW_ASM_WAIT;
}

/* Ask for presence: a write of no bytes. */
static enum bw_asm_verdict ask(struct bw_i2c_assembler *a,
                               enum bw_asm_waiting waiting)
{
    bw_asm_begin_xfer(a);
    bw_asm_add_msg(a, 0, NULL, 0);
    a->stats.probes++;
    return bw_asm_hand_out(a, waiting);
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

static void open_write(struct bw_i2c_assembler *a)
{
    a->writes[a->nwrites++] = (struct bw_asm_write){
        .addr = a->addr,
        .flags = a->flags,
    };
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

enum bw_asm_verdict bw_i2c_assembler_start_at(struct bw_i2c_assembler *a,
                                              uint16_t addr, uint16_t flags,
                                              bool is_read, uint32_t len_hint)
{
    if (a->waiting != WAIT_NONE || !is_address(addr, flags)) {
        return BW_ASM_NACK_ADDR;
    }
    if (a->phase == PHASE_READING) {
        bw_asm_end_read(a);
    }
    if (a->phase != PHASE_WRITING && a->phase != PHASE_FULL) {
        begin_gathering(a);
    } else if (a->writes[a->nwrites - 1].len == 0) {
        a->nwrites--; /* a write of no bytes before a repeated START */
    }
    a->addr = addr;
    a->flags = flags;
    return is_read ? bw_asm_start_read(a, len_hint) : start_write(a);
}

enum bw_asm_verdict bw_i2c_assembler_start(struct bw_i2c_assembler *a,
                                           bool is_read, uint32_t len_hint)
{
    return bw_i2c_assembler_start_at(a, a->config.hostaddr, a->config.flags,
                                     is_read, len_hint);
}

enum bw_asm_verdict bw_i2c_assembler_send(struct bw_i2c_assembler *a,
                                          uint8_t byte)
{
    uint16_t *len;

    if (a->waiting != WAIT_NONE || a->phase != PHASE_WRITING) {
        return BW_ASM_NACK_DATA;
    }
    len = &a->writes[a->nwrites - 1].len;
    if (a->tx_len == BW_ASM_MAX_WRITE || *len == a->config.max_len) {
        return BW_ASM_NACK_DATA;
    }
    a->tx[a->tx_len++] = byte;
    (*len)++;
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_i2c_assembler_recv(struct bw_i2c_assembler *a,
                                          uint8_t *byte)
{
    if (a->waiting != WAIT_NONE || a->phase != PHASE_READING) {
        return BW_ASM_NACK_ADDR;
    }
    if (a->rx_pos == a->rx_len) {
        return bw_asm_fetch_more(a);
    }
    return bw_asm_take_byte(a, byte);
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
    bw_asm_begin_xfer(a);
    bw_asm_add_writes(a);
    return bw_asm_hand_out(a, WAIT_STOP);
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
        bw_asm_end_read(a);
    }
    a->phase = PHASE_FREE;
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_i2c_assembler_probe(struct bw_i2c_assembler *a)
{
    if (a->waiting != WAIT_NONE || a->phase != PHASE_FREE) {
        return BW_ASM_ACK;
    }
    a->addr = a->config.hostaddr;
    a->flags = a->config.flags;
    return known_present(a) ? BW_ASM_ACK : ask(a, WAIT_PROBE);
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

/* The adapter cannot ask.  Of 10 bits it may know nothing at all. */
static bool cannot_ask(const struct bw_i2c_assembler *a, enum bw_status status)
{
    return status == BW_UNSUPPORTED && was_probe(a) &&
           !(a->xfer.msgs[0].flags & BW_I2C_TEN_BIT);
}

static void note_presence(struct bw_i2c_assembler *a, enum bw_status status)
{
    set_xfer_present(a, status == BW_OK);
    a->unprobeable |= cannot_ask(a, status);
}

static void complete_stop(struct bw_i2c_assembler *a, enum bw_status status)
{
    a->phase = PHASE_FREE;
    if (status != BW_OK || a->tx_len == 0) {
        return;
    }
    bw_read_key_set(&a->last, a->addr, a->flags, a->tx, a->tx_len);
    bw_asm_note_writes(a);
    if (a->tx_len >= 2) {
        set_xfer_present(a, false); /* it may be busy writing now */
    }
}

enum bw_asm_verdict bw_i2c_assembler_complete(struct bw_i2c_assembler *a,
                                              enum bw_status status,
                                              uint8_t *byte)
{
    enum bw_asm_waiting waited = (enum bw_asm_waiting)a->waiting;

    if (waited == WAIT_NONE) {
        return BW_ASM_NACK_ADDR;
    }
    a->waiting = WAIT_NONE;
    if (status != BW_OK) {
        a->stats.failures++;
    }
    if (status != BW_OK && !was_probe(a)) {
        bw_asm_lose_pointer(a);
    }
    note_presence(a, status);
    if (cannot_ask(a, status)) {
        status = BW_OK;
    }
    if (waited == WAIT_STOP) {
        complete_stop(a, status);
    } else if (status != BW_OK && waited != WAIT_PROBE) {
        a->phase = PHASE_REFUSED;
    } else if (waited == WAIT_START_WRITE) {
        open_write(a);
    } else if (waited != WAIT_PROBE) {
        return bw_asm_complete_read(a, waited, byte);
    }
    return verdict_of(status);
}

void bw_i2c_assembler_abort(struct bw_i2c_assembler *a)
{
    if (a->waiting != WAIT_NONE) {
        set_xfer_present(a, false); /* what became of it is unknown */
        bw_asm_lose_pointer(a);
        a->waiting = WAIT_NONE;
    }
    if (a->phase == PHASE_READING) {
        bw_asm_drop_rest(a);
    }
    a->phase = PHASE_FREE;
}
