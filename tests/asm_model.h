/*
 * A guest, two parts and two buses: what the assembler may not change.
 *
 * Every event of a guest goes to a part twice: directly, as on a real bus, and
 * through lib/i2c_assembler.c as whole transfers.  Where the contract in
 * i2c_assembler.h promises it, both answers must be the same, and so must the
 * two parts afterwards.  The guest's choices come from a string of bytes: the
 * unit test makes them from fixed seeds, the fuzzer from its input.
 *
 * The parts are the two kinds that matter here: an EEPROM with an address
 * counter that goes on, a page buffer that STOP commits and a write time in
 * which it answers nobody; a part with a pointer to registers of two bytes, of
 * which each START begins with the first; and a sensor of which a read has
 * effects.  With a profile of the part nothing at all may differ, the sensor's
 * FIFO and flags included.
 *
 * The includer defines MODEL_MUST(condition).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_ASM_MODEL_H
#define BENCHWIRE_TESTS_ASM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/i2c_assembler.h"

#define MODEL_ADDR       0x50
#define MODEL_MEMORY     256
#define MODEL_PAGE       8
#define MODEL_WRITE_TIME 3  /* ticks; time passes only while the bus is free */
#define MODEL_LONGEST    24 /* bytes a guest moves in one message */
#define MODEL_MESSAGES   6  /* in one transaction */
#define SENSOR_FIFO      3  /* a read takes the oldest of what is in there */
#define SENSOR_FLAGS     7  /* a read clears them */
#define SENSOR_REGISTERS 32

/* Parts */

enum model_kind {
    PART_EEPROM,
    PART_WIDE,  /* two bytes a register */
    PART_SENSOR /* one, with effects */
};

static const char *const model_profiles[] = {
    [PART_EEPROM] = "profile 1\nplain 0-0xff\n",
    [PART_WIDE] = "profile 1\nplain 0-0xff width 2 stay\n",
    [PART_SENSOR] = "profile 1\nmask 0x1f\nplain 0-2\nfifo 3\nplain 4-6\n"
                    "clear 7\nplain 8-0x1f\n",
};

struct model_part {
    enum model_kind kind;
    bool is_eeprom;
    bool absent;
    uint8_t taken; /* of the FIFO */
    bool writing;  /* the last START was for writing */
    uint8_t memory[MODEL_MEMORY];
    uint8_t pointer;
    uint8_t got;  /* bytes since START for writing, 2 = two or more */
    uint8_t half; /* of a register, next to be read */
    uint8_t page[MODEL_PAGE];
    bool dirty[MODEL_PAGE];
    uint32_t now;
    uint32_t busy_until;
};

static inline void part_init(struct model_part *p, enum model_kind kind,
                             bool absent)
{
    memset(p, 0, sizeof(*p));
    p->kind = kind;
    p->is_eeprom = kind == PART_EEPROM;
    p->absent = absent;
    for (unsigned i = 0; i < MODEL_MEMORY; i++) {
        p->memory[i] = (uint8_t)(i * 37 + 11); /* no two neighbours alike */
    }
}

static inline bool part_start(struct model_part *p, bool is_read)
{
    if (p->absent || p->now < p->busy_until) {
        return false;
    }
    p->writing = !is_read;
    p->got = 0;
    p->half = 0;
    memset(p->dirty, 0, sizeof(p->dirty));
    return true;
}

static inline void sensor_advance(struct model_part *p)
{
    if (p->pointer != SENSOR_FIFO) {
        p->pointer = (uint8_t)(p->pointer + 1) % SENSOR_REGISTERS;
    }
}

static inline uint8_t sensor_recv(struct model_part *p)
{
    uint8_t byte = p->memory[p->pointer];

    if (p->pointer == SENSOR_FIFO) {
        byte = p->taken++;
    } else if (p->pointer == SENSOR_FLAGS) {
        p->memory[SENSOR_FLAGS] = 0;
    }
    sensor_advance(p);
    return byte;
}

