/*
 * Decode the body of any frame and encode what was understood.
 *
 * The codec is canonical: whatever a decoder accepts, its encoder writes back
 * byte for byte.  The golden-frame test and the fuzzer check that with this,
 * and that a decoder which refuses has left its output alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_WIRE_RECODE_H
#define BENCHWIRE_TESTS_WIRE_RECODE_H

#include <string.h>

#include "lib/wire.h"
#include "lib/wire_admin.h"
#include "lib/wire_describe.h"
#include "lib/wire_fault.h"
#include "lib/wire_gpio.h"
#include "lib/wire_profile.h"
#include "lib/wire_smbus.h"
#include "lib/wire_scsi.h"
#include "lib/wire_stats.h"
#include "lib/wire_step.h"

struct recode {
    struct bw_reader r;
    struct bw_writer w;
    enum bw_status status; /* of the decoder */
    bool touched;          /* it refused and yet changed its output */
    size_t reply_len;      /* bytes that the I2C_XFER had asked for */
};

#define RECODE_PATTERN 0xa5

/* Run GET(m) on a patterned @m of type T, note the outcome; then PUT if ok. */
#define RECODE_BODY(c, T, GET, PUT)                              \
    do {                                                         \
        T m, before;                                             \
        memset(&m, RECODE_PATTERN, sizeof(m));                   \
        memcpy(&before, &m, sizeof(m));                          \
        (c)->status = GET;                                       \
        if ((c)->status == BW_OK) {                              \
            PUT;                                                 \
        } else {                                                 \
            (c)->touched |= memcmp(&m, &before, sizeof(m)) != 0; \
        }                                                        \
    } while (0)

struct recode_name {
    char name[BW_WIRE_MAX_TEXT + 1];
    int64_t micro;
};

static inline void recode_text(struct recode *c)
{
    if (bw_reader_left(&c->r) == 0) {
        c->status = BW_OK; /* no text is legal, and not written back */
        return;
    }
    RECODE_BODY(c, struct recode_name, bw_wire_get_text(&c->r, m.name),
                bw_wire_put_text(&c->w, m.name));
}

static inline void recode_exports(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_export, bw_wire_get_export(&c->r, &m),
                    bw_wire_put_export(&c->w, &m));
    }
}

static inline void recode_values(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_value, bw_wire_get_value(&c->r, &m),
                    bw_wire_put_value(&c->w, &m));
    }
}

/* The bytes read must land in the read messages, all of them, in order. */
static inline void recode_i2c_reply(struct recode *c)
{
    static uint8_t data[BW_I2C_MAX_BYTES];
    struct bw_i2c_xfer x = { .nmsgs = 0 };
    size_t left = c->reply_len;

    memset(data, RECODE_PATTERN, sizeof(data));
    do {
        uint16_t len = left < BW_I2C_MAX_LEN ? (uint16_t)left : BW_I2C_MAX_LEN;

        x.msgs[x.nmsgs++] = (struct bw_i2c_msg){ 0x50, BW_I2C_READ, len, NULL };
        left -= len;
    } while (left > 0 && x.nmsgs < BW_I2C_MAX_MSGS);
    c->status = bw_i2c_xfer_assign_reads(&x, data, sizeof(data));
    if (c->status != BW_OK) {
        return;
    }
    c->status = bw_wire_get_i2c_reply(&c->r, &x);
    if (c->status == BW_OK) {
        bw_wire_put_i2c_reply(&c->w, &x);
        return;
    }
    for (size_t i = 0; i < sizeof(data); i++) {
        c->touched |= data[i] != RECODE_PATTERN;
    }
}

/* As that of a block, which has any length but none. */
static inline void recode_smbus_reply(struct recode *c)
{
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BLOCK, .flags = BW_SMBUS_READ };

    memset(x.in, RECODE_PATTERN, sizeof(x.in));
    c->status = bw_wire_get_smbus_reply(&c->r, &x);
    if (c->status == BW_OK) {
        bw_wire_put_smbus_reply(&c->w, &x);
        return;
    }
    for (size_t i = 0; i < sizeof(x.in); i++) {
        c->touched |= x.in[i] != RECODE_PATTERN;
    }
}

/*
 * As that of a list made to fit it: what was read came in the first step, and
 * a write failed.
 */
