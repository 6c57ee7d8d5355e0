/*
 * From the events on a guest's bus to SMBus protocols, and back; see
 * smbus_guest.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus_guest.h"

#include <string.h>

#include "wire.h"

enum phase {
    PHASE_IDLE,
    PHASE_WRITE,
    PHASE_READ
};

enum waiting {
    WAIT_NOTHING,
    WAIT_PROBE, /* outside of a transaction */
    WAIT_START, /* a quick write, for a START */
    WAIT_FETCH, /* a read, for its START */
    WAIT_RECV,
    WAIT_STOP
};

void bw_smbus_guest_init(struct bw_smbus_guest *g,
                         const struct bw_smbus_guest_config *config)
{
    memset(g, 0, sizeof(*g));
    g->config = *config;
    bw_smbus_guest_set_funcs(g, config->funcs);
}

void bw_smbus_guest_set_funcs(struct bw_smbus_guest *g, uint32_t funcs)
{
    g->config.funcs = funcs;
    g->unprobeable = !(funcs & BW_I2C_FUNC_SMBUS_QUICK);
}

static enum bw_asm_verdict hand_out(struct bw_smbus_guest *g, enum waiting w)
{
    g->xfer.addr = g->config.hostaddr;
    g->xfer.flags |=
        g->config.pec && g->xfer.form != BW_SMBUS_QUICK ? BW_SMBUS_PEC : 0;
    g->waiting = w;
    g->stats.transfers++;
    return BW_ASM_WAIT;
}

static void new_xfer(struct bw_smbus_guest *g, unsigned form, unsigned flags)
{
    memset(&g->xfer, 0, sizeof(g->xfer));
    g->xfer.form = (uint16_t)form;
    g->xfer.flags = (uint16_t)flags;
}

static bool needs_probe(const struct bw_smbus_guest *g)
{
    return !g->present && !g->unprobeable;
}

static enum bw_asm_verdict ask(struct bw_smbus_guest *g, enum waiting w)
{
    new_xfer(g, BW_SMBUS_QUICK, 0);
    g->stats.probes++;
    g->asked = true;
    return hand_out(g, w);
}

/* What follows the command. */
static void put_out(struct bw_smbus_guest *g, size_t skip, size_t len)
{
    g->xfer.command = g->tx[0];
    g->xfer.out_len = (uint8_t)(len - skip);
    memcpy(g->xfer.out, g->tx + skip, len - skip);
}

/* The code of what the guest has written since its START. */
static uint8_t tx_pec(const struct bw_smbus_guest *g, size_t len)
{
    const uint8_t addr = (uint8_t)(g->config.addr7 << 1);

    return bw_smbus_pec(bw_smbus_pec(0, &addr, 1), g->tx, len);
}

/* Writes */

static bool is_counted(const struct bw_smbus_guest *g, size_t len)
{
    return len > 2 && g->tx[1] == len - 2;
}

/* Returns false for more bytes than any protocol has. */
static bool write_xfer(struct bw_smbus_guest *g, size_t len)
{
    static const unsigned forms[] = { BW_SMBUS_QUICK, BW_SMBUS_BYTE,
                                      BW_SMBUS_BYTE_DATA, BW_SMBUS_WORD_DATA };
    bool block =
        is_counted(g, len) && (g->config.funcs & BW_I2C_FUNC_SMBUS_BLOCK_WRITE);

    if (len < sizeof(forms) / sizeof(forms[0])) {
        new_xfer(g, forms[len], 0);
        put_out(g, 1, len);
    } else if (!block && len > 1 + BW_SMBUS_MAX_BLOCK) {
        return false;
    } else {
        new_xfer(g, block ? BW_SMBUS_BLOCK : BW_SMBUS_I2C_BLOCK, 0);
        put_out(g, block ? 2 : 1, len);
    }
    return true;
}

static enum bw_asm_verdict end_write(struct bw_smbus_guest *g)
{
    size_t len = g->tx_len;

