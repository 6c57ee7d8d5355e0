/*
 * nRF51 real-time counter (RTC)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Real-time counter
 * (RTC)", with its sections on resolution, event control, compare features
 * and the delay of tasks; Nordic's nrf51.svd for registers and bits.
 *
 * Nothing is stepped: COUNTER follows from the number of LFCLK edges since an
 * origin.  The edges lie on a fixed grid of the virtual clock, 1/32768 s apart,
 * for both RTCs, and exist while CLOCK's LFCLK runs.  A task or a new CC takes
 * effect at the first edge half a period or more after it was written, 15.3 to
 * 45.8 us.  So of CC = COUNTER + 1 it depends on the phase whether it
 * happens, and CC = COUNTER + 2 always does.
 *
 * COUNTER, the edges and what happens there are in nrf51_rtc_count.c; this file
 * has the registers.
 *
 * An event happens only if it is enabled in EVTEN or INTEN; PPI sees those in
 * EVTEN.
 *
 * Late compares.  Firmware reads COUNTER, or knows it from the compare that
 * interrupted it, adds two or more and writes CC.  If the host holds QEMU up
 * in between, CC has been passed when it is written; the chip, which is never
 * that late, would wait for COUNTER to wrap, 512 seconds.  Therefore, when CC
 * is two or more ahead of the latest of these two, that is at most
 * "late-compare-ms" ago (1000; 0 switches this off), and the compare has been
 * missed meanwhile, then it happens LATE_NS later, or once the event is
 * cleared.  Off with -icount, where the host's delays do not show.
 *
 * Where the sources are silent:
 *  - COUNTER first steps PRESCALER + 1 edges after that at which START, CLEAR
 *    or TRIGOVRFLW takes effect;
 *  - tasks given while LFCLK stands still wait for it;
 *  - stopping LFCLK keeps COUNTER and loses the prescaler's phase;
 *  - PRESCALER written after STOP, before STOP takes effect, is taken;
 *  - INTEN (0x300) exists as in other peripherals.
 *
 * Not modelled: error and jitter of the RC oscillator.
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
#include "system/cpu-timers.h"
#include "hw/benchwire/boards/nrf51/nrf51_rtc_count.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,      0x000)
REG32(STOP,       0x004)
REG32(CLEAR,      0x008)
REG32(TRIGOVRFLW, 0x00C)
REG32(TICK,       0x100)
REG32(OVRFLW,     0x104)
REG32(COMPARE0,   0x140)          /* three or four */
REG32(EVTEN,      0x340)
    FIELD(EVTEN, TICK, 0, 1)
    FIELD(EVTEN, OVRFLW, 1, 1)
    FIELD(EVTEN, COMPARE, 16, 4)
REG32(EVTENSET,   0x344)
REG32(EVTENCLR,   0x348)
REG32(COUNTER,    0x504)
REG32(PRESCALER,  0x508)
REG32(CC0,        0x540)          /* three or four */
/* clang-format on */

#define CHANNELS      NRF51_RTC_CHANNELS
#define EVTEN_MASK \
    (R_EVTEN_TICK_MASK | R_EVTEN_OVRFLW_MASK | R_EVTEN_COMPARE_MASK)

#define LATE_NS  (20 * SCALE_US) /* until an overdue compare happens */
#define RETRY_NS SCALE_MS        /* while its event is still set */

static uint32_t *reg_of(Nrf51Rtc *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static void rearm(Nrf51Rtc *s)
{
    int64_t next = nrf51_rtc_next_edge(s);
    int64_t ns = NRF51_RTC_NEVER;
    unsigned i;

    if (next != NRF51_RTC_NEVER) {
        ns = nrf51_rtc_edge_ns(next);
    }
    for (i = 0; i < CHANNELS; i++) {
        if (s->channel[i].overdue != NRF51_RTC_NONE) {
            ns = MIN(ns, s->late_at);
        }
    }
    if (ns == NRF51_RTC_NEVER) {
        timer_del(&s->expiry);
    } else if (timer_expire_time_ns(&s->expiry) != ns) {
        timer_mod(&s->expiry, ns);
    }
}

/* Overdue compares; see the top of this file */

static int64_t late_max(Nrf51Rtc *s)
{
    return s->late_compare_ms * (int64_t)NRF51_RTC_HZ / 1000;
}

static void expire_overdue(Nrf51Rtc *s, int64_t now)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    unsigned i;

    if (now < s->late_at) {
        return;
    }
    s->late_at = now + RETRY_NS;
    for (i = 0; i < CHANNELS; i++) {
        Nrf51RtcChannel *c = &s->channel[i];

        if (c->overdue == NRF51_RTC_NONE) {
            continue;
        }
        if (!(p->events & BIT(EV_COMPARE + i))) {
            trace_bw_nrf51_rtc_late(DEVICE(s)->canonical_path, i,
                                    now - nrf51_rtc_edge_ns(c->overdue));
            nrf51_rtc_emit_compare(s, i, c->overdue);
        } else if (s->done - c->overdue > late_max(s)) {
            c->overdue = NRF51_RTC_NONE; /* nobody takes the event */
        }
    }
}

