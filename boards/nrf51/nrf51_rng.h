/*
 * nRF51 random number generator (RNG)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.  The values
 * are those of QEMU's guest random source, which -seed makes repeatable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_RNG_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_RNG_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_RNG "bw-nrf51-rng"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51RNG, NRF51_RNG)

struct Nrf51RNG {
    NrfPeripheral parent_obj;

    QEMUTimer value; /* pending while the generator runs */
    int64_t due_ns;  /* when it expires */
};

#endif
