/*
 * nRF51 two-wire master (TWI0, TWI1): registers
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "I2C compatible
 * two-wire interface (TWI)"; Nordic's nrf51.svd for registers, bits and reset
 * values.  docs/fidelity.md lists what is modelled and what is not.
 *
 * The way of a byte: register write (nrf_peripheral.c) -> here ->
 * nrf51_twi_bus.c -> QEMU's I2C core -> a part -> event -> interrupt.  The
 * registers themselves are shared with SPI: nrf51_spi_twi.c.
 *
 * TXD is taken notice of only while ENABLE is on (the sources are silent).
 *
 * Firmware that polls an event counts its reads to give up.  While a phase
 * waits beyond its wire time for a part that is elsewhere, the core sleeps
 * between two of them (nrf_doze.h), unless "poll-sleep" is off.  An emulated
 * part that stretches takes time of the guest: with -icount polling it is left
 * alone, and times out as on the chip; without, the number of reads means
 * nothing, and the core sleeps as well.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi_bus.h"

#define LATE_ERROR_HOLD_MS 250 /* mbed gives up after 60 ms */
#define LATE_READ_GRACE_US 5000

static uint32_t *reg_of(Nrf51TWI *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static bool is_enabled(Nrf51TWI *s)
{
    return reg_of(s)[REG_ENABLE] == NRF51_TWI_ENABLED;
}

/* Tasks */

void nrf51_twi_task_start(NrfPeripheral *p, unsigned reading)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (is_enabled(s)) {
        nrf51_twi_bus_start(s, reading);
    } else {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      DEVICE(s)->canonical_path);
    }
}

void nrf51_twi_task_stop(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_stop(NRF51_TWI(p));
}

void nrf51_twi_task_suspend(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_suspend(NRF51_TWI(p));
}

void nrf51_twi_task_resume(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_resume(NRF51_TWI(p));
}

void nrf51_twi_silence(NrfPeripheral *p)
{
    Nrf51TWI *s = NRF51_TWI(p);

    nrf51_twi_bus_drop(s);
    nrf51_pin_disconnect(&s->scl);
    nrf51_pin_disconnect(&s->sda);
}

/* Registers */

/* While ENABLE is on, the pins are the master's. */
static void connect_pins(Nrf51TWI *s)
{
    bool on = is_enabled(s);

    nrf51_pin_connect(&s->scl, on ? reg_of(s)[REG_PSELSCL] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->sda, on ? reg_of(s)[REG_PSELSDA] : NRF51_NO_PIN);
}

static void write_enable(Nrf51TWI *s, uint32_t value)
{
    reg_of(s)[REG_ENABLE] = value;
    if (value != NRF51_TWI_ENABLED) {
        nrf51_twi_bus_drop(s);
    }
    connect_pins(s);
}

static void write_txd(Nrf51TWI *s, uint32_t value)
{
    reg_of(s)[REG_TXD] = value;
    if (is_enabled(s)) {
        nrf51_twi_bus_txd_written(s);
    }
}

void nrf51_twi_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51TWI *s = NRF51_TWI(p);

    switch (reg) {
    case REG_ERRORSRC:
        p->reg[REG_ERRORSRC] &= ~value;
        break;
    case REG_ENABLE:
        write_enable(s, value);
        break;
    case REG_TXD:
        write_txd(s, value);
        break;
    default:
        p->reg[reg] = value;
        connect_pins(s);
        break;
    }
}

uint32_t nrf51_twi_read(NrfPeripheral *p, unsigned reg)
{
    if (reg == REG_RXD) {
        nrf51_twi_bus_rxd_read(NRF51_TWI(p));
    }
    return p->reg[reg];
}

void nrf51_twi_poll(NrfPeripheral *p)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (s->poll_sleep && nrf51_twi_bus_waits(s)) {
        nrf_doze_poll(&s->doze);
    }
}

void nrf51_twi_connect(Nrf51TWI *s, Nrf51I2CLines *lines, Nrf51Gpio *gpio)
{
    s->lines = lines;
    nrf51_pin_init(&s->scl, gpio, "TWI SCL", NULL, NULL);
    nrf51_pin_init(&s->sda, gpio, "TWI SDA", NULL, NULL);
    nrf51_pin_output(&s->scl, NRF51_PIN_RELEASED);
    nrf51_pin_output(&s->sda, NRF51_PIN_RELEASED);
}

