/*
 * The one set of registers that TWI0 and SPI0, or TWI1, SPI1 and SPIS1, have
 * between them: indices into the tables of nrf51_spi_twi.c
 *
 * Where two functions have a register or event at the same address it is the
 * same one; it then has two names here.
 *
 * Users: nrf51_twi.c, nrf51_twi_bus.c, nrf51_spi.c, nrf51_spis.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SPI_TWI_REGS_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SPI_TWI_REGS_H

/* What ENABLE selects */
#define NRF51_SPI_ENABLED  1
#define NRF51_SPIS_ENABLED 2
#define NRF51_TWI_ENABLED  5

/* FREQUENCY, and what it is in parts of */
#define NRF51_TWI_FREQUENCY_K100 0x01980000
#define NRF51_TWI_FREQUENCY_K250 0x04000000 /* reset value */
#define NRF51_TWI_FREQUENCY_K400 0x06680000

/* SHORTS */
#define NRF51_TWI_BB_SUSPEND_BIT   0
#define NRF51_TWI_BB_STOP_BIT      1
#define NRF51_SPIS_END_ACQUIRE_BIT 2

enum {
    TASK_STARTRX,
    TASK_STARTTX,
    TASK_STOP,
    TASK_SUSPEND,
    TASK_RESUME,
    NUM_TASKS_TWI_SPI,
    TASK_ACQUIRE = NUM_TASKS_TWI_SPI, /* from here: the slot with SPIS */
    TASK_RELEASE,
};

enum {
    EV_STOPPED,
    EV_END = EV_STOPPED, /* SPIS */
    EV_RXDREADY,
    EV_READY = EV_RXDREADY, /* SPI */
    EV_TXDSENT,
    EV_ERROR,
    EV_BB,
    EV_SUSPENDED,
    NUM_EVENTS_TWI_SPI,
    EV_ENDRX = NUM_EVENTS_TWI_SPI,
    EV_ACQUIRED,
};

enum {
    REG_ERRORSRC,
    REG_ENABLE,
    REG_PSELSCL,
    REG_PSELSCK = REG_PSELSCL, /* SPI, SPIS */
    REG_PSELSDA,
    REG_PSELMOSI = REG_PSELSDA,       /* SPI */
    REG_SPIS_PSELMISO = REG_PSELSDA,  /* SPIS has these two exchanged */
    REG_PSELMISO,                     /* SPI */
    REG_SPIS_PSELMOSI = REG_PSELMISO, /* SPIS */
    REG_RXD,
    REG_TXD,
    REG_FREQUENCY,
    REG_CONFIG,
    REG_ADDRESS,
    NUM_REGISTERS_TWI_SPI,
    REG_SEMSTAT = NUM_REGISTERS_TWI_SPI,
    REG_STATUS,
    REG_PSELCSN,
    REG_RXDPTR,
    REG_MAXRX,
    REG_AMOUNTRX,
    REG_TXDPTR,
    REG_MAXTX,
    REG_AMOUNTTX,
    REG_DEF,
    REG_ORC,
};

/* CONFIG */
#define NRF51_SPI_CONFIG_LSB_FIRST BIT(0)
#define NRF51_SPI_CONFIG_CPHA      BIT(1) /* sample on the trailing edge */
#define NRF51_SPI_CONFIG_CPOL      BIT(2) /* SCK idles high */

#endif
