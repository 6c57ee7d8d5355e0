/*
 * nRF51 watchdog timer (WDT)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Watchdog timer (WDT)";
 * Nordic's nrf51.svd for registers, bits and reset values.
 *
 * Once started it runs until the chip is reset, and CRV, RREN and CONFIG
 * cannot be written any more.  (CRV + 1) / 32768 s after START or after the
 * last reload TIMEOUT comes, and the chip is reset with RESETREAS.DOG: two
 * cycles of 32768 Hz later if TIMEOUT is enabled as an interrupt, at once if
 * it is not.  A reload needs the word of reload in all RR[n] that RREN
 * enables.
 *
 * Where the sources are silent:
 *  - START while it runs does nothing;
 *  - words of reload before START, for registers that are not enabled, or
 *    after TIMEOUT do nothing, and so do other values;
 *  - POWER cannot switch off a watchdog that runs;
 *  - with RREN 0 there is no reload.
 *
 * Partial: with CONFIG.SLEEP 0 the core is looked at every 128 cycles (3.9 ms)
 * of the watchdog, and such a slice counts unless the core sleeps at its end.
 *
 * Not modelled: CONFIG.HALT (a debugger that stops QEMU's core stops all
 * clocks, the watchdog's too); that the watchdog starts the LFCLK.
 *
 * A reset by software or by lockup does not reach it (nrf51_reset.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/watchdog.h"
#include "hw/benchwire/boards/nrf51/nrf51_wdt.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(START,     0x000)
REG32(TIMEOUT,   0x100)
REG32(RUNSTATUS, 0x400)
REG32(REQSTATUS, 0x404)             /* bit n: RR[n] enabled, not yet written */
REG32(CRV,       0x504)             /* cycles of 32768 Hz, less one */
REG32(RREN,      0x508)             /* bit n: RR[n] */
REG32(CONFIG,    0x50C)
    FIELD(CONFIG, SLEEP, 0, 1)      /* 1: count while the core sleeps */
    FIELD(CONFIG, HALT, 3, 1)       /* 1: count while a debugger stops it */
REG32(RR0,       0x600)             /* eight; write the word of reload */
/* clang-format on */

#define RELOAD_WORD  0x6e524635
#define NUM_RR       8
#define LF_HZ        32768
#define RESET_CYCLES 2   /* from TIMEOUT to the reset */
#define SLICE_CYCLES 128 /* between two looks at the core */

enum { EV_TIMEOUT };
enum {
    REG_RUNSTATUS,
    REG_REQSTATUS,
    REG_CRV,
    REG_RREN,
    REG_CONFIG,
    REG_RR,
    REG_COUNT = REG_RR + NUM_RR,
};

static int64_t cycles_to_ns(uint64_t cycles)
{
    return muldiv64(cycles, NANOSECONDS_PER_SECOND, LF_HZ);
}

static bool pauses_in_sleep(Nrf51WDT *s)
{
    return !FIELD_EX32(NRF_PERIPHERAL(s)->reg[REG_CONFIG], CONFIG, SLEEP);
}

/* Count the next slice, which begins at @now_ns. */
static void begin_slice(Nrf51WDT *s, int64_t now_ns)
{
    s->slice_ns = s->left_ns;
    if (pauses_in_sleep(s)) {
        s->slice_ns = MIN(s->slice_ns, cycles_to_ns(SLICE_CYCLES));
    }
    s->left_ns -= s->slice_ns;
    s->due_ns = now_ns + s->slice_ns;
    timer_mod(&s->count, s->due_ns);
}

static void reload(Nrf51WDT *s)
{
    uint64_t cycles = (uint64_t)NRF_PERIPHERAL(s)->reg[REG_CRV] + 1;

    s->requested = 0;
    s->left_ns = cycles_to_ns(cycles);
    begin_slice(s, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

/* The end */

static void reset_chip(void *opaque)
{
    Nrf51WDT *s = opaque;

    trace_bw_nrf51_wdt_reset(DEVICE(s)->canonical_path);
    if (get_watchdog_action() == WATCHDOG_ACTION_RESET) {
        nrf51_power_note_reset(s->clock, NRF51_RESET_DOG);
    }
    watchdog_perform_action();
}

static void timed_out(Nrf51WDT *s)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);

    /* decided before the event, which may run tasks */
    timer_mod(&s->reset,
              s->due_ns + (p->inten ? cycles_to_ns(RESET_CYCLES) : 0));
    nrf_event(p, EV_TIMEOUT);
}

static void slice_over(void *opaque)
{
    Nrf51WDT *s = opaque;

    if (pauses_in_sleep(s) && s->cpu->halted) {
        s->left_ns += s->slice_ns; /* it did not count */
    }
    if (s->left_ns > 0) {
        begin_slice(s, s->due_ns);
    } else {
        timed_out(s);
    }
}

/* Registers */

static void task_start(NrfPeripheral *p, unsigned unused)
{
    if (!p->reg[REG_RUNSTATUS]) {
        p->reg[REG_RUNSTATUS] = 1;
        reload(NRF51_WDT(p));
    }
}

