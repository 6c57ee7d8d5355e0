/*
 * The sidecar of a tape partition's position index; see tape_index.h.
 *
 * All numbers are little-endian.  A header of HEADER bytes:
 *
 *    0  8  "BWTAPIDX"
 *    8  4  version, 1
 *   12  4  flags: bit 0, the index is complete
 *   16  8  bytes of the tape's file
 *   24  4  the caller's check of the tape
 *   28  4  CRC-32 of the body
 *   32  8  objects
 *   40  8  tape marks among them
 *   48  8  where the next object begins, or the end of the data
 *   56  8  words of the mixed extents
 *   64  8  extents
 *   72  4  0
 *   76  4  CRC-32 of the bytes before
 *
 * and a body: the words of the mixed extents, 4 bytes each, and the extents,
 * EXTENT bytes each: offset 8, stride 8 (0 if mixed), count 8, length 4, size
 * 4 (both 0 if mixed), kind 4 (MIXED if mixed), 0 4.  What can be counted is
 * not there: numbers, and marks before.
 *
 * The header is blank while the body is written, so that a file whose writing
 * was interrupted is none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_index.h"

#include <string.h>

#include "crc32.h"
#include "cursor.h"
#include "tape_index_priv.h"

#define MAGIC    "BWTAPIDX"
#define VERSION  1u
#define COMPLETE 1u
#define HEADER   80u
#define EXTENT   40u
#define WORD     4u
#define MIXED    3u /* as a kind */
#define CHUNK    65536u
#define FILE_MAX ((uint64_t)INT64_MAX)

struct header {
    uint32_t flags;
    uint64_t tape_size;
    uint32_t tape_check;
    uint32_t body_crc;
    uint64_t count;
    uint64_t marks;
    uint64_t offset;
    uint64_t words;
    uint64_t extents;
};

/* A file that is read or written from its beginning, a chunk at a time. */
struct stream {
    const struct bw_tape_io *io;
    uint64_t offset; /* of @buffer in the file */
    uint64_t left;   /* reading: bytes of the body behind @buffer */
    uint32_t crc;
    size_t used; /* writing: bytes in @buffer; reading: bytes taken from it */
    size_t fill; /* reading: bytes in it */
    uint8_t *buffer;
};

static enum bw_tape_result write_at(const struct bw_tape_io *io,
                                    uint64_t offset, uint8_t *bytes,
                                    size_t length)
{
    struct bw_tape_piece piece = { .bytes = bytes, .length = length };

    return io->write(io->opaque, offset, &piece, 1);
}

static enum bw_tape_result read_at(const struct bw_tape_io *io, uint64_t offset,
                                   uint8_t *bytes, size_t length)
{
    struct bw_tape_piece piece = { .bytes = bytes, .length = length };

    return io->read(io->opaque, offset, &piece, 1);
}

static enum bw_tape_result drain(struct stream *s)
{
    enum bw_tape_result result = BW_TAPE_OK;

    if (s->used > 0) {
        s->crc = bw_crc32(s->crc, s->buffer, s->used);
        result = write_at(s->io, s->offset, s->buffer, s->used);
        s->offset += s->used;
        s->used = 0;
    }
    return result;
}

/* Room for @length bytes to be written. */
static enum bw_tape_result room(struct stream *s, size_t length,
                                struct bw_writer *w)
{
    enum bw_tape_result result = BW_TAPE_OK;

    if (s->used + length > CHUNK) {
        result = drain(s);
    }
    bw_writer_init(w, s->buffer + s->used, length);
    s->used += length;
    return result;
}

static enum bw_tape_result write_body(const struct bw_tape_index *index,
                                      struct stream *s)
{
    enum bw_tape_result result = BW_TAPE_OK;
    struct bw_writer w;

