/*
 * nRF51 POWER, CLOCK and MPU
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapters "Power management
 * (POWER)", "Clock management (CLOCK)", "Memory Protection Unit (MPU)";
 * Nordic's nrf51.svd for registers, bits and reset values.
 *
 * Modelled: starting and stopping of both clocks with their status registers,
 * calibration and its timer, all with interrupts.  RTC0 and RTC1 run from
 * LFCLK; the clocks have no effect on other peripherals.
 *
 * POWER is in nrf51_power.c, MPU in nrf51_mpu.c.
 *
 * Where the sources are silent: start-up times are constants below; starting
 * a clock that runs reports at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock_regs.h"

#define HF_START_NS    (500 * SCALE_US) /* crystal: 0.4 to 1 ms */
#define LF_START_NS    (500 * SCALE_US)
#define CALIBRATION_NS (16 * SCALE_MS)
#define CTIV_UNIT_NS   (250 * SCALE_MS)
#define RESETREAS_ALL  0x0007000f /* OFF, LPCOMP, DIF; pin, DOG, SREQ, LOCKUP */
#define RAMON_ALL      (R_RAMON_ON_MASK | R_RAMON_OFF_MASK)

static uint32_t *reg_of(Nrf51Clock *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static void start_timer(QEMUTimer *timer, int64_t ns)
{
    timer_mod(timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns);
}

bool nrf51_clock_crystal_runs(Nrf51Clock *s)
{
    return FIELD_EX32(reg_of(s)[REG_HFCLKSTAT], HFCLKSTAT, SRC);
}

/* LFCLK, as the RTCs see it */

bool nrf51_clock_lfclk_runs(Nrf51Clock *s)
{
    return FIELD_EX32(reg_of(s)[REG_LFCLKSTAT], LFCLKSTAT, STATE);
}

void nrf51_clock_add_lfclk_notifier(Nrf51Clock *s, Notifier *n)
{
    notifier_list_add(&s->lfclk_changed, n);
}

static void set_lfclkstat(Nrf51Clock *s, uint32_t value)
{
    reg_of(s)[REG_LFCLKSTAT] = value;
    notifier_list_notify(&s->lfclk_changed, NULL);
}

/* Ends of waiting */

static void hf_started(void *opaque)
{
    Nrf51Clock *s = opaque;

    reg_of(s)[REG_HFCLKSTAT] =
        R_HFCLKSTAT_SRC_MASK | R_HFCLKSTAT_STATE_MASK;
    nrf_event(NRF_PERIPHERAL(s), EV_HFCLKSTARTED);
}

static void lf_started(void *opaque)
{
    Nrf51Clock *s = opaque;

    set_lfclkstat(s, reg_of(s)[REG_LFCLKSRCCOPY] | R_LFCLKSTAT_STATE_MASK);
    nrf_event(NRF_PERIPHERAL(s), EV_LFCLKSTARTED);
}

static void calibration_done(void *opaque)
{
    nrf_event(NRF_PERIPHERAL(opaque), EV_DONE);
}

static void interval_over(void *opaque)
{
    nrf_event(NRF_PERIPHERAL(opaque), EV_CTTO);
}

/* Tasks */

static void task_hfclkstart(NrfPeripheral *p, unsigned unused)
{
    Nrf51Clock *s = NRF51_CLOCK(p);

    p->reg[REG_HFCLKRUN] = 1;
    if (FIELD_EX32(p->reg[REG_HFCLKSTAT], HFCLKSTAT, SRC)) {
        hf_started(s);
    } else if (!timer_pending(&s->hf_start)) {
        start_timer(&s->hf_start, HF_START_NS);
    }
}

static void task_hfclkstop(NrfPeripheral *p, unsigned unused)
{
    timer_del(&NRF51_CLOCK(p)->hf_start);
    p->reg[REG_HFCLKRUN] = 0;
    p->reg[REG_HFCLKSTAT] = R_HFCLKSTAT_STATE_MASK; /* the RC takes over */
}

static void task_lfclkstart(NrfPeripheral *p, unsigned unused)
{
    Nrf51Clock *s = NRF51_CLOCK(p);

    if (FIELD_EX32(p->reg[REG_LFCLKSTAT], LFCLKSTAT, STATE)) {
        nrf_event(p, EV_LFCLKSTARTED);
        return;
    }
    p->reg[REG_LFCLKRUN] = 1;
    p->reg[REG_LFCLKSRCCOPY] = p->reg[REG_LFCLKSRC];
    if (!timer_pending(&s->lf_start)) {
        start_timer(&s->lf_start, LF_START_NS);
    }
}

static void task_lfclkstop(NrfPeripheral *p, unsigned unused)
{
    timer_del(&NRF51_CLOCK(p)->lf_start);
    p->reg[REG_LFCLKRUN] = 0;
    set_lfclkstat(NRF51_CLOCK(p), 0);
}

static void task_cal(NrfPeripheral *p, unsigned unused)
{
    start_timer(&NRF51_CLOCK(p)->calibration, CALIBRATION_NS);
}

static void task_ctstart(NrfPeripheral *p, unsigned unused)
{
    start_timer(&NRF51_CLOCK(p)->interval,
                MAX(p->reg[REG_CTIV], 1) * (int64_t)CTIV_UNIT_NS);
}

static void task_ctstop(NrfPeripheral *p, unsigned unused)
{
    timer_del(&NRF51_CLOCK(p)->interval);
}

/* CONSTLAT and LOWPWR choose how fast the chip wakes up: nothing to see. */
static void task_latency(NrfPeripheral *p, unsigned unused)
{
}

static void stop_timers(Nrf51Clock *s)
{
    timer_del(&s->hf_start);
    timer_del(&s->lf_start);
    timer_del(&s->calibration);
    timer_del(&s->interval);
}

static void silence(NrfPeripheral *p)
{
    Nrf51Clock *s = NRF51_CLOCK(p);

    stop_timers(s);
    set_lfclkstat(s, 0);
}

static uint32_t nrf51_clock_read(NrfPeripheral *p, unsigned reg)
{
    uint32_t value;

    return nrf51_power_read(p, reg, &value) ? value : p->reg[reg];
}

static void nrf51_clock_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    if (!nrf51_mpu_write(p, reg, value) && !nrf51_power_write(p, reg, value)) {
        p->reg[reg] = value;
    }
}

