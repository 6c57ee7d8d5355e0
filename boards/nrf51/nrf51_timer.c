/*
 * nRF51 TIMER
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Timer/counter
 * (TIMER)"; Nordic's nrf51.svd for registers, bits and reset values; nRF51822
 * PAN v3.x, number 73, for the register at 0xC0C.
 *
 * The counter is never stepped: it follows from the time that has passed since
 * an epoch, reckoned in half nanoseconds, in which a cycle of 16 MHz is a
 * whole number.  A compare happens at the instant the counter steps onto CC,
 * and what it starts over shorts or PPI (CLEAR: a new epoch) happens at that
 * same instant, however late QEMU gets to run it.  So nothing drifts.
 *
 * Late compares.  Firmware that keeps a beat does CC = CC + n in its interrupt
 * handler, without a look at the counter.  If the host holds QEMU up for more
 * than n, the new CC has been passed; the chip, which is never that late,
 * would wait for the counter to wrap, up to 71 minutes.  Therefore, when
 *  - CC is written for the first time after a compare of its channel that had
 *    its interrupt on,
 *  - the counter was not captured since that event was cleared, and not
 *    cleared, stopped or reconfigured, and
 *  - reckoned from that compare the new one is overdue, by "late-compare-ms"
 *    at most (1000; 0 switches this off),
 * it happens LATE_NS later, or once the event is cleared.  The next is
 * reckoned from when it was due, so no beat is lost.  Off with -icount, where
 * the host's delays do not show.
 *
 * Where the sources are silent:
 *  - a compare needs a step of the counter: CLEAR, START and a write to CC do
 *    not match, so CC = 0 happens when the counter wraps;
 *  - with COMPARE_CLEAR the period is CC ticks;
 *  - the lower bits of CC, as many as BITMODE has, are compared;
 *  - CC of a 16-bit timer has 16 bits, and BITMODE 24 or 32 counts 16 there;
 *  - PRESCALER above 9 counts as 9; CLEAR and START restart it;
 *  - SHUTDOWN stops and clears the counter, for the core of the timer has no
 *    power; STOP keeps it;
 *  - MODE, BITMODE and PRESCALER, if written while it runs, count from then on.
 *
 * Not modelled: start-up time, the cycles a task takes, anomaly 73 itself.
 * Firmware that asks for more compares than the host can process sees the
 * counter fall behind (MAX_BURST).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/cpu-timers.h"
#include "hw/benchwire/boards/nrf51/nrf51_timer.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,     0x000)
REG32(STOP,      0x004)
REG32(COUNT,     0x008)
REG32(CLEAR,     0x00C)
REG32(SHUTDOWN,  0x010)
REG32(CAPTURE0,  0x040)           /* four */
REG32(COMPARE0,  0x140)           /* four */
REG32(MODE,      0x504)
    FIELD(MODE, COUNTER, 0, 1)
REG32(BITMODE,   0x508)
    FIELD(BITMODE, BITMODE, 0, 2) /* 16, 8, 24, 32 bits */
REG32(PRESCALER, 0x510)
    FIELD(PRESCALER, PRESCALER, 0, 4)
REG32(CC0,       0x540)           /* four */
REG32(PAN73,     0xC0C)           /* undocumented; the anomaly's cure */
/* clang-format on */

#define CHANNELS       NRF51_TIMER_CHANNELS
#define CYCLE          125 /* half ns of 16 MHz */
#define HALF_NS(ns)    (2 * (int64_t)(ns))
#define PRESCALER_MAX  9
#define INTEN_COMPARE0 16
#define STOP_SHORT0    8
#define NEVER          INT64_MAX
#define NO_EXPIRY      (-1)

#define LATE_NS   (20 * SCALE_US) /* until an overdue compare happens */
#define RETRY_NS  SCALE_MS        /* while its event is still set */
#define BURST_NS  SCALE_MS        /* a compare is late if by more than this */
#define MAX_BURST 20000