    for (size_t i = 0; i < index->mixed_count && result == BW_TAPE_OK; i++) {
        result = room(s, WORD, &w);
        bw_write_le32(&w, index->mixed[i]);
    }
    for (size_t i = 0; i < index->extent_count && result == BW_TAPE_OK; i++) {
        const struct bw_tape_extent *e = &index->extents[i];

        result = room(s, EXTENT, &w);
        bw_write_le64(&w, e->offset);
        bw_write_le64(&w, e->mixed ? 0 : e->stride);
        bw_write_le64(&w, e->count);
        bw_write_le32(&w, e->mixed ? 0 : e->length);
        bw_write_le32(&w, e->mixed ? 0 : e->size);
        bw_write_le32(&w, e->mixed ? MIXED : e->kind);
        bw_write_le32(&w, 0);
    }
    return result == BW_TAPE_OK ? drain(s) : result;
}

static void encode_header(const struct header *h, uint8_t *out)
{
    struct bw_writer w;

    bw_writer_init(&w, out, HEADER);
    bw_write_bytes(&w, (const uint8_t *)MAGIC, 8);
    bw_write_le32(&w, VERSION);
    bw_write_le32(&w, h->flags);
    bw_write_le64(&w, h->tape_size);
    bw_write_le32(&w, h->tape_check);
    bw_write_le32(&w, h->body_crc);
    bw_write_le64(&w, h->count);
    bw_write_le64(&w, h->marks);
    bw_write_le64(&w, h->offset);
    bw_write_le64(&w, h->words);
    bw_write_le64(&w, h->extents);
    bw_write_le32(&w, 0);
    bw_write_le32(&w, bw_crc32(0, out, HEADER - 4));
}

static enum bw_tape_result save(const struct bw_tape_index *index,
                                const struct bw_tape_io *to, struct header *h,
                                uint8_t *buffer)
{
    struct stream s = { .io = to, .offset = HEADER, .buffer = buffer };
    uint8_t header[HEADER] = { 0 };
    enum bw_tape_result result = write_at(to, 0, header, HEADER);

    if (result == BW_TAPE_OK) {
        result = write_body(index, &s);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    h->body_crc = s.crc;
    encode_header(h, header);
    result = write_at(to, 0, header, HEADER);
    if (result == BW_TAPE_OK) {
        /* a longer file does no harm: what is behind is not looked at */
        (void)to->truncate(to->opaque, s.offset);
    }
    return result;
}

enum bw_tape_result bw_index_save(const struct bw_tape_index *index,
                                  const struct bw_tape_io *to,
                                  uint64_t tape_size, uint32_t tape_check)
{
    struct header h = {
        .flags = index->complete ? COMPLETE : 0,
        .tape_size = tape_size,
        .tape_check = tape_check,
        .count = index->count,
        .marks = index->mark_count,
        .offset = index->offset,
        .words = index->mixed_count,
        .extents = index->extent_count,
    };
    uint8_t *buffer = index->io->memory(index->io->opaque, NULL, CHUNK);
    enum bw_tape_result result;

    if (!buffer) {
        return BW_TAPE_NO_MEMORY;
    }
    result = save(index, to, &h, buffer);
    index->io->memory(index->io->opaque, buffer, 0);
    return result;
}

/* Returns: false if it is none, or of another version. */
static bool decode_header(const uint8_t *bytes, struct header *h)
{
    struct bw_reader r;
    const uint8_t *magic;
    uint32_t version;
    uint32_t zero;

    bw_reader_init(&r, bytes, HEADER);
    magic = bw_read_bytes(&r, 8);
    version = bw_read_le32(&r);
    h->flags = bw_read_le32(&r);
    h->tape_size = bw_read_le64(&r);
    h->tape_check = bw_read_le32(&r);
    h->body_crc = bw_read_le32(&r);
    h->count = bw_read_le64(&r);
    h->marks = bw_read_le64(&r);
    h->offset = bw_read_le64(&r);
    h->words = bw_read_le64(&r);
    h->extents = bw_read_le64(&r);
    zero = bw_read_le32(&r);
    return memcmp(magic, MAGIC, 8) == 0 && version == VERSION &&
           h->flags <= COMPLETE && zero == 0 && h->offset <= h->tape_size &&
           h->tape_size <= FILE_MAX &&
           bw_read_le32(&r) == bw_crc32(0, bytes, HEADER - 4);
}

/* The next @length bytes of the body, which divide CHUNK or are put together. */
static enum bw_tape_result take(struct stream *s, size_t length,
                                struct bw_reader *r)
{
    enum bw_tape_result result = BW_TAPE_OK;
    size_t rest = s->fill - s->used;

    if (rest < length) {
        size_t more = CHUNK - rest;

        memmove(s->buffer, s->buffer + s->used, rest);
        if (more > s->left) {
            more = (size_t)s->left;
        }
        result = read_at(s->io, s->offset, s->buffer + rest, more);
        s->crc =
            bw_crc32(s->crc, s->buffer + rest, result == BW_TAPE_OK ? more : 0);
        s->offset += more;
        s->left -= more;
        s->used = 0;
        s->fill = rest + more;
    }
    bw_reader_init(r, s->buffer + s->used, length);
    s->used += length;
    return result;
}

static bool word_ok(uint32_t word)
{
    uint32_t length = bw_index_word_length(word);

    switch (bw_index_word_kind(word)) {
    case BW_TAPE_KIND_RECORD:
        return length > 0;
    case BW_TAPE_KIND_MARK:
        return word == bw_index_word(BW_TAPE_KIND_MARK, 4, 0);
    case BW_TAPE_KIND_BAD:
        return true;
    }
    return false;
}

static enum bw_tape_result load_words(struct bw_tape_index *index,
                                      struct stream *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bw_reader r;
        enum bw_tape_result result = take(s, WORD, &r);

        if (result != BW_TAPE_OK) {
            return result;
        }
        index->mixed[i] = bw_read_le32(&r);
        if (!word_ok(index->mixed[i])) {
            return BW_TAPE_FOREIGN;
        }
    }
    return BW_TAPE_OK;
}

