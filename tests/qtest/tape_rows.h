/*
 * Which rows of ../tape_table.h a host can send; after ../tape_replay.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TAPE_ROWS_H
#define BENCHWIRE_TESTS_QTEST_TAPE_ROWS_H

#include "qemu/bswap.h"

/*
 * A host gives as much room as its CDB asks for.  A few rows are about CDBs
 * that ask for none, or for more than there can be: those are for the drive
 * alone.
 */
static inline bool tape_rows_would_send(const struct tape_row *row,
                                        uint16_t block)
{
    uint8_t cdb[16] = { 0 };
    unsigned length = tape_hex(row->cdb, cdb, sizeof(cdb));
    uint64_t blocks = length == 16 ? ldl_be_p(cdb + 11) & 0xffffff
                                   : ldl_be_p(cdb + 1) & 0xffffff;
    uint64_t bytes = cdb[1] & 1 ? blocks * block : blocks;

    switch (cdb[0]) {
    case 0x08:
    case 0x0a:
    case 0x0f:
    case 0x81:
    case 0x88:
    case 0x8a:
        return bytes == row->in + row->out;
    case 0x13:
    case 0x8f:
        return (cdb[1] & 2 ? bytes : 0) == row->in + row->out;
    default:
        return true;
    }
}

#endif
