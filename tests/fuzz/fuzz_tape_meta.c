/*
 * Fuzzer of a cartridge's .meta file.
 *
 * The input is the beginning of a slot, the rest is zeros; if its first byte
 * is odd its checks are made right first.  Whatever it holds, it is taken or
 * refused; what is taken is written and read again the same, and its
 * attributes are sorted, each of a length that there is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "lib/tape_meta.h"
#include "tests/unit/tape_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER 32u

static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

static void put32(uint8_t *b, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        b[i] = (uint8_t)(value >> 8 * i);
    }
}

static void make_right(uint8_t *slot, size_t size)
{
    size_t body = size > HEADER ? size - HEADER : 0;

    memcpy(slot, "BWTAPMET", 8);
    put32(slot + 12, (uint32_t)body);
    put32(slot + 24, bw_crc32(0, slot + HEADER, body));
    put32(slot + 28, bw_crc32(0, slot, HEADER - 4));
}

static void look(const struct bw_tape_cartridge *c)
{
    struct bw_tape_attribute a;
    size_t used = 0;

    must(c->partitions >= 1 && c->partitions <= BW_TAPE_PARTITIONS);
    must(c->barcode[sizeof(c->barcode) - 1] == '\0');
    must(c->serial[sizeof(c->serial) - 1] == '\0');
    must(c->profile[sizeof(c->profile) - 1] == '\0');
    for (uint8_t partition = 0; partition < BW_TAPE_PARTITIONS; partition++) {
        uint32_t id = 0;

        while (id <= UINT16_MAX &&
               bw_cartridge_attribute(c, partition, (uint16_t)id, &a)) {
            must(a.id >= id && a.length > 0 && a.length <= BW_TAPE_MAM_VALUE);
            must(a.value >= c->mam &&
                 a.value + a.length <= c->mam + c->mam_used);
            used += 6u + a.length;
            id = a.id + 1u;
        }
    }
    must(used == c->mam_used && used <= BW_TAPE_MAM_ROOM);
}

static void keep(const struct bw_tape_cartridge *c)
{
    static struct bw_tape_cartridge again;
    struct bw_meta_state state = { .turn = 0 };
    struct bw_meta_state back = { .turn = 0 };
    struct tape_file f;

    tape_file_init(&f);
    must(bw_meta_store(&f.io, c, false, &state) == BW_TAPE_OK);
    must(bw_meta_store(&f.io, c, true, &state) == BW_TAPE_OK);
    must(bw_meta_load(&f.io, &again, &back) == BW_TAPE_OK);
    must(back.turn == 2 && back.check == state.check);
    must(again.mam_used == c->mam_used && again.capacity == c->capacity);
    must(memcmp(again.mam, c->mam, c->mam_used) == 0);
    must(strcmp(again.barcode, c->barcode) == 0);
    must(f.memory == 0);
    tape_file_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t slot[BW_META_SLOT];
    static struct bw_tape_cartridge cartridge;
    uint64_t turn = 0;

    if (size > sizeof(slot)) {
        return 0;
    }
    memset(slot, 0, sizeof(slot));
    if (size > 0) {
        memcpy(slot, data, size);
    }
    if (size >= HEADER && (data[0] & 1)) {
        make_right(slot, size);
    }
    if (bw_meta_decode(slot, &cartridge, &turn)) {
        must(turn > 0);
        look(&cartridge);
        keep(&cartridge);
        bw_cartridge_forget(&cartridge, 0);
        bw_cartridge_forget(&cartridge, 1);
        must(cartridge.mam_used == 0);
    }
    return 0;
}
