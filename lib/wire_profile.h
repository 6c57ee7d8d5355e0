/*
 * The benchwire protocol: the text of a part's profile.
 *
 * docs/protocol.md, "PROFILE_GET", is normative; what the text says is the
 * business of part_profile.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_PROFILE_H
#define BENCHWIRE_LIB_WIRE_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "cursor.h"
#include "status.h"

#define BW_WIRE_MAX_PROFILE 16384 /* bytes of text */

/* PROFILE_GET reply.  UTF-8; of control characters only tab and line feed. */
struct bw_wire_profile {
    const uint8_t *text; /* @len bytes, 1 to BW_WIRE_MAX_PROFILE */
    size_t len;
};

/* A text over the limit fails the writer. */
void bw_wire_put_profile(struct bw_writer *w, const struct bw_wire_profile *m);
/* @m points into the reader's buffer. */
enum bw_status bw_wire_get_profile(struct bw_reader *r,
                                   struct bw_wire_profile *m);

#endif
