/*
 * Intel HEX, and the micro:bit's universal hex on top of it.
 *
 * A universal hex file holds programs for several boards in sections that
 * begin with a record 0A, which names the board; this parser takes those of
 * the micro:bit V1 and skips the others.  Used by lib/image.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_IHEX_H
#define BENCHWIRE_LIB_IHEX_H

#include <stdbool.h>

#include "image_sink.h"

/* Whether this text starts as Intel HEX does, after white space. */
bool bw_ihex_detect(const uint8_t *text, size_t len);

/**
 * bw_ihex_parse: hand the data of every record to @sink
 * @error: set on failure; what @sink has by then is of no use
 *
 * Lines end in LF or CR LF; blank ones, and white space around a record, are
 * allowed, as are lower-case digits.  Records of unknown types are skipped,
 * as the board's interface chip does.  Nothing after the end-of-file record
 * is looked at, but it must be there.
 *
 * Returns: false if the text is damaged or @sink complains.
 */
bool bw_ihex_parse(const uint8_t *text, size_t len,
                   const struct bw_image_sink *sink,
                   struct bw_image_error *error);

#endif
