/*
 * nRF51 RTC: what COUNTER is at an edge of LFCLK, and what happens there
 *
 * Sources, choices and what is not modelled: see nrf51_rtc.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "hw/benchwire/boards/nrf51/nrf51_rtc_count.h"

#define CHANNELS      NRF51_RTC_CHANNELS
#define TRIGGER_VALUE 0xfffff0 /* what TRIGOVRFLW sets */
#define SYNC_NS       15259    /* half a period of LFCLK */

static uint32_t *reg_of(Nrf51Rtc *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static unsigned channels_of(Nrf51Rtc *s)
{
    return NRF_PERIPHERAL_GET_CLASS(s)->info->num_events - EV_COMPARE;
}

/* Edges of LFCLK */

int64_t nrf51_rtc_edge_at(int64_t ns)
{
    return muldiv64(ns, NRF51_RTC_HZ, NANOSECONDS_PER_SECOND);
}

int64_t nrf51_rtc_edge_ns(int64_t edge)
{
    return muldiv64_round_up(edge, NANOSECONDS_PER_SECOND, NRF51_RTC_HZ);
}

int64_t nrf51_rtc_effect_edge(Nrf51Rtc *s)
{
    return MAX(nrf51_rtc_edge_at(nrf_time() + SYNC_NS - 1), s->done) + 1;
}

/* COUNTER */

bool nrf51_rtc_is_counting(Nrf51Rtc *s)
{
    return s->started && s->clocked;
}

static int64_t period_of(Nrf51Rtc *s)
{
    return reg_of(s)[REG_PRESCALER] + 1;
}

/* Steps since the origin */
static int64_t steps_at(Nrf51Rtc *s, int64_t edge)
{
    return nrf51_rtc_is_counting(s) && edge > s->origin
               ? (edge - s->origin) / period_of(s) : 0;
}

uint32_t nrf51_rtc_counter_at(Nrf51Rtc *s, int64_t edge)
{
    return (s->base + steps_at(s, edge)) & NRF51_RTC_MASK;
}

void nrf51_rtc_set_origin(Nrf51Rtc *s, int64_t edge, uint32_t value)
{
    s->origin = edge;
    s->base = value;
}

void nrf51_rtc_forget_past(Nrf51Rtc *s)
{
    unsigned i;

    s->seen = NRF51_RTC_NONE;
    for (i = 0; i < CHANNELS; i++) {
        s->channel[i].fired = NRF51_RTC_NONE;
        s->channel[i].overdue = NRF51_RTC_NONE;
    }
}

int64_t nrf51_rtc_edge_of_value(Nrf51Rtc *s, uint32_t value, int64_t after)
{
    int64_t steps = steps_at(s, after);
    uint32_t more = (value - (uint32_t)(s->base + steps) - 1) & NRF51_RTC_MASK;

    return s->origin + (steps + 1 + more) * period_of(s);
}

uint32_t nrf51_rtc_cc_at(Nrf51Rtc *s, unsigned i, int64_t edge)
{
    return edge < s->channel[i].edge ? s->channel[i].before
                                     : reg_of(s)[REG_CC + i];
}

static int64_t next_compare(Nrf51Rtc *s, unsigned i)
{
    const Nrf51RtcChannel *c = &s->channel[i];
    int64_t next;

    if (s->done < c->edge) {
        next = nrf51_rtc_edge_of_value(s, c->before, s->done);
        if (next < c->edge) {
            return next;
        }
    }
    return nrf51_rtc_edge_of_value(s, reg_of(s)[REG_CC + i],
                         MAX(s->done, c->edge - 1));
}

int64_t nrf51_rtc_next_edge(Nrf51Rtc *s)
{
    int64_t next = s->queued && s->clocked ? s->queue[0].edge : NRF51_RTC_NEVER;
    unsigned i;

    if (!nrf51_rtc_is_counting(s)) {
        return next;
    }
    if (s->enabled & BIT(NRF51_RTC_BIT_TICK)) {
        next = MIN(next, s->origin +
                         (steps_at(s, s->done) + 1) * period_of(s));
    }
    if (s->enabled & BIT(NRF51_RTC_BIT_OVRFLW)) {
        next = MIN(next, nrf51_rtc_edge_of_value(s, 0, s->done));
    }
    for (i = 0; i < channels_of(s); i++) {
        if (s->enabled & BIT(NRF51_RTC_BIT_COMPARE + i)) {
            next = MIN(next, next_compare(s, i));
        }
    }
    return next;
}

/* What happens at an edge */

static void emit(Nrf51Rtc *s, unsigned event, unsigned bit)
{
    if (reg_of(s)[REG_EVTEN] & BIT(bit)) {
        nrf_event(NRF_PERIPHERAL(s), event);
    } else if (s->enabled & BIT(bit)) {
        nrf_event_local(NRF_PERIPHERAL(s), event);
    }
}

void nrf51_rtc_emit_compare(Nrf51Rtc *s, unsigned i, int64_t edge)
{
    bool interrupts = NRF_PERIPHERAL(s)->inten & BIT(NRF51_RTC_BIT_COMPARE + i);

    s->channel[i].fired = interrupts ? edge : NRF51_RTC_NONE;
    s->channel[i].overdue = NRF51_RTC_NONE;
    emit(s, EV_COMPARE + i, NRF51_RTC_BIT_COMPARE + i);
}

static void start(Nrf51Rtc *s, int64_t edge)
{
    if (!s->started) {
        nrf51_rtc_set_origin(s, edge, s->base);
        s->started = true;
    }
}

static void stop(Nrf51Rtc *s, int64_t edge)
{
    /* no step at this edge */
    nrf51_rtc_set_origin(s, edge, nrf51_rtc_counter_at(s, edge - 1));
    s->started = false;
    nrf51_rtc_forget_past(s);
}

static void run_task(Nrf51Rtc *s, unsigned task, int64_t edge)
{
    switch (task) {
    case TASK_START:
        start(s, edge);
        break;
    case TASK_STOP:
        stop(s, edge);
        break;
    case TASK_CLEAR:
        nrf51_rtc_set_origin(s, edge, 0);
        nrf51_rtc_forget_past(s);
        break;
    case TASK_TRIGOVRFLW:
        nrf51_rtc_set_origin(s, edge, TRIGGER_VALUE);
        nrf51_rtc_forget_past(s);
        break;
    }
}

static void remove_task(Nrf51Rtc *s, unsigned index)
{
    s->queued--;
    memmove(&s->queue[index], &s->queue[index + 1],
            (s->queued - index) * sizeof(s->queue[0]));
}

static void run_tasks(Nrf51Rtc *s, int64_t edge)
{
    while (s->queued && s->queue[0].edge <= edge) {
        unsigned task = s->queue[0].task;

        remove_task(s, 0);
        run_task(s, task, edge);
    }
}

static void step(Nrf51Rtc *s, int64_t edge)
{
    uint32_t value = nrf51_rtc_counter_at(s, edge);
    uint32_t hit = 0;
    unsigned i;

    if (!nrf51_rtc_is_counting(s) || edge <= s->origin ||
        (edge - s->origin) % period_of(s)) {
        return;
    }
    for (i = 0; i < channels_of(s); i++) {
        hit |= nrf51_rtc_cc_at(s, i, edge) == value ? BIT(i) : 0;
    }
    emit(s, EV_TICK, NRF51_RTC_BIT_TICK);
    if (value == 0) {
        emit(s, EV_OVRFLW, NRF51_RTC_BIT_OVRFLW);
    }
    for (i = 0; i < channels_of(s); i++) {
        if (hit & BIT(i)) {
            nrf51_rtc_emit_compare(s, i, edge);
        }
    }
}

void nrf51_rtc_expire(Nrf51Rtc *s, int64_t edge)
{
    int64_t outer = nrf_time_begin(nrf51_rtc_edge_ns(edge));

    s->done = edge;
    s->expiring = true;
    run_tasks(s, edge);
    step(s, edge);
    s->expiring = false;
    nrf_time_end(outer);
}

void nrf51_rtc_settle(Nrf51Rtc *s)
{
    int64_t now = nrf51_rtc_edge_at(nrf_time());
    int64_t next;

    if (s->expiring) {
        return;
    }
    while ((next = nrf51_rtc_next_edge(s)) <= now) {
        nrf51_rtc_expire(s, next);
    }
    s->done = MAX(s->done, now);
}

/* Tasks: all of them wait for an edge */

void nrf51_rtc_queue_task(Nrf51Rtc *s, unsigned task)
{
    int64_t edge;
    unsigned i;

    nrf51_rtc_settle(s);
    edge = nrf51_rtc_effect_edge(s);
    for (i = 0; i < s->queued; i++) {
        if (s->queue[i].task == task &&
            (s->queue[i].edge == edge || !s->clocked)) {
            remove_task(s, i);
            break;
        }
    }
    if (s->queued == NRF51_RTC_QUEUE) {
        remove_task(s, 0); /* cannot be: four tasks, two edges */
    }
    s->queue[s->queued++] = (Nrf51RtcTask){ .task = task, .edge = edge };
}
