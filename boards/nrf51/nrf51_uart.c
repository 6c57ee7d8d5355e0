/*
 * nRF51 universal asynchronous receiver/transmitter (UART0): registers
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Universal Asynchronous
 * Receiver/Transmitter (UART)"; Nordic's nrf51.svd for registers and bits.
 * docs/fidelity.md lists what is modelled and what is not.
 *
 * The way of a byte out: TXD (nrf_peripheral.c) -> here -> nrf51_uart_wire.c
 * -> QEMU's chardev; in: the same way back, then event -> interrupt.
 *
 * Where the sources are silent:
 *  - BAUDRATE is 250000 baud after reset (the SVD names no value), as in the
 *    later chips of the family; nothing moves while it is 0;
 *  - tasks, and writes to TXD, do nothing while ENABLE is off; switching it
 *    off ends both directions at once and without an event;
 *  - STOPRX does nothing while the receiver is off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_uart_wire.h"

/* clang-format off */
REG32(STARTRX,  0x000)
REG32(STOPRX,   0x004)
REG32(STARTTX,  0x008)
REG32(STOPTX,   0x00C)
REG32(SUSPEND,  0x01C)
REG32(CTS,      0x100)
REG32(NCTS,     0x104)
REG32(RXDRDY,   0x108)
REG32(TXDRDY,   0x11C)
REG32(ERROR,    0x124)
REG32(RXTO,     0x144)
REG32(ERRORSRC, 0x480)            /* write 1 to clear; nrf51_uart_wire.h */
REG32(ENABLE,   0x500)
    FIELD(ENABLE, ENABLE, 0, 3)
REG32(PSELRTS,  0x508)            /* pin number, or all ones */
REG32(PSELTXD,  0x50C)
REG32(PSELCTS,  0x510)
REG32(PSELRXD,  0x514)
REG32(RXD,      0x518)            /* reading takes the byte */
REG32(TXD,      0x51C)
    FIELD(TXD, TXD, 0, 8)
REG32(BAUDRATE, 0x524)            /* in 16 MHz / 2^32 */
REG32(CONFIG,   0x56C)            /* nrf51_uart_wire.h */
/* clang-format on */

#define BAUDRATE_250000 0x04000000
#define ERRORSRC_ALL    (NRF51_UART_OVERRUN | NRF51_UART_EPARITY | \
                         NRF51_UART_FRAMING | NRF51_UART_BREAK)
#define CONFIG_ALL      (NRF51_UART_HWFC | NRF51_UART_PARITY)

#define SHORT_CTS_STARTRX_BIT 3
#define SHORT_NCTS_STOPRX_BIT 4

enum { TASK_STARTRX, TASK_STOPRX, TASK_STARTTX, TASK_STOPTX, TASK_SUSPEND };

static bool is_enabled(NrfPeripheral *p)
{
    return p->reg[REG_ENABLE] == NRF51_UART_ENABLED;
}

/* Tasks */

static void task_startrx(NrfPeripheral *p, unsigned unused)
{
    if (is_enabled(p)) {
        nrf51_uart_rx_start(NRF51_UART(p));
    } else {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: STARTRX while disabled\n",
                      DEVICE(p)->canonical_path);
    }
}

static void task_stoprx(NrfPeripheral *p, unsigned unused)
{
    nrf51_uart_rx_stop(NRF51_UART(p));
}

static void task_starttx(NrfPeripheral *p, unsigned unused)
{
    if (is_enabled(p)) {
        nrf51_uart_tx_start(NRF51_UART(p));
    } else {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: STARTTX while disabled\n",
                      DEVICE(p)->canonical_path);
    }
}

static void task_stoptx(NrfPeripheral *p, unsigned unused)
{
    nrf51_uart_tx_stop(NRF51_UART(p));
}

static void task_suspend(NrfPeripheral *p, unsigned unused)
{
    nrf51_uart_tx_suspend(NRF51_UART(p));
    nrf51_uart_rx_stop(NRF51_UART(p));
}

static void silence(NrfPeripheral *p)
{
    nrf51_uart_wire_drop(NRF51_UART(p));
    nrf51_uart_rx_clear(NRF51_UART(p));
    nrf51_uart_wire_release(NRF51_UART(p));
}

/* Registers */

static void nrf51_uart_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51UART *s = NRF51_UART(p);

    switch (reg) {
    case REG_ERRORSRC:
        p->reg[REG_ERRORSRC] &= ~value;
        break;
    case REG_TXD:
        nrf51_uart_tx_byte(s, value);
        break;
    case REG_ENABLE:
        p->reg[REG_ENABLE] = value;
        if (!is_enabled(p)) {
            nrf51_uart_wire_drop(s);
        }
        nrf51_uart_wire_changed(s);
        break;
    default:
        p->reg[reg] = value;
        nrf51_uart_wire_changed(s);
        break;
    }
}

static uint32_t nrf51_uart_read(NrfPeripheral *p, unsigned reg)
{
    return reg == REG_RXD ? nrf51_uart_rx_take(NRF51_UART(p)) : p->reg[reg];
}

static void nrf51_uart_poll(NrfPeripheral *p)
{
    nrf51_uart_tx_poll(NRF51_UART(p));
}

static const NrfTask uart_tasks[] = {
    [TASK_STARTRX] = { A_STARTRX, "STARTRX", task_startrx },
    [TASK_STOPRX]  = { A_STOPRX,  "STOPRX",  task_stoprx },
    [TASK_STARTTX] = { A_STARTTX, "STARTTX", task_starttx },
    [TASK_STOPTX]  = { A_STOPTX,  "STOPTX",  task_stoptx },
    [TASK_SUSPEND] = { A_SUSPEND, "SUSPEND", task_suspend },
};

