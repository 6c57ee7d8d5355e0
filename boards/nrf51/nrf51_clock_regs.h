/*
 * The registers of nRF51 POWER, CLOCK and MPU, for the files that implement
 * them: nrf51_clock.c (CLOCK, and the table of all), nrf51_power.c, nrf51_mpu.c
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapters "Power management
 * (POWER)", "Clock management (CLOCK)", "Memory Protection Unit (MPU)";
 * Nordic's nrf51.svd for registers, bits and reset values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_REGS_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_CLOCK_REGS_H

#include "hw/registerfields.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"

/* clang-format off */
REG32(HFCLKSTART,     0x000)
REG32(HFCLKSTOP,      0x004)
REG32(LFCLKSTART,     0x008)
REG32(LFCLKSTOP,      0x00C)
REG32(CAL,            0x010)
REG32(CTSTART,        0x014)
REG32(CTSTOP,         0x018)
REG32(CONSTLAT,       0x078)
REG32(LOWPWR,         0x07C)
REG32(HFCLKSTARTED,   0x100)
REG32(LFCLKSTARTED,   0x104)
REG32(POFWARN,        0x108)
REG32(DONE,           0x10C)
REG32(CTTO,           0x110)
REG32(RESETREAS,      0x400)      /* write 1 to clear */
REG32(HFCLKRUN,       0x408)
REG32(HFCLKSTAT,      0x40C)
    FIELD(HFCLKSTAT, SRC, 0, 1)     /* 0 RC, 1 crystal */
    FIELD(HFCLKSTAT, STATE, 16, 1)  /* 1 running */
REG32(LFCLKRUN,       0x414)
REG32(LFCLKSTAT,      0x418)
    FIELD(LFCLKSTAT, SRC, 0, 2)     /* 0 RC, 1 crystal, 2 from HFCLK */
    FIELD(LFCLKSTAT, STATE, 16, 1)
REG32(LFCLKSRCCOPY,   0x41C)      /* LFCLKSRC at LFCLKSTART */
REG32(RAMSTATUS,      0x428)
REG32(SYSTEMOFF,      0x500)
    FIELD(SYSTEMOFF, ENTER, 0, 1)
REG32(PAN26,          0x504)      /* undocumented; anomaly 26 writes it */
REG32(POFCON,         0x510)
    FIELD(POFCON, POF, 0, 1)        /* comparator on */
    FIELD(POFCON, THRESHOLD, 1, 2)  /* 2.1, 2.3, 2.5, 2.7 V */
REG32(UNKNOWN514,     0x514)      /* undocumented; the S110 writes it */
REG32(LFCLKSRC,       0x518)
REG32(GPREGRET,       0x51C)
REG32(RAMON,          0x524)
    FIELD(RAMON, ON, 0, 2)          /* ONRAM0, 1: powered */
    FIELD(RAMON, OFF, 16, 2)        /* OFFRAM0, 1: retained without power */
REG32(PERR0,          0x528)
REG32(RLENR0,         0x52C)
REG32(CTIV,           0x538)      /* in 0.25 s; 0 is taken for 1 */
REG32(RESET,          0x544)
REG32(XTALFREQ,       0x550)
REG32(RAMONB,         0x554)      /* ONRAM2, 3 and OFFRAM2, 3 */
REG32(DCDCEN,         0x578)
REG32(PROTENSET0,     0x600)      /* set only */
REG32(PROTENSET1,     0x604)
REG32(DISABLEINDEBUG, 0x608)
REG32(PROTBLOCKSIZE,  0x60C)
REG32(DCDCFORCE,      0xA08)
/* clang-format on */

/* Indices into the table of registers, and into NrfPeripheral.reg */
enum nrf51_clock_reg {
    REG_RESETREAS,
    REG_HFCLKRUN,
    REG_HFCLKSTAT,
    REG_LFCLKRUN,
    REG_LFCLKSTAT,
    REG_LFCLKSRCCOPY,
    REG_RAMSTATUS,
    REG_SYSTEMOFF,
    REG_PAN26,
    REG_POFCON,
    REG_UNKNOWN514,
    REG_LFCLKSRC,
    REG_GPREGRET,
    REG_RAMON,
    REG_PERR0,
    REG_RLENR0,
    REG_CTIV,
    REG_RESET,
    REG_XTALFREQ,
    REG_RAMONB,
    REG_DCDCEN,
    REG_PROTENSET0,
    REG_PROTENSET1,
    REG_DISABLEINDEBUG,
    REG_PROTBLOCKSIZE,
    REG_DCDCFORCE,
};

/* Indices of events */
enum { EV_HFCLKSTARTED, EV_LFCLKSTARTED, EV_POFWARN, EV_DONE, EV_CTTO };

/*
 * MPU and POWER: a register is read, or written.  Returns: false if it is none
 * of theirs.
 */
bool nrf51_mpu_write(NrfPeripheral *p, unsigned reg, uint32_t value);
bool nrf51_power_read(NrfPeripheral *p, unsigned reg, uint32_t *value);
bool nrf51_power_write(NrfPeripheral *p, unsigned reg, uint32_t value);

/* A reset begins. */
void nrf51_power_reset_enter(Nrf51Clock *s);

void nrf51_power_init(Nrf51Clock *s);
extern const VMStateDescription vmstate_nrf51_power;

#endif
