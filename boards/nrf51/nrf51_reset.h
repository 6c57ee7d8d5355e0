/*
 * Resets of the nRF51, and its standing still, as one chip
 *
 * The decisions are POWER's (nrf51_power.h).  Called by nrf51_soc.c and by the
 * machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_RESET_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_RESET_H

#include "hw/core/resetcontainer.h"
#include "hw/resettable.h"

typedef struct Nrf51Soc Nrf51Soc;

/* When the core is realized, and POWER is not */
void nrf51_reset_connect(Nrf51Soc *s);

/* When all of the chip is there */
void nrf51_reset_complete(Nrf51Soc *s);

/**
 * nrf51_soc_reset: the machine is reset
 *
 * If it is the chip that asked for it, this resets the chip, and the rest of
 * the board goes on.
 *
 * Returns: false if it was not; then the machine resets everything.
 */
bool nrf51_soc_reset(Nrf51Soc *s, ResetType type);

/* After every reset of the machine: the core may still have to stand still. */
void nrf51_soc_reset_done(Nrf51Soc *s);

/* The core executes nothing until the next reset. */
void nrf51_soc_halt(Nrf51Soc *s);

#endif
