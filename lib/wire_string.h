/*
 * Strings inside the bodies of the protocol: one length byte, then the bytes.
 *
 * Private to the wire codec (wire.c, wire_value.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_STRING_H
#define BENCHWIRE_LIB_WIRE_STRING_H

#include <stddef.h>

#include "cursor.h"

/* Write @s; more than @max bytes fail the writer.  @s is NUL-terminated, or
 * is at least @max + 1 bytes long. */
void bw_wire_put_string(struct bw_writer *w, const char *s, size_t max);

/* Read a string of @min to @max bytes into @s, which has room for @max + 1;
 * anything else, or text that may not travel, fails the reader. */
void bw_wire_get_string(struct bw_reader *r, char *s, size_t min, size_t max);

#endif
