/*
 * The nRF51's pins: peripherals that take pins over
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Peripheral interface"
 * and the sections on pin configuration of each peripheral; nRF51822 Product
 * Specification v3.1, pin assignments, for the analog inputs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/benchwire/boards/nrf51/nrf51_gpio.h"

static Nrf51Pad *pad_of(const Nrf51Pin *pin)
{
    return &pin->gpio->pad[pin->pin];
}

static bool is_connected(const Nrf51Pin *pin)
{
    return pin->pin != NRF51_NO_PIN;
}

static void net_changed(void *opaque, BoardNet *net)
{
    Nrf51Pin *pin = opaque;
    bool level = board_net_level(net);

    if (level == pin->told) {
        return;
    }
    pin->told = level;
    if (!nrf51_gpio_is_quiet(pin->gpio)) {
        pin->changed(pin->opaque, level);
    }
}

static void choose_driver(Nrf51Pad *pad)
{
    Nrf51Gpio *s = pad->gpio;
    Nrf51Pin *user;

    QTAILQ_FOREACH(user, &pad->users, link) {
        if (user->output != NRF51_PIN_INPUT) {
            break;
        }
    }
    pad->driver = user;
    s->taken = deposit32(s->taken, pad->number, 1, user != NULL);
    nrf51_pad_update(pad);
}

static void leave(Nrf51Pin *pin)
{
    Nrf51Pad *pad = pad_of(pin);

    if (pin->changed) {
        board_net_unlisten(pad->net, &pin->listener);
    }
    QTAILQ_REMOVE(&pad->users, pin, link);
    pin->pin = NRF51_NO_PIN;
    choose_driver(pad);
}

static void join(Nrf51Pin *pin, uint32_t number)
{
    Nrf51Pad *pad;

    pin->pin = number;
    pad = pad_of(pin);
    QTAILQ_INSERT_TAIL(&pad->users, pin, link);
    choose_driver(pad);
    pin->told = board_net_level(pad->net);
    if (pin->changed) {
        board_net_listen(pad->net, &pin->listener);
    }
}

void nrf51_pin_init(Nrf51Pin *pin, Nrf51Gpio *gpio, const char *name,
                    void (*changed)(void *opaque, bool level), void *opaque)
{
    *pin = (Nrf51Pin){
        .gpio = gpio,
        .name = name,
        .changed = changed,
        .opaque = opaque,
        .pin = NRF51_NO_PIN,
        .listener = { .changed = net_changed, .opaque = pin },
    };
}

void nrf51_pin_connect(Nrf51Pin *pin, uint32_t psel)
{
    uint32_t number = pin->gpio && psel < NRF51_PINS ? psel : NRF51_NO_PIN;

    if (number == pin->pin) {
        return;
    }
    if (is_connected(pin)) {
        leave(pin);
    }
    if (number != NRF51_NO_PIN) {
        join(pin, number);
    }
}

void nrf51_pin_output(Nrf51Pin *pin, Nrf51PinOutput output)
{
    if (pin->output == output) {
        return;
    }
    pin->output = output;
    if (is_connected(pin)) {
        choose_driver(pad_of(pin));
    }
}

bool nrf51_pin_input(const Nrf51Pin *pin, bool idle)
{
    return is_connected(pin) ? board_net_level(pad_of(pin)->net) : idle;
}

BoardNet *nrf51_pin_net(Nrf51Gpio *gpio, unsigned pin)
{
    assert(pin < NRF51_PINS);
    return &gpio->net[pin];
}

unsigned nrf51_ain_pin(unsigned ain)
{
    static const uint8_t pins[NRF51_AIN_PINS] = { 26, 27, 1, 2, 3, 4, 5, 6 };

    assert(ain < NRF51_AIN_PINS);
    return pins[ain];
}
