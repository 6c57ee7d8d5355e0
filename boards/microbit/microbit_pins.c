/*
 * BBC micro:bit V1: pull-ups and edge connector
 *
 * Sources: the micro:bit foundation's hardware pages and pin map for V1.3B and
 * V1.5.  They give 4K7 and, in the pin map, 10K for the pull-ups of the
 * buttons; 4K7 is taken.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/benchwire/boards/microbit/microbit_pins.h"

#define TOUCH_OHMS  10000000
#define PULL_OHMS   4700
#define SUPPLY_OHMS 1
#define CHIP_OHMS   100 /* a usual output */

static const struct {
    uint8_t pin;
    uint32_t ohms;
    const char *name;
} pull_ups[MICROBIT_PULL_UPS] = {
    { MICROBIT_PIN_SCL, PULL_OHMS, "the pull-up of SCL" },
    { MICROBIT_PIN_SDA, PULL_OHMS, "the pull-up of SDA" },
    { MICROBIT_PIN_BUTTON_A, PULL_OHMS, "the pull-up of button A" },
    { MICROBIT_PIN_BUTTON_B, PULL_OHMS, "the pull-up of button B" },
    { MICROBIT_PIN_EDGE_P0, TOUCH_OHMS, "the pull-up of P0" },
    { MICROBIT_PIN_EDGE_P1, TOUCH_OHMS, "the pull-up of P1" },
    { MICROBIT_PIN_EDGE_P2, TOUCH_OHMS, "the pull-up of P2" },
};

/* What is printed on the board, and the pin of the SoC behind it */
static const struct {
    const char *name;
    uint8_t pin;
} edge_pins[] = {
    { "P0", MICROBIT_PIN_EDGE_P0 },
    { "P1", MICROBIT_PIN_EDGE_P1 },
    { "P2", MICROBIT_PIN_EDGE_P2 },
    { "P3", MICROBIT_PIN_COL1 },
    { "P4", MICROBIT_PIN_COL1 + 1 },
    { "P5", MICROBIT_PIN_BUTTON_A },
    { "P6", MICROBIT_PIN_COL1 + 8 },
    { "P7", MICROBIT_PIN_COL1 + 7 },
    { "P8", 18 },
    { "P9", MICROBIT_PIN_COL1 + 6 },
    { "P10", MICROBIT_PIN_COL1 + 2 },
    { "P11", MICROBIT_PIN_BUTTON_B },
    { "P12", 20 },
    { "P13", MICROBIT_PIN_SCK },
    { "P14", MICROBIT_PIN_MISO },
    { "P15", MICROBIT_PIN_MOSI },
    { "P16", MICROBIT_PIN_EDGE_P16 },
    { "P19", MICROBIT_PIN_SCL },
    { "P20", MICROBIT_PIN_SDA },
};

static void add_pull_ups(MicrobitPins *pins, Nrf51Gpio *gpio)
{
    unsigned i;

    for (i = 0; i < MICROBIT_PULL_UPS; i++) {
        BoardNet *net = nrf51_pin_net(gpio, pull_ups[i].pin);

        board_net_add(net, &pins->pull_up[i], pull_ups[i].name);
        board_net_drive(net, &pins->pull_up[i], board_net_vdd_mv(net),
                        pull_ups[i].ohms);
    }
}

/* The serial line idles high; bytes go to the UART, not over the net. */
static void add_console(MicrobitPins *pins, Nrf51Gpio *gpio)
{
    BoardNet *net = nrf51_pin_net(gpio, MICROBIT_PIN_UART_RX);

    board_net_add(net, &pins->console, "the interface chip");
    board_net_drive(net, &pins->console, board_net_vdd_mv(net), CHIP_OHMS);
}

static void add_edge_pins(Nrf51Gpio *gpio, Object *edge)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(edge_pins); i++) {
        BoardNet *net = nrf51_pin_net(gpio, edge_pins[i].pin);
        g_autofree char *name = g_strdup_printf("pin %s (P0.%02u)",
                                                edge_pins[i].name,
                                                edge_pins[i].pin);

        board_net_rename(net, name);
        object_property_add_const_link(edge, edge_pins[i].name, OBJECT(net));
    }
}

static void add_rail(MicrobitPins *pins, Object *edge, int32_t vdd_mv)
{
    object_initialize_child(edge, "3V", &pins->rail, TYPE_BOARD_NET);
    board_net_setup(&pins->rail, "3V", vdd_mv);
    board_net_add(&pins->rail, &pins->supply, "the supply");
    board_net_drive(&pins->rail, &pins->supply, vdd_mv, SUPPLY_OHMS);
    object_property_add_const_link(edge, "P17", OBJECT(&pins->rail));
    object_property_add_const_link(edge, "P18", OBJECT(&pins->rail));
}

void microbit_pins_init(MicrobitPins *pins, Nrf51Gpio *gpio, Object *machine)
{
    Object *edge = object_new(TYPE_CONTAINER);

    object_property_add_child(machine, "edge", edge);
    object_unref(edge);
    add_pull_ups(pins, gpio);
    add_console(pins, gpio);
    add_edge_pins(gpio, edge);
    add_rail(pins, edge, board_net_vdd_mv(nrf51_pin_net(gpio, 0)));
}