static void vm_state_change(void *opaque, bool running, RunState state)
{
    Nrf51TWI *s = opaque;

    nrf_doze_wake(&s->doze);
    if (running) {
        nrf51_twi_bus_run(s);
    }
}

static int nrf51_twi_post_load(void *opaque, int version_id)
{
    int error = nrf51_twi_bus_loaded(opaque);

    if (!error) {
        connect_pins(opaque);
    }
    return error;
}

static void nrf51_twi_init(Object *obj)
{
    nrf51_twi_bus_init(NRF51_TWI(obj));
    nrf_doze_init(&NRF51_TWI(obj)->doze, DEVICE(obj));
}

void nrf51_twi_realize(DeviceState *dev, Error **errp)
{
    Nrf51TWI *s = NRF51_TWI(dev);

    if (!s->lines) {
        error_setg(errp, "not connected to any wires");
        return;
    }
    s->vm_change = qdev_add_vm_change_state_handler(dev, vm_state_change, s);
}

static void nrf51_twi_finalize(Object *obj)
{
    Nrf51TWI *s = NRF51_TWI(obj);

    nrf_doze_finish(&s->doze);
    timer_del(&s->wire);
    if (s->vm_change) {
        qemu_del_vm_change_state_handler(s->vm_change);
    }
}

const VMStateDescription vmstate_nrf51_twi = {
    .name = TYPE_NRF51_TWI,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_twi_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51TWI),
        VMSTATE_TIMER(wire, Nrf51TWI),
        VMSTATE_UINT8(state, Nrf51TWI),
        VMSTATE_UINT8(address, Nrf51TWI),
        VMSTATE_BOOL(on_board, Nrf51TWI),
        VMSTATE_BOOL(reading, Nrf51TWI),
        VMSTATE_BOOL(nacked, Nrf51TWI),
        VMSTATE_BOOL(data_acked, Nrf51TWI),
        VMSTATE_BOOL(ack_held, Nrf51TWI),
        VMSTATE_BOOL(txd_full, Nrf51TWI),
        VMSTATE_BOOL(rxd_full, Nrf51TWI),
        VMSTATE_BOOL(suspend_wanted, Nrf51TWI),
        VMSTATE_BOOL(stop_wanted, Nrf51TWI),
        VMSTATE_BOOL(stop_after, Nrf51TWI),
        VMSTATE_UINT8(start_wanted, Nrf51TWI),
        VMSTATE_BOOL(wire_done, Nrf51TWI),
        VMSTATE_BOOL(reply_done, Nrf51TWI),
        VMSTATE_BOOL(stretched, Nrf51TWI),
        VMSTATE_UINT8(reply, Nrf51TWI),
        VMSTATE_UINT8(data, Nrf51TWI),
        VMSTATE_UINT8(sending, Nrf51TWI),
        VMSTATE_END_OF_LIST()
    }
};

static const Property nrf51_twi_properties[] = {
    DEFINE_PROP_UINT32("late-error-hold-ms", Nrf51TWI, late_error_hold_ms,
                       LATE_ERROR_HOLD_MS),
    DEFINE_PROP_UINT32("late-read-grace-us", Nrf51TWI, late_read_grace_us,
                       LATE_READ_GRACE_US),
    DEFINE_PROP_BOOL("poll-sleep", Nrf51TWI, poll_sleep, true),
    DEFINE_PROP_BOOL("whole-time", Nrf51TWI, whole_time, true),
};

static void nrf51_twi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "nRF51 two-wire master";
    dc->realize = nrf51_twi_realize;
    device_class_set_props(dc, nrf51_twi_properties);
}

static const TypeInfo nrf51_twi_types[] = {
    {
        .name = TYPE_NRF51_TWI,
        .parent = TYPE_NRF_PERIPHERAL,
        .abstract = true,
        .instance_size = sizeof(Nrf51TWI),
        .instance_init = nrf51_twi_init,
        .instance_finalize = nrf51_twi_finalize,
        .class_init = nrf51_twi_class_init,
    },
};
DEFINE_TYPES(nrf51_twi_types)
