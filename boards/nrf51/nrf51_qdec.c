/*
 * nRF51 quadrature decoder (QDEC)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Quadrature Decoder
 * (QDEC)"; Nordic's nrf51.svd for the registers and the events.
 *
 * From START to STOP the two phases are sampled every 128 us << SAMPLEPER; a
 * step in one direction or the other is added to ACC, a change of both phases
 * at once counts in ACCDBL.  The LED that makes them visible is switched on
 * LEDPRE us before each sample.
 *
 * Where the sources are silent:
 *  - the first pair that others are compared with is that at START, and the
 *    first sample comes one period later;
 *  - a phase without a pin is 0;
 *  - with DBFEN a phase is taken over at a sample if it has not changed
 *    within the period before it; the filter's 1 MHz samples are not taken
 *    one by one; the LED is on from START to STOP;
 *  - the LED is off after a sample; it stays on if LEDPRE is not shorter than
 *    the period;
 *  - REPORTPER counts samples from START or from the last time the count was
 *    full; if ACC is 0 then, there is no report and the count begins anew;
 *  - ACC stays within -1024 to 1023, ACCDBL within 0 to 15: what would go
 *    beyond is dropped, and ACCOF tells so each time;
 *  - READCLRACC works at any time, also while stopped;
 *  - START while running or disabled does nothing; SAMPLE, ACC and ACCDBL keep
 *    their values over STOP and START; registers count from the next sample.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_qdec.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,      0x000)
REG32(STOP,       0x004)
REG32(READCLRACC, 0x008)
REG32(SAMPLERDY,  0x100)
REG32(REPORTRDY,  0x104)
REG32(ACCOF,      0x108)
REG32(ENABLE,     0x500)
    FIELD(ENABLE, ENABLE, 0, 1)
REG32(LEDPOL,     0x504)
    FIELD(LEDPOL, ACTIVE_HIGH, 0, 1)
REG32(SAMPLEPER,  0x508)
    FIELD(SAMPLEPER, SAMPLEPER, 0, 3)
REG32(SAMPLE,     0x50C)
REG32(REPORTPER,  0x510)
    FIELD(REPORTPER, REPORTPER, 0, 3)
REG32(ACC,        0x514)
REG32(ACCREAD,    0x518)
REG32(PSELLED,    0x51C)
REG32(PSELA,      0x520)
REG32(PSELB,      0x524)
REG32(DBFEN,      0x528)
    FIELD(DBFEN, DBFEN, 0, 1)
REG32(LEDPRE,     0x540)
    FIELD(LEDPRE, US, 0, 9)
REG32(ACCDBL,     0x544)
REG32(ACCDBLREAD, 0x548)
/* clang-format on */

#define SAMPLE_NS    (128 * SCALE_US)
#define LEDPRE_RESET 0x10
#define ACC_MIN      (-1024)
#define ACC_MAX      1023
#define ACCDBL_MAX   15
#define DOUBLE_STEP  2 /* SAMPLE */

enum { TASK_START, TASK_STOP, TASK_READCLRACC };
enum { EV_SAMPLERDY, EV_REPORTRDY, EV_ACCOF };
enum {
    REG_ENABLE,
    REG_LEDPOL,
    REG_SAMPLEPER,
    REG_SAMPLE,
    REG_REPORTPER,
    REG_ACC,
    REG_ACCREAD,
    REG_PSELLED,
    REG_PSELA,
    REG_PSELB,
    REG_DBFEN,
    REG_LEDPRE,
    REG_ACCDBL,
    REG_ACCDBLREAD,
};
enum { PHASE_A, PHASE_B };

static const uint16_t report_samples[] = {
    10, 40, 80, 120, 160, 200, 240, 280
};

/* [before][now]; a pair is A, and B << 1 */
static const int8_t step_of[4][4] = {
    { 0, -1, 1, DOUBLE_STEP },
    { 1, 0, DOUBLE_STEP, -1 },
    { -1, DOUBLE_STEP, 0, 1 },
    { DOUBLE_STEP, 1, -1, 0 },
};