static inline void recode_step_reply(struct recode *c, unsigned status)
{
    static uint8_t data[BW_I2C_MAX_LEN];
    struct bw_i2c_progress p = { 0xa5a5, 0xa5a5 };
    struct bw_i2c_step steps[BW_I2C_MAX_STEPS];
    size_t extra = c->reply_len - BW_STEP_REPLY_LEN;
    size_t nsteps;

    c->status = BW_MALFORMED;
    if (bw_reader_left(&c->r) < BW_STEP_REPLY_LEN ||
        c->reply_len < BW_STEP_REPLY_LEN || extra > sizeof(data)) {
        return;
    }
    nsteps = c->r.buf[0] | (size_t)c->r.buf[1] << 8;
    nsteps += status != BW_OK;
    if (nsteps == 0 || nsteps > BW_I2C_MAX_STEPS) {
        return;
    }
    memset(steps, 0, sizeof(steps));
    memset(data, RECODE_PATTERN, sizeof(data));
    steps[nsteps - 1] =
        (struct bw_i2c_step){ .op = BW_STEP_WRITE, .len = BW_I2C_MAX_LEN };
    steps[0] = (struct bw_i2c_step){ .op = BW_STEP_READ,
                                     .len = (uint16_t)extra,
                                     .data = data };
    c->status = bw_wire_get_step_reply(&c->r, status, steps, nsteps, &p);
    if (c->status == BW_OK) {
        bw_wire_put_step_reply(&c->w, steps, nsteps, &p);
        return;
    }
    c->touched |= p.done != 0xa5a5 || p.byte != 0xa5a5;
    for (size_t i = 0; i < sizeof(data); i++) {
        c->touched |= data[i] != RECODE_PATTERN;
    }
}

static inline void recode_nothing(struct recode *c)
{
    c->status = bw_reader_done(&c->r) ? BW_OK : BW_MALFORMED;
}

static inline void recode_any(struct recode *c)
{
    size_t len = bw_reader_left(&c->r);

    c->status = BW_OK;
    bw_write_bytes(&c->w, bw_read_bytes(&c->r, len), len);
}

static inline void recode_faults(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_fault, bw_wire_get_fault(&c->r, &m),
                    bw_wire_put_fault(&c->w, &m));
    }
}

static inline void recode_stats(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_stats, bw_wire_get_stats(&c->r, &m),
                    bw_wire_put_stats(&c->w, &m));
    }
}

static inline void recode_who(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_who, bw_wire_get_who(&c->r, &m),
                    bw_wire_put_who(&c->w, &m));
    }
}

static inline void recode_gpio_lines(struct recode *c)
{
    c->status = BW_OK;
    while (c->status == BW_OK && bw_reader_left(&c->r) > 0) {
        RECODE_BODY(c, struct bw_wire_gpio_line,
                    bw_wire_get_gpio_line(&c->r, &m),
                    bw_wire_put_gpio_line(&c->w, &m));
    }
}

static inline void recode_gpio_state(struct recode *c)
{
    RECODE_BODY(c, struct bw_gpio_state, bw_wire_get_gpio_state(&c->r, &m),
                bw_wire_put_gpio_state(&c->w, &m));
}

/* One fault and nothing else. */
static inline enum bw_status recode_get_fault(struct bw_reader *r,
                                              struct bw_wire_fault *m)
{
    if (bw_reader_left(r) != BW_WIRE_FAULT_LEN) {
        return BW_MALFORMED;
    }
    return bw_wire_get_fault(r, m);
}

/* Requests without a body */
static inline bool recode_is_empty(unsigned type)
{
    switch (type) {
    case BW_MSG_LEASE:
    case BW_MSG_SCSI_RESET:
    case BW_MSG_USB_START:
    case BW_MSG_WHO:
    case BW_MSG_RELOAD:
    case BW_MSG_GPIO_LINES:
    case BW_MSG_GPIO_GET:
    case BW_MSG_FAULT_LIST:
    case BW_MSG_STATS:
    case BW_MSG_LIST:
    case BW_MSG_PROFILE_GET:
    case BW_MSG_VALUE_LIST:
        return true;
    default:
        return false;
    }
}

/* SCSI_* and GPIO_*.  Returns false for others. */
static inline bool recode_device(struct recode *c, unsigned type)
{
    switch (type) {
    case BW_MSG_GPIO_CONFIG:
        RECODE_BODY(c, struct bw_wire_gpio_config,
                    bw_wire_get_gpio_config(&c->r, &m),
                    bw_wire_put_gpio_config(&c->w, &m));
        return true;
    case BW_MSG_GPIO_SET:
        RECODE_BODY(c, struct bw_wire_gpio_set, bw_wire_get_gpio_set(&c->r, &m),
                    bw_wire_put_gpio_set(&c->w, &m));
        return true;
    case BW_MSG_SCSI_CMD:
        RECODE_BODY(c, struct bw_wire_scsi_cmd, bw_wire_get_scsi_cmd(&c->r, &m),
                    bw_wire_put_scsi_cmd(&c->w, &m));
        return true;
    case BW_MSG_SCSI_DATA_OUT:
        RECODE_BODY(c, struct bw_wire_scsi_data,
                    bw_wire_get_scsi_data_out(&c->r, &m),
                    bw_wire_put_scsi_data_out(&c->w, &m));
        return true;
    default:
        return false;
    }
}