/* Where the compare would have been, if it was missed; or NRF51_RTC_NONE */
static int64_t missed(Nrf51Rtc *s, unsigned i, uint32_t value)
{
    int64_t known = MAX(s->seen, s->channel[i].fired);
    int64_t edge;

    if (icount_enabled() || !nrf51_rtc_is_counting(s) ||
        known == NRF51_RTC_NONE ||
        ((value - nrf51_rtc_counter_at(s, known)) & NRF51_RTC_MASK) < 2) {
        return NRF51_RTC_NONE;
    }
    edge = nrf51_rtc_edge_of_value(s, value, known);
    return edge < s->channel[i].edge && s->done - known <= late_max(s)
               ? edge : NRF51_RTC_NONE;
}

static void write_cc(Nrf51Rtc *s, unsigned i, uint32_t value)
{
    Nrf51RtcChannel *c = &s->channel[i];

    c->before = nrf51_rtc_cc_at(s, i, s->done);
    c->edge = nrf51_rtc_is_counting(s) ? nrf51_rtc_effect_edge(s) : s->done;
    c->overdue = missed(s, i, value);
    c->fired = NRF51_RTC_NONE;
    reg_of(s)[REG_CC + i] = value;
    if (c->overdue != NRF51_RTC_NONE) {
        s->late_at = nrf_time() + LATE_NS;
    }
}

static void expired(void *opaque)
{
    Nrf51Rtc *s = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    int64_t next = nrf51_rtc_next_edge(s);

    /* One edge at a time: another timer may have something before our next. */
    if (next <= nrf51_rtc_edge_at(now)) {
        nrf51_rtc_expire(s, next);
    }
    expire_overdue(s, now);
    rearm(s);
}

/* Tasks: all of them wait for an edge */

static void queue_task(NrfPeripheral *p, unsigned task)
{
    nrf51_rtc_queue_task(NRF51_RTC(p), task);
    rearm(NRF51_RTC(p));
}

/* LFCLK has started or stopped. */
static void lf_changed(Notifier *n, void *unused)
{
    Nrf51Rtc *s = container_of(n, Nrf51Rtc, lf_changed);
    bool clocked = nrf51_clock_lfclk_runs(s->clock);
    unsigned i;

    if (clocked == s->clocked) {
        return;
    }
    nrf51_rtc_settle(s);
    nrf51_rtc_set_origin(s, s->done, nrf51_rtc_counter_at(s, s->done));
    s->clocked = clocked;
    nrf51_rtc_forget_past(s);
    for (i = 0; i < s->queued; i++) {
        s->queue[i].edge = nrf51_rtc_effect_edge(s);
    }
    rearm(s);
}

/* Registers */

static void update_enabled(Nrf51Rtc *s)
{
    s->enabled = reg_of(s)[REG_EVTEN] | NRF_PERIPHERAL(s)->inten;
}

/* Before that, what was not enabled has not happened. */
static void nrf51_rtc_inten_changed(NrfPeripheral *p)
{
    Nrf51Rtc *s = NRF51_RTC(p);

    nrf51_rtc_settle(s);
    update_enabled(s);
    rearm(s);
}

static bool is_stopping(Nrf51Rtc *s)
{
    unsigned i;

    for (i = 0; i < s->queued; i++) {
        if (s->queue[i].task == TASK_STOP) {
            return true;
        }
    }
    return false;
}

static void write_prescaler(Nrf51Rtc *s, uint32_t value)
{
    if (s->started && !is_stopping(s)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: PRESCALER written while the RTC runs; dropped\n",
                      DEVICE(s)->canonical_path);
        return;
    }
    nrf51_rtc_set_origin(s, s->done, nrf51_rtc_counter_at(s, s->done));
    reg_of(s)[REG_PRESCALER] = value;
}

