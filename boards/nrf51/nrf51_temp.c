/*
 * nRF51 die temperature sensor (TEMP)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Temperature sensor
 * (TEMP)"; nRF51822 Product Specification v3.1 for the 35 us; Nordic's
 * nrf51.svd for the registers; nRF51822 Product Anomaly Notification for
 * what revision 1 of the chip does.
 *
 * One START is one measurement of 35 us.  TEMP holds the die's temperature at
 * its end, in 0.25 degrees Celsius, as a signed number of 32 bits.
 *
 * Where the sources are silent: START during a measurement does nothing; STOP
 * ends it without an event and TEMP keeps the last value; temperatures
 * between two codes are rounded to the nearer one.
 *
 * Not modelled: accuracy, noise, the current the sensor draws.  Of revision
 * 1, which the micro:bit does not carry: TEMP of 10 bits without sign (PAN
 * 28), TEMP cleared by STOP (PAN 29), the sensor that stays on (PAN 30), the
 * wrong offset (PAN 31).  The cures in drivers are harmless here: a STOP
 * after TEMP was read, a sign extension of bit 9, and 0 written to the
 * undocumented register at 0x504, which keeps its value and has no effect.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_temp.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,     0x000)
REG32(STOP,      0x004)
REG32(DATARDY,   0x100)
REG32(OFFSET504, 0x504) /* undocumented; anomaly 31 writes it */
REG32(TEMP,      0x508)
/* clang-format on */

#define MEASUREMENT_NS (35 * SCALE_US)
#define MC_PER_CODE    250     /* 1 LSB = 0.25 degrees Celsius */
#define MIN_MC         -128000 /* code -512 */
#define MAX_MC         127750  /* code 511 */
#define DEFAULT_MC     25000

enum { EV_DATARDY };
enum { REG_OFFSET504, REG_TEMP };

static int32_t code_of(int32_t mc)
{
    int32_t half = mc < 0 ? -MC_PER_CODE / 2 : MC_PER_CODE / 2;

    return (mc + half) / MC_PER_CODE;
}

static void measured(void *opaque)
{
    Nrf51Temp *s = opaque;
    NrfPeripheral *p = NRF_PERIPHERAL(s);

    p->reg[REG_TEMP] = code_of(s->temperature_mc);
    trace_bw_nrf51_temp_measured(DEVICE(s)->canonical_path,
                                 s->temperature_mc);
    nrf_event(p, EV_DATARDY);
}

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Temp *s = NRF51_TEMP(p);

    if (!timer_pending(&s->measurement)) {
        timer_mod(&s->measurement,
                  qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + MEASUREMENT_NS);
    }
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    timer_del(&NRF51_TEMP(p)->measurement);
}

static void silence(NrfPeripheral *p)
{
    timer_del(&NRF51_TEMP(p)->measurement);
}

static const NrfTask temp_tasks[] = {
    { A_START, "START", task_start },
    { A_STOP, "STOP", task_stop },
};

static const NrfEvent temp_events[] = {
    [EV_DATARDY] = { A_DATARDY, "DATARDY", 0 },
};

static const NrfRegister temp_registers[] = {
    [REG_OFFSET504] = { A_OFFSET504, "0x504", 0, UINT32_MAX },
    [REG_TEMP] = { A_TEMP, "TEMP", 0, 0, NRF_RO },
};

static const NrfPeripheralInfo temp_info = {
    .tasks = temp_tasks,
    .num_tasks = ARRAY_SIZE(temp_tasks),
    .events = temp_events,
    .num_events = ARRAY_SIZE(temp_events),
    .registers = temp_registers,
    .num_registers = ARRAY_SIZE(temp_registers),
};

static void nrf51_temp_init(Object *obj)
{
    Nrf51Temp *s = NRF51_TEMP(obj);

    timer_init_ns(&s->measurement, QEMU_CLOCK_VIRTUAL, measured, s);
    s->temperature_mc = DEFAULT_MC;
}

static void nrf51_temp_finalize(Object *obj)
{
    timer_del(&NRF51_TEMP(obj)->measurement);
}

static const VMStateDescription vmstate_nrf51_temp = {
    .name = TYPE_NRF51_TEMP,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Temp),
        VMSTATE_TIMER(measurement, Nrf51Temp),
        VMSTATE_INT32(temperature_mc, Nrf51Temp),
        VMSTATE_END_OF_LIST()
    }
};

static void get_temperature(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    int32_t mc = NRF51_TEMP(obj)->temperature_mc;

    visit_type_int32(v, name, &mc, errp);
}

static void set_temperature(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    int64_t mc;

    if (!visit_type_int(v, name, &mc, errp)) {
        return;
    }
    if (mc < MIN_MC || mc > MAX_MC) {
        error_setg(errp,
                   "%s %" PRId64 " is out of range; it is in 0.001 degrees "
                   "Celsius, from %d to %d",
                   name, mc, MIN_MC, MAX_MC);
        return;
    }
    NRF51_TEMP(obj)->temperature_mc = mc;
}

static void nrf51_temp_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 TEMP";
    dc->vmsd = &vmstate_nrf51_temp;
    pc->info = &temp_info;
    pc->silence = silence;
    object_class_property_add(klass, "temperature", "int", get_temperature,
                              set_temperature, NULL, NULL);
    object_class_property_set_description(
        klass, "temperature", "of the die, in 0.001 degrees Celsius");
}

static const TypeInfo nrf51_temp_types[] = {
    {
        .name = TYPE_NRF51_TEMP,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Temp),
        .instance_init = nrf51_temp_init,
        .instance_finalize = nrf51_temp_finalize,
        .class_init = nrf51_temp_class_init,
    },
};
DEFINE_TYPES(nrf51_temp_types)
