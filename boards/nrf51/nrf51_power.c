/*
 * nRF51 POWER: reset reasons, System OFF, supply, power of the data RAM
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Power management
 * (POWER)"; Nordic's nrf51.svd for registers, bits and reset values; start-up
 * code of public firmware, which switches RAM on after a reset by software.
 *
 * What survives which reset is in docs/fidelity.md; nrf51_reset.c carries a
 * reset out.
 *
 * Where the sources are silent:
 *  - GPREGRET, RAMON and RAMONB are lost with the supply only;
 *  - DETECT that is high already ends System OFF at once;
 *  - brown-out is below 1.7 V, and the supply must only rise above that again;
 *  - POFWARN happens when the supply falls below the threshold, and when the
 *    comparator is switched on while it is;
 *  - RAM blocks that the chip does not have read as off.
 *
 * Not modelled: access to RAM that is switched off fails on the chip and does
 * not here (what was in it is lost); current, DC/DC converter, CONSTLAT: no
 * effect but the register; RESET, which is for debuggers; entering debug
 * interface mode (RESETREAS.DIF).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock_regs.h"
#include "hw/benchwire/trace.h"

#define BROWNOUT_MV   1700
#define DEFAULT_MV    3000
#define BLOCKS_IN_REG 2

/* By POFCON.THRESHOLD */
static const int32_t threshold_mv[] = { 2100, 2300, 2500, 2700 };

/* RAM */

static bool has_block(const Nrf51Power *p, unsigned n)
{
    return n < p->ram_blocks;
}

static uint32_t blocks_on(const Nrf51Power *p)
{
    uint32_t on = FIELD_EX32(p->ramon[0], RAMON, ON) |
                  FIELD_EX32(p->ramon[1], RAMON, ON) << BLOCKS_IN_REG;

    return on & MAKE_64BIT_MASK(0, p->ram_blocks);
}

static uint32_t blocks_retained(const Nrf51Power *p)
{
    return FIELD_EX32(p->ramon[0], RAMON, OFF) |
           FIELD_EX32(p->ramon[1], RAMON, OFF) << BLOCKS_IN_REG;
}

static void lose_ram(Nrf51Power *p, uint32_t blocks)
{
    unsigned n;

    for (n = 0; has_block(p, n); n++) {
        if (blocks & BIT(n)) {
            p->ops->lose_ram(p->opaque, n);
        }
    }
}

static void write_ramon(Nrf51Power *p, unsigned which, uint32_t value)
{
    uint32_t kept = blocks_on(p) | blocks_retained(p);

    p->ramon[which] = value;
    lose_ram(p, kept & ~(blocks_on(p) | blocks_retained(p)));
}

/* Supply */

static void update_power_fail(Nrf51Clock *s)
{
    uint32_t pofcon = NRF_PERIPHERAL(s)->reg[REG_POFCON];
    bool below = FIELD_EX32(pofcon, POFCON, POF) &&
                 s->power.vdd_mv <
                     threshold_mv[FIELD_EX32(pofcon, POFCON, THRESHOLD)];
    bool falls = below && !s->power.below;

    s->power.below = below;
    if (falls) {
        nrf_event(NRF_PERIPHERAL(s), EV_POFWARN);
    }
}

int32_t nrf51_power_vdd_mv(const Nrf51Clock *s)
{
    return s->power.vdd_mv;
}

void nrf51_power_add_vdd_notifier(Nrf51Clock *s, Notifier *n)
{
    notifier_list_add(&s->power.vdd_changed, n);
}

/* What keeps the chip from running */

uint32_t nrf51_power_held(const Nrf51Clock *s)
{
    return s->power.held;
}

static void hold(Nrf51Clock *s, uint32_t why)
{
    if (s->power.held & why) {
        return;
    }
    trace_bw_nrf51_power_hold(why);
    s->power.held |= why;
    s->power.stopping = true;
    s->power.ops->stop(s->power.opaque, why);
    s->power.stopping = false;
}

/* The reset itself ends NRF51_HELD_OFF. */
static void release(Nrf51Clock *s, uint32_t why, uint32_t reason)
{
    if (!(s->power.held & why)) {
        return;
    }
    trace_bw_nrf51_power_release(why);
    if (why != NRF51_HELD_OFF) {
        s->power.held &= ~why;
    }
    s->power.noted |= reason;
    if (!(s->power.held & ~NRF51_HELD_OFF)) {
        s->power.ops->reset(s->power.opaque);
    }
}

void nrf51_power_set_reset_pin(Nrf51Clock *s, bool low)
{
    if (low) {
        hold(s, NRF51_HELD_PIN);
    } else {
        release(s, NRF51_HELD_PIN, NRF51_RESET_PIN);
    }
}

void nrf51_power_wake(Nrf51Clock *s, uint32_t reason)
{
    if (s->power.held == NRF51_HELD_OFF) {
        release(s, NRF51_HELD_OFF, reason);
    }
}

