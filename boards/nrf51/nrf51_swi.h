/*
 * nRF51 software interrupts (SWI0 to SWI5)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0, never set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SWI_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SWI_H

#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_SWI "bw-nrf51-swi"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Swi, NRF51_SWI)

struct Nrf51Swi {
    NrfPeripheral parent_obj;
};

#endif
