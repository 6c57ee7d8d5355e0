/*
 * nRF51 analog to digital converter (ADC)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Analog to Digital
 * Converter (ADC)"; nRF51822 Product Specification v3.1 for the times of a
 * conversion, the reference of 1.2 V and the pins; Nordic's nrf51.svd for the
 * registers; nRF51822 Product Anomaly Notification.
 *
 * One START is one conversion, of 20, 36 or 68 us for 8, 9 or 10 bits.
 * RESULT is the voltage of the input, times its prescaling, in parts of the
 * reference (times its own): 2^bits parts, all ones from there on.
 *
 * Where the sources are silent:
 *  - voltage and CONFIG are those of the end of the conversion;
 *  - RESULT is rounded down, as an ideal converter does;
 *  - START during a conversion or while disabled does nothing; STOP, and
 *    ENABLE 0, end the conversion without an event and leave RESULT;
 *  - several bits in PSEL join these inputs: the mean of their voltages;
 *  - no input or no reference selected, and the reserved codes of INPSEL and
 *    RES, convert 0 V; a reference of 0 V or less gives all ones if the input
 *    is above it;
 *  - a voltage below 0 is 0.
 *
 * Not modelled: noise, offset and gain errors, the load of the input on its
 * net, the limits of an external reference (0.83 to 1.3 V), and the current
 * the converter draws until STOP (PAN 1, chip revision 1 only).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_adc.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,  0x000)
REG32(STOP,   0x004)
REG32(END,    0x100)
REG32(BUSY,   0x400)
REG32(ENABLE, 0x500)
    FIELD(ENABLE, ENABLE, 0, 2)
REG32(CONFIG, 0x504)
    FIELD(CONFIG, RES, 0, 2)        /* 8, 9, 10 bits */
    FIELD(CONFIG, INPSEL, 2, 3)
    FIELD(CONFIG, REFSEL, 5, 2)
    FIELD(CONFIG, PSEL, 8, 8)       /* bit n: analog input n */
    FIELD(CONFIG, EXTREFSEL, 16, 2) /* bit n: analog reference n */
REG32(RESULT, 0x508)
/* clang-format on */

#define CONFIG_RESET 0x18 /* supply / 3 as input */
#define CONFIG_MASK  (R_CONFIG_RES_MASK | R_CONFIG_INPSEL_MASK | \
                      R_CONFIG_REFSEL_MASK | R_CONFIG_PSEL_MASK | \
                      R_CONFIG_EXTREFSEL_MASK)
#define ENABLED      1
#define VBG_MV       1200
#define PIN_AREF0    0 /* product specification, pin assignments */
#define PIN_AREF1    6
#define PIN_SUPPLY   0 /* any pin's net has the supply of the chip */

/* Voltages are in sixths of a millivolt: prescaling is by 1/3, 1/2, 2/3. */
#define UNIT 6

enum { EV_END };
enum { REG_BUSY, REG_ENABLE, REG_CONFIG, REG_RESULT };
enum { REF_VBG, REF_EXTERNAL, REF_SUPPLY_HALF, REF_SUPPLY_THIRD };

static const int64_t conversion_ns[] = {
    20 * SCALE_US, 36 * SCALE_US, 68 * SCALE_US,
    68 * SCALE_US, /* reserved */
};

static const struct {
    bool supply;
    uint8_t sixths;
} inputs[] = {
    [0] = { false, 6 },
    [1] = { false, 4 },
    [2] = { false, 2 },
    [5] = { true, 4 },
    [6] = { true, 2 },
    [7] = { false, 0 },
};

