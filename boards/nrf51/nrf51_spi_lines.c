/*
 * The SPI wires of the board, with QEMU's SSI parts on them
 *
 * QEMU's SSI parts know whole bytes: the part is asked for its byte when the
 * master's is complete, and then plays it on MISO bit by bit.
 *
 * Choices: a chip select that nothing drives is high, as the pull-up of a
 * module makes it; between bytes the part leaves MISO alone; it drives with
 * 100 ohm; a chip select without a pin leaves the part as QEMU starts it,
 * selected if it is active low.
 *
 * The way of a byte: nrf51_spi.c -> here -> QEMU's SSI bus -> a part.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_lines.h"

#define PART_OHMS 100

/* Tell the part with number @cs whether its pin is high. */
static void tell_select(Nrf51SpiLines *lines, unsigned cs)
{
    DeviceState *part = ssi_get_cs(lines->bus, cs);
    BoardNet *net = nrf51_pin_net(lines->gpio, lines->cs[cs]);
    SSIPeripheral *ssi;

    if (part && part->realized) {
        ssi = SSI_PERIPHERAL(part);
        if (ssi->spc->cs_polarity != SSI_CS_NONE) {
            qemu_set_irq(qdev_get_gpio_in_named(part, SSI_GPIO_CS, 0),
                         !net->net.driven || board_net_level(net));
        }
    }
}

static void select_changed(void *opaque, BoardNet *net)
{
    Nrf51SpiSelect *select = opaque;

    if (!board_net_is_loading()) {
        tell_select(select->lines, select - select->lines->select);
    }
}

static void tell_selects(Nrf51SpiLines *lines)
{
    unsigned i;

    for (i = 0; i < NRF51_SPI_SELECTS; i++) {
        if (lines->cs[i] < NRF51_PINS) {
            tell_select(lines, i);
        }
    }
}

static bool is_selected(const SSIPeripheral *part)
{
    switch (part->spc->cs_polarity) {
    case SSI_CS_LOW:
        return !part->cs;
    case SSI_CS_HIGH:
        return part->cs;
    default:
        return true;
    }
}

static bool anyone_selected(SSIBus *bus)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &BUS(bus)->children, sibling) {
        if (is_selected(SSI_PERIPHERAL(kid->child))) {
            return true;
        }
    }
    return false;
}

bool nrf51_spi_lines_exchange(Nrf51SpiLines *lines, uint32_t psel_sck,
                              uint32_t psel_mosi, uint8_t out, uint8_t *in)
{
    if (psel_sck != lines->sck || psel_mosi != lines->mosi) {
        return false;
    }
    tell_selects(lines); /* parts that came later know nothing yet */
    if (!anyone_selected(lines->bus)) {
        return false;
    }
    *in = ssi_transfer(lines->bus, out);
    return true;
}

void nrf51_spi_lines_put(Nrf51SpiLines *lines, bool level)
{
    BoardNet *net;

    if (lines->miso < NRF51_PINS) {
        net = nrf51_pin_net(lines->gpio, lines->miso);
        board_net_drive(net, &lines->part, level ? board_net_vdd_mv(net) : 0,
                        PART_OHMS);
    }
}

void nrf51_spi_lines_release(Nrf51SpiLines *lines)
{
    if (lines->miso < NRF51_PINS) {
        board_net_drive(nrf51_pin_net(lines->gpio, lines->miso), &lines->part,
                        0, BW_NET_OPEN);
    }
}

void nrf51_spi_lines_init(Nrf51SpiLines *lines, DeviceState *owner,
                          Nrf51Gpio *gpio)
{
    unsigned i;

    lines->bus = ssi_create_bus(owner, "spi-bus");
    lines->gpio = gpio;
    if (lines->miso < NRF51_PINS) {
        board_net_add(nrf51_pin_net(gpio, lines->miso), &lines->part,
                      "SPI part");
    }
    for (i = 0; i < NRF51_SPI_SELECTS; i++) {
        lines->select[i].lines = lines;
        lines->select[i].listener.changed = select_changed;
        lines->select[i].listener.opaque = &lines->select[i];
        if (lines->cs[i] < NRF51_PINS) {
            board_net_listen(nrf51_pin_net(gpio, lines->cs[i]),
                             &lines->select[i].listener);
        }
    }
}
