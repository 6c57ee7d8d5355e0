/*
 * nRF51 two-wire master (TWI0, TWI1) and the pair of wires it drives
 *
 * An abstract type: nrf51_spi_twi.h adds SPI, which shares the registers.
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0; properties
 * "late-error-hold-ms", "late-read-grace-us", "whole-time", see
 * nrf51_twi_bus.c;
 * "poll-sleep", see nrf51_twi.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_TWI_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_TWI_H

#include "hw/i2c/i2c.h"
#include "qemu/timer.h"
#include "hw/benchwire/boards/i2c_wires.h"
#include "hw/benchwire/boards/nrf/nrf_doze.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_pins.h"

#define TYPE_NRF51_TWI "bw-nrf51-twi"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51TWI, NRF51_TWI)

/**
 * struct Nrf51I2CLines - the board's I2C wires, shared by both masters
 * @bus: where the parts are
 * @scl, @sda: the SoC's pins the wires are soldered to
 * @owner: the master whose transaction is open, or NULL
 * @waiting: a master that wants to begin one, or NULL
 * @by_hand: the same wires driven by GPIO
 */
typedef struct Nrf51I2CLines {
    I2CBus *bus;
    uint32_t scl;
    uint32_t sda;
    Nrf51TWI *owner;
    Nrf51TWI *waiting;
    I2CWires by_hand;
} Nrf51I2CLines;

struct Nrf51TWI {
    NrfPeripheral parent_obj;

    Nrf51I2CLines *lines; /* set before the machine runs */
    Nrf51Pin scl;
    Nrf51Pin sda;
    QEMUTimer wire;       /* end of the wire time of the phase under way */
    uint32_t late_error_hold_ms;
    uint32_t late_read_grace_us;
    bool poll_sleep;
    bool whole_time;
    NrfDoze doze;
    VMChangeStateEntry *vm_change;

    uint8_t state;        /* enum in nrf51_twi_bus.c */
    uint8_t address;      /* 7-bit, of the transaction under way */
    uint8_t sending;      /* byte on its way to the part */
    bool on_board;        /* PSEL named the board's wires at START */
    bool reading;
    bool nacked;          /* the address or a byte was refused */
    bool data_acked;      /* a written byte was acknowledged */
    bool ack_held;        /* a byte was received, its ACK bit is still due */
    bool txd_full;        /* TXD holds a byte not yet sent */
    bool rxd_full;        /* RXD holds a byte not yet read */
    bool suspend_wanted;  /* at the end of this byte */
    bool stop_wanted;     /* at the end of this byte */
    bool stop_after;      /* after the START that is wanted */
    uint8_t start_wanted; /* enum in nrf51_twi_bus.c */
    bool wire_done;       /* the phase's wire time is over */
    bool reply_done;      /* the phase's answer is there */
    bool stretched;       /* the byte received waits, or waited, for RXD */
    uint8_t reply;        /* I2CReply */
    uint8_t data;         /* byte that came with it */
    /*
     * of wire time, < 0: taken too long; 0 unless the part is outside, which
     * does not migrate
     */
    int64_t owed_ns;
    int64_t began_ns;     /* the phase under way ... */
    int64_t began_host_ns; /* ... on the host's clock */
    bool reissue;         /* request the phase again: just loaded */
};

/* Join a master to wires and pins, which outlive it. */
void nrf51_twi_connect(Nrf51TWI *s, Nrf51I2CLines *lines, Nrf51Gpio *gpio);

/*
 * For nrf51_spi_twi.c: tasks; accesses to registers, of which @reg is the
 * index; software reads an event; all of it ends at once; realize
 */
void nrf51_twi_task_start(NrfPeripheral *p, unsigned reading);
void nrf51_twi_task_stop(NrfPeripheral *p, unsigned unused);
void nrf51_twi_task_suspend(NrfPeripheral *p, unsigned unused);
void nrf51_twi_task_resume(NrfPeripheral *p, unsigned unused);
void nrf51_twi_write(NrfPeripheral *p, unsigned reg, uint32_t value);
uint32_t nrf51_twi_read(NrfPeripheral *p, unsigned reg);
void nrf51_twi_poll(NrfPeripheral *p);
void nrf51_twi_silence(NrfPeripheral *p);
void nrf51_twi_realize(DeviceState *dev, Error **errp);

extern const VMStateDescription vmstate_nrf51_twi;

#endif