static const NrfEvent uart_events[] = {
    [EV_CTS]    = { A_CTS,    "CTS",    0 },
    [EV_NCTS]   = { A_NCTS,   "NCTS",   1 },
    [EV_RXDRDY] = { A_RXDRDY, "RXDRDY", 2 },
    [EV_TXDRDY] = { A_TXDRDY, "TXDRDY", 7 },
    [EV_ERROR]  = { A_ERROR,  "ERROR",  9 },
    [EV_RXTO]   = { A_RXTO,   "RXTO",   17 },
};

static const NrfShort uart_shorts[] = {
    { SHORT_CTS_STARTRX_BIT, EV_CTS, TASK_STARTRX },
    { SHORT_NCTS_STOPRX_BIT, EV_NCTS, TASK_STOPRX },
};

static const NrfRegister uart_registers[] = {
    [REG_ERRORSRC] = { A_ERRORSRC, "ERRORSRC", 0, ERRORSRC_ALL },
    [REG_ENABLE]   = { A_ENABLE,   "ENABLE",   0, R_ENABLE_ENABLE_MASK },
    [REG_PSELRTS]  = { A_PSELRTS,  "PSELRTS",  UINT32_MAX, UINT32_MAX },
    [REG_PSELTXD]  = { A_PSELTXD,  "PSELTXD",  UINT32_MAX, UINT32_MAX },
    [REG_PSELCTS]  = { A_PSELCTS,  "PSELCTS",  UINT32_MAX, UINT32_MAX },
    [REG_PSELRXD]  = { A_PSELRXD,  "PSELRXD",  UINT32_MAX, UINT32_MAX },
    [REG_RXD]      = { A_RXD,      "RXD",      0, 0, NRF_RO },
    [REG_TXD]      = { A_TXD,      "TXD",      0, R_TXD_TXD_MASK, NRF_WO },
    [REG_BAUDRATE] = { A_BAUDRATE, "BAUDRATE", BAUDRATE_250000, UINT32_MAX },
    [REG_CONFIG]   = { A_CONFIG,   "CONFIG",   0, CONFIG_ALL },
};

static const NrfPeripheralInfo uart_info = {
    .tasks = uart_tasks,
    .num_tasks = ARRAY_SIZE(uart_tasks),
    .events = uart_events,
    .num_events = ARRAY_SIZE(uart_events),
    .shorts = uart_shorts,
    .num_shorts = ARRAY_SIZE(uart_shorts),
    .registers = uart_registers,
    .num_registers = ARRAY_SIZE(uart_registers),
    .has_inten = true,
};

static int nrf51_uart_post_load(void *opaque, int version_id)
{
    return nrf51_uart_wire_loaded(opaque);
}

static void nrf51_uart_init(Object *obj)
{
    nrf51_uart_wire_init(NRF51_UART(obj));
}

static void nrf51_uart_realize(DeviceState *dev, Error **errp)
{
    nrf51_uart_wire_connect(NRF51_UART(dev));
}

static void nrf51_uart_finalize(Object *obj)
{
    nrf51_uart_wire_disconnect(NRF51_UART(obj));
}

static const VMStateDescription vmstate_nrf51_uart = {
    .name = TYPE_NRF51_UART,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_uart_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51UART),
        VMSTATE_TIMER(tx_end, Nrf51UART),
        VMSTATE_UINT8(tx_state, Nrf51UART),
        VMSTATE_BOOL(tx_started, Nrf51UART),
        VMSTATE_BOOL(txd_full, Nrf51UART),
        VMSTATE_UINT8(shift, Nrf51UART),
        VMSTATE_BOOL(shift_on_wire, Nrf51UART),
        VMSTATE_BOOL(out_full, Nrf51UART),
        VMSTATE_UINT8(out, Nrf51UART),
        VMSTATE_BOOL(cts_inactive, Nrf51UART),
        VMSTATE_TIMER(rx_end, Nrf51UART),
        VMSTATE_TIMER(rx_timeout, Nrf51UART),
        VMSTATE_UINT8(rx_state, Nrf51UART),
        VMSTATE_BOOL(receiving, Nrf51UART),
        VMSTATE_UINT16(coming, Nrf51UART),
        VMSTATE_UINT8(fifo_len, Nrf51UART),
        VMSTATE_UINT8_ARRAY(fifo, Nrf51UART, NRF51_UART_FIFO),
        VMSTATE_BOOL(rts_hold, Nrf51UART),
        VMSTATE_UINT8(line_len, Nrf51UART),
        VMSTATE_UINT16_ARRAY(line, Nrf51UART, NRF51_UART_LINE),
        VMSTATE_END_OF_LIST()
    }
};

static const Property nrf51_uart_properties[] = {
    DEFINE_PROP_CHR("chardev", Nrf51UART, chr),
    DEFINE_PROP_BOOL("overrun", Nrf51UART, overrun, false),
};

static void nrf51_uart_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 UART";
    dc->realize = nrf51_uart_realize;
    dc->vmsd = &vmstate_nrf51_uart;
    device_class_set_props(dc, nrf51_uart_properties);
    pc->info = &uart_info;
    pc->read = nrf51_uart_read;
    pc->write = nrf51_uart_write;
    pc->poll = nrf51_uart_poll;
    pc->silence = silence;
}

static const TypeInfo nrf51_uart_types[] = {
    {
        .name = TYPE_NRF51_UART,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51UART),
        .instance_init = nrf51_uart_init,
        .instance_finalize = nrf51_uart_finalize,
        .class_init = nrf51_uart_class_init,
    },
};
DEFINE_TYPES(nrf51_uart_types)
