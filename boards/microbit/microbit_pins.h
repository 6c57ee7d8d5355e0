/*
 * BBC micro:bit V1: which pin of the SoC goes where, the pull-ups, and the
 * edge connector, /machine/edge
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_PINS_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_PINS_H

#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

/* Pins of the SoC, P0.n; P0.3 is the edge connector's P0. */
enum {
    MICROBIT_PIN_SCL = 0,
    MICROBIT_PIN_EDGE_P2 = 1,
    MICROBIT_PIN_EDGE_P1 = 2,
    MICROBIT_PIN_EDGE_P0 = 3,
    MICROBIT_PIN_COL1 = 4, /* to COL9 at 12 */
    MICROBIT_PIN_ROW1 = 13, /* to ROW3 at 15 */
    MICROBIT_PIN_EDGE_P16 = 16,
    MICROBIT_PIN_BUTTON_A = 17,
    MICROBIT_PIN_MOSI = 21,
    MICROBIT_PIN_MISO = 22,
    MICROBIT_PIN_SCK = 23,
    MICROBIT_PIN_UART_TX = 24, /* to the interface chip */
    MICROBIT_PIN_UART_RX = 25,
    MICROBIT_PIN_BUTTON_B = 26,
    MICROBIT_PIN_ACCEL_INT2 = 27,
    MICROBIT_PIN_ACCEL_INT1 = 28,
    MICROBIT_PIN_MAG_INT1 = 29,
    MICROBIT_PIN_SDA = 30,
};

#define MICROBIT_ROWS     3
#define MICROBIT_COLS     9
#define MICROBIT_PULL_UPS 7

/**
 * struct MicrobitPins - what is soldered to the pins and has no file of its own
 * @console: output of the interface chip at UART_RX
 * @rail: 3V on the edge connector
 */
typedef struct MicrobitPins {
    struct bw_net_source pull_up[MICROBIT_PULL_UPS];
    struct bw_net_source console;
    BoardNet rail;
    struct bw_net_source supply;
} MicrobitPins;

/* Once @gpio is realized.  @machine gets the child "edge". */
void microbit_pins_init(MicrobitPins *pins, Nrf51Gpio *gpio, Object *machine);

#endif
