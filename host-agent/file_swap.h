/*
 * A small text file, read as a whole and replaced as a whole.
 *
 * Whoever reads the file meanwhile sees the old text or the new one, never a
 * part, also after a power failure.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FILE_SWAP_H
#define BENCHWIRE_HOST_AGENT_FILE_SWAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BW_FILE_SWAP_MAX (1u << 20) /* bytes */

/**
 * bw_file_text: read a file
 *
 * Returns: its text and a NUL, to be freed; "" if there is no such file; NULL
 * and errno, EFBIG if it is larger than BW_FILE_SWAP_MAX.
 */
char *bw_file_text(const char *path);

/**
 * bw_file_swap: put @text in the place of what the file holds
 * @mode: of a file that is new; it then belongs to the group of its folder. One
 *        that is replaced keeps its owner, group and mode
 *
 * Returns: 0, or -1 and errno; the file is then as it was.
 */
int bw_file_swap(const char *path, const char *text, mode_t mode);

#endif
