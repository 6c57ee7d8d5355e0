/*
 * What the files of the tape store share.  See tape_store.h.
 *
 *   tape_store.c        open, close, limits, where the head is
 *   tape_store_frame.c  framing words, the window, one object of the file
 *   tape_store_scan.c   the file's objects into the index; verify
 *   tape_store_read.c   records to the host
 *   tape_store_write.c  records and marks from the host: staging, the file
 *   tape_store_end.c    the end of the data: marker, commit, erase
 *   tape_store_move.c   space and locate
 *   tape_store_proof.c  the sidecar: is it this tape's
 *   tape_store_foreign.c  what a file that is no tape may be
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_STORE_PRIV_H
#define BENCHWIRE_LIB_TAPE_STORE_PRIV_H

#include "tape_store.h"

/* Framing words; little-endian in the file. */
#define BW_TAP_MARK     0x00000000u
#define BW_TAP_END      0xffffffffu /* end of medium */
#define BW_TAP_GAP      0xfffffffeu /* erase gap */
#define BW_TAP_HALF_GAP 0xfffeffffu /* forward: the rest is 2 bytes on */
#define BW_TAP_WORD     4u
#define BW_TAP_VALUE    0x0fffffffu
#define BW_TAP_CLASS(w) ((w) >> 28)
#define BW_TAP_BAD      8u          /* class of a record with an error, */
#define BW_TAP_ERROR    0x80000000u /* which is this bit */
#define BW_TAP_PRIVATE  7u  /* class of a marker that others' tools know */
#define BW_TAP_MARKER   15u /* class of markers */

#define BW_TAPE_SECTOR 512u
/* Bytes that are looked at together; records up to a part of it are read
 * through it, which reads ahead. */
#define BW_TAPE_WINDOW     262144u
#define BW_TAPE_SMALL_READ 32768u
#define BW_TAPE_SMALL      65536u /* shorter records are gathered */
#define BW_TAPE_BATCH      256u   /* longer ones in one call of the host */
#define BW_TAPE_TAIL       512u   /* read behind a record: the next header */

/* Why the data end where they do. */
enum bw_tape_trouble {
    BW_TAPE_TROUBLE_NONE,     /* the end-of-medium marker */
    BW_TAPE_TROUBLE_NO_END,   /* the file's end, behind a whole object */
    BW_TAPE_TROUBLE_TORN,     /* a word that was half written in a crash */
    BW_TAPE_TROUBLE_FRAGMENT, /* less than a word before the file's end */
    BW_TAPE_TROUBLE_SHORT,    /* a record runs over the file's end */
    BW_TAPE_TROUBLE_TRAILER,  /* the word behind a record is another */
    BW_TAPE_TROUBLE_WORD,     /* a word without a meaning */
    BW_TAPE_TROUBLE_ZEROS,    /* zeros to the file's end */
};

/* What bw_tape_frame() found: objects alike in a row, or the end. */
struct bw_tape_frame {
    bool end;
    bool broken; /* the framing, not the class */
    enum bw_tape_trouble trouble;
    enum bw_tape_kind kind;
    uint64_t offset; /* behind gaps and what is no object */
    uint64_t size;
    uint64_t count;
    uint32_t length;
    bool last; /* the end follows, whatever is in the file */
};

struct bw_tape_store {
    const struct bw_tape_io *io;
    struct bw_tape_options options;
    struct bw_tape_index index;
    uint64_t size; /* bytes in the file */
    uint64_t head; /* object that follows the head */
    bool foreign;
    bool unproven; /* part of the index came from a sidecar */

    /* the end of the data; index.complete, not dirty */
    bool marked;          /* its marker is in the file */
    bool flushed;         /* what was in the file at the opening lasts */
    bool dirty;           /* something was written since the last commit */
    bool end_spoilt;      /* a failed write may have hit the last marker */
    bool header_spoilt;   /* a header that was taken back may be at its place */
    uint64_t held_at;     /* offset of the first header since the commit */
    uint32_t held_word;   /* what it will be; the file has the end marker */
    uint64_t held_object; /* number of that object */

    /* write-behind */
    uint8_t *stage;
    size_t staged;         /* bytes */
    uint64_t stage_at;     /* their offset in the file */
    uint64_t stage_object; /* the first object in it */
    uint64_t lost;

    /* the part of the file that is looked at */
    uint8_t *window;
    uint64_t window_at;
    size_t window_used;

