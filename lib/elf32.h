/*
 * What an ELF file for an ARM microcontroller wants where: the contents of
 * its loadable segments, at their load (physical) addresses.
 *
 * Source: Tool Interface Standard, "Executable and Linking Format", version
 * 1.2.  Used by lib/image.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_ELF32_H
#define BENCHWIRE_LIB_ELF32_H

#include <stdbool.h>

#include "image_sink.h"

/* Whether the file starts as an ELF file does. */
bool bw_elf32_detect(const uint8_t *file, size_t len);

/**
 * bw_elf32_parse: hand every segment that has contents to @sink
 * @error: set on failure; what @sink has by then is of no use
 *
 * Returns: false if the file is damaged, not a little-endian 32-bit ARM
 * program, or @sink complains.
 */
bool bw_elf32_parse(const uint8_t *file, size_t len,
                    const struct bw_image_sink *sink,
                    struct bw_image_error *error);

#endif
