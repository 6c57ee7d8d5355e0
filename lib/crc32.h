/*
 * CRC-32 as Ethernet, gzip and PNG have it (polynomial 04C11DB7h, reflected).
 *
 * For side files that are read again by this program only: whether what was
 * written is what is there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_CRC32_H
#define BENCHWIRE_LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* @crc: 0 for the first bytes, then what the call before returned. */
uint32_t bw_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