enum { EV_COMPARE };
enum { TASK_START, TASK_STOP, TASK_COUNT, TASK_CLEAR };
enum {
    REG_MODE,
    REG_BITMODE,
    REG_PRESCALER,
    REG_CC,
    REG_PAN73 = REG_CC + CHANNELS,
};

static uint32_t *reg_of(Nrf51Timer *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

/* The counter */

static bool counts_pulses(Nrf51Timer *s)
{
    return FIELD_EX32(reg_of(s)[REG_MODE], MODE, COUNTER);
}

static uint32_t width_mask(Nrf51Timer *s)
{
    static const uint8_t width[] = { 16, 8, 24, 32 };
    uint32_t mode =
        FIELD_EX32(reg_of(s)[REG_BITMODE], BITMODE, BITMODE);

    return MAKE_64BIT_MASK(0, MIN(width[mode], s->bits));
}

static int64_t tick_of(Nrf51Timer *s)
{
    return (int64_t)CYCLE << MIN(reg_of(s)[REG_PRESCALER], PRESCALER_MAX);
}

static bool is_ticking(Nrf51Timer *s)
{
    return s->running && !counts_pulses(s);
}

static int64_t ticks_at(Nrf51Timer *s, int64_t time)
{
    return is_ticking(s) ? (time - s->epoch) / tick_of(s) : 0;
}

static uint32_t counter_at(Nrf51Timer *s, int64_t time)
{
    return (s->base + ticks_at(s, time)) & width_mask(s);
}

/* From @time on it counts from @value. */
static void set_epoch(Nrf51Timer *s, int64_t time, uint32_t value)
{
    s->epoch = time;
    s->base = value;
    s->done = 0;
}

static void forget_chains(Nrf51Timer *s)
{
    memset(s->chain, 0, sizeof(s->chain));
}

/* When the next compare happens */
static int64_t next_compare(Nrf51Timer *s)
{
    uint32_t mask = width_mask(s);
    uint32_t last = s->base + s->done;
    uint32_t least = UINT32_MAX;
    unsigned i;

    if (!is_ticking(s)) {
        return NEVER;
    }
    for (i = 0; i < CHANNELS; i++) {
        /* steps to go, less one */
        least = MIN(least, (reg_of(s)[REG_CC + i] - last - 1) & mask);
    }
    return s->epoch + (s->done + 1 + least) * tick_of(s);
}

static void rearm(Nrf51Timer *s)
{
    int64_t next = next_compare(s);
    unsigned i;

    for (i = 0; i < CHANNELS; i++) {
        if (s->chain[i].overdue) {
            next = MIN(next, s->late_at);
        }
    }
    if (next == NEVER) {
        timer_del(&s->expiry);
    } else if (timer_expire_time_ns(&s->expiry) != DIV_ROUND_UP(next, 2)) {
        timer_mod(&s->expiry, DIV_ROUND_UP(next, 2));
    }
}

/* Compares */

static unsigned matches(Nrf51Timer *s, uint32_t value)
{
    uint32_t mask = width_mask(s);
    unsigned hit = 0;
    unsigned i;

    for (i = 0; i < CHANNELS; i++) {
        if ((reg_of(s)[REG_CC + i] & mask) == value) {
            hit |= BIT(i);
        }
    }
    return hit;
}

static void compare(Nrf51Timer *s, unsigned i, int64_t due)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);

    s->chain[i] = (Nrf51TimerChain){
        .armed = p->inten & BIT(INTEN_COMPARE0 + i),
        .value = p->reg[REG_CC + i],
        .due = due,
    };
    nrf_event(p, EV_COMPARE + i);
}

/* The compares of one instant; several channels can have the same CC. */
static void expire(Nrf51Timer *s, int64_t due)
{
    int64_t outer = nrf_time_begin(DIV_ROUND_UP(due, 2));
    unsigned hit;
    unsigned i;

    s->done = ticks_at(s, due);
    s->synced = MAX(s->synced, due);
    s->expiring = due;
    hit = matches(s, counter_at(s, due));
    for (i = 0; i < CHANNELS; i++) {
        if (hit & BIT(i)) {
            compare(s, i, due);
        }
    }
    s->expiring = NO_EXPIRY;
    nrf_time_end(outer);
}

