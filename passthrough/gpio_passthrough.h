/*
 * A pin of the board, continued by a real GPIO line: gpio-passthrough.
 *
 * QEMU interface: see docs/devices.md.  The way of a level is in
 * gpio_export.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_GPIO_PASSTHROUGH_H
#define BENCHWIRE_PASSTHROUGH_GPIO_PASSTHROUGH_H

#include "hw/qdev-core.h"
#include "hw/benchwire/boards/board_net.h"
#include "gpio_export.h"

#define TYPE_GPIO_PASSTHROUGH "gpio-passthrough"
OBJECT_DECLARE_SIMPLE_TYPE(GpioPassthrough, GPIO_PASSTHROUGH)

struct GpioPassthrough {
    DeviceState parent_obj;

    char *chardev;
    char *chip;
    char *export;
    char *line_name;
    char *pin;
    uint32_t debounce_us;
    uint32_t timeout_ms;

    BwGpioLine line;
    char *name; /* for reports */
    BoardNet *net;
    struct bw_net_source source; /* what the bench does to the net */
    BoardNetListener listener;
    bool one_way_reported;
};

#endif
