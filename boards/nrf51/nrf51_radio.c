/*
 * nRF51 2.4 GHz radio (RADIO): registers, states, the clock of a packet
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "2.4 GHz Radio
 * (RADIO)": states, tasks, events, shortcuts, bit counter, interframe spacing,
 * device address match; Nordic's nrf51.svd for registers, bits, reset values
 * and decision points (FREQUENCY, MODE, TXPOWER and DATAWHITEIV count when the
 * radio is enabled, all others at START); nRF51822 Product Specification v3.1,
 * radio timing, for RAMP and disable times and RSSIPERIOD.
 *
 * A packet is made of its RAM at START and goes to the other boards then, as a
 * whole (nrf51_radio_air.c); its events come when its bits have gone out.
 *
 * Where the manual is silent:
 *  - a task in a state that has no arrow for it does nothing and is logged;
 *    DISABLE while disabled gives DISABLED, which drivers wait for;
 *  - STOP and DISABLE in mid-packet: it ends there on the air, without END;
 *  - START while it listens begins again, with the PACKETPTR of now: the
 *    micro:bit's DAL starts with the buffer that it is about to give away,
 *    sets the next one, and starts again; on the chip that does no harm;
 *  - RSSISTART measures once, in any of the receiver's states;
 *  - BCC counts from the bit after BCSTART; a value that has been passed, and
 *    0, match no more; BCSTART before ADDRESS or after END does nothing;
 *  - DEVMATCH and DEVMISS come in BLE mode only, if DACNF enables an address
 *    and the payload is long enough to hold one;
 *  - without the crystal it works all the same, and that is logged;
 *  - a packet that is not all in RAM is sent as zeros.
 *
 * Not modelled: TEST and OVERRIDE (registers only), the delay of the
 * transmit and receive chains, CCM encrypting the packet that is being sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio_regs.h"

#define CRC_BITS_MASK 0x00ffffff

/* Registers */

static uint32_t nrf51_radio_read(NrfPeripheral *p, unsigned reg)
{
    Nrf51Radio *s = NRF51_RADIO(p);

    nrf51_radio_settle(s);
    return reg == REG_STATE ? s->state : p->reg[reg];
}

static void nrf51_radio_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    if (reg == REG_DATAWHITEIV) {
        value |= R_DATAWHITEIV_ONE_MASK;
    }
    p->reg[reg] = value;
    if (reg == REG_BCC) {
        nrf51_radio_bcc_changed(s, now);
    }
}

static void nrf51_radio_poll(NrfPeripheral *p)
{
    nrf51_radio_settle(NRF51_RADIO(p));
}

void nrf51_radio_connect(Nrf51Radio *s, AddressSpace *ram, Nrf51Clock *clock)
{
    s->ram = ram;
    s->clock = clock;
}

static const NrfTask radio_tasks[] = {
    [TASK_TXEN]      = { A_TXEN,      "TXEN",      nrf51_radio_txen },
    [TASK_RXEN]      = { A_RXEN,      "RXEN",      nrf51_radio_rxen },
    [TASK_START]     = { A_START,     "START",     nrf51_radio_start },
    [TASK_STOP]      = { A_STOP,      "STOP",      nrf51_radio_stop },
    [TASK_DISABLE]   = { A_DISABLE,   "DISABLE",   nrf51_radio_disable },
    [TASK_RSSISTART] = { A_RSSISTART, "RSSISTART", nrf51_radio_rssistart },
    [TASK_RSSISTOP]  = { A_RSSISTOP,  "RSSISTOP",  nrf51_radio_rssistop },
    [TASK_BCSTART]   = { A_BCSTART,   "BCSTART",   nrf51_radio_bcstart },
    [TASK_BCSTOP]    = { A_BCSTOP,    "BCSTOP",    nrf51_radio_bcstop },
};

static const NrfEvent radio_events[] = {
    [EV_READY]    = { A_READY,    "READY",    0 },
    [EV_ADDRESS]  = { A_ADDRESS,  "ADDRESS",  1 },
    [EV_PAYLOAD]  = { A_PAYLOAD,  "PAYLOAD",  2 },
    [EV_END]      = { A_END,      "END",      3 },
    [EV_DISABLED] = { A_DISABLED, "DISABLED", 4 },
    [EV_DEVMATCH] = { A_DEVMATCH, "DEVMATCH", 5 },
    [EV_DEVMISS]  = { A_DEVMISS,  "DEVMISS",  6 },
    [EV_RSSIEND]  = { A_RSSIEND,  "RSSIEND",  7 },
    [EV_BCMATCH]  = { A_BCMATCH,  "BCMATCH",  10 },
};

