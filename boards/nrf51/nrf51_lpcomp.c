/*
 * nRF51 low power comparator (LPCOMP)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Low Power Comparator
 * (LPCOMP)"; nRF51822 Product Specification v3.1 for the start-up time and the
 * pins; Nordic's nrf51.svd for the registers.
 *
 * From READY on, until STOP, the voltage of an analog input is compared with
 * eighths of the supply or with an analog reference; UP, DOWN and CROSS tell
 * when it crosses it.
 *
 * Where the sources are silent:
 *  - READY comes 40 us after START, the longest the specification allows;
 *  - the input is above the reference if it is higher, not if it is equal;
 *  - a crossing is seen at once, and SAMPLE takes no time;
 *  - a change of PSEL, REFSEL or EXTREFSEL while it runs counts at once and
 *    makes no event;
 *  - START while it runs or starts, and SAMPLE and START while it does not,
 *    or while disabled, do nothing;
 *  - of UP or DOWN and CROSS, CROSS comes second, also if a short stops the
 *    comparator at the first.
 *
 * Not modelled: offset and hysteresis; the pin that LPCOMP and ADC must not
 * share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "hw/registerfields.h"
#include "hw/resettable.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_lpcomp.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,     0x000)
REG32(STOP,      0x004)
REG32(SAMPLE,    0x008)
REG32(READY,     0x100)
REG32(DOWN,      0x104)
REG32(UP,        0x108)
REG32(CROSS,     0x10C)
REG32(RESULT,    0x400)
REG32(ENABLE,    0x500)
    FIELD(ENABLE, ENABLE, 0, 2)
REG32(PSEL,      0x504)
    FIELD(PSEL, PSEL, 0, 3)           /* analog input */
REG32(REFSEL,    0x508)
    FIELD(REFSEL, REFSEL, 0, 3)       /* n: n + 1 eighths of the supply */
REG32(EXTREFSEL, 0x50C)
    FIELD(EXTREFSEL, EXTREFSEL, 0, 1) /* analog reference */
REG32(ANADETECT, 0x520)
    FIELD(ANADETECT, ANADETECT, 0, 2)
/* clang-format on */

#define STARTUP_NS  (40 * SCALE_US)
#define ENABLED     1
#define REFSEL_AREF 7
#define PIN_AREF0   0 /* product specification, pin assignments */
#define PIN_AREF1   6

enum { ANADETECT_CROSS, ANADETECT_UP, ANADETECT_DOWN };
enum { TASK_START, TASK_STOP, TASK_SAMPLE };
enum { EV_READY, EV_DOWN, EV_UP, EV_CROSS };
enum {
    REG_RESULT,
    REG_ENABLE,
    REG_PSEL,
    REG_REFSEL,
    REG_EXTREFSEL,
    REG_ANADETECT,
};
enum { INPUT, REFERENCE };

static uint32_t *reg_of(Nrf51Lpcomp *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static BoardNet *input_net(Nrf51Lpcomp *s)
{
    return nrf51_pin_net(s->gpio, nrf51_ain_pin(reg_of(s)[REG_PSEL]));
}

/* NULL: the reference is the supply */
static BoardNet *reference_net(Nrf51Lpcomp *s)
{
    if (reg_of(s)[REG_REFSEL] != REFSEL_AREF) {
        return NULL;
    }
    return nrf51_pin_net(s->gpio,
                         reg_of(s)[REG_EXTREFSEL] ? PIN_AREF1 : PIN_AREF0);
}

static bool compare(Nrf51Lpcomp *s)
{
    BoardNet *input = input_net(s);
    BoardNet *reference = reference_net(s);
    int64_t eighths = reg_of(s)[REG_REFSEL] + 1;

    if (reference) {
        return board_net_mv(input) > board_net_mv(reference);
    }
    return board_net_mv(input) * INT64_C(8) >
           board_net_vdd_mv(input) * eighths;
}

/* Watch the nets that count now, or none. */
static void watch(Nrf51Lpcomp *s)
{
    BoardNet *nets[2] = { NULL, NULL };
    int i;

    if (s->running) {
        nets[INPUT] = input_net(s);
        nets[REFERENCE] = reference_net(s);
        s->above = compare(s);
    }
    for (i = 0; i < ARRAY_SIZE(nets); i++) {
        if (s->watched[i]) {
            board_net_unlisten(s->watched[i], &s->listener[i]);
        }
        s->watched[i] = nets[i];
        if (s->watched[i]) {
            board_net_listen(s->watched[i], &s->listener[i]);
        }
    }
}

static void crossed(Nrf51Lpcomp *s)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    bool up = s->above;
    uint32_t wanted = p->reg[REG_ANADETECT];

    trace_bw_nrf51_lpcomp_crossed(DEVICE(s)->canonical_path,
                                  up ? "up" : "down");
    nrf_event(p, up ? EV_UP : EV_DOWN);
    nrf_event(p, EV_CROSS);
    if (wanted == ANADETECT_CROSS ||
        wanted == (up ? ANADETECT_UP : ANADETECT_DOWN)) {
        qemu_irq_pulse(s->anadetect);
    }
}

