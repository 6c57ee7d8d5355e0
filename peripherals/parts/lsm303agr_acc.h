/*
 * LSM303AGR accelerometer: what lsm303agr_acc.c, lsm303agr_acc_fifo.c and
 * lsm303agr_acc_int.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_LSM303AGR_ACC_H
#define BENCHWIRE_PERIPHERALS_PARTS_LSM303AGR_ACC_H

#include "peripherals/parts/sensor.h"

/* "Register mapping" */
enum lsm303agr_acc_reg {
    ACC_STATUS_AUX = 0x07,
    ACC_OUT_TEMP_L = 0x0c,
    ACC_OUT_TEMP_H = 0x0d,
    ACC_INT_COUNTER = 0x0e,
    ACC_WHO_AM_I = 0x0f,
    ACC_TEMP_CFG = 0x1f,
    ACC_CTRL1 = 0x20,
    ACC_CTRL2 = 0x21,
    ACC_CTRL3 = 0x22,
    ACC_CTRL4 = 0x23,
    ACC_CTRL5 = 0x24,
    ACC_CTRL6 = 0x25,
    ACC_REFERENCE = 0x26,
    ACC_STATUS = 0x27,
    ACC_OUT_X_L = 0x28,
    ACC_OUT_X_H = 0x29,
    ACC_OUT_Y_L = 0x2a,
    ACC_OUT_Y_H = 0x2b,
    ACC_OUT_Z_L = 0x2c,
    ACC_OUT_Z_H = 0x2d,
    ACC_FIFO_CTRL = 0x2e,
    ACC_FIFO_SRC = 0x2f,
    ACC_INT1_CFG = 0x30,
    ACC_INT1_SRC = 0x31,
    ACC_INT1_THS = 0x32,
    ACC_INT1_DURATION = 0x33,
    ACC_INT2_CFG = 0x34,
    ACC_INT2_SRC = 0x35,
    ACC_INT2_THS = 0x36,
    ACC_INT2_DURATION = 0x37,
    ACC_CLICK_CFG = 0x38,
    ACC_CLICK_SRC = 0x39,
    ACC_CLICK_THS = 0x3a,
    ACC_TIME_LIMIT = 0x3b,
    ACC_TIME_LATENCY = 0x3c,
    ACC_TIME_WINDOW = 0x3d,
    ACC_ACT_THS = 0x3e,
    ACC_ACT_DUR = 0x3f,
    ACC_REGS
};

#define ACC_CTRL4_FS_SHIFT 4 /* 2, 4, 8, 16 g */
#define ACC_CTRL5_FIFO_EN  0x40

#define ACC_FIFO_DEPTH 32
#define ACC_FIFO_WTM   0x80 /* FIFO_SRC */
#define ACC_FIFO_OVRN  0x40
#define ACC_FIFO_EMPTY 0x20
#define ACC_GENERATORS 2
#define ACC_IA         0x40 /* INTx_SRC: interrupt */

/* One of the two interrupt generators */
struct lsm303agr_gen {
    uint8_t src;   /* INTx_SRC */
    uint8_t zone;  /* of the sample before, for movement recognition */
    uint8_t count; /* samples in a row that meet the condition */
};

struct lsm303agr_fifo {
    int16_t slot[ACC_FIFO_DEPTH][BW_AXES];
    uint8_t first;
    uint8_t count;
    bool overrun;   /* full, and more has come */
    bool triggered; /* stream-to-FIFO: now FIFO */
};

struct lsm303agr_acc {
    int64_t accel_micro[BW_AXES]; /* what the sensor feels, 10^-6 mg */
    int64_t temp_micro;
    struct bw_sampler sampler;
    struct bw_port port;
    struct bw_axes axes;
    struct lsm303agr_gen gen[ACC_GENERATORS];
    struct lsm303agr_fifo fifo;
    int16_t temp_out;
    bool increment;
    bool temp_fresh;
    bool temp_lost;
    uint8_t reg[ACC_REGS];
};

/* A sample is in axes.out: store it as FIFO_CTRL says. */
void lsm303agr_fifo_push(struct lsm303agr_acc *s);

/* The sample at the head has been read. */
void lsm303agr_fifo_pop(struct lsm303agr_acc *s);

/* FIFO_CTRL has been written, @before: what it was. */
void lsm303agr_fifo_mode(struct lsm303agr_acc *s, uint8_t before);

bool lsm303agr_fifo_in_use(const struct lsm303agr_acc *s);
uint8_t lsm303agr_fifo_src(const struct lsm303agr_acc *s);

/* Both generators see a sample of @micro, 10^-6 mg. */
void lsm303agr_run_generators(struct lsm303agr_acc *s,
                              const int64_t micro[BW_AXES]);

/* INTx_SRC of generator @n, whose reading ends a held interrupt. */
uint8_t lsm303agr_read_src(struct lsm303agr_acc *s, unsigned n);

#endif
