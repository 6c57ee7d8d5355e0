/*
 * Bounded little-endian reader and writer; see cursor.h for the contract.
 *
 * Values are put together byte by byte, so neither the alignment of the
 * buffer nor the byte order of the machine matters.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cursor.h"

#include <string.h>

void bw_reader_init(struct bw_reader *r, const uint8_t *buf, size_t size)
{
    static const uint8_t nothing;

    r->buf = buf ? buf : &nothing; /* so that NULL for no bytes is fine */
    r->size = buf ? size : 0;
    r->pos = 0;
    r->failed = false;
}

const uint8_t *bw_read_bytes(struct bw_reader *r, size_t len)
{
    const uint8_t *start;

    if (r->failed || len > r->size - r->pos) {
        r->failed = true;
        return NULL;
    }
    start = r->buf + r->pos;
    r->pos += len;
    return start;
}

static uint64_t read_le(struct bw_reader *r, unsigned bytes)
{
    const uint8_t *p = bw_read_bytes(r, bytes);
    uint64_t value = 0;

    if (!p) {
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

uint8_t bw_read_u8(struct bw_reader *r)
{
    return (uint8_t)read_le(r, 1);
}

uint16_t bw_read_le16(struct bw_reader *r)
{
    return (uint16_t)read_le(r, 2);
}

uint32_t bw_read_le32(struct bw_reader *r)
{
    return (uint32_t)read_le(r, 4);
}

uint64_t bw_read_le64(struct bw_reader *r)
{
    return read_le(r, 8);
}

size_t bw_reader_left(const struct bw_reader *r)
{
    return r->failed ? 0 : r->size - r->pos;
}

bool bw_reader_done(const struct bw_reader *r)
{
    return !r->failed && r->pos == r->size;
}

void bw_writer_init(struct bw_writer *w, uint8_t *buf, size_t size)
{
    w->buf = buf;
    w->size = size;
    w->pos = 0;
    w->failed = false;
}

/* Room for @len bytes, or NULL and the writer failed. */
static uint8_t *claim(struct bw_writer *w, size_t len)
{
    uint8_t *start;

    if (w->failed || len > w->size - w->pos) {
        w->failed = true;
        return NULL;
    }
    start = w->buf + w->pos;
    w->pos += len;
    return start;
}

static void write_le(struct bw_writer *w, uint64_t value, unsigned bytes)
{
    uint8_t *p = claim(w, bytes);

    if (!p) {
        return;
    }
    for (unsigned i = 0; i < bytes; i++) {
        p[i] = (uint8_t)(value >> (8 * i));
    }
}

void bw_write_u8(struct bw_writer *w, uint8_t value)
{
    write_le(w, value, 1);
}

void bw_write_le16(struct bw_writer *w, uint16_t value)
{
    write_le(w, value, 2);
}

void bw_write_le32(struct bw_writer *w, uint32_t value)
{
    write_le(w, value, 4);
}

void bw_write_le64(struct bw_writer *w, uint64_t value)
{
    write_le(w, value, 8);
}

void bw_write_bytes(struct bw_writer *w, const uint8_t *bytes, size_t len)
{
    uint8_t *p;

    if (len == 0) {
        return; /* @bytes may be NULL, which memcpy() must not see */
    }
    p = claim(w, len);
    if (p) {
        memcpy(p, bytes, len);
    }
}
