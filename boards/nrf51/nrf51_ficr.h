/*
 * nRF51 factory information (FICR): what the chip is, and who.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_FICR_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_FICR_H

#define NRF51_FICR_WORDS 256 /* its whole page */

/**
 * nrf51_ficr_fill: what FICR of an nRF51822-QFAA, IC revision 3, holds
 * @flash_size, @sram_size: bytes
 * @device_id: DEVICEID; the keys and the radio address follow from it
 */
void nrf51_ficr_fill(uint32_t *ficr, uint32_t flash_size, uint32_t sram_size,
                     uint64_t device_id);

#endif