static void net_changed(void *opaque, BoardNet *net)
{
    Nrf51Lpcomp *s = opaque;

    if (s->running && compare(s) != s->above) {
        s->above = !s->above;
        if (!board_net_is_loading()) {
            crossed(s);
        }
    }
}

static void started(void *opaque)
{
    Nrf51Lpcomp *s = opaque;
    int64_t outer = nrf_time_begin(s->ready_ns);

    s->running = true;
    watch(s);
    nrf_event(NRF_PERIPHERAL(s), EV_READY);
    nrf_time_end(outer);
}

static void stop(Nrf51Lpcomp *s)
{
    timer_del(&s->startup);
    s->running = false;
    watch(s);
}

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Lpcomp *s = NRF51_LPCOMP(p);

    if (p->reg[REG_ENABLE] != ENABLED) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      DEVICE(s)->canonical_path);
    } else if (!s->running && !timer_pending(&s->startup)) {
        s->ready_ns = nrf_time() + STARTUP_NS;
        timer_mod(&s->startup, s->ready_ns);
    }
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    stop(NRF51_LPCOMP(p));
}

static void task_sample(NrfPeripheral *p, unsigned unused)
{
    Nrf51Lpcomp *s = NRF51_LPCOMP(p);

    if (s->running) {
        p->reg[REG_RESULT] = s->above;
    }
}

static void silence(NrfPeripheral *p)
{
    stop(NRF51_LPCOMP(p));
}

/* Before the levels of the pins fall back: these are no crossings. */
static void nrf51_lpcomp_reset_enter(Object *obj, ResetType type)
{
    stop(NRF51_LPCOMP(obj));
}

static void nrf51_lpcomp_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Lpcomp *s = NRF51_LPCOMP(p);

    p->reg[reg] = value;
    if (p->reg[REG_ENABLE] != ENABLED) {
        stop(s);
    } else {
        watch(s);
    }
}

static const NrfTask lpcomp_tasks[] = {
    [TASK_START]  = { A_START,  "START",  task_start },
    [TASK_STOP]   = { A_STOP,   "STOP",   task_stop },
    [TASK_SAMPLE] = { A_SAMPLE, "SAMPLE", task_sample },
};

static const NrfEvent lpcomp_events[] = {
    [EV_READY] = { A_READY, "READY", 0 },
    [EV_DOWN]  = { A_DOWN,  "DOWN",  1 },
    [EV_UP]    = { A_UP,    "UP",    2 },
    [EV_CROSS] = { A_CROSS, "CROSS", 3 },
};

static const NrfShort lpcomp_shorts[] = {
    { 0, EV_READY, TASK_SAMPLE },
    { 1, EV_READY, TASK_STOP },
    { 2, EV_DOWN,  TASK_STOP },
    { 3, EV_UP,    TASK_STOP },
    { 4, EV_CROSS, TASK_STOP },
};

