/*
 * The benchwire protocol: faults; see wire_fault.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_fault.h"

#include <stddef.h>
#include <string.h>

#define MAX_ADDR_7  0x7f
#define MAX_ADDR_10 0x3ff
#define FLAGS_ALL   (BW_FAULT_READ | BW_FAULT_WRITE | BW_FAULT_TEN_BIT)

/* What a kind makes use of. */
enum use {
    USE_TIME = 1u << 0,  /* @time_us may be given */
    USE_BYTE = 1u << 1,  /* @byte */
    USE_LINK = 1u << 2,  /* it is the link that fails */
    NEED_TIME = 1u << 3, /* without a time it would do nothing */
    ONLY_WRITE = 1u << 4 /* only a byte written can suffer it */
};

static const struct {
    const char *name;
    unsigned use;
} kinds[BW_FAULT_KIND_END] = {
    [BW_FAULT_NACK_ADDR] = { "nack-addr", 0 },
    [BW_FAULT_NACK_DATA] = { "nack-data", USE_BYTE | ONLY_WRITE },
    [BW_FAULT_STRETCH] = { "stretch", USE_TIME | NEED_TIME | USE_BYTE },
    [BW_FAULT_HOLD_SDA] = { "hold-sda", USE_TIME | USE_BYTE },
    [BW_FAULT_ARBITRATION] = { "arbitration", USE_BYTE },
    [BW_FAULT_FLIP] = { "flip", USE_BYTE },
    [BW_FAULT_VANISH] = { "vanish", USE_TIME | USE_BYTE },
    [BW_FAULT_LINK_DELAY] = { "link-delay", USE_TIME | NEED_TIME | USE_LINK },
    [BW_FAULT_LINK_CUT] = { "link-cut", USE_LINK },
    [BW_FAULT_LINK_LOSE] = { "link-lose", USE_LINK },
    [BW_FAULT_LINK_TEAR] = { "link-tear", USE_LINK | USE_BYTE },
};

static bool is_kind(unsigned kind)
{
    return kind < BW_FAULT_KIND_END && kinds[kind].name;
}

static bool uses(unsigned kind, unsigned what)
{
    return is_kind(kind) && (kinds[kind].use & what);
}

const char *bw_fault_kind_name(unsigned kind)
{
    return is_kind(kind) ? kinds[kind].name : "unknown";
}

unsigned bw_fault_kind_find(const char *name)
{
    unsigned kind;

    for (kind = 1; kind < BW_FAULT_KIND_END; kind++) {
        if (strcmp(kinds[kind].name, name) == 0) {
            return kind;
        }
    }
    return 0;
}

bool bw_fault_is_link(unsigned kind)
{
    return uses(kind, USE_LINK);
}

bool bw_fault_has_time(unsigned kind)
{
    return uses(kind, USE_TIME);
}

bool bw_fault_has_byte(unsigned kind)
{
    return uses(kind, USE_BYTE);
}

static const char *check_addr(const struct bw_wire_fault *m)
{
    bool ten_bit = m->flags & BW_FAULT_TEN_BIT;

    if (m->addr == BW_FAULT_ANY) {
        return ten_bit ? "any address has no number of bits" : NULL;
    }
    if (m->addr > (ten_bit ? MAX_ADDR_10 : MAX_ADDR_7)) {
        return "the address is out of range; a 7-bit one is at most 0x7f";
    }
    return NULL;
}

static const char *check_kind(const struct bw_wire_fault *m)
{
    if (!is_kind(m->kind)) {
        return "the kind is unknown here";
    }
    if (m->time_us > BW_FAULT_MAX_US) {
        return "the time is longer than 60 s; shorten it";
    }
    if (m->time_us && !uses(m->kind, USE_TIME)) {
        return "this kind has no time; leave it out";
    }
    if (!m->time_us && uses(m->kind, NEED_TIME)) {
        return "this kind needs a time, such as 25ms";
    }
    if (m->byte != BW_FAULT_ANY && !uses(m->kind, USE_BYTE)) {
        return "this kind has no byte; leave it out";
    }
    if ((m->kind == BW_FAULT_FLIP) != (m->mask != 0)) {
        return m->mask ? "only flip has a mask; leave it out"
                       : "flip needs a mask, such as 0x01";
    }
    return NULL;
}

const char *bw_fault_check(const struct bw_wire_fault *m)
{
    const char *why = check_kind(m);

    if (!why) {
        why = check_addr(m);
    }
    if (why) {
        return why;
    }
    if (m->flags & ~FLAGS_ALL) {
        return "a flag is unknown here";
    }
    if (uses(m->kind, ONLY_WRITE) && (m->flags & BW_FAULT_READ)) {
        return "a part refuses bytes that are written to it, not read; use "
               "write";
    }
    if (m->chance_ppm == 0 || m->chance_ppm > BW_FAULT_ALWAYS) {
        return "the chance is out of range; it is above 0 and up to 100%";
    }
    if (m->number || m->hits) {
        return "number and hits are the agent's to fill in";
    }
    return NULL;
}

void bw_wire_put_fault(struct bw_writer *w, const struct bw_wire_fault *m)
{
    bw_write_le32(w, m->number);
    bw_write_le16(w, m->kind);
    bw_write_le16(w, m->addr);
    bw_write_le16(w, m->byte);
    bw_write_le16(w, m->flags);
    bw_write_le32(w, m->time_us);
    bw_write_le32(w, m->skip);
    bw_write_le32(w, m->count);
    bw_write_le32(w, m->chance_ppm);
    bw_write_le32(w, m->seed);
    bw_write_u8(w, m->mask);
    bw_write_le32(w, m->hits);
}

enum bw_status bw_wire_get_fault(struct bw_reader *r, struct bw_wire_fault *m)
{
    struct bw_wire_fault v;

    memset(&v, 0, sizeof(v));
    v.number = bw_read_le32(r);
    v.kind = bw_read_le16(r);
    v.addr = bw_read_le16(r);
    v.byte = bw_read_le16(r);
    v.flags = bw_read_le16(r);
    v.time_us = bw_read_le32(r);
    v.skip = bw_read_le32(r);
    v.count = bw_read_le32(r);
    v.chance_ppm = bw_read_le32(r);
    v.seed = bw_read_le32(r);
    v.mask = bw_read_u8(r);
    v.hits = bw_read_le32(r);
    if (r->failed) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_fault_number(struct bw_writer *w, uint32_t number)
{
    bw_write_le32(w, number);
}

enum bw_status bw_wire_get_fault_number(struct bw_reader *r, uint32_t *number)
{
    uint32_t value = bw_read_le32(r);

    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *number = value;
    return BW_OK;
}