static inline void recode_request(struct recode *c, unsigned type)
{
    if (recode_is_empty(type)) {
        recode_nothing(c);
        return;
    }
    if (recode_device(c, type)) {
        return;
    }
    switch (type) {
    case BW_MSG_HELLO:
        RECODE_BODY(c, struct bw_wire_hello, bw_wire_get_hello(&c->r, &m),
                    bw_wire_put_hello(&c->w, &m));
        break;
    case BW_MSG_OPEN:
        RECODE_BODY(c, struct bw_wire_open, bw_wire_get_open(&c->r, &m),
                    bw_wire_put_open(&c->w, &m));
        break;
    case BW_MSG_I2C_XFER:
        RECODE_BODY(c, struct bw_wire_i2c_request,
                    bw_wire_get_i2c_request(&c->r, &m),
                    bw_wire_put_i2c_request(&c->w, &m));
        break;
    case BW_MSG_I2C_STEP:
        RECODE_BODY(c, struct bw_wire_step_request,
                    bw_wire_get_step_request(&c->r, &m),
                    bw_wire_put_step_request(&c->w, &m));
        break;
    case BW_MSG_SMBUS_XFER:
        RECODE_BODY(c, struct bw_wire_smbus_request,
                    bw_wire_get_smbus_request(&c->r, &m),
                    bw_wire_put_smbus_request(&c->w, &m));
        break;
    case BW_MSG_DESCRIBE:
    case BW_MSG_VALUE_GET:
        RECODE_BODY(c, struct recode_name,
                    bw_wire_get_value_name(&c->r, m.name),
                    bw_wire_put_value_name(&c->w, m.name));
        break;
    case BW_MSG_VALUE_SET:
        RECODE_BODY(c, struct recode_name,
                    bw_wire_get_value_set(&c->r, m.name, &m.micro),
                    bw_wire_put_value_set(&c->w, m.name, m.micro));
        break;
    case BW_MSG_COUNTERS:
        RECODE_BODY(c, struct bw_wire_counters, bw_wire_get_counters(&c->r, &m),
                    bw_wire_put_counters(&c->w, &m));
        break;
    case BW_MSG_FAULT_ADD:
        RECODE_BODY(c, struct bw_wire_fault, recode_get_fault(&c->r, &m),
                    bw_wire_put_fault(&c->w, &m));
        break;
    case BW_MSG_FAULT_CLEAR:
        RECODE_BODY(c, uint32_t, bw_wire_get_fault_number(&c->r, &m),
                    bw_wire_put_fault_number(&c->w, m));
        break;
    case BW_MSG_KICK:
        RECODE_BODY(c, uint32_t, bw_wire_get_kick(&c->r, &m),
                    bw_wire_put_kick(&c->w, m));
        break;
    default: /* PING and what is not known */
        recode_any(c);
        break;
    }
}

/* Replies of GPIO_* and SCSI_*.  Returns false for others. */
static inline bool recode_device_reply(struct recode *c, unsigned type)
{
    switch (type) {
    case BW_MSG_GPIO_LINES:
        recode_gpio_lines(c);
        return true;
    case BW_MSG_GPIO_CONFIG:
    case BW_MSG_GPIO_SET:
    case BW_MSG_GPIO_GET:
        recode_gpio_state(c);
        return true;
    case BW_MSG_SCSI_CMD:
        RECODE_BODY(c, struct bw_wire_scsi_result,
                    bw_wire_get_scsi_result(&c->r, &m),
                    bw_wire_put_scsi_result(&c->w, &m));
        return true;
    case BW_MSG_SCSI_DATA_OUT:
    case BW_MSG_SCSI_RESET:
        recode_nothing(c);
        return true;
    default:
        return false;
    }
}

