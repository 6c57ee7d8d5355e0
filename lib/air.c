/*
 * Frames of the air, see air.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "air.h"

#include <string.h>

#include "cursor.h"

#define MAX_BITS (8 * BW_RADIO_MAX_AIR)

/* Bytes that follow the header */
static size_t body_len(uint8_t kind, uint16_t bits)
{
    return kind == BW_AIR_PACKET ? (bits + 7u) / 8 : 0;
}

/* The bits of the last byte that belong to no packet are 0. */
static bool tail_is_clear(const uint8_t *bytes, uint16_t bits)
{
    return bits % 8 == 0 || bytes[bits / 8] >> (bits % 8) == 0;
}

static bool fields_in_range(const struct bw_air_frame *f)
{
    bool some = f->kind == BW_AIR_CUT || f->packet.bits > 0;

    return some && f->packet.bits <= MAX_BITS && f->mode <= BW_AIR_MAX_MODE &&
           f->power_dbm >= BW_AIR_MIN_DBM && f->power_dbm <= BW_AIR_MAX_DBM &&
           f->frequency_mhz >= BW_AIR_MIN_MHZ &&
           f->frequency_mhz <= BW_AIR_MAX_MHZ && f->station != 0;
}

static bool kind_is_known(uint8_t kind)
{
    return kind == BW_AIR_PACKET || kind == BW_AIR_CUT;
}

size_t bw_air_encode(const struct bw_air_frame *f, uint8_t *buf, size_t room)
{
    struct bw_writer w;

    if (!kind_is_known(f->kind) || !fields_in_range(f) ||
        (f->kind == BW_AIR_PACKET &&
         !tail_is_clear(f->packet.bytes, f->packet.bits))) {
        return 0;
    }
    bw_writer_init(&w, buf, room);
    bw_write_le32(&w, BW_AIR_MAGIC);
    bw_write_u8(&w, BW_AIR_VERSION);
    bw_write_u8(&w, f->kind);
    bw_write_u8(&w, f->mode);
    bw_write_u8(&w, (uint8_t)f->power_dbm);
    bw_write_le16(&w, f->frequency_mhz);
    bw_write_le16(&w, f->packet.bits);
    bw_write_le32(&w, f->sequence);
    bw_write_le64(&w, f->station);
    bw_write_le64(&w, f->start_ns);
    bw_write_le64(&w, f->host_ns);
    bw_write_bytes(&w, f->packet.bytes, body_len(f->kind, f->packet.bits));
    return w.failed ? 0 : w.pos;
}

static void read_fields(struct bw_reader *r, struct bw_air_frame *f)
{
    f->mode = bw_read_u8(r);
    f->power_dbm = (int8_t)bw_read_u8(r);
    f->frequency_mhz = bw_read_le16(r);
    f->packet.bits = bw_read_le16(r);
    f->sequence = bw_read_le32(r);
    f->station = bw_read_le64(r);
    f->start_ns = bw_read_le64(r);
    f->host_ns = bw_read_le64(r);
}

enum bw_status bw_air_decode(const uint8_t *buf, size_t len,
                             struct bw_air_frame *frame)
{
    struct bw_air_frame f = { 0 };
    const uint8_t *bytes;
    struct bw_reader r;
    size_t body;

    bw_reader_init(&r, buf, len);
    if (len < BW_AIR_HEADER_LEN || len > BW_AIR_MAX_FRAME ||
        bw_read_le32(&r) != BW_AIR_MAGIC) {
        return BW_MALFORMED;
    }
    if (bw_read_u8(&r) != BW_AIR_VERSION) {
        return BW_VERSION;
    }
    f.kind = bw_read_u8(&r);
    if (!kind_is_known(f.kind)) {
        return BW_UNSUPPORTED;
    }
    read_fields(&r, &f);
    if (!fields_in_range(&f)) {
        return BW_INVALID;
    }
    body = body_len(f.kind, f.packet.bits);
    bytes = bw_read_bytes(&r, body);
    if (!bytes || !bw_reader_done(&r)) {
        return BW_MALFORMED;
    }
    if (body && !tail_is_clear(bytes, f.packet.bits)) {
        return BW_INVALID;
    }
    memcpy(f.packet.bytes, bytes, body);
    *frame = f;
    return BW_OK;
}
