/*
 * BBC micro:bit V1: the 25 LEDs, which show and also sense light.
 *
 * A device without registers, /machine/display, between the nets of the rows
 * and columns and peripherals/parts/led_matrix.c.  Users: microbit.c,
 * microbit_panel.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_DISPLAY_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_DISPLAY_H

#include "hw/qdev-core.h"
#include "hw/benchwire/boards/microbit/microbit_pins.h"
#include "hw/benchwire/peripherals/parts/led_matrix.h"

#define TYPE_MICROBIT_DISPLAY "bw-microbit-display"
OBJECT_DECLARE_SIMPLE_TYPE(MicrobitDisplay, MICROBIT_DISPLAY)

/**
 * struct MicrobitDisplay - state of the LEDs
 * @light_level: ambient light, 0 (dark) to 255, as firmware scales it
 * @leak: of each row, what its LEDs let through
 * @photo: of each column the voltage that light leaves on it
 */
struct MicrobitDisplay {
    DeviceState parent_obj;

    Nrf51Gpio *gpio;
    BoardNet *row[MICROBIT_ROWS];
    BoardNet *col[MICROBIT_COLS];
    BoardNetListener row_listener[MICROBIT_ROWS];
    BoardNetListener col_listener[MICROBIT_COLS];
    struct bw_net_source leak[MICROBIT_ROWS];
    struct bw_net_source photo[MICROBIT_COLS];
    struct bw_led_matrix matrix;
    uint8_t light_level;
};

/* Before it is realized: whose pins the LEDs are on. */
void microbit_display_connect(MicrobitDisplay *s, Nrf51Gpio *gpio);

/* Brightness of each LED now, 0 to BW_LED_FULL, row by row. */
void microbit_display_levels(MicrobitDisplay *s, uint8_t level[BW_LED_COUNT]);

void microbit_display_set_light(MicrobitDisplay *s, uint8_t level);

#endif
