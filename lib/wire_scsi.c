/*
 * Bodies of SCSI_*: see wire_scsi.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_scsi.h"

#include <string.h>

/* SCSI_CMD */

static bool is_cdb_len(uint8_t len)
{
    return (len >= 6 && len <= 16) || len == BW_SCSI_MAX_CDB;
}

void bw_wire_put_scsi_cmd(struct bw_writer *w, const struct bw_wire_scsi_cmd *m)
{
    if (!is_cdb_len(m->cdb_len)) {
        w->failed = true;
        return;
    }
    bw_write_u8(w, m->direction);
    bw_write_u8(w, m->cdb_len);
    bw_write_le32(w, m->len);
    bw_write_le32(w, m->timeout_ms);
    bw_write_bytes(w, m->cdb, m->cdb_len);
}

static bool cmd_ok(const struct bw_wire_scsi_cmd *m)
{
    return m->direction <= BW_SCSI_DATA_OUT && is_cdb_len(m->cdb_len) &&
           (m->direction != BW_SCSI_NO_DATA) == (m->len > 0);
}

enum bw_status bw_wire_get_scsi_cmd(struct bw_reader *r,
                                    struct bw_wire_scsi_cmd *m)
{
    struct bw_wire_scsi_cmd v;
    const uint8_t *cdb;

    memset(&v, 0, sizeof(v));
    v.direction = bw_read_u8(r);
    v.cdb_len = bw_read_u8(r);
    v.len = bw_read_le32(r);
    v.timeout_ms = bw_read_le32(r);
    cdb = bw_read_bytes(r, v.cdb_len);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (v.len > BW_SCSI_MAX_LEN) {
        return BW_TOO_LONG;
    }
    if (!cmd_ok(&v)) {
        return BW_INVALID;
    }
    memcpy(v.cdb, cdb, v.cdb_len);
    *m = v;
    return BW_OK;
}

void bw_wire_put_scsi_result(struct bw_writer *w,
                             const struct bw_wire_scsi_result *m)
{
    if (m->sense_len > BW_SCSI_MAX_SENSE) {
        w->failed = true;
        return;
    }
    bw_write_u8(w, m->status);
    bw_write_u8(w, m->flags);
    bw_write_le16(w, m->host);
    bw_write_le32(w, m->moved);
    bw_write_u8(w, m->sense_len);
    bw_write_bytes(w, m->sense, m->sense_len);
}

enum bw_status bw_wire_get_scsi_result(struct bw_reader *r,
                                       struct bw_wire_scsi_result *m)
{
    struct bw_wire_scsi_result v;
    const uint8_t *sense;

    memset(&v, 0, sizeof(v));
    v.status = bw_read_u8(r);
    v.flags = bw_read_u8(r);
    v.host = bw_read_le16(r);
    v.moved = bw_read_le32(r);
    v.sense_len = bw_read_u8(r);
    sense = bw_read_bytes(r, v.sense_len);
    if (!bw_reader_done(r) || v.sense_len > BW_SCSI_MAX_SENSE ||
        v.moved > BW_SCSI_MAX_LEN) {
        return BW_MALFORMED;
    }
    memcpy(v.sense, sense, v.sense_len);
    *m = v;
    return BW_OK;
}

/* Data */

static void put_data(struct bw_writer *w, const struct bw_wire_scsi_data *m)
{
    if (m->len == 0 || m->len > BW_SCSI_MAX_CHUNK) {
        w->failed = true;
        return;
    }
    bw_write_le32(w, m->offset);
    bw_write_bytes(w, m->bytes, m->len);
}

static enum bw_status get_data(struct bw_reader *r, uint32_t id,
                               struct bw_wire_scsi_data *m)
{
    struct bw_wire_scsi_data v = { .id = id };

    v.offset = bw_read_le32(r);
    v.len = bw_reader_left(r);
    v.bytes = bw_read_bytes(r, v.len);
    if (!bw_reader_done(r) || v.len == 0 || v.len > BW_SCSI_MAX_CHUNK) {
        return BW_MALFORMED;
    }
    if (v.offset > BW_SCSI_MAX_LEN || v.len > BW_SCSI_MAX_LEN - v.offset) {
        return BW_TOO_LONG;
    }
    *m = v;
    return BW_OK;
}

void bw_wire_put_scsi_data_out(struct bw_writer *w,
                               const struct bw_wire_scsi_data *m)
{
    put_data(w, m);
}

enum bw_status bw_wire_get_scsi_data_out(struct bw_reader *r,
                                         struct bw_wire_scsi_data *m)
{
    return get_data(r, 0, m);
}

void bw_wire_put_scsi_data_in(struct bw_writer *w,
                              const struct bw_wire_scsi_data *m)
{
    bw_write_le32(w, m->id);
    put_data(w, m);
}

enum bw_status bw_wire_get_scsi_data_in(struct bw_reader *r,
                                        struct bw_wire_scsi_data *m)
{
    return get_data(r, bw_read_le32(r), m);
}

/* SCSI_BUSY */

void bw_wire_put_scsi_busy(struct bw_writer *w,
                           const struct bw_wire_scsi_busy *m)
{
    bw_write_le32(w, m->id);
    bw_write_le32(w, m->elapsed_ms);
}

enum bw_status bw_wire_get_scsi_busy(struct bw_reader *r,
                                     struct bw_wire_scsi_busy *m)
{
    struct bw_wire_scsi_busy v;

    v.id = bw_read_le32(r);
    v.elapsed_ms = bw_read_le32(r);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}
