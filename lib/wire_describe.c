/*
 * The benchwire protocol: the body of DESCRIBE's reply.
 *
 * Source: docs/protocol.md, "DESCRIBE", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_describe.h"

#include <string.h>

#include "wire_string.h"

void bw_wire_put_description(struct bw_writer *w,
                             const struct bw_wire_description *m)
{
    bw_write_u8(w, m->state);
    bw_wire_put_string(w, m->what, BW_WIRE_MAX_TEXT);
    bw_wire_put_string(w, m->cure, BW_WIRE_MAX_TEXT);
}

enum bw_status bw_wire_get_description(struct bw_reader *r,
                                       struct bw_wire_description *m)
{
    struct bw_wire_description v;

    memset(&v, 0, sizeof(v));
    v.state = bw_read_u8(r);
    bw_wire_get_string(r, v.what, 0, BW_WIRE_MAX_TEXT);
    bw_wire_get_string(r, v.cure, 0, BW_WIRE_MAX_TEXT);
    if (!bw_reader_done(r)) {
        return BW_MALFORMED;
    }
    if (v.state > BW_DESCRIBE_UNUSABLE) {
        return BW_INVALID;
    }
    *m = v;
    return BW_OK;
}

const char *bw_describe_state_name(unsigned state)
{
    static const char *const names[] = {
        [BW_DESCRIBE_UNKNOWN] = "unknown",
        [BW_DESCRIBE_PRESENT] = "present",
        [BW_DESCRIBE_ABSENT] = "absent",
        [BW_DESCRIBE_UNUSABLE] = "unusable",
    };

    return state <= BW_DESCRIBE_UNUSABLE ? names[state] : "unknown";
}
