/*
 * A core that sleeps while it polls a peripheral
 *
 * Firmware that reads an event register until it is set, and counts the reads
 * to give up, would spin on the host while a part elsewhere works, and give up
 * too soon.  If it does nothing but poll, the core sleeps instead, as in WFE:
 * it wakes up when the peripheral has news, to take an exception, or after
 * NRF_DOZE_MS at the latest; then the loop has counted one more.  What the
 * register reads as does not change, and the virtual clock goes on as it does
 * for an idle guest.
 *
 * Only polling counts as such: NRF_DOZE_POLLS reads in a row, none later than
 * NRF_DOZE_GAP_US after the one before.  Firmware that looks at the register
 * now and then and works in between is not slowed down.
 *
 * User: boards/nrf51/nrf51_twi.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF_NRF_DOZE_H
#define BENCHWIRE_BOARDS_NRF_NRF_DOZE_H

#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "hw/qdev-core.h"

#define NRF_DOZE_POLLS  4
#define NRF_DOZE_GAP_US 50
#define NRF_DOZE_MS     10   /* of the virtual clock, one sleep */
#define NRF_DOZE_ALL_MS 5000 /* without news, all sleeps; then it spins */

/* All with the BQL held; times are of the virtual clock. */
typedef struct NrfDoze {
    DeviceState *owner;
    QEMUTimer bound;
    CPUState *cpu;    /* that sleeps, or is about to */
    unsigned polls;   /* in a row */
    int64_t last_ns;  /* the last of them, or the end of a sleep */
    int64_t first_ns; /* the first sleep since there were news */
    bool waited;      /* there was one */
    bool wanted;      /* the core goes to sleep after the read */
    bool asleep;      /* as far as is known here */
} NrfDoze;

void nrf_doze_init(NrfDoze *d, DeviceState *owner);
void nrf_doze_finish(NrfDoze *d);

/* The core reads a register that will not change before there are news. */
void nrf_doze_poll(NrfDoze *d);

/* There are news, or the VM stops or goes on. */
void nrf_doze_wake(NrfDoze *d);

#endif
