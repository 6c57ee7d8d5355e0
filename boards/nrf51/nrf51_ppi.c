/*
 * nRF51 programmable peripheral interconnect (PPI)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Programmable
 * Peripheral Interconnect (PPI)"; Nordic's nrf51.svd for the registers.
 *
 * A channel joins one event to one task, both named by register address.
 * Events arrive over the wire of boards/nrf/nrf_peripheral.c and tasks are
 * triggered over it, so a peripheral takes part once it is built on that base
 * and connected.
 *
 * Not modelled: the one cycle a channel takes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_ppi.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(CHG0_EN, 0x000)           /* eight tasks: CHG[n].EN, CHG[n].DIS */
REG32(CHEN,    0x500)
REG32(CHENSET, 0x504)
REG32(CHENCLR, 0x508)
REG32(CH0_EEP, 0x510)           /* 16 pairs: event end point, */
REG32(CH0_TEP, 0x514)           /* task end point */
REG32(CHG0,    0x800)           /* four groups of channels */
/* clang-format on */

#define CHANNELS_MASK 0xfff0ffff /* 0 to 15, 20 to 31 */
#define FIRST_FIXED   20
#define IO_BASE       0x40000000
#define IO_MASK       0xfffe0000 /* peripheral number and offset left out */

enum {
    REG_CHEN,
    REG_CHENSET,
    REG_CHENCLR,
    REG_CHG,
    REG_CH = REG_CHG + NRF51_PPI_GROUPS, /* EEP, TEP, EEP, TEP ... */
    REG_COUNT = REG_CH + 2 * NRF51_PPI_CHANNELS,
};

/* Channels 20 to 31: both ends are fixed; manual, "Pre-programmed channels" */
static const struct {
    uint32_t event;
    uint32_t task;
} fixed[] = {
    { 0x40008140, 0x40001000 }, /* TIMER0 COMPARE0, RADIO TXEN */
    { 0x40008140, 0x40001004 }, /* TIMER0 COMPARE0, RADIO RXEN */
    { 0x40008144, 0x40001010 }, /* TIMER0 COMPARE1, RADIO DISABLE */
    { 0x40001128, 0x4000f000 }, /* RADIO BCMATCH, AAR START */
    { 0x40001100, 0x4000f000 }, /* RADIO READY, CCM KSGEN */
    { 0x40001104, 0x4000f004 }, /* RADIO ADDRESS, CCM CRYPT */
    { 0x40001104, 0x40008044 }, /* RADIO ADDRESS, TIMER0 CAPTURE1 */
    { 0x4000110c, 0x40008048 }, /* RADIO END, TIMER0 CAPTURE2 */
    { 0x4000b140, 0x40001000 }, /* RTC0 COMPARE0, RADIO TXEN */
    { 0x4000b140, 0x40001004 }, /* RTC0 COMPARE0, RADIO RXEN */
    { 0x4000b140, 0x4000800c }, /* RTC0 COMPARE0, TIMER0 CLEAR */
    { 0x4000b140, 0x40008000 }, /* RTC0 COMPARE0, TIMER0 START */
};

static void trigger(Nrf51PPI *s, unsigned channel, uint32_t task)
{
    NrfPeripheral *target = NULL;

    trace_bw_nrf51_ppi_channel(channel, task);
    if ((task & IO_MASK) == IO_BASE) {
        target = s->target[extract32(task, 12, 5)];
    }
    if (!target) {
        qemu_log_mask(LOG_UNIMP,
                      "%s: channel %u: task 0x%08x is not on the wire\n",
                      DEVICE(s)->canonical_path, channel, task);
    } else if (!nrf_trigger_task(target, extract32(task, 0, 12))) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: channel %u: no task at 0x%08x\n",
                      DEVICE(s)->canonical_path, channel, task);
    }
}

static void ppi_event(void *opaque, NrfPeripheral *source, uint16_t offset)
{
    Nrf51PPI *s = opaque;
    const uint32_t *reg = NRF_PERIPHERAL(s)->reg;
    uint32_t enabled = reg[REG_CHEN];
    unsigned i;

    for (i = 0; i < NRF51_PPI_CHANNELS; i++) {
        if ((enabled & BIT(i)) &&
            reg[REG_CH + 2 * i] == source->base + offset) {
            trigger(s, i, reg[REG_CH + 2 * i + 1]);
        }
    }
    for (i = 0; i < ARRAY_SIZE(fixed); i++) {
        if ((enabled & BIT(FIRST_FIXED + i)) &&
            fixed[i].event == source->base + offset) {
            trigger(s, FIRST_FIXED + i, fixed[i].task);
        }
    }
}

