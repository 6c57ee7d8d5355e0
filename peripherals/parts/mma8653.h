/*
 * MMA8653FC: what mma8653.c and mma8653_events.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_MMA8653_H
#define BENCHWIRE_PERIPHERALS_PARTS_MMA8653_H

#include "peripherals/parts/sensor.h"

/* "Register address map" */
enum mma8653_reg {
    MMA8653_STATUS = 0x00,
    MMA8653_OUT_X_MSB = 0x01,
    MMA8653_OUT_X_LSB = 0x02,
    MMA8653_OUT_Y_MSB = 0x03,
    MMA8653_OUT_Y_LSB = 0x04,
    MMA8653_OUT_Z_MSB = 0x05,
    MMA8653_OUT_Z_LSB = 0x06,
    MMA8653_SYSMOD = 0x0b,
    MMA8653_INT_SOURCE = 0x0c,
    MMA8653_WHO_AM_I = 0x0d,
    MMA8653_XYZ_DATA_CFG = 0x0e,
    MMA8653_PL_STATUS = 0x10,
    MMA8653_PL_CFG = 0x11,
    MMA8653_PL_COUNT = 0x12,
    MMA8653_PL_BF_ZCOMP = 0x13,
    MMA8653_PL_THS_REG = 0x14,
    MMA8653_FF_MT_CFG = 0x15,
    MMA8653_FF_MT_SRC = 0x16,
    MMA8653_FF_MT_THS = 0x17,
    MMA8653_FF_MT_COUNT = 0x18,
    MMA8653_ASLP_COUNT = 0x29,
    MMA8653_CTRL_REG1 = 0x2a,
    MMA8653_CTRL_REG2 = 0x2b,
    MMA8653_CTRL_REG3 = 0x2c,
    MMA8653_CTRL_REG4 = 0x2d,
    MMA8653_CTRL_REG5 = 0x2e,
    MMA8653_OFF_X = 0x2f,
    MMA8653_OFF_Y = 0x30,
    MMA8653_OFF_Z = 0x31,
    MMA8653_REGS
};

#define MMA8653_F_READ 0x02 /* CTRL_REG1: MSBs only */
#define MMA8653_ACTIVE 0x01
#define MMA8653_ST     0x80 /* CTRL_REG2: self test */
#define MMA8653_RST    0x40 /* software reset */
#define MMA8653_SLPE   0x04 /* auto-sleep */
#define MMA8653_IPOL   0x02 /* CTRL_REG3: interrupts are active high */
#define MMA8653_PP_OD  0x01 /* the pins are open drain */

/* INT_SOURCE, and the same bits in CTRL_REG4 (enable), CTRL_REG5 (INT1) */
#define MMA8653_SRC_ASLP   0x80
#define MMA8653_SRC_LNDPRT 0x10
#define MMA8653_SRC_FF_MT  0x04
#define MMA8653_SRC_DRDY   0x01

struct mma8653 {
    int64_t accel_micro[BW_AXES]; /* what the sensor feels, 10^-6 mg */
    uint64_t activity_ns;         /* the newest one, for auto-sleep */
    struct bw_sampler sampler;
    struct bw_port port;
    struct bw_axes axes;
    bool sleeping;
    bool mode_changed; /* SRC_ASLP */
    bool new_pl;       /* NEWLP */
    uint8_t pl_status; /* LO, LAPO, BAFRO */
    uint8_t ff_src;    /* FF_MT_SRC */
    uint16_t pl_count; /* debounce counters */
    uint16_t ff_count;
    uint8_t reg[MMA8653_REGS];
};

/**
 * mma8653_run_events: orientation and motion of one sample
 * @micro: acceleration, 10^-6 mg
 * @period_ns: since the sample before
 *
 * Returns: the functions that have just seen something, as in INT_SOURCE.
 */
uint8_t mma8653_run_events(struct mma8653 *s, const int64_t micro[BW_AXES],
                           uint64_t period_ns);

void mma8653_clear_events(struct mma8653 *s);
void mma8653_event_register_written(struct mma8653 *s, uint8_t reg);

/* SRC_LNDPRT and SRC_FF_MT, enabled or not */
uint8_t mma8653_event_sources(const struct mma8653 *s);

/* These end the interrupt of their function. */
uint8_t mma8653_read_pl_status(struct mma8653 *s);
uint8_t mma8653_read_ff_mt_src(struct mma8653 *s);

#endif
