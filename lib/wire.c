/*
 * The benchwire protocol: header, HELLO, OPEN, LIST and texts.
 *
 * Source: docs/protocol.md, which is normative.  The bodies of I2C_XFER and
 * VALUE_* are in wire_i2c.c and wire_value.c.  Next on the way of a transfer:
 * passthrough/link.c sends what is encoded here, host-agent/session.c decodes
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire.h"

#include <string.h>

#include "text.h"
#include "wire_string.h"

const char *bw_wire_type_name(unsigned type)
{
    switch (type & ~BW_WIRE_NOTICE) {
    case BW_MSG_HELLO:
        return "HELLO";
    case BW_MSG_PING:
        return "PING";
    case BW_MSG_LIST:
        return "LIST";
    case BW_MSG_OPEN:
        return "OPEN";
    case BW_MSG_LEASE:
        return "LEASE";
    case BW_MSG_DESCRIBE:
        return "DESCRIBE";
    case BW_MSG_I2C_XFER:
        return "I2C_XFER";
    case BW_MSG_I2C_STEP:
        return "I2C_STEP";
    case BW_MSG_SMBUS_XFER:
        return "SMBUS_XFER";
    case BW_MSG_PROFILE_GET:
        return "PROFILE_GET";
    case BW_MSG_COUNTERS:
        return "COUNTERS";
    case BW_MSG_VALUE_LIST:
        return "VALUE_LIST";
    case BW_MSG_VALUE_GET:
        return "VALUE_GET";
    case BW_MSG_VALUE_SET:
        return "VALUE_SET";
    case BW_MSG_FAULT_LIST:
        return "FAULT_LIST";
    case BW_MSG_FAULT_ADD:
        return "FAULT_ADD";
    case BW_MSG_FAULT_CLEAR:
        return "FAULT_CLEAR";
    case BW_MSG_STATS:
        return "STATS";
    case BW_MSG_WHO:
        return "WHO";
    case BW_MSG_KICK:
        return "KICK";
    case BW_MSG_RELOAD:
        return "RELOAD";
    case BW_MSG_GPIO_LINES:
        return "GPIO_LINES";
    case BW_MSG_GPIO_CONFIG:
        return "GPIO_CONFIG";
    case BW_MSG_GPIO_SET:
        return "GPIO_SET";
    case BW_MSG_GPIO_GET:
        return "GPIO_GET";
    case BW_MSG_SCSI_CMD:
        return "SCSI_CMD";
    case BW_MSG_SCSI_DATA_OUT:
        return "SCSI_DATA_OUT";
    case BW_MSG_SCSI_RESET:
        return "SCSI_RESET";
    case BW_MSG_SCSI_DATA_IN:
        return "SCSI_DATA_IN";
    case BW_MSG_SCSI_BUSY:
        return "SCSI_BUSY";
    case BW_MSG_USB_START:
        return "USB_START";
    case BW_MSG_GPIO_EVENTS:
        return "GPIO_EVENTS";
    default:
        return "unknown";
    }
}

/* Header */

enum bw_status bw_wire_get_header(const uint8_t *buf, struct bw_wire_header *h)
{
    struct bw_reader r;
    struct bw_wire_header m;

    bw_reader_init(&r, buf, BW_WIRE_HEADER_LEN);
    m.len = bw_read_le32(&r);
    m.type = bw_read_le16(&r);
    m.status = bw_read_le16(&r);
    m.id = bw_read_le32(&r);
    if (m.len > BW_WIRE_MAX_BODY) {
        return BW_TOO_LONG;
    }
    if (m.id == 0 || ((m.type & BW_WIRE_REPLY) == 0 && m.status != 0)) {
        return BW_MALFORMED;
    }
    *h = m;
    return BW_OK;
}

size_t bw_wire_begin(struct bw_writer *w, unsigned type, unsigned status,
                     uint32_t id)
{
    size_t begin = w->pos;

    bw_write_le32(w, 0);
    bw_write_le16(w, (uint16_t)type);
    bw_write_le16(w, (uint16_t)status);
    bw_write_le32(w, id);
    return begin;
}

enum bw_status bw_wire_end(struct bw_writer *w, size_t begin)
{
    struct bw_writer len;

    if (w->failed || w->pos - begin > BW_WIRE_MAX_FRAME) {
        w->pos = begin;
        w->failed = false;
        return BW_TOO_LONG;
    }
    bw_writer_init(&len, w->buf + begin, sizeof(uint32_t));
    bw_write_le32(&len, (uint32_t)(w->pos - begin - BW_WIRE_HEADER_LEN));
    return BW_OK;
}

/* Strings */

void bw_wire_put_string(struct bw_writer *w, const char *s, size_t max)
{
    size_t len = 0;

    while (len <= max && s[len]) {
        len++;
    }
    if (len > max) {
        w->failed = true;
        return;
    }
    bw_write_u8(w, (uint8_t)len);
    bw_write_bytes(w, (const uint8_t *)s, len);
}

void bw_wire_get_string(struct bw_reader *r, char *s, size_t min, size_t max)
{
    size_t len = bw_read_u8(r);
    const uint8_t *bytes = bw_read_bytes(r, len);

    s[0] = '\0';
    if (!bytes || len < min || len > max || !bw_text_ok(bytes, len)) {
        r->failed = true;
        return;
    }
    memcpy(s, bytes, len);
    s[len] = '\0';
}

