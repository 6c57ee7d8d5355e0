/*
 * nRF51 two-wire master (TWI0, TWI1): registers
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "I2C compatible
 * two-wire interface (TWI)"; Nordic's nrf51.svd for registers, bits and reset
 * values.  docs/fidelity.md lists what is modelled and what is not.
 *
 * The way of a byte: register write (nrf_peripheral.c) -> here ->
 * nrf51_twi_bus.c -> QEMU's I2C core -> a part -> event -> interrupt.
 *
 * TXD is taken notice of only while ENABLE is on (the sources are silent).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi_bus.h"

/* clang-format off */
REG32(STARTRX,   0x000)
REG32(STARTTX,   0x008)
REG32(STOP,      0x014)
REG32(SUSPEND,   0x01C)
REG32(RESUME,    0x020)
REG32(STOPPED,   0x104)
REG32(RXDREADY,  0x108)
REG32(TXDSENT,   0x11C)
REG32(ERROR,     0x124)
REG32(BB,        0x138)           /* byte boundary: before each data byte */
REG32(SUSPENDED, 0x148)
REG32(ERRORSRC,  0x4C4)           /* write 1 to clear; nrf51_twi_bus.h */
REG32(ENABLE,    0x500)
    FIELD(ENABLE, ENABLE, 0, 3)
REG32(PSELSCL,   0x508)           /* pin number, or all ones */
REG32(PSELSDA,   0x50C)
REG32(RXD,       0x518)
REG32(TXD,       0x51C)
    FIELD(TXD, TXD, 0, 8)
REG32(FREQUENCY, 0x524)
REG32(ADDRESS,   0x588)
    FIELD(ADDRESS, ADDRESS, 0, 7)
/* clang-format on */

#define LATE_ERROR_HOLD_MS 250 /* mbed gives up after 60 ms */
#define LATE_READ_GRACE_US 5000
#define POLL_WAIT_MS       10  /* host time, for one read of an event */
#define ERRORSRC_ALL       (NRF51_TWI_OVERRUN | NRF51_TWI_ANACK | \
                            NRF51_TWI_DNACK)

enum { TASK_STARTRX, TASK_STARTTX, TASK_STOP, TASK_SUSPEND, TASK_RESUME };

static uint32_t *reg_of(Nrf51TWI *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static bool is_enabled(Nrf51TWI *s)
{
    return reg_of(s)[REG_ENABLE] == NRF51_TWI_ENABLED;
}

/* Tasks */

static void task_start(NrfPeripheral *p, unsigned reading)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (is_enabled(s)) {
        nrf51_twi_bus_start(s, reading);
    } else {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      DEVICE(s)->canonical_path);
    }
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_stop(NRF51_TWI(p));
}

static void task_suspend(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_suspend(NRF51_TWI(p));
}

static void task_resume(NrfPeripheral *p, unsigned unused)
{
    nrf51_twi_bus_resume(NRF51_TWI(p));
}

static void silence(NrfPeripheral *p)
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
    if (value == NRF51_TWI_ENABLED) {
        connect_pins(s);
        return;
    }
    nrf51_twi_bus_drop(s);
    connect_pins(s);
    if (value) {
        qemu_log_mask(LOG_UNIMP, "%s: ENABLE %u: %s is not modelled\n",
                      DEVICE(s)->canonical_path, value,
                      NRF_PERIPHERAL_GET_CLASS(s)->info->absent);
    }
}

static void write_txd(Nrf51TWI *s, uint32_t value)
{
    reg_of(s)[REG_TXD] = value;
    if (is_enabled(s)) {
        nrf51_twi_bus_txd_written(s);
    }
}

static void nrf51_twi_write(NrfPeripheral *p, unsigned reg, uint32_t value)
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

static uint32_t nrf51_twi_read(NrfPeripheral *p, unsigned reg)
{
    if (reg == REG_RXD) {
        nrf51_twi_bus_rxd_read(NRF51_TWI(p));
    }
    return p->reg[reg];
}

/*
 * Firmware that polls counts its loops to time out.  While a part works on
 * its answer, the loop is slowed down to the pace of the answer.
 */