    if (len == 0) {
        if (g->asked) {
            return BW_ASM_ACK; /* START has just asked the same */
        }
        return ask(g, WAIT_STOP);
    }
    if (g->config.pec) {
        len--;
        if (len == 0 || tx_pec(g, len) != g->tx[len]) {
            g->stats.pec_errors++;
            return BW_ASM_NACK_DATA;
        }
    }
    return write_xfer(g, len) ? hand_out(g, WAIT_STOP) : BW_ASM_NACK_DATA;
}

/* Reads */

/* What is tried next when a form turns out too short; 0: nothing. */
static unsigned longer(unsigned form)
{
    switch (form) {
    case BW_SMBUS_READ_BYTE:
        return BW_SMBUS_READ_WORD;
    case BW_SMBUS_READ_WORD:
        return BW_SMBUS_READ_BLOCK;
    default:
        return BW_SMBUS_READ_UNKNOWN;
    }
}

/* A command and a read of so many bytes as the controller says. */
static void hinted_xfer(struct bw_smbus_guest *g, uint32_t len)
{
    uint32_t funcs = g->config.funcs;
    bool plain = (funcs & BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ) &&
                 (!g->config.pec || (funcs & BW_I2C_FUNC_RDWR)) &&
                 len <= BW_SMBUS_MAX_BLOCK;

    if (len == 1) {
        new_xfer(g, BW_SMBUS_BYTE_DATA, BW_SMBUS_READ);
    } else if (len == 2) {
        new_xfer(g, BW_SMBUS_WORD_DATA, BW_SMBUS_READ);
    } else if (plain) {
        new_xfer(g, BW_SMBUS_I2C_BLOCK, BW_SMBUS_READ);
        g->xfer.in_len = (uint8_t)len;
    } else {
        new_xfer(g, BW_SMBUS_BLOCK, BW_SMBUS_READ);
    }
    put_out(g, 1, 1);
}

static void form_xfer(struct bw_smbus_guest *g)
{
    static const unsigned forms[] = {
        [BW_SMBUS_READ_BYTE] = BW_SMBUS_BYTE_DATA,
        [BW_SMBUS_READ_WORD] = BW_SMBUS_WORD_DATA,
        [BW_SMBUS_READ_BLOCK] = BW_SMBUS_BLOCK,
        [BW_SMBUS_READ_CALL] = BW_SMBUS_PROC_CALL,
        [BW_SMBUS_READ_BLOCK_CALL] = BW_SMBUS_BLOCK_PROC_CALL,
    };
    bool call = g->form >= BW_SMBUS_READ_CALL;

    new_xfer(g, forms[g->form], call ? 0 : BW_SMBUS_READ);
    put_out(g, g->form == BW_SMBUS_READ_BLOCK_CALL ? 2 : 1, g->tx_len);
}

/* The form of the read behind what was written; false if there is none. */
static bool choose_form(struct bw_smbus_guest *g)
{
    uint8_t said = g->config.forms[g->tx[0]];

    if (g->tx_len == 1) {
        bool read = said && said < BW_SMBUS_READ_CALL;
        unsigned known = read ? said : g->learned[g->tx[0]];

        g->fixed = read;
        g->form = (uint8_t)(known ? known : BW_SMBUS_READ_BYTE);
        return true;
    }
    g->fixed = true; /* the bytes say it */
    if (g->tx_len == 3 &&
        !(is_counted(g, 3) && said == BW_SMBUS_READ_BLOCK_CALL)) {
        g->form = BW_SMBUS_READ_CALL;
        return true;
    }
    g->form = BW_SMBUS_READ_BLOCK_CALL;
    return is_counted(g, g->tx_len);
}

static enum bw_asm_verdict start_read_of_command(struct bw_smbus_guest *g)
{
    uint32_t len = g->hint > 1 ? g->hint - g->config.pec : g->hint;

    g->tried = true;
    if (!choose_form(g)) {
        return BW_ASM_NACK_ADDR;
    }
    if (g->tx_len == 1 && len > 0) {
        g->fixed = true;
        hinted_xfer(g, len);
    } else {
        form_xfer(g);
    }
    return hand_out(g, WAIT_FETCH);
}

