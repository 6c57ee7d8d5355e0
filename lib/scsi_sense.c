/*
 * SCSI sense data, written and read; see scsi_sense.h for the sources.
 *
 * In descriptor format the stream commands descriptor comes first: Linux looks
 * for it nowhere else.  INFORMATION has 64 bits there; a length that may be
 * negative (ILI) keeps its sign.
 *
 * Not modelled: the COMMAND-SPECIFIC INFORMATION and FIELD REPLACEABLE UNIT
 * CODE fields, which are 0 and not read; sense-key specific bytes other than a
 * field pointer; segment and progress pointers; sense data of other vendors'
 * own formats (response code 7Fh).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_sense.h"

#include <string.h>

/* Response codes, SPC-4 4.5.1 */
#define FIXED               0x70
#define FIXED_DEFERRED      0x71
#define DESCRIPTOR          0x72
#define DESCRIPTOR_DEFERRED 0x73
#define RESPONSE_MASK       0x7f

#define VALID    0x80
#define FILEMARK 0x80
#define EOM      0x40
#define ILI      0x20
#define KEY_MASK 0x0f

/* Sense-key specific bytes of ILLEGAL REQUEST, SPC-4 4.5.2.4.2 */
#define SKSV        0x80
#define SKS_CDB     0x40
#define SKS_BPV     0x08
#define SKS_BITS    0x07
#define SKS_LENGTH  3u
#define FIXED_SKS   15u
#define FIXED_EXTRA 7u /* where ADDITIONAL SENSE LENGTH is; bytes before + 1 */

#define HEADER          8u
#define DESC_INFO       0x00
#define DESC_INFO_LEN   0x0a
#define DESC_SKS        0x02
#define DESC_SKS_LEN    0x06
#define DESC_STREAM     0x04
#define DESC_STREAM_LEN 0x02

static uint8_t stream_bits(const struct bw_sense *s)
{
    return (uint8_t)((s->filemark ? FILEMARK : 0) | (s->eom ? EOM : 0) |
                     (s->ili ? ILI : 0));
}

static void put_be32(uint8_t *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t get_be32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
           (uint32_t)in[2] << 8 | in[3];
}

static void put_field(const struct bw_sense *s, uint8_t *out)
{
    out[0] = SKSV | (s->field_in_data ? 0 : SKS_CDB);
    if (s->field_bit >= 0) {
        out[0] |= (uint8_t)(SKS_BPV | (s->field_bit & SKS_BITS));
    }
    out[1] = (uint8_t)(s->field >> 8);
    out[2] = (uint8_t)s->field;
}

static size_t copy_out(uint8_t *out, size_t room, const uint8_t *bytes,
                       size_t length)
{
    if (length > room) {
        length = room;
    }
    if (length > 0) {
        memcpy(out, bytes, length);
    }
    return length;
}

size_t bw_sense_fixed(const struct bw_sense *s, uint8_t *out, size_t room)
{
    uint8_t b[BW_SENSE_FIXED_LENGTH] = { 0 };

    b[0] = s->deferred ? FIXED_DEFERRED : FIXED;
    b[2] = (uint8_t)(stream_bits(s) | (s->key & KEY_MASK));
    if (s->valid) {
        b[0] |= VALID;
        put_be32(&b[3], s->information);
    }
    b[FIXED_EXTRA] = sizeof(b) - FIXED_EXTRA - 1;
    b[12] = (uint8_t)(s->asc >> 8);
    b[13] = (uint8_t)s->asc;
    if (s->field_valid) {
        put_field(s, &b[FIXED_SKS]);
    }
    return copy_out(out, room, b, sizeof(b));
}

