/*
 * What a string that travels may hold: UTF-8 for one line of text.
 *
 * Refused are control characters (C0, DEL, C1), so that a peer's string can
 * be logged or printed on a terminal as it is, and everything that is not
 * well-formed UTF-8 (RFC 3629: overlong forms, surrogates, above U+10FFFF).
 * Used by lib/wire.c on what arrives and by whoever reads names from a file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TEXT_H
#define BENCHWIRE_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if the @len bytes at @bytes are such a text; no bytes are one. */
bool bw_text_ok(const uint8_t *bytes, size_t len);

/**
 * bw_text_cut: the length of the longest start of @text that has no more than
 * @max bytes and does not end within a character
 */
size_t bw_text_cut(const char *text, size_t max);

#endif
