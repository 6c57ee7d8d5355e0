/*
 * BBC micro:bit V1: the panel, a picture of the board as a QEMU display, with
 * mouse and keyboard on it; /machine/panel.
 *
 * Users: microbit.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_PANEL_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_PANEL_H

#include "hw/qdev-core.h"
#include "qemu/timer.h"
#include "ui/console.h"
#include "ui/input.h"
#include "hw/benchwire/boards/microbit/microbit_button.h"
#include "hw/benchwire/boards/microbit/microbit_display.h"
#include "hw/benchwire/peripherals/parts/microbit_face.h"

#define TYPE_MICROBIT_PANEL "bw-microbit-panel"
OBJECT_DECLARE_SIMPLE_TYPE(MicrobitPanel, MICROBIT_PANEL)

#define MICROBIT_PANEL_BUTTONS 3 /* A, B, reset */

/**
 * struct MicrobitPanel - what is on the screen, and the hand on it
 * @picture: the board without its parts; NULL until somebody looks
 * @shown: what the screen shows, if @drawn
 * @mouse_x, @mouse_y: in pixels; @mouse_down: its left button
 * @held: what that button went down on
 * @shaken: steps of a shake that are still to come
 * @rest_mg: acceleration along x before and after it
 */
struct MicrobitPanel {
    DeviceState parent_obj;

    MicrobitDisplay *display;
    MicrobitButton *button[MICROBIT_PANEL_BUTTONS];
    BoardNet *pin[BW_FACE_PINS];
    char *revision;

    QemuConsole *console;
    QemuInputHandlerState *input;
    uint32_t *picture;
    struct bw_face_state shown;
    bool drawn;
    int mouse_x;
    int mouse_y;
    bool mouse_down;
    bool mouse_was_down;
    enum bw_face_part held;

    QEMUTimer shake;
    uint32_t shaken;
    int32_t rest_mg;
};

/* Before it is realized.  @button: A, B, reset; @revision: as printed. */
void microbit_panel_connect(MicrobitPanel *s, MicrobitDisplay *display,
                            MicrobitButton *const button[],
                            const char *revision);

#endif