static uint32_t *reg_of(Nrf51Qdec *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static int64_t period_ns(Nrf51Qdec *s)
{
    return SAMPLE_NS << reg_of(s)[REG_SAMPLEPER];
}

static int64_t ledpre_ns(Nrf51Qdec *s)
{
    return reg_of(s)[REG_LEDPRE] * (int64_t)SCALE_US;
}

/* The LED between samples: with the filter, or a long LEDPRE, always on */
static bool led_stays_on(Nrf51Qdec *s)
{
    return reg_of(s)[REG_DBFEN] || ledpre_ns(s) >= period_ns(s);
}

static void put_led(Nrf51Qdec *s)
{
    bool high = s->led_on == reg_of(s)[REG_LEDPOL];

    nrf51_pin_output(&s->led, high ? NRF51_PIN_HIGH : NRF51_PIN_LOW);
}

static void set_led(Nrf51Qdec *s, bool on)
{
    s->led_on = on;
    put_led(s);
}

static void connect_pins(Nrf51Qdec *s)
{
    uint32_t *reg = reg_of(s);
    bool on = reg[REG_ENABLE];

    put_led(s);
    nrf51_pin_connect(&s->led, on ? reg[REG_PSELLED] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->phase[PHASE_A].pin,
                      on ? reg[REG_PSELA] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->phase[PHASE_B].pin,
                      on ? reg[REG_PSELB] : NRF51_NO_PIN);
}

static void phase_changed(void *opaque, bool level)
{
    Nrf51QdecPhase *phase = opaque;

    phase->changed_ns = nrf_time();
}

static uint8_t take_pair(Nrf51Qdec *s)
{
    bool filtered = reg_of(s)[REG_DBFEN];
    int64_t steady_ns = nrf_time() - period_ns(s);
    uint8_t pair = 0;
    int i;

    for (i = 0; i < ARRAY_SIZE(s->phase); i++) {
        Nrf51QdecPhase *phase = &s->phase[i];

        if (!filtered || phase->changed_ns <= steady_ns) {
            phase->level = nrf51_pin_input(&phase->pin, false);
        }
        pair |= phase->level << i;
    }
    return pair;
}

/* Add to a sum between @min and @max.  Returns: whether it fits in. */
static bool add(uint32_t *sum, int step, int min, int max)
{
    int next = (int32_t)*sum + step;

    if (next < min || next > max) {
        return false;
    }
    *sum = next;
    return true;
}

static bool accumulate(uint32_t *reg, int sample)
{
    if (sample == DOUBLE_STEP) {
        return add(&reg[REG_ACCDBL], 1, 0, ACCDBL_MAX);
    }
    return add(&reg[REG_ACC], sample, ACC_MIN, ACC_MAX);
}

static bool report_is_due(Nrf51Qdec *s)
{
    uint32_t *reg = reg_of(s);

    if (++s->samples < report_samples[reg[REG_REPORTPER]]) {
        return false;
    }
    s->samples = 0;
    return reg[REG_ACC] != 0;
}

/* Wait for the next thing to do: the LED, or the sample. */
static void schedule(Nrf51Qdec *s)
{
    s->step_ns = s->sample_ns;
    if (!s->led_on && reg_of(s)[REG_PSELLED] < NRF51_PINS) {
        s->step_ns -= MIN(ledpre_ns(s), period_ns(s));
    }
    timer_mod(&s->step, s->step_ns);
}

static void sample(Nrf51Qdec *s)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    uint8_t pair = take_pair(s);
    int step = step_of[s->last][pair];
    bool fits = accumulate(p->reg, step);
    bool report = report_is_due(s);

    p->reg[REG_SAMPLE] = step;
    s->last = pair;
    s->sample_ns += period_ns(s);
    if (!led_stays_on(s)) {
        set_led(s, false);
    }
    schedule(s);
    trace_bw_nrf51_qdec_sample(DEVICE(s)->canonical_path, pair, step);
    nrf_event(p, EV_SAMPLERDY);
    if (!fits) {
        nrf_event(p, EV_ACCOF);
    }
    if (report) {
        nrf_event(p, EV_REPORTRDY);
    }
}

static void step(void *opaque)
{
    Nrf51Qdec *s = opaque;
    int64_t outer = nrf_time_begin(s->step_ns);

    if (s->step_ns < s->sample_ns) {
        set_led(s, true);
        schedule(s);
    } else {
        sample(s);
    }
    nrf_time_end(outer);
}

