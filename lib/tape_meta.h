/*
 * The .meta file of a tape cartridge: struct bw_tape_cartridge in bytes.
 *
 * Called by tape_medium.c; the bytes are described in tape_meta.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_TAPE_META_H
#define BENCHWIRE_LIB_TAPE_META_H

#include "tape_medium.h"

/* One of the two slots, bytes; a multiple of any disk's sector. */
#define BW_META_SLOT 24576u

/* What was read, or written last. */
struct bw_meta_state {
    uint64_t turn;  /* of the slot that is valid; 0: none is */
    uint32_t check; /* of the cartridge in it */
};

/**
 * bw_meta_load: read the newer of the slots that are whole
 *
 * Returns: BW_TAPE_OK; BW_TAPE_NOT_FOUND if the file is empty; BW_TAPE_FOREIGN
 * if neither slot is whole; BW_TAPE_IO; BW_TAPE_NO_MEMORY.  Only BW_TAPE_OK
 * changes @cartridge and @state.
 */
enum bw_tape_result bw_meta_load(const struct bw_tape_io *from,
                                 struct bw_tape_cartridge *cartridge,
                                 struct bw_meta_state *state);

/**
 * bw_meta_store: write the slot that is not the newest, and flush
 * @always: also if the cartridge is what @state says was written last
 */
enum bw_tape_result bw_meta_store(const struct bw_tape_io *to,
                                  const struct bw_tape_cartridge *cartridge,
                                  bool always, struct bw_meta_state *state);

/* One slot.  @out has BW_META_SLOT bytes. */
void bw_meta_encode(const struct bw_tape_cartridge *cartridge, uint64_t turn,
                    uint8_t *out);
/* Returns: false and nothing changed if it is not whole. */
bool bw_meta_decode(const uint8_t *slot, struct bw_tape_cartridge *cartridge,
                    uint64_t *turn);

#endif
