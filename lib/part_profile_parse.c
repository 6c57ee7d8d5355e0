/*
 * The text of a part's profile.
 *
 * Source: docs/profiles.md, which is normative.  A line is a keyword and its
 * words, separated by blanks or tabs; # begins a comment; the first line that
 * says anything is "profile 1".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "part_profile.h"

#include <string.h>

#define MAX_WORDS 8

struct word {
    const char *text;
    size_t len;
};

struct parser {
    struct bw_part_profile profile;
    struct word words[MAX_WORDS];
    unsigned nwords;
    bool begun;   /* "profile 1" was there */
    bool settled; /* the width of the pointer */
    const char *what;
};

static bool fail(struct parser *s, const char *what)
{
    s->what = what;
    return false;
}

static bool is_word(const struct word *w, const char *text)
{
    return w->len == strlen(text) && memcmp(w->text, text, w->len) == 0;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Decimal, or hexadecimal after 0x. */
static bool take_number(const char *text, size_t len, uint32_t max,
                        uint32_t *value)
{
    int base = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
                   ? 16
                   : 10;
    uint32_t sum = 0;

    for (size_t i = base == 16 ? 2 : 0; i < len; i++) {
        int digit = digit_of(text[i]);

        if (digit >= base) {
            return false;
        }
        sum = sum * (uint32_t)base + (uint32_t)digit;
        if (sum > max) {
            return false;
        }
    }
    *value = sum;
    return len > 0;
}

static bool number(struct parser *s, unsigned i, uint32_t min, uint32_t max,
                   uint32_t *value, const char *what)
{
    const struct word *w = &s->words[i];

    if (i >= s->nwords || !take_number(w->text, w->len, max, value) ||
        *value < min) {
        return fail(s, what);
    }
    return true;
}

static bool reg_number(struct parser *s, unsigned i, uint32_t *reg)
{
    return number(s, i, 0, s->profile.mask, reg,
                  "a register number that fits the pointer is missing here");
}

/* "0x10" or "0x10-0x1f" */
static bool reg_range(struct parser *s, struct bw_profile_range *r)
{
    static const char what[] = "registers are missing, such as 0x10 or "
                               "0x10-0x1f, that fit the pointer";
    const struct word *w = &s->words[1];
    const char *dash;
    uint32_t first, last;
    size_t len;

    if (s->nwords < 2) {
        return fail(s, what);
    }
    dash = memchr(w->text, '-', w->len);
    len = dash ? (size_t)(dash - w->text) : w->len;
    if (!take_number(w->text, len, s->profile.mask, &first)) {
        return fail(s, what);
    }
    last = first;
    if (dash &&
        (!take_number(dash + 1, w->len - len - 1, s->profile.mask, &last) ||
         last < first)) {
        return fail(s, what);
    }
    r->first = (uint16_t)first;
    r->last = (uint16_t)last;
    return true;
}

static bool add_range(struct parser *s, const struct bw_profile_range *r)
{
    struct bw_part_profile *p = &s->profile;

    for (unsigned i = 0; i < p->nranges; i++) {
        if (r->first <= p->ranges[i].last && r->last >= p->ranges[i].first) {
            return fail(s, "an earlier line has one of these registers; "
                           "each may be in one line only");
        }
    }
    if (p->nranges == BW_PROFILE_RANGES) {
        return fail(s, "there are more than 64 lines of registers");
    }
    p->ranges[p->nranges++] = *r;
    s->settled = true;
    return true;
}

/* plain, fifo, clear, sample REGISTERS [width N] [stay] */
static bool registers(struct parser *s, enum bw_profile_kind kind, bool stay)
{
    struct bw_profile_range r = { .kind = (uint8_t)kind, .stay = stay };
    uint32_t width = 1;

    if (!reg_range(s, &r)) {
        return false;
    }
    for (unsigned i = 2; i < s->nwords; i++) {
        if (is_word(&s->words[i], "stay")) {
            r.stay = true;
        } else if (!is_word(&s->words[i], "width")) {
            return fail(s, "after the registers may come \"width N\" and "
                           "\"stay\" only");
        } else if (!number(s, ++i, 1, BW_PROFILE_WIDEST, &width,
                           "width takes 1 to 4096 bytes")) {
            return false;
        }
    }
    r.width = (uint16_t)width;
    return add_range(s, &r);
}

static bool on_plain(struct parser *s)
{
    return registers(s, BW_PROFILE_PLAIN, false);
}

static bool on_sample(struct parser *s)
{
    return registers(s, BW_PROFILE_SAMPLE, false);
}

static bool on_clear(struct parser *s)
{
    return registers(s, BW_PROFILE_CAREFUL, false);
}

static bool on_fifo(struct parser *s)
{
    return registers(s, BW_PROFILE_CAREFUL, true);
}

/* A count, up to MAX bytes of data, a PEC; it cannot be read in pieces. */
static bool on_block(struct parser *s)
{
    struct bw_profile_range r = {
        .kind = BW_PROFILE_PLAIN,
        .stay = true,
        .whole = true,
    };
    uint32_t max;

    if (!reg_range(s, &r) ||
        !number(s, 2, 1, 255, &max,
                "block takes registers and the most data bytes of a block, "
                "1 to 255")) {
        return false;
    }
    if (s->nwords > 3) {
        return fail(s, "nothing may follow here");
    }
    r.width = (uint16_t)(1 + max + 1);
    return add_range(s, &r);
}

static bool on_profile(struct parser *s)
{
    (void)s;
    return fail(s, "\"profile\" may be there once only");
}

static bool on_part(struct parser *s)
{
    const struct word *w = &s->words[1];

    if (s->nwords != 2 || w->len > BW_PROFILE_NAME) {
        return fail(s, "part takes one name of at most 31 bytes");
    }
    memcpy(s->profile.name, w->text, w->len);
    s->profile.name[w->len] = '\0';
    return true;
}

static bool on_pointer(struct parser *s)
{
    static const uint16_t masks[] = { 0, 0xff, 0xffff };
    uint32_t len;

    if (s->settled) {
        return fail(s, "pointer has to be there once, before what it is "
                       "needed for");
    }
    if (!number(s, 1, 0, BW_PROFILE_POINTER, &len,
                "pointer takes the bytes of a register number, 0 to 2")) {
        return false;
    }
    s->settled = true;
    s->profile.pointer_len = (uint8_t)len;
    s->profile.mask = masks[len];
    return true;
}

static bool on_mask(struct parser *s)
{
    uint32_t mask;

    if (s->profile.nranges > 0) {
        return fail(s, "mask has to come before the registers");
    }
    s->settled = true;
    if (!number(s, 1, 1, s->profile.mask, &mask,
                "mask takes the bits of the pointer that count")) {
        return false;
    }
    s->profile.mask = (uint16_t)mask;
    return true;
}

static bool on_increment_bit(struct parser *s)
{
    uint32_t bit;

    if (s->profile.nranges > 0) {
        return fail(s, "increment-bit has to come before the registers");
    }
    s->settled = true;
    if (s->profile.pointer_len == 0 ||
        !number(s, 1, 0, s->profile.pointer_len * 8u - 1, &bit,
                "increment-bit takes the number of a bit of the pointer")) {
        return fail(s, "increment-bit takes the number of a bit of the "
                       "pointer");
    }
    s->profile.increment_mask = (uint16_t)(1u << bit);
    s->profile.mask &= (uint16_t)~s->profile.increment_mask;
    return true;
}

static bool on_ahead(struct parser *s)
{
    uint32_t ahead;

    if (!number(s, 1, 1, 8192, &ahead, "ahead takes 1 to 8192 bytes")) {
        return false;
    }
    s->profile.ahead = (uint16_t)ahead;
    return true;
}

static bool on_wrap(struct parser *s)
{
    struct bw_part_profile *p = &s->profile;
    uint32_t from, to;

    if (!reg_number(s, 1, &from) || !reg_number(s, 2, &to)) {
        return false;
    }
    if (p->nwraps == BW_PROFILE_WRAPS) {
        return fail(s, "there are more than 16 lines with wrap");
    }
    p->wraps[p->nwraps].from = (uint16_t)from;
    p->wraps[p->nwraps++].to = (uint16_t)to;
    s->settled = true;
    return true;
}

static bool on_read(struct parser *s)
{
    struct bw_part_profile *p = &s->profile;
    uint32_t reg, len;

    if (!reg_number(s, 1, &reg) ||
        !number(s, 2, 1, 8192, &len,
                "read takes a register and 1 to 8192 bytes")) {
        return false;
    }
    if (p->nreads == BW_PROFILE_READS) {
        return fail(s, "there are more than 16 lines with read");
    }
    p->reads[p->nreads].reg = (uint16_t)reg;
    p->reads[p->nreads++].len = (uint16_t)len;
    s->settled = true;
    return true;
}

static const struct keyword {
    const char *name;
    unsigned words; /* the most that the line has; 0: it looks itself */
    bool (*take)(struct parser *s);
} keywords[] = {
    { "profile", 0, on_profile },
    { "part", 0, on_part },
    { "pointer", 2, on_pointer },
    { "mask", 2, on_mask },
    { "increment-bit", 2, on_increment_bit },
    { "ahead", 2, on_ahead },
    { "plain", 0, on_plain },
    { "fifo", 0, on_fifo },
    { "clear", 0, on_clear },
    { "sample", 0, on_sample },
    { "block", 0, on_block },
    { "wrap", 3, on_wrap },
    { "read", 3, on_read },
};

static bool split(struct parser *s, const char *text, size_t len)
{
    size_t at = 0;

    s->nwords = 0;
    while (at < len && text[at] != '#') {
        size_t start = at;

        while (at < len && !strchr(" \t\r#", text[at])) {
            at++;
        }
        if (at == start) {
            at++; /* a blank */
        } else if (s->nwords == MAX_WORDS) {
            return fail(s, "there are more words than any line needs");
        } else {
            s->words[s->nwords++] = (struct word){ text + start, at - start };
        }
    }
    return true;
}

static bool take_line(struct parser *s, const char *text, size_t len)
{
    if (memchr(text, '\0', len)) {
        return fail(s, "there is a NUL byte; a profile is text");
    }
    if (!split(s, text, len)) {
        return false;
    }
    if (s->nwords == 0) {
        return true;
    }
    if (!s->begun) {
        s->begun = s->nwords == 2 && is_word(&s->words[0], "profile") &&
                   is_word(&s->words[1], "1");
        return s->begun || fail(s, "a profile begins with \"profile 1\"");
    }
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        const struct keyword *k = &keywords[i];

        if (is_word(&s->words[0], k->name)) {
            if (k->words > 0 && s->nwords > k->words) {
                return fail(s, "nothing may follow here");
            }
            return k->take(s);
        }
    }
    return fail(s, "not a keyword; they are part, pointer, mask, "
                   "increment-bit, ahead, plain, fifo, clear, sample, block, "
                   "wrap and read");
}

enum bw_status bw_part_profile_parse(struct bw_part_profile *p,
                                     const char *text, size_t len,
                                     unsigned *line, const char **what)
{
    struct parser s = {
        .profile = {
            .pointer_len = 1,
            .mask = 0xff,
            .ahead = BW_PROFILE_AHEAD,
        },
    };
    size_t at = 0;

    *line = 1;
    while (at < len) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - (text + at)) : len - at;

        if (!take_line(&s, text + at, n)) {
            *what = s.what;
            return BW_INVALID;
        }
        at += n + 1;
        (*line)++;
    }
    if (!s.begun) {
        *what = "it is empty; a profile begins with \"profile 1\"";
        return BW_INVALID;
    }
    *p = s.profile;
    return BW_OK;
}
