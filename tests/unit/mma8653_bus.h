/*
 * An MMA8653FC on a bus of its own, for its tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_MMA8653_BUS_H
#define BENCHWIRE_TESTS_UNIT_MMA8653_BUS_H

#include "part_bus.h"

#define STATUS       0x00
#define OUT_X        0x01
#define OUT_Y        0x03
#define OUT_Z        0x05
#define SYSMOD       0x0b
#define INT_SOURCE   0x0c
#define XYZ_DATA_CFG 0x0e
#define PL_STATUS    0x10
#define PL_CFG       0x11
#define PL_COUNT     0x12
#define FF_MT_CFG    0x15
#define FF_MT_SRC    0x16
#define FF_MT_THS    0x17
#define FF_MT_COUNT  0x18
#define ASLP_COUNT   0x29
#define CTRL_REG1    0x2a
#define CTRL_REG2    0x2b
#define CTRL_REG3    0x2c
#define CTRL_REG4    0x2d
#define CTRL_REG5    0x2e
#define OFF_X        0x2f

#define DR_800HZ 0x00 /* CTRL_REG1 */
#define DR_50HZ  0x20
#define F_READ   0x02

#define DRDY   0x01 /* INT_SOURCE */
#define FF_MT  0x04
#define LNDPRT 0x10
#define ASLP   0x80

#define PERIOD_50HZ (20 * MS)
#define FIRST_50HZ  (2 * PERIOD_50HZ + MS) /* turn-on: 2 periods + 1 ms */

#define MG(mg) ((int64_t)(mg)*1000000)

static struct part_bus bus;

static inline void set_mg(int64_t x, int64_t y, int64_t z)
{
    assert_true(value_set(&bus, "x", MG(x)));
    assert_true(value_set(&bus, "y", MG(y)));
    assert_true(value_set(&bus, "z", MG(z)));
}

static inline void activate(uint8_t ctrl_reg1)
{
    BUS_WRITE(&bus, CTRL_REG1, ctrl_reg1 | 1);
}

static inline void read_sample(void)
{
    uint8_t bytes[6];

    bus_read_at(&bus, OUT_X, bytes, sizeof(bytes));
}

static inline enum bw_part_drive pin(size_t index)
{
    return bus.model->drive(bus.state, index, bus.now_ns);
}

#endif