static uint32_t nrf51_rtc_read(NrfPeripheral *p, unsigned reg)
{
    Nrf51Rtc *s = NRF51_RTC(p);

    switch (reg) {
    case REG_EVTENSET:
    case REG_EVTENCLR:
        return p->reg[REG_EVTEN];
    case REG_COUNTER:
        nrf51_rtc_settle(s);
        rearm(s);
        s->seen = s->done;
        return nrf51_rtc_counter_at(s, s->done);
    default:
        return p->reg[reg];
    }
}

static void nrf51_rtc_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Rtc *s = NRF51_RTC(p);

    nrf51_rtc_settle(s);
    switch (reg) {
    case REG_EVTEN:
        p->reg[REG_EVTEN] = value;
        break;
    case REG_EVTENSET:
        p->reg[REG_EVTEN] |= value;
        break;
    case REG_EVTENCLR:
        p->reg[REG_EVTEN] &= ~value;
        break;
    case REG_PRESCALER:
        write_prescaler(s, value);
        break;
    default:
        write_cc(s, reg - REG_CC, value);
        break;
    }
    update_enabled(s);
    rearm(s);
}

static void nrf51_rtc_poll(NrfPeripheral *p)
{
    nrf51_rtc_settle(NRF51_RTC(p));
    rearm(NRF51_RTC(p));
}