static inline void part_send(struct model_part *p, uint8_t byte)
{
    if (p->got == 0) {
        p->pointer = p->kind == PART_SENSOR ? byte % SENSOR_REGISTERS : byte;
        p->got = 1;
        return;
    }
    p->got = 2;
    if (p->kind == PART_SENSOR) {
        p->memory[p->pointer] = byte;
        sensor_advance(p);
    } else if (p->is_eeprom) {
        uint8_t at = p->pointer % MODEL_PAGE;

        p->page[at] = byte;
        p->dirty[at] = true;
        p->pointer = (uint8_t)(p->pointer - at + (at + 1) % MODEL_PAGE);
    } else {
        p->memory[(uint8_t)(2 * p->pointer + p->half)] = byte;
        p->half ^= 1;
    }
}

static inline uint8_t part_recv(struct model_part *p)
{
    uint8_t byte;

    if (p->kind == PART_SENSOR) {
        return sensor_recv(p);
    }
    if (p->is_eeprom) {
        return p->memory[p->pointer++];
    }
    byte = p->memory[(uint8_t)(2 * p->pointer + p->half)];
    p->half ^= 1;
    return byte;
}

static inline void part_stop(struct model_part *p)
{
    if (p->is_eeprom && p->writing && p->got == 2) {
        for (unsigned i = 0; i < MODEL_PAGE; i++) {
            if (p->dirty[i]) {
                p->memory[p->pointer - p->pointer % MODEL_PAGE + i] =
                    p->page[i];
            }
        }
        p->busy_until = p->now + MODEL_WRITE_TIME;
    }
    p->writing = false;
    p->got = 0;
    memset(p->dirty, 0, sizeof(p->dirty));
}

/* One whole transfer, as an adapter would run it. */
static inline enum bw_status part_transfer(struct model_part *p,
                                           struct bw_i2c_xfer *x)
{
    for (unsigned i = 0; i < x->nmsgs; i++) {
        struct bw_i2c_msg *m = &x->msgs[i];
        bool is_read = (m->flags & BW_I2C_READ) != 0;

        if (!part_start(p, is_read)) {
            part_stop(p);
            return BW_NACK_ADDR;
        }
        for (unsigned k = 0; k < m->len; k++) {
            if (is_read) {
                m->data[k] = part_recv(p);
            } else {
                part_send(p, m->data[k]);
            }
        }
    }
    part_stop(p);
    return BW_OK;
}

/* Choices */

struct model_choices {
    const uint8_t *bytes;
    size_t left;
};

static inline unsigned choose(struct model_choices *c, unsigned below)
{
    if (c->left == 0) {
        return 0;
    }
    c->left--;
    return *c->bytes++ % below;
}

/* Guest and buses */

struct model {
    struct model_choices choices;
    struct model_part real;   /* on the guest's own bus */
    struct model_part remote; /* behind the assembler */
    struct bw_asm_config config;
    bool in_place;     /* remote's pointer is where the guest believes */
    bool wrote;        /* the transaction has sent a byte */
    bool continued;    /* the read under way needed a second START */
    bool profiled;     /* the assembler has the part's profile */
    bool strayed;      /* ... and the transaction has left what that knows */
    unsigned last_len; /* of the last write in it that had bytes */
    uint32_t read;     /* bytes the guest took in the read under way */
    unsigned nmsgs;    /* in the transaction under way */
    unsigned stage;    /* of an event: completions so far */
    struct bw_part_profile profile;
    struct bw_i2c_assembler a;
};

/* Run the transfer that waits, and what else it asks for. */
static inline enum bw_asm_verdict
model_serve(struct model *m, enum bw_asm_verdict v, uint8_t *byte)
{
    for (m->stage = 0; v == BW_ASM_WAIT; m->stage++) {
        struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&m->a);

        MODEL_MUST(m->stage < 2);
        MODEL_MUST(bw_i2c_xfer_check(x) == BW_OK);
        for (unsigned i = 0; i < x->nmsgs; i++) {
            MODEL_MUST(x->msgs[i].addr == MODEL_ADDR);
            MODEL_MUST(x->msgs[i].len <= m->config.max_len);
        }
        v = bw_i2c_assembler_complete(&m->a, part_transfer(&m->remote, x),
                                      byte);
    }
    return v;
}

