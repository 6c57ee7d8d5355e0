/*
 * nRF51 programmable peripheral interconnect: events trigger tasks without
 * the CPU
 *
 * QEMU interface: sysbus MMIO region 0 (registers).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_PPI_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_PPI_H

#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_PPI "bw-nrf51-ppi"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51PPI, NRF51_PPI)

#define NRF51_PPI_CHANNELS 16 /* programmable ones */
#define NRF51_PPI_GROUPS   4
#define NRF51_PPI_TARGETS  32 /* peripheral numbers */

struct Nrf51PPI {
    NrfPeripheral parent_obj;

    NrfPeripheral *target[NRF51_PPI_TARGETS];
};

/* Join a peripheral at @base (0x40000000 to 0x4001f000) to the channels. */
void nrf51_ppi_connect(Nrf51PPI *s, NrfPeripheral *p, hwaddr base);

#endif