static void silence(NrfPeripheral *p)
{
    Nrf51Rtc *s = NRF51_RTC(p);
    unsigned i;

    timer_del(&s->expiry);
    s->started = false;
    s->queued = 0;
    s->enabled = 0;
    s->expiring = false;
    s->done = nrf51_rtc_edge_at(qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    nrf51_rtc_set_origin(s, s->done, 0);
    nrf51_rtc_forget_past(s);
    for (i = 0; i < CHANNELS; i++) {
        s->channel[i].edge = 0;
    }
}

static const NrfTask rtc_tasks[] = {
    { A_START, "START", queue_task, TASK_START },
    { A_STOP, "STOP", queue_task, TASK_STOP },
    { A_CLEAR, "CLEAR", queue_task, TASK_CLEAR },
    { A_TRIGOVRFLW, "TRIGOVRFLW", queue_task, TASK_TRIGOVRFLW },
};

#define CHANNEL_EVENT(n) \
    [EV_COMPARE + (n)] = { A_COMPARE0 + 4 * (n), "COMPARE" #n, \
                           NRF51_RTC_BIT_COMPARE + (n) }

static const NrfEvent rtc_events[] = {
    [EV_TICK] = { A_TICK, "TICK", NRF51_RTC_BIT_TICK },
    [EV_OVRFLW] = { A_OVRFLW, "OVRFLW", NRF51_RTC_BIT_OVRFLW },
    CHANNEL_EVENT(0), CHANNEL_EVENT(1), CHANNEL_EVENT(2), CHANNEL_EVENT(3),
};

#define CHANNEL_CC(n) \
    [REG_CC + (n)] = { A_CC0 + 4 * (n), "CC" #n, 0, NRF51_RTC_MASK }

/* With @n channels; what belongs to the fourth comes last. */
#define REGISTERS(evten, ...) {                                         \
        [REG_EVTEN] = { A_EVTEN, "EVTEN", 0, (evten) },                 \
        [REG_EVTENSET] = { A_EVTENSET, "EVTENSET", 0, (evten) },        \
        [REG_EVTENCLR] = { A_EVTENCLR, "EVTENCLR", 0, (evten) },        \
        [REG_COUNTER] = { A_COUNTER, "COUNTER", 0, 0, NRF_RO },         \
        [REG_PRESCALER] = { A_PRESCALER, "PRESCALER", 0, 0xfff },       \
        CHANNEL_CC(0), CHANNEL_CC(1), CHANNEL_CC(2), __VA_ARGS__        \
    }

static const NrfRegister rtc_registers[] =
    REGISTERS(EVTEN_MASK, CHANNEL_CC(3));
static const NrfRegister rtc_registers_3cc[] =
    REGISTERS(EVTEN_MASK & ~BIT(NRF51_RTC_BIT_COMPARE + 3));

static const NrfPeripheralInfo rtc_info = {
    .tasks = rtc_tasks,
    .num_tasks = ARRAY_SIZE(rtc_tasks),
    .events = rtc_events,
    .num_events = ARRAY_SIZE(rtc_events),
    .registers = rtc_registers,
    .num_registers = ARRAY_SIZE(rtc_registers),
    .has_inten = true,
};

static const NrfPeripheralInfo rtc_info_3cc = {
    .tasks = rtc_tasks,
    .num_tasks = ARRAY_SIZE(rtc_tasks),
    .events = rtc_events,
    .num_events = ARRAY_SIZE(rtc_events) - 1,
    .registers = rtc_registers_3cc,
    .num_registers = ARRAY_SIZE(rtc_registers_3cc),
    .has_inten = true,
};

static void nrf51_rtc_realize(DeviceState *dev, Error **errp)
{
    Nrf51Rtc *s = NRF51_RTC(dev);

    if (!s->clock) {
        error_setg(errp, "clock property was not set");
        return;
    }
    nrf51_clock_add_lfclk_notifier(s->clock, &s->lf_changed);
}

static void nrf51_rtc_init(Object *obj)
{
    Nrf51Rtc *s = NRF51_RTC(obj);

    s->lf_changed.notify = lf_changed;
    timer_init_ns(&s->expiry, QEMU_CLOCK_VIRTUAL, expired, s);
}

static void nrf51_rtc_finalize(Object *obj)
{
    timer_del(&NRF51_RTC(obj)->expiry);
}

static void nrf51_rtc_unrealize(DeviceState *dev)
{
    notifier_remove(&NRF51_RTC(dev)->lf_changed);
}

static const Property nrf51_rtc_properties[] = {
    DEFINE_PROP_LINK("clock", Nrf51Rtc, clock, TYPE_NRF51_CLOCK,
                     Nrf51Clock *),
    DEFINE_PROP_UINT32("late-compare-ms", Nrf51Rtc, late_compare_ms, 1000),
};

static bool queue_fits(void *opaque, int version_id)
{
    Nrf51Rtc *s = opaque;

    return s->queued <= NRF51_RTC_QUEUE;
}

static const VMStateDescription vmstate_nrf51_rtc_task = {
    .name = TYPE_NRF51_RTC "-task",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(task, Nrf51RtcTask),
        VMSTATE_INT64(edge, Nrf51RtcTask),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_nrf51_rtc_channel = {
    .name = TYPE_NRF51_RTC "-channel",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(before, Nrf51RtcChannel),
        VMSTATE_INT64(edge, Nrf51RtcChannel),
        VMSTATE_INT64(fired, Nrf51RtcChannel),
        VMSTATE_INT64(overdue, Nrf51RtcChannel),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_nrf51_rtc = {
    .name = TYPE_NRF51_RTC,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Rtc),
        VMSTATE_TIMER(expiry, Nrf51Rtc),
        VMSTATE_BOOL(started, Nrf51Rtc),
        VMSTATE_BOOL(clocked, Nrf51Rtc),
        VMSTATE_UINT32(base, Nrf51Rtc),
        VMSTATE_INT64(origin, Nrf51Rtc),
        VMSTATE_INT64(done, Nrf51Rtc),
        VMSTATE_UINT32(enabled, Nrf51Rtc),
        VMSTATE_INT64(seen, Nrf51Rtc),
        VMSTATE_INT64(late_at, Nrf51Rtc),
        VMSTATE_UINT32(queued, Nrf51Rtc),
        VMSTATE_VALIDATE("queue fits", queue_fits),
        VMSTATE_STRUCT_ARRAY(queue, Nrf51Rtc, NRF51_RTC_QUEUE, 1,
                             vmstate_nrf51_rtc_task, Nrf51RtcTask),
        VMSTATE_STRUCT_ARRAY(channel, Nrf51Rtc, NRF51_RTC_CHANNELS, 1,
                             vmstate_nrf51_rtc_channel, Nrf51RtcChannel),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_rtc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 RTC";
    dc->realize = nrf51_rtc_realize;
    dc->unrealize = nrf51_rtc_unrealize;
    dc->vmsd = &vmstate_nrf51_rtc;
    device_class_set_props(dc, nrf51_rtc_properties);
    pc->info = &rtc_info;
    pc->read = nrf51_rtc_read;
    pc->write = nrf51_rtc_write;
    pc->poll = nrf51_rtc_poll;
    pc->inten_changed = nrf51_rtc_inten_changed;
    pc->silence = silence;
}

static void nrf51_rtc_3cc_class_init(ObjectClass *klass, void *data)
{
    NRF_PERIPHERAL_CLASS(klass)->info = &rtc_info_3cc;
}

static const TypeInfo nrf51_rtc_types[] = {
    {
        .name = TYPE_NRF51_RTC,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Rtc),
        .instance_init = nrf51_rtc_init,
        .instance_finalize = nrf51_rtc_finalize,
        .class_init = nrf51_rtc_class_init,
    },
    {
        .name = TYPE_NRF51_RTC_3CC,
        .parent = TYPE_NRF51_RTC,
        .class_init = nrf51_rtc_3cc_class_init,
    },
};
DEFINE_TYPES(nrf51_rtc_types)
