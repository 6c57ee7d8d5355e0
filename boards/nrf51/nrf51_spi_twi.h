/*
 * The functions that share one set of registers: TWI0 and SPI0, or TWI1, SPI1
 * and SPIS1
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0; the
 * properties of TYPE_NRF51_TWI.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SPI_TWI_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SPI_TWI_H

#include "hw/benchwire/boards/nrf51/nrf51_spi.h"
#include "hw/benchwire/boards/nrf51/nrf51_spis.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi.h"

#define TYPE_NRF51_SPI_TWI      "bw-nrf51-spi-twi"
#define TYPE_NRF51_SPI_TWI_SPIS "bw-nrf51-spi-twi-spis"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51SpiTwi, NRF51_SPI_TWI)

struct Nrf51SpiTwi {
    Nrf51TWI parent_obj;

    Nrf51Spi spi;
    Nrf51Spis spis; /* the second type only */
    Nrf51Gpio *gpio;
    Nrf51SpiLines *lines;
    AddressSpace *ram;
};

/**
 * nrf51_spi_twi_connect: before it is realized
 * @gpio: the pins
 * @lines: the board's SPI wires
 * @ram: what SPIS reaches
 */
void nrf51_spi_twi_connect(Nrf51SpiTwi *s, Nrf51Gpio *gpio,
                           Nrf51SpiLines *lines, AddressSpace *ram);

#endif
