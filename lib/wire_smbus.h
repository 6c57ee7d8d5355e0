/*
 * The benchwire protocol: the bodies of SMBUS_XFER; see wire.h.
 *
 * Source: docs/protocol.md, "SMBUS_XFER", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_SMBUS_H
#define BENCHWIRE_LIB_WIRE_SMBUS_H

#include "cursor.h"
#include "smbus.h"
#include "wire.h"

struct bw_wire_smbus_request {
    uint32_t deadline_ms; /* as of struct bw_wire_i2c_request */
    struct bw_smbus_xfer xfer;
};

void bw_wire_put_smbus_request(struct bw_writer *w,
                               const struct bw_wire_smbus_request *m);

/* Returns also BW_INVALID, for what bw_smbus_check() refuses, for an in_len
 * where the form has none, and for a deadline over the limit. */
enum bw_status bw_wire_get_smbus_request(struct bw_reader *r,
                                         struct bw_wire_smbus_request *m);

/* Reply of a protocol that succeeded: the bytes of @x->in. */
void bw_wire_put_smbus_reply(struct bw_writer *w,
                             const struct bw_smbus_xfer *x);
/* Into @x->in and in_len; BW_MALFORMED for a length that @x cannot have. */
enum bw_status bw_wire_get_smbus_reply(struct bw_reader *r,
                                       struct bw_smbus_xfer *x);

/* What an adapter must have for @x: bits of enum bw_i2c_func. */
uint32_t bw_wire_smbus_funcs(const struct bw_smbus_xfer *x);

#endif