/*
 * The next compare, at @due, if it is in time. A flood of late ones is not
 * worked off: the counter loses the time instead.
 */
static void expire_or_slip(Nrf51Timer *s, int64_t due, int64_t now)
{
    if (now - due <= HALF_NS(BURST_NS)) {
        s->burst = 0;
    } else if (++s->burst > MAX_BURST) {
        trace_bw_nrf51_timer_slip(DEVICE(s)->canonical_path,
                                  (now - due) / 2);
        s->burst = 0;
        s->epoch += now - due;
        due = now;
    }
    expire(s, due);
}

/* Let everything happen that is due by @now. */
static void catch_up(Nrf51Timer *s, int64_t now)
{
    int64_t due;

    while ((due = next_compare(s)) <= now) {
        expire_or_slip(s, due, now);
    }
    s->synced = MAX(s->synced, now);
    s->done = ticks_at(s, s->synced);
}

/* The present of a task or an access, with everything before it done */
static int64_t settle(Nrf51Timer *s)
{
    if (s->expiring == NO_EXPIRY) {
        catch_up(s, MAX(HALF_NS(nrf_time()), s->synced));
        return s->synced;
    }
    return s->expiring;
}

/* Overdue compares; see the top of this file */

static void expire_overdue(Nrf51Timer *s, int64_t now)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    unsigned i;

    if (now < s->late_at) {
        return;
    }
    s->late_at = now + HALF_NS(RETRY_NS);
    for (i = 0; i < CHANNELS; i++) {
        Nrf51TimerChain *chain = &s->chain[i];

        if (!chain->overdue) {
            continue;
        }
        if (!(p->events & BIT(EV_COMPARE + i))) {
            trace_bw_nrf51_timer_late(DEVICE(s)->canonical_path, i,
                                      (now - chain->due) / 2);
            compare(s, i, chain->due);
        } else if (now - chain->due >
                   HALF_NS(s->late_compare_ms * (int64_t)SCALE_MS)) {
            chain->overdue = false; /* nobody takes the event */
        }
    }
}

static void write_cc(Nrf51Timer *s, unsigned i, uint32_t value, int64_t now)
{
    Nrf51TimerChain *chain = &s->chain[i];
    int64_t late_max = HALF_NS(s->late_compare_ms * (int64_t)SCALE_MS);
    uint32_t steps = (value - chain->value) & width_mask(s);
    int64_t due = chain->due + steps * tick_of(s);
    bool overdue = chain->armed && is_ticking(s) && steps && due <= now &&
                   now - due <= late_max && !icount_enabled();

    reg_of(s)[REG_CC + i] = s->bits == 16 ? (uint16_t)value : value;
    *chain = (Nrf51TimerChain){ .overdue = overdue, .due = due };
    if (overdue) {
        s->late_at = now + HALF_NS(LATE_NS);
    }
}

static void expired(void *opaque)
{
    Nrf51Timer *s = opaque;
    int64_t now = HALF_NS(qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    int64_t due = next_compare(s);

    /* One instant at a time: another timer may have one before our next. */
    if (due <= now) {
        expire_or_slip(s, due, now);
    }
    expire_overdue(s, now);
    rearm(s);
}

/* Tasks */

static void task_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Timer *s = NRF51_TIMER(p);
    int64_t now = settle(s);

    if (!s->running) {
        s->running = true;
        set_epoch(s, now, s->base);
    }
    rearm(s);
}

static void stop(Nrf51Timer *s, int64_t now)
{
    set_epoch(s, now, counter_at(s, now));
    s->running = false;
    forget_chains(s);
    rearm(s);
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    stop(NRF51_TIMER(p), settle(NRF51_TIMER(p)));
}

