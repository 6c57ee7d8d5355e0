/*
 * Fuzzer of part profiles: any text.
 *
 * It is taken, or refused with a line and a reason.  What was taken is asked
 * about every place: a run has at least a byte and ends, the pointer that is
 * written leads to where it was read from.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/part_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_place(const struct bw_part_profile *p, uint16_t place)
{
    const uint8_t bytes[2] = { (uint8_t)(place >> 8), (uint8_t)place };
    const uint8_t *pointer = bytes + 2 - p->pointer_len;
    struct bw_part_pos pos = bw_part_profile_point(p, pointer, p->pointer_len);
    struct bw_part_pos again;
    uint8_t written[BW_PROFILE_POINTER];
    bool limited;
    uint32_t run;

    must(pos.known);
    run = bw_part_profile_run(p, &pos, place % 3 ? place & 0xff : 0, &limited);
    must(run >= 1 && run <= 8192);
    must(bw_part_profile_read_len(p, &pos) <= 8192);
    must(bw_part_profile_pointer(p, &pos, written) == p->pointer_len);
    again = bw_part_profile_point(p, written, p->pointer_len);
    must(bw_part_pos_same(&pos, &again));
    if (!limited) {
        bw_part_profile_notices(p, &pos, run);
    }
    bw_part_profile_advance(p, &pos, run);
    bw_part_profile_restart(p, &pos);
    must(bw_part_profile_run(p, &pos, 0, &limited) >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_part_profile p;
    const char *what = NULL;
    unsigned line = 0;

    if (bw_part_profile_parse(&p, (const char *)data, size, &line, &what) !=
        BW_OK) {
        must(what != NULL && strlen(what) > 0);
        must(line >= 1 && line <= size + 1);
        return 0;
    }
    must(p.pointer_len <= BW_PROFILE_POINTER);
    for (unsigned place = 0; place < 0x10000; place += 97) {
        check_place(&p, (uint16_t)place);
    }
    return 0;
}
