/*
 * The nRF51's pins: the pads between GPIO, the peripherals that take pins
 * over (PSEL), and the nets of the board.
 *
 * A peripheral has one Nrf51Pin for each of its PSEL registers.  While it is
 * connected and drives (anything but NRF51_PIN_INPUT), the peripheral's level
 * takes the place of OUT and DIR; PIN_CNF still says pull and drive strength.
 * Its input is the level of the net, also while PIN_CNF.INPUT disconnects the
 * buffer.  Of several users of one pin that drive, the one that connected
 * first does so.
 *
 * Reset and the loading of a snapshot change levels without an event: @changed
 * of struct Nrf51Pin is not called then, and nrf51_pin_input() is right when
 * they are over.  Drivers call nrf51_pin_connect() and nrf51_pin_output() again
 * in their post_load.
 *
 * Models: nrf51_pins.c, and nrf51_gpio.c, which owns the pads.
 * Users: nrf51_gpiote.c, nrf51_uart.c,
 * nrf51_twi.c, nrf51_spi.c, nrf51_spis.c, nrf51_qdec.c, nrf51_adc.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_PINS_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_PINS_H

#include "qemu/queue.h"
#include "hw/benchwire/boards/board_net.h"

#define NRF51_PINS     32
#define NRF51_NO_PIN   UINT32_MAX /* a PSEL that is not connected */
#define NRF51_AIN_PINS 8

typedef struct Nrf51Gpio Nrf51Gpio;

typedef enum Nrf51PinOutput {
    NRF51_PIN_INPUT, /* the peripheral only looks */
    NRF51_PIN_LOW,
    NRF51_PIN_HIGH,
    NRF51_PIN_RELEASED, /* high impedance, whatever OUT and DIR say */
} Nrf51PinOutput;

/**
 * struct Nrf51Pin - a peripheral's hold on a pin
 * @changed: optional; the level of the input has changed
 */
typedef struct Nrf51Pin {
    Nrf51Gpio *gpio;
    const char *name; /* "UART0 TXD", for reports */
    void (*changed)(void *opaque, bool level);
    void *opaque;
    uint32_t pin; /* 0 to 31, or NRF51_NO_PIN */
    Nrf51PinOutput output;
    bool told; /* level @changed was last told */
    BoardNetListener listener;
    QTAILQ_ENTRY(Nrf51Pin) link; /* users of the same pad, oldest first */
} Nrf51Pin;

/* Once, at realize.  @gpio may be NULL: then no pin can be connected. */
void nrf51_pin_init(Nrf51Pin *pin, Nrf51Gpio *gpio, const char *name,
                    void (*changed)(void *opaque, bool level), void *opaque);

/**
 * nrf51_pin_connect: take the pin that a PSEL register names
 * @psel: 0 to 31; anything else: none
 *
 * Leaves the pin it had before, if another.  @changed is not called.
 */
void nrf51_pin_connect(Nrf51Pin *pin, uint32_t psel);

/* Give the pin back to GPIO. */
static inline void nrf51_pin_disconnect(Nrf51Pin *pin)
{
    nrf51_pin_connect(pin, NRF51_NO_PIN);
}

/* What the peripheral puts on the pin; remembered while not connected. */
void nrf51_pin_output(Nrf51Pin *pin, Nrf51PinOutput output);

/* The level at the pin's net; @idle if the pin is not connected. */
bool nrf51_pin_input(const Nrf51Pin *pin, bool idle);

/* The net of a pin: its voltage for ADC and LPCOMP, and everything else. */
BoardNet *nrf51_pin_net(Nrf51Gpio *gpio, unsigned pin);

/**
 * struct Nrf51DetectListener - wants to know when DETECT changes: GPIOTE, and
 * POWER in SYSTEMOFF
 * @changed: not called in reset and while a snapshot is loaded
 */
typedef struct Nrf51DetectListener {
    void (*changed)(void *opaque, bool detect);
    void *opaque;
    QLIST_ENTRY(Nrf51DetectListener) link;
} Nrf51DetectListener;

void nrf51_gpio_listen_detect(Nrf51Gpio *gpio, Nrf51DetectListener *listener);

/* DETECT now: whether any pin is at the level that its SENSE names. */
bool nrf51_gpio_detect(const Nrf51Gpio *gpio);

/* The pin of analog input 0 to 7 (product specification, pin assignments). */
unsigned nrf51_ain_pin(unsigned ain);

#endif
