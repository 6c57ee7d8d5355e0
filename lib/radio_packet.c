/*
 * Packets of the nRF51's radio, see radio_packet.h.
 *
 * Where the manual is silent:
 *  - a LENGTH above MAXLEN: the payload is cut to MAXLEN on both ends, and the
 *    LENGTH on the air is the one in RAM;
 *  - the address is looked for from the first bit on, so that a receiver with
 *    a shorter address than the sender's finds it wherever it occurs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "radio_packet.h"

#include <string.h>

#define PREAMBLE_FIRST_0 0xaa /* alternating bits; the first is the address' */
#define PREAMBLE_FIRST_1 0x55
#define WHITE_ALWAYS     0x40 /* position 0 of the shift register */
#define WHITE_TAPS       0x44 /* positions 0 and 4: x^7 + x^4 + 1 */

/* The part of a packet after the address, bit by bit; for both directions */
struct stream {
    const struct bw_radio_format *f;
    uint8_t white; /* shift register; bit 6 is position 0, bit 0 position 6 */
    uint32_t crc;
    uint16_t pos; /* next bit */
};

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned lflen_of(const struct bw_radio_format *f)
{
    return least(f->lflen, 8);
}

static unsigned s1len_of(const struct bw_radio_format *f)
{
    return least(f->s1len, 8);
}

static unsigned address_bits(const struct bw_radio_format *f)
{
    return 8 * (least(f->balen, 4) + 1);
}

/* The address as it goes out, bit 0 first */
static uint64_t address_word(const struct bw_radio_format *f,
                             const struct bw_radio_address *a)
{
    unsigned balen = least(f->balen, 4);
    uint64_t base = balen ? a->base >> (8 * (4 - balen)) : 0;

    return base | (uint64_t)a->prefix << (8 * balen);
}

static uint32_t crc_mask(const struct bw_radio_format *f)
{
    return (uint32_t)((1ull << (8 * (f->crc_len & 3))) - 1);
}

/* Bits on the air */

static void set_bit(struct bw_radio_air *air, unsigned pos, unsigned bit)
{
    air->bytes[pos / 8] |= (uint8_t)(bit << (pos % 8));
}

static unsigned noise(unsigned pos)
{
    return (pos * 2654435761u) >> 31;
}

static unsigned get_bit(const struct bw_radio_air *air, unsigned pos)
{
    return pos < air->bits ? (air->bytes[pos / 8] >> (pos % 8)) & 1u
                           : noise(pos);
}

/* The stream */

static void stream_init(struct stream *s, const struct bw_radio_format *f,
                        uint16_t pos)
{
    s->f = f;
    s->white = (f->white_iv & 0x7f) | WHITE_ALWAYS;
    s->crc = f->crc_init & crc_mask(f);
    s->pos = pos;
}

static unsigned whiten(struct stream *s, unsigned bit)
{
    unsigned out = s->white & 1;

    if (!s->f->whiten) {
        return bit;
    }
    s->white >>= 1;
    if (out) {
        s->white ^= WHITE_TAPS;
    }
    return bit ^ out;
}

static void crc_bit(struct stream *s, unsigned bit)
{
    uint32_t mask = crc_mask(s->f);
    unsigned top = mask ? (s->crc >> (8 * s->f->crc_len - 1)) & 1 : 0;

    s->crc = (s->crc << 1) & mask;
    if (top != bit) {
        s->crc ^= (s->f->crc_poly | 1) & mask;
    }
}

static void crc_address(struct stream *s, uint64_t address)
{
    unsigned i;

    if (!s->f->crc_skips_address) {
        for (i = 0; i < address_bits(s->f); i++) {
            crc_bit(s, (address >> i) & 1);
        }
    }
}

/* Which bit of an @n-bit field goes out as number @i */
static unsigned order(const struct stream *s, unsigned i, unsigned n)
{
    return s->f->big_endian ? n - 1 - i : i;
}

static void put_field(struct stream *s, struct bw_radio_air *air,
                      unsigned value, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        unsigned bit = (value >> order(s, i, n)) & 1;

        crc_bit(s, bit);
        set_bit(air, s->pos++, whiten(s, bit));
    }
}

static uint8_t get_field(struct stream *s, const struct bw_radio_air *air,
                         unsigned n)
{
    unsigned value = 0;
    unsigned i;

    for (i = 0; i < n; i++) {
        unsigned bit = whiten(s, get_bit(air, s->pos++));

        crc_bit(s, bit);
        value |= bit << order(s, i, n);
    }
    return (uint8_t)value;
}

static void put_crc(struct stream *s, struct bw_radio_air *air)
{
    unsigned n = 8 * (s->f->crc_len & 3);

    while (n--) {
        set_bit(air, s->pos++, whiten(s, (s->crc >> n) & 1));
    }
}

