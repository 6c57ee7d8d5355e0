/*
 * A core that sleeps while it polls a peripheral, see nrf_doze.h
 *
 * The read itself cannot be left, so that the core is sent to sleep by work
 * that is queued for it: done as soon as the instruction is over (-icount) or
 * a few instructions later.  Until then there may be news already.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "hw/benchwire/boards/nrf/nrf_doze.h"
#include "hw/benchwire/trace.h"

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void stop_sleeping(NrfDoze *d)
{
    d->wanted = false;
    if (d->asleep) {
        d->asleep = false;
        d->last_ns = now_ns();
        timer_del(&d->bound);
        arm_v7m_wake(d->cpu);
    }
}

static void too_long(void *opaque)
{
    stop_sleeping(opaque);
}

static void fall_asleep(CPUState *cpu, run_on_cpu_data data)
{
    NrfDoze *d = data.host_ptr;

    if (!d->wanted) {
        return;
    }
    d->wanted = false;
    d->asleep = true;
    if (!d->waited) {
        d->waited = true;
        d->first_ns = now_ns();
    }
    trace_bw_nrf_doze(d->owner->canonical_path);
    timer_mod(&d->bound, now_ns() + NRF_DOZE_MS * SCALE_MS);
    arm_v7m_doze(cpu);
}

static bool does_nothing_else(NrfDoze *d)
{
    int64_t now = now_ns();

    if (now - d->last_ns > NRF_DOZE_GAP_US * SCALE_US) {
        d->polls = 0;
    }
    d->last_ns = now;
    if (d->polls < NRF_DOZE_POLLS) {
        d->polls++;
    }
    return d->polls == NRF_DOZE_POLLS;
}

static bool is_tired(NrfDoze *d)
{
    return d->waited &&
           now_ns() - d->first_ns > (int64_t)NRF_DOZE_ALL_MS * SCALE_MS;
}

void nrf_doze_poll(NrfDoze *d)
{
    if (!current_cpu || d->wanted) {
        return;
    }
    if (d->asleep) {
        stop_sleeping(d); /* an exception has ended it */
    }
    if (does_nothing_else(d) && !is_tired(d)) {
        d->wanted = true;
        d->cpu = current_cpu;
        async_run_on_cpu(d->cpu, fall_asleep, RUN_ON_CPU_HOST_PTR(d));
    }
}

void nrf_doze_wake(NrfDoze *d)
{
    d->waited = false;
    stop_sleeping(d);
}

void nrf_doze_init(NrfDoze *d, DeviceState *owner)
{
    d->owner = owner;
    timer_init_ns(&d->bound, QEMU_CLOCK_VIRTUAL, too_long, d);
}

void nrf_doze_finish(NrfDoze *d)
{
    nrf_doze_wake(d);
}