static const NrfRegister lpcomp_registers[] = {
    [REG_RESULT]    = { A_RESULT,    "RESULT",    0, 0, NRF_RO },
    [REG_ENABLE]    = { A_ENABLE,    "ENABLE",    0, R_ENABLE_ENABLE_MASK },
    [REG_PSEL]      = { A_PSEL,      "PSEL",      0, R_PSEL_PSEL_MASK },
    [REG_REFSEL]    = { A_REFSEL,    "REFSEL",    0, R_REFSEL_REFSEL_MASK },
    [REG_EXTREFSEL] = { A_EXTREFSEL, "EXTREFSEL", 0,
                        R_EXTREFSEL_EXTREFSEL_MASK },
    [REG_ANADETECT] = { A_ANADETECT, "ANADETECT", 0,
                        R_ANADETECT_ANADETECT_MASK },
};

static const NrfPeripheralInfo lpcomp_info = {
    .tasks = lpcomp_tasks,
    .num_tasks = ARRAY_SIZE(lpcomp_tasks),
    .events = lpcomp_events,
    .num_events = ARRAY_SIZE(lpcomp_events),
    .shorts = lpcomp_shorts,
    .num_shorts = ARRAY_SIZE(lpcomp_shorts),
    .registers = lpcomp_registers,
    .num_registers = ARRAY_SIZE(lpcomp_registers),
};

void nrf51_lpcomp_connect(Nrf51Lpcomp *s, Nrf51Gpio *gpio)
{
    s->gpio = gpio;
}

static void nrf51_lpcomp_init(Object *obj)
{
    Nrf51Lpcomp *s = NRF51_LPCOMP(obj);
    int i;

    timer_init_ns(&s->startup, QEMU_CLOCK_VIRTUAL, started, s);
    for (i = 0; i < ARRAY_SIZE(s->listener); i++) {
        s->listener[i].changed = net_changed;
        s->listener[i].opaque = s;
    }
    qdev_init_gpio_out_named(DEVICE(obj), &s->anadetect,
                             NRF51_LPCOMP_ANADETECT, 1);
}

static void nrf51_lpcomp_realize(DeviceState *dev, Error **errp)
{
    if (!NRF51_LPCOMP(dev)->gpio) {
        error_setg(errp, "not connected to any pins");
    }
}

static void nrf51_lpcomp_finalize(Object *obj)
{
    timer_del(&NRF51_LPCOMP(obj)->startup);
}

static int nrf51_lpcomp_post_load(void *opaque, int version_id)
{
    Nrf51Lpcomp *s = opaque;
    uint32_t *reg = reg_of(s);
    bool above = s->above;

    if (reg[REG_PSEL] & ~R_PSEL_PSEL_MASK ||
        reg[REG_REFSEL] & ~R_REFSEL_REFSEL_MASK) {
        return -EINVAL;
    }
    watch(s);
    s->above = above; /* the nets may still be to be loaded */
    return 0;
}

static const VMStateDescription vmstate_nrf51_lpcomp = {
    .name = TYPE_NRF51_LPCOMP,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_lpcomp_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Lpcomp),
        VMSTATE_TIMER(startup, Nrf51Lpcomp),
        VMSTATE_INT64(ready_ns, Nrf51Lpcomp),
        VMSTATE_BOOL(running, Nrf51Lpcomp),
        VMSTATE_BOOL(above, Nrf51Lpcomp),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_lpcomp_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    RESETTABLE_CLASS(klass)->phases.enter = nrf51_lpcomp_reset_enter;
    dc->desc = "nRF51 LPCOMP";
    dc->realize = nrf51_lpcomp_realize;
    dc->vmsd = &vmstate_nrf51_lpcomp;
    pc->info = &lpcomp_info;
    pc->write = nrf51_lpcomp_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_lpcomp_types[] = {
    {
        .name = TYPE_NRF51_LPCOMP,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Lpcomp),
        .instance_init = nrf51_lpcomp_init,
        .instance_finalize = nrf51_lpcomp_finalize,
        .class_init = nrf51_lpcomp_class_init,
    },
};
DEFINE_TYPES(nrf51_lpcomp_types)