static const NrfTask clock_tasks[] = {
    { A_HFCLKSTART, "HFCLKSTART", task_hfclkstart },
    { A_HFCLKSTOP, "HFCLKSTOP", task_hfclkstop },
    { A_LFCLKSTART, "LFCLKSTART", task_lfclkstart },
    { A_LFCLKSTOP, "LFCLKSTOP", task_lfclkstop },
    { A_CAL, "CAL", task_cal },
    { A_CTSTART, "CTSTART", task_ctstart },
    { A_CTSTOP, "CTSTOP", task_ctstop },
    { A_CONSTLAT, "CONSTLAT", task_latency },
    { A_LOWPWR, "LOWPWR", task_latency },
};

static const NrfEvent clock_events[] = {
    [EV_HFCLKSTARTED] = { A_HFCLKSTARTED, "HFCLKSTARTED", 0 },
    [EV_LFCLKSTARTED] = { A_LFCLKSTARTED, "LFCLKSTARTED", 1 },
    [EV_POFWARN]      = { A_POFWARN,      "POFWARN",      2 },
    [EV_DONE]         = { A_DONE,         "DONE",         3 },
    [EV_CTTO]         = { A_CTTO,         "CTTO",         4 },
};

static const NrfRegister clock_registers[] = {
    [REG_RESETREAS] = { A_RESETREAS, "RESETREAS", 0, RESETREAS_ALL },
    [REG_HFCLKRUN] = { A_HFCLKRUN, "HFCLKRUN", 0, 0, NRF_RO },
    [REG_HFCLKSTAT] = { A_HFCLKSTAT, "HFCLKSTAT", R_HFCLKSTAT_STATE_MASK, 0,
                        NRF_RO },
    [REG_LFCLKRUN] = { A_LFCLKRUN, "LFCLKRUN", 0, 0, NRF_RO },
    [REG_LFCLKSTAT] = { A_LFCLKSTAT, "LFCLKSTAT", 0, 0, NRF_RO },
    [REG_LFCLKSRCCOPY] = { A_LFCLKSRCCOPY, "LFCLKSRCCOPY", 0, 0, NRF_RO },
    [REG_RAMSTATUS] = { A_RAMSTATUS, "RAMSTATUS", 0, 0, NRF_RO },
    [REG_SYSTEMOFF] = { A_SYSTEMOFF, "SYSTEMOFF", 0, 0x1, NRF_WO },
    [REG_PAN26] = { A_PAN26, "0x504", 0, UINT32_MAX },
    [REG_POFCON] = { A_POFCON, "POFCON", 0, 0x7 },
    [REG_UNKNOWN514] = { A_UNKNOWN514, "0x514", 0, UINT32_MAX },
    [REG_LFCLKSRC] = { A_LFCLKSRC, "LFCLKSRC", 0, 0x3 },
    [REG_GPREGRET] = { A_GPREGRET, "GPREGRET", 0, 0xff },
    [REG_RAMON] = { A_RAMON, "RAMON", 0, RAMON_ALL },
    [REG_PERR0] = { A_PERR0, "PERR0", 0, UINT32_MAX },
    [REG_RLENR0] = { A_RLENR0, "RLENR0", 0, UINT32_MAX },
    [REG_CTIV] = { A_CTIV, "CTIV", 0, 0x7f },
    [REG_RESET] = { A_RESET, "RESET", 0, 0x1 },
    [REG_XTALFREQ] = { A_XTALFREQ, "XTALFREQ", UINT32_MAX, 0xff },
    [REG_RAMONB] = { A_RAMONB, "RAMONB", 0, RAMON_ALL },
    [REG_DCDCEN] = { A_DCDCEN, "DCDCEN", 0, 0x1 },
    [REG_PROTENSET0] = { A_PROTENSET0, "PROTENSET0", 0, UINT32_MAX },
    [REG_PROTENSET1] = { A_PROTENSET1, "PROTENSET1", 0, UINT32_MAX },
    [REG_DISABLEINDEBUG] = { A_DISABLEINDEBUG, "DISABLEINDEBUG", 0x1, 0x1 },
    [REG_PROTBLOCKSIZE] = { A_PROTBLOCKSIZE, "PROTBLOCKSIZE", 0, 0x3 },
    [REG_DCDCFORCE] = { A_DCDCFORCE, "DCDCFORCE", 0, 0x3 },
};

