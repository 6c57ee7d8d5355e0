/*
 * BBC micro:bit V1: accelerometer and magnetometer, of each revision
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_SENSORS_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_SENSORS_H

#include "hw/i2c/i2c.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

typedef enum MicrobitRevision {
    MICROBIT_V1_3B, /* MMA8653 and MAG3110 */
    MICROBIT_V1_5,  /* LSM303AGR */
    MICROBIT_REVISIONS
} MicrobitRevision;

/**
 * struct MicrobitSensors - what the machine has been asked for
 * @fitted: false: the board has none
 * @soldered: they are there, it is too late to choose
 */
typedef struct MicrobitSensors {
    MicrobitRevision revision;
    bool fitted;
    bool soldered;
} MicrobitSensors;

/* The properties "revision" and "sensors" of the machine */
void microbit_sensors_add_properties(MicrobitSensors *s, Object *machine);

/**
 * microbit_sensors_init: solder the sensors to the board, lying flat
 * @gpio: whose pins the interrupts go to
 * @bus: the board's I2C bus
 * @machine: gets the children "accelerometer" (properties "x", "y", "z" in
 *           mg) and "magnetometer" ("field-x", "field-y", "field-z" in uT),
 *           in the axes of the board, see microbit_sensors.c; the child
 *           "chip" of each is the part itself
 */
void microbit_sensors_init(MicrobitSensors *s, Nrf51Gpio *gpio, I2CBus *bus,
                           Object *machine);

#endif
