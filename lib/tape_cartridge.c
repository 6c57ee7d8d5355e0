/*
 * A cartridge's attributes (MAM), kept as they are stored; see tape_medium.h.
 *
 * Source: SPC-4, 7.4 "Medium auxiliary memory attributes".  Each takes six
 * bytes and its value: partition, format, identifier and length (both
 * little-endian), value.  They are sorted by partition and identifier.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_medium.h"

#include <string.h>

#define HEAD       6u
#define FORMAT_MAX 2u /* text */

void bw_cartridge_init(struct bw_tape_cartridge *cartridge)
{
    memset(cartridge, 0, sizeof(*cartridge));
    cartridge->partitions = 1;
}

bool bw_cartridge_plain(const struct bw_tape_cartridge *c)
{
    return c->density == 0 && c->medium_type == 0 && !c->worm &&
           !c->write_protect && c->partitions == 1 && c->capacity == 0 &&
           c->share[0] == 0 && c->share[1] == 0 && c->barcode[0] == '\0' &&
           c->serial[0] == '\0' && c->profile[0] == '\0' && c->mam_used == 0;
}

static void head_of(const struct bw_tape_cartridge *c, size_t at,
                    struct bw_tape_attribute *out)
{
    const uint8_t *b = c->mam + at;

    out->partition = b[0];
    out->format = b[1];
    out->id = (uint16_t)(b[2] | b[3] << 8);
    out->length = (uint16_t)(b[4] | b[5] << 8);
    out->value = b + HEAD;
}

/* Where the first one at or behind partition @partition, @id is. */
static size_t place_of(const struct bw_tape_cartridge *c, uint8_t partition,
                       uint16_t id)
{
    size_t at = 0;

    while (at < c->mam_used) {
        struct bw_tape_attribute a;

        head_of(c, at, &a);
        if (a.partition > partition ||
            (a.partition == partition && a.id >= id)) {
            break;
        }
        at += HEAD + a.length;
    }
    return at;
}

bool bw_cartridge_attribute(const struct bw_tape_cartridge *cartridge,
                            uint8_t partition, uint16_t id,
                            struct bw_tape_attribute *out)
{
    size_t at = place_of(cartridge, partition, id);

    if (at >= cartridge->mam_used) {
        return false;
    }
    head_of(cartridge, at, out);
    return out->partition == partition;
}

/* Bytes that the one at @at takes if it is this very attribute; else 0. */
static size_t bytes_of(const struct bw_tape_cartridge *c, size_t at,
                       const struct bw_tape_attribute *attribute)
{
    struct bw_tape_attribute a;

    if (at >= c->mam_used) {
        return 0;
    }
    head_of(c, at, &a);
    return a.partition == attribute->partition && a.id == attribute->id
               ? HEAD + (size_t)a.length
               : 0;
}

enum bw_tape_result bw_cartridge_set(struct bw_tape_cartridge *cartridge,
                                     const struct bw_tape_attribute *attribute)
{
    struct bw_tape_cartridge *c = cartridge;
    const struct bw_tape_attribute *a = attribute;
    size_t at = place_of(c, a->partition, a->id);
    size_t old = bytes_of(c, at, a);
    size_t want = a->length > 0 ? HEAD + (size_t)a->length : 0;
    uint8_t *b = c->mam + at;

    if (a->partition >= BW_TAPE_PARTITIONS || a->format > FORMAT_MAX ||
        a->length > BW_TAPE_MAM_VALUE) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (c->mam_used - old + want > sizeof(c->mam)) {
        return BW_TAPE_FULL;
    }
    memmove(b + want, b + old, c->mam_used - at - old);
    c->mam_used = c->mam_used - old + want;
    if (want > 0) {
        b[0] = a->partition;
        b[1] = a->format;
        b[2] = (uint8_t)a->id;
        b[3] = (uint8_t)(a->id >> 8);
        b[4] = (uint8_t)a->length;
        b[5] = (uint8_t)(a->length >> 8);
        memcpy(b + HEAD, a->value, a->length);
    }
    return BW_TAPE_OK;
}

void bw_cartridge_forget(struct bw_tape_cartridge *cartridge, uint8_t partition)
{
    size_t from = place_of(cartridge, partition, 0);
    size_t to = place_of(cartridge, (uint8_t)(partition + 1), 0);

    memmove(cartridge->mam + from, cartridge->mam + to,
            cartridge->mam_used - to);
    cartridge->mam_used -= to - from;
}