static uint32_t get_crc(struct stream *s, const struct bw_radio_air *air)
{
    unsigned n = 8 * (s->f->crc_len & 3);
    uint32_t crc = 0;

    while (n--) {
        crc = crc << 1 | whiten(s, get_bit(air, s->pos++));
    }
    return crc;
}

unsigned bw_radio_header_len(const struct bw_radio_format *f)
{
    return (f->s0len != 0) + (f->lflen != 0) + (f->s1len != 0);
}

unsigned bw_radio_payload_len(const struct bw_radio_format *f,
                              const uint8_t *header)
{
    unsigned length = 0;

    if (f->lflen) {
        length = header[f->s0len != 0] & ((1u << lflen_of(f)) - 1);
    }
    return least(length + f->statlen, f->maxlen);
}

/* Preamble and address; the position after them */
static unsigned put_address(struct bw_radio_air *air, uint64_t address,
                            unsigned bits)
{
    unsigned i;

    air->bytes[0] = address & 1 ? PREAMBLE_FIRST_1 : PREAMBLE_FIRST_0;
    for (i = 0; i < bits; i++) {
        set_bit(air, 8 + i, (address >> i) & 1);
    }
    return 8 + bits;
}

void bw_radio_assemble(const struct bw_radio_format *f,
                       const struct bw_radio_address *address,
                       const uint8_t *ram, struct bw_radio_air *air,
                       struct bw_radio_layout *at)
{
    unsigned payload_len = bw_radio_payload_len(f, ram);
    uint64_t word = address_word(f, address);
    struct stream s;
    unsigned i;

    memset(air, 0, sizeof(*air));
    at->address_end = (uint16_t)put_address(air, word, address_bits(f));
    stream_init(&s, f, at->address_end);
    crc_address(&s, word);
    if (f->s0len) {
        put_field(&s, air, *ram++, 8);
    }
    if (f->lflen) {
        put_field(&s, air, *ram++, lflen_of(f));
    }
    if (f->s1len) {
        put_field(&s, air, *ram++, s1len_of(f));
    }
    at->header_end = s.pos;
    for (i = 0; i < payload_len; i++) {
        put_field(&s, air, ram[i], 8);
    }
    at->payload_end = s.pos;
    put_crc(&s, air);
    at->end = s.pos;
    air->bits = s.pos;
}

int bw_radio_find(const struct bw_radio_format *f,
                  const struct bw_radio_address *addresses, uint8_t enabled,
                  const struct bw_radio_air *air, uint16_t *end)
{
    unsigned bits = address_bits(f);
    uint64_t window = 0;
    unsigned pos;
    int n;

    for (pos = 0; pos < air->bits; pos++) {
        window = window >> 1 | (uint64_t)get_bit(air, pos) << (bits - 1);
        for (n = 0; pos + 1 >= bits && n < BW_RADIO_ADDRESSES; n++) {
            if ((enabled >> n & 1) &&
                window == address_word(f, addresses + n)) {
                *end = (uint16_t)(pos + 1);
                return n;
            }
        }
    }
    return -1;
}

/* The address that was received, for the CRC */
static uint64_t received_address(const struct bw_radio_format *f,
                                 const struct bw_radio_air *air, unsigned end)
{
    unsigned bits = address_bits(f);
    uint64_t word = 0;
    unsigned i;

    for (i = 0; i < bits && i < end; i++) {
        word |= (uint64_t)get_bit(air, end - 1 - i) << (bits - 1 - i);
    }
    return word;
}

void bw_radio_disassemble(const struct bw_radio_format *f,
                          const struct bw_radio_air *air, uint16_t address_end,
                          struct bw_radio_received *out)
{
    unsigned payload_len;
    unsigned len = 0;
    struct stream s;
    unsigned i;

    memset(out, 0, sizeof(*out));
    stream_init(&s, f, address_end);
    crc_address(&s, received_address(f, air, address_end));
    if (f->s0len) {
        out->ram[len++] = get_field(&s, air, 8);
    }
    if (f->lflen) {
        out->ram[len++] = get_field(&s, air, lflen_of(f));
    }
    if (f->s1len) {
        out->ram[len++] = get_field(&s, air, s1len_of(f));
    }
    out->header_len = (uint8_t)len;
    out->at.address_end = address_end;
    out->at.header_end = s.pos;
    payload_len = bw_radio_payload_len(f, out->ram);
    for (i = 0; i < payload_len; i++) {
        out->ram[len++] = get_field(&s, air, 8);
    }
    out->ram_len = (uint16_t)len;
    out->at.payload_end = s.pos;
    out->crc = get_crc(&s, air);
    out->crc_ok = out->crc == s.crc;
    out->at.end = s.pos;
}
