/*
 * nRF51 GPIO tasks and events (GPIOTE)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_GPIOTE_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_GPIOTE_H

#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_GPIOTE "bw-nrf51-gpiote"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Gpiote, NRF51_GPIOTE)

#define NRF51_GPIOTE_CHANNELS 4

/**
 * struct Nrf51GpioteChannel
 * @high: what a channel in task mode puts on its pin
 */
typedef struct Nrf51GpioteChannel {
    Nrf51Gpiote *gpiote;
    unsigned number;
    Nrf51Pin pin;
    bool high;
} Nrf51GpioteChannel;

struct Nrf51Gpiote {
    NrfPeripheral parent_obj;

    Nrf51GpioteChannel channel[NRF51_GPIOTE_CHANNELS];
    Nrf51DetectListener detect;
};

/* Give it the pins; before it is realized. */
void nrf51_gpiote_connect(Nrf51Gpiote *s, Nrf51Gpio *gpio);

#endif
