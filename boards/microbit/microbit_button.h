/*
 * BBC micro:bit V1: a button, /machine/button-a, /machine/button-b and
 * /machine/reset-button.
 *
 * Users: microbit.c, microbit_panel.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_BUTTON_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_BUTTON_H

#include "hw/qdev-core.h"
#include "hw/benchwire/boards/board_net.h"
#include "hw/benchwire/boards/nrf51/nrf51_power.h"

#define TYPE_MICROBIT_BUTTON "bw-microbit-button"
OBJECT_DECLARE_SIMPLE_TYPE(MicrobitButton, MICROBIT_BUTTON)

/**
 * struct MicrobitButton - a contact to ground
 * @net: what it connects to ground, or NULL
 * @chip: whose reset line it connects to ground, or NULL
 */
struct MicrobitButton {
    DeviceState parent_obj;

    BoardNet *net;
    Nrf51Clock *chip;
    struct bw_net_source contact;
    bool pressed;
};

/* Before it is realized.  @name is for reports. */
void microbit_button_connect(MicrobitButton *s, BoardNet *net,
                             const char *name);

void microbit_button_press(MicrobitButton *s, bool pressed);

#endif
