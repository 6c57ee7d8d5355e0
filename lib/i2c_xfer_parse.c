/*
 * Parsing the notation of i2ctransfer(8) into a transfer.
 *
 * Source: the manual page i2ctransfer(8) of i2c-tools 4.3, "ARGUMENTS"; the
 * pseudo-random sequence of suffix p is the one its example shows (0p means
 * 0x00, 0x50, 0xb0): exclusive-or with 27, plus 13, rotated left by one.
 * Added to it: an address that ends in t has 10 bits.  Not supported: the
 * read length "?" (the part tells the length).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_xfer.h"

#include <string.h>

#define NUMBER_MAX 0xffffu /* the largest number the notation has */

/* One word of the text; @next is where reading it has come to. */
struct word {
    const char *start;
    const char *end;
    const char *next;
};

struct parser {
    const char *text;
    const char *pos; /* behind the last word taken */
    struct word word;
    uint8_t *buf;
    size_t size;
    size_t written; /* write bytes in @buf */
    size_t reads;   /* bytes of all reads so far */
    struct bw_i2c_xfer x;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Take the next word; false at the end of the text. */
static bool next_word(struct parser *p)
{
    while (is_blank(*p->pos)) {
        p->pos++;
    }
    p->word.start = p->pos;
    while (*p->pos && !is_blank(*p->pos)) {
        p->pos++;
    }
    p->word.end = p->pos;
    p->word.next = p->word.start;
    return p->word.end > p->word.start;
}

static bool at_end(const struct word *w)
{
    return w->next == w->end;
}

static bool accept(struct word *w, char c)
{
    if (at_end(w) || *w->next != c) {
        return false;
    }
    w->next++;
    return true;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a') + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return (unsigned)(c - 'A') + 10;
    }
    return NUMBER_MAX;
}

static unsigned take_base(struct word *w)
{
    if (w->end - w->next < 2 || w->next[0] != '0') {
        return 10;
    }
    if (w->next[1] == 'x' || w->next[1] == 'X') {
        w->next += 2;
        return 16;
    }
    return 8; /* the leading 0 is itself a digit */
}

/* A number of C, decimal, 0x... or 0..., not above @max. */
static bool take_number(struct word *w, unsigned max, unsigned *value)
{
    unsigned base = take_base(w);
    unsigned sum = 0;
    const char *first = w->next;

    while (!at_end(w) && digit_value(*w->next) < base) {
        sum = sum * base + digit_value(*w->next++);
        if (sum > max) {
            return false;
        }
    }
    *value = sum;
    return w->next > first;
}

/* The @address of a message, or that of the message before. */
static enum bw_status take_addr(struct parser *p, struct bw_i2c_msg *msg)
{
    unsigned addr;

    if (at_end(&p->word)) {
        if (p->x.nmsgs == 0) {
            return BW_INVALID;
        }
        msg->addr = msg[-1].addr;
        msg->flags |= msg[-1].flags & BW_I2C_TEN_BIT;
        return BW_OK;
    }
    if (!accept(&p->word, '@') || !take_number(&p->word, NUMBER_MAX, &addr)) {
        return BW_INVALID;
    }
    if (accept(&p->word, 't')) {
        msg->flags |= BW_I2C_TEN_BIT;
    }
    msg->addr = (uint16_t)addr;
    return at_end(&p->word) ? BW_OK : BW_INVALID;
}

static bool fits(const struct parser *p, bool reads, size_t len)
{
    size_t same = reads ? p->reads : p->written;

    return len <= BW_I2C_MAX_BYTES - same &&
           len <= p->size - p->written - p->reads;
}

/* {r|w}LENGTH[@address] */
static enum bw_status take_desc(struct parser *p, struct bw_i2c_msg *msg)
{
    bool reads = accept(&p->word, 'r');
    unsigned len;
    enum bw_status status;

    if ((!reads && !accept(&p->word, 'w')) ||
        !take_number(&p->word, NUMBER_MAX, &len)) {
        return BW_INVALID;
    }
    msg->flags = reads ? BW_I2C_READ : 0;
    msg->len = (uint16_t)len;
    msg->data = NULL;
    status = take_addr(p, msg);
    if (status != BW_OK) {
        return status;
    }
    status = bw_i2c_xfer_check_shape(
        &(struct bw_i2c_xfer){ .nmsgs = 1, .msgs = { *msg } });
    if (status != BW_OK) {
        return status;
    }
    return fits(p, reads, len) ? BW_OK : BW_TOO_LONG;
}

static uint8_t next_byte(uint8_t byte, char suffix)
{
    switch (suffix) {
    case '+':
        return (uint8_t)(byte + 1);
    case '-':
        return (uint8_t)(byte - 1);
    case 'p':
        byte = (uint8_t)((byte ^ 27) + 13);
        return (uint8_t)(byte << 1 | byte >> 7);
    default: /* '=' */
        return byte;
    }
}

/* One byte, or with a suffix all that are left of the message. */
static enum bw_status take_byte(struct parser *p, uint8_t *out, unsigned left,
                                unsigned *taken)
{
    unsigned value;
    char suffix;

    if (!take_number(&p->word, 0xff, &value)) {
        return BW_INVALID;
    }
    out[0] = (uint8_t)value;
    *taken = 1;
    if (at_end(&p->word)) {
        return BW_OK;
    }
    suffix = *p->word.next++;
    if (!strchr("=+-p", suffix) || !at_end(&p->word)) {
        return BW_INVALID;
    }
    for (; *taken < left; (*taken)++) {
        out[*taken] = next_byte(out[*taken - 1], suffix);
    }
    return BW_OK;
}

static enum bw_status take_data(struct parser *p, struct bw_i2c_msg *msg)
{
    unsigned done = 0;

    msg->data = msg->len > 0 ? p->buf + p->written : NULL;
    while (done < msg->len) {
        unsigned taken = 0;
        enum bw_status status;

        if (!next_word(p)) {
            return BW_INVALID;
        }
        status = take_byte(p, msg->data + done, msg->len - done, &taken);
        if (status != BW_OK) {
            return status;
        }
        done += taken;
    }
    p->written += done;
    return BW_OK;
}

static enum bw_status take_msg(struct parser *p)
{
    struct bw_i2c_msg *msg = &p->x.msgs[p->x.nmsgs];
    enum bw_status status;

    if (p->x.nmsgs == BW_I2C_MAX_MSGS) {
        return BW_TOO_LONG;
    }
    status = take_desc(p, msg);
    if (status != BW_OK) {
        return status;
    }
    p->x.nmsgs++;
    if ((msg->flags & BW_I2C_READ) != 0) {
        p->reads += msg->len;
        return BW_OK;
    }
    return take_data(p, msg);
}

enum bw_status bw_i2c_xfer_parse(struct bw_i2c_xfer *x, const char *text,
                                 uint8_t *buf, size_t size, size_t *error_at)
{
    struct parser p = { .text = text, .pos = text, .buf = buf, .size = size };
    enum bw_status status = BW_OK;

    while (status == BW_OK && next_word(&p)) {
        status = take_msg(&p);
    }
    if (status == BW_OK && p.x.nmsgs == 0) {
        status = BW_INVALID;
    }
    if (status != BW_OK) {
        if (error_at) {
            *error_at = (size_t)(p.word.start - text);
        }
        return status;
    }
    if (p.reads > 0) {
        bw_i2c_xfer_assign_reads(&p.x, buf + p.written, p.reads);
    }
    *x = p.x;
    return BW_OK;
}
