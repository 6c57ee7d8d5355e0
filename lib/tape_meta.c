/*
 * The .meta file of a tape cartridge; see tape_meta.h.
 *
 * Two slots of BW_META_SLOT bytes, one behind the other.  They are written in
 * turn, so that a write that was torn leaves the one before it; the whole one
 * with the higher turn counts.  All numbers are little-endian.
 *
 *    0  8  "BWTAPMET"
 *    8  4  version, 1
 *   12  4  bytes of the body
 *   16  8  turn, from 1
 *   24  4  CRC-32 of the body
 *   28  4  CRC-32 of the bytes before
 *   32     body, and zeros
 *
 * The body: density 1, medium type 1, flags 1 (bit 0 WORM, bit 1 write
 * protection), partitions 1; capacity 8, share of each partition 8 and 8;
 * loads 8, bytes written 8, bytes read 8, volume change references 4 and 4;
 * barcode, serial number and profile, each a length of 1 and text; bytes of
 * attributes 4, and these, sorted by partition and identifier: partition 1,
 * format 1, identifier 2, length 2, value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_meta.h"

#include <string.h>

#include "crc32.h"
#include "cursor.h"
#include "text.h"

#define MAGIC    "BWTAPMET"
#define VERSION  1u
#define HEADER   32u
#define BODY_MAX (BW_META_SLOT - HEADER)
#define WORM     1u
#define PROTECT  2u
#define TURN_MAX ((uint64_t)INT64_MAX)

static void put_text(struct bw_writer *w, const char *text)
{
    size_t length = strlen(text);

    bw_write_u8(w, (uint8_t)length);
    bw_write_bytes(w, (const uint8_t *)text, length);
}

static size_t encode_body(const struct bw_tape_cartridge *c, uint8_t *out)
{
    struct bw_writer w;

    bw_writer_init(&w, out, BODY_MAX);
    bw_write_u8(&w, c->density);
    bw_write_u8(&w, c->medium_type);
    bw_write_u8(
        &w, (uint8_t)((c->worm ? WORM : 0) | (c->write_protect ? PROTECT : 0)));
    bw_write_u8(&w, c->partitions);
    bw_write_le64(&w, c->capacity);
    bw_write_le64(&w, c->share[0]);
    bw_write_le64(&w, c->share[1]);
    bw_write_le64(&w, c->loads);
    bw_write_le64(&w, c->written);
    bw_write_le64(&w, c->read);
    bw_write_le32(&w, c->changes[0]);
    bw_write_le32(&w, c->changes[1]);
    put_text(&w, c->barcode);
    put_text(&w, c->serial);
    put_text(&w, c->profile);
    bw_write_le32(&w, (uint32_t)c->mam_used);
    bw_write_bytes(&w, c->mam, c->mam_used);
    return w.pos;
}

void bw_meta_encode(const struct bw_tape_cartridge *cartridge, uint64_t turn,
                    uint8_t *out)
{
    struct bw_writer w;
    size_t length;

    memset(out, 0, BW_META_SLOT);
    length = encode_body(cartridge, out + HEADER);
    bw_writer_init(&w, out, HEADER);
    bw_write_bytes(&w, (const uint8_t *)MAGIC, 8);
    bw_write_le32(&w, VERSION);
    bw_write_le32(&w, (uint32_t)length);
    bw_write_le64(&w, turn);
    bw_write_le32(&w, bw_crc32(0, out + HEADER, length));
    bw_write_le32(&w, bw_crc32(0, out, HEADER - 4));
}

static bool get_text(struct bw_reader *r, char *out, size_t room)
{
    size_t length = bw_read_u8(r);
    const uint8_t *text = bw_read_bytes(r, length);

    if (!text || length >= room || !bw_text_ok(text, length)) {
        return false;
    }
    memcpy(out, text, length);
    return true;
}

/* Each one in turn; bw_cartridge_set() sorts them and refuses nonsense. */
static bool get_attributes(struct bw_reader *r, struct bw_tape_cartridge *out)
{
    size_t length = bw_read_le32(r);

    if (length != bw_reader_left(r) || length > BW_TAPE_MAM_ROOM) {
        return false;
    }
    while (bw_reader_left(r) > 0) {
        struct bw_tape_attribute a;

        a.partition = bw_read_u8(r);
        a.format = bw_read_u8(r);
        a.id = bw_read_le16(r);
        a.length = bw_read_le16(r);
        a.value = bw_read_bytes(r, a.length);
        if (!a.value || a.length == 0 ||
            bw_cartridge_set(out, &a) != BW_TAPE_OK) {
            return false;
        }
    }
    return out->mam_used == length;
}

static bool decode_body(const uint8_t *body, size_t length,
                        struct bw_tape_cartridge *out)
{
    struct bw_reader r;
    uint8_t flags;

    bw_cartridge_init(out);
    bw_reader_init(&r, body, length);
    out->density = bw_read_u8(&r);
    out->medium_type = bw_read_u8(&r);
    flags = bw_read_u8(&r);
    out->worm = flags & WORM;
    out->write_protect = flags & PROTECT;
    out->partitions = bw_read_u8(&r);
    out->capacity = bw_read_le64(&r);
    out->share[0] = bw_read_le64(&r);
    out->share[1] = bw_read_le64(&r);
    out->loads = bw_read_le64(&r);
    out->written = bw_read_le64(&r);
    out->read = bw_read_le64(&r);
    out->changes[0] = bw_read_le32(&r);
    out->changes[1] = bw_read_le32(&r);
    return flags <= (WORM | PROTECT) && out->partitions >= 1 &&
           out->partitions <= BW_TAPE_PARTITIONS &&
           get_text(&r, out->barcode, sizeof(out->barcode)) &&
           get_text(&r, out->serial, sizeof(out->serial)) &&
           get_text(&r, out->profile, sizeof(out->profile)) &&
           get_attributes(&r, out) && bw_reader_done(&r);
}