static enum bw_asm_verdict start_read_of_none(struct bw_smbus_guest *g)
{
    g->tx_len = 0;
    g->fixed = true;
    g->tried = false;
    if (g->hint > 1u + g->config.pec) {
        g->tried = true;
        return BW_ASM_NACK_ADDR; /* no protocol reads so many */
    }
    return needs_probe(g) ? ask(g, WAIT_START) : BW_ASM_ACK;
}

/* Put what came in where the guest takes it from, with the count and code. */
static void take_in(struct bw_smbus_guest *g)
{
    const struct bw_smbus_xfer *x = &g->xfer;
    const uint8_t addr = (uint8_t)(g->config.addr7 << 1 | 1);
    uint8_t pec = g->tx_len > 0 ? tx_pec(g, g->tx_len) : 0;
    uint16_t len = 0;

    if (bw_smbus_in_len(x) < 0) {
        g->rx[len++] = x->in_len;
    }
    memcpy(g->rx + len, x->in, x->in_len);
    len = (uint16_t)(len + x->in_len);
    g->rx_data = len;
    if (g->config.pec) {
        pec = bw_smbus_pec(bw_smbus_pec(pec, &addr, 1), g->rx, len);
        g->rx[len++] = pec;
    }
    g->rx_len = len;
    g->fetched = true;
}

/* The form of a guess was too short.  Returns false if none is left. */
static bool try_longer(struct bw_smbus_guest *g)
{
    unsigned form = g->fixed ? BW_SMBUS_READ_UNKNOWN : longer(g->form);

    if (form == BW_SMBUS_READ_UNKNOWN) {
        return false;
    }
    if (form == BW_SMBUS_READ_BLOCK &&
        !(g->config.funcs & BW_I2C_FUNC_SMBUS_BLOCK_READ)) {
        return false;
    }
    g->form = (uint8_t)form;
    g->stats.under_read++;
    form_xfer(g);
    return true;
}

/* What this read has taught, when it is over. */
static void end_read(struct bw_smbus_guest *g)
{
    uint32_t data = g->taken < g->rx_data ? g->taken : g->rx_data;
    uint8_t *learned = &g->learned[g->tx[0]];

    if (!g->fetched) {
        return;
    }
    g->stats.over_read += g->rx_data - data;
    if (!g->fixed) {
        uint8_t form = data == 1   ? BW_SMBUS_READ_BYTE
                       : data == 2 ? BW_SMBUS_READ_WORD
                                   : g->form;

        g->stats.mispredicted += *learned != 0 && *learned != form;
        *learned = form;
    }
}

/* Events */

static void leave(struct bw_smbus_guest *g)
{
    if (g->phase == PHASE_READ) {
        end_read(g);
    }
    g->phase = PHASE_IDLE;
    g->tx_len = 0;
    g->rx_len = 0;
    g->rx_data = 0;
    g->taken = 0;
    g->fetched = false;
    g->asked = false;
}

enum bw_asm_verdict bw_smbus_guest_start(struct bw_smbus_guest *g, bool is_read,
                                         uint32_t len_hint)
{
    bool written = g->phase == PHASE_WRITE && g->tx_len > 0;

    if (g->waiting != WAIT_NOTHING) {
        return BW_ASM_NACK_ADDR;
    }
    g->hint = len_hint;
    if (written && is_read) {
        g->phase = PHASE_READ;
        return start_read_of_command(g);
    }
    if (written) {
        leave(g); /* no protocol writes twice, and the bytes are lost */
        return BW_ASM_NACK_DATA;
    }
    if (g->phase == PHASE_READ) {
        leave(g);
    }
    g->phase = is_read ? PHASE_READ : PHASE_WRITE;
    if (is_read) {
        return start_read_of_none(g);
    }
    return needs_probe(g) ? ask(g, WAIT_START) : BW_ASM_ACK;
}