static void nrf51_twi_poll(NrfPeripheral *p)
{
    Nrf51TWI *s = NRF51_TWI(p);

    if (s->lines->owner == s && i2c_request_pending(s->lines->bus)) {
        i2c_bus_wait(s->lines->bus, POLL_WAIT_MS);
    }
}

static const NrfTask twi_tasks[] = {
    [TASK_STARTRX] = { A_STARTRX, "STARTRX", task_start, true },
    [TASK_STARTTX] = { A_STARTTX, "STARTTX", task_start, false },
    [TASK_STOP]    = { A_STOP,    "STOP",    task_stop },
    [TASK_SUSPEND] = { A_SUSPEND, "SUSPEND", task_suspend },
    [TASK_RESUME]  = { A_RESUME,  "RESUME",  task_resume },
};

static const NrfEvent twi_events[] = {
    [EV_STOPPED]   = { A_STOPPED,   "STOPPED",   1 },
    [EV_RXDREADY]  = { A_RXDREADY,  "RXDREADY",  2 },
    [EV_TXDSENT]   = { A_TXDSENT,   "TXDSENT",   7 },
    [EV_ERROR]     = { A_ERROR,     "ERROR",     9 },
    [EV_BB]        = { A_BB,        "BB",        14 },
    [EV_SUSPENDED] = { A_SUSPENDED, "SUSPENDED", 18 },
};

static const NrfShort twi_shorts[] = {
    { NRF51_TWI_BB_SUSPEND_BIT, EV_BB, TASK_SUSPEND },
    { NRF51_TWI_BB_STOP_BIT, EV_BB, TASK_STOP },
};

static const NrfRegister twi_registers[] = {
    [REG_ERRORSRC]  = { A_ERRORSRC,  "ERRORSRC",  0, ERRORSRC_ALL },
    [REG_ENABLE]    = { A_ENABLE,    "ENABLE",    0, R_ENABLE_ENABLE_MASK },
    [REG_PSELSCL]   = { A_PSELSCL,   "PSELSCL",   UINT32_MAX, UINT32_MAX },
    [REG_PSELSDA]   = { A_PSELSDA,   "PSELSDA",   UINT32_MAX, UINT32_MAX },
    [REG_RXD]       = { A_RXD,       "RXD",       0, 0, NRF_RO },
    [REG_TXD]       = { A_TXD,       "TXD",       0, R_TXD_TXD_MASK },
    [REG_FREQUENCY] = { A_FREQUENCY, "FREQUENCY", NRF51_TWI_FREQUENCY_K250,
                        UINT32_MAX },
    [REG_ADDRESS]   = { A_ADDRESS,   "ADDRESS",   0, R_ADDRESS_ADDRESS_MASK },
};

static const NrfPeripheralInfo twi_info = {
    .tasks = twi_tasks,
    .num_tasks = ARRAY_SIZE(twi_tasks),
    .events = twi_events,
    .num_events = ARRAY_SIZE(twi_events),
    .shorts = twi_shorts,
    .num_shorts = ARRAY_SIZE(twi_shorts),
    .registers = twi_registers,
    .num_registers = ARRAY_SIZE(twi_registers),
    .has_inten = true,
    .absent = "SPI",
};

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
    if (running) {
        nrf51_twi_bus_run(opaque);
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
}

static void nrf51_twi_realize(DeviceState *dev, Error **errp)
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

    timer_del(&s->wire);
    if (s->vm_change) {
        qemu_del_vm_change_state_handler(s->vm_change);
    }
}

static const VMStateDescription vmstate_nrf51_twi = {
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
};

static void nrf51_twi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 two-wire master";
    dc->realize = nrf51_twi_realize;
    dc->vmsd = &vmstate_nrf51_twi;
    device_class_set_props(dc, nrf51_twi_properties);
    pc->info = &twi_info;
    pc->read = nrf51_twi_read;
    pc->write = nrf51_twi_write;
    pc->poll = nrf51_twi_poll;
    pc->silence = silence;
}

static const TypeInfo nrf51_twi_types[] = {
    {
        .name = TYPE_NRF51_TWI,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51TWI),
        .instance_init = nrf51_twi_init,
        .instance_finalize = nrf51_twi_finalize,
        .class_init = nrf51_twi_class_init,
    },
};
DEFINE_TYPES(nrf51_twi_types)