static uint32_t *reg_of(Nrf51Adc *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static int64_t pin_mv(Nrf51Adc *s, unsigned pin)
{
    return board_net_mv(nrf51_pin_net(s->gpio, pin));
}

static int64_t supply_mv(Nrf51Adc *s)
{
    return board_net_vdd_mv(nrf51_pin_net(s->gpio, PIN_SUPPLY));
}

/* The mean of the inputs that PSEL selects */
static int64_t input_mv(Nrf51Adc *s)
{
    unsigned psel = FIELD_EX32(reg_of(s)[REG_CONFIG], CONFIG, PSEL);
    int64_t sum_mv = 0;
    unsigned ain;

    for (ain = 0; ain < NRF51_AIN_PINS; ain++) {
        if (psel & BIT(ain)) {
            sum_mv += pin_mv(s, nrf51_ain_pin(ain));
        }
    }
    return psel ? sum_mv / ctpop32(psel) : 0;
}

/* What is converted, in units */
static int64_t input(Nrf51Adc *s)
{
    unsigned i = FIELD_EX32(reg_of(s)[REG_CONFIG], CONFIG, INPSEL);
    int64_t mv = inputs[i].supply ? supply_mv(s) : input_mv(s);

    return MAX(mv, 0) * inputs[i].sixths;
}

static int64_t external_mv(Nrf51Adc *s)
{
    switch (FIELD_EX32(reg_of(s)[REG_CONFIG], CONFIG, EXTREFSEL)) {
    case 1:
        return pin_mv(s, PIN_AREF0);
    case 2:
        return pin_mv(s, PIN_AREF1);
    case 3: /* both */
        return (pin_mv(s, PIN_AREF0) + pin_mv(s, PIN_AREF1)) / 2;
    default:
        return 0;
    }
}

/* What it is compared with, in units */
static int64_t reference(Nrf51Adc *s)
{
    switch (FIELD_EX32(reg_of(s)[REG_CONFIG], CONFIG, REFSEL)) {
    case REF_VBG:
        return VBG_MV * UNIT;
    case REF_EXTERNAL:
        return external_mv(s) * UNIT;
    case REF_SUPPLY_HALF:
        return supply_mv(s) * UNIT / 2;
    default: /* REF_SUPPLY_THIRD */
        return supply_mv(s) * UNIT / 3;
    }
}

static uint32_t convert(Nrf51Adc *s)
{
    unsigned res = FIELD_EX32(reg_of(s)[REG_CONFIG], CONFIG, RES);
    int64_t full = INT64_C(1) << (8 + MIN(res, 2));
    int64_t in = input(s);
    int64_t ref = reference(s);

    if (in <= 0) {
        return 0;
    }
    if (in >= ref) {
        return full - 1;
    }
    return in * full / ref;
}

static void converted(void *opaque)
{
    Nrf51Adc *s = opaque;
    int64_t outer = nrf_time_begin(s->end_ns);

    reg_of(s)[REG_BUSY] = 0;
    reg_of(s)[REG_RESULT] = convert(s);
    trace_bw_nrf51_adc_result(DEVICE(s)->canonical_path,
                              reg_of(s)[REG_CONFIG], reg_of(s)[REG_RESULT]);
    nrf_event(NRF_PERIPHERAL(s), EV_END);
    nrf_time_end(outer);
}

static void abandon(Nrf51Adc *s)
{
    timer_del(&s->conversion);
    reg_of(s)[REG_BUSY] = 0;
}

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Adc *s = NRF51_ADC(p);
    unsigned res = FIELD_EX32(p->reg[REG_CONFIG], CONFIG, RES);

    if (p->reg[REG_ENABLE] != ENABLED) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      DEVICE(s)->canonical_path);
        return;
    }
    if (p->reg[REG_BUSY]) {
        return;
    }
    p->reg[REG_BUSY] = 1;
    s->end_ns = nrf_time() + conversion_ns[res];
    timer_mod(&s->conversion, s->end_ns);
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    abandon(NRF51_ADC(p));
}

static void silence(NrfPeripheral *p)
{
    timer_del(&NRF51_ADC(p)->conversion);
}

static void nrf51_adc_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    p->reg[reg] = value;
    if (reg == REG_ENABLE && value != ENABLED) {
        abandon(NRF51_ADC(p));
    }
}

static const NrfTask adc_tasks[] = {
    { A_START, "START", task_start },
    { A_STOP, "STOP", task_stop },
};

static const NrfEvent adc_events[] = {
    [EV_END] = { A_END, "END", 0 },
};

static const NrfRegister adc_registers[] = {
    [REG_BUSY]   = { A_BUSY,   "BUSY",   0, 0, NRF_RO },
    [REG_ENABLE] = { A_ENABLE, "ENABLE", 0, R_ENABLE_ENABLE_MASK },
    [REG_CONFIG] = { A_CONFIG, "CONFIG", CONFIG_RESET, CONFIG_MASK },
    [REG_RESULT] = { A_RESULT, "RESULT", 0, 0, NRF_RO },
};

static const NrfPeripheralInfo adc_info = {
    .tasks = adc_tasks,
    .num_tasks = ARRAY_SIZE(adc_tasks),
    .events = adc_events,
    .num_events = ARRAY_SIZE(adc_events),
    .registers = adc_registers,
    .num_registers = ARRAY_SIZE(adc_registers),
};

void nrf51_adc_connect(Nrf51Adc *s, Nrf51Gpio *gpio)
{
    s->gpio = gpio;
}

static void nrf51_adc_init(Object *obj)
{
    Nrf51Adc *s = NRF51_ADC(obj);

    timer_init_ns(&s->conversion, QEMU_CLOCK_VIRTUAL, converted, s);
}

static void nrf51_adc_realize(DeviceState *dev, Error **errp)
{
    if (!NRF51_ADC(dev)->gpio) {
        error_setg(errp, "not connected to any pins");
    }
}

static void nrf51_adc_finalize(Object *obj)
{
    timer_del(&NRF51_ADC(obj)->conversion);
}

static const VMStateDescription vmstate_nrf51_adc = {
    .name = TYPE_NRF51_ADC,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Adc),
        VMSTATE_TIMER(conversion, Nrf51Adc),
        VMSTATE_INT64(end_ns, Nrf51Adc),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_adc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 ADC";
    dc->realize = nrf51_adc_realize;
    dc->vmsd = &vmstate_nrf51_adc;
    pc->info = &adc_info;
    pc->write = nrf51_adc_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_adc_types[] = {
    {
        .name = TYPE_NRF51_ADC,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Adc),
        .instance_init = nrf51_adc_init,
        .instance_finalize = nrf51_adc_finalize,
        .class_init = nrf51_adc_class_init,
    },
};
DEFINE_TYPES(nrf51_adc_types)
