/*
 * nRF51 random number generator (RNG)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Random Number
 * Generator (RNG)"; nRF51822 Product Specification v3.1 for the time of a
 * value with and without bias correction; Nordic's nrf51.svd for the
 * registers.
 *
 * From START to STOP a new value comes every 167 us, or every 677 us with
 * CONFIG.DERCEN.
 *
 * Where the sources are silent: START while it runs does nothing; a value
 * whose generation has begun takes the time that DERCEN asked for then; STOP
 * discards the value under way and VALUE keeps the last one.
 *
 * Not modelled: that the time varies from value to value; the bias without
 * DERCEN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/guest-random.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_rng.h"

/* clang-format off */
REG32(START,  0x000)
REG32(STOP,   0x004)
REG32(VALRDY, 0x100)
REG32(CONFIG, 0x504)
    FIELD(CONFIG, DERCEN, 0, 1) /* bias correction */
REG32(VALUE,  0x508)
/* clang-format on */

#define RAW_NS       (167 * SCALE_US)
#define CORRECTED_NS (677 * SCALE_US)

enum { TASK_START, TASK_STOP };
enum { EV_VALRDY };
enum { REG_CONFIG, REG_VALUE };

static void begin_value(Nrf51RNG *s, int64_t now_ns)
{
    uint32_t config = NRF_PERIPHERAL(s)->reg[REG_CONFIG];

    s->due_ns = now_ns +
                (FIELD_EX32(config, CONFIG, DERCEN) ? CORRECTED_NS : RAW_NS);
    timer_mod(&s->value, s->due_ns);
}

static void value_ready(void *opaque)
{
    Nrf51RNG *s = opaque;
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    uint8_t value;

    qemu_guest_getrandom_nofail(&value, sizeof(value));
    p->reg[REG_VALUE] = value;
    begin_value(s, s->due_ns); /* STOP, by a short or PPI, may follow */
    nrf_event(p, EV_VALRDY);
}

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51RNG *s = NRF51_RNG(p);

    if (!timer_pending(&s->value)) {
        begin_value(s, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    timer_del(&NRF51_RNG(p)->value);
}

static void silence(NrfPeripheral *p)
{
    timer_del(&NRF51_RNG(p)->value);
}

static const NrfTask rng_tasks[] = {
    [TASK_START] = { A_START, "START", task_start },
    [TASK_STOP]  = { A_STOP,  "STOP",  task_stop },
};

static const NrfEvent rng_events[] = {
    [EV_VALRDY] = { A_VALRDY, "VALRDY", 0 },
};

static const NrfShort rng_shorts[] = {
    { 0, EV_VALRDY, TASK_STOP },
};

static const NrfRegister rng_registers[] = {
    [REG_CONFIG] = { A_CONFIG, "CONFIG", 0, R_CONFIG_DERCEN_MASK },
    [REG_VALUE] = { A_VALUE, "VALUE", 0, 0, NRF_RO },
};

static const NrfPeripheralInfo rng_info = {
    .tasks = rng_tasks,
    .num_tasks = ARRAY_SIZE(rng_tasks),
    .events = rng_events,
    .num_events = ARRAY_SIZE(rng_events),
    .shorts = rng_shorts,
    .num_shorts = ARRAY_SIZE(rng_shorts),
    .registers = rng_registers,
    .num_registers = ARRAY_SIZE(rng_registers),
};

static void nrf51_rng_init(Object *obj)
{
    Nrf51RNG *s = NRF51_RNG(obj);

    timer_init_ns(&s->value, QEMU_CLOCK_VIRTUAL, value_ready, s);
}

static void nrf51_rng_finalize(Object *obj)
{
    timer_del(&NRF51_RNG(obj)->value);
}

static const VMStateDescription vmstate_nrf51_rng = {
    .name = TYPE_NRF51_RNG,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51RNG),
        VMSTATE_TIMER(value, Nrf51RNG),
        VMSTATE_INT64(due_ns, Nrf51RNG),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_rng_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 RNG";
    dc->vmsd = &vmstate_nrf51_rng;
    pc->info = &rng_info;
    pc->silence = silence;
}

static const TypeInfo nrf51_rng_types[] = {
    {
        .name = TYPE_NRF51_RNG,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51RNG),
        .instance_init = nrf51_rng_init,
        .instance_finalize = nrf51_rng_finalize,
        .class_init = nrf51_rng_class_init,
    },
};
DEFINE_TYPES(nrf51_rng_types)