static void stop(Nrf51Qdec *s)
{
    timer_del(&s->step);
    s->running = false;
    set_led(s, false);
}

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Qdec *s = NRF51_QDEC(p);
    int i;

    if (!p->reg[REG_ENABLE]) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: START while disabled\n",
                      DEVICE(s)->canonical_path);
        return;
    }
    if (s->running) {
        return;
    }
    for (i = 0; i < ARRAY_SIZE(s->phase); i++) {
        s->phase[i].changed_ns = INT64_MIN;
    }
    s->running = true;
    s->last = take_pair(s);
    s->samples = 0;
    s->sample_ns = nrf_time() + period_ns(s);
    set_led(s, led_stays_on(s));
    schedule(s);
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    stop(NRF51_QDEC(p));
}

static void task_readclracc(NrfPeripheral *p, unsigned unused)
{
    p->reg[REG_ACCREAD] = p->reg[REG_ACC];
    p->reg[REG_ACCDBLREAD] = p->reg[REG_ACCDBL];
    p->reg[REG_ACC] = 0;
    p->reg[REG_ACCDBL] = 0;
}

static void silence(NrfPeripheral *p)
{
    Nrf51Qdec *s = NRF51_QDEC(p);

    stop(s);
    nrf51_pin_disconnect(&s->led);
    nrf51_pin_disconnect(&s->phase[PHASE_A].pin);
    nrf51_pin_disconnect(&s->phase[PHASE_B].pin);
}

static void nrf51_qdec_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Qdec *s = NRF51_QDEC(p);

    p->reg[reg] = value;
    switch (reg) {
    case REG_ENABLE:
        if (!value) {
            stop(s);
        }
        connect_pins(s);
        break;
    case REG_LEDPOL:
    case REG_PSELLED:
    case REG_PSELA:
    case REG_PSELB:
        connect_pins(s);
        break;
    }
}

static const NrfTask qdec_tasks[] = {
    [TASK_START]      = { A_START,      "START",      task_start },
    [TASK_STOP]       = { A_STOP,       "STOP",       task_stop },
    [TASK_READCLRACC] = { A_READCLRACC, "READCLRACC", task_readclracc },
};

static const NrfEvent qdec_events[] = {
    [EV_SAMPLERDY] = { A_SAMPLERDY, "SAMPLERDY", 0 },
    [EV_REPORTRDY] = { A_REPORTRDY, "REPORTRDY", 1 },
    [EV_ACCOF]     = { A_ACCOF,     "ACCOF",     2 },
};

static const NrfShort qdec_shorts[] = {
    { 0, EV_REPORTRDY, TASK_READCLRACC },
    { 1, EV_SAMPLERDY, TASK_STOP },
};

static const NrfRegister qdec_registers[] = {
    [REG_ENABLE]     = { A_ENABLE,    "ENABLE",    0, R_ENABLE_ENABLE_MASK },
    [REG_LEDPOL]     = { A_LEDPOL,    "LEDPOL",    0,
                         R_LEDPOL_ACTIVE_HIGH_MASK },
    [REG_SAMPLEPER]  = { A_SAMPLEPER, "SAMPLEPER", 0,
                         R_SAMPLEPER_SAMPLEPER_MASK },
    [REG_SAMPLE]     = { A_SAMPLE,    "SAMPLE",    0, 0, NRF_RO },
    [REG_REPORTPER]  = { A_REPORTPER, "REPORTPER", 0,
                         R_REPORTPER_REPORTPER_MASK },
    [REG_ACC]        = { A_ACC,       "ACC",       0, 0, NRF_RO },
    [REG_ACCREAD]    = { A_ACCREAD,   "ACCREAD",   0, 0, NRF_RO },
    [REG_PSELLED]    = { A_PSELLED,   "PSELLED",   UINT32_MAX, UINT32_MAX },
    [REG_PSELA]      = { A_PSELA,     "PSELA",     UINT32_MAX, UINT32_MAX },
    [REG_PSELB]      = { A_PSELB,     "PSELB",     UINT32_MAX, UINT32_MAX },
    [REG_DBFEN]      = { A_DBFEN,     "DBFEN",     0, R_DBFEN_DBFEN_MASK },
    [REG_LEDPRE]     = { A_LEDPRE,    "LEDPRE",    LEDPRE_RESET,
                         R_LEDPRE_US_MASK },
    [REG_ACCDBL]     = { A_ACCDBL,     "ACCDBL",     0, 0, NRF_RO },
    [REG_ACCDBLREAD] = { A_ACCDBLREAD, "ACCDBLREAD", 0, 0, NRF_RO },
};

