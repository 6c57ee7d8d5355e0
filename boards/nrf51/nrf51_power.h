/*
 * nRF51 POWER: reset reasons, System OFF, supply, power of the data RAM
 *
 * It shares registers, address and interrupt with CLOCK (nrf51_clock.h), whose
 * device this is a part of.  Users: nrf51_reset.c, which does to the chip what
 * POWER decides; nrf51_wdt.c; ADC and LPCOMP (supply); the machine (nRESET).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_POWER_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_POWER_H

#include "qemu/bitops.h"
#include "qemu/notify.h"

typedef struct Nrf51Clock Nrf51Clock;

/* Bits of RESETREAS: why the chip was reset */
#define NRF51_RESET_PIN    BIT(0)
#define NRF51_RESET_DOG    BIT(1)  /* the watchdog */
#define NRF51_RESET_SREQ   BIT(2)  /* AIRCR.SYSRESETREQ */
#define NRF51_RESET_LOCKUP BIT(3)
#define NRF51_RESET_OFF    BIT(16) /* DETECT of GPIO ended System OFF */
#define NRF51_RESET_LPCOMP BIT(17) /* ANADETECT of LPCOMP did */

/* What keeps the chip from running */
#define NRF51_HELD_OFF    BIT(0) /* SYSTEMOFF */
#define NRF51_HELD_PIN    BIT(1) /* nRESET is low */
#define NRF51_HELD_SUPPLY BIT(2) /* brown-out, or no supply at all */

#define NRF51_RAM_BLOCK_SIZE 8192 /* bytes */

/**
 * struct Nrf51PowerOps - what POWER does to the rest of the chip
 * @stop: nothing runs from now on: halt the core, reset the peripherals;
 *        @why: NRF51_HELD_OFF keeps those that can end it
 * @reset: reset the chip soon; nothing runs until then
 * @lose_ram: block @n of the data RAM loses its contents
 */
typedef struct Nrf51PowerOps {
    void (*stop)(void *opaque, unsigned why);
    void (*reset)(void *opaque);
    void (*lose_ram)(void *opaque, unsigned n);
} Nrf51PowerOps;

/* What a reset of the registers does not reach */
typedef struct Nrf51Power {
    uint32_t reset_reasons; /* RESETREAS */
    uint32_t noted;         /* the next reset adds them to it */
    uint32_t held;          /* NRF51_HELD_... */
    uint32_t gpregret;
    uint32_t ramon[2];      /* RAMON, RAMONB */
    bool powered;           /* there has been a reset since power-on */
    bool below;             /* POFCON's threshold; POFWARN has happened */
    int32_t vdd_mv;

    bool stopping;          /* no reset, but on the way to be held */
    unsigned ram_blocks;
    NotifierList vdd_changed;
    const Nrf51PowerOps *ops;
    void *opaque;
} Nrf51Power;

/* Once, before realize.  @ram_size in bytes. */
void nrf51_power_connect(Nrf51Clock *s, const Nrf51PowerOps *ops,
                         void *opaque, uint32_t ram_size);

/*
 * Somebody is about to reset the chip, for @reason (NRF51_RESET_...), which
 * RESETREAS will add to what it holds.  A reset without a reason is the first
 * one, or one by pin.
 */
void nrf51_power_note_reset(Nrf51Clock *s, uint32_t reason);

/* The same, and the reset follows. */
void nrf51_power_reset(Nrf51Clock *s, uint32_t reason);

/* Reasons of the reset that comes next; 0: it will not be the chip's own */
uint32_t nrf51_power_noted(const Nrf51Clock *s);

/* nRESET: while it is low the chip is held in reset. */
void nrf51_power_set_reset_pin(Nrf51Clock *s, bool low);

/* End System OFF for @reason (NRF51_RESET_OFF, _LPCOMP); otherwise nothing. */
void nrf51_power_wake(Nrf51Clock *s, uint32_t reason);

/* Whether the chip does not run: NRF51_HELD_..., or 0 */
uint32_t nrf51_power_held(const Nrf51Clock *s);

/* The supply; @n is called whenever it has changed. */
int32_t nrf51_power_vdd_mv(const Nrf51Clock *s);
void nrf51_power_set_vdd_mv(Nrf51Clock *s, int32_t mv);
void nrf51_power_add_vdd_notifier(Nrf51Clock *s, Notifier *n);

#endif
