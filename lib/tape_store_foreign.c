/*
 * What a file that is no .tap file may be, told by its first bytes.
 *
 * Sources of the marks: RFC 1952 (gzip), the xz and zstd formats' own
 * descriptions, POSIX.1-2017 pax (ustar), QEMU's docs/interop/qcow2.txt; the
 * AWS and HET headers as in facts of Hercules' documents: a length, the length
 * before and flags, 2 bytes each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_store.h"

#include <string.h>

#include "tape_store_priv.h"

#define HEAD             512u
#define AWS_FLAGS_RECORD 0xa0 /* a record begins and ends in this block */
#define AWS_FLAGS_MARK   0x40

static const struct {
    uint16_t at;
    uint8_t length;
    const char *bytes;
    const char *text;
} magics[] = {
    { 0, 2, "\x1f\x8b", "it is compressed by gzip: unpack it first" },
    { 0, 3, "BZh", "it is compressed by bzip2: unpack it first" },
    { 0, 6,
      "\xfd"
      "7zXZ\0",
      "it is compressed by xz: unpack it first" },
    { 0, 4, "\x28\xb5\x2f\xfd", "it is compressed by zstd: unpack it first" },
    { 0, 4, "PK\3\4", "it is a zip archive: unpack it first" },
    { 0, 4, "QFI\xfb", "it is a qcow2 image: open it with format=qcow2" },
    { 257, 5, "ustar",
      "it is a tar archive, not a tape: benchwire tape import makes one" },
};

static bool is_aws(const uint8_t *p, size_t length)
{
    return length >= 6 && p[2] == 0 && p[3] == 0 &&
           (p[4] == AWS_FLAGS_RECORD || p[4] == AWS_FLAGS_MARK);
}

/* The same framing, its words the other way round. */
static bool is_swapped(struct bw_tape_store *store, const uint8_t *p)
{
    uint8_t first[4] = { p[0], p[1], p[2], p[3] };
    uint32_t length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                      (uint32_t)p[2] << 8 | p[3];
    uint64_t at = 4 + (uint64_t)length + (length & 1);

    return length > 0 && at + 4 <= store->size &&
           bw_tape_look(store, at, 4, &p) == BW_TAPE_OK && !memcmp(p, first, 4);
}

/* Records of odd lengths without padding. */
static bool is_unpadded(struct bw_tape_store *store, const uint8_t *p)
{
    uint32_t word = bw_tap_get(p);
    uint64_t at = 4 + (uint64_t)(word & BW_TAP_VALUE);

    return !store->options.unpadded && (word & 1) && at + 4 <= store->size &&
           bw_tape_look(store, at, 4, &p) == BW_TAPE_OK &&
           bw_tap_get(p) == word;
}

static const char *guess(struct bw_tape_store *store)
{
    size_t length = store->size < HEAD ? (size_t)store->size : HEAD;
    const uint8_t *p;

    if (length < 4 || bw_tape_look(store, 0, length, &p) != BW_TAPE_OK) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (magics[i].at + magics[i].length <= length &&
            !memcmp(p + magics[i].at, magics[i].bytes, magics[i].length)) {
            return magics[i].text;
        }
    }
    if (is_aws(p, length)) {
        return "it is an AWS or HET image: benchwire tape import --format aws";
    }
    if (is_swapped(store, p)) {
        return "its words are big-endian: it is no SIMH tape";
    }
    if (bw_tape_look(store, 0, length, &p) == BW_TAPE_OK &&
        is_unpadded(store, p)) {
        return "odd records are not padded: benchwire tape import --format e11";
    }
    return NULL;
}

void bw_tape_foreign(struct bw_tape_store *store,
                     struct bw_tape_verdict *verdict)
{
    const char *what = guess(store);

    verdict->text[0] = '\0';
    bw_tape_say(verdict, "the file is no .tap file: ");
    if (what) {
        bw_tape_say(verdict, what);
    } else {
        bw_tape_say_byte(verdict);
        bw_tape_say(verdict, " begins no record");
    }
}
