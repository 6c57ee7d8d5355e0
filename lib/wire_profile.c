/*
 * The benchwire protocol: the body of PROFILE_GET's reply.
 *
 * Source: docs/protocol.md, "PROFILE_GET", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire_profile.h"

#include <stdbool.h>

#include "text.h"

void bw_wire_put_profile(struct bw_writer *w, const struct bw_wire_profile *m)
{
    if (m->len > BW_WIRE_MAX_PROFILE) {
        w->failed = true;
        return;
    }
    bw_write_bytes(w, m->text, m->len);
}

/* Lines and words of text; no character may go across the gaps. */
static bool is_text(const uint8_t *text, size_t len)
{
    size_t start = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (text[i] != '\n' && text[i] != '\t') {
            continue;
        }
        if (!bw_text_ok(text + start, i - start)) {
            return false;
        }
        start = i + 1;
    }
    return bw_text_ok(text + start, len - start);
}

enum bw_status bw_wire_get_profile(struct bw_reader *r,
                                   struct bw_wire_profile *m)
{
    size_t len = bw_reader_left(r);
    const uint8_t *text = bw_read_bytes(r, len);

    if (len == 0 || len > BW_WIRE_MAX_PROFILE || !text || !is_text(text, len)) {
        return BW_MALFORMED;
    }
    m->text = text;
    m->len = len;
    return BW_OK;
}