size_t bw_sense_descriptor(const struct bw_sense *s, uint8_t *out, size_t room)
{
    uint8_t b[HEADER + 2 + DESC_STREAM_LEN + 2 + DESC_INFO_LEN + 2 +
              DESC_SKS_LEN] = { 0 };
    size_t n = HEADER;

    b[0] = s->deferred ? DESCRIPTOR_DEFERRED : DESCRIPTOR;
    b[1] = (uint8_t)(s->key & KEY_MASK);
    b[2] = (uint8_t)(s->asc >> 8);
    b[3] = (uint8_t)s->asc;
    b[n] = DESC_STREAM;
    b[n + 1] = DESC_STREAM_LEN;
    b[n + 3] = stream_bits(s);
    n += 2 + DESC_STREAM_LEN;
    if (s->valid) {
        b[n] = DESC_INFO;
        b[n + 1] = DESC_INFO_LEN;
        b[n + 2] = VALID;
        if (s->ili && s->information >> 31) {
            put_be32(&b[n + 4], UINT32_MAX);
        }
        put_be32(&b[n + 8], s->information);
        n += 2 + DESC_INFO_LEN;
    }
    if (s->field_valid) {
        b[n] = DESC_SKS;
        b[n + 1] = DESC_SKS_LEN;
        put_field(s, &b[n + 4]);
        n += 2 + DESC_SKS_LEN;
    }
    b[7] = (uint8_t)(n - HEADER);
    return copy_out(out, room, b, n);
}

static void get_stream(uint8_t bits, struct bw_sense *out)
{
    out->filemark = bits & FILEMARK;
    out->eom = bits & EOM;
    out->ili = bits & ILI;
}

static void get_field(const uint8_t *in, struct bw_sense *out)
{
    if (out->key != BW_SENSE_ILLEGAL || !(in[0] & SKSV)) {
        return;
    }
    out->field_valid = true;
    out->field_in_data = !(in[0] & SKS_CDB);
    out->field_bit = in[0] & SKS_BPV ? (int8_t)(in[0] & SKS_BITS) : -1;
    out->field = (uint16_t)(in[1] << 8 | in[2]);
}

/* At least HEADER bytes; what the length in them does not cover is not read. */
static void parse_fixed(const uint8_t *in, size_t length, struct bw_sense *out)
{
    size_t end = FIXED_EXTRA + 1u + in[FIXED_EXTRA];

    if (length > end) {
        length = end;
    }
    out->key = (enum bw_sense_key)(in[2] & KEY_MASK);
    get_stream(in[2], out);
    out->valid = in[0] & VALID;
    out->information = out->valid ? get_be32(&in[3]) : 0;
    if (length > 13) {
        out->asc = (bw_asc)(in[12] << 8 | in[13]);
    }
    if (length >= FIXED_SKS + SKS_LENGTH) {
        get_field(&in[FIXED_SKS], out);
    }
}

/* @body: the @length bytes behind a descriptor's type and length */
static void parse_one(uint8_t type, const uint8_t *body, size_t length,
                      struct bw_sense *out)
{
    if (type == DESC_INFO && length >= DESC_INFO_LEN) {
        out->valid = body[0] & VALID;
        out->information = out->valid ? get_be32(&body[6]) : 0;
    } else if (type == DESC_STREAM && length >= DESC_STREAM_LEN) {
        get_stream(body[1], out);
    } else if (type == DESC_SKS && length >= DESC_SKS_LEN) {
        get_field(&body[2], out);
    }
}

static void parse_descriptors(const uint8_t *in, size_t length,
                              struct bw_sense *out)
{
    size_t end = HEADER + (size_t)in[7];

    if (length > end) {
        length = end;
    }
    out->key = (enum bw_sense_key)(in[1] & KEY_MASK);
    out->asc = (bw_asc)(in[2] << 8 | in[3]);
    for (size_t i = HEADER; length - i >= 2; i += 2u + in[i + 1]) {
        if (in[i + 1] > length - i - 2) {
            break;
        }
        parse_one(in[i], &in[i + 2], in[i + 1], out);
    }
}

bool bw_sense_parse(const uint8_t *in, size_t length, struct bw_sense *out)
{
    struct bw_sense s = { .field_bit = -1 };

    if (length < HEADER) {
        return false;
    }
    switch (in[0] & RESPONSE_MASK) {
    case FIXED:
    case FIXED_DEFERRED:
        parse_fixed(in, length, &s);
        s.deferred = (in[0] & RESPONSE_MASK) == FIXED_DEFERRED;
        break;
    case DESCRIPTOR:
    case DESCRIPTOR_DEFERRED:
        parse_descriptors(in, length, &s);
        s.deferred = (in[0] & RESPONSE_MASK) == DESCRIPTOR_DEFERRED;
        break;
    default:
        return false;
    }
    *out = s;
    return true;
}
