/*
 * The names of the files beside a tape (tape_medium.h lists them).
 *
 * Pure; called by the emulator (peripherals/scsi_tape*.c) and by "benchwire
 * tape", which must agree on them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_NAME_H
#define BENCHWIRE_LIB_TAPE_NAME_H

#include "tape_medium.h"

/* The longest name of a side file is so many bytes longer than the tape's. */
#define BW_TAPE_NAME_MORE 16u

/**
 * bw_tape_name: the name of one of a tape's files
 * @tape: the tape's own, as the user gave it
 * @out: takes @room bytes, with a 0 at the end
 *
 * "x.tap" has "x.tap.meta", "x.p1.tap", "x.tap.index" and "x.p1.tap.index"; a
 * name without ".tap" at its end, "x", has "x.meta", "x.p1", "x.index" and
 * "x.p1.index".
 *
 * Returns: false if there is not enough room, and @out is "".
 */
bool bw_tape_name(const char *tape, enum bw_tape_file file, char *out,
                  size_t room);

#endif
