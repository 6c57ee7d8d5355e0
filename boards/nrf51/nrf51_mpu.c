/*
 * nRF51 MPU: protection of flash against erasing and writing
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Memory Protection Unit
 * (MPU)"; Nordic's nrf51.svd for registers, bits and reset values.
 *
 * 64 blocks of 4 KB, which is all of the flash.  A block that is protected
 * stays so until the chip is reset.
 *
 * Where the sources are silent: DISABLEINDEBUG has no effect, because QEMU's
 * debugger does not put the chip into debug interface mode.
 *
 * Not modelled: the regions 0 of code (UICR.CLENR0), RAM (RLENR0) and
 * peripherals (PERR0); the registers keep what is written to them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock_regs.h"

#define BLOCK_SIZE    4096 /* bytes */
#define BLOCKS_IN_REG 32

bool nrf51_mpu_flash_protected(Nrf51Clock *s, uint32_t address)
{
    uint32_t block = address / BLOCK_SIZE;
    const uint32_t *reg = NRF_PERIPHERAL(s)->reg;

    if (block >= 2 * BLOCKS_IN_REG) {
        return false;
    }
    return reg[REG_PROTENSET0 + block / BLOCKS_IN_REG] &
           BIT(block % BLOCKS_IN_REG);
}

bool nrf51_mpu_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    switch (reg) {
    case REG_PROTENSET0:
    case REG_PROTENSET1:
        p->reg[reg] |= value;
        return true;
    default:
        return false;
    }
}