static const NrfShort radio_shorts[] = {
    { SHORT_READY_START, EV_READY, TASK_START },
    { SHORT_END_DISABLE, EV_END, TASK_DISABLE },
    { SHORT_DISABLED_TXEN, EV_DISABLED, TASK_TXEN },
    { SHORT_DISABLED_RXEN, EV_DISABLED, TASK_RXEN },
    { SHORT_ADDRESS_RSSISTART, EV_ADDRESS, TASK_RSSISTART },
    { SHORT_END_START, EV_END, TASK_START },
    { SHORT_ADDRESS_BCSTART, EV_ADDRESS, TASK_BCSTART },
    { SHORT_DISABLED_RSSISTOP, EV_DISABLED, TASK_RSSISTOP },
};

#define PCNF0_ALL (R_PCNF0_LFLEN_MASK | R_PCNF0_S0LEN_MASK | R_PCNF0_S1LEN_MASK)
#define PCNF1_ALL (R_PCNF1_MAXLEN_MASK | R_PCNF1_STATLEN_MASK | \
                   R_PCNF1_BALEN_MASK | R_PCNF1_ENDIAN_MASK | \
                   R_PCNF1_WHITEEN_MASK)

#define DEVICE_DAB(n) \
    [REG_DAB + (n)] = { A_DAB0 + 4 * (n), "DAB" #n, 0, UINT32_MAX }
#define DEVICE_DAP(n) \
    [REG_DAP + (n)] = { A_DAP0 + 4 * (n), "DAP" #n, 0, R_DAP0_PREFIX_MASK }
#define OVERRIDE(n, mask) \
    [REG_OVERRIDE + (n)] = { A_OVERRIDE0 + 4 * (n), "OVERRIDE" #n, 0, (mask) }

static const NrfRegister radio_registers[] = {
    [REG_CRCSTATUS] = { A_CRCSTATUS, "CRCSTATUS", 0, 0, NRF_RO },
    [REG_RXMATCH] = { A_RXMATCH, "RXMATCH", 0, 0, NRF_RO },
    [REG_RXCRC] = { A_RXCRC, "RXCRC", 0, 0, NRF_RO },
    [REG_DAI] = { A_DAI, "DAI", 0, 0, NRF_RO },
    [REG_PACKETPTR] = { A_PACKETPTR, "PACKETPTR", 0, UINT32_MAX },
    [REG_FREQUENCY] = { A_FREQUENCY, "FREQUENCY", 2, R_FREQUENCY_OFFSET_MASK },
    [REG_TXPOWER] = { A_TXPOWER, "TXPOWER", 0, R_TXPOWER_DBM_MASK },
    [REG_MODE] = { A_MODE, "MODE", 0, R_MODE_MODE_MASK },
    [REG_PCNF0] = { A_PCNF0, "PCNF0", 0, PCNF0_ALL },
    [REG_PCNF1] = { A_PCNF1, "PCNF1", 0, PCNF1_ALL },
    [REG_BASE0] = { A_BASE0, "BASE0", 0, UINT32_MAX },
    [REG_BASE1] = { A_BASE1, "BASE1", 0, UINT32_MAX },
    [REG_PREFIX0] = { A_PREFIX0, "PREFIX0", 0, UINT32_MAX },
    [REG_PREFIX1] = { A_PREFIX1, "PREFIX1", 0, UINT32_MAX },
    [REG_TXADDRESS] = { A_TXADDRESS, "TXADDRESS", 0,
                        R_TXADDRESS_NUMBER_MASK },
    [REG_RXADDRESSES] = { A_RXADDRESSES, "RXADDRESSES", 0,
                          R_RXADDRESSES_ENABLED_MASK },
    [REG_CRCCNF] = { A_CRCCNF, "CRCCNF", 0,
                     R_CRCCNF_LEN_MASK | R_CRCCNF_SKIPADDR_MASK },
    [REG_CRCPOLY] = { A_CRCPOLY, "CRCPOLY", 0, CRC_BITS_MASK },
    [REG_CRCINIT] = { A_CRCINIT, "CRCINIT", 0, CRC_BITS_MASK },
    [REG_TEST] = { A_TEST, "TEST", 0,
                   R_TEST_CONSTCARRIER_MASK | R_TEST_PLLLOCK_MASK },
    [REG_TIFS] = { A_TIFS, "TIFS", 0, R_TIFS_SPACING_MASK },
    [REG_RSSISAMPLE] = { A_RSSISAMPLE, "RSSISAMPLE", 0, 0, NRF_RO },
    [REG_STATE] = { A_STATE, "STATE", 0, 0, NRF_RO },
    [REG_DATAWHITEIV] = { A_DATAWHITEIV, "DATAWHITEIV",
                          R_DATAWHITEIV_ONE_MASK, R_DATAWHITEIV_IV_MASK },
    [REG_BCC] = { A_BCC, "BCC", 0, UINT32_MAX },
    DEVICE_DAB(0), DEVICE_DAB(1), DEVICE_DAB(2), DEVICE_DAB(3),
    DEVICE_DAB(4), DEVICE_DAB(5), DEVICE_DAB(6), DEVICE_DAB(7),
    DEVICE_DAP(0), DEVICE_DAP(1), DEVICE_DAP(2), DEVICE_DAP(3),
    DEVICE_DAP(4), DEVICE_DAP(5), DEVICE_DAP(6), DEVICE_DAP(7),
    [REG_DACNF] = { A_DACNF, "DACNF", 0,
                    R_DACNF_ENA_MASK | R_DACNF_TXADD_MASK },
    OVERRIDE(0, UINT32_MAX), OVERRIDE(1, UINT32_MAX), OVERRIDE(2, UINT32_MAX),
    OVERRIDE(3, UINT32_MAX),
    OVERRIDE(4, R_OVERRIDE4_VALUE_MASK | R_OVERRIDE4_ENABLE_MASK),
};

static const NrfPeripheralInfo radio_info = {
    .tasks = radio_tasks,
    .num_tasks = ARRAY_SIZE(radio_tasks),
    .events = radio_events,
    .num_events = ARRAY_SIZE(radio_events),
    .shorts = radio_shorts,
    .num_shorts = ARRAY_SIZE(radio_shorts),
    .registers = radio_registers,
    .num_registers = ARRAY_SIZE(radio_registers),
};

static void nrf51_radio_init(Object *obj)
{
    Nrf51Radio *s = NRF51_RADIO(obj);
    Nrf51RadioAlarm i;

    timer_init_ns(&s->timer, QEMU_CLOCK_VIRTUAL, nrf51_radio_expired, s);
    for (i = 0; i < ALARM_COUNT; i++) {
        s->due[i] = INT64_MAX;
    }
    s->count_from = NRF51_RADIO_NOT_COUNTING;
    nrf51_radio_air_init(s);
}

static void nrf51_radio_realize(DeviceState *dev, Error **errp)
{
    Nrf51Radio *s = NRF51_RADIO(dev);

    assert(s->ram && s->clock); /* the SoC connects them first */
    nrf51_radio_air_open(s);
}

static void nrf51_radio_unrealize(DeviceState *dev)
{
    nrf51_radio_air_close(NRF51_RADIO(dev));
}

static void nrf51_radio_finalize(Object *obj)
{
    timer_del(&NRF51_RADIO(obj)->timer);
}

static int nrf51_radio_post_load(void *opaque, int version_id)
{
    Nrf51Radio *s = opaque;

    return s->mode < NRF51_RADIO_MODES ? 0 : -EINVAL;
}

static const Property nrf51_radio_properties[] = {
    DEFINE_PROP_NETDEV("netdev", Nrf51Radio, nic_conf.peers),
};

static const VMStateDescription vmstate_nrf51_radio = {
    .name = TYPE_NRF51_RADIO,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_radio_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Radio),
        VMSTATE_TIMER(timer, Nrf51Radio),
        VMSTATE_INT64_ARRAY(due, Nrf51Radio, ALARM_COUNT),
        VMSTATE_INT64(synced, Nrf51Radio),
        VMSTATE_UINT8(state, Nrf51Radio),
        VMSTATE_UINT8(mode, Nrf51Radio),
        VMSTATE_UINT8(white_iv, Nrf51Radio),
        VMSTATE_INT8(power_dbm, Nrf51Radio),
        VMSTATE_UINT16(frequency_mhz, Nrf51Radio),
        VMSTATE_INT64(last_end, Nrf51Radio),
        VMSTATE_INT64(count_from, Nrf51Radio),
        VMSTATE_BOOL(after_address, Nrf51Radio),
        VMSTATE_UINT32(sequence, Nrf51Radio),
        VMSTATE_INT64(sent_start, Nrf51Radio),
        VMSTATE_STRUCT(rx, Nrf51Radio, 1, vmstate_nrf51_radio_reception,
                       Nrf51RadioReception),
        VMSTATE_STRUCT_ARRAY(signal, Nrf51Radio, NRF51_RADIO_SIGNALS, 1,
                             vmstate_nrf51_radio_signal, Nrf51RadioSignal),
        VMSTATE_UINT32(path_loss_db, Nrf51Radio),
        VMSTATE_UINT32(distance_mm, Nrf51Radio),
        VMSTATE_UINT32(grace_us, Nrf51Radio),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_radio_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 2.4 GHz radio";
    dc->realize = nrf51_radio_realize;
    dc->unrealize = nrf51_radio_unrealize;
    dc->vmsd = &vmstate_nrf51_radio;
    device_class_set_props(dc, nrf51_radio_properties);
    nrf51_radio_air_add_properties(klass);
    pc->info = &radio_info;
    pc->read = nrf51_radio_read;
    pc->write = nrf51_radio_write;
    pc->poll = nrf51_radio_poll;
    pc->silence = nrf51_radio_silence;
}

static const TypeInfo nrf51_radio_types[] = {
    {
        .name = TYPE_NRF51_RADIO,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Radio),
        .instance_init = nrf51_radio_init,
        .instance_finalize = nrf51_radio_finalize,
        .class_init = nrf51_radio_class_init,
    },
};
DEFINE_TYPES(nrf51_radio_types)