/* Only the header.  Returns: false if it is none. */
static bool decode_header(const uint8_t *slot, uint64_t *turn, size_t *length,
                          uint32_t *crc)
{
    struct bw_reader r;

    bw_reader_init(&r, slot + 8, HEADER - 8);
    if (memcmp(slot, MAGIC, 8) != 0 || bw_read_le32(&r) != VERSION) {
        return false;
    }
    *length = bw_read_le32(&r);
    *turn = bw_read_le64(&r);
    *crc = bw_read_le32(&r);
    return *length <= BODY_MAX && *turn > 0 && *turn <= TURN_MAX &&
           bw_read_le32(&r) == bw_crc32(0, slot, HEADER - 4);
}

bool bw_meta_decode(const uint8_t *slot, struct bw_tape_cartridge *cartridge,
                    uint64_t *turn)
{
    struct bw_tape_cartridge c;
    uint64_t t;
    size_t length;
    uint32_t crc;

    if (!decode_header(slot, &t, &length, &crc) ||
        bw_crc32(0, slot + HEADER, length) != crc ||
        !decode_body(slot + HEADER, length, &c)) {
        return false;
    }
    *cartridge = c;
    *turn = t;
    return true;
}

/* Turns are odd in the first slot, which is there before the second. */
static unsigned slot_of(uint64_t turn)
{
    return turn % 2 == 0;
}

static enum bw_tape_result read_slot(const struct bw_tape_io *from,
                                     unsigned slot, uint8_t *buffer)
{
    struct bw_tape_piece piece = { .bytes = buffer, .length = BW_META_SLOT };

    return from->read(from->opaque, slot * (uint64_t)BW_META_SLOT, &piece, 1);
}

/* Each slot that is there; the one with the higher turn stays. */
static enum bw_tape_result load_slots(const struct bw_tape_io *from,
                                      uint64_t size, uint8_t *buffer,
                                      struct bw_tape_cartridge *cartridge,
                                      struct bw_meta_state *state)
{
    struct bw_meta_state found = { .turn = 0 };

    for (unsigned slot = 0; slot < 2; slot++) {
        enum bw_tape_result result;
        uint64_t turn;
        size_t length;
        uint32_t crc;

        if (size < (slot + 1) * (uint64_t)BW_META_SLOT) {
            break;
        }
        result = read_slot(from, slot, buffer);
        if (result != BW_TAPE_OK) {
            return result;
        }
        if (decode_header(buffer, &turn, &length, &crc) &&
            slot_of(turn) == slot && turn > found.turn &&
            bw_meta_decode(buffer, cartridge, &turn)) {
            found.turn = turn;
            found.check = crc;
        }
    }
    if (found.turn == 0) {
        return BW_TAPE_FOREIGN;
    }
    *state = found;
    return BW_TAPE_OK;
}

enum bw_tape_result bw_meta_load(const struct bw_tape_io *from,
                                 struct bw_tape_cartridge *cartridge,
                                 struct bw_meta_state *state)
{
    uint64_t size;
    uint8_t *buffer;
    enum bw_tape_result result = from->size(from->opaque, &size);

    if (result != BW_TAPE_OK) {
        return result;
    }
    if (size == 0) {
        return BW_TAPE_NOT_FOUND;
    }
    buffer = from->memory(from->opaque, NULL, BW_META_SLOT);
    if (!buffer) {
        return BW_TAPE_NO_MEMORY;
    }
    result = load_slots(from, size, buffer, cartridge, state);
    from->memory(from->opaque, buffer, 0);
    return result;
}

static uint32_t body_check(const uint8_t *slot)
{
    struct bw_reader r;

    bw_reader_init(&r, slot + 24, 4);
    return bw_read_le32(&r);
}

static enum bw_tape_result write_slot(const struct bw_tape_io *to,
                                      uint64_t turn, uint8_t *buffer)
{
    struct bw_tape_piece piece = { .bytes = buffer, .length = BW_META_SLOT };
    uint64_t offset = slot_of(turn) * (uint64_t)BW_META_SLOT;
    enum bw_tape_result result = to->write(to->opaque, offset, &piece, 1);

    return result == BW_TAPE_OK ? to->flush(to->opaque) : result;
}

enum bw_tape_result bw_meta_store(const struct bw_tape_io *to,
                                  const struct bw_tape_cartridge *cartridge,
                                  bool always, struct bw_meta_state *state)
{
    uint8_t *buffer = to->memory(to->opaque, NULL, BW_META_SLOT);
    uint64_t turn = state->turn < TURN_MAX ? state->turn + 1 : state->turn;
    enum bw_tape_result result = BW_TAPE_OK;

    if (!buffer) {
        return BW_TAPE_NO_MEMORY;
    }
    bw_meta_encode(cartridge, turn, buffer);
    if (always || state->turn == 0 || body_check(buffer) != state->check) {
        result = write_slot(to, turn, buffer);
        if (result == BW_TAPE_OK) {
            state->turn = turn;
            state->check = body_check(buffer);
        }
    }
    to->memory(to->opaque, buffer, 0);
    return result;
}