static inline bool model_start(struct model *m, bool is_read, uint32_t hint)
{
    uint64_t over = bw_i2c_assembler_stats(&m->a)->over_read;
    enum bw_asm_verdict v =
        model_serve(m, bw_i2c_assembler_start(&m->a, is_read, hint), NULL);

    /* A repeated START has ended a read: was it too long? */
    m->in_place &= bw_i2c_assembler_stats(&m->a)->over_read == over;
    m->read = 0;
    m->continued = false;
    MODEL_MUST((v == BW_ASM_ACK) == part_start(&m->real, is_read));
    MODEL_MUST(v == BW_ASM_ACK || v == BW_ASM_NACK_ADDR);
    return v == BW_ASM_ACK;
}

static inline void model_send(struct model *m)
{
    uint8_t byte = (uint8_t)choose(&m->choices, 256);

    MODEL_MUST(bw_i2c_assembler_send(&m->a, byte) == BW_ASM_ACK);
    part_send(&m->real, byte);
    m->in_place = true; /* the first byte sets the pointer */
    m->wrote = true;
}

/* Is the byte that is being read promised to be the part's own? */
static inline bool model_promised(const struct model *m)
{
    if (m->profiled) {
        return !m->strayed;
    }
    if (m->continued && !m->real.is_eeprom) {
        return false; /* a second START began with the first half again */
    }
    return m->wrote || m->in_place || !m->real.is_eeprom;
}

static inline void model_recv(struct model *m)
{
    uint8_t byte = 0xee;
    enum bw_asm_verdict v = bw_i2c_assembler_recv(&m->a, &byte);

    if (v == BW_ASM_WAIT) {
        struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&m->a);

        m->continued |= (x->msgs[0].flags & BW_I2C_READ) != 0;
        v = model_serve(m, v, &byte);
    }
    MODEL_MUST(v == BW_ASM_ACK);
    m->read++;
    if (model_promised(m)) {
        MODEL_MUST(byte == part_recv(&m->real));
    } else {
        part_recv(&m->real);
    }
}

static inline void model_stop(struct model *m)
{
    uint64_t over = bw_i2c_assembler_stats(&m->a)->over_read;
    enum bw_asm_verdict v = model_serve(m, bw_i2c_assembler_stop(&m->a), NULL);

    part_stop(&m->real);
    if (m->strayed) {
        m->real = m->remote;
        m->strayed = false;
    }
    m->in_place &= bw_i2c_assembler_stats(&m->a)->over_read == over;
    MODEL_MUST(v == BW_ASM_ACK);
    MODEL_MUST(memcmp(m->real.memory, m->remote.memory, MODEL_MEMORY) == 0);
    MODEL_MUST(m->real.busy_until == m->remote.busy_until);
    if (!m->profiled && (m->in_place || !m->real.is_eeprom)) {
        MODEL_MUST(m->real.pointer == m->remote.pointer);
    }
    MODEL_MUST(m->real.taken == m->remote.taken);
    m->wrote = false;
    m->last_len = 0;
}

/* A message of the guest: START, some bytes.  False: not acknowledged. */
static inline bool model_message(struct model *m)
{
    struct model_choices *c = &m->choices;
    bool is_read = choose(c, 2) == 1;
    unsigned len = choose(c, MODEL_LONGEST + 1);
    unsigned knows = choose(c, 4); /* what the controller says of a read */
    uint32_t hint = knows == 0 ? len : knows == 1 ? choose(c, 40) : 0;

    if (!is_read && len > m->config.max_len) {
        len = m->config.max_len;
    }
    if (m->profiled) {
        len += len == 0; /* no controller reads none */
        hint = hint > len ? len : hint;
    }
    if (is_read && m->profiled && m->wrote && m->last_len != 1) {
        m->strayed = true;
    }
    if (!model_start(m, is_read, is_read ? hint : 0)) {
        return false;
    }
    for (unsigned i = 0; i < len; i++) {
        if (is_read) {
            model_recv(m);
        } else {
            model_send(m);
        }
    }
    if (is_read) {
        m->wrote = false; /* what follows a read begins anew */
    }
    if (is_read || len > 0) {
        m->last_len = is_read ? 0 : len;
    }
    return !m->strayed;
}

