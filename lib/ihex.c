/*
 * Intel HEX and universal hex; see ihex.h.
 *
 * Sources: Intel, "Hexadecimal Object File Format Specification", revision A
 * (1988), for record types 00 to 05; micro:bit Educational Foundation,
 * "micro:bit Universal Hex Format", version 0.4.0, for 0A to 0E.
 *
 * Where the sources are silent: data that a record of type 02 is in force for
 * wraps around at 64 KB, data under type 04 must not pass 4 GB; a section
 * without a record 0A belongs to every board.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ihex.h"

#define MAX_DATA 255 /* bytes of one record */
#define OVERHEAD 5   /* length, address (2), type, checksum */

enum record_type {
    DATA = 0x00,
    END_OF_FILE = 0x01,
    SEGMENT_ADDRESS = 0x02,
    SEGMENT_START = 0x03,
    LINEAR_ADDRESS = 0x04,
    LINEAR_START = 0x05,
    BLOCK_START = 0x0a, /* universal hex: whose data follow */
};

/* Board ids of universal hex; 0x9903 and 0x9904 are a micro:bit V2. */
#define BOARD_V1_3 0x9900
#define BOARD_V1_5 0x9901

struct parser {
    const uint8_t *at;
    const uint8_t *end;
    const struct bw_image_sink *sink;
    unsigned line;
    uint32_t base;    /* of the addresses, from 02 or 04 */
    bool segment;     /* it is from 02 */
    bool other_board; /* data are not for us */
    bool ended;
    const char *what; /* the complaint */
    uint8_t record[OVERHEAD + MAX_DATA];
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool bw_ihex_detect(const uint8_t *text, size_t len)
{
    size_t i = 0;

    while (i < len && is_space(text[i])) {
        i++;
    }
    return i < len && text[i] == ':';
}

static bool complain(struct parser *p, const char *what)
{
    p->what = what;
    return false;
}

static void skip_space(struct parser *p)
{
    while (p->at < p->end && is_space(*p->at)) {
        p->line += *p->at == '\n';
        p->at++;
    }
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20; /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool get_byte(struct parser *p, uint8_t *byte)
{
    int value = 0;

    for (int i = 0; i < 2; i++) {
        int d;

        if (p->at == p->end || is_space(*p->at)) {
            return complain(p, "the record is shorter than it says");
        }
        d = digit(*p->at);
        if (d < 0) {
            return complain(p, "a character is not a hexadecimal digit");
        }
        value = value << 4 | d;
        p->at++;
    }
    *byte = (uint8_t)value;
    return true;
}

/* From its colon to the end of its line, into p->record. */
static bool get_record(struct parser *p)
{
    uint8_t sum = 0;
    size_t size = 1;

    if (*p->at != ':') {
        return complain(p, "the line does not start with a colon");
    }
    p->at++;
    for (size_t i = 0; i < size; i++) {
        if (!get_byte(p, &p->record[i])) {
            return false;
        }
        sum = (uint8_t)(sum + p->record[i]);
        if (i == 0) {
            size = p->record[0] + (size_t)OVERHEAD;
        }
    }
    while (p->at < p->end && *p->at != '\n' && is_space(*p->at)) {
        p->at++;
    }
    if (p->at < p->end && *p->at != '\n') {
        return complain(p, "the record is longer than it says");
    }
    return sum == 0 || complain(p, "the checksum is wrong");
}

static uint32_t be16(const uint8_t *b)
{
    return (uint32_t)b[0] << 8 | b[1];
}

static bool put(struct parser *p, uint32_t address, const uint8_t *data,
                size_t len)
{
    const char *what;

    if (len == 0) {
        return true;
    }
    if (len - 1 > UINT32_MAX - address) {
        return complain(p, "the address is beyond 4 GB");
    }
    what = p->sink->put(p->sink->opaque, address, data, len);
    return !what || complain(p, what);
}

static bool take_data(struct parser *p, const uint8_t *data, size_t len)
{
    uint32_t offset = be16(p->record + 1);
    size_t first = len;

    if (p->other_board) {
        return true;
    }
    if (p->segment && offset + len > 0x10000) {
        first = 0x10000 - offset;
    }
    return put(p, p->base + offset, data, first) &&
           put(p, p->base, data + first, len - first);
}

/* Records that move or name something have one length only. */
static bool take_address(struct parser *p, const uint8_t *data, size_t len,
                         bool segment)
{
    if (len != 2) {
        return complain(p, "the length is not that of an address record");
    }
    p->segment = segment;
    p->base = be16(data) << (segment ? 4 : 16);
    return true;
}

static bool take_block_start(struct parser *p, const uint8_t *data, size_t len)
{
    uint32_t board;

    if (len < 2) {
        return complain(p, "the record names no board");
    }
    board = be16(data);
    p->other_board = board != BOARD_V1_3 && board != BOARD_V1_5;
    return true;
}

static bool take_record(struct parser *p)
{
    const uint8_t *data = p->record + 4;
    size_t len = p->record[0];

    switch (p->record[3]) {
    case DATA:
        return take_data(p, data, len);
    case END_OF_FILE:
        p->ended = true;
        return len == 0 || complain(p, "the end-of-file record holds data");
    case SEGMENT_ADDRESS:
        return take_address(p, data, len, true);
    case LINEAR_ADDRESS:
        return take_address(p, data, len, false);
    case SEGMENT_START:
    case LINEAR_START:
        return len == 4 ||
               complain(p, "the length is not that of a start record");
    case BLOCK_START:
        return take_block_start(p, data, len);
    default: /* 0B, 0C: padding; 0D: another board's data; 0E: a tool's */
        return true;
    }
}

bool bw_ihex_parse(const uint8_t *text, size_t len,
                   const struct bw_image_sink *sink,
                   struct bw_image_error *error)
{
    struct parser p = {
        .at = text,
        .end = text + len,
        .sink = sink,
        .line = 1,
    };

    for (skip_space(&p); !p.what && !p.ended; skip_space(&p)) {
        if (p.at == p.end) {
            error->line = 0;
            error->what = "has no end-of-file record; it is cut short";
            return false;
        }
        if (!get_record(&p) || !take_record(&p)) {
            break;
        }
    }
    if (p.what) {
        error->line = p.line;
        error->what = p.what;
        return false;
    }
    return true;
}
