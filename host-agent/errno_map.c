/*
 * What the operating system's error numbers mean on the wire.
 *
 * Source: Linux, Documentation/i2c/fault-codes.rst, and what bus drivers do in
 * fact.  EBUSY of a transfer means that the bus did not become free and needs
 * recovery; that a kernel driver has the address, backend_i2c_dev.c tells apart
 * because another call says so.  Two numbers are ambiguous there:
 *
 * EREMOTEIO  i2c-bcm2835, i2c-designware and others: a NACK, of the address or
 *            of a byte, the driver does not tell.  An absent part is by far
 *            the usual cause, so it counts as NACK_ADDR.
 * EIO        i2c-algo-bit (i2c-gpio): a NACK of a data byte; elsewhere anything
 *            that went wrong.  It stays BW_IO, which claims nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/errno_map.h"

#include <errno.h>
#include <stddef.h>

#define UNKNOWN 0xffffu /* bw_wire_i2c_failure: the adapter cannot tell */

static const struct {
    int err;
    enum bw_status status;
} map[] = {
    { ENXIO, BW_NACK_ADDR },
    { EREMOTEIO, BW_NACK_ADDR },
    { EAGAIN, BW_ARBITRATION },
    { ETIMEDOUT, BW_TIMEOUT },
    { ETIME, BW_TIMEOUT },
    { EBUSY, BW_BUS_ERROR },
    { EPROTO, BW_BUS_ERROR },
    { EBADMSG, BW_PEC },
    { EOPNOTSUPP, BW_UNSUPPORTED },
    { ENOTTY, BW_UNSUPPORTED },
    { ENOSYS, BW_UNSUPPORTED },
    { EAFNOSUPPORT, BW_UNSUPPORTED },
    { ENODEV, BW_GONE },
    { ESHUTDOWN, BW_GONE },
    { EBADF, BW_GONE },
    { ENOENT, BW_GONE },
    { EACCES, BW_DENIED },
    { EPERM, BW_DENIED },
    { EINVAL, BW_INVALID },
    { E2BIG, BW_TOO_LONG },
    { EMSGSIZE, BW_TOO_LONG },
    { EIO, BW_IO },
};

enum bw_status bw_status_from_errno(int err)
{
    size_t i;

    for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        if (map[i].err == err) {
            return map[i].status;
        }
    }
    return BW_IO;
}

void bw_errno_locate(enum bw_status status, const struct bw_i2c_xfer *x,
                     struct bw_wire_i2c_failure *where)
{
    /* A time-out without a message would mean that nothing was begun. */
    bool first = x->nmsgs == 1 || status == BW_TIMEOUT;

    where->msg = first ? 0 : UNKNOWN;
    where->byte = UNKNOWN;
}
