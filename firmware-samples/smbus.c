/*
 * SMBus protocols; see smbus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus.h"

#include <string.h>

#define PEC_POLYNOMIAL 0x07u /* section 6.4.1.1: x^8 + x^2 + x + 1 */

/* Command, count, the longest block, PEC; and without the command. */
static uint8_t out[3 + SMBUS_BLOCK_MAX];
static uint8_t in[2 + SMBUS_BLOCK_MAX];

static uint8_t pec_add(uint8_t pec, uint8_t byte)
{
    pec ^= byte;
    for (unsigned bit = 0; bit < 8; bit++) {
        pec = (uint8_t)((pec << 1) ^ (pec & 0x80 ? PEC_POLYNOMIAL : 0));
    }
    return pec;
}

/* The PEC covers addresses, too, and goes on over a repeated START. */
static uint8_t pec_of(uint8_t pec, const struct twi_msg *m, unsigned len)
{
    pec = pec_add(pec, (uint8_t)(m->addr7 << 1 | (m->flags & TWI_READ)));
    for (unsigned i = 0; i < len; i++) {
        pec = pec_add(pec, m->data[i]);
    }
    return pec;
}

/* @out_len bytes of @out as a write; behind them its PEC. */
static enum twi_result write_out(const struct smbus *s, unsigned out_len)
{
    struct twi_msg m = { s->addr7, 0, (uint16_t)out_len, out };

    if (s->pec) {
        out[out_len] = pec_of(0, &m, out_len);
        m.len++;
    }
    return twi_transfer(&m, 1, NULL);
}

/*
 * @out_len bytes of @out, if any, repeated START, and a read into @in.
 * *@in_len: how many it has without PEC; 0: the first byte tells.
 */
static enum twi_result read_in(const struct smbus *s, unsigned out_len,
                               unsigned *in_len)
{
    struct twi_msg m[2] = {
        { s->addr7, 0, (uint16_t)out_len, out },
        { s->addr7, TWI_READ, (uint16_t)(*in_len + s->pec), in },
    };
    bool has_write = out_len > 0;
    enum twi_result result;
    uint8_t pec;

    if (*in_len == 0) {
        m[1].flags |= TWI_COUNTED | (s->pec ? TWI_PEC : 0);
        m[1].len = (uint16_t)(1 + SMBUS_BLOCK_MAX + s->pec);
    }
    result = twi_transfer(has_write ? m : m + 1, has_write ? 2 : 1, NULL);
    *in_len = m[1].len - s->pec;
    if (result == TWI_OK && s->pec) {
        pec = pec_of(has_write ? pec_of(0, &m[0], out_len) : 0, &m[1], *in_len);
        result = pec == in[*in_len] ? TWI_OK : TWI_WRONG_PEC;
    }
    return result;
}

enum twi_result smbus_send_byte(const struct smbus *s, uint8_t byte)
{
    out[0] = byte;
    return write_out(s, 1);
}

enum twi_result smbus_receive_byte(const struct smbus *s, uint8_t *byte)
{
    unsigned len = 1;
    enum twi_result result = read_in(s, 0, &len);

    *byte = in[0];
    return result;
}

enum twi_result smbus_write(const struct smbus *s, uint8_t command,
                            const uint8_t *data, uint8_t len)
{
    out[0] = command;
    memcpy(out + 1, data, len);
    return write_out(s, 1u + len);
}

enum twi_result smbus_read(const struct smbus *s, uint8_t command,
                           uint8_t *data, uint8_t len)
{
    unsigned in_len = len;
    enum twi_result result;

    out[0] = command;
    result = read_in(s, 1, &in_len);
    memcpy(data, in, len);
    return result;
}

/* Command, count and bytes in @out; returns how many. */
static unsigned put_block(uint8_t command, const uint8_t *data, uint8_t count)
{
    out[0] = command;
    out[1] = count;
    memcpy(out + 2, data, count);
    return 2u + count;
}

static void take_block(unsigned in_len, uint8_t *data, uint8_t *count)
{
    *count = (uint8_t)(in_len - 1);
    memcpy(data, in + 1, *count);
}

enum twi_result smbus_write_block(const struct smbus *s, uint8_t command,
                                  const uint8_t *data, uint8_t count)
{
    return write_out(s, put_block(command, data, count));
}

enum twi_result smbus_read_block(const struct smbus *s, uint8_t command,
                                 uint8_t *data, uint8_t *count)
{
    unsigned in_len = 0;
    enum twi_result result;

    out[0] = command;
    result = read_in(s, 1, &in_len);
    if (result == TWI_OK) {
        take_block(in_len, data, count);
    }
    return result;
}

enum twi_result smbus_process_call(const struct smbus *s, uint8_t command,
                                   uint8_t word[2])
{
    unsigned in_len = 2;
    enum twi_result result;

    out[0] = command;
    memcpy(out + 1, word, 2);
    result = read_in(s, 3, &in_len);
    memcpy(word, in, 2);
    return result;
}

enum twi_result smbus_block_process_call(const struct smbus *s, uint8_t command,
                                         uint8_t *data, uint8_t *count)
{
    unsigned in_len = 0;
    enum twi_result result =
        read_in(s, put_block(command, data, *count), &in_len);

    if (result == TWI_OK) {
        take_block(in_len, data, count);
    }
    return result;
}