static void task_shutdown(NrfPeripheral *p, unsigned unused)
{
    stop(NRF51_TIMER(p), settle(NRF51_TIMER(p)));
    NRF51_TIMER(p)->base = 0;
}

static void task_count(NrfPeripheral *p, unsigned unused)
{
    Nrf51Timer *s = NRF51_TIMER(p);
    unsigned hit;
    unsigned i;

    if (!s->running || !counts_pulses(s)) {
        return;
    }
    s->base = (s->base + 1) & width_mask(s);
    hit = matches(s, s->base);
    for (i = 0; i < CHANNELS; i++) {
        if (hit & BIT(i)) {
            nrf_event(p, EV_COMPARE + i);
        }
    }
}

static void task_clear(NrfPeripheral *p, unsigned unused)
{
    Nrf51Timer *s = NRF51_TIMER(p);

    set_epoch(s, settle(s), 0);
    forget_chains(s);
    rearm(s);
}

static void task_capture(NrfPeripheral *p, unsigned channel)
{
    Nrf51Timer *s = NRF51_TIMER(p);
    int64_t now = settle(s);
    unsigned i;

    p->reg[REG_CC + channel] = counter_at(s, now);
    s->chain[channel] = (Nrf51TimerChain){ };
    for (i = 0; i < CHANNELS; i++) {
        if (!(p->events & BIT(EV_COMPARE + i))) {
            s->chain[i].armed = false; /* the time is known again */
        }
    }
    rearm(s);
}

/* Registers */

static void nrf51_timer_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Timer *s = NRF51_TIMER(p);
    int64_t now = settle(s);

    if (reg >= REG_CC && reg < REG_CC + CHANNELS) {
        write_cc(s, reg - REG_CC, value, now);
    } else {
        set_epoch(s, now, counter_at(s, now));
        p->reg[reg] = value;
        s->base &= width_mask(s);
        forget_chains(s);
    }
    rearm(s);
}

static void nrf51_timer_poll(NrfPeripheral *p)
{
    settle(NRF51_TIMER(p));
    rearm(NRF51_TIMER(p));
}

static void silence(NrfPeripheral *p)
{
    Nrf51Timer *s = NRF51_TIMER(p);

    timer_del(&s->expiry);
    s->running = false;
    s->burst = 0;
    s->synced = 0;
    s->expiring = NO_EXPIRY;
    set_epoch(s, 0, 0);
    forget_chains(s);
}

