/*
 * nRF51 factory information (FICR)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Factory Information
 * Configuration Registers (FICR)"; Nordic's nrf51.svd for the offsets.  The
 * hardware id of build code H0 is the one that debuggers know it by.
 *
 * ER, IR and DEVICEADDR of a chip are random; here they follow from DEVICEID,
 * so that a board that keeps its id keeps them.
 *
 * Where the sources are silent: words that have no name hold all ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/units.h"
#include "hw/registerfields.h"
#include "hw/benchwire/boards/nrf51/nrf51_ficr.h"

/* clang-format off */
REG32(CODEPAGESIZE,   0x010)
REG32(CODESIZE,       0x014)      /* in pages */
REG32(CLENR0,         0x028)      /* no region 0 from the factory */
REG32(PPFC,           0x02C)      /* 0xFF: no code from the factory */
REG32(NUMRAMBLOCK,    0x034)
REG32(SIZERAMBLOCKS,  0x038)      /* SIZERAMBLOCK[0] has the same address */
REG32(SIZERAMBLOCK1,  0x03C)      /* [1] to [3] */
REG32(CONFIGID,       0x05C)
    FIELD(CONFIGID, HWID, 0, 16)
REG32(DEVICEID,       0x060)      /* [0] and [1] */
REG32(ER,             0x080)      /* [0] to [3] */
REG32(IR,             0x090)      /* [0] to [3] */
REG32(DEVICEADDRTYPE, 0x0A0)      /* 1: random */
REG32(DEVICEADDR,     0x0A4)      /* [0] and [1] */
    FIELD(DEVICEADDR1, HIGH, 0, 16) /* the others are ones */
REG32(OVERRIDEEN,     0x0AC)      /* ones: RADIO's own values are good */
REG32(NRF_1MBIT,      0x0B0)      /* [0] to [4]; all ones, not overridden */
REG32(BLE_1MBIT,      0x0EC)      /* [0] to [4]; likewise */
/* clang-format on */

#define PAGE_SIZE_BYTES 1024
#define RAM_BLOCK_SIZE  (8 * KiB)
#define HWID_QFAA_H0    0x0072

/* The next of a row of numbers that look random; *@state is the place. */
static uint64_t next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15; /* 2^64 / golden ratio, odd */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static void put64(uint32_t *words, uint64_t value)
{
    words[0] = value;
    words[1] = value >> 32;
}

void nrf51_ficr_fill(uint32_t *ficr, uint32_t flash_size, uint32_t sram_size,
                     uint64_t device_id)
{
    uint64_t state = device_id;
    unsigned i;

    memset(ficr, 0xff, NRF51_FICR_WORDS * sizeof(*ficr));
    ficr[R_CODEPAGESIZE] = PAGE_SIZE_BYTES;
    ficr[R_CODESIZE] = flash_size / PAGE_SIZE_BYTES;
    ficr[R_NUMRAMBLOCK] = sram_size / RAM_BLOCK_SIZE;
    for (i = 0; i < MIN(ficr[R_NUMRAMBLOCK], 4); i++) {
        ficr[R_SIZERAMBLOCKS + i] = RAM_BLOCK_SIZE;
    }
    ficr[R_CONFIGID] = ~R_CONFIGID_HWID_MASK | HWID_QFAA_H0;
    put64(&ficr[R_DEVICEID], device_id);
    for (i = 0; i < 4; i += 2) {
        put64(&ficr[R_ER + i], next(&state));
        put64(&ficr[R_IR + i], next(&state));
    }
    put64(&ficr[R_DEVICEADDR], next(&state));
    ficr[R_DEVICEADDR + 1] |= ~R_DEVICEADDR1_HIGH_MASK;
}