    const struct bw_tape_io *sidecar; /* holds positions of this tape */
    uint64_t saved_generation;        /* of the index in it */
    bool saved;

    struct bw_tape_piece pieces[2 * BW_TAPE_BATCH + 4];
    uint8_t words[BW_TAPE_BATCH + 1][12];
    uint8_t tail[BW_TAPE_TAIL];
};

static inline uint32_t bw_tap_get(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline void bw_tap_put(uint8_t *p, uint32_t word)
{
    p[0] = (uint8_t)word;
    p[1] = (uint8_t)(word >> 8);
    p[2] = (uint8_t)(word >> 16);
    p[3] = (uint8_t)(word >> 24);
}

/* True if a word at @offset is in two sectors, and can be half written. */
static inline bool bw_tap_straddles(uint64_t offset)
{
    return offset % BW_TAPE_SECTOR > BW_TAPE_SECTOR - BW_TAP_WORD;
}

/* Bytes of padding behind @length bytes of data. */
static inline uint32_t bw_tap_padding(const struct bw_tape_store *store,
                                      uint32_t length)
{
    return store->options.unpadded ? 0 : length & 1;
}

static inline uint64_t bw_tap_size(const struct bw_tape_store *store,
                                   uint32_t length)
{
    return 2 * BW_TAP_WORD + (uint64_t)length + bw_tap_padding(store, length);
}

static inline bool bw_tape_stops(const struct bw_tape_store *store)
{
    return store->io->stop && store->io->stop(store->io->opaque);
}

/* tape_store_frame.c */
/* @length bytes at @offset, all within the file; valid until the next call. */
enum bw_tape_result bw_tape_look(struct bw_tape_store *store, uint64_t offset,
                                 size_t length, const uint8_t **bytes);
/* The objects at or behind @offset, or the end. */
enum bw_tape_result bw_tape_frame(struct bw_tape_store *store, uint64_t offset,
                                  struct bw_tape_frame *out);
void bw_tape_forget_window(struct bw_tape_store *store);

/* tape_store_scan.c */
/* Know at least one object more, or that there is none. */
enum bw_tape_result bw_tape_scan(struct bw_tape_store *store);
/* Know object @number, unless the data end before it. */
enum bw_tape_result bw_tape_scan_to(struct bw_tape_store *store,
                                    uint64_t number);
/* Know tape mark @mark, unless the data end before it. */
enum bw_tape_result bw_tape_scan_mark(struct bw_tape_store *store,
                                      uint64_t mark);
/* Add to the sentence: text, and "byte N" for where it is. */
void bw_tape_say(struct bw_tape_verdict *verdict, const char *text);
void bw_tape_say_byte(struct bw_tape_verdict *verdict);
void bw_tape_describe(struct bw_tape_verdict *verdict,
                      enum bw_tape_trouble trouble);

/* tape_store.c */
/* Before the head moves or reads: what was written is committed. */
enum bw_tape_result bw_tape_settle(struct bw_tape_store *store);
uint64_t bw_tape_head_offset(const struct bw_tape_store *store);

/* tape_store_proof.c */
/* The file is not as the sidecar said: find the head's object anew. */
enum bw_tape_result bw_tape_distrust(struct bw_tape_store *store);
/* Before the first write: the sidecar says nothing any more. */
void bw_tape_blank_sidecar(struct bw_tape_store *store);
/* Before writing: the head is between two objects of the file. */
enum bw_tape_result bw_tape_prove_head(struct bw_tape_store *store);

/* tape_store_end.c */
/* Before anything is written: a lasting end marker is at the head. */
enum bw_tape_result bw_tape_begin(struct bw_tape_store *store);
/* @count pieces at @offset; keeps the file's size and the window right. */
enum bw_tape_result bw_tape_put(struct bw_tape_store *store, uint64_t offset,
                                const struct bw_tape_piece *pieces,
                                unsigned count);
/* Object @number and all behind it are not on the tape after all. */
void bw_tape_take_back(struct bw_tape_store *store, uint64_t number,
                       uint64_t offset);

/* tape_store_write.c */
/* Write what is gathered. */
enum bw_tape_result bw_tape_unstage(struct bw_tape_store *store);

/* tape_store_foreign.c */
/* What the file may be, and the cure, as a sentence into verdict->text. */
void bw_tape_foreign(struct bw_tape_store *store,
                     struct bw_tape_verdict *verdict);

#endif