static const NrfPeripheralInfo qdec_info = {
    .tasks = qdec_tasks,
    .num_tasks = ARRAY_SIZE(qdec_tasks),
    .events = qdec_events,
    .num_events = ARRAY_SIZE(qdec_events),
    .shorts = qdec_shorts,
    .num_shorts = ARRAY_SIZE(qdec_shorts),
    .registers = qdec_registers,
    .num_registers = ARRAY_SIZE(qdec_registers),
};

void nrf51_qdec_connect(Nrf51Qdec *s, Nrf51Gpio *gpio)
{
    s->gpio = gpio;
}

static void nrf51_qdec_init(Object *obj)
{
    Nrf51Qdec *s = NRF51_QDEC(obj);

    timer_init_ns(&s->step, QEMU_CLOCK_VIRTUAL, step, s);
}

static void nrf51_qdec_realize(DeviceState *dev, Error **errp)
{
    static const char *const names[] = { "QDEC A", "QDEC B" };
    Nrf51Qdec *s = NRF51_QDEC(dev);
    int i;

    if (!s->gpio) {
        error_setg(errp, "not connected to any pins");
        return;
    }
    for (i = 0; i < ARRAY_SIZE(s->phase); i++) {
        nrf51_pin_init(&s->phase[i].pin, s->gpio, names[i], phase_changed,
                       &s->phase[i]);
    }
    nrf51_pin_init(&s->led, s->gpio, "QDEC LED", NULL, NULL);
}

static void nrf51_qdec_finalize(Object *obj)
{
    timer_del(&NRF51_QDEC(obj)->step);
}

static int nrf51_qdec_post_load(void *opaque, int version_id)
{
    Nrf51Qdec *s = opaque;
    uint32_t *reg = reg_of(s);

    if (s->last >= ARRAY_SIZE(step_of) ||
        reg[REG_SAMPLEPER] & ~R_SAMPLEPER_SAMPLEPER_MASK ||
        reg[REG_REPORTPER] & ~R_REPORTPER_REPORTPER_MASK ||
        reg[REG_LEDPRE] & ~R_LEDPRE_US_MASK) {
        return -EINVAL;
    }
    connect_pins(s);
    return 0;
}

static const VMStateDescription vmstate_nrf51_qdec_phase = {
    .name = TYPE_NRF51_QDEC "-phase",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(changed_ns, Nrf51QdecPhase),
        VMSTATE_BOOL(level, Nrf51QdecPhase),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_nrf51_qdec = {
    .name = TYPE_NRF51_QDEC,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_qdec_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Qdec),
        VMSTATE_STRUCT_ARRAY(phase, Nrf51Qdec, 2, 1,
                             vmstate_nrf51_qdec_phase, Nrf51QdecPhase),
        VMSTATE_TIMER(step, Nrf51Qdec),
        VMSTATE_INT64(step_ns, Nrf51Qdec),
        VMSTATE_INT64(sample_ns, Nrf51Qdec),
        VMSTATE_BOOL(running, Nrf51Qdec),
        VMSTATE_BOOL(led_on, Nrf51Qdec),
        VMSTATE_UINT8(last, Nrf51Qdec),
        VMSTATE_UINT16(samples, Nrf51Qdec),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_qdec_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 QDEC";
    dc->realize = nrf51_qdec_realize;
    dc->vmsd = &vmstate_nrf51_qdec;
    pc->info = &qdec_info;
    pc->write = nrf51_qdec_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_qdec_types[] = {
    {
        .name = TYPE_NRF51_QDEC,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Qdec),
        .instance_init = nrf51_qdec_init,
        .instance_finalize = nrf51_qdec_finalize,
        .class_init = nrf51_qdec_class_init,
    },
};
DEFINE_TYPES(nrf51_qdec_types)