static bool run_ok(const struct bw_tape_extent *e)
{
    switch (e->kind) {
    case BW_TAPE_KIND_RECORD:
        if (e->length == 0 || e->length > BW_INDEX_LENGTH_MAX ||
            e->size < e->length + 8) {
            return false;
        }
        break;
    case BW_TAPE_KIND_MARK:
        if (e->length != 0 || e->size < 4) {
            return false;
        }
        break;
    case BW_TAPE_KIND_BAD:
        if (e->length > BW_INDEX_LENGTH_MAX || e->size < 4) {
            return false;
        }
        break;
    default:
        return false;
    }
    return e->stride >= e->size && e->stride <= FILE_MAX &&
           e->count <= (FILE_MAX - e->offset) / e->stride;
}

/* Returns: false if @e cannot follow what is there. */
static bool append_extent(struct bw_tape_index *index, struct bw_tape_extent *e,
                          size_t words)
{
    if (e->count == 0 || e->offset < index->end || e->offset > FILE_MAX) {
        return false;
    }
    e->number = index->count;
    e->marks = index->mark_count;
    e->mixed = e->kind == MIXED;
    if (e->mixed) {
        if (e->count > BW_INDEX_MIXED_MAX ||
            e->count > words - index->mixed_count || e->stride != 0 ||
            e->length != 0 || e->size != 0) {
            return false;
        }
        e->kind = 0;
        e->stride = index->mixed_count;
        index->mixed_count += (size_t)e->count;
        index->mark_count = bw_index_mixed_marks(index, e, e->count);
    } else if (!run_ok(e)) {
        return false;
    } else if (e->kind == BW_TAPE_KIND_MARK) {
        index->mark_count += e->count;
    }
    index->extents[index->extent_count++] = *e;
    index->count += e->count;
    index->end = bw_index_extent_end(index, e);
    return true;
}

