/*
 * nRF51 SPI master (SPI0, SPI1): one function of nrf51_spi_twi.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SPI_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SPI_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_lines.h"

typedef struct Nrf51Spi {
    NrfPeripheral *p; /* with the registers */
    Nrf51SpiLines *lines;
    Nrf51Pin sck;
    Nrf51Pin mosi;
    Nrf51Pin miso;
    QEMUTimer end;     /* pending while a byte is shifted */
    int64_t begin_ns;  /* of that byte */
    int64_t end_ns;
    bool enabled;
    bool mosi_high;
    uint8_t shifting;
    uint8_t next_out;  /* written to TXD meanwhile */
    uint8_t next_in;   /* received, but RXD has not been read */
    bool next_out_full;
    bool next_in_full;
    bool rxd_full;     /* RXD has not been read */
} Nrf51Spi;

void nrf51_spi_init(Nrf51Spi *s, NrfPeripheral *p);
void nrf51_spi_realize(Nrf51Spi *s, Nrf51Gpio *gpio, Nrf51SpiLines *lines);
void nrf51_spi_finalize(Nrf51Spi *s);

/* Software has written register @reg: its value is already there. */
void nrf51_spi_written(Nrf51Spi *s, unsigned reg);

/* Software has read RXD. */
void nrf51_spi_rxd_read(Nrf51Spi *s);

/* Drop what is under way and leave the pins. */
void nrf51_spi_silence(Nrf51Spi *s);

extern const VMStateDescription vmstate_nrf51_spi;

#endif