void bw_wire_put_text(struct bw_writer *w, const char *text)
{
    size_t len = bw_text_cut(text, BW_WIRE_MAX_TEXT);

    bw_write_u8(w, (uint8_t)len);
    bw_write_bytes(w, (const uint8_t *)text, len);
}

enum bw_status bw_wire_get_text(struct bw_reader *r,
                                char text[BW_WIRE_MAX_TEXT + 1])
{
    char s[BW_WIRE_MAX_TEXT + 1] = "";

    if (!bw_reader_done(r)) {
        bw_wire_get_string(r, s, 0, BW_WIRE_MAX_TEXT);
    }
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    memcpy(text, s, sizeof(s));
    return BW_OK;
}

/* HELLO */

void bw_wire_put_hello(struct bw_writer *w, const struct bw_wire_hello *m)
{
    bw_write_le32(w, BW_WIRE_MAGIC);
    bw_write_le16(w, m->major);
    bw_write_le16(w, m->minor);
    bw_write_le32(w, m->caps);
    bw_write_le32(w, m->max_body);
    bw_wire_put_string(w, m->software, BW_WIRE_MAX_TEXT);
}

enum bw_status bw_wire_get_hello(struct bw_reader *r, struct bw_wire_hello *m)
{
    struct bw_wire_hello v;
    uint32_t magic = bw_read_le32(r);

    v.major = bw_read_le16(r);
    v.minor = bw_read_le16(r);
    if (r->failed || magic != BW_WIRE_MAGIC) {
        return BW_MALFORMED;
    }
    if (v.major != BW_WIRE_MAJOR) {
        return BW_VERSION;
    }
    v.caps = bw_read_le32(r);
    v.max_body = bw_read_le32(r);
    bw_wire_get_string(r, v.software, 0, BW_WIRE_MAX_TEXT);
    if (!bw_reader_done(r) || v.max_body < BW_WIRE_MIN_BODY) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

/* OPEN */

void bw_wire_put_open(struct bw_writer *w, const struct bw_wire_open *m)
{
    bw_write_le16(w, m->kind);
    bw_write_le16(w, m->flags);
    bw_wire_put_string(w, m->name, BW_WIRE_MAX_NAME);
}

enum bw_status bw_wire_get_open(struct bw_reader *r, struct bw_wire_open *m)
{
    struct bw_wire_open v;

    v.kind = bw_read_le16(r);
    v.flags = bw_read_le16(r);
    bw_wire_get_string(r, v.name, 1, BW_WIRE_MAX_NAME);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (v.kind > BW_EXPORT_USB || (v.flags & ~BW_OPEN_SHARED) != 0) {
        return BW_INVALID;
    }
    *m = v;
    return BW_OK;
}

/* What an export may say of itself: a kind, and an address that fits it. */
static bool export_ok(uint16_t kind, uint16_t addr)
{
    if (addr == BW_ADDR_ANY) {
        return kind > BW_EXPORT_ANY && kind <= BW_EXPORT_USB;
    }
    return kind == BW_EXPORT_I2C && addr <= 0x3ff;
}

void bw_wire_put_opened(struct bw_writer *w, const struct bw_wire_opened *m)
{
    bw_write_le16(w, m->kind);
    bw_write_le16(w, m->addr);
    bw_write_le32(w, m->funcs);
    bw_write_le32(w, m->max_len);
    bw_write_le32(w, m->timeout_ms);
}

static bool opened_ok(const struct bw_wire_opened *v)
{
    if (!export_ok(v->kind, v->addr)) {
        return false;
    }
    if (v->kind == BW_EXPORT_SCSI) {
        return v->max_len >= 1 && v->max_len <= BW_SCSI_MAX_LEN &&
               v->timeout_ms == 0;
    }
    if (v->kind != BW_EXPORT_I2C) {
        return v->max_len == 0 && v->timeout_ms == 0;
    }
    return v->max_len >= 1 && v->max_len <= BW_I2C_MAX_LEN &&
           v->timeout_ms >= 1 && v->timeout_ms <= BW_WIRE_MAX_TIME_MS;
}

enum bw_status bw_wire_get_opened(struct bw_reader *r, struct bw_wire_opened *m)
{
    struct bw_wire_opened v;

    v.kind = bw_read_le16(r);
    v.addr = bw_read_le16(r);
    v.funcs = bw_read_le32(r);
    v.max_len = bw_read_le32(r);
    v.timeout_ms = bw_read_le32(r);
    if (!bw_reader_done(r) || !opened_ok(&v)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}

/* LIST */

void bw_wire_put_export(struct bw_writer *w, const struct bw_wire_export *m)
{
    bw_write_le16(w, m->kind);
    bw_write_le16(w, m->addr);
    bw_write_le32(w, m->funcs);
    bw_write_le16(w, m->holders);
    bw_wire_put_string(w, m->name, BW_WIRE_MAX_NAME);
    bw_wire_put_string(w, m->text, BW_WIRE_MAX_TEXT);
}

enum bw_status bw_wire_get_export(struct bw_reader *r, struct bw_wire_export *m)
{
    struct bw_wire_export v;

    v.kind = bw_read_le16(r);
    v.addr = bw_read_le16(r);
    v.funcs = bw_read_le32(r);
    v.holders = bw_read_le16(r);
    bw_wire_get_string(r, v.name, 1, BW_WIRE_MAX_NAME);
    bw_wire_get_string(r, v.text, 0, BW_WIRE_MAX_TEXT);
    if (r->failed || !export_ok(v.kind, v.addr)) {
        return BW_MALFORMED;
    }
    *m = v;
    return BW_OK;
}
