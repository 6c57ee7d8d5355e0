/*
 * nRF51 POWER, CLOCK and MPU, which share one address and one interrupt
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_power.h"

#define TYPE_NRF51_CLOCK "bw-nrf51-clock"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Clock, NRF51_CLOCK)

struct Nrf51Clock {
    NrfPeripheral parent_obj;

    QEMUTimer hf_start;
    QEMUTimer lf_start;
    QEMUTimer calibration;
    QEMUTimer interval; /* of the calibration timer, CTIV */
    NotifierList lfclk_changed;
    Nrf51Power power;
};

/**
 * nrf51_mpu_flash_protected: whether NVMC must not erase or write flash there
 * @address: byte of flash, from 0
 *
 * By PROTENSET, in blocks of 4 KB.  Used by NVMC.
 */
bool nrf51_mpu_flash_protected(Nrf51Clock *s, uint32_t address);

bool nrf51_clock_lfclk_runs(Nrf51Clock *s);

/* Whether HFCLK comes from the crystal. */
bool nrf51_clock_crystal_runs(Nrf51Clock *s);

/* @n is called whenever LFCLK has started or stopped. */
void nrf51_clock_add_lfclk_notifier(Nrf51Clock *s, Notifier *n);

#endif