void nrf51_power_set_vdd_mv(Nrf51Clock *s, int32_t mv)
{
    Nrf51Power *p = &s->power;

    p->vdd_mv = mv;
    if (p->powered && mv < BROWNOUT_MV) {
        hold(s, NRF51_HELD_SUPPLY);
        p->powered = false;
        lose_ram(p, UINT32_MAX);
    } else if (mv >= BROWNOUT_MV) {
        release(s, NRF51_HELD_SUPPLY, 0);
    }
    if (!p->held) {
        update_power_fail(s);
    }
    notifier_list_notify(&p->vdd_changed, NULL);
}

static void enter_off(Nrf51Clock *s)
{
    hold(s, NRF51_HELD_OFF);
    lose_ram(&s->power, ~blocks_retained(&s->power));
}

/* Reset */

void nrf51_power_note_reset(Nrf51Clock *s, uint32_t reason)
{
    s->power.noted |= reason;
}

void nrf51_power_reset(Nrf51Clock *s, uint32_t reason)
{
    nrf51_power_note_reset(s, reason);
    s->power.ops->reset(s->power.opaque);
}

uint32_t nrf51_power_noted(const Nrf51Clock *s)
{
    return s->power.powered ? s->power.noted : 0;
}

static void power_on(Nrf51Power *p)
{
    p->powered = true;
    p->reset_reasons = 0;
    p->gpregret = 0;
    p->ramon[0] = R_RAMON_ON_MASK;
    p->ramon[1] = R_RAMON_ON_MASK;
}

void nrf51_power_reset_enter(Nrf51Clock *s)
{
    Nrf51Power *p = &s->power;

    p->below = false;
    if (p->stopping) {
        return;
    }
    if (p->held & NRF51_HELD_SUPPLY) {
        p->noted = 0;
        return;
    }
    if (!p->powered) {
        power_on(p);
    } else {
        p->reset_reasons |= p->noted ? p->noted : NRF51_RESET_PIN;
    }
    p->noted = 0;
    p->held &= ~NRF51_HELD_OFF;
    trace_bw_nrf51_power_reset(p->reset_reasons);
}

/* Registers */

bool nrf51_power_read(NrfPeripheral *p, unsigned reg, uint32_t *value)
{
    const Nrf51Power *power = &NRF51_CLOCK(p)->power;

    switch (reg) {
    case REG_RESETREAS:
        *value = power->reset_reasons;
        return true;
    case REG_RAMSTATUS:
        *value = blocks_on(power);
        return true;
    case REG_GPREGRET:
        *value = power->gpregret;
        return true;
    case REG_RAMON:
        *value = power->ramon[0];
        return true;
    case REG_RAMONB:
        *value = power->ramon[1];
        return true;
    default:
        return false;
    }
}

bool nrf51_power_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51Clock *s = NRF51_CLOCK(p);

    switch (reg) {
    case REG_RESETREAS:
        s->power.reset_reasons &= ~value;
        return true;
    case REG_SYSTEMOFF:
        if (value & R_SYSTEMOFF_ENTER_MASK) {
            enter_off(s);
        }
        return true;
    case REG_POFCON:
        p->reg[reg] = value;
        update_power_fail(s);
        return true;
    case REG_GPREGRET:
        s->power.gpregret = value;
        return true;
    case REG_RAMON:
        write_ramon(&s->power, 0, value);
        return true;
    case REG_RAMONB:
        write_ramon(&s->power, 1, value);
        return true;
    default:
        return false;
    }
}

void nrf51_power_connect(Nrf51Clock *s, const Nrf51PowerOps *ops,
                         void *opaque, uint32_t ram_size)
{
    s->power.ops = ops;
    s->power.opaque = opaque;
    s->power.ram_blocks = MIN(ram_size / NRF51_RAM_BLOCK_SIZE,
                              ARRAY_SIZE(s->power.ramon) * BLOCKS_IN_REG);
}

void nrf51_power_init(Nrf51Clock *s)
{
    s->power.vdd_mv = DEFAULT_MV;
    notifier_list_init(&s->power.vdd_changed);
}

const VMStateDescription vmstate_nrf51_power = {
    .name = "bw-nrf51-power",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(reset_reasons, Nrf51Power),
        VMSTATE_UINT32(noted, Nrf51Power),
        VMSTATE_UINT32(held, Nrf51Power),
        VMSTATE_UINT32(gpregret, Nrf51Power),
        VMSTATE_UINT32_ARRAY(ramon, Nrf51Power, 2),
        VMSTATE_BOOL(powered, Nrf51Power),
        VMSTATE_BOOL(below, Nrf51Power),
        VMSTATE_INT32(vdd_mv, Nrf51Power),
        VMSTATE_END_OF_LIST()
    }
};