enum bw_asm_verdict bw_smbus_guest_send(struct bw_smbus_guest *g, uint8_t byte)
{
    if (g->waiting != WAIT_NOTHING || g->phase != PHASE_WRITE ||
        g->tx_len == sizeof(g->tx)) {
        return BW_ASM_NACK_DATA;
    }
    g->tx[g->tx_len++] = byte;
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_smbus_guest_recv(struct bw_smbus_guest *g, uint8_t *byte)
{
    if (g->waiting != WAIT_NOTHING || g->phase != PHASE_READ) {
        return BW_ASM_NACK_ADDR;
    }
    if (!g->fetched && g->tried) {
        return BW_ASM_NACK_ADDR; /* it has failed */
    }
    if (!g->fetched) {
        g->tried = true;
        new_xfer(g, BW_SMBUS_BYTE, BW_SMBUS_READ);
        return hand_out(g, WAIT_RECV);
    }
    if (g->taken >= g->rx_len && try_longer(g)) {
        return hand_out(g, WAIT_RECV);
    }
    *byte = g->taken < g->rx_len ? g->rx[g->taken] : 0xff;
    g->taken++;
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_smbus_guest_stop(struct bw_smbus_guest *g)
{
    enum bw_asm_verdict verdict = BW_ASM_ACK;

    if (g->waiting != WAIT_NOTHING) {
        return BW_ASM_NACK_ADDR;
    }
    if (g->phase == PHASE_WRITE) {
        verdict = end_write(g);
    } else if (g->phase == PHASE_READ && !g->tried) {
        new_xfer(g, BW_SMBUS_QUICK, BW_SMBUS_READ);
        verdict = g->unprobeable ? BW_ASM_ACK : hand_out(g, WAIT_STOP);
    }
    if (verdict != BW_ASM_WAIT) {
        leave(g);
    }
    return verdict;
}

enum bw_asm_verdict bw_smbus_guest_probe(struct bw_smbus_guest *g)
{
    if (g->waiting != WAIT_NOTHING || g->phase != PHASE_IDLE ||
        !needs_probe(g)) {
        return BW_ASM_ACK;
    }
    return ask(g, WAIT_PROBE);
}

void bw_smbus_guest_forget(struct bw_smbus_guest *g)
{
    g->present = false;
}

void bw_smbus_guest_abort(struct bw_smbus_guest *g)
{
    g->waiting = WAIT_NOTHING;
    g->fetched = false;
    leave(g);
}

struct bw_smbus_xfer *bw_smbus_guest_xfer(struct bw_smbus_guest *g)
{
    return &g->xfer;
}

static enum bw_asm_verdict refused(enum bw_status status)
{
    return status == BW_NACK_DATA || status == BW_PEC ? BW_ASM_NACK_DATA
                                                      : BW_ASM_NACK_ADDR;
}

/* A read of the part came back. */
static enum bw_asm_verdict fetched(struct bw_smbus_guest *g,
                                   enum bw_status status, int waiting,
                                   uint8_t *byte)
{
    if (status == BW_PEC && g->tx_len > 0 && try_longer(g)) {
        return hand_out(g, (enum waiting)waiting);
    }
    if (status != BW_OK) {
        g->fixed = true; /* nothing is tried any more */
        return waiting == WAIT_RECV ? BW_ASM_NACK_DATA : refused(status);
    }
    take_in(g);
    return waiting == WAIT_RECV ? bw_smbus_guest_recv(g, byte) : BW_ASM_ACK;
}

enum bw_asm_verdict bw_smbus_guest_complete(struct bw_smbus_guest *g,
                                            enum bw_status status,
                                            uint8_t *byte)
{
    int waiting = g->waiting;
    bool is_quick = g->xfer.form == BW_SMBUS_QUICK;

    g->waiting = WAIT_NOTHING;
    if (is_quick && status == BW_UNSUPPORTED) {
        g->unprobeable = true;
        status = BW_OK;
    }
    g->stats.failures += status != BW_OK;
    g->present = status == BW_OK || status == BW_PEC;
    switch (waiting) {
    case WAIT_FETCH:
    case WAIT_RECV:
        return fetched(g, status, waiting, byte);
    case WAIT_STOP:
        leave(g);
        return status == BW_OK ? BW_ASM_ACK : refused(status);
    default:
        return status == BW_OK ? BW_ASM_ACK : BW_ASM_NACK_ADDR;
    }
}