static inline void recode_reply(struct recode *c, unsigned type)
{
    if (recode_device_reply(c, type)) {
        return;
    }
    switch (type) {
    case BW_MSG_HELLO:
        recode_request(c, type);
        break;
    case BW_MSG_LIST:
        recode_exports(c);
        break;
    case BW_MSG_OPEN:
        RECODE_BODY(c, struct bw_wire_opened, bw_wire_get_opened(&c->r, &m),
                    bw_wire_put_opened(&c->w, &m));
        break;
    case BW_MSG_I2C_XFER:
        recode_i2c_reply(c);
        break;
    case BW_MSG_I2C_STEP:
        recode_step_reply(c, BW_OK);
        break;
    case BW_MSG_SMBUS_XFER:
        recode_smbus_reply(c);
        break;
    case BW_MSG_VALUE_LIST:
    case BW_MSG_VALUE_GET:
        recode_values(c);
        break;
    case BW_MSG_PROFILE_GET:
        RECODE_BODY(c, struct bw_wire_profile, bw_wire_get_profile(&c->r, &m),
                    bw_wire_put_profile(&c->w, &m));
        break;
    case BW_MSG_COUNTERS:
    case BW_MSG_STATS:
        recode_stats(c);
        break;
    case BW_MSG_FAULT_LIST:
        recode_faults(c);
        break;
    case BW_MSG_FAULT_ADD:
        recode_request(c, BW_MSG_FAULT_CLEAR);
        break;
    case BW_MSG_FAULT_CLEAR:
    case BW_MSG_KICK:
    case BW_MSG_USB_START:
    case BW_MSG_VALUE_SET:
        recode_nothing(c);
        break;
    case BW_MSG_LEASE:
        RECODE_BODY(c, struct bw_wire_lease, bw_wire_get_lease(&c->r, &m),
                    bw_wire_put_lease(&c->w, &m));
        break;
    case BW_MSG_DESCRIBE:
        RECODE_BODY(c, struct bw_wire_description,
                    bw_wire_get_description(&c->r, &m),
                    bw_wire_put_description(&c->w, &m));
        break;
    case BW_MSG_WHO:
        recode_who(c);
        break;
    case BW_MSG_RELOAD:
        recode_text(c);
        break;
    default:
        recode_any(c);
        break;
    }
}

static inline void recode_notice(struct recode *c, unsigned type)
{
    if (type == BW_MSG_GPIO_EVENTS) {
        RECODE_BODY(c, struct bw_wire_gpio_events,
                    bw_wire_get_gpio_events(&c->r, &m),
                    bw_wire_put_gpio_events(&c->w, &m));
    } else if (type == BW_MSG_SCSI_DATA_IN) {
        RECODE_BODY(c, struct bw_wire_scsi_data,
                    bw_wire_get_scsi_data_in(&c->r, &m),
                    bw_wire_put_scsi_data_in(&c->w, &m));
    } else if (type == BW_MSG_SCSI_BUSY) {
        RECODE_BODY(c, struct bw_wire_scsi_busy,
                    bw_wire_get_scsi_busy(&c->r, &m),
                    bw_wire_put_scsi_busy(&c->w, &m));
    } else {
        recode_any(c);
    }
}

static inline void recode_failure(struct recode *c, unsigned type,
                                  unsigned status)
{
    if (type == BW_MSG_I2C_XFER) {
        RECODE_BODY(c, struct bw_wire_i2c_failure,
                    bw_wire_get_i2c_failure(&c->r, &m),
                    bw_wire_put_i2c_failure(&c->w, &m));
    } else if (type == BW_MSG_I2C_STEP) {
        recode_step_reply(c, status);
    } else {
        recode_text(c);
    }
}

/**
 * recode_frame: the body of the frame that @h begins, through the codec
 * @body: h->len bytes
 * @out: room for BW_WIRE_MAX_FRAME bytes; receives the frame written back
 */
static inline void recode_frame(struct recode *c,
                                const struct bw_wire_header *h,
                                const uint8_t *body, uint8_t *out)
{
    unsigned type = h->type & ~BW_WIRE_REPLY;

    c->touched = false;
    bw_reader_init(&c->r, body, h->len);
    bw_writer_init(&c->w, out, BW_WIRE_MAX_FRAME);
    bw_wire_begin(&c->w, h->type, h->status, h->id);
    if (type == h->type) {
        recode_request(c, type);
    } else if ((h->type & BW_WIRE_NOTICE) == BW_WIRE_NOTICE) {
        recode_notice(c, h->type & ~BW_WIRE_NOTICE);
    } else if (h->status == BW_OK) {
        recode_reply(c, type);
    } else {
        recode_failure(c, type, h->status);
    }
    if (c->status == BW_OK && bw_wire_end(&c->w, 0) != BW_OK) {
        c->status = BW_TOO_LONG;
    }
}

#endif
