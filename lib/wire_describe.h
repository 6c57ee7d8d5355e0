/*
 * The benchwire protocol: what is behind an export right now.
 *
 * docs/protocol.md, "DESCRIBE", is normative.  The request's body is a name,
 * as of VALUE_GET (bw_wire_put_value_name()).  Answered by
 * host-agent/handlers_describe.c, asked by `benchwire up`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_DESCRIBE_H
#define BENCHWIRE_LIB_WIRE_DESCRIBE_H

#include <stdint.h>

#include "cursor.h"
#include "status.h"
#include "wire.h"

enum bw_describe_state {
    BW_DESCRIBE_UNKNOWN = 0, /* nobody can tell without touching the part */
    BW_DESCRIBE_PRESENT = 1,
    BW_DESCRIBE_ABSENT = 2,
    BW_DESCRIBE_UNUSABLE = 3 /* there, and not to be had now: @cure says why */
};

/**
 * struct bw_wire_description - DESCRIBE reply
 * @state: enum bw_describe_state
 * @what: what it is and where, for people: "/dev/i2c-1, address 0x48"
 * @cure: what to do so that it can be used, or ""
 */
struct bw_wire_description {
    uint8_t state;
    char what[BW_WIRE_MAX_TEXT + 1];
    char cure[BW_WIRE_MAX_TEXT + 1];
};

void bw_wire_put_description(struct bw_writer *w,
                             const struct bw_wire_description *m);
/* BW_INVALID for a state that this version does not have. */
enum bw_status bw_wire_get_description(struct bw_reader *r,
                                       struct bw_wire_description *m);

/* "present", "absent" ... */
const char *bw_describe_state_name(unsigned state);

#endif
