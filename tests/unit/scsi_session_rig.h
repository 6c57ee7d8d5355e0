/*
 * SCSI_* in the script of a session's test, and what comes back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_SCSI_SESSION_RIG_H
#define BENCHWIRE_TESTS_UNIT_SCSI_SESSION_RIG_H

#include "session_rig.h"

#include "host-agent/scsi_unit.h"
#include "lib/scsi_sense.h"
#include "lib/wire_scsi.h"

/* The script */

static void put_begin(struct rig *r)
{
    put_hello_as(r, BW_CAP_SCSI, BW_WIRE_MAX_BODY);
    put_open(r, "tape");
}

static void put_cmd_as(struct rig *r, const char *cdb, unsigned cdb_len,
                       enum bw_scsi_direction direction, uint32_t len)
{
    struct bw_wire_scsi_cmd m = {
        .direction = (uint8_t)direction,
        .cdb_len = (uint8_t)cdb_len,
        .len = len,
    };
    size_t at = begin(r, BW_MSG_SCSI_CMD);

    memcpy(m.cdb, cdb, cdb_len);
    bw_wire_put_scsi_cmd(&r->script, &m);
    end(r, at);
}

#define put_cmd(r, cdb, direction, len) \
    put_cmd_as(r, cdb, sizeof(cdb) - 1, direction, len)

static void put_data(struct rig *r, uint32_t offset, const void *bytes,
                     size_t len)
{
    struct bw_wire_scsi_data m = {
        .offset = offset,
        .bytes = bytes,
        .len = len,
    };
    size_t at = begin(r, BW_MSG_SCSI_DATA_OUT);

    bw_wire_put_scsi_data_out(&r->script, &m);
    end(r, at);
}

/* Each session meets one that is older than it. */
static void put_ready(struct rig *r)
{
    put_cmd(r, "\0\0\0\0\0\0", BW_SCSI_NO_DATA, 0);
    put_cmd(r, "\0\0\0\0\0\0", BW_SCSI_NO_DATA, 0);
    put_cmd(r, "\0\0\0\0\0\0", BW_SCSI_NO_DATA, 0);
}

/* The replies */

static void expect_begin(struct rig *r)
{
    struct bw_wire_opened m;
    struct bw_reader body;

    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_OPEN, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_opened(&body, &m), BW_OK);
    assert_int_equal(m.kind, BW_EXPORT_SCSI);
    assert_int_equal(m.funcs, BW_DEVICE_FUNC_PRESENT |
                                  BW_DEVICE_FUNC_SIMULATED |
                                  BW_SCSI_TYPE_TAPE << 8);
    assert_int_equal(m.max_len, BW_SCSI_MAX_LEN);
}

static struct bw_wire_scsi_result get_result(struct rig *r, uint32_t id)
{
    struct bw_wire_scsi_result m;
    struct bw_reader body;

    expect_body(r, BW_MSG_SCSI_CMD, id, BW_OK, &body);
    assert_int_equal(bw_wire_get_scsi_result(&body, &m), BW_OK);
    return m;
}

static void expect_good(struct rig *r, uint32_t id, uint32_t moved)
{
    struct bw_wire_scsi_result m = get_result(r, id);

    assert_int_equal(m.status, BW_SCSI_GOOD);
    assert_int_equal(m.flags, 0);
    assert_int_equal(m.moved, moved);
}

static void expect_sense(struct rig *r, uint32_t id, unsigned flags,
                         enum bw_sense_key key, bw_asc asc)
{
    struct bw_wire_scsi_result m = get_result(r, id);
    struct bw_sense sense;

    assert_int_equal(m.status, BW_SCSI_CHECK);
    assert_int_equal(m.flags, flags);
    assert_true(bw_sense_parse(m.sense, m.sense_len, &sense));
    assert_int_equal(sense.key, key);
    assert_int_equal(sense.asc, asc);
}

/* 29/01, 28/00, ready */
static void expect_ready(struct rig *r, uint32_t id)
{
    expect_sense(r, id, 0, BW_SENSE_ATTENTION, 0x2901);
    expect_sense(r, id + 1, 0, BW_SENSE_ATTENTION, 0x2800);
    expect_good(r, id + 2, 0);
}

/* The next frame is a notice with @len bytes of the data of request @id. */
static void expect_data(struct rig *r, uint32_t id, uint32_t offset,
                        const void *bytes, size_t len)
{
    const uint8_t *header = bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN);
    struct bw_wire_scsi_data m;
    struct bw_wire_header h;
    struct bw_reader body;

    assert_non_null(header);
    assert_int_equal(bw_wire_get_header(header, &h), BW_OK);
    assert_int_equal(h.type, BW_MSG_SCSI_DATA_IN | BW_WIRE_NOTICE);
    bw_reader_init(&body, bw_read_bytes(&r->replies, h.len), h.len);
    assert_int_equal(bw_wire_get_scsi_data_in(&body, &m), BW_OK);
    assert_int_equal(m.id, id);
    assert_int_equal(m.offset, offset);
    assert_int_equal(m.len, len);
    if (bytes) {
        assert_memory_equal(m.bytes, bytes, len);
    }
}

#endif
