/*
 * nRF51 SPI slave (SPIS1): one function of nrf51_spi_twi.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SPIS_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SPIS_H

#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

typedef struct Nrf51Spis {
    NrfPeripheral *p; /* with the registers */
    AddressSpace *ram;
    Nrf51Pin sck;
    Nrf51Pin mosi;
    Nrf51Pin miso;
    Nrf51Pin csn;
    bool enabled;
    bool selected; /* CSN is low: a transaction */
    bool granted;  /* which has the semaphore */
    bool miso_high;
    uint8_t bits;  /* of the byte under way that were taken */
    uint8_t in;    /* these bits */
    uint8_t out;   /* the byte that goes out meanwhile */
    uint8_t received; /* bytes of the transaction, within MAXRX */
    uint8_t sent;     /* within MAXTX */
} Nrf51Spis;

void nrf51_spis_init(Nrf51Spis *s, NrfPeripheral *p);
void nrf51_spis_realize(Nrf51Spis *s, Nrf51Gpio *gpio, AddressSpace *ram);

void nrf51_spis_acquire(Nrf51Spis *s);
void nrf51_spis_release(Nrf51Spis *s);

/* Software has written register @reg: its value is already there. */
void nrf51_spis_written(Nrf51Spis *s, unsigned reg);

/* Drop what is under way and leave the pins. */
void nrf51_spis_silence(Nrf51Spis *s);

extern const VMStateDescription vmstate_nrf51_spis;

#endif