static enum bw_tape_result load_extents(struct bw_tape_index *index,
                                        struct stream *s,
                                        const struct header *h)
{
    for (uint64_t i = 0; i < h->extents; i++) {
        struct bw_tape_extent e = { .number = 0 };
        struct bw_reader r;
        enum bw_tape_result result = take(s, EXTENT, &r);
        uint32_t kind;

        if (result != BW_TAPE_OK) {
            return result;
        }
        e.offset = bw_read_le64(&r);
        e.stride = bw_read_le64(&r);
        e.count = bw_read_le64(&r);
        e.length = bw_read_le32(&r);
        e.size = bw_read_le32(&r);
        kind = bw_read_le32(&r);
        e.kind = (uint8_t)kind;
        if (kind > MIXED || bw_read_le32(&r) != 0 ||
            !append_extent(index, &e, (size_t)h->words)) {
            return BW_TAPE_FOREIGN;
        }
    }
    return BW_TAPE_OK;
}

static bool totals_ok(const struct bw_tape_index *index, const struct header *h,
                      const struct stream *s)
{
    return index->count == h->count && index->mark_count == h->marks &&
           index->mixed_count == h->words && index->end <= h->offset &&
           s->crc == h->body_crc;
}

/* The header is good, the file has @size bytes. */
static enum bw_tape_result load(struct bw_tape_index *index,
                                const struct bw_tape_io *from,
                                const struct header *h, uint64_t size,
                                uint8_t *buffer)
{
    uint64_t body = size - HEADER;
    struct stream s = { .io = from, .offset = HEADER, .buffer = buffer };
    enum bw_tape_result result;

    if (h->words > body / WORD ||
        h->extents > (body - h->words * WORD) / EXTENT) {
        return BW_TAPE_FOREIGN;
    }
    s.left = h->words * WORD + h->extents * EXTENT;
    if (!bw_index_reserve(index, (size_t)h->extents, (size_t)h->words)) {
        return BW_TAPE_NO_MEMORY;
    }
    result = load_words(index, &s, (size_t)h->words);
    if (result == BW_TAPE_OK) {
        result = load_extents(index, &s, h);
    }
    if (result == BW_TAPE_OK && !totals_ok(index, h, &s)) {
        result = BW_TAPE_FOREIGN;
    }
    index->offset = h->offset;
    index->complete = h->flags & COMPLETE;
    return result;
}

enum bw_tape_result bw_index_load(struct bw_tape_index *index,
                                  const struct bw_tape_io *from,
                                  uint64_t *tape_size, uint32_t *tape_check)
{
    uint8_t bytes[HEADER];
    uint64_t generation = index->generation;
    uint8_t *buffer;
    uint64_t size;
    struct header h;
    enum bw_tape_result result = from->size(from->opaque, &size);

    bw_index_free(index);
    index->generation = generation + 1;
    if (result == BW_TAPE_OK && size < HEADER) {
        result = BW_TAPE_FOREIGN;
    }
    if (result == BW_TAPE_OK) {
        result = read_at(from, 0, bytes, HEADER);
    }
    if (result != BW_TAPE_OK) {
        return result;
    }
    if (!decode_header(bytes, &h)) {
        return BW_TAPE_FOREIGN;
    }
    buffer = index->io->memory(index->io->opaque, NULL, CHUNK);
    if (!buffer) {
        return BW_TAPE_NO_MEMORY;
    }
    result = load(index, from, &h, size, buffer);
    index->io->memory(index->io->opaque, buffer, 0);
    if (result != BW_TAPE_OK) {
        bw_index_free(index);
        index->generation = generation + 1;
        return result;
    }
    *tape_size = h.tape_size;
    *tape_check = h.tape_check;
    return BW_TAPE_OK;
}
