/*
 * ELF files of ARM microcontrollers; see elf32.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "elf32.h"

#include <string.h>

#define HEADER_SIZE  52
#define SEGMENT_SIZE 32
#define CLASS_32     1
#define DATA_LITTLE  1
#define TYPE_EXEC    2
#define MACHINE_ARM  40
#define SEGMENT_LOAD 1

/* offsets in the file's header */
enum {
    E_CLASS = 4,
    E_DATA = 5,
    E_TYPE = 16,
    E_MACHINE = 18,
    E_PHOFF = 28,
    E_PHENTSIZE = 42,
    E_PHNUM = 44,
};

/* offsets in a segment's header */
enum {
    P_TYPE = 0,
    P_OFFSET = 4,
    P_PADDR = 12,
    P_FILESZ = 16,
};

static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };

static uint32_t le16(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8;
}

static uint32_t le32(const uint8_t *b)
{
    return le16(b) | le16(b + 2) << 16;
}

bool bw_elf32_detect(const uint8_t *file, size_t len)
{
    return len >= sizeof(magic) && memcmp(file, magic, sizeof(magic)) == 0;
}

/* Returns: NULL, or what is wrong. */
static const char *check_header(const uint8_t *file, size_t len)
{
    if (len < HEADER_SIZE || !bw_elf32_detect(file, len)) {
        return "is a damaged ELF file";
    }
    if (file[E_CLASS] != CLASS_32 || file[E_DATA] != DATA_LITTLE ||
        le16(file + E_MACHINE) != MACHINE_ARM) {
        return "is an ELF file, but not for a 32-bit ARM processor";
    }
    if (le16(file + E_TYPE) != TYPE_EXEC) {
        return "is an ELF file, but not a linked program";
    }
    if (le16(file + E_PHENTSIZE) < SEGMENT_SIZE && le16(file + E_PHNUM) > 0) {
        return "is a damaged ELF file";
    }
    return NULL;
}

static const char *take_segment(const uint8_t *file, size_t len,
                                const uint8_t *segment,
                                const struct bw_image_sink *sink)
{
    uint32_t offset = le32(segment + P_OFFSET);
    uint32_t size = le32(segment + P_FILESZ);
    uint32_t address = le32(segment + P_PADDR);

    if (le32(segment + P_TYPE) != SEGMENT_LOAD || size == 0) {
        return NULL;
    }
    if (offset > len || size > len - offset ||
        size - 1 > UINT32_MAX - address) {
        return "is a damaged ELF file; it is cut short";
    }
    return sink->put(sink->opaque, address, file + offset, size);
}

bool bw_elf32_parse(const uint8_t *file, size_t len,
                    const struct bw_image_sink *sink,
                    struct bw_image_error *error)
{
    size_t at, step;
    unsigned count;

    error->line = 0;
    error->what = check_header(file, len);
    if (error->what) {
        return false;
    }
    at = le32(file + E_PHOFF);
    step = le16(file + E_PHENTSIZE);
    count = le16(file + E_PHNUM);
    for (unsigned i = 0; i < count; i++, at += step) {
        if (at > len || len - at < SEGMENT_SIZE) {
            error->what = "is a damaged ELF file; it is cut short";
            return false;
        }
        error->what = take_segment(file, len, file + at, sink);
        if (error->what) {
            return false;
        }
    }
    return true;
}