static const NrfPeripheralInfo clock_info = {
    .tasks = clock_tasks,
    .num_tasks = ARRAY_SIZE(clock_tasks),
    .events = clock_events,
    .num_events = ARRAY_SIZE(clock_events),
    .registers = clock_registers,
    .num_registers = ARRAY_SIZE(clock_registers),
};

static void nrf51_clock_init(Object *obj)
{
    Nrf51Clock *s = NRF51_CLOCK(obj);

    nrf51_power_init(s);
    notifier_list_init(&s->lfclk_changed);
    timer_init_ns(&s->hf_start, QEMU_CLOCK_VIRTUAL, hf_started, s);
    timer_init_ns(&s->lf_start, QEMU_CLOCK_VIRTUAL, lf_started, s);
    timer_init_ns(&s->calibration, QEMU_CLOCK_VIRTUAL, calibration_done, s);
    timer_init_ns(&s->interval, QEMU_CLOCK_VIRTUAL, interval_over, s);
}

static void nrf51_clock_finalize(Object *obj)
{
    stop_timers(NRF51_CLOCK(obj));
}

static const VMStateDescription vmstate_nrf51_clock = {
    .name = TYPE_NRF51_CLOCK,
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Clock),
        VMSTATE_TIMER(hf_start, Nrf51Clock),
        VMSTATE_TIMER(lf_start, Nrf51Clock),
        VMSTATE_TIMER(calibration, Nrf51Clock),
        VMSTATE_TIMER(interval, Nrf51Clock),
        VMSTATE_STRUCT(power, Nrf51Clock, 1, vmstate_nrf51_power, Nrf51Power),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_clock_reset_enter(Object *obj, ResetType type)
{
    nrf51_power_reset_enter(NRF51_CLOCK(obj));
}

static void nrf51_clock_realize(DeviceState *dev, Error **errp)
{
    assert(NRF51_CLOCK(dev)->power.ops); /* by the SoC */
}

static void nrf51_clock_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 POWER, CLOCK and MPU";
    dc->realize = nrf51_clock_realize;
    dc->vmsd = &vmstate_nrf51_clock;
    rc->phases.enter = nrf51_clock_reset_enter;
    pc->info = &clock_info;
    pc->read = nrf51_clock_read;
    pc->write = nrf51_clock_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_clock_types[] = {
    {
        .name = TYPE_NRF51_CLOCK,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Clock),
        .instance_init = nrf51_clock_init,
        .instance_finalize = nrf51_clock_finalize,
        .class_init = nrf51_clock_class_init,
    },
};
DEFINE_TYPES(nrf51_clock_types)
