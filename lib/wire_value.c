/*
 * The benchwire protocol: the bodies of VALUE_LIST, VALUE_GET and VALUE_SET.
 *
 * Source: docs/protocol.md, "Values", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire.h"

#include <string.h>

#include "wire_string.h"

/* Two's complement, without relying on how C converts out of range. */
static int64_t get_i64(struct bw_reader *r)
{
    uint64_t bits = bw_read_le64(r);

    if (bits <= INT64_MAX) {
        return (int64_t)bits;
    }
    return -(int64_t)(UINT64_MAX - bits) - 1;
}

void bw_wire_put_value(struct bw_writer *w, const struct bw_wire_value *m)
{
    bw_write_le64(w, (uint64_t)m->micro);
    bw_write_le64(w, (uint64_t)m->micro_min);
    bw_write_le64(w, (uint64_t)m->micro_max);
    bw_wire_put_string(w, m->name, BW_WIRE_MAX_TEXT);
    bw_wire_put_string(w, m->unit, BW_WIRE_MAX_NAME);
}

enum bw_status bw_wire_get_value(struct bw_reader *r, struct bw_wire_value *m)
{
    struct bw_wire_value v;

    v.micro = get_i64(r);
    v.micro_min = get_i64(r);
    v.micro_max = get_i64(r);
    bw_wire_get_string(r, v.name, 1, BW_WIRE_MAX_TEXT);
    bw_wire_get_string(r, v.unit, 0, BW_WIRE_MAX_NAME);
    if (r->failed || v.micro_min > v.micro_max) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_value_name(struct bw_writer *w, const char *name)
{
    bw_wire_put_string(w, name, BW_WIRE_MAX_TEXT);
}

enum bw_status bw_wire_get_value_name(struct bw_reader *r,
                                      char name[BW_WIRE_MAX_TEXT + 1])
{
    char s[BW_WIRE_MAX_TEXT + 1];

    bw_wire_get_string(r, s, 1, BW_WIRE_MAX_TEXT);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    memcpy(name, s, strlen(s) + 1);
    return BW_OK;
}

void bw_wire_put_value_set(struct bw_writer *w, const char *name, int64_t micro)
{
    bw_wire_put_string(w, name, BW_WIRE_MAX_TEXT);
    bw_write_le64(w, (uint64_t)micro);
}

enum bw_status bw_wire_get_value_set(struct bw_reader *r,
                                     char name[BW_WIRE_MAX_TEXT + 1],
                                     int64_t *micro)
{
    char s[BW_WIRE_MAX_TEXT + 1];
    int64_t value;

    bw_wire_get_string(r, s, 1, BW_WIRE_MAX_TEXT);
    value = get_i64(r);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    memcpy(name, s, strlen(s) + 1);
    *micro = value;
    return BW_OK;
}