/* The controller is reset: the remote part is as it is, the bus is free. */
static inline void model_abort(struct model *m)
{
    uint8_t pointer = m->real.pointer;

    if (choose(&m->choices, 2)) {
        enum bw_asm_verdict v = bw_i2c_assembler_start(&m->a, true, 1);

        if (v == BW_ASM_WAIT && choose(&m->choices, 2)) {
            part_transfer(&m->remote, bw_i2c_assembler_xfer(&m->a));
        }
    } else if (model_start(m, false, 0)) {
        model_send(m);
    }
    bw_i2c_assembler_abort(&m->a);
    part_stop(&m->remote);
    m->real = m->remote;
    if (m->profiled && m->a.guest_pos.known) {
        m->real.pointer = pointer;
    }
    m->in_place = true;
    m->wrote = false;
    m->last_len = 0;
}

static inline void model_transaction(struct model *m)
{
    unsigned messages = 1 + choose(&m->choices, MODEL_MESSAGES);

    for (unsigned i = 0; i < messages; i++) {
        if (!model_message(m)) {
            break;
        }
    }
    model_stop(m);
}

static inline void model_init(struct model *m, const uint8_t *bytes,
                              size_t size)
{
    struct model_choices *c = &m->choices;
    unsigned kind;

    m->choices = (struct model_choices){ bytes, size };
    kind = choose(c, 16);
    m->profiled = kind >= 10;
    part_init(&m->real,
              kind >= 12 ? PART_SENSOR
              : kind & 1 ? PART_EEPROM
                         : PART_WIDE,
              kind == 2 || kind == 3);
    m->remote = m->real;
    m->strayed = false;
    m->last_len = 0;
    m->in_place = true;
    m->wrote = false;
    m->config = (struct bw_asm_config){
        .hostaddr = MODEL_ADDR,
        .read_ahead = (uint16_t)(1 + choose(c, 16)),
        .max_len = (uint16_t)(1 + choose(c, 64)),
    };
    if (m->profiled) {
        const char *text = model_profiles[m->real.kind];
        const char *what;
        unsigned line;

        MODEL_MUST(bw_part_profile_parse(&m->profile, text, strlen(text), &line,
                                         &what) == BW_OK);
        m->config.profile = &m->profile;
    }
    MODEL_MUST(bw_i2c_assembler_init(&m->a, &m->config) == BW_OK);
}

/* Transactions until the choices are used up; every promise is checked. */
static inline void model_run(struct model *m, const uint8_t *bytes, size_t size)
{
    model_init(m, bytes, size);
    while (m->choices.left > 0) {
        switch (choose(&m->choices, 16)) {
        case 0:
            m->real.now++;
            m->remote.now++;
            break;
        case 1:
            bw_i2c_assembler_forget(&m->a);
            break;
        case 2:
            model_serve(m, bw_i2c_assembler_probe(&m->a), NULL);
            break;
        case 3:
            model_abort(m);
            break;
        default:
            model_transaction(m);
            break;
        }
    }
}

/* Any events in any order, any outcome: nothing may break. */
static inline void model_chaos(struct model *m, const uint8_t *bytes,
                               size_t size)
{
    struct model_choices *c = &m->choices;
    uint8_t byte;

    model_init(m, bytes, size);
    while (c->left > 0) {
        enum bw_asm_verdict v = BW_ASM_ACK;

        switch (choose(c, 16)) {
        case 0:
            v = bw_i2c_assembler_start(&m->a, true, choose(c, 256) * 97u);
            break;
        case 1:
        case 2:
            v = bw_i2c_assembler_start(&m->a, choose(c, 2), 0);
            break;
        case 3:
            v = bw_i2c_assembler_stop(&m->a);
            break;
        case 4:
            v = bw_i2c_assembler_probe(&m->a);
            break;
        case 5:
            bw_i2c_assembler_abort(&m->a);
            break;
        case 6:
            bw_i2c_assembler_forget(&m->a);
            break;
        case 7:
            v = bw_i2c_assembler_complete(&m->a, choose(c, 32), &byte);
            break;
        case 8:
        case 9:
        case 10:
            v = bw_i2c_assembler_recv(&m->a, &byte);
            break;
        default:
            v = bw_i2c_assembler_send(&m->a, (uint8_t)choose(c, 256));
            break;
        }
        if (v == BW_ASM_WAIT && choose(c, 4) > 0) {
            struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&m->a);

            MODEL_MUST(bw_i2c_xfer_check(x) == BW_OK);
            part_transfer(&m->remote, x);
            bw_i2c_assembler_complete(&m->a, choose(c, 4) % BW_STATUS_COUNT,
                                      &byte);
        }
    }
}

#endif
