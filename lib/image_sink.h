/*
 * Where the parsers of program files (lib/ihex.c, lib/elf32.c) put what they
 * find: usually a struct bw_image, see lib/image.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_IMAGE_SINK_H
#define BENCHWIRE_LIB_IMAGE_SINK_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct bw_image_sink - takes data piece by piece
 * @put: @len bytes, at least 1, belong at @address; they do not go beyond
 *       4 GB.  Returns NULL, or a complaint that ends the parsing: a string
 *       that stays valid, such as "needs more flash than the chip has"
 */
struct bw_image_sink {
    const char *(*put)(void *opaque, uint32_t address, const uint8_t *bytes,
                       size_t len);
    void *opaque;
};

/**
 * struct bw_image_error - why a file was refused
 * @line: of the text, from 1; 0 if the problem is no line's
 * @what: the rest of a sentence that begins with "FILE" or "FILE, line N,"
 */
struct bw_image_error {
    unsigned line;
    const char *what;
};

#endif
