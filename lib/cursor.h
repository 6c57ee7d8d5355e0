/*
 * Bounded little-endian reader and writer over a caller's buffer.
 *
 * Every access checks the room that is left.  The first access that does not
 * fit marks the cursor failed; from then on reads return 0 and writes do
 * nothing, so a caller may decode a whole message and check once at the end.
 * Used by lib/wire.c; never cast a struct onto a buffer instead.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_CURSOR_H
#define BENCHWIRE_LIB_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_reader {
    const uint8_t *buf;
    size_t size; /* bytes in @buf */
    size_t pos;  /* next byte to read, never above @size */
    bool failed; /* an access did not fit */
};

struct bw_writer {
    uint8_t *buf;
    size_t size; /* room in @buf, bytes */
    size_t pos;  /* bytes written so far, never above @size */
    bool failed; /* an access did not fit */
};

void bw_reader_init(struct bw_reader *r, const uint8_t *buf, size_t size);
uint8_t bw_read_u8(struct bw_reader *r);
uint16_t bw_read_le16(struct bw_reader *r);
uint32_t bw_read_le32(struct bw_reader *r);
uint64_t bw_read_le64(struct bw_reader *r);

/**
 * bw_read_bytes: take @len bytes without copying them
 *
 * Returns: a pointer into the reader's buffer, or NULL (and the reader
 * failed) if fewer than @len bytes are left.
 */
const uint8_t *bw_read_bytes(struct bw_reader *r, size_t len);

/* Bytes not yet read; 0 once the reader failed. */
size_t bw_reader_left(const struct bw_reader *r);

/* True if nothing failed and every byte was read: messages are exact. */
bool bw_reader_done(const struct bw_reader *r);

void bw_writer_init(struct bw_writer *w, uint8_t *buf, size_t size);
void bw_write_u8(struct bw_writer *w, uint8_t value);
void bw_write_le16(struct bw_writer *w, uint16_t value);
void bw_write_le32(struct bw_writer *w, uint32_t value);
void bw_write_le64(struct bw_writer *w, uint64_t value);
void bw_write_bytes(struct bw_writer *w, const uint8_t *bytes, size_t len);

#endif
