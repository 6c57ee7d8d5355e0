/*
 * What may be fetched of a part, and where its pointer is afterwards; see
 * part_profile.h.
 *
 * Source: the way of register pointers that NXP's application notes and the
 * data sheets of the parts in peripherals/parts have in common: the first
 * bytes of a write select a register, further bytes go to it and what follows;
 * a read begins where the pointer is, the pointer outlives STOP.
 *
 * A register that no line of the profile names is treated with care: one byte
 * at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "part_profile.h"

static const struct bw_profile_range unnamed = {
    .width = 1,
    .kind = BW_PROFILE_CAREFUL,
};

static const struct bw_profile_range *find(const struct bw_part_profile *p,
                                           uint16_t reg)
{
    for (unsigned i = 0; i < p->nranges; i++) {
        if (reg >= p->ranges[i].first && reg <= p->ranges[i].last) {
            return &p->ranges[i];
        }
    }
    return &unnamed;
}

static uint16_t next_reg(const struct bw_part_profile *p, uint16_t reg)
{
    for (unsigned i = 0; i < p->nwraps; i++) {
        if (p->wraps[i].from == reg) {
            return p->wraps[i].to;
        }
    }
    return (uint16_t)(reg + 1) & p->mask;
}

static bool stays(const struct bw_profile_range *r,
                  const struct bw_part_pos *pos)
{
    return r->stay || !pos->increments;
}

struct bw_part_pos bw_part_profile_point(const struct bw_part_profile *p,
                                         const uint8_t *bytes, size_t len)
{
    struct bw_part_pos pos = { .known = p->pointer_len == 0 };
    uint16_t pointer = 0;

    if (p->pointer_len == 0) {
        return pos;
    }
    for (size_t i = 0; i < p->pointer_len && i < len; i++) {
        pointer = (uint16_t)(pointer << 8 | bytes[i]);
    }
    pos.increments = !p->increment_mask || (pointer & p->increment_mask);
    pos.reg = pointer & p->mask;
    pos.known = len == p->pointer_len ||
                (len > p->pointer_len && find(p, pos.reg)->stay);
    return pos;
}

size_t bw_part_profile_pointer(const struct bw_part_profile *p,
                               const struct bw_part_pos *pos,
                               uint8_t bytes[BW_PROFILE_POINTER])
{
    uint16_t pointer = pos->reg;

    if (pos->increments) {
        pointer |= p->increment_mask;
    }
    for (size_t i = p->pointer_len; i > 0; i--) {
        bytes[i - 1] = (uint8_t)pointer;
        pointer >>= 8;
    }
    return p->pointer_len;
}

/* Behind the register that @pos is in. */
static void leave_register(const struct bw_part_profile *p,
                           struct bw_part_pos *pos)
{
    pos->offset = 0;
    if (!stays(find(p, pos->reg), pos)) {
        pos->reg = next_reg(p, pos->reg);
    }
}

void bw_part_profile_advance(const struct bw_part_profile *p,
                             struct bw_part_pos *pos, uint32_t count)
{
    while (pos->known && count > 0) {
        const struct bw_profile_range *r = find(p, pos->reg);
        uint32_t left = (uint32_t)r->width - pos->offset;

        if (count < left) {
            pos->offset = (uint16_t)(pos->offset + count);
            return;
        }
        count -= left;
        leave_register(p, pos);
    }
}

void bw_part_profile_restart(const struct bw_part_profile *p,
                             struct bw_part_pos *pos)
{
    const struct bw_profile_range *r = find(p, pos->reg);

    if (stays(r, pos) || r->kind != BW_PROFILE_PLAIN) {
        pos->offset = 0;
    }
}

bool bw_part_pos_same(const struct bw_part_pos *a, const struct bw_part_pos *b)
{
    return a->known && b->known && a->reg == b->reg &&
           a->increments == b->increments && a->offset == b->offset;
}

bool bw_part_profile_may_repeat(const struct bw_part_profile *p,
                                const struct bw_part_pos *pos)
{
    return pos->known && find(p, pos->reg)->kind == BW_PROFILE_PLAIN;
}

bool bw_part_profile_notices(const struct bw_part_profile *p,
                             const struct bw_part_pos *pos, uint32_t count)
{
    struct bw_part_pos at = *pos;

    while (at.known && count > 0) {
        const struct bw_profile_range *r = find(p, at.reg);
        uint32_t left = (uint32_t)r->width - at.offset;

        if (r->kind != BW_PROFILE_PLAIN) {
            return true;
        }
        count -= count < left ? count : left;
        leave_register(p, &at);
    }
    return !at.known;
}

uint16_t bw_part_profile_read_len(const struct bw_part_profile *p,
                                  const struct bw_part_pos *pos)
{
    for (unsigned i = 0; i < p->nreads; i++) {
        if (pos->known && pos->offset == 0 && p->reads[i].reg == pos->reg) {
            return p->reads[i].len;
        }
    }
    return 0;
}

/* May the register be fetched that comes after @count bytes? */
static bool goes_on(const struct bw_profile_range *r, uint32_t count,
                    uint32_t expected)
{
    switch ((enum bw_profile_kind)r->kind) {
    case BW_PROFILE_PLAIN:
        return true;
    case BW_PROFILE_SAMPLE:
        return count < expected;
    default:
        return false;
    }
}

uint16_t bw_part_profile_alike(const struct bw_part_profile *p)
{
    const struct bw_profile_range *r = &p->ranges[0];

    for (unsigned i = 0; i < p->nranges; i++) {
        if (p->ranges[i].kind != BW_PROFILE_PLAIN || !p->ranges[i].stay ||
            p->ranges[i].width != r->width) {
            return 0;
        }
    }
    return p->nranges > 0 ? r->width : 0;
}

/* How far ahead it is worth to read, where nobody minds. */
static uint32_t usual_run(const struct bw_part_profile *p,
                          const struct bw_profile_range *r,
                          const struct bw_part_pos *pos)
{
    uint32_t left = (uint32_t)r->width - pos->offset;

    return r->whole || (stays(r, pos) && left < p->ahead) ? left : p->ahead;
}

static uint32_t blind_run(const struct bw_part_profile *p, uint32_t expected)
{
    uint16_t width = bw_part_profile_alike(p);

    if (width == 0) {
        return 1;
    }
    if (expected > 0) {
        return expected;
    }
    return width < p->ahead ? width : p->ahead;
}

uint32_t bw_part_profile_run(const struct bw_part_profile *p,
                             const struct bw_part_pos *pos, uint32_t expected,
                             bool *limited)
{
    struct bw_part_pos at = *pos;
    const struct bw_profile_range *r = find(p, at.reg);
    uint32_t want = expected;
    uint32_t count = 0;

    *limited = true;
    if (!at.known) {
        return blind_run(p, expected);
    }
    if (!goes_on(r, 0, expected)) {
        return (uint32_t)r->width - at.offset; /* as a whole, or not at all */
    }
    if (want == 0) {
        want = usual_run(p, r, &at);
    }
    while (count < want && goes_on(r, count, expected)) {
        count += (uint32_t)r->width - at.offset;
        leave_register(p, &at);
        r = find(p, at.reg);
    }
    *limited = count < want;
    return count < want ? count : want;
}
