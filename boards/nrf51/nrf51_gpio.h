/*
 * nRF51 general purpose input/output (GPIO), and the pads of the pins
 *
 * QEMU interface: sysbus MMIO region 0 (registers); property "vdd-mv", the
 * supply.  The nets are nrf51_pin_net(); nrf51_pins.h is what peripherals use.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_GPIO_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_GPIO_H

#include "hw/sysbus.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_GPIO "bw-nrf51-gpio"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Gpio, NRF51_GPIO)

/**
 * struct Nrf51Pad - what connects a pin to the chip
 * @drive: output driver
 * @pull: pull resistor
 * @ohms: of the driver at low and at high, by PIN_CNF.DRIVE
 * @users: peripherals whose PSEL names this pin, oldest first
 * @driver: the one of them that drives, or NULL: GPIO does
 */
typedef struct Nrf51Pad {
    Nrf51Gpio *gpio;
    BoardNet *net;
    unsigned number;
    struct bw_net_source drive;
    struct bw_net_source pull;
    uint32_t ohms[2];
    BoardNetListener listener;
    QTAILQ_HEAD(, Nrf51Pin) users;
    Nrf51Pin *driver;
} Nrf51Pad;

struct Nrf51Gpio {
    SysBusDevice parent_obj;

    MemoryRegion iomem;
    BoardNet net[NRF51_PINS];
    Nrf51Pad pad[NRF51_PINS];
    QLIST_HEAD(, Nrf51DetectListener) detect_listeners;
    uint32_t vdd_mv;

    /* One bit for each pin */
    uint32_t out;
    uint32_t dir;
    uint32_t level;      /* of the net */
    uint32_t connected;  /* input buffer is */
    uint32_t sense_high;
    uint32_t sense_low;
    uint32_t taken;      /* a peripheral drives the pad */

    uint32_t cnf[NRF51_PINS]; /* PIN_CNF but for DIR */
    bool detect;
};

/* Give the nets to @parent as its children pin[0] to pin[31]; at its init. */
void nrf51_gpio_add_nets(Nrf51Gpio *s, Object *parent);

/* The driver of the pad, or what it drives, has changed. */
void nrf51_pad_update(Nrf51Pad *pad);

/* Whether levels change for reasons that make no event: reset, loading */
bool nrf51_gpio_is_quiet(const Nrf51Gpio *s);

#endif
