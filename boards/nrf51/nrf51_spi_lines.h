/*
 * The SPI wires of the board, with QEMU's SSI parts on them
 *
 * Both SPI masters reach the parts, when their PSELSCK and PSELMOSI name these
 * wires.  A part is selected by the level of the pin for its chip select
 * number (property "cs" of the part, 0 unless set).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SPI_LINES_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SPI_LINES_H

#include "hw/ssi/ssi.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define NRF51_SPI_SELECTS 4

typedef struct Nrf51SpiLines Nrf51SpiLines;

typedef struct Nrf51SpiSelect {
    Nrf51SpiLines *lines;
    BoardNetListener listener;
} Nrf51SpiSelect;

/**
 * struct Nrf51SpiLines
 * @sck, @mosi, @miso: the SoC's pins the wires are soldered to
 * @cs: the pin for each chip select number, or NRF51_NO_PIN
 */
struct Nrf51SpiLines {
    SSIBus *bus;
    Nrf51Gpio *gpio;
    uint32_t sck;
    uint32_t mosi;
    uint32_t miso;
    uint32_t cs[NRF51_SPI_SELECTS];
    Nrf51SpiSelect select[NRF51_SPI_SELECTS];
    struct bw_net_source part; /* what the selected part does to MISO */
};

/* Once, with the pins set.  @owner: gets the bus, named "spi-bus". */
void nrf51_spi_lines_init(Nrf51SpiLines *lines, DeviceState *owner,
                          Nrf51Gpio *gpio);

/**
 * nrf51_spi_lines_exchange: one byte between a master and the selected part
 * @psel_sck, @psel_mosi: the pins the master uses
 * @out, @in: most significant bit first
 *
 * Returns: whether there is a part that answers.
 */
bool nrf51_spi_lines_exchange(Nrf51SpiLines *lines, uint32_t psel_sck,
                              uint32_t psel_mosi, uint8_t out, uint8_t *in);

/* The part puts a bit on MISO, or leaves the wire. */
void nrf51_spi_lines_put(Nrf51SpiLines *lines, bool level);
void nrf51_spi_lines_release(Nrf51SpiLines *lines);

#endif