#define CHANNEL_TASK(n) \
    { A_CAPTURE0 + 4 * (n), "CAPTURE" #n, task_capture, (n) }

static const NrfTask timer_tasks[] = {
    [TASK_START] = { A_START, "START", task_start },
    [TASK_STOP]  = { A_STOP,  "STOP",  task_stop },
    [TASK_COUNT] = { A_COUNT, "COUNT", task_count },
    [TASK_CLEAR] = { A_CLEAR, "CLEAR", task_clear },
    { A_SHUTDOWN, "SHUTDOWN", task_shutdown },
    CHANNEL_TASK(0), CHANNEL_TASK(1), CHANNEL_TASK(2), CHANNEL_TASK(3),
};

#define CHANNEL_EVENT(n) \
    [EV_COMPARE + (n)] = { A_COMPARE0 + 4 * (n), "COMPARE" #n, \
                           INTEN_COMPARE0 + (n) }

static const NrfEvent timer_events[] = {
    CHANNEL_EVENT(0), CHANNEL_EVENT(1), CHANNEL_EVENT(2), CHANNEL_EVENT(3),
};

#define CHANNEL_SHORTS(n) \
    { (n), EV_COMPARE + (n), TASK_CLEAR }, \
    { STOP_SHORT0 + (n), EV_COMPARE + (n), TASK_STOP }

static const NrfShort timer_shorts[] = {
    CHANNEL_SHORTS(0), CHANNEL_SHORTS(1), CHANNEL_SHORTS(2), CHANNEL_SHORTS(3),
};

#define CHANNEL_CC(n) \
    [REG_CC + (n)] = { A_CC0 + 4 * (n), "CC" #n, 0, UINT32_MAX }

static const NrfRegister timer_registers[] = {
    [REG_MODE] = { A_MODE, "MODE", 0, R_MODE_COUNTER_MASK },
    [REG_BITMODE] = { A_BITMODE, "BITMODE", 0, R_BITMODE_BITMODE_MASK },
    [REG_PRESCALER] = { A_PRESCALER, "PRESCALER", 4,
                        R_PRESCALER_PRESCALER_MASK },
    CHANNEL_CC(0), CHANNEL_CC(1), CHANNEL_CC(2), CHANNEL_CC(3),
    [REG_PAN73] = { A_PAN73, "0xC0C", 0, 0x1 },
};

static const NrfPeripheralInfo timer_info = {
    .tasks = timer_tasks,
    .num_tasks = ARRAY_SIZE(timer_tasks),
    .events = timer_events,
    .num_events = ARRAY_SIZE(timer_events),
    .shorts = timer_shorts,
    .num_shorts = ARRAY_SIZE(timer_shorts),
    .registers = timer_registers,
    .num_registers = ARRAY_SIZE(timer_registers),
    .has_inten = true,
};

static void nrf51_timer_realize(DeviceState *dev, Error **errp)
{
    Nrf51Timer *s = NRF51_TIMER(dev);

    if (s->bits != 16 && s->bits != 32) {
        error_setg(errp, "bits must be 16 or 32");
    }
}

static void nrf51_timer_init(Object *obj)
{
    Nrf51Timer *s = NRF51_TIMER(obj);

    timer_init_ns(&s->expiry, QEMU_CLOCK_VIRTUAL, expired, s);
    s->expiring = NO_EXPIRY;
}

static void nrf51_timer_finalize(Object *obj)
{
    timer_del(&NRF51_TIMER(obj)->expiry);
}

static const Property nrf51_timer_properties[] = {
    DEFINE_PROP_UINT32("bits", Nrf51Timer, bits, 32),
    DEFINE_PROP_UINT32("late-compare-ms", Nrf51Timer, late_compare_ms, 1000),
};

static const VMStateDescription vmstate_nrf51_timer_chain = {
    .name = TYPE_NRF51_TIMER "-chain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(armed, Nrf51TimerChain),
        VMSTATE_BOOL(overdue, Nrf51TimerChain),
        VMSTATE_UINT32(value, Nrf51TimerChain),
        VMSTATE_INT64(due, Nrf51TimerChain),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_nrf51_timer = {
    .name = TYPE_NRF51_TIMER,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Timer),
        VMSTATE_TIMER(expiry, Nrf51Timer),
        VMSTATE_BOOL(running, Nrf51Timer),
        VMSTATE_UINT32(base, Nrf51Timer),
        VMSTATE_INT64(epoch, Nrf51Timer),
        VMSTATE_INT64(done, Nrf51Timer),
        VMSTATE_INT64(synced, Nrf51Timer),
        VMSTATE_INT64(late_at, Nrf51Timer),
        VMSTATE_STRUCT_ARRAY(chain, Nrf51Timer, NRF51_TIMER_CHANNELS, 1,
                             vmstate_nrf51_timer_chain, Nrf51TimerChain),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_timer_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 TIMER";
    dc->realize = nrf51_timer_realize;
    dc->vmsd = &vmstate_nrf51_timer;
    device_class_set_props(dc, nrf51_timer_properties);
    pc->info = &timer_info;
    pc->write = nrf51_timer_write;
    pc->poll = nrf51_timer_poll;
    pc->silence = silence;
}

static const TypeInfo nrf51_timer_types[] = {
    {
        .name = TYPE_NRF51_TIMER,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Timer),
        .instance_init = nrf51_timer_init,
        .instance_finalize = nrf51_timer_finalize,
        .class_init = nrf51_timer_class_init,
    },
};
DEFINE_TYPES(nrf51_timer_types)