void nrf51_ppi_connect(Nrf51PPI *s, NrfPeripheral *p, hwaddr base)
{
    assert((base & IO_MASK) == IO_BASE);
    s->target[extract32(base, 12, 5)] = p;
    nrf_connect_events(p, base, ppi_event, s);
}

static void task_enable_group(NrfPeripheral *p, unsigned group)
{
    p->reg[REG_CHEN] |= p->reg[REG_CHG + group];
}

static void task_disable_group(NrfPeripheral *p, unsigned group)
{
    p->reg[REG_CHEN] &= ~p->reg[REG_CHG + group];
}

static uint32_t nrf51_ppi_read(NrfPeripheral *p, unsigned reg)
{
    return reg <= REG_CHENCLR ? p->reg[REG_CHEN] : p->reg[reg];
}

static void nrf51_ppi_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    switch (reg) {
    case REG_CHENSET:
        p->reg[REG_CHEN] |= value;
        break;
    case REG_CHENCLR:
        p->reg[REG_CHEN] &= ~value;
        break;
    default:
        p->reg[reg] = value;
        break;
    }
}

#define GROUP_TASKS(n)                                                  \
    { A_CHG0_EN + 8 * (n), "CHG" #n ".EN", task_enable_group, (n) },    \
    { A_CHG0_EN + 8 * (n) + 4, "CHG" #n ".DIS", task_disable_group, (n) }

static const NrfTask ppi_tasks[] = {
    GROUP_TASKS(0),
    GROUP_TASKS(1),
    GROUP_TASKS(2),
    GROUP_TASKS(3),
};

#define GROUP(n) \
    [REG_CHG + (n)] = { A_CHG0 + 4 * (n), "CHG" #n, 0, CHANNELS_MASK }
#define CHANNEL(n)                                                      \
    [REG_CH + 2 * (n)] = { A_CH0_EEP + 8 * (n), "CH" #n ".EEP", 0,      \
                           UINT32_MAX },                                \
    [REG_CH + 2 * (n) + 1] = { A_CH0_TEP + 8 * (n), "CH" #n ".TEP", 0,  \
                               UINT32_MAX }

static const NrfRegister ppi_registers[REG_COUNT] = {
    [REG_CHEN] = { A_CHEN, "CHEN", 0, CHANNELS_MASK },
    [REG_CHENSET] = { A_CHENSET, "CHENSET", 0, CHANNELS_MASK },
    [REG_CHENCLR] = { A_CHENCLR, "CHENCLR", 0, CHANNELS_MASK },
    GROUP(0), GROUP(1), GROUP(2), GROUP(3),
    CHANNEL(0), CHANNEL(1), CHANNEL(2), CHANNEL(3),
    CHANNEL(4), CHANNEL(5), CHANNEL(6), CHANNEL(7),
    CHANNEL(8), CHANNEL(9), CHANNEL(10), CHANNEL(11),
    CHANNEL(12), CHANNEL(13), CHANNEL(14), CHANNEL(15),
};

static const NrfPeripheralInfo ppi_info = {
    .tasks = ppi_tasks,
    .num_tasks = ARRAY_SIZE(ppi_tasks),
    .registers = ppi_registers,
    .num_registers = ARRAY_SIZE(ppi_registers),
};

static const VMStateDescription vmstate_nrf51_ppi = {
    .name = TYPE_NRF51_PPI,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51PPI),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_ppi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 PPI";
    dc->vmsd = &vmstate_nrf51_ppi;
    pc->info = &ppi_info;
    pc->read = nrf51_ppi_read;
    pc->write = nrf51_ppi_write;
}

static const TypeInfo nrf51_ppi_types[] = {
    {
        .name = TYPE_NRF51_PPI,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51PPI),
        .class_init = nrf51_ppi_class_init,
    },
};
DEFINE_TYPES(nrf51_ppi_types)