static void write_rr(Nrf51WDT *s, unsigned n, uint32_t value)
{
    uint32_t enabled = NRF_PERIPHERAL(s)->reg[REG_RREN];

    if (value != RELOAD_WORD || !(enabled & BIT(n)) ||
        !timer_pending(&s->count)) {
        return;
    }
    s->requested |= BIT(n);
    if (s->requested == enabled) {
        trace_bw_nrf51_wdt_reload(DEVICE(s)->canonical_path);
        reload(s);
    }
}

static uint32_t nrf51_wdt_read(NrfPeripheral *p, unsigned reg)
{
    if (reg == REG_REQSTATUS) {
        return p->reg[REG_RREN] & ~NRF51_WDT(p)->requested;
    }
    return p->reg[reg];
}

static void nrf51_wdt_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    if (reg >= REG_RR) {
        write_rr(NRF51_WDT(p), reg - REG_RR, value);
    } else if (p->reg[REG_RUNSTATUS]) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%08x written to a register that is locked while "
                      "the watchdog runs\n",
                      DEVICE(p)->canonical_path, value);
    } else {
        p->reg[reg] = value;
    }
}

static bool runs(NrfPeripheral *p)
{
    return p->reg[REG_RUNSTATUS];
}

static void silence(NrfPeripheral *p)
{
    Nrf51WDT *s = NRF51_WDT(p);

    timer_del(&s->count);
    timer_del(&s->reset);
    s->requested = 0;
    s->left_ns = 0;
}

void nrf51_wdt_connect(Nrf51WDT *s, Nrf51Clock *clock, CPUState *cpu)
{
    s->clock = clock;
    s->cpu = cpu;
}

static const NrfTask wdt_tasks[] = {
    { A_START, "START", task_start },
};

static const NrfEvent wdt_events[] = {
    [EV_TIMEOUT] = { A_TIMEOUT, "TIMEOUT", 0 },
};

#define RELOAD_REQUEST(n) \
    [REG_RR + (n)] = { A_RR0 + 4 * (n), "RR" #n, 0, UINT32_MAX, NRF_WO }

static const NrfRegister wdt_registers[REG_COUNT] = {
    [REG_RUNSTATUS] = { A_RUNSTATUS, "RUNSTATUS", 0, 0, NRF_RO },
    [REG_REQSTATUS] = { A_REQSTATUS, "REQSTATUS", 1, 0, NRF_RO },
    [REG_CRV] = { A_CRV, "CRV", UINT32_MAX, UINT32_MAX },
    [REG_RREN] = { A_RREN, "RREN", 1, 0xff },
    [REG_CONFIG] = { A_CONFIG, "CONFIG", R_CONFIG_SLEEP_MASK,
                     R_CONFIG_SLEEP_MASK | R_CONFIG_HALT_MASK },
    RELOAD_REQUEST(0), RELOAD_REQUEST(1), RELOAD_REQUEST(2),
    RELOAD_REQUEST(3), RELOAD_REQUEST(4), RELOAD_REQUEST(5),
    RELOAD_REQUEST(6), RELOAD_REQUEST(7),
};

static const NrfPeripheralInfo wdt_info = {
    .tasks = wdt_tasks,
    .num_tasks = ARRAY_SIZE(wdt_tasks),
    .events = wdt_events,
    .num_events = ARRAY_SIZE(wdt_events),
    .registers = wdt_registers,
    .num_registers = ARRAY_SIZE(wdt_registers),
};

static void nrf51_wdt_init(Object *obj)
{
    Nrf51WDT *s = NRF51_WDT(obj);

    timer_init_ns(&s->count, QEMU_CLOCK_VIRTUAL, slice_over, s);
    timer_init_ns(&s->reset, QEMU_CLOCK_VIRTUAL, reset_chip, s);
}

static void nrf51_wdt_finalize(Object *obj)
{
    silence(NRF_PERIPHERAL(obj));
}

static void nrf51_wdt_realize(DeviceState *dev, Error **errp)
{
    assert(NRF51_WDT(dev)->clock && NRF51_WDT(dev)->cpu); /* by the SoC */
}

static const VMStateDescription vmstate_nrf51_wdt = {
    .name = TYPE_NRF51_WDT,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51WDT),
        VMSTATE_TIMER(count, Nrf51WDT),
        VMSTATE_TIMER(reset, Nrf51WDT),
        VMSTATE_INT64(due_ns, Nrf51WDT),
        VMSTATE_INT64(slice_ns, Nrf51WDT),
        VMSTATE_INT64(left_ns, Nrf51WDT),
        VMSTATE_UINT32(requested, Nrf51WDT),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_wdt_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 WDT";
    dc->realize = nrf51_wdt_realize;
    dc->vmsd = &vmstate_nrf51_wdt;
    pc->info = &wdt_info;
    pc->read = nrf51_wdt_read;
    pc->write = nrf51_wdt_write;
    pc->silence = silence;
    pc->power_locked = runs;
}

static const TypeInfo nrf51_wdt_types[] = {
    {
        .name = TYPE_NRF51_WDT,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51WDT),
        .instance_init = nrf51_wdt_init,
        .instance_finalize = nrf51_wdt_finalize,
        .class_init = nrf51_wdt_class_init,
    },
};
DEFINE_TYPES(nrf51_wdt_types)
