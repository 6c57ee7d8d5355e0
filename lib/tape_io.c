/*
 * Names of what calls of the tape store and the drive end with; see tape_io.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_io.h"

static const struct {
    const char *name;
    const char *text;
} results[BW_TAPE_RESULT_COUNT] = {
    [BW_TAPE_OK] = { "ok", "done" },
    [BW_TAPE_MARK] = { "mark", "a tape mark is in the way" },
    [BW_TAPE_EOD] = { "end-of-data", "nothing is recorded from here on" },
    [BW_TAPE_BOP] = { "beginning", "the beginning of the partition is here" },
    [BW_TAPE_BAD] = { "bad", "what is recorded here cannot be read" },
    [BW_TAPE_FULL] = { "full", "there is no space left" },
    [BW_TAPE_READ_ONLY] = { "read-only", "the tape is write-protected" },
    [BW_TAPE_UNSUPPORTED] = { "unsupported", "that cannot be done here" },
    [BW_TAPE_NOT_FOUND] = { "not-found", "there is no such thing" },
    [BW_TAPE_FOREIGN] = { "foreign", "the file is not of this kind" },
    [BW_TAPE_IO] = { "io", "the host failed to read or write the file" },
    [BW_TAPE_NO_MEMORY] = { "no-memory", "the host has no memory for it" },
    [BW_TAPE_STOPPED] = { "stopped", "it was stopped before its end" },
};

const char *bw_tape_result_name(enum bw_tape_result result)
{
    return (unsigned)result < BW_TAPE_RESULT_COUNT ? results[result].name : "?";
}

const char *bw_tape_result_text(enum bw_tape_result result)
{
    return (unsigned)result < BW_TAPE_RESULT_COUNT ? results[result].text : "?";
}
