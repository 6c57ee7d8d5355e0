/*
 * The I2C service: the policy of an export and the lock of its adapter.
 *
 * Called by session.c; next on the way is the backend of the export's adapter,
 * backend_sim.c or backend_i2c_dev.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_i2c.h"

#define UNKNOWN 0xffffu /* bw_wire_i2c_failure: no such place */

/* Joined messages: by a repeated START, or as a part of an SMBus protocol,
 * which the backend knows. */
#define JOIN_FUNCS                                               \
    (BW_I2C_FUNC_RDWR | BW_I2C_FUNC_SMBUS_BYTE_DATA |            \
     BW_I2C_FUNC_SMBUS_WORD_DATA | BW_I2C_FUNC_SMBUS_PROC_CALL | \
     BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ)

/* What the export and the adapter allow, message by message. */
static enum bw_status check_msg(const struct bw_export *e,
                                const struct bw_i2c_msg *m)
{
    const struct bw_i2c_adapter *a = e->bus->adapter;
    bool ten_bit = m->flags & BW_I2C_TEN_BIT;

    if (e->addr != BW_ADDR_ANY && (m->addr != e->addr || ten_bit)) {
        return BW_DENIED;
    }
    if (ten_bit && !(a->funcs & BW_I2C_FUNC_TEN_BIT)) {
        return BW_UNSUPPORTED;
    }
    return m->len > a->max_len ? BW_TOO_LONG : BW_OK;
}

/* A write of no bytes and nothing else: is a part there? */
static bool is_probe(const struct bw_i2c_xfer *x)
{
    return x->nmsgs == 1 && x->msgs[0].len == 0 &&
           !(x->msgs[0].flags & BW_I2C_READ);
}

static enum bw_status check_xfer(const struct bw_export *e,
                                 const struct bw_i2c_xfer *x,
                                 struct bw_wire_i2c_failure *where)
{
    const struct bw_i2c_adapter *a = e->bus->adapter;
    uint16_t i;

    for (i = 0; i < x->nmsgs; i++) {
        enum bw_status status = check_msg(e, &x->msgs[i]);

        if (status == BW_OK && x->msgs[i].len == 0 && !is_probe(x) &&
            !(a->funcs & BW_I2C_FUNC_ZERO_LEN)) {
            status = BW_UNSUPPORTED;
        }
        if (status != BW_OK) {
            where->msg = i;
            return status;
        }
    }
    if (x->nmsgs > 1 && !(a->funcs & JOIN_FUNCS)) {
        return BW_UNSUPPORTED;
    }
    return BW_OK;
}

/* Is a part there?  Asked with one byte read, as "i2cdetect -r" does. */
static enum bw_status probe_by_read(struct bw_i2c_adapter *a,
                                    const struct bw_i2c_msg *m,
                                    struct bw_wire_i2c_failure *where)
{
    uint8_t byte;
    struct bw_i2c_xfer probe = {
        .nmsgs = 1,
        .msgs[0] = {
            .addr = m->addr,
            .flags = (uint16_t)(m->flags | BW_I2C_READ),
            .len = 1,
            .data = &byte,
        },
    };

    return a->ops->xfer(a, &probe, where);
}

enum bw_status bw_service_i2c_xfer(struct bw_export *e, struct bw_i2c_xfer *x,
                                   uint64_t deadline_ns,
                                   struct bw_wire_i2c_failure *where)
{
    struct bw_i2c_adapter *a = e->bus->adapter;
    enum bw_status status;

    where->msg = UNKNOWN;
    where->byte = UNKNOWN;
    status = check_xfer(e, x, where);
    if (status != BW_OK) {
        return status;
    }
    status = bw_bus_lock(e->bus, deadline_ns);
    if (status != BW_OK) {
        return status;
    }
    if (is_probe(x) && !(a->funcs & BW_I2C_FUNC_ZERO_LEN)) {
        status = probe_by_read(a, &x->msgs[0], where);
    } else {
        status = a->ops->xfer(a, x, where);
    }
    bw_bus_unlock(e->bus);
    return status;
}
