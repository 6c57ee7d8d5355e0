/*
 * The names of the files beside a tape, see tape_name.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_name.h"

#include <string.h>

#define END ".tap"

struct ending {
    const char *part; /* before ".tap" */
    const char *after;
};

static const struct ending endings[BW_TAPE_FILE_COUNT] = {
    [BW_TAPE_FILE_META] = { "", ".meta" },
    [BW_TAPE_FILE_DATA_0] = { "", "" },
    [BW_TAPE_FILE_DATA_1] = { ".p1", "" },
    [BW_TAPE_FILE_INDEX_0] = { "", ".index" },
    [BW_TAPE_FILE_INDEX_1] = { ".p1", ".index" },
};

bool bw_tape_name(const char *tape, enum bw_tape_file file, char *out,
                  size_t room)
{
    const struct ending *e = &endings[file];
    size_t length = strlen(tape), end = strlen(END);
    size_t part = strlen(e->part), after = strlen(e->after);

    if (length < end || memcmp(tape + length - end, END, end) != 0) {
        end = 0;
    }
    if (room) {
        out[0] = 0;
    }
    if (length + part + after >= room) {
        return false;
    }
    memcpy(out, tape, length - end);
    memcpy(out + length - end, e->part, part);
    memcpy(out + length - end + part, tape + length - end, end);
    memcpy(out + length + part, e->after, after + 1);
    return true;
}
